from tests.front.conftest import _elsewhere, _ledgers_are_closed, command, program  # noqa: F401 - fixtures
