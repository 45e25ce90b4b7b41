# ---
# title: From samples to a picture, and back to samples
# chapter: book/14_audio/index.md
# minutes: 160
# seconds_per_cell: 20
# may_not_call: [scipy, sklearn, torch, torchaudio, librosa, cnncourse.data.audio, cnncourse.layers, cnncourse.models, cnncourse.shapes, np.convolve, np.correlate]
# summary: >
#   The whole chain from a microphone to what a network sees, in NumPy: sampling, short Fourier
#   transforms, mel filters, decibels, and the convolutional network that reads the picture; and a
#   layer of WaveNet, which does without all of it.
# ---

# %%
# Your name, and the names of those you worked with.
NAME = ""
WORKED_WITH = ""

# %%
# %matplotlib inline
import numpy as np

from cnncourse.plots import new_figure

# %% [markdown]
# When you have finished, you will be able to
#
# - say as what a tone is heard that is too high for the rate;
# - compute a short-time Fourier transform, with its rows and frames;
# - build a mel filterbank, and say what each of its numbers means;
# - turn power into decibels with a floor;
# - write a gated, causal, dilated layer, and compute how far a stack of them hears;
# - make the bands of a picture alike by what the training recordings say, and read it with a convolutional
#   network, however long the recording is.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# Samples are floats, `rate` is how many there are in a second. `np.fft.rfft` is yours to use: it gives
# the $n/2 + 1$ complex numbers of a real piece of $n$ samples.
#
# ### Before you start: a sound that rises
#
# Below are the samples of half a second of a tone that rises from 300 to 2,000 Hz. Can you see its
# pitch in the wave? At the end of the notebook your functions make a picture in which you can.

# %%
rate = 8000
time = np.arange(rate // 2) / rate
rising = np.sin(2 * np.pi * np.cumsum(np.linspace(300, 2000, len(time))) / rate)
figure = new_figure(height=2)
axes = figure.subplots()
axes.plot(time, rising, color="0.25", linewidth=0.5)
axes.set(xlabel="time / s", ylabel="samples")
figure

# %% [markdown]
# ## Part 1. A tone that is too high
#
# A rate of $r$ samples a second holds frequencies up to $r/2$. A tone of $f$ above that gives the
# same samples as a lower one. Adding $r$ to a frequency changes nothing, since the tone makes whole
# turns more between two samples; and $f$ and $r - f$ give the same samples of a cosine. So first take
# away whole multiples of $r$; if what is left is above $r/2$, it is heard as $r$ minus that.
#
# By hand, at $r = 8000$: 5,000 Hz is heard as 3,000, 9,000 Hz as 1,000, and 3,000 Hz as itself.
#
# <details><summary>Hint 1: whole multiples</summary>
#
# `f % rate` is what is left of `f`.
#
# </details>
#
# <details><summary>Hint 2: the upper half</summary>
#
# Of what is left and its distance to the rate, the smaller one is heard.
#
# </details>

# %% solution="heard_as"
def heard_as(frequency, rate):
    """Say as which frequency a sampled tone is heard.

    Parameters
    ----------
    frequency : float
        Hz, at least 0.
    rate : float
        Samples in a second.

    Returns
    -------
    float
        Hz, from 0 to rate / 2.

    Examples
    --------
    >>> heard_as(5000, 8000)
    3000
    """
    ### BEGIN SOLUTION
    left = frequency % rate
    return min(left, rate - left)
    ### END SOLUTION


# %% tests="test_heard_as" points=2
# Tones that the rate can hold; just above half of it; the rate itself and more. The same with other
# rates and very high tones.
got = heard_as(3000, 8000)
assert got is not None, "heard_as gives back nothing: does it end with `return`?"
assert np.isclose(got, 3000), "3000 Hz is below half of 8000: the rate holds it as it is."
assert not np.isclose(heard_as(5000, 8000), 4000), (
    "A tone that is too high is not cut off at half the rate; it comes back as a lower one."
)
assert np.isclose(heard_as(5000, 8000), 3000), (
    "5000 Hz lies 1000 above half of 8000, and is heard as much below it: the frequencies are folded "
    "at half the rate, not carried over to 0."
)
assert np.isclose(heard_as(9000, 8000), 1000), (
    "9000 Hz makes a whole turn more than 1000 Hz between two samples. Take away whole multiples of "
    "the rate first."
)
assert np.isclose(heard_as(8000, 8000), 0), "A tone at the rate gives the same sample each time."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
steps = np.arange(50)
for rate_, turns in ((44100, 0), (16000, 1), (100, 3)):
    for low in rng.uniform(0.02, 0.48, 3) * rate_:
        for frequency in (turns * rate_ + low, (turns + 1) * rate_ - low):
            got = heard_as(frequency, rate_)
            assert 0 <= got <= rate_ / 2, "Nothing is heard above half the rate, or below 0."
            assert np.allclose(
                np.cos(2 * np.pi * got / rate_ * steps),
                np.cos(2 * np.pi * frequency / rate_ * steps),
                atol=1e-6,
            ), (
                "For another tone the samples differ from those of the tone as which it is heard. Try "
                "one above twice the rate."
            )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Short pieces
#
# Take pieces of $n$ samples that begin $h$ samples apart, fade each in and out by Hann's window, and
# take its Fourier transform:
#
# $$ X_{k,m} = \sum_{t=0}^{n-1} w_t\, x_{t + m h}\, e^{-2\pi i k t / n}, \qquad
#    w_t = \frac{1}{2} - \frac{1}{2} \cos \frac{2 \pi t}{n} \tag{1} $$
#
# Only whole pieces count: no zeros are added at the ends, and a last piece that would be cut short is left
# out. Rows are frequencies, columns are pieces.
#
# By hand: 10 samples, $n = 4$, $h = 3$. Pieces begin at 0, 3 and 6; the last ends with the last sample.
# The result has $4/2 + 1 = 3$ rows and 3 columns.
#
# <details><summary>Hint 1: how many pieces</summary>
#
# The output size of a window of $n$ with stride $h$: $\lfloor (L - n) / h \rfloor + 1$.
#
# </details>
#
# <details><summary>Hint 2: the window</summary>
#
# Divide by $n$, not by $n - 1$: the window is one period of the cosine, and its first value is 0, its last
# is not. (`np.hanning(n)` is the other one.)
#
# </details>

# %% solution="stft"
def stft(x, n_fft, hop_length):
    """Take the Fourier transform of one short piece after another, equation (1).

    Parameters
    ----------
    x : float array, shape (L,)
        Samples, at least `n_fft` of them.
    n_fft : int
        Samples of a piece, an even number.
    hop_length : int
        Samples from one piece's beginning to the next.

    Returns
    -------
    complex array, shape (n_fft // 2 + 1, pieces)

    Examples
    --------
    >>> stft(np.ones(10), n_fft=4, hop_length=3).shape
    (3, 3)
    """
    ### BEGIN SOLUTION
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    starts = range(0, len(x) - n_fft + 1, hop_length)
    return np.array([np.fft.rfft(window * x[start : start + n_fft]) for start in starts]).T
    ### END SOLUTION


# %% tests="test_stft" points=3
# The shape, a row for each frequency and a column for each piece; the window; where pieces begin; complex
# numbers. The same with other sounds, pieces and steps.
got = stft(np.ones(13), 4, 3)
assert got is not None, "stft gives back nothing: does it end with `return`?"
assert np.shape(got) == (3, 4), (
    f"Thirteen samples in pieces of 4, 3 apart, give you the shape {np.shape(got)}. Rows are the n/2 + 1 "
    "frequencies, columns the whole pieces: how many fit without adding zeros?"
)
got = np.asarray(got)
assert np.iscomplexobj(got), "Power comes later: here the complex numbers are asked for."
assert not np.allclose(got[:, 0], [4, 0, 0]), "There is no window: each piece is faded in and out."
assert not np.allclose(got[0], 1.5), (
    "Your window is 0 at both ends. Hann's window in (1) is one period of a cosine: it divides by n, "
    "not by n - 1."
)
assert np.allclose(got[:, 0], [2, -1, 0]), (
    "The first piece of a constant sound does not come out: its window is 0, 1/2, 1, 1/2. Is each "
    "piece multiplied by it, once, before the transform?"
)
ramp = np.arange(12.0)
assert np.allclose(np.asarray(stft(ramp, 4, 2))[0], [4, 8, 12, 16, 20]), (
    "On a ramp with pieces of 4, 2 apart, the lowest row is the window's weighted sum of each piece. "
    "Does piece m begin at sample m times the step?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for L, n_fft, hop_length in ((70, 16, 5), (64, 8, 8), (32, 32, 3), (41, 6, 7)):
    x = rng.normal(size=L)
    kept = x.copy()
    got = stft(x, n_fft, hop_length)
    pieces = np.lib.stride_tricks.sliding_window_view(kept, n_fft)[::hop_length]
    turn = np.exp(-2j * np.pi * np.outer(np.arange(n_fft // 2 + 1), np.arange(n_fft)) / n_fft)
    fade = np.sin(np.pi * np.arange(n_fft) / n_fft) ** 2
    assert np.shape(got) == (n_fft // 2 + 1, len(pieces)), (
        "The shape is wrong for another sound. Try one in which the last piece ends with the last "
        "sample, and one with a single piece."
    )
    assert np.allclose(got, turn @ (pieces * fade).T, atol=1e-6), (
        "The transform is wrong for another sound, or other pieces and steps. Try a step greater than "
        "a piece."
    )
    assert np.array_equal(x, kept), "stft changed the sound it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. A mel filterbank
#
# On the mel scale pitches are spaced as they are heard:
#
# $$ m = 2595 \log_{10}\Big(1 + \frac{f}{700}\Big), \qquad f = 700\,\big(10^{m/2595} - 1\big) \tag{2} $$
#
# Take $M + 2$ *corners*, evenly spaced **in mels** from 0 Hz to half the rate, and turn them back into
# Hz. Filter $i$ (from 0) is a triangle that rises from 0 at corner $i$ to 1 at corner $i + 1$, and falls to
# 0 at corner $i + 2$, linearly **in Hz**. Its weight at row $k$ of the spectrum is the triangle's height at
# that row's frequency, $k \cdot r / n$; outside of the triangle it is 0.
#
# By hand: two filters at 8,000 samples a second. Half the rate is 2,146 mels; corners at 0, 715, 1,431
# and 2,146 mels are 0, 620, 1,791 and 4,000 Hz. With $n = 8$ the rows are 0, 1,000, 2,000, 3,000 and
# 4,000 Hz. At 1,000 Hz the first filter falls: $(1791 - 1000) / (1791 - 620) = 0.68$.
#
# <details><summary>Hint 1: one triangle</summary>
#
# The rising side is $(f - a)/(b - a)$, the falling one $(c - f)/(c - b)$. The triangle is the smaller of the two,
# and never below 0.
#
# </details>
#
# <details><summary>Hint 2: all of them</summary>
#
# A loop over the filters is fine. Corners `i`, `i + 1` and `i + 2` belong to filter `i`.
#
# </details>

# %% solution="mel_filterbank"
def mel_filterbank(n_mels, n_fft, rate):
    """Make triangles over frequency, evenly spaced in mels, equation (2).

    Parameters
    ----------
    n_mels : int
        M, how many.
    n_fft : int
        Samples of a piece of the spectrum.
    rate : int
        Samples in a second.

    Returns
    -------
    float array, shape (n_mels, n_fft // 2 + 1)

    Examples
    --------
    >>> mel_filterbank(2, 8, 8000).round(2)
    array([[0.  , 0.68, 0.  , 0.  , 0.  ],
           [0.  , 0.32, 0.91, 0.45, 0.  ]])
    """
    ### BEGIN SOLUTION
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, n_mels + 2) / 2595) - 1)
    rows = np.arange(n_fft // 2 + 1) * rate / n_fft
    bank = np.zeros((n_mels, len(rows)))
    for i in range(n_mels):
        a, b, c = corners[i : i + 3]
        bank[i] = np.minimum((rows - a) / (b - a), (c - rows) / (c - b)).clip(0)
    return bank
    ### END SOLUTION


# %% tests="test_mel_filterbank" points=3
# The shape; no weight below 0; corners spaced in mels; each triangle between its neighbours' tops, of
# height 1. The same with other numbers of filters, pieces and rates.
got = mel_filterbank(2, 8, 8000)
assert got is not None, "mel_filterbank gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 5), (
    f"Two filters over the rows of pieces of 8 samples give you the shape {np.shape(got)}. There is a "
    "row for each filter, and n/2 + 1 columns."
)
got = np.asarray(got)
assert np.min(got) >= 0, "Outside of its triangle a filter is 0, never below."
assert not np.allclose(got[:, 2], 0.5, atol=0.001), (
    "Your corners are evenly spaced in Hz. They are evenly spaced in mels, and then turned back."
)
assert np.allclose(got, [[0, 0.676, 0, 0, 0], [0, 0.324, 0.905, 0.453, 0]], atol=0.002), (
    "The example worked by hand does not come out. Where do the corners lie in Hz, and which three "
    "belong to the first filter? The sides are straight lines over Hz, from 0 to 1."
)
fine = mel_filterbank(4, 4000, 8000)  # a row for each 2 Hz
assert np.allclose(np.max(fine, axis=1), 1, atol=0.01), "Each triangle has height 1 at its middle corner."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for n_mels, n_fft, rate_ in ((5, 64, 16000), (1, 16, 8000), (int(rng.integers(8, 20)), 400, 22050)):
    top = np.log(1 + rate_ / 1400)
    corners = 700 * np.expm1(np.arange(n_mels + 2) * top / (n_mels + 1))
    rows = np.linspace(0, rate_ / 2, n_fft // 2 + 1)
    expected = [np.interp(rows, corners[i : i + 3], [0, 1, 0]) for i in range(n_mels)]
    assert np.allclose(mel_filterbank(n_mels, n_fft, rate_), expected, atol=1e-6), (
        "The filters are wrong for another number of them, or another rate. Do the corners end at half "
        "the rate, and is each row's frequency k times the rate divided by n?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Decibels
#
# Multiply the *power*, $|X|^2$, by the bank, which sums neighbouring rows; raise what is below the floor to
# the floor; and take ten times the logarithm to base ten:
#
# $$ D = 10 \log_{10} \max\big( B\, |X|^2,\ \text{floor} \big) \tag{3} $$
#
# <details><summary>Hint 1: the order of the steps</summary>
#
# The power first, then the sum under the triangles, then the floor, then the logarithm. A sum of
# logarithms would be a product of powers.
#
# </details>
#
# <details><summary>Hint 2: a floor for each value</summary>
#
# `np.maximum` compares value by value; adding the floor is something else.
#
# </details>

# %% solution="log_mel"
def log_mel(spectrum, bank, floor):
    """Turn a spectrum into a picture in decibels, equation (3).

    Parameters
    ----------
    spectrum : complex array, shape (rows, pieces)
        As `stft` gives it.
    bank : float array, shape (n_mels, rows)
        As `mel_filterbank` gives it.
    floor : float
        The least power, above 0.

    Returns
    -------
    float array, shape (n_mels, pieces)
        Decibels.

    Examples
    --------
    >>> log_mel(np.array([[10.0], [0]]), np.eye(2), floor=0.1)
    array([[ 20.],
           [-10.]])
    """
    ### BEGIN SOLUTION
    return 10 * np.log10(np.maximum(bank @ np.abs(spectrum) ** 2, floor))
    ### END SOLUTION


# %% tests="test_log_mel" points=2
# The power of complex numbers; the sum before the logarithm; the floor, for each value; base ten. The same
# with other spectra and banks.
got = log_mel(np.array([[10.0, 1], [0, 1]]), np.eye(2), 0.1)
assert got is not None, "log_mel gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 2), "There is a row for each filter and a column for each piece."
got = np.asarray(got)
assert np.isclose(got[0, 1], 0), "A power of 1 is 0 dB. The floor is a least value, nothing to add."
assert np.isclose(got[1, 0], -10), "What is below the floor is raised to it: 0.1 is -10 dB."
assert np.isclose(got[0, 0], 20), (
    "An amplitude of 10 is a power of 100, and 20 dB: ten times the logarithm to base ten of the "
    "*square*."
)
both = np.array([[1.0, 1]])
assert np.allclose(log_mel(np.array([[3.0], [4]]), both, 0.1), [[10 * np.log10(25)]]), (
    "Powers of 9 and 16 under one filter are 25 together. Squares are summed, not amplitudes, and the "
    "logarithm comes last."
)
assert np.allclose(log_mel(np.array([[3.0 + 4j]]), np.eye(1), 0.1), [[10 * np.log10(25)]]), (
    "The power of 3 + 4i is 25, its size squared: neither the square itself nor the real part's."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for rows, pieces, n_mels, floor in ((6, 4, 3, 0.5), (9, 7, 5, 1e-3), (4, 3, 4, 20.0)):
    spectrum = rng.normal(size=(rows, pieces)) + 1j * rng.normal(size=(rows, pieces))
    bank = rng.uniform(0, 1, (n_mels, rows))
    power = bank @ (spectrum.real**2 + spectrum.imag**2)
    power[power < floor] = floor
    assert np.allclose(log_mel(spectrum, bank, floor), np.log10(power) * 10, atol=1e-6), (
        "The decibels are wrong for another spectrum. Try a floor that lies between the values, and a "
        "filter over several rows."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. A layer of WaveNet
#
# No picture now: WaveNet convolves the samples. Its kernels have two places, the present and the sample
# $d$ before, and each layer has two of them, one for *what* and one for *how much*:
#
# $$ z = \tanh(W_f * x) \odot \sigma(W_g * x), \qquad y = x + P z \tag{4} $$
#
# where $*$ is a causal convolution with dilation $d$, $(W * x)_t = W_0\, x_{t-d} + W_1\, x_t$, with zeros
# before the beginning; $\sigma(a) = 1 / (1 + e^{-a})$; $\odot$ multiplies place by place; and $P$ mixes
# the channels at each place, a $1 \times 1$ convolution.
#
# By hand, one channel, $x = (1, 0, 2)$ and $d = 1$: with $W_f = (1, 0)$, all of it on the past, and $W_g = (0, 0)$, the
# filter's side is $\tanh$ of $(0, 1, 0)$ and the gate half open everywhere. With $P = 1$,
# $y = (1,\ 0 + 0.76 / 2,\ 2) = (1, 0.38, 2)$.
#
# <details><summary>Hint 1: the sample before</summary>
#
# Make an array as long as `x` that begins with `d` zeros and goes on with `x` from its beginning. Cut its end.
#
# </details>
#
# <details><summary>Hint 2: the two places of a kernel</summary>
#
# `weight[:, :, 0]` meets the past, `weight[:, :, 1]` the present. Both are matrices over channels.
#
# </details>

# %% solution="gated_layer"
def gated_layer(x, weight_filter, weight_gate, project, dilation):
    """Change a sound by a gated causal convolution and a residual, equation (4).

    Parameters
    ----------
    x : float array, shape (C, L)
    weight_filter, weight_gate : float arrays, shape (C, C, 2)
        The past sample's weights, then the present one's.
    project : float array, shape (C, C)
    dilation : int
        Samples back; it may be greater than L.

    Returns
    -------
    float array, shape (C, L)

    Examples
    --------
    >>> silent = np.zeros((1, 1, 2))
    >>> gated_layer(np.array([[1.0, 2]]), silent, silent, np.eye(1), dilation=1)
    array([[1., 2.]])
    """
    ### BEGIN SOLUTION
    C, L = x.shape
    before = np.concatenate([np.zeros((C, dilation)), x], axis=1)[:, :L]
    what, how_much = (
        weight[:, :, 0] @ before + weight[:, :, 1] @ x for weight in (weight_filter, weight_gate)
    )
    return x + project @ (np.tanh(what) / (1 + np.exp(-how_much)))
    ### END SOLUTION


# %% tests="test_gated_layer" points=3
# The residual; the gate, between 0 and 1; the past and only the past; the mixing. The same with other
# channels, weights and dilations.
x = np.array([[1.0, 0, 0, 2]])
zero, now, past = np.zeros((1, 1, 2)), np.array([[[0.0, 1]]]), np.array([[[1.0, 0]]])
one = np.ones((1, 1))
got = gated_layer(x, zero, zero, one, 1)
assert got is not None, "gated_layer gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 4), "The layer keeps channels and length."
assert np.allclose(got, x), (
    "With weights of 0 nothing is added, and x comes through: is the residual there, and is the filter's "
    "side a tanh, which is 0 at 0?"
)
assert np.allclose(gated_layer(x, now, zero, one, 1), x + np.tanh(x) / 2), (
    "A gate with weights of 0 is half open, whatever comes in: the sigmoid of 0 is a half."
)
assert np.allclose(gated_layer(x, now, 100 * now, one, 1), x + np.tanh(x)), (
    "A wide open gate lets all of tanh through: the two are multiplied, and the gate is a sigmoid."
)
assert np.allclose(gated_layer(x, past, zero, one, 2), [[1, 0, np.tanh(1) / 2, 2]]), (
    "With weight on the past alone and dilation 2, a sample is heard two steps later, and what left the "
    "end does not come in at the beginning. Which of the two weights meets the past?"
)
assert np.allclose(gated_layer(x, past, zero, one, 9), x), (
    "With a dilation greater than the sound there is only silence in the past."
)
assert np.allclose(gated_layer(x, now, zero, -4 * one, 1), x - 2 * np.tanh(x)), (
    "`project` mixes what was gated, not the sum with x."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for C, L, dilation in ((3, 9, 2), (2, 6, 5), (4, 5, 1)):
    x, project = rng.normal(size=(C, L)), rng.normal(size=(C, C))
    weights = rng.normal(size=(2, C, C, 2))
    kept = x.copy()
    padded = np.pad(x, ((0, 0), (dilation, 0)))
    sums = [
        np.einsum("oc,cl->ol", w[..., 0], padded[:, :L]) + np.einsum("oc,cl->ol", w[..., 1], x)
        for w in weights
    ]
    z = np.tanh(sums[0]) * (0.5 + 0.5 * np.tanh(sums[1] / 2))
    got = gated_layer(x, weights[0], weights[1], project, dilation)
    assert np.allclose(got, x + np.einsum("oc,cl->ol", project, z), atol=1e-6), (
        "The layer is wrong for several channels, or another dilation. Are all channels mixed, by "
        "matrices, in the convolutions and in the projection?"
    )
    assert np.array_equal(x, kept), "gated_layer changed the sound it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. How far it hears
#
# A first convolution has a kernel of $K$ samples and moves on by $s$: it hears $K$ samples, and its outputs stand
# $s$ samples apart. Behind it come gated layers of two places with given dilations, each of which
# reaches $d$ *steps* further back, and a step is $s$ samples. Together they hear
#
# $$ K + s \sum_l d_l \quad \text{samples} . \tag{5} $$
#
# Give the answer in milliseconds. By hand: $K = 16$, $s = 8$, dilations 1, 2, 4 at 8,000 samples a second:
# $16 + 8 \cdot 7 = 72$ samples, 9 ms.
#
# <details><summary>Hint 1: without a stride</summary>
#
# With $s = 1$ and $K = 1$ it is $1 + \sum d$. What does each layer's reach become when its steps are longer?
#
# </details>
#
# <details><summary>Hint 2: milliseconds</summary>
#
# A second has a thousand of them, and `rate` samples.
#
# </details>

# %% solution="hears"
def hears(kernel_size, stride, dilations, rate):
    """Compute how far back an output hears, equation (5).

    Parameters
    ----------
    kernel_size, stride : int
        Of the first convolution, in samples.
    dilations : sequence of int
        Of the gated layers behind it, in steps of the stride.
    rate : int
        Samples in a second.

    Returns
    -------
    float
        Milliseconds.

    Examples
    --------
    >>> hears(16, 8, [1, 2, 4], 8000)
    9.0
    """
    ### BEGIN SOLUTION
    return 1000 * (kernel_size + stride * sum(dilations)) / rate
    ### END SOLUTION


# %% tests="test_hears" points=2
# The first convolution alone; layers behind it; the stride; milliseconds. The same with other networks and
# rates.
got = hears(8, 1, [], 1000)
assert got is not None, "hears gives back nothing: does it end with `return`?"
assert np.isclose(got, 8), (
    "Alone, the first convolution hears its kernel: 8 samples, at 1000 in a second 8 ms. Is your answer in "
    "milliseconds?"
)
assert np.isclose(hears(1, 1, [1, 1], 1000), 3), (
    "Each gated layer adds its dilation to what is heard, and the samples in the middle are shared: no "
    "layer adds more, and nothing is multiplied."
)
assert np.isclose(hears(1, 1, [1, 2, 4, 1, 2, 4], 1000), 15), (
    "Two stacks of dilations 1, 2 and 4: the reaches of all layers add up, those of the second stack, too."
)
assert np.isclose(hears(4, 2, [1], 1000), 6), (
    "Behind a first convolution that moves on by 2, a step of a later layer is 2 samples."
)
assert np.isclose(hears(1, 1, [3], 8000), 0.5), "At 8000 samples a second, 8 samples are a millisecond."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for rate_ in (8000, 16000, 44100):
    kernel_size, stride = (int(n) for n in rng.integers(2, 20, 2))
    dilations = [int(d) for d in rng.integers(1, 50, 5)]
    samples = kernel_size
    for dilation in dilations:
        samples += dilation * stride
    assert np.isclose(hears(kernel_size, stride, dilations, rate_), samples / rate_ * 1000), (
        "The time is wrong for another network or rate. Try hears(5, 3, [2, 7], 16000) by hand."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 7. Bands alike
#
# Back to the picture of Part 4, which a convolutional network shall read. Low bands of speech are
# far louder than high ones. So that the network need not learn that first, each band is moved by its mean
# and divided by its standard deviation, both over *all frames of all training recordings*:
#
# $$ \mu_b = \frac{1}{n} \sum_{j=1}^{n} D_{b,j}, \qquad
#    \sigma_b = \sqrt{\frac{1}{n} \sum_{j=1}^{n} (D_{b,j} - \mu_b)^2}, \qquad
#    S_{b,m} = \frac{D_{b,m} - \mu_b}{\sigma_b} \tag{6} $$
#
# $D_{b,j}$ are the training frames of band $b$, recording after recording, $n$ in all. Recordings differ in
# length; a long one has more frames, and each frame counts once. A new recording is changed by the *same*
# numbers, never by its own. A band that lay on the floor all the time has $\sigma_b = 0$: it is only moved,
# not divided.
#
# By hand, a single band: training frames $(0, 0, 0, 4)$ and $(4, 4)$ have mean 2 and deviation 2, so 6 dB in a
# new recording becomes 2.
#
# <details><summary>Hint 1: all frames in one array</summary>
#
# `np.concatenate(training, axis=1)` puts the recordings one behind the other.
#
# </details>
#
# <details><summary>Hint 2: a number for each band</summary>
#
# `.mean(axis=1, keepdims=True)` has the shape (bands, 1), which fits beside any number of frames.
#
# </details>
#
# <details><summary>Hint 3: bands that never change</summary>
#
# `np.where(std > 0, std, 1)` replaces the zeros among the deviations, and nothing else.
#
# </details>

# %% solution="standardise"
def standardise(picture, training):
    """Bring each band to the mean and the deviation of the training recordings, equation (6).

    Parameters
    ----------
    picture : float array, shape (bands, frames)
        Decibels of the recording to change.
    training : list of float arrays, shape (bands, frames of that recording)
        Decibels of the training recordings.

    Returns
    -------
    float array, shape (bands, frames)

    Examples
    --------
    >>> standardise(np.array([[6.0, 2]]), [np.array([[0.0, 0, 0, 4]]), np.array([[4.0, 4]])])
    array([[2., 0.]])
    """
    ### BEGIN SOLUTION
    frames = np.concatenate(training, axis=1)
    mean, std = frames.mean(axis=1, keepdims=True), frames.std(axis=1, keepdims=True)
    return (picture - mean) / np.where(std > 0, std, 1)
    ### END SOLUTION


# %% tests="test_standardise" points=2
# The numbers of the training recordings, not the picture's own; one pair for each band; each frame counted
# once; the deviation, not its square; a band that never changed. The same with other recordings.
training = [
    np.array([[0.0, 0, 0, 4], [10, 10, 30, 30], [-30, -30, -30, -30]]),
    np.array([[4.0, 4], [10, 30], [-30, -30]]),
]
picture = np.array([[0.0, 2, 4], [20, 40, 10], [-30, -30, -20]])
got = standardise(picture, training)
assert got is not None, "standardise gives back nothing: does it end with `return`?"
assert np.shape(got) == (3, 3), "The result has the picture's bands and frames, whatever the training's."
got = np.asarray(got)
assert not np.allclose(got[0], [-1.2247, 0, 1.2247], atol=0.001), (
    "You took the mean and the deviation of the picture itself. They come from the training recordings, "
    "and are the same for each recording that is heard later."
)
assert not got[0, 1] < -0.1, (
    "In the lowest band the recording of two frames counts as much as that of four. Each *frame* counts "
    "once: put all of them into one row, then take the mean."
)
assert not np.allclose(got[0], [-0.5, 0, 0.5]), (
    "You divide by the variance. The standard deviation is its square root."
)
assert np.allclose(got[0], [-1, 0, 1]), (
    "In the lowest band the training frames are 0, 0, 0, 4, 4, 4: mean 2, deviation 2. Has each band "
    "numbers of its own, and is the sum of squares divided by n, not n - 1?"
)
assert np.allclose(got[1], [0, 2, -1]), (
    "The first band comes out, the second does not: each band has a mean and a deviation of its own."
)
assert np.allclose(got[2], [0, 0, 10]), (
    "The last band never left the floor in training. It is only moved: its 10 dB above the floor stay 10, "
    "neither infinite nor huge."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for bands, lengths in ((4, (7, 3, 12)), (1, (5,)), (6, (2, 9))):
    spread = rng.uniform(1.5, 20, (bands, 1))
    spread[0] = 0.4
    training = [rng.normal(-10, 1, (bands, frames)) * spread for frames in lengths]
    for recording in training:
        recording[-1] = -20 if bands > 1 else recording[-1]
    picture = rng.normal(-10, 20, (bands, 8))
    kept = [array.copy() for array in (picture, *training)]
    expected = []
    for band in range(bands):
        frames = np.array([value for recording in training for value in recording[band]])
        distance = kept[0][band] - frames.sum() / len(frames)
        square = (frames**2).sum() / len(frames) - (frames.sum() / len(frames)) ** 2
        expected.append(distance if np.ptp(frames) == 0 else distance / np.sqrt(square))
    got = standardise(picture, training)
    assert np.allclose(got, expected, atol=1e-6), (
        "The result is wrong for other recordings. Try several of different length, a single one, and a "
        "band that is always at the floor."
    )
    assert all(np.array_equal(a, b) for a, b in zip((picture, *training), kept)), (
        "standardise changed an array that it was given."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. The picture, read by a network
#
# Now the network that reads such pictures: what a convolutional network for sound does when it is
# used, with weights that somebody has trained. It consists of *stages*. Each one
#
# 1. convolves with kernels of 3 × 3, after one row or column of zeros was put on every side of each channel (no channel
#    of zeros beside them), so that the size stays:
#    $y_{o,h,w} = \sum_{c,i,j} k_{o,c,i,j}\, x_{c,\,h+i,\,w+j}$, with $x$ the padded picture. Nothing is flipped,
#    and there is no bias;
# 2. multiplies each channel by a number, its `scale`, and adds another, its `shift`. That is what is left of batch
#    normalisation after training: $\gamma / \sqrt{\sigma^2 + \epsilon}$ and $\beta$ minus the mean times that;
# 3. takes the ReLU;
# 4. keeps the greatest of each 2 × 2 places, side by side. A last row or column without a partner is left out.
#
# After the last stage each channel is *averaged over all bands and frames*, and a dense layer makes the
# scores of the classes of these averages: `weight` times them, plus `bias`. No softmax.
#
# The average is why one network reads recordings of any length: however many frames there were, it leaves one
# number for each channel.
#
# By hand: one stage whose kernel is 1 in the middle and 0 elsewhere, scale 1, shift 0. The picture
#
# $$ \begin{pmatrix} 1 & -2 & 0 & 3 \\ 5 & 0 & -1 & 1 \end{pmatrix} $$
#
# becomes $(5, 3)$, on average 4. Weights of 1 and 10 with biases of 0.5 and 0 give the scores 4.5 and 40.
#
# <details><summary>Hint 1: one place of the kernels at a time</summary>
#
# With `padded` made by `np.pad(x, ((0, 0), (1, 1), (1, 1)))`, place $(i, j)$ of all kernels meets
# `padded[:, i : i + H, j : j + W]`. `np.tensordot(kernels[:, :, i, j], that, 1)` sums over the channels. Add up
# all nine.
#
# </details>
#
# <details><summary>Hint 2: a number for each channel</summary>
#
# `scale[:, None, None]` fits beside maps of the shape (C, H, W).
#
# </details>
#
# <details><summary>Hint 3: pooling</summary>
#
# `maps[:, 0:2*h:2, 0:2*w:2]`, with `h = H // 2` and `w = W // 2`, holds the upper left place of each 2 × 2. Where
# are the other three? `np.maximum` takes two arrays at a time.
#
# </details>

# %% solution="audio_scores"
def audio_scores(picture, stages, weight, bias):
    """Score the classes of a recording by a convolutional network that reads its picture.

    Parameters
    ----------
    picture : float array, shape (C, bands, frames)
        Of a log-mel picture C is 1.
    stages : list of tuples (kernels, scale, shift), at least one
        Of the shapes (C_out, C_in, 3, 3), (C_out,) and (C_out,). Each stage's C_in is the C_out of the
        one before; the picture is large enough for all of them.
    weight : float array, shape (classes, C_out of the last stage)
    bias : float array, shape (classes,)

    Returns
    -------
    float array, shape (classes,)

    Examples
    --------
    >>> middle = np.zeros((1, 1, 3, 3))
    >>> middle[0, 0, 1, 1] = 1
    >>> stage = (middle, np.array([1.0]), np.array([0.0]))
    >>> picture = np.array([[[1.0, -2, 0, 3], [5, 0, -1, 1]]])
    >>> audio_scores(picture, [stage], np.array([[1.0], [10]]), np.array([0.5, 0]))
    array([ 4.5, 40. ])
    """
    ### BEGIN SOLUTION
    for kernels, scale, shift in stages:
        _, H, W = picture.shape
        padded = np.pad(picture, ((0, 0), (1, 1), (1, 1)))
        maps = sum(
            np.tensordot(kernels[:, :, i, j], padded[:, i : i + H, j : j + W], 1)
            for i in range(3)
            for j in range(3)
        )
        maps = np.maximum(scale[:, None, None] * maps + shift[:, None, None], 0)
        pairs = maps[:, : H // 2 * 2, : W // 2 * 2].reshape(len(maps), H // 2, 2, W // 2, 2)
        picture = pairs.max(axis=(2, 4))
    return weight @ picture.mean(axis=(1, 2)) + bias
    ### END SOLUTION


# %% tests="test_audio_scores" points=4
# One stage on one channel, average and dense layer are a condition for the rest; then a point each for several
# channels, for scale and shift, for any length, and for several stages, here and in other networks.
middle, right = np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 3, 3))
middle[0, 0, 1, 1] = right[0, 0, 1, 2] = 1
one, none, same = np.ones(1), np.zeros(1), np.ones((1, 1))
x = np.array([[[1.0, -2, 0, 3], [5, 0, -1, 1]]])
got = audio_scores(x, [(middle, one, none)], np.array([[1.0], [10]]), np.array([0.5, 0]))
assert got is not None, "audio_scores gives back nothing: does it end with `return`?"
assert np.shape(got) == (2,), (
    f"Two classes give you the shape {np.shape(got)}. Is each channel averaged over bands *and* frames, and "
    "multiplied by `weight` from the left?"
)
got = np.asarray(got)
assert np.all(np.isfinite(got)), (
    "The scores are no numbers: nothing was left to average. Two bands have room for kernels of 3 × 3 because "
    "zeros are put around the picture."
)
assert not np.isclose(np.sum(got), 1), "The scores are asked for, without a softmax."
assert not np.allclose(got, [4, 40]), "The biases are missing."
assert not np.allclose(got, [1.75, 12.5]), (
    "You keep the mean of each 2 × 2 places. The greatest of them is kept, and the mean comes at the end."
)
assert not np.allclose(got, [8.5, 80]), (
    "You add up the places that are left. Their sum grows with the length of the recording; their average "
    "does not."
)
assert not np.allclose(got, [5.5, 50]), (
    "You keep the greatest place of all. After the last stage each channel is averaged."
)
assert np.allclose(got, [4.5, 40]), (
    "The example worked by hand does not come out. What is left after each of the four steps?"
)
assert np.allclose(audio_scores(-1 - x * x, [(middle, one, none)], same, none), 0), (
    "Where everything is negative, the ReLU leaves 0."
)
pulse = np.zeros((1, 4, 4))
pulse[0, 0, 0] = 4
assert np.allclose(audio_scores(pulse, [(middle, one, none)], same, none), 1), (
    "What stands in the picture's corner is lost, or has moved: with zeros on all four sides the convolution keeps the "
    "size, and a kernel with a 1 in its middle changes nothing."
)
assert np.allclose(
    audio_scores(np.ones((1, 2, 2)), [(np.ones((1, 1, 3, 3)), one, none)], same, none), 4
), (
    "In a picture of 2 × 2 ones, a kernel of nine ones meets four of them and five zeros wherever it stands. "
    "What is put around the picture?"
)
assert np.allclose(audio_scores(pulse, [(right, one, none)], same, none), 0), (
    "A kernel with its 1 at the right gives each place its right neighbour, so what stands in the first column "
    "leaves the picture. Is your kernel turned round, or does the picture go on at the other side?"
)

lost = {}  # what each property cost: a point once, however often it fails


def examine(name, message, *network_and_expected):
    """Take the point of a property if the scores are not as expected."""
    *network, expected = network_and_expected
    try:
        got = audio_scores(*network)
    except Exception as error:
        lost.setdefault(name, f"{message} (Your function stopped with {type(error).__name__}.)")
        return
    if np.shape(got) != np.shape(expected) or not np.allclose(got, expected, atol=1e-6):
        lost.setdefault(name, message)


mix = np.zeros((2, 2, 3, 3))
mix[:, :, 1, 1] = [[1, 2], [3, 1]]
examine(
    "channels",
    "Each kernel has 3 × 3 weights of its own for every channel, all products go into one sum, and each kernel "
    "makes one channel of the next picture.",
    np.array([[[1.0, 0], [0, 0]], [[10, 0], [0, 0]]]),
    [(mix, np.ones(2), np.zeros(2))],
    np.eye(2),
    np.zeros(2),
    [21.0, 13],
)
examine(
    "scale and shift",
    "Scale and shift come right behind the convolution, *before* ReLU and pooling. With a scale of -1 "
    "the smallest place becomes the greatest.",
    x,
    [(middle, np.array([-1.0]), np.array([2.0]))],
    same,
    none,
    [3.5],
)
examine(
    "any length",
    "Three bands and five frames: the last band and the last frame have no partner, and are left out when the "
    "greatest of 2 × 2 are kept. The average is over what is left.",
    np.array([[[1.0, 2, 3, 4, 9], [2, 1, 0, 1, 9], [9, 9, 9, 9, 9]]]),
    [(middle, one, none)],
    same,
    none,
    [3.0],
)
examine(
    "several stages",
    "Each stage reads what the one before it has left, and each of them halves both sides. The average comes "
    "once, after the last.",
    np.arange(16.0).reshape(1, 4, 4),
    [(middle, one, none), (middle, 2 * one, none)],
    same,
    none,
    [30.0],
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())


def correct(x, stages, weight, bias):
    """Score by windows over the padded picture."""
    for kernels, scale, shift in stages:
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        maps = np.moveaxis(np.einsum("chwij,ocij->ohw", windows, kernels), 0, -1)
        maps = np.moveaxis((maps * scale + shift).clip(0), -1, 0)
        blocks = np.lib.stride_tricks.sliding_window_view(maps, (2, 2), axis=(1, 2))
        x = blocks[:, ::2, ::2].max(axis=(-1, -2))
    return weight @ np.array([channel.sum() / channel.size for channel in x]) + bias


def stage(C_out, C_in, scale, shift):
    """Draw a stage; scale and shift are within these."""
    return (
        rng.normal(size=(C_out, C_in, 3, 3)),
        rng.uniform(*scale, C_out),
        rng.uniform(*shift, C_out),
    )


plain = ((1, 1), (0, 0))
for name, size, stages in (
    ("", (1, 8, 6), [stage(1, 1, *plain)]),
    ("channels", (3, 4, 8), [stage(4, 3, *plain)]),
    ("scale and shift", (1, 6, 8), [stage(3, 1, (-2, 2), (-1, 1))]),
    ("any length", (1, 5, 9), [stage(1, 1, *plain)]),
    ("any length", (1, 2, 13), [stage(1, 1, *plain)]),
    ("any length", (1, 7, 4), [stage(1, 1, *plain)]),
    ("several stages", (1, 16, 8), [stage(1, 1, (1, 2), (0, 0)) for _ in range(3)]),
):
    x, channels = rng.normal(size=size), len(stages[-1][0])
    weight, bias = rng.normal(size=(3, channels)), rng.normal(size=3)
    kept = x.copy()
    expected = correct(x, stages, weight, bias)
    if name:
        examine(
            name,
            f"The small example of {name} is right, others are not. Try other sizes and numbers of channels.",
            x, stages, weight, bias, expected,
        )
    else:
        assert np.allclose(audio_scores(x, stages, weight, bias), expected, atol=1e-6), (
            "The scores are wrong for another picture and another kernel. Try one whose nine weights all "
            "differ."
        )
    assert np.array_equal(x, kept), "audio_scores changed the picture it was given."
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 4 - len(lost))

# %% [markdown]
# ## Part 9. A keyword for everybody
#
# A team trains a network to hear the word *stop*. It has 40 speakers with 50 recordings each, made in one quiet
# room with one microphone, and divides the 2,000 recordings at random, four in five for training. The test
# accuracy is 98 per cent. In kitchens and cars, customers report that it hears *stop* hardly every second time.
#
# In five to eight sentences: name two reasons why the 98 per cent say little about customers; say how the team should
# divide its recordings; and name two changes in training, each for a reason of kitchens or cars, that need no new
# recordings.

# %% [markdown] written="keyword" points=3
# ### BEGIN SOLUTION
# The random division puts recordings of every speaker into both parts, so the test asks for new words of *known
# voices*; customers are strangers. And all recordings come from one quiet room and one microphone: noise, echo
# and another microphone's colour were never heard, neither in training nor in the test.
#
# The team should divide by speakers: for example 30 people for training, 5 to choose settings, 5 for the last
# measurement, and report the spread over people. Rooms cannot be divided where there is only one; the test part can at
# least be mixed with noise of kitchens and cars.
#
# In training the samples can be changed: noise added at several levels, a wave filtered as another microphone would, echo, moves in
# time, changes of loudness; in the picture, bands of time or frequency hidden. A floor in the log-mel picture makes
# the silence of rooms alike.
#
# **Marking**, a point for each:
#
# - Two different reasons, of which one is that test speakers were heard in training.
# - Division by speakers (no person in both parts).
# - At least two changes of the training recordings that a kitchen or a car makes plausible. (Only "augmentation": no
#   point.)
# ### END SOLUTION

# %% [markdown]
# The tone from the beginning, through your functions. Now the pitch can be seen, and it is bent: the mel scale
# gives low frequencies more room.

# %%
picture = log_mel(stft(rising, 256, 64), mel_filterbank(32, 256, rate), floor=1e-2)
figure = new_figure(height=2.6)
axes = figure.subplots()
axes.imshow(picture, origin="lower", aspect="auto", cmap="magma", extent=(0, 0.5, 0, 32))
axes.set(xlabel="time / s", ylabel="mel filter")
figure

# %% [markdown]
# Does a tone rise or fall? Two kernels, drawn by hand, look for a bright diagonal in one direction each; no
# training is needed. The pieces do not overlap here, so that the tone climbs about a band with each of them.

# %%
heard = {"rising": rising, "falling": rising[::-1]}
bank = mel_filterbank(32, 256, rate)
pictures = {name: log_mel(stft(x, 256, 256), bank, floor=1e-2) for name, x in heard.items()}
upwards = 3 * np.eye(3) - 1  # band and frame grow together
stage = (np.stack([upwards, upwards[::-1]])[:, None], np.ones(2), np.full(2, -4.0))
for name, picture in pictures.items():
    alike = standardise(picture, list(pictures.values()))
    scores = audio_scores(alike[None], [stage], np.eye(2), np.zeros(2))
    print(f"{name}: {scores[0]:.2f} for a tone that rises, {scores[1]:.2f} for one that falls")

# %% [markdown]
# ## What now
#
# Four things to try, without points.
#
# - Let the tone rise to 7,000 Hz. Where does the line turn, and why there? (Part 1 knows.)
# - Add up copies of Hann's window half a piece apart. What is the sum, and what does that say about going back
#   from the spectrum to the sound?
# - Cut the rising tone into two halves and let the network of two kernels hear each. Why are the scores not those
#   of the whole, and which part of the network keeps them comparable?
# - Stack `gated_layer` with random weights, change one sample, and see how far the change reaches. Does `hears` agree?
