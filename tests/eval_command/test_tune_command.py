"""eval --tune at the command line: what it says, what it keeps, and where it has no part."""

from __future__ import annotations

import json

from command_line import call
from toy_table import TOY, write_toy

from modelpick.models.tune import halving

ALONE = [
    *(x for row in ("linear", "perceptron", "knn", "trees", "sklearn-mlp", "mlp-stack") for x in ("--without", row)),
    *("--split", "8:1:1", "--repeats", "2", "--no-progress", "--target", "answer"),
]


def test_what_was_chosen_is_said_and_kept(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(halving, "SETTINGS", 3)
    monkeypatch.setattr(halving, "HIDDEN", ((3,), (5,)))
    write_toy()
    run = call(capsys, "eval", TOY, "--tune", "--hidden", "4", "--epochs", "7", "--run-dir", "out", *ALONE)
    assert run.code == 0
    assert "`--epochs`: with `--tune`" in run.err
    assert "`mlp` on 54 rows: chosen out of 3 settings by successive halving" in " ".join(run.err.split())
    configs = [json.loads(path.read_text()) for path in (tmp_path / "out").rglob("config.json")]
    assert any("chosen out of 3 settings" in str(config.get("trained")) for config in configs)


def test_a_lesson_has_nothing_to_tune(capsys):
    refused = call(capsys, "eval", "iris", "--course", "--tune")
    assert refused.code == 2
    assert "`--tune` has no part in `--course`" in " ".join(refused.err.split())
