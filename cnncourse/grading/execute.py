"""nbgrader's preprocessors for autograding, mended where stock ones are unfair.

`RebuildSubmission` replaces whatever was handed in by the released notebook with the student's
answers in it; `ExecuteSubmission` survives endless loops and dying kernels; `SaveScores` writes
what `judge` says into the gradebook. The course's `nbgrader_config.py` names them, so that stock
`nbgrader autograde` and formgrader's button give the same scores.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import determine_grade, is_solution
from traitlets import Integer, default

from cnncourse.grading.intake import is_blank, rebuild
from cnncourse.grading.results import CELL_NOT_RUN, KERNEL_DIED, TIME_LIMIT, judge, name_of

Resources = dict[str, Any]

DEFAULT_SECONDS = 30

SANITIZE = (
    "cnncourse.grading.execute.RebuildSubmission",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
)
AUTOGRADE = (
    "cnncourse.grading.execute.ExecuteSubmission",
    "nbgrader.preprocessors.LimitOutput",
    "cnncourse.grading.execute.SaveScores",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)


class RebuildSubmission(NbGraderPreprocessor):
    """Replace the submitted notebook by the released one with the student's answers."""

    def preprocess(
        self, nb: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        """Rebuild; the notebook's metadata says what was mended and what was graded."""
        place, meta = resources["nbgrader"], resources["metadata"]
        coursedir = self.parent.parent.coursedir
        folder = coursedir.format_path(coursedir.release_directory, ".", place["assignment"])
        release_file = Path(folder) / f"{place['notebook']}.ipynb"
        submitted = Path(meta["path"]) / f"{meta['name']}.ipynb"
        release = nbformat.read(release_file, as_version=4)
        notebook, repairs = rebuild(release, submitted.read_bytes(), submitted)
        about = notebook.metadata.setdefault("cnncourse", NotebookNode())
        about.repairs = list(repairs)
        about.blank = is_blank(release, notebook)
        tests = tests_digest(place["db_url"], place["assignment"], place["notebook"])
        about.key = grading_key(tests, release_file, submitted)
        return notebook, resources


class ExecuteSubmission(Execute):
    """Run a notebook from top to bottom; whatever happens, every cell gets an outcome."""

    seconds_per_cell = Integer(
        None,
        allow_none=True,
        help="How long a cell may run, in seconds; None: as long as the exercise says.",
    ).tag(config=True)

    @default("shutdown_kernel")
    def _shutdown_kernel_default(self) -> str:
        return "immediate"

    @default("iopub_timeout")
    def _iopub_timeout_default(self) -> int:
        return 10  # seconds; nbclient's 4 are short on a busy machine

    def preprocess(
        self, nb: NotebookNode, resources: Resources | None = None, km: Any = None
    ) -> tuple[NotebookNode, Resources]:
        """Execute every cell under the time limit."""
        says = nb.metadata.get("cnncourse", {}).get("seconds_per_cell", DEFAULT_SECONDS)
        self.timeout = self.seconds_per_cell or says
        self.error_on_timeout = {
            "ename": TIME_LIMIT, "evalue": self._too_long(), "traceback": [self._too_long()]
        }
        self._gone = ""
        with tempfile.TemporaryDirectory(prefix="cnn-") as self._private:
            return super().preprocess(nb, resources, km)

    def create_kernel_manager(self) -> Any:
        """Make a kernel that other users' settings and other kernels cannot disturb.

        Its channels are sockets in a folder of its own, since TCP ports are chosen first and
        bound later, and two kernels that start together may choose the same one.
        """
        manager = super().create_kernel_manager()
        if os.name == "posix":
            manager.transport = "ipc"
            manager.ip = str(Path(self._private) / "kernel")
        manager.kernel_spec.env.update(
            IPYTHONDIR=self._private, PYTHONHASHSEED="0", OMP_NUM_THREADS="1"
        )
        return manager

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Run one cell, or write under it why it was not run."""
        if self._gone:
            if cell.cell_type == "code" and cell.source.strip():
                _fail(cell, CELL_NOT_RUN, self._gone)
            return cell, resources
        try:
            return super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            self._gone = f"Not run: the kernel had died in {name_of(cell)}."
            _fail(cell, KERNEL_DIED, "The kernel died while this cell ran.")
        except CellTimeoutError:
            self._gone = f"Not run: {name_of(cell)} could not be stopped."
            _fail(cell, TIME_LIMIT, f"{self._too_long()} It could not be stopped.")
        return cell, resources

    def _too_long(self) -> str:
        return f"Stopped: it ran longer than the limit of {self.timeout} seconds per cell."


class SaveScores(SaveAutoGrades):
    """Write scores and messages into the gradebook; scores given by hand stay."""

    _answer: str | None = None

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        grade = self.gradebook.find_grade(cell.metadata.nbgrader.grade_id, *self._place)
        by_hand = is_solution(cell) or cell.cell_type != "code"
        grade.auto_score = determine_grade(cell)[0] if by_hand else judge(cell).score
        # as in nbgrader: what a person scored before is shown to them again
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        self.gradebook.db.commit()
        if not by_hand and self._answer and (message := judge(cell).message):
            self._add_message(self._answer, message)

    def _add_comment(self, cell: NotebookNode, resources: Resources) -> None:
        super()._add_comment(cell, resources)
        self._answer = cell.metadata.nbgrader.grade_id

    def _add_message(self, answer: str, message: str) -> None:
        """Show the test's message in formgrader, under the answer above the test."""
        comment = self.gradebook.find_comment(answer, *self._place)
        comment.auto_comment = "\n".join(filter(None, [comment.auto_comment, message]))
        self.gradebook.db.commit()

    @property
    def _place(self) -> tuple[str, str, str]:
        return self.notebook_id, self.assignment_id, self.student_id


def tests_digest(db_url: str, assignment: str, notebook: str) -> str:
    """Name the tests, hidden ones included, that the gradebook holds for a notebook."""
    with Gradebook(db_url) as gradebook:
        cells = gradebook.find_notebook(notebook, assignment).source_cells
        return _hash(repr(sorted((cell.name, cell.source) for cell in cells)).encode())


def grading_key(tests: str, release: Path, submitted: Path) -> str:
    """Name all that a score depends on; equal keys mean that grading again repeats what is known.

    Parameters
    ----------
    tests : str
        From `tests_digest`.
    release, submitted : Path
        The two notebooks.
    """
    return _hash("".join([tests, *(_hash(p.read_bytes()) for p in (release, submitted))]).encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _fail(cell: NotebookNode, name: str, words: str) -> None:
    cell.outputs = [
        *cell.outputs, new_output("error", ename=name, evalue=words, traceback=[words])
    ]
