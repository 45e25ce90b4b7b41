"""Reviews in which only the order of the words decides: each has a twin with the same words."""

from __future__ import annotations

import zlib

import numpy as np

from cnncourse.data.text import Sentences
from cnncourse.errors import ArgumentError

ASPECTS = (
    "acting", "cast", "dialogue", "ending", "lighting", "music", "pace", "photography", "plot",
    "score", "sound", "story", "title", "tone",
)  # fmt: skip
GOOD = (
    "brilliant", "charming", "clever", "convincing", "elegant", "fresh", "gripping", "lovely",
    "moving", "subtle", "superb", "witty",
)  # fmt: skip
BAD = (
    "awful", "boring", "bland", "clumsy", "dreadful", "dull", "feeble", "hollow", "shallow",
    "silly", "tedious", "wooden",
)  # fmt: skip
# what may stand between the negation and what it negates
BETWEEN = {
    1: ("ever", "just", "only", "quite", "really", "simply", "truly", "very"),
    2: ("all that", "at all", "at first", "at times", "even remotely", "for once", "in fact",
        "in part"),
    3: ("at any point", "by any means", "for a moment", "from the start", "in my view",
        "in the end", "in any way", "to my mind"),
}  # fmt: skip
CLASSES = ("negative", "positive")
HELD_OUT = 4  # every fourth phrase, on average, is for testing


def reviews(count: int, split: str = "train", seed: int = 0) -> Sentences:
    """Write reviews of films that praise or blame by what 'not' stands before.

    'the plot was not at all dull and the music was in fact lovely' is positive; its twin, 'the
    plot was at all dull and the music was not in fact lovely', has the same words and is negative.
    Whatever looks at a bag of words gives both the same answer, so it is right on half of them.

    Parameters
    ----------
    count : int
        Sentences, an even number: twins follow one another.
    split : {'train', 'test'}
        A phrase from 'not' to the adjective is used in one of them only.
    seed : int
        The same seed writes the same; the first of more are those of fewer.

    Returns
    -------
    Sentences

    Examples
    --------
    >>> twins = reviews(2)
    >>> sorted(twins.words[0]) == sorted(twins.words[1]), twins.labels
    (True, array([1, 0]))
    >>> print(twins.texts()[0])
    the acting was in the end gripping but the dialogue was not at any point awful
    """
    if count < 2 or count % 2:
        raise ArgumentError("count", "an even number of at least 2", count)
    if split not in ("train", "test"):
        raise ArgumentError("split", "'train' or 'test'", repr(split))
    rng = np.random.default_rng((seed, split == "test"))
    words = [sentence.split() for _ in range(count // 2) for sentence in _twins(split, rng)]
    return Sentences([tuple(row) for row in words], np.tile([1, 0], count // 2), CLASSES)


def gap(words: tuple[str, ...]) -> int:
    """Count the words between 'not' and the adjective that it negates.

    Examples
    --------
    >>> gap(("the", "plot", "was", "not", "at", "all", "dull"))
    2
    """
    start = words.index("not") + 1
    return next(i for i, word in enumerate(words[start:]) if word in GOOD or word in BAD)


def _twins(split: str, rng: np.random.Generator) -> tuple[str, str]:
    """Write a sentence that praises and its twin that blames."""
    distance = int(rng.integers(1, len(BETWEEN) + 1))
    good, bad = _phrase(GOOD, distance, split, rng), _phrase(BAD, distance, split, rng)
    first, second = rng.choice(ASPECTS, 2, replace=False)
    joint = rng.choice(("and", "but", "while"))
    clauses = [(good, f"not {bad}"), (f"not {good}", bad)]
    if rng.random() < 0.5:
        clauses = [(b, a) for a, b in clauses]
    praise, blame = (f"the {first} was {a} {joint} the {second} was {b}" for a, b in clauses)
    return praise, blame


def _phrase(
    adjectives: tuple[str, ...], distance: int, split: str, rng: np.random.Generator
) -> str:
    """Draw a phrase of this split."""
    while True:
        phrase = f"{rng.choice(BETWEEN[distance])} {rng.choice(adjectives)}"
        if (zlib.crc32(phrase.encode()) % HELD_OUT == 0) == (split == "test"):
            return phrase
