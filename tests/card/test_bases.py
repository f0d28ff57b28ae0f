"""What a repo was made from, as its card, configs, weight headers and the Hub name it."""

from __future__ import annotations

import json

import pytest
from vetting.facts_of import facts

from modelpick.card.bases import bases_of, named_bases
from modelpick.facts import BaseModel, TextFile
from modelpick.weight_facts import WeightFacts

HUB = "https://huggingface.co"


def found(text: str, **fields: object) -> list[tuple[str, str | None]]:
    return [(base.repo_id, base.relation) for base in bases_of(facts(text, **fields))]  # type: ignore[arg-type]


def config(path: str, text: str) -> dict[str, tuple[TextFile, ...]]:
    return {"texts": (TextFile(path=path, text=text),)}


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (f"This is a fine-tuned version of [some](<{HUB}/org/base>) on our notes.", ("org/base", "finetune")),
        (f"Fine-tuned [org/base]({HUB}/org/base) on Frisian.", ("org/base", "finetune")),
        (f"[Base]({HUB}/org/base) fine-tuned for naming birds.", ("org/base", "finetune")),
        (f"This model is based on **[base]({HUB}/old-base)** and knows birds.", ("old-base", "finetune")),
        (f"The model was initialised with [base]({HUB}/org/base).", ("org/base", "finetune")),
        ("- **Finetuned from model :** org/base", ("org/base", "finetune")),
        (f"This repo contains GGUF format model files for [Org's Base]({HUB}/org/base).", ("org/base", "quantized")),
        (f"This model was converted to MLX format from [`org/base`]({HUB}/org/base).", ("org/base", "quantized")),
        (f"These are LoRA adapter weights for [base]({HUB}/org/base).", ("org/base", "adapter")),
    ],
)
def test_sentences_that_name_the_base(sentence: str, wanted: tuple[str, str]) -> None:
    text = f"# Birds\n\n{sentence}\n"
    assert found(text) == [wanted]
    (named,) = named_bases(facts(text))
    assert named.evidence.quote in text.split("\n")[named.evidence.line - 1]


@pytest.mark.parametrize(
    "sentence",
    [
        f"It is close to [other]({HUB}/org/other), which is based on [base]({HUB}/org/base).",
        f"This model card was written by Ann and Ben and is based on the [other card]({HUB}/org/other).",
        f"See the fine-tuned [other]({HUB}/org/other) for birds.",
        f"Fine-tuned on [birds]({HUB}/datasets/org/birds).",
        f"[Ann]({HUB}/ann) fine-tuned this model.",
        f"This is a fine-tuned version of [this]({HUB}/ann/model) model.",
        f"```\na fine-tuned version of [x]({HUB}/org/base)\n```",
    ],
)
def test_sentences_that_name_none(sentence: str) -> None:
    assert found(f"# Birds\n\n{sentence}\n") == []


def test_the_header_goes_first_and_tells_the_relation() -> None:
    text = "---\nbase_model:\n- org/one\n- org/two\nbase_model_relation: merge\n---\n# x\n"
    assert found(text) == [("org/one", "merge"), ("org/two", "merge")]
    lines = [(named.evidence.line, named.evidence.quote) for named in named_bases(facts(text))]
    assert lines == [(3, "- org/one"), (4, "- org/two")]


def test_configs_weights_and_the_merge() -> None:
    assert found("# x", **config("adapter_config.json", '{"base_model_name_or_path": "org/base"}')) == [
        ("org/base", "adapter")
    ]
    merge = "slices:\n- sources:\n  - model: org/one+org/lora\n  - model:\n      model:\n        path: org/two\n"
    assert found("# x", **config("mergekit_config.yml", merge)) == [("org/one", "merge"), ("org/two", "merge")]
    header = WeightFacts(
        path="q4.gguf",
        format="gguf",
        examined="header",
        metadata={"general.base_model.0.repo_url": f"{HUB}/org/base"},
    )
    (base,) = bases_of(facts("# x", files={"q4.gguf": 9}, weights=(header,)))
    assert base == BaseModel(repo_id="org/base", relation="quantized", source="config", inferred=True)


@pytest.mark.parametrize(
    "name",
    ["./checkpoint-500", "/content/model", "C:\\models\\x", "outputs/bert", "me/checkpoint-12", "a/b/c", "", "."],
)
def test_a_path_of_the_makers_machine_names_no_model(name: str) -> None:
    assert found("# x", **config("config.json", json.dumps({"_name_or_path": name}))) == []


def test_name_or_path_counts_where_nothing_else_does() -> None:
    from_config = config("config.json", '{"_name_or_path": "org/base"}')
    assert found("# x", **from_config) == [("org/base", None)]
    assert found("---\nbase_model: org/other\n---\n# x", **from_config) == [("org/other", None)]


def test_files_tell_how_where_the_hub_knows_no_better() -> None:
    hub = (BaseModel(repo_id="org/base", relation="finetune", source="hub"),)
    (copy,) = bases_of(facts("# x", files={"q4.gguf": 9}, base_models=hub))
    assert (copy.relation, copy.inferred) == ("quantized", True)
    (plain,) = bases_of(facts("# x", files={"model.safetensors": 9}, base_models=hub))
    assert (plain.relation, plain.inferred) == ("finetune", False)


def test_broken_configs_name_nothing() -> None:
    for path, text in (
        ("config.json", "{"),
        ("adapter_config.json", "[" * 100_000),
        ("mergekit_config.yml", "a: &a *a"),
    ):
        assert found("# x", **config(path, text)) == []
