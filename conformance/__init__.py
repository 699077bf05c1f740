"""What a VICIdial server should answer, written down once as data, and the ways of checking a server against it."""

from importlib.metadata import version

__version__ = version("vicidial-conformance")
