"""The front matter as the Hub tells it: strings as in a card, nothing guessed, bounded."""

from modelpick.hub.card_data import MAX_NODES, read_card_data


def test_strings_stay_and_what_yaml_made_of_a_word_is_left_out() -> None:
    told = {
        "license": "other",
        "license_name": "our-terms",
        "language": [False, "de"],
        "version": 1.1,
        "count": 12,
        "inference": False,
        "thumbnail": None,
        "extra_gated_fields": {"Name": "text", "I agree": True},
        "model-index": [{"name": "x"}],
    }
    assert read_card_data(told) == {
        "license": "other",
        "license_name": "our-terms",
        "language": ["de"],
        "count": "12",
        "thumbnail": None,
        "extra_gated_fields": {"Name": "text"},
    }


def test_what_is_no_object_and_what_is_too_large_is_nothing() -> None:
    assert read_card_data("x") == {}
    assert read_card_data({"license": "mit", "tags": ["x"] * (MAX_NODES + 1), "language": "en"}) == {"license": "mit"}
    deep: object = "x"
    for _ in range(50):
        deep = [deep]
    assert read_card_data({"tags": deep, "license": "mit"})["license"] == "mit"
