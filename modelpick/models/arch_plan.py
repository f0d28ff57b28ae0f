"""How each architecture is trained where nobody says otherwise. Knows no torch.

Tried on small public data sets, for minutes on two cores: `lenet5` (digits), ResNet-18 (signs), the LSTM and the
Transformer on texts, the LSTM and the small convolutional network on sounds. The other settings are those that papers
and tutorials use for networks of their family, and were only seen to learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from modelpick.errors import UsageError
from modelpick.models.architectures.known import Architecture
from modelpick.models.options import OPTIMIZERS, SCHEDULES, one_of

INITIALISATIONS = ("paper", "zero", "random")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureOptions:
    """What a user may say; None leaves it to the plan of the architecture.

    Attributes:
        init: `paper`; or `zero`, `random`, to see what they do.
        side: Pixels on a side to which images are scaled, where the architecture takes more than one size.
        shift: Whether images are shifted while it learns; `flip`: whether half of them are mirrored.
        small_stem: Of a ResNet: the 3 x 3 stem for small images, at ten times the cost.
        class_weight: `balanced` counts the rows of rare classes more; None: all the same.
        device: `auto` is a GPU where there is one.
        keep_in: A folder for the state of each training after each epoch, from which it goes on; None keeps none.
    """

    epochs: int | None = None
    learning_rate: float | None = None
    optimizer: str | None = None
    schedule: str | None = None
    batch_size: int | None = None
    weight_decay: float | None = None
    label_smoothing: float | None = None
    early_stopping: bool | None = None
    patience: int | None = None
    dropout: float | None = None
    init: str = "paper"
    side: int | None = None
    shift: bool = True
    flip: bool = False
    small_stem: bool = False
    class_weight: str | None = None
    device: str = "auto"
    keep_in: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one architecture is trained on one kind of data.

    Attributes:
        sides: Sizes to which images are scaled, the smallest that holds them; the last one for all larger ones.
        fixed_side: The first of `sides` is the only one that it takes.
        grey: Colour images become grey.
        network: Further arguments of the network.
        threads: As in `training.Settings`.
    """

    epochs: int
    learning_rate: float
    batch_size: int
    optimizer: str = "adamw"
    schedule: str = "cosine"
    warm_up: float = 0.05
    weight_decay: float = 1e-2
    label_smoothing: float = 0.0
    clip: float | None = None
    early_stopping: bool = False
    patience: int = 10
    sides: tuple[int, ...] = ()
    fixed_side: bool = False
    grey: bool = False
    network: Mapping[str, Any] = field(default_factory=dict)
    threads: str = "all"


_PLANS: Mapping[str, Plan] = {
    "lenet5": Plan(epochs=40, learning_rate=2e-3, batch_size=32, sides=(32,), fixed_side=True, threads="one"),
    "lenet5-1998": Plan(
        epochs=40, learning_rate=2e-3, batch_size=32, sides=(32,), fixed_side=True, grey=True, threads="one"
    ),
    "alexnet": Plan(
        epochs=40, learning_rate=3e-4, batch_size=64, optimizer="adamw", weight_decay=5e-4, sides=(64, 224)
    ),
    "vgg": Plan(epochs=30, learning_rate=3e-4, batch_size=64, weight_decay=5e-4, sides=(32, 64)),
    "resnet": Plan(epochs=40, learning_rate=1e-3, batch_size=32, sides=(32,)),
    "vit": Plan(
        epochs=30, learning_rate=3e-4, batch_size=64, weight_decay=5e-2, warm_up=0.1, clip=1.0, sides=(64, 224)
    ),
    "lstm": Plan(epochs=8, learning_rate=3e-3, batch_size=32, clip=1.0),
    "transformer": Plan(epochs=10, learning_rate=1e-3, batch_size=32, clip=1.0, warm_up=0.1),
    "cnn": Plan(epochs=40, learning_rate=3e-3, batch_size=32),
}
"""By family."""

_OF_KIND: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("lstm", "text"): {"network": {"inputs": 64, "hidden": 64, "pooling": "max", "dropout": 0.3}},
    ("lstm", "audio"): {"network": {"hidden": 128, "layers": 2, "pooling": "max", "dropout": 0.3}, "epochs": 20},
    ("lstm", "table"): {"network": {"hidden": 64, "pooling": "max"}, "epochs": 30},
    ("transformer", "text"): {"network": {"width": 64, "layers": 2, "heads": 4, "inner": 256, "dropout": 0.1}},
    ("cnn", "audio"): {"network": {"dropout": 0.2}},
}


def plan_for(architecture: Architecture, kind: str, options: ArchitectureOptions) -> Plan:
    """The plan of an architecture for a kind of data, with what the user says.

    Raises:
        UsageError: An option has a value that it cannot have, or a side that the architecture cannot have.
    """
    one_of("init", options.init, INITIALISATIONS)
    if options.class_weight is not None:
        one_of("class_weight", options.class_weight, ("balanced",))
    if options.side is not None:
        check_side(architecture, options.side)
    if options.optimizer is not None:
        one_of("optimizer", options.optimizer, OPTIMIZERS)
    if options.schedule is not None:
        one_of("schedule", options.schedule, SCHEDULES)
    plan = replace(_PLANS[architecture.family], **_OF_KIND.get((architecture.family, kind), {}))
    said = {
        name: getattr(options, name)
        for name in (
            "epochs",
            "learning_rate",
            "optimizer",
            "schedule",
            "batch_size",
            "weight_decay",
            "label_smoothing",
            "early_stopping",
            "patience",
        )
        if getattr(options, name) is not None
    }
    network = dict(plan.network)
    if options.dropout is not None and architecture.family not in WITHOUT_DROPOUT:
        network["dropout"] = options.dropout
    if options.small_stem and architecture.family == "resnet":
        network["small_stem"] = True
    return replace(plan, network=network, **said)


def side_for(plan: Plan, shape: tuple[int, int], asked: int | None = None) -> int:
    """Pixels on a side to which images of that median height and width are scaled; LeNet-5 has one size only."""
    if asked is not None and not plan.fixed_side:
        return asked
    return next((side for side in plan.sides if side >= max(shape)), plan.sides[-1])


def check_side(architecture: Architecture, side: int) -> None:
    """Refuses a size of images that the architecture cannot have.

    Raises:
        UsageError: With those that it can.
    """
    least, step = _SIDES.get(architecture.family, (8, 1))
    if side < least or side > MOST_SIDE or side % step:
        multiple = f", a multiple of {step}" if step > 1 else ""
        raise UsageError(
            f"`{architecture.name}` takes images of {least} to {MOST_SIDE} pixels a side{multiple}, and not {side}",
            f"such as `--side {max(least, 64)}`",
        )


def normalises_batches(architecture: Architecture) -> bool:
    """Whether each row's answer depends on the rows beside it while it learns (batch normalisation)."""
    return architecture.batch_norm or architecture.family in ("resnet", "cnn")


WITHOUT_DROPOUT = ("lenet5", "lenet5-1998", "resnet", "vit")
"""Families that have none."""

MOST_SIDE = 1024
_SIDES = {"alexnet": (64, 1), "vgg": (32, 1), "vit": (32, 16)}
"""Family -> fewest pixels a side, and what they are a multiple of."""
