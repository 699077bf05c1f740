"""Running again what did not succeed: which cases those are, and the command that does it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.errors import UsageError
from conformance.options import Options
from conformance.report.read import load_report
from conformance.report.text import visible
from conformance.verdict.model import Kind

_DEFAULTS = Options()


def unsuccessful(folder: Path) -> tuple[str, ...]:
    """The ids of the cases that failed, ended in an error or were blocked in that report. UsageError if none did."""
    report = load_report(folder)
    found = {result.id for result in report.with_kind(Kind.FAIL, Kind.ERROR, Kind.BLOCKED)}
    cases = tuple(case.id for case in catalogue(load_contract()) if case.id in found)
    if cases:
        return cases
    if found:
        raise UsageError(
            visible(f"{folder}: what failed there is no case: `vicidial-conformance replay` repeats findings")
        )
    if report.broken_off:
        told = f"nothing failed in {folder}, but {report.broken_off}: run the same again, without --rerun-failed"
        raise UsageError(visible(told))
    raise UsageError(visible(f"nothing failed in {folder}: there is nothing to run again"))


def left_out(folder: Path) -> str:
    """That cases which the run never came to are not among those, in words; empty if there are none. UsageError."""
    report = load_report(folder)
    if not report.unreported:
        return ""
    return visible(f"{folder}: {report.broken_off}: the other {report.unreported} are not run now either")


def again(options: Options, folder: Path) -> str:
    """The command that runs those cases of a report again, with the same target. No password is in it."""
    given = {
        "--level": options.level.value if options.level else None,
        "--allow-writes": options.allow_writes,
        "--expect": options.expect if options.expect is not _DEFAULTS.expect else None,
        "--concurrency": options.concurrency if options.concurrency != _DEFAULTS.concurrency else None,
        "--rate": f"{options.rate:g}" if options.rate is not None else None,
        "--allow-login-failures": options.login_failures or None,
        "--mask-users": options.mask_users,
        "--baseline": options.baseline,
        "--rerun-failed": folder,
    }
    return _line("run", options.url, {**_target(options), **given})


def replaying(options: Options, finding: Path) -> str:
    """The command that sends a finding's input again, to the same target. No password is in it."""
    return _line("replay", finding, {"--url": options.url, **_target(options), "--allow-writes": True})


def _target(options: Options) -> Mapping[str, object]:
    """What is said of a target but for its URL."""
    return {
        "--target": options.target_file,
        "--user": options.user,
        "--password-file": options.password_file,
        "--build": options.build,
        "--ca-file": options.ca_file,
        "--insecure": options.insecure,
        "--timeout": f"{options.timeout:g}" if options.timeout != _DEFAULTS.timeout else None,
        "--settling": f"{options.settling:g}" if options.settling != _DEFAULTS.settling else None,
    }


def _line(command: str, about: object, given: Mapping[str, object]) -> str:
    words = ["vicidial-conformance", command, *([str(about)] if about else [])]
    for name, value in given.items():
        if value is True:
            words.append(name)
        elif value is not None and value is not False:
            words += [name, str(value)]
    return shlex.join(words)
