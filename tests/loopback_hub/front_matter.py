"""Just enough of a card's front matter for what the Hub derives from it (the standard library has no YAML)."""

from __future__ import annotations

from typing import Any

Value = str | list[str]


def read_front_matter(card: str) -> dict[str, Any]:
    """The top-level `key: value`, `key: [a, b]` and `key:` + `- item` of a card; deeper structure is left out."""
    lines = card.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != "---":
        return {}
    values: dict[str, Any] = {}
    key = ""
    for line in lines[1:]:
        if line.strip() == "---":
            return values
        if line.startswith(("- ", "  - ")) and key:
            item = _scalar(line.strip()[2:])
            if isinstance(values.get(key), list) and not line.strip().endswith(":"):
                values[key].append(item)
        elif ":" in line and not line.startswith((" ", "#", "-")):
            key, _, text = line.partition(":")
            key = key.strip()
            values[key] = _value(text.split(" #")[0].strip())
    return {}


def as_list(value: object) -> list[str]:
    """A value that may be one string, several or none, as a list."""
    if isinstance(value, str):
        return [value] if value else []
    return [str(v) for v in value] if isinstance(value, list) else []


def _value(text: str) -> Value:
    if not text:
        return []
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part) for part in text[1:-1].split(",") if part.strip()]
    return _scalar(text)


def _scalar(text: str) -> str:
    return text.strip().strip("\"'")
