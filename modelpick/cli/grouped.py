"""A command whose `--help` shows its options in groups, for the few that have many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click


class GroupedCommand(click.Command):
    """Shows options under headings.

    Args:
        groups: (heading, names of the parameters) in the order of `--help`; the rest follows under "Other".
    """

    def __init__(self, *args: Any, groups: Sequence[tuple[str, Sequence[str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the groups, each option once."""
        options = {p.name: p for p in self.get_params(ctx) if isinstance(p, click.Option) and not p.hidden}
        grouped = {name for _, names in self.groups for name in names}
        rest = ("Other", [name for name in options if name not in grouped])
        for heading, names in (*self.groups, rest):
            records = [options[name].get_help_record(ctx) for name in names]
            with formatter.section(heading):
                formatter.write_dl([record for record in records if record is not None])
