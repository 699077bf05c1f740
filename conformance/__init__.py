"""What a VICIdial server should answer, written down once as data, and the ways of checking a server against it."""

__version__ = "0.1.0"
