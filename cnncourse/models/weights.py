"""torchvision's weights for our networks, and ours for torchvision's.

Where both have a network, both list the same tensors in the same order under different names: the
paper's here, numbers there. The key map pairs them and refuses any pair that differs in kind or
shape.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from cnncourse.compat import repair_torchvision
from cnncourse.errors import ArgumentError, SetupError
from cnncourse.models.blocks import Classifier

KINDS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def key_map(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> dict[str, str]:
    """Pair the names of two state dicts of one architecture.

    Parameters
    ----------
    ours, theirs : mapping from names to tensors
        State dicts of a network from `cnncourse.models` and of torchvision's.

    Returns
    -------
    dict
        From our names to torchvision's, in our order.

    Raises
    ------
    ArgumentError
        If they are not two of one architecture, naming the first pair that differs.

    Examples
    --------
    >>> ours = {"head.fc.weight": Tensor(2, 3), "features.conv1.weight": Tensor(4, 3)}
    >>> key_map(ours, {"conv1.weight": Tensor(4, 3), "fc.weight": Tensor(2, 3)})
    {'features.conv1.weight': 'conv1.weight', 'head.fc.weight': 'fc.weight'}
    """
    # both end with the head, but GoogLeNet's auxiliary heads are registered after ours
    names = sorted(ours, key=lambda name: name.startswith("head."))
    if len(ours) != len(theirs):
        raise ArgumentError("theirs", f"{len(ours)} tensors, as in ours", len(theirs))
    for our, their in zip(names, theirs, strict=True):
        if _kind(our) != _kind(their) or ours[our].shape != theirs[their].shape:
            expected = f"at the place of {our} a tensor of its kind and {tuple(ours[our].shape)}"
            raise ArgumentError("theirs", expected, f"{their} {tuple(theirs[their].shape)}")
    return dict(zip(names, theirs, strict=True))


def _kind(name: str) -> str:
    return next((kind for kind in KINDS if name.endswith(kind)), "other")


def load_torchvision(model: nn.Module, theirs: Mapping[str, Tensor]) -> None:
    """Load torchvision's state dict into our network.

    Parameters
    ----------
    model : nn.Module
        Changed in place.
    theirs : mapping from names to tensors
    """
    names = key_map(model.state_dict(), theirs)
    model.load_state_dict({our: theirs[their] for our, their in names.items()})


def to_torchvision(model: nn.Module, theirs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give our network's tensors under torchvision's names.

    Parameters
    ----------
    model : nn.Module
    theirs : mapping from names to tensors
        A state dict of torchvision's network; only names and shapes are read.

    Returns
    -------
    dict
        For the `load_state_dict` of torchvision's network.
    """
    ours = model.state_dict()
    return {their: ours[our] for our, their in key_map(ours, theirs).items()}


def load_imagenet(model: Classifier, template: Classifier, torchvision_name: str) -> None:
    """Load the weights that torchvision trained on ImageNet, downloading them once.

    Parameters
    ----------
    model : Classifier
        Changed in place. Layers that only depend on the number of classes keep their start
        values where that is not 1,000, and so do auxiliary heads, which were not trained.
    template : Classifier
        The same network with 1,000 classes and without auxiliary heads, on any device.
    torchvision_name : str
        What torchvision calls the network.

    Raises
    ------
    SetupError
        If the weights are not on this machine and can't be downloaded.
    """
    repair_torchvision()
    from torchvision.models import get_model

    try:
        source = get_model(torchvision_name, weights="IMAGENET1K_V1")
    except OSError as problem:
        raise SetupError(
            f"torchvision's weights of {torchvision_name} can't be downloaded ({problem}); "
            "without a network, build the model with weights=None"
        ) from problem
    theirs = source.state_dict()
    own = model.state_dict()
    for our, their in key_map(template.state_dict(), theirs).items():
        if own[our].shape == theirs[their].shape:
            own[our].copy_(theirs[their])  # state_dict gives the model's own memory
