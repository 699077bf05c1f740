"""The names of the searches, for those who only need to know that there are any: Hypothesis is slow to import."""

from __future__ import annotations

SUBJECT = "fuzz"
"""The first part of a search's id."""

NAMES = (
    "replies",
    "sequences",
    "precedence",
    "refusals",
    "successes",
    "equivalence",
    "counts",
    "numbers",
    "robustness",
    "schemas",
    "wire",
)
"""In the order in which they are run; each is a module of `conformance.fuzz.properties`."""

IDS = tuple(f"{SUBJECT}/{name}" for name in NAMES)
"""What the searches are called in reports."""
