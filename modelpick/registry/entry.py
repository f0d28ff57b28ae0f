"""An architecture of the catalogue, as typed values read from its model card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

ParameterSource = Literal["counted", "paper"]


class Part(StrEnum):
    """A section of a card of the catalogue; the value is its heading."""

    PURPOSE = "Intended uses"
    TODAY = "With modelpick today"
    NOT_FOR = "Out-of-scope uses"
    LIMITATIONS = "Limitations"
    DATA = "Training data"
    COST = "Training cost"
    RESULTS = "Evaluation results"
    LICENSE = "License"
    USAGE = "How to use"
    CITATION = "Citation"


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a card, or an item of a list, as plain text."""

    text: str
    item: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Where the architecture was described. `id` is an arXiv id, a DOI, or a venue where there is neither."""

    title: str
    authors: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The result that an architecture is known for, and who measured it."""

    figure: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One size or form of an architecture.

    Attributes:
        name: As in `--arch`: lower case, no spaces.
        parameters: Weights and biases that are trained.
        source: `counted` layer by layer, exactly; or the round number of a `paper`.
        gmacs: Multiply-adds for one input of the card's size, in units of 10^9.
        result: What it is known to reach.
        note: What is special about it.
    """

    name: str
    parameters: int
    source: ParameterSource
    gmacs: float | None = None
    result: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Well-known weights on the Hub. `license` is the Hub's id, as the repo states it."""

    repo_id: str
    license: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One architecture.

    Attributes:
        name: The bare name of the architecture, also the stem of its card's file name.
        title: As people write it.
        summary: What it is for, in a few words.
        tasks: Ids of the Hub's tasks.
        input: What goes in.
        eval: The kinds of data on which `modelpick eval` of this version trains it; empty for none yet.
        aliases: Other names that lead here, those of its variants left out.
        headline: None where no figure says anything.
        checkpoints: Empty where no weights are canonical.
        about: What it is: the card's first paragraphs.
        prose: The other sections of the card.
        commands: How to look for more of it: the lines of the card's shell example.
    """

    name: str
    title: str
    summary: str
    year: int
    paper: Paper
    tasks: tuple[str, ...]
    input: str
    eval: tuple[str, ...]
    aliases: tuple[str, ...]
    headline: Headline | None
    variants: tuple[Variant, ...]
    checkpoints: tuple[Checkpoint, ...]
    about: tuple[Passage, ...]
    prose: Mapping[Part, tuple[Passage, ...]]
    commands: tuple[str, ...]

    @property
    def parameters_range(self) -> str:
        """From its smallest to its largest variant: `11.7M to 60.2M`."""
        least = short_count(min(variant.parameters for variant in self.variants))
        most = short_count(max(variant.parameters for variant in self.variants))
        return least if least == most else f"{least} to {most}"


def short_count(number: int) -> str:
    """A number of parameters in three digits: 61.7k, 60k, 25.6M, 384M, 1.2B."""
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            scaled = number / size
            digits = f"{scaled:.0f}" if scaled >= 99.95 else f"{scaled:.1f}".removesuffix(".0")
            return digits + letter
    return str(number)
