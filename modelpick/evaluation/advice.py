"""What to do with a comparison, in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modelpick.evaluation.comparison import Comparison, estimates, simplest_within_noise, verdict_on
from modelpick.evaluation.protocol import Evaluation
from modelpick.evaluation.statistics import Verdict
from modelpick.evaluation.wording import interval_shown, listed_words, more_rows_shown, number_shown

_FOLDS_PAY = 5_000
"""Rows up to which ten folds tell more than a few splits, and cost little enough to be advised."""

_NO_FORM = "it has no form that loads without running code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Which candidate to take.

    Attributes:
        take: Name of the best one that can be used again, saved here or given; of the best one where none can be; None
            where none is worth taking.
        simplest: The simplest that the best one is not clearly better than.
        text: For people.
    """

    take: str | None
    simplest: str | None
    text: str


def advice(evaluation: Evaluation, compared: Sequence[Comparison]) -> Advice:
    """The advice that the intervals and verdicts allow."""
    best = evaluation.best
    if best is None:
        return Advice(take=None, simplest=None, text="Take none: no model finished.")
    simplest = simplest_within_noise(evaluation, tuple(compared))
    against = {c.baseline: c for c in compared if c.candidate == best}
    why = _why_none(evaluation, best, against)
    if why is not None:
        return Advice(take=None, simplest=simplest, text=f"Take none yet: {why}")
    finished = {result.entry.name for result in evaluation.results if result.error is None}
    verdicts = {name: found.verdict for name, found in against.items() if name in finished}
    take = _usable(evaluation, best, verdicts)
    if take == best:
        said = [_beaten(evaluation, best, [name for name, verdict in verdicts.items() if verdict == "better"])]
        if _unsaved(evaluation, best):
            said.append(f"{best} cannot be saved: {_NO_FORM}.")
    else:
        clear = verdicts[take] == "better"
        ahead = f"{'is clearly' if clear else 'scored'} better, {_value(evaluation, best)}"
        said = [
            _beaten(evaluation, take, ["dummy"] if _over_dummy(evaluation, take) else []),
            f"{best} {ahead}{'' if clear else ', which may be luck'}, and cannot be saved: {_NO_FORM}.",
        ]
    return Advice(take=take, simplest=simplest, text=" ".join([*said, *_others(evaluation, take, simplest, verdicts)]))


def _why_none(evaluation: Evaluation, best: str, against: Mapping[str, Comparison]) -> str | None:
    """Why no candidate is worth taking yet, and what would tell; None where the best one is."""
    if best == "dummy":
        dull = "the mean" if evaluation.dataset.task == "regression" else "the commonest answer"
        return f"nothing learned more than {dull}."
    dummy = against.get("dummy")
    if dummy is None or dummy.verdict == "better":
        return None
    plan, score = evaluation.plan, f"{best} with {_score(evaluation, best)}"
    if len(evaluation.splits) == 1 and dummy.p is None:
        more = "`--repeats 3`, or more, can"
        if plan.way == "time":  # such rows are split in one way only
            more = "several windows can: leave `--split` out" if plan.ratio is not None else "more rows can"
        return f"a single split cannot tell {score} from dummy: {more}."
    why = f"the best, {score}, is not clearly better than dummy"
    if plan.way == "shares" and plan.pool <= _FOLDS_PAY:
        return f"{why}; `--folds 10` tests every row, and may tell."
    if dummy.more_rows is not None:
        return f"{why}; {more_rows_shown(dummy.more_rows, grouped=evaluation.dataset.groups is not None)} would tell."
    return f"{why}."


def _usable(evaluation: Evaluation, best: str, verdicts: Mapping[str, Verdict]) -> str:
    """The best candidate that is there again tomorrow and that learned something; the best one where none is."""
    for result in evaluation.ranked:
        name = result.entry.name
        if result.error is None and not _unsaved(evaluation, name) and (name == best or name in verdicts):
            return name if name == best or _over_dummy(evaluation, name) is not False else best
    return best


def _over_dummy(evaluation: Evaluation, name: str) -> bool | None:
    """Whether it is clearly better than dummy; None where that takes no part."""
    dummy = evaluation.result("dummy")
    if dummy is None or evaluation.metric.name not in dummy.scores:
        return None
    return name != "dummy" and verdict_on(evaluation, name, "dummy") == "better"


def _unsaved(evaluation: Evaluation, name: str) -> bool:
    result = evaluation.result(name)
    return result is not None and result.form is None and not result.entry.saved_before


def _beaten(evaluation: Evaluation, name: str, beaten: Sequence[str]) -> str:
    over = f", clearly better than {listed_words(beaten)}" if beaten else ""
    return f"Take {name}: {_score(evaluation, name)}{over}."


def _others(evaluation: Evaluation, take: str, simplest: str | None, verdicts: Mapping[str, Verdict]) -> list[str]:
    """What is as good as the best one by all that can be told, the simplest of it first."""
    equal = [name for name, verdict in verdicts.items() if verdict != "better" and name not in (take, simplest)]
    if simplest is None or simplest not in verdicts:  # the best one is the simplest
        return [f"No clear difference to {listed_words(equal)}."] if equal else []
    said = []
    if simplest != take:
        said.append(f"The simplest model within noise is {simplest}: {_score(evaluation, simplest)}.")
    if equal:
        said.append(f"{listed_words(equal)} {'is' if len(equal) == 1 else 'are'} not clearly worse either.")
    return said


def _score(evaluation: Evaluation, name: str) -> str:
    return f"{evaluation.metric.title} {_value(evaluation, name)}"


def _value(evaluation: Evaluation, name: str) -> str:
    """A candidate's mean of the main metric with its interval."""
    metric, result = evaluation.metric, evaluation.result(name)
    found = None if result is None else estimates(evaluation, result).get(metric.name)
    if found is None:
        return "unknown"
    value = number_shown(found.mean)
    return value if found.ci95 is None else f"{value} ({interval_shown(found.ci95)})"
