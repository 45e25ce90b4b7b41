"""The prover says of a notebook what running all of it would say."""

from dataclasses import replace

import nbformat
import pytest

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import read_misconceptions
from cnncourse.errors import CourseError
from cnncourse.grading import mutation, replay
from cnncourse.grading.engine import Bundle, Grader
from cnncourse.grading.mutants import mutants
from cnncourse.grading.proof import cells_of
from cnncourse.grading.prover import Claim, prove
from cnncourse.grading.slices import ANSWER, PLAIN, TESTS, Cell, changed_cells, needed, touched
from cnncourse.grading.trials import Trials, attempt, with_examples

CELLS = (
    Cell("imports", PLAIN, "%matplotlib inline\nimport numpy as np"),
    Cell("data", PLAIN, "scale = len('ab')"),
    Cell("double", ANSWER, "def double(x):\n    return scale * x"),
    Cell("test_double", TESTS, "got = double(3)\nassert got == 6, 'twice three'", 2.0),
    Cell("figure", PLAIN, "raise SystemExit('nobody needs this figure')"),
    Cell("mean", ANSWER, "def mean(x):\n    return np.mean(x)"),
    Cell("test_mean", TESTS, "got = mean(np.arange(3))\nassert got == 1, 'the mean'", 1.0),
    Cell("both", ANSWER, "def both(x):\n    return double(mean(x))"),
    Cell("test_both", TESTS, "if both([1, 3]) != 4:\n    print('both')\n0.5", 1.0),
)
WRONG = "def double(x):\n    return x + 3"


def names(numbers):
    return {CELLS[n].id for n in numbers}


def test_what_a_change_reaches_is_found_through_functions():
    assert names(touched(CELLS, changed_cells(CELLS, {"double": WRONG}))) == {
        "double", "test_double", "both", "test_both",
    }  # fmt: skip
    assert names(needed(CELLS, [3])) == {"data", "double", "test_double"}


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("if a:\n    x = 1\ny = x", True),
        ("if a:\n    x = 1\nelse:\n    x = 2\ny = x", False),
        ("for i in a:\n    x = i\ny = x", True),
        ("try:\n    x = a\nexcept ValueError:\n    pass\ny = x", True),
        ("try:\n    x = a\nexcept ValueError as e:\n    x = e\ny = x", False),
        ("x = 1\nf = lambda: x", False),
        ("def f():\n    return x\nx = 1", True),
        ("def f(x):\n    return x", False),
        ("y = [x for x in a]", False),
        ("x += 1", True),
        ("with a as x:\n    y = x", False),
        ("class C:\n    y = x", True),
    ],
)
def test_a_cell_depends_on_what_it_may_read_before_it_makes_it(source, reached):
    cells = (Cell("first", ANSWER, "x = 0"), Cell("second", TESTS, source))
    assert (1 in touched(cells, changed_cells(cells, {"first": "x = 5"}))) is reached


def test_claims_are_judged_as_the_grader_judges():
    found = prove(
        CELLS,
        [
            Claim("wrong", {"double": WRONG}),
            Claim("broken", {"double": "def double(x) return"}),
            Claim("reference"),
            Claim("endless", {"mean": "def mean(x):\n    while True: pass"}, seconds=0.3),
            Claim("gone", {"mean": "def mean(x):\n    import os; os.kill(os.getpid(), 15)"}),
            Claim("stops", {"double": "def double(x): return 0"}, until_lost=True),
        ],
    )
    assert found["wrong"]["test_double"].score == 2  # 3 + 3 is 6
    assert {key: one.score for key, one in found["reference"].items()} == {
        "test_double": 2, "test_mean": 1, "test_both": 0.5,
    }  # fmt: skip
    assert found["broken"]["test_double"].message.startswith("NameError")
    assert "ran longer than 0.3 seconds" in found["endless"]["test_mean"].message
    assert found["gone"]["test_mean"].message == "The process died."
    assert list(found["stops"]) == ["test_double"]
    assert found["wrong"]["test_both"].message == "both"


def test_a_reference_that_does_not_come_to_its_end_is_named():
    cells = (Cell("f", ANSWER, "import os\nos._exit(1)"), *CELLS)
    with pytest.raises(CourseError, match="a cell ended the process before 'later' could be"):
        prove(cells, [Claim("later", {"mean": "def mean(x): return 0"})])


def test_the_prover_and_the_engine_agree(exercise):
    """Every misconception of an exercise, in one process and in two."""
    bundle, cells = Bundle.from_exercise(exercise), cells_of(exercise)
    ideas = read_misconceptions(exercise)
    tests = tuple(bundle.tests)
    ours = prove(cells, [Claim(idea.name, idea.answers, tests) for idea in ideas])
    with Grader(bundle, sandbox="none") as grader:
        for idea in ideas:
            answers = {**exercise.answers, **idea.answers}
            notebook = nbformat.writes(fill_in(bundle.release, answers)).encode()
            parts = [p for p in grader.grade(notebook).parts if not p.manual]
            assert {p.grade_id: (p.score, p.message) for p in parts} == {
                key: (one.score, one.message) for key, one in ours[idea.name].items()
            }


def test_seeds_try_only_what_chance_reaches_and_find_what_it_breaks():
    chancy = Cell(
        "test_chance", TESTS,
        "from cnncourse.probes import seed\nassert mean([seed() % 3]) < 2, 'two'", 1.0,
    )  # fmt: skip
    trials = Trials(
        (*CELLS, chancy), seeds=tuple(range(8)),
        variants={"sum": {"mean": "def mean(x): return sum(x) / len(x)"},
                  "twice": {"double": "def double(x): return x * 2"}},
    )  # fmt: skip
    found = attempt(trials).seeds
    assert {name.partition(",")[0] for name in found} == {"reference", "sum"}
    assert {key for outcome in found.values() for key in outcome} == {"test_chance"}
    lost = {name for name, outcome in found.items() if outcome["test_chance"].score == 0}
    assert lost
    assert len(lost) < len(found)


def test_examples_in_docstrings_are_run():
    documented = {
        "double": "Twice.\n\n>>> int(double(np.int64(2)))\n4", "mean": ">>> mean([1, 3])\n7",
    }  # fmt: skip
    cells = with_examples(CELLS, documented)
    found = prove(cells, [Claim("all")])["all"]
    assert found["examples of double"].score == 1
    assert "Expected:\n    7" in found["examples of mean"].message


def test_who_knows_the_visible_tests_by_heart_is_found_out():
    visible = "assert double(3) == 6, 'three'\n"
    hidden = "### BEGIN HIDDEN TESTS\nassert double(4) == 8, 'four'\n### END HIDDEN TESTS"
    with_marks = {"test_double": visible + hidden, "test_mean": CELLS[6].source}
    cells = tuple(
        replace(c, source=visible + "assert double(4) == 8, 'four'") if c.id == "test_double" else c
        for c in CELLS[:7]
    )
    claims = replay.claims(cells, with_marks)
    found = prove(cells, claims)
    assert mutation.survivors(cells, found) == ["knows the visible part of test_mean by heart"]


def test_mutants_are_found_or_named():
    made = {m.label: m for cell in CELLS if cell.kind == ANSWER
            for m in mutants(cell.id, cell.source)}  # fmt: skip
    assert "double:2:scale * x -> scale / x" in made
    reference = prove(CELLS, [Claim("reference")])["reference"]
    outcomes = prove(CELLS, mutation.claims_of(made.values(), reference))
    alive = mutation.survivors(CELLS[:7], outcomes)
    equal = ["mean:2:np.mean(x) -> x", "double:9:none"]
    tallies = {t.grade_id: t for t in mutation.tally(made, alive, alive[:1])}
    counted = [t.killed + len(t.survived) + len(t.equivalent) for t in tallies.values()]
    assert sum(counted) == len(made)
    assert mutation.problems_with(equal, made, alive) == [
        "equivalent.tsv: mean:2:np.mean(x) -> x: the tests find it",
        "equivalent.tsv: double:9:none: no such mutant",
    ]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("    y = x[1:n]\n    return y", ["x[:n]", "x[1:]", "x[2:n]", "x[1:n + 1]"]),
        ("    for i in range(n): x[i] += 2\n    return x",
         ["range(n + 1)", "x[i] -= 2", "x[i] = 2"]),
        ("    return x.sum(axis=0)", ["x.sum(axis=1)", "x.sum()", "return None"]),
        ("    if x < 0 and n:\n        raise ValueError('no' + 'thing')\n    return x",
         ["x < 0 or n", "x <= 0", "(nothing)"]),
        ("    return f(x, n) if n else x.copy()", ["f(n, x)", "-> f(x, n)", "-> x"]),
    ],
)
def test_the_usual_slips_are_among_the_mutants(source, what):
    labels = [m.label for m in mutants("f", "def f(x, n):\n" + source)]
    for words in what:
        assert any(words in label.partition(" -> ")[1] + label.partition(" -> ")[2]
                   for label in labels), (words, labels)
    assert not any("thing'" in label for label in labels)
