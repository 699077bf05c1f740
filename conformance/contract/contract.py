"""The whole contract: functions, kinds and deviations, and what is asked of all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from conformance.contract.deviation import Deviation
from conformance.contract.form import ReplyForm
from conformance.contract.function import Function
from conformance.contract.kind import Kind
from conformance.contract.parameter import Parameter


@dataclass(frozen=True, repr=False)
class Contract:
    """The whole contract: what is common to all functions, the functions, the kinds, and the known deviations."""

    common: Function
    functions: Mapping[str, Function]
    deviations: Mapping[str, Deviation]
    kinds: Mapping[str, Kind]

    def kinds_of(self, function: Function) -> tuple[Kind, ...]:
        """The kinds of the rows that a function works on, as far as they are known."""
        names = (function.kind, function.instead.kind if function.instead else None)
        return tuple(self.kinds[name] for name in names if name)

    def targets(self, function: Function, kind: Kind | None = None) -> tuple[Parameter, ...]:
        """The parameters that name the row that a function creates, changes or deletes, in the order of its key.

        Of a function that works on several kinds it is the first one's, unless the `kind` is told.
        """
        kind = kind or next(iter(self.kinds_of(function)), None)
        named = function.by_column
        return tuple(named[column] for column in kind.key if column in named) if kind else ()

    @cached_property
    def settings(self) -> frozenset[str]:
        """All settings in a user's record that a function asks for."""
        return frozenset(setting for function in self.functions.values() for setting in function.settings)

    @cached_property
    def naming(self) -> frozenset[str]:
        """The names of the parameters that say what is called, created, changed or deleted."""
        named = (parameter.name for function in self.functions.values() for parameter in self.targets(function))
        return frozenset({"function", *named})

    @cached_property
    def forms(self) -> frozenset[str]:
        """The deviations in form alone."""
        return frozenset(id for id, deviation in self.deviations.items() if deviation.form)

    def reply(self, function: str, name: str) -> ReplyForm:
        """The form of a reply of `function`, which may be one of the common ones."""
        own = self.functions.get(function)
        if own is not None and name in own.replies:
            return own.replies[name]
        return self.common.replies[name]


class ContractError(Exception):
    """A contract file is malformed; the message names file, key and reason."""
