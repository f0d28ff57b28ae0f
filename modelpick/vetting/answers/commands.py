"""What a command or a snippet of code makes its reader's machine do. Line by line, so in linear time.

Texts are in lower case. Nothing is run, and nothing is judged here but the kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.vetting.answers.words import either, late

_FETCHES = late(r"\b(?:curl|wget|aria2c|iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile)\b")
_INTO_SHELL = late(
    r"\|\s*(?:sudo (?:-\w+ )?)?(?:/(?:usr/)?bin/)?(?:env )?"
    r"(?:(?:ba|z|da|k)?sh|python3?|perl|ruby|node|pwsh|powershell|cmd|iex|invoke-expression)\b(?!-)"
)
_THEN_RUNS = late(r"(?:&&|;)\s*(?:sudo )?(?:ba|z|da)?sh +[\w./~$\"'-]")
_SUBSTITUTED = late(
    r"(?:\b(?:ba|z)?sh|\bsource|\beval|\bpython3?|(?:^|\s)\.)\s+(?:-\w+\s+)*[\"']{0,2}(?:<\(|\$\(|`)\s*(?:curl|wget)\b"
)
_POWERSHELL = late(r"\b(?:iex|invoke-expression)\b")
_ENCODED = late(r"\b(?:powershell|pwsh)\b.*\s-e(?:nc|ncodedcommand|c)?\s+[\w+/=\"'$]{8}")
_DECODED = late(r"\bbase64\b.*(?:\s-d\b|--decode|\s-di\b)|\bb64decode\b|\bfrombase64string\b|\bxxd -r\b")
_EXECUTES = late(r"(?<![.\w])(?:exec|eval)\s*\(|\bos\.system\s*\(|\bsubprocess\.\w+\s*\(|\bpopen\s*\(")
_REMOTE = late(r"\brequests\.get\b|\burlopen\b|\burlretrieve\b|\bhttpx\.get\b|\bhttp\.get\b")
_WINDOWS = either(
    r"\bcertutil\b.*-urlcache\b",
    r"\bbitsadmin\b.*/transfer\b",
    r"\bmshta\s+[\"']?(?:https?:|javascript:|vbscript:)",
    r"\bregsvr32\b.*/i:https?:",
)
_INSTALL = late(
    r"\b(?:pip3?|pipx|uv|npm|pnpm|yarn|bun|poetry|conda|cargo|go)(?:\.exe)? (?:pip |tool )?(?:install|add)\b"
)
_INSTALL_OPTION = late(
    r"(?:--(?:extra-)?index-url|--find-links|--trusted-host|--registry|--proxy|(?<!\S)-[cif])(?:=|\s+)\S+"
)
_FROM_AFAR = late(r"^[\"'`]?(?:[\w.\[\],-]+@)?(?:git\+|https?://|git@|github:|git://)")
_MOST_ARGUMENTS = 30
_FILE = r"[\"']?(?:[\w.~-]{0,60}[/\\]){0,6}([\w.-]{1,60}\.(?:sh|ps1|bat|cmd|exe|run))\b"
_SAVED = late(r"(?:/|\s)([\w.-]{1,60}\.(?:sh|ps1|bat|cmd|exe|run))\b")
_RUN_FILE = late(
    r"(?:^|&&|;|\|\||\bsudo|[$>%!])\s*(?:(?:(?:ba|z|da)?sh|source|powershell|pwsh|start|call|cmd\s+/c)\s+)?"
    rf"(?:-\w+\s+){{0,4}}{_FILE}"
)
_PROMPT = r"^[ \t]*(?:[!$>%#]|ps [^>\n]{0,60}>|c:\\[^>\n]{0,60}>)?[ \t]*"
_RUNNERS = (
    r"(?:python3?|py|bash|sh|torchrun|accelerate launch|deepspeed|node|rscript|uv run|poetry run python|streamlit run|"
    r"%?run|source|call|start|cmd /c)(?:\.exe)?"
)
_OPTIONS = r"(?:--?\w[\w-]*(?:[= ][\w./][\w./-]*)?\s+)*"
_SCRIPT = either(
    r"\btrust_remote_code[\"']?\s*[=:]\s*true|--trust[-_]remote[-_]code",
    rf"{_PROMPT}(?:\w+=\S+\s+)*(?:sudo\s+)?{_RUNNERS}\s+{_OPTIONS}"
    r"[\"']?[\w./\\~{}$-]*\w\.(?:py|sh|bat|cmd|ps1|js|r|exe)\b",
    _PROMPT + r"\.[/\\][\w./\\-]+\.(?:sh|py|bat|cmd|ps1|exe)\b",
    _PROMPT + r"[\w.-]+\.(?:bat|cmd|ps1)\s*$",
    r"\b(?:powershell|pwsh)(?:\.exe)?\b.*\.ps1\b",
    r"\bsys\.path\.(?:append|insert)\s*\(",
    r"\btorch\.hub\.load\s*\(\s*[\"'][\w.-]+/[\w.-]",
    r"\bcustom_pipeline\s*=\s*[\"']",
    r"\bpip3? install (?:-\w )*(?:-e +|--editable +)?\.(?:\s|$|\[)",
)
_SCRIPT_SIGNS = (
    *(
        "trust",
        ".py",
        ".sh",
        ".bat",
        ".cmd",
        ".ps1",
        ".exe",
        "node ",
        "rscript",
        "sys.path",
        "hub.load",
        "custom_pipeline",
    ),
    *("install -", "install ."),
)
_PROSE_SCRIPT = late(
    r"(?:^|[,:;(]|\b(?:then|and|to|just|first|simply|you can|please|must|should)) ?"
    r"(?:run|execute|launch|double[- ]click(?: on)?|start|copy) (?:\S+ ){0,5}?"
    r"[`\"']?[\w./-]*\w\.(?:py|sh|bat|cmd|ps1|exe)\b"
)
_LONGEST_LINE = 4_000
_SIGNS = tuple(  # a line without one of these fetches nothing and decodes nothing to run (`in` is faster than a search)
    "curl wget aria2c iwr irm invoke- base64 b64 iex downloadstring downloadfile powershell pwsh certutil bitsadmin "  # noqa: SIM905
    "mshta regsvr32 urlopen urlretrieve requests.get httpx.get xxd git+ git@ github:".split()
)


def fetched_and_run(low: str) -> str | None:
    """The line of a text in lower case that runs or installs what it fetched, decoded or was sent; None where none."""
    if not _may_fetch(low):
        return None
    saved: set[str] = set()
    for line in _lines(low):
        if _may_fetch(line):
            if _is_remote_run(line):
                return line
            if _FETCHES.search(line):
                saved.update(_SAVED.findall(line))
        if saved and any(name in saved for name in _RUN_FILE.findall(line)):
            return line
    return None


def _may_fetch(low: str) -> bool:
    return any(sign in low for sign in _SIGNS) or ("://" in low and ("install" in low or " add" in low))


def runs_script(low: str, *, prose: bool = False) -> str | None:
    """The line of a text in lower case that runs code of a repository; None where none. `prose`: also plain words."""
    if not any(sign in low for sign in _SCRIPT_SIGNS):
        return None
    for line in _lines(low):
        if any(sign in line for sign in _SCRIPT_SIGNS) and (
            _SCRIPT.search(line) or (prose and _PROSE_SCRIPT.search(line))
        ):
            return line
    return None


def _lines(low: str) -> Iterator[str]:
    for line in low.split("\n"):
        if line:
            yield line[:_LONGEST_LINE]


def _is_remote_run(line: str) -> bool:
    fetch = _FETCHES.search(line)
    if fetch is not None:
        rest = line[fetch.end() :]
        if _INTO_SHELL.search(rest) or _THEN_RUNS.search(rest) or _POWERSHELL.search(line) or _SUBSTITUTED.search(line):
            return True
    executes = _EXECUTES.search(line)
    if _DECODED.search(line) and (executes or _INTO_SHELL.search(line) or _POWERSHELL.search(line)):
        return True
    if executes and _REMOTE.search(line):
        return True
    return bool(_ENCODED.search(line) or _WINDOWS.search(line)) or _installs_from_afar(line)


def _installs_from_afar(line: str) -> bool:
    """`pip install` of a URL or a git repository; an index to install packages from is none."""
    match = _INSTALL.search(line)
    if match is None:
        return False
    for argument in _INSTALL_OPTION.sub(" ", line[match.end() :]).split(maxsplit=_MOST_ARGUMENTS)[:_MOST_ARGUMENTS]:
        if _FROM_AFAR.match(argument):
            return True
        if argument in {"&&", ";", "|", "from", "and", "then"} or argument.endswith((":", ";", ".", "`")):
            return False
    return False
