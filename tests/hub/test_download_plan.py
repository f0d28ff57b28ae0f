"""Which files a download takes, and which names it refuses. Pure."""

from __future__ import annotations

import pytest

from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError
from modelpick.facts import FileFact, RepoFacts
from modelpick.hub.plan import plan

COMMIT = "a" * 40


def facts(*paths: str, size: int = 100, **fields: object) -> RepoFacts:
    files = tuple(FileFact(path=path, bytes=size, sha256="b" * 64) for path in paths)
    known: dict[str, object] = {"requested": "org/m", "source": "hub", "repo_id": "org/m", "commit": COMMIT}
    return RepoFacts(files=files, **(known | fields))  # type: ignore[arg-type]


def taken(*paths: str, include: list[str] | None = None) -> set[str]:
    return {file.path for file in plan(facts(*paths), include).files}


def test_a_transformers_repo_gives_safetensors_and_what_loads_them() -> None:
    needed = {"README.md", "LICENSE", "config.json", "model.safetensors", "tokenizer.json", "vocab.txt"}
    needed |= {"special_tokens_map.json", "tokenizer_config.json", "preprocessor_config.json", "spiece.model"}
    others = {
        *("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "rust_model.ot", "model.onnx", "training_args.bin"),
        *("onnx/model.onnx", "onnx/config.json", "original/model.safetensors", "checkpoint-500/model.safetensors"),
        *("modeling_x.py", "pytorch_model.bin.index.json", ".gitattributes", "runs/events.out.tfevents.1"),
        *("model.fp16.safetensors", "vocab.pkl", "word2vec.model", "trainer_state.json", "examples/cat.png"),
    }
    assert taken(*needed, *others) == needed


def test_every_file_left_out_has_a_reason() -> None:
    planned = plan(facts("model.safetensors", "pytorch_model.bin", "run.py", "cat.png"))
    reasons = {item.file.path: item.reason for item in planned.left_out}
    assert reasons["pytorch_model.bin"] == "a pickle: it runs code when loaded"
    assert reasons["run.py"] == "code"
    assert reasons["cat.png"] == "not needed to load it"


def test_shards_come_with_their_index_and_never_beside_the_whole_file() -> None:
    shards = {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"}
    assert taken(*shards, "config.json") == {*shards, "config.json"}
    assert taken(*shards, "model.safetensors") == {"model.safetensors"}
    assert taken(*shards, "consolidated.safetensors") == shards


def test_a_missing_shard_is_refused() -> None:
    with pytest.raises(AnswerIsNo, match="1 of 2 parts"):
        plan(facts("model-00001-of-00002.safetensors", "model.safetensors.index.json"))


def test_a_pipeline_gives_its_components_once() -> None:
    needed = {"model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors"}
    needed |= {"tokenizer/vocab.json", "scheduler/scheduler_config.json"}
    others = {"sd_xl.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors", "unet/diffusion_pytorch_model.bin"}
    assert taken(*needed, *others) == needed


def test_sentence_transformers_modules_keep_their_weights() -> None:
    needed = {"modules.json", "model.safetensors", "1_Pooling/config.json", "2_Dense/model.safetensors"}
    assert taken(*needed, "2_Dense/pytorch_model.bin") == needed


def test_a_variant_is_taken_where_it_is_all_there_is() -> None:
    assert taken("model.fp16.safetensors") == {"model.fp16.safetensors"}


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (("training_args.bin", "tf_model.h5", "pytorch_model.bin"), "only keras-hdf5, pickle; loading a pickle runs"),
        (("a.Q4.gguf", "a.Q8.gguf"), "only gguf"),
        (("README.md",), "holds no weights"),
    ],
)
def test_without_safe_weights_it_is_refused_with_the_way_out(paths: tuple[str, ...], words: str) -> None:
    with pytest.raises(AnswerIsNo, match=words) as caught:
        plan(facts(*paths))
    likeliest = {3: "pytorch_model.bin", 2: "a.Q4.gguf", 1: "README.md"}[len(paths)]
    assert f"modelpick download org/m --include {likeliest}" in str(caught.value.hint)


def test_include_takes_what_it_names_and_the_configuration() -> None:
    paths = ("pytorch_model.bin", "model.safetensors", "config.json", "README.md", "sub/config.json")
    assert taken(*paths, include=["*.bin"]) == {"pytorch_model.bin", "config.json", "README.md"}
    shards = {"model-00001-of-00001.safetensors", "model.safetensors.index.json"}
    assert taken(*shards, "x.bin", include=["*.safetensors"]) == shards
    with pytest.raises(UsageError, match="fits no file") as caught:
        plan(facts(*paths), ["pytorch_modle.bin"])
    assert "`pytorch_model.bin`" in str(caught.value.hint)


def test_empty_weights_are_refused() -> None:
    with pytest.raises(AnswerIsNo, match="holds no weights: it has 0 bytes"):
        plan(facts("model.safetensors", size=0))


@pytest.mark.parametrize("path", ["../evil.json", "/etc/config.json", "a/../config.json", "C:/config.json", "a\0.json"])
def test_a_repo_that_would_write_outside_its_folder_is_refused_whole(path: str) -> None:
    with pytest.raises(AnswerIsNo, match="leads out of the folder"):
        plan(facts("model.safetensors", path))


@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/config.json",
        ".cache/huggingface/config.json",
        ".modelpick-staging/config.json",
        "aux.safetensors",
        "a\nconfig.json",
        "con\u202efig.json",
        "config.json:stream",
        "x" * 256 + "_config.json",
        "\ud800config.json",
    ],
)
def test_hostile_names_are_not_written(path: str) -> None:
    with pytest.raises(AnswerIsNo) as caught:
        plan(facts("model.safetensors", path), ["*"])
    assert caught.value.kind == "hostile-name"


@pytest.mark.parametrize("twins", [("a.json", "A.json"), ("caf\u00e9.json", "cafe\u0301.json"), ("sub", "sub/b.json")])
def test_names_that_cannot_stand_side_by_side(twins: tuple[str, str]) -> None:
    with pytest.raises(AnswerIsNo, match="cannot stand beside"):
        plan(facts(*twins), ["*"])


def test_what_cannot_be_verified_is_not_fetched() -> None:
    bare = (FileFact(path="model.safetensors", bytes=100),)
    with pytest.raises(CannotFindOut, match="could not be verified"):
        plan(RepoFacts(requested="org/m", source="hub", repo_id="org/m", commit=COMMIT, files=bare))
    with pytest.raises(CannotFindOut, match="disabled"):
        plan(facts("model.safetensors", disabled=True))


def test_a_commit_that_is_not_named_is_said_to_be_missing_not_the_files() -> None:
    with pytest.raises(CannotFindOut, match="does not name the commit of `org/m`") as caught:
        plan(facts("model.safetensors", commit=None))
    assert "--revision" in (caught.value.hint or "")
    assert "HF_ENDPOINT" in (caught.value.hint or "")
    with pytest.raises(CannotFindOut, match="lists no files"):
        plan(facts(commit=None))
