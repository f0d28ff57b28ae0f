"""Tables that tell training data: a list of data sets with sizes or roles, or a column "trained on" beside models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from modelpick.card_facts import BlockKind
from modelpick.vetting.answers import training_words as words
from modelpick.vetting.answers.contract import Role
from modelpick.vetting.answers.dataset_gazetteer import is_known
from modelpick.vetting.answers.dataset_names import Named, hub_ids, looks_like_name, names_in
from modelpick.vetting.answers.dataset_patterns import LINK, MODEL_URL
from modelpick.vetting.answers.dataset_words import MODEL_WORD
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.training_found import Found
from modelpick.vetting.answers.training_lines import in_data
from modelpick.vetting.answers.view import Line
from modelpick.vetting.answers.words import either, late

_NAME_HEAD = either(
    r"^\W*(?:(?:training|train|source|pre-?training|fine-?tuning) )?(?:data ?sets?|corpus|corpora|data|data ?sources?|"
    r"sources?|subsets?|names?|collections?|tasks? / dataset)(?:\(s\))?(?: names?)?\W*$",
    r"数据集?|语料|データ|コーパス|데이터|말뭉치|данные|датасет|корпус|datens|korpus|donn[ée]es|datos|dados",
)
_TRAINED_HEAD = either(
    r"train(?:ed|ing) (?:\w+ )?(?:on|data|set|corpus|corpora|data ?sets?)$|fine-?tun(?:ed|ing) (?:on|data|"
    r"corpus|set|data ?sets?)$",
    r"^pre-?train(?:ed|ing)? (?:on|data|corpus|set|data ?sets?)$|训练数据|训练语料|学習データ|학습 ?데이터",
)
_WEAK_HEAD = late(r"^\W*(?:data|names?|sources?|subsets?|collections?)\W*$")
_ROLE_HEAD = late(r"^\W*(?:roles?|uses?|used (?:for|in|as)|usage|purpose|splits?|stages?|phases?|用途)\W*$")
_AMOUNT_HEAD = either(
    r"\b(?:hours?|hrs|sizes?|samples?|tokens?|pairs|utterances|images|examples|sentences|rows|amounts?|lines|words|"
    r"documents|weights?|proportion|ratio|epochs|licen[sc]e|count|number|quantity|speakers?)\b|^\W*#|数量|小时|時間|규모|시간",
)
_METRIC_HEAD = either(
    r"\b(?:wer|cer|f1|acc\w*|bleu\w*|scores?|rouge\w*|em|map|ndcg\w*|mrr|perplexity|ppl|loss|results?|precision|recall)\b",
)
_SEVERAL = late(r" \+ |, | & | and ")
_SOURCES = late(r"\W*(?:data )?sources\W*$")
_NO_SOURCE = late(r"\b(?:lookups|vectors|floret)\b", re.I)
_CORPUS = late(r"\b(?:[Cc]orpus|[Tt]reebank|[Dd]ataset|[Dd]ependencies)\b")
_CITED = late(r"\b(?:19|20)\d\d\b|\bet al\b")
_TRAIN_WORD = late(r"train|tun(?:e|ing)|sft|dpo|訓練|训练|学習")
_EVAL_WORD = late(r"eval|test|valid|dev|benchmark|评|評価")
_OTHER_WORD = late(r"calib|prun")
_TOTAL = late(r"total\b|sum\b|all\b|overall\b|合计|合計", re.I)
_NUMBER = late(r"^[\s\d.,%+±~/()×x:-]*(?:[kKmMgGtTbB]{0,2}|hours?|hrs?|h)\s*$")
_SIZED = late(r"\d\s*(?:[GMTK]B|k|M|B)\b")
_SIZE = late(r"\s*\([^()]*\d[^()]*\)\s*$")
_PIECES = late(r"\s*(?:<br\s*/?>|;|,\s| \+ |(?<=\S) and )\s*")
_AMOUNT = late(r"~?\d[\d.,]*\s?[kKmMbBgGtT]?[bB]?\b")
_HAS_WORD = late(r"[A-Za-z]{2}")
_MAX_LABEL = 80
_MAX_WORDS = 8


@dataclass(slots=True)
class _Columns:
    """Where a table tells what: positions of its columns, None where it has no such column."""

    name: int | None = None
    trained: int | None = None
    role: int | None = None
    weak: bool = False  # the head of the names is a word like "data" or "source", which heads counts as well
    counts: bool = False  # the table as a whole tells training data


class TableReader:
    """Reads the rows of a card's tables in order. `title` is the card's first heading, in lower case."""

    def __init__(self, found: Found, title: str) -> None:
        self._found = found
        self._title = set(re.findall(r"[a-z0-9]+", title))
        self._columns = _Columns()

    def read(self, line: Line, *, announced: bool, near: bool) -> None:
        """Takes what one row says.

        `announced`: a sentence before the table said that it lists training data; `near`: it spoke of such data.
        """
        cells = line.block.cells if line.block else ()
        if not cells or line.block is None:
            return
        if line.block.header:
            near = (near or Topic.TRAINING in line.topics) and Topic.EVALUATION not in line.above
            self._columns = _columns(cells, counts=announced or in_data(line), near=near)
            return
        columns = self._columns
        if len(cells) == 2 and self._labelled(cells, line):
            return
        if columns.trained is not None and columns.trained < len(cells):
            self._take_trained(cells[columns.trained], cells[0], line)
        elif columns.counts or columns.role is not None:
            self._take_row(cells, line)
        elif Topic.EVALUATION in line.above and _HAS_WORD.search(line.text):
            for named in names_in(line.text, line.quote, known_only=True):
                self._found.add(named, "evaluation", line)

    def sources(self, line: Line) -> bool:
        """Takes `| Sources | [X](...) (its authors) |`: what a spaCy pipeline was made from. False for other lines."""
        cells = line.block.cells if line.block and line.block.kind is BlockKind.TABLE_ROW else ()
        if len(cells) != 2 or not _SOURCES.match(cells[0].lower()):
            return False
        links = LINK.findall(line.quote)
        labels = [label.strip("`*_ ") for label, url in links if not MODEL_URL.search(url)]
        if not links:
            labels = _PIECES.split(cells[1])
        names = [name for name in labels if looks_like_name(name) or is_known(name) or _CORPUS.search(name)]
        names = [name for name in names if len(name) <= _MAX_LABEL and not _NO_SOURCE.search(name)]
        for name in names:
            self._found.add(Named(name, -1), "training", line)
        if names:
            self._found.naming.append(line)
        return True

    def _labelled(self, cells: Sequence[str], line: Line) -> bool:
        """`| Training data | X |`: a row that is a label and what it labels."""
        if not words.LABEL.search(f"{cells[0].strip().lower()}:") or Topic.EVALUATION in line.topics:
            return False
        return self._take_cell(cells[1], line)

    def _take_trained(self, cell: str, model: str, line: Line) -> None:
        """A row of models and their data: it counts where the row is of this model, or none is told apart."""
        words_of_model = set(re.findall(r"[a-z0-9]+", model.lower()))
        if self._title and words_of_model and not words_of_model & self._title:
            for named in names_in(cell, cell, known_only=True):
                self._found.add(named, "other", line)
        else:
            self._take_cell(cell, line)

    def _take_row(self, cells: Sequence[str], line: Line) -> None:
        columns = self._columns
        role: Role = "training" if columns.counts else "other"
        if columns.role is not None and columns.role < len(cells):
            told = cells[columns.role].lower()
            if _TRAIN_WORD.search(told):
                role = "training"
            elif _EVAL_WORD.search(told):
                role = "evaluation"
            elif _OTHER_WORD.search(told):
                role = "other"
        if columns.name is None or columns.name >= len(cells):
            return
        label = _label(cells[columns.name])
        if label is None:
            return
        if columns.weak and not looks_like_name(label) and not is_known(label) and not _CITED.search(label):
            return
        known = names_in(label, line.quote, known_only=True)
        hub = next(iter(hub_ids(line.quote)), known[0].hub_id if known else None)
        for name in _names_of_cell(label, line.quote):
            self._found.add(Named(name, 0, hub), role, line)
        if role == "training":
            self._found.naming.append(line)

    def _take_cell(self, cell: str, line: Line) -> bool:
        """The data sets of one cell; False where it tells nothing."""
        names: list[Named] = []
        for piece in _PIECES.split(cell):
            label = _label(piece)
            if label and looks_like_name(label) and not MODEL_WORD.search(label) and not _AMOUNT.match(label):
                names.append(Named(label, 0))
        names = names or list(names_in(cell, cell, listed=True))
        for named in names:
            self._found.add(named, "training", line)
        if names:
            self._found.naming.append(line)
        elif words.KIND.search(cell.lower()) and not _NUMBER.match(cell):
            self._found.describing.append(line)
        else:
            return False
        return True


def _columns(cells: Sequence[str], *, counts: bool, near: bool) -> _Columns:
    heads = [re.sub(r"[*_`]", "", cell).strip().lower() for cell in cells]

    def first(pattern: re.Pattern[str]) -> int | None:
        return next((number for number, head in enumerate(heads) if pattern.search(head)), None)

    trained = first(_TRAINED_HEAD)
    name = first(_NAME_HEAD)
    if trained is not None and (trained == 0 or (counts and name == trained)):
        trained = None  # the table lists data sets; no column of models stands before it
        name = 0 if name is None else name
    weak = name is not None and bool(_WEAK_HEAD.match(heads[name]))
    if near and name is not None and not weak and first(_AMOUNT_HEAD) is not None and first(_METRIC_HEAD) is None:
        counts = True  # corpora and their hours, right after a sentence on training
    return _Columns(
        weak=weak,
        name=name,
        trained=trained,
        role=first(_ROLE_HEAD) if name is not None else None,
        counts=counts,
    )


def _names_of_cell(label: str, quote: str) -> Sequence[str]:
    """The name in a cell: the label of its link where it begins with one, or several that a plus stands between."""
    for linked, _ in LINK.findall(quote):
        name = linked.strip("`*_ ")
        if label.startswith(name) and looks_like_name(name):
            return (name,)
    pieces = _SEVERAL.split(label)
    return pieces if all(looks_like_name(piece) for piece in pieces) else (label,)


def _label(cell: str) -> str | None:
    """The name in a cell, without its size; None where the cell holds no name."""
    label = re.sub(r"\s+", " ", cell).strip("`* ")
    if _SIZED.search(cell):
        label = _SIZE.sub("", label)
    if not 1 < len(label) <= _MAX_LABEL or len(label.split()) > _MAX_WORDS:
        return None
    if _TOTAL.match(label) or _NUMBER.match(label) or not re.search(r"[^\W\d]", label):
        return None
    return label
