"""Compare the course's training loop with the textbook one, and time LeNet-5 to 98 %.

    CNNCOURSE_DATA=folder python benchmarks/training.py --out benchmarks/results/training.json

The textbook loop is a DataLoader with torchvision's transforms for each image, eager, in float32,
NCHW. Both train the same network on the same images, an epoch each in turn, in one process on one
thread; the figure is the median over the pairs. The folder holds MNIST/raw; with fewer than the
70,000 images of the whole, accuracies do not compare with published ones, so the counts stand
beside them. Seconds to 98 % run from the start of a fresh process to its end, all imports included.
On a GPU, ResNet-18 and ResNet-50 train on made-up images of 224 pixels too. Beside each rate stands
which share it is of the device's fastest product of two matrices, in the numbers of our loop.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from cnncourse.compat import repair_torchvision
from cnncourse.data import Dataset, load
from cnncourse.models import count_multiply_adds, registry
from cnncourse.training import Machine, Optimisation, Regularisation, TrainConfig, fit
from cnncourse.training.augment import compose
from cnncourse.training.batches import Batches
from cnncourse.training.device import choose_device, choose_precision

repair_torchvision()
from torchvision.transforms import v2  # noqa: E402

BATCH_SIZE = 128
SIZE = 32  # pixels, as LeNet-5 takes them
AUGMENT = ("shift",)
GPU_MODELS = ("resnet18", "resnet50")
RECIPE = TrainConfig(
    epochs=10, batch_size=64, optimisation=Optimisation(lr=5e-3),
    regularisation=Regularisation(augment=("affine",)),
)  # fmt: skip


class Pictures(torch.utils.data.Dataset):
    """Images as files give them, transformed one by one."""

    def __init__(self, data: Dataset) -> None:
        side = data.images.shape[-1]
        self.images = [v2.functional.to_pil_image(torch.from_numpy(image)) for image in data.images]
        self.labels = data.labels
        self.transform = v2.Compose([
            v2.RandomCrop(side, padding=side // 8), v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
        ])  # fmt: skip

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, place: int) -> tuple[torch.Tensor, int]:
        return self.transform(self.images[place]), int(self.labels[place])


def textbook_epoch(model: nn.Module, loader: DataLoader, device: torch.device) -> float:
    """Train for an epoch; images per second of wall time."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model.train()
    start, seen = time.perf_counter(), 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        seen += len(y)
    loss.item()
    return seen / (time.perf_counter() - start)


def our_epoch(model: nn.Module, data: Dataset, device: str) -> float:
    """Train for an epoch; images per second of wall time."""
    config = TrainConfig(
        1, BATCH_SIZE, regularisation=Regularisation(augment=AUGMENT), machine=Machine(device)
    )
    return fit(model, data, None, config).history[0].images_per_second


def share_of_loading(data: Dataset, device: torch.device, rate: float) -> float:
    """Measure which share of an epoch at a rate goes to batches and augmentation."""
    batches, augment = Batches(data, device), compose(AUGMENT)
    start, seen = time.perf_counter(), 0
    for x, _ in batches.shuffled(BATCH_SIZE, seed=0):
        seen += len(augment(x))
    return (time.perf_counter() - start) * rate / seen


def synthetic(count: int, size: int = 224, classes: int = 1000) -> Dataset:
    """Make up images, for networks whose speed is asked and not what they learn."""
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(count, 3, size, size), dtype=np.uint8)
    names = tuple(map(str, range(classes)))
    return Dataset("synthetic", images, np.arange(count) % classes, names)


def matmul_peak(device: torch.device, dtype: torch.dtype) -> float:
    """Measure the multiply-adds per second of large products of matrices."""
    size = 8192 if device.type == "cuda" else 1024
    a = torch.ones(size, size, device=device, dtype=dtype)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        (a @ a)[0, 0].item()  # waits for the product
        times.append(time.perf_counter() - start)
    return size**3 / min(times)


def compare(name: str, data: Dataset, pairs: int, device_name: str) -> dict[str, object]:
    """Let both loops train the same network in turn."""
    device = choose_device(device_name)
    options = {"in_channels": data.images.shape[1], "num_classes": len(data.classes)}
    ours, theirs = (registry.build(name, **options).to(device) for _ in range(2))
    loader = DataLoader(Pictures(data), BATCH_SIZE, shuffle=True, drop_last=True)
    our_epoch(ours, data, device_name)  # the first takes what torch loads on demand
    rates, shares = [], []
    for _ in range(pairs):
        rate = our_epoch(ours, data, device_name)
        shares.append(share_of_loading(data, device, rate))
        rates.append((rate, textbook_epoch(theirs, loader, device)))
    rate = statistics.median(our for our, _ in rates)
    precision = choose_precision("auto", device)
    work = 3 * count_multiply_adds(ours.cpu(), image_size=data.images.shape[-1])  # both ways
    return {
        "model": name,
        "images": f"{len(data):,} of {data.name}, {data.images.shape[2]} x {data.images.shape[3]}",
        "ours_images_per_second": round(rate),
        "textbook_images_per_second": round(statistics.median(their for _, their in rates)),
        "ratio": round(statistics.median(our / their for our, their in rates), 2),
        "share_of_loading_and_augmentation": round(statistics.median(shares), 3),
        "share_of_matmul_peak": round(rate * work / matmul_peak(device, precision), 3),
        "precision": str(precision),
        "pairs": pairs,
    }


def reach(seed: int) -> None:
    """Train LeNet-5 on MNIST and print its accuracy; a process of its own calls this."""
    torch.manual_seed(seed)
    model = registry.build("lenet5", num_classes=10)
    trained = fit(model, load("mnist", size=SIZE), load("mnist", "test", SIZE), RECIPE)
    print(trained.history[-1].test_accuracy)


def seconds_to_accuracy(seeds: int) -> dict[str, object]:
    """Start a process for each seed and time it from start to end."""
    runs = []
    for seed in range(seeds):
        start, used = time.perf_counter(), os.times()
        done = subprocess.run(
            [sys.executable, __file__, "--reach", str(seed)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        cpu = os.times().children_user - used.children_user
        runs.append({"seed": seed, "accuracy": float(done.stdout),
                     "seconds": round(time.perf_counter() - start, 1), "cpu": round(cpu, 1)})
    images = [len(load("mnist", split)) for split in ("train", "test")]
    return {"model": "lenet5", "train_images": images[0], "test_images": images[1],
            "epochs": RECIPE.epochs, "runs": runs}


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--reach", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.reach is not None:
        return reach(options.reach)
    on_gpu = choose_device(options.device).type == "cuda"
    result = {
        "date": str(date.today()),
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.system()}, one thread"
        + (f", {torch.cuda.get_device_name()}" if on_gpu else ""),
        "load_average": round(os.getloadavg()[0], 1),
        "torch": torch.__version__,
        "to_98_percent": seconds_to_accuracy(options.seeds),
        "against_the_textbook_loop": [
            compare("lenet5", load("mnist", size=SIZE), options.pairs, options.device),
            compare("resnet20", load("shapes").take(range(1024)), options.pairs, options.device),
            *(
                compare(name, synthetic(2048), options.pairs, options.device)
                for name in (GPU_MODELS if on_gpu else ())
            ),
        ],
    }
    text = json.dumps(result, indent=1)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        temporary = options.out.with_suffix(".tmp")
        temporary.write_text(text + "\n")
        temporary.replace(options.out)


if __name__ == "__main__":
    main()
