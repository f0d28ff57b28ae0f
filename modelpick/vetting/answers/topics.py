"""What a heading announces, in the languages that cards are written in. A heading proves nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache


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
    Topic.OUT_OF_SCOPE: r"""out[ -]of[ -]scope|misuse|malicious|prohibited|not intended|unintended|restricted uses?
        |disallowed|nicht vorgesehen|hors[ -]p[ée]rim[eè]tre|fuera de alcance|fora do escopo
        |использовани\w* не|範囲外|禁止|超出范围|滥用|범위 외|금지""",
    Topic.USE: r"""(?:intended|direct|downstream|primary|potential|recommended|expected)\s+(?:\w+\s+)?(?:uses?|usages?|users?)
        |^uses?\b|use[ -]?cases?|purpose|applications?\b|intended|^about\b|what (?:is it|it is) for|tasks?$
        |verwendung(?:szweck)?|anwendung|einsatz|utilisations?|usages? pr[ée]vus?|usos?\b|uso previsto|finalidade|prop[óo]sito
        |назначение|применение|用途|使用目的|预期用途|适用|용도|사용 목적""",
    Topic.LIMITS: r"""limit|bias|risks?\b|ethic|caveat|safety|known issues?|weakness|disclaimer|warnings?\b|drawbacks?
        |einschr[äa]nkung|grenzen|verzerrung|sesgos?|limita[çc]|vi[ée]s|ограничени|предвзят|制限|限界|バイアス|注意|局限|偏见|限制|한계|편향|주의""",
    Topic.DATA: r"""training (?:\w+ )?(?:data|set|corpus|corpora)|data ?sets?\b|data sources?|corpus|corpora|^data$|pre[ -]?training data
        |fine[ -]?tuning data|data used|trained on|training and evaluation data
        |trainingsdaten|daten(?:satz|s[äa]tze)|donn[ée]es|jeux? de donn|datos|dados|conjuntos? de d|данные|датасет|корпус
        |データ(?:セット)?|コーパス|训练数据|数据集?|学習データ|데이터|말뭉치""",
    Topic.TRAINING: r"""training|pre[ -]?train|fine[ -]?tun|hyper[ -]?param|entrenamiento|treinamento|entra[îi]nement
        |обучени|学習|训练|학습|훈련""",
    Topic.EVALUATION: r"""eval|benchmark|results?\b|performances?\b|metrics?\b|scores?\b|accurac|leaderboard|comparison|validation
        |testing|ergebnis|auswertung|r[ée]sultats|resultados|rendimiento|desempenho|evalua|avalia|результат|оценка|метрик
        |評価|性能|結果|评估|评测|性能|结果|평가|성능|결과""",
    Topic.HOW_TO: r"""how to|get(?:ting)? started|quick ?start|inference|usage|how do i|examples?\b|code|demo|run(?:ning)?\b|install|setup
        |deploy|using|prompt|verwendung|nutzung|utilis|c[óo]mo usar|como usar|uso\b|использ|使い方|使用方法|用法|快速|사용법|사용 ?방법""",
    Topic.LICENSE: r"""licen[sc]|lizenz|licencia|licença|лиценз|ライセンス|许可|协议|라이[선센]스|terms|copyright""",
    Topic.CITATION: r"""cit(?:e|ation|ing)|bibtex|references?$|acknowledg|authors?$|contact|related (?:work|papers?)|papers?$
        |zitier|引用|참고|感谢|table of contents|contents$""",
}
_ALL = re.compile("|".join(f"(?P<{topic.name}>{words})" for topic, words in _WORDS.items()), re.X)
_EACH = {topic: re.compile(words, re.X) for topic, words in _WORDS.items()}


@lru_cache(maxsize=4096)
def topics_of(name: str) -> frozenset[Topic]:
    """The topics of a heading by its normalised name (`Section.name`); OTHER where it announces none of them.

    "Intended uses & limitations" has two. A long heading is a sentence, not a title: it announces nothing.
    """
    if len(name) > 80 or not _ALL.search(name):
        return frozenset({Topic.OTHER})
    found = {topic for topic, words in _EACH.items() if words.search(name)}
    if Topic.OUT_OF_SCOPE in found:
        found.discard(Topic.USE)
    if Topic.DATA in found or Topic.EVALUATION in found:
        found.discard(Topic.TRAINING)
    return frozenset(found)
