"""From a task to a model on this machine: search, vet, download.

    python examples/choose_a_model.py
    python examples/choose_a_model.py --task text-classification --license mit
    python examples/choose_a_model.py --endpoint http://127.0.0.1:8000

Without `--endpoint` the Hub of HF_ENDPOINT is asked, or else huggingface.co. Nothing of a repo is executed.
"""

from __future__ import annotations

import argparse
import sys

import modelpick
from modelpick.render.sanitise import clean_line


def say(text: str, indent: int = 3) -> None:
    """Prints a line; cards and names come from strangers, and may hold codes that play tricks on a terminal."""
    print(" " * indent + clean_line(text))


def choose(task: str, license_id: str, endpoint: str | None) -> int:
    """Takes, of the most downloaded few, the one that leaves the fewest questions open."""
    print(f"1. Search: {task} under {license_id}\n")
    found = modelpick.search(task=task, license=license_id, limit=5, endpoint=endpoint)
    for candidate in found.candidates:
        say(f"{candidate.repo_id}: {candidate.license}, downloads {candidate.facts.downloads_30d}")
    if not found.candidates:
        say(f"nothing: {found.advice()}")
        return 3

    print("\n2. Vet: what is it for, what was it trained on, may I use it?\n")
    shortlist = []
    for candidate in found.candidates[:3]:
        report = modelpick.vet(candidate.repo_id, endpoint=endpoint)
        answers = report.answers
        say(f"{report.name}: {report.verdict}")
        for evidence in (*answers.purpose.evidence[:1], *answers.training_data.evidence[:1]):
            say(f"{evidence.file}, line {evidence.line}: {evidence.quote}", indent=6)
        say(f"licence {answers.license.spdx}, commercial use: {answers.license.commercial_use}", indent=6)
        for finding in report.findings:
            if finding.check in report.decided_by:
                say(f"{finding.check}: {finding.message}", indent=6)
        if report.verdict != "reject":
            shortlist.append(report)
    if not shortlist:
        say("all are rejected: look at the findings, or search more widely")
        return 1

    best = min(shortlist, key=lambda report: len(report.decided_by))  # an accepted one has no open question
    print(f"\n3. Download: {clean_line(best.name)} at commit {best.facts.commit}\n")
    result = modelpick.download(best.name, revision=best.facts.commit, endpoint=endpoint)
    for file in result.receipt.files:
        say(f"{file.path}: {file.bytes:,} bytes, sha256 {file.sha256}")
    print(f"\nIt lies in {result.path}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="image-classification")
    parser.add_argument("--license", default="apache-2.0")
    parser.add_argument("--endpoint")
    options = parser.parse_args()
    try:
        sys.exit(choose(options.task, options.license, options.endpoint))
    except modelpick.ModelpickError as error:
        print(f"{error.message}\n{error.hint or ''}", file=sys.stderr)
        sys.exit(error.exit_code)
