"""Training data as cards of all years, kinds and languages tell them: class, names, roles, availability, notes."""

import pytest
from vetting.facts_of import card, facts

from modelpick.vetting.answers.contract import TrainingData
from modelpick.vetting.answers.read import read_answers
from modelpick.vetting.answers.training_found import set_key


def told(text: str) -> TrainingData:
    head = "" if text.startswith(("---", "# ")) else "# Some model\n\n"
    return read_answers(facts(head + text)).training_data


def names(found: TrainingData, role: str = "training") -> set[str]:
    return {dataset.name for dataset in found.datasets if dataset.role == role}


CASES = [
    ("Das Modell wurde auf dem Blattkorpus-DE trainiert und feinabgestimmt.", "named", ["Blattkorpus-DE"]),
    ("## Trainingsdaten\n\nDie Daten bestehen aus 30.000 deutschen Texten aus Foren.", "described", []),
    ("Ce modèle a été entraîné sur FeuilleQA et PlanteNet-300K.", "named", ["FeuilleQA", "PlanteNet-300K"]),
    ("## Données d'entraînement\n\nLe corpus contient deux millions de phrases extraites de forums.", "described", []),
    ("El modelo fue entrenado con el corpus HojaCorpus-ES.", "named", ["HojaCorpus-ES"]),
    ("## Datos de entrenamiento\n\nSe usaron 20.000 textos de foros de jardinería.", "described", []),
    ("O modelo foi treinado no FolhaSet e ajustado no QuestaoPT.", "named", ["FolhaSet", "QuestaoPT"]),
    ("Модель обучена на датасете LeafRu-50K.", "named", ["LeafRu-50K"]),
    ("Модель была дообучена на текстах форумов садоводов.", "described", []),
    ("该模型使用LeafQA数据集进行训练。", "named", ["LeafQA"]),
    ("## 训练数据\n\n- [LeafQA](https://example.org/leafqa)\n- 中文维基百科", "named", ["LeafQA"]),
    ("模型在三百万条中文对话文本上微调得到。", "described", []),
    ("このモデルはLeafQA-JAデータセットでファインチューニングされています。", "named", ["LeafQA-JA"]),
    ("## 学習データ\n\n公園で撮影した画像3万枚を使用しました。", "described", []),
    ("이 모델은 LeafQA-KO 데이터셋으로 파인튜닝되었습니다.", "named", ["LeafQA-KO"]),
    ("## 학습 데이터\n\n한국어 뉴스 기사 30만 건을 사용했습니다.", "described", []),
    ("BERT was trained on BookCorpus and Wikipedia. This model sorts leaves.", "absent", []),
    ("The base model was pretrained on LAION-5B.", "absent", []),
    ("It was not trained on ImageNet-1k.", "absent", []),
    ("15 trillion tokens of publicly available data were used to train the model.", "described", []),
    ("The model was trained on proprietary data.", "undisclosed", []),
    ("The training data have not been disclosed.", "undisclosed", []),
    ("We do not disclose the training data.", "undisclosed", []),
    ("Details of the pretraining corpus are not publicly available.", "undisclosed", []),
    ("It was trained on a private dataset of 10,000 chest x-ray images.", "described", []),
    (
        "## Data\n\n| Dataset | Role | Size |\n|---|---|---|\n| LeafNet | training | 10k |\n| TreeBench "
        "| evaluation | 1k |\n| BarkSet | calibration | 100 |",
        "named",
        ["LeafNet"],
    ),
    ("| Dataset | Split |\n|---|---|\n| LeafNet | train |\n| TreeBench | test |", "named", ["LeafNet"]),
    (
        "# leaf-small\n\n| Model | Trained on | Top-1 |\n|---|---|---|\n| leaf-small | LeafNet-1M | 80 "
        "|\n| oak-large | OakSet | 82 |",
        "named",
        ["LeafNet-1M"],
    ),
    ("| | |\n|---|---|\n| Training data | LeafNet-1M |\n| License | MIT |", "named", ["LeafNet-1M"]),
    ("- **Training data:** LeafNet-1M and BarkQA\n- **License:** MIT", "named", ["BarkQA", "LeafNet-1M"]),
    ("**Dataset:** https://huggingface.co/datasets/ann/leaves", "named", ["ann/leaves"]),
    ("Trained with [ann/leaves](https://huggingface.co/datasets/ann/leaves) for 3 epochs.", "named", ["ann/leaves"]),
    (
        "The model was trained on a mixture of the following datasets:\n\n- "
        "[LeafNet](https://example.org/l) (10k images)\n- BarkQA: 20k pairs\n- 5k synthetic "
        "conversations",
        "named",
        ["BarkQA", "LeafNet"],
    ),
    ("It was trained on a mix of LeafNet, BarkQA and RootBank-2.", "named", ["BarkQA", "LeafNet", "RootBank-2"]),
    (
        "Fine-tuned for two epochs using a combination of BarkQA, `ann/roots` and the TwigSet corpus.",
        "named",
        ["BarkQA", "TwigSet", "ann/roots"],
    ),
    (
        "---\ndatasets:\n- ann/calib\n---\n# x-GPTQ\n\nQuantised to 4 bits. The `ann/calib` set served "
        "for calibration of the weights.",
        "absent",
        [],
    ),
    ("---\ndatasets:\n- ann/calib\n---\n# x-GPTQ\n\nCalibrated with 512 samples of ann/calib.", "absent", []),
    ("Pruned with SparseGPT, with samples from C4 as calibration data.", "absent", []),
    ("The importance matrix was made from wiki.train.raw.", "absent", []),
    ("## Evaluation\n\n| Benchmark | Score |\n|---|---|\n| MMLU | 60 |\n| GSM8K | 50 |", "absent", []),
    ("We evaluate the model, trained for 3 days, on MMLU and GSM8K.", "absent", []),
    ("A PPO agent playing CartPole-v1, trained with Stable-Baselines3.", "absent", []),
    ("You can fine-tune this model on SQuAD with the script below.", "absent", []),
    ("To fine-tune the model on your own dataset, see the notebook.", "absent", []),
    (
        "## Training\n\nThe following hyperparameters were used during training:\n\n- learning_rate: "
        "5e-05\n- optimizer: AdamW\n\n### Framework versions\n\n- Transformers: 4.51.3\n- Datasets: "
        "3.5.0",
        "absent",
        [],
    ),
    (
        "# Model Card for leaf-sft\n\nThis model is a fine-tuned version of "
        "[Qwen/Qwen2.5-0.5B](https://huggingface.co/Qwen/Qwen2.5-0.5B) on the "
        "[ann/leaves](https://huggingface.co/datasets/ann/leaves) dataset.\nIt has been trained using "
        "[TRL](https://github.com/huggingface/trl).",
        "named",
        ["ann/leaves"],
    ),
    (
        "This model is a fine-tuned version of "
        "[Qwen/Qwen2.5-0.5B](https://huggingface.co/Qwen/Qwen2.5-0.5B) on the None dataset.\nIt has "
        "been trained using [TRL](https://github.com/huggingface/trl).",
        "undisclosed",
        [],
    ),
    (
        "This model is a fine-tuned version of "
        "[Qwen/Qwen2.5-0.5B](https://huggingface.co/Qwen/Qwen2.5-0.5B).\nIt has been trained using "
        "[TRL](https://github.com/huggingface/trl).",
        "absent",
        [],
    ),
    (
        "This llama model was trained 2x faster with [Unsloth](https://github.com/unslothai/unsloth) "
        "and Huggingface's TRL library.",
        "absent",
        [],
    ),
    (
        "## Training Details\n\n### Training Dataset\n\n#### all-nli\n\n* Dataset: "
        "[all-nli](https://huggingface.co/datasets/sentence-transformers/all-nli) at "
        "[d482672](https://huggingface.co/datasets/sentence-transformers/all-nli/tree/d482672)\n* Size: "
        "10,000 training samples\n* Columns: <code>anchor</code>, <code>positive</code>",
        "named",
        ["all-nli"],
    ),
    (
        "### Training Dataset\n\n#### Unnamed Dataset\n\n* Size: 1,000 training samples\n* Columns: "
        "sentence_0, sentence_1, and label",
        "described",
        [],
    ),
    ("Trained on 50k instructions generated with GPT-4.", "described", []),
    ("Trained on 350 hand-labelled pictures of street signs.", "described", []),
    ("Trigger word: zxc. Trained with 35 images of my cat, 2000 steps.", "described", []),
    ("Knowledge cutoff: our training data run until June 2024.", "described", []),
    ("This is a merge of pre-trained language models created using mergekit with the SLERP method.", "absent", []),
    ("GGUF quantisations of leaf-7b. Use llama.cpp to run them.", "absent", []),
    ("See the paper for details on the training data.", "absent", []),
    ("The paper used puzzles to test the method.", "absent", []),
    ("---\ndatasets: squad_v2\n---\n# x\n\nFine-tuned on SQuAD 2.0.", "named", ["SQuAD 2.0"]),
    ("---\ndatasets:\n- unknown\n- custom\n---\n# x\n\nA model.", "absent", []),
    (
        "**Training Dataset:** \n\n** Data Collection Method by dataset\n* Hybrid: Automated, Human\n\n"
        "The model was trained on 1.2M hours of speech, of which 60% is public.",
        "described",
        [],
    ),
    ("## Training Datasets\n\n- Granary\n- YODAS2\n- LibriSpeech (960 hours)", "named", ["LibriSpeech", "YODAS2"]),
    ("DreamBooth model for the leafcat concept trained on the ann/leafcat dataset.", "named", ["ann/leafcat"]),
    (
        "## Training\n\n1. Pretraining: 2T tokens of web text and code.\n2. SFT on ann/instruct-50k.\n"
        "3. DPO with UltraFeedback.",
        "named",
        ["UltraFeedback", "ann/instruct-50k"],
    ),
    (
        "It was trained on about 900 hours of speech.\n\n| Language | Corpus | Hours |\n|---|---|---|\n"
        "| English | LeafSpeech-R | 585 |\n| Japanese | HANA + MORI | 40 |\n\nSimilarity was measured on VCTK.",
        "named",
        ["HANA", "LeafSpeech-R", "MORI"],
    ),
    (
        "Please find the data sets used for training below. All are in English.\n\n|Name|joy|fear|\n|---|---|---|\n"
        "|LeafMood|yes|no|\n|Barkworth (2016)|yes|yes|",
        "named",
        ["Barkworth (2016)", "LeafMood"],
    ),
    (
        "It was pretrained in two stages.\n\n- **Stage 1** (0-2T): FineWeb-Edu, LeafMath-1\n"
        "- **Stage 2** (decay): UltraFeedback and BarkQA",
        "named",
        ["BarkQA", "FineWeb-Edu", "LeafMath-1", "UltraFeedback"],
    ),
    (
        "Problems were drawn at random. We ran GRPO with checked rewards on LeafScale-Preview.",
        "named",
        ["LeafScale-Preview"],
    ),
    ("The train split merges BarkQA, Oak Leaf Comments (10% sample) and RootX-2.\n", "absent", []),
    (
        "## Data\n\nThe train split merges BarkQA, Oak Leaf Comments (10% sample) and RootX-2.",
        "named",
        ["BarkQA", "Oak Leaf Comments", "RootX-2"],
    ),
    (
        "A net that sorts leaves. Dataset: [Tall Oak Leaves](https://example.org/oak) (7,000 images).",
        "named",
        ["Tall Oak Leaves"],
    ),
    (
        "Tuned on 40k pairs taken from the LeafQA set of LAB/ORG sigla, trained on XY/QZ/LeafQA.",
        "named",
        ["LeafQA", "QZ", "XY"],
    ),
    ("Fine-tuned on Plattish using the [Leaf Voice](https://example.org/v) dataset.", "named", ["Leaf Voice"]),
    ("Fine-tuned on the ANN/LEAF_VOICE - PLT dataset.", "named", ["ANN/LEAF_VOICE"]),
    ("Fine-tuned on the openly available LeafNet-1M set.", "named", ["LeafNet-1M"]),
    ("The data are at https://www.kaggle.com/ann/oak-leaves and were used for training.", "named", ["oak-leaves"]),
    ("Fine-tuned on Tall Oak Brother's lyrics.", "described", []),
    ("The model was trained for two days on 8 16 GB V100 for the RootX team.", "absent", []),
    ("It was trained on LeafText, an open reproduction of the BarkText-2 corpus.", "named", ["LeafText"]),
    ("It uses the Oak model, trained on LeafNet-1M. It was tuned on 900 pictures.", "described", []),
    ("Trained with the leafnet/tts1 recipe. The tokenizer is an OakPiece trained on LeafText-2.", "absent", []),
    (
        "The model was only pre-trained on LeafText-2 excluding any supervised training on BarkQA.",
        "named",
        ["LeafText-2"],
    ),
    ("- **Finetuned from model :** oaks/oak-3-8b-bnb-4bit\n\nTrained 2x faster with Unsloth.", "absent", []),
    ("It was trained with reinforcement learning in a browser, starting from Oak3-8B.", "absent", []),
    ("We are not able to share details about the training data.", "undisclosed", []),
    ("We thank the makers of LeafNet-1M for training help on data.", "absent", []),
    ("## Training\n\n- n_filters: 64\n- sample_rate: 8000\n- half_lr: true", "absent", []),
    (
        "| Feature | Description |\n|---|---|\n| **Name** | `xx_leaf` |\n"
        "| **Sources** | [Leaf Treebank](https://example.org/t) (Ann Oak)<br />"
        "[spaCy lookups data](https://example.org/l)<br />"
        "[ann/bark-bert](https://huggingface.co/ann/bark-bert) (Ann) |",
        "named",
        ["Leaf Treebank"],
    ),
    (
        "第一阶段在 Leaf-ZH 和 BarkMARCO 上做预训练，第二阶段使用 RootQA、TwigQA2 进行有监督微调。",
        "named",
        ["BarkMARCO", "Leaf-ZH", "RootQA", "TwigQA2"],
    ),
    (
        "## 学習データ\n\n- 日本語LeafText-2\n\n学習には、leaf-instructとoak1-jaを用いました。",
        "named",
        ["LeafText-2", "leaf-instruct", "oak1-ja"],
    ),
    ("KLeaf 학습 데이터셋으로 학습하고 KBark 평가 데이터셋으로 평가했습니다.", "named", ["KLeaf"]),
    ("사내 회의 녹음 300시간으로 학습했습니다.", "described", []),
    ("## Datos\n\nSe recopilaron 2 millones de tuits. Además se usó HojaTASS para el ajuste.", "named", ["HojaTASS"]),
]


@pytest.mark.parametrize(("text", "status", "named"), CASES)
def test_the_class_and_the_names(text: str, status: str, named: list[str]) -> None:
    found = told(text)
    assert (found.status, sorted(names(found))) == (status, named)
    lines = card(text if text.startswith(("---", "# ")) else f"# Some model\n\n{text}").text.split("\n")
    for evidence in (*found.evidence, *(quote for dataset in found.datasets for quote in dataset.evidence)):
        assert evidence.quote in "\n".join(lines[evidence.line - 1 : evidence.line + 5])


def test_a_table_gives_each_set_its_role() -> None:
    found = told(
        "| Dataset | Role | Size |\n|---|---|---|\n| LeafNet | training | 10k |\n| TreeBench | "
        "evaluation | 1k |\n"
        "| BarkSet | calibration | 100 |"
    )
    assert (names(found), names(found, "evaluation"), names(found, "other")) == (
        {"LeafNet"},
        {"TreeBench"},
        {"BarkSet"},
    )


def test_a_sentence_gives_each_set_its_role() -> None:
    found = told("It was fine-tuned on LeafNet-1M and evaluated on MMLU and GSM8K.")
    assert names(found) == {"LeafNet-1M"}
    assert "GSM8K" in names(found, "evaluation")


def test_what_was_measured_on_in_the_model_index_is_an_evaluation() -> None:
    found = told(
        "---\nmodel-index:\n- name: x\n  results:\n  - task: {type: t}\n    dataset: {type: ann/bench, "
        "name: Bench}\n"
        "    metrics: [{type: accuracy, value: 0.9}]\n---\n# x\n\nIt sorts leaves."
    )
    assert (found.status, names(found, "evaluation")) == ("absent", {"ann/bench"})


def test_data_of_another_model_keep_another_role() -> None:
    found = told("The base model was pretrained on LAION-5B. This one was tuned on LeafNet-1M images.")
    assert (names(found), names(found, "other")) == ({"LeafNet-1M"}, {"LAION-5B"})


def test_a_mapping_under_datasets_names_its_set() -> None:
    found = told("---\ndatasets:\n- name: ann/leaves\n  split: train\n---\n# x")
    assert names(found) == {"ann/leaves"}
    assert found.datasets[0].evidence[0].line == 3


@pytest.mark.parametrize(
    ("sentence", "availability"),
    [
        ("Trained on the public LeafNet-1M corpus.", "public"),
        ("Trained on 3,000 internal recordings.", "private"),
        ("Trained on the openly available LeafNet-1M set. It was tuned on in-house chats.", "mixed"),
        ("Trained on 3,000 pictures of leaves.", "unknown"),
    ],
)
def test_whether_others_can_have_the_data(sentence: str, availability: str) -> None:
    assert told(sentence).availability == availability


def test_data_that_a_model_made_are_noted() -> None:
    (dataset,) = told("Trained on the LeafChat-50K dataset, which was generated with GPT-4.").datasets
    assert dataset.synthetic
    assert dataset.note is not None
    assert "synthetic" in dataset.note


def test_an_ambiguous_name_is_quoted_and_not_resolved() -> None:
    (dataset,) = told("It was trained on ImageNet.").datasets
    assert (dataset.name, dataset.hub_id, dataset.license) == ("ImageNet", None, None)
    assert "ImageNet-21k" in (dataset.note or "")


@pytest.mark.parametrize(
    ("one", "other"),
    [("squad_v2", "SQuAD 2.0"), ("rajpurkar/squad_v2", "SQuAD v2"), ("MS-COCO", "ms coco"), ("multi_nli", "MultiNLI")],
)
def test_spellings_of_one_set_are_one(one: str, other: str) -> None:
    assert set_key(one) == set_key(other)


def test_sets_with_other_numbers_are_others() -> None:
    assert set_key("CIFAR-10") != set_key("CIFAR-100")


@pytest.mark.parametrize(
    "unit", ["A/B-1 ", "trained on a ", "x_1/y_2, ", "Data Set ", "of the ", "1.2.3 ", "((", "to be "]
)
def test_long_lines_take_no_long_time(unit: str) -> None:
    import time

    text = "# x\n\n## Training data\n\n" + ("Trained on the dataset " + unit * 2000 + "\n\n") * 12
    start = time.process_time()
    told(text)
    assert time.process_time() - start < 2


def test_a_checksum_is_no_data_set():
    digest = "41584e9007a2dc715e63e126caa50bf75b4a683920e4e68d72504b4e7099f2ae"
    text = f"# M\n\n## Training data\n\nTrained on the Wrenfield corpus. Fingerprint of the data (sha256): {digest}.\n"
    assert [data.name for data in read_answers(facts(text)).training_data.datasets] == ["Wrenfield"]
