"""`modelpick index build`, `update`, `import`, `stats`."""

from __future__ import annotations

import click

from modelpick.cli import completions
from modelpick.cli.options import endpoint_option, faces
from modelpick.render.sink import Sink


@click.group(
    name="index",
    invoke_without_command=True,
    epilog="Examples: `modelpick index build --task image-classification`, `modelpick index update`, "
    "`modelpick index import models.jsonl.xz`. Then: `modelpick search --offline --text flowers`.",
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Keep the Hub's list of models here, for work without a network."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command.command(name="build", epilog='Example: `modelpick index build --task "classify images" --limit 5000`.')
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="TASK",
    shell_complete=completions.tasks,
    help="Only models of this task. Repeatable.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Of each task the N most downloaded only.")
@endpoint_option
@faces()
def build(sink: Sink, tasks: tuple[str, ...], limit: int | None, endpoint: str | None) -> None:
    """Fetch the list of models from the Hub.

    It comes page by page; a run that was interrupted goes on where it stopped.
    """
    from modelpick.verbs.index import build_index

    sink.show(build_index(tasks, limit=limit, endpoint=endpoint, listener=sink.listener).document())


@command.command(name="update", epilog="Example: `modelpick index update`.")
@endpoint_option
@faces()
def update(sink: Sink, endpoint: str | None) -> None:
    """Fetch what has changed since.

    Since the last build or update, that is. Downloads and likes of models that did not change, and deletions, are seen
    by a build only.
    """
    from modelpick.verbs.index import update_index

    sink.show(update_index(endpoint=endpoint, listener=sink.listener).document())


@command.command(name="import", epilog="Example: `modelpick index import models.jsonl.xz`.")
@click.argument("file", metavar="FILE", shell_complete=completions.files)
@faces()
def import_(sink: Sink, file: str) -> None:
    """Read a dump of the Hub's metadata from a file.

    FILE holds JSON lines as the API lists models (.jsonl, .jsonl.gz, .jsonl.xz), with the card under `README.md` where
    there is one; or Parquet with the columns of the data set hub-stats.
    """
    from modelpick.verbs.index import import_index

    sink.show(import_index(file, listener=sink.listener).document())


@command.command(name="stats", epilog="Example: `modelpick index stats`.")
@faces()
def stats(sink: Sink) -> None:
    """Show what it holds, from where, how old."""
    from modelpick.verbs.index import index_stats

    sink.show(index_stats().document())
