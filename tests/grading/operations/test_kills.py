"""Whatever is killed, and whenever: the next run finishes, and nothing is lost or done twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def killed():
    run = subprocess.run(
        [sys.executable, "-W", "ignore", Path(__file__).with_name("killing.py")],
        capture_output=True, text=True, timeout=600,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_at_least_twenty_were_killed_at_moments_all_over_the_run(killed):
    found = killed["found"]
    assert killed["steps"] > 60
    assert len({each["moment"] for each in found}) >= 20
    for each in found:
        if each["moment"].startswith("coordinator"):
            assert set(each["ends"][:-1]) == {9}, each  # SIGKILL, and no other end


def test_the_next_run_finishes_with_the_gradebook_of_an_undisturbed_one(killed):
    wrong = [each for each in killed["found"] if each["ends"][-1] or not each["same"]]
    assert not wrong
    assert killed["graded"] >= 6  # submissions with points in the undisturbed one


def test_nothing_finished_is_done_again_and_nothing_half_written_is_left(killed):
    assert not [each for each in killed["found"] if each["repeated"] or each["left"]]
