"""Reports to write: a calm one with every verdict, and the same where all that a server says is hostile."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from conformance.report.model import CaseCall, CaseResult, DeviationSeen, Report, TestedTarget
from conformance.verdict.model import Blocked, Deviates, Difference, Error, Fail, NotTested, Pass, Verdict

URL = "http://127.0.0.1:8080/vicidial/non_agent_api.php"
CURL = f"curl '{URL}?source=test&user=6666&pass='\"$VICIDIAL_PASS\"'&function=add_did&did_pattern=99900112345678'"

HOSTILE = (
    "<script>alert(1)</script> ]]> \0 \x1b[31mred\x1b[0m [red]markup[/red] [/] ``` ```` `tick` | pipe | "
    "שלום \u202eevil\u202c \x85 \u2028 \ufffe &amp; ' \" --> {{ 7*7 }} {% raw %} \r\n# heading\n</pre></details>"
)
LONG = "x" * 1_000_000

FUNCTION = Difference(step=1, line=1, aspect="function", documented="add_did", shipped="add_did", got="ADD_DID")
SEPARATOR = Difference(
    step=1, line=1, aspect="separator", documented=" - ", shipped=": |", got=": |", deviation="error-separator"
)
CALL = CaseCall(
    curl=CURL, status=200, body="SUCCESS: ADD_DID DID HAS BEEN ADDED - 6666|99900112345678\n", elapsed=0.042
)

FAIL = Fail(summary="request 1, line 1: function should be 'add_did', got 'ADD_DID'", differences=(FUNCTION, SEPARATOR))
VERDICTS: dict[str, Verdict] = {
    "add_did/did_pattern/least": Pass(),
    "add_did/did_pattern/exists": Deviates(ids=("error-separator",), differences=(SEPARATOR,)),
    "add_did/active/lower-case": FAIL,
    "permission/level7/delete": NotTested(missing="the role level7", setting="roles.level7"),
    "permission/level7/add": NotTested(missing="the role level7", setting="roles.level7"),
    "add_did/group/known": NotTested(missing="an in-group", setting="entities.ingroup"),
    "update_did/active/lower-case": Blocked(by="add_did/active/lower-case"),
    "version/plain/slow": Error(reason="request 1: no reply within 10 seconds"),
}


def case(id: str, verdict: Verdict, *calls: CaseCall, title: str = "A value at its limit") -> CaseResult:
    return CaseResult(
        id=id,
        title=title,
        clause="NON-AGENT_API.txt#add_did",
        level="standard",
        verdict=verdict,
        requests=2,
        elapsed=0.125,
        calls=calls,
    )


def otherwise(number: int) -> Fail:
    """A fail of a cause of its own."""
    return Fail(summary="s", differences=(msgspec.structs.replace(FUNCTION, got="o" * (number + 1)),))


def report(*results: CaseResult, **changes: Any) -> Report:
    facts: dict[str, Any] = {
        "suite": "0.1.0",
        "target": target(),
        "level": "standard",
        "expect": "either",
        "seed": 7,
        "started": "2026-11-21T19:19:25.125+00:00",
        "finished": "2026-11-21T19:21:58.500+00:00",
        "expected": len(results),
        "results": results,
        "requests": 2 * len(results),
    }
    return Report(**{**facts, **changes})


def target(**changes: Any) -> TestedTarget:
    facts: dict[str, Any] = {
        "url": URL,
        "version": "VERSION: 2.14-202|BUILD: 250720-1841|DATE: 2026-11-21 19:19:58|EPOCH: 1795288798|DST: 0|TZ: -5.00|",
        "build": "2.14-202",
        "settings": ("2.14-202, legacy SQL, use_non_latin=0",),
        "roles": ("admin", "level7"),
        "entities": ("ingroup TEST_IN2",),
    }
    return TestedTarget(**{**facts, **changes})


def every_verdict(**changes: Any) -> Report:
    """Every verdict, in the order of the run."""
    talking = {"add_did/active/lower-case", "version/plain/slow"}
    results = [case(id, verdict, *([CALL] if id in talking else [])) for id, verdict in VERDICTS.items()]
    return report(*results, **{"deviations": (seen(),), "left": ("99900112345678",), **changes})


def seen(id: str = "error-separator", severity: str = "misleading", cases: int = 1) -> DeviationSeen:
    return DeviationSeen(
        id=id,
        title="Errors print `: |` where the documentation prints ` - `",
        severity=severity,
        effect="A client that splits replies at ` - ` finds no data in an error.",
        clause="observed.md#1",
        cases=cases,
    )


def hostile() -> Report:
    """Every text that a server or a user can influence is hostile, and some are a megabyte long."""
    difference = Difference(
        step=1, line=1, aspect="message", documented=HOSTILE, shipped=LONG, got=HOSTILE + LONG, deviation=None
    )
    call = CaseCall(curl=f"curl '{HOSTILE}'", status=200, body=HOSTILE + LONG, elapsed=0.1)
    verdicts: tuple[Verdict, ...] = (
        Fail(summary=HOSTILE + LONG, differences=(difference,) * 12),
        Deviates(ids=(HOSTILE,), differences=(difference,)),
        NotTested(missing=HOSTILE, setting=HOSTILE),
        Blocked(by=HOSTILE),
        Error(reason=HOSTILE),
    )
    results = [case(f"add_did/{n}/{HOSTILE}", v, call, title=HOSTILE) for n, v in enumerate(verdicts)]
    return report(
        *results,
        target=target(url=HOSTILE, version=LONG, build=HOSTILE, settings=(HOSTILE,), roles=(HOSTILE,)),
        level=HOSTILE,
        expect=HOSTILE,
        suite=HOSTILE,
        started=HOSTILE,
        finished=HOSTILE,
        deviations=(seen(HOSTILE, HOSTILE),),
        left=(HOSTILE,),
        ended=HOSTILE,
    )


_number = st.floats(min_value=0, max_value=1e6)
_verdicts = st.sampled_from([*VERDICTS.values()]) | st.builds(Error, reason=st.text())
_calls = st.builds(CaseCall, curl=st.text(), status=st.none() | st.integers(100, 599), body=st.text(), elapsed=_number)
_results = st.builds(case, st.text(), _verdicts | st.builds(Fail, summary=st.text(), differences=st.just(())), _calls)
reports = st.builds(
    lambda results, target, **rest: report(*results, target=target, **rest),
    st.lists(_results, max_size=4),
    st.builds(target, url=st.text(), version=st.text(), settings=st.lists(st.text(), max_size=2).map(tuple)),
    seed=st.integers(0, 2**63 - 1),
    left=st.lists(st.text(), max_size=3).map(tuple),
    ended=st.none() | st.text(),
    level=st.text(),
    started=st.text(),
)
