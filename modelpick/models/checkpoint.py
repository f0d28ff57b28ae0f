"""A fitted model on disk: `config.json`, `preprocessing.json`, `model.safetensors`. No pickle, no code, no trust.

`config.json` holds the sha256 of the other files and of itself, so that a flipped byte or swapped weights are found.
All files are written beside their places and moved there at the end, `config.json` last: each is whole or not there,
and files of two models, which only a crash between two moves can leave, are refused by their hashes. The same model
gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from modelpick import __version__
from modelpick.data.candidate import SavedForm
from modelpick.data.preprocessing_formats import read_preprocessing
from modelpick.errors import AnswerIsNo, CannotFindOut, ModelpickError, UsageError
from modelpick.models.config import Config, read_config
from modelpick.weights.safetensors_header import header_length, parse_header

CONFIG, PREPROCESSING, WEIGHTS = "config.json", "preprocessing.json", "model.safetensors"
TRAINING_ROWS = "training_rows.safetensors"

FORMAT = "modelpick.checkpoint"
VERSION = 1

_MAX_JSON = 32_000_000
_MAX_ROWS_FILE = 2_000_000_000
_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "U64": np.dtype("<u8")}
_PREFIX = "preprocessing."
"""Of the tensors that belong to the preprocessing and not to the network."""
_ABOUT_THE_FILE = ("format", "library_name", "architecture", "versions", "sha256")
_RETRAIN = "train it again, or fetch it again from where it was published"


def save(form: SavedForm, folder: Path, training_rows: NDArray[np.uint64] | None = None) -> None:
    """Writes a model into a folder, which is made where it does not exist.

    Args:
        training_rows: Hashes of the rows that it was trained on (`data.row_hashes`), so that it is never tested on
            them.

    Raises:
        OSError: The disk is full or the place may not be written; files that were there stay as they were.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        PREPROCESSING: _json_bytes(form.preprocessing.to_dict()),
        WEIGHTS: _tensor_bytes({**form.tensors, **{_PREFIX + k: v for k, v in form.preprocessing.arrays().items()}}),
    }
    if training_rows is not None:
        contents[TRAINING_ROWS] = _tensor_bytes({"rows": np.unique(training_rows)})
    config: dict[str, Any] = {
        "format": f"{FORMAT}/{VERSION}",
        "library_name": "modelpick",
        "architecture": form.architecture,
        **form.config,
        "versions": {
            "modelpick": __version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            "numpy": np.__version__,
        },
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    config["sha256"] = {**hashes, CONFIG: _config_hash(config)}
    contents[CONFIG] = _json_bytes(config)
    _replace_all(folder, contents)


def load(folder: Path) -> SavedForm:
    """Reads a model, checking everything before it is used.

    Raises:
        UsageError: Not a model of ours: no such folder, a single file, a pickle. Nothing is opened.
        AnswerIsNo: Damaged or forged: a hash, a shape or a weight is not what it should be.
        CannotFindOut: (kind `checkpoint`) Written by a newer version, or a file is missing.
    """
    config = _load_config(folder)
    content = _read(folder / PREPROCESSING, _MAX_JSON)
    _check_hash(folder, PREPROCESSING, content, config.sha256)
    loaded = _load_tensors(folder, config)
    arrays = {name.removeprefix(_PREFIX): loaded.pop(name) for name in list(loaded) if name.startswith(_PREFIX)}
    try:
        preprocessing = read_preprocessing(_parse(folder / PREPROCESSING, content), arrays)
    except CannotFindOut as error:
        raise AnswerIsNo(error.message, _RETRAIN, kind="checkpoint") from error
    if {name for name, _ in config.fields["columns"]} != set(preprocessing.columns_):
        _refuse(folder / PREPROCESSING, f"its columns are not those of `{CONFIG}`")
    base = config.fields.get("base")
    if isinstance(base, dict) and base.get("kind", preprocessing.kind) != preprocessing.kind:
        _refuse(folder / PREPROCESSING, "its rows are of another kind than those that the pretrained model takes")
    tensors = _checked(folder, config, loaded, len(preprocessing.feature_names_))
    own = {key: value for key, value in config.fields.items() if key not in _ABOUT_THE_FILE}
    return SavedForm(architecture=config.architecture, config=own, tensors=tensors, preprocessing=preprocessing)


def load_training_rows(folder: Path) -> NDArray[np.uint64] | None:
    """Hashes of the rows that a model was trained on; None where it does not keep them. Errors as of `load`.

    The file may be left out of what is published, for whoever guesses a row can look it up in it.
    """
    config = _load_config(folder)
    path = folder / TRAINING_ROWS
    if TRAINING_ROWS not in config.sha256 or not path.is_file():
        return None
    content = _read(path, _MAX_ROWS_FILE)
    _check_hash(folder, TRAINING_ROWS, content, config.sha256)
    shapes, length = _header(path, content)
    if shapes.keys() != {"rows"} or shapes["rows"][0] != "U64":
        _refuse(path, "it does not hold hashes of rows")
    rows: NDArray[np.uint64] = np.frombuffer(content, dtype=_DTYPES["U64"], offset=8 + length).astype(np.uint64)
    return rows


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder looks like a model of ours, by its `config.json` alone."""
    try:
        fields = _parse(folder / CONFIG, _read(folder / CONFIG, _MAX_JSON))
    except (ModelpickError, OSError):
        return False
    return isinstance(fields, dict) and str(fields.get("format", "")).startswith(f"{FORMAT}/")


# --- reading ---


def _load_config(folder: Path) -> Config:
    if not folder.exists():
        raise UsageError(f"there is no `{folder}`", "`modelpick runs` lists the saved runs")
    if not folder.is_dir():
        _not_ours(folder)
    path = folder / CONFIG
    if not path.is_file():
        _not_ours(folder)
    fields = _parse(path, _read(path, _MAX_JSON))
    name, _, version = str(fields.get("format", "") if isinstance(fields, dict) else "").partition("/")
    if name != FORMAT or not version.isdigit():
        _not_ours(folder)
    if int(version) > VERSION:
        raise CannotFindOut(
            f"`{folder}` is in format {version}, and modelpick {__version__} reads up to format {VERSION}",
            f"upgrade modelpick (it was written by {_writer(fields)})",
            kind="checkpoint",
        )
    hashes = fields.get("sha256")
    if not isinstance(hashes, dict) or hashes.get(CONFIG) != _config_hash(fields):
        _refuse(path, "its content does not have the sha256 that it states")
    return read_config(path, fields)


def _not_ours(path: Path) -> NoReturn:
    raise UsageError(
        f"`{path}` is not a modelpick model",
        f"give the folder of a run, which holds {CONFIG}, {PREPROCESSING} and {WEIGHTS}; pickles (.pkl, .joblib, "
        ".pt, .skops) are never opened",
    )


def _writer(fields: Mapping[str, Any]) -> str:
    versions = fields.get("versions")
    return f"modelpick {versions.get('modelpick')}" if isinstance(versions, dict) else "an unknown version"


def _load_tensors(folder: Path, config: Config) -> dict[str, NDArray[Any]]:
    path = folder / WEIGHTS
    with _open(path) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            head = file.read(8)
            header = file.read(header_length(head, size, str(path)))
            found = parse_header(header, size, str(path)).tensors
        except CannotFindOut as error:
            raise AnswerIsNo(error.message, _RETRAIN, kind="checkpoint") from error
        if {tensor.dtype for tensor in found.values()} - {"F32", "F64"}:
            _refuse(path, "its tensors are not of float32 or float64")
        data = file.read(size)  # a private copy: what is hashed is what is used
    _check_hash(folder, WEIGHTS, head + header + data, config.sha256)
    tensors: dict[str, NDArray[Any]] = {}
    for name, tensor in found.items():
        dtype = _DTYPES[tensor.dtype]
        values = np.frombuffer(data, dtype=dtype, count=tensor.elements, offset=tensor.start)
        tensors[name] = values.reshape(tensor.shape).astype(dtype.newbyteorder("="))
        if not np.isfinite(values).all():
            _refuse(path, f"tensor `{name}` holds values that are not numbers")
    return tensors


def _checked(folder: Path, config: Config, tensors: dict[str, NDArray[Any]], features: int) -> dict[str, NDArray[Any]]:
    expected, shapes = config.shapes(features), {name: tensor.shape for name, tensor in tensors.items()}
    if shapes != expected:
        difference = _difference(shapes, expected)
        _refuse(folder / WEIGHTS, f"its tensors are not those that `{CONFIG}` describes: {difference}")
    return tensors


def _difference(found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]) -> str:
    for name, shape in expected.items():
        if name not in found:
            return f"`{name}` is missing"
        if found[name] != shape:
            return f"`{name}` has shape {found[name]}, expected {shape}"
    return f"`{next(name for name in found if name not in expected)}` is unknown"


def _header(path: Path, content: bytes) -> tuple[dict[str, tuple[str, tuple[int, ...]]], int]:
    try:
        length = header_length(content[:8], len(content), str(path))
        header = parse_header(content[8 : 8 + length], len(content), str(path))
    except CannotFindOut as error:
        raise AnswerIsNo(error.message, _RETRAIN, kind="checkpoint") from error
    return {name: (tensor.dtype, tensor.shape) for name, tensor in header.tensors.items()}, length


def _open(path: Path) -> Any:
    if not path.is_file():
        raise CannotFindOut(f"`{path}` is missing", _RETRAIN, kind="checkpoint")
    return path.open("rb")


def _read(path: Path, cap: int) -> bytes:
    with _open(path) as file:
        content: bytes = file.read(cap + 1)
    if len(content) > cap:
        _refuse(path, f"it is larger than {cap:,} bytes")
    return content


def _check_hash(folder: Path, name: str, content: bytes, hashes: Mapping[str, str]) -> None:
    if hashlib.sha256(content).hexdigest() != hashes.get(name):
        _refuse(folder / name, f"its content does not have the sha256 that `{CONFIG}` states")


def _refuse(path: Path, reason: str) -> NoReturn:
    raise AnswerIsNo(f"`{path}` is damaged or was changed: {reason}", _RETRAIN, kind="checkpoint")


def _parse(path: Path, content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _refuse(path, "it is not JSON in UTF-8 with every key once")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key stands there twice")
    return fields


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


# --- writing ---


def _json_bytes(value: Any) -> bytes:
    text = json.dumps(value, indent=1, ensure_ascii=True, allow_nan=False)
    return (text + "\n").encode("ascii")


def _tensor_bytes(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    return safetensors.numpy.save({name: np.asarray(tensor, order="C") for name, tensor in tensors.items()})


def _config_hash(config: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in config.items() if key != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _replace_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Writes all files beside their places, then moves each to its place, in the order given."""
    written: list[tuple[Path, Path]] = []
    try:
        for name, content in contents.items():
            beside = folder / f".{name}.{os.getpid()}.tmp"
            written.append((beside, folder / name))
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for beside, place in written:
            beside.replace(place)
    except BaseException:
        for beside, _ in written:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        raise
