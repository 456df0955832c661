// All mistakes of a route: searched, filtered by label and shown page by page. Without this script the first page stands.
const mistakes = JSON.parse(document.getElementById("mistakes").textContent), page = 12;
const made = (name, properties, ...inner) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inner);
  return element;
};
const filled = (words, fields) => words.replace(/\{(\w+)\}/g, (_, name) => fields[name].toLocaleString("en"));
for (const box of document.querySelectorAll(".mistakes")) {
  const words = box.dataset, body = box.querySelector("tbody");
  const labels = [...box.querySelectorAll("thead th")].map(head => head.textContent);
  const entries = mistakes.tables[words.table].map(([row, real, given, measure]) => ({
    row: mistakes.rows[row], real: mistakes.answers[real], given: mistakes.answers[given], measure,
  }));
  entries.forEach(entry => entry.lower = [entry.row[1], entry.row[2] ?? "", entry.real, entry.given].join("\n").toLowerCase());
  let first = 0;
  const status = made("span", { role: "status" });
  const step = (text, by) => {
    const button = made("button", { type: "button" }, text);
    button.addEventListener("click", () => { first += by; show(); });
    return button;
  };
  const before = step(words.before, -page), after = step(words.after, page);
  const search = made("input", { type: "search", autocomplete: "off" });
  const choice = (key, title) => {
    const counts = new Map();
    entries.forEach(entry => counts.set(entry[key], (counts.get(entry[key]) ?? 0) + 1));
    const list = made("select", {}, new Option(words.all, ""));
    [...counts.keys()].sort((a, b) => a.localeCompare(b)).forEach(name => list.append(new Option(`${name} (${counts.get(name)})`, name)));
    return [made("label", {}, title, list), list];
  };
  const filters = made("div", { className: "filters" }, made("label", {}, words.search, search));
  const lists = words.classes ? [["real", ...choice("real", words.true)], ["given", ...choice("given", words.predicted)]] : [];
  lists.forEach(([, label]) => filters.append(label));
  const cell = (text, className, label) => {
    const made_cell = made("td", { className }, text);
    if (label) made_cell.dataset.label = label;
    return made_cell;
  };
  const line = ({ row: [number, text, pair], real, given, measure }) => {
    const shown = cell(text, "text");
    if (pair !== null) shown.append(made("span", { className: "pairtext" }, pair));
    return made("tr", {}, shown, cell(real, "answer true", labels[1]), cell(given, "answer predicted", labels[2]),
      cell(measure, "n", labels[3]), cell(number, "n sub", labels[4]));
  };
  const show = () => {
    const wanted = search.value.trim().toLowerCase();
    const found = entries.filter(entry => entry.lower.includes(wanted) && lists.every(([key, , list]) => !list.value || entry[key] === list.value));
    first = Math.min(Math.max(first, 0), Math.max(found.length - 1, 0));
    first -= first % page;
    body.replaceChildren(...found.slice(first, first + page).map(line));
    before.disabled = first === 0;
    after.disabled = first + page >= found.length;
    const fields = { first: first + 1, last: Math.min(first + page, found.length), rows: found.length };
    status.textContent = found.length ? filled(words.shown, fields) : words.none;
  };
  [search, ...lists.map(([, , list]) => list)].forEach(control => control.addEventListener("input", () => { first = 0; show(); }));
  box.querySelector(".unscripted")?.remove();
  box.querySelector("table").before(filters);
  box.querySelector("table").after(made("div", { className: "pager" }, before, after, status));
  show();
}
