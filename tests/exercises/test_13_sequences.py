"""The reference answers and the package's own layers, networks and measures agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from cnncourse import layers
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.data.signals import heartbeats
from cnncourse.labs import series
from cnncourse.metrics import signals
from cnncourse.models.tcn import TCN, TemporalBlock
from cnncourse.models.text import TextCNN


def test_sequences_agree_with_the_package() -> None:
    ours: dict[str, Callable] = {"np": np}
    for name, answer in read_exercise(ROOT / "exercises/13_sequences").answers.items():
        if name != "leaks":
            exec(answer, ours)
    rng = np.random.default_rng(13)
    x, weight = rng.normal(size=(3, 20)), rng.normal(size=(4, 3, 2))
    expected = layers.conv1d(x[None], weight, dilation=3)[0]
    np.testing.assert_allclose(ours["conv1d"](x, weight, dilation=3), expected)
    tcn = TCN(1, 1, channels=1, depth=4)
    assert ours["field"](3, [w.dilation for w in tcn.windows()]) == tcn.field().size

    torch.manual_seed(13)
    block = TemporalBlock(3, 4, 2, dilation=3).double()
    kernels = [block.residual.conv1.weight, block.residual.conv2.weight]
    for bias in (block.residual.conv1.bias, block.residual.conv2.bias, block.shortcut.bias):
        torch.nn.init.zeros_(bias)
    made = ours["temporal_block"](
        x,
        *(k.detach().numpy() for k in kernels),
        3,
        block.shortcut.weight[:, :, 0].detach().numpy(),
    )
    np.testing.assert_allclose(made, block(torch.from_numpy(x)[None])[0].detach().numpy())

    network = TextCNN(30, 3, (2, 4), channels=5, embedding_dim=6).double().eval()
    for convolution in network.convolutions:
        torch.nn.init.zeros_(convolution.bias)
    numbers = rng.integers(1, 30, 11)
    banks = [convolution.weight.detach().numpy() for convolution in network.convolutions]
    dense = network.classify.weight.detach().numpy(), network.classify.bias.detach().numpy()
    scores = ours["text_scores"](numbers, network.embedding.weight.detach().numpy(), banks, *dense)
    found = network(torch.from_numpy(numbers)[None])[0].detach().numpy()
    np.testing.assert_allclose(scores, found)

    recording = heartbeats(20, disturbed=0.2, seed=13)
    distances = ours["distance_from_average"](recording.values[0].astype(float), 30)
    np.testing.assert_allclose(distances, series.distance_from_average(recording, 30), atol=1e-9)
    area = ours["roc_auc"](distances.round(1), recording.anomalous())
    np.testing.assert_allclose(area, signals.roc_auc(distances.round(1), recording.anomalous()))
