"""`modelpick doctor`."""

from __future__ import annotations

import click

from modelpick.cli.options import endpoint_option, faces
from modelpick.errors import CannotFindOut
from modelpick.render.sink import Sink


@click.command(
    name="doctor",
    epilog="Examples: `modelpick doctor`, `modelpick doctor --endpoint https://mirror.example/hub org/name`.",
)
@click.argument("repo", metavar="[REPO]", required=False)
@endpoint_option
@faces()
def command(sink: Sink, repo: str | None, endpoint: str | None) -> None:
    """Say what works here: endpoint, token, routes, disk, versions.

    REPO is a model that the endpoint has, for mirrors that lack the small well-known one that is asked about
    otherwise. Only the endpoint is contacted, and the host that it sends us to for the bytes of files. Ends with exit
    code 4 where something does not work that vet or download needs.
    """
    from modelpick.verbs.doctor import doctor

    result = doctor(repo, endpoint=endpoint, listener=sink.listener)
    sink.show(result.document())
    if not result.ok:
        raise click.exceptions.Exit(CannotFindOut.exit_code)
