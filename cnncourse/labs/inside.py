"""Where does a network look? Explanations held against the truth, and what fools it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from torch import Tensor, nn

from cnncourse.data import Dataset
from cnncourse.data.textured import CLASSES, Labelled, digits_on_textures
from cnncourse.inspection import (
    activation_maximisation,
    energy_inside,
    feature_maps,
    fgsm,
    first_filters,
    grad_cam,
    occlusion_map,
    points_inside,
    randomised,
    saliency,
    shift_consistency,
)
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.models.antialiased import PooledCNN
from cnncourse.plots import SIGNED, new_figure, show_images
from cnncourse.training import Machine, Optimisation, TrainConfig, evaluate, fit, seed_everything

SIZE, DIGIT = 32, 16  # pixels
ROOM = 8  # pixels that a window can move
DIGITS = tuple("0123456789")
LAST = "features.conv3"  # the layer that Grad-CAM weighs
EPSILONS = (0.01, 0.02, 0.05, 0.1)  # brightness
SQUARE, STEP = 8, 4  # pixels, of the occlusion
CENTRE, FLAT = "the middle of the picture", "a flat map"
CHANCE = "the same for a network of chance"


def run(plan: Plan) -> Outcome:
    """Train a network to read digits on surfaces; then look into it in every way there is."""
    train = digits_on_textures(plan.choose(2000, fast=500), SIZE, seed=plan.seed, digit=DIGIT)
    test = digits_on_textures(plan.choose(400, fast=100), SIZE, "test", plan.seed, DIGIT)
    wide = digits_on_textures(
        plan.choose(400, fast=100), SIZE + ROOM, "test", plan.seed + 1, DIGIT
    )
    model, seen = learn(train, plan, blurred=False)
    smooth, smooth_seen = learn(train, plan, blurred=True)
    explained = explain(model, test, plan, plan.choose(150, fast=30))
    attacked = attack(model, test, plan)
    pictures = torch.from_numpy(wide.images).to(plan.device)
    steady = [shift_consistency(m, pictures, SIZE, seed=plan.seed) for m in (smooth, model)]
    return Outcome(
        measured=(
            *_explanation_rows(explained),
            Measured("shift consistency, blurred pooling", steady[0], "plain max pooling",
                     steady[1], unit="%"),
            Measured("accuracy on digits, blurred pooling", accuracy(smooth, test, plan),
                     "plain max pooling", accuracy(model, test, plan), unit="%"),
            *(
                Measured(f"accuracy under FGSM, eps {eps:g}", found, "random signs", random,
                         unit="%", lower_is_better=True)
                for eps, (found, random) in attacked.items()
            ),
        ),
        pictures={
            "explanations": _draw_explanations(explained),
            "filters": _draw_filters(model),
            "maps": _draw_maps(model, explained.images[:1]),
            "liked": _draw_liked(model, plan),
            "adversarial": _draw_adversarial(model, explained),
            "attack": _draw_attack(attacked),
        },
        losses={"max pooling": seen, "blurred pooling": smooth_seen},
    )  # fmt: skip


def learn(train: Labelled, plan: Plan, blurred: bool) -> tuple[nn.Module, list[float]]:
    """Train a network to read the digits: the network, and its loss of each epoch."""
    seed_everything(plan.seed)
    config = TrainConfig(
        epochs=plan.choose(12, fast=8), batch_size=16, seed=plan.seed,
        optimisation=Optimisation(lr=1e-2),
        machine=Machine(device=str(plan.device), precision="float32"),
    )  # fmt: skip
    data = Dataset("digits on textures", train.images, train.digits, DIGITS)
    stage = "blurred pooling" if blurred else "max pooling"
    trained = fit(
        PooledCNN(len(DIGITS), blurred), data, config=config, reporter=plan.reporter(stage)
    )
    return trained.model, [epoch.train_loss for epoch in trained.history]


def accuracy(model: nn.Module, scenes: Labelled, plan: Plan) -> float:
    """Share of scenes whose digit is read right."""
    data = Dataset("digits on textures", scenes.images, scenes.digits, DIGITS)
    return evaluate(model, data, machine=Machine(str(plan.device), "float32"))[1]


@dataclass(frozen=True)
class Explained:
    """Maps of several methods for the same images.

    Parameters
    ----------
    images : float tensor, shape (N, 1, H, W)
    digits : int64 tensor, shape (N,)
    boxes : float tensor, shape (N, 4)
        Of the digits, in pixels.
    maps : dict of str to float tensor, shape (N, H, W)
        By the method, for the trained network.
    by_chance : dict of str to float tensor, shape (N, H, W)
        The same for a network whose weights were drawn anew.
    """

    images: Tensor
    digits: Tensor
    boxes: Tensor
    maps: dict[str, Tensor]
    by_chance: dict[str, Tensor]


def explain(model: nn.Module, scenes: Labelled, plan: Plan, count: int) -> Explained:
    """Ask three methods where a network sees the digits, and where one of chance does.

    Parameters
    ----------
    model : nn.Module
    scenes : Labelled
    plan : Plan
    count : int
        How many of the scenes, the first ones.

    Returns
    -------
    Explained
    """
    images = torch.from_numpy(scenes.images[:count]).to(plan.device)
    digits = torch.from_numpy(scenes.digits[:count]).to(plan.device)
    boxes = torch.from_numpy(digit_boxes(scenes.labels[:count]))
    found = []
    for network in (model, randomised(model, plan.seed + 1)):
        found.append({
            "Grad-CAM": grad_cam(network, images, LAST, digits).cpu(),
            "occlusion": occlusion_map(network, images, digits, SQUARE, STEP).cpu(),
            "saliency": saliency(network, images, digits).cpu(),
        })
    return Explained(images, digits, boxes, *found)


def digit_boxes(labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Find the smallest box around each digit: (N, H, W) -> (N, 4), x1, y1, x2, y2 in pixels."""
    boxes = []
    for ink in labels == CLASSES.index("digit"):
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        boxes.append((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    return np.array(boxes, np.float32)


def attack(model: nn.Module, scenes: Labelled, plan: Plan) -> dict[float, tuple[float, float]]:
    """Measure the accuracy when every pixel moves a little.

    Parameters
    ----------
    model : nn.Module
    scenes : Labelled
    plan : Plan

    Returns
    -------
    dict of float to (float, float)
        For each eps, the accuracy when pixels move as FGSM says, and when they move by chance.
    """
    images = torch.from_numpy(scenes.images).to(plan.device)
    digits = torch.from_numpy(scenes.digits).to(plan.device)
    random = torch.Generator().manual_seed(plan.seed)
    signs = (torch.randint(2, images.shape, generator=random) * 2 - 1).to(plan.device)
    return {
        eps: (
            _right(model, fgsm(model, images, digits, eps), digits),
            _right(model, (images + eps * signs).clamp(0, 1), digits),
        )
        for eps in EPSILONS
    }


@torch.no_grad()
def _right(model: nn.Module, x: Tensor, digits: Tensor) -> float:
    return float((model(x).argmax(dim=1) == digits).float().mean())


def _explanation_rows(explained: Explained) -> list[Measured]:
    """Score every method in both games, beside the middle and beside a network of chance."""
    boxes = explained.boxes
    flat = torch.ones_like(explained.maps["saliency"])
    middle, area = points_inside(flat, boxes), energy_inside(flat, boxes)
    rows = [
        Measured(f"pointing game, {method}", points_inside(maps, boxes), CENTRE, middle, unit="%")
        for method, maps in explained.maps.items()
    ]
    rows += [
        Measured(f"pointing game, {method}", points_inside(maps, boxes), CHANCE,
                 points_inside(explained.by_chance[method], boxes), unit="%")
        for method, maps in explained.maps.items()
    ]  # fmt: skip
    rows += [
        Measured(f"energy inside the box, {method}", energy_inside(maps, boxes), FLAT, area,
                 unit="%")
        for method, maps in explained.maps.items()
    ]  # fmt: skip
    return rows


def _draw_explanations(explained: Explained, shown: int = 3) -> Picture:
    """Draw images, the true box, and each method's map for both networks."""
    methods = list(explained.maps)
    columns = [("image", None)] + [(m, explained.maps[m]) for m in methods]
    columns += [(f"{m},\nby chance", explained.by_chance[m]) for m in methods]
    figure = new_figure(height=0.9 * shown + 0.4)
    grid = figure.subplots(shown, len(columns), squeeze=False)
    for row in range(shown):
        x1, y1, x2, y2 = explained.boxes[row].tolist()
        for axes, (title, maps) in zip(grid[row], columns, strict=True):
            if maps is None:
                axes.imshow(explained.images[row, 0].numpy(force=True), cmap="gray", vmin=0, vmax=1)
            else:
                axes.imshow(maps[row].clamp(min=0).numpy(), cmap="magma")
            box = Rectangle((x1 - 0.5, y1 - 0.5), x2 - x1, y2 - y1, fill=False, color="#35b779")
            axes.add_patch(box)
            axes.set(xticks=[], yticks=[])
            if row == 0:
                axes.set_title(title, fontsize=7)
    hits = ", ".join(
        f"{method} {100 * points_inside(maps, explained.boxes):.0f} %"
        for method, maps in explained.maps.items()
    )
    return Picture(
        figure,
        f"{shown} scenes with the digit's box in green, and the maps of three methods, for the "
        f"trained network and for one of chance. The highest point is in the box for {hits} of all "
        "scenes",
    )


def _draw_filters(model: nn.Module) -> Picture:
    filters = first_filters(model)
    figure = new_figure(height=1.9)
    peak = float(filters.abs().max())
    for axes, kernel in zip(figure.subplots(2, len(filters) // 2).flat, filters, strict=True):
        axes.imshow(kernel[0].numpy(), cmap=SIGNED, vmin=-peak, vmax=peak)
        axes.set(xticks=[], yticks=[])
    return Picture(
        figure,
        f"the {len(filters)} filters of the first layer, 5 x 5 weights each, orange above 0 and "
        f"violet below, up to {peak:.2f} either way: edges and lines in some directions, and spots",
    )


def _draw_maps(model: nn.Module, image: Tensor) -> Picture:
    maps = feature_maps(model, image, "features.conv1")[0].cpu()
    strongest = maps.flatten(1).mean(dim=1).argsort(descending=True)[:7].tolist()
    shown = [image[0, 0], *(maps[k] / maps[k].max().clamp(min=1e-6) for k in strongest)]
    pixels = [tensor.numpy(force=True) for tensor in shown]
    titles = ["image", *(f"map {k}" for k in strongest)]
    return Picture(
        show_images(pixels, titles, columns=4),
        "an image and the seven strongest feature maps of the first layer: edges of the "
        "digit in some, patches of the surface in others, and the picture's border, beyond which "
        "zeros stand",
    )


def _draw_liked(model: nn.Module, plan: Plan) -> Picture:
    liked = activation_maximisation(
        model, "head", range(len(DIGITS)), (1, SIZE, SIZE), plan.choose(150, fast=20),
        seed=plan.seed,
    )  # fmt: skip
    with torch.no_grad():
        sure = model(liked).softmax(dim=1).diagonal()
    return Picture(
        show_images(list(liked.numpy(force=True)), list(DIGITS), columns=5),
        "ten pictures painted so that the score of a digit, 0 to 9, rises: noise, and in it pieces "
        "of strokes and curves, in some of which we make out the digit. The network gives each its "
        f"digit with a probability of {float(sure.min()):.2f} to {float(sure.max()):.2f}",
    )


def _draw_adversarial(model: nn.Module, explained: Explained) -> Picture:
    """Draw an image that is read right, and what the least eps that changes the answer does."""
    images, digits = explained.images, explained.digits
    with torch.no_grad():
        before = model(images).argmax(dim=1)
    for eps in EPSILONS:
        changed = fgsm(model, images, digits, eps)
        with torch.no_grad():
            after = model(changed).argmax(dim=1)
        fooled = ((before == digits) & (after != digits)).nonzero()[:, 0]
        if len(fooled):
            break
    place = int(fooled[0]) if len(fooled) else 0
    x, y = images[place].numpy(force=True), changed[place].numpy(force=True)
    said = int(after[place])
    return Picture(
        show_images([x, (y - x) / eps, y],
                    [f"read as {int(before[place])}", f"change, of {eps:g}", f"read as {said}"]),
        f"a digit {int(digits[place])} on a surface; the change of {eps:g} in each pixel, which "
        f"looks like noise; and the sum, in which we still see the digit, read as {said}",
    )  # fmt: skip


def _draw_attack(attacked: dict[float, tuple[float, float]]) -> Picture:
    figure = new_figure(height=2.6)
    axes = figure.subplots()
    found, random = zip(*attacked.values(), strict=True)
    axes.plot(list(attacked), found, "o-", color="#e08214", label="FGSM")
    axes.plot(list(attacked), random, "s--", color="#54278f", label="random signs")
    axes.set(xlabel="eps, change of every pixel", ylabel="digits read right", ylim=(0, 1))
    axes.legend(frameon=False)
    return Picture(
        figure,
        "accuracy over the size of the change. "
        + "; ".join(
            f"eps {eps:g}: {100 * ours:.0f} % under FGSM, {100 * theirs:.0f} % under random signs"
            for eps, (ours, theirs) in attacked.items()
        ),
    )
