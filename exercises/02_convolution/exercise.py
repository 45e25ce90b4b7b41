# ---
# title: Convolution from scratch
# chapter: book/02_convolution/index.md
# minutes: 90
# seconds_per_cell: 20
# may_not_call: [np.pad, np.convolve, scipy.signal, scipy.ndimage, torch, cnncourse.layers]
# summary: >
#   A convolutional layer is a small window that slides over an image and adds up what it sees.
#   You will build one from nothing but loops and sums, first for a single pixel, in the end for a
#   whole bank of kernels, and look at a photograph through it.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import photograph
from cnncourse.plots import show_feature_map, show_images, show_kernels

# %% [markdown]
# When you have finished, you will be able to
#
# - pad an image, and say what padding does to the size of the output;
# - compute one output pixel by hand, and the whole map by program;
# - predict the size of the output for any kernel, stride and padding;
# - say what a stride does, and what becomes of the channels;
# - write down kernels that blur, sharpen and find edges, and predict the signs they give;
# - explain why a network does not care whether its kernels are flipped.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: an edge is a difference
#
# Take a photograph, and at every pixel subtract the left neighbour from the right one. Where the
# brightness rises to the right the difference is positive, where it falls it is negative, and where
# nothing changes it is zero. The three weights $-1, 0, 1$ are a *kernel*; the picture of
# differences is a *feature map*. The cell needs one line of slicing for this one kernel. By the
# end of this notebook you will have a function for *any* kernel.

# %%
photo = photograph("china", gray=True, max_side=240)
difference = photo[:, 2:] - photo[:, :-2]
show_feature_map(photo, difference, kernel=[[-1, 0, 1]])

# %% [markdown]
# ## Part 1. Zero padding
#
# A window cannot be centred on a pixel at the border: half of it would hang over the edge. The
# usual remedy is to put the image in a frame of zeros. With `padding = 1`,
#
# $$
# \begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}
# \quad\longrightarrow\quad
# \begin{pmatrix} 0&0&0&0&0 \\ 0&1&2&3&0 \\ 0&4&5&6&0 \\ 0&0&0&0&0 \end{pmatrix}
# $$
#
# <details><summary>Hint 1: where to begin</summary>
#
# Make the frame first: an array of zeros that is already as large as the result. How many rows
# does it have?
#
# </details>
#
# <details><summary>Hint 2: putting the image in</summary>
#
# Assign to a slice of it. The image's first row lands in row `padding`, its last row in row
# `padding + H - 1`.
#
# </details>
#
# <details><summary>Hint 3: when padding is 0</summary>
#
# `frame[padding:-padding]` is empty when `padding` is 0, because `-0` is `0`. Count the end of the
# slice from the front.
#
# </details>

# %% solution="pad2d"
def pad2d(image, padding):
    """Put an image in a frame of zeros.

    Parameters
    ----------
    image : array, shape (H, W)
        It is left as it is.
    padding : int
        Width of the frame in pixels, 0 or more.

    Returns
    -------
    array, shape (H + 2 padding, W + 2 padding)
        A new array.

    Examples
    --------
    >>> pad2d(np.array([[1.0, 2.0]]), 1)
    array([[0., 0., 0., 0.],
           [0., 1., 2., 0.],
           [0., 0., 0., 0.]])
    """
    ### BEGIN SOLUTION
    H, W = image.shape
    frame = np.zeros((H + 2 * padding, W + 2 * padding), dtype=image.dtype)
    frame[padding : padding + H, padding : padding + W] = image
    return frame
    ### END SOLUTION


# %% tests="test_pad2d" points=2
# The shape; the image in the middle, its values unchanged; zeros around it; the image you were given
# left as it was. The same with other images, frames and no frame at all.
image = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
got = pad2d(image, 1)
assert got is not None, "pad2d gives back nothing: does it end with `return`?"
assert np.shape(got) == (4, 5), (
    f"Your result has shape {np.shape(got)}. A frame one pixel wide adds one row above and one "
    "below, one column on the left and one on the right: does each axis grow at both ends?"
)
assert np.array_equal(got[1:3, 1:4], image), (
    "The image should sit in the middle of the frame, with its values unchanged. Which row of the "
    "frame should its first row go to?"
)
assert np.sum(np.abs(got)) == np.sum(image), (
    "The frame should be 0 everywhere; yours holds other values. Padding invents no pixels: it "
    "neither repeats the border nor carries on at the opposite side."
)
assert np.array_equal(image, [[1, 2, 3], [4, 5, 6]]), (
    "pad2d changed the image it was given. Write into a new array instead."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for H, W, padding in ((4, 7, 0), (5, 3, 3), (1, 1, 2)):
    image = rng.normal(size=(H, W))
    kept = image.copy()
    got = pad2d(image, padding)
    assert np.shape(got) == (H + 2 * padding, W + 2 * padding), (
        "The shape is wrong for another image or padding. Try an image that is not square, "
        "padding=0 and padding=3."
    )
    assert np.allclose(got[padding : padding + H, padding : padding + W], kept), (
        "The image is not in the middle for another image or padding. Try padding=0 and padding=3."
    )
    assert np.isclose(np.sum(np.abs(got)), np.sum(np.abs(kept))), (
        "The frame is not 0 everywhere when it is wider than one pixel."
    )
    assert np.array_equal(image, kept), "pad2d changed the image it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. One output pixel
#
# Lay a kernel $W$ of $K_h \times K_w$ weights on the image $I$ so that its upper left weight is on
# the pixel in row $i$, column $j$. Multiply each weight by the pixel beneath it, and add up:
#
# $$ S(i, j) = \sum_{m=0}^{K_h - 1} \sum_{n=0}^{K_w - 1} I(i + m,\, j + n)\; W(m, n) \tag{1} $$
#
# Note the plus signs: as $m$ grows we move *down* in the kernel and *down* in the image. Strictly
# this is called cross-correlation. Convolution as mathematicians define it has minus signs, which
# turns the kernel by 180°. Networks use (1) and call it convolution all the same; Part 8 asks why
# that does no harm.
#
# Before you write code, work this one out on paper, for $i = 0$, $j = 1$:
#
# $$ I = \begin{pmatrix} 1&2&0 \\ 0&3&1 \\ 4&0&2 \end{pmatrix}, \qquad
#    W = \begin{pmatrix} 1&0 \\ 2&-1 \end{pmatrix} $$
#
# <details><summary>Check your sum</summary>
#
# The window holds $\begin{pmatrix} 2&0 \\ 3&1 \end{pmatrix}$, so
# $S(0, 1) = 2 \cdot 1 + 0 \cdot 0 + 3 \cdot 2 + 1 \cdot (-1) = 7$.
#
# </details>
#
# <details><summary>Hint 1: the window</summary>
#
# The window is a slice of the image: as many rows as the kernel has, beginning at `row`.
#
# </details>
#
# <details><summary>Hint 2: numbers that do not fit</summary>
#
# Images often come as `uint8`, whole numbers from 0 to 255, and arithmetic in `uint8` starts again
# at 0 after 255. Turn the window into floats before you multiply.
#
# </details>

# %% solution="output_pixel"
def output_pixel(image, kernel, row, column):
    """Multiply a kernel with the window beneath it and add up, equation (1).

    Parameters
    ----------
    image : array, shape (H, W)
        Of any number type, `uint8` included.
    kernel : array, shape (K_h, K_w)
        Not necessarily square.
    row, column : int
        Where the upper left corner of the window lies.

    Returns
    -------
    float

    Examples
    --------
    >>> output_pixel(np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 0], [0, 10]]), 0, 1)
    62.0
    """
    ### BEGIN SOLUTION
    K_h, K_w = kernel.shape
    window = image[row : row + K_h, column : column + K_w].astype(float)
    return float((window * kernel).sum())
    ### END SOLUTION


# %% tests="test_output_pixel" points=2
# One number; the window's corner at (row, column); every weight at its own pixel, not turned. The
# same with kernels that are not square, at the border, and with whole numbers from 0 to 255.
image = np.array([[1.0, 2, 0, 5], [0, 3, 1, 6], [4, 0, 2, 7], [8, 9, 3, 1]])
finger = np.array([[0.0, 0, 0], [1, 0, 0]])  # 1 only in its lower left corner
got = output_pixel(image, finger, 2, 1)
assert got is not None, "output_pixel gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, (
    f"One output pixel is one number; yours is an array of shape {np.shape(got)}. Was the sum taken "
    "over rows and columns?"
)
assert got != image[2, 3], (
    "Your kernel is turned by 180°: its lower left weight met the upper right pixel. In equation "
    "(1) kernel and window are read in the same direction."
)
assert got == image[3, 1], (
    "The kernel is 1 only in its lower left corner, so the result is the lower left pixel of the "
    "window. `row` and `column` name the window's upper left corner, not its centre, and each "
    "weight meets a pixel of its own."
)
assert output_pixel(image, np.array([[1.0, 0], [2, -1]]), 0, 1) == 7, (
    "The example worked by hand above does not come out. Are all products of the window added up?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((3, 3), (2, 4), (4, 1), (5, 7)):
    image, kernel = rng.normal(size=(5, 7)), rng.normal(size=shape)
    row, column = 5 - shape[0], (7 - shape[1]) // 2
    expected = np.vdot(image[row : row + shape[0], column : column + shape[1]], kernel)
    got = output_pixel(image, kernel, row, column)
    assert np.allclose(got, expected, atol=1e-5), (
        "The sum is wrong for another kernel. Try one that is not square, one with negative "
        "weights, and a window that touches the lower border."
    )
bright = np.full((4, 4), 200, dtype=np.uint8)
assert np.isclose(output_pixel(bright, np.full((3, 3), 2, dtype=np.uint8), 0, 0), 3600), (
    "A bright image of type uint8 gives too small a number: its arithmetic starts again at 0 after "
    "255. Turn the pixels into floats before multiplying."
)
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. How large is the output?
#
# How many places are there for a window 3 pixels wide on 5 pixels? Its left end can be at 0, 1 or
# 2: three places, one more than $5 - 3$. Padding adds pixels at both ends before we count. With a
# *stride* $s$ the window moves $s$ pixels at a time, and a last step that would carry it over the
# edge is not taken.
#
# Write the count as a formula on paper, try it on 8 pixels, window 3, stride 2 (draw it!), and then
# write the function.
#
# <details><summary>Hint 1: count steps, not places</summary>
#
# The left end starts at 0 and may go as far as `size + 2 * padding - kernel_size`. How many whole
# steps of length `stride` fit into that distance? There is one more place than there are steps.
#
# </details>
#
# <details><summary>Hint 2: rounding</summary>
#
# `a // b` divides and rounds down, which is just what an incomplete last step needs. It also keeps
# whole numbers whole.
#
# </details>

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0):
    """Count the places of a window along one axis.

    Parameters
    ----------
    size, kernel_size : int
        Of the image and of the window, in pixels.
    stride : int
        Pixels between two places, at least 1.
    padding : int
        Zeros added at each of the two ends.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the window does not fit into the padded image.

    Examples
    --------
    >>> output_size(5, 3)
    3
    """
    ### BEGIN SOLUTION
    room = size + 2 * padding - kernel_size
    if room < 0:
        raise ValueError(f"a window of {kernel_size} does not fit into {size + 2 * padding} pixels")
    return room // stride + 1
    ### END SOLUTION


# %% tests="test_output_size" points=2
# Places, not steps; padding at both ends; stride, rounded down; a whole number; an error where the
# window does not fit. The same with sizes from LeNet, AlexNet and ResNet and with odd ones.
got = output_size(5, 3)
assert got is not None, "output_size gives back nothing: does it end with `return`?"
assert got != 2, (
    "You count one place too few: a window of 3 on 5 pixels can begin at 0, at 1 and at 2. Between "
    "three places there are two steps."
)
assert got == 3, f"A window of 3 on 5 pixels has three places, you count {got}."
assert output_size(5, 3, padding=1) == 5, (
    "With padding=1 a window of 3 keeps the size. Zeros are added at both ends, not at one."
)
assert output_size(7, 3, stride=2) == 3, (
    "On 7 pixels with stride 2 a window of 3 begins at 0, 2 and 4. If yours is one off: divide by "
    "the stride first, and add one afterwards."
)
assert output_size(8, 3, stride=2) == 3, (
    "On 8 pixels with stride 2 the window begins at 0, 2 and 4; at 6 it would hang over the edge. "
    "An incomplete step is not taken: round down."
)
assert isinstance(output_size(8, 3, stride=2), int | np.integer), (
    "A number of pixels is a whole number. `//` keeps it one, `/` does not."
)
try:
    output_size(4, 5)
except ValueError:
    pass
else:
    raise AssertionError(
        "A window of 5 does not fit on 4 pixels. Say so with `raise ValueError(...)` instead of "
        "giving back a number."
    )
### BEGIN HIDDEN TESTS
for size, kernel_size, stride, padding, places in (
    (32, 5, 1, 0, 28),
    (224, 7, 2, 3, 112),
    (227, 11, 4, 0, 55),
    (10, 2, 3, 0, 3),
    (9, 4, 2, 1, 4),
    (6, 6, 5, 0, 1),
    (3, 5, 1, 1, 1),
):
    assert output_size(size, kernel_size, stride, padding) == places, (
        "Another combination of sizes, stride and padding comes out wrong. Try an even kernel, a "
        "stride larger than 2, and a window exactly as large as the image, and draw the places."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. The whole map
#
# Now let the window visit every place. Without padding, and with stride 1, an image of
# $H \times W$ pixels and a kernel of $K_h \times K_w$ weights give a map of
# $(H - K_h + 1) \times (W - K_w + 1)$ numbers, each of them equation (1).
#
# <details><summary>Hint 1: the skeleton</summary>
#
# Make a map of zeros of the right size, then two loops, one over its rows and one over its columns.
# Loop over the places of the *output*, not over the pixels of the image.
#
# </details>
#
# <details><summary>Hint 2: no loops over the image at all</summary>
#
# You may also loop over the few *weights* instead: each weight, times the image shifted to meet it,
# adds one layer to the whole map. Or look up `np.lib.stride_tricks.sliding_window_view`.
#
# </details>

# %% solution="correlate2d"
def correlate2d(image, kernel):
    """Slide a kernel over an image, equation (1) at every place where it fits.

    Parameters
    ----------
    image : array, shape (H, W)
        Of any number type, `uint8` included. It is left as it is.
    kernel : array, shape (K_h, K_w)
        At most as large as the image.

    Returns
    -------
    float array, shape (H - K_h + 1, W - K_w + 1)

    Examples
    --------
    >>> correlate2d(np.array([[1, 2, 4], [0, 1, 9]]), np.array([[-1, 1]]))
    array([[1., 2.],
           [1., 8.]])
    """
    ### BEGIN SOLUTION
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    feature_map = np.zeros((H - K_h + 1, W - K_w + 1))
    for i in range(H - K_h + 1):
        for j in range(W - K_w + 1):
            window = image[i : i + K_h, j : j + K_w].astype(float)
            feature_map[i, j] = (window * kernel).sum()
    return feature_map
    ### END SOLUTION


# %% tests="test_correlate2d" points=3
# The shape; both signs at the edges of a bright bar; weights used as they are; the image left as it
# was. The same with images and kernels that are not square, and with whole numbers from 0 to 255.
bar = np.zeros((5, 6))
bar[:, 2:4] = 1.0  # a bright vertical bar on a dark ground
edges = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
row = np.array([4.0, 4, -4, -4])  # in every row: up at the left edge, down at the right one
got = correlate2d(bar, edges)
assert got is not None, "correlate2d gives back nothing: does it end with `return`?"
assert np.shape(got) == (3, 4), (
    f"Your map has shape {np.shape(got)}. Count the places of a window of 3 on 5 rows and on 6 "
    "columns: there is one more place than there are steps, and no place where it hangs over."
)
assert not np.allclose(got, -row), (
    "Every sign is the wrong way round: your kernel is turned by 180°. In equation (1) kernel and "
    "window are read in the same direction."
)
assert not np.allclose(got, np.clip(row, 0, None)), (
    "The negative values are missing. They say where the brightness falls: a feature map is not "
    "an image and need not stay between 0 and 1."
)
assert np.allclose(got, row), (
    "The left edge of the bar should give +4, the right edge -4. Print your map next to the bar "
    "and compute one of its numbers by hand."
)
assert np.allclose(correlate2d(np.ones((3, 3)), np.ones((2, 2))), 4), (
    "Four weights of 1 on four pixels of 1 give 4. The weights are used as they are: nothing is "
    "divided by their number or by their sum."
)
assert np.array_equal(bar, [[0, 0, 1, 1, 0, 0]] * 5), (
    "correlate2d changed the image it was given. Does an `*=` or an assignment write into a slice "
    "of it? A slice is a view of the same numbers."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

windows = np.lib.stride_tricks.sliding_window_view
rng = np.random.default_rng(seed())
for shape, kernel_shape in (
    ((6, 9), (3, 3)),
    ((9, 6), (2, 4)),
    ((5, 8), (1, 1)),
    ((4, 7), (4, 7)),
    ((8, 5), (5, 2)),
):
    image, kernel = rng.normal(size=shape), rng.normal(size=kernel_shape)
    kept, kernel_kept = image.copy(), kernel.copy()
    expected = np.einsum("ijmn,mn->ij", windows(image, kernel.shape), kernel)
    got = correlate2d(image, kernel)
    assert np.shape(got) == expected.shape, (
        "The size of the map is wrong for another image. Try one that is higher than wide, an even "
        "kernel, and a kernel as large as the image."
    )
    assert np.allclose(got, expected, atol=1e-5), (
        "The map is wrong for another image. Try an image and a kernel that are not square, and a "
        "kernel that is not symmetric, and check the corners of the map by hand."
    )
    assert np.array_equal(image, kept), "correlate2d changed the image it was given."
    assert np.array_equal(kernel, kernel_kept), "correlate2d changed the kernel it was given."
bright = rng.integers(150, 256, size=(6, 8), dtype=np.uint8)
small = np.array([[1, 2], [3, 4]], dtype=np.uint8)
expected = np.einsum("ijmn,mn->ij", windows(bright.astype(float), (2, 2)), small.astype(float))
assert np.allclose(correlate2d(bright, small), expected), (
    "A bright image of type uint8 gives wrong numbers: its arithmetic starts again at 0 after 255. "
    "Turn the pixels into floats before multiplying, and let the map hold floats."
)
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. Stride and channels
#
# Two things are missing for the real world.
#
# **Channels.** A colour image has three values per pixel, stored as an array of shape
# $(C, H, W)$. Its kernel has as many channels as the image, shape $(C, K_h, K_w)$: every channel has
# weights of its own, and *all* products go into *one* sum. One kernel gives one map, however many
# channels the image has.
#
# **Stride and padding.** With stride $s$ the output in row $i$, column $j$ sees the window that
# begins in row $i s$, column $j s$ of the padded image, in both directions:
#
# $$ S(i, j) = \sum_{c} \sum_{m} \sum_{n} P(c,\; i s + m,\; j s + n)\; W(c, m, n) \tag{2} $$
#
# where $P$ is the image after padding every channel with zeros.
#
# This part has partial credit, a point for each: channels, stride, padding, and all of them at
# once. The plain case of one channel, stride 1 and no padding must work first.
#
# <details><summary>Hint 1: one thing at a time</summary>
#
# Begin with a copy of your Part 4 and give it a third axis. Run the tests: one point is there.
# Then the stride, then the padding.
#
# </details>
#
# <details><summary>Hint 2: the window</summary>
#
# `padded[:, i * stride : i * stride + K_h, ...]` is a window of shape $(C, K_h, K_w)$, the shape of
# the weights. Its sum runs over all three axes.
#
# </details>
#
# <details><summary>Hint 3: the size</summary>
#
# Part 3 tells you the size. You may call your `output_size` and your `pad2d`, or write the two
# lines again.
#
# </details>

# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    """Slide one kernel over an image with channels, equation (2).

    Parameters
    ----------
    x : float array, shape (C, H, W)
        It is left as it is.
    weight : float array, shape (C, K_h, K_w)
    stride : int
        Pixels between two places, in both directions.
    padding : int
        Zeros added on each side of every channel, in pixels.

    Returns
    -------
    float array, shape (H_out, W_out)
        H_out = floor((H + 2 padding - K_h) / stride) + 1, and W_out alike.

    Examples
    --------
    >>> one_map(np.ones((3, 4, 5)), np.ones((3, 2, 2)), stride=2)
    array([[12., 12.],
           [12., 12.]])
    """
    ### BEGIN SOLUTION
    C, H, W = x.shape
    _, K_h, K_w = weight.shape
    padded = np.zeros((C, H + 2 * padding, W + 2 * padding))
    padded[:, padding : padding + H, padding : padding + W] = x
    H_out = (H + 2 * padding - K_h) // stride + 1
    W_out = (W + 2 * padding - K_w) // stride + 1
    feature_map = np.zeros((H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            window = padded[:, top : top + K_h, left : left + K_w]
            feature_map[i, j] = (window * weight).sum()
    return feature_map
    ### END SOLUTION


# %% tests="test_one_map" points=4
# The plain case is a condition for the rest; then a point each for channels, for stride, for padding
# and for the three together, here and with other images and kernels.
x = np.arange(20.0).reshape(1, 4, 5)
corner = np.array([[[0.0, 0], [1, 0]]])  # gives the lower left pixel of each window
plain = one_map(x, corner)
assert plain is not None, "one_map gives back nothing: does it end with `return`?"
assert np.shape(plain) == (3, 4), (
    f"With one channel, stride 1 and no padding your map has shape {np.shape(plain)}. How many "
    "places has a window of 2 on 4 rows and on 5 columns?"
)
assert not np.array_equal(plain, x[0, :3, 1:]), (
    "Your kernel is turned by 180°: in equation (2) kernel and window are read in the same "
    "direction."
)
assert np.array_equal(plain, x[0, 1:, :4]), (
    "The plain case, one channel with stride 1 and no padding, does not come out yet. It is Part 4 "
    "with an axis in front."
)

lost = {}  # what each property cost: a point once, however often it fails


def examine(name, message, x, weight, expected, **options):
    """Take the point of a property if the map is not as expected."""
    try:
        got = one_map(x, weight, **options)
    except Exception as error:
        lost.setdefault(name, f"{message} (Your function stopped with {type(error).__name__}.)")
        return
    if np.shape(got) != np.shape(expected) or not np.allclose(got, expected, atol=1e-5):
        lost.setdefault(name, message)


examine(
    "channels",
    "Every channel has weights of its own, and all products go into one sum: neither only the "
    "first channel, nor the mean of them.",
    np.stack([np.full((2, 3), 1.0), np.full((2, 3), 10.0), np.full((2, 3), 100.0)]),
    np.array([[[2.0]], [[3.0]], [[4.0]]]),
    np.full((2, 3), 432.0),
)
examine(
    "stride",
    "With stride 2 the window begins in rows 0, 2, ... and in columns 0, 2, ... of the image. Does "
    "the stride act in both directions, on the size and on the place?",
    x,
    corner,
    x[0, 1::2, 0:4:2],
    stride=2,
)
examine(
    "padding",
    "With padding=1 the map begins with windows that hang over the edge by one pixel, on the left "
    "and above as well as on the right and below, and what they see there is 0.",
    np.ones((1, 2, 3)),
    np.ones((1, 3, 3)),
    [[4, 6, 4], [4, 6, 4]],
    padding=1,
)
all_at_once = (
    "The three work together only on some inputs, or not at all. Try images and kernels that are "
    "not square, even kernels, and a stride that does not divide the room there is. If a point "
    "above is lost as well, begin there."
)
examine(
    "all at once",
    all_at_once,
    np.ones((2, 3, 4)),
    np.ones((2, 2, 2)),
    [[2, 4, 2], [4, 8, 4]],
    stride=2,
    padding=1,
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

windows = np.lib.stride_tricks.sliding_window_view
rng = np.random.default_rng(seed())
for name, C, size, kernel_size, stride, padding in (
    ("channels", 4, (5, 6), (2, 3), 1, 0),
    ("stride", 1, (9, 8), (3, 3), 3, 0),
    ("padding", 1, (4, 5), (2, 2), 1, 2),
    ("all at once", 3, (7, 10), (3, 2), 2, 1),
    ("all at once", 2, (9, 6), (4, 3), 3, 2),
):
    x, weight = rng.normal(size=(C, *size)), rng.normal(size=(C, *kernel_size))
    frame = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    full = np.einsum("cijmn,cmn->ij", windows(frame, kernel_size, axis=(1, 2)), weight)
    kept = x.copy()
    message = all_at_once
    if name != "all at once":
        message = f"The small example is right, a larger one with only {name} is not. Try others."
    examine(name, message, x, weight, full[::stride, ::stride], stride=stride, padding=padding)
    assert np.array_equal(x, kept), "one_map changed the image it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 4 - len(lost))

# %% [markdown]
# ## Part 6. Kernels that look for something
#
# Write down four kernels of 3 x 3 weights. Do not look them up yet; think what each must do to a
# flat area, to a ramp and to a single bright pixel.
#
# | key | what it does |
# |---|---|
# | `"blur"` | gives the mean of the nine pixels |
# | `"edges_x"` | is positive where brightness rises *to the right*, negative where it falls; 0 where brightness changes only from row to row |
# | `"edges_y"` | the same *downwards* |
# | `"sharpen"` | leaves a flat area as it is, and raises a pixel that is brighter than its four direct neighbours |
#
# An edge kernel named `x` looks at a change *along x*; the line that it finds on the photograph
# runs upright. Names differ from book to book on this point, the sums do not.
#
# <details><summary>Hint 1: flat areas</summary>
#
# On a flat area of brightness $b$ the output is $b$ times the sum of the weights. What must the sum
# be for a blur? For an edge kernel? For sharpening?
#
# </details>
#
# <details><summary>Hint 2: edges</summary>
#
# The cell at the top of this notebook subtracts the left neighbour from the right one. Do the same
# in all three rows; you may give the middle row more weight.
#
# </details>
#
# <details><summary>Hint 3: sharpening</summary>
#
# Take the pixel, and add how much it differs from its neighbours: four times itself, minus the
# four.
#
# </details>

# %% solution="make_kernels"
def make_kernels():
    """Write down four classical kernels.

    Returns
    -------
    dict of str to float array, shape (3, 3)
        Keys "blur", "edges_x", "edges_y", "sharpen".

    Examples
    --------
    >>> sorted(make_kernels())
    ['blur', 'edges_x', 'edges_y', 'sharpen']
    """
    ### BEGIN SOLUTION
    edges_x = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return {
        "blur": np.full((3, 3), 1 / 9),
        "edges_x": edges_x,
        "edges_y": edges_x.T,
        "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    }
    ### END SOLUTION


# %% tests="test_make_kernels" points=2
# All four kernels, three by three; what each answers to a flat area, to brightness that rises to the
# right or downwards, and to a bright dot.
kernels = make_kernels()
assert kernels is not None, "make_kernels gives back nothing: does it end with `return`?"
for key in ("blur", "edges_x", "edges_y", "sharpen"):
    assert key in kernels, f"There is no kernel with the key {key!r}."
    assert np.shape(kernels[key]) == (3, 3), f"The kernel {key!r} should have 3 x 3 weights."
flat = np.full((3, 3), 0.5)
rises_right = np.array([[0.0, 1, 2]] * 3)
rises_down = rises_right.T
assert np.sum(kernels["blur"] * flat) < 1, (
    "Your blur makes a flat area brighter. The mean of nine equal pixels is that pixel: what must "
    "the nine weights add up to?"
)
for key in ("edges_x", "edges_y"):
    assert np.isclose(np.sum(kernels[key] * flat), 0), (
        f"{key} answers to a flat area, where there is no edge. What must the weights add up to?"
    )
assert not np.isclose(np.sum(kernels["edges_x"] * rises_right), 0), (
    "edges_x gives 0 where brightness rises to the right. Has it changed places with edges_y? The "
    "name says along which axis the brightness changes, not how the line runs."
)
assert np.sum(kernels["edges_x"] * rises_right) > 0, (
    "edges_x is negative where brightness rises to the right. Which column should be subtracted?"
)
### BEGIN HIDDEN TESTS
assert np.allclose(kernels["blur"], np.mean(kernels["blur"])), (
    "The blur is not the mean of the nine pixels: does every pixel count alike?"
)
assert np.isclose(np.sum(kernels["blur"] * flat), 0.5), (
    "Your blur changes the brightness of a flat area. What must the nine weights add up to?"
)
assert np.isclose(np.sum(kernels["edges_x"] * rises_down), 0), (
    "edges_x answers to a change from row to row. Let every row of it add up to nothing."
)
assert np.sum(kernels["edges_y"] * rises_down) > 0, (
    "edges_y is not positive where brightness rises downwards. Row numbers grow downwards, too: "
    "which row should be subtracted?"
)
assert np.isclose(np.sum(kernels["edges_y"] * rises_right), 0), (
    "edges_y answers to a change from column to column."
)
assert np.isclose(np.sum(kernels["sharpen"] * flat), 0.5), (
    "Your sharpening does not leave a flat area as it is. What must its weights add up to?"
)
dot = np.array([[0.5, 0.5, 0.5], [0.5, 0.6, 0.5], [0.5, 0.5, 0.5]])
assert np.sum(kernels["sharpen"] * dot) > 0.6 + 1e-6, (
    "A pixel that is brighter than its neighbours is not raised by your sharpening. What do the "
    "weights of the neighbours have to be for that?"
)
### END HIDDEN TESTS

# %%
show_kernels(make_kernels())

# %% [markdown]
# ## Part 7. A bank of kernels on a photograph
#
# A convolutional layer holds a whole bank of kernels, $C_{\text{out}}$ of them, and gives as many
# maps. All weights together have the shape $(C_{\text{out}}, C_{\text{in}}, K_h, K_w)$, and each map
# gets one number, its *bias*, added everywhere:
#
# $$ S(o, i, j) = b(o) + \sum_c \sum_m \sum_n I(c,\, i + m,\, j + n)\; W(o, c, m, n) \tag{3} $$
#
# Stride 1 and no padding are enough here. You may call an earlier function of yours, or write it
# afresh.
#
# <details><summary>Hint 1: what the new axis means</summary>
#
# `weight[o]` is one kernel with channels, just what Part 5 works with. The result collects one map
# for each `o`.
#
# </details>
#
# <details><summary>Hint 2: putting maps together</summary>
#
# `np.stack` makes one array of shape $(C_{\text{out}}, H_{\text{out}}, W_{\text{out}})$ from a list of
# maps.
#
# </details>

# %% solution="conv2d"
def conv2d(x, weight, bias):
    """Slide a bank of kernels over an image, equation (3): a convolutional layer.

    Parameters
    ----------
    x : float array, shape (C_in, H, W)
        It is left as it is.
    weight : float array, shape (C_out, C_in, K_h, K_w)
    bias : float array, shape (C_out,)

    Returns
    -------
    float array, shape (C_out, H - K_h + 1, W - K_w + 1)

    Examples
    --------
    >>> conv2d(np.ones((1, 2, 3)), np.ones((2, 1, 2, 2)), np.array([0.0, 10]))[:, 0]
    array([[ 4.,  4.],
           [14., 14.]])
    """
    ### BEGIN SOLUTION
    _, H, W = x.shape
    C_out, _, K_h, K_w = weight.shape
    maps = np.zeros((C_out, H - K_h + 1, W - K_w + 1))
    for m in range(K_h):
        for n in range(K_w):
            shifted = x[:, m : m + H - K_h + 1, n : n + W - K_w + 1]
            maps += np.einsum("oc,chw->ohw", weight[:, :, m, n], shifted)
    return maps + bias[:, None, None]
    ### END SOLUTION


# %% tests="test_conv2d" points=2
# One map for each kernel, the maps in order, kernels not turned, a bias for each map. The same on a
# colour photograph, which is left as it was.
x = np.arange(12.0).reshape(1, 3, 4)
fingers = np.zeros((3, 1, 2, 2))
fingers[0, 0, 0, 0] = fingers[1, 0, 1, 0] = fingers[2, 0, 0, 1] = 1.0
got = conv2d(x, fingers, np.zeros(3))
assert got is not None, "conv2d gives back nothing: does it end with `return`?"
assert np.shape(got) == (3, 2, 3), (
    f"Three kernels of 2 x 2 weights on 3 x 4 pixels give three maps of 2 x 3; yours has shape "
    f"{np.shape(got)}. There is one map for each kernel, whatever the number of channels."
)
assert not np.array_equal(got[1], got[0]), (
    "Two different kernels give the same map. Is each of the kernels used, or the first one again "
    "and again?"
)
assert not np.array_equal(got[0], x[0, 1:, 1:]), (
    "Your kernels are turned by 180°: in equation (3) kernel and window are read in the same "
    "direction."
)
assert np.array_equal(got, [x[0, :2, :3], x[0, 1:, :3], x[0, :2, 1:]]), (
    "Each of these kernels picks one corner of every window, and the maps do not show that yet."
)
assert np.allclose(conv2d(x, fingers, np.array([1.0, 2, 3])) - got, [[[1]], [[2]], [[3]]]), (
    "The bias should be added everywhere to its map: the first number to the first map, and so on."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

windows = np.lib.stride_tricks.sliding_window_view
rng = np.random.default_rng(seed())
colour = photograph("flower", max_side=48)
for C_out, K_h, K_w in ((5, 3, 3), (2, 2, 4)):
    weight, bias = rng.normal(size=(C_out, 3, K_h, K_w)), rng.normal(size=C_out)
    patches = windows(colour, (K_h, K_w), axis=(1, 2))
    expected = np.einsum("cijmn,ocmn->oij", patches, weight) + bias[:, None, None]
    kept = colour.copy()
    got = conv2d(colour, weight, bias)
    assert np.shape(got) == np.shape(expected), (
        "On a colour photograph the shape is wrong. It has three channels and is not square; the "
        "number of maps is the number of kernels."
    )
    assert np.allclose(got, expected, atol=1e-5), (
        "On a colour photograph the maps are wrong. Does each kernel use all three channels, each "
        "with its own weights, and does each map get its own bias, once?"
    )
    assert np.array_equal(colour, kept), "conv2d changed the image it was given."
### END HIDDEN TESTS

# %% [markdown]
# Your kernels on the photograph, by your layer. Compare the two edge maps: where is the one strong
# and the other weak? Where are the roof's lines positive, where negative?

# %%
bank = make_kernels()
weight = np.stack(list(bank.values()))[:, None]  # (4, 3, 3) -> (4, 1, 3, 3)
maps = conv2d(photo[None], weight, np.zeros(4))
maps[3] = maps[3].clip(0, 1)  # sharpening overshoots; a picture ends at 0 and 1
show_images([photo, *maps], titles=["photograph", *bank])

# %% [markdown]
# ## Part 8. Does the flip matter?
#
# `scipy.signal.convolve2d` turns the kernel by 180° before it slides it; `torch.nn.Conv2d` does
# not. Explain in four to eight sentences, in your own words:
#
# 1. why a network that *learns* its kernels does not care which of the two it uses;
# 2. when it does matter: give two different situations, and say for which kernels it makes no
#    difference at all.
#
# This answer is read and graded by a person.

# %% [markdown] written="explain_flip" points=3
# ### BEGIN SOLUTION
# Training changes each weight so that the loss goes down, wherever that weight stands in the array.
# A layer that flips can represent exactly the same functions as one that does not: the kernel $W$
# in the one does what the kernel turned by 180° does in the other. Both find the same function; the
# stored numbers merely stand in the opposite order.
#
# It matters as soon as the numbers in the kernel come from outside. A hand-made edge kernel changes
# the sign of its answer. Weights that were trained in a library without the flip and are run in one
# with it give a different network. Results compared with `scipy.signal.convolve2d` differ. And the
# algebra differs: convolution is commutative and associative, so that two filters can be merged
# into one; cross-correlation is not commutative. It makes no difference for kernels
# that stay the same when turned by 180°, such as a blur, the Laplacian or the sharpening kernel.
#
# **Marking**, a point for each:
#
# - The flip only renames the weights; learning finds the same function. ("The network learns it" with
#   no reason: half a point.)
# - Two different situations in which it matters, of the kind: a fixed kernel with a direction,
#   moving weights between libraries, comparing results, merging filters. (One: half a point.)
# - Kernels that a turn by 180° leaves as they are make no difference. ("Symmetric" is right if an
#   example shows what is meant; symmetry across one axis alone is not enough.)
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Put `"blur"` and then `"edges_x"` on the photograph, one after the other. Find the one larger
#   kernel that does both at once. (Convolution is linear; what is its size?)
# - Shift the photograph by five pixels and compare the maps. Away from the borders, what is the
#   relation? This is called *equivariance*.
# - Time your `conv2d` on the photograph in its full size, and then `cnncourse.layers.conv2d`. (Do this in
#   another notebook: in this one a call of `cnncourse.layers` is reported to whoever grades it.)
