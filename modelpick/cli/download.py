"""`modelpick download`."""

from __future__ import annotations

import functools

import click

from modelpick.cli.options import endpoint_option, faces
from modelpick.render.sink import Sink


@click.command(
    name="download",
    epilog="Examples: `modelpick download google/vit-base-patch16-224`, "
    "`modelpick download org/name --revision v1.0 --local-dir ./model`, "
    '`modelpick download org/name --include "*Q4_K_M.gguf"`.',
)
@click.argument("repo", metavar="REPO")
@click.option("--revision", metavar="REV", help="A branch, tag or commit; by default the main branch.")
@click.option("--local-dir", metavar="FOLDER", help="Put the files there, instead of the shared Hugging Face cache.")
@click.option(
    "--include",
    metavar="PATTERN",
    multiple=True,
    help="Take these weights or files instead of those that would be chosen; `*` spans folders. Repeatable.",
)
@click.option("--yes", is_flag=True, help="Do not ask where the verdict is review.")
@click.option("--allow-rejected", is_flag=True, help="Take it although the vet rejects it.")
@endpoint_option
@faces()
def command(
    sink: Sink,
    repo: str,
    revision: str | None,
    local_dir: str | None,
    include: tuple[str, ...],
    yes: bool,
    allow_rejected: bool,
    endpoint: str | None,
) -> None:
    """Fetch a vetted model, pinned to a commit, every file hashed.

    REPO is an id on the Hub, such as google/vit-base-patch16-224. Weights are taken as safetensors, once; pickles and
    code are left out.
    """
    from modelpick.verbs.download import download

    result = download(
        repo,
        revision=revision,
        local_dir=local_dir,
        include=include or None,
        yes=yes,
        allow_rejected=allow_rejected,
        endpoint=endpoint,
        listener=sink.listener,
        confirm=functools.partial(sink.confirm, flag="--yes"),
        announce=sink.show if sink.format == "human" else None,
    )
    sink.show(result.document())
