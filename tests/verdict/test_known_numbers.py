"""A copy's reply tells its did_id, and what follows is held to it."""

import pytest

from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.settings import ServerSettings
from conformance.contract.world import User, World
from conformance.exchange import Exchange, Reply
from conformance.verdict.judge import CONTENT_TYPE, judge
from conformance.verdict.model import Expect, Fail, Verdict
from tests.support.rows import DID, did

SOURCE = did(-1, "9990001", {})
WORLD = World(ServerSettings(), {"u": User("u", "p")}, held={DID: {-1: SOURCE}})
GRANTS = frozenset({"modify_dids", "delete_dids"})


def exchange(query: str, body: str) -> Exchange:
    request = Request(query=f"source=test&user=u&pass=p&{query}")
    return Exchange(request, Reply(200, CONTENT_TYPE, body, 0.0))


def copied(*pairs: tuple[str, str]) -> Exchange:
    lines = [f"NOTICE: copy_did DID HAS BEEN ADDED - u|{new}|9990001|{did_id}|1\n" for new, did_id in pairs]
    summary = f"SUCCESS: copy_did DIDS HAVE BEEN ADDED - u|9990001|{len(pairs)}|0\n"
    news = ",".join(new for new, _ in pairs)
    return exchange(f"function=copy_did&source_did_pattern=9990001&new_dids={news}", "".join(lines) + summary)


def deleted(pattern: str, did_id: str) -> Exchange:
    query = f"function=update_did&did_pattern={pattern}&delete_did=Y"
    return exchange(query, f"SUCCESS: update_did DID HAS BEEN DELETED - u|{pattern}|{did_id}\n")


def verdict(*exchanges: Exchange) -> Verdict:
    password = exchanges[0].request.parameters.values["pass"].decode()
    user = User("u", password, level=9, grants=GRANTS)
    world = World(WORLD.settings, {"u": user}, held=WORLD.held)
    return judge(load_contract(), [world], exchanges, Expect.EITHER).verdict


def test_a_deletion_that_names_the_number_of_the_copy_is_right() -> None:
    assert not isinstance(verdict(copied(("9990002", "7")), deleted("9990002", "7")), Fail)


def test_a_deletion_that_names_another_number_fails() -> None:
    found = verdict(copied(("9990002", "7")), deleted("9990002", "8"))
    assert isinstance(found, Fail)
    assert "should be" in found.summary


@pytest.mark.parametrize("last", ["8", "9"])
def test_each_copy_of_a_batch_has_its_own_number(last: str) -> None:
    found = verdict(copied(("9990002", "7"), ("9990003", "8")), deleted("9990002", "7"), deleted("9990003", last))
    assert isinstance(found, Fail) is (last == "9")


def test_a_number_that_nobody_told_may_be_any() -> None:
    assert not isinstance(verdict(deleted("9990001", "5")), Fail)


def test_a_did_id_that_is_the_same_as_the_password_is_no_password() -> None:
    found = verdict(*(with_password("1234", one) for one in (copied(("9990002", "1234")), deleted("9990002", "1234"))))
    assert not isinstance(found, Fail)


def test_a_password_elsewhere_in_the_same_reply_is_one() -> None:
    line = copied(("9990002", "1234"))
    assert isinstance(line.result, Reply)
    told = Exchange(line.request, Reply(200, CONTENT_TYPE, line.result.body.replace("u|", "u/1234|"), 0.0))
    found = verdict(with_password("1234", told))
    assert isinstance(found, Fail)
    assert any("password" in str(difference.documented) for difference in found.differences)


def with_password(password: str, asked: Exchange) -> Exchange:
    query = asked.request.query.replace("pass=p&", f"pass={password}&")
    return Exchange(Request(query=query), asked.result)
