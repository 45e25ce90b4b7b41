"""Receptive field: what one output of a stack of layers sees, and how much each pixel counts."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import traitlets

from cnncourse.instruments import zoo
from cnncourse.instruments.widget import Instrument, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.layers.fields import core_width, effective_field
from cnncourse.plots import new_figure
from cnncourse.shapes import ReceptiveField as Field
from cnncourse.shapes import Window, receptive_field

SHARE = 0.95
LARGEST = 10_000  # pixels of a field that is still followed
LAYER = re.compile(r"(\d{1,3})(?:s(\d{1,2}))?(?:d(\d{1,3}))?(?:p(\d{1,3}))?")
EXAMPLES = {
    "conv, pool, conv, pool, conv": "3,2s2,3,2s2,3",
    "three convs, two pools": "3,3,3,2s2,2s2",
    "two pools, three convs": "2s2,2s2,3,3,3",
    "ten 3 × 3 convolutions": ",".join(["3p1"] * 10),
    "dilations 1, 2, 4, 8, 16, 32": "3p1,3d2p2,3d4p4,3d8p8,3d16p16,3d32p32",
    "six strides of 2": ",".join(["3s2p1"] * 6),
}


def read_layers(text: str) -> list[Window]:
    """Read layers from text.

    Parameters
    ----------
    text : str
        Layers with commas between them: the kernel size, then `s` and a stride, `d` and a dilation,
        `p` and a padding, where they are not 1, 1 and 0.

    Returns
    -------
    list of Window

    Raises
    ------
    ValueError
        If a word is no layer.

    Examples
    --------
    >>> read_layers("3p1,2s2")
    [Window(kernel_size=3, stride=1, padding=1, dilation=1), \
Window(kernel_size=2, stride=2, padding=0, dilation=1)]
    """
    layers = []
    for word in filter(None, map(str.strip, text.split(","))):
        found = LAYER.fullmatch(word)
        if found is None or "0" in found.groups()[:3]:
            raise ValueError(f"expected layers such as 3p1 or 2s2, got {word!r}")
        kernel_size, stride, dilation, padding = found.groups()
        layers.append(
            Window(int(kernel_size), int(stride or 1), int(padding or 0), int(dilation or 1))
        )
    return layers


class ReceptiveFieldExplorer(Instrument):
    """A stack of layers to build and reorder, and the field of one of its outputs.

    Attributes
    ----------
    networks : list of dict
        What `cnncourse.models.zoo.stacks` gives, which is also the default.
    layers : str
        See `read_layers`.
    after : int
        The layer whose field is shown, counted from 1; the last if there are fewer.
    image_size : int
        In pixels, 8 to 640.
    log : bool
        Whether the curve's axis is logarithmic.

    Examples
    --------
    >>> ReceptiveFieldExplorer(layers="3,2s2,3,2s2,3").fields()[-1].size
    18
    """

    title = "Receptive field"
    summary = "How much of the image can one output see, and which pixels really count?"
    tries = (
        Try("Three 3 × 3 convolutions and two pools see 18 pixels in this order ...",
            {"layers": EXAMPLES["conv, pool, conv, pool, conv"], "after": 200}),
        Try("... drag the pools to the top: 28. And to the bottom: 10. Why?",
            {"layers": EXAMPLES["two pools, three convs"], "after": 200}),
        Try("3 × 3 convolutions add 2 pixels each, a straight line. How many until 224 pixels?",
            {"layers": EXAMPLES["ten 3 × 3 convolutions"], "log": False, "after": 200}),
        Try("Dilations of 1, 2, 4, ... double the field with each layer, and cost nothing more.",
            {"layers": EXAMPLES["dilations 1, 2, 4, 8, 16, 32"], "log": True, "after": 200}),
        Try("Choose ResNet-50: its field is larger than the image. And the part that counts?"),
    )  # fmt: skip
    data = ("networks", "examples")
    words = tuple(EXAMPLES)

    networks = traitlets.List(traitlets.Dict()).tag(sync=True)
    examples = traitlets.Dict(EXAMPLES).tag(sync=True)
    layers = traitlets.Unicode(EXAMPLES["conv, pool, conv, pool, conv"]).tag(sync=True)
    after = traitlets.Int(200, min=1, max=200).tag(sync=True)
    image_size = traitlets.Int(32, min=8, max=640).tag(sync=True)
    log = traitlets.Bool(False).tag(sync=True)

    @traitlets.default("networks")
    def _networks(self) -> list[dict[str, Any]]:
        measured: list[dict[str, Any]] = zoo.networks("stacks")
        return measured

    @traitlets.validate("layers")
    def _readable(self, proposal: Any) -> str:
        try:
            layers = read_layers(proposal["value"])
        except ValueError as problem:
            raise traitlets.TraitError(f"layers: {problem}") from problem
        if not layers or receptive_field(layers)[-1].size > LARGEST:
            expected = f"at least one layer, and a field of at most {LARGEST} pixels"
            raise traitlets.TraitError(f"layers: expected {expected}")
        return str(proposal["value"])

    def fields(self) -> list[Field]:
        """Follow the field through the layers; see `cnncourse.shapes.receptive_field`."""
        return receptive_field(read_layers(self.layers))

    def twin(self) -> Twin:
        """Draw the growth of the field, and how much each pixel counts."""
        layers, fields = read_layers(self.layers), self.fields()
        weights = effective_field(layers)
        sizes = [1, *(field.size for field in fields)]
        cores = [core_width(effective_field(layers[:n]), SHARE) for n in range(len(layers) + 1)]
        figure = new_figure(height=2.6)
        growth, counts = figure.subplots(1, 2)
        growth.plot(sizes, "o-", color="#5b3a8c", label="theoretical")
        growth.plot(cores, "--", color="#a34d00", label="95 % of the weight")
        growth.set_xlabel("after this many layers")
        growth.set_ylabel("pixels")
        growth.legend()
        counts.bar(np.arange(len(weights)), 100 * weights, width=1, color="#5b3a8c")
        counts.set_xlabel("pixel along an axis")
        counts.set_ylabel("counts for / %")
        words = t(
            "After {count} layers one output sees {size} × {size} pixels, and {core} of them "
            "along an axis hold 95 % of the weight.",
            count=len(layers), size=sizes[-1], core=cores[-1],
        )  # fmt: skip
        alt = t("A curve of the field's size by layer, and bars for the weight of each pixel.")
        return Twin(figure, f"{alt} {words}", f"{t(self.summary)} {words}")
