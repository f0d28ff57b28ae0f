# ruff: noqa: E501 - lines of cards are long
"""Cards of the kinds that the Hub is full of, and the answers that a careful reader would sign."""

from __future__ import annotations

import pytest
from vetting.facts_of import facts

from modelpick.vetting.answers.contract import Answers
from modelpick.vetting.answers.read import read_answers


def answers(text: str) -> Answers:
    return read_answers(facts(text))


def told(found: Answers) -> str:
    """The statuses as letters: P purpose, O out of scope, L limitations, E evaluation; `-` where not stated."""
    statements = (found.purpose, found.out_of_scope, found.limitations, found.evaluation)
    return "".join(
        letter if statement.status == "stated" else "-" for letter, statement in zip("POLE", statements, strict=True)
    )


KINDS = {
    "instruction model": (
        """
        ---
        library_name: transformers
        license: apache-2.0
        pipeline_tag: text-generation
        ---
        # Heron-3-8B-Instruct
        <p align="center"><img src="logo.png" alt="Heron"><a href="https://heron.example"><img src="badge.svg"></a></p>

        ## Highlights
        Heron-3 is an instruction-following language model with strong skills in coding and tool calling.
        - **Languages**: English, Dutch

        ## Benchmarks
        | | Heron-3-8B | Stork-7B |
        |---|---|---|
        | MMLU | 71.3 | 68.0 |
        | IFEval | 80.1 | 74.4 |

        ## Quickstart
        ```python
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("birds/Heron-3-8B-Instruct")
        ```

        ## Limitations
        It may hallucinate facts. Do not use it for medical decisions.
        """,
        ("POLE", None, "library"),
    ),
    "unfilled template": (
        """
        ---
        library_name: transformers
        tags: []
        ---
        # Model Card for Model ID
        <!-- Provide a quick summary of what the model is/does. -->
        ## Model Details
        ### Model Description
        <!-- Provide a longer summary of what this model is. -->
        This is the model card of a 🤗 transformers model that has been pushed on the Hub. This model card has been automatically generated.
        - **Developed by:** [More Information Needed]
        - **Model type:** [More Information Needed]
        - **Finetuned from model [optional]:** [More Information Needed]
        ## Uses
        ### Direct Use
        [More Information Needed]
        ### Out-of-Scope Use
        <!-- This section addresses misuse, malicious use, and uses that the model will not work well for. -->
        [More Information Needed]
        ## Bias, Risks, and Limitations
        [More Information Needed]
        ### Recommendations
        Users (both direct and downstream) should be made aware of the risks, biases and limitations of the model. More information needed for further recommendations.
        ## How to Get Started with the Model
        Use the code below to get started with the model.
        [More Information Needed]
        ## Evaluation
        ### Results
        [More Information Needed]
        ## Environmental Impact
        Carbon emissions can be estimated using the [Machine Learning Impact calculator](https://mlco2.github.io/impact#compute) presented in [Lacoste et al. (2019)](https://arxiv.org/abs/1910.09700).
        - **Hardware Type:** [More Information Needed]
        """,
        ("----", "template", "none"),
    ),
    "adapter of the PEFT template": (
        """
        ---
        base_model: birds/Heron-3-8B
        library_name: peft
        ---
        # Model Card for Model ID
        ## Model Details
        - **Developed by:** [More Information Needed]
        ## Uses
        ### Direct Use
        [More Information Needed]
        ## Evaluation
        [More Information Needed]
        ### Framework versions

        - PEFT 0.11.1
        """,
        ("----", "peft", "none"),
    ),
    "GGUF mirror without a note": (
        """
        ---
        base_model: birds/Heron-3-8B
        tags: [gguf]
        ---
        # Heron-3-8B-GGUF
        This repo contains GGUF format model files for [Heron-3-8B](https://huggingface.co/birds/Heron-3-8B).

        ## Provided files
        | Name | Quant method | Bits | Size |
        |---|---|---|---|
        | heron.Q4_K_M.gguf | Q4_K_M | 4 | 4.92 GB |

        ```shell
        llama-cli -m heron.Q4_K_M.gguf -p "Hello"
        ```
        """,
        ("----", "gguf", "library"),
    ),
    "GGUF mirror with the maker's note": (
        """
        # Stork-7B-GGUF
        static quants of https://huggingface.co/birds/Stork-7B

        ## Original model card
        Stork is a chat assistant that answers questions about railways.
        """,
        ("P---", "gguf", "none"),
    ),
    "Unsloth": (
        """
        ---
        license: apache-2.0
        ---
        # Uploaded finetuned  model

        - **Developed by:** ann
        - **Finetuned from model :** unsloth/llama-3-8b-bnb-4bit

        This llama model was trained 2x faster with [Unsloth](https://github.com/unslothai/unsloth) and Huggingface's TRL library.
        """,
        ("----", "unsloth", "none"),
    ),
    "TRL": (
        """
        ---
        licence: license
        ---
        # Model Card for heron-sft
        This model is a fine-tuned version of [birds/Heron](https://huggingface.co/birds/Heron).
        It has been trained using [TRL](https://github.com/huggingface/trl).

        ## Quick start
        ```python
        from transformers import pipeline
        generator = pipeline("text-generation", model="ann/heron-sft")
        ```
        ## Training procedure
        This model was trained with SFT.
        """,
        ("----", "trl", "library"),
    ),
    "mergekit": (
        """
        # merge
        This is a merge of pre-trained language models created using [mergekit](https://github.com/cg123/mergekit).
        ## Merge Details
        This model was merged using the SLERP merge method.
        """,
        ("----", "mergekit", "none"),
    ),
    "sentence-transformers": (
        """
        # SentenceTransformer based on birds/Heron-embed
        This is a [sentence-transformers](https://www.SBERT.net) model finetuned from [birds/Heron-embed](https://huggingface.co/birds/Heron-embed). It maps sentences & paragraphs to a 384-dimensional dense vector space and can be used for semantic search and clustering.
        ## Model Details
        - **Maximum Sequence Length:** 512 tokens
        ### Full Model Architecture
        ```
        SentenceTransformer((0): Transformer({'max_seq_length': 512}))
        ```
        ## Usage
        ```bash
        pip install -U sentence-transformers
        ```
        ## Evaluation
        | Metric | Value |
        |:--|:--|
        | spearman_cosine | 0.8123 |
        """,
        ("P-LE", "sentence-transformers", "library"),
    ),
    "Trainer": (
        """
        <!-- This model card has been generated automatically according to the information the Trainer had access to. -->
        # leaf-net
        This model is a fine-tuned version of [birds/vit](https://huggingface.co/birds/vit) on an unknown dataset.
        It achieves the following results on the evaluation set:
        - Loss: 0.21
        ## Intended uses & limitations
        More information needed
        """,
        ("---E", "trainer", "none"),
    ),
    "agent": (
        """
        # **PPO** Agent playing **LunarLander-v2**
        This is a trained model of a **PPO** agent playing **LunarLander-v2** using the [stable-baselines3 library](https://github.com/DLR-RM/stable-baselines3).
        ## Usage (with Stable-baselines3)
        TODO: Add your code
        """,
        ("P---", "sb3", "none"),
    ),
    "robot policy": (
        """
        # Model Card for act
        This policy has been trained and pushed to the Hub using [LeRobot](https://github.com/huggingface/lerobot).
        """,
        ("----", "lerobot", "none"),
    ),
    "diffusers adapter": (
        """
        # SDXL LoRA - ann/ink-lora
        These are ann/ink-lora LoRA adaption weights for birds/sdxl-base.
        The weights were trained using [DreamBooth](https://dreambooth.github.io/).
        ## Trigger words
        Ink drawing of a heron.
        """,
        ("----", "diffusers", "none"),
    ),
    "speech": (
        """
        # Murmur small
        Murmur is a model for automatic speech recognition in Dutch. It reaches a WER of 7.9 on the test set.
        It does not work well on noisy recordings.
        """,
        ("P-LE", None, "none"),
    ),
    "HTML with a bold line as heading": (
        """
        <div align="center"><h1>Otter</h1><p><b>An open model for document understanding</b></p></div>

        **Out-of-scope use**

        <table><tr><td>Surveillance</td><td>The model must not be used to track people in public places.</td></tr></table>

        **Results**

        <table><tr><th>Set</th><th>F1</th></tr><tr><td>own test</td><td>88.4</td></tr></table>
        """,
        ("PO-E", None, "none"),
    ),
    "table of contents only": (
        """
        # Otter
        - [Intended use](#intended-use)
        - [Out-of-scope use](#out-of-scope-use)
        - [Limitations: it may fail](#limitations)
        - [Accuracy 91.2 %](#results)
        """,
        ("----", None, "none"),
    ),
    "another model's figure": (
        """
        # Otter
        Otter is a small classifier for insect sounds; it was trained on ten hours of field recordings.

        BERT reaches 88.5 F1 on this task.
        """,
        ("P---", None, "none"),
    ),
    "English card with a Chinese half": (
        """
        # Crane-7B
        [English](README.md) | 中文

        ## 模型介绍
        Crane 是一个对话模型，可用于文本生成和翻译。

        ## 局限性
        模型可能会生成错误的内容。

        ## 使用限制
        不得用于任何违法用途。

        ## 评估结果
        | 数据集 | 准确率 |
        |---|---|
        | 自建 | 81.5 |
        """,
        ("POLE", None, "none"),
    ),
    "several models": (
        """
        # Wren family
        | Model | Parameters | Task |
        |---|---|---|
        | wren-s | 30M | keyword spotting |
        | wren-l | 300M | speech recognition |

        The models are designed for voice control of small devices.
        """,
        ("P---", None, "none"),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_of_each_kind(kind: str) -> None:
    text, (statements, tool, run) = KINDS[kind]
    found = answers(text)
    assert (told(found), found.tool, found.run_instructions) == (statements, tool, run)
