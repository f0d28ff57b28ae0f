"""What the model was trained on: sets that are named, data that are described, or words that tell nothing.

A name counts as training data where a sentence about training, a section or table of training data, or the front
matter's key `datasets` says so; a name in an evaluation, or told of another model, is kept with that role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from modelpick.card_facts import BlockKind, Value
from modelpick.findings import Evidence
from modelpick.licences.datasets import DatasetTerms, dataset_terms, meanings
from modelpick.vetting.answers import training_words as words
from modelpick.vetting.answers.contract import Availability, Dataset, DataStatus, Role, TrainingData
from modelpick.vetting.answers.training_found import Found, set_key
from modelpick.vetting.answers.training_lines import LineReader
from modelpick.vetting.answers.training_tables import TableReader
from modelpick.vetting.answers.view import CardView, Line
from modelpick.vetting.answers.words import late

_MAX_EVIDENCE = 6
_MAX_DATASETS = 500
_MAX_NAME = 200
_MAX_RESULTS = 50
_HUB_ID = late(r"[\w.-]+/[\w.-]+")
_NAME_KEYS = ("id", "name", "dataset", "path", "type", "repo_id")


def read_training_data(view: CardView) -> TrainingData:
    """The class of what is said, each named set with its role and its terms, and the quotes."""
    found = Found()
    title = _title(view)
    lines, tables = LineReader(found, title), TableReader(found, title)
    for line in view.sentences(headings=True):
        if tables.sources(line):
            continue
        if line.kind is BlockKind.TABLE_ROW:
            tables.read(line, announced=lines.announced(line), near=lines.near(line))
        else:
            lines.read(line)
    datasets = _datasets(view, found)
    training = [dataset for dataset in datasets if dataset.role == "training"]
    status: DataStatus
    if training:
        status = "named"
    elif found.describing:
        status = "described"
    elif found.withholding:
        status = "undisclosed"
    else:
        status = "absent" if view.whole else "unknown"
    told = (*found.naming, *found.describing, *found.withholding)
    return TrainingData(
        status=status,
        datasets=datasets,
        availability=_availability(training, told),
        evidence=_evidence(view, found, training),
    )


def _title(view: CardView) -> str:
    """The card's first heading, in lower case: the model's name as a rule."""
    return view.card.sections[0].title.lower() if view.card and view.card.sections else ""


def _evidence(view: CardView, found: Found, training: Iterable[Dataset]) -> tuple[Evidence, ...]:
    """The quotes that name sets first, then those of the front matter, then those that only describe."""
    naming = [view.evidence(line) for line in found.naming[:_MAX_EVIDENCE]]
    keyed = [evidence for dataset in training for evidence in dataset.evidence][: 2 * _MAX_EVIDENCE]
    rest = [view.evidence(line) for line in (*found.describing[:_MAX_EVIDENCE], *found.withholding[:_MAX_EVIDENCE])]
    return tuple(dict.fromkeys([*naming, *keyed, *rest]))[:_MAX_EVIDENCE]


def _datasets(view: CardView, found: Found) -> tuple[Dataset, ...]:
    datasets: list[Dataset] = []
    keys = set(found.sets)
    made = [line for line in (*found.naming, *found.describing) if words.SYNTHETIC.search(line.low)]
    for named, role, line in found.sets.values():
        synthetic = role == "training" and any(line.line == other.line for other in made)
        datasets.append(_dataset(named.name, named.hub_id, role, (view.evidence(line),), synthetic=synthetic))
    for key_name in ("datasets", "dataset"):
        for value in _values(view, key_name):
            key = set_key(value)
            if words.NO_SET.match(value.lower()) or not key or key in keys:
                continue
            keys.add(key)
            role = "other" if key in found.not_training else "training"
            hub_id = value if _HUB_ID.fullmatch(value) else None
            datasets.append(_dataset(value, hub_id, role, view.key_evidence(key_name, value)))
    for name in _evaluated(view.card.front_matter.model_index if view.card else None):
        if (key := set_key(name)) and key not in keys:
            keys.add(key)
            quote = view.key_evidence("model-index", name)
            datasets.append(_dataset(name, None, "evaluation", quote))
    return tuple(datasets[:_MAX_DATASETS])


def _values(view: CardView, key: str) -> Iterator[str]:
    """The values of a key that may be a string, a list of them, or of mappings that name a set."""
    strings = list(view.strings(key))
    value = view.value(key)
    for item in value if isinstance(value, (list, tuple)) else (value,):
        if isinstance(item, Mapping):
            names = (item.get(name) for name in _NAME_KEYS)
            strings += [name for name in names if isinstance(name, str)][:1]
    for text in strings[:_MAX_DATASETS]:
        yield text.split(" #", 1)[0].strip()[:_MAX_NAME]


def _evaluated(index: Value) -> Iterator[str]:
    """The names of the data sets that the results of a `model-index` were measured on."""
    for model in (index if isinstance(index, (list, tuple)) else ())[:_MAX_RESULTS]:
        results = model.get("results") if isinstance(model, Mapping) else None
        for result in (results if isinstance(results, (list, tuple)) else ())[:_MAX_RESULTS]:
            dataset = result.get("dataset") if isinstance(result, Mapping) else None
            name = (dataset.get("type") or dataset.get("name")) if isinstance(dataset, Mapping) else None
            if isinstance(name, str) and name.strip():
                yield name.strip()[:_MAX_NAME]


def _dataset(
    name: str, hub_id: str | None, role: Role, evidence: tuple[Evidence, ...], *, synthetic: bool = False
) -> Dataset:
    terms = (dataset_terms(hub_id) if hub_id else None) or dataset_terms(name)
    if terms and hub_id and "/" in hub_id and terms.hub_id != hub_id and terms.commercial_use != "no":
        terms = None  # of somebody else's set of that name only a warning is taken over
    return Dataset(
        name=name,
        hub_id=hub_id or (terms.hub_id if terms else None),
        role=role,
        license=terms.license if terms else None,
        commercial_use=terms.commercial_use if terms else "unknown",
        synthetic=synthetic,
        note=_note(name, terms, synthetic=synthetic),
        evidence=evidence,
    )


def _note(name: str, terms: DatasetTerms | None, *, synthetic: bool) -> str | None:
    """What is known of the set beside its licence, and what the card's own words make of it."""
    notes = []
    if synthetic:
        notes.append("synthetic: the card says that a model made it")
    if terms and terms.note:
        notes.append(terms.note)
    elif several := meanings(name):
        may_be = ", ".join(meaning.names[0] for meaning in several if meaning.names)
        notes.append(f"the name alone does not tell which set is meant; it may be {may_be}")
    return "; ".join(notes) or None


def _availability(training: Iterable[Dataset], lines: Iterable[Line]) -> Availability:
    public = any(dataset.hub_id for dataset in training)
    private = False
    for line in lines:
        hidden = words.PRIVATE.search(line.low)
        private = private or bool(hidden)
        public = public or (not hidden and bool(words.PUBLIC.search(line.low)))
    if public and private:
        return "mixed"
    return "public" if public else "private" if private else "unknown"
