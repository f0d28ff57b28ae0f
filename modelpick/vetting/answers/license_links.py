"""Pages on the web that everybody links to for a licence."""

from __future__ import annotations

import re

from modelpick.licences.lookup import licence_of
from modelpick.vetting.answers.words import late

# A page -> the id: what stands first, and the groups joined by what stands second.
_LINKS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (late(r"creativecommons\.org/licenses/(by(?:-[a-z]{2}){0,2})/(\d\.\d)"), "cc-", "-"),
    (late(r"creativecommons\.org/publicdomain/zero"), "cc0-1.0", ""),
    (late(r"apache\.org/licenses/license-2\.0"), "apache-2.0", ""),
    (late(r"(?:opensource\.org/licenses?|choosealicense\.com/licenses)/([\w.-]{2,30})"), "", ""),
    (late(r"gnu\.org/licenses/(?:old-licenses/)?([al]?gpl-\d(?:\.\d)?)"), "", ""),
    (late(r"ai\.google\.dev/gemma/terms"), "gemma", ""),
    (late(r"llama[\w.-]*\.com/(llama\d)(?:[._](\d))?/license"), "", "."),
    (late(r"stability\.ai/(?:community-)?license"), "stabilityai-ai-community", ""),
    (late(r"nvidia\.com/\S{0,120}nvidia-open-model-license"), "nvidia-open-model-license", ""),
    (late(r"coqui\.ai/cpml"), "coqui-public-model-license", ""),
    (late(r"bigcode/bigcode-model-license-agreement"), "bigcode-openrail-m", ""),
    (late(r"compvis/stable-diffusion-license"), "creativeml-openrail-m", ""),
)


def linked_licence(text: str) -> str | None:
    """The licence whose well-known page an address, or a text with an address in it, leads to."""
    low = text.lower()
    if "/" not in low:
        return None
    for pattern, first, joiner in _LINKS:
        if match := pattern.search(low):
            licence = licence_of(first + joiner.join(part for part in match.groups() if part))
            return licence.hub_id if licence else None
    return None
