"""What a network is made of: parameters, multiply-adds, stages, receptive fields, depth.

Everything is read off a trial run without numbers (PyTorch's "meta" device), so that even a large
network takes a fraction of a second.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from cnncourse.models.blocks import Classifier
from cnncourse.shapes import (
    ReceptiveField,
    Window,
    conv_multiply_adds,
    dense_multiply_adds,
    receptive_field,
)

aten = torch.ops.aten
POOL_DEFAULTS: tuple[tuple[int, ...], ...] = ((), (0, 0))  # stride: as the kernel; padding


def count_parameters(model: nn.Module) -> int:
    """Count the trainable numbers.

    Examples
    --------
    >>> count_parameters(nn.Conv2d(3, 64, 3))
    1792
    """
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


def count_multiply_adds(model: Classifier, image_size: int | None = None) -> int:
    """Count the multiply-adds that one image takes in use.

    Parameters
    ----------
    model : Classifier
    image_size : int, optional
        Height and width in pixels; the paper's if not given.

    Returns
    -------
    int
        Of convolutions, dense layers and attention: one for each use of a weight, zeros of the
        padding included. Biases, norms, activations and pools are left out, as papers do.

    Examples
    --------
    >>> from cnncourse.models.resnet import ResNet
    >>> count_multiply_adds(ResNet(18))
    1814073344
    """
    return sum(layer.multiply_adds for layer in layer_table(model, image_size))


class Layer(NamedTuple):
    """A row of `layer_table`."""

    stage: str
    """The child of `model.features` that it belongs to, or 'head'."""
    path: str
    """Where it is below the stage, as PyTorch names it; empty for a stage of one layer."""
    kind: str
    """Its class, such as 'Conv2d'."""
    detail: str
    """Kernel, stride and groups of a convolution or pool, the features of a dense layer."""
    output_shape: tuple[int, ...]
    """For one image: (C, H, W), or (L, D) of tokens."""
    parameters: int
    """Its own trainable numbers."""
    multiply_adds: int


def layer_table(model: Classifier, image_size: int | None = None) -> list[Layer]:
    """List the layers in the order in which an image meets them.

    Parameters
    ----------
    model : Classifier
    image_size : int, optional
        Height and width in pixels; the paper's if not given.

    Returns
    -------
    list of Layer
        Those with weights or multiply-adds of their own, and pools. Activations, dropout and what
        only joins others are left out, so parameters and multiply-adds add up to the network's.

    Examples
    --------
    >>> from cnncourse.models.lenet import ModernLeNet5
    >>> layer_table(ModernLeNet5())[0][2:]
    ('Conv2d', '5 x 5', (6, 28, 28), 156, 117600)
    """
    trial = weightless(model)
    names = {module: name.removeprefix("features.") for name, module in trial.named_modules()}
    rows = []

    def note(module: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> None:
        own = sum(w.numel() for w in module.parameters(recurse=False) if w.requires_grad)
        work = _multiply_adds(module, args[0], output)
        if own or work or isinstance(module, POOLS):
            stage, _, path = names[module].partition(".")
            kind, shape = type(module).__name__, tuple(output.shape[1:])
            rows.append(Layer(stage, path, kind, _detail(module), shape, own, work))

    with _hooks(trial, note):
        _run(trial, image_size)
    return rows


POOLS = nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d


def _detail(module: nn.Module) -> str:
    if isinstance(module, nn.Linear):
        return f"{module.in_features} to {module.out_features}"
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return "to a fixed size"
    if not isinstance(module, (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)):
        return ""
    kernel_size, stride = _first(module.kernel_size), _first(module.stride)
    parts = [f"{kernel_size} x {kernel_size}"]
    parts += [f"stride {stride}"] if stride > 1 else []
    groups = getattr(module, "groups", 1)
    return ", ".join(parts + ([f"{groups} groups"] if groups > 1 else []))


def _first(numbers: int | tuple[int, ...]) -> int:
    return numbers if isinstance(numbers, int) else numbers[0]


def _multiply_adds(module: nn.Module, x: Tensor, y: Tensor) -> int:
    if isinstance(module, nn.Conv2d):
        size, kernel_size = tuple(y.shape[2:]), tuple(module.kernel_size)
        channels = module.in_channels, module.out_channels
        return conv_multiply_adds(*channels, kernel_size, size, module.groups)
    if isinstance(module, nn.Linear):
        samples = y.numel() // module.out_features
        return samples * dense_multiply_adds(module.in_features, module.out_features)
    own = getattr(module, "multiply_adds", None)  # SelfAttention, LeNet-5's own layers
    return own(x, y) if own else 0


def stage_shapes(model: Classifier, image_size: int | None = None) -> dict[str, tuple[int, ...]]:
    """Give what comes out of each stage, for one image.

    Parameters
    ----------
    model : Classifier
    image_size : int, optional
        Height and width in pixels; the paper's if not given.

    Returns
    -------
    dict
        For each child of `model.features` its name and the shape (C, H, W), or (L, D) of tokens.

    Examples
    --------
    >>> from cnncourse.models.lenet import ModernLeNet5
    >>> stage_shapes(ModernLeNet5())["C3"]
    (16, 10, 10)
    """
    trial = weightless(model)
    names = {stage: name for name, stage in trial.features.named_children()}
    shapes = {}

    def note(module: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> None:
        if module in names:
            shapes[names[module]] = tuple(output.shape[1:])

    with _hooks(trial, note):
        _run(trial, image_size)
    return shapes


def receptive_fields(model: Classifier) -> dict[str, ReceptiveField | None]:
    """Follow the theoretical receptive field through the stages, along the widest path.

    Returns
    -------
    dict
        For each child of `model.features` its name and its `cnncourse.shapes.ReceptiveField`, or
        None where every output sees the whole image: past attention, or squeeze-and-excitation.

    Examples
    --------
    >>> from cnncourse.models.vgg import VGG
    >>> receptive_fields(VGG(16))["stage5"].size
    212
    """
    fields: dict[str, ReceptiveField | None] = {}
    for name, past in _stage_pasts(model).items():
        windows = past.windows
        if name != "head":
            fields[name] = receptive_field(windows)[-1] if windows else None
    return fields


def widest_path(model: Classifier) -> tuple[Window, ...]:
    """Give the layers whose windows make the last feature maps' receptive field.

    Returns
    -------
    tuple of Window
        Convolutions and pools from the image to the last of `model.features` that does not see the
        whole image, along the widest path.

    Examples
    --------
    >>> from cnncourse.models.vgg import VGG
    >>> len(widest_path(VGG(16)))
    18
    """
    pasts = [past.windows for name, past in _stage_pasts(model).items() if name != "head"]
    return next((windows for windows in reversed(pasts) if windows is not None), ())


def count_depth(model: Classifier) -> int:
    """Count the layers with weights on the longest path: convolutions and dense layers.

    Examples
    --------
    >>> from cnncourse.models.resnet import ResNet
    >>> count_depth(ResNet(50))
    50
    """
    return _stage_pasts(model)["head"].depth


def weightless(model: Classifier) -> Classifier:
    """Copy a network without its numbers, ready to be run in use on the meta device."""
    tensors = chain(model.parameters(), model.buffers())
    copies: dict[int, Any] = {}
    for tensor in tensors:
        empty = tensor.detach().to("meta")
        copies[id(tensor)] = nn.Parameter(empty) if isinstance(tensor, nn.Parameter) else empty
    trial = copy.deepcopy(model, copies).eval()
    for module in trial.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.forward = _same  # type: ignore[assignment, method-assign]  # half the time
    return trial


def _same(x: Tensor) -> Tensor:
    """Do what batch norm in use does to a shape."""
    return x


def _run(trial: Classifier, image_size: int | None) -> None:
    size = image_size or trial.image_size
    with torch.no_grad():
        trial(torch.empty(1, trial.in_channels, size, size, device="meta"))


@contextmanager
def _hooks(trial: Classifier, hook: Any) -> Iterator[Classifier]:
    handles = [module.register_forward_hook(hook) for module in trial.modules()]
    yield trial
    for handle in handles:
        handle.remove()


# --- the past of a tensor: what it went through since the image ---


class _Past(NamedTuple):
    windows: tuple[Window, ...] | None  # along the widest path; None once it has seen everything
    depth: int  # layers with weights, along the longest path


class _Trace(TorchDispatchMode):
    """Note each tensor's past while operations run."""

    def __init__(self, image: Tensor) -> None:
        super().__init__()
        self.pasts = {id(image): _Past((), 0)}
        self.alive = [image]  # an id means something only as long as its tensor lives

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run an operation, then give its outputs the past of its inputs and a step more."""
        output = func(*args, **(kwargs or {}))
        pasts = [self.pasts[id(x)] for x in tree_leaves(args) if id(x) in self.pasts]
        if pasts:
            past = _step(func.overloadpacket, args, _widest(pasts))
            for tensor in tree_leaves(output):
                if isinstance(tensor, Tensor):
                    self.pasts[id(tensor)] = past
                    self.alive.append(tensor)
        return output


def _widest(pasts: list[_Past]) -> _Past:
    if len(pasts) == 1:
        return pasts[0]
    paths = [past.windows for past in pasts]
    depth = max(past.depth for past in pasts)
    widest = paths[0]
    for path in paths[1:]:
        widest = None if path is None or widest is None else _wider(widest, path)
    return _Past(widest, depth)


def _wider(one: tuple[Window, ...], other: tuple[Window, ...]) -> tuple[Window, ...]:
    short, long = sorted((one, other), key=len)
    if long[: len(short)] == short:  # a shortcut's path goes on in the residual's
        return long
    return max(short, long, key=lambda path: receptive_field(path)[-1].size)


def _step(operation: Any, args: tuple[Any, ...], past: _Past) -> _Past:
    """Add to a past what one operation does."""
    depth = past.depth + (operation in (aten.convolution, aten.addmm, aten.mm))
    if operation in (aten.mean, aten._adaptive_avg_pool2d, aten.bmm):
        return _Past(None, depth)
    if past.windows is None:
        return past._replace(depth=depth)
    window = None
    if operation is aten.convolution:
        window = Window(args[1].shape[2], args[3][0], args[4][0], args[5][0])
    elif operation in (aten.max_pool2d_with_indices, aten.avg_pool2d):
        kernel_size, stride, padding = (*args[1:4], *POOL_DEFAULTS[len(args) - 2 :])[:3]
        window = Window(kernel_size[0], (stride or kernel_size)[0], padding[0])
    elif operation is aten.slice and args[0].ndim == 4 and args[1] == 2 and len(args) == 5:
        window = Window(1, stride=args[4])
    return _Past((*past.windows, window) if window else past.windows, depth)


def _stage_pasts(model: Classifier) -> dict[str, _Past]:
    """Give the past of what comes out of each stage and, as "head", of the scores."""
    trial = weightless(model)
    size = trial.image_size
    x = torch.empty(1, trial.in_channels, size, size, device="meta")
    pasts = {}
    with torch.no_grad(), _Trace(x) as trace:
        for name, stage in [*trial.features.named_children(), ("head", trial.head)]:
            x = stage(x)
            pasts[name] = trace.pasts[id(x)]
    return pasts
