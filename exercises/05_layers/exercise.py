# ---
# title: Layers, forward and backward
# chapter: book/05_layers/index.md
# minutes: 120
# seconds_per_cell: 30
# may_not_call: [torch, scipy.special, cnncourse.layers, cnncourse.gradcheck]
# summary: >
#   What stands between two convolutions: a bend, a dense layer, normalisation, dropout and the loss.
#   You will write each of them twice, once from input to output and once from gradient to gradient,
#   and in the end watch your own layers learn to read digits.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data import digits
from cnncourse.plots import new_figure
from cnncourse.probes import seed

# %% [markdown]
# When you have finished, you will be able to
#
# - say why a network needs something that bends, and what a bend does to a gradient;
# - write a dense layer for a whole batch, and derive its three gradients from their shapes;
# - normalise a batch, keep running averages of it, and say which of the two is used when;
# - pass a gradient back through a normalisation, whose mean and variance depend on the input, too;
# - drop numbers at random without changing what the next layer receives on average;
# - compute a loss of scores as large as 10,000, and the gradient that starts everything.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one.
#
# All functions here are plain functions of arrays. Each gives back *new* arrays and leaves what it
# was given as it was. A function `something_backward` receives `grad_output`, the gradient of the
# loss for the output of `something`, in the shape of that output, and gives back the gradients of
# the loss for the inputs, each in the shape of that input.
#
# ### Before you start: what a bend buys
#
# Two dense layers in a row, fitted to a wavy line as well as possible; on the left with nothing
# between them, on the right with every negative number between them set to 0. The number of weights
# is the same.

# %%
x = np.linspace(-3, 3, 200)
wave = np.sin(2 * x)
draw = np.random.default_rng(0)
between = x[:, None] * draw.normal(size=60) + draw.uniform(-3, 3, size=60)  # the first layer
figure = new_figure(height=2.4)
for axes, values, words in zip(
    figure.subplots(1, 2, sharey=True),
    (between, np.maximum(between, 0)),
    ("nothing between them", "negative numbers cut off"),
):
    second, *_ = np.linalg.lstsq(np.column_stack([values, np.ones(200)]), wave, rcond=None)
    axes.plot(x, wave, color="0.7")
    axes.plot(x, values @ second[:-1] + second[-1], color="#5b3a8c")
    axes.set(title=words)
figure

# %% [markdown]
# ## Part 1. A bend: ReLU
#
# $$ y = \max(0, x) $$
#
# for each number by itself, whatever the shape of the array.
#
# <details><summary>Hint 1: one call</summary>
#
# `np.maximum` compares an array with a number, element by element. (`np.max` is another function:
# it finds the largest element of one array.)
#
# </details>
#
# <details><summary>Hint 2: with a mask</summary>
#
# Or choose, number by number: `np.where(condition, here, there)` takes from `here` where the condition
# is True, and from `there` elsewhere. It makes a new array.
#
# </details>

# %% solution="relu"
def relu(x):
    """Cut off what is negative.

    Parameters
    ----------
    x : float array, any shape
        It is left as it is.

    Returns
    -------
    float array, the shape of `x`
        A new array.

    Examples
    --------
    >>> relu(np.array([[-2.0, 0.5]]))
    array([[0. , 0.5]])
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


# %% tests="test_relu" points=1
# Negative numbers become 0, the others stay as they are; the shape stays; the array you were given is
# left as it was. The same with other numbers, large and small ones, and other shapes.
x = np.array([[-3.0, -0.5, 0.0], [0.25, 2.0, 7.0]])
got = relu(x)
assert got is not None, "relu gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 3), (
    f"Your result has shape {np.shape(got)}. ReLU treats each number by itself, so the shape stays: "
    "`np.max` finds the largest number of all, `np.maximum` compares one by one."
)
assert np.array_equal(x, [[-3, -0.5, 0], [0.25, 2, 7]]), (
    "relu changed the array it was given. `x[x < 0] = 0` writes into x; make a new array."
)
assert not np.allclose(got, np.abs(x)), (
    "Negative numbers should become 0; yours have lost their sign and nothing else."
)
assert not np.allclose(got, x > 0), (
    "Your result says *where* x is positive. That is the slope of ReLU; its value there is x itself."
)
assert np.array_equal(np.asarray(got)[0], [0, 0, 0]), (
    "The row of -3, -0.5 and 0 should become zeros: nothing negative gets through, not even a little."
)
assert np.array_equal(got, [[0, 0, 0], [0.25, 2, 7]]), (
    "Positive numbers should stay as they are, however large."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for shape in ((4,), (2, 3, 5, 4), (1, 1)):
    x = 20 * rng.normal(size=shape)
    kept = x.copy()
    got = relu(x)
    assert np.shape(got) == shape, "The shape is not kept for an array with another number of axes."
    assert np.allclose(got, np.where(kept > 0, kept, 0), atol=1e-4), (
        "Other numbers give something else than max(0, x). Try large ones and small ones."
    )
    assert np.array_equal(x, kept), "relu changed the array it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Back through the bend
#
# The loss depends on $x$ only by way of $y$. By the chain rule the gradient that arrives is
# multiplied by the slope of the bend, which is 1 where $x > 0$ and 0 where $x < 0$. Exactly at 0
# there is no slope; we take 0, as PyTorch does.
#
# Work one out on paper first: $x = (-2, 0, 3)$, arriving gradient $(5, 5, -5)$.
#
# <details><summary>Check your result</summary>
#
# $(0, 0, -5)$. The last number stays negative: whether a gradient passes depends on the sign of
# $x$, not on its own.
#
# </details>
#
# <details><summary>Hint 1: a mask</summary>
#
# `x > 0` is an array of True and False. Multiplied with numbers, they count as 1 and 0.
#
# </details>
#
# <details><summary>Hint 2: two arrays, two roles</summary>
#
# Only the sign of `x` matters, and only the value of `grad_output`.
#
# </details>

# %% solution="relu_backward"
def relu_backward(grad_output, x):
    """Let the gradient through where x was positive.

    Parameters
    ----------
    grad_output : float array, any shape
        Gradient of the loss for `relu(x)`.
    x : float array, the same shape
        What `relu` was given.

    Returns
    -------
    float array, the same shape
        Gradient of the loss for `x`.

    Examples
    --------
    >>> relu_backward(np.array([1.0, 2.0]), np.array([3.0, -4.0]))
    array([1., 0.])
    """
    ### BEGIN SOLUTION
    return grad_output * (x > 0)
    ### END SOLUTION


# %% tests="test_relu_backward" points=2
# The gradient passes where x was positive and nowhere else, whatever its own sign; at 0 the slope is 0;
# both arrays are left as they were. The same with other numbers and shapes.
x = np.array([-2.0, 0.0, 3.0, 4.0, -6.0])
grad_output = np.array([5.0, 5.0, -5.0, 7.0, -1.0])
got = relu_backward(grad_output, x)
assert got is not None, "relu_backward gives back nothing: does it end with `return`?"
assert np.shape(got) == (5,), (
    f"Your result has shape {np.shape(got)}. The gradient for x has the shape of x."
)
assert np.array_equal(grad_output, [5, 5, -5, 7, -1]), (
    "relu_backward changed the gradient it was given. `grad_output[x <= 0] = 0` writes into it."
)
assert not np.allclose(got, np.maximum(grad_output, 0)), (
    "You cut off negative *gradients*. Whether a gradient passes is decided by the sign of x; a "
    "negative gradient is a gradient like any other."
)
assert not np.allclose(got, [0, 0, 1, 1, 0]), (
    "This is the slope of the bend. By the chain rule it is multiplied by the gradient that arrives."
)
assert not np.allclose(got, [0, 0, -15, 28, 0]), (
    "You multiply by the value of relu(x). The chain rule multiplies by its slope, which is 0 or 1."
)
assert np.asarray(got)[1] == 0, (
    "At x = 0 we take the slope to be 0; yours lets the gradient through."
)
assert np.array_equal(got, [0, 0, -5, 7, 0]), (
    "Where x is positive the gradient passes unchanged; elsewhere it is 0."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for shape in ((3, 4), (2, 3, 4, 5)):
    x, grad_output = rng.normal(size=shape), 3 * rng.normal(size=shape)
    kept_x, kept = x.copy(), grad_output.copy()
    got = relu_backward(grad_output, x)
    assert np.shape(got) == shape, "The gradient for x has the shape of x, also with more axes."
    assert np.allclose(got, np.where(kept_x > 0, kept, 0), atol=1e-5), (
        "Other numbers give a wrong gradient. Is it decided by x alone where the gradient passes?"
    )
    assert np.array_equal(x, kept_x), "relu_backward changed the x it was given."
    assert np.array_equal(grad_output, kept), "relu_backward changed the gradient it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. A dense layer
#
# Each of $D_\text{out}$ units has a weight for each of $D_\text{in}$ inputs, and a bias. A batch is
# an array with one example in each *row*. PyTorch keeps the weights with one *unit* in each row, so
#
# $$ Y_{n,o} = \sum_{d} X_{n,d}\, W_{o,d} + b_o \qquad\text{or}\qquad Y = X W^{\mathsf T} + b $$
#
# Write the shapes under each letter before you write code.
#
# <details><summary>Hint 1: shapes</summary>
#
# $(N, D_\text{in})$ times what gives $(N, D_\text{out})$? The weights are
# $(D_\text{out}, D_\text{in})$: on which side must $D_\text{in}$ stand?
#
# </details>
#
# <details><summary>Hint 2: in NumPy</summary>
#
# `@` multiplies matrices, `.T` transposes. An array of shape `(D_out,)` is added to each row of one
# of shape `(N, D_out)`.
#
# </details>

# %% solution="linear"
def linear(x, weight, bias):
    """Weigh all inputs of each example and add up, for each unit.

    Parameters
    ----------
    x : float array, shape (N, D_in)
        One example in each row.
    weight : float array, shape (D_out, D_in)
        One unit in each row.
    bias : float array, shape (D_out,)

    Returns
    -------
    float array, shape (N, D_out)

    Examples
    --------
    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([100.0, 0.0]))
    array([[111.,   2.]])
    """
    ### BEGIN SOLUTION
    return x @ weight.T + bias
    ### END SOLUTION


# %% tests="test_linear" points=2
# The shape; every unit weighs the inputs with its own row of weights; each unit adds its own bias. The
# same with other numbers of examples, inputs and units.
x = np.array([[1.0, 2.0], [0.0, 1.0]])
weight = np.array([[3.0, 4.0], [10.0, 0.0]])
got = linear(x, weight, np.zeros(2))
assert got is not None, "linear gives back nothing: does it end with `return`?"
assert not np.array_equal(got, x @ weight), (
    "The weights are transposed: row o of `weight` holds the weights of unit o. A square matrix "
    "hides this mistake; with other numbers of units the product would not even exist."
)
assert not np.array_equal(got, x * weight), (
    "`*` multiplies element by element. A unit adds up its products: that is a product of matrices."
)
assert np.array_equal(got, [[11, 10], [4, 0]]), (
    "The first example should give 1*3 + 2*4 and 1*10 + 2*0. Compute yours by hand and compare."
)
with_bias = linear(x, weight, np.array([100.0, 200.0]))
assert not np.array_equal(with_bias, got), "The bias changes nothing in your layer: is it added?"
assert not np.array_equal(with_bias, got + np.array([[100.0], [200.0]])), (
    "You add a bias to each *example*. Each *unit* has its own, the same for all examples."
)
assert np.array_equal(with_bias, [[111, 210], [104, 200]]), (
    "Each unit should add its own bias, once, to each example."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for N, D_in, D_out in ((5, 3, 4), (1, 7, 2), (4, 4, 4)):
    x, weight, bias = (rng.normal(size=s) for s in ((N, D_in), (D_out, D_in), (D_out,)))
    kept = [a.copy() for a in (x, weight, bias)]
    got = linear(x, weight, bias)
    assert np.shape(got) == (N, D_out), (
        "The shape is wrong when the numbers of examples, inputs and units differ."
    )
    assert np.allclose(got, np.einsum("nd,od->no", *kept[:2]) + kept[2], atol=1e-5), (
        "The outputs are wrong for other numbers of examples, inputs and units."
    )
    assert all(np.array_equal(a, b) for a, b in zip((x, weight, bias), kept)), (
        "linear changed an array it was given. `y += bias` is fine for a new y, not for x."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Back through the dense layer
#
# Let $G = \partial L / \partial Y$, shape $(N, D_\text{out})$, arrive. Look at one weight $W_{o,d}$:
# it is used once for each example $n$, where it multiplies $X_{n,d}$ on the way to $Y_{n,o}$. Its
# gradient collects over all its uses:
#
# $$ \frac{\partial L}{\partial W_{o,d}} = \sum_n G_{n,o}\, X_{n,d} $$
#
# Now do the same for $b_o$ and for $X_{n,d}$: where is it used, what is it multiplied with there,
# and over what must one collect? Then write all three as products of matrices or sums along an axis.
#
# A point for each of the three gradients.
#
# <details><summary>Hint 1: let the shapes decide</summary>
#
# A gradient has the shape of what it belongs to. The gradient for `weight` is
# $(D_\text{out}, D_\text{in})$, made of $G$, $(N, D_\text{out})$, and $X$, $(N, D_\text{in})$. There is
# one way of multiplying them.
#
# </details>
#
# <details><summary>Hint 2: the bias</summary>
#
# It is added once in each example, so its gradient is the sum over the examples. A mean is taken in
# the loss, if at all, and has then gone into $G$ already.
#
# </details>

# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    """Give the three gradients of a dense layer.

    Parameters
    ----------
    grad_output : float array, shape (N, D_out)
        Gradient of the loss for `linear(x, weight, bias)`.
    x : float array, shape (N, D_in)
    weight : float array, shape (D_out, D_in)

    Returns
    -------
    grad_x : float array, shape (N, D_in)
    grad_weight : float array, shape (D_out, D_in)
    grad_bias : float array, shape (D_out,)

    Examples
    --------
    >>> grad_x, grad_weight, grad_bias = linear_backward(
    ...     np.array([[1.0], [2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]]), np.array([[10.0, 20.0]]))
    >>> grad_x
    array([[10., 20.],
           [20., 40.]])
    >>> grad_weight, grad_bias
    (array([[13., 16.]]), array([3.]))
    """
    ### BEGIN SOLUTION
    return grad_output @ weight, grad_output.T @ x, grad_output.sum(axis=0)
    ### END SOLUTION


# %% tests="test_linear_backward" points=3
# Three gradients, each in the shape of what it belongs to; then a point for each: the inputs', the
# weights', the bias's. Here and with other numbers of examples, inputs and units.
grad_output = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]])
x = np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 5.0]])
weight = np.array([[10.0, 20.0], [30.0, 50.0]])
got = linear_backward(grad_output, x, weight)
assert got is not None, "linear_backward gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 3, (
    "Give back three arrays: `return grad_x, grad_weight, grad_bias`."
)
lost = {}
words = {
    "x": (
        "Input d of example n is used by every unit, with that unit's weight for it: "
        "collect over the units."
    ),
    "weight": (
        "Each weight is used once for every example: collect over the examples, and neither divide "
        "by their number nor give back the transposed array."
    ),
    "bias": (
        "The bias is added once in every example, so collect over the examples; its gradient has a "
        "number for each unit. A mean, if any, has been taken in the loss."
    ),
}


def examine(arrays, expected):
    """Take the point of each gradient that is not as expected."""
    try:
        got = linear_backward(*arrays)
    except Exception as error:
        message = (
            f"The function stopped with {type(error).__name__} when the numbers of examples, inputs "
            "and units differ. With square arrays a transposed one goes unnoticed."
        )
        lost.update(dict.fromkeys(words, message))
        return
    for (name, message), one, true in zip(words.items(), got, expected):
        if np.shape(one) != np.shape(true) or not np.allclose(one, true, atol=1e-5):
            lost.setdefault(name, message)


examine((grad_output, x, weight), ([[10, 20], [30, 50], [-10, -10]], [[1, 12], [3, -1]], [3, 0]))
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for N, D_in, D_out in ((6, 3, 5), (1, 2, 3), (7, 1, 2)):
    grad_output, x, weight = (rng.normal(size=s) for s in ((N, D_out), (N, D_in), (D_out, D_in)))
    kept = [a.copy() for a in (grad_output, x, weight)]
    examine(
        (grad_output, x, weight),
        (
            np.einsum("no,od->nd", kept[0], kept[2]),
            np.einsum("no,nd->od", kept[0], kept[1]),
            np.einsum("no->o", kept[0]),
        ),
    )
    assert all(np.array_equal(a, b) for a, b in zip((grad_output, x, weight), kept)), (
        "linear_backward changed an array it was given."
    )
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, gradient for {name}: {message}")
3 - len(lost)

# %% [markdown]
# ## Part 5. Batch normalisation, in training and in use
#
# Maps come as an array of shape $(N, C, H, W)$. Each channel $c$ is treated by itself. **In
# training** its mean $\mu_c$ and variance $\sigma_c^2$ are taken over the batch and all pixels, over
# $n = N \cdot H \cdot W$ numbers, and
#
# $$ y = \gamma_c\, \hat x + \beta_c , \qquad
#    \hat x = \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \varepsilon}} \tag{1} $$
#
# with the variance that divides by $n$, as `np.var` does. Beside this the layer keeps a *running*
# mean and variance, and moves each a little towards the batch's, with the momentum $m$:
#
# $$ \text{running} \leftarrow (1 - m) \cdot \text{running} + m \cdot \text{batch} \tag{2} $$
#
# One peculiarity: the variance that is put into (2) is the *unbiased* one, which divides by
# $n - 1$, since it is meant to say something about images to come. This is what PyTorch does.
#
# **In use** (`training=False`), (1) takes the running values in the place of $\mu_c$ and
# $\sigma_c^2$, and they do not change.
#
# The learnable $\gamma$ is called `weight`, $\beta$ is called `bias`.
#
# Partial credit, a point for each: normalising; scale and shift; running averages; use.
#
# <details><summary>Hint 1: axes</summary>
#
# `x.mean(axis=(0, 2, 3))` has one number for each channel, shape `(C,)`. To compute with `x` it must
# stand on axis 1: `mean[:, None, None]` has shape `(C, 1, 1)`.
#
# </details>
#
# <details><summary>Hint 2: two cases, one formula</summary>
#
# Choose the mean and variance first, in an `if`. The line for (1) is the same in both cases.
#
# </details>
#
# <details><summary>Hint 3: new running values</summary>
#
# Write `running_mean = (1 - momentum) * running_mean + ...`, which makes a new array. `+=` would write
# into the one you were given. From `np.var` to the unbiased variance it is a factor $n / (n - 1)$.
#
# </details>

# %% solution="batch_norm"
def batch_norm(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    """Normalise each channel of a batch of maps, equation (1), and keep account of it, (2).

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
        At least two numbers in each channel.
    weight, bias : float array, shape (C,)
        The learnable scale and shift, gamma and beta.
    running_mean, running_var : float array, shape (C,)
        As they were before this batch. They are left as they are.
    training : bool
        True: the batch's own statistics. False: the running ones.
    momentum : float
        How far the running values move towards the batch's.
    eps : float

    Returns
    -------
    y : float array, shape (N, C, H, W)
    running_mean, running_var : float array, shape (C,)
        As they are after this batch.

    Examples
    --------
    >>> x = np.array([1.0, 3.0]).reshape(2, 1, 1, 1)
    >>> one = np.ones(1)
    >>> y, mean, var = batch_norm(x, one, 0 * one, 0 * one, one, training=True, momentum=0.5, eps=0)
    >>> y.ravel(), mean, var
    (array([-1.,  1.]), array([1.]), array([1.5]))
    """
    ### BEGIN SOLUTION
    mean, var = running_mean, running_var
    if training:
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        n = x.size / x.shape[1]
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * n / (n - 1)
    scale = weight / np.sqrt(var + eps)
    y = scale[:, None, None] * (x - mean[:, None, None]) + bias[:, None, None]
    return y, running_mean, running_var
    ### END SOLUTION


# %% tests="test_batch_norm" points=4
# Three arrays in their shapes; then a point each for normalising over batch and pixels, for scale and
# shift, for the running averages and for use. Here and with other batches.
x = np.array([[[[1.0, 3.0]], [[10.0, 10.0]]], [[[5.0, 7.0]], [[30.0, 30.0]]]])  # (2, 2, 1, 2)
one, zero = np.ones(2), np.zeros(2)
got = batch_norm(x, one, zero, zero, one, True)
assert got is not None, "batch_norm gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 3, (
    "Give back three arrays: `return y, running_mean, running_var`."
)
assert [np.shape(a) for a in got] == [(2, 2, 1, 2), (2,), (2,)], (
    f"Your shapes are {[np.shape(a) for a in got]}. y has the shape of x; the running values have one "
    "number for each channel."
)

lost = {}  # what each property cost: a point once, however often it fails


def expect(name, message, made, true):
    """Take the point of a property if an array is not as expected."""
    if np.shape(made) != np.shape(true) or not np.allclose(made, true, rtol=1e-4, atol=1e-4):
        lost.setdefault(name, message)


def normalised(x, mean, var, eps):
    """Give equation (1) without scale and shift."""
    return ((x.transpose(0, 2, 3, 1) - mean) / np.sqrt(var + eps)).transpose(0, 3, 1, 2)


def examine(x, weight, bias, mean, var, **options):
    """Hold a batch against equations (1) and (2), in training and in use."""
    eps, momentum = options.get("eps", 1e-5), options.get("momentum", 0.1)
    columns = np.moveaxis(x, 1, 0).reshape(len(mean), -1)
    arrays = x, weight, bias, mean, var
    kept = [a.copy() for a in arrays]
    one, zero = np.ones_like(mean), np.zeros_like(mean)
    plain = batch_norm(x, one, zero, mean, var, True, **options)
    expect(
        "normalising",
        "In training every channel by itself gets mean 0 and variance 1, over all images and all "
        "pixels together: divide by the square root of the variance, eps included.",
        plain[0],
        normalised(x, columns.mean(1), columns.var(1), eps),
    )
    scaled = batch_norm(x, weight, bias, mean, var, True, **options)
    expect(
        "scale and shift",
        "What has been normalised is multiplied by its channel's weight, and then gets its "
        "channel's bias added, in this order.",
        scaled[0],
        np.moveaxis(np.moveaxis(np.asarray(plain[0]), 1, -1) * weight + bias, -1, 1),
    )
    for name, made, old, new in (
        ("mean", scaled[1], mean, columns.mean(1)),
        ("variance", scaled[2], var, columns.var(1, ddof=1)),
    ):
        expect(
            "running averages",
            f"The running {name} after a batch is not as in (2). The momentum is the share of the "
            "*new* value, the batch's variance is the one that divides by n - 1, and the batch's "
            "statistics are those before scale and shift.",
            made,
            (1 - momentum) * old + momentum * new,
        )
    used = batch_norm(x, weight, bias, mean, var, False, **options)
    message = "In use the running values stand in the place of the batch's, and stay as they are."
    true = normalised(x, mean, var, eps)
    expect("use", message, used[0], np.moveaxis(np.moveaxis(true, 1, -1) * weight + bias, -1, 1))
    expect("use", message, used[1], mean)
    expect("use", message, used[2], var)
    return all(np.array_equal(a, b) for a, b in zip(arrays, kept))


unchanged = examine(
    x, np.array([2.0, 3.0]), np.array([5.0, -5.0]), np.array([1.0, 4.0]), np.array([4.0, 9.0])
)
assert unchanged, (
    "batch_norm changed an array it was given. `running_mean *= ...` and `x -= ...` write into the "
    "caller's arrays; make new ones."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for shape, spread, options in (
    ((4, 3, 5, 2), 2.0, {"momentum": 0.3}),
    ((3, 2, 1, 1), 5.0, {"momentum": 0.9, "eps": 0.5}),
    ((1, 4, 3, 3), 3e-3, {}),
):
    C = shape[1]
    unchanged = examine(
        spread * rng.normal(size=shape) + 3,
        rng.uniform(0.5, 3, C) * rng.choice([-1, 1], C),
        rng.normal(size=C),
        rng.uniform(1, 3, C),
        rng.uniform(1, 4, C),
        **options,
    )
    assert unchanged, "batch_norm changed an array it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
4 - len(lost)

# %% [markdown]
# ## Part 6. Back through batch normalisation
#
# In training $\mu_c$ and $\sigma_c^2$ are made of the same $x$: push one number up, and the mean
# follows, and all others move down a little. So each $x$ reaches the loss in three ways: directly,
# by way of the mean, and by way of the variance. Write $g = \partial L / \partial y$ and $\langle\;\rangle$
# for the mean over the $n$ numbers of the channel. The parameters are easy:
#
# $$ \frac{\partial L}{\partial \beta_c} = \sum g , \qquad
#    \frac{\partial L}{\partial \gamma_c} = \sum g\, \hat x . $$
#
# For $x$, with $\sigma = \sqrt{\sigma_c^2 + \varepsilon}$, the three ways add up to
#
# $$ \frac{\partial L}{\partial x} = \frac{\gamma_c}{\sigma}
#    \Big( \underbrace{g}_{\text{directly}}
#        - \underbrace{\langle g \rangle}_{\text{by the mean}}
#        - \underbrace{\hat x\, \langle g\, \hat x \rangle}_{\text{by the variance}} \Big) \tag{3} $$
#
# Derive it before you use it: differentiate $\hat x_j = (x_j - \mu) / \sigma$ for $x_i$, with
# $\partial \mu / \partial x_i = 1/n$ and $\partial \sigma / \partial x_i = \hat x_i / n$, and collect
# over $j$.
#
# Two checks that (3) passes: a gradient that is the same everywhere disappears, since adding a
# constant to $x$ changes nothing; and what comes out has mean 0 in each channel.
#
# Points: one for `bias`, one for `weight`, two for `x`.
#
# <details><summary>Hint 1: what to compute first</summary>
#
# The mean, the variance and $\hat x$ of the batch, once more, with `keepdims=True`: then all arrays
# have four axes and can be multiplied as they are.
#
# </details>
#
# <details><summary>Hint 2: sums and means</summary>
#
# Gradients for parameters are *sums* over all places where the parameter was used. In (3) there are
# *means*, from the $1/n$ of the derivatives of $\mu$ and $\sigma$. All of them run over the axes
# `(0, 2, 3)`.
#
# </details>

# %% solution="batch_norm_backward"
def batch_norm_backward(grad_output, x, weight, eps=1e-5):
    """Give the gradients of batch normalisation in training, equation (3).

    Parameters
    ----------
    grad_output : float array, shape (N, C, H, W)
        Gradient of the loss for the output.
    x : float array, shape (N, C, H, W)
    weight : float array, shape (C,)
    eps : float

    Returns
    -------
    grad_x : float array, shape (N, C, H, W)
    grad_weight, grad_bias : float array, shape (C,)

    Examples
    --------
    >>> x = np.array([1.0, 3.0]).reshape(2, 1, 1, 1)
    >>> grad_x, grad_weight, grad_bias = batch_norm_backward(np.ones_like(x), x, np.array([2.0]))
    >>> float(abs(grad_x).max()), grad_bias
    (0.0, array([2.]))
    """
    ### BEGIN SOLUTION
    axes = (0, 2, 3)
    sigma = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    standard = (x - x.mean(axis=axes, keepdims=True)) / sigma
    by_mean = grad_output.mean(axis=axes, keepdims=True)
    by_variance = standard * (grad_output * standard).mean(axis=axes, keepdims=True)
    grad_x = weight[:, None, None] / sigma * (grad_output - by_mean - by_variance)
    return grad_x, (grad_output * standard).sum(axis=axes), grad_output.sum(axis=axes)
    ### END SOLUTION


# %% tests="test_batch_norm_backward" points=4
# Three gradients in their shapes; a point for the bias's, a point for the weight's, two for the
# input's, which are held against the slope that moving single inputs shows. The same with other batches.
x = np.array([[[[1.0, 3.0]], [[10.0, 14.0]]], [[[5.0, 8.0]], [[30.0, 34.0]]]])  # (2, 2, 1, 2)
grad_output = np.array([[[[1.0, 0.0]], [[0.0, 2.0]]], [[[0.0, 0.0]], [[-1.0, 0.0]]]])
got = batch_norm_backward(grad_output, x, np.array([2.0, 3.0]))
assert got is not None, "batch_norm_backward gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 3, (
    "Give back three arrays: `return grad_x, grad_weight, grad_bias`."
)
assert [np.shape(a) for a in got] == [(2, 2, 1, 2), (2,), (2,)], (
    f"Your shapes are {[np.shape(a) for a in got]}. Each gradient has the shape of what it belongs to: "
    "collect over all axes but the channels'."
)

lost = {}


def forward(x, weight, eps):
    """Give equation (1), with the channels on axis 0 and everything else on axis 1."""
    mean, var = x.mean(1, keepdims=True), x.var(1, keepdims=True)
    return weight[:, None] * (x - mean) / np.sqrt(var + eps)


def slopes(grad_output, x, weight, eps, h=1e-5):
    """Move each input a little to either side and look at the loss."""
    rows, g = (np.moveaxis(a, 1, 0).reshape(len(weight), -1) for a in (x, grad_output))
    found = np.zeros_like(rows)
    for i in range(rows.shape[1]):  # channels do not touch each other: all at once
        step = np.zeros_like(rows)
        step[:, i] = h
        up, down = (forward(rows + sign * step, weight, eps) for sign in (1, -1))
        found[:, i] = (g * (up - down)).sum(1) / (2 * h)
    return np.moveaxis(found.reshape(len(weight), len(x), *x.shape[2:]), 0, 1)


def examine(grad_output, x, weight, **options):
    """Take the points of the gradients that are not as they should be."""
    eps = options.get("eps", 1e-5)
    kept = [a.copy() for a in (grad_output, x, weight)]
    made = batch_norm_backward(grad_output, x, weight, **options)
    true = slopes(grad_output, x, weight, eps)
    size = np.abs(true).max()
    if not np.allclose(np.asarray(made[0]) / size, true / size, atol=1e-3):
        around = np.allclose(np.mean(made[0], axis=(0, 2, 3)) / size, 0, atol=1e-3)
        lost["x"] = (
            "The gradient for x has mean 0 in each channel, as it should, but is not what moving "
            "single inputs shows. Is the way by the variance complete, and is the factor in front "
            "weight / sigma, with eps inside the root?"
            if around
            else "The gradient for x does not have mean 0 in each channel. Adding a constant to "
            "a channel changes nothing, so the way by the mean must take it out: means over "
            "images and pixels, not sums."
        )
    standard = np.moveaxis(x, 1, 0).reshape(len(weight), -1)
    standard = forward(standard, np.ones_like(weight), eps)
    flat = np.moveaxis(grad_output, 1, 0).reshape(len(weight), -1)
    if not np.allclose(made[1], (flat * standard).sum(1), rtol=1e-3, atol=1e-4):
        lost["weight"] = (
            "The weight multiplies the *normalised* values, once at each place: its gradient is the "
            "sum of grad_output times these."
        )
    if not np.allclose(made[2], flat.sum(1), rtol=1e-3, atol=1e-4):
        lost["bias"] = "The bias is added at each place once: its gradient is a plain sum."
    return all(np.array_equal(a, b) for a, b in zip((grad_output, x, weight), kept))


unchanged = examine(grad_output, x, np.array([2.0, 3.0]))
assert unchanged, "batch_norm_backward changed an array it was given: write into new ones."
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for shape, spread, options in (
    ((4, 3, 3, 2), 2.0, {}),
    ((5, 2, 1, 1), 1.0, {"eps": 0.3}),
    ((2, 2, 3, 3), 3e-3, {}),
):
    unchanged = examine(
        rng.normal(size=shape) + 0.5,
        spread * rng.normal(size=shape) + 1,
        rng.uniform(0.5, 3, shape[1]) * rng.choice([-1, 1], shape[1]),
        **options,
    )
    assert unchanged, "batch_norm_backward changed an array it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-{1 + (name == 'x')} points, gradient for {name}: {message}")
4 - len(lost) - ("x" in lost)

# %% [markdown]
# ## Part 7. Dropout
#
# In training each number is set to 0 with probability $p$, independently of all others, and what is
# kept is divided by $1 - p$, so that nothing changes on average. In use nothing happens at all.
#
# The function also gives back the *mask*: what each number was multiplied by, 0 or $1 / (1 - p)$.
# The backward pass multiplies the arriving gradient by the same mask.
#
# Chance comes from `np.random.default_rng(seed)`: the same seed, the same numbers dropped.
#
# <details><summary>Hint 1: a coin for each number</summary>
#
# `np.random.default_rng(seed).random(x.shape)` has a number between 0 and 1 for each place. With
# which probability is one of them at least $p$?
#
# </details>
#
# <details><summary>Hint 2: in use</summary>
#
# What is `x` multiplied by when nothing happens?
#
# </details>

# %% solution="dropout"
def dropout(x, p, seed, training=True):
    """Drop numbers at random and make up for it ("inverted" dropout).

    Parameters
    ----------
    x : float array, any shape
        It is left as it is.
    p : float
        Probability of being dropped, from 0 to below 1.
    seed : int
        For `np.random.default_rng`.
    training : bool
        False: nothing is dropped.

    Returns
    -------
    y : float array, the shape of `x`
    mask : float array, the shape of `x`
        What `x` was multiplied by.

    Examples
    --------
    >>> y, mask = dropout(np.array([1.0, 2.0]), 0.9, seed=0, training=False)
    >>> y.tolist(), mask.tolist()
    ([1.0, 2.0], [1.0, 1.0])
    """
    ### BEGIN SOLUTION
    mask = np.ones(x.shape)
    if training:
        mask = (np.random.default_rng(seed).random(x.shape) >= p) / (1 - p)
    return x * mask, mask
    ### END SOLUTION


# %% tests="test_dropout" points=3
# Two arrays in the shape of x, the one x times the other; in training zeros and 1 / (1 - p), in the right
# shares and independently of each other; the same seed the same mask; in use nothing. Also for other p.
x = np.full((50, 40), 3.0)
got = dropout(x, 0.2, 1)
assert got is not None, "dropout gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 2, "Give back two arrays: `return y, mask`."
y, mask = np.asarray(got[0], dtype=float), np.asarray(got[1], dtype=float)
assert y.shape == mask.shape == (50, 40), (
    f"y and mask have the shapes {y.shape} and {mask.shape}; both have a number for each number of x: "
    "every one of them is dropped or kept by a coin of its own."
)
assert np.allclose(x, 3), "dropout changed the array it was given: multiply into a new one."
dropped = np.mean(mask == 0)
assert not np.isclose(dropped, 0.8, atol=0.05), (
    "With p = 0.2 you drop four fifths. p is the probability of being *dropped*, not of being kept."
)
assert np.isclose(dropped, 0.2, atol=0.05), (
    f"With p = 0.2 you drop {100 * dropped:.0f} per cent of the numbers in training."
)
kept_at = mask[mask != 0]
assert not np.allclose(kept_at, 1), (
    "What is kept stays as it is in your dropout, so the next layer receives less in training than in "
    "use. Divide by 1 - p in training."
)
assert np.allclose(kept_at, 1.25, atol=1e-5), (
    "With p = 0.2 what is kept should be multiplied by 1 / (1 - p) = 1.25, neither by 1 / p nor by "
    "1 - p."
)
assert np.allclose(y, 3 * mask, atol=1e-4), "y should be x times the mask that you give back."
assert np.array_equal(np.asarray(dropout(x, 0.2, 1)[1], dtype=float), mask), (
    "The same seed should drop the same numbers: take chance from np.random.default_rng(seed) alone."
)
assert not np.array_equal(np.asarray(dropout(x, 0.2, 2)[1], dtype=float), mask), (
    "Another seed should drop other numbers."
)
used, mask = dropout(x, 0.2, 1, training=False)
assert np.allclose(used, 3, atol=1e-5), (
    "In use (training=False) nothing is dropped and nothing is multiplied."
)
assert np.allclose(mask, 1) and np.shape(mask) == (50, 40), (
    "In use the mask, by which every number was multiplied, is 1 everywhere."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for p in (0.5, 0.7, 0.0):
    x = rng.normal(size=(60, 50)) + 0.1
    kept = x.copy()
    y, mask = dropout(x, p, int(rng.integers(1 << 30)), True)
    y, mask = np.asarray(y, dtype=float), np.asarray(mask, dtype=float)
    assert np.array_equal(x, kept), "dropout changed the array it was given."
    assert np.isclose(np.mean(mask == 0), p, atol=0.07), (
        "The share that is dropped is wrong for another p."
    )
    assert np.allclose(mask[mask != 0] * (1 - p), 1, atol=1e-4), (
        "What is kept is multiplied by something wrong for another p."
    )
    assert np.allclose(y, kept * mask, atol=1e-4), "y is not x times the mask for other numbers."
    for axis in (0, 1):
        assert np.std(np.mean(mask, axis=axis)) <= 0.5, (
            "Whole rows or columns are dropped together: toss a coin for each number."
        )
maps = rng.normal(size=(2, 3, 4, 5))
assert np.shape(dropout(maps, 0.5, 3)[0]) == (2, 3, 4, 5), "The shape is not kept with four axes."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. The loss, and the gradient that starts everything
#
# A batch of scores $z$, shape $(N, K)$, and the right classes $y_n$. With the softmax shares
# $p_{n,k} = e^{z_{n,k}} / \sum_j e^{z_{n,j}}$, the loss is the mean of what is lost in each example,
#
# $$ L = \frac1N \sum_n -\log p_{n, y_n} , \qquad
#    \frac{\partial L}{\partial z_{n,k}} = \frac1N \big( p_{n,k} - [k = y_n] \big) . \tag{4} $$
#
# The brackets $[k = y_n]$ are 1 for the right class and 0 otherwise.
#
# $e^{1000}$ is more than a float64 can hold, and $\log 0$ is infinite. Yet only differences of scores
# count: subtract the largest score of each row first. And compute the logarithm of a share without
# the share:
#
# $$ \log p_k = z_k - \max_j z_j - \log \sum_j e^{z_j - \max_i z_i} . $$
#
# Points: one for the loss, two for the gradient, one if both hold for scores of 10,000.
#
# <details><summary>Hint 1: the share of the right class in each row</summary>
#
# `log_p[np.arange(N), labels]` picks from row 0 the column `labels[0]`, from row 1 the column
# `labels[1]`, and so on.
#
# </details>
#
# <details><summary>Hint 2: the gradient</summary>
#
# Start from a copy of the shares and subtract 1 at the same places. What does the mean in the loss do
# to every number of the gradient?
#
# </details>
#
# <details><summary>Hint 3: large scores</summary>
#
# If the loss is `inf` where it should be large: did you take the exponential first and then the
# logarithm? Use the last formula; $p = e^{\log p}$ then gives the shares.
#
# </details>

# %% solution="softmax_cross_entropy"
def softmax_cross_entropy(scores, labels):
    """Say how wrong scores are on average, and in which direction they are, equation (4).

    Parameters
    ----------
    scores : float array, shape (N, K)
        Of any size.
    labels : int array, shape (N,)
        The right class of each example, from 0 to K - 1.

    Returns
    -------
    loss : float
    grad_scores : float array, shape (N, K)
        Gradient of the loss for `scores`.

    Examples
    --------
    >>> loss, grad_scores = softmax_cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 3), grad_scores
    (1.386, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """
    ### BEGIN SOLUTION
    N = len(scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    grad_scores = np.exp(log_p)
    grad_scores[np.arange(N), labels] -= 1
    return float(-log_p[np.arange(N), labels].mean()), grad_scores / N
    ### END SOLUTION


# %% tests="test_softmax_cross_entropy" points=4
# A number and an array; a point for the loss, two for its gradient, and one if both hold for scores as
# large as 10,000. Here and with other scores, numbers of classes and labels.
scores = np.log(np.array([[1.0, 2.0, 1.0], [6.0, 1.0, 1.0]]))  # shares ¼ ½ ¼ and ¾ ⅛ ⅛
labels = np.array([1, 2])
got = softmax_cross_entropy(scores, labels)
assert got is not None, "softmax_cross_entropy gives back nothing: does it end with `return`?"
assert isinstance(got, tuple | list) and len(got) == 2, (
    "Give back two things: `return loss, grad_scores`."
)
assert np.ndim(got[0]) == 0, (
    f"The loss is one number, the mean over the batch; yours has shape {np.shape(got[0])}."
)
assert np.shape(got[1]) == (2, 3), (
    f"The gradient has the shape of the scores, (2, 3); yours has {np.shape(got[1])}."
)

lost = {}


def examine(scores, labels, large=False):
    """Take the points of what does not hold; large scores count by themselves."""
    shares = np.exp(scores - scores.max(1, keepdims=True))
    total = shares.sum(1)
    rows = np.arange(len(labels))
    true_loss = np.mean(np.log(total) - (scores - scores.max(1, keepdims=True))[rows, labels])
    true = (shares / total[:, None] - (np.arange(scores.shape[1]) == labels[:, None])) / len(labels)
    try:
        loss, grad = softmax_cross_entropy(scores, labels)
    except Exception:
        loss, grad = np.nan, np.full_like(scores, np.nan)
    fine = np.isclose(loss, true_loss, rtol=1e-4, atol=1e-5), np.allclose(grad, true, atol=1e-5)
    if large and not all(fine):
        lost["large scores"] = 1, (
            "Scores of 10,000 give nan, inf or something wrong. Subtract the largest score of *each "
            "row* before the exponential, and take no logarithm of a share."
        )
    elif not large and not fine[0]:
        lost["loss"] = 1, (
            "The loss is the mean over the examples of minus the natural logarithm of the share of "
            "the right class. Compute the example by hand: its shares are in the comment."
        )
    if not large and not fine[1]:
        off = np.allclose(np.asarray(grad) / len(labels), true, atol=1e-5)
        lost["gradient"] = 2, (
            "Each number of your gradient is too large by the number of examples: "
            "the loss is a mean."
            if off
            else "The gradient is what was given minus what should have been given, shares minus "
            "ones at the right classes, divided by the number of examples."
        )


examine(scores, labels)
examine(np.array([[1e4, 0.0], [0.0, 1e4], [-1e4, -1e4]]), np.array([0, 0, 1]), large=True)
assert np.array_equal(np.exp(scores).round(6), [[1, 2, 1], [6, 1, 1]]), (
    "softmax_cross_entropy changed the scores it was given. `scores -= ...` writes into them."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(seed())
for N, K in ((5, 4), (1, 3), (8, 10)):
    scores, labels = 3 * rng.normal(size=(N, K)), rng.integers(0, K, N)
    kept = scores.copy()
    examine(scores, labels)
    assert np.array_equal(scores, kept), "softmax_cross_entropy changed the scores it was given."
examine(1e4 * rng.normal(size=(6, 5)), rng.integers(0, 5, 6), large=True)
### END HIDDEN TESTS
for name, (points, message) in lost.items():
    print(f"-{points} points, {name}: {message}")
4 - sum(points for points, _ in lost.values())

# %% [markdown]
# Your layers, put together: 64 pixels, 64 hidden units, ten scores. It takes a second or two, and
# there is nothing in it but NumPy and your functions.

# %%
images, labels = digits("train")
test_images, test_labels = digits("test")
draw = np.random.default_rng(0)
W1, b1 = draw.normal(size=(64, 64)) * np.sqrt(2 / 64), np.zeros(64)
W2, b2 = draw.normal(size=(10, 64)) * np.sqrt(2 / 64), np.zeros(10)
losses = []
for step in range(250):
    some = draw.integers(0, len(labels), 64)
    x = images[some].reshape(64, 64)
    before = linear(x, W1, b1)
    hidden, mask = dropout(relu(before), 0.2, seed=step)
    loss, grad = softmax_cross_entropy(linear(hidden, W2, b2), labels[some])
    losses.append(loss)
    grad_hidden, grad_W2, grad_b2 = linear_backward(grad, hidden, W2)
    _, grad_W1, grad_b1 = linear_backward(relu_backward(grad_hidden * mask, before), x, W1)
    W1, b1, W2, b2 = (
        p - 0.4 * g for p, g in zip((W1, b1, W2, b2), (grad_W1, grad_b1, grad_W2, grad_b2))
    )
hidden = relu(linear(test_images.reshape(-1, 64), W1, b1))
right = np.mean(linear(hidden, W2, b2).argmax(1) == test_labels)
figure = new_figure(height=2.2)
axes = figure.subplots()
axes.plot(losses, color="#5b3a8c")
axes.set(xlabel="step", ylabel="loss", title=f"{100 * right:.1f} % of the test digits are read")
figure

# %% [markdown]
# ## Part 9. Three riddles
#
# A network with batch normalisation and dropout has been trained with batches of 64 images.
#
# 1. Somebody forgets to switch it to evaluation and asks it about *one* photograph, twice. The answers
#    differ. Which layer is to blame, and why?
# 2. Somebody else removes that layer, still does not switch, and gets for one photograph an answer
#    which depends on what else is in the batch. Why? What does batch normalisation behind a *dense*
#    layer give (one number for each unit and example, no pixels) if the batch is a single image?
# 3. With dropout as in Part 7 nothing has to be multiplied in use. What would have to be done in use
#    if training did not divide by $1 - p$, and what goes wrong if nobody does it?
#
# Four to eight sentences in your own words. This answer is read and graded by a person.

# %% [markdown] written="explain_riddles" points=3
# ### BEGIN SOLUTION
# 1. Dropout. In training mode it draws a new mask each time, so that two passes go through two
#    different thinned networks. In evaluation it lets everything through. (Batch normalisation is
#    deterministic: the same batch gives the same statistics.)
# 2. Batch normalisation in training mode takes the mean and variance of the batch it is in, so the
#    other images change what is subtracted from this one and what it is divided by. Running averages,
#    used in evaluation, belong to the network and not to the batch. With one image and no pixels
#    each unit has a single number: it is its own mean, its variance is 0, and what comes out is
#    $\beta$, whatever the image.
# 3. Without the division a unit receives in training on average $1 - p$ times what it receives in
#    use. In use one would have to multiply by $1 - p$ (each dropped-out layer's output, or the
#    weights behind it). If nobody does it, every sum is larger by $1 / (1 - p)$ than the next layer
#    has learnt to expect; scores are too large, and with several such layers the error multiplies.
#
# **Marking**, a point for each:
#
# - Dropout, with the reason that a new random mask is drawn for each pass. ("Because of randomness"
#   without the layer: nothing; the layer without a reason: half a point.)
# - The batch's statistics depend on the other images, *and* a single number is normalised to 0, so
#   that only the shift is left. (Half a point for one of the two.)
# - Multiply by $1 - p$ in use, and: sums would be too large otherwise. (Half a point for one.)
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Put your batch normalisation between the first layer and the bend of the digit reader (reshape
#   to `(N, 64, 1, 1)`). Raise the rate until learning fails, with it and without it.
# - Compare each of your backward functions with slopes that you measure by moving one number. The
#   assignment of the chapter on training is about doing this well.
# - Feed `batch_norm_backward` a gradient that is 1 everywhere, then one that is $\hat x$. Explain
#   both results by (3).
