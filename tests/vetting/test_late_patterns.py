"""Patterns that are compiled when they are first used: each can be, also those that no card of the tests calls for."""

from __future__ import annotations

import copy
import gc
import importlib
import pickle
import pkgutil
import re

import pytest

import modelpick.vetting
from modelpick.vetting.answers.words import _Late, late


def test_every_pattern_of_the_readers_can_be_compiled() -> None:
    for found in pkgutil.walk_packages(modelpick.vetting.__path__, "modelpick.vetting."):
        importlib.import_module(found.name)
    patterns = [thing for thing in gc.get_objects() if isinstance(thing, _Late)]
    assert len(patterns) > 200
    for pattern in patterns:
        assert pattern.pattern, "it was compiled"


def test_a_late_pattern_is_used_like_a_compiled_one() -> None:
    pattern = late(r"a(b+)", re.IGNORECASE)
    assert pattern.search("xABB")[1] == "BB"  # type: ignore[index]
    assert pattern.sub("-", "ab abb") == "- -"
    for other in (copy.copy(late("a+")), pickle.loads(pickle.dumps(late("a+")))):  # noqa: S301 - of our own
        assert other.fullmatch("aaa")
    broken = late("(")
    with pytest.raises(re.error):
        broken.search("x")
