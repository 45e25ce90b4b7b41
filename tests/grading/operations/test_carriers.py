"""Jobs on other processes: a Dask scheduler with two workers in folders of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from classroom import NAME, gradebook_of, make_class, shown_of

from cnncourse.errors import SetupError
from cnncourse.grading.course import Course
from cnncourse.grading.operations import carriers
from cnncourse.grading.operations.autograde import Options
from cnncourse.grading.operations.carriers import NO_GPU, Outcome, carry
from cnncourse.grading.operations.job import Job, edition

HERE = Path(__file__).parent
STUDENTS = 24


def start(folder: Path, *words: str) -> subprocess.Popen:
    folder.mkdir(parents=True)
    with (folder / "log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "distributed.cli." + words[0], *words[1:]],
            cwd=folder, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler's address, and its two workers: processes that share no folder."""
    room = tmp_path_factory.mktemp("cluster")
    processes = [
        start(room / "scheduler", "dask_scheduler", "--port", "0", "--host", "127.0.0.1",
              "--no-dashboard", "--no-jupyter"),
    ]  # fmt: skip
    log = room / "scheduler" / "log"
    (address,) = wait_for(lambda: re.findall(r"Scheduler at:\s+(tcp://\S+)", log.read_text())[:1])
    workers = [
        start(room / name, "dask_worker", address, "--no-nanny", "--nthreads", "1",
              "--no-dashboard", "--preload", str(HERE / "worker_plugin.py"), *more)
        for name, more in (("one", ()), ("two", ("--resources", "GPU=1")))
    ]  # fmt: skip
    for name in ("one", "two"):
        wait_for(lambda n=name: "Registered to" in (room / n / "log").read_text())
    yield address, workers, room
    for process in (*workers, *processes):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Course:
    return make_class(tmp_path_factory.mktemp("large"), STUDENTS)


def test_workers_without_the_course_grade_it_and_one_may_be_killed(
    cluster, large, graders, tmp_path
):
    address, workers, room = cluster
    course = Course(shutil.copytree(large.folder, tmp_path / "there"))
    here = Course(shutil.copytree(large.folder, tmp_path / "here"))

    def progress(student, done, total):
        if done == 6:
            workers[0].kill()

    _, report = course.run(NAME, Options(scheduler=address), progress)
    assert workers[0].wait(timeout=10) == -signal.SIGKILL
    assert report.broken == {}
    assert graders == []  # nothing ran in this process
    here.autograde(NAME)
    assert gradebook_of(course) == gradebook_of(here)
    assert shown_of(course) == shown_of(here)
    journal = (course.folder / "journal" / f"{NAME}.jsonl").read_text()
    assert journal.count("\n") == STUDENTS
    assert len(set(re.findall(r'"worker":"([^"]+)"', journal))) == 2
    for name in ("one", "two"):  # no notebook reached the workers' folders
        assert not list((room / name).rglob("*.ipynb"))


def test_parts_for_a_gpu_wait_for_a_worker_that_has_one(cluster, monkeypatch):
    address, _, _ = cluster
    jobs = [Job("anna", b"", b"", ("a",), gpu=True), Job("ben", b"", b"", ("a",))]

    def where(*_):  # a function of this function: workers cannot import this file
        import os

        return os.getcwd()  # noqa: PTH109

    monkeypatch.setattr(carriers, "run", where)
    monkeypatch.setattr(carriers, "_read", lambda job, content: Outcome(job, None, content))
    found = {o.job.student: o.problem for o in carry(b"", jobs, scheduler=address)}
    assert found["anna"].endswith("/two")  # the one with --resources GPU=1


def test_parts_for_a_gpu_are_not_graded_where_there_is_none(graders, monkeypatch):
    monkeypatch.setattr(carriers, "_gpu_here", lambda: False)
    (outcome,) = carry(b"", [Job("anna", b"", b"", ("a",), gpu=True)])
    assert (outcome.result, outcome.problem) == (None, NO_GPU)


def test_two_processes_of_this_machine_are_a_cluster_of_its_own(monkeypatch):
    def who(*_):  # a function of this function: workers cannot import this file
        import os
        import time

        time.sleep(0.05)
        return os.getpid()

    monkeypatch.setattr(carriers, "run", who)
    monkeypatch.setattr(carriers, "_read", lambda job, content: Outcome(job, None, "", 0, content))
    jobs = [Job(f"s{n}", b"", b"", ("a",)) for n in range(12)]
    taken = []

    def counted():
        for job in jobs:
            taken.append(job)
            yield job

    outcomes = carry(b"", counted(), workers=2)
    first = next(outcomes)
    assert len(taken) <= 2 * 2 + 1  # a few at a time: a class does not sit in memory
    rest = list(outcomes)
    assert {o.job.student for o in (first, *rest)} == {job.student for job in jobs}
    assert len({o.worker for o in (first, *rest)}) == 2
    assert {o.problem for o in rest} == {""}


@pytest.mark.parametrize(("seconds", "alone"), [(0.0, 40), (2.0, 2)])
def test_more_processes_join_when_they_save_more_than_their_start(monkeypatch, seconds, alone):
    clock, here, there = [0.0], [], []

    def grade_here(_, jobs, __):
        for job in jobs:
            clock[0] += seconds
            here.append(job)
            yield Outcome(job, None)

    def grade_there(_, __, jobs, ___):
        there.extend(jobs)
        yield from (Outcome(job, None) for job in there)

    monkeypatch.setattr(carriers, "_here", grade_here)
    monkeypatch.setattr(carriers, "_there", grade_there)
    monkeypatch.setattr(carriers, "_client", lambda *_: nullcontext())
    monkeypatch.setattr(carriers.time, "monotonic", lambda: clock[0])
    jobs = [Job(f"s{n}", b"", b"", ("a",)) for n in range(40)]
    outcomes = list(carry(b"", jobs, workers=2, total=40))
    assert [outcome.job for outcome in outcomes] == here + there == jobs
    assert len(here) == alone


def test_an_address_where_nobody_answers_is_named(monkeypatch):
    monkeypatch.setattr(carriers, "PATIENCE", "1s")
    with pytest.raises(SetupError, match=r"127\.0\.0\.1:9: no Dask scheduler answers"):
        list(carry(b"", [Job("anna", b"", b"", ("a",))], scheduler="tcp://127.0.0.1:9"))


def test_a_worker_with_another_version_is_refused(graders):
    from cnncourse.grading.operations.job import run

    assert re.fullmatch(r"[0-9a-f]{16}", edition())
    with pytest.raises(SetupError, match="another version of cnncourse"):
        run(b"", Job("anna", b"", b"", ("a",)), "auto", "0" * 16)
