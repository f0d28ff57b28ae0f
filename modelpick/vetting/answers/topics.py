"""What a heading announces, in the languages that cards are written in. A heading proves nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from modelpick.vetting.answers.words import either, group


class Topic(StrEnum):
    """What a section is about."""

    USE = "use"
    OUT_OF_SCOPE = "out of scope"
    LIMITS = "limits"
    DATA = "data"
    TRAINING = "training"
    EVALUATION = "evaluation"
    HOW_TO = "how to"
    LICENSE = "license"
    CITATION = "citation"
    OTHER = "other"


_WORDS: Mapping[Topic, str] = {
    Topic.OUT_OF_SCOPE: group(
        r"out[ -]of[ -]scope|misuse|malicious|prohibited|not intended|unintended|restricted uses?|disallowed",
        r"nicht vorgesehen|hors[ -]p[ée]rim[eè]tre|fuera de alcance|fora do escopo|использовани\w* не",
        r"範囲外|禁止|超出范围|滥用|범위 외|금지",
    ),
    Topic.USE: group(
        r"(?:intended|direct|downstream|primary|potential|recommended|expected) (?:\w+ )?(?:uses?|usages?|users?)",
        r"^uses?$|^uses? (?!with|in|from)|use[ -]?cases?|purpose|applications?\b|^intended|"
        r"^about(?: (?:this|the) model)?$|"
        r"what (?:is it|it is) for|^tasks?$",
        r"verwendungszweck|anwendung|einsatz|usages? pr[ée]vus?|usos? (?:previstos?|pretendidos?)|"
        r"finalidade|prop[óo]sito",
        r"назначение|применение|用途|使用目的|预期用途|适用|용도|사용 목적",
    ),
    Topic.LIMITS: group(
        r"limit|bias|risks?\b|ethic|caveat|safety|known issues?|weakness|disclaimer|warnings?\b|drawbacks?",
        r"einschr[äa]nkung|grenzen|verzerrung|sesgos?|limita[çc]|vi[ée]s|ограничени|предвзят",
        r"制限|限界|バイアス|注意|局限|偏见|限制|한계|편향|주의",
    ),
    Topic.DATA: group(
        r"train(?:ing|ed)? (?:\w+ )?(?:data|set|corpus|corpora)|data ?sets?\b|data sources?|corpus|"
        r"corpora|^data$|trained on$",
        r"(?:pre[ -]?training|fine[ -]?tuning|training and evaluation) (?:data|corpus)|data used|"
        r"trainingsdaten|daten(?:satz|s[äa]tze)",
        r"donn[ée]es|jeux? de donn|datos|dados|conjuntos? de d|данные|датасет|корпус",
        r"データ(?:セット)?|コーパス|训练数据|数据集?|学習データ|데이터|말뭉치",
    ),
    Topic.TRAINING: group(
        r"^(?:model )?(?:pre[ -]?)?training$|training (?:detail|proc|setup|config|param|hyper|log|run|"
        r"regime|and|script|recipe)",
        r"(?:how|way) (?:\w+ )?(?:was|were) trained|pre[ -]?training|fine[ -]?tuning|finetuning|hyper[ -]?param",
        r"entrenamiento|treinamento|entra[îi]nement|^training\b",
        r"обучени|学習|训练|학습|훈련",
    ),
    Topic.EVALUATION: group(
        r"eval|benchmark|results?\b|performances?\b|metrics?\b|scores?\b|accurac|leaderboard|"
        r"comparison|validation|testing",
        r"ergebnis|auswertung|r[ée]sultats|resultados|rendimiento|desempenho|avalia|результат|оценка|метрик",
        r"評価|性能|結果|评估|评测|结果|평가|성능|결과",
    ),
    Topic.HOW_TO: group(
        r"how to|get(?:ting)? started|quick ?start|inference|usage|how do i|examples?\b|\bcode\b|demo|"
        r"run(?:ning)?\b|install|setup",
        r"deploy|^us(?:e|ing) (?:with|in|from|the)|^using|prompt|verwendung|nutzung|utilis|"
        r"c[óo]mo usar|^usos?$|использ",
        r"使い方|使用方法|用法|快速|사용법|사용 ?방법",
    ),
    Topic.LICENSE: group(
        r"licen[sc]|lizenz|licença|лиценз|ライセンス|许可|协议|라이[선센]스|\bterms\b|copyright",
    ),
    Topic.CITATION: group(
        r"^cit(?:e|ation|ing)|citation|bibtex|references?$|acknowledg|authors?$|contact|"
        r"related (?:work|papers?)|papers?$",
        r"zitier|引用|참고|感谢|table of contents|^contents$|^contributors?$",
    ),
}
_ANY = either(*_WORDS.values())
_EACH = {topic: re.compile(words) for topic, words in _WORDS.items()}
_MAX_TITLE = 70


@lru_cache(maxsize=4096)
def topics_of(name: str) -> frozenset[Topic]:
    """The topics of a heading by its normalised name (`Section.name`); OTHER where it announces none of them.

    "Intended uses & limitations" has two. A long heading is a sentence, not a title: it announces nothing.
    """
    if len(name) > _MAX_TITLE or not _ANY.search(name):
        return frozenset({Topic.OTHER})
    found = {topic for topic, words in _EACH.items() if words.search(name)}
    if Topic.OUT_OF_SCOPE in found:
        found.discard(Topic.USE)
    if Topic.DATA in found or Topic.EVALUATION in found:
        found.discard(Topic.TRAINING)
    return frozenset(found)
