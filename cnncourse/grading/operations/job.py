"""A job: one submission, some of its parts, a seed; what comes of it depends on nothing else.

`run` is what a worker calls, on this machine or another: bytes in, bytes out.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cnncourse.errors import SetupError
from cnncourse.grading import engine
from cnncourse.grading.results import Result

_held = threading.local()


@dataclass(frozen=True)
class Job:
    """What a worker is given.

    Parameters
    ----------
    student : str
    notebook : bytes
        As it was handed in.
    seed : bytes
        From `seed_for`.
    parts : tuple of str
        The grade_ids to grade.
    gpu : bool
        Whether it needs a worker with a GPU.
    files : dict of str to bytes
        What lies beside the notebook, by its path.
    """

    student: str
    notebook: bytes
    seed: bytes
    parts: tuple[str, ...]
    gpu: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)


def seed_for(course_key: bytes, assignment: str, student: str) -> bytes:
    """Make the seed of a student's submissions: the same in every run, known to nobody else.

    Examples
    --------
    >>> seed_for(b"key", "01_counting", "anna") == seed_for(b"key", "01_counting", "anna")
    True
    >>> seed_for(b"key", "01_counting", "anna") == seed_for(b"key", "01_counting", "ben")
    False
    """
    return digest(course_key, assignment.encode(), student.encode())


def digest(*pieces: bytes) -> bytes:
    """Hash some pieces; where one ends and the next begins counts."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(len(piece).to_bytes(8, "big") + piece)
    return found.digest()


@cache
def edition() -> str:
    """Name the grader's own code, so that no worker grades with another."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    return digest(*(file.read_bytes() for file in files)).hex()[:16]


def run(bundle: bytes, job: Job, sandbox: str, expected: str) -> bytes:
    """Grade one submission with the thread's own grader.

    Parameters
    ----------
    bundle : bytes
        From `Bundle.to_bytes`.
    job : Job
    sandbox : str
        'auto' or 'none'.
    expected : str
        The `edition` of whoever asks.

    Returns
    -------
    bytes
        JSON: the result, the seconds it took, the worker's name.

    Raises
    ------
    SetupError
        If this machine cannot grade safely, or has another edition.
    """
    if edition() != expected:
        words = "has another version of cnncourse than the one that hands out the work"
        raise SetupError(f"a worker {words}; install the same on both")
    began = time.perf_counter()
    try:
        result = _grade(_grader(bundle, sandbox), job)
    except SetupError:
        raise
    except Exception:  # a killed warm process costs one more start, not the submission
        close()
        result = _grade(_grader(bundle, sandbox), job)
    seconds = time.perf_counter() - began
    worker = f"{socket.gethostname()}:{os.getpid()}"
    return json.dumps([json.loads(result.to_json()), seconds, worker]).encode()


def _grade(grader: engine.Grader, job: Job) -> Result:
    return grader.grade(
        job.notebook, student=job.student, seed=job.seed, parts=list(job.parts), files=job.files
    )


def close() -> None:
    """End the thread's grader and its warm process."""
    grader = getattr(_held, "grader", None)
    _held.grader = _held.key = None
    if grader is not None:
        grader.__exit__(None, None, None)


def _grader(bundle: bytes, sandbox: str) -> engine.Grader:
    """Give the thread's grader; a new one for a new bundle."""
    key = (digest(bundle), sandbox)
    if getattr(_held, "key", None) != key:
        close()
        grader = engine.Grader(engine.Bundle.from_bytes(bundle), sandbox=sandbox)
        _held.grader = grader.__enter__()
        _held.key = key
    return _held.grader
