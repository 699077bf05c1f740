"""One defect has one key, whatever else an input sends."""

from __future__ import annotations

from conformance.cases.model import Param
from conformance.cases.steps import add, delete, question, setup, update
from conformance.cases.strategies import generated
from conformance.fuzz.keys import is_known, key_of, may_be_known
from conformance.verdict.model import Difference


def difference(step: int, aspect: str = "message") -> Difference:
    return Difference(step=step, line=1, aspect=aspect, documented="a", shipped="a", got="b")


PLAIN = generated(setup(add("<did>")), update("<did>", Param("did_description", "G" * 90)))
MORE = generated(setup(add("<did>")), update("<did>", Param("active", "Y"), Param("did_description", "H" * 80)))
SHORT = generated(setup(add("<did>")), update("<did>", Param("did_description", "few")))


def test_a_key_names_function_field_rule_and_aspect() -> None:
    assert str(key_of(PLAIN, difference(2))) == "update_did/did_description/long/message"


def test_other_fields_beside_it_do_not_make_another_defect() -> None:
    assert is_known(MORE, difference(2), [key_of(PLAIN, difference(2))])


def test_another_rule_or_another_aspect_makes_another_defect() -> None:
    known = [key_of(PLAIN, difference(2))]
    assert not is_known(SHORT, difference(2), known)
    assert not is_known(PLAIN, difference(2, "separator"), known)


def test_whether_a_wrong_answer_shows_in_status_message_or_fields_depends_on_what_else_is_sent() -> None:
    assert is_known(PLAIN, difference(2, "status"), [key_of(PLAIN, difference(2))])


def test_what_is_not_small_may_show_any_defect_of_the_same_kind_of_its_function_or_its_fields() -> None:
    known = [key_of(PLAIN, difference(2))]
    assert may_be_known(SHORT, difference(2), known)
    assert may_be_known(generated(add("<did>", Param("did_description", "few"))), difference(1), known)
    assert not may_be_known(PLAIN, difference(2, "http-status"), known)
    assert not may_be_known(generated(add("<did>")), difference(1), known)


def test_another_function_does_not() -> None:
    added = generated(add("<did>", Param("did_description", "G" * 90)))
    assert is_known(added, difference(1), [key_of(PLAIN, difference(2))])


def test_where_no_field_is_special_the_calls_before_make_the_key() -> None:
    walk = generated(add("<did>"), delete("<did>"), add("<did>"), update("<did>"))
    longer = generated(add("<did>"), question("<did>"), delete("<did>"), add("<did>"), update("<did>"))
    key = key_of(walk, difference(4))
    assert str(key) == "update_did/plain/add-delete-add-update/message"
    assert is_known(longer, difference(5), [key])
    assert not is_known(generated(add("<did>"), update("<did>")), difference(2), [key])


def test_a_question_about_an_effect_is_about_what_was_done_before() -> None:
    case = generated(add("<did>", Param("did_description", "x" * 90)), question("<did>"))
    assert str(key_of(case, difference(2))) == "update_did/did_description/long/effect"
