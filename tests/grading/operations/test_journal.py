"""The journal: whole lines only, on the disk before anyone hears of them."""

import os
import resource
import signal

import pytest

from cnncourse.errors import SetupError
from cnncourse.grading.operations.journal import Entry, Journal
from cnncourse.grading.operations.lock import only_writer
from cnncourse.grading.results import GRADED, PASSED, Part, Result


def entry(student, key="k", score=2.0):
    part = Part("test_double", "Twice ½", score, 2.0, PASSED, "said\n“this”")
    result = Result(student, "a", GRADED, "every test passed", ("mended",), (part,), notebook="{}")
    return Entry("run", "2026-01-01T00:00:00", "hash", "name", {"test_double": key}, result, 1.5,
                 "host:1")  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal" / "a.jsonl"


def test_what_was_noted_is_read_back(path):
    journal = Journal(path)
    journal.note([entry("anna", "one"), entry("ben", "two")])
    journal.note([entry("anna", "three", 1.0)])
    journal.close()
    again = Journal(path)
    assert again.part("two")[1] == entry("ben").result.parts[0]
    assert again.part("three")[1].score == 1.0
    assert again.latest("anna").keys == {"test_double": "three"}
    assert again.part("four") is None
    assert again.latest("emil") is None
    assert path.read_bytes().count(b"\n") == 3
    assert again.part("one")[0].result.notebook == ""  # it is kept beside the journal


def test_the_last_word_on_a_key_counts(path):
    Journal(path).note([entry("anna", "one", 1.0), entry("anna", "one", 2.0)])
    assert Journal(path).part("one")[1].score == 2.0


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_torn_line_is_dropped_and_written_over(path, cut):
    Journal(path).note([entry("anna", "one"), entry("ben", "two")])
    os.truncate(path, path.stat().st_size - cut)
    torn = Journal(path)
    assert torn.part("one")
    assert torn.part("two") is None
    torn.note([entry("ben", "two")])
    assert Journal(path).part("two")
    assert all(line.startswith(b'{"run"') for line in path.read_bytes().splitlines())


def test_a_damaged_line_costs_itself_alone(path):
    Journal(path).note([entry("anna", "one"), entry("ben", "two"), entry("carl", "three")])
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\x00\xff{}\n" + b'{"run": 1}\n' + lines[2])
    journal = Journal(path)
    assert [bool(journal.part(key)) for key in ("one", "two", "three")] == [True, False, True]


def test_nothing_is_written_by_looking(path):
    assert Journal(path).part("one") is None
    assert not path.parent.exists()


def test_a_full_disk_is_said_and_leaves_whole_lines(path):
    """A limit on the size of files stands for the full disk: both end a write half-way."""
    journal = Journal(path)
    journal.note([entry("anna", "one")])
    size = path.stat().st_size
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, limits[1]))
    try:
        with pytest.raises(SetupError, match=r"a\.jsonl: not written: File too large"):
            journal.note([entry("ben", "two"), entry("carl", "three")])
        with pytest.raises(SetupError, match="not written"):
            journal.keep("ab" * 32, "".join(map(chr, range(100, 5000))))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.stat().st_size == size
    assert journal.part("two") is None
    assert not list(path.parent.rglob("*.new"))
    journal.note([entry("ben", "two")])
    assert Journal(path).part("two")


def test_executed_notebooks_are_kept_by_name(path):
    journal = Journal(path)
    journal.keep("ab12", '{"cells": "½"}')
    assert journal.has("ab12")
    assert journal.kept("ab12") == '{"cells": "½"}'
    assert journal.kept("cd34") is None
    (stored,) = path.parent.rglob("*.gz")
    stored.write_bytes(stored.read_bytes()[:-9])
    assert journal.kept("ab12") is None


def test_two_writers_are_one_too_many(tmp_path):
    with only_writer(tmp_path):
        words = rf"process {os.getpid()} on .* is at work on this course"
        with pytest.raises(SetupError, match=words), only_writer(tmp_path):
            pass
    with only_writer(tmp_path):
        pass


def test_the_lock_of_a_dead_process_is_free(tmp_path):
    child = os.fork()
    if not child:
        with only_writer(tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    with only_writer(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    with pytest.raises(SetupError, match="cannot be written to"), only_writer(tmp_path / "none"):
        pass
