"""Calls the real entry function in this process; importing torch anew for each test would cost seconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from modelpick.cli.entry import run


@dataclass(frozen=True)
class Outcome:
    """What one call did."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> Outcome:
    """Runs `modelpick ARGUMENTS` in this process."""
    capsys.readouterr()
    code = run(list(arguments))
    captured = capsys.readouterr()
    return Outcome(code, captured.out, captured.err)
