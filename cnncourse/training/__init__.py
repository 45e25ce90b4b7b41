"""Training any classifier: device, seeds, the loop, schedules, checkpoints, several processes."""

from cnncourse.training.augment import AUGMENTATIONS, per_image
from cnncourse.training.checkpoint import load_weights
from cnncourse.training.config import Machine, Optimisation, Regularisation, TrainConfig
from cnncourse.training.descent import descend
from cnncourse.training.device import choose_device
from cnncourse.training.distributed import Team, join_team
from cnncourse.training.history import Epoch, plot_curves
from cnncourse.training.loop import Trained, evaluate, fit
from cnncourse.training.progress import Bar, Reporter
from cnncourse.training.seed import seed_everything

__all__ = [
    "AUGMENTATIONS",
    "Bar",
    "Epoch",
    "Machine",
    "Optimisation",
    "Regularisation",
    "Reporter",
    "Team",
    "TrainConfig",
    "Trained",
    "choose_device",
    "descend",
    "evaluate",
    "fit",
    "join_team",
    "load_weights",
    "per_image",
    "plot_curves",
    "seed_everything",
]
