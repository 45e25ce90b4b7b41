// @ts-check
/** From disk no JupyterLab can start in a browser: a link to it leads to what to do instead. */
(() => {
  "use strict";
  if (location.protocol !== "file:") return;
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-from-disk]")))
    link.href = link.dataset.fromDisk ?? link.href;
})();
