import os
from collections.abc import Iterator

import pytest
from coverage import Coverage


def pytest_configure(config: pytest.Config) -> None:
    """Programs that tests start run at full speed: coverage is measured in the processes of the tests alone."""
    config.addinivalue_line(
        "markers", "untraced: runs over and over what other tests cover; measured, it takes twice as long"
    )
    config.addinivalue_line(
        "markers", "thorough: minutes long, and for `tox -e thorough` alone; a usual run has its like"
    )
    if hasattr(config, "workerinput"):
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """No coverage for tests that ask for none."""
    measured = Coverage.current() if item.get_closest_marker("untraced") else None
    if measured is not None:
        measured.stop()
    try:
        return (yield)
    finally:
        if measured is not None:
            measured.start()


@pytest.fixture(autouse=True, scope="session")
def _no_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Failed logins are remembered in a folder of the tests, by the programs that they start too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _own_state(_no_home: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no test finds what another one has left there."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
