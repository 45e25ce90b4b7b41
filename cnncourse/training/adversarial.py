"""Two networks that train each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cnncourse.errors import ArgumentError
from cnncourse.training.descent import LOOKS, Meter


@dataclass(frozen=True)
class Match:
    """How two networks compete.

    Parameters
    ----------
    steps : int
        Of the discriminator.
    lr : float
        Of both, with Adam.
    momentum : float
        Adam's first: 0.5 in DCGAN, as more lets the two swing.
    generator_steps : int
        For each of the discriminator; many let the generator collapse to what fools it now.
    """

    steps: int
    lr: float = 1e-3
    momentum: float = 0.5
    generator_steps: int = 1

    def __post_init__(self) -> None:
        for name in ("steps", "generator_steps"):
            if getattr(self, name) < 1:
                raise ArgumentError(name, "at least 1", getattr(self, name))


def compete(
    generator: nn.Module,
    discriminator: nn.Module,
    losses: tuple[Callable[[int], Tensor], Callable[[int], Tensor]],
    match: Match,
    meter: Meter | None = None,
    look: Callable[[int], None] | None = None,
) -> tuple[list[float], list[float]]:
    """Train two networks in turn.

    Parameters
    ----------
    generator, discriminator : nn.Module
        Put into training mode and left in evaluation mode.
    losses : (callable, callable)
        The generator's and the discriminator's, from the step's number to a tensor without axes.
    match : Match
    meter : callable, optional
        Told now and then how many steps are done, of how many, and both losses in words.
    look : callable, optional
        Called as often with the step, both networks in evaluation mode.

    Returns
    -------
    generator_losses, discriminator_losses : list of float
        Now and then. Neither need fall: each network makes the other's work harder.

    Examples
    --------
    >>> place, guess = nn.Linear(1, 1), nn.Linear(1, 1)
    >>> z = torch.ones(1, 1)
    >>> chase = lambda step: (place(z) - guess(z).detach()).square().mean()
    >>> flee = lambda step: -(place(z).detach() - guess(z)).square().mean()
    >>> [len(seen) for seen in compete(place, guess, (chase, flee), Match(steps=100))]
    [51, 51]
    """
    networks = (generator, discriminator)
    optimizers = [
        torch.optim.Adam(network.parameters(), lr=match.lr, betas=(match.momentum, 0.999))
        for network in networks
    ]
    seen: tuple[list[float], list[float]] = ([], [])
    for step in range(match.steps):
        for network in networks:
            network.train()
        values = [
            _take(optimizers[1], losses[1], step),
            *(_take(optimizers[0], losses[0], step) for _ in range(match.generator_steps)),
        ]
        if step % max(1, match.steps // LOOKS) == 0 or step == match.steps - 1:
            seen[0].append(float(values[-1]))
            seen[1].append(float(values[0]))
            if meter:
                words = f"generator {seen[0][-1]:.2f}, discriminator {seen[1][-1]:.2f}"
                meter(step + 1, match.steps, words)
            for network in networks:
                network.eval()
            if look:
                look(step)
    return seen


def _take(optimizer: torch.optim.Optimizer, loss: Callable[[int], Tensor], step: int) -> Tensor:
    optimizer.zero_grad(set_to_none=True)
    value = loss(step)
    value.backward()
    optimizer.step()
    return value.detach()
