"""Train the network that the instruments draw_digit and pipeline carry; write it into the package.

    CNNCOURSE_DATA=folder OMP_NUM_THREADS=1 python tools/train_digits.py

The folder holds MNIST/raw. The recipe was chosen on an eighth of the training digits that was held
out (`--held-out`); the test digits are looked at once, at the end. On one machine with one thread
the same files come out again to the last byte, but for the date.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cnncourse.data import Dataset, hold_out, mnist
from cnncourse.models import build
from cnncourse.models.export import network_as_data
from cnncourse.training import (
    Bar,
    Optimisation,
    Regularisation,
    TrainConfig,
    evaluate,
    fit,
    seed_everything,
)

ROOT = Path(__file__).parents[1]
LIB = ROOT / "cnncourse" / "instruments" / "lib"
RESULT = ROOT / "benchmarks" / "results" / "draw_digit.json"
DIGITS = tuple("0123456789")
SEED = 0
CONFIG = TrainConfig(
    epochs=60,
    batch_size=64,
    seed=SEED,
    optimisation=Optimisation(lr=3e-3),
    # pens differ in width, hands in slant and size; the picture is centred, but not always well
    regularisation=Regularisation(augment=("affine", "stroke"), ema=0.995),
)
EACH = 3  # examples of each digit, the first of the test digits
WRONG = 6  # examples that the network gets wrong, at most


def digits(split: str, folder: str | None) -> Dataset:
    """Load the digits of MNIST in a folder."""
    images, labels = mnist(split, folder)
    return Dataset("mnist", images, labels, DIGITS)


def train(data: Dataset, held: Dataset | None) -> torch.nn.Module:
    """Train on all of the data; the weights become numbers that half precision can hold."""
    seed_everything(SEED)
    model = build("lenet5", image_size=28)
    with Bar() as bar:
        fit(model, data, held, CONFIG, reporter=bar)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(weight.half())
    return model.eval()


def predictions(model: torch.nn.Module, data: Dataset) -> np.ndarray:
    """The class of each image: int64 array, shape (N,)."""
    with torch.no_grad():
        return model(torch.from_numpy(data.images)).argmax(1).numpy()


def about(data: Dataset, test: Dataset, predicted: np.ndarray) -> dict[str, Any]:
    """What the reader should know of the network."""
    right = int((predicted == test.labels).sum())
    thousands = (len(data) + len(test)) / 1000
    return {
        "network": "LeNet-5 with ReLU and max pooling, 61,706 parameters",
        "data": f"MNIST, {thousands:g}k split: {len(data)} training, {len(test)} test digits",
        "right": right,
        "of": len(test),
        "accuracy": right / len(test),
        "date": date.today().isoformat(),
        "command": "CNNCOURSE_DATA=folder OMP_NUM_THREADS=1 python tools/train_digits.py",
    }


def choose_examples(test: Dataset, predicted: np.ndarray) -> dict[str, Any]:
    """The first few of each digit, then some that the network gets wrong."""
    places = [
        int(place)
        for digit in range(10)
        for place in np.flatnonzero((test.labels == digit) & (predicted == digit))[:EACH]
    ]
    places += [int(place) for place in np.flatnonzero(predicted != test.labels)[:WRONG]]
    pixels = np.rint(test.images[places, 0] * 255).astype(np.uint8)
    return {
        "what": "digits of MNIST's test set (LeCun, Cortes and Burges), 28 x 28 bytes each",
        "labels": test.labels[places].tolist(),
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
    }


def write_module(path: Path, name: str, value: dict[str, Any]) -> None:
    """Write data as a JavaScript module with one constant, which is JSON on a line of its own."""
    text = f"// Written by tools/train_digits.py\nexport const {name} =\n{json.dumps(value)}\n;\n"
    write(path, text)


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(f".{path.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def main() -> None:
    """Train, measure once on the test digits, write the modules and the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder that holds MNIST/raw (default: CNNCOURSE_DATA)")
    parser.add_argument("--held-out", action="store_true", help="try the recipe; write nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    data = digits("train", arguments.data)
    if arguments.held_out:
        data, held = hold_out(data, share=1 / 8, seed=SEED)
        loss, accuracy = evaluate(train(data, held), held)
        print(f"held out: {accuracy:.2%} of {len(held)}, loss {loss:.4f}")
        return
    test = digits("test", arguments.data)
    model = train(data, None)
    predicted = predictions(model, test)
    facts = about(data, test, predicted)
    network = network_as_data(
        model, name="LeNet-5, trained on MNIST", classes=DIGITS, about=facts, dtype="float16"
    )
    write_module(LIB / "lenet.js", "LENET", network)
    write_module(LIB / "examples.js", "EXAMPLES", choose_examples(test, predicted))
    measured = {
        **facts,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "predictions": "".join(map(str, predicted)),
    }
    write(RESULT, json.dumps(measured, indent=1) + "\n")
    print(f"{facts['right']} of {facts['of']} test digits; {LIB / 'lenet.js'}")


if __name__ == "__main__":
    main()
