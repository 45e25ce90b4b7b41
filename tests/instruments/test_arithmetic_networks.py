"""What the instruments on whole networks compute in JavaScript is what the package computes."""

import itertools

import numpy as np
import pytest
import torch

from cnncourse.instruments.receptive_field import EXAMPLES, SHARE, read_layers
from cnncourse.layers import conv1d_backward
from cnncourse.layers.depth import gradient_by_depth, portable_normal, portable_uniform
from cnncourse.layers.fields import core_width, effective_field
from cnncourse.models import (
    count_multiply_adds,
    count_parameters,
    efficientnet,
    facts,
    zoo,
)
from cnncourse.models.blocks import round_channels
from cnncourse.shapes import receptive_field

STACKS = [
    *EXAMPLES.values(), "", "1", "4", "4s3", "2d5", "11s4p2,3s2,5p2,3s2", "7s2p3,3s2p1,3p1,3p1,1",
    "5s2d3p1,4,2s4", "3d2,3d2,3d2", "3s3,3s3,3s3",
]  # fmt: skip


@pytest.mark.parametrize("text", STACKS)
def test_effective_field_is_the_gradient_of_one_output(text):
    """... which convolutions with equal weights give, through their own backward."""
    layers = read_layers(text)
    grad = np.ones((1, 1, 1))
    for layer in reversed(layers):
        size = (grad.shape[2] - 1) * layer.stride + layer.dilation * (layer.kernel_size - 1) + 1
        weight = np.full((1, 1, layer.kernel_size), 1 / layer.kernel_size)
        x = np.zeros((1, 1, size))
        grad, *_ = conv1d_backward(grad, x, weight, layer.stride, 0, layer.dilation)
    assert np.allclose(effective_field(layers), grad[0, 0], atol=1e-12)


def test_core_width_is_the_narrowest_stretch(rng):
    field = rng.random(30)
    field /= field.sum()
    for share in (0.0, 0.3, 0.95):
        widths = [b - a for a in range(30) for b in range(a, 31) if field[a:b].sum() >= share]
        assert core_width(field, share) == min(widths)


def test_fields(node):
    stacks = []
    for text in STACKS:
        layers = read_layers(text)
        fields, weights = receptive_field(layers), effective_field(layers)
        sizes, jumps, starts = zip(*fields, strict=True) if fields else ((), (), ())
        stacks.append(
            {"layers": text, "sizes": sizes, "jumps": jumps, "starts": starts, "weights": weights,
             "core": core_width(weights, SHARE)}
        )  # fmt: skip
    node("fields", {"stacks": stacks, "share": SHARE})


def test_depth(node):
    networks = []
    for shortcuts, norm, preactivation, activation in itertools.product(
        (False, True), (False, True), (False, True), ("relu", "tanh", "none")
    ):
        options = {
            "blocks": 24, "shortcuts": shortcuts, "activation": activation, "norm": norm,
            "preactivation": preactivation, "gain": 0.9, "seed": len(networks),
        }  # fmt: skip
        depths = gradient_by_depth(**options)
        networks.append({"options": options, **depths._asdict()})
    draws = [
        [seed, portable_uniform(seed, 9), portable_normal(seed, 9)] for seed in (0, 7, 2**32 - 1)
    ]
    node("depth", {"networks": networks, "draws": draws})


def counted(monkeypatch, depth, width, image_size):
    """Build a network of another scale than the released ones, without its numbers, and count."""
    monkeypatch.setitem(efficientnet.VARIANTS, 8, efficientnet.Scaling(depth, width, image_size))
    monkeypatch.setitem(efficientnet.DROPOUTS, 8, 0.0)
    with torch.device("meta"):
        model = efficientnet.EfficientNet(8)
    return [depth, width, image_size, count_parameters(model), count_multiply_adds(model)]


def test_scaling(node, monkeypatch):
    table, released = zoo.scaled_family(), []
    for variant, scaling in efficientnet.VARIANTS.items():  # tests/models counts these
        known = facts(f"efficientnet_b{variant}")
        released.append([*scaling, known.parameters, known.multiply_adds, known.depth])
    others = [counted(monkeypatch, *scaling) for scaling in ((1, 2.83, 225), (2.55, 1.05, 410))]
    rule = [[phi, *efficientnet.compound_scaling(phi)] for phi in (0, 0.5, 1, 2, 4, 7)]
    rounded = [[channels, round_channels(channels)] for channels in np.arange(3, 400, 1.7).tolist()]
    node(
        "scaling",
        {"table": table, "networks": released + others, "rule": rule,
         "rounded": rounded},
    )  # fmt: skip


def test_catalogue(node):
    names = ["lenet5_1998", "vgg11", "mobilenet_v3_small"]
    data = zoo.catalogue(names)
    tables = {}
    for name in names:
        with torch.device("meta"):
            model = zoo.build(name)
        tables[name] = [list(map(_plain, layer)) for layer in zoo.measure.layer_table(model)]
    node("catalogue", {"data": data, "tables": tables})


def _plain(cell):
    return list(cell) if isinstance(cell, tuple) else cell


def test_counts_as_text(node, rng):
    counts = [0, 12, 999, 1000, *(int(10**exponent) for exponent in rng.uniform(3, 13, 50))]
    node("chart", {"grouped": [[count, f"{count:,}"] for count in counts]})
