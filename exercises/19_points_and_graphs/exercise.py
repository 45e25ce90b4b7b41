# ---
# title: Points, graphs and messages
# chapter: book/19_points_and_graphs/index.md
# minutes: 110
# seconds_per_cell: 20
# may_not_call: [torch, scipy, skimage, sklearn, cnncourse.data.solids.knn_graph, cnncourse.layers]
# summary: >
#   Where there is no grid, what is left of convolution? A network whose answer no order can change, graphs of near
#   points, one formula for messages along edges, and the proof that a convolution was one of its kinds all along.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import digits, solids
from cnncourse.plots import new_figure, show_images

# %% [markdown]
# When you have finished, you will be able to
#
# - write a network for sets of points that cannot depend on their order;
# - say which points its answer hangs on, and what turning the cloud does;
# - make a graph of points, and the matrix of a graph convolution;
# - send messages along the edges of a graph;
# - write a 3 × 3 convolution as messages on the graph of a grid.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: the same cloud twice
#
# Two drawings of one list of points. In the second the list has been shuffled; the colour is the place in the list.
# You see at once that it is the same cone. A network that reads the numbers in a row does not.

# %%
cone = solids(4, 200, seed=1).images[3]  # (3, 200): the coordinates x, y and z
order = np.random.default_rng(0).permutation(200)
figure = new_figure(height=2.6)
for place, cloud in enumerate((cone, cone[:, order])):
    axes = figure.add_subplot(1, 2, place + 1)
    axes.scatter(cloud[0], cloud[2], c=np.arange(200), s=8)
    axes.set_aspect("equal")
    axes.set_axis_off()
figure

# %% [markdown]
# ## Part 1. A network that no order confuses
#
# PointNet treats every point alike, and joins what comes out by the greatest of each feature:
#
# $$ h^{(0)}_i = x_i, \qquad h^{(l)}_i = \max\big(0,\; h^{(l-1)}_i W_l + b_l\big), \qquad
#    \text{scores} = \Big(\max_i h^{(L)}_i\Big) V + c \tag{1} $$
#
# Points are rows here: a cloud of $P$ points with $D$ coordinates has shape $(P, D)$, and a layer's weight $W_l$ has the
# shape (features in, features out). Every shared layer is followed by the ReLU, $\max(0, \cdot)$; the scores are not.
#
# <details><summary>Hint 1: all points at once</summary>
#
# `cloud @ weight + bias` treats every row alike, and needs no loop over the points.
#
# </details>
#
# <details><summary>Hint 2: which axis</summary>
#
# After the shared layers there is an array of shape (points, features). One number for each *feature* shall be left.
#
# </details>

# %% solution="pointnet"
def pointnet(cloud, layers, head):
    """Score a cloud of points, equation (1).

    Parameters
    ----------
    cloud : float array, shape (P, D)
        At least one point. It is left as it is.
    layers : list of (weight, bias)
        Shared by all points; weight of shape (features in, features out).
    head : (weight, bias)
        From the last features to the scores.

    Returns
    -------
    float array, shape (classes,)

    Examples
    --------
    >>> layers, head = [(np.eye(2), np.zeros(2))], (np.eye(2), np.array([0.0, 10]))
    >>> pointnet(np.array([[1.0, -3], [-2, 4]]), layers, head)
    array([ 1., 14.])
    """
    ### BEGIN SOLUTION
    features = cloud
    for weight, bias in layers:
        features = np.maximum(features @ weight + bias, 0)
    weight, bias = head
    return features.max(axis=0) @ weight + bias
    ### END SOLUTION


# %% tests="test_pointnet" points=3
# A score for each class; ReLU after every shared layer and not after the scores; the greatest of each feature over all
# points; any order, points listed twice. The same with other clouds and layers.
same = [(np.eye(2), np.zeros(2))]
plain = (np.eye(2), np.zeros(2))
got = pointnet(np.array([[1.0, 2], [3, 0.5]]), same, plain)
assert got is not None, "pointnet gives back nothing: does it end with `return`?"
assert np.shape(got) == (2,), (
    f"Two classes have two scores; yours has shape {np.shape(got)}. Are the points joined to one row of features?"
)
assert not np.allclose(got, [2, 1.25]), "You join the points by their mean. Equation (1) takes the greatest."
assert not np.allclose(got, [4, 2.5]), "You join the points by their sum. Equation (1) takes the greatest."
assert np.allclose(got, [3, 2]), (
    "For the points (1, 2) and (3, 0.5) the greatest first feature is 3, the greatest second one 2. Over which axis is "
    "the maximum taken?"
)
assert np.allclose(pointnet(np.array([[-1.0, 2], [-3, 0.5]]), same, plain), [0, 2]), (
    "After a shared layer there is a ReLU: features below 0 become 0 before the points are joined."
)
assert np.allclose(pointnet(np.ones((3, 2)), same, (-np.eye(2), np.zeros(2))), [-1, -1]), (
    "The scores may be negative: there is no ReLU behind the head."
)
assert np.allclose(pointnet(np.ones((3, 2)), [(np.eye(2), np.array([1.0, -9]))], plain), [2, 0]), (
    "Each shared layer has a bias, which is added before its ReLU."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for widths, points in (((3, 8, 5), 7), ((3, 4), 1), ((2, 6, 6, 9), 12)):
    pairs = [(widths[i - 1], widths[i]) for i in range(1, len(widths))]
    layers = [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairs]
    head = rng.normal(size=(widths[-1], 4)), rng.normal(size=4)
    cloud = rng.normal(size=(points, widths[0]))
    kept = cloud.copy()
    best = np.full(widths[-1], -np.inf)
    for point in cloud:
        for weight, bias in layers:
            point = np.clip(point @ weight + bias, 0, None)
        best = np.fmax(best, point)
    expected = best @ head[0] + head[1]
    got = pointnet(cloud, layers, head)
    assert np.allclose(got, expected, atol=1e-4), (
        "Wrong for another cloud or other layers. Try two shared layers, a cloud of one point, and biases everywhere."
    )
    shuffled = np.concatenate([cloud[rng.permutation(points)], cloud[:1]])
    assert np.allclose(pointnet(shuffled, layers, head), expected, atol=1e-4), (
        "The answer changes when the points come in another order or one of them is listed twice."
    )
    assert np.array_equal(cloud, kept), "pointnet changed the cloud it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. The points that decide
#
# Only a point that is the greatest in some feature can change the answer. All others could be left out. Given the
# features of all points, say which are *critical*. If several points share the greatest value of a feature, let the
# first of them count.
#
# <details><summary>Hint 1: a winner for each feature</summary>
#
# `argmax` along the right axis gives the row of the winner, the first if there are several.
#
# </details>
#
# <details><summary>Hint 2: from places to True and False</summary>
#
# Start with an array of `False`, one for each point, and set the winners' places to `True`.
#
# </details>

# %% solution="critical_points"
def critical_points(features):
    """Tell which points are the greatest in at least one feature.

    Parameters
    ----------
    features : float array, shape (P, F)

    Returns
    -------
    bool array, shape (P,)

    Examples
    --------
    >>> critical_points(np.array([[1.0, 5], [2, 3], [0, 4]]))
    array([ True,  True, False])
    """
    ### BEGIN SOLUTION
    critical = np.zeros(len(features), dtype=bool)
    critical[features.argmax(axis=0)] = True
    return critical
    ### END SOLUTION


# %% tests="test_critical_points" points=2
# True or False for each point; a winner for each feature; the first of equals. The same with random features.
features = np.array([[1.0, 5, 0], [2, 3, 0], [0, 4, 0], [1, 1, -1]])
got = critical_points(features)
assert got is not None, "critical_points gives back nothing: does it end with `return`?"
assert np.shape(got) == (4,), (
    f"Four points need four answers; yours has shape {np.shape(got)}. For each point True or False is wanted, not the "
    "numbers of the winners."
)
assert np.asarray(got).dtype == bool, "For each point True or False is wanted, not a number."
assert not np.array_equal(got, [True, True, True, False]), (
    "The third feature is 0 for three points. If several are the greatest, only the first of them counts."
)
assert np.array_equal(got, [True, True, False, False]), (
    "The first feature is greatest in the second point, the two others in the first point. One winner for each "
    "*feature*, over all points."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, level in (((6, 3), 0), ((4, 9), -10), ((30, 5), -1)):
    features = rng.normal(level, 1, size=shape)
    expected = [bool((features[place] >= features.max(0)).any()) for place in range(shape[0])]
    assert np.array_equal(critical_points(features), expected), (
        "Wrong for other features. Try more features than points, and features that are all negative."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Falling over
#
# PointNet is invariant to the order of the points, not to turning. To test that, clouds have to be turned. Turn about
# the x axis by an angle $a$: x stays, and
#
# $$ y' = y \cos a - z \sin a, \qquad z' = y \sin a + z \cos a \tag{2} $$
#
# By 90 degrees, what pointed along y points along z: $(0, 1, 0)$ becomes $(0, 0, 1)$.
#
# <details><summary>Hint 1: degrees</summary>
#
# NumPy's sine and cosine want radians: `np.deg2rad`.
#
# </details>
#
# <details><summary>Hint 2: old and new</summary>
#
# Both equations need the *old* y and z. Compute both before you put either into an array.
#
# </details>

# %% solution="tilt"
def tilt(cloud, degrees):
    """Turn a cloud about the x axis, equation (2).

    Parameters
    ----------
    cloud : float array, shape (P, 3)
        It is left as it is.
    degrees : float

    Returns
    -------
    float array, shape (P, 3)

    Examples
    --------
    >>> tilt(np.array([[5.0, 1, 0]]), 90).round(6)
    array([[5., 0., 1.]])
    """
    ### BEGIN SOLUTION
    x, y, z = cloud.T
    angle = np.deg2rad(degrees)
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.stack([x, y * cosine - z * sine, y * sine + z * cosine], axis=1)
    ### END SOLUTION


# %% tests="test_tilt" points=2
# The shape; x stays; degrees; the direction; lengths stay; the cloud left as it was. The same with other clouds.
points = np.array([[5.0, 1, 0], [0, 0, 2]])
kept = points.copy()
got = tilt(points, 90)
assert got is not None, "tilt gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 3), f"Two points stay two points; yours has shape {np.shape(got)}."
assert np.allclose(got[:, 0], [5, 0]), "A turn about the x axis leaves x as it is."
assert not np.allclose(got, [[5, 0, -1], [0, 2, 0]], atol=1e-6), (
    "You turn the other way round. By 90 degrees, what pointed along y points along z, and z along minus y."
)
assert np.allclose(got, [[5, 0, 1], [0, -2, 0]], atol=1e-6), (
    "By 90 degrees (5, 1, 0) becomes (5, 0, 1), and (0, 0, 2) becomes (0, -2, 0). Is the angle in radians, and do both "
    "equations use the old y and z?"
)
assert np.array_equal(points, kept), "tilt changed the cloud it was given. Write into a new array."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for degrees in (30.0, -75.0, 200.0):
    cloud = rng.normal(size=(6, 3))
    turned = np.exp(1j * degrees / 180 * np.pi) * (cloud[:, 1] + 1j * cloud[:, 2])
    expected = np.column_stack([cloud[:, 0], turned.real, turned.imag])
    assert np.allclose(tilt(cloud, degrees), expected, atol=1e-5), (
        "Wrong for another angle. Try 30 degrees on (0, 1, 0), where y' is the cosine and z' the sine; lengths stay."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Neighbours
#
# Points become a graph as soon as we say who is near. Join two points if *either* is among the $k$ nearest of the
# other. The graph is kept as an **adjacency matrix**: `True` in row $i$, column $j$ if the two are joined. A point is no
# neighbour of itself. Near is meant along the straight line: add up the *squares* of the differences of all coordinates.
#
# Four points on a line, at 0, 1, 3 and 9, with $k = 1$: the nearest of 0 is 1, of 1 is 0, of 3 is 1, of 9 is 3. So there
# are three edges, and 9 is joined to 3, though 3 did not choose it.
#
# <details><summary>Hint 1: all distances</summary>
#
# `points[:, None] - points` has shape (P, P, D). Squares, summed over the last axis, order points like distances.
#
# </details>
#
# <details><summary>Hint 2: not itself</summary>
#
# Set the diagonal to infinity before sorting.
#
# </details>
#
# <details><summary>Hint 3: either</summary>
#
# A matrix that is not symmetric yet: `chosen | chosen.T`.
#
# </details>

# %% solution="knn_graph"
def knn_graph(points, k):
    """Join each point to its k nearest, and to those that chose it.

    Parameters
    ----------
    points : float array, shape (P, D)
        No two distances from one point are the same.
    k : int
        From 1 to P - 1.

    Returns
    -------
    bool array, shape (P, P)
        Symmetric, False on the diagonal.

    Examples
    --------
    >>> knn_graph(np.array([[0.0], [1], [3]]), 1).astype(int)
    array([[0, 1, 0],
           [1, 0, 1],
           [0, 1, 0]])
    """
    ### BEGIN SOLUTION
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    chosen = np.zeros(squares.shape, dtype=bool)
    np.put_along_axis(chosen, squares.argsort(axis=1)[:, :k], True, axis=1)
    return chosen | chosen.T
    ### END SOLUTION


# %% tests="test_knn_graph" points=3
# A square matrix of truth values; no point its own neighbour; the nearest in all coordinates together; joined if either
# chose the other. The same with other points and k.
line = np.array([[0.0], [1], [3], [9]])
got = knn_graph(line, 1)
assert got is not None, "knn_graph gives back nothing: does it end with `return`?"
assert np.shape(got) == (4, 4), f"Four points need a matrix of 4 x 4; yours has shape {np.shape(got)}."
assert not np.any(np.diag(got)), "A point is joined to itself. Leave it out before you look for the nearest."
assert np.array_equal(got, np.transpose(got)), (
    "Your matrix is not symmetric. An edge has no direction: joined if *either* is among the nearest of the other."
)
assert np.array_equal(np.argwhere(got).tolist(), [[0, 1], [1, 0], [1, 2], [2, 1], [2, 3], [3, 2]]), (
    "On the line with points 0, 1, 3 and 9 there should be edges 0-1, 1-3 and 3-9. One choice of either side is enough."
)
square = np.array([[0.0, 0], [3, 0.1], [0.2, 4], [5, 6.3]])
assert np.array_equal(knn_graph(square, 1)[0], [False, True, True, False]), (
    "The nearest point is nearest in all coordinates together: add up the squares of the differences."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for count, dimensions, k in ((6, 2, 2), (9, 3, 3), (5, 1, 4), (12, 4, 1)):
    points = rng.normal(size=(count, dimensions))
    expected = np.zeros((count, count), dtype=bool)
    for i in range(count):
        others = sorted((np.linalg.norm(points[i] - points[j]), j) for j in range(count) if j != i)
        for _, j in others[:k]:
            expected[i, j] = expected[j, i] = True
    assert np.array_equal(knn_graph(points, k), expected), (
        "Wrong for other points. Try three dimensions, and k = 2, and draw who chooses whom."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. The matrix of a graph convolution
#
# Given the adjacency matrix $A$ (1 where two nodes are joined), a graph convolution multiplies with
#
# $$ P = \tilde D^{-1/2} (A + I)\, \tilde D^{-1/2}, \qquad \tilde D_{ii} = \text{the sum of row } i \text{ of } A + I \tag{3} $$
#
# so that the entry for $i$ and $j$ is $(A + I)_{ij} / \sqrt{\tilde d_i \tilde d_j}$. On the path $0 - 1 - 2$ the nodes have
# 2, 3 and 2 neighbours, themselves included: $P_{00} = 1/2$, $P_{01} = 1/\sqrt 6$, $P_{11} = 1/3$.
#
# <details><summary>Hint 1: rows and columns</summary>
#
# One array of factors $1/\sqrt{\tilde d}$; once as a column, once as a row.
#
# </details>
#
# <details><summary>Hint 2: truth values</summary>
#
# `np.eye` holds floats; added to an array of `True` and `False` it gives floats.
#
# </details>

# %% solution="propagation"
def propagation(adjacency):
    """Scale the edges of a graph for a graph convolution, equation (3).

    Parameters
    ----------
    adjacency : bool or number array, shape (V, V)
        Symmetric, nothing on the diagonal. It is left as it is.

    Returns
    -------
    float array, shape (V, V)

    Examples
    --------
    >>> propagation(np.array([[0, 1], [1, 0]]))
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    ### BEGIN SOLUTION
    joined = adjacency + np.eye(len(adjacency))
    scale = joined.sum(axis=1) ** -0.5
    return scale[:, None] * joined * scale
    ### END SOLUTION


# %% tests="test_propagation" points=3
# The path of three nodes, entry by entry: its own neighbour, the scaling by both ends, roots. The same with other graphs,
# with nodes that have no edges, and with truth values.
path = np.array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])
got = propagation(path)
assert got is not None, "propagation gives back nothing: does it end with `return`?"
assert np.shape(got) == (3, 3), f"Three nodes need a matrix of 3 x 3; yours has shape {np.shape(got)}."
assert np.asarray(got)[0, 0] != 0, "Each node is its own neighbour: add the identity to A first."
assert np.isclose(np.asarray(got)[0, 0], 1 / 2), (
    "Node 0 has two neighbours, itself included, so its own entry is 1/2. Are the degrees those of A + I?"
)
assert np.isclose(np.asarray(got)[0, 1], np.asarray(got)[1, 0]), (
    "Your matrix is not symmetric: each entry is scaled by *both* ends of the edge, by the root of each degree."
)
assert np.allclose(got, [[1 / 2, 6**-0.5, 0], [6**-0.5, 1 / 3, 6**-0.5], [0, 6**-0.5, 1 / 2]]), (
    "The entry for the nodes 0 and 1 is 1 over the root of 2 · 3. Is the root taken, of the right degrees?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for count in (5, 8):
    adjacency = np.triu(rng.uniform(size=(count, count)) < 0.4, 1)
    adjacency[:, -1] = False  # the last node is alone
    adjacency = adjacency | adjacency.T
    kept = adjacency.copy()
    expected = np.zeros((count, count))
    for i, j in np.ndindex(count, count):
        if i == j or adjacency[i, j]:
            expected[i, j] = ((adjacency[i].sum() + 1) * (adjacency[j].sum() + 1)) ** -0.5
    assert np.allclose(propagation(adjacency), expected, atol=1e-5), (
        "Wrong for another graph, given as truth values. Try a node without any edges: it keeps what it has."
    )
    assert np.array_equal(adjacency, kept), "propagation changed the matrix it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. A graph convolution
#
# Each node has a row of features in $X$. The layer mixes features by $W$, sends them along the edges by $P$, and lets
# only what is positive through:
#
# $$ Y = \max(0,\; P X W) \tag{4} $$
#
# It is *equivariant* to the names of the nodes: rename them, and the rows of $Y$ are renamed in the same way.
#
# <details><summary>Hint 1: matrix products</summary>
#
# `@`. Check the shapes: (V, V), (V, features in), (features in, features out).
#
# </details>
#
# <details><summary>Hint 2: the ReLU</summary>
#
# `np.maximum` compares number by number; `np.max` gives a single one.
#
# </details>

# %% solution="gcn_layer"
def gcn_layer(x, matrix, weight):
    """Apply a graph convolution with ReLU, equation (4).

    Parameters
    ----------
    x : float array, shape (V, features in)
    matrix : float array, shape (V, V)
        P, of Part 5 or any other.
    weight : float array, shape (features in, features out)

    Returns
    -------
    float array, shape (V, features out)

    Examples
    --------
    >>> gcn_layer(np.array([[1.0], [3]]), np.full((2, 2), 0.5), np.array([[1.0, -1]]))
    array([[2., 0.],
           [2., 0.]])
    """
    ### BEGIN SOLUTION
    return np.maximum(matrix @ x @ weight, 0)
    ### END SOLUTION


# %% tests="test_gcn_layer" points=2
# The shape; messages along the rows of the matrix; features mixed by the weight; ReLU at the end, not before. The same
# with random numbers, and with renamed nodes.
x = np.array([[1.0, 0], [0, 2], [4, 0]])
shift = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])  # node 0 hears node 1, and so on
got = gcn_layer(x, shift, np.eye(2))
assert got is not None, "gcn_layer gives back nothing: does it end with `return`?"
assert np.shape(gcn_layer(x, shift, np.ones((2, 5)))) == (3, 5), "Three nodes with five features each are expected."
assert not np.array_equal(got, x), "Nothing was sent: the matrix P is not used."
assert np.array_equal(got, x[[1, 2, 0]]), (
    "Row i of P says whom node i listens to: P X, not its transpose, and nothing added."
)
difference = np.array([[1.0, -1, 0], [0, 0, 0], [0, 0, 0]])
assert np.array_equal(gcn_layer(x, difference, np.eye(2)), [[1, 0], [0, 0], [0, 0]]), (
    "Where P X W is negative the ReLU gives 0."
)
opposite = np.array([[1.0, 1, 0], [0, 0, 0], [0, 0, 0]])
assert np.array_equal(gcn_layer(x, opposite, np.array([[1.0], [-1]])), [[0], [0], [0]]), (
    "The messages are 1 and -2: their sum is negative. The ReLU comes after the sum over the neighbours, not before."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for nodes, before, after in ((5, 3, 4), (7, 2, 6)):
    x, matrix, weight = rng.normal(size=(nodes, before)), rng.normal(size=(nodes, nodes)), rng.normal(size=(before, after))
    expected = np.clip(np.einsum("ij,jf,fg->ig", matrix, x, weight), 0, None)
    assert np.allclose(gcn_layer(x, matrix, weight), expected, atol=1e-4), (
        "Wrong for random numbers. Is it P X W in this order, and the ReLU of that?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. A grid is a graph
#
# The pixel in row $i$ and column $j$ of an image is node $i \cdot \text{width} + j$. A $3 \times 3$ kernel reads, for each
# pixel, its eight neighbours and the pixel itself, each through a weight of its own. Write that down as edges, a row
# (source, target, kind) for each:
#
# - *target* is the pixel that is computed, in row $i$ and column $j$;
# - *source* is the pixel that is read, in row $i + m - 1$ and column $j + n - 1$ for $m, n = 0, 1, 2$;
# - *kind* is $3 m + n$, the place of the weight in the kernel.
#
# Where the source would lie outside the image there is no edge. The edges may come in any order.
#
# <details><summary>Hint 1: four loops</summary>
#
# Rows, columns, $m$ and $n$; an `if` for the border; append to a list.
#
# </details>
#
# <details><summary>Hint 2: how many?</summary>
#
# On $3 \times 3$ pixels: 4 for a corner, 6 for a side, 9 for the middle, 49 together.
#
# </details>

# %% solution="grid_edges"
def grid_edges(height, width):
    """Write an image as a graph: who is read by whom, and through which weight.

    Parameters
    ----------
    height, width : int
        Pixels.

    Returns
    -------
    int array, shape (E, 3)
        Rows of source, target and kind, in any order.

    Examples
    --------
    >>> edges = grid_edges(1, 2)
    >>> sorted(map(tuple, edges.tolist()))
    [(0, 0, 4), (0, 1, 3), (1, 0, 5), (1, 1, 4)]
    """
    ### BEGIN SOLUTION
    edges = []
    for i, j, m, n in np.ndindex(height, width, 3, 3):
        row, column = i + m - 1, j + n - 1
        if 0 <= row < height and 0 <= column < width:
            edges.append((row * width + column, i * width + j, 3 * m + n))
    return np.array(edges)
    ### END SOLUTION


# %% tests="test_grid_edges" points=3
# Three numbers for each edge; a pixel reads itself; nothing beyond the border; source, target and kind in their places.
# The same with other images.
got = grid_edges(1, 2)
assert got is not None, "grid_edges gives back nothing: does it end with `return`?"
assert np.ndim(got) == 2 and np.shape(got)[1] == 3, f"Expected rows of three numbers; yours has shape {np.shape(got)}."
pair = sorted(map(tuple, np.asarray(got).tolist()))
assert (0, 0, 4) in pair, "A pixel reads itself, too, through the weight in the middle of the kernel, kind 4."
assert len(pair) == 4, (
    f"On two pixels there are four edges, you have {len(pair)}. Nothing is read beyond the border, and nothing comes "
    "round from the other side."
)
assert (0, 1, 3) in pair, (
    "Pixel 1 reads its left neighbour, pixel 0: source 0, target 1, through the weight in row 1, column 0 of the kernel, "
    "kind 3."
)
assert len(grid_edges(3, 3)) == 49, "On 3 x 3 pixels: four corners with 4, four sides with 6, the middle with 9."
tall = sorted(map(tuple, np.asarray(grid_edges(2, 1)).tolist()))
assert (0, 1, 1) in tall, (
    "Pixel 1 lies below pixel 0 and reads it: source 0, target 1, through row 0, column 1 of the kernel, kind 1."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for height, width in ((3, 5), (4, 2), (int(rng.integers(3, 6)), 1), (1, 1)):
    expected = set()
    for source in range(height * width):
        for target in range(height * width):
            down = source // width - target // width
            right = source % width - target % width
            if max(abs(down), abs(right)) <= 1:
                expected.add((source, target, 3 * (down + 1) + right + 1))
    found = list(map(tuple, np.asarray(grid_edges(height, width)).tolist()))
    assert len(found) == len(set(found)), "Some edge is listed twice."
    assert set(found) == expected, (
        "Wrong for another image. Try one that is not square, and check that a node's number is its row times the "
        "*width*, plus its column."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. Messages
#
# Now the one formula behind all of this. Every edge $e$ from $j$ to $i$ carries the features of $j$ through the matrix of
# its kind, and node $i$ adds up what arrives:
#
# $$ y_i = \sum_{e:\; j \to i} W_{k(e)}\; x_j \tag{5} $$
#
# A node that no edge leads to gets zeros.
#
# <details><summary>Hint 1: a loop over the edges</summary>
#
# `for source, target, kind in edges:` and one line. Start from zeros.
#
# </details>
#
# <details><summary>Hint 2: without a loop</summary>
#
# `y[targets] += messages` adds only *one* of several messages to the same node. `np.add.at` adds them all.
#
# </details>

# %% solution="send_messages"
def send_messages(x, edges, weight):
    """Send features along edges, through the matrix of the edge's kind, and add, equation (5).

    Parameters
    ----------
    x : float array, shape (V, C_in)
        It is left as it is.
    edges : int array, shape (E, 3)
        Rows of source, target and kind.
    weight : float array, shape (kinds, C_out, C_in)

    Returns
    -------
    float array, shape (V, C_out)

    Examples
    --------
    >>> x, edges = np.array([[1.0], [10], [100]]), np.array([[0, 2, 0], [1, 2, 1]])
    >>> send_messages(x, edges, np.array([[[2.0]], [[3.0]]]))
    array([[ 0.],
           [ 0.],
           [32.]])
    """
    ### BEGIN SOLUTION
    y = np.zeros((len(x), weight.shape[1]))
    for source, target, kind in edges:
        y[target] += weight[kind] @ x[source]
    return y
    ### END SOLUTION


# %% tests="test_send_messages" points=3
# The shape; the direction of the edges; several messages to one node add up; the matrix of the edge's kind. The same
# with random graphs.
x = np.array([[1.0], [10], [100]])
one = np.ones((2, 1, 1))
got = send_messages(x, np.array([[0, 1, 0]]), one)
assert got is not None, "send_messages gives back nothing: does it end with `return`?"
assert np.shape(got) == (3, 1), f"Three nodes with one feature each are expected; yours has shape {np.shape(got)}."
assert not np.array_equal(got, [[10], [0], [0]]), "The message went the wrong way: it starts at the source."
assert np.array_equal(got, [[0], [1], [0]]), (
    "Along one edge from node 0 to node 1, node 1 gets the 1 of node 0, and the others get nothing, not even their own."
)
assert np.array_equal(send_messages(x, np.array([[0, 2, 0], [1, 2, 0]]), one), [[0], [0], [11]]), (
    "Two messages to one node are added up: 1 and 10 make 11, neither the last of them nor their mean."
)
both = np.array([[[2.0]], [[3.0]]])
assert np.array_equal(send_messages(x, np.array([[0, 2, 0], [1, 2, 1]]), both), [[0], [0], [32]]), (
    "Each edge uses the matrix of its *kind*: 2 · 1 + 3 · 10."
)
assert np.shape(send_messages(np.ones((4, 3)), np.array([[0, 1, 0]]), np.ones((1, 2, 3)))) == (4, 2), (
    "A matrix of 2 x 3 makes two features of three."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for nodes, before, after, kinds, count in ((4, 2, 3, 2, 9), (6, 3, 3, 5, 25)):
    x, weight = rng.normal(size=(nodes, before)), rng.normal(size=(kinds, after, before))
    edges = np.column_stack([rng.integers(nodes, size=(count, 2)), rng.integers(kinds, size=count)])
    kept = x.copy()
    expected = np.zeros((nodes, after))
    np.add.at(expected, edges[:, 1], np.einsum("eoi,ei->eo", weight[edges[:, 2]], x[edges[:, 0]]))
    got = send_messages(x, edges, weight)
    assert np.shape(got) == expected.shape, "The shape is wrong for another graph."
    assert np.allclose(got, expected, atol=1e-4), (
        "Wrong for another graph. Try square matrices that are not symmetric, and an edge that is listed twice."
    )
    assert np.array_equal(x, kept), "send_messages changed the features it was given."
### END HIDDEN TESTS

# %% [markdown]
# A convolution, by your two functions. Nine kinds of edges, nine weights: the Sobel kernel of the second chapter on a
# handwritten digit. No window was slid anywhere.

# %%
digit = digits()[0][0].reshape(8, 8)
kernel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
answer = send_messages(digit.reshape(-1, 1), grid_edges(8, 8), kernel.reshape(9, 1, 1))
show_images([digit, answer.reshape(8, 8)], ["digit", "messages"])

# %% [markdown]
# ## Part 9. What shall make no difference?
#
# There are three tasks. Task (a) is to tell from a laser scan whether the thing in front of a car is a pedestrian or a
# post. Task (b) is to predict whether a molecule, given as atoms and bonds, dissolves in water. Task (c) is to find false
# accounts among the members of a social network, which mostly befriend genuine ones. Explain in six to twelve sentences,
# in your own words:
#
# 1. for (a) and (b): which changes of the input must make no difference to the answer, and which operations of this
#    notebook or its chapter see to it, up to the one answer for the whole;
# 2. for (a): one change that *does* matter, so that it would be a mistake to build in invariance to it;
# 3. for (c): what a graph convolution takes for granted that is false here.
#
# This answer is read and graded by a person.

# %% [markdown] written="explain_symmetry" points=3
# ### BEGIN SOLUTION
# In a laser scan the points come in no order; whichever is listed first must not matter. Treating every point by the same
# layers and joining them by the greatest of each feature sees to that. A point that is measured twice should not matter
# either, which the maximum grants and a sum would not. For a molecule it is the numbering of the atoms: a graph
# convolution is equivariant to it, since $P$ and $X$ are renumbered alike, and a sum or mean over all atoms at the end
# makes the answer invariant.
#
# For the scan, up and down matter: a person lying on the road is another thing than one who stands, and a post is known by
# standing upright. So the network must not be invariant to turns about a horizontal axis. (Size matters, too: scaling
# every cloud to one size makes a doll of a person.) Turning about the vertical axis may be left out of account.
#
# A graph convolution averages over neighbours: it takes for granted that neighbours are alike. A false account has
# genuine friends, so the average makes it look genuine. One would need layers that keep a node and its neighbours apart,
# or that can take their difference.
#
# **Marking**, a point for each:
#
# - Order of the points and numbering of the atoms, each with the operation: shared layers and a symmetric function; the
#   equivariant layer with a sum, mean or maximum over the nodes. (One of the two without the operation: half a point.)
# - A change that matters for (a) with its reason: turning over, size, mirror images of something asymmetric.
# - Neighbours are assumed to be alike; false accounts have neighbours of the other kind.
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Run `cnncourse lab points --fast` and look at its accuracy over the tilt. Then `tilt` the cone (its points are columns:
#   `cone.T`) until you would not know it either.
# - Multiply features by your `propagation` of the path twenty times. What is left of their differences?
# - Give every edge of the grid the same kind. Which of the kernels that you know can still be written?
