"""What the model was trained on: sets that are named, data that are described, or words that tell nothing.

A name counts as training data where a sentence about training, a section about training data, or the front matter's
key `datasets` says so; a name in an evaluation is kept with that role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from modelpick.facts import BlockKind
from modelpick.findings import Evidence
from modelpick.licences.lookup import dataset_terms
from modelpick.vetting.answers import training_words as words
from modelpick.vetting.answers.contract import Availability, Dataset, DataStatus, Role, TrainingData
from modelpick.vetting.answers.dataset_names import Named, looks_like_name, names_in
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line

_MAX_EVIDENCE = 6
_MAX_DATASETS = 500
_MAX_NAME = 200


def read_training_data(view: CardView) -> TrainingData:
    """The class of what is said, each named set with its role and its terms, and the quotes."""
    found = _Collected()
    in_table = False
    for line in view.sentences(headings=True):
        in_table = _read_line(line, found, in_table)
        _note_other_use(line, found)
    datasets = _datasets(view, found)
    training = [dataset for dataset in datasets if dataset.role == "training"]
    status: DataStatus
    lines = [*found.naming[:_MAX_EVIDENCE], *found.describing[:_MAX_EVIDENCE], *found.withholding[:_MAX_EVIDENCE]]
    keyed: list[Evidence] = []
    if training:
        status = "named"
        keyed = [evidence for dataset in training[:_MAX_EVIDENCE] for evidence in dataset.evidence]
    elif found.describing:
        status = "described"
    elif found.withholding:
        status = "undisclosed"
    else:
        status = "absent" if view.whole else "unknown"
    cut = min(len(found.naming), _MAX_EVIDENCE)
    quotes = [view.evidence(line) for line in lines]
    return TrainingData(
        status=status,
        datasets=datasets,
        availability=_availability(training, (*found.naming, *found.describing, *found.withholding)),
        evidence=tuple(dict.fromkeys([*quotes[:cut], *keyed, *quotes[cut:]]))[:_MAX_EVIDENCE],
    )


class _Collected:
    """What the sentences gave so far."""

    def __init__(self) -> None:
        self.sets: dict[str, tuple[Named, Role, Line]] = {}
        self.naming: list[Line] = []
        self.describing: list[Line] = []
        self.withholding: list[Line] = []
        self.not_training: set[str] = set()

    def add(self, named: Named, role: Role, line: Line) -> None:
        key = re.sub(r"[\W_]+", "", named.name.rsplit("/", 1)[-1].lower())
        known = self.sets.get(key)
        if known is None or (known[1] != "training" and role == "training"):
            self.sets[key] = (named, role, line)


def _read_line(line: Line, found: _Collected, in_table: bool) -> bool:
    """Takes what one line says; returns whether the next table row belongs to a table of training data."""
    if line.kind is BlockKind.TABLE_ROW:
        return _read_row(line, found, in_table)
    text = line.low
    about_training = bool(words.TRAINED.search(text))
    in_data = Topic.DATA in line.topics and Topic.EVALUATION not in line.topics
    evaluated = bool(words.EVALUATED.search(text))
    if words.DENIED.search(text) or words.ADVICE.search(text) or (words.OTHERS.search(text) and not in_data):
        return False
    if about_training and words.TRAINED_ON.search(text) and not (Topic.EVALUATION in line.topics and evaluated):
        if not _take_sentence(line, found) and in_data:
            _take_data(line, found)
    elif in_data and not evaluated and line.kind is not BlockKind.HEADING:
        _take_data(line, found)
    elif words.OUR_DATA.search(text) and not evaluated:
        found.describing.append(line)
    elif evaluated or Topic.EVALUATION in line.above:
        for named in names_in(line.text, line.quote, known_only=True):
            found.add(named, "evaluation", line)
    return False


def _take_data(line: Line, found: _Collected) -> None:
    """Takes a statement of a section, or of a row, about training data: names need no cue there."""
    names = names_in(line.text, line.quote, listed=True) or _item_names(line)
    for named in names:
        found.add(named, "training", line)
    if names:
        found.naming.append(line)
    elif words.UNDISCLOSED.search(line.low):
        found.withholding.append(line)
    elif words.POINTER.match(line.low):
        return
    elif len(line.low.split()) > 4 or words.KIND.search(line.low):
        found.describing.append(line)


def _take_sentence(line: Line, found: _Collected) -> bool:
    """Takes a sentence about training, the roles of its names by what stands around them; whether it told anything."""
    names = names_in(line.text, line.quote)
    trained_at = words.TRAINED.search(line.low)
    evaluated_at = words.EVALUATED.search(line.low)
    training = False
    for named in names:
        after_evaluation = evaluated_at is not None and 0 <= evaluated_at.start() < named.at
        before_training = trained_at is not None and named.at < trained_at.start()
        only_evaluated = after_evaluation and trained_at is not None and evaluated_at is not None
        if only_evaluated and trained_at and evaluated_at and trained_at.start() < evaluated_at.start():
            found.add(named, "evaluation", line)
        elif after_evaluation and before_training:
            found.add(named, "other", line)
        else:
            found.add(named, "training", line)
            training = True
    if training:
        found.naming.append(line)
    elif words.UNDISCLOSED.search(line.low):
        found.withholding.append(line)
    elif _describes(line):
        found.describing.append(line)
    else:
        return bool(names)
    return True


def _describes(line: Line) -> bool:
    """Whether a sentence about training tells kind, source or amount of the data, and is no instruction to train."""
    if (
        line.kind is BlockKind.HEADING
        or Topic.HOW_TO in line.topics
        or words.INSTRUCTION.search(line.low)
        or words.POINTER.match(line.low)
    ):
        return False
    told = words.NO_DATA.sub("", line.low)
    return bool(words.KIND.search(told) or re.search(r"\bdata(?:set)?s?\b|\bon \d", told))


def _read_row(line: Line, found: _Collected, in_table: bool) -> bool:
    block = line.block
    if block is None or not block.cells:
        return in_table
    if block.header:
        about = Topic.DATA in line.topics and Topic.EVALUATION not in line.topics
        return about and bool(re.search(r"\bdata ?sets?\b|corpus|corpora|source|name|数据|データ", line.low))
    if in_table:
        names = names_in(line.text, line.quote, known_only=True)
        label = re.sub(r"\s+", " ", block.cells[0]).strip("`* ")
        if 1 < len(label) <= 80 and re.search(r"[^\W\d]", label) and not re.match(r"(?i)total\b|sum\b|all\b", label):
            names = (Named(label, 0, names[0].hub_id if names else None),)
        for named in names:
            found.add(named, "training", line)
        if names:
            found.naming.append(line)
    elif Topic.EVALUATION in line.above:
        for named in names_in(line.text, line.quote, known_only=True):
            found.add(named, "evaluation", line)
    return in_table


def _item_names(line: Line) -> tuple[Named, ...]:
    """The name that a short list item of a data section is or begins with: `- **WebNLG**`, `- [C4](...)`."""
    if line.kind is not BlockKind.LIST_ITEM:
        return ()
    link = re.match(r"^\W*\[([^\[\]]{2,80})\]\(", line.quote.lstrip("-*+ 0123456789."))
    if link:
        return (Named(link[1].strip("`* "), 0),)
    head = re.split(r"\s[-–—:(]|:\s", line.text, maxsplit=1)[0].strip(" .`*")
    return (Named(head, 0),) if 2 <= len(head) <= 60 and len(head.split()) <= 5 and looks_like_name(head) else ()


def _note_other_use(line: Line, found: _Collected) -> None:
    """Notes names that the text uses for something else than training (a calibration or test set), or not at all."""
    evaluated, trained = words.EVALUATED.search(line.low), words.TRAINED.search(line.low)
    if bool(evaluated) != bool(trained) and (evaluated or words.DENIED.search(line.low)):
        for match in re.finditer(r"[\w.-]+/[\w.-]+|`([^`]+)`", line.quote):
            found.not_training.add(re.sub(r"[\W_]+", "", (match[1] or match[0]).rsplit("/", 1)[-1].lower()))


def _datasets(view: CardView, found: _Collected) -> tuple[Dataset, ...]:
    datasets: list[Dataset] = []
    keys = set()
    for key, (named, role, line) in found.sets.items():
        keys.add(key)
        datasets.append(_dataset(named.name, named.hub_id, role, (view.evidence(line),)))
    for key_name in ("datasets", "dataset"):
        for value in view.strings(key_name):
            if len(datasets) >= _MAX_DATASETS:
                break
            value = value.split(" #", 1)[0].strip()[:_MAX_NAME]
            key = re.sub(r"[\W_]+", "", value.rsplit("/", 1)[-1].lower())
            if words.NO_SET.match(value) or not key or key in keys:
                continue
            keys.add(key)
            keyed: Role = "other" if key in found.not_training else "training"
            hub_id = value if re.fullmatch(r"[\w.-]+/[\w.-]+", value) else None
            datasets.append(_dataset(value, hub_id, keyed, view.key_evidence(key_name, value)))
    return tuple(datasets[:_MAX_DATASETS])


def _dataset(name: str, hub_id: str | None, role: Role, evidence: tuple[Evidence, ...]) -> Dataset:
    terms = (dataset_terms(hub_id) if hub_id else None) or dataset_terms(name)
    if terms and hub_id and "/" in hub_id and terms.hub_id != hub_id and terms.commercial_use != "no":
        terms = None  # of somebody else's set of that name only a warning is taken over
    return Dataset(
        name=name,
        hub_id=hub_id or (terms.hub_id if terms else None),
        role=role,
        license=terms.license if terms else None,
        commercial_use=terms.commercial_use if terms else "unknown",
        note=terms.note if terms else None,
        evidence=evidence,
    )


def _availability(training: Iterable[Dataset], lines: Iterable[Line]) -> Availability:
    public = any(dataset.hub_id for dataset in training)
    private = False
    for line in lines:
        public = public or bool(words.PUBLIC.search(line.low))
        private = private or bool(words.PRIVATE.search(line.low))
    if public and private:
        return "mixed"
    return "public" if public else "private" if private else "unknown"
