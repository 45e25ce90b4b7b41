"""Who carries the jobs: this process, the cores of this machine, or a Dask cluster anywhere.

Jobs and results travel as bytes: workers need neither the course folder nor a shared disk. Only a
few jobs are on their way at any time, so a large class does not sit in memory.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from cnncourse.errors import SetupError
from cnncourse.grading.operations import job as jobs_module
from cnncourse.grading.operations.job import Job, edition, run
from cnncourse.grading.results import Result

if TYPE_CHECKING:
    from distributed import Client

WORTH_STARTING = 20.0  # seconds that more processes must save
JOBS_PER_WORKER = 2  # one at work, one on its way
GPU = "GPU"
PATIENCE = "30s"  # how long a scheduler may take to answer
NO_GPU = "needs a GPU; start a worker where there is one, with --resources GPU=1"


@dataclass(frozen=True)
class Outcome:
    """What came back of a job: a result, or why there is none."""

    job: Job
    result: Result | None
    problem: str = ""
    seconds: float = 0.0
    worker: str = ""


def carry(
    bundle: bytes,
    jobs: Iterable[Job],
    workers: int = 1,
    scheduler: str | None = None,
    sandbox: str = "auto",
    total: int | None = None,
) -> Iterator[Outcome]:
    """Have jobs done, and give their outcomes in whatever order they come.

    Starting more processes takes longer than grading a small class: where it is known how many
    jobs there are, this one begins alone, and others join when they are worth it.

    Parameters
    ----------
    bundle : bytes
        From `Bundle.to_bytes`.
    jobs : iterable of Job
        Taken a few at a time.
    workers : int
        Processes on this machine; with 1 the work is done from this one.
    scheduler : str, optional
        Address of a Dask scheduler whose workers do it instead.
    sandbox : str
        'auto' or 'none'.
    total : int, optional
        How many jobs there are.

    Raises
    ------
    SetupError
        If a worker cannot grade safely, or the cluster cannot be reached or is lost.
    """
    jobs = iter(jobs)
    if scheduler is None and workers == 1:
        yield from _here(bundle, jobs, sandbox)
        return
    if scheduler is None and total is not None:
        yield from _here(bundle, _until_worth_it(jobs, total, workers), sandbox)
    if (first := next(jobs, None)) is None:
        return
    with _client(workers, scheduler) as client:
        yield from _there(client, bundle, chain([first], jobs), sandbox)


def _until_worth_it(jobs: Iterator[Job], total: int, workers: int) -> Iterator[Job]:
    """Give jobs one by one, until those that are left would be done sooner by more processes."""
    began = 0.0
    for done, job in enumerate(jobs):
        yield job
        now = time.monotonic()
        if not done:  # importing what the assignment needs came before it
            began = now
        elif (now - began) / done * (total - done - 1) * (1 - 1 / workers) > WORTH_STARTING:
            return


# ---------------------------------------------------------------------------------------
# this process


def _here(bundle: bytes, jobs: Iterable[Job], sandbox: str) -> Iterator[Outcome]:
    try:
        for job in jobs:
            if job.gpu and not _gpu_here():
                yield Outcome(job, None, NO_GPU)
                continue
            try:
                outcome = _read(job, run(bundle, job, sandbox, edition()))
            except SetupError:
                raise
            except Exception as error:  # whatever broke, the others are graded
                outcome = Outcome(job, None, _say(error))
            yield outcome
    finally:
        jobs_module.close()


# ---------------------------------------------------------------------------------------
# Dask


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Client]:
    """Reach a cluster, or start one of this machine's cores for the time being."""
    from distributed import Client, LocalCluster

    with _quiet(), tempfile.TemporaryDirectory(prefix="cnncourse-dask-") as folder:
        if scheduler is not None:
            try:
                with Client(scheduler, timeout=PATIENCE, set_as_default=False) as client:
                    yield client
            except OSError as error:
                raise SetupError(f"{scheduler}: no Dask scheduler answers there") from error
            return
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,
                local_directory=folder,
                resources={GPU: 1} if _gpu_here() else None,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Dask write only what is an error; its workers come and go as they like."""
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def _there(
    client: Client, bundle: bytes, jobs: Iterable[Job], sandbox: str
) -> Iterator[Outcome]:
    from distributed import Future, as_completed

    jobs, sent = iter(jobs), dict[Future, Job]()
    done = as_completed(loop=client.loop)
    while True:
        while len(sent) < _room(client) and (job := next(jobs, None)):
            if job.gpu and not _gpu_there(client):
                yield Outcome(job, None, NO_GPU)
                continue
            future = client.submit(
                run, bundle, job, sandbox, edition(), pure=False,
                resources={GPU: 1} if job.gpu else None,
            )  # fmt: skip
            sent[future] = job
            done.add(future)
        if not sent:
            return
        future = next(done)
        yield _outcome(future, sent.pop(future))


def _gpu_here() -> bool:
    return shutil.which("nvidia-smi") is not None


def _gpu_there(client: Client) -> bool:
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return any(worker["resources"].get(GPU) for worker in workers)


def _room(client: Client) -> int:
    """How many jobs may be on their way: workers may join and leave at any time."""
    return max(1, JOBS_PER_WORKER * sum(client.ncores().values()))


def _outcome(future: Any, job: Job) -> Outcome:
    if future.status == "cancelled":
        raise SetupError("the Dask scheduler is gone; what is graded is kept, run it again")
    error = future.exception() if future.status == "error" else None
    if isinstance(error, SetupError):
        raise error
    if error is not None:
        return Outcome(job, None, _say(error))
    return _read(job, future.result())


def _read(job: Job, content: bytes) -> Outcome:
    result, seconds, worker = json.loads(content)
    return Outcome(job, Result.from_json(json.dumps(result)), "", seconds, worker)


def _say(error: BaseException) -> str:
    words = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def cores() -> int:
    """How many processes this machine runs at once."""
    return len(os.sched_getaffinity(0))
