# ---
# title: Blocks that made history
# chapter: book/08_architectures/index.md
# minutes: 150
# seconds_per_cell: 30
# may_not_call: [torchvision, cnncourse.models, cnncourse.shapes, cnncourse.layers]
# summary: >
#   The building blocks of LeNet, VGG, GoogLeNet and ResNet in PyTorch, each compared with a reference by
#   its weights, its output and its gradients; what a network costs, by formula; and a small ResNet.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np
import torch
from torch import nn

from cnncourse.data import digits
from cnncourse.plots import show_images

torch.set_num_threads(1)

# %% [markdown]
# When you have finished, you will be able to
#
# - build the layers of LeNet, VGG and GoogLeNet from their tables, and check them by their number of weights;
# - compute what a network costs before it exists;
# - build both residual blocks, and say where ReLU, stride and shortcut belong and why;
# - put blocks together into a network;
# - read a claim about a deep network together with its protocol.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one.
#
# The tests that you see look at sizes, at the number of weights and at simple cases; a block without one of its
# ReLUs may pass them. In grading, your classes are also compared with a reference: both get the same weights, and
# what comes out and the gradient of each weight must agree. So go through each table once more, row by row. How
# you name your layers does not matter. All images have shape (N, C, H, W), and no block may change the tensor that
# it is given.
#
# ### Before you start: what is left of a digit?
#
# Below a digit goes through twenty convolutions whose weights are drawn at random. In the upper row each layer
# *replaces* the image; in the lower row each layer *adds* a little to it. Nothing has been
# trained yet. From which of the two could a last layer still tell which digit it was?

# %%
digit = torch.tensor(digits("train")[0][:1])
kernels = torch.randn(20, 1, 1, 3, 3, dtype=digit.dtype, generator=torch.Generator().manual_seed(1))
rows = []
for adds in (False, True):
    x = digit
    for depth, kernel in enumerate(kernels):
        if depth in (0, 1, 5):
            rows.append(x[0, 0])
        change = torch.conv2d(torch.relu(x), kernel, padding=1)
        change = (change - change.mean()) / change.std()
        x = x + change / 20 if adds else change
    rows.append(x[0, 0])
names = ["a digit", "1 layer", "5 layers", "20 layers"]
show_images([(row - row.min()) / (row.max() - row.min()) for row in rows], names * 2, columns=4)

# %% [markdown]
# ### How a layer is written in PyTorch
#
# A layer, a block and a network are all written in the same way: a class that comes from `nn.Module`. `__init__` makes the
# layers that have weights and keeps them as attributes; `forward` says what happens to an image. In the parts below, the
# arguments of `__init__` are those that the documentation of the class lists, in that order. An example:

# %%
class ConvReLU(nn.Module):
    """A convolution of 3 x 3 and a ReLU."""

    def __init__(self, in_channels, channels):
        super().__init__()  # always first
        self.conv = nn.Conv2d(in_channels, channels, 3, padding=1)

    def forward(self, x):
        """Convolve: (N, in_channels, H, W) -> (N, channels, H, W)."""
        return torch.relu(self.conv(x))


example = ConvReLU(1, 4)
print(tuple(example(torch.zeros(2, 1, 8, 8)).shape))
print({name: tuple(weight.shape) for name, weight in example.named_parameters()})

# %% [markdown]
# ## Part 1. A table of connections
#
# In LeNet-5 each of the 16 maps of layer C3 reads only *some* of the six maps before it. Which ones stands in
# table I of the paper (LeCun and others, 1998); here it is as a tuple, a row for each map of C3.

# %%
C3 = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5),
)
print(len(C3), "maps with", sum(len(row) for row in C3), "kernels")

# %% [markdown]
# Write it as a layer. Output map $o$ is
#
# $$ y_o = b_o + \sum_{c \,\in\, \text{table}[o]} w_{o,c} \star x_c \tag{1} $$
#
# with a kernel $w_{o,c}$ for each pair that is in the table, and *no weight at all* for a pair that is not. There is
# no padding and the stride is 1. C3 has 60 kernels of 5 × 5 and 16 biases: 1,516 parameters.
#
# <details><summary>Hint 1: many small convolutions</summary>
#
# Row $o$ is an ordinary convolution from `len(row)` maps to 1 map. `nn.ModuleList` holds a list of layers, so that
# PyTorch finds their weights.
#
# </details>
#
# <details><summary>Hint 2: picking maps</summary>
#
# `x[:, [0, 4, 5]]` takes three maps of each image. `torch.cat(maps, dim=1)` puts maps side by side.
#
# </details>

# %% solution="TableConv"
class TableConv(nn.Module):
    """A convolution in which each output map reads some of the input maps, equation (1).

    Parameters
    ----------
    table : sequence of sequences of int
        For each output map, the input maps that it reads.
    kernel_size : int

    Examples
    --------
    >>> TableConv(((0, 1), (2,)), 3)(torch.zeros(1, 3, 6, 8)).shape
    torch.Size([1, 2, 4, 6])
    """

    ### BEGIN SOLUTION
    def __init__(self, table, kernel_size):
        super().__init__()
        self.table = [list(row) for row in table]
        self.rows = nn.ModuleList(nn.Conv2d(len(row), 1, kernel_size) for row in table)

    def forward(self, x):
        """Convolve: (N, C, H, W) -> (N, rows of the table, H - kernel_size + 1, ...)."""
        return torch.cat([conv(x[:, row]) for conv, row in zip(self.rows, self.table)], dim=1)
    ### END SOLUTION


# %% tests="test_table_conv" points=3
# The size; how many weights C3 has; which maps are read; the sum and the bias; no change of the input. The same,
# and the gradient of every weight, for tables drawn anew.
from cnncourse.probes import forward, gradients, parameters, set_state, state

layer = TableConv(C3, 5)
got = forward(layer, np.zeros((2, 6, 14, 12), dtype=np.float32))
assert np.shape(got) == (2, 16, 10, 8), (
    f"Maps of 14 x 12 become 16 maps of 10 x 8 with kernels of 5; yours have shape {np.shape(got)}. Is "
    "there padding?"
)
count = sum(np.size(w) for w in parameters(layer).values())
assert count != 2416, (
    "Your layer has a kernel for every pair of maps, as if the table were full. 900 of its weights are "
    "never needed: a pair that is not in the table has no weight at all, not a weight of 0."
)
assert count != 1560, "Each output map has *one* bias; yours has one for each kernel."
assert count != 1500, "Each output map has a bias; yours has none."
assert count == 1516, (
    f"C3 should have 60 kernels of 25 weights and 16 biases; yours has {count} parameters. Does each "
    "pair in the table have a kernel of its own?"
)
small = TableConv(((0, 2), (1,)), 1)
set_state(small, {
    name: np.ones(np.shape(w)) if name in parameters(small) else w for name, w in state(small).items()
})
got = forward(small, np.array([[[[1.0]], [[10.0]], [[100.0]]]], dtype=np.float32))
assert np.allclose(np.ravel(got), [102, 11]), (
    "With all weights and biases 1, a map gives 1 plus the sum of the maps in its row of the table. Do the "
    "rows belong to the output maps, in their order?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for in_channels, out_channels, k in ((4, 3, 3), (3, 6, 2), (5, 4, 1)):
    reads = rng.random((out_channels, in_channels)) < 0.5
    reads[np.arange(out_channels), rng.integers(in_channels, size=out_channels)] = True
    layer = TableConv([np.nonzero(row)[0].tolist() for row in reads], k).double()
    learnt = parameters(layer)
    assert sum(np.size(w) for w in learnt.values()) == reads.sum() * k * k + out_channels, (
        "For another table the number of weights is wrong."
    )
    set_state(layer, {n: np.full(np.shape(w), 0.5) if n in learnt else w for n, w in state(layer).items()})
    x = torch.tensor(rng.normal(size=(2, in_channels, 6, 5)))
    kept = x.clone()
    windows = np.lib.stride_tricks.sliding_window_view(kept.numpy(), (k, k), axis=(2, 3))
    expected = 0.5 + 0.5 * np.einsum("oc,nchwij->nohw", reads, windows)
    got = layer(x)
    assert torch.equal(x, kept), "TableConv changed the maps it was given."
    assert tuple(got.shape) == expected.shape, "The size is wrong for another table or kernel."
    assert np.allclose(got.detach().numpy(), expected), (
        "For another table the maps are wrong. Try rows of different lengths, and maps that no row reads."
    )
    found = gradients(layer, "sum", kept.numpy())
    each = [windows[:, c].sum((0, 1, 2)).ravel() for _, c in np.argwhere(reads)]
    each.append(np.full(out_channels, float(expected[:, 0].size)))
    got = np.sort(np.concatenate([np.ravel(g) for g in found.values()] or [[0.0]]))
    assert got.shape == (sum(map(len, each)),), "Some weights get no gradient: they are not used."
    assert np.allclose(got, np.sort(np.concatenate(each))), (
        "The gradients of the weights are wrong. Does each kernel meet the map that it belongs to?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. A stage of VGG
#
# `convolutions` times a convolution of 3 × 3 with padding 1 and a bias, each followed by a ReLU, and at the end a max
# pooling of 2 × 2. The first convolution goes from `in_channels` to `channels`, all others from `channels` to `channels`.
# There is no batch norm: VGG is a year older.
#
# <details><summary>Hint 1: a list first</summary>
#
# Collect the layers in a Python list and hand them to `nn.Sequential(*layers)`.
#
# </details>
#
# <details><summary>Hint 2: who reads what</summary>
#
# After the first convolution, set `in_channels = channels`.
#
# </details>

# %% solution="VGGStage"
class VGGStage(nn.Module):
    """Convolutions of 3 x 3 with ReLU, then a max pooling of 2 x 2.

    Parameters
    ----------
    in_channels, channels : int
    convolutions : int
        How many, at least 1.

    Examples
    --------
    >>> VGGStage(3, 8, 2)(torch.zeros(1, 3, 10, 6)).shape
    torch.Size([1, 8, 5, 3])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, channels, convolutions):
        super().__init__()
        layers = []
        for _ in range(convolutions):
            layers += [nn.Conv2d(in_channels, channels, 3, padding=1), nn.ReLU()]
            in_channels = channels
        self.layers = nn.Sequential(*layers, nn.MaxPool2d(2))

    def forward(self, x):
        """Convolve and halve: (N, in_channels, H, W) -> (N, channels, H // 2, W // 2)."""
        return self.layers(x)
    ### END SOLUTION


# %% tests="test_vgg_stage" points=3
# The size; the kernels; how many weights; a ReLU after each convolution, the pooling last. Output and gradients
# for given weights, for other sizes and depths.
from cnncourse.probes import forward, gradients, parameters, set_state, state

stage = VGGStage(2, 4, 3)
got = forward(stage, np.zeros((1, 2, 16, 12), dtype=np.float32))
assert np.shape(got) == (1, 4, 8, 6), (
    f"A stage halves the size once, at its end: 16 x 12 become 8 x 6. Yours gives {np.shape(got)}. Is every "
    "convolution padded by 1?"
)
kernels = sorted(np.shape(w) for w in parameters(stage).values() if np.ndim(w) == 4)
assert kernels == [(4, 2, 3, 3), (4, 4, 3, 3), (4, 4, 3, 3)], (
    "Three convolutions make three kernels of 3 x 3: one from in_channels to channels, two from channels to "
    "channels. Is each of them a layer of its own, and in a list that PyTorch knows of?"
)
count = sum(np.size(w) for w in parameters(stage).values())
assert count == 76 + 148 + 148, (
    f"Your stage has {count} parameters, not those of three convolutions with biases. Is something missing "
    "or too much: the biases, a norm?"
)
stage = VGGStage(1, 1, 2)
set_state(stage, {
    name: np.full(np.shape(w), -1.0 if np.ndim(w) == 1 else -0.5) for name, w in state(stage).items()
})
got = forward(stage, np.ones((1, 1, 2, 2), dtype=np.float32))
assert np.min(got) >= 0, "A stage gives nothing below 0: a ReLU follows the last convolution, too."
assert np.allclose(got, 0), (
    "With weights and biases below 0, a bright image is 0 behind the first ReLU, and stays so. Is there a ReLU "
    "after *each* convolution?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
relu, conv = torch.relu, nn.functional.conv2d
for in_channels, channels, convolutions, size in ((2, 3, 1, (6, 4)), (3, 4, 2, (7, 5)), (1, 5, 4, (4, 9))):
    stage = VGGStage(in_channels, channels, convolutions).double()
    shapes = sorted(np.shape(w) for w in parameters(stage).values())
    first, other = (channels, in_channels, 3, 3), (channels, channels, 3, 3)
    assert shapes == sorted([(channels,)] * convolutions + [first] + [other] * (convolutions - 1)), (
        "For another number of convolutions or channels the weights have other shapes than in VGG."
    )
    new = {shape: rng.normal(size=shape) for shape in sorted(set(shapes))}
    set_state(stage, {name: new[np.shape(w)] for name, w in state(stage).items()})  # alike where of one shape
    w = {shape: torch.tensor(value, requires_grad=True) for shape, value in new.items()}
    x = torch.tensor(rng.normal(size=(2, in_channels, *size)))
    kept = x.clone()
    expected = relu(conv(kept, w[first], w[channels,], padding=1))
    for _ in range(convolutions - 1):
        expected = relu(conv(expected, w[other], w[channels,], padding=1))
    H, W = size[0] // 2, size[1] // 2
    expected = expected[:, :, : 2 * H, : 2 * W].reshape(2, channels, H, 2, W, 2).amax((3, 5))
    got = stage(x)
    assert torch.equal(x, kept), "VGGStage changed the images it was given."
    assert got.shape == expected.shape, "The size is wrong for an odd height or width."
    assert np.allclose(got.detach().numpy(), expected.detach().numpy()), (
        "With given weights other maps come out. Is there a ReLU after each convolution, and one max pooling "
        "after the last?"
    )
    expected.sum().backward()
    found = gradients(stage, "sum", kept.numpy())
    for shape, value in w.items():
        if value.grad is not None:
            total = sum(g for g in found.values() if np.shape(g) == shape)
            assert np.allclose(total, value.grad), "The gradients of the weights are not those of a VGG stage."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. What VGG costs
#
# The size of a network can be computed before it is built. For a network of VGG's kind, with stages as in Part 2 and dense
# layers with biases behind them, give three numbers:
#
# 1. all parameters, biases included;
# 2. the parameters of the dense layers alone;
# 3. the multiply-adds for one image: one for each use of a *weight*, at each position, zeros of the padding included.
#    Biases, ReLU and pooling are left out.
#
# By hand: grey images of 4 × 4; one stage with one convolution to 2 maps; one dense layer with 3 units. The convolution has
# $9 \cdot 1 \cdot 2 = 18$ weights and 2 biases, used at 16 positions. Then the maps are 2 × 2, and the dense
# layer reads $2 \cdot 2 \cdot 2 = 8$ numbers: 24 weights, 3 biases. So 47 parameters, 27 of them in the dense layer, and
# $18 \cdot 16 + 24 = 312$ multiply-adds.
#
# <details><summary>Hint 1: what to carry along</summary>
#
# The present number of channels and the present size. The size changes after a stage, the channels within its first
# convolution.
#
# </details>
#
# <details><summary>Hint 2: between the last stage and the first dense layer</summary>
#
# The maps are flattened: channels times height times width numbers.
#
# </details>

# %% solution="vgg_counts"
def vgg_counts(stages, dense, in_channels, size):
    """Count the parameters and multiply-adds of a network like VGG.

    Parameters
    ----------
    stages : sequence of pairs of int
        For each stage how many convolutions it has, and to how many channels.
    dense : sequence of int
        Units of each dense layer, the classes last.
    in_channels : int
    size : int
        Height and width of the image in pixels. A stage halves it, rounding down.

    Returns
    -------
    tuple of three int
        All parameters, those of the dense layers, and the multiply-adds for one image.

    Examples
    --------
    >>> vgg_counts(((1, 2),), (3,), in_channels=1, size=4)
    (47, 27, 312)
    """
    ### BEGIN SOLUTION
    in_stages = in_dense = multiply_adds = 0
    for convolutions, channels in stages:
        for _ in range(convolutions):
            weights = 9 * in_channels * channels
            in_stages += weights + channels
            multiply_adds += weights * size * size
            in_channels = channels
        size //= 2
    features = in_channels * size * size
    for units in dense:
        in_dense += features * units + units
        multiply_adds += features * units
        features = units
    return in_stages + in_dense, in_dense, multiply_adds
    ### END SOLUTION


# %% tests="test_vgg_counts" points=3
# Three numbers are a condition; then a point each for all parameters, for those of the dense layers and for the
# multiply-adds, here and for other networks.
got = vgg_counts(((1, 2),), (3,), 1, 4)
assert got is not None, "vgg_counts gives back nothing: does it end with `return`?"
assert np.shape(got) == (3,), "Three numbers are asked for: all parameters, dense ones, multiply-adds."

lost = {}  # what each number cost: a point once, however often it is wrong
WHAT = ("all parameters", "dense parameters", "multiply-adds")


def examine(messages, expected, *network):
    """Take the point of each number that is not as expected."""
    try:
        got = list(vgg_counts(*network))
    except Exception as error:
        lost.update({name: f"Your function stopped with {type(error).__name__}." for name in WHAT})
        return
    for name, message, one, right in zip(WHAT, messages, got, expected):
        if one is None or not np.isclose(float(one), right, rtol=1e-12):
            lost.setdefault(name, message)


examine(
    (
        "The example worked by hand does not come out: every weight and every bias counts.",
        "The dense layer reads the flattened maps of the last stage: channels times height times width, after "
        "the pooling. It has biases.",
        "Each weight of a convolution is used at each position of the map that it makes, *before* the pooling. "
        "Those of dense layers are used once. Biases do not multiply.",
    ),
    (47, 27, 312), ((1, 2),), (3,), 1, 4,
)
examine(
    (
        "With two convolutions in a stage the second one reads what the first one made.",
        "A second dense layer reads the units of the first.",
        "Multiply-adds of two convolutions and two dense layers do not come out. Both convolutions of a stage "
        "work at the same size.",
    ),
    (20 + 38 + 27 + 20, 27 + 20, 18 * 16 + 36 * 16 + 24 + 15), ((2, 2),), (3, 5), 1, 4,
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
vgg16 = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), (4096, 4096, 1000), 3, 224
drawn = [
    (
        tuple(zip(rng.integers(1, 4, 3).tolist(), rng.integers(2, 9, 3).tolist())),
        tuple(rng.integers(2, 9, depth).tolist()), channels, size,
    )
    for depth, channels, size in ((1, 2, 8), (2, 3, 13), (3, 1, 23))
]
for stages, dense, channels, size in (vgg16, *drawn):
    widths = [channels, *(width for convolutions, width in stages for _ in range(convolutions))]
    sides = [size >> n for n, (convolutions, _) in enumerate(stages) for _ in range(convolutions)]
    reads = [widths[-1] * (size >> len(stages)) ** 2, *dense]
    convolved = [9 * widths[n] * widths[n + 1] for n in range(len(sides))]
    connected = [a * b for a, b in zip(reads, dense)]
    in_dense = sum(connected) + sum(dense)
    examine(
        (
            "The small examples are right, a larger network is not. Try several stages, and three channels.",
            "The small examples are right, a larger network is not. What size is left after several stages?",
            "The small examples are right, a larger network is not. Try several stages and odd sizes.",
        ),
        (
            sum(convolved) + sum(widths[1:]) + in_dense, in_dense,
            sum(w * side**2 for w, side in zip(convolved, sides)) + sum(connected),
        ),
        stages, dense, channels, size,
    )
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
3 - len(lost)

# %% [markdown]
# With your function: VGG-16 has 138,357,544 parameters. How many of them sit in the three dense layers?

# %%
VGG16 = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
in_all, in_dense, multiply_adds = vgg_counts(VGG16, (4096, 4096, 1000), 3, 224)
print(f"{in_all:,} parameters, {in_dense / in_all:.1%} of them dense, {multiply_adds:,} multiply-adds")

# %% [markdown]
# ## Part 4. A block of Inception
#
# Four branches read the *same* input. Their maps are put one behind the other, in this order:
#
# | branch | first | then |
# |---|---|---|
# | 1 | convolution 1 × 1 to `one`, ReLU | |
# | 2 | convolution 1 × 1 to `reduce3`, ReLU | convolution 3 × 3, padding 1, to `three`, ReLU |
# | 3 | convolution 1 × 1 to `reduce5`, ReLU | convolution 5 × 5, padding 2, to `five`, ReLU |
# | 4 | max pooling 3 × 3, stride 1, padding 1 | convolution 1 × 1 to `pooled`, ReLU |
#
# All convolutions have a bias; height and width stay. The six numbers come as one tuple in the order of the paper's
# table: `(one, reduce3, three, reduce5, five, pooled)`. GoogLeNet's first block, 3a, has 192 channels before it and the
# numbers 64, 96, 128, 16, 32, 32.
#
# <details><summary>Hint 1: taking the tuple apart</summary>
#
# `one, reduce3, three, reduce5, five, pooled = channels`
#
# </details>
#
# <details><summary>Hint 2: putting maps one behind the other</summary>
#
# `torch.cat(maps, dim=1)`: axis 0 holds the images, axis 1 the channels.
#
# </details>

# %% solution="Inception"
class Inception(nn.Module):
    """Four branches, their maps one behind the other; see the table above.

    Parameters
    ----------
    in_channels : int
    channels : tuple of six int
        one, reduce3, three, reduce5, five, pooled.

    Examples
    --------
    >>> Inception(8, (4, 2, 6, 1, 3, 5))(torch.zeros(1, 8, 7, 9)).shape
    torch.Size([1, 18, 7, 9])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, channels):
        super().__init__()
        one, reduce3, three, reduce5, five, pooled = channels
        relu = nn.ReLU()
        self.branches = nn.ModuleList([
            nn.Sequential(nn.Conv2d(in_channels, one, 1), relu),
            nn.Sequential(
                nn.Conv2d(in_channels, reduce3, 1), relu,
                nn.Conv2d(reduce3, three, 3, padding=1), relu,
            ),
            nn.Sequential(
                nn.Conv2d(in_channels, reduce5, 1), relu,
                nn.Conv2d(reduce5, five, 5, padding=2), relu,
            ),
            nn.Sequential(
                nn.MaxPool2d(3, stride=1, padding=1), nn.Conv2d(in_channels, pooled, 1), relu,
            ),
        ])

    def forward(self, x):
        """Run the branches: (N, in_channels, H, W) -> (N, one + three + five + pooled, H, W)."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)
    ### END SOLUTION


# %% tests="test_inception" points=4
# The size and the number of maps; the kernels; how many weights block 3a has. Output and gradients for given
# weights and other numbers.
from cnncourse.probes import forward, gradients, parameters, set_state, state

block = Inception(3, (4, 2, 6, 1, 5, 7))
got = forward(block, np.zeros((2, 3, 5, 6), dtype=np.float32))
assert np.shape(got) == (2, 22, 5, 6), (
    f"Two images of 5 x 6 come out as two with 4 + 6 + 5 + 7 = 22 maps of 5 x 6; yours have shape "
    f"{np.shape(got)}. Which axis holds the channels, and which branches give maps?"
)
kernels = sorted(np.shape(w) for w in parameters(block).values() if np.ndim(w) == 4)
assert kernels == [
    (1, 3, 1, 1), (2, 3, 1, 1), (4, 3, 1, 1), (5, 1, 5, 5), (6, 2, 3, 3), (7, 3, 1, 1)
], (
    "There should be four kernels of 1 x 1 that read the input, one of 3 x 3 behind reduce3 and one of 5 x 5 "
    "behind reduce5. Are the narrow layers there, and is each number of the tuple in its place?"
)
count = sum(np.size(w) for w in parameters(Inception(192, (64, 96, 128, 16, 32, 32))).values())
assert count == 163_696, (
    f"Block 3a of GoogLeNet has 163,696 parameters, yours {count:,}. Has each convolution a bias, and is "
    "there nothing else with weights?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
relu, conv = torch.relu, nn.functional.conv2d
for in_channels in (3, 4):
    channels = tuple(rng.permutation(np.arange(2, 9))[:6].tolist())  # all different
    one, reduce3, three, reduce5, five, pooled = channels
    block = Inception(in_channels, channels).double()
    new = {}
    for w in parameters(block).values():
        new[np.shape(w)] = rng.normal(size=np.shape(w))
    wanted = [(one, in_channels, 1, 1), (reduce3, in_channels, 1, 1), (three, reduce3, 3, 3),
              (reduce5, in_channels, 1, 1), (five, reduce5, 5, 5), (pooled, in_channels, 1, 1)]
    assert sorted(new) == sorted(wanted + [(c,) for c in channels]), (
        "For other numbers the weights have other shapes than the table says."
    )
    set_state(block, {name: new[np.shape(w)] for name, w in state(block).items()})
    w = {shape: torch.tensor(value, requires_grad=True) for shape, value in new.items()}
    x = torch.tensor(rng.normal(size=(2, in_channels, 6, 5)))
    kept = x.clone()
    frame = nn.functional.pad(kept, (1, 1, 1, 1), value=-torch.inf)
    largest = frame.unfold(2, 3, 1).unfold(3, 3, 1).amax((4, 5))
    narrow3, narrow5 = (relu(conv(kept, w[wanted[n]], w[channels[n],])) for n in (1, 3))
    expected = torch.cat((
        relu(conv(kept, w[wanted[0]], w[one,])),
        relu(conv(narrow3, w[wanted[2]], w[three,], padding=1)),
        relu(conv(narrow5, w[wanted[4]], w[five,], padding=2)),
        relu(conv(largest, w[wanted[5]], w[pooled,])),
    ), 1)
    got = block(x)
    assert torch.equal(x, kept), "Inception changed the maps it was given; other branches read them, too."
    assert got.shape == expected.shape, "The shape is wrong for other numbers of channels."
    assert np.allclose(got.detach().numpy(), expected.detach().numpy()), (
        "With given weights other maps come out. Is there a ReLU after each of the six convolutions? Does the "
        "pooling take the largest, before its convolution? In which order are the branches put together?"
    )
    expected.sum().backward()
    found = gradients(block, "sum", kept.numpy())
    assert len(found) == len(w), "Some weights get no gradient: they are not used."
    assert all(np.allclose(g, w[np.shape(g)].grad) for g in found.values()), (
        "The gradients of the weights are not those of the block in the table."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. The basic block
#
# The block of ResNet-18 and ResNet-34:
#
# $$ y = \operatorname{relu}\big( F(x) + s(x) \big) \tag{2} $$
#
# | $F$, in this order | |
# |---|---|
# | convolution 3 × 3, padding 1, **`stride`**, no bias | `in_channels` to `channels` |
# | batch norm, ReLU | |
# | convolution 3 × 3, padding 1, stride 1, no bias | `channels` to `channels` |
# | batch norm | no ReLU yet |
#
# The shortcut $s$ hands on $x$ as it is, without any weights, if the shape stays. If the stride is not 1 or the
# channels change, $s$ is a *projection*: a convolution of 1 × 1 with the same stride, no bias, and a batch norm behind it.
#
# Use `nn.BatchNorm2d` for the norms.
#
# <details><summary>Hint 1: two paths</summary>
#
# Build both in `__init__`, as `self.residual = nn.Sequential(...)` and `self.shortcut`. `nn.Identity()` hands on what it gets.
#
# </details>
#
# <details><summary>Hint 2: adding</summary>
#
# `a + b` makes a new tensor. `a += b` writes into `a`; if `a` is the input, then whoever gave it to you finds it changed.
#
# </details>
#
# <details><summary>Hint 3: the ReLU</summary>
#
# There are two: one between the convolutions, one behind the addition. Before the addition a ReLU would mean that a
# block can only add, never take away.
#
# </details>

# %% solution="BasicBlock"
class BasicBlock(nn.Module):
    """The residual block of ResNet-18, equation (2) and the table above.

    Parameters
    ----------
    in_channels, channels : int
    stride : int

    Examples
    --------
    >>> BasicBlock(4, 8, stride=2)(torch.zeros(1, 4, 6, 10)).shape
    torch.Size([1, 8, 3, 5])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.residual = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(channels),
            )

    def forward(self, x):
        """Add F(x) and the shortcut: (N, in_channels, H, W) -> (N, channels, H / stride, ...)."""
        return torch.relu(self.residual(x) + self.shortcut(x))
    ### END SOLUTION


# %% tests="test_basic_block" points=4
# Weights and sizes with and without a projection; where the ReLU is; no change of the input. Output and gradients
# for given weights, with other channels and strides.
from cnncourse.probes import forward, gradients, parameters, set_state, state

block = BasicBlock(3, 5, 2)
got = forward(block, np.zeros((2, 3, 6, 5), dtype=np.float32))
assert np.shape(got) == (2, 5, 3, 3), (
    f"With stride 2, maps of 6 x 5 become 5 maps of 3 x 3; yours have shape {np.shape(got)}."
)
kernels = sorted(np.shape(w) for w in parameters(block).values() if np.ndim(w) == 4)
assert kernels == [(5, 3, 1, 1), (5, 3, 3, 3), (5, 5, 3, 3)], (
    "From 3 to 5 channels there should be two kernels of 3 x 3, and one of 1 x 1 in the shortcut."
)
count = sum(np.size(w) for w in parameters(block).values())
assert count != 395, "The projection has a batch norm as well, and each norm is a layer of its own."
assert count == 135 + 225 + 15 + 3 * 10, (
    f"Your block has {count} parameters, and that is not what three convolutions *without* biases and three "
    "norms have. A norm's shift does what a bias would."
)
count = sum(np.size(w) for w in parameters(BasicBlock(4, 4, 1)).values())
assert count == 2 * 144 + 2 * 8, (
    f"Where the shape stays, the shortcut has no weights at all; your block has {count} parameters there."
)
kernels = sorted(np.shape(w) for w in parameters(BasicBlock(4, 4, 2)).values() if np.ndim(w) == 4)
assert kernels == [(4, 4, 1, 1), (4, 4, 3, 3), (4, 4, 3, 3)], (
    "With stride 2 the size changes, and the shortcut needs a projection though the channels stay."
)
block = BasicBlock(1, 1, 1)
for kind, shift in (("nothing", 0.0), ("minus one", -1.0)):
    new = {name: np.zeros(np.shape(w)) for name, w in state(block).items()}
    new |= {name: np.ones(np.shape(w)) for name, w in new.items() if name.endswith("running_var")}
    new |= {name: np.full(np.shape(w), shift) for name, w in new.items() if name.endswith("bias")}
    set_state(block, new)  # now F(x) is `shift` everywhere, whatever x is
    x = torch.tensor([[[[-3.0, 0.5, 2.0]]]])
    got = forward(block, x.numpy().copy())
    assert np.min(got) >= 0, "Behind the addition stands a ReLU; yours gives numbers below 0."
    assert np.allclose(np.ravel(got), [0, max(0.5 + shift, 0), 2 + shift], atol=1e-4), (
        f"If F gives {kind} everywhere, the block gives relu(x{' - 1' if shift else ''}). Is there a ReLU on F "
        "before the addition, or is the shortcut missing?"
    )
    block(x)
    assert torch.equal(x, torch.tensor([[[[-3.0, 0.5, 2.0]]]])), (
        "BasicBlock changed the maps it was given: something is added, or cut off, in place."
    )
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
relu, conv = torch.relu, nn.functional.conv2d
for in_channels, channels, stride in ((3, 3, 1), (2, 4, 1), (3, 3, 2), (4, 2, 3)):
    block = BasicBlock(in_channels, channels, stride).double()
    wanted = [(channels, in_channels, 3, 3), (channels, channels, 3, 3)]
    projects = stride != 1 or in_channels != channels
    shapes = wanted + projects * [(channels, in_channels, 1, 1)]
    found = sorted(np.shape(w) for w in parameters(block).values())
    assert found == sorted(shapes + [(channels,)] * 2 * len(shapes)), (
        "For other channels or strides the weights have other shapes than the table says."
    )
    w = {}
    for name, old in state(block).items():  # alike where name and shape are: the order is yours
        key = name.rsplit(".", 1)[-1], np.shape(old)
        draw = rng.normal(size=key[1]) if len(key[1]) == 4 else rng.uniform(0.5, 1.5, key[1])
        w.setdefault(key, torch.tensor(draw, requires_grad=True))
    set_state(block, {
        name: w[name.rsplit(".", 1)[-1], np.shape(old)].detach().numpy() for name, old in state(block).items()
    })
    scale, shift, mean, var = (
        w[name, (channels,)] for name in ("weight", "bias", "running_mean", "running_var")
    )

    def norm(x):
        """Batch norm in use."""
        return nn.functional.batch_norm(x, mean.detach(), var.detach(), scale, shift)  # noqa: B023

    x = torch.tensor(rng.normal(size=(2, in_channels, 5, 7)))
    kept = x.clone()
    inside = relu(norm(conv(kept, w["weight", wanted[0]], stride=stride, padding=1)))
    inside = norm(conv(inside, w["weight", wanted[1]], padding=1))
    around = norm(conv(kept, w["weight", shapes[2]], stride=stride)) if projects else kept
    expected = relu(inside + around)
    got = np.asarray(forward(block, x.numpy().copy()))
    assert got.shape == tuple(expected.shape), "The shape is wrong for other channels or strides."
    assert np.allclose(got, expected.detach().numpy()), (
        "With given weights other maps come out. Is the stride in the first convolution? Is there a ReLU "
        "between the two, and none between the last norm and the addition?"
    )
    block(x)
    assert torch.equal(x, kept), "BasicBlock changed the maps it was given."
    expected.sum().backward()
    slopes = gradients(block, "sum", kept.numpy())
    for (name, shape), value in w.items():
        if value.grad is not None:
            total = sum(
                g for path, g in slopes.items()
                if path.rsplit(".", 1)[-1] == name and np.shape(g) == shape
            )
            assert np.allclose(total, value.grad), (
                "The gradients of the weights are wrong. Does the gradient flow through both paths?"
            )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. The bottleneck
#
# From ResNet-50 on the block is narrow in the middle and gives *four times* as many maps as its middle has:
#
# | $F$, in this order | |
# |---|---|
# | convolution 1 × 1, no bias; batch norm, ReLU | `in_channels` to `channels` |
# | convolution 3 × 3, padding 1, **`stride`**, no bias; batch norm, ReLU | `channels` to `channels` |
# | convolution 1 × 1, no bias; batch norm | `channels` to `4 * channels` |
#
# Shortcut, addition and last ReLU are those of Part 5, equation (2); the projection goes to as many maps as come out. The
# stride is in the 3 × 3 convolution, as in today's libraries. The paper had it in the first 1 × 1, which then throws
# three of four pixels away unread.
#
# <details><summary>Hint 1: when does the shape stay?</summary>
#
# Compare `in_channels` with what *comes out*, not with the middle.
#
# </details>
#
# <details><summary>Hint 2: less to write</summary>
#
# A function `norm_conv(a, b, kernel_size, stride)` inside `__init__` that gives a convolution and its norm saves you from writing
# that four times.
#
# </details>

# %% solution="Bottleneck"
class Bottleneck(nn.Module):
    """The residual block of ResNet-50; see the table above.

    Parameters
    ----------
    in_channels : int
    channels : int
        In the middle; four times as many come out.
    stride : int

    Examples
    --------
    >>> Bottleneck(6, 2, stride=2)(torch.zeros(1, 6, 6, 10)).shape
    torch.Size([1, 8, 3, 5])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, channels, stride):
        super().__init__()

        def norm_conv(a, b, kernel_size, stride):
            padding = kernel_size // 2
            conv = nn.Conv2d(a, b, kernel_size, stride, padding, bias=False)
            return [conv, nn.BatchNorm2d(b)]

        self.residual = nn.Sequential(
            *norm_conv(in_channels, channels, 1, 1), nn.ReLU(),
            *norm_conv(channels, channels, 3, stride), nn.ReLU(),
            *norm_conv(channels, 4 * channels, 1, 1),
        )
        self.shortcut = nn.Sequential()  # hands on what it gets
        if stride != 1 or in_channels != 4 * channels:
            self.shortcut = nn.Sequential(*norm_conv(in_channels, 4 * channels, 1, stride))

    def forward(self, x):
        """Add F(x) and the shortcut: (N, in_channels, H, W) -> (N, 4 channels, H / stride, ...)."""
        return torch.relu(self.residual(x) + self.shortcut(x))
    ### END SOLUTION


# %% tests="test_bottleneck" points=4
# Four times as many maps; weights with and without a projection; where ReLU and stride are; no change of the
# input. Output and gradients for given weights.
from cnncourse.probes import forward, gradients, parameters, set_state, state

block = Bottleneck(3, 2, 2)
got = forward(block, np.zeros((2, 3, 6, 5), dtype=np.float32))
assert np.shape(got) == (2, 8, 3, 3), (
    f"A middle of 2 channels gives 4 * 2 = 8 maps, and stride 2 makes 3 x 3 of 6 x 5; yours have shape "
    f"{np.shape(got)}."
)
kernels = sorted(np.shape(w) for w in parameters(block).values() if np.ndim(w) == 4)
assert kernels == [(2, 2, 3, 3), (2, 3, 1, 1), (8, 2, 1, 1), (8, 3, 1, 1)], (
    "There should be kernels of 1 x 1 to the middle, 3 x 3 within it, 1 x 1 out of it, and 1 x 1 in the "
    "shortcut, from in_channels to what comes out."
)
count = sum(np.size(w) for w in parameters(block).values())
assert count == 6 + 36 + 16 + 24 + 2 * (2 + 2 + 8 + 8), (
    f"Your block has {count} parameters. Each of the four convolutions has a batch norm and no bias."
)
count = sum(np.size(w) for w in parameters(Bottleneck(8, 2, 1)).values())
assert count == 16 + 36 + 16 + 2 * (2 + 2 + 8), (
    f"8 channels go in and 8 come out, so the shortcut has no weights; your block has {count} parameters."
)
block = Bottleneck(4, 1, 1)
new = {name: np.zeros(np.shape(w)) for name, w in state(block).items()}
new |= {name: np.ones(np.shape(w)) for name, w in new.items() if name.endswith("running_var")}
new |= {name: np.full(np.shape(w), -1.0) for name, w in new.items() if name.endswith("bias")}
set_state(block, new)  # now F(x) is -1 everywhere, whatever x is
x = torch.tensor([-3.0, 0.5, 2.0, 4.0]).reshape(1, 4, 1, 1)
got = forward(block, x.numpy().copy())
assert np.min(got) >= 0, "Behind the addition stands a ReLU; yours gives numbers below 0."
assert np.allclose(np.ravel(got), [0, 0, 1, 3], atol=1e-4), (
    "If F gives -1 everywhere, the block gives relu(x - 1). Is there a ReLU on F before the addition, or is "
    "the shortcut missing?"
)
block(x)
assert torch.equal(x.ravel(), torch.tensor([-3.0, 0.5, 2.0, 4.0])), (
    "Bottleneck changed the maps it was given: something is added, or cut off, in place."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
relu, conv = torch.relu, nn.functional.conv2d
for in_channels, channels, stride in ((12, 3, 1), (3, 2, 1), (8, 2, 2), (2, 2, 3)):
    block = Bottleneck(in_channels, channels, stride).double()
    wide = 4 * channels
    shapes = [(channels, in_channels, 1, 1), (channels, channels, 3, 3), (wide, channels, 1, 1)]
    projects = stride != 1 or in_channels != wide
    shapes += projects * [(wide, in_channels, 1, 1)]
    found = sorted(np.shape(w) for w in parameters(block).values())
    assert found == sorted(shapes + 2 * [shape[:1] for shape in shapes]), (
        "For other channels or strides the weights have other shapes than the table says."
    )
    w = {}
    for name, old in state(block).items():  # alike where name and shape are: the order is yours
        key = name.rsplit(".", 1)[-1], np.shape(old)
        draw = rng.normal(size=key[1]) if len(key[1]) == 4 else rng.uniform(0.5, 1.5, key[1])
        w.setdefault(key, torch.tensor(draw, requires_grad=True))
    set_state(block, {
        name: w[name.rsplit(".", 1)[-1], np.shape(old)].detach().numpy() for name, old in state(block).items()
    })

    def norm(x):
        """Batch norm in use."""
        scale, shift, mean, var = (
            w[name, (x.shape[1],)] for name in ("weight", "bias", "running_mean", "running_var")  # noqa: B023
        )
        return nn.functional.batch_norm(x, mean.detach(), var.detach(), scale, shift)

    x = torch.tensor(rng.normal(size=(2, in_channels, 5, 7)))
    kept = x.clone()
    inside = relu(norm(conv(kept, w["weight", shapes[0]])))
    inside = relu(norm(conv(inside, w["weight", shapes[1]], stride=stride, padding=1)))
    inside = norm(conv(inside, w["weight", shapes[2]]))
    around = norm(conv(kept, w["weight", shapes[3]], stride=stride)) if projects else kept
    expected = relu(inside + around)
    got = np.asarray(forward(block, x.numpy().copy()))
    assert got.shape == tuple(expected.shape), "The shape is wrong for other channels or strides."
    assert np.allclose(got, expected.detach().numpy()), (
        "With given weights other maps come out. Is the stride in the 3 x 3 convolution and in the shortcut? "
        "Is there a ReLU after the first and the second norm, and none after the third?"
    )
    block(x)
    assert torch.equal(x, kept), "Bottleneck changed the maps it was given."
    expected.sum().backward()
    slopes = gradients(block, "sum", kept.numpy())
    for (name, shape), value in w.items():
        if value.grad is not None:
            total = sum(
                g for path, g in slopes.items()
                if path.rsplit(".", 1)[-1] == name and np.shape(g) == shape
            )
            assert np.allclose(total, value.grad), (
                "The gradients of the weights are wrong. Does the gradient flow through both paths?"
            )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. A network of blocks
#
# A ResNet is a stem, stages of blocks, and a head:
#
# | | |
# |---|---|
# | stem | convolution 3 × 3, padding 1, stride 1, no bias, from `in_channels` to `widths[0]`; batch norm; ReLU |
# | stage $i$ | `counts[i]` blocks that give `widths[i]` maps. The first block of each stage *but the first stage* has stride 2, all other blocks have stride 1 |
# | head | the mean over height and width, then a dense layer to `num_classes` |
#
# What a block is shall not matter here: `block(in_channels, channels, stride)` makes one, and it gives `channels` maps. If
# nothing is said, it is this one, which has no shortcut, so that your Part 5 cannot cost you anything here:

# %%
class PlainBlock(nn.Module):
    """One convolution of 3 x 3, a batch norm and a ReLU."""

    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        """Convolve: (N, in_channels, H, W) -> (N, channels, H / stride, W / stride)."""
        return torch.relu(self.norm(self.conv(x)))


# %% [markdown]
# So `__init__` begins with `def __init__(self, in_channels, widths, counts, num_classes, block=PlainBlock):`.
#
# <details><summary>Hint 1: two loops</summary>
#
# One over the stages, one over the blocks of a stage. Carry the present number of channels along.
#
# </details>
#
# <details><summary>Hint 2: each block is a new one</summary>
#
# `[block(a, b, 1)] * 3` is *one* block three times, with one set of weights. Call `block` for each.
#
# </details>

# %% solution="SmallResNet"
class SmallResNet(nn.Module):
    """A stem, stages of blocks and a head; see the table above.

    Parameters
    ----------
    in_channels : int
    widths : sequence of int
        Channels of each stage.
    counts : sequence of int
        Blocks of each stage, at least 1.
    num_classes : int
    block : callable
        `block(in_channels, channels, stride)` gives a module; `PlainBlock` if it is left out.

    Examples
    --------
    >>> SmallResNet(1, (4, 8), (2, 1), 10, block=PlainBlock)(torch.zeros(3, 1, 8, 6)).shape
    torch.Size([3, 10])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, widths, counts, num_classes, block=PlainBlock):
        super().__init__()
        channels = widths[0]
        layers = [
            nn.Conv2d(in_channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        ]
        for stage, (width, count) in enumerate(zip(widths, counts)):
            for n in range(count):
                stride = 2 if stage > 0 and n == 0 else 1
                layers.append(block(channels, width, stride))
                channels = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x):
        """Score the classes: (N, in_channels, H, W) -> (N, num_classes)."""
        return self.head(self.features(x).mean(dim=(2, 3)))
    ### END SOLUTION


# %% tests="test_small_resnet" points=4
# A score for each class, for images of any size; how many blocks of which width; the stem; the head. Scores and
# gradients for given weights.
from cnncourse.probes import forward, gradients, parameters, set_state, state

network = SmallResNet(2, (3, 5), (2, 3), 4)
got = forward(network, np.zeros((2, 2, 8, 6), dtype=np.float32))
assert np.shape(got) == (2, 4), f"Two images and four classes give (2, 4) scores, not {np.shape(got)}."
kernels = sorted(np.shape(w) for w in parameters(network).values() if np.ndim(w) == 4)
assert kernels == [(3, 2, 3, 3), *[(3, 3, 3, 3)] * 2, (5, 3, 3, 3), *[(5, 5, 3, 3)] * 2], (
    "A stem to 3 channels, two blocks of 3 and three of 5 have six kernels. The first block of a stage reads "
    "what the stage before gives. Is each block a new one, and are there as many as `counts` says?"
)
count = sum(np.size(w) for w in parameters(network).values())
assert count == 54 + 6 + 2 * (81 + 6) + (135 + 10) + 2 * (225 + 10) + 24, (
    f"Your network has {count} parameters. The stem has a batch norm and no bias; the dense layer reads one "
    "mean for each channel of the last stage, and has a bias."
)
asked = []


def noted(in_channels, channels, stride):
    """Note which block is asked for; any module will do."""
    asked.append((in_channels, channels, stride))
    return network


SmallResNet(2, (3, 5), (2, 3), 4, block=noted)
assert len(asked) == 5, "Two blocks and three are five calls of `block`, whatever `block` is."
assert sorted(asked) == [(3, 3, 1), (3, 3, 1), (3, 5, 2), (5, 5, 1), (5, 5, 1)], (
    "Each block is asked for with the channels it reads, those it gives, and its stride. Which blocks have stride "
    "2?"
)
assert np.shape(forward(network, np.zeros((1, 2, 9, 4), dtype=np.float32))) == (1, 4), (
    "An image of another size should be scored as well: the head takes the mean over however many positions "
    "there are."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
relu, conv = torch.relu, nn.functional.conv2d
for in_channels, widths, counts, num_classes in (
    (2, (3, 5), (2, 3), 4), (1, (4,), (2,), 3), (3, (3, 4, 6), (1, 2, 1), 5), (2, (3, 3), (1, 2), 4),
):
    network = SmallResNet(in_channels, widths, counts, num_classes).double()
    w = {}
    for name, old in state(network).items():  # alike where name and shape are: the order is yours
        key = name.rsplit(".", 1)[-1], np.shape(old)
        draw = rng.normal(size=key[1]) / 3 if len(key[1]) > 1 else rng.uniform(0.5, 1.5, key[1])
        w.setdefault(key, torch.tensor(draw, requires_grad=True))
    every = [widths[0], *(width for width, count in zip(widths, counts) for _ in range(count))]
    firsts = np.cumsum([1, *counts])[1:-1]  # places of the blocks with stride 2
    shapes = [(b, a, 3, 3) for a, b in zip([in_channels, *every], every)]
    shapes += [(width,) for width in every for _ in range(2)]
    assert sorted(np.shape(v) for v in parameters(network).values()) == sorted(
        [*shapes, (num_classes, widths[-1]), (num_classes,)]
    ), "For other widths, counts or classes the weights have other shapes than the table says."
    set_state(network, {
        name: w[name.rsplit(".", 1)[-1], np.shape(old)].detach().numpy() for name, old in state(network).items()
    })
    x = torch.tensor(rng.normal(size=(2, in_channels, 7, 6)))
    kept = x.clone()
    maps = kept
    for place, width in enumerate(every):
        kernel = w["weight", (width, maps.shape[1], 3, 3)]
        maps = conv(maps, kernel, stride=2 if place in firsts else 1, padding=1)
        scale, shift, mean, var = (
            w[name, (width,)] for name in ("weight", "bias", "running_mean", "running_var")
        )
        maps = relu(nn.functional.batch_norm(maps, mean.detach(), var.detach(), scale, shift))
    expected = maps.mean((2, 3)) @ w["weight", (num_classes, widths[-1])].T + w["bias", (num_classes,)]
    got = np.asarray(forward(network, x.numpy().copy()))
    assert got.shape == tuple(expected.shape), "The shape is wrong for other widths, counts or classes."
    assert np.allclose(got, expected.detach().numpy()), (
        "With given weights other scores come out. Which blocks have stride 2? Is there a ReLU in the stem, and "
        "a mean at the end?"
    )
    network(x)
    assert torch.equal(x, kept), "SmallResNet changed the images it was given."
    expected.sum().backward()
    slopes = gradients(network, "sum", kept.numpy())
    for (name, shape), value in w.items():
        if value.grad is not None:
            total = sum(
                g for path, g in slopes.items()
                if path.rsplit(".", 1)[-1] == name and np.shape(g) == shape
            )
            assert np.allclose(total, value.grad), "The gradients of the weights are wrong."
### END HIDDEN TESTS

# %% [markdown]
# ## Does it train?
#
# No points here, and a few seconds of training: two networks on digits, each with 26 layers that have weights if projections
# do not count. One is made of 24 `PlainBlock`s, one of 12 of your `BasicBlock`s, which have two convolutions each. Which one is
# ahead after three epochs?

# %%
images, labels = (torch.tensor(values) for values in digits("train"))
unseen, truth = (torch.tensor(values) for values in digits("test"))
for name, block, count in (("plain", PlainBlock, 12), ("residual", BasicBlock, 6)):
    torch.manual_seed(0)
    network = SmallResNet(1, (6, 12), (count, count), 10, block)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(3):
        for chosen in torch.randperm(len(images)).split(64):
            loss = nn.functional.cross_entropy(network(images[chosen].float()), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    network.eval()
    with torch.no_grad():
        right = (network(unseen.float()).argmax(1) == truth).double().mean()
    print(f"{name}: {right:.0%} of unseen digits right")

# %% [markdown]
# ## Part 8. A report to be read with care
#
# Somebody writes: "VGG had 7.3 per cent top-5 error, ResNet-152 has 3.57. It is better because shortcuts cure the vanishing
# gradient. Shortcuts make extra layers harmless, so our next network will have a thousand."
#
# Answer in five to ten sentences, in your own words:
#
# 1. What are the two numbers, and why may they not be compared like this?
# 2. What do the authors of ResNet say about vanishing gradients, and what does a shortcut change about the
#    gradient for certain?
# 3. Why does a deeper residual network not have to be better, though it *could* represent whatever the shallower one does? Which
#    comparison would you run before building a thousand layers?
#
# This answer is read and graded by a person.

# %% [markdown] written="thousand_layers" points=3
# ### BEGIN SOLUTION
# Both numbers belong to ensembles: 7.3 per cent to seven networks, 3.57 to six of different depths, on the test images. One
# ResNet-152 alone has 4.49 per cent on the validation images. A fair comparison has the same images, the same number of crops,
# and one network on each side.
#
# The authors trained their plain networks with batch norm, saw gradients of healthy size, and call it unlikely
# that vanishing gradients were the trouble; they speak of a difficulty of optimisation. What is certain: the
# derivative of $F(x) + x$ is that of $F$ plus one. Through a stack of such blocks a part of the gradient arrives unchanged, exactly
# so only where neither a ReLU nor a projection stands behind or in the shortcut.
#
# That a solution exists does not mean that training finds it, nor that what it finds does well on new images. With 1,202 layers the
# error on CIFAR-10 was 7.93 per cent, with 110 it was 6.43. I would train several depths under one protocol, with
# the same budget and several seeds, and look at the error on training and on validation images separately. If the training error
# rises with depth, it is optimisation; if only the other one does, it is overfitting.
#
# **Marking**, a point for each:
#
# - Both numbers are of ensembles (or: different numbers of networks, other images, other crops), and a comparison needs one protocol.
# - The authors think vanishing gradients unlikely, *and* the derivative gets a plus one (or "a part passes unchanged").
# - Representable is not learnt, or 1,202 layers were worse than 110; and a comparison of depths that tells training from
#   validation error.
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Make 30 blocks in place of 12 and 6 above. What happens to the plain network?
# - Put `nn.Identity()` in the place of one block of a trained network, one that keeps the shape. How much does the accuracy fall
#   with shortcuts, and how much without?
# - Start each residual block as the identity: set the `weight` of its last norm to 0 before training.
