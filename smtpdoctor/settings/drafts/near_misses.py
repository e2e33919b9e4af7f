"""What was to set something and stands under a name that the program doesn't read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.drafts.places import Places
from smtpdoctor.settings.misnamed import is_read, named_otherwise
from smtpdoctor.settings.model import Edit, Field, NearMiss, OptionLine, Origin
from smtpdoctor.settings.names import VARIABLE, same_words
from smtpdoctor.settings.prepare import name_before
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.variables import Held
from smtpdoctor.settings.workspace import Workspace


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
            origin, line = self.places.held(self.draft.variables.held(name)[0], field)
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
        yield from self._not_passed_on()

    def _not_passed_on(self) -> Iterator[NearMiss]:
        """The lacking half of a login that compose's own `.env` has, where no line of the service
        passes it to the container."""
        path, lacking = self.draft.place.partition(":")[0], self._lacking()
        if not lacking or not path.endswith((".yml", ".yaml")):
            return
        from smtpdoctor.settings.carriers.compose import NAME as COMPOSE  # read where it is there

        if not COMPOSE.match(path.rpartition("/")[2]):
            return
        layer = self.workspace.dotenv(f"{path.rpartition('/')[0]}/.env".lstrip("/"), "compose")
        own = {
            same_words(name): (name, field)
            for name, field in self.draft.dialect.fields.items()
            if field in lacking and VARIABLE.fullmatch(name)
        }
        for name, value in (layer.values if layer is not None else {}).items():
            like, field = own.get(same_words(name), ("", None))
            if layer is None or field is None or name in self.draft.variables.names:
                continue
            if not isinstance(value, Known) or not str(value.value).strip():
                continue
            if is_read(name, self.workspace.folder):
                continue  # it is another service's, or that of the folder's own code
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
            if (like := wanted.get(same_words(name))) is not None and name not in fields
        }
        asked = self._asked_in_vain()
        for _, field in found.values():
            asked = {name: each for name, each in asked.items() if each != field}
        if asked:
            there = [name for name in self.draft.variables.names if self._stands_in_file(name)]
            meant = named_otherwise(asked, there, self.workspace.folder, fields)
            for name, like in meant.items():
                if not self._comes_to_the_same(name, asked[like]):
                    found[name] = (like, asked[like])
        return found

    def _asked_in_vain(self) -> dict[str, Field]:
        """The variables that the code asks for and nothing sets. What it gives by itself then is
        not what somebody wrote."""
        fields = self.draft.dialect.fields
        more: set[Field] = {"host", "port", "url", "tls", "sender"}
        lacking = self._lacking() | more
        return {
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
        """Which halves of the login the program does not get."""
        outcome, found = self.outcome, set[Field]()
        if not outcome.username:
            found.add("username")
        if not (outcome.password or outcome.token):
            found.add("password")
        return found

    def _stands_in_file(self, name: str) -> bool:
        """Whether somebody wrote the variable for this folder, and not for the whole machine."""
        held = self.draft.variables.held(name)
        return bool(held) and held[0].value.span is not None and isinstance(held[0].value, Known)
