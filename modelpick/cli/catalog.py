"""`modelpick catalog`."""

from __future__ import annotations

import click

from modelpick.cli import completions
from modelpick.cli.options import faces
from modelpick.render.sink import Sink


@click.command(
    name="catalog",
    epilog="Examples: `modelpick catalog`, `modelpick catalog resnet`, "
    "`modelpick catalog --task image-classification`.",
)
@click.argument("name", required=False, metavar="[NAME]", shell_complete=completions.architectures)
@click.option("--task", metavar="TASK", help="Only those for this task of the Hub, such as image-classification.")
@faces(markdown=True)
def command(sink: Sink, name: str | None, task: str | None) -> None:
    """Show the popular architectures: what each is for and what it costs.

    NAME shows one of them whole. Variants and other names work too: vgg16, LeNet-5, bert.
    """
    from modelpick.verbs.catalog import catalog

    sink.show(catalog(name, task=task).document())
