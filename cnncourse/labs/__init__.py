"""The applications of the course, each small enough to train on a laptop.

A lab is a module of this package with a function ``run(plan) -> Outcome``. It generates or finds
its data, trains, measures with the field's own metric beside a baseline, and draws what it did.
The networks it trains are in `cnncourse.models`, its data in `cnncourse.data`.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import torch

from cnncourse.errors import unknown_name
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.training import seed_everything

__all__ = [
    "Lab", "Measured", "Outcome", "Picture", "Plan", "describe", "markdown", "names", "run", "save",
]  # fmt: skip


@dataclass(frozen=True)
class Lab:
    """What is known of a lab before it runs.

    Parameters
    ----------
    name : str
        Also its module's.
    theme : str
        The part of the course it belongs to.
    question : str
        What it answers.
    """

    name: str
    theme: str
    question: str


# in the order of the course
_ALL: tuple[Lab, ...] = (
    Lab("text", "sequences", "When does the order of words decide what a sentence means?"),
    Lab("series", "sequences", "Is a surprise, to a network that knows the past, a fault?"),
    Lab("audio", "sound", "Which digit was said, by a voice never heard before?"),
    Lab("video", "space and time", "Which way does it move, when single frames cannot tell?"),
    Lab("detection", "space", "Where are the objects among things that are none, in one look?"),
    Lab("proposals", "space", "Does a second, closer look find more, down to the pixel?"),
    Lab("segmentation", "masks", "Which class does every pixel belong to?"),
    Lab("volumes", "masks", "When does a network need the third dimension?"),
    Lab("gan", "generation", "Can a network invent digits, and of how many kinds?"),
    Lab("diffusion", "generation", "Can digits be found in noise?"),
    Lab("superresolution", "generation", "Can a network guess the pixels between the pixels?"),
    Lab("style", "generation", "Can one picture be painted in the manner of another?"),
    Lab("points", "points and graphs", "What is left of convolution where there is no grid?"),
    Lab("graphs", "points and graphs", "What are you, if I know your friends?"),
    Lab("inside", "what networks learn", "Where does a network look, and what fools it?"),
)
_LABS = {lab.name: lab for lab in _ALL}


def names() -> list[str]:
    """List the labs, in the order of the course."""
    return list(_LABS)


def describe(name: str) -> Lab:
    """Say what a lab is about.

    Raises
    ------
    ArgumentError
        If there is none of that name, with the nearest name.

    Examples
    --------
    >>> describe("vidoe")
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: name: expected a lab (nearest: video), got 'vidoe'
    """
    if name in _LABS:
        return _LABS[name]
    raise unknown_name(name, _LABS, "a lab")


@dataclass(frozen=True)
class Report:
    """A lab that has run.

    Parameters
    ----------
    lab : Lab
    plan : Plan
    outcome : Outcome
    seconds, processor_seconds : float
        From the data to the figures: on the clock, and of this process's time on processors. The
        latter does not depend on what else the machine does.
    """

    lab: Lab
    plan: Plan
    outcome: Outcome
    seconds: float
    processor_seconds: float


def run(name: str, plan: Plan | None = None) -> Report:
    """Run a lab.

    Parameters
    ----------
    name : str
        One of `names()`.
    plan : Plan, optional

    Returns
    -------
    Report

    Raises
    ------
    ArgumentError
        If the name is unknown.
    """
    lab, plan = describe(name), plan or Plan()
    start, spent = time.perf_counter(), time.process_time()
    with _one_thread():
        seed_everything(plan.seed)
        outcome = importlib.import_module(f"cnncourse.labs.{name}").run(plan)
    return Report(
        lab, plan, outcome, time.perf_counter() - start, time.process_time() - spent
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread: networks this small lose time, and exact repetition, on more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def save(report: Report, folder: Path) -> list[Path]:
    """Write a lab's figures and its numbers.

    Parameters
    ----------
    report : Report
    folder : Path
        Made if it is not there; NAME.json and NAME-PICTURE.png in it are replaced.

    Returns
    -------
    list of Path
        What was written, the numbers last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = report.lab.name
    written = []
    for short, picture in report.outcome.pictures.items():
        path = folder / f"{name}-{short}.png"
        unfinished = path.with_suffix(".tmp")
        picture.figure.savefig(unfinished, format="png", metadata={"Description": picture.alt})
        written.append(unfinished.replace(path))
    numbers = folder / f"{name}.json"
    unfinished = numbers.with_suffix(".tmp")
    unfinished.write_text(json.dumps(_record(report), indent=1) + "\n", encoding="utf-8")
    return [*written, unfinished.replace(numbers)]


def _record(report: Report) -> dict[str, object]:
    plan, outcome = report.plan, report.outcome
    return {
        "lab": report.lab.name,
        "command": f"cnncourse lab {report.lab.name}" + " --fast" * plan.fast,
        "date": date.today().isoformat(),
        "device": str(plan.device),
        "seed": plan.seed,
        "seconds": round(report.seconds, 1),
        "processor_seconds": round(report.processor_seconds, 1),
        "measured": [
            {**asdict(found), "beats_baseline": found.beats_baseline} for found in outcome.measured
        ],
        "pictures": {short: picture.alt for short, picture in outcome.pictures.items()},
        "losses": {name: [round(x, 5) for x in seen] for name, seen in outcome.losses.items()},
    }


def rows(reports: Sequence[Report]) -> list[tuple[str, ...]]:
    """Put every figure of merit in a row, under the words of `HEADER`."""
    return [
        (
            report.lab.name if first else "",
            found.metric,
            found.say(found.value),
            f"{found.say(found.baseline_value)} ({found.baseline})",
            "yes" if found.beats_baseline else "no",
            f"{report.seconds:.0f}" if first else "",
            f"{report.processor_seconds:.0f}" if first else "",
        )
        for report in reports
        for first, found in zip(
            (True, *[False] * len(report.outcome.measured)), report.outcome.measured, strict=False
        )
    ]


HEADER = ("lab", "metric", "ours", "baseline", "beats it", "seconds", "processor seconds")


def markdown(reports: Sequence[Report]) -> str:
    """Write the table of `rows` in Markdown."""
    lines = (HEADER, ("---",) * len(HEADER), *rows(reports))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
