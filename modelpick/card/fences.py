"""Where `---` lines and the Hub's own keys stand: the marks by which a front matter is found."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DASHES = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")

HUB_KEYS = frozenset(
    (
        *("base_model", "base_model_relation", "buckets", "co2_eq_emissions", "dataset", "datasets", "inference"),
        *("language", "languages", "library_name", "licence", "license", "license_link", "license_name", "metrics"),
        *("model-index", "new_version", "pipeline_tag", "tags", "thumbnail", "widget"),
    )
)
"""Older and misspelt ones (`dataset`, `languages`, `licence`) included; `extra_gated_*` aside."""

KEY_LINE = re.compile(
    rf"(?:\A|(?<=[\r\n]))(?:{'|'.join(sorted(HUB_KEYS))}|extra_gated_\w{{1,40}})[ \t]{{0,9}}:(?=[ \t\r\n]|\Z)"
)
"""A line that begins with one of them."""


def fences(text: str, start: int, end: int, *, indented: bool = False) -> Iterator[tuple[int, int]]:
    """(start, end) of each line of three dashes between the offsets, its line end included.

    Args:
        text: The card.
        start: Where to look from.
        end: Where to look to.
        indented: Blanks may stand before the dashes, and count as theirs.
    """
    # A pattern that begins with its three dashes is searched far faster than one that looks behind itself.
    for match in _DASHES.finditer(text, start, end):
        begin = match.start()
        if indented:
            while begin and text[begin - 1] in " \t":
                begin -= 1
        if begin == 0 or text[begin - 1] in "\r\n":
            yield begin, match.end()
