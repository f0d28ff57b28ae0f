"""What to do with a comparison, in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modelpick.evaluation.comparison import Comparison, estimates, simplest_within_noise
from modelpick.evaluation.protocol import Evaluation
from modelpick.evaluation.wording import interval_shown, number_shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Which candidate to take.

    Attributes:
        take: Name of the best one; None where none is worth taking.
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
    score = _score(evaluation, best)
    learns = "dummy" in {r.entry.name for r in evaluation.results if r.error is None} and best != "dummy"
    against = {c.baseline: c.verdict for c in compared if c.candidate == best}
    if learns and len(evaluation.splits) == 1 and _told(compared, best) is None:
        text = f"Take none yet: a single split cannot tell {best} ({score}) from dummy: `--repeats 3`, or more, can."
        return Advice(take=None, simplest=simplest, text=text)
    if best == "dummy" or (learns and against.get("dummy") != "better"):
        why = "nothing learned more than the commonest answer" if best == "dummy" else "not clearly better than dummy"
        if evaluation.dataset.task == "regression" and best == "dummy":
            why = "nothing learned more than the mean"
        text = f"Take none yet: the best, {best} ({score}), is {why}." if best != "dummy" else f"Take none yet: {why}."
        return Advice(take=None, simplest=simplest, text=text)
    beaten = [name for name, found in against.items() if found == "better"]
    equal = [name for name, found in against.items() if found != "better"]
    text = f"Take {best}: {score}"
    if beaten:
        text += f", clearly better than {_listed(beaten)}"
    text += "."
    if simplest is not None and simplest != best:
        text += f" The simplest model within noise is {simplest}: {_score(evaluation, simplest)}."
        more = [name for name in equal if name != simplest]
        if more:
            text += f" {_listed(more)} {'is' if len(more) == 1 else 'are'} not clearly worse either."
    elif equal:
        text += f" No clear difference to {_listed(equal)}."
    result = evaluation.result(best)
    if result is not None and result.form is None and not result.entry.fixed:
        text += f" {best} has no form that loads without running code, so that it was not saved."
    return Advice(take=best, simplest=simplest, text=text)


def _told(compared: Sequence[Comparison], best: str) -> float | None:
    """The p of the best one against dummy; None where nothing can be told."""
    return next((c.p for c in compared if (c.candidate, c.baseline) == (best, "dummy")), None)


def _score(evaluation: Evaluation, name: str) -> str:
    metric, result = evaluation.metric, evaluation.result(name)
    found = None if result is None else estimates(evaluation, result).get(metric.name)
    if found is None:
        return "nothing measured"
    text = f"{metric.title} {number_shown(found.mean)}"
    return text if found.ci95 is None else f"{text} ({interval_shown(found.ci95)})"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
