"""What the labs that find objects share: scenes as batches, and pictures of what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from torch import Tensor

from cnncourse.data.clutter import cluttered_shapes
from cnncourse.data.shapes import CLASSES, Scenes
from cnncourse.metrics.detection import Objects
from cnncourse.plots import show_images

SIZE = 64  # pixels, of a scene
SURE = 0.3  # score from which a found object is drawn
TRUE, FOUND = "white", "#ff7f0e"


def draw_parts(count: int, tests: int, seed: int) -> tuple[Scenes, Scenes]:
    """Draw scenes to train on, and others on another photograph to test on."""
    return cluttered_shapes(count, SIZE, seed=seed), cluttered_shapes(
        tests, SIZE, split="test", seed=seed
    )


def truth(scenes: Scenes) -> list[Objects]:
    """Say for each scene what is in it, with masks.

    Examples
    --------
    >>> objects = truth(cluttered_shapes(1))[0]
    >>> objects.boxes.shape, objects.masks.shape
    ((3, 4), (3, 64, 64))
    """
    return [
        Objects(boxes, classes, masks=mask == np.arange(1, len(boxes) + 1)[:, None, None])
        for boxes, classes, mask in zip(scenes.boxes, scenes.classes, scenes.masks, strict=True)
    ]


def mirror(
    image: np.ndarray, objects: Objects, rng: np.random.Generator
) -> tuple[np.ndarray, Objects]:
    """Turn a scene over left to right, and top to bottom, each half of the time."""
    boxes, masks = objects.boxes, objects.masks
    for axis, places in ((-1, [2, 1, 0, 3]), (-2, [0, 3, 2, 1])):
        if rng.random() < 0.5:
            image = np.flip(image, axis)
            masks = None if masks is None else np.flip(masks, axis)
            boxes = boxes[:, places]  # what was left is right now
            boxes[:, -1 - axis :: 2] = image.shape[axis] - boxes[:, -1 - axis :: 2]
    return image, Objects(boxes, objects.classes, masks=masks)


def batches(
    scenes: Scenes, batch_size: int, seed: int, device: torch.device
) -> Callable[[int], tuple[Tensor, list[Objects]]]:
    """Return what gives the batch of a step: scenes drawn anew from all, mirrored by chance.

    Parameters
    ----------
    scenes : Scenes
    batch_size, seed : int
    device : torch.device

    Returns
    -------
    callable
        From the step's number to images (batch_size, 3, H, W) and what is in them.
    """
    true = truth(scenes)

    def batch(step: int) -> tuple[Tensor, list[Objects]]:
        rng = np.random.default_rng((seed, step))
        chosen = rng.choice(len(true), batch_size, replace=False)
        images, objects = zip(
            *[mirror(scenes.images[i], true[i], rng) for i in chosen], strict=True
        )
        return torch.from_numpy(np.stack(images)).to(device), list(objects)

    return batch


def detect_all(
    detect: Callable[[Tensor], list[Objects]], images: np.ndarray, device: torch.device
) -> list[Objects]:
    """Detect in images of any number, 64 at a time."""
    found: list[Objects] = []
    for part in torch.from_numpy(images).split(64):
        found += detect(part.to(device))
    return found


def draw_boxes(
    axes: Axes,
    boxes: np.ndarray,
    colour: str,
    labels: Sequence[str] = (),
    dashed: bool = False,
    width: float = 1.4,
) -> None:
    """Draw boxes over an image, with a word above each.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where an image was drawn.
    boxes : float array, shape (N, 4)
        x1, y1, x2, y2 in pixels.
    colour : str
    labels : sequence of str
        One for each box, or none.
    dashed : bool
    width : float
        Of the lines, in points.

    Examples
    --------
    >>> figure = show_images([np.zeros((8, 8))])
    >>> draw_boxes(figure.axes[0], np.array([[1, 1, 4, 6]]), "white", ["ring"])
    >>> figure.axes[0].texts[0].get_text()
    'ring'
    """
    style, edge = "--" if dashed else "-", withStroke(linewidth=width + 1.2, foreground="black")
    for x1, y1, x2, y2 in boxes - 0.5:  # the middle of the first pixel is drawn at 0
        outline = Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec=colour, lw=width, ls=style)
        outline.set_path_effects([edge])
        axes.add_patch(outline)
    for (x1, y1, _, _), label in zip(boxes - 0.5, labels, strict=False):
        back = {"facecolor": "black", "alpha": 0.6, "pad": 0.6, "edgecolor": "none"}
        axes.text(x1, y1, label, color="white", fontsize=6.5, va="bottom", bbox=back)


def show_objects(
    images: Sequence[np.ndarray], true: Sequence[Objects], found: Sequence[Objects]
) -> Figure:
    """Draw scenes with true boxes, dashed and white, and those found, solid with class and score.

    Parameters
    ----------
    images : sequence of float arrays, shape (3, H, W)
    true, found : sequences of Objects
        In each image; of those found, the ones with a score from 0.3 on are drawn.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = show_images(images)
    for axes, truth_here, guess in zip(figure.axes, true, found, strict=True):
        draw_boxes(axes, truth_here.boxes, TRUE, dashed=True, width=1)
        guess = guess.take(guess.scores >= SURE)
        words = [
            f"{CLASSES[kind]} {score:.2f}"
            for kind, score in zip(guess.classes, guess.scores, strict=True)
        ]
        draw_boxes(axes, guess.boxes, FOUND, words)
    return figure


def most_crowded(true: Sequence[Objects], count: int) -> list[int]:
    """Return the places of the scenes with most objects, the first of them first."""
    return sorted(range(len(true)), key=lambda i: -len(true[i]))[:count]
