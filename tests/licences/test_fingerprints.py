"""Licence texts are told by what stands in them. The texts here are stand-ins that hold our own phrases only."""

import time

import pytest

from modelpick.licences.fingerprints import identify, terms_in
from modelpick.licences.lookup import licence_of
from modelpick.licences.texts import KNOWN_TEXTS

FILLER = " and so on" * 400
MIT = (
    "MIT License\n\nCopyright (c) 2024 Ann\n\nPermission is hereby granted, free of charge, to anybody, provided that "
    'the above copyright notice stays.\nTHE SOFTWARE IS PROVIDED "AS IS" ... OR OTHER DEALINGS IN THE SOFTWARE.\n'
)


def test_every_known_text_is_in_the_table() -> None:
    for known in KNOWN_TEXTS:
        assert licence_of(known.hub_id) is not None, known.hub_id


@pytest.mark.parametrize(
    ("title", "hub_id"),
    [
        ("LLAMA 2 COMMUNITY LICENSE AGREEMENT\nLlama Materials", "llama2"),
        ("META LLAMA 3 COMMUNITY LICENSE AGREEMENT\nLlama Materials", "llama3"),
        ("LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\nLlama Materials", "llama3.1"),
        ("LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\nLlama Materials", "llama3.2"),
        ("Gemma Terms of Use\nModel Derivatives", "gemma"),
        ("Qwen LICENSE AGREEMENT", "qwen"),
        ("Qwen RESEARCH LICENSE AGREEMENT", "qwen-research"),
        ("Tongyi Qianwen LICENSE AGREEMENT", "tongyi-qianwen"),
        ("DEEPSEEK LICENSE AGREEMENT\nVersion 1.0", "deepseek"),
        ("TENCENT HUNYUAN 3D 2.0 COMMUNITY LICENSE AGREEMENT", "tencent-hunyuan-community"),
        ("CreativeML Open RAIL-M", "creativeml-openrail-m"),
        ("CreativeML Open RAIL++-M License", "openrail++"),
        ("BigCode OpenRAIL-M v1 License Agreement", "bigcode-openrail-m"),
        ("Mistral AI Research License", "mrl"),
        ("Boost Software License - Version 1.0", "bsl-1.0"),
        ("Business Source License 1.1", "busl-1.1"),
        ("Attribution-NonCommercial-ShareAlike 4.0 International\nCreative Commons", "cc-by-nc-sa-4.0"),
        ("Creative Commons Attribution 4.0 International Public License", "cc-by-4.0"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3\nRemote Network Interaction", "agpl-3.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1", "lgpl-2.1"),
        ("GNU GENERAL PUBLIC LICENSE\nVersion 3", "gpl-3.0"),
        ("OpenMDW License Agreement, version 1.1 (OpenMDW-1.1)", "openmdw-1.1"),
        ("The LaTeX Project Public License\n=-=-=\n\nLPPL Version 1.3c  2008-05-04", "lppl-1.3c"),
        ("LICENCE OUVERTE / OPEN LICENCE\nVersion 2.0", "etalab-2.0"),
        ("Lesser General Public License For Linguistic Resources", "lgpl-lr"),
    ],
)
def test_texts_that_others_mix_up(title: str, hub_id: str) -> None:
    found = identify(f"\n{title}\n{FILLER}")
    assert found is not None
    assert (found.hub_id, found.sure, found.line) == (hub_id, "title", 2)
    assert found.quote == title.split("\n")[0]


def test_a_plain_text_and_the_same_with_a_clause_more() -> None:
    plain = identify(MIT)
    assert plain is not None
    assert (plain.hub_id, plain.sure, plain.added) == ("mit", "text", None)
    clause = "Whoever earns money with the Software in a commercial product must show our name and our logo in it."
    modified = identify(f"{MIT}\n{clause}\n")
    assert modified is not None
    assert (modified.hub_id, modified.sure, modified.restricts) == ("mit", "like", True)
    assert modified.added == (8, clause)


@pytest.mark.parametrize(
    "text",
    [
        "Permission may be limited; submit a form to admit that.",
        "The code is under the MIT License, the weights under the Apache License 2.0.",
        f"Our Own Terms\n{FILLER}",
        "",
    ],
)
def test_what_nobody_knows_is_unknown(text: str) -> None:
    assert identify(text) is None


def test_a_short_text_only_names_its_licence() -> None:
    found = identify("Licensed under the Apache License, Version 2.0.")
    assert found is not None
    assert (found.hub_id, found.sure) == ("apache-2.0", "named")


def test_two_licences_in_one_file_are_not_the_second_one_alone() -> None:
    found = identify(f"Business Source License 1.1 for the weights\n{FILLER[:100]}\n{MIT}{FILLER}")
    assert found is not None
    assert (found.hub_id, found.sure) != ("mit", "text")


def test_thresholds_are_those_of_the_text() -> None:
    text = (
        "1. Terms\nYou need a licence above 1 million monthly active users.\n"
        "Firms with an annual revenue of US$10,000,000 or more pay.\n"
        "THIS AGREEMENT DOES NOT APPLY IN THE EUROPEAN UNION.\n"
    )
    assert [(term.kind, term.amount, term.per, term.line) for term in terms_in(text)] == [
        ("users", 1_000_000, "month", 2),
        ("revenue", 10_000_000, "year", 3),
        ("territory", None, None, 4),
    ]
    for term in terms_in(text):
        assert term.quote == text.split("\n")[term.line - 1]
    assert terms_in("We have 3 million users and the European Union paid for it.") == ()


@pytest.mark.parametrize("part", ["permission is hereby granted free of charge ", "1 million usd ", "cc by nc ", "\n"])
def test_long_texts_take_little_time(part: str) -> None:
    text = part * (2_000_000 // len(part))
    start = time.process_time()
    identify(text)
    terms_in(text)
    assert time.process_time() - start < 3


def test_a_title_inside_another_is_none() -> None:
    found = identify("Modified MIT License\n\nPermission is hereby granted, if you display our name.")
    assert found is not None
    assert (found.hub_id, found.sure) == ("modified-mit", "named")
