"""What detection was before: a window slides over the image, and edges in it are classified."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from torch import Tensor
from torch.nn import functional

from cnncourse.metrics.boxes import Array, clip, decode, encode, iou, nms
from cnncourse.metrics.detection import Objects

SIDES = (12, 18, 26)  # pixels, of the windows; what is in them is brought to 24
CELL, CELLS, ORIENTATIONS = 4, 6, 9  # pixels, cells of a window each way, directions of an edge
NEGATIVES = 12  # windows of background that are learned of each image
CANDIDATES = 80  # windows of an image that compete
THRESHOLD = 0.3  # IoU of a double, as in R-CNN


def oriented_edges(images: Tensor) -> Tensor:
    """Histograms of oriented gradients: how much edge of each direction is in each cell.

    Parameters
    ----------
    images : float tensor, shape (N, 3, H, W)

    Returns
    -------
    float tensor, shape (N, 9, H // 4, W // 4)

    References
    ----------
    Dalal and Triggs, "Histograms of oriented gradients for human detection", CVPR 2005.
    """
    padded = functional.pad(images, (1, 1, 1, 1), mode="replicate")
    across = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
    down = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
    strength, channel = (across**2 + down**2).max(dim=1, keepdim=True)  # of the clearest colour
    across, down = (part.gather(1, channel) for part in (across, down))
    direction = torch.atan2(down, across) / torch.pi % 1 * ORIENTATIONS
    middles = torch.arange(ORIENTATIONS)[:, None, None] + 0.5
    distance = (direction - middles).abs()
    share = (1 - torch.minimum(distance, ORIENTATIONS - distance)).clamp(min=0)
    return functional.avg_pool2d(strength.sqrt() * share, CELL)


class SlidingWindow:
    """Oriented edges in windows of three sizes, classified by logistic regression.

    Boxes are moved by ridge regression, as in R-CNN (Girshick et al., arXiv:1311.2524), and what
    is mistaken for an object at first is learned again as background.

    Parameters
    ----------
    size : int
        Height and width of the images, in pixels.
    num_classes : int
    seed : int
        Of the windows that are learned.
    """

    def __init__(self, size: int, num_classes: int, seed: int = 0) -> None:
        self.size = size
        self.num_classes = num_classes
        self.rng = np.random.default_rng(seed)
        self.windows = np.concatenate([_places(size, side) for side in SIDES])
        self.classifier = LogisticRegression(C=10, max_iter=200, tol=1e-3)
        self.mover = Ridge(alpha=1)

    def fit(self, images: np.ndarray, true: Sequence[Objects]) -> None:
        """Learn from scenes, (N, 3, H, W), and what is in them."""
        parts = [self._learn(image, objects) for image, objects in zip(images, true, strict=True)]
        edges, labels, moves = (np.concatenate(part) for part in zip(*parts, strict=True))
        self.mover.fit(edges[labels < self.num_classes], moves)
        self.classifier.fit(edges, labels)
        mistaken = [
            self._mistaken(image, objects) for image, objects in zip(images, true, strict=True)
        ]
        edges = np.concatenate([edges, *mistaken])
        background = np.full(len(edges) - len(labels), self.num_classes)
        self.classifier.fit(edges, np.concatenate([labels, background]))

    def _learn(self, image: np.ndarray, objects: Objects) -> tuple[np.ndarray, ...]:
        """Describe windows that show an object and some that do not: edges, classes and moves."""
        overlaps = iou(self.windows, objects.boxes)
        nearest, most = overlaps.argmax(axis=1), overlaps.max(axis=1)
        shown = np.flatnonzero(most >= 0.5)
        others = self.rng.choice(np.flatnonzero(most < 0.3), NEGATIVES, replace=False)
        labels = np.append(objects.classes[nearest[shown]], [self.num_classes] * NEGATIVES)
        moves = encode(objects.boxes[nearest[shown]], self.windows[shown])
        return self._describe(image)[np.append(shown, others)], labels, moves

    def _mistaken(self, image: np.ndarray, objects: Objects) -> np.ndarray:
        """Describe windows of background that look most like an object."""
        described = self._describe(image)
        free = described[iou(self.windows, objects.boxes).max(axis=1) < 0.3]
        doubt = self.classifier.predict_proba(free)[:, self.num_classes]
        return free[np.argsort(doubt)[:NEGATIVES]]

    def _describe(self, image: np.ndarray) -> np.ndarray:
        """Gather the edges in every window of an image: (windows, features)."""
        described = []
        for side in SIDES:
            scaled = _scaled(self.size, side)
            resized = functional.interpolate(
                torch.from_numpy(image)[None], (scaled, scaled), mode="bilinear", antialias=True
            )
            described.append(functional.unfold(oriented_edges(resized), CELLS)[0].T)
        return functional.normalize(torch.cat(described)).numpy()

    def detect(self, images: np.ndarray) -> list[Objects]:
        """Find the objects of each image, (N, 3, H, W), best first."""
        found = []
        for image in images:
            described = self._describe(image)
            sure = self.classifier.predict_proba(described)[:, : self.num_classes]
            best = np.argsort(-sure.max(axis=1))[:CANDIDATES]
            moves = self.mover.predict(described[best])
            boxes = clip(decode(moves, self.windows[best]), self.size)
            objects = Objects(boxes, sure[best].argmax(axis=1), sure[best].max(axis=1))
            found.append(objects.take(nms(boxes, objects.scores, THRESHOLD, objects.classes)))
        return found


def _scaled(size: int, side: int) -> int:
    """Return the size of an image in which a window of this side has its six cells."""
    return round(size * CELL * CELLS / side)


def _places(size: int, side: int) -> Array:
    """Lay a window at every cell: (windows, 4), row by row."""
    count = _scaled(size, side) // CELL - CELLS + 1
    y, x = np.mgrid[:count, :count].reshape(2, -1)
    return np.stack([x, y, x + CELLS, y + CELLS], axis=1) * (side / CELLS)
