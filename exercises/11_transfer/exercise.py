# ---
# title: What a network has learnt, used again
# chapter: book/11_transfer/index.md
# minutes: 150
# seconds_per_cell: 30
# may_not_call: [torchvision, sklearn, cnncourse.models, cnncourse.training.transfer, cnncourse.training.evaluate]
# summary: >
#   A network reads the digits 0 to 6. You make it read 7, 8 and 9 from two examples of each: bring the
#   pictures into its form, change its head, freeze and thaw it, train and measure it, and load a file
#   of weights that fits only in part. Eight short functions in PyTorch.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from cnncourse.data import Dataset, digits
from cnncourse.plots import show_images
from cnncourse.probes import network
from cnncourse.training import TrainConfig, fit

torch.set_num_threads(1)

# %% [markdown]
# When you have finished, you will be able to
#
# - bring pictures into the form that a trained network knows;
# - put a new head on a network, and keep the rest as it was;
# - freeze a backbone so that nothing in it moves, batch norm included;
# - fine-tune with two learning rates, and train a head on features that are computed once;
# - load weights that fit only in part, and say what was left out.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# Every network here is a module with two parts: `model.features`, the backbone, and `model.head`, the last
# linear layer. `model(x)` applies the one, then the other. As everywhere in the course, a batch of images
# has shape (N, C, H, W).
#
# ### Before you start: the same pictures, and it fails
#
# A small network learns the digits 0 to 6. Its inputs have three channels of 8 × 8 values, normalised by
# the means and deviations that ImageNet networks use. Then the *same* digits come as a scanner gives
# them: bytes, one grey channel, 16 × 16. They are put in with nothing but the channel repeated. No error
# appears. What does the accuracy do?

# %%
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def known_form(images):
    """Bring digits of shape (N, 1, 8, 8), 0 to 1, into the form that the network is trained on."""
    shape = (1, 3, 1, 1)
    return ((images - np.reshape(MEAN, shape)) / np.reshape(STD, shape)).astype(np.float32)


def scanned(images):
    """Turn digits of shape (N, 1, 8, 8), 0 to 1, into bytes of shape (N, 16, 16)."""
    return np.round(255 * images[:, 0]).astype(np.uint8).repeat(2, axis=1).repeat(2, axis=2)


def make_reader(num_classes):
    """Make a network with random weights, of backbone and head."""
    reader = nn.Sequential()
    reader.features = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(),
    )
    reader.head = nn.Linear(128, num_classes)
    return reader


images, labels = digits("train")
unseen, answers = digits("test")
old, new = labels < 7, labels >= 7
torch.manual_seed(0)
reader = make_reader(7)
names = tuple("0123456")
fit(reader, Dataset("0 to 6", known_form(images[old]), labels[old], names), None,
    TrainConfig(epochs=10, batch_size=64))
reader.eval()

as_known = torch.as_tensor(known_form(unseen[answers < 7]))
as_scanned = torch.as_tensor(scanned(unseen[answers < 7])[:, None]).float().repeat(1, 3, 1, 1)
for words, x in {"as in training": as_known, "as scanned": as_scanned}.items():
    right = reader(x).argmax(dim=1).numpy() == answers[answers < 7]
    print(f"{words}: {100 * right.mean():.0f} % of {len(right)} digits right")
show_images(
    [*unseen[:4, 0], *scanned(unseen[:4]) / 255.0],
    ["as in training"] * 4 + ["as scanned"] * 4,
    columns=4,
)

# %% [markdown]
# The tests hand small networks with random weights to your functions. The next cell makes them: `small_network(len, 3)`
# is one for three classes. You need not care about the first argument, and may write `len` for it. It is there for the
# grader, which runs your code and the tests in two separate programs, and makes each network in the one that holds the
# function named here.

# %%
def small_network(beside, num_classes, width=4):
    """Make a small network of backbone and head for images of 3 channels, 6 x 6."""
    made = network(beside)
    made.features = network(
        beside, ("Conv2d", 3, width, 3), ("BatchNorm2d", width), ("ReLU",), ("MaxPool2d", 2),
        ("Flatten",),
    )
    made.head = network(beside, ("Linear", 4 * width, num_classes))[0]
    return made


# %% [markdown]
# ## Part 1. The form that the network knows
#
# Images come as bytes from 0 to 255, *channels last*: (N, H, W, 3) in colour, (N, H, W) in grey. Bring them
# into the form that a trained network expects:
#
# 1. values from 0 to 1;
# 2. three channels, the grey one three times, in the order (N, 3, H, W);
# 3. `size` × `size` pixels, by `functional.interpolate(x, (size, size), mode="bilinear")`;
# 4. normalised in each channel $c$, by the numbers that the network was trained with, not by those of the new images:
#
# $$ \frac{x_c - \text{mean}_c}{\text{std}_c} \tag{1} $$
#
# Keep this order: bytes that are brought to another size before they are divided come out rounded.
#
# By hand: a white pixel, mean 0.5 and deviation 0.25, gives $(1 - 0.5) / 0.25 = 2$.
#
# <details><summary>Hint 1: axes</summary>
#
# `x.permute(0, 3, 1, 2)` brings the channels to the second place. `reshape` would only cut the numbers into
# other rows. A grey batch has `x.ndim == 3`: give it an axis first, then repeat along it. If PyTorch says that sizes do
# not match at dimension 1, the channels have not come there yet.
#
# </details>
#
# <details><summary>Hint 2: one number for each channel</summary>
#
# `torch.tensor(mean).reshape(3, 1, 1)` lines up with (N, 3, H, W).
#
# </details>

# %% solution="match_preprocessing"
def match_preprocessing(images, mean, std, size):
    """Bring images into the form that a trained network expects.

    Parameters
    ----------
    images : uint8 array, shape (N, H, W) or (N, H, W, 3)
        Grey or colour; left as it is.
    mean, std : three floats each
        Of the images the network was trained on, from 0 to 1.
    size : int
        Height and width that the network was trained on.

    Returns
    -------
    float32 tensor, shape (N, 3, size, size)

    Examples
    --------
    >>> white = np.full((1, 2, 2), 255, np.uint8)
    >>> match_preprocessing(white, (0.5, 0.5, 0.0), (0.25, 0.5, 1.0), 1).ravel()
    tensor([2., 1., 1.])
    """
    ### BEGIN SOLUTION
    x = torch.as_tensor(images) / 255
    if x.ndim == 3:
        x = torch.stack((x, x, x), dim=3)
    x = functional.interpolate(x.permute(0, 3, 1, 2), (size, size), mode="bilinear")
    return (x - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)
    ### END SOLUTION


# %% tests="test_match_preprocessing" points=4
# The shape and type; 255 becomes 1; the mean and deviation of each channel; channels first; grey three times;
# the size. The same with other images.
half = (0.5, 0.5, 0.5)
white = np.full((2, 4, 4), 255, dtype=np.uint8)
got = match_preprocessing(white, half, half, 4)
assert got is not None, "match_preprocessing gives back nothing: does it end with `return`?"
assert tuple(np.shape(got)) == (2, 3, 4, 4), (
    f"Two grey images of 4 x 4 become a batch of shape (2, 3, 4, 4); yours has {tuple(np.shape(got))}."
)
assert str(got.dtype) == "torch.float32", (
    f"The network's weights are float32, and your images come as {got.dtype}. Give back a tensor of float32."
)
got = np.asarray(got)
assert got.max() < 50, "The values are far too large: were the bytes divided by 255?"
assert np.allclose(got, 1), (
    "White is 1, less the mean 0.5, divided by the deviation 0.5. Is the mean subtracted, and the deviation divided by, "
    "both after the division by 255?"
)
red = np.zeros((1, 2, 5, 3), dtype=np.uint8)
red[..., 0] = 255
got = np.asarray(match_preprocessing(red, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 2))
assert got.shape == (1, 3, 2, 2), (
    f"A colour image of 2 x 5 brought to size 2 has the shape (1, 3, 2, 2); yours has {got.shape}."
)
assert np.allclose(got[0, 0], 1) and np.allclose(got[0, 1:], 0), (
    "A red image should be 1 in the first channel and 0 in the others. Are the axes *permuted*, and not reshaped?"
)
got = np.asarray(match_preprocessing(white[:1], (0.0, 0.5, 1.0), (1.0, 0.25, 2.0), 3))
assert np.allclose(got[0, :, 1, 1], [1, 2, 0]), "Each channel has a mean and a deviation of its own."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, size in (((3, 6, 8), 3), ((2, 5, 7, 3), 9), ((1, 4, 3), 4), ((2, 6, 6, 3), 2)):
    bytes_in = rng.integers(0, 256, shape, dtype=np.uint8)
    kept = bytes_in.copy()
    mean, std = rng.uniform(0.2, 0.6, 3).tolist(), rng.uniform(0.1, 0.5, 3).tolist()
    colour = kept if kept.ndim == 4 else np.repeat(kept[..., None], 3, axis=-1)
    first = np.moveaxis(colour, -1, 1).astype(np.float32) / np.float32(255)
    expected = functional.interpolate(torch.from_numpy(first), (size, size), mode="bilinear").numpy()
    for channel in range(3):
        expected[:, channel] = (expected[:, channel] - mean[channel]) / std[channel]
    got = match_preprocessing(bytes_in, mean, std, size)
    assert str(got.dtype) == "torch.float32", "For other images the result is not of type float32."
    got = np.asarray(got)
    assert got.shape == expected.shape, "The shape is wrong for other images. Try some that are not square."
    assert np.allclose(got, expected, atol=1e-4), (
        "The values are wrong for other images. Are they brought to the size as the text says, in grey and in "
        "colour, and normalised by the numbers that were given?"
    )
    assert np.array_equal(kept, bytes_in), "match_preprocessing changed the images it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. A new head
#
# Give back a *copy* of the network with a new `nn.Linear` as its `head`: as many inputs as the old one,
# `num_classes` outputs, new random weights, a bias. Everything else in the copy has the same values as before.
# The network that was given stays as it was, so that you can compare the two later.
#
# <details><summary>Hint 1: a copy</summary>
#
# `copy.deepcopy(model)` copies a network with all its weights and running statistics. `copy.copy` does not: both
# would share them.
#
# </details>
#
# <details><summary>Hint 2: how many inputs</summary>
#
# A linear layer remembers: `model.head.in_features`.
#
# </details>

# %% solution="replace_head"
def replace_head(model, num_classes):
    """Copy a network and put a new last layer on the copy.

    Parameters
    ----------
    model : nn.Module
        With `features` and `head`, an `nn.Linear`; left as it is.
    num_classes : int

    Returns
    -------
    nn.Module
        With the same `features`, and a new `head` with random weights.

    Examples
    --------
    >>> replace_head(small_network(len, 7), 2).head
    Linear(in_features=16, out_features=2, bias=True)
    """
    ### BEGIN SOLUTION
    new = copy.deepcopy(model)
    new.head = nn.Linear(model.head.in_features, num_classes)
    return new
    ### END SOLUTION


# %% tests="test_replace_head" points=3
# A score for each new class; the backbone's weights and statistics unchanged; the head new and random; the given network
# as it was. The same with other classes and widths, and on a frozen network.
from cnncourse.probes import forward, kind, set_state, state

model = small_network(replace_head, 7)
before = state(model)
made = replace_head(model, 2)
assert kind(made) != "NoneType", "replace_head gives back nothing: does it end with `return`?"
assert np.shape(forward(made, np.zeros((5, 3, 6, 6), np.float32))) == (5, 2), (
    "The new network should give two scores for each image, one for each new class, and apply the new head in the old one's "
    "place."
)
after = state(made)
assert after.keys() == before.keys(), (
    f"The new network holds {sorted(after.keys() ^ before.keys())} more or less than the old one: only the head is "
    "replaced, by one linear layer with a bias that is called `head`."
)
assert all(np.array_equal(after[name], before[name]) for name in before if "head" not in name), (
    "Something in the backbone has changed. What it has learnt is what you want to keep."
)
assert state(model)["head.weight"].shape == (7, 16), (
    "The network that was given has lost its old head. Work on a copy: `copy.deepcopy`."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for old_classes, new_classes, width in ((3, 5, 2), (9, 3, 6), (4, 4, 3)):
    model = small_network(replace_head, old_classes, width)
    model.features.requires_grad_(False)
    forward(model, rng.normal(2, 3, (6, 3, 6, 6)).astype(np.float32), training=True)
    before = state(model)
    made = replace_head(model, new_classes)
    after, again = state(made), state(replace_head(model, new_classes))
    assert after.keys() == before.keys(), "Only the head is replaced; nothing is added and nothing taken away."
    assert np.shape(after["head.weight"]) == (new_classes, 4 * width), (
        "The new head has the wrong shape for another network. How many inputs has the old one?"
    )
    assert np.shape(after["head.bias"]) == (new_classes,), "The new head has one bias for each new class."
    assert all(np.array_equal(after[n], before[n]) for n in before if "head" not in n), (
        "Weights or running statistics of the backbone have changed."
    )
    weight = after["head.weight"]
    assert weight.std() > 1e-3 and not np.allclose(weight, again["head.weight"]), (
        "The new head has no random weights of its own: it is made anew each time."
    )
    assert not any(np.allclose(row, other) for row in weight for other in before["head.weight"]), (
        "Rows of the old head are in the new one. They belong to the old classes."
    )
    assert made.head.weight.requires_grad and made.head.bias.requires_grad, "The new head cannot learn."
    set_state(made, {name: np.zeros_like(value) for name, value in after.items()})
    assert all(np.array_equal(value, before[name]) for name, value in state(model).items()), (
        "When the new network changes, the old one does as well: they share weights, so the copy is not deep."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Frozen is frozen
#
# Write a network whose backbone can be frozen, a class with the methods `__init__`, `forward`, `freeze` and `train`.
# `Transfer(features, head)` keeps both parts under these names, and applies the one, then the other. As in every module,
# `__init__` begins with `super().__init__()`. A new network is not frozen. What `freeze(frozen=True)` and
# `train(mode=True)` have to bring about:
#
# | call | the backbone | the head |
# |---|---|---|
# | `freeze()` | no gradients; evaluation mode, from now on | as it was |
# | `train()` while frozen | *stays* in evaluation mode | training mode |
# | `eval()` | evaluation mode | evaluation mode |
# | `freeze(False)` | gradients again; the mode that the whole network is in | as it was |
#
# `freeze` and `train` give back the network itself, so that calls can be chained. `eval()` you get for nothing: PyTorch's
# calls `self.train(False)`.
#
# <details><summary>Hint 1: why `train` has to be written anew</summary>
#
# `nn.Module.train` puts *all* layers into training mode, and every training loop calls it. Let it do so by
# `super().train(mode)`, and then put the backbone right.
#
# </details>
#
# <details><summary>Hint 2: remembering</summary>
#
# `train` must know whether the backbone is frozen: keep it in an attribute, set in `__init__` and in `freeze`.
# `self.training` says in which mode the network is.
#
# </details>

# %% solution="Transfer"
class Transfer(nn.Module):
    """A network whose backbone can be frozen, batch norm included.

    Parameters
    ----------
    features, head : nn.Module

    Examples
    --------
    >>> model = Transfer(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)), nn.Linear(3, 2))
    >>> model.freeze().train().features[1].training
    False
    """

    ### BEGIN SOLUTION
    def __init__(self, features, head):
        super().__init__()
        self.features, self.head = features, head
        self.frozen = False

    def forward(self, x):
        """Apply backbone and head."""
        return self.head(self.features(x))

    def freeze(self, frozen=True):
        """Freeze the backbone, or thaw it."""
        self.frozen = frozen
        self.features.requires_grad_(not frozen)
        return self.train(self.training)

    def train(self, mode=True):
        """Enter training mode, but for a frozen backbone."""
        super().train(mode)
        self.features.train(mode and not self.frozen)
        return self
    ### END SOLUTION


# %% tests="test_transfer" points=5
# Backbone, then head. A frozen backbone has no gradients, and its running statistics stay, also after `train()`; the head learns.
# Thawed, everything is as before. The same with other networks and in another order of calls.
from cnncourse.probes import forward, gradients, has, kind, state


def parts(width=4):
    """Make a backbone, and a head with dropout, where the student's class is."""
    head = network(Transfer, ("Dropout", 0.5), ("Linear", 4 * width, 3))
    return small_network(Transfer, 3, width).features, head


features, head = parts()
model = Transfer(features, head)
x = np.random.default_rng(0).normal(3, 2, (8, 3, 6, 6)).astype(np.float32)
assert has(model, "features") and has(model, "head"), (
    "Keep the two parts as `self.features` and `self.head`, after `super().__init__()`."
)
expected = forward(head, forward(features, x))
assert np.allclose(forward(model, x), expected, atol=1e-5), "The network applies `features`, and the head to what comes out."
assert kind(model.freeze()) == "Transfer", "`freeze()` should give back the network itself."
assert kind(model.train()) == "Transfer", "`train()` should give back the network itself, as PyTorch's does."
assert model.head[1].weight.requires_grad, "The head gets no gradients. Only the backbone is frozen."
assert not any(name.startswith("features") for name in gradients(model, "sum", x)), (
    "The frozen backbone still gets gradients: `requires_grad_(False)` for all of its parameters."
)
before = state(model)
forward(model, x, training=True)
after = state(model)
assert np.array_equal(before["features.1.running_mean"], after["features.1.running_mean"]), (
    "After `train()`, a batch has moved the running statistics of the frozen backbone. Its batch norm must be in evaluation "
    "mode, whoever calls `train()`."
)
assert model.train().head.training, "In training the head belongs in training mode: it has dropout."
model.freeze(False)
assert "features.0.weight" in gradients(model, "sum", x), "After `freeze(False)` the backbone should get gradients again."
assert model.train().features[1].training, "After `freeze(False)` and `train()`, the backbone belongs in training mode again."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for width in (2, 5):
    model = Transfer(*parts(width))
    x = rng.normal(1, 2, (7, 3, 6, 6)).astype(np.float32)
    start = state(model)
    assert model.training and model.features[1].training and model.head[0].training, (
        "A new network should be in training mode with all its layers, and not be frozen."
    )
    forward(model, x, training=True)
    assert "features.1.weight" in gradients(model, "sum", x), (
        "A backbone that nobody has frozen should get gradients."
    )
    moved = state(model)
    assert not np.allclose(start["features.1.running_mean"], moved["features.1.running_mean"]), (
        "A backbone that nobody has frozen should collect statistics in training."
    )
    model.train()
    model.freeze()
    assert not model.features[1].training, "`freeze()` should put the backbone into evaluation mode at once."
    assert model.training and model.head[0].training, "`freeze()` changed the mode of the head or of the network."
    for mode in (True, False, True):
        model.train(mode)
        assert not model.features[0].training and not model.features[1].training, (
            "A layer of the frozen backbone is in training mode after `train`."
        )
        assert model.head[0].training == mode and model.training == mode, (
            "While the backbone is frozen, `train(mode)` no longer reaches the head or the network itself."
        )
        forward(model, x, training=mode)
    model.eval()
    assert not model.training and not model.head[0].training, "`eval()` does not reach the whole network."
    assert all(np.array_equal(value, moved[name]) for name, value in state(model).items()), (
        "Something in the network has moved although nothing was trained."
    )
    found = gradients(model, "sum", x)
    assert sorted(found) == ["head.1.bias", "head.1.weight"], (
        "While the backbone is frozen, exactly the head's parameters should get gradients."
    )
    model.freeze(False)
    assert not model.features[1].training, (
        "Thawed in evaluation mode, the backbone should stay in it: it has the mode of the whole network."
    )
    model.train()
    model.freeze()
    model.freeze(False)
    assert model.features[1].training, "Thawed in training mode, the backbone should be in training mode at once."
    assert all(weight.requires_grad for weight in model.features.parameters()), (
        "Thawed, some of the backbone's parameters still cannot learn."
    )
    assert kind(model.eval()) == kind(model) and kind(model.freeze(False)) == kind(model), (
        "`eval()` and `freeze(False)` should give back the network itself."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Two learning rates
#
# Make an optimizer for fine-tuning: `torch.optim.SGD` with `momentum=0.9`, in which the head has the learning rate `lr`
# and the backbone `lr * ratio`, a tenth of it by default. It knows each parameter once, and none that is
# frozen (`requires_grad` is False). A part without a parameter that can learn has no group.
#
# An optimizer takes *groups*, a list of dictionaries, in place of parameters:
#
#     torch.optim.SGD([{"params": [...], "lr": 0.1}, {"params": [...], "lr": 0.01}], momentum=0.9)
#
# <details><summary>Hint 1: a list, not a generator</summary>
#
# `[p for p in model.head.parameters() if ...]` can be counted before it is used.
#
# </details>
#
# <details><summary>Hint 2: twice the same</summary>
#
# `model.parameters()` holds those of the head, too. Ask `model.features` and `model.head`.
#
# </details>

# %% solution="make_optimizer"
def make_optimizer(model, lr, ratio=0.1):
    """Make an optimizer that moves the backbone more slowly than the head.

    Parameters
    ----------
    model : nn.Module
        With `features` and `head`; some parameters may be frozen, but not all.
    lr : float
        Of the head.
    ratio : float
        The backbone's learning rate over that of the head.

    Returns
    -------
    torch.optim.SGD
        With a momentum of 0.9.

    Examples
    --------
    >>> groups = make_optimizer(small_network(len, 2), 0.5).param_groups
    >>> sorted((group["lr"], len(group["params"])) for group in groups)
    [(0.05, 4), (0.5, 2)]
    """
    ### BEGIN SOLUTION
    groups = []
    for part, rate in ((model.head, lr), (model.features, lr * ratio)):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
    return torch.optim.SGD(groups, momentum=0.9)
    ### END SOLUTION


# %% tests="test_make_optimizer" points=4
# The kind and momentum of the optimizer; each parameter once; how far one step moves the head and the backbone; nothing frozen. The
# same with other rates, ratios and networks, after several steps.
from cnncourse.probes import gradients, kind, parameters

model = small_network(make_optimizer, 3)
optimizer = make_optimizer(model, 0.5)
assert kind(optimizer) == "SGD", "Give back a `torch.optim.SGD`. Does the function end with `return`?"
groups = optimizer.param_groups
known = sum(len(group["params"]) for group in groups)
assert known == 6, (
    f"The network has 6 parameter tensors, and the optimizer knows {known}. Each should be in one group, whether of the head or of "
    "the backbone, batch norm included."
)
assert all(np.isclose(group["momentum"], 0.9) for group in groups), "Every group has a momentum of 0.9."
x = np.random.default_rng(1).normal(size=(5, 3, 6, 6)).astype(np.float32)
before = parameters(model)
slopes = gradients(model, "std", x)
optimizer.step()
moves = {name: before[name] - value for name, value in parameters(model).items()}
assert np.allclose(moves["head.weight"], 0.5 * slopes["head.weight"], atol=1e-6), (
    "A first step should move the head by `lr` times its gradient."
)
assert np.allclose(moves["features.0.weight"], 0.05 * slopes["features.0.weight"], atol=1e-6), (
    "A first step should move the backbone by `lr * ratio` times its gradient, a tenth of the head's rate."
)
model.features.requires_grad_(False)
known = sum(len(group["params"]) for group in make_optimizer(model, 0.5).param_groups)
assert known == 2, f"With the backbone frozen there are 2 tensors to learn, and your optimizer knows {known}."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed, set_state, state

rng = np.random.default_rng(seed())
for frozen, learns in (((), 6), ((0,), 4), ((1,), 4), ((0, 1), 2)):
    model = small_network(make_optimizer, 4, 3)
    drawn = {n: rng.normal(size=np.shape(v)).astype(np.float32) for n, v in parameters(model).items()}
    set_state(model, {**state(model), **drawn})
    for place in frozen:
        model.features[place].requires_grad_(False)
    rate, ratio = float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.2, 0.6))
    optimizer = make_optimizer(model, rate, ratio=ratio)
    groups = optimizer.param_groups
    assert all(len(group["params"]) for group in groups), "There is a group without a parameter."
    assert sum(len(group["params"]) for group in groups) == learns, (
        "With some layers frozen, the optimizer knows too many parameters or too few."
    )
    assert all(weight.requires_grad for group in groups for weight in group["params"]), (
        "The optimizer knows a parameter that is frozen."
    )
    before = parameters(model)
    x = rng.normal(size=(5, 3, 6, 6)).astype(np.float32)
    first = gradients(model, "std", x)
    optimizer.step()
    second = gradients(model, "std", x)
    optimizer.step()
    after = parameters(model)
    for name, value in before.items():
        share = rate if name.startswith("head") else rate * ratio
        move = share * (1.9 * first[name] + second[name]) if name in first else 0
        assert np.allclose(value - after[name], move, atol=1e-5), (
            "Two steps move a parameter too far or not far enough. Which rate has the backbone, which the head, and is there "
            "a momentum in both?"
        )
model = small_network(make_optimizer, 2)
model.head.requires_grad_(False)
groups = make_optimizer(model, 0.3).param_groups
assert [len(group["params"]) for group in groups if len(group["params"])] == [4] and len(groups) == 1, (
    "With a frozen head, only the backbone has something to learn, in one group."
)
assert np.isclose(groups[0]["lr"], 0.3 / 10), "By default the backbone has a tenth of the learning rate."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. One epoch of training
#
# `batches` is a list of pairs: inputs of shape (N, ...), and labels of shape (N,). The inputs may be images, or features, as
# in part 7. Go through the list once, in its order, in training mode. For each batch: old gradients away, cross-entropy,
# backward, step. Gradients that are left from before the epoch must not count either.
#
# Give back the mean loss *over images*, as a number. A batch of 2 counts less than a batch of 50:
#
# $$ \bar L = \frac{\sum_b n_b L_b}{\sum_b n_b} \tag{2} $$
#
# where $L_b$ is the mean loss of a batch of $n_b$ images, before its step.
#
# <details><summary>Hint 1: five lines</summary>
#
# `optimizer.zero_grad()`, the loss by `functional.cross_entropy(model(x), y)`, `loss.backward()`, `optimizer.step()`, and a sum.
#
# </details>
#
# <details><summary>Hint 2: a number</summary>
#
# `loss.item()` is a float. To add up the losses themselves keeps every batch's intermediate results in memory.
#
# </details>

# %% solution="train_epoch"
def train_epoch(model, batches, optimizer):
    """Train a network for one epoch.

    Parameters
    ----------
    model : nn.Module
        Changed in place; in training mode afterwards.
    batches : list of (float32 tensor (N, ...), int64 tensor (N,))
    optimizer : torch.optim.Optimizer

    Returns
    -------
    float
        Mean loss over images, equation (2).

    Examples
    --------
    >>> model = nn.Linear(1, 2)
    >>> _ = nn.init.zeros_(model.weight), nn.init.zeros_(model.bias)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    >>> round(train_epoch(model, [(torch.ones(3, 1), torch.tensor([0, 0, 1]))], optimizer), 4)
    0.6931
    """
    ### BEGIN SOLUTION
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / count
    ### END SOLUTION


# %% tests="test_train_epoch" points=4
# A number, the mean over images; a step for each batch, from fresh gradients; training mode. The same with other networks and batches,
# against a second computation.
from cnncourse.probes import gradients, optimizer, parameters, set_state, state

model = network(train_epoch, ("Linear", 2, 2))
zeros = {name: np.zeros_like(value) for name, value in state(model).items()}
set_state(model, zeros)
sgd = optimizer(model, "SGD", lr=1.0)
one = torch.ones(2, 2), torch.tensor([0, 0])
got = train_epoch(model, [one], sgd)
assert got is not None, "train_epoch gives back nothing: does it end with `return`?"
assert not hasattr(got, "detach"), "Give back a number, not a tensor: `loss.item()`."
assert np.isclose(got, np.log(2), atol=1e-4), (
    "Two classes with equal scores cost log 2, about 0.693, for each image. Is the loss taken before the step, and its mean over the images?"
)
weight = parameters(model)["0.weight"]
assert weight[0, 0] != 0, "The weights have not moved: is there a `backward` and a `step`?"
assert np.allclose(weight, [[0.5, 0.5], [-0.5, -0.5]], atol=1e-5), (
    "One step on this batch should go half a unit, down the slope of the mean loss."
)
sure = torch.full((1, 2), 9.0), torch.tensor([1])
set_state(model, zeros)
lazy = optimizer(model, "SGD", lr=0.0)
uneven = [(torch.ones(3, 2), torch.tensor([0, 1, 1])), sure]
set_state(model, {"0.weight": np.array([[1.0, 0], [0, 0]], np.float32), "0.bias": np.zeros(2, np.float32)})
got = train_epoch(model, uneven, lazy)
few, lone = np.log1p(np.exp(1)) - 1 / 3, np.log1p(np.exp(9))
assert not np.isclose(got, (few + lone) / 2, atol=1e-3), (
    "A batch of 1 counts as much as a batch of 3 in your mean. Weigh each batch's loss by its number of images."
)
assert np.isclose(got, (3 * few + lone) / 4, atol=1e-3), "The mean loss over the four images of two batches is wrong."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for sizes, classes in (((4, 2, 3), 3), ((5,), 2), ((2, 6), 4)):
    model, twin = small_network(train_epoch, classes), small_network(len, classes)
    model.eval()
    set_state(twin, state(model))
    batches = [
        (torch.as_tensor(rng.normal(1, 2, (n, 3, 6, 6)), dtype=torch.float32), torch.as_tensor(rng.integers(0, classes, n)))
        for n in sizes
    ]
    gradients(model, "sum", batches[0][0])  # some are left over from before
    step = torch.optim.SGD(twin.parameters(), lr=0.3, momentum=0.5)
    twin.train()
    losses = []
    for x, y in batches:
        each = functional.cross_entropy(twin(x), y, reduction="none")
        losses += each.tolist()
        step.zero_grad()
        each.mean().backward()
        step.step()
    got = train_epoch(model, batches, optimizer(model, "SGD", lr=0.3, momentum=0.5))
    assert not hasattr(got, "detach"), "The mean loss of another network is a tensor: give back a number."
    assert model.training and model.features[1].training, "After the epoch the network should be in training mode."
    ours, theirs = state(model), state(twin)
    assert all(np.allclose(ours[name], theirs[name], atol=1e-4) for name in parameters(twin)), (
        "The weights after an epoch of several batches are wrong. Are old gradients taken away before each batch, those "
        "from before the epoch as well, and is there one step for each batch?"
    )
    assert np.allclose(ours["features.1.running_mean"], theirs["features.1.running_mean"], atol=1e-4), (
        "Batch norm has not collected the statistics of each batch once: is the network in training mode, and called once for "
        "each batch?"
    )
    assert np.isclose(got, np.mean(losses), atol=1e-4), (
        "The mean loss is wrong for another network. Is each batch weighed by its images?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. Measuring
#
# Go through `batches` as in part 5, but measure: the mean loss over images, and the share of images whose highest score is
# that of their class. Work in evaluation mode, and without building up what gradients would need. Afterwards
# the network is in the mode that it was in before, so that nobody's training is disturbed by a measurement.
#
# <details><summary>Hint 1: two switches</summary>
#
# `model.eval()` concerns batch norm and dropout. `with torch.no_grad():` concerns memory and time. One does not replace the other.
#
# </details>
#
# <details><summary>Hint 2: back to the mode of before</summary>
#
# `model.training` is True or False. Keep it, and end with `model.train(kept)`.
#
# </details>

# %% solution="evaluate"
def evaluate(model, batches):
    """Measure a network.

    Parameters
    ----------
    model : nn.Module
        Left as it is, mode included.
    batches : list of (float32 tensor (N, ...), int64 tensor (N,))

    Returns
    -------
    tuple of float
        Mean loss over images, and the share of images that are right.

    Examples
    --------
    >>> evaluate(nn.Identity(), [(torch.tensor([[0.0, 50], [50, 0]]), torch.tensor([1, 1]))])
    (25.0, 0.5)
    """
    ### BEGIN SOLUTION
    before = model.training
    model.eval()
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in batches:
            scores = model(x)
            loss += functional.cross_entropy(scores, y, reduction="sum").item()
            right += (scores.argmax(dim=1) == y).sum().item()
            count += len(y)
    model.train(before)
    return loss / count, right / count
    ### END SOLUTION


# %% tests="test_evaluate" points=3
# Two numbers; means over images, not over batches; evaluation mode, and back; no gradients. The same with other networks
# and batches.
from cnncourse.probes import forward, set_state, state

model = network(evaluate, ("Identity",))
sure = torch.tensor([[0.0, 50, 0], [50, 0, 0]]), torch.tensor([1, 1])
got = evaluate(model, [sure])
assert got is not None, "evaluate gives back nothing: does it end with `return`?"
assert len(got) == 2, "Give back two numbers: the mean loss, and the share of right answers."
assert not any(hasattr(value, "detach") for value in got), "Give back numbers, not tensors: `.item()`."
assert np.isclose(got[0], 25, atol=1e-3), (
    "One image is right beyond doubt and costs 0, the other wrong and costs 50: 25 in the mean."
)
assert np.isclose(got[1], 0.5), "One of two images is right: the share is a half."
more = torch.tensor([[0.0, 0, 50]]).repeat(4, 1), torch.tensor([2, 2, 2, 2])
got = evaluate(model, [sure, more])
assert np.isclose(got[0], 50 / 6, atol=1e-3), "Six images in two batches cost 50 together. Is the mean taken over all *images*?"
assert np.isclose(got[1], 5 / 6), "Five of six images are right. Is the share taken over all *images*?"
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for sizes, classes, mode in (((4, 1, 3), 3, True), ((6,), 5, False), ((2, 5), 4, True)):
    model = small_network(evaluate, classes)
    drawn = {n: rng.uniform(0.5, 1.5, np.shape(v)).astype(v.dtype) for n, v in state(model).items()}
    drawn["head.weight"] = rng.normal(size=np.shape(drawn["head.weight"])).astype(np.float32)
    set_state(model, drawn)
    pictures = [rng.normal(1, 2, (n, 3, 6, 6)).astype(np.float32) for n in sizes]
    scores = np.concatenate([forward(model, x) for x in pictures]).astype(float)
    truth = np.where(rng.random(len(scores)) < 0.5, scores.argmax(axis=1), rng.integers(0, classes, len(scores)))
    kept = state(model)
    model.train(mode)
    watched = []

    def note(_, __, scored, watched=watched):
        watched.append(bool(scored.requires_grad))

    model.head.register_forward_hook(note)
    parted = np.split(truth, np.cumsum(sizes)[:-1])
    batches = [(torch.as_tensor(x), torch.as_tensor(y)) for x, y in zip(pictures, parted, strict=True)]
    loss, share = evaluate(model, batches)
    assert all(np.array_equal(value, kept[name]) for name, value in state(model).items()), (
        "Measuring changed the network: running statistics move in training mode."
    )
    shifted = scores - scores.max(axis=1, keepdims=True)
    costs = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(truth)), truth]
    assert np.isclose(loss, costs.mean(), atol=1e-4), (
        "The loss is wrong for another network. Is it in evaluation mode, and the mean over all images?"
    )
    assert np.isclose(share, (scores.argmax(axis=1) == truth).mean()), "The share is wrong for another network."
    assert not hasattr(loss, "detach") and not hasattr(share, "detach"), "Give back numbers, not tensors."
    assert model.training == mode and model.features[1].training == mode, (
        "Afterwards the network is not in the mode it was in before."
    )
    assert watched and not any(watched), "Scores were computed with all that gradients need: use `torch.no_grad()`."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. Features, computed once
#
# A frozen backbone gives the same features for an image every time. So compute them once, and train a linear layer on
# them: a *linear probe*, in which an epoch costs next to nothing.
#
# Send the images through `features` in batches of `batch_size`, the last one smaller if need be, in evaluation mode and
# without gradients. What comes out for each image, be it maps or a vector, becomes one row. Afterwards the mode is
# what it was before.
#
# <details><summary>Hint 1: pieces</summary>
#
# `images.split(batch_size)` gives them, the last one shorter; `torch.cat` puts the answers together.
#
# </details>
#
# <details><summary>Hint 2: rows</summary>
#
# `.flatten(1)` leaves the first axis alone and makes one of all others.
#
# </details>

# %% solution="extract_features"
def extract_features(features, images, batch_size):
    """Run a backbone over images once.

    Parameters
    ----------
    features : nn.Module
        Left as it is, mode included.
    images : float32 tensor, shape (N, C, H, W)
    batch_size : int
        Most images at a time.

    Returns
    -------
    float32 tensor, shape (N, D)
        A row for each image, without gradients.

    Examples
    --------
    >>> extract_features(nn.MaxPool2d(2), torch.arange(8.0).reshape(1, 1, 2, 4), 50)
    tensor([[5., 7.]])
    """
    ### BEGIN SOLUTION
    before = features.training
    features.eval()
    with torch.no_grad():
        rows = [features(piece).flatten(1) for piece in images.split(batch_size)]
    features.train(before)
    return torch.cat(rows)
    ### END SOLUTION


# %% tests="test_extract_features" points=3
# A row for each image, in their order; evaluation mode, and back; no gradients; batches that are not too large. The same with
# other backbones and sizes.
from cnncourse.probes import forward, state

pool = network(extract_features, ("MaxPool2d", 2))
x = torch.arange(48.0).reshape(3, 1, 4, 4)
got = extract_features(pool, x, 2)
assert got is not None, "extract_features gives back nothing: does it end with `return`?"
assert tuple(np.shape(got)) == (3, 4), (
    f"Three images with maps of 2 x 2 make three rows of 4 numbers; yours have the shape {tuple(np.shape(got))}. Is the last, "
    "smaller batch among them, and are the maps flattened?"
)
assert np.allclose(np.asarray(got), [[5, 7, 13, 15], [21, 23, 29, 31], [37, 39, 45, 47]]), (
    "The rows should be in the order of the images."
)
backbone = network(extract_features, ("Conv2d", 1, 2, 3), ("BatchNorm2d", 2))
before = state(backbone)
got = extract_features(backbone, x, 3)
assert not got.requires_grad, (
    "The features still hang on the backbone's gradients, and all intermediate results stay in memory: use `torch.no_grad()`."
)
assert all(np.array_equal(before[name], value) for name, value in state(backbone).items()), (
    "The running statistics of the backbone have moved: features are computed in evaluation mode."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for count, most, mode in ((7, 3, True), (4, 4, False), (5, 8, True), (3, 1, False), (6, 2, True)):
    width = int(rng.integers(2, 5))
    backbone = network(
        extract_features, ("Conv2d", 2, width, 3), ("BatchNorm2d", width), ("Dropout", 0.5)
    )
    images_in = rng.normal(1, 3, (count, 2, 5, 4)).astype(np.float32)
    expected = forward(backbone, images_in).reshape(count, -1)
    kept = state(backbone)
    backbone.train(mode)
    sizes = []

    def note(_, __, maps, sizes=sizes):
        sizes.append(len(maps))

    backbone[0].register_forward_hook(note)
    got = extract_features(backbone, torch.as_tensor(images_in), most)
    assert tuple(np.shape(got)) == expected.shape, "The shape is wrong for other images or batches."
    assert not got.requires_grad, "The features of another backbone hang on its gradients."
    assert np.allclose(np.asarray(got), expected, atol=1e-4), (
        "The features are wrong for another backbone. Is it in evaluation mode, and does each image have its row?"
    )
    assert all(np.array_equal(kept[name], value) for name, value in state(backbone).items()), (
        "The backbone has changed: its running statistics move in training mode."
    )
    assert backbone.training == mode and backbone[2].training == mode, (
        "Afterwards the backbone is not in the mode it was in before."
    )
    assert max(sizes) <= most, "More images went through at a time than `batch_size` allows."
    assert sum(sizes) == count, "Each image should go through the backbone exactly once."
    assert len(sizes) == -(-count // most), "More batches were made than needed: fill each with `batch_size` images."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. A file that fits in part
#
# Weights come as a dictionary from names to tensors, as `model.state_dict()` gives it. A file from elsewhere has another
# head, perhaps other names. PyTorch's `load_state_dict(saved)` refuses it as a whole. With `strict=False` it passes over
# names that it does not know, *in silence* unless somebody reads what it gives back. A known name with another shape is
# still an error. Do better:
#
# - load what has the same name *and* the same shape;
# - give back two lists of names, sorted: what of the *network* was not loaded, and what of the *file* was not used;
# - raise a `ValueError` if nothing fits at all. Then all names differ, and the "pretrained" network is a random one.
#
# By hand: the network has `features.0.weight`, and a `head.weight` for 3 classes. The file has the same backbone, a
# `head.weight` for 10, and `epoch`. The first list is `["head.weight"]`, the second `["epoch", "head.weight"]`.
#
# <details><summary>Hint 1: choose first</summary>
#
# Make a dictionary of what fits: a name must be in both, and `value.shape` the same.
#
# </details>
#
# <details><summary>Hint 2: then load</summary>
#
# `model.load_state_dict(fits, strict=False)`. The lists are what remains: of sets, `a - b` is what is in `a` only.
#
# </details>

# %% solution="load_partial"
def load_partial(model, saved):
    """Load the weights that fit, and say which do not.

    Parameters
    ----------
    model : nn.Module
        Changed in place.
    saved : dict of str to tensor
        Left as it is.

    Returns
    -------
    tuple of two lists of str
        Names of the network that were not loaded, and of the file that were not used; each sorted.

    Raises
    ------
    ValueError
        If nothing fits; the network is left as it is.

    Examples
    --------
    >>> load_partial(nn.Linear(2, 3), {"weight": torch.ones(5, 2), "bias": torch.ones(3)})
    (['weight'], ['weight'])
    """
    ### BEGIN SOLUTION
    own = model.state_dict()
    fits = {name: value for name, value in saved.items()
            if name in own and value.shape == own[name].shape}
    if not fits:
        raise ValueError("Not one name and shape of the file fits this network.")
    model.load_state_dict(fits, strict=False)
    return sorted(own.keys() - fits.keys()), sorted(saved.keys() - fits.keys())
    ### END SOLUTION


# %% tests="test_load_partial" points=4
# The backbone is loaded, running statistics included; a head of another shape is left out; both lists; an error where nothing fits. The same
# with other networks, missing and additional names.
from cnncourse.probes import state

model, file = small_network(load_partial, 3), small_network(len, 5).state_dict()
file["features.1.running_mean"] = torch.arange(4.0)
before = state(model)
kept = dict(file)
got = load_partial(model, file)
assert got is not None, "load_partial gives back nothing: does it end with `return`?"
assert file.keys() == kept.keys(), "load_partial changed the dictionary it was given: somebody else may need it."
assert len(got) == 2, "Give back two lists: what of the network was not loaded, and what of the file was not used."
after = state(model)
assert np.array_equal(after["features.0.weight"], np.asarray(file["features.0.weight"])), (
    "The backbone fits, and was not loaded."
)
assert np.array_equal(after["features.1.running_mean"], [0, 1, 2, 3]), (
    "The running statistics are not loaded. They are in `state_dict()`, though not among the parameters."
)
assert np.array_equal(after["head.weight"], before["head.weight"]), (
    "The file's head is for five classes and the network's for three. It does not fit, and must stay as it was."
)
assert list(got[0]) == ["head.bias", "head.weight"], "The first list names what of the network was *not* loaded, sorted."
assert list(got[1]) == ["head.bias", "head.weight"], "The second list names what of the file was *not* used, sorted."
try:
    load_partial(model, {"module." + name: value for name, value in file.items()})
    refused = False
except ValueError:
    refused = True
assert refused, "Not one name of the file fits, and no ValueError was raised: the network would stay random, in silence."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for classes, other, width in ((3, 1, 2), (4, 4, 3), (2, 6, 4)):
    model = small_network(load_partial, classes, width)
    before = state(model)
    file = {
        name: torch.as_tensor(rng.normal(5, 1, np.shape(value)).astype(value.dtype))
        for name, value in state(small_network(len, other, width)).items()
    }
    gone = ["features.0.bias", "features.1.running_var"][: int(rng.integers(1, 3))]
    for name in gone:
        del file[name]
    file |= {"zoom": torch.ones(width), "epoch": torch.tensor(7), "features.9.weight": torch.ones(2, 2)}
    kept = {name: value.clone() for name, value in file.items()}
    missing, unused = load_partial(model, file)
    strange = [] if classes == other else ["head.bias", "head.weight"]
    assert list(missing) == sorted([*gone, *strange]), (
        "The names of the network that were not loaded are wrong where the file lacks some, or has them in another shape."
    )
    assert list(unused) == sorted(["zoom", "epoch", "features.9.weight", *strange]), (
        "The names of the file that were not used are wrong where the network does not have some."
    )
    after = state(model)
    assert all(np.array_equal(after[name], before[name]) for name in missing), (
        "Something that does not fit has changed. A tensor with one row is no head for several classes, though it could be "
        "spread over them."
    )
    assert all(np.array_equal(after[name], np.asarray(kept[name])) for name in after.keys() - set(missing)), (
        "Something that fits was not loaded, or was loaded wrongly."
    )
    assert file.keys() == kept.keys() and all(torch.equal(file[name], kept[name]) for name in kept), (
        "load_partial changed the dictionary it was given."
    )
    try:
        load_partial(model, {"head.weight": torch.ones(classes, 1), "zoom": torch.ones(3)})
        refused = False
    except ValueError:
        refused = True
    assert refused, "A name fits but its shape does not, so nothing can be loaded, and no ValueError was raised."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 9. A plan, and a doubt
#
# A clinic has 150 grey X-ray images of each of two classes, of 60 patients, as numbers from 0 to 4095. A colleague takes
# a network trained on ImageNet, and loads the file with `strict=False`. Then `requires_grad` is set to False in the backbone,
# and a new head is trained for 20 epochs, with `model.train()`. On a fifth of the images, drawn at random, 91 per cent
# are right. "Transfer learning works," says the report.
#
# In six to ten sentences:
#
# 1. Name two things in this account that may have gone wrong without any error, and how you would find out for each.
# 2. Say what you would do next: freeze, fine-tune, or both, in which order, and with which learning rates. Give your reason.
# 3. Name two comparisons that are needed before "works" may be said.
#
# This answer is read and graded by a person.

# %% [markdown] written="plan" points=3
# ### BEGIN SOLUTION
# Several things may have gone wrong in silence. Values up to 4095 have not the range of the training: I would print mean and
# deviation of each channel as it goes in, and expect about 0 and 1. `strict=False` passes over names that do not fit: I
# would read the lists that it gives back. `model.train()` lets the averages of batch norm drift although the weights are
# frozen: I would compare them before and after. Images of one patient may stand on both sides of the
# split: I would split by patients and measure again.
#
# Next, with the preprocessing right, I would train the head alone, the backbone frozen and in evaluation mode. 300 images
# are few, and an untrained head sends back nonsense. Then I would thaw the upper blocks with a tenth or a hundredth of
# the head's rate, since X-rays look different from photographs, and stop by the loss on other patients.
#
# "Works" is a difference. I would compare with the same network from random weights, trained with the same care, and with a
# small network from scratch; each with several seeds and splits by patients, and with the spread.
#
# **Marking**, a point for each:
#
# - Two silent mistakes, each with a check that would show it: range, normalisation or channels; `strict=False`; batch
#   norm in training mode; patients on both sides; the size of the images.
# - The head first, then more with a lower rate, or a reasoned decision to stay with the frozen backbone; and a reason, such
#   as few labels, or images that are unlike photographs.
# - Two comparisons: random weights with the same care, a small network, guessing the more frequent class. Several seeds or
#   splits with their spread count as one.
# ### END SOLUTION

# %% [markdown]
# ## All of it together
#
# Your functions at work. First the scanned digits again, in the form that the network knows. Then 7, 8 and 9 from two
# examples of each, in three ways. The two examples are drawn four times. How large is a difference
# between two ways, beside the spread over the draws?

# %%
def batched(x, y, size=100):
    """Cut tensors into batches."""
    return list(zip(x.split(size), y.split(size)))


ready = match_preprocessing(scanned(unseen), MEAN, STD, 8)
truth = torch.as_tensor(answers)
before = truth < 7
print(f"scanned, in the right form: {100 * evaluate(reader, batched(ready[before], truth[before]))[1]:.0f} %")
fresh = make_reader(3)
print("left out of the file:", *load_partial(fresh, reader.state_dict())[1])

tests = batched(ready[~before], truth[~before] - 7)
shares = {"from nothing": [], "head alone": [], "head, then everything": []}
for repeat in range(4):
    torch.manual_seed(repeat)
    chosen = np.concatenate([np.random.default_rng(repeat).permutation(np.flatnonzero(labels == c))[:2] for c in (7, 8, 9)])
    x = match_preprocessing(scanned(images[chosen]), MEAN, STD, 8)
    y = torch.as_tensor(labels[chosen] - 7)

    scratch = make_reader(3)
    steps = torch.optim.SGD(scratch.parameters(), lr=0.02, momentum=0.9)
    for _ in range(40):
        train_epoch(scratch, [(x, y)], steps)
    shares["from nothing"].append(evaluate(scratch, tests)[1])

    begun = replace_head(reader, 3)
    model = Transfer(begun.features, begun.head).freeze()
    rows = extract_features(model.features, x, 100)
    steps = torch.optim.SGD(model.head.parameters(), lr=0.02, momentum=0.9)
    for _ in range(40):
        train_epoch(model.head, [(rows, y)], steps)
    shares["head alone"].append(evaluate(model, tests)[1])

    model.freeze(False)
    steps = make_optimizer(model, lr=0.02)
    for _ in range(40):
        train_epoch(model, [(x, y)], steps)
    shares["head, then everything"].append(evaluate(model, tests)[1])

for words, found in shares.items():
    print(f"{words}: {100 * np.mean(found):.0f} % right, from {100 * min(found):.0f} to {100 * max(found):.0f}")

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Take 1, 5 and 20 examples of each. Who leads, and by more than the spread?
# - Freeze a backbone with *random* weights and train a head on it. How much of "head alone" is what was learnt?
# - Leave the normalisation out of `match_preprocessing`, in training and in the test alike. Does it still matter?
