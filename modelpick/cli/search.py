"""`modelpick search`."""

from __future__ import annotations

import click

from modelpick.cli.options import endpoint_option, faces
from modelpick.errors import NothingMatched
from modelpick.render.sink import Sink

_SORTS = ("downloads", "likes", "trending", "created", "updated")


@click.command(
    name="search",
    epilog="Examples: `modelpick search --task image-classification --license apache-2.0`, "
    "`modelpick search --text vit --sort likes --limit 5`, "
    "`modelpick search --task translation --language de --format quiet`.",
)
@click.option("--task", metavar="TASK", help="A task of the Hub, such as image-classification.")
@click.option("--text", metavar="TEXT", help="Part of the name.")
@click.option("--author", metavar="NAME", help="A user or an organisation.")
@click.option("--license", "license_", metavar="ID", help="A licence, such as apache-2.0.")
@click.option("--library", metavar="NAME", help="Such as transformers or timm.")
@click.option("--language", metavar="CODE", help="Such as de.")
@click.option("--dataset", metavar="NAME", help="Named as training data, such as imagenet-1k.")
@click.option(
    "--sort", type=click.Choice(_SORTS), default="downloads", show_default=True, help="The largest or newest first."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="How many at most."
)
@endpoint_option
@faces()
def command(
    sink: Sink,
    task: str | None,
    text: str | None,
    author: str | None,
    license_: str | None,
    library: str | None,
    language: str | None,
    dataset: str | None,
    sort: str,
    limit: int,
    endpoint: str | None,
) -> None:
    """Find models on the Hub by task, licence, library, ..."""
    from modelpick.verbs.search import search

    result = search(
        task=task,
        text=text,
        author=author,
        license=license_,
        library=library,
        language=language,
        dataset=dataset,
        sort=sort,
        limit=limit,
        endpoint=endpoint,
        listener=sink.listener,
    )
    if result.candidates:
        sink.show(result.document())
        return
    nothing = NothingMatched("no model fits all of these wishes", result.advice())
    if sink.format != "json":
        raise nothing
    sink.show(result.document())  # an empty list is the answer that a program asked for
    sink.notice(nothing.message)
    sink.hint(result.advice())
    raise click.exceptions.Exit(nothing.exit_code)
