"""`modelpick completion bash|zsh|fish`."""

from __future__ import annotations

import click


@click.command(
    name="completion",
    epilog='Example, for bash: eval "$(modelpick completion bash)" in ~/.bashrc.',
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the shell completion script for bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    from modelpick.cli.group import group

    completion = get_completion_class(shell)
    if completion is None:  # click knows these three
        raise click.UsageError(f"no completion for `{shell}`")
    click.echo(completion(group, {}, "modelpick", "_MODELPICK_COMPLETE").source())
