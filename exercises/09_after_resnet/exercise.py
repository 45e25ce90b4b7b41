# ---
# title: Blocks of the years after ResNet
# chapter: book/09_after_resnet/index.md
# minutes: 180
# seconds_per_cell: 30
# may_not_call: [nn.functional.scaled_dot_product_attention, nn.TransformerEncoderLayer, torchvision, cnncourse.models, cnncourse.labs, cnncourse.layers]
# summary: >
#   Eight pieces of modern networks in PyTorch: a dense block, an inverted residual, squeeze-and-excitation,
#   growth by one number, tokens from patches, attention in heads, a transformer's layer, and ConvNeXt's block.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import math

import numpy as np
import torch
from torch import nn

from cnncourse.data import digits
from cnncourse.plots import show_images
from cnncourse.probes import forward, gradients, parameters, set_state, state

torch.set_num_threads(1)

# %% [markdown]
# When you have finished, you will be able to
#
# - build the blocks of DenseNet, MobileNet V2, EfficientNet and ConvNeXt, and say what each of them saves;
# - grow a network by one number, with whole channels and whole blocks at the end;
# - turn an image into tokens, and let tokens look at each other in several heads;
# - put a vision transformer together from these, and say what its positions are for;
# - read a comparison of two networks with the right questions.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier answer there.
#
# Maps have shape (N, C, H, W): images, channels, rows, columns. Tokens have shape (N, L, D): images, tokens, the
# length of a token. Whatever you are given is left as it is. Batch norms and layer norms keep PyTorch's own
# `eps`. The layers with weights may have any names, and may stand in an `nn.Sequential`. The tests use double
# precision, too: do not turn anything into another precision yourself.
#
# Most parts ask for a class. What its documentation lists are the arguments of `__init__`, in that order; `forward` does the work. In short:
#
# ```python
# class Twice(nn.Module):
#     def __init__(self, channels):
#         super().__init__()
#         self.conv = nn.Conv2d(channels, channels, 1)
#
#     def forward(self, x):
#         return self.conv(self.conv(x))
# ```
#
# ### Before you start: a puzzle
#
# Below is a digit, and the same digit cut into 16 patches that were put back in another order. A vision
# transformer reads the patches. Suppose that nothing told it where each of them lay. Could it tell
# the two pictures apart? At the end yours answers.

# %%
images, labels = digits("train")
unseen, truth = digits("test")


def reorder(images, order):
    """Cut images of 8 x 8 into 16 patches of 2 x 2, and put them back in another order."""
    patches = images.reshape(-1, 4, 2, 4, 2).swapaxes(2, 3).reshape(-1, 16, 2, 2)[:, order]
    return patches.reshape(-1, 4, 4, 2, 2).swapaxes(2, 3).reshape(images.shape)


order = np.random.default_rng(1).permutation(16)
show_images([unseen[3], reorder(unseen[3], order)], ["a digit", "its patches, reordered"])

# %% [markdown]
# The next cell holds tools of the tests; you need not read it. In grading, they give your layers new weights,
# whatever names these have, and compare what comes out, and each weight's gradient, with a formula. The tests that you see
# look at sizes, at the number of weights and at simple cases, and miss, say, a ReLU in the place of a ReLU6. So go
# through each table and list once more, row by row.

# %%
ROLES = ("weight", "bias", "running_mean", "running_var")


def known_by(name, shape):
    """Say what the tests know a weight by: its shape without ones; of a vector its role, too."""
    lengths = tuple(n for n in shape if n > 1)
    _, dot, last = name.rpartition(".")
    return lengths if len(lengths) > 1 else (last if dot and last in ROLES else "own", *lengths)


def kernels(layer):
    """List the shapes of all weights that are no vectors, without ones."""
    found = [known_by(name, np.shape(w)) for name, w in parameters(layer).items()]
    return sorted(key for key in found if not isinstance(key[0], str))


def count(layer):
    """Count the numbers that are learnt."""
    return sum(np.size(w) for w in parameters(layer).values())


def silence(layer):
    """Set all weights to 0."""
    set_state(layer, {name: np.zeros_like(w) for name, w in state(layer).items()})
    return layer


def fill(layer, rng):
    """Draw all weights anew, in double precision; those known by the same get the same numbers."""
    layer.double()
    drawn, new = {}, {}
    for name, old in state(layer).items():
        key = known_by(name, np.shape(old))
        if key not in drawn:
            values = 0.5 * rng.normal(size=key[isinstance(key[0], str) :])
            drawn[key] = 0.5 + abs(values) if key[0] == "running_var" else values
        new[name] = drawn[key].reshape(np.shape(old)) if np.ndim(old) else np.asarray(old)
    set_state(layer, new)
    return drawn


def compare(layer, formula, x, rng):
    """Name what differs between a layer and a formula: shape, values, input, gradients or nothing."""
    drawn, learnt = fill(layer, rng), parameters(layer)
    learnt = {known_by(name, np.shape(w)) for name, w in learnt.items()}
    w = {key: torch.tensor(one, requires_grad=key in learnt) for key, one in drawn.items()}
    expected = formula(w, torch.tensor(x))
    got = np.asarray(forward(layer, x.copy()))
    if got.shape != tuple(expected.shape):
        return "shape"
    if not np.allclose(got, expected.detach().numpy(), rtol=1e-6, atol=1e-7):
        return "values"
    given = torch.tensor(x)
    layer(given)
    if not np.array_equal(given.numpy(), x):
        return "input"
    expected.sum().backward()
    sums = dict.fromkeys(learnt, 0.0)
    for name, one in gradients(layer, "sum", x.copy()).items():
        sums[known_by(name, np.shape(one))] += np.ravel(one)
    same = [np.allclose(sums[key], w[key].grad.ravel(), rtol=1e-5, atol=1e-6) for key in learnt]
    return "" if all(same) else "gradients"


# %% [markdown]
# ## Part 1. Keep all maps
#
# In a dense block layer $l$ reads *all* maps there are: those of the input, and those of the layers before it. It adds
# `growth` new ones, behind the others:
#
# $$ x_l = F_l\big([x_0, x_1, \dots, x_{l-1}]\big) \tag{1} $$
#
# Here each $F_l$ is a batch norm (`nn.BatchNorm2d`), a ReLU, and a 3 × 3 convolution with padding 1 and without bias, in
# this order. The block hands on *all* maps: first the input's, then those of layer 1, then those of layer 2, and
# so on.
#
# By hand: 4 maps come in, `growth` is 3, and there are two layers. The first reads 4 maps, the second 7. The block hands on 10.
#
# <details><summary>Hint 1: as many layers as asked for</summary>
#
# Layers in a plain Python list are not found by PyTorch. `nn.ModuleList` is a list that it looks into.
#
# </details>
#
# <details><summary>Hint 2: one behind the other</summary>
#
# `torch.cat([a, b], dim=1)` puts the channels of `b` behind those of `a`.
#
# </details>

# %% solution="DenseBlock"
class DenseBlock(nn.Module):
    """Layers that read all maps before them, equation (1).

    Parameters
    ----------
    in_channels : int
    growth : int
        Maps that each layer adds.
    layers : int

    Examples
    --------
    >>> DenseBlock(4, growth=3, layers=2)(torch.zeros(1, 4, 5, 6)).shape
    torch.Size([1, 10, 5, 6])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList()
        for n in range(layers):
            read = in_channels + n * growth
            conv = nn.Conv2d(read, growth, 3, padding=1, bias=False)
            self.layers.append(nn.Sequential(nn.BatchNorm2d(read), nn.ReLU(), conv))

    def forward(self, x):
        """Add maps: (N, in_channels, H, W) -> (N, in_channels + layers growth, H, W)."""
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x
    ### END SOLUTION


# %% tests="test_dense_block" points=3
# How many maps come out; what each layer reads; the weights in all; the input's maps first. Values and
# gradients for weights drawn anew.
block = DenseBlock(4, 3, 2)
got = np.asarray(forward(block, np.ones((2, 4, 5, 6), dtype=np.float32)))
assert got.shape != (2, 4, 5, 6) and got.shape != (2, 3, 5, 6), (
    "The block hands on all maps: the input's, and those that each layer has added behind them."
)
assert got.shape == (2, 10, 5, 6), (
    f"4 maps of 5 x 6, and two layers that add 3 each: yours come out as {got.shape}. How many maps "
    "are there at the end, and does the padding keep the size?"
)
assert kernels(block) == [(3, 4, 3, 3), (3, 7, 3, 3)], (
    "There should be two 3 x 3 convolutions, each giving 3 maps: the first reads the 4 maps of the "
    "input, the second these 4 and the 3 new ones. Does PyTorch know of your layers?"
)
assert count(block) == 108 + 189 + 8 + 14, (
    f"{count(block)} numbers are learnt, and that is not what the text says. A norm stands before each "
    "convolution, for as many maps as that reads; the convolutions have no bias."
)
got = np.asarray(forward(silence(DenseBlock(2, 2, 3)), np.full((1, 2, 3, 3), 5, dtype=np.float32)))
assert np.allclose(got[:, :2], 5), "The maps of the input come first, and as they are."
assert np.allclose(got[:, 2:], 0), "What a layer adds stands behind; the input is not added to it."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed


def dense(w, x, growth, layers):
    """Say equation (1) once more."""
    maps = [x]
    for _ in range(layers):
        read = torch.cat(maps, 1)
        C = read.shape[1]
        normed = nn.functional.batch_norm(
            read, w["running_mean", C], w["running_var", C], w["weight", C], w["bias", C]
        )
        maps.append(torch.conv2d(normed.relu(), w[growth, C, 3, 3], padding=1))
    return torch.cat(maps, 1)


rng = np.random.default_rng(seed())
for in_channels, growth, layers, H, W in ((4, 3, 2, 4, 5), (2, 5, 3, 3, 2), (6, 2, 1, 2, 4)):
    differs = compare(
        DenseBlock(in_channels, growth, layers),
        lambda w, x: dense(w, x, growth, layers),  # noqa: B023
        2 * rng.normal(size=(2, in_channels, H, W)), rng,
    )
    assert differs != "shape", "The shape is wrong for other numbers of channels, growth or layers."
    assert differs != "values", (
        "With given weights other maps come out. Does each layer read all maps before it, in their "
        "order? Do norm, ReLU and convolution follow each other in this order?"
    )
    assert differs != "input", "DenseBlock changed the maps it was given."
    assert differs != "gradients", "A weight gets another gradient than it should: is it cut off?"
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. An inverted residual
#
# MobileNet V2's block is wide in the middle. With $m$ = `expansion` · `in_channels` maps there:
#
# | layer | from | to |
# |---|---|---|
# | convolution 1 × 1, no bias; batch norm; ReLU6 | `in_channels` | $m$ |
# | depthwise convolution 3 × 3, with the stride, padding 1, no bias; batch norm; ReLU6 | $m$ | $m$ |
# | convolution 1 × 1, no bias; batch norm | $m$ | `out_channels` |
#
# Nothing comes behind the last batch norm. With `expansion` 1 the first row is left out: there is nothing to widen. ReLU6 is
# $\min(\max(x, 0), 6)$.
#
# The shortcut adds the input, but only where it fits: the stride is 1 *and* the number of channels stays. Anywhere else there is no
# shortcut at all.
#
# <details><summary>Hint 1: depthwise</summary>
#
# `nn.Conv2d` with `groups` as large as the number of maps has a kernel for each map.
#
# </details>
#
# <details><summary>Hint 2: an optional first row</summary>
#
# Collect the layers in a list, and give it to `nn.Sequential(*layers)`.
#
# </details>

# %% solution="InvertedResidual"
class InvertedResidual(nn.Module):
    """Widen, filter each map by itself, make narrow; see the table.

    Parameters
    ----------
    in_channels, out_channels : int
    expansion : int
        At least 1.
    stride : int

    Examples
    --------
    >>> InvertedResidual(3, 5, expansion=2, stride=2)(torch.zeros(1, 3, 6, 8)).shape
    torch.Size([1, 5, 3, 4])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, out_channels, expansion, stride):
        super().__init__()
        wide = expansion * in_channels
        layers = []
        if expansion > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6()]
        layers += [
            nn.Conv2d(wide, wide, 3, stride, padding=1, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(),
            nn.Conv2d(wide, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        ]
        self.layers = nn.Sequential(*layers)
        self.adds = stride == 1 and in_channels == out_channels

    def forward(self, x):
        """Transform: (N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)."""
        return x + self.layers(x) if self.adds else self.layers(x)
    ### END SOLUTION


# %% tests="test_inverted_residual" points=4
# The layers are a condition: sizes, kernels, weights in all, values and gradients. The shortcut, where it is
# due and nowhere else, is worth two points.
block = InvertedResidual(3, 5, 2, 2)
got = np.asarray(forward(block, np.ones((2, 3, 6, 8), dtype=np.float32)))
assert got.shape == (2, 5, 3, 4), (
    f"3 maps of 6 x 8 with stride 2 and 5 maps at the end: yours come out as {got.shape}. The stride "
    "belongs to the depthwise convolution, and its padding is 1."
)
assert (6, 6, 3, 3) not in kernels(block), (
    "The convolution in the middle is a full one: each of its maps reads all others. A depthwise one has a "
    "kernel for each map."
)
assert kernels(block) == [(5, 6), (6, 3), (6, 3, 3)], (
    "There should be three convolutions: 1 x 1 from 3 to 6 maps, 3 x 3 with a kernel for each of the 6, "
    "and 1 x 1 from 6 to 5. Does your block widen `in_channels`, and not `out_channels`?"
)
assert count(block) == 18 + 54 + 30 + 12 + 12 + 10, (
    f"{count(block)} numbers are learnt, which is not what the table gives. A batch norm stands behind "
    "each convolution, and these have no bias."
)
plain = InvertedResidual(4, 6, 1, 1)
assert kernels(plain) == [(4, 3, 3), (6, 4)], (
    "With expansion 1 the first row of the table is left out, its norm and ReLU6 with it."
)
lost = []  # what the shortcut does wrong


def examine(in_channels, out_channels, stride, carried, message):
    """Where all weights are 0, what comes out is what the shortcut carries."""
    block = silence(InvertedResidual(in_channels, out_channels, 3, stride))
    try:
        got = forward(block, np.ones((1, in_channels, 4, 6), dtype=np.float32))
    except Exception as error:
        lost.append(f"{message} (Your block stopped with {type(error).__name__}.)")
        return
    if not np.allclose(got, carried):
        lost.append(message)


examine(4, 4, 1, 1, "With stride 1 and as many maps as before, the input is added to the result.")
examine(4, 4, 2, 0, "With stride 2 the input does not fit any more: there is no shortcut, no smaller one either.")
examine(4, 6, 1, 0, "Where the number of maps changes there is no shortcut, not one with weights either.")
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed


def inverted(w, x, out_channels, expansion, stride):
    """Say the table once more; the shortcut is added by what calls this."""
    def normed(x):
        C = x.shape[1]
        return nn.functional.batch_norm(
            x, w["running_mean", C], w["running_var", C], w["weight", C], w["bias", C]
        )

    C = x.shape[1]
    m = C * expansion
    if m > C:
        x = normed(torch.einsum("nchw,mc->nmhw", x, w[m, C])).clip(0, 6)
    x = torch.conv2d(x, w[m, 3, 3][:, None], stride=stride, padding=1, groups=m)
    return normed(torch.einsum("nmhw,om->nohw", normed(x).clip(0, 6), w[out_channels, m]))


rng = np.random.default_rng(seed())
for in_channels, out_channels, expansion, stride in (
    (3, 5, 2, 2), (2, 3, 4, 1), (4, 5, 1, 2), (3, 3, 2, 2), (4, 4, 3, 1), (5, 5, 1, 1),
):
    adds = stride == 1 and in_channels == out_channels
    try:
        differs = compare(
            InvertedResidual(in_channels, out_channels, expansion, stride),
            lambda w, x: inverted(w, x, out_channels, expansion, stride) + (x if adds else 0),  # noqa: B023
            6 * rng.normal(size=(2, in_channels, 5, 4)), rng,
        )
    except RuntimeError:
        if in_channels != out_channels:
            raise
        differs = "values"
    assert differs != "input", "InvertedResidual changed the maps it was given."
    if differs and in_channels == out_channels:
        lost.append("With other sizes the shortcut is missing, or it is there where it is not due.")
    else:
        assert differs != "shape", "The shape is wrong for other channels, expansions or strides."
        assert differs != "gradients", "A weight gets another gradient than it should: is it cut off?"
        assert not differs, (
            "With given weights something else comes out than the table says. Is there a ReLU6, not a ReLU, "
            "behind the first two norms, and nothing behind the last? Has the middle convolution the stride?"
        )
### END HIDDEN TESTS
if lost:
    print(f"-2 of 4 points, shortcut: {lost[0]}")
4 - 2 * bool(lost)

# %% [markdown]
# ## Part 3. Squeeze and excite
#
# How much shall each map count, given what the whole image holds? Squeeze-and-excitation takes the mean of each map over
# its positions, passes these means through two dense layers with biases, and multiplies each map by its result:
#
# $$ s_c = \frac{1}{HW} \sum_{i,j} x_{c,i,j}, \qquad
#    g = \sigma\big(W_2 \operatorname{relu}(W_1 s + b_1) + b_2\big), \qquad
#    y_{c,i,j} = g_c\, x_{c,i,j} \tag{2} $$
#
# $W_1$ leads from `channels` to `squeezed` numbers, $W_2$ back; $\sigma$ is the sigmoid. Dense layers and 1 × 1 convolutions are
# both fine.
#
# <details><summary>Hint 1: the means</summary>
#
# `x.mean(dim=(2, 3))` has shape (N, C), one number for each image and map.
#
# </details>
#
# <details><summary>Hint 2: multiplying</summary>
#
# To multiply maps of shape (N, C, H, W) the gates need shape (N, C, 1, 1); `g[:, :, None, None]` makes it.
#
# </details>

# %% solution="SqueezeExcite"
class SqueezeExcite(nn.Module):
    """Weigh maps by what the whole image holds, equation (2).

    Parameters
    ----------
    channels, squeezed : int

    Examples
    --------
    >>> SqueezeExcite(6, 2)(torch.zeros(1, 6, 3, 4)).shape
    torch.Size([1, 6, 3, 4])
    """

    ### BEGIN SOLUTION
    def __init__(self, channels, squeezed):
        super().__init__()
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)

    def forward(self, x):
        """Weigh; the shape stays (N, channels, H, W)."""
        gates = torch.sigmoid(self.excite(torch.relu(self.squeeze(x.mean(dim=(2, 3))))))
        return x * gates[:, :, None, None]
    ### END SOLUTION


# %% tests="test_squeeze_excite" points=3
# The shape; two dense layers with biases; gates from a sigmoid, times the input; one gate for a map. Values and
# gradients for weights drawn anew.
gate = SqueezeExcite(6, 2)
x = np.arange(2 * 6 * 3 * 4, dtype=np.float32).reshape(2, 6, 3, 4)
got = np.asarray(forward(gate, x))
assert got.shape == (2, 6, 3, 4), (
    f"The maps keep their shape; yours came out as {got.shape}. The gates are only what they are "
    "multiplied by."
)
assert kernels(gate) == [(2, 6), (6, 2)], (
    "There should be two layers with weights: from `channels` to `squeezed` numbers, and back."
)
assert count(gate) == 12 + 2 + 12 + 6, "Both layers have a bias, and nothing else is learnt."
quiet = np.asarray(forward(silence(gate), x))
assert not np.allclose(quiet, 0), (
    "Where all weights are 0, a sigmoid gives 1/2. Yours gives 0: is the gate a sigmoid, and is the "
    "input multiplied by it?"
)
assert not np.allclose(quiet, 1.5 * x), "The gate multiplies; there is no shortcut beside it."
assert np.allclose(quiet, x / 2), (
    "Where all weights are 0, each gate is 1/2, and what comes out is half of the input."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed


def weighed(w, x, channels, squeezed):
    """Say equation (2) once more."""
    means = x.flatten(2).sum(2) / (x.shape[2] * x.shape[3])
    inner = (means @ w[squeezed, channels].T + w["bias", squeezed]).clip(min=0)
    outer = inner @ w[channels, squeezed].T + w["bias", channels]
    return torch.einsum("nchw,nc->nchw", x, 1 / (1 + torch.exp(-outer)))


rng = np.random.default_rng(seed())
for channels, squeezed, H, W in ((6, 2, 3, 4), (5, 3, 4, 2), (4, 7, 1, 3)):
    differs = compare(
        SqueezeExcite(channels, squeezed),
        lambda w, x: weighed(w, x, channels, squeezed),  # noqa: B023
        3 * rng.normal(size=(4, channels, H, W)), rng,
    )
    assert differs != "shape", "The shape is wrong for other channels or sizes."
    assert differs != "values", (
        "With given weights other maps come out. Is it the mean of each map, of one image alone? Is there a "
        "ReLU between the two layers, and a sigmoid behind the second?"
    )
    assert differs != "input", "SqueezeExcite changed the maps it was given."
    assert differs != "gradients", "A weight gets another gradient than it should: is it cut off?"
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Growing by one number
#
# EfficientNet multiplies depth by $\alpha^\varphi$, width by $\beta^\varphi$ and the image's side by $\gamma^\varphi$. But channels, blocks and pixels
# are whole:
#
# - *Blocks* of a stage: multiply and round *up*.
# - The *image's side*: multiply and round to the nearest whole number.
# - *Channels* $c$ of a stage: multiply; the result $w = c\, \beta^\varphi$ goes to the nearest multiple of 8, from a half on upwards, and to 8
#   at least. If that took away more than a tenth, that is, if it is less than $0.9\, w$, take the next multiple of 8.
#
# By hand, for $\varphi = 1$: 42 channels become 46.2, and then 48. 10 channels become 11; the nearest multiple, 8, is less than 9.9, so
# 16 are taken. 2 blocks become 2.4, so 3. An image of 224 becomes 257.6, so 258.
#
# <details><summary>Hint 1: the nearest multiple of 8</summary>
#
# Add a half of 8, then go down to a multiple of 8: `int(w + 4) // 8 * 8`. Python's `round` would take the even one of two
# numbers that are equally near: `round(6.5)` is 6.
#
# </details>
#
# <details><summary>Hint 2: what belongs to what</summary>
#
# $\alpha$ is for blocks, $\beta$ for channels, $\gamma$ for pixels. `math.ceil` rounds up.
#
# </details>

# %% solution="grow"
def grow(channels, blocks, image_size, phi, alpha=1.2, beta=1.1, gamma=1.15):
    """Grow a network by the compound rule.

    Parameters
    ----------
    channels, blocks : list of int
        Of each stage.
    image_size : int
        Pixels along a side.
    phi : float
        At least 0.
    alpha, beta, gamma : float
        Bases of depth, width and resolution.

    Returns
    -------
    channels, blocks : list of int
        New ones, as long as those given.
    image_size : int

    Examples
    --------
    >>> grow([42, 10], [2, 3], 224, 1)
    ([48, 16], [3, 4], 258)
    """
    ### BEGIN SOLUTION
    wider = []
    for c in channels:
        w = c * beta**phi
        rounded = max(8, int(w + 4) // 8 * 8)
        if rounded < 0.9 * w:
            rounded += 8
        wider.append(rounded)
    deeper = [math.ceil(alpha**phi * b) for b in blocks]
    return wider, deeper, round(gamma**phi * image_size)
    ### END SOLUTION


# %% tests="test_grow" points=4
# Two points for the channels, one for the blocks, one for the image: multiplied by the right base, and rounded in the
# right way. The same for other networks, bases and numbers.
got = grow([32, 42], [1, 2], 224, 1)
assert got is not None, "grow gives back nothing: does it end with `return`?"
assert len(got) == 3, "grow gives back three things: channels, blocks, and the image's side."
cost = {"channels": 2, "blocks": 1, "image": 1}
lost = {}  # what each property cost, and why


def examine(network, expected, said, **bases):
    """Take the points of what is not as expected."""
    found = grow(*network, **bases)
    for (name, points), one, right in zip(cost.items(), found, expected):
        if np.shape(one) != np.shape(right) or not np.array_equal(one, right):
            lost.setdefault(name, f"-{points} of 4 points, {name}: {said.get(name, said.get('else'))}")


small = {
    "channels": "a width of 32 becomes 35.2, and the nearest multiple of 8 that keeps nine tenths of it, 31.68, "
    "is 32; 42 becomes 46.2, and that is nearer to 48. Is it beta that widens?",
    "blocks": "1 block becomes 1.2, 2 become 2.4: always round up. Is it alpha that deepens?",
    "image": "a side of 224 becomes 257.6: round to the nearest pixel. Is it gamma that enlarges?",
}
examine(([32, 42], [1, 2], 224, 1), ([32, 48], [2, 3], 258), small)
examine(
    ([24, 80, 3, 19], [3, 1], 100, 0), ([24, 80, 8, 24], [3, 1], 100),
    {
        "channels": "with phi = 0 nothing is multiplied, and multiples of 8 stay. 3 becomes 8, the least there "
        "is; 19 is nearest to 16, and that would take away more than a tenth.",
        "else": "with phi = 0 nothing is multiplied.",
    },
)
examine(
    ([44, 43, 12], [5], 64, 0), ([48, 40, 16], [5], 64),
    {"channels": "44 lies in the middle of 40 and 48 and goes up; 43 goes to 40.", "else": "phi is 0."},
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for bases in ({}, {}, {"alpha": 1.37, "beta": 1.21, "gamma": 1.08}, {"beta": 1.03}):
    stages = int(rng.integers(3, 9))
    phi, side = float(rng.uniform(0.3, 4.5)), int(rng.integers(20, 500))
    channels = [int(c) for c in rng.integers(1, (30, 640), (stages, 2)).ravel()]
    blocks = [int(b) for b in rng.integers(1, 9, stages)]
    alpha, beta, gamma = ({"alpha": 1.2, "beta": 1.1, "gamma": 1.15} | bases).values()
    wider = []
    for wanted in np.array(channels) * beta**phi:
        nearest = max(8, 8 * math.floor(wanted / 8 + 0.5))
        wider.append(nearest + 8 * (nearest < 0.9 * wanted))
    deeper = [int(np.ceil(b * alpha**phi)) for b in blocks]
    given = list(channels), list(blocks)
    examine(
        (*given, side, phi), (wider, deeper, int(np.rint(side * gamma**phi))),
        {"else": "for another network, phi or bases it is wrong. Try a few by hand, small ones and large ones."},
        **bases,
    )
    assert given == (channels, blocks), "grow changed the lists it was given."
### END HIDDEN TESTS
for message in lost.values():
    print(message)
4 - sum(cost[name] for name in lost)

# %% [markdown]
# ## Part 5. From an image to tokens
#
# A vision transformer's first layer: a convolution whose kernel and stride are both `patch`, from `in_channels` to `dim` maps, with a bias. Each of
# its $(\text{image\_size} / \text{patch})^2$ positions becomes a token; they are read row by row. *One* learnt vector more, the class token, is put before them,
# the same for every image. Finally a learnt position is added to each token, one for the class token, too:
#
# $$ z = [\,t;\; p_1;\; p_2;\; \dots\,] + e \tag{3} $$
#
# Class token $t$ and positions $e$ belong to the layer itself, as an `nn.Parameter` each, and begin at 0.
#
# <details><summary>Hint 1: from maps to tokens</summary>
#
# `flatten(2)` makes (N, D, H' W') of (N, D, H', W'). Tokens want the last two axes the other way round.
#
# </details>
#
# <details><summary>Hint 2: one token for all images</summary>
#
# A parameter of shape (1, 1, D) is repeated for N images by `.expand(N, -1, -1)`, without copies.
#
# </details>

# %% solution="PatchEmbedding"
class PatchEmbedding(nn.Module):
    """Turn images into tokens with positions, equation (3).

    Parameters
    ----------
    image_size, patch : int
        Pixels along a side; `patch` divides `image_size`.
    in_channels : int
    dim : int
        Length of a token.

    Examples
    --------
    >>> PatchEmbedding(6, patch=2, in_channels=1, dim=4)(torch.zeros(3, 1, 6, 6)).shape
    torch.Size([3, 10, 4])
    """

    ### BEGIN SOLUTION
    def __init__(self, image_size, patch, in_channels, dim):
        super().__init__()
        self.cut = nn.Conv2d(in_channels, dim, patch, stride=patch)
        self.class_token = nn.Parameter(torch.zeros(dim))
        self.positions = nn.Parameter(torch.zeros(1 + (image_size // patch) ** 2, dim))

    def forward(self, x):
        """Embed: (N, in_channels, H, W) -> (N, 1 + patches, dim)."""
        patches = self.cut(x).flatten(2).transpose(1, 2)
        first = self.class_token.expand(len(x), 1, -1)
        return torch.cat([first, patches], dim=1) + self.positions
    ### END SOLUTION


# %% tests="test_patch_embedding" points=3
# A token for each patch and one more; the kernel; what is learnt; the class token's place. Values and gradients for
# weights drawn anew.
embed = PatchEmbedding(6, 2, 3, 5)
got = np.asarray(forward(embed, np.ones((4, 3, 6, 6), dtype=np.float32)))
assert got.shape != (4, 9, 5), "There are nine patches, and one token more: the class token."
assert got.shape == (4, 10, 5), (
    f"Images of 6 x 6 in patches of 2 give 10 tokens of length 5, (N, L, D); yours come out as {got.shape}."
)
assert (5, 3, 2, 2) in kernels(embed), (
    "There is no convolution with a kernel as large as a patch, from `in_channels` to `dim` maps."
)
assert count(embed) == 60 + 5 + 5 + 50, (
    f"{count(embed)} numbers are learnt. There should be those of one convolution with bias, one class token "
    "for all images, and a position for each of the 10 tokens, as an nn.Parameter each."
)
own = [w for name, w in parameters(embed).items() if "." not in name]
assert sum(np.size(w) for w in own) == 55, (
    "Class token and positions should be parameters of the layer itself: self.… = nn.Parameter(…)."
)
assert all(not np.any(w) for w in own), "Class token and positions begin at 0."
names = {np.size(w): name for name, w in parameters(embed).items() if "." not in name}
token = {name: np.zeros_like(w) for name, w in state(embed).items()}
token[names[5]] = token[names[5]] + 7
set_state(embed, token)
got = np.asarray(forward(embed, np.ones((2, 3, 6, 6), dtype=np.float32)))
assert np.allclose(got[:, 0], 7) and np.allclose(got[:, 1:], 0), (
    "The class token is the first one, for each image, and it changes no other token."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed


def embedded(w, x, patch, dim):
    """Say equation (3) once more, patch by patch."""
    tokens = [w["own", dim].expand(len(x), dim)]
    for i in range(0, x.shape[2], patch):
        for j in range(0, x.shape[3], patch):
            piece, kernel = x[:, :, i : i + patch, j : j + patch], w[dim, x.shape[1], patch, patch]
            tokens.append(torch.einsum("ncij,dcij->nd", piece, kernel) + w["bias", dim])
    return torch.stack(tokens, 1) + w[len(tokens), dim]


rng = np.random.default_rng(seed())
for image_size, patch, in_channels, dim in ((6, 2, 3, 5), (12, 3, 2, 7), (8, 4, 4, 6)):
    differs = compare(
        PatchEmbedding(image_size, patch, in_channels, dim),
        lambda w, x: embedded(w, x, patch, dim),  # noqa: B023
        rng.normal(size=(3, in_channels, image_size, image_size)), rng,
    )
    assert differs != "shape", "The shape is wrong for other images, patches or tokens."
    assert differs != "values", (
        "With given weights other tokens come out. Are the patches read row by row? Is the class token the "
        "first, and does it get a position, too?"
    )
    assert differs != "input", "PatchEmbedding changed the images it was given."
    assert differs != "gradients", "A weight gets another gradient than it should: is it cut off?"
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. Attention in heads
#
# Each query takes the mean of all values, weighted by how well it fits their keys:
#
# $$ y_i = \sum_j \operatorname{softmax}_j\!\left( \frac{q_i \cdot k_j}{\sqrt{d}} \right) v_j \tag{4} $$
#
# With several *heads* this is done several times side by side. With $h$ heads and vectors of length $D$, head 1 uses the first $d = D / h$ numbers
# of each query, key and value, head 2 the next $d$, and so on. Each head has weights of its own, and the root is that of its own
# length, $d$. What the heads give is put one behind the other to length $D$ again.
#
# Queries may be fewer or more than keys and values.
#
# By hand, with one head: $q = (2)$ and keys $(0)$ and $(1)$ give scores 0 and 2, so weights 0.12 and 0.88. Values $(10)$ and $(20)$
# give $y = 18.8$.
#
# And with two heads, two examples to try yours on. Where all keys are alike, each head takes the mean of its part of the
# values, and together that is the mean of the values: from $(1, 2, 3, 4)$ and $(5, 6, 7, 8)$ comes $(3, 4, 5, 6)$,
# whatever the query. And $q = (2, 0, 0, 0)$ with keys $(0, 0, 0, 0)$ and $(1, 0, 0, 0)$ and values $(10, 10, 10, 10)$ and
# $(20, 20, 20, 20)$ gives $(18.04, 18.04, 15, 15)$: in the first head the scores 0 and 2 are divided by $\sqrt 2$, and in the
# second one both are 0.
#
# <details><summary>Hint 1: one head</summary>
#
# `q @ k.transpose(1, 2)` has shape (N, L, M): a score for each query and key. The softmax is over the *keys*.
#
# </details>
#
# <details><summary>Hint 2: several</summary>
#
# A loop over heads that takes `q[:, :, h * d : (h + 1) * d]` is fine. Or make an axis of the heads: `reshape` to
# (N, L, heads, d), and move it before the tokens.
#
# </details>

# %% solution="attention"
def attention(q, k, v, heads):
    """Let queries look at keys and take from values, in several heads, equation (4).

    Parameters
    ----------
    q : float tensor, shape (N, L, D)
    k, v : float tensors, shape (N, M, D)
    heads : int
        Divides D.

    Returns
    -------
    float tensor, shape (N, L, D)

    Examples
    --------
    >>> q, k, v = torch.tensor([[[2.0]]]), torch.tensor([[[0.0], [1]]]), torch.tensor([[[10.0], [20]]])
    >>> attention(q, k, v, heads=1)
    tensor([[[18.8080]]])
    """
    ### BEGIN SOLUTION
    N, L, D = q.shape
    d = D // heads
    q, k, v = (x.reshape(N, -1, heads, d).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(d)
    y = torch.softmax(scores, dim=3) @ v
    return y.transpose(1, 2).reshape(N, L, D)
    ### END SOLUTION


# %% tests="test_attention" points=4
# One head is a condition: the shape, the softmax over keys, the root. Two points for several heads. The same for other
# tensors, in their precision.
q, k = torch.tensor([[[2.0]]]), torch.tensor([[[0.0], [1]]])
v = torch.tensor([[[10.0], [20]]])
got = attention(q, k, v, 1)
assert got is not None, "attention gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 1, 1), (
    f"One query gives one vector; yours has shape {np.shape(got)}. As many vectors come out as there are "
    "queries, whatever the number of keys."
)
assert not np.allclose(got, 30), (
    "The weights of the two values add up to 2. The softmax is over the keys, not over the queries."
)
assert np.allclose(got, 18.8080, atol=1e-3), (
    "The example worked by hand does not come out: scores are products of query and key, their softmax gives "
    "the weights of the values."
)
same = torch.ones(1, 3, 4)
assert np.allclose(attention(same, same, torch.eye(4)[None, :3], 1), torch.tensor([1, 1, 1, 0]) / 3), (
    "Where all keys are alike, each value gets the same weight, and what comes out is their mean."
)
long = torch.tensor([[[2.0, 0, 0, 0]]])
two = torch.tensor([[[0.0, 0, 0, 0], [1, 0, 0, 0]]])
got = attention(long, two, torch.tensor([[[0.0] * 4, [1.0] * 4]]), 1)
assert not np.allclose(got, 1 / (1 + math.exp(-2))), "Scores are divided by the root of the length."
assert np.allclose(got, 1 / (1 + math.exp(-1)), atol=1e-4), (
    "With vectors of length 4 the scores are divided by 2, before the softmax."
)
lost = []  # what several heads do wrong
pick = torch.tensor([[[100.0, 0, 0, 100]]])
keys = torch.tensor([[[1.0, 0, 0, 0], [0, 0, 0, 1]]])
both = torch.tensor([[[1.0, 2, 3, 4], [5, 6, 7, 8]]])
try:
    got = attention(pick, keys, both, 2)
    if np.shape(got) != (1, 1, 4) or not np.allclose(got, [[[1, 2, 7, 8]]], atol=1e-3):
        lost.append(
            "With two heads, the first two numbers of query and keys choose among the first two of the "
            "values, and the last two among the last two. What comes out is put one behind the other."
        )
except Exception as error:
    lost.append(f"With two heads your function stopped with {type(error).__name__}.")
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N, L, M, D, heads in ((2, 3, 5, 4, 1), (3, 4, 2, 1, 1), (2, 5, 3, 6, 2), (3, 2, 4, 6, 3), (2, 3, 3, 4, 4)):
    q, k, v = (torch.tensor(rng.normal(size=(N, length, D))) for length in (L, M, M))
    q = 3 * q
    kept = [x.numpy().copy() for x in (q, k, v)]
    expected = np.zeros((N, L, D))
    for n, i, h in np.ndindex(N, L, heads):
        part = slice(h * D // heads, (h + 1) * D // heads)
        fits = np.exp(kept[1][n, :, part] @ kept[0][n, i, part] / (D // heads) ** 0.5)
        expected[n, i, part] = fits @ kept[2][n, :, part] / fits.sum()
    try:
        got = attention(q, k, v, heads)
        wrong = np.shape(got) != (N, L, D) or not np.allclose(got, expected, atol=1e-5)
    except Exception:
        wrong, got = True, q
    assert heads > 1 or not wrong, (
        "One head is wrong for other tensors. Try several images, and more keys than queries, and fewer."
    )
    if wrong:
        lost.append("For other tensors several heads are wrong. Is the root that of a head's own length?")
    assert got.dtype == torch.float64, "What comes out should have the precision of what goes in."
    assert all(np.array_equal(x.numpy(), old) for x, old in zip((q, k, v), kept)), (
        "attention changed a tensor it was given."
    )
### END HIDDEN TESTS
if lost:
    print(f"-2 of 4 points, several heads: {lost[0]}")
4 - 2 * bool(lost)

# %% [markdown]
# ## Part 7. A transformer's layer
#
# Attention mixes tokens; then two dense layers work on each token by itself. Both stand beside a shortcut, and behind a layer norm:
#
# $$ z = x + \operatorname{Attention}\big(\operatorname{LN}_1(x)\big), \qquad
#    y = z + W_2 \operatorname{GELU}\big(W_1 \operatorname{LN}_2(z) + b_1\big) + b_2 \tag{5} $$
#
# Take PyTorch's `nn.MultiheadAttention(dim, heads, batch_first=True)`. It holds the linear maps to queries, keys and values, and one more
# behind the heads. Called with `(q, k, v)` it gives *two* things: the result and the weights. Here all three are the normed tokens. The norms are two
# different ones, `nn.LayerNorm(dim)`; $W_1$ leads from `dim` to `hidden` numbers, $W_2$ back. GELU is `nn.GELU()`, a ReLU with a rounded corner.
#
# <details><summary>Hint 1: the shortcut</summary>
#
# What is added is $x$ itself, not its norm.
#
# </details>
#
# <details><summary>Hint 2: two results</summary>
#
# `result, weights = self.attention(q, k, v)`.
#
# </details>

# %% solution="EncoderLayer"
class EncoderLayer(nn.Module):
    """Attention, then two dense layers, each beside a shortcut, equation (5).

    Parameters
    ----------
    dim, heads, hidden : int

    Examples
    --------
    >>> EncoderLayer(6, heads=2, hidden=8)(torch.zeros(1, 5, 6)).shape
    torch.Size([1, 5, 6])
    """

    ### BEGIN SOLUTION
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, x):
        """Mix and change tokens; the shape stays (N, L, dim)."""
        y = self.norm1(x)
        z = x + self.attention(y, y, y)[0]
        return z + self.mlp(self.norm2(z))
    ### END SOLUTION


# %% tests="test_encoder_layer" points=3
# The shape; the weights; both shortcuts; images that do not see each other. Values and gradients for weights drawn anew.
layer = EncoderLayer(6, 2, 9)
x = np.random.default_rng(0).normal(size=(3, 4, 6)).astype(np.float32)
got = np.asarray(forward(layer, x))
assert got.shape == (3, 4, 6), f"The tokens keep their shape, (3, 4, 6); yours come out as {got.shape}."
assert kernels(layer) == [(6, 6), (6, 9), (9, 6), (18, 6)], (
    "There should be one nn.MultiheadAttention and two dense layers, from `dim` to `hidden` and back."
)
assert count(layer) == 108 + 18 + 36 + 6 + 63 + 60 + 24, (
    f"{count(layer)} numbers are learnt, which is not what (5) gives. There are two norms, and all layers have a bias."
)
assert np.allclose(forward(silence(layer), x), x), (
    "Where all weights are 0, what comes out is what came in: the shortcuts carry the tokens themselves, not "
    "their norms."
)
layer = EncoderLayer(6, 2, 9)
alone = np.asarray(forward(layer, x[:1]))
assert np.allclose(np.asarray(forward(layer, x))[:1], alone, atol=1e-5), (
    "The tokens of one image look at those of another. Is the batch the first axis, for the attention, too?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed


def encoded(w, x, heads, hidden):
    """Say equation (5) once more."""
    D = x.shape[2]
    d = D // heads

    def normed(x):
        x = x - x.mean(2, keepdim=True)
        x = x / ((x**2).mean(2, keepdim=True) + 1e-5) ** 0.5
        return x * w["weight", D] + w["bias", D]

    q, k, v = (normed(x) @ w[3 * D, D].T + w["own", 3 * D]).split(D, 2)
    seen = []
    for h in range(0, D, d):
        fits = torch.einsum("nid,njd->nij", q[:, :, h : h + d], k[:, :, h : h + d]) / d**0.5
        seen.append(fits.softmax(2) @ v[:, :, h : h + d])
    z = x + torch.cat(seen, 2) @ w[D, D].T + w["bias", D]
    inner = normed(z) @ w[hidden, D].T + w["bias", hidden]
    inner = inner * (1 + torch.erf(inner / 2**0.5)) / 2
    return z + inner @ w[D, hidden].T + w["bias", D]


rng = np.random.default_rng(seed())
for dim, heads, hidden, L in ((6, 2, 9, 4), (4, 1, 7, 3), (9, 3, 5, 2)):
    differs = compare(
        EncoderLayer(dim, heads, hidden),
        lambda w, x: encoded(w, x, heads, hidden),  # noqa: B023
        rng.normal(size=(3, L, dim)), rng,
    )
    assert differs != "shape", "The shape is wrong for other tokens."
    assert differs != "values", (
        "With given weights other tokens come out. Does each norm stand *before* what it belongs to? Does the "
        "second part begin with what the first gave? Is GELU between the dense layers, and only there?"
    )
    assert differs != "input", "EncoderLayer changed the tokens it was given."
    assert differs != "gradients", "A weight gets another gradient than it should: is it cut off?"
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. ConvNeXt's answer
#
# A ResNet's block in a transformer's clothes. Five steps, and a shortcut:
#
# 1. a depthwise convolution 7 × 7, padding 3, with bias;
# 2. a layer norm of each position over its *channels*;
# 3. a dense layer at each position, from `channels` to 4 · `channels` numbers; then GELU;
# 4. a dense layer back to `channels`;
# 5. each channel times a learnt number, its *scale*.
#
# The result is added to the input. The scale belongs to the block itself, as one `nn.Parameter` of `channels` numbers. It begins at the argument
# `scale`, whose default is `1e-6`, so that at first the block does next to nothing.
#
# <details><summary>Hint 1: channels last</summary>
#
# `nn.LayerNorm` and `nn.Linear` work on the last axis. `permute(0, 2, 3, 1)` brings the channels there; what brings them back?
#
# </details>
#
# <details><summary>Hint 2: the scale</summary>
#
# `torch.full((channels,), scale)`. It multiplies the last axis while the channels are there.
#
# </details>

# %% solution="ConvNeXtBlock"
class ConvNeXtBlock(nn.Module):
    """Mix positions with a wide depthwise kernel, then channels with two dense layers.

    Parameters
    ----------
    channels : int
    scale : float
        What the scale of each channel begins at; 1e-6 if it is left out.

    Examples
    --------
    >>> ConvNeXtBlock(4)(torch.zeros(1, 4, 5, 6)).shape
    torch.Size([1, 4, 5, 6])
    """

    ### BEGIN SOLUTION
    def __init__(self, channels, scale=1e-6):
        super().__init__()
        wide = 4 * channels
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, wide), nn.GELU(), nn.Linear(wide, channels))
        self.scale = nn.Parameter(torch.full((channels,), scale))

    def forward(self, x):
        """Add what the five steps give; the shape stays (N, channels, H, W)."""
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        return x + (self.scale * self.mlp(y)).permute(0, 3, 1, 2)
    ### END SOLUTION


# %% tests="test_convnext_block" points=4
# The shape; kernels and the weights in all; the scale and what it begins at; the shortcut. Values and gradients for
# weights drawn anew.
block = ConvNeXtBlock(3)
x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
got = np.asarray(forward(block, x))
assert got.shape == (2, 3, 4, 5), f"The maps keep their shape, (2, 3, 4, 5); yours come out as {got.shape}."
assert kernels(block) == [(3, 7, 7), (3, 12), (12, 3)], (
    "There should be a 7 x 7 kernel for each map, and two dense layers: from 3 channels to four times as "
    "many, and back."
)
own = [w for name, w in parameters(block).items() if "." not in name]
assert sum(np.size(w) for w in own) == 3, (
    "The scale is a parameter of the block itself, one number for each channel: self.… = nn.Parameter(…)."
)
assert count(block) == 147 + 3 + 6 + 36 + 12 + 36 + 3 + 3, (
    f"{count(block)} numbers are learnt, which is not what the five steps give. Has the norm a weight and a "
    "bias for each *channel*, and has each layer a bias?"
)
assert np.allclose(np.ravel(own[0]), 1e-6, rtol=1e-3), "If nothing is said, the scale begins at 1e-6."
assert np.allclose(got, x, atol=1e-3), (
    "At first the scale is nearly 0, and so the block gives nearly what it was given: is there a shortcut?"
)
assert not np.allclose(forward(ConvNeXtBlock(3, 1.0), x), x, atol=1e-3), (
    "With a scale of 1 at the beginning, the five steps should be seen in the result."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed


def modern(w, x):
    """Say the five steps once more."""
    C = x.shape[1]
    y = torch.conv2d(x, w[C, 7, 7][:, None], w["bias", C], padding=3, groups=C)
    y = y - y.mean(1, keepdim=True)
    y = y / ((y**2).mean(1, keepdim=True) + 1e-5) ** 0.5
    y = y * w["weight", C][:, None, None] + w["bias", C][:, None, None]
    y = torch.einsum("nchw,mc->nmhw", y, w[4 * C, C]) + w["bias", 4 * C][:, None, None]
    y = y * (1 + torch.erf(y / 2**0.5)) / 2
    y = torch.einsum("nmhw,cm->nchw", y, w[C, 4 * C]) + w["bias", C][:, None, None]
    return x + w["own", C][:, None, None] * y


rng = np.random.default_rng(seed())
for channels, H, W in ((3, 4, 5), (5, 8, 2), (2, 3, 9)):
    start = float(rng.uniform(0.1, 2))
    block = ConvNeXtBlock(channels, start)
    begun = [np.ravel(w) for name, w in parameters(block).items() if "." not in name]
    assert np.allclose(begun[0], start, rtol=1e-3), "The scale begins at the number that was given."
    differs = compare(block, modern, rng.normal(size=(2, channels, H, W)), rng)
    assert differs != "shape", "The shape is wrong for other channels or sizes."
    assert differs != "values", (
        "With given weights other maps come out. Is the norm over the channels of one position? Is GELU between "
        "the dense layers and only there? Is the scale multiplied before the sum?"
    )
    assert differs != "input", "ConvNeXtBlock changed the maps it was given."
    assert differs != "gradients", "A weight gets another gradient than it should: is it cut off?"
### END HIDDEN TESTS

# %% [markdown]
# ## Part 9. A headline
#
# "Attention beats convolution: our transformer makes 15 per cent errors on ImageNet, ResNet-50 makes 24, at the same number of multiply-adds." The paper
# says: the transformer saw 300 million labelled images before, and was trained in 2021, with that year's augmentation, for 300 epochs. ResNet-50's number is the one of
# 2015, for 90 epochs on ImageNet alone. On the authors' phone the transformer needs three times as long for an image.
#
# Explain in five to eight sentences, in your own words:
#
# 1. which differences besides attention may explain the nine points, and what you know of how much each can be worth;
# 2. an experiment that would tell how much of it is attention;
# 3. what "at the same number of multiply-adds" leaves out, and what you would report.
#
# This answer is read and graded by a person.

# %% [markdown] written="headline" points=3
# ### BEGIN SOLUTION
# Three things differ at once. The recipe: a plain ResNet-50 trained in the way of 2021 makes 20 instead of 24 per cent errors, so about four
# of the nine points need no attention at all. The data: 300 million images more; a network with fewer assumptions built in gains from
# that more than others, and the first vision transformers were behind ResNets of their size when they had ImageNet alone. Only what
# is left may be attention.
#
# I would train both networks anew, with the same images, the same augmentation, the same number of epochs, and as much tuning for each;
# several seeds; and once with ImageNet alone and once with the large set, as the order may change. ConvNeXt is such a comparison: a
# convolutional network with the transformers' recipe is as good as Swin of its size.
#
# Multiply-adds are not seconds: how memory is moved, and how well a device does the operation, decides as well. I would report the time
# for an image on named devices, memory and parameters, beside the errors.
#
# **Marking**, a point for each:
#
# - The recipe (years, epochs, augmentation) *and* the data, one of them with a size or a direction (about four points; ViTs gain more from data).
# - A comparison that changes the architecture alone: same data and same recipe for both. Tuning, seeds or several sizes of data may be named in addition.
# - Multiply-adds are not time (memory traffic, device), and a measured time on a named device is to be reported.
# ### END SOLUTION

# %% [markdown]
# ## The puzzle again
#
# No points here, and a few seconds of training. The network below is put together from your parts: tokens, two layers, and a dense layer that
# reads the class token alone. It learns digits in patches of 2 × 2. Then it reads digits whose patches stand in another order, first as
# it is, then with its positions set to 0. What do you expect in each case?

# %%
class SmallViT(nn.Module):
    """A vision transformer from the parts above, for images of 8 x 8."""

    def __init__(self):
        super().__init__()
        self.tokens = PatchEmbedding(8, 2, 1, 32)
        self.layers = nn.Sequential(EncoderLayer(32, 4, 64), EncoderLayer(32, 4, 64))
        self.head = nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 10))

    def forward(self, x):
        """Score ten classes: (N, 1, 8, 8) -> (N, 10)."""
        return self.head(self.layers(self.tokens(x))[:, 0])


# %%
torch.manual_seed(0)
vit = SmallViT()
optimizer = torch.optim.Adam(vit.parameters(), lr=3e-3)
x, y = torch.tensor(images, dtype=torch.float32), torch.tensor(labels)
for _ in range(200):
    chosen = torch.randint(len(x), (64,))
    loss = nn.functional.cross_entropy(vit(x[chosen]), y[chosen])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

in_order = torch.tensor(unseen, dtype=torch.float32)
mixed = torch.tensor(reorder(unseen, order), dtype=torch.float32)
with torch.no_grad():
    for name, pictures in {"in order": in_order, "reordered": mixed}.items():
        right = (vit(pictures).argmax(1).numpy() == truth).mean()
        print(f"patches {name}: {100 * right:.0f} % right")
    for parameter in vit.tokens.parameters():
        if parameter.numel() == 17 * 32:
            parameter.zero_()
    largest = (vit(in_order) - vit(mixed)).abs().max().item()
print(f"without positions, the scores of the two differ by {largest:.6f} at most")

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Train the network above without positions from the start. How many digits does it still read, and by what?
# - In `PatchEmbedding`, try a 3 × 3 convolution with stride 2 and padding 1 in place of the 2 × 2 one. There are as many tokens. Does
#   it learn faster?
# - Count your `InvertedResidual` and a plain residual block of two 3 × 3 convolutions with as many maps at the ends. How many weights does each have, and
#   which takes longer on your machine?
