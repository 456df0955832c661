// Tables that sort by a button in each heading, and by a list where rows are cards. The first press puts the best first.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
  const list = document.createElement("select");
  const say = (column, direction) => {
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", direction);
    list.value = column;
  };
  const sort = (column, direction) => {
    say(column, direction);
    const compare = (a, b) => {
      const [x, y] = [value(a, column), value(b, column)];
      if (x === "" || y === "") return (x === "") - (y === "");
      const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
      return direction === "ascending" ? order : -order;
    };
    [...body.rows].sort(compare).forEach(row => body.append(row));
  };
  heads.forEach((head, column) => {
    if (!head.dataset.first) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const other = head.dataset.first === "ascending" ? "descending" : "ascending";
      sort(column, head.getAttribute("aria-sort") === head.dataset.first ? other : head.dataset.first);
    });
  });
  if (!table.dataset.sortBy) continue;
  const label = document.createElement("label");
  label.className = "sortby";
  heads.forEach((head, column) => list.append(new Option(head.textContent.trim(), column)));
  say(table.dataset.sorted, heads[table.dataset.sorted].dataset.first);
  list.addEventListener("change", () => sort(+list.value, heads[list.value].dataset.first));
  label.append(table.dataset.sortBy, list);
  table.parentElement.before(label);
}
for (const element of document.querySelectorAll(".scripted")) element.hidden = false;
