"""A run never guesses a build: it is told by the server or given, and where these differ it says so."""

import pytest

from conformance.contract.settings import Build
from conformance.errors import UsageError
from conformance.run.known import KnownBuild, known_build, told_build

LINE = "VERSION: 2.14-{}|BUILD: 250720-1841|DATE: x|"
OLD = Build(2, 14, 155)


def test_a_build_that_the_server_tells_needs_no_word() -> None:
    assert known_build(None, LINE.format(202)) == KnownBuild(Build(2, 14, 202))


def test_a_given_build_that_the_server_tells_too_needs_no_word() -> None:
    assert known_build(OLD, LINE.format(155)) == KnownBuild(OLD)


@pytest.mark.parametrize("line", ["", "VERSION: trunk|", "VERSION: |", "ERROR: NO FUNCTION SPECIFIED", "<html>"])
def test_without_a_build_that_can_be_read_one_has_to_be_given(line: str) -> None:
    assert told_build(line) is None
    with pytest.raises(UsageError, match=r"does not tell its build .*--build .*identify"):
        known_build(None, line)
    assert known_build(OLD, line) == KnownBuild(OLD, "the build was given, not told by it")


def test_a_build_older_than_all_described_ones_is_not_taken_for_one_of_them() -> None:
    with pytest.raises(
        UsageError, match=r"its build is 2\.14-100; the oldest that is described is 2\.14-137.*identify"
    ):
        known_build(None, LINE.format(100))
    with pytest.raises(UsageError, match=r"the given build is 2\.14-100"):
        known_build(Build(2, 14, 100), LINE.format(202))


def test_a_newer_build_is_judged_as_the_newest_and_that_is_said() -> None:
    known = known_build(None, LINE.format(250))
    assert known.build == Build(2, 14, 250)
    assert known.note == "2.14-250 is newer than 2.14-202, the newest that is described: judged as that one"


def test_a_server_that_tells_another_build_than_the_given_one_is_quoted() -> None:
    assert known_build(OLD, LINE.format(202)).note == "the build was given; the server says 2.14-202"
