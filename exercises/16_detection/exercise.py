# ---
# title: Boxes, doubles and average precision
# chapter: book/16_detection/index.md
# minutes: 150
# seconds_per_cell: 20
# may_not_call: [torch, torchvision, sklearn, cnncourse.metrics, cnncourse.models]
# summary: >
#   Everything of a detector but the network: how well boxes fit, which finds are doubles, what a
#   network is taught to say about a box, and the number by which detectors are compared.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data.shapes import shapes
from cnncourse.plots import new_figure

# %% [markdown]
# When you have finished, you will be able to
#
# - compute how well two boxes fit, for all pairs at once;
# - keep the best of many finds of the same thing;
# - write a box as what a network says about it, and read it back;
# - decide which finds are right, and average the precision over all recalls;
# - lay out what each cell of a grid shall learn.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# In all of them a box is four numbers $x_1, y_1, x_2, y_2$: left, top, right and bottom in pixels,
# the last two just outside, so that it is $x_2 - x_1$ wide. Several boxes are an array of shape
# (N, 4). No box is empty.
#
# ### Before you start: four finds, three shapes
#
# Below are three shapes with their boxes, dashed, and four finds of a bad detector. Which finds
# would you count as right? Is one of them a double? Decide before you go on; at the end of the
# notebook your functions decide.

# %%
scene = shapes(1, size=64, objects=(3, 3), seed=4)
image, true_boxes = scene.images[0], scene.boxes[0].astype(float)
moved = np.array([[1.0, 0, 1, 1], [4, 5, 3, 5], [-1, 1, 2, 1], [9, 9, 9, 9]])
found_boxes = true_boxes[[0, 0, 1, 2]] + moved


def draw(boxes, axes, colour, style):
    """Draw boxes over an image."""
    for x1, y1, x2, y2 in boxes - 0.5:
        axes.plot([x1, x2, x2, x1, x1], [y1, y1, y2, y2, y1], style, color=colour)


figure = new_figure(height=3.2)
axes = figure.subplots()
axes.imshow(image.transpose(1, 2, 0))
draw(true_boxes, axes, "white", "--")
draw(found_boxes, axes, "#ffb000", "-")
axes.set_axis_off()
figure

# %% [markdown]
# ## Part 1. Intersection over union
#
# Divide the area that two boxes share by the area that they cover together:
#
# $$ \text{IoU}(A, B) = \frac{|A \cap B|}{|A| + |B| - |A \cap B|} \tag{1} $$
#
# By hand: $A$ from (0, 0) to (4, 2) and $B$ from (2, 0) to (6, 2). They share 2 × 2 = 4 and cover
# 8 + 8 − 4 = 12 together, so the IoU is one third.
#
# <details><summary>Hint 1: the box they share</summary>
#
# Its left edge is the *larger* of the two left edges, its right edge the *smaller* of the two right
# ones.
#
# </details>
#
# <details><summary>Hint 2: boxes that do not touch</summary>
#
# Then the shared box comes out with a negative width, or height, or both. And minus times minus is
# plus: make each of them at least 0 *before* you multiply.
#
# </details>
#
# <details><summary>Hint 3: all pairs without loops</summary>
#
# `a[:, None, :]` has shape (N, 1, 4), `b[None, :, :]` has shape (1, M, 4). `np.maximum` of the two
# makes (N, M, 4). Two loops are welcome, too.
#
# </details>

# %% solution="iou"
def iou(a, b):
    """Divide the intersection of each pair of boxes by their union, equation (1).

    Parameters
    ----------
    a : float array, shape (N, 4)
    b : float array, shape (M, 4)

    Returns
    -------
    float array, shape (N, M)

    Examples
    --------
    >>> iou(np.array([[0.0, 0, 2, 2]]), np.array([[0.0, 0, 2, 2], [1, 0, 2, 2], [2, 0, 4, 2]]))
    array([[1. , 0.5, 0. ]])
    """
    ### BEGIN SOLUTION
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(high - low, 0).prod(axis=2)
    area_a = (a[:, 2:] - a[:, :2]).prod(axis=1)
    area_b = (b[:, 2:] - b[:, :2]).prod(axis=1)
    return shared / (area_a[:, None] + area_b - shared)
    ### END SOLUTION


# %% tests="test_iou" points=3
# A row for each box of a, a column for each of b; the same box; boxes that overlap, that touch and
# that are far apart; boxes that are not square. The same for boxes drawn anew.
a = np.array([[0.0, 0, 4, 2], [10, 10, 14, 20]])
b = np.array([[2.0, 0, 6, 2], [0, 0, 4, 2], [20, 30, 24, 35]])
got = iou(a, b)
assert got is not None, "iou gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 3), (
    f"Two boxes against three give 2 x 3 numbers, a row for each box of `a`; yours have shape "
    f"{np.shape(got)}."
)
assert not np.isclose(got[0][0], 0.25), (
    "The sum of the two areas counts what is shared twice. Take it off once."
)
assert np.isclose(got[0][1], 1), (
    "A box and itself should give 1: what they share is all of it, and so is what they cover."
)
assert not np.isclose(got[0][0], 0.5), (
    "The boxes of the example share half of *each*. Divide by what they cover *together*."
)
assert np.isclose(got[0][0], 1 / 3, atol=1e-5), (
    "The example worked by hand above does not come out. Boxes are x1, y1, x2, y2, and the width is "
    "x2 - x1."
)
assert np.isclose(got[0][2], 0) and np.isclose(got[1][2], 0), (
    "Boxes that are far apart share nothing. Minus times minus is plus: make width and height at "
    "least 0 before you multiply them."
)
assert np.isclose(iou(np.array([[0.0, 0, 2, 2]]), np.array([[2.0, 0, 4, 2]]))[0][0], 0), (
    "Boxes that only touch share nothing: there is no pixel between x2 = 2 and x1 = 2."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N, M in ((5, 4), (1, 7), (6, 1)):
    a, b = (np.sort(rng.uniform(0, 20, (n, 2, 2)), axis=1).reshape(n, 4) for n in (N, M))
    a[:, 2:] += 1
    b[:, 2:] += 1
    kept = a.copy(), b.copy()
    got = iou(a, b)
    assert np.shape(got) == (N, M), (
        "The shape is wrong for another number of boxes: a row for each of `a`, a column for each "
        "of `b`."
    )
    for i in range(N):
        for j in range(M):
            x = min(a[i, 2], b[j, 2]) - max(a[i, 0], b[j, 0])
            y = min(a[i, 3], b[j, 3]) - max(a[i, 1], b[j, 1])
            shared = max(x, 0) * max(y, 0)
            together = np.prod(a[i, 2:] - a[i, :2]) + np.prod(b[j, 2:] - b[j, :2]) - shared
            assert np.isclose(got[i][j], shared / together, atol=1e-5), (
                "The IoU is wrong for other boxes. Try one inside another, one beside another "
                "with the same rows, and boxes that are not square."
            )
    assert np.array_equal(a, kept[0]) and np.array_equal(b, kept[1]), (
        "iou changed the boxes it was given. Does an assignment write into a slice of them?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. The best of each cluster
#
# A detector finds the same thing several times. Non-maximum suppression keeps the best:
#
# 1. of the boxes that are left, take the one with the highest score, and keep it;
# 2. drop every other box whose IoU with it is *above* the threshold;
# 3. go on until none is left.
#
# Give back the *places* of the boxes that are kept (their row numbers in `boxes`), best score first. A list or an
# array will do. NumPy may show a place in a list as `np.int64(2)`; it is the same number.
#
# A box that was dropped is gone: it drops no others. Think of three boxes in a row, where the first
# overlaps the second and the second the third, but the first not the third.
#
# <details><summary>Hint 1: in which order</summary>
#
# `np.argsort(-scores)` gives the places from the best score to the worst.
#
# </details>
#
# <details><summary>Hint 2: a list that grows</summary>
#
# Go through the places in that order. Keep a place if its box overlaps none of the boxes *kept so
# far* too much.
#
# </details>

# %% solution="nms"
def nms(boxes, scores, threshold):
    """Keep the best box of each cluster: non-maximum suppression.

    Parameters
    ----------
    boxes : float array, shape (N, 4)
        N may be 0.
    scores : float array, shape (N,)
        No two are equal.
    threshold : float
        A box is dropped if its IoU with a better one that is kept is above this.

    Returns
    -------
    list or array of int
        Places of the boxes that are kept, best score first.

    Examples
    --------
    >>> boxes = np.array([[0.0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]])
    >>> list(nms(boxes, np.array([0.8, 0.9, 0.3]), 0.5))
    [1, 2]
    """
    ### BEGIN SOLUTION
    kept = []
    for place in np.argsort(-scores):
        x1, y1, x2, y2 = boxes[place]
        free = True
        for other in kept:
            u1, v1, u2, v2 = boxes[other]
            shared = max(min(x2, u2) - max(x1, u1), 0) * max(min(y2, v2) - max(y1, v1), 0)
            together = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - shared
            if shared > threshold * together:
                free = False
        if free:
            kept.append(int(place))
    return kept
    ### END SOLUTION


# %% tests="test_nms" points=3
# Doubles go, others stay; places, best first; the threshold; a box that was dropped drops no others;
# no box at all. The same for boxes drawn anew.
boxes = np.array([[20.0, 0, 30, 10], [0, 0, 10, 10], [1, 0, 11, 10]])
scores = np.array([0.3, 0.8, 0.9])
got = nms(boxes, scores, 0.5)
assert got is not None, "nms gives back nothing: does it end with `return`?"
got = [int(place) for place in np.ravel(got)]
assert len(got) != 3, "The two boxes on the left are the same thing. Is any box dropped?"
assert sorted(got) != [0, 1], (
    "Of the two boxes on the left the worse one was kept. Begin with the best score."
)
assert got != [0, 2], (
    "The right boxes are kept, but not with the best score first."
)
assert got == [2, 0], (
    "Give back the places of the boxes that stay, their row numbers in `boxes`, the one with the "
    "best score first."
)
row = np.array([[0.0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]])
got = [int(place) for place in np.ravel(nms(row, np.array([0.9, 0.8, 0.7]), 0.3))]
assert got != [0], (
    "Three boxes in a row: the first drops the second. The third overlaps the first only a "
    "little and stays: a box that was dropped drops no others."
)
assert got == [0, 2], "Three boxes in a row, each overlapping the next: the first and third stay."
assert len(np.ravel(nms(row, np.array([0.9, 0.8, 0.7]), 0.6))) == 3, (
    "With a threshold of 0.6 nothing overlaps too much in the row. Is the threshold used?"
)
half = np.array([[0.0, 0, 4, 1], [0, 0, 2, 1]])
assert len(np.ravel(nms(half, np.array([0.9, 0.8]), 0.5))) == 2, (
    "An IoU of just the threshold is not above it: the box stays."
)
assert len(np.ravel(nms(np.zeros((0, 4)), np.zeros(0), 0.5))) == 0, "Of no boxes, none are kept."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())


def suppress(boxes, scores, threshold):
    """The places that stay, and how close an IoU came to the threshold."""
    low = np.maximum(boxes[:, None, :2], boxes[:, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[:, 2:])
    shared = (high - low).clip(0).prod(axis=2)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    overlaps = shared / (area[:, None] + area - shared)
    rest, kept = [int(place) for place in np.argsort(-scores)], []
    while rest:
        kept.append(rest[0])
        rest = [place for place in rest[1:] if overlaps[rest[0], place] <= threshold]
    return kept, np.abs(overlaps - threshold).min()


tried = 0
while tried < 5:
    count, threshold = int(rng.integers(6, 12)), rng.uniform(0.2, 0.7)
    corners, sizes = rng.uniform(0, 14, (count, 2)), rng.uniform(6, 12, (count, 2))
    boxes, scores = np.hstack([corners, corners + sizes]), rng.permutation(count) / count
    expected, margin = suppress(boxes, scores, threshold)
    if margin < 1e-3 or len(expected) == count:
        continue
    tried += 1
    kept = boxes.copy()
    got = [int(place) for place in np.ravel(nms(boxes, scores, threshold))]
    assert sorted(got) == sorted(expected), (
        "With other boxes and thresholds the wrong ones stay. Is a box dropped only for a better "
        "one that is itself kept, and only if the IoU is above the threshold?"
    )
    assert got == expected, "The right boxes stay, but their places are not in the order of scores."
    assert np.array_equal(boxes, kept), "nms changed the boxes it was given."
apart = np.array([[0.0, 0, 3, 9], [5, 0, 8, 9], [10, 0, 13, 9], [0, 11, 3, 12], [20, 30, 22, 33]])
assert len(np.ravel(nms(apart, rng.permutation(5) / 5, 0.0))) == 5, (
    "Boxes that share no pixel never drop each other, not even with a threshold of 0."
)
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. What a network says about a box
#
# A convolution does not know where it is. So a network says how a box lies *relative to* a
# reference box at its place, the anchor. With middles $x, y$ and sizes $w, h$, and the anchor's with
# index $a$:
#
# $$ t_x = \frac{x - x_a}{w_a}, \quad t_y = \frac{y - y_a}{h_a}, \quad
#    t_w = \log \frac{w}{w_a}, \quad t_h = \log \frac{h}{h_a} \tag{2} $$
#
# By hand: the anchor goes from (0, 0) to (4, 4), its middle is (2, 2). The box from (2, 0) to (6, 8)
# has its middle at (4, 4) and is 4 wide and 8 high: $t = (0.5, 0.5, 0, \log 2)$.
#
# <details><summary>Hint 1: middles and sizes</summary>
#
# `(boxes[:, :2] + boxes[:, 2:]) / 2` are the middles of all boxes, `boxes[:, 2:] - boxes[:, :2]`
# their sizes.
#
# </details>
#
# <details><summary>Hint 2: dividing</summary>
#
# Both are arrays of shape (N, 2), x and y, or width and height, beside each other; so are the anchors'
# sizes. Dividing one by the other divides x by the width and y by the height.
#
# </details>

# %% solution="encode"
def encode(boxes, anchors):
    """Write boxes relative to anchors, equation (2).

    Parameters
    ----------
    boxes, anchors : float arrays, shape (N, 4)
        One anchor for each box.

    Returns
    -------
    float array, shape (N, 4)
        t_x, t_y, t_w, t_h.

    Examples
    --------
    >>> encode(np.array([[2.0, 0, 6, 8]]), np.array([[0.0, 0, 4, 4]])).round(3)
    array([[0.5  , 0.5  , 0.   , 0.693]])
    """
    ### BEGIN SOLUTION
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    return np.hstack([(middles - origins) / units, np.log(sizes / units)])
    ### END SOLUTION


# %% tests="test_encode" points=2
# Four numbers for each box; middles, not corners; measured in the anchor's size; the logarithm of the
# sizes' ratio. The same for boxes drawn anew.
box, anchor = np.array([[2.0, 0, 6, 8]]), np.array([[0.0, 0, 4, 4]])
got = encode(box, anchor)
assert got is not None, "encode gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 4), f"One box gives one row of four numbers, yours {np.shape(got)}."
assert np.allclose(encode(anchor, anchor), 0), (
    "A box that is just its anchor should give four zeros: nothing to move, nothing to stretch."
)
assert not np.allclose(got[0][:2], [2, 2]), (
    "Your shifts are in pixels. Measure them in widths and heights of the anchor."
)
assert np.allclose(got[0][:2], 0.5, atol=1e-5), (
    "The first two numbers say how far the *middles* lie apart, in widths and heights of the "
    "*anchor*. Work the example through by hand."
)
assert not np.allclose(got[0][2:], [1, 2]), "These are ratios of sizes. Take their logarithm."
assert np.allclose(got[0][2:], [0, np.log(2)], atol=1e-5), (
    "The last two numbers are the natural logarithms of box over anchor, the width first."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N in (1, 6):
    middle, origin = rng.uniform(20, 40, (2, N, 2))
    size, unit = rng.uniform(2, 16, (2, N, 2))
    boxes = np.hstack([middle - size / 2, middle + size / 2])
    anchors = np.hstack([origin - unit / 2, origin + unit / 2])
    kept = boxes.copy()
    got = encode(boxes, anchors)
    assert np.shape(got) == (N, 4), "The shape is wrong for another number of boxes."
    assert np.allclose(np.asarray(got)[:, :2], (middle - origin) / unit, atol=1e-4), (
        "The shifts are wrong for other boxes. Is x measured in the anchor's width and y in its "
        "height?"
    )
    assert np.allclose(np.asarray(got)[:, 2:], np.log(size / unit), atol=1e-4), (
        "The stretches are wrong for other boxes. Box over anchor, not the other way round."
    )
    assert np.array_equal(boxes, kept), "encode changed the boxes it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. From what it says to the box
#
# And back: what the network says, and the anchor, give the box. Solve (2) for $x, y, w, h$ on paper
# first; then the corners lie half a width and half a height from the middle.
#
# <details><summary>Hint 1: undoing</summary>
#
# $x = x_a + t_x w_a$ and $w = w_a \exp(t_w)$, and the same downwards.
#
# </details>
#
# <details><summary>Hint 2: putting the corners together</summary>
#
# `np.hstack([a, b])` puts two arrays of shape (N, 2) beside each other: left and top, right and bottom.
#
# </details>

# %% solution="decode"
def decode(offsets, anchors):
    """Move and stretch anchors: `encode` undone.

    Parameters
    ----------
    offsets : float array, shape (N, 4)
        t_x, t_y, t_w, t_h.
    anchors : float array, shape (N, 4)

    Returns
    -------
    float array, shape (N, 4)
        Boxes x1, y1, x2, y2.

    Examples
    --------
    >>> decode(np.array([[0.5, 0.5, 0, np.log(2)]]), np.array([[0.0, 0, 4, 4]]))
    array([[2., 0., 6., 8.]])
    """
    ### BEGIN SOLUTION
    origins, units = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]
    middles = origins + offsets[:, :2] * units
    sizes = units * np.exp(offsets[:, 2:])
    return np.hstack([middles - sizes / 2, middles + sizes / 2])
    ### END SOLUTION


# %% tests="test_decode" points=2
# No offsets give the anchor; shifts in the anchor's size; the exponential; corners, not middle and
# size. The same for boxes drawn anew.
anchor = np.array([[0.0, 0, 4, 8]])
got = decode(np.zeros((1, 4)), anchor)
assert got is not None, "decode gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 4), f"One row of offsets gives one box, yours {np.shape(got)}."
assert not np.allclose(got, [[2, 4, 4, 8]]), (
    "This is the middle and the size. A box is left, top, right, bottom."
)
assert np.allclose(got, anchor, atol=1e-5), (
    "Four zeros should give the anchor itself: no shift, and stretched by exp(0) = 1."
)
moved = decode(np.array([[0.5, 0.25, 0, 0]]), anchor)
assert np.allclose(moved, [[2, 2, 6, 10]], atol=1e-5), (
    "Half the anchor's width to the right and a quarter of its height down, that is 2 pixels each. "
    "Shifts are measured in the anchor's size."
)
wide = decode(np.array([[0, 0, np.log(2), 0]]), anchor)
assert np.allclose(wide, [[-2, 0, 6, 8]], atol=1e-5), (
    "Twice as wide, around the same middle: it grows on both sides. Is the stretch an exponential, "
    "and half of the size on each side?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N in (1, 6):
    origin, unit = rng.uniform(20, 40, (N, 2)), rng.uniform(2, 16, (N, 2))
    anchors = np.hstack([origin - unit / 2, origin + unit / 2])
    offsets = rng.uniform(-1, 1, (N, 4))
    middle, size = origin + offsets[:, :2] * unit, unit * np.exp(offsets[:, 2:])
    kept = offsets.copy(), anchors.copy()
    got = decode(offsets, anchors)
    assert np.shape(got) == (N, 4), "The shape is wrong for another number of boxes."
    assert np.allclose(got, np.hstack([middle - size / 2, middle + size / 2]), atol=1e-3), (
        "Other offsets and anchors do not give the right boxes. Does encoding what you decoded "
        "give back the offsets?"
    )
    assert np.array_equal(offsets, kept[0]) and np.array_equal(anchors, kept[1]), (
        "decode changed the arrays it was given."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. Which finds are right?
#
# In one image, for one class: go through the finds, *the surest first*. Each looks, among the true
# boxes that nobody has taken yet, for the one that it overlaps most. If the IoU with it is at least the
# threshold, the find is right and takes it. Otherwise it is a false alarm. So a double is a false
# alarm, even a good one.
#
# The IoU of all pairs is given, so that this part does not depend on Part 1.
#
# <details><summary>Hint 1: what is taken</summary>
#
# Keep an array of bools, one for each true box. Or copy `overlaps`, and set a column to -1 when its
# box is taken; but do not change what you were given.
#
# </details>
#
# <details><summary>Hint 2: nothing to find</summary>
#
# In an image without true boxes `overlaps` has shape (found, 0), and a maximum over nothing is an
# error. All finds are false alarms there.
#
# </details>

# %% solution="right_finds"
def right_finds(overlaps, scores, threshold):
    """Say which finds are right.

    Parameters
    ----------
    overlaps : float array, shape (found, true)
        The IoU of each find with each true box. Either may be 0.
    scores : float array, shape (found,)
        No two are equal. The finds come in any order.
    threshold : float
        The least IoU of a right find, above 0.

    Returns
    -------
    bool array, shape (found,)
        In the order of `scores` as they were given.

    Examples
    --------
    >>> overlaps = np.array([[0.8, 0.0], [0.9, 0.1], [0.0, 0.4]])
    >>> right_finds(overlaps, np.array([0.5, 0.9, 0.7]), 0.5).tolist()
    [False, True, False]
    """
    ### BEGIN SOLUTION
    free = np.array(overlaps, dtype=float)
    right = np.zeros(len(scores), dtype=bool)
    if free.shape[1] > 0:
        for row in np.argsort(-scores):
            best = free[row].argmax()
            if free[row, best] >= threshold:
                right[row] = True
                free[:, best] = -1
    return right
    ### END SOLUTION


# %% tests="test_right_finds" points=3
# Enough overlap; a double is a false alarm; the surest takes first; a find may take the second best
# true box if the best is gone; nothing to find. The same for overlaps drawn anew.
overlaps = np.array([[0.8, 0.0], [0.9, 0.1], [0.0, 0.4]])
got = right_finds(overlaps, np.array([0.5, 0.9, 0.7]), 0.5)
assert got is not None, "right_finds gives back nothing: does it end with `return`?"
assert np.shape(got) == (3,), f"Three finds give three answers, yours have shape {np.shape(got)}."
assert not bool(got[2]), "The third find overlaps nothing by one half. It is a false alarm."
assert not (bool(got[0]) and bool(got[1])), (
    "Both of the first two finds count as right, but it is the same object. The second to take it "
    "is a double, and a double is a false alarm."
)
assert bool(got[1]), (
    "The surest find takes its object first, whatever row it is in. Go from the highest score to "
    "the lowest, and answer in the order in which the finds were given."
)
second = right_finds(np.array([[0.9, 0.1], [0.8, 0.6]]), np.array([0.9, 0.8]), 0.5)
assert bool(second[1]), (
    "The second find overlaps the object that is taken most, but it overlaps a free one enough. Only "
    "objects that nobody has taken count."
)
assert bool(right_finds(np.array([[0.5]]), np.array([0.9]), 0.5)[0]), (
    "An IoU of just the threshold counts: at least, not above."
)
nothing = right_finds(np.zeros((2, 0)), np.array([0.9, 0.8]), 0.5)
assert np.shape(nothing) == (2,) and not np.any(nothing), (
    "Where there is nothing to find, every find is a false alarm."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for found, true in ((6, 3), (8, 5), (4, 6), (3, 1), (7, 4)):
    overlaps = rng.permutation(found * true).reshape(found, true) / (found * true)
    scores, threshold = rng.permutation(found) / found, (found * true // 3 + 0.5) / (found * true)
    taken, expected = set(), np.zeros(found, dtype=bool)
    for row in sorted(range(found), key=lambda row: -scores[row]):
        order = sorted(set(range(true)) - taken, key=lambda column: -overlaps[row, column])
        if order and overlaps[row, order[0]] >= threshold:
            expected[row] = True
            taken.add(order[0])
    kept = overlaps.copy(), scores.copy()
    got = right_finds(overlaps, scores, threshold)
    assert np.shape(got) == (found,), "The shape is wrong for another number of finds."
    assert np.array_equal(np.asarray(got, dtype=bool), expected), (
        "With other overlaps the wrong finds are right. Surest first; of the free objects the one "
        "with most overlap; at least the threshold; then it is taken, once and for all."
    )
    assert np.array_equal(overlaps, kept[0]) and np.array_equal(scores, kept[1]), (
        "right_finds changed what it was given. Copy the overlaps before you cross out a column."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. Average precision
#
# Take the finds of a class over all images, the surest first. After each, *precision* is the share of
# the finds so far that are right, *recall* the share of the true objects that were found. Then make
# precision fall: at each find counts the best precision *there or further on*. The average precision
# is the area below this staircase: for each find, the step in recall times that precision, added up.
#
# By hand: four objects, five finds, in order right, wrong, right, right, wrong.
#
# | find | precision | recall | made to fall |
# |---|---|---|---|
# | right | 1 | 1/4 | 1 |
# | wrong | 1/2 | 1/4 | 3/4 |
# | right | 2/3 | 2/4 | 3/4 |
# | right | 3/4 | 3/4 | 3/4 |
# | wrong | 3/5 | 3/4 | 3/5 |
#
# Recall rises by a quarter at the first, the third and the fourth: AP = 1/4 (1 + 3/4 + 3/4) = 0.625.
#
# <details><summary>Hint 1: precision and recall</summary>
#
# Sort `right` by falling score; `np.cumsum` of it counts the right ones so far. Divide by 1, 2, 3, ...
# for precision, and by `truths` for recall.
#
# </details>
#
# <details><summary>Hint 2: made to fall</summary>
#
# Go from the last find to the first and remember the largest precision so far:
# `np.maximum.accumulate(precision[::-1])[::-1]`.
#
# </details>

# %% solution="average_precision"
def average_precision(scores, right, truths):
    """Average the precision over all recalls.

    Parameters
    ----------
    scores : float array, shape (N,)
        Of all finds, in any order; no two are equal. N may be 0.
    right : bool array, shape (N,)
    truths : int
        How many objects there were to find, at least 1.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> right = np.array([True, False, True, True, False])
    >>> average_precision(np.array([0.9, 0.8, 0.7, 0.6, 0.5]), right, 4)
    0.625
    """
    ### BEGIN SOLUTION
    hits = np.cumsum(right[np.argsort(-scores)])
    precision = hits / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(hits / truths, prepend=0) * best).sum())
    ### END SOLUTION


# %% tests="test_average_precision" points=3
# The example worked by hand; finds in any order; everything found first gives 1; what is not found at
# all counts 0; no finds. The same for finds drawn anew.
scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
right = np.array([True, False, True, True, False])
got = average_precision(scores, right, 4)
assert got is not None, "average_precision gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, "The average precision is one number."
assert not np.isclose(got, (1 + 2 / 3 + 3 / 4) / 4, atol=1e-6), (
    "Your precision is not made to fall: at each find counts the best precision there *or further "
    "on*."
)
assert not np.isclose(got, 2.5 / 3, atol=1e-6), (
    "You average over what was found. The object that nobody found counts, too, with 0."
)
assert np.isclose(got, 0.625, atol=1e-6), (
    "The example worked by hand above does not come out. Compare your precisions and recalls with "
    "the table, row by row."
)
shuffled = [3, 0, 4, 2, 1]
assert np.isclose(average_precision(scores[shuffled], right[shuffled], 4), 0.625, atol=1e-6), (
    "The same finds in another order give another number. The surest comes first."
)
assert np.isclose(average_precision(scores, np.array([1, 1, 0, 0, 0], dtype=bool), 2), 1), (
    "Everything found, and before any false alarm, is an average precision of 1."
)
assert np.isclose(average_precision(np.zeros(0), np.zeros(0, dtype=bool), 3), 0), (
    "Who finds nothing has an average precision of 0."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N, more in ((8, 0), (12, 3), (5, 1), (20, 6)):
    right = rng.random(N) < 0.5
    right[rng.integers(N)] = True
    scores, truths = rng.permutation(N) + rng.uniform(0, 0.5, N), int(right.sum()) + more
    order = sorted(range(N), key=lambda k: -scores[k])
    precision, hits = [], 0
    for count, k in enumerate(order, start=1):
        hits += bool(right[k])
        precision.append(hits / count)
    expected = sum(max(precision[c:]) for c, k in enumerate(order) if right[k]) / truths
    kept = right.copy()
    assert np.isclose(average_precision(scores, right, truths), expected, atol=1e-5), (
        "For other finds the area is wrong. Scores may be any numbers, also above 1; each step in "
        "recall is 1 / truths."
    )
    assert np.array_equal(right, kept), "average_precision changed what it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. The mean over classes
#
# The mAP is the mean of the average precisions of the classes *that occur*: classes with something to
# find. A class in which nothing was found counts 0. A class of which there is nothing to find is left
# out, whatever was "found" of it.
#
# So that this part does not depend on Part 6, it gets a function that computes an average precision;
# call it with the scores and the right ones of one class, and the number of its objects.
#
# <details><summary>Hint 1: the finds of one class</summary>
#
# `classes == 2` is an array of bools; `scores[classes == 2]` are the scores of that class, which may be
# none at all.
#
# </details>
#
# <details><summary>Hint 2: which classes</summary>
#
# Go through `truths`, not through `classes`: a class without a single find counts as well.
#
# </details>

# %% solution="mean_average_precision"
def mean_average_precision(scores, classes, right, truths, ap):
    """Average the average precision over the classes that occur.

    Parameters
    ----------
    scores : float array, shape (N,)
        Of all finds of all classes.
    classes : int array, shape (N,)
        The class of each find, from 0.
    right : bool array, shape (N,)
    truths : int array, shape (num_classes,)
        How many objects of each class there are; some may be 0, not all.
    ap : callable
        ap(scores, right, truths) -> float, as in Part 6.

    Returns
    -------
    float

    Examples
    --------
    >>> share = lambda scores, right, truths: right.sum() / truths  # no average precision, but simple
    >>> classes, right = np.array([0, 0, 1]), np.array([True, True, False])
    >>> mean_average_precision(np.array([0.9, 0.8, 0.7]), classes, right, np.array([2, 4, 0]), share)
    0.5
    """
    ### BEGIN SOLUTION
    values = []
    for category, count in enumerate(truths):
        if count > 0:
            of_class = classes == category
            values.append(ap(scores[of_class], right[of_class], int(count)))
    return float(np.mean(values))
    ### END SOLUTION


# %% tests="test_mean_average_precision" points=2
# The mean over classes, not over finds; a class that was not found counts 0; a class that does not
# occur is left out. The same for finds drawn anew.
def share(scores, right, truths):
    """The share that was found: simpler than an average precision, and enough for these tests."""
    return float(np.sum(right)) / truths


scores, classes = np.array([0.9, 0.8, 0.7, 0.6]), np.array([0, 1, 0, 0])
right = np.array([True, True, True, False])
got = mean_average_precision(scores, classes, right, np.array([4, 1]), share)
assert got is not None, "mean_average_precision gives back nothing: does it end with `return`?"
assert not np.isclose(got, 3 / 5), (
    "You put all classes together. Take each class by itself, then the mean over the classes: a "
    "rare class counts as much as a frequent one."
)
assert np.isclose(got, 0.75), (
    "Half of class 0 and all of class 1 were found, and with the share as the measure the mean is "
    "not right yet. Does each class get its own scores, its own right ones and its own number of "
    "objects?"
)
assert np.isclose(mean_average_precision(scores, classes, right, np.array([4, 1, 3]), share), 0.5), (
    "There are three objects of class 2, and none was found: the class counts 0, and it counts."
)
assert np.isclose(mean_average_precision(scores, classes, right, np.array([4, 0]), share), 0.5), (
    "There is nothing of class 1 to find. It is left out of the mean, whatever was found of it."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())


def telling(scores, right, truths):
    """A number that says which finds it was computed from."""
    return float(np.sum(np.asarray(scores) * (1 + np.asarray(right))) + 1 / truths)


for num_classes, N in ((3, 12), (5, 20), (1, 4)):
    truths = rng.integers(1, 6, num_classes)
    if num_classes > 1:
        truths[rng.integers(num_classes)] = 0
    scores, right = rng.random(N), rng.random(N) < 0.5
    classes = rng.integers(num_classes, size=N)
    values = [
        telling(scores[classes == k], right[classes == k], int(truths[k]))
        for k in range(num_classes) if truths[k] > 0
    ]
    got = mean_average_precision(scores, classes, right, truths, telling)
    assert np.isclose(got, sum(values) / len(values), atol=1e-4), (
        "With other classes and finds the mean is wrong. One call of `ap` for each class that has "
        "something to find, with the finds of that class alone; then the mean of these."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. What each cell shall learn
#
# A detector that looks once has a cell for each `stride` × `stride` pixels. The cell that an object's
# *middle* lies in shall say "here", and where the box lies, relative to its reference box: a square of
# side `reference` around the middle of the cell. All other cells shall say "nothing". Lay this out as
# two arrays:
#
# - `there`, shape (rows, columns): 1 where an object's middle is, else 0;
# - `offsets`, shape (4, rows, columns): $t_x, t_y, t_w, t_h$ of equation (2) there, else 0.
#
# No two objects have their middles in the same cell, and none has its middle on a line between
# cells. By hand: stride 8, reference 16, and a box from (10, 2) to (18, 10). Its middle is (14, 6), in
# row 0 and column 1 of the cells. That cell's middle is (12, 4), so
# $t = (2/16, 2/16, \log(8/16), \log(8/16))$.
#
# <details><summary>Hint 1: which cell</summary>
#
# The column is `int(x // stride)`, the row `int(y // stride)`. Rows come first in an array, x first in
# a box.
#
# </details>
#
# <details><summary>Hint 2: the middle of a cell</summary>
#
# Half a stride from its corner: `(column + 0.5) * stride`.
#
# </details>

# %% solution="grid_targets"
def grid_targets(boxes, size, stride, reference):
    """Lay out what each cell of a grid shall say.

    Parameters
    ----------
    boxes : float array, shape (N, 4)
        N may be 0. Their middles lie inside the image.
    size : (int, int)
        Height and width of the image in pixels, multiples of the stride.
    stride : int
        Pixels from one cell to the next.
    reference : float
        Side of the reference box around the middle of each cell, in pixels.

    Returns
    -------
    there : float array, shape (height // stride, width // stride)
    offsets : float array, shape (4, height // stride, width // stride)

    Examples
    --------
    >>> there, offsets = grid_targets(np.array([[10.0, 2, 18, 10]]), (16, 24), 8, 16)
    >>> there
    array([[0., 1., 0.],
           [0., 0., 0.]])
    >>> offsets[:, 0, 1].round(3)
    array([ 0.125,  0.125, -0.693, -0.693])
    """
    ### BEGIN SOLUTION
    rows, columns = size[0] // stride, size[1] // stride
    there, offsets = np.zeros((rows, columns)), np.zeros((4, rows, columns))
    for x1, y1, x2, y2 in boxes:
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        row, column = int(y // stride), int(x // stride)
        there[row, column] = 1
        offsets[:, row, column] = (
            (x - (column + 0.5) * stride) / reference,
            (y - (row + 0.5) * stride) / reference,
            np.log((x2 - x1) / reference),
            np.log((y2 - y1) / reference),
        )
    return there, offsets
    ### END SOLUTION


# %% tests="test_grid_targets" points=3
# Two arrays of the grid's size; the cell of the middle, and no other; rows and columns; the four numbers
# there and zeros elsewhere; no object. The same for boxes drawn anew.
got = grid_targets(np.array([[10.0, 2, 18, 10]]), (16, 24), 8, 16)
assert got is not None, "grid_targets gives back nothing: does it end with `return`?"
assert len(got) == 2, "Give back two arrays: `return there, offsets`."
there, offsets = got
assert np.shape(there) == (2, 3) and np.shape(offsets) == (4, 2, 3), (
    f"An image 16 high and 24 wide has 2 rows and 3 columns of cells; yours have shapes "
    f"{np.shape(there)} and {np.shape(offsets)}."
)
assert np.sum(there) == 1, (
    "One object makes exactly one cell 1: that of its middle, not every cell that the box touches."
)
assert there[0][1] == 1, (
    "The middle of this box is at x = 14, y = 6: column 1, row 0. An array's first index is the row."
)
assert np.allclose(np.asarray(offsets)[:2, 0, 1], 0.125, atol=1e-5), (
    "The first two numbers say how far the box's middle is from the middle of its cell, which is "
    "half a stride from the cell's corner, in sides of the reference."
)
assert np.allclose(np.asarray(offsets)[2:, 0, 1], np.log(0.5), atol=1e-5), (
    "The last two numbers are the logarithms of the box's width and height over the reference."
)
assert np.sum(np.abs(offsets)) < 1.7, "Where no object is, the offsets should be 0."
empty = grid_targets(np.zeros((0, 4)), (16, 16), 4, 8)
assert np.shape(empty[0]) == (4, 4) and np.sum(np.abs(empty[0])) == 0, (
    "In an image without objects, every cell says 0."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for stride, rows, columns, count, reference in ((8, 5, 3, 4, 12.0), (4, 3, 7, 6, 10.0)):
    places = rng.permutation(rows * columns)[:count]
    row, column = places // columns, places % columns
    inside = rng.uniform(0.1, 0.9, (count, 2)) * stride
    middle = np.stack([column, row], axis=1) * stride + inside
    sides = rng.uniform(3, 20, (count, 2))
    boxes = np.hstack([middle - sides / 2, middle + sides / 2])
    expected = np.zeros((4, rows, columns))
    expected[:2, row, column] = ((inside - stride / 2) / reference).T
    expected[2:, row, column] = np.log(sides / reference).T
    kept = boxes.copy()
    there, offsets = grid_targets(boxes, (rows * stride, columns * stride), stride, reference)
    assert np.shape(there) == (rows, columns) and np.shape(offsets) == (4, rows, columns), (
        "The shapes are wrong for another image or stride."
    )
    assert np.sum(there) == count and np.allclose(np.asarray(there)[row, column], 1), (
        "With other boxes the wrong cells are 1. Each object's middle marks one cell."
    )
    assert np.allclose(offsets, expected, atol=1e-4), (
        "With other boxes the offsets are wrong. Are x and y, and width and height, in their "
        "order, and zeros in all other cells?"
    )
    assert np.array_equal(boxes, kept), "grid_targets changed the boxes it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 9. Is it good enough?
#
# A detector of pedestrians has an mAP@0.5 of 0.82. Somebody says: "It finds 82 per cent of all
# pedestrians, so it is good enough to brake a car." Explain in four to eight sentences, in your own
# words:
#
# 1. why the first half of the sentence does not follow from the number;
# 2. what you would measure instead, and at which setting of the detector;
# 3. one thing about pedestrians or streets that non-maximum suppression makes worse.
#
# This answer is read and graded by a person.

# %% [markdown] written="good_enough" points=3
# ### BEGIN SOLUTION
# An average precision is an area below a curve, a mean of precisions over all recalls and so over
# all thresholds of the score. It judges the order in which finds are named. It is no recall: with an
# AP of 0.82, all pedestrians may be found at some threshold, or hardly more than 82 per cent. And
# a find counts when its IoU is at least 0.5, whatever that means for braking.
#
# The car acts at *one* threshold. There one measures recall (how many are missed) and false alarms
# (how often it brakes for nothing), best by distance, size, light and occlusion, on scenes from
# elsewhere, and over time: a person must be found within a few frames.
#
# Pedestrians come in groups. Where two of them truly overlap by more than the threshold,
# suppression drops one of them; with a higher threshold it leaves doubles.
#
# **Marking**, a point for each:
#
# - AP is a mean over thresholds (an area, a ranking), not a share of found objects. ("It is something
#   else" with no reason: half a point.)
# - Precision or false alarms *and* recall at the threshold at which the car acts; or recall
#   by conditions that matter (distance, night), with the threshold named.
# - Overlapping people, one of whom is dropped, or an equally concrete consequence.
# ### END SOLUTION

# %% [markdown]
# The four finds from the beginning, judged by your functions. Did you decide in the same way? The matrix has a row for
# each find: the one that fits the circle, a worse one of the same circle, the one on the square, and the one that misses
# the cross. It has a column for each true box.

# %%
overlaps = iou(found_boxes, true_boxes)
scores = np.array([0.9, 0.8, 0.7, 0.6])
right = right_finds(overlaps, scores, 0.5)
print(np.round(overlaps, 2))
print("right:", right, " average precision:", average_precision(scores, right, len(true_boxes)))
print("after suppression:", nms(found_boxes, scores, 0.3))

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - *Soft* suppression lowers the scores of overlapping boxes in place of dropping them. Write it, and
#   find a scene in which it is better.
# - Compute the average precision at IoU thresholds from 0.5 to 0.95 and take the mean, as COCO does.
# - The smallest box around both, minus the union, over that box: subtract it from the IoU. The result
#   still says something about boxes that do not touch. What?
