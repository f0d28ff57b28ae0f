"""How sentences name data sets: the patterns of `dataset_names`, which says what each is for."""

from __future__ import annotations

import re

from modelpick.vetting.answers.words import late

LINK = late(r"\[([^\[\]\n]{1,120})\]\(\s*<?([^()\s<>]{1,300})")
HUB_URL = late(
    r"(?:huggingface\.co|hf\.co)/datasets/(?!viewer\b|huggingface/documentation-images)"
    r"([\w.-]{1,96}(?:/[\w.-]{1,96})?)(?!\S{0,3}/?(?:resolve|blob|raw)/)(?![\w.-]*/(?:resolve|blob|raw)/)",
    re.I,
)
MODEL_URL = late(r"(?:huggingface\.co|hf\.co)/(?!datasets/|spaces/)[\w.-]+", re.I)
QUOTED = late(r"\bon (?:the )?[\"“`]([\w./+ -]{3,60})[\"”`]")
CODE = late(r"`([\w./ -]{2,80})`")

# A word that looks like a name: an id, capitalised, or with a digit, an underscore or a slash in it.
_WORD = (
    r"(?:[A-Z]\w{1,20}(?:/[A-Z]\w{1,20}){2,4}|[\w.-]{2,60}/[\w.-]{2,96}(?![\w/-])|[A-Z][\w.+!'’&-]{0,60}|[\w.+-]{0,40}\d[\w.+-]{0,40}|"
    r"\w{1,40}[_/][\w./-]{1,60}|[a-z]{1,30}[A-Z]\w{0,30})"
)
_SPAN = rf"{_WORD}(?:(?: (?:of|in|de|the) | |: ?){_WORD}){{0,5}}"
SET = r"(?:data[ -]?sets?|corpus|corpora|database|challenge|competition|treebank|(?:train(?:ing)?|dev) set)"
A_SET = late(  # the same; several times as fast as ignoring case
    r"[Dd](?:ata[ -]?[Ss]ets?|ATA[ -]?SETS?|atabase|ev [Ss]et)|[Cc]orp(?:us|ora)|CORPUS|[Cc](?:hallenge|ompetition)|"
    r"[Tt]r(?:eebank|ain(?:ing)? [Ss]et)"
)
DATA = late(r" data\b(?![-/])")
# What may stand between a name and the words "data set".
BETWEEN = late(
    r"(?: \([^()]{1,60}\))?(?: [A-Z][a-z]+[-–][A-Z][a-z]+)?"
    r"(?: (?:training|train|text|speech|image|full|official|english|QA|NER|dialogue|data|parallel|monolingual)){0,2} ?$"
)
A_WORD = late(_WORD)
CONNECTORS = frozenset({"of", "in", "de", "the"})
MAX_SPAN = 10  # words
MAX_TOKEN = 100
MAX_CODE = 16
PLAIN_BEFORE_SET = late(rf"\b(?:the|on|from|using) ([a-z][\w.-]{{1,40}}) {SET}\b")
SET_ID = late(
    r"\b(?:on|from|using|with|the) ((?!train|sub-|meta-|multi-|super-|mini-|raw-|large-|small-)"
    r"[a-z][\w.]*-(?:corpus|dataset|corpora))\b"
)
AFTER_SET = late(rf"\b(?i:{SET})s?(?![\w/])(?: (?i:used|use|is|are|called|named|from))*\s*[:=(]?\s*(?:the )?({_SPAN})")
# "GermanQuAD-Datensatz", "JSUTコーパス", "CMRC2018数据集": scripts without blanks between words.
_LATIN = r"(?<![A-Za-z0-9/_.-])([A-Za-z][\w./-]{0,60}[A-Za-z0-9])"
FOREIGN = late(
    rf"(?a:{_LATIN})(?:"
    r"[ -]?等?的?(?:中文|英文|日本語|英語|한국어 ?|학습 ?|훈련 ?|평가 ?)?の?"
    r"(?:训练集|Datens[aä]tz|Korpus|コーパス|データ|数据|語料|"
    r"语料|데이터|말뭉치|корпус|датасет)"
    r"|[ ]?(?:で|を(?:用い|使用|使っ|利用))[^。]{0,12}(?:学習|訓練|ファインチューニング|事前学習)"
    r"|[ ]?を(?:用い|使用し|使っ)"
    r"|[ ]?上?(?:做|进行)?了?[^，。、；]{0,6}(?:训练|微调|精调)"
    r"|[ ]?(?:에 대한|으로|로|를 사용하여|을 사용하여|를 이용하여|을 이용하여) ?(?:추가 ?)?(?:학습|파인 ?튜닝|"
    r"미세 ?조정|Fine-?[Tt]uning))"
)
_ADJECTIVES = (
    r"(?:(?:publicly|openly|freely|newly|recently)[ -](?:available|released|published) |(?:large|small|full|entire|"
    r"whole|complete|original|new|public|open|cleaned|filtered|deduplicated|popular|well-known|standard|official|"
    r"translated|open[- ]source|multilingual|synthetic|large-scale) ){0,2}"
)
_STAGE = r"(?:SFT|DPO|ORPO|KTO|RLHF|GRPO)"
LATIN_BEFORE = late(
    rf"(?a:{_LATIN})(?:データ(?:セット)?|数据集?)?[ ]?(?:と|、|や|及び|および|和|与|以?及|,|및|과|와)[ ]?$"
)
AFTER_ON = late(
    rf"\b(?:(?i:(?:pre-?)?train(?:ed|ing)?|tun(?:ed|ing|e)|(?:fine|pre)tun(?:ed|ing|e)|distill?ed)|{_STAGE})\b"
    rf"(?:[^.;:]|\.\w){{0,120}}?(?<!based )\bon:? (?:the |a |an |our |both |all )?{_ADJECTIVES}({_SPAN})"
)
AFTER_ON_PART = late(
    r"\b(?:subset|portion|parts?|mix|mixture|combination|collection|concatenation|split|samples?|texts?|"
    rf"articles?|images?|sentences|pairs|examples|dumps?|hours|tokens|paintings|photos|recordings|clips|videos|documents|"
    rf"pages|papers) (?:of|from|in) (?:the |a )?({_SPAN})"
)
AFTER_STAGE = late(rf"\b{_STAGE}(?:-\w+)? (?:on|with|using) (?:the )?({_SPAN})")
STAGES = ("SFT", "DPO", "ORPO", "KTO", "RLHF", "GRPO")
FOREIGN_STEMS = ("ntra", "ffin", "ntren", "rein", "just", "fina", "обуч", "Обуч")
AFTER_FOREIGN_ON = late(
    r"\b(?i:entra[îi]n\w+|affin[ée]\w*|entrenad\w+|treinad\w+|ajustad\w+|afinad\w+|обуч\w+|дообуч\w+)\b[^.;:]{0,60}?"
    r"\b(?:sur|con|en|sobre|com|em|no|na|nos|nas|на)\s+(?:l[ea]s? |el |los |las |o |os |l['’]|датасете |корпусе )?"
    rf"({_SPAN})"
)
GERMAN_ON = late(rf"\b(?:auf|mit)\s+(?:de[mnr] |einem |einer )?({_SPAN})")
AFTER_FROM = late(
    r"(?:\b(?:from|of|on|and|(?:train|tun)(?:ed|ing) (?:with|using)|used|us[óo]u?|"
    r"utili\w+|adds|covers|contains|(?:includ|combin|merg|compris|mix)(?:es?|ed|ing))|:)"
    rf" (?:the )?({_SPAN})"
)
HASH = late(r"[0-9a-f]{7,128}")
FROM = late(r"\b(?:from|of|on) (?:the )?$")
LISTED = late(
    rf"(?: ?\[\d+\])?(?: \([^()]{{0,60}}\))?"
    rf"(?: (?:{SET}|archive|collection|subset|split|data|pairs|triplets|train|dev))?"
    rf"(?:, (?:and )?| and (?:the )?| & | \+ |/|; | (?:et|e|y|und|и) |、|和|と)(?:the )?({_SPAN})"
)
NAME_LIKE = late(
    r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]-?\d|\d-?[A-Za-z]|\w[_/]\w|[A-Z]\w+ (?:Corpus|Dataset|Treebank|Challenge|Database)\b"
)
LANGUAGE_USING = late(r"(?: \([^()]{0,40}\))?(?: languages?)? using (?:the )?[A-Z]")
BEGINNING = late(rf"^\W*({_WORD}(?: {_WORD}){{0,4}})(?=, | and | & )")
KAGGLE = late(r"kaggle\.com/(?:datasets/)?(?!c/|code/|models/|competitions/|notebooks?/)[\w-]+/([\w-]{3,80})")
SCRIPT = late(r"\b(?:[Kk]ernel|[Nn]otebook|[Ss]cript)\b")
USED_IN = late(r"\b(?:(?:used|as) in|by|see|via) (?:the )?\W?$")
CAPITALS = late(r"[A-Z][\w'’-]+(?: [A-Z0-9][\w'’-]*)+")
CODE_OF = late(r"(?<=[A-Z_/])[A-Z\d_]+\s+[-–] $|\w\s+[-–] $")
EVENTS = frozenset({"challenge", "competition"})
TAKEN_FROM = late(r"\b(?:on|from|of|with|using|in) (?:the )?\W?$")
SIGLA = late(r"[A-Z]{2,6}/[A-Z]{2,6}")
TWO_CAPITALS = late(r"[A-Z]{2}")
SET_WORD = late(r"\b(?:Corpus|Dataset|Treebank|Database|Archive|Gigaword)\b")
VERSION = late(r"v?\d.*")
MIN_SHAPE = 3  # two capitals are a language or a task more often than a set
