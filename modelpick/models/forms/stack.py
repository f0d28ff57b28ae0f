"""`mlp-stack`: several small networks whose answers are averaged with weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from modelpick.data.candidate import SavedForm
from modelpick.data.forward import ACTIVATIONS
from modelpick.models.forms.dense import checked_hidden, dense_shapes
from modelpick.models.forms.form import Form, Rows, Shapes, number, one_of, refuse
from modelpick.models.stack.answer import StackMember, mixed
from modelpick.models.stack.bins import Bins
from modelpick.models.stack.report import members_table, stack_parameters
from modelpick.models.summary import text_table

FEATURES = ("plain", "binned")
"""What a member takes: the features as the preprocessing makes them, or their bins."""


def _check(path: Path, fields: Mapping[str, Any]) -> Shapes:
    members = fields.get("members")
    if not isinstance(members, list) or not members or not all(isinstance(member, dict) for member in members):
        refuse(path, "`members` is not a list of networks")
    total = 0.0
    for member in members:
        one_of(path, member, "features", FEATURES)
        one_of(path, member, "activation", tuple(ACTIVATIONS))
        weight = number(path, member, "weight")
        if weight <= 0 or not isinstance(member.get("name"), str):
            refuse(path, "a member has no name or no positive weight")
        total += weight
    if number(path, fields, "temperature") <= 0:
        refuse(path, "`temperature` is not positive")
    if abs(total - 1) > 1e-6:
        refuse(path, "the members' weights do not add up to 1")
    hidden = [checked_hidden(path, member) for member in members]
    outputs = len(fields["classes"]) or 1
    counts = _counts(path, fields, any(member["features"] == "binned" for member in members))

    def shapes(features: int) -> dict[str, tuple[int, ...]]:
        expected: dict[str, tuple[int, ...]] = {"mean": (features,), "scale": (features,)}
        if counts:
            if len(counts) != features:
                refuse(path, "`bins` does not tell of every feature")
            expected |= {"bins.edges": (sum(counts),), "bins.centre": (sum(counts) - len(counts),)}
        for i, (member, layers) in enumerate(zip(members, hidden, strict=True)):
            width = sum(counts) - len(counts) if member["features"] == "binned" else features
            expected |= dense_shapes((width, *layers, outputs), f"members.{i}.")
        return expected

    return shapes


def _counts(path: Path, fields: Mapping[str, Any], needed: bool) -> tuple[int, ...]:
    counts = fields.get("bins", [])
    ok = isinstance(counts, list) and all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in counts)
    if not ok or bool(counts) != needed:
        refuse(path, "`bins` is not a list of counts, or no member takes them")
    return tuple(counts)


class Stack:
    """A stack that answers."""

    def __init__(self, form: SavedForm) -> None:
        config, tensors = form.config, form.tensors
        self.form = form
        self.members = [
            StackMember(
                name=str(member["name"]),
                weight=float(member["weight"]),
                binned=member["features"] == "binned",
                activation=str(member["activation"]),
                tensors={
                    name.removeprefix(f"members.{i}."): tensor
                    for name, tensor in tensors.items()
                    if name.startswith(f"members.{i}.")
                },
            )
            for i, member in enumerate(config["members"])
        ]
        counts = config.get("bins", [])
        self.bins = Bins(counts, tensors["bins.edges"], tensors["bins.centre"]) if counts else None

    @property
    def parameters(self) -> int:
        """Weights and biases of all members."""
        return stack_parameters(self.members)

    def outputs(self, features: NDArray[Any]) -> NDArray[Any]:
        """Probabilities, or numbers in the target's unit."""
        config = self.form.config
        scaled = (features - self.form.tensors["mean"]) / self.form.tensors["scale"]
        classes, temperature = len(config["classes"]), float(config["temperature"])
        answers = mixed(self.members, self.bins, scaled, classes=classes, temperature=temperature)
        if config["task"] == "classification":
            return answers
        numbers: NDArray[Any] = answers[:, 0] * float(config["target_scale"]) + float(config["target_mean"])
        return numbers

    def layers(self) -> Rows:
        """Each member with its weight and layers, and the total."""
        return members_table(self.members)

    def summary(self) -> str:
        """The same as text."""
        return text_table(*self.layers())


FORM = Form(architectures=("mlp-stack",), check=_check, answerer=lambda form, device: Stack(form))
