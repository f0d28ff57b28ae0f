"""Reads policies from TOML: the built-in ones, and a user's file, which has the same form and builds on one of them.

A slip never passes for a demand: unknown keys, checks, licences and levels are refused with their line.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

from modelpick.errors import UsageError
from modelpick.findings import Severity
from modelpick.licences.lookup import families, licence_of, licences
from modelpick.vetting.checks import CHECKS
from modelpick.vetting.policy import LEVELS, Approval, Demand, Ignore, Level, Levels, LicenseRules, Policy
from modelpick.vetting.policy_lines import KeyPath, PolicyLines

BUILT_IN = ("default", "commercial", "research", "strict")
"""The policies that come with the program."""
MAX_BYTES = 2**20
"""Of a policy file; a longer one is none."""

_SEVERITIES = {severity.word: severity for severity in Severity}
_KEYS = ("extends", "summary", "commercial-use", "fail", "unknown", "checks", "licenses", "ignore")
_COMMERCIAL_USE: Mapping[str, Levels] = {
    # The severities of `license-commercial`: low where conditions hang on it, medium where the answer is no.
    "needed": Levels(
        failed=dict(zip(Severity, ("accept", "review", "reject", "reject"), strict=True)),
        unknown=dict.fromkeys(Severity, "review"),
    ),
    "not-needed": Levels(failed=dict.fromkeys(Severity, "accept")),
}


@cache
def built_in(name: str) -> Policy:
    """The built-in policy of that name.

    Raises:
        UsageError: There is none; the hint names those that there are.
    """
    if name not in BUILT_IN:
        known = ", ".join(f"`{known}`" for known in BUILT_IN)
        raise UsageError(f"no policy is called `{name}`", f"the built-in ones: {known}; write `./{name}` for a file")
    data = files("modelpick.vetting").joinpath(f"policies/{name}.toml").read_bytes()
    policy = _PolicyReader(data, name, date.min).read(base=None)
    return replace(policy, extends=None, sha256=None)


def read_policy(data: bytes, path: str, today: date) -> Policy:
    """The policy in a user's file; what it leaves out is that of the built-in that it extends, or of `default`.

    Args:
        data: The file's bytes.
        path: As the user wrote it, for reports and errors.
        today: What ignores and approvals with a last day are compared with: judgement has no clock.

    Raises:
        UsageError: It is no policy; the message tells the line.
    """
    return _PolicyReader(data, path, today).read(base="default")


class _PolicyReader:
    """Reads one file; every refusal names its line."""

    def __init__(self, data: bytes, path: str, today: date) -> None:
        self._path = path
        self._today = today
        self._sha256 = hashlib.sha256(data).hexdigest()
        if len(data) > MAX_BYTES:
            self._stop(1, f"a policy of {len(data):,} bytes is too long", f"at most {MAX_BYTES:,} bytes are read")
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
            self._values: Mapping[str, Any] = tomllib.loads(text)
        except UnicodeDecodeError as error:
            self._stop(data[: error.start].count(b"\n") + 1, "the file is not text in UTF-8", "save it as UTF-8")
        except RecursionError:
            self._stop(1, "the tables are nested too deep", _SAMPLE)
        except ValueError as error:  # TOMLDecodeError, and what a number of thousands of digits gives
            place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
            what = re.sub(r"\s*\(at [^)]*\)$", "", str(error))
            self._stop(int(place[1]) if place else text.count("\n") + 1, f"this is not TOML: {what}", _SAMPLE)
        self._lines = PolicyLines(text)

    def read(self, base: str | None) -> Policy:
        self._known(self._values, _KEYS, ())
        extends = self._one_of("extends", BUILT_IN) or base
        parent = built_in(extends) if extends else Policy(name=self._path, levels=Levels())
        own = Levels(failed=self._levels("fail"), unknown=self._levels("unknown"))
        ignores = [self._ignore(entry, number) for number, entry in enumerate(self._tables("ignore"))]
        licenses, expired_approvals = self._licenses(parent.licenses)
        return Policy(
            name=self._path,
            summary=self._text(self._values, "summary", ()),
            extends=extends,
            sha256=self._sha256,
            levels=parent.levels.merged(own),
            checks=self._checks(parent.checks),
            licenses=licenses,
            ignores=tuple(i for i in ignores if not self._over(i.until)),
            expired=tuple(i for i in ignores if self._over(i.until)),
            expired_approvals=expired_approvals,
        )

    # --- levels -------------------------------------------------------------------------------------------------

    def _levels(self, key: str, value: object = None, parent: KeyPath = ()) -> dict[Severity, Level]:
        """Severity -> level, of a table or of one word that holds for all severities."""
        path = (*parent, key)
        value = self._values.get(key, {}) if value is None else value
        if isinstance(value, str):
            value = dict.fromkeys(_SEVERITIES, value)
        table = self._table(value, path)
        self._known(table, tuple(_SEVERITIES), path)
        found = {_SEVERITIES[word]: self._level(level, (*path, word)) for word, level in table.items()}
        for severity, level in found.items():
            if key == "unknown" and level == "accept" and severity >= Severity.MEDIUM:
                self._refuse(
                    (*path, severity.word),
                    f"what is unknown at severity {severity.word} cannot pass unseen",
                    "write `review`; to let one answer through, give an [[ignore]] with its reason",
                )
        return found

    def _level(self, value: object, path: KeyPath) -> Level:
        level = next((level for level in LEVELS if level == value), None)
        if level is None:
            self._refuse(path, f"{value!r} is no level", "write accept, review or reject" + _near(value, LEVELS))
        return level

    def _checks(self, parent: Mapping[str, Levels]) -> Mapping[str, Levels]:
        found = dict(parent)
        use = self._one_of("commercial-use", tuple(_COMMERCIAL_USE))
        if use:
            found["license-commercial"] = _COMMERCIAL_USE[use]
        table = self._table(self._values.get("checks", {}), ("checks",))
        for check, value in table.items():
            path: KeyPath = ("checks", check)
            self._check_id(check, path)
            value = {"fail": value} if isinstance(value, str) else self._table(value, path)
            self._known(value, ("fail", "unknown"), path)
            levels = Levels(
                failed=self._levels("fail", value.get("fail", {}), path),
                unknown=self._levels("unknown", value.get("unknown", {}), path),
            )
            found[check] = found.get(check, Levels()).merged(levels)
        return found

    def _check_id(self, check: str, path: KeyPath, word: str | None = None) -> None:
        ids = [known.id for known in CHECKS]
        if check not in ids:
            hint = "`modelpick policy init` writes a file that lists them all"
            self._refuse(path, f"no check is called `{check}`", hint + _near(check, ids), word)

    # --- licences, ignores --------------------------------------------------------------------------------------

    def _licenses(self, parent: LicenseRules) -> tuple[LicenseRules, tuple[Approval, ...]]:
        table = self._table(self._values.get("licenses", {}), ("licenses",))
        self._known(table, ("allow", "ask", "refuse", "approve"), ("licenses",))
        own: dict[str, Demand] = {}
        demands: tuple[Demand, ...] = ("allow", "ask", "refuse")
        for demand in demands:
            path: KeyPath = ("licenses", demand)
            for name in self._list(table.get(demand, []), path):
                key = self._license(name, path)
                if own.setdefault(key, demand) != demand:
                    self._refuse(path, f"`{name}` stands under `{own[key]}` and under `{demand}`", "keep one", name)
        entries = self._list(table.get("approve", []), ("licenses", "approve"))
        approvals = [self._approval(entry, number) for number, entry in enumerate(entries)]
        rules = LicenseRules(
            demands={**parent.demands, **own},
            approvals=(*parent.approvals, *(a for a in approvals if not self._over(a.until))),
        )
        return rules, tuple(a for a in approvals if self._over(a.until))

    def _license(self, name: object, path: KeyPath) -> str:
        """The family, or the id of the licence, that a name of a list means."""
        licence = licence_of(name) if isinstance(name, str) else None
        if name in families():
            return str(name)
        if licence is None:
            known = [*families(), *(known.hub_id for known in licences())]
            hint = "families: " + ", ".join(families()) + _near(name, known)
            self._refuse(path, f"{name!r} is no licence of our table and no family", hint, str(name))
        return licence.hub_id

    def _approval(self, entry: object, number: int) -> Approval:
        path: KeyPath = ("licenses", "approve", number)
        table = self._table(entry, path)
        self._known(table, ("license", "by", "on", "reason", "subject", "until"), path)
        on = self._date(table, "on", path)
        if on is None:
            self._refuse(path, "an approval needs its day", "add on = 2026-01-31", str(table.get("license", "approve")))
        if on > self._today + timedelta(days=1):  # it may be tomorrow already where the file was written
            hint = "write the day on which it was given"
            self._refuse((*path, "on"), f"the approval is of a day to come ({on})", hint, str(on))
        licence = self._needed(table, "license", path)
        known = licence_of(licence)
        return Approval(
            license=known.hub_id if known else licence,
            by=self._needed(table, "by", path),
            on=on,
            reason=self._needed(table, "reason", path),
            subject=self._text(table, "subject", path) or "*",
            until=self._date(table, "until", path),
            line=self._lines.of(path, None if path in self._lines else licence),
        )

    def _ignore(self, entry: object, number: int) -> Ignore:
        path: KeyPath = ("ignore", number)
        table = self._table(entry, path)
        self._known(table, ("check", "subject", "reason", "until"), path)
        check = self._needed(table, "check", path)
        self._check_id(check, path, check)
        return Ignore(
            check=check,
            reason=self._needed(table, "reason", path),
            subject=self._text(table, "subject", path) or "*",
            until=self._date(table, "until", path),
            line=self._lines.of(path),
        )

    # --- values and their types ---------------------------------------------------------------------------------

    def _over(self, until: date | None) -> bool:
        return until is not None and until < self._today

    def _tables(self, key: str) -> Sequence[object]:
        return self._list(self._values.get(key, []), (key,))

    def _list(self, value: object, path: KeyPath) -> Sequence[Any]:
        if not isinstance(value, list):
            self._refuse(path, f"`{_dotted(path)}` is a list", f"write {path[-1]} = [...]")
        return value

    def _table(self, value: object, path: KeyPath) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._refuse(path, f"`{_dotted(path)}` is a table, not {value!r:.60}", _SAMPLE)
        return value

    def _known(self, table: Mapping[str, Any], keys: Iterable[str], path: KeyPath) -> None:
        keys = tuple(keys)
        for key in table:
            if key not in keys:
                where = f" in `{_dotted(path)}`" if path else ""
                hint = "known: " + ", ".join(keys) + _near(key, keys)
                self._refuse((*path, key), f"unknown key `{key}`{where}", hint)

    def _one_of(self, key: str, words: tuple[str, ...]) -> str | None:
        value = self._values.get(key)
        if value is not None and value not in words:
            self._refuse((key,), f"`{key}` cannot be {value!r}", "one of: " + ", ".join(words) + _near(value, words))
        return value

    def _text(self, table: Mapping[str, Any], key: str, path: KeyPath) -> str | None:
        value = table.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self._refuse((*path, key), f"`{key}` is a text that is not empty, not {value!r:.60}", 'write it as "..."')
        return value

    def _needed(self, table: Mapping[str, Any], key: str, path: KeyPath) -> str:
        value = self._text(table, key, path)
        if value is None:
            self._refuse(path, f"an entry of `{_dotted(path[:-1])}` needs `{key}`", f'add {key} = "..."')
        return value

    def _date(self, table: Mapping[str, Any], key: str, path: KeyPath) -> date | None:
        value = table.get(key)
        if value is not None and type(value) is not date:
            self._refuse((*path, key), f"`{key}` is a day, not {value!r:.60}", f"write {key} = 2026-01-31, no quotes")
        return value

    def _refuse(self, path: KeyPath, message: str, hint: str, word: str | None = None) -> NoReturn:
        self._stop(self._lines.of(path, word), message, hint)

    def _stop(self, line: int, message: str, hint: str) -> NoReturn:
        raise UsageError(f"{self._path}:{line}: {message}", hint)


_SAMPLE = "`modelpick policy init` writes a commented file to start from"


def _dotted(path: KeyPath) -> str:
    return ".".join(str(key) for key in path if isinstance(key, str))


def _near(word: object, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(word), known, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
