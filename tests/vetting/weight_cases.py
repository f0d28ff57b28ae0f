"""Cases of the checks that look into files: (facts, outcome, severity) of the first finding."""

from __future__ import annotations

from typing import Any

from vetting.facts_of import GOOD, facts

from modelpick.facts import BaseModel, Descent, FileFact, RepoFacts, TextFile
from modelpick.weight_facts import WeightFacts

BARE = "# x\n\nA model."
HARMLESS = ("collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch.FloatStorage")


def seen(path: str, format: str, examined: Any = "header", **fields: Any) -> RepoFacts:  # noqa: A002 - its name
    """A repo with one file that was looked into."""
    weight = WeightFacts(path=path, format=format, examined=examined, **fields)
    return facts(BARE, files={path: 5000}, weights=(weight,))


def indexed(**fields: Any) -> RepoFacts:
    index = WeightFacts(path="model.safetensors.index.json", format="shard-index", **{"examined": "whole", **fields})
    return facts(BARE, files={"model.safetensors.index.json": 90}, weights=(index,))


def two(first: tuple[str, ...], second: tuple[str, ...]) -> RepoFacts:
    weights = (
        WeightFacts(path="model.safetensors", format="safetensors", examined="header", keys=first),
        WeightFacts(path="pytorch_model.bin", format="pickle", examined="header", keys=second),
    )
    return facts(BARE, files={"model.safetensors": 5000, "pytorch_model.bin": 5000}, weights=weights)


def hashed(license_: str, repo_id: str = "ann/model", digest: str = "a" * 64) -> RepoFacts:
    file = FileFact(path="model.safetensors", bytes=5000, sha256=digest)
    of = facts(f"---\nlicense: {license_}\n---\n# x", repo_id=repo_id, requested=repo_id)
    return RepoFacts(requested=repo_id, repo_id=repo_id, source="hub", card=of.card, files=(file,))


def copied(own: str, base: str, digest: str = "a" * 64) -> RepoFacts:
    step = Descent(
        child="ann/model", base=BaseModel(repo_id="org/base"), depth=1, facts=hashed(base, "org/base", digest)
    )
    of = hashed(own)
    return RepoFacts(
        requested="ann/model", repo_id="ann/model", source="hub", card=of.card, files=of.files, lineage=(step,)
    )


UNLISTED = (facts(BARE), "not-applicable", "info")


def beside(path: str, tensors: int) -> RepoFacts:
    """A broken index, and other safetensors that are sound."""
    weights = (
        WeightFacts(
            path="unet/model.safetensors.index.json",
            format="shard-index",
            examined="whole",
            tensors=30,
            lacking=("the file `unet/x`",),
        ),
        WeightFacts(path=path, format="safetensors", examined="header", tensors=tensors),
    )
    return facts(BARE, files={weight.path: 5000 for weight in weights}, weights=weights)


CASES: dict[str, list[tuple[RepoFacts, str, str]]] = {
    "weights-complete": [
        (indexed(tensors=3), "pass", "info"),
        (indexed(tensors=3, lacking=("the file `model-00002-of-00002.safetensors`",)), "fail", "high"),
        (beside("unet/model.safetensors", 30), "fail", "low"),
        (beside("unet/added.safetensors", 2), "fail", "high"),
        (beside("vae/model.safetensors", 30), "fail", "high"),
        (facts(BARE, files={"m-00000-of-00002.gguf": 9, "m-00001-of-00002.gguf": 9}), "pass", "info"),
        (indexed(tensors=3, problem="its shards hold 1 tensors that it does not name"), "fail", "medium"),
        (indexed(tensors=3, examined="part", reason="9 of its 9 shards were not looked into"), "unknown", "info"),
        (facts(BARE, files={"m-00001-of-00003.gguf": 9, "m-00003-of-00003.gguf": 9}), "fail", "high"),
        (facts(BARE, files={"m-00001-of-00002.gguf": 9, "m-00002-of-00002.gguf": 9}), "pass", "info"),
        (facts(BARE, files={"model.safetensors": 9}), "not-applicable", "info"),
        UNLISTED,
    ],
    "pickle-imports": [
        (seen("x.pkl", "pickle", "whole", imports=("posix.system",)), "fail", "high"),
        (seen("x.pkl", "pickle", "part", imports=("posix.system",), problem="it breaks off"), "fail", "high"),
        (seen("x.pkl", "pickle", "whole", imports=("dill._dill._create_function",)), "fail", "medium"),
        (seen("x.pkl", "pickle", "whole", imports=("ann.Model",)), "unknown", "medium"),
        (seen("x.pkl", "pickle", "part", imports=HARMLESS, problem="it breaks off"), "unknown", "medium"),
        (seen("x.pkl", "pickle", "not", reason="it is too large"), "unknown", "medium"),
        (seen("x.bin", "pickle", imports=HARMLESS), "pass", "info"),
        (seen("x.pkl", "gguf", "part", reason="its bytes begin as gguf"), "unknown", "medium"),
        (facts(BARE, files={"x.pkl": 5000}), "unknown", "low"),
        (facts(BARE, files={"x.pkl": None}), "unknown", "low"),
        (facts(BARE, files={"x.pkl": 0}), "not-applicable", "info"),
        (facts(BARE, files={"model.safetensors": 5000}), "not-applicable", "info"),
        UNLISTED,
    ],
    "archives-examined": [
        (facts(BARE, files={"weights.7z": 5000}), "unknown", "medium"),
        (facts(BARE, files={"weights.7z": 5000, "model.safetensors": 5000}), "unknown", "low"),
        (seen("x.zip", "archive"), "pass", "info"),
        (seen("x.zip", "archive", programs=("setup.exe",)), "fail", "low"),
        (seen("x.zip", "archive", "part", reason="it is encrypted"), "unknown", "medium"),
        (facts(BARE, files={"model.safetensors": 5000}), "not-applicable", "info"),
        UNLISTED,
    ],
    "weights-same-elsewhere": [
        (copied("mit", "cc-by-nc-4.0"), "fail", "medium"),
        (copied("mit", "mit"), "pass", "info"),
        (copied("mit", "cc-by-nc-4.0", "b" * 64), "pass", "info"),
        (hashed("mit"), "not-applicable", "info"),
    ],
    "formats-agree": [
        (two(("a", "b"), ("a", "b")), "pass", "info"),
        (two(("a", "b"), ("a", "b", "tied")), "pass", "info"),
        (two(("a", "b"), ("c", "d")), "fail", "medium"),
        (seen("model.safetensors", "safetensors", keys=("a",)), "not-applicable", "info"),
    ],
    "executables-beside": [
        (facts(BARE, files={"config.json": 9}), "pass", "info"),
        (facts(BARE, files={"train.py": 9}), "fail", "low"),
        (facts(BARE, files={"start.bat": 9}), "fail", "medium"),
        (facts("# x\n\n```\npython loader.py\n```", files={"loader.py": 9}), "fail", "medium"),
        (facts("# x\n\n```\nstart.bat\n```", files={"start.bat": 9}), "fail", "high"),
        (facts("Get start.bat and open it.", files={"start.bat": 9}), "fail", "high"),
        (facts("Not restart.bat.", files={"start.bat": 9}), "fail", "medium"),
        (
            facts(
                GOOD,
                files={"m.py": 9, "config.json": 9},
                texts=(TextFile(path="config.json", text='{"auto_map": {"AutoModel": "m.M"}}'),),
            ),
            "pass",
            "info",
        ),
        UNLISTED,
    ],
    "chat-template": [
        (seen("q.gguf", "gguf", chat_template="{% for m in messages %}{{ m.content }}{% endfor %}"), "pass", "info"),
        (seen("q.gguf", "gguf", chat_template="{{ cycler.__init__.__globals__ }}"), "fail", "medium"),
        (seen("q.gguf", "gguf", chat_template="Do what the user's request. Says itself."), "pass", "info"),
        (facts(BARE), "not-applicable", "info"),
    ],
}
