// Formulas in, pictures of them out: one JSON object a line. Run by book/_ext/maths.py.
//   {"tex": "x^2", "display": false}  ->  {"html": "<mjx-container …", "glyphs": {"id": "path"}}
// A formula that TeX does not understand is answered with {"error": "why"}. `glyphs` holds what was
// not sent before: the page that shows the formula must hold their outlines once.
const readline = require("node:readline");
const mathjax = require("mathjax/es5/node-main.js");

const NEEDLESS = / (data-mml-node|data-mjx-texclass|data-c|data-frame|unselectable|focusable|jax)="[^"]*"/g;

mathjax
  .init({
    loader: {
      load: ["input/tex-full", "output/svg", "adaptors/liteDOM", "a11y/assistive-mml"],
      versionWarnings: false,
    },
    options: { enableAssistiveMml: true },
    svg: { fontCache: "global", mtextInheritFont: true },
    tex: {
      packages: { "[-]": ["noerrors", "noundefined"] },
      formatError: (_, error) => {
        throw new Error(error.message);
      },
    },
  })
  .then((MathJax) => {
    const { adaptor, document } = MathJax.startup;
    const cache = document.outputJax.fontCache;
    const sent = new Set();

    function fresh() {
      const found = {};
      for (const glyph of adaptor.childNodes(cache.getCache())) {
        const id = adaptor.getAttribute(glyph, "id");
        if (sent.has(id)) continue;
        sent.add(id);
        found[id] = adaptor.getAttribute(glyph, "d");
      }
      return found;
    }

    readline.createInterface({ input: process.stdin }).on("line", (line) => {
      const { tex, display } = JSON.parse(line);
      let answer;
      try {
        const html = adaptor.outerHTML(MathJax.tex2svg(tex, { display }));
        answer = { html: html.replace(NEEDLESS, ""), glyphs: fresh() };
      } catch (error) {
        answer = { error: error.message };
      }
      process.stdout.write(JSON.stringify(answer) + "\n");
    });
  });
