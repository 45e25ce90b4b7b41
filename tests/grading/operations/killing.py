"""Kill graders at chosen moments and say what came of it: run by `test_kills.py`, once for all.

Every moment is a step that changes something on the disk, or a submission in the warm process; a
child of this process is killed there with SIGKILL, and the next child grades on.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from classroom import NAME, gradebook_of, make_class, shown_of
from sqlalchemy import Engine, event
from standin import Grader

from cnncourse.grading import engine
from cnncourse.grading.course import Course
from cnncourse.grading.operations import autograde

KILLS = 24
STUDENTS = 8


def in_child(work) -> int:
    """Do something in a child process; how it ended."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


class Steps:
    """Count the steps of a run, and end it within the chosen one."""

    def __init__(self, last: int | None) -> None:
        self.last, self.done = last, 0

    def step(self) -> bool:
        """Whether this is the step to die in."""
        self.done += 1
        return self.done == self.last

    def watch(self) -> None:
        """Step at each call that writes."""
        for place, name in ((os, "fsync"), (os, "rename"), (os, "replace"), (os, "ftruncate")):
            setattr(place, name, self._before(getattr(place, name)))
        os.write = self._torn(os.write)
        for moment in ("begin", "commit"):
            event.listen(Engine, moment, lambda *_: self.step() and die())
        Grader.grade = self._before(Grader.grade)

    def _before(self, call):
        def stepping(*args, **kwargs):
            if self.step():
                die()
            return call(*args, **kwargs)

        return stepping

    def _torn(self, write):
        def tearing(handle, content):
            if self.step():
                write(handle, content[: len(content) // 2])
                die()
            return write(handle, content)

        return tearing


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def grade(folder: Path, steps: Steps, report: Path | None = None) -> None:
    steps.watch()
    Course(folder).autograde(NAME)
    if report:
        report.write_text(str(steps.done))


def kill_warm(folder: Path, which: int) -> None:
    """Grade while the warm process is killed under one submission."""
    graded, grade_one = [], Grader.grade

    def killing(self, *args, **kwargs):
        graded.append(1)
        if len(graded) == which:
            self.warm.kill()
        return grade_one(self, *args, **kwargs)

    Grader.grade = killing
    Course(folder).autograde(NAME)


def keys_noted(folder: Path) -> list[str]:
    lines = (folder / "journal" / f"{NAME}.jsonl").read_text().splitlines()
    return [key for line in lines for key in json.loads(line)["keys"].values()]


def main() -> None:
    engine.Grader = Grader
    autograde.BATCH = 2  # several transactions in a small class
    room = Path(tempfile.mkdtemp())
    course = make_class(room, STUDENTS)
    undisturbed = Path(shutil.copytree(course.folder, room / "undisturbed" / "course"))
    in_child(lambda: grade(undisturbed, Steps(None), room / "steps"))
    steps = int((room / "steps").read_text())
    found = []
    for seed in range(KILLS):
        chance = random.Random(seed)
        folder = Path(shutil.copytree(course.folder, room / str(seed) / "course"))
        if seed % 6 == 5:
            which = chance.randint(1, STUDENTS - 1)
            moment, ends = f"warm process, submission {which}", []
            ends.append(in_child(lambda f=folder, w=which: kill_warm(f, w)))
        else:
            places = [chance.randint(1, steps) for _ in range(chance.choice((1, 1, 2)))]
            moment, ends = f"coordinator, steps {places} of {steps}", []
            for place in places:
                ends.append(in_child(lambda f=folder, p=place: grade(f, Steps(p))))
        ends.append(in_child(lambda f=folder: grade(f, Steps(None))))
        keys = keys_noted(folder)
        found.append({
            "seed": seed, "moment": moment, "ends": ends,
            "same": gradebook_of(Course(folder)) == gradebook_of(Course(undisturbed))
            and shown_of(Course(folder)) == shown_of(Course(undisturbed)),
            "repeated": len(keys) - len(set(keys)),
            "left": [str(path.relative_to(folder)) for path in folder.rglob("*.new")],
        })  # fmt: skip
        shutil.rmtree(room / str(seed))
    rows = [row for row in gradebook_of(Course(undisturbed)) if row[0] == "grade"]
    graded = len({student for _, student, _, score, *_ in rows if score})
    shutil.rmtree(room)
    sys.stdout.write(json.dumps({"steps": steps, "graded": graded, "found": found}))


if __name__ == "__main__":
    main()
