"""Detection in two stages, with masks: propose regions, then look closely at each.

Ren, He, Girshick and Sun, "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal
Networks", arXiv:1506.01497; the mask head of He, Gkioxari, Dollár and Girshick, "Mask R-CNN",
arXiv:1703.06870.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.compat import repair_torchvision
from cnncourse.errors import ArgumentError
from cnncourse.metrics.boxes import Array, clip, decode, encode, iou, make_anchors, nms
from cnncourse.metrics.detection import Objects
from cnncourse.models.blocks import ConvNorm, initialise
from cnncourse.models.detection import check_images, smooth
from cnncourse.models.roi import paste_masks, roi_align

SCALES, RATIOS = (12, 18, 26), (0.5, 1.0, 2.0)  # 9 anchors at each place, as in the paper
POOLED = 7  # cells of a region, each way
PROPOSALS = 16  # kept of an image
CANDIDATES = 64  # of the best scores, before suppression
SAMPLED = 128, 16  # anchors and regions of an image that are trained on (256 and 128 in the paper)
TINY = 2.0  # pixels, the least side of a proposal


def assign(
    boxes: Array, true: Array, high: float, low: float, best: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Say of each box which object it is to find.

    Parameters
    ----------
    boxes : float array, shape (N, 4)
    true : float array, shape (M, 4)
    high, low : float
        With an IoU from `high` on a box shows an object, below `low` background; between them it
        is not trained on.
    best : bool
        Let the box that overlaps an object most show it in any case.

    Returns
    -------
    labels : int64 array, shape (N,)
        1 object, 0 background, -1 neither.
    nearest : int64 array, shape (N,)
        The object that each box overlaps most; 0 where there is none.

    References
    ----------
    Ren et al., arXiv:1506.01497, Section 3.1.2.

    Examples
    --------
    >>> boxes = np.array([[0.0, 0, 4, 4], [0, 0, 4, 2], [9, 9, 12, 12]])
    >>> labels, nearest = assign(boxes, boxes[:1], high=0.7, low=0.3)
    >>> labels.tolist(), nearest.tolist()
    ([1, -1, 0], [0, 0, 0])
    """
    if len(true) == 0:
        return np.zeros(len(boxes), np.int64), np.zeros(len(boxes), np.int64)
    overlaps = iou(boxes, true)
    most = overlaps.max(axis=1)
    labels = np.where(most >= high, 1, np.where(most < low, 0, -1))
    nearest = overlaps.argmax(axis=1)
    if best:
        labels[((overlaps == overlaps.max(axis=0)) & (overlaps > 0)).any(axis=1)] = 1
    return labels, nearest


def sample(labels: np.ndarray, count: int) -> np.ndarray:
    """Draw boxes to train on, at most half of them with an object, from torch's generator.

    Parameters
    ----------
    labels : int array, shape (N,)
        Of `assign`.
    count : int

    Returns
    -------
    int64 array, shape (at most count,)
        Places, those with an object first.
    """
    objects, background = (np.flatnonzero(labels == label) for label in (1, 0))
    objects = objects[torch.randperm(len(objects)).numpy()][: count // 2]
    background = background[torch.randperm(len(background)).numpy()][: count - len(objects)]
    return np.concatenate([objects, background])


class Regions(NamedTuple):
    """Regions of a batch that the second stage is trained on.

    Parameters
    ----------
    boxes : float array, shape (K, 4)
    image : int64 array, shape (K,)
        The place in the batch.
    classes : int64 array, shape (K,)
        0 for background, else 1 + the class.
    targets : float array, shape (objects, 4)
        True boxes of the regions with an object, as `encode` writes them from the region.
    masks : bool array, shape (objects, H, W)
    """

    boxes: Array
    image: np.ndarray
    classes: np.ndarray
    targets: Array
    masks: np.ndarray


class RegionProposals(nn.Module):
    """Say at each place and for each anchor whether an object is there, and how it lies.

    Parameters
    ----------
    channels : int
        Of the feature map.

    References
    ----------
    Ren et al., arXiv:1506.01497, Section 3.1 and Figure 3.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        anchors = len(SCALES) * len(RATIOS)
        self.conv = ConvNorm(channels, channels)
        self.objectness = nn.Conv2d(channels, anchors, 1)
        self.offsets = nn.Conv2d(channels, 4 * anchors, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Score and place every anchor.

        Parameters
        ----------
        features : float tensor, shape (N, channels, H, W)

        Returns
        -------
        objectness : float tensor, shape (N, H W A)
            Before the sigmoid.
        offsets : float tensor, shape (N, H W A, 4)
        """
        x = self.conv(features)
        objectness = self.objectness(x).permute(0, 2, 3, 1).flatten(1)
        return objectness, self.offsets(x).permute(0, 2, 3, 1).reshape(len(x), -1, 4)


class TwoStageDetector(nn.Module):
    """Faster R-CNN with Mask R-CNN's masks, small: 2 convolutions of stride 2, then 2 more.

    Departures from the papers: a small network with batch normalisation in place of one trained on
    ImageNet, RoI align for boxes too, fewer and smaller anchors and proposals, box losses averaged
    over the objects; both stages are trained at once ("approximate joint training").

    Parameters
    ----------
    num_classes : int
        Without background.
    width : int
        Channels after the first convolution.
    hidden : int
        Units of the box head.

    Examples
    --------
    >>> model = TwoStageDetector(num_classes=6).eval()
    >>> len(model.detect(torch.zeros(2, 3, 32, 32)))
    2
    """

    stride = 4

    def __init__(self, num_classes: int, width: int = 24, hidden: int = 128) -> None:
        super().__init__()
        channels = 64
        self.num_classes = num_classes
        self.features = nn.Sequential(
            ConvNorm(3, width, stride=2),
            ConvNorm(width, 2 * width, stride=2),
            ConvNorm(2 * width, channels),
            ConvNorm(channels, channels),
        )
        self.proposer = RegionProposals(channels)
        describe = nn.Linear(channels * POOLED**2, hidden)
        self.box_head = nn.Sequential(nn.Flatten(), describe, nn.ReLU())
        self.box_classes = nn.Linear(hidden, num_classes + 1)
        self.box_offsets = nn.Linear(hidden, 4 * num_classes)
        draw = nn.Conv2d(channels, num_classes, 1)
        self.mask_head = nn.Sequential(
            ConvNorm(channels, channels),
            ConvNorm(channels, channels),
            nn.ConvTranspose2d(channels, channels, 2, stride=2),
            nn.ReLU(),
            draw,
        )
        initialise(self)
        for last in (self.proposer.objectness, self.proposer.offsets, draw):
            nn.init.normal_(last.weight, std=0.01)
        nn.init.kaiming_normal_(describe.weight, nonlinearity="relu")

    def anchors(self, images: Tensor) -> Array:
        """Return all anchors of images of this size: (H W A, 4)."""
        rows, columns = (side // self.stride for side in images.shape[-2:])
        return make_anchors((rows, columns), self.stride, SCALES, RATIOS)

    def look(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Make features, and let the first stage judge every anchor.

        Parameters
        ----------
        images : float tensor, shape (N, 3, H, W)
            Values from 0 to 1; H and W multiples of 4.

        Returns
        -------
        features : float tensor, shape (N, C, H / 4, W / 4)
        objectness, offsets : float tensors
            Of `RegionProposals`.

        Raises
        ------
        ShapeError
            If these are not images of such a size.
        """
        check_images(images, self.stride)
        features = self.features(images - 0.5)
        return features, *self.proposer(features)

    def choose(self, images: Tensor, objectness: Tensor, offsets: Tensor) -> list[Objects]:
        """Keep the best regions of each image that do not overlap each other too much.

        Parameters
        ----------
        images : float tensor, shape (N, 3, H, W)
        objectness, offsets : float tensors
            Of `look`.

        Returns
        -------
        list of Objects
            At most 16 for each image, best first; all of class 0.
        """
        size, anchors = images.shape[-2:], self.anchors(images)
        chosen = []
        for score, offset in zip(objectness.detach(), offsets.detach(), strict=True):
            best = score.topk(min(CANDIDATES, len(score))).indices
            places = best.cpu().numpy()
            boxes = clip(decode(offset[best].cpu().double().numpy(), anchors[places]), size)
            large = (boxes[:, 2:] - boxes[:, :2]).min(axis=1) >= TINY
            scores = score[best].sigmoid().cpu().numpy()[large]
            regions = Objects(boxes[large], np.zeros(large.sum()), scores)
            chosen.append(regions.take(nms(regions.boxes, scores, 0.7)[:PROPOSALS]))
        return chosen

    @torch.no_grad()
    def propose(self, images: Tensor) -> list[Objects]:
        """Return the first stage's regions: images (N, 3, H, W) to a list of Objects."""
        _, objectness, offsets = self.look(images)
        return self.choose(images, objectness, offsets)

    def loss(self, images: Tensor, true: Sequence[Objects]) -> Tensor:
        """Add up how wrong both stages and the masks are.

        Parameters
        ----------
        images : float tensor, shape (N, 3, H, W)
        true : sequence of Objects
            What is in each image, with masks.

        Returns
        -------
        float tensor without axes
        """
        features, objectness, offsets = self.look(images)
        first = self._proposal_loss(self.anchors(images), objectness, offsets, true)
        regions = self._regions(self.choose(images, objectness, offsets), true)
        boxes = torch.from_numpy(regions.boxes).to(features)
        image = torch.from_numpy(regions.image).to(features.device)
        pooled = roi_align(features, boxes, image, POOLED, 1 / self.stride)
        return first + self._box_loss(pooled, regions) + self._mask_loss(pooled, boxes, regions)

    def _proposal_loss(
        self, anchors: Array, objectness: Tensor, offsets: Tensor, true: Sequence[Objects]
    ) -> Tensor:
        """Cross-entropy of sampled anchors, error of those with an object (equation 1)."""
        image, place, labels, targets = [], [], [], []
        for n, objects in enumerate(true):
            label, nearest = assign(anchors, objects.boxes, 0.7, 0.3, best=True)
            chosen = sample(label, SAMPLED[0])
            image.append(np.full(len(chosen), n))
            place.append(chosen)
            labels.append(label[chosen])
            shown = chosen[label[chosen] == 1]
            targets.append(encode(objects.boxes[nearest[shown]], anchors[shown]))
        there = np.concatenate(labels) == 1
        where = np.concatenate(image), np.concatenate(place)
        score = objectness[where]
        entropy = functional.binary_cross_entropy_with_logits(
            score, torch.from_numpy(there).to(score)
        )
        found = offsets[where][torch.from_numpy(there).to(offsets.device)]
        error = smooth(found, torch.from_numpy(np.concatenate(targets)).to(found))
        return entropy + error / max(1, len(found))

    def _regions(self, proposals: Sequence[Objects], true: Sequence[Objects]) -> Regions:
        """Draw regions to train the second stage on: proposals, and the true boxes themselves."""
        parts = []
        for n, (guess, objects) in enumerate(zip(proposals, true, strict=True)):
            if objects.masks is None:
                raise ArgumentError("true", "objects with masks", "none")
            boxes = np.concatenate([objects.boxes, guess.boxes])
            label, nearest = assign(boxes, objects.boxes, 0.5, 0.5)
            chosen = sample(label, SAMPLED[1])
            label, nearest, boxes = label[chosen], nearest[chosen], boxes[chosen]
            there = label == 1
            owner = nearest[there]
            classes = np.zeros(len(chosen), np.int64)
            classes[there] = 1 + objects.classes[owner]
            targets = encode(objects.boxes[owner], boxes[there])
            image, masks = np.full(len(chosen), n), objects.masks[owner]
            parts.append(Regions(boxes, image, classes, targets, masks))
        return Regions(*map(np.concatenate, zip(*parts, strict=True)))

    def _box_loss(self, pooled: Tensor, regions: Regions) -> Tensor:
        hidden = self.box_head(pooled)
        classes = torch.from_numpy(regions.classes).to(pooled.device)
        entropy = functional.cross_entropy(self.box_classes(hidden), classes)
        there = classes.nonzero()[:, 0]
        offsets = self.box_offsets(hidden[there]).unflatten(1, (self.num_classes, 4))
        found = offsets[torch.arange(len(there)), classes[there] - 1]
        error = smooth(found, torch.from_numpy(regions.targets).to(found))
        return entropy + error / max(1, len(there))

    def _mask_loss(self, pooled: Tensor, boxes: Tensor, regions: Regions) -> Tensor:
        """Cross-entropy of each pixel of the true class's mask alone (Mask R-CNN, Section 3)."""
        there = torch.from_numpy(np.flatnonzero(regions.classes)).to(pooled.device)
        kinds = torch.from_numpy(regions.classes).to(pooled.device)[there] - 1
        found = self.mask_head(pooled[there])[torch.arange(len(there)), kinds]
        masks = torch.from_numpy(regions.masks).to(found)[:, None]
        each = torch.arange(len(there), device=pooled.device)
        targets = roi_align(masks, boxes[there], each, found.shape[-1], 1.0)[:, 0]
        return functional.binary_cross_entropy_with_logits(found, (targets >= 0.5).to(found))

    @torch.no_grad()
    def detect(
        self, images: Tensor, least: float = 0.05, threshold: float = 0.5
    ) -> list[Objects]:
        """Find the objects of each image, with their masks.

        Parameters
        ----------
        images : float tensor, shape (N, 3, H, W)
        least : float
            Score below which nothing is reported.
        threshold : float
            IoU above which, of two boxes of a class, the worse is dropped; 1 keeps all.

        Returns
        -------
        list of Objects
            Best score first.
        """
        features, objectness, offsets = self.look(images)
        found = []
        for n, regions in enumerate(self.choose(images, objectness, offsets)):
            objects = self._classify(features[n : n + 1], regions, images, least, threshold)
            masks = self._masks(features[n : n + 1], objects, images)
            found.append(Objects(objects.boxes, objects.classes, objects.scores, masks))
        return found

    def _classify(
        self, features: Tensor, regions: Objects, images: Tensor, least: float, threshold: float
    ) -> Objects:
        """Score each region for each class, and move it as that class asks for."""
        hidden = self.box_head(self._pool(features, regions.boxes))
        scores = self.box_classes(hidden).softmax(1)[:, 1:].cpu().numpy()
        offsets = self.box_offsets(hidden).unflatten(1, (self.num_classes, 4)).cpu().double()
        region, kind = np.nonzero(scores >= least)
        moved = decode(offsets.numpy()[region, kind], regions.boxes[region])
        objects = Objects(clip(moved, images.shape[-2:]), kind, scores[region, kind])
        sides = objects.boxes[:, 2:] - objects.boxes[:, :2]
        objects = objects.take(sides.min(axis=1, initial=np.inf) >= TINY)
        return objects.take(nms(objects.boxes, objects.scores, threshold, objects.classes))

    def _masks(self, features: Tensor, objects: Objects, images: Tensor) -> np.ndarray:
        """Draw the mask of each object's class over its box: bool (objects, H, W)."""
        drawn = self.mask_head(self._pool(features, objects.boxes))
        chosen = drawn[np.arange(len(objects)), objects.classes].sigmoid()
        boxes = torch.from_numpy(objects.boxes).to(features)
        pasted = paste_masks(chosen, boxes, images.shape[-2:])
        return (pasted >= 0.5).cpu().numpy()

    def _pool(self, features: Tensor, boxes: Array) -> Tensor:
        where = torch.from_numpy(boxes).to(features)
        here = torch.zeros(len(boxes), dtype=torch.int64, device=features.device)
        return roi_align(features, where, here, POOLED, 1 / self.stride)


def full_size(num_classes: int = 91, masks: bool = False) -> nn.Module:
    """Build torchvision's Faster or Mask R-CNN, on a ResNet-50 with a feature pyramid.

    Parameters
    ----------
    num_classes : int
        With background: 91 for COCO.
    masks : bool
        Whether it draws masks.

    Returns
    -------
    nn.Module
        Untrained. `backbone`, `rpn` and `roi_heads` are what `features`, `proposer` and the heads
        are in `TwoStageDetector`. Its 41,808,406 parameters are the published 41,755,286 and the
        53,120 of the batch normalisation, which the published weights keep frozen.

    Examples
    --------
    >>> with torch.device("meta"):
    ...     model = full_size()
    >>> sum(parameter.numel() for parameter in model.parameters())
    41808406
    """
    repair_torchvision()
    from torchvision.models import detection

    build = detection.maskrcnn_resnet50_fpn if masks else detection.fasterrcnn_resnet50_fpn
    return build(weights=None, weights_backbone=None, num_classes=num_classes)
