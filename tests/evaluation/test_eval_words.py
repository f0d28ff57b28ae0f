"""What the report says in words: which model to take, counts, shares, sizes, intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from comparing import compare
from made_dataset import made_dataset

from modelpick.data.candidate import CandidateKind, Way
from modelpick.data.read import read_dataset
from modelpick.document import Text
from modelpick.evaluation.advice import Advice, advice
from modelpick.evaluation.baselines import NetworkShape, entries
from modelpick.evaluation.card import card
from modelpick.evaluation.closer import CloserLook
from modelpick.evaluation.closer_report import closer_blocks, closer_lines
from modelpick.evaluation.comparison import comparisons
from modelpick.evaluation.importance import MOST_ROWS
from modelpick.evaluation.protocol import Evaluation
from modelpick.evaluation.report import comparison_table, document, remarks
from modelpick.evaluation.tested import Tested as Answers
from modelpick.evaluation.wording import interval_shown, more_rows_shown, percent_shown, size_shown

SHAPE = NetworkShape(hidden_layer_sizes=(16,), activation="relu", learning_rate=0.01, batch_size=16, epochs=4)
SCORES = {"knn": 0.98, "linear": 0.96, "dummy": 0.3}
JITTER = np.linspace(-0.02, 0.02, 6)


@pytest.fixture(scope="module")
def done() -> Evaluation:
    iris = read_dataset("iris", target=None)
    rows = [entry for entry in entries(iris, SHAPE) if entry.name in SCORES]
    return compare(iris, rows, seeds=range(6))


def scored(done: Evaluation, **means: float) -> Evaluation:
    """The comparison with made-up scores, which spread alike but for one split."""
    results = []
    for number, result in enumerate(done.results):
        mean = {**SCORES, **means}[result.entry.name]
        results.append(replace(result, scores={**result.scores, "accuracy": list(mean + np.roll(JITTER, number))}))
    return replace(done, results=tuple(results))


def advised(made: Evaluation) -> Advice:
    return advice(made, comparisons(made))


def test_the_best_that_can_be_saved_is_advised_and_the_better_one_told(done: Evaluation) -> None:
    found = advised(scored(done))
    assert found.take == "linear"
    assert found.text.startswith("Take linear: accuracy 0.960 (")
    assert "clearly better than dummy. knn scored better, 0.980 (" in found.text
    assert "which may be luck, and cannot be saved: it has no form that loads without running code." in found.text
    assert document(scored(done)).data["advice"]["take"] == "linear"
    assert document(scored(done)).data["best"] == "knn"


def test_a_clear_lead_of_what_cannot_be_saved_is_said_to_be_one(done: Evaluation) -> None:
    found = advised(scored(done, linear=0.7))
    assert found.take == "linear"
    assert "knn is clearly better, 0.980 (" in found.text


def test_what_learned_nothing_is_not_advised_because_it_can_be_saved(done: Evaluation) -> None:
    found = advised(scored(done, linear=0.3))
    assert found.take == "knn"
    assert "clearly better than dummy and linear. knn cannot be saved: it has no form" in found.text


def test_who_cannot_tell_is_told_what_would(done: Evaluation) -> None:
    found = advised(scored(done, knn=0.32, linear=0.31))
    assert found.take is None
    assert found.text.endswith("is not clearly better than dummy; `--folds 10` tests every row, and may tell.")
    single = compare(done.dataset, [r.entry for r in done.results], seeds=[0], metric="log_loss")
    in_time = replace(single, plan=replace(single.plan, way="time"))
    assert advised(in_time).text.endswith("from dummy: several windows can: leave `--split` out.")


def test_more_rows_of_the_same_groups_would_tell_nothing() -> None:
    assert more_rows_shown(1234, grouped=False) == "about 1,200 more rows"
    assert more_rows_shown(56, grouped=True) == "about 56 more rows, of other groups,"


def test_intervals_of_a_difference_are_in_its_unit_and_said_to_be_unadjusted(done: Evaluation) -> None:
    made = scored(done)
    (row,) = [row for row in comparison_table(made, comparisons(made)).rows if row[:2] == ("knn", "linear")]
    assert str(row[2]).startswith("+2.0 points")
    low, high = (float(part) for part in str(row[3]).split(" to "))
    assert low < 2 < high
    assert low + high == pytest.approx(4, abs=0.11)
    told = [block.text for block in document(made).blocks if isinstance(block, Text)]
    assert any("(Holm), each interval for its own pair alone." in text for text in told)


def test_what_only_rounds_to_none_or_all_is_not_shown_as_such() -> None:
    assert [percent_shown(share) for share in (0, 0.0049, 0.064, 0.9951, 1)] == ["0%", "<1%", "6%", ">99%", "100%"]
    assert [size_shown(n) for n in (999, 2_000, 999_900, 5_100_000_000)] == ["999 B", "2 kB", "1 MB", "5.1 GB"]
    assert interval_shown((4.8181, 34.371)) == "4.82 to 34.37"
    assert interval_shown((0.0, 108.26)) == "0.0 to 108.3"
    assert interval_shown((-2.4e-5, 9.1e-3)) == "-2.4e-05 to 0.0091"


def look(rows: list[int], wrong: int, looked_at: int = 0) -> CloserLook:
    given = Answers(
        task="classification",
        classes=("a", "b"),
        rows=np.array(rows),
        truth=np.zeros(len(rows), dtype=np.intp),
        answers=np.zeros(len(rows), dtype=np.intp),
        probabilities=None,
    )
    return CloserLook(
        name="x",
        given=given,
        counts=None,
        confused=(("a", "b", 1, 400),),
        bins=(),
        mistaken=wrong,
        rows=len(set(rows)),
        mistakes=(),
        importances=(),
        looked_at=looked_at,
    )


def said(found: CloserLook) -> str:
    return "\n".join(block.text for block in closer_blocks(found) if isinstance(block, Text))


def test_rows_that_were_tested_unequally_often_are_said_to_be() -> None:
    assert "for 3 rows, each tested 1 to 2 times by" in said(look([0, 1, 1, 2], 0))
    assert "for 2 rows, each tested 2 times by" in said(look([0, 1, 1, 0], 0))
    assert "for one row, each tested once by" in said(look([0], 0))
    lines = [line.text for line in closer_lines(look([4], 1))]
    assert lines[:2] == [
        "1 of 1 row is answered wrongly most of the time.",
        "Most confused: `a` is answered as `b` in <1%.",
    ]


def test_size_and_summary_are_of_the_model_that_is_saved() -> None:
    labels = ["a", "b", "c"] * 20
    words = [f"word{i}" for i in range(60)]  # more rows have more categories, and so more weights
    data = made_dataset(labels, {"x": np.arange(60.0), "word": [words[i // 2] for i in range(60)]})
    made = compare(data, [entry for entry in entries(data, SHAPE) if entry.name == "linear"], seeds=[0])
    (result,) = made.results
    assert result.form is not None
    (split,) = made.splits
    of_split = result.entry.make(0).fit(data.features.take(split.train), data.target[split.train])
    assert of_split.parameters != result.parameters == sum(tensor.size for tensor in result.form.tensors.values())


def test_importances_say_on_how_many_rows() -> None:
    from modelpick.evaluation.closer import closer_look
    from modelpick.models.saved import SavedModel

    stream = np.random.default_rng(0)
    x = stream.normal(size=11_000)
    data = made_dataset(np.where(x > 0, "yes", "no"), {"x": x})
    made = compare(data, [entry for entry in entries(data, SHAPE) if entry.name == "linear"], seeds=[0])
    (result,) = made.results
    assert result.form is not None
    found = closer_look(made, SavedModel(result.form))
    assert found is not None
    assert len(made.plan.test) > MOST_ROWS
    assert found.looked_at == MOST_ROWS
    assert "The saved model on 1,000 rows that stayed untouched" in said(found)


def test_a_note_is_told_once_for_all_whom_it_concerns_and_of_none_that_failed(done: Evaluation) -> None:
    said = {"knn": ("kept", None), "linear": ("kept", None), "dummy": ("kept", "damaged")}
    results = tuple(
        replace(result, entry=replace(result.entry, note=note), error=error)
        for result in done.results
        for note, error in (said[result.entry.name],)
    )
    told = [block.text for block in remarks(replace(done, results=results))]
    names = [result.entry.name for result in done.results if result.entry.name != "dummy"]
    assert told == ["dummy did not finish: damaged", f"{', '.join(names)}: kept"]


@pytest.mark.parametrize(
    ("kind", "name", "way", "words"),
    [
        ("architecture", "lenet5", None, "The architecture lenet5, trained from scratch, that predicts"),
        ("pretrained", "org/net:probe", "probe", "A linear model on the frozen features of org/net that predicts"),
        ("pretrained", "org/net:finetune", "finetune", "A fine-tuned copy of org/net that predicts"),
        ("mlp", "mlp-stack", None, "Several small networks, trained together and weighed, as one model that predicts"),
    ],
)
def test_a_card_says_what_the_model_is(
    done: Evaluation, kind: CandidateKind, name: str, way: Way | None, words: str
) -> None:
    linear = next(result for result in done.results if result.entry.name == "linear")
    assert linear.form is not None
    source, commit = ("org/net", "c" * 40) if kind == "pretrained" else (None, None)
    entry = replace(linear.entry, kind=kind, name=name, way=way, source=source, commit=commit)
    form = replace(linear.form, architecture="lenet5")
    pictures = replace(done, dataset=replace(done.dataset, kind="image"))
    made = card(pictures, replace(linear, entry=entry), form, name="n", license=None, bundled=False, network=[])
    told = "\n".join(block.text for block in made.before_usage.blocks if isinstance(block, Text))
    assert told.startswith(f'{words} "species", one of 3 classes, with probabilities, from an image.')
    assert "135 of its 150 images, with the target" in told
    assert made.front_matter["pipeline_tag"] == "image-classification"
    assert "tabular" not in str(made.front_matter)
    assert made.front_matter.get("base_model") == source
    builds = f"It builds on org/net at commit {commit}"
    assert (builds in told) == (source is not None)
    assert ("`modelpick download org/net --revision" in told) == (way == "probe")
