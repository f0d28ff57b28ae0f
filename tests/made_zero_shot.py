"""Small models that compare rows with texts, made and trained by the tests: one like CLIP, one of inference."""

from __future__ import annotations

import csv
import string
from pathlib import Path

import numpy as np
import torch
from made_models import BAD, FILLING, GOOD, LABELS, SPECIAL
from PIL import Image

COLOURS = {"red": (200, 40, 40), "green": (40, 180, 60), "blue": (50, 60, 200)}
HYPOTHESIS = "This example is {}."


def square(colour: str, row: int) -> np.ndarray:
    """24 x 24 pixels of about one colour, with noise."""
    rng = np.random.default_rng(row)
    pixels = np.array(COLOURS[colour]) + rng.normal(0, 30, 3) + rng.normal(0, 20, (24, 24, 3))
    return pixels.clip(0, 255).astype(np.uint8)


def films() -> list[tuple[str, str]]:
    """Ten texts and their labels."""
    return [(f"the film was {word}", LABELS[word in GOOD]) for word in (*GOOD, *BAD)]


def write_films(path: Path) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "mood"), *films()])
    return path


def write_squares(root: Path, rows: int = 36) -> Path:
    for row in range(rows):
        colour = list(COLOURS)[row % 3]
        (root / colour).mkdir(parents=True, exist_ok=True)
        Image.fromarray(square(colour, row)).save(root / colour / f"{row:02}.png")
    return root


def clip_model(folder: Path) -> Path:
    """Two towers of one layer, trained on coloured squares and `a photo of a red`, and so on; texts are letters."""
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizerFast

    torch.manual_seed(0)
    letters = [*string.ascii_lowercase, *(f"{letter}</w>" for letter in string.ascii_lowercase)]
    words = [*letters, "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = CLIPTokenizerFast(vocab=vocabulary, merges=[], unk_token="<|endoftext|>")
    tower = {
        "projection_dim": 16,
        "hidden_size": 24,
        "intermediate_size": 48,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    ends = {"bos_token_id": len(words) - 2, "eos_token_id": len(words) - 1, "pad_token_id": len(words) - 1}
    config = CLIPConfig(
        text_config={**tower, **ends, "vocab_size": len(words), "max_position_embeddings": 24},
        vision_config={**tower, "image_size": 24, "patch_size": 12},
        projection_dim=16,
    )
    processor = CLIPImageProcessor(size={"shortest_edge": 24}, crop_size={"height": 24, "width": 24})
    model = CLIPModel(config)
    images = [Image.fromarray(square(colour, 100 + row)) for row in range(6) for colour in COLOURS]
    pixels = processor(images, return_tensors="pt")["pixel_values"]
    said = tokenizer([f"a photo of a {colour}" for colour in COLOURS], padding=True, return_tensors="pt")
    target = torch.arange(3).repeat(6)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(30):
        optimizer.zero_grad()
        logits = model(pixel_values=pixels, **said).logits_per_image
        torch.nn.functional.cross_entropy(logits, target).backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def inference_model(folder: Path, labels: tuple[str, str] = ("ENTAILMENT", "contradiction")) -> Path:
    """A BERT that says whether `This example is positive.` follows from a text; entailment is its first output."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    hypothesis = ("this", "example", "is", ".", *LABELS)
    words = [*SPECIAL, *GOOD, *BAD, *FILLING, *hypothesis, *"0123456789", *(f"##{digit}" for digit in range(10))]
    tokenizer = BertTokenizerFast(vocab={word: number for number, word in enumerate(words)})
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=40, initializer_range=0.2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    pairs = [(text, label, int(label != mood)) for text, mood in films() for label in LABELS]
    hypotheses = [HYPOTHESIS.format(label) for _, label, _ in pairs]
    batch = tokenizer([text for text, _, _ in pairs], hypotheses, padding=True, return_tensors="pt")
    target = torch.tensor([answer for _, _, answer in pairs])
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(140):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(**batch).logits, target).backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
