"""Which device is meant by a name: `auto`, `cpu`, `cuda`, `mps`."""

from __future__ import annotations

import torch

from modelpick.errors import UsageError


def usable_device(name: str) -> torch.device:
    """The device of that name, `auto` being the CPU; UsageError where this machine or this torch has none."""
    if name in ("auto", "cpu"):
        return torch.device("cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()  # what is on `meta` has no values
    except (RuntimeError, AssertionError, TypeError) as error:  # torch says in all three ways that it has none
        reason = str(error).strip().split("\n", 1)[0].split(". ", 1)[0]  # its first sentence; of some there are many
        raise UsageError(
            f"device {name!r} cannot be used: {reason}",
            "`cpu` always can; `cuda` is a GPU of NVIDIA, `mps` one of Apple",
        ) from error
    return device


def device_for(name: str) -> torch.device:
    """That of a large network: `auto` is a GPU where there is one. UsageError where it cannot be used."""
    if name == "auto" and torch.cuda.is_available():
        return torch.device("cuda")
    return usable_device(name)


def devices_said(name: str, large: bool) -> str:
    """Where the networks of a comparison were trained and asked, in words; `large`: some of them are large ones."""
    small = usable_device(name).type
    used = device_for(name).type if large else small
    return used if used == small else f"{small} and {used}"
