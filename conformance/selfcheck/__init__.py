"""Whether the suite catches servers that are wrong on purpose, and which case catches which fault."""
