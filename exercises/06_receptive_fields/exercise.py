# ---
# title: How far a network sees
# chapter: book/06_receptive_fields/index.md
# minutes: 100
# seconds_per_cell: 20
# may_not_call: [torch, cnncourse.layers, cnncourse.models, cnncourse.shapes.receptive_field]
# summary: >
#   Before anything is trained, one can say which pixels an output depends on. You will compute it for
#   stacks and for networks with branches, settle why ResNet-50 is said to see 427 pixels and 483, and
#   measure how much of such a field counts.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import photograph
from cnncourse.plots import new_figure
from cnncourse.probes import seed

# %% [markdown]
# When you have finished, you will be able to
#
# - compute size, jump and start of the receptive field behind every layer of a stack;
# - say how many layers it takes to see an object of a given size;
# - name the pixels that one certain output sees, borders included;
# - follow a receptive field through branches, as in Inception and ResNet;
# - tell the pixels that *can* count from those that *do* count.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one.
#
# A layer is described by four whole numbers, `(kernel_size, stride, padding, dilation)`, in this
# order, along one axis: a 3 x 3 convolution with padding 1 is `(3, 1, 1, 1)`, a 2 x 2 pooling
# `(2, 2, 0, 1)`. Pooling and convolution count alike.
#
# ### Before you start: what does an output of this size know?
#
# The same place in the photograph through four windows: what an output sees whose field is
# 12, 36, 84 and 180 pixels wide. From which one on would *you* dare to say what is in the picture?

# %%
photo = photograph("china", gray=True, max_side=320)
figure = new_figure(height=2.2)
for axes, width in zip(figure.subplots(1, 4), (12, 36, 84, 180)):
    top, left = 105 - width // 2, 150 - width // 2
    axes.imshow(photo[max(top, 0) : top + width, left : left + width], cmap="gray", vmin=0, vmax=1)
    axes.set(title=f"{width} pixels", xticks=[], yticks=[])
figure

# %% [markdown]
# ## Part 1. Size, jump and start
#
# Three numbers are carried from layer to layer:
#
# - the **size** $r$ of the field of one output, in pixels of the image;
# - the **jump** $j$, the distance in pixels between the fields of neighbouring outputs;
# - the **start** $a$, the pixel at which the field of the *first* output begins. Pixels count from 0; what
#   lies before them is padding, so that the start can be negative.
#
# The image itself has $r_0 = j_0 = 1$, $a_0 = 0$. A layer with kernel $k$, stride $s$, padding $p$ and
# dilation $d$ makes of them
#
# $$ r_l = r_{l-1} + d_l\,(k_l - 1)\; j_{l-1} , \qquad
#    j_l = s_l\, j_{l-1} , \qquad
#    a_l = a_{l-1} - p_l\; j_{l-1} . \tag{1} $$
#
# All three count with the *old* jump: the kernel's taps, and the zeros of the padding, are as far
# apart as the outputs of the layer before.
#
# Do it on paper for a 7 x 7 convolution with stride 2 and padding 3, and a 3 x 3 pooling with stride 2
# and padding 1, the beginning of ResNet.
#
# <details><summary>Check your result</summary>
#
# $(7, 2, -3)$, and then $r = 7 + 2 \cdot 2 = 11$, $j = 4$, $a = -3 - 1 \cdot 2 = -5$.
#
# </details>
#
# Points: one each for size, jump, start and dilation.
#
# <details><summary>Hint 1: the order of the three lines</summary>
#
# All three use the jump *before* the layer. If you overwrite the jump first, the others use the new one.
#
# </details>
#
# <details><summary>Hint 2: the list</summary>
#
# Begin with `size, jump, start = 1, 1, 0` and an empty list; in a loop over the layers, change the three
# and append `(size, jump, start)`.
#
# </details>

# %% solution="receptive_field"
def receptive_field(layers):
    """Follow the receptive field through a stack of layers, equation (1).

    Parameters
    ----------
    layers : list of (int, int, int, int)
        Kernel size, stride, padding and dilation of each, from the image upwards.

    Returns
    -------
    list of (int, int, int)
        Size, jump and start behind each layer.

    Examples
    --------
    >>> receptive_field([(3, 1, 1, 1), (2, 2, 0, 1)])
    [(3, 1, -1), (4, 2, -1)]
    """
    ### BEGIN SOLUTION
    size, jump, start, fields = 1, 1, 0, []
    for kernel_size, stride, padding, dilation in layers:
        size = size + dilation * (kernel_size - 1) * jump
        start = start - padding * jump
        jump = jump * stride
        fields.append((size, jump, start))
    return fields
    ### END SOLUTION


# %% tests="test_receptive_field" points=4
# A triple for each layer; then a point each for size, jump, start and dilation, on stacks with strides in
# various places. The same with other stacks.
plain = [(3, 1, 0, 1)] * 3
got = receptive_field(plain)
assert got is not None, "receptive_field gives back nothing: does it end with `return`?"
assert np.shape(got) == (3, 3), (
    f"For three layers your result has shape {np.shape(got)}; three triples are wanted, one behind each "
    "layer, each with size, jump and start."
)

lost = {}
words = {
    "size": "The size is wrong. Three plain 3 x 3 layers see 3, 5 and 7 pixels; behind a stride, each "
    "tap of a kernel is the *old* jump further, not the new one and not the stride alone.",
    "jump": "The jump is wrong: strides multiply, and a layer's own stride counts for its own outputs.",
    "start": "The start is wrong: every layer moves it to the left by its padding times the *old* jump.",
    "dilation": "With dilation the size is wrong: the taps of a kernel are d apart, so k of them span "
    "d (k - 1) + 1 places.",
}


def examine(layers, expected, dilation=False):
    """Take the point of each of the three numbers that is not as expected."""
    got = np.asarray(receptive_field(layers))
    assert got.shape == (len(layers), 3), "A triple is wanted for every layer, also for long stacks."
    for k, name in enumerate(("size", "jump", "start")):
        if not np.array_equal(got[:, k], np.asarray(expected)[:, k]):
            lost.setdefault("dilation" if dilation and k == 0 else name, None)


examine(plain, [(3, 1, 0), (5, 1, 0), (7, 1, 0)])
examine([(7, 2, 3, 1), (3, 2, 1, 1)], [(7, 2, -3), (11, 4, -5)])
examine([(2, 2, 0, 1), (5, 1, 0, 1)], [(2, 2, 0), (10, 2, 0)])
examine([(3, 1, 0, 1), (3, 1, 0, 4)], [(3, 1, 0), (11, 1, 0)], dilation=True)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for depth, spread in ((4, 1), (9, 1), (6, 3)):
    layers, expected, image = [], [], (1, 1, 0)
    for _ in range(depth):
        k, s, p, d = (int(rng.integers(1, n + 1)) for n in (7, 3, 4, spread))
        k, d = max(k, 2), d if spread == 1 else max(d, 2)
        r, j, a = image
        image = r + (k * d - d) * j, j * s, a - p * j
        layers.append((k, s, p, d))
        expected.append(image)
    examine(layers, expected, spread > 1)
### END HIDDEN TESTS
for name in lost:
    print(f"-1 point, {name}: {words[name]}")
4 - len(lost)

# %% [markdown]
# ## Part 2. How many layers?
#
# How many layers with kernel size $k$, stride 1 and no dilation does it take until an output sees at least
# `target` pixels? For $k = 3$ and 224 pixels some sources say about ten. Find out.
#
# A kernel of size 1 sees one pixel, however many layers there are: for more, raise a `ValueError`.
#
# <details><summary>Hint 1: what a layer adds</summary>
#
# $L$ layers see $1 + L\,(k - 1)$ pixels. Solve for $L$ and round up.
#
# </details>
#
# <details><summary>Hint 2: rounding up with whole numbers</summary>
#
# `-(-a // b)` rounds $a / b$ up. Or count in a loop; that is as right.
#
# </details>

# %% solution="layers_needed"
def layers_needed(target, kernel_size=3):
    """Count the layers of stride 1 until an output sees at least `target` pixels.

    Parameters
    ----------
    target : int
        Pixels, at least 1. The image itself, no layer at all, sees 1.
    kernel_size : int

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If no number of layers is enough.

    Examples
    --------
    >>> layers_needed(5), layers_needed(6)
    (2, 3)
    """
    ### BEGIN SOLUTION
    if target == 1:
        return 0
    if kernel_size == 1:
        raise ValueError("a 1 x 1 kernel never sees more than one pixel")
    return -(-(target - 1) // (kernel_size - 1))
    ### END SOLUTION


# %% tests="test_layers_needed" points=2
# Enough layers and not one too many; also where the target falls between two layers; other kernels; an
# error for kernels of one pixel; a whole number. The same for other targets.
got = layers_needed(7)
assert got is not None, "layers_needed gives back nothing: does it end with `return`?"
assert got != 2, "Two 3 x 3 layers see five pixels: an output of the second one reads three that overlap."
assert got != 7, "A layer adds a pixel on *each* side."
assert got == 3, "Three layers of 3 x 3 see 3, 5 and then 7 pixels."
assert layers_needed(8) == 4, "Three layers see 7 pixels, which is too few for 8: round up."
assert isinstance(layers_needed(8), int | np.integer), "A number of layers is a whole number."
assert layers_needed(1) == 0, "One pixel is seen without any layer."
assert layers_needed(13, 5) == 3, "A 5 x 5 layer adds four pixels: 5, 9, 13."
try:
    layers_needed(3, 1)
except ValueError:
    pass
else:
    raise AssertionError("Kernels of one pixel never see three: raise a ValueError.")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
assert layers_needed(224) == 112, "For an image of 224 pixels and 3 x 3 kernels the count is wrong."
for kernel_size in (2, 3, 4, 7, 11):
    for target in rng.integers(2, 400, 5):
        got = layers_needed(int(target), kernel_size)
        assert 1 + got * (kernel_size - 1) >= target, "For another target there are too few layers."
        assert 1 + (got - 1) * (kernel_size - 1) < target, "For another target a layer less is enough."
assert layers_needed(1, 1) == 0, "One pixel is seen by a kernel of one pixel, too, without any layer."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Which pixels does this output see?
#
# Along one axis of an image of `image_size` pixels, the output number `index` of a stack (the first has
# number 0) sees the pixels from `first` to `last`, both included. What hangs over into the padding is
# not seen: cut it off, so that $0 \le$ `first` $\le$ `last` $<$ `image_size`. You need not care for
# outputs that see nothing but padding.
#
# There are two ways. *Forwards*: by Part 1 the first output's field begins at $a$, and the next ones
# $j$ further each. *Backwards*, with no formula to remember: start with `first = last = index` above
# the last layer, and ask, layer by layer downwards, which of its inputs these outputs read.
#
# <details><summary>Hint 1: forwards</summary>
#
# The field of output `index` begins at $a + \text{index} \cdot j$ and is $r$ pixels wide. Which is its
# last pixel? (Not the one at beginning plus $r$.)
#
# </details>
#
# <details><summary>Hint 2: backwards</summary>
#
# An output $i$ of a layer reads its inputs from $i s - p$ to $i s - p + d (k - 1)$.
#
# </details>
#
# <details><summary>Hint 3: when to cut</summary>
#
# Once, at the very end: what is wanted is the window of the formula, cut to the image. (Near the right
# border an output may see a few pixels less than that, since what lies beyond the end of a map
# *between* two layers is zeros, too.)
#
# </details>

# %% solution="input_window"
def input_window(layers, index, image_size):
    """Name the first and the last pixel that one output sees, along one axis.

    Parameters
    ----------
    layers : list of (int, int, int, int)
        Kernel size, stride, padding and dilation of each.
    index : int
        Number of the output, from 0.
    image_size : int
        Pixels.

    Returns
    -------
    (int, int)
        Both are seen; both lie in the image.

    Examples
    --------
    >>> input_window([(3, 1, 1, 1)], 0, 10), input_window([(3, 1, 1, 1)], 5, 10)
    ((0, 1), (4, 6))
    """
    ### BEGIN SOLUTION
    first = last = index
    for kernel_size, stride, padding, dilation in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + dilation * (kernel_size - 1)
    return max(first, 0), min(last, image_size - 1)
    ### END SOLUTION


# %% tests="test_input_window" points=3
# The width of a window inside the image; its place, with strides and padding; what hangs over is cut off
# at both ends. The same with other stacks, outputs and sizes.
got = input_window([(3, 1, 0, 1)], 4, 20)
assert got is not None, "input_window gives back nothing: does it end with `return`?"
assert np.shape(got) == (2,), "Give back two numbers: `return first, last`."
assert tuple(got) != (4, 7), (
    "Your window is a pixel too wide: both ends are seen, so it has last - first + 1 pixels."
)
assert tuple(got) == (4, 6), "Without stride and padding output 4 of a 3 x 3 layer sees pixels 4, 5 and 6."
two = [(2, 2, 0, 1), (2, 2, 0, 1)]
assert tuple(input_window(two, 3, 40)) != (6, 9), (
    "Two strides of 2 make a jump of 4: output 3 begins at pixel 12, not at 6."
)
assert tuple(input_window(two, 3, 40)) == (12, 15), (
    "After two poolings of 2 the outputs see 0 to 3, 4 to 7, 8 to 11, and output 3 the next four pixels."
)
padded = [(5, 1, 2, 1)]
assert tuple(input_window(padded, 10, 40)) != (10, 14), (
    "Padding moves every window to the left: with 2 zeros in front, output 10 is centred on pixel 10."
)
assert tuple(input_window(padded, 10, 40)) == (8, 12), "With padding 2, output 10 sees pixels 8 to 12."
assert tuple(input_window(padded, 0, 40)) == (0, 2), (
    "The first output's window begins in the padding. Zeros are not seen: cut it off at pixel 0, and "
    "leave its other end where it is."
)
assert tuple(input_window(padded, 39, 40)) == (37, 39), "On the right a window ends with the image's last pixel."
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())


def seen(layers, index, image_size):
    """Put a pulse on one output and look where it arrives, zeros included."""
    reach = {index}
    for k, s, p, d in layers[::-1]:
        reach = {i * s - p + d * m for i in reach for m in (0, k - 1)}
    return max(min(reach), 0), min(max(reach), image_size - 1)


for depth in (1, 3, 5):
    for _ in range(4):
        layers = [
            (int(rng.integers(2, 6)), int(rng.integers(1, 3)), int(rng.integers(0, 3)), int(rng.integers(1, 3)))
            for _ in range(depth)
        ]
        for index in (0, 3, 6):
            first, last = seen(layers, index, 10**6)
            if last < 0:  # nothing but padding
                continue
            for image_size in (10**6, max(last - 1, first + 1)):
                got = tuple(input_window(layers, index, image_size))
                assert got == (first, min(last, image_size - 1)), (
                    "The window is wrong for another stack. Try several layers with stride, padding and "
                    "dilation, and outputs near both borders."
                )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Branches
#
# In Inception several branches lead to the same place, in ResNet a block and a shortcut past it. A node
# that is fed by several others sees what any of them sees: its field is as wide as the *widest* of
# them (all are centred alike). Their jumps must be the same, otherwise the maps would not have the
# same size and could not be put together.
#
# A network is a dict: for each node its name, and a pair of the names of the nodes that feed it and
# its layer, four numbers as before. The image is called `"image"` and is not in the dict. A node that
# only adds or joins has the layer `(1, 1, 0, 1)`. Nodes may be listed in *any* order. Padding does not
# change a field's size or jump, so that it plays no part here.
#
# Give back for every node its size and jump. If the nodes that feed one have different jumps, raise a
# `ValueError`.
#
# Points: one each for a chain, for branches, for any order of the nodes, for different jumps.
#
# <details><summary>Hint 1: a function that calls itself</summary>
#
# To know a node's field one must know the fields of the nodes that feed it. Write an inner function
# `field(name)` that gives `(1, 1)` for the image and otherwise calls itself for each of these.
#
# </details>
#
# <details><summary>Hint 2: do not compute things twice</summary>
#
# Keep the results in a dict and look there first. In ResNet-50 each block has two ways, and sixteen
# blocks in a row have $2^{16}$.
#
# </details>
#
# <details><summary>Hint 3: without recursion</summary>
#
# Go through the dict again and again, and each time treat the nodes whose feeding nodes are all known,
# until every node is.
#
# </details>

# %% solution="fields_of_graph"
def fields_of_graph(graph):
    """Follow the receptive field through a network with branches.

    Parameters
    ----------
    graph : dict of str to (list of str, (int, int, int, int))
        For each node, the nodes that feed it ("image" among them), and its kernel size, stride,
        padding and dilation. In any order.

    Returns
    -------
    dict of str to (int, int)
        Size and jump of every node.

    Raises
    ------
    ValueError
        If nodes of different jumps feed the same node.

    Examples
    --------
    >>> fields_of_graph({"sum": (["image", "conv"], (1, 1, 0, 1)), "conv": (["image"], (3, 1, 1, 1))})
    {'sum': (3, 1), 'conv': (3, 1)}
    """
    ### BEGIN SOLUTION
    known = {"image": (1, 1)}

    def field(name):
        if name not in known:
            sources, (kernel_size, stride, _, dilation) = graph[name]
            sizes, jumps = zip(*[field(source) for source in sources])
            if len(set(jumps)) > 1:
                raise ValueError(f"{name} is fed by maps of different jumps, {sorted(set(jumps))}")
            size = max(sizes) + dilation * (kernel_size - 1) * jumps[0]
            known[name] = (size, stride * jumps[0])
        return known[name]

    return {name: field(name) for name in graph}
    ### END SOLUTION


# %% tests="test_fields_of_graph" points=4
# Size and jump for every node; a point each for a chain, for branches, for nodes listed in any order and
# for branches that cannot be put together. The same for ResNet-50, in both its forms, and random networks.
chain = {"a": (["image"], (3, 2, 1, 1)), "b": (["a"], (3, 1, 1, 2))}
got = fields_of_graph(chain)
assert got is not None, "fields_of_graph gives back nothing: does it end with `return`?"
assert set(got) == {"a", "b"}, "The result should have every node of the graph, and no other."

lost = {}
words = {
    "chain": "A chain of layers is wrong: (3, 2) behind a 3 x 3 layer with stride 2, and so on as in (1).",
    "branches": "Where branches meet the field is the *widest* of them, neither their sum nor the last "
    "one listed.",
    "any order": "A node that is listed before the nodes that feed it is wrong, or stops the function.",
    "different jumps": "Branches with different jumps cannot be put together: raise a ValueError.",
}


def examine(name, graph, expected):
    """Take the point of a property if a field is not as expected."""
    try:
        got = {node: tuple(field) for node, field in fields_of_graph(graph).items()}
    except Exception:
        got = None
    if got != expected:
        lost.setdefault(name, None)


def refuse(graph):
    """Take the point if branches of different jumps are put together."""
    try:
        fields_of_graph(graph)
    except ValueError:
        return
    except Exception:
        pass
    lost.setdefault("different jumps", None)


examine("chain", chain, {"a": (3, 2), "b": (11, 2)})
inception = {
    "one": (["image"], (1, 1, 0, 1)),
    "five": (["image"], (5, 1, 2, 1)),
    "three": (["image"], (3, 1, 1, 1)),
    "join": (["five", "one", "three"], (1, 1, 0, 1)),
}
fields = {"one": (1, 1), "five": (5, 1), "three": (3, 1), "join": (5, 1)}
examine("branches", inception, fields)
turned = dict(reversed(inception.items()))
if "branches" not in lost:
    examine("any order", turned, fields)
else:
    examine("any order", dict(reversed(chain.items())), {"a": (3, 2), "b": (11, 2)})
refuse({"half": (["image"], (2, 2, 0, 1)), "sum": (["half", "image"], (1, 1, 0, 1))})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
k, s, d = (int(rng.integers(2, n)) for n in (6, 4, 4))
examine("chain", {"x": (["image"], (k, s, 0, d)), "y": (["x"], (k, 1, 0, 1))},
        {"x": (1 + d * (k - 1), s), "y": (1 + (d + s) * (k - 1), s)})  # fmt: skip


def resnet50(stride_in_first):
    """Build the graph of ResNet-50, and the field of each node by hand."""
    graph = {"stem": (["image"], (7, 2, 3, 1)), "pool": (["stem"], (3, 2, 1, 1))}
    size, jump, last = 11, 4, "pool"
    true = {"stem": (7, 2), "pool": (11, 4)}
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            one, three = (stride, 1) if stride_in_first else (1, stride)
            name = f"{stage}.{block}"
            graph[name + "a"] = ([last], (1, one, 0, 1))
            graph[name + "b"] = ([name + "a"], (3, three, 1, 1))
            graph[name + "c"] = ([name + "b"], (1, 1, 0, 1))
            graph[name + "s"] = ([last], (1, stride, 0, 1))
            graph[name] = ([name + "c", name + "s"], (1, 1, 0, 1))
            true[name + "s"], true[name + "a"] = (size, jump * stride), (size, jump * one)
            size += 2 * jump * one
            jump *= stride
            true[name + "b"] = true[name + "c"] = true[name] = (size, jump)
            last = name
    return graph, true


for stride_in_first in (True, False):
    graph, true = resnet50(stride_in_first)
    examine("branches", graph, true)
    names = list(graph)
    rng.shuffle(names)
    if "branches" not in lost:
        examine("any order", {name: graph[name] for name in names}, true)
refuse({"b": (["a", "c"], (3, 1, 1, 1)), "c": (["image"], (3, 3, 1, 1)), "a": (["image"], (3, 2, 1, 1))})
### END HIDDEN TESTS
for name in lost:
    print(f"-1 point, {name}: {words[name]}")
4 - len(lost)

# %% [markdown]
# ## Part 5. How much does each pixel count?
#
# Suppose that every weight of every layer is the same. In one layer with kernel size $k$ each of the
# $k$ pixels then has the same influence, $1/k$. Two layers on top of each other have more ways to the
# middle of the field than to its rim. Count the ways, by going *backwards*: the output has influence
# 1 on itself; each layer hands the influence of each of its outputs down to the $k$ inputs that this
# output reads, $1/k$ to each, and what meets at an input is added.
#
# Two layers of 3 x 3, on paper: $\tfrac19 (1, 2, 3, 2, 1)$.
#
# `influence` gives, along one axis, the influence of every pixel of the field on one output: as many
# numbers as the field has pixels; their sum is 1. Padding plays no part here.
#
# <details><summary>Hint 1: stride 1</summary>
#
# For layers of stride 1 it is `np.convolve(influence, np.ones(k) / k)`, layer after layer.
#
# </details>
#
# <details><summary>Hint 2: stride and dilation</summary>
#
# From the last layer down to the first: output number $i$ of the layer hands its share down to the inputs
# $i s + d m$ for $m = 0, \dots, k - 1$. How many inputs are there in all, if there are $n$ outputs?
#
# </details>

# %% solution="influence"
def influence(layers):
    """Weigh the pixels of a receptive field, along one axis, where all weights are equal.

    Parameters
    ----------
    layers : list of (int, int, int, int)
        Kernel size, stride, padding and dilation of each, from the image upwards.

    Returns
    -------
    float array, shape (size of the receptive field,)
        Its sum is 1.

    Examples
    --------
    >>> (4 * influence([(2, 1, 0, 1), (2, 1, 0, 1)])).round(6).tolist()
    [1.0, 2.0, 1.0]
    """
    ### BEGIN SOLUTION
    above = np.ones(1)
    for kernel_size, stride, _, dilation in reversed(layers):
        below = np.zeros((len(above) - 1) * stride + dilation * (kernel_size - 1) + 1)
        for i, share in enumerate(above):
            for m in range(kernel_size):
                below[i * stride + dilation * m] += share / kernel_size
        above = below
    return above
    ### END SOLUTION


# %% tests="test_influence" points=3
# As many numbers as the field has pixels, with sum 1; equal in one layer, a hill in two; strides and
# dilation in the layer where they are. The same with other stacks.
got = influence([(3, 1, 1, 1), (3, 1, 1, 1)])
assert got is not None, "influence gives back nothing: does it end with `return`?"
assert np.shape(got) == (5,), (
    f"Two 3 x 3 layers see five pixels; your influence has shape {np.shape(got)}."
)
assert not np.allclose(got, 1 / 5), (
    "All pixels of a field count alike in yours. There are three ways to the middle and one to the rim."
)
assert np.isclose(np.sum(got), 1), "The influences add up to 1: each output hands down 1/k to each input."
assert np.allclose(got, np.array([1, 2, 3, 2, 1]) / 9), "Two 3 x 3 layers give (1, 2, 3, 2, 1) / 9."
pool_below = influence([(2, 2, 0, 1), (3, 1, 0, 1)])
assert np.shape(pool_below) == (6,), (
    "A pooling of 2 below a 3 x 3 layer: six pixels. Go from the *last* layer down to the first."
)
assert np.allclose(pool_below, 1 / 6), "Windows of a pooling do not overlap: six pixels count alike."
assert np.allclose(influence([(2, 1, 0, 3)]), [0.5, 0, 0, 0.5]), (
    "With dilation the pixels between the taps have no influence."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for depth in (1, 3, 4):
    layers = [
        (int(rng.integers(2, 5)), int(rng.integers(1, 4)), int(rng.integers(0, 3)), int(rng.integers(1, 4)))
        for _ in range(depth)
    ]
    true = np.ones(1)
    for k, s, _, d in layers[::-1]:
        apart, taps = np.zeros((len(true) - 1) * s + 1), np.zeros(d * k - d + 1)
        apart[::s], taps[::d] = true, 1 / k
        true = np.convolve(apart, taps)
    got = influence(layers)
    assert np.shape(got) == true.shape, "For another stack the field has another number of pixels."
    assert np.allclose(got, true, atol=1e-6), (
        "For another stack the influences are wrong. Try one with a stride or dilation in a single layer."
    )
### END HIDDEN TESTS

# %% [markdown]
# Stacks of 3 x 3 layers, 2 to 32 of them, by your function. The field ends where the line
# ends. How does the width of the hill grow, how that of the field?

# %%
figure = new_figure(height=2.4)
axes = figure.subplots()
for depth, colour in zip((2, 8, 32), ("#d9780f", "#a95a06", "#5b3a8c")):
    hill = influence([(3, 1, 1, 1)] * depth)
    axes.plot(np.arange(len(hill)) - depth, hill, color=colour, label=f"{depth} layers")
axes.set(xlabel="distance from the middle / pixels", ylabel="influence")
axes.legend(frameon=False)
figure

# %% [markdown]
# ## Part 6. The effective field, from gradients
#
# For a network with weights of all sizes and with bends between its layers, influence is measured: run
# an image through it, and take the gradient of the *middle output* for every pixel. A large gradient, of
# either sign, means that the pixel counts. One image tells little; take several.
#
# `effective_width` gets such gradients, shape $(N, H, W)$ with $H$ and $W$ odd, and says how wide the
# part is that counts. Take the *absolute value* of each gradient, average over the images, and divide by
# the sum of all pixels. Then find the smallest odd width $w$ for which the $w \times w$ square around
# the middle pixel holds at least `share` of it.
#
# The largest square is as wide as the shorter side of the map. If even this one holds too little, give
# its width.
#
# <details><summary>Hint 1: the middle</summary>
#
# The middle pixel is in row `H // 2`, column `W // 2`; a square of width $2 h + 1$ reaches $h$ pixels to
# each side.
#
# </details>
#
# <details><summary>Hint 2: rounding</summary>
#
# Sums of rounded numbers: if `share` is 1 the sum may come out as 0.9999999999. Compare with
# `share - 1e-9`.
#
# </details>

# %% solution="effective_width"
def effective_width(gradients, share=0.95):
    """Measure how wide the part of a receptive field is that counts.

    Parameters
    ----------
    gradients : float array, shape (N, H, W)
        Of the middle output for the pixels of N images; H and W are odd.
    share : float
        How much of the influence the square must hold.

    Returns
    -------
    int
        The width of the square, odd.

    Examples
    --------
    >>> g = np.zeros((2, 5, 5))
    >>> g[0, 2, 2], g[1, 1, 3] = 3.0, -1.0
    >>> effective_width(g, 0.7), effective_width(g, 0.8)
    (1, 3)
    """
    ### BEGIN SOLUTION
    size = np.abs(gradients).mean(axis=0)
    size = size / size.sum()
    row, column = size.shape[0] // 2, size.shape[1] // 2
    half, widest = 0, min(row, column)
    while half < widest:
        square = size[row - half : row + half + 1, column - half : column + half + 1]
        if square.sum() >= share - 1e-9:
            break
        half += 1
    return 2 * half + 1
    ### END SOLUTION


# %% tests="test_effective_width" points=4
# A whole odd number; then a point each for signs, for averaging over images, for the share of a square
# around the middle, and for maps that are not square. The same with other gradients.
alone = np.zeros((1, 7, 7))
alone[0, 3, 3] = 2.0
got = effective_width(alone)
assert got is not None, "effective_width gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, "The width is one number."
assert got == 1, "If only the middle pixel counts, the width is 1."

lost = {}
words = {
    "signs": "Gradients of opposite signs cancel each other in yours. A pixel counts whether it pushes "
    "the output up or down: take the absolute value of every gradient *before* anything is averaged.",
    "images": "With several images the width is wrong. Average over the images, then look for one "
    "square: neither the first image alone nor an average of widths.",
    "share": "The width for another share is wrong. It is the share of the *sum* over a square around "
    "the middle, at least that much, and the width of that square, not half of it, nor its area.",
    "not square": "On a map that is not square the width is wrong: rows and columns have middles of "
    "their own, and the largest square is as wide as the shorter side.",
}


def examine(name, gradients, share, expected):
    """Take the point of a property if a width is not as expected."""
    kept = gradients.copy()
    try:
        got = effective_width(gradients, share)
    except Exception:
        got = None
    if got is None or np.ndim(got) or got != expected:
        lost.setdefault(name, None)
    return np.array_equal(gradients, kept)


pair = np.zeros((2, 7, 7))
pair[:, 3, 3] = 1.0
pair[:, 1, 3] = 1.0, -1.0
examine("signs", pair, 0.6, 5)
two = np.zeros((2, 7, 7))
two[0, 3, 3], two[1, 0, 0] = 1.0, 1.0
examine("images", two, 0.4, 1)
examine("images", two, 0.6, 7)
flat = np.ones((1, 7, 7))
unchanged = examine("share", flat, 0.5, 5)
examine("share", flat, 9 / 49, 3)
examine("share", flat, 1.0, 7)
long = np.zeros((1, 3, 9))
long[0, 1] = 1.0
examine("not square", long, 0.95, 3)
examine("not square", long.swapaxes(1, 2).copy(), 0.3, 3)
assert unchanged, "effective_width changed the gradients it was given."
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())


def width(size, share):
    """Count outwards, ring by ring."""
    rows, columns = (np.abs(np.arange(n) - n // 2) for n in size.shape)
    ring = np.maximum(rows[:, None], columns)
    held = np.cumsum(np.bincount(ring.ravel(), size.ravel())) / size.sum()
    return 2 * min(int(np.sum(held < share)), min(size.shape) // 2) + 1


for name, shape, spread in (
    ("signs", (1, 21, 21), 3),
    ("images", (4, 25, 25), 5),
    ("share", (1, 31, 31), 4),
    ("not square", (2, 15, 41), 3),
    ("not square", (1, 35, 19), 5),
):
    rows, columns = (np.arange(n) - n // 2 for n in shape[1:])
    hill = np.exp(-(rows[:, None] ** 2 + columns**2) / (2 * spread**2))
    gradients = hill * rng.uniform(0.2, 1, shape) * rng.uniform(0.1, 3, (shape[0], 1, 1))
    if name in ("signs", "images"):
        gradients *= rng.choice([-1, 1], shape)
    size = np.abs(gradients).mean(0)
    for share in (0.3, 0.7, 0.95, 0.999):
        unchanged = examine(name, gradients, share, width(size, share))
        assert unchanged, "effective_width changed the gradients it was given."
    try:
        got = effective_width(gradients)
    except Exception:
        got = None
    if got != width(size, 0.95):
        lost.setdefault(name, None)
### END HIDDEN TESTS
for name in lost:
    print(f"-1 point, {name}: {words[name]}")
4 - len(lost)

# %% [markdown]
# ## Part 7. 427 or 483?
#
# ResNet-50 begins with the two layers of Part 1. Then come four stages of 3, 4, 6 and 3 blocks. A block
# is a 1 x 1 convolution, a 3 x 3 with padding 1 and another 1 x 1, one behind the other; a shortcut leads
# past all three, and both ways are added. The first block of the second, third and fourth stage has a
# stride of 2, and so has the 1 x 1 convolution in its shortcut.
#
# One finds two networks under this name. In one, the first 1 x 1 convolution of such a block has the
# stride of 2, in the other the 3 x 3 convolution. Let your `receptive_field`, your `fields_of_graph` or
# paper tell them apart.
#
# 1. Which of the two sees 427 pixels, which 483, and *why* does moving a stride by one layer make this
#    difference? How large is it for each of the three blocks that have a stride?
# 2. Leave the shortcuts aside. In which of the two does a convolution never look at three quarters of its
#    input, and which one would you therefore build?
# 3. An image has 224 pixels. Does the network with the wider field decide by more pixels? Name a
#    measurement that would tell.
#
# Four to eight sentences in your own words. This answer is read and graded by a person.

# %% [markdown] written="explain_resnet" points=3
# ### BEGIN SOLUTION
# 1. A 3 x 3 convolution adds $2 j$, twice the jump *before* it. With the stride in the 1 x 1
#    convolution in front, the jump has doubled when the 3 x 3 convolution comes, and it reaches twice as
#    far. With the stride in the 3 x 3 itself, its own taps still stand at the old jump. So the paper's
#    form (stride in the first 1 x 1) sees 483, the other one 427. Per block with a stride the
#    difference is $2 \cdot 2j - 2 j = 2 j$ with $j = 4, 8, 16$: $8 + 16 + 32 = 56 = 483 - 427$.
# 2. A 1 x 1 convolution with stride 2 reads one of every four positions and never looks at the others. In
#    the 3 x 3 convolution with stride 2 the windows overlap and every position is read. One builds the
#    second, although its field is smaller (and it is a little more expensive).
# 3. Not necessarily, and not by pixels beyond the image: both fields are wider than 224 pixels, the
#    surplus lies in the padding. What counts is the effective field, much smaller than the theoretical
#    one. Measure the gradient of a middle output of the last maps for the pixels, over many images,
#    for both networks (Part 6), or cover parts of the image and look at the score.
#
# **Marking**, a point for each:
#
# - 483 for the stride in the 1 x 1, with the reason that the 3 x 3 then works at the doubled jump, *and*
#   8, 16, 32 (half a point without the numbers).
# - The strided 1 x 1 convolution leaves out three quarters of the positions.
# - The theoretical field bounds, it does not tell; and a measurement (gradients, covering).
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Find the order of three 3 x 3 convolutions and two 2 x 2 poolings with the widest and with the
#   narrowest field. How many orders are there?
# - How far does a stack of ten 3 x 3 layers with dilations 1, 2, 4, ..., 512 see, and how does its
#   `influence` look? Is every pixel of the field reached?
# - Write the graph of one Inception module of GoogLeNet, and stack nine of them.
