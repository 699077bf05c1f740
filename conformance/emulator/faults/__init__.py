"""Servers that are wrong on purpose: what the suite has to catch, and what the fuzzer has to find."""
