"""Which device a name means, and where a comparison says that it ran."""

from __future__ import annotations

import pytest
import torch

from modelpick.errors import UsageError
from modelpick.models.devices import devices_said, usable_device


@pytest.mark.parametrize(
    ("name", "large", "gpu", "said"),
    [
        ("auto", False, True, "cpu"),
        ("auto", True, True, "cpu and cuda"),
        ("auto", True, False, "cpu"),
        ("cpu", True, True, "cpu"),
    ],
)
def test_a_comparison_says_where_its_networks_ran(name, large, gpu, said, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    assert devices_said(name, large) == said


@pytest.mark.parametrize("name", ["meta", "hip", "no device"])
def test_a_device_that_computes_nothing_is_refused_in_a_sentence(name):
    with pytest.raises(UsageError, match="cannot be used") as refused:
        usable_device(name)
    assert len(refused.value.message) < 300
