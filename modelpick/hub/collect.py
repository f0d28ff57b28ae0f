"""Gathers everything that vetting needs about one repo, at one commit. What cannot be had is said with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from modelpick.card.bases import MERGE_CONFIGS
from modelpick.card.reader import read_card
from modelpick.errors import CannotFindOut
from modelpick.facts import FileFact, Missing, RepoFacts, TextFile
from modelpick.hub.client import Answer, HubClient
from modelpick.hub.dataset_check import look_at_datasets, named_datasets
from modelpick.hub.faults import Asked, HubRefusal
from modelpick.hub.ids import check_repo_id, check_revision
from modelpick.hub.info import read_info, with_more
from modelpick.hub.lineage import with_lineage
from modelpick.hub.pool import aside
from modelpick.hub.repo_reader import Budget, RepoReader
from modelpick.hub.weight_headers import MAX_WEIGHTS, look_into_weights, with_weights
from modelpick.licences.files import is_licence_file

MAX_CARD = 2 * 2**20
MAX_TEXT = 4 * 2**20
"""Bytes of the card and of one other text."""

_CARD = "README.md"
_CONFIGS = ("config.json", "adapter_config.json", *MERGE_CONFIGS)
_CODE_CONFIGS = (
    "tokenizer_config.json",
    "processor_config.json",
    "preprocessor_config.json",
    "image_processor_config.json",
    "video_preprocessor_config.json",
    "feature_extractor_config.json",
    "model_index.json",
    "modules.json",
)
"""May name code of the repo as well; read only where there is code, or the card asks to trust it."""
_MAX_LICENCES = 8
_MORE = ("baseModels", "childrenModelCount", "downloadsAllTime", "usedStorage")


def collect(client: HubClient, repo_id: str, revision: str | None = None, *, shallow: bool = False) -> RepoFacts:
    """The facts of a repo at the commit that a revision leads to.

    Two info calls, the card, the licence and config files that the repo lists, and the headers of its weight files by
    range (`modelpick.hub.weight_headers`); all at one commit. The data sets of its front matter are asked for by id
    (`modelpick.hub.dataset_check`). Then its bases, each at its own (`modelpick.hub.lineage`). Where the repo was
    renamed, or is written in another case, `RepoFacts.repo_id` differs from `requested`.

    Args:
        client: Whom to ask.
        repo_id: `owner/name`, or an old bare `name`.
        revision: A branch, tag or commit; None for the main branch.
        shallow: One info call and the card only.

    Raises:
        UsageError: The id or revision cannot be one.
        CannotFindOut: The repo or revision is not there, the Hub could not be asked, or what answered is no Hub.
        AnswerIsNo: The answer names a commit that is none, or a file is not what the Hub declares.
    """
    check_repo_id(repo_id)
    if revision is not None:
        check_revision(revision)
    facts = read_info(client.settings, _info(client, repo_id, revision), repo_id, revision)
    reader = RepoReader(client, facts, Budget())
    if shallow:
        facts = _with_card(reader, facts)
        return _missing(
            facts, ("downloads_all_time", "derived", "texts", "weights", "lineage"), "not asked for (a shallow look)"
        )
    name = facts.repo_id or repo_id
    second = aside(lambda: _second_call(client, name))
    facts = _with_card(reader, facts)
    files = facts.files or ()
    share = reader.budget.share(MAX_WEIGHTS)
    weights = aside(lambda: look_into_weights(reader, files, share))
    datasets = aside(lambda: look_at_datasets(client, named_datasets(facts)))
    facts = _with_texts(reader, _with_more(facts, second()))
    facts = replace(with_weights(facts, weights()), datasets=datasets())
    reader.budget.give_back(share)
    return with_lineage(facts, reader.budget, lambda base: _look(client, base, reader.budget))


def _look(client: HubClient, repo_id: str, budget: Budget) -> RepoFacts:
    """The facts of a base: its info call, its card and its texts."""
    facts = read_info(client.settings, _info(client, check_repo_id(repo_id), None), repo_id, None)
    reader = RepoReader(client, facts, budget)
    return _with_texts(reader, _with_card(reader, facts))


def _info(client: HubClient, repo_id: str, revision: str | None) -> Answer:
    url, asked = client.api_url(repo_id, revision), Asked(repo_id=repo_id, revision=revision)
    try:
        return client.get_json(url, [("securityStatus", "true"), ("blobs", "true")], asked=asked)
    except HubRefusal as refusal:
        if refusal.status not in (400, 422):
            raise
        return client.get_json(url, asked=asked)  # a mirror that does not know the parameters


def _second_call(client: HubClient, repo_id: str) -> Answer | CannotFindOut:
    """What only `expand` tells. Optional: a mirror may not know it, and a vet does not fail for it."""
    fields = [("expand", field) for field in _MORE]
    try:
        return client.get_json(client.api_url(repo_id), fields, asked=Asked(repo_id=repo_id))
    except CannotFindOut as error:
        return error


def _with_more(facts: RepoFacts, answer: Answer | CannotFindOut) -> RepoFacts:
    if isinstance(answer, CannotFindOut):
        return _missing(facts, ("downloads_all_time", "derived"), answer.message)
    return with_more(facts, answer.value)


def _with_card(reader: RepoReader, facts: RepoFacts) -> RepoFacts:
    listed = next((file for file in facts.files or () if file.path == _CARD), None)
    if facts.files is not None and listed is None:
        return facts
    small = reader.read(listed or FileFact(path=_CARD), MAX_CARD)
    if isinstance(small, CannotFindOut):
        absent = listed is None and small.kind == "file-not-found"
        return facts if absent else _missing(facts, ("card",), _why(small), small.hint)
    size = (listed.bytes if listed else None) or small.size
    if small.truncated:
        size = max(size or 0, MAX_CARD + 1)
    return replace(facts, card=read_card(small.data, _CARD, size=size))


def _with_texts(reader: RepoReader, facts: RepoFacts) -> RepoFacts:
    """The configs and licences, within the caps."""
    texts: list[TextFile] = []
    missing: list[Missing] = []
    for file in _text_files(facts):
        cap = min(MAX_TEXT, reader.budget.left)
        small = reader.read(file, cap) if (file.bytes or 0) <= cap else None
        if isinstance(small, CannotFindOut):
            missing.append(Missing(what=file.path, reason=_why(small)))
        elif small is None or small.truncated:
            missing.append(Missing(what=file.path, reason=f"larger than {cap} bytes"))
        else:
            texts.append(TextFile(path=file.path, text=small.data.decode("utf-8", "replace")))
    return replace(facts, texts=tuple(texts), missing=(*facts.missing, *missing))


def _why(error: CannotFindOut) -> str:
    """Why a listed file could not be read."""
    return "listed, but not served" if error.kind == "file-not-found" else error.message


def _text_files(facts: RepoFacts) -> Iterator[FileFact]:
    files = facts.files or ()
    yield from (file for file in files if file.path in _CONFIGS)
    if any(file.path.endswith(".py") for file in files) or (facts.card and "trust_remote_code" in facts.card.text):
        yield from (file for file in files if file.path in _CODE_CONFIGS)
    licences = [file for file in files if is_licence_file(file.path)]
    yield from sorted(licences, key=lambda file: (file.path.count("/"), file.path))[:_MAX_LICENCES]


def _missing(facts: RepoFacts, what: tuple[str, ...], reason: str, hint: str | None = None) -> RepoFacts:
    added = tuple(Missing(what=one, reason=reason, hint=hint) for one in what)
    return replace(facts, missing=(*facts.missing, *added))
