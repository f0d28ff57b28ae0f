"""What the doctor's probes are made of, and how they are run: in turn, each within its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from modelpick.errors import CannotFindOut, ModelpickError, UsageError
from modelpick.facts import RepoFacts
from modelpick.hub.client import Answer, HubClient
from modelpick.hub.pool import aside
from modelpick.progress import Listener

Outcome = Literal["works", "limited", "fails", "skipped"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a probe found.

    Attributes:
        outcome: works; limited: modelpick does without, or with less; fails: something needed does not work;
            skipped: it could not be tried.
        message: What was found, or why it was not tried.
        remedy: The line that mends it; None where nothing need be mended.
    """

    outcome: Outcome
    message: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A probe's name and what it found."""

    name: str
    found: Found


@dataclass(slots=True, kw_only=True)
class Visit:
    """What the probes of one visit share.

    Attributes:
        client: For the endpoint; its waits are short.
        repo_id: The model that is asked about.
        info: The answer of the info route, once it came.
        refusal: Why it did not come.
        bare: It came only without the parameters that ask for sizes and hashes.
        facts: What it says.
        listed: The first page of the list route.
    """

    client: HubClient
    repo_id: str
    info: Answer | None = None
    refusal: CannotFindOut | None = None
    bare: bool = False
    facts: RepoFacts | None = None
    listed: Answer | None = None


class Probe(NamedTuple):
    """One thing that the doctor tries.

    Attributes:
        name: As the table and the JSON name it.
        look: Finds out; an error that it raises is a failure, with the error's hint for a remedy.
        seconds: After which it counts as failed.
        needs: Names of earlier probes without which it cannot be tried.
    """

    name: str
    look: Callable[[Visit], Found]
    seconds: float
    needs: tuple[str, ...] = ()


def examine(visit: Visit, probes: Iterable[Probe], listener: Listener) -> Iterator[Check]:
    """Each probe in turn.

    Raises:
        UsageError: A variable of the environment cannot be used.
    """
    outcomes: dict[str, Outcome] = {}
    for probe in probes:
        missing = next((name for name in probe.needs if outcomes[name] in ("fails", "skipped")), None)
        if missing is not None:
            found = Found("skipped", f"not tried, because of `{missing}`")
        else:
            with listener.step(f"trying {probe.name}"):
                found = _within(probe, visit)
        outcomes[probe.name] = found.outcome
        yield Check(name=probe.name, found=found)


def without_it(error: ModelpickError, remedy: str | None = None) -> Found:
    """A failure of something that is not needed."""
    return Found("limited", error.message, remedy or error.hint)


def _within(probe: Probe, visit: Visit) -> Found:
    """Waits no longer than the probe's time, whatever it is held up by (a name server, a dead network disk)."""
    ended = threading.Event()

    def work() -> Found:
        try:
            return probe.look(visit)
        finally:
            ended.set()

    result = aside(work)
    if not ended.wait(probe.seconds):
        return Found("fails", f"no answer within {probe.seconds:.0f} s", "check the network, the proxy and the disk")
    try:
        return result()
    except UsageError:
        raise
    except ModelpickError as error:
        return Found("fails", error.message, error.hint)
