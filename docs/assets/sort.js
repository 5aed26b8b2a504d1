// Tables sort by a click on a head, or Enter on it; again for the other direction.
document$.subscribe(() => {
  for (const table of document.querySelectorAll(".md-typeset table:not([class])")) {
    const heads = table.querySelectorAll("thead th");
    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      head.tabIndex = 0;
      head.setAttribute("aria-sort", "none");
      const sort = () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of heads) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = table.tBodies[0];
        const text = row => row.cells[column].textContent.trim();
        const rows = [...body.rows].sort((a, b) =>
          text(a).localeCompare(text(b), undefined, { numeric: true }) * (up ? 1 : -1));
        body.append(...rows);
      };
      head.addEventListener("click", sort);
      head.addEventListener("keydown", event => { if (event.key === "Enter") sort(); });
    });
  }
});
