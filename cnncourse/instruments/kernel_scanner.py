"""The kernel scanner: a photograph, a kernel to change, and what the map becomes."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import traitlets
from numpy.typing import NDArray

from cnncourse.data.embedded import photograph
from cnncourse.instruments.widget import Instrument, Numbers, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.layers.conv import conv2d
from cnncourse.layers.kernels import KERNELS
from cnncourse.plots import show_images

# name: who took it. Both are shrunk to 112 x 160 pixels; a byte each, so 24 kB as text
PHOTOGRAPHS = {"china": "Daniel Buechele, CC BY 2.0", "cat": "Stefan van der Walt, CC0"}
ROWS, COLUMNS = 112, 160
BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16
LARGER = {
    # two smoothings by one more ring of neighbours
    "gaussian 5 × 5": np.outer(BINOMIAL, BINOMIAL),
    # what a hand that shakes along the diagonal does
    "motion blur": np.eye(5) / 5,
    # a spot of one size answers, smaller ones do not (the sum is 0)
    "spots": np.outer(BINOMIAL, BINOMIAL) - np.pad(np.full((3, 3), 1 / 9), 1),
}
PRESETS: dict[str, NDArray[np.float64]] = {
    **{name.replace("_", " "): kernel for name, kernel in KERNELS.items()},
    "emboss": np.array([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    **LARGER,
}


def pixels(name: str) -> NDArray[np.uint8]:
    """Return a photograph as the scanner has it.

    Returns
    -------
    uint8 array, shape (112, 160)
        Brightness from 0 to 255.

    Examples
    --------
    >>> pixels("china").shape
    (112, 160)
    """
    whole = photograph(name, gray=True, max_side=256 if name == "china" else 240)
    top, left = (6, 0) if name == "china" else (20, 40)
    crop = whole[top : top + ROWS, left : left + COLUMNS]
    return (crop * 255).round().astype(np.uint8)


def encoded() -> dict[str, Any]:
    """Return the photographs as text for JavaScript."""
    return {
        name: {"bytes": base64.b64encode(pixels(name).tobytes()).decode(), "by": by}
        for name, by in PHOTOGRAPHS.items()
    }


class KernelScanner(Instrument):
    """A photograph under a kernel: stride, padding, dilation, and the sum at the cursor.

    Attributes
    ----------
    photo : {'china', 'cat'}
    kernel : 3 x 3 or 5 x 5 numbers from -20 to 20
    stride, dilation : int
        Pixels, 1 to 4.
    padding : int
        Zeros on each side, 0 to 8.
    flip : bool
        Turn the kernel by half a turn first: convolution as mathematics defines it.
    row, column : int
        The pixel that the window is centred on, as near as the stride allows.

    Examples
    --------
    >>> scanner = KernelScanner(kernel=KERNELS["sobel_x"], stride=2)
    >>> scanner.feature_map().shape
    (55, 79)
    """

    title = "Kernel scanner"
    summary = "A kernel reads a photograph. Change its numbers and see what it answers to."
    tries = (
        Try("Compare Sobel x with Sobel y: which edges of the roof does each one find?",
            {"kernel": KERNELS["sobel_y"].tolist(), "stride": 1, "dilation": 1}),
        Try("Turn Sobel x half round: the map changes its sign, and nothing else.",
            {"kernel": KERNELS["sobel_x"].tolist(), "flip": True}),
        Try("Give the kernel a stride of 4: how many pixels does the map have left?",
            {"stride": 4}),
        Try("Widen the blur by dilation, not by more weights. What is wrong with the picture?",
            {"kernel": KERNELS["box_blur"].tolist(), "dilation": 4, "stride": 1}),
        Try("Pad with 8 zeros on each side and look at the frame of an edge map.",
            {"kernel": KERNELS["laplacian_8"].tolist(), "padding": 8, "dilation": 1}),
        Try("Make the nine numbers add up to 0, then to 1: what happens to flat sky?"),
    )
    data = ("photos", "presets")
    words = (*PRESETS, "an own kernel")

    photos = traitlets.Dict().tag(sync=True)
    presets = traitlets.Dict({k: v.tolist() for k, v in PRESETS.items()}).tag(sync=True)
    photo = traitlets.Enum(list(PHOTOGRAPHS), "china").tag(sync=True)
    kernel = Numbers(KERNELS["sobel_x"], shapes=[(3, 3), (5, 5)], min=-20, max=20)
    stride = traitlets.Int(1, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=8).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=4).tag(sync=True)
    flip = traitlets.Bool(False).tag(sync=True)
    row = traitlets.Int(48, min=0, max=ROWS - 1).tag(sync=True)
    column = traitlets.Int(47, min=0, max=COLUMNS - 1).tag(sync=True)

    @traitlets.default("photos")
    def _photos(self) -> dict[str, Any]:
        return encoded()

    def feature_map(self) -> NDArray[np.float64]:
        """Return the map that the instrument shows.

        Returns
        -------
        float64 array, shape (H_out, W_out)
        """
        kernel = np.array(self.kernel)[::-1, ::-1] if self.flip else np.array(self.kernel)
        out: NDArray[np.float64] = conv2d(
            pixels(self.photo)[None, None] / 255,
            kernel[None, None],
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
        )
        return out[0, 0]

    def twin(self) -> Twin:
        """Draw the photograph and its map."""
        out = self.feature_map()
        weights = np.array(self.kernel)
        name = next((k for k, v in PRESETS.items() if np.array_equal(v, weights)), "an own kernel")
        credit = t("Photograph: {by}.", by=PHOTOGRAPHS[self.photo])
        return Twin(
            show_images([pixels(self.photo) / 255, out], ["photograph", name], columns=2),
            alt=t(
                "A grey photograph of {rows} by {columns} pixels, and beside it the map that "
                "{name} makes of it: {high} by {wide} numbers from {least:.3g} to {most:.3g}.",
                rows=ROWS, columns=COLUMNS, name=t(name), high=out.shape[0], wide=out.shape[1],
                least=out.min(), most=out.max(),
            ),
            caption=f"{t(self.summary)} {credit}",
        )  # fmt: skip
