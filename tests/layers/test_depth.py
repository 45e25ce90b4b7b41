"""Gradients by depth: against differences, against what is known of such networks."""

import numpy as np
import pytest

from cnncourse.errors import ArgumentError
from cnncourse.layers import depth
from cnncourse.layers.depth import gradient_by_depth, portable_normal, portable_uniform


def mulberry32(seed):
    """The generator as its author wrote it, one number at a time."""
    state = seed
    while True:
        state = (state + 0x6D2B79F5) % 2**32
        t = (state ^ state >> 15) * (1 | state) % 2**32
        t ^= (t + (t ^ t >> 7) * (61 | t)) % 2**32
        yield (t ^ t >> 14) / 2**32


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_portable_numbers_are_mulberry32(seed):
    numbers = mulberry32(seed)
    assert portable_uniform(seed, 100).tolist() == [next(numbers) for _ in range(100)]


def test_portable_normals_are_normal():
    draws = portable_normal(3, 40_000)
    assert abs(draws.mean()) < 0.02
    assert abs(draws.std() - 1) < 0.02
    assert abs(np.mean(np.abs(draws) < 1) - 0.6827) < 0.01


def by_differences(monkeypatch, **options):
    """The gradient at the first input, from the value of the output as its input moves."""
    seen = {}
    forward = depth._Block.forward

    def push(block, x):
        if "first" not in seen:
            seen["first"] = block
        return forward(block, x + (seen["step"] if block is seen["first"] else 0))

    monkeypatch.setattr(depth._Block, "forward", push)
    outputs = {}
    original = depth._size

    def output(step):
        kept = []
        monkeypatch.setattr(depth, "_size", lambda x: kept.append(x) or original(x))
        seen.clear()
        seen["step"] = step
        gradient_by_depth(**options)
        outputs["kept"] = kept
        return kept

    direction = np.random.default_rng(0).standard_normal((depth.BATCH, depth.WIDTH))
    blocks = options["blocks"]
    high, low = (output(step * direction)[blocks] for step in (1e-6, -1e-6))
    kept = output(0 * direction)
    start, grad = kept[blocks + 1], kept[-1]
    return ((high - low) / 2e-6 * start).sum(), (grad * direction).sum()


@pytest.mark.parametrize("shortcuts", [False, True])
@pytest.mark.parametrize("preactivation", [False, True])
@pytest.mark.parametrize("norm", [False, True])
def test_the_gradient_is_that_of_differences(monkeypatch, shortcuts, preactivation, norm):
    options = {"shortcuts": shortcuts, "preactivation": preactivation, "norm": norm}
    differences, gradient = by_differences(
        monkeypatch, blocks=3, activation="tanh", seed=4, **options
    )
    assert gradient == pytest.approx(differences, rel=1e-5)


def test_shortcuts_keep_gradients_within_reach_where_norms_let_them_explode():
    plain = gradient_by_depth(28, shortcuts=False).gradient
    residual = gradient_by_depth(28, shortcuts=True).gradient
    assert plain[0] > 1000 * residual[0] > 1000
    assert plain[-1] == residual[-1] == 1


def test_without_norm_a_small_gain_makes_plain_gradients_vanish_but_not_residual_ones():
    options = {"blocks": 28, "norm": False, "gain": 0.5}
    assert gradient_by_depth(shortcuts=False, **options).gradient[0] < 1e-12
    assert 0.1 < gradient_by_depth(shortcuts=True, **options).gradient[0] < 100


def test_identity_weights_of_nothing_leave_the_shortcut_alone():
    depths = gradient_by_depth(5, True, activation="none", norm=False, gain=0)
    assert depths.gradient.tolist() == [1] * 6
    assert len(set(depths.signal)) == 1
    assert gradient_by_depth(5, False, norm=False, gain=0).gradient[0] == 0


@pytest.mark.parametrize(("wrong", "argument"), [
    ({"blocks": 0}, "blocks"), ({"activation": "elu"}, "activation"), ({"gain": -1}, "gain"),
])  # fmt: skip
def test_refusals(wrong, argument):
    with pytest.raises(ArgumentError, match=argument):
        gradient_by_depth(**{"blocks": 2, "shortcuts": True, **wrong})
