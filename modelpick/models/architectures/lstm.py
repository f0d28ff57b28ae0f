"""LSTM: Hochreiter, Schmidhuber, Long Short-Term Memory, Neural Computation 9(8), 1997, doi:10.1162/neco.1997.9.8.1735.

With the forget gate of Gers, Schmidhuber and Cummins (2000), which today's LSTMs have, in both directions (Graves and
Schmidhuber 2005) and with two bias vectors, as PyTorch. No usual weights exist. The sequences of a batch are packed, so
that no step is spent on padding. The answer is read from where each direction ends, or with `pooling="max"` from the
largest value of each number over all steps.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from modelpick.models.architectures.layers import Dropout, Embedding


class LSTMClassifier(nn.Module):
    """Words of a text (with `vocabulary`), or steps of several numbers: a series, the frames of a sound.

    Args:
        classes: How many.
        inputs: Numbers a step; for words the width of their embedding.
        vocabulary: How many words; 0 is padding. None: the steps are numbers already.
        hidden: Width of the memory in each direction.
        layers: How many lie above each other.
        pooling: `last` or `max`.
        dropout: Share of the inputs, and of what is read, that a training step leaves out.
    """

    def __init__(
        self,
        classes: int,
        *,
        inputs: int = 128,
        vocabulary: int | None = None,
        hidden: int = 128,
        layers: int = 1,
        pooling: str = "last",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.pooling = pooling
        self.embedding = None if vocabulary is None else Embedding(vocabulary, inputs)
        self.dropout = Dropout(dropout)
        self.lstm = nn.LSTM(inputs, hidden, layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, classes)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The sums, (rows, classes).

        Args:
            x: Words, int64 of shape (rows, steps), or numbers, (rows, steps, inputs); padded at the end.
            lengths: Steps of each row, at least one; None: all of them.
        """
        if self.embedding is not None:
            x = self.embedding(x)
        x = self.dropout(x)
        if lengths is None:
            states, (ends, _) = self.lstm(x)
        else:
            packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
            packed, (ends, _) = self.lstm(packed)
            if self.pooling == "max":
                states, _ = pad_packed_sequence(packed, batch_first=True, padding_value=-2.0)  # below every state
        read = states.amax(1) if self.pooling == "max" else torch.cat([ends[-2], ends[-1]], dim=1)
        return cast(Tensor, self.head(self.dropout(read)))
