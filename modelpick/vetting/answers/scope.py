"""What the model is not for, and where it fails: out-of-scope use, and limitations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from modelpick.facts import BlockKind
from modelpick.vetting.answers.contract import Statement
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line
from modelpick.vetting.answers.words import either

_EXCLUDED_USE = either(
    r"\b(?:should|must|may|can|shall) ?(?:not|n't|never) be (?:used|deployed|employed|applied|relied)",
    (
        r"\bnot (?:be )?(?:intended|meant|designed|suitable|suited|appropriate|permitted|allowed|"
        r"authori[sz]ed|recommended) (?:to|for|as|without)\b"
    ),
    r"\bout[ -]of[ -](?:the )?scope\b|\bprohibited\b|\bmisus(?:e|ed|ing)\b.*\b(?:is|are|not)\b",
    r"\bdo(?: not|n't) use (?:it|this|the model|them|for)\b",
    r"\b(?:users?|you) (?:must|may|should|shall|agree) (?:to )?not\b|\bmay not attempt\b",
    r"\bavoid(?:ing)? (?:\w+ )?(?:use|using|deploy)",
    r"\b(?:research|academic|educational) (?:use|purposes?) only\b",
    r"\bonly (?:\w+ ){0,3}for (?:\w+ ){0,2}(?:research|academic|educational)\b",
    r"\bnot for (?:commercial|production|clinical|medical|diagnos|use|legal|real)",
    r"\bnot a (?:chat|general[ -]purpose|medical|replacement|substitute)\b",
    r"\bfor tasks such as [\w -]+,? you should look at\b|\bis forbidden\b",
    r"\bshould not be (?:considered|treated|used)\b",
    r"\bintentionally (?:create|generate|promote|disseminate)|\bnot suitable\b",
)
_EXCLUDED_USE_OTHER = either(
    "использовать нельзя|не предназначен|запрещ|nicht (?:für|geeignet|vorgesehen|bestimmt)",
    "ne (?:doit|peut) pas être|n'est pas destiné|no (?:debe|está destinad|es apto)",
    "não (?:deve|é destinad)|不得|禁止|不应|用途にのみ|しないでください|금지|하지 (?:마|말)",
)
_LIMIT = either(
    (
        r"\b(?:may|might|can|could|will|would|sometimes|often|occasionally|tends? to|potentially|"
        r"prone to)\b[^.]{0,60}\b(?:bias|incorrect|inaccura|harmful|offensive|wrong|error|hallucinat|"
        "inappropriate|fail|degrad|nonsens|stereotyp|toxic|unsafe|mislead|contradict|repetiti|false|"
        "imprecise|nsfw|x-rated|explicit|sexual|objectionable|poor)"
    ),
    (
        r"\bbias(?:es|ed)?\b(?! ?=| term| vector)[^.]{0,80}\b(?:present|exist|reflect|inherit|reinforc|"
        "exacerbat|amplif|contain|may|might|affect|toward)"
    ),
    r"\b(?:contain|reflect|inherit|exhibit|encod|have|has|show)\w*\b[^.]{0,50}\bbias(?:es)?\b",
    r"\blimitations?\b(?![^.]{0,20}\blicen)[^.]{0,60}\b(?:is|are|as|of|includ|that|:)|\bsame limitations",
    (
        r"\b(?:model|it|they|network|this|tool|\w+) (?:can\s?not|can't|does not|doesn't|do not|don't|"
        "is not (?:able|capable)|struggles?|fails?|are not) (?:currently |yet |really |always |"
        "well )?(?:be )?(?:support|handle|generali[sz]e|render|perform|work|achieve|understand|comprehend|"
        "recogni[sz]e|generat|produc|know|captur|process|translat|predict|deal|cope|able|always|guarantee|"
        "have|with|to|on|when|at|distinguish|knowledge)"
    ),
    (
        r"\bnot (?:be )?(?:perfect|fool-?proof|100 ?%|always|fully|yet been|been (?:filtered|tested|evaluated|"
        "validated|trained)|guaranteed|reliable|reliably|accurate|robust|optimal|comprehend)"
    ),
    (
        r"\b(?:poor(?:ly)?|bad(?:ly)?|weak(?:er)?|worse|suboptimal|degraded?|lower) (?:performance|quality|"
        r"results?|accuracy|at|on|in|for|when|with)\b"
    ),
    r"\bperforms? (?:very |quite |particularly )?(?:poorly|badly|worse)|\bparticularly poor\b",
    r"\bstruggl(?:es?|ing)\b|\bhallucinat|\bis truncated\b|\bwill be truncated\b",
    r"\b(?:limited|restricted) (?:to|by|in)\b",
    (
        r"\b(?:only|just) (?:valid|works?|supports?|supported|recogni[sz]es?|understands?|trained on english|"
        r"in english|for english)\b"
    ),
    r"\bvalid (?:only )?for\b[^.]*\bonly\b|\bno (?:guarantee|warrant(?:y|ies)|knowledge)\b",
    r"\bnot provide any warranty|\bdo not take\b|\bshould not be relied\b|\b(?:cannot|can't) guarantee",
    r"\bnot (?:responsible|liable)\b(?=.{0,40}accura)|\bknown (?:issue|limitation|problem|bug)s?\b",
    r"\bis broken\b|\bwork in progress\b|\buncontrollable\b",
    r"\bcontext (?:window|length)\b[^.]{0,60}\b(?:ceiling|limit|max)",
    r"\bmax(?:imum)?[_ -](?:\w+[_ -])?(?:length|tokens?)\b|\b(?:annotation|labell?ing) errors?\b|\blossy\b",
    r"\bnot (?:been )?filtered\b|\bsafety filtering\b|\bcannot be (?:guaranteed|relied)",
    r"\brisks?\b[^.]{0,60}\b(?:unknown|exist|remain)",
    r"\breinforc\w+ (?:or )?(?:exacerbat\w+ )?(?:social )?bias",
)
_LIMIT_OTHER = either(
    r"не (?:более|поддержива|умеет|гарантир)|ограничен\w+ (?:модел|в)",
    "nicht (?:perfekt|in der lage|unterstützt)|begrenzt auf|ne (?:prend|peut|fonctionne|supporte) pas",
    "no (?:admite|soporta|funciona|puede)|puede(?:n)? (?:contener|generar|producir)",
    "não (?:suporta|funciona|pode)|pode(?:m)? (?:conter|gerar)",
    "偏っ|バイアスがあ|可能性があります|できません|対応していません|不支持",
    "可能(?:会)?(?:产生|生成|存在)|局限|할 수 없|한계|지원하지 않",
)
_CLAIM = re.compile(  # a sentence with a verb, in the languages whose words are told apart by spaces; else any text
    r"\b(?:is|are|be|been|was|were|has|have|not|may|might|can|could|will|would|should|must|does|do|only|lacks?|limit\w*|"
    r"tends?|needs?|requires?|struggles?|due|because|less|more|ist|sind|kann|nicht|est|sont|peut|es|son|puede|é|são|pode)\b|"
    r"[\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)
_POINTER = either(
    r"^\W*(?:please )?(?:see|refer|consult|check|read|visit|look at|for more|more information)\b",
    r"\b(?:details?|information) can be found\b",
)
_TEMPLATE = either(
    r"users \(both direct and downstream\)|more information needed|should be made aware of the risks",
    "^this section (?:is|addresses|describes)",
)
# "No known limitations", and what a model is for: "it detects offensive language".
_NO_LIMIT = either(
    r"\b(?:no|without) (?:known |major |other |any )*(?:limitations?|bias(?:es)?|weakness(?:es)?|issues?|problems?)\b",
    r"\b(?:detect|classif|filter|flag|identif|recogni[sz]|remov|block|moderat|predict|find)\w* (?:[\w-]+,? ){0,4}"
    r"(?:harmful|offensive|toxic|inappropriate|hate|nsfw|explicit|sexual|unsafe|false|errors?|bias\w*)\b",
)
_NOTHING = re.compile(r"^\W*(?:none|n/?a|nothing|unknown|no\b)|:\W*$")
_HOW_TO = re.compile(r"^\W*(?:you can|here is|here's|to use|how to|first|run|install|import|example)\b")
_COMPARED = either(
    (
        r"\b(?:other|previous|existing|prior|traditional|earlier|most|many) (?:\w+ )?(?:methods?|models?|"
        r"approaches|works?|systems?)\b"
    ),
)
_MAX_EVIDENCE = 4


def read_out_of_scope(view: CardView) -> Statement:
    """Stated where a use is excluded, in any section, the gate text included."""
    return _statement(view, _excludes_use)


def read_limitations(view: CardView) -> Statement:
    """Stated where a weakness, bias, bound or failure of this model is told."""
    return _statement(view, _limits)


def _statement(view: CardView, wanted: Callable[[Line], int]) -> Statement:
    ranked = sorted(_ranked(view, wanted), key=lambda pair: (-pair[0], pair[1].line))
    if not ranked:
        return Statement(status="absent" if view.whole else "unknown")
    return Statement(status="stated", evidence=tuple(view.evidence(line) for _, line in ranked[:_MAX_EVIDENCE]))


def _ranked(view: CardView, wanted: Callable[[Line], int]) -> Iterator[tuple[int, Line]]:
    for line in (*view.sentences(), *view.gate):
        score = wanted(line)
        if score > 0:
            yield score, line


def _excludes_use(line: Line) -> int:
    if _TEMPLATE.search(line.low) or line.kind is BlockKind.TABLE_ROW:
        return 0
    cue = bool(_EXCLUDED_USE.search(line.low) or _EXCLUDED_USE_OTHER.search(line.low))
    if Topic.OUT_OF_SCOPE in line.above and not _POINTER.search(line.low):
        return 3 + cue if cue or not (_NOTHING.search(line.low) or len(line.low.split()) < 2) else 0
    return 2 if cue else 0


def _limits(line: Line) -> int:
    text = line.low
    if line.gate or _TEMPLATE.search(text) or (line.kind is BlockKind.TABLE_ROW and Topic.LIMITS not in line.above):
        return 0
    cue = bool(_LIMIT.search(text) or _LIMIT_OTHER.search(text)) and not _NO_LIMIT.search(text)
    if line.topics & {Topic.LICENSE, Topic.EVALUATION, Topic.TRAINING} and Topic.LIMITS not in line.topics:
        return 0
    if Topic.LIMITS in line.above and Topic.OUT_OF_SCOPE not in line.topics:
        if _POINTER.search(text) or _HOW_TO.search(text):
            return 0
        mixed = len(line.topics) > 1 or Topic.LIMITS not in line.topics
        if cue:
            return 4
        return 0 if mixed or len(text.split()) < 5 or not _CLAIM.search(text) or _EXCLUDED_USE.search(text) else 2
    return 1 if cue and not _COMPARED.search(text) else 0
