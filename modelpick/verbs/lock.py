"""lock: what `modelpick.lock` names, whether it changed on the Hub since, and the new state into the lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone
from modelpick.errors import AnswerIsNo, ModelpickError, UsageError
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.hub.client import HubClient
    from modelpick.hub.lock import Lock, LockedModel
    from modelpick.hub.lock_changes import Change

_SHOWN = 30
"""Changes of a model that a person is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedState:
    """An entry of the lock and what was found about it.

    Attributes:
        model: The entry as it stands in the lock.
        changes: Since it was written; empty where nothing changed, or nobody asked.
        fresh: The entry that would take its place; None where nothing changed, or nobody asked.
        error: Why the Hub could not be asked about it.
    """

    model: LockedModel
    changes: tuple[Change, ...] = ()
    fresh: LockedModel | None = None
    error: ModelpickError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockResult(Result):
    """A lock, and what has changed.

    Attributes:
        path: The lock's file.
        action: What was done.
        models: The entries that were asked about.
        written: Whether the lock was changed.
    """

    path: Path
    action: Literal["show", "check", "update"]
    models: tuple[LockedState, ...]
    written: bool = False

    @property
    def changed(self) -> bool:
        """Whether a model is not any more what the lock says."""
        return any(state.changes for state in self.models)

    @property
    def errors(self) -> tuple[ModelpickError, ...]:
        """Why models could not be asked about."""
        return tuple(state.error for state in self.models if state.error is not None)

    def document(self) -> Document:
        """A table, or the changes of each model; `modelpick.lock/1` for machines; ids for pipes: all of them, or of a
        check and an update those that changed.
        """
        from modelpick.render.sink import error_fields

        if self.action == "show":
            blocks = _table(self)
        else:
            blocks = [block for state in self.models for block in _state_blocks(state, self.action)]
            if self.written:
                blocks.append(Text(f"{self.path} was written; `modelpick download --locked` fetches it.", Tone.GOOD))
        named = [s.model.repo_id for s in self.models if self.action == "show" or s.changes or s.error]
        models = [
            _entry(state.model)
            | {
                "changes": [change.to_dict() for change in state.changes],
                "error": None if state.error is None else error_fields(state.error),
            }
            for state in self.models
        ]
        data = {
            "schema": "modelpick.lock/1",
            "path": str(self.path),
            "action": self.action,
            "changed": self.changed,
            "written": self.written,
            "models": models,
        }
        return Document(blocks=blocks, data=data, quiet=named)


def show_lock() -> LockResult:
    """What the `modelpick.lock` of the current folder names. Nobody is asked.

    Raises:
        UsageError: The lock is broken.
        CannotFindOut: There is none.
    """
    place, lock = _read()
    return LockResult(path=place, action="show", models=tuple(LockedState(model=model) for model in lock.models))


def check_lock(repo_id: str | None = None, *, endpoint: str | None = None, listener: Listener = SILENT) -> LockResult:
    """Asks the Hub whether commit, licence, card, files or name of what is locked have changed; nothing is downloaded.

    Args:
        repo_id: One model of the lock; all without it.
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of progress.

    Returns:
        The result: `changed`, and `models` with the changes of each, or its error.

    Raises:
        UsageError: The lock is broken, or does not name the model.
        CannotFindOut: There is no lock.
    """
    from modelpick.hub.client import HubClient

    place, lock = _read()
    models = _chosen(lock, repo_id, place)
    with HubClient.from_environment(endpoint, listener) as client:
        states = _ask(client, models, listener, fresh=False)
    return LockResult(path=place, action="check", models=states)


def update_lock(
    repo_id: str | None = None,
    *,
    yes: bool = False,
    endpoint: str | None = None,
    listener: Listener = SILENT,
    confirm: Callable[[str], bool] | None = None,
    announce: Callable[[Document], None] | None = None,
) -> LockResult:
    """Takes what has changed on the Hub into the lock. Weights are not downloaded; `download --locked` does that.

    Args:
        repo_id: One model of the lock; all without it.
        yes: Write without asking.
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of progress.
        confirm: Is asked before the lock is written; without it nothing is written unless `yes`.
        announce: Is shown the changes before anybody is asked.

    Returns:
        The result; `written` tells whether the lock was changed.

    Raises:
        UsageError: The lock is broken, does not name the model, or was changed by another process meanwhile.
        AnswerIsNo: A person said no, or a model is rejected now.
        CannotFindOut: There is no lock, the Hub cannot be asked, or the lock not be written.
    """
    from modelpick.hub.client import HubClient
    from modelpick.hub.lock import change_lock

    place, lock = _read()
    models = _chosen(lock, repo_id, place)
    with HubClient.from_environment(endpoint, listener) as client:
        states = _ask(client, models, listener, fresh=True)
    result = LockResult(path=place, action="update", models=states)
    if result.errors:  # half an update would hide that the other half was not looked at
        raise result.errors[0]
    if not result.changed:
        return result
    _refuse_rejected(states)
    if announce is not None:
        announce(result.document())
    if not yes and not (confirm is not None and confirm(f"Write this into {place}?")):
        raise AnswerIsNo(f"`{place}` was not changed", "`--yes` writes without asking", kind="not-confirmed")
    change_lock(place, lambda now: _updated(now, states, place))
    return LockResult(path=place, action="update", models=states, written=True)


def _read() -> tuple[Path, Lock]:
    from modelpick.hub.lock import read_lock
    from modelpick.notebook import register
    from modelpick.verbs.locking import lock_place

    register()
    place = lock_place()
    return place, read_lock(place)


def _chosen(lock: Lock, repo_id: str | None, place: Path) -> Sequence[LockedModel]:
    if repo_id is None:
        return lock.models
    model = lock.find(repo_id)
    if model is None:
        raise UsageError(
            f"`{repo_id}` is not in `{place}`", f"`modelpick download {repo_id} --lock` adds it", kind="lock"
        )
    return [model]


def _ask(
    client: HubClient, models: Sequence[LockedModel], listener: Listener, *, fresh: bool
) -> tuple[LockedState, ...]:
    states: list[LockedState] = []
    with listener.step("asking", len(models), "models") as step:
        for model in models:
            step.describe(f"asking about {model.repo_id}")
            try:
                states.append(_state(client, model, fresh))
            except ModelpickError as error:
                states.append(LockedState(model=model, error=error))
            step.advance()
    return tuple(states)


def _state(client: HubClient, model: LockedModel, fresh: bool) -> LockedState:
    """What the Hub says now, at the branch or tag that the entry came from."""
    from modelpick.hub.collect import collect
    from modelpick.hub.lock_changes import changes_of
    from modelpick.hub.plan import plan
    from modelpick.verbs.locking import hashes_of, lock_entry, present
    from modelpick.verbs.vet import vet_facts

    facts = collect(client, model.repo_id, model.revision or model.commit)
    planned = plan(facts, model.include or None)
    now = present(vet_facts(facts), planned)
    changes = changes_of(model, now)
    if not changes or not fresh:
        return LockedState(model=model, changes=changes)
    hashes = hashes_of(client, planned, model.files)
    return LockedState(
        model=model, changes=changes, fresh=lock_entry(now, model.revision, hashes, model.include or None)
    )


def _updated(now: Lock, states: Sequence[LockedState], place: Path) -> Lock:
    """The lock as it is now with what was shown; refuses where another process changed one of these entries since."""
    for state in states:
        if state.fresh is None:
            continue
        if now.find(state.model.repo_id) != state.model:
            raise UsageError(
                f"the entry of `{state.model.repo_id}` in `{place}` was changed meanwhile, and nothing was written",
                "see what is there now: `modelpick lock update` again",
                kind="lock",
            )
        now = now.put(state.fresh, instead_of=state.model.repo_id)
    return now


def _refuse_rejected(states: Sequence[LockedState]) -> None:
    for state in states:
        if state.fresh is not None and state.fresh.verdict == "reject" and state.model.verdict != "reject":
            name = state.fresh.repo_id
            raise AnswerIsNo(
                f"`{name}` is rejected as it is now, so the lock keeps what it has",
                f"`modelpick vet {name}` tells why; `modelpick download {name} --allow-rejected --lock` takes it",
                kind="rejected",
            )


def _table(result: LockResult) -> list[Block]:
    from modelpick.hub.disk import in_bytes

    rows = tuple(
        (
            state.model.repo_id,
            state.model.revision or "-",
            state.model.commit[:12],
            ", ".join(state.model.license) or "?",
            state.model.verdict,
            in_bytes(state.model.bytes),
            state.model.date,
        )
        for state in result.models
    )
    columns = ("model", "revision", "commit", "license", "verdict", "size", "locked")
    return [Text(str(result.path), Tone.MUTED), Table(columns, rows, right=("size",))]


def _state_blocks(state: LockedState, action: str) -> list[Block]:
    heading = Heading(f"{state.model.repo_id}, locked {state.model.date}", level=1)
    if state.error is not None:
        return [heading, Text(f"Not known: {state.error.message}.", Tone.WARN)]
    if not state.changes:
        return [heading, Text("As it is locked.", Tone.GOOD)]
    rows = tuple(
        (change.what, _short(change.before), Cell(_short(change.after), Tone.WARN)) for change in state.changes[:_SHOWN]
    )
    blocks: list[Block] = [heading, Table(("what", "locked", "now"), rows)]
    if len(state.changes) > _SHOWN:
        blocks.append(Text(f"And {len(state.changes) - _SHOWN} more changes."))
    if action == "check":
        blocks.append(Text(f"`modelpick lock update {state.model.repo_id}` takes it.", Tone.MUTED))
    return blocks


def _short(value: str | None) -> str:
    """A hash by its first digits."""
    if value is None:
        return "-"
    return value[:12] if len(value) in (40, 64) and " " not in value else value


def _entry(model: LockedModel) -> dict[str, Any]:
    return {
        "repo_id": model.repo_id,
        "revision": model.revision,
        "commit": model.commit,
        "date": model.date,
        "license": list(model.license),
        "license_family": model.license_family,
        "commercial_use": model.commercial_use,
        "verdict": model.verdict,
        "card_sha256": model.card_sha256,
        "bytes": model.bytes,
        "files": [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in model.files],
    }
