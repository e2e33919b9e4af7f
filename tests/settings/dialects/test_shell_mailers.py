"""swaks and sendEmail in shell scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.readers.model import Span
from smtpdoctor.settings.setups import find_setups

from .support import apply, one, prepared, setups, workspace, write
from .ways import changes_lead_there, password, way

HOST = "smtp.ionos.com"
SWAKS = "--to a@b.example -f shop@example.com -au info@example.com --auth-password 'wo#rd'"
SENDEMAIL = "-f shop@example.com -t a@b.example -u hello -xu info@example.com -xp 'wo#rd' -m x"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--server smtp.ionos.com:587 --tls", (587, "starttls", True)),
        ("-s smtp.ionos.com -p 587 -tlso", (587, "starttls", False)),
        ("-server smtp.ionos.com --port 465 --tls-on-connect", (465, "implicit", False)),
        ("-s smtp.ionos.com -tlsc", (465, "implicit", False)),
        ("--server smtp.ionos.com:587 -tlsc", (587, "implicit", False)),
        ("--server smtp.ionos.com:465 --tls", (465, "starttls", True)),
        ("--server smtp.ionos.com --tls -tlsc", (465, "implicit", False)),
        ("--server=smtp.ionos.com --port=587 --tls", (587, "starttls", True)),
        ("--server smtp.ionos.com:587", (587, "none", False)),
        ("--server smtp.ionos.com", (25, "none", False)),
    ],
)
def test_swaks(tmp_path: Path, options: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"send.sh": f"#!/bin/sh\nswaks {options} {SWAKS}\n"})
    setup = one(root, "swaks")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "wo#rd")
    assert setup.settings.sender == "shop@example.com"
    assert not setup.settings.verify
    changes_lead_there(root, "swaks")


@pytest.mark.parametrize(
    ("dialect", "command", "verifies"),
    [
        ("swaks", "swaks -s smtp.ionos.com --tls --tls-verify --helo box.example.com", True),
        ("swaks", "swaks -s smtp.ionos.com --tls --ehlo=box.example.com", False),
        ("sendemail", "sendEmail -s smtp.ionos.com -f a@b.example -o fqdn=box.example.com", True),
    ],
)
def test_the_name_in_ehlo_and_whether_it_verifies(
    tmp_path: Path, dialect: str, command: str, verifies: bool
) -> None:
    settings = one(write(tmp_path, {"a.sh": f"{command}\n"}), dialect).settings
    assert (settings.ehlo, settings.verify) == ("box.example.com", verifies)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("-s smtp.ionos.com:587 -o tls=yes", (587, "starttls", True)),
        ("-s smtp.ionos.com:587", (587, "starttls", False)),
        ("-s smtp.ionos.com:465 -o tls=auto message-charset=utf-8", (465, "starttls", False)),
        ("-o message-charset=utf-8 tls=no -s smtp.ionos.com:587", (587, "none", False)),
        ("-s smtp.ionos.com", (25, "starttls", False)),
    ],
)
def test_sendemail(tmp_path: Path, options: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"send.sh": f"#!/bin/sh\nsendEmail {options} {SENDEMAIL}\n"})
    setup = one(root, "sendemail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "wo#rd")
    assert setup.settings.sender == "shop@example.com"
    if expected[:2] != (587, "starttls"):
        apply(root, prepared(setup.settings, 587, "starttls"))
        assert way(one(root, "sendemail"))[:3] == (HOST, 587, "starttls")


SCRIPT = """\
#!/usr/bin/env bash
# swaks --server other.example --to x
SERVER="smtp.ionos.com"
PORT=${SMTP_PORT:-587}
if ! /usr/bin/swaks --server "$SERVER:$PORT" --tls \\
    --auth LOGIN --auth-user "$SMTP_USER" --auth-password "$SMTP_PASS" \\
    --from "$SMTP_USER" --to "$1"; then
  exit 1
fi
./sendEmail -f "$SMTP_USER" -t "$1" -s "$SERVER":$PORT -xu "$SMTP_USER" -xp "$SMTP_PASS" -o tls=yes
"""


def test_variables_of_the_script_and_of_the_environment(tmp_path: Path) -> None:
    env = "SMTP_PORT=465\nSMTP_USER=info@example.com\nSMTP_PASS='wo:rd'\n"
    root = write(tmp_path, {"bin/send.sh": SCRIPT, ".env": env})
    for dialect in ("swaks", "sendemail"):
        setup = one(root, dialect)
        assert way(setup) == (HOST, 465, "starttls", True)
        assert (setup.settings.username, password(setup)) == ("info@example.com", "wo:rd")
        assert setup.settings.sender == "info@example.com"


@pytest.mark.parametrize(
    "command",
    [
        "swaks --to a@b.example",
        "apt-get install swaks sendemail",
        "sendemail -f a@b.example -t c@d.example",
        "echo 'swaks --server smtp.example.com'",
    ],
)
def test_what_names_no_server_is_no_set_up(tmp_path: Path, command: str) -> None:
    assert setups(write(tmp_path, {"a.sh": f"#!/bin/sh\n{command}\n"})) == []


def test_a_password_that_is_asked_for_is_none(tmp_path: Path) -> None:
    script = "swaks -s smtp.ionos.com:587 -tls -au info@example.com -ap --to a@b.example\n"
    setup = one(write(tmp_path, {"a.sh": script}), "swaks")
    assert (setup.settings.username, password(setup)) == ("info@example.com", None)


MAILX = "-S from=shop@example.com -S smtp-auth=login -S smtp-auth-user=info@example.com "
MAILX += "-Ssmtp-auth-password='wo#rd'"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("-S mta=smtp://smtp.ionos.com:587 -S smtp-use-starttls", (587, "starttls", True)),
        ("-Smta=smtps://smtp.ionos.com:465", (465, "implicit", False)),
        ("-S smtp=smtps://smtp.ionos.com:587 -S smtp-use-starttls", (587, "implicit", False)),
        ("-S smtp=smtp.ionos.com:465 -Ssmtp-use-starttls", (465, "starttls", True)),
        ("-S mta=submission://smtp.ionos.com", (587, "none", False)),
        ("-S mta=submissions://smtp.ionos.com", (465, "implicit", False)),
        ("-S mta=smtp://other.example -S smtp=smtp.ionos.com", (25, "none", False)),
    ],
)
def test_mailx(tmp_path: Path, options: str, expected: tuple[int, str, bool]) -> None:
    script = f"#!/bin/sh\necho x | mailx -s hello {options} {MAILX} a@b.example\n"
    root = write(tmp_path / "app", {"send.sh": script})
    setup = one(root, "mailx")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "wo#rd")
    assert setup.settings.sender == "shop@example.com"
    if "=smtp.ionos.com" not in options:  # a name alone can't say TLS from the first byte
        changes_lead_there(root, "mailx")
    elif expected[1] == "none":
        apply(root, prepared(setup.settings, 587, "starttls"))
        assert way(one(root, "mailx")) == (HOST, 587, "starttls", True)


MAILRC = """\
# set mta=smtp://other.example
set v15-compat from="shop@example.com"
set mta=smtp://info%40example.com:wo%23rd@smtp.ionos.com:465 smtp-use-starttls
set tls-verify=ignore
"""


def test_a_file_of_settings(tmp_path: Path) -> None:
    root = write(tmp_path / "home", {".mailrc": MAILRC})
    setup = one(root, "mailx")
    assert way(setup) == (HOST, 465, "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "wo#rd")
    assert setup.settings.sender == "shop@example.com"
    assert not setup.settings.verify
    mode = setup.settings.entry("tls")
    assert mode is not None
    assert (mode.origin.name, mode.text) == ("smtp-use-starttls", "true")
    changes_lead_there(root, "mailx")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.sh", "mail -s hello a@b.example\n"),
        ("a.sh", "mailx -S sendwait -S from=x@b.example a@b.example\n"),
        ("a.sh", "mailx -S mta=file:///usr/sbin/sendmail a@b.example\n"),
        ("a.sh", "mailx -S mta=/usr/bin/msmtp -S from=x@b.example a@b.example\n"),
        (".mailrc", "set mta=/usr/bin/msmtp from=x@b.example\n"),
        (".mailrc", "set ask\nalias boss a@b.example\n"),
    ],
)
def test_mail_by_the_hosts_own_program_is_no_set_up(tmp_path: Path, name: str, text: str) -> None:
    assert setups(write(tmp_path, {name: text})) == []


PRINTED = "$(cat /run/secrets/password)"


@pytest.mark.parametrize(
    ("dialect", "command"),
    [
        ("mailx", "mailx -S smtp=smtp.ionos.com:587 -S smtp-auth-user=x -S smtp-auth-password={}"),
        ("mailx", 'mailx -S smtp=smtp.ionos.com:587 -S smtp-auth-user=x -S"smtp-auth-password={}"'),
        (
            "mailx",
            'mailx -S smtp=smtp.ionos.com:587 -S smtp-auth-user=x -S "smtp-auth-password={}"',
        ),
        ("swaks", "swaks -s smtp.ionos.com:587 --tls --auth-user=x --auth-password={}"),
        ("sendemail", "sendEmail -s smtp.ionos.com:587 -f a@b.example -xu x -o password={}"),
    ],
)
def test_a_password_that_a_command_prints_is_not_taken_for_none(
    tmp_path: Path, dialect: str, command: str
) -> None:
    script = f"{command.format(PRINTED)} a@b.example\n"
    settings = one(write(tmp_path, {"a.sh": script}), dialect).settings
    assert (settings.host, settings.username) == (HOST, "x")
    assert [each.field for each in settings.untellable] == ["password"]


def test_a_server_that_a_command_prints_is_not_known(tmp_path: Path) -> None:
    script = "mailx -S smtp=$(cat server) -S smtp-use-starttls -S smtp-auth-user=x a@b.example\n"
    settings = one(write(tmp_path, {"a.sh": script}), "mailx").settings
    assert [each.field for each in settings.untellable] == ["host"]


def test_what_a_message_says_is_no_option(tmp_path: Path) -> None:
    script = "sendEmail -s smtp.ionos.com:587 -f a@b.example -t c@d.example -m tls=no -u tls=no\n"
    assert way(one(write(tmp_path, {"a.sh": script}), "sendemail"))[2] == "starttls"


@pytest.mark.parametrize(
    ("dialect", "command"),
    [
        ("swaks", "swaks -s smtp.ionos.com:465 --tls -au x -ap {}"),
        ("mailx", "mail -S smtp=smtp.ionos.com:465 -S smtp-auth-user=x -Ssmtp-auth-password={}"),
    ],
)
def test_a_password_that_ends_like_a_command_is_never_shown(
    tmp_path: Path, dialect: str, command: str
) -> None:
    secret = f"Xy12/{command.split(maxsplit=1)[0]}"
    root = write(tmp_path, {"a.sh": f"{command.format(secret)} a@b.example\n"})
    assert password(one(root, dialect)) == secret
    looked_at = workspace(root)
    list(find_setups(looked_at).setups)
    line = looked_at.shown(Span("a.sh", 1, (1, 2), 1), keep=False)
    assert line is not None
    assert "Xy12" not in line.text


@pytest.mark.parametrize(
    ("first", "said", "expected"),
    [
        ("", "pa$word", "pa$word"),
        ("", "a&b;c|d(e)`f<<g", "a&b;c|d(e)`f<<g"),
        ("", "'pa$word #1'", "pa$word #1"),
        ("set v15-compat", "pa$word", "pa$word"),
        ("set v15-compat=yes", "pa$word", "pain"),
        ("set v15-compat=yes", "'pa$word'", "pa$word"),
    ],
)
def test_a_password_in_a_file_of_settings(
    tmp_path: Path, first: str, said: str, expected: str
) -> None:
    text = f"{first}\nset smtp=smtp.ionos.com:587 smtp-auth-user=x\nset smtp-auth-password={said}\n"
    setup = one(write(tmp_path, {".mailrc": f"{text}set smtp-use-starttls\n"}), "mailx", word="in")
    assert password(setup) == expected
    assert setup.settings.tls == "starttls"


ACCOUNTS = """\
set from=shop@example.com smtp-use-starttls
account first {
  set smtp=smtp.ionos.com:587 smtp-auth-user=info@example.com
  set smtp-auth-password=word
}
account second {
  set mta=smtp://smtp.example.org smtp-auth-user=u
}
account letters {
  set folder=imaps://imap.example.com
}
set tls-verify=ignore
"""


def test_accounts_are_set_ups_of_their_own(tmp_path: Path) -> None:
    first, second = setups(write(tmp_path, {".mailrc": ACCOUNTS}))
    assert (way(first), password(first)) == ((HOST, 587, "starttls", True), "word")
    assert first.settings.username == "info@example.com"
    assert way(second) == ("smtp.example.org", 25, "starttls", True)
    assert (second.settings.username, password(second)) == ("u", None)
    assert (first.settings.verify, second.settings.verify) == (False, False)
    assert [each.name.rpartition(":")[2][:1] for each in (first, second)] == ["3", "7"]
