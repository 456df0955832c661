for (const tabs of document.querySelectorAll(".tabs")) {
  tabs.hidden = false;
  const buttons = [...tabs.querySelectorAll("button")];
  const show = chosen => buttons.forEach(button => {
    const on = button === chosen;
    button.setAttribute("aria-selected", on);
    button.tabIndex = on ? 0 : -1;
    document.getElementById(button.getAttribute("aria-controls")).hidden = !on;
  });
  buttons.forEach((button, i) => {
    button.addEventListener("click", () => show(button));
    button.addEventListener("keydown", event => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = buttons[(i + step + buttons.length) % buttons.length];
      show(next);
      next.focus();
    });
  });
  show(buttons.find(button => button.dataset.first) || buttons[0]);
}
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => head.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") !== "descending";
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = row => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
    [...body.rows].sort((a, b) => {
      const [x, y] = [key(a), key(b)], order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
      return down ? -order : order;
    }).forEach(row => body.append(row));
  }));
}
