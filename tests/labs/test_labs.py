"""The frame that every lab runs in."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cnncourse import labs
from cnncourse.cli import main
from cnncourse.errors import ArgumentError
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.plots import show_images

FOUND = Measured("PSNR", 31.0, "bicubic", 30.2, unit="dB")


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab that only looks at its plan, in the place of all labs."""
    import sys
    from types import ModuleType

    def run(plan: Plan) -> Outcome:
        plan.meter("looking")(1, 1, "done")
        picture = Picture(show_images([np.eye(4)]), "white squares along a diagonal")
        return Outcome((FOUND,), {"diagonal": picture}, {"none": [2.0, 1.0]})

    module = ModuleType("cnncourse.labs.tiny")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cnncourse.labs.tiny", module)
    monkeypatch.setattr(labs, "_LABS", {"tiny": labs.Lab("tiny", "frames", "does it run?")})


@pytest.mark.usefixtures("tiny")
def test_the_command_writes_figures_and_numbers_and_prints_the_table(tmp_path: Path):
    told = CliRunner().invoke(
        main, ["lab", "--all", "--fast", "--device", "cpu", "--markdown", "--out", str(tmp_path)]
    )
    assert told.exit_code == 0, told.output
    assert "| tiny | PSNR | 31.00 dB | 30.20 dB (bicubic) | yes |" in told.stdout
    record = json.loads((tmp_path / "tiny.json").read_text())
    assert record["command"] == "cnncourse lab tiny --fast"
    assert record["pictures"] == {"diagonal": "white squares along a diagonal"}
    assert (tmp_path / "tiny-diagonal.png").stat().st_size > 1000
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".json", ".png"]


@pytest.mark.usefixtures("tiny")
def test_an_unknown_lab_is_said_before_anything_runs(tmp_path: Path):
    told = CliRunner().invoke(main, ["lab", "tiny", "tinny", "--out", str(tmp_path / "out")])
    assert told.exit_code == 1
    assert "name: expected a lab (nearest: tiny), got 'tinny'" in told.output
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("tiny")
def test_without_a_name_the_labs_are_listed():
    assert "does it run?" in CliRunner().invoke(main, ["lab"]).stdout


def test_an_outcome_without_a_figure_of_merit_is_refused():
    with pytest.raises(ArgumentError, match="measured: expected at least one"):
        Outcome((), {}, {})


@pytest.mark.parametrize(
    ("value", "lower", "margin", "beats"),
    [(2.0, False, 0.0, True), (1.0, False, 0.0, False), (0.5, True, 0.0, True),
     (1.2, False, 0.5, False)],
)  # fmt: skip
def test_a_baseline_is_beaten_by_more_than_the_margin(value, lower, margin, beats):
    found = Measured("m", value, "b", 1.0, lower_is_better=lower, margin=margin)
    assert found.beats_baseline is beats
