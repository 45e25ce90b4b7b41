"""Diagrams of networks, drawn from the networks themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2, sqrt

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from torch import nn

from cnncourse.errors import ArgumentError
from cnncourse.models import Classifier, stage_shapes
from cnncourse.plots import new_figure

INK, FILL, LINE = "#22252b", "#efe9f7", "#5b3a8c"
ROW = 0.46  # inches, of a box in a block and the arrow below it
Shape = tuple[int, int, int]


def show_stages(network: Classifier) -> Figure:
    """Draw what comes out of each stage: as high as the maps are, as wide as there are many.

    Parameters
    ----------
    network : Classifier

    Returns
    -------
    matplotlib.figure.Figure
        Heights go with the square root of the maps' height, widths with the logarithm of the
        number of channels.

    Examples
    --------
    >>> from cnncourse.models import build
    >>> figure = show_stages(build("lenet5"))
    >>> [text.get_text() for text in figure.axes[0].texts][:2]
    ['image', '1 × 32 × 32']
    """
    side = network.image_size
    shapes: dict[str, Shape] = {"image": (network.in_channels, side, side)}
    for name, shape in stage_shapes(network).items():
        shapes[name] = (shape[0], *(shape[1:] or (1, 1)))  # type: ignore[assignment]
    figure = new_figure(height=2.6)
    axes = figure.add_subplot()
    x = 0.0
    for name, (channels, height, width) in shapes.items():
        tall, wide = sqrt(height), 0.25 * log2(channels + 1) * sqrt(side) / 8
        axes.add_patch(Rectangle((x, -tall / 2), wide, tall, facecolor=FILL, edgecolor=LINE))
        middle, foot = x + wide / 2, -sqrt(side) / 2
        size = 8 if len(shapes) < 12 else 6.5
        axes.text(middle, foot - 0.04 * sqrt(side), name, rotation=90, ha="center", va="top",
                  fontsize=size, color=INK)
        words = f"{channels} × {height} × {width}"
        axes.text(middle, -foot + 0.04 * sqrt(side), words, rotation=90, ha="center", va="bottom",
                  fontsize=size, color=INK)
        x += wide + 0.12 * sqrt(side)
    reach = sqrt(side)
    axes.set(xlim=(-0.05 * reach, x), ylim=(-1.2 * reach, 1.3 * reach))
    axes.axis("off")
    return figure


def describe_layers(module: nn.Module) -> list[str]:
    """Say what the layers of a chain are, in order, a line for each.

    Parameters
    ----------
    module : nn.Module

    Returns
    -------
    list of str
        Layers without weights or windows, other than activation functions, are left out.

    Examples
    --------
    >>> describe_layers(nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU()))
    ['3 × 3 conv, 8, stride 2', 'batch norm', 'ReLU']
    """
    words = (_describe(layer) for layer in module.modules() if not list(layer.children()))
    return [word for word in words if word]


def _describe(layer: nn.Module) -> str:
    if isinstance(layer, nn.Conv2d):
        height, width = layer.kernel_size
        kind = "depthwise" if layer.groups == layer.in_channels > 1 else "conv"
        words = f"{height} × {width} {kind}, {layer.out_channels}"
        return words + (f", stride {layer.stride[0]}" if layer.stride[0] > 1 else "")
    if isinstance(layer, nn.MaxPool2d | nn.AvgPool2d):
        kind = "max" if isinstance(layer, nn.MaxPool2d) else "average"
        return f"{layer.kernel_size} × {layer.kernel_size} {kind} pool"
    names = {nn.BatchNorm2d: "batch norm", nn.LayerNorm: "layer norm", nn.ReLU: "ReLU",
             nn.ReLU6: "ReLU6", nn.SiLU: "SiLU", nn.GELU: "GELU", nn.Hardswish: "hard swish"}
    if isinstance(layer, nn.Linear):
        return f"dense, {layer.out_features}"
    return next((name for kind, name in names.items() if isinstance(layer, kind)), "")


def show_block(
    branches: Mapping[str, Sequence[str]], join: str, after: Sequence[str] = ()
) -> Figure:
    """Draw a block whose branches start from the same maps and come together again.

    Parameters
    ----------
    branches : mapping of str to sequence of str
        What each branch is called, and its layers from the input upwards; none for a plain wire.
    join : str
        What happens where they meet: '+' or 'concatenate'.
    after : sequence of str
        The layers behind that.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If there is no branch.

    Examples
    --------
    >>> figure = show_block({"residual": ["3 × 3 conv, 64"], "shortcut": []}, join="+")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['input', 'residual', '3 × 3 conv, 64', 'shortcut', '+']
    """
    if not branches:
        raise ArgumentError("branches", "at least one", "none")
    tallest = max(len(layers) for layers in branches.values())
    rows = tallest + 3 + len(after)
    figure = new_figure(height=ROW * rows)
    axes = figure.add_subplot()
    middle = (len(branches) - 1) / 2
    _box(axes, middle, 0, "input")
    for place, (name, layers) in enumerate(branches.items()):
        axes.text(place + 0.04, 0.62, name, ha="left", va="center", fontsize=8, color=LINE)
        _wire(axes, [(middle, 0.3), (middle, 0.45), (place, 0.45), (place, tallest + 1.45),
                     (middle, tallest + 1.45)])  # fmt: skip
        for row, layer in enumerate(layers):
            _box(axes, place, 1.1 + row, layer)
    _wire(axes, [(middle, tallest + 1.45), (middle, rows - 1)])
    for row, layer in enumerate([join, *after], start=tallest + 2):
        _box(axes, middle, row, layer)
    axes.set(xlim=(-0.6, len(branches) - 0.4), ylim=(-0.5, rows - 0.4))
    axes.axis("off")
    return figure


def _box(axes: Axes, x: float, y: float, words: str) -> None:
    wide, tall = (0.84, 0.6) if len(words) > 2 else (0.2, 0.6)
    axes.add_patch(FancyBboxPatch((x - wide / 2, y - tall / 2), wide, tall, facecolor=FILL,
                                  edgecolor=LINE, boxstyle="round,pad=0,rounding_size=0.06"))
    axes.text(x, y, words, ha="center", va="center", fontsize=8, color=INK)


def _wire(axes: Axes, corners: Sequence[tuple[float, float]]) -> None:
    x, y = zip(*corners, strict=True)
    axes.plot(x, y, color=INK, linewidth=1, zorder=0)
