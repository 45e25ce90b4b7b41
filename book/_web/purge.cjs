// Leave out of a style sheet what nothing uses: node purge.cjs PAGE_OR_SCRIPT... <IN.css >OUT.css
// Run by book/_ext/pack.py. A rule stays when each of its names is a word of a page or of a script.
const fs = require("node:fs");
const { PurgeCSS } = require("purgecss");

new PurgeCSS()
  .purge({
    content: process.argv.slice(2),
    css: [{ raw: fs.readFileSync(0, "utf8") }],
    fontFace: true,
    safelist: { greedy: [/data-theme/, /data-mode/] },
  })
  .then(([result]) => process.stdout.write(result.css));
