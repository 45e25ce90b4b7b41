"""One step of training: from a batch to changed weights."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, CourseError
from cnncourse.training.augment import compose, mix
from cnncourse.training.config import Optimisation, Regularisation

AUXILIARY = 0.3  # weight of a score beside the first, as in GoogLeNet


def parameter_groups(model: nn.Module, lr: float, weight_decay: float) -> list[dict]:
    """Divide what is trained into weights, which decay, and biases and norms, which do not.

    Parameters
    ----------
    model : nn.Module
    lr, weight_decay : float

    Returns
    -------
    list of dict
        For an optimizer of torch.

    Examples
    --------
    >>> [len(group["params"]) for group in parameter_groups(nn.Linear(2, 3), 0.1, 0.01)]
    [1, 1]
    """
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        ([p for p in trained if p.ndim >= 2], weight_decay),
        ([p for p in trained if p.ndim < 2], 0.0),
    ]
    return [
        {"params": members, "lr": lr, "peak": lr, "weight_decay": decay}
        for members, decay in groups
        if members
    ]


def make_optimizer(groups: list[dict], optimisation: Optimisation) -> torch.optim.Optimizer:
    """Make the optimizer; `peak` of a group is its highest learning rate."""
    if not groups:
        raise ArgumentError("model", "at least one parameter to train", "none")
    # one loop over all weights in compiled code
    fused = groups[0]["params"][0].device.type in ("cpu", "cuda")
    if optimisation.optimizer == "sgd":
        return torch.optim.SGD(groups, momentum=0.9, nesterov=True, fused=fused)
    return torch.optim.AdamW(groups, fused=fused)


def scores_of(output: Tensor | tuple[Tensor, ...]) -> Tensor:
    """Return class scores; a network with auxiliary heads gives several, the main ones first."""
    return output[0] if isinstance(output, tuple) else output


class Step:
    """Change the weights by one batch.

    Parameters
    ----------
    model : nn.Module
        What is called on images, perhaps wrapped for several processes.
    optimizer : torch.optim.Optimizer
    classes : int
    optimisation, regularisation
        Of the configuration.
    precision : torch.dtype
        In which to multiply.
    note : callable
        Told when memory runs out and smaller parts are tried; None to let that be an error.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        classes: int,
        optimisation: Optimisation,
        regularisation: Regularisation,
        precision: torch.dtype,
        note: Callable[[str], None] | None,
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.classes = classes
        self.clip = optimisation.clip
        self.options = regularisation
        self.augment = compose(regularisation.augment)
        self.precision = precision
        self.halves = note is not None
        self.note = note or (lambda text: None)
        self.parts = 1

    def __call__(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Take the step.

        Parameters
        ----------
        x : float tensor, shape (N, ...)
        y : int64 tensor, shape (N,)

        Returns
        -------
        loss, correct : tensors without axes
            The mean loss and how many were right, before the step.
        """
        x, targets = self._prepare(x, y)
        loss, correct = self._accumulate(x, targets)
        if self.clip is not None:
            trained = [p for group in self.optimizer.param_groups for p in group["params"]]
            nn.utils.clip_grad_norm_(trained, self.clip)
        self.optimizer.step()
        return loss, correct

    def _prepare(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Augment and mix; the targets have a share for each class if images are mixed."""
        x = self.augment(x)
        if not (self.options.mixup or self.options.cutmix):
            return x, y
        targets = functional.one_hot(y, self.classes).to(x.dtype)
        return mix(x, targets, self.options.mixup, self.options.cutmix)

    def _accumulate(self, x: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Sum the gradients of the parts of a batch; halve the parts when memory runs out."""
        while True:
            try:
                self.optimizer.zero_grad(set_to_none=True)
                size = -(-len(x) // self.parts)
                done = [
                    self._gradients(part, target, len(part) / len(x))
                    for part, target in zip(x.split(size), targets.split(size), strict=True)
                ]
                losses, corrects = zip(*done, strict=True)
                return torch.stack(losses).sum(), torch.stack(corrects).sum()
            except RuntimeError as error:
                if not (self.halves and _is_out_of_memory(error)):
                    raise
            self._halve(len(x))  # out here, where the error no longer holds on to what it met

    def _halve(self, batch_size: int) -> None:
        if self.parts >= batch_size:
            raise CourseError("out of memory with a single image; take a smaller network or size")
        self.parts = min(2 * self.parts, batch_size)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        size = -(-batch_size // self.parts)
        self.note(
            f"out of memory: from here on, batches of {batch_size} go through in parts of {size} "
            "and their gradients are added (batch norm sees the parts)"
        )

    def _gradients(self, x: Tensor, targets: Tensor, share: float) -> tuple[Tensor, Tensor]:
        with autocast(x.device, self.precision):
            output = self.model(x)
            loss = share * self._loss(output, targets)
        loss.backward()
        winners = targets if targets.ndim == 1 else targets.argmax(dim=1)
        correct = (scores_of(output).argmax(dim=1) == winners).sum()
        return loss.detach().float(), correct

    def _loss(self, output: Tensor | tuple[Tensor, ...], targets: Tensor) -> Tensor:
        heads = output if isinstance(output, tuple) else (output,)
        losses = [
            functional.cross_entropy(scores, targets, label_smoothing=self.options.label_smoothing)
            for scores in heads
        ]
        return losses[0] + AUXILIARY * sum(losses[1:])


def autocast(device: torch.device, precision: torch.dtype) -> torch.autocast:
    """Multiply in bfloat16 inside a `with` block, or leave float32 as it is."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == torch.bfloat16)


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Tell: the CPU's allocator has no exception of its own."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
