# ruff: noqa: E501, SIM905 - sentences in scripts of double width
"""Cards in the languages of the Hub: headings announce, and sentences tell, in each of them."""

from __future__ import annotations

import pytest
from vetting.facts_of import facts

from modelpick.vetting.answers.read import read_answers
from modelpick.vetting.answers.topics import Topic, topics_of

CARDS = {
    "Chinese": (
        "## 用途\n\n该模型用于识别昆虫的声音。\n\n## 使用限制\n\n禁止用于军事目的。\n\n## 局限性\n\n模型在嘈杂的环境中可能会产生错误的结果。\n\n"
        "## 评估结果\n\n准确率为 91.2%。"
    ),
    "Traditional Chinese": (
        "## 用途\n\n這個模型可以進行情感分類。\n\n## 注意\n\n不得用於違法用途，請勿用於監控。\n\n## 限制\n\n模型无法处理超过512个字的文本。\n\n"
        "## 結果\n\n準確率 0.91"
    ),
    "Japanese": (
        "## 用途\n\nこのモデルは虫の声を分類するために使うことができます。\n\n## 禁止事項\n\n医療目的では使用しないでください。\n\n"
        "## 制限事項\n\n雑音の多い録音では誤った結果を出す可能性があります。\n\n## 評価\n\n正解率は91.2%です。"
    ),
    "Korean": (
        "## 용도\n\n이 모델은 곤충 소리를 분류하는 데 사용할 수 있습니다.\n\n## 금지된 사용\n\n군사 목적으로 사용을 금지합니다.\n\n"
        "## 한계\n\n시끄러운 녹음에서는 잘못된 결과가 나올 수 있으며 긴 문장을 처리할 수 없습니다.\n\n## 평가\n\n정확도는 91.2%입니다."
    ),
    "German": (
        "## Verwendungszweck\n\nDas Modell dient zur Erkennung von Insekten nach ihrem Klang.\n\n## Nicht vorgesehene Verwendung\n\n"
        "Es ist nicht für medizinische Zwecke bestimmt.\n\n## Einschränkungen\n\nDas Modell ist nicht in der Lage, mehrere "
        "Arten zugleich zu hören.\n\n## Ergebnisse\n\nDie Genauigkeit beträgt 91,2 %."
    ),
    "French": (
        "## Utilisation prévue\n\nCe modèle permet de classer des insectes d'après leur chant.\n\n## Hors périmètre\n\n"
        "Il ne doit pas être utilisé pour la surveillance.\n\n## Limites\n\nLe modèle ne fonctionne pas dans le bruit.\n\n"
        "## Résultats\n\nLa précision est de 91,2 %."
    ),
    "Spanish": (
        "## Usos previstos\n\nEste modelo sirve para clasificar insectos por su canto.\n\n## Usos fuera de alcance\n\n"
        "No debe usarse con fines médicos.\n\n## Limitaciones\n\nEl modelo no funciona con mucho ruido.\n\n"
        "## Resultados\n\nLa precisión es de 91,2 %."
    ),
    "Portuguese": (
        "## Finalidade\n\nEste modelo serve para identificar insetos pelo som.\n\n## Fora do escopo\n\nNão deve ser usado "
        "para fins médicos.\n\n## Limitações\n\nO modelo não funciona bem com ruído.\n\n## Resultados\n\n"
        "A acurácia é de 91,2 %."
    ),
    "Russian": (
        "## Назначение\n\nМодель предназначена для классификации звуков насекомых.\n\n## Недопустимое использование\n\n"
        "Модель нельзя использовать для слежки.\n\n## Ограничения\n\nМодель не умеет различать несколько видов сразу.\n\n"
        "## Результаты\n\nТочность составляет 91,2 %."
    ),
}


@pytest.mark.parametrize("language", CARDS)
def test_every_question_in_every_language(language: str) -> None:
    found = read_answers(facts(f"# Insecta\n\n{CARDS[language]}"))
    statements = {
        "purpose": found.purpose,
        "out_of_scope": found.out_of_scope,
        "limitations": found.limitations,
        "evaluation": found.evaluation,
    }
    assert {name: statement.status for name, statement in statements.items()} == dict.fromkeys(statements, "stated")


@pytest.mark.parametrize("language", CARDS)
def test_what_a_card_does_not_say_in_its_language_is_absent(language: str) -> None:
    """Of four sections each answer rests on its own: without it, the answer is gone."""
    sections = CARDS[language].split("## ")[1:]
    for left_out, name in ((1, "out_of_scope"), (2, "limitations"), (3, "evaluation")):
        rest = "".join(f"## {section}" for number, section in enumerate(sections) if number != left_out)
        assert getattr(read_answers(facts(f"# Insecta\n\n{rest}")), name).status == "absent", name


@pytest.mark.parametrize(
    ("topic", "names"),
    [
        (
            Topic.USE,
            "用途 適用場景 使用目的 利用目的 용도 사용목적 verwendungszweck anwendungsbereich назначение".split(),
        ),
        (Topic.USE, ["usages prévus", "cas d'usage", "usos previstos", "casos de uso", "uso pretendido", "finalidade"]),
        (
            Topic.OUT_OF_SCOPE,
            ["超出范围的使用", "禁止事項", "금지된 사용", "nicht vorgesehene verwendung", "hors périmètre"],
        ),
        (Topic.OUT_OF_SCOPE, ["usos fuera de alcance", "fora do escopo", "недопустимое использование"]),
        (
            Topic.LIMITS,
            ["局限性", "制限事項", "한계", "einschränkungen", "limites", "limitaciones", "limitações", "ограничения"],
        ),
        (
            Topic.EVALUATION,
            ["评估结果", "評価", "평가", "ergebnisse", "résultats", "evaluación", "avaliação", "результаты"],
        ),
        (
            Topic.HOW_TO,
            ["使用方法", "使い方", "사용법", "nutzung", "comment utiliser", "cómo usar", "como usar", "использование"],
        ),
        (
            Topic.DATA,
            ["训练数据", "学習データ", "학습 데이터", "trainingsdaten", "données d'entraînement", "обучающие данные"],
        ),
        (Topic.LICENSE, ["许可证", "ライセンス", "라이선스", "lizenz", "licence", "licencia", "licença", "лицензия"]),
    ],
)
def test_headings_announce_their_topic(topic: Topic, names: list[str]) -> None:
    assert [name for name in names if topic not in topics_of(name)] == []
