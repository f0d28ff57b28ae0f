"""A pretrained network with a new last layer: the network, its rows as batches, and how that layer is filled first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from modelpick.models.batches import Batch, Rows
from modelpick.models.pretrained.embedding import IMAGES, SECONDS, TOKENS, batches
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.forward import FIRST_TOKEN, LAST, LAST_TOKEN, OWN, layers_of
from modelpick.models.pretrained.inputs import Inputs
from modelpick.models.pretrained.refusal import refused
from modelpick.models.sources import even_parts
from modelpick.models.training import train
from modelpick.models.training_settings import Settings

_CHOICE = (OWN, LAST_TOKEN, FIRST_TOKEN, LAST)
"""Vectors that a new last layer is put on: the first of these that the model gives."""
_ALIKE = 16  # batches whose rows are sorted by length together
_KEPT_BYTES = 300_000_000  # of images, prepared; beyond, they are prepared anew in each epoch
_HEAD_EPOCHS = 40


class TunedNetwork(nn.Module):
    """The pretrained part, and a dense layer to the user's classes.

    Args:
        encoder: As `loading.load` gives it, without a head.
        names: Of what a batch holds, in the order in which `forward` gets it.
    """

    def __init__(
        self, folder: PretrainedFolder, encoder: Any, classes: int, names: Sequence[str], layer: str, width: int
    ) -> None:
        super().__init__()
        self.folder = folder
        self.encoder = encoder
        self.names = tuple(names)
        self.layer = layer
        self.head = nn.Linear(width, classes)

    def forward(self, *given: Tensor) -> Tensor:
        """A batch -> the last layer's sums, shape (rows, classes)."""
        return self.head(self.vectors(*given))  # type: ignore[no-any-return]

    def vectors(self, *given: Tensor) -> Tensor:
        """What the last layer is given, shape (rows, width)."""
        batch = dict(zip(self.names, given, strict=True))
        return layers_of(self.folder, self.encoder, batch)[self.layer].float()


def tuned_network(
    folder: PretrainedFolder, encoder: Any, inputs: Inputs, classes: int, layer: str | None = None
) -> TunedNetwork:
    """The network for so many classes, its last layer not filled yet; looks at a sample to know the widths.

    Args:
        layer: On whose vectors the last layer stands; None: the usual one.

    Raises:
        AnswerIsNo: The model gives no such vectors.
    """
    sample = inputs.sample()
    if getattr(getattr(encoder, "config", None), "use_cache", False):
        encoder.config.use_cache = False  # what decoders keep for the next word
    with torch.no_grad():
        found = layers_of(folder, encoder, sample)
    chosen = next(name for name in _CHOICE if name in found) if layer is None else layer
    if chosen not in found:
        raise refused(folder.name, f"it gives no vector that is called `{chosen[:60]}`")
    return TunedNetwork(folder, encoder, classes, tuple(sample), chosen, found[chosen].shape[1])


def free(net: TunedNetwork, inputs: Inputs) -> None:
    """Lets all parameters learn that the answer depends on, but for the vectors of words.

    Those of words are most of a small text model, rows of few of them are seen, and the update would walk over all.
    """
    net.requires_grad_(True)
    embeddings = getattr(net.encoder, "get_input_embeddings", None)
    if net.folder.kind == "text" and embeddings is not None:
        found = embeddings()
        if isinstance(found, nn.Embedding):
            found.requires_grad_(False)
    parameters = [parameter for parameter in net.parameters() if parameter.requires_grad]
    was_training = net.training
    net.eval()
    shares: tuple[Tensor | None, ...] = torch.autograd.grad(
        net(*inputs.sample().values()).sum(), parameters, allow_unused=True
    )
    net.train(was_training)
    for parameter, share in zip(parameters, shares, strict=True):
        if share is None:
            parameter.requires_grad_(False)


def alone(net: nn.Module) -> bool:
    """Whether each row's answer is its own also while it learns: no normalisation over the rows of a batch."""
    return not any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in net.modules())


class ModelRows:
    """Rows as batches for a pretrained network, of similar length where they have lengths; a `Source`.

    Args:
        inputs: The model's own preprocessor.
        rows: Raw rows.
        targets: Shape (rows, classes), on the network's device.
        names: As of the network.
        in_pieces: Let a batch that is over the budget of a CPU's caches go through the network in pieces: what is kept
            for the gradients then takes the memory of one piece.
    """

    def __init__(
        self, inputs: Inputs, rows: Any, targets: Tensor, names: Sequence[str], *, in_pieces: bool = False
    ) -> None:
        self.inputs = inputs
        self.rows = rows
        self.targets = targets
        self.names = tuple(names)
        self.costs: NDArray[np.int64] = inputs.costs(rows)
        self.budget = TOKENS if "input_ids" in self.names else IMAGES
        if hasattr(inputs, "rate"):
            self.budget = int(SECONDS * inputs.rate)
        self._pieces = in_pieces and not targets.is_cuda
        self._kept = self._keep()

    def __len__(self) -> int:
        """How many rows."""
        return len(self.rows)

    @property
    def lengths(self) -> bool:
        """Whether rows are of different lengths."""
        return len(self.costs) > 0 and int(self.costs.min()) != int(self.costs.max())

    def batches(self, size: int, generator: Generator) -> Iterator[Batch]:
        """The rows in a new order. Sounds of a model without a mask are padded with silence, as in its own training."""
        order = torch.randperm(len(self), generator=generator)
        groups = [order]
        if self.lengths:
            costs = torch.from_numpy(self.costs)
            alike = [order[start : start + size * _ALIKE] for start in range(0, len(order), size * _ALIKE)]
            groups = [group[costs[group].argsort(stable=True)] for group in alike]
        found = [part for group in groups for part in even_parts(group, size)]
        for number in torch.randperm(len(found), generator=generator).tolist():
            yield self._whole(found[number].numpy())

    def _whole(self, index: NDArray[np.intp]) -> Batch:
        """The rows of one update."""
        parts = list(batches(self.costs[index], self.budget)) if self._pieces else []
        if len(parts) < 2:
            return self.batch(index)
        pieces = tuple(self.batch(index[part]) for part in parts)
        return Batch(inputs=(), targets=torch.cat([piece.targets for piece in pieces]), pieces=pieces)

    def parts(self, size: int) -> Iterator[Batch]:
        """The rows from short to long, as many at once as the budget holds."""
        for index in self.in_parts():
            yield self.batch(index)

    def in_parts(self) -> Iterator[NDArray[np.intp]]:
        """Which rows each of the `parts` has."""
        same = bool(getattr(self.inputs, "same_length", False))
        return batches(self.costs, self.budget, alike=same)

    def batch(self, index: NDArray[np.intp]) -> Batch:
        """Some rows, ready for the network."""
        device = self.targets.device
        if self._kept is not None:
            given = tuple(tensor[torch.from_numpy(index)] for tensor in self._kept)
        else:
            made = self.inputs.batch(self.rows.take(index))
            given = tuple(made[name] for name in self.names)
        return Batch(
            inputs=tuple(tensor.to(device) for tensor in given),
            targets=self.targets[torch.from_numpy(index).to(device)],
        )

    def _keep(self) -> tuple[Tensor, ...] | None:
        """Images as they go into the network, where there is room for all of them."""
        if "pixel_values" not in self.names or not len(self):
            return None
        first = self.inputs.batch(self.rows.take([0]))
        size = sum(tensor.numel() * tensor.element_size() for tensor in first.values())
        if size * len(self) > _KEPT_BYTES:
            return None
        blocks = [
            self.inputs.batch(self.rows.take(range(start, min(start + 64, len(self)))))
            for start in range(0, len(self), 64)
        ]
        return tuple(torch.cat([block[name] for block in blocks]) for name in self.names)


def seconds_a_row(net: TunedNetwork, rows: ModelRows) -> float:
    """How long one row takes on its way through the network, by one batch of rows of middling length."""
    parts = list(rows.in_parts())
    index = parts[len(parts) // 2]
    batch = rows.batch(index)
    was_training = net.training
    net.eval()
    with torch.no_grad():
        net(*batch.inputs)  # what is done once
        started = time.perf_counter()
        float(net(*batch.inputs).sum())  # waits for a GPU
        seconds = time.perf_counter() - started
    net.train(was_training)
    return seconds / len(index)


def fill_head(net: TunedNetwork, vectors: Tensor, targets: Tensor, seed: int) -> None:
    """Trains the last layer alone, on vectors of the frozen network: a random one would shake the rest.

    The vectors are standardised for it, and mean and deviation are then part of its weights and biases.
    """
    mean, deviation = vectors.mean(0), vectors.std(0, correction=0)
    deviation = torch.where(deviation < 1e-6 * deviation.max().clamp_min(1e-12), torch.ones_like(deviation), deviation)
    head = nn.Linear(vectors.shape[1], targets.shape[1]).to(vectors.device)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    batch = min(len(vectors), max(32, ceil(len(vectors) / 32)))
    settings = Settings(
        cost="cross-entropy",
        optimizer="adamw",
        learning_rate=1e-2,
        schedule="cosine",
        batch_size=batch,
        epochs=_HEAD_EPOCHS,
        weight_decay=0.1,
        measure_training=False,
        threads="one",
    )
    standardised = Rows(features=(vectors - mean) / deviation, targets=targets)
    train(head, standardised, settings, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        weight = head.weight / deviation
        net.head.weight.copy_(weight)
        net.head.bias.copy_(head.bias - weight @ mean)
