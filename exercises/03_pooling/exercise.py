# ---
# title: Pooling, and what a shift does to it
# chapter: book/03_pooling/index.md
# minutes: 100
# seconds_per_cell: 20
# may_not_call: [torch, scipy, skimage, cnncourse.layers]
# summary: >
#   Pooling throws positions away, a few at a time or all at once. You will write the poolings, send a
#   gradient back through a maximum, and then build the instruments that measure what they are praised
#   for: how much of a shift really gets lost on the way.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import digits, photograph
from cnncourse.plots import show_images, show_kernels

# %% [markdown]
# When you have finished, you will be able to
#
# - pool a map by its maxima and by its means, with windows that overlap or lie side by side;
# - say where a gradient goes that arrives at a maximum;
# - compute which share of shifts a pooling absorbs;
# - measure how far a function is from being equivariant, and how often a classifier changes its mind;
# - build the blur that pooling lacks.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: the same stripes, twice
#
# Stripes two pixels wide, and the same stripes one pixel further to the right. Max pooling with windows
# of 2 x 2 makes stripes of the first and a plain surface of the second, though hardly anything has
# changed. By the end of this notebook you will be able to say by how much, and to mend it.

# %%
stripes = np.tile([0.0, 0, 9, 9], (2, 3))
shown = {}
for title, image in (("stripes", stripes), ("moved by one", np.roll(stripes, 1, axis=1))):
    shown[title] = image
    shown[f"{title}, pooled"] = image.reshape(1, 2, 6, 2).max(axis=(1, 3))
show_kernels(shown, columns=2)

# %% [markdown]
# ## Part 1. The largest, and where it stood
#
# A window of $p \times p$ values moves over each channel of an image in steps of $s$:
#
# $$ P(c, i, j) = \max_{0 \le m,\, n < p} \; x(c,\; i s + m,\; j s + n) \tag{1} $$
#
# A window that would hang over the edge is left out. Training needs to know which value won, so the
# function gives back a second array: the *place* of each maximum. Places are counted through the
# channel's map row by row: the value in row $r$, column $q$ of a map that is $W$ columns wide has the
# place $r W + q$. (These are the numbers that PyTorch gives with `return_indices=True`.) If a window
# holds its maximum more than once, the first one counts, row by row.
#
# $$
# \begin{pmatrix} 1&3&2&4 \\ 5&6&7&8 \\ 9&2&1&3 \\ 4&0&5&8 \end{pmatrix}
# \quad\longrightarrow\quad
# \begin{pmatrix} 6&8 \\ 9&8 \end{pmatrix}
# \quad\text{at the places}\quad
# \begin{pmatrix} 5&7 \\ 8&15 \end{pmatrix}
# $$
#
# There is partial credit, a point for each: maxima of windows side by side, maxima of windows that
# overlap or leave something over, places, and ties. Shapes and the example above must come out first.
#
# <details><summary>Hint 1: where to begin</summary>
#
# Count the windows of one axis first, as in the last chapter: `(H - kernel_size) // stride + 1`. Then
# two loops, over the rows and the columns of the result.
#
# </details>
#
# <details><summary>Hint 2: the place</summary>
#
# `window.argmax()` counts inside the window. `np.unravel_index` turns it into a row and a column of the
# window; add the row and the column in which the window begins.
#
# </details>
#
# <details><summary>Hint 3: ties</summary>
#
# `argmax` takes the first of several. If you compare yourself, `>` and `>=` differ here.
#
# </details>


# %% solution="max_pool2d"
def max_pool2d(x, kernel_size, stride):
    """Keep the largest value of each window, equation (1), and its place.

    Parameters
    ----------
    x : array, shape (C, H, W)
        Values of either sign.
    kernel_size, stride : int
        Side of a window, and the distance between two windows, in pixels.

    Returns
    -------
    maxima : array, shape (C, H_out, W_out)
        H_out = floor((H - kernel_size) / stride) + 1, and W_out alike.
    places : int array, shape (C, H_out, W_out)
        row * W + column of each maximum in its channel; of equal ones the first.

    Examples
    --------
    >>> maxima, places = max_pool2d(np.array([[[1, 3, 2, 4], [5, 6, 7, 8]]]), 2, 2)
    >>> maxima.tolist(), places.tolist()
    ([[[6.0, 8.0]]], [[[5, 7]]])
    """
    ### BEGIN SOLUTION
    C, H, W = x.shape
    H_out, W_out = (H - kernel_size) // stride + 1, (W - kernel_size) // stride + 1
    maxima = np.zeros((C, H_out, W_out))
    places = np.zeros((C, H_out, W_out), dtype=int)
    for c, i, j in np.ndindex(maxima.shape):
        top, left = i * stride, j * stride
        window = x[c, top : top + kernel_size, left : left + kernel_size]
        m, n = np.unravel_index(window.argmax(), window.shape)
        maxima[c, i, j] = window[m, n]
        places[c, i, j] = (top + m) * W + left + n
    return maxima, places
    ### END SOLUTION


# %% tests="test_max_pool2d" points=4
# Two arrays of the right shape and the example are a condition for the rest; then a point each for
# maxima, for windows that overlap or leave something over, for places, and for ties.
small = np.array([[[1.0, 3, 2, 4], [5, 6, 7, 8], [9, 2, 1, 3], [4, 0, 5, 8]]])
got = max_pool2d(small, 2, 2)
assert got is not None, "max_pool2d gives back nothing: does it end with `return`?"
assert len(got) == 2, "max_pool2d gives back two arrays: `return maxima, places`."
assert np.shape(got[0]) == (1, 2, 2), (
    f"The maxima have shape {np.shape(got[0])}. Each channel is pooled by itself, and one channel of "
    "4 x 4 has 2 x 2 windows of 2 x 2."
)
assert np.shape(got[1]) == (1, 2, 2), (
    f"The places have shape {np.shape(got[1])}. There is one place for each maximum."
)
assert np.asarray(got[1]).dtype.kind in "iu", (
    "Places are whole numbers. An array of zeros holds floats, unless it is told `dtype=int`."
)
assert np.array_equal(got[0], [[[6, 8], [9, 8]]]), (
    "The maxima of the example above do not come out. Print the four windows: does the second one "
    "begin two columns further to the right?"
)
lost = {}  # what each property cost: a point once, however often it fails


def examine(name, message, x, kernel_size, stride, expected):
    """Take the point of a property if maxima or places are not as expected."""
    try:
        maxima, places = max_pool2d(x, kernel_size, stride)
    except Exception as error:
        lost.setdefault(name, f"{message} (Your function stopped with {type(error).__name__}.)")
        return
    got = places if name in ("places", "ties") else maxima
    if not np.array_equal(got, expected):
        lost.setdefault(name, message)


below = (
    "Where all values of a window are negative, the largest of them is wanted, not 0. What does your "
    "search begin with?"
)
steps = (
    "With windows of 3 that move by 2, neighbours share a column, and what does not fill a last window "
    "is left out. Where does window number j begin, and how many are there?"
)
counted = (
    "The places are not right. They count through the whole map of the channel, row by row, beginning "
    "with 0, and begin anew in each channel."
)
first = "Of equal maxima in a window the first one counts, row by row."
examine("maxima", below, -1 - small, 2, 2, [[[-2, -3], [-1, -2]]])
examine("windows", steps, np.arange(24.0).reshape(1, 4, 6) % 7, 3, 2, [[[6, 4]]])
examine("places", counted, small, 2, 2, [[[5, 7], [8, 15]]])
examine("ties", first, np.ones((1, 2, 4)), 2, 2, [[[0, 2]]])
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

windows = np.lib.stride_tricks.sliding_window_view


def compare(name, message, x, kernel_size, stride):
    """Examine with what NumPy says of all windows at once."""
    _, H, W = x.shape
    views = windows(x, (kernel_size, kernel_size), axis=(1, 2))[:, ::stride, ::stride]
    numbers = windows(np.arange(H * W).reshape(H, W), (kernel_size, kernel_size))
    numbers = np.broadcast_to(numbers[::stride, ::stride], views.shape)
    views, numbers = (a.reshape(*a.shape[:3], -1) for a in (views, numbers))
    places = np.take_along_axis(numbers, views.argmax(axis=3)[..., None], axis=3)[..., 0]
    expected = places if name in ("places", "ties") else views.max(axis=3)
    examine(name, message, x, kernel_size, stride, expected)


rng = np.random.default_rng(seed())
other = "The small example is right, other images are not. "
compare("maxima", other + below, -rng.random((3, 6, 9)), 3, 3)
compare("maxima", other + "Try several channels.", rng.normal(size=(4, 4, 10)), 2, 2)
for shape, kernel_size, stride in (((2, 9, 6), 3, 2), ((1, 5, 8), 2, 1), ((2, 7, 7), 2, 3)):
    compare("windows", other + steps, rng.random(shape), kernel_size, stride)
    compare("places", other + counted, rng.random(shape), kernel_size, kernel_size)
compare("places", other + counted, rng.random((2, 6, 9)), 3, 3)
compare("ties", first, np.full((2, 6, 6), rng.random()), 3, 3)
compare("ties", first, np.array([[[0.0, 2, 5, 1], [2, 2, 5, 5]]]) + rng.integers(9), 2, 2)
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 4 - len(lost))

# %% [markdown]
# A photograph's edges, pooled by your function: what survives when each value stands for 8 x 8 pixels?

# %%
photo = photograph("china", gray=True, max_side=240)
edges = np.abs(photo[:, 2:] - photo[:, :-2])
pooled = [max_pool2d(edges[None], size, size)[0][0] for size in (2, 4, 8)]
show_images([edges, *pooled], ["edges", "2 x 2", "4 x 4", "8 x 8"], columns=2)

# %% [markdown]
# ## Part 2. The way back through a maximum
#
# A gradient arrives at each maximum: it says how the loss would change if this maximum grew by a little.
# The maximum *is* one of the values of its window, so that value gets the whole gradient, and the
# others get nothing. Where windows overlap, one value may win in several of them; then it gets the
# *sum* of their gradients.
#
# You are given the places of the winners, counted as in Part 1, so this part does not need your
# Part 1.
#
# <details><summary>Hint 1: a map in one row</summary>
#
# Begin with zeros of shape $(C, H W)$: then a place is simply a column. Reshape at the end.
#
# </details>
#
# <details><summary>Hint 2: the same place twice</summary>
#
# `grad[places] += values` adds only once where a place occurs twice. A loop does not have this
# problem, and neither has `np.add.at`.
#
# </details>


# %% solution="max_pool2d_backward"
def max_pool2d_backward(grad_output, places, shape):
    """Send the gradient of each maximum to the value that it was.

    Parameters
    ----------
    grad_output : float array, shape (C, H_out, W_out)
        What arrives at the maxima. It is left as it is.
    places : int array, shape (C, H_out, W_out)
        row * W + column of each maximum in its channel. A place may occur several times.
    shape : (int, int, int)
        C, H, W of the image that was pooled.

    Returns
    -------
    float array, shape (C, H, W)

    Examples
    --------
    >>> max_pool2d_backward(np.array([[[10.0, 20.0]]]), np.array([[[3, 1]]]), (1, 2, 3))
    array([[[ 0., 20.,  0.],
            [10.,  0.,  0.]]])
    """
    ### BEGIN SOLUTION
    C, H, W = shape
    grad_x = np.zeros((C, H * W))
    for c in range(C):
        np.add.at(grad_x[c], places[c], grad_output[c])
    return grad_x.reshape(shape)
    ### END SOLUTION


# %% tests="test_max_pool2d_backward" points=3
# The shape; the whole gradient at the winners and nothing elsewhere; the sum where a value wins twice;
# channels by themselves. The same with other gradients and places.
arriving = np.array([[[10.0, 20], [30, 40]]])
got = max_pool2d_backward(arriving, np.array([[[5, 7], [8, 15]]]), (1, 4, 4))
assert got is not None, "max_pool2d_backward gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 4, 4), (
    f"Your gradient has shape {np.shape(got)}. It has one number for each value of the image that was "
    "pooled."
)
assert np.count_nonzero(got) == 4, (
    "Four windows have four winners, and only they get something. What would change if a value that "
    "is not the largest grew by very little?"
)
assert np.array_equal(np.ravel(got)[[5, 7, 8, 15]], [10, 20, 30, 40]), (
    "Each winner should get the whole gradient of its window, undivided. Place 7 of a map with 4 "
    "columns is row 1, column 3."
)
twice = max_pool2d_backward(np.array([[[1.0, 2, 4]]]), np.array([[[2, 2, 1]]]), (1, 2, 2))
assert np.ravel(twice)[2] == 3, (
    "A value that wins in two overlapping windows gets both gradients, added. Yours keeps one of them. "
    "(`grad[places] += values` does that, too: see the second hint.)"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for (C, H, W), windows in (((3, 4, 5), (2, 3)), ((2, 3, 2), (4, 5)), ((1, 1, 6), (3, 3))):
    places = rng.integers(0, H * W, size=(C, *windows))
    arriving = rng.normal(size=(C, *windows))
    kept = arriving.copy()
    got = max_pool2d_backward(arriving, places, (C, H, W))
    expected = [np.bincount(p.ravel(), g.ravel(), H * W) for p, g in zip(places, arriving)]
    assert np.shape(got) == (C, H, W), (
        "The shape is wrong for another image. Try several channels, and a map that is not square."
    )
    assert np.allclose(np.reshape(got, (C, H * W)), expected, atol=1e-5), (
        "The gradient is wrong for other places. Places are counted in each channel by itself; try "
        "several channels, places that occur more than once, and gradients of either sign."
    )
    assert np.array_equal(arriving, kept), "max_pool2d_backward changed the gradient it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Means instead of maxima
#
# Average pooling asks how much there is in a window, not whether it is there at all:
#
# $$ A(c, i, j) = \frac{1}{p^2} \sum_{m=0}^{p-1} \sum_{n=0}^{p-1} x(c,\; i s + m,\; j s + n) \tag{2} $$
#
# <details><summary>Hint 1: the same loops</summary>
#
# The windows are those of Part 1; only what is done with a window is new. `window.mean(axis=(1, 2))`
# treats all channels at once.
#
# </details>
#
# <details><summary>Hint 2: whole numbers</summary>
#
# The mean of 1 and 2 is no whole number, and four bright pixels of type `uint8` add up to more than
# 255. Let the result hold floats, and turn pixels into floats before you add them.
#
# </details>


# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    """Take the mean of each window, equation (2).

    Parameters
    ----------
    x : array, shape (C, H, W)
        Of any number type, `uint8` included.
    kernel_size, stride : int
        Side of a window, and the distance between two windows, in pixels.

    Returns
    -------
    float array, shape (C, H_out, W_out)
        H_out = floor((H - kernel_size) / stride) + 1, and W_out alike.

    Examples
    --------
    >>> avg_pool2d(np.array([[[1, 3, 2, 4], [5, 6, 7, 8]]]), 2, 2)
    array([[[3.75, 5.25]]])
    """
    ### BEGIN SOLUTION
    C, H, W = x.shape
    H_out, W_out = (H - kernel_size) // stride + 1, (W - kernel_size) // stride + 1
    means = np.zeros((C, H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            window = x[:, top : top + kernel_size, left : left + kernel_size]
            means[:, i, j] = window.mean(axis=(1, 2))
    return means
    ### END SOLUTION


# %% tests="test_avg_pool2d" points=2
# The shape; means, not sums or maxima; windows that overlap; channels by themselves; whole numbers from
# 0 to 255. The same with other images and windows.
small = np.array([[[1.0, 3, 2, 4], [5, 6, 7, 8], [9, 2, 1, 3], [4, 0, 5, 8]]])
got = avg_pool2d(small, 2, 2)
assert got is not None, "avg_pool2d gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 2, 2), (
    f"Your result has shape {np.shape(got)}. One channel of 4 x 4 has 2 x 2 windows of 2 x 2."
)
assert np.ravel(got)[0] != 6, "That is the largest of the window. Average pooling takes the mean."
assert np.ravel(got)[0] < 6, (
    "The first window holds 1, 3, 5 and 6; your mean is larger than any of them. By how many values is "
    "the sum divided in a window of 2 x 2?"
)
assert np.allclose(got, [[[3.75, 5.25], [3.75, 4.25]]]), (
    "The four means of the example do not come out. The first window holds 1, 3, 5 and 6."
)
assert np.shape(avg_pool2d(small, 3, 1)) == (1, 2, 2), (
    "Windows of 3 that move by 1 have two places on 4 pixels. Is the stride used, and not the size of "
    "the window in its place?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
windows = np.lib.stride_tricks.sliding_window_view
for shape, kernel_size, stride in (((3, 6, 9), 3, 3), ((2, 9, 6), 3, 2), ((1, 4, 8), 2, 3)):
    x = rng.normal(size=shape)
    expected = windows(x, (kernel_size, kernel_size), axis=(1, 2))[:, ::stride, ::stride]
    got = avg_pool2d(x, kernel_size, stride)
    assert np.shape(got) == expected.shape[:3], (
        "The shape is wrong for other windows. Each channel is pooled by itself; try windows that "
        "overlap, and a stride that leaves something over at the end."
    )
    assert np.allclose(got, expected.mean(axis=(3, 4)), atol=1e-5), (
        "The means are wrong for another image. Try several channels, and windows of 3 that move by 2."
    )
bright = rng.integers(150, 256, size=(2, 4, 6), dtype=np.uint8)
expected = windows(bright.astype(float), (2, 2), axis=(1, 2))[:, ::2, ::2].mean(axis=(3, 4))
assert np.allclose(avg_pool2d(bright, 2, 2), expected, atol=1e-3), (
    "A bright image of type uint8 gives wrong means. Its sums start again at 0 after 255, and an array "
    "of whole numbers cuts off what is behind the point: see the second hint."
)
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. All positions at once
#
# Global average pooling takes the mean over a whole map, for every channel of every image. $N$ images
# with $C$ maps each, of whatever size, become $N \times C$ numbers:
#
# $$ g(n, c) = \frac{1}{H W} \sum_{i} \sum_{j} x(n, c, i, j) \tag{3} $$
#
# <details><summary>Hint 1: which axes go</summary>
#
# The axes are image, channel, row, column, with the numbers 0 to 3. Which two does the sum run over?
#
# </details>
#
# <details><summary>Hint 2: two axes at once</summary>
#
# `mean` takes a pair of axes, and removes both of them from the shape.
#
# </details>


# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    """Take the mean of each channel of each image, equation (3).

    Parameters
    ----------
    x : array, shape (N, C, H, W)

    Returns
    -------
    float array, shape (N, C)

    Examples
    --------
    >>> global_avg_pool2d(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """
    ### BEGIN SOLUTION
    return x.mean(axis=(2, 3))
    ### END SOLUTION


# %% tests="test_global_avg_pool2d" points=2
# One number for each channel of each image, without further axes: its mean. The same with maps of other
# sizes.
maps = np.zeros((2, 3, 2, 2))
maps[0, 1] = [[1, 2], [3, 6]]
maps[1, 2] = 8
got = global_avg_pool2d(maps)
assert got is not None, "global_avg_pool2d gives back nothing: does it end with `return`?"
assert np.ndim(got) != 0, (
    "One number for everything is too little: the images are not mixed, and neither are the channels."
)
assert np.ndim(got) == 2, (
    f"Your result has shape {np.shape(got)}. Rows and columns are gone, and so are their axes; images "
    "and channels stay."
)
assert np.shape(got) == (2, 3), (
    f"Your result has shape {np.shape(got)}. What stays are the axes of the images and of the channels."
)
assert got[0][1] == 3, (
    "The map with 1, 2, 3 and 6 has a mean of 3. Is it the mean you take, neither sum nor maximum, and "
    "of all four values?"
)
assert np.array_equal(got, [[0, 3, 0], [0, 0, 8]]), (
    "A mean is not where it belongs: (image, channel)."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((2, 5, 3, 7), (4, 1, 1, 6), (3, 4, 5, 2)):
    x = rng.normal(size=shape)
    expected = np.einsum("nchw->nc", x) / (shape[2] * shape[3])
    got = global_avg_pool2d(x)
    assert np.shape(got) == expected.shape and np.allclose(got, expected, atol=1e-5), (
        "The means are wrong for maps of another size. Try one that is not square, and one image or "
        "one channel only."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. A meter for equivariance
#
# A function $f$ that makes a map of an image is *equivariant* to a shift if it does not matter whether
# the image is moved first or its map afterwards. Let $T_{a,b}$ move everything $a$ rows down and $b$
# columns to the right, where what leaves comes in again at the opposite side: `np.roll` does that. If
# neighbouring values of the map stand $s$ pixels apart, a shift of the image by $(a, b)$ is a shift of
# the map by $(a/s, b/s)$. The meter shows the largest difference,
#
# $$ E = \max_{i, j} \; \bigl|\, f(T_{a,b}\, x)(i, j) - (T_{a/s,\, b/s}\, f(x))(i, j) \,\bigr| \tag{4} $$
#
# over all places $(i, j)$ of the map that are at least `margin` away from each of its borders. (At the
# border, padding and what was rolled in disturb the comparison; the margin leaves them out.) If $s$
# does not divide $a$ and $b$, there is no shift of the map to compare with, and the function raises a
# `ValueError`.
#
# Mind the difference to *invariance*: there, $f(T x)$ would be compared with $f(x)$ itself.
#
# <details><summary>Hint 1: a function as an argument</summary>
#
# `f` is called like any function: `f(x)` gives the map of `x`. You need two maps, so call it twice.
#
# </details>
#
# <details><summary>Hint 2: both axes at once</summary>
#
# `np.roll(x, (dy, dx), axis=(0, 1))` moves rows by `dy` and columns by `dx`, also by negative numbers.
#
# </details>
#
# <details><summary>Hint 3: a margin of 0</summary>
#
# `d[margin:-margin]` is empty when `margin` is 0. Count the end of the slice from the front.
#
# </details>


# %% solution="equivariance_error"
def equivariance_error(f, x, dy, dx, margin, stride=1):
    """Measure how far a function is from being equivariant to a shift, equation (4).

    Parameters
    ----------
    f : function
        Takes a float array of shape (H, W) and gives back one of shape (H_out, W_out).
    x : float array, shape (H, W)
    dy, dx : int
        How far the image is moved down and to the right, in pixels; may be negative.
    margin : int
        How many rows and columns of the map are left out on each side, 0 or more.
    stride : int
        How many pixels of the image two neighbouring values of the map are apart.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `dy` or `dx` is not a multiple of `stride`.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 5.0]])
    >>> print(equivariance_error(lambda image: 2 * image, x, 0, 1, margin=0))
    0.0
    >>> print(equivariance_error(lambda image: image * [0.0, 1.0, 0.0], x, 0, 1, margin=0))
    2.0
    """
    ### BEGIN SOLUTION
    if dy % stride or dx % stride:
        raise ValueError(f"a shift by ({dy}, {dx}) is none of the map, whose stride is {stride}")
    of_moved = f(np.roll(x, (dy, dx), axis=(0, 1)))
    moved = np.roll(f(x), (dy // stride, dx // stride), axis=(0, 1))
    difference = np.abs(of_moved - moved)
    H, W = difference.shape
    return difference[margin : H - margin, margin : W - margin].max()
    ### END SOLUTION


# %% tests="test_equivariance_error" points=3
# No error for what is equivariant; the largest difference for what is not; the margin; a map with a
# stride; a shift that the map cannot follow. The same with other functions, images and shifts.
def in_place(image):
    """Do the same with each value."""
    return image**2 + 1


def left_half(image):
    """Look at the left half only, so that places matter."""
    return image * (np.arange(image.shape[1]) < 3)


def thinned(image):
    """Keep every second value of every second row."""
    return image[::2, ::2]


x = np.array([[1.0, 7, 2, 3, 0, 5], [4, 0, 6, 1, 9, 2], [8, 3, 1, 5, 2, 4], [2, 2, 7, 0, 6, 1]])
got = equivariance_error(in_place, x, 1, 2, 0)
assert got is not None, "equivariance_error gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, f"The error is one number; yours has shape {np.shape(got)}."
assert got == 0, (
    "Doing the same with each value is equivariant, so there is no error. Is the map moved as well? To "
    "compare with the map of the image that stands still would be to ask for invariance."
)
assert equivariance_error(left_half, x, 0, -1, 0) == 8, (
    "A function that sees only the left half is not equivariant: when x moves by one column to the "
    "left, the largest difference is 8, where an 8 comes in again on the right. Do you take absolute "
    "values, and the largest of them?"
)
assert equivariance_error(left_half, x, 0, -1, 1) == 5, (
    "With margin=1 one row and one column are left out on each side of the map: the first and the last."
)
assert equivariance_error(thinned, x, 2, 4, 0, stride=2) == 0, (
    "Where every second value is kept, a shift of the image by 2 moves the map by 1. By how much is "
    "your map moved?"
)
try:
    equivariance_error(thinned, x, 0, 1, 0, stride=2)
except ValueError:
    pass
else:
    raise AssertionError(
        "A map that keeps every second column cannot follow a shift by one. Say so with "
        "`raise ValueError(...)`."
    )
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for dy, dx, margin, stride in ((2, 1, 0, 1), (-1, 3, 1, 1), (4, -2, 1, 2), (-6, 0, 0, 3)):
    x, mask = rng.normal(size=(12, 18)), rng.normal(size=(12, 18))

    def tinted(image, mask=mask, stride=stride):
        """Weigh each place differently, then keep some of them."""
        return (image * mask)[::stride, ::stride]

    still, moved = tinted(x), tinted(np.roll(x, (dy, dx), axis=(0, 1)))
    still = np.roll(still, (dy // stride, dx // stride), axis=(0, 1))
    inner = np.s_[margin : 12 // stride - margin, margin : 18 // stride - margin]
    expected = np.max(np.abs(still - moved)[inner])
    kept = x.copy()
    assert np.isclose(equivariance_error(tinted, x, dy, dx, margin, stride), expected, atol=1e-5), (
        "For another function the error is wrong. Try shifts down as well as to the right, negative "
        "ones, a margin of 0 and of 1 on all four sides, and a stride of 2 or 3."
    )
    assert np.array_equal(x, kept), "equivariance_error changed the image it was given."
for row, column, dy, dx in ((3, 6, -1, 0), (6, 6, 1, 0), (5, 3, 0, -1), (5, 14, 0, 1)):
    for away in (
        0,
        1,
    ):  # the spot lies on the last place that counts, and moves out of view; then beyond

        def spotted(image, spot=(row + away * dy, column + away * dx)):
            """Add something at one place."""
            image = image.copy()
            image[spot] += 5
            return image

        assert np.isclose(equivariance_error(spotted, x[:10], dy, dx, 3) > 1, away == 0), (
            "A difference just inside the margin is missed, or one just outside is counted, on one of the four "
            "sides. How many rows and columns are left out on each side?"
        )
for dy, dx in ((1, 2), (2, 3)):
    try:
        equivariance_error(tinted, x, dy, dx, 0, stride=2)
    except ValueError:
        pass
    else:
        raise AssertionError("A shift that the stride does not divide is accepted along one axis.")
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. Which shifts are absorbed?
#
# Max pooling with windows of $p \times p$ that lie side by side, and a map with a lone peak. The map is
# moved by $a$ rows and $b$ columns. If the peak stays in its window, the pooled map does not change:
# the shift is absorbed. The peak lies in any place of its window with equal chance. In which share of
# all cases is the shift absorbed?
#
# Do one axis first, on paper, for $p = 3$ and a shift by one: from which of three columns does the peak
# stay inside? Then think about shifts to the left, shifts further than the window is wide, and both axes
# together.
#
# <details><summary>Hint 1: one axis</summary>
#
# The chapter's section "How often is a shift absorbed?" finds $1 - d/p$ for a shift by $d \le p$. What is
# it for $d > p$, and for a shift to the left?
#
# </details>
#
# <details><summary>Hint 2: both axes</summary>
#
# Row and column are chosen independently, and *both* have to stay inside.
#
# </details>


# %% solution="absorbed_fraction"
def absorbed_fraction(kernel_size, dy, dx):
    """Say in which share of cases a lone peak stays in its pooling window.

    Parameters
    ----------
    kernel_size : int
        Side of the windows, which lie side by side, in pixels.
    dy, dx : int
        How far the map is moved down and to the right; may be negative, and of any size.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> absorbed_fraction(2, 0, 1)
    0.5
    """
    ### BEGIN SOLUTION
    rows = max(0, kernel_size - abs(dy))
    columns = max(0, kernel_size - abs(dx))
    return rows * columns / kernel_size**2
    ### END SOLUTION


# %% tests="test_absorbed_fraction" points=2
# One axis; the direction does not matter; nothing is left of a shift by a whole window or more; both
# axes together. The same with other windows and shifts.
got = absorbed_fraction(4, 0, 1)
assert got is not None, "absorbed_fraction gives back nothing: does it end with `return`?"
assert not np.isclose(got, 0.25), (
    "From one column of four a step to the right leads out of the window: 1/4 is the share that is "
    "*not* absorbed."
)
assert np.isclose(got, 0.75), (
    "Windows of 4, a shift by 1: count the columns of a window from which the peak stays inside."
)
assert np.isclose(absorbed_fraction(4, 0, -1), 0.75), (
    "A shift to the left is absorbed as often as one to the right. A share is never more than 1."
)
assert np.isclose(absorbed_fraction(2, 1, 1), 0.25), (
    "With windows of 2, a shift by one row *and* one column: of four places in the window, from how "
    "many does the peak stay inside? It has to survive along both axes."
)
assert absorbed_fraction(2, 0, 3) == 0, (
    "From no place of a window of 2 can the peak move by 3 and stay inside. A share is never negative."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for dy, dx in ((1, 0), (-2, 1), (5, 6), (-4, -5), (6, 0), (0, 0), (0, -2), (1, -1)):
    kernel_size = int(rng.integers(3, 5))
    row, column = np.indices((kernel_size, kernel_size))
    inside = (row + dy >= 0) & (row + dy < kernel_size)
    inside &= (column + dx >= 0) & (column + dx < kernel_size)
    assert np.isclose(absorbed_fraction(kernel_size, dy, dx), np.mean(inside)), (
        "The share is wrong for another window or shift. Try rows and columns, negative shifts, and "
        "shifts further than the window is wide along both axes."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. Blur, then thin out
#
# Keeping every second value lets false patterns through, as the stripes at the top show. The remedy is
# to blur first: every value that is kept is a weighted mean of its neighbourhood. With weights
# $t_0, \ldots, t_{K-1}$ along one axis, such as $1, 2, 1$,
#
# $$ B(c, i, j) = \frac{1}{\bigl(\sum_m t_m\bigr)^2}
#    \sum_{m=0}^{K-1} \sum_{n=0}^{K-1} t_m\, t_n\; x(c,\; i s + m,\; j s + n) \tag{5} $$
#
# There is no padding; a window that would hang over the edge is left out. Anti-aliased max pooling is
# this with $s = 2$, put behind a max pooling with stride 1.
#
# <details><summary>Hint 1: weights for a window</summary>
#
# `np.outer(t, t)` makes a table of all the products $t_m t_n$. What must its sum be, so that a flat
# area keeps its brightness?
#
# </details>
#
# <details><summary>Hint 2: a familiar loop</summary>
#
# It is average pooling in which the values of a window do not count alike.
#
# </details>


# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    """Blur each channel and keep every so many values of it, equation (5).

    Parameters
    ----------
    x : float array, shape (C, H, W)
    taps : sequence of float, of length K
        Weights along one axis, the same for both; their sum is not 0.
    stride : int
        The distance between the values that are kept, in pixels.

    Returns
    -------
    float array, shape (C, H_out, W_out)
        H_out = floor((H - K) / stride) + 1, and W_out alike.

    Examples
    --------
    >>> blur_pool2d(np.array([[[0.0, 16, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 8]]]), [1, 2, 1], 2)
    array([[[2. , 0.5]]])
    """
    ### BEGIN SOLUTION
    weights = np.outer(taps, taps) / np.sum(taps) ** 2
    K = len(taps)
    C, H, W = x.shape
    blurred = np.zeros((C, (H - K) // stride + 1, (W - K) // stride + 1))
    for c, i, j in np.ndindex(blurred.shape):
        top, left = i * stride, j * stride
        blurred[c, i, j] = (x[c, top : top + K, left : left + K] * weights).sum()
    return blurred
    ### END SOLUTION


# %% tests="test_blur_pool2d" points=3
# The shape; a flat area keeps its brightness; the blur acts along both axes and with the weights that
# are given, before values are left out. The same with other images, weights and strides.
flat = np.full((1, 5, 7), 3.0)
got = blur_pool2d(flat, [1, 2, 1], 2)
assert got is not None, "blur_pool2d gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 2, 3), (
    f"Your result has shape {np.shape(got)}. A window of 3 that moves by 2 has two places on 5 rows and "
    "three on 7 columns; nothing is added at the border."
)
assert np.allclose(got, 3), (
    "A flat area should keep its brightness. The products of all pairs of weights add up to the square "
    "of the sum of the weights: what do you divide by?"
)
dot = np.zeros((1, 5, 5))
dot[0, 1, 1] = 16.0
got = np.reshape(blur_pool2d(dot, [1, 2, 1], 2), (2, 2))
assert got[0, 0] != 0, (
    "The bright dot is in row 1, column 1, and is lost. Are the values thinned out before the blur? "
    "Then the false pattern is already there."
)
assert got[0, 0] == 4, (
    "A dot of 16 in the middle of the first window, with weights 1, 2, 1 in both directions, gives 4: a "
    "quarter of it. Do both axes have their weights, and not all places the same?"
)
assert np.array_equal(got, [[4, 0], [0, 0]]), "The dot should be seen by the first window only."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
windows = np.lib.stride_tricks.sliding_window_view
for shape, K, stride in (
    ((3, 8, 7), 3, 2),
    ((2, 6, 9), 4, 1),
    ((1, 7, 8), 2, 3),
    ((2, 5, 5), 1, 2),
):
    x, taps = rng.normal(size=shape), rng.integers(1, 9, size=K)
    views = windows(x, (K, K), axis=(1, 2))[:, ::stride, ::stride]
    expected = np.einsum("cijmn,m,n->cij", views, taps, taps) / np.sum(taps) ** 2
    got = blur_pool2d(x, [int(tap) for tap in taps], stride)
    assert np.shape(got) == expected.shape, (
        "The shape is wrong for another image, number of weights or stride. Try a stride that leaves "
        "something over at the end, and a single weight."
    )
    assert np.allclose(got, expected, atol=1e-5), (
        "The values are wrong for other weights. Try several channels, and weights that are not the "
        "same when they are read backwards."
    )
### END HIDDEN TESTS

# %% [markdown]
# The stripes again, and the same one pixel further to the right: max pooling by your Part 1, and the
# anti-aliased pooling that your Parts 1 and 7 make together. In which of the two do the two pictures
# come out alike?

# %%
stripes = np.tile([0.0, 0, 9, 9], (1, 4, 4))
shown = {}
for title, x in (("stripes", stripes), ("moved by one", np.roll(stripes, 1, axis=2))):
    shown[f"{title}, max"] = max_pool2d(x, 2, 2)[0][0]
    shown[f"{title}, blur"] = blur_pool2d(max_pool2d(x, 2, 1)[0], [1, 1], 2)[0]
show_kernels(shown, columns=2)

# %% [markdown]
# ## Part 8. How often does a classifier change its mind?
#
# In the end it is answers that count. Take a batch of images and a list of shifts. Move all images by
# each of the shifts (with `np.roll`, as in Part 5), and ask the classifier again. The *consistency* is
# the share, among all pairs of an image and a shift, in which the answer is the same as for the image
# that stands still. Whether an answer is right plays no part.
#
# <details><summary>Hint 1: which axes</summary>
#
# The images have the axes image, row, column. A shift moves rows and columns: `axis=(1, 2)`.
#
# </details>
#
# <details><summary>Hint 2: counting</summary>
#
# `answers == still` is an array of truth values, one for each image; their mean is the share of those
# that are true.
#
# </details>


# %% solution="shift_consistency"
def shift_consistency(predict, images, shifts):
    """Say how often a classifier's answer stays the same when images are moved.

    Parameters
    ----------
    predict : function
        Takes a float array of shape (N, H, W) and gives back N class numbers.
    images : float array, shape (N, H, W)
        It is left as it is.
    shifts : list of (int, int)
        How far everything is moved down and to the right, in pixels.

    Returns
    -------
    float
        0 to 1: the share of pairs of an image and a shift.

    Examples
    --------
    >>> def brighter_side(images):
    ...     return (images[:, :, 0] < images[:, :, -1]).all(axis=1)
    >>> print(shift_consistency(brighter_side, np.array([[[1.0, 2.0]], [[3.0, 3.0]]]), [(0, 1)]))
    0.5
    """
    ### BEGIN SOLUTION
    still = predict(images)
    same = [predict(np.roll(images, shift, axis=(1, 2))) == still for shift in shifts]
    return np.mean(same)
    ### END SOLUTION


# %% tests="test_shift_consistency" points=2
# The share of pairs with the same answer; each image moved by itself, down and to the right; compared
# with the image that stands still. The same with other classifiers, images and shifts.
def corner(images):
    """Read the class in the upper left corner."""
    return images[:, 0, 0].astype(int)


images = np.array([[[1.0, 1, 2], [3, 1, 2]], [[4, 5, 4], [4, 6, 7]], [[8, 9, 9], [9, 9, 8]]])
kept = images.copy()
got = shift_consistency(corner, images, [(0, -1), (-1, 0)])
assert got is not None, "shift_consistency gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, f"The consistency is one number; yours has shape {np.shape(got)}."
assert not np.isclose(got, 4 / 6), (
    "That is the share of pairs in which the answer changes. Asked for are those in which it stays."
)
assert got != 0, (
    "No answer at all stays the same for you. Is each pair of an image and a shift counted by itself, "
    "or must an image keep its answer under all the shifts?"
)
assert np.isclose(got, 2 / 6), (
    "Of six pairs, two keep their answer: the first image under the first shift, the second under the "
    "second. Is each image moved along its own rows and columns, and every shift counted?"
)
assert np.array_equal(images, kept), "shift_consistency changed the images it was given."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N, H, W, shifts in (
    (5, 4, 6, [(0, 1), (1, 0), (-2, 3)]),
    (7, 3, 5, [(1, 1), (1, 1), (0, -1), (2, 2)]),
    (4, 6, 4, [(3, -1)]),
):
    images = rng.integers(0, 2, size=(N, H, W)).astype(float)
    images[0] = rng.integers(0, 2)
    moved = [np.roll(image, shift, axis=(0, 1))[0, 0] for shift in shifts for image in images]
    still = [image[0, 0] for _ in shifts for image in images]
    expected = np.mean(np.array(moved) == np.array(still))
    assert np.isclose(shift_consistency(corner, images, shifts), expected), (
        "The share is wrong for other images or shifts. Try more shifts than one, shifts down as well "
        "as to the right, and compare each with the image that stands still, not with the one before."
    )
### END HIDDEN TESTS

# %% [markdown]
# ### What is it worth?
#
# Four very simple classifiers of handwritten digits. Each turns an image into a description, and gives
# the class whose mean description is the nearest. The first description is the image itself, the
# second its max pooling, the third the anti-aliased pooling, and the last one, `sorted`, is the list of
# all values in order of their size, which has forgotten every position. Run the cell, and look at both
# columns before you praise anyone.

# %%
images, labels = digits("test")
canvas = np.pad(images[:, 0], ((0, 0), (4, 4), (4, 4)))  # room to move
known, asked = slice(80, 280), slice(0, 80)


def classifier(describe):
    """Answer with the class whose mean description is nearest."""

    def flat(images):
        return describe(images).reshape(len(images), -1)

    of_known = flat(canvas[known])
    means = np.stack([of_known[labels[known] == label].mean(axis=0) for label in range(10)])
    return lambda images: ((flat(images)[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)


descriptions = {
    "pixels": lambda images: images,
    "max pooled": lambda images: max_pool2d(images, 2, 2)[0],
    "anti-aliased": lambda images: blur_pool2d(max_pool2d(images, 2, 1)[0], [1, 1], 2),
    "sorted": lambda images: np.sort(images.reshape(len(images), -1), axis=1),
}
print("description    right   consistent under shifts by one")
for title, describe in descriptions.items():
    predict = classifier(describe)
    right = np.mean(predict(canvas[asked]) == labels[asked])
    consistency = shift_consistency(predict, canvas[asked], [(0, 1), (1, 0)])
    print(f"{title:14} {right:.2f}    {consistency:.2f}")

# %% [markdown]
# ## Part 9. "It is invariant, it has pooling"
#
# A friend writes in a report: "Our network has five max poolings of 2 x 2 and then a dense layer, so it
# is invariant to translation." Answer your friend in five to ten sentences:
#
# 1. what about the sentence is wrong, with a number of this notebook or of the chapter;
# 2. what is true of such a stack: which shifts of the input does its last map follow exactly?
# 3. what the friend could change to make the network's answer (nearly) independent of the position, and
#    what that would cost or not cost.
#
# This answer is read and graded by a person.

# %% [markdown] written="answer_a_friend" points=3
# ### BEGIN SOLUTION
# A 2 x 2 max pooling absorbs a shift by one pixel only when the peak does not leave its window, which
# is a matter of luck: half of the cases for one axis, a quarter for both. A stack of poolings does not
# add up to invariance, since other peaks come into each window while one leaves; on the chapter's
# photograph far more than a sixteenth of the values after four rounds change when the image moves by
# one pixel. And the dense layer behind has a weight of its own for every position.
#
# What holds is a restricted equivariance: after five rounds the windows stand $2^5 = 32$ pixels apart,
# and a shift by a multiple of 32 moves the last map by whole steps (away from the border). It moves it;
# it does not leave it unchanged.
#
# Replacing the dense layer on the flattened map by global average pooling makes the answer independent of
# where the maps' values stand, exactly so if the layers before have stride 1, and nearly so if the
# poolings blur before they thin out. It costs some sharpness and all knowledge of positions, and it
# saves the dense layer's many parameters. Training with moved examples is another way; it costs
# training time and promises nothing for shifts it has not shown.
#
# **Marking**, a point for each:
#
# - Local pooling absorbs only some shifts, with a number or a counterexample (half a point without).
# - Multiples of 32 (half a point for "multiples of the total stride" with a wrong number), and that the
#   map moves along: equivariance, not invariance.
# - A change that works (global pooling, blur before thinning, moved training examples) *and* what it
#   costs or saves.
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Put your `equivariance_error` on your `max_pool2d`: `lambda x: max_pool2d(x[None], 2, 2)[0][0]` with
#   `stride=2`, and with shifts by 2. Then with `max_pool2d(..., 2, 1)` and shifts by 1.
# - Compare your gradient of Part 2 with a slope: move one value of the image by 0.001 and see by how much
#   the sum of all maxima changes.
# - Give the classifiers above three shifts instead of two, or shifts by two pixels. Which of them gains?
