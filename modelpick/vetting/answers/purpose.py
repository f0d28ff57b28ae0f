"""What the model is for: the sentence in which the card tells the task, the use or the user."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.facts import BlockKind
from modelpick.vetting.answers.contract import Statement
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line

# Tasks as nouns. Bare "language model" or "embedding" says what a thing is, not what it is for.
_TASK = r"""(?:
    (?:text|image|token|sequence|sentence|document|audio|video|speech|tabular|intent|topic|emotion|sentiment|multi-label
        |binary|zero-shot|news|signal)[ -](?:pair[ -])?classif(?:ication|ier)
    |(?:binary|multi-?class|multi-?label|image|text|sentiment|intent|topic|emotion|toxicity|spam)\ classifiers?
    |(?:text|code|image|video|music|audio|voice|story|title|headline|keyword|caption|question|answer|dialogue?|response|mesh|3d
        |language|content|data|synthetic|poetry|lyrics|art)[ -]generat(?:ion|ors?)
    |(?:image|text|speech|video|audio|document|question|text2text|voice|music)[ -]to[ -](?:text|speech|image|video|audio|text|3d
        |code|sql|image)(?!\ (?:image|text)\ pairs) | text2(?:text|image|speech|sql)
    |image\ (?:synthesis|retrieval|restoration|editing|matting|inpainting|captioning|segmentation|super[ -]resolution|variations?
        |recognition|translation|enhancement|similarity)
    |(?:semantic|instance|panoptic|image|medical|word|background|tumou?r)\ segmentation|background\ removal
    |object\ detect(?:ion|ors?)|(?:anomaly|face|fraud|spam|hate\ speech|toxicity|keyword|wake\ word|voice\ activity|language
        |plagiarism|sarcasm|lane|edge|line|layout|table)\ detect(?:ion|ors?)
    |depth\ estimation|pose\ estimation|optical\ flow|super[ -]resolution|inpainting|style\ transfer|colou?rization
    |(?:speech|speaker|voice|character|entity|named[ -]entity|action|emotion|face|handwriting|text|optical\ character|sign\ language
        )[ -]recognition|\bASR\b|\bOCR\b|\bNER\b|\bTTS\b|speech[ -]to[ -]text|text[ -]to[ -]speech|text[ -]to[ -]image
        |text[ -]to[ -]music|text[ -]to[ -]video|speech\ (?:synthesis|enhancement|separation|translation)
    |(?:source|speaker|audio)\ (?:separation|diarization|verification|tagging|classification)|diarization|vocoder|voice\ (?:cloning|conversion)
    |question[ -]answering|\bQ&A\b|\bVQA\b|reading\ comprehension|summari[sz](?:ation|er)|\btranslat(?:ion|or)\b(?!\ (?:layer|dataset|data|corpus))
    |paraphras(?:ing|e\ generation|er)|(?:grammar|spelling|grammatical)(?:\ error)?\ correction|punctuation\ (?:restoration|prediction)
    |sentiment\ analysis|stance\ detection|fact[ -]checking|natural\ language\ inference|textual\ entailment
    |(?:semantic|similarity|vector|passage|document|information|image|code|dense)\ (?:search|retrieval|ranking)|re-?rank(?:er|ing)
    |semantic\ (?:textual\ )?similarity|sentence\ similarity|clustering|feature\ extract(?:ion|or)
    |(?:sentence|text|paragraph|image|document|code)[ -](?:encoder|embeddings?(?=\ model))|embedding\ model
    |(?:POS|part[ -]of[ -]speech)[ -]tagg(?:ing|er)|dependency[ -]pars(?:ing|er)|tokeni[sz]ation|lemmati[sz]ation|morphological\ analysis
    |(?:relation|information|keyphrase|keyword|event|entity|table|feature|aspect|term)[ -]extract(?:ion|or)
    |masked\ (?:language\ model(?:l?ing)?)|fill[ -]mask|mask[ -]filling|next[ -]word\ prediction|text\ completion|code\ completion
    |chat[ -]?bots?|conversational\ (?:ai|agent|assistant|model)|dialogue?\ (?:system|model|agent)|(?:ai|virtual|coding|personal|language)\ assistants?
    |role[ -]?play(?:ing)?|story[ -]?(?:telling|writing)|creative\ writing|instruction[ -]following|function[ -]calling|tool[ -](?:use|calling)
    |(?:time[ -]series|weather|sales|price)\ (?:forecast(?:ing)?|prediction)|forecasting|recommend(?:ation|er)\ systems?|regression\ (?:task|model)
    |(?:robot|locomotion|robotic)\ (?:control|manipulation)|playing\ \*{0,2}\w
    |document\ (?:understanding|analysis|parsing)|(?:visual|image|video|multimodal)\ understanding|visual\ reasoning|image[ -]text\ matching
    |contrastive\ image[ -]text|captioning|reasoning\ tasks?
)"""
_VERB = r"""(?:predict|generat|classif|detect|translat|summari[sz]|convert|transcrib|extract|recogni[sz]|identif|answer|segment
    |transform|produc|creat|synthesi[sz]|correct|rewrit|paraphras|captur|estimat|describ|complet|remov|rank|scor|encod|map|embed
    |understand|clon|render|colou?ri[sz]|restor|upscal|label|tag|pars|assess|evaluat|determin|distinguish|separat|annotat|control|forecast
    |simulat|cho?os|writ)(?:e|es|s|ies|y|ing|ed|ting|ping|ging)?"""

_STRONG = re.compile(
    rf"""\b(?:is|are|was|were|be|been|being|mostly|mainly|primarily)\ (?:also\ )?(?:intended|intented|designed|meant|built|made|developed
            |created|optimi[sz]ed|suit(?:ed|able)|well[ -]suited|recommended|best\ suited|specially\ trained|trained|fine-?tuned
            |tailored|tuned|aimed)\ (?:specifically\ |mainly\ |primarily\ |only\ |purely\ )?(?:to|for|at|as)\ (?:be\ )?(?!the\ first)\w
        |\bintended\ (?:use|for|to\ be)\b|\bcan\ (?:also\ |then\ |directly\ |easily\ )?be\ (?:used|utili[sz]ed|applied|fine-?tuned|employed)\ (?:as|to|for|in|with)\b
        |\b(?:you|one|users?|we)\ (?:can|could|may|should|might)\ (?:also\ |directly\ )?use\ (?:this|the|our|it|\w+)[\w\ -]{{0,40}}?\b(?:to|for|as|in)\b
        |\buse\ (?:this|it|the\ model)\ (?:model\ )?(?:to|for|as)\b
        |\b(?:is\ )?used\ (?:to|for|as\ a)\b|\baims?\ (?:to|at)\b|\b(?:goal|purpose|objective|idea)\ (?:is|was|of\ th\w+\ \w+\ is)\b
        |\bprimary\ (?:use|intended\ use)|\b(?:is|are)\ (?:also\ )?(?:able|capable)\b|\bcapab(?:le|ility|ilities)\b|\bcan\ (?:also\ |directly\ )?{_VERB}\b
        |\b(?:model|it|which|that|system|network)\ (?:will\ |also\ |can\ |then\ |automatically\ )?(?:{_VERB})\b
        |\b(?:proof[ -]of[ -]concept|perform(?:s|ing)?\ (?:well\ )?(?:on|at|in|across)\ (?:a\ )?\w+\ (?:task|benchmark)|accepts?\ \w+)
        |\b(?:for|to\ perform|to\ do|to\ solve|task\ of|tasks\ such\ as|tasks\ like|tasks:|task:|problem\ type:?|task\ type:?)\ (?:the\ )?(?:\w+[\w-]*\ ){{0,4}}?{_TASK}
        |\bspeciali[sz](?:ed|es|ing)\ (?:in|for|on)\b|\bgeneral[ -]purpose\b|\bhelps?\ (?:you\ |users?\ |to\ )\b|\benabl(?:es?|ing)\b|\ballows?\ (?:you|users?|for|the)\b
        |\blets?\ you\b""",
    re.I | re.X,
)
_NOUN = re.compile(rf"\b{_TASK}", re.I | re.X)
_OTHER_TONGUES = re.compile(
    r"""用于|可用于|用来|的任务|旨在|ため(?:の|に)(?:モデル|使)|用途|ことができ|目的|できます|위한|사용(?:할|됩|하)|수 있습니다|목적
        |используется|предназначен|отвечающ|\bдля (?:\w+ ){0,3}(?:задач|классификац|генерац|перевод|распознаван)
        |\bsert à\b|\bpeut être utilisé|\bconçu pour\b|\bpermet de\b|\bdestiné\b|\bse puede (?:usar|utilizar)|\bdiseñado para\b|\bsirve para\b
        |\bpuede (?:usarse|utilizarse)|\bpropósito\b|\bpode ser (?:usado|utilizado)|\bserve para\b|\bpara ser usado\b
        |\bkann (?:für|zu[mr]?|verwendet)|\bdient (?:zu[mr]?|als|dazu)|\beignet sich\b|\bentwickelt,? um\b""",
    re.I | re.X,
)
# Sentences that speak of something else than what the model is for.
_NOT = re.compile(
    r"""\bpull\ request|\bdataset\ (?:is|was|can)\b|\b(?:script|notebook|code|repo(?:sitory)?|optimi[sz]er|tokeni[sz]er|hyperparameters?)\b[^.]{0,60}\bused\b
        |\bwere\ used\ (?:during|for|to\ train)|\bused\ (?:for|during|to)\ (?:training|train|pre-?train|fine-?tun|evaluat|pruning|calibrat|test|creat)
        |\bused\ to\ (?:quanti[sz]e|convert|make)|\bnot\ (?:be\ used|intended|suitable|recommended|designed|meant|allowed)\b|\bmust\ not\b
        |\bplease\ cite|\bbibtex\b|\blicen[sc]ed?\b|\bcontact\b|\binstall(?:ed|ing|ation)?\b|\bmake\ sure\b|\bthanks?\b|\btrain(?:ed)?\ with\ the\ following
        |\b(?:more|further)\ (?:information|details)\b|\bachieves?\ the\ following|\bpaper\b.*\bpropose|\bthis\ (?:example|section|table|figure)\b
        |\bclick\b|\bdownload\ (?:the|this|it)\b|\bdemo(?:nstrat)""",
    re.I | re.X,
)
_LEAD = re.compile(r"^(?:this|the|our|it|an?|we|you|one|\W{0,3}[A-Z][\w.-]*)\b", re.I)
_QUALIFIED = re.compile(
    r"\b(?:this|the|our|raw)\ (?:\w+\ )?(?:model|checkpoint|system|network|adapter|lora|embedding|version)", re.I
)
_SKIPPED = frozenset({Topic.DATA, Topic.LICENSE, Topic.EVALUATION, Topic.LIMITS, Topic.OUT_OF_SCOPE, Topic.TRAINING})
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
            early = 2 if number < 12 else 1 if number < 40 else 0
            yield score + early, line


def _score(line: Line) -> int:
    """How plainly the line says what the model is for; 0 or less where it does not."""
    text = line.text
    if line.kind is BlockKind.TABLE_ROW or (line.topics & _SKIPPED and Topic.USE not in line.topics):
        return 0
    if len(text) < 12 or _NOT.search(text):
        return 0
    if line.kind is BlockKind.HEADING:
        return 2 if _NOUN.search(text) and len(text.split()) > 2 else 0
    strong = bool(_STRONG.search(text)) or bool(_OTHER_TONGUES.search(text))
    noun = bool(_NOUN.search(text))
    if Topic.USE in line.topics:
        return 5 + strong + noun if strong or noun or len(text.split()) > 5 else 0
    if Topic.HOW_TO in line.topics:
        return (2 + noun + 2 * bool(_QUALIFIED.search(text))) if strong and noun else 0
    if strong and noun:
        return 6
    if noun:
        return 4 if _LEAD.search(text) else 3
    return 3 if strong and _QUALIFIED.search(text) else 0
