# ---
# title: Convolution over time
# chapter: book/15_video/index.md
# minutes: 110
# seconds_per_cell: 60
# may_not_call: [scipy.ndimage, scipy.signal, cnncourse.layers, cnncourse.models]
# summary: >
#   A kernel with a third axis, from loops; the same in two parts, for the same price; kernels for
#   pictures made into kernels for clips; and a network that sees which way things move.
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

from cnncourse.data import moving_digits
from cnncourse.plots import show_images

torch.set_num_threads(1)

# %% [markdown]
# When you have finished, you will be able to
#
# - convolve a clip in space and time, and predict the size of what comes out;
# - say what a mean over frames cannot know;
# - divide a 3D kernel into one over space and one over time, for as many weights;
# - make kernels for clips of kernels for pictures;
# - build a network that sees motion, and compare it with one that does not.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: the same frames
#
# Two clips of a digit that goes around the picture, four frames of each. One moves right, one left.
# Cut out a single frame and give it to somebody else. Can they tell which of the two clips it is from?

# %%
clips = moving_digits(2, {"right": (0, 4), "left": (0, -4)}, frames=4, seed=8).images
show_images([*clips[0, 0], *clips[1, 0]], columns=4)

# %% [markdown]
# ## Part 1. A kernel over space and time
#
# A clip has channels, frames, rows and columns: shape $(C_\text{in}, D, H, W)$. A bank of 3D kernels has
# shape $(C_\text{out}, C_\text{in}, K_d, K_h, K_w)$. As in a picture, the kernel lies on a window, is multiplied with it,
# and all products are added up; now the window also reaches over $K_d$ frames:
#
# $$ S(o, t, i, j) = \sum_c \sum_{\tau, m, n} w(o, c, \tau, m, n)\; x(c, t + \tau, i + m, j + n) \tag{1} $$
#
# No padding, stride 1, no bias; the kernel is not turned, neither in space nor in time. Write the sums yourself, in
# NumPy: PyTorch's own convolution has its turn in Part 4.
#
# By hand: one pixel in four frames, brightness 1, 4, 9, 16, and the kernel $-1, 1$ in time. The result
# is 3, 5, 7: how much brighter it gets.
#
# <details><summary>Hint 1: the size</summary>
#
# Along each of the three axes: size minus kernel, plus one.
#
# </details>
#
# <details><summary>Hint 2: loops over what</summary>
#
# Over the places of the output, with a window `x[:, t : t + K_d, i : i + K_h, j : j + K_w]`. Or, faster, over
# the few weights: each one, times the clip shifted to meet it, adds to the whole output.
#
# </details>

# %% solution="conv3d"
def conv3d(x, weight):
    """Slide a bank of kernels over a clip, equation (1).

    Parameters
    ----------
    x : float array, shape (C_in, D, H, W)
        It is left as it is.
    weight : float array, shape (C_out, C_in, K_d, K_h, K_w)

    Returns
    -------
    float array, shape (C_out, D - K_d + 1, H - K_h + 1, W - K_w + 1)

    Examples
    --------
    >>> x = np.array([1.0, 4, 9, 16]).reshape(1, 4, 1, 1)
    >>> conv3d(x, np.array([-1.0, 1]).reshape(1, 1, 2, 1, 1)).ravel()
    array([3., 5., 7.])
    """
    ### BEGIN SOLUTION
    C_out, _, *kernel = weight.shape
    D, H, W = (size - k + 1 for size, k in zip(x.shape[1:], kernel))
    output = np.zeros((C_out, D, H, W))
    for t, m, n in np.ndindex(*kernel):
        shifted = x[:, t : t + D, m : m + H, n : n + W]
        output += np.tensordot(weight[:, :, t, m, n], shifted, axes=1)
    return output
    ### END SOLUTION


# %% tests="test_conv3d" points=3
# The size along all three axes; nothing turned round; several channels and kernels. The same with clips and
# kernels drawn anew.
x = np.array([1.0, 4, 9, 16]).reshape(1, 4, 1, 1)
got = conv3d(x, np.array([-1.0, 1]).reshape(1, 1, 2, 1, 1))
assert got is not None, "conv3d gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 3, 1, 1), (
    f"A kernel 2 frames long has three places in four frames; your result has shape {np.shape(got)}."
)
assert not np.allclose(np.ravel(got), [-3, -5, -7]), (
    "Every sign is the wrong way round: your kernel is turned in time. In equation (1) kernel and "
    "window are read in the same direction."
)
assert np.allclose(np.ravel(got), [3, 5, 7]), (
    "One pixel, four frames and the kernel -1, 1 in time: the example worked by hand above does not "
    "come out."
)
clip = np.arange(24.0).reshape(1, 2, 3, 4)
finger = np.zeros((1, 1, 2, 2, 2))
finger[0, 0, 1, 1, 0] = 1  # of each window: the later frame, the lower row, the left column
assert np.array_equal(conv3d(clip, finger), clip[:, 1:, 1:, :3]), (
    "A kernel that is 1 in the later frame, lower row and left column alone picks just that pixel of "
    "each window. Do rows, columns and frames each have their own place?"
)
both = conv3d(np.stack([clip[0], 10 * clip[0]]), np.stack([finger[0], finger[0]], axis=1))
assert np.array_equal(both, 11 * clip[:, 1:, 1:, :3]), (
    "With two channels, each has weights of its own, and all products go into one sum."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for C_in, size, C_out, kernel in (
    (2, (4, 5, 6), 3, (2, 3, 1)), (1, (3, 3, 4), 2, (3, 3, 3)), (3, (5, 4, 3), 1, (1, 2, 3)),
):
    x, weight = rng.normal(size=(C_in, *size)), rng.normal(size=(C_out, C_in, *kernel))
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(1, 2, 3))
    expected = np.einsum("cdhwtmn,octmn->odhw", windows, weight)
    kept = x.copy()
    got = conv3d(x, weight)
    assert np.shape(got) == np.shape(expected), (
        "The shape is wrong for another clip or kernel. Try one with a different size along each "
        "axis."
    )
    assert np.allclose(got, expected, atol=1e-4), (
        "The sums are wrong for another clip and other kernels. Does every kernel use all channels, "
        "all frames, rows and columns of its window?"
    )
    assert np.array_equal(x, kept), "conv3d changed the clip it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Each frame by itself
#
# The rival: a network for pictures scores every frame, and the mean of the scores is the clip's. Clips come
# in a batch, shape (N, C, D, H, W); the network takes pictures, shape (M, C, H, W), and gives scores, shape
# (M, K).
#
# <details><summary>Hint 1: one clip after the other</summary>
#
# Clip number n is `clips[n]`, of shape (C, D, H, W). Its frame t is `clips[n, :, t]`, of shape (C, H, W).
#
# </details>
#
# <details><summary>Hint 2: all at once</summary>
#
# Frames can stand in for pictures if the axes are put in the order N, D, C, H, W *before* N and D are
# made one axis. `reshape` alone does not change the order.
#
# </details>

# %% solution="frame_average"
def frame_average(network, clips):
    """Score each frame by itself, and take the mean.

    Parameters
    ----------
    network : callable
        From float arrays (M, C, H, W), any M, to scores (M, K).
    clips : float array, shape (N, C, D, H, W)

    Returns
    -------
    float array, shape (N, K)

    Examples
    --------
    >>> brightest = lambda pictures: pictures.max(axis=(2, 3))
    >>> frame_average(brightest, np.array([[0.0, 1, 2, 5], [4, 4, 4, 8]]).reshape(2, 1, 4, 1, 1))
    array([[2.],
           [5.]])
    """
    ### BEGIN SOLUTION
    frames = clips.transpose(0, 2, 1, 3, 4)
    N, D = frames.shape[:2]
    scores = network(frames.reshape(N * D, *frames.shape[2:]))
    return scores.reshape(N, D, -1).mean(axis=1)
    ### END SOLUTION


# %% tests="test_frame_average" points=2
# Scores for each clip; the mean of scores, not the score of the mean; all frames; colours and frames kept
# apart. The same for clips drawn anew.
def brightest(pictures):
    """Scores for pictures: the largest value of each channel."""
    return np.asarray(pictures).max(axis=(2, 3))


clips = np.array([[0.0, 1, 2, 5], [4, 4, 4, 8]]).reshape(2, 1, 2, 2, 1)
got = frame_average(brightest, clips)
assert got is not None, "frame_average gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 1), (
    f"Two clips and one score give shape (2, 1), yours is {np.shape(got)}."
)
assert np.allclose(np.ravel(got), [3, 6]), (
    "The frames' scores here are 1 and 5, and 4 and 8. Take the mean of all frames' *scores*; to "
    "score the mean of the frames is something else."
)
colours = np.stack([np.zeros((3, 2, 2)), np.ones((3, 2, 2))])[None]  # dark red, bright green
assert np.allclose(frame_average(brightest, colours), [[0, 1]]), (
    "Colours and frames have been mixed up. The channels come before the frames in a clip; change "
    "the order of the axes before you make clips and frames one axis."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N, C, D, H, W in ((3, 2, 4, 5, 3), (1, 3, 1, 2, 2), (4, 1, 6, 3, 4)):
    clips, weight = rng.random((N, C, D, H, W)), rng.normal(size=(C, 5))

    def score(pictures):
        """Scores that bend: order and mean cannot be exchanged."""
        return np.tanh(3 * np.asarray(pictures).max(axis=(2, 3)) @ weight)  # noqa: B023

    expected = sum(score(clips[:, :, t]) for t in range(D)) / D
    kept = clips.copy()
    got = frame_average(score, clips)
    assert np.shape(got) == (N, 5), "The shape is wrong for other clips."
    assert np.allclose(got, expected, atol=1e-5), (
        "For other clips the scores are wrong. Every frame of every clip is scored, with all its "
        "channels, and the mean is over the frames of its own clip."
    )
    assert np.array_equal(clips, kept), "frame_average changed the clips it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. As many weights in two parts
#
# A kernel of $K_d \times K \times K$ can be divided into one over space, $1 \times K \times K$, from $C_\text{in}$ to
# $M$ channels, and one over time, $K_d \times 1 \times 1$, from $M$ to $C_\text{out}$. How large may $M$ be, so
# that the two together have *at most* as many weights as the one?
#
# Count the weights of both ways on paper (no biases), and solve for $M$. For 64 channels at both ends and
# kernels of $3 \times 3 \times 3$: 110,592 weights for the whole kernel; $9 \cdot 64 \cdot M + 3 \cdot M \cdot 64$
# for the two parts; so $M = 144$.
#
# <details><summary>Hint 1: the two counts</summary>
#
# Whole: $K_d K^2 C_\text{in} C_\text{out}$. In two parts: $M (K^2 C_\text{in} + K_d C_\text{out})$.
#
# </details>
#
# <details><summary>Hint 2: whole channels</summary>
#
# There are no half channels: round down. But at least one channel has to remain.
#
# </details>

# %% solution="middle_channels"
def middle_channels(in_channels, out_channels, frames, size):
    """Count the channels between the two parts.

    Parameters
    ----------
    in_channels, out_channels : int
    frames, size : int
        The whole kernel is frames x size x size.

    Returns
    -------
    int
        At least 1.

    Examples
    --------
    >>> middle_channels(64, 64, 3, 3)
    144
    """
    ### BEGIN SOLUTION
    whole = frames * size**2 * in_channels * out_channels
    return max(1, whole // (size**2 * in_channels + frames * out_channels))
    ### END SOLUTION


# %% tests="test_middle_channels" points=2
# The example; different numbers at both ends; rounded down, a whole number; at least one. The same for others.
got = middle_channels(64, 64, 3, 3)
assert got is not None, "middle_channels gives back nothing: does it end with `return`?"
assert got == 144, (
    "The example worked by hand above does not come out. Write down both counts of weights."
)
got = middle_channels(3, 64, 3, 3)
assert isinstance(got, int | np.integer), "A number of channels is a whole number: divide by `//`."
assert got * (9 * 3 + 3 * 64) <= 27 * 3 * 64, (
    "From 3 to 64 channels, your two parts have more weights than the whole kernel. Is the kernel "
    "over space the one that reads `in_channels`? Round down."
)
assert (got + 1) * (9 * 3 + 3 * 64) > 27 * 3 * 64, (
    "From 3 to 64 channels there is room for more channels between the two parts."
)
assert middle_channels(1, 1, 1, 1) == 1, "At least one channel has to remain."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for _ in range(8):
    a, b = (int(n) for n in rng.integers(2, 200, 2))
    frames, size = int(rng.integers(2, 6)), int(rng.integers(2, 8))
    one, whole = size * size * a + frames * b, frames * size * size * a * b
    got = middle_channels(a, b, frames, size)
    assert got * one <= whole < (got + 1) * one, (
        "For other channels and kernels it is not the largest number that costs at most as many "
        "weights. Is the size squared, and the number of frames not?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Space, then time
#
# Now as a layer in PyTorch: clips (N, C, D, H, W) go in and out, and D, H, W stay as they are.
#
# | layer | kernel | padding | from | to |
# |---|---|---|---|---|
# | convolution over space, no bias | (1, 3, 3) | (0, 1, 1) | `in_channels` | `between` |
# | batch norm, `nn.BatchNorm3d` | | | | |
# | ReLU | | | | |
# | convolution over time, no bias | (3, 1, 1) | (1, 0, 0) | `between` | `out_channels` |
#
# <details><summary>Hint 1: kernels that are not cubes</summary>
#
# `nn.Conv3d` takes three numbers for `kernel_size` and for `padding`.
#
# </details>
#
# <details><summary>Hint 2: one behind the other</summary>
#
# `nn.Sequential` does it, or four attributes and a `forward` that uses them in turn.
#
# </details>

# %% solution="SpaceThenTime"
class SpaceThenTime(nn.Module):
    """A convolution over space, norm and ReLU, and a convolution over time.

    Parameters
    ----------
    in_channels, between, out_channels : int

    Examples
    --------
    >>> SpaceThenTime(1, 2, 3)(torch.zeros(1, 1, 4, 5, 6)).shape
    torch.Size([1, 3, 4, 5, 6])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, between, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv3d(in_channels, between, (1, 3, 3), padding=(0, 1, 1), bias=False),
            nn.BatchNorm3d(between),
            nn.ReLU(),
            nn.Conv3d(between, out_channels, (3, 1, 1), padding=(1, 0, 0), bias=False),
        )

    def forward(self, x):
        """Convolve: (N, in_channels, D, H, W) -> (N, out_channels, D, H, W)."""
        return self.layers(x)
    ### END SOLUTION


# %% tests="test_space_then_time" points=3
# The size stays; the two kernels; how many weights; what comes out for given weights, in training and in
# use, computed once more.
from cnncourse.probes import forward, parameters, set_state, state

layer = SpaceThenTime(2, 5, 3)
got = forward(layer, np.zeros((1, 2, 4, 6, 7), dtype=np.float32))
assert np.shape(got) == (1, 3, 4, 6, 7), (
    f"A clip of 4 frames of 6 x 7 keeps its size and gets 3 channels: (1, 3, 4, 6, 7). Yours comes "
    f"out as {np.shape(got)}. Pad space where the kernel is over space, time where it is over time."
)
kernels = sorted(np.shape(w) for w in parameters(layer).values() if np.ndim(w) == 5)
assert kernels == [(3, 5, 3, 1, 1), (5, 2, 1, 3, 3)], (
    "There should be two kernels: over space, 1 x 3 x 3 from in_channels to between, and over time, "
    "3 x 1 x 1 from between to out_channels."
)
count = sum(np.size(w) for w in parameters(layer).values())
assert count != 90 + 45, "Between the two there should be a batch norm; it has weights of its own."
assert count == 90 + 45 + 10, (
    f"Your layer has {count} parameters, and that is not what the table gives. Is there a bias?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for in_channels, between, out_channels in ((2, 5, 3), (1, 4, 6)):
    for training in (False, True):
        layer = SpaceThenTime(in_channels, between, out_channels)
        new = {
            name: rng.uniform(0.5, 1.5, np.shape(w)).astype(np.float32)
            if np.ndim(w) == 1 else np.asarray(w) if np.ndim(w) == 0
            else rng.normal(size=np.shape(w)).astype(np.float32)
            for name, w in state(layer).items()
        }
        set_state(layer, new)
        x = rng.normal(size=(2, in_channels, 3, 4, 5)).astype(np.float32)
        named = {name.rsplit(".", 1)[-1]: torch.as_tensor(w) for name, w in new.items()
                 if np.ndim(w) == 1}
        w = {np.shape(w): torch.as_tensor(w) for w in new.values() if np.ndim(w) == 5}
        space = torch.conv3d(torch.as_tensor(x), w[between, in_channels, 1, 3, 3], padding=(0, 1, 1))
        inside = torch.relu(nn.functional.batch_norm(
            space, named["running_mean"].clone(), named["running_var"].clone(), named["weight"],
            named["bias"], training,
        ))
        expected = torch.conv3d(inside, w[out_channels, between, 3, 1, 1], padding=(1, 0, 0)).numpy()
        got = np.asarray(forward(layer, x, training=training))
        assert got.shape == expected.shape, "The shape is wrong for other numbers of channels."
        assert np.allclose(got, expected, atol=1e-3), (
            "With given weights something else comes out than the table says. In which order do the "
            "four stand? Is there a ReLU after the norm, and none at the end?"
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. From pictures to clips
#
# A kernel that was trained on pictures is *inflated*: repeated `frames` times along a new axis of time and
# divided by `frames`. Where nothing moves, the clip then gives what the picture gives.
#
# <details><summary>Hint 1: where the new axis goes</summary>
#
# Channels first, then time, then rows and columns: (C_out, C_in, K_h, K_w) becomes (C_out, C_in, frames, K_h,
# K_w).
#
# </details>
#
# <details><summary>Hint 2: repeating</summary>
#
# `np.repeat(array, count, axis=...)` repeats along an axis that is there. `weight[:, :, None]` makes one.
#
# </details>

# %% solution="inflate_kernel"
def inflate_kernel(weight, frames):
    """Make kernels for clips of kernels for pictures.

    Parameters
    ----------
    weight : float array, shape (C_out, C_in, K_h, K_w)
    frames : int

    Returns
    -------
    float array, shape (C_out, C_in, frames, K_h, K_w)

    Examples
    --------
    >>> inflate_kernel(np.array([[[[3.0, 6.0]]]]), 3)[0, 0, :, 0]
    array([[1., 2.],
           [1., 2.],
           [1., 2.]])
    """
    ### BEGIN SOLUTION
    return np.repeat(weight[:, :, None], frames, axis=2) / frames
    ### END SOLUTION


# %% tests="test_inflate_kernel" points=2
# The place of the new axis; all slices alike; divided, so that a still clip gives what the picture gives. The
# same for kernels drawn anew.
weight = np.arange(12.0).reshape(1, 3, 2, 2)
got = inflate_kernel(weight, 5)
assert got is not None, "inflate_kernel gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 3, 5, 2, 2), (
    f"The axis of time comes after the two of the channels: (1, 3, 5, 2, 2). Yours has shape "
    f"{np.shape(got)}."
)
assert np.allclose(np.asarray(got)[:, :, 0], np.asarray(got)[:, :, 4]), (
    "All slices in time should be alike. Which of them do you fill?"
)
assert not np.allclose(np.asarray(got)[:, :, 0], weight), (
    "The slices are not divided. Five frames that are all alike would give five times what the "
    "picture gives."
)
assert np.allclose(np.sum(got, axis=2), weight, atol=1e-5), (
    "Added up over time the slices should give the kernel for pictures again."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, frames in (((4, 3, 3, 3), 3), ((2, 1, 5, 2), 7), ((3, 2, 1, 4), 1)):
    weight = rng.normal(size=shape)
    kept = weight.copy()
    got = inflate_kernel(weight, frames)
    assert np.shape(got) == (*shape[:2], frames, *shape[2:]), "The shape is wrong for other kernels."
    assert np.allclose(got, weight[:, :, None] / frames, atol=1e-5), (
        "For other kernels or numbers of frames the slices are wrong. Each is the kernel, divided by "
        "the number of frames."
    )
    assert np.array_equal(weight, kept), "inflate_kernel changed the kernels it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. A network that sees motion
#
# Put together, in PyTorch:
#
# | layer | from | to |
# |---|---|---|
# | convolution 3 x 3 x 3, padding 1, then ReLU | 1 | `width` |
# | max pooling over *space alone*, 1 x 2 x 2 | | |
# | convolution 3 x 3 x 3, padding 1, then ReLU | `width` | `2 * width` |
# | the mean over all frames, rows and columns | | |
# | dense layer | `2 * width` | `num_classes` |
#
# All with biases. The pooling leaves the frames apart, so that the second convolution still sees each of them.
#
# <details><summary>Hint 1: the mean</summary>
#
# `x.mean(dim=(2, 3, 4))` leaves (N, channels).
#
# </details>
#
# <details><summary>Hint 2: pooling over space alone</summary>
#
# `nn.MaxPool3d` takes three numbers.
#
# </details>

# %% solution="VideoNet"
class VideoNet(nn.Module):
    """A small network for gray clips; see the table above.

    Parameters
    ----------
    num_classes, width : int

    Examples
    --------
    >>> VideoNet(4, 8)(torch.zeros(2, 1, 5, 8, 6)).shape
    torch.Size([2, 4])
    """

    ### BEGIN SOLUTION
    def __init__(self, num_classes, width):
        super().__init__()
        self.first = nn.Conv3d(1, width, 3, padding=1)
        self.pool = nn.MaxPool3d((1, 2, 2))
        self.second = nn.Conv3d(width, 2 * width, 3, padding=1)
        self.head = nn.Linear(2 * width, num_classes)

    def forward(self, x):
        """Score the classes: (N, 1, D, H, W) -> (N, num_classes)."""
        x = self.pool(torch.relu(self.first(x)))
        return self.head(torch.relu(self.second(x)).mean(dim=(2, 3, 4)))
    ### END SOLUTION


# %% tests="test_video_net" points=4
# A score for each class, for clips of any length; how many weights; what comes out for given weights,
# computed once more.
from cnncourse.probes import forward, parameters, set_state, state

network = VideoNet(4, 3)
got = forward(network, np.zeros((2, 1, 5, 8, 6), dtype=np.float32))
assert np.shape(got) == (2, 4), (
    f"Two clips and four classes give scores of shape (2, 4), yours have {np.shape(got)}."
)
assert np.shape(forward(network, np.zeros((1, 1, 3, 8, 8), dtype=np.float32))) == (1, 4), (
    "A clip of another length should be scored as well: the mean is over however many frames there "
    "are."
)
kernels = sorted(np.shape(w) for w in parameters(network).values() if np.ndim(w) == 5)
assert kernels == [(3, 1, 3, 3, 3), (6, 3, 3, 3, 3)], (
    "There should be two convolutions with kernels of 3 x 3 x 3, from 1 to width and from width to "
    "2 * width channels."
)
count = sum(np.size(w) for w in parameters(network).values())
assert count == 84 + 492 + 28, (
    f"Your network has {count} parameters, which is not what the table gives. Are there biases, and "
    "does the dense layer read 2 * width numbers?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for num_classes, width in ((4, 3), (2, 5)):
    network = VideoNet(num_classes, width)
    old = state(network)
    new = {name: rng.normal(size=np.shape(w)).astype(np.float32) / 3 for name, w in old.items()}
    set_state(network, new)
    w = {np.shape(value): torch.as_tensor(value) for value in new.values()}
    x = rng.normal(size=(2, 1, 5, 6, 8)).astype(np.float32)
    first = torch.relu(torch.conv3d(torch.as_tensor(x), w[width, 1, 3, 3, 3], w[width,], padding=1))
    pooled = first.reshape(2, width, 5, 3, 2, 4, 2).amax((4, 6))
    kernel, bias = w[2 * width, width, 3, 3, 3], w[2 * width,]
    means = torch.relu(torch.conv3d(pooled, kernel, bias, padding=1)).mean((2, 3, 4))
    expected = (means @ w[num_classes, 2 * width].T + w[num_classes,]).numpy()
    got = np.asarray(forward(network, x))
    assert got.shape == expected.shape, "The shape is wrong for other classes or widths."
    assert np.allclose(got, expected, atol=1e-4), (
        "With given weights other scores come out than the table says. Does the pooling leave the "
        "frames alone? Is there a ReLU after each convolution, and the mean after the second?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Does it see motion?
#
# No points here, and some seconds of training. Right or left, in clips that hold the same frames: what do
# you expect of your network, and what of the same one if the frames come in random order?

# %%
motions = {"right": (0, 2), "left": (0, -2)}
train, test = moving_digits(128, motions), moving_digits(64, motions, split="test", seed=1)
torch.manual_seed(0)
video_net = VideoNet(2, 6)
optimizer = torch.optim.Adam(video_net.parameters(), lr=0.02)
images, labels = torch.from_numpy(train.images), torch.from_numpy(train.labels)
for _ in range(30):
    chosen = torch.randint(len(images), (32,))
    loss = nn.functional.cross_entropy(video_net(images[chosen]), labels[chosen])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
unseen = torch.from_numpy(test.images)
for name, order in {"in order": torch.arange(8), "shuffled": torch.randperm(8)}.items():
    with torch.no_grad():
        answers = video_net(unseen[:, :, order]).argmax(1).numpy()
    print(f"frames {name}: {100 * np.mean(answers == test.labels):.0f} % right")

# %% [markdown]
# ## Part 7. What has it learnt?
#
# Somebody trains a 3D network to tell sports apart, reaches 85 per cent, and writes: "Our network understands
# motion." Explain in four to eight sentences, in your own words:
#
# 1. why the number alone does not show that, and what a network without any motion might reach;
# 2. two experiments, without new data, that would show how much of it is motion;
# 3. what a mean over frames can never tell apart, and why.
#
# This answer is read and graded by a person.

# %% [markdown] written="understands_motion" points=3
# ### BEGIN SOLUTION
# Sports look different in a single frame: water, snow, a court. A network that scores each frame by
# itself may be nearly as good, so that 85 per cent may have nothing to do with motion. On a million
# sports videos, single frames reached 59.3 per cent and the best use of several frames 60.9.
#
# First, train the same network on single frames (or take the mean of its frames' scores) and compare.
# Second, show the trained network test clips whose frames are shuffled, or played backwards, or all the same
# frame: if the accuracy stays, order was not what it used.
#
# A mean does not change when its terms are reordered. So two classes whose clips hold the same frames in
# another order, opening and closing a door, get the same score from every such network, however it was
# trained.
#
# **Marking**, a point for each:
#
# - The scene gives the class away in single frames; a baseline of single frames is named.
# - Two different experiments of the kind: single-frame baseline, shuffled frames, reversed clips, one
#   frame repeated, a shorter kernel in time.
# - Same frames, other order; because a mean, or a sum, does not depend on the order.
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Draw the kernels of your trained network's first layer as three slices in time. Which of them respond to
#   change?
# - Replace both convolutions by `SpaceThenTime` with `middle_channels` between. Does it learn as fast?
# - Train a small network on single digits, inflate its kernels, and go on with clips.
