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

VECTORISED = {
    "output_pixel": """
def output_pixel(image, kernel, row, column):
    K_h, K_w = kernel.shape
    return np.einsum(
        "mn,mn->", image[row:row + K_h, column:column + K_w], kernel, dtype=float, casting="unsafe")
""",
    "output_size": """
def output_size(size, kernel_size, stride=1, padding=0):
    places = np.arange(0, size + 2 * padding - kernel_size + 1, stride)
    if not len(places):
        raise ValueError("does not fit")
    return np.int64(len(places))
""",
    "correlate2d": """
def correlate2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.tensordot(windows.astype(float), kernel, 2)
""",
    "one_map": """
def one_map(x, weight, stride=1, padding=0):
    C, K_h, K_w = weight.shape
    padded = np.stack([pad2d(channel, padding) for channel in x])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (K_h, K_w), axis=(1, 2))
    return np.einsum("chwmn,cmn->hw", windows[:, ::stride, ::stride], weight)
""",
    "conv2d": """
def conv2d(x, weight, bias):
    C_out, C_in, K_h, K_w = weight.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, (K_h, K_w), axis=(1, 2))
    H, W = windows.shape[1:3]
    columns = windows.transpose(0, 3, 4, 1, 2).reshape(C_in * K_h * K_w, H * W)
    return (weight.reshape(C_out, -1) @ columns + bias[:, None]).reshape(C_out, H, W)
""",
}

SINGLE_PRECISION = {
    "pad2d": """
def pad2d(image, padding):
    H, W = image.shape
    frame = np.zeros((H + 2 * padding, W + 2 * padding), dtype=np.float32)
    frame[padding:padding + H, padding:padding + W] = image
    return frame
""",
    "output_pixel": """
def output_pixel(image, kernel, row, column):
    total = np.float32(0)
    for m in range(kernel.shape[0]):
        for n in range(kernel.shape[1]):
            total += np.float32(image[row + m, column + n]) * np.float32(kernel[m, n])
    return total
""",
    "correlate2d": """
def correlate2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(np.float32), kernel.shape)
    return (windows * kernel.astype(np.float32)).sum((2, 3))
""",
    "one_map": """
def one_map(x, weight, stride=1, padding=0):
    total = 0
    for channel, kernel in zip(x, weight):
        total = total + correlate2d(pad2d(channel, padding), kernel)[::stride, ::stride]
    return total
""",
    "conv2d": """
def conv2d(x, weight, bias):
    return np.stack([one_map(x, w) + np.float32(b) for w, b in zip(weight, bias)])
""",
    "make_kernels": """
def make_kernels():
    edges_y = np.array([[-3, -10, -3], [0, 0, 0], [3, 10, 3]])
    return {
        "blur": np.full((3, 3), 1 / 9, dtype=np.float32), "edges_x": edges_y.T, "edges_y": edges_y,
        "sharpen": np.array([[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]], dtype=np.int8),
    }
""",
}

OTHER_LAYOUTS = {
    "pad2d": """
def pad2d(image, padding):
    H, W = image.shape
    room = np.zeros((H + 2 * padding + 2, W + 2 * padding + 2), order="F")
    room[padding + 1:padding + 1 + H, padding + 1:padding + 1 + W] = image
    return room[1:-1, 1:-1]  # a view
""",
    "output_pixel": """
def output_pixel(image, kernel, row, column):
    window = image[row:row + len(kernel), column:column + len(kernel[0])]
    return np.asarray(np.vdot(window.astype(float), kernel))  # an array without axes
""",
    "correlate2d": """
def correlate2d(image, kernel):
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    room = np.zeros((W, H))
    for m in range(K_h):
        for n in range(K_w):
            room[:W - K_w + 1, :H - K_h + 1] += (
                image[m:m + H - K_h + 1, n:n + W - K_w + 1].astype(float).T * kernel[m, n])
    return room[:W - K_w + 1, :H - K_h + 1].T  # a transposed view
""",
    "one_map": """
def one_map(x, weight, stride=1, padding=0):
    (C, H, W), (_, K_h, K_w) = x.shape, weight.shape
    flat = np.asfortranarray(np.zeros((C, H + 2 * padding, W + 2 * padding)))
    flat[:, padding:H + padding, padding:W + padding] = x
    return np.array([
        [np.vdot(flat[:, i:i + K_h, j:j + K_w], weight)
         for j in range(0, flat.shape[2] - K_w + 1, stride)]
        for i in range(0, flat.shape[1] - K_h + 1, stride)
    ], order="F")
""",
    "conv2d": """
def conv2d(x, weight, bias):
    K_h, K_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(x, (K_h, K_w), axis=(1, 2))
    maps = np.einsum("chwmn,ocmn->hwo", windows, weight) + bias  # channels last
    return maps.transpose(2, 0, 1)
""",
}


@pytest.mark.parametrize("answers", [VECTORISED, SINGLE_PRECISION, OTHER_LAYOUTS])
def test_other_right_answers_earn_everything(
    answers: Mapping[str, str], grade: Grade, exercises: Mapping[str, Exercise]
) -> None:
    grades = grade(exercises["02_convolution"], answers)
    assert grades == {grade_id: (points, "") for grade_id, points in ALL_POINTS.items()}


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
