"""`modelpick predict`."""

from __future__ import annotations

import click

from modelpick.cli import completions
from modelpick.cli.options import faces
from modelpick.render.sink import Sink


@click.command(
    name="predict",
    epilog="Examples: `modelpick predict iris-20261124-183000 --row 6.6,3,4.4,1.4`; "
    "`modelpick predict ./my-run --input rows.csv --output answers.csv`.",
)
@click.argument("run", shell_complete=completions.saved_runs)
@click.option(
    "--input",
    "input_",
    metavar="FILE",
    default=None,
    shell_complete=completions.files,
    help="Rows to answer for: a table of any format that eval reads, an image, a sound, a text, or a folder of them.",
)
@click.option("--row", metavar="V,V,...", default=None, help="One row, its values in the order of the columns.")
@click.option("--use", metavar="NAME", default=None, help="Another saved model of the run than its best.")
@click.option(
    "--output",
    metavar="FILE.csv",
    default=None,
    shell_complete=completions.files,
    help="A new file for rows and answers: .csv or .tsv, also .gz. Text that a spreadsheet would take for a formula "
    "gets a ' before it.",
)
@click.option("--explain", is_flag=True, help="Say what moved each answer, by taking away one part at a time.")
@click.option("--drop", metavar="COLUMN", multiple=True, help="A column of the input to leave out. Repeatable.")
@click.option(
    "--device",
    default="auto",
    show_default=True,
    help="Where a pretrained model or an architecture answers: auto (a GPU where there is one), cpu, cuda, mps, ...",
)
@faces()
def command(
    sink: Sink,
    run: str,
    input_: str | None,
    row: str | None,
    use: str | None,
    output: str | None,
    explain: bool,
    drop: tuple[str, ...],
    device: str,
) -> None:
    """Answer for new rows with a saved run.

    RUN is a run folder or the name of a run in ./modelpick-runs; `modelpick runs` lists them.
    """
    from modelpick.verbs.predict import predict

    result = predict(
        run,
        input=input_,
        row=row,
        use=use,
        output=output,
        explain=explain,
        drop=drop,
        device=device,
        listener=sink.listener,
    )
    sink.show(result.document())
