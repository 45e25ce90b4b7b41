"""Can one picture be painted in the manner of another? Gram matrices of a small network's maps.

The brightness is painted and the colours of the content stay, as in Gatys, Bethge, Hertzmann and
Shechtman, "Preserving color in neural artistic style transfer", arXiv:1606.05897: the surfaces
that lend their manner are grey. Descent may please the network that it sees through in ways that
no other would call alike; so a second network, trained from another seed, is the judge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.data import Dataset, load, photograph
from cnncourse.data.embedded import LUMA, texture
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.models.style import (
    Maps,
    StyleNet,
    Tapped,
    content_loss,
    gram,
    roughness,
    style_loss,
)
from cnncourse.plots import show_images
from cnncourse.training import Machine, Optimisation, TrainConfig, descend, fit
from cnncourse.training.descent import Meter

Scores = dict[str, tuple[float, float]]  # of each way: distances to the style and the content
CONTENT, STYLES = "cat", ("gravel", "brick")
LAYERS = ("conv1_1", "conv2_1", "conv2_2", "conv3_1")  # that are looked at
CONTENT_LAYER = "conv2_2"  # the others are the style's
CONTENT_WEIGHT = 1.0  # beside the style's 1
ROUGHNESS_WEIGHT = 0.5  # takes away noise that the network does not see
EDGE = 0.02  # how far from black and white the pixels start
SHRINK = 2  # the surfaces, so that a layer sees a whole stone
PAINTING, MATCHED, FADED = "painting", "histogram matching", "cross-fade"


def run(plan: Plan) -> Outcome:
    """Train two networks to tell pictures apart; paint in the eyes of one, judge in the other's."""
    side, steps = plan.choose(128, fast=96), plan.choose(300, fast=80)
    painter, learned = train_features(plan, plan.seed, "painter")
    judge, judged = train_features(plan, plan.seed + 1, "judge")
    losses = {"painter": learned, "judge": judged}
    colours = square(photograph(CONTENT), side).to(plan.device)
    content = brightness(colours)
    images: dict[str, dict[str, Tensor]] = {}
    scores: dict[str, Scores] = {}
    for name in STYLES[: plan.choose(2, fast=1)]:
        style = surface(name, side).to(plan.device)
        matched = match_histogram(content, style)
        task = Task.of(painter, content, style)
        painting, losses[name] = paint(task, matched, steps, plan.meter(name))
        ways = {MATCHED: matched, FADED: (matched + style) / 2, PAINTING: painting}
        images[name] = {name: style, **ways}
        scores[name] = _score(Task.of(judge, content, style), ways)
    pictures = {"paintings": _draw(colours, images, scores)}
    return Outcome(_rows(list(scores.values())), pictures, losses)


def train_features(plan: Plan, seed: int, stage: str) -> tuple[Tapped, list[float]]:
    """Train a small network to say which of eight pictures a piece of 32 × 32 pixels is from.

    Parameters
    ----------
    plan : Plan
    seed : int
        Of the weights and the order of the pieces.
    stage : str
        Its name in the progress.

    Returns
    -------
    taps : Tapped
        Its maps, on the plan's device.
    losses : list of float
        After each epoch.
    """
    data = pictures()
    if plan.fast:
        data = data.take(np.arange(0, len(data), 4))
    torch.manual_seed(seed)
    model = StyleNet(1, len(data.classes), widths=(16, 32, plan.choose(64, fast=32)))
    config = TrainConfig(
        epochs=plan.choose(6, fast=4), batch_size=16, seed=seed,
        optimisation=Optimisation(lr=2e-3), machine=Machine(device=str(plan.device)),
    )  # fmt: skip
    trained = fit(model, data, config=config, reporter=plan.reporter(stage))
    chain = [name for name, _ in model.features.named_children()]
    taps = Tapped(model.features, {name: chain.index(name) for name in LAYERS}, (0.5,), (0.25,))
    return taps.to(plan.device), [epoch.train_loss for epoch in trained.history]


def pictures() -> Dataset:
    """Put the pieces of five photographs and three surfaces together, all in grey.

    Returns
    -------
    Dataset
        Values from -2 to 2, as `Tapped` gives them to the network; a class for each picture.

    Examples
    --------
    >>> data = pictures()
    >>> data.images.shape[1:], len(data.classes)
    ((1, 32, 32), 8)
    """
    photographs, surfaces = load("photographs"), load("textures")
    gray = np.einsum("nchw,c->nhw", photographs.images, LUMA)[:, None]
    images = (np.concatenate((gray, surfaces.images)) - 0.5) / 0.25
    labels = np.concatenate((photographs.labels, surfaces.labels + len(photographs.classes)))
    classes = photographs.classes + surfaces.classes
    return Dataset("pictures", images.astype(np.float32), labels, classes)


def square(image: NDArray[np.float64], side: int) -> Tensor:
    """Cut the middle out of an image and shrink it.

    Parameters
    ----------
    image : float array, shape (C, H, W)
    side : int
        Pixels.

    Returns
    -------
    float tensor, shape (1, C, side, side)

    Examples
    --------
    >>> square(photograph("cat"), 48).shape
    torch.Size([1, 3, 48, 48])
    """
    short = min(image.shape[1:])
    top, left = ((size - short) // 2 for size in image.shape[1:])
    middle = torch.from_numpy(image[None, :, top : top + short, left : left + short]).float()
    return functional.interpolate(middle, size=(side, side), mode="bilinear", antialias=True)


def brightness(image: Tensor) -> Tensor:
    """Weigh red, green and blue: (N, 3, H, W) -> (N, 1, H, W)."""
    weights = torch.tensor(LUMA, dtype=image.dtype, device=image.device)
    return torch.einsum("nchw,c->nhw", image, weights)[:, None]


def recolour(gray: Tensor, colours: Tensor) -> Tensor:
    """Give a grey image the colours of another, which keeps its differences between channels.

    Parameters
    ----------
    gray : float tensor, shape (N, 1, H, W)
    colours : float tensor, shape (N, 3, H, W)

    Returns
    -------
    float tensor, shape (N, 3, H, W)
        From 0 to 1.

    Examples
    --------
    >>> red = torch.tensor([0.6, 0.1, 0.1]).reshape(1, 3, 1, 1)
    >>> darker = recolour(brightness(red) - 0.1, red)
    >>> [round(value, 3) for value in darker.flatten().tolist()]
    [0.5, 0.0, 0.0]
    """
    return (colours + gray - brightness(colours)).clip(0, 1)


def surface(name: str, side: int) -> Tensor:
    """Cut a corner out of the photograph of a surface, and shrink it to (1, 1, side, side)."""
    corner = slice(SHRINK * side)
    return square(texture(name)[None, corner, corner], side)


@dataclass(frozen=True)
class Task:
    """What a painting should be like, in the eyes of a network.

    Parameters
    ----------
    taps : Tapped
    means : mapping of str to float tensor, shape (1, C, 1, 1)
        Of the style image's maps. They are subtracted from all maps, so that a Gram matrix holds
        how the maps vary: in those of the paper, smooth pictures differ by little but their
        means. Covariances serve style transfer as well: Li, Fang, Yang, Wang, Lu and Yang,
        "Universal style transfer via feature transforms", NeurIPS 2017, arXiv:1705.08086.
    style : mapping of str to float tensor, shape (1, C, C)
        Gram matrices of the style image.
    content : mapping of str to float tensor, shape (1, C, H, W)
        Maps of the content image.
    """

    taps: Tapped
    means: Maps
    style: Maps
    content: Maps

    @classmethod
    def of(
        cls, taps: Tapped, content: Tensor, style: Tensor, content_layer: str = CONTENT_LAYER
    ) -> Task:
        """Look at two images.

        Parameters
        ----------
        taps : Tapped
            Ours; or `vgg19_features()`, for images of three channels.
        content, style : float tensor, shape (1, C, H, W)
            From 0 to 1.
        content_layer : str
            'conv4_2' with VGG. All other layers are the style's.
        """
        with torch.no_grad():
            seen, wanted = taps(content), taps(style)
        means = {
            name: maps.mean((2, 3), keepdim=True)
            for name, maps in wanted.items() if name != content_layer
        }  # fmt: skip
        grams = {name: gram(wanted[name] - mean) for name, mean in means.items()}
        return cls(taps, means, grams, {content_layer: seen[content_layer]})

    def distances(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Measure how far an image is from the style, and how far from the content.

        Parameters
        ----------
        image : float tensor, shape (1, C, H, W)

        Returns
        -------
        style : float tensor without axes
            As `style_loss`.
        content : float tensor without axes
            1 for maps that are equal everywhere, to the mean of the content's.
        """
        maps = self.taps(image)
        flat = {name: wanted.mean((2, 3), keepdim=True) for name, wanted in self.content.items()}
        return (
            style_loss({name: maps[name] - mean for name, mean in self.means.items()}, self.style),
            content_loss(maps, self.content) / content_loss(flat, self.content),
        )


class Canvas(nn.Module):
    """An image as the weights of a network: pixels from 0 to 1 that descent can change.

    Parameters
    ----------
    start : float tensor, shape (1, C, H, W)
        From 0 to 1.
    """

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.paint = nn.Parameter(start.clip(EDGE, 1 - EDGE).logit())

    def forward(self) -> Tensor:
        """Give the image."""
        return self.paint.sigmoid()


def paint(
    task: Task, start: Tensor, steps: int, meter: Meter | None = None
) -> tuple[Tensor, list[float]]:
    """Change an image's pixels so that both distances fall (equation 7).

    Parameters
    ----------
    task : Task
    start : float tensor, shape (1, C, H, W)
        From 0 to 1. Departure: the paper starts from noise, which takes longer.
    steps : int
    meter : callable, optional

    Returns
    -------
    image : float tensor, shape (1, C, H, W)
        From 0 to 1.
    losses : list of float
        Now and then.
    """
    canvas = Canvas(start)

    def loss(step: int) -> Tensor:
        image = canvas()
        style, content = task.distances(image)
        return style + CONTENT_WEIGHT * content + ROUGHNESS_WEIGHT * roughness(image)

    losses = descend(canvas, loss, steps, Optimisation(lr=0.05, weight_decay=0), meter)
    return canvas().detach(), losses


def match_histogram(image: Tensor, reference: Tensor) -> Tensor:
    """Give the k-th darkest pixel of an image the value of the reference's, in each channel.

    Parameters
    ----------
    image, reference : float tensor, shape (1, C, H, W), both the same

    Returns
    -------
    float tensor, shape (1, C, H, W)

    Examples
    --------
    >>> image = torch.tensor([3.0, 1.0, 2.0]).reshape(1, 1, 1, 3)
    >>> match_histogram(image, torch.tensor([7.0, 8.0, 9.0]).reshape(1, 1, 1, 3)).flatten()
    tensor([9., 7., 8.])
    """
    ranks = image.flatten(2).argsort(dim=2).argsort(dim=2)
    return reference.flatten(2).sort(dim=2).values.gather(2, ranks).reshape(image.shape)


@torch.no_grad()
def _score(task: Task, ways: dict[str, Tensor]) -> Scores:
    """Measure the distances to style and content of each way's image."""
    found = {way: task.distances(image) for way, image in ways.items()}
    return {way: (float(style), float(content)) for way, (style, content) in found.items()}


def _rows(scores: list[Scores]) -> tuple[Measured, ...]:
    """Average over the styles, and put the painting beside the other ways."""
    style, content = (
        {way: float(np.mean([score[way][i] for score in scores])) for way in scores[0]}
        for i in (0, 1)
    )
    return (
        *(Measured("Gram distance to the style, as a second network sees it", style[PAINTING],
                   way, style[way], lower_is_better=True) for way in (FADED, MATCHED)),
        Measured("distance to the content, as a second network sees it", content[PAINTING],
                 FADED, content[FADED], lower_is_better=True),
    )  # fmt: skip


def _draw(
    colours: Tensor, images: dict[str, dict[str, Tensor]], scores: dict[str, Scores]
) -> Picture:
    shown, titles = [], []
    for style, score in scores.items():
        ways = images[style]
        shown += [colours, ways[style], *(recolour(ways[way], colours) for way in score)]
        titles += [CONTENT, style, *(f"{way}\n{far:.2g}" for way, (far, _) in score.items())]
    said = "; ".join(
        f"{style}: " + ", ".join(f"{way} {far:.2g}" for way, (far, _) in score.items())
        for style, score in scores.items()
    )
    return Picture(
        show_images([image[0].cpu().numpy() for image in shown], titles, columns=5),
        f"In each row a {CONTENT}, a surface, and three ways to bring them together: the "
        f"{CONTENT} in the surface's grays, that and the surface laid over each other, and the "
        f"{CONTENT} painted in the surface's manner. Gram distances to the style, as a network "
        f"sees them that did not paint: {said}.",
    )
