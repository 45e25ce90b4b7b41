"""Small classes whose submissions are collected and not graded."""

import sqlite3
from contextlib import closing
from pathlib import Path

import nbformat

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import read_exercise
from cnncourse.grading.course import Course, new_course
from cnncourse.grading.roster import Student

NAME = "01_counting"
EXERCISE = Path(__file__).parents[1] / "counting" / NAME
DOUBLES = ("2 * number", "number + number", "number + 2", "number ** 2", "float(number)")


def make_class(folder: Path, size: int) -> Course:
    """Make a course whose students have handed in answers of several kinds, one of them broken."""
    exercise = read_exercise(EXERCISE)
    students = [Student(f"s{n:04}", "Sam", f"Number {n}", "") for n in range(size)]
    course = new_course(folder / "course", [exercise], students)
    release = nbformat.read(course.release(NAME), as_version=4)
    inbox = folder / "inbox"
    inbox.mkdir()
    for n, student in enumerate(students):
        answers = {
            "double": f"def double(number):\n    return {DOUBLES[n % len(DOUBLES)]}  # {n}",
            "evens": f"def evens(stop):\n    return list(range({n % 2}, stop, 2))",
            "explain": f"Because {n}.",
        }
        text = nbformat.writes(fill_in(release, answers)) if n % 7 != 6 else "no notebook"
        (inbox / f"{student.id}.ipynb").write_text(text)
    course.collect(NAME, inbox)
    return course


def hand_in(course: Course, student: str, answers: dict[str, str]) -> None:
    """Have a student hand in again."""
    release = nbformat.read(course.folder / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    inbox = course.folder / "again"
    inbox.mkdir(exist_ok=True)
    nbformat.write(fill_in(release, answers), inbox / f"{student}.ipynb")
    course.collect(NAME, inbox)


def change_tests(course: Course, old: str, new: str) -> None:
    """Change the instructor's version and release it again."""
    source = course.folder / "source" / NAME / f"{NAME}.ipynb"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    course.release(NAME)


def gradebook_of(course: Course) -> list[tuple]:
    """Read all that the gradebook says of submissions, in an order of its own."""
    with closing(sqlite3.connect(course.folder / "gradebook.db")) as db:
        grades = db.execute("""
            SELECT 'grade', student_id, base_cell.name, auto_score, manual_score,
                   needs_manual_grade, late_submission_penalty
            FROM grade JOIN base_cell ON base_cell.id = cell_id
            JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
            JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        """).fetchall()
        comments = db.execute("""
            SELECT 'comment', student_id, base_cell.name, auto_comment, manual_comment
            FROM comment JOIN base_cell ON base_cell.id = cell_id
            JOIN submitted_notebook ON submitted_notebook.id = comment.notebook_id
            JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        """).fetchall()
        counts = [
            ("count", table, *db.execute(f"SELECT COUNT(*) FROM {table}").fetchone())
            for table in ("submitted_assignment", "submitted_notebook", "grade", "comment")
        ]
    return sorted(grades, key=repr) + sorted(comments, key=repr) + counts


def shown_of(course: Course) -> dict[str, bytes]:
    """Read every notebook of `autograded/`."""
    folder = course.folder / "autograded"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.ipynb")}
