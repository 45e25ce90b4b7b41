"""The pipeline: a digit on its way through a real network, from pixels to a class in 8 steps."""

from __future__ import annotations

import numpy as np
import traitlets
from numpy.typing import NDArray

from cnncourse.instruments.stored import digit_network, example_digits
from cnncourse.instruments.widget import Instrument, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.layers import softmax
from cnncourse.plots import show_images

STEPS = ("input", "convolve", "activate", "pool", "deep", "flatten", "dense", "classify")


class Pipeline(Instrument):
    """Input to class in eight steps, each computed by a trained LeNet.

    Attributes
    ----------
    step : int
        0 to 7: input, convolve, activate, pool, deep, flatten, dense, classify.
    example : int
        Which of the stored digits goes through.

    Examples
    --------
    >>> shapes = {name: values.shape for name, values in Pipeline(example=9).values().items()}
    >>> shapes["convolve"], shapes["deep"], shapes["classify"]
    ((6, 28, 28), (16, 5, 5), (10,))
    """

    title = "The pipeline"
    summary = (
        "A handwritten digit on its way through a trained LeNet: input, convolve, pool, deep, "
        "flatten, classify. Press Play, or Space."
    )
    tries = (
        Try("Start with a 7. Before you go on: which of the six kernels will answer to its bar?",
            {"example": 21, "step": 0}),
        Try("Compare step 2 with step 3: what has the ReLU thrown away?", {"step": 2}),
        Try("At which step does the picture stop being a picture?", {"step": 5}),
        Try("Where are most of the weights, and where most of the multiplications?", {"step": 6}),
        Try("Send one through that it reads wrong. From which step on could you tell?",
            {"example": 30, "step": 7}),
    )  # fmt: skip

    step = traitlets.Int(0, min=0, max=len(STEPS) - 1).tag(sync=True)
    example = traitlets.Int(9, min=0, max=len(example_digits()[1]) - 1).tag(sync=True)

    def values(self) -> dict[str, NDArray[np.float64]]:
        """Compute what each step hands on, from `cnncourse.layers`.

        Returns
        -------
        dict of str to float64 array
            From the names of the steps, in their order.
        """
        x = example_digits()[0][self.example][None, None]
        found = {"input": x[0]}
        ends = {"conv1": "convolve", "act1": "activate", "pool1": "pool", "pool2": "deep",
                "flatten": "flatten", "act4": "dense", "output": "classify"}  # fmt: skip
        for name, layer in digit_network().layers.items():
            x = layer.forward(x)
            if name in ends:
                found[ends[name]] = x[0]
        found["classify"] = softmax(x)[0]
        return found

    def twin(self) -> Twin:
        """Draw what the steps with maps hand on, a map each."""
        values = self.values()
        shown = ("input", "convolve", "activate", "pool", "deep")
        maps = [values[name][0] for name in shown]
        sizes = [f"{name}: {' × '.join(map(str, values[name].shape))}" for name in shown]
        shares = values["classify"]
        return Twin(
            show_images([*maps, shares[None]], [*sizes, "classify: 10 probabilities"], columns=3),
            alt=t(
                "A handwritten digit, the first map of each of the next steps, smaller and more "
                "abstract from step to step, and ten probabilities in a row."
            ),
            caption=" ".join([t(self.summary), t(
                "Here the network reads {digit}, with a probability of {share:.1%}.",
                digit=shares.argmax(), share=shares.max(),
            )]),
        )  # fmt: skip
