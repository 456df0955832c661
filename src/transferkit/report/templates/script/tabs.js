// One route at a time. Without this script all of them are shown, one below the other.
for (const tabs of document.querySelectorAll(".tabs")) {
  const buttons = [...tabs.querySelectorAll("[role=tab]")];
  const show = chosen => buttons.forEach(button => {
    const on = button === chosen;
    button.setAttribute("aria-selected", on);
    button.tabIndex = on ? 0 : -1;
    document.getElementById(button.getAttribute("aria-controls")).hidden = !on;
  });
  const next = (i, key) => ({ ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: buttons.length - 1 })[key];
  buttons.forEach((button, i) => {
    button.addEventListener("click", () => show(button));
    button.addEventListener("keydown", event => {
      const to = next(i, event.key);
      if (to === undefined) return;
      event.preventDefault();
      const other = buttons[(to + buttons.length) % buttons.length];
      show(other);
      other.focus();
    });
  });
  tabs.hidden = false;
  show(buttons[0]);
}
