"""Every network by its name."""

from __future__ import annotations

import difflib
from typing import Any

import torch

from cnncourse.errors import ArgumentError
from cnncourse.models.blocks import Classifier
from cnncourse.models.googlenet import GoogLeNet
from cnncourse.models.papers import FACTS, Facts, Result
from cnncourse.models.weights import load_imagenet
from cnncourse.shapes import per_axis

_BY_NAME = {facts.name: facts for facts in FACTS}
HEADER = (
    "name", "network", "year", "depth", "parameters", "multiply-adds", "input",
    "error % (top-1 / top-5)", "protocol", "torchvision's weights",
    "challenge entry", "paper",
)  # fmt: skip


def names() -> list[str]:
    """List the registered networks, by family.

    Examples
    --------
    >>> names()[:3]
    ['lenet5_1998', 'lenet5', 'alexnet_2012']
    """
    return list(_BY_NAME)


def facts(name: str) -> Facts:
    """Look up what the paper says of a network.

    Raises
    ------
    ArgumentError
        If there is none of that name, with the nearest name.

    Examples
    --------
    >>> facts("resnet50").reported
    Result(top1=22.85, top5=6.71, protocol='ten crops', source='Table 3')
    >>> facts("resnet19")
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: name: expected a registered model (nearest: resnet18, ...
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(str(name).lower().replace("-", "_"), _BY_NAME, cutoff=0.5)
    hint = f"nearest: {', '.join(near)}" if near else "`cnncourse models` lists them"
    raise ArgumentError("name", f"a registered model ({hint})", repr(name))


def build(
    name: str, num_classes: int | None = None, weights: str | None = None, **options: Any
) -> Classifier:
    """Build a network by its name.

    Parameters
    ----------
    name : str
        One of `names()`.
    num_classes : int, optional
        The paper's number if not given: 1,000 for ImageNet, 10 for digits and CIFAR-10.
    weights : {None, 'imagenet'}
        None starts afresh; 'imagenet' loads torchvision's first weights for the network. Given
        another number of classes, its last layer stays fresh.
    **options
        What the network's own builder takes, such as `in_channels`.

    Returns
    -------
    Classifier

    Raises
    ------
    ArgumentError
        If the name is unknown, an argument does not suit the network, or torchvision has no
        weights for it.
    SetupError
        If the weights can't be downloaded.

    Examples
    --------
    >>> model = build("resnet20", num_classes=4)
    >>> model(torch.zeros(1, 3, 32, 32)).shape
    torch.Size([1, 4])
    """
    known = facts(name)
    if weights not in (None, "imagenet"):
        raise ArgumentError("weights", "None or 'imagenet'", repr(weights))
    if num_classes is not None:
        (options["num_classes"],) = per_axis("num_classes", num_classes, 1)
    if weights is None:
        return known.builder(**options)
    if known.torchvision is None:
        raise ArgumentError("weights", f"None, since torchvision has none of {name}", repr(weights))
    if options.get("in_channels", 3) != 3:
        raise ArgumentError("in_channels", "3, as in the weights", options["in_channels"])
    model = known.builder(**options)
    if isinstance(model, GoogLeNet):
        model.recentres = True
    with torch.device("meta"):
        template = known.builder()
    load_imagenet(model, template, known.torchvision)
    return model


def models_table() -> list[dict[str, str]]:
    """Give what is known of each network as words, a row for each.

    Returns
    -------
    list of dict
        From the headings to the cells, all in the order of the columns. "torchvision's weights"
        is their error for one centre crop, so that networks can be compared; "challenge entry"
        is an ensemble's, and does not compare with the rest.

    Examples
    --------
    >>> models_table()[0]["parameters"]
    '60,000'
    """
    return [dict(zip(HEADER, _row(known), strict=True)) for known in FACTS]


def _row(known: Facts) -> tuple[str, ...]:
    paper = known.paper
    return (
        known.name,
        known.title,
        str(paper.year),
        str(known.depth),
        f"{known.parameters:,}",
        f"{known.multiply_adds:,}",
        f"{known.in_channels} x {known.image_size} x {known.image_size}",
        _errors(known.reported),
        f"{known.reported.protocol} ({known.reported.source})" if known.reported else "",
        "{} / {}".format(*known.released) if known.released else "",
        _entry(known.entry),
        f"{paper.authors}, {paper.title}, {paper.place}",
    )


def _entry(entry: Result | None) -> str:
    return f"{entry.top5} top-5, {entry.protocol} ({entry.source})" if entry else ""


def _errors(result: Result | None) -> str:
    if result is None:
        return ""
    return f"{result.top1 or '–'} / {result.top5 or '–'}"


def models_markdown() -> str:
    """Write `models_table` as a table in Markdown, with what its depths count below it.

    Examples
    --------
    >>> models_markdown().splitlines()[0][:23]
    '| name | network | year'
    """
    lines = ["| " + " | ".join(HEADER) + " |", "|" + " --- |" * len(HEADER)]
    lines += ["| " + " | ".join(row.values()) + " |" for row in models_table()]
    rules: dict[str, list[str]] = {}
    for known in FACTS:
        rules.setdefault(known.counted, []).append(known.name)
    (usual, _), *others = sorted(rules.items(), key=lambda rule: -len(rule[1]))
    exceptions = "; ".join(f"{', '.join(models)}: {rule}" for rule, models in others)
    return "\n".join([*lines, "", f"Depth counts {usual} ({exceptions}).", ""])
