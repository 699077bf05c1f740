"""Reaching a server: settings, transport, guard, ledger, engine."""
