# ---
# title: Restoring and generating pictures
# chapter: book/18_generation/index.md
# minutes: 130
# seconds_per_cell: 20
# may_not_call: [torch, scipy, skimage, sklearn, cnncourse.metrics]
# summary: >
#   How near is a restored picture to the true one? What is left of a picture when all places are forgotten?
#   What do the two networks of a GAN want, and how does a diffusion model come back from noise? Eight short
#   functions, each a formula of the chapter, checked by numbers that you can work out by hand.
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
# - measure how near two images are by PSNR and by SSIM, and say what each misses;
# - turn channels into pixels, as networks that enlarge images do;
# - describe the manner of a picture by a Gram matrix, and compare two manners;
# - write the two losses of a GAN so that they survive large scores;
# - add the noise of many steps at once, and take one step back.
#
# The parts are graded independently: a mistake in an early one costs nothing in a later one
# unless you choose to call your earlier function there.
#
# ### Before you start: a picture that is lost in noise
#
# The cell adds more and more noise to a handwritten digit. At which picture would you give up? The number above each
# picture is the share of it that is still digit. Part 7 says what such a share is and where it comes from, Part 8 how
# to come back.

# %%
digit = digits()[0][3].reshape(8, 8) * 2 - 1  # from -1 to 1
noise = np.random.default_rng(0).normal(size=(8, 8))
shares = (1, 0.8, 0.5, 0.2, 0.05)
noisy = [np.sqrt(share) * digit + np.sqrt(1 - share) * noise for share in shares]
show_images([((x + 1) / 2).clip(0, 1) for x in noisy], [f"{share:g}" for share in shares], columns=5)

# %% [markdown]
# ## Part 1. Peak signal-to-noise ratio
#
# Two images $x$ and $y$ of the same shape, whose pixels can take values over a range of length $L$ (1 for pixels
# from 0 to 1, 255 for bytes):
#
# $$ \mathrm{PSNR} = 10 \log_{10} \frac{L^2}{\operatorname{mean}\big((x - y)^2\big)} \tag{1} $$
#
# By hand: every pixel off by a tenth, $L = 1$. The mean square is 0.01, so the PSNR is 20 decibels. Equal images
# have no error: let the PSNR be infinite, `float("inf")`.
#
# <details><summary>Hint 1: the order of things</summary>
#
# Difference, square, mean, divide, logarithm. A mean *before* the square lets errors of opposite sign cancel.
#
# </details>
#
# <details><summary>Hint 2: bytes</summary>
#
# In `uint8`, $3 - 5$ is 254. Turn both images into floats before subtracting.
#
# </details>

# %% solution="psnr"
def psnr(image, reference, data_range=1.0):
    """Compute the peak signal-to-noise ratio, equation (1).

    Parameters
    ----------
    image, reference : arrays, any shape, both the same
        Of any number type, `uint8` included.
    data_range : float
        From the least to the greatest value that a pixel can have.

    Returns
    -------
    float
        In decibels; infinite when the two are equal.

    Examples
    --------
    >>> round(float(psnr(np.full((2, 2), 0.6), np.full((2, 2), 0.5))), 6)
    20.0
    """
    ### BEGIN SOLUTION
    difference = np.subtract(image, reference, dtype=float)
    error = float(np.mean(difference**2))
    return 10 * np.log10(data_range**2 / error) if error else float("inf")
    ### END SOLUTION


# %% tests="test_psnr" points=2
# A number in decibels; errors of both signs count; the range of the pixels; equal images; bytes. The same with
# images of other shapes.
gray = np.full((4, 6), 0.5)
got = psnr(gray + 0.1, gray)
assert got is not None, "psnr gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, "The PSNR of two images is one number. Is the mean taken over all pixels?"
assert not np.isclose(got, 10), (
    "You are at half of it. Either the logarithm of the *root* of the mean square was taken with the factor 10, or "
    "the errors were not squared."
)
assert not np.isclose(got, 20 * np.log(10), atol=0.5), "Decibels use the logarithm to base 10."
assert np.isclose(got, 20), (
    "Every pixel is off by a tenth, so the mean square is 0.01 and the PSNR 20. Is it the mean, not the sum?"
)
both_ways = gray + 0.1 * (-1.0) ** np.arange(24).reshape(4, 6)
assert np.isclose(psnr(both_ways, gray), 20), (
    "Half of the pixels are too bright, half too dark by as much, and your errors cancel. Square first, then the mean."
)
assert psnr(gray, gray) == float("inf"), "Equal images have no error: the PSNR is infinite."
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, data_range in (((5, 7), 1.0), ((3, 4, 6), 2.0), ((11,), 255.0)):
    x, y = rng.uniform(0, data_range, shape), rng.uniform(0, data_range, shape)
    expected = 20 * np.log10(data_range) - 10 * np.log10(np.square(x - y).sum() / x.size)
    assert np.isclose(psnr(x, y, data_range), expected, atol=1e-4), (
        "Wrong for another shape or another range of the pixels. Does the range enter, and is it squared?"
    )
dark, bright = rng.integers(0, 100, (4, 5), np.uint8), rng.integers(100, 256, (4, 5), np.uint8)
error = np.square(dark.astype(float) - bright).mean()
assert np.isclose(psnr(dark, bright, 255), 10 * np.log10(255**2 / error), atol=1e-4), (
    "Wrong for images of type uint8: their differences start again at 255 below 0. Turn them into floats first."
)
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Structural similarity in one window
#
# PSNR asks each pixel by itself. SSIM compares two windows as wholes: their means $\mu$, their variances $\sigma^2$,
# and how they vary together, $\sigma_{xy}$.
#
# $$ \mathrm{SSIM} = \frac{(2 \mu_x \mu_y + C_1)(2 \sigma_{xy} + C_2)}
#    {(\mu_x^2 + \mu_y^2 + C_1)(\sigma_x^2 + \sigma_y^2 + C_2)}, \qquad
#    C_1 = (0.01 L)^2, \quad C_2 = (0.03 L)^2 \tag{2} $$
#
# Take all pixels of the two windows as they are, each with the same weight, and divide variances and covariance by
# the *number of pixels* $n$:
#
# $$ \sigma_x^2 = \tfrac1n \sum (x - \mu_x)^2, \qquad \sigma_{xy} = \tfrac1n \sum (x - \mu_x)(y - \mu_y) $$
#
# (Libraries divide by $n - 1$, and average over all windows of an image.) A window compared with itself gives 1; with
# its negative image, less than 0.
#
# <details><summary>Hint 1: covariance</summary>
#
# `((x - x.mean()) * (y - y.mean())).mean()`. With $y = x$ it is the variance.
#
# </details>
#
# <details><summary>Hint 2: squares</summary>
#
# $\sigma^2$ is the variance, `x.var()`, and not the deviation `x.std()`. Both constants are squares as well.
#
# </details>

# %% solution="ssim_window"
def ssim_window(x, y, data_range=1.0):
    """Compare two windows in brightness, contrast and structure, equation (2).

    Parameters
    ----------
    x, y : float arrays, both of one shape
    data_range : float

    Returns
    -------
    float
        At most 1.

    Examples
    --------
    >>> checks = np.indices((4, 4)).sum(0) % 2.0
    >>> round(float(ssim_window(checks, checks)), 6)
    1.0
    """
    ### BEGIN SOLUTION
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    mean_x, mean_y = x.mean(), y.mean()
    together = (x * y).mean() - mean_x * mean_y
    likeness = (2 * mean_x * mean_y + c1) * (2 * together + c2)
    return likeness / ((mean_x**2 + mean_y**2 + c1) * (x.var() + y.var() + c2))
    ### END SOLUTION


# %% tests="test_ssim_window" points=3
# One number, 1 for equal windows and below 0 for the negative; flat windows of different brightness; a window of
# half the contrast. The same with random windows and other ranges.
checks = np.indices((4, 4)).sum(0) % 2.0
got = ssim_window(checks, checks)
assert got is not None, "ssim_window gives back nothing: does it end with `return`?"
assert np.ndim(got) == 0, "The similarity of two windows is one number."
assert np.isclose(got, 1), "A window compared with itself gives 1. Are numerator and denominator equal then?"
assert ssim_window(checks, 1 - checks) < 0, (
    "Where the one is bright the other is dark, and yours is not negative. Is the covariance that of the differences "
    "from the means, with its sign?"
)
flat = ssim_window(np.full((4, 4), 0.2), np.full((4, 4), 0.4))
assert np.isclose(flat, 0.800, atol=5e-4), (
    "Two flat windows of 0.2 and 0.4: (2 · 0.08 + C1) / (0.04 + 0.16 + C1), about 0.800. Variances and covariance are "
    "0 there, so that only the means decide, and C2 cancels."
)
half = ssim_window(checks, 0.25 + checks / 2)
assert np.isclose(half, 0.8005, atol=5e-4), (
    "Half the contrast at the same brightness: covariance 0.125, variances 0.25 and 0.0625. Are these variances, not "
    "their roots, and is everything divided by the number of pixels?"
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape, data_range in (((3, 3), 1.0), ((7, 7), 255.0), ((2, 5), 0.1)):
    x = rng.uniform(0, data_range, shape)
    y = 0.6 * x + rng.uniform(0, 0.4 * data_range, shape)
    (variance_x, together), (_, variance_y) = np.cov(x.ravel(), y.ravel(), bias=True)
    low, high = 0.01**2 * data_range**2, 0.03**2 * data_range**2
    expected = (2 * x.mean() * y.mean() + low) / (x.mean() ** 2 + y.mean() ** 2 + low)
    expected *= (2 * together + high) / (variance_x + variance_y + high)
    assert np.isclose(ssim_window(x, y, data_range), expected, atol=1e-5), (
        "Wrong for another window or another range. Are variances divided by the number of pixels, and do both "
        "constants contain the range, squared?"
    )
for data_range in (1, 255):
    faint, other = data_range * rng.uniform(0.0, 0.02, (2, 5, 5)) * [[[1.0]], [[2.0]]]
    (variance_x, together), (_, variance_y) = np.cov(faint.ravel(), other.ravel(), bias=True)
    low, high = 0.01**2 * data_range**2, 0.03**2 * data_range**2
    expected = (2 * faint.mean() * other.mean() + low) / (
        faint.mean() ** 2 + other.mean() ** 2 + low
    )
    expected *= (2 * together + high) / (variance_x + variance_y + high)
    assert np.isclose(ssim_window(faint, other, data_range), expected, atol=1e-5), (
        "In a dark, nearly flat window the constants decide, and yours are others: C1 = (0.01 L)² "
        "and C2 = (0.03 L)² for a range L of 1 and of 255."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Pixel shuffle
#
# A network that enlarges an image $r$ times works on the small image to the end. Its last layer gives $C r^2$
# channels, and the $r^2$ numbers of a group are laid out as a square of $r \times r$ pixels: the first $r$ of them are
# its upper row, from left to right.
#
# $$ y(c,\; r i + a,\; r j + b) = x(c\, r^2 + r a + b,\; i,\; j), \qquad 0 \le a, b < r \tag{3} $$
#
# With $r = 2$ the four channels 1, 2, 3, 4 of a single pixel become
# $\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$.
#
# <details><summary>Hint 1: with loops</summary>
#
# For each $c$, $a$ and $b$: `y[c, a::r, b::r]` is a whole channel of $x$. Which one?
#
# </details>
#
# <details><summary>Hint 2: without loops</summary>
#
# Reshape to `(C, r, r, H, W)`, bring the axes into the order C, H, r, W, r, and reshape again.
#
# </details>

# %% solution="pixel_shuffle"
def pixel_shuffle(x, scale):
    """Lay groups of scale² channels out as squares of pixels, equation (3).

    Parameters
    ----------
    x : array, shape (C scale², H, W)
        It is left as it is.
    scale : int

    Returns
    -------
    array, shape (C, scale H, scale W)

    Examples
    --------
    >>> pixel_shuffle(np.arange(1, 5).reshape(4, 1, 1), 2)
    array([[[1, 2],
            [3, 4]]])
    """
    ### BEGIN SOLUTION
    channels, height, width = x.shape
    squares = x.reshape(channels // scale**2, scale, scale, height, width)
    squares = squares.transpose(0, 3, 1, 4, 2)  # (C, r, r, H, W) -> (C, H, r, W, r)
    return squares.reshape(channels // scale**2, scale * height, scale * width)
    ### END SOLUTION


# %% tests="test_pixel_shuffle" points=3
# The shape; the order within a square; where the squares lie; several channels. The same with other sizes and scales.
x = np.arange(8.0).reshape(4, 1, 2)
got = pixel_shuffle(x, 2)
assert got is not None, "pixel_shuffle gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 2, 4), (
    f"Four channels of 1 x 2 pixels become one channel of 2 x 4; yours has shape {np.shape(got)}."
)
assert not np.array_equal(got[0], [[0, 4, 1, 5], [2, 6, 3, 7]]), (
    "Your squares are filled column by column. The first r channels of a group are the *upper row* of the square."
)
assert np.array_equal(got[0], [[0, 2, 1, 3], [4, 6, 5, 7]]), (
    "The square of the left pixel should hold its channels 0, 2 above 4, 6 below; that of the right pixel lies beside "
    "it. Reshaping alone does not move axes: they have to change places."
)
colours = np.stack([np.full((2, 3), 10.0 * c + k) for c in range(2) for k in range(4)])
got = pixel_shuffle(colours, 2)
assert np.shape(got) == (2, 4, 6), "Eight channels at scale 2 make two channels."
assert np.array_equal(got[1, :2, :2], [[10, 11], [12, 13]]), (
    "The second channel should be made of the second *group* of four channels, those that follow each other."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for channels, scale, height, width in ((1, 3, 2, 4), (3, 2, 5, 3), (2, 4, 1, 2), (2, 1, 3, 3)):
    x = rng.normal(size=(channels * scale**2, height, width))
    kept = x.copy()
    expected = np.empty((channels, scale * height, scale * width))
    for c, a, b in np.ndindex(channels, scale, scale):
        expected[c, a::scale, b::scale] = x[c * scale**2 + scale * a + b]
    got = pixel_shuffle(x, scale)
    assert np.shape(got) == expected.shape, "The shape is wrong for another scale or image. Try scale 3, not square."
    assert np.allclose(got, expected), (
        "Pixels land in the wrong places for another scale or image. Try scale 3 on an image that is not square."
    )
    assert np.array_equal(x, kept), "pixel_shuffle changed the array it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 4. Gram matrix
#
# The maps of a layer, $F_i(p)$ at place $p$, tell *what* is *where*. Take, for each pair of maps, the mean of their
# product over all $P$ places, and the *where* is gone:
#
# $$ G_{ij} = \frac1P \sum_p F_i(p)\, F_j(p) \tag{4} $$
#
# Two maps of two places, $(1, 2)$ and $(3, 4)$: $G_{12} = (1 \cdot 3 + 2 \cdot 4) / 2 = 5.5$. Nothing is subtracted,
# and $C$ maps give $C \times C$ numbers, whatever their size.
#
# <details><summary>Hint 1: one list of places</summary>
#
# Flatten height and width into one axis: an array of shape (C, P).
#
# </details>
#
# <details><summary>Hint 2: all pairs at once</summary>
#
# A matrix times its transpose holds the products of all rows with all rows.
#
# </details>

# %% solution="gram"
def gram(maps):
    """Average the product of each pair of maps over all places, equation (4).

    Parameters
    ----------
    maps : float array, shape (C, H, W)

    Returns
    -------
    float array, shape (C, C)

    Examples
    --------
    >>> gram(np.array([[[1.0, 2.0]], [[3.0, 4.0]]]))
    array([[ 2.5,  5.5],
           [ 5.5, 12.5]])
    """
    ### BEGIN SOLUTION
    return np.einsum("ihw,jhw->ij", maps, maps) * len(maps) / maps.size
    ### END SOLUTION


# %% tests="test_gram" points=2
# One number for each pair of maps; the mean over places, nothing subtracted; places do not matter. The same with
# random maps.
got = gram(np.array([[[1.0, 2.0]], [[3.0, 4.0]]]))
assert got is not None, "gram gives back nothing: does it end with `return`?"
assert np.shape(gram(np.ones((3, 4, 5)))) == (3, 3), (
    f"Three maps of 4 x 5 places have a matrix of 3 x 3, yours is {np.shape(gram(np.ones((3, 4, 5))))}: one entry for "
    "each pair of *maps*, not of places."
)
assert not np.allclose(got, [[5, 11], [11, 25]]), "This is the sum over the places. Divide by their number."
assert not np.allclose(got, [[0.25, 0.25], [0.25, 0.25]]), (
    "You have subtracted the means: that is the covariance. Equation (4) subtracts nothing."
)
assert np.allclose(got, [[2.5, 5.5], [5.5, 12.5]]), (
    "For the maps (1, 2) and (3, 4) the entries are (1 + 4) / 2, (3 + 8) / 2 and (9 + 16) / 2."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for shape in ((4, 5, 3), (2, 1, 7), (5, 6, 6)):
    maps = rng.normal(1, 2, shape)
    kept = maps.copy()
    expected = np.einsum("ihw,jhw->ij", maps, maps) / (shape[1] * shape[2])
    got = gram(maps)
    assert np.shape(got) == expected.shape, "The shape is wrong for other maps. Try some that are not square."
    assert np.allclose(got, expected, rtol=1e-4, atol=1e-4), (
        "Wrong for other maps. Is it divided by the number of places, height times width, and by nothing else?"
    )
    assert np.array_equal(maps, kept), "gram changed the maps it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 5. The loss of a style
#
# The image that is painted has maps in several layers, and the style image has a Gram matrix $A^{(l)}$ for each of
# them. Layers with large numbers must not drown the others, so each is compared in units of its own size:
#
# $$ \mathcal{L} = \frac1{\text{layers}} \sum_l
#    \frac{\sum_{ij} \big(G^{(l)}_{ij} - A^{(l)}_{ij}\big)^2}{\sum_{ij} \big(A^{(l)}_{ij}\big)^2} \tag{5} $$
#
# It is 0 if all Gram matrices agree, and 1 for maps that are black everywhere.
#
# <details><summary>Hint 1: one layer first</summary>
#
# Write the fraction for one layer, then put it into a loop over both lists, and take the mean.
#
# </details>
#
# <details><summary>Hint 2: if your Part 4 is not right yet</summary>
#
# `np.einsum("ihw,jhw->ij", maps, maps) / maps[0].size` is a Gram matrix, too.
#
# </details>

# %% solution="style_loss"
def style_loss(maps, styles):
    """Compare Gram matrices layer by layer, equation (5).

    Parameters
    ----------
    maps : list of float arrays, shape (C, H, W)
        Of the image, one for each layer; layers may differ in size.
    styles : list of float arrays, shape (C, C)
        Gram matrices of the style image, in the same order.

    Returns
    -------
    float

    Examples
    --------
    >>> float(style_loss([np.zeros((2, 3, 3))], [np.eye(2)]))
    1.0
    """
    ### BEGIN SOLUTION
    parts = []
    for layer, wanted in zip(maps, styles):
        found = np.einsum("ihw,jhw->ij", layer, layer) * len(layer) / layer.size
        parts.append(((found - wanted) ** 2).sum() / (wanted**2).sum())
    return np.mean(parts)
    ### END SOLUTION


# %% tests="test_style_loss" points=2
# 1 for black maps, 0 for equal Gram matrices wherever the places are; squares; each layer in its own units; the mean
# over layers. The same with random layers.
black = style_loss([np.zeros((2, 3, 3))], [np.diag([3.0, 4.0])])
assert black is not None, "style_loss gives back nothing: does it end with `return`?"
assert np.ndim(black) == 0, "A loss is one number."
assert np.isclose(black, 1), (
    "Black maps have a Gram matrix of zeros, so numerator and denominator of (5) are equal. Is the difference measured "
    "in units of the style's own squares?"
)
ramp = np.array([[[1.0, 2.0]], [[3.0, 4.0]]])
style = np.array([[2.5, 5.5], [5.5, 12.5]])
assert np.isclose(style_loss([ramp[:, :, ::-1]], [style]), 0), (
    "The maps were mirrored, all alike: their Gram matrix is the same, and the loss 0. Gram matrices are compared, not "
    "maps."
)
two = style_loss([np.zeros((2, 3, 3)), ramp], [np.diag([3.0, 4.0]), style])
assert np.isclose(two, 0.5), "One layer with loss 1 and one with loss 0: their mean is 0.5."
assert np.isclose(style_loss([2 * ramp], [style]), 9), (
    "Maps of twice the size have a Gram matrix of four times the size, three times the style away from it: squared, 9."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for sizes in (((3, 4, 5),), ((2, 6, 3), (4, 3, 3), (5, 1, 2))):
    layers = [rng.normal(size=size) * 10.0**place for place, size in enumerate(sizes)]
    wanted = [np.cov(rng.normal(size=(size[0], 9))) * 100.0**place for place, size in enumerate(sizes)]
    total = 0.0
    for layer, matrix in zip(layers, wanted, strict=True):
        found = np.einsum("ihw,jhw->ij", layer, layer) / layer[0].size
        total += np.square(found - matrix).sum() / np.square(matrix).sum() / len(sizes)
    assert np.isclose(style_loss(layers, wanted), total, rtol=1e-4), (
        "Wrong for other layers. Is each layer divided by its own sum of squares before the mean is taken?"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Part 6. What the two networks of a GAN want
#
# The discriminator gives each image a score $s$, any number; $D = 1 / (1 + e^{-s})$ is its probability of being real.
# It wants real images to score high and made ones low. The generator wants its images to be taken for real:
#
# $$ \mathcal{L}_D = -\operatorname{mean} \log D(\text{real}) - \operatorname{mean} \log\big(1 - D(\text{made})\big) \tag{6} $$
#
# $$ \mathcal{L}_G = -\operatorname{mean} \log D(\text{made}) $$
#
# For scores of 0, $D$ is one half, so $\mathcal{L}_D = 2 \log 2$ and $\mathcal{L}_G = \log 2$.
#
# Scores can be large: for $s = -1000$, $D$ is 0 as a float and its logarithm is lost. But
# $-\log D = \log(1 + e^{-s})$ and $-\log(1 - D) = \log(1 + e^{s})$, and
# `np.logaddexp(0, z)` computes $\log(1 + e^z)$ for every $z$.
#
# Partial credit: a point each for the discriminator's loss, for the generator's, and for large scores.
#
# <details><summary>Hint 1: signs</summary>
#
# Real images with high scores must make $\mathcal{L}_D$ small: $\log(1 + e^{-s})$ does that.
#
# </details>
#
# <details><summary>Hint 2: the generator</summary>
#
# It is not minus the discriminator's loss. Its loss is the one the made images would have if they were real.
#
# </details>

# %% solution="gan_losses"
def gan_losses(real, made):
    """Compute the losses of discriminator and generator, equation (6).

    Parameters
    ----------
    real, made : float arrays, shape (N,) and (M,)
        The discriminator's scores, before the sigmoid.

    Returns
    -------
    discriminator, generator : float

    Examples
    --------
    >>> [round(float(loss), 4) for loss in gan_losses(np.zeros(3), np.zeros(3))]
    [1.3863, 0.6931]
    """
    ### BEGIN SOLUTION
    discriminator = np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()
    return discriminator, np.logaddexp(0, -made).mean()
    ### END SOLUTION


# %% tests="test_gan_losses" points=3
# Two numbers; then a point each for the discriminator's loss, for the generator's, and for scores as large as 1000.
both = gan_losses(np.zeros(2), np.zeros(2))
assert both is not None, "gan_losses gives back nothing: does it end with `return`?"
assert np.shape(both) == (2,), "Two losses are expected, the discriminator's and the generator's, a number each."

lost = {}  # what each property cost: a point once, however often it fails


def examine(name, message, real, made, place, expected):
    """Take the point of a property if a loss is not as expected."""
    with np.errstate(all="ignore"):
        try:
            got = gan_losses(real, made)[place]
        except Exception as error:
            lost.setdefault(name, f"{message} (Your function stopped with {type(error).__name__}.)")
            return
    if not np.isclose(got, expected, rtol=1e-4, atol=1e-6):
        lost.setdefault(name, message)


judge = (
    "The discriminator wants real images to score high and made ones low: -mean log D(real) - mean log(1 - D(made)). "
    "Work it out for scores of 0, and for real 2 and made -2, where it is nearly content."
)
maker = (
    "The generator wants its images to be taken for real: -mean log D(made). It is small where their scores are high, "
    "and it is not minus the discriminator's loss."
)
large = "Scores of 1000 or -1000 must not break the losses. Use np.logaddexp(0, z) for log(1 + exp(z))."
examine("discriminator", judge, np.zeros(2), np.zeros(2), 0, 2 * np.log(2))
examine("discriminator", judge, np.full(2, 2.0), np.full(2, -2.0), 0, 2 * np.log1p(np.exp(-2)))
examine("generator", maker, np.zeros(2), np.zeros(2), 1, np.log(2))
examine("generator", maker, np.zeros(2), np.array([3.0, -1.0]), 1, np.log1p(np.exp([-3.0, 1.0])).mean())
examine("large scores", large, np.array([1000.0]), np.array([-1000.0]), 1, 1000)
examine("large scores", large, np.array([-1000.0]), np.array([1000.0]), 0, 2000)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
for count, others in ((5, 5), (7, 3)):
    real, made = rng.normal(1, 2, count), rng.normal(-1, 2, others)
    of_real, of_made = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-made))
    examine(
        "discriminator", judge + " There may be more real images than made ones.", real, made, 0,
        -np.log(of_real).mean() - np.log(1 - of_made).mean(),
    )
    examine("generator", maker, real, made, 1, -np.log(of_made).mean())
far = rng.uniform(800, 1200, 4)
examine("large scores", large, -far, far, 0, 2 * far.mean())
examine("large scores", large, far, -far, 1, far.mean())
### END HIDDEN TESTS
for name, message in lost.items():
    print(f"-1 point, {name}: {message}")
max(0, 3 - len(lost))

# %% [markdown]
# ## Part 7. The noise of many steps at once
#
# A diffusion model ruins an image in steps. Step $t$ keeps the share $1 - \beta_t$ of the variance and adds $\beta_t$ of
# noise. After steps $0, 1, \dots, t$ the share
#
# $$ \bar\alpha_t = (1 - \beta_0)(1 - \beta_1) \cdots (1 - \beta_t) \tag{7} $$
#
# of the image is left, and the image after step $t$ can be had at once:
#
# $$ x_t = \sqrt{\bar\alpha_t}\; x_0 + \sqrt{1 - \bar\alpha_t}\; \varepsilon \tag{8} $$
#
# Every image of the batch has a step of its own.
#
# By hand: with $\beta = (0.2, 0.2)$ and $t = 1$, $\bar\alpha_1 = 0.64$; a pixel of 0.5 with noise $-1$ becomes
# $0.8 \cdot 0.5 - 0.6 = -0.2$.
#
# <details><summary>Hint 1: the product</summary>
#
# `np.cumprod` gives all of (7) at once.
#
# </details>
#
# <details><summary>Hint 2: one share for each image</summary>
#
# `left[step]` has shape (N,). To multiply images of shape (N, C, H, W) it needs three more axes of length 1.
#
# </details>

# %% solution="q_sample"
def q_sample(x, step, noise, beta):
    """Add the noise of all steps up to one, equations (7) and (8).

    Parameters
    ----------
    x, noise : float arrays, shape (N, C, H, W)
        Images, and the noise of variance 1. Both are left as they are.
    step : int array, shape (N,)
        Of each image, counted from 0.
    beta : float array, shape (steps,)
        The variance of the noise that each step adds, between 0 and 1.

    Returns
    -------
    float array, shape (N, C, H, W)

    Examples
    --------
    >>> x, noise = np.full((1, 1, 1, 1), 0.5), -np.ones((1, 1, 1, 1))
    >>> q_sample(x, np.array([1]), noise, np.array([0.2, 0.2])).round(6)
    array([[[[-0.2]]]])
    """
    ### BEGIN SOLUTION
    left = np.cumprod(1 - beta)[step][:, None, None, None]
    return np.sqrt(left) * x + np.sqrt(1 - left) * noise
    ### END SOLUTION


# %% tests="test_q_sample" points=3
# The shape; the example by hand; the product of all steps up to this one; roots of the shares; a step for each image;
# the arrays left as they were. The same with random images.
beta = np.array([0.2, 0.2, 0.75])
ones, minus = np.ones((2, 1, 2, 3)), -np.ones((2, 1, 2, 3))
got = q_sample(ones, np.array([0, 0]), 0 * ones, beta)
assert got is not None, "q_sample gives back nothing: does it end with `return`?"
assert np.shape(got) == (2, 1, 2, 3), f"The images keep their shape; yours is {np.shape(got)}."
assert np.allclose(got, np.sqrt(0.8)), (
    "After the first step, number 0, the image is multiplied by the root of 0.8. Is the root taken, and is the first "
    "step the first one?"
)
assert np.allclose(q_sample(ones, np.array([2, 2]), 0 * ones, beta), 0.4), (
    "After three steps 0.8 · 0.8 · 0.25 of the variance is left, and the root of it multiplies the image. Shares of "
    "several steps are multiplied."
)
assert np.allclose(q_sample(0.5 * ones, np.array([1, 1]), minus, beta), -0.2), (
    "The example worked by hand does not come out: 0.8 · 0.5 - 0.6. How much noise is there, and is its share under a "
    "root, too?"
)
assert np.allclose(q_sample(ones, np.array([0, 2]), 0 * ones, beta)[:, 0, 0, 0], [np.sqrt(0.8), 0.4]), (
    "Two images with two different steps: each has its own share."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
beta = np.linspace(0.01, 0.3, 12)
for shape in ((4, 1, 3, 5), (3, 3, 3, 3), (1, 2, 4, 2)):
    x, noise = rng.normal(size=shape), rng.normal(size=shape)
    step = rng.permutation(12)[: shape[0]]
    kept, noise_kept = x.copy(), noise.copy()
    expected = np.empty(shape)
    for place, number in enumerate(step):
        share = np.prod(1 - beta[: number + 1])
        expected[place] = share**0.5 * x[place] + (1 - share) ** 0.5 * noise[place]
    got = q_sample(x, step, noise, beta)
    assert np.shape(got) == shape, "The shape is wrong for another batch. Try images with several channels."
    assert np.allclose(got, expected, atol=1e-5), (
        "Wrong for another batch. Try a batch in which every image has a different step, and as many images as pixels "
        "in a row."
    )
    assert np.array_equal(x, kept), "q_sample changed the images it was given."
    assert np.array_equal(noise, noise_kept), "q_sample changed the noise it was given."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 8. One step back
#
# A network has looked at $x_t$ and says which noise is in it, $\varepsilon$. With $\bar\alpha_{-1} = 1$ (before the
# first step all of the image is there), one step back is
#
# $$ x_{t-1} = \frac{1}{\sqrt{1 - \beta_t}} \left( x_t - \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\; \varepsilon \right)
#    + \sigma_t\, z, \qquad
#    \sigma_t^2 = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}\; \beta_t \tag{9} $$
#
# (Ho, Jain and Abbeel 2020, equations 7 and 11). $z$ is fresh noise of variance 1. For $t = 0$, $\sigma_0 = 0$: the last
# step adds none. And if the network names the noise rightly, the last step gives the image itself.
#
# Here all images of the batch are at the same step.
#
# <details><summary>Hint 1: the shares</summary>
#
# `left = np.cumprod(1 - beta)` holds $\bar\alpha_0, \bar\alpha_1, \dots$ What stands *before* `left[0]`?
# Not `left[-1]`, which is the last one.
#
# </details>
#
# <details><summary>Hint 2: check yourself</summary>
#
# Take any image, add noise by Part 7 at step 0, and step back with the same noise: the image must come out.
#
# </details>

# %% solution="ddpm_step"
def ddpm_step(x, step, noise, fresh, beta):
    """Take one step back from noise, equation (9).

    Parameters
    ----------
    x : float array, any shape
        Images after `step`.
    step : int
        Counted from 0.
    noise : float array, the shape of x
        What the network takes for the noise in x.
    fresh : float array, the shape of x
        New noise of variance 1.
    beta : float array, shape (steps,)

    Returns
    -------
    float array, the shape of x

    Examples
    --------
    >>> ddpm_step(np.array([0.8]), 0, np.array([0.0]), np.array([5.0]), np.array([0.36]))
    array([1.])
    """
    ### BEGIN SOLUTION
    left = np.cumprod(1 - beta)
    before = left[step - 1] if step > 0 else 1.0
    mean = (x - beta[step] / np.sqrt(1 - left[step]) * noise) / np.sqrt(1 - beta[step])
    deviation = np.sqrt((1 - before) / (1 - left[step]) * beta[step])
    return mean + deviation * fresh
    ### END SOLUTION


# %% tests="test_ddpm_step" points=4
# The last step back gives the image; the noise is taken out in the right measure; fresh noise with the right
# deviation, and none at the end. The same at other steps.
beta = np.array([0.36, 0.5])
image = np.array([[1.0, -0.5]])
named = np.array([[0.5, 2.0]])
after = 0.8 * image + 0.6 * named  # what step 0 makes of the image
got = ddpm_step(after, 0, named, np.zeros((1, 2)), beta)
assert got is not None, "ddpm_step gives back nothing: does it end with `return`?"
assert np.shape(got) == (1, 2), f"The images keep their shape; yours is {np.shape(got)}."
assert np.allclose(got, image), (
    "Back from step 0 with the right noise, the image itself should come out. Is the noise multiplied by beta over a "
    "root, and is everything divided by the root of 1 - beta?"
)
assert np.allclose(ddpm_step(after, 0, named, np.ones((1, 2)), beta), image), (
    "The last step back, from step 0, adds no noise: before it, all of the image is there, so its variance is 0."
)
assert np.allclose(ddpm_step(np.zeros(1), 1, np.zeros(1), np.ones(1), beta) ** 2, 0.36 / 0.68 * 0.5), (
    "Back from step 1 the fresh noise has the variance (1 - 0.64) / (1 - 0.32) · 0.5. Is that the variance, and its "
    "root what multiplies the noise?"
)
assert np.allclose(ddpm_step(np.ones(1), 1, np.zeros(1), np.zeros(1), beta), 1 / np.sqrt(0.5)), (
    "Without any noise x is divided by the root of 1 - beta of *this* step."
)
### BEGIN HIDDEN TESTS
from cnncourse.probes import seed

rng = np.random.default_rng(seed())
beta = np.linspace(0.02, 0.4, 9)
for step, shape in ((0, (2, 3)), (1, (4,)), (5, (2, 1, 3, 3)), (8, (1, 5))):
    x, noise, fresh = rng.normal(size=(3, *shape))
    kept = x.copy()
    now, before = np.prod(1 - beta[: step + 1]), np.prod(1 - beta[:step])
    clean = (x - (1 - now) ** 0.5 * noise) / now**0.5
    mean = before**0.5 * beta[step] / (1 - now) * clean
    mean += (1 - beta[step]) ** 0.5 * (1 - before) / (1 - now) * x
    expected = mean + ((1 - before) / (1 - now) * beta[step]) ** 0.5 * fresh
    got = ddpm_step(x, step, noise, fresh, beta)
    assert np.shape(got) == shape, "The images should keep their shape, whatever it is."
    assert np.allclose(got, expected, atol=1e-5), (
        "Wrong at another step. Check which share belongs to this step and which to the one before, first with "
        "fresh noise of zeros, then with x and noise of zeros."
    )
    assert np.array_equal(x, kept), "ddpm_step changed the images it was given."
### END HIDDEN TESTS

# %% [markdown]
# Your `q_sample` at work, without any network: whoever *knows* the noise solves (8) for $x_0$ and has the digit back, all
# steps at once. A network has to guess the noise, and goes back by your `ddpm_step`, a little at a time.

# %%
beta = np.linspace(1e-4, 0.02, 50) * 20
step = np.array([30])
ruined = q_sample(digit[None, None], step, noise[None, None], beta)
left = np.cumprod(1 - beta)[30]
again = (ruined - np.sqrt(1 - left) * noise) / np.sqrt(left)
show_images([((x + 1) / 2).clip(0, 1) for x in (digit, ruined[0, 0], again[0, 0])],
            ["digit", f"{left:.2f} left", "with the noise known"])

# %% [markdown]
# ## Part 9. Two ways to be wrong
#
# A hospital can buy one of two programs that enlarge scans four times. Program A was trained by the squared error.
# Program B was trained by the squared error plus a discriminator's judgement. On the same test scans A has the higher
# PSNR, and B's pictures look much sharper. Explain in five to ten sentences, in your own words:
#
# 1. why the squared error makes A's pictures soft, though its numbers are better;
# 2. where B's sharp details come from;
# 3. which of the two you would let a physician look at, and what you would measure before you decide.
#
# This answer is read and graded by a person.

# %% [markdown] written="explain_enlarging" points=3
# ### BEGIN SOLUTION
# Several different sharp scans become the same small one when they are shrunk, so enlarging has many possible answers.
# The squared error of a single answer is smallest, on average, for the mean of all possible ones; and a mean of sharp
# edges at different places is a soft edge. PSNR is that squared error on a logarithmic scale, so A, trained for it, has
# the better number.
#
# A discriminator does not ask for the true picture but for a picture that could be a real one. So B decides for one of
# the possible answers. Its details are typical of the scans it was trained on; they were not recorded in this patient's
# scan. They may be right, or be a vessel that is not there, or hide a small lesion that is rare in the training data.
#
# For a diagnosis I would rather show A, or the original scan itself, and never B without a warning. Before deciding I
# would measure what matters: whether physicians, or a detector of lesions, find more true lesions and fewer false ones
# with the enlarged scans than with the originals, on scans from other machines and of rare cases, with the full-size
# truth known.
#
# **Marking**, a point for each:
#
# - The squared error is least for the mean of the possible answers, which is soft; PSNR is that error. (Only "MSE
#   blurs", with no reason: half a point.)
# - B's details are invented: plausible by its training data, not recorded here.
# - A choice with a reason, and a measurement of the purpose (lesions found and missed, by reader or detector, on
#   scans from elsewhere), not another picture-quality number.
# ### END SOLUTION

# %% [markdown]
# ## What now
#
# Three things to try, without points.
#
# - Average three photographs that are shifted by a pixel against each other. Compare PSNR and SSIM of the mean with
#   those of one shifted copy.
# - Shuffle the places of a picture's maps, the same for all, and compare Gram matrices.
# - Run `cnncourse lab diffusion --fast`, and look at the path from noise to digits.
