"""The book in another language: translators get all words, and one chapter is translated."""

import pickle
import re

import messages
import pytest
from sphinx.util.nodes import extract_messages
from translation import Chinese, mark_links

LANGUAGE, CHAPTER = "zh_CN", "book/03_pooling/index"
ENTIRE = re.compile(  # files whose words are translated to the last one
    r"cnncourse/instruments/(pooling_shift\.|lib/ui\.js)|book/_static/|book/_web/live/|book/_ext/"
)
PLACE = re.compile(r"\{(\w*)[^{}]*\}")
TARGET = re.compile(r"\{(?:eq|cite:\w|term|download)\}`(?:[^`<]*<)?([^`>]+)>?`|\]\((#[\w-]+)\)")
pytestmark = pytest.mark.xdist_group("translation")


@pytest.fixture(scope="module")
def english(html):
    """What the chapter gives to translators, as the last `make book` read it."""
    doctree = pickle.loads((html.parent / f".doctrees/{CHAPTER}.doctree").read_bytes())

    def still(node):  # an instrument's picture: its words come from the interface
        return any(type(above).__name__ == "running" for above in parents(node))

    return {message for node, message in extract_messages(doctree) if not still(node)}


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
