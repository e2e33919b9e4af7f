"""Layers are a list: any number of sources, in the order that a set-up's program has."""

from __future__ import annotations

import msgspec
import pytest

from smtpdoctor.observations import Observations, SettingRead, SettingsRead
from smtpdoctor.settings.candidates import layers_of
from smtpdoctor.settings.model import Credentials, Note, Origin, OriginKind, Secret, Settings
from smtpdoctor.settings.precedence import resolve
from smtpdoctor.settings.sources import Line, Occurrence, Source

from .reader import read


def source(label: str, kind: OriginKind, **values: str) -> Source:
    return Source(
        label=label,
        kind=kind,
        occurrences=tuple(
            Occurrence(
                name=name,
                value=Secret(value),
                origin=Origin(kind=kind, name=name, file=label, line=number),
                line=Line(text=Secret(f"{name}={value}"), columns=(len(name) + 2, len(name) + 2)),
            )
            for number, (name, value) in enumerate(values.items(), 1)
        ),
    )


def resolved(*sources: Source, named: bool = False) -> tuple[Settings, Credentials]:
    return resolve(
        layers_of(sources, []),
        folder="/srv/app",
        sources=tuple(item.label for item in sources),
        client=lambda: "nodemailer",
        named=named,
    )


def test_a_set_up_brings_its_own_list_of_sources() -> None:
    code = source("mailer.js", "file", SMTP_HOST="smtp.example.com", SMTP_PORT="587")
    first = source(".env.production", "file", SMTP_USER="a@example.com")
    second = source(".env", "file", SMTP_USER="b@example.com", SMTP_PASS="p", SMTP_PORT="25")
    settings, credentials = resolved(code, first, second)
    assert (settings.host, settings.port) == ("smtp.example.com", 587)
    assert settings.username == "a@example.com"
    assert credentials.password is not None  # one folder is one source
    port, user = settings.entry("port"), settings.entry("username")
    assert port is not None
    assert user is not None
    assert [item.origin.label for item in port.shadows] == [".env:3"]
    assert (port.problem, user.problem) == (None, None)  # of different sources: no conflict
    assert settings.client == "nodemailer"
    # and in the other order
    settings, _ = resolved(second, first, code)
    assert (settings.port, settings.username) == (25, "b@example.com")


def test_a_named_set_up_gets_the_environments_login() -> None:
    environment = source("environment", "environment", SMTP_USER="u", SMTP_PASS="p")
    code = source("mailer.js", "file", SMTP_HOST="mail.example.com")
    assert resolved(code, environment)[0].withheld is not None
    assert resolved(code, environment, named=True)[0].withheld is None


def test_a_url_keeps_its_login_to_its_own_host() -> None:
    code = source("mailer.js", "file", SMTP_HOST="b.example")
    settings, credentials = resolved(code, source(".env", "file", SMTP_URL="smtp://u:p@a.example"))
    assert settings.host == "b.example"
    assert settings.withheld is not None
    assert settings.withheld.reason == "written-for-another-host"
    assert credentials.password is None


def test_an_empty_value_hides_nothing() -> None:
    settings, _ = resolved(
        source("a", "environment", SMTP_HOST=" ", SMTP_PORT=""),
        source("b", "file", SMTP_HOST="h", SMTP_PORT="25"),
    )
    assert (settings.host, settings.port) == ("h", 25)


def test_of_two_names_of_one_source_the_first_in_the_table_wins() -> None:
    settings, _ = resolved(source("a", "file", SMTP_SERVER="b", SMTP_HOST="a"))
    assert settings.host == "a"
    entry = settings.entry("host")
    assert entry is not None
    assert entry.problem == "conflict"
    # the higher source wins whatever its name
    settings, _ = resolved(source("a", "file", SMTP_SERVER="b"), source("b", "file", SMTP_HOST="a"))
    assert settings.host == "b"


@pytest.mark.parametrize("kind", ["option", "target"])
def test_what_the_command_line_says_is_in_no_conflict(kind: OriginKind) -> None:
    settings, _ = resolved(source("options", kind, SMTP_HOST="a", SMTP_SERVER="b"))
    entry = settings.entry("host")
    assert entry is not None
    assert entry.problem is None


def test_a_value_that_cannot_be_one_conflicts_with_nothing() -> None:
    entry = read("SMTP_HOST=a\nSMTP_PORT=x\nSMTP_URL=smtp://a:25\n").entry("port")
    assert entry is not None
    assert entry.problem is None
    assert [item.text for item in entry.shadows] == ["x"]


# --- notes ---------------------------------------------------------------------------------------


def test_notes_stand_side_by_side() -> None:
    """A blank SMTP_PASSWORD beside it once hid that the password is cut off at a #."""
    entry = read("SMTP_HOST=h\nSMTP_PASS=abc #def\nSMTP_PASSWORD=\n").entry("password")
    assert entry is not None
    assert entry.noted("comment-behind")
    assert entry.notes == (
        Note(kind="comment-behind"),
        Note(kind="other-empty", name="SMTP_PASSWORD", place=".env:3"),
    )


def test_runs_that_were_saved_with_notes_as_text_are_read() -> None:
    settings = read("SMTP_HOST=h\nSMTP_USER=u\nSMTP_PASS='abc' # def\n")
    data = Observations(
        [
            SettingsRead(id="1", settings=settings, ok=True),
            *(SettingRead(id=entry.field, setting=entry, ok=True) for entry in settings.entries),
        ]
    ).to_builtins()
    old = msgspec.json.decode(msgspec.json.encode(data))
    old[0]["settings"].pop("withheld")
    old[0]["settings"]["credentials_withheld"] = True
    for entry in [item["setting"] for item in old[1:]] + old[0]["settings"]["entries"]:
        entry.pop("notes")
        entry["note"] = "python-dotenv takes what follows # for a comment; empty"
    (first, *_) = Observations.from_builtins(old)
    assert isinstance(first, SettingsRead)
    assert first.settings.host == "h"
    assert first.settings.withheld is None
    assert all(entry.notes == () for entry in first.settings.entries)


def test_a_port_that_no_host_stands_beside_is_that_of_a_target() -> None:
    """There is no other host that it could belong to."""
    found = read("SMTP_PORT=2525\n", target="mail.example.net")
    assert (found.host, found.port) == ("mail.example.net", 2525)
    found = read("SMTP_PORT=2525\nSMTP_HOST=mail.example.org\n", target="mail.example.net")
    assert (found.host, found.port) == ("mail.example.net", 587)
