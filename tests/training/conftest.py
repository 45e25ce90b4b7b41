"""What the tests of training share."""

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from cnncourse.data import Dataset, load


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Small networks lose time, and exact repetition, on a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def digits() -> tuple[Dataset, Dataset]:
    return load("digits"), load("digits", "test")


@pytest.fixture
def small():
    """A function that makes the same small network for digits each time."""

    def make(seed: int = 0, norm: bool = True) -> nn.Sequential:
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8) if norm else nn.Identity(), nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, 10),
        )

    return make
