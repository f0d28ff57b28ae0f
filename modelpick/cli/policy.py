"""`modelpick policy`, `modelpick policy show NAME|FILE` and `modelpick policy init [FILE]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelpick.cli import completions
from modelpick.cli.options import faces

if TYPE_CHECKING:
    from modelpick.render.sink import Sink


@click.group(
    name="policy",
    invoke_without_command=True,
    epilog="Examples: `modelpick policy`; `modelpick policy show commercial`; `modelpick policy init policy.toml`, "
    "then `modelpick vet org/name --policy policy.toml`.",
)
@faces()
@click.pass_context
def command(ctx: click.Context, sink: Sink) -> None:
    """List what a vet may demand, or write your own demands."""
    if ctx.invoked_subcommand is not None:
        return
    from modelpick.verbs.policy import policies

    sink.show(policies().document())


@command.command(name="show", epilog="Examples: `modelpick policy show strict`; `modelpick policy show ./policy.toml`.")
@click.argument("policy", metavar="NAME|FILE", shell_complete=completions.policies)
@faces()
def show(sink: Sink, policy: str) -> None:
    """Show a policy, with all that it takes over from the one that it extends."""
    from modelpick.verbs.policy import show_policy

    sink.show(show_policy(policy).document())


@command.command(name="init", epilog="Example: `modelpick policy init policy.toml`.")
@click.argument("file", metavar="[FILE]", default="policy.toml", shell_complete=completions.files)
@faces()
def init(sink: Sink, file: str) -> None:
    """Write a commented policy to FILE (policy.toml), which must not exist."""
    from modelpick.verbs.policy import write_policy

    sink.show(write_policy(file).document())
