"""What a sentence about a licence licenses: the model, its code, its data, or something that it was made from."""

from __future__ import annotations

import re
from typing import cast

from modelpick.vetting.answers.contract_license import Subject
from modelpick.vetting.answers.words import late

# "Text classification model" is no text and "open-source weights" are no source: the last noun says what it is.
_STOPS = r"(?:a|an|and|are|by|for|from|in|is|it|of|on|or|our|that|the|these|this|to|under|used|was|which|with|within)"
_NOT_A_MODEL = rf"(?!(?:[ -](?!{_STOPS}\b)[\w-]+){{0,3}} (?:models?|weights?|checkpoints?)\b)"
_DATA = (
    r"(?:data|datasets?|data sets?|corpus|corpora|images|imagery|scans|footage|"
    r"texts?|annotations?|recordings|dumps?)"
)
# Where two begin at one place the one that stands first here is meant.
_SUBJECTS: tuple[tuple[Subject, str], ...] = (
    (
        "component",
        r"\b(?:base|original|teacher|upstream|parent|backbone|underlying|foundation)[ -](?:[\w.-]+ ){0,3}?"
        r"(?:models?|weights?|checkpoints?|version)\b|"
        r"\b(?:on|from) which (?:this|the|our) model (?:is|was)\b|"
        r"(?<!this )(?<!our )\b(?:vae|hifi-?gan|face (?:analysis|detection|recognition) model|controlnet|"
        r"tokeni[sz]er|vocoder|text encoder|vision encoder|feature extractor|third[ -]party|components?|"
        r"dependenc(?:y|ies))\b|\bcredits? (?:for|to|goes)\b|"
        r"\b(?:photo(?:graph)?s?|pictures?|icons?|logos?|figures?)\b|\b(?:portions?|(?:some|other) parts?) of\b",
    ),
    (
        "code",
        r"\b(?:(?:models?(?:'s|’s)?|weights?|data|datasets?) )?"
        r"(?:(?:source )?code|software|(?<!open[ -])source|(?:github|git|code|official|original|source) "
        r"repo(?:sitory)?|scripts?|"
        r"library|toolkit|framework|implementation)\b"
        rf"{_NOT_A_MODEL}|代码|コード|코드|исходный код|\bquellcode\b|\bcódigo\b",
    ),
    (
        "data",
        rf"\b(?:models?(?:'s|’s)? )?{_DATA}\b(?! code| scripts?){_NOT_A_MODEL}|数据|データ|데이터|"
        r"\bdatos\b|\bdados\b|\bdonnées\b|"
        r"\bdaten(?:satz|sätze)?\b|данны",
    ),
    (
        "weights",
        r"\b(?:models?|weights?|checkpoints?|embeddings?|parameters|adapter|lora)\b|模型|权重|モデル|重み|모델|가중치|модел|"
        r"\b(?:modelle?|gewichte|pesos|modelos?|modèles?|poids)\b",
    ),
)
_ANY_SUBJECT = late("|".join(f"(?P<{name}>{pattern})" for name, pattern in _SUBJECTS))
_BESIDE = late(
    r"(?: \([^)]*\))?(?:,? \(?(?:and|&|as well as|along with|und|et|y|e)\b|,|/|[和与及、と]) ?"
    r"(?:the |our |all |die |les? |los |las |os )?"
    r"(?:(?:pre-?|fine-?)?t(?:rain|un)(?:ed|ing) )?"
)
_IN_A_NAME = late(
    r"\b(?:nvidia source code|business source|apple sample code|apache software|boost software|open software|"
    r"open data commons)\b"
)
_OUTPUTS = late(
    r"\b(?:code|texts?|images?|data|outputs?) (?:that |which )?(?:is |are )?(?:it )?"
    r"(?:generated|produced|written|created) (?:by|with|using) (?:this|the|our) model\b|"
    r"\bgenerated (?:code|images?|texts?)\b"
)
_INHERITED = late(r"\b(?:same|inherit\w*|follow\w*|identical|match\w*|shared)\b[^.;]*\Z")
_LICENSED = r"(?:licen[sc]ed|released|published|available|distributed)"
_DATA_UNDER = late(rf"\b{_DATA}(?: (?:that|which) (?:is|are))? {_LICENSED} under\b|(?<!be )\bused under\b")
_BASE_UNDER = late(
    r"\b(?:version|derivative|fine-?tune|merge|tuned|based|built|trained|derived|initiali[sz]ed) (?:of|from|(?:up)?on) "
    rf"[^,;]{{1,60}}, (?:which|that|itself) (?:is |was |are )?{_LICENSED}\b|"
    r"\b(?:model|network|system|encoder|project|package|pipeline|we|it) "
    r"(?:utili[sz]es|uses?|builds? (?:up)?on|leverages?) "
    rf"(?!(?:the|this|our) model )[^;]{{1,120}}?\b{_LICENSED} under\b"
)

# "Because the data are ..., this model may not ...".
_SO_THE_MODEL = late(
    r"(?:, ?|\bso |\btherefore |\bhence )(?:this|the|our) (?!base|original|teacher)(?:[\w-]+ )?"
    r"(?:models?|weights?|checkpoints?) (?:is|are|may|can|must|should)\b"
)

_BEHIND = late(
    r"[ -]?(?:licen[sc]ed?,? ?)?(?:\((?:for |the |our )*|(?:for|covers?|applies to) (?:the |our |all )?)"
    r"(?:(?:source|model|inference|training|pre-?trained) )?"
)
_TRAINED_ON = late(r"\b(?:train|tun)(?:ed|ing) (?:on|with|using) [^,;.]{0,40}\Z")
_THE_MODEL = r"(?:the|this|our) (?!base|original|teacher)(?:[\w-]+ ){0,3}?(?:models?|weights?|checkpoints?)"
_MODEL_UNDER = late(
    rf"\b(?:release|publish|distribut|licen[sc])\w* {_THE_MODEL} under\b|"
    rf"\A\W*{_THE_MODEL} (?:is|are|will be) (?:{_LICENSED} )?under\b"
)
_LINEAGE = late(
    r"\b(?:base|original|teacher|upstream|parent|backbone|underlying|foundation|derive|inherit|based on|version of|"
    r"fine-?tun|on which|from which)"
)


def is_of_lineage(low: str) -> bool:
    """Whether a sentence about a component speaks of what the model was made from, not of a part beside it."""
    return bool(_LINEAGE.search(low))


def is_of_outputs(low: str) -> bool:
    """Whether a sentence about a licence speaks of what the model puts out."""
    return bool(_OUTPUTS.search(low))


def is_of_training(before: str) -> bool:
    """Whether the words before a licence's name make it that of the data: "trained on CC BY-SA scans"."""
    return bool(_TRAINED_ON.search(before))


def model_under(low: str) -> bool:
    """Whether a sentence says in so many words under what the model stands, as in a section about the data."""
    return bool(_MODEL_UNDER.search(low))


def subject_behind(low: str, end: int) -> Subject | None:
    """What stands right behind a licence's name as its subject: "MIT for the code", "CC BY-NC (weights)"."""
    lead = _BEHIND.match(low, end)
    found = _ANY_SUBJECT.match(low, lead.end()) if lead else None
    return _with_those_beside(low, found) if found else None


def subject_of(low: str) -> Subject:
    """What a licence sentence speaks of: the first thing that it names, and `weights` where it names none.

    Of "code and models" the model counts, of "trained on data released under ..." and "used under ..." the data, and of
    "a version of X, which is released under ..." the other model. What is "the same as of the base model" is said of
    the model.
    """
    low = _IN_A_NAME.sub("", low)
    first = _ANY_SUBJECT.search(low)
    if first is None or first.lastgroup == "weights":
        if _DATA_UNDER.search(low):
            return "data"
        return "component" if _BASE_UNDER.search(low) else "weights"
    if first.lastgroup == "data" and _SO_THE_MODEL.search(low):
        return "weights"
    if first.lastgroup == "component" and _INHERITED.search(low, max(0, first.start() - 40), first.start()):
        return "weights"
    return _with_those_beside(low, first)


def _with_those_beside(low: str, first: re.Match[str]) -> Subject:
    """The subject found, or the weights where they stand beside it: "code and models"."""
    following: re.Match[str] | None = first
    while following and (beside := _BESIDE.match(low, following.end())):
        following = _ANY_SUBJECT.match(low, beside.end())
        if following and following.lastgroup == "weights":
            return "weights"
    return cast(Subject, first.lastgroup)
