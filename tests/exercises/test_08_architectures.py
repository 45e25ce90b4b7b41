"""The reference answers and the package's own blocks and networks agree."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.models import build, count_parameters, facts
from cnncourse.models.googlenet import INCEPTION, Inception, conv_relu
from cnncourse.models.lenet import C3_INPUTS, PartialConv2d
from cnncourse.models.resnet import basic, block, bottleneck
from cnncourse.models.vgg import CHANNELS, CONVOLUTIONS, stage


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    made: dict[str, Any] = {"torch": torch, "nn": nn, "PlainBlock": None}  # not used here
    for name, answer in read_exercise(ROOT / "exercises/08_architectures").answers.items():
        if name != "thousand_layers":
            exec(answer, made)
    return made


def agree(answer: nn.Module, peer: nn.Module, x: torch.Tensor) -> None:
    """Give both the same weights, in the order in which they are registered, and run them."""
    answer.load_state_dict(dict(zip(answer.state_dict(), peer.state_dict().values(), strict=True)))
    answer.eval()
    peer.eval()
    with torch.no_grad():
        torch.testing.assert_close(answer(x), peer(x.clone()))


@pytest.mark.parametrize(("channels", "stride"), [(4, 1), (4, 2), (6, 1)])
def test_residual_blocks_are_those_of_the_package(
    ours: dict[str, Any], channels: int, stride: int
) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 4, 6, 5)
    agree(ours["BasicBlock"](4, channels, stride), block(basic, 4, channels, stride, True), x)
    narrow = channels // 2
    peer = block(bottleneck, 4, 4 * narrow, stride, True)
    agree(ours["Bottleneck"](4, narrow, stride), peer, x)


def test_inception_and_a_stage_of_vgg_are_those_of_the_package(ours: dict[str, Any]) -> None:
    torch.manual_seed(0)
    x, numbers = torch.randn(1, 3, 6, 4), (4, 2, 5, 3, 2, 6)
    agree(ours["Inception"](3, numbers), Inception(3, numbers, conv_relu, 5), x)
    agree(ours["VGGStage"](3, 4, 2), stage(3, 4, 2, batch_norm=False), x)
    assert INCEPTION["3a"] == (64, 96, 128, 16, 32, 32)


def test_a_table_of_connections_is_that_of_lenet(ours: dict[str, Any]) -> None:
    torch.manual_seed(0)
    answer, peer = ours["TableConv"](C3_INPUTS, 5), PartialConv2d(C3_INPUTS, 6, 5)
    kernels = torch.cat([conv.weight.detach()[0] for conv in answer.rows])
    biases = torch.cat([conv.bias.detach() for conv in answer.rows])
    peer.load_state_dict({"weight": kernels, "bias": biases})
    x = torch.randn(2, 6, 14, 14)
    torch.testing.assert_close(answer(x), peer(x))
    text = (ROOT / "exercises/08_architectures/exercise.py").read_text()
    given = text.split("\nC3 = (")[1].split("\n)\n")[0]
    assert eval(f"({given})") == C3_INPUTS


@pytest.mark.parametrize("depth", [11, 16])
def test_what_vgg_costs_is_what_the_package_counts(ours: dict[str, Any], depth: int) -> None:
    stages = tuple(zip(CONVOLUTIONS[depth], CHANNELS, strict=True))
    got = ours["vgg_counts"](stages, (4096, 4096, 1000), 3, 224)
    known = facts(f"vgg{depth}")
    assert (got[0], got[2]) == (known.parameters, known.multiply_adds)


def test_a_small_resnet_is_that_for_cifar_with_projections(ours: dict[str, Any]) -> None:
    answer = ours["SmallResNet"](3, (16, 32, 64), (3, 3, 3), 10, ours["BasicBlock"])
    peer = build("resnet20", in_channels=3, num_classes=10)  # its shortcuts have no parameters
    projections = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
    assert count_parameters(answer) == count_parameters(peer) + projections
