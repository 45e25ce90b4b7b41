"""The reference answers and the package's own layers and models for clips agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnncourse import layers
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.models import video


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    made: dict[str, Any] = {"np": np, "torch": torch, "nn": nn}
    for name, answer in read_exercise(ROOT / "exercises/15_video").answers.items():
        if name != "understands_motion":
            exec(answer, made)
    return made


def test_convolutions_agree_with_the_package(ours: dict[str, Any]) -> None:
    rng = np.random.default_rng(15)
    x, weight = rng.normal(size=(2, 5, 6, 4)), rng.normal(size=(3, 2, 2, 3, 1))
    np.testing.assert_allclose(ours["conv3d"](x, weight), layers.conv3d(x[None], weight)[0])
    flat = nn.Conv2d(2, 3, (3, 1), padding=0)
    np.testing.assert_allclose(
        ours["inflate_kernel"](flat.weight.detach().numpy(), 3),
        video.InflatedConv(flat, 3).weight.detach().numpy(),
    )


def test_the_two_parts_are_those_of_the_package(ours: dict[str, Any]) -> None:
    for ends in ((64, 64), (3, 45), (1, 8)):
        assert ours["middle_channels"](*ends, 3, 3) == video.middle_channels(*ends)
    theirs = video.Conv2Plus1d(4, 6)
    layer = ours["SpaceThenTime"](4, video.middle_channels(4, 6), 6)
    layer.load_state_dict(dict(zip(layer.state_dict(), theirs.state_dict().values(), strict=True)))
    clips = torch.randn(2, 4, 3, 5, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(layer(clips), theirs(clips))


def test_the_rival_is_the_package_s(ours: dict[str, Any]) -> None:
    clips = np.random.default_rng(16).random((2, 1, 4, 8, 8), dtype=np.float32)
    network = video.frame_net(3).eval()

    @torch.no_grad()
    def scores(pictures: np.ndarray) -> np.ndarray:
        return network(torch.from_numpy(np.ascontiguousarray(pictures))).numpy()

    with torch.no_grad():
        expected = video.FrameAverage(network)(torch.from_numpy(clips)).numpy()
    np.testing.assert_allclose(ours["frame_average"](scores, clips), expected, rtol=1e-5, atol=1e-6)
