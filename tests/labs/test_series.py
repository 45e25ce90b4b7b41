"""The lab on series."""

import numpy as np
import pytest
import torch

from cnncourse.data.signals import heartbeats, machines
from cnncourse.labs.series import AHEAD, distance_from_average, features, surprise
from cnncourse.models.tcn import TCN


def test_surprise_finds_what_a_moving_average_does_not(prove_lab):
    outcome = prove_lab("series").outcome
    metrics = [found.metric for found in outcome.measured]
    for word in ("average precision", "ROC", "precision at", "recall", "accuracy", "F1"):
        assert any(word in metric for metric in metrics), word
    assert set(outcome.pictures) == {"found", "kinds", "tree", "states", "confusion"}
    tree = outcome.pictures["tree"]
    assert "29 samples" in tree.alt
    assert tree.figure.axes[0].get_xticks()[0] == -28


def test_a_moving_average_by_definition():
    recording = heartbeats(10, seed=3)
    values = recording.values[0].astype(float)
    distances = distance_from_average(recording, 20)
    assert distances[0] == 0
    for time in (1, 7, 20, 500):
        mean = values[max(0, time - 20) : time].mean()
        assert distances[time] == pytest.approx(abs(values[time] - mean))


def test_a_samples_surprise_knows_neither_itself_nor_what_follows():
    """It is the distance to a forecast that was made `AHEAD` samples before."""
    torch.manual_seed(0)
    network = TCN(1, 2, 4, 3).eval()
    recording = heartbeats(10, seed=0)
    before = surprise(network, recording)
    assert before.shape == recording.values.shape[1:]
    recording.values[0, 500] += 5
    changed = np.flatnonzero(surprise(network, recording) != before)
    assert changed[0] == 500
    assert changed[1] == 500 + AHEAD


def test_features_are_what_they_are_called():
    data = machines(5)
    data.images[0, 0] = np.sin(2 * np.pi * 32 * (np.arange(512) + 0.25) / 512)
    row = features(data)[0]
    root, peak, crest, kurtosis, skewness, crossings = row[:6]
    assert (root, peak, crest) == pytest.approx((0.5**0.5, 1, 2**0.5), rel=1e-2)
    assert (kurtosis, skewness) == pytest.approx((-1.5, 0), abs=1e-2)  # excess kurtosis of a sine
    assert crossings == pytest.approx(64 / 512, abs=0.01)
    edges = np.geomspace(1, 257, 13)
    assert row[6:].argmax() == np.searchsorted(edges, 32, side="right") - 1
