"""Descent on any loss: for networks that are not classifiers, which `fit` trains."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn

from cnncourse.errors import ArgumentError, CourseError
from cnncourse.training.config import Optimisation
from cnncourse.training.schedule import factor
from cnncourse.training.step import make_optimizer, parameter_groups

Meter = Callable[[int, int, str], None]  # steps done, all steps, and how it stands in words
LOOKS = 50  # at the loss in a run, each of which makes a GPU wait


def descend(
    model: nn.Module,
    loss: Callable[[int], Tensor],
    steps: int,
    optimisation: Optimisation | None = None,
    meter: Meter | None = None,
) -> list[float]:
    """Change a network's weights, step by step, so that a loss falls.

    Parameters
    ----------
    model : nn.Module
        What is trained, on its device; it is put into training mode and left in evaluation mode.
    loss : callable
        From the step's number, counted from 0, to the loss of a batch that it chooses: a tensor
        without axes.
    steps : int
    optimisation : Optimisation, optional
    meter : callable, optional
        Told now and then how many steps are done, of how many, and the loss in words.

    Returns
    -------
    list of float
        The loss now and then, in order, the first and the last step included.

    Raises
    ------
    CourseError
        If the loss is no longer finite.

    Examples
    --------
    >>> import torch
    >>> line = nn.Linear(1, 1)
    >>> x = torch.linspace(-1, 1, 16)[:, None]
    >>> seen = descend(line, lambda step: ((line(x) - 3 * x) ** 2).mean(), 200,
    ...                Optimisation(lr=0.1, weight_decay=0))
    >>> seen[0] > seen[-1], abs(line.weight.item() - 3) < 0.01
    (True, True)
    """
    if steps < 1:
        raise ArgumentError("steps", "at least 1", steps)
    options = optimisation or Optimisation()
    optimizer = make_optimizer(parameter_groups(model, options.lr, options.weight_decay), options)
    model.train()
    seen = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor(options.schedule, step / steps, options.warmup)
        optimizer.zero_grad(set_to_none=True)
        value = loss(step)
        value.backward()
        if options.clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), options.clip)
        optimizer.step()
        if step % max(1, steps // LOOKS) == 0 or step == steps - 1:
            seen.append(_finite(value))
            if meter:
                meter(step + 1, steps, f"loss {seen[-1]:.3f}")
    model.eval()
    return seen


def _finite(loss: Tensor) -> float:
    value = float(loss.detach())
    if not math.isfinite(value):
        raise CourseError("the loss is no longer finite; try a lower learning rate")
    return value
