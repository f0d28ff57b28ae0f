"""Imports of large packages."""

from __future__ import annotations

import gc

from modelpick.data.imports import importing


def test_garbage_is_collected_afterwards_as_before() -> None:
    assert gc.isenabled()
    with importing():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with importing():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
