"""Kinds of convolution, one step at a time: 1D, 2D, 3D, dilated, grouped, depthwise, transposed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import traitlets
from numpy.typing import NDArray

from cnncourse.instruments.widget import Instrument, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.layers.conv import conv2d
from cnncourse.layers.conv_transpose import conv_transpose2d
from cnncourse.layers.convnd import conv1d, conv3d
from cnncourse.plots import show_kernels


class Kind(NamedTuple):
    """One kind: shapes (channels first), and what it is where the reader does not say otherwise."""

    title: str
    input: tuple[int, ...]
    out_channels: int
    kernel: tuple[int, ...]
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    transposed: bool = False


KINDS = {
    "1d": Kind("1D: along a signal", (1, 12), 1, (3,)),
    "2d": Kind("2D: over an image", (1, 6, 6), 1, (3, 3)),
    "3d": Kind("3D: through frames", (1, 4, 4, 4), 1, (2, 2, 2)),
    "channels": Kind("Several channels", (3, 4, 4), 2, (2, 2)),
    "dilated": Kind("Dilated", (1, 7, 7), 1, (3, 3), dilation=2),
    "grouped": Kind("Grouped: two halves", (4, 4, 4), 4, (2, 2), groups=2),
    "depthwise": Kind("Depthwise: each channel alone", (3, 4, 4), 3, (2, 2), groups=3),
    "transposed": Kind("Transposed: upwards", (1, 3, 3), 1, (3, 3), stride=2, transposed=True),
}


def numbers(kind: Kind) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the input and the weights of a kind: small whole numbers, the same each time.

    Examples
    --------
    >>> x, weight = numbers(KINDS["grouped"])
    >>> x.shape, weight.shape
    ((4, 4, 4), (4, 2, 2, 2))
    """
    rng = np.random.default_rng(7)
    channels, outs = kind.input[0], kind.out_channels
    shape = (
        (channels, outs // kind.groups) if kind.transposed else (outs, channels // kind.groups)
    )
    x = rng.integers(0, 5, kind.input).astype(np.float64)
    return x, rng.integers(-2, 3, (*shape, *kind.kernel)).astype(np.float64)


def convolve(
    kind: Kind, x: NDArray[np.float64], weight: NDArray[np.float64], padding: int = 0
) -> NDArray[np.float64]:
    """Compute a kind's output with the package's layers.

    Returns
    -------
    float64 array, shape (C_out, ...)
    """
    options: dict[str, Any] = {
        "stride": kind.stride, "padding": padding, "dilation": kind.dilation,
        "groups": kind.groups,
    }  # fmt: skip
    functions: dict[int, Any] = {1: conv1d, 2: conv2d, 3: conv3d}
    function = conv_transpose2d if kind.transposed else functions[len(kind.kernel)]
    out: NDArray[np.float64] = function(x[None], weight, **options)
    return out[0]


class ConvolutionKinds(Instrument):
    """Any kind of convolution, played step by step.

    Attributes
    ----------
    kind : {'1d', '2d', '3d', 'channels', 'dilated', 'grouped', 'depthwise', 'transposed'}
    stride, dilation : int
        Positions, 1 to 3.
    padding : int
        Zeros on each side, 0 to 2.
    step : int
        How many steps are done, less one; one too large stands for the last.

    Examples
    --------
    >>> ConvolutionKinds(kind="transposed", stride=2).output().shape
    (1, 7, 7)
    """

    title = "Kinds of convolution"
    summary = "One sum at a time: which inputs and which weights make this output?"
    tries = (
        Try("Play the 1D kind and predict the next sum before it comes.",
            {"kind": "1d", "stride": 1, "padding": 0, "dilation": 1, "step": 0}),
        Try("Dilated: nine weights reach over 5 × 5 positions. Which inputs do not meet?",
            {"kind": "dilated", "stride": 1, "padding": 0, "dilation": 2, "step": 0}),
        Try("Grouped: which channels does output channel 3 never see?",
            {"kind": "grouped", "stride": 1, "padding": 0, "dilation": 1, "step": 18}),
        Try("Transposed: a step stamps the kernel. Which outputs get the most stamps?",
            {"kind": "transposed", "stride": 2, "padding": 0, "dilation": 1, "step": 8}),
        Try("Transposed with a stride of 3: does any output still add two stamps?",
            {"kind": "transposed", "stride": 3, "padding": 0, "dilation": 1, "step": 8}),
        Try("3D: the window is a cube; it moves through the frames as well.",
            {"kind": "3d", "stride": 1, "padding": 0, "dilation": 1, "step": 9}),
    )
    data = ("kinds",)
    words = ("Input", "Weights", "Output", *(kind.title for kind in KINDS.values()))

    kinds = traitlets.Dict().tag(sync=True)
    kind = traitlets.Enum(list(KINDS), "2d").tag(sync=True)
    stride = traitlets.Int(1, min=1, max=3).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=2).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=3).tag(sync=True)
    step = traitlets.Int(0, min=0, max=999).tag(sync=True)

    @traitlets.default("kinds")
    def _kinds(self) -> dict[str, Any]:
        described = {}
        for name, kind in KINDS.items():
            x, weight = numbers(kind)
            described[name] = {
                "title": kind.title,
                "input": list(kind.input), "outChannels": kind.out_channels,
                "kernel": list(kind.kernel), "stride": kind.stride, "dilation": kind.dilation,
                "groups": kind.groups, "transposed": kind.transposed,
                "x": x.ravel().tolist(), "weight": weight.ravel().tolist(),
            }  # fmt: skip
        return described

    def output(self) -> NDArray[np.float64]:
        """Return the finished output.

        Returns
        -------
        float64 array, shape (C_out, ...)

        Raises
        ------
        ShapeError
            If the window exceeds the padded input.
        """
        kind = KINDS[self.kind]._replace(stride=self.stride, dilation=self.dilation)
        return convolve(kind, *numbers(kind), padding=self.padding)

    def twin(self) -> Twin:
        """Draw the first channel of the input, of the weights and of the output."""
        kind = KINDS[self.kind]
        x, weight = numbers(kind)
        out = self.output()
        planes = {
            name: array.reshape(-1, array.shape[-1])[: array.shape[-2] if array.ndim > 2 else 1]
            for name, array in {"input": x, "weights": weight[0], "output": out}.items()
        }
        return Twin(
            show_kernels(planes, columns=3),
            alt=t(
                "Three grids of numbers for the kind '{kind}': a part of the input of shape "
                "{x}, of the weights of shape {weight} and of the output of shape {out}.",
                kind=t(kind.title), x=x.shape, weight=weight.shape, out=out.shape,
            ),
            caption=f"{t(self.summary)} {t(kind.title)}: {x.shape} → {out.shape}.",
        )  # fmt: skip
