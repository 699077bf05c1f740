"""A contract that notes which of its parts are read: a server whose contract differs elsewhere answers the same.

A part is named by its path from the contract: fields by name, parameters and replies by theirs. Text, numbers and
tuples of them are parts as a whole, and so are tuples of structures without a name; of a structure it is a part whether
it is there, of a mapping which keys it has, of a tuple of parameters their names in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from types import FunctionType
from typing import Any, cast

import msgspec

from conformance.contract.contract import Contract

Path = tuple[str, ...]


@dataclass
class Reads:
    """The parts that have been read since `seen` was last put in place."""

    seen: set[Path] = field(default_factory=set)


def tracing(contract: Contract, reads: Reads) -> Contract:
    """The same contract to whoever reads it; `reads` is told of every part that is read."""
    return cast(Contract, _TracedStruct(contract, (), reads))


def changed(before: Contract, after: Contract) -> frozenset[Path]:
    """The parts in which two contracts differ."""
    return frozenset(_changed(before, after, ()))


def _changed(before: object, after: object, path: Path) -> Iterator[Path]:
    if before is after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None:
        if type(before) is not type(after) or before != after:
            yield path
        return
    if list(old) != list(new):
        yield (*path, _KEYS) if isinstance(after, Mapping) else path
    for name in {**old, **new}:
        yield from _changed(old.get(name, _ABSENT), new.get(name, _ABSENT), (*path, name))


_ABSENT = object()
_KEYS = ""
"""The last step of a path to what keys a mapping has."""


def _parts(value: object) -> Mapping[str, object] | None:
    """What a value is made of, by name; None for what is a part as a whole."""
    if _is_structure(value):
        return {name: getattr(value, name) for name in _fields(type(value))}
    if isinstance(value, Mapping):
        return value if any(map(_is_structure, value.values())) else None
    if isinstance(value, tuple) and any(map(_is_named, value)):
        return {cast(Any, item).name: item for item in value}
    return None


def _is_named(value: object) -> bool:
    return _is_structure(value) and hasattr(value, "name")


def _is_structure(value: object) -> bool:
    return isinstance(value, msgspec.Struct | Contract)


def _fields(kind: type) -> tuple[str, ...]:
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind))
    return cast(type[msgspec.Struct], kind).__struct_fields__


@dataclass(eq=False)
class _Node:
    """Something of a contract. What reading it comes to is found out once, and which parts that reads.

    Its own names begin with an underscore, as none in a contract does.
    """

    _value: Any
    _path: Path
    _reads: Reads
    _cached: dict[object, tuple[frozenset[Path], Any]] = field(default_factory=dict)

    def _known(self, key: object, find: Callable[[], Any]) -> Any:
        if key not in self._cached:
            outer, self._reads.seen = self._reads.seen, set()
            try:
                found = find()
            finally:
                inner, self._reads.seen = self._reads.seen, outer
                outer |= inner
            self._cached[key] = frozenset(inner), found
        parts, found = self._cached[key]
        self._reads.seen |= parts
        return found

    def _part(self, name: str, read: Callable[[str], object]) -> Any:
        path = (*self._path, name)
        self._reads.seen.add(path)
        return _traced(read(name), path, self._reads)


class _TracedStruct(_Node):
    """A structure of a contract. Its methods and properties see the tracing one, so that they are traced too."""

    def __getattr__(self, name: str) -> Any:
        computed = getattr(type(self._value), name, None)
        if isinstance(computed, FunctionType):
            return lambda *given: self._known((name, given), lambda: computed(self, *given))
        return self._known(name, lambda: self._found(name, computed))

    def _found(self, name: str, computed: object) -> Any:
        match computed:
            case property(fget=get) if get is not None:
                return get(self)
            case cached_property(func=get):
                return get(self)
        return self._part(name, lambda name: getattr(self._value, name))


class _TracedMapping(_Node, Mapping[str, Any]):
    """A mapping to structures."""

    def __getitem__(self, key: str) -> Any:
        return self._known(key, lambda: self._part(key, self._value.__getitem__))

    def __iter__(self) -> Iterator[str]:
        self._reads.seen.add((*self._path, _KEYS))
        return iter(self._value)

    def __len__(self) -> int:
        self._reads.seen.add((*self._path, _KEYS))
        return len(self._value)


def _traced(value: object, path: Path, reads: Reads) -> Any:
    if _is_structure(value):
        return _TracedStruct(value, path, reads)
    if _parts(value) is None:
        return value
    if isinstance(value, Mapping):
        return _TracedMapping(value, path, reads)
    return tuple(_TracedStruct(item, (*path, cast(Any, item).name), reads) for item in cast(tuple[object, ...], value))
