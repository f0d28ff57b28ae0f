"""`modelpick vet`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from modelpick.cli import completions
from modelpick.cli.options import endpoint_option, faces

if TYPE_CHECKING:
    from modelpick.render.sink import Sink
    from modelpick.vetting.report import VetReport
    from modelpick.vetting.reports import VetReports


@click.command(
    name="vet",
    epilog="Examples: `modelpick vet gpt2`, `modelpick vet ./folder`, `modelpick vet README.md --format json`, "
    "`modelpick vet --ids ids.txt --format json`, "
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
    "--ids", metavar="FILE|-", help="Vet the subjects in a file or stdin, one a line; JSON Lines in its order."
)
@click.option(
    "--cards",
    metavar="FOLDER|FILE",
    help="Vet cards from the disk over all cores: a folder of .md files, or .jsonl[.xz|.gz] with `id` and `README.md`.",
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes for --cards, instead of all cores.")
@click.option("--shallow", is_flag=True, help="Ask for the first facts and the card only: two calls a repo.")
@click.option("--offline", is_flag=True, help="Look repos up in the local index (`modelpick index`), ask nobody.")
@click.option("--save", metavar="FILE", help="Also write the facts to a file, to replay the vet from (.gz packs it).")
@click.option("--from", "bundle", metavar="FILE", help="Vet what --save wrote, without a network.")
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
    ids: str | None,
    cards: str | None,
    jobs: int | None,
    shallow: bool,
    offline: bool,
    save: str | None,
    bundle: str | None,
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
    _one_way({"SUBJECT": bool(subjects), "--ids": ids, "--cards": cards, "--from": bundle})
    of_repos: dict[str, object] = {
        "--revision": revision,
        "--endpoint": endpoint,
        "--shallow": shallow,
        "--save": save,
        "--offline": offline,
    }
    if cards is not None:
        _without("--cards", of_repos)
        from modelpick.cli.vet_bulk import listener_of, show_bulk
        from modelpick.verbs.vet_bulk import vet_cards

        listener, wants_json = listener_of(sink, each=False), sink.format == "json"
        bulk = vet_cards(cards, policy=policy, jobs=jobs, wants_json=wants_json, listener=listener)
        show_bulk(sink, bulk, each=False, fail_on=fail_on)
        return
    _without("a vet without --cards", {"--jobs": jobs})
    how = {"policy": policy, "revision": revision, "endpoint": endpoint, "shallow": shallow, "offline": offline}
    if ids is not None:
        _without("--ids", {"--save": save})
        _vet_ids(sink, ids, how, fail_on)
        return
    if bundle is not None:
        _without("--from", of_repos)
    found = _found(sink, subjects, bundle, {**how, "save": save})
    sink.show(found.document())
    _end(sink, found, fail_on)


def _vet_ids(sink: Sink, ids: str, how: dict[str, Any], fail_on: str | None) -> None:
    from modelpick.cli.vet_bulk import listener_of, read_ids, show_bulk
    from modelpick.verbs.vet_bulk import vet_ids

    bulk = vet_ids(read_ids(ids), **how, wants_json=sink.format == "json", listener=listener_of(sink, each=True))
    show_bulk(sink, bulk, each=True, fail_on=fail_on)


def _found(sink: Sink, subjects: tuple[str, ...], bundle: str | None, how: dict[str, Any]) -> VetReport | VetReports:
    from modelpick.verbs.vet import vet, vet_many, vet_saved

    if bundle is not None:
        return vet_saved(bundle, policy=how["policy"])
    if len(subjects) == 1:
        return vet(subjects[0], **how, listener=sink.listener)
    return vet_many(subjects, **how, listener=sink.listener)


def _one_way(ways: dict[str, object]) -> None:
    """Refuses none and several of the ways to name what is vetted."""
    named = [way for way, value in ways.items() if value]
    if not named:
        raise click.UsageError(
            "name at least one model: a repo id, a folder, or a card file; or --ids, --cards, --from"
        )
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} cannot be used together")


def _without(what: str, options: dict[str, object]) -> None:
    """Refuses options that would say nothing here."""
    for option, value in options.items():
        if value:
            raise click.UsageError(f"{option} has no meaning for {what}")


def _end(sink: Sink, found: VetReport | VetReports, fail_on: str | None) -> None:
    """What stderr and the exit code tell of the reports."""
    from modelpick.errors import CannotFindOut
    from modelpick.vetting.report import VetReport
    from modelpick.vetting.ruling import unused_ignores

    items = (found,) if isinstance(found, VetReport) else found.items
    failed = 0 if isinstance(found, VetReport) else found.exit_code
    vetted = [item for item in items if isinstance(item, VetReport)]
    for unread in (report.unread for report in vetted):
        if unread is not None:  # a report of what is known, and the exit code of what could not be found out
            sink.warning(f"the card could not be had, so most answers are unknown: {unread.reason}")
            if unread.hint:
                sink.hint(unread.hint)
            failed = max(failed, CannotFindOut.exit_code)
    for note in unused_ignores(report.ruling for report in vetted):
        sink.notice(note)
    verdicts = {report.verdict for report in vetted}
    if "review" in verdicts and fail_on is None:
        sink.notice("verdict review: a person should look at it (exit code 1 with `--fail-on review`)")
    refused = "reject" in verdicts or (fail_on == "review" and "review" in verdicts)
    if failed or refused:
        raise click.exceptions.Exit(failed or 1)
