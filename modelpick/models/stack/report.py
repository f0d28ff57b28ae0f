"""A stack as a table: its members with their weights and layers. numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from modelpick.models.stack.answer import StackMember
from modelpick.models.summary import parameters

COLUMNS = ("member", "weight", "features", "layers", "parameters")


def member_sizes(member: StackMember) -> tuple[int, ...]:
    """Features, hidden layers, outputs of a member."""
    shapes = [member.tensors[f"layers.{i}.weight"].shape for i in range(len(member.tensors) // 2)]
    return tuple(chain([shapes[0][1]], (shape[0] for shape in shapes)))


def stack_parameters(members: Sequence[StackMember]) -> int:
    """Weights and biases of all members."""
    return sum(parameters(member_sizes(member)) for member in members)


def members_table(members: Sequence[StackMember]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Names of the columns, and a row for each member and the total."""
    rows = [
        (
            member.name,
            f"{member.weight:.3f}",
            "binned" if member.binned else "plain",
            f"{' -> '.join(f'{size:,}' for size in member_sizes(member))}, {member.activation}",
            f"{parameters(member_sizes(member)):,}",
        )
        for member in members
    ]
    return COLUMNS, (*rows, ("total", "1.000", "", "", f"{stack_parameters(members):,}"))
