"""What a heading announces, in the languages that cards are written in. A heading proves nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from modelpick.vetting.answers.words import either, group, late


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
        r"nicht vorgesehen|unzulässig|missbrauch|hors[ -](?:de )?p[ée]rim[eè]tre|fuera del? alcance|"
        r"fora d[oe] escopo|"
        r"использовани\w* не|недопустим|запрещ",
        r"usages? (?:interdits?|non prévus?)|usos? (?:prohibidos?|proibidos?|no previstos?|indebidos?)|uso indevido",
        r"範囲外|対象外|禁止|超出范围|超出範圍|滥用|濫用|使用限制|범위 외|금지",
    ),
    Topic.USE: group(
        r"(?:intended|direct|downstream|primary|potential|recommended|expected) (?:\w+ )?(?:uses?|usages?|users?)",
        r"^uses?$|^uses? (?!with|in|from)|use[ -]?cases?|purpose|applications?\b|^intended|"
        r"^about(?: (?:this|the) model)?$|"
        r"what (?:is it|it is) for|^tasks?$",
        r"verwendungszweck|anwendung|einsatz|usages? pr[ée]vus?|usos? (?:previstos?|pretendidos?)|"
        r"finalidade|prop[óo]sito",
        r"cas d'(?:usage|utilisation)|utilisation prévue|casos? de uso|uso previsto|uso pretendido|для чего",
        r"назначение|применение|用途|使用目的|利用目的|应用场景|應用場景|使用场景|适用|適用|용도|사용 ?목적|활용",
    ),
    Topic.LIMITS: group(
        r"limit|bias|risks?\b|ethic|caveat|safety|known issues?|weakness|disclaimer|warnings?\b|drawbacks?",
        r"einschr[äa]nkung|grenzen|verzerrung|sesgos?|limita[çc]|vi[ée]s|ограничени|предвзят",
        r"^limites?$|grenzen|risiken|risques?|riesgos?|riscos?|advertencia|avertissement|предупрежд|недостатк|риск",
        r"制限|限界|バイアス|注意|免責|リスク|局限|偏见|偏見|限制|免责|风险|風險|不足|한계|편향|주의|제한|면책",
    ),
    Topic.DATA: group(
        r"train(?:ing|ed)? (?:\w+ )?(?:data|set|corpus|corpora|mix)|data ?sets?\b|data sources?|corpus|"
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
        r"ergebnis|auswertung|leistung|r[ée]sultats|[ée]valuation|resultados|evaluaci[óo]n|rendimiento|desempenho|avalia|"
        r"результат|оценк|метрик|качество",
        r"評価|評測|評估|性能|結果|精度|ベンチマーク|评估|评测|评价|测试结果|效果|结果|평가|성능|결과|벤치마크",
    ),
    Topic.HOW_TO: group(
        r"how to|get(?:ting)? started|quick ?start|inference|usage|how do i|examples?\b|\bcode\b|demo|"
        r"run(?:ning)?\b|install|setup",
        r"deploy|^us(?:e|ing) (?:with|in|from|the)|^using|prompt|verwendung|nutzung|utilis|"
        r"c[óo]mo usar|^usos?$|использ",
        r"как (?:использовать|запустить)|пример|exemples?\b|ejemplos?|exemplos?|beispiele?|anleitung|"
        r"uso b[áa]sico|como usar",
        r"使い方|使用方法|用法|快速|使用例|サンプル|推論|推理|调用|示例|如何使用|사용법|사용 ?방법|사용 ?예|예제|추론",
    ),
    Topic.LICENSE: group(
        r"licen[sc]|lizenz|licença|лиценз|ライセンス|许可|許可|授权|授權|协议|協議|利用規約|라이[선센]스|\bterms\b|copyright",
    ),
    Topic.CITATION: group(
        r"^cit(?:e|ation|ing)|citation|bibtex|references?$|acknowledg|authors?$|contact|"
        r"related (?:work|papers?)|papers?$",
        r"zitier|danksagung|remerciement|agradecimi?ent|благодарност|цитир|автор|引用|参考文献|謝辞|致谢|참고|인용|感谢|"
        r"table of contents|^contents$|^toc$|^contributors?$|^inhalt(?:sverzeichnis)?$|"
        r"^sommaire$|^(?:índice|sumário|目录|目次|목차)$",
    ),
}
_ANY = either(*_WORDS.values())
_EACH = {topic: late(words) for topic, words in _WORDS.items()}
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
