"""The book in another language: translators get all words, and one chapter is translated."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import messages
import pytest
from playwright.sync_api import expect
from sphinx.util.nodes import extract_messages
from translation import Chinese, mark_links

ROOT = Path(__file__).parents[2]
LANGUAGE, CHAPTER = "zh_CN", "book/03_pooling/index"
ENTIRE = re.compile(  # files whose words are translated to the last one
    r"cnncourse/instruments/(pooling_shift\.|lib/ui\.js)|book/_static/|book/_web/live/|book/_ext/"
)
PLACE = re.compile(r"\{(\w*)[^{}]*\}")
TARGET = re.compile(r"\{(?:eq|cite:\w|term|download)\}`(?:[^`<]*<)?([^`>]+)>?`|\]\((#[\w-]+)\)")
TOC = f"""
format: jb-book
root: book/index
chapters:
  - file: {CHAPTER}
  - file: book/glossary
  - file: book/references
"""
pytestmark = pytest.mark.xdist_group("translation")


@pytest.fixture(scope="module")
def english(html):
    """What the chapter gives to translators, as the last `make book` read it."""
    doctree = pickle.loads((html.parent / f".doctrees/{CHAPTER}.doctree").read_bytes())

    def still(node):  # an instrument's picture: its words come from the interface
        return any(type(above).__name__ == "running" for above in parents(node))

    return {said for node, said in extract_messages(doctree) if said and not still(node)}


def parents(node):
    while node.parent:
        node = node.parent
        yield node


@pytest.fixture(scope="module")
def chapter():
    return messages.translations(LANGUAGE, CHAPTER)


@pytest.fixture(scope="module")
def interface():
    return messages.translations(LANGUAGE)


def test_every_sentence_of_the_chapter_is_translated(english, chapter):
    assert len(english) > 150
    assert sorted(english - chapter.keys()) == [], "run `make catalogues`, then translate these"


def test_every_word_around_the_chapter_is_translated(interface):
    asked = {
        entry.id for entry in messages.interface()
        if entry.id and any(ENTIRE.match(file) for file, _ in entry.locations)
    }  # fmt: skip
    assert len(asked) > 120
    assert sorted(asked - interface.keys()) == [], "run `make catalogues`, then translate these"


def test_all_instruments_tell_translators_their_words():
    words = {entry.id for entry in messages.interface() if entry.id}
    assert {"Kernel explorer", "row {0}, column {1}: {2}", "max pooling", "Check"} <= words
    assert not [text for text in words if "${" in text]


def test_a_translation_keeps_what_is_put_into_it(chapter, interface):
    """A place for a value that English does not have would stand in the page as it is."""
    for text, said in interface.items():
        assert set(PLACE.findall(said)) <= set(PLACE.findall(text)), text
    for text, said in chapter.items():
        assert sorted(TARGET.findall(said.lower())) == sorted(TARGET.findall(text.lower())), text


def test_chinese_is_searched_by_pairs_of_characters():
    assert Chinese({}).split("全局池化 VGG-16") == [
        "VGG", "16", "全", "局", "池", "化", "全局", "局池", "池化",
    ]  # fmt: skip
    assert Chinese({}).word_filter("池")


def test_english_titles_in_the_sidebar_say_so():
    link = '<a class="reference internal" href="a.html">3. {}</a>'
    nav = '<nav class="bd-links bd-docs-nav">{}</nav>'
    assert 'lang="en-GB">3. Cost' in mark_links(nav.format(link.format("Cost")))
    assert mark_links(nav.format(link.format("池化"))) == nav.format(link.format("池化"))


# --- a small book of the chapter, built as `make course LANGUAGE=zh_CN` builds the whole ---


@pytest.fixture(scope="module")
def chinese(tmp_path_factory, html):
    folder = tmp_path_factory.mktemp("chinese")
    toc, settings = folder / "_toc.yml", folder / "_config.yml"
    toc.write_text(TOC)
    subprocess.run([sys.executable, ROOT / "tools/language.py", LANGUAGE, settings], check=True)
    built = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", ROOT, "--toc", toc,
         "--config", settings, "--path-output", folder],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr[-3000:]
    assert "inconsistent" not in built.stderr, built.stderr[-3000:]
    return folder / "_build/html"


def test_the_chapter_has_no_english_sentence_left(chinese, chapter, load):
    source = (chinese / f"{CHAPTER}.html").read_text("utf-8")
    assert '<html lang="zh-CN"' in source
    answers = load(Path(__file__).with_name("test_links.py")).Page(source).answers
    shown = text_of(source + " ".join(answers))
    sentences = [piece for text in chapter if len((piece := longest_piece(text)).split()) > 3]
    assert len(sentences) > 100
    assert [text for text in sentences if text in shown] == []


def text_of(html):
    html = re.sub(r"<(script|style|pre)\b.*?</\1>", "", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", "", html).translate({ord("’"): "'", ord("\n"): " "})
    return re.sub(r"&#x27;|&#39;", "'", text)


def longest_piece(message):
    """The most of a message that stands in a page as it is, between marks, roles and formulas."""
    return max(re.split(r"[`*$\[\](){}<>\"]", message), key=len).strip()


def test_a_page_that_nobody_has_translated_says_that_it_is_english(chinese):
    glossary = (chinese / "book/glossary.html").read_text("utf-8")
    assert re.search(r'<section[^>]* lang="en-GB"', glossary)
    translated = (chinese / f"{CHAPTER}.html").read_text("utf-8")
    assert not re.search(r'<section[^>]* lang="en-GB"', translated)


def test_instrument_quiz_and_search_speak_chinese_from_disk(chinese, visit):
    page = visit(f"{(chinese / CHAPTER).as_uri()}.html")
    instrument = page.locator("#pooling_shift")
    instrument.scroll_into_view_if_needed()
    expect(instrument.locator(".cnn-title")).to_have_text("池化与平移")
    expect(instrument.locator(".cnn-words")).to_have_text(
        "峰值进入了另一个窗口；16 个池化后的数中有 3 个改变：移动没有被吸收。"
    )
    left = instrument.evaluate("e => e.innerText.match(/[A-Za-z]{3,}[^\\n]*/g)")
    assert left is None
    quiz = page.locator("#quiz-overlapping-pool")
    quiz.locator("input").fill("6 像素")
    quiz.locator(".quiz-check").click()
    expect(quiz.get_by_role("status")).to_have_text("正确。")
    page.goto(f"{chinese.as_uri()}/search.html?q=全局池化")
    expect(page.locator("#search-results li a").first).to_have_attribute(
        "href", re.compile("03_pooling/index.html")
    )
    assert page.problems == []
