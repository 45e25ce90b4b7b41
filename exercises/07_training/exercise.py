# ---
# title: Train a network with nothing but NumPy
# chapter: book/07_training/index.md
# minutes: 180
# seconds_per_cell: 60
# may_not_call: [torch, scipy, cnncourse.layers, cnncourse.gradcheck, sklearn]
# summary: >
#   The gradients of a convolution, a way to test them, two ways to take a step, and then all of it at
#   once: a small convolutional network that learns to read digits in seconds, and every line of it,
#   forward and backward, is yours.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import digits
from cnncourse.plots import new_figure, show_kernels
from cnncourse.probes import seed

# %% [markdown]
# When you have finished, you will be able to
#
# - turn a convolution into one product of matrices, and say what that costs in memory;
# - write the three gradients of a convolution, with stride and padding;
# - measure a gradient, choose the step for it, and write a check that lets no wrong gradient pass;
# - take a step with momentum and with Adam, and say what the correction of its first steps is for;
# - put layers together forwards and backwards, and train the result;
# - say what to look at first when a network does not learn.
#
# Parts 1 to 7 are graded independently: a mistake in one costs nothing in another unless you choose to
# call your earlier function there, as you may in Part 3. In Parts 8 and 9 you will want to use what you
# have written; if one of your functions does not work, write there what you need of it.
#
# All functions give back new arrays and leave what they were given as it was.
#
# ### Before you start: how far to move?
#
# The slope of $\sin$ at 1 is $\cos 1$. It can be measured by a small step to the right alone, or by one
# to each side. Below is the error of both for steps of all sizes, with the smallest on the left. Why do
# both curves rise again there? Which step would you take?

# %%
steps = 10.0 ** np.arange(-14, 0.1, 0.25)
one_sided = (np.sin(1 + steps) - np.sin(1)) / steps
two_sided = (np.sin(1 + steps) - np.sin(1 - steps)) / (2 * steps)
figure = new_figure(height=2.6)
axes = figure.subplots()
axes.loglog(steps, np.abs(one_sided - np.cos(1)), color="#d9780f", label="to one side")
axes.loglog(steps, np.abs(two_sided - np.cos(1)), color="#5b3a8c", label="to both sides")
axes.set(xlabel="step", ylabel="error")
axes.legend(frameon=False)
figure

# %% [markdown]
# ## Part 1. Windows into columns
#
# A convolution multiplies the same kernels with every window. Write each window as a *column*, and
# all of it becomes one product of matrices: kernels in rows, windows in columns. For an image
# $x$ of shape $(N, C, H, W)$ and a kernel of $K_h \times K_w$ the columns have the shape
#
# $$ (N,\; C \cdot K_h \cdot K_w,\; H_\text{out} \cdot W_\text{out}) , $$
#
# $$ H_\text{out} = \Big\lfloor \frac{H + 2p - K_h}{s} \Big\rfloor + 1 . $$
#
# Down a column run the channels, in each channel the window's rows, in each row its pixels, which is
# the order of `weight.reshape(C_out, -1)`. From left to right run the places of the window, row by
# row, which is the order of a map.
#
# $$ \begin{pmatrix} 1&2&3 \\ 4&5&6 \end{pmatrix}
#    \;\xrightarrow{\;2 \times 2\;}\;
#    \begin{pmatrix} 1&2 \\ 2&3 \\ 4&5 \\ 5&6 \end{pmatrix} $$
#
# Points: one for windows without stride and padding, one for the stride, one for the padding.
#
# <details><summary>Hint 1: rows of the result</summary>
#
# Look at the *rows* of the example: the first holds what the upper left weight meets, the second what
# the upper right weight meets. Each is a piece of the image, shifted. So loop over the few weights,
# not over the many windows.
#
# </details>
#
# <details><summary>Hint 2: a shape with six axes</summary>
#
# Fill an array of shape `(N, C, K_h, K_w, H_out, W_out)`: its part `[:, :, m, n]` is a slice of the
# padded image that begins at row `m`, column `n`, and takes every `stride`-th pixel. One `reshape` at
# the end.
#
# </details>
#
# <details><summary>Hint 3: where a slice ends</summary>
#
# `padded[:, :, m : m + stride * H_out : stride]` has `H_out` rows.
#
# </details>

# %% solution="im2col"
def im2col(x, kernel_size, stride=1, padding=0):
    """Write every window of a batch of images as a column.

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
    kernel_size : (int, int)
        K_h and K_w.
    stride : int
        Pixels between two windows, in both directions.
    padding : int
        Zeros on each side, in pixels.

    Returns
    -------
    float array, shape (N, C K_h K_w, H_out W_out)

    Examples
    --------
    >>> im2col(np.arange(1.0, 7.0).reshape(1, 1, 2, 3), (2, 2)).tolist()
    [[[1.0, 2.0], [2.0, 3.0], [4.0, 5.0], [5.0, 6.0]]]
    """
    ### BEGIN SOLUTION
    (N, C, H, W), (K_h, K_w) = x.shape, kernel_size
    padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    H_out = (H + 2 * padding - K_h) // stride + 1
    W_out = (W + 2 * padding - K_w) // stride + 1
    columns = np.empty((N, C, K_h, K_w, H_out, W_out))
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m, m + stride * H_out, stride), slice(n, n + stride * W_out, stride)
            columns[:, :, m, n] = padded[:, :, rows, places]
    return columns.reshape(N, C * K_h * K_w, H_out * W_out)
    ### END SOLUTION


# %% tests="test_im2col" points=3
# The example above is a condition; then a point each for windows of several images and channels, for
# stride and for padding. Here and with other images, kernels that are not square included.
small = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)
got = im2col(small, (2, 2))
assert got is not None, "im2col gives back nothing: does it end with `return`?"
assert not np.array_equal(got, [[[1, 2, 4, 5], [2, 3, 5, 6]]]), (
    "Your windows stand in rows. In the columns' matrix every window is a *column*."
)
assert np.shape(got) == (1, 4, 2), (
    f"For 2 x 3 pixels and a 2 x 2 window your shape is {np.shape(got)}: four pixels down, two windows "
    "across, one image."
)
assert not np.array_equal(got, [[[1, 2], [4, 5], [2, 3], [5, 6]]]), (
    "Down a column your window is read column by column; it is read row by row."
)
assert np.array_equal(got, [[[1, 2], [2, 3], [4, 5], [5, 6]]]), (
    "The example above does not come out. Write the first window as a column by hand."
)

lost = {}
words = {
    "windows": "With several images, channels or a window that is not square the columns are wrong: "
    "down a column run the channels, then the window's rows; images stay apart.",
    "stride": "With stride 2 the windows begin in rows 0, 2, ... and columns 0, 2, ..., as long as "
    "they fit. The pixels *within* a window stay neighbours.",
    "padding": "With padding=1 the first window hangs over the edge by a pixel, on the left and above, "
    "and the last one on the right and below; what hangs over is 0.",
}


def examine(name, x, expected, *arguments):
    """Take the point of a property if the columns are not as expected."""
    try:
        got = im2col(x, *arguments)
    except Exception as error:
        lost[name] = f"{words[name]} (Your function stopped with {type(error).__name__}.)"
        return
    if np.shape(got) != np.shape(expected) or not np.allclose(got, expected, atol=1e-5):
        lost.setdefault(name, words[name])


two = np.stack([small, 10 * small], axis=1)[:, :, 0]  # (1, 2, 2, 3): two channels
examine("windows", two, [[[1, 2, 3], [4, 5, 6], [10, 20, 30], [40, 50, 60]]], (2, 1))
row = np.arange(5.0).reshape(1, 1, 1, 5)
examine("stride", row, [[[0, 2], [1, 3]]], (1, 2), 2)
framed = [[[0, 0], [0, 0], [0, 0], [0, 1], [1, 1], [1, 0], [0, 0], [0, 0], [0, 0]]]
examine("padding", np.ones((1, 1, 1, 2)), framed, (3, 3), 1, 1)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())


def columns_of(x, kernel_size, stride, padding):
    """Give the columns by NumPy's sliding windows."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel_size, axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 1, 4, 5, 2, 3)
    return windows.reshape(len(x), windows.shape[1] * kernel_size[0] * kernel_size[1], -1)


for name, shape, kernel_size, stride, padding in (
    ("windows", (2, 3, 5, 4), (2, 3), 1, 0),
    ("windows", (3, 1, 3, 6), (3, 1), 1, 0),
    ("stride", (2, 2, 7, 8), (3, 2), 3, 0),
    ("stride", (1, 2, 6, 5), (2, 2), 2, 0),
    ("padding", (2, 2, 4, 3), (3, 2), 1, 2),
):
    x = rng.normal(size=shape)
    kept = x.copy()
    expected = columns_of(kept, kernel_size, stride, padding)
    examine(name, x, expected, kernel_size, stride, padding)
    assert np.array_equal(x, kept), "im2col changed the images it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
3 - len(lost)

# %% [markdown]
# ## Part 2. Columns back into an image
#
# On the way back, a gradient arrives for every number in the columns. A pixel was copied into
# several of them, once for each window that covers it, so its gradient is the *sum* over all its
# copies. `col2im` does this: every number of the columns goes back to the pixel from which it
# came, and numbers that meet there are added. What falls into the padding is dropped.
#
# `col2im` does not undo `im2col`: it is its *adjoint* (the transpose of the matrix that `im2col` is).
# For any $x$ and $y$ of the right shapes,
#
# $$ \langle\, \text{im2col}(x),\; y \,\rangle = \langle\, x,\; \text{col2im}(y) \,\rangle , \tag{1} $$
#
# where $\langle\;\rangle$ multiplies element by element and adds up. Test yours with this: it catches
# nearly every mistake.
#
# Before you write it: columns full of ones, 2 x 2 windows on 3 x 3 pixels. What comes back?
#
# <details><summary>Check your result</summary>
#
# How many windows cover each pixel: $\begin{pmatrix} 1&2&1 \\ 2&4&2 \\ 1&2&1 \end{pmatrix}$.
#
# </details>
#
# <details><summary>Hint 1: the same loop</summary>
#
# Where `im2col` reads a slice of the padded image into `columns[:, :, m, n]`, this one adds
# `columns[:, :, m, n]` to the same slice of an array of zeros.
#
# </details>
#
# <details><summary>Hint 2: at the end</summary>
#
# Cut the padding off by counting from the front, `padding : padding + H`; `padding:-padding` is empty
# when padding is 0.
#
# </details>

# %% solution="col2im"
def col2im(columns, shape, kernel_size, stride=1, padding=0):
    """Add every number of the columns to the pixel that it came from: the adjoint of im2col.

    Parameters
    ----------
    columns : float array, shape (N, C K_h K_w, H_out W_out)
    shape : (int, int, int, int)
        Of the images: N, C, H, W.
    kernel_size, stride, padding
        As in `im2col`.

    Returns
    -------
    float array, shape (N, C, H, W)

    Examples
    --------
    >>> col2im(np.array([[[1.0, 2.0], [10.0, 20.0]]]), (1, 1, 1, 3), (1, 2)).tolist()
    [[[[1.0, 12.0, 20.0]]]]
    """
    ### BEGIN SOLUTION
    (N, C, H, W), (K_h, K_w) = shape, kernel_size
    H_out = (H + 2 * padding - K_h) // stride + 1
    W_out = (W + 2 * padding - K_w) // stride + 1
    columns = columns.reshape(N, C, K_h, K_w, H_out, W_out)
    padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m, m + stride * H_out, stride), slice(n, n + stride * W_out, stride)
            padded[:, :, rows, places] += columns[:, :, m, n]
    return padded[:, :, padding : padding + H, padding : padding + W]
    ### END SOLUTION


# %% tests="test_col2im" points=3
# The shape, and sums where windows overlap, are a condition; then a point each for several images and
# channels, for stride, and for padding, by equation (1) on random numbers.
ones = np.ones((1, 4, 4))
got = col2im(ones, (1, 1, 3, 3), (2, 2))
assert got is not None, "col2im gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 1, 3, 3), f"Your result has shape {np.shape(got)}; `shape` says (1, 1, 3, 3)."
assert not np.array_equal(got, np.ones((1, 1, 3, 3))), (
    "Every pixel got a single number. Where windows overlap, the numbers that meet are *added*: `=` in "
    "the loop keeps the last one only, a mean divides what must not be divided."
)
assert np.array_equal(got[0, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]]), (
    "Of columns full of ones should come back how many windows cover each pixel."
)
assert np.array_equal(ones, np.ones((1, 4, 4))), "col2im changed the columns it was given."

lost = {}
words = {
    "images and channels": "With several images or channels, or a window that is not square, (1) does "
    "not hold. Is the order down a column the one of im2col: channels, rows, pixels?",
    "stride": "With a stride (1) does not hold. A number goes back to the pixel it came from: slices "
    "with the same beginning and the same step as in im2col.",
    "padding": "With padding (1) does not hold. Add into a padded array first, and cut off its frame "
    "in the end.",
}


def examine(name, y, shape, expected, *arguments):
    """Take the point of a property if the image is not as expected."""
    try:
        got = col2im(y, shape, *arguments)
    except Exception as error:
        lost[name] = f"{words[name]} (Your function stopped with {type(error).__name__}.)"
        return
    if np.shape(got) != shape or not np.allclose(got, expected, atol=1e-5):
        lost.setdefault(name, words[name])


y = np.arange(1.0, 9.0).reshape(1, 4, 2)
examine("images and channels", y, (1, 2, 1, 3), [[[[1, 5, 4]], [[5, 13, 8]]]], (1, 2))
examine("stride", y[:, :2], (1, 1, 1, 5), [[[[1, 3, 2, 4, 0]]]], (1, 2), 2)
examine("padding", np.ones((1, 9, 2)), (1, 1, 1, 2), [[[[2, 2]]]], (3, 3), 1, 1)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())


def home(shape, kernel_size, stride, padding):
    """Say for each number of the columns which pixel it came from; -1 for the padding."""
    numbers = np.arange(np.prod(shape)).reshape(shape)
    frame = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(numbers, frame, constant_values=-1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel_size, axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 1, 4, 5, 2, 3)
    return windows.reshape(shape[0], shape[1] * kernel_size[0] * kernel_size[1], -1)


for name, shape, kernel_size, stride, padding in (
    ("images and channels", (2, 3, 5, 4), (2, 3), 1, 0),
    ("images and channels", (3, 1, 3, 6), (3, 1), 1, 0),
    ("stride", (2, 2, 7, 9), (3, 2), 3, 0),
    ("stride", (1, 2, 6, 5), (3, 3), 2, 0),
    ("padding", (2, 2, 4, 3), (3, 2), 1, 2),
):
    where = home(shape, kernel_size, stride, padding)
    y = rng.normal(size=where.shape)
    kept = y.copy()
    sums = np.bincount(where.ravel() + 1, kept.ravel(), np.prod(shape) + 1)[1:].reshape(shape)
    examine(name, y, shape, sums, kernel_size, stride, padding)
    assert np.array_equal(y, kept), "col2im changed the columns it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
3 - len(lost)

# %% [markdown]
# ## Part 3. The gradients of a convolution
#
# With the columns $X$ of an image and the weights $W$ as a matrix of shape
# $(C_\text{out}, C_\text{in} K_h K_w)$, a convolution is $Y = W X + b$: a dense layer, applied to every
# window, with the bias added to every column. So its gradients are those of a dense layer. With the
# arriving gradient $G$, shape $(C_\text{out}, H_\text{out} W_\text{out})$ for each image,
#
# $$ \frac{\partial L}{\partial W} = \sum_\text{images} G\, X^{\mathsf T} , \qquad
#    \frac{\partial L}{\partial X} = W^{\mathsf T} G , $$
#
# the gradient for the bias adds up all columns of $G$, of all images, and the gradient for the columns $X$
# goes back into the image as in Part 2. The chapter derives the same in another way: the gradient for the
# kernel is the image cross-correlated with $G$, the one for the image is $G$ convolved with the kernel.
# You may write it either way.
#
# Points: one each for the gradients of bias, weight and image without stride and padding; one for
# the stride, one for the padding, one for both together.
#
# <details><summary>Hint 1: shapes</summary>
#
# `grad_output.reshape(N, C_out, -1)` is $G$ for each image. `@` multiplies the last two axes of
# stacks of matrices.
#
# </details>
#
# <details><summary>Hint 2: which sums</summary>
#
# A weight is used at all places of all images, the bias as well: both gradients sum over the images
# and over the places. The gradient of an image belongs to that image alone.
#
# </details>
#
# <details><summary>Hint 3: without col2im</summary>
#
# The pixel in row $i s + m$ of the padded image is met by the weight in row $m$ of the window in row
# $i$. So for each weight, add $G$ times this weight to every `stride`-th pixel of a padded array, from
# row $m$ on.
#
# </details>

# %% solution="conv2d_backward"
def conv2d_backward(grad_output, x, weight, stride=1, padding=0):
    """Give the three gradients of a convolutional layer (cross-correlation, as everywhere).

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, H_out, W_out)
        Gradient of the loss for the layer's output.
    x : float array, shape (N, C_in, H, W)
        What the layer was given.
    weight : float array, shape (C_out, C_in, K_h, K_w)
    stride, padding : int
        In both directions.

    Returns
    -------
    grad_x : float array, shape (N, C_in, H, W)
    grad_weight : float array, shape (C_out, C_in, K_h, K_w)
    grad_bias : float array, shape (C_out,)

    Examples
    --------
    >>> x, weight = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 20.0]]]])
    >>> grad_x, grad_weight, grad_bias = conv2d_backward(np.array([[[[1.0, 1.0]]]]), x, weight)
    >>> grad_x.tolist(), grad_weight.tolist(), grad_bias.tolist()
    ([[[[10.0, 30.0, 20.0]]]], [[[[3.0, 5.0]]]], [2.0])
    """
    ### BEGIN SOLUTION
    (N, C_in, H, W), (K_h, K_w) = x.shape, weight.shape[2:]
    H_out, W_out = grad_output.shape[2:]
    padded = np.zeros((N, C_in, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros(weight.shape)
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m, m + stride * H_out, stride), slice(n, n + stride * W_out, stride)
            met = padded[:, :, rows, places]  # what this weight was multiplied with
            grad_weight[:, :, m, n] = np.tensordot(grad_output, met, ([0, 2, 3], [0, 2, 3]))
            spread = np.tensordot(grad_output, weight[:, :, m, n], (1, 0))  # channels last
            grad_padded[:, :, rows, places] += spread.transpose(0, 3, 1, 2)
    grad_x = grad_padded[:, :, padding : padding + H, padding : padding + W]
    return grad_x, grad_weight, grad_output.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %% tests="test_conv2d_backward" points=6
# Three gradients in their shapes; a point each for the gradients of bias, weight and image, for stride,
# for padding and for both, held against the loss that single weights and pixels make. Also with other sizes.
x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
weight = np.array([[[[10.0, 20.0]]]])
got = conv2d_backward(np.ones((1, 1, 2, 2)), x, weight)
assert got is not None, "conv2d_backward gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 3, (
    "Give back three arrays: `return grad_x, grad_weight, grad_bias`."
)
assert [np.shape(a) for a in got] == [(1, 1, 2, 3), (1, 1, 1, 2), (1,)], (
    f"Your gradients have the shapes {[np.shape(a) for a in got]}; each should have the shape of what it "
    "belongs to."
)

lost = {}
words = {
    "bias": "The bias is added at every place of every image: its gradient is a plain sum over both, "
    "with a number for each map.",
    "weight": "A weight is used at every place of every image: collect over both, each time "
    "the arriving gradient times the pixel that it met there, neither turned nor divided.",
    "image": "A pixel gets its share from every window that covers it and from every kernel, each time "
    "with the weight that met it; shares are added.",
    "stride": "With a stride at least one gradient is wrong: a window begins every `stride` pixels, "
    "and pixels that no window reaches get 0.",
    "padding": "With padding at least one gradient is wrong: weights have met zeros of the frame, too, "
    "and what flows into the frame is cut off in the end.",
    "both": "Stride and padding are right by themselves, but not together. Try even kernels and a "
    "stride that does not divide the room there is.",
}


def loss(g, x, w, stride, padding):
    """Convolve and weigh the outputs with g: the loss, linear in x and in w."""
    frame = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    x, total = np.pad(x, frame), 0.0
    for place in np.ndindex(*g.shape):
        n, o, i, j = place
        top, left = i * stride, j * stride
        window = x[n, :, top : top + w.shape[2], left : left + w.shape[3]]
        total += g[place] * (window * w[o]).sum()
    return total


def slopes(function, shape):
    """Give the gradient of a linear function: its value for each unit vector."""
    unit, found = np.zeros(shape), np.zeros(shape)
    for place in np.ndindex(*shape):
        unit[place] = 1
        found[place] = function(unit)
        unit[place] = 0
    return found


def examine(g, x, w, name="", *options):
    """Hold the three gradients against slopes; with options, all of them count for `name`."""
    kept = [a.copy() for a in (g, x, w)]
    stride, padding = options or (1, 0)
    true = {
        "image": slopes(lambda e: loss(g, e, w, stride, padding), x.shape),
        "weight": slopes(lambda e: loss(g, x, e, stride, padding), w.shape),
        "bias": g.sum((0, 2, 3)),
    }
    try:
        made = conv2d_backward(g, x, w, *options)
    except Exception as error:
        for key in [name] if name else true:
            lost[key] = f"{words[key]} (Your function stopped with {type(error).__name__}.)"
        return True
    for (key, expected), one in zip(true.items(), made):
        if np.shape(one) != expected.shape or not np.allclose(one, expected, atol=1e-4):
            lost.setdefault(name or key, words[name or key])
    return all(np.array_equal(a, b) for a, b in zip((g, x, w), kept))


g = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])
unchanged = examine(g, x, weight)
examine(np.array([[[[1.0, -2.0]]]]), np.arange(10.0).reshape(1, 1, 2, 5), weight, "stride", 2, 0)
examine(np.arange(12.0).reshape(1, 1, 3, 4) - 5, np.ones((1, 1, 1, 3)), weight, "padding", 1, 1)
examine(np.arange(4.0).reshape(1, 1, 2, 2), x, weight, "both", 2, 1)
assert unchanged, "conv2d_backward changed an array it was given."
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for name, shape, kernels, kernel_size, *options in (
    ("", (2, 2, 4, 3), 3, (2, 3)),
    ("", (1, 3, 3, 3), 2, (2, 1)),
    ("stride", (1, 2, 5, 6), 2, (2, 3), 2, 0),
    ("padding", (2, 1, 3, 2), 2, (2, 2), 1, 2),
    ("both", (1, 2, 4, 5), 2, (3, 2), 3, 1),
):
    stride, padding = options or (1, 0)
    out = [(n + 2 * padding - k) // stride + 1 for n, k in zip(shape[2:], kernel_size)]
    x, weight = rng.normal(size=shape), rng.normal(size=(kernels, shape[1], *kernel_size))
    unchanged = examine(rng.normal(size=(shape[0], kernels, *out)), x, weight, name, *options)
    assert unchanged, "conv2d_backward changed an array it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
6 - len(lost)

# %% [markdown]
# ## Part 4. Measure a gradient
#
# Trust no gradient that you have not measured. Move each number $x_i$ by $h$ to both sides, all others
# staying where they are, and look at what the function does:
#
# $$ \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h} \tag{2} $$
#
# The function $f$ takes an array and gives one number. It is a function like any other in Python: call
# it, `function(x)`.
#
# <details><summary>Hint 1: going through an array of any shape</summary>
#
# `for place in np.ndindex(x.shape):` gives one index after the other, a tuple for which `x[place]`
# is one number.
#
# </details>
#
# <details><summary>Hint 2: one number at a time</summary>
#
# Make a copy of `x`, change the copy at `place`, call the function. Make a *fresh* copy for the other
# side and for the next place. (If you move one copy there and back instead: from the upper side to the
# lower one it is `2 * h`, not `h`, which would lead back to the middle.)
#
# </details>

# %% solution="numerical_gradient"
def numerical_gradient(function, x, h=1e-5):
    """Measure the gradient of a function by moving single numbers to both sides, equation (2).

    Parameters
    ----------
    function : callable
        Takes an array like `x`, gives a number.
    x : float array, any shape
        Where the gradient is wanted. It is left as it is.
    h : float
        How far to move.

    Returns
    -------
    float array, the shape of `x`

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([[1.0, -3.0]])).round(6)
    array([[ 2., -6.]])
    """
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right, left = x.copy(), x.copy()
        right[place] += h
        left[place] -= h
        gradient[place] = (function(right) - function(left)) / (2 * h)
    return gradient
    ### END SOLUTION


# %% tests="test_numerical_gradient" points=3
# A gradient in the shape of x; measured to both sides; one number moved at a time; x left as it was. The
# same with other functions, numbers of axes and steps.
x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, 1.5]])
got = numerical_gradient(lambda x: float((x**2).sum()), x, 0.25)
assert got is not None, "numerical_gradient gives back nothing: does it end with `return`?"
assert np.array_equal(x, [[1, -2, 0.5], [3, 0, 1.5]]), (
    "numerical_gradient left x changed. Move a copy, or move the number back before you go on."
)
assert np.shape(got) == (2, 3), (
    f"Your gradient has shape {np.shape(got)}: one number was wanted for each number of x, by moving one "
    "at a time."
)
assert not np.allclose(got, 4 * x), (
    "Twice too large: from one side to the other it is 2 h, not h."
)
assert not np.allclose(got, 2 * x + 0.25) and not np.allclose(got, 2 * x - 0.25), (
    "You move to one side only. The error is then as large as h; moving to *both* sides, it is as "
    "small as h squared, and for this function none at all."
)
assert np.allclose(got, 2 * x), (
    "The gradient of the sum of squares is 2 x. Is each number moved alone, by h, and are all others "
    "where they were?"
)
product = numerical_gradient(lambda x: float(x[0] * x[1] * x[2]), np.array([2.0, 3.0, 5.0]), 0.25)
assert np.allclose(product, [15, 10, 6], atol=1e-4), (
    "The gradient of a product is wrong: while one number is moved, the others must be where x says. "
    "Is every number moved back?"
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for shape in ((), (4,), (2, 3, 2)):
    x, a = rng.normal(size=shape), rng.normal(size=shape)
    kept = x.copy()
    got = numerical_gradient(lambda x, a=a: float(np.sin(a * x).sum() + (a * x).sum() ** 2), x)
    true = a * np.cos(a * kept) + 2 * (a * kept).sum() * a
    assert np.shape(got) == shape, "The gradient does not have the shape of x for other numbers of axes."
    assert np.allclose(got, true, atol=1e-5), "The gradient of another function is wrong."
    assert np.array_equal(x, kept), "numerical_gradient left x changed."
got = numerical_gradient(lambda x: float((x**3).sum()), np.zeros(2), 0.5)
assert np.allclose(got, 0.25), "The step h is not the one that was asked for."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. A check that lets nothing pass
#
# When are two gradients, one derived and one measured, the same? Not when their difference is small:
# small compared to what? For gradients around $10^{-7}$ a difference of $10^{-8}$ is a mistake, for
# gradients around $10^{7}$ a difference of 1 is rounding. So the difference is divided by the size of
# the numbers. And a number whose true slope is 0 is measured as something like $10^{-12}$; it must not
# be condemned for this, as long as it is small beside the *largest* number of the gradients. Write $a$
# for the derived, $n$ for the measured gradient:
#
# $$ e_i = \frac{|a_i - n_i|}{\max\big(|a_i|,\; |n_i|,\; 10^{-3} M\big)} , \qquad
#    M = \max_j \max\big(|a_j|, |n_j|\big) . \tag{3} $$
#
# They agree if **every** $e_i$ is at most `tolerance`. Further:
#
# - arrays of different shapes do not agree, even if NumPy could broadcast them;
# - nan and infinity agree with nothing;
# - two gradients that are 0 everywhere agree, although (3) would divide by 0.
#
# Your function is tried on right gradients, large, small and with zeros, and on many wrong ones. As long
# as it refuses a right one, it earns nothing. Points: one for what is wrong everywhere, one for a
# single wrong number, one for wrong gradients that are tiny or huge, one for nan and shapes.
#
# <details><summary>Hint 1: no division at all</summary>
#
# $e_i \le t$ is the same as $|a_i - n_i| \le t \cdot \max(\dots)$, which also holds for $0 \le 0$.
#
# </details>
#
# <details><summary>Hint 2: nan</summary>
#
# A comparison with nan is False: `not (difference > bound)` lets it pass, `difference <= bound` does
# not. With infinity the bound is infinite, too; `np.isfinite` tells.
#
# </details>

# %% solution="gradients_agree"
def gradients_agree(derived, measured, tolerance=1e-5):
    """Say whether two gradients are the same but for rounding, equation (3).

    Parameters
    ----------
    derived, measured : float array
    tolerance : float
        The largest relative error that passes.

    Returns
    -------
    bool

    Examples
    --------
    >>> gradients_agree(np.array([2.0, 0.0]), np.array([2.0000001, 1e-12]))
    True
    >>> gradients_agree(np.array([2e-8, 0.0]), np.array([3e-8, 0.0]))
    False
    """
    ### BEGIN SOLUTION
    if derived.shape != measured.shape:
        return False
    if not (np.isfinite(derived).all() and np.isfinite(measured).all()):
        return False
    size = np.maximum(np.abs(derived), np.abs(measured))
    size = np.maximum(size, 1e-3 * size.max())
    return bool((np.abs(derived - measured) <= tolerance * size).all())
    ### END SOLUTION


# %% tests="test_gradients_agree" points=4
# Right gradients, of any size and with zeros, pass: a condition. Then a point each for refusing what is
# wrong everywhere, a single wrong number, tiny and huge wrong gradients, and nan and other shapes.
right = np.array([[2.0, -0.5, 0.0], [30.0, 0.25, -4.0]])
got = gradients_agree(right, right * (1 + 1e-9) + 1e-10)
assert got is not None, "gradients_agree gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, "One answer is wanted, True or False, not one for each number."
for factor, words in ((1, "of ordinary size"), (1e-9, "around 1e-9"), (1e9, "around 1e9")):
    assert gradients_agree(factor * right, factor * (right * (1 + 1e-9) + 1e-10)), (
        f"A right gradient {words} is refused. Differences count relative to the numbers, and a number "
        "whose slope is 0 may be off by rounding."
    )
assert gradients_agree(np.zeros(3), np.zeros(3)), (
    "Two gradients of nothing but zeros agree; 0 / 0 must not come in between."
)

lost = {}


def refuse(name, message, derived, measured, *tolerance):
    """Take the point of a property if a wrong gradient passes, whichever of the two it is."""
    for pair in ((derived, measured), (measured, derived)):
        try:
            passed = gradients_agree(*pair, *tolerance)
        except Exception as error:
            passed, message = True, f"{message} (It stopped with {type(error).__name__}.)"
        if passed:
            lost.setdefault(name, message)


everywhere = "A gradient that is wrong everywhere passes: wrong sign, a factor of 2, all zeros, 1 % off."
for wrong in (-right, 2 * right, 0 * right, 1.01 * right, right[::-1], right + 0.1):
    refuse("wrong everywhere", everywhere, wrong, right)
single = "A single wrong number passes. Every number must agree: no mean, no sum, no norm over all."
for place in np.ndindex(2, 3):
    wrong = right.copy()
    wrong[place] += 0.02
    refuse("single number", single, wrong, right)
size = (
    "A wrong gradient passes because all of its numbers are tiny, or huge. Divide the difference by the "
    "size of the numbers; np.allclose adds 1e-8 by default, which forgives everything that small."
)
for factor in (1e-9, 1e9):
    refuse("size", size, factor * 1.001 * right, factor * right)
odd = "nan, infinity or an array of another shape passes, or stops the function."
for wrong in (np.full((2, 3), np.nan), right[:1], right.ravel()):
    refuse("nan and shapes", odd, wrong, right)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for scale in (1e-12, 1.0, 1e12):
    true = scale * rng.uniform(1, 2, (3, 4, 2)) * rng.choice([-1, 1], (3, 4, 2))
    noise = rng.uniform(-1, 1, true.shape)
    assert gradients_agree(true, true * (1 + 1e-7 * noise)), "Rounding in a right gradient is refused."
    assert gradients_agree(true, true * (1 + 1e-3 * noise), 1e-2), "The tolerance is not used."
    flat = true.copy()
    flat[0] = 0
    noisy = flat + 1e-9 * scale * noise
    assert gradients_agree(flat, noisy), "Rounding where the slope is nothing is refused."
    refuse("wrong everywhere", everywhere, true, true.mean() + 0 * true)
    refuse("wrong everywhere", everywhere, true, true * (1 + 1e-7 * (1 + noise)), 1e-9)
    wrong = true.copy()
    wrong[2, 3, 1] *= 1.0001
    refuse("single number", single, wrong, true)
    wrong = true.copy()
    wrong[0, 0, 0], small = 3e-4 * wrong[0, 0, 0], true.copy()
    small[0, 0, 0] = 2 * wrong[0, 0, 0]
    refuse("single number", single, wrong, small)
    refuse("size", size, true * (1 + 1e-4), true)
    wrong, small = true.copy(), true.copy()
    small[0, 1, 1] = 1e-3 * np.abs(true).max()
    wrong[0, 1, 1] = 1.005 * small[0, 1, 1]
    refuse("single number", single, wrong, small)
    for pair in ((-true, -0.6 * true), (-0.6 * true, -true)):
        assert gradients_agree(*pair, 0.5), "Differences count relative to the larger of the two numbers."
    wrong = true.copy()
    wrong[1, 1, 0] = np.nan
    refuse("nan and shapes", odd, wrong, true)
    wrong[1, 1, 0] = np.inf
    refuse("nan and shapes", odd, wrong, true)
    refuse("nan and shapes", odd, wrong, wrong.copy())
    refuse("nan and shapes", odd, np.full(3, scale), np.full((2, 3), scale))
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
4 - len(lost)

# %% [markdown]
# Your check at work: your `conv2d_backward` against what your `numerical_gradient` measures, for each of
# its three gradients, and the same with a mistake planted. (The forward pass here is one line, from
# your columns.)

# %%
draw = np.random.default_rng(0)
some_x, some_w, arriving = (draw.normal(size=s) for s in ((2, 2, 5, 4), (3, 2, 3, 3), (2, 3, 3, 2)))


def weighed(x, w):
    """Convolve with stride 2 and padding 1, and weigh the outputs."""
    return float((arriving.reshape(2, 3, 6) * (w.reshape(3, -1) @ im2col(x, (3, 3), 2, 1))).sum())


grad_x, grad_w, _ = conv2d_backward(arriving, some_x, some_w, 2, 1)
measured_x = numerical_gradient(lambda x: weighed(x, some_w), some_x)
measured_w = numerical_gradient(lambda w: weighed(some_x, w), some_w)
print("image: ", gradients_agree(grad_x, measured_x))
print("weight:", gradients_agree(grad_w, measured_w))
print("weight, turned by 180°:", gradients_agree(grad_w[..., ::-1, ::-1], measured_w))

# %% [markdown]
# ## Part 6. A step with momentum
#
# In a long valley, plain gradient descent swings from side to side. With *momentum* the steps
# gather in the direction that stays the same:
#
# $$ v \leftarrow \mu\, v + g , \qquad \theta \leftarrow \theta - \eta\, v . \tag{4} $$
#
# $g$ is the gradient, $v$ the velocity, which begins at 0, $\eta$ the learning rate `lr`, $\mu$ the
# momentum. (This is PyTorch's form. Others put a factor $1 - \mu$ before $g$, or the rate into the
# velocity: same idea, other rates.)
#
# With a gradient that never changes, how long is a step after very many of them? Work it out before
# you go on: it says by how much the rate must be lowered when momentum is switched on.
#
# <details><summary>Check your result</summary>
#
# $v = g + \mu g + \mu^2 g + \dots = g / (1 - \mu)$: with $\mu = 0.9$, ten times as long.
#
# </details>
#
# <details><summary>Hint 1: order</summary>
#
# First the new velocity, then the step with the *new* one.
#
# </details>
#
# <details><summary>Hint 2: new arrays</summary>
#
# `velocity = momentum * velocity + grad` makes a new array. `velocity *= momentum` writes into the
# array that the caller still holds.
#
# </details>

# %% solution="momentum_step"
def momentum_step(param, grad, velocity, lr, momentum=0.9):
    """Take one step of gradient descent with momentum, equation (4).

    Parameters
    ----------
    param, grad, velocity : float array, all of one shape
        They are left as they are.
    lr, momentum : float

    Returns
    -------
    param, velocity : float array
        After the step.

    Examples
    --------
    >>> param, velocity = momentum_step(
    ...     np.array([1.0]), np.array([2.0]), np.array([10.0]), lr=0.25, momentum=0.5)
    >>> param.tolist(), velocity.tolist()
    ([-0.75], [7.0])
    """
    ### BEGIN SOLUTION
    velocity = momentum * velocity + grad
    return param - lr * velocity, velocity
    ### END SOLUTION


# %% tests="test_momentum_step" points=2
# Two arrays; the first step is plain gradient descent; later ones remember; nothing given is changed. The
# same over many steps, with other shapes, rates and momenta.
param, grad, velocity = np.array([1.0, 2.0]), np.array([2.0, -4.0]), np.zeros(2)
got = momentum_step(param, grad, velocity, 0.5, 0.9)
assert got is not None, "momentum_step gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 2, "Give back two arrays: `return param, velocity`."
assert np.array_equal(param, [1, 2]) and np.array_equal(velocity, [0, 0]), (
    "momentum_step changed an array it was given: `-=` and `*=` write into it. Make new arrays."
)
assert not np.allclose(got[0], [2, 0]), (
    "The step goes *up* the gradient: the loss would grow. Subtract it."
)
assert not np.allclose(got[0], [0.9, 2.2]), (
    "Your first step is 1 - momentum times too short: in (4) the gradient has no factor before it."
)
assert not np.allclose(got[0], param), (
    "The first step does not move. Compute the new velocity first, then step with the new one."
)
assert np.allclose(got[0], [0, 4]), "From rest, the first step is plain gradient descent: lr times grad."
assert np.allclose(got[1], [2, -4]), (
    "The velocity after the first step should be the gradient; the rate stays outside of it."
)
second = momentum_step(np.zeros(2), np.zeros(2), np.array([1.0, -2.0]), 1.0, 0.25)
assert np.allclose(second[1], [0.25, -0.5]), "Without a gradient the velocity shrinks by the momentum."
assert np.allclose(second[0], [-0.25, 0.5]), (
    "The step is taken with the *new* velocity, which is what is left of the old one plus the gradient."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for shape in ((3,), (2, 3, 1, 2)):
    param, grad, velocity = rng.normal(size=(3, *shape))
    kept = [a.copy() for a in (param, grad, velocity)]
    lr, momentum = rng.uniform(0.01, 0.5), rng.uniform(0.1, 0.8)
    got = momentum_step(param, grad, velocity, lr, momentum)
    true = momentum * kept[2] + kept[1]
    assert np.allclose(got[1], true, atol=1e-5), "The velocity is wrong for other numbers."
    assert np.allclose(got[0], kept[0] - lr * true, atol=1e-5), "The step is wrong for other numbers."
    got = momentum_step(param, grad, velocity, lr)
    assert np.allclose(got[1], 0.9 * kept[2] + kept[1], atol=1e-5), "The default momentum is not as said."
    assert all(np.array_equal(a, b) for a, b in zip((param, grad, velocity), kept)), (
        "momentum_step changed an array it was given."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. A step of Adam
#
# Adam keeps two running averages, of the gradient and of its square, and divides one by the root of
# the other, so that every number moves by about `lr`, however large or small its gradients are:
#
# $$ m \leftarrow \beta_1 m + (1 - \beta_1)\, g , \qquad
#    s \leftarrow \beta_2 s + (1 - \beta_2)\, g^2 , \tag{5} $$
#
# $$ \theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat s} + \varepsilon} , \qquad
#    \hat m = \frac{m}{1 - \beta_1^{t}} , \quad \hat s = \frac{s}{1 - \beta_2^{t}} . \tag{6} $$
#
# Both averages begin at 0 and would be too small in the first steps; the divisions in (6) correct
# this. $t$ counts the steps and is 1 in the first. The averages are kept *without* the correction.
#
# Check on paper: in the very first step, by how much does a number move whose gradient is 0.001?
#
# <details><summary>Check your result</summary>
#
# $\hat m = g$, $\hat s = g^2$: it moves by $\eta\, g / (|g| + \varepsilon) \approx \eta$, whatever the
# gradient is.
#
# </details>
#
# <details><summary>Hint 1: names</summary>
#
# Give the corrected averages names of their own, `mean_hat` and `square_hat`. What you give back is
# `mean` and `square`.
#
# </details>
#
# <details><summary>Hint 2: eps</summary>
#
# It is added to the root, not under it.
#
# </details>

# %% solution="adam_step"
def adam_step(param, grad, mean, square, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    """Take one step of Adam, equations (5) and (6).

    Parameters
    ----------
    param, grad, mean, square : float array, all of one shape
        They are left as they are.
    step : int
        1 in the first step.
    lr : float
    betas : (float, float)
        How much of the old averages is kept.
    eps : float

    Returns
    -------
    param, mean, square : float array
        After the step.

    Examples
    --------
    >>> zero = np.zeros(1)
    >>> param, mean, square = adam_step(np.array([1.0]), np.array([50.0]), zero, zero, 1, lr=0.5)
    >>> param.round(4).tolist(), mean.round(4).tolist(), square.round(4).tolist()
    ([0.5], [5.0], [2.5])
    """
    ### BEGIN SOLUTION
    mean = betas[0] * mean + (1 - betas[0]) * grad
    square = betas[1] * square + (1 - betas[1]) * grad**2
    mean_hat = mean / (1 - betas[0] ** step)
    square_hat = square / (1 - betas[1] ** step)
    return param - lr * mean_hat / (np.sqrt(square_hat) + eps), mean, square
    ### END SOLUTION


# %% tests="test_adam_step" points=4
# Three arrays, nothing given changed; a point each for the averages, for the first step, for a later step
# and for eps. Here and with other numbers, rates and betas.
param, grad, zero = np.array([1.0, 2.0]), np.array([0.5, -8.0]), np.zeros(2)
got = adam_step(param, grad, zero, zero, 1, 0.1)
assert got is not None, "adam_step gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 3, (
    "Give back three arrays: `return param, mean, square`."
)
assert [np.shape(a) for a in got] == [(2,)] * 3, "All three arrays have the shape of param."
assert np.array_equal(param, [1, 2]) and np.array_equal(zero, [0, 0]), (
    "adam_step changed an array it was given: `-=` and `*=` write into it. Make new arrays."
)

lost = {}
words = {
    "averages": "The averages after the step are not as in (5): the old share is beta, the gradient's "
    "1 - beta, the second one takes its square, and what is kept is *not* corrected.",
    "first step": "In the first step every number should move by about lr against the sign of its "
    "gradient, whatever its size. Without the corrections in (6), or with step counted from 0, it does "
    "not.",
    "later step": "A later step is not as in (6): the powers are beta to the power of `step`, the "
    "square is under a root, and both averages are the new ones.",
    "eps": "eps is added to the root of the corrected average, outside of the root.",
}


def expect(name, made, true):
    """Take the point of a property if an array is not as expected."""
    if np.shape(made) != np.shape(true) or not np.allclose(made, true, rtol=1e-4, atol=1e-7):
        lost.setdefault(name, words[name])


expect("averages", got[1], [0.05, -0.8])
expect("averages", got[2], [0.00025, 0.064])
expect("first step", got[0], [0.9, 2.1])
later = adam_step(zero, zero, np.array([0.5, -0.25]), np.array([0.25, 1.0]), 2, 1.0, (0.5, 0.5))
expect("later step", later[0], [-0.25 / 0.75 / np.sqrt(0.125 / 0.75), 0.125 / 0.75 / np.sqrt(0.5 / 0.75)])
expect("eps", adam_step(zero, np.ones(2), zero, zero, 1, 1.0, eps=1.0)[0], [-0.5, -0.5])
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for shape in ((4,), (2, 1, 3, 2)):
    param, grad, mean = rng.normal(size=(3, *shape))
    square, betas = rng.uniform(0.5, 2, shape), (rng.uniform(0.3, 0.9), rng.uniform(0.4, 0.95))
    kept = [a.copy() for a in (param, grad, mean, square)]
    param0, grad0, mean0, square0 = kept
    made = adam_step(param, grad, mean, square, 3, 0.05, betas, 1e-3)
    new_mean = betas[0] * mean0 + (1 - betas[0]) * grad0
    new_square = betas[1] * square0 + (1 - betas[1]) * grad0**2
    root = np.sqrt(new_square / (1 - betas[1] ** 3)) + 1e-3
    expect("averages", made[1], new_mean)
    expect("averages", made[2], new_square)
    expect("later step", made[0], param0 - 0.05 * new_mean / (1 - betas[0] ** 3) / root)
    assert all(np.array_equal(a, b) for a, b in zip((param, grad, mean, square), kept)), (
        "adam_step changed an array it was given."
    )
    nothing = np.zeros(shape)
    first = adam_step(nothing, grad, nothing, nothing, 1)
    expect("first step", np.asarray(first[0]) * 1e3, -np.sign(grad0))
    expect("averages", np.asarray(first[2]) * 1e3, grad0**2)
    expect("averages", first[1], 0.1 * grad0)
    tiny = adam_step(nothing, 1e-8 + nothing, nothing, nothing, 1, 1.0)
    expect("eps", tiny[0], nothing - 0.5)
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
4 - len(lost)

# %% [markdown]
# ## Part 8. A network, forwards and backwards
#
# The network is the one of the chapter, for digits of 8 x 8 pixels:
#
# | | what | shape behind it | parameters |
# |---|---|---|---|
# | 1 | convolution, 8 kernels of 3 x 3, padding 1; ReLU | (N, 8, 8, 8) | `conv1_weight`, `conv1_bias` |
# | 2 | max pooling 2 x 2 | (N, 8, 4, 4) | |
# | 3 | convolution, 16 kernels of 3 x 3, padding 1; ReLU | (N, 16, 4, 4) | `conv2_weight`, `conv2_bias` |
# | 4 | max pooling 2 x 2 | (N, 16, 2, 2) | |
# | 5 | flatten, by `reshape(N, 64)` | (N, 64) | |
# | 6 | dense layer to ten scores | (N, 10) | `dense_weight` (10, 64), `dense_bias` |
#
# and behind it the softmax cross-entropy, the mean over the batch. The parameters are a dict of arrays.
# The cell below gives you fresh ones, the pooling, and the forward convolution with padding 1, which
# have been the topics of other chapters.

# %%
def new_parameters(seed):
    """Draw weights with variance 2 / inputs (He et al. 2015); biases are 0."""
    rng = np.random.default_rng(seed)
    shapes = {"conv1_weight": (8, 1, 3, 3), "conv2_weight": (16, 8, 3, 3), "dense_weight": (10, 64)}
    parameters = {}
    for name, shape in shapes.items():
        inputs = np.prod(shape[1:])
        parameters[name] = rng.normal(size=shape) * np.sqrt(2 / inputs)
        parameters[name.replace("weight", "bias")] = np.zeros(shape[0])
    return parameters


def convolution(x, weight, bias):
    """Slide 3 x 3 kernels over images in a frame of one zero: the maps keep the images' size."""
    frame = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(frame, (3, 3), axis=(2, 3))
    maps = np.tensordot(windows, weight, ([1, 4, 5], [1, 2, 3]))  # (N, H, W, C_out)
    return (maps + bias).transpose(0, 3, 1, 2)


def max_pool(x):
    """Take the largest of each 2 x 2 pixels: (N, C, H, W) to (N, C, H / 2, W / 2)."""
    N, C, H, W = x.shape
    return x.reshape(N, C, H // 2, 2, W // 2, 2).max(axis=(3, 5))


def max_pool_backward(grad_output, x):
    """Send each gradient to the largest of its 2 x 2 pixels, to the first one if there are several."""
    N, C, H, W = x.shape
    windows = x.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5)
    windows = windows.reshape(N, C, H // 2, W // 2, 4)
    grad = np.zeros(windows.shape)
    np.put_along_axis(grad, windows.argmax(-1)[..., None], grad_output[..., None], -1)
    grad = grad.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5)
    return grad.reshape(N, C, H, W)


# %% [markdown]
# ### The loss and all of its gradients
#
# Write the whole pass: forwards to the loss, remembering what each layer was given, then
# backwards, in the opposite order, each layer turning the gradient for its output into the gradients
# for its parameters and for its input. Use what you have written above, or write it again here.
#
# Points: one for the loss; one each for the gradients of the dense layer, of the second convolution
# and of the first.
#
# <details><summary>Hint 1: what to remember</summary>
#
# On the way back each layer needs what it was *given* on the way forward: pooling the maps before it,
# a convolution the maps before it, ReLU its own input. So give every step's result a name of its own.
#
# </details>
#
# <details><summary>Hint 2: names on the way</summary>
#
# Call them `z1 = convolution`, `a1 = ReLU`, `p1 = pooling`, `z2`, `a2`, `p2`, `scores`. Backwards, each
# gets its partner: `grad_scores`, `grad_p2`, `grad_a2`, `grad_z2`, ...
#
# </details>
#
# <details><summary>Hint 3: the dense layer and the bends</summary>
#
# `grad_scores` is the shares minus 1 at the right classes, divided by N. For the dense layer:
# `grad_scores.T @ flat`, `grad_scores.sum(axis=0)`, `grad_scores @ dense_weight`. For ReLU:
# `grad_a * (z > 0)`.
#
# </details>

# %% solution="loss_and_gradients"
def loss_and_gradients(parameters, images, labels):
    """Run the network on a batch, and back.

    Parameters
    ----------
    parameters : dict of str to float array
        As `new_parameters` gives them.
    images : float array, shape (N, 1, 8, 8)
    labels : int array, shape (N,)

    Returns
    -------
    loss : float
        Softmax cross-entropy, the mean over the batch.
    gradients : dict of str to float array
        With the names and shapes of the parameters.

    Examples
    --------
    >>> zeros = {name: 0 * value for name, value in new_parameters(0).items()}
    >>> loss, gradients = loss_and_gradients(zeros, np.ones((2, 1, 8, 8)), np.array([3, 3]))
    >>> round(float(loss), 3), gradients["dense_bias"].round(1).tolist()
    (2.303, [0.1, 0.1, 0.1, -0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    """
    ### BEGIN SOLUTION
    p, N = parameters, len(images)
    z1 = convolution(images, p["conv1_weight"], p["conv1_bias"])
    a1 = np.maximum(z1, 0)
    p1 = max_pool(a1)
    z2 = convolution(p1, p["conv2_weight"], p["conv2_bias"])
    a2 = np.maximum(z2, 0)
    flat = max_pool(a2).reshape(N, 64)
    scores = flat @ p["dense_weight"].T + p["dense_bias"]

    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(N), labels].mean()
    grad_scores = np.exp(log_p)
    grad_scores[np.arange(N), labels] -= 1
    grad_scores /= N

    gradients = {"dense_weight": grad_scores.T @ flat, "dense_bias": grad_scores.sum(axis=0)}
    grad_p2 = (grad_scores @ p["dense_weight"]).reshape(N, 16, 2, 2)
    grad_z2 = max_pool_backward(grad_p2, a2) * (z2 > 0)
    grad_p1, gradients["conv2_weight"], gradients["conv2_bias"] = conv2d_backward(
        grad_z2, p1, p["conv2_weight"], 1, 1
    )
    grad_z1 = max_pool_backward(grad_p1, a1) * (z1 > 0)
    _, gradients["conv1_weight"], gradients["conv1_bias"] = conv2d_backward(
        grad_z1, images, p["conv1_weight"], 1, 1
    )
    return float(loss), gradients
    ### END SOLUTION


# %% tests="test_loss_and_gradients" points=4
# A number, and a gradient for each parameter in its shape; the gradients are the slopes of your own loss;
# then a point each for the loss, and for the gradients of the dense layer and of the two convolutions.
images, labels = digits("train")
images, labels = images[:6], labels[:6]
parameters = new_parameters(4)
for name in ("conv1_bias", "conv2_bias"):  # off the bend of ReLU, where empty paper would sit
    parameters[name] += np.linspace(-0.2, 0.3, len(parameters[name]))
kept = {name: value.copy() for name, value in parameters.items()}
got = loss_and_gradients(parameters, images, labels)
assert got is not None, "loss_and_gradients gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 2, "Give back two things: `return loss, gradients`."
assert np.ndim(got[0]) == 0, "The loss is one number, the mean over the batch."
assert set(got[1]) == set(kept), f"The gradients have the names {sorted(got[1])}, not the parameters'."
for name, value in kept.items():
    assert np.shape(got[1][name]) == value.shape, (
        f"The gradient for {name} has shape {np.shape(got[1][name])}, the parameter {value.shape}."
    )
    assert np.array_equal(parameters[name], value), f"loss_and_gradients changed {name}: a step comes later."

lost = {}
layer = {"dense": "dense layer", "conv2": "second convolution", "conv1": "first convolution"}


def lose(name):
    """Take the point of a layer's gradients, and say where to look."""
    lost.setdefault(
        layer[name.split("_")[0]],
        f"The gradient for {name} is not the slope of the loss. Are the gradients behind it right? If "
        "so, look at the layers between: ReLU, pooling, the sums over images and places, one mean.",
    )


for name, gradient in got[1].items():  # the loss should rise along the gradient by its length
    direction = np.asarray(gradient) / (np.linalg.norm(gradient) + 1e-12)
    up, down = (
        loss_and_gradients({**kept, name: kept[name] + h * direction}, images, labels)[0]
        for h in (1e-5, -1e-5)
    )
    if not np.isclose((up - down) / 2e-5, np.linalg.norm(gradient), rtol=0.02, atol=1e-4):
        lose(name)
even = {name: 0 * value for name, value in kept.items()}
if not np.isclose(loss_and_gradients(even, images, labels)[0], np.log(10), atol=1e-4):
    lost["loss"] = "With all parameters 0 every class gets a tenth: the loss should be log 10, a mean."
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())


def true_loss(p, images, labels):
    """Run the network; also with complex parameters, whose imaginary part then tells the slope."""
    for name in ("conv1", "conv2"):
        x = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
        z = np.einsum("nchwij,ocij->nohw", windows, p[name + "_weight"])
        z = z + p[name + "_bias"][:, None, None]
        z = np.where(z.real > 0, z, 0)
        N, C, H, W = z.shape
        z = z.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5)
        z = z.reshape(N, C, H // 2, W // 2, 4)
        images = np.take_along_axis(z, z.real.argmax(-1)[..., None], -1)[..., 0]
    scores = images.reshape(N, -1) @ p["dense_weight"].T + p["dense_bias"]
    scores = scores - scores.real.max(1, keepdims=True)
    return np.mean(np.log(np.exp(scores).sum(1)) - scores[np.arange(N), labels])


every, every_label = digits("train")
some = rng.permutation(len(every))[:5]
images, labels = every[some], every_label[some]
parameters = {name: v + 0.1 * rng.normal(size=v.shape) for name, v in new_parameters(seed()).items()}
loss, gradients = loss_and_gradients(parameters, images, labels)
if not np.isclose(loss, true_loss(parameters, images, labels).real, rtol=1e-4):
    lost["loss"] = (
        "The loss is wrong with random parameters. Go through the table layer by layer: padding, "
        "ReLU, pooling, the order of `reshape`, biases, mean."
    )
for name, gradient in gradients.items():
    for _ in range(2):
        direction = rng.normal(size=parameters[name].shape)
        moved = {**parameters, name: parameters[name] + 1e-30j * direction}
        slope = true_loss(moved, images, labels).imag / 1e-30
        if not np.isclose(np.vdot(gradient, direction), slope, rtol=1e-3, atol=1e-4):
            lose(name)
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
4 - len(lost)

# %% [markdown]
# ## Part 9. It learns to read
#
# Everything is there. Write the loop: fresh parameters, and for some epochs: shuffle the images, take
# them in batches, compute the gradients, take a step for each parameter. Give back the parameters.
#
# Optimizer, rate, size of the batches and number of epochs are yours to choose. The tests run
# the network with your parameters on digits that were not in training; at least 70 of 100 must be read
# correctly after training on 320, which takes a fraction of a second. Grading draws other digits and
# another seed, which may cost or bring you five of the 100, so be well above 70. (The cell behind the tests
# trains with all 1,442 digits of the training part; a loss near 0.1 means that some 97 of 100 are read.)
# The same seed must give the same parameters.
#
# Points: one for parameters of the right shapes that are the same for the same seed, three for
# what they read: one from 30 %, two from 50 %, three from 70 %.
#
# <details><summary>Hint 1: first ten images</summary>
#
# Before you train on everything, train on ten images for a hundred steps. If the loss does not come
# down to nearly 0, there is no point in going on: something is wrong before the loop.
#
# </details>
#
# <details><summary>Hint 2: numbers to begin with</summary>
#
# Adam with batches of 16, five epochs, and a rate that falls in a straight line, 0.01 in the first epoch and
# 0.002 in the fifth. Each parameter needs its own two averages, all 0 at the start. The count of steps
# begins at 1 and goes on from epoch to epoch.
#
# </details>
#
# <details><summary>Hint 3: shuffling</summary>
#
# `order = rng.permutation(len(images))` and then `images[order[i : i + 16]]` and
# `labels[order[i : i + 16]]`: images and labels in the *same* order.
#
# </details>

# %% solution="fit"
def fit(images, labels, seed):
    """Train the network of Part 8 from fresh parameters.

    Parameters
    ----------
    images : float array, shape (N, 1, 8, 8)
    labels : int array, shape (N,)
    seed : int
        For `new_parameters` and for shuffling.

    Returns
    -------
    dict of str to float array
        The parameters after training.

    Examples
    --------
    >>> parameters = fit(np.ones((4, 1, 8, 8)), np.array([3, 3, 3, 3]), seed=0)
    >>> sorted(parameters)[:2]
    ['conv1_bias', 'conv1_weight']
    """
    ### BEGIN SOLUTION
    rng, parameters, step = np.random.default_rng(seed), new_parameters(seed), 0
    means = {name: np.zeros(value.shape) for name, value in parameters.items()}
    squares = {name: np.zeros(value.shape) for name, value in parameters.items()}
    for epoch in range(5):
        order = rng.permutation(len(images))
        for i in range(0, len(images), 16):
            batch = order[i : i + 16]
            _, gradients = loss_and_gradients(parameters, images[batch], labels[batch])
            step += 1
            for name, grad in gradients.items():
                parameters[name], means[name], squares[name] = adam_step(
                    parameters[name], grad, means[name], squares[name], step, lr=0.015 * (1 - epoch / 5)
                )
    return parameters
    ### END SOLUTION


# %% tests="test_fit" points=4
# Parameters in their shapes, the same for the same seed; then up to three points for what the network
# reads with them, of digits that were not in training, here and with other digits and another seed.
def read(p, images):
    """Run the network and give the class with the largest score."""
    for name in ("conv1", "conv2"):
        maps = convolution(images, np.asarray(p[name + "_weight"]), np.asarray(p[name + "_bias"]))
        images = max_pool(np.maximum(maps, 0))
    scores = images.reshape(len(images), -1) @ np.asarray(p["dense_weight"]).T
    return (scores + np.asarray(p["dense_bias"])).argmax(1)


images, labels = digits("train")
small = images[:32].copy(), labels[:32].copy()
got = fit(*small, seed=1)
assert got is not None, "fit gives back nothing: does it end with `return`?"
shapes = {name: value.shape for name, value in new_parameters(0).items()}
assert {name: np.shape(value) for name, value in dict(got).items()} == shapes, (
    "fit should give back a dict with the names and shapes that new_parameters has."
)
assert all(np.isfinite(value).all() for value in dict(got).values()), (
    "Your parameters hold nan or infinity: the rate is too high, or a logarithm met a 0."
)
assert np.array_equal(small[0], images[:32]) and np.array_equal(small[1], labels[:32]), (
    "fit changed the images or labels it was given: shuffle an order, not the arrays."
)
again, other = fit(*small, seed=1), fit(*small, seed=2)
same = all(np.array_equal(got[name], again[name]) for name in shapes)
differs = not np.array_equal(got["conv1_weight"], other["conv1_weight"])
lost = {}
if not same or not differs:
    lost["seed"] = 1, (
        "The same seed should give the same parameters, another seed other ones: draw all chance from "
        "np.random.default_rng(seed) and new_parameters(seed)."
    )


def examine(images, labels, test_images, test_labels, seed):
    """Train, read, and take a point for each bar that is missed."""
    share = np.mean(read(dict(fit(images, labels, seed)), test_images) == test_labels)
    missed = int(share < 0.7) + int(share < 0.5) + int(share < 0.3)
    if missed > lost.get("reading", (0, ""))[0]:
        lost["reading"] = missed, (
            f"{100 * share:.0f} % of the held-out digits are read correctly, 70 are wanted. About 10 is "
            "guessing. Does it learn ten images by heart? Are images and labels in the same order? Are "
            "all parameters stepped, downhill, from all images, often enough?"
        )


examine(images[:320], labels[:320], *digits("test"), 3)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
images, labels = digits("all")
order = rng.permutation(len(images))
held, rest = order[:500], order[500:820]
examine(images[rest], labels[rest], images[held], labels[held], int(rng.integers(1 << 30)))
### END HIDDEN TESTS
for name, (points, message) in lost.items():
    print(f"-{points} points, {name}: {message}")
4 - sum(points for points, _ in lost.values())

# %%
images, labels = digits("train")
parameters = fit(images, labels, seed=0)
for split in ("train", "test"):
    loss, _ = loss_and_gradients(parameters, *digits(split))
    print(f"loss of the {split} digits: {loss:.3f}; guessing would cost {np.log(10):.3f}")
show_kernels({f"kernel {n}": k for n, k in enumerate(parameters["conv1_weight"][:, 0])})

# %% [markdown]
# ## Part 10. Three networks that do not learn
#
# You are asked for help. In each case: what is most likely wrong, *which experiment* would tell, and what
# do you do then? Two or three sentences each, in your own words.
#
# 1. Ten classes. The loss is 2.303 after the first step, and 2.303 after ten thousand. Every layer has
#    passed its gradient check.
# 2. The loss falls for a hundred steps and is *nan* from then on.
# 3. The training loss is 0.01, the loss on held-out images 1.9 and rising.
#
# This answer is read and graded by a person.

# %% [markdown] written="explain_failures" points=3
# ### BEGIN SOLUTION
# 1. The network guesses ($\log 10 = 2.303$) and does not move, although its gradients are right. So the
#    loop or the data is wrong. The step may never be applied (or to a copy), the rate may be far too
#    small, images and labels may have been shuffled apart, the images may be all zeros. All ReLUs may be
#    dead, or the weights began at 0: then the gradients are right, and 0. Experiment: train on ten images.
#    If they are not learnt by heart, print a parameter before and after a step, and the size of the
#    gradients. If they are learnt, look whether images and labels belong together.
# 2. Steps are too long; the weights grow until the numbers overflow. Experiment: the same with a rate
#    three to ten times smaller; if it then trains, that was it (lower it, warm up, or clip gradients).
#    If it happens at any rate, look for a logarithm or division of 0, for instance softmax without
#    subtracting the maximum, or for nan in the data.
# 3. Overfitting: it has learnt the training images by heart. Experiment: compare both losses over time;
#    more data or augmentation should close the gap. Remedies: more or augmented images, weight decay,
#    dropout, stopping earlier, a smaller network. (A held-out set from another source is possible, too:
#    look at its images.)
#
# **Marking**, a point for each case: half for a likely cause *with* its reason, half for an experiment whose
# result would tell it from another cause. "Change the rate" without saying what the result would mean: no
# point for the experiment.
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Replace Adam in `fit` by `momentum_step`. Which rate do you need now? Draw both losses.
# - Put batch normalisation between the first convolution and its ReLU, with the functions of the
#   assignment on layers.
# - Shuffle the labels of 200 digits and let the network learn them by heart. How many epochs does
#   it take, compared with the true labels?
