"""Replies that only say who asked, when and for which number are the same; all others are not."""

from __future__ import annotations

import pytest

from conformance.compare.normal import normal
from conformance.report.exchanges import ExchangeLine
from conformance.report.placeholders import LONGEST
from tests.compare.support import line
from tests.report import sample
from tests.safety.support import CASES, CONTRACT

CASE = "add_did/life-cycle/add"
GROUP = "add_did/group/swapped"


def told(exchange: ExchangeLine, seed: int = 7, url: str = sample.URL) -> str:
    report = sample.report(seed=seed, target=sample.target(url=url))
    return normal(report, CONTRACT, CASES.values())(exchange)


ADDED = "SUCCESS: add_did DID HAS BEEN ADDED - {user}|999{run}00011\n"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|99900000700011\n", "DID HAS BEEN ADDED - <user>|<did>"),
        ("NOTE: HI - 6666|+99900000700013", "NOTE: HI - <user>|+<did3>"),
        ("NOTE: HI - 6666|99900000700011555", "NOTE: HI - <user>|<did>555"),
        ("NOTE: HI - 6666|999000007000", "NOTE: HI - <user>|999<run>"),
        ("ERROR: Login incorrect, please try again: |nosuchuser000007|***|BAD|", "nosuchuser<run>"),
        ("VERSION: 2.14-202|BUILD: 1|DATE: 2026-11-21 19:19:58|EPOCH: 1795288798|", "|DATE: <date>|EPOCH: <epoch>|"),
        ("SUCCESS: update_did DID HAS BEEN DELETED - 6666|99900000700011|54", "DELETED - <user>|<did>|<did_id>"),
        ("SUCCESS: update_did DID HAS BEEN DELETED - 6666|54|99900000700011", "DELETED - <user>|<did_id>|<did>"),
        ("NOTICE: copy_did DID HAS BEEN ADDED - 6666|99900000700012|99900000700011|54|1", "|<did2>|<did>|<did_id>|1"),
        ("1|54|INSERT INTO vicidial_inbound_dids SET did_pattern='99900000700011';|", "1|<did_id>|INSERT"),
        ("SUCCESS: update_did DID HAS BEEN REMOVED - 6666|99900000700011|54", "REMOVED - <user>|<did>|<number>"),
    ],
)  # fmt: skip
def test_what_differs_from_run_to_run_has_a_placeholder(body: str, shown: str) -> None:
    assert shown in told(line(CASE, body))


def test_counts_of_a_known_reply_stay() -> None:
    body = "SUCCESS: copy_did DIDS HAVE BEEN ADDED - 6666|99900000700011|3|2"
    assert told(line(CASE, body)) == "SUCCESS: copy_did DIDS HAVE BEEN ADDED - <user>|<did>|3|2"


def test_another_user_another_run_and_another_host_make_no_difference() -> None:
    one = line(CASE, "NOTE: HI - 6666|99900000700011 on one.example")
    query = one.query.replace("6666", "api9").replace("000007", "123456")
    two = line(CASE, "NOTE: HI - api9|99912345600011 on two.example", query=query)
    urls = "https://one.example/x", "https://two.example/x"
    assert told(one, url=urls[0]) == told(two, 123456, urls[1]) == "NOTE: HI - <user>|<did> on <host>"


def test_a_user_who_did_not_ask_stays() -> None:
    assert told(line(CASE, "ERROR: add_did DID ALREADY EXISTS: |6667|1")).endswith("|6667|1")


def test_a_user_is_found_as_servers_sanitise_the_name() -> None:
    query = "user=api%40office&pass=***&function=add_did"
    assert told(line(CASE, "NOTE: HI - apioffice|a", query=query)) == "NOTE: HI - <user>|a"


def test_the_word_of_a_message_is_no_user() -> None:
    query = "user=DID&pass=***&function=add_did"
    assert told(line(CASE, "ERROR: add_did DID ALREADY EXISTS: |DID|1x", query=query)) == (
        "ERROR: add_did DID ALREADY EXISTS: |<user>|1x"
    )


def test_processes_of_one_run_are_the_same_run() -> None:
    assert told(line(CASE, ADDED.format(user="6666", run="000009"))) == told(
        line(CASE, ADDED.format(user="6666", run="000007"))
    )


def test_the_numbers_of_another_run_stay() -> None:
    assert "99955555500011" in told(line(CASE, ADDED.format(user="6666", run="555555")))


@pytest.mark.parametrize(
    ("status", "content_type", "head"),
    [
        (200, "text/plain", "HTTP 200 text/plain\n"),
        (500, "text/html; charset=utf-8", "HTTP 500 text/html; charset=utf-8\n"),
        (200, "text/html; charset=UTF-8", ""),
    ],
)
def test_an_unusual_status_or_type_is_part_of_the_reply(status: int, content_type: str, head: str) -> None:
    assert told(line(CASE, "X: y", status=status, content_type=content_type)) == f"{head}X: y"


def test_an_empty_reply_is_said_to_be_empty() -> None:
    assert told(line(CASE, "")) == "(empty)"


def test_no_reply_is_told_by_its_kind() -> None:
    assert told(line(CASE, "", status=None, trouble="timeout: no reply within 10 seconds")) == "no reply: timeout"


def test_a_long_reply_is_kept_short_and_still_told_apart() -> None:
    one, two = (told(line(CASE, "x" * 100_000 + end)) for end in "ab")
    assert len(one) < LONGEST + 100
    assert one != two
