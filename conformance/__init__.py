"""What a VICIdial server should answer, written down once as data, and every way of checking a live server against it."""

from importlib.metadata import version

__version__ = version("vicidial-conformance")
