"""Fuzzing and replaying for the command line: one run each, under the same guard, ledger, pace and redaction."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from conformance.cases.model import Level
from conformance.cases.strategies import inputs
from conformance.contract.load import load_contract
from conformance.errors import UsageError
from conformance.fuzz.driver import Fuzzer
from conformance.fuzz.driver import Plan as FuzzPlan
from conformance.fuzz.keys import first_difference, key_of
from conformance.fuzz.model import Finding, Replay, Tally
from conformance.fuzz.replay import read_replay, write_replay
from conformance.options import Options, plan
from conformance.run.record import Record
from conformance.run.run import RUN_DIGITS, Facts, Plan, Run
from conformance.verdict.model import Error, Fail

EXAMPLES = "examples"
FINDINGS = "findings"
FOUND, UNANSWERED, LEFT = 1, 3, 4


def fuzz(options: Options, budget: int, seed: int, out: Console, err: Console) -> int:
    """Send generated inputs until the budget is spent; every finding becomes a replay file. Gives the exit code."""
    if budget < 1:
        raise UsageError(f"--budget {budget}: must be 1 request or more")
    made = _writing(replace(options, run=f"{seed % 10**RUN_DIGITS:0{RUN_DIGITS}d}"))
    run = Run(made)
    run.open()
    fuzzer = Fuzzer(run, inputs(load_contract()), FuzzPlan(budget, seed, made.folder / EXAMPLES), _watching(err))
    try:
        findings = fuzzer()
    finally:
        facts = run.close()
    _show(findings, made, out)
    out.print(_told(fuzzer.tally, findings, facts, run.stopped))
    return _exit_code(findings, facts, run.stopped)


def _writing(options: Options) -> Plan:
    made = plan(options, os.environ)
    if made.level < Level.STANDARD:
        raise UsageError("fuzzing creates, changes and deletes DIDs: add --allow-writes if you mean that")
    return made


def _watching(err: Console) -> Callable[[Tally, int], None]:
    def watch(tally: Tally, findings: int) -> None:
        err.print(_covered(tally) + f", {findings} findings")

    return watch


def _covered(tally: Tally) -> str:
    return f"{tally.inputs} inputs, {len(tally.forms)} reply forms, {len(tally.combinations)} combinations"


def _show(findings: tuple[Finding, ...], made: Plan, out: Console) -> None:
    folder = made.folder / FINDINGS
    if findings:
        folder.mkdir(exist_ok=True)
    for finding in findings:
        found = finding.replay(made.run)
        path = write_replay(found, folder)
        style = "bold red" if finding.stable else "yellow"
        state = "found" if finding.stable else "unstable (it did not show again)"
        out.print(Text.assemble("\n", (f"{state}: {finding.key}", style)))
        for line in (found.summary, *found.curl, f"vicidial-conformance replay {path}"):
            out.print(Text(f"  {line}"), soft_wrap=True)


def _told(tally: Tally, findings: tuple[Finding, ...], facts: Facts, stopped: str | None) -> Text:
    stable = sum(finding.stable for finding in findings)
    told = f"\n{facts.requests} requests, {_covered(tally)}: {stable} findings, {len(findings) - stable} unstable"
    ended = stopped or facts.silent
    left = f"; {len(facts.left)} DIDs may still be on the target" if facts.left else ""
    return Text(told + (f"; ended early: {ended}" if ended else "") + left)


def _exit_code(findings: tuple[Finding, ...], facts: Facts, stopped: str | None) -> int:
    if facts.left:
        return LEFT
    if any(finding.stable for finding in findings):
        return FOUND
    return UNANSWERED if stopped or facts.silent else 0


def repeat(options: Options, path: Path, out: Console) -> int:
    """Send the input of a finding once more: fixed (0), still there or different now (1), no answer (3)."""
    found = read_replay(path)
    run = Run(_writing(options))
    run.open()
    try:
        record = run.once([(found.case(), found.number)])[0]
    finally:
        facts = run.close()
    out.print(Text(_compared(found, record)), soft_wrap=True)
    if facts.left:
        return LEFT
    return {Fail: FOUND, Error: UNANSWERED}.get(type(record.result.verdict), 0)


def _compared(found: Replay, record: Record) -> str:
    verdict = record.result.verdict
    if isinstance(verdict, Error):
        return f"no answer: {found.key}: {verdict.reason}"
    difference = first_difference(record)
    if difference is None:
        return f"fixed: {found.key}"
    assert isinstance(verdict, Fail)
    same = key_of(found.case(), difference) == found.key
    return f"{'still there' if same else 'different now'}: {found.key}: {verdict.summary}"
