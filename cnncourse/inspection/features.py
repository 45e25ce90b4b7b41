"""What a network has learned to look for: its filters, their answers, and what they like best."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.inspection.network import check_images, evaluating, layer_of, listening

JITTER = 2  # pixels that the picture moves between steps, at most


def first_filters(model: nn.Module) -> Tensor:
    """Copy the weights of the first convolution, the only ones that are pictures themselves.

    Parameters
    ----------
    model : nn.Module

    Returns
    -------
    float tensor, shape (C_out, C_in, K_h, K_w)
        On the CPU.

    Raises
    ------
    ArgumentError
        If there is no 2D convolution.

    Examples
    --------
    >>> first_filters(nn.Sequential(nn.Conv2d(3, 8, 5), nn.Conv2d(8, 9, 3))).shape
    torch.Size([8, 3, 5, 5])
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            return module.weight.detach().clone().cpu()
    raise ArgumentError("model", "a network with a 2D convolution", type(model).__name__)


def feature_maps(model: nn.Module, x: Tensor, layer: nn.Module | str) -> Tensor:
    """Run a network and give what comes out of one of its layers.

    Parameters
    ----------
    model : nn.Module
        Used in evaluation mode.
    x : float tensor, shape (N, C, H, W)
        On the network's device.
    layer : nn.Module or str
        A layer of the network, or its name there: 'features.conv1'.

    Returns
    -------
    float tensor, shape (N, C_out, H_out, W_out)
        Or whatever shape the layer gives.

    Raises
    ------
    ArgumentError
        If the network has no such layer, or does not use it for these images.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    >>> feature_maps(model, torch.zeros(2, 1, 8, 8), "0").shape
    torch.Size([2, 4, 6, 6])
    """
    check_images(x)
    with evaluating(model), torch.no_grad(), listening(layer_of(model, layer)) as heard:
        model(x)
    if not heard:
        raise ArgumentError("layer", "one that the network uses for these images", layer)
    return heard[-1].clone()


def activation_maximisation(
    model: nn.Module,
    layer: nn.Module | str,
    channels: Sequence[int],
    shape: tuple[int, int, int],
    steps: int = 100,
    lr: float = 0.05,
    weight_decay: float = 0.5,
    seed: int = 0,
) -> Tensor:
    """Paint, for each channel of a layer, a picture that it likes: by ascent on its mean.

    Parameters
    ----------
    model : nn.Module
        Used in evaluation mode; its weights stay.
    layer : nn.Module or str
        A layer of the network, or its name there; the last dense layer gives pictures of classes.
    channels : sequence of int
        Of the layer's output.
    shape : (int, int, int)
        Channels, height and width of the pictures.
    steps : int
    lr : float
        Of Adam, in units of brightness.
    weight_decay : float
        How strongly pixels are drawn to grey, 0.5: without it, pictures fill with fine noise that
        no photograph has. Moving them by a pixel or two between steps does the same.
    seed : int
        Of the grey noise that it starts from, and the moves.

    Returns
    -------
    float tensor, shape (channels, *shape)
        Values from 0 to 1, on the network's device.

    Raises
    ------
    ArgumentError
        If the layer does not have so many channels.

    References
    ----------
    Erhan, Bengio, Courville and Vincent, "Visualizing higher-layer features of a deep network",
    University of Montreal 1341, 2009. Yosinski and others, arXiv:1506.06579: the decay. Olah,
    Mordvintsev and Schubert, "Feature visualization", Distill, 2017: the moves.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(1, 2, 3))
    >>> pictures = activation_maximisation(model, "0", [0, 1], shape=(1, 8, 8), steps=30)
    >>> gray = torch.full_like(pictures, 0.5)
    >>> bool((model(pictures)[0, 0].mean() > model(gray)[0, 0].mean()))
    True
    """
    if steps < 1:
        raise ArgumentError("steps", "at least 1", steps)
    if len(shape) != 3 or not channels:
        raise ShapeError("shape", "(C, H, W), for at least one channel", (shape, channels))
    device = next(model.parameters()).device
    random = torch.Generator().manual_seed(seed)
    noise = torch.randn(len(channels), *shape, generator=random).to(device)
    pictures = (0.5 + 0.02 * noise).requires_grad_()
    optimizer = torch.optim.Adam([pictures], lr)
    chosen = torch.tensor(channels, device=device)
    with evaluating(model), torch.enable_grad(), listening(layer_of(model, layer)) as heard:
        for _ in range(steps):
            heard.clear()
            moves = torch.randint(-JITTER, JITTER + 1, (2,), generator=random).tolist()
            model(pictures.roll(moves, dims=(2, 3)))
            liked = _of_channels(heard[-1], chosen).sum()
            gray = (pictures - 0.5).square().mean(dim=(1, 2, 3)).sum()
            (pictures.grad,) = torch.autograd.grad(weight_decay * gray - liked, pictures)
            optimizer.step()
            with torch.no_grad():
                pictures.clamp_(0, 1)
    return pictures.detach()


def _of_channels(maps: Tensor, channels: Tensor) -> Tensor:
    """Take from picture i the mean of channel i's map: (N, C, ...) -> (N,)."""
    if not 0 <= int(channels.min()) <= int(channels.max()) < maps.shape[1]:
        raise ArgumentError("channels", f"0 to {maps.shape[1] - 1}", channels.tolist())
    return maps[torch.arange(len(maps)), channels].flatten(1).mean(dim=1) if maps.ndim > 2 else (
        maps.gather(1, channels[:, None])[:, 0]
    )
