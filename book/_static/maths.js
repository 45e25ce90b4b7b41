// @ts-check
/** Formulas are pictures: give their TeX to the clipboard. */
(() => {
  "use strict";
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection?.rangeCount || !event.clipboardData) return;
    const copied = selection.getRangeAt(0).cloneContents();
    const formulas = copied.querySelectorAll("mjx-container");
    if (formulas.length === 0) return;
    for (const formula of formulas) {
      const mark = formula.hasAttribute("display") ? "$$" : "$";
      formula.replaceWith(mark + formula.getAttribute("data-tex") + mark);
    }
    const holder = document.createElement("div");
    holder.append(copied);
    event.clipboardData.setData("text/plain", holder.textContent ?? "");
    event.clipboardData.setData("text/html", holder.innerHTML);
    event.preventDefault();
  });
})();
