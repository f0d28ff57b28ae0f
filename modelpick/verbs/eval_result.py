"""What `evaluate` returns: the comparison, where it was saved, and how the command ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelpick.document import Block, Document, Heading, Result, Text, Tone
from modelpick.errors import ModelpickError

if TYPE_CHECKING:
    from modelpick.evaluation.closer import CloserLook
    from modelpick.evaluation.contract import Saved
    from modelpick.evaluation.protocol import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Whether the best model is clearly better than the one that it must beat (`--must-beat`)."""

    name: str
    met: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult(Result):
    """A finished comparison and where it was saved.

    Attributes:
        evaluation: Splits, scores, histories.
        run_dir: The run folder, as it is shown: `./...` or absolute; None where it could not be written.
        saved: Name of a candidate -> where it lies in the run folder.
        bar: None where nothing had to be beaten.
        refused: Name of a given model -> why it took no part.
        closer: A look at the candidate that `predict` takes.
        next: What to type next.
        unwritten: Why there is no run folder: a full disk after all the work. None where there is one.
    """

    evaluation: Evaluation
    run_dir: str | None
    saved: Mapping[str, Saved]
    device: str
    created: datetime
    bar: Bar | None
    refused: Mapping[str, ModelpickError]
    closer: CloserLook | None
    next: str | None
    unwritten: ModelpickError | None = None

    @property
    def best(self) -> str | None:
        """Name of the best candidate by the main metric."""
        return self.evaluation.best

    @property
    def exit_code(self) -> int:
        """0; 1 where a bar was not met or a model was refused; 4 where one failed or no run was written; 130 after
        Ctrl-C.
        """
        if self.evaluation.interrupted:
            return 130
        failed = any(r.error is not None and r.entry.name not in self.refused for r in self.evaluation.results)
        codes = [error.exit_code for error in self.refused.values()]
        if failed:
            codes.append(4)
        if self.unwritten is not None:
            codes.append(self.unwritten.exit_code)
        if self.bar is not None and not self.bar.met:
            codes.append(1)
        return max(codes, default=0)

    def document(self) -> Document:
        """The report for people, `modelpick.eval/1` for machines, the run folder for pipes."""
        from modelpick.evaluation.report import document
        from modelpick.evaluation.screen import first_blocks

        about: dict[str, Any] = {
            "run_dir": self.run_dir,
            "saved": self.saved,
            "device": self.device,
            "closer": self.closer,
        }
        made, more = document(self.evaluation, **about), self._more()
        data = {**made.data, **report_extra(self.created, self.bar, self.unwritten)}
        brief = [*first_blocks(self.evaluation, **about), *more, *self._next()]
        return Document(blocks=[*made.blocks, *more], data=data, quiet=made.quiet, brief=brief)

    def _more(self) -> list[Block]:
        from modelpick.verbs.run_writer import network_section

        blocks = network_section(self.evaluation)
        if self.bar is not None:
            blocks.append(Text(self.bar.why, Tone.GOOD if self.bar.met else Tone.BAD))
        if self.unwritten is not None:
            blocks += [Heading("Nothing is saved"), Text(told_unwritten(self.unwritten), Tone.BAD)]
        return blocks

    def _next(self) -> list[Block]:
        from modelpick.models.run_folder import typed

        if self.run_dir is None:
            return []
        blocks: list[Block] = [Heading("Next")]
        if self.next is not None:
            blocks.append(Text(self.next, Tone.STRONG))
        whole = "all metrics and comparisons, training by epoch, confusion, calibration, importances, wrong cases"
        return [*blocks, Text(f"modelpick show {typed(Path(self.run_dir))}", Tone.STRONG), Text(f"shows {whole}.")]


def told_unwritten(error: ModelpickError) -> str:
    """That the work is done, but not kept, and what helps."""
    hint = error.hint or "name another `--run-dir`"
    why = f"The run could not be written, and no model is kept: {error.message}."
    return f"{why} {hint[:1].upper()}{hint[1:]}, and run it again."


def report_extra(created: datetime, bar: Bar | None, unwritten: ModelpickError | None = None) -> dict[str, Any]:
    """Members of the report that the comparison itself does not know: when it was made, what had to be beaten, and why
    it could not be written.
    """
    from modelpick.render.sink import error_fields

    return {
        "created": created.astimezone(UTC).isoformat(timespec="seconds"),
        "must_beat": None if bar is None else asdict(bar),
        "unwritten": None if unwritten is None else error_fields(unwritten),
    }


def judge_bar(evaluation: Evaluation, name: str) -> Bar:
    """Whether the best candidate is clearly better than `name`, by the report's comparisons."""
    from modelpick.evaluation.comparison import verdict_on

    best = evaluation.best
    if best is None or best == name:
        return Bar(name=name, met=False, why=f"Nothing beats {name}." if best == name else "No model finished.")
    verdict = verdict_on(evaluation, best, name)
    if verdict is None:
        return Bar(name=name, met=False, why=f"{name} did not finish, so nothing can be said to beat it.")
    if verdict == "better":
        return Bar(name=name, met=True, why=f"{best} is better than {name}, as demanded.")
    return Bar(name=name, met=False, why=f"{best} does not clearly beat {name}: {verdict}.")
