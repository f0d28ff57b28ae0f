"""The architectures that are trained from scratch, by the names of `--arch`. Knows no torch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from modelpick.errors import UsageError

InputKind = Literal["image", "text", "audio", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One that can be built.

    Attributes:
        name: As in `--arch`: lower case.
        card: Of the catalogue; None where it has none.
        family: By which it is built and filled with weights.
        kinds: Of data that it takes, the first being what its published input is.
        input_shape: As published: channels, height and width of an image; steps of a text; steps and numbers a step.
        classes: As published, for `--summary`.
        layers: Of the deep ones, the count in the name.
        batch_norm: Of the VGGs.
    """

    name: str
    card: str | None
    family: str
    kinds: tuple[InputKind, ...]
    input_shape: tuple[int, ...]
    classes: int
    layers: int = 0
    batch_norm: bool = False


def _image(name: str, card: str, family: str, layers: int = 0, batch_norm: bool = False) -> Architecture:
    return Architecture(
        name=name,
        card=card,
        family=family,
        kinds=("image",),
        input_shape=(3, 224, 224),
        classes=1000,
        layers=layers,
        batch_norm=batch_norm,
    )


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(name="lenet5", card="lenet5", family="lenet5", kinds=("image",), input_shape=(1, 32, 32), classes=10),
    Architecture(
        name="lenet5-1998", card="lenet5", family="lenet5-1998", kinds=("image",), input_shape=(1, 32, 32), classes=10
    ),
    _image("alexnet", "alexnet", "alexnet"),
    *(_image(f"vgg{layers}", "vgg", "vgg", layers) for layers in (11, 13, 16, 19)),
    *(_image(f"vgg{layers}-bn", "vgg", "vgg", layers, batch_norm=True) for layers in (11, 13, 16, 19)),
    *(_image(f"resnet{layers}", "resnet", "resnet", layers) for layers in (18, 34, 50, 101, 152)),
    _image("vit-b16", "transformer", "vit"),
    Architecture(
        name="lstm", card="lstm", family="lstm", kinds=("text", "audio", "table"), input_shape=(128,), classes=2
    ),
    Architecture(
        name="transformer", card="transformer", family="transformer", kinds=("text",), input_shape=(128,), classes=2
    ),
    Architecture(name="cnn", card=None, family="cnn", kinds=("audio",), input_shape=(100, 40), classes=10),
)
"""All, the oldest family first."""

VOCABULARY = 20_000
"""Words of a text's vocabulary, at most."""


def known(name: str) -> Architecture:
    """The architecture of that name; case, hyphens, underscores and spaces do not matter.

    Raises:
        UsageError: There is none (the hint has close ones), or the name is that of a family.
    """
    names = {_key(architecture.name): architecture for architecture in ARCHITECTURES}
    found = names.get(_key(name))
    if found is not None:
        return found
    family = [a.name for a in ARCHITECTURES if _key(name) in (a.family, a.card)]
    close = family or [names[key].name for key in get_close_matches(_key(name), names, n=3)]
    one = " or ".join(f"`{candidate}`" for candidate in close)
    hint = f"did you mean {one}?" if close else f"there are {', '.join(a.name for a in ARCHITECTURES)}"
    raise UsageError(f"there is no architecture `{name}` to train", hint)


def takes(architecture: Architecture, kind: str) -> None:
    """Refuses an architecture for data of a kind that it does not take.

    Raises:
        UsageError: Those that take it are named.
    """
    if kind in architecture.kinds:
        return
    others = [a.name for a in ARCHITECTURES if kind in a.kinds]
    able = ", ".join(f"`{name}`" for name in others)
    wants = " or ".join(_WORDS[own] for own in architecture.kinds)
    raise UsageError(
        f"`{architecture.name}` takes {wants}, and these data are {_WORDS.get(kind, kind)}",
        f"for {_WORDS.get(kind, kind)} there {'is' if len(others) == 1 else 'are'} {able}"
        if others
        else "leave `--arch` out",
    )


_WORDS = {"image": "images", "text": "texts", "audio": "sounds", "table": "tables"}


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
