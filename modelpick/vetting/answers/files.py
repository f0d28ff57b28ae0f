"""What lies in the repo: weight files by format, code of its own, sizes; and how popular it is, as the Hub counts."""

from __future__ import annotations

import re

from modelpick.facts import FileFact, RepoFacts
from modelpick.vetting.answers.contract import Files, Popularity, WeightFile
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
