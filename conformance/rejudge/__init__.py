"""Judging the recorded exchanges of a run again: under another expectation, another build, another contract."""
