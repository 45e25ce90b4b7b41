"""Right answers that differ from the reference earn full marks; the reference is the package's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from cnncourse import layers
from cnncourse.authoring.source import Exercise

Grade = Callable[[Exercise, Mapping[str, str]], dict[str, tuple[float, str]]]

ALL_POINTS = {
    "test_pad2d": 2, "test_output_pixel": 2, "test_output_size": 2, "test_correlate2d": 3,
    "test_one_map": 4, "test_make_kernels": 2, "test_conv2d": 2,
}  # fmt: skip

def test_a_broken_early_part_costs_nothing_later(
    grade: Grade, exercises: Mapping[str, Exercise]
) -> None:
    broken = {
        name: f"def {name}(*arguments, **options):\n    return None"
        for name in ("pad2d", "output_pixel", "output_size", "correlate2d")
    }
    grades = grade(exercises["02_convolution"], broken)
    scores = {grade_id: score for grade_id, (score, _) in grades.items()}
    assert scores == {
        **ALL_POINTS,
        "test_pad2d": 0, "test_output_pixel": 0, "test_output_size": 0, "test_correlate2d": 0,
    }  # fmt: skip
    assert all("does it end with `return`?" in grades[key][1] for key in scores if not scores[key])


PARTIAL = {
    "nothing but the plain case": (
        "def one_map(x, weight, stride=1, padding=0):\n    return correlate2d(x[0], weight[0])",
        0, ("channels", "stride", "padding", "all at once"),
    ),
    "channels only": (
        "def one_map(x, weight, stride=1, padding=0):\n"
        "    return sum(correlate2d(a, b) for a, b in zip(x, weight))",
        1, ("stride", "padding", "all at once"),
    ),
    "a stride of 2 only": (
        "def one_map(x, weight, stride=1, padding=0):\n"
        "    padded = [pad2d(channel, padding) for channel in x]\n"
        "    full = sum(correlate2d(a, b) for a, b in zip(padded, weight))\n"
        "    return full[::2, ::2] if stride > 1 else full",
        2, ("stride", "all at once"),
    ),
    "stops on a stride": (
        "def one_map(x, weight, stride=1, padding=0):\n"
        "    assert stride == 1\n"
        "    padded = [pad2d(channel, padding) for channel in x]\n"
        "    return sum(correlate2d(a, b) for a, b in zip(padded, weight))",
        2, ("stride", "all at once", "stopped with AssertionError"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "score", "words"), PARTIAL.values(), ids=PARTIAL)
def test_partial_credit(
    answer: str, score: float, words: tuple[str, ...], grade: Grade,
    exercises: Mapping[str, Exercise],
) -> None:  # fmt: skip
    earned, message = grade(exercises["02_convolution"], {"one_map": answer})["test_one_map"]
    assert earned == score
    assert message.count("-1 point") == 4 - score
    for word in words:
        assert word in message


def test_reference_agrees_with_the_package(exercises: Mapping[str, Exercise]) -> None:
    reference: dict[str, Callable] = {"np": np}
    for name, answer in exercises["02_convolution"].answers.items():
        if name != "explain_flip":
            exec(answer, reference)
    rng = np.random.default_rng(2)
    x, weight, bias = rng.normal(size=(3, 7, 9)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    np.testing.assert_allclose(
        reference["conv2d"](x, weight, bias), layers.conv2d(x[None], weight, bias)[0]
    )
    np.testing.assert_allclose(
        reference["one_map"](x, weight[0], stride=2, padding=1),
        layers.conv2d(x[None], weight[:1], stride=2, padding=1)[0, 0],
    )
    np.testing.assert_allclose(
        reference["correlate2d"](x[0], weight[0, 0]), layers.correlate2d(x[0], weight[0, 0])
    )
    ours = reference["make_kernels"]()
    for name, theirs in (("edges_x", "sobel_x"), ("edges_y", "sobel_y"), ("blur", "box_blur"),
                         ("sharpen", "sharpen")):  # fmt: skip
        np.testing.assert_allclose(ours[name], layers.KERNELS[theirs])
