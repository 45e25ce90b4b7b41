"""Residual against plain: how large a gradient is when it has come back through many blocks."""

from __future__ import annotations

import numpy as np
import traitlets

from cnncourse.instruments.widget import Instrument, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.layers.depth import ACTIVATIONS, Depths, gradient_by_depth
from cnncourse.plots import new_figure


class GradientDepth(Instrument):
    """Two fresh networks with the same weights, one with shortcuts, and their gradients by depth.

    Attributes
    ----------
    blocks : int
        1 to 64, of two layers with weights each.
    activation : {'relu', 'tanh', 'none'}
    norm, preactivation : bool
    gain : float
        0 to 3; 1 is He's initialisation.
    seed : int
    show : {'gradient', 'signal'}
    block : int
        Where the cursor stands: after so many blocks.

    Examples
    --------
    >>> GradientDepth(blocks=9).depths(shortcuts=True).gradient.shape
    (10,)
    """

    title = "Residual against plain"
    summary = "What is left of a gradient when it has come back through many untrained blocks?"
    tries = (
        Try("With batch norm a plain network's gradient does not vanish: it explodes. By how much?",
            {"blocks": 28, "norm": True, "gain": 1.0, "block": 0}),
        Try("Take the norm away and halve the gain: now it vanishes. What do the shortcuts do?",
            {"blocks": 28, "norm": False, "gain": 0.5, "block": 0}),
        Try("No norm, He's gain: see how the residual network's signal grows from block to block.",
            {"blocks": 28, "norm": False, "gain": 1.0, "show": "signal", "block": 28}),
        Try("A gain of 0 makes each block the identity. Batch norm undoes any other gain: try it.",
            {"blocks": 28, "norm": False, "gain": 0.0, "block": 0}),
        Try("Does it help to put norm and activation before the weights, as in the paper of 2016?",
            {"blocks": 54, "norm": True, "gain": 1.0, "preactivation": True, "block": 0}),
    )  # fmt: skip

    blocks = traitlets.Int(28, min=1, max=64).tag(sync=True)
    gain = traitlets.Float(1.0, min=0.0, max=3.0).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS, "relu").tag(sync=True)
    norm = traitlets.Bool(True).tag(sync=True)
    preactivation = traitlets.Bool(False).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=999).tag(sync=True)
    show = traitlets.Enum(("gradient", "signal"), "gradient").tag(sync=True)
    block = traitlets.Int(0, min=0, max=64).tag(sync=True)

    def depths(self, shortcuts: bool) -> Depths:
        """Compute signal and gradient of one of the two networks; see `gradient_by_depth`."""
        return gradient_by_depth(
            self.blocks, shortcuts, self.activation, self.norm, self.preactivation, self.gain,
            self.seed,
        )  # fmt: skip

    def twin(self) -> Twin:
        """Draw both curves."""
        figure = new_figure(height=3)
        axes = figure.subplots()
        ends = []
        for name, style, colour in (("plain", "--", "#a34d00"), ("residual", "-", "#5b3a8c")):
            sizes = getattr(self.depths(name == "residual"), self.show)
            axes.semilogy(np.arange(len(sizes)), sizes, style, color=colour, label=name)
            ends.append(t(
                "{name} {first} at the input, {last} at the end",
                name=t(name), first=_short(sizes[0]), last=_short(sizes[-1]),
            ))  # fmt: skip
        axes.set_xlabel("after this many blocks (0 is the input)")
        axes.set_ylabel(f"root mean square of the {self.show}")
        axes.legend()
        words = "; ".join(ends)
        count = self.blocks
        alt = t("Two curves over {count} blocks, on a logarithmic axis: {words}.",
                count=count, words=words)  # fmt: skip
        here = t("With {count} blocks: {words}.", count=count, words=words)
        return Twin(figure, alt, f"{t(self.summary)} {here}")


def _short(value: float) -> str:
    """Write three digits, large numbers with their thousands apart."""
    return f"{float(f'{value:.3g}'):,.10g}"
