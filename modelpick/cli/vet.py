"""`modelpick vet`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelpick.cli import completions
from modelpick.cli.options import endpoint_option, faces

if TYPE_CHECKING:
    from modelpick.render.sink import Sink


@click.command(
    name="vet",
    epilog="Examples: `modelpick vet gpt2`, `modelpick vet ./folder`, `modelpick vet README.md --format json`, "
    "`modelpick vet --explain weights-safe`. Exit code 1 where a model is rejected, 4 where one could not be read.",
)
@click.argument("subjects", metavar="[SUBJECT]...", nargs=-1, shell_complete=completions.files)
@click.option(
    "--policy",
    default="default",
    show_default=True,
    metavar="NAME|FILE",
    shell_complete=completions.policies,
    help="What is demanded: default, commercial, research, strict, or a file (see `modelpick policy`).",
)
@click.option("--revision", metavar="REV", help="A branch, tag or commit of the repo, instead of its main branch.")
@click.option(
    "--explain",
    metavar="CHECK",
    shell_complete=completions.checks,
    help="Say what a check looks at, why, and what it cannot see.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["review"]),
    help="Exit with 1 on the verdict review too, not only on reject.",
)
@endpoint_option
@faces(markdown=True)
def command(
    sink: Sink,
    subjects: tuple[str, ...],
    policy: str,
    revision: str | None,
    explain: str | None,
    fail_on: str | None,
    endpoint: str | None,
) -> None:
    """Answer with quotes: purpose, training data, popularity, licence.

    A SUBJECT is a repo id (`org/name`), a folder or git clone (`./folder`), or a card file (`README.md`).
    """
    if explain is not None:
        from modelpick.verbs.vet import explain as explanation

        sink.show(explanation(explain).document())
        return
    if not subjects:
        raise click.UsageError("name at least one model: a repo id, a folder, or a card file")
    from modelpick.errors import CannotFindOut
    from modelpick.verbs.vet import vet, vet_many
    from modelpick.vetting.report import VetReport
    from modelpick.vetting.ruling import unused_ignores

    if len(subjects) == 1:
        report = vet(subjects[0], policy=policy, revision=revision, endpoint=endpoint, listener=sink.listener)
        sink.show(report.document())
        verdicts: tuple[str, ...] = (report.verdict,)
        vetted: tuple[VetReport, ...] = (report,)
        failed = 0
    else:
        reports = vet_many(subjects, policy=policy, revision=revision, endpoint=endpoint, listener=sink.listener)
        sink.show(reports.document())
        verdicts, failed = reports.verdicts, reports.exit_code
        vetted = tuple(item for item in reports.items if isinstance(item, VetReport))
    for unread in (report.unread for report in vetted):
        if unread is not None:  # a report of what is known, and the exit code of what could not be found out
            sink.warning(f"the card could not be had, so most answers are unknown: {unread.reason}")
            if unread.hint:
                sink.hint(unread.hint)
            failed = max(failed, CannotFindOut.exit_code)
    for note in unused_ignores(report.ruling for report in vetted):
        sink.notice(note)
    if "review" in verdicts and fail_on is None:
        sink.notice("verdict review: a person should look at it (exit code 1 with `--fail-on review`)")
    refused = "reject" in verdicts or (fail_on == "review" and "review" in verdicts)
    if failed or refused:
        raise click.exceptions.Exit(failed or 1)
