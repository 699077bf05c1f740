"""Subtle faults of whole requests: how they are spelled, in which order, and several faults in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from conformance.contract.parameter import Parameter
from conformance.contract.request import FORM_TYPE
from conformance.emulator.faults.asked import Asked
from conformance.emulator.faults.subtle_parts import (
    DESCRIPTION,
    fields_of,
    optional_of,
    refused,
    refusing,
    subtle_fault,
)
from conformance.emulator.respond import Response

NEWER = ("call_handle_method", "agent_search_method", "list_id", "entry_list_id", "campaign_id", "phone_code")
"""The fields that came with build 2.14-155."""

MANY = 3

_LOWER_HEX = re.compile("%(?=[a-f][0-9A-Fa-f])")


@subtle_fault("form/longest", "In a form, a description of 50 characters is one too long")
def _form_longest(asked: Asked) -> Response:
    by_form = asked.request.method == "POST" and not asked.request.query
    longest = {p.name for p, value in fields_of(asked) if len(value) == p.shipped.max}
    return (refusing(asked, DESCRIPTION) if by_form and DESCRIPTION in longest else asked).honestly()


@subtle_fault("form/plus", "In a form, a plus is no space")
def _form_plus(asked: Asked) -> Response:
    request = asked.request
    if request.method != "POST" or request.content_type != FORM_TYPE or request.form is None:
        return asked.honestly()
    return asked.of(replace(request, form=request.form.replace("+", "%2B"))).honestly()


@subtle_fault("encoding/lower-hex", "A byte outside ASCII is not decoded if it is percent-encoded in small letters")
def _lower_hex(asked: Asked) -> Response:
    query, form = asked.request.query, asked.request.form
    kept = form and _LOWER_HEX.sub("%25", form)
    return asked.of(replace(asked.request, query=_LOWER_HEX.sub("%25", query), form=kept)).honestly()


@subtle_fault("order/three", "Of three refused fields or more, the one that is checked last answers")
def _three(asked: Asked) -> Response:
    wrong = refused(asked)
    return _answered_by(asked, wrong, wrong[-1].name if len(wrong) >= MANY else None)


@subtle_fault("order/newer-as-sent", "Of two refused fields of build 2.14-155, the one sent last answers")
def _newer_as_sent(asked: Asked) -> Response:
    """They were checked on a stack: the last one put on it is looked at first."""
    wrong = refused(asked)
    names = {parameter.name for parameter in wrong}
    sent = [name for name in asked.request.parameters.values if name in names]
    return _answered_by(asked, wrong, sent[-1] if len(sent) > 1 and names <= set(NEWER) else None)


def _answered_by(asked: Asked, wrong: Iterable[Parameter], name: str | None) -> Response:
    if name is None:
        return asked.honestly()
    return asked.without(*(parameter.name for parameter in wrong if parameter.name != name)).honestly()


@subtle_fault(
    "message/neighbour",
    "A refused field answers with the message of the field checked before it, if that one is sent and right",
)
def _neighbour(asked: Asked) -> Response:
    answer, wrong = asked.honestly(), refused(asked)
    before = _right_before(asked, wrong) if wrong else None
    if before is None:
        return answer
    shown = str(wrong[0].message).encode(), str(before.message).encode()
    return replace(answer, body=answer.body.replace(*shown))


def _right_before(asked: Asked, wrong: Sequence[Parameter]) -> Parameter | None:
    """The field checked just before the one that answers, if it was sent; `active` has a check of its own."""
    sent = {parameter.name for parameter, _ in fields_of(asked)} - {"active"}
    pairs = pairwise(optional_of(asked))
    return next((before for before, after in pairs if after is wrong[0] and before.name in sent), None)


FAULTS = (_form_longest, _form_plus, _lower_hex, _three, _newer_as_sent, _neighbour)
