"""What should arrive: each line of an outcome in both printed forms, and the whole of it in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from conformance.contract.contract import Contract
from conformance.contract.form import ReplyForm
from conformance.contract.outcome import Answer, Outcome, Unspecified
from conformance.contract.reply import LINE_ASPECTS, Aspect, Line, matches, parse_reply
from conformance.contract.settings import Dialect
from conformance.verdict import invariants


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """One line as it should arrive, in both printed forms."""

    form: ReplyForm
    documented: Line | None
    shipped: Line | None

    def prints_as_documented(self, aspect: Aspect, got: Line) -> bool:
        """Whether both forms are known, and a line is the documented one in this aspect and not the shipped one."""
        forms = (self.documented, self.shipped)
        return None not in forms and [matches(form, got, aspect) for form in forms if form] == [True, False]

    def holds_no_password(self, got: Line) -> bool:
        """Whether a line is one of these word for word, and its form is not known to print passwords."""
        printed = [line for line in (self.documented, self.shipped) if line is not None]
        as_expected = any(all(matches(line, got, aspect) for aspect in LINE_ASPECTS) for line in printed)
        return as_expected and invariants.PASSWORD not in self.form.invariants


def expected_lines(answer: Answer, contract: Contract) -> list[ExpectedLine]:
    """The lines of one answer: a value with a line feed in it makes several."""
    documented, shipped = forms_of(answer, contract)
    form = answer.form(contract)
    if "\n" not in f"{documented}{shipped}":
        return [ExpectedLine(form, documented, shipped)]
    parts = [parse_reply(f"{line}\n") if line else () for line in (documented, shipped)]
    return [ExpectedLine(form, *pair) for pair in zip_longest(*parts)]


def forms_of(answer: Answer, contract: Contract) -> tuple[Line | None, Line | None]:
    """An answer in the documented form and in the shipped one, as far as there are such."""
    return answer.line(contract, Dialect.DOCUMENTED), answer.line(contract, Dialect.SHIPPED)


def in_words(contract: Contract, outcome: Outcome) -> str:
    """An outcome as the documentation prints it, as far as it does."""
    pairs = [forms_of(answer, contract) for answer in outcome.answers]
    lines = [str(documented or shipped) for documented, shipped in pairs]
    lines += outcome.table.lines(Dialect.DOCUMENTED) if outcome.table else ()
    text = " / ".join(lines)
    return text if outcome.status == 200 else f"HTTP {outcome.status} {text}".rstrip()


def is_same(contract: Contract, shipped: Outcome, documented: Outcome | Unspecified) -> bool:
    """Whether both dialects come to the same, told in the same form."""
    return isinstance(documented, Outcome) and in_words(contract, shipped) == in_words(contract, documented)


def aspect_text(line: Line, aspect: Aspect) -> str:
    """One aspect of a line, for people."""
    value = line.aspect(aspect)
    return "|".join(map(str, value)) if isinstance(value, tuple) else str(value)
