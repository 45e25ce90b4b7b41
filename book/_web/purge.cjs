// Leave out of a style sheet what no page uses: node purge.cjs IN.css OUT.css BOOK. Run by
// book/_ext/finish.py. A rule stays when each of its names is a word of a page or of a script.
const fs = require("node:fs");
const path = require("node:path");
const { PurgeCSS } = require("purgecss");

const [source, target, book] = process.argv.slice(2);

function files(folder, wanted) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const found = path.join(folder, entry.name);
    return entry.isFile() && wanted.test(entry.name) ? [found] : [];
  });
}

const scripts = ["_static", "_static/scripts"].flatMap((f) => files(path.join(book, f), /\.js$/));
const pages = fs.readFileSync(0, "utf8").split("\n").filter(Boolean);

new PurgeCSS()
  .purge({
    content: [...pages, ...scripts],
    css: [source],
    safelist: { greedy: [/data-theme/, /data-mode/] },
  })
  .then(([result]) => fs.writeFileSync(target, result.css));
