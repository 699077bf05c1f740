"""What a run is going to send, and what that does to its target, told to a person before it is done."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case
from conformance.contract.load import load_contract
from conformance.options import Options, select
from conformance.run.forecast import Forecast, Sent, Speed, forecast, foreseen, planned
from conformance.run.preflight import first_requests, last_requests
from conformance.run.run import Plan


def to_come(options: Options, made: Plan) -> Iterable[tuple[Case, Sent]]:
    """The cases that a run with these options can send, and what each of them comes to."""
    every = catalogue(load_contract())
    numbers = {case.id: number for number, case in enumerate(every)}
    for case in planned(select(every, options.only), made.ground, made.level):
        yield case, foreseen(case, numbers[case.id], made.ground, made.level)


def coming(sent: Iterable[tuple[Case, Sent]], made: Plan) -> Forecast:
    """What all of that comes to, with the questions before and after it."""
    around = (*first_requests(made.ground, made.level), *last_requests(made.ground))
    return forecast([one for _, one in sent], around)


def foretold(forecast: Forecast, made: Plan, speed: Speed, *, own: bool = False) -> str:
    """What a run will do to its target, in a few lines. An emulator of this process keeps no log."""
    functions = ", ".join(f"{count} {name}" for name, count in forecast.by_function)
    pace = f"at {speed.rate:g} a second" if speed.rate else "as fast as replies come"
    logs = "" if own else f"about {forecast.log_rows} log rows stay; "
    return (
        f"{forecast.cases} cases at level {made.level.value}, about {forecast.requests} requests {pace} ({functions}); "
        f"{forecast.creates} DIDs beginning with {made.ground.prefix} are created and deleted; "
        f"{logs}it takes about {lasting(speed.seconds(forecast.requests))}"
    )


def lasting(seconds: float) -> str:
    """A time that nobody knows to the second, in the unit that suits it."""
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"
