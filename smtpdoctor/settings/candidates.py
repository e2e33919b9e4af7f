"""From what the sources hold to candidates: one text for one field, and what may be shown of it.

This module knows which fields a variable or a URL speaks of. It must not know which candidate
wins (`precedence`), nor how a source is read (`sources`, `command_line`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from smtpdoctor.settings import values
from smtpdoctor.settings.harmless import is_swapped
from smtpdoctor.settings.masking import Masking, Shown, secrets_of
from smtpdoctor.settings.model import (
    MASK,
    Field,
    Note,
    Origin,
    OriginKind,
    Problem,
    Secret,
    Shadowed,
)
from smtpdoctor.settings.names import BY_NAME, ValueKind, looks_like
from smtpdoctor.settings.placeholders import is_unexpanded
from smtpdoctor.settings.sources import Occurrence, Source, environment
from smtpdoctor.settings.url import URL, Part

SECRETS: frozenset[Field] = frozenset({"password", "token"})


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A text that one source has for one field, before it is known which source wins.

    `text` is what may be shown of `raw`. `earlier` are the same variable's values further up in
    the file, which this one replaces. `problem` is one that is known already, as of a URL.
    """

    field: Field
    kind: ValueKind
    raw: Secret
    origin: Origin
    text: str
    source_line: str | None = None
    notes: tuple[Note, ...] = ()
    part_of: Field | None = None
    problem: Problem | None = None
    detail: str = ""
    earlier: tuple[Shadowed, ...] = ()

    @property
    def blank(self) -> bool:
        value = self.raw.reveal()
        return not (value if self.kind == "secret" else value.strip())


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """The candidates of one source: one of an ordered list, the first of which wins.

    `near` are names that look like settings, where they stand and the line as it may be shown;
    `hosts` texts of unread names for a mail host.
    """

    label: str
    kind: OriginKind
    candidates: tuple[Candidate, ...] = ()
    near: tuple[tuple[str, Origin, str | None], ...] = ()
    hosts: tuple[Secret, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether this was said on the command line."""
        return self.kind in {"option", "target"}


def layers_of(  # branches: comprehensions over the texts of each source
    sources: Sequence[Source], given: Sequence[Layer]
) -> list[Layer]:
    """The layers of these sources, in their order. `given` are those before them, whose secrets
    are masked here too."""
    masking = Masking(
        {
            *(
                candidate.raw.reveal()
                for layer in given
                for candidate in layer.candidates
                if candidate.field in SECRETS
            ),
            *(
                secret
                for source in sources
                for item in source.occurrences
                for secret in secrets_of(BY_NAME[item.name].kind, item)
            ),
            *(secret.reveal() for source in sources for secret in source.secrets),
            *(
                user.value.reveal()
                for source in sources
                for user in source.occurrences
                for other in source.occurrences
                if BY_NAME[user.name].kind == "username" and BY_NAME[other.name].kind == "secret"
                if is_swapped(user.value.reveal(), other.value.reveal())
            ),
            *(
                item.value.reveal()
                for source in sources
                for item in source.near
                if BY_NAME[looks_like(item.name) or item.name].kind == "secret"
            ),
        }
    )
    found = []
    url_read = False
    for source in sources:
        candidates = tuple(_of_source(source, masking, parts=not url_read))
        # a URL of lower precedence is shadowed whole: its parts never fill another's gaps
        url_read = url_read or any(c.field == "url" and not c.blank for c in candidates)
        found.append(
            Layer(
                label=source.label,
                kind=source.kind,
                candidates=candidates,
                near=tuple(map(_by_name, source.near)),
                hosts=tuple(item.value for item in source.hosts),
            )
        )
    return found


def _by_name(item: Occurrence) -> tuple[str, Origin, str | None]:
    """The name, with the columns that it takes itself in its line, whose value is masked."""
    columns = item.line.columns if item.line is not None else (0, 0)
    before = item.line.text.reveal()[: columns[0] - 1] if item.line is not None else ""
    at = re.search(rf"(?<![\w.-]){re.escape(item.name)}(?=[\"']?\s*=)", before)
    if at is None:
        return item.name, item.origin, None
    origin = msgspec.structs.replace(item.origin, columns=(at.start() + 1, at.end() + 1))
    return item.name, origin, f"{before}{MASK}"


def _of_source(source: Source, masking: Masking, *, parts: bool) -> Iterator[Candidate]:
    latest: dict[str, Occurrence] = {}
    further_up: dict[str, list[Occurrence]] = {}
    for item in source.occurrences:
        if item.name in latest:
            further_up.setdefault(item.name, []).insert(0, latest[item.name])
        latest[item.name] = item
    for name, variable in BY_NAME.items():
        if name not in latest:
            continue
        item = latest[name]
        before = tuple(
            Shadowed(
                origin=(shown := masking.occurrence(variable.kind, other)).origin,
                text=shown.text,
                same=other.value.reveal() == item.value.reveal(),
            )
            for other in further_up.get(name, ())
        )
        if variable.kind == "url":
            yield from _of_url(item, masking, before, parts=parts)
            continue
        seen = masking.occurrence(variable.kind, item)
        yield Candidate(
            field=variable.field,
            kind=variable.kind,
            raw=item.value,
            origin=seen.origin,
            text=seen.text,
            source_line=seen.line,
            notes=(item.note,) if item.note else (),
            earlier=before,
        )


def _of_url(
    item: Occurrence, masking: Masking, earlier: tuple[Shadowed, ...], *, parts: bool
) -> Iterator[Candidate]:
    text = item.value.reveal()
    url, seen = masking.url(text, item), masking.occurrence("url", item)
    whole = url_candidate(url, text, seen)
    notes = (*((item.note,) if item.note else ()), *whole.notes)
    yield msgspec.structs.replace(whole, earlier=earlier, notes=notes)
    if parts and not whole.blank:
        yield from url_parts(url, masking, lambda part: seen.place(url, part.span), seen.line)


def url_candidate(url: URL, text: str, seen: Shown) -> Candidate:
    """The URL as a whole."""
    problem, detail = url.problem, url.detail
    if problem is None and url.mode is None and text.strip():
        problem, detail = "not-a-url", "no smtp:// or smtps:// before it"
    if problem is not None and is_unexpanded(text):
        problem, detail = "placeholder", "a template's text, not a URL"
    return Candidate(
        field="url",
        kind="url",
        raw=Secret(text),
        origin=seen.origin,
        text=seen.text,
        source_line=seen.line,
        notes=(Note(kind="tolerated"),) if url.tolerated else (),
        problem=problem,
        detail=detail,
    )


def url_parts(
    url: URL, masking: Masking, place: Callable[[Part], Origin], line: str | None
) -> Iterator[Candidate]:
    """What a URL says of other fields."""
    parts: tuple[tuple[Field, ValueKind, Part | None], ...] = (
        ("host", "host", url.host),
        ("port", "port", url.port),
        ("tls", "scheme", url.mode),
        ("username", "username", url.username),
        ("password", "secret", url.password),
        ("verify", "verify", url.verify),
    )
    for field, kind, part in parts:
        if part is None:
            continue
        value = part.value.reveal()
        # the mode's words are ours
        harmless = kind == "scheme" or url.shows(part)
        yield Candidate(
            field=field,
            kind=kind,
            raw=part.value,
            origin=place(part),
            text=(value if kind == "scheme" else masking.value(kind, value))
            if harmless
            else masking.value("secret", value),
            source_line=line,
            part_of="url",
        )


def hosts_of_environment(environ: Mapping[str, str]) -> tuple[str | None, ...]:
    """The mail hosts that the environment names, by whatever name: as look-ups have them, None
    for one that can't be read."""
    (layer,) = layers_of([environment(environ)], ())
    texts = [item.raw for item in layer.candidates if item.field == "host" and not item.blank]
    found = []
    for text in (*texts, *layer.hosts):
        meaning = values.read_host(text.reveal()[: values.LONGEST])
        if text.reveal().strip():
            found.append(meaning.value.name if meaning.value else None)
    return tuple(found)
