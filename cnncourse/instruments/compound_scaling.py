"""Compound scaling: what depth, width and resolution of an EfficientNet cost."""

from __future__ import annotations

from typing import Any

import traitlets

from cnncourse.instruments import zoo
from cnncourse.instruments.widget import Instrument, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.plots import new_figure


class CompoundScaling(Instrument):
    """EfficientNet-B0 grown in depth, width and resolution, counted exactly.

    Attributes
    ----------
    networks : dict
        What `cnncourse.models.zoo.scaled_family` gives, which is also the default.
    depth, width : float
        Factors of the number of blocks (1 to 8) and of channels (1 to 3).
    image_size : int
        Height and width in pixels, 224 to 960.
    phi : float
        The budget that the four buttons spend: the work grows about as 2^phi.

    Examples
    --------
    >>> CompoundScaling(depth=2, width=1, image_size=224).depth
    2.0
    """

    title = "Compound scaling"
    summary = "Twice the work for a network: more layers, wider layers, or larger images?"
    tries = (
        Try("B4 costs 11 times B0's work. Which of the three grew most?",
            {"depth": 1.8, "width": 1.4, "image_size": 380}),
        Try("Spend φ = 3 on resolution alone: eight times the work, not one more parameter.",
            {"phi": 3.0, "depth": 1.0, "width": 1.0, "image_size": 634}),
        Try("Spend φ = 3 on width alone: why do the parameters grow as fast as the work?",
            {"phi": 3.0, "depth": 1.0, "width": 2.83, "image_size": 224}),
        Try("Move depth slowly from 1: why do the counts jump?",
            {"depth": 1.05, "width": 1.0, "image_size": 224}),
    )  # fmt: skip
    data = ("networks",)

    networks = traitlets.Dict().tag(sync=True)
    depth = traitlets.Float(1.2, min=1.0, max=8.0).tag(sync=True)
    width = traitlets.Float(1.1, min=1.0, max=3.0).tag(sync=True)
    image_size = traitlets.Int(260, min=224, max=960).tag(sync=True)
    phi = traitlets.Float(1.0, min=0.0, max=3.0).tag(sync=True)

    @traitlets.default("networks")
    def _networks(self) -> dict[str, Any]:
        measured: dict[str, Any] = zoo.networks("scaled_family")
        return measured

    def twin(self) -> Twin:
        """Draw parameters against multiply-adds of the released networks."""
        networks = self.networks["networks"]
        figure = new_figure(height=3.2)
        axes = figure.subplots()
        work = [one["multiply_adds"] for one in networks]
        weights = [one["parameters"] for one in networks]
        axes.loglog(work, weights, "o-", color="#5b3a8c")
        for one in networks:
            name = one["title"].rpartition("-")[2]
            axes.annotate(name, (one["multiply_adds"], one["parameters"]), (5, -12),
                          textcoords="offset points")  # fmt: skip
        axes.margins(0.12)
        axes.set_xlabel("multiply-adds for one image")
        axes.set_ylabel("parameters")
        first, last = networks[0], networks[-1]
        words = t(
            "From {first} to {last} the parameters grow {weights:.1f} times and the multiply-adds "
            "{work:.1f} times.",
            first=first["title"], last=last["title"],
            weights=last["parameters"] / first["parameters"],
            work=last["multiply_adds"] / first["multiply_adds"],
        )  # fmt: skip
        alt = t("Dots on logarithmic axes, one for each released EfficientNet.")
        return Twin(figure, f"{alt} {words}", f"{t(self.summary)} {words}")
