"""Small pretrained models that the tests make and train themselves, in the layouts of those who publish such models."""

from __future__ import annotations

import csv
import io
import json
import wave
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from PIL import Image

GOOD = ("good", "great", "lovely", "fine", "superb")
BAD = ("bad", "awful", "dull", "poor", "horrid")
FILLING = ("the", "film", "was", "a", "very", "story", "and", "actor", "music", "end")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LABELS = ("negative", "positive")
CARD = "---\nlicense: mit\n---\n# Made by a test\n\n## Intended uses\n\nTests.\n"
RATE = 2000


def texts(rows: int = 80, seed: int = 0) -> tuple[list[str], list[str]]:
    """Texts that are negative or positive by one word, and their labels; lengths differ."""
    rng = np.random.default_rng(seed)
    made, labels = [], []
    for row in range(rows):
        words = list(rng.choice(FILLING, rng.integers(2, 12)))
        words.insert(int(rng.integers(len(words) + 1)), str(rng.choice(GOOD if row % 2 else BAD)))
        made.append(" ".join(words) + f" {row}")
        labels.append(LABELS[row % 2])
    return made, labels


def write_texts(path: Path, rows: int = 80, seed: int = 1) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "mood"), *zip(*texts(rows, seed), strict=True)])
    return path


def picture(row: int) -> np.ndarray:
    """24 x 20 pixels, bright above or bright below, with noise."""
    rng = np.random.default_rng(row)
    pixels = rng.integers(0, 120, (24, 20, 3))
    pixels[:12] += (row % 2) * 120
    pixels[12:] += (1 - row % 2) * 120
    return pixels.astype(np.uint8)


def write_pictures(root: Path, rows: int = 40) -> Path:
    for row in range(rows):
        folder = root / ("below", "above")[row % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture(row)).save(folder / f"{row:02}.png")
    return root


def tone(row: int) -> np.ndarray:
    """A low or a high tone with noise, of its own length, float32."""
    rng = np.random.default_rng(row)
    time = np.arange(RATE // 4 + 10 * (row % 5)) / RATE
    clean = np.sin(2 * np.pi * (700 if row % 2 else 150) * time + rng.random())
    return (0.4 * clean + 0.05 * rng.standard_normal(len(time))).astype(np.float32)


def write_tones(root: Path, rows: int = 40) -> Path:
    for row in range(rows):
        folder = root / ("low", "high")[row % 2]
        folder.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((tone(row) * 32767).astype("<i2").tobytes())
        (folder / f"{row:02}.wav").write_bytes(buffer.getvalue())
    return root


def _train(
    model: torch.nn.Module, batch: dict[str, torch.Tensor], target: torch.Tensor, steps: int, rate: float
) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(**batch).logits, target).backward()
        optimizer.step()
    model.eval()


def text_classifier(folder: Path) -> Path:
    """A BERT of two layers with a WordPiece vocabulary of its own, whose labels are `Negative` and `positive!`."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    words = [*SPECIAL, *GOOD, *BAD, *FILLING, *"0123456789", *(f"##{digit}" for digit in range(10))]
    tokenizer = BertTokenizerFast(vocab={word: number for number, word in enumerate(words)})
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=32, id2label={0: "positive!", 1: "Negative"}, label2id={"positive!": 0, "Negative": 1},
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    made, labels = texts(160, seed=7)
    batch = tokenizer(made, padding=True, truncation=True, max_length=32, return_tensors="pt")
    _train(model, dict(batch), torch.tensor([int(label == "negative") for label in labels]), 40, 3e-3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def image_classifier(folder: Path) -> Path:
    """A Vision Transformer of two layers on pictures of 24 x 24."""
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=24, patch_size=8,
        id2label={0: "above", 1: "below"}, label2id={"above": 0, "below": 1}, hidden_dropout_prob=0.0,
    )  # fmt: skip
    processor = ViTImageProcessor(size={"height": 24, "width": 24})
    model = ViTForImageClassification(config)
    rows = range(100, 164)
    batch = processor([Image.fromarray(picture(row)) for row in rows], return_tensors="pt")
    _train(model, dict(batch), torch.tensor([1 - row % 2 for row in rows]), 30, 2e-3)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def sound_classifier(folder: Path) -> Path:
    """A wav2vec 2.0 of one layer that hears 2,000 samples a second."""
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification

    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48, conv_dim=(16, 16),
        conv_kernel=(8, 4), conv_stride=(4, 4), num_feat_extract_layers=2, num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2, classifier_proj_size=16, apply_spec_augment=False, layerdrop=0.0,
        id2label={0: "high", 1: "low"}, label2id={"high": 0, "low": 1}, hidden_dropout=0.0, feat_proj_dropout=0.0,
        attention_dropout=0.0, activation_dropout=0.0,
    )  # fmt: skip
    extractor = Wav2Vec2FeatureExtractor(sampling_rate=RATE)
    model = Wav2Vec2ForSequenceClassification(config)
    rows = range(100, 132)
    batch = extractor([tone(row)[:500] for row in rows], sampling_rate=RATE, return_tensors="pt")
    _train(model, {"input_values": batch["input_values"]}, torch.tensor([1 - row % 2 for row in rows]), 25, 3e-3)
    model.save_pretrained(folder)
    extractor.save_pretrained(folder)
    return folder


def sentence_encoder(folder: Path, classifier: Path) -> Path:
    """The text classifier without its head, in the layout of sentence-transformers: mean, then length one."""
    from transformers import AutoModel, AutoTokenizer

    AutoModel.from_pretrained(classifier).save_pretrained(folder)
    AutoTokenizer.from_pretrained(classifier).save_pretrained(folder)
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ]
    pooling = {"word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling").mkdir()
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 24, "do_lower_case": false}')
    return folder


def timm_resnet(folder: Path) -> Path:
    """A ResNet-18 under timm's names: random filters, normalisations that saw pictures, a last layer fitted to them."""
    from sklearn.linear_model import LogisticRegression

    from modelpick.models.architectures.build import build
    from modelpick.models.architectures.known import known

    net = build(known("resnet18"), 2, (3, 32, 32), generator=torch.Generator().manual_seed(0))
    rows = range(100, 164)
    images = [Image.fromarray(picture(row)).resize((32, 32)) for row in rows]
    pixels = (torch.from_numpy(np.stack([np.asarray(i) for i in images])).permute(0, 3, 1, 2) / 255 - 0.5) / 0.5
    seen: list[torch.Tensor] = []
    hook = net.fc.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.no_grad():
        net.train()
        for _ in range(20):
            net(pixels)
        net.eval()
        net(pixels)
        hook.remove()
        fitted = LogisticRegression(C=0.1, max_iter=500).fit(seen[-1].numpy(), [1 - row % 2 for row in rows])
        net.fc.weight.copy_(torch.from_numpy(np.vstack([-fitted.coef_, fitted.coef_]) / 2))
        net.fc.bias.copy_(torch.tensor([-fitted.intercept_[0] / 2, fitted.intercept_[0] / 2]))
    folder.mkdir(parents=True)
    safetensors.torch.save_file({n: t.contiguous() for n, t in net.state_dict().items()}, folder / "model.safetensors")
    config = {
        "architecture": "resnet18", "num_classes": 2, "label_names": ["above", "below"],
        "pretrained_cfg": {"input_size": [3, 32, 32], "interpolation": "bilinear", "crop_pct": 1.0,
                           "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "classifier": "fc"},
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths, and a card, as a repo of the loopback Hub wants them."""
    made = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {"README.md": CARD.encode(), **made}
