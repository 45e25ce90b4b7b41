// @ts-check
/** Formulas, code and tables that are wider than the column can be scrolled by keyboard. */
(() => {
  "use strict";
  const WIDE = "mjx-container, pre, .cell_output > .output, .pst-scrollable-table-container";

  // told of a box when it is drawn for the first time, and when it changes its size
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries)
      if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
      else target.removeAttribute("tabindex");
  });

  /** @param {Element | Document} place */
  function watch(place) {
    place.querySelectorAll(WIDE).forEach((box) => sizes.observe(box));
  }

  // what a live cell prints comes later, and what a quiz says
  const arrivals = new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      if (/** @type {Element} */ (target).closest(".cnn-slot")) continue; // instruments draw all the time
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches(WIDE)) sizes.observe(node);
        watch(node);
      }
    }
  });

  watch(document);
  for (const article of document.querySelectorAll("article")) arrivals.observe(article, { childList: true, subtree: true });
})();
