"""What of a model's small files would lead elsewhere, or take memory that no model needs; looked at before loading."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from modelpick.models.pretrained.json_files import read_table
from modelpick.models.pretrained.refusal import refused

PREPROCESSORS = ("preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json")
_ADAPTER = "adapter_config.json"

_SIDES = ("size", "crop_size", "pad_size")
_MOST_SIDE = 4096
_MOST = {
    "chunk_length": 120, "max_length_s": 120, "max_length": 100_000, "num_mel_bins": 4096, "feature_size": 4096,
    "n_fft": 65_536, "fft_window_size": 65_536, "n_samples": 30_000_000, "nb_max_samples": 30_000_000,
    "nb_max_frames": 1_000_000, "sampling_rate": 768_000,
}  # fmt: skip
"""Of what a sound is cut, padded or spread to; the largest in use are a tenth of it or less."""


def check_links(folder: Path, files: Iterable[Path], name: str) -> None:
    """Refuses a file that is a link out of the folder, for what is saved or published from it would hold that file.

    Links into the blobs of a Hugging Face cache are how that cache keeps a model.

    Raises:
        AnswerIsNo: With the file.
    """
    home = os.path.realpath(folder)
    for file in sorted(files):
        target = Path(os.path.realpath(file))  # of links in a circle it is one of them; Path.resolve would raise
        in_cache = target.parent.name == "blobs" and target.parent.parent.name.startswith("models--")
        if not in_cache and not target.is_relative_to(home):
            place = file.relative_to(folder).as_posix()
            raise refused(name, f"its `{place[:80]}` is a link that leads out of its folder", "copy the file there")


def check_no_adapter(folder: Path, name: str) -> None:
    """Refuses what is set onto another model: loaders of such a folder go after the model that it names.

    Raises:
        AnswerIsNo: With the model that it belongs to, where it says so.
    """
    if (folder / _ADAPTER).is_file():
        base = read_table(folder / _ADAPTER, name).get("base_model_name_or_path")
        told = f" (`{base[:80]}`)" if isinstance(base, str) else ""
        raise refused(
            name, f"it is an adapter, which is set onto another model{told}", "choose a repo in which the two are one"
        )


def check_not_quantised(config: Mapping[str, Any], name: str) -> None:
    """Refuses weights that are no plain numbers.

    Raises:
        AnswerIsNo: With the method.
    """
    quantised = config.get("quantization_config")
    if quantised is not None:
        way = quantised.get("quant_method") if isinstance(quantised, dict) else None
        raise refused(
            name,
            f"its weights are quantised ({str(way)[:40]}), and only plain numbers are read here",
            "choose the model that it was made from",
        )


def check_preprocessor(folder: Path, name: str) -> None:
    """Refuses a preprocessor that blows rows up to sizes that no model takes.

    Raises:
        AnswerIsNo: With the key and its value.
    """
    for file in PREPROCESSORS:
        if (folder / file).is_file():
            for key, value, most in _bounded(read_table(folder / file, name)):
                if isinstance(value, int | float) and value > most:
                    raise refused(name, f"its `{file}` says `{key}: {value!r:.40}`, which no model takes")


def _bounded(fields: Mapping[str, Any], inside: str = "") -> Iterator[tuple[str, Any, int]]:
    """Key, value and the most that it may be, also of what lies one level deeper."""
    for key, value in fields.items():
        if key in _SIDES:
            sides = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
            for side in sides:
                yield inside + key, side, _MOST_SIDE
        elif key in _MOST:
            yield inside + key, value, _MOST[key]
        elif isinstance(value, dict) and not inside:
            yield from _bounded(value, f"{key[:40]}.")
