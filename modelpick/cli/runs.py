"""`modelpick runs` and `modelpick runs rm NAME`."""

from __future__ import annotations

import click

from modelpick.cli import completions
from modelpick.cli.options import faces
from modelpick.errors import UsageError
from modelpick.render.sink import Sink


@click.group(
    name="runs",
    invoke_without_command=True,
    epilog="Examples: `modelpick runs`; `modelpick runs rm iris-20261124-183000`.",
)
@click.option(
    "--folder",
    metavar="FOLDER",
    default=None,
    shell_complete=completions.folders,
    help="Where the runs are, instead of ./modelpick-runs.",
)
@faces()
@click.pass_context
def command(ctx: click.Context, sink: Sink, folder: str | None) -> None:
    """List saved runs, or remove them."""
    if ctx.invoked_subcommand is not None:
        if folder is not None:  # it would be passed over, and a run of the same name elsewhere removed
            raise UsageError("`--folder` is for the list", "give the path of the run: `modelpick runs rm FOLDER/NAME`")
        return
    from modelpick.verbs.runs import runs

    sink.show(runs(folder, listener=sink.listener).document())


@command.command(name="rm", epilog="Example: `modelpick runs rm iris-20261124-183000 --yes`.")
@click.argument("name", shell_complete=completions.saved_runs)
@click.option("--yes", is_flag=True, help="Remove without asking.")
@faces()
def remove(sink: Sink, name: str, yes: bool) -> None:
    """Remove a run for good: NAME in ./modelpick-runs, or the path of a run."""
    from modelpick.models.run_folder import check_run, find_run
    from modelpick.verbs.runs import remove_run

    path = find_run(name, "modelpick runs rm")
    check_run(path)
    if not yes and not sink.confirm(f"Remove `{path}` and all that lies in it?", flag="--yes"):
        sink.notice("nothing was removed")
        return
    sink.show(remove_run(path, listener=sink.listener).document())
