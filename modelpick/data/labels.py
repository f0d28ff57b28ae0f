"""Labels of a given model against the user's classes: by name and never by index, and shown.

The order of labels is not to be trusted: a well-known model reads 7 % instead of 84 % where labels are taken by index
(TextAttack, issue 684).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from modelpick.data.label_map import LabelMap, check_names
from modelpick.errors import CannotFindOut

How = Literal["exact", "but for case and punctuation", "label map"]

_NO_NAME = re.compile(r"(?:label|class)?[\s_-]*\d+", re.IGNORECASE)
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What each label of a model means.

    Attributes:
        labels: Of the model, in the order of its outputs.
        names: The user's class of each; None where it has none, and then its share of the answer counts for nothing.
        how: By what each was found; None where it was not.
        without: The user's classes that no label means: their rows count as errors.
    """

    labels: tuple[str, ...]
    names: tuple[str | None, ...]
    how: tuple[How | None, ...]
    without: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The user's classes that it can answer with, sorted."""
        return tuple(sorted({name for name in self.names if name is not None}))

    def describe(self) -> str:
        """The mapping in one sentence, to be shown."""
        pairs = [
            f"{label} -> {name}" + ("" if how == "exact" else f" ({how})")
            for label, name, how in zip(self.labels, self.names, self.how, strict=True)
            if name is not None
        ]
        text = "labels by name: " + ", ".join(pairs[:_SHOWN])
        if len(pairs) > _SHOWN:
            text += f" and {len(pairs) - _SHOWN:,} more"
        spare = sum(name is None for name in self.names)
        if spare:
            text += f"; {spare:,} {'label means' if spare == 1 else 'labels mean'} none of the classes"
        if self.without:
            text += f"; it does not know {_few(self.without)}, whose rows count as errors"
        return text


def map_labels(
    labels: Sequence[str], classes: Sequence[str], given: LabelMap | None = None, model: str = "the model"
) -> Mapped:
    """Finds the class that each label means: by the label map, then exactly, then but for case and punctuation.

    Two labels mean one class only where the label map says so.

    Args:
        labels: Of the model, in the order of its outputs.
        classes: The user's.
        model: Its name, for the label map and for messages.

    Raises:
        CannotFindOut: (kind `data`) It has one label, two labels of one name, labels that are no names (`LABEL_0`),
            or fewer than two that mean a class; or the label map names a label or class that is not there.
    """
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice:
        raise _refused(f"`{model}` has two outputs called `{twice[0]}`, which cannot be told apart", None)
    if len(labels) < 2:
        raise _refused(f"`{model}` has {'one label' if labels else 'no labels'}, so there is nothing to choose", None)
    said = _from_file(labels, classes, given, model)
    found: list[tuple[str | None, How | None]] = [(None, None)] * len(labels)
    taken: set[str] = set()
    for i, label in enumerate(labels):
        if label in said:
            found[i] = (said[label], "label map")
            taken.add(said[label])
    for i, label in enumerate(labels):
        if found[i][0] is None and label in classes and label not in taken and not _NO_NAME.fullmatch(label):
            found[i] = (label, "exact")
    taken |= {name for name, _ in found if name is not None}
    theirs = _folded([label for i, label in enumerate(labels) if found[i][0] is None])
    ours = _folded([name for name in classes if name not in taken])
    for i, label in enumerate(labels):
        key = folded(label)
        if found[i][0] is None and theirs.get(key) == label and key in ours and not _NO_NAME.fullmatch(label):
            found[i] = (ours[key], "but for case and punctuation")
    names = tuple(name for name, _ in found)
    if len({name for name in names if name is not None}) < 2:
        raise _nothing_maps(labels, classes, names, model)
    return Mapped(
        labels=tuple(labels),
        names=names,
        how=tuple(how for _, how in found),
        without=tuple(name for name in classes if name not in names),
    )


def folded(label: str) -> str:
    """A label without case, punctuation, spaces and ways to write a character; empty where nothing else is in it."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", label).casefold())


def _folded(labels: Sequence[str]) -> dict[str, str]:
    """Folded -> label, of those that stay different."""
    counts = Counter(map(folded, labels))
    return {key: label for label in labels if (key := folded(label)) and counts[key] == 1}


def _from_file(labels: Sequence[str], classes: Sequence[str], given: LabelMap | None, model: str) -> dict[str, str]:
    from difflib import get_close_matches

    if given is None:
        return {}
    pairs = given.of(model)
    check_names(pairs, classes, given)
    for pair in pairs:
        if pair.label not in labels:
            close = get_close_matches(pair.label, labels, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"its labels are {_few(labels)}"
            raise CannotFindOut(f"{given.place(pair)}: `{model}` has no label `{pair.label}`", hint, kind="data")
    return {pair.label: pair.name for pair in pairs}


def _nothing_maps(
    labels: Sequence[str], classes: Sequence[str], names: Sequence[str | None], model: str
) -> CannotFindOut:
    theirs, ours = _few(labels), _few(classes)
    if all(_NO_NAME.fullmatch(label) for label in labels):
        why = f"the labels of `{model}` are no names ({theirs}), and order says nothing"
    elif any(name is not None for name in names):
        only = next(name for name in names if name is not None)
        why = f"of the labels of `{model}` ({theirs}) only one means a class, `{only}`, of {ours}"
    else:
        why = f"no label of `{model}` ({theirs}) means a class of the data ({ours})"
    return _refused(
        why,
        f'say what they mean in a file: `--label-map labels.toml`, with lines such as "{labels[0]}" = '
        f'"{classes[0] if classes else "class"}"',
    )


def _refused(why: str, hint: str | None) -> CannotFindOut:
    return CannotFindOut(why, hint or "test it by its features instead, which need no labels", kind="data")


def _few(names: Sequence[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"
