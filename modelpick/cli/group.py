"""The command group: commands are imported when they are called, and `--help` imports none of them."""

from __future__ import annotations

import difflib
from importlib import import_module

import click

from modelpick import __version__
from modelpick.cli.commands import COMMANDS

FIRST_STEPS = (
    ("modelpick eval iris", "train a network on real data and see what beats what"),
    ("modelpick catalog", "the architectures: what each is for and what it costs"),
    ("modelpick search --task image-classification", "models that others trained, with licence and size"),
    ("modelpick vet google/vit-base-patch16-224", "purpose, training data, popularity, licence: with quotes"),
    ("modelpick eval your.csv --target COLUMN", "the same test on your own rows"),
)


class LazyGroup(click.Group):
    """Knows its commands by the table in commands.py."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now; None for an unknown one."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = import_module(entry.module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; an unknown name is answered with close ones."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, n=2, cutoff=0.5)
            guess = " or ".join(f"`{ctx.command_path} {name}`" for name in close)
            suggestion = f"; did you mean {guess}?" if guess else ""
            ctx.fail(f"there is no command `{args[0]}`{suggestion}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands under their headings, without importing them."""
        for heading in dict.fromkeys(entry.heading for entry in COMMANDS.values()):
            rows = [(name, entry.summary) for name, entry in COMMANDS.items() if entry.heading == heading]
            with formatter.section(heading):
                formatter.write_dl(rows)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="`modelpick COMMAND --help` has the options and examples of each.",
)
@click.version_option(__version__, prog_name="modelpick", message="%(prog)s %(version)s")
@click.pass_context
def group(ctx: click.Context) -> None:
    """From a task and your own data to a pretrained model that you can defend."""
    if ctx.invoked_subcommand is None:
        click.echo("modelpick finds, vets, downloads and tests models. Five things to try first:\n")
        width = max(len(line) for line, _ in FIRST_STEPS)
        for line, why in FIRST_STEPS:
            click.echo(f"  {line:<{width}}  {why}")
        click.echo("\n`modelpick --help` lists all commands.")
