"""`modelpick verify`."""

from __future__ import annotations

import click

from modelpick.cli.options import faces
from modelpick.render.sink import Sink


@click.command(
    name="verify",
    epilog="Examples: `modelpick verify`, `modelpick verify org/name`, `modelpick verify ./model`.",
)
@click.argument("subject", metavar="[REPO|FOLDER]", required=False)
@faces()
def command(sink: Sink, subject: str | None) -> None:
    """Hash again what was downloaded, without a network.

    Without REPO or FOLDER: what ./modelpick.lock names, else all that was downloaded with modelpick. Ends with exit
    code 1 where a file is missing or not as the Hub declared it, or where a model is not whole.
    """
    from modelpick.verbs.verify import verify

    result = verify(subject, listener=sink.listener)
    sink.show(result.document())
    if not result.ok:
        raise click.exceptions.Exit(1)
