"""Changes too small to see that a network sees as something else."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError
from cnncourse.inspection.network import check_images, evaluating, target_scores


def fgsm(model: nn.Module, x: Tensor, targets: Tensor, eps: float) -> Tensor:
    """Change every pixel by the same small amount, up or down, whichever raises the loss.

    Parameters
    ----------
    model : nn.Module
        From images to class scores; used in evaluation mode.
    x : float tensor, shape (N, C, H, W)
        Values from 0 to 1, on the network's device.
    targets : int64 tensor, shape (N,)
        The true classes.
    eps : float
        The amount, at least 0: 1 / 255 is one level of a photograph.

    Returns
    -------
    float tensor, shape (N, C, H, W)
        Values from 0 to 1.

    Raises
    ------
    ShapeError, ArgumentError
        If `x` is no batch of images from 0 to 1, a target is no class, or eps is below 0.

    References
    ----------
    Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples",
    arXiv:1412.6572, Section 3: the fast gradient sign method.

    Examples
    --------
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(2, 2, bias=False))
    >>> model[1].weight.data = torch.eye(2)
    >>> fgsm(model, torch.tensor([[[[0.5, 0.4]]]]), torch.tensor([0]), eps=0.1).flatten().tolist()
    [0.4000000059604645, 0.5]
    """
    check_images(x)
    if eps < 0:
        raise ArgumentError("eps", "at least 0", eps)
    if not 0 <= float(x.min()) <= float(x.max()) <= 1:
        raise ArgumentError("x", "values from 0 to 1", f"{float(x.min())} to {float(x.max())}")
    with evaluating(model), torch.enable_grad():
        moved = x.detach().clone().requires_grad_()
        scores = model(moved)
        target_scores(scores, targets)  # complains of targets that are none
        loss = functional.cross_entropy(scores, targets.to(x.device), reduction="sum")
        (gradient,) = torch.autograd.grad(loss, moved)
    return (x + eps * gradient.sign()).clamp(0, 1).detach()
