"""Every item of the course's sources is taught, where the map says."""

import csv
import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest

MAP = Path(__file__).parents[2] / "book" / "coverage.tsv"
ITEMS = {"S0": 64, "S1": 92, "S2": 62, "S3": 59, "S4": 32}  # statements in each source
HOW = {"prose", "formula", "code", "instrument", "quiz", "table", "figure"}
TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.S)


def rows():
    with MAP.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def words_of(page):
    return " ".join(unescape(TAG.sub(" ", page)).split()).lower()


def test_every_item_stands_once():
    known = {f"{source}-{n}" for source, count in ITEMS.items() for n in range(1, count + 1)}
    listed = Counter(row["item"] for row in rows())
    assert set(listed) == known
    assert max(listed.values()) == 1
    assert {row["how"] for row in rows()} <= HOW


@pytest.mark.parametrize("address", sorted({row["page"] for row in rows()}))
def test_the_page_has_the_place_and_says_the_words(html, address):
    path, _, anchor = address.partition("#")
    page = (html / f"{path}.html").read_text("utf-8")
    assert not anchor or f'id="{anchor}"' in page
    said = words_of(page)
    expected = {row["words"].lower() for row in rows() if row["page"] == address}
    assert {words for words in expected if words not in said} == set()
