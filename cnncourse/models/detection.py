"""Detection in one stage: every cell of a grid says whether an object's middle is in it.

Redmon, Divvala, Girshick and Farhadi, "You Only Look Once: Unified, Real-Time Object Detection",
arXiv:1506.02640, Section 2; and the focal loss of Lin, Goyal, Girshick, He and Dollár, "Focal Loss
for Dense Object Detection", arXiv:1708.02002.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.boxes import clip, decode, encode, make_anchors, nms
from cnncourse.metrics.detection import Objects
from cnncourse.models.blocks import ConvNorm, initialise

PRIOR = 0.01  # how often an untrained network sees an object (Section 4.1 of the focal loss)


def focal_loss(scores: Tensor, targets: Tensor, gamma: float = 2.0, alpha: float = 0.25) -> Tensor:
    """Cross-entropy that hardly counts what is easy, for one object among many backgrounds.

    With p the probability that the network gives to the truth::

        loss = -alpha_t (1 - p)^gamma log(p)

    Parameters
    ----------
    scores : float tensor, any shape
        Before the sigmoid.
    targets : float tensor, the same shape
        1 for an object, 0 for background.
    gamma : float
        At 0, cross-entropy; the higher, the less the easy ones count.
    alpha : float
        Weight of the objects; that of background is 1 - alpha.

    Returns
    -------
    float tensor, the same shape

    Raises
    ------
    ShapeError
        If there is not one target to each score.
    ArgumentError
        If gamma is below 0 or alpha is not a share.

    References
    ----------
    Lin et al., arXiv:1708.02002, equation 5.

    Examples
    --------
    >>> hard_and_easy = torch.tensor([-2.0, 2.0])
    >>> focal_loss(hard_and_easy, torch.ones(2), gamma=0, alpha=1)
    tensor([2.1269, 0.1269])
    >>> focal_loss(hard_and_easy, torch.ones(2), gamma=2, alpha=1)
    tensor([1.6501, 0.0018])
    """
    if scores.shape != targets.shape:
        raise ShapeError("targets", f"shape {tuple(scores.shape)}", tuple(targets.shape))
    if gamma < 0:
        raise ArgumentError("gamma", "at least 0", gamma)
    if not 0 <= alpha <= 1:
        raise ArgumentError("alpha", "a share from 0 to 1", alpha)
    entropy = functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    weight = torch.where(targets > 0.5, alpha, 1 - alpha)
    return weight * (1 - torch.exp(-entropy)) ** gamma * entropy  # p = exp(-entropy)


class Grid(NamedTuple):
    """What the network says of each cell.

    Parameters
    ----------
    objectness : float tensor, shape (N, H W)
        Before the sigmoid.
    offsets : float tensor, shape (N, H W, 4)
        As `encode` writes them, from the cell's reference box.
    classes : float tensor, shape (N, H W, num_classes)
        Before the softmax.
    """

    objectness: Tensor
    offsets: Tensor
    classes: Tensor


class GridDetector(nn.Module):
    """A detector that looks once, with a prediction for each cell of 8 x 8 pixels.

    Departures from the paper: a small network without dense layers, so that images may have any
    size; one box in a cell, written as Faster R-CNN does from a square reference (the paper has
    two, written as shares of the image); focal loss, cross-entropy and smooth absolute error in
    place of weighted squares.

    Parameters
    ----------
    num_classes : int
    width : int
        Channels after the first convolution; 4 times as many at the end.
    reference : float
        Side of the reference box, in pixels: a usual object's.

    Examples
    --------
    >>> said = GridDetector(num_classes=6)(torch.zeros(1, 3, 64, 64))
    >>> said.objectness.shape, said.offsets.shape, said.classes.shape
    (torch.Size([1, 64]), torch.Size([1, 64, 4]), torch.Size([1, 64, 6]))
    """

    stride = 8

    def __init__(self, num_classes: int, width: int = 24, reference: float = 18.0) -> None:
        super().__init__()
        self.reference = reference
        self.features = nn.Sequential(
            ConvNorm(3, width, stride=2),
            ConvNorm(width, 2 * width, stride=2),
            ConvNorm(2 * width, 4 * width, stride=2),
            ConvNorm(4 * width, 4 * width),
            ConvNorm(4 * width, 4 * width),
        )
        self.head = nn.Conv2d(4 * width, 1 + 4 + num_classes, 1)
        initialise(self)
        nn.init.normal_(self.head.weight, std=0.01)
        start = torch.zeros(1 + 4 + num_classes)
        start[0] = -log((1 - PRIOR) / PRIOR)
        self.head.bias = nn.Parameter(start)

    def forward(self, images: Tensor) -> Grid:
        """Look.

        Parameters
        ----------
        images : float tensor, shape (N, 3, H, W)
            Values from 0 to 1; H and W multiples of 8.

        Returns
        -------
        Grid

        Raises
        ------
        ShapeError
            If these are not images of such a size.
        """
        check_images(images, self.stride)
        said = self.head(self.features(images - 0.5)).flatten(2).transpose(1, 2)
        return Grid(said[..., 0], said[..., 1:5], said[..., 5:])

    def cells(self, images: Tensor) -> np.ndarray:
        """Return the reference box of each cell: (H W, 4)."""
        rows, columns = (side // self.stride for side in images.shape[-2:])
        return make_anchors((rows, columns), self.stride, [self.reference])

    def loss(self, images: Tensor, true: Sequence[Objects]) -> Tensor:
        """Add up how wrong the network is: about where, how large, and what.

        Parameters
        ----------
        images : float tensor, shape (N, 3, H, W)
        true : sequence of Objects
            What is in each image.

        Returns
        -------
        float tensor without axes
            For each object.
        """
        said = self(images)
        image, cell, objects = self._responsible(images, true)
        targets = torch.zeros_like(said.objectness)
        targets[image, cell] = 1
        offsets = encode(objects.boxes, self.cells(images)[cell])
        where = focal_loss(said.objectness, targets).sum() / max(1, len(image))
        found = said.offsets[image, cell]
        size = smooth(found, torch.from_numpy(offsets).to(found))
        kinds = torch.from_numpy(objects.classes).to(images.device)
        what = functional.cross_entropy(said.classes[image, cell], kinds, reduction="sum")
        return where + (size + what) / max(1, len(image))

    def _responsible(
        self, images: Tensor, true: Sequence[Objects]
    ) -> tuple[np.ndarray, np.ndarray, Objects]:
        """Find the cell that each object's middle is in: places of image and cell, and objects."""
        boxes = np.concatenate([objects.boxes for objects in true])
        classes = np.concatenate([objects.classes for objects in true])
        image = np.repeat(np.arange(len(true)), [len(objects) for objects in true])
        column, row = ((boxes[:, :2] + boxes[:, 2:]) / 2 // self.stride).astype(int).T
        return image, row * (images.shape[-1] // self.stride) + column, Objects(boxes, classes)

    @torch.no_grad()
    def detect(
        self, images: Tensor, least: float = 0.05, threshold: float = 0.5
    ) -> list[Objects]:
        """Find the objects of each image.

        Parameters
        ----------
        images : float tensor, shape (N, 3, H, W)
        least : float
            Score below which nothing is reported: the probability that there is an object, times
            that of its class.
        threshold : float
            IoU above which, of two boxes of a class, the worse is dropped; 1 keeps all.

        Returns
        -------
        list of Objects
            Best score first.
        """
        said, cells = self(images), self.cells(images)
        probability = said.objectness.sigmoid()[..., None] * said.classes.softmax(-1)
        scores, classes = (part.cpu().numpy() for part in probability.max(-1))
        offsets = said.offsets.cpu().double().numpy()
        found = []
        for score, kind, offset in zip(scores, classes, offsets, strict=True):
            good = score >= least
            boxes = clip(decode(offset[good], cells[good]), images.shape[-2:])
            objects = Objects(boxes, kind[good], score[good])
            found.append(objects.take(nms(boxes, objects.scores, threshold, objects.classes)))
        return found


def smooth(found: Tensor, targets: Tensor) -> Tensor:
    """Add up absolute errors, squared where they are below 1/9: the loss of a box."""
    return functional.smooth_l1_loss(found, targets, beta=1 / 9, reduction="sum")


def check_images(images: Tensor, stride: int) -> None:
    """Raise `ShapeError` unless these are colour images that cells of a size fill."""
    if images.ndim != 4 or images.shape[1] != 3 or any(side % stride for side in images.shape[2:]):
        expected = f"shape (N, 3, H, W) with H and W multiples of {stride}"
        raise ShapeError("images", expected, tuple(images.shape))
