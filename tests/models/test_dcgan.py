"""DCGAN: sizes, gradients, and losses worked by hand."""

import math

import pytest
import torch

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.dcgan import Discriminator, Generator, discriminator_loss, generator_loss


def test_sizes_parameters_and_range():
    torch.manual_seed(0)
    generator, discriminator = Generator(10, widths=(6, 5, 4)), Discriminator(widths=(4, 5, 6))
    images = generator(torch.randn(7, 10))
    assert images.shape == (7, 1, 16, 16)
    assert images.abs().max() < 1
    assert discriminator(images).shape == (7,)
    # kernels of 2 x 2 at the small end, 4 x 4 elsewhere; norms wherever there is no bias
    weights = 4 * 10 * 6 + 16 * (6 * 5 + 5 * 4 + 4) + 1
    assert count_parameters(generator) == weights + 2 * (6 + 5 + 4)
    weights = 16 * (4 + 4 * 5 + 5 * 6) + 4 + 4 * 6 + 1
    assert count_parameters(discriminator) == weights + 2 * (5 + 6)


def test_every_parameter_of_both_learns():
    torch.manual_seed(0)
    generator, discriminator = Generator(), Discriminator()
    fake = discriminator(generator(torch.randn(8, 32)))
    (generator_loss(fake) + discriminator_loss(fake.flip(0) * 2, fake)).backward()
    for model in (generator, discriminator):
        for name, weight in model.named_parameters():
            assert weight.grad is not None, name
            assert weight.grad.abs().sum() > 0, name


def test_losses_by_hand():
    even = torch.zeros(3)  # D = 1/2 for all
    assert discriminator_loss(even, even).item() == pytest.approx(2 * math.log(2))
    assert generator_loss(even).item() == pytest.approx(math.log(2))
    score = torch.tensor([1.5])
    share = 1 / (1 + math.exp(-1.5))
    assert generator_loss(score).item() == pytest.approx(-math.log(share))
    expected = -math.log(share) - math.log(1 - share)
    assert discriminator_loss(score, score).item() == pytest.approx(expected)


def test_a_sure_discriminator_still_teaches_the_generator():
    """The first form of its loss, log(1 - D), has almost no slope where D is near 0."""
    score = torch.tensor([-12.0], requires_grad=True)
    generator_loss(score).backward()
    assert score.grad.item() == pytest.approx(-1, abs=1e-4)


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="widths"):
        Generator(widths=())
    with pytest.raises(ShapeError, match=r"z: expected shape \(N, 32\)"):
        Generator()(torch.zeros(2, 3))
    with pytest.raises(ShapeError, match=r"x: expected shape \(N, 1, 8, 8\)"):
        Discriminator()(torch.zeros(2, 1, 16, 16))
