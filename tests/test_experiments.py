"""The experiments' names, files and numbers; what they ask is tested with `cnncourse.training`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnncourse import experiments
from cnncourse.cli import main
from cnncourse.errors import ArgumentError

STORED = Path(__file__).parents[1] / "benchmarks" / "results" / "experiments"


def test_each_experiment_has_its_stored_result_and_no_result_is_left_over():
    assert {path.stem for path in STORED.glob("*.json")} == set(experiments.names())
    for name in experiments.names():
        record = json.loads((STORED / f"{name}.json").read_text("utf-8"))
        assert record["setup"] == experiments.describe(name)
        assert record["command"] == f"cnncourse experiment {name} --seeds {record['seeds']}"


def test_the_command_repeats_what_is_stored(tmp_path):
    """One seed of the cheapest experiment; the same machine code gives the same numbers."""
    done = CliRunner().invoke(
        main, ["experiment", "receptive_field", "--seeds", "1", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "receptive_field.png").read_bytes().startswith(b"\x89PNG")
    ours = json.loads((tmp_path / "receptive_field.json").read_text("utf-8"))
    stored = json.loads((STORED / "receptive_field.json").read_text("utf-8"))
    for kind, table in stored["pixels"].items():
        for row, mine in zip(table, ours["pixels"][kind], strict=True):
            assert mine == pytest.approx(row[:1], rel=0.02)


def test_without_a_name_they_are_listed():
    listed = CliRunner().invoke(main, ["experiment"]).output
    assert all(name in listed for name in experiments.names())


def test_a_wrong_name_or_no_seed_is_named():
    with pytest.raises(ArgumentError, match="nearest: degradation"):
        experiments.run("degradtion")
    with pytest.raises(ArgumentError, match="seeds: expected 1 or more, got 0"):
        experiments.run("depth", seeds=0)
