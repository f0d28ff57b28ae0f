"""Cards that `read_card` reads in a second on one core, and its time as a share of markdown-it-py alone on them.

    python tests/bench/bench_card.py [--runs 5] [--cards FILE.jsonl.xz [--every 10]]

Without `--cards` it makes its own: short, usual and long ones, with front matter, tables, HTML and code. A dump has
one JSON object a line with the card under `README.md`; repos without one (`Error: the path ...`) are passed over.
Both readers get the same cards in turn, in the process's own time. markdown-it-py reads the text of the whole card
(CommonMark and tables) and does nothing with it; ours reads the front matter too, and makes sections, sentences and
quotes. Wanted: at least 500 cards a second of the Hub's usual length (2 kB), and a share below 1.
"""

from __future__ import annotations

import argparse
import json
import lzma
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from markdown_it import MarkdownIt

from modelpick.card.reader import read_card

FRONT = (
    "---\nlanguage: en\nlicense: apache-2.0\ntags:\n- text-classification\n- generated\ndatasets:\n- imdb\n{index}---\n"
)
INDEX = "model-index:\n- name: card-{n}\n  results:\n" + 8 * (
    "  - task:\n      type: text-classification\n    dataset:\n      type: imdb\n    metrics:\n"
    "    - type: accuracy\n      value: 0.91\n"
)
SECTION = (
    "\n## {title}\n\nThis model was fine-tuned on the [IMDb](https://example.org/imdb) data set, e.g. by *three* "
    "people. It\nreads `English` reviews only. Please see **Section {n}** for its limits!\n\n"
    "- **Developed by:** nobody\n"
    "- **Model type:** an encoder of {n} layers\n- It may be wrong; check what it says.\n"
)
TABLE = "\n| Epoch | Loss | Accuracy |\n|:-----:|:----:|:--------:|\n" + 10 * "| 1.0 | 0.4321 | **0.9** |\n"
CODE = "\n```python\nfrom transformers import pipeline\nclassify = pipeline('text-classification')\n```\n"
HTML = (
    '\n<div align="center">\n<h3>Results</h3>\n<table><tr><td>F1</td><td>0.9</td></tr></table>\n'
    "<p>See <b>above</b>.</p>\n</div>\n"
)
TITLES = ("Intended uses", "Limitations and bias", "Training data", "Training procedure", "Evaluation", "How to use")


def made_cards(count: int) -> list[bytes]:
    """A third short, a third usual (2 kB), a third long, each a little different."""
    cards = []
    for n in range(count):
        titles = TITLES[: 1 + n % 3 * 2]
        sections = "".join(SECTION.format(title=title, n=n) for title in titles)
        extras = ("", TABLE + CODE, (TABLE + CODE + HTML) * 3)[n % 3]
        index = INDEX.format(n=n) if n % 3 == 2 else ""
        cards.append(f"{FRONT.format(index=index)}\n# Card {n}\n{sections}{extras}".encode())
    return cards


def dumped_cards(path: Path, every: int) -> list[bytes]:
    """Every so many-th card of a dump."""
    cards = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["README.md"]
            if not text.startswith("Error: the path 'README.md' does not exist"):
                cards.append(text.encode("utf-8", "surrogatepass"))
    return cards[::every]


def seconds(read: Callable[[bytes], object], cards: Iterable[bytes]) -> float:
    """The process's own time to read them all."""
    start = time.process_time()
    for card in cards:
        read(card)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cards", type=Path)
    parser.add_argument("--every", type=int, default=10)
    arguments = parser.parse_args()
    cards = dumped_cards(arguments.cards, arguments.every) if arguments.cards else made_cards(300)
    sizes = sorted(len(card) for card in cards)
    print(f"{len(cards)} cards, median {sizes[len(cards) // 2]:,} bytes, mean {sum(sizes) // len(cards):,}")
    markdown = MarkdownIt("commonmark").enable("table")
    usual = sorted(cards, key=len)[len(cards) * 45 // 100 : len(cards) * 55 // 100]
    readers: dict[str, tuple[Callable[[bytes], object], list[bytes]]] = {
        "read_card": (read_card, cards),
        "markdown-it-py": (lambda card: markdown.parse(card.decode("utf-8", "replace")), cards),
        "read_card, the middle tenth by size": (read_card, usual),
    }
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(arguments.runs + 1):
        for name, (read, some) in readers.items():
            times[name].append(seconds(read, some) / len(some))
    for name, values in times.items():
        del values[0]  # warms caches and compiles patterns
        print(f"{name}: {1 / statistics.median(values):,.0f} cards a second (best {1 / min(values):,.0f})")
    share = statistics.median(times["read_card"]) / statistics.median(times["markdown-it-py"])
    print(f"time of read_card as a share of markdown-it-py alone: {share:.2f}")


if __name__ == "__main__":
    main()
