"""The models of `eval --model`: found, vetted where they come from the Hub, read, and held against the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from modelpick.errors import AnswerIsNo, CannotFindOut, ModelpickError, UsageError
from modelpick.progress import Listener

if TYPE_CHECKING:
    from modelpick.data.candidate import Entry
    from modelpick.data.dataset import Dataset
    from modelpick.facts import RepoFacts
    from modelpick.models.saved import SavedModel
    from modelpick.verbs.eval_options import RowOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A model that was named: its row of the comparison, or why it has none.

    Attributes:
        entry: Also where it was refused, so that the report can name it; then it is never made.
        known: True for the rows of the data that it was trained on, shape (rows,); None where it does not tell.
        error: Why it was refused; None where it takes part.
    """

    entry: Entry
    known: NDArray[np.bool_] | None = None
    error: ModelpickError | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    folder: Path
    name: str
    source: str
    commit: str | None = None
    pretrained: bool = False


def given_models(
    names: Sequence[str],
    dataset: Dataset,
    *,
    taken: Sequence[str] = (),
    allow_rejected: bool,
    endpoint: str | None,
    options: RowOptions | None = None,
    listener: Listener,
) -> tuple[list[Given], NDArray[np.bool_] | None]:
    """The named models, and the rows that may be in no test part, for some model was trained on them.

    A model that is rejected, damaged, does not fit the data or leaves no row to test on is refused, and the others go
    on.

    Args:
        taken: Names of the rows of the comparison that are trained here: a run of such a name goes by its path, as
            does the second of two runs whose folders are called the same.
        options: Device; of pretrained models also label map and fine-tuning.

    Raises:
        UsageError: A name means no run and no repo id, or is given twice.
    """
    from modelpick.models.run_folder import shown

    for number, name in enumerate(names):
        if name in names[:number]:
            raise UsageError(f"`{name}` is given twice", "give each `--model` once")
    called = set(taken)
    known = np.zeros(dataset.rows, dtype=bool)
    found: list[Given] = []
    for name in names:
        place = _Place(Path(name), name, name)
        try:
            place = _locate(name, allow_rejected, endpoint, listener)
            if place.name in called:
                place = replace(place, name=shown(place.folder))
            called.add(place.name)
            if place.pretrained:
                found += _pretrained(place, dataset, options, listener)
                continue
            given = _read(place, dataset, "auto" if options is None else options.device, listener)
            if given.known is not None:
                if (known | given.known).all():
                    raise _none_left(bool(given.known.all()))
                known |= given.known
        except (AnswerIsNo, CannotFindOut) as error:
            given = Given(entry=_entry(place, None), error=error)
        found.append(given)
    return found, known if known.any() else None


def _pretrained(place: _Place, dataset: Dataset, options: RowOptions | None, listener: Listener) -> list[Given]:
    """A row for each way to use a pretrained model."""
    from modelpick.models.pretrained.entries import PretrainedOptions, pretrained_entries
    from modelpick.models.pretrained.folder import open_folder

    with listener.step(f"looking into {place.name}"):
        repo_id = place.source if place.commit is not None else None
        try:
            folder = open_folder(place.folder, dataset.kind, name=place.name, repo_id=repo_id, commit=place.commit)
        except OSError as error:
            raise CannotFindOut(
                f"`{place.name}` cannot be read: {error.strerror or error}",
                "may you read its files?",
                kind="permission",
            ) from error
    how = PretrainedOptions()
    if options is not None:
        how = PretrainedOptions(label_map=options.label_map, device=options.device, tuning=options.tuning)
    return [Given(entry=entry) for entry in pretrained_entries(folder, dataset, how, listener)]


def _locate(name: str, allow_rejected: bool, endpoint: str | None, listener: Listener) -> _Place:
    """Where a named model lies; one of the Hub is vetted and fetched first."""
    from modelpick.models.checkpoint import is_checkpoint
    from modelpick.models.pretrained.folder import is_pretrained
    from modelpick.models.run_folder import CANDIDATES, find_run
    from modelpick.places import whole_path
    from modelpick.weights.formats import weight_format

    looks_like_repo = name.count("/") == 1 and not name.startswith((".", "/", "~")) and weight_format(name) is None
    if looks_like_repo and not Path(name).is_file() and not is_checkpoint(Path(name)):
        if is_pretrained(Path(name)):
            raise UsageError(
                f"`{name}` is the folder of a model here, and may be a repo of the Hub",
                f"give `--model ./{name}` for the folder; elsewhere than beside it `{name}` means the repo",
            )
        return _fetch(name, allow_rejected, endpoint, listener)
    folder = find_run(name, "modelpick eval DATA --model", "; a model of the Hub reads `owner/name`")
    _check_is_folder(folder, name)
    whole = whole_path(folder)
    shown = whole.name
    if whole.parent.name == CANDIDATES:
        shown = f"{whole.parent.parent.name}:{whole.name}"
    return _Place(folder, shown, name, pretrained=is_pretrained(folder) and not is_checkpoint(folder))


def _check_is_folder(folder: Path, name: str) -> None:
    """Refuses a path at which no model can be, before it is taken for a run.

    Raises:
        UsageError: There is nothing, or a file, or a folder without a config.
    """
    from modelpick.models.pretrained.folder import is_pretrained

    if folder.is_dir():
        if not is_pretrained(folder):
            raise UsageError(
                f"`{name}` holds no model",
                "the folder of a model holds `config.json` and `model.safetensors`; that of a run is what eval wrote",
            )
    elif folder.is_file():
        raise UsageError(
            f"`{name}` is a file, and a model is a folder",
            "give the folder that holds it and its config; pickles (.pkl, .joblib, .pt, .skops) are never opened",
        )
    else:
        raise UsageError(
            f"there is no `{name}`", "give the folder of a model, the name of a run, or `owner/name` for one of the Hub"
        )


def _fetch(repo_id: str, allow_rejected: bool, endpoint: str | None, listener: Listener) -> _Place:
    """Downloads what a model needs, at one commit; of one in our layout its few files. Vetting is a step of `download`.

    In offline mode (HF_HUB_OFFLINE) it is the copy in the cache that was made last.
    """
    from modelpick.hub.client import HubClient
    from modelpick.hub.collect import collect
    from modelpick.models.checkpoint import is_checkpoint
    from modelpick.verbs.download import download

    with HubClient.from_environment(endpoint, listener) as client:
        if client.settings.offline:
            return _from_cache(repo_id, listener)
        with listener.step(f"looking at {repo_id}"):
            facts = collect(client, repo_id)
    got = download(
        repo_id,
        revision=facts.commit,
        include=_our_files(facts),
        allow_rejected=allow_rejected,
        endpoint=endpoint,
        listener=listener,
    )
    return _Place(
        got.path, got.receipt.repo_id, got.receipt.repo_id, got.receipt.commit, pretrained=not is_checkpoint(got.path)
    )


def _from_cache(repo_id: str, listener: Listener) -> _Place:
    """The newest copy of a repo in the shared cache, and its commit."""
    from modelpick.hub.cache_layout import default_cache, newest_snapshot
    from modelpick.models.checkpoint import is_checkpoint

    copy = newest_snapshot(default_cache(), repo_id)
    if copy is None:
        raise CannotFindOut(
            f"`{repo_id}` is not in the cache, and the Hub is not asked in offline mode",
            f"unset HF_HUB_OFFLINE, or `modelpick download {repo_id}` where there is a network",
            kind="offline",
        )
    listener.notice(f"`{repo_id}` is the copy in the cache, {copy.name[:12]}; the Hub was not asked")
    return _Place(copy, repo_id, repo_id, copy.name, pretrained=not is_checkpoint(copy))


def _our_files(facts: RepoFacts) -> list[str] | None:
    """The files of our layout that a repo has, told from its list of files and its config, before any are fetched.

    None where it is of another layout.
    """
    from modelpick.models.checkpoint import CONFIG, FORMAT, PREPROCESSING, TRAINING_ROWS, WEIGHTS

    listed = {file.path for file in facts.files or ()}
    config = next((text.text for text in facts.texts if text.path == CONFIG), "")
    if not {CONFIG, PREPROCESSING, WEIGHTS} <= listed or f'"{FORMAT}/' not in config:
        return None
    return [CONFIG, PREPROCESSING, WEIGHTS, *({TRAINING_ROWS} & listed)]


def _read(place: _Place, dataset: Dataset, device: str, listener: Listener) -> Given:
    from modelpick.models.checkpoint import load
    from modelpick.models.saved import SavedModel

    model = SavedModel(load(place.folder), device)
    if model.rows_kind != dataset.kind:
        theirs, ours = (f"an {kind}" if kind[0] in "aeiou" else f"a {kind}" for kind in (model.rows_kind, dataset.kind))
        raise CannotFindOut(
            f"`{place.name}` answers for {theirs}, and a row here is {ours}", "`--kind` overrules", kind="data"
        )
    rows = dataset.as_trained(model.columns, model.ignored) if dataset.kind == "table" else dataset.features
    if model.task != dataset.task:
        raise CannotFindOut(
            f"`{place.name}` was made for {model.task}, and the task here is {dataset.task}",
            "`--task` overrules what was inferred",
            kind="data",
        )
    if not model.trained_here:
        return Given(entry=_entry(place, model))
    hashes = _training_rows(place.folder)
    known = None
    if hashes is None:
        listener.notice(f"`{place.name}` does not tell which rows it was trained on: its scores may flatter it")
    else:
        known = np.isin(used_row_hashes(rows), hashes)
    return Given(entry=_entry(place, model), known=known)


def _training_rows(folder: Path) -> NDArray[np.uint64] | None:
    """Of the model itself, or for one of a run's other models those of the run."""
    from modelpick.models.checkpoint import load_training_rows
    from modelpick.models.run_folder import CANDIDATES
    from modelpick.places import whole_path

    whole = whole_path(folder)
    hashes = load_training_rows(whole)
    if hashes is None and whole.parent.name == CANDIDATES:
        return load_training_rows(whole.parent.parent)
    return hashes


def used_row_hashes(rows: Any) -> NDArray[np.uint64]:
    """Hashes of the rows: of a table by the columns that a model uses (text may be there or not), else by content."""
    from modelpick.data.row_hashes import row_hashes
    from modelpick.data.table import Table

    if not isinstance(rows, Table):
        return rows.row_hashes()  # type: ignore[no-any-return] # texts, images and sounds have them
    return row_hashes(rows.select([name for name, kind in rows.kinds if kind != "text"]))


def _entry(place: _Place, model: SavedModel | None) -> Entry:
    from modelpick.data.candidate import Entry

    return Entry(
        name=place.name,
        kind="pretrained" if place.pretrained else "mlp" if model is None else model.kind,
        make=lambda seed: _there(model).ready(),
        fixed=True,
        source=place.source,
        commit=place.commit,
        columns=None if model is None or model.rows_kind != "table" else model.columns,
        ignored=() if model is None else model.ignored,
    )


def _there(model: SavedModel | None) -> SavedModel:
    if model is None:
        raise RuntimeError("a refused model is never made")
    return model


def _none_left(alone: bool) -> AnswerIsNo:
    why = "it was trained on every row of these data"
    if not alone:
        why = "together with the other given models it was trained on every row of these data"
    return AnswerIsNo(f"nothing is left to test it on: {why}", "give rows that it has not seen", kind="no-rows-left")
