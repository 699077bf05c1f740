import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Programs that tests start run at full speed: coverage is measured in the processes of the tests alone."""
    if hasattr(config, "workerinput"):
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
