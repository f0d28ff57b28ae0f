"""A saved model answers many rows in blocks, and no block shows in the answers."""

from __future__ import annotations

import numpy as np
import pytest

from modelpick.data.candidate import SavedForm
from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.table import Column, Table
from modelpick.errors import CannotFindOut
from modelpick.models import saved


def test_many_rows_are_answered_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(values: list[float]) -> Table:
        return Table((Column(name="a", kind="number", values=np.array(values)),), len(values))

    form = SavedForm(
        architecture="mlp",
        config={
            "task": "regression",
            "classes": [],
            "target_name": "y",
            "columns": [["a", "number"]],
            "hidden_layer_sizes": [],
            "activation": "identity",
            "output": "identity",
            "target_mean": 1.0,
            "target_scale": 2.0,
        },
        tensors={"layers.0.weight": np.array([[3.0]]), "layers.0.bias": np.array([0.5])},
        preprocessing=TablePreprocessor().fit(rows([0.0, 2.0])),
    )
    model = saved.SavedModel(form)
    values = [0.0, 1.0, 2.0, 3.0, 4.0]
    whole = model.predict(rows(values))
    monkeypatch.setattr(saved, "_AT_ONCE", 2)
    assert model.predict(rows(values)).tolist() == whole.tolist() == [-4, 2, 8, 14, 20]
    with pytest.raises(CannotFindOut, match="row 4 "):
        model.predict(rows([0.0, 1.0, 2.0, float("inf"), 4.0]))
