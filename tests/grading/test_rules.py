"""Each rule names what breaks it, and nothing else; what is stored goes stale with its source."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cnncourse.authoring.source import read_exercise, read_misconceptions, read_variants
from cnncourse.cli import ROOT
from cnncourse.grading import proven
from cnncourse.grading.mutation import Tally, read_equivalent
from cnncourse.grading.proof import cells_of
from cnncourse.grading.rules import broken_rules

SOURCE = ROOT / "exercises/02_convolution"


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of a sound exercise, and of the page that it belongs to."""
    folder = tmp_path / "exercises/02_convolution"
    shutil.copytree(SOURCE, folder)
    page = tmp_path / "book/02_convolution/index.md"
    page.parent.mkdir(parents=True)
    page.touch()
    return folder


def broken(folder, right=None):
    exercise = read_exercise(folder)
    variants = read_variants(exercise) if right is None else right
    return broken_rules(exercise, read_misconceptions(exercise), variants)


def test_a_sound_exercise_breaks_no_rule(copy):
    assert broken(copy) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("you will be able to", "you can", "does not open with its goals"),
        ("show_feature_map(photo", "print(photo", "no cell above the first answer draws"),
        ("chapter: book/02_convolution", "chapter: book/02_folding", "is no page of the book"),
        ("minutes: 90", "minutes: 400", "400 minutes are too long"),
        ("<summary>Hint 1: where to begin", "<summary>Where", None),
        ("<summary>Hint 1: the window", "<summary>The window", "test_output_pixel: 1 hints"),
        ("**Marking**", "Marking", "explain_flip: no rubric"),
        ("# The shape; the image in the middle", "image = 1  #", "test_pad2d: no comment at its"),
        ('"The frame is not 0 everywhere when', 'f"The frame is {kept}, not 0 everywhere when',
         "a hidden test's message shows a value"),
        ("rng = np.random.default_rng(seed())\nfor H", "rng = np.random.default_rng(3)\nfor H",
         "test_pad2d: hidden tests draw from a fixed number"),
        ("got = pad2d(image, 1)\n", "got = pad2d(image, 1)\nconv2d\n",
         "test_pad2d: it uses “conv2d” of another part"),
        ("    >>> pad2d(np", "    pad2d(np", "the docstring of pad2d has no example"),
        ("    H, W = image.shape\n    frame", "    H, W = np.pad(image, 0).shape\n    frame",
         "pad2d: the reference calls np.pad"),
    ],
)  # fmt: skip
def test_a_rule_names_what_breaks_it(copy, old, new, words):
    file = copy / "exercise.py"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    found = broken(copy)
    assert len(found) == (words is not None), found
    assert words is None or words in found[0]


def test_misconceptions_and_variants_are_counted(copy):
    (copy / "wrong/forgets_bias.py").unlink()
    (copy / "wrong/first_kernel_only.py").unlink()
    assert any("conv2d: " in line and "wrong/ answer it" in line for line in broken(copy))
    found = broken(copy, right=read_variants(read_exercise(copy))[:1])
    assert "pad2d: 1 files in right/ answer it, expected 2 or more" in found


def test_a_variant_may_not_call_what_students_may_not(copy):
    [first, *others] = read_variants(read_exercise(copy))
    shortcut = {"pad2d": "def pad2d(image, padding):\n    return np.pad(image, padding)"}
    found = broken(copy, right=[replace(first, answers={**first.answers, **shortcut}), *others])
    assert found == [f"pad2d: right/{first.name}.py calls np.pad"]


def test_what_is_stored_belongs_to_a_source(copy):
    exercise = read_exercise(copy)
    cells, variants = cells_of(exercise), read_variants(exercise)
    proven.store_mutants(exercise, cells, [Tally("f", 9, (), tuple(read_equivalent(exercise)))])
    proven.store_seeds(exercise, cells, variants, proven.SEEDS)
    assert proven.problems(exercise, cells, variants) == []
    prose = replace(exercise, title="Another")
    assert proven.problems(prose, cells, variants) == []
    changed = (replace(cells[0], source="x = 1"), *cells[1:])
    assert len(proven.problems(exercise, changed, variants)) == 2
    assert len(proven.problems(exercise, cells, variants[1:])) == 1
    (copy / "equivalent.tsv").unlink()
    assert "name other mutants" in proven.problems(exercise, cells, variants)[0]
    proven.store_mutants(exercise, cells, [Tally("pad2d", 8, ("pad2d:1:a", "pad2d:1:b"), ())])
    assert proven.alive_at_last(exercise) == {"pad2d:1:a", "pad2d:1:b"}
    assert proven.problems(exercise, cells, variants) == [
        "pad2d: the tests find 80.0% of the mutants, not 95%"
    ]


def test_an_equivalent_mutant_needs_a_reason(copy):
    assert len(read_equivalent(read_exercise(copy))) >= 3
    (copy / "equivalent.tsv").write_text("pad2d:1:a\tsame\n")
    with pytest.raises(Exception, match="line 1: expected a mutant's label, a tab and the reason"):
        read_equivalent(read_exercise(copy))
