"""Sentences: masked, balanced, the same each time, and none of a test's file in training."""

import ast

import numpy as np
import pytest

from cnncourse.data import text
from cnncourse.data.negation import BAD, BETWEEN, GOOD, gap, reviews
from cnncourse.data.text import PACKAGES, Sentences, Vocabulary, docstrings, mask, prose
from cnncourse.errors import ArgumentError, SetupError, ShapeError


def spell(*numbers):
    """Write numbers in letters, since numbers are masked."""
    return "x".join("abcdefghij"[int(digit)] for n in numbers for digit in f"{n:03}")


@pytest.fixture(scope="module")
def parts():
    return docstrings(train=60, test=20)


def test_every_package_has_its_share_and_no_sentence_comes_twice(parts):
    for part, count in zip(parts, (60, 20), strict=True):
        assert np.bincount(part.labels).tolist() == [count] * len(PACKAGES)
        assert part.classes == PACKAGES
    both = parts[0].words + parts[1].words
    assert len(set(both)) == len(both)


def test_the_words_do_not_name_their_package(parts):
    given_away = {"np", "nx", "numpy", "scipy", "sklearn", "torch", "sympy", "matplotlib",
                  "networkx", "skimage", "ndarray"}  # fmt: skip
    words = {word for part in parts for sentence in part.words for word in sentence}
    assert not words & given_away
    assert {"<name>", "<number>"} <= words
    assert all(text._TOKENS.fullmatch(word) for word in words)


def test_the_same_packages_give_the_same_sentences(parts):
    again = docstrings(train=60, test=20)
    assert [part.words for part in again] == [part.words for part in parts]


def test_training_and_testing_read_different_files(monkeypatch):
    """Each file says its own name in every sentence, so that we see where a sentence is from."""

    def files(package):
        for number in range(200):
            own = spell(PACKAGES.index(package), number)
            said = [f"Here {word} {own} {'word ' * 8}ends." for word in ("one", "two")]
            yield f"{number}.py", f'"""{" ".join(said)}"""'

    monkeypatch.setattr(text, "_files", files)
    train, test = docstrings(20, 10)
    sources = [{sentence[2] for sentence in part.words} for part in (train, test)]
    assert sources[0]
    assert not sources[0] & sources[1]


def test_a_sentence_of_two_packages_belongs_to_neither(monkeypatch):
    shared = "This is said by all packages and so it tells nothing."

    def files(package):
        for number in range(60):
            own = spell(PACKAGES.index(package), number)
            yield f"{number}.py", f'"""{shared} Here {own} says {"word " * 8}alone."""'

    monkeypatch.setattr(text, "_files", files)
    train, test = docstrings(10, 2)
    assert mask(shared) not in train.words + test.words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("See :func:`~numpy.fft.fft` for it", "see <name> for it"),
        ("If n_samples > 2.5e3, use fit()", "if <name> <number> use <name>"),
        ("A DataFrame's index; don't copy", "a <name> s index don't copy"),
        ("PyTorch and NumPy, via torch.nn", "<name> and <name> via <name>"),
        ("https://numpy.org/doc shows it", "<name> shows it"),
    ],
)
def test_code_and_names_are_masked(written, read):
    assert " ".join(mask(written)) == read


def test_headings_examples_and_signatures_are_no_prose():
    docstring = ast.get_docstring(ast.parse('''
def f():
    """Do it well.

    Parameters
    ----------
    x : int, optional
        How often it is done. The default
        is once.

    Notes
    -----
    A formula {x} is left out. So is a = b.

    >>> f()
    It is printed.
    """
''').body[0])
    assert prose(docstring) == ["Do it well.", "How often it is done.", "The default is once."]


def test_what_is_missing_is_named(monkeypatch):
    with pytest.raises(ArgumentError, match="train and test: expected at least 1 sentence each"):
        docstrings(0, 10)
    monkeypatch.setattr(text, "_files", lambda package: iter(()))
    with pytest.raises(ArgumentError, match="train: expected at most 0, all that matplotlib has"):
        docstrings(1, 1)
    monkeypatch.undo()
    monkeypatch.setattr(text, "PACKAGES", ("a_package_that_is_not_there",))
    with pytest.raises(SetupError, match="a_package_that_is_not_there: install it"):
        docstrings(1, 1)


def test_vocabulary_numbers_cuts_and_pads():
    vocabulary = Vocabulary([("b", "a", "b"), ("c",)], at_least=2)
    assert vocabulary.words == ("<padding>", "<unknown>", "b")
    assert vocabulary.encode([("b", "c"), ("b",) * 4], 3).tolist() == [[2, 1, 0], [2, 2, 2]]
    with pytest.raises(ArgumentError, match="length: expected at least 1 word"):
        vocabulary.encode([("b",)], 0)


def test_one_label_to_each_sentence():
    with pytest.raises(ShapeError, match="one label for each of 1 sentences"):
        Sentences([("a",)], np.zeros(2, np.int64), ("x",))


def test_twins_share_their_words_and_differ_in_their_label():
    data = reviews(200, seed=3)
    for first, second in zip(data.words[::2], data.words[1::2], strict=True):
        assert sorted(first) == sorted(second)
        assert first != second
    assert data.labels.tolist() == [1, 0] * 100


def test_the_label_is_what_the_words_say():
    """Read by rule: an adjective praises if it is good and no 'not' stands in its clause."""
    data = reviews(200, "test", seed=1)
    for words, label in zip(data.words, data.labels, strict=True):
        start = [place for place, word in enumerate(words) if word == "the"]
        second = max(place for place in start if words[place + 2] == "was")
        says = []
        for clause in (words[:second], words[second:]):
            good = any(word in GOOD for word in clause)
            assert good != any(word in BAD for word in clause)
            says.append(good != ("not" in clause))
        assert says == [bool(label)] * 2


def test_no_negated_phrase_of_training_is_tested():
    def phrases(split):
        words = (w for w in reviews(600, split).words)
        return {" ".join(w[w.index("not") + 1 : w.index("not") + gap(w) + 2]) for w in words}

    train, test = phrases("train"), phrases("test")
    assert len(train) > 150
    assert len(test) > 60
    assert not train & test


def test_the_words_between_are_as_many_as_they_say_and_no_sentence_is_too_long():
    for count, fillers in BETWEEN.items():
        assert {len(filler.split()) for filler in fillers} == {count}
    assert {gap(words) for words in reviews(100).words} == set(BETWEEN)
    assert max(len(words) for words in reviews(400).words) <= 20


def test_arguments_of_reviews_are_named():
    with pytest.raises(ArgumentError, match="count: expected an even number"):
        reviews(3)
    with pytest.raises(ArgumentError, match="split: expected 'train' or 'test', got 'held'"):
        reviews(2, "held")
