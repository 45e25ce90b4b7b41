"""What every look into a network needs: its classes, its layers, and that it stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from cnncourse.errors import ArgumentError, ShapeError


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Let every module evaluate, and go back to what each did before.

    Parameters
    ----------
    model : nn.Module
        Its weights, their gradients and its modules' modes are as before, afterwards.
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def check_images(x: Tensor) -> None:
    """Raise `ShapeError` unless `x` is a batch of at least one image."""
    if x.ndim != 4 or not len(x):
        raise ShapeError("x", "images of shape (N, C, H, W)", tuple(x.shape))


def layer_of(model: nn.Module, layer: nn.Module | str) -> nn.Module:
    """Find a layer by its name in `model.named_modules()`, or take it as it is.

    Raises
    ------
    ArgumentError
        If the network has no such layer.
    """
    named = dict(model.named_modules())
    if isinstance(layer, str):
        if layer not in named:
            raise ArgumentError("layer", f"one of {', '.join(filter(None, named))}", repr(layer))
        return named[layer]
    if not any(layer is module for module in named.values()):
        raise ArgumentError("layer", "a layer of the network", type(layer).__name__)
    return layer


@contextmanager
def listening(layer: nn.Module) -> Iterator[list[Tensor]]:
    """Collect what a layer gives, each time it is called."""
    heard: list[Tensor] = []
    hook = layer.register_forward_hook(lambda module, inputs, output: heard.append(output))
    try:
        yield heard
    finally:
        hook.remove()


def target_scores(scores: Tensor, targets: Tensor | None) -> Tensor:
    """Choose each image's score of its target.

    Parameters
    ----------
    scores : float tensor, shape (N, classes)
    targets : int64 tensor, shape (N,), optional
        The class of each image; the one that scores highest if left out.

    Returns
    -------
    float tensor, shape (N,)

    Raises
    ------
    ShapeError
        If there is not one target to each image.
    ArgumentError
        If one is no class.
    """
    if targets is None:
        return scores.amax(dim=1)
    if targets.shape != scores.shape[:1]:
        raise ShapeError("targets", f"one for each of {len(scores)} images", tuple(targets.shape))
    if not 0 <= int(targets.min()) <= int(targets.max()) < scores.shape[1]:
        found = f"{int(targets.min())} to {int(targets.max())}"
        raise ArgumentError("targets", f"0 to {scores.shape[1] - 1}", found)
    return scores.gather(1, targets.to(scores.device)[:, None])[:, 0]


def input_gradient(model: nn.Module, x: Tensor, targets: Tensor | None) -> Tensor:
    """Differentiate each image's target score by its pixels: (N, C, H, W)."""
    with evaluating(model), torch.enable_grad():
        x = x.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(target_scores(model(x), targets).sum(), x)
    return gradient
