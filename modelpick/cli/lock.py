"""`modelpick lock`, `modelpick lock check`, `modelpick lock update`."""

from __future__ import annotations

import functools

import click

from modelpick.cli.options import endpoint_option, faces
from modelpick.render.sink import Sink


@click.group(
    name="lock",
    invoke_without_command=True,
    epilog="Examples: `modelpick lock`, `modelpick lock check`, `modelpick lock update org/name`. "
    "`modelpick download org/name --lock` adds a model, `modelpick download --locked` restores all.",
)
@faces()
@click.pass_context
def command(ctx: click.Context, sink: Sink) -> None:
    """Show what modelpick.lock names, whether it changed, or renew it."""
    if ctx.invoked_subcommand is not None:
        return
    from modelpick.verbs.lock import show_lock

    sink.show(show_lock().document())


@command.command(name="check", epilog="Examples: `modelpick lock check`, `modelpick lock check org/name`.")
@click.argument("repo", metavar="[REPO]", required=False)
@endpoint_option
@faces()
def check(sink: Sink, repo: str | None, endpoint: str | None) -> None:
    """Ask the Hub whether what is locked has changed.

    Commit, licence, card, files and name are compared; nothing is downloaded. Exit code 1 where something changed,
    4 where a model could not be asked about.
    """
    from modelpick.verbs.lock import check_lock

    result = check_lock(repo, endpoint=endpoint, listener=sink.listener)
    sink.show(result.document())
    if result.errors:
        sink.hint(result.errors[0].hint or "try again later")
    if any(error.exit_code == 4 for error in result.errors):
        raise click.exceptions.Exit(4)
    if result.changed or result.errors:  # an error of another kind: what is locked cannot be had any more
        raise click.exceptions.Exit(1)


@command.command(name="update", epilog="Examples: `modelpick lock update`, `modelpick lock update org/name --yes`.")
@click.argument("repo", metavar="[REPO]", required=False)
@click.option("--yes", is_flag=True, help="Write without asking.")
@endpoint_option
@faces()
def update(sink: Sink, repo: str | None, yes: bool, endpoint: str | None) -> None:
    """Take what has changed on the Hub into the lock.

    The changes are shown first. Weights are not downloaded: `modelpick download --locked` does that.
    """
    from modelpick.verbs.lock import update_lock

    asks = sink.format == "human" and not yes
    result = update_lock(
        repo,
        yes=yes,
        endpoint=endpoint,
        listener=sink.listener,
        confirm=functools.partial(sink.confirm, flag="--yes"),
        announce=sink.show if asks else None,
    )
    if asks and result.written:  # the changes were shown before the question
        sink.notice(f"{result.path} was written; `modelpick download --locked` fetches it")
    else:
        sink.show(result.document())
