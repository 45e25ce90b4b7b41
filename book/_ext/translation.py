"""The book in another language: ``make course LANGUAGE=zh_CN``.

Sphinx puts the translated prose into the pages, from ``book/locale``. This part gives instruments,
quizzes and live cells their words, makes the search find Chinese ones, and marks what is English
still as English, for those who listen to a page and for the browser's choice of fonts.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from messages import translations, write_interface
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.search.en import SearchEnglish
from sphinx.transforms import SphinxTransform

from cnncourse.instruments.linker import page_scripts
from cnncourse.instruments.words import t, use

ENGLISH = "en_GB"
SCRIPT = "words.js"
SETTINGS = ("html_title", "nb_code_prompt_hide", "nb_code_prompt_show")
OPTIONS = ("extra_footer", "search_bar_text")
HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
RUN = re.compile(rf"[{HAN}]+")
WORD = re.compile(r"[^\W\d_]{2}")
SIDEBAR = re.compile(r'<nav class="bd-links.*?</nav>', re.DOTALL)
LINK = r'(<a class="[^"]*reference internal" href="[^"]*")'
ENGLISH_LINK = re.compile(rf"{LINK}(>[^<{HAN}]*[A-Za-z])")


def begin(app: Sphinx, config: Config) -> None:
    """Take the words of the book's language, for all that is not prose."""
    app.words = {} if config.language == ENGLISH else translations(config.language)  # type: ignore[attr-defined]
    use(app.words)  # type: ignore[attr-defined]
    app.settings_said = [getattr(config, name) for name in SETTINGS]  # type: ignore[attr-defined]
    app.settings_said += [config.html_theme_options[name] for name in OPTIONS]  # type: ignore[attr-defined]
    for name in SETTINGS:
        setattr(config, name, said(app, getattr(config, name)))
    for name in OPTIONS:
        config.html_theme_options[name] = said(app, config.html_theme_options[name])


def said(app: Sphinx, english: str) -> str:
    return app.words.get(english, english)  # type: ignore[attr-defined]


def write_words(app: Sphinx) -> None:
    """Write the script that all pages have: how words are asked for, and those of the language."""
    if app.builder.format != "html":
        return
    scripts = page_scripts("kernel_explorer")
    words = json.dumps(app.words, ensure_ascii=False)  # type: ignore[attr-defined]
    given = f"cnncourse.words = {words};\n" if app.words else ""  # type: ignore[attr-defined]
    path = Path(app.outdir) / "_static" / SCRIPT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(scripts["loader.js"] + scripts["lib/words.js"] + given, "utf-8")


class Chinese(SearchEnglish):
    """Chinese is written without spaces: each character is a word, and each pair of neighbours.

    A search for several characters asks for all their pairs, so it finds any word without a
    dictionary. What stands between them in Latin letters is searched as English.
    """

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = """
        function splitQuery(query) {
          const words = query.split(/[^\\p{Letter}\\p{Number}_]+/u).flatMap(
            (word) => word.split(/([\\u3400-\\u4dbf\\u4e00-\\u9fff]+)/u));
          return words.filter(Boolean).flatMap((word) => {
            if (word.length < 2 || !/[\\u3400-\\u4dbf\\u4e00-\\u9fff]/u.test(word)) return [word];
            return Array.from({length: word.length - 1}, (_, n) => word.slice(n, n + 2));
          });
        }
    """

    def split(self, input: str) -> list[str]:
        """Return the words of a text.

        Examples
        --------
        >>> Chinese({}).split("最大池化 max")
        ['max', '最', '大', '池', '化', '最大', '大池', '池化']
        """
        words = super().split(RUN.sub(" ", input))
        for run in RUN.findall(input):
            words += [*run, *(run[n : n + 2] for n in range(len(run) - 1))]
        return words

    def word_filter(self, word: str) -> bool:
        """Keep single characters, too."""
        return bool(RUN.fullmatch(word)) or super().word_filter(word)


class Choose(SphinxTransform):
    """Say what translators get: the cells of tables, too, but no formulas and no mere numbers."""

    default_priority = 15  # before the translations come

    def apply(self, **options: Any) -> None:
        for node in self.document.findall(nodes.TextElement):
            if isinstance(node, nodes.Inline):
                continue  # translators get it with the text around it
            text = node.rawsource or node.astext()
            if isinstance(node, nodes.math_block) or not WORD.search(text):
                node["translatable"] = False
            elif isinstance(node.parent, nodes.entry) and not node.source:
                node.source = self.document["source"]  # MyST forgets it
                node.line = node.parent.line or 0


def mark_english(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark a page that nobody has translated, and the sections in it that others were taken from.

    Of such a class docutils makes the attribute `lang`.
    """
    language = app.config.language
    progress = doctree.get("translation_progress", {"translated": 0, "total": 1})
    if language == ENGLISH or 2 * progress["translated"] > progress["total"]:
        return
    for section in doctree.findall(nodes.section):
        if isinstance(section.parent, nodes.document):
            section["classes"].append("language-en-GB")
        elif any(node.get("translated") for node in section.findall(nodes.TextElement)):
            section["classes"].append(f"language-{language.replace('_', '-')}")


def mark_links(text: str) -> str:
    """Mark the English titles of pages in the sidebar.

    Examples
    --------
    >>> mark_links('<nav class="bd-links"><a class="reference internal" href="a">Cost</a></nav>')
    '<nav class="bd-links"><a class="reference internal" href="a" lang="en-GB">Cost</a></nav>'
    """
    return SIDEBAR.sub(lambda nav: ENGLISH_LINK.sub(r'\1 lang="en-GB"\2', nav[0]), text)


def titled(text: str) -> str:
    """Translate names of buttons and parts that the theme's templates have in English alone."""
    for english, said in (
        ("Toggle primary sidebar", t("Toggle primary sidebar")),
        ("Toggle secondary sidebar", t("Toggle secondary sidebar")),
        ("Main", t("Main")),
        ("Page", t("Page")),
    ):
        for name in ("title", "aria-label"):
            text = text.replace(f'{name}="{english}"', f'{name}="{said}"')
    return text


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception:
        return
    if app.builder.name == "gettext":
        write_interface(Path(app.outdir), app.settings_said)  # type: ignore[attr-defined]
    elif app.builder.format == "html" and app.config.language != ENGLISH:
        for page in Path(app.outdir).rglob("*.html"):
            if "_static" in page.parts or "lite" in page.parts:
                continue
            text = page.read_text("utf-8")
            page.write_text(mark_links(titled(text)), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_search_language(Chinese)
    app.add_js_file(SCRIPT, loading_method="defer", priority=10)
    app.connect("config-inited", begin, priority=100)  # before others read it
    app.connect("builder-inited", write_words)
    app.add_transform(Choose)
    app.connect("doctree-resolved", mark_english, priority=600)  # the answers are there
    app.connect("build-finished", finish, priority=800)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
