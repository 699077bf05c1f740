"""Runs against emulators in this process, judged again."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import Login
from conformance.cases.model import Case, Role
from conformance.contract.load import load_contract
from conformance.contract.settings import Build
from conformance.emulator.config import Config
from conformance.rejudge.recorded import load
from conformance.rejudge.rejudge import Terms, rejudge
from conformance.report.model import Report
from conformance.run.settings import Target
from conformance.verdict.model import Expect, VerdictKind
from tests.compare.support import URL, every, ran
from tests.safety.support import built_in_target

CONTRACT = load_contract()
CASES = catalogue(CONTRACT)

SAMPLE = (
    *every(
        "add_did/life-cycle", "copy_did/life-cycle/co", "update_did/life-cycle/co", "version/", "campaigns_list/role"
    ),
    *every("add_did/login", "add_did/role", "add_did/transport/p", "add_did/transport/j", "update_did/did_pattern/p"),
    *every(
        "copy_did/batch/t",
        "add_did/group",
        "update_did/menu_id",
        "add_did/server_ip",
        "add_did/list_id",
        "agent_status/role",
    ),
)
"""Cases of every kind: each role and entity, forms and JSON, batches, and those that tell one setting from another."""

FEW = every("add_did/life-cycle", "add_did/login", "add_did/group", "add_did/role")


def again(
    folder: Path,
    *,
    expect: Expect | None = None,
    build: str | None = None,
    only: tuple[str, ...] = (),
    cases: Iterable[Case] = CASES,
) -> Report:
    """The report of that folder's run, judged again."""
    known = tuple(cases)
    recorded = load(folder, {case.id: case for case in known})
    return rejudge(recorded, Terms(expect, Build.parse(build) if build else None, only), CONTRACT, known)


def kinds(report: Report) -> dict[str, VerdictKind]:
    return {result.id: result.kind for result in report.results}


def renamed(make: Callable[[Role, Login], Login]) -> Callable[[Target], Target]:
    """A target with other logins."""
    return lambda target: replace(target, logins={role: make(role, login) for role, login in target.logins.items()})


def ran_with(folder: Path, change: Callable[[Target], Target], cases: Iterable[Case] = FEW, **options: object) -> Path:
    """A report folder of a run against an emulator that has the users and entities of the changed target."""
    target = change(built_in_target(URL))
    config = Config().with_target_users(target.logins, target.entities)
    return ran(folder, cases, config, target=lambda _: target, **options)
