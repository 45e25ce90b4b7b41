"""Feature-map volumes: where a network keeps its memory, its parameters and its work."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from cnncourse.instruments import zoo
from cnncourse.instruments.widget import Instrument, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.plots import new_figure

MEASURES = ("activations", "parameters", "multiply_adds")


class FeatureVolumes(Instrument):
    """The feature maps of a network drawn to scale, and the shares of its stages.

    Attributes
    ----------
    networks : list of dict
        What `cnncourse.models.zoo.stage_costs` gives, which is also the default.
    network : str
        The name of one of them.
    measure : {'activations', 'parameters', 'multiply_adds'}
        What colours the volumes.
    stage : int
        Which stage is described, from 0.
    batch : int
        Images, 1 to 256.

    Examples
    --------
    >>> volumes = FeatureVolumes(network="alexnet")
    >>> [stage["name"] for stage in volumes.stages()][:3]
    ['conv1', 'pool1', 'conv2']
    """

    title = "Feature-map volumes"
    summary = "Where is a network's memory, and where are its parameters?"
    tries = (
        Try("VGG-16 keeps nearly half of its activations in the first stage ...",
            {"network": "vgg16", "measure": "activations", "stage": 0}),
        Try("... and nine tenths of its parameters in the head. Where is the work?",
            {"network": "vgg16", "measure": "parameters", "stage": 5}),
        Try("ResNet-50 has no dense layers but the last. Where are its parameters?",
            {"network": "resnet50", "measure": "parameters", "stage": 4}),
        Try("MobileNet V2 widens inside its blocks: its activations are far more than you see.",
            {"network": "mobilenet_v2", "measure": "activations", "stage": 2}),
        Try("From how many images on do AlexNet's activations take more memory than its weights?",
            {"network": "alexnet", "batch": 64}),
    )  # fmt: skip
    data = ("networks",)

    networks = traitlets.List(traitlets.Dict()).tag(sync=True)
    network = traitlets.Unicode("vgg16").tag(sync=True)
    measure = traitlets.Enum(MEASURES, "activations").tag(sync=True)
    stage = traitlets.Int(0, min=0, max=40).tag(sync=True)
    batch = traitlets.Int(32, min=1, max=256).tag(sync=True)

    @traitlets.default("networks")
    def _networks(self) -> list[dict[str, Any]]:
        measured: list[dict[str, Any]] = zoo.networks("stage_costs")
        return measured

    @traitlets.validate("network")
    def _known(self, proposal: Any) -> str:
        names = [network["name"] for network in self.networks]
        if names and proposal["value"] not in names:
            raise traitlets.TraitError(f"network: expected one of {', '.join(names)}")
        return str(proposal["value"])

    def stages(self) -> list[dict[str, Any]]:
        """Return the stages of the present network."""
        return next(one["stages"] for one in self.networks if one["name"] == self.network)

    def twin(self) -> Twin:
        """Draw the shares of the stages as bars."""
        network = next(one for one in self.networks if one["name"] == self.network)
        stages = self.stages()
        figure = new_figure(height=1.2 + 0.3 * len(stages))
        axes = figure.subplots()
        rows = np.arange(len(stages))
        words = []
        for i, measure in enumerate(MEASURES):
            counts = np.array([stage[measure] for stage in stages])
            shares = 100 * counts / counts.sum()
            name = measure.replace("_", "-")
            axes.barh(rows + 0.27 * (i - 1), shares, height=0.25, label=name,
                      color=("#5b3a8c", "#d6680d", "#8a8a8a")[i])  # fmt: skip
            first = int(shares.argmax())
            words.append(t(
                "{share:.0f} % of the {measure} in {stage}",
                share=shares[first], measure=t(name), stage=stages[first]["name"],
            ))  # fmt: skip
        axes.set_yticks(rows, [stage["name"] for stage in stages])
        axes.invert_yaxis()
        axes.set_xlabel("share of the network / %")
        axes.legend()
        title = network["title"]
        most = t("{title} has {words}.", title=title, words=", ".join(words))
        alt = t("Bars for each stage of {title}, with its share of three counts.", title=title)
        return Twin(figure, f"{alt} {most}", f"{t(self.summary)} {most}")
