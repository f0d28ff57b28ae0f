"""What the model is for: the sentence in which the card tells the task, the use or the user; and what it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from modelpick.card_facts import BlockKind
from modelpick.findings import Evidence
from modelpick.vetting.answers.contract import Purpose, Status
from modelpick.vetting.answers.tasks import does_foreign_task, names_task, task_in
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line
from modelpick.vetting.answers.words import Cues, CueSet

_VERB = (
    r"(?:predict|generat|classif|detect|translat|summari[sz]|convert|transcrib|extract|recogni[sz]|"
    r"identif|answer|segment|"
    r"transform|produc|creat|synthesi[sz]|correct|rewrit|paraphras|captur|estimat|describ|complet|"
    r"remov|rank|scor|encod|map|"
    r"embed|understand|clon|render|colou?ri[sz]|restor|upscal|label|tag|pars|assess|determin|"
    r"distinguish|separat|annotat|analy[sz]|"
    r"forecast|simulat|tak|accept|respond|reason)(?:es?|s|ies|y|ing|ed|ting|ping)?\b"
)
# Doing words that are plain only where the model does it: "it sorts mail", "Reads handwritten digits."
_DOES = (
    r"(?:sorts|counts|tells|reads|finds|guesses|spots|plays|draws|writes|speaks|filters|flags|groups|matches|locates|"
    r"measures|tracks|diagnoses|solves|controls|steers|recommends|suggests|predicts|generates|classifies|detects|"
    r"translates|summari[sz]es|transcribes|extracts|recogni[sz]es|identifies|answers|segments|estimates|describes)"
    r" (?!are |is |was |were |more\b|that |how |you\b|the following|as follows|"
    r"[^.]*\b(?:files?|data ?sets?|scripts?|config|results?)\b)"
    r"(?:[\w-]+ )*[\w-]{3,}"
)
_VERB_STEMS = (
    "predi gener class detec trans summa conve extra recog ident answe segme produ creat synth corre rewri "
    "parap captu estim descr compl remov rank ranks ranki ranke score scori encod map maps mappi embed under "
    "clone cloni rende color colou resto upsca label tag tags parse parsi asses deter disti separ annot analy "
    "forec simul take takes takin accep respo reaso"
)
_DOES_STEMS = (
    "sorts count tells reads finds guess spots plays draws write speak filte flags group match locat measu track diagn "
    "solve contr steer recom sugge"
)
_THING = r"(?:model|network|system|classifier|adapter|lora|tool|agent|checkpoint|embedding|encoder|llm|assistant)"

# "a model for text-image comprehension", but not "for training".
_FOR_DOING = Cues(
    "for",
    r"\bfor (?:[\w-]+[ ,]+){0,5}?(?!training|fine|tuning|finetuning|evaluation|inference|information|comparison|"
    r"quanti[sz]ation|testing|documentation|pre-?training|loading|downloading|implementation|permission|citation|"
    r"attribution|\w*thing\b|following|initiali[sz]ation|convenience|compression|deployment|commercial)"
    r"\w{3,}(?:tion|sion|ysis|ment|ing|overy)\b(?! (?:code|data|scripts?|details))",
)
_THING_BEFORE = re.compile(rf"\b{_THING}s? $|\b(?:is|are) (?:an?|the|our) [^.:;]*\b{_THING}\b[^.:;]* $")
_NEAR = 140  # characters before a word that are looked at
# Ways to say for which use it was made; plain wherever they stand.
_MADE_FOR = CueSet(
    Cues(
        "inten desig meant optim suit suite usefu recom tailo aimed ideal perfe",
        r"\b(?:is|are|was|been|being|mostly|mainly|primarily|ideally|best|well) (?:also )?(?:intended|designed|meant|"
        r"optimi[sz]ed|suit(?:ed|able)|ideal|perfect|"
        r"well[ -]suited|useful|recommended|best suited|tailored|aimed) (?:specifically |mainly |"
        r"primarily |only )?(?:to|for|at|as)\b",
    ),
    Cues("inten main prima proof", r"\bintended (?:use|for|to be)\b|\b(?:main|primary) (?:intended )?use\b"),
    Cues("proof", r"\bproof[ -]of[ -]concept\b"),
    Cues("use", r"\buse (?:of )?(?:this|the|our) (?:[\w-]+ ){0,3}?models? (?:\w+ly )?(?:to|for|as)\b"),
)
# Ways to say what it does.
_FRAMES = CueSet(
    Cues(
        "speci mainl prima mostl",
        r"\b(?:specifically|mainly|primarily|mostly) (?:designed|intended|trained|built|made|created) (?:to|for|as)\b",
    ),
    Cues(
        "built made devel creat train fine finet tuned desig",
        r"\b(?:built|made|developed|created|trained|fine-?tuned|tuned|designed) (?:specifically )?(?:to|for) "
        rf"(?:\w+ly )?{_VERB}",
    ),
    Cues(
        "used utili appli emplo fine finet",
        r"\bcan (?:also |then |directly |easily )?be (?:used|utili[sz]ed|applied|employed|"
        r"fine-?tuned) (?:as an?|to|for|in)\b|"
        r"\b(?:is|be) used (?:to|for|as an?|(?:in )?\w+ing)\b|^used (?:to|for)\b|"
        r"\bfine-?tuned (?:on|for) (?:an? |your |the |specific |some |other )?(?:own )?downstream tasks?\b",
    ),
    Cues(
        "use",
        r"\b(?:you|one|users?|we) (?:can|could|may) (?:also |directly )?use (?:this|the|our|"
        r"it)\b[^.]{0,60}?\b(?:to|for|as)\b",
        r"(?:^|you can )use (?:this|it|the model) (?:model )?(?:to|for|as)\b",
    ),
    Cues(
        "able capab",
        rf"\b(?:it|model|network|system) (?:\w+ly )?(?:is|are) (?:also )?(?:able|capable)\b|\b(?:and|"
        rf"is) (?:able|capable) (?:to|of) {_VERB}",
    ),
    Cues(_VERB_STEMS, rf"\b{_THING}s? (?:to|that|which|for)(?: can| will)? (?:\w+ly )?{_VERB}"),
    Cues("help assis suppo", rf"\b{_THING}s? to (?:help|assist|support)\b"),
    Cues("serve serves runs run acts act", rf"\b(?:serves?|runs?|acts?) as (?:an?|your) (?:[\w-]+ ){{1,5}}?{_THING}\b"),
    Cues(
        f"{_VERB_STEMS} {_DOES_STEMS}",
        rf"^\W*(?:it|(?:this|the|our) (?:[\w-]+ ){{0,3}}(?:model|network|classifier|system|agent)) (?:\w+ly )?{_DOES}",
        r"\b(?:it|model|network|system|that|which) (?:can |will |also |then |automatically )*"
        rf"(?!taken|produced){_VERB}",
    ),
    Cues(
        "aim aims goal purpo objec idea",
        r"\baims? to\b|\b(?:goal|purpose|objective|idea|aim) (?:of (?:this|the) \w+ )?(?:is|was)(?:\W)? to\b",
    ),
    Cues("speci", r"\bspeciali[sz](?:ed|es|ing) (?:in|for|on|as)\b"),
    Cues(
        "allow lets enabl help helps excel input",
        r"\ballows? (?:you|users?|the creation)\b|\blets? you\b|\benabl(?:es|ing)\b|"
        rf"\bhelps? (?:\w+ ){{0,2}}?(?:to )?{_VERB}|\bexcels? (?:at|in)\b|^\W*input \w+.{{0,60}}\bto {_VERB}"
        rf"|^\W*input \w+[^.]{{0,60}}\b{_VERB}",
    ),
)
_BARE_DOES = re.compile(rf"^{_DOES}")
_OTHER_TONGUES = Cues(
    "sert peut conçu conçu permet perme desti puede diseñ sirve propó pode serve kann dient eigne entwi para",
    r"sert à\b|peut être utilisé|conçue? pour\b|permet (?:de\b|d')|destinée? à\b",
    r"se puede (?:usar|utilizar)|diseñado para\b|sirve para\b|puede (?:usarse|utilizarse|ser usado)|propósito\b",
    r"pode ser (?:usado|utilizado)|serve para\b|para ser usado\b",
    r"kann (?:für|zu[mr]?|verwendet)|dient (?:zu[mr]?|als|dazu)|eignet sich\b|entwickelt,? um\b",
)
_FAR_TONGUES = re.compile(
    "用于(?!训练|微调|评估|测试|预训练)|用来|的任务|旨在|ため(?:の|に)(?:モデル|使)|用途|ことができ|利用するには|できます|"
    "(?:使用|利用)されることを想定|위한|사용(?:할|됩|하)|수 있습니다|목적|используется|предназначен|отвечающ"
)
# Sentences that speak of something else than what the model is for.
_NOT = re.compile(
    r"\b(?:technique|method|approach|strategy) (?:proposed|used|described|introduced)\b|"
    r"\bpull request|\bdataset (?:is|was|can)\b|"
    r"\b(?:script|notebook|code|optimi[sz]er|"
    r"tokeni[sz]er)\b[^.]{0,60}\bused\b|"
    r"\b(?:was|were|is|are|be) used (?:during|for|to|in) (?:the )?(?:training|train|pre-?train|"
    r"fine-?tun|evaluat|prun|calibrat)|"
    r"\bused to (?:quanti[sz]e|convert|make|create|generate the)|\bnot (?:be used|intended|suitable|"
    r"recommended|designed|meant)\b|"
    r"\bmust not\b|\bplease cite|\bbibtex\b|\blicen[sc]ed?\b|\bcontact\b|\binstall(?:ed|ing|ation)?\b|\bmake sure\b|"
    r"\btrained with the following|\bachieves? the following|\bthis (?:example|section|table|figure|"
    r"script|repo)\b|\bclick\b|"
    r"\bdownload (?:the|this|it)\b|\bcan be used (?:directly )?(?:\([^)]*\) )?as follows\b|"
    r"\bmodel hub\b|\bcan be (?:loaded|found|downloaded)\b|\b(?:should|"
    r"must) be sampled\b|"
    r"\b(?:warranty|liab)|\bwe (?:use|used|utilize) (?:the|a)\b|\bcompared (?:to|with)\b|"
    r"\bcan be (?:used|loaded) (?:with|in|by|via|through) (?:the )?\W?(?:transformers|hugging ?face|vllm|pipeline)"
)
_NOT_AT_HEAD = re.compile(r"\W*(?:(?:eval\w*|train\w*|test|downstream) (?:data|set)|download\b)")
_SUBJECT = re.compile(
    r"^\W*(?:this|the|our|it|an?|we|you|one|these|input|proof|used)\b|\b(?:model|checkpoint|network|system|adapter|"
    r"lora|encoder|agent|embeddings?|llm|assistant|tool)s?\b"
)
_PLAIN_USE = Cues(
    "use used",
    rf"^to (?:\w+ly )?{_VERB}[^.]{{0,60}}\bmodel can be used\b|"
    r"\byou can use (?:this|the|our) (?:raw )?model (?:to|for) (?!the following|this)|"
    r"\b(?:this|the) model can be used (?:to|for) (?!the following|inference|download)",
)
_OF_THE_MODEL = re.compile(r"\bmodel\b|\b(?:fine-?)?tuned\b|\btrained\b")
_RESULT = re.compile(r"\bachiev|\boutperform|\bobtain(?:s|ed|ing) (?:new |the )?(?:state|best|sota)|\bevaluat")
_OF_DATA = re.compile(
    r"\b(?:data ?sets?|corpus|corpora) (?:is|are|was|were|for|of|contain|consist|cover|includ)|\bpapers?\b"
)
_VERBAL = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|can|could|will|would|should|may|see|use|uses|using|used|we|you|i|please|"
    r"paper|title|data ?sets?|thanks?|based|on)\b|https?:"
)
_TITLED = Cues("paper thesi artic title entit", r"\b(?:papers?|thesis|article|titled|entitled)\b")
_ONLY_LINK = re.compile(r"^\W*\[[^\]\n]*\]\([^()\n]*\)\W*$")  # the title of a paper
_SKIPPED = frozenset({Topic.DATA, Topic.LICENSE, Topic.EVALUATION, Topic.LIMITS, Topic.OUT_OF_SCOPE})
_MAX_FRAGMENT = 16  # words
_MIN_TITLE = 6  # words; so long a heading may be a sentence
_FIRST = 12  # lines
_MAX_EVIDENCE = 4
_MAX_SOURCES = 2

_ORIGIN = Cues(
    "fine finet versi deriv based conve quant disti merge adapt train port copy",
    r"\b(?:fine[- ]?tuned|finetuned|derived|distilled|converted|quanti[sz]ed|adapted|trained|further pre-?trained)"
    r"(?: version)?(?: of| from| on| using| with)\b|"
    r"\bbased (?:up)?on\b|\bmerge of\b|\b(?:version|port|copy|quants?|quanti[sz]ations?|adapter) (?:of|for)\b",
)
_PAPER = re.compile(
    r"arxiv\.org/(?:abs|pdf)/|aclanthology\.org|aclweb\.org/anthology|openreview\.net/|doi\.org/10\.|"
    r"huggingface\.co/papers/|proceedings\.|arxiv:\s?\d{4}\.\d{4,5}",
    re.IGNORECASE,
)

_PAPER_SIGNS = ("rxiv", "acl", "openreview", "doi.org", "/papers/", "proceedings.")


def read_purpose(view: CardView) -> Purpose:
    """Stated where a sentence, an item, or a heading tells a task or a use; best statements first."""
    ranked = sorted(_candidates(view), key=lambda pair: (-pair[0], pair[1].line))
    quotes = tuple(view.evidence(line) for _, line in ranked[:_MAX_EVIDENCE])
    status: Status = "stated" if quotes else "absent" if view.whole else "unknown"
    return Purpose(status=status, evidence=quotes, origin=_origin(view), papers=_papers(view))


def _origin(view: CardView) -> tuple[Evidence, ...]:
    """The first sentence that tells what the model was made from."""
    for line in view.sentences():
        if line.kind is BlockKind.TABLE_ROW or not _ORIGIN.search(line):
            continue
        if _SUBJECT.search(line.low) or line.low.startswith(("fine", "quant", "convert", "distil")):
            return (view.evidence(line),)
    return ()


def _papers(view: CardView) -> tuple[Evidence, ...]:
    """The first lines of the body that link to a paper."""
    if view.card is None or not any(sign in view.card.text for sign in _PAPER_SIGNS):
        return ()
    found = []
    for line in view.lines:
        if any(sign in line.quote for sign in _PAPER_SIGNS) and _PAPER.search(line.quote):
            found.append(view.evidence(line))
            if len(found) == _MAX_SOURCES:
                break
    return tuple(found)


def _candidates(view: CardView) -> Iterator[tuple[int, Line]]:
    for number, line in enumerate(view.sentences(headings=True)):
        score = _score(line, number)
        if score > 0:
            early = 3 if number < 8 else 1 if number < 30 else 0
            yield score + early, line


def _score(line: Line, number: int) -> int:
    """How plainly the line says what the model is for; 0 where it does not."""
    if line.kind is BlockKind.TABLE_ROW or len(line.low) < (10 if line.low.isascii() else 5):
        return 0
    score = _points(line, number)
    return 0 if score and _is_about_else(line) else score


def _is_about_else(line: Line) -> bool:
    return bool(_NOT_AT_HEAD.match(line.low) or _NOT.search(line.low) or _ONLY_LINK.match(line.quote))


def _points(line: Line, number: int) -> int:
    if (paper := _TITLED.search(line)) is not None:
        line = replace(line, low=line.low[: paper.start()])  # the title of a paper says nothing about the model
    text = line.low
    if line.kind is BlockKind.HEADING:
        return _title_points(line)
    made_for = _MADE_FOR.search(line) is not None and bool(_SUBJECT.search(text))
    if line.topics & _SKIPPED and Topic.USE not in line.topics:
        return _aside_points(line, made_for)
    framed = made_for or _framed(line)
    noun, place = task_in(line)
    tasked = place is not None
    plain = 2 * bool(_PLAIN_USE.search(line))
    if Topic.TRAINING in line.topics or (Topic.HOW_TO in line.topics and Topic.USE not in line.topics):
        return 2 + 2 * framed if (noun and (framed or tasked)) or plain else 0
    if Topic.USE in line.topics and (framed or noun or len(text.split()) > 7):
        return 4 + framed + noun + plain
    if place is not None and not made_for and _RESULT.search(text, 0, place):
        return plain  # "it achieves new heights on question answering"
    points = (3 if framed else 0) + (3 if tasked else 0) + plain
    return points or (2 if noun and number < _FIRST and _is_fragment(line) else 0)


def _title_points(line: Line) -> int:
    """A heading of three words and more may say it: "Spoken digits: speech recognition for phones"."""
    count = len(line.low.split())
    if line.topics != {Topic.OTHER} or count <= 2:
        return 2 if line.topics == {Topic.OTHER} and not line.low.isascii() and does_foreign_task(line) else 0
    return 2 if names_task(line) or does_foreign_task(line) or (count >= _MIN_TITLE and _framed(line)) else 0


def _aside_points(line: Line, made_for: bool) -> int:
    """A use told under a heading that announces something else, such as data or licence."""
    if Topic.DATA in line.topics or Topic.EVALUATION in line.topics:
        return 2 if _OF_THE_MODEL.search(line.low) and not _is_aside(line.low) and task_in(line)[1] is not None else 0
    return 1 if made_for else 0


def _is_aside(text: str) -> bool:
    return bool(_RESULT.search(text) or _OF_DATA.search(text))


def _framed(line: Line) -> bool:
    text = line.low
    if (_FRAMES.search(line) or _is_for_doing(line)) and _SUBJECT.search(text):
        return True
    if _BARE_DOES.match(text):
        return True
    if "data" in text:
        return False
    return bool(_OTHER_TONGUES.search(line)) or (not text.isascii() and bool(_FAR_TONGUES.search(text)))


def _is_for_doing(line: Line) -> bool:
    match = _FOR_DOING.search(line)
    return (
        match is not None and _THING_BEFORE.search(line.low, max(0, match.start() - _NEAR), match.start()) is not None
    )


def _is_fragment(line: Line) -> bool:
    """A short paragraph without a verb: the name of a thing."""
    text = line.low
    return line.kind is BlockKind.PARAGRAPH and len(text.split()) <= _MAX_FRAGMENT and not _VERBAL.search(text)
