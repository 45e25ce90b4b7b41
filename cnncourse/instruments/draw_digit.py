"""Draw a digit: a network that answers at once, with every layer open to look into."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from numpy.typing import NDArray

from cnncourse.instruments.stored import digit_network, example_digits
from cnncourse.instruments.widget import Instrument, Numbers, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.layers import softmax
from cnncourse.plots import show_images

FARTHEST = 8  # pixels that the picture can be moved


class DrawDigit(Instrument):
    """Draw, and watch every layer of a network answer.

    Attributes
    ----------
    strokes : str
        The drawing, three letters a point, a dot between strokes (`lib/drawing.js`).
    example : int
        One of the stored digits, or -1 for an empty sheet.
    over : bool
        Draw over the example instead of starting afresh.
    pen : float
        Width of the pen in pixels of a sheet of 28.
    down, right : int
        How far the picture is moved before the network sees it, in pixels.
    probe : bool
        Search for the most confusing shift and for the pixels that matter.
    reach : int
        How far the search for the most confusing shift goes, in pixels.
    side : int
        Of the square that is wiped out to see what matters, in pixels.
    stage : str
        The layer whose unit is looked into.
    channel, row, column : int
        The unit.
    network : dict
        What `cnncourse.models.export.network_as_data` gives; empty for the course's own LeNet.
    picture : 28 x 28 numbers from 0 to 1, or an empty list
        A picture to show in place of an example.
    seen : list of lists of float
        What the network sees: set by the instrument.
    probabilities : list of float
        What it answers: set by the instrument.

    Examples
    --------
    >>> DrawDigit(example=9).answer()[0]
    3
    """

    title = "Draw a digit"
    summary = (
        "Draw with mouse, finger or keyboard. A LeNet trained on 8,000 handwritten digits "
        "computes every layer anew with each stroke, in this page."
    )
    tries = (
        Try("Look at a 4, then at what the six kernels of C1 make of it.",
            {"example": 13, "strokes": "", "stage": "C1", "channel": 0, "row": 14, "column": 14}),
        Try("Turn on “draw over the example” and close the left side of this 3. When is it an 8?",
            {"example": 9, "strokes": "", "over": True}),
        Try("Move this 1 to the left, pixel by pixel. What else does it become?",
            {"example": 3, "strokes": "", "down": 0, "right": -6}),
        Try("Search for the shift that confuses it most, and for the pixels that this 7 hangs on.",
            {"example": 21, "strokes": "", "probe": True}),
        Try("Look into a unit of C5: why does it see the whole picture?",
            {"stage": "C5", "channel": 0, "row": 0, "column": 0}),
        Try("Draw with a thin pen, then make it thick: from what width on is the answer wrong?",
            {"pen": 5.0}),
        Try("Draw something that is no digit. What does the network say, and how sure is it?"),
        Try("Cross your 7. Leave your 4 open. Were such digits in the training set?"),
    )  # fmt: skip
    data = ("network", "picture", "seen", "probabilities")

    network = traitlets.Dict().tag(sync=True)
    picture = Numbers([], shapes=[(0,), (28, 28)], min=0, max=1)
    seen: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    probabilities: traitlets.List[float] = traitlets.List().tag(sync=True)

    strokes = traitlets.Unicode("").tag(sync=True)
    example = traitlets.Int(9, min=-1, max=len(example_digits()[1]) - 1).tag(sync=True)
    over = traitlets.Bool(False).tag(sync=True)
    pen = traitlets.Float(2.4, min=0.8, max=6).tag(sync=True)
    down = traitlets.Int(0, min=-FARTHEST, max=FARTHEST).tag(sync=True)
    right = traitlets.Int(0, min=-FARTHEST, max=FARTHEST).tag(sync=True)
    probe = traitlets.Bool(False).tag(sync=True)
    reach = traitlets.Int(4, min=1, max=FARTHEST).tag(sync=True)
    side = traitlets.Enum([3, 5, 7, 9], 5).tag(sync=True)
    stage = traitlets.Unicode("C3").tag(sync=True)
    channel = traitlets.Int(1, min=0, max=4095).tag(sync=True)
    row = traitlets.Int(6, min=0, max=1023).tag(sync=True)
    column = traitlets.Int(5, min=0, max=1023).tag(sync=True)

    def image(self) -> NDArray[np.float64]:
        """Return the example as the network sees it; zeros for an empty sheet.

        Returns
        -------
        float64 array, shape (28, 28)
            Ink from 0 to 1, moved by `down` and `right`.
        """
        image = np.zeros((28, 28)) if self.example < 0 else example_digits()[0][self.example]
        if self.picture:
            image = np.array(self.picture)
        padded = np.pad(image, FARTHEST)
        top, left = FARTHEST - self.down, FARTHEST - self.right
        return padded[top : top + 28, left : left + 28]

    def answer(self) -> tuple[int, float]:
        """Return the class of the example and its probability, from `cnncourse.layers`."""
        shares = softmax(digit_network().forward(self.image()[None, None]))[0]
        return int(shares.argmax()), float(shares.max())

    def twin(self) -> Twin:
        """Draw the example and what the first layer makes of it."""
        model, image = digit_network(), self.image()
        maps: list[Any] = list(np.maximum(model.layers["conv1"].forward(image[None, None])[0], 0))
        digit, share = self.answer()
        titles = ["what it sees", *(f"C1, map {i + 1}" for i in range(5))]
        return Twin(
            show_images([image, *maps[:5]], titles, columns=3),
            alt=t(
                "A handwritten digit of 28 by 28 pixels, and five maps of the first layer in "
                "which its edges stand out in different directions."
            ),
            caption=" ".join([t(self.summary), t(
                "Here it reads {digit}, with a probability of {share:.1%}.",
                digit=digit, share=share,
            )]),
        )  # fmt: skip
