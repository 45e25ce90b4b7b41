"""Compare `cnncourse grade autograde` with stock `nbgrader autograde` on the same submissions.

    python benchmarks/grading.py --out benchmarks/results/grading.json

Both are run as commands on courses of their own that hold the same submissions, one after the
other. CPU seconds are those of the command and of all that it starts; "each" is what
one more submission costs, from two classes of different sizes, and "starting" what is left of the
smaller class. Stock is slow, so it grades fewer: the first of those that ours grades. Ours runs in
the sandbox, with one process for each core; its class of 30 is compared with what stock's starting
and 30 submissions come to. Drawing costs nearly the same in both, so a notebook with many figures
gains less. Memory is the proportional set size of the command and all that it started, sampled
while it runs. Scores of both are compared before anything is reported.

`--only` measures some questions alone, and keeps what the file says of the others.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import nbformat
import sqlalchemy as sql
from nbgrader import api

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import Exercise, read_exercise
from cnncourse.grading.course import Course, new_course
from cnncourse.grading.engine import sandbox
from cnncourse.grading.roster import Student

ROOT = Path(__file__).parents[1]
NUMPY = ROOT / "benchmarks" / "assignments" / "pooling"
FIGURES = ROOT / "exercises" / "02_convolution"  # NumPy, and three figures to draw
PYTORCH = ROOT / "benchmarks" / "assignments" / "tiny_cnn"
CLASS = 30
_STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "cnncourse"\n'


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds on the clock and of the processor, bytes at the most."""

    wall: float
    cpu: float
    memory: int


# ---------------------------------------------------------------------------------------
# classes


def collected(folder: Path, exercise: Exercise, size: int) -> Course:
    """Make a course whose students have handed in; every file is another, all are right."""
    students = [Student(f"s{n:05}", "Sam", f"Number {n}") for n in range(size)]
    course = new_course(folder, [exercise], students)
    release = nbformat.read(course.release(exercise.name), as_version=4)
    code = next(cell.id for cell in release.cells if cell.id in exercise.answers)
    for n, student in enumerate(students):
        answers = {**exercise.answers, code: f"{exercise.answers[code]}\n# {n}"}
        path = folder / "submitted" / student.id / exercise.name / f"{exercise.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(fill_in(release, answers), path)
    return course


def make_stock(course: Course) -> None:
    """Let nothing of ours take part."""
    (course.folder / "nbgrader_config.py").write_text(_STOCK)


# ---------------------------------------------------------------------------------------
# measuring


def take(folder: Path, *command: str) -> Cost:
    """Run a command in a folder; what it starts and does not wait for counts, too."""
    sandbox.adopt_orphans()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with (folder / "benchmark.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        with _watched(process.pid) as most:
            if process.wait():
                raise SystemExit(f"{command} failed: see {log.name}")
    wall = time.perf_counter() - start
    with contextlib.suppress(ChildProcessError):  # what it left behind, to the last second
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, max(most))


@contextmanager
def _watched(pid: int) -> Iterator[list[int]]:
    """Sample the memory of a process and of all that came from it, in bytes."""
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            most.append(sum(map(_held, _descendants(pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def _descendants(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += parents.get(found[-1], [])
    return found


def _held(pid: int) -> int:
    """Read a process's proportional set size."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def ours(course: Course, name: str, workers: int) -> Cost:
    """Grade with `cnncourse`."""
    return take(course.folder, sys.executable, "-m", "cnncourse", "grade", "autograde", name,
                "--workers", str(workers))  # fmt: skip


def theirs(course: Course, name: str) -> Cost:
    """Grade with `nbgrader`."""
    return take(course.folder, sys.executable, "-m", "nbgrader", "autograde", name)


def totals(course: Course) -> dict[str, float]:
    """Read everyone's score."""
    with api.Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "cnncourse") as book:
        return {s.student.id: s.score for a in book.assignments for s in a.submissions}


# ---------------------------------------------------------------------------------------
# the questions


def against_stock(source: Path, stock: int, workers: int) -> dict[str, object]:
    """Grade the same submissions with both: what starting costs, what each submission costs."""
    exercise = read_exercise(source)
    mine = {size: _graded(exercise, size, workers) for size in (CLASS, 3 * CLASS)}
    slow = {size: _graded(exercise, size, None) for size in (1, stock)}
    if any(mine[CLASS][1][student] != score for student, score in slow[stock][1].items()):
        raise SystemExit(f"{exercise.name}: the scores differ")
    ours_cpu = _split(*((size, cost) for size, (cost, _) in mine.items()))
    stock_cpu = _split(*((size, cost) for size, (cost, _) in slow.items()))
    class_of_stock = stock_cpu["starting"] + CLASS * stock_cpu["each"]
    return {
        "assignment": exercise.title,
        "submissions": {"stock": stock, "ours": 3 * CLASS},
        "stock_cpu_seconds": stock_cpu, "ours_cpu_seconds": ours_cpu,
        "ratio_each": round(stock_cpu["each"] / ours_cpu["each"], 1),
        f"ratio_for_a_class_of_{CLASS}": round(class_of_stock / mine[CLASS][0].cpu, 1),
        "stock_wall_seconds_each": round(
            (slow[stock][0].wall - slow[1][0].wall) / (stock - 1), 2
        ),
        "ours_wall_seconds_each": round(
            (mine[3 * CLASS][0].wall - mine[CLASS][0].wall) / (2 * CLASS), 2
        ),
    }  # fmt: skip


def _graded(
    exercise: Exercise, size: int, workers: int | None
) -> tuple[Cost, dict[str, float]]:
    """Grade a class with so many workers of ours, or with stock: the cost and the scores."""
    with tempfile.TemporaryDirectory() as room:
        course = collected(Path(room) / "course", exercise, size)
        if workers is None:
            make_stock(course)
            return theirs(course, exercise.name), totals(course)
        return ours(course, exercise.name, workers), totals(course)


def _split(small: tuple[int, Cost], large: tuple[int, Cost]) -> dict[str, float]:
    """Tell what each submission costs from what starting costs, in CPU seconds."""
    each = (large[1].cpu - small[1].cpu) / (large[0] - small[0])
    return {"starting": round(small[1].cpu - small[0] * each, 2), "each": round(each, 3)}


def as_it_grows(sizes: list[int], workers: int) -> list[dict[str, object]]:
    """Grade larger and larger classes of the NumPy assignment."""
    exercise = read_exercise(NUMPY)
    rows: list[dict[str, object]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as room:
            course = collected(Path(room) / "course", exercise, size)
            cost = ours(course, exercise.name, workers)
            again = ours(course, exercise.name, workers)
        rows.append({
            "submissions": size, "wall_seconds": round(cost.wall, 1),
            "cpu_seconds_each": round(cost.cpu / size, 3),
            "peak_mb": round(cost.memory / 1e6),
            "peak_mb_per_worker": round(cost.memory / 1e6 / workers),
            "wall_seconds_of_a_second_run": round(again.wall, 1),
        })  # fmt: skip
        print(json.dumps(rows[-1]), flush=True)
    return rows


def export(students: int, assignments: int) -> dict[str, object]:
    """Write the scores of a large gradebook with both, and compare every total."""
    counting = read_exercise(ROOT / "tests" / "grading" / "counting" / "01_counting")
    exercises = [replace(counting, name=f"{n:02}_counting") for n in range(1, assignments + 1)]
    people = [Student(f"s{n:05}", "Sam", f"Number {n}") for n in range(students)]
    with tempfile.TemporaryDirectory() as room:
        course = new_course(Path(room) / "course", exercises, people)
        for name in course.assignments():
            course.release(name)
        _score_everyone(course)
        stock = take(course.folder, sys.executable, "-m", "nbgrader", "export", "--to", "stock.csv")
        start = time.perf_counter()
        files = [course.export(n, course.folder / f"{n}.csv") for n in course.assignments()]
        seconds = time.perf_counter() - start
        got = {key: score for file in files for key, score in _scores(file, "id").items()}
        if got != _scores(course.folder / "stock.csv", "student_id") or not any(got.values()):
            raise SystemExit("the exported totals differ")
    return {
        "students": students, "assignments": assignments, "totals": len(got),
        "stock_wall_seconds": round(stock.wall, 1), "ours_wall_seconds": round(seconds, 1),
    }  # fmt: skip


def feedback(size: int, workers: int) -> dict[str, object]:
    """Write the feedback pages of a graded class with figures."""
    exercise = read_exercise(FIGURES)
    with tempfile.TemporaryDirectory() as room:
        course = collected(Path(room) / "course", exercise, size)
        ours(course, exercise.name, workers)
        start = time.perf_counter()
        pages = course.feedback(exercise.name)
        seconds = time.perf_counter() - start
        largest = max(page.stat().st_size for page in pages)
    return {
        "pages": len(pages), "pages_a_minute": round(60 * len(pages) / seconds),
        "largest_page_kb": round(largest / 1000),
    }  # fmt: skip


def _scores(path: Path, student: str) -> dict[tuple[str, str], float]:
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["assignment"], row[student]): float(row["score"])
                for row in csv.DictReader(file)}  # fmt: skip


def _score_everyone(course: Course) -> None:
    """Give everyone scores in every assignment, by rows as nbgrader makes them."""
    engine = sql.create_engine(f"sqlite:///{course.folder / 'gradebook.db'}")
    with engine.begin() as db:
        people = db.execute(sql.select(api.Student.id)).scalars().all()
        pages = db.execute(sql.select(api.Notebook.id, api.Notebook.assignment_id)).all()
        for page in pages:
            cells = db.execute(
                sql.select(api.GradeCell.id).where(api.GradeCell.notebook_id == page.id)
            ).scalars().all()
            rows = [(uuid.uuid4().hex, uuid.uuid4().hex, person) for person in people]
            db.execute(sql.insert(api.SubmittedAssignment), [
                {"id": one, "assignment_id": page.assignment_id, "student_id": person}
                for one, _, person in rows
            ])
            db.execute(sql.insert(api.SubmittedNotebook), [
                {"id": two, "assignment_id": one, "notebook_id": page.id} for one, two, _ in rows
            ])
            db.execute(sql.insert(api.Grade), [
                {"id": uuid.uuid4().hex, "cell_id": cell, "notebook_id": two,
                 "needs_manual_grade": False, "auto_score": (number + place) % 3 / 2}
                for number, (_, two, _) in enumerate(rows)
                for place, cell in enumerate(cells)
            ])  # fmt: skip


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--stock", type=int, default=10, help="submissions that stock grades")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 500, 2000])
    parser.add_argument("--students", type=int, default=4000, help="in the exported gradebook")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--only", nargs="*", default=[], help="the questions to measure")
    options = parser.parse_args()
    stock, workers = options.stock, options.workers
    questions: dict[str, Callable[[], object]] = {
        "numpy": lambda: against_stock(NUMPY, stock, workers),
        "figures": lambda: against_stock(FIGURES, stock, workers),
        "pytorch": lambda: against_stock(PYTORCH, stock, workers),
        "as_the_class_grows": lambda: as_it_grows(options.sizes, workers),
        "export": lambda: export(options.students, 10),
        "feedback": lambda: feedback(CLASS, workers),
    }
    result: dict[str, object] = {}
    if options.only and options.out and options.out.exists():
        result = json.loads(options.out.read_text())
    for name in options.only or questions:
        result[name] = {**_when(workers), "found": questions[name]()}
        print(json.dumps({name: result[name]}, indent=1), flush=True)
        if options.out:
            options.out.parent.mkdir(parents=True, exist_ok=True)
            temporary = options.out.with_suffix(".tmp")
            temporary.write_text(json.dumps(result, indent=1) + "\n")
            temporary.replace(options.out)


def _when(workers: int) -> dict[str, object]:
    return {
        "date": str(date.today()),
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.system()}",
        "load_average_before": round(os.getloadavg()[0], 1),
        "workers": workers,
    }


if __name__ == "__main__":
    main()
