"""The checker of gradients is checked itself: right ones pass, planted wrong ones do not."""

import math

import numpy as np
import pytest

from cnncourse import layers
from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.gradcheck import GradientCheck, gradcheck, gradcheck_layer, numerical_gradient

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 3))
WEIGHT = RNG.standard_normal((2, 3))
GRAD = RNG.standard_normal((4, 2))
GRAD_X, GRAD_WEIGHT, GRAD_BIAS = layers.dense_backward(GRAD, X, WEIGHT)


# --- the numbers ---


def test_numerical_gradient_by_hand():
    # of x0² x1: 2 x0 x1 and x0²
    gradient = numerical_gradient(lambda x: x[0] ** 2 * x[1], np.array([3.0, 5.0]))
    np.testing.assert_allclose(gradient, [30, 9], rtol=1e-9)


def test_output_weights():
    gradient = numerical_gradient(np.square, np.array([1.0, 2.0]), np.array([10.0, 0.0]))
    np.testing.assert_allclose(gradient, [20, 0], rtol=1e-9)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6, 1e12])
def test_numbers_of_any_size(size):
    x = size * np.array([1.0, -2.0, 3.0])
    check = gradcheck(np.sin if size <= 1 else np.sqrt, np.abs(x),
                      np.cos(x) if size <= 1 else 0.5 / np.sqrt(np.abs(x)))  # fmt: skip
    assert check, check


def test_error_is_relative_and_the_worst_index_is_named():
    x = np.arange(1.0, 7).reshape(2, 3)
    wrong = 2 * x
    wrong[1, 0] *= 1.5
    wrong[0, 2] *= 1.1
    check = gradcheck(np.square, x, wrong, name="weight")
    assert not check
    assert check.index == (1, 0)
    assert (check.analytic, check.error) == (12, pytest.approx(1 / 3))
    assert check.numerical == pytest.approx(8)
    assert str(check) == (
        "weight[1, 0]: analytic 12, numerical 8, relative error 3.3e-01 (above 1e-05)"
    )


def test_tolerance_decides():
    x = np.array([3.0])
    assert gradcheck(np.square, x, [6.06], tolerance=0.02)
    assert not gradcheck(np.square, x, [6.06], tolerance=0.005)
    assert "within 2e-02" in str(gradcheck(np.square, x, [6.06], tolerance=0.02))


def test_gradients_that_are_zero():
    x = RNG.standard_normal(5)
    assert gradcheck(lambda x: np.ones(3), x, np.zeros(5))
    # moving all inputs of a softmax moves nothing: what is left is rounding on both sides
    p = layers.softmax(x)
    assert gradcheck(layers.softmax, x, 1e-17 * p)
    assert not gradcheck(layers.softmax, x, 1e-6 * p)


def test_function_may_give_a_single_number():
    labels = np.array([0, 1, 2, 0])
    gradient = layers.softmax_cross_entropy_backward(X, labels)
    assert gradcheck(lambda x: layers.softmax_cross_entropy(x, labels), X, gradient)


def test_the_input_stays_and_the_function_may_spoil_its_own():
    def spoiling(x):
        y = x**2
        x[...] = 0
        return y

    x = np.array([1.0, 2.0])
    assert gradcheck(spoiling, x, [2.0, 4.0])
    assert x.tolist() == [1, 2]


def test_array_of_nothing_passes():
    check = gradcheck(np.square, np.zeros((0, 3)), np.zeros((0, 3)))
    assert check
    assert check.index == ()


# --- right gradients pass ---


def test_right_gradients_pass():
    assert gradcheck(lambda x: layers.dense(x, WEIGHT), X, GRAD_X, GRAD)
    assert gradcheck(lambda w: layers.dense(X, w), WEIGHT, GRAD_WEIGHT, GRAD)
    assert gradcheck(lambda b: layers.dense(X, WEIGHT, b), np.zeros(2), GRAD_BIAS, GRAD)


@pytest.mark.parametrize("layer", [
    layers.Dense(3, 2, rng=0),
    layers.Sequential(layers.Dense(3, 4, rng=0), layers.GELU(), layers.Dropout(0.5, rng=0),
                      layers.LayerNorm(4), layers.Dense(4, 2, rng=1)),
])  # fmt: skip
def test_right_layers_pass(layer):
    checks = gradcheck_layer(layer, X)
    assert list(checks) == ["x", *layer.params]
    assert all(checks.values()), [str(check) for check in checks.values()]
    assert all(gradcheck_layer(layer, X, GRAD).values())


def test_the_checked_layer_stays_as_it_is():
    layer = layers.Sequential(layers.BatchNorm(3), layers.Dropout(rng=0))
    norm, dropout = layer.layers.values()
    state = dropout.rng.bit_generator.state
    gradcheck_layer(layer, X)
    assert norm.running_mean.tolist() == [0, 0, 0]
    assert norm.params["weight"].tolist() == [1, 1, 1]
    assert dropout.rng.bit_generator.state == state
    assert layer.grads == {}


# --- wrong gradients do not ---

STANDARD = layers.batch_norm(X, eps=0)
G3 = RNG.standard_normal(X.shape)
WRONG = {
    "sign": (lambda x: layers.dense(x, WEIGHT), X, -GRAD_X, GRAD),
    "twice": (lambda x: layers.dense(x, WEIGHT), X, 2 * GRAD_X, GRAD),
    "mean for sum over the batch": (
        lambda w: layers.dense(X, w), WEIGHT, GRAD_WEIGHT / len(X), GRAD,
    ),
    "one number of many": (
        lambda x: layers.dense(x, WEIGHT), X,
        GRAD_X + np.where(np.arange(12).reshape(4, 3) == 7, 1e-3, 0), GRAD,
    ),
    "columns exchanged": (lambda w: layers.dense(X, w), WEIGHT, GRAD_WEIGHT[:, ::-1], GRAD),
    "bias forgotten": (lambda b: layers.dense(X, WEIGHT, b), np.zeros(2), np.zeros(2), GRAD),
    "output gradient forgotten": (np.square, X, 2 * X, G3),
    "softmax without its sum": (layers.softmax, X, layers.softmax(X) * G3, G3),
    "batch norm without its means": (
        layers.batch_norm, X, G3 / np.sqrt(X.var(axis=0) + 1e-5), G3,
    ),
    "batch norm with the mean alone": (
        layers.batch_norm, X, (G3 - G3.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-5), G3,
    ),
    "relu of the gradient": (layers.relu, X, layers.relu(G3), G3),
    "slope of the output": (layers.tanh, X, G3 * (1 - np.tanh(np.tanh(X)) ** 2), G3),
    "exact gelu, tanh's slope": (
        layers.gelu, X, layers.gelu_backward(G3, X, approximate="tanh"), G3,
    ),
    "small ones too": (
        lambda x: 1e-9 * x, X, np.full_like(X, 1.001e-9), np.ones_like(X),
    ),
    "nan": (np.square, X, np.where(X > 0, np.nan, 2 * X), np.ones_like(X)),
    "infinite": (np.square, X, np.where(X > 0, np.inf, 2 * X), np.ones_like(X)),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_planted_wrong_gradients_fail(name):
    function, x, wrong, grad_output = WRONG[name]
    check = gradcheck(function, x, wrong, grad_output)
    assert not check, check
    assert np.isfinite(wrong[check.index]) or math.isinf(check.error)


def test_the_one_wrong_number_is_found():
    function, x, wrong, grad_output = WRONG["one number of many"]
    assert gradcheck(function, x, wrong, grad_output).index == (2, 1)


def test_wrong_layers_fail_where_they_are_wrong():
    class ForgetsBatch(layers.Dense):
        def backward(self, grad_output):
            grad_x = super().backward(grad_output)
            self.grads["bias"] = grad_output[0]
            return grad_x

    class ForgetsSlope(layers.Tanh):
        def backward(self, grad_output):
            self.recall()
            return grad_output

    checks = gradcheck_layer(ForgetsBatch(3, 2, rng=0), X)
    assert {name: bool(check) for name, check in checks.items()} == {
        "x": True, "weight": True, "bias": False
    }  # fmt: skip
    chain = layers.Sequential(layers.Dense(3, 2, rng=0), ForgetsSlope(), layers.Dense(2, 2, rng=1))
    checks = gradcheck_layer(chain, X)
    assert {name for name, check in checks.items() if check} == {"2.weight", "2.bias"}
    assert str(checks["0.bias"]).startswith("0.bias[")


def test_a_function_that_is_nan_fails():
    with np.errstate(invalid="ignore"):
        assert not gradcheck(np.log, np.array([-1.0]), np.array([-1.0]))


# --- bad arguments ---


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gradcheck(np.square, np.ones(2, np.float32), np.ones(2)), ArgumentError,
         r"^x: expected float64, .* got float32"),
        (lambda: gradcheck(np.square, np.ones(2, int), np.ones(2)), ArgumentError, r"^x: "),
        (lambda: gradcheck(np.square, np.ones(2), np.ones(2, np.float32)), ArgumentError,
         r"^grad_x: expected float64"),
        (lambda: gradcheck(np.square, np.ones(2), np.ones(3)), ShapeError,
         r"^grad_x: expected shape \(2,\), as x has, got \(3,\)"),
        (lambda: gradcheck(np.square, np.ones(2), np.ones(2), np.ones(3)), ShapeError,
         r"^grad_output: expected shape \(2,\), as the output has, got \(3,\)"),
        (lambda: gradcheck_layer(layers.ReLU(), np.ones(2, np.float32)), ArgumentError, r"^x: "),
        (lambda: gradcheck(np.square, np.ones(2), np.ones(2), tolerance=-1), ArgumentError,
         r"^tolerance: expected a finite number of at least 0"),
        (lambda: gradcheck(np.square, np.ones(2), np.ones(2), step=0), ArgumentError, r"^step: "),
        (lambda: numerical_gradient(np.square, np.ones(2), step=-1e-6), ArgumentError, r"^step: "),
    ],
)  # fmt: skip
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_result_is_plain_data():
    check = GradientCheck("x", (), 1.0, 1.0, 0.0, 1e-5)
    assert check
    assert str(check) == "x: analytic 1, numerical 1, relative error 0.0e+00 (within 1e-05)"
