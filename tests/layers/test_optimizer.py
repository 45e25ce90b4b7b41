"""Optimizers against numbers worked by hand and PyTorch, step for step."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers import SGD, Adam, Dense, Layer, ReLU, Sequential, adam_step, sgd_step

grid = settings(deadline=None, derandomize=True, max_examples=40)


def test_sgd_by_hand():
    # velocity 0.5 * 4 + 2 + 0.1 * 10 = 5; param 10 - 0.2 * 5
    param, velocity = sgd_step([10.0], [2.0], [4.0], lr=0.2, momentum=0.5, weight_decay=0.1)
    assert (param.tolist(), velocity.tolist()) == ([9], [5])
    assert sgd_step([10.0], [2.0], [0.0], lr=0.25)[0].tolist() == [9.5]


def test_adam_by_hand():
    # step 2, betas 1/2 and 3/4: mean (1 + 3) / 2 = 2, over 1 - 1/4;
    # square 0.75 * 20 / 3 + 0.25 * 9 = 7.25, over 1 - 9/16
    param, mean, square = adam_step(
        [10.0], [3.0], [1.0], [20 / 3], step=2, lr=0.1, betas=(0.5, 0.75), eps=0
    )
    assert mean.tolist() == [2]
    assert square == pytest.approx([7.25])
    assert param == pytest.approx([10 - 0.1 * (2 / 0.75) / math.sqrt(7.25 / (7 / 16))])


def test_first_step_of_adam_goes_as_far_as_the_learning_rate():
    grad = np.array([1e-3, -1.0, 1e3])
    zero = np.zeros(3)
    param, _, _ = adam_step(zero, grad, zero, zero, step=1, lr=0.01, eps=0)
    np.testing.assert_allclose(param, [-0.01, 0.01, -0.01], rtol=1e-12)


class Weights(Layer):
    """Nothing but two parameters, whose gradients a test sets."""

    def __init__(self, dtype):
        super().__init__()
        rng = np.random.default_rng(0)
        for name, shape in {"weight": (3, 2), "bias": (3,)}.items():
            self.params[name] = rng.standard_normal(shape).astype(dtype)


def compare(make_ours, make_theirs, dtype, seed, steps=12):
    model = Weights(dtype)
    tensors = {
        name: torch.from_numpy(param.copy()).requires_grad_()
        for name, param in model.params.items()
    }
    ours, theirs = make_ours(model), make_theirs(list(tensors.values()))
    rng = np.random.default_rng(seed)
    tolerance = 3e-6 if dtype == np.float32 else 1e-13
    for _ in range(steps):
        for name, param in model.params.items():
            model.grads[name] = rng.standard_normal(param.shape).astype(dtype)
            tensors[name].grad = torch.from_numpy(model.grads[name].copy())
        ours.step()
        theirs.step()
        for name, param in model.params.items():
            assert param.dtype == dtype
            np.testing.assert_allclose(
                param, tensors[name].detach().numpy(), rtol=tolerance, atol=tolerance
            )


types = st.sampled_from([np.float32, np.float64])
decays = st.sampled_from([0.0, 1e-4, 0.1])


@given(
    dtype=types, lr=st.floats(1e-4, 0.5), momentum=st.sampled_from([0.0, 0.5, 0.9]),
    weight_decay=decays, seed=st.integers(0, 2**32),
)  # fmt: skip
@grid
def test_sgd_follows_pytorch(dtype, lr, momentum, weight_decay, seed):
    compare(
        lambda model: SGD(model, lr, momentum, weight_decay),
        lambda tensors: torch.optim.SGD(tensors, lr, momentum, weight_decay=weight_decay),
        dtype, seed,
    )  # fmt: skip


@given(
    dtype=types, lr=st.floats(1e-4, 0.1),
    betas=st.sampled_from([(0.9, 0.999), (0.0, 0.9), (0.5, 0.5)]),
    eps=st.sampled_from([1e-8, 1e-3]), weight_decay=decays, seed=st.integers(0, 2**32),
)  # fmt: skip
@grid
def test_adam_follows_pytorch(dtype, lr, betas, eps, weight_decay, seed):
    compare(
        lambda model: Adam(model, lr, betas, eps, weight_decay),
        lambda tensors: torch.optim.Adam(tensors, lr, betas, eps, weight_decay),
        dtype, seed,
    )  # fmt: skip


@pytest.mark.parametrize("make", [lambda m: SGD(m, 0.1, momentum=0.9), lambda m: Adam(m, 0.05)])
def test_the_model_itself_learns(make):
    """The optimizer writes into the model's own arrays, nested ones too."""
    rng = np.random.default_rng(0)
    model = Sequential(Dense(2, 8, rng=rng), ReLU(), Dense(8, 1, rng=rng))
    x = rng.standard_normal((32, 2))
    target = x[:, :1] - 2 * x[:, 1:]
    arrays = {name: id(param) for name, param in model.params.items()}
    optimizer, losses = make(model), []
    for _ in range(100):
        difference = model.forward(x) - target
        losses.append(float(np.mean(difference**2)))
        model.backward(2 * difference / difference.size)
        optimizer.step()
    assert losses[-1] < 0.01 * losses[0]
    assert {name: id(param) for name, param in model.params.items()} == arrays


def test_learning_rate_may_change():
    model = Weights(np.float64)
    model.grads.update({name: np.ones_like(p) for name, p in model.params.items()})
    before = model.params["bias"].copy()
    optimizer = SGD(model, lr=0.1)
    optimizer.step()
    optimizer.lr = 0
    optimizer.step()
    np.testing.assert_allclose(model.params["bias"], before - 0.1)


@pytest.mark.parametrize("make", [lambda m: SGD(m, 0.1), Adam])
def test_step_before_backward(make):
    model = Weights(np.float64)
    model.grads["bias"] = np.ones(3)
    before = model.params["bias"].copy()
    optimizer = make(model)
    with pytest.raises(ArgumentError, match=r"^model: expected a backward .*\['weight'\]"):
        optimizer.step()
    assert (model.params["bias"] == before).all()


ONE = np.ones(1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sgd_step(ONE, ONE, ONE, lr=-1), r"^lr: expected a finite number of at least 0"),
        (lambda: sgd_step(ONE, ONE, ONE, 0.1, momentum=1), r"^momentum: expected a number from 0"),
        (lambda: sgd_step(ONE, ONE, ONE, 0.1, weight_decay=-1), r"^weight_decay: expected a fin"),
        (lambda: SGD(Weights(float), math.nan), r"^lr: "),
        (lambda: SGD(Weights(float), 0.1, momentum=-1), r"^momentum: "),
        (lambda: SGD(Weights(float), 0.1, weight_decay=math.inf), r"^weight_decay: "),
        (lambda: adam_step(ONE, ONE, ONE, ONE, step=0), r"^step: expected an integer of at lea"),
        (lambda: adam_step(ONE, ONE, ONE, ONE, 1, betas=(0.9,)), r"^betas: expected two numbers"),
        (lambda: Adam(Weights(float), betas=(0.9, 1)), r"^betas\[1\]: expected a number from 0"),
        (lambda: Adam(Weights(float), betas=0.9), r"^betas: expected two numbers, got 0.9"),
        (lambda: Adam(Weights(float), lr=-1), r"^lr: "),
        (lambda: Adam(Weights(float), eps=-1), r"^eps: "),
        (lambda: Adam(Weights(float), weight_decay=-1), r"^weight_decay: "),
    ],
)
def test_bad_numbers(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()


def test_shapes_that_do_not_fit():
    two = np.ones(2)
    with pytest.raises(ShapeError, match=r"^grad: expected shape \(1,\), got \(2,\)"):
        sgd_step(ONE, two, ONE, 0.1)
    with pytest.raises(ShapeError, match=r"^velocity: expected shape \(1,\), got \(2,\)"):
        sgd_step(ONE, ONE, two, 0.1)
    for i, name in enumerate(["grad", "mean", "square"]):
        arrays = [ONE, ONE, ONE]
        arrays[i] = two
        with pytest.raises(ShapeError, match=rf"^{name}: expected shape \(1,\), got \(2,\)"):
            adam_step(ONE, *arrays, step=1)
