"""How hard the pages are to read: python tools/readability.py

A row for each page: its words, the mean and the greatest number of words in a sentence, and the
Flesch reading ease (90: a child's book, 60: plain English, 30: a scientific paper). Formulas, code
and tables are left out; what is written in `code style` or as a formula counts as one word. Below
the table stand the sentences of more than 45 words; in the book they are an error.
"""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

from spelling import prose

LONGEST = 45  # words
FEW = 20  # words: a page that another one is put into
PAGE = re.compile(r"(?:book/.*|README|docs/.*)\.md|exercises/.*/exercise\.py")
HEAD = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
NOT_PROSE = re.compile(r"^\s*(?:\||#{1,6} |:::|%|<|\+{3,}).*$", re.MULTILINE)
MARK = re.compile(r"^\s*(?:[-*]|\d+\.|\([ x]\)|\[[ x]\]|[=~]|-{3,})(?:\s|$)", re.MULTILINE)
ROLE = re.compile(r"\{[\w:]+\}")
END = re.compile(
    r"(?<!\b[A-Z])(?<!e\.g)(?<!i\.e)[.!?][)\"'*_’”]*(?=\s|$)"  # no initial of a name
    r"|[:;](?=\s*\n\s*\n)|\n\s*\n"
)
WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*")
VOWELS = re.compile(r"[aeiouy]+")
SILENT = re.compile(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$")


class Page(NamedTuple):
    """What was counted on a page."""

    name: str
    words: int
    mean: float
    longest: int
    ease: float
    too_long: list[str]


def syllables(word: str) -> int:
    """Count the syllables of a word roughly: groups of vowels, without a silent e at the end.

    Examples
    --------
    >>> [syllables(word) for word in ("map", "moved", "table", "convolution", "equivariance")]
    [1, 1, 2, 4, 4]
    """
    return max(1, len(VOWELS.findall(SILENT.sub("", word.lower()))))


def sentences(text: str) -> list[str]:
    r"""Split prose into sentences; an entry of a list is at least one.

    Examples
    --------
    >>> sentences("One. Two, by A. Author, too\n\n- a list")
    ['One', 'Two, by A. Author, too', 'a list']
    """
    plain = ROLE.sub("", MARK.sub("\n\n", NOT_PROSE.sub("", HEAD.sub("", text))))
    return [" ".join(part.split()) for part in END.split(plain) if part and WORD.search(part)]


def measure(name: str, text: str) -> Page:
    said = sentences(text)
    counts = [len(sentence.split()) for sentence in said]
    words = [word for sentence in said for word in WORD.findall(sentence)]
    mean = sum(counts) / max(1, len(said))
    ease = 206.835 - 1.015 * mean - 84.6 * sum(map(syllables, words)) / max(1, len(words))
    long = [s for s, count in zip(said, counts, strict=True) if count > LONGEST]
    return Page(name, sum(counts), mean, max(counts, default=0), ease, long)


def main() -> None:
    pages = [measure(file, text) for file, _, text in prose("one") if PAGE.fullmatch(file)]
    print(f"{'page':48} {'words':>6} {'a sentence':>10} {'longest':>8} {'ease':>5}")
    for page in (page for page in pages if page.words >= FEW):
        print(f"{page.name:48} {page.words:6,} {page.mean:10.1f} {page.longest:8} {page.ease:5.0f}")
    for page in pages:
        for sentence in page.too_long:
            print(f"\n{page.name}, {len(sentence.split())} words: {sentence}")
    sys.exit(any(page.too_long for page in pages if page.name.startswith("book/")))


if __name__ == "__main__":
    main()
