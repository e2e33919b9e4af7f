"""All observations of a run together, with the look-ups that rules need.

Knows their order and what each came after. Must not know how they were recorded, nor judge them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from smtpdoctor.observations.facts import AnyObservation, Observation

O = TypeVar("O", bound=Observation)  # noqa: E741 - the letter stands for observation


class Observations:
    """An ordered, read-only run of observations with the look-ups that rules need."""

    def __init__(self, items: Iterable[AnyObservation]) -> None:
        self._items: tuple[AnyObservation, ...] = tuple(items)
        self._by_id = {item.id: item for item in self._items}
        #: Those of each type that was asked for: rules ask for the same again and again.
        self._by_kind: dict[type[Observation], list[Any]] = {}

    def __iter__(self) -> Iterator[AnyObservation]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def of(self, kind: type[O], **equal: object) -> list[O]:
        """All observations of that type whose named fields have these values, in order."""
        if not equal:
            return [*self._of_kind(kind)]
        return [
            item
            for item in self._of_kind(kind)
            if all(getattr(item, name) == value for name, value in equal.items())
        ]

    def _of_kind(self, kind: type[O]) -> list[O]:
        if kind not in self._by_kind:
            self._by_kind[kind] = [item for item in self._items if isinstance(item, kind)]
        return self._by_kind[kind]

    def first(self, kind: type[O], **equal: object) -> O | None:
        """The first of `of(kind, …)`, or None."""
        found = self.of(kind, **equal)
        return found[0] if found else None

    def by_id(self, identifier: str) -> AnyObservation | None:
        return self._by_id.get(identifier)

    def roots(self) -> list[AnyObservation]:
        """Failed observations of the main way whose parents did not fail: what has a cause."""
        return [
            item
            for item in self._items
            if item.ok is False
            and item.role == "main"
            and not any(
                parent.ok is False
                for parent in map(self._by_id.get, item.after)
                if parent is not None
            )
        ]

    def to_builtins(self) -> list[dict[str, object]]:
        """The observations as JSON types, bytes as base64."""
        return msgspec.to_builtins(list(self._items))  # type: ignore[no-any-return]

    @classmethod
    def from_builtins(cls, data: object) -> Observations:
        """The inverse of `to_builtins`. Raises msgspec.ValidationError on foreign data."""
        return cls(msgspec.convert(data, list[AnyObservation]))
