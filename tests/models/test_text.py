"""TextCNN against the paper's equations, by hand and in closed form."""

import pytest
import torch

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models import count_parameters
from cnncourse.models.text import TextCNN


@pytest.mark.parametrize("widths", [(3, 4, 5), (2, 3, 4, 5)])
def test_parameters_in_closed_form_and_a_gradient_at_each(widths):
    torch.manual_seed(0)
    model = TextCNN(30, 4, widths, channels=6, embedding_dim=8)
    filters = sum(6 * (8 * width + 1) for width in widths)
    assert count_parameters(model) == 30 * 8 + filters + 4 * (6 * len(widths) + 1)
    scores = model(torch.randint(1, 30, (16, 9)))
    assert scores.shape == (16, 4)
    torch.nn.functional.cross_entropy(scores, torch.arange(16) % 4).backward()
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())


def test_the_papers_size():
    model = TextCNN(18_765, 2)  # the vocabulary of the paper's MR, its Table 1
    assert [c.weight.shape for c in model.convolutions] == [(100, 300, k) for k in (3, 4, 5)]
    assert model.dropout.p == 0.5


def test_a_response_is_equation_2():
    """c_i = f(w · x_{i:i+h-1} + b): the words that the filter covers, times its weights."""
    torch.manual_seed(1)
    model = TextCNN(10, 2, widths=(3,), channels=2, embedding_dim=4)
    sentence = torch.tensor([[4, 2, 7, 1, 9]])
    (responses,) = model.responses(sentence)
    assert responses.shape == (1, 2, 3)
    words = model.embedding(sentence)[0]  # (L, C)
    weight, bias = model.convolutions[0].weight, model.convolutions[0].bias
    for place in range(3):
        expected = torch.relu((weight[1].T * words[place : place + 3]).sum() + bias[1])
        torch.testing.assert_close(responses[0, 1, place], expected)


def test_where_a_phrase_stands_does_not_matter():
    torch.manual_seed(0)
    model = TextCNN(20, 3, channels=5, embedding_dim=6).eval()
    phrase = torch.tensor([3, 9, 4, 11, 6])
    sentences = torch.zeros(2, 21, dtype=torch.int64)
    sentences[0, 5:10] = sentences[1, 11:16] = phrase
    torch.testing.assert_close(model(sentences)[0], model(sentences)[1])


def test_padding_says_nothing_and_learns_nothing():
    torch.manual_seed(0)
    model = TextCNN(10, 2, widths=(2,), channels=3, embedding_dim=4)
    assert not model.embedding.weight[0].any()
    model(torch.tensor([[5, 0, 0]])).sum().backward()
    assert not model.embedding.weight.grad[0].any()


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match="widths: expected one or more"):
        TextCNN(10, 2, widths=())
    model = TextCNN(10, 2)
    with pytest.raises(ShapeError, match=r"\(N, L\) with L of at least 5 words, got \(1, 4\)"):
        model(torch.ones(1, 4, dtype=torch.int64))
