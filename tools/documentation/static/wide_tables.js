// A table that scrolls by itself is reached from the keyboard, too.
document.addEventListener("DOMContentLoaded", () => {
  const reachable = () => {
    for (const table of document.querySelectorAll(".table-wrapper")) {
      if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
      else table.removeAttribute("tabindex");
    }
  };
  reachable();
  addEventListener("resize", reachable);
  addEventListener("toggle", reachable, true); // a part that is unfolded
});
