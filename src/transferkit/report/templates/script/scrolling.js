// What does not scroll is no stop for the keyboard; tables that are laid out as cards stay tables to a screen reader.
const settle = () => {
  for (const region of document.querySelectorAll(".scroll")) {
    const scrolls = region.scrollWidth > region.clientWidth + 1 || region.scrollHeight > region.clientHeight + 1;
    scrolls ? region.setAttribute("role", "region") : region.removeAttribute("role");
    scrolls ? region.tabIndex = 0 : region.removeAttribute("tabindex");
  }
};
const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell", "thead th": "columnheader", "tbody th": "rowheader" };
for (const table of document.querySelectorAll("table.cards"))
  for (const [name, role] of Object.entries(roles))
    for (const part of name === "table" ? [table] : table.querySelectorAll(name)) part.setAttribute("role", role);
addEventListener("resize", settle);
document.addEventListener("click", settle);
settle();
