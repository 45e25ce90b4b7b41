"""Repairs that let well-kept packages work together.

torchvision's wheel carries a compiled library built against one build of torch. Beside
another build (a CPU torch, say) that library cannot be loaded, and ``import torchvision``
stops because two operators it wants to describe were never defined.

jsonschema, which reads every notebook for nbformat, looks for the optional package rfc3987-syntax
when it is imported; where it is installed (Jupyter's server asks for it), that package compiles a
grammar of internationalised addresses, which takes about 2.5 CPU seconds at each start.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor
    from torch.library import Library

_NMS_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_libraries: list[Library] = []  # torch forgets the operators when the object that made them goes


def repair_torchvision() -> bool:
    """Make ``import torchvision`` work where its compiled library cannot be loaded.

    Call it before the first import of torchvision. Where torchvision's own library loads,
    or torchvision is imported already, nothing is done.

    Returns
    -------
    bool
        True if torchvision runs on the repair, False if on its own library.

    Notes
    -----
    With the repair, models, transforms, data sets and box operations work; non-maximum
    suppression runs in plain torch. ``roi_align`` falls back to torchvision's own Python
    version, which torch compiles for about half a minute on first use unless the environment
    has ``TORCHDYNAMO_DISABLE=1``. ``roi_pool``, ``deform_conv2d`` and ``torchvision.io`` stay
    unavailable: load images with Pillow.

    Examples
    --------
    >>> repaired = repair_torchvision()
    >>> import torchvision
    """
    if _libraries:
        return True
    if "torchvision" in sys.modules or _compiled_library_loads():
        return False
    _define_operators()
    boxes = importlib.import_module("torchvision.ops.boxes")
    # boxes.nms asks this before it calls the operator, which now exists
    boxes._assert_has_ops = lambda: None  # type: ignore[attr-defined]
    return True


def skip_grammar_of_addresses() -> None:
    """Let jsonschema start without the grammar of a format that no schema of notebooks uses.

    Call it before the first import of nbformat or jsonschema; afterwards it changes nothing.

    Examples
    --------
    >>> skip_grammar_of_addresses()
    >>> import nbformat
    """
    if "jsonschema" not in sys.modules:
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # not to be found


def _compiled_library_loads() -> bool:
    import torch

    package = importlib.util.find_spec("torchvision")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("torchvision is not installed: pip install -r requirements.txt")
    libraries = [
        path
        for path in Path(package.origin).parent.glob("_C.*")
        if path.suffix in (".so", ".pyd")
    ]
    try:
        for library in libraries:
            torch.ops.load_library(str(library))
    except OSError:
        return False
    return bool(libraries)


def _define_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(name + _NMS_SCHEMA)
    library.impl("nms", non_maximum_suppression, "CompositeExplicitAutograd")
    _libraries.append(library)


def non_maximum_suppression(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Keep the best box of each cluster of overlapping boxes.

    Parameters
    ----------
    boxes : float tensor, shape (N, 4)
        Corners (x1, y1, x2, y2) in pixels, x1 < x2 and y1 < y2.
    scores : float tensor, shape (N,)
    iou_threshold : float
        A box is dropped when it overlaps a better one by more than this share of their union.

    Returns
    -------
    int64 tensor, shape (kept,)
        Indices of the boxes kept, best score first.

    Examples
    --------
    >>> import torch
    >>> boxes = torch.tensor([[0.0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]])
    >>> non_maximum_suppression(boxes, torch.tensor([0.8, 0.9, 0.3]), 0.5)
    tensor([1, 2])
    """
    import torch

    left = scores.argsort(descending=True, stable=True)
    kept = []
    while len(left):
        best, left = left[:1], left[1:]
        kept.append(best)
        left = left[_overlap(boxes[best], boxes[left]) <= iou_threshold]
    return torch.cat(kept) if kept else left


def _overlap(box: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of one box (1, 4) with each of the others (M, 4): (M,)."""
    area = (box[:, 2:] - box[:, :2]).prod(1)
    areas = (others[:, 2:] - others[:, :2]).prod(1)
    corner_low = box[:, :2].maximum(others[:, :2])
    corner_high = box[:, 2:].minimum(others[:, 2:])
    shared = (corner_high - corner_low).clamp(min=0).prod(1)
    return shared / (area + areas - shared)
