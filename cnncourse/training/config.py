"""How to train, as data: what is not said has a default that works."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnncourse.errors import ArgumentError

OPTIMIZERS = ("adamw", "sgd")
SCHEDULES = ("one_cycle", "cosine", "constant")
PRECISIONS = ("auto", "float32", "bf16")


def _hold(argument: str, expected: str, value: object, right: bool) -> None:
    if not right:
        raise ArgumentError(argument, expected, value)


@dataclass(frozen=True)
class Optimisation:
    """How the weights move.

    Parameters
    ----------
    optimizer : {'adamw', 'sgd'}
        SGD uses Nesterov's momentum of 0.9.
    lr : float
        The highest learning rate.
    weight_decay : float
        For weights of two axes or more; biases and norms are spared.
    schedule : {'one_cycle', 'cosine', 'constant'}
        As in `schedule.factor`.
    warmup : float
        The share of all steps in which the learning rate rises.
    clip : float, optional
        The greatest norm of the gradient.
    """

    optimizer: str = "adamw"
    lr: float = 2e-3
    weight_decay: float = 0.01
    schedule: str = "one_cycle"
    warmup: float = 0.2
    clip: float | None = None

    def __post_init__(self) -> None:
        known = self.optimizer in OPTIMIZERS
        _hold("optimizer", f"one of {', '.join(OPTIMIZERS)}", repr(self.optimizer), known)
        known = self.schedule in SCHEDULES
        _hold("schedule", f"one of {', '.join(SCHEDULES)}", repr(self.schedule), known)
        _hold("lr", "a number above 0", self.lr, self.lr > 0)
        _hold("weight_decay", "a number of at least 0", self.weight_decay, self.weight_decay >= 0)
        _hold("warmup", "a share from 0 to below 1", self.warmup, 0 <= self.warmup < 1)
        _hold("clip", "a number above 0", self.clip, self.clip is None or self.clip > 0)


@dataclass(frozen=True)
class Regularisation:
    """What keeps a network from learning its training images by heart.

    Parameters
    ----------
    augment : tuple of str
        Names of `augment.AUGMENTATIONS`, applied in this order.
    label_smoothing : float
        The share of each target that is spread over all classes.
    mixup, cutmix : float
        Parameter of the beta distribution that draws how much of another image comes in; 0 for
        none. With both, each batch takes one of them.
    ema : float, optional
        Evaluate and keep a moving average of the weights, which keeps this share of itself at
        each step: 0.99, say.
    """

    augment: tuple[str, ...] = ()
    label_smoothing: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0
    ema: float | None = None

    def __post_init__(self) -> None:
        smoothing = self.label_smoothing
        _hold("label_smoothing", "a share from 0 to below 1", smoothing, 0 <= smoothing < 1)
        _hold("mixup", "a number of at least 0", self.mixup, self.mixup >= 0)
        _hold("cutmix", "a number of at least 0", self.cutmix, self.cutmix >= 0)
        _hold("ema", "a share between 0 and 1", self.ema, self.ema is None or 0 < self.ema < 1)


@dataclass(frozen=True)
class Machine:
    """Where and in which numbers to compute; none of it should change what is learned.

    Parameters
    ----------
    device : str
        'auto', 'cpu', 'cuda', 'cuda:1', 'mps' ...
    precision : {'auto', 'float32', 'bf16'}
        'auto' multiplies in bfloat16 where the hardware does that faster.
    channels_last : bool
        Keep the channels of a pixel beside each other in memory, which convolutions like.
    """

    device: str = "auto"
    precision: str = "auto"
    channels_last: bool = True

    def __post_init__(self) -> None:
        known = self.precision in PRECISIONS
        _hold("precision", f"one of {', '.join(PRECISIONS)}", repr(self.precision), known)


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a training run, beside the network and the data.

    Parameters
    ----------
    epochs : int
    batch_size : int
        Of all processes together. What is left of an epoch is not trained on; as each epoch is
        shuffled anew, no image misses out.
    seed : int
        Decides the order, augmentation and dropout of each epoch.
    patience : int, optional
        Stop when the loss on the held-out data has not fallen for so many epochs, and go back to
        the best weights.
    optimisation, regularisation, machine
        The rest, by theme.

    Examples
    --------
    >>> TrainConfig(epochs=3, optimisation=Optimisation(lr=0.1)).optimisation.schedule
    'one_cycle'
    >>> TrainConfig(epochs=0)
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: epochs: expected at least 1, got 0
    """

    epochs: int = 10
    batch_size: int = 128
    seed: int = 0
    patience: int | None = None
    optimisation: Optimisation = field(default_factory=Optimisation)
    regularisation: Regularisation = field(default_factory=Regularisation)
    machine: Machine = field(default_factory=Machine)

    def __post_init__(self) -> None:
        _hold("epochs", "at least 1", self.epochs, self.epochs >= 1)
        _hold("batch_size", "at least 1", self.batch_size, self.batch_size >= 1)
        _hold("patience", "at least 1", self.patience, self.patience is None or self.patience >= 1)
