"""Data sets that our table does not hold: what the Hub's own tag tells of them."""

import pytest
from vetting.facts_of import facts

from modelpick.facts import DatasetFact, RepoFacts
from modelpick.vetting.policy_file import built_in
from modelpick.vetting.report import VetReport
from modelpick.vetting.verdict import vet_reading

CARD = """
---
license: apache-2.0
datasets: [ann/mails]
---
# Sorter

This model sorts mails.

## Training data
It was trained on the [mails](https://huggingface.co/datasets/ann/mails) dataset.
"""


def asked(*licenses: str) -> RepoFacts:
    return facts(CARD, datasets=(DatasetFact(asked="ann/mails", repo_id="Ann/mails", licenses=licenses),))


def vetted(found: RepoFacts) -> VetReport:
    return vet_reading(found, built_in("default"))


@pytest.mark.parametrize(
    ("licenses", "use", "outcome", "severity"),
    [
        (("cc-by-4.0",), "yes", "pass", "info"),
        (("cc-by-nc-4.0",), "no", "fail", "medium"),
        (("cc-by-4.0", "cc-by-nc-4.0"), "no", "fail", "medium"),
        (("other",), "unknown", "unknown", "low"),
    ],
)
def test_the_hubs_tag_counts_where_the_table_is_silent(
    licenses: tuple[str, ...], use: str, outcome: str, severity: str
) -> None:
    report = vetted(asked(*licenses))
    (dataset, *_) = report.answers.training_data.datasets
    assert (dataset.license, dataset.commercial_use) == (", ".join(licenses), use)
    (said,) = [finding for finding in report.findings if finding.check == "training-data-terms"]
    assert (said.outcome.value, said.severity.word) == (outcome, severity)


def test_without_a_tag_nothing_is_known() -> None:
    (dataset, *_) = vetted(asked()).answers.training_data.datasets
    assert (dataset.license, dataset.commercial_use, dataset.note) == (None, "unknown", None)


def test_what_the_table_knows_stands() -> None:
    card = CARD.replace("ann/mails", "squad").replace("mails]", "SQuAD]")
    tagged = facts(card, datasets=(DatasetFact(asked="squad", repo_id="rajpurkar/squad", licenses=("mit",)),))
    assert all(dataset.license != "mit" for dataset in vetted(tagged).answers.training_data.datasets)
