"""Exchanges of one case -> a verdict, aspect by aspect.

What is not known of a target is carried as hypotheses: each is a world, settings included, that explains every
reply so far.
A reply is as documented, or differs from it only in ways that `deviations.toml` lists, or nothing explains it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

from conformance.contract.body import Listing
from conformance.contract.contract import Contract
from conformance.contract.outcome import Answer, Outcome, Unspecified
from conformance.contract.predict import harmless, predict
from conformance.contract.reply import LINE_ASPECTS, Aspect, Line, matches, parse_reply
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.watched import Shared
from conformance.contract.world import Change, World
from conformance.exchange import Exchange, Failure, Reply, Trouble
from conformance.verdict import invariants
from conformance.verdict.expected import ExpectedLine, aspect_text, expected_lines, in_words, is_same
from conformance.verdict.known_numbers import is_new, told_numbers, with_numbers
from conformance.verdict.model import Difference, Error, Expect, Fail, Pass, Printed, Verdict, conforming
from conformance.verdict.tables import Measured, differences

CONTENT_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and the settings under which the replies are explained; none of them if they are not.

    `as_documented` are the replies that have the documented form where servers have another.
    """

    verdict: Verdict
    settings: frozenset[ServerSettings]
    as_documented: tuple[Printed, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way to read a reply: the differences from the documentation, and the world that follows.

    `silences` is 1 where nobody has said what is answered, so that any reply would do.
    """

    differences: tuple[Difference, ...]
    ids: frozenset[str]
    world: World
    as_documented: tuple[Printed, ...] = ()
    silences: int = 0

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """The differences that no deviation explains."""
        return tuple(d for d in self.differences if d.deviation is None)


@dataclass(frozen=True, slots=True)
class Thread:
    """A world that explains every reply so far, and what had to be accepted for it."""

    world: World
    differences: tuple[Difference, ...] = ()
    ids: frozenset[str] = frozenset()
    as_documented: tuple[Printed, ...] = ()
    silences: int = 0

    def then(self, explanation: Explanation) -> Thread:
        """The same after one more reply, which others with other settings may explain as well."""
        return Thread(
            replace(explanation.world, settings=self.world.settings),
            (*self.differences, *explanation.differences),
            self.ids | explanation.ids,
            (*self.as_documented, *explanation.as_documented),
            self.silences + explanation.silences,
        )


def judge(contract: Contract, worlds: Iterable[World], exchanges: Sequence[Exchange], expect: Expect) -> Judgement:
    """The verdict on a case whose exchanges met one of these worlds."""
    threads = [Thread(world) for world in worlds]
    if not exchanges:
        return Judgement(Error(reason="nothing was sent"), frozenset(t.world.settings for t in threads))
    for step, exchange in enumerate(exchanges, 1):
        if exchange.is_silence:
            continue
        if isinstance(exchange.result, Failure):
            if _fell_silent(exchanges, step):
                return Judgement(failed((_gone(step, exchange.result),)), frozenset())
            reason = f"request {step}: {exchange.result.message}"
            return Judgement(Error(reason=reason), frozenset(t.world.settings for t in threads))
        explained = Shared(partial(explain, contract, exchange=exchange, step=step, expect=expect))
        readings = [(thread, explanation) for thread in threads for explanation in explained.of(thread.world)]
        accepted = [(t, e) for t, e in readings if not e.unexplained]
        if not accepted:
            nearest = min((e for _, e in readings), key=lambda e: (len(e.unexplained), len(e.differences)))
            return Judgement(failed(nearest.differences), frozenset())
        threads = _distinct([thread.then(explanation) for thread, explanation in accepted], contract.forms)
    best = threads[0]
    settings = frozenset(t.world.settings for t in threads)
    verdict = Pass() if expect is Expect.SHIPPED else conforming(best.ids, best.differences, contract.forms)
    return Judgement(verdict, settings, best.as_documented)


_TELLING = frozenset({"strict-sql", "legacy-sql", "non-latin"})
"""Settings that a reply tells which servers give under them alone."""

_UNREACHABLE = frozenset({Trouble.CONNECT, Trouble.TIMEOUT, Trouble.PROTOCOL})


def _fell_silent(exchanges: Sequence[Exchange], step: int) -> bool:
    """Whether a well-formed request got no reply after a byte-level message: that, the server is to blame for."""
    asked, result = exchanges[step - 1].request, exchanges[step - 1].result
    lost = asked.wire is None and isinstance(result, Failure) and result.trouble in _UNREACHABLE
    return lost and any(before.request.wire is not None for before in exchanges[: step - 1])


def _gone(step: int, failure: Failure) -> Difference:
    told = "an answer after the byte-level message, as before it"
    return Difference(step=step, line=0, aspect=Aspect.EFFECT.value, documented=told, shipped=told, got=failure.message)


def _distinct(threads: Iterable[Thread], forms: frozenset[str]) -> list[Thread]:
    """One thread for each world: the one that had to accept least, form last. They come in that order.

    What would explain any reply comes after all that explains this one.
    """
    kept: list[Thread] = []
    for thread in sorted(threads, key=lambda t: (t.silences, len(t.ids - forms), len(t.ids))):
        if all(thread.world != other.world for other in kept):
            kept.append(thread)
    return kept


def explain(contract: Contract, world: World, exchange: Exchange, step: int, expect: Expect) -> tuple[Explanation, ...]:
    """Every reading of one reply: as the documentation has it, as servers do it. At least one.

    What lies between may have encoded a character of the URL that was sent as it is: then the server read that.
    """
    reader = _Reader(contract, world, exchange, step, expect)
    if exchange.request.wire is not None:
        return (reader.byte_level(),)
    passed = exchange.request.encoded_on_the_way
    return (*reader.readings(exchange.request), *(reader.readings(passed) if passed else ()))


@dataclass(frozen=True)
class _Reader:
    contract: Contract
    world: World
    exchange: Exchange
    step: int
    expect: Expect

    @property
    def reply(self) -> Reply:
        assert isinstance(self.exchange.result, Reply)
        return self.exchange.result

    def readings(self, asked: Request) -> Iterator[Explanation]:
        """Every reading of the reply, if this is what the server was asked."""
        documented = predict(self.contract, self.world, asked, Dialect.DOCUMENTED)
        shipped = predict(self.contract, self.world, asked, Dialect.SHIPPED)
        if isinstance(documented, Outcome) and self.expect is not Expect.SHIPPED:
            yield from map(self.read, _alternatives(documented))
        if isinstance(shipped, Outcome) and (
            self.expect is not Expect.DOCUMENTED or isinstance(documented, Unspecified)
        ):
            yield from (self.read_shipped(one, documented) for one in _alternatives(shipped))
        if isinstance(shipped, Unspecified):
            yield self.unspecified(shipped)
        if self.expect is not Expect.SHIPPED:
            yield from self.harmless(asked, documented, shipped)

    def difference(
        self, aspect: Aspect, documented: object, shipped: object, got: object, *, line: int = 0, by: str | None = None
    ) -> Difference:
        """A difference in one aspect, explained by a deviation if that one holds for these settings."""
        holds = by is not None and self.contract.deviations[by].holds_for(self.world.settings)
        accepted = holds and self.expect is not Expect.DOCUMENTED
        texts = [None if value is None else str(value) for value in (documented, shipped)]
        return Difference(
            step=self.step,
            line=line,
            aspect=aspect.value,
            documented=texts[0],
            shipped=texts[1],
            got=str(got),
            deviation=by if accepted else None,
        )

    def read(self, outcome: Outcome) -> Explanation:
        """The reply measured against one outcome, each line in either printed form."""
        differences = [*self._whole(outcome), *self._lines(outcome), *self._invariants(outcome)]
        ids = {d.deviation for d in differences if d.deviation}
        world = self.world.after(self._learned(outcome))
        return Explanation(tuple(differences), frozenset(ids), world, tuple(self._as_documented(outcome)))

    def _as_documented(self, outcome: Outcome) -> Iterable[Printed]:
        """Where the reply has the documented form, and servers have another that says the same."""
        for line, got in zip(self._expected(outcome), parse_reply(self.reply.body), strict=False):
            for name, id in line.form.deviations.items():
                if id in self.contract.forms and line.prints_as_documented(Aspect(name), got):
                    yield Printed(step=self.step, deviation=id)

    def _learned(self, outcome: Outcome) -> tuple[Change, ...]:
        """The changes, with the did_ids that the reply tells and no DID of this world has."""
        if not any(map(is_new, outcome.changes)):
            return outcome.changes
        pairs = zip(self._expected(outcome), parse_reply(self.reply.body), strict=False)
        told = [told_numbers((line.documented, line.shipped), got) for line, got in pairs]
        known = {
            number
            for change in outcome.changes
            if is_new(change)
            for number in self.world.held.get(change.row.kind, {})
        }
        numbers = tuple(number for numbers in told for number in numbers if number not in known)
        return with_numbers(outcome.changes, numbers)

    def read_shipped(self, shipped: Outcome, documented: Outcome | Unspecified) -> Explanation:
        """The reply measured against what servers do; a deviation must name another outcome than the documented one."""
        reading = self.read(shipped)
        if self.expect is not Expect.EITHER or is_same(self.contract, shipped, documented):
            return reading
        held = sorted(q for q in shipped.quirks if self.contract.deviations[q].holds_for(self.world.settings))
        if not held and isinstance(documented, Unspecified):
            return reading
        told = in_words(self.contract, documented) if isinstance(documented, Outcome) else None
        by = held[0] if held else None
        departure = self.difference(
            Aspect.EFFECT, told, in_words(self.contract, shipped), self.reply.body.rstrip(), by=by
        )
        return replace(reading, differences=(departure, *reading.differences), ids=reading.ids.union(held))

    def unspecified(self, shipped: Unspecified) -> Explanation:
        """Nobody has said what is answered here: only the invariants judge. What is known to be done is done."""
        differences = tuple(self._invariants(shipped))
        return Explanation(differences, frozenset(), self.world.after(shipped.changes), silences=1)

    def harmless(
        self, asked: Request, documented: Outcome | Unspecified, shipped: Outcome | Unspecified
    ) -> Iterable[Explanation]:
        """The reply as that of a server that prints documented forms and breaks no invariant, if it is just that.

        Such a reply is documented nowhere, so no other reply is measured against it. What servers break under one
        SQL mode only is left out unless the documentation alone counts: it tells which mode the server has.
        """
        rules = Dialect.DOCUMENTED if isinstance(documented, Outcome) else Dialect.SHIPPED
        broken = _explained_invariants(self.contract, documented if rules is Dialect.DOCUMENTED else shipped).values()
        tells = any(_TELLING.intersection(self.contract.deviations[id].only) for id in broken)
        tells = tells and self.expect is not Expect.DOCUMENTED
        if broken and not tells:
            kept = harmless(self.contract, self.world, asked, rules)
            reading = self.read(kept) if isinstance(kept, Outcome) else None
            if reading and not reading.differences:
                yield reading

    def byte_level(self) -> Explanation:
        """Nothing is said about messages that may be malformed: only the invariants judge."""
        differences = tuple(self._invariants(self._refused_login()))
        ids = {d.deviation for d in differences if d.deviation}
        return Explanation(differences, frozenset(ids), self.world)

    def _refused_login(self) -> Outcome:
        """The replies that are known to repeat what was sent, of those that came."""
        came = {(line.status, line.message) for line in parse_reply(self.reply.body)}
        answers = (Answer("common", name, {}) for name, form in self.contract.common.replies.items() if form.invariants)
        printed = ((answer, answer.line(self.contract, Dialect.SHIPPED)) for answer in answers)
        return Outcome(tuple(answer for answer, line in printed if line and (line.status, line.message) in came))

    def _whole(self, outcome: Outcome) -> Iterable[Difference]:
        if self.reply.status != outcome.status:
            yield self.difference(Aspect.HTTP_STATUS, 200, outcome.status, self.reply.status)
        if _media(self.reply.content_type) != CONTENT_TYPE:
            yield self.difference(Aspect.CONTENT_TYPE, CONTENT_TYPE, CONTENT_TYPE, self.reply.content_type or "(none)")
        if self.reply.body and not self.reply.body.endswith("\n"):
            yield self.difference(Aspect.LINES, "a line feed at the end", "a line feed at the end", "none")

    def _expected(self, outcome: Outcome) -> list[ExpectedLine]:
        return [line for answer in outcome.answers for line in expected_lines(answer, self.contract)]

    def _lines(self, outcome: Outcome) -> Iterable[Difference]:
        if outcome.table is not None:
            for one in self._measured(outcome.table):
                yield self.difference(one.aspect, one.documented, one.shipped, one.got, line=one.line, by=one.by)
            return
        received = parse_reply(self.reply.body)
        expected = self._expected(outcome)
        if len(received) != len(expected):
            told = " / ".join(str(line.documented) for line in expected if line.documented)
            sent = " / ".join(str(line.shipped) for line in expected if line.shipped)
            yield self.difference(Aspect.LINES, told, sent, " / ".join(map(str, received)))
            return
        for number, (line, got) in enumerate(zip(expected, received, strict=True), 1):
            yield from self._line(number, line, got)

    def _measured(self, table: Listing) -> tuple[Measured, ...]:
        return differences(table, self.reply.body, documented=self.expect is not Expect.SHIPPED)

    def _line(self, number: int, expected: ExpectedLine, got: Line) -> Iterable[Difference]:
        form, shipped = expected.form, expected.shipped
        documented = None if self.expect is Expect.SHIPPED else expected.documented
        for aspect in LINE_ASPECTS:
            if documented is not None and matches(documented, got, aspect):
                continue
            as_shipped = shipped is not None and matches(shipped, got, aspect)
            if as_shipped and documented is None:
                continue
            told = None if documented is None else aspect_text(documented, aspect)
            sent = None if shipped is None else aspect_text(shipped, aspect)
            by = form.deviations.get(aspect.value) if as_shipped else None
            yield self.difference(aspect, told, sent, aspect_text(got, aspect), line=number, by=by)
        if documented is None and shipped is not None and self.expect is Expect.EITHER:
            for id in form.deviations.values():
                yield self.difference(Aspect.LINES, None, str(shipped), str(got), line=number, by=id)

    def _invariants(self, end: Outcome | Unspecified) -> Iterable[Difference]:
        known = _explained_invariants(self.contract, end)
        for violation in invariants.violations(self.exchange.request, self.reply):
            by = known.get(violation.name)
            if (
                (by and self.expect is Expect.SHIPPED)
                or self._is_did_id(violation, end)
                or self._is_table(violation, end)
            ):
                continue
            promised = f"never: {violation.name}"
            yield self.difference(Aspect.INVARIANT, promised, None, violation.seen, by=by)

    def _is_table(self, violation: invariants.Violation, end: Outcome | Unspecified) -> bool:
        """Whether it is only that a table was asked for: its rows begin with no status, and may hold any number."""
        unparsed = violation.name == invariants.UNPARSED
        if isinstance(end, Outcome):
            other = violation.name != invariants.PASSWORD
            return end.table is not None and (unparsed if other else all(one.by for one in self._measured(end.table)))
        asked = self.exchange.request.parameters.values.get("function", b"").decode("latin-1")
        function = self.contract.functions.get(asked)
        return unparsed and function is not None and function.table is not None

    def _is_did_id(self, violation: invariants.Violation, end: Outcome | Unspecified) -> bool:
        """Whether the password seen is a did_id that happens to be the same: a line that is as expected has none."""
        if violation.name != invariants.PASSWORD or isinstance(end, Unspecified):
            return False
        lines = zip_longest(parse_reply(self.reply.body), self._expected(end))
        rest = "".join(f"{got}\n" for got, line in lines if got and not (line and line.holds_no_password(got)))
        return violation not in invariants.violations(self.exchange.request, replace(self.reply, body=rest))


def _alternatives(outcome: Outcome) -> tuple[Outcome, ...]:
    """Each way in which it may end, where nobody knows which rows there are."""
    return (outcome, *outcome.alternatives)


def _explained_invariants(contract: Contract, end: Outcome | Unspecified) -> Mapping[str, str]:
    """The invariants that this end is known to break, each with the deviation that says so."""
    known: dict[str, str] = {}
    if isinstance(end, Outcome):
        known |= {name: id for answer in end.answers for name, id in answer.form(contract).invariants.items()}
        known |= {invariants.EMPTY: end.table.empty} if end.table and end.table.empty else {}
    if "debug-prints-sql" in end.quirks:
        known |= dict.fromkeys((invariants.SQL, invariants.UNPARSED), "debug-prints-sql")
    broken = sorted(quirk for quirk in end.quirks if quirk.endswith("-500"))
    if broken and (isinstance(end, Unspecified) or end.status >= 500):
        known |= {invariants.SERVER_ERROR: broken[0], invariants.EMPTY: broken[0]}
    return known


def _media(content_type: str) -> str:
    """A content type in the form in which types are compared: lower case, one space after the semicolon."""
    return "; ".join(part.strip() for part in content_type.lower().split(";"))


def failed(differences: tuple[Difference, ...]) -> Fail:
    """The verdict on differences of which at least one has no deviation that explains it."""
    first = next(d for d in differences if d.deviation is None)
    where = f"request {first.step}" + (f", line {first.line}" if first.line else "")
    wanted = first.documented if first.documented not in (None, first.got) else first.shipped
    summary = f"{where}: {first.aspect} should be {wanted!r}, got {first.got[:200]!r}"
    return Fail(summary=summary, differences=differences)
