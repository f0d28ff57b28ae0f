"""Licences as prose names them, and the words that restrict use beyond a licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from modelpick.licences.lookup import Licence, licence_of, licences
from modelpick.vetting.answers.contract_license import Restriction
from modelpick.vetting.answers.words import either, late

# Names in prose -> id. Longer ones first: the first that matches at a place wins.
_NAMES: tuple[tuple[str, str], ...] = (
    (r"CC[ -]?BY[ -]NC[ -]ND[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-nc-nd-{}"),
    (r"CC[ -]?BY[ -]NC[ -]SA[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-nc-sa-{}"),
    (r"CC[ -]?BY[ -]NC[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-nc-{}"),
    (r"CC[ -]?BY[ -]SA[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-sa-{}"),
    (r"CC[ -]?BY[ -]ND[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-nd-{}"),
    (r"CC[ -]?BY[ -]?(?:v?(\d(?:\.\d)?))?", "cc-by-{}"),
    (r"CC[ -]?0(?:[ -](1\.0))?", "cc0-1.0"),
    (r"(?:Creative Commons )?Attribution[ -]Non-?Commercial[ -]No[ -]?Deriv\w*(?: (\d\.\d))?", "cc-by-nc-nd-{}"),
    (r"(?:Creative Commons )?Attribution[ -]Non-?Commercial[ -]Share[ -]?Alike(?: (\d\.\d))?", "cc-by-nc-sa-{}"),
    (r"(?:Creative Commons )?Attribution[ -]Non-?Commercial(?: (\d\.\d))?", "cc-by-nc-{}"),
    (r"(?:Creative Commons )?Attribution[ -]Share[ -]?Alike(?: (\d\.\d))?", "cc-by-sa-{}"),
    (r"Creative Commons Attribution(?: (\d\.\d))?", "cc-by-{}"),
    (r"Apache(?:[ -]?(?:Software )?(?:Licen[sc]e)?,?[ -]?(?:v(?:ersion|\.)?[ -]?)?(2(?:\.0)?))", "apache-2.0"),
    (r"Apache[ -]Licen[sc]e(?!,? ?(?:v(?:ersion|\.)?[ -]?)?1)", "apache-2.0"),
    (r"MIT(?=[ -]?(?:Licen[sc]|Lizenz|ライセンス|许可|許可|协议|лиценз|라이[선센]스)|['’]?s licen)", "mit"),
    (r"^(?-i:MIT)\b(?! (?:lab|press|csail|media|news|technology|and)\b)", "mit"),
    # Alone it must be in capitals ("mit" is German) and no place of work.
    (r"(?<!at )(?<!from )(?<!\d )(?<!© )(?<!@)(?-i:MIT)(?=\W*$| and\b|,|\.|;|\))", "mit"),
    (r"(?:GNU )?(?:AGPL|Affero General Public Licen[sc]e)[ -]?(?:v(?:ersion)?\.?[ -]?)?(3(?:\.0)?)?", "agpl-3.0"),
    (r"LGPL[ -]LR", "lgpl-lr"),
    (r"(?:GNU )?LGPL[ -]?(?:v(?:ersion)?\.?[ -]?)?(2\.1|3)?(?:\.0)?", "lgpl-{}"),
    (r"(?:GNU )?(?:GPL|General Public Licen[sc]e)[ -]?(?:v(?:ersion)?\.?[ -]?)?(2|3)?(?:\.0)?", "gpl-{}"),
    (r"BSD[ -](?:(2|3)[ -]clause)?", "bsd-{}-clause"),
    (r"Mozilla Public Licen[sc]e|\bMPL[ -]2(?:\.0)?", "mpl-2.0"),
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
    (r"Llama[ -]?2[ -](?:Community )?Licen[sc]e", "llama2"),
    (r"Gemma (?:Terms of Use|licen[sc]e)", "gemma"),
    (r"PDDL|Public Domain Dedication", "pddl"),
    (r"ODC[ -]BY", "odc-by"),
    (r"The Unlicense", "unlicense"),
    (r"NVIDIA Source Code Licen[sc]e(?:[ -]NC)?", "nsclv1"),
    (r"NVIDIA Open Model Licen[sc]e", "nvidia-open-model-license"),
    (r"Coqui Public Model Licen[sc]e|\bCPML\b", "coqui-public-model-license"),
    (r"Tongyi Qianwen (?:LICENSE|Licen[sc]e)", "tongyi-qianwen"),
    (r"FAIR[ -]?(?:AI[ -])?Public[ -]Licen[sc]e", "faipl-1.0"),
    (r"PolyForm Noncommercial", "polyform-noncommercial-1.0.0"),
)
_ANY_NAME = late(
    rf"(?<![A-Za-z0-9_/])(?:{'|'.join(f'(?P<n{i}>{pattern})' for i, (pattern, _) in enumerate(_NAMES))})", re.I
)
_STATES = late(r"\blicen[sc]e ?[:：|] ?\w|\b(?:licen[sc]ed|released|distributed|available) under\b|\brights reserved\b")
# "Its maker has stated no licence" names none, by whatever name.
_NONE_STATED = late(
    r"\b(?:no|any|without an?|(?:not|never)(?: yet)? (?:stated|declared|chosen|specified|named|granted|given)"
    r"(?: an?)?) licen[sc]e\b(?! fees?)|\blicen[sc]e(?:\*\*)? ?[:|]? ?(?:(?:is|was|has been|yet) ){0,3}"
    r"(?:not (?:yet )?(?:been )?(?:specified|stated|known|declared|decided|chosen|given)|unknown|undecided|unspecified|"
    r"to be (?:decided|determined|announced)|tbd|n/a)\b"
)
_ABOUT_LICENCE = late(
    r"licen[sc]|ライセンス|许可|協議|协议|лиценз|lizenz|licencia|licença|라이[선센]스|\bcc[ -]by|copyright|"
    r"rights reserved|\bapache[ -](?:v(?:ersion)? ?)?2|\bunder (?:the |an? )?(?:terms of (?:the )?)?"
    r"(?:apache|mit\b|bsd\b|[al]?gpl|gnu\b|cc[ -]?0|creative|mozilla|open ?rail)"
)

# "Most research is done in English only" restricts nothing.
_A_VERB = r"\b(?:is|are|was|were|has|have|had|been|done|carried|conducted|focus\w*)\b"
_RESEARCH_ONLY = either(
    (
        r"\b(?:research(?! (?:preview|prototype|project|paper))|academic|scientific|educational)\b"
        rf"(?:(?!{_A_VERB})[\w /,-]){{0,40}}?\b(?:use|usage|purposes?|"
        r"goals?|evaluation)? ?\b(?:only|exclusively|solely)\b"
        r"(?! (?:developed|published|trained|designed|built|made)\b)"
    ),
    (
        r"\b(?:only|solely|exclusively|strictly|purely|limited to|restricted to) "
        r"(?!(?:been|evaluated|tested|trained|validated|has|have|contains?|on|with)\b)(?:be )?(?:available |"
        r"intended |meant |to be |be )?(?:used )?(?:for |to )?(?:[\w-]+,? ){0,3}?(?:research|academic|"
        r"scientific)\b"
    ),
    (
        r"\bintended (?:only )?for (?:academic |non-?commercial )?(?:research|academic)(?: (?:and|"
        r"or) \w+)? (?:purposes?|use) only"
    ),
    r"\bnot\b[^.;]{0,40}\b(?:besides|other than|except(?: for)?|outside(?: of)?|beyond)\b[^.;]{0,25}"
    r"\b(?:research|academic|scientific)\b",
    r"\bnon[ -]?commercial,? (?:and )?(?:academic |scientific )?research (?:purposes?|use|usage|only)\b",
    r"\bresearch[ -]only\b|(?:研究|学术)(?:目的)?(?:のみ|限定|用途のみ)",
    r"仅(?:供|用于|限)(?:学术|研究|科研)|研究(?:目的|用途)[^。]{0,10}(?:のみ|に限)|연구 ?목적(?:으로만)?",
    r"\b(?:uniquement|exclusivement|seulement)[^.;]{0,30}\brecherche|"
    r"\brecherche (?:uniquement|seulement|exclusivement)",
    r"\b(?:s[oó]lo|únicamente|exclusivamente|apenas|somente) (?:para|com|con)\b[^.;]{0,20}(?:investigaci|pesquisa)",
    r"\b(?:nur|ausschließlich|lediglich) (?:für|zu)[rm]? (?:\w+ ){0,2}forschung|только (?:для|в) (?:научн|исследов)",
)
_NON_COMMERCIAL = either(
    (
        r"\bnon[ -]?commercial(?:ly)?\b(?! (?:\w+ )?(?:institut|organi[sz]|foundation|initiative|"
        r"partner|communit|groups?\b|teams?\b)|"
        r" (?:e?-?mails?|compan|vehicle|aircraft|flights?|"
        r"websites?|settings?|texts?|speech|news|data|corp(?:us|ora)|products?|broadcast))"
    ),
    r"\b(?:not|n't|never) (?:to )?(?:be )?us(?:e|ed|ing)\b[^.;]{0,30}"
    r"\b(?:(?:for|in) (?:any )?commercial|commercially)\b"
    r"(?![^.;]{0,20}\b(?:without|unless)\b)",
    (
        r"\bnot? (?:be )?(?:used |intended |allowed |available |permitted |licensed )?(?:for |"
        "in )(?:any )?commercial"
    ),
    (
        r"\bcommercial(?:ly)? (?:use|usage|purposes?|applications?) (?:\w+ ){0,2}(?:is|"
        "are) (?:strictly )?(?:not(?! (?:restricted|prohibited|forbidden|limited|excluded))|prohibited|forbidden|"
        "restricted|disallowed)"
    ),
    r"\b(?:not|n't) (?:be )?use(?:d)?\b[^.;]{0,30}\b(?:for|in) (?:any )?business\b",
    r"\bno commercial\b|\bnot (?:be )?(?:used )?commercially\b|\bprohibit\w*\b[^.]{0,30}\bcommercial",
    r"\bnot allowed\b[^.]{0,60}\bcommercial use",
    (
        r"\bfor (?:any )?commercial (?:use|usage|purposes?|"
        r"licens\w+)[^.]{0,30}\b(?:please )?contact\b(?=[^.]*\bonly\b)"
    ),
    r"商用(?:利用|目的|使用)?[^。]{0,10}(?:禁止|不可|できません)|非商[用业]|不[得可能](?:用于|作为)?(?:任何)?商[业用]|禁止(?:任何)?商[业用]",
    r"상업(?:적)? ?(?:이용|사용|목적)[^.]{0,12}(?:금지|불가)|"
    r"коммерческ\w+ (?:использован|цел)[^.]{0,20}запрещ|запрещ[^.]{0,30}[^е]коммерческ",
    r"비상업|\bnicht[ -]kommerziell|\bno comercial\b",
    r"kommerzielle\w* (?:nutzung|verwendung|zwecke)[^.]{0,30}\b(?:untersagt|verboten|nicht)\b",
    r"\bcommerciale?s? (?:est |sont |strictement )*(?:interdit|non autoris)|"
    r"\buso comercial\b[^.;]{0,40}\b(?:prohibid|proibid|n[oã]o? )",
    r"\bnão comercial\b|\bnon commerciale?\b|некоммерческ",
)
_OR = r"(?: use| purposes?)?(?: and|,? or| as well as| vs\.?| versus| ?/ ?) ?(?:for )?"
_EITHER_WAY = late(
    rf"\b(?:commercial(?:ly)?{_OR}non[ -]?commercial(?:ly)?|non[ -]?commercial(?:ly)?{_OR}commercial(?:ly)?)\b"
)
_NC_PROJECT = late(r"\b(?:an?|this|our) non[ -]?commercial (?:\w+ )?(?:project|effort|work)\b")
_NC_NAME = late(r"(?<![a-z\d])cc[ -]?by[ -]nc\b|\blicen[sc]e-nc\b|\bnoncommercial\b")
NO_SALE = late(
    r"\b(?:not|n't|never) (?:re-?)?sell (?:or \w+ )?(?:this|the|our|it\b)(?: (?:model|merge|checkpoint|lora|weights))?"
)
"""A ban on selling the model itself."""
_OTHER_TERMS = either(
    NO_SALE.pattern,
    r"\bprohibited[ -]uses?\b|\bacceptable[ -]use policy\b|\busage policy\b",
    r"\bdo(?: not|n't) use (?:it|this|the model) (?:for|to|in)\b",
    r"\brecommended\b[^.]{0,40}\bfor (?:\w+,? ){0,3}research",
    (
        r"\bcommercial(?:ly\b| (?:use|usage|purposes?|licen[sc]\w*|permission)\b)[^.]{0,60}\b(?:contact|apply|"
        r"application|permission|authori[sz]|e-?mail|register|registration|form\b|requires?|needs?)"
    ),
    (
        r"\bcommercial (?:products?|services?|applications?)\b[^.]{0,60}\b(?:please contact|contact us|"
        r"(?:requires?|needs?)\b[^.]{0,40}\b(?:licen[sc]|permission|agreement|authori[sz]|consent|approval))"
    ),
    r"\b(?:apply|contact|e-?mail|register|permission|authori[sz]ation|fill)\b[^.]{0,60}\bcommercial\b",
    r"\bprior written (?:permission|consent)",
    r"\bcommercial (?:use|usage|purposes?)\b[^.]{0,40}\b(?:must|need to|have to|required to|should)\b[^.]{0,20}"
    r"\b(?:obtain|purchase|buy|acquire|get|request|negotiate)\b",
    r"\b(?:must|need to|have to|required to) (?:obtain|purchase|buy|acquire|get|request|apply for)\b[^.]{0,40}"
    r"\b(?:commercial|enterprise|separate) (?:licen[sc]e|permission|agreement)",
    r"\bagree (?:to|not to)\b[^.]{0,60}\b(?:terms|licen[sc]e|redistribut)|\bterms of use\b|"
    r"\b(?:agree|accept|subject|comply|adhere|abide|bound|governed|under|follow)\w*\b[^.]{0,60}\bterms of service\b",
    "利用規約|使用条款|商[用业][^。]{0,12}(?:联系|申请|授权|許可|許諾|連絡|問い合わせ|邮件)",
)
_ADVICE = either(r"\b(?:ideally|preferably|recommend\w*|advis\w+|suggest\w*)\b")
_FRIENDLY = either(
    (
        r"\b(?:suitable|ready|available|free|permitted|allowed|allow\w*|can be used|"
        r"optimi[sz]ed)\b[^.]{0,30}\bfor (?:both )?(?:\w+ (?:and|or) )?commercial"
    ),
    r"\bcommercial (?:enquir|inquir|support|partner|collaborat)|\b(?:research|academic) and commercial\b",
)
# A sentence without any of these needs no closer look; looking for them is cheap.
_HINTS = (
    "commerc", "comercial", "kommerz", "коммерч", "research", "academic", "scientific", "education", "study",
    "forschung", "recherche", "investiga", "pesquisa", "исслед", "научн",
    "sell", "prohibit", "acceptable", "policy", "do not use", "don't use",
    "recommended", "permission", "authori", "consent", "terms", "agree", "-nc", " nc", "研究", "学术", "商用", "商业",
    "利用規約", "条款", "연구", "상업",
)  # fmt: skip
_LATIN_HINTS = tuple(hint for hint in _HINTS if hint.isascii())
_OTHER_HINTS = tuple(hint for hint in _HINTS if not hint.isascii())
_THIS_AFTER_ALL = late(r", ?(?:this|our) (?:[\w-]+ )?(?:models?|weights?|checkpoints?)\b")
_NOT_THIS = either(
    r"\b(?:base|original|teacher|other|upstream) model(?:'s)? (?:is|was|has)|\bunlike\b",
)

_USE_WORD = late(r"\b(?:non-?\s?commercial|commercial|research|academic|scientific|educational)\w*")
_BREAK = late(r"[;,]| because | due to | owing to | since ")


# Words before a name that make it no statement: "not under the MIT license", "based on the MIT license".
_NO_STATEMENT = late(
    r"(?:\bnot|n't|\bno longer|\bnever|\bunlike|\binstead of|\brather than|\bcompatible with|\bsimilar to|"
    r"\bbased (?:up)?on|\binspired by|\bderived from|\bmodified|\bsuch as|\bfor example)\b"
    r"(?! only| just)[^.;,]{0,40}\Z",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A licence named in a sentence: its id (of the table where there is one), the words, and where they end."""

    hub_id: str
    words: str
    end: int


def mentions(text: str) -> Iterator[Mention]:
    """The licences that a sentence names. A version that is not told is left to the family id."""
    for match in _ANY_NAME.finditer(text):
        if _NO_STATEMENT.search(text, max(0, match.start() - 60), match.start()):
            continue
        index = next(i for i in range(len(_NAMES)) if match.group(f"n{i}") is not None)
        words = match[0].strip(" -,.")
        hub_id = _NAMES[index][1]
        if "{}" in hub_id:
            version = re.search(r"\d(?:\.\d)?", words)
            hub_id = _versioned(hub_id, version[0] if version else None)
        yield Mention(hub_id, words, match.end())
    for match in _table_names().finditer(text):
        licence = licence_of(match[0])
        if licence is not None and not _NO_STATEMENT.search(text, max(0, match.start() - 60), match.start()):
            yield Mention(licence.hub_id, match[0], match.end())


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
    patterns = (re.escape(name).replace(r"\-", "[ -]") for name in sorted(names, key=len, reverse=True))
    return late("|".join(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])" for pattern in patterns), re.I)


@lru_cache(maxsize=8192)  # of many cards in a row, two sentences in three were read before
def speaks_of_licence(low: str) -> bool:
    """Whether a sentence is about a licence at all."""
    return bool(_ABOUT_LICENCE.search(low))


def states_licence(low: str) -> bool:
    """Whether a sentence says under which licence something stands, with whatever name."""
    return bool(_STATES.search(low))


def denies_licence(low: str) -> bool:
    """Whether a sentence says that there is no licence, or that nobody knows it."""
    return bool(_NONE_STATED.search(low))


@lru_cache(maxsize=8192)
def restriction_in(low: str) -> Restriction:
    """What a sentence demands of the user beyond a licence id; a friendly word about commerce demands nothing."""
    if not _hinted(low) or (_NOT_THIS.search(low) and not _THIS_AFTER_ALL.search(low)):
        return "none"
    low = _NC_PROJECT.sub("a project", _EITHER_WAY.sub("commercial", low))
    if _RESEARCH_ONLY.search(low):
        return "other" if _ADVICE.search(low) else "research-only"
    if _NON_COMMERCIAL.search(low) or _NC_NAME.search(low):
        return "non-commercial"
    if _OTHER_TERMS.search(low) and not _FRIENDLY.search(low):
        return "other"
    return "none"


def _hinted(low: str) -> bool:
    for hint in _LATIN_HINTS:  # a plain loop: every sentence of every card comes here
        if hint in low:
            return True
    return not low.isascii() and any(hint in low for hint in _OTHER_HINTS)


def restricting_part(low: str) -> str:
    """A restricting sentence up to where its reason or another statement begins: "..., because the data are ..."."""
    hint = _USE_WORD.search(low)
    end = _BREAK.search(low, hint.end()) if hint else None
    return low[: end.start()] if end else low


def is_open(licence: Licence) -> bool:
    """Whether the licence allows use by anybody for anything legal, commerce included (open-rail among them)."""
    return licence.commercial_use == "yes" or licence.family == "open-rail"
