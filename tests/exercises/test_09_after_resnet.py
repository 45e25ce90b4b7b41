"""The reference answers and the package's own blocks agree, with the same weights."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.models.blocks import PreActivation, SqueezeExcitation, round_channels
from cnncourse.models.convnext import ConvNeXtBlock
from cnncourse.models.efficientnet import STAGES, compound_scaling
from cnncourse.models.mbconv import MBConv, Plan
from cnncourse.models.vit import EncoderLayer, Position, Tokens


@pytest.fixture(scope="module")
def ours() -> dict[str, Callable]:
    """Run the reference answers."""
    space: dict[str, Callable] = {"torch": torch, "nn": nn, "math": math}
    for name, answer in read_exercise(ROOT / "exercises/09_after_resnet").answers.items():
        if name != "headline":
            exec(answer, space)
    return space


def agree(theirs: nn.Module, answer: nn.Module, order: list[str], x: Tensor) -> None:
    """Give an answer the weights of a module of the package, and compare what they make of images.

    `order` names the module's weights in the order in which the answer has them; none, where it is
    the same.
    """
    torch.manual_seed(9)
    for module in theirs.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = 1e-5  # PyTorch's own, as the exercise says
    state = {
        name: torch.rand_like(value) if value.is_floating_point() else value
        for name, value in theirs.state_dict().items()
    }
    theirs.load_state_dict(state)
    own = answer.state_dict()
    assert len(own) == len(state)
    given = {
        name: state[source].reshape(own[name].shape)
        for name, source in zip(own, order or state, strict=True)
    }
    answer.load_state_dict(given)
    with torch.no_grad():
        found, expected = answer.eval()(x), theirs.eval()(x.clone())
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


class _Dense(nn.Sequential):
    """The package's dense layers without their 1 x 1 convolutions."""

    def forward(self, x: Tensor) -> Tensor:
        for layer in self:
            x = torch.cat([x, layer(x)], dim=1)
        return x


def test_blocks_agree_with_the_package(ours: dict[str, Callable]) -> None:
    x = torch.randn(2, 4, 5, 6)
    agree(
        _Dense(PreActivation(4, 3, 3), PreActivation(7, 3, 3)), ours["DenseBlock"](4, 3, 2), [], x
    )
    for out_channels, stride in ((4, 1), (6, 1), (4, 2)):
        plan = Plan(out_channels, 12, stride=stride, activation=nn.ReLU6)
        agree(MBConv(4, plan), ours["InvertedResidual"](4, out_channels, 3, stride), [], x)
    agree(SqueezeExcitation(4, 2), ours["SqueezeExcite"](4, 2), [], x)
    theirs = ConvNeXtBlock(4, drop_rate=0)
    order = ["layer_scale", *(name for name in theirs.state_dict() if name != "layer_scale")]
    agree(theirs, ours["ConvNeXtBlock"](4), order, x)


def test_a_transformers_parts_agree_with_the_package(ours: dict[str, Callable]) -> None:
    theirs = nn.Sequential(Tokens(nn.Conv2d(3, 6, 2, stride=2), 6), Position(13, 6))
    order = ["0.class_token", "1.embedding", "0.stem.weight", "0.stem.bias"]
    answer = ours["PatchEmbedding"](6, 2, 3, 6)
    answer.positions = nn.Parameter(torch.zeros(13, 6))  # of an image that is not square
    agree(theirs, answer, order, torch.randn(2, 3, 6, 8))
    tokens = torch.randn(2, 5, 6)
    agree(EncoderLayer(6, 2, 9), ours["EncoderLayer"](6, 2, 9), [], tokens)
    q, k, v = torch.randn(3, 2, 5, 6)
    heads = (x.unflatten(2, (3, 2)).transpose(1, 2) for x in (q, k, v))
    expected = nn.functional.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2)
    torch.testing.assert_close(ours["attention"](q, k, v, 3), expected)


def test_growth_agrees_with_the_package(ours: dict[str, Callable]) -> None:
    channels, blocks = [row[3] for row in STAGES], [row[4] for row in STAGES]
    for phi in (0, 1, 2.5, 7):
        rule = compound_scaling(phi)
        expected = (
            [round_channels(c * rule.width) for c in channels],
            [math.ceil(rule.depth * b) for b in blocks],
            rule.image_size,
        )
        assert ours["grow"](channels, blocks, 224, phi) == expected
