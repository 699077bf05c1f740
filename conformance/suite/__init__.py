"""The suite as pytest files. `pytest --pyargs conformance.suite --target-url URL` runs it."""
