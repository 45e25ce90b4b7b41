"""What is held of every lab: a file for each, so that several processes share the work."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from cnncourse import labs


@pytest.fixture
def prove_lab(tmp_path: Path) -> Callable[[str], labs.Report]:
    """Run the lab's fast version: it learns, beats its baseline, draws, and repeats exactly."""

    def prove(name: str) -> labs.Report:
        report = labs.run(name, labs.Plan(fast=True))
        outcome = report.outcome
        for network, seen in outcome.losses.items():
            assert np.mean(seen[-3:]) < np.mean(seen[:3]), f"{network} did not learn: {seen}"
        first = outcome.measured[0]
        assert first.beats_baseline, f"{first.metric}: {first.value} against {first.baseline_value}"
        for short, picture in outcome.pictures.items():
            assert len(picture.alt) > 40, f"{short}: an alternative text says what is seen"
            assert _is_drawn(picture.figure), short
        written = labs.save(report, tmp_path)
        assert [path.suffix for path in written] == [".png"] * len(outcome.pictures) + [".json"]
        again = labs.run(name, labs.Plan(fast=True)).outcome
        assert (again.measured, again.losses) == (outcome.measured, outcome.losses)
        return report

    return prove


def _is_drawn(figure: Figure) -> bool:
    return any(axes.has_data() for axes in figure.axes)
