"""What students write about pictures made by networks is what the package computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch

from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.metrics.images import psnr, ssim
from cnncourse.models.dcgan import discriminator_loss, generator_loss
from cnncourse.models.diffusion import Diffusion
from cnncourse.models.style import gram, style_loss
from cnncourse.models.superresolution import pixel_shuffle


@pytest.fixture(scope="module")
def reference() -> dict[str, Callable]:
    """The reference answers, as functions."""
    names: dict[str, Callable] = {"np": np}  # type: ignore[dict-item]
    for name, answer in read_exercise(ROOT / "exercises/18_generation").answers.items():
        if name != "explain_enlarging":
            exec(answer, names)
    return names


def test_both_measures_agree_with_the_metrics(reference: Mapping[str, Callable]) -> None:
    """SSIM of one window of 7 x 7, but for n - 1 in the package, which large contrast cancels."""
    x, y = np.random.default_rng(0).uniform(0, 255, (2, 7, 7))
    assert reference["psnr"](x, y, 255) == pytest.approx(psnr(x, y, 255))
    assert reference["ssim_window"](x, y, 255) == pytest.approx(ssim(x, y, 255), abs=2e-3)


def test_rearranging_and_comparing_maps_agree_with_the_models(
    reference: Mapping[str, Callable],
) -> None:
    maps = torch.randn(1, 12, 3, 5, generator=torch.Generator().manual_seed(0))
    one = maps[0].numpy()
    np.testing.assert_array_equal(reference["pixel_shuffle"](one, 2), pixel_shuffle(maps, 2)[0])
    np.testing.assert_allclose(reference["gram"](one), gram(maps)[0], atol=1e-5)
    wanted = torch.eye(12)[None]
    assert reference["style_loss"]([one], [wanted[0].numpy()]) == pytest.approx(
        float(style_loss({"a": maps}, {"a": wanted})), rel=1e-5
    )


def test_the_losses_agree_with_dcgan(reference: Mapping[str, Callable]) -> None:
    real, made = torch.tensor([2.0, -50.0]), torch.tensor([-1.0, 90.0, 0.5])
    judge, maker = reference["gan_losses"](real.numpy(), made.numpy())
    assert judge == pytest.approx(float(discriminator_loss(real, made)), rel=1e-6)
    assert maker == pytest.approx(float(generator_loss(made)), rel=1e-6)


def test_noise_comes_and_goes_as_in_the_diffusion_model(reference: Mapping[str, Callable]) -> None:
    diffusion = Diffusion(50)
    beta = diffusion.beta.double().numpy()
    x, noise, fresh = torch.randn(3, 2, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    steps = torch.tensor([0, 37])
    ours = reference["q_sample"](x.numpy(), steps.numpy(), noise.numpy(), beta)
    np.testing.assert_allclose(ours, diffusion.q_sample(x, steps, noise), atol=1e-5)
    for step in (0, 1, 37):
        mean, deviation = diffusion.posterior(diffusion.clean(x, step, noise), x, step)
        ours = reference["ddpm_step"](x.numpy(), step, noise.numpy(), fresh.numpy(), beta)
        np.testing.assert_allclose(ours, mean + deviation * fresh, atol=1e-4)
