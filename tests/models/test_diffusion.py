"""Diffusion: adding and removing noise, against the paper's equations."""

import pytest
import torch

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.diffusion import Denoiser, Diffusion, embed_steps


@pytest.fixture(scope="module")
def diffusion():
    return Diffusion(steps=50).double()


def test_many_small_steps_are_one_large_one(diffusion):
    """Equation 2 step by step has the mean and variance that equation 4 gives at once."""
    factor, variance = 1.0, 0.0
    for step in range(30):
        factor *= diffusion.alpha[step].sqrt().item()
        variance = diffusion.alpha[step].item() * variance + diffusion.beta[step].item()
    x = torch.full((2, 1, 2, 2), 0.7, dtype=torch.float64)
    noise = torch.ones_like(x)
    expected = factor * x + variance**0.5 * noise
    torch.testing.assert_close(
        diffusion.q_sample(x, torch.tensor([29, 29]), noise), expected, rtol=1e-5, atol=1e-6
    )


def test_each_image_gets_the_noise_of_its_own_step(diffusion):
    x = torch.ones(2, 1, 1, 1, dtype=torch.float64)
    noisy = diffusion.q_sample(x, torch.tensor([0, 49]), torch.zeros_like(x)).flatten()
    expected = diffusion.signal[[0, 49]].sqrt()
    torch.testing.assert_close(noisy, expected)


@pytest.mark.parametrize("steps", [20, 100, 1000])
def test_almost_nothing_of_the_image_is_left_at_the_end(steps):
    assert Diffusion(steps).signal[-1] < 1e-3


def test_the_papers_variances():
    beta = Diffusion(1000).beta
    assert beta[[0, -1]].tolist() == pytest.approx([1e-4, 0.02])


def test_clean_undoes_q_sample(diffusion):
    torch.manual_seed(0)
    x, noise = torch.randn(2, 3, 1, 4, 4, dtype=torch.float64)
    noisy = diffusion.q_sample(x, torch.full((3,), 20), noise)
    torch.testing.assert_close(diffusion.clean(noisy, 20, noise), x)


@pytest.mark.parametrize("step", [0, 1, 25, 49])
def test_posterior_mean_is_equation_11(diffusion, step):
    torch.manual_seed(step)
    x, noise = torch.randn(2, 1, 1, 4, 4, dtype=torch.float64)
    beta, alpha, signal = (getattr(diffusion, name)[step] for name in ("beta", "alpha", "signal"))
    expected = (x - beta / (1 - signal).sqrt() * noise) / alpha.sqrt()
    mean, deviation = diffusion.posterior(diffusion.clean(x, step, noise), x, step)
    torch.testing.assert_close(mean, expected, rtol=1e-4, atol=1e-5)
    assert (deviation == 0) == (step == 0)
    assert deviation**2 <= beta


def test_posterior_is_bayes_rule(diffusion):
    """For a normal prior and likelihood in one dimension: precisions add up."""
    step = 10
    before, beta, alpha = diffusion.signal[step - 1], diffusion.beta[step], diffusion.alpha[step]
    clean, x = 0.4, -0.3
    prior_mean, prior_precision = before.sqrt() * clean, 1 / (1 - before)
    precision = prior_precision + alpha / beta
    expected = (prior_precision * prior_mean + alpha.sqrt() * x / beta) / precision
    mean, deviation = diffusion.posterior(torch.tensor(clean), torch.tensor(x), step)
    torch.testing.assert_close(mean.double(), expected, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(deviation.double(), precision.rsqrt(), rtol=1e-4, atol=1e-6)


def test_with_a_perfect_denoiser_samples_are_the_data():
    """All data at one point: the right noise is known, and sampling ends at that point."""
    torch.manual_seed(0)
    diffusion, point = Diffusion(steps=30), 0.25

    def perfect(x, step):
        signal = diffusion.signal[step][:, None, None, None]
        return (x - signal.sqrt() * point) / (1 - signal).sqrt()

    path = diffusion.sample(perfect, (4, 1, 2, 2))
    assert len(path) == 31
    assert path[0].std() > 0.5
    torch.testing.assert_close(path[-1], torch.full((4, 1, 2, 2), point), atol=1e-4, rtol=0)


def test_denoiser_hears_the_step_and_every_parameter_learns():
    torch.manual_seed(0)
    model, diffusion = Denoiser(width=8), Diffusion(steps=20)
    x = torch.randn(2, 1, 8, 8)
    early, late = (model(x, torch.full((2,), step)) for step in (0, 19))
    assert not torch.allclose(early, late)
    diffusion.loss(model, x).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_steps_are_told_apart():
    codes = embed_steps(torch.arange(100), 16)
    assert torch.cdist(codes, codes).fill_diagonal_(9).min() > 0.05


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="steps: expected at least 20"):
        Diffusion(steps=5)
    with pytest.raises(ArgumentError, match="width: expected a multiple of 8, got 12"):
        Denoiser(width=12)
    with pytest.raises(ShapeError, match="with even sizes"):
        Denoiser(width=8)(torch.zeros(1, 1, 7, 8), torch.zeros(1, dtype=torch.int64))
    with pytest.raises(ShapeError, match="noise"):
        Diffusion(20).q_sample(torch.zeros(1, 1, 2, 2), torch.tensor([0]), torch.zeros(1, 1, 2, 3))
