"""Read an exercise and its misconceptions from their text source.

An exercise is a folder with `exercise.py` in jupytext's percent format. It opens with a YAML
header between two lines `# ---`; its cells carry three short markers::

    # %% solution="pad2d"                          code that students write
    # %% tests="test_pad2d" points=2               asserts that earn points; gpu=true: on a GPU
    # %% [markdown] written="explain" points=2     prose, graded by hand

In a solution or written cell, `### BEGIN SOLUTION` and `### END SOLUTION` enclose what students
do not get; in a tests cell, `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS` do. The heading
above a graded cell is its title, so each graded cell stands under a heading of its own. The comment
at the head of a tests cell says what is tested, hidden tests included; feedback repeats it, and the
hints (`<details>` whose summary begins with "Hint") of the text above.

`wrong/NAME.py` holds a misconception: solution cells as a student who got one thing wrong would
write them, and a header that says what they lose and what they are told. `right/NAME.py` holds
other right answers, and a header that says how they differ; they earn everything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode

from cnncourse.errors import SourceError

MARKERS = ("solution", "tests", "written")
SOLUTION = "SOLUTION"
HIDDEN_TESTS = "HIDDEN TESTS"
_OPTIONS = {*MARKERS, "points", "gpu", "lines_to_next_cell"}  # jupytext itself adds the last one
_ID = r"[A-Za-z0-9_-]{1,64}"
_ID_WORDS = "up to 64 letters, digits, - and _"


@dataclass(frozen=True)
class PartSpec:
    """One graded cell.

    Parameters
    ----------
    grade_id : str
    points : float
        The most it can earn.
    manual : bool
        True where a person grades it.
    title : str
        Words for students: the heading above it, without its number.
    """

    grade_id: str
    points: float
    manual: bool
    title: str


@dataclass(frozen=True)
class Exercise:
    """An exercise, checked.

    Parameters
    ----------
    name : str
        Of the folder, the assignment and the notebook.
    folder : Path
    title : str
    chapter : str
        Path of the book's page, from the project's root.
    minutes : int
        How long a student is likely to need.
    seconds_per_cell : int
        The longest a cell may run before it counts as an endless loop.
    summary : str
    may_not_call : tuple of str
        What students are asked not to call, because writing it is the point.
    notebook : NotebookNode
        nbgrader's source notebook: answers and hidden tests included.
    """

    name: str
    folder: Path
    title: str
    chapter: str
    minutes: int
    seconds_per_cell: int
    summary: str
    may_not_call: tuple[str, ...]
    notebook: NotebookNode

    @property
    def file(self) -> Path:
        """Where the exercise is written."""
        return self.folder / "exercise.py"

    @property
    def parts(self) -> tuple[PartSpec, ...]:
        """The graded cells, in order."""
        return tuple(_parts(self.notebook.cells))

    @property
    def answers(self) -> dict[str, str]:
        """The reference answer of every cell that students fill, by its grade_id."""
        return {
            cell.metadata.nbgrader.grade_id: without_marks(cell.source, SOLUTION)
            for cell in self.notebook.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }


@dataclass(frozen=True)
class Misconception:
    """What one wrong idea does to the answers, what it costs and what its owner is told.

    Parameters
    ----------
    name : str
    sentence : str
        The wrong idea.
    loses : dict of str to float
        Points lost, by grade_id; every other part is full.
    says : dict of str to list of str
        Words that the message of that part must contain.
    answers : dict of str to str
        Sources of the solution cells it changes, by grade_id.
    """

    name: str
    sentence: str
    loses: dict[str, float]
    says: dict[str, list[str]]
    answers: dict[str, str]


@dataclass(frozen=True)
class Variant:
    """Right answers that are written otherwise than the reference.

    Parameters
    ----------
    name : str
    how : str
        In which way they differ.
    answers : dict of str to str
        Sources of the solution cells it changes, by grade_id.
    """

    name: str
    how: str
    answers: dict[str, str]


def read_exercise(folder: Path) -> Exercise:
    """Read an exercise and check it.

    Parameters
    ----------
    folder : Path
        Holds `exercise.py`; its name is the assignment's.

    Returns
    -------
    Exercise

    Raises
    ------
    SourceError
        With the file, the cell and what was expected.
    """
    file = Path(folder).absolute() / "exercise.py"
    if not re.fullmatch(_ID, file.parent.name):
        raise SourceError(file.parent, f"expected a folder's name of {_ID_WORDS}")
    header, cells = _read_percent(file)
    fields = _check_header(file, header, _EXERCISE_HEADER)
    fields["may_not_call"] = tuple(fields["may_not_call"])
    cells = [_nbgrader_cell(file, cell) for cell in cells]
    _check_unique(file, (cell.id for cell in cells if "nbgrader" in cell.metadata))
    parts = list(_parts(cells))
    _check_titles(file, parts)
    opening = nbformat.v4.new_markdown_cell(_opening(file.parent.name, fields, parts))
    notebook = nbformat.v4.new_notebook(
        cells=[_with_hashed_id(cell, n) for n, cell in enumerate([opening, *cells])],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    return Exercise(name=file.parent.name, folder=file.parent, notebook=notebook, **fields)


def read_exercises(root: Path) -> list[Exercise]:
    """Read every folder of `root` that holds an `exercise.py`, in the order of their names.

    Parameters
    ----------
    root : Path

    Returns
    -------
    list of Exercise

    Raises
    ------
    SourceError
        If there is none, or one is not as expected.
    """
    files = sorted(Path(root).glob("*/exercise.py"))
    if not files:
        raise SourceError(root, "expected at least one folder with an exercise.py")
    return [read_exercise(file.parent) for file in files]


def read_misconceptions(exercise: Exercise) -> list[Misconception]:
    """Read `wrong/*.py` of an exercise and check each against the exercise.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    list of Misconception
        In the order of their names; empty where there are none.

    Raises
    ------
    SourceError
        If one names a cell that the exercise does not have, or loses more than there is.
    """
    files = sorted((exercise.folder / "wrong").glob("*.py"))
    return [_read_misconception(file, exercise) for file in files]


def read_variants(exercise: Exercise) -> list[Variant]:
    """Read `right/*.py` of an exercise.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    list of Variant
        In the order of their names; empty where there are none.

    Raises
    ------
    SourceError
        If one answers a cell that the exercise does not have.
    """
    files = sorted((exercise.folder / "right").glob("*.py"))
    return [_read_variant(file, exercise) for file in files]


def without_marks(source: str, kind: str) -> str:
    r"""Drop the `### BEGIN kind` and `### END kind` lines, keep what they enclose.

    Parameters
    ----------
    source : str
        Of a cell.
    kind : str
        "SOLUTION" or "HIDDEN TESTS".

    Returns
    -------
    str

    Examples
    --------
    >>> without_marks("x = 1\n### BEGIN SOLUTION\ny = 2\n### END SOLUTION", "SOLUTION")
    'x = 1\ny = 2'
    """
    lines = source.split("\n")
    return "\n".join(line for line in lines if not re.search(f"### (BEGIN|END) {kind}", line))


# ---------------------------------------------------------------------------------------
# headers


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_points(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_losses(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(map(_is_points, value.values()))


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(map(_is_list_of_text, value.values()))


_Header = dict[str, tuple[Callable[[Any], bool], str]]

_EXERCISE_HEADER: _Header = {
    "title": (_is_text, "some text"),
    "chapter": (_is_text, "the path of a page of the book"),
    "minutes": (_is_count, "a whole number above 0"),
    "seconds_per_cell": (_is_count, "a whole number above 0"),
    "summary": (_is_text, "some text"),
    "may_not_call": (_is_list_of_text, "a list of names, [] for none"),
}

_RIGHT_HEADER: _Header = {"how": (_is_text, "one sentence")}

_WRONG_HEADER: _Header = {
    "misconception": (_is_text, "one sentence"),
    "loses": (_is_losses, "points above 0 by grade_id"),
    "says": (_is_words, "a list of words by grade_id"),
}


def _check_header(file: Path, header: dict[str, Any], expected: _Header) -> dict[str, Any]:
    if unknown := sorted(header.keys() - expected.keys()):
        raise SourceError(file, f"header: unknown key {unknown[0]!r}; known: {', '.join(expected)}")
    for key, (is_right, words) in expected.items():
        if key not in header:
            raise SourceError(file, f"header: missing key {key!r}, expected {words}")
        if not is_right(header[key]):
            raise SourceError(file, f"header: {key}: expected {words}, got {header[key]!r}")
    return {key: v.strip() if isinstance(v, str) else v for key, v in header.items()}


def _read_percent(file: Path) -> tuple[dict[str, Any], list[NotebookNode]]:
    if not file.is_file():
        raise SourceError(file, "no such file")
    try:
        cells = jupytext.reads(file.read_text(encoding="utf-8"), fmt="py:percent").cells
    except UnicodeDecodeError as error:
        raise SourceError(file, f"expected text in UTF-8: {error}") from error
    if not cells or cells[0].cell_type != "raw":
        raise SourceError(file, "expected a YAML header between two lines `# ---` at the top")
    try:
        header = yaml.safe_load(cells[0].source.strip("-\n"))
    except yaml.YAMLError as error:
        raise SourceError(file, f"header: not YAML: {error}") from error
    if not isinstance(header, dict):
        raise SourceError(file, f"header: expected `key: value` lines, got {header!r}")
    return header, cells[1:]


# ---------------------------------------------------------------------------------------
# cells

_NEW_CELL = {
    "code": nbformat.v4.new_code_cell,
    "markdown": nbformat.v4.new_markdown_cell,
    "raw": nbformat.v4.new_raw_cell,
}


def _marker(file: Path, cell: NotebookNode) -> tuple[str, str] | None:
    if unknown := sorted(cell.metadata.keys() - _OPTIONS):
        known = ", ".join([*MARKERS, "points", "gpu"])
        raise SourceError(file, f"cell option {unknown[0]!r}: unknown; known: {known}")
    found = [(marker, cell.metadata[marker]) for marker in MARKERS if marker in cell.metadata]
    if not found:
        return None
    if len(found) > 1:
        raise SourceError(file, f"cell {found[0][1]!r}: expected one marker, got {dict(found)}")
    marker, grade_id = found[0]
    if not isinstance(grade_id, str) or not re.fullmatch(_ID, grade_id):
        raise SourceError(file, f"{marker}: expected an id of {_ID_WORDS}, got {grade_id!r}")
    return marker, grade_id


def _nbgrader_cell(file: Path, cell: NotebookNode) -> NotebookNode:
    """Turn jupytext's cell into nbgrader's; a cell without a marker only loses its metadata."""
    marked = _marker(file, cell)
    if marked is None:
        _check_plain(file, cell)
        return _NEW_CELL[cell.cell_type](cell.source)
    marker, grade_id = marked
    kind = "markdown" if marker == "written" else "code"
    where = f"cell {grade_id!r}"
    if cell.cell_type != kind:
        raise SourceError(file, f"{where}: {marker} expects a {kind} cell, got {cell.cell_type}")
    _check_marks(file, where, marker, cell.source)
    meta = {
        "grade": marker != "solution",
        "grade_id": grade_id,
        "locked": marker == "tests",
        "schema_version": 3,
        "solution": marker != "tests",
        "task": False,
    }
    if meta["grade"]:
        meta["points"] = _points(file, where, cell)
    elif "points" in cell.metadata:
        raise SourceError(file, f"{where}: a solution cell earns no points, its tests cell does")
    metadata: dict[str, Any] = {"nbgrader": meta}
    if gpu := cell.metadata.get("gpu", False):
        if marker != "tests" or gpu is not True:
            raise SourceError(file, f"{where}: gpu=true is for a tests cell that needs a GPU")
        metadata["tags"] = ["gpu"]
    return _NEW_CELL[kind](cell.source, id=grade_id, metadata=metadata)


def _points(file: Path, where: str, cell: NotebookNode) -> float:
    points = cell.metadata.get("points")
    if not _is_points(points):
        raise SourceError(file, f"{where}: expected points above 0, as in points=2, got {points!r}")
    return points


def _check_plain(file: Path, cell: NotebookNode) -> None:
    for kind in (SOLUTION, HIDDEN_TESTS):
        if f"BEGIN {kind}" in cell.source:
            line = cell.source.split("\n")[0]
            raise SourceError(file, f"BEGIN {kind} in a cell without a marker, at {line!r}")


def _check_marks(file: Path, where: str, marker: str, source: str) -> None:
    """Every BEGIN has its END; a solution block is required; no block of the other kind."""
    own, foreign = (HIDDEN_TESTS, SOLUTION) if marker == "tests" else (SOLUTION, HIDDEN_TESTS)
    if f"BEGIN {foreign}" in source or f"END {foreign}" in source:
        raise SourceError(file, f"{where}: a {foreign} block has no place in a {marker} cell")
    marks = re.findall(rf"^\s*### (BEGIN|END) {own}\s*$", source, flags=re.MULTILINE)
    written = source.count(f"BEGIN {own}") + source.count(f"END {own}")
    if marks != ["BEGIN", "END"] * (len(marks) // 2) or len(marks) != written:
        raise SourceError(
            file, f"{where}: expected each line `### BEGIN {own}` to be closed by `### END {own}`"
        )
    if not marks and marker != "tests":
        raise SourceError(file, f"{where}: expected a block ### BEGIN {own} ... ### END {own}")


def _check_unique(file: Path, grade_ids: Iterable[str]) -> None:
    seen = set()
    for grade_id in grade_ids:
        if grade_id in seen:
            raise SourceError(file, f"cell {grade_id!r}: this id is used twice")
        seen.add(grade_id)


def _check_titles(file: Path, parts: list[PartSpec]) -> None:
    if not parts:
        raise SourceError(file, "expected at least one graded cell (tests=... or written=...)")
    seen: dict[str, str] = {}
    for part in parts:
        if not part.title:
            raise SourceError(file, f"cell {part.grade_id!r}: expected a heading `## ...` above it")
        if part.title in seen:
            raise SourceError(
                file,
                f"cells {seen[part.title]!r} and {part.grade_id!r} stand under one heading, "
                f"{part.title!r}: expected a heading for each",
            )
        seen[part.title] = part.grade_id


def _parts(cells: Iterable[NotebookNode]) -> Iterable[PartSpec]:
    title = ""
    for cell in cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and not meta:
            for heading in re.findall(r"^##+ (.+)$", cell.source, flags=re.MULTILINE):
                title = re.sub(r"^Part \d+[.:]?\s*", "", heading.strip())
        if meta.get("grade"):
            yield PartSpec(meta["grade_id"], meta["points"], meta["solution"], title)


def _with_hashed_id(cell: NotebookNode, position: int) -> NotebookNode:
    """Give a cell without a grade_id an id that depends on nothing but the source."""
    if "nbgrader" not in cell.metadata:
        text = f"{position}\n{cell.cell_type}\n{cell.source}"
        cell["id"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return cell


def _opening(name: str, fields: dict[str, Any], parts: list[PartSpec]) -> str:
    """The first cell of every notebook, from the header."""
    forbidden = ", ".join(f"`{call}`" for call in fields["may_not_call"])
    by_hand = sum(part.points for part in parts if part.manual)
    lines = [
        f"# {fields['title']}",
        "",
        fields["summary"],
        "",
        f"About {fields['minutes']} minutes, {sum(p.points for p in parts):g} points"
        + (f", {by_hand:g} of them graded by hand." if by_hand else "."),
        "",
        "**How to work.** Write your code where a cell says `YOUR CODE HERE`, and delete the line",
        "`raise NotImplementedError()`. Run the cell, then the test cell below it. A test that",
        "passes says nothing, or its points where there is partial credit; a test that fails tells",
        "you what to look at. Change no test cell: grading uses fresh copies of them, and adds",
        "a few more tests of the same ideas. Where an example says `0.8`, NumPy may show you",
        "`np.float64(0.8)`: that is the same number, with its type.",
        "",
        "**How to check.** Restart the kernel and run all cells. Or save the notebook and, in a",
        f"terminal, run `cnncourse check {name}.ipynb`: it reads the saved file, runs the same",
        "tests from top to bottom, and counts your points.",
    ]
    if forbidden:
        lines += ["", f"**Write it yourself.** Please do not call {forbidden}."]
    return "\n".join(lines)


# ---------------------------------------------------------------------------------------
# misconceptions and variants


def _read_misconception(file: Path, exercise: Exercise) -> Misconception:
    header, cells = _read_percent(file)
    fields = _check_header(file, header, _WRONG_HEADER)
    _check_losses(file, fields, {part.grade_id: part for part in exercise.parts})
    answers = _answers(file, exercise, cells)
    return Misconception(
        file.stem, fields["misconception"], fields["loses"], fields["says"], answers
    )


def _read_variant(file: Path, exercise: Exercise) -> Variant:
    header, cells = _read_percent(file)
    fields = _check_header(file, header, _RIGHT_HEADER)
    return Variant(file.stem, fields["how"], _answers(file, exercise, cells))


def _answers(file: Path, exercise: Exercise, cells: list[NotebookNode]) -> dict[str, str]:
    """Read the solution cells of a file beside an exercise."""
    answers = {}
    for cell in cells:
        marked = _marker(file, cell)
        if marked is None or marked[0] != "solution":
            line = cell.source.split("\n")[0]
            raise SourceError(file, f"expected only cells marked solution=..., got {line!r}")
        if marked[1] not in exercise.answers:
            known = ", ".join(exercise.answers)
            raise SourceError(file, f"no solution cell {marked[1]!r} in {exercise.name}: {known}")
        answers[marked[1]] = cell.source
    if not answers:
        raise SourceError(file, "expected at least one cell marked solution=...")
    return answers


def _check_losses(file: Path, fields: dict[str, Any], parts: dict[str, PartSpec]) -> None:
    for grade_id, lost in fields["loses"].items():
        part = parts.get(grade_id)
        if part is None or part.manual:
            known = ", ".join(p.grade_id for p in parts.values() if not p.manual)
            raise SourceError(file, f"loses: no tests cell {grade_id!r}; there are {known}")
        if lost > part.points:
            raise SourceError(
                file, f"loses: {grade_id}: expected at most {part.points:g} points, got {lost:g}"
            )
    if fields["says"].keys() != fields["loses"].keys():
        raise SourceError(file, "says: expected words for each grade_id in loses, and no other")
