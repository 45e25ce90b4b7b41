"""What happens to signals and gradients in a deep network at its first step, with and without
shortcuts.

The network is dense, which keeps it small enough to be computed while a slider moves; each block
has two layers with weights, as ResNet's. The random numbers come from a generator of a few lines,
so that another language can draw the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from cnncourse.errors import ArgumentError
from cnncourse.layers.activation import ReLU, Tanh
from cnncourse.layers.arrays import Array
from cnncourse.layers.checks import number
from cnncourse.layers.dense import Dense
from cnncourse.layers.module import Layer, Sequential
from cnncourse.layers.norm import BatchNorm
from cnncourse.shapes import per_axis

WIDTH = 16
BATCH = 16
ACTIVATIONS = ("relu", "tanh", "none")


class Depths(NamedTuple):
    """Root mean squares from the input of the first block to the output of the last."""

    signal: Array
    """Of the numbers that flow forward."""
    gradient: Array
    """Of what flows back, relative to what is put in at the end."""


def portable_uniform(seed: int, count: int) -> Array:
    """Draw numbers from 0 to below 1 that any language with 32-bit integers can draw too.

    Parameters
    ----------
    seed : int
        From 0 to 2³² - 1.
    count : int

    Returns
    -------
    float array, shape (count,)
        Multiples of 2⁻³². The generator is Tommy Ettinger's mulberry32.

    Examples
    --------
    >>> portable_uniform(1, 3).round(6)
    array([0.627074, 0.002736, 0.527447])
    """
    steps = np.arange(1, count + 1, dtype=np.uint32)
    state = np.uint32(seed) + steps * np.uint32(0x6D2B79F5)  # modulo 2³²
    mixed = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
    mixed ^= mixed + (mixed ^ (mixed >> np.uint32(7))) * (mixed | np.uint32(61))
    return (mixed ^ (mixed >> np.uint32(14))) / 2.0**32


def portable_normal(seed: int, count: int) -> Array:
    """Draw standard normal numbers from `portable_uniform`, two of them for each (Box, Muller).

    Examples
    --------
    >>> draws = portable_normal(0, 10_000)
    >>> bool(abs(draws.mean()) < 0.02), bool(abs(draws.std() - 1) < 0.02)
    (True, True)
    """
    radius, angle = portable_uniform(seed, 2 * count).reshape(count, 2).T
    return np.sqrt(-2 * np.log(1 - radius)) * np.cos(2 * np.pi * angle)


def gradient_by_depth(
    blocks: int,
    shortcuts: bool,
    activation: str = "relu",
    norm: bool = True,
    preactivation: bool = False,
    gain: float = 1.0,
    seed: int = 0,
) -> Depths:
    """Send a batch forward and a gradient back through a fresh network, and look after each block.

    Parameters
    ----------
    blocks : int
        Each of two dense layers of 16 units.
    shortcuts : bool
        Whether each block adds its input to what it computes.
    activation : {'relu', 'tanh', 'none'}
    norm : bool
        Whether each dense layer has a batch norm.
    preactivation : bool
        Norm and activation before each dense layer (He et al., 2016) instead of after it, where
        the last activation comes after the addition (2015).
    gain : float
        Of the weights, whose variance is gain² · 2 / fan_in: 1 is He's initialisation.
    seed : int
        Of weights, batch (16 samples) and gradient.

    Returns
    -------
    Depths
        Two arrays of shape (blocks + 1,).

    Raises
    ------
    ArgumentError
        If an argument is not in its range.

    References
    ----------
    He, Zhang, Ren and Sun, arXiv:1512.03385 and arXiv:1603.05027.

    Examples
    --------
    >>> plain = gradient_by_depth(20, shortcuts=False).gradient
    >>> residual = gradient_by_depth(20, shortcuts=True).gradient
    >>> bool(plain[0] > 50 * residual[0])
    True
    """
    (blocks,) = per_axis("blocks", blocks, 1)
    if activation not in ACTIVATIONS:
        raise ArgumentError("activation", f"one of {', '.join(ACTIVATIONS)}", repr(activation))
    gain, size = number("gain", gain), WIDTH * max(BATCH, WIDTH)
    draws = iter(portable_normal(seed, size * (2 * blocks + 2)).reshape(-1, size))
    x, grad = (next(draws)[: BATCH * WIDTH].reshape(BATCH, WIDTH) for _ in range(2))
    signal, chain = [_size(x)], []
    for _ in range(blocks):
        block = _Block(_branch(draws, activation, norm, preactivation, gain), shortcuts)
        after = Sequential() if preactivation else _activation(activation)
        chain.append(Sequential(block, after))
        x = chain[-1].forward(x)
        signal.append(_size(x))
    gradient, start = [1.0], _size(grad)
    for layer in reversed(chain):
        grad = layer.backward(grad)
        gradient.append(_size(grad) / start)
    return Depths(np.array(signal), np.array(gradient[::-1]))


class _Block(Layer):
    """A branch, and the shortcut around it if there is one."""

    def __init__(self, branch: Sequential, shortcut: bool) -> None:
        super().__init__()
        self.branch = branch
        self.shortcut = shortcut

    def forward(self, x: Array) -> Array:
        self.remember()
        return self.branch.forward(x) + (x if self.shortcut else 0)

    def backward(self, grad_output: Array) -> Array:
        self.recall()
        return self.branch.backward(grad_output) + (grad_output if self.shortcut else 0)


def _branch(
    draws: Iterator[Array], activation: str, norm: bool, preactivation: bool, gain: float
) -> Sequential:
    layers: list[Layer] = []
    for second in (False, True):
        dense = Dense(WIDTH, WIDTH, bias=False)
        weight = next(draws)[: WIDTH * WIDTH].reshape(WIDTH, WIDTH)
        dense.params["weight"] = gain * np.sqrt(2 / WIDTH) * weight
        norms = [BatchNorm(WIDTH)] if norm else []
        around = [*norms, _activation(activation)]
        if preactivation:
            layers += [*around, dense]
        else:  # the activation of the second follows the addition
            layers += [dense, *(norms if second else around)]
    return Sequential(*layers)


def _activation(name: str) -> Layer:
    return {"relu": ReLU, "tanh": Tanh, "none": Sequential}[name]()


def _size(x: Array) -> float:
    return float(np.sqrt(np.mean(x**2)))
