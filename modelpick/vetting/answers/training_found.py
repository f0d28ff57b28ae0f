"""What the sentences and tables of a card gave about data sets so far, each set counted once with its role."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from modelpick.vetting.answers.contract import Role
from modelpick.vetting.answers.dataset_names import Named
from modelpick.vetting.answers.view import Line


@dataclass(slots=True)
class Found:
    """Collected by the readers of one card.

    Attributes:
        sets: Key of a name -> the name, its role, the line that gave it the role.
        naming, describing, withholding: Lines that name training data, tell their kind, or tell nothing.
        not_training: Keys of names that the text uses for something else than training.
    """

    sets: dict[str, tuple[Named, Role, Line]] = field(default_factory=dict)
    naming: list[Line] = field(default_factory=list)
    describing: list[Line] = field(default_factory=list)
    withholding: list[Line] = field(default_factory=list)
    not_training: set[str] = field(default_factory=set)

    def add(self, named: Named, role: Role, line: Line) -> None:
        """Keeps a name; training wins over other roles, and of equals the first place."""
        key = set_key(named.name)
        known = self.sets.get(key)
        if known is None or (known[1] != "training" and role == "training"):
            self.sets[key] = (named, role, line)


def set_key(name: str) -> str:
    """A name for comparing: `squad_v2`, `rajpurkar/squad_v2` and `SQuAD 2.0` are one set."""
    bare = re.sub(r"(\d)\.0\b", r"\1", name.rstrip("/").rsplit("/", 1)[-1].lower())
    return re.sub(r"[\W_]+", "", re.sub(r"(?:\b|[\W_])v(?:er(?:sion)?)?[ .]?(?=\d)", "", bare))
