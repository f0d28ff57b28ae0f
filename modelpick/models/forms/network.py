"""The catalogue's architectures: any network that `architectures.build` makes, with its weights by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import SavedForm
from modelpick.errors import UsageError
from modelpick.models.arch_plan import check_side
from modelpick.models.architectures.known import ARCHITECTURES, Architecture, known
from modelpick.models.forms.form import Form, Rows, Shapes, refuse

if TYPE_CHECKING:
    from torch import Tensor, nn

_WHOLE = {
    "vocabulary": 20_002,
    "inputs": 4096,
    "hidden": 4096,
    "layers": 48,
    "width": 4096,
    "heads": 64,
    "inner": 16_384,
}
"""Arguments of networks that are whole numbers, and the most that a saved model may state."""
_WORDS = {"pooling": ("last", "max")}
_LARGEST_INPUT = 50_000_000
_AT_ONCE = 64
COUNTED = "num_batches_tracked"
"""End of the names of what normalisations count and never use; it is not saved."""


def _check(path: Path, fields: Mapping[str, Any]) -> Shapes:
    architecture = str(fields["architecture"])
    shape = _shape(path, fields.get("input_shape"))
    more = _arguments(path, fields.get("network"))
    _check_fits(path, known(architecture), shape, more)
    pixels = fields.get("pixels")
    if pixels is not None:
        ok = isinstance(pixels, dict) and all(_numbers(pixels.get(key), shape[0]) for key in ("mean", "deviation"))
        if not ok or len(shape) != 3 or min(pixels["deviation"]) <= 0:
            refuse(path, "`pixels` does not give a mean and a deviation for each channel")
    elif len(shape) == 3:
        refuse(path, "`pixels` is missing")

    def shapes(features: int) -> dict[str, tuple[int, ...]]:
        from modelpick.models.architectures.build import shapes_of

        if features != math.prod(shape):
            refuse(path, "`input_shape` is not that of the preprocessing")
        try:
            net = shapes_of(known(architecture), len(fields["classes"]) or 1, shape, **more)
        except (TypeError, ValueError, ZeroDivisionError, RuntimeError) as error:
            refuse(path, f"no network has these sizes ({error})")
        return {n: tuple(t.shape) for n, t in net.state_dict().items() if not n.endswith(COUNTED)}

    return shapes


def _shape(path: Path, value: Any) -> tuple[int, ...]:
    ok = isinstance(value, list) and 1 <= len(value) <= 3
    ok = ok and all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in value)
    if not ok or math.prod(value) > _LARGEST_INPUT:
        refuse(path, "`input_shape` is no list of one to three sizes")
    return tuple(value)


def _check_fits(path: Path, architecture: Architecture, shape: tuple[int, ...], more: Mapping[str, Any]) -> None:
    """Refuses inputs and arguments from which such a network could be built, and then not asked."""
    if architecture.family == "transformer":
        width, heads = more.get("width", 64), more.get("heads", 4)
        if width % heads or width % 2:
            refuse(path, "`network` has a width that its heads do not share")
    if len(shape) != 3:
        return
    if shape[1] != shape[2] or (architecture.family.startswith("lenet") and shape[1] != 32):
        refuse(path, "`input_shape` is not that of an image that it takes")
    try:
        check_side(architecture, shape[1])
    except UsageError as error:
        refuse(path, error.message)


def _arguments(path: Path, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse(path, "`network` is missing")
    for key, given in value.items():
        whole = isinstance(given, int) and not isinstance(given, bool)
        ok = (
            (key in _WHOLE and whole and 0 < given <= _WHOLE[key])
            or (key in _WORDS and given in _WORDS[key])
            or (key == "dropout" and isinstance(given, int | float) and 0 <= given < 1)
            or (key == "small_stem" and isinstance(given, bool))
        )
        if not ok:
            refuse(path, f"`network` has a {key!r} that no network takes")
    return dict(value)


def _numbers(value: Any, count: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == count
        and all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in value)
    )


class SavedNetwork:
    """An architecture that answers."""

    def __init__(self, form: SavedForm, device: str) -> None:
        from modelpick.models.architectures.build import shapes_of
        from modelpick.models.devices import device_for

        self.form = form
        self.device = device_for(device)
        self.shape = tuple(int(size) for size in form.config["input_shape"])
        self.architecture = known(form.architecture)
        net = shapes_of(self.architecture, len(form.config["classes"]) or 1, self.shape, **form.config["network"])
        self.net: nn.Module = _filled(net, form.tensors).to(self.device)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum(parameter.numel() for parameter in self.net.parameters())

    def outputs(self, features: NDArray[Any]) -> NDArray[Any]:
        """Probabilities, float64, shape (rows, classes), or numbers, shape (rows,)."""
        import torch

        config, answers = self.form.config, []
        with torch.no_grad():
            for start in range(0, len(features), _AT_ONCE):
                given = self._inputs(features[start : start + _AT_ONCE])
                sums = self.net(*(tensor.to(self.device) for tensor in given)).cpu().double()  # `mps` has no float64
                if config["classes"]:
                    answers.append(torch.softmax(sums, dim=1).numpy())
                else:
                    answers.append(sums[:, 0].numpy() * config["target_scale"] + config["target_mean"])
        if not answers:
            return np.empty((0, len(config["classes"])) if config["classes"] else 0)
        return np.concatenate(answers)

    def _inputs(self, features: NDArray[Any]) -> tuple[Tensor, ...]:
        import torch

        from modelpick.models.sources import normalised

        given = torch.from_numpy(np.ascontiguousarray(features))
        pixels = self.form.config.get("pixels")
        if pixels is not None:
            channels, height, width = self.shape
            mean, deviation = (torch.tensor(pixels[key], dtype=torch.float32) for key in ("mean", "deviation"))
            images = given.view(-1, height, width, channels)
            return (normalised(images, mean, deviation, torch.float32, False),)
        if "vocabulary" in self.form.config["network"]:
            words = given.long()
            lengths = (words > 0).sum(1)
            return words[:, : int(lengths.max())], lengths
        return (given.float().view(len(given), *self.shape) if len(self.shape) == 2 else given.float(),)

    def layers(self) -> Rows:
        """Each layer with the shape of its weights."""
        from modelpick.models.layer_table import COLUMNS, count, rows_of

        config = self.form.config
        found = count(self.architecture, len(config["classes"]) or 1, self.shape, **config["network"])
        return COLUMNS, tuple(rows_of(found))

    def summary(self) -> str:
        """The same as text."""
        from modelpick.models.summary import text_table

        return text_table(*self.layers())


def _filled(net: nn.Module, tensors: Mapping[str, NDArray[Any]]) -> nn.Module:
    """The network with these weights; buffers that are no weights are computed."""
    import torch

    net = net.to_empty(device="cpu")
    for module in net.modules():
        reset = getattr(module, "reset_buffers", None)
        if reset is not None:
            reset()
    state = {name: torch.from_numpy(np.array(tensor)) for name, tensor in tensors.items()}
    missing, spare = net.load_state_dict(state, strict=False)
    lost = [name for name in missing if not name.endswith(COUNTED)]
    if lost or spare:
        raise UsageError(f"the weights are not those of this network: {', '.join([*lost, *spare][:5])}", None)
    return net.eval()


FORM = Form(architectures=tuple(a.name for a in ARCHITECTURES), check=_check, answerer=SavedNetwork)
