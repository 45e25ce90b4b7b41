"""Time our networks' forward against torchvision's networks of the same name.

    python benchmarks/models.py [--pairs 15] [--images 4] [NAME ...]

Prints ratios, not times. Both networks hold the same weights and run in turn in one process, ours
first in every other pair; the figure is the median over the pairs of our CPU time (all threads
together) divided by torchvision's, with the middle half of the ratios beside it. The target is
1.02 or less.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
from torch import Tensor, nn

from cnncourse import models
from cnncourse.compat import repair_torchvision

QUICK = [
    "alexnet", "vgg11", "googlenet", "resnet18", "resnet50", "resnext50_32x4d", "densenet121",
    "squeezenet1_0", "mobilenet_v2", "mobilenet_v3_large", "efficientnet_b0", "convnext_tiny",
    "vit_b_16",
]  # fmt: skip


def theirs_of(name: str) -> nn.Module:
    """Build torchvision's network."""
    repair_torchvision()
    from torchvision.models import get_model

    options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    return get_model(name, weights=None, **options)


def seconds(model: nn.Module, x: Tensor) -> float:
    """Give the CPU time of one forward."""
    start = time.process_time()
    model(x)
    return time.process_time() - start


def ratios(name: str, images: int, pairs: int) -> list[float]:
    """Divide our time by torchvision's, once for each pair of runs."""
    theirs = theirs_of(models.facts(name).torchvision or name).eval()
    ours = models.build(name).eval()
    models.load_torchvision(ours, theirs.state_dict())
    x = torch.randn(images, 3, ours.image_size, ours.image_size)
    found = []
    with torch.inference_mode():
        for pair in range(-1, pairs):
            order = (ours, theirs) if pair % 2 else (theirs, ours)
            times = {model: seconds(model, x) for model in order}
            if pair >= 0:  # the first pair warms up
                found.append(times[ours] / times[theirs])
    return found


def main() -> None:
    """Print a row for each network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=QUICK, metavar="NAME")
    parser.add_argument("--pairs", type=int, default=15, help="runs of each network")
    parser.add_argument("--images", type=int, default=4, help="in a batch")
    options = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {options.images} images")
    print(f"{'network':20} ours / torchvision   middle half")
    for name in options.names:
        found = ratios(name, options.images, options.pairs)
        low, middle, high = statistics.quantiles(found, n=4)
        print(f"{name:20} {middle:18.3f}   {low:.3f} to {high:.3f}", flush=True)


if __name__ == "__main__":
    main()
