"""What the program makes of its options other than they say, and which of them can't be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.drafts.fields import SECRETS
from smtpdoctor.settings.drafts.outcomes import caught
from smtpdoctor.settings.drafts.places import Places
from smtpdoctor.settings.drafts.shown_values import ShownValues
from smtpdoctor.settings.model import MASK, Field, OptionLine, RemarkKind, SetupRemark, Untellable
from smtpdoctor.settings.prepare import SCHEMAS, known_values
from smtpdoctor.settings.readers.harmless import showable, without_values
from smtpdoctor.settings.readers.model import Known, Span, Unknown
from smtpdoctor.settings.workspace import Workspace

#: Any value of a field, in place of one that can't be told.
STAND_INS: Mapping[Field | None, Any] = {
    "host": "mail.host.example", "port": 587, "username": "user@host.example", "password": "x",
    "token": "x", "sender": "user@host.example",
}  # fmt: skip
#: Hosts that programs take by themselves where none is given.
OWN_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Remarks:
    """The remarks on one set-up."""

    draft: Draft
    outcome: Outcome
    workspace: Workspace
    places: Places
    shown: ShownValues

    def found(self) -> Iterator[SetupRemark]:
        """What the program misreads, ignores, ends at or does in place of sending."""
        outcome = self.outcome
        found: list[tuple[RemarkKind, Remark]] = [
            *(("misread", remark) for remark in outcome.misread),
            *(("ignored", remark) for remark in outcome.ignored),
        ]
        found += (("misread", remark) for remark in self._own_host())
        refused = next(self._refused(), None)
        if refused is not None:
            yield refused
        elif outcome.fault is not None:
            found.append(("fault", outcome.fault))
        else:
            yield from self._unreadable()
        if outcome.not_sent is not None:
            found.append(("not-sent", outcome.not_sent))
        yield from self._of_visitors()
        for kind, remark in found:
            if self.shown.is_told(remark.option) and self._is_certain(kind, remark):
                yield self._remark(kind, remark)

    def _of_visitors(self) -> Iterator[SetupRemark]:
        """The line by which mail goes out in the name of whoever fills in a form."""
        for name, option in self.draft.options.items():
            span = option.value.span
            if _is_of_visitor(option, self.draft.dialect.fields.get(name)) and span is not None:
                origin, line = self.places.in_file(name, span, "sender")
                because = "whoever fills in the form gives it"
                yield SetupRemark(
                    kind="visitor", option=name, text="", because=because, field="sender",
                    origin=origin, source_line=line,
                )  # fmt: skip

    def _unreadable(self) -> Iterator[SetupRemark]:
        """The lines of texts that the program can't convert and ends at: `int("True")`."""
        for name, option in self.draft.options.items():
            value, field = option.value, self.draft.dialect.fields.get(option.name)
            if not isinstance(value, Unknown) or field is None or value.unset:
                continue
            held = [self.draft.variables.held(each) for each in value.variables]
            told = held and all(each and isinstance(each[0].value, Known) for each in held)
            if not told or value.reason != "stops" or value.alternatives:
                continue
            origin, line = self.places.held(held[0][0], field)
            reads = self.places.lines_of(option, field)
            url = self.places.taken_apart()
            # it says no field: what other options of that field come to is another matter
            yield SetupRemark(
                kind="fault",
                option=origin.name or name,
                text=self.shown.text("url", url) if url is not None else "",
                because=value.text,
                origin=origin,
                source_line=line,
                beside=tuple(reads),
            )

    def _refused(self) -> Iterator[SetupRemark]:
        """The line of a `.env` at which the program ends."""
        for layer in self.draft.variables.layers:
            found = self.workspace.refused.get(layer.label)
            if found is None:
                continue
            line = self.workspace.line(layer.label, found.line) or ""
            span = Span(layer.label, found.line, (1, len(line) + 1), found.line)
            origin, text = self.places.in_file(found.name, span, None)
            yield SetupRemark(
                kind="fault",
                option=found.name,
                text="",
                because=found.why,
                origin=origin,
                source_line=text,
            )

    def _is_certain(self, kind: RemarkKind, remark: Remark) -> bool:
        """Whether the program makes the same of the options where those that can't be told have
        some value: a password from elsewhere is not one that is missing."""
        values = {
            name: STAND_INS[field]
            for name, option in self.draft.options.items()
            if isinstance(option.value, Unknown)
            and (field := self.draft.dialect.fields.get(name)) in STAND_INS
        }
        if not values or kind not in ("fault", "not-sent"):
            return True
        other = self.draft.dialect.outcome({**known_values(self.draft), **values})
        other = caught(other, self.workspace)
        same = other.fault if kind == "fault" else other.not_sent
        return same is not None and same.option == remark.option

    def _unset_host(self) -> Option | None:
        """The option of the host, where it is read from a variable that nothing sets."""
        for name in self.outcome.by.get("host", ()):
            option = self.draft.options.get(name)
            if option is not None:
                value = option.value
                empty = isinstance(value, Known) and (value.absent or value.value == "")
                return option if empty and value.unset else None
        return None

    def _own_host(self) -> Iterator[Remark]:
        """The program's own host, where nothing sets the variable that it reads."""
        option, host = self._unset_host(), self.outcome.host
        said = {remark.option for remark in self.outcome.misread}
        if option is not None and host in OWN_HOSTS and option.name not in said:
            because = f"without a host {self.draft.dialect.name} connects to {host}"
            yield Remark(option.name, because, taken_as=host)

    def _set_by_nobody(self, field: Field) -> Option | None:
        """An option that would say this, were the variables set that it is read from."""
        for option in self.draft.options.values():
            value = option.value
            unset = value.absent and value.unset if isinstance(value, Known) else ()
            if unset and self.draft.dialect.fields.get(option.name) == field:
                return option
        return None

    def _remark(  # branches: where each kind of remark points to
        self, kind: RemarkKind, remark: Remark
    ) -> SetupRemark:
        option = self.draft.options.get(remark.option)
        field = remark.field or self.draft.dialect.fields.get(remark.option)
        if option is None and field is not None:
            option = self._set_by_nobody(field)
        named = option.name if option is not None else remark.option
        # a way of sending is a word like a mode's
        word = kind == "not-sent" or remark.option in chain(*self.draft.sends)
        shown_as = field or ("tls" if word else None)
        origin, line, text = None, None, ""
        reads: OptionLine | None = None
        unset: tuple[str, ...] = ()
        if option is not None and isinstance(option.value, Known):
            # what the program makes of it is the matter of the line that reads it
            schemas = [each.span for each in option.value.trail if each.name in SCHEMAS]
            span = next(iter(schemas), option.value.span or option.value.written)
            if span is not None:
                origin, line = self.places.in_file(named, span, shown_as)
                reads = OptionLine(option=named, origin=origin, source_line=line)
            # and that it is to send is the matter of the line that says otherwise
            if kind == "not-sent" and self.places.layers(option):
                origin, line = self.places.place(option, shown_as)
            if field is not None and field not in SECRETS:
                # a back end's name is no host, though it stands where one is asked for
                other = field == "host" and str(option.value.value) != self.outcome.host
                text = "" if other else self.shown.text(field, self._as_said(option))
            elif shown_as is not None and field is None:
                text = self.shown.harmless(shown_as, str(option.value.value))
            if option.value.absent or option.value.value == "":
                unset = option.value.unset
        return SetupRemark(
            kind=kind,
            option=named,
            text=text,
            because=self.shown.without_values(remark.because),
            taken_as=self.shown.without_values(remark.taken_as),
            unset=showable(unset),
            field=field,
            origin=origin,
            source_line=line,
            sources=remark.sources,
            conflict=remark.conflict,
            whole=remark.whole,
            beside=(
                *(self._beside(remark, field) if remark.conflict else ()),
                *((reads,) if reads is not None and reads.origin != origin else ()),
            ),
        )

    def _as_said(self, option: Option) -> Option:
        """A switch as its variable says it, where the code made a truth of any text: `!!X`."""
        said = self.draft.options.get(f"{option.name}.text")
        return replace(option, value=said.value) if said is not None else option

    def _beside(self, remark: Remark, field: Field | None) -> Iterator[OptionLine]:
        """The other options of the same setting that somebody wrote: two flags of one mode."""
        for name in self.outcome.by.get(field, ()) if field is not None else ():
            option = self.draft.options.get(name)
            if name == remark.option or option is None or not self.shown.is_written(name):
                continue
            span = option.value.span or option.value.written
            if span is not None:
                origin, line = self.places.in_file(name, span, field)
                yield OptionLine(option=name, origin=origin, source_line=line)

    def untellable(self) -> Iterator[Untellable]:
        """The options that can't be told, and why, without anything of a secret."""
        for name, option in self.draft.options.items():
            field = self.draft.dialect.fields.get(name)
            if not isinstance(option.value, Unknown) or field is None:
                continue
            if _is_of_visitor(option, field):
                continue  # nobody could name one: a remark says so
            origin, line = None, None
            if option.value.span is not None:
                origin, line = self.places.in_file(name, option.value.span, None)
            why = option.value.text
            for text in self.shown.not_to_be_said(option.value, field):
                why = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", MASK, why)
            why = without_values(why)
            yield Untellable(option=name, why=why, field=field, origin=origin, source_line=line)
        unset = self._unset_host() if self.outcome.host is None else None
        if unset is not None:
            span = unset.value.span
            origin, line = self.places.in_file(unset.name, span, None) if span else (None, None)
            why = f"nothing here sets {', '.join(showable(unset.value.unset))}"
            yield Untellable(
                option=unset.name, why=why, field="host", origin=origin, source_line=line
            )


def _is_of_visitor(option: Option, field: Field | None) -> bool:
    """Whether mail is sent in the name of whoever fills in a form of the program."""
    value = option.value
    return field == "sender" and isinstance(value, Unknown) and value.reason == "request"
