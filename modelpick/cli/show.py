"""`modelpick show`."""

from __future__ import annotations

import click

from modelpick.cli import completions
from modelpick.cli.options import faces
from modelpick.render.sink import Sink


@click.command(
    name="show",
    epilog="Examples: `modelpick show iris-20261124-183000`; `modelpick show ./my-run --summary --use mlp`; "
    "`modelpick show ./my-run --format html > report.html`.",
)
@click.argument("run", shell_complete=completions.saved_runs)
@click.option("--summary", is_flag=True, help="The layers of its best saved model instead of the report.")
@click.option("--use", metavar="NAME", default=None, help="With --summary: another saved model of the run.")
@faces(markdown=True)
def command(sink: Sink, run: str, summary: bool, use: str | None) -> None:
    """Show the whole report of a saved run.

    RUN is a run folder or the name of a run in ./modelpick-runs; `modelpick runs` lists them.
    """
    from modelpick.verbs.show import show

    sink.show(show(run, summary=summary, use=use, listener=sink.listener).document())
