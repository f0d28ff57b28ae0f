"""The table of data sets: sane, complete against what was gathered, resolved by the names that cards use."""

import re
from collections import Counter

import pytest

from modelpick.licences.datasets import dataset_key, dataset_rows, dataset_terms, known_names, meanings


@pytest.mark.parametrize(
    ("name", "status", "commercial"),
    [
        ("MS COCO", "public", "unknown"),
        ("ILSVRC/imagenet-1k", "public", "no"),
        ("imagenet-1k", "public", "no"),
        ("Books3", "pirated", "no"),
        ("the_pile_books3", "pirated", "no"),
        ("VGGFace2", "withdrawn", "no"),
        ("JFT-300M", "private", "no"),
        ("someone/squad", "public", "yes"),
        ("squad_v2", "public", "yes"),
    ],
)
def test_data_sets_by_the_names_that_cards_use(name: str, status: str, commercial: str) -> None:
    terms = dataset_terms(name)
    assert terms is not None
    assert (terms.status, terms.commercial_use) == (status, commercial)


def test_an_unknown_data_set_is_none() -> None:
    assert dataset_terms("my-own-notes") is None


@pytest.mark.parametrize("name", ["ImageNet", "imagenet", "books", "web data", "Twitter", "Orca"])
def test_a_name_that_may_mean_several_sets_is_not_resolved(name: str) -> None:
    assert dataset_terms(name) is None


def test_what_an_ambiguous_name_may_mean_is_told() -> None:
    assert [terms.names[0] for terms in meanings("imagenet")] == ["ImageNet-1k", "ImageNet-21k"]
    assert meanings("SQuAD") == ()


def test_no_alias_stands_in_two_rows() -> None:
    of_row = [{dataset_key(name) for name in terms.names} for terms in dataset_rows()]
    twice = [key for key, count in Counter(key for keys in of_row for key in keys).items() if count > 1]
    assert not twice
    ambiguous = {dataset_key(name) for terms in dataset_rows() for name in terms.ambiguous}
    assert not ambiguous & {key for keys in of_row for key in keys}


def test_every_row_says_what_it_rests_on() -> None:
    assert len(dataset_rows()) >= 136
    for terms in dataset_rows():
        assert terms.names or terms.hub_id
        assert terms.license
        assert terms.source, terms.names
        assert terms.verified in {"read", "PARTLY", "SECONDARY", "NOT RE-VERIFIED"}
        assert terms.status in {"public", "withdrawn", "private", "pirated"}
        assert terms.commercial_use in {"yes", "no", "conditional", "unknown"}
        assert terms.personal in {None, "biometric", "medical"}
        assert not (terms.harm and terms.status == "public"), terms.names
        assert not (terms.results_free and terms.commercial_use == "no"), terms.names


def test_the_sets_behind_each_rule_are_in_the_table() -> None:
    rows = dataset_rows()
    by = {dataset_key(name): terms for terms in rows for name in terms.names}
    assert {by[key].model_made_by for key in ("alpaca", "sharegpt", "ultrachat", "openorca")} == {"OpenAI"}
    assert all(by[key].packaging for key in ("c4", "laion5b", "oscar", "books3"))
    assert all(by[key].share_alike for key in ("wikipedia", "squad", "stackexchange"))
    assert by["mimiciii"].personal == "medical"
    assert by["msceleb1m"].personal == "biometric"
    assert all(by[key].harm for key in ("80milliontinyimages", "laion5b", "dukemtmc"))
    assert by["doclaynet"].results_free


def test_names_to_recognise_are_names_and_no_plain_words() -> None:
    names = known_names()
    assert len(names) > 400
    assert len(names) == len(set(names))
    listed = [name for name in names if dataset_terms(name) is None and not meanings(name)]
    assert all(re.search(r"[A-Z\d_]", name) and len(name) > 2 for name in listed)
