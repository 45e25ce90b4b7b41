# ---
# title: Channels and the five settings
# chapter: book/04_channels/index.md
# minutes: 100
# seconds_per_cell: 20
# may_not_call: [torch, scipy, cnncourse.layers, cnncourse.shapes, np.convolve]
# summary: >
#   A layer of a real network reads many channels and may step, pad, spread and divide. You will write
#   the convolution that can do all of it, the two cheap ones that modern networks are made of, and the
#   accounts: sizes, weights, work, and memory.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import photograph
from cnncourse.plots import show_images

# %% [markdown]
# When you have finished, you will be able to
#
# - predict the size of a map for every kernel, stride, padding and dilation;
# - find the zeros that keep a size, also where they cannot be the same on both sides;
# - write the convolution of a library: batches, channels, stride, padding, dilation and groups;
# - mix channels with a 1 x 1 convolution, and take a full one apart into a depthwise and a pointwise part;
# - count the weights, the multiply-adds and the values of a network before anything is computed.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: a photograph is three maps
#
# Red, green and blue, each a picture of its own. What a layer does with channels is a weighted sum: the
# last picture is red minus blue, at every pixel. It is positive on the flower, which is orange, and
# negative on the leaves, which are bluish here: a detector for a colour, made of two weights.

# %%
flower = photograph("flower", max_side=200)
red, green, blue = flower
show_images(
    [flower, red, green, blue, red - blue],
    ["photograph", "red", "green", "blue", "red - blue"],
    columns=3,
)

# %% [markdown]
# ## Part 1. The size, with dilation
#
# With dilation $d$ the weights of a kernel stand $d$ pixels apart, so that $k$ of them reach over
# $d (k - 1) + 1$ pixels. Along one axis a map then has
#
# $$ N_\text{out} = \left\lfloor \frac{N + 2 P - d\,(k - 1) - 1}{s} \right\rfloor + 1 \tag{1} $$
#
# values: the places where all weights fit onto the padded image, $s$ pixels apart.
#
# <details><summary>Hint 1: the reach</summary>
#
# Three weights have two gaps between them. Draw them with $d = 2$, and count the pixels from the first
# to the last.
#
# </details>
#
# <details><summary>Hint 2: when nothing fits</summary>
#
# Compute first how far the kernel can move. If this is negative, it does not fit at all.
#
# </details>


# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    """Count the places of a kernel along one axis, equation (1).

    Parameters
    ----------
    size, kernel_size : int
        Pixels of the image, and weights of the kernel.
    stride : int
        Pixels between two places, at least 1.
    padding : int
        Zeros added at each of the two ends.
    dilation : int
        Pixels from one weight to the next, at least 1.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the kernel, with its gaps, does not fit onto the padded image.

    Examples
    --------
    >>> output_size(7, 3, dilation=2)
    3
    """
    ### BEGIN SOLUTION
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError("the kernel does not fit onto the padded image")
    return room // stride + 1
    ### END SOLUTION


# %% tests="test_output_size" points=2
# The reach of a dilated kernel; padding at both ends; stride, rounded down; an error where the kernel
# does not fit. The same with the layers of well-known networks and with odd combinations.
got = output_size(7, 3, dilation=2)
assert got is not None, "output_size gives back nothing: does it end with `return`?"
assert got != 5, (
    "Without dilation that would be right. Three weights two pixels apart reach over 5."
)
assert got != 2, (
    "You let the kernel reach over 6 pixels: dilation times size. But three weights have only two gaps."
)
assert got == 3, f"A kernel that reaches over 5 of 7 pixels has three places; you count {got}."
assert output_size(5, 3, padding=1) == 5, (
    "With padding=1 a kernel of 3 keeps the size: zeros are added at both ends."
)
assert output_size(8, 3, stride=2) == 3, (
    "On 8 pixels with stride 2 a kernel of 3 begins at 0, 2 and 4. Divide how far it can move, round "
    "down, and add one afterwards."
)
assert isinstance(output_size(8, 3, stride=2), int | np.integer), (
    "A number of pixels is a whole number. `//` keeps it one, `/` does not."
)
try:
    output_size(4, 3, dilation=2)
except ValueError:
    pass
else:
    raise AssertionError(
        "A kernel of 3 with dilation 2 does not fit onto 4 pixels, though one without gaps would. Say "
        "so with `raise ValueError(...)`."
    )
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for size, kernel_size, stride, padding, dilation, places in (
    (224, 7, 2, 3, 1, 112),
    (227, 11, 4, 0, 1, 55),
    (33, 3, 1, 6, 6, 33),
    (5, 3, 4, 0, 2, 1),
    (9, 1, 3, 0, 5, 3),
):
    assert output_size(size, kernel_size, stride, padding, dilation) == places, (
        "Another combination comes out wrong. Try a kernel that just fits, one of a single weight, and "
        "a stride larger than 2."
    )
for _ in range(8):
    size, kernel_size, stride, padding, dilation = rng.integers([20, 1, 1, 0, 1], [40, 6, 5, 4, 4])
    places = len(range(0, size + 2 * padding - (kernel_size - 1) * dilation, stride))
    assert output_size(size, kernel_size, stride, padding, dilation) == places, (
        "Padding, stride and dilation together come out wrong. Draw the places for a small example."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Zeros that keep the size
#
# *Same* padding is what keeps the size at stride 1. A kernel that reaches over $r = d (k - 1) + 1$
# pixels has $r - 1$ places fewer than there are pixels, so $r - 1$ zeros are needed in all. If this is
# an odd number, the two sides cannot get the same; the extra zero then goes to the end, as in PyTorch.
#
# <details><summary>Hint 1: both sides together</summary>
#
# Compute first how many zeros there are in all. By (1) with $s = 1$: how many values are missing without
# any padding?
#
# </details>
#
# <details><summary>Hint 2: sharing</summary>
#
# Half of them, rounded down, go to the beginning, and the rest to the end. `//` rounds down.
#
# </details>


# %% solution="same_padding"
def same_padding(kernel_size, dilation=1):
    """Find the zeros that keep the size of a map at stride 1.

    Parameters
    ----------
    kernel_size : int
        Weights along the axis.
    dilation : int
        Pixels from one weight to the next, at least 1.

    Returns
    -------
    before, after : int
        Zeros at the beginning and at the end.

    Examples
    --------
    >>> same_padding(3)
    (1, 1)
    """
    ### BEGIN SOLUTION
    zeros = dilation * (kernel_size - 1)
    before = zeros // 2
    return before, zeros - before
    ### END SOLUTION


# %% tests="test_same_padding" points=2
# Two numbers; odd kernels; even kernels, with the extra zero at the end; dilation. The same for other
# kernels.
got = same_padding(5)
assert got is not None, "same_padding gives back nothing: does it end with `return`?"
assert np.shape(got) == (2,), "There are two numbers to give back: `return before, after`."
assert tuple(got) == (2, 2), (
    "A kernel of 5 has 4 places fewer than there are pixels. Spread 4 zeros over the two sides."
)
got = same_padding(4)
assert sum(got) != 4, (
    "With two zeros on both sides a kernel of 4 gives one value too many: 3 zeros are needed in all."
)
assert sum(got) == 3, "A kernel of 4 has 3 places fewer than there are pixels: 3 zeros in all."
assert tuple(got) == (1, 2), (
    "Three zeros cannot be shared equally. Which side gets the one left over?"
)
assert sum(same_padding(3, 2)) != 2, (
    "With dilation 2 a kernel of 3 reaches over 5 pixels, and needs as many zeros as one of 5."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
cases = [(1, 1), (1, 4), (2, 1), (2, 3), (3, 3), (6, 1), (7, 2)]
for kernel_size, dilation in [*cases, *rng.integers(2, 12, size=(4, 2)).tolist()]:
    got = same_padding(kernel_size, dilation)
    assert sum(got) == dilation * (kernel_size - 1), (
        "Another kernel does not keep the size. Try even ones, a single weight, and dilation 3."
    )
    assert got[1] - got[0] in (0, 1), (
        "The zeros are not shared as they should: half on each side, an odd one at the end."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. The convolution of a library
#
# Now all settings at once. A batch of images $x$ has the axes $(N, C_\text{in}, H, W)$, the weights
# $(C_\text{out}, C_\text{in} / g, K_h, K_w)$, and with $P$ for the padded images
#
# $$ y(n, o, i, j) = b(o) + \sum_{c} \sum_{m} \sum_{q}
#    P(n,\; c_0 + c,\; i s + m d,\; j s + q d)\; W(o, c, m, q) \tag{2} $$
#
# **Groups.** With $g$ groups, channels and kernels are cut into $g$ packets of equal size, in their
# order. The kernels of the first packet read the channels of the first packet only, and so on: in (2),
# $c$ runs over the $C_\text{in}/g$ channels of a packet, and $c_0$ is the first channel of the packet
# that kernel $o$ belongs to.
#
# There is partial credit: a point each for the plain case with batch, channels and bias, for stride, for
# padding, for dilation, for groups, and for all together. The plain case must come out first.
#
# <details><summary>Hint 1: one thing at a time</summary>
#
# Write the plain case and run the tests: there is a point already. Then add the settings in the order of
# the points. Part 1 gives the size; you may call your function, or write the line again.
#
# </details>
#
# <details><summary>Hint 2: a dilated window</summary>
#
# A slice has a step, too: `padded[n, :, top : top + d * (K_h - 1) + 1 : d, ...]` picks $K_h$ rows, $d$
# apart.
#
# </details>
#
# <details><summary>Hint 3: which channels does kernel o read?</summary>
#
# A packet has `C_out // groups` kernels, so kernel `o` is in packet `o // (C_out // groups)`. A packet
# has `weight.shape[1]` channels: where does this one begin?
#
# </details>
#
# <details><summary>Hint 4: no bias</summary>
#
# The bias may be `None`, which cannot be added. `0 if bias is None else bias[o]` can.
#
# </details>


# %% solution="conv2d"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide a bank of kernels over a batch of images, equation (2).

    Parameters
    ----------
    x : float array, shape (N, C_in, H, W)
        It is left as it is.
    weight : float array, shape (C_out, C_in // groups, K_h, K_w)
    bias : float array, shape (C_out,), optional
        Added everywhere to the maps of its kernel.
    stride, dilation : int
        Pixels between two windows, and between two weights, in both directions.
    padding : int
        Zeros added on each side, in pixels.
    groups : int
        It divides C_in and C_out.

    Returns
    -------
    float array, shape (N, C_out, H_out, W_out)
        Sizes by equation (1).

    Examples
    --------
    >>> x = np.arange(10.0).reshape(1, 2, 1, 5)
    >>> conv2d(x, np.array([[[[1.0, -1.0]]], [[[1.0, 0.0]]]]), dilation=2, groups=2)[0, :, 0]
    array([[-2., -2., -2.],
           [ 5.,  6.,  7.]])
    """
    ### BEGIN SOLUTION
    N, _, H, W = x.shape
    C_out, C, K_h, K_w = weight.shape
    tall, wide = dilation * (K_h - 1) + 1, dilation * (K_w - 1) + 1
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    H_out, W_out = (H + 2 * padding - tall) // stride + 1, (W + 2 * padding - wide) // stride + 1
    maps = np.zeros((N, C_out, H_out, W_out))
    for o in range(C_out):
        first = o // (C_out // groups) * C
        for i in range(H_out):
            for j in range(W_out):
                rows = slice(i * stride, i * stride + tall, dilation)
                columns = slice(j * stride, j * stride + wide, dilation)
                windows = padded[:, first : first + C, rows, columns]
                maps[:, o, i, j] = (windows * weight[o]).sum(axis=(1, 2, 3))
        maps[:, o] += 0 if bias is None else bias[o]
    return maps
    ### END SOLUTION


# %% tests="test_conv2d" points=6
# The plain case, with batch, channels and bias, is a condition for the rest; then a point each for
# stride, padding, dilation, groups and all together, here and with other images and kernels.
x = np.arange(48.0).reshape(2, 2, 3, 4)
fingers = np.zeros((3, 2, 2, 2))
fingers[0, 0, 0, 0] = fingers[1, 1, 1, 0] = fingers[2, 0, 0, 1] = fingers[2, 1, 0, 1] = 1.0
plain = conv2d(x, fingers)
assert plain is not None, "conv2d gives back nothing: does it end with `return`?"
assert np.shape(plain) == (2, 3, 2, 3), (
    f"Your maps have shape {np.shape(plain)}. Two images and three kernels of 2 x 2 on 3 x 4 pixels: "
    "images, kernels, rows, columns."
)
assert not np.array_equal(plain[:, 0], x[:, 0, 1:, 1:]), (
    "Your kernels are turned by 180°: in equation (2) kernel and window are read in the same direction."
)
assert np.array_equal(plain[:, 1], x[:, 1, 1:, :3]), (
    "The second kernel picks the lower left pixel of each window, in the second channel of each image. "
    "Do image n and kernel o end up at [n, o]?"
)
assert np.array_equal(plain[:, 2], x[:, 0, :2, 1:] + x[:, 1, :2, 1:]), (
    "The third kernel adds up two channels. All products of a window go into one sum, over the channels "
    "as well."
)
with_bias = conv2d(x, fingers, np.array([10.0, 20, 30]))
assert np.array_equal(with_bias - plain, np.broadcast_to([[[10]], [[20]], [[30]]], (2, 3, 2, 3))), (
    "The bias should be added everywhere to the maps of its kernel, once: the first number to the first "
    "map of each image, and so on."
)
lost = {}  # what each property cost: a point once, however often it fails


def examine(name, message, x, weight, expected, **options):
    """Take the point of a property if the maps are not as expected."""
    try:
        got = conv2d(x, weight, **options)
    except Exception as error:
        lost.setdefault(name, f"{message} (Your function stopped with {type(error).__name__}.)")
        return
    if np.shape(got) != np.shape(expected) or not np.allclose(got, expected, atol=1e-5):
        lost.setdefault(name, message)


one = x[:1, :1]
corner = fingers[1:2, 1:]
examine(
    "stride",
    "With stride 2 the windows begin in rows 0, 2, ... and in columns 0, 2, ... of the image. Does the "
    "stride act in both directions, on the size and on the place?",
    one,
    corner,
    one[:, :, 1::2, :4:2],
    stride=2,
)
examine(
    "padding",
    "With padding=1 the maps begin with windows that hang over the edge by one pixel, on all four sides, "
    "and what they see there is 0.",
    np.ones((1, 1, 2, 3)),
    np.ones((1, 1, 3, 3)),
    [[[[4, 6, 4], [4, 6, 4]]]],
    padding=1,
)
examine(
    "dilation",
    "With dilation=2 the two weights of a row stand two pixels apart, and so do those of a column. What "
    "they reach over grows, and the map shrinks accordingly.",
    one,
    corner,
    one[:, :, 2:, :2],
    dilation=2,
)
examine(
    "groups",
    "With groups=2 the first half of the kernels reads the first half of the channels only, the second "
    "half the second.",
    x,
    np.array([1.0, 2, 3, 4]).reshape(4, 1, 1, 1),
    np.stack([x[:, 0], 2 * x[:, 0], 3 * x[:, 1], 4 * x[:, 1]], axis=1),
    groups=2,
)
all_at_once = (
    "The settings work together only on some inputs, or not at all. Try images and kernels that are not "
    "square, a stride that leaves something over, and groups with several channels and several kernels. "
    "If a point above is lost as well, begin there."
)
examine(
    "all at once",
    all_at_once,
    np.ones((1, 2, 3, 4)),
    np.ones((2, 1, 2, 2)),
    [[[[1, 2], [1, 2]]] * 2],
    stride=2,
    padding=1,
    dilation=2,
    groups=2,
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
windows = np.lib.stride_tricks.sliding_window_view
plain = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
for name, N, C_in, C_out, size, kernel, options in (
    ("plain", 3, 4, 2, (5, 6), (2, 3), {}),
    ("stride", 1, 2, 3, (9, 8), (3, 2), {"stride": 3}),
    ("padding", 2, 1, 2, (4, 5), (2, 3), {"padding": 2}),
    ("dilation", 1, 2, 2, (8, 9), (2, 3), {"dilation": 3}),
    ("groups", 2, 6, 9, (4, 5), (2, 2), {"groups": 3}),
    ("groups", 1, 4, 4, (3, 4), (3, 1), {"groups": 4}),
    (
        "all at once",
        2,
        4,
        6,
        (7, 9),
        (3, 2),
        {"stride": 2, "padding": 1, "dilation": 2, "groups": 2},
    ),
    (
        "all at once",
        1,
        6,
        3,
        (9, 6),
        (2, 3),
        {"stride": 3, "padding": 2, "dilation": 1, "groups": 3},
    ),
):
    s, p, d, g = ({**plain, **options}[key] for key in plain)
    x, weight = rng.normal(size=(N, C_in, *size)), rng.normal(size=(C_out, C_in // g, *kernel))
    frame = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    views = windows(frame, [d * (k - 1) + 1 for k in kernel], axis=(2, 3))
    views = views[:, :, ::s, ::s, ::d, ::d].reshape(N, g, C_in // g, -1, *kernel)
    banks = weight.reshape(g, C_out // g, C_in // g, *kernel)
    expected = np.einsum("ngclmq,gocmq->ngol", views, banks).reshape(N, C_out, -1)
    places = [(side + 2 * p - d * (k - 1) - 1) // s + 1 for side, k in zip(size, kernel)]
    message = all_at_once
    if name != "all at once":
        message = f"The small example is right, a larger one with only {name} is not. Try others."
    kept = x.copy()
    examine(name, message, x, weight, expected.reshape(N, C_out, *places), **options)
    assert np.array_equal(x, kept), "conv2d changed the images it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 6 - len(lost))

# %% [markdown]
# Your layer on the flower, with as many groups as channels: a depthwise convolution. Each colour is
# blurred by itself, with a dilation of 4 pixels.

# %%
blur = np.full((3, 1, 3, 3), 1 / 9)
soft = conv2d(flower[None, :, ::2, ::2], blur, padding=4, dilation=4, groups=3)[0]
show_images([flower[:, ::2, ::2], soft.clip(0, 1)], ["photograph", "blurred, dilation 4"])

# %% [markdown]
# ## Part 4. How much work is it?
#
# A *multiply-add* is one weight times one value, added to a sum. Each value of each output map costs one
# for each weight of its kernel; zeros of the padding count like any other value, the bias does not
# count. How many does a layer need for one image?
#
# <details><summary>Hint 1: two factors</summary>
#
# (values that come out) times (weights that each of them needs). How many weights has one kernel when
# there are groups?
#
# </details>
#
# <details><summary>Hint 2: what comes out</summary>
#
# Not the image's size counts but the map's, by equation (1). Here the dilation is 1.
#
# </details>


# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    """Count the multiply-adds of a convolution for one image.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int
        Side of the square kernels.
    H, W : int
        Height and width of the image that goes in, in pixels.
    stride, padding, groups : int

    Returns
    -------
    int

    Examples
    --------
    >>> multiply_adds(1, 1, 3, 5, 6)
    108
    """
    ### BEGIN SOLUTION
    H_out, W_out = ((side + 2 * padding - kernel_size) // stride + 1 for side in (H, W))
    return out_channels * H_out * W_out * kernel_size**2 * in_channels // groups
    ### END SOLUTION


# %% tests="test_multiply_adds" points=2
# The first layer of VGG-16 and of ResNet-50: positions of the output, not of the input; every channel of
# every kernel; a layer with groups. The same with other layers.
got = multiply_adds(3, 64, 3, 224, 224, padding=1)
assert got is not None, "multiply_adds gives back nothing: does it end with `return`?"
assert got != 28_901_376, "A kernel is as deep as its input: 3 x 3 x 3 weights, not 3 x 3."
assert got == 86_704_128, (
    "The first layer of VGG-16 needs 86,704,128 multiply-adds: 64 maps of 224 x 224 values, and a kernel "
    "of 3 x 3 x 3 weights for each of these values."
)
assert multiply_adds(3, 64, 7, 224, 224, stride=2, padding=3) == 118_013_952, (
    "The first layer of ResNet-50 needs 118,013,952. Its stride of 2 leaves 112 x 112 places: count the "
    "values that come out, not those that go in."
)
assert multiply_adds(64, 64, 3, 10, 20, padding=1, groups=64) == 115_200, (
    "With 64 groups each kernel reads one of the 64 channels: 9 weights, for each of 64 x 10 x 20 values."
)
assert multiply_adds(1, 1, 3, 5, 6) == 108, (
    "One kernel of 3 x 3 on 5 x 6 pixels, with stride 1 and no padding, has 3 x 4 places."
)
assert isinstance(multiply_adds(3, 64, 7, 224, 224, 2, 3), int | np.integer), (
    "A count is a whole number. `//` keeps it one, `/` does not."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for _ in range(8):
    groups, a, b, K, s, p = rng.integers([1, 1, 1, 1, 1, 0], [4, 9, 9, 6, 4, 4]).tolist()
    H, W = rng.integers(8, 40, size=2).tolist()
    rows, columns = (len(range(0, side + 2 * p - K + 1, s)) for side in (H, W))
    expected = sum(K * K * a for _ in range(groups * b)) * rows * columns
    assert multiply_adds(groups * a, groups * b, K, H, W, s, p, groups) == expected, (
        "Another layer comes out wrong. Try images that are not square, groups, and a stride that does "
        "not divide the room there is."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. One by one
#
# A kernel of 1 x 1 sees one pixel, but all of its channels:
#
# $$ y(n, o, i, j) = b(o) + \sum_c W(o, c)\; x(n, c, i, j) \tag{3} $$
#
# This is a dense layer over the channels, the same at every pixel, and there is no window to slide: it
# can be written without any loop. The weights come as a table of shape $(C_\text{out}, C_\text{in})$.
#
# <details><summary>Hint 1: name the axes</summary>
#
# `np.einsum("oc,nchw->nohw", weight, x)` sums over the letter that is missing on the right. `@` and
# `np.tensordot` work, too; mind in which order their axes come out.
#
# </details>
#
# <details><summary>Hint 2: adding the bias</summary>
#
# `bias[:, None, None]` has the shape $(C_\text{out}, 1, 1)$, which goes with maps of any size.
#
# </details>


# %% solution="conv1x1"
def conv1x1(x, weight, bias):
    """Mix the channels of each pixel, equation (3).

    Parameters
    ----------
    x : float array, shape (N, C_in, H, W)
        It is left as it is.
    weight : float array, shape (C_out, C_in)
    bias : float array, shape (C_out,)

    Returns
    -------
    float array, shape (N, C_out, H, W)

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0]], [[10.0, 20.0]]]])
    >>> conv1x1(x, np.array([[1.0, 1.0], [-1.0, 0.0]]), np.array([0.0, 5.0]))[0, :, 0]
    array([[11., 22.],
           [ 4.,  3.]])
    """
    ### BEGIN SOLUTION
    return np.einsum("oc,nchw->nohw", weight, x) + bias[:, None, None]
    ### END SOLUTION


# %% tests="test_conv1x1" points=2
# The axes in order; each output a weighted sum of the input's channels at the same pixel; a bias for
# each map. The same with other batches, channels and sizes.
x = np.arange(12.0).reshape(1, 2, 2, 3)
swap_and_add = np.array([[0.0, 1], [1, 0], [1, 1]])
got = conv1x1(x, swap_and_add, np.zeros(3))
assert got is not None, "conv1x1 gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 3, 2, 3), (
    f"Your maps have shape {np.shape(got)}. One image of 2 x 3 pixels stays one, and has three channels "
    "now: images, channels, rows, columns, in this order."
)
assert np.array_equal(got[0][0], x[0, 1]), (
    "The first row of weights is 0, 1: it picks the second channel. Which axis of the weights belongs to "
    "the input, which to the output?"
)
assert np.array_equal(got[0][2], x[0, 0] + x[0, 1]), (
    "The last row of weights is 1, 1: it adds up the two channels, neither their mean nor one of them."
)
moved = conv1x1(x, swap_and_add, np.array([1.0, 2, 3]))
assert np.array_equal(moved - got, np.broadcast_to([[[1]], [[2]], [[3]]], (1, 3, 2, 3))), (
    "The bias should be added everywhere to its map: the first number to the first map, and so on."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N, C_in, C_out, H, W in ((2, 3, 3, 3, 3), (3, 1, 4, 2, 5), (2, 5, 2, 4, 1)):
    x, weight = rng.normal(size=(N, C_in, H, W)), rng.normal(size=(C_out, C_in))
    bias, kept = rng.normal(size=C_out), x.copy()
    got = conv1x1(x, weight, bias)
    expected = np.moveaxis(np.tensordot(weight, x, (1, 1)), 0, 1) + bias.reshape(1, -1, 1, 1)
    assert np.shape(got) == expected.shape and np.allclose(got, expected, atol=1e-5), (
        "Another batch comes out wrong. Try several images, one channel, and as many rows as channels, "
        "where a wrong order of the axes does not show in the shape."
    )
    assert np.array_equal(x, kept), "conv1x1 changed the images it was given."
### END HIDDEN TESTS

# %% [markdown]
# Three ways to mix the colours of the flower by your function: grey, the negative, and green against the
# mean of the other two.

# %%
mix = np.array([[1, 1, 1], [-1, -1, -1], [-0.5, 1, -0.5]]) / [[3], [3], [1]]
mixed = conv1x1(flower[None], mix, np.array([0.0, 1, 0]))[0]
show_images(
    [flower, *mixed], ["photograph", "gray", "negative", "green against the rest"], columns=2
)

# %% [markdown]
# ## Part 6. Taken apart: depthwise, then pointwise
#
# A depthwise-separable convolution first looks around in each channel by itself, then mixes the channels
# at each pixel. Channel $c$ has one kernel $D(c)$, and $W(o, c)$ says how much of channel $c$ goes into
# map $o$:
#
# $$ y(n, o, i, j) = \sum_c W(o, c) \; \sum_m \sum_q D(c, m, q)\; x(n, c, i + m, j + q) \tag{4} $$
#
# Stride 1, no padding and no bias are enough here.
#
# <details><summary>Hint 1: two steps</summary>
#
# First an array in between, of shape $(N, C_\text{in}, H_\text{out}, W_\text{out})$: each channel with
# its own kernel. Then Part 5 without a bias.
#
# </details>
#
# <details><summary>Hint 2: with what you have</summary>
#
# The first step is a convolution with as many groups as channels; its weights have the shape
# $(C_\text{in}, 1, K_h, K_w)$. Or loop over the few weights of a kernel: each, times the images shifted
# to meet it, adds a layer.
#
# </details>


# %% solution="depthwise_separable"
def depthwise_separable(x, depthwise, pointwise):
    """Convolve each channel by itself, then mix the channels, equation (4).

    Parameters
    ----------
    x : float array, shape (N, C_in, H, W)
        It is left as it is.
    depthwise : float array, shape (C_in, K_h, K_w)
        A kernel for each channel.
    pointwise : float array, shape (C_out, C_in)
        How much of each channel goes into each map.

    Returns
    -------
    float array, shape (N, C_out, H - K_h + 1, W - K_w + 1)

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0, 4.0]], [[0.0, 1.0, 0.0]]]])
    >>> depthwise_separable(x, np.array([[[-1.0, 1.0]], [[1.0, 1.0]]]), np.array([[1.0, 10.0]]))
    array([[[[11., 12.]]]])
    """
    ### BEGIN SOLUTION
    N, C_in, H, W = x.shape
    _, K_h, K_w = depthwise.shape
    between = np.zeros((N, C_in, H - K_h + 1, W - K_w + 1))
    for m in range(K_h):
        for q in range(K_w):
            shifted = x[:, :, m : m + H - K_h + 1, q : q + W - K_w + 1]
            between += depthwise[:, m, q][:, None, None] * shifted
    return np.einsum("oc,nchw->nohw", pointwise, between)
    ### END SOLUTION


# %% tests="test_depthwise_separable" points=3
# The shape; each channel with its own kernel, not turned; the channels mixed by the second weights. The
# same with other batches and kernels, even ones among them.
x = np.zeros((1, 2, 3, 3))
x[0, 0, 1, 1], x[0, 1, 1, 1] = 1.0, 10.0  # a dot in each channel
kernels = np.array([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])
got = depthwise_separable(x, kernels, np.array([[1.0, 0], [0, 1], [1, 1]]))
assert got is not None, "depthwise_separable gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 3, 2, 2), (
    f"Your maps have shape {np.shape(got)}. Kernels of 2 x 2 on 3 x 3 pixels leave 2 x 2 places, and there "
    "are as many maps as rows in `pointwise`."
)
assert not np.array_equal(got[0][0], kernels[0]), (
    "Your kernels are turned by 180°. A dot that is seen by a kernel read in the direction of the image "
    "gives the kernel turned, not the kernel itself."
)
assert np.array_equal(got[0][0], [[4, 3], [2, 1]]), (
    "The first map takes the first channel only, with the first kernel: the dot meets each weight once, "
    "first the lower right one. Does anything of the second channel come in?"
)
assert np.array_equal(got[0][1], [[80, 70], [60, 50]]), (
    "The second map takes the second channel only, with the second kernel. Has each channel its own?"
)
assert np.array_equal(got[0][2], [[84, 73], [62, 51]]), (
    "The third map is the sum of the first two: its weights are 1 and 1."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
windows = np.lib.stride_tricks.sliding_window_view
for N, C_in, C_out, size, kernel in (
    (2, 3, 3, (5, 6), (3, 3)),
    (1, 4, 2, (6, 5), (2, 4)),
    (3, 1, 5, (4, 4), (1, 3)),
):
    x, depthwise = rng.normal(size=(N, C_in, *size)), rng.normal(size=(C_in, *kernel))
    pointwise, kept = rng.normal(size=(C_out, C_in)), x.copy()
    views = windows(x, kernel, axis=(2, 3))
    expected = np.einsum("nchwmq,cmq,oc->nohw", views, depthwise, pointwise, optimize=True)
    got = depthwise_separable(x, depthwise, pointwise)
    assert np.shape(got) == expected.shape and np.allclose(got, expected, atol=1e-5), (
        "Another batch comes out wrong. Try several images, kernels that are not square, and as many maps "
        "as channels."
    )
    assert np.array_equal(x, kept), "depthwise_separable changed the images it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. A network's accounts
#
# Before a network is built, a table says what it will take. Yours gets the shape of the image and a list
# of layers, each a tuple:
#
# | layer | means |
# |---|---|
# | `("conv", out_channels, kernel_size, stride, padding)` | a convolution with square kernels and biases |
# | `("pool", kernel_size, stride)` | a pooling; it has no parameters |
# | `("dense", units)` | a dense layer with biases, which reads *all* values that come in |
#
# For each layer it gives back a row `(shape, values, parameters)`: the shape of what comes out (for a dense
# layer `(units,)`), how many values that is, and how many parameters the layer has. There is partial
# credit, a point for each of the three columns.
#
# Try it on LeNet-5, as it is built today: the cell behind the tests does so. Its 61,706 parameters should
# come out.
#
# <details><summary>Hint 1: carry the shape along</summary>
#
# Loop over the layers; the shape that comes out of one goes into the next. `kind, *numbers = layer` takes
# a tuple apart.
#
# </details>
#
# <details><summary>Hint 2: parameters</summary>
#
# A kernel has `kernel_size**2 * in_channels` weights and one bias. A unit of a dense layer has one weight
# for each value that comes in, and one bias.
#
# </details>


# %% solution="activation_table"
def activation_table(shape, layers):
    """Say what comes out of each layer, and what it takes.

    Parameters
    ----------
    shape : (int, int, int)
        C, H, W of the image.
    layers : list of tuple
        ("conv", out_channels, kernel_size, stride, padding), ("pool", kernel_size, stride) or
        ("dense", units).

    Returns
    -------
    list of (tuple of int, int, int)
        For each layer the shape of what comes out, its number of values, and the layer's parameters.

    Examples
    --------
    >>> activation_table((3, 32, 32), [("conv", 8, 5, 1, 2), ("pool", 2, 2), ("dense", 10)])
    [((8, 32, 32), 8192, 608), ((8, 16, 16), 2048, 0), ((10,), 10, 20490)]
    """
    ### BEGIN SOLUTION
    rows = []
    values = int(np.prod(shape))
    for kind, *numbers in layers:
        parameters = 0
        if kind == "dense":
            (units,) = numbers
            parameters = (values + 1) * units
            shape = (units,)
        else:
            C, H, W = shape
            if kind == "conv":
                out_channels, kernel_size, stride, padding = numbers
                parameters = (C * kernel_size**2 + 1) * out_channels
            else:
                out_channels, (kernel_size, stride), padding = C, numbers, 0
            sides = ((side + 2 * padding - kernel_size) // stride + 1 for side in (H, W))
            shape = (out_channels, *sides)
        values = int(np.prod(shape))
        rows.append((shape, values, parameters))
    return rows
    ### END SOLUTION


# %% tests="test_activation_table" points=3
# A row of three for each layer is a condition; then a point each for the shapes, for the numbers of values
# and for the parameters, here and for other networks.
small = [("conv", 8, 5, 1, 2), ("pool", 2, 2), ("conv", 4, 3, 2, 0), ("dense", 10), ("dense", 3)]
got = activation_table((3, 20, 32), small)
assert got is not None, "activation_table gives back nothing: does it end with `return`?"
assert len(got) == 5, f"Five layers have five rows; yours has {len(got)}."
assert all(len(row) == 3 for row in got), "Each row holds three things: shape, values, parameters."
lost = {}  # what each column cost: a point once, however often it is wrong


def examine(shape, layers, expected, messages):
    """Take the point of a column if a row of it is not as expected."""
    try:
        rows = list(activation_table(shape, layers))
    except Exception as error:
        stopped = f" (Your function stopped with {type(error).__name__}.)"
        lost.update({name: message + stopped for name, message in messages.items()})
        return
    rows = [(tuple(shape), values, parameters) for shape, values, parameters in rows]
    for name, ours, theirs in zip(messages, zip(*expected), zip(*rows)):
        if ours != theirs:
            lost.setdefault(name, messages[name])


messages = {
    "shapes": "The shapes do not come out. A convolution gives as many maps as it has kernels, a pooling as "
    "many as come in; the sizes follow equation (1), for rows and columns separately; a dense layer gives "
    "`(units,)`.",
    "values": "The numbers of values do not come out. A stack of maps has C x H x W of them.",
    "parameters": "The numbers of parameters do not come out. Every kernel and every unit has a bias; a kernel "
    "is as deep as what comes *in*; a dense layer reads all values that come in, and pooling has nothing to "
    "learn.",
}
expected = [
    ((8, 20, 32), 5120, 608),
    ((8, 10, 16), 1280, 0),
    ((4, 4, 7), 112, 292),
    ((10,), 10, 1130),
    ((3,), 3, 33),
]
examine((3, 20, 32), small, expected, messages)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
other = {
    name: f"The small network is right, another one is not. {text}"
    for name, text in messages.items()
}
for _ in range(4):
    C, a, b, units = rng.integers(2, 9, size=4).tolist()
    H, W, K, s, p = rng.integers([20, 20, 2, 2, 1], [40, 40, 6, 4, 4]).tolist()
    first = [len(range(0, side + 2 * p - K + 1, s)) for side in (H, W)]
    second = [len(range(0, side - 3 + 1, 2)) for side in first]
    third = [len(range(0, side - 1 + 1, 1)) for side in second]
    expected = [
        ((a, *first), a * first[0] * first[1], C * K * K * a + a),
        ((a, *second), a * second[0] * second[1], 0),
        ((b, *third), b * third[0] * third[1], a * b + b),
        ((units,), units, b * third[0] * third[1] * units + units),
    ]
    layers = [("conv", a, K, s, p), ("pool", 3, 2), ("conv", b, 1, 1, 0), ("dense", units)]
    examine((C, H, W), layers, expected, other)
examine((C, H, W), [("dense", units)], [((units,), units, C * H * W * units + units)], other)
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 3 - len(lost))

# %%
lenet = [("conv", 6, 5, 1, 0), ("pool", 2, 2), ("conv", 16, 5, 1, 0), ("pool", 2, 2)]
lenet += [("dense", 120), ("dense", 84), ("dense", 10)]
table = activation_table((1, 32, 32), lenet)
for layer, (shape, values, parameters) in zip(lenet, table):
    print(f"{layer!s:22} {shape!s:12} {values:6,} values {parameters:8,} parameters")
print(f"{sum(row[2] for row in table):,} parameters in all")

# %% [markdown]
# ## Part 8. Twice as large
#
# A network of eight 3 x 3 convolutions with padding 1, some of them with stride 2, ends in global average
# pooling and a dense layer. It shall now be used on images that are twice as high and twice as wide. It
# should still run on the same machine. Answer in six to twelve sentences:
#
# 1. What becomes of the number of parameters, of the multiply-adds, and of the values that have to be kept
#    in training? Say by which factor, and why.
# 2. Name two changes to the layers that bring the work back to about what it was, and for each what is
#    lost by it.
# 3. What would be different in your first answer if the maps were flattened for the dense layer instead of
#    pooled?
#
# This answer is read and graded by a person.

# %% [markdown] written="twice_as_large" points=3
# ### BEGIN SOLUTION
# The parameters stay as they are: a kernel's weights do not depend on how often it is applied, and global
# pooling leaves one number for each channel whatever the size. Multiply-adds and values are counted once
# for each position, and there are four times as many positions in each layer (up to rounding and without
# the dense layer, which does not notice): both become four times as many.
#
# Each of these brings the work to about a quarter or less again:
#
# - one more stride of 2 in the first layer: all later layers then see maps of the old size. Fine detail is
#   lost, and small shifts may be seen differently;
# - depthwise-separable layers in the place of full ones: 8 to 9 times fewer multiply-adds where there are many
#   channels. Not every full layer can be imitated;
# - half as many channels in every layer: a quarter of the work, and fewer patterns to look for;
# - 1 x 1 bottlenecks before the 3 x 3 layers: the same loss, in the 3 x 3 layers only.
#
# Dilation, by contrast, saves nothing.
#
# With flattened maps the dense layer has a weight for each position of each map: four times as many weights
# as before, and the trained ones would not fit any more, since the layer would have to be trained anew.
#
# **Marking**, a point for each:
#
# - Parameters stay, multiply-adds and values four times, with the reason (positions). One factor wrong:
#   half a point.
# - Two changes that really bring the work to about a quarter, with what is lost. (One of them, or no losses:
#   half a point. A change that saves only parameters does not count.)
# - Flattened: the dense layer's weights become four times as many, or: the trained network does not run at
#   all on the new size.
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Give your `activation_table` the layers of VGG-16 (13 convolutions of 3 x 3 with padding 1; 64, 64, pool,
#   128, 128, pool, 256, 256, 256, pool, 512, 512, 512, pool, 512, 512, 512, pool; dense 4,096, 4,096, 1,000).
#   Which layer holds most of its 138,357,544 parameters, which most of its values?
# - Take a random full kernel of shape (1, 2, 3, 3) and look for a depthwise-separable layer that does the
#   same. Which full kernels can be imitated?
# - Replace the blur above by one with `dilation=1`, applied four times. Which is smoother, and which costs
#   more?
