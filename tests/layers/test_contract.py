"""What every function beside convolution and pooling promises of its arrays, in one table."""

import types
from functools import partial

import numpy as np
import pytest

from cnncourse import layers
from cnncourse.errors import ArgumentError

RNG = np.random.default_rng(0)


def arrays(*shapes):
    return [RNG.standard_normal(shape) for shape in shapes]


X = (5, 4, 3, 2)  # N, C, H, W
ROWS = (5, 4)
# function -> its arrays, batch first, then those without a batch axis
CASES = {
    "relu": (layers.relu, arrays(X), []),
    "relu_backward": (layers.relu_backward, arrays(X, X), []),
    "leaky_relu": (layers.leaky_relu, arrays(X), []),
    "leaky_relu_backward": (layers.leaky_relu_backward, arrays(X, X), []),
    "sigmoid": (layers.sigmoid, arrays(X), []),
    "sigmoid_backward": (layers.sigmoid_backward, arrays(X, X), []),
    "tanh": (layers.tanh, arrays(X), []),
    "tanh_backward": (layers.tanh_backward, arrays(X, X), []),
    "silu": (layers.silu, arrays(X), []),
    "silu_backward": (layers.silu_backward, arrays(X, X), []),
    "gelu": (layers.gelu, arrays(X), []),
    "gelu_backward": (layers.gelu_backward, arrays(X, X), []),
    "gelu tanh": (partial(layers.gelu, approximate="tanh"), arrays(X), []),
    "gelu_backward tanh": (partial(layers.gelu_backward, approximate="tanh"), arrays(X, X), []),
    "erf": (layers.erf, arrays(X), []),
    "softmax": (layers.softmax, arrays(ROWS), []),
    "softmax_loop": (layers.softmax_loop, arrays(ROWS), []),
    "softmax axis 1": (partial(layers.softmax, axis=1), arrays(X), []),
    "softmax_backward": (layers.softmax_backward, arrays(ROWS, ROWS), []),
    "log_softmax": (layers.log_softmax, arrays(ROWS), []),
    "dense": (layers.dense, arrays(ROWS), arrays((3, 4), 3)),
    "dense_loop": (layers.dense_loop, arrays(ROWS), arrays((3, 4), 3)),
    "dense_backward": (layers.dense_backward, arrays((5, 3), ROWS), arrays((3, 4))),
    "flatten": (layers.flatten, arrays(X), []),
    "flatten_backward": (layers.flatten_backward, arrays((5, 24), X), []),
    "dropout": (lambda x: layers.dropout(x, p=0.4, rng=1)[0], arrays(X), []),
    "dropout_backward": (layers.dropout_backward, arrays(X, X), []),
    "cross entropy": (
        partial(layers.softmax_cross_entropy_backward, label_smoothing=0.1),
        [*arrays(ROWS), np.arange(5) % 4], [],
    ),
    "squared error": (layers.mean_squared_error_backward, arrays(X, X), []),
    "batch_norm": (lambda x, w, b: layers.batch_norm(x, None, None, w, b), arrays(X), arrays(4, 4)),
    "batch_norm_loop": (layers.batch_norm_loop, arrays(X), arrays(4, 4)),
    "batch_norm in use": (
        layers.batch_norm, arrays(X), [*arrays(4), np.arange(1.0, 5), *arrays(4, 4)],
    ),
    "batch_norm_backward": (
        lambda g, x, w: layers.batch_norm_backward(g, x, weight=w), arrays(X, X), arrays(4),
    ),
    "batch_norm_backward in use": (
        layers.batch_norm_backward, arrays(X, X), [*arrays(4), np.arange(1.0, 5), *arrays(4)],
    ),
    "running_statistics": (
        lambda x, mean, var: layers.running_statistics(x, mean, var),
        arrays(X), [*arrays(4), np.arange(1.0, 5)],
    ),
    "layer_norm": (
        lambda x, w, b: layers.layer_norm(x, (3, 2), w, b), arrays(X), arrays((3, 2), (3, 2)),
    ),
    "layer_norm_loop": (
        lambda x, w, b: layers.layer_norm_loop(x, (3, 2), w, b), arrays(X), arrays((3, 2), (3, 2)),
    ),
    "layer_norm_backward": (
        lambda g, x, w: layers.layer_norm_backward(g, x, (3, 2), w), arrays(X, X), arrays((3, 2)),
    ),
    "group_norm": (lambda x, w, b: layers.group_norm(x, 2, w, b), arrays(X), arrays(4, 4)),
    "group_norm_loop": (
        lambda x, w, b: layers.group_norm_loop(x, 2, w, b), arrays(X), arrays(4, 4),
    ),
    "group_norm_backward": (
        lambda g, x, w: layers.group_norm_backward(g, x, 2, w), arrays(X, X), arrays(4),
    ),
    "sgd_step": (
        partial(layers.sgd_step, lr=0.1, momentum=0.9, weight_decay=0.1), arrays(X, X, X), [],
    ),
    "adam_step": (
        lambda p, g, m, v: layers.adam_step(p, g, m, v**2, step=3, weight_decay=0.1),
        arrays(X, X, X, X), [],
    ),
}  # fmt: skip
SHARE_STATISTICS = {"batch_norm", "batch_norm_loop", "batch_norm_backward"}
TAKE_INTEGERS = {"relu", "dense", "dense_loop", "flatten"}
every = pytest.mark.parametrize("case", CASES)


def cast(values, dtype):
    return [v.astype(dtype) if v.dtype.kind == "f" else v for v in values]


def outputs(result):
    return list(result) if isinstance(result, tuple) else [result]


def run(case, dtype=np.float64):
    function, batch, other = CASES[case]
    return outputs(function(*cast(batch, dtype), *cast(other, dtype)))


def memory_orders(x):
    """The same numbers, laid out differently."""
    roomy = np.zeros(tuple(2 * n for n in x.shape), x.dtype)
    sliced = roomy[tuple(slice(None, None, 2) for _ in x.shape)]
    sliced[...] = x
    flipped = np.flip(np.flip(x).copy())
    return {"F": np.asfortranarray(x), "sliced": sliced, "negative strides": flipped}


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_is_kept(case, dtype):
    assert {y.dtype for y in run(case, dtype)} == {np.dtype(dtype)}


@every
def test_float32_agrees_with_float64(case):
    for single, double in zip(run(case, np.float32), run(case), strict=True):
        np.testing.assert_allclose(single, double, rtol=2e-5, atol=1e-5)


@every
def test_memory_order_changes_no_digit_and_no_input(case):
    function, batch, other = CASES[case]
    given = batch + other
    for order in memory_orders(np.zeros(1)):
        laid_out = [memory_orders(value)[order] for value in given]
        for same, y in zip(run(case), outputs(function(*laid_out)), strict=True):
            np.testing.assert_array_equal(y, same, strict=True)
        for before, after in zip(given, laid_out, strict=True):
            np.testing.assert_array_equal(after, before)


@every
def test_inputs_may_be_read_only(case):
    function, batch, other = CASES[case]
    given = [value.copy() for value in batch + other]
    for value in given:
        value.flags.writeable = False
    for same, y in zip(run(case), outputs(function(*given)), strict=True):
        np.testing.assert_array_equal(y, same)


@every
def test_batch_of_nothing(case):
    function, batch, other = CASES[case]
    full = run(case)
    empty = outputs(function(*[value[:0] for value in batch], *other))
    for one, none in zip(full, empty, strict=True):
        per_sample = one.shape[:1] == (5,)
        assert none.shape == ((0, *one.shape[1:]) if per_sample else one.shape)
        assert np.isfinite(none).all()


@every
def test_nan_spoils_its_own_sample_and_what_it_is_summed_into(case):
    function, batch, other = CASES[case]
    batch = [value.copy() for value in batch]
    for value in batch:
        if value.dtype.kind == "f":
            value[0] = np.nan
    for y in outputs(function(*batch, *other)):
        spoiled = np.isnan(y)
        if y.shape[:1] != (5,) or case in SHARE_STATISTICS:
            assert spoiled.all()
        else:
            assert spoiled[0].all()
            assert not spoiled[1:].any()


@every
def test_integers_are_refused_where_not_exact(case):
    function, batch, other = CASES[case]
    given = [np.rint(3 * value).astype(np.int64) for value in batch + other]
    if case in TAKE_INTEGERS:
        (exact,) = outputs(function(*given))
        (as_floats,) = outputs(function(*[value.astype(float) for value in given]))
        assert exact.dtype == np.int64
        np.testing.assert_array_equal(exact, as_floats)
    else:
        with pytest.raises(ArgumentError, match="expected float32 or float64, got int64"):
            function(*given)


@every
def test_half_precision_is_refused(case):
    function, batch, other = CASES[case]
    with pytest.raises(ArgumentError, match="got float16"):
        function(*cast(batch, np.float16), *cast(other, np.float16))


@pytest.mark.parametrize("case", [case for case, (_, a, b) in CASES.items() if len(a + b) > 1])
def test_float32_beside_float64_is_refused(case):
    function, batch, other = CASES[case]
    first, second, *rest = batch + other
    if second.dtype.kind != "f":
        second = second.astype(float)
    with pytest.raises(ArgumentError, match=r"expected float(32|64), the type of|got float64"):
        function(first.astype(np.float32), second, *rest)


def test_the_table_holds_every_function():
    skipped = {"fans", "he_normal", "he_uniform", "glorot_normal", "glorot_uniform"}
    losses = {"softmax_cross_entropy", "softmax_cross_entropy_loop", "mean_squared_error",
              "softmax_cross_entropy_backward", "mean_squared_error_backward"}  # fmt: skip
    ours = {
        name for name in layers.__all__
        if isinstance(getattr(layers, name), types.FunctionType)
        and getattr(layers, name).__module__.rsplit(".", 1)[1]
        in {"activation", "dense", "dropout", "init", "loss", "norm", "optimizer"}
    }  # fmt: skip
    assert ours - skipped - losses <= {case.split()[0] for case in CASES}
