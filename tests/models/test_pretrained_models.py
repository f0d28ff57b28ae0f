"""Real small models, made and trained here: what is loaded, what is refused, and features as direct use gives them."""

from __future__ import annotations

import json
import resource
import shutil
from pathlib import Path

import made_models
import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

from modelpick.data.images.rows import read_images
from modelpick.data.sounds.rows import read_sounds
from modelpick.data.texts import read_texts
from modelpick.errors import AnswerIsNo, CannotFindOut
from modelpick.models.pretrained import library
from modelpick.models.pretrained.embedding import batches
from modelpick.models.pretrained.features import FOLDER, FeatureBank
from modelpick.models.pretrained.folder import open_folder
from modelpick.models.pretrained.forward import FIRST_TOKEN, LAST, MEAN, MIDDLE, OWN, layers_of
from modelpick.models.pretrained.inputs import inputs_for
from modelpick.models.pretrained.loading import load


@pytest.fixture
def made(pretrained_models: Path) -> Path:
    return pretrained_models


@pytest.fixture
def copied(made: Path, tmp_path: Path):
    """Copies a made model, changes its tensors, and gives the folder."""

    def copy(name: str, change=lambda state: state) -> Path:
        shutil.copytree(made / name, tmp_path / name)
        place = tmp_path / name / "model.safetensors"
        state = change(safetensors.torch.load_file(place))
        safetensors.torch.save_file(state, place, metadata={"format": "pt"})
        return tmp_path / name

    return copy


def renamed(state: dict, old: str, new: str) -> dict:
    return {name.replace(old, new): tensor for name, tensor in state.items()}


def refusal(folder: Path, *, head: bool, kind: str = "text") -> str:
    with pytest.raises(AnswerIsNo) as caught:
        load(open_folder(folder, kind), head=head)
    assert "\n" not in caught.value.message
    return caught.value.message


def features(folder: Path, kind: str, rows: object, what: str = "vectors") -> dict:
    return FeatureBank(open_folder(folder, kind), what, rows, "cpu").of(rows)


# --- loading ---


def test_weights_are_those_of_the_file(made):
    model = load(open_folder(made / "text", "text"), head=True)
    stored = safetensors.torch.load_file(made / "text" / "model.safetensors")
    assert all(torch.equal(tensor, stored[name]) for name, tensor in model.state_dict().items())
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_a_backbone_does_without_its_head_and_without_a_pooler(copied):
    folder = copied(
        "text", lambda state: {n: t for n, t in state.items() if "pooler" not in n and "classifier" not in n}
    )
    load(open_folder(folder, "text"), head=False)
    assert "would be random" in refusal(folder, head=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: renamed(s, "encoder.layer.1", "encoder.layer.7"), "layer.7"),
        (lambda s: renamed(s, "word_embeddings", "other"), "word_embeddings"),
        (lambda s: {**s, "classifier.bias": torch.full((2,), float("nan"))}, "NaN"),
        (lambda s: {**s, "classifier.weight": s["classifier.weight"][:, :16].clone()}, "classifier.weight"),
        (lambda s: {n: t * (1e30 if "LayerNorm.weight" in n else 1) for n, t in s.items()}, "not finite"),
        (lambda s: {**s, "spare.weight": torch.zeros(2, 2)}, "spare.weight"),
    ],
)
def test_weights_on_which_the_answer_depends(copied, change, said):
    assert said in refusal(copied("text", change), head=True)


def test_weights_of_another_architecture(copied):
    folder = copied("text")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(
        json.dumps({**config, "model_type": "electra", "architectures": ["ElectraModel"]})
    )
    assert "missing" in refusal(folder, head=False)


@pytest.mark.parametrize(
    ("name", "kind", "fields", "said"),
    [
        ("image", "image", {"image_size": 80_000}, "`vit.embeddings.position_embeddings`"),
        ("sound", "audio", {"conv_kernel": [10**9, 4]}, "another shape"),
        ("text", "text", {"max_position_embeddings": 10**9}, "another shape"),
    ],
)
def test_a_config_that_asks_for_more_than_its_weights_takes_no_memory(copied, name, kind, fields, said):
    folder = copied(name)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **fields}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert said in refusal(folder, head=True, kind=kind)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB


def test_a_config_that_wants_attentions_is_loaded_in_the_way_that_has_them(copied):
    folder = copied("text")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "output_attentions": True}))
    load(open_folder(folder, "text"), head=True)


def test_a_damaged_tokenizer_is_one_line(copied):
    folder = copied("text")
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    (folder / "tokenizer.json").write_text(json.dumps({**tokenizer, "model": {"type": "Nope"}}))
    assert "tokenizer cannot be read" in refusal(folder, head=False)
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    assert "tokenizer cannot be read: it has no 'added_tokens'" in refusal(folder, head=False)


def test_a_tokenizer_with_more_words_than_the_weights(copied):
    folder = copied("text")
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["film"] = 5_000
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    rows, _ = read_texts(["a film"])
    with pytest.raises(AnswerIsNo, match="more words"):
        features(folder, "text", rows)


def test_a_broken_torchvision_is_told_of_and_an_absent_one_is_not(monkeypatch):
    library.check_companions.__wrapped__()
    monkeypatch.setattr(library, "_installed", lambda name: name == "torchvision")
    with pytest.raises(CannotFindOut, match="torchvision") as caught:
        library.check_companions.__wrapped__()
    assert caught.value.hint.startswith("pip uninstall torchvision")


def test_a_resnet_under_timms_names_in_our_own_network(copied):
    assert "`layer4.1.conv2.weight` is missing" in refusal(
        copied("timm", lambda s: renamed(s, "layer4.1.conv2.weight", "layer4.2.conv2.weight")), head=True, kind="image"
    )


def test_vgg_as_timm_keeps_it_is_the_same_network(tmp_path):
    from modelpick.models.architectures.build import build
    from modelpick.models.architectures.known import known

    net = build(known("vgg11"), 2, (3, 32, 32), generator=torch.Generator().manual_seed(0)).eval()
    state = dict(net.state_dict())
    for ours, theirs, shape in (
        ("classifier.0", "pre_logits.fc1", (4096, 512, 1, 1)),
        ("classifier.3", "pre_logits.fc2", (4096, 4096, 1, 1)),
    ):
        state[f"{theirs}.weight"] = state.pop(f"{ours}.weight").reshape(shape)
        state[f"{theirs}.bias"] = state.pop(f"{ours}.bias")
    state = renamed(state, "classifier.6", "head.fc")
    safetensors.torch.save_file({n: t.to(torch.float16) for n, t in state.items()}, tmp_path / "model.safetensors")
    sizes = {"input_size": [3, 32, 32], "mean": [0.5] * 3, "std": [0.5] * 3}
    (tmp_path / "config.json").write_text(json.dumps({"architecture": "vgg11", "pretrained_cfg": sizes}))
    loaded = load(open_folder(tmp_path, "image"), head=True)
    pixels = torch.rand(1, 3, 32, 32)
    assert torch.allclose(loaded(pixels), net.half().float()(pixels), atol=1e-5)


# --- features ---


def test_text_features_are_means_over_the_tokens_whatever_the_batch(made):
    from transformers import AutoModel, AutoTokenizer

    texts, _ = made_models.texts(30)
    texts += ["", texts[0], "film " * 60]
    rows, _ = read_texts(texts)
    got = features(made / "text", "text", rows)
    tokenizer, model = AutoTokenizer.from_pretrained(made / "text"), AutoModel.from_pretrained(made / "text").eval()
    for i, text in enumerate(texts):
        with torch.no_grad():
            batch = tokenizer([text], return_tensors="pt", truncation=True, max_length=32)
            layers = model(**batch, output_hidden_states=True).hidden_states[1:]
        one = [layer[0].mean(0).numpy() for layer in layers]
        for name, expected in ((LAST, one[1]), (MIDDLE, one[0]), (MEAN, (one[0] + one[1]) / 2)):
            np.testing.assert_allclose(got[name][i], expected, atol=2e-5)


def test_a_sentence_encoder_does_what_its_folder_says(made):
    rows, _ = read_texts(made_models.texts(12)[0])
    plain, own = (features(made / name, "text", rows) for name in ("text", "sentence"))
    expected = plain[LAST] / np.linalg.norm(plain[LAST], axis=1, keepdims=True)
    np.testing.assert_allclose(own[OWN], expected, atol=1e-5)


def test_image_features_of_grey_and_transparent_pictures_too(made, tmp_path):
    from transformers import AutoModel, ViTImageProcessor

    paths = []
    for i, mode in enumerate(("RGB", "L", "RGBA", "CMYK", "P")):
        paths.append(str(tmp_path / f"{i}.{'jpg' if mode == 'CMYK' else 'png'}"))
        Image.fromarray(made_models.picture(i)).convert(mode).save(paths[-1])
    rows, bad = read_images(paths)
    got = features(made / "image", "image", rows)
    assert not bad
    processor = ViTImageProcessor.from_pretrained(made / "image")
    model = AutoModel.from_pretrained(made / "image").eval()
    with torch.no_grad():
        batch = processor([Image.open(path).convert("RGB") for path in paths[:3]], return_tensors="pt")
        last = model(**batch).last_hidden_state
    np.testing.assert_allclose(got[FIRST_TOKEN][:3], last[:, 0], atol=1e-5)
    np.testing.assert_allclose(got[LAST][:3], last[:, 1:].mean(1), atol=1e-5)


def test_sound_features_do_not_hear_the_padding(made, tmp_path):
    from transformers import AutoFeatureExtractor, AutoModel

    made_models.write_tones(tmp_path, rows=10)
    rows, _ = read_sounds(sorted(str(path) for path in tmp_path.rglob("*.wav")))
    got = features(made / "sound", "audio", rows)
    extractor, model = (
        AutoFeatureExtractor.from_pretrained(made / "sound"),
        AutoModel.from_pretrained(made / "sound").eval(),
    )
    for i, heard in enumerate(rows.waves(made_models.RATE)):
        with torch.no_grad():
            last = model(**extractor(heard, sampling_rate=made_models.RATE, return_tensors="pt")).last_hidden_state
        np.testing.assert_allclose(got[LAST][i], last[0].mean(0), atol=1e-4)


def test_features_lie_on_disk_for_the_same_model_and_rows(made, own_home, monkeypatch):
    rows, _ = read_texts(made_models.texts(10)[0])
    first = features(made / "text", "text", rows)
    kept = list((own_home / "modelpick" / FOLDER).iterdir())
    assert len(kept) == 1
    monkeypatch.setattr("modelpick.models.pretrained.features.load", lambda *_, **__: pytest.fail("loaded again"))
    again = features(made / "text", "text", rows.take(np.arange(10)[::-1]))
    assert all(np.array_equal(first[name], again[name][::-1]) for name in first)
    monkeypatch.undo()
    kept[0].write_bytes(kept[0].read_bytes()[:-9])
    assert all(np.array_equal(first[name], array) for name, array in features(made / "text", "text", rows).items())


def test_batches_hold_every_row_once_within_the_budget():
    costs = np.random.default_rng(0).integers(1, 90, 300)
    made = list(batches(costs, 256))
    assert sorted(np.concatenate(made).tolist()) == list(range(300))
    assert all(costs[part].max() * len(part) <= 256 for part in made)
    assert all(len(set(costs[part])) == 1 for part in batches(costs, 256, alike=True))
    assert [len(part) for part in batches(np.array([900, 5]), 256)] == [1, 1]


@pytest.mark.parametrize(("name", "kind"), [("image", "image"), ("sound", "audio")])
def test_a_batch_may_lie_where_the_model_lies_as_a_whole(made, name, kind):
    """As in fine-tuning on a GPU; `meta` computes nothing, and refuses what is elsewhere as a GPU does."""
    folder = open_folder(made / name, kind)
    model, batch = load(folder, head=False).to("meta"), inputs_for(folder).sample()
    found = layers_of(folder, model, {key: tensor.to("meta") for key, tensor in batch.items()})
    assert {str(layer.device) for layer in found.values()} == {"meta"}
