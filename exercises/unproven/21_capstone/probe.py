"""To go into cnncourse/probes.py with this assignment, whose tests hand networks to functions."""

@probe
def network(beside: Any, *layers: tuple[Any, ...]) -> Any:
    """Make a `torch.nn.Sequential` where a student's object is, to hand it to their functions.

    Parameters
    ----------
    beside : object
        Of the student, such as the function that is tested.
    *layers : tuples
        A name in `torch.nn`, and its arguments.

    Examples
    --------
    >>> import torch
    >>> network(len, ("Flatten",), ("Linear", 4, 2))(torch.zeros(3, 2, 2)).shape
    torch.Size([3, 2])
    """
    nn = sys.modules["torch"].nn
    return nn.Sequential(*(getattr(nn, name)(*arguments) for name, *arguments in layers))
