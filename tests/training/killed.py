"""Trains slowly enough to be killed midway: python killed.py FOLDER."""

import sys
import time
from pathlib import Path

import torch
from torch import nn

from cnncourse.data import load
from cnncourse.training import Regularisation, TrainConfig, fit

CONFIG = TrainConfig(
    epochs=4, batch_size=256, seed=7,
    regularisation=Regularisation(augment=("shift",), mixup=0.2, ema=0.9, label_smoothing=0.1),
)


def train(folder, resume, wait):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.2),
        nn.Flatten(), nn.Linear(144, 10),
    )
    slow = lambda epoch, model: time.sleep(wait * (epoch == 2))  # noqa: E731
    return fit(model, load("digits"), load("digits", "test"), CONFIG,
               folder=folder, resume=resume, before_epoch=slow)


if __name__ == "__main__":
    train(Path(sys.argv[1]), resume=False, wait=60)
