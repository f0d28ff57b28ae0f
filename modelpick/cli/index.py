"""`modelpick index build`, `update`, `import`, `stats`."""

from __future__ import annotations

import click

from modelpick.cli import completions
from modelpick.cli.options import endpoint_option, faces
from modelpick.render.sink import Sink


@click.group(
    name="index",
    epilog="Examples: `modelpick index build --task image-classification`, `modelpick index update`, "
    "`modelpick index import models.jsonl.xz`. Then: `modelpick search --offline --text flowers`.",
)
def command() -> None:
    """Keep the Hub's list of models here, for work without a network."""


@command.command(name="build", epilog='Example: `modelpick index build --task "classify images" --limit 5000`.')
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only models of this task. Repeatable.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Of each task the N most downloaded only.")
@endpoint_option
@faces()
def build(sink: Sink, tasks: tuple[str, ...], limit: int | None, endpoint: str | None) -> None:
    """Fetch the list, page by page; an interrupted run goes on where it stopped."""
    from modelpick.verbs.index import build_index

    sink.show(build_index(tasks, limit=limit, endpoint=endpoint, listener=sink.listener).document())


@command.command(name="update", epilog="Example: `modelpick index update`.")
@endpoint_option
@faces()
def update(sink: Sink, endpoint: str | None) -> None:
    """Fetch what has changed since the last build or update."""
    from modelpick.verbs.index import update_index

    sink.show(update_index(endpoint=endpoint, listener=sink.listener).document())


@command.command(name="import", epilog="Example: `modelpick index import models.jsonl.xz`.")
@click.argument("file", metavar="FILE", shell_complete=completions.files)
@faces()
def import_(sink: Sink, file: str) -> None:
    """Read a dump: JSON lines (.jsonl, .gz, .xz) as the API lists models, or Parquet."""
    from modelpick.verbs.index import import_index

    sink.show(import_index(file, listener=sink.listener).document())


@command.command(name="stats", epilog="Example: `modelpick index stats`.")
@faces()
def stats(sink: Sink) -> None:
    """Show what the index holds, from where, and how old it is."""
    from modelpick.verbs.index import index_stats

    sink.show(index_stats().document())
