"""A run under pytest: the session that carries it out, what its tests come to, and what is gathered of it."""
