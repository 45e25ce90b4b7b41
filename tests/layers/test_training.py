"""The training loop: its batches, its result, its mistakes."""

import numpy as np
import pytest

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers import (
    SGD,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    accuracy,
    fit,
    predict,
    train_step,
)

RNG = np.random.default_rng(0)
X = np.concatenate([RNG.standard_normal((30, 2)) - 3, RNG.standard_normal((30, 2)) + 3])
LABELS = np.repeat([0, 1], 30)


def test_one_step_by_hand():
    # scores 0 and 0, so the loss is log 2 and the gradient of the bias (1/2, -1/2)
    model = Dense(1, 2)
    model.params["weight"][...] = 0
    loss = train_step(
        model, SoftmaxCrossEntropy(), SGD(model, lr=1), np.array([[2.0]]), np.array([1])
    )
    assert loss == pytest.approx(np.log(2))
    assert model.params["bias"].tolist() == [-0.5, 0.5]
    assert model.params["weight"].tolist() == [[-1], [1]]


def test_two_clouds_are_told_apart():
    model = Sequential(Dense(2, 8, rng=0), BatchNorm(8), ReLU(), Dropout(0.2, rng=0),
                       Dense(8, 2, rng=1))  # fmt: skip
    losses = fit(model, X, LABELS, Adam(model, lr=0.01), epochs=10, batch_size=16, rng=0)
    assert len(losses) == 10 * 4
    assert losses[-1] < 0.5 * losses[0]
    assert accuracy(model, X, LABELS) == 1


def test_batch_is_learned_by_heart():
    model = Sequential(Dense(10, 32, rng=0), ReLU(), Dense(32, 4, rng=1))
    x, labels = np.random.default_rng(1).standard_normal((8, 10)), np.arange(8) % 4
    losses = fit(model, x, labels, Adam(model, lr=0.01), epochs=100, batch_size=8, rng=0)
    assert losses[-1] < 1e-2
    assert (predict(model, x) == labels).all()


class Recorder(Layer):
    """Keeps the rows it is shown; scores nothing."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x):
        self.seen.append((self.training, x[:, 0].tolist()))
        return np.zeros((len(x), 2))

    def backward(self, grad_output):
        return grad_output


def test_every_image_once_an_epoch_and_in_another_order():
    model = Recorder()
    rows = np.arange(10.0)[:, None]
    fit(model, rows, np.zeros(10, int), SGD(model, 0.1), epochs=2, batch_size=4, rng=0)
    assert [len(seen) for _, seen in model.seen] == [4, 4, 2] * 2
    rows_seen = [row for _, batch in model.seen for row in batch]
    epochs = rows_seen[:10], rows_seen[10:]
    assert sorted(epochs[0]) == sorted(epochs[1]) == rows[:, 0].tolist()
    assert epochs[0] != epochs[1]
    assert epochs[0] != rows[:, 0].tolist()


def test_same_seed_same_losses():
    def run(seed):
        model = Dense(2, 2, rng=0)
        return fit(model, X, LABELS, SGD(model, 0.1), epochs=2, batch_size=7, rng=seed)

    assert run(1) == run(1) != run(2)


def test_images_and_labels_stay_as_they_are():
    images, labels = X.copy(), LABELS.copy()
    images.flags.writeable = labels.flags.writeable = False
    model = Dense(2, 2, rng=0)
    fit(model, images, labels, SGD(model, 0.1), rng=0)
    assert (images == X).all()
    assert (labels == LABELS).all()


def test_progress_is_shown_every_batch():
    shown = []

    def bar(batches):
        for batch in batches:
            yield batch
            shown.append(len(batch))

    model = Dense(2, 2, rng=0)
    losses = fit(model, X, LABELS, SGD(model, 0.1), epochs=2, batch_size=25, progress=bar)
    assert shown == [25, 25, 10] * 2
    assert len(losses) == 6


def test_another_loss():
    model = Dense(2, 2, rng=0)
    smooth = SoftmaxCrossEntropy(0.5)
    expected = smooth.forward(model.forward(X), LABELS)
    losses = fit(model, X, LABELS, SGD(model, 0.1), batch_size=60, loss=smooth)
    assert losses == [pytest.approx(expected)]


def test_prediction_is_made_in_use_and_training_goes_on():
    model = Recorder()
    for training in (True, False):
        model.training = training
        predict(model, X, batch_size=32)
        assert [was for was, _ in model.seen[-2:]] == [False, False]
        assert model.training is training


def test_mode_comes_back_after_a_mistake():
    model = Dense(5, 2)
    with pytest.raises(ShapeError):
        predict(model, X)
    assert model.training


@pytest.mark.parametrize("batch_size", [1, 7, 60, 1000])
def test_batch_size_of_prediction_changes_nothing(batch_size):
    model = Dense(2, 2, rng=0)
    assert (predict(model, X, batch_size) == predict(model, X)).all()


def test_no_images():
    model = Dense(2, 2, rng=0)
    assert predict(model, X[:0]).shape == (0,)
    assert np.isnan(accuracy(model, X[:0], LABELS[:0]))
    with pytest.raises(ShapeError, match=r"^labels: expected .* at least one"):
        fit(model, X[:0], LABELS[:0], SGD(model, 0.1))


def test_labels_that_do_not_fit():
    model = Dense(2, 2, rng=0)
    with pytest.raises(ShapeError, match=r"^labels: expected shape \(60,\), one for each image"):
        fit(model, X, LABELS[:5], SGD(model, 0.1))
    with pytest.raises(ShapeError, match=r"^labels: expected shape \(60,\), one for each image"):
        accuracy(model, X, LABELS[:5])


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
@pytest.mark.parametrize("value", [0, 1.5, -1])
def test_bad_numbers(name, value):
    model = Dense(2, 2, rng=0)
    with pytest.raises(ArgumentError, match=f"^{name}: expected an integer of at least 1"):
        fit(model, X, LABELS, SGD(model, 0.1), **{name: value})
