"""What a submission earned, part by part, in words a student can use.

`judge` is the one place where the outputs of a test cell become points and a message; the
gradebook, the feedback pages and the local check all use it.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a page of the book judges with this module, where neither is installed
    from nbformat import NotebookNode

GRADED = "graded"
REFUSED = "refused"
MISSING = "missing"
NOT_GRADED = "not graded"

PASSED = "passed"
PARTIAL = "partial"
FAILED = "failed"
BY_HAND = "needs manual grade"
NOT_RUN = "not run"

# names of the errors that the grader itself writes under a cell
TIME_LIMIT = "TimeLimit"
MEMORY_LIMIT = "MemoryLimit"
KERNEL_DIED = "KernelDied"
CELL_NOT_RUN = "CellNotRun"
OWN_ERRORS = (TIME_LIMIT, MEMORY_LIMIT, KERNEL_DIED, CELL_NOT_RUN)

STOPS = {
    TIME_LIMIT: "stopped at the time limit",
    MEMORY_LIMIT: "stopped at the memory limit",
    KERNEL_DIED: "kernel died",
}

# what a flag of a result begins with
TIMED_OUT = "timed out"
OUT_OF_MEMORY = "out of memory"
DIED = "kernel died"
USED = "used"
SANDBOX = "sandbox"
NO_SANDBOX = "no sandbox"
FLAGS = (TIMED_OUT, OUT_OF_MEMORY, DIED, USED, SANDBOX, NO_SANDBOX)

LONGEST_MESSAGE = 800
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CELL_FILE = re.compile(r"\s*\((?:<[^>]*>|[^\s()]*\.py), (line \d+)\)")
# numpy.testing appends both arrays, and one of them is the expected value
_ARRAYS = re.compile(r"^\s*(Mismatched elements|Max absolute|ACTUAL|DESIRED|x: |y: |\(mismatch)")
_NUMPY_SCALAR = re.compile(r"np\.\w+\((.*)\)")


@dataclass(frozen=True)
class Part:
    """One graded cell of a submission.

    Parameters
    ----------
    grade_id : str
    title : str
        Words for students.
    score, max_score : float
    status : str
        'passed', 'partial', 'failed', 'needs manual grade' or 'not run'.
    message : str
        What a failed test said; empty where all went well.
    manual : bool
        True where a person grades it.
    seconds : float
        How long its tests ran, the student's code included; two results may differ in it and be
        equal.
    hidden : bool
        True where it failed in a test that students do not see.
    """

    grade_id: str
    title: str
    score: float
    max_score: float
    status: str
    message: str = ""
    manual: bool = False
    seconds: float = field(default=0.0, compare=False)
    hidden: bool = False


@dataclass(frozen=True)
class Result:
    """What one student's submission came to.

    Parameters
    ----------
    student, assignment : str
    status : str
        'graded'; 'refused' (nothing that could be graded was handed in); 'missing' (nothing was
        handed in); 'not graded' (handed in, but not graded yet, or grading broke).
    reason : str
        One line on why the score is what it is.
    repairs : tuple of str
        What intake had to mend, for the student and the instructor to know.
    parts : tuple of Part
    penalty : float
        Points taken off for lateness, by nbgrader's rule.
    flags : tuple of str
        What an instructor should look at; each begins with one of `FLAGS`.
    notebook : str
        The rebuilt notebook as it was run, as JSON; empty where none was.
    """

    student: str
    assignment: str
    status: str
    reason: str
    repairs: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    penalty: float = 0.0
    flags: tuple[str, ...] = ()
    notebook: str = ""

    def to_json(self) -> str:
        """Write it as plain data.

        Examples
        --------
        >>> part = Part("test_double", "Twice", 2.0, 2.0, PASSED)
        >>> result = Result("anna", "01_counting", GRADED, "every test passed", parts=(part,))
        >>> Result.from_json(result.to_json()) == result
        True
        """
        content = {**vars(self), "parts": [vars(part) for part in self.parts]}
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what `to_json` wrote."""
        content = json.loads(text)
        for name in ("repairs", "flags"):
            content[name] = tuple(content[name])
        content["parts"] = tuple(Part(**part) for part in content["parts"])
        return cls(**content)

    @property
    def score(self) -> float:
        """Points earned in the parts that are graded automatically."""
        return sum(part.score for part in self.parts if not part.manual)

    @property
    def max_score(self) -> float:
        """Points there are in the parts that are graded automatically."""
        return sum(part.max_score for part in self.parts if not part.manual)

    @property
    def manual_score(self) -> float:
        """Points given by hand so far."""
        return sum(part.score for part in self.parts if part.manual)

    @property
    def manual_max(self) -> float:
        """Points there are in the parts that are graded by hand."""
        return sum(part.max_score for part in self.parts if part.manual)

    @property
    def pending(self) -> float:
        """Points that still wait for a person."""
        return sum(part.max_score for part in self.parts if part.status == BY_HAND)

    @property
    def total(self) -> float:
        """All points so far, less the penalty; what nbgrader exports."""
        return max(0.0, self.score + self.manual_score - self.penalty)

    @property
    def total_max(self) -> float:
        """All points there are."""
        return self.max_score + self.manual_max


@dataclass(frozen=True)
class Verdict:
    """What the outputs of a test cell come to."""

    score: float
    message: str
    ran: bool = True


def judge(cell: NotebookNode) -> Verdict:
    """Turn the outputs of an executed test cell into points and a message.

    An error earns nothing. Otherwise a number as the cell's last value is partial credit, and no
    value is full credit. What is printed to the error stream costs nothing: progress bars and
    warnings go there. A value that is no number between 0 and the points earns nothing, since
    only a broken or a forged test ends with one.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_output
    >>> cell = new_code_cell(metadata={"nbgrader": {"grade": True, "points": 2}})
    >>> cell.outputs = [new_output("stream", name="stderr", text="100%|##########| 3/3")]
    >>> judge(cell).score
    2.0
    >>> cell.outputs = [new_output("error", ename="AssertionError", evalue="look at the border")]
    >>> judge(cell)
    Verdict(score=0.0, message='look at the border', ran=True)
    """
    points = float(cell.metadata.nbgrader.points)
    error = first_error(cell)
    if error is not None:
        return Verdict(0.0, describe(error), ran=error.ename != CELL_NOT_RUN)
    value = _last_value(cell)
    if value is None:
        return Verdict(points, "")
    earned = _number(value)
    if not 0 <= earned <= points:
        text = f"This test ended with {_tidy(value, 80)} instead of its points: tell your teacher."
        return Verdict(0.0, text)
    return Verdict(earned, _printed(cell) if earned < points else "")


def first_error(cell: NotebookNode) -> NotebookNode | None:
    """Find the error that explains a code cell best: the grader's own, else the first."""
    errors = [out for out in cell.get("outputs", []) if out.output_type == "error"]
    return next((e for e in errors if e.ename in OWN_ERRORS), errors[0] if errors else None)


def describe(error: NotebookNode) -> str:
    """Say an error in a line or two: an assertion's own message, else its name and first line."""
    said = _CELL_FILE.sub(r" (\1)", str(error.get("evalue", "")))
    if error.ename in OWN_ERRORS:
        return said
    if error.ename == "AssertionError":
        lines = said.strip().split("\n")
        keep = next((n for n, line in enumerate(lines) if _ARRAYS.match(line)), len(lines))
        return _tidy("\n".join(lines[:keep])) or "A test of this part failed."
    if error.ename == "NotImplementedError" and not said:
        return "Not filled in yet."
    first_line = said.strip().split("\n")[0]
    return _tidy(f"{error.ename}: {first_line}" if first_line else error.ename, 300)


def read_parts(notebook: NotebookNode) -> list[Part]:
    """Read the graded cells of an executed notebook."""
    return [_part(notebook, cell, before) for cell, before in _graded_cells(notebook)]


def blank_parts(release: NotebookNode) -> list[Part]:
    """Give the parts of an assignment to someone who handed in nothing that can be graded."""
    parts = (_part(release, cell, ()) for cell, _ in _graded_cells(release))
    return [replace(part, score=0.0, status=NOT_RUN, message="") for part in parts]


def status_of(score: float, max_score: float) -> str:
    """Name a score: 'passed', 'partial' or 'failed'."""
    if score >= max_score:
        return PASSED
    return PARTIAL if score > 0 else FAILED


def reason_for(notebook: NotebookNode, parts: Iterable[Part]) -> str:
    """Say in one line why an executed notebook earned what it earned."""
    lost = [part.title for part in parts if not part.manual and part.score < part.max_score]
    if not lost:
        return "every test passed"
    if notebook.metadata.get("cnncourse", {}).get("blank"):
        return "no answer was filled in"
    stops = []
    for ename, words in STOPS.items():
        cells = [
            name_of(cell)
            for cell in notebook.cells
            if (error := first_error(cell)) is not None and error.ename == ename
        ]
        stops += [f"{words} in {', '.join(cells)}"] if cells else []
    return "; ".join([*stops, "lost points in: " + ", ".join(lost)])


def name_of(cell: NotebookNode) -> str:
    """Name a cell for a reader: by its grade_id where it has one."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    return f"cell “{grade_id}”" if grade_id else "a cell outside the parts"


def _graded_cells(
    notebook: NotebookNode,
) -> Iterator[tuple[NotebookNode, tuple[NotebookNode, ...]]]:
    """Yield each graded cell with the cells that stand between it and the one before."""
    before: list[NotebookNode] = []
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            yield cell, tuple(before)
            before = []
        else:
            before.append(cell)


def _part(
    notebook: NotebookNode, cell: NotebookNode, before: tuple[NotebookNode, ...]
) -> Part:
    meta = cell.metadata.nbgrader
    titles = notebook.metadata.get("cnncourse", {}).get("titles", {})
    title, points = titles.get(meta.grade_id, meta.grade_id), float(meta.points)
    if meta.solution:
        unanswered = _is_unanswered(cell)
        status = FAILED if unanswered else BY_HAND
        message = "No answer was given." if unanswered else ""
        return Part(meta.grade_id, title, 0.0, points, status, message, manual=True)
    verdict = judge(cell)
    status = status_of(verdict.score, points) if verdict.ran else NOT_RUN
    message = verdict.message
    if status == FAILED and (cause := _cause(before)):
        message = f"{message}\n{cause}"
    return Part(meta.grade_id, title, verdict.score, points, status, message)


def _is_unanswered(cell: NotebookNode) -> bool:
    """Whether an answer cell is as it was released, by the checksum that nbgrader wrote in it."""
    meta = cell.metadata.nbgrader
    known = [cell.source, cell.cell_type, meta.grade, meta.solution, meta.locked, meta.grade_id]
    text = "".join(map(str, [*known, float(meta.points)]))
    checksum = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return meta.get("checksum") == checksum


def _cause(before: tuple[NotebookNode, ...]) -> str:
    """Say which cell above a failed test had failed already: often the true reason."""
    for cell in before:
        if (error := first_error(cell)) is not None:
            return f"Before that, {name_of(cell)} failed: {describe(error)}"
    return ""


def _last_value(cell: NotebookNode) -> str | None:
    values = [out for out in cell.get("outputs", []) if out.output_type == "execute_result"]
    return str(values[-1].data.get("text/plain", "")) if values else None


def _number(text: str) -> float:
    """Read a number as Python or NumPy shows it; what is none becomes one that is refused."""
    if scalar := _NUMPY_SCALAR.fullmatch(text.strip()):
        text = scalar[1]
    try:
        return float(text)
    except ValueError:
        return math.nan


def _printed(cell: NotebookNode) -> str:
    streams = [out for out in cell.outputs if out.output_type == "stream" and out.name == "stdout"]
    return _tidy("".join(out.text for out in streams))


def _tidy(text: Any, longest: int = LONGEST_MESSAGE) -> str:
    """Drop colour codes and control characters, and cut what is too long to read."""
    plain = _CONTROL.sub("", _ANSI.sub("", str(text))).strip()
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
