"""Running again what did not succeed: which cases those are, and the command that does it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.errors import UsageError
from conformance.options import Options
from conformance.report.causes import Cause, causes
from conformance.report.json_file import load_report
from conformance.report.model import Report
from conformance.report.terminal import FAILURES
from conformance.report.text import visible
from conformance.verdict.model import VerdictKind

EMULATED, BUILT_IN_USER = "http://127.0.0.1:8080", "6666"
"""Where `vicidial-conformance emulator` listens, and who may do everything there."""

_DEFAULTS = Options()
_AGAIN = (VerdictKind.FAIL, VerdictKind.ERROR, VerdictKind.BLOCKED)
_SUCCEEDED = frozenset({VerdictKind.PASS, VerdictKind.DEVIATION})


def unsuccessful(named: Path) -> tuple[tuple[str, ...], str]:
    """The ids of the cases that failed, ended in an error or were blocked in that report. UsageError if none did.

    `FOLDER#2` names those of its second cause alone. Beside them, in words, how many the run never came to: they are
    not among those; empty if there are none.
    """
    folder, number = _parts(named)
    report = load_report(folder)
    found = set(_cause(report, folder, number).cases) if number else {result.id for result in report.with_kind(*_AGAIN)}
    cases = tuple(case.id for case in catalogue(load_contract()) if case.id in found)
    if not cases:
        raise UsageError(visible(_nothing(report, folder, found)))
    if number or not report.unreported:
        return cases, ""
    return cases, visible(f"{folder}: {report.broken_off}: the other {report.unreported} are not run now either")


def _nothing(report: Report, folder: Path, found: AbstractSet[str]) -> str:
    """Why there is nothing to run again."""
    if found:
        return f"{folder}: what failed there is no case: `vicidial-conformance replay` repeats findings"
    if report.broken_off:
        return f"nothing failed in {folder}, but {report.broken_off}: run the same again, without --rerun-failed"
    return f"nothing failed in {folder}: there is nothing to run again"


def _parts(named: Path) -> tuple[Path, int | None]:
    """The folder, and the number of a cause of its report if one is named."""
    folder, mark, number = str(named).rpartition("#")
    is_one = bool(mark) and number.isascii() and number.isdigit() and not named.exists()
    return (Path(folder), int(number)) if is_one else (named, None)


def _cause(report: Report, folder: Path, number: int) -> Cause:
    behind = causes(report)
    if not 1 <= number <= len(behind):
        has = f"{len(behind)} cause{'s' * (len(behind) != 1)} of failures"
        raise UsageError(visible(f"{folder}: has {has}: there is none of number {number}"))
    return behind[number - 1]


def became(named: Path, now: Report) -> tuple[str, ...]:
    """What has become of each cause of that report whose cases were run again, a sentence each. UsageError."""
    folder, number = _parts(named)
    kinds = {result.id: result.kind for result in now.results}
    behind = enumerate(causes(load_report(folder)), 1)
    return tuple(
        visible(f"cause {place} of {folder}, {_state([kinds[id] for id in cause.cases if id in kinds])}: {cause.says}")
        for place, cause in behind
        if number in {None, place} and not kinds.keys().isdisjoint(cause.cases)
    )


def _state(kinds: Sequence[VerdictKind]) -> str:
    """What the cases of a cause came to, in words."""
    failed, mended = kinds.count(VerdictKind.FAIL), sum(kind in _SUCCEEDED for kind in kinds)
    if mended == len(kinds):
        return f"mended: {'all ' * (mended > 1)}{mended} of its cases succeed{'s' * (mended == 1)} now"
    unknown = len(kinds) - failed - mended
    without = f", {unknown} had no answer" if unknown else ""
    return f"{failed} of {len(kinds)} cases still fail{without}"


@dataclass(frozen=True, slots=True)
class Repeat:
    """How to repeat what a run found, by the options and the folder that it had. No command holds a password."""

    options: Options
    folder: Path

    def became(self, report: Report) -> tuple[str, ...]:
        """What has become of each cause of the report that was to be repeated, a sentence each. UsageError."""
        named = self.options.rerun_failed
        return () if named is None else became(named, report)

    def commands(self, report: Report) -> Iterator[str]:
        """The command that repeats what failed, as a line to paste: of fuzzing one for each finding."""
        if self.options.effort is None:
            if report.fails or report.with_kind(VerdictKind.ERROR):
                yield f"to repeat what failed: {self.failed}"
            return
        options = self.options
        if options.names_no_server:
            options = replace(options, url=EMULATED, user=BUILT_IN_USER)
        troubles = (*report.fails, *report.with_kind(VerdictKind.ERROR))
        found = [result.replay for result in troubles if result.replay is not None]
        if found and options.url == EMULATED:
            yield "to repeat it, start `vicidial-conformance emulator` first; its password is 1234"
        for name in found[:FAILURES]:
            yield f"to repeat it: {_replaying(options, self.folder / name)}"

    @property
    def failed(self) -> str:
        """The command that runs the cases again which did not succeed; none after fuzzing."""
        options = self.options
        if options.effort is not None:
            return ""
        given = {
            "--level": options.level.value if options.level else None,
            "--allow-writes": options.allow_writes,
            "--expect": options.expect if options.expect is not _DEFAULTS.expect else None,
            "--concurrency": options.concurrency if options.concurrency != _DEFAULTS.concurrency else None,
            "--rate": f"{options.rate:g}" if options.rate is not None else None,
            "--allow-login-failures": options.allow_login_failures or None,
            "--mask-users": options.mask_users,
            "--baseline": options.baseline,
            "--rerun-failed": self.folder,
        }
        return _line("run", options.url, {**_target(options), **given})


def _replaying(options: Options, finding: Path) -> str:
    """The command that sends a finding's input again, to the same target."""
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
