"""A convolutional network over words: several widths at once, and the greatest response of each.

Kim, "Convolutional neural networks for sentence classification", EMNLP 2014, arXiv:1408.5882,
Section 2 and Figure 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cnncourse.errors import ArgumentError, ShapeError


class TextCNN(nn.Module):
    """Look for phrases of several lengths, anywhere in a sentence.

    A filter of width k is a detector of k words in a row (equation 2 of the paper). Of its
    responses along the sentence only the greatest counts: where the phrase stands does not matter.

    Parameters
    ----------
    vocabulary_size : int
        Different words, the padding included, which is number 0.
    num_classes : int
    widths : sequence of int
        Words that a filter spans. The paper has 3, 4 and 5.
    channels : int
        Filters of each width; 100 in the paper.
    embedding_dim : int
        Numbers that a word becomes; 300 in the paper.
    dropout : float
        Share of the responses that is left out in training; 0.5 in the paper.

    Notes
    -----
    This is the paper's CNN-rand: the embedding is learnt from scratch, not taken from word2vec.
    Departure: the paper rescales the last layer's weights to a norm of at most 3 after each step;
    here weight decay keeps them small.

    Examples
    --------
    >>> model = TextCNN(vocabulary_size=50, num_classes=2, channels=8, embedding_dim=16)
    >>> model(torch.randint(50, (4, 12))).shape
    torch.Size([4, 2])
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_classes: int,
        widths: Sequence[int] = (3, 4, 5),
        channels: int = 100,
        embedding_dim: int = 300,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        if not widths or min(widths) < 1:
            raise ArgumentError("widths", "one or more integers of at least 1", tuple(widths))
        self.widths, self.channels = tuple(widths), channels
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim, padding_idx=0)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(embedding_dim, channels, kernel_size=width) for width in widths
        )
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(channels * len(widths), num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Parameters
        ----------
        x : int64 tensor, shape (N, L)
            Numbers of words, 0 where a sentence has ended; L is at least the greatest width.

        Returns
        -------
        float tensor, shape (N, num_classes)
            Before any softmax.

        Raises
        ------
        ShapeError
            If `x` is not a batch of sentences that are long enough.
        """
        greatest = [part.amax(dim=2) for part in self.responses(x)]  # over time
        return self.classify(self.dropout(torch.cat(greatest, dim=1)))

    def responses(self, x: Tensor) -> list[Tensor]:
        """Tell how strongly each filter responds at each place.

        Parameters
        ----------
        x : int64 tensor, shape (N, L)

        Returns
        -------
        list of float tensors, shape (N, channels, L - width + 1)
            One for each width; place i belongs to the words from i to i + width - 1.
        """
        if x.ndim != 2 or x.shape[1] < max(self.widths):
            expected = f"sentences of shape (N, L) with L of at least {max(self.widths)} words"
            raise ShapeError("x", expected, tuple(x.shape))
        words = self.embedding(x).transpose(1, 2)  # (N, L) -> (N, C, L)
        return [torch.relu(convolution(words)) for convolution in self.convolutions]
