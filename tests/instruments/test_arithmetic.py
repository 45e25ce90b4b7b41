"""The instruments' arithmetic in JavaScript gives the package's numbers."""

import itertools

import numpy as np

from cnncourse.layers import conv2d


def test_conv(node, rng):
    cases = []
    for stride, padding, dilation, size in itertools.product(
        (1, 2, 3), (0, 1, 2), (1, 2), ((3, 3), (2, 3))
    ):
        x, weight = rng.normal(size=(9, 11)), rng.normal(size=size)
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        correlated, convolved = (
            conv2d(x[None, None], kernel[None, None], **options)[0, 0]
            for kernel in (weight, weight[::-1, ::-1])
        )
        cases.append(
            {"x": x, "weight": weight, "options": options,
             "correlated": correlated, "convolved": convolved}
        )  # fmt: skip
    node("conv", {"cases": cases})
    assert np.shape(cases[0]["correlated"]) == (7, 9)
