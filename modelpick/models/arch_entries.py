"""The architectures of `--arch` as rows of the comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from modelpick.data.candidate import Entry
from modelpick.data.dataset import Dataset
from modelpick.errors import UsageError
from modelpick.models.arch_candidate import ArchitectureCandidate, Recipe
from modelpick.models.arch_inputs import check_series
from modelpick.models.arch_plan import WITHOUT_DROPOUT, ArchitectureOptions, Plan, normalises_batches, plan_for
from modelpick.models.architectures.known import Architecture, known, takes
from modelpick.models.devices import device_for
from modelpick.progress import SILENT, Listener

_LONG = 60.0  # seconds: what takes longer is told of before
_FEWEST = 3  # rows of a batch: of an odd count in twos, one would be left alone


def architecture_entries(
    names: Sequence[str],
    dataset: Dataset,
    options: ArchitectureOptions | None = None,
    listener: Listener = SILENT,
) -> list[Entry]:
    """A row for each architecture, trained from scratch on these data.

    Args:
        names: As of `--arch`; case and hyphens do not matter.
        listener: Hears of the epochs, and how long the trainings will take.

    Raises:
        UsageError: A name is unknown or given twice, an architecture does not take data of this kind or a table with
            columns that are no numbers, or has no numbers as answers, or an option cannot be used.
    """
    options = ArchitectureOptions() if options is None else options
    found = [known(name) for name in names]
    if len(set(found)) != len(found):
        raise UsageError("an architecture is given twice", "give each `--arch` once")
    if dataset.task == "regression":
        options = _for_numbers(found, options)
    device_for(options.device)
    entries = []
    for architecture in found:
        takes(architecture, dataset.kind)
        if dataset.kind == "table":
            check_series(architecture, dataset.features)
        plan = plan_for(architecture, dataset.kind, options)
        _look_at_options(architecture, plan, options, listener)
        teller = _Teller(architecture.name, listener)
        recipe = Recipe(
            architecture=architecture,
            plan=plan,
            options=options,
            task=dataset.task,
            target_name=dataset.target_name,
            columns=tuple((c.name, c.kind) for c in dataset.features.columns) if dataset.kind == "table" else (),
            fingerprint=dataset.fingerprint,
            listener=listener,
            expects=teller.tell,
        )
        entries.append(Entry(name=architecture.name, kind="architecture", make=_maker(recipe), foretold=teller.count))
    return entries


def _look_at_options(architecture: Architecture, plan: Plan, options: ArchitectureOptions, listener: Listener) -> None:
    """Refuses batches in which nothing can be normalised, and tells of options that count for others alone."""
    if plan.batch_size < _FEWEST and normalises_batches(architecture):
        raise UsageError(
            f"`{architecture.name}` normalises over the rows of a batch, and {plan.batch_size} are too few",
            "`--batch-size 16`, or more",
        )
    if options.dropout is not None and architecture.family in WITHOUT_DROPOUT:
        listener.notice(f"`{architecture.name}` has no dropout: `--dropout` does not count for it")
    if options.side is not None and plan.fixed_side and options.side != plan.sides[0]:
        listener.notice(f"`{architecture.name}` takes images of {plan.sides[0]} pixels a side: `--side` does not count")


def _for_numbers(found: Sequence[Architecture], options: ArchitectureOptions) -> ArchitectureOptions:
    """The options for a regression: images are not shifted, for the number may be a place in them."""
    for architecture in found:
        if architecture.family == "lenet5-1998":
            raise UsageError(
                f"`{architecture.name}` answers with the nearest code of a class, and the task is regression",
                "`--arch lenet5`; `--task classification` overrules what was inferred",
            )
    for option, given in (("--class-weight", options.class_weight), ("label_smoothing", options.label_smoothing)):
        if given:
            raise UsageError(f"`{option}` is for classes, and the task is regression", "leave it out")
    return replace(options, shift=False)


def _maker(recipe: Recipe) -> Callable[[int], ArchitectureCandidate]:
    return lambda seed: ArchitectureCandidate(recipe, seed)


class _Teller:
    """Tells once how long the trainings of an architecture will take, in words, if that is long.

    Attributes:
        fits: How many there will be, the final one counted; None: nobody has said so.
    """

    def __init__(self, name: str, listener: Listener) -> None:
        self.name = name
        self.listener = listener
        self.fits: int | None = None
        self.told = False

    def count(self, fits: int) -> None:
        """Takes their number."""
        self.fits = fits

    def tell(self, seconds: float) -> None:
        """Hears what one training takes."""
        whole = seconds * (self.fits or 1)
        if whole > _LONG and not self.told:
            self.told = True
            others = "a training" if self.fits is None else f"{self.fits - 1} trainings and the final one"
            self.listener.notice(f"`{self.name}`: {in_words(whole)} on this machine for {others}")


def in_words(seconds: float) -> str:
    """About how long: `about 9 minutes`."""
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 1.5 * size or (seconds >= size and word == "minute"):
            count = round(seconds / size)
            return f"about {count:,} {word}{'' if count == 1 else 's'}"
    count = max(1, round(seconds))
    return f"about {count} second{'' if count == 1 else 's'}"
