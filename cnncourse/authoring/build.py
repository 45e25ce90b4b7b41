"""Build the notebooks of an exercise: nbgrader's source, the students' release, the solution."""

from __future__ import annotations

import ast
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from cnncourse.authoring.source import Exercise
from cnncourse.errors import ArgumentError, SourceError


@dataclass(frozen=True)
class Built:
    """Where the notebooks of one exercise were written."""

    source: Path
    release: Path
    solution: Path


def build_exercise(exercise: Exercise, out: Path) -> Built:
    """Write `out/source`, `out/release` and `out/solution`, each with `NAME/NAME.ipynb`.

    The source is nbgrader's own, with answers and hidden tests; the release is what nbgrader
    makes of it for students; the solution is the release with the reference answers filled in.
    Two builds of one source are byte-identical.

    Parameters
    ----------
    exercise : Exercise
    out : Path
        Made if it does not exist.

    Returns
    -------
    Built

    Raises
    ------
    SourceError
        If nbgrader refuses the exercise.
    """
    release = release_notebook(exercise)
    notebooks = {
        "source": exercise.notebook,
        "release": release,
        "solution": fill_in(release, exercise.answers),
    }
    paths = {}
    for kind, notebook in notebooks.items():
        paths[kind] = Path(out) / kind / exercise.name / f"{exercise.name}.ipynb"
        write_atomically(paths[kind], nbformat.writes(notebook) + "\n")
    return Built(**paths)


def build_exercises(exercises: Iterable[Exercise], out: Path) -> list[Built]:
    """Build every exercise, and `out/points.md` with a points table for each.

    Parameters
    ----------
    exercises : iterable of Exercise
    out : Path

    Returns
    -------
    list of Built
    """
    exercises = list(exercises)
    built = [build_exercise(exercise, out) for exercise in exercises]
    write_atomically(Path(out) / "points.md", "\n".join(map(points_table, exercises)))
    return built


def points_table(exercise: Exercise) -> str:
    """Write the points of an exercise as a Markdown table, a row per part and the total.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    str
        A heading and the table.
    """
    rows = [
        f"| {n} | {part.title} | `{part.grade_id}` | {'hand' if part.manual else 'tests'} "
        f"| {part.points:g} |"
        for n, part in enumerate(exercise.parts, start=1)
    ]
    total = sum(part.points for part in exercise.parts)
    lines = [
        f"## {exercise.title} (`{exercise.name}`)",
        "",
        "| | Part | Cell | Graded by | Points |",
        "|---:|---|---|---|---:|",
        *rows,
        f"| | **Total** | | | **{total:g}** |",
        "",
    ]
    return "\n".join(lines)


def syllabus(exercises: Iterable[Exercise]) -> list[dict[str, str]]:
    """Say of each exercise what it asks and what it is worth.

    Parameters
    ----------
    exercises : iterable of Exercise

    Returns
    -------
    list of dict of str to str
        Rows: assignment, title, chapter, functions, minutes, points, by hand.
    """
    return [
        {
            "assignment": exercise.name,
            "title": exercise.title,
            "chapter": exercise.chapter,
            "functions": ", ".join(f"`{name}`" for name in _functions(exercise)),
            "minutes": str(exercise.minutes),
            "points": f"{sum(part.points for part in exercise.parts):g}",
            "by hand": f"{sum(part.points for part in exercise.parts if part.manual):g}",
        }
        for exercise in exercises
    ]


def syllabus_markdown(
    exercises: Iterable[Exercise], chapter: Callable[[str], str] = str
) -> str:
    """Write the syllabus as a Markdown table.

    Parameters
    ----------
    exercises : iterable of Exercise
    chapter : callable, optional
        Makes a link of a chapter's path.
    """
    columns = ("assignment", "chapter", "minutes", "points", "by hand", "functions")
    rows = [{**row, "chapter": chapter(row["chapter"])} for row in syllabus(exercises)]
    marks = ["---:" if name in ("minutes", "points", "by hand") else "---" for name in columns]
    header = [name.capitalize() for name in columns]
    lines = [header, marks, *([row[name] for name in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _functions(exercise: Exercise) -> list[str]:
    """Name what students write: the functions and classes of the answers."""
    code = {cell.id for cell in exercise.notebook.cells if cell.cell_type == "code"}
    return [
        node.name
        for key, source in exercise.answers.items()
        if key in code
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]


def fill_in(release: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """Answer a released notebook as a student would.

    Parameters
    ----------
    release : NotebookNode
        As students get it; it is not changed.
    answers : mapping of str to str
        New sources of solution or written cells, by grade_id; the other cells stay as they are.

    Returns
    -------
    NotebookNode

    Raises
    ------
    ArgumentError
        If an answer names no cell that students fill.

    Examples
    --------
    >>> cell = nbformat.v4.new_code_cell("...")
    >>> cell.metadata["nbgrader"] = nbformat.from_dict({"solution": True, "grade_id": "double"})
    >>> released = nbformat.v4.new_notebook(cells=[cell])
    >>> fill_in(released, {"double": "def double(x): return x + x"}).cells[0].source
    'def double(x): return x + x'
    """
    notebook = deepcopy(release)
    to_fill = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for grade_id, source in answers.items():
        if grade_id not in to_fill:
            raise ArgumentError("answers", f"ids among {', '.join(to_fill)}", grade_id)
        to_fill[grade_id].source = source
    return notebook


def release_notebook(exercise: Exercise) -> NotebookNode:
    """Let nbgrader's `generate_assignment` make the students' notebook, in a course of its own.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    NotebookNode
        Without answers, without hidden tests, with nbgrader's checksums.

    Raises
    ------
    SourceError
        If nbgrader refuses the exercise.
    """
    from nbgrader.converters import GenerateAssignment  # it takes seconds, and few need it
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    said: list[str] = []
    log = _quiet_log(said)
    with tempfile.TemporaryDirectory(prefix="cnncourse-release-") as folder:
        # on some systems the temporary folder's name is a link, which nbgrader does not expect
        course = Path(folder).resolve()
        source = course / "source" / exercise.name / f"{exercise.name}.ipynb"
        write_atomically(source, nbformat.writes(exercise.notebook) + "\n")
        config = Config()
        config.CourseDirectory.root = str(course)
        config.CourseDirectory.assignment_id = exercise.name
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        converter = GenerateAssignment(
            coursedir=CourseDirectory(config=config, log=log), config=config, log=log
        )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # those of nbgrader and nbconvert are not ours
                converter.start()
        except NbGraderException as error:
            raise SourceError(exercise.file, "nbgrader refuses it: " + "\n".join(said)) from error
        path = course / "release" / exercise.name / f"{exercise.name}.ipynb"
        return nbformat.read(path, as_version=4)


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader finds either the old content or the new, never half.

    A file that holds this text already is left alone: what was made of it need not be made again.

    Parameters
    ----------
    path : Path
        Its folder is made if it does not exist.
    text : str
        Written as UTF-8.
    """
    if path.is_file() and path.read_bytes() == text.encode():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _quiet_log(said: list[str]) -> logging.Logger:
    """Give nbgrader a logger of its own, so that it prints nothing; errors go to `said`."""
    log = logging.Logger("nbgrader", level=logging.ERROR)
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    return log
