"""The architectures of the course in PyTorch, a file for each, and one registry of them all."""

from cnncourse.models.blocks import Classifier
from cnncourse.models.measure import (
    count_depth,
    count_multiply_adds,
    count_parameters,
    receptive_fields,
    stage_shapes,
)
from cnncourse.models.papers import Facts, Paper, Result
from cnncourse.models.registry import build, facts, models_markdown, models_table, names
from cnncourse.models.weights import load_torchvision, to_torchvision

__all__ = [
    "Classifier",
    "Facts",
    "Paper",
    "Result",
    "build",
    "count_depth",
    "count_multiply_adds",
    "count_parameters",
    "facts",
    "load_torchvision",
    "models_markdown",
    "models_table",
    "names",
    "receptive_fields",
    "stage_shapes",
    "to_torchvision",
]
