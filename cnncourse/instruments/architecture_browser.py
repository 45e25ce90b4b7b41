"""Architecture browser: every network of the course, layer by layer, two side by side."""

from __future__ import annotations

from typing import Any

import traitlets

from cnncourse.instruments import zoo
from cnncourse.instruments.widget import Instrument, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.plots import new_figure


class ArchitectureBrowser(Instrument):
    """The registered networks with their papers' facts and all their layers.

    Attributes
    ----------
    networks : dict
        What `cnncourse.models.zoo.catalogue` gives, which is also the default.
    left, right : str
        The names of the two networks that are compared.
    search, filter : str
        Words that a network, or a layer, must have.
    order : {'registry', 'title', 'year', 'depth', 'parameters', 'multiply_adds', 'error'}
        Of the networks.
    layers : {'network', 'parameters', 'multiply_adds'}
        Order of the layers.

    Examples
    --------
    >>> ArchitectureBrowser(left="lenet5", right="lenet5_1998").left
    'lenet5'
    """

    title = "Architecture browser"
    summary = "What are the networks of this course made of, and what does each layer cost?"
    tries = (
        Try("VGG-16 against ResNet-50: which layer alone has three quarters of VGG's parameters?",
            {"left": "vgg16", "right": "resnet50", "layers": "parameters", "filter": ""}),
        Try("ResNet-56 against its plain counterpart: the shortcuts cost nothing at all.",
            {"left": "resnet56", "right": "plain56", "layers": "network", "filter": ""}),
        Try("Which layers of MobileNet V2 are depthwise? Look for groups.",
            {"left": "mobilenet_v2", "right": "mobilenet_v1", "filter": "groups"}),
        Try("Look for Linear: how did the share of dense layers change from 1998 to today?",
            {"left": "lenet5", "right": "convnext_tiny", "filter": "linear"}),
        Try("Sort by error. Is the largest network the best?", {"order": "error", "search": ""}),
    )  # fmt: skip
    data = ("networks",)

    networks = traitlets.Dict().tag(sync=True)
    search = traitlets.Unicode("").tag(sync=True)
    order = traitlets.Enum(
        ("registry", "title", "year", "depth", "parameters", "multiply_adds", "error"), "registry"
    ).tag(sync=True)
    left = traitlets.Unicode("vgg16").tag(sync=True)
    right = traitlets.Unicode("resnet50").tag(sync=True)
    filter = traitlets.Unicode("").tag(sync=True)
    layers = traitlets.Enum(("network", "parameters", "multiply_adds"), "network").tag(sync=True)

    @traitlets.default("networks")
    def _networks(self) -> dict[str, Any]:
        measured: dict[str, Any] = zoo.networks("catalogue")
        return measured

    @traitlets.validate("left", "right")
    def _known(self, proposal: Any) -> str:
        names = [network["name"] for network in self.networks.get("networks", [])]
        if names and proposal["value"] not in names:
            side = proposal["trait"].name
            raise traitlets.TraitError(f"{side}: there is no network {proposal['value']!r}")
        return str(proposal["value"])

    def twin(self) -> Twin:
        """Draw every network's parameters against its multiply-adds."""
        networks = self.networks["networks"]
        figure = new_figure(height=3.6)
        axes = figure.subplots()
        work = [one["multiply_adds"] for one in networks]
        axes.loglog(work, [one["parameters"] for one in networks], "o", color="#8a8a8a")
        pair = [one for name in (self.left, self.right) for one in networks if one["name"] == name]
        for one in pair:
            place = one["multiply_adds"], one["parameters"]
            axes.loglog(*place, "o", color="#a34d00")
            axes.annotate(one["title"], place, (6, -13), textcoords="offset points")
        axes.set_xlabel("multiply-adds for one image")
        axes.set_ylabel("parameters")
        words = t(" and ").join(
            t("{title} with {parameters:,} parameters and {multiply_adds:,} multiply-adds", **one)
            for one in pair
        )
        alt = t("A dot on logarithmic axes for each of {count} networks; named are {words}.",
                count=len(networks), words=words)  # fmt: skip
        here = t("Here {words}.", words=words)
        return Twin(figure, alt, f"{t(self.summary)} {here}")
