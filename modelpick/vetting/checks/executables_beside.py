"""No scripts or programs lie beside the weights.

What it checks
    Files that can be run (`.py`, `.sh`, `.bat`, `.exe`, `.ps1`, `.dll`, `.jar`, `.lnk` and others; in a folder also
    those whose mode says so) and that no `auto_map` names, with their sizes; and whether the card tells its reader to
    run one of them.

Why it matters
    In 2026 a repo with clean safetensors, a `start.bat` and a card that said "run this" took first place on the Hub
    within a day. No scanner of weights looks at such files.

How to fix
    Load the weights with a library that you have installed yourself, and run nothing of the repo that you have not
    read.

Limits
    Files are told by their names and not read. Many honest repos hold their training or inference scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from modelpick.card_facts import CardFacts
from modelpick.findings import Evidence, Severity
from modelpick.vetting.answers.code_named import named_code
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of, whole_file

_PROGRAMS = re.compile(
    r"(?i).+\.(?:exe|bat|cmd|ps1|psm1|msi|dll|so|dylib|jar|vbs|vbe|wsf|hta|scr|pif|lnk|com|apk|deb|rpm|dmg|run|appimage|"
    r"command|pyc)"
)
_OPENED = re.compile(r"(?i)(?<![\w.-])[\w.-]{1,100}\.(?:bat|cmd|exe|ps1|msi|vbs|lnk)(?![\w-])")
"""Programs that a reader opens by hand, in a card; libraries and archives are named for other reasons."""
_MOST = 4


def run(reading: Reading) -> Iterator[Said]:
    """What the card tells to run first, then the rest."""
    code = reading.answers.files.custom_code
    if code is None:
        yield not_applicable("nobody listed the files")
        return
    named = {item.path for item in named_code(reading.facts)}
    beside = [path for path in code if path not in named]
    if not beside:
        yield passed("no script or program lies beside the weights")
        return
    sizes = {file.path: file.bytes for file in reading.facts.files or ()}
    opened = _opened(reading.facts.card)
    called = [(path, quotes) for path in beside if (quotes := _calls(reading, path) or _named(reading, opened, path))]
    for path, quotes in called[:_MOST]:
        tells = "tells its reader to run" if quotes[0] in reading.answers.run_evidence else "speaks of the program"
        yield failed(
            f"the card {tells} `{path}`{_size(sizes, path)}, which lies beside the weights",
            *quotes,
            severity=Severity.HIGH if _PROGRAMS.fullmatch(path) else Severity.MEDIUM,
        )
    said = {path for path, _ in called[:_MOST]}
    rest = [path for path in beside if path not in said]
    yield from _listed(reading, "programs", [path for path in rest if _PROGRAMS.fullmatch(path)], sizes)
    yield from _listed(reading, "scripts", [path for path in rest if not _PROGRAMS.fullmatch(path)], sizes)


def _calls(reading: Reading, path: str) -> tuple[Evidence, ...]:
    """The commands of the card that name a file."""
    name = path.rpartition("/")[2]
    near = [quote for quote in reading.answers.run_evidence if name in quote.quote]
    word = rf"(?<![\w.-]){re.escape(name)}(?![\w-])"
    return tuple(quote for quote in near if re.search(word, quote.quote))


def _opened(card: CardFacts | None) -> Mapping[str, int]:
    """The programs that the card names, each with its first line. Of a name of several words the last one."""
    found: dict[str, int] = {}
    for number, row in enumerate(card.text.split("\n") if card else (), 1):
        if "." in row:
            for match in _OPENED.finditer(row):
                found.setdefault(match[0], number)
    return found


def _named(reading: Reading, opened: Mapping[str, int], path: str) -> tuple[Evidence, ...]:
    """The first line of the card that names a program: who names one beside the weights wants it to be run."""
    card, words = reading.facts.card, path.rpartition("/")[2].split()
    line = opened.get(words[-1]) if words else None
    return (quote_of(card, line),) if card is not None and line is not None else ()


def _listed(reading: Reading, kind: str, paths: list[str], sizes: Mapping[str, int | None]) -> Iterator[Said]:
    if not paths:
        return
    shown = ", ".join(f"`{path}`{_size(sizes, path)}" for path in paths[:_MOST])
    more = f" and {len(paths) - _MOST:,} more" if len(paths) > _MOST else ""
    off_the_net = kind == "programs" and reading.answers.run_instructions in {"shell-pipe", "repo-script"}
    commands = reading.answers.run_evidence[:2] if off_the_net else ()
    yield failed(
        f"{kind} lie beside the weights: {shown}{more}{', and the card has commands to run' if commands else ''}",
        *commands,
        *map(whole_file, paths[:_MOST]),
        severity=Severity.MEDIUM if kind == "programs" else Severity.LOW,
    )


def _size(sizes: Mapping[str, int | None], path: str) -> str:
    size = sizes.get(path)
    return "" if size is None else f" ({size:,} byte{'' if size == 1 else 's'})"


CHECK = Check(
    id="executables-beside",
    severity=Severity.MEDIUM,
    remediation="run nothing of the repo that you have not read; load the weights with a library that you installed",
    run=run,
)
