"""The archives were looked into.

What it checks
    Archives (zip, 7z, tar and others) among the files. Of a zip the names of its entries and the pickles in it are
    read; the others are not opened.

Why it matters
    What lies in an archive is seen by nobody who looks at the repo; malicious models have been packed as 7z to evade
    scanners.

How to fix
    Leave the archive alone where the model loads without it; else unpack it where nothing can be harmed, and vet the
    folder.

Limits
    Encrypted entries, archives in archives and packings other than the usual one are not read, and said to be not
    examined.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import (
    Check,
    Reading,
    Said,
    failed,
    file_names,
    not_applicable,
    passed,
    unknown,
    whole_file,
)


def run(reading: Reading) -> Iterator[Said]:
    """What was seen in archives, then those that were not opened."""
    files = reading.answers.files.weights
    if files is None:
        yield not_applicable("nobody listed the files")
        return
    archives = [file.path for file in files if file.format == "archive"]
    if not archives:
        yield not_applicable("there is no archive")
        return
    seen = {weight.path: weight for weight in reading.facts.weights}
    for path in archives:
        programs = seen[path].programs if path in seen else ()
        if programs:
            yield failed(f"`{path}` holds scripts or programs: {file_names(programs)}", whole_file(path))
    opened = [path for path in archives if path in seen and seen[path].examined == "header" and not seen[path].problem]
    closed = [path for path in archives if path not in opened]
    if closed:
        reasons = {seen[path].problem or seen[path].reason for path in closed if path in seen}
        why = f" ({next(iter(reasons))})" if len(reasons) == 1 and None not in reasons else ""
        yield unknown(
            f"{file_names(closed)} is not examined: an archive that was not opened or not read to its end{why}",
            *map(whole_file, closed[:3]),
            severity=Severity.LOW if any(file.safe for file in files) else Severity.MEDIUM,
        )
    if opened:
        yield passed(f"the names in {file_names(opened)} were read")


CHECK = Check(
    id="archives-examined",
    severity=Severity.LOW,
    remediation="leave the archive alone, or unpack it where nothing can be harmed and vet the folder",
    run=run,
)
