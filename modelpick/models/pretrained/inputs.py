"""From raw rows to what a pretrained model takes, by its own preprocessor."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from modelpick.data.images.rows import ImageFiles
from modelpick.data.sounds.rows import SoundFiles
from modelpick.data.texts import Texts
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.loading import load_preprocessor
from modelpick.models.pretrained.refusal import refused

LONGEST_TEXT = 512
"""Tokens of a text that are read where the model itself sets no bound, or a higher one."""
LONGEST_SOUND = 30.0
"""Seconds of a sound that are heard."""
_SHORTEST_SOUND = 0.1
_TOGETHER = 1_000  # texts: a tokenizer's lists take a hundred times the memory of the numbers in them
_MOST_OBLONG = 32
_OFFSET_POSITIONS = frozenset(
    ("roberta", "xlm-roberta", "camembert", "mpnet", "xlm-roberta-xl", "roberta-prelayernorm", "data2vec-text", "xmod")
)
"""Families whose positions begin behind the padding token's number."""

Batch = dict[str, Tensor]


class Inputs(Protocol):
    """The preprocessor of a model over rows of its kind."""

    cut_words: str
    """What happens to a row that is too long, for a notice with the count before it."""

    def costs(self, rows: Any) -> NDArray[np.int64]:
        """Shape (rows,): what a row takes in a batch (tokens, samples, 1 for an image); the longest pads the others."""
        ...

    def cut(self, rows: Any) -> int:
        """How many rows are longer than the model reads."""
        ...

    def batch(self, rows: Any) -> Batch:
        """These rows as one batch, padded to the longest."""
        ...

    def sample(self) -> Batch:
        """A batch of one made-up row, to see whether the model answers at all."""
        ...


def inputs_for(folder: PretrainedFolder) -> Inputs:
    """The inputs of a model; AnswerIsNo where its preprocessor cannot be read."""
    if folder.layout == "own weights":
        from modelpick.models.pretrained.own_weights import OwnImageInputs

        return OwnImageInputs(folder)
    if folder.kind == "text":
        return TextInputs(folder)
    return ImageInputs(folder) if folder.kind == "image" else SoundInputs(folder)


class TextInputs:
    """Tokens. Each different text is tokenised once.

    Attributes:
        tokenizer: transformers' own.
        longest: Tokens of a text that are read.
        pad: Number of the token behind a shorter text; None where none is known, and then it is 0, which a mask hides.
    """

    def __init__(self, folder: PretrainedFolder) -> None:
        self.folder = folder
        self.tokenizer = load_preprocessor(folder)
        if self.tokenizer.pad_token_id is None and self.tokenizer.eos_token_id is not None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        self._vocabulary = _vocabulary(folder)
        self.pad = _pad(folder, self.tokenizer, self._vocabulary)
        self.longest = _longest(folder, self.tokenizer)
        self.cut_words = f"longer than the {self.longest} tokens that it reads, and cut there"
        modules = folder.modules
        self._prompt = "" if modules is None else modules.prompt
        self._lower = modules is not None and modules.lower
        self._known: dict[str, dict[str, NDArray[np.int64]]] = {}

    def costs(self, rows: Texts) -> NDArray[np.int64]:
        """Tokens of each text, special ones included."""
        texts = [str(text) for text in rows.values]
        self._encode(texts)
        return np.array([len(self._known[text]["input_ids"]) for text in texts], dtype=np.int64)

    def cut(self, rows: Texts) -> int:
        """Texts with more tokens than are read."""
        costs = self.costs(rows)
        full = [self._asked(str(rows.values[i])) for i in np.flatnonzero(costs >= self.longest)]
        if not full:
            return 0
        whole = self.tokenizer(full, truncation=False, padding=False)["input_ids"]
        return sum(len(ids) > self.longest for ids in whole)

    def batch(self, rows: Texts) -> Batch:
        """`input_ids`, `attention_mask` and what else the tokenizer makes."""
        texts = [str(text) for text in rows.values]
        self._encode(texts)
        return self.padded([self._known[text] for text in texts])

    def padded(self, encoded: Sequence[dict[str, NDArray[np.int64]]]) -> Batch:
        """Encoded texts as one batch, padded behind."""
        lengths = [len(one["input_ids"]) for one in encoded]
        shape = (len(encoded), max(lengths))
        mask = np.zeros(shape, dtype=np.int64)
        made = {name: np.zeros(shape, dtype=np.int64) for name in encoded[0]}
        made["input_ids"][:] = self.pad or 0
        for row, (one, length) in enumerate(zip(encoded, lengths, strict=True)):
            mask[row, :length] = 1
            for name, values in one.items():
                made[name][row, :length] = values
        return {
            **{name: torch.from_numpy(values) for name, values in made.items()},
            "attention_mask": torch.from_numpy(mask),
        }

    def sample(self) -> Batch:
        """A few words."""
        self._encode(["a short text"])
        return self.padded([self._known["a short text"]])

    def _asked(self, text: str) -> str:
        return self._prompt + (text.lower() if self._lower else text)

    def _encode(self, texts: Sequence[str]) -> None:
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        for start in range(0, len(new), _TOGETHER):
            self._encode_some(new[start : start + _TOGETHER])

    def _encode_some(self, new: Sequence[str]) -> None:
        made = self.tokenizer(
            [self._asked(text) for text in new],
            truncation=True,
            max_length=self.longest,
            padding=False,
            return_attention_mask=False,
        )
        names = [name for name in made if name in ("input_ids", "token_type_ids")]
        for i, text in enumerate(new):
            one = {name: np.asarray(made[name][i], dtype=np.int64) for name in names}
            if not len(one["input_ids"]):  # an empty text, and a tokenizer that adds nothing
                one = {name: np.zeros(1, dtype=np.int64) for name in names}
                one["input_ids"][:] = self.pad or 0
            self.check_words(one["input_ids"])
            self._known[text] = one

    def tell_padding(self, model: Any) -> None:
        """Tells a network whose config does not say it: decoders with a head look for the last token before it.

        Raises:
            AnswerIsNo: It answers with classes, and nobody knows with what texts are padded.
        """
        config = model.config.get_text_config()
        if config.pad_token_id is not None or not type(model).__name__.endswith("Classification"):
            return
        if self.pad is None:
            raise refused(self.folder.name, "neither its config nor its tokenizer says with what texts are padded")
        config.pad_token_id = self.pad

    def check_words(self, tokens: NDArray[np.int64]) -> None:
        """AnswerIsNo where a token has no place in the weights."""
        if int(tokens.max()) >= self._vocabulary:
            why = f"its tokenizer has more words than its weights ({self._vocabulary:,})"
            raise refused(self.folder.name, why, "fetch tokenizer and weights of one model")


def _longest(folder: PretrainedFolder, tokenizer: Any) -> int:
    bounds = [LONGEST_TEXT if folder.modules is None or folder.modules.longest is None else folder.modules.longest]
    stated = getattr(tokenizer, "model_max_length", None)
    if isinstance(stated, int) and stated > 0 and (folder.modules is None or folder.modules.longest is None):
        bounds.append(stated)
    config = folder.config.get("text_config", folder.config)
    positions = config.get("max_position_embeddings", config.get("n_positions"))
    if isinstance(positions, int) and positions > 0:
        offset = 0
        if folder.model_type in _OFFSET_POSITIONS:
            offset = int(config.get("pad_token_id") or 1) + 1
        bounds.append(positions - offset)
    if min(bounds) < 3:
        raise refused(folder.name, f"it reads no more than {min(bounds)} tokens")
    return min(bounds)


def _pad(folder: PretrainedFolder, tokenizer: Any, vocabulary: int) -> int | None:
    """By the config, for the network itself goes by that; else the tokenizer's."""
    config = folder.config.get("text_config", folder.config)
    stated = (config.get("pad_token_id"), tokenizer.pad_token_id)
    return next((pad for pad in stated if isinstance(pad, int) and 0 <= pad < vocabulary), None)


def _vocabulary(folder: PretrainedFolder) -> int:
    config = folder.config.get("text_config", folder.config)
    size = config.get("vocab_size")
    return size if isinstance(size, int) else 2**31


class ImageInputs:
    """Pixels as the model's own preprocessor makes them, of upright RGB pictures with white behind what is clear."""

    cut_words = ""

    def __init__(self, folder: PretrainedFolder) -> None:
        self.folder = folder
        self.processor = load_preprocessor(folder)

    def costs(self, rows: ImageFiles) -> NDArray[np.int64]:
        """One for each image: all are brought to one size."""
        return np.ones(len(rows), dtype=np.int64)

    def cut(self, rows: ImageFiles) -> int:
        """None."""
        return 0

    def batch(self, rows: ImageFiles) -> Batch:
        """`pixel_values`. One image after the other is prepared: the originals may be large."""
        return self._of(rows.originals())

    def sample(self) -> Batch:
        """A slope from black to white."""
        slope = np.linspace(0, 255, 64, dtype=np.uint8)
        return self._of([np.repeat(np.tile(slope, (64, 1))[:, :, None], 3, axis=2)])

    def _of(self, originals: Iterable[NDArray[np.uint8]]) -> Batch:
        from PIL import Image

        prepared = [
            self.processor(images=[Image.fromarray(not_too_oblong(one))], return_tensors="pt") for one in originals
        ]
        names = [name for name, value in prepared[0].items() if isinstance(value, Tensor)]
        return {name: torch.cat([made[name] for made in prepared]) for name in names}


def not_too_oblong(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of a picture that is more than `_MOST_OBLONG` times as long as it is wide; others as they are.

    A preprocessor brings the shorter side to its size first, and a strip of 1 x 100,000 pixels would fill the memory.
    """
    height, width = pixels.shape[:2]
    most = _MOST_OBLONG * min(height, width)
    top, left = (max(0, (side - most) // 2) for side in (height, width))
    return pixels[top : top + min(height, most), left : left + min(width, most)]


class SoundInputs:
    """Samples or spectrograms as the model's own extractor makes them, at its rate, in one channel."""

    cut_words = f"longer than {LONGEST_SOUND:.0f} seconds, and cut there"

    def __init__(self, folder: PretrainedFolder) -> None:
        self.folder = folder
        self.extractor = load_preprocessor(folder)
        rate = getattr(self.extractor, "sampling_rate", None)
        if not isinstance(rate, int) or not 100 <= rate <= 768_000:
            raise refused(folder.name, "its preprocessor names no rate at which it listens")
        self.rate = rate
        # Without a mask padding would be heard: such models (wav2vec 2.0 base) get batches of one length.
        waves = "input_values" in getattr(self.extractor, "model_input_names", ())
        self.same_length = waves and not getattr(self.extractor, "return_attention_mask", False)

    def costs(self, rows: SoundFiles) -> NDArray[np.int64]:
        """Samples of each sound at the model's rate, cut ones as they are cut."""
        seconds = np.clip(rows.seconds, _SHORTEST_SOUND, LONGEST_SOUND)
        return np.ceil(seconds * self.rate).astype(np.int64)

    def cut(self, rows: SoundFiles) -> int:
        """Sounds of more than `LONGEST_SOUND` seconds."""
        return int((rows.seconds > LONGEST_SOUND).sum())

    def batch(self, rows: SoundFiles) -> Batch:
        """`input_values` or `input_features`, `attention_mask` where the extractor makes one, and `lengths`: the
        samples of each sound, which no model takes and pooling needs.
        """
        return self._of([self._bounded(wave) for wave in rows.waves(self.rate)])

    def sample(self) -> Batch:
        """Half a second of a tone."""
        time = np.arange(self.rate // 2, dtype=np.float32) / self.rate
        return self._of([np.sin(2 * np.pi * 440 * time).astype(np.float32) * np.float32(0.1)])

    def _bounded(self, wave: NDArray[np.float32]) -> NDArray[np.float32]:
        wave = wave[: int(LONGEST_SOUND * self.rate)]
        least = int(_SHORTEST_SOUND * self.rate)
        return wave if len(wave) >= least else np.pad(wave, (0, least - len(wave)))

    def _of(self, waves: Sequence[NDArray[np.float32]]) -> Batch:
        options: dict[str, Any] = {"sampling_rate": self.rate, "return_tensors": "pt"}
        if "input_values" in getattr(self.extractor, "model_input_names", ()) and hasattr(
            self.extractor, "feature_size"
        ):
            options["padding"] = True
        made = self.extractor(list(waves), **options)
        batch = {name: value for name, value in made.items() if isinstance(value, Tensor)}
        batch["lengths"] = torch.tensor([len(wave) for wave in waves])
        return batch


def accepted(batch: Batch, forward: Callable[..., Any]) -> Batch:
    """The parts of a batch that a model's `forward` knows."""
    known = inspect.signature(forward).parameters
    return {name: value for name, value in batch.items() if name in known}
