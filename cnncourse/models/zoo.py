"""The registered networks as plain data: what the book's instruments show of them.

Everything here is made of lists, strings and numbers, so it can be written as JSON and handed to a
widget or a page; nothing that reads it needs PyTorch.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import signature
from math import prod
from typing import Any

import torch

from cnncourse.models import efficientnet, measure
from cnncourse.models.blocks import Classifier
from cnncourse.models.papers import FACTS, Facts, Result
from cnncourse.models.registry import build, facts

VOLUMES = (
    "lenet5", "alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "densenet121",
    "mobilenet_v2", "efficientnet_b0", "convnext_tiny",
)  # fmt: skip
STACKS = (
    "lenet5", "alexnet", "vgg16", "googlenet", "resnet18", "resnet34", "resnet50", "resnet101",
    "resnet152", "densenet121", "mobilenet_v2",
)  # fmt: skip
WITH_WEIGHTS = ("Conv2d", "PartialConv2d", "Linear", "SelfAttention", "RadialBasis")
Data = dict[str, Any]


def _weightless(name: str) -> Classifier:
    with torch.device("meta"):
        return build(name)


def stage_costs(names: Iterable[str] = VOLUMES) -> list[Data]:
    """Give the stages of some networks: what comes out of each and what it costs.

    Parameters
    ----------
    names : iterable of str
        Of registered networks.

    Returns
    -------
    list of dict
        For each network `name`, `title`, `source`, `input` (C, H, W) and `stages`, each with its
        `name`, output `shape`, `activations`, `parameters` and `multiply_adds`. Activations are the
        numbers that come out of its convolutions and dense layers for one image. A stage that is
        only an activation is left out.

    Examples
    --------
    >>> (lenet,) = stage_costs(["lenet5"])
    >>> lenet["stages"][0]["shape"], lenet["stages"][0]["activations"]
    ([6, 28, 28], 4704)
    """
    return [_stage_costs(facts(name)) for name in names]


def _stage_costs(known: Facts) -> Data:
    model = _weightless(known.name)
    shapes = measure.stage_shapes(model) | {"head": (known.num_classes,)}
    rows = measure.layer_table(model)
    inside = {name: [row for row in rows if row.stage == name] for name in shapes}
    stages = [_stage(name, shapes[name], found) for name, found in inside.items() if found]
    return {
        "name": known.name,
        "title": known.title,
        "source": _source(known),
        "input": [known.in_channels, known.image_size, known.image_size],
        "stages": stages,
    }


def _stage(name: str, shape: tuple[int, ...], rows: list[measure.Layer]) -> Data:
    outputs = (prod(row.output_shape) for row in rows if row.kind in WITH_WEIGHTS)
    return {
        "name": name,
        "shape": list(shape),
        "activations": sum(outputs),
        "parameters": sum(row.parameters for row in rows),
        "multiply_adds": sum(row.multiply_adds for row in rows),
    }


def stacks(names: Iterable[str] = STACKS) -> list[Data]:
    """Give some networks as receptive fields see them: the windows along the widest path.

    Parameters
    ----------
    names : iterable of str
        Of registered networks whose fields grow layer by layer.

    Returns
    -------
    list of dict
        For each network `name`, `title`, `image_size` in pixels and `layers`, each
        [kernel_size, stride, padding, dilation]: convolutions and pools up to the last feature
        maps.

    Examples
    --------
    >>> stacks(["lenet5"])[0]["layers"][:2]
    [[5, 1, 0, 1], [2, 2, 0, 1]]
    """
    rows = []
    for known in map(facts, names):
        windows = measure.widest_path(_weightless(known.name))
        layers = [list(window) for window in windows if window != (1, 1, 0, 1)]
        rows.append(
            {
                "name": known.name,
                "title": known.title,
                "image_size": known.image_size,
                "layers": layers,
            }
        )
    return rows


def scaled_family() -> Data:
    """Give the EfficientNets: the table they are scaled from, what each costs, its paper's error.

    Returns
    -------
    dict
        `stages`, rows of [expansion, kernel_size, stride, out_channels, blocks]; `stem`, the
        channels of the first convolution; `classes`; `bases`, of the compound rule; and `networks`,
        each with `title`, `depth` and `width` (factors), `image_size` in pixels, `parameters`,
        `multiply_adds` and `top1`, the paper's error in per cent.

    Examples
    --------
    >>> family = scaled_family()
    >>> family["stages"][0], family["networks"][0]["parameters"]
    ([1, 3, 1, 16, 1], 5288548)
    """
    rule = signature(efficientnet.compound_scaling).parameters
    return {
        "stages": [list(stage) for stage in efficientnet.STAGES],
        "bases": {name: base.default for name, base in rule.items() if name != "phi"},
        "stem": efficientnet.STEM,
        "classes": facts("efficientnet_b0").num_classes,
        "networks": [
            _scaled(facts(f"efficientnet_b{variant}"), scaling)
            for variant, scaling in efficientnet.VARIANTS.items()
        ],
    }


def _scaled(known: Facts, scaling: efficientnet.Scaling) -> Data:
    return scaling._asdict() | {
        "title": known.title,
        "parameters": known.parameters,
        "multiply_adds": known.multiply_adds,
        "top1": known.reported.top1 if known.reported else None,
    }


def catalogue(names: Iterable[str] | None = None) -> Data:
    """Give every network with its paper's facts and its layers, each distinct layer once.

    Parameters
    ----------
    names : iterable of str, optional
        Of registered networks; all if not given.

    Returns
    -------
    dict
        `networks`: for each its facts and `stages`, pairs of a name and a flat list of numbers, two
        for each layer: its place in `paths` and its place in `layers`. A layer is
        [kind, detail, output shape, parameters, multiply-adds].

    Examples
    --------
    >>> data = catalogue(["lenet5"])
    >>> stage, (path, layer, *_) = data["networks"][0]["stages"][0]
    >>> stage, data["paths"][path], data["layers"][layer]
    ('C1', 'conv', ['Conv2d', '5 x 5', [6, 28, 28], 156, 117600])
    """
    paths: dict[str, int] = {}
    layers: dict[tuple[Any, ...], int] = {}
    networks = []
    for known in FACTS if names is None else map(facts, names):
        stages: dict[str, list[int]] = {}
        for row in measure.layer_table(_weightless(known.name)):
            numbers = stages.setdefault(row.stage, [])
            numbers.append(paths.setdefault(row.path, len(paths)))
            numbers.append(layers.setdefault(row[2:], len(layers)))
        networks.append(_facts(known) | {"stages": [list(stage) for stage in stages.items()]})
    plain = [[list(cell) if isinstance(cell, tuple) else cell for cell in row] for row in layers]
    return {"networks": networks, "paths": list(paths), "layers": plain}


def _facts(known: Facts) -> Data:
    return {
        "name": known.name,
        "title": known.title,
        "source": _source(known),
        "year": known.paper.year,
        "depth": known.depth,
        "counted": known.counted,
        "parameters": known.parameters,
        "multiply_adds": known.multiply_adds,
        "input": [known.in_channels, known.image_size, known.image_size],
        "classes": known.num_classes,
        "reported": _result(known.reported),
        "released": list(known.released) if known.released else None,
        "entry": _result(known.entry),
    }


def _result(result: Result | None) -> list[Any] | None:
    return [result.top1, result.top5, f"{result.protocol}; {result.source}"] if result else None


def _source(known: Facts) -> str:
    paper = known.paper
    return f"{paper.authors}, {paper.title}, {paper.place}, {paper.year}"
