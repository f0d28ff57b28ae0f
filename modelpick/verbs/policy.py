"""policy: what a vet demands. Shows the built-in policies and a user's file, and writes a file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelpick.errors import CannotFindOut, UsageError

if TYPE_CHECKING:
    from modelpick.vetting.policy import Policy
    from modelpick.vetting.policy_report import PolicyList, PolicyShown, PolicyWritten


def policies() -> PolicyList:
    """The built-in policies, each with its one sentence."""
    from modelpick.vetting.policy_file import BUILT_IN, built_in
    from modelpick.vetting.policy_report import PolicyList

    return PolicyList(policies=tuple(built_in(name) for name in BUILT_IN))


def show_policy(policy: str | Path) -> PolicyShown:
    """A policy with all that it takes over from the one that it extends. Args and errors as `load_policy`."""
    from modelpick.vetting.policy_report import PolicyShown

    return PolicyShown(policy=load_policy(policy))


def write_policy(path: str | Path = "policy.toml") -> PolicyWritten:
    """Writes a commented policy that changes nothing yet, with all checks listed.

    Raises:
        UsageError: The path does not end in `.toml`, or something lies there already.
        CannotFindOut: The file cannot be written.
    """
    from modelpick.places import user_path
    from modelpick.vetting.policy_report import PolicyWritten, sample_policy

    target = user_path(path)
    if target.suffix != ".toml":
        raise UsageError(f"`{path}` is no name for a policy", f"write `{path}.toml`")
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(sample_policy())
    except FileExistsError as error:
        hint = f"give another name, or remove it; `modelpick policy show {path}` shows what it demands"
        raise UsageError(f"`{path}` exists and is left as it is", hint) from error
    except OSError as error:
        raise CannotFindOut(
            f"`{path}` cannot be written: {error.strerror}", "give another path", kind="disk"
        ) from error
    return PolicyWritten(path=str(path))


def load_policy(policy: str | Path) -> Policy:
    """The policy of a name, or in a file.

    Args:
        policy: The name of a built-in one, or a path: `./x`, `/x`, `~/x`, or a name that ends in `.toml`. Ignores
            and approvals in a file count up to their last day, by the date in UTC.

    Raises:
        UsageError: No built-in bears the name, the file is not there, or it is no policy.
        CannotFindOut: The file cannot be read.
    """
    from datetime import UTC, datetime

    from modelpick.places import user_path
    from modelpick.vetting.policy_file import MAX_BYTES, built_in, read_policy

    if not _is_path(policy):
        return built_in(str(policy))
    try:
        with user_path(policy).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        hint = f"`modelpick policy init {policy}` writes one; the built-in ones: `modelpick policy`"
        raise UsageError(f"there is no policy file `{policy}`", hint) from error
    except OSError as error:
        hint = "check the path and its permissions"
        raise CannotFindOut(f"the policy `{policy}` cannot be read: {error.strerror}", hint, kind="disk") from error
    return read_policy(data, str(policy), datetime.now(UTC).date())


def _is_path(policy: str | Path) -> bool:
    if isinstance(policy, Path):
        return True
    return policy.startswith(("./", "../", "/", "~", ".\\")) or policy in {".", ".."} or Path(policy).suffix != ""
