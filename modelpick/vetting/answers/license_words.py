"""Licences as prose names them, and the words that restrict use beyond a licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from modelpick.licences.lookup import Licence, licence_of, licences
from modelpick.vetting.answers.contract import Restriction

# Names in prose -> id. Longer ones first: the first that matches at a place wins.
_NAMES: tuple[tuple[str, str], ...] = (
    (r"CC[ -]?BY[ -]NC[ -]ND[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-nc-nd-{}"),
    (r"CC[ -]?BY[ -]NC[ -]SA[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-nc-sa-{}"),
    (r"CC[ -]?BY[ -]NC[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-nc-{}"),
    (r"CC[ -]?BY[ -]SA[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-sa-{}"),
    (r"CC[ -]?BY[ -]ND[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-nd-{}"),
    (r"CC[ -]?BY[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-{}"),
    (r"CC[ -]?0(?:[ -](1\.0))?", "cc0-1.0"),
    (r"(?:Creative\ Commons\ )?Attribution[ -]Non-?Commercial[ -]No[ -]?Deriv\w*(?:\ (\d\.\d))?", "cc-by-nc-nd-{}"),
    (r"(?:Creative\ Commons\ )?Attribution[ -]Non-?Commercial[ -]Share[ -]?Alike(?:\ (\d\.\d))?", "cc-by-nc-sa-{}"),
    (r"(?:Creative\ Commons\ )?Attribution[ -]Non-?Commercial(?:\ (\d\.\d))?", "cc-by-nc-{}"),
    (r"(?:Creative\ Commons\ )?Attribution[ -]Share[ -]?Alike(?:\ (\d\.\d))?", "cc-by-sa-{}"),
    (r"Creative\ Commons\ Attribution(?:\ (\d\.\d))?", "cc-by-{}"),
    (r"Apache(?:[ -]?(?:Software\ )?(?:Licen[sc]e)?,?[ -]?(?:v(?:ersion|\.)?[ -]?)?(2(?:\.0)?))", "apache-2.0"),
    (r"Apache[ -]Licen[sc]e", "apache-2.0"),
    (r"\bMIT(?=[ -]Licen[sc]|['’]?s\ licen|\W*$|\ and\b|,|\.)", "mit"),
    (r"(?:GNU\ )?(?:AGPL|Affero\ General\ Public\ Licen[sc]e)[ -]?(?:v(?:ersion)?\.?[ -]?)?(3(?:\.0)?)?", "agpl-3.0"),
    (r"(?:GNU\ )?LGPL[ -]?(?:v(?:ersion)?\.?[ -]?)?(2\.1|3)?(?:\.0)?", "lgpl-{}"),
    (r"(?:GNU\ )?(?:GPL|General\ Public\ Licen[sc]e)[ -]?(?:v(?:ersion)?\.?[ -]?)?(2|3)?(?:\.0)?", "gpl-{}"),
    (r"BSD[ -](?:(2|3)[ -]clause)?", "bsd-{}-clause"),
    (r"Mozilla\ Public\ Licen[sc]e|\bMPL[ -]2(?:\.0)?", "mpl-2.0"),
    (r"CreativeML[ -]?Open[ -]?RAIL[ -]?\+\+[ -]?M?|Open[ -]?RAIL\+\+", "openrail++"),
    (r"CreativeML[ -]?Open[ -]?RAIL(?:[ -]?M)?", "creativeml-openrail-m"),
    (r"BigScience[ -]?(?:Open)?[ -]?RAIL[\w -]{0,4}", "bigscience-openrail-m"),
    (r"BigCode[ -]?Open[ -]?RAIL[ -]?M?", "bigcode-openrail-m"),
    (r"Open[ -]?RAIL(?:[ -]?M)?", "openrail"),
    (r"Meta[ -]Llama[ -]?3[ -]Community|Llama[ -]?3[ -]Community", "llama3"),
    (r"Llama[ -]?3\.1[ -]Community", "llama3.1"),
    (r"Llama[ -]?3\.2[ -]Community", "llama3.2"),
    (r"Llama[ -]?3\.3[ -]Community", "llama3.3"),
    (r"Llama[ -]?4[ -]Community", "llama4"),
    (r"Llama[ -]?2[ -](?:Community\ )?Licen[sc]e", "llama2"),
    (r"Gemma\ (?:Terms\ of\ Use|licen[sc]e)", "gemma"),
    (r"PDDL|Public\ Domain\ Dedication", "pddl"),
    (r"ODC[ -]BY", "odc-by"),
    (r"The\ Unlicense", "unlicense"),
    (r"NVIDIA\ Source\ Code\ Licen[sc]e(?:[ -]NC)?", "nsclv1"),
    (r"NVIDIA\ Open\ Model\ Licen[sc]e", "nvidia-open-model-license"),
    (r"Coqui\ Public\ Model\ Licen[sc]e|\bCPML\b", "coqui-public-model-license"),
    (r"Tongyi\ Qianwen\ (?:LICENSE|Licen[sc]e)", "tongyi-qianwen"),
    (r"FAIR[ -]?(?:AI[ -])?Public[ -]Licen[sc]e", "faipl-1.0"),
    (r"PolyForm\ Noncommercial", "polyform-noncommercial"),
)
_ANY_NAME = re.compile(
    "|".join(f"(?P<n{i}>(?<![\\w/]){pattern})" for i, (pattern, _) in enumerate(_NAMES)), re.I | re.X
)
_ABOUT_LICENCE = re.compile(
    r"licen[sc]|ライセンス|许可|協議|协议|лиценз|lizenz|licencia|licença|라이[선센]스|\bCC[ -]BY|copyright", re.I
)

# What a licence is said to be for, when it is not the model as a whole.
_CODE_SUBJECT = re.compile(
    r"\b(?:code|software|source|repo(?:sitory)?|scripts?|library|toolkit|framework|training\ code|implementation)\b",
    re.I | re.X,
)
_DATA_SUBJECT = re.compile(
    r"\b(?:data|datasets?|data\ sets?|corpus|corpora|images|texts?|annotations?|recordings|dumps?)\b", re.I | re.X
)
_WEIGHTS_SUBJECT = re.compile(r"\b(?:models?|weights?|checkpoints?|embeddings?|parameters|adapter|lora)\b", re.I | re.X)

_RESEARCH_ONLY = re.compile(
    r"""\b(?:research|academic|scientific|educational|study)\b[\w\ /,-]{0,40}?\b(?:use|usage|purposes?|goals?|evaluation)?\ ?\b(?:only|exclusively|solely)\b
        |\b(?:only|solely|exclusively|strictly|purely|limited\ to|restricted\ to)\ (?:be\ )?(?:available\ |intended\ |meant\ |to\ be\ |be\ )?(?:used\ )?(?:for\ |to\ )?(?:\w+,?\ ){0,3}?(?:research|academic|scientific)\b
        |\bintended\ (?:only\ )?for\ (?:academic\ |non-?commercial\ )?(?:research|academic)(?:\ (?:and|or)\ \w+)?\ (?:purposes?|use)\ only|\bresearch[ -]only\b
        |(?:研究|学术)(?:目的)?(?:のみ|限定|用途のみ)|仅(?:供|用于|限)(?:学术|研究)|연구\ ?목적(?:으로만)?|\bnur\ (?:für|zu)\ forschung|только\ (?:для|в)\ (?:научн|исследов)""",
    re.I | re.X,
)
_NON_COMMERCIAL = re.compile(
    r"""\bnon[ -]?commercial(?:ly)?\b|\bnot?\ (?:be\ )?(?:used\ |intended\ |allowed\ |available\ |permitted\ |licensed\ )?(?:for\ |in\ )(?:any\ )?commercial
        |\bcommercial(?:ly)?\ (?:use|usage|purposes?|applications?)\ (?:\w+\ ){0,2}(?:is|are)\ (?:strictly\ )?(?:not|prohibited|forbidden|restricted|disallowed)|\bno\ commercial\b
        |\bnot\ (?:be\ )?(?:used\ )?commercially\b|\bprohibit\w*\b[^.]{0,30}\bcommercial|\bnot\ allowed\b[^.]{0,60}\bcommercial\ use
        |\bfor\ (?:any\ )?commercial\ (?:use|usage|purposes?|licens\w+)[^.]{0,30}\b(?:please\ )?contact\b(?=[^.]*\bonly\b)
        |商用利用(?:は)?(?:禁止|不可)|非商用|不得(?:用于)?商[业用]|禁止商[业用]|비상업|\bnicht[ -]kommerziell|\bno\ comercial\b|\bnão\ comercial\b|\bnon\ commerciale?\b|некоммерческ""",
    re.I | re.X,
)
_NC_NAME = re.compile(r"\bCC[ -]?BY[ -]NC\b|\bLicense-NC\b|\bNonCommercial\b", re.I)
_OTHER_TERMS = re.compile(
    r"""\bprohibited[ -]uses?\b|\bacceptable[ -]use\ policy\b|\busage\ policy\b|\bdo(?:\ not|n't)\ use\ (?:it|this|the\ model)\ (?:for|to|in)\b
        |\brecommended\b[^.]{0,40}\bfor\ (?:\w+,?\ ){0,3}research|\bcommercial\ (?:use|usage|purposes?|licen[sc]\w*|permission)\b[^.]{0,60}\b(?:contact|apply|application|permission|authori[sz]|e-?mail|register|registration|form|requires?)
        |\b(?:apply|contact|e-?mail|register|permission|authori[sz]ation|fill)\b[^.]{0,60}\bcommercial\b|\bprior\ written\ (?:permission|consent)|\bagree\ (?:to|not\ to)\b[^.]{0,60}\b(?:terms|licen[sc]e|redistribut)
        |\bterms\ of\ (?:use|service)\b|利用規約|使用条款""",
    re.I | re.X,
)
_FRIENDLY = re.compile(
    r"\b(?:suitable|ready|available|free|permitted|allowed|allow\w*|can\ be\ used|optimi[sz]ed)\b[^.]{0,30}\bfor\ (?:both\ )?(?:\w+\ (?:and|or)\ )?commercial|\bcommercial\ (?:enquir|inquir|support|partner|collaborat)|\b(?:research|academic)\ and\ commercial\b",
    re.I | re.X,
)
_NOT_THIS = re.compile(
    r"\b(?:base|original|teacher|other|upstream)\ model(?:'s)?\ (?:is|was|has)|\bunlike\b", re.I | re.X
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A licence named in a sentence: its id (of the table where there is one) and the words."""

    hub_id: str
    words: str


def mentions(text: str) -> Iterator[Mention]:
    """The licences that a sentence names. A version that is not told is left to the family id."""
    for match in _ANY_NAME.finditer(text):
        index = next(i for i in range(len(_NAMES)) if match.group(f"n{i}") is not None)
        words = match[0].strip(" -,.")
        hub_id = _NAMES[index][1]
        if "{}" in hub_id:
            version = re.search(r"\d(?:\.\d)?", words)
            hub_id = _versioned(hub_id, version[0] if version else None)
        yield Mention(hub_id, words)
    for match in _table_names().finditer(text):
        licence = licence_of(match[0])
        if licence is not None:
            yield Mention(licence.hub_id, match[0])


def _versioned(pattern: str, version: str | None) -> str:
    if version is None:
        return pattern.replace("-{}", "").replace("-clause", "")
    for candidate in (version, f"{version}.0"):
        if licence_of(pattern.format(candidate)):
            return pattern.format(candidate)
    return pattern.format(version)


@cache
def _table_names() -> re.Pattern[str]:
    """Ids and long names of licences that have no pattern of their own."""
    names = {licence.name for licence in licences() if len(licence.name) > 14}
    names |= {name for licence in licences() for name in (licence.hub_id, *licence.aliases) if len(name) > 11}
    return re.compile("|".join(rf"\b{re.escape(n)}\b" for n in sorted(names, key=len, reverse=True)), re.I)


def speaks_of_licence(text: str) -> bool:
    """Whether a sentence is about a licence at all."""
    return bool(_ABOUT_LICENCE.search(text))


def subject_of(text: str) -> str:
    """What a licence sentence speaks of: `weights`, `code`, `data`; `weights` where it does not tell."""
    if _WEIGHTS_SUBJECT.search(text):
        return "weights"
    if _CODE_SUBJECT.search(text):
        return "code"
    return "data" if _DATA_SUBJECT.search(text) else "weights"


def restriction_in(text: str) -> Restriction:
    """What a sentence demands of the user beyond a licence id; a friendly word about commerce demands nothing."""
    if _NOT_THIS.search(text):
        return "none"
    if _RESEARCH_ONLY.search(text):
        return "research-only"
    if _NON_COMMERCIAL.search(text) or _NC_NAME.search(text):
        return "non-commercial"
    if _OTHER_TERMS.search(text) and not _FRIENDLY.search(text):
        return "other"
    return "none"


def is_open(licence: Licence) -> bool:
    """Whether the licence allows use by anybody for anything legal, commerce included (open-rail among them)."""
    return licence.commercial_use == "yes" or licence.family == "open-rail"
