# ---
# title: Asking a network why
# chapter: book/12_seeing_inside/index.md
# minutes: 100
# seconds_per_cell: 20
# may_not_call: [torch, scipy, sklearn, cnncourse.inspection, cnncourse.labs, cnncourse.models]
# summary: >
#   Six ways to look into a network that you can only ask: for its answer, and for a gradient. Where it
#   is sensitive, what it misses, what it likes, what fools it, and whether any of that can be believed.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import digits
from cnncourse.layers import Adam, Conv2d, Dense, Flatten, ReLU, Sequential, fit, softmax
from cnncourse.plots import show_images

# %% [markdown]
# When you have finished, you will be able to
#
# - turn a gradient into a saliency map;
# - cover an image piece by piece, and map what each piece is worth;
# - weigh feature maps as Grad-CAM does;
# - change an image so that a network errs, and paint one that it likes;
# - score an explanation against the truth.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# Your functions never see a network. They get *functions* to ask it with: `gradient(x)` gives the
# derivative of some number by every value of the image `x`, an array of the same shape;
# `probability(x)` gives a number from 0 to 1. So they work for any network. An image is an
# array of shape (C, H, W) with values from 0 to 1, and is left as it is.
#
# ### Before you start: what does it look at?
#
# Below a small network learns to read digits of 8 × 8 pixels. Which pixels of the 5 would you say its
# answer hangs on? At the end your functions answer.

# %%
images, labels = digits("train")
reader = Sequential(Conv2d(1, 8, 3, padding=1, rng=0), ReLU(), Flatten(), Dense(8 * 64, 10, rng=1))
fit(reader, images, labels, Adam(reader, lr=0.01), epochs=3, rng=0)
five = digits("test")[0][0]


def gradient_of_five(x):
    """Differentiate the score of class 5 by the pixels of an image."""
    reader.forward(x[None])
    return reader.backward(np.eye(10)[[5]])[0]


def probability_of_five(x):
    """Ask the network how probable a 5 is."""
    return float(softmax(reader.forward(x[None]))[0, 5])


print("probability of a 5:", round(probability_of_five(five), 3))
show_images([five], columns=4)

# %% [markdown]
# ## Part 1. Saliency
#
# How much would the score change if a pixel changed a little, whichever way? That is the size of
# the gradient; of a pixel's channels the largest counts:
#
# $$ S_{ij} = \max_c \left| \frac{\partial z}{\partial x_{c,i,j}} \right| \tag{1} $$
#
# <details><summary>Hint 1: the order of the two steps</summary>
#
# A channel with gradient −3 matters more than one with 2. So which comes first, the size or the maximum?
#
# </details>
#
# <details><summary>Hint 2: the axis</summary>
#
# The gradient has shape (C, H, W); one number for each pixel remains.
#
# </details>

# %% solution="saliency"
def saliency(gradient, x):
    """Map how sensitive a score is to each pixel, equation (1).

    Parameters
    ----------
    gradient : function
        Of an image; gives the derivative of the score by each value, of the same shape.
    x : float array, shape (C, H, W)

    Returns
    -------
    float array, shape (H, W)

    Examples
    --------
    >>> saliency(lambda x: np.array([[[1.0, -2]], [[0, -5]]]), np.zeros((2, 1, 2)))
    array([[1., 5.]])
    """
    ### BEGIN SOLUTION
    return np.abs(gradient(x)).max(axis=0)
    ### END SOLUTION


# %% tests="test_saliency" points=2
# The shape; sizes without signs; the largest channel, not the sum; the gradient at the given image. The
# same with gradients drawn anew.
def fixed(x):
    """A gradient that is the same for each image."""
    return np.array([[[1.0, -4, -1]], [[2, 3, -1]], [[-5, 1, -2]]])


got = saliency(fixed, np.zeros((3, 1, 3)))
assert got is not None, "saliency gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 3), "There is one number for each pixel: the axis of the channels goes."
assert np.min(got) >= 0, "A saliency map has no signs: the size of the gradient counts."
assert not np.allclose(got, [[2, 3, 1]]), (
    "The maximum was taken before the size: a channel with a large negative gradient is lost."
)
assert np.allclose(got, [[5, 4, 2]]), (
    "Of each pixel's channels the one with the largest size counts; neither their sum nor their mean."
)
bend = np.array([[[0.1, 0.9]]])
assert np.allclose(saliency(lambda x: 2 * np.asarray(x), bend), [[0.2, 1.8]]), (
    "The gradient is to be taken at the image that was given, as it is."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((1, 4, 5), (3, 6, 2), (4, 3, 3)):
    x, slopes = rng.random(shape), rng.normal(size=shape)
    kept = x.copy()
    got = saliency(lambda image: slopes * np.cos(np.asarray(image)), x)  # noqa: B023
    assert np.allclose(got, np.abs(slopes * np.cos(kept)).max(axis=0), atol=1e-6), (
        "The map is wrong for another network or image. Try several channels, and an image that is "
        "not square."
    )
    assert np.array_equal(x, kept), "saliency changed the image it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Occlusion
#
# Cover a square of the image with a grey value, and ask how far the probability *falls*. The square starts
# in the upper left corner and moves by `stride` pixels to the right and downwards, as far as it fits
# inside. For each place the map holds
#
# $$ F = p(x) - p(x \text{ with the square covered}) \tag{2} $$
#
# By hand: 5 × 7 pixels, a square of 3, stride 2. It can begin in rows 0 and 2 and in columns 0, 2 and 4: a
# map of 2 × 3.
#
# <details><summary>Hint 1: a fresh copy for each place</summary>
#
# Cover a copy. If you cover the image itself, the squares pile up.
#
# </details>
#
# <details><summary>Hint 2: the sign</summary>
#
# Where covering makes the network *less* sure, the map is positive.
#
# </details>

# %% solution="occlusion_map"
def occlusion_map(probability, x, size, stride, value):
    """Map how far the probability falls when a square is covered, equation (2).

    Parameters
    ----------
    probability : function
        Of an image; gives a number.
    x : float array, shape (C, H, W)
    size, stride : int
        Pixels: the square's side, and from one place to the next.
    value : float
        What all channels of the square are filled with.

    Returns
    -------
    float array, shape ((H - size) // stride + 1, (W - size) // stride + 1)

    Examples
    --------
    >>> occlusion_map(lambda x: x.sum(), np.ones((1, 2, 4)), size=2, stride=2, value=0.5)
    array([[2., 2.]])
    """
    ### BEGIN SOLUTION
    H, W = x.shape[1:]
    whole = probability(x)
    falls = np.zeros(((H - size) // stride + 1, (W - size) // stride + 1))
    for i, j in np.ndindex(falls.shape):
        covered = x.copy()
        covered[:, i * stride : i * stride + size, j * stride : j * stride + size] = value
        falls[i, j] = whole - probability(covered)
    return falls
    ### END SOLUTION


# %% tests="test_occlusion_map" points=3
# The shape; the sign; a fresh image for each place; the whole square in all channels; value, size and stride.
# The same with other images and networks.
def corner(x):
    """Sure as the lower right pixel of the first channel is bright."""
    return float(np.asarray(x)[0, -1, -1])


picture = np.ones((1, 3, 5))
got = occlusion_map(corner, picture, 1, 2, 0.0)
assert got is not None, "occlusion_map gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 3), (
    f"A square of 1 with stride 2 on 3 x 5 pixels gives you the shape {np.shape(got)}. How many places "
    "has it each way?"
)
assert np.min(got) >= 0, "The map holds how far the probability *falls*: before minus after."
assert np.allclose(got, [[0, 0, 0], [0, 0, 1]]), (
    "Only the square on the lower right pixel costs anything here. Is the stride in rows and in "
    "columns, and is `value` put in?"
)


def total(x):
    """The sum of all values."""
    return float(np.sum(np.asarray(x)))


two = np.stack([np.ones((2, 4)), np.full((2, 4), 3.0)])
assert np.allclose(occlusion_map(total, two, 2, 1, 0.0), [[16, 16, 16]]), (
    "Each place covers one square of 2 x 2 in *all* channels, and nothing else: were the squares "
    "before it taken away again?"
)
assert np.allclose(occlusion_map(total, two, 2, 2, 2.0), [[0, 0]]), (
    "The square is filled with `value`; filled with the mean of this image it costs nothing."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, size, stride in (((1, 6, 7), 3, 2), ((2, 5, 4), 2, 3), ((3, 4, 4), 4, 1)):
    x, weight = rng.random(shape), rng.normal(size=shape)
    kept, value = x.copy(), float(rng.random())
    expected = np.zeros([(side - size) // stride + 1 for side in shape[1:]])
    for i, j in np.ndindex(expected.shape):
        rows, columns = slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
        left_over = weight.copy()
        left_over[:, rows, columns] *= 1 - value / kept[:, rows, columns]
        left_over[:, : i * stride] = left_over[:, i * stride + size :] = 0
        left_over[:, :, : j * stride] = left_over[:, :, j * stride + size :] = 0
        expected[i, j] = np.vdot(left_over, kept)
    got = occlusion_map(lambda image: float(np.vdot(weight, image)), x, size, stride, value)  # noqa: B023
    assert np.shape(got) == expected.shape, "The shape is wrong for another image, size or stride."
    assert np.allclose(got, expected, atol=1e-6), (
        "The falls are wrong for another image. Try several channels, sizes and strides, and a value "
        "that is neither 0 nor the mean."
    )
    assert np.array_equal(x, kept), "occlusion_map changed the image it was given: cover a copy."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Grad-CAM
#
# A layer gives maps $A^k$, and the score has a gradient by each of their values. The weight of a map is
# the *mean* of its gradient over its positions; the maps are added with these weights; what speaks against
# the class is cut off:
#
# $$ \alpha_k = \frac{1}{hw} \sum_{i,j} \frac{\partial z}{\partial A^k_{ij}}, \qquad
#    L = \operatorname{relu}\Big( \sum_k \alpha_k A^k \Big) \tag{3} $$
#
# Here nothing has to be asked for: maps and gradient are given, two arrays of the same shape.
#
# <details><summary>Hint 1: one weight for each map</summary>
#
# The mean is over rows and columns. How many numbers remain?
#
# </details>
#
# <details><summary>Hint 2: the weighted sum</summary>
#
# `weights[:, None, None] * maps`, added over the first axis.
#
# </details>

# %% solution="grad_cam"
def grad_cam(maps, gradient):
    """Weigh feature maps by what each is worth to a score, equation (3).

    Parameters
    ----------
    maps : float array, shape (K, h, w)
    gradient : float array, shape (K, h, w)
        Of the score, by each value of the maps.

    Returns
    -------
    float array, shape (h, w)
        At least 0.

    Examples
    --------
    >>> grad_cam(np.array([[[1.0, 2]], [[3, 0]]]), np.array([[[1.0, 3]], [[-1, -1]]]))
    array([[0., 4.]])
    """
    ### BEGIN SOLUTION
    weights = gradient.mean(axis=(1, 2))
    return np.maximum(np.tensordot(weights, maps, axes=1), 0)
    ### END SOLUTION


# %% tests="test_grad_cam" points=2
# The shape; a weight for each map, the mean of its gradient; the sum over maps; nothing below 0, and only at the
# end. The same with other maps.
maps = np.array([[[1.0, 2], [0, 1]], [[4, 0], [0, 1]]])
for_first = np.array([[[1.0, 3], [4, 0]], [[0, 0], [0, 0]]])  # means 2 and 0
got = grad_cam(maps, for_first)
assert got is not None, "grad_cam gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 2), "One map of the layer's size remains, without the axis of the maps."
assert not np.allclose(got, [[1, 6], [0, 0]]), (
    "Gradient and maps were multiplied place by place. Each map has *one* weight, the mean of its "
    "gradient over all positions."
)
assert np.allclose(got, [[2, 4], [0, 2]]), (
    "Only the first map has a weight here, the mean of 1, 3, 4 and 0. Is it a mean, not a sum, and "
    "taken with its sign?"
)
against = np.stack([for_first[0], np.full((2, 2), -1.0)])  # means 2 and -1
got = grad_cam(maps, against)
assert np.min(got) >= 0, "What speaks against the class is cut off: a ReLU comes last."
assert np.allclose(got, [[0, 4], [0, 1]]), (
    "A map with a negative weight takes away where it is active. The ReLU comes behind the *sum*, not "
    "on the weights and not on each map."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for K, h, w in ((4, 3, 5), (1, 2, 2), (7, 4, 1)):
    maps, gradient = rng.random((K, h, w)), rng.normal(size=(K, h, w))
    expected = np.einsum("k,kij->ij", gradient.reshape(K, -1).sum(axis=1) / (h * w), maps).clip(0)
    assert np.allclose(grad_cam(maps, gradient), expected, atol=1e-6), (
        "The map is wrong for another layer. Try more maps, some of negative weight, not square."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. A change too small to see
#
# Move every value of the image by $\varepsilon$, up or down, whichever makes the *loss* grow; a value where
# the gradient is 0 stays; and no value leaves the range from 0 to 1:
#
# $$ x' = \operatorname{clip}\big(x + \varepsilon \operatorname{sign}(\nabla L),\; 0,\; 1\big) \tag{4} $$
#
# <details><summary>Hint 1: the sign</summary>
#
# `np.sign` gives −1, 0 or 1. How large the gradient is does not matter.
#
# </details>
#
# <details><summary>Hint 2: which way</summary>
#
# Training goes *against* the gradient of the loss, in the weights. Here we go along it, in the pixels.
#
# </details>

# %% solution="fgsm"
def fgsm(gradient, x, eps):
    """Move every value of an image by the same amount so that the loss grows, equation (4).

    Parameters
    ----------
    gradient : function
        Of an image; gives the derivative of the loss by each value, of the same shape.
    x : float array, shape (C, H, W)
        Values from 0 to 1.
    eps : float

    Returns
    -------
    float array, shape (C, H, W)
        Values from 0 to 1.

    Examples
    --------
    >>> fgsm(lambda x: np.array([[[7.0, -0.1, 0]]]), np.array([[[0.5, 0.5, 0.5]]]), eps=0.25)
    array([[[0.75, 0.25, 0.5 ]]])
    """
    ### BEGIN SOLUTION
    return np.clip(x + eps * np.sign(gradient(x)), 0, 1)
    ### END SOLUTION


# %% tests="test_fgsm" points=2
# The direction; the same amount everywhere; no change where the gradient is 0; the range. The same with other
# images and losses.
def steep(x):
    """A gradient with steep and flat places."""
    return np.array([[[9.0, -9, 0.001, 0]]])


middle = np.full((1, 1, 4), 0.5)
got = fgsm(steep, middle, 0.125)
assert got is not None, "fgsm gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 1, 4), "The result is an image like the one that was given."
got = np.asarray(got)
assert not got[0, 0, 0] < 0.5, "Your change makes the loss smaller: it goes against its gradient."
assert np.isclose(got[0, 0, 2], 0.625), (
    "Every value moves by eps, where the gradient is small as well: only its sign counts."
)
assert np.allclose(got, [[[0.625, 0.375, 0.625, 0.5]]]), (
    "A value moves up by eps where the gradient is positive, down where it is negative, and not at all "
    "where it is 0."
)
got = fgsm(steep, np.array([[[0.9, 0.1, 0.5, 0]]]), 0.25)
assert np.max(got) <= 1 and np.min(got) >= 0, "No value leaves the range from 0 to 1."
assert np.allclose(got, [[[1, 0, 0.75, 0]]]), "What would leave the range stays at its border."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, eps in (((1, 4, 5), 0.1), ((3, 3, 2), 0.4), ((2, 2, 2), 0.0)):
    x, place = rng.random(shape), rng.random(shape)
    kept = x.copy()
    got = fgsm(lambda image: np.asarray(image) - place, x, eps)  # noqa: B023
    expected = np.where(kept > place, kept + eps, kept - eps)
    expected[expected > 1], expected[expected < 0] = 1, 0
    assert np.allclose(got, expected, atol=1e-9), (
        "The change is wrong for another image or loss. Is the gradient taken at the image itself?"
    )
    assert np.array_equal(x, kept), "fgsm changed the image it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. What a unit likes
#
# Begin with some image and climb: in each step move along the gradient of the unit's answer, and a little
# back to grey; then bring what left the range back to its border:
#
# $$ x \leftarrow \operatorname{clip}\Big(x + \eta \big( \nabla a(x) - 2 \lambda\, (x - \tfrac12) \big),\; 0,\; 1\Big) \tag{5} $$
#
# The start is left as it is. Beware: after `x = start` both names mean the same array, and `x += ...` changes it.
#
# <details><summary>Hint 1: what changes</summary>
#
# The gradient has to be asked for anew in each step, at the present image.
#
# </details>
#
# <details><summary>Hint 2: what does not</summary>
#
# Make a copy of the start, or new arrays, so that the image that was given stays.
#
# </details>

# %% solution="climb"
def climb(gradient, start, steps, lr, decay):
    """Change an image so that a unit likes it, equation (5).

    Parameters
    ----------
    gradient : function
        Of an image; gives the derivative of the unit's answer by each value.
    start : float array, shape (C, H, W)
    steps : int
    lr : float
        The step size, eta.
    decay : float
        How strongly values are drawn to 0.5, lambda.

    Returns
    -------
    float array, shape (C, H, W)

    Examples
    --------
    >>> climb(lambda x: np.ones_like(x), np.full((1, 1, 2), 0.5), steps=2, lr=0.125, decay=0)
    array([[[0.75, 0.75]]])
    """
    ### BEGIN SOLUTION
    x = start
    for _ in range(steps):
        x = np.clip(x + lr * (gradient(x) - 2 * decay * (x - 0.5)), 0, 1)
    return x
    ### END SOLUTION


# %% tests="test_climb" points=3
# Uphill; as many steps as asked for; a new gradient in each; the pull to grey; the range in each step. The same
# with other units.
def up(x):
    """A unit that likes bright values."""
    return np.ones(np.shape(x))


gray = np.full((1, 1, 2), 0.5)
got = climb(up, gray, 1, 0.125, 0.0)
assert got is not None, "climb gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 1, 2), "The result is an image like the start."
assert np.min(got) > 0.5, "The unit likes bright values, and yours became darker: climb, not descend."
assert np.allclose(got, 0.625), "One step is lr times the gradient."
assert np.allclose(climb(up, gray, 3, 0.125, 0.0), 0.875), "Three steps move three times as far here."
assert np.allclose(climb(up, gray, 9, 0.125, 0.0), 1), "No value leaves the range from 0 to 1."
assert np.allclose(climb(lambda x: np.asarray(x) / 2, gray, 2, 0.5, 0.0), 0.78125), (
    "This unit's gradient changes with the image. It has to be asked for anew in each step."
)
dark = np.full((1, 1, 2), 0.25)
assert np.allclose(climb(lambda x: 0 * up(x), dark, 1, 0.25, 0.5), 0.3125), (
    "Without a gradient the pull to gray remains: in one step the distance to 0.5 shrinks by 2 lr decay "
    "of itself."
)
assert np.allclose(climb(lambda x: -up(x) + 2 * (np.asarray(x) < 0.1), dark, 2, 0.5, 0.0), 0.5), (
    "The range is kept in *each* step: the second step begins at the border, not beyond it."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, steps, lr, decay in (((1, 3, 4), 4, 0.3, 0.2), ((2, 2, 3), 1, 0.05, 0.7), ((3, 1, 2), 0, 1, 1)):
    start, slopes = rng.random(shape), rng.normal(size=shape)
    kept, x = start.copy(), start
    for _ in range(steps):
        pull = decay * (1 - 2 * x)
        x = (x + lr * (slopes * np.cos(x) + pull)).clip(0, 1)
    got = climb(lambda image: slopes * np.cos(np.asarray(image)), start, steps, lr, decay)  # noqa: B023
    assert np.allclose(got, x, atol=1e-6), (
        "The image is wrong for another unit. Try several steps with a decay, and none at all."
    )
    assert np.array_equal(start, kept), "climb changed the image it started from."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. Does it point to the right place?
#
# In the *pointing game* a map scores if its highest value lies inside the object's box. A box is
# $x_1, y_1, x_2, y_2$ in pixels: columns $x_1$ to $x_2 - 1$ and rows $y_1$ to $y_2 - 1$ are inside. The
# result is the share of maps that score.
#
# By hand: a map of 2 × 3 whose highest value is in row 1, column 2. The box 1, 0, 3, 2 holds it; the box
# 0, 0, 2, 2 does not.
#
# <details><summary>Hint 1: where the highest value is</summary>
#
# `argmax` counts through all values, row by row. `np.unravel_index` turns that into row and column.
#
# </details>
#
# <details><summary>Hint 2: which is which</summary>
#
# $x$ belongs to columns, $y$ to rows.
#
# </details>

# %% solution="points_inside"
def points_inside(maps, boxes):
    """Say how often the highest value of a map lies inside the object's box.

    Parameters
    ----------
    maps : float array, shape (N, H, W)
        The highest value of each occurs once.
    boxes : int array, shape (N, 4)
        x1, y1, x2, y2 in pixels; x2 and y2 are just outside.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> points_inside(np.array([[[0.0, 0, 0], [0, 0, 9]]]), np.array([[1, 0, 3, 2]]))
    1.0
    """
    ### BEGIN SOLUTION
    hits = 0
    for values, (x1, y1, x2, y2) in zip(maps, boxes):
        row, column = np.unravel_index(values.argmax(), values.shape)
        if x1 <= column < x2 and y1 <= row < y2:
            hits += 1
    return hits / len(maps)
    ### END SOLUTION


# %% tests="test_points_inside" points=2
# Inside and outside; columns before rows; borders; the highest value and not the largest size; a share. The same
# with maps and boxes drawn anew.
one = np.zeros((1, 3, 5))
one[0, 1, 4] = 2
got = points_inside(one, np.array([[3, 1, 5, 2]]))
assert got is not None, "points_inside gives back nothing: does it end with `return`?"
assert np.isclose(got, 1), (
    "The highest value is in row 1, column 4, inside of the box. x belongs to columns, y to rows."
)
assert np.isclose(points_inside(one, np.array([[0, 1, 4, 2]])), 0), (
    "The box ends before column 4: x2 and y2 are just outside."
)
assert np.isclose(points_inside(one, np.array([[4, 0, 5, 1]])), 0), (
    "The box ends before row 1: x2 and y2 are just outside."
)
signed = one.copy()
signed[0, 0, 0] = -7
assert np.isclose(points_inside(signed, np.array([[4, 1, 5, 2]])), 1), (
    "The highest value counts, with its sign: -7 is not high. And the box begins *with* x1 and y1."
)
both = np.concatenate([one, one])
assert np.isclose(points_inside(both, np.array([[4, 1, 5, 2], [0, 0, 1, 1]])), 0.5), (
    "One map of two points into its box: the result is a share."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N, H, W in ((12, 4, 7), (9, 6, 3), (3, 1, 5)):
    maps = rng.permutation(N * H * W).reshape(N, H, W).astype(float) - 10
    corners, ends = rng.integers(0, (W, H), (N, 2)), np.array([W, H])
    boxes = np.hstack([corners, rng.integers(corners + 1, ends + 1)])
    hits = [
        values[y1:y2, x1:x2].max() == values.max()
        for values, (x1, y1, x2, y2) in zip(maps, boxes, strict=True)
    ]
    assert np.isclose(points_inside(maps, boxes), np.mean(hits)), (
        "The share is wrong for other maps. Try maps that are not square, and boxes of one pixel."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. The beautiful map
#
# A company sells a program that explains decisions on X-rays. It shows three pictures in which the map glows
# exactly on the tumour, and says: "So you can see that the network has understood what a tumour is."
#
# In five to eight sentences: what do three such pictures show and what not, and which two checks would you ask for before
# you believe that the maps say anything about the network? Say of each check what result would make you distrust the maps.

# %% [markdown] written="beautiful" points=3
# ### BEGIN SOLUTION
# Three pictures are chosen pictures; how often the map is right one learns only from many, drawn by chance, with a score
# such as the pointing game beside a baseline that always points to the middle. Even a map that is right each time
# shows *where* something raises the score, not *what* it is and not that it is understood: a marker beside the tumour,
# or the texture of a scanner, would glow at the same place.
#
# First check: draw the network's weights anew and make the maps again. If they look the same, they show the
# picture and not the network. Second: hold the maps against the truth, marked by physicians on many pictures, beside a baseline. If they
# point into the marked region no more often than the middle of the image does, or as often for pictures that the network gets wrong, they
# explain nothing. Or change the picture: cover the glowing region. If the probability does not fall, it was not what
# the answer hung on.
#
# **Marking**, a point for each:
#
# - Chosen examples, or that a place is no reason ("where, not what").
# - A first check with the result that would make one distrust. (Without the result: half a point.)
# - A second, different check with its result, marked in the same way. (Random weights, a score against marked regions with a baseline, covering, another
#   network trained on random labels.)
# ### END SOLUTION

# %% [markdown]
# The 5 from the beginning, seen by your functions: where its score is sensitive, what covering costs, and what the
# network likes in place of it. In the third picture orange is a fall, as in Part 2. The network is surer of the last picture
# than of the 5. Would you have called it one?

# %%
sensitive = saliency(gradient_of_five, five)
costs = occlusion_map(probability_of_five, five, size=3, stride=1, value=float(five.mean()))
liked = climb(gradient_of_five, np.full((1, 8, 8), 0.5), steps=100, lr=0.05, decay=0.5)
print("probability of a 5 for the picture on the right:", round(probability_of_five(liked), 3))
show_images(
    [five, sensitive / sensitive.max(), costs, liked],
    ["a 5", "saliency", "occlusion", "liked"],
    columns=4,
)

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Fool the reader: write a function for the gradient of its *loss*, and find the least `eps` that changes its answer.
# - Draw the reader's weights anew (do not `fit` it) and make the maps again. Which of them still look convincing?
# - Give `climb` a start of noise in place of grey. Does it end at the same picture?
