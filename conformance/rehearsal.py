"""What a run is going to send, and what that does to its target, told to a person before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group
from rich.text import Text

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case
from conformance.cases.select import select
from conformance.contract.request import Request
from conformance.report.curl import curl_line
from conformance.run.forecast import Forecast, Sent, Speed, forecast, foreseen, foreseen_proofs, planned
from conformance.run.plan import Plan
from conformance.run.preflight import first_requests, last_requests
from conformance.terminal import Terminal


def to_come(made: Plan) -> Iterable[tuple[Case, Sent]]:
    """The cases that a run by this plan can send, and what each of them comes to."""
    every = catalogue(made.contract)
    numbers = {case.id: number for number, case in enumerate(every)}
    for case in planned(select(every, made.only), made.ground, made.level):
        yield case, foreseen(made.contract, case, numbers[case.id], made.ground, made.level)


def coming(sent: Iterable[tuple[Case, Sent]], made: Plan) -> Forecast:
    """What all of that comes to, with the questions before and after it, and what shows that rows can be removed."""
    every = list(sent)
    around = (*first_requests(made.ground, made.level), *last_requests(made.ground))
    return forecast(made.contract, [one for _, one in every], around, [proof for _, proof in _proofs(every, made)])


def _proofs(sent: Iterable[tuple[Case, Sent]], made: Plan) -> Iterable[tuple[str, Sent]]:
    return foreseen_proofs(made.contract, (case for case, _ in sent), made.ground, made.level)


def foretold(forecast: Forecast, made: Plan, speed: Speed) -> str:
    """What a run will do to its target, in a few lines. An emulator of this process keeps no log."""
    functions = ", ".join(f"{count} {name}" for name, count in forecast.by_function)
    pace = f"at {speed.rate:g} a second" if speed.rate else "as fast as replies come"
    logs = "" if made.is_own else f"about {forecast.log_rows} log rows stay; "
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


def rehearse(made: Plan, out: Terminal) -> None:
    """Print what a run would do and every request it would send, clean-up included, and send nothing."""
    sent = list(to_come(made))
    _show("before the first case", first_requests(made.ground, made.level), made, out)
    for name, one in _proofs(sent, made):
        title = made.contract.kinds[name].title
        _show(f"whether a {title} can be removed", (*one.requests, *one.cleanup), made, out)
    for case, one in sent:
        _show(case.id, one.requests, made, out)
        _show(f"{case.id}, clean-up", one.cleanup, made, out)
    _show("after the last case", last_requests(made.ground), made, out)
    speed = Speed(made.rate, at_once=made.concurrency)
    told = foretold(coming(sent, made), made, speed)
    out.print(f"{told} if a reply takes {speed.reply * 1000:.0f} ms.", soft_wrap=True)
    out.print("Nothing was sent.")


def _show(name: str, requests: Sequence[Request], made: Plan, out: Terminal) -> None:
    passwords = [login.password for login in made.target.logins.values()]
    lines = [Text(f"  {curl_line(request, made.target.url, passwords)}") for request in requests]
    if lines:
        out.print(Group(Text(name, style="bold"), *lines), soft_wrap=True)
