"""A reply that is wrong in any one way is a fail: every form of the recordings, mutated."""

import pytest

from conformance.verdict.model import Fail, VerdictKind, kind
from tests.support.forms import Form, reply_forms
from tests.support.mutations import MUTATIONS

pytestmark = pytest.mark.untraced

FORMS = reply_forms()
PRINTED = [form for form in FORMS if form.reply.body]
CONTENT_TYPES = ["text/plain; charset=utf-8", "application/json", "text/html", "text/html; charset=iso-8859-1", ""]


def test_the_recordings_hold_enough_forms_to_mutate() -> None:
    assert len(PRINTED) > 70


@pytest.mark.parametrize("form", PRINTED, ids=lambda form: form.id)
def test_a_reply_mutated_is_a_fail(form: Form) -> None:
    wrong = {(name, body) for name, mutate in MUTATIONS.items() for body in mutate(form.reply.body)}
    accepted = [(name, body) for name, body in wrong if not isinstance(form.judged(body=body).verdict, Fail)]
    assert [(name, body) for name, body in accepted if body != form.reply.body] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_reply_with_another_http_status_is_a_fail(form: Form) -> None:
    # A recorded 500 sent as 200 is what the documentation promises, so 200 is not among the wrong ones.
    wrong = [status for status in (201, 204, 302, 404, 500, 503) if status != form.reply.status]
    assert [status for status in wrong if not isinstance(form.judged(status=status).verdict, Fail)] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_reply_of_another_content_type_is_a_fail(form: Form) -> None:
    wrong = [name for name in CONTENT_TYPES if not isinstance(form.judged(content_type=name).verdict, Fail)]
    assert wrong == []


@pytest.mark.parametrize("name", ["text/html;charset=UTF-8", "TEXT/HTML; charset=utf-8", "text/html ;  charset=utf-8"])
def test_a_content_type_is_compared_without_regard_to_case_and_spaces(name: str) -> None:
    assert kind(FORMS[0].judged(content_type=name).verdict) is VerdictKind.PASS


ADDED = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|7275559000\n"
LIES = {
    "always success": ADDED,
    "nothing": "",
    "a page": "<!doctype html>\n<html><body>Welcome</body></html>\n",
    "JSON": '{"status": "SUCCESS", "message": "DID HAS BEEN ADDED"}\n',
    "nothing but a status": "SUCCESS\n",
    "one wrong word": "SUCCESS: add_did DID WAS BEEN ADDED - 6666|7275559000\n",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_answers_everything_alike_fails(lie: str) -> None:
    body = LIES[lie]
    untrue = [form for form in PRINTED if not (body == ADDED and form.reply.body.endswith(ADDED))]
    assert [form.id for form in untrue if not isinstance(form.judged(body=body).verdict, Fail)] == []
