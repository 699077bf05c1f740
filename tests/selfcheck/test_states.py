"""The state without a database is what the emulator's store is; remembered answers are what would be worked out."""

import random
from collections.abc import Iterator
from contextlib import closing

import pytest

from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.world import Change, Drop, LoginFailed, LoginSucceeded, Put
from conformance.emulator.config import Config
from conformance.emulator.respond import answering, honest, work_out
from conformance.emulator.store import Store
from conformance.selfcheck.cached_answers import CachedAnswers
from conformance.selfcheck.memory_store import MemoryStore
from conformance.selfcheck.target import NOW, clock
from tests.support.rows import DID, did, find

PATTERNS = ("5", "abc", "ABC", "aBc", "é", "É", "")
USERS = ("6666", "8000", "8004")


def changes(seed: int) -> Iterator[tuple[Change, ...]]:
    draw = random.Random(seed)  # noqa: S311 - for variety
    for _ in range(150):
        row = did(draw.randrange(1, 40), draw.choice(PATTERNS), {"did_route": draw.choice(["EXTEN", None, 3])}, "A")
        user = draw.choice(USERS)
        kind = draw.randrange(6)
        yield ((Put(row),), (Drop(row),), (LoginFailed(user),) * 3, (LoginSucceeded(user),), (), ())[kind]


@pytest.mark.parametrize("seed", range(5))
def test_the_state_without_a_database_says_what_the_store_says(seed: int) -> None:
    config = Config()
    shelf = MemoryStore(config)
    with closing(Store(config, clock)) as store:
        for made in changes(seed):
            shelf.apply(made)
            store.apply(made)
            assert shelf.next_number(DID) == store.next_number(DID)
            assert [shelf.user(name) for name in config.users] == [store.user(name) for name in config.users]
            for pattern in PATTERNS:
                assert find(shelf, pattern) == find(store, pattern)
                assert find(shelf, pattern, exact=False) == find(store, pattern, exact=False)
        users = [store.user(name) for name in config.users]
        assert shelf.failed_logins() == tuple(user.failed_logins for user in users if user is not None)


def test_a_failed_login_of_nobody_changes_nothing_at_all() -> None:
    shelf = MemoryStore(Config())
    with pytest.raises(KeyError):
        shelf.apply((Put(did(99, "abc")), LoginFailed("nobody")))
    assert find(shelf, "abc") is None


def test_the_next_did_id_can_be_set_but_never_to_one_in_use() -> None:
    shelf = MemoryStore(Config(rows=(did(7, "7"),)))
    shelf.begin_at({DID: 100})
    assert shelf.next_number(DID) == 100
    shelf.begin_at({DID: 8})
    assert shelf.next_number(DID) == 8
    shelf.begin_at({DID: 7})
    assert shelf.next_number(DID) == 8


ADD = Request("source=test&user=6666&pass=1234&function=add_did&did_pattern=99912345678901")


def test_a_remembered_answer_is_the_one_that_would_be_worked_out() -> None:
    contract, config, shelf = load_contract(), Config(), MemoryStore(Config())
    with answering(CachedAnswers(contract)):
        for _ in range(3):
            response = honest(contract, shelf, ADD, config, NOW)
            assert response == work_out(contract, shelf, ADD, config, NOW)
            shelf.apply(response.changes)
            assert honest(contract, shelf, ADD, config, NOW) == work_out(contract, shelf, ADD, config, NOW)
            shelf.begin_at({DID: shelf.next_number(DID) + 5})
            shelf.apply(tuple(Drop(row) for row in [find(shelf, "99912345678901")] if row))


def test_outside_the_block_answers_are_worked_out_again() -> None:
    contract = load_contract()
    with answering(lambda *_: work_out(contract, MemoryStore(Config()), Request(""), Config(), NOW)):
        inside = honest(contract, MemoryStore(Config()), ADD, Config(), NOW)
    assert inside != honest(contract, MemoryStore(Config()), ADD, Config(), NOW)
