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
    '`modelpick download org/name --include "*Q4_K_M.gguf"`, `modelpick download org/name --lock`, '
    "`modelpick download --locked`.",
)
@click.argument("repo", metavar="[REPO]", required=False)
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
@click.option("--lock", is_flag=True, help="Write it into ./modelpick.lock; where one is there, this is done anyway.")
@click.option(
    "--locked", is_flag=True, help="Take exactly what ./modelpick.lock names, or fail; all of it without REPO."
)
@endpoint_option
@faces()
def command(
    sink: Sink,
    repo: str | None,
    revision: str | None,
    local_dir: str | None,
    include: tuple[str, ...],
    yes: bool,
    allow_rejected: bool,
    lock: bool,
    locked: bool,
    endpoint: str | None,
) -> None:
    """Fetch a vetted model, pinned to a commit, every file hashed.

    REPO is an id on the Hub, such as google/vit-base-patch16-224. Weights are taken as safetensors, once; pickles and
    code are left out. What was interrupted goes on where it stopped.
    """
    from modelpick.verbs.download import download, download_locked

    announce = sink.show if sink.format == "human" else None
    if repo is None:
        if not locked:
            raise click.UsageError("Missing argument 'REPO'")
        for name, given in (
            ("--revision", revision),
            ("--local-dir", local_dir),
            ("--include", include),
            ("--lock", lock),
        ):
            if given:
                raise click.UsageError(f"`{name}` needs a REPO")
        restored = download_locked(
            endpoint=endpoint, allow_rejected=allow_rejected, listener=sink.listener, announce=announce
        )
        sink.show(restored.document())
        return
    result = download(
        repo,
        revision=revision,
        local_dir=local_dir,
        include=include or None,
        yes=yes,
        allow_rejected=allow_rejected,
        lock=lock,
        locked=locked,
        endpoint=endpoint,
        listener=sink.listener,
        confirm=functools.partial(sink.confirm, flag="--yes"),
        announce=announce,
    )
    sink.show(result.document())
