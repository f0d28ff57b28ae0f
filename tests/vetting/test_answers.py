"""What the readers of the answers make of cards: statuses, roles, lines and quotes."""

import pytest
from vetting.facts_of import GOOD, card, facts

from modelpick.verbs.vet import vet_facts
from modelpick.vetting.answers.contract import Answers, Dataset
from modelpick.vetting.answers.read import read_answers


def answers(text: str, **fields: object) -> Answers:
    return read_answers(facts(text, **fields))


def training(found: Answers) -> dict[str, Dataset]:
    return {dataset.name: dataset for dataset in found.training_data.datasets if dataset.role == "training"}


def test_a_good_card_answers_everything_with_verbatim_quotes() -> None:
    found = answers(GOOD)
    for answer in (found.purpose, found.out_of_scope, found.limitations, found.evaluation):
        assert answer.status == "stated"
    assert found.purpose.evidence[0].quote.startswith("This model is intended")
    assert found.purpose.evidence[0].line == 8
    assert found.training_data.status == "named"
    assert set(training(found)) == {"SQuAD"}
    assert found.usage.status == "stated"
    assert (found.usage.library, found.usage.snippet_line) == ("transformers", 14)
    assert found.run_instructions == "library"
    assert found.tool is None
    lines = card(GOOD).text.split("\n")
    for evidence in (*found.purpose.evidence, *found.training_data.evidence, *found.license.evidence):
        assert evidence.quote in "\n".join(lines[evidence.line - 1 : evidence.line + 5])


@pytest.mark.parametrize(
    "text",
    [
        "# t5-tiny\n\nA PyTorch version of the original weights.",
        "# Model Card for Model ID\n\n## Uses\n\n### Direct Use\n\n[More Information Needed]",
        "# x\n\nIt reads a CSV file.",
        "# x\n\nAnswers are given in English.",
        "# x\n\n<!-- This model is intended for text classification. -->",
        "# x\n\n```python\n# this model is used for translation\n```",
        "",
    ],
)
def test_a_purpose_that_nobody_tells_is_absent(text: str) -> None:
    assert answers(text).purpose.status == "absent"


@pytest.mark.parametrize(
    "sentence",
    [
        "You can use this model for image classification.",
        "An object detection model for traffic signs.",
        "This model sorts small grey images.",
        "Tells cats from dogs.",
        "It predicts the price of a house from its features.",
        "このモデルは文章を分類するために使うことができます。",
        "该模型用于文本分类。",
        "Dieses Modell dient zur Klassifikation von Texten.",
    ],
)
def test_a_purpose_is_told_in_many_ways(sentence: str) -> None:
    assert answers(f"# Some model\n\n{sentence}").purpose.status == "stated"


@pytest.mark.parametrize(
    ("text", "status", "names"),
    [
        ("It was trained on ImageNet-1k and CIFAR-10.", "named", {"ImageNet-1k", "CIFAR-10"}),
        ("The model was trained on 30,000 photos of leaves.", "described", set()),
        (
            "This model is a fine-tuned version of [x](https://huggingface.co/a/x) on an unknown dataset.",
            "undisclosed",
            set(),
        ),
        ("We evaluated it on ImageNet-1k.", "absent", set()),
        ("It was not trained on ImageNet-1k.", "absent", set()),
        ("Fine-tuned on the [Leaves](https://huggingface.co/datasets/ann/leaves) dataset.", "named", {"Leaves"}),
        ("## Training data\n\n- [WebNLG](https://example.org)\n- Dart2", "named", {"WebNLG", "Dart2"}),
        ("## Training data\n\n| Dataset | Rows |\n|---|---|\n| Leaves | 10 |\n| Total | 10 |", "named", {"Leaves"}),
        ("## Evaluation data\n\nCIFAR-10", "absent", set()),
        ("Nothing is said here.", "absent", set()),
    ],
)
def test_training_data_in_four_classes(text: str, status: str, names: set[str]) -> None:
    found = answers(f"# Some model\n\n{text}")
    assert found.training_data.status == status
    assert set(training(found)) == names


def test_the_key_datasets_counts_unless_the_text_gives_it_another_role() -> None:
    head = "---\ndatasets:\n- ann/leaves\n- unknown\n---\n# x\n\n"
    found = answers(head + "A model.")
    assert training(found)["ann/leaves"].evidence[0].line == 3
    assert "unknown" not in training(found)
    assert not training(answers(head + "The set `ann/leaves` was used for calibration of the quantised weights."))


def test_a_data_set_named_in_an_evaluation_keeps_that_role() -> None:
    found = answers("# x\n\n## Evaluation\n\nIt was evaluated on SQuAD.")
    assert [(d.name, d.role) for d in found.training_data.datasets] == [("SQuAD", "evaluation")]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("## Results\n\n| Metric | Value |\n|---|---|\n| Accuracy | 91.2 |", "stated"),
        ("It achieves the following results:\n- Loss: 0.31\n- F1: 0.9", "stated"),
        ("## Evaluation\n\nSee the paper.", "absent"),
        ("It is state of the art.", "absent"),
        ("## Results\n\n![plot](accuracy.png)", "absent"),
        ("Requires version 0.8.0 of the library.", "absent"),
    ],
)
def test_evaluation_needs_a_figure(text: str, status: str) -> None:
    assert answers(f"# x\n\n{text}").evaluation.status == status


def test_a_result_in_model_index_counts() -> None:
    text = """
    ---
    model-index:
    - name: x
      results:
      - task: {type: text-classification}
        metrics:
        - {type: accuracy, value: 0.9}
    ---
    # x
    """
    assert answers(text).evaluation.status == "stated"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("```bash\ncurl -fsSL https://x.example/i.sh | sh\n```", "shell-pipe"),
        ("```\npip install git+https://github.com/a/b\n```", "shell-pipe"),
        ("```python\nAutoModel.from_pretrained('a/b', trust_remote_code=True)\n```", "repo-script"),
        ("```bash\ngit clone https://github.com/a/b\ncd b\n```", "repo-script"),
        ("```python\nfrom transformers import pipeline\n```", "library"),
        ("```bibtex\n@article{x, title={y}}\n```", "none"),
        ("Nothing to run.", "none"),
    ],
)
def test_the_strongest_thing_to_run(text: str, kind: str) -> None:
    assert answers(f"# x\n\n{text}").run_instructions == kind


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        (
            "<!-- generated automatically according to the information the Trainer had access to. -->",
            "trainer",
        ),
        ("It has been trained using [TRL](https://github.com/huggingface/trl).", "trl"),
        ("# Model Trained Using AutoTrain", "autotrain"),
        ("Written by hand.", None),
    ],
)
def test_tools_are_told_by_their_own_words(text: str, tool: str | None) -> None:
    assert answers(text).tool == tool


def test_a_card_that_could_not_be_had_is_unknown_and_never_absent() -> None:
    from modelpick.facts import Missing

    found = read_answers(facts(None, missing=(Missing(what="card", reason="gated"),)))
    assert found.purpose.status == found.training_data.status == found.usage.status == "unknown"
    assert vet_facts(facts(None, missing=(Missing(what="card", reason="gated"),))).verdict == "review"


def test_base_models_from_key_and_text() -> None:
    found = answers(
        "---\nbase_model: a/b\n---\nA fine-tuned version of [c/d](https://huggingface.co/c/d) on the imdb dataset."
    )
    assert {origin.repo_id for origin in found.base_models} == {"a/b", "c/d"}


@pytest.mark.parametrize(
    "sentence",
    [
        "It trains the MLP on tables.",
        "The model knows only the words of your training texts.",
        "Train it on your own data.",
        "To train on a custom dataset, run train.py.",
        "It can be fine-tuned on GLUE tasks.",
        "Each seed trains the network on 80% of the rows.",
        "Tokenizer trained on Wikipedia.",
        "Trained on 4 A100 GPUs.",
        "Training took 3 hours on one GPU.",
        "Data augmentation was used during training.",
        "See the paper for training data.",
    ],
)
def test_what_is_said_of_training_and_not_of_data_names_and_describes_none(sentence: str) -> None:
    found = answers(f"# x\n\n{sentence}").training_data
    assert (found.status, found.datasets) == ("absent", ())


@pytest.mark.parametrize(
    ("sentence", "status", "availability"),
    [
        ("The training data are private.", "undisclosed", "private"),
        ("We used in-house data to train the model.", "undisclosed", "private"),
        ("It was trained on 3 hours of speech.", "described", "unknown"),
    ],
)
def test_data_without_a_name(sentence: str, status: str, availability: str) -> None:
    found = answers(f"# x\n\n{sentence}").training_data
    assert (found.status, found.availability) == (status, availability)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Trained on CIFAR-10 and CIFAR-100.", {"CIFAR-10", "CIFAR-100"}),
        ("The model was trained on WSJ0-3Mix.", {"WSJ0-3Mix"}),
        ("It was fine-tuned on LoveRance's lyrics.", {"LoveRance"}),
        ("## Training data\n\nIt is [here](https://huggingface.co/datasets/ann/set).", {"ann/set"}),
        ("## Training data\n\nIt is [here](https://example.org/set.zip).", set()),
        ("## Trainingsdaten\n\nDas Modell wurde mit dem GermanQuAD-Datensatz trainiert.", {"GermanQuAD"}),
        ("このモデルはJSUTコーパスで学習されました。", {"JSUT"}),
        ("该模型在CMRC2018数据集上微调。", {"CMRC2018"}),
        ("| Training data | The model was trained on FooBar-1M images. |\n|---|---|", {"FooBar-1M"}),
        ("| Data | Ann Bee |\n|---|---|", set()),
    ],
)
def test_names_in_many_styles(text: str, names: set[str]) -> None:
    assert set(training(answers(f"# x\n\n{text}"))) == names


def test_a_set_that_the_text_says_was_not_used_is_no_training_data() -> None:
    found = answers("---\ndatasets: [ann/set]\n---\nWe did not use `ann/set` for training.")
    assert [(dataset.name, dataset.role) for dataset in found.training_data.datasets] == [("ann/set", "other")]


def test_the_terms_of_a_set_are_not_those_of_a_namesake_unless_they_warn() -> None:
    own, warned = answers("---\ndatasets: [ann/fashion_mnist, ann/imagenet-1k]\n---\n# x").training_data.datasets
    assert (own.license, own.commercial_use, warned.commercial_use) == (None, "unknown", "no")
    (same,) = answers("---\ndatasets: zalando-datasets/fashion_mnist\n---\n# x").training_data.datasets
    assert same.commercial_use == "yes"


@pytest.mark.parametrize("sentence", ["精度は93%です。", "准确率达到93.5。"])
def test_a_figure_without_blanks_around_it_is_a_result(sentence: str) -> None:
    assert answers(f"# x\n\n{sentence}").evaluation.status == "stated"


@pytest.mark.parametrize(
    "sentence", ["No known limitations.", "It has no bias.", "It may be used to detect offensive language."]
)
def test_what_is_no_limitation(sentence: str) -> None:
    assert answers(f"# x\n\n{sentence}").limitations.status == "absent"


@pytest.mark.parametrize(("text", "status"), [("Medical advice.", "stated"), ("None.", "absent"), ("N/A", "absent")])
def test_an_excluded_use_may_be_two_words_under_its_heading(text: str, status: str) -> None:
    assert answers(f"# x\n\n## Out-of-scope use\n\n{text}").out_of_scope.status == status


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Run `python run.py`.", "repo-script"),
        ("```bash\ncurl x \\\n  | sh\n```", "shell-pipe"),
        ("```bash\ncurl x > a.sh && sh a.sh\n```", "shell-pipe"),
        ("```bash\nwget https://x/a.sh\nbash a.sh\n```", "shell-pipe"),
        ('```python\nexec(requests.get("https://x").text)\n```', "shell-pipe"),
    ],
)
def test_commands_that_run_what_was_fetched(text: str, kind: str) -> None:
    assert answers(f"# x\n\n{text}").run_instructions == kind
