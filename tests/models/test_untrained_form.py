"""The saved form of a pretrained model that has learned nothing: what is checked before anything is looked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelpick.data.candidate import SavedForm
from modelpick.data.network_inputs.untouched import Untouched
from modelpick.errors import AnswerIsNo
from modelpick.models.checkpoint import load, save
from modelpick.models.saved import SavedModel

BASE = {"repo_id": "org/moods", "commit": "c" * 40, "kind": "text", "content": "0" * 64}
COMMON = {
    "task": "classification",
    "kind": "pretrained",
    "classes": ["bad", "good"],
    "target_name": "mood",
    "columns": [],
    "base": BASE,
    "parameters": 12,
}
LABELS = [["NEG", "bad", "label map"], ["good", "good", "exact"], ["other", None, None]]
FIELDS = {
    "as-is": {"labels": LABELS, "without": ["so-so"]},
    "zero-shot": {"texts": [["a bad film"], ["a good film", "a fine film"]]},
}


def form(way: str, **changed: Any) -> SavedForm:
    config = {**COMMON, "way": way, **FIELDS[way], **changed}
    return SavedForm(architecture=way, config=config, tensors={}, preprocessing=Untouched("text", "org/moods"))


@pytest.mark.parametrize("way", list(FIELDS))
def test_it_comes_back_as_it_was_and_looks_for_no_model_before_it_answers(way: str, tmp_path: Path) -> None:
    save(form(way), tmp_path)
    model = SavedModel(load(tmp_path))
    assert (model.kind, model.rows_kind, model.parameters) == ("pretrained", "text", 12)
    assert not model.trained_here
    assert SavedModel(replace(form(way), architecture="probe")).trained_here  # by what it is, not by what it says
    assert model.classes_ == ("bad", "good")
    told = dict(model.layers()[1])
    assert told == (
        {"NEG": "bad", "good": "good", "other": "none of the classes"}
        if way == "as-is"
        else {"bad": "a bad film", "good": "a good film | a fine film"}
    )


@pytest.mark.parametrize(
    ("way", "changed", "why"),
    [
        ("as-is", {"labels": [*LABELS[:2], ["other", "fine", "exact"]]}, "does not mean the classes"),
        ("as-is", {"labels": [*LABELS, ["NEG", None, None]]}, "names a label twice"),
        ("as-is", {"labels": [["NEG", "bad", "by luck"], LABELS[1]]}, "what each label"),
        ("as-is", {"labels": {"NEG": "bad"}}, "what each label"),
        ("as-is", {"without": ["good"]}, "`without` names a class"),
        ("as-is", {"base": {**BASE, "repo_id": "../org"}}, "`base` does not name"),
        ("as-is", {"parameters": True}, "`parameters` is no count"),
        ("as-is", {"columns": [["size", "number"]]}, "takes no table"),
        ("zero-shot", {"texts": [["a bad film"]]}, "`texts` does not give"),
        ("zero-shot", {"texts": [["a bad film"], []]}, "`texts` does not give"),
        ("zero-shot", {"base": None}, "`base` does not name"),
    ],
)  # fmt: skip
def test_a_config_that_makes_no_sense_is_refused(way: str, changed: dict, why: str, tmp_path: Path) -> None:
    save(form(way, **changed), tmp_path)
    with pytest.raises(AnswerIsNo, match=why):
        load(tmp_path)


def test_tensors_do_not_belong_to_it(tmp_path: Path) -> None:
    import numpy as np

    save(replace(form("as-is"), tensors={"layers.0.weight": np.zeros((2, 2), np.float32)}), tmp_path)
    with pytest.raises(AnswerIsNo, match=r"`layers.0.weight` is unknown"):
        load(tmp_path)


@pytest.mark.parametrize("way", list(FIELDS))
def test_of_no_rows_there_are_no_answers(way: str) -> None:
    assert SavedModel(form(way)).predict_proba([]).shape == (0, 2)
    assert SavedModel(form(way)).predict([]).shape == (0,)


def test_rows_of_another_kind_than_the_model_takes_are_refused(tmp_path: Path) -> None:
    save(replace(form("as-is"), preprocessing=Untouched("image", "org/moods")), tmp_path)
    with pytest.raises(AnswerIsNo, match="rows are of another kind"):
        load(tmp_path)
