"""The base of the layer objects, and the chain of them."""

import numpy as np
import pytest
import torch

from cnncourse.errors import ArgumentError, CourseError
from cnncourse.gradcheck import gradcheck_layer
from cnncourse.layers import BatchNorm, Dense, Dropout, Layer, ReLU, Sequential, Tanh


def small_model():
    rng = np.random.default_rng(0)
    return Sequential(
        Dense(3, 4, rng=rng), Tanh(), inner=Sequential(BatchNorm(4), out=Dense(4, 2, rng=rng))
    )


def test_names_are_dotted_and_nested():
    names = ["0.weight", "0.bias", "inner.0.weight", "inner.0.bias", "inner.out.weight",
             "inner.out.bias"]  # fmt: skip
    model = small_model()
    assert list(model.params) == names
    assert model.grads == {}
    x = np.random.default_rng(0).standard_normal((5, 3))
    model.backward(np.ones_like(model.forward(x)))
    assert list(model.grads) == names
    assert all(model.grads[name].shape == model.params[name].shape for name in names)


def test_params_are_the_layers_own_arrays():
    model = small_model()
    model.params["0.bias"][...] = 7
    assert model.layers["0"].params["bias"].tolist() == [7] * 4


def test_chain_by_hand():
    model = Sequential(Dense(1, 1), ReLU(), Dense(1, 1))
    for name, value in {"0.weight": 2, "0.bias": 1, "2.weight": 3, "2.bias": -1}.items():
        model.params[name][...] = value
    # 3 max(2 x + 1, 0) - 1
    assert model.forward(np.array([[1.0], [-1.0]])).tolist() == [[8], [-1]]
    assert model.backward(np.array([[1.0], [1.0]])).tolist() == [[6], [0]]
    grads = {name: grad.tolist() for name, grad in model.grads.items()}
    assert grads == {"0.weight": [[3]], "0.bias": [3], "2.weight": [[3]], "2.bias": [2]}


def test_gradients_are_replaced_not_added_up():
    model = small_model()
    x = np.random.default_rng(0).standard_normal((5, 3))
    for _ in range(2):
        model.forward(x)
        model.backward(np.ones((5, 2)))
        assert model.grads["inner.out.bias"].tolist() == [5, 5]


def test_chain_agrees_with_pytorch_and_differences():
    model = small_model()
    theirs = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2)
    ).double()
    for tensor, value in zip(theirs.parameters(), model.params.values(), strict=True):
        tensor.data = torch.from_numpy(value.copy())
    x = np.random.default_rng(1).standard_normal((6, 3))
    tensor = torch.from_numpy(x).requires_grad_()
    y = theirs(tensor)
    y.square().sum().backward()
    np.testing.assert_allclose(model.forward(x), y.detach().numpy(), atol=1e-13)
    grad_x = model.backward(2 * y.detach().numpy())
    np.testing.assert_allclose(grad_x, tensor.grad.numpy(), atol=1e-12)
    for ours, parameter in zip(model.grads.values(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(ours, parameter.grad.numpy(), atol=1e-12)
    checks = gradcheck_layer(model, x)
    assert all(checks.values()), [str(check) for check in checks.values()]


def test_train_and_eval_reach_every_layer():
    dropout, norm = Dropout(), BatchNorm(2)
    model = Sequential(Sequential(dropout), norm)
    everyone = (model, model.layers["0"], dropout, norm)
    assert all(layer.training for layer in everyone)
    model.eval()
    assert not any(layer.training for layer in everyone)
    model.train()
    assert all(layer.training for layer in everyone)


def test_empty_chain_changes_nothing():
    x = np.ones((2, 3))
    model = Sequential()
    assert model.forward(x) is x
    assert model.backward(x) is x
    assert model.params == {}


def test_only_layers_can_be_chained():
    with pytest.raises(ArgumentError, match=r"^layer 1: expected a Layer, got function"):
        Sequential(ReLU(), lambda x: x)
    with pytest.raises(ArgumentError, match=r"^layer act: expected a Layer, got type"):
        Sequential(act=ReLU)


@pytest.mark.parametrize("layer", [Sequential(ReLU()), Sequential(), ReLU()])
def test_backward_before_forward(layer):
    message = f"^{type(layer).__name__}: backward before forward; call forward first$"
    with pytest.raises(CourseError, match=message):
        layer.backward(np.ones(2))


def test_base_class_says_what_is_missing():
    class Nothing(Layer):
        pass

    with pytest.raises(NotImplementedError, match="Nothing has no forward"):
        Nothing().forward(np.ones(1))
    with pytest.raises(NotImplementedError, match="Nothing has no backward"):
        Nothing().backward(np.ones(1))
