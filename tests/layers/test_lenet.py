"""LeNet-5: its sizes, its gradients, step for step with PyTorch, and what it learns."""

import time

import numpy as np
import pytest
import torch

from cnncourse.data import digits
from cnncourse.errors import ArgumentError
from cnncourse.gradcheck import gradcheck
from cnncourse.layers import SGD, Adam, SoftmaxCrossEntropy, accuracy, fit, lenet5, train_step


def enlarge(images):
    """Each pixel of a digit four times in both directions: 8 x 8 to 32 x 32."""
    return images.repeat(4, axis=2).repeat(4, axis=3)


def in_pytorch(model, activation, pool, padding):
    """The same network, with the same weights."""
    act = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[activation]
    pooling = {"max": torch.nn.MaxPool2d, "avg": torch.nn.AvgPool2d}[pool]
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(1, 6, 5, padding=padding), act(), pooling(2),
        torch.nn.Conv2d(6, 16, 5), act(), pooling(2), torch.nn.Flatten(),
        torch.nn.Linear(400, 120), act(), torch.nn.Linear(120, 84), act(), torch.nn.Linear(84, 10),
    )  # fmt: skip
    copy_weights(model, theirs)
    return theirs


def copy_weights(model, theirs):
    for tensor, param in zip(theirs.parameters(), model.params.values(), strict=True):
        tensor.data = torch.from_numpy(param.copy())


def test_sizes_and_parameters():
    model = lenet5(rng=0)
    x, sizes = np.zeros((1, 1, 32, 32)), {}
    for name, layer in model.layers.items():
        x = layer.forward(x)
        sizes[name] = x.shape[1:]
    assert sizes == {
        "conv1": (6, 28, 28), "act1": (6, 28, 28), "pool1": (6, 14, 14),
        "conv2": (16, 10, 10), "act2": (16, 10, 10), "pool2": (16, 5, 5), "flatten": (400,),
        "dense1": (120,), "act3": (120,), "dense2": (84,), "act4": (84,), "output": (10,),
    }  # fmt: skip
    counts = {}
    for name, param in model.params.items():
        layer = name.split(".")[0]
        counts[layer] = counts.get(layer, 0) + param.size
    assert counts == {
        "conv1": 156, "conv2": 2416, "dense1": 48120, "dense2": 10164, "output": 850
    }  # fmt: skip
    assert lenet5(28, rng=0).forward(np.zeros((3, 1, 28, 28))).shape == (3, 10)
    assert lenet5(num_classes=3).forward(np.zeros((0, 1, 32, 32))).shape == (0, 3)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("pool", ["max", "avg"])
def test_gradients_of_the_whole_network_agree_with_differences(activation, pool):
    rng = np.random.default_rng(0)
    model = lenet5(activation=activation, pool=pool, rng=rng)
    x, labels = rng.standard_normal((2, 1, 32, 32)), np.array([3, 8])
    loss = SoftmaxCrossEntropy()
    loss.forward(model.forward(x), labels)
    model.backward(loss.backward())
    grads = dict(model.grads)
    for name in ("conv1.bias", "conv2.bias", "dense1.bias", "output.bias"):
        param = model.params[name]

        def value(bias, param=param):
            kept, param[...] = param.copy(), bias
            result = loss.forward(model.forward(x), labels)
            param[...] = kept
            return result

        check = gradcheck(value, param.copy(), grads[name], name=name)
        assert check, check


def fifty_steps(activation, pool, optimizer, dtype, together=False):
    """Train both from the same weights on the same batches; give their losses, and both networks.

    With `together`, PyTorch's weights are set to ours before each step.
    """
    images, labels = digits("train")
    images = images.repeat(3, axis=2).repeat(3, axis=3)  # 24 x 24
    images = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2))).astype(dtype)  # 28 x 28
    ours = lenet5(28, activation=activation, pool=pool, rng=0, dtype=dtype)
    theirs = in_pytorch(ours, activation, pool, padding=2)
    if optimizer == "sgd":
        step = SGD(ours, lr=0.02, momentum=0.9, weight_decay=1e-4)
        their_step = torch.optim.SGD(theirs.parameters(), 0.02, 0.9, weight_decay=1e-4)
    else:
        step, their_step = Adam(ours, lr=1e-3), torch.optim.Adam(theirs.parameters(), 1e-3)
    loss, their_loss = SoftmaxCrossEntropy(0.1), torch.nn.CrossEntropyLoss(label_smoothing=0.1)

    rng, losses = np.random.default_rng(0), []
    for _ in range(50):
        batch = rng.choice(len(images), 32, replace=False)
        x, y = images[batch], labels[batch]
        if together:
            copy_weights(ours, theirs)
        their_step.zero_grad()
        value = their_loss(theirs(torch.from_numpy(x)), torch.from_numpy(y))
        value.backward()
        their_step.step()
        losses.append((train_step(ours, loss, step, x, y), value.item()))
    return np.array(losses), ours, theirs


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(
    ("activation", "pool", "dtype", "tolerance"),
    [
        ("relu", "max", np.float64, 1e-9),
        ("tanh", "avg", np.float64, 1e-9),
        ("tanh", "avg", np.float32, 1e-4),
    ],
)
def test_fifty_steps_as_in_pytorch(activation, pool, dtype, tolerance, optimizer):
    losses, ours, theirs = fifty_steps(activation, pool, optimizer, dtype)
    assert np.abs(losses[:, 0] - losses[:, 1]).max() < tolerance
    assert losses[-1, 0] < losses[0, 0] - 0.5  # both have learned something
    for param, tensor in zip(ours.params.values(), theirs.parameters(), strict=True):
        assert param.dtype == dtype
        np.testing.assert_allclose(param, tensor.detach().numpy(), atol=10 * tolerance)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_each_of_fifty_steps_as_in_pytorch_with_relu_in_float32(optimizer):
    """Every step from the same weights.

    Left alone for fifty steps the losses may part, but so do PyTorch's own in float32 and float64
    (by up to 0.08 on these images): rounding decides on which side of a ReLU's kink a number near
    zero falls, and the background of the images sends many there at once.
    """
    losses, _, _ = fifty_steps("relu", "max", optimizer, np.float32, together=True)
    assert np.abs(losses[:, 0] - losses[:, 1]).max() < 1e-5
    assert losses[-1, 0] < losses[0, 0] - 0.5


def test_it_learns_the_digits_in_under_a_minute():
    (images, labels), (test_images, test_labels) = digits("train"), digits("test")
    images = enlarge(images).astype(np.float32)
    test_images = enlarge(test_images).astype(np.float32)
    model = lenet5(rng=0, dtype=np.float32)
    optimizer = Adam(model, lr=1e-3)
    start = time.process_time()
    losses = fit(model, images, labels, optimizer, epochs=8, batch_size=32, rng=0)
    optimizer.lr = 3e-4
    losses += fit(model, images, labels, optimizer, epochs=4, batch_size=32, rng=1)
    seconds = time.process_time() - start
    assert accuracy(model, test_images, test_labels) >= 0.97
    assert np.mean(losses[-45:]) < 0.05 < 1 < np.mean(losses[:10])
    assert seconds < 60


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_size": 8}, r"^input_size: expected 32 or 28, got 8"),
        ({"activation": "gelu"}, r"^activation: expected 'relu' or 'tanh', got 'gelu'"),
        ({"pool": None}, r"^pool: expected 'max' or 'avg', got None"),
        ({"num_classes": 0}, r"^out_features: expected an integer of at least 1"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        lenet5(**options)
