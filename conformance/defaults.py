"""What a run does unless it is told otherwise. Imports nothing: the plugin is loaded by every pytest run."""

from __future__ import annotations

CONCURRENCY = 8
"""Cases in flight."""

TIMEOUT = 10.0
"""Seconds to wait for one reply."""

FUZZ_REQUESTS = 500
"""How many requests fuzzing sends at most unless told."""

SETTLING = 30.0
"""Seconds that a server may go on working on a request that it has not answered."""
