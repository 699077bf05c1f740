"""Puts servers to the suite one after the other, and tells how they differ from the server without a fault."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field, replace

import msgspec

from conformance.emulator.config import Config
from conformance.emulator.faults.generated import Follower
from conformance.emulator.faults.model import Fault
from conformance.emulator.respond import Behaviour, answering
from conformance.selfcheck.cache import SuiteCache
from conformance.selfcheck.cached_answers import CachedAnswers
from conformance.selfcheck.loop import waited
from conformance.selfcheck.model import HONEST, Trial, trial_of
from conformance.selfcheck.recording import Recorder, Recording, recording
from conformance.selfcheck.run import Suite, Verdicts, numbers, run_in_process
from conformance.selfcheck.shortcut import Diverged, Shortcut
from conformance.selfcheck.target import ground
from conformance.selfcheck.wire import direct, wrapped
from conformance.verdict.model import Expect


@dataclass(frozen=True)
class _FaultFree:
    """The fault-free server of one configuration under the suite."""

    config: Config
    trial: Trial
    verdicts: Verdicts
    recording: Recording


@dataclass
class Checker:
    """One for a process. Fault-free servers are asked once for each configuration.

    `shortcuts` False sends every case to every server, also where the fault is known not to touch it.
    """

    suite: Suite
    base: Config = field(default_factory=Config)
    shortcuts: bool = True
    _cache: SuiteCache = field(default_factory=SuiteCache)
    _honest: list[_FaultFree] = field(default_factory=list)
    _strict: Checker | None = None

    def __post_init__(self) -> None:
        self._answers = CachedAnswers(self.suite.contract)

    def config(self, fault: Fault) -> Config:
        """The configuration that shows a fault."""
        return fault.config(self.base)

    def honest(self, config: Config) -> Trial:
        """What the fault-free server comes to in a configuration."""
        return self._fault_free(config).trial

    def trial(self, fault: Fault) -> Trial:
        """What a faulty server comes to; one that only answers as documented, with `--expect shipped`."""
        trial = self._trial(fault)
        if trial.kills or not trial.accepted or self.suite.expect is Expect.SHIPPED:
            return trial
        if self._strict is None:
            self._strict = Checker(replace(self.suite, expect=Expect.SHIPPED), self.base, self.shortcuts)
        strict = self._strict.trial(fault)
        return msgspec.structs.replace(strict, expect=Expect.SHIPPED) if strict.kills else trial

    def verdicts(self, fault: Fault) -> Verdicts:
        """The verdict on every case against a faulty server."""
        with answering(self._answers):
            return self._verdicts(fault, self._fault_free(self.config(fault)))

    def _trial(self, fault: Fault) -> Trial:
        free = self._fault_free(self.config(fault))
        began = time.process_time()
        verdicts = self.verdicts(fault)
        return trial_of(fault.id, verdicts, free.verdicts, time.process_time() - began)

    def _fault_free(self, config: Config) -> _FaultFree:
        for known in self._honest:
            if known.config == config:
                return known
        began = time.process_time()
        recorder = Recorder()
        verdicts = self._direct(recorder, config, recorder)
        trial = trial_of(HONEST, verdicts, verdicts, time.process_time() - began)
        seen = recording(self.suite.contract, recorder, ground(), numbers(self.suite.contract))
        self._honest.append(_FaultFree(config, trial, verdicts, seen))
        return self._honest[-1]

    def _verdicts(self, fault: Fault, free: _FaultFree) -> Verdicts:
        if fault.around is not None:
            return waited(self._wrapped(fault, free.config))
        behaviour = fault.make()
        if not self.shortcuts:
            return self._direct(behaviour, free.config)
        known = Shortcut(free.recording.records, free.recording.shared)
        if isinstance(behaviour, Follower):
            unaffected = free.recording.unaffected(behaviour.contract)
            with suppress(Diverged):
                return self._direct(behaviour, free.config, shortcut=replace(known, unaffected=unaffected))
        return self._direct(fault.make(), free.config, shortcut=known)

    def _direct(
        self,
        behaviour: Behaviour,
        config: Config,
        recorder: Recorder | None = None,
        shortcut: Shortcut | None = None,
    ) -> Verdicts:
        server = direct(behaviour, config, self.suite.contract)
        return waited(run_in_process(server, self.suite, self._cache, recorder, shortcut))

    async def _wrapped(self, fault: Fault, config: Config) -> Verdicts:
        async with wrapped(fault, config) as server:
            return await run_in_process(server, self.suite, self._cache)
