"""How a table is to be read, where the user knows better than the reader: one value for all the options of `eval`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from modelpick.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What overrules the inference; None and empty mean that it is inferred.

    Attributes:
        sep: The delimiter, one character.
        encoding: Of the text, as Python names it.
        na: Cells that mean a missing value besides the usual ones; of numbers, they replace those that are guessed.
        header: False where the first line is a row already, True where it holds the names.
        second_header: Whether the row below the header is a second one.
        quote: Around cells; "" where quotes are ordinary characters.
        keep_blank: Whether rows without any value stay, as for answers that are to stand beside the rows.
        schema: A TOML file: one that is there is obeyed, one that is not there is written.
        text: Columns of free text.
        group: The column whose equal values keep rows on one side of a split.
        time: The column that orders the rows: numbers or dates.
        test: A file of the same columns that alone is the test part.
        drop: Columns to leave out.
        kind: Of the rows, where a folder or a file could be read in several ways.
    """

    sep: str | None = None
    encoding: str | None = None
    na: tuple[str, ...] = ()
    header: bool | None = None
    second_header: bool | None = None
    quote: str | None = None
    keep_blank: bool = False
    schema: Path | None = None
    text: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None
    test: Path | None = None
    drop: tuple[str, ...] = ()
    kind: Literal["table", "text", "image", "audio"] | None = None

    def __post_init__(self) -> None:
        _check_sep(self.sep)
        _check_encoding(self.encoding)

    @classmethod
    def of(
        cls,
        *,
        sep: str | None = None,
        encoding: str | None = None,
        na: Sequence[str] = (),
        header: bool | None = None,
        schema: str | Path | None = None,
        text: Sequence[str] = (),
        group: str | None = None,
        time: str | None = None,
        test: str | Path | None = None,
        drop: Sequence[str] = (),
        kind: Literal["table", "text", "image", "audio"] | None = None,
    ) -> Self:
        r"""The options as people give them: a single name stands for a list of one, `\t` for a tab.

        Raises:
            UsageError: A delimiter of several characters, or an unknown encoding.
        """
        return cls(
            sep=_SEPARATORS.get(sep, sep) if sep else sep,
            encoding=encoding,
            na=_names(na),
            header=header,
            schema=None if schema is None else Path(schema).expanduser(),
            text=_names(text),
            group=group,
            time=time,
            test=None if test is None else Path(test).expanduser(),
            drop=_names(drop),
            kind=kind,
        )


_SEPARATORS = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|"}


def _names(given: Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _check_sep(sep: str | None) -> None:
    if sep is None:
        return
    if len(sep) != 1 or not sep.isascii() or sep in "\n\r\"'\0" or sep.isalnum():
        raise UsageError(
            f"`{sep}` is no delimiter: one character is expected, no letter, digit or quote",
            r"such as `--sep ';'` or `--sep '\t'`",
        )


def _check_encoding(encoding: str | None) -> None:
    if encoding is None:
        return
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        raise UsageError(
            f"there is no text encoding `{encoding}`", "such as `--encoding latin-1`, `cp1252`, `mac_roman`, `utf-16`"
        ) from None
