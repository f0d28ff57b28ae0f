"""All answers about one subject, read once from its facts. Pure: the same facts give the same answers."""

from __future__ import annotations

from modelpick.card.bases import named_bases
from modelpick.facts import RepoFacts
from modelpick.vetting.answers.contract import Answers
from modelpick.vetting.answers.duties import with_duties
from modelpick.vetting.answers.evaluation import read_evaluation
from modelpick.vetting.answers.files import read_files, read_popularity
from modelpick.vetting.answers.hub_terms import with_hub_terms
from modelpick.vetting.answers.license import read_license
from modelpick.vetting.answers.lineage import read_base_models, with_lineage
from modelpick.vetting.answers.purpose import read_purpose
from modelpick.vetting.answers.scope import read_limitations, read_out_of_scope
from modelpick.vetting.answers.tool import read_tool
from modelpick.vetting.answers.training_data import read_training_data
from modelpick.vetting.answers.usage import read_running
from modelpick.vetting.answers.view import CardView


def read_answers(facts: RepoFacts) -> Answers:
    """The answers; a card that could not be had or read whole makes what is not found unknown, not absent."""
    had = not any(missing.what in {"card", "README.md"} for missing in facts.missing)
    view = CardView(facts.card, whole=had, told=facts.card_data)
    running = read_running(facts, view)
    named = named_bases(facts)
    return Answers(
        purpose=read_purpose(view),
        out_of_scope=read_out_of_scope(view),
        limitations=read_limitations(view),
        evaluation=read_evaluation(view),
        training_data=with_hub_terms(read_training_data(view), facts.datasets),
        license=with_duties(with_lineage(read_license(facts, view), facts, named), facts),
        popularity=read_popularity(facts),
        usage=running.usage,
        base_models=read_base_models(facts, named),
        named_bases=named,
        tool=read_tool(view),
        run_instructions=running.strongest,
        run_evidence=running.evidence,
        files=read_files(facts),
    )
