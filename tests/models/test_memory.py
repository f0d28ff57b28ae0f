"""A network that cannot be held is refused before any memory is taken."""

import numpy as np
import pytest
from command_line import call

from modelpick import CannotFindOut, MLPClassifier
from modelpick.models.memory import check_memory, needed_bytes


def test_what_a_network_takes():
    parameters = 5 * 128 + 129 * 128 + 129 * 3
    assert needed_bytes((4, 128, 128, 3), 120, 16, 4) == 4 * (6 * parameters + 2 * 120 * (128 + 128 + 3))
    check_memory((4, 128, 128, 3), 1_000_000, 16)


def test_the_estimator_refuses_what_no_machine_holds():
    X, y = np.zeros((10, 4)), np.arange(10) % 2
    with pytest.raises(CannotFindOut, match="GB of memory") as caught:
        MLPClassifier(hidden_layer_sizes=(10**9,)).fit(X, y)
    assert caught.value.kind == "memory"


def test_the_command_refuses_it_before_anything_is_trained(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = call(capsys, "eval", "iris", "--hidden", "100000000")
    assert ended.code == 4
    assert "GB of memory" in ended.err
    assert not list(tmp_path.iterdir())
