"""What was to set something and stands under a name that the program doesn't read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.drafts.places import Places
from smtpdoctor.settings.misnamed import is_read, named_otherwise, what_is_named
from smtpdoctor.settings.model import Edit, Field, NearMiss, OptionLine, Origin
from smtpdoctor.settings.names import VARIABLE, is_slip, same_words
from smtpdoctor.settings.prepare import name_before
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.variables import Held, Layer
from smtpdoctor.settings.workspace import Workspace

#: What ends a name in another way of writing than its file's: `SMTP_HOST=: smtp.example.com`.
MARKS = "=: "
#: A reference of compose without a default.
BARE = re.compile(r"\$\{?(?P<name>[A-Za-z_]\w*)(?:\}|(?![\w:?+-]))")


@dataclass(frozen=True, slots=True)
class NearMisses:
    """The near misses of one set-up."""

    draft: Draft
    outcome: Outcome
    workspace: Workspace
    places: Places

    def found(self) -> Iterator[NearMiss]:
        """Variables that were to set what is lacking, under another name than the program's:
        N8N_SMTP_PASSWORD in place of N8N_SMTP_PASS, SMTP_PASS where the code asks for another."""
        yield from self._meant_in_code()
        for name, (like, field) in self._under_other_names().items():
            origin, line = self._place_of(name, self.draft.variables.held(name)[0], field)
            edit = self._as_named(name, like, origin)
            if edit is not None:  # the name is what is wrong there
                origin = msgspec.structs.replace(origin, columns=edit.columns)
            stands = OptionLine(option=name, origin=origin, source_line=line)
            yield NearMiss(
                name=name,
                looks_like=like,
                origin=msgspec.structs.replace(origin, name=name),
                field=field,
                lines=(stands, *self._lines_that_read(like)),
                edit=edit,
            )
        compose = self._compose() if self._lacking() else None
        if compose is not None:
            yield from self._filled_with_nothing(*compose)
            yield from self._not_passed_on(*compose)

    def _place_of(self, name: str, held: Held, field: Field) -> tuple[Origin, str | None]:
        """Where the name stands, which compose fills in from a variable of another file."""
        steps = (step for step in held.value.trail if step.name == name and step.span is not None)
        span = next((step.span for step in steps), None)
        if span is None:
            return self.places.held(held, field)
        return self.places.in_file(name, span, field)

    def _not_passed_on(self, path: str, layer: Layer) -> Iterator[NearMiss]:
        """What the container lacks, login or server, and compose's own `.env` has, where no line
        of the service passes it on."""
        lacking = self._lacking()
        own = {
            same_words(name): (name, field)
            for name, field in self.draft.dialect.fields.items()
            if field in lacking and VARIABLE.fullmatch(name)
        }
        for name, value in layer.values.items():
            like, field = own.get(same_words(name), ("", None))
            if (
                field is None
                or name in self.draft.variables.names
                or not self._is_spare(layer, name)
            ):
                continue
            origin, line = self.places.held(Held(layer, value), field)
            yield NearMiss(
                name=name,
                looks_like=like,
                origin=origin,
                field=field,
                lines=(OptionLine(option=name, origin=origin, source_line=line),),
                kept_from=path,
            )
            own = {words: each for words, each in own.items() if each[1] != field}

    def _filled_with_nothing(self, path: str, layer: Layer) -> Iterator[NearMiss]:
        """What the container lacks because its line names a variable that the `.env` calls
        otherwise: `N8N_SMTP_PASS: ${SMTP_PASSWORD}` beside SMTP_PASS=…"""
        lacking = self._lacking()
        for option in self.draft.options.values():
            field, span = self.draft.dialect.fields.get(option.name), option.value.span
            is_empty = isinstance(option.value, Known) and option.value.value == ""
            if field not in lacking or not is_empty or span is None or span.file != path:
                continue
            asked = BARE.search(self.workspace.line(path, span.line) or "")
            meant = self._called_otherwise(asked["name"], field, layer) if asked else None
            if asked is None or meant is None:
                continue
            name = asked["name"]
            origin, shown = self.places.held(Held(layer, layer.values[meant]), field)
            reads, reading = self.places.in_file(name, span, None)
            yield NearMiss(
                name=meant,
                looks_like=name,
                origin=origin,
                field=field,
                lines=(
                    OptionLine(option=meant, origin=origin, source_line=shown),
                    OptionLine(option=name, origin=reads, source_line=reading),
                ),
                edit=Edit(
                    file=path, line=span.line, exact=True, replace=name, with_=meant,
                    columns=(asked.start("name") + 1, asked.end("name") + 1),
                ),
            )  # fmt: skip

    def _called_otherwise(self, name: str, field: Field | None, layer: Layer) -> str | None:
        """The variable of the `.env` that was meant by a name that it doesn't have, where it is
        one."""
        if name in layer.values:
            return None
        spare = [each for each in layer.values if self._is_spare(layer, each)]
        meant = [each for each in spare if is_slip(each, name)]
        meant = meant or [each for each in spare if what_is_named(each) == field]
        return meant[0] if len(meant) == 1 else None

    def _is_spare(self, layer: Layer, name: str) -> bool:
        """Whether a variable of compose's `.env` has a text, and neither the folder's code nor
        another container gets it."""
        value = layer.values[name]
        if not isinstance(value, Known) or not str(value.value).strip():
            return False
        if self.workspace.is_another_containers(name, self.draft.place):
            return False
        return not is_read(name, self.workspace.folder)

    def _compose(self) -> tuple[str, Layer] | None:
        """The compose file that the set-up stands in, and the `.env` that it is filled in from."""
        path = self.draft.place.partition(":")[0]
        if not path.endswith((".yml", ".yaml")):
            return None
        from smtpdoctor.settings.carriers.compose import NAME as COMPOSE  # read where it is there

        if not COMPOSE.match(path.rpartition("/")[2]):
            return None
        layer = self.workspace.dotenv(f"{path.rpartition('/')[0]}/.env".lstrip("/"), "compose")
        return (path, layer) if layer is not None else None

    def _meant_in_code(self) -> Iterator[NearMiss]:
        """What the code sets under a name that the program doesn't read."""
        for right, option in self.draft.meant.items():
            field, span = self.draft.dialect.fields.get(right), option.value.span
            at = span and name_before(self.workspace, option.name, span)
            if field is None or at is None:
                continue
            origin, line = self.places.in_file(option.name, at, field)
            yield NearMiss(
                name=option.name,
                looks_like=right,
                origin=origin,
                field=field,
                lines=(OptionLine(option=option.name, origin=origin, source_line=line),),
                edit=Edit(
                    file=at.file, line=at.line, columns=at.columns, replace=option.name,
                    with_=right, exact=True,
                ),
            )  # fmt: skip

    def _under_other_names(self) -> dict[str, tuple[str, Field]]:
        """The names of those variables, with the name that is read and what it sets."""
        fields, lacking = self.draft.dialect.fields, self._lacking()
        own = {name: field for name, field in fields.items() if VARIABLE.fullmatch(name)}
        wanted = {same_words(name): name for name, field in own.items() if field in lacking}
        found = {
            name: (like, own[like])
            for name in self.draft.variables.names
            if name not in fields and (like := self._meant_by(name, wanted))
        }
        asked = self._asked_in_vain()
        for _, field in found.values():
            asked = {name: each for name, each in asked.items() if each != field}
        if asked:
            read = {name for each in self.draft.options.values() for name in each.value.variables}
            there = [
                name
                for name in self.draft.variables.names
                if name not in read and self._stands_in_file(name)
            ]
            meant = named_otherwise(asked, there, self.workspace.folder, fields)
            for name, like in meant.items():
                if not self._comes_to_the_same(name, asked[like]):
                    found[name] = (like, asked[like])
        return found

    def _meant_by(self, name: str, wanted: Mapping[str, str]) -> str | None:
        """Which of the names that a program reads was meant: the same in other words, or, by what
        is written there for its container, a slip of it."""
        same = wanted.get(same_words(name.rstrip(MARKS)))
        if same is not None or not self._stands_in_file(name):
            return same
        meant = what_is_named(name)
        slips = [
            like
            for like in wanted.values()
            if is_slip(name, like) and meant in (None, self.draft.dialect.fields[like])
        ]
        return slips[0] if len(slips) == 1 and not is_read(name, self.workspace.folder) else None

    def _asked_in_vain(self) -> dict[str, Field]:
        """The variables that the code asks for and nothing sets. What it gives by itself then is
        not what somebody wrote."""
        fields = self.draft.dialect.fields
        more: set[Field] = {"host", "port", "url", "tls", "sender"}
        lacking = self._lacking() | more
        found: dict[str, Field] = {self.draft.no_host: "host"} if self.draft.no_host else {}
        return found | {
            name: field
            for option in self.draft.options.values()
            if (field := fields.get(option.name)) in lacking and field is not None
            for name in option.value.unset
            if VARIABLE.fullmatch(name)
        }

    def _comes_to_the_same(self, name: str, field: Field) -> bool:
        """Whether the program has by itself what stands under a name that it doesn't read."""
        own = {"host": self.outcome.host, "port": self.outcome.port}.get(field)
        value = self.draft.variables.lookup(name)
        return isinstance(value, Known) and str(value.value) == str(own)

    def _lines_that_read(self, variable: str) -> Iterator[OptionLine]:
        for option in self.draft.options.values():
            field = self.draft.dialect.fields.get(option.name)
            if variable in option.value.unset and field is not None:
                yield from self.places.lines_of(option, field)
                return

    def _as_named(self, name: str, like: str, origin: Origin) -> Edit | None:
        """The variable under the name that is read; None where its name is not in its line."""
        if origin.file is None or origin.line is None:
            return None
        line = self.workspace.line(origin.file, origin.line) or ""
        found = re.match(rf"(\s*(?:export\s+|-\s*)?[\"']?){re.escape(name)}[\"']?\s*[=:]", line)
        if found is None:
            return None
        first = found.end(1) + 1
        return Edit(
            file=origin.file,
            line=origin.line,
            columns=(first, first + len(name)),
            replace=name,
            with_=like,
            exact=True,
        )

    def _lacking(self) -> set[Field]:
        """Which halves of the login the program does not get, and whether it gets no server."""
        outcome, found = self.outcome, set[Field]()
        if not outcome.username:
            found.add("username")
        if not (outcome.password or outcome.token):
            found.add("password")
        if self.draft.no_host:
            found.add("host")
        return found

    def _stands_in_file(self, name: str) -> bool:
        """Whether somebody wrote the variable for this folder, and not for the whole machine."""
        held = self.draft.variables.held(name)
        return bool(held) and held[0].value.span is not None and isinstance(held[0].value, Known)
