"""The fields of a set-up: text and place, what each shadows, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.drafts.fields import KINDS, SECRETS
from smtpdoctor.settings.drafts.places import Places
from smtpdoctor.settings.drafts.problems import Problems
from smtpdoctor.settings.drafts.shown_values import ShownValues
from smtpdoctor.settings.model import MASK, Field, Origin, Setting, Shadowed
from smtpdoctor.settings.readers.harmless import showable
from smtpdoctor.settings.readers.model import Known

#: In the order in which they are shown.
FIELDS: tuple[Field, ...] = (
    "url", "host", "port", "tls", "username", "password", "token", "sender", "verify", "ehlo",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entries:
    """Words options as settings with their places."""

    draft: Draft
    outcome: Outcome
    places: Places
    shown: ShownValues
    problems: Problems

    def found(self) -> Iterator[Setting]:
        """Of each field the option that the program goes by."""
        url = self.places.taken_apart()
        if url is not None and "url" not in self.outcome.by:
            yield self._entry("url", url)
        for field in FIELDS:
            names = [name for name in self.outcome.by.get(field, ()) if self.shown.is_written(name)]
            if field == "host" and self.draft.no_host:
                yield self._no_host(names)
            elif names:
                yield self._entry(field, self.draft.options[names[0]])

    def _no_host(self, names: list[str]) -> Setting:
        """The server's setting where there is none, at its empty line if it has one."""
        name, line = self.draft.no_host, None
        origin, state = Origin(kind="default", name=name), "not set"
        if names:
            origin, line = self.places.place(self.draft.options[names[0]], "host")
            name, state = origin.name, "empty"
        return Setting(
            field="host",
            text="",
            origin=origin,
            problem="missing",
            detail=f"{name} is {state}",
            source_line=line,
        )

    def _entry(self, field: Field, option: Option) -> Setting:
        text = self.shown.text(field, option)
        origin, line = self.places.place(option, field)
        problem, detail = self.problems.of(field, text, option)
        return Setting(
            field=field,
            text=text,
            origin=origin,
            shadows=(*self._shadows(option, field), *self._hidden(option, field)),
            problem=problem,
            detail=detail,
            source_line=line,
            unset=showable(option.value.unset),
        )

    def _shadows(self, option: Option, field: Field) -> Iterator[Shadowed]:
        """What other layers have for the variable that the value comes from."""
        layers = self.places.layers(option)
        if not layers:
            return
        counts, *others = layers
        places = {counts.value.span}
        for held in others:
            if not isinstance(held.value, Known):
                continue
            if held.value.span is not None and held.value.span in places:
                continue  # containers that have one line in common
            places.add(held.value.span)
            origin, _ = self.places.held(held, field)
            known = self.shown.harmless(field, str(held.value.value)) if field in KINDS else MASK
            is_part = isinstance(option.value, Known) and option.value.part is not None
            shown = MASK if field in SECRETS or field == "url" or is_part else known
            same = isinstance(counts.value, Known) and counts.value.value == held.value.value
            yield Shadowed(origin=origin, text=shown, same=same)

    def _hidden(self, option: Option, field: Field) -> Iterator[Shadowed]:
        """What other files have for the option."""
        for value in option.hides:
            if isinstance(value, Known) and value.span is not None:
                origin, _ = self.places.in_file(option.name, value.span, field)
                secret = field in SECRETS or field == "url"
                shown = MASK if secret else self.shown.harmless(field, str(value.value))
                yield Shadowed(origin=origin, text=shown)

    def files(self, entries: tuple[Setting, ...]) -> Iterator[str]:
        """The files that the values come from, that of the place first."""
        yield self.draft.place.rpartition(":")[0] or self.draft.place
        for entry in entries:
            if entry.origin.file:
                yield entry.origin.file
