"""The local index: every filter, order and text answers as a plain one would."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from index_dump import write_dump

from modelpick.facts import ListedModel
from modelpick.hub.index.database import open_index
from modelpick.hub.index.search import search_index, text_match
from modelpick.hub.listed import read_entry
from modelpick.hub.query import KINDS, Query, has_tag, misses, wanted_tags
from modelpick.hub.search import Looked
from modelpick.verbs.index import import_index
from modelpick.verbs.search import search

TASKS = ("image-classification", "translation", "fill-mask")
WORDS = ("vit", "bert", "resnet50", "Grüße", "tiny", "flower", "deberta-v2", "x_y")


def made_entries(count: int, seed: int) -> list[dict[str, Any]]:
    """Models with every member there, absent, or odd, at random."""
    rng = random.Random(seed)  # noqa: S311
    entries = []
    for number in range(count):
        words = rng.sample(WORDS, rng.randint(1, 2))
        tags = [*rng.sample(["safetensors", "pytorch", "onnx", "timm", "de", "en", "custom_code"], rng.randint(0, 4))]
        tags += rng.sample(
            [f"license:{name}" for name in ("mit", "gpl-3.0", "cc-by-nc-4.0", "llama3", "other", "odd")],
            rng.randint(0, 2),
        )
        tags += rng.sample(["dataset:imagenet-1k", "dataset:org/x", "vit", "deberta-v2"], rng.randint(0, 2))
        tags += rng.choice([[], [], ["base_model:a/b"], ["base_model:a/b", f"base_model:{rng.choice(KINDS[1:])}:a/b"]])
        fields: dict[str, Any] = {
            "tags": rng.choice([tags, tags, tags, None]),
            "pipeline_tag": rng.choice([*TASKS, None]),
            "library_name": rng.choice(["timm", "transformers", None]),
            "downloads": rng.choice([0, 7, rng.randrange(1000), None, -1]),
            "likes": rng.choice([0, rng.randrange(9), None]),
            "lastModified": rng.choice([f"202{rng.randrange(7)}-0{rng.randint(1, 9)}-11T00:00:00.000Z", None]),
            "gated": rng.choice([False, "auto", "manual", None]),
            "usedStorage": rng.choice([rng.randrange(5000), None]),
            "safetensors": rng.choice([{"parameters": {"F16": rng.randrange(999)}, "total": rng.randrange(999)}, None]),
        }
        entry = {"id": f"{rng.choice(['org', 'Lab'])}/{'-'.join(words)}-{number}"}
        entries.append(entry | {key: value for key, value in fields.items() if value is not None})
    return entries


def made_query(rng: random.Random) -> Query:
    """Some wishes at random."""
    wishes: dict[str, list[Any]] = {
        "task": list(TASKS),
        "text": ["vit", "ber", "gruss", "grusse tiny", "x y", "resnet", "deberta-v2", "mask", "petal", "--"],
        "author": ["ORG", "nobody"],
        "license": ["mit", "permissive", "odd", "other", "community"],
        "commercial": [True],
        "library": ["timm"],
        "language": ["de"],
        "dataset": ["imagenet-1k", "org/x"],
        "arch": [("vit",), ("deberta-v2", "bert")],
        "kind": list(KINDS),
        "min_params": [300],
        "max_params": [700],
        "max_size": [1200],
        "fits": [1000],
        "safetensors": [True],
        "gated": [True, False],
        "min_downloads": [7],
        "min_likes": [3],
        "updated_since": ["2023-02-01"],
    }
    asked = {name: rng.choice(values) for name, values in wishes.items() if rng.random() < 0.15}
    return Query(**asked, limit=10_000)


@cache
def tokens(text: str) -> list[str]:
    """The words of a text as FTS5's unicode61 makes them: letters and digits, without case and accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain.lower())


def mentions(text: str, fields: Sequence[str]) -> bool:
    """Each word of the text stands in a field, the last piece of it as a beginning."""

    def stands(wanted: list[str], words: list[str]) -> bool:
        *whole, start = wanted
        places = range(len(words) - len(wanted) + 1)
        return any(words[p : p + len(whole)] == whole and words[p + len(whole)].startswith(start) for p in places)

    wanted = [found for word in text.split() if (found := tokens(word))]
    return bool(wanted) and all(any(stands(w, tokens(field)) for field in fields) for w in wanted)


def plainly(models: Sequence[ListedModel], cards: dict[str, str], query: Query) -> tuple[set[str], Counter[str]]:
    """What a plain walk over all models finds and hides."""
    found, hidden = set(), Counter[str]()
    for model in models:
        more = [word for word in (model.library, model.architecture) if word]
        fields = (model.repo_id, " ".join((*model.tags, *more)), cards.get(model.repo_id, ""))
        if (
            (query.task and model.task != query.task)
            or (query.author and model.repo_id.partition("/")[0].lower() != query.author.lower())
            or not all(has_tag(model, tag) for tag in wanted_tags(query))
            or (query.text and not mentions(query.text, fields))
        ):
            continue
        reason = misses(model, query)
        if reason is None:
            found.add(model.repo_id)
        else:
            hidden[reason] += 1
    return found, hidden


def test_the_index_answers_as_a_plain_filter_does(tmp_path: Path) -> None:
    entries = made_entries(250, seed=3)
    cards = {entry["id"]: f"A petal of {entry['id'][::-1]}, for the mask." for entry in entries[::3]}
    import_index(write_dump(tmp_path / "made.jsonl", entries, cards))
    models = [model for entry in entries if (model := read_entry(entry)) is not None]
    rng = random.Random(5)  # noqa: S311
    told = 0
    with open_index() as index:
        for _ in range(150):
            query, looked = made_query(rng), Looked()
            found = search_index(index, query, looked)
            wanted, hidden = plainly(models, cards, query)
            assert {model.repo_id for model in found} == wanted, query
            assert looked.hidden == hidden, query
            counts = [-1 if model.downloads_30d is None else model.downloads_30d for model in found]
            assert counts == sorted(counts, reverse=True)
            told += bool(wanted) and bool(hidden)
    assert told > 15, "queries that find something and hide something"


def test_each_order_is_the_one_asked_for(tmp_path: Path) -> None:
    import_index(write_dump(tmp_path / "made.jsonl", made_entries(200, seed=4)))
    keys = {"likes": "likes", "modified": "last_modified", "downloads": "downloads_30d"}
    with open_index() as index:
        for sort, name in keys.items():
            values = [getattr(model, name) for model in search_index(index, Query(sort=sort, limit=200))]
            told = [value for value in values if value is not None]
            assert told == sorted(told, reverse=True)
            assert values[: len(told)] == told, "what is not told comes last"


def test_the_best_match_comes_first(tmp_path: Path) -> None:
    entries = [{"id": "org/other", "downloads": 10**6}, {"id": "org/tagged", "tags": ["orchid"]}, {"id": "org/orchid"}]
    import_index(write_dump(tmp_path / "d.jsonl", entries, {"org/other": "It knows every orchid. " + "Words. " * 300}))
    result = search(text="orchid", offline=True)
    assert [candidate.repo_id for candidate in result.candidates] == ["org/orchid", "org/tagged", "org/other"]
    assert result.query.sort == "relevance"
    by_downloads = search(text="orchid", offline=True, sort="downloads")
    assert by_downloads.candidates[0].repo_id == "org/other"


@pytest.mark.parametrize(
    "text", ['"', "a OR b", "id: x", "NEAR(a b)", "x*", "^y", "-z", "(", "a\0b", "{tags}: x", "'; --"]
)
def test_no_text_is_an_instruction(tmp_path: Path, text: str) -> None:
    import_index(write_dump(tmp_path / "d.jsonl", [{"id": "org/a"}, {"id": "org/b"}]))
    with open_index() as index:
        assert search_index(index, Query(text=text, sort="relevance")) == []
    assert text_match("--") is None
