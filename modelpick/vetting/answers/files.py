"""What lies in the repo: weight files by format, code of its own, sizes; and how popular it is, as the Hub counts."""

from __future__ import annotations

import re

from modelpick.facts import FileFact, RepoFacts
from modelpick.vetting.answers.contract import Files, Origin, Popularity, WeightFile
from modelpick.vetting.answers.view import CardView
from modelpick.weights.formats import weight_format

_CODE = re.compile(r"(?i).+\.(?:py|pyc|pyx|so|dll|dylib|exe|bat|cmd|ps1|sh|jar|msi|js)")
_NOT_WEIGHTS = re.compile(
    r"(?i)(?:.*/)?(?:tokenizer|vocab|spiece|sentencepiece|merges|\.git)[\w.-]*|.*\.(?:gz|zip|tar|xz|"
    r"7z|bz2|tgz|rar|npy|npz)"
)


def read_files(facts: RepoFacts) -> Files:
    """The files that matter to who loads the model; unknown where nobody listed them."""
    if facts.files is None:
        return Files(parameters=facts.parameters)
    sizes = [file.bytes for file in facts.files]
    return Files(
        weights=tuple(w for file in facts.files if (w := _weight(file)) is not None),
        custom_code=tuple(file.path for file in facts.files if _CODE.fullmatch(file.path)),
        parameters=facts.parameters,
        bytes=sum(size for size in sizes if size is not None) if None not in sizes else None,
    )


def _weight(file: FileFact) -> WeightFile | None:
    found = weight_format(file.path)
    if found is None or (
        found.name != "archive" and _NOT_WEIGHTS.fullmatch(file.path) and found.name not in {"pickle", "numpy"}
    ):
        return None
    return WeightFile(path=file.path, format=found.name, bytes=file.bytes, safe=found.safe)


def read_popularity(facts: RepoFacts) -> Popularity:
    """The Hub's own counts, as they are."""
    derived = facts.derived
    return Popularity(
        downloads_30d=facts.downloads_30d,
        downloads_all_time=facts.downloads_all_time,
        likes=facts.likes,
        finetune=derived.finetune if derived else None,
        adapter=derived.adapter if derived else None,
        merge=derived.merge if derived else None,
        quantized=derived.quantized if derived else None,
        created=facts.created,
        last_modified=facts.last_modified,
    )


def read_base_models(facts: RepoFacts, view: CardView) -> tuple[Origin, ...]:
    """What the model was made from: the Hub's graph, the front matter, and "fine-tuned version of [X](...)"."""
    found: dict[str, Origin] = {
        base.repo_id.lower(): Origin(repo_id=base.repo_id, relation=base.relation, source=base.source)
        for base in facts.base_models
    }
    relation = next(iter(view.strings("base_model_relation")), None)
    for value in view.strings("base_model"):
        found.setdefault(value.lower(), Origin(repo_id=value, relation=relation, source="card"))
    for line in view.sentences():
        match = _VERSION_OF.search(line.quote)
        if match:
            found.setdefault(match[1].lower(), Origin(repo_id=match[1], relation="finetune", source="card"))
    return tuple(found.values())


_VERSION_OF = re.compile(
    r"fine-?tuned (?:version|checkpoint) of (?:the )?\[[^\]\n]*\]\(https?://(?:huggingface\.co|"
    r"hf\.co)/([\w.-]+(?:/[\w.-]+)?)/?\)",
    re.I,
)
