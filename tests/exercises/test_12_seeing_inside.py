"""The reference answers and the package's own ways to look into a network agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse import inspection
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT


def test_explanations_agree_with_the_package() -> None:
    ours: dict[str, Callable] = {"np": np}
    for name, answer in read_exercise(ROOT / "exercises/12_seeing_inside").answers.items():
        if name != "beautiful":
            exec(answer, ours)
    torch.manual_seed(12)
    model = nn.Sequential(nn.Conv2d(2, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(120, 4)).double()
    image = torch.rand(1, 2, 6, 8, dtype=torch.float64)
    target, x = torch.tensor([2]), image[0].numpy()

    def gradient_of(value: Callable[[Tensor], Tensor]) -> Callable[[np.ndarray], np.ndarray]:
        def gradient(picture: np.ndarray) -> np.ndarray:
            asked = torch.from_numpy(picture)[None].requires_grad_()
            (found,) = torch.autograd.grad(value(model(asked)), asked)
            return found[0].numpy()

        return gradient

    of_score = gradient_of(lambda scores: scores[0, 2])
    expected = inspection.saliency(model, image, target)[0]
    np.testing.assert_allclose(ours["saliency"](of_score, x), expected)

    def probability(picture: np.ndarray) -> float:
        with torch.no_grad():
            return float(model(torch.from_numpy(picture)[None]).softmax(dim=1)[0, 2])

    falls = ours["occlusion_map"](probability, x, 2, 2, 0.3)
    expected = inspection.occlusion_map(model, image, target, size=2, stride=2, value=0.3)[0]
    np.testing.assert_allclose(falls.repeat(2, axis=0).repeat(2, axis=1), expected)

    maps = model[0](image)
    (slopes,) = torch.autograd.grad(model[1:](maps)[0, 2], maps)
    weighed = torch.from_numpy(ours["grad_cam"](maps[0].detach().numpy(), slopes[0].numpy()))
    larger = functional.interpolate(weighed[None, None], (6, 8), mode="bilinear")[0, 0]
    np.testing.assert_allclose(larger, inspection.grad_cam(model, image, "0", target)[0])

    of_loss = gradient_of(lambda scores: functional.cross_entropy(scores, target))
    expected = inspection.fgsm(model, image, target, eps=0.1)[0]
    np.testing.assert_allclose(ours["fgsm"](of_loss, x, 0.1), expected)

    liked = ours["climb"](of_score, x, 20, 0.05, 0.1)
    assert model(torch.from_numpy(liked)[None])[0, 2] > model(image)[0, 2]

    pictures = torch.rand(20, 6, 8)
    boxes = torch.tensor([[2, 1, 7, 5]]).repeat(20, 1)
    share = ours["points_inside"](pictures.numpy(), boxes.numpy())
    np.testing.assert_allclose(share, inspection.points_inside(pictures, boxes))
