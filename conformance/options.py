"""What a run is asked to do, as the command line and pytest's options say it; and what becomes of it: a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from math import inf
from pathlib import Path
from urllib.parse import urlsplit

from conformance.builds import described_build
from conformance.cases.model import Level
from conformance.defaults import CONCURRENCY, SETTLING, TIMEOUT
from conformance.errors import UsageError
from conformance.reading import SMALL, check_file
from conformance.run.descriptors import affordable
from conformance.run.plan import QUESTIONS, RUN_DIGITS, USEFUL, Effort, Plan, new_run
from conformance.run.settings import Target, TargetFile, load_target, read_password, resolve
from conformance.verdict.model import Expect

REPORTS = Path("reports")
MOST_CONCURRENCY = 256
LEAST_RATE = 0.001
"""Requests a second; less would take days for a case, and look as if it hung."""

RATE = 10.0
"""Requests a second for a target that may be taking calls, which is every one but the emulator of this process."""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything a run can be told. None means the default for the target.

    Times are in seconds, `rate` is in requests per second, 0 for as fast as replies come.
    """

    url: str | None = None
    target_file: Path | None = None
    user: str | None = None
    password_file: Path | None = None
    only: tuple[str, ...] = ()
    level: Level | None = None
    allow_writes: bool = False
    expect: Expect = Expect.EITHER
    concurrency: int = CONCURRENCY
    timeout: float = TIMEOUT
    settling: float = SETTLING
    report: Path | None = None
    ca_file: Path | None = None
    insecure: bool = False
    rate: float | None = None
    allow_login_failures: int = 0
    mask_users: bool = False
    run: str = ""
    effort: Effort | None = None
    build: str | None = None
    baseline: Path | None = None
    rerun_failed: Path | None = None

    @property
    def names_no_server(self) -> bool:
        """Whether an emulator of this process is to be tested, since nothing says which server is."""
        return self.url is None and self.target_file is None


def plan(
    options: Options,
    environ: Mapping[str, str],
    prompt: Callable[[str], str | None] | None = None,
    own: TargetFile | None = None,
) -> Plan:
    """Make a plan of the options, or for an emulator of this process. `prompt` asks for the password of a user.

    Raises UsageError before any request leaves.
    """
    target, is_own = _target(options, environ, prompt, own), own is not None
    return Plan(
        target=target,
        level=_level(options, target, is_own=is_own),
        expect=options.expect,
        concurrency=_concurrency(options.concurrency, is_own=is_own),
        timeout=_positive(options.timeout, "--timeout"),
        settling=_positive(options.settling, "--settling"),
        verify=_verify(options),
        rate=_rate(options, is_own=is_own),
        login_failures=options.allow_login_failures,
        mask_users=options.mask_users,
        only=options.only,
        effort=options.effort,
        is_own=is_own,
        run=options.run or _run(options.effort),
        folder=report_folder(options.report, target.url),
    )


def _target(
    options: Options, environ: Mapping[str, str], prompt: Callable[[str], str | None] | None, own: TargetFile | None
) -> Target:
    file = own or (load_target(options.target_file) if options.target_file else None)
    asks = options.user is not None or file is None
    ask = partial(prompt, options.user) if prompt and options.user else None
    password = read_password(options.password_file, environ, ask) if asks else None
    target = resolve(options.url, file, options.user, password, environ)
    if options.build is None:
        return target
    return replace(target, build=described_build("--build", options.build))


def _concurrency(wanted: int, *, is_own: bool) -> int:
    if wanted > MOST_CONCURRENCY:
        raise UsageError(f"--concurrency {wanted}: must be from 1 to {MOST_CONCURRENCY}")
    return min(_at_least(wanted, 1, "--concurrency"), affordable(is_own=is_own))


def _check_effort(effort: Effort, level: Level) -> None:
    if effort.requests is not None:
        _at_least(effort.requests, 1, "--budget")
        if effort.requests < QUESTIONS + USEFUL:
            raise UsageError(
                f"--budget {effort.requests}: is not enough for any search: give {QUESTIONS + USEFUL} or more"
            )
    if effort.seconds is not None:
        _positive(effort.seconds, "--time")
    _at_least(effort.seed, 0, "--seed")
    if level < Level.STANDARD:
        raise UsageError("fuzzing creates, changes and deletes DIDs: add --allow-writes if you mean that")


def _run(effort: Effort | None) -> str:
    """The run's digits: by the seed if there is one, so that the same seed sends the same requests."""
    return new_run() if effort is None else f"{effort.seed % 10**RUN_DIGITS:0{RUN_DIGITS}d}"


def _rate(options: Options, *, is_own: bool) -> float | None:
    if options.rate is None:
        return None if is_own else RATE
    if options.rate == 0:
        return None
    if _positive(options.rate, "--rate") < LEAST_RATE:
        raise UsageError(f"--rate {options.rate:g}: must be {LEAST_RATE:g} or more, or 0 for no limit")
    return options.rate


def _level(options: Options, target: Target, *, is_own: bool) -> Level:
    writes = options.allow_writes or is_own
    level = options.level or (Level.STANDARD if writes else Level.PROBE)
    if level > Level.PROBE and not writes:
        raise UsageError(
            f"--level {level.value} on {_host(target.url)} writes to it: add --allow-writes if you mean that"
        )
    if level is Level.FULL and not target.disposable:
        raise UsageError(
            "--level full leaves DIDs that the API cannot delete: it needs disposable = true in the target file"
        )
    if options.effort is not None:
        _check_effort(options.effort, level)
    return level


def _at_least(value: int, least: int, flag: str) -> int:
    if value < least:
        raise UsageError(f"{flag} {value}: must be {least} or more")
    return value


def _positive(value: float, flag: str) -> float:
    if not 0 < value < inf:
        raise UsageError(f"{flag} {value:g}: must be a number above 0")
    return value


def _verify(options: Options) -> bool | Path:
    if options.ca_file is None:
        return not options.insecure
    if options.insecure:
        raise UsageError("--ca-file and --insecure exclude each other: give the one you mean")
    try:
        check_file(options.ca_file, SMALL)
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise UsageError(f"--ca-file {options.ca_file}: {reason}") from None
    return options.ca_file


def report_folder(wanted: Path | None, url: str) -> Path:
    """Make the folder that a run writes to: the wanted one, or reports/<host>-<time>. Raises UsageError."""
    folder = wanted or REPORTS / f"{_host(url)}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UsageError(f"report folder {folder}: {error.strerror or error}: choose another with --report") from error
    return folder


def _host(url: str) -> str:
    parts = urlsplit(url)
    port = f"-{parts.port}" if parts.port else ""
    return f"{(parts.hostname or 'target').replace(':', '_')}{port}"
