"""What the digit instruments carry: a trained LeNet, and a few digits of MNIST's test set.

Both are JavaScript modules with one constant, written by ``tools/train_digits.py``.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncourse.instruments.linker import FOLDER
from cnncourse.layers import Sequential, lenet5

# in the exported file -> in cnncourse.layers.lenet5; C5 sees its input whole, so it is dense
LAYERS = {"C1.conv": "conv1", "C3.conv": "conv2", "C5.conv": "dense1", "F6": "dense2",
          "output": "output"}  # fmt: skip


@cache
def stored(name: str) -> Any:
    """Read the constant of a stored module, 'lenet' or 'examples'.

    Examples
    --------
    >>> stored("lenet")["input"]
    [1, 28, 28]
    """
    lines = (FOLDER / "lib" / f"{name}.js").read_text("utf-8").splitlines()
    return json.loads(lines[2])


def example_digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the stored digits: the first of each class, then some that the network gets wrong.

    Returns
    -------
    images : float64 array, shape (N, 28, 28)
        Ink from 0 to 1.
    labels : int64 array, shape (N,)

    Examples
    --------
    >>> images, labels = example_digits()
    >>> images.shape[1:], labels[:30].tolist() == [digit for digit in range(10) for _ in range(3)]
    ((28, 28), True)
    """
    digits = stored("examples")
    pixels = np.frombuffer(base64.b64decode(digits["pixels"]), np.uint8)
    return pixels.reshape(-1, 28, 28) / 255, np.array(digits["labels"])


def digit_network() -> Sequential:
    """Build `cnncourse.layers.lenet5` with the stored weights.

    Returns
    -------
    Sequential
        From images of shape (N, 1, 28, 28) to scores of shape (N, 10).

    Examples
    --------
    >>> images, labels = example_digits()
    >>> scores = digit_network().forward(images[:30, None])
    >>> bool((scores.argmax(1) == labels[:30]).all())
    True
    """
    network = stored("lenet")
    weights = np.frombuffer(base64.b64decode(network["data"]), "<f2").astype(np.float64)
    model = lenet5(28)
    for layer in network["layers"]:
        for part in {"weight", "bias"} & set(layer):
            param = model.params[f"{LAYERS[layer['name']]}.{part}"]
            start = layer[part]["offset"]
            param[:] = weights[start : start + param.size].reshape(param.shape)
    return model
