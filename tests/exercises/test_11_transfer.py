"""The reference answers and the package's own ways of transfer agree."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnncourse import training
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.data import Dataset
from cnncourse.training.transfer import (
    Frozen,
    Normalise,
    cached_features,
    discriminative_groups,
)


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    made: dict[str, Any] = {
        "copy": copy, "np": np, "torch": torch, "nn": nn, "functional": functional,
    }  # fmt: skip
    for name, answer in read_exercise(ROOT / "exercises/11_transfer").answers.items():
        if name != "plan":
            exec(answer, made)
    return made


@pytest.fixture
def parts() -> tuple[nn.Sequential, nn.Linear]:
    torch.manual_seed(11)
    features = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
    return features, nn.Linear(64, 5)


@pytest.fixture
def data() -> Dataset:
    rng = np.random.default_rng(11)
    images = rng.random((30, 3, 6, 6)).astype(np.float32)
    return Dataset("noise", images, rng.integers(5, size=30), tuple("abcde"))


def test_frozen_features_are_those_of_the_package(
    ours: dict[str, Any], parts: tuple[nn.Sequential, nn.Linear], data: Dataset
) -> None:
    features, head = parts
    images = torch.from_numpy(data.images)
    model = ours["Transfer"](features, head).freeze().train()
    frozen = Frozen(copy.deepcopy(features)).train()
    torch.testing.assert_close(model(images), head(frozen(images)))
    expected = cached_features(features, data, batch_size=7).images
    rows = ours["extract_features"](features, images, 7)
    np.testing.assert_allclose(rows.numpy(), expected, rtol=1e-5, atol=1e-6)


def test_measures_and_rates_are_those_of_the_package(
    ours: dict[str, Any], parts: tuple[nn.Sequential, nn.Linear], data: Dataset
) -> None:
    model = ours["Transfer"](*parts)
    batches = [(torch.from_numpy(data.images), torch.from_numpy(data.labels))]
    found = ours["evaluate"](model, batches)
    np.testing.assert_allclose(found, training.evaluate(model, data), rtol=1e-5)
    groups = discriminative_groups(nn.Sequential(model.features), model.head, 0.5, 0.0, ratio=0.1)
    expected = {p: group["lr"] for group in groups for p in group["params"]}
    groups = ours["make_optimizer"](model, 0.5).param_groups
    assert {p: group["lr"] for group in groups for p in group["params"]} == expected


def test_normalisation_is_that_of_the_package(ours: dict[str, Any]) -> None:
    colour = np.random.default_rng(12).integers(0, 256, (2, 6, 6, 3), dtype=np.uint8)
    mean, std = (0.4, 0.5, 0.6), (0.2, 0.3, 0.4)
    plain = torch.from_numpy(colour).permute(0, 3, 1, 2) / 255
    found = ours["match_preprocessing"](colour, mean, std, 6)
    torch.testing.assert_close(found, Normalise(mean, std)(plain))
