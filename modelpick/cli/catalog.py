"""`modelpick catalog`."""

from __future__ import annotations

import click

from modelpick.cli import completions
from modelpick.cli.options import faces
from modelpick.render.sink import Sink


@click.command(
    name="catalog",
    epilog="Examples: `modelpick catalog`, `modelpick catalog resnet`, "
    "`modelpick catalog --task image-classification`, "
    "`modelpick catalog resnet18 --summary --input 3x224x224 --classes 10`.",
)
@click.argument("name", required=False, metavar="[NAME]", shell_complete=completions.architectures)
@click.option("--task", metavar="TASK", help="Only those for this task of the Hub, such as image-classification.")
@click.option("--summary", is_flag=True, help="Its layers in numbers: shapes, weights, biases, multiply-adds, memory.")
@click.option(
    "--input",
    "input_shape",
    metavar="CxHxW",
    default=None,
    help="For --summary: one input, 3x224x224; 128 words; 100x40 frames and bands.",
)
@click.option("--classes", type=click.IntRange(1), default=None, help="For --summary.")
@faces(markdown=True)
def command(
    sink: Sink, name: str | None, task: str | None, summary: bool, input_shape: str | None, classes: int | None
) -> None:
    """Show the popular architectures: what each is for and what it costs.

    NAME shows one of them whole. Variants and other names work too: vgg16, LeNet-5, bert.
    """
    from modelpick.verbs.catalog import catalog

    found = catalog(name, task=task, summary=summary, input_shape=input_shape, classes=classes)
    sink.show(found.document())
