"""Train LeNet-5 on MNIST twice, with the NumPy layers and with PyTorch, and compare.

    CNNCOURSE_DATA=folder python benchmarks/lenet_mnist.py --epochs 10

Both start from the same weights and see the same batches, epoch for epoch in one run, on one
thread. The time is CPU time of training alone. The folder holds MNIST/raw; with fewer than the
70,000 images of the whole, the figures are not comparable with published ones, so the count stands
beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from cnncourse.data import mnist
from cnncourse.layers import Adam, Sequential, accuracy, fit, lenet5

BATCH_SIZE = 32
RATES = (1e-3, 3e-4)  # the second for the last third of the epochs


def in_pytorch(model: Sequential) -> torch.nn.Sequential:
    """Build the same network, with the same weights."""
    nn = torch.nn
    theirs = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    for tensor, param in zip(theirs.parameters(), model.params.values(), strict=True):
        tensor.data = torch.from_numpy(param.copy())
    return theirs


def pytorch_epoch(
    model: torch.nn.Sequential,
    images: np.ndarray,
    labels: np.ndarray,
    optimizer: torch.optim.Optimizer,
    seed: int,
) -> None:
    """Train on the batches that `fit` makes with the same seed."""
    model.train()
    inputs, targets = torch.from_numpy(images), torch.from_numpy(labels)
    order = torch.from_numpy(np.random.default_rng(seed).permutation(len(images)))
    for batch in order.split(BATCH_SIZE):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs[batch]), targets[batch]).backward()
        optimizer.step()


def pytorch_accuracy(model: torch.nn.Sequential, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose class is predicted right."""
    model.eval()
    with torch.no_grad():
        predicted = model(torch.from_numpy(images)).argmax(1).numpy()
    return float((predicted == labels).mean())


def compare(folder: str | None, epochs: int) -> dict:
    """Train both; give accuracies and CPU seconds for every epoch."""
    images, labels = mnist("train", folder)
    test_images, test_labels = mnist("test", folder)
    ours = lenet5(28, rng=0, dtype=np.float32)
    theirs = in_pytorch(ours)
    optimizers = Adam(ours), torch.optim.Adam(theirs.parameters())
    rows = []
    for epoch in range(epochs):
        rate = RATES[epoch >= epochs - epochs // 3]
        optimizers[0].lr = optimizers[1].param_groups[0]["lr"] = rate
        start = time.process_time()
        fit(ours, images, labels, optimizers[0], batch_size=BATCH_SIZE, rng=epoch)
        between = time.process_time()
        pytorch_epoch(theirs, images, labels, optimizers[1], seed=epoch)
        end = time.process_time()
        rows.append({
            "epoch": epoch + 1,
            "numpy_seconds": round(between - start, 2),
            "torch_seconds": round(end - between, 2),
            "numpy_accuracy": round(accuracy(ours, test_images, test_labels), 4),
            "torch_accuracy": round(pytorch_accuracy(theirs, test_images, test_labels), 4),
        })  # fmt: skip
        print(rows[-1], flush=True)
    thousands = (len(images) + len(test_images)) / 1000
    return {
        "what": f"LeNet-5, MNIST {thousands:g}k split, {len(images)} training and "
                f"{len(test_images)} test images, batch {BATCH_SIZE}, Adam, float32, one thread",
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__},
        "time_ratio": round(statistics.median(
            row["numpy_seconds"] / max(row["torch_seconds"], 1e-9) for row in rows), 2),
        "epochs": rows,
    }  # fmt: skip


def main() -> None:
    """Read the arguments, compare, write the result where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder that holds MNIST/raw (default: CNNCOURSE_DATA)")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--out", type=Path, help="a JSON file for the result")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        result = compare(arguments.data, arguments.epochs)
    print(f"{result['what']}: CPU time NumPy / torch {result['time_ratio']}")
    if arguments.out:
        partial = arguments.out.with_name(arguments.out.name + ".part")
        partial.write_text(json.dumps(result, indent=1) + "\n")
        partial.replace(arguments.out)


if __name__ == "__main__":
    main()
