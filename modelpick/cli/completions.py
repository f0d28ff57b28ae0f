"""What the shell offers after TAB where an argument is a name or a file. Imported by click's declarations alone."""

from __future__ import annotations

from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, as the shell finds them."""
    return [CompletionItem(incomplete, type="file")]


def folders(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Folders, as the shell finds them."""
    return [CompletionItem(incomplete, type="dir")]


def data(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The built-in data sets, else files."""
    from modelpick.data.readers.bundled import BUNDLED

    return _names(BUNDLED, incomplete) or files(ctx, param, incomplete)


def saved_runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The runs in `./modelpick-runs`, else folders."""
    from modelpick.models.run_folder import RUNS, list_runs

    return _names((path.name for path, _ in list_runs(RUNS)), incomplete) or folders(ctx, param, incomplete)


def architectures(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The entries of the catalogue."""
    from modelpick.registry.cards import entries

    return _names((entry.name for entry in entries()), incomplete)


def tasks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The tasks of the Hub."""
    from modelpick.hub.tasks import TASKS

    return _names(TASKS, incomplete)


def checks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the checks."""
    from modelpick.vetting.checks import CHECKS

    return _names((check.id for check in CHECKS), incomplete)


def policies(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The built-in policies, else files."""
    from modelpick.vetting.policy_file import BUILT_IN

    return _names(BUILT_IN, incomplete) or files(ctx, param, incomplete)


def _names(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
