"""From strokes to a picture, in the page and in Python."""

import numpy as np

from cnncourse.data.handwriting import as_mnist
from cnncourse.instruments.stored import example_digits


def test_drawing(node, rng):
    shapes = [(112, 112), (37, 90), (5, 5), (60, 4), (28, 28), (1, 1), (300, 40)]
    inks = [np.where(rng.random(shape) < 0.2, rng.random(shape), 0) for shape in shapes]
    inks += [np.kron(example_digits()[0][30], np.ones((4, 4))), np.zeros((9, 9))]
    lopsided = np.zeros((100, 100))
    lopsided[0], lopsided[:, 0], lopsided[96:, 96:] = 0.01, 0.01, 1
    node("drawing", {"inks": [
        {"ink": ink, "size": size, "picture": as_mnist(ink, size)}
        for ink in [*inks, lopsided] for size in (28, 32, 8)
    ]})  # fmt: skip
