"""Walks from a model to what it was made from, up to the root: each base by its info call, its card and its texts.

What was not walked is said: deeper than five steps, more than sixteen models, a base that is gone or closed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from modelpick.card.bases import bases_of
from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError
from modelpick.facts import BaseModel, Descent, Missing, RepoFacts
from modelpick.hub.faults import HubRefusal
from modelpick.hub.repo_reader import Budget

MAX_DEPTH = 5
MAX_BASES = 16
MIN_BUDGET = 2 * 2**20
"""Steps towards the root, models looked at for one subject, and bytes that must be left to look at one more."""

WHAT = "lineage"
CIRCLE = "circle"
"""`Missing.what` of a base that was not looked at, and of one that was made from the model which names it."""

_NO_HUB = frozenset({"network", "timeout", "offline"})


def with_lineage(facts: RepoFacts, budget: Budget, look: Callable[[str], RepoFacts]) -> RepoFacts:
    """The facts with the lineage; costs nothing where no base is named.

    Args:
        facts: Of the subject, its texts and weight headers among them.
        budget: What the whole vet may fetch.
        look: The facts of a base by its id: info call, card, texts, all counted in the same budget.

    Raises:
        CannotFindOut: The Hub as a whole could not be asked. A base that is gone, gated, private or broken raises
            nothing: it is a `Descent` that says why it is missing.
    """
    if not bases_of(facts):
        return facts
    walk = _Walk(budget, look)
    walk.run(facts)
    missing = tuple(Missing(what=WHAT, reason=reason) for reason in walk.limits)
    return replace(facts, lineage=tuple(walk.descents), missing=(*facts.missing, *missing))


@dataclass(frozen=True, slots=True)
class _Node:
    """A model whose bases are to be looked at, and the ids on the way to it, in lower case."""

    facts: RepoFacts
    depth: int
    path: frozenset[str]


@dataclass(slots=True)
class _Walk:
    """One walk, breadth first, so that of two ways to a base the shorter one counts."""

    budget: Budget
    look: Callable[[str], RepoFacts]
    descents: list[Descent] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    _known: dict[str, RepoFacts | Missing] = field(default_factory=dict)
    _asked: int = 0
    _waiting: deque[_Node] = field(default_factory=deque)

    def run(self, subject: RepoFacts) -> None:
        """Walks until nothing waits."""
        self._waiting.append(_Node(subject, 1, _names(subject)))
        while self._waiting:
            node = self._waiting.popleft()
            for base in bases_of(node.facts):
                self._step(node, base)

    def _step(self, node: _Node, base: BaseModel) -> None:
        key = base.repo_id.lower()
        seen = key in self._known
        found = self._circle(base) if key in node.path else self._known.get(key) or self._ask(base, node.depth)
        if isinstance(found, RepoFacts):
            real = _names(found)
            if real & node.path:
                found = self._circle(base)
            elif not seen and not (real - {key}) & self._known.keys():
                self._waiting.append(_Node(found, node.depth + 1, node.path | real))
            if isinstance(found, RepoFacts):
                self._known.update(dict.fromkeys(real, found))
        self.descents.append(
            Descent(
                child=node.facts.repo_id or node.facts.requested,
                base=base,
                depth=node.depth,
                facts=found if isinstance(found, RepoFacts) else None,
                missing=found if isinstance(found, Missing) else None,
            )
        )

    def _circle(self, base: BaseModel) -> Missing:
        return Missing(what=CIRCLE, reason=f"`{base.repo_id}` stands further down the same line")

    def _ask(self, base: BaseModel, depth: int) -> RepoFacts | Missing:
        reason = self._limit(depth)
        if reason is not None:
            if reason not in self.limits:
                self.limits.append(reason)
            return Missing(what=WHAT, reason=reason)
        self._asked += 1
        answer = self._answer(base.repo_id)
        self._known[base.repo_id.lower()] = answer
        return answer

    def _limit(self, depth: int) -> str | None:
        if depth > MAX_DEPTH:
            return f"not followed further than {MAX_DEPTH} steps"
        if self._asked >= MAX_BASES:
            return f"not more than {MAX_BASES} models are looked at"
        if self.budget.left < MIN_BUDGET:
            return "what one vet may fetch was used up"
        return None

    def _answer(self, repo_id: str) -> RepoFacts | Missing:
        try:
            return self.look(repo_id)
        except CannotFindOut as error:
            if error.kind in _NO_HUB and not isinstance(error, HubRefusal):
                raise
            return Missing(what=error.kind, reason=error.message, hint=error.hint)
        except (AnswerIsNo, UsageError) as error:
            return Missing(what=error.kind, reason=error.message, hint=error.hint)


def _names(facts: RepoFacts) -> frozenset[str]:
    return frozenset(name.lower() for name in (facts.requested, facts.repo_id) if name)
