"""What the judge makes of exchanges, beyond those recorded."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.contract.request import Request
from conformance.contract.settings import Build, ServerSettings, SqlErrors, SqlMode
from conformance.exchange import Exchange, Failure, Reply, Trouble
from conformance.verdict.judge import Thread, _distinct
from conformance.verdict.model import (
    Blocked,
    Deviates,
    Error,
    Expect,
    Fail,
    NotTested,
    Pass,
    Verdict,
    VerdictKind,
    kind,
)
from tests.support.asking import CONTRACT, answered, judged, request
from tests.support.world import hypotheses, recorded_world

FREE, OTHER, MASTER = "7275559000", "7275559001", "7275551114"
ADD = request("add_did", did_pattern=FREE)
ADDED = f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{FREE}\n"
EXISTS = request("add_did", did_pattern=MASTER)
REFUSED = f"ERROR: add_did DID ALREADY EXISTS: |6666|{MASTER}\n"
DESCRIBED = request("add_did", did_pattern=FREE, did_description="short")


def letters(pattern: str) -> Request:
    """A request whose list_id legacy SQL bends and strict SQL refuses."""
    return request("add_did", did_pattern=pattern, list_id="abcd")


def bent(pattern: str) -> Exchange:
    return answered(letters(pattern), f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{pattern}\n")


def refused(pattern: str) -> Exchange:
    return answered(letters(pattern), "", 500)


def test_the_documented_reply_passes() -> None:
    assert judged(answered(ADD, ADDED)).verdict == Pass()


SWAPPED = request("copy_did", source_did_pattern=MASTER, new_dids=f"{FREE},{MASTER}")
COPIED = (
    f"NOTICE: copy_did DID HAS BEEN ADDED - 6666|{FREE}|{MASTER}|4|1\n"
    f"NOTICE: copy_did DID ALREADY EXISTS - 6666|{MASTER}\n"
    f"SUCCESS: copy_did DIDS HAVE BEEN ADDED - 6666|{MASTER}|1|1\n"
)


def test_a_deviation_says_which_and_where() -> None:
    verdict = judged(answered(EXISTS, REFUSED), answered(SWAPPED, COPIED)).verdict
    assert isinstance(verdict, Deviates)
    [difference] = verdict.differences
    assert verdict.ids == ("copy-added-fields-swapped",)
    assert (difference.step, difference.line, difference.aspect) == (2, 1, "fields")
    assert difference.documented == f"6666|{MASTER}|{FREE}|4|1"


def test_what_differs_in_form_alone_is_no_deviation_but_is_kept() -> None:
    verdict = judged(answered(ADD, ADDED), answered(EXISTS, REFUSED)).verdict
    assert isinstance(verdict, Pass)
    [difference] = verdict.form
    assert (difference.step, difference.line, difference.aspect) == (2, 1, "separator")
    assert (difference.documented, difference.shipped, difference.got) == (" - ", ": |", ": |")
    assert difference.deviation == "error-separator"


def test_form_stands_apart_from_the_deviation_of_the_same_case() -> None:
    verdict = judged(answered(EXISTS, REFUSED), answered(SWAPPED, COPIED)).verdict
    assert isinstance(verdict, Deviates)
    assert {(d.step, d.line, d.deviation) for d in verdict.form} == {(1, 1, "error-separator")}


@pytest.mark.parametrize(("separator", "steps"), [(" - ", [1]), (": |", [])])
def test_a_reply_in_the_documented_form_is_told_where_servers_have_another(separator: str, steps: list[int]) -> None:
    judgement = judged(answered(EXISTS, f"ERROR: add_did DID ALREADY EXISTS{separator}6666|{MASTER}\n"))
    assert [(told.step, told.deviation) for told in judgement.as_documented] == [(n, "error-separator") for n in steps]


def test_form_is_a_fail_where_the_documentation_alone_counts() -> None:
    verdict = judged(answered(EXISTS, REFUSED), expect=Expect.DOCUMENTED).verdict
    assert isinstance(verdict, Fail)
    assert verdict.summary == "request 1, line 1: separator should be ' - ', got ': |'"


def test_a_fail_says_in_one_sentence_what_should_have_come() -> None:
    verdict = judged(answered(EXISTS, f"ERROR: add_did DID IS THERE - 6666|{MASTER}\n")).verdict
    assert isinstance(verdict, Fail)
    assert verdict.summary == "request 1, line 1: message should be 'DID ALREADY EXISTS', got 'DID IS THERE'"


def test_a_fail_of_the_reply_as_a_whole_names_no_line() -> None:
    verdict = judged(answered(ADD, ADDED, 404)).verdict
    assert isinstance(verdict, Fail)
    assert verdict.summary == "request 1: http-status should be '200', got '404'"


def test_a_new_difference_is_a_fail_where_the_server_deviates_already() -> None:
    verdict = judged(answered(EXISTS, f"ERROR: add_did DID ALREADY EXISTS: |{MASTER}|6666\n")).verdict
    assert isinstance(verdict, Fail)
    assert {d.aspect: d.deviation for d in verdict.differences}["fields"] is None


def test_the_first_wrong_reply_is_the_fail_and_later_ones_are_not_looked_at() -> None:
    verdict = judged(answered(ADD, ""), Exchange(ADD, Failure(Trouble.TIMEOUT, "no reply in 10 s"))).verdict
    assert isinstance(verdict, Fail)


@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("expect", Expect)
def test_no_reply_is_an_error_and_never_a_pass_or_a_fail(trouble: Trouble, expect: Expect) -> None:
    verdict = judged(answered(ADD, ADDED), Exchange(ADD, Failure(trouble, "gone")), expect=expect).verdict
    assert verdict == Error(reason="request 2: gone")


def test_nothing_sent_is_an_error() -> None:
    assert judged().verdict == Error(reason="nothing was sent")


def test_a_did_that_was_added_exists_afterwards() -> None:
    again = f"ERROR: add_did DID ALREADY EXISTS - 6666|{FREE}\n"
    assert judged(answered(ADD, ADDED), answered(ADD, again)).verdict == Pass()
    assert isinstance(judged(answered(ADD, ADDED), answered(ADD, ADDED)).verdict, Fail)


def test_a_server_may_be_strict_or_not_while_nobody_told() -> None:
    worlds = hypotheses(ServerSettings())
    assert kind(judged(bent(FREE), worlds=worlds).verdict) is VerdictKind.DEVIATION
    assert kind(judged(refused(FREE), worlds=worlds).verdict) is VerdictKind.DEVIATION


LEGACY, STRICT, THROWN, IGNORED = SqlMode.LEGACY, SqlMode.STRICT, SqlErrors.THROWN, SqlErrors.IGNORED


@pytest.mark.parametrize(
    ("first", "left"),
    [(bent, {(LEGACY, THROWN), (LEGACY, IGNORED), (STRICT, IGNORED)}), (refused, {(STRICT, THROWN)})],
)
def test_a_reply_tells_how_strict_the_server_is(
    first: Callable[[str], Exchange], left: set[tuple[SqlMode, SqlErrors]]
) -> None:
    found = judged(first(FREE), worlds=hypotheses(ServerSettings())).settings
    assert {(settings.sql_mode, settings.sql_errors) for settings in found} == left


@pytest.mark.parametrize(("errors", "told"), [(IGNORED, "success-without-storing"), (THROWN, None)])
def test_a_server_that_says_success_and_stores_nothing_is_seen_by_what_is_asked_next(
    errors: SqlErrors, told: str | None
) -> None:
    gone = answered(request("update_did", did_pattern=FREE), f"ERROR: update_did DID DOES NOT EXIST: |6666|{FREE}\n")
    world = recorded_world(ServerSettings(sql_mode=STRICT, sql_errors=errors))
    verdict = judged(bent(FREE), gone, worlds=[world]).verdict
    if told:
        assert isinstance(verdict, Deviates)
        assert told in verdict.ids
    else:
        assert isinstance(verdict, Fail)


RAW = replace(ADD, query=f"{ADD.query}&comments=it's")


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("expect", [Expect.EITHER, Expect.SHIPPED])
def test_a_server_behind_a_gateway_that_encodes_raw_apostrophes_is_healthy(status: int, expect: Expect) -> None:
    assert not isinstance(judged(answered(RAW, ADDED, status), expect=expect).verdict, Fail)


@pytest.mark.parametrize("status", [200, 500])
def test_a_gateway_explains_nothing_else(status: int) -> None:
    refused_ = "ERROR: add_did DID ALREADY EXISTS: |6666|7275559000\n"
    assert isinstance(judged(answered(RAW, refused_, status)).verdict, Fail)


@pytest.mark.parametrize("replies", [(refused(FREE), bent(OTHER)), (bent(FREE), refused(OTHER))])
def test_a_server_cannot_be_strict_for_one_request_and_not_for_the_next(replies: tuple[Exchange, ...]) -> None:
    judgement = judged(*replies, worlds=hypotheses(ServerSettings()))
    assert isinstance(judgement.verdict, Fail)
    assert judgement.settings == frozenset()


def test_a_server_that_is_known_to_be_legacy_may_not_refuse() -> None:
    assert isinstance(judged(refused(FREE)).verdict, Fail)


def test_a_reply_says_nothing_of_settings_that_would_not_change_it() -> None:
    worlds = hypotheses(ServerSettings())
    assert judged(answered(ADD, ADDED), worlds=worlds).settings == {world.settings for world in worlds}


def test_of_two_explanations_the_one_that_accepts_less_is_told() -> None:
    worlds = [recorded_world(ServerSettings(Build(2, 14, 154))), recorded_world()]
    sent = answered(request("add_did", did_pattern=FREE, list_id="1"), ADDED)
    assert judged(sent, worlds=worlds).verdict == Pass()
    assert judged(sent, worlds=worlds[:1]).verdict == Pass()
    assert isinstance(judged(sent, worlds=worlds[1:]).verdict, Fail)


def test_of_two_explanations_the_one_that_accepts_form_alone_is_told() -> None:
    form = Thread(recorded_world(), ids=frozenset({"error-separator", "auth-trailing-field"}))
    content = Thread(recorded_world(), ids=frozenset({"did-case-collision"}))
    assert _distinct([content, form], CONTRACT.forms) == [form]


def test_worlds_that_became_the_same_are_one() -> None:
    worlds = [recorded_world(), recorded_world()]
    assert judged(answered(ADD, ADDED), worlds=worlds).settings == {ServerSettings()}


def test_where_nobody_knows_the_reply_only_invariants_judge() -> None:
    asked = request("add_lead", phone_number="7275551212")
    assert judged(answered(asked, "SUCCESS: add_lead ANYTHING\n")).verdict == Pass()
    assert isinstance(judged(answered(asked, "SUCCESS: x\nPHP Warning: oops\n")).verdict, Fail)
    assert isinstance(judged(answered(asked, "")).verdict, Fail)


def test_where_nobody_knows_the_reply_the_work_is_known_to_be_done() -> None:
    old = recorded_world(ServerSettings(Build(2, 14, 137)))
    debugging = request("add_did", did_pattern=FREE, active="N", DB="1")
    again = f"ERROR: add_did DID ALREADY EXISTS - 6666|{FREE}\n"
    assert isinstance(judged(answered(debugging, ADDED), answered(ADD, again), worlds=[old]).verdict, Pass)


def test_an_array_answered_with_an_empty_500_is_a_deviation() -> None:
    asked = replace(ADD, query=f"{ADD.query}&did_pattern[]=1")
    verdict = judged(answered(asked, "", 500)).verdict
    assert isinstance(verdict, Deviates)
    assert verdict.ids == ("array-parameter-500",)


ARRAY = replace(ADD, query=f"{ADD.query}&did_pattern[]=1")


@pytest.mark.parametrize("expect", [Expect.EITHER, Expect.DOCUMENTED])
def test_an_array_answered_with_the_nearest_documented_reply_conforms(expect: Expect) -> None:
    sane = answered(ARRAY, "ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS - 6666|\n")
    assert judged(sane, expect=expect).verdict == Pass()


@pytest.mark.parametrize("expect", Expect)
def test_an_array_taken_for_a_value_is_a_fail(expect: Expect) -> None:
    taken = answered(ARRAY, "SUCCESS: add_did DID HAS BEEN ADDED - 6666|1\n")
    assert isinstance(judged(taken, expect=expect).verdict, Fail)


def test_what_is_expected_of_an_array_is_never_said_to_be_documented() -> None:
    verdict = judged(answered(ARRAY, "ERROR: add_did YOU MUST USE ALL FIELDS - 6666|\n")).verdict
    assert isinstance(verdict, Fail)
    assert not any("REQUIRED" in str(difference.documented) for difference in verdict.differences)


@pytest.mark.parametrize(("expect", "conforms"), [("either", True), ("documented", True), ("shipped", False)])
def test_a_refused_login_need_not_repeat_the_password_unless_servers_are_the_measure(
    expect: str, conforms: bool
) -> None:
    wrong = request("add_did", password="opensesame")
    kept = answered(wrong, "ERROR: Login incorrect, please try again: |6666||BAD|\n")
    assert (judged(kept, expect=Expect(expect)).verdict == Pass()) == conforms


def test_an_array_answered_with_a_page_and_500_is_a_fail() -> None:
    asked = replace(ADD, query=f"{ADD.query}&did_pattern[]=1")
    assert isinstance(judged(answered(asked, "<b>Fatal error</b>: Uncaught TypeError\n", 500)).verdict, Fail)


def test_the_password_in_a_refused_login_is_a_deviation_and_elsewhere_a_fail() -> None:
    wrong = request("add_did", password="opensesame")
    echoed = answered(wrong, "ERROR: Login incorrect, please try again: |6666|opensesame|BAD|\n")
    verdict = judged(echoed).verdict
    assert isinstance(verdict, Deviates)
    assert verdict.ids == ("login-echoes-password",)
    assert isinstance(judged(echoed, expect=Expect.DOCUMENTED).verdict, Fail)
    assert judged(echoed, expect=Expect.SHIPPED).verdict == Pass()


def test_the_same_fault_may_be_told_in_documented_words_line_by_line() -> None:
    asked = request("copy_did", source_did_pattern=MASTER, new_dids=f"{FREE},{OTHER}")
    body = (
        f"NOTICE: copy_did DID HAS BEEN ADDED - 6666|{MASTER}|{FREE}|4|1\n"
        f"NOTICE: copy_did DID HAS BEEN ADDED - 6666|{OTHER}|{MASTER}|5|1\n"
        f"SUCCESS: copy_did DIDS HAVE BEEN ADDED - 6666|{MASTER}|2|0\n"
    )
    verdict = judged(answered(asked, body)).verdict
    assert isinstance(verdict, Deviates)
    assert [difference.line for difference in verdict.differences] == [2]


def test_a_batch_with_a_line_too_few_names_the_whole_reply_that_was_expected() -> None:
    asked = request("copy_did", source_did_pattern=MASTER, new_dids=FREE)
    verdict = judged(answered(asked, f"SUCCESS: copy_did DIDS HAVE BEEN ADDED - 6666|{MASTER}|1|0\n")).verdict
    assert isinstance(verdict, Fail)
    assert f"|{MASTER}|{FREE}|4|1 / SUCCESS: copy_did" in verdict.summary


def test_every_verdict_has_the_name_of_its_kind() -> None:
    verdicts: list[Verdict] = [
        Fail(summary="", differences=()),
        Error(reason=""),
        Blocked(by=""),
        NotTested(missing="", setting=""),
        Deviates(ids=()),
        Pass(),
    ]
    assert [kind(verdict) for verdict in verdicts] == list(VerdictKind)


def test_a_reply_without_a_content_type_is_told_so() -> None:
    verdict = judged(Exchange(ADD, Reply(200, "", ADDED))).verdict
    assert isinstance(verdict, Fail)
    assert verdict.differences[0].got == "(none)"


BYTES = Request(wire="GET <path>?user=nosuchuser&pass=nosuchpassword HTTP/1.1\r\n\r\n")
ECHOED = "ERROR: Login incorrect, please try again: |nosuchuser|nosuchpassword|BAD|\n"


@pytest.mark.parametrize("trouble", [Trouble.TIMEOUT, Trouble.PROTOCOL])
def test_no_reply_to_bytes_is_passed_over(trouble: Trouble) -> None:
    silence = Exchange(BYTES, Failure(trouble, "closed"))
    assert judged(silence, answered(ADD, ADDED)).verdict == Pass()
    assert isinstance(judged(silence, answered(ADD, "")).verdict, Fail)


@pytest.mark.parametrize("trouble", [Trouble.CONNECT, Trouble.TLS, Trouble.REDIRECT, Trouble.REFUSED_BY_US])
def test_bytes_that_could_not_be_sent_are_an_error(trouble: Trouble) -> None:
    assert judged(Exchange(BYTES, Failure(trouble, "gone"))).verdict == Error(reason="request 1: gone")


@pytest.mark.parametrize("before", [answered(BYTES, "", 400), Exchange(BYTES, Failure(Trouble.TIMEOUT, "silent"))])
@pytest.mark.parametrize("trouble", [Trouble.CONNECT, Trouble.TIMEOUT, Trouble.PROTOCOL])
def test_a_server_that_no_longer_answers_after_bytes_fails(before: Exchange, trouble: Trouble) -> None:
    verdict = judged(before, Exchange(ADD, Failure(trouble, "connection refused"))).verdict
    assert isinstance(verdict, Fail)
    assert verdict.summary.startswith("request 2: effect should be 'an answer after the byte-level message")


def test_a_request_that_was_not_sent_after_bytes_is_an_error() -> None:
    refused_by_us = Exchange(ADD, Failure(Trouble.REFUSED_BY_US, "not sent"))
    assert isinstance(judged(answered(BYTES, "", 400), refused_by_us).verdict, Error)


def test_bytes_change_nothing_and_are_judged_by_invariants_alone() -> None:
    assert judged(answered(BYTES, "ERROR: whatever\n"), answered(ADD, ADDED)).verdict == Pass()
    verdict = judged(answered(BYTES, "", 500)).verdict
    assert isinstance(verdict, Fail)
    assert verdict.summary == "request 1: invariant should be 'never: server-error', got 'HTTP 500'"


def test_a_refused_login_that_tells_the_password_is_a_deviation_in_bytes_too() -> None:
    verdict = judged(answered(BYTES, ECHOED)).verdict
    assert isinstance(verdict, Deviates)
    assert verdict.ids == ("login-echoes-password",)
    assert isinstance(judged(answered(BYTES, ECHOED), expect=Expect.DOCUMENTED).verdict, Fail)
    assert judged(answered(BYTES, ECHOED), expect=Expect.SHIPPED).verdict == Pass()


def test_any_other_reply_that_tells_the_password_fails() -> None:
    assert isinstance(judged(answered(BYTES, ECHOED.replace("Login", "Log-in"))).verdict, Fail)


def test_a_status_is_never_said_to_be_wanted_where_it_came() -> None:
    verdict = judged(answered(ARRAY, ADDED)).verdict
    assert isinstance(verdict, Fail)
    assert "http-status should be '500', got '200'" in verdict.summary


def test_what_nobody_knows_of_a_setting_does_not_hide_what_is_known_of_another() -> None:
    asked = request("add_did", did_pattern=FREE, server_ip="10.10.10.15' OR '1'='1")
    message = "SERVER IP MUST BE A VALID SERVER IN THE SYSTEM, THIS IS AN OPTIONAL FIELD"
    came = answered(asked, f"ERROR: add_did {message}: |6666|10.10.10.1511\n")
    verdict = judged(came, worlds=hypotheses(ServerSettings(Build(2, 14, 137)))).verdict
    assert isinstance(verdict, Deviates)
    assert "silent-sanitising" in verdict.ids
