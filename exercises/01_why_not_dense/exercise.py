# ---
# title: What a dense network cannot see
# chapter: book/01_why_not_dense/index.md
# minutes: 75
# seconds_per_cell: 20
# may_not_call: [torch, scipy, skimage, cnncourse.shapes]
# summary: >
#   Three reasons speak against dense layers on images, and each of them is a number. You will count
#   weights into the trillions, shuffle the pixels of handwritten digits and show that a dense network
#   does not notice, and move the digits to see that it notices nothing else.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import digits
from cnncourse.plots import show_images

# %% [markdown]
# When you have finished, you will be able to
#
# - count the parameters of dense and of convolutional layers, biases and groups included;
# - say how much of the saving comes from looking locally, and how much from sharing weights;
# - shuffle the pixels of a batch, undo it, and write down the dense layer that does not notice;
# - move images without letting anything come in on the other side;
# - say which measurement decides a claim about networks.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: two rows of the same images
#
# Above, five handwritten digits. Below, the same five; every pixel has been moved to another place, in
# all five images in the same way. Which row is harder for you? By the end of this notebook you will have
# proved that a dense network cannot tell the two apart.

# %%
images = digits("test")[0][:, 0]  # 355 images of 8 x 8 pixels
order = np.random.default_rng(0).permutation(64)
dust = images.reshape(-1, 64)[:, order].reshape(-1, 8, 8)
show_images([*images[1:6], *dust[1:6]], columns=5)

# %% [markdown]
# ## Part 1. A dense layer
#
# A dense layer reads *all* values of an image: every channel, every row, every column. Each of its units
# owns one weight for each value, and one bias. How many parameters has the layer?
#
# With the bias switched off, as some layers have it, only the weights remain. The shape may have any number
# of axes: $(C, H, W)$ for a colour image, $(H, W)$ for a grey one, $(n,)$ for a list of values.
#
# <details><summary>Hint 1: values, not pixels</summary>
#
# A colour image of 2 x 2 pixels has 12 values. `np.prod(shape)` multiplies the numbers of a tuple; so does
# `math.prod`.
#
# </details>
#
# <details><summary>Hint 2: one unit first</summary>
#
# What does one unit own? The layer owns that as many times as it has units, the bias included.
#
# </details>


# %% solution="dense_parameters"
def dense_parameters(shape, units, bias=True):
    """Count the parameters of a dense layer.

    Parameters
    ----------
    shape : tuple of int
        Of the image that it reads, such as (C, H, W).
    units : int
    bias : bool
        Whether each unit adds a number of its own.

    Returns
    -------
    int

    Examples
    --------
    >>> dense_parameters((3, 2, 2), 10)
    130
    """
    ### BEGIN SOLUTION
    weights = units
    for size in shape:
        weights *= size
    return weights + units if bias else weights
    ### END SOLUTION


# %% tests="test_dense_parameters" points=2
# A weight for each value of each channel; one bias for each unit, if there are biases; the layer of the
# chapter, with its 150,529,000 parameters. The same for other images and layers.
got = dense_parameters((1, 2, 3), 5)
assert got is not None, "dense_parameters gives back nothing: does it end with `return`?"
assert got != 30, "These are the weights. Each of the five units also has a bias."
assert got not in (31, 36), (
    "Count the biases again: every unit has one, whatever the number of values that it reads."
)
assert got == 35, "Five units, each with 2 x 3 weights and a bias: how many numbers is that?"
assert dense_parameters((1, 2, 3), 5, bias=False) == 30, "Without biases only the weights are left."
assert dense_parameters((3, 224, 224), 1000) == 150_529_000, (
    "A colour image of 224 x 224 pixels has 150,528 values, three for each pixel, and with 1,000 units the "
    "layer has 150,529,000 parameters. Is every channel counted?"
)
assert isinstance(dense_parameters((1, 2, 3), 5), int | np.integer), "A count is a whole number."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for axes in (1, 2, 3, 3):
    shape = tuple(rng.integers(2, 40, size=axes).tolist())
    units = int(rng.integers(2, 300))
    weights = np.ones(shape).size * units
    assert dense_parameters(shape, units, bias=False) == weights, (
        "Another layer without biases comes out wrong. Try images with one channel and with three, and a "
        "list of values without rows."
    )
    assert dense_parameters(shape, units) - weights == units, (
        "Another layer with biases comes out wrong: how many biases are there?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. A convolutional layer
#
# A kernel of $K_h \times K_w$ pixels reads all channels that come in, and has one weight for each pixel
# and channel, plus one bias. A layer with $C_\text{out}$ kernels makes $C_\text{out}$ maps.
#
# Some layers divide the channels into $g$ *groups* of equal size. A kernel then reads the channels of one
# group only, $C_\text{in} / g$ of them; there are still $C_\text{out}$ kernels.
#
# <details><summary>Hint 1: one kernel first</summary>
#
# How many weights has one kernel of 3 x 3 pixels on a colour image? It is not 9.
#
# </details>
#
# <details><summary>Hint 2: what groups change</summary>
#
# They make a kernel shallower. They change neither the number of kernels nor that of the biases.
#
# </details>


# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """Count the parameters of a convolutional layer.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels that come in, and maps that go out.
    kernel_size : (int, int)
        Rows and columns of a kernel.
    groups : int
        It divides both numbers of channels.
    bias : bool
        Whether each map adds a number of its own.

    Returns
    -------
    int

    Examples
    --------
    >>> conv_parameters(3, 32, (5, 5))
    2432
    """
    ### BEGIN SOLUTION
    K_h, K_w = kernel_size
    weights = out_channels * (in_channels // groups) * K_h * K_w
    return weights + out_channels if bias else weights
    ### END SOLUTION


# %% tests="test_conv_parameters" points=2
# The first layer of many networks, with and without biases; kernels that are not square; groups. The same
# for other layers.
got = conv_parameters(3, 64, (3, 3))
assert got is not None, "conv_parameters gives back nothing: does it end with `return`?"
assert got not in (576, 640), (
    "Your kernels are one channel deep. On a colour image a kernel of 3 x 3 pixels has 27 weights."
)
assert got != 1728, "These are the weights. Each of the 64 kernels also has a bias."
assert got == 1792, (
    "64 kernels, each with 27 weights and one bias: how many numbers is that? There is a bias for each map "
    "that goes out, not for each channel that comes in."
)
assert conv_parameters(3, 64, (3, 3), bias=False) == 1728, (
    "Without biases only the weights are left."
)
assert conv_parameters(1, 1, (2, 5), bias=False) == 10, "A kernel of 2 x 5 pixels has ten weights."
assert conv_parameters(8, 4, (1, 1), groups=2, bias=False) == 16, (
    "With two groups each of the four kernels reads four of the eight channels. There are four kernels all "
    "the same."
)
assert isinstance(conv_parameters(8, 4, (1, 1), groups=2), int | np.integer), (
    "A count is a whole number. `//` keeps it one, `/` does not."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for groups in (1, 2, 3, 5):
    depth, maps, K_h, K_w = rng.integers([2, 2, 1, 3], [30, 30, 6, 8]).tolist()
    weights = np.ones((groups * maps, depth, K_h, K_w)).size
    layer = (groups * depth, groups * maps, (K_h, K_w), groups)
    assert conv_parameters(*layer, bias=False) == weights, (
        "Another layer without biases comes out wrong. Try kernels that are not square, and groups."
    )
    assert conv_parameters(*layer) - weights == groups * maps, (
        "Another layer with biases comes out wrong: how many biases are there, with groups as without?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Where the saving comes from
#
# An image of shape $(C, H, W)$ is to become $M$ maps. A window of $K \times K$ pixels fits at
# $(H - K + 1) \times (W - K + 1)$ places, so each map has that many values. Three layers can do it. Count
# their *weights*, without biases:
#
# | layer | its weights |
# |---|---|
# | dense | each output value has a weight for each value of the image |
# | local | each output value looks at its own window only, in all channels, with weights of its own |
# | shared | all values of a map use the same weights: a convolution |
#
# Give them back in this order. There is partial credit, a point for each of the three.
#
# <details><summary>Hint 1: a layer small enough to count</summary>
#
# On one channel of 6 x 6 pixels, windows of 3 x 3 have 4 x 4 places. The chapter counts 576, 144 and 9
# weights for this.
#
# </details>
#
# <details><summary>Hint 2: three products</summary>
#
# Write down first: the values of the image, the places of a window, and the values in a window (all
# channels). The three answers are products of these with $M$.
#
# </details>


# %% solution="three_designs"
def three_designs(shape, maps, kernel_size):
    """Count the weights of three layers that turn the same image into maps of the same size.

    Parameters
    ----------
    shape : (int, int, int)
        C, H, W of the image.
    maps : int
        Maps that come out.
    kernel_size : int
        Side of the square windows; they stay inside the image.

    Returns
    -------
    dense, local, shared : int
        Weights, without biases.

    Examples
    --------
    >>> three_designs((1, 6, 6), 1, 3)
    (576, 144, 9)
    """
    ### BEGIN SOLUTION
    C, H, W = shape
    places = (H - kernel_size + 1) * (W - kernel_size + 1)
    window = C * kernel_size**2
    return C * H * W * maps * places, window * maps * places, window * maps
    ### END SOLUTION


# %% tests="test_three_designs" points=3
# Three numbers are a condition; then a point each for the dense, the local and the shared layer, here and
# for other images.
got = three_designs((2, 5, 7), 3, 2)
assert got is not None, "three_designs gives back nothing: does it end with `return`?"
assert np.shape(got) == (3,), "There are three numbers to give back: `return dense, local, shared`."
lost = {}  # what each number cost: a point once, however often it is wrong
messages = {
    "dense": "The dense layer comes out wrong. It has as many outputs as all maps have values together, and "
    "each of them has a weight for each value of the image, of all channels.",
    "local": "The local layer comes out wrong. Each value of each map owns a window's worth of weights, and a "
    "window reaches through all channels.",
    "shared": "The shared layer comes out wrong. It has the weights of one window for each map, wherever the "
    "window lies, and a window reaches through all channels.",
}


def examine(shape, maps, kernel_size, expected):
    """Take the point of each number that is not as expected."""
    for name, ours, theirs in zip(messages, expected, three_designs(shape, maps, kernel_size)):
        if ours != theirs:
            lost.setdefault(name, messages[name])


examine((1, 6, 6), 1, 3, (576, 144, 9))
examine((2, 5, 7), 3, 2, (5040, 576, 24))
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for _ in range(5):
    C, H, W, maps, K = rng.integers([2, 8, 8, 2, 1], [6, 20, 20, 9, 6]).tolist()
    rows, columns = len(range(H - K + 1)), len(range(W - K + 1))
    per_place = sum(K for _ in range(K)) * C
    outputs = maps * rows * columns
    examine((C, H, W), maps, K, (outputs * C * H * W, outputs * per_place, maps * per_place))
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 3 - len(lost))

# %% [markdown]
# The layer of the chapter's figure, roughly: 64 maps of one colour image, by windows of 3 x 3. By which
# factor does looking locally save, by which does sharing?

# %%
dense, local, shared = three_designs((3, 224, 224), 64, 3)
print(f"dense  {dense:19,}")
print(f"local  {local:19,}   {dense / local:,.0f} times fewer")
print(f"shared {shared:19,}   {local / shared:,.0f} times fewer")

# %% [markdown]
# ## Part 4. A whole network, dense
#
# "An equivalent dense network would need trillions of parameters." To check such a sentence one has to
# say what it means. Here is what we take it to mean: every convolution is replaced by a dense layer that
# reads the same values and gives as many values back. The convolutions keep the height and the width of
# their image, so a layer is described by four numbers, $(C_\text{in}, C_\text{out}, H, W)$. Count the
# *weights* of all the dense layers together, without biases.
#
# For the thirteen convolutions of VGG-16 the answer is 16,706,999,156,736.
#
# <details><summary>Hint 1: one layer first</summary>
#
# How many values come in, how many go out? A dense layer has a weight for each pair of them.
#
# </details>
#
# <details><summary>Hint 2: large numbers</summary>
#
# Python's own whole numbers have no limit. Those of NumPy have one: with 32 bits it is about two billion,
# and beyond it they go on with negative numbers.
#
# </details>


# %% solution="dense_equivalent"
def dense_equivalent(layers):
    """Count the weights if each convolution were a dense layer with the same input and output.

    Parameters
    ----------
    layers : list of (int, int, int, int)
        (C_in, C_out, H, W) of each convolution; it keeps height and width.

    Returns
    -------
    int

    Examples
    --------
    >>> dense_equivalent([(1, 2, 2, 3), (2, 1, 1, 1)])
    74
    """
    ### BEGIN SOLUTION
    total = 0
    for in_channels, out_channels, H, W in layers:
        total += (in_channels * H * W) * (out_channels * H * W)
    return total
    ### END SOLUTION


# %% tests="test_dense_equivalent" points=2
# One layer; several layers; no biases; numbers beyond two billion, exactly. The same for other networks.
got = dense_equivalent([(1, 2, 2, 3)])
assert got is not None, "dense_equivalent gives back nothing: does it end with `return`?"
assert got != 12, (
    "Six values come in and twelve go out. A dense layer has a weight for each pair of them, so the number "
    "of places counts twice: among the inputs and among the outputs."
)
assert got != 84, "There are biases in your count. Count the weights only."
assert got == 72, "Six values come in and twelve go out: how many pairs is that?"
assert dense_equivalent([(1, 2, 2, 3), (2, 1, 1, 1)]) == 74, (
    "With a second layer of two weights there are 74 together. Are all layers added up?"
)
assert dense_equivalent([(3, 64, 224, 224)]) == 483_385_147_392, (
    "VGG-16's first layer alone has 483,385,147,392 weights. If yours is smaller or negative: did it run over "
    "in whole numbers of 32 bits? If it is only nearly right: floats round."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
channels = [3, 64, 64, 128, 128, 256, 256, 256] + 6 * [512]
sizes = [224, 224, 112, 112, 56, 56, 56, 28, 28, 28, 14, 14, 14]
vgg = [(a, b, size, size) for a, b, size in zip(channels, channels[1:], sizes)]
assert dense_equivalent(vgg) == 16_706_999_156_736, (
    "For the thirteen convolutions of VGG-16 the sum is wrong. The text of this part says what it is."
)
for number in (1, 2, 4):
    layers = rng.integers(2, 60, size=(number, 4)).tolist()
    expected = sum(np.ones((a, H, W)).size * np.ones((b, H, W)).size for a, b, H, W in layers)
    assert dense_equivalent([tuple(layer) for layer in layers]) == expected, (
        "Another network comes out wrong. Try images that are not square, and several layers."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. Shuffle the pixels
#
# A list `order` says where each pixel of a shuffled image comes from: its pixel number $p$ is pixel number
# `order[p]` of the original. Pixels are counted row by row, beginning with 0. All images of a batch are
# shuffled in the same way.
#
# $$ \begin{pmatrix} a & b & c \\ d & e & f \end{pmatrix}
#    \;\xrightarrow{\;\text{order} \,=\, (5, 0, 1, 2, 3, 4)\;}\;
#    \begin{pmatrix} f & a & b \\ c & d & e \end{pmatrix} $$
#
# <details><summary>Hint 1: an image as a list</summary>
#
# `images.reshape(len(images), -1)` writes each image as one row, its pixels row by row.
#
# </details>
#
# <details><summary>Hint 2: many places at once</summary>
#
# `row[order]` picks the values at all these places, in this order. On a table, `table[:, order]` does so in
# every row.
#
# </details>


# %% solution="shuffle_pixels"
def shuffle_pixels(images, order):
    """Move every pixel to another place, in all images in the same way.

    Parameters
    ----------
    images : array, shape (N, H, W)
        It is left as it is.
    order : int array, shape (H * W,)
        Pixel p of the result is pixel order[p] of the image; each number from 0 occurs once.

    Returns
    -------
    array, shape (N, H, W)

    Examples
    --------
    >>> shuffle_pixels(np.array([[[1, 2, 3], [4, 5, 6]]]), np.array([5, 0, 1, 2, 3, 4]))
    array([[[6, 1, 2],
            [3, 4, 5]]])
    """
    ### BEGIN SOLUTION
    flat = images.reshape(len(images), -1)
    return flat[:, order].reshape(images.shape)
    ### END SOLUTION


# %% tests="test_shuffle_pixels" points=2
# The shape; where each pixel comes from; every image in the same way and by itself; the images left as they
# were. The same for other images and orders.
two = np.array([[[1.0, 2, 3], [4, 5, 6]], [[10, 20, 30], [40, 50, 60]]])
kept = two.copy()
got = shuffle_pixels(two, np.array([5, 0, 1, 2, 3, 4]))
assert got is not None, "shuffle_pixels gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 2, 3), (
    f"Your result has shape {np.shape(got)}. Two images of 2 x 3 pixels stay two images of 2 x 3."
)
assert not np.array_equal(got[0], [[2, 3, 4], [5, 6, 1]]), (
    "You shuffle the other way round. `order[p]` says where pixel p of the result comes *from*, not where "
    "pixel p of the image goes."
)
assert np.array_equal(got[0], [[6, 1, 2], [3, 4, 5]]), (
    "The first image should become 6, 1, 2 above and 3, 4, 5 below. Pixels are counted row by row."
)
assert np.array_equal(got[1], [[60, 10, 20], [30, 40, 50]]), (
    "The second image should be shuffled like the first, and hold its own pixels only."
)
assert np.array_equal(two, kept), "shuffle_pixels changed the images it was given."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((3, 4, 5), (1, 6, 2), (4, 3, 3)):
    images, order = rng.normal(size=shape), rng.permutation(shape[1] * shape[2])
    kept = images.copy()
    expected = [[image.ravel()[place] for place in order] for image in images]
    got = shuffle_pixels(images, order)
    assert np.shape(got) == shape, "The shape is wrong for another batch."
    assert np.allclose(np.reshape(got, (shape[0], -1)), expected, atol=1e-5), (
        "Another batch comes out wrong. Try images that are not square, and an order that is not just a step "
        "by one."
    )
    assert np.array_equal(images, kept), "shuffle_pixels changed the images it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. And undo it
#
# Nothing is lost by a shuffle that is known. Write the function that gets shuffled images and the same
# `order`, and gives the original images back.
#
# <details><summary>Hint 1: read it the other way round</summary>
#
# Pixel $p$ of the shuffled image came from place `order[p]`. So where does it have to go?
#
# </details>
#
# <details><summary>Hint 2: two ways</summary>
#
# Assign: `original[:, order] = ...` puts many values at their places at once. Or find the order that undoes
# this one: `np.argsort(order)` is a permutation with just this property. Why?
#
# </details>


# %% solution="unshuffle_pixels"
def unshuffle_pixels(images, order):
    """Undo a shuffle.

    Parameters
    ----------
    images : array, shape (N, H, W)
        Shuffled; it is left as it is.
    order : int array, shape (H * W,)
        With which they were shuffled: pixel p came from place order[p].

    Returns
    -------
    array, shape (N, H, W)

    Examples
    --------
    >>> unshuffle_pixels(np.array([[[6, 1, 2], [3, 4, 5]]]), np.array([5, 0, 1, 2, 3, 4]))
    array([[[1, 2, 3],
            [4, 5, 6]]])
    """
    ### BEGIN SOLUTION
    flat = images.reshape(len(images), -1)
    return flat[:, np.argsort(order)].reshape(images.shape)
    ### END SOLUTION


# %% tests="test_unshuffle_pixels" points=2
# The shape; each pixel back at the place it came from; every image by itself; the images left as they were.
# The same for other images and orders.
mixed = np.array([[[9.0, 7, 8], [4, 5, 6]], [[3, 1, 2], [0, 0, 1]]])
kept = mixed.copy()
turned = np.array([2, 0, 1, 3, 4, 5])  # the first row was turned by one
got = unshuffle_pixels(mixed, turned)
assert got is not None, "unshuffle_pixels gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 2, 3), (
    f"Your result has shape {np.shape(got)}. The shape does not change."
)
assert not np.array_equal(got[0], [[8, 9, 7], [4, 5, 6]]), (
    "That shuffles once more in the same way. A step to the right is undone by one to the left."
)
assert np.array_equal(got[0], [[7, 8, 9], [4, 5, 6]]), (
    "The first pixel, a 9, came from place 2 and should be there again. Values are put back by their places, "
    "whatever they are."
)
assert np.array_equal(got[1], [[1, 2, 3], [0, 0, 1]]), (
    "The second image should be put in order like the first, and hold its own pixels only."
)
assert np.array_equal(mixed, kept), "unshuffle_pixels changed the images it was given."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((3, 4, 5), (1, 6, 2), (4, 3, 3)):
    originals, order = rng.normal(size=shape), rng.permutation(shape[1] * shape[2])
    shuffled = np.stack([image.ravel()[order].reshape(shape[1:]) for image in originals])
    kept = shuffled.copy()
    got = unshuffle_pixels(shuffled, order)
    assert np.shape(got) == shape and np.allclose(got, originals, atol=1e-5), (
        "Another batch does not come back. Try images that are not square, and an order that is not its own "
        "inverse."
    )
    assert np.array_equal(shuffled, kept), "unshuffle_pixels changed the images it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. The layer that does not notice
#
# A dense layer without biases is a table $W$ with a row for each unit and a column for each pixel; on an
# image written as a list $x$ it answers $W x$. Shuffle the image, and find the table $W'$ that gives the
# same answers on the shuffled list $x'$, where $x'_p = x_{\text{order}[p]}$:
#
# $$ W' x' = W x \quad \text{for every image } x . $$
#
# This is the proof: whatever a dense layer can do on images, another one can do just as well on dust.
#
# <details><summary>Hint 1: follow one pixel</summary>
#
# Pixel number `order[p]` of the image now stands at place $p$. Which column of $W$ belongs to it?
#
# </details>
#
# <details><summary>Hint 2: rows or columns?</summary>
#
# The units have not been shuffled, so the rows stay in their order.
#
# </details>


# %% solution="twin_weights"
def twin_weights(weight, order):
    """Give the dense layer that answers to shuffled images as this one does to the originals.

    Parameters
    ----------
    weight : array, shape (units, pixels)
        It is left as it is.
    order : int array, shape (pixels,)
        Pixel p of a shuffled image is pixel order[p] of the original.

    Returns
    -------
    array, shape (units, pixels)

    Examples
    --------
    >>> twin_weights(np.array([[1, 2, 3]]), np.array([2, 0, 1]))
    array([[3, 1, 2]])
    """
    ### BEGIN SOLUTION
    return weight[:, order]
    ### END SOLUTION


# %% tests="test_twin_weights" points=2
# The shape; the same answers to the shuffled image, unit by unit; the weights left as they were. The same for
# other layers and orders.
weight = np.array([[1.0, 10, 100], [2, 0, 5]])
kept = weight.copy()
image, order = np.array([3.0, 4, 7]), np.array([2, 0, 1])
got = twin_weights(weight, order)
assert got is not None, "twin_weights gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 3), (
    f"Your weights have shape {np.shape(got)}. The twin has as many units, and reads as many pixels."
)
assert np.array_equal(np.sort(got, axis=1), np.sort(kept, axis=1)), (
    "Each unit of the twin has the same weights as before, in another order; yours has others. The units "
    "themselves have not been shuffled: do their rows stay in their order?"
)
assert not np.array_equal(got, kept), (
    "These are the same weights in the same order. On the shuffled image each of them meets another pixel."
)
assert np.array_equal(np.dot(got, image[order]), [743, 41]), (
    "On this image the first layer answers 743 and 41; the twin, on the shuffled image, does not. Is the "
    "order applied the other way round? Follow one pixel."
)
assert np.array_equal(weight, kept), "twin_weights changed the weights it was given."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for units, pixels in ((4, 9), (1, 12), (5, 5)):
    weight, order = rng.normal(size=(units, pixels)), rng.permutation(pixels)
    image, kept = rng.normal(size=pixels), weight.copy()
    got = twin_weights(weight, order)
    assert np.shape(got) == (units, pixels), "The shape is wrong for another layer."
    assert np.allclose(np.dot(got, image[order]), np.dot(weight, image), atol=1e-5), (
        "Another layer and its twin disagree. Try an order that is not its own inverse, and as many units as "
        "pixels."
    )
    assert np.array_equal(weight, kept), "twin_weights changed the weights it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. Move the images
#
# The third test of the chapter moves digits, and needs a function that moves a whole batch: `dy` rows down
# and `dx` columns to the right, by negative numbers up and to the left. What leaves the image is gone, and
# what comes in on the other side is filled with one value. Nothing wraps around.
#
# <details><summary>Hint 1: where to begin</summary>
#
# Make the result first, full of the fill value: `np.full_like(images, fill)`. Then only the part that stays
# in view has to be copied.
#
# </details>
#
# <details><summary>Hint 2: two slices</summary>
#
# For a shift to the right by `dx`, columns `dx` to the end of the result are columns 0 to `W - dx` of the
# image. For a shift to the left it is the other way round: `max(dx, 0)` and `max(-dx, 0)` take care of both.
#
# </details>
#
# <details><summary>Hint 3: further than the image is wide</summary>
#
# Then nothing is left to copy. Check that both slices are empty; `max(W - abs(dx), 0)` is the number of columns
# that stay in view.
#
# </details>


# %% solution="shift_images"
def shift_images(images, dy, dx, fill=0.0):
    """Move all images of a batch; nothing wraps around.

    Parameters
    ----------
    images : array, shape (N, H, W)
        It is left as it is.
    dy, dx : int
        How far they are moved down and to the right, in pixels; may be negative, and of any size.
    fill : float
        What comes in.

    Returns
    -------
    array, shape (N, H, W)

    Examples
    --------
    >>> shift_images(np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]), 0, 1)
    array([[[0., 1., 2.],
            [0., 4., 5.]]])
    """
    ### BEGIN SOLUTION
    _, H, W = images.shape
    moved = np.full_like(images, fill)
    for i in range(H):
        for j in range(W):
            if 0 <= i - dy < H and 0 <= j - dx < W:
                moved[:, i, j] = images[:, i - dy, j - dx]
    return moved
    ### END SOLUTION


# %% tests="test_shift_images" points=3
# Right and down, left and up; nothing comes in at the other side but the fill value; shifts as wide as the
# image; the images left as they were. The same for other batches and shifts.
two = np.array([[[1.0, 2, 3], [4, 5, 6]], [[7, 8, 9], [1, 1, 2]]])
kept = two.copy()
got = shift_images(two, 0, 1)
assert got is not None, "shift_images gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 2, 3), (
    f"Your result has shape {np.shape(got)}. The images keep their size: as much comes in as leaves."
)
assert not np.array_equal(got[0], [[3, 1, 2], [6, 4, 5]]), (
    "What leaves on the right comes in again on the left. A digit does not do that: fill with zeros."
)
assert not np.array_equal(got[0], [[2, 3, 0], [5, 6, 0]]), (
    "Your images move to the left. A positive dx moves them to the right: what was in column 0 is then in "
    "column 1."
)
assert not np.array_equal(got[0], [[0, 0, 0], [1, 2, 3]]), (
    "Your images move down. dy is the number of rows, dx the number of columns."
)
assert np.array_equal(got, [[[0, 1, 2], [0, 4, 5]], [[0, 7, 8], [0, 1, 1]]]), (
    "Moved to the right by one, each row begins with a 0 and loses its last value."
)
assert np.array_equal(two, kept), "shift_images changed the images it was given."
assert np.array_equal(shift_images(two, -1, 0)[0], [[4, 5, 6], [0, 0, 0]]), (
    "With dy = -1 the images move up by one row. Negative shifts need slices of their own: check where yours "
    "begin and end."
)
assert np.array_equal(shift_images(two, 0, -1, fill=9.0)[0], [[2, 3, 9], [5, 6, 9]]), (
    "What comes in has the value of `fill`."
)
assert np.array_equal(shift_images(two, 5, 0), np.zeros((2, 2, 3))), (
    "Moved down by five rows, an image of two rows has left the picture. A slice that ends before it begins is "
    "empty, and a negative end counts from behind: mind both."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for dy, dx in ((0, 0), (2, 1), (-1, 3), (3, -2), (-2, -4), (-5, 1), (1, 7), (-9, -9)):
    images, fill = rng.normal(size=(3, 5, 6)), float(rng.normal())
    kept = images.copy()
    frame = np.full((3, 25, 26), fill)
    frame[:, 10 + dy : 15 + dy, 10 + dx : 16 + dx] = images
    got = shift_images(images, dy, dx, fill)
    assert np.shape(got) == (3, 5, 6), "The shape is wrong for another shift. Try negative ones."
    assert np.allclose(got, frame[:, 10:15, 10:16], atol=1e-5), (
        "Another shift comes out wrong. Try both directions at once, negative ones, no shift at all, a shift "
        "by the whole height, and a fill value that is not 0."
    )
    assert np.array_equal(images, kept), "shift_images changed the images it was given."
### END HIDDEN TESTS

# %% [markdown]
# ### The experiment, with the plainest dense classifier
#
# For each digit, take the mean of all its training images; give a test image the digit whose mean is the
# nearest. (This is a dense layer: expand the squared distance, and it is a weighted sum of all pixels plus a
# bias for each digit.) The cell asks it about the digits as they are, about digits shuffled by your Part 5
# (with means of shuffled images), and about digits moved by your Part 8, one to three pixels to the right.
# Guess the five numbers first.

# %%
train_images, train_labels = digits("train")
test_images, test_labels = digits("test")
train_field, test_field = (
    np.pad(part[:, 0], ((0, 0), (3, 3), (3, 3))) for part in (train_images, test_images)
)


def accuracy(train, test):
    """Classify by the nearest mean."""
    means = np.stack([train[train_labels == digit].mean(axis=0) for digit in range(10)])
    distances = ((test[:, None] - means) ** 2).sum(axis=(2, 3))
    return np.mean(distances.argmin(axis=1) == test_labels)


order = np.random.default_rng(1).permutation(14 * 14)
print(f"as they are      {accuracy(train_field, test_field):.3f}")
shuffled = [shuffle_pixels(field, order) for field in (train_field, test_field)]
print(f"shuffled         {accuracy(*shuffled):.3f}")
for dx in (1, 2, 3):
    print(f"moved right by {dx} {accuracy(train_field, shift_images(test_field, 0, dx)):.3f}")

# %% [markdown]
# ## Part 9. Claim or measurement?
#
# Two claims, as one reads them:
#
# - A. "A dense network learns less from images with shuffled pixels, because the shuffle destroys the
#   picture."
# - B. "Convolutional layers make a network invariant to translation."
#
# For *each* of the two, write three to six sentences: is it right, wrong, or right under a condition? Which
# measurement decides it: what is varied, what is held fixed, which number is read? And what would one
# have seen if the claim were right?
#
# This answer is read and graded by a person.

# %% [markdown] written="claim_or_measurement" points=4
# ### BEGIN SOLUTION
# **A** is wrong, provided that all images are shuffled in the same way. Train the same dense network twice,
# with the same number of images, steps and settings, once on original and once on shuffled images, and read
# the accuracy on test images of the same kind, over several starts. It is the same up to the scatter between
# starts; from paired starting weights (Part 7) even every output is the same up to rounding. Had the claim been
# right, the accuracy on shuffled images would have been lower, for every start. (If each image were shuffled in
# a way of its own, the claim would hold: then information is lost.)
#
# **B** is wrong as it stands. A convolution with stride 1 is *equivariant*: the map moves along with the image,
# away from the border. What is invariant is a summary that forgets the position, such as the maximum or mean
# over the whole map. The measurement: train on centred digits, test on digits moved by 0, 1, 2, 3 pixels, with
# networks that have the same convolutions and differ in what stands behind them; read the accuracy at each
# shift. With a dense layer on top it falls to guessing, as without convolutions; with the strongest answer of
# each map it stays. Had the claim been right, all networks with convolutions would have stayed level.
#
# **Marking**, two points for each claim:
#
# - A point for the verdict with its condition or its correct form. (A: the same shuffle for all images. B:
#   equivariance, and invariance only after a summary over all positions.)
# - A point for a measurement that decides: something varied, the rest fixed, a number read, and what would
#   have been seen otherwise. (Not all of these named: half a point.)
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Apply the same shuffle twice, three times, ... After how many rounds do the original images come back? Why
#   must they, some day?
# - Shuffle every image in a way of its own, and ask the nearest mean again. What is left of its accuracy, and
#   what does it still go by?
# - In Part 3, make the window as large as the image. What becomes of the three numbers?
