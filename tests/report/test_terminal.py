import io

import msgspec
import pytest
from rich.console import Console

from conformance.report.model import Report
from conformance.report.terminal import summary
from conformance.verdict.model import Fail, Pass
from tests.report import sample


def shown(report: Report, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(summary(report), crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def lines(report: Report) -> list[str]:
    return [line.strip() for line in shown(report).splitlines()]


def test_the_answer_is_the_last_line() -> None:
    answer = "Does not conform: 1 of 4 cases tested failed; 4 not tested. 1 DID may still be on the target."
    assert lines(sample.every_verdict())[-1] == answer


def test_the_counts_stand_above_it() -> None:
    assert lines(sample.every_verdict())[-2] == "1 fail, 1 error, 1 blocked, 3 not-tested, 1 deviation, 1 pass"


def test_expected_and_got_stand_side_by_side() -> None:
    assert "request 1, line 1: function  add_did   ADD_DID" in lines(sample.every_verdict())


def test_a_curl_line_is_not_broken_however_narrow_the_terminal() -> None:
    assert f"  {sample.CURL}\n" in shown(sample.every_verdict(), width=40)


def test_an_error_says_why() -> None:
    assert "request 1: no reply within 10 seconds" in lines(sample.every_verdict())


def test_a_failure_that_did_not_repeat_says_so() -> None:
    fail = sample.case("add_did/x/y", sample.FAIL)
    said = [
        "did not repeat when tried again" in lines(sample.report(msgspec.structs.replace(fail, repeated=repeated)))
        for repeated in (True, False, None)
    ]
    assert said == [False, True, False]


def test_only_ten_causes_are_shown() -> None:
    many = [sample.case(f"add_did/x/{n}", sample.otherwise(n)) for n in range(12)]
    text = shown(sample.report(*many))
    assert (text.count("the first to look at: "), "... and 2 more causes in report.html" in text) == (10, True)


def test_a_cause_of_many_cases_is_one_block_with_the_command_for_all_of_them() -> None:
    many = [sample.case(f"{function}/x/{n}", sample.FAIL) for function in ("copy_did", "add_did") for n in range(20)]
    found = lines(sample.report(*many, again="vicidial-conformance run URL --rerun-failed out"))
    assert found[1:4] == [
        "the cause  Names the function “<FUNCTION>”, where “<function>” is due.",
        "40 cases in add_did, copy_did",
        "the first to look at: copy_did/x/0",
    ]
    assert found[7] == "all of them again: vicidial-conformance run URL --rerun-failed out#1"


def test_a_request_says_what_it_was_sent_for() -> None:
    calls = (msgspec.structs.replace(sample.CALL, purpose=purpose) for purpose in ("setup", "act", "effect", ""))
    found = lines(sample.report(sample.case("add_did/x/y", sample.FAIL, *calls)))
    told = [line for line in found if line.startswith("request ") and ":" not in line]
    assert told == ["request 1, set-up", "request 2, act", "request 3, effect", "request 4"]


def test_only_some_differences_of_a_failure_are_shown() -> None:
    fail = Fail(summary="s", differences=(sample.FUNCTION,) * 8)
    assert "... and 3 more" in lines(sample.report(sample.case("add_did/a/b", fail)))


def test_dangerous_deviations_say_what_they_do_and_the_others_are_counted() -> None:
    deviations = (
        sample.seen("odd", "cosmetic", 9),
        sample.seen("harm", "dangerous"),
        sample.seen("wrong", "misleading"),
    )
    found = lines(sample.every_verdict(deviations=deviations))
    start = found.index("Known deviations seen") + 1
    assert found[start : start + 3] == [
        "dangerous  harm  1 case",
        "A client that splits replies at ` - ` finds no data in an error.",
        "and 1 misleading, 1 cosmetic: see report.html or `vicidial-conformance deviations`",
    ]


def test_what_was_not_tested_names_the_setting_that_would_allow_it() -> None:
    found = lines(sample.every_verdict())
    assert found[found.index("cases  would be tested with") + 1 :][:2] == ["2  roles.level7", "1  entities.ingroup"]


def test_what_was_left_is_named() -> None:
    assert "99900112345678" in lines(sample.every_verdict())


@pytest.mark.parametrize("width", [20, 200])
def test_hostile_text_is_neither_markup_nor_control_codes(width: int) -> None:
    text = shown(sample.hostile(), width)
    assert "\x1b" not in text
    assert text.replace("\n", "").isprintable()
    assert "[red]markup[/red]" in text


def test_a_clean_run_is_short() -> None:
    assert lines(sample.report(sample.case("add_did/a/b", Pass()))) == [
        "",
        f"{sample.URL} (2.14-202), level standard, 2 requests",
        "1 pass",
        "Conforms to the documentation.",
    ]


def test_a_user_that_the_server_has_locked_is_named() -> None:
    locked = sample.every_verdict(locked=("8000 until 22:00:00 UTC",))

    assert "8000 until 22:00:00 UTC" in lines(locked)
