# ---
# title: What a network costs
# chapter: book/10_cost/index.md
# minutes: 100
# seconds_per_cell: 20
# may_not_call: [torch, scipy, cnncourse.layers, cnncourse.shapes, timeit]
# summary: >
#   A network has several prices: numbers to store, sums to do, bytes to move, milliseconds to wait. You
#   will count the first three, bound the fourth from below and measure it, and then make a network
#   cheaper without training it again: by folding layers together and by whole numbers of eight bits.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import time

import numpy as np

from cnncourse.plots import new_figure

# %% [markdown]
# When you have finished, you will be able to
#
# - count the parameters, the work and the memory of a network, for a batch of any size;
# - compute how many operations a layer does for each byte that it moves, and what that means for its time;
# - fold a batch norm into the convolution before it;
# - store weights in eight bits, and say how large the error can be;
# - choose among networks where one price can be had for another;
# - time a function so that the number can be trusted.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: two prices of the same two layers
#
# An ordinary layer of 3 x 3 kernels leads from 64 channels to 64, on maps of 56 x 56. A depthwise one, with as
# many groups as channels, does 64 times fewer operations. The bytes that it has to read and write are
# another matter. Which of the two bars will its time look like?

# %%
pixels, weights = 56 * 56, 9 * 64 * 64
operations = [2 * pixels * weights, 2 * pixels * weights / 64]
moved = [4 * (2 * 64 * pixels + weights), 4 * (2 * 64 * pixels + weights / 64)]
figure = new_figure(height=1.8)
for axes, title, values in zip(
    figure.subplots(1, 2), ("million operations", "million bytes moved"), (operations, moved)
):
    bars = axes.barh(["ordinary", "depthwise"], values, color=["#5b3a8c", "#d9780f"], height=0.6)
    axes.bar_label(bars, [f"{value / 1e6:,.1f}" for value in values], padding=3)
    axes.set(title=title, xlim=(0, 1.3 * max(values)), xticks=[])
    axes.invert_yaxis()
figure

# %% [markdown]
# ## Part 1. Three counts of a network
#
# A network is given as the shape $(C, H, W)$ of its image and a list of layers:
#
# | layer | means |
# |---|---|
# | `("conv", out_channels, kernel_size, stride, padding, groups)` | a convolution with square kernels and biases |
# | `("dense", units)` | a dense layer with biases, which reads all values that come in |
#
# Count
#
# - its **parameters**, biases included;
# - its **multiply-adds for one image**: in each layer, each weight is used once at each position of the output
#   (a dense layer has one position); biases cost none;
# - its **activation memory for a batch**, in bytes: the image and the outputs of all layers, four bytes for each
#   number, for all images of the batch. This is what training has to keep.
#
# There is partial credit, a point for each of the three.
#
# <details><summary>Hint 1: carry the shape along</summary>
#
# Loop over the layers; the shape that comes out of one goes into the next. A side of the output is
# `(side + 2 * padding - kernel_size) // stride + 1`.
#
# </details>
#
# <details><summary>Hint 2: groups</summary>
#
# With groups a kernel reads `C // groups` channels. This changes its weights, and with them the work.
#
# </details>
#
# <details><summary>Hint 3: what is kept</summary>
#
# Begin the count of numbers with the image itself, add each layer's output, and multiply by four and by the batch
# at the end.
#
# </details>


# %% solution="network_costs"
def network_costs(shape, layers, batch=1):
    """Count a network's parameters, its work for one image and its activation memory for a batch.

    Parameters
    ----------
    shape : (int, int, int)
        C, H, W of the image.
    layers : list of tuple
        ("conv", out_channels, kernel_size, stride, padding, groups) or ("dense", units).
    batch : int
        Images.

    Returns
    -------
    parameters, multiply_adds, activation_bytes : int

    Examples
    --------
    >>> network_costs((1, 5, 5), [("conv", 2, 3, 1, 0, 1), ("dense", 10)], batch=2)
    (210, 342, 424)
    """
    ### BEGIN SOLUTION
    parameters = multiply_adds = 0
    numbers = values = int(np.prod(shape))
    for kind, *settings in layers:
        if kind == "conv":
            out_channels, kernel_size, stride, padding, groups = settings
            C, H, W = shape
            weights = out_channels * (C // groups) * kernel_size**2
            rows, columns = ((side + 2 * padding - kernel_size) // stride + 1 for side in (H, W))
            shape = (out_channels, rows, columns)
            outputs, positions = out_channels, rows * columns
        else:
            (outputs,) = settings
            weights, positions = values * outputs, 1
        values = outputs * positions
        parameters += weights + outputs
        multiply_adds += weights * positions
        numbers += values
    return parameters, multiply_adds, 4 * batch * numbers
    ### END SOLUTION


# %% tests="test_network_costs" points=3
# Three numbers are a condition; then a point each for the parameters, for the multiply-adds and for the memory,
# here and for other networks and batches.
small = [("conv", 4, 3, 2, 1, 1), ("conv", 6, 3, 1, 0, 2), ("dense", 5), ("dense", 3)]
got = network_costs((2, 8, 10), small)
assert got is not None, "network_costs gives back nothing: does it end with `return`?"
assert np.shape(got) == (3,), "There are three numbers to give back."
lost = {}  # what each count cost: a point once, however often it is wrong
messages = {
    "parameters": "The parameters do not come out. A kernel reads the channels of its group, a unit of a dense "
    "layer all values; each kernel and each unit has a bias.",
    "multiply-adds": "The multiply-adds do not come out. Each weight is used once at each position of the "
    "*output*; biases and the batch do not count.",
    "memory": "The memory does not come out. The image and all outputs are kept, four bytes for each number, for "
    "each image of the batch.",
}


def examine(expected, *network):
    """Take the point of each count that is not as expected."""
    for name, ours, theirs in zip(messages, expected, network_costs(*network)):
        if ours != theirs:
            lost.setdefault(name, messages[name])


examine(
    (76 + 114 + 185 + 18, 1440 + 648 + 180 + 15, 4 * (160 + 80 + 36 + 5 + 3)), (2, 8, 10), small
)
examine((393, 2283, 7 * 1136), (2, 8, 10), small, 7)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for _ in range(4):
    g, C, M, units, batch = rng.integers([2, 1, 1, 2, 2], [5, 5, 5, 20, 9]).tolist()
    H, W, K, s, p = rng.integers([12, 12, 2, 1, 1], [30, 30, 6, 4, 4]).tolist()
    C, M = C * g, M * g
    rows, columns = (len(range(0, side + 2 * p - K + 1, s)) for side in (H, W))
    kernels, out = M * C * K * K // g, M * rows * columns
    layers = [("conv", M, K, s, p, g), ("conv", 3, 1, 1, 0, 1), ("dense", units)]
    expected = (
        kernels + M + 3 * M + 3 + 3 * rows * columns * units + units,
        kernels * rows * columns + 3 * out + 3 * rows * columns * units,
        batch * 4 * (C * H * W + out + 3 * rows * columns + units),
    )
    examine(expected, (C, H, W), layers, batch)
    dense = C * H * W * units
    examine((dense + units, dense, 4 * (C * H * W + units)), (C, H, W), [("dense", units)])
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 3 - len(lost))

# %% [markdown]
# ## Part 2. Operations for each byte
#
# A layer with stride 1 keeps the size of its maps, $H \times W$. To compute it, $N$ images and all weights have to
# be read and the outputs to be written, each of them once if all goes well. With four bytes for each number
# (and without biases, which hardly count), its *arithmetic intensity* is
#
# $$ \frac{F}{D} = \frac{2 \, N H W K^2 \, (C_\text{in} / g) \, C_\text{out}}
#    {4 \, \bigl( N H W C_\text{in} + K^2 (C_\text{in} / g)\, C_\text{out} + N H W C_\text{out} \bigr)} \tag{1} $$
#
# operations for each byte: a multiply-add is two operations.
#
# <details><summary>Hint 1: three arrays</summary>
#
# Count the numbers of the images, of the weights and of the outputs first. The bytes are four times their sum.
#
# </details>
#
# <details><summary>Hint 2: what the batch changes</summary>
#
# Images and outputs, and the work. The weights are read once for the whole batch.
#
# </details>


# %% solution="arithmetic_intensity"
def arithmetic_intensity(in_channels, out_channels, kernel_size, H, W, batch=1, groups=1):
    """Say how many operations a layer does for each byte that it must move, equation (1).

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int
        Side of the square kernels.
    H, W : int
        Of the maps, which keep their size.
    batch, groups : int

    Returns
    -------
    float
        Operations per byte, with four bytes for each number.

    Examples
    --------
    >>> round(arithmetic_intensity(64, 64, 3, 56, 56, groups=64), 2)
    2.25
    """
    ### BEGIN SOLUTION
    weights = kernel_size**2 * (in_channels // groups) * out_channels
    positions = batch * H * W
    numbers = positions * (in_channels + out_channels) + weights
    return 2 * positions * weights / (4 * numbers)
    ### END SOLUTION


# %% tests="test_arithmetic_intensity" points=2
# A layer small enough to count; the batch; groups. The same for other layers.
got = arithmetic_intensity(1, 1, 3, 4, 5)
assert got is not None, "arithmetic_intensity gives back nothing: does it end with `return`?"
assert not np.isclose(got, 180 / 196), "A multiply-add is two operations: one product, one sum."
assert not np.isclose(got, 360 / 49), "Each number takes four bytes."
assert np.isclose(got, 360 / 196), (
    "On a map of 4 x 5 a kernel of 3 x 3 does 2 x 180 operations, and moves 20 + 9 + 20 numbers: the image, the "
    "weights, the output."
)
assert np.isclose(arithmetic_intensity(1, 1, 3, 4, 5, batch=2), 720 / 356), (
    "Two images are twice the work and twice the maps. Are the weights read again for the second image?"
)
assert np.isclose(arithmetic_intensity(4, 8, 1, 2, 2, groups=2), 128 / 256), (
    "With two groups each kernel reads two of the four channels: this halves the weights and the work. The maps that "
    "have to be moved stay as they are."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for groups in (1, 2, 3, 5):
    a, b, K, H, W, N = rng.integers([2, 2, 2, 5, 5, 2], [9, 9, 6, 30, 30, 9]).tolist()
    images, outputs = (
        np.ones((N, groups * a, H, W)).nbytes / 2,
        np.ones((N, groups * b, H, W)).nbytes / 2,
    )
    weights = np.ones((groups * b, a, K, K)).nbytes / 2
    operations = 2 * N * H * W * weights / 4
    got = arithmetic_intensity(groups * a, groups * b, K, H, W, N, groups)
    assert np.isclose(got, operations / (images + outputs + weights)), (
        "Another layer comes out wrong. Try maps that are not square, more outputs than inputs, several images and "
        "groups."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. The floor
#
# A processor does at most $P$ operations in a second, and the memory moves at most $B$ bytes. A layer with $F$
# operations and $D$ bytes takes at least
#
# $$ t \ge \max\left( \frac{F}{P}, \frac{D}{B} \right) \tag{2} $$
#
# seconds, and the larger of the two says what it has to wait for. For a whole network, layer after layer, the
# floors add up. Give back the network's floor in *milliseconds*, and the share of it that is spent in layers
# that wait for the memory ($D/B$ larger than $F/P$).
#
# <details><summary>Hint 1: layer by layer</summary>
#
# The maximum is taken in each layer, and only then the sum. A layer that waits for the memory cannot lend its
# idle processor to the next one.
#
# </details>
#
# <details><summary>Hint 2: a share</summary>
#
# Sum the floors of the layers that wait for the memory, and divide by the sum of all floors: the *time*, not the
# number of layers.
#
# </details>


# %% solution="network_floor"
def network_floor(layers, P, B):
    """Bound a network's time from below, equation (2), and say how much of it is waiting for memory.

    Parameters
    ----------
    layers : list of (float, float)
        Operations and bytes of each layer, one after the other.
    P, B : float
        Operations and bytes that the machine does and moves in a second.

    Returns
    -------
    milliseconds : float
    memory_share : float
        0 to 1.

    Examples
    --------
    >>> network_floor([(6e6, 1e6), (1e6, 2e6)], P=2e9, B=1e9)
    (5.0, 0.4)
    """
    ### BEGIN SOLUTION
    total = waiting = 0.0
    for operations, moved in layers:
        seconds = max(operations / P, moved / B)
        total += seconds
        if moved / B > operations / P:
            waiting += seconds
    return 1000 * total, waiting / total
    ### END SOLUTION


# %% tests="test_network_floor" points=2
# Milliseconds; the maximum in each layer, then the sum; the share of the time that waits for the memory. The same
# for other networks and machines.
got = network_floor([(6e6, 1e6), (1e6, 2e6)], 2e9, 1e9)
assert got is not None, "network_floor gives back nothing: does it end with `return`?"
assert np.shape(got) == (2,), (
    "There are two numbers to give back: `return milliseconds, memory_share`."
)
assert not np.isclose(got[0], 0.005), "These are seconds. A second has a thousand milliseconds."
assert not np.isclose(got[0], 3.5), (
    "You compare the sums. But each layer has to wait for its own limit: the maximum belongs to a layer."
)
assert np.isclose(got[0], 5), (
    "The first layer keeps the processor busy for 3 ms and the memory for 1, the second for 0.5 and 2. They come one "
    "after the other, and in each the larger time counts."
)
assert not np.isclose(got[1], 0.5), (
    "One layer of two waits for the memory; but which share of the *time* is it?"
)
assert np.isclose(got[1], 0.4), "Of 5 ms, 2 are spent in the layer that waits for the memory."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
balanced = network_floor([(2.0**20, 2.0**18), (2.0**20, 2.0**21)], 2.0**31, 2.0**29)
assert np.isclose(balanced[1], 8 / 9, atol=1e-6), (
    "A layer with exactly as much to do for the processor as for the memory does not count as waiting for the memory."
)
for number in (1, 4, 9):
    P, B = rng.uniform(1e9, 9e9, size=2)
    by_processor, by_memory = rng.uniform(0.1, 3, size=(2, number))
    layers = [(float(f * P), float(d * B)) for f, d in zip(by_processor, by_memory)]
    floors = np.maximum(by_processor, by_memory)
    got = network_floor(layers, float(P), float(B))
    assert np.isclose(got[0], 1000 * np.sum(floors)), (
        "The floor of another network is wrong. Try layers of both kinds, and a machine with P and B of other sizes."
    )
    assert np.isclose(
        got[1], np.sum(floors[by_memory > by_processor]) / np.sum(floors), atol=1e-6
    ), (
        "The share of another network is wrong. Try one with several layers of each kind, and one of a single layer."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Two layers for the price of one
#
# Behind many convolutions stands a batch norm. When training is over, it does with each map $o$ the same simple thing
# at every pixel, with numbers that no longer change:
#
# $$ y_o = \sum W_o \cdot \text{window} + b_o , $$
#
# $$ z_o = \gamma_o \, \frac{y_o - \mu_o}{\sqrt{\sigma^2_o + \varepsilon}} + \beta_o . \tag{3} $$
#
# A product and a sum after sums of products: the convolution could do that itself. Find weights $W'$ and biases $b'$
# such that the convolution alone gives $z$. The batch norm then costs nothing, and its maps are not written and read
# once more.
#
# <details><summary>Hint 1: put one into the other</summary>
#
# Write $f_o = \gamma_o / \sqrt{\sigma^2_o + \varepsilon}$, insert $y_o$ into the left equation, and collect what is
# multiplied with the window and what is not.
#
# </details>
#
# <details><summary>Hint 2: one factor for each kernel</summary>
#
# A factor of shape $(C_\text{out},)$ has to be multiplied along the *first* axis of the weights:
# `factor[:, None, None, None]`. Without that, NumPy lines it up with the last one.
#
# </details>


# %% solution="fuse_batch_norm"
def fuse_batch_norm(weight, bias, mean, variance, gamma, beta, eps):
    """Fold a batch norm into the convolution before it, equation (3).

    Parameters
    ----------
    weight : float array, shape (C_out, C_in, K_h, K_w)
        It is left as it is.
    bias, mean, variance, gamma, beta : float array, shape (C_out,)
    eps : float
        Added to the variance.

    Returns
    -------
    weight : float array, shape (C_out, C_in, K_h, K_w)
    bias : float array, shape (C_out,)

    Examples
    --------
    >>> one = np.ones(1)
    >>> weight, bias = fuse_batch_norm(np.full((1, 1, 1, 2), 4.0), 5 * one, one, 3 * one, one, 7 * one, 1.0)
    >>> weight.ravel(), bias
    (array([2., 2.]), array([9.]))
    """
    ### BEGIN SOLUTION
    factor = gamma / np.sqrt(variance + eps)
    return weight * factor[:, None, None, None], (bias - mean) * factor + beta
    ### END SOLUTION


# %% tests="test_fuse_batch_norm" points=3
# Two arrays of the right shapes; the same answers as convolution and batch norm, map by map; the weights left as they
# were. The same for other layers.
weight = np.array([1.0, 2, 3, 4]).reshape(2, 2, 1, 1)
kept = weight.copy()
bias, mean = np.array([1.0, 2]), np.array([3.0, 0])
variance, gamma, beta = np.array([3.0, 8]), np.array([1.0, 6]), np.array([0.0, 5])
got = fuse_batch_norm(weight, bias, mean, variance, gamma, beta, 1.0)
assert got is not None, "fuse_batch_norm gives back nothing: does it end with `return`?"
assert len(got) == 2, "There are two arrays to give back: `return weight, bias`."
assert np.shape(got[0]) == (2, 2, 1, 1), (
    f"Your weights have shape {np.shape(got[0])}; the layer's is (2, 2, 1, 1)."
)
assert np.shape(got[1]) == (2,), (
    f"Your biases have shape {np.shape(got[1])}; there is one for each map."
)
assert np.allclose(got[0][0], [[[0.5]], [[1]]]), (
    "The first kernel's weights, 1 and 2, should be divided by the root of 3 + 1. (Is eps under the root? Does each "
    "*kernel* have its factor, and not each input channel?)"
)
assert np.allclose(got[0][1], [[[6]], [[8]]]), (
    "The second kernel's weights, 3 and 4, should be multiplied by gamma, 6, and divided by the root of 8 + 1."
)
assert np.allclose(got[1], [-1, 9]), (
    "The biases do not come out. The old bias goes through the batch norm as well: the mean is subtracted from it, it is "
    "scaled like the weights, and beta is added."
)
assert np.array_equal(weight, kept), "fuse_batch_norm changed the weights it was given."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((3, 2, 3, 2), (4, 4, 1, 4), (1, 3, 2, 2)):
    weight, window = rng.normal(size=shape), rng.normal(size=shape[1:])
    bias, mean, gamma, beta = rng.normal(size=(4, shape[0]))
    variance, eps = rng.uniform(0.2, 3, size=shape[0]), float(rng.uniform(0.1, 1))
    kept = weight.copy()
    y = np.array([np.vdot(kernel, window) for kernel in weight]) + bias
    expected = gamma * (y - mean) * (variance + eps) ** -0.5 + beta
    fused = fuse_batch_norm(weight, bias, mean, variance, gamma, beta, eps)
    z = np.array([np.vdot(kernel, window) for kernel in np.asarray(fused[0])]) + np.asarray(
        fused[1]
    )
    assert np.shape(fused[0]) == shape and np.allclose(z, expected, atol=1e-4), (
        "For another layer the two give different answers. Try as many maps as channels, an eps that is not small, and "
        "a gamma below 0."
    )
    assert np.array_equal(weight, kept), "fuse_batch_norm changed the weights it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. Weights in eight bits
#
# A number of type `int8` is a whole number from -128 to 127, and takes one byte instead of four. To store weights in
# this way, each kernel gets a *scale*, so that its largest weight, by absolute value, becomes 127:
#
# $$ s_o = \frac{\max |W_o|}{127} , \qquad q_o = \operatorname{round}\left( \frac{W_o}{s_o} \right) \tag{4} $$
#
# The value -128 is not used, so that the range is the same on both sides. A kernel whose weights are all 0 gets the
# scale 1. No weight is moved by more than half a step, $s_o / 2$.
#
# <details><summary>Hint 1: a maximum for each kernel</summary>
#
# `np.abs(weight).max(axis=(1, 2, 3))` has the shape $(C_\text{out},)$. `np.where` can replace what is 0.
#
# </details>
#
# <details><summary>Hint 2: round before you convert</summary>
#
# `astype(np.int8)` cuts off what is behind the point, which moves weights by up to a whole step. `np.rint` rounds.
#
# </details>


# %% solution="quantize"
def quantize(weight):
    """Store each kernel in eight bits, equation (4).

    Parameters
    ----------
    weight : float array, shape (C_out, C_in, K_h, K_w)
        It is left as it is.

    Returns
    -------
    q : int8 array, shape (C_out, C_in, K_h, K_w)
        -127 to 127.
    scale : float array, shape (C_out,)

    Examples
    --------
    >>> q, scale = quantize(np.array([1.27, -0.5, 0.0, 0.019]).reshape(1, 4, 1, 1))
    >>> q.ravel().tolist(), scale.round(3).tolist()
    ([127, -50, 0, 2], [0.01])
    """
    ### BEGIN SOLUTION
    largest = np.abs(weight).max(axis=(1, 2, 3))
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.rint(weight / scale[:, None, None, None]).astype(np.int8), scale
    ### END SOLUTION


# %% tests="test_quantize" points=3
# Two arrays of the right shapes and type; a scale for each kernel, from the largest absolute value; rounded, not cut
# off; a kernel of zeros. The same for other weights.
weight = np.array([1.27, -0.5, 0.126, 0.0, -2.54, 0.1, 0.0, 1.0]).reshape(2, 2, 2, 1)
kept = weight.copy()
got = quantize(weight)
assert got is not None, "quantize gives back nothing: does it end with `return`?"
assert len(got) == 2, "There are two arrays to give back: `return q, scale`."
assert np.asarray(got[0]).dtype == np.int8, (
    "The stored weights should be of type int8: `astype(np.int8)`."
)
assert np.shape(got[0]) == (2, 2, 2, 1), (
    f"Your weights have shape {np.shape(got[0])}; the shape does not change."
)
assert np.shape(got[1]) == (2,), (
    f"Your scales have shape {np.shape(got[1])}; there is one for each kernel."
)
assert not np.allclose(got[1], [0.02, 0.02]), (
    "Both kernels have the same scale. Each kernel has its own: that of one with small weights is finer."
)
assert np.allclose(got[1], [0.01, 0.02]), (
    "The scales should be 1.27 / 127 and 2.54 / 127. The largest weight counts by its absolute value: in the second "
    "kernel it is negative."
)
assert np.ravel(got[0])[2] == 13, (
    "The third weight is 12.6 steps, and is stored as 13. Rounding to the nearest whole number is something else than "
    "cutting off."
)
assert np.array_equal(np.ravel(got[0]), [127, -50, 13, 0, -127, 5, 0, 50]), (
    "The eight weights, in steps of their kernel's scale, do not come out."
)
zeros = quantize(np.zeros((1, 1, 2, 2)))
assert np.array_equal(np.ravel(zeros[0]), [0, 0, 0, 0]), (
    "A kernel of zeros should be stored as zeros."
)
assert np.array_equal(zeros[1], [1]), (
    "A kernel of zeros gets the scale 1. Its largest weight is 0, and nothing can be divided by a scale of 0."
)
assert np.array_equal(weight, kept), "quantize changed the weights it was given."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, size in (((3, 2, 3, 2), 0.02), ((4, 1, 5, 5), 1), ((1, 6, 2, 2), 40)):
    weight = size * rng.normal(size=shape) * rng.uniform(0.1, 1, size=(shape[0], 1, 1, 1))
    kept = weight.copy()
    q, scale = (np.asarray(part) for part in quantize(weight))
    assert q.shape == shape and scale.shape == shape[:1], "The shapes are wrong for other weights."
    assert np.allclose(scale * 127, np.abs(weight).reshape(shape[0], -1).max(axis=1)), (
        "The scales are wrong for other weights. Try kernels of very different sizes, with negative and positive ones."
    )
    steps = weight / scale.reshape(-1, 1, 1, 1)
    assert np.all(np.abs(q - steps) <= 0.5 + 1e-3), (
        "Some weight is moved by more than half a step. Is it rounded, and with its own kernel's scale?"
    )
    assert np.array_equal(weight, kept), "quantize changed the weights it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. And back
#
# To compute with them, the stored numbers are turned back into weights: $W_o \approx s_o \, q_o$.
#
# <details><summary>Hint 1: line up the axes</summary>
#
# There is one scale for each kernel, which is the first of the four axes.
#
# </details>
#
# <details><summary>Hint 2: out of eight bits</summary>
#
# A product of two `int8` numbers is an `int8` number again, and starts over at -128 after 127. Turn them into floats
# first.
#
# </details>


# %% solution="dequantize"
def dequantize(q, scale):
    """Turn stored numbers back into weights.

    Parameters
    ----------
    q : int8 array, shape (C_out, C_in, K_h, K_w)
        It is left as it is.
    scale : array, shape (C_out,)
        Of any number type.

    Returns
    -------
    float array, shape (C_out, C_in, K_h, K_w)

    Examples
    --------
    >>> dequantize(np.array([100, -50], dtype=np.int8).reshape(2, 1, 1, 1), np.array([0.5, 2.0])).ravel()
    array([  50., -100.])
    """
    ### BEGIN SOLUTION
    return q.astype(float) * scale[:, None, None, None]
    ### END SOLUTION


# %% tests="test_dequantize" points=2
# The shape; each kernel times its own scale; floats, also where the scales are whole numbers. The same for others.
q = np.array([100, -50, 3, 0, 7, -127, 1, 2], dtype=np.int8).reshape(2, 2, 2, 1)
got = dequantize(q, np.array([0.5, 0.25]))
assert got is not None, "dequantize gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 2, 2, 1), (
    f"Your weights have shape {np.shape(got)}; the shape does not change."
)
assert np.ravel(got)[2] != 1, "Your weights are whole numbers. Half of 3 is 1.5."
assert np.ravel(got)[0] == 50, (
    "The first number is 100 and its kernel's scale 0.5. Storing divided by the scale; what undoes that?"
)
assert np.array_equal(np.ravel(got), [50, -25, 1.5, 0, 1.75, -31.75, 0.25, 0.5]), (
    "The first kernel has the scale 0.5, the second 0.25. Is each number multiplied by that of its own kernel, its sign "
    "kept?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((3, 2, 3, 2), (2, 4, 2, 2), (4, 1, 1, 4)):
    q = rng.integers(-127, 128, size=shape).astype(np.int8)
    for scale in (
        rng.uniform(0.001, 3, size=shape[0]),
        rng.integers(2, 9, size=shape[0]).astype(np.int8),
    ):
        expected = np.stack([kernel.astype(float) * float(s) for kernel, s in zip(q, scale)])
        got = dequantize(q, scale)
        assert np.shape(got) == shape and np.allclose(got, expected, rtol=1e-4), (
            "Other numbers do not come back. Try as many kernels as columns, and scales that are whole numbers of type "
            "int8: see the second hint."
        )
### END HIDDEN TESTS

# %% [markdown]
# What eight bits do to a layer: 32 random kernels, their sums over a random window, in full precision and from eight
# bits. A quarter of the memory, and this much of an error:

# %%
rng = np.random.default_rng(0)
weight, window = rng.normal(size=(32, 64, 3, 3)), rng.normal(size=(64, 3, 3))
exact = np.tensordot(weight, window, 3)
error = np.tensordot(dequantize(*quantize(weight)), window, 3) - exact
print(f"spread of the answers {exact.std():.2f}, of their errors {error.std():.3f}")

# %% [markdown]
# ## Part 7. Which network to choose?
#
# Networks with their cost (lower is better) and their accuracy (higher is better). A network is *dominated* if another
# one is at least as good in both, and better in at least one. Nobody has a reason to choose it. The others form the
# *Pareto front*. Give the front's indices, by rising cost; networks that are equal in both do not dominate
# each other, and stand in the order of their indices.
#
# <details><summary>Hint 1: one network at a time</summary>
#
# For network `i`, look for a `j` with `cost[j] <= cost[i]` and `accuracy[j] >= accuracy[i]`, and at least one of the
# two strictly.
#
# </details>
#
# <details><summary>Hint 2: the order</summary>
#
# `sorted(front, key=lambda i: cost[i])` leaves equal ones in the order in which they come.
#
# </details>


# %% solution="pareto_front"
def pareto_front(cost, accuracy):
    """Find the networks that no other one dominates.

    Parameters
    ----------
    cost, accuracy : sequence of float
        One number for each network.

    Returns
    -------
    list of int
        Indices, by rising cost.

    Examples
    --------
    >>> pareto_front([5, 1, 4, 3], [0.9, 0.5, 0.7, 0.8])
    [1, 3, 0]
    """

    ### BEGIN SOLUTION
    def dominates(j, i):
        as_good = cost[j] <= cost[i] and accuracy[j] >= accuracy[i]
        return as_good and (cost[j] < cost[i] or accuracy[j] > accuracy[i])

    networks = range(len(cost))
    front = [i for i in networks if not any(dominates(j, i) for j in networks)]
    return sorted(front, key=lambda i: cost[i])
    ### END SOLUTION


# %% tests="test_pareto_front" points=2
# Dominated networks left out, the others kept; by rising cost; equal costs, equal accuracies, equal networks. The same
# for other networks.
got = pareto_front([5, 1, 4, 3], [0.9, 0.5, 0.7, 0.8])
assert got is not None, "pareto_front gives back nothing: does it end with `return`?"
assert 2 not in list(got), (
    "Network 2 costs more than network 3 and is less accurate: nobody would choose it."
)
assert len(got) == 3, (
    "Networks 0, 1 and 3 are on the front: none of them is beaten in both. The cheapest one always is, however inaccurate."
)
assert list(got) == [1, 3, 0], "The front should be given by rising cost, as indices."
assert list(pareto_front([2, 2, 3], [0.7, 0.8, 0.8])) == [1], (
    "At the same cost the more accurate network dominates, at the same accuracy the cheaper one."
)
assert list(pareto_front([4, 2, 2], [0.9, 0.5, 0.5])) == [1, 2, 0], (
    "Networks 1 and 2 are equal in both: neither is better in anything, so neither dominates the other."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for number, levels in ((1, 3), (6, 30), (12, 4), (20, 6), (25, 40)):
    cost, accuracy = rng.integers(1, levels, size=(2, number)).tolist()
    points = np.array([cost, [-value for value in accuracy]])
    beaten = (points[:, :, None] <= points[:, None]).all(axis=0) & (
        points[:, :, None] < points[:, None]
    ).any(axis=0)
    best = np.flatnonzero(~beaten.any(axis=0))
    got = [int(i) for i in pareto_front(cost, accuracy)]
    assert got == best[np.argsort(points[0][best], kind="stable")].tolist(), (
        "The front of other networks is wrong. Try equal costs, equal accuracies, equal networks, and a single one."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. A time that can be trusted
#
# The first runs of a function are slow: memory is asked for, caches are cold, libraries load. Later runs are disturbed
# now and then by whatever else the machine does. So: run a few times without looking at the clock, then measure a number
# of runs, *each by itself*, and take the median, which one slow run cannot move.
#
# The function to be timed and the clock are given; a clock is a function that gives back the time in seconds, such as
# `time.perf_counter`.
#
# <details><summary>Hint 1: one measured run</summary>
#
# Ask the clock, run, ask the clock again: the difference is the time of this run.
#
# </details>
#
# <details><summary>Hint 2: the median</summary>
#
# `np.median` takes the middle one of the sorted values, or the mean of the two in the middle.
#
# </details>


# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    """Time a function.

    Parameters
    ----------
    run : function
        What is timed; called without arguments.
    clock : function
        Gives the time in seconds; called without arguments.
    warm_up : int
        Runs before the first one that is measured.
    repeats : int
        Runs that are measured, each by itself.

    Returns
    -------
    float
        The median, in milliseconds.

    Examples
    --------
    >>> ticks = iter([0.0, 0.002, 0.002, 0.005, 0.005, 0.105])
    >>> print(round(median_latency(lambda: None, lambda: next(ticks), warm_up=1, repeats=3), 6))
    3.0
    """
    ### BEGIN SOLUTION
    for _ in range(warm_up):
        run()
    times = []
    for _ in range(repeats):
        start = clock()
        run()
        times.append(clock() - start)
    return 1000 * np.median(times)
    ### END SOLUTION


# %% tests="test_median_latency" points=2
# Warm-up runs not counted; as many runs measured as asked for, each by itself; the median, in milliseconds. The same for
# other times and numbers of runs.
durations = [90, 50, 1, 4, 2, 40]  # milliseconds of each run; later ones take as long as the last
state = {"now": 7.0, "runs": 0}


def run():
    """Let time pass."""
    state["now"] += durations[min(state["runs"], len(durations) - 1)] / 1000
    state["runs"] += 1


def clock():
    """Give the time."""
    return state["now"]


got = median_latency(run, clock, 2, 4)
assert got is not None, "median_latency gives back nothing: does it end with `return`?"
assert state["runs"] == 6, (
    f"With two runs to warm up and four to measure, the function runs six times; yours ran it {state['runs']} times."
)
assert not np.isclose(got, 0.003), "That is in seconds. A second has a thousand milliseconds."
assert not np.isclose(got, 11.75), (
    "That is the mean, which the one slow run has moved. The median is the middle of the sorted times."
)
assert not np.isclose(got, 22), (
    "The runs to warm up are in your median. They should run, but not be counted."
)
assert np.isclose(got, 3), (
    "Measured are 1, 4, 2 and 40 ms: the two in the middle are 2 and 4. Is each run measured by itself, without the time "
    "that passed before it?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for warm_up, repeats in ((0, 1), (3, 5), (1, 8), (4, 3)):
    durations = rng.uniform(1, 90, size=warm_up + repeats).tolist()
    state.update(now=float(rng.uniform(0, 100)), runs=0)
    got = median_latency(run, clock, warm_up, repeats)
    assert np.isclose(got, np.median(durations[warm_up:])), (
        "Other runs give a wrong time. Try no warm-up at all, an odd and an even number of runs, and a clock that does not "
        "begin at 0."
    )
    assert state["runs"] == warm_up + repeats, "The function does not run as often as it should."
durations, runs = [5], []
for options in ({"warm_up": 2}, {"repeats": 4}):
    state.update(now=0.0, runs=0)
    median_latency(run, clock, **options)
    runs.append(state["runs"])
assert runs == [2 + 10, 3 + 4], (
    "Without being told otherwise, it should warm up and measure as often as the text says."
)
### END HIDDEN TESTS

# %% [markdown]
# Your stopwatch on a product of two square matrices. Twice the side means eight times as many operations: how many times
# as long does it take, and why not always the same?

# %%
for size in (100, 200, 400):
    left, right = np.ones((2, size, size), dtype=np.float32)
    ms = median_latency(lambda left=left, right=right: left @ right, time.perf_counter)
    print(
        f"{size} x {size}: {ms:7.3f} ms, {2 * size**3 / ms / 1e6:6.1f} billion operations per second"
    )

# %% [markdown]
# ## Part 9. Eight times fewer, and yet
#
# A team replaces all 3 x 3 convolutions of a network by depthwise-separable ones. The count says: 8.3 times fewer
# multiply-adds, 8 times fewer parameters. The clock says: 1.7 times faster. Answer in six to twelve sentences:
#
# 1. How can both be right? Use the arithmetic intensity, with a number for a layer of your choice (Part 2).
# 2. How would you make sure that the 1.7 is not a mistake of the measurement?
# 3. Name two things that could make the new network faster on the same machine without training it again, and say for
#    each which of the two limits of equation (2) it works on.
#
# This answer is read and graded by a person.

# %% [markdown] written="eight_times_fewer" points=3
# ### BEGIN SOLUTION
# The multiply-adds bound the time from one side only. A depthwise 3 x 3 layer reads and writes as many values as
# before, but does only 9 multiply-adds for each: 2.25 operations for each byte, against 144 for the ordinary layer from
# 64 to 64 channels (without the weights). A machine that could do ten operations for each byte it moves leaves
# its processor idle for most of the time; the layer waits for the memory. The 1 x 1 layers have a higher
# intensity, but lie below the 3 x 3 layer, too. So the work falls by 8, the bytes hardly do, and what was limited by
# the processor is now limited by the memory.
#
# The measurement: warm up, many runs, each by itself, the median and the spread; both networks in turn on the same
# machine with the same batch, threads and number type; nothing else running; the answer of the network checked, so that
# nothing was skipped. Measured layer by layer, the depthwise layers should be near their floor D / B.
#
# Faster without training:
#
# - Fold batch norms and activation functions into the convolutions: maps are then not written and read again,
#   which works on the bytes.
# - Store weights and activations in eight or sixteen bits: fewer bytes, and on machines made for it more
#   operations in a second.
# - Larger batches, where the weights are a good part of the bytes.
# - A better program for the depthwise layer, which keeps data in the cache.
#
# Fewer multiplications by another formula would work on the limit that does not bind here.
#
# **Marking**, a point for each:
#
# - The depthwise layers wait for the memory, with an intensity computed for a layer. (Without a number: half a point.)
# - Two precautions at least that fit (warm-up and median; side by side; same settings; comparison with the floor).
# - Two changes with the right limit for each. (One: half a point. A change that needs new training does not count.)
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Give `network_costs` a network of depthwise and 1 x 1 layers and its ordinary twin. Which of the three counts shrinks by how
#   much?
# - Quantise with 127 replaced by 7 (four bits), then by 1. From where on does the error in the cell behind Part 6 matter?
# - Time your `quantize` for weights of different shapes with the same number of values. Does the shape matter?
