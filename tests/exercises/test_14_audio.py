"""The reference answers and the package's own spectrograms, layers and fields agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.data import audio
from cnncourse.models.audio import GatedBlock, SpectrogramCNN, WaveNetClassifier
from cnncourse.shapes import receptive_field


@pytest.fixture(scope="module")
def ours() -> dict[str, Callable]:
    """The reference answers, by name."""
    names: dict[str, Callable] = {"np": np}
    for name, answer in read_exercise(ROOT / "exercises/14_audio").answers.items():
        if name != "keyword":
            exec(answer, names)
    return names


def test_sound_agrees_with_the_package(ours: dict[str, Callable]) -> None:
    rng = np.random.default_rng(14)
    x = rng.normal(size=2000)
    spectrum = ours["stft"](x, 256, 100)
    np.testing.assert_allclose(spectrum, audio.stft(x, 256, 100, center=False), atol=1e-12)
    bank = ours["mel_filterbank"](30, 256, 8000)
    np.testing.assert_allclose(bank, audio.mel_filterbank(30, 256, 8000), atol=1e-12)
    expected = audio.log_mel(x, 8000, 30, 256, 100, floor=5.0)
    np.testing.assert_allclose(ours["log_mel"](spectrum, bank, 5.0), expected, rtol=1e-5)

    torch.manual_seed(14)
    block = GatedBlock(3, 2, dilation=4).double()
    for layer in (block.dilated, block.residual):
        torch.nn.init.zeros_(layer.bias)
    sound = rng.normal(size=(3, 20))
    what, gate = block.dilated.weight.detach().numpy().reshape(2, 3, 3, 2)
    made = ours["gated_layer"](sound, what, gate, block.residual.weight[..., 0].detach().numpy(), 4)
    np.testing.assert_allclose(made, block(torch.from_numpy(sound)[None])[0][0].detach().numpy())

    network = WaveNetClassifier(10)
    heard = ours["hears"](2 * network.stride, network.stride, network.dilations, 8000)
    assert heard == receptive_field(network.windows())[-1].size / 8


def test_scores_are_those_of_the_network_in_use(ours: dict[str, Callable]) -> None:
    """Scale and shift are what batch normalisation comes to when it has been trained."""
    rng = np.random.default_rng(14)
    torch.manual_seed(14)
    network = SpectrogramCNN(5, channels=(3, 4)).double().eval()
    stages = []
    for conv in (network.features.conv1, network.features.conv2):
        for values in (conv.norm.weight, conv.norm.bias, conv.norm.running_mean):
            torch.nn.init.normal_(values)
        torch.nn.init.uniform_(conv.norm.running_var, 0.5, 2)
        norm = {name: values.numpy() for name, values in conv.norm.state_dict().items()}
        scale = norm["weight"] / np.sqrt(norm["running_var"] + conv.norm.eps)
        shift = norm["bias"] - norm["running_mean"] * scale
        stages.append((conv.conv.weight.detach().numpy(), scale, shift))
    picture = torch.from_numpy(rng.normal(size=(1, 1, 9, 14)))
    weight, bias = (values.detach().numpy() for values in network.head.fc.parameters())
    seen = network.features.norm(picture)[0].detach().numpy()
    made = ours["audio_scores"](seen, stages, weight, bias)
    np.testing.assert_allclose(made, network(picture)[0].detach().numpy(), atol=1e-12)
