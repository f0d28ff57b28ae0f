"""Weights of a ResNet, VGG, AlexNet or Vision Transformer under timm's or torchvision's names, in our own networks.

timm itself is not needed. What its config says of the preprocessing is followed: resize so that the crop is its
`crop_pct`, cut the middle out, subtract mean, divide by deviation. Names and shapes must agree to the last one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from torch import Tensor, nn

from modelpick.data.images.rows import ImageFiles
from modelpick.errors import UsageError
from modelpick.models.architectures.build import shapes_of
from modelpick.models.architectures.known import Architecture, known
from modelpick.models.architectures.vit import VisionTransformer
from modelpick.models.forms.network import COUNTED
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.inputs import not_too_oblong
from modelpick.models.pretrained.refusal import refused

_VGG_NAMES = {"pre_logits.fc1": "classifier.0", "pre_logits.fc2": "classifier.3", "head.fc": "classifier.6"}
_HEADS = {"resnet": "fc", "vgg": "classifier.6", "alexnet": "classifier.6", "vit": "head"}
_VIT = re.compile(r"(?:de[i]?t_|vit_)\w*?patch(\d+)_(\d+)\w*")
_HEAD_WIDTH = 64
_WIDEST = 1024
_HEADS_OF_WIDER = {1280: 16}
"""Vision Transformers up to `Large` have heads of width 64; `Huge` has 16 of 80. No weight tells, so others are refused
(arXiv:2010.11929, table 1)."""
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos")
_MOST_SIDE = 1024


class OwnNetwork(nn.Module):
    """One of our networks with weights from elsewhere."""

    def __init__(self, net: nn.Module, head: str) -> None:
        super().__init__()
        self.net = net
        self._seen: list[Tensor] = []
        net.get_submodule(head).register_forward_pre_hook(self._see)  # a method: a copy of the whole sees its own

    def _see(self, _: nn.Module, given: tuple[Tensor, ...]) -> None:
        self._seen.append(given[0])

    def forward(self, pixels: Tensor) -> Tensor:
        """(rows, channels, height, width) -> (rows, classes)."""
        try:
            return cast(Tensor, self.net(pixels))
        finally:
            self._seen.clear()

    def features_of(self, pixels: Tensor) -> Tensor:
        """What the last layer is given, shape (rows, width)."""
        try:
            self.net(pixels)
            return self._seen[0]
        finally:
            self._seen.clear()


def load_own(folder: PretrainedFolder) -> OwnNetwork:
    """The network in float32 on the CPU, every weight from the file.

    Raises:
        AnswerIsNo: (kind `pretrained`) A network that is not ours, or names, shapes or values that are not its own.
    """
    state = _state(folder)
    head, net = _network(folder, {name: tuple(tensor.shape) for name, tensor in state.items()})
    expected = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items() if not name.endswith(COUNTED)}
    for name, shape in expected.items():
        found = state.get(name)
        if found is None or tuple(found.shape) != shape:
            what = "missing" if found is None else f"of shape {tuple(found.shape)}, expected {shape}"
            raise refused(folder.name, f"its weights are not those of `{folder.architecture}`: `{name}` is {what}")
    spare = [name for name in state if name not in expected]
    if spare:
        raise refused(folder.name, f"its weights are not those of `{folder.architecture}`: `{spare[0]}` is unexpected")
    bad = next((name for name, tensor in state.items() if not bool(torch.isfinite(tensor).all())), None)
    if bad is not None:
        raise refused(folder.name, f"its tensor `{bad}` holds values that are not numbers (NaN or infinity)")
    net = net.to_empty(device="cpu")
    net.load_state_dict(state, strict=False)  # what a normalisation counts is not used
    network = OwnNetwork(net, head)
    network.eval().requires_grad_(False)
    with torch.inference_mode():
        answer = network(OwnImageInputs(folder).sample()["pixel_values"])
    if not bool(torch.isfinite(answer).all()):
        raise refused(folder.name, "its answer to a sample is not finite (NaN or infinity)")
    return network


def _state(folder: PretrainedFolder) -> dict[str, Tensor]:
    """The tensors under the names of our networks, float32."""
    state: dict[str, Tensor] = {}
    by_file: dict[Any, list[str]] = {}
    for name, stored in folder.tensors.items():
        by_file.setdefault(stored.file, []).append(name)
    for path, names in by_file.items():
        with safe_open(path, framework="pt") as file:
            for name in names:
                if not name.endswith(COUNTED):
                    state[name] = file.get_tensor(name).to(torch.float32)
    renamed = {}
    for name, tensor in state.items():
        stem, _, last = name.rpartition(".")
        ours = f"{_VGG_NAMES.get(stem, stem)}.{last}"
        # timm keeps VGG's dense layers as convolutions over all of their input: the same numbers in another shape.
        renamed[ours] = tensor.flatten(1) if stem in _VGG_NAMES and tensor.ndim == 4 else tensor
    return renamed


def _network(folder: PretrainedFolder, shapes: Mapping[str, tuple[int, ...]]) -> tuple[str, nn.Module]:
    """The name of its last layer, and the network without numbers."""
    transformer = _VIT.fullmatch(folder.architecture)
    side = preprocessing(folder).side
    if transformer is not None:
        width, depth = shapes.get("norm.weight", (0,))[0], _depth(shapes)
        classes = shapes.get("head.bias", (0,))[0]
        patch = int(transformer[1])
        heads = _heads(width)
        if not classes or not depth or not heads or not patch or side % patch or depth > len(shapes):
            raise refused(folder.name, f"its weights are not those of `{folder.architecture}`")
        with torch.device("meta"):
            net = VisionTransformer(classes, size=side, patch=patch, width=width, depth=depth, heads=heads)
        return "head", net
    architecture = _known(folder)
    head = _HEADS[architecture.family]
    classes = shapes.get(f"{head}.bias", (0,))[0]
    if not classes:
        raise refused(folder.name, f"the weights of its last layer, `{head}`, are not there")
    first = next(
        (shape for name, shape in shapes.items() if len(shape) == 4 and ("conv1." in name or ".0." in name)), None
    )
    channels = 3 if first is None else first[1]
    if channels != 3:
        raise refused(folder.name, f"it takes images of {channels} channels, and those here have 3 (RGB)")
    return head, shapes_of(architecture, classes, (3, side, side))


def _heads(width: int) -> int:
    """Of a Vision Transformer; 0 where that is not known."""
    if width > _WIDEST:
        return _HEADS_OF_WIDER.get(width, 0)
    return 0 if width % _HEAD_WIDTH else width // _HEAD_WIDTH


def _depth(shapes: Mapping[str, tuple[int, ...]]) -> int:
    return len({name.split(".")[1] for name in shapes if name.startswith("blocks.")})


def _known(folder: PretrainedFolder) -> Architecture:
    try:
        found = known(folder.architecture)
    except UsageError:
        found = None
    if found is None or found.family not in _HEADS:
        why = f"`{folder.architecture}` of timm is none of the networks here (ResNet, VGG, AlexNet, Vision Transformer)"
        raise refused(folder.name, why, "choose one that transformers loads: `modelpick search --library transformers`")
    return found


class Preprocessing:
    """What `pretrained_cfg` says of images, checked.

    Attributes:
        side: Of the square that the network sees.
        resized: The shorter side before the middle is cut out.
        mean, deviation: Of each channel, of values from 0 to 1.
        interpolation: Pillow's filter.
        squash: Both sides are brought to `resized`, whatever the shape (timm's `crop_mode`), else the shorter one.
    """

    def __init__(self, config: Mapping[str, Any], name: str) -> None:
        fields = config.get("pretrained_cfg", config)
        fields = fields if isinstance(fields, dict) else {}
        size = fields.get("input_size")
        if not isinstance(size, list) or len(size) != 3 or size[0] != 3 or size[1] != size[2]:
            raise refused(name, "its config names no `input_size` of a square RGB image in `pretrained_cfg`")
        side = size[1]
        if not isinstance(side, int) or isinstance(side, bool) or not 1 <= side <= _MOST_SIDE:
            raise refused(name, f"its config names an `input_size` of {side!r:.20}")
        share = fields.get("crop_pct", 0.875)
        if not isinstance(share, int | float) or isinstance(share, bool) or not 0.1 <= share <= 1:
            raise refused(name, f"its config names a `crop_pct` of {share!r:.20}")
        self.side = side
        self.resized = math.floor(side / share)
        self.mean = _three(fields.get("mean"), "mean", name)
        self.deviation = _three(fields.get("std"), "std", name)
        self.interpolation = str(fields.get("interpolation", "bilinear"))
        if self.interpolation not in _INTERPOLATIONS or min(self.deviation) <= 0:
            raise refused(name, "its config names an `interpolation` or a `std` that is not known")
        mode = fields.get("crop_mode", "center")
        if mode not in ("center", "squash"):
            raise refused(name, f"its config names a `crop_mode` that is not known: {mode!r:.20}")
        self.squash = mode == "squash"


def _three(value: Any, key: str, name: str) -> tuple[float, ...]:
    ok = isinstance(value, list) and len(value) == 3
    if not ok or not all(isinstance(one, int | float) and math.isfinite(one) for one in value):
        raise refused(
            name, f"its config names no `{key}` of three channels, so nobody knows how its images were scaled"
        )
    return tuple(float(one) for one in value)


def preprocessing(folder: PretrainedFolder) -> Preprocessing:
    """What its config says of images; AnswerIsNo where that is not known."""
    return Preprocessing(folder.config, folder.name)


class OwnImageInputs:
    """Pixels as timm's evaluation makes them, of upright RGB pictures."""

    cut_words = ""

    def __init__(self, folder: PretrainedFolder) -> None:
        from PIL import Image

        self.preprocessing = preprocessing(folder)
        self._filter = Image.Resampling[self.preprocessing.interpolation.upper()]

    def costs(self, rows: ImageFiles) -> NDArray[np.int64]:
        """One for each image."""
        return np.ones(len(rows), dtype=np.int64)

    def cut(self, rows: ImageFiles) -> int:
        """None."""
        return 0

    def batch(self, rows: ImageFiles) -> dict[str, Tensor]:
        """`pixel_values`, float32 of shape (rows, 3, side, side)."""
        return self._of(rows.originals())

    def sample(self) -> dict[str, Tensor]:
        """A slope from black to white."""
        slope = np.linspace(0, 255, 64, dtype=np.uint8)
        return self._of([np.repeat(np.tile(slope, (64, 1))[:, :, None], 3, axis=2)])

    def _of(self, images: Iterable[NDArray[np.uint8]]) -> dict[str, Tensor]:
        pixels = torch.from_numpy(np.stack([self._square(image) for image in images])).permute(0, 3, 1, 2).float() / 255
        mean, deviation = (
            torch.tensor(values).view(1, 3, 1, 1) for values in (self.preprocessing.mean, self.preprocessing.deviation)
        )
        return {"pixel_values": ((pixels - mean) / deviation).contiguous()}

    def _square(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        from PIL import Image

        want, side = self.preprocessing.resized, self.preprocessing.side
        image = Image.fromarray(not_too_oblong(pixels))
        if self.preprocessing.squash:
            image = image.resize((want, want), self._filter)
        shorter = min(image.size)
        width, height = (max(1, int(want * length / shorter)) for length in image.size)
        width, height = max(width, side), max(height, side)
        image = image.resize((width, height), self._filter)
        left, top = round((width - side) / 2), round((height - side) / 2)
        return np.asarray(image.crop((left, top, left + side, top + side)))
