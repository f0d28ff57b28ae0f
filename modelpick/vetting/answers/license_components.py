"""Parts from elsewhere that the usage code loads beside the model: a VAE, a vocoder, a face model."""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.facts import RepoFacts
from modelpick.findings import Evidence
from modelpick.vetting.answers.contract_license import LicenseSubject
from modelpick.vetting.answers.view import CardView
from modelpick.vetting.answers.words import late

# Loaders of parts, and the repo or pack that they are asked for.
_LOADS = late(
    r"\b(?:(?:AutoencoderKL|AutoencoderTiny|ConsistencyDecoderVAE|ControlNetModel|MotionAdapter|SpeechT5HifiGan|"
    r"CLIPVisionModel(?:WithProjection)?|HIFIGAN|Vocos)\.from_(?:pretrained|hparams)\(\s{0,20}(?:source=)?|"
    r"FaceAnalysis\(\s{0,20}(?:name=)?)['\"]([\w.-]{1,96}(?:/[\w.-]{1,96})?)['\"]"
)
_MAX_PARTS = 6


def read_components(facts: RepoFacts, view: CardView) -> tuple[LicenseSubject, ...]:
    """Each part once, with the line that loads it; whose licence it has stands in its own repo, so none is told."""
    found: dict[str, LicenseSubject] = {}
    for name, quote in _loaded(view):
        if name != facts.repo_id and len(found) < _MAX_PARTS:
            part = LicenseSubject(
                subject="component", declared=None, commercial_use="unknown", evidence=(quote,), name=name
            )
            found.setdefault(name, part)
    return tuple(found.values())


def _loaded(view: CardView) -> Iterator[tuple[str, Evidence]]:
    for block in view.code:
        for match in _LOADS.finditer(block.text):
            fence = block.language is not None
            line = block.line + fence + block.text.count("\n", 0, match.start(1))
            yield match[1], view.line_evidence(line)
