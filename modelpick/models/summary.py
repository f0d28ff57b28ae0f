"""A network told in a table: each layer with its weights A x B and biases B, and the count of its updates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

COLUMNS = ("layer", "in -> out", "weights A x B", "biases B", "parameters")


def layers_rows(sizes: Sequence[int], activation: str, output: str) -> list[tuple[str, ...]]:
    """The layers of a dense network, a row of `COLUMNS` each, and the total.

    Args:
        sizes: Features, hidden layers, outputs; `(4, 128, 128, 3)` has three layers of weights.
        activation: Of the hidden layers.
        output: Of the last one.
    """
    rows: list[tuple[str, ...]] = []
    for i, (a, b) in enumerate(pairwise(sizes)):
        last = i == len(sizes) - 2
        name = f"output, {output}" if last else f"hidden {i + 1}, {activation}"
        rows.append((name, f"{a:,} -> {b:,}", f"{a:,} x {b:,} = {a * b:,}", f"{b:,}", f"{a * b + b:,}"))
    rows.append(("total", "", "", "", f"{parameters(sizes):,}"))
    return rows


def layers_table(sizes: Sequence[int], activation: str, output: str) -> str:
    """The same as text, one line a layer, the columns below each other."""
    return text_table(COLUMNS, layers_rows(sizes, activation, output))


def text_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as text: the first column to the left, the others to the right below their names."""
    lines = [columns, *rows]
    widths = [max(len(line[c]) for line in lines) for c in range(len(columns))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        ).rstrip()
        for line in lines
    )


def updates_line(rows: int, batch_size: int, epochs: int) -> str:
    """How often the weights change: `8 batches x 50 epochs = 400 updates`."""
    batches = ceil(rows / batch_size)
    return (
        f"{batches:,} {'batch' if batches == 1 else 'batches'} x {epochs:,} {'epoch' if epochs == 1 else 'epochs'}"
        f" = {batches * epochs:,} {'update' if batches * epochs == 1 else 'updates'}"
    )


def parameters(sizes: Sequence[int]) -> int:
    """Weights and biases of a dense network of these sizes."""
    return sum(a * b + b for a, b in pairwise(sizes))
