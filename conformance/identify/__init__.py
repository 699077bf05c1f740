"""Which builds and settings explain how a server answers, found out by asking as little as possible."""
