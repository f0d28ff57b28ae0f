"""What lies in the repo: weight files by format, code of its own, sizes; and how popular it is, as the Hub counts."""

from __future__ import annotations

from collections.abc import Sequence

from modelpick.facts import FileFact, RepoFacts
from modelpick.vetting.answers.contract import Files, Popularity, WeightFile
from modelpick.vetting.answers.words import late
from modelpick.weight_facts import WeightFacts
from modelpick.weights.formats import Format, weight_format

_CODE = late(
    r"(?i).+\.(?:py|pyc|pyx|so|dll|dylib|exe|bat|cmd|ps1|psm1|sh|bash|command|jar|msi|js|vbs|vbe|wsf|hta|scr|pif|lnk|"
    r"com|apk|deb|rpm|dmg|run|appimage)"
)
_HARMLESS = frozenset({"safetensors", "flax-msgpack", "gguf", "numpy"})
_HARMFUL = frozenset({"pickle", "executable"})
_NOT_WEIGHTS = late(
    r"(?i)(?:.*/)?(?:tokenizer|vocab|spiece|sentencepiece|merges|\.git)[\w.-]*|.*\.(?:gz|zip|tar|xz|"
    r"7z|bz2|tgz|rar|npy|npz)"
)


def read_files(facts: RepoFacts) -> Files:
    """The files that matter to who loads the model; unknown where nobody listed them."""
    if facts.files is None:
        return Files(parameters=facts.parameters)
    sizes = [file.bytes for file in facts.files]
    seen = {weight.path: weight for weight in facts.weights}
    runnable = _runnable(facts.files)
    return Files(
        weights=tuple(w for file in facts.files if (w := _weight(file, seen.get(file.path))) is not None),
        custom_code=tuple(file.path for file in facts.files if _CODE.fullmatch(file.path) or file.path in runnable),
        parameters=facts.parameters,
        bytes=sum(size for size in sizes if size is not None) if None not in sizes else None,
    )


def _weight(file: FileFact, seen: WeightFacts | None) -> WeightFile | None:
    found = weight_format(file.path)
    if found is None or (
        found.name != "archive" and _NOT_WEIGHTS.fullmatch(file.path) and found.name not in {"pickle", "numpy"}
    ):
        return None
    kind = seen.format if seen else found.name
    return WeightFile(path=file.path, format=kind, bytes=file.bytes, safe=_safe(file, found, seen))


def _safe(file: FileFact, named: Format, seen: WeightFacts | None) -> bool | None:
    """Whether loading it runs no code that lies in it: by what it holds where that was seen, else by its name."""
    if seen is None:
        return None if file.problem else named.safe
    if seen.format in _HARMFUL or named.safe is False:
        return False
    if seen.problem or file.problem:
        return None
    if seen.format != named.name:
        return None  # what is named `.bin` may be safetensors for one loader, and a pickle for another
    return True if seen.format in _HARMLESS and seen.examined in {"whole", "header"} else None


def _runnable(files: Sequence[FileFact]) -> frozenset[str]:
    """Files whose mode lets them be run; where that is so of most, it is the file system's way and tells nothing."""
    marked = [file.path for file in files if file.executable]
    return frozenset(marked) if 2 * len(marked) <= len(files) else frozenset()


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
