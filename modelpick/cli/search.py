"""`modelpick search`."""

from __future__ import annotations

from typing import Any

import click

from modelpick.cli import completions
from modelpick.cli.grouped import GroupedCommand
from modelpick.cli.options import endpoint_option, faces
from modelpick.errors import NothingMatched
from modelpick.render.sink import Sink

_SORTS = ("downloads", "likes", "trending", "created", "modified", "parameters", "size", "fit", "relevance")
_KINDS = ("original", "finetune", "adapter", "merge", "quantized")
_GROUPS = (
    ("What for", ("task", "text", "author", "language", "dataset")),
    ("What it is", ("license", "commercial", "library", "arch", "kind", "safetensors", "gated")),
    ("How large", ("min_params", "max_params", "max_size", "fits")),
    ("How well known and kept", ("min_downloads", "min_likes", "updated_since")),
    ("Answer", ("sort", "limit", "offline", "endpoint", "format_", "no_progress")),
)


@click.command(
    name="search",
    cls=GroupedCommand,
    groups=_GROUPS,
    epilog="Examples: `modelpick search --task image-classification --license permissive --max-params 100M`, "
    '`modelpick search --task "classify text" --language de --commercial --sort fit`, '
    "`modelpick search --text vit --sort likes --limit 5 --format quiet`.",
)
@click.option(
    "--task",
    metavar="TASK",
    shell_complete=completions.tasks,
    help="image-classification, or in plain words: `classify images`, sentiment.",
)
@click.option("--text", metavar="TEXT", help="Part of the name; with --offline words of name, tags and card.")
@click.option("--author", metavar="NAME", help="A user or an organisation.")
@click.option("--license", metavar="ID", help="A licence, such as apache-2.0, or a family, such as permissive.")
@click.option("--commercial", is_flag=True, help="Only what may be used commercially without a condition.")
@click.option("--library", metavar="NAME", help="Such as transformers or timm.")
@click.option("--language", metavar="CODE", help="Such as de.")
@click.option("--dataset", metavar="NAME", help="Named as training data, such as imagenet-1k.")
@click.option(
    "--arch",
    metavar="NAME",
    shell_complete=completions.architectures,
    help="Such as resnet, vit or deberta-v2; in the name or the tags.",
)
@click.option("--kind", type=click.Choice(_KINDS), help="How it was made; original: it names no base model.")
@click.option("--min-params", metavar="N", help="Parameters at least, such as 10M.")
@click.option("--max-params", metavar="N", help="Parameters at most, such as 100M or 1.5B.")
@click.option("--max-size", metavar="SIZE", help="Of the weights, such as 500MB or 2GiB.")
@click.option(
    "--fits",
    is_flag=False,
    flag_value="here",
    default=None,
    metavar="[SIZE]",
    help="Only what fits in this machine's memory, or in SIZE of it.",
)
@click.option("--safetensors", is_flag=True, help="Only what has weights that load without running code.")
@click.option("--gated/--not-gated", default=None, help="Only models that must be asked for, or none of them.")
@click.option("--min-downloads", metavar="N", help="In 30 days, such as 1k.")
@click.option("--min-likes", metavar="N", help="Likes at least.")
@click.option("--updated-since", metavar="DATE", help="Such as 2025, 2025-06 or 2025-06-30.")
@click.option(
    "--sort",
    type=click.Choice(_SORTS),
    help="Largest or newest first, but for parameters and size. fit: task, licence, safety, memory, maintenance. "
    "By default downloads, offline with --text relevance.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="How many at most."
)
@click.option("--offline", is_flag=True, help="Ask the local index (`modelpick index`), not the Hub.")
@endpoint_option
@faces()
def command(sink: Sink, fits: str | None, **wishes: Any) -> None:
    """Find models on the Hub by task, licence, library, ..."""
    from modelpick.verbs.search import search

    result = search(fits=fits is not None and (fits == "here" or fits), listener=sink.listener, **wishes)
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
