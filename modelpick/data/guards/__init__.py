"""Guards: what is wrong with a dataset before anything is trained on it, in the order of reports."""

from __future__ import annotations

from modelpick.data.guards.answer import ANSWER_COLUMN, STRONG_COLUMN
from modelpick.data.guards.answer_hints import NAMED_AFTER_TARGET, PRESENCE_TELLS, TEXT_TELLS
from modelpick.data.guards.classes import CLASS_OF_ONE_ROW, IMBALANCE, LABELS_ALIKE, ONE_CLASS, TINY_CLASS
from modelpick.data.guards.computed import COMPUTED
from modelpick.data.guards.drift import DRIFT, TEST_ROWS_IN_TRAIN, UNSEEN_CLASS
from modelpick.data.guards.duplicates import CONTRADICTIONS, DUPLICATES
from modelpick.data.guards.empty_columns import CONSTANT_COLUMN, EMPTY_COLUMN, INFINITE, MOSTLY_EMPTY
from modelpick.data.guards.guard import Guard
from modelpick.data.guards.ids import GROUPS, ID_COLUMN
from modelpick.data.guards.shape import FEW_ROWS, MISSING_TARGET, SORTED, TOO_FEW_ROWS, WIDE

GUARDS: tuple[Guard, ...] = (
    TOO_FEW_ROWS,
    ONE_CLASS,
    CLASS_OF_ONE_ROW,
    ANSWER_COLUMN,
    PRESENCE_TELLS,
    TEXT_TELLS,
    NAMED_AFTER_TARGET,
    COMPUTED,
    TEST_ROWS_IN_TRAIN,
    UNSEEN_CLASS,
    DRIFT,
    ID_COLUMN,
    GROUPS,
    DUPLICATES,
    CONTRADICTIONS,
    FEW_ROWS,
    WIDE,
    TINY_CLASS,
    IMBALANCE,
    LABELS_ALIKE,
    MISSING_TARGET,
    INFINITE,
    EMPTY_COLUMN,
    CONSTANT_COLUMN,
    MOSTLY_EMPTY,
    SORTED,
    STRONG_COLUMN,
)
