"""All faults put to the suite, in this process or in several.

Processes are forked once the fault-free server has been judged, so that none of them has to do that again. Faults of
other configurations stay together, since each of those has a fault-free server of its own.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.emulator.config import Config
from conformance.emulator.faults.model import Fault
from conformance.errors import HarnessError
from conformance.selfcheck.checker import Checker
from conformance.selfcheck.model import Trial
from conformance.selfcheck.result import FaultFree

Watch = Callable[[Trial], None]
"""Told of every fault as soon as it is done."""


@dataclass(frozen=True)
class Done:
    """Every trial, in the order of the faults, and the fault-free servers beside them."""

    trials: tuple[Trial, ...]
    fault_free: tuple[FaultFree, ...]


@dataclass(frozen=True)
class _Group:
    """Faults of one configuration, by their places."""

    config: Config
    places: tuple[int, ...]


@dataclass(frozen=True)
class _GroupDone:
    group: _Group
    trials: tuple[Trial, ...]
    fault_free: FaultFree


def check_all(checker: Checker, faults: Sequence[Fault], jobs: int, watch: Watch) -> Done:
    """Put every fault to the suite. `jobs` counts processes; where there is no fork, there is one."""
    groups = _grouped(checker, faults)
    fault_free = [_fault_free(checker, checker.base)]
    several = jobs > 1 and len(faults) > 1 and "fork" in multiprocessing.get_all_start_methods()
    trials: dict[int, Trial] = {}
    with _kept():
        for done in _in_processes(checker, faults, groups, jobs) if several else _here(checker, faults, groups):
            trials.update(zip(done.group.places, done.trials, strict=True))
            if done.group.config != checker.base:
                fault_free.append(done.fault_free)
            for trial in done.trials:
                watch(trial)
    ordered = tuple(trials[place] for place in range(len(faults)))
    return Done(ordered, tuple(sorted(fault_free, key=lambda one: one.server)))


@contextmanager
def _kept() -> Iterator[None]:
    """What is remembered so far stays: the garbage collector would look through it again for every fault."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _grouped(checker: Checker, faults: Sequence[Fault]) -> list[_Group]:
    """Faults of other configurations together, and first, for they take the longest; the others one by one."""
    groups: list[tuple[Config, list[int]]] = []
    alone = []
    for place, fault in enumerate(faults):
        config = checker.config(fault)
        if config == checker.base:
            alone.append(_Group(config, (place,)))
            continue
        known = next((places for other, places in groups if other == config), None)
        if known is None:
            groups.append((config, [place]))
        else:
            known.append(place)
    return [*(_Group(config, tuple(places)) for config, places in groups), *alone]


def _here(checker: Checker, faults: Sequence[Fault], groups: Sequence[_Group]) -> Iterator[_GroupDone]:
    for group in groups:
        yield _done(checker, faults, group)


def _done(checker: Checker, faults: Sequence[Fault], group: _Group) -> _GroupDone:
    trials = tuple([checker.trial(faults[place]) for place in group.places])
    return _GroupDone(group, trials, _fault_free(checker, group.config))


def _fault_free(checker: Checker, config: Config) -> FaultFree:
    return FaultFree(server=f"{config.dialect.value} dialect, {config.settings}", trial=checker.honest(config))


def _in_processes(
    checker: Checker, faults: Sequence[Fault], groups: Sequence[_Group], jobs: int
) -> Iterator[_GroupDone]:
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(min(jobs, len(groups)), context, _take, (checker, faults))
    try:
        waiting: list[Future[_GroupDone]] = [pool.submit(_work, group) for group in groups]
        for future in as_completed(waiting):
            yield future.result()
    except BrokenProcessPool:
        raise HarnessError("a process of the self-check was killed: try again with a smaller --jobs") from None
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


_taken: list[tuple[Checker, Sequence[Fault]]] = []
"""What a process was forked with; neither can be sent to it."""


def _take(checker: Checker, faults: Sequence[Fault]) -> None:
    _taken.append((checker, faults))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal: the parent answers it
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(group: _Group) -> _GroupDone:
    return _done(*_taken[0], group)
