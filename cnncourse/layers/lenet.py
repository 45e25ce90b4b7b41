"""LeNet-5: the network of these layers alone that learns to read digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from cnncourse.errors import ArgumentError
from cnncourse.layers.activation import ReLU, Tanh
from cnncourse.layers.conv import Conv2d
from cnncourse.layers.dense import Dense, Flatten
from cnncourse.layers.init import glorot_uniform, he_normal
from cnncourse.layers.module import Sequential
from cnncourse.layers.pool import AvgPool2d, MaxPool2d

ACTIVATIONS = {"relu": (ReLU, he_normal), "tanh": (Tanh, glorot_uniform)}
POOLS: dict[str, type[MaxPool2d] | type[AvgPool2d]] = {"max": MaxPool2d, "avg": AvgPool2d}
PADDING = {32: 0, 28: 2}


def lenet5(
    input_size: int = 32,
    num_classes: int = 10,
    *,
    activation: str = "relu",
    pool: str = "max",
    rng: np.random.Generator | int | None = None,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """Build LeNet-5 in the form it is used today.

    Two convolutions of 5 x 5 with 6 and 16 kernels, each followed by a pooling of 2 x 2, then dense
    layers of 120, 84 and `num_classes`: 61,706 parameters for ten classes. For input of 32 pixels
    the sizes are 28, 14, 10 and 5 after conv1, pool1, conv2 and pool2.

    Parameters
    ----------
    input_size : int
        32 pixels, as in the paper, or 28, to which conv1 adds two zeros on each side.
    num_classes : int
    activation : 'relu' or 'tanh'
        With first weights to match: He's, normal, or Glorot's, uniform.
    pool : 'max' or 'avg'
    rng : numpy.random.Generator or int, optional
        Where the first weights come from.
    dtype : float32 or float64
        That of the weights, and so of the images.

    Returns
    -------
    Sequential
        Takes images of shape (N, 1, input_size, input_size), gives scores of shape
        (N, num_classes). Its layers are conv1, act1, pool1, conv2, act2, pool2, flatten, dense1,
        act3, dense2, act4, output.

    Raises
    ------
    ArgumentError
        For another size, activation or pooling.

    Notes
    -----
    Departures from the paper: pooling has no weights and no activation of its own; conv2 sees all
    six maps (the paper's table I leaves some out); the output is dense, not radial basis functions;
    tanh is not scaled; 120 is a dense layer, which over a 5 x 5 map is the paper's convolution C5.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
    Proceedings of the IEEE 86 (1998), section II.B.

    Examples
    --------
    >>> model = lenet5(rng=0)
    >>> model.forward(np.zeros((2, 1, 32, 32))).shape
    (2, 10)
    >>> sum(param.size for param in model.params.values())
    61706
    """
    for name, value, known in (
        ("input_size", input_size, PADDING),
        ("activation", activation, ACTIVATIONS),
        ("pool", pool, POOLS),
    ):
        if value not in known:
            raise ArgumentError(name, " or ".join(map(repr, known)), repr(value))
    act, init = ACTIVATIONS[activation]
    pooling = POOLS[pool]
    start: dict[str, Any] = {"init": init, "rng": np.random.default_rng(rng), "dtype": dtype}
    return Sequential(
        conv1=Conv2d(1, 6, 5, padding=PADDING[input_size], **start),
        act1=act(),
        pool1=pooling(2),
        conv2=Conv2d(6, 16, 5, **start),
        act2=act(),
        pool2=pooling(2),
        flatten=Flatten(),  # (N, 16, 5, 5) -> (N, 400)
        dense1=Dense(400, 120, **start),
        act3=act(),
        dense2=Dense(120, 84, **start),
        act4=act(),
        output=Dense(84, num_classes, **start),
    )
