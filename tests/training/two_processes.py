"""Trains with the other processes that torchrun started: two_processes.py FOLDER."""

import sys
from pathlib import Path

import torch
from torch import nn

from cnncourse.data import load
from cnncourse.training import Machine, TrainConfig, fit, join_team

CONFIG = TrainConfig(epochs=2, batch_size=200, machine=Machine(device="cpu"))


def train(folder):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
    with join_team("cpu") as (team, _):
        return team, fit(model, load("digits"), load("digits", "test"), CONFIG,
                         folder=folder, team=team)


if __name__ == "__main__":
    team, trained = train(Path(sys.argv[1]))
    assert team.size == 2
    torch.save(trained.model.state_dict(), Path(sys.argv[1]) / f"rank{team.rank}.pt")
