"""`as-is` and `zero-shot`: a pretrained model that answers without having learned anything; it is named and not kept.

What is kept is what its answers mean: the user's class of each label, or the texts that stand for each class.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from numpy.typing import NDArray

from modelpick.data.candidate import SavedForm
from modelpick.data.labels import How, Mapped
from modelpick.models.forms.form import Form, Rows, Shapes, refuse, strings

if TYPE_CHECKING:
    from modelpick.models.pretrained.as_is import AsIsCandidate
    from modelpick.models.pretrained.zero_shot import ZeroShot

AS_IS, ZERO_SHOT = "as-is", "zero-shot"
_MOST_PARAMETERS = 10**13


def _check(path: Path, fields: Mapping[str, Any]) -> Shapes:
    from modelpick.models.pretrained.base import is_reference

    parameters = fields.get("parameters")
    if not is_reference(fields.get("base")):
        refuse(path, "`base` does not name the pretrained model that answers")
    if not isinstance(parameters, int) or isinstance(parameters, bool) or not 0 < parameters <= _MOST_PARAMETERS:
        refuse(path, "`parameters` is no count of weights and biases")
    if fields["task"] != "classification" or fields.get("columns"):
        refuse(path, "a pretrained model that has learned nothing answers with classes, and takes no table")
    if fields["architecture"] == AS_IS:
        _check_labels(path, fields)
    else:
        _check_texts(path, fields)
    return lambda features: {}


def _check_labels(path: Path, fields: Mapping[str, Any]) -> None:
    labels, classes = fields.get("labels"), fields["classes"]
    if not isinstance(labels, list) or not all(_is_meaning(one) for one in labels):
        refuse(path, "`labels` does not say what each label of the model means")
    if len({one[0] for one in labels}) != len(labels):
        refuse(path, "`labels` names a label twice")
    if sorted({one[1] for one in labels if one[1] is not None}) != classes:
        refuse(path, "`labels` does not mean the classes")
    if set(strings(path, fields, "without")) & set(classes):
        refuse(path, "`without` names a class that a label means")


def _is_meaning(one: Any) -> bool:
    """A label, the class that it means and by what that was found; or a label that means none."""
    if not isinstance(one, list) or len(one) != 3 or not isinstance(one[0], str):
        return False
    return one[1:] == [None, None] or (isinstance(one[1], str) and one[2] in get_args(How))


def _check_texts(path: Path, fields: Mapping[str, Any]) -> None:
    texts = fields.get("texts")
    if (
        not isinstance(texts, list)
        or len(texts) != len(fields["classes"])
        or not all(isinstance(own, list) and own and all(isinstance(text, str) for text in own) for own in texts)
    ):
        refuse(path, "`texts` does not give each class the texts that stand for it")


class SavedUntrained:
    """A pretrained model as it was published. It is looked for and loaded when it is first asked."""

    def __init__(self, form: SavedForm, device: str) -> None:
        self.form = form
        self.device = device
        self._made: AsIsCandidate | ZeroShot | None = None

    @property
    def parameters(self) -> int:
        """Of the whole model."""
        return int(self.form.config["parameters"])

    def ready(self) -> None:
        """Finds the pretrained model and loads it."""
        self._candidate().ready()

    def rows_outputs(self, rows: Any) -> NDArray[Any]:
        """Probabilities, float64, shape (rows, classes)."""
        return self._candidate().predict_proba(rows)

    def _candidate(self) -> AsIsCandidate | ZeroShot:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> AsIsCandidate | ZeroShot:
        from modelpick.models.pretrained.as_is import AsIsCandidate
        from modelpick.models.pretrained.base import find_base
        from modelpick.models.pretrained.features import FeatureBank
        from modelpick.models.pretrained.zero_shot_entry import zero_shot

        config = self.form.config
        folder, target = find_base(config["base"]), str(config["target_name"])
        if self.form.architecture == AS_IS:
            return AsIsCandidate(FeatureBank(folder, "scores", device=self.device), meaning(config), target)
        texts = {name: tuple(own) for name, own in zip(config["classes"], config["texts"], strict=True)}
        return zero_shot(folder, texts, target, FeatureBank(folder, "vectors", device=self.device), self.device)

    def layers(self) -> Rows:
        """What its labels mean, or by which texts it knows the classes."""
        config = self.form.config
        if self.form.architecture == AS_IS:
            rows = tuple((label, name or "none of the classes") for label, name, _ in config["labels"])
            return ("label of the model", "class"), rows
        told = zip(config["classes"], config["texts"], strict=True)
        return ("class", "texts"), tuple((name, " | ".join(own)) for name, own in told)

    def summary(self) -> str:
        """The same as text."""
        from modelpick.models.summary import text_table

        return text_table(*self.layers())


def meaning(config: Mapping[str, Any]) -> Mapped:
    """What the labels of a model that is used as it is mean, from its saved config."""
    labels, names, how = zip(*config["labels"], strict=True)
    return Mapped(labels=labels, names=names, how=how, without=tuple(config["without"]))


FORM = Form(architectures=(AS_IS, ZERO_SHOT), check=_check, answerer=SavedUntrained)
