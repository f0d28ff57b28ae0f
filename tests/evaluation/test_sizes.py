"""The report says when a small model does as well as one hundreds of times its size."""

from __future__ import annotations

from dataclasses import replace

import pytest
from comparing import compare

from modelpick.data.candidate import Candidate, Entry
from modelpick.data.dataset import Dataset
from modelpick.data.read import read_dataset
from modelpick.document import Text
from modelpick.evaluation.baselines import NetworkShape, entries
from modelpick.evaluation.protocol import Evaluation
from modelpick.evaluation.report import document
from modelpick.evaluation.sizes import AsGood, as_good_as_larger, as_good_words

SHAPE = NetworkShape(hidden_layer_sizes=(16,), activation="relu", learning_rate=0.01, batch_size=16, epochs=4)


def claiming(entry: Entry, name: str, parameters: int) -> Entry:
    """The same candidate under another name, with another count of parameters."""

    def make(seed: int) -> Candidate:
        made = entry.make(seed)
        made.__class__ = type("Claiming", (made.__class__,), {"parameters": parameters})
        return made

    return replace(entry, name=name, make=make)


@pytest.fixture(scope="module")
def iris() -> Dataset:
    return read_dataset("iris", target=None)


def compared(iris: Dataset, large: str, parameters: int) -> Evaluation:
    """`linear` and `dummy` beside a large model that is `large` in disguise."""
    made = {entry.name: entry for entry in entries(iris, SHAPE)}
    disguised = claiming(made[large], "org/large:probe", parameters)
    return compare(iris, [made["dummy"], made["linear"], disguised], seeds=[0, 1, 2])


def test_a_small_model_within_the_interval_is_named(iris: Dataset) -> None:
    done = compared(iris, "linear", 6_000)
    assert as_good_as_larger(done) == (
        AsGood(small="linear", large="org/large:probe", parameters=15, times=400.0, better=False),
    )
    sentence = "linear with 15 parameters is not clearly worse than org/large:probe, a model 400 times its size."
    assert sentence in [block.text for block in document(done).blocks if isinstance(block, Text)]


def test_one_that_is_clearly_better_is_said_to_be(iris: Dataset) -> None:
    (found,) = as_good_as_larger(compared(iris, "dummy", 1_000_000))
    assert found.better
    (said,) = as_good_words([found])
    assert "clearly better than org/large:probe, a model 67,000 times its size" in said
    two = [replace(found, large="a", times=120.0), replace(found, large="b", times=4_012.0)]
    assert as_good_words(two)[0].endswith("is clearly better than a and b, models 120 to 4,000 times its size.")


def test_a_single_split_whose_metric_shows_no_spread_says_nothing(iris: Dataset) -> None:
    made = {entry.name: entry for entry in entries(iris, SHAPE)}
    disguised = claiming(made["linear"], "org/large:probe", 6_000)
    for metric, told in (("log_loss", 0), ("accuracy", 1)):
        done = compare(iris, [made["dummy"], made["linear"], disguised], seeds=[0], metric=metric)
        assert len(as_good_as_larger(done)) == told


def test_models_of_like_size_are_not_compared(iris: Dataset) -> None:
    assert as_good_as_larger(compared(iris, "linear", 1_499)) == ()
