"""What the model is for: the sentence in which the card tells the task, the use or the user."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.facts import BlockKind
from modelpick.vetting.answers.contract import Statement
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line
from modelpick.vetting.answers.words import either, group

# Tasks as nouns. Bare "language model" or "embedding" says what a thing is, not what it is for.
_TASK = group(
    r"(?<=\w[ -])(?:classification|classifiers?|segmentation|detection|detectors?|recognition|recogni[sz]er)",
    r"(?:text|code|image|video|music|audio|voice|story|title|headline|keyword|caption|question|answer|"
    r"response|mesh|3d)"
    r"[ -]generat(?:ion|ors?)",
    r"(?:dialogue?|language|content|synthetic data|poetry|lyrics|art) generat(?:ion|ors?)",
    r"(?:image|text|speech|video|audio|document|question|voice|music)[ -]to[ -](?:text|speech|image|"
    r"video|audio|3d|code|sql)"
    r"\b(?! pairs)",
    r"text2(?:text|image|speech|sql)|(?:image|text|video) (?:synthesis|retrieval|restoration|editing|"
    r"matting|similarity)",
    r"image (?:inpainting|captioning|super[ -]resolution|variations?|translation|enhancement)|background removal",
    r"depth estimation|pose estimation|optical flow|super[ -]resolution|inpainting|style transfer|colou?rization",
    r"\basr\b|\bocr\b|\bner\b|\btts\b|\bvqa\b|(?<!-)\bqa\b(?!-)|\bq&a\b",
    r"speech (?:synthesis|enhancement|separation|translation)",
    r"(?:source|speaker|audio) (?:separation|diarization|verification|tagging)|diarization|vocoder",
    r"voice (?:cloning|conversion)|question[ -]answering|reading comprehension|summari[sz](?:ation|ers?)",
    r"\btranslat(?:ion|ors?)\b(?! (?:layer|dataset|data|corpus))|paraphras(?:ing|er)|paraphrase generation",
    r"(?:grammar|spelling|grammatical)(?: error)? correction|punctuation (?:restoration|prediction)",
    r"sentiment analysis|fact[ -]checking|natural language inference|textual entailment",
    r"(?:semantic|similarity|vector|passage|document|information|code|dense) (?:search|retrieval|ranking)",
    r"\bre-?rank(?:ers?|ing)|semantic (?:textual )?similarity|sentence similarity|clustering|"
    r"feature extract(?:ion|or)",
    r"(?:sentence|text|paragraph|image|document|code|vision)[ -]encoder|embedding model",
    r"(?:pos|part[ -]of[ -]speech)[ -]tagg(?:ing|er)|dependency[ -]pars(?:ing|er)|lemmati[sz]ation|"
    r"morphological analysis",
    r"(?:relation|information|keyphrase|keyword|event|entity|table|aspect|term)[ -]extract(?:ion|or)",
    r"masked language model(?:l?ing)?|fill[ -]mask|mask[ -]filling|next[ -]word prediction|(?:text|code) completion",
    r"chat[ -]?bots?|conversational (?:ai|agent|assistant|model)|dialogue? (?:system|model|agent)",
    r"(?:ai|virtual|coding|personal|language) (?:assistants?|agents?)|role[ -]?play(?:ing)?|"
    r"story[ -]?(?:telling|writing)",
    r"creative writing|instruction[ -]following|function[ -]calling|tool[ -](?:use|calling)",
    r"(?:time[ -]series|weather|sales|price) (?:forecast(?:ing)?|prediction)|forecasting|"
    r"recommend(?:ation|er) systems?",
    r"(?:robotic?|locomotion) (?:control|manipulation)|agent playing|document (?:understanding|analysis|parsing)",
    r"(?:visual|image|video|multimodal) (?:understanding|reasoning)|image[ -]text (?:matching|"
    r"comprehension)|captioning",
    r"contrastive image[ -]text|reasoning tasks?",
)
_VERB = (
    r"(?:predict|generat|classif|detect|translat|summari[sz]|convert|transcrib|extract|recogni[sz]|"
    r"identif|answer|segment|"
    r"transform|produc|creat|synthesi[sz]|correct|rewrit|paraphras|captur|estimat|describ|complet|"
    r"remov|rank|scor|encod|map|"
    r"embed|understand|clon|render|colou?ri[sz]|restor|upscal|label|tag|pars|assess|determin|"
    r"distinguish|separat|annotat|"
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
# Ways to say what something is for.
_FRAME = either(
    r"\b(?:is|are|was|been|being|mostly|mainly|primarily) (?:also )?(?:intended|designed|meant|"
    r"optimi[sz]ed|suit(?:ed|able)|"
    r"well[ -]suited|useful|recommended|best suited|tailored|aimed) (?:specifically |mainly |"
    r"primarily |only )?(?:to|for|at|as)\b",
    r"\b(?:specifically|mainly|primarily|mostly) (?:designed|intended|trained|built|made) (?:to|for|as)\b",
    rf"\b(?:built|made|developed|created|trained|fine-?tuned|tuned) (?:specifically )?(?:to|for) (?:\w+ly )?{_VERB}",
    r"\bintended (?:use|for|to be)\b|\b(?:main|primary) (?:intended )?use\b|\bproof[ -]of[ -]concept\b",
    r"\bcan (?:also |then |directly |easily )?be (?:used|utili[sz]ed|applied|employed|"
    r"fine-?tuned) (?:as an?|to|for|in)\b",
    r"\b(?:you|one|users?|we) (?:can|could|may) (?:also |directly )?use (?:this|the|our|"
    r"it)\b[^.]{0,40}?\b(?:to|for|as)\b",
    rf"^to (?:\w+ly )?{_VERB}[^.]{{0,60}}\bmodel can be used\b",
    r"(?:^|you can )use (?:this|it|the model) (?:model )?(?:to|for|as)\b|\b(?:is|be) used (?:to|for|"
    r"as an?)\b|^used (?:to|for)\b",
    rf"\b(?:it|model|network|system) (?:\w+ly )?(?:is|are) (?:also )?(?:able|capable)\b|\b(?:and|"
    rf"is) (?:able|capable) (?:to|of) {_VERB}",
    rf"\b(?:model|network|system|adapter|lora|tool|agent)s? (?:to|that|which|for)(?: can| will)? (?:\w+ly )?{_VERB}",
    rf"^\W*(?:it|(?:this|the|our) (?:[\w-]+ ){{0,3}}(?:model|network|classifier|system|agent)) (?:\w+ly )?{_DOES}",
    rf"\b(?:it|model|network|system|that|which) (?:can |will |also |then |automatically )*(?!taken|produced){_VERB}",
    r"\baims? to\b|\b(?:goal|purpose|objective|idea|aim) (?:of (?:this|the) \w+ )?(?:is|was)(?:\W)? to\b",
    r"\bspeciali[sz](?:ed|es|ing) (?:in|for|on)\b|\ballows? (?:you|users?|the creation)\b|"
    r"\blets? you\b|\benabl(?:es|ing)\b",
)
_BARE_DOES = re.compile(rf"^{_DOES}")
_TASK_FRAME = either(
    r"\b(?:for|perform|do|solve|tasks?:?|tasks? (?:of|such as|like)|problem type:?|task type:?|model type:?)\s+"
    r"(?:the )?(?:\w[\w-]* ){0,4}?" + _TASK,
    _TASK + r"(?: \([a-z-]{2,6}\))? (?:model|system|program|tool|network|pipeline|adapter|agent|engine|"
    r"toolkit|downstream|tasks?)\b",
    r"\b(?:is|are) (?:an?|the|our) (?:[\w-]+,? ){0,6}?" + _TASK,
)
_NOUN = re.compile(r"\b" + _TASK)
_OTHER_TONGUES = either(
    "用于|用来|的任务|旨在|ため(?:の|に)(?:モデル|使)|用途|ことができ|利用するには|できます",
    "위한|사용(?:할|됩|하)|수 있습니다|목적",
    r"используется|предназначен|отвечающ|для (?:\w+ ){0,3}(?:задач|классификац|генерац|перевод|распознаван)",
    r"sert à\b|peut être utilisé|conçue? pour\b|permet de\b|destinée? à\b",
    r"se puede (?:usar|utilizar)|diseñado para\b|sirve para\b|puede (?:usarse|utilizarse)|propósito\b",
    r"pode ser (?:usado|utilizado)|serve para\b|para ser usado\b",
    r"kann (?:für|zu[mr]?|verwendet)|dient (?:zu[mr]?|als|dazu)|eignet sich\b|entwickelt,? um\b",
)
# Sentences that speak of something else than what the model is for.
_NOT = either(
    r"\bpull request|\bdataset (?:is|was|can)\b|\b(?:script|notebook|code|optimi[sz]er|"
    r"tokeni[sz]er)\b[^.]{0,60}\bused\b",
    r"\b(?:was|were|is|are|be) used (?:during|for|to|in) (?:the )?(?:training|train|pre-?train|"
    r"fine-?tun|evaluat|prun|calibrat)",
    r"\bused to (?:quanti[sz]e|convert|make|create|generate the)|\bnot (?:be used|intended|suitable|"
    r"recommended|designed|meant)\b",
    r"\bmust not\b|\bplease cite|\bbibtex\b|\blicen[sc]ed?\b|\bcontact\b|\binstall(?:ed|ing|ation)?\b|\bmake sure\b",
    r"\btrained with the following|\bachieves? the following|\bthis (?:example|section|table|figure|"
    r"script|repo)\b|\bclick\b",
    r"\bdownload (?:the|this|it)\b|\bcan be used (?:directly )?(?:\([^)]*\) )?as follows\b|"
    r"\bmodel hub\b|\bcan be (?:loaded|found|downloaded)\b|\b(?:should|"
    r"must) be sampled\b",
    r"\b(?:warranty|liab)|\bwe (?:use|used|utilize) (?:the|a)\b|\bcompared (?:to|with)\b",
)
_SUBJECT = either(
    r"^\W*(?:this|the|our|it|an?|we|you|one|these)\b|\b(?:model|checkpoint|network|system|adapter|"
    r"lora|encoder|agent|embeddings?)s?\b"
)
_PLAIN_USE = re.compile(
    rf"^to (?:\w+ly )?{_VERB}[^.]{{0,60}}\bmodel can be used\b|"
    r"\byou can use (?:this|the|our) (?:raw )?model (?:to|for) (?!the following|this)|"
    r"\b(?:this|the) model can be used (?:to|for) (?!the following|inference|download)"
)
_ONLY_LINK = re.compile(r"^\W*\[[^\]\n]*\]\([^()\n]*\)\W*$")  # the title of a paper
_SKIPPED = frozenset({Topic.DATA, Topic.LICENSE, Topic.EVALUATION, Topic.LIMITS, Topic.OUT_OF_SCOPE})
_MAX_EVIDENCE = 4


def read_purpose(view: CardView) -> Statement:
    """Stated where a sentence, an item, or a heading tells a task or a use; best statements first."""
    ranked = sorted(_candidates(view), key=lambda pair: (-pair[0], pair[1].line))
    if not ranked:
        return Statement(status="absent" if view.whole else "unknown")
    return Statement(status="stated", evidence=tuple(view.evidence(line) for _, line in ranked[:_MAX_EVIDENCE]))


def _candidates(view: CardView) -> Iterator[tuple[int, Line]]:
    for number, line in enumerate(view.sentences(headings=True)):
        score = _score(line)
        if score > 0:
            early = 3 if number < 8 else 1 if number < 30 else 0
            yield score + early, line


def _score(line: Line) -> int:
    """How plainly the line says what the model is for; 0 where it does not."""
    text = line.low
    if line.kind is BlockKind.TABLE_ROW or (line.topics & _SKIPPED and Topic.USE not in line.topics):
        return 0
    if len(text) < 10 or _NOT.search(text):
        return 0
    noun = bool(_NOUN.search(text))
    if line.kind is BlockKind.HEADING:
        return 2 if noun and len(text.split()) > 2 and line.topics == {Topic.OTHER} else 0
    if _ONLY_LINK.match(line.quote):
        return 0
    framed = (
        bool(_FRAME.search(text) and _SUBJECT.search(text))
        or (bool(_OTHER_TONGUES.search(text)) and "data" not in text)
        or bool(_BARE_DOES.match(text))
    )
    plain = 2 * bool(_PLAIN_USE.search(text))
    tasked = noun and bool(_TASK_FRAME.search(text))
    if Topic.TRAINING in line.topics or (Topic.HOW_TO in line.topics and Topic.USE not in line.topics):
        return 2 + 2 * framed if (noun and (framed or tasked)) or plain else 0
    if Topic.USE in line.topics and (framed or noun or len(text.split()) > 7):
        return 4 + framed + noun + plain
    return (3 if framed else 0) + (3 if tasked else 0) + plain
