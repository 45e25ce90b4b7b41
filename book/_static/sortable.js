// @ts-check
/** Tables of class "sortable": each heading becomes a button that sorts the rows by its column. */
(() => {
  "use strict";

  /** Numbers before words, and what is missing last. @param {string} text */
  function key(text) {
    const number = /^\s*[\d,]+(\.\d+)?/.exec(text);
    if (number) return { rank: 0, value: Number(number[0].replace(/,/g, "")), text };
    return { rank: /[\p{L}\d]/u.test(text) ? 1 : 2, value: 0, text };
  }

  /** @param {HTMLTableElement} table @param {number} column @param {boolean} down */
  function sort(table, column, down) {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, ...key(row.cells[column].textContent ?? "") }));
    rows.sort((a, b) => {
      if (a.rank !== b.rank) return a.rank - b.rank;
      const order = a.value - b.value || a.text.localeCompare(b.text, undefined, { numeric: true });
      return down ? -order : order;
    });
    body.append(...rows.map(({ row }) => row));
  }

  for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (
    document.querySelectorAll("table.sortable")
  )) {
    const heads = [...(table.tHead?.rows[0].cells ?? [])];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, column, down);
      });
    });
  }
})();
