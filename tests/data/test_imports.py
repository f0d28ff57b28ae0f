"""Imports of large packages."""

from __future__ import annotations

import gc
import subprocess
import sys

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


def test_a_process_of_ours_looks_for_garbage_less_often_and_never_among_imports() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import gc; from modelpick.data.imports import importing, own_process; own_process()\n"
            "with importing(): import json.tool\n"
            "print(gc.get_threshold()[0], gc.get_freeze_count() > 1000)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == ["50000", "True"]
