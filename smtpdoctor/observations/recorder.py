"""Where observations are made: the trail of steps, and the recorder that keeps them.

The trail, not the author of a check, says what an observation needed, so that the engine can tell
a cause from its consequences. Every text goes through the redactor on its way in. Knows no check
and no rule.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, TypeVar, get_origin, get_type_hints

import msgspec

from smtpdoctor.observations.check_specs import CheckName
from smtpdoctor.observations.collection import Observations
from smtpdoctor.observations.facts import AnyObservation, Observation, Role
from smtpdoctor.observations.redaction import Redactor

O = TypeVar("O", bound=Observation)  # noqa: E741 - the letter stands for observation


class Trail:
    """One line of steps, each of which needs the one before. Checks record through it."""

    def __init__(
        self, recorder: Recorder, check: CheckName, after: tuple[str, ...], role: Role
    ) -> None:
        self._recorder = recorder
        self._check: CheckName = check
        self._after = after
        self._role: Role = role

    def record(self, observation: O, *, since: float | None = None) -> O:
        """Append; `since` (the recorder's clock) is when the step began. Gives it completed."""
        done = self._recorder.append(observation, self._check, self._after, self._role, since)
        self._after = (done.id,)
        return done

    def note(self, observation: O, *, since: float | None = None) -> O:
        """Append a fact beside the line: what follows does not need it."""
        return self._recorder.append(observation, self._check, self._after, self._role, since)

    def branch(self, check: CheckName | None = None, role: Role | None = None) -> Trail:
        """A line of its own that starts where this one stands now."""
        return Trail(self._recorder, check or self._check, self._after, role or self._role)

    def also_after(self, *identifiers: str) -> None:
        """What follows needs these as well (a session needs its TLS setting)."""
        self._after = (*self._after, *(item for item in identifiers if item not in self._after))

    @property
    def now(self) -> float:
        return self._recorder.now


class Recorder:
    """Collects the observations of a run; every text goes through the redactor on its way in."""

    def __init__(self, redactor: Redactor, clock: Callable[[], float] = time.monotonic) -> None:
        self._redactor = redactor
        self._clock = clock
        self._start = clock()
        self._items: list[AnyObservation] = []
        self._on_append: list[Callable[[AnyObservation], None]] = []

    @property
    def now(self) -> float:
        """Seconds since the start of the run."""
        return self._clock() - self._start

    @property
    def redactor(self) -> Redactor:
        return self._redactor

    def subscribe(self, listener: Callable[[AnyObservation], None]) -> None:
        """Call the listener with every observation as it is appended (the live line)."""
        self._on_append.append(listener)

    def trail(self, check: CheckName, *after: str, role: Role = "main") -> Trail:
        """A new line of steps that needs the observations with these ids."""
        return Trail(self, check, after, role)

    def append(
        self,
        observation: O,
        check: CheckName,
        after: tuple[str, ...],
        role: Role,
        since: float | None,
    ) -> O:
        now = self.now
        began = now if since is None else since
        redactor = self._redactor
        clean: O = _redacted(observation, redactor) if redactor.knows_secrets else observation
        done: O = msgspec.structs.replace(
            clean,
            id=f"{len(self._items) + 1}",
            check=check,
            after=after,
            role=role if observation.role == "main" else observation.role,
            at=round(began, 4),
            seconds=round(now - began, 4),
        )
        self._items.append(done)  # type: ignore[arg-type]
        for listener in self._on_append:
            listener(done)  # type: ignore[arg-type]
        return done

    def observations(self) -> Observations:
        """What was seen so far."""
        return Observations(self._items)


S = TypeVar("S", bound=msgspec.Struct)
_closed_fields: dict[type, frozenset[str]] = {}


def _fields_with_closed_values(kind: type) -> frozenset[str]:
    """Fields whose values come from this program's own closed sets: nothing to redact there."""
    if kind not in _closed_fields:
        hints = get_type_hints(kind)
        _closed_fields[kind] = frozenset(
            name for name, hint in hints.items() if get_origin(hint) is Literal
        )
    return _closed_fields[kind]


def _redacted(struct: S, redactor: Redactor) -> S:
    closed = _fields_with_closed_values(type(struct))
    changes = {}
    for name in struct.__struct_fields__:
        if name in closed:
            continue
        value = getattr(struct, name)
        clean = _redacted_value(value, redactor)
        if clean is not value:
            changes[name] = clean
    return msgspec.structs.replace(struct, **changes) if changes else struct


def _redacted_value(value: object, redactor: Redactor) -> object:
    if isinstance(value, str):
        clean = redactor.cut(value)
        return value if clean == value else clean
    if isinstance(value, bytes):
        cut = redactor.cut_bytes(value)
        return value if cut == value else cut
    if isinstance(value, msgspec.Struct):
        return _redacted(value, redactor)
    if isinstance(value, tuple | list):
        items = [_redacted_value(item, redactor) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    if isinstance(value, dict):
        return {key: _redacted_value(item, redactor) for key, item in value.items()}
    return value
