"""`probe`: a linear model on the features of a pretrained one, which is named and not kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import SavedForm
from modelpick.models.forms.form import Form, Rows, Shapes, refuse

if TYPE_CHECKING:
    from modelpick.models.pretrained.features import FeatureBank

ARCHITECTURE = "probe"
_WIDEST = 100_000


def shares(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax of each row."""
    raised = np.exp(sums - sums.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


def _check(path: Path, fields: Mapping[str, Any]) -> Shapes:
    from modelpick.models.pretrained.base import is_reference

    base, width = fields.get("base"), fields.get("width")
    if not is_reference(base) or not isinstance(base, dict) or not isinstance(base.get("layer"), str):
        refuse(path, "`base` does not name the pretrained model that it stands on")
    if not isinstance(width, int) or isinstance(width, bool) or not 1 <= width <= _WIDEST:
        refuse(path, "`width` is no count of features")
    outputs = max(1, len(fields["classes"]))
    return lambda features: {"layers.0.weight": (outputs, width), "layers.0.bias": (outputs,)}


class SavedProbe:
    """A linear model that asks the pretrained one for features when it answers first."""

    def __init__(self, form: SavedForm, device: str) -> None:
        self.form = form
        self.device = device
        self._bank: FeatureBank | None = None

    @property
    def parameters(self) -> int:
        """Of the linear model alone."""
        return sum(tensor.size for tensor in self.form.tensors.values())

    def ready(self) -> None:
        """Finds the pretrained model and loads it."""
        self._features().ready()

    def _features(self) -> FeatureBank:
        if self._bank is None:
            from modelpick.models.pretrained.base import find_base
            from modelpick.models.pretrained.features import FeatureBank

            self._bank = FeatureBank(find_base(self.form.config["base"]), "vectors", device=self.device)
        return self._bank

    def rows_outputs(self, rows: Any) -> NDArray[Any]:
        """Of raw rows: probabilities (rows, classes), or the numbers of a regression (rows,).

        Raises:
            CannotFindOut: The pretrained model is not here.
            AnswerIsNo: It is damaged, or gives other features than then.
        """
        bank = self._features()
        made = bank.of(rows).get(self.form.config["base"]["layer"])
        weight, bias = self.form.tensors["layers.0.weight"], self.form.tensors["layers.0.bias"]
        if made is None or made.shape[1] != weight.shape[1]:
            from modelpick.models.pretrained.refusal import refused

            raise refused(bank.folder.name, "it gives other features than when this was trained on it")
        sums = made.astype(np.float64) @ weight.T + bias
        return shares(sums) if self.form.config["task"] == "classification" else sums[:, 0]

    def layers(self) -> Rows:
        """The pretrained model, and the linear one."""
        base = self.form.config["base"]
        outputs, width = self.form.tensors["layers.0.weight"].shape
        place = base.get("repo_id") or base.get("folder")
        rows = (
            (f"{place}, frozen: {base['layer']}", "", ""),
            ("linear", f"{width:,} x {outputs:,}", f"{outputs:,}"),
        )
        return ("layer", "weights", "biases"), rows

    def summary(self) -> str:
        """The same as text."""
        return "\n".join(" ".join(cells).strip() for cells in self.layers()[1])


FORM = Form(architectures=(ARCHITECTURE,), check=_check, answerer=SavedProbe)
