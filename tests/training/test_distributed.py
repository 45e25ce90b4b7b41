"""Two processes give what one gives."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cnncourse.errors import ArgumentError
from cnncourse.training import Team, join_team

SCRIPT = Path(__file__).with_name("two_processes.py")


def test_two_processes_agree_with_one(tmp_path):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    result = subprocess.run(
        [*command, str(SCRIPT), str(tmp_path)], capture_output=True, text=True, timeout=150
    )
    assert result.returncode == 0, result.stderr
    spec = importlib.util.spec_from_file_location("two_processes", SCRIPT)
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    team, trained = alone.train(tmp_path / "alone")
    assert team == Team()
    ranks = [torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1)]
    for name, tensor in trained.model.state_dict().items():
        assert torch.equal(ranks[0][name], ranks[1][name])
        torch.testing.assert_close(tensor, ranks[0][name], rtol=1e-4, atol=1e-6)
    logs = [(folder / "log.csv").read_text().splitlines() for folder in
            (tmp_path, tmp_path / "alone")]
    for together, one in zip(*logs, strict=True):
        columns = slice(0, 6)  # the last two are times
        if together[0].isdigit():
            numbers = [[float(n) for n in row.split(",")[columns]] for row in (together, one)]
            assert numbers[0] == pytest.approx(numbers[1], rel=1e-4)


def test_alone_without_torchrun():
    with join_team("cpu") as (team, device):
        assert (team, device) == (Team(rank=0, size=1, local_rank=0), "cpu")
        assert team.sum(torch.ones(2)).tolist() == [1, 1]


def test_a_batch_is_divided_evenly():
    assert Team(size=4).share_of(64) == 16
    with pytest.raises(ArgumentError, match="batch_size: expected a multiple of 4"):
        Team(size=4).share_of(66)
