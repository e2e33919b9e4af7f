"""How a program's own files say another server, port, mode or sender: the smallest right change.

A goal is a port and a mode (or a host, a sender, a user name). Candidates are changes of the
options that the dialect words for it, the fewest first; each is put before the dialect's own
`outcome`, and the first that comes to the goal is written: where the value is written in the
code, there; where a variable says it, in the variable, if the code takes another text for the
value that is meant; else in the code again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import unquote_plus

import msgspec

from smtpdoctor.settings import encoded
from smtpdoctor.settings.change import PAIRS
from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.model import Edit, Field, Prepared, TLSMode
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    LanguageName,
    List,
    Origin,
    Span,
    Symbol,
    Unknown,
    Value,
    truth,
)
from smtpdoctor.settings.variables import Held, Variables
from smtpdoctor.settings.workspace import Workspace

MODES: tuple[TLSMode, ...] = ("implicit", "starttls", "none")
#: Ports that a fix may ask for; any other stands for itself.
PORTS = (587, 465)
ANY = 10025
FREE = "{%s}"
#: What a host is tried with: there are parsers of URLs that refuse braces.
ANY_HOST = "any-host.example"
#: Documents in which a program of any language may keep a value.
DOCUMENTS: Mapping[str, LanguageName] = {
    "json": "json", "yml": "yaml", "yaml": "yaml", "toml": "toml", "ini": "ini", "cfg": "ini",
    "conf": "ini", "properties": "properties", "config": "properties", "xml": "properties",
}  # fmt: skip
#: Conversions that take a value for true or false, whatever it says.
TRUTHS = ("Boolean", "bool")
#: Schemas that take any text for true, and what takes "false" for what it says in every version of
#: their library (zod 3 and 4, run), whatever follows: a default, optional().
SCHEMAS: Mapping[str, tuple[str, str]] = {
    "z.coerce.boolean": (
        "z.coerce.boolean()",
        "z.preprocess((text) => text === true || text === 'true', z.boolean())",
    ),
}
#: What takes an object apart: `{ PORT }`, `{ PORT: port = 587 }`.
PATTERN = re.compile(r"[\w$]+(\s*[:=][^=].*)?")
#: What TypeScript is told of a call's result: `get<boolean>(…)`.
TYPES = re.compile(r"<[\w\s,.|\[\]]*>\(")
#: What a comparison comes to is no text.
COMPARES = re.compile(r"[=!]=|(?<![-=])[<>]|\bis(?:\s+not)?\s+None\b")
#: Variables that say which way of running it is: no setting of mail, and never changed for one.
PROFILE = re.compile(r"(?i)(?:^|_)(?:env|environment|stage|profile)$")
#: Of more variables a value is not made.
MOST_VARIABLES = 6
#: Where one of these can't be told, no change is known to lead to a port and a mode.
DECIDING: tuple[Field, ...] = ("port", "tls", "url")
#: `Shop <info@example.com>`, without braces, which stand for free values.
NAMED_ADDRESS = re.compile(r"[^<>{}]*<[^<>{}]*>")
#: Where a switch that is written as text has to stay one: what takes it takes nothing else.
TEXT_SWITCHES: tuple[LanguageName, ...] = ("java", "kotlin")
#: Languages in which most write texts in single quotes.
SINGLE_QUOTED: tuple[LanguageName, ...] = (
    "javascript", "php", "ruby", "python", "powershell", "dart", "perl",
)  # fmt: skip
AS_TEXT = re.compile(r'".*"|(?:String\.valueOf|\w+\.toString)\(.*\)|.*\.toString\(\)')
TEXT_FIELDS: tuple[Field, ...] = ("host", "sender", "username")
#: The parts of a URL, as steps name them.
PART_WORDS = {
    "scheme": "the scheme", "host": "the host", "port": "the port", "user": "the user name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One option's change, worded."""

    edits: tuple[Edit, ...] = ()
    settings: tuple[tuple[str, str | None], ...] = ()
    steps: tuple[str, ...] = ()
    #: Parts of variables' texts that the edits and steps change: name, place, new text.
    parts: tuple[tuple[str, tuple[int, int], str], ...] = ()


def prepare(draft: Draft, outcome: Outcome, workspace: Workspace) -> Iterator[Prepared]:
    """Every change that a fix may ask for, as far as it can be said."""
    if draft.made_from is not None:
        yield from _made_again(draft.made_from, outcome, workspace, draft.made_by)
        return
    now = known_values(draft)
    writer = _Writer(draft, workspace, now)
    port_names = [name for name, field in draft.dialect.fields.items() if field == "port"]
    if not any(
        isinstance(option.value, Unknown) and draft.dialect.fields.get(name) in DECIDING
        for name, option in draft.options.items()
    ):
        yield from _modes_and_ports(draft, outcome, writer, port_names)
    if not _sends(outcome):
        yield from _sending(draft, writer, _sends)
    elif _leaves_the_login(draft, outcome):
        yield from _sending(draft, writer, _logs_in)
    decoded = encoded.decoding(draft, outcome, workspace)
    if decoded:
        yield Prepared(decodes=True, edits=decoded)
    for field in TEXT_FIELDS:
        yield from _any_text(field, draft, outcome, writer)


def _any_text(field: Field, draft: Draft, outcome: Outcome, writer: _Writer) -> Iterator[Prepared]:
    """The change of a host, sender or user name for any other."""
    names = outcome.by.get(field, ())
    if not names or names[0] not in draft.options:
        return
    free = FREE % field
    tried_with = ANY_HOST if field == "host" else free
    said = writer.now.get(names[0])
    if field == "sender" and isinstance(said, str) and NAMED_ADDRESS.fullmatch(said):
        # the name before the address stays
        tried = writer.tried({names[0]: f"{said[: said.index('<')]}<{free}>"})
    else:
        tried = writer.tried({names[0]: tried_with})
    if tried is None or tried_with not in str(getattr(tried[1], field)):
        return
    written = _free(tried[0], tried_with, free)
    yield Prepared(
        host=field == "host",
        sender=field == "sender",
        username=field == "username",
        edits=written.edits,
        settings=dict(written.settings),
        steps=written.steps,
    )


def known_values(draft: Draft) -> dict[str, Any]:
    """The options that are there and can be told, as the language has them."""
    return {
        name: option.value.value
        for name, option in draft.options.items()
        if isinstance(option.value, Known) and option.value.value is not ABSENT
    }


def _made_again(
    source: Draft, outcome: Outcome, workspace: Workspace, step: str
) -> Iterator[Prepared]:
    """The changes of what it is made from, each with the command that makes it again; the command
    alone where that is enough."""
    there = source.dialect.outcome(known_values(source))
    changes = [
        msgspec.structs.replace(each, steps=(*each.steps, step))
        for each in prepare(source, there, workspace)
    ]
    yield from (each for each in changes if each.port == "any" or not (each.port or each.tls))
    if not _sends(outcome) and _sends(there):
        yield Prepared(sends=True, steps=(step,))
    leads_to = {(each.port or there.port, each.tls or there.tls): each for each in changes}
    leads_to[there.port, there.tls] = Prepared(steps=(step,))
    for tls, port in itertools.product([None, *MODES], [None, *PORTS]):
        goal = (port or outcome.port, tls or outcome.tls)
        if goal in leads_to and (tls is not None or port is not None):
            yield msgspec.structs.replace(leads_to[goal], port=port, tls=tls)


def _sends(outcome: Outcome) -> bool:
    """Whether the program hands its mail to the server that the options say."""
    stopped = outcome.not_sent is not None or outcome.fault is not None
    return not stopped and not any(remark.whole for remark in outcome.ignored)


def _leaves_the_login(draft: Draft, outcome: Outcome) -> bool:
    """Whether a user name is written that the program makes nothing of."""
    fields = draft.dialect.fields
    unused = any(fields.get(remark.option) == "username" for remark in outcome.ignored)
    return unused and outcome.username is None


def _logs_in(outcome: Outcome) -> bool:
    return _sends(outcome) and outcome.username is not None


def _sending(
    draft: Draft, writer: _Writer, wanted: Callable[[Outcome], bool]
) -> Iterator[Prepared]:
    """The first change after which it does as is wanted."""
    for changes in draft.sends:
        tried = writer.tried(changes)
        if tried is None or tried[0] == Written():
            continue
        written, came_to = tried
        if wanted(came_to):
            yield Prepared(
                sends=True,
                edits=written.edits,
                settings=dict(written.settings),
                steps=written.steps,
            )
            return


def _modes_and_ports(
    draft: Draft,
    outcome: Outcome,
    writer: _Writer,
    port_names: Sequence[str],
) -> Iterator[Prepared]:
    by = [name for name in outcome.by.get("port", ()) if name in port_names]
    present = [name for name in (*by, *port_names) if name in writer.now]
    port_name = next(iter((*present, *port_names)), None)
    ports: list[int | None] = [None, *PORTS, ANY] if port_name is not None else [None]
    goals = itertools.product([None, *MODES], ports)
    for tls, port in goals:
        if tls is None and port is None:
            continue
        goal = (port or outcome.port, tls or outcome.tls)
        written = _smallest(draft, writer, goal, port_name, outcome.fault)
        if written is not None and written != Written():
            yield _free_port(written, tls) if port == ANY else _prepared(written, port, tls)


def _prepared(written: Written, port: int | Literal["any"] | None, tls: TLSMode | None) -> Prepared:
    return Prepared(
        port=port,
        tls=tls,
        edits=written.edits,
        settings=dict(written.settings),
        steps=written.steps,
    )


def _free_port(written: Written, tls: TLSMode | None) -> Prepared:
    """The change for one port as that for any."""
    return _prepared(_free(written, str(ANY), FREE % "port"), "any", tls)


def _free(written: Written, tried: str, free: str) -> Written:
    """The change for what was tried as that for any."""
    edits = tuple(
        msgspec.structs.replace(edit, with_=edit.with_.replace(tried, free))
        for edit in written.edits
    )
    texts = tuple((name, text and text.replace(tried, free)) for name, text in written.settings)
    return Written(edits, texts, tuple(step.replace(tried, free) for step in written.steps))


def _smallest(
    draft: Draft,
    writer: _Writer,
    goal: tuple[int | None, TLSMode],
    port_name: str | None,
    fault: Remark | None,
) -> Written | None:
    """The fewest options to change so that the program comes to the goal; None where none does.

    A variable may say more than one option: what the program makes of all of them after the
    change is what counts. A fault that it has now may stay; none may come.
    """
    port, tls = goal
    now = writer.now
    port_change = {port_name: port} if port_name is not None and port is not None else {}
    words = [dict(each) for each in draft.dialect.modes.get(tls, ())]
    candidates = [{}, port_change, *words, *({**port_change, **each} for each in words)]
    candidates = [
        {name: value for name, value in each.items() if name not in now or now[name] != value}
        for each in candidates
    ]
    leading: list[tuple[tuple[bool, ...], Written]] = []
    for changes in sorted(candidates, key=len):
        tried = writer.tried(changes)
        if tried is None:
            continue
        written, came_to = tried
        default = 465 if came_to.tls == "implicit" else 587
        reached = (came_to.port or default, came_to.tls) == (port or default, tls)
        if reached and came_to.fault in (None, fault):
            doubts = (came_to.fault is not None, bool(came_to.misread), came_to.doubtful)
            if not any(doubts):
                return written
            leading.append((doubts, written))
    # those after which the program takes every text for what it says before others
    return min(leading, key=lambda each: each[0])[1] if leading else None


def is_worked_out(draft: Draft, option: Option) -> bool:
    """Whether a switch is worked out from what the port is made from (`port === 465`), or from
    what the whole program goes by (`NODE_ENV === 'production'`). It has no variable of its own
    then."""
    if not isinstance(option.value, Known) or not isinstance(option.value.value, bool):
        return False
    names = option.value.variables
    if names and all(PROFILE.search(name) for name in names):
        return True
    places = _places(option.value)
    return any(
        variable in option.value.variables
        and (not places or not _places(other.value) or bool(places & _places(other.value)))
        for name, other in draft.options.items()
        if draft.dialect.fields.get(name) == "port"
        for variable in other.value.variables
    )


def _places(value: Value) -> set[tuple[int, int]]:
    """Which parts of one text a value is made from."""
    return {step.place for step in value.trail if step.kind == "part" and step.place}


class _Writer:
    """Words changes of options where and how the folder has them."""

    def __init__(self, draft: Draft, workspace: Workspace, now: Mapping[str, Any]) -> None:
        self.draft = draft
        self.workspace = workspace
        #: The options before any change.
        self.now = now
        self._tried: dict[tuple[tuple[str, str], ...], tuple[Written, Outcome] | None] = {}
        self._under: dict[tuple[tuple[str, str | None], ...], dict[str, Any]] = {}
        self._written: dict[tuple[str, str], Written | None] = {}
        self._variables: dict[tuple[str, str], Variables] = {}

    def tried(self, changes: Mapping[str, Any]) -> tuple[Written, Outcome] | None:
        """How changes are written, and what the program makes of its options then; None where one
        can't be said. Many goals ask for the same."""
        key = tuple((name, repr(value)) for name, value in changes.items())
        if key not in self._tried:
            written = self._write(changes)
            self._tried[key] = (
                (written, self.draft.dialect.outcome(self._after(written, changes)))
                if written is not None
                else None
            )
        return self._tried[key]

    def _after(self, written: Written, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The options after a change: those that the code says, and the others as the variables
        then make them."""
        settings = (*written.settings, *self._with_parts(written.parts))
        changed = self._read(settings) if settings else {}
        return {
            name: value
            for name, value in {**self.now, **changed, **changes}.items()
            if value is not ABSENT
        }

    def _read(self, settings: tuple[tuple[str, str | None], ...]) -> dict[str, Any]:
        """The options that depend on variables, where these say that."""
        if settings not in self._under:
            texts = {name: text for name, text in settings if text is not None}
            alone = next(iter(texts.items())) if len(texts) == 1 else None
            under = self._with(*alone) if alone else self.draft.variables.with_(texts)
            found: dict[str, Any] = {}
            for name, option in self.draft.options.items():
                if option.again is None or not (option.value.variables or option.through):
                    continue
                value = option.again(under)
                if isinstance(value, Known):
                    found[name] = value.value
            self._under[settings] = found
        return self._under[settings]

    def _with_parts(
        self, parts: Sequence[tuple[str, tuple[int, int], str]]
    ) -> Iterator[tuple[str, str]]:
        """The variables with these parts of their texts changed. They may hold secrets."""
        for name in dict.fromkeys(part[0] for part in parts):
            text = self._text_of(name) or ""
            for _, (first, last), new in sorted({p for p in parts if p[0] == name}, reverse=True):
                text = text[:first] + new + text[last:]
            yield name, text

    def _text_of(self, name: str) -> str | None:
        held = self.draft.variables.held(name)
        text = held[0].value.value if held and isinstance(held[0].value, Known) else None
        return text if isinstance(text, str) else None

    def _write(  # branches: comprehensions over the changes, one kind after the other
        self, changes: Mapping[str, Any]
    ) -> Written | None:
        """All the changes together; None where one of them can't be said."""
        renamed = self._renamed(changes)
        said = {*renamed, *(self.draft.opposites[name] for name in renamed)}
        left = {name: value for name, value in changes.items() if name not in said}
        new = {name: value for name, value in left.items() if self._is_new(name)}
        there = [self._of_option(name, left[name]) for name in left if name not in new]
        meant = {name: edit for name in new if (edit := self._meant(name, new[name])) is not None}
        new = {name: value for name, value in new.items() if name not in meant}
        settings: dict[str, str | None] = {}
        for name in [name for name in new if name in self.draft.unset]:
            settings[self.draft.unset[name]] = worded(new.pop(name))
        added = self.draft.insert(new) if new and self.draft.insert is not None else ()
        written = [each for each in there if each is not None]
        if len(written) < len(there) or bool(new) > bool(added):
            return None
        edits = [*renamed.values(), *meant.values(), *added]
        for each in written:
            edits += [edit for edit in each.edits if edit.replace != edit.with_]
            settings.update(each.settings)
        edits.sort(key=lambda edit: (edit.file, edit.line, edit.columns), reverse=True)
        return Written(
            tuple(dict.fromkeys(edits)),
            tuple(settings.items()),
            tuple(dict.fromkeys(step for each in written for step in each.steps)),
            tuple(dict.fromkeys(part for each in written for part in each.parts)),
        )

    def _of_option(self, name: str, value: Any) -> Written | None:
        """The change of one option that is there, worded once."""
        key = (name, repr(value))
        if key not in self._written:
            self._written[key] = self._option(self.draft.options[name], value)
        return self._written[key]

    def _is_new(self, name: str) -> bool:
        """Whether it has no place of its own to be changed at."""
        option = self.draft.options.get(name)
        return option is None or option.together or self._stands_nowhere(option)

    def _stands_nowhere(self, option: Option) -> bool:
        is_absent = isinstance(option.value, Known) and option.value.value is ABSENT
        return is_absent and not self._unset(option)

    def _meant(self, name: str, value: Any) -> Edit | None:
        """The right name for a setting that stands there under another, and says just this."""
        option = self.draft.meant.get(name)
        if option is None or not isinstance(option.value, Known) or option.value.value != value:
            return None
        span = option.value.span
        place = name_before(self.workspace, option.name, span) if span is not None else None
        if place is None:
            return None
        return Edit(
            file=place.file,
            line=place.line,
            columns=place.columns,
            replace=option.name,
            with_=name,
            exact=True,
        )

    def _renamed(self, changes: Mapping[str, Any]) -> dict[str, Edit]:
        """Switches whose lines get the names of their opposites, which are nowhere yet:
        `EMAIL_USE_SSL = True` becomes `EMAIL_USE_TLS = True`."""
        found = {}
        for name, other in self.draft.opposites.items():
            option = self.draft.options.get(name)
            if changes.get(name) is not False or changes.get(other) is not True:
                continue
            if option is None or other in self.draft.options or option.value.variables:
                continue
            edit = self._other_name(option, other)
            if edit is not None:
                found[name] = edit
        return found

    def _other_name(self, option: Option, other: str) -> Edit | None:
        """The other name in the place of the one before the value in its line."""
        span = option.value.written
        line = self.workspace.line(span.file, span.line) if span is not None else None
        if span is None or line is None or self.workspace.text_of(span) not in ("True", "true"):
            return None
        key = option.name.rpartition(".")[2]
        before = re.search(rf"\b{re.escape(key)}(?=(:\s*bool\b)?\W*$)", line[: span.columns[0] - 1])
        if before is None:
            return None
        place = Span(span.file, span.line, (before.start() + 1, before.end() + 1), span.line)
        shown = self.workspace.shown(place, keep=True)
        columns = shown.columns if shown and shown.columns else place.columns
        return Edit(
            file=span.file,
            line=span.line,
            columns=columns,
            replace=key,
            with_=other.rpartition(".")[2],
        )

    def _option(  # branches: the places of a value, the least change first
        self, option: Option, value: Any
    ) -> Written | None:
        if not isinstance(option.value, Known):
            return None
        names = option.value.variables or option.through
        if isinstance(value, bool) and is_worked_out(self.draft, option):
            return self._outright(option, value)
        in_text = self._part(option, value)
        if in_text is not None:
            return in_text
        variables = [name for name in names if self.draft.variables.held(name)]
        if not variables and option.name in self.draft.unset and option.again is not None:
            text = worded(value)
            variable = self.draft.unset[option.name]
            came_to = option.again(self.draft.variables.with_({variable: text}))
            if isinstance(came_to, Known) and _same(came_to.value, value, self.draft.language):
                return Written(settings=((variable, text),))
        asked = variables or self._unset(option)
        if asked and option.again is not None:
            written = self._variable(option, asked, value)
            if written is not None:
                return written
        if option.value.value is ABSENT:
            return None
        if isinstance(value, bool) and variables and self.draft.language == "javascript":
            return self._switch(option, value)
        written = self._code(option, value)
        if written is not None and variables and value is False:
            # the code takes the text for what it says from now on: it has to say no
            old = self.draft.variables.held(variables[0])[0].value
            text = str(old.value) if isinstance(old, Known) else ""
            if text.lower() in PAIRS:
                written = Written(written.edits, ((variables[0], _texts(text, False)[0]),))
        return written

    def _part(self, option: Option, value: Any) -> Written | None:
        """Another text of a part of the variable that the code takes apart: the URL's port."""
        asked = option.value.variables or option.through
        names = [name for name in asked if self._text_of(name)]
        if len(names) != 1 or not isinstance(option.value, Known):
            return None
        whole = self._text_of(names[0]) or ""
        kinds = ("part", "deciding-part")
        for step in [step for step in option.value.trail if step.kind in kinds and step.place]:
            first, last = step.place or (0, 0)
            for text in _texts_of_part(step, whole[first:last], value):
                new = (
                    f":{text}" if step.name == "port" and whole[first - 1 : first] != ":" else text
                )
                part = (names[0], (first, last), new)
                if self._comes_to(option, part, value):
                    return self._part_said(step, part)
        return None

    def _comes_to(self, option: Option, part: tuple[str, tuple[int, int], str], value: Any) -> bool:
        """Whether the program makes the value of it; where nothing can say that, whether it makes
        what is there now of what is there now."""
        if option.again is None:
            assert isinstance(option.value, Known)
            old = (self._text_of(part[0]) or "")[slice(*part[1])]
            return unquote_plus(old) == str(option.value.value)
        came_to = option.again(self.draft.variables.with_(dict(self._with_parts([part]))))
        return isinstance(came_to, Known) and _same(came_to.value, value, self.draft.language)

    def _part_said(self, step: Origin, part: tuple[str, tuple[int, int], str]) -> Written | None:
        name, _, new = part
        old = self._one_line(step.span) if step.span is not None else None
        if step.span is None or old is None:
            what = PART_WORDS.get(step.name, "its part")
            return Written(steps=(f"in {name}: {what} {new.lstrip(':')}",), parts=(part,))
        shown = self.workspace.shown(step.span, keep=True)
        columns = step.span.columns
        if shown is not None and shown.columns is not None:
            columns = shown.columns
        edit = Edit(
            file=step.span.file, line=step.span.line, columns=columns, replace=old, with_=new
        )
        return Written((edit,), parts=(part,))

    def _outright(self, option: Option, value: bool) -> Written | None:
        """The value itself in the place of the expression that works it out."""
        span = option.value.span
        old, new = self._one_line(span), literal(value, self.draft.language)
        if span is None or old is None or new is None:
            return None
        if span == option.entry:
            new = f"{old}: {new}"  # { secure } is { secure: secure }
        shown = self.workspace.shown(span, keep=True)
        columns = shown.columns if shown is not None and shown.columns is not None else span.columns
        edit = Edit(file=span.file, line=span.line, columns=columns, replace=old, with_=new)
        return Written(edits=(edit,))

    def _variable(self, option: Option, names: Sequence[str], value: Any) -> Written | None:
        """Another text of the variable that the program takes for the value."""
        assert option.again is not None
        for name in names[-MOST_VARIABLES:][::-1]:
            held = next(iter(self.draft.variables.held(name)), None)
            old = str(held.value.value) if held and isinstance(held.value, Known) else ""
            for text in _texts(old, value):
                came_to = option.again(self._with(name, text))
                if isinstance(came_to, Known) and _same(came_to.value, value, self.draft.language):
                    said = Written(settings=((name, text),))
                    return self._said(name, held, text) if held is not None else said
        return None

    def _unset(self, option: Option) -> list[str]:
        """The variables that the code reads and nobody sets, where no default stands in for them:
        one that does is changed where it stands."""
        if self.draft.language != "javascript":
            return []
        default = any(origin.kind == "constant" for origin in option.value.trail)
        return [] if default else list(option.value.variables or option.through)

    def _with(self, name: str, text: str) -> Variables:
        """The variables where one has another text: one object for each, that is read once."""
        if (name, text) not in self._variables:
            self._variables[name, text] = self.draft.variables.with_({name: text})
        return self._variables[name, text]

    def _said(self, name: str, held: Held, text: str) -> Written:
        """The text where the variable has it: by its name in a `.env` or the environment, by an
        edit in the file of a container."""
        root, span = held.root, held.value.span
        if str(getattr(held.value, "value", None)) == text:
            return Written()  # it says so already
        name_of_file = span.file.rpartition("/")[2] if span is not None else ""
        dotenv = name_of_file.startswith(".env") and not name_of_file.endswith(".php")
        if span is None or dotenv or root is None:
            return Written(settings=((root.name if root else name, text),))
        old = self.workspace.text_of(span)
        plain = old[1:-1] if old and old[0] == old[-1] and old[0] in "\"'" else old
        joined = any(step.kind == "joined" for step in held.value.trail)
        if old is None or (plain != str(getattr(held.value, "value", None)) and not joined):
            return Written(steps=(f"set {name} to {text} at {span or held.layer.label}",))
        quote = old[:1] if old[:1] in ("'", '"') else ""
        shown = self.workspace.shown(span, keep=True)
        columns = shown.columns if shown is not None and shown.columns is not None else span.columns
        edit = Edit(
            file=span.file,
            line=span.line,
            columns=columns,
            replace=old,
            with_=f"{quote}{text}{quote}",
        )
        return Written(edits=(edit,))

    def _code(  # branches: the forms that code gives a value in
        self, option: Option, value: Any
    ) -> Written | None:
        """The value in the place of the expression that gives it, or of a default that counts."""
        assert isinstance(option.value, Known)
        if isinstance(option.value.value, List) and value == FREE % "sender":
            # ("Shop", "info@example.com"): the name stays
            address = list(option.value.value)[-1:]
            parts = [each for each in address if isinstance(each, Known)]
            return self._code(replace(option, value=parts[0]), value) if parts else None
        held = any(self.draft.variables.held(name) for name in option.value.variables)
        span = option.value.span if held else option.value.written
        read = held or bool(option.value.variables)
        old = self._one_line(span)
        part = option.value.part
        new = (
            next(iter(_texts_of_part(part, old, value)), None)
            if old and part is not None and span == part.span  # of a text that the code says
            else self._new(option, value, old, read_from_variable=held)
        )
        if value == FREE % "sender" and old and re.search(r"<[^<>]*>", old):
            new = re.sub(r"<[^<>]*>", f"<{value}>", old, count=1)  # the name stays
        passed_on = value is False and isinstance(option.value.value, str)
        if read and not held and (new == old or passed_on):  # any text is true to the program
            says_yes = old is not None and new != old
            span = option.value.span
            old = self._one_line(span)
            new = self._new(option, value, old, read_from_variable=not says_yes)
            new = literal(False, self.draft.language) if says_yes else new
        if span is None or old is None or new is None:
            return None
        shown = self.workspace.shown(span, keep=True)
        columns = shown.columns if shown is not None and shown.columns is not None else span.columns
        edit = Edit(file=span.file, line=span.line, columns=columns, replace=old, with_=new)
        return Written(edits=(edit,))

    def _switch(self, option: Option, value: bool) -> Written | None:
        """The code so that the text "false" is no longer true: where the variable is read, or
        where what was read is used."""
        found = option.value
        casts = [step for step in found.trail if step.kind == "conversion"]
        if value or any(step.name not in TRUTHS for step in casts):
            return None if value else self._in_schema(option, casts)
        for span, read in self._reading(option):
            new = _as_boolean(self.workspace.text_of(read) or "", self.draft.language)
            return self._switched(option, span, new)
        used = self.workspace.text_of(found.span)
        new = _as_boolean(used or "", self.draft.language)
        if new is not None and found.span == option.entry:
            new = f"{used}: {new}"  # { secure } is { secure: secure }
        return self._switched(option, found.span, new)

    def _reading(self, option: Option) -> Iterator[tuple[Span, Span]]:
        """The expressions in which a variable is read for this option alone, with the reading."""
        found = option.value
        spans = [found.span, *(step.span for step in found.trail if step.kind == "constant")]
        reads = [step.read_at for step in found.trail if step.kind == "environment"]
        for read, span in itertools.product(reads, spans):
            if span is None or read is None or self._is_of_others(option, read):
                continue
            if self._is_read_in(span, read):
                yield span, read

    def _is_of_others(self, option: Option, place: Span) -> bool:
        """Whether another option is read there, too: in a function that reads any variable."""
        others = (each.value for each in self.draft.options.values() if each is not option)
        return any(
            place == step.read_at and step.name not in option.value.variables
            for each in others
            for step in each.trail
            if step.kind == "environment"
        )

    def _in_schema(self, option: Option, casts: Sequence[Origin]) -> Written | None:
        """The schema that takes any text for true, where it stands."""
        for step in casts:
            old, new = SCHEMAS.get(step.name, ("", ""))
            if old and self._one_line(step.span) == old:
                return self._switched(option, step.span, new)
        return None

    def _is_read_in(self, outer: Span, inner: Span) -> bool:
        """Whether an expression reads the variable: a pattern that takes it apart can't."""
        first, last = outer.columns
        within = (outer.file, outer.line, outer.end_line) == (
            inner.file, inner.line, inner.end_line
        ) and first <= inner.columns[0] <= inner.columns[1] <= last  # fmt: skip
        return within and not PATTERN.fullmatch(self.workspace.text_of(inner) or "")

    def _switched(self, option: Option, span: Span | None, new: str | None) -> Written | None:
        old = self._one_line(span)
        if span is None or old is None or new is None:
            return None
        settings = tuple(
            (name, "false")
            for name in option.value.variables
            for held in self.draft.variables.held(name)[:1]
            if isinstance(held.value, Known) and str(held.value.value).lower() == "true"
        )
        shown = self.workspace.shown(span, keep=True)
        columns = shown.columns if shown is not None and shown.columns is not None else span.columns
        edit = Edit(file=span.file, line=span.line, columns=columns, replace=old, with_=new)
        return Written((edit,), settings)

    def _one_line(self, span: Span | None) -> str | None:
        return None if span is None or span.line != span.end_line else self.workspace.text_of(span)

    def _new(
        self, option: Option, value: Any, old: str | None, *, read_from_variable: bool
    ) -> str | None:
        if old is None or option.bare:
            return None if old is None else str(value)
        if isinstance(value, str) and value in option.words and old[:1] not in ("'", '"'):
            return option.words[value]
        language = self.draft.language
        if isinstance(value, bool) and read_from_variable:
            # where no text will do, the expression that compares it
            value_now = option.value.value if isinstance(option.value, Known) else None
            says_so = option.again is None and value_now == "true"
            return _as_boolean(old, language) if value is False or says_so else None
        if option.value.written is not None and not read_from_variable:
            language = DOCUMENTS.get(option.value.written.file.rpartition(".")[2], language)
        if isinstance(value, bool) and option.value.variables and old[:1] in ("'", '"'):
            return f"{old[0]}{_texts(old[1:-1], value)[0]}{old[0]}"
        return literal(value, language, old)


def _texts(old: str, value: Any) -> list[str]:
    """The texts of a variable that may stand for the value, in the user's own way of speaking."""
    if isinstance(value, bool):
        back = {no: yes for yes, no in PAIRS.items()}
        pair = back.get(old.lower(), old) if value else PAIRS.get(old.lower(), old)
        own = pair.upper() if old.isupper() and len(old) > 1 else pair
        own = own.title() if old.istitle() and not old.isupper() else own
        words = ["true", "1", "yes", "on"] if value else ["false", "0", "no", "off"]
        return list(dict.fromkeys((own, *words)))
    return [str(value)]


def name_before(workspace: Workspace, name: str, value: Span) -> Span | None:
    """Where a name stands before its value, in the same line or one shortly before."""
    for number in range(value.line, max(value.line - 4, 0), -1):
        found = re.search(rf"\b{re.escape(name)}\b", workspace.line(value.file, number) or "")
        if found is not None:
            columns = (found.start() + 1, found.end() + 1)
            return Span(value.file, number, columns, number)
    return None


def _texts_of_part(step: Origin, old: str, value: Any) -> list[str]:
    """The texts of a part of a URL that may stand for the value, or may decide for it."""
    if not isinstance(value, bool) and step.kind == "part":
        return [str(value)]
    if step.name == "port":
        return [text for text in map(str, PORTS) if text != old]
    swapped = old[:-1] if old.lower().endswith("s") else f"{old}s"
    return [swapped] if step.name == "scheme" else _texts(old, value)


def worded(value: Any) -> str:
    """A value as the text of a variable."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _same(came_to: Any, value: Any, language: LanguageName) -> bool:
    """Whether the program makes the same of both: a switch by its truth, the rest by its text."""
    if isinstance(value, bool):
        return truth(came_to, language) == value
    text = str(came_to)
    return text == str(value) or (value == FREE % "sender" and text.endswith(f"<{value}>"))


def _as_boolean(expression: str, language: LanguageName) -> str | None:
    """The expression so that the text "false" is no longer true; None where it is no text."""
    if COMPARES.search(TYPES.sub("(", expression)):
        return None
    return {
        "javascript": _javascript_boolean(expression),
        "python": _python_boolean(expression),
        "ruby": f"{expression} == 'true'",
        "php": f"filter_var({expression}, FILTER_VALIDATE_BOOLEAN)",
    }.get(language)


def _javascript_boolean(expression: str) -> str:
    """JavaScript's. TypeScript compares no boolean with a text: what is read is one, whatever was
    said, and what makes a truth of it goes."""
    inner = re.fullmatch(r"(?:!!\s*|(?<!\w)Boolean\()([\w$.?!]+?)\)?", expression)
    text = inner[1] if inner else expression
    text = re.sub(r"<\s*boolean\s*>(?=\()", "<string>", text)
    return f"{text} === 'true'"


def _python_boolean(expression: str) -> str | None:
    """Python's: with the reading library's own cast where it has one.

    A default that is no text would have no `.lower()`: it becomes one.
    """
    inner = re.fullmatch(r"bool\((.+)\)", expression)
    expression = inner[1] if inner else expression
    if re.fullmatch(r"config\([^()]*\)", expression) and "cast" not in expression:
        return f"{expression[:-1]}, cast=bool)"
    if re.fullmatch(r"env(?:\.str)?\([^()]*\)", expression):
        return re.sub(r"^env(?:\.str)?\(", "env.bool(", expression)
    if re.fullmatch(r"[\w.]*environ\[[^\[\]]+\]", expression):
        return f'{expression}.lower() == "true"'
    read = re.fullmatch(
        r"([\w.]*(?:getenv|environ\.get)\(\s*[\"'][^\"']*[\"'])(?:,\s*(?:default\s*=\s*)?(.*))?\)",
        expression,
        re.DOTALL,
    )
    if read is None:
        return f'str({expression}).lower() == "true"' if expression else None
    default = (read[2] or "").strip()
    if not default.startswith(("'", '"')):
        default = f'"{default}"' if default in ("True", "False", "0", "1") else '""'
    return f'{read[1]}, {default}).lower() == "true"'


def literal(value: Any, language: LanguageName, old: str = "") -> str | None:
    """The value as the language writes it, in the quotes of the old text."""
    if value is None:
        nothing = {"python": "None", "ruby": "nil", "elixir": "nil", "javascript": "null",
                   "powershell": "$null", "perl": "undef", "r": "NULL"}  # fmt: skip
        return nothing.get(language, "null")
    if isinstance(value, Symbol):
        return f":{value}"
    if isinstance(value, bool):
        return _switch(value, language, old)
    quote = old[:1] if old[:1] in "\"'`" and old[:1] else ""
    if isinstance(value, int):
        if language in TEXT_SWITCHES and AS_TEXT.fullmatch(old):
            quote = '"'
        return f"{quote}{value}{quote}"
    if not quote and language not in ("yaml", "properties", "ini", "text"):
        quote = "'" if language in SINGLE_QUOTED else '"'
    return f"{quote}{value}{quote}"


def _switch(value: bool, language: LanguageName, old: str) -> str:
    word = "true" if value else "false"
    if language in TEXT_SWITCHES and AS_TEXT.fullmatch(old):
        return f'"{word}"'
    own = {"powershell": f"${word}", "perl": "1" if value else "0", "r": word.upper(),
           "python": word.title()}  # fmt: skip
    return own.get(language, word)


def inserted(span: Span, column: int, text: str) -> Edit:
    """Text that is put in before a column of the span's line."""
    return Edit(file=span.file, line=span.line, columns=(column, column), replace="", with_=text)


def put_in(workspace: Workspace, span: Span, column: int, text: str) -> Edit:
    """Text that is put in before a column of the span's line, wherever it is in it.

    An edit's columns count in the line as it is shown.
    """
    place = Span(span.file, span.line, (column, column), span.line)
    masked = workspace.masked(place, keep=False)
    return inserted(place, masked.columns(column, column + 1)[0] if masked else column, text)
