# ---
# title: Kernels along one axis
# chapter: book/13_sequences/index.md
# minutes: 120
# seconds_per_cell: 20
# may_not_call: [np.convolve, np.correlate, scipy, sklearn, torch, cnncourse.layers, cnncourse.metrics, cnncourse.models, cnncourse.labs]
# summary: >
#   Convolution over words and over time, in NumPy: causal and dilated, in a network that reads
#   phrases and in a block that looks far back; and how an alarm is raised and judged.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.data.signals import heartbeats
from cnncourse.plots import new_figure

# %% [markdown]
# When you have finished, you will be able to
#
# - convolve a sequence along its one axis, with dilation, and without a look ahead;
# - compute how far back a stack of such layers sees;
# - build the block of a temporal convolutional network, shortcut included;
# - score a sentence by the phrases in it, wherever they stand;
# - raise an alarm by what the past leads you to expect, and judge it by the area under a curve.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# A sequence is an array of shape (C, L): C channels, L places. All your functions get one sequence
# at a time, without a batch axis, and leave it as it is.
#
# ### Before you start: where would you raise an alarm?
#
# Below are ten seconds of a generated heartbeat. Some beats are not as they should be. Mark them in
# your mind. How did you know: from the height, or from what came before? At the end of the notebook
# a function of yours gives every sample a score, beside the truth.

# %%
recording = heartbeats(10, disturbed=0.3, seed=4)
heart = recording.values[0].astype(float)
figure = new_figure(height=2)
axes = figure.subplots()
axes.plot(np.arange(len(heart)) / recording.rate, heart, color="0.25", linewidth=1)
axes.set(xlabel="time / s", ylabel="mV")
figure

# %% [markdown]
# ## Part 1. Convolution along one axis
#
# A kernel has $K$ places and as many channels as the sequence. At each place it multiplies and adds,
# over channels and places:
#
# $$ y_{o,t} = \sum_{c=0}^{C_\text{in}-1} \sum_{k=0}^{K-1} w_{o,c,k}\; x_{c,\,t + k d} \tag{1} $$
#
# With *dilation* $d$ its places stand $d$ samples apart, so it spans $d(K-1)+1$ samples, and there
# are $L - d(K-1)$ outputs. Nothing is flipped.
#
# A **causal** convolution first puts $d(K-1)$ zeros in *front* of the sequence. The length then stays
# as it was, and output $t$ depends on inputs up to $t$ and on nothing after it.
#
# By hand: $x = (1, 2, 4, 8)$, one kernel $(1, 10)$, $d = 2$. Then $y_0 = 1 \cdot 1 + 10 \cdot 4 = 41$
# and $y_1 = 2 + 80 = 82$. Causal, two zeros stand in front: $(10, 20, 41, 82)$.
#
# Partial credit: a point for the plain case, without which there are none, and one each for several channels, for
# dilation and for causality.
#
# <details><summary>Hint 1: one place of the kernel at a time</summary>
#
# For a fixed $k$ and all $t$ at once, the inputs of (1) are a slice of `x`, as long as the output, that
# begins at $k d$. What matrix product mixes its channels?
#
# </details>
#
# <details><summary>Hint 2: causal</summary>
#
# Put the zeros in front, and go on as without. `np.concatenate` with `np.zeros` does it.
#
# </details>

# %% solution="conv1d"
def conv1d(x, weight, dilation=1, causal=False):
    """Cross-correlate a sequence with a bank of kernels, equation (1).

    Parameters
    ----------
    x : float array, shape (C_in, L)
    weight : float array, shape (C_out, C_in, K)
    dilation : int
        Samples from one place of a kernel to the next.
    causal : bool
        Put d (K - 1) zeros in front, so that the length stays.

    Returns
    -------
    float array, shape (C_out, L_out)
        L_out = L if causal, else L - d (K - 1).

    Examples
    --------
    >>> conv1d(np.array([[1.0, 2, 4, 8]]), np.array([[[1.0, 10]]]), dilation=2)
    array([[41., 82.]])
    """
    ### BEGIN SOLUTION
    C_out, C_in, K = weight.shape
    past = dilation * (K - 1)
    if causal:
        x = np.concatenate([np.zeros((C_in, past)), x], axis=1)
    length = x.shape[1] - past
    y = np.zeros((C_out, length))
    for k in range(K):
        y += weight[:, :, k] @ x[:, k * dilation : k * dilation + length]
    return y
    ### END SOLUTION


# %% tests="test_conv1d" points=4
# The plain case is a condition for the rest; then a point each for several channels, for dilation and
# for causality, here and with other sequences and kernels.
x = np.array([[1.0, 2, 4, 8, 16]])
plain = conv1d(x, np.array([[[1.0, 10]]]))
assert plain is not None, "conv1d gives back nothing: does it end with `return`?"
assert np.shape(plain) == (1, 4), (
    f"One kernel of two places on five samples gives you the shape {np.shape(plain)}. How many places "
    "has a window of 2 on 5, and how many rows has the output?"
)
assert not np.array_equal(plain, [[12, 24, 48, 96]]), (
    "Your kernel is turned round: its first weight met the later sample. In (1) both are read in the "
    "same direction."
)
assert np.array_equal(plain, [[21, 42, 84, 168]]), (
    "The plain case, one channel without dilation and not causal, does not come out yet. Work the "
    "first output out by hand: which two samples meet which weights?"
)

lost = {}  # what each property cost: a point once, however often it fails


def examine(name, message, x, weight, expected, **options):
    """Take the point of a property if the result is not as expected."""
    try:
        got = conv1d(x, weight, **options)
    except Exception as error:
        lost.setdefault(name, f"{message} (Your function stopped with {type(error).__name__}.)")
        return
    if np.shape(got) != np.shape(expected) or not np.allclose(got, expected, atol=1e-6):
        lost.setdefault(name, message)


examine(
    "channels",
    "Each kernel has weights of its own for every channel, and all products go into one sum: neither "
    "only the first channel, nor the mean of them. Each kernel gives one row.",
    np.array([[1.0, 1, 1], [10, 10, 10]]),
    np.array([[[1.0], [2]], [[3.0], [1]], [[0.0], [1]]]),
    [[21.0] * 3, [13.0] * 3, [10.0] * 3],
)
examine(
    "dilation",
    "With dilation 2 the kernel's places are two samples apart, and the window still moves by one "
    "sample: dilation is no stride. How many samples does the window span?",
    x,
    np.array([[[1.0, 10]]]),
    [[41.0, 82, 164]],
    dilation=2,
)
examine(
    "causal",
    "A causal convolution has all its zeros in front, d (K - 1) of them: none behind, and not half on "
    "each side. Output t must not depend on what comes after t.",
    x,
    np.array([[[1.0, 10, 100]]]),
    [[100.0, 210, 421, 842, 1684]],
    causal=True,
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for name, C_in, L, C_out, K, dilation, causal in (
    ("channels", 3, 7, 2, 4, 1, False),
    ("channels", 2, 5, 4, 1, 1, False),
    ("dilation", 1, 12, 1, 3, 4, False),
    ("dilation", 2, 9, 3, 2, 3, False),
    ("causal", 1, 6, 1, 3, 2, True),
    ("causal", 2, 4, 3, 4, 2, True),
):
    x, weight = rng.normal(size=(C_in, L)), rng.normal(size=(C_out, C_in, K))
    span = dilation * (K - 1)
    padded = np.pad(x, ((0, 0), (span if causal else 0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, span + 1, axis=1)[..., ::dilation]
    kept = x.copy()
    examine(
        name,
        f"The small example of {name} is right, larger ones are not. Try several channels, other "
        "lengths and wider kernels.",
        x,
        weight,
        np.einsum("clk,ock->ol", windows, weight),
        dilation=dilation,
        causal=causal,
    )
    assert np.array_equal(x, kept), "conv1d changed the sequence it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 4 - len(lost))

# %% [markdown]
# ## Part 2. How far back
#
# A single layer whose kernel has $K$ places $d$ apart sees $d(K-1)$ samples besides the one it
# stands on. Stacked, the reaches add up; the sample it stands on is counted once:
#
# $$ r = 1 + \sum_{l} d_l\, (K - 1) \tag{2} $$
#
# By hand: kernels of 3 with dilations 1, 2 and 4 see $1 + 2 \cdot 7 = 15$ samples.
#
# <details><summary>Hint 1: the first layer</summary>
#
# With one layer of dilation 1 the field is the kernel itself. Does your formula say so?
#
# </details>
#
# <details><summary>Hint 2: any dilations</summary>
#
# They need not double. Add up what is in the list.
#
# </details>

# %% solution="field"
def field(kernel_size, dilations):
    """Count the samples that one output of a causal stack sees.

    Parameters
    ----------
    kernel_size : int
        Places of every kernel.
    dilations : sequence of int
        Of the layers, from the input up; none for no layer.

    Returns
    -------
    int

    Examples
    --------
    >>> field(3, [1, 2, 4])
    15
    """
    ### BEGIN SOLUTION
    return 1 + sum(dilation * (kernel_size - 1) for dilation in dilations)
    ### END SOLUTION


# %% tests="test_field" points=2
# One layer; equal layers; dilations that double; no layer at all. The same with other kernels and
# with dilations in no order.
got = field(3, [1])
assert got is not None, "field gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, "A field is one number, the samples that an output sees."
assert got != 2, (
    "One layer with a kernel of 3 sees three samples, the one it stands on among them. Did you count "
    "that one?"
)
assert got == 3, "One layer with a kernel of 3 and dilation 1 sees just what its kernel covers."
assert field(3, [1, 1]) == 5, (
    "Two plain layers with kernels of 3: the second reads three outputs of the first, whose windows "
    "overlap. How many samples is that? Fields are not multiplied, and the middle is counted once."
)
assert field(3, [1, 2, 4]) == 15, (
    "Dilations 1, 2 and 4 do not come out, equal ones do. Each layer adds (K - 1) steps of *its own* "
    "dilation."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
assert field(5, []) == 1, "Without any layer an output is its own sample. Try an empty list."
assert field(1, [1, 8]) == 1, "A kernel of one place sees one sample, whatever the dilation."
for length in (2, 4, 7):
    kernel_size = int(rng.integers(2, 9))
    dilations = [int(d) for d in rng.integers(1, 40, length)]
    expected = 1
    for dilation in dilations:
        expected += dilation * kernel_size - dilation
    assert field(kernel_size, dilations) == expected, (
        "The count is wrong for another kernel, or for dilations that do not double. Try "
        "field(2, [3, 5, 1]) by hand."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. The block of a temporal network
#
# Two causal convolutions of the same dilation, a ReLU behind each, beside a shortcut; then the sum
# and a last ReLU:
#
# $$ z = \operatorname{relu}\big(w_2 * \operatorname{relu}(w_1 * x)\big), \qquad
#    y = \operatorname{relu}(z + s(x)) \tag{3} $$
#
# The shortcut $s$ gives $x$ itself. Where the block changes the number of channels that does not fit, and
# $s$ is a $1 \times 1$ convolution: a matrix $P$ of shape (C_out, C_in) that mixes the channels at each
# place.
#
# <details><summary>Hint 1: causal convolution</summary>
#
# Call your `conv1d` with `causal=True`, if it is right; or write the few lines of it again here, as a
# function inside the function.
#
# </details>
#
# <details><summary>Hint 2: the shortcut</summary>
#
# A 1 × 1 convolution along a sequence is a matrix product: (C_out, C_in) times (C_in, L).
#
# </details>

# %% solution="temporal_block"
def temporal_block(x, weight1, weight2, dilation, project=None):
    """Change a sequence by two causal convolutions beside a shortcut, equation (3).

    Parameters
    ----------
    x : float array, shape (C_in, L)
    weight1 : float array, shape (C_out, C_in, K)
    weight2 : float array, shape (C_out, C_out, K)
    dilation : int
        Of both.
    project : float array, shape (C_out, C_in), optional
        The shortcut's 1 × 1 convolution; if left out, the shortcut gives `x` itself.

    Returns
    -------
    float array, shape (C_out, L)

    Examples
    --------
    >>> one = np.ones((1, 1, 1))
    >>> temporal_block(np.array([[1.0, -2, 3]]), one, one, dilation=1)
    array([[2., 0., 6.]])
    """
    ### BEGIN SOLUTION
    def convolve(x, weight):
        past = dilation * (weight.shape[2] - 1)
        padded = np.concatenate([np.zeros((len(x), past)), x], axis=1)
        taps = [padded[:, k * dilation : k * dilation + x.shape[1]] for k in range(weight.shape[2])]
        return np.einsum("ock,kcl->ol", weight, np.array(taps))

    z = np.maximum(convolve(np.maximum(convolve(x, weight1), 0), weight2), 0)
    return np.maximum(z + (x if project is None else project @ x), 0)
    ### END SOLUTION


# %% tests="test_temporal_block" points=3
# The shape; the shortcut, alone and projected; all three ReLUs; the past only, through both layers. The
# same with other channels, kernels and dilations.
one = np.ones((1, 1, 1))
x = np.array([[1.0, -2, 3, 0.5]])
got = temporal_block(x, one, one, 1)
assert got is not None, "temporal_block gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 4), "The block keeps the length: each convolution is causal."
assert not np.allclose(got, np.maximum(x, 0)), (
    "There is no shortcut in your result: x itself is added to what the two convolutions give."
)
assert np.min(got) >= 0, "A last ReLU comes behind the sum; yours has negative values."
assert np.allclose(got, [[2, 0, 6, 1]]), (
    "With kernels of a single 1 the block adds relu(x) and x, and cuts off below 0. Is there a ReLU "
    "behind *each* convolution, before the sum?"
)
assert np.allclose(temporal_block(x, -one, -one, 1), [[1, 0, 3, 0.5]]), (
    "Where the first convolution gives something negative, nothing of it reaches the second: there is "
    "a ReLU between the two."
)
assert np.allclose(temporal_block(x, one, -one, 1), [[1, 0, 3, 0.5]]), (
    "Where the second convolution gives something negative, nothing of it reaches the sum: there is a "
    "ReLU behind it, too."
)
late = np.array([[[0.0, 0, 1]]])  # gives the present sample
early = np.array([[[1.0, 0, 0]]])  # gives the one two steps of the dilation before
pulse = np.array([[1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
assert np.allclose(temporal_block(pulse, early, late, 2), [[1, 0, 0, 0, 1, 0, 0, 0, 0, 0]]), (
    "A pulse through the first convolution should arrive two steps of 2 later, never earlier. Are the "
    "zeros in front, and does the first convolution use the dilation?"
)
assert np.allclose(temporal_block(pulse, early, early, 2), [[1, 0, 0, 0, 0, 0, 0, 0, 1, 0]]), (
    "The second convolution has the same dilation as the first."
)
assert np.allclose(
    temporal_block(x, np.zeros((2, 1, 1)), np.zeros((2, 2, 1)), 1, np.array([[1.0], [-1]])),
    [[1, 0, 3, 0.5], [0, 2, 0, 0]],
), "With `project` the shortcut gives project @ x, the input mixed at each place; not mixed results."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for C_in, C_out, K, dilation, L in ((2, 2, 3, 2, 13), (3, 5, 2, 4, 11), (4, 1, 4, 1, 9)):
    x, project = rng.normal(size=(C_in, L)), rng.normal(size=(C_out, C_in))
    weights = [rng.normal(size=(C_out, C, K)) for C in (C_in, C_out)]
    kept, z, span = x.copy(), x, dilation * (K - 1)
    for weight in weights:
        padded = np.pad(z, ((0, 0), (span, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, span + 1, axis=1)
        z = np.einsum("clk,ock->ol", windows[..., ::dilation], weight).clip(0)
    shortcuts = [(project, project @ x)] + ([(None, x)] if C_in == C_out else [])
    for matrix, shortcut in shortcuts:
        assert np.allclose(
            temporal_block(x, *weights, dilation, matrix), (z + shortcut).clip(0), atol=1e-6
        ), (
            "The block is wrong for other channels, kernels or dilations. Try several channels, a "
            "kernel of 2 and dilation 4, with and without a projection."
        )
    assert np.array_equal(x, kept), "temporal_block changed the sequence it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Phrases, anywhere
#
# TextCNN reads a sentence as numbers of words. Each number is looked up in a table of embeddings, which
# makes a sequence of shape (C, L). Kernels of several widths slide over it, *without* zeros at the
# ends and without dilation; a ReLU follows; and of each kernel only the **greatest** response counts. A dense layer
# makes scores of these numbers:
#
# $$ m_j = \max_t \operatorname{relu}(w_j * e)_t, \qquad \text{scores} = A\, m + b \tag{4} $$
#
# The $m_j$ stand in the order of the list of kernels, and within a bank of kernels in their order.
#
# <details><summary>Hint 1: the lookup</summary>
#
# `table[numbers]` has a row for each word. Which way must it be turned?
#
# </details>
#
# <details><summary>Hint 2: which axis is the maximum over</summary>
#
# One number for each kernel remains, whatever the length of the sentence.
#
# </details>

# %% solution="text_scores"
def text_scores(numbers, table, kernels, weight, bias):
    """Score a sentence by the phrases in it, equation (4).

    Parameters
    ----------
    numbers : int array, shape (L,)
        Numbers of words; L is at least the greatest width.
    table : float array, shape (words, C)
        The embedding of each word.
    kernels : list of float arrays, shape (channels, C, width)
        Each of another width.
    weight : float array, shape (classes, all channels)
    bias : float array, shape (classes,)

    Returns
    -------
    float array, shape (classes,)

    Examples
    --------
    >>> looks_for_0_1 = np.array([[[1.0, 0], [0, 1]]])
    >>> text_scores(np.array([1, 0, 1]), np.eye(2), [looks_for_0_1], np.ones((1, 1)), np.zeros(1))
    array([2.])
    """
    ### BEGIN SOLUTION
    words = table[numbers].T
    greatest = []
    for bank in kernels:
        places = words.shape[1] - bank.shape[2] + 1
        windows = [words[:, t : t + bank.shape[2]] for t in range(places)]
        responses = np.einsum("ock,tck->ot", bank, np.array(windows))
        greatest.append(np.maximum(responses, 0).max(axis=1))
    return weight @ np.concatenate(greatest) + bias
    ### END SOLUTION


# %% tests="test_text_scores" points=3
# One score for each class; a phrase counts wherever it stands; the greatest response and not the mean; no
# negative responses; all widths. The same with other tables, widths and lengths.
table = np.eye(3)  # word i is channel i
phrase = np.array([[[1.0, 0], [0, 1], [0, 0]]])  # words 0 1 in a row
one, none = np.ones((1, 1)), np.zeros(1)
got = text_scores(np.array([2, 0, 1, 2]), table, [phrase], one, none)
assert got is not None, "text_scores gives back nothing: does it end with `return`?"
assert np.shape(got) == (1,), "There is one score for each class, and no axis for places is left."
assert np.allclose(got, [2]), (
    "The phrase of two words stands in the middle of the sentence, and both its words are there: the "
    "greatest response counts, neither the mean of all places nor their sum."
)
assert np.allclose(text_scores(np.array([1, 0, 2, 2]), table, [phrase], one, none), [1]), (
    "The same two words in the other order are another phrase: only one of them meets its weight. Is "
    "your kernel read in the sentence's direction, along the words?"
)
assert np.allclose(text_scores(np.array([0, 1]), table, [-phrase], one, none), [0]), (
    "A kernel that answers with something negative everywhere has not found its phrase: a ReLU makes "
    "that 0, before or after the maximum."
)
either = np.concatenate([phrase, np.array([[[0.0, 3], [0, 0], [0, 0]]])])
assert np.allclose(
    text_scores(np.array([0, 1, 2]), table, [either], np.array([[1.0, 100]]), none), [2]
), (
    "Two kernels give two numbers, each the greatest over *places*. And the ends of the sentence are "
    "not padded: a window starts at the first word and ends at the last."
)
wide = np.ones((1, 3, 3))
assert np.allclose(
    text_scores(np.array([0, 1, 1, 2]), table, [phrase, wide], np.array([[1.0, 10], [0, 1]]),
                np.array([0.5, 7])),
    [32.5, 10],
), "With two widths the numbers stand one behind the other; then weight, and the bias is added."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for L, C, banks in ((9, 4, ((2, 3), (3, 2))), (5, 3, ((4, 5),)), (7, 2, ((3, 1), (1, 4), (2, 2)))):
    numbers, table = rng.integers(0, 6, L), rng.normal(size=(6, C))
    kernels = [rng.normal(size=(channels, C, width)) for channels, width in banks]
    total = sum(channels for channels, _ in banks)
    weight, bias = rng.normal(size=(3, total)), rng.normal(size=3)
    found = []
    for kernel in kernels:
        words = np.lib.stride_tricks.sliding_window_view(table[numbers].T, kernel.shape[2], axis=1)
        found += list(np.einsum("ctk,ock->ot", words, kernel).clip(0).max(axis=1))
    assert np.allclose(
        text_scores(numbers, table, kernels, weight, bias), weight @ found + bias, atol=1e-6
    ), (
        "The scores are wrong for another sentence. Try several kernels of each width, an embedding "
        "with negative numbers, and a kernel as long as the sentence."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. What the past leads you to expect
#
# The simplest forecast of a sample is the mean of the samples before it. How far the sample is from that is
# a score of how surprising it is:
#
# $$ s_t = \Big|\, x_t - \frac{1}{n} \sum_{i=1}^{n} x_{t-i} \Big| \tag{5} $$
#
# with $n$ the given length, or $t$ where fewer samples came before. The first sample has no past and
# gets 0. The present sample is *not* part of its own forecast, and neither is the future.
#
# By hand: $(0, 2, 4, 6)$ with length 2 gives $(0, 2, 3, 3)$.
#
# <details><summary>Hint 1: a loop</summary>
#
# The samples before place `t` are `values[t - length : t]`. What happens when `t - length` is negative?
#
# </details>
#
# <details><summary>Hint 2: without a loop, if you like</summary>
#
# The sum over a stretch is the difference of two cumulative sums.
#
# </details>

# %% solution="distance_from_average"
def distance_from_average(values, length):
    """Score each sample by its distance from the mean of those before it, equation (5).

    Parameters
    ----------
    values : float array, shape (L,)
    length : int
        Samples of the mean, at least 1.

    Returns
    -------
    float array, shape (L,)

    Examples
    --------
    >>> distance_from_average(np.array([0.0, 2, 4, 6]), 2)
    array([0., 2., 3., 3.])
    """
    ### BEGIN SOLUTION
    scores = np.zeros(len(values))
    for t in range(1, len(values)):
        scores[t] = abs(values[t] - values[max(0, t - length) : t].mean())
    return scores
    ### END SOLUTION


# %% tests="test_distance_from_average" points=2
# As many scores as samples; no score for the first; the mean of the past without the present; no minus
# signs; fewer samples at the beginning. The same with other series and lengths.
got = distance_from_average(np.array([5.0, 5, 5, 9, 5, 5]), 2)
assert got is not None, "distance_from_average gives back nothing: does it end with `return`?"
assert np.shape(got) == (6,), "There is one score for each sample."
assert np.isclose(got[0], 0), (
    "The first sample has no past and gets 0. Is the sum at the beginning divided by as many samples "
    "as there are?"
)
assert np.isclose(got[1], 0) and np.isclose(got[2], 0), (
    "Nothing has happened in the first three samples, so their scores are 0. At the beginning there "
    "are fewer samples than `length`: what is the mean divided by? And does your mean see the future?"
)
assert np.isclose(got[3], 4), (
    "The fourth sample is 9 after a steady 5. Is it part of its own mean? It should be compared with "
    "what came before."
)
assert np.min(got) >= 0, "A distance has no sign: take the absolute value."
assert np.isclose(got[4], 2), (
    "The fifth sample is 5, and the two before it are 5 and 9. Only these two count, not the whole past."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for L, length in ((12, 3), (6, 1), (5, 9), (1, 4)):
    values = rng.normal(size=L)
    kept = values.copy()
    got = distance_from_average(values, length)
    expected = [0.0]
    for t in range(1, L):
        past = kept[:t][-length:]
        expected.append(abs(kept[t] - sum(past) / len(past)))
    assert np.allclose(got, expected, atol=1e-9), (
        "The scores are wrong for another series. Try length 1, and a length greater than the series."
    )
    assert np.array_equal(values, kept), "distance_from_average changed the series it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. The area under the ROC curve
#
# Scores rank samples. Take one sample that is truly disturbed and one that is not: how often does the
# disturbed one score *higher*? Over all such pairs, with ties counted half, that is the area under the
# ROC curve:
#
# $$ \text{AUC} = \frac{1}{n_+ n_-} \sum_{i \in +} \sum_{j \in -}
#    \Big( [s_i > s_j] + \tfrac12 [s_i = s_j] \Big) \tag{6} $$
#
# By hand: scores $(0.9, 0.8, 0.3)$, of which the first and the last are disturbed. Two pairs, one won:
# 0.5.
#
# <details><summary>Hint 1: all pairs at once</summary>
#
# `scores[true][:, None] > scores[~true]` compares every disturbed sample with every healthy one.
#
# </details>
#
# <details><summary>Hint 2: the types</summary>
#
# `~` turns bool arrays round. On an array of the numbers 0 and 1 it does something else.
#
# </details>

# %% solution="roc_auc"
def roc_auc(scores, true):
    """Say how often a disturbed sample scores higher than a healthy one, equation (6).

    Parameters
    ----------
    scores : float array, shape (N,)
    true : bool array, shape (N,)
        Which samples are disturbed: at least one, and not all.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> roc_auc(np.array([0.9, 0.8, 0.3]), np.array([True, False, True]))
    0.5
    """
    ### BEGIN SOLUTION
    disturbed, healthy = scores[true][:, None], scores[~true]
    return float(((disturbed > healthy) + 0.5 * (disturbed == healthy)).mean())
    ### END SOLUTION


# %% tests="test_roc_auc" points=2
# A perfect ranking, the opposite of one, a single wrong pair, ties; how rare the disturbed are does not
# matter. The same with many samples and many ties.
rank = np.array([0.1, 0.4, 0.6, 0.9])
last = np.array([False, False, True, True])
got = roc_auc(rank, last)
assert got is not None, "roc_auc gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, "The area is one number."
assert np.isclose(got, 1), (
    "Every disturbed sample scores higher than every healthy one: all pairs are won, and the area is "
    "1. Is the number of won pairs divided by the number of all pairs?"
)
assert np.isclose(roc_auc(rank, ~last), 0), (
    "Turned round, no pair is won. Which of the two groups should score higher?"
)
assert np.isclose(roc_auc(rank - 5, np.array([False, True, False, True])), 0.75), (
    "One of four pairs is lost. Only the order of the scores matters, not their size or any threshold."
)
assert np.isclose(roc_auc(np.ones(3), np.array([True, False, False])), 0.5), (
    "Equal scores decide nothing: each tie counts half."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for N, levels in ((40, 1000), (60, 4), (7, 2)):
    scores, true = rng.integers(0, levels, N).astype(float), np.arange(N) % 5 == 0
    kept = scores.copy()
    wins = [1.0 * (a > b) + 0.5 * (a == b) for a in scores[true] for b in scores[~true]]
    assert np.isclose(roc_auc(scores, true), sum(wins) / len(wins), atol=1e-9), (
        "The area is wrong for other scores. Try many samples with only a few different scores, and "
        "groups of different size."
    )
    assert np.array_equal(scores, kept), "roc_auc changed the scores it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. Too good
#
# A company forecasts the load of a power grid, one hour ahead. The series covers four years. It is first
# divided by its largest value, then smoothed by a centred mean over 24 hours; windows of a week are cut from
# it at random, four in five for training, the others for testing. A network with causal convolutions
# misses the test values by 0.3 per cent. In use it misses by 6.
#
# In five to eight sentences: where does the future leak into this experiment, what should be done in place of
# each leak, and why do causal convolutions not help against any of them?

# %% [markdown] written="leaks" points=3
# ### BEGIN SOLUTION
# The smoothing is the worst: a centred mean over 24 hours contains the twelve hours to come, so the value
# to forecast is partly in the input already; smooth by a mean of the past, or leave it to the network. The windows
# drawn at random lie between one another: a test week overlaps training weeks, or is the day after one.
# Train on the first years and test on the last, with a gap between. Dividing by the largest value of all four
# years uses test years, too; take it from the training years. This one is small. Causal convolutions
# guarantee that an output does not depend on *later inputs of the network*. If the future has already been
# mixed into earlier inputs, or into the choice of what is tested, the network sees it in the past.
#
# **Marking**, a point for each:
#
# - The centred smoothing, with a repair (a mean of the past only, or none).
# - The random windows, with a repair (split by time). The largest value of the whole series may be named in place
#   of it for half a point; nothing is lost if it is left out.
# - Causality concerns the network's inputs; the leak happens before they are made.
# ### END SOLUTION

# %% [markdown]
# The heartbeat from the beginning, scored by your functions. Orange is the truth: an electrode that came loose, and a
# beat whose last wave is upside down. That wave is small beside any ordinary beat, which the mean of the past does not
# expect either. So the area is well below 1.

# %%
scores = distance_from_average(heart, 80)
figure = new_figure(height=2.4)
axes = figure.subplots()
time = np.arange(len(heart)) / recording.rate
axes.plot(time, scores, color="#5b3a8c", linewidth=1)
axes.fill_between(time, 0, 1, where=recording.anomalous(), color="#fdb863", alpha=0.5,
                  transform=axes.get_xaxis_transform())
axes.set(xlabel="time / s", ylabel="distance / mV")
print("area under the ROC curve:", roc_auc(scores, recording.anomalous()))
figure

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Smooth the scores over 40 samples, once centred and once over the past. What is the difference worth?
# - Every ordinary beat gets a high score. Forecast by the sample one beat (80 samples) earlier in place of
#   the mean. Does the area grow? Why not by much?
# - Stack your `temporal_block` with random weights and dilations 1, 2, 4 and check by a change of one sample
#   that `field` is right.
