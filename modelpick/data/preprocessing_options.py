"""The choices of a preprocessing: what is not learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from modelpick.errors import UsageError

ScalingWay = Literal["standard", "robust", "minmax", "none"]
CategoryWay = Literal["onehot", "integer", "target"]
SoundWay = Literal["log-mel", "log-mel-statistics", "series"]

SCALINGS: Mapping[str, ScalingWay] = {"standard": "standard", "robust": "robust", "min-max": "minmax", "none": "none"}
"""What `--scaling` says -> the way."""
ENCODINGS: Mapping[str, CategoryWay] = {"one-hot": "onehot", "integer": "integer", "target": "target"}
"""What `--encode` says -> the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreprocessingOptions:
    """How raw rows become features.

    Attributes:
        scaling: Of numbers: `standard` (mean and standard deviation), `robust` (median and quartiles, smoothly clipped
            at 3), `minmax` (0 to 1 over the training rows) or `none`.
        categories: `onehot` (a feature of 0 or 1 each), `integer` (their place in alphabetical order, scaled) or
            `target` (the mean target of their training rows, scaled).
        max_categories: Of one column with `onehot`; the rarer ones share a feature.
        column_terms: Terms of a column of free text in a table; 0 leaves such columns out.
        max_terms: Terms where the rows are texts.
        pixel_side: The longest side of an image, in pixels.
        sounds: `log-mel` (stretched to one count of frames), `log-mel-statistics` (mean and deviation over time) or
            `series` (the sound itself as numbers).
    """

    scaling: ScalingWay = "standard"
    categories: CategoryWay = "onehot"
    max_categories: int = 50
    column_terms: int = 300
    max_terms: int = 20_000
    pixel_side: int = 32
    sounds: SoundWay = "log-mel"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("scaling", self.scaling, get_args(ScalingWay)),
            ("categories", self.categories, get_args(CategoryWay)),
            ("sounds", self.sounds, get_args(SoundWay)),
        ):
            if value not in known:
                raise UsageError(f"`{name}` cannot be {value!r}", f"take one of {', '.join(known)}")
        for name, number, least in (
            ("max_categories", self.max_categories, 1),
            ("column_terms", self.column_terms, 0),
            ("max_terms", self.max_terms, 1),
            ("pixel_side", self.pixel_side, 1),
        ):
            if number < least:
                raise UsageError(f"`{name}` cannot be {number}", f"take a number from {least} up")

    @classmethod
    def named(cls, scaling: str, encode: str) -> PreprocessingOptions:
        """Those of `--scaling` and `--encode`; the others as usual.

        Raises:
            UsageError: No such way; those that there are are named.
        """
        for option, value, known in (("--scaling", scaling, SCALINGS), ("--encode", encode, ENCODINGS)):
            if value not in known:
                raise UsageError(f"`{option}` cannot be {value!r}", f"take one of {', '.join(known)}")
        return cls(scaling=SCALINGS[scaling], categories=ENCODINGS[encode])

    def to_dict(self) -> dict[str, str]:
        """What `--scaling` and `--encode` say, for the report of a run."""
        scaling = next(name for name, way in SCALINGS.items() if way == self.scaling)
        return {"scaling": scaling, "encode": next(name for name, way in ENCODINGS.items() if way == self.categories)}
