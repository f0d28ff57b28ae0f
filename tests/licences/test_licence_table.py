"""The table of licences: complete, consistent, found by the names that cards use."""

import pytest

from modelpick.licences.lookup import families, licence_of, licences

# The licence ids of the Hub (huggingface/hub-docs, docs/hub/repositories-licenses.md).
HUB_IDS = """
apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0
bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc
cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0
cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0
cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0
eupl-1.1 eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc h-research intel-research
lppl-1.3c ms-pl apple-ascl apple-amlr mpl-2.0 odc-by odbl openmdw-1.0 openmdw-1.1 openrail++ osl-3.0
postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr deepfloyd-if-license
fair-noncommercial-research-license llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 grok2-community gemma
unknown other
""".split()  # noqa: SIM905


def test_every_id_of_the_hub_is_in_the_table_under_its_own_name() -> None:
    assert len(HUB_IDS) == 83
    for hub_id in HUB_IDS:
        found = licence_of(hub_id)
        assert found is not None, hub_id
        assert found.hub_id == hub_id
        assert found.on_hub
    assert {licence.hub_id for licence in licences() if licence.on_hub} == set(HUB_IDS)


def test_every_row_says_what_it_rests_on_and_conditions_are_spelt_out() -> None:
    for licence in licences():
        assert licence.family
        assert licence.commercial_use in {"yes", "no", "conditional", "unknown"}
        assert licence.source
        assert licence.verified
        if licence.commercial_use == "conditional":
            assert licence.condition, licence.hub_id


def test_families() -> None:
    assert families() == tuple(sorted(families()))
    assert {
        "permissive",
        "public-domain",
        "non-commercial",
        "research-only",
        "community",
        "open-rail",
    } <= set(families())


@pytest.mark.parametrize(
    ("written", "hub_id"),
    [
        ("Apache 2.0", "apache-2.0"),
        ("Apache License, Version 2.0", "apache-2.0"),
        ("The MIT License", "mit"),
        ("BUSL-1.1", "busl-1.1"),
        ("bsl-1.0", "bsl-1.0"),
        ("Academic Free License v3.0", "afl-3.0"),
        ("qwen-license", "qwen"),
        ("CC-BY-NC-4.0", "cc-by-nc-4.0"),
        ("nvidia-source-code-license-nc", "nsclv1"),
        ("???", None),
        ("", None),
    ],
)
def test_names_as_cards_write_them(written: str, hub_id: str | None) -> None:
    found = licence_of(written)
    assert (found and found.hub_id) == hub_id


def test_boost_is_not_business_source() -> None:
    boost = licence_of("bsl-1.0")
    assert boost is not None
    assert boost.name.startswith("Boost")
    assert boost.commercial_use == "yes"
