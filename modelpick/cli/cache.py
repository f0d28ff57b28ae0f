"""`modelpick cache`, `modelpick cache drop REPO`, `modelpick cache clear`."""

from __future__ import annotations

import functools

import click

from modelpick.cli.options import faces
from modelpick.render.sink import Sink


@click.group(
    name="cache",
    invoke_without_command=True,
    epilog="Examples: `modelpick cache`, `modelpick cache drop org/name`, `modelpick cache clear --yes`.",
)
@faces()
@click.pass_context
def command(ctx: click.Context, sink: Sink) -> None:
    """Show what lies where on this disk, or remove downloads."""
    if ctx.invoked_subcommand is not None:
        return
    from modelpick.verbs.cache import cache

    sink.show(cache().document())


@command.command(name="drop", epilog="Example: `modelpick cache drop org/name`.")
@click.argument("repo")
@click.option("--yes", is_flag=True, help="Remove without asking.")
@faces()
def drop(sink: Sink, repo: str, yes: bool) -> None:
    """Remove a model from the shared cache.

    Only files that modelpick fetched go, and none that a known modelpick.lock needs.
    """
    from modelpick.verbs.cache import drop_download

    confirm = functools.partial(sink.confirm, flag="--yes")
    sink.show(drop_download(repo, yes=yes, listener=sink.listener, confirm=confirm).document())


@command.command(name="clear", epilog="Example: `modelpick cache clear`.")
@click.option("--yes", is_flag=True, help="Remove without asking.")
@faces()
def clear(sink: Sink, yes: bool) -> None:
    """Remove all downloads that no lock needs.

    As `cache drop`, of all models, with what interrupted downloads left.
    """
    from modelpick.verbs.cache import clear_downloads

    confirm = functools.partial(sink.confirm, flag="--yes")
    sink.show(clear_downloads(yes=yes, listener=sink.listener, confirm=confirm).document())
