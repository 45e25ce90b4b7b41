"""Which class does every pixel belong to? U-Net, its skip connections, and an atrous pyramid."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional

from cnncourse.data.textured import CLASSES, Labelled, digits_on_textures
from cnncourse.errors import ShapeError
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.metrics.masks import dice, mean_iou
from cnncourse.models.deeplab import DeepLab
from cnncourse.models.unet import UNet
from cnncourse.plots import new_figure
from cnncourse.training import Optimisation, descend

WIDTHS = (8, 16, 32, 64)  # of the U-Nets; the fast version leaves the last level out
WINDOWS = (3, 7, 15)  # pixels, of the neighbourhoods that the baseline looks at
PIXELS = 20_000  # that the baseline learns from
COLOURS = ListedColormap(["#b35806", "#4d9221", "#9e9ac8", "#111111"])
SHOWN = 4
DIGIT = CLASSES.index("digit")


def run(plan: Plan) -> Outcome:
    """Train three networks on the same scenes, and measure them beside two that need no network."""
    train = digits_on_textures(plan.choose(1500, fast=160), seed=plan.seed)
    test = digits_on_textures(plan.choose(300, fast=40), split="test", seed=plan.seed)
    widths = WIDTHS[: plan.choose(4, fast=3)]
    networks = {
        "U-Net": UNet(1, len(CLASSES), widths),
        "U-Net without skips": UNet(1, len(CLASSES), widths, skips=False),
        "atrous pyramid": DeepLab(1, len(CLASSES), width=16),
    }
    losses = {name: learn(model, train, plan, name) for name, model in networks.items()}
    found = {name: predict(model, test.images, plan) for name, model in networks.items()}
    found["pixel by pixel"] = by_neighbourhood(train, test.images, plan.seed)
    miou = {name: mean_iou(labels, test.labels, len(CLASSES)) for name, labels in found.items()}
    true = test.labels == DIGIT
    otsu = dice(test.images[:, 0] > otsu_threshold(train.images), true)
    logistic = ("logistic regression on neighbourhoods", miou["pixel by pixel"])
    return Outcome(
        measured=(
            Measured("mean IoU, U-Net", miou["U-Net"], *logistic),
            Measured("mean IoU, atrous pyramid", miou["atrous pyramid"], *logistic),
            Measured("mean IoU, U-Net", miou["U-Net"], "without skips",
                     miou["U-Net without skips"]),
            Measured("Dice of the digits, U-Net", dice(found["U-Net"] == DIGIT, true),
                     "Otsu's threshold", otsu),
        ),
        pictures={"scenes": _draw(test, found, miou)},
        losses=losses,
    )  # fmt: skip


def learn(model: nn.Module, train: Labelled, plan: Plan, stage: str) -> list[float]:
    """Train a network by the cross-entropy of every pixel.

    Parameters
    ----------
    model : nn.Module
        From (N, 1, H, W) to scores (N, classes, H, W); moved to the plan's device.
    train : Labelled
    plan : Plan
    stage : str
        Its name in the progress.

    Returns
    -------
    list of float
        The loss now and then.
    """
    model.to(plan.device)
    images = torch.from_numpy(train.images).to(plan.device)
    labels = torch.from_numpy(train.labels).to(plan.device)

    batch = plan.choose(32, fast=16)

    def loss(step: int) -> torch.Tensor:
        chosen = torch.randint(len(images), (batch,))
        return functional.cross_entropy(model(images[chosen]), labels[chosen])

    return descend(
        model, loss, plan.choose(500, fast=60), Optimisation(lr=1e-2), plan.meter(stage)
    )


@torch.no_grad()
def predict(model: nn.Module, images: NDArray[np.float32], plan: Plan) -> NDArray[np.int64]:
    """Give each pixel its likeliest class: (N, 1, H, W) -> (N, H, W)."""
    parts = torch.from_numpy(images).to(plan.device).split(100)
    return torch.cat([model(part).argmax(1) for part in parts]).cpu().numpy()


def by_neighbourhood(train: Labelled, images: NDArray[np.float32], seed: int) -> NDArray[np.int64]:
    """Classify each pixel by a logistic regression on its own and its neighbours' brightness.

    Parameters
    ----------
    train : Labelled
    images : float32 array, shape (N, 1, H, W)
        To be classified.
    seed : int
        Of the pixels that it learns from.

    Returns
    -------
    int64 array, shape (N, H, W)
    """
    rows = neighbourhoods(train.images)
    labels = train.labels.ravel()
    chosen = np.random.default_rng(seed).choice(len(rows), min(PIXELS, len(rows)), replace=False)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    model.fit(rows[chosen], labels[chosen])
    return model.predict(neighbourhoods(images)).reshape(len(images), *images.shape[2:])


def neighbourhoods(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Describe each pixel by its brightness, and the mean and deviation of windows around it.

    Parameters
    ----------
    images : float32 array, shape (N, 1, H, W)

    Returns
    -------
    float32 array, shape (N H W, 7)

    Examples
    --------
    >>> neighbourhoods(np.full((1, 1, 8, 8), 0.5, np.float32))[0]
    array([0.5, 0.5, 0. , 0.5, 0. , 0.5, 0. ], dtype=float32)
    """
    x = images[:, 0]
    columns = [x]
    for window in WINDOWS:
        mean, square = (uniform_filter(part, (0, window, window)) for part in (x, x * x))
        columns += [mean, np.sqrt((square - mean**2).clip(0))]
    return np.stack(columns, axis=-1).reshape(-1, len(columns))


def otsu_threshold(values: NDArray[np.floating], bins: int = 256) -> float:
    """Find the brightness that best divides pixels into two groups.

    Parameters
    ----------
    values : float array, any shape
    bins : int
        Of the histogram.

    Returns
    -------
    float
        The threshold with the greatest variance between the groups.

    References
    ----------
    Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions on Systems,
    Man, and Cybernetics 9(1), 1979.

    Examples
    --------
    >>> 0.2 < otsu_threshold(np.array([0.1, 0.2, 0.8, 0.9])) < 0.8
    True
    """
    if values.size == 0:
        raise ShapeError("values", "at least one", "none")
    counts, edges = np.histogram(values, bins)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]  # never 0: the first bin holds the least value
    above = values.size - below
    sums = np.cumsum(counts * centres)
    gap = sums[:-1] / below - (sums[-1] - sums[:-1]) / above  # between the groups' means
    return float(centres[np.argmax(below * above * gap**2)])


def _draw(
    test: Labelled, found: dict[str, NDArray[np.int64]], miou: dict[str, float]
) -> Picture:
    columns = ["pixel by pixel", "U-Net without skips", "atrous pyramid", "U-Net"]
    figure = new_figure(height=4.9)
    grid = figure.subplots(SHOWN, 2 + len(columns))
    for i, row in enumerate(grid):
        row[0].imshow(test.images[i, 0], cmap="gray", vmin=0, vmax=1)
        for axes, labels in zip(row[1:], [test.labels, *(found[c] for c in columns)], strict=True):
            axes.imshow(labels[i], cmap=COLOURS, vmin=0, vmax=len(CLASSES) - 1)
        for axes in row:
            axes.set_axis_off()
    heads = ["scene", "truth", *(f"{name}\n{miou[name]:.2f}" for name in columns)]
    for axes, head in zip(grid[0], heads, strict=True):
        axes.set_title(head.replace(" ", "\n", 1), fontsize=8)
    figure.legend(
        [Patch(color=COLOURS(k)) for k in range(len(CLASSES))], CLASSES,
        loc="outside lower center", ncols=len(CLASSES), frameon=False, fontsize=8,
    )  # fmt: skip
    scores = ", ".join(f"{name} {miou[name]:.2f}" for name in columns)
    return Picture(
        figure,
        f"{SHOWN} gray scenes in rows: a digit where two of the surfaces brick, grass and gravel "
        f"meet. Beside each the true class of every pixel and four answers, in colours. Mean IoU "
        f"over the test set: {scores}. Classified pixel by pixel, surfaces are speckled; without "
        "skip connections outlines are blunt.",
    )
