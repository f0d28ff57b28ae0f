"""What a model does, told by a verb: "it sorts mail", "trained to find faces", "Wren speaks six languages".

The verbs are a table of plain forms. Their other forms follow from the rules of English, so that one look into a set
tells whether a word is one of them.
"""

from __future__ import annotations

import re
from collections.abc import Set

from modelpick.vetting.answers.words import STEM, Said, kept, late

_VERBS = frozenset(
    """
    advise align analyse analyze animate annotate anonymize anonymise answer assess autocomplete balance caption
    chat cite classify clean clone colorize colourize complete compose converse convert cope correct count create
    decode describe detect determine diagnose disambiguate distinguish draft draw drive edit embed emulate encode
    enhance estimate explain extract fill filter find fix flag flip forecast format generate grade group guess guide
    identify illustrate imitate infer inpaint interpret judge label listen locate map match measure mimic moderate
    navigate paint paraphrase parse perceive pick plan play predict produce pronounce propose proofread punctuate
    rank rate read reason recognise recognize recommend reconstruct redact reformulate remove render repair rephrase
    reply rerank respond restore retrieve rewrite score segment separate sharpen simplify simulate sing solve sort
    speak split spot stack steer stylize stylise suggest summarise summarize synthesise synthesize tag talk tell
    track transcribe transfer transform translate transliterate triage turn understand upscale verify vocalize voice
    walk write
    """.split()  # noqa: SIM905 - easier to read and to extend
)
# Words of which only the one form tells a purpose: "that takes an image", but "to take a look".
_ONLY_THIRD = frozenset(
    """
    accepts acts allows calls captures checks enables gives handles helps ingests lets makes outputs returns takes
    """.split()  # noqa: SIM905
)
_ONLY_PLAIN = frozenset(
    """
    accomplish act assist capture control facilitate handle help output perform return serve support
    """.split()  # noqa: SIM905
)
_ONLY_DOING = frozenset({"assisting", "controlling", "facilitating", "handling", "helping", "performing", "searching"})
_DOUBLED = frozenset({"map", "tag", "plan", "spot", "split", "flag", "flip", "chat"})


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("ch", "sh", "ss", "x")) else "s")


def _doing(verb: str) -> str:
    stem = verb[:-1] if verb.endswith("e") else verb + verb[-1] if verb in _DOUBLED else verb
    return stem + "ing"


_THIRD: Set[str] = frozenset(map(_third, _VERBS)) | _ONLY_THIRD
_PLAIN: Set[str] = _VERBS | _ONLY_PLAIN
_DOING: Set[str] = frozenset(map(_doing, _VERBS)) | _ONLY_DOING
_STEMS = frozenset(word[:STEM] for word in (*_THIRD, *_PLAIN, *_DOING))

THING = (
    "(?:model|network|system|classifier|adapter|lora|tool|agent|checkpoint|embedding|encoder|llm|assistant|policy|"
    "chatbot|bot|companion|engine|finetune|pipeline|generator|detector)"
)
"""What a model is called, as a pattern."""

_ADVERBS = r"(?:also |then |automatically |even |directly |now |only |not only |\w+ly )*"
_TO = late(
    r"\b(?:(?:cap)?able|used|utili[sz]ed|employed|applied|trained|tuned|built|made|developed|created|designed|"
    r"meant|intended|"
    r"optimi[sz]ed|adapted|adjusted|taught|aims?|aimed|tries|learn(?:s|ed|t)|attempt|you|users?|them|"
    rf"(?:goal|purpose|objective|idea|aim)(?: of (?:this|the) \w+)? (?:is|was)|{THING}s?) to {_ADVERBS}(\w+)"
)
_CAN = late(
    rf"\b(?:it|she|he|that|which|{THING}s?) (?:can|will|helps?(?: \w+){{0,3}}?(?: to)?|lets (?:you|users)) "
    rf"{_ADVERBS}(\w+)"
)
_BY_DOING = late(
    r"\b(?:capable of|(?:good|great|strong|useful|excels?|shines?|speciali[sz]ed|speciali[sz]es|"
    r"proficient) (?:at|in|for)"
    r"|(?:built|made|developed|created|trained|tuned|designed|used|meant|intended|optimi[sz]ed) (?:specifically )?for|"
    rf"{THING}s? for) {_ADVERBS}(\w+ing)\b"
)
_THAT = late(
    rf"\b(?:(?<!method )(?<!approach )(?<!technique )(?:that|which|who) {_ADVERBS}(\w+)|{THING}s (?:that|"
    rf"which) {_ADVERBS}(\w+))"
)
_LABEL = late(r"^[^:.]{2,40}: +(?=\w)|^\W+")
_GIVEN = late(
    r"^\W*(?:given|(?:give|feed|pass|send|ask|input) (?:it |him |her )?(?:an?|the|your|some|any|two))\b[^.]{3,160}?"
    r"\b(?:returns?|outputs?|produces?|predicts?|generates?|writes?|answers?|tells?|replies|responds|gives? you|"
    r"you get)\b"
)
_OBJECT = late(
    r" (?!(?:are|is|was|were|be|has|more|better|well|higher|lower|best|worse|than|up|out|sure|use|us|it|them|"
    r"(?:this|the) model|that|how|you|as follows|the following|above|below|at|on|state|sota|inference|commercial|"
    r"remote|incorrect|wrong|false|inaccurate|biased|harmful|offensive|toxic|good|great|training|"
    r"(?:an? |the )?(?:\w+ )?(?:accuracy|f1|wer|performance|improvement|results?))\b|\d)"
    r"(?!(?:[\w-]+ ){0,4}(?:files?|data ?sets?|scripts?|config)\b)[^\w=]{0,3}(?:[\w'-]+ )*?[\w'-]{2,}|$"
)
_NOT_A_MODEL = frozenset(
    """
    paper script scripts notebook code dataset data corpus figure table example section library repository repo
    tokenizer tokeniser processor method approach function command page card api trainer image plot chart column file
    author authors we i you they people users user team
    """.split()  # noqa: SIM905
)
_A_THING = late(THING)
_PRONOUNS = frozenset({"it", "she", "he"})
_BETWEEN = frozenset({"also", "always", "can", "even", "just", "now", "then", "will"})
_POINTERS = frozenset({"this", "the", "our", "my"})
_WORDLESS = late(r"\W+")
_MOST_WORDS = 7  # before the verb


def tells_doing(said: Said, names: Set[str]) -> bool:
    """Whether a sentence says of a model that it does something for its user.

    Args:
        said: The sentence.
        names: The words that the card calls its model by (`CardView.names`).
    """
    return _is_deed(said) or ((doer := _doer(said)) is not None and (doer in names or doer.partition("-")[0] in names))


@kept
def _is_deed(said: Said) -> bool:
    text = said.low
    if _GIVEN.match(text):
        return True
    if _STEMS.isdisjoint(said.stems):
        return False
    label = _LABEL.match(text)
    return (
        (" to " in text and _has(_TO, _PLAIN, text))
        or ("ing" in text and _has(_BY_DOING, _DOING, text))
        or _has(_CAN, _PLAIN, text)
        or _has(_THAT, _THIRD, text, _PLAIN)
        or _begins_with_deed(text)
        or (label is not None and _begins_with_deed(text[label.end() :]))  # "Tool use: calls functions"
        or _doer(said) in _PRONOUNS
    )


def _begins_with_deed(text: str) -> bool:
    word = text.split(maxsplit=1)[0] if text else ""
    return word in _THIRD and _OBJECT.match(text, len(word)) is not None


def _has(pattern: re.Pattern[str], first: Set[str], text: str, second: Set[str] = frozenset()) -> bool:
    for match in pattern.finditer(text):
        group = match.lastindex or 1
        if match[group] in (first if group == 1 else second) and _OBJECT.match(text, match.end()):
            return True
    return False


@kept
def _doer(said: Said) -> str | None:
    """The head of the subject that does something: of "It reads letters", "Wren speaks six languages".

    "This small network tells cats from dogs" has "it". None where nobody does anything, or what is no model.
    """
    if _STEMS.isdisjoint(said.stems):
        return None
    words = said.low.split(maxsplit=_MOST_WORDS)
    if words and _WORDLESS.fullmatch(words[0]):
        del words[0]  # a bullet or an emoji
    place = 0
    for number, word in enumerate(words[:_MOST_WORDS]):
        if number and word in _THIRD:
            at = said.low.find(f" {word}", place)
            return _head(words[:number]) if _OBJECT.match(said.low, at + 1 + len(word)) else None
        place += len(word)
    return None


def _head(subject: list[str]) -> str | None:
    if not _NOT_A_MODEL.isdisjoint(subject):
        return None
    head = subject[0].strip("*_\"'`([")
    if head in _PRONOUNS:
        return head if all(word in _BETWEEN or word.endswith("ly") for word in subject[1:]) else None
    if head in _POINTERS:
        return "it" if any(_A_THING.fullmatch(word) for word in subject[1:]) else None
    return head
