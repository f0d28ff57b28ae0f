"""Way `zero-shot`: a model that compares rows with texts, given a text for each of the user's classes.

CLIP and its like (images, sounds): the texts become vectors once, and a row goes through the model once. Models of
natural language inference (texts): each row goes through once for each class, with a hypothesis such as `This example
is spam.`, and the score is that of the label entailment, which is found by its name.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from modelpick.models.arch_entries import in_words
from modelpick.models.devices import device_for
from modelpick.models.forms.probe import shares
from modelpick.models.pretrained.embedding import at_a_time, batches, budget
from modelpick.models.pretrained.faults import InOneLine
from modelpick.models.pretrained.features import FeatureBank
from modelpick.models.pretrained.folder import PretrainedFolder, open_folder
from modelpick.models.pretrained.forward import OWN, layers_of
from modelpick.models.pretrained.inputs import Batch, TextInputs, accepted, inputs_for
from modelpick.models.pretrained.loading import load
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.side_by_side import side_by_side
from modelpick.models.pretrained.untrained import Untrained
from modelpick.progress import SILENT, Listener

SCALES = ("logit_scale", "logit_scale_a")
"""What a model multiplies the angle between a row's vector and a text's by; it marks those that have one."""

_PADDED_FAMILIES = ("siglip", "siglip2")  # they read the last place of a text, padding or not
_LONG = 60.0
_TEXTS = 64  # of classes that go through the model at once
_PAIRS = 20_000  # of rows and hypotheses that are held as tokens at once


class ZeroShot(Untrained):
    """What two ways of zero-shot have in common; neither is ever fitted.

    Args:
        texts: Class -> the texts that stand for it.
        target_name: The column that it answers for.
    """

    way = "zero-shot"

    def __init__(self, folder: PretrainedFolder, texts: Mapping[str, tuple[str, ...]], target_name: str) -> None:
        super().__init__(folder, target_name)
        self.texts = dict(texts)

    @property
    def classes_(self) -> tuple[str, ...]:
        """The user's classes."""
        return tuple(self.texts)

    def meant(self) -> Mapping[str, Any]:
        """The texts of the classes, in their order."""
        return {"texts": [list(own) for own in self.texts.values()]}

    def summary(self) -> str:
        """What it is, and the texts of its classes."""
        return f"{self.folder.name}, never trained on these rows ({self.parameters:,} parameters); {self.describe()}"

    def describe(self) -> str:
        """The texts of the classes, in a sentence."""
        told = [f"{name}: {' | '.join(repr(text) for text in texts)}" for name, texts in list(self.texts.items())[:6]]
        more = f" and {len(self.texts) - 6:,} more" if len(self.texts) > 6 else ""
        return f"classes by their texts: {'; '.join(told)}{more}"


class ByVectors(ZeroShot):
    """Vectors of rows against vectors of texts, by their angle.

    Args:
        bank: Vectors of the rows; the probe of the same model has the same ones.
    """

    def __init__(self, bank: FeatureBank, texts: Mapping[str, tuple[str, ...]], target_name: str) -> None:
        super().__init__(bank.folder, texts, target_name)
        self.bank = bank
        self._compared: tuple[NDArray[np.float64], float] | None = None

    def ready(self) -> Self:
        """Itself, with the vectors of the classes' texts and of all rows of the dataset."""
        self.bank.ready()
        if self._compared is None:
            self._compared = self._text_vectors()
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The softmax over the classes of what the model makes of the angle (its own scale).

        Raises:
            AnswerIsNo: The model cannot be loaded or used.
        """
        self.ready()
        assert self._compared is not None  # noqa: S101 - by ready
        vectors, scale = self._compared
        rows = self.bank.of(X)[OWN].astype(np.float64)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return shares(scale * rows @ vectors.T)

    def _text_vectors(self) -> tuple[NDArray[np.float64], float]:
        """A vector of length one for each class, the mean over its texts, and the model's scale."""
        folder = self.folder
        own = open_folder(folder.path, "text", name=folder.name, repo_id=folder.repo_id, commit=folder.commit)
        model: Any = load(own, head=False)
        inputs = inputs_for(own)
        assert isinstance(inputs, TextInputs)  # noqa: S101 - of kind text
        texts = [text for own_texts in self.texts.values() for text in own_texts]
        parts = [texts[start : start + _TEXTS] for start in range(0, len(texts), _TEXTS)]
        with InOneLine(folder.name, "it fails on the texts of the classes"):
            vectors = np.concatenate([_vectors_of(own, model, inputs, part) for part in parts])
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        ends = np.cumsum([len(own_texts) for own_texts in self.texts.values()])[:-1]
        means = np.stack([part.mean(axis=0) for part in np.split(vectors, ends)])
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        scale = next(float(getattr(model, name).exp()) for name in SCALES if hasattr(model, name))
        if not np.isfinite(means).all() or not math.isfinite(scale):
            raise refused(folder.name, "what it gives for the texts of the classes is not finite (NaN or infinity)")
        return means, scale


def _vectors_of(folder: PretrainedFolder, model: Any, inputs: TextInputs, texts: list[str]) -> NDArray[np.float64]:
    """A vector for each text, shape (texts, width)."""
    padding = "max_length" if folder.model_type in _PADDED_FAMILIES else True
    made = inputs.tokenizer(texts, padding=padding, truncation=True, max_length=inputs.longest, return_tensors="pt")
    batch = {name: value for name, value in made.items() if isinstance(value, torch.Tensor)}
    inputs.check_words(batch["input_ids"].numpy())
    batch.setdefault("attention_mask", torch.ones_like(batch["input_ids"]))
    with torch.inference_mode():
        return layers_of(folder, model, batch)[OWN].double().numpy()


class ByInference(ZeroShot):
    """Each row with the hypothesis of each class, by the score of entailment.

    Args:
        entailment: Which of the head's outputs that is.
        listener: Hears how long it will take, and of progress.
    """

    def __init__(
        self,
        folder: PretrainedFolder,
        texts: Mapping[str, tuple[str, ...]],
        target_name: str,
        entailment: int,
        device: str = "auto",
        listener: Listener = SILENT,
    ) -> None:
        super().__init__(folder, texts, target_name)
        self.entailment = entailment
        self._device = device
        self._listener = listener
        self._model: Any = None
        self._known: dict[str, NDArray[np.float64]] = {}

    def ready(self) -> Self:
        """Itself, with the model in memory."""
        if self._model is None:
            self._model = load(self.folder, head=True).to(device_for(self._device))
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The softmax over the classes of the scores of entailment; the best text of a class counts.

        Raises:
            AnswerIsNo: The model cannot be loaded or used.
        """
        texts = [str(text) for text in X.values]
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            self._score_all(new)
        return shares(np.stack([self._known[text] for text in texts])) if texts else np.empty((0, len(self.texts)))

    def _score_all(self, texts: list[str]) -> None:
        """Scores texts that are not known yet, so many at once that their tokens take little memory."""
        self.ready()
        inputs = inputs_for(self.folder)
        assert isinstance(inputs, TextInputs)  # noqa: S101 - of kind text
        hypotheses = [(c, text) for c, own in enumerate(self.texts.values()) for text in own]
        pairs = len(texts) * len(hypotheses)
        words = f"{self.folder.name} reads {len(texts):,} texts x {len(hypotheses):,} hypotheses"
        size = max(1, _PAIRS // len(hypotheses))
        with (
            self._listener.step(words, total=pairs, unit="pairs") as step,
            InOneLine(self.folder.name, "it fails on a row and a hypothesis"),
        ):
            started, done, told = time.perf_counter(), 0, False

            def count(more: int) -> None:
                nonlocal done, told
                step.advance(more)
                done += more
                passed = time.perf_counter() - started
                if not told and passed > 1:
                    told = True
                    self._foretell(passed / done * pairs, pairs)

            for start in range(0, len(texts), size):
                self._score(inputs, texts[start : start + size], hypotheses, count)

    def _score(
        self, inputs: TextInputs, texts: list[str], hypotheses: list[tuple[int, str]], count: Callable[[int], None]
    ) -> None:
        """Scores texts; `count` hears how many pairs are done with each batch."""
        device = device_for(self._device)
        pairs = [one for _, hypothesis in hypotheses for one in self._encoded(inputs, texts, hypothesis)]
        costs = np.array([len(one["input_ids"]) for one in pairs], dtype=np.int64)
        scores = np.empty(len(pairs))

        def score(model: Any, batch: Batch) -> NDArray[np.float64]:
            with torch.inference_mode():
                logits = model(**accepted(batch, model.forward)).logits
            return logits[:, self.entailment].cpu().double().numpy()  # type: ignore[no-any-return]

        def keep(part: NDArray[np.intp], found: NDArray[np.float64]) -> None:
            scores[part] = found
            count(len(part))

        side_by_side(
            self._model,
            list(batches(costs, budget("text", device))),
            lambda part: {n: value.to(device) for n, value in inputs.padded([pairs[i] for i in part]).items()},
            score,
            keep,
            at_a_time("text", device),
        )
        if not np.isfinite(scores).all():
            raise refused(self.folder.name, "its answer to a row is not finite (NaN or infinity)")
        for row, text in enumerate(texts):
            best = np.full(len(self.texts), -np.inf)
            for h, (c, _) in enumerate(hypotheses):
                best[c] = max(best[c], scores[h * len(texts) + row])
            self._known[text] = best

    def _encoded(self, inputs: TextInputs, texts: list[str], hypothesis: str) -> list[dict[str, NDArray[np.int64]]]:
        made = inputs.tokenizer(
            texts,
            [hypothesis] * len(texts),
            truncation="only_first",
            max_length=inputs.longest,
            padding=False,
            return_attention_mask=False,
        )
        names = [name for name in made if name in ("input_ids", "token_type_ids")]
        found = [{name: np.asarray(made[name][i], dtype=np.int64) for name in names} for i in range(len(texts))]
        for one in found:
            inputs.check_words(one["input_ids"])
        return found

    def _foretell(self, seconds: float, pairs: int) -> None:
        if seconds > _LONG:
            self._listener.notice(f"`{self.folder.name}:zero-shot`: {in_words(seconds)} for these {pairs:,} passes")
