"""Options that several commands share, declared once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from modelpick.render import FORMATS, REPORT_FORMATS

Function = TypeVar("Function", bound=Callable[..., Any])


def faces(*, markdown: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds `--format` and `--no-progress`; the command gets the sink as its first argument.

    Args:
        markdown: It answers with a report, which can be a Markdown or an HTML page too.
    """
    formats = [name for name in FORMATS if markdown or name not in REPORT_FORMATS]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @click.option(
            "--format",
            "format_",
            type=click.Choice(formats),
            default="human",
            show_default=True,
            help="For people, machines, pipes" + (" or reports." if markdown else "."),
        )
        @click.option("--no-progress", is_flag=True, help="No progress bars on stderr.")
        @functools.wraps(function)
        def command(*args: Any, format_: str, no_progress: bool, **kwargs: Any) -> Any:
            from modelpick.render.sink import Sink

            return function(Sink(format_, progress=not no_progress), *args, **kwargs)

        return command

    return decorate


def endpoint_option(function: Function) -> Function:
    """Adds `--endpoint`."""
    return click.option(
        "--endpoint",
        metavar="URL",
        default=None,
        help="The Hub to ask, instead of $HF_ENDPOINT or https://huggingface.co.",
    )(function)
