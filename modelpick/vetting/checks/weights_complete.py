"""The weights are all there.

What it checks
    The index of a model in shards: whether the repo lists each shard, and whether each shard holds the tensors that
    the index says. Where there is no index, whether the numbers in the shards' names are without gaps.

Why it matters
    Some loaders fill what is missing with random numbers and go on. The model then answers, and answers nonsense.

How to fix
    Ask the publisher to upload the rest, or take an earlier revision; for a folder, fetch the files again.

Limits
    Of a model with more than eight shards on the Hub only the first is looked into; that is said. A tensor that
    nobody's index names, and that a model needs, is not missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.facts import RepoFacts
from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown, whole_file
from modelpick.weight_facts import WeightFacts
from modelpick.weights.gather import INDEX

_NUMBERED = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\.[\w.]+)")


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each index, then for shards without one."""
    facts = reading.facts
    if facts.files is None:
        yield not_applicable("nobody listed the files")
        return
    indexes = [weight for weight in facts.weights if weight.format == INDEX]
    said = [
        one
        for index in indexes
        for one in _of_index(index, otherwise_whole=any(_in_its_place(weight, index) for weight in facts.weights))
    ]
    covered = {_folder(index) for index in indexes}
    said += list(_of_numbers(facts, covered))
    yield from said or [not_applicable("the weights are not in shards")]


def _folder(weight: WeightFacts) -> str:
    return weight.path.rpartition("/")[0]


def _in_its_place(weight: WeightFacts, index: WeightFacts) -> bool:
    """Whether a sound index or safetensors of the same folder holds as many tensors: the model is there all the same.

    A tied tensor or two may be left out of one of them.
    """
    if weight is index or _folder(weight) != _folder(index) or _broken(weight):
        return False
    alone = weight.format == "safetensors" and not _NUMBERED.fullmatch(weight.path)
    if not (alone or (weight.format == INDEX and weight.examined == "whole")):
        return False
    return weight.tensors is not None and index.tensors is not None and weight.tensors >= 0.9 * index.tensors


def _broken(index: WeightFacts) -> bool:
    return bool(index.lacking or index.problem)


def _of_index(index: WeightFacts, *, otherwise_whole: bool) -> Iterator[Said]:
    if index.lacking:
        beside = " (other weights beside it are whole)" if otherwise_whole else ""
        yield failed(
            f"`{index.path}` names what is not there: {', '.join(index.lacking[:4])}{_more(index)}{beside}",
            whole_file(index.path),
            severity=Severity.LOW if otherwise_whole else Severity.HIGH,
        )
    if index.problem:
        words = index.problem if index.tensors is None else f"`{index.path}`: {index.problem}"
        yield failed(words, whole_file(index.path))
    if index.examined != "whole" and not index.lacking:
        yield unknown(
            f"`{index.path}` lists no shard that is not there, and {index.reason}",
            whole_file(index.path),
            severity=Severity.INFO,
        )
    elif not _broken(index):
        yield passed(f"all {index.tensors or 0:,} tensors of `{index.path}` lie in its shards")


def _more(index: WeightFacts) -> str:
    return f" and {len(index.lacking) - 4} more" if len(index.lacking) > 4 else ""


def _of_numbers(facts: RepoFacts, covered: set[str]) -> Iterator[Said]:
    """Shards whose index nobody read: their own names say how many there should be."""
    groups: dict[tuple[str, str, int], set[int]] = {}
    for file in facts.files or ():
        match = _NUMBERED.fullmatch(file.path)
        if match and file.path.rpartition("/")[0] not in covered:
            stem, number, total, end = match.groups()
            groups.setdefault((stem, end, int(total)), set()).add(int(number))
    for (stem, end, total), numbers in groups.items():
        begin = 0 if 0 in numbers and total not in numbers else 1  # some count from 0
        lost = total - sum(begin <= number < begin + total for number in numbers)
        if lost:
            first = next(number for number in range(begin, begin + total) if number not in numbers)
            name = f"{stem}-{first:05d}-of-{total:05d}{end}"
            yield failed(f"{lost:,} of {total:,} shards are not there, such as `{name}`", severity=Severity.HIGH)
        else:
            yield passed(f"all {total:,} shards of `{stem}{end}` are listed")


CHECK = Check(
    id="weights-complete",
    severity=Severity.MEDIUM,
    remediation="ask the publisher for the missing files, or take another revision; a folder: fetch it again",
    run=run,
)
