"""Weight formats by file name: what a file is, and whether loading it can run code that lies in it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A weight format.

    `safe` is True where loading cannot run code from the file, False where it can (a pickle), None where that depends
    on the reader or the content, which was not examined.
    """

    name: str
    safe: bool | None


SAFETENSORS = Format("safetensors", True)
FLAX = Format("flax-msgpack", True)
PICKLE = Format("pickle", False)
GGUF = Format("gguf", None)
ONNX = Format("onnx", None)
OPENVINO = Format("openvino", None)
HDF5 = Format("keras-hdf5", None)
KERAS = Format("keras", None)
TF_CHECKPOINT = Format("tensorflow-checkpoint", None)
TF_SAVED_MODEL = Format("tensorflow-savedmodel", None)
TFLITE = Format("tflite", None)
RUST = Format("rust-ot", None)
NUMPY = Format("numpy", None)
COREML = Format("coreml", None)
TENSORRT = Format("tensorrt", None)
TORCHSCRIPT = Format("torchscript", None)
SKOPS = Format("skops", None)
BINARY = Format("binary", None)
ARCHIVE = Format("archive", None)
EXECUTABLE = Format("executable", False)

_BY_SUFFIX = {
    ".safetensors": SAFETENSORS,
    ".msgpack": FLAX,
    **dict.fromkeys(
        (".pt", ".pth", ".th", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill", ".pdparams", ".nemo"), PICKLE
    ),
    **dict.fromkeys((".gguf", ".ggml"), GGUF),
    ".onnx": ONNX,
    ".h5": HDF5,
    ".hdf5": HDF5,
    ".keras": KERAS,
    ".pb": TF_SAVED_MODEL,
    ".tflite": TFLITE,
    ".ot": RUST,
    ".npy": NUMPY,
    ".npz": NUMPY,
    ".mlmodel": COREML,
    ".engine": TENSORRT,
    ".plan": TENSORRT,
    ".skops": SKOPS,
    ".bin": BINARY,
    **dict.fromkeys((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"), ARCHIVE),
    ".llamafile": EXECUTABLE,
}
_TORCH_BIN = re.compile(
    r"(?:.*_)?(?:pytorch_model|adapter_model|training_args|optimizer|scheduler|random_states|scaler|learned_embeds)"
    r"[\w.-]*\.bin"
)
_TF_SHARD = re.compile(r".+\.(?:ckpt[\w-]*\.)?(?:data-\d{5}-of-\d{5})")


def weight_format(path: str) -> Format | None:
    """The format of a file by its name (POSIX path); None for what is no weight file (JSON, text, a tokenizer).

    `.bin` is a pickle where its name is one that torch gives, else a binary that nobody knows by its name.
    """
    name = path.rstrip("/").rpartition("/")[2].lower()  # not PurePosixPath: a repo may have 100,000 files
    if _TORCH_BIN.fullmatch(name) or name.endswith((".pth.tar", ".pt.tar", ".ckpt.tar")):
        return PICKLE
    if name.startswith("openvino_") and name.endswith(".bin"):
        return OPENVINO
    if _TF_SHARD.fullmatch(name):
        return TF_CHECKPOINT
    stem, _, end = name.rpartition(".")
    return _BY_SUFFIX.get("." + end) if stem else None
