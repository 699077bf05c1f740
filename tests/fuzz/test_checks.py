"""What properties demand besides the predicted reply: a healthy server meets it, one wrong reply is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.cases.expand import Ground, Login, requests
from conformance.cases.model import Case, Param, Place, Role
from conformance.cases.steps import add, copy, delete, question, setup, update
from conformance.cases.strategies import generated
from conformance.exchange import Exchange, Reply
from conformance.fuzz.properties.counts import adds_up
from conformance.fuzz.properties.equivalence import alike
from conformance.fuzz.properties.numbers import grows
from conformance.fuzz.properties.refusals import unchanged
from conformance.fuzz.properties.successes import changed
from conformance.run.finished import Check

GROUND = Ground({Role.ADMIN: Login("6666", "1234")}, {}, "123456")
ONE, TWO, THREE = (GROUND.did(7, index) for index in (1, 2, 3))
MISSING, THERE, ADDED, REFUSED = "ERROR: missing\n", "SUCCESS: there\n", "SUCCESS: added\n", "ERROR: refused\n"


def answered(case: Case, *bodies: str) -> list[Exchange]:
    """The case's requests, answered so."""
    sent = requests(case, GROUND, 7)
    return [Exchange(request, Reply(200, "", body)) for request, body in zip(sent, bodies, strict=True)]


def copied(*dids: str, first: int = 5) -> str:
    return "".join(f"NOTICE: copy_did DID HAS BEEN ADDED - 6666|{d}|{ONE}|{first + n}|1\n" for n, d in enumerate(dids))


def summary(added: int, existing: int) -> str:
    return f"SUCCESS: copy_did DIDS HAVE BEEN ADDED - 6666|{ONE}|{added}|{existing}\n"


ADDING = generated(question("<did>"), add("<did>"), question("<did>"))
DELETING = generated(copy("<did>", "<did2>,<did3>"), delete("<did2>"))
COPYING = generated(setup(add("<did>")), copy("<did>", "<did2>,<did3>"))
TWICE = generated(
    add("<did>", Param("group", "a b")),
    add("<did2>", Param("group", "a b")),
)
BY_FORM = generated(update("<did>", Param("extension", "1")), update("<did>", Param("extension", "1"), raw=True))


@pytest.mark.parametrize(
    ("check", "case", "right", "wrong"),
    [
        (unchanged, ADDING, (MISSING, REFUSED, MISSING), (MISSING, REFUSED, THERE)),
        (changed, ADDING, (MISSING, ADDED, THERE), (MISSING, ADDED, MISSING)),
        (alike, TWICE, (f"S: 6666|{ONE}\n", f"S: 6666|{TWO}\n"), (f"S: 6666|{ONE}\n", f"E: 6666|{TWO}\n")),
        (alike, BY_FORM, (THERE, THERE), (THERE, MISSING)),
        (
            adds_up,
            COPYING,
            (ADDED, copied(TWO, THREE) + summary(2, 0)),
            (ADDED, copied(TWO, THREE) + summary(1, 1)),
        ),
        (adds_up, COPYING, (ADDED, copied(TWO, THREE) + summary(2, 0)), (ADDED, copied(THREE, TWO) + summary(2, 0))),
        (adds_up, COPYING, (ADDED, copied(TWO, THREE) + summary(2, 0)), (ADDED, copied(TWO) + summary(1, 0))),
        (
            grows,
            DELETING,
            (copied(TWO, THREE), f"SUCCESS: update_did DID HAS BEEN DELETED - 6666|{TWO}|5\n"),
            (copied(TWO, THREE), f"SUCCESS: update_did DID HAS BEEN DELETED - 6666|{TWO}|6\n"),
        ),
        (grows, DELETING, (copied(TWO, THREE), MISSING), (copied(TWO) + copied(THREE, first=5), MISSING)),
    ],
    ids=["unchanged", "changed", "alike", "alike-update", "counts", "order", "lines", "deleted-id", "growing-ids"],
)
def test_a_check_passes_what_is_right_and_sees_what_is_wrong(
    check: Check, case: Case, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    assert check(case, answered(case, *right)) is None
    seen = check(case, answered(case, *wrong))
    assert seen is not None
    assert (seen.aspect, seen.deviation) == ("effect", None)


@pytest.mark.parametrize("check", [unchanged, changed, alike, adds_up, grows])
def test_a_check_that_has_nothing_to_compare_says_nothing(check: Check) -> None:
    assert check(generated(add("<did>")), answered(generated(add("<did>")), REFUSED)) is None


def test_an_error_is_no_success_whatever_its_http_status() -> None:
    exchanges = answered(ADDING, MISSING, REFUSED, MISSING)
    reply = exchanges[1].result
    assert isinstance(reply, Reply)
    assert (
        changed(ADDING, [exchanges[0], replace(exchanges[1], result=replace(reply, status=500)), *exchanges[2:]])
        is None
    )


def test_the_way_in_which_a_call_is_sent_makes_no_other_call_of_it() -> None:
    step = update("<did>", Param("extension", "1"))
    posted = type(step)(step.function, step.params, method="POST", place=Place.FORM, backwards=True)
    assert alike(generated(step, posted), answered(generated(step, posted), THERE, MISSING)) is not None
