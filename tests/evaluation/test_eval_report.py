"""The report of a comparison: the JSON contract, and what people are told."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from comparing import compare

from modelpick.data.candidate import Candidate, Entry, EpochRecord
from modelpick.data.dataset import Dataset
from modelpick.data.read import read_dataset
from modelpick.document import Cell, Chart, Document, Heading, Table, Text
from modelpick.evaluation.baselines import NetworkShape, entries
from modelpick.evaluation.card import card
from modelpick.evaluation.closer import closer_look
from modelpick.evaluation.comparison import comparisons, verdict_on
from modelpick.evaluation.contract import Saved
from modelpick.evaluation.metrics import main_metric, metrics_of
from modelpick.evaluation.protocol import Evaluation
from modelpick.evaluation.report import difference_words, document, results_table
from modelpick.evaluation.screen import first_blocks
from modelpick.evaluation.statistics import mcnemar, wilson
from modelpick.evaluation.wording import interval_shown

SHAPE = NetworkShape(hidden_layer_sizes=(16,), activation="relu", learning_rate=0.01, batch_size=16, epochs=4)


def chosen(dataset: Dataset, *names: str) -> list[Entry]:
    """Some of the baselines."""
    return [entry for entry in entries(dataset, SHAPE) if entry.name in names]


def fake_mlp(dataset: Dataset) -> Entry:
    """scikit-learn's network under the name `mlp`, with a history as ours has it."""

    def make(seed: int) -> Candidate:
        made = chosen(dataset, "sklearn-mlp")[0].make(seed)
        history = tuple(
            EpochRecord(epoch=i, train_loss=1 / i, train_score=0.5 + i / 10, validation_score=0.4 + i / 10)
            for i in range(1, 5)
        )
        made.__class__ = type("Made", (made.__class__,), {"history": history})
        return made

    return Entry(name="mlp", kind="mlp", make=make)


@pytest.fixture(scope="module")
def done() -> Evaluation:
    iris = read_dataset("iris", target=None)
    baselines = chosen(iris, "dummy", "linear", "perceptron", "sklearn-mlp")
    return compare(iris, [*baselines, fake_mlp(iris)], seeds=[0, 1, 2, 3])


@pytest.fixture(scope="module")
def made(done: Evaluation) -> Document:
    saved = {"mlp": Saved(path="./runs/a", bytes=900), "linear": Saved(path="./runs/a/candidates/linear", bytes=400)}
    return document(done, run_dir="./runs/a", saved=saved, device="cpu")


def test_the_json_contract(made: Document, done: Evaluation) -> None:
    data = made.data
    assert json.loads(json.dumps(data, allow_nan=False)) == json.loads(json.dumps(data))
    assert data["schema"] == "modelpick.eval/1"
    assert {"path", "fingerprint", "kind", "rows", "columns", "task", "target", "classes", "findings"} <= data[
        "data"
    ].keys()
    assert data["data"]["classes"] == ["setosa", "versicolor", "virginica"]
    protocol = data["protocol"]
    assert (protocol["splits"], protocol["repeats"], protocol["metric"]) == ("8:1:1 x 4", 4, "accuracy")
    assert protocol["rows"] == {"compared": 135, "untouched": 15, "known_to_a_given_model": 0, "apart": 0}
    assert protocol["seeds"] == [0, 1, 2, 3]
    by_name = {model["name"]: model for model in data["models"]}
    assert set(by_name) == {"dummy", "linear", "perceptron", "sklearn-mlp", "mlp"}
    assert "log_loss" not in by_name["perceptron"]["metrics"]
    assert by_name["mlp"]["metrics"]["ece"]["per_split"] == []
    model = by_name["mlp"]
    assert {"name", "kind", "way", "source", "commit", "parameters", "metrics", "fit_seconds"} <= model.keys()
    assert (model["saved"], model["bytes"], model["error"], model["way"]) == ("./runs/a", 900, None, None)
    assert by_name["dummy"]["saved"] is None
    accuracy = model["metrics"]["accuracy"]
    assert len(accuracy["per_split"]) == 4
    assert accuracy["mean"] == pytest.approx(sum(accuracy["per_split"]) / 4)
    assert accuracy["ci95"][0] < accuracy["mean"] <= accuracy["ci95"][1] <= 1
    assert data["test"]["rows"] == 15
    assert set(data["test"]["models"]["mlp"]) == {metric.name for metric in metrics_of("classification")}
    assert {pair["candidate"] for pair in data["test"]["comparisons"]} == {done.best}
    assert data["advice"]["take"] == done.best
    assert len(data["test"]["models"]["mlp"]["accuracy"]["ci95"]) == 2
    assert data["best"] == done.best
    assert data["run_dir"] == "./runs/a"
    assert data["provenance"]["versions"]["modelpick"]
    assert made.quiet == ("./runs/a",)


def test_comparisons_take_each_pair_once(made: Document) -> None:
    found = {(c["candidate"], c["baseline"]): c for c in made.data["comparisons"]}
    best = made.data["best"]
    others = {model["name"] for model in made.data["models"]} - {best}
    assert {pair for pair in found if pair[0] == best} == {(best, other) for other in others}
    below = {"dummy", "linear"} - {best} if best != "mlp" else set()
    assert {pair for pair in found if pair[0] != best} == {("mlp", name) for name in below}
    assert len({frozenset(pair) for pair in found}) == len(made.data["comparisons"])
    against = found[best, "dummy"]
    assert (against["verdict"], against["more_rows_to_tell"]) == ("better", None)
    assert against["p"] < 0.05
    chances = against["probabilities"]
    assert chances["worse"] + chances["equal"] + chances["better"] == pytest.approx(1)
    assert chances["better"] > 0.95


def test_one_network_under_two_names_shows_no_difference(done: Evaluation) -> None:
    assert verdict_on(done, "sklearn-mlp", "mlp") == "no clear difference"
    pair = replace(done, results=tuple(r for r in done.results if r.entry.name in ("sklearn-mlp", "mlp")))
    (same,) = document(pair).data["comparisons"]
    assert (same["difference"], same["p"], same["ci95"], same["probabilities"]) == (0, None, None, None)
    assert "no difference seen" in texts(document(pair))


def cell_text(cell: str | Cell) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def texts(made: Document) -> str:
    parts = []
    for block in made.blocks:
        if isinstance(block, Text | Heading):
            parts.append(block.text)
        elif isinstance(block, Table):
            parts += [cell_text(cell) for row in block.rows for cell in row]
    return "\n".join(parts)


def test_people_are_told_what_was_done_and_what_it_is_worth(made: Document) -> None:
    told = texts(made)
    for words in (
        "`species` holds 3 different words: classification",
        "Centring and scaling",
        "15 rows of 150 stay untouched to the end.",
        "107 train, 14 validate, 14 test",
        "4 times with other seeds",
        "had not converged after its epochs in 5 of 5 fits",
        "So few rows decide nothing",
        "Not saved: dummy, perceptron, sklearn-mlp; they have no form",
        "clearly better than dummy",
        " points (",
        "seeds 0, 1, 2, 3",
    ):
        assert words in told
    tables = [block for block in made.blocks if isinstance(block, Table)]
    assert tables[0].columns[:3] == ("model", "accuracy", "95 % interval")
    means = [float(row[1].text) for row in tables[0].rows if isinstance(row[1], Cell)]
    assert means == sorted(means, reverse=True)


def test_the_chart_shows_training_and_validation_by_epoch(made: Document) -> None:
    score, cost = [block for block in made.blocks if isinstance(block, Chart)]
    assert (score.y_label, cost.y_label) == ("accuracy", "cost")
    assert [series.name for series in score.series] == ["training", "validation"]
    assert score.series[0].x == (1, 2, 3, 4)
    assert score.series[1].y == pytest.approx((0.5, 0.6, 0.7, 0.8))
    assert cost.series[0].y == pytest.approx((1, 1 / 2, 1 / 3, 1 / 4))


def test_the_screen_is_short_and_says_of_each_model_what_may_be_said_against_the_best(done: Evaluation) -> None:
    look = closer_look(done, None)
    blocks = first_blocks(done, run_dir="./a", saved={}, device="cpu", closer=look)
    (table,) = [block for block in blocks if isinstance(block, Table)]
    verdicts = {cell_text(row[0]): cell_text(row[3]) for row in table.rows}
    for found in comparisons(done):
        if found.candidate == done.best:
            assert verdicts[found.baseline] == ("worse" if found.verdict == "better" else "unclear")
    assert verdicts[done.best] == "best"
    assert look is not None
    assert any(isinstance(block, Text) and "% sure" in block.text for block in blocks)
    assert len(blocks) < 0.6 * len(document(done, closer=look).blocks)


def test_no_difference_is_none_without_a_sign(done: Evaluation) -> None:
    found = comparisons(done)[0]
    for mean in (0.0, -0.0, -0.0001):
        words = difference_words(done, replace(found, difference=replace(found.difference, mean=mean)))
        assert words == "0 points (0 of 135 rows)"
    assert interval_shown((-0.0001, 0.0249)) == "0.000 to 0.025"


def test_failures_interruptions_and_single_splits_are_told(done: Evaluation) -> None:
    results: list[Any] = [replace(result) for result in done.results]
    results[1] = replace(results[1], error="out of memory", test=None, form=None)
    told = texts(document(replace(done, results=tuple(results), interrupted=True)))
    assert "linear did not finish: out of memory" in told
    assert "interrupted" in told
    iris = done.dataset
    once = document(compare(iris, entries(iris, SHAPE)[:2], seeds=[0]))
    assert "stratified by class, once" in texts(once)
    for model in once.data["models"]:
        accuracy = model["metrics"]["accuracy"]
        assert tuple(accuracy["ci95"]) == wilson(accuracy["mean"], 14)
        assert model["metrics"]["log_loss"]["ci95"] is None
    assert once.quiet == ()


def test_a_single_split_is_told_by_its_rows_where_the_metric_counts_them() -> None:
    iris = read_dataset("iris", target=None)
    single = compare(iris, chosen(iris, "dummy", "linear"), seeds=[0])
    (found,) = comparisons(single)
    linear, dummy = (result.answers[0] for result in single.ranked)
    right, theirs = (part.answers == iris.target[part.rows] for part in (linear, dummy))
    assert found.p == mcnemar(int((right & ~theirs).sum()), int((theirs & ~right).sum()))
    assert found.verdict == "better"
    assert found.difference.ci95 is None
    assert "Take linear" in texts(document(single))
    assert "McNemar's test (mid-p) on the rows of the single split" in texts(document(single))
    by_loss = replace(single, metric=main_metric("classification", "log_loss"))
    assert comparisons(by_loss)[0].p is None
    told = texts(document(by_loss))
    assert "a single split cannot tell linear with log loss" in told
    assert "`--repeats 3`, or more, can" in told


def test_rows_of_groups_have_no_interval_and_no_verdict_row_by_row() -> None:
    iris = read_dataset("iris", target=None)
    grouped = replace(iris, groups=np.arange(150) // 2)
    done = compare(grouped, chosen(grouped, "dummy", "linear"), seeds=[0])
    data = document(done).data
    assert data["test"]["comparisons"] == []
    assert data["test"]["models"]["linear"]["accuracy"]["ci95"] is None
    assert comparisons(done)[0].p is None


def test_what_cannot_be_told_is_null(done: Evaluation) -> None:
    diabetes = read_dataset("diabetes", target=None)
    few = replace(
        diabetes, features=diabetes.features.take(range(8)), target=diabetes.target[:8]
    )  # one test row: R2 is not defined
    found = document(compare(few, entries(few, SHAPE)[:2], seeds=[0, 1]))
    json.dumps(found.data, allow_nan=False)
    assert found.data["models"][0]["metrics"]["r2"]["mean"] is None
    assert found.data["models"][0]["metrics"]["r2"]["per_split"] == [None, None]
    assert math.isfinite(found.data["models"][0]["metrics"]["rmse"]["mean"])


def test_a_card_states_no_number_that_cannot_be_told() -> None:
    diabetes = read_dataset("diabetes", target=None)
    few = replace(diabetes, features=diabetes.features.take(range(8)), target=diabetes.target[:8])
    done = compare(few, entries(few, SHAPE)[:2], seeds=[0, 1], metric="r2")
    result = done.results[1]
    assert result.form is not None
    made = card(done, result, result.form, name="few", license=None, bundled=False, network=[])
    (index,) = made.front_matter["model-index"]
    told = {metric["type"]: metric["value"] for metric in index["results"][0]["metrics"]}
    assert set(told) == set(made.front_matter["metrics"]) == {"rmse", "mae"}
    assert "nan" not in texts(made.after_usage).split()
    assert "dummy unknown" in texts(made.after_usage)


def test_small_and_large_figures_are_told_in_digits_that_say_something(done: Evaluation) -> None:
    results = [
        replace(
            result, fit_seconds=113.2, predict_us_per_sample=3364.0, scores={**result.scores, "log_loss": [4.2e-5] * 4}
        )
        for result in done.results
    ]
    made = replace(done, results=tuple(results), metric=main_metric("classification", "log_loss"))
    row = results_table(made, {done.results[0].entry.name: Saved(path=".", bytes=72_600)}).rows[0]
    assert row[3:5] == ("110 s", "3,400 µs")
    assert row[-1] == "72.6 kB"
    assert isinstance(row[1], Cell)
    assert row[1].text == "4.2e-05"


def test_few_test_rows_are_told_and_many_are_not(done: Evaluation) -> None:
    assert "So few rows decide nothing" in texts(document(done))
    many = replace(done, plan=replace(done.plan, test=np.arange(2000)))
    assert "So few rows" not in texts(document(many))
