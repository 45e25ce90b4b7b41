# ---
# title: A class for every pixel
# chapter: book/17_segmentation/index.md
# minutes: 140
# seconds_per_cell: 30
# may_not_call: [scipy.ndimage, skimage.measure, cnncourse.metrics, cnncourse.models, cnncourse.layers]
# summary: >
#   How good a labelling is, where enlarged maps get their checkerboards, tiles without seams, objects
#   from a mask, and the network itself: a U-Net with one skip.
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

from cnncourse.data.shapes import shapes
from cnncourse.plots import show_images

torch.set_num_threads(1)

# %% [markdown]
# When you have finished, you will be able to
#
# - measure a labelling by Dice and by the mean IoU, empty masks and absent classes included;
# - count the stamps of a transposed convolution, and say when they make a checkerboard;
# - label a large image in tiles without seams;
# - turn a mask into objects;
# - build a U-Net and say what its skip connection carries.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: one mask, how many things?
#
# On the left a scene, on the right the mask of everything that is no background. A network for
# segmentation gives a mask like that. How many objects are there? The mask does not say; Part 5
# will.

# %%
scene = shapes(1, size=64, objects=(4, 4), seed=11)
show_images([scene.images[0], scene.masks[0] > 0], ["scene", "mask"])

# %% [markdown]
# ## Part 1. Dice
#
# Twice the pixels that two masks share, divided by the sum of their areas:
#
# $$ D(A, B) = \frac{2\, |A \cap B|}{|A| + |B|} \tag{1} $$
#
# By hand: masks of 3 and 2 pixels that share 2 give $2 \cdot 2 / 5 = 0.8$. If both are empty, they
# agree, and Dice shall be 1.
#
# <details><summary>Hint 1: counting</summary>
#
# `a & b` is true where both masks are; the sum of a mask of bools is its number of pixels.
#
# </details>
#
# <details><summary>Hint 2: nothing to divide by</summary>
#
# Compute the sum of both areas first, and look at it before you divide.
#
# </details>

# %% solution="dice"
def dice(a, b):
    """Measure how well two masks agree, equation (1).

    Parameters
    ----------
    a, b : bool arrays of one shape

    Returns
    -------
    float
        From 0 to 1; 1 if both are empty.

    Examples
    --------
    >>> dice(np.array([True, True, True, False]), np.array([True, True, False, False]))
    0.8
    """
    ### BEGIN SOLUTION
    areas = a.sum() + b.sum()
    return float(2 * (a & b).sum() / areas) if areas else 1.0
    ### END SOLUTION


# %% tests="test_dice" points=2
# Masks that share some, all and no pixels; two empty ones; pictures of any shape. The same for masks
# drawn anew.
a, b = np.array([True, True, True, False, False]), np.array([True, True, False, False, False])
got = dice(a, b)
assert got is not None, "dice gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, f"Dice is one number; yours has shape {np.shape(got)}."
assert not np.isclose(got, 2 / 3), (
    "This is the IoU, the shared pixels over those of either. Dice divides twice the shared ones by "
    "the sum of both areas."
)
assert not np.isclose(got, 0.4), "What is shared counts twice: it is in both masks."
assert np.isclose(got, 0.8), "The example worked by hand above does not come out."
assert np.isclose(dice(~a, ~b), 0.8), (
    "The same masks turned over do not come out: pixels that are in *neither* mask play no role."
)
nothing = np.zeros(5, dtype=bool)
assert np.isclose(dice(nothing, nothing), 1), (
    "Two empty masks agree. Dice shall be 1 there; equation (1) divides by 0."
)
assert np.isclose(dice(a, nothing), 0), "A mask and an empty one share nothing."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((9,), (5, 7), (2, 4, 3)):
    a, b = rng.random((2, *shape)) < rng.uniform(0.3, 0.7)
    a.flat[0] = b.flat[0] = True
    shared = sum(x and y for x, y in zip(a.ravel().tolist(), b.ravel().tolist()))
    expected = 2 * shared / (np.count_nonzero(a) + np.count_nonzero(b))
    kept = a.copy()
    assert np.isclose(dice(a, b), expected, atol=1e-6), (
        "For other masks, of other shapes, Dice is wrong. All pixels of all axes count."
    )
    assert np.array_equal(a, kept), "dice changed the mask it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. The mean IoU
#
# With several classes, compute for each class the IoU of "the answer says so" and "the truth says so":
# what both share over what either has. Then take the mean over the classes. A class that is in
# *neither* has no IoU, 0 over 0, and is left out; one that is in the truth or in the answer alone
# has 0.
#
# By hand: truth 0 0 1 1, answer 0 1 1 1, three classes. Class 0: 1/2. Class 1: 2/3. Class 2: left
# out. The mean is 7/12.
#
# <details><summary>Hint 1: one class at a time</summary>
#
# `answer == k` and `truth == k` are two masks. `&` gives what they share, `|` what either has.
#
# </details>
#
# <details><summary>Hint 2: leaving out</summary>
#
# Collect the IoU of the classes that occur in a list, and take the mean of the list.
#
# </details>

# %% solution="mean_iou"
def mean_iou(answer, truth, num_classes):
    """Average the IoU over the classes that occur.

    Parameters
    ----------
    answer, truth : int arrays of one shape
        Classes from 0 to num_classes - 1.
    num_classes : int

    Returns
    -------
    float

    Examples
    --------
    >>> round(mean_iou(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), 3), 4)
    0.5833
    """
    ### BEGIN SOLUTION
    values = []
    for k in range(num_classes):
        either = ((answer == k) | (truth == k)).sum()
        if either:
            values.append(((answer == k) & (truth == k)).sum() / either)
    return float(np.mean(values))
    ### END SOLUTION


# %% tests="test_mean_iou" points=3
# The mean over classes, background included; classes that are in neither, and those that are in one
# alone. The same for labels drawn anew.
truth, answer = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
got = mean_iou(answer, truth, 2)
assert got is not None, "mean_iou gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, f"The mean IoU is one number; yours has shape {np.shape(got)}."
assert not np.isclose(got, 0.75), (
    "You count right pixels, or divide by the truth alone. Each class has its own IoU: shared over "
    "*either*; then the mean of these."
)
assert not np.isclose(got, 2 / 3), "Class 0 is a class like the others; it counts, too."
assert np.isclose(got, 7 / 12), (
    "The example worked by hand above does not come out. Class 0 has 1/2, class 1 has 2/3."
)
more = mean_iou(answer, truth, 3)
assert not np.isclose(more, 7 / 18), (
    "A class that is in neither truth nor answer has no IoU. Leave it out; do not count it as 0."
)
assert not np.isclose(more, 13 / 18), (
    "A class that is in neither truth nor answer has no IoU. Leave it out; do not count it as 1."
)
assert np.isclose(more, 7 / 12), "A class that is in neither truth nor answer changes nothing."
assert np.isclose(mean_iou(np.array([0, 0]), np.array([0, 1]), 2), 0.25), (
    "A class that is in the truth and not in the answer was missed: its IoU is 0, and it counts."
)
assert np.isclose(mean_iou(np.array([0, 1]), np.array([0, 0]), 2), 0.25), (
    "A class that is in the answer and not in the truth was invented: its IoU is 0, and it counts."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, num_classes in (((6, 5), 4), ((40,), 3), ((2, 3, 4), 6)):
    truth = rng.integers(num_classes - 1, size=shape)  # the last class is never true
    answer = np.where(rng.random(shape) < 0.6, truth, rng.integers(num_classes, size=shape))
    pairs = list(zip(answer.ravel().tolist(), truth.ravel().tolist()))
    values = []
    for k in range(num_classes):
        either = sum(k in pair for pair in pairs)
        if either:
            values.append(pairs.count((k, k)) / either)
    kept = answer.copy()
    assert np.isclose(mean_iou(answer, truth, num_classes), sum(values) / len(values), atol=1e-6), (
        "For other labels the mean is wrong. Try more classes, some of which do not occur, and "
        "labels with two axes."
    )
    assert np.array_equal(answer, kept), "mean_iou changed the labels it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Stamps
#
# A transposed convolution puts its kernel onto the large map once for each value of the small one, `stride`
# pixels apart. Count, along one axis, how many stamps each pixel of the large map gets. By hand: three
# values, kernels 3 long, steps of 2:
#
# | pixel | 0 | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|---|
# | first stamp | x | x | x | | | | |
# | second | | | x | x | x | | |
# | third | | | | | x | x | x |
# | stamps | 1 | 1 | 2 | 1 | 2 | 1 | 1 |
#
# <details><summary>Hint 1: how long is it?</summary>
#
# The last stamp begins at `(size - 1) * stride` and is `kernel_size` long.
#
# </details>
#
# <details><summary>Hint 2: adding a stamp</summary>
#
# Begin with zeros, and add 1 to a slice for each value of the small map.
#
# </details>

# %% solution="stamps"
def stamps(size, kernel_size, stride):
    """Count the stamps on each pixel of the large map, along one axis.

    Parameters
    ----------
    size : int
        Values of the small map, at least 1.
    kernel_size, stride : int
        At least 1. Where the stride is larger, pixels between the stamps get none.

    Returns
    -------
    int array, shape ((size - 1) stride + kernel_size,)

    Examples
    --------
    >>> stamps(3, 3, 2)
    array([1, 1, 2, 1, 2, 1, 1])
    """
    ### BEGIN SOLUTION
    count = np.zeros((size - 1) * stride + kernel_size, dtype=int)
    for place in range(size):
        count[place * stride : place * stride + kernel_size] += 1
    return count
    ### END SOLUTION


# %% tests="test_stamps" points=2
# The length; stamps a stride apart; overlaps counted; gaps. The same for other sizes.
got = stamps(3, 3, 2)
assert got is not None, "stamps gives back nothing: does it end with `return`?"
assert np.shape(got) == (7,), (
    f"Three stamps of 3, two apart, reach over 7 pixels; yours over {np.size(got)}. The last begins "
    "at 4 and is 3 long."
)
assert np.max(got) > 1, "Where stamps overlap, a pixel gets more than one: add, do not overwrite."
assert np.array_equal(got, [1, 1, 2, 1, 2, 1, 1]), (
    "The table above does not come out. Stamp number k begins at k times the stride."
)
assert np.array_equal(stamps(2, 1, 3), [1, 0, 0, 1]), (
    "With kernels 1 long and steps of 3 there are gaps, and pixels in a gap get no stamp."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for _ in range(6):
    size, kernel_size, stride = (int(n) for n in rng.integers(1, (7, 6, 5)))
    expected = [
        sum(0 <= pixel - place * stride < kernel_size for place in range(size))
        for pixel in range((size - 1) * stride + kernel_size)
    ]
    assert np.array_equal(stamps(size, kernel_size, stride), expected), (
        "Other sizes, kernels and strides come out wrong. Draw a table like the one above for a "
        "kernel of 4 and steps of 2, and of 3."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Checkerboards
#
# Away from the border, the counts of Part 3 repeat every `stride` pixels. If they are all the same there
# is no checkerboard. Let the *index* be
#
# $$ c = 1 - \frac{\text{fewest stamps inside}}{\text{most stamps inside}} . \tag{2} $$
#
# For kernels of 3 and steps of 2 the counts inside are 1, 2, 1, 2, ..., and $c = 1/2$. It is 0 if all
# pixels get equally many, and 1 if some get none.
#
# You may count them in a long map far from its border, or find a formula: how many stamps of length
# $k$ at steps of $s$ can cover a pixel, at least and at most?
#
# <details><summary>Hint 1: counting</summary>
#
# In a map of many stamps, leave out `kernel_size` pixels at each end and look at what is left; it must
# be at least `stride` long.
#
# </details>
#
# <details><summary>Hint 2: a formula</summary>
#
# $k / s$, rounded down and rounded up.
#
# </details>

# %% solution="checkerboard_index"
def checkerboard_index(kernel_size, stride):
    """Say how uneven the stamps of a transposed convolution lie, equation (2).

    Parameters
    ----------
    kernel_size, stride : int
        At least 1.

    Returns
    -------
    float
        0 without a checkerboard, 1 if some pixels get no stamp.

    Examples
    --------
    >>> checkerboard_index(3, 2)
    0.5
    """
    ### BEGIN SOLUTION
    fewest, most = kernel_size // stride, -(-kernel_size // stride)
    return 1 - fewest / most
    ### END SOLUTION


# %% tests="test_checkerboard_index" points=2
# Kernels that the stride divides and others; the inside alone; a share, not a difference; gaps. The
# same for other kernels and strides.
got = checkerboard_index(3, 2)
assert got is not None, "checkerboard_index gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, f"The index is one number; yours has shape {np.shape(got)}."
assert not np.isclose(got, 1), (
    "Inside, the counts for kernels of 3 and steps of 2 are 1 and 2. The index is 1 minus their "
    "*ratio*, not their difference."
)
assert np.isclose(got, 0.5), "For kernels of 3 and steps of 2 the fewest are 1 and the most 2."
assert np.isclose(checkerboard_index(4, 2), 0), (
    "With kernels of 4 and steps of 2 all pixels inside get two stamps. Does the border, where "
    "there are fewer, come into your count?"
)
assert np.isclose(checkerboard_index(2, 2), 0), (
    "With kernels of 2 and steps of 2 the stamps stand side by side: one for each pixel."
)
assert np.isclose(checkerboard_index(1, 2), 1), (
    "With kernels of 1 and steps of 2 every other pixel gets no stamp: the fewest are 0."
)
### BEGIN HIDDEN TESTS
for kernel_size in range(1, 10):
    for stride in range(1, 6):
        counts = [
            sum(0 <= pixel + stride * k < kernel_size for k in range(kernel_size + 1))
            for pixel in range(stride)
        ]
        expected = 1 - min(counts) / max(counts)
        assert np.isclose(checkerboard_index(kernel_size, stride), expected, atol=1e-6), (
            "For another kernel and stride the index is wrong. Try 5 and 3 with a drawing: which "
            "pixels lie under two stamps?"
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. From a mask to objects
#
# Pixels of a mask that touch *along an edge*, up, down, left or right, belong to one object; pixels that touch
# at a corner only do not. Number the objects 1, 2, 3, ... in the order in which their first pixels are met when the
# image is read row by row; everything else is 0.
#
# $$
# \begin{pmatrix} 1&0&1 \\ 1&0&1 \\ 0&1&1 \end{pmatrix}
# \quad\longrightarrow\quad
# \begin{pmatrix} 1&0&2 \\ 1&0&2 \\ 0&2&2 \end{pmatrix}
# $$
#
# <details><summary>Hint 1: like spilled ink</summary>
#
# Find a pixel of the mask without a number, give it the next one, and put it on a list. While the list is
# not empty, take a pixel off it, and give its number to all its neighbours in the mask that have none;
# put these on the list.
#
# </details>
#
# <details><summary>Hint 2: a U</summary>
#
# The two arms of a U are met before the bow that joins them. Reading row by row *once* and looking left
# and up gives the arms two numbers.
#
# </details>

# %% solution="instances"
def instances(mask):
    """Number the objects of a mask.

    Parameters
    ----------
    mask : bool array, shape (H, W)
        It is left as it is.

    Returns
    -------
    int array, shape (H, W)
        0 outside, 1, 2, ... in the order of the objects' first pixels.

    Examples
    --------
    >>> instances(np.array([[1, 0, 1], [1, 0, 1], [0, 1, 1]], dtype=bool))
    array([[1, 0, 2],
           [1, 0, 2],
           [0, 2, 2]])
    """
    ### BEGIN SOLUTION
    H, W = mask.shape
    numbers = np.zeros((H, W), dtype=int)
    number = 0
    for i, j in zip(*np.nonzero(mask)):
        if numbers[i, j] == 0:
            number += 1
            numbers[i, j] = number
            spread = [(i, j)]
            while spread:
                y, x = spread.pop()
                for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                    if 0 <= v < H and 0 <= u < W and mask[v, u] and numbers[v, u] == 0:
                        numbers[v, u] = number
                        spread.append((v, u))
    return numbers
    ### END SOLUTION


# %% tests="test_instances" points=3
# Zeros outside; numbers from 1 in reading order; corners do not join; arms that meet further down do;
# the border is no neighbour of the border opposite. The same for masks drawn anew.
two = np.array([[1, 1, 0, 1], [1, 1, 0, 1]], dtype=bool)
got = instances(two)
assert got is not None, "instances gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 4), f"There is a number for each pixel; yours have shape {np.shape(got)}."
assert not np.any(np.asarray(got)[~two]), "Outside the mask every number should be 0."
assert np.all(np.asarray(got)[two] > 0), "In the mask every pixel gets a number from 1 on."
assert got[0][3] != got[0][0], (
    "The pixels at the left and at the right border do not touch. Does an index of -1 look at the "
    "opposite border?"
)
assert np.array_equal(got, [[1, 1, 0, 2], [1, 1, 0, 2]]), (
    "There are two objects here; the one on the left is met first and gets 1, the other 2."
)
corner = np.array([[1, 0], [0, 1]], dtype=bool)
assert np.array_equal(instances(corner), [[1, 0], [0, 2]]), (
    "Two pixels that touch at a corner only are two objects."
)
bow = np.array([[1, 0, 1], [1, 1, 1]], dtype=bool)
assert np.array_equal(instances(bow), [[1, 0, 1], [1, 1, 1]]), (
    "The arms of a U meet further down: one object, with one number."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
spiral = np.array([
    [1, 1, 1, 1, 1], [0, 0, 0, 0, 1], [1, 1, 1, 0, 1], [1, 0, 0, 0, 1], [1, 1, 1, 1, 1],
], dtype=bool)
for mask in (
    spiral, spiral[:, ::-1], np.zeros((3, 2), dtype=bool), np.ones((2, 5), dtype=bool),
    rng.random((9, 12)) < 0.55, rng.random((12, 7)) < 0.6, rng.random((6, 6)) < 0.4,
):
    H, W = mask.shape
    expected = np.where(mask, np.arange(1, H * W + 1).reshape(H, W), 0)
    for _ in range(H * W):  # each pixel takes the least number around it, until all is still
        frame = np.pad(np.where(mask, expected, H * W + 1), 1, constant_values=H * W + 1)
        around = [frame[1:-1, 1:-1], frame[:-2, 1:-1], frame[2:, 1:-1], frame[1:-1, :-2],
                  frame[1:-1, 2:]]
        expected = np.where(mask, np.min(around, axis=0), 0)
    expected = np.searchsorted(np.unique(expected[mask]), expected) + 1
    kept = mask.copy()
    got = instances(mask)
    assert np.shape(got) == (H, W), "The shape is wrong for another mask."
    assert np.array_equal(got, np.where(mask, expected, 0)), (
        "Another mask is numbered wrongly. Try a spiral, a mask that is full and an empty one, and "
        "objects that come close without touching."
    )
    assert np.array_equal(mask, kept), "instances changed the mask it was given."
### END HIDDEN TESTS

# %%
numbers = instances(scene.masks[0] > 0)
print("objects in the scene above:", numbers.max())
show_images([numbers / max(numbers.max(), 1)], ["objects, each with a brightness of its own"])

# %% [markdown]
# ## Part 6. Tiles without seams
#
# An image is too large for the network's memory. Cut it into tiles of `tile` x `tile` pixels, label each,
# and put the answers together. But a network pads with zeros at the border of what it is given, and at a
# tile's border that is wrong: there is more image. So give it each tile *with a margin* of `margin` pixels
# of image on every side (where the image goes on; at the image's own border there is no more), and keep of
# the answer only the tile.
#
# If the margin is as wide as the network sees to each side, the result is exactly what it would give for
# the whole image.
#
# By hand, along one axis: 10 pixels, tiles of 4, margin 2. Tiles begin at 0, 4 and 8. The second one is
# pixels 4 to 7; the network gets 2 to 9; of its eight answers the tile's are those in places 2 to 5.
# The first one gets 0 to 5, and its answers are in places 0 to 3. The last is only two pixels long.
#
# <details><summary>Hint 1: where the cut begins</summary>
#
# At `max(i - margin, 0)`. The end may lie beyond the image: a slice stops there by itself.
#
# </details>
#
# <details><summary>Hint 2: where the tile is in the answer</summary>
#
# If the cut begins at `top`, the tile begins at `i - top` of the answer.
#
# </details>

# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    """Label an image tile by tile, without seams.

    Parameters
    ----------
    network : callable
        From a float array of shape (h, w), of any size, to one of the same shape.
    image : float array, shape (H, W)
        It is left as it is. H and W need not be multiples of the tile.
    tile : int
        Height and width of a tile in pixels.
    margin : int
        Pixels of image around each tile that the network sees as well, where there are so many.

    Returns
    -------
    float array, shape (H, W)

    Examples
    --------
    >>> tile_predict(lambda part: part + 1, np.zeros((2, 3)), tile=2, margin=1)
    array([[1., 1., 1.],
           [1., 1., 1.]])
    """
    ### BEGIN SOLUTION
    H, W = image.shape
    output = np.zeros((H, W))
    for i in range(0, H, tile):
        for j in range(0, W, tile):
            top, left = max(i - margin, 0), max(j - margin, 0)
            part = network(image[top : i + tile + margin, left : j + tile + margin])
            inner = part[i - top : i - top + tile, j - left : j - left + tile]
            output[i : i + tile, j : j + tile] = inner
    return output
    ### END SOLUTION


# %% tests="test_tile_predict" points=3
# The size; no seams with a margin as wide as the network sees; what the network is given: never more
# than tile and margin, and never made-up pixels; images that are no multiple of the tile.
def average(part):
    """A network that sees one pixel to each side: the mean of 3 x 3, zeros around."""
    frame = np.zeros((part.shape[0] + 2, part.shape[1] + 2))
    frame[1:-1, 1:-1] = part
    return sum(
        frame[m : m + part.shape[0], n : n + part.shape[1]] for m in range(3) for n in range(3)
    ) / 9


image = np.arange(48.0).reshape(6, 8)
got = tile_predict(average, image, 2, 1)
assert got is not None, "tile_predict gives back nothing: does it end with `return`?"
assert np.shape(got) == (6, 8), f"The result has the image's size; yours is {np.shape(got)}."
assert not np.allclose(got, tile_predict(average, image, 2, 0)), (
    "With and without a margin the result is the same. Does the network see the margin?"
)
assert np.allclose(np.asarray(got)[:2, :2], average(image)[:2, :2]), (
    "The first tile is wrong already. At the image's own border there is no margin, and the cut "
    "begins at 0."
)
assert np.allclose(got, average(image)), (
    "There are seams, though the margin is as wide as the network sees. Is there margin on all four "
    "sides, and is the right part of the answer kept?"
)
assert np.allclose(tile_predict(average, image, 4, 1), average(image)), (
    "Tiles of 4 on an image 6 high: the last tiles are only 2 high, and must be labelled, too."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
seen = []


def deep(part):
    """Two layers with a bias between: sees two pixels to each side."""
    seen.append(np.array(part))
    return average(np.abs(average(part) - 0.3) + 0.1)


def brightest(part):
    """Answers with the brightest pixel that it was shown."""
    return np.full(part.shape, np.max(part))


for (H, W), tile, margin in (((9, 9), 4, 2), ((5, 8), 3, 4), ((7, 4), 8, 2), ((6, 11), 3, 2)):
    image = rng.random((H, W))
    kept = image.copy()
    seen.clear()
    got = tile_predict(deep, image, tile, margin)
    assert np.shape(got) == (H, W), "The size is wrong for another image."
    assert np.allclose(got, deep(image), atol=1e-5), (
        "With another network, image or tile there are seams. The margin is image, never zeros or "
        "repeated pixels: beyond the image's own border the network pads by itself."
    )
    assert np.array_equal(image, kept), "tile_predict changed the image it was given."
    shown = tile_predict(brightest, image, tile, margin)
    for i in range(H):
        for j in range(W):
            a, b = i - i % tile, j - j % tile
            cut = image[max(a - margin, 0) : a + tile + margin, max(b - margin, 0) : b + tile + margin]
            assert np.isclose(np.asarray(shown)[i, j], cut.max()), (
                "The network is shown more, or less, than a tile and its margin."
            )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. A small U-Net
#
# Build a U-Net with two levels in PyTorch, of these layers and no others:
#
# | layer | from | to |
# |---|---|---|
# | convolution 3 x 3, padding 1, then ReLU | `in_channels` | `width` |
# | max pooling 2 x 2 | | |
# | convolution 3 x 3, padding 1, then ReLU | `width` | `2 * width` |
# | transposed convolution 2 x 2, stride 2 | `2 * width` | `width` |
# | *concatenate*: first the maps from before the pooling, then those that came up | `width` twice | `2 * width` |
# | convolution 3 x 3, padding 1, then ReLU | `2 * width` | `width` |
# | convolution 1 x 1 | `width` | `num_classes` |
#
# All of them with a bias. No ReLU after the transposed convolution, none after the last layer.
#
# <details><summary>Hint 1: where the layers are made</summary>
#
# In `__init__`, after `super().__init__()`, one attribute for each layer that has weights. `forward` uses
# them.
#
# </details>
#
# <details><summary>Hint 2: putting maps side by side</summary>
#
# `torch.cat((a, b), dim=1)`: axis 1 holds the channels.
#
# </details>

# %% solution="SmallUNet"
class SmallUNet(nn.Module):
    """A U-Net with two levels and one skip connection; see the table above.

    Parameters
    ----------
    in_channels, num_classes, width : int

    Examples
    --------
    >>> SmallUNet(1, 3, 4)(torch.zeros(2, 1, 8, 6)).shape
    torch.Size([2, 3, 8, 6])
    """

    ### BEGIN SOLUTION
    def __init__(self, in_channels, num_classes, width):
        super().__init__()
        self.down = nn.Conv2d(in_channels, width, 3, padding=1)
        self.bottom = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.join = nn.Conv2d(2 * width, width, 3, padding=1)
        self.head = nn.Conv2d(width, num_classes, 1)

    def forward(self, x):
        """Score the classes: (N, in_channels, H, W) -> (N, num_classes, H, W), H and W even."""
        level = torch.relu(self.down(x))
        below = torch.relu(self.bottom(nn.functional.max_pool2d(level, 2)))
        joined = torch.cat((level, self.up(below)), dim=1)
        return self.head(torch.relu(self.join(joined)))
    ### END SOLUTION


# %% tests="test_small_unet" points=4
# A score for each class and pixel; images that are not square; the number of weights; what comes out for
# given weights, computed once more.
from cnncourse.probes import forward, parameters, set_state, state

network = SmallUNet(2, 3, 4)
weights = parameters(network)
got = forward(network, np.zeros((2, 2, 8, 12), dtype=np.float32))
assert np.shape(got) == (2, 3, 8, 12), (
    f"Two images of 8 x 12 and three classes give scores of shape (2, 3, 8, 12), yours have "
    f"{np.shape(got)}. Is everything padded, and does the way up double the size?"
)
shapes_found = sorted(np.shape(w) for w in weights.values() if np.ndim(w) == 4)
assert (4, 8, 3, 3) in shapes_found, (
    "The convolution after the joint should read 2 * width channels: the maps from before the "
    "pooling *and* those that came up, side by side. Adding them gives only width."
)
assert (8, 4, 2, 2) in shapes_found, (
    "There is no transposed convolution of 2 x 2 from 2 * width to width channels."
)
count = sum(np.size(w) for w in weights.values())
assert count == 76 + 296 + 132 + 292 + 15, (
    f"Your network has {count} parameters, which is not what the table gives for 2 channels, 3 "
    "classes and a width of 4. Are there layers too many or too few, or convolutions without bias?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
relu, conv = torch.relu, nn.functional.conv2d
for in_channels, num_classes, width in ((2, 3, 4), (1, 5, 6), (3, 2, 5)):
    network = SmallUNet(in_channels, num_classes, width)
    old = state(network)
    new = {name: rng.normal(size=np.shape(w)).astype(np.float32) / 3 for name, w in old.items()}
    for w in new.values():
        if np.ndim(w) == 1:
            w[:] = 0.25  # the same for all: biases of one length cannot be told apart
    w = {np.shape(value): torch.as_tensor(value) for value in new.values()}
    set_state(network, new)
    x = rng.normal(size=(2, in_channels, 6, 10)).astype(np.float32)
    bias = torch.full((64,), 0.25)
    level = relu(conv(torch.as_tensor(x), w[width, in_channels, 3, 3], bias[:width], padding=1))
    pooled = level.reshape(2, width, 3, 2, 5, 2).amax((3, 5))
    below = relu(conv(pooled, w[2 * width, width, 3, 3], bias[: 2 * width], padding=1))
    up = nn.functional.conv_transpose2d(below, w[2 * width, width, 2, 2], bias[:width], stride=2)
    join = relu(conv(torch.cat((level, up), 1), w[width, 2 * width, 3, 3], bias[:width], padding=1))
    expected = conv(join, w[num_classes, width, 1, 1], bias[:num_classes]).numpy()
    got = np.asarray(forward(network, x))
    assert got.shape == expected.shape, "The shape is wrong for other channels, classes or widths."
    assert np.allclose(got, expected, atol=1e-4), (
        "With given weights other scores come out than the table says. In which order are the maps "
        "put side by side? Is there a ReLU after each 3 x 3 convolution, and none anywhere else? "
        "Is what goes over the skip taken *before* the pooling?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. Which number, and for whom?
#
# A program outlines a tumour that takes one voxel in five hundred. Its makers report: "99.7 per cent of all
# voxels right." Explain in four to eight sentences, in your own words:
#
# 1. what that number says, and what a program that marks nothing would reach;
# 2. what you would report instead, and how you would treat patients without a tumour in it;
# 3. one mistake that Dice does not tell from another, though a doctor would.
#
# This answer is read and graded by a person.

# %% [markdown] written="which_number" points=3
# ### BEGIN SOLUTION
# The number is the accuracy over voxels, nearly all of which are background. A program that marks
# nothing is right for 499 of 500 voxels, 99.8 per cent: more than the one that is praised.
#
# I would report Dice or the IoU of the tumour, for each patient, with its spread, and beside it how
# many tumours were missed altogether. For patients without a tumour, Dice is 0 over 0 or drops to 0 with
# a single voxel; I would leave them out of its mean and report for them how often, and how much, is marked
# by mistake. Whichever is done must be said.
#
# Dice counts voxels, wherever they are. To find half of the tumour, and to mark it whole with as much
# again around it, give the same 0.67; so do one large error at the edge and a missed second tumour.
#
# **Marking**, a point for each:
#
# - Accuracy is dominated by background; marking nothing gives 99.8 per cent (the number or "more
#   than theirs").
# - Dice or IoU for the class, and an explicit rule for patients without it.
# - Two errors with equal or similar Dice that differ for a patient (missed or extra, place, a second
#   lesion).
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Train your `SmallUNet` on the masks of `cnncourse.data.shapes`: 200 scenes and a minute are enough.
# - Its transposed convolution has kernels of 2 x 2. Give it 3 x 3 (with `padding=1,
#   output_padding=1`) and look at the scores before any training.
# - Split two touching objects of one mask. What would a network have to predict, beside the mask, to make
#   that easy?
