"""Whoever wants to look up a work, or the place a number comes from, finds what is needed."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pybtex.database import parse_file

from cnncourse.models import registry

BOOK = Path(__file__).parents[2] / "book"
WORKS = parse_file(str(BOOK / "references.bib")).entries
VENUES = ("journal", "booktitle", "publisher", "institution", "howpublished")
OF_THE_SOURCES = {  # the seven works that the sources of the course name
    "Gradient-based learning applied to document recognition": ("1998", "lecun"),
    "ImageNet classification with deep convolutional neural networks": ("2012", "krizhevsky"),
    "Very deep convolutional networks for large-scale image recognition": ("2015", "simonyan"),
    "Going deeper with convolutions": ("2015", "szegedy"),
    "Deep residual learning for image recognition": ("2016", "he"),
    "How transferable are features in deep neural networks?": ("2014", "yosinski"),
    "An image is worth 16x16 words: transformers for image recognition at scale":
        ("2021", "dosovitskiy"),
}  # fmt: skip


def plain(title):
    return re.sub(r"[^a-z0-9]", "", title.lower())


NUMBER = r"arXiv:\d{4}\.\d{4,5}|arXiv:[a-z-]+/\d{7}|HAL: \S+|https://\S+|\d{1,2} \w+ \d{4}"


def can_be_found(fields):
    """By a number or an address of its own, or by its pages in a volume or proceedings."""
    said = " ".join(fields.get(name, "") for name in ("note", "howpublished", "url"))
    return (
        re.search(NUMBER, said)
        or re.fullmatch(r"10\.\d{4,}/\S+", fields.get("doi", ""))
        or re.fullmatch(r"97[89][\d-]{10,14}", fields.get("isbn", ""))
        or "pages" in fields
        or ("institution" in fields and "number" in fields)
        or fields.get("howpublished", "").startswith("Press release")
    )


@pytest.mark.parametrize("key", WORKS)
def test_a_work_has_all_that_is_needed_to_find_it(key):
    work = WORKS[key]
    assert work.persons.get("author"), "author"
    assert re.fullmatch(r"(18|19|20)\d\d", work.fields.get("year", "")), "year"
    assert any(name in work.fields for name in VENUES), "venue"
    assert can_be_found(work.fields), "DOI, arXiv id, ISBN or pages"


def test_no_work_stands_twice():
    titles = Counter(plain(work.fields["title"]) for work in WORKS.values())
    assert [title for title, count in titles.items() if count > 1] == []


def test_every_work_is_cited():
    text = "\n".join(path.read_text("utf-8") for path in BOOK.rglob("*.md"))
    cited = {key.strip() for keys in re.findall(r"\{cite:[a-z]+\}`([^`]+)`", text)
             for key in keys.split(",")}  # fmt: skip
    assert cited - set(WORKS) == set()
    assert set(WORKS) - cited == set()


def test_the_sources_own_references_are_there():
    works = {plain(work.fields["title"]): work for work in WORKS.values()}
    for title, (year, author) in OF_THE_SOURCES.items():
        work = works[plain(title)]
        assert work.fields["year"] == year
        assert work.persons["author"][0].last_names[0].lower() == author


@pytest.mark.parametrize("name", registry.names())
def test_a_papers_number_names_its_table_and_the_paper_is_listed(name):
    known = registry.facts(name)
    assert plain(known.paper.title) in {plain(work.fields["title"]) for work in WORKS.values()}
    for result in (known.reported, known.entry):
        if result is not None:
            assert re.search(r"\b(Table|Section|Figure|[Aa]bstract|page)\b", result.source)
