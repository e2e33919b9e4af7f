"""A change of settings worded in the names that the user's own settings use.

This module knows how a setting is written where the user has it. It must not know why it is to
be changed, nor does it write files.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from smtpdoctor.settings.model import (
    MASK,
    Edit,
    Field,
    Origin,
    Prepared,
    Setting,
    Settings,
    TLSMode,
)
from smtpdoctor.settings.names import BY_NAME, is_kind, name_of, preferred

#: The ways to say yes and no: whoever wrote one of a pair goes on with the other.
PAIRS = {"true": "false", "1": "0", "yes": "no", "on": "off", "ssl": "tls"}

OPTION: dict[Field, str] = {
    "host": "--host",
    "port": "--port",
    "tls": "--tls",
    "sender": "--from",
    "username": "--user",
}
IN_WORDS: dict[Field, str] = {
    "host": "the host",
    "port": "the port",
    "tls": "the TLS mode",
    "sender": "the sender",
    "username": "the user name",
}

#: Texts that were read as the value they were meant to be.
READABLE = {None, "quotes", "conflict"}


class Mode(NamedTuple):
    """A TLS mode to arrive at. `required` None: either will do."""

    tls: TLSMode
    required: bool | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What to write. `settings` maps names to new values, None removes one.

    `edits` stand for what `settings` can't say without a secret; `steps` for what is not in a
    file, or stands behind a secret in its line.
    """

    settings: dict[str, str | None] = {}
    edits: tuple[Edit, ...] = ()
    steps: tuple[str, ...] = ()


def change(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    tls: TLSMode | None = None,
    tls_required: bool | None = None,
    sender: str | None = None,
    username: str | None = None,
) -> Change:
    """The smallest change after which the settings say these values; None leaves one as it is.

    `tls_required` means something for STARTTLS only; with None either will do, and SMTP_TLS knows
    required STARTTLS alone. What follows from other values (the mode from the port, the port from
    the mode) is not written. `edits` of one line stand from right to left, so that each fits after
    those before it.
    """
    if settings.setup is not None:
        return _prepared(settings, host=host, port=port, tls=tls, sender=sender, username=username)
    values: dict[Field, str] = {}
    if host is not None and not _says(settings, "host", host):
        values["host"] = host
    if sender is not None and settings.sender != sender:
        values["sender"] = sender
    if username is not None and not _says(settings, "username", username):
        values["username"] = username
    mode = None
    if tls is not None or tls_required is not None:
        mode = Mode(tls or settings.tls, tls_required)
    to_write: tuple[Field, ...] = ()
    if host is not None or port is not None or mode is not None:
        to_write = _port_and_mode(settings, port, mode, new_host="host" in values)
    if "port" in to_write:
        values["port"] = str(port or settings.port)
    writer = _Writer(settings, mode or Mode(settings.tls, settings.tls_required))
    fields: tuple[Field, ...] = tuple(values)
    if "tls" in to_write:
        fields = (*fields, "tls")
    writer.write(fields, values)
    return writer.change()


def to_send(settings: Settings) -> Change | None:
    """The change after which a set-up's program sends by its settings; None where none is known."""
    found = next((item for item in settings.prepared if item.sends), None)
    if found is None:
        return None
    return Change(settings=found.settings, edits=found.edits, steps=found.steps)


def to_decode(settings: Settings) -> Change:
    """The change after which a set-up's program decodes the login that it takes out of a URL."""
    found = next((item for item in settings.prepared if item.decodes), None)
    return Change(edits=found.edits) if found is not None else Change()


def _prepared(  # branches: one wish after the other, put together at the end
    settings: Settings,
    *,
    host: str | None,
    port: int | None,
    tls: TLSMode | None,
    sender: str | None,
    username: str | None,
) -> Change:
    """The change in a set-up's own files, as it was worked out while they were read."""
    made: list[Prepared] = []
    missing: list[str] = []
    wanted = {"host": host, "sender": sender, "username": username}
    for name, value in wanted.items():
        said = value == getattr(settings, name) and not _is_faulty(settings, name)  # type: ignore[arg-type]
        if value is None or said:
            continue
        found = next((item for item in settings.prepared if getattr(item, name)), None)
        if found is None:
            missing.append(f"{IN_WORDS[name]} {value}")  # type: ignore[index]
        else:
            made.append(found)
    now = (settings.port, settings.tls)
    stops = any(remark.kind == "fault" for remark in settings.remarks)
    if (port or settings.port, tls or settings.tls) != now or (stops and tls is not None):
        goal = _goal(settings, port, tls)
        if goal is not None:
            made.append(goal)
        else:
            mode = {"implicit": "implicit TLS", "starttls": "STARTTLS", "none": "no TLS"}
            missing.append(f"port {port or settings.port} with {mode[tls or settings.tls]}")
    elif port is not None and host == settings.host and _is_faulty(settings, "host"):
        # it stood behind the host, where the new text has none
        missing.append(f"{IN_WORDS['port']} {port}")
    texts = {**{name: value or "" for name, value in wanted.items()}, "port": str(port or "")}
    steps = []
    if missing:
        place = settings.setup.name.partition(" ")[2] if settings.setup else ""
        steps.append(f"in {place}: {', '.join(missing)}")
    return Change(
        settings={
            name: _filled(text, texts) for item in made for name, text in item.settings.items()
        },
        edits=tuple(
            msgspec.structs.replace(edit, with_=_filled(edit.with_, texts) or "")
            for item in made
            for edit in item.edits
        ),
        steps=(*(step for item in made for step in item.steps), *steps),
    )


def is_prepared(settings: Settings, tls: TLSMode) -> bool:
    """Whether it is known how the set-up's program comes to the mode on its port."""
    return _goal(settings, settings.port, tls) is not None


def _goal(settings: Settings, port: int | None, tls: TLSMode | None) -> Prepared | None:
    """The change that leads to the port and mode, the one that was worked out for them first."""
    new_port = port if port != settings.port else None
    new_tls = tls if tls != settings.tls else None
    for wanted in ((new_port, new_tls), (new_port, tls), ("any" if new_port else None, new_tls)):
        for item in settings.prepared:
            named = item.host or item.sender or item.username or item.sends or item.decodes
            if (item.port, item.tls) == wanted and not named:
                return item
    return None


def _filled(text: str | None, values: dict[str, str]) -> str | None:
    for name, value in values.items():
        text = text and text.replace(f"{{{name}}}", value)
    return text


def _says(settings: Settings, field: Field, value: str) -> bool:
    """Whether the setting says just that, and nothing speaks against it."""
    entry = settings.entry(field)
    return entry is not None and entry.text == value and entry.problem is None


def _text(settings: Settings, field: Field) -> str | None:
    entry = settings.entry(field)
    return entry.text if entry is not None else None


def _port_and_mode(
    settings: Settings, port: int | None, mode: Mode | None, *, new_host: bool
) -> tuple[Field, ...]:
    """Which of port and mode have to be written: none, one, or both."""
    aim = (port or settings.port, mode.tls if mode else settings.tls)
    required = mode.required if mode else None
    port_said, mode_said = _said_port(settings, new_host=new_host), _said_mode(settings)
    must: set[Field] = set()
    if port is not None and _is_faulty(settings, "port"):
        must.add("port")
    if mode is not None and _is_faulty(settings, "tls"):
        must.add("tls")
    # the smallest change first; never would either of two of one size do
    choices: list[tuple[Field, ...]] = [(), ("port",), ("tls",), ("port", "tls")]
    for choice in choices:
        tls = aim[1] if "tls" in choice else mode_said
        comes_to = _come_to(aim[0] if "port" in choice else port_said, tls)
        met = aim[1] != "starttls" or "tls" in choice or _meets(settings, required)
        if must <= set(choice) and comes_to == aim and met:
            return choice
    return choices[-1]


def _said_port(settings: Settings, *, new_host: bool) -> int | None:
    """The port that the settings say, by themselves or behind a host that stays."""
    entry = settings.entry("port")
    if entry is not None and entry.text and entry.problem in READABLE:
        return settings.port
    return None if new_host else _port_behind(settings)


def _said_mode(settings: Settings) -> TLSMode | None:
    """The mode that the settings say; an empty SMTP_SECURE says one, too."""
    entry = settings.entry("tls")
    if entry is None or entry.problem not in READABLE:
        return None
    return settings.tls if entry.text or is_kind(entry.origin.name, "secure") else None


def _is_faulty(settings: Settings, field: Field) -> bool:
    entry = settings.entry(field)
    return entry is not None and entry.problem is not None


def _meets(settings: Settings, required: bool | None) -> bool:
    """Whether STARTTLS is required as asked for, as far as the user's variable can say it."""
    if required in {None, settings.tls_required}:
        return True
    entry = settings.entry("tls")
    return entry is not None and is_kind(entry.origin.name, "tls") and required is False


def _port_behind(settings: Settings) -> int | None:
    """The port of a host written as `host:port`."""
    if ":" not in (written := _text(settings, "host") or ""):
        return None
    from smtpdoctor.settings.values import Host, read_host  # many expressions, mostly not needed

    read = read_host(written)
    return read.value.port if isinstance(read.value, Host) else None


def _come_to(port: int | None, tls: TLSMode | None) -> tuple[int, TLSMode]:
    """What port and mode come to where one of them, or both, are not said."""
    tls = tls or ("implicit" if port == 465 else "starttls")
    return port or (465 if tls == "implicit" else 587), tls


class _Writer:
    """Words each value where and how the user has it."""

    def __init__(self, settings: Settings, mode: Mode) -> None:
        self.now = settings
        self.mode = mode
        self.settings: dict[str, str | None] = {}
        self.edits: list[Edit] = []
        self.options: list[str] = []
        self.environment: list[str] = []
        self.container: list[str] = []
        self.steps: list[str] = []

    def change(self) -> Change:
        steps = []
        if self.options:
            steps.append(f"on the command line: {' '.join(self.options)}")
        if self.environment:
            names = " and ".join(dict.fromkeys(self.environment))
            steps.append(f"change {names} in the environment, which wins over any file")
        if self.container:
            names = " and ".join(dict.fromkeys(self.container))
            steps.append(f"change {names} where the environment on standard input comes from")
        return Change(
            settings=self.settings,
            edits=tuple(self.edits),
            steps=(*steps, *dict.fromkeys(self.steps)),
        )

    def write(self, fields: tuple[Field, ...], values: dict[Field, str]) -> None:
        url = self.now.entry("url")
        in_url = tuple(field for field in fields if url is not None and self._in_url(field, url))
        if url is not None and in_url:
            self._url(url, in_url, values)
        for field in fields:
            if field not in in_url:
                self._plain(field, values.get(field, ""))

    # --- variables and options -------------------------------------------------------------

    def _plain(self, field: Field, value: str) -> None:
        entry = self.now.entry(field)
        if entry is None or entry.origin.kind == "default":
            self._set(field, preferred(field), value)
            return
        names = [entry.origin.name]
        if entry.origin.kind in {"option", "target"}:
            name = OPTION[field] if entry.origin.kind == "option" or field != "host" else "TARGET"
            self.options.append(f"{name} {self._option_word(field, value)}")
            names = [item.origin.name for item in entry.shadows[:1]] or [preferred(field)]
        else:
            names += self._beside(entry)
        for name in names:
            if name in BY_NAME and BY_NAME[name].field == field:
                self._set(field, name, value, entry)
            elif name in BY_NAME:
                place = next(i.origin for i in entry.shadows if i.origin.name == name)
                self.steps.append(f"in {name} ({place.label}): {IN_WORDS[field]} {value}".strip())

    def _beside(self, entry: Setting) -> list[str]:
        """The other names of the same source for the same thing: they would contradict."""
        return [
            item.origin.name
            for item in entry.shadows
            if (item.origin.kind, item.origin.file) == (entry.origin.kind, entry.origin.file)
            and item.origin.name != entry.origin.name
            and BY_NAME[item.origin.name].field == entry.field
        ]

    def _set(self, field: Field, name: str, value: str, entry: Setting | None = None) -> None:
        if field == "tls":
            name, value = self._mode_word(name, entry)
        elif field == "sender" and entry is not None and "<" in entry.text:
            named = re.sub(r"<[^<>]*>", lambda _: f"<{value}>", entry.text.strip(), count=1)
            if MASK in named:  # the name before the address isn't shown: it stays as it is
                place = f"{name} ({entry.origin.label})"
                self.steps.append(f"in {place}: {IN_WORDS[field]} {value}")
                return
            value = named
        self.settings[name] = value
        self._place(name, entry.origin if entry else None)

    def _place(self, name: str, origin: Origin | None) -> None:
        if origin is not None and origin.kind == "environment":
            self.environment.append(name)
        if origin is not None and origin.kind == "stdin":
            self.container.append(name)

    def _mode_word(self, name: str, entry: Setting | None) -> tuple[str, str]:
        """The variable and the word for the mode. SMTP_SECURE can't say "none": SMTP_TLS does.
        SMTP_TLS can't say opportunistic STARTTLS: its `starttls` is required."""
        tls, required = self.mode
        if BY_NAME[name].kind == "tls":
            return name, tls
        if tls == "none":
            self.settings[name_of("tls")] = "none"
            return name, "false"
        old = entry.text.strip() if entry is not None and entry.origin.name == name else ""
        return name, _dialect(old, tls, required)

    def _option_word(self, field: Field, value: str) -> str:
        return self.mode.tls if field == "tls" else value

    # --- URLs ------------------------------------------------------------------------------

    def _in_url(self, field: Field, url: Setting) -> bool:
        entry = self.now.entry(field)
        if not url.text:
            return False
        if entry is not None and entry.text:
            return entry.part_of == "url" and entry.origin.name == url.origin.name
        return field in {"host", "port", "tls"}

    def _url(self, url: Setting, fields: tuple[Field, ...], values: dict[Field, str]) -> None:
        port = values.get("port") if "port" in fields else None
        required = self.mode.required is True or (
            self.mode.required is None and self.now.tls_required
        )
        words = {
            "implicit": "smtps",
            "starttls": "smtp, STARTTLS required" if required else "smtp",
            "none": "smtp, no TLS",
        }
        from smtpdoctor.settings.url import replacements

        found = replacements(
            url.text,
            host=values.get("host") if "host" in fields else None,
            port=int(port) if port else None,
            mode=words[self.mode.tls] if "tls" in fields else None,
            username=values.get("username") if "username" in fields else None,
        )
        text = url.text
        for (start, end), new in reversed(found):
            text = text[:start] + new + text[end:]
        if url.origin.kind == "target":
            self.options.append(text)
            for field in fields:
                self._set(field, preferred(field), values.get(field, ""))
            return
        for field in fields:
            entry = self.now.entry(field)
            for name in self._beside(entry) if entry is not None else ():
                self._set(field, name, values.get(field, ""), entry)
        name = url.origin.name
        if MASK not in text:
            self.settings[name] = text
            self._place(name, url.origin)
        elif edits := _edits(url, found):
            self.edits += edits
        else:
            self.steps.append(
                f"write {name} ({url.origin.label}) as {text}, your own password in place of {MASK}"
            )


def _dialect(old: str, tls: TLSMode, required: bool | None) -> str:
    """The word of SMTP_SECURE, kept in the way of speaking of the old one."""
    word = old.lower()
    back = {no: yes for yes, no in PAIRS.items()}
    if tls == "implicit":
        new = back.get(word, word if word in PAIRS else "true")
    elif required or (required is None and word in {"ssl", "tls", "starttls"}):
        return word if word in {"tls", "starttls"} else "tls" if word == "ssl" else "starttls"
    else:
        new = PAIRS.get(word, word if word in back else "false")
        new = "false" if new == "tls" else new
    return new.upper() if old.isupper() else new.title() if old.istitle() else new


def _edits(url: Setting, found: list[tuple[tuple[int, int], str]]) -> list[Edit]:
    """The changes of the file's own characters; none where one of them stands behind a secret.

    Columns behind a secret would tell its length.
    """
    origin = url.origin
    if origin.kind != "file" or origin.file is None or origin.line is None:
        return []
    if origin.columns is None or url.source_line is None:
        return []
    line, first = url.source_line, origin.columns[0]
    first += max(line[first - 1 :].find(url.text), 0)
    edits = []
    for (start, end), new in reversed(found):
        columns = (first + start, first + end)
        old = url.text[start:end]
        if MASK in line[: columns[1] - 1] or line[columns[0] - 1 : columns[1] - 1] != old:
            return []
        edits.append(
            Edit(
                file=origin.file,
                line=origin.line,
                columns=columns,
                replace=old,
                with_=new,
                exact=True,
            )
        )
    return edits
