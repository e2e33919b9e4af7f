"""Whose login goes where: every case of a login that is not released, and how it is allowed."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.login_release import Destination, WrittenSecret, why_not
from smtpdoctor.settings.model import Settings, Withheld, WithheldReason
from smtpdoctor.settings.show import show
from smtpdoctor.settings.words import how_to_allow, why_withheld

from .reader import read, read_all

LOGIN = "SMTP_USER=info@example.com\nSMTP_PASS=c4n4ry-pass\n"
HOME = f"SMTP_HOST=smtp.example.com\n{LOGIN}"
EXPORTED = {"SMTP_USER": "info@example.com", "SMTP_PASS": "c4n4ry-pass"}


def reason(settings: Settings) -> WithheldReason | None:
    return settings.withheld.reason if settings.withheld is not None else None


# --- the credentials' own source names another host ----------------------------------------------


@pytest.mark.parametrize(
    ("dotenv", "environ"),
    [
        ("SMTP_URL=smtp://u:c4n4ry-pass@a.example", {"SMTP_HOST": "b.example"}),
        ("SMTP_URL=smtp://b.example", {"SMTP_URL": "", **EXPORTED, "MAIL_HOST": "a.example"}),
        (HOME, {"SMTP_HOST": "b.example"}),
        (HOME, {"SMTP_SERVER": "b.example"}),
        (HOME, {"SMTP_URL": "smtps://b.example"}),
        # the name stands beside them, and is none that is read
        (f"SMTP_HOSTNAME=a.example\n{LOGIN}", {"SMTP_HOST": "b.example"}),
        (f"MAIL_HOST=a.example\n{LOGIN}", {"SMTP_HOST": "b.example"}),
        (f"smtp_host=a.example\n{LOGIN}", {"SMTP_HOST": "b.example"}),
        (f"MAILER_DSN=smtp://x:y@a.example:25\n{LOGIN}", {"SMTP_HOST": "b.example"}),
        (f"EMAIL_HOST=${{HOST}}\n{LOGIN}", {"SMTP_HOST": "b.example"}),
    ],
)
def test_credentials_written_for_another_host(dotenv: str, environ: dict[str, str]) -> None:
    settings, credentials = read_all(dotenv, environ)
    assert settings.host == "b.example"
    assert reason(settings) in {"written-for-another-host", "another-host-asked"}
    assert not settings.has_credentials
    assert credentials.password is None
    assert credentials.username is None


@pytest.mark.parametrize(
    ("dotenv", "environ"),
    [
        (HOME, {}),
        (HOME, {"SMTP_HOST": "SMTP.example.com."}),
        (LOGIN, {"SMTP_HOST": "b.example"}),  # nothing says that they are another's
        ("SMTP_URL=smtp://u:p@a.example", {"SMTP_HOST": "a.example"}),
        (f"SMTP_HOST=a.example\nMAIL_HOST=imap.example\n{LOGIN}", {}),
        (f"MAIL_HOST=b.example\n{LOGIN}", {"SMTP_HOST": "b.example"}),
        (f"DB_HOST=a.example\nREDIS_URL=redis://c\n{LOGIN}", {"SMTP_HOST": "b.example"}),
        (f"MAIL_HOST=\n{LOGIN}", {"SMTP_HOST": "b.example"}),
        (None, {"SMTP_HOST": "a.example", **EXPORTED}),
        ("SMTP_HOST=z.example\n", {"SMTP_HOST": "a.example", **EXPORTED}),
    ],
)
def test_credentials_at_home(dotenv: str | None, environ: dict[str, str]) -> None:
    settings, credentials = read_all(dotenv, environ)
    assert reason(settings) is None
    assert settings.has_credentials
    assert credentials.password is not None


# --- a folder that somebody else wrote -----------------------------------------------------------


def test_hostile_folder_does_not_get_what_the_shell_exported() -> None:
    settings, credentials = read_all("SMTP_HOST=smtp.evil.example\n", EXPORTED)
    assert reason(settings) == "host-from-folder"
    assert settings.host == "smtp.evil.example"
    assert (credentials.username, credentials.password) == (None, None)
    # nor with a user of its own, a URL, or half of what the shell has
    for dotenv in (
        "SMTP_HOST=smtp.evil.example\nSMTP_USER=me\n",
        "SMTP_URL=smtp://me@smtp.evil.example\n",
        "SMTP_URL=smtp://me:x@smtp.evil.example\n",
    ):
        _, credentials = read_all(dotenv, {"SMTP_PASS": "c4n4ry-pass"})
        assert credentials.password is None, dotenv
    _, credentials = read_all("SMTP_HOST=evil.example\n", {**EXPORTED, "SMTP_OAUTH_TOKEN": "t"})
    assert credentials.token is None


def test_a_containers_environment_is_no_folder() -> None:
    settings, _ = read_all(None, EXPORTED, stdin="SMTP_HOST=a.example\n", env_file="-")
    assert settings.has_credentials


def test_a_known_providers_host_may_come_from_the_folder() -> None:
    settings = read("SMTP_HOST=smtp.ionos.com\n", EXPORTED)
    assert reason(settings) is None
    assert settings.has_credentials


def test_a_host_near_a_known_provider_is_none() -> None:
    assert reason(read("SMTP_HOST=smtp.ionos.com.evil.example\n", EXPORTED)) == "host-from-folder"


def test_a_host_that_the_user_names_may_have_them() -> None:
    settings = read("SMTP_HOST=mail.example.com\n", EXPORTED, host="mail.example.com")
    assert settings.has_credentials
    assert reason(settings) is None


def test_a_set_up_that_was_named_may_have_them() -> None:
    secret = WrittenSecret(home="environment", place="environment")
    folder = Destination(host="a.example", home="folder")
    named = Destination(host="a.example", home="folder", named=True)
    assert why_not(secret, folder, is_provider=lambda _: False) is not None
    assert why_not(secret, named, is_provider=lambda _: False) is None
    # but not where it stands beside another host
    elsewhere = WrittenSecret(home="environment", place="environment", hosts=("b.example",))
    assert why_not(elsewhere, named, is_provider=lambda _: True) is not None


def test_places_of_one_folder_are_one_source() -> None:
    secret = WrittenSecret(home="folder", place=".env", hosts=())
    assert (
        why_not(secret, Destination(host="a", home="folder"), is_provider=lambda _: False) is None
    )


# --- TARGET and --host ---------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["target", "host"])
@pytest.mark.parametrize(
    "dotenv", [HOME, f"SMTP_HOSTNAME=smtp.example.com\n{LOGIN}", f"MAIL_HOST=a.example\n{LOGIN}"]
)
def test_another_host_asked_for(option: str, dotenv: str) -> None:
    settings, credentials = read_all(dotenv, **{option: "b.example"})
    assert reason(settings) == "another-host-asked"
    assert not settings.has_credentials
    assert credentials.password is None


@pytest.mark.parametrize("option", ["target", "host"])
def test_the_set_ups_own_user_releases_its_password(option: str) -> None:
    settings, credentials = read_all(HOME, **{option: "b.example"}, user="Info@example.com")
    assert reason(settings) is None
    assert credentials.password is not None


@pytest.mark.parametrize("option", ["target", "host"])
def test_another_user_does_not(option: str) -> None:
    settings, credentials = read_all(HOME, **{option: "b.example"}, user="me@example.com")
    assert reason(settings) == "another-host-asked"
    assert credentials.password is None


def test_another_user_gets_no_password_at_home_either() -> None:
    settings, credentials = read_all(HOME, user="me@example.com")
    assert reason(settings) == "another-user"
    assert (credentials.username, credentials.password) == ("me@example.com", None)
    settings, credentials = read_all(HOME, user="info@example.com")
    assert reason(settings) is None
    assert credentials.password is not None
    # the environment's password has the user of the file
    settings = read("SMTP_USER=u\n", {"SMTP_PASS": "p", "SMTP_HOST": "h"}, user="v")
    assert reason(settings) == "another-user"


def test_a_password_without_a_user_takes_the_one_that_is_given() -> None:
    settings = read("SMTP_HOST=a.example\nSMTP_PASS=p\n", user="me@example.com")
    assert settings.has_credentials
    # but not at another host: nobody's name was said
    settings = read("SMTP_HOST=a.example\nSMTP_PASS=p\n", user="me", host="b.example")
    assert reason(settings) == "another-host-asked"


def test_a_password_of_standard_input_is_for_this_run() -> None:
    settings, credentials = read_all(
        HOME, stdin="given\n", target="b.example", user="me", password_stdin=True
    )
    assert settings.has_credentials
    assert (credentials.username, credentials.password and credentials.password.reveal()) == (
        "me",
        "given",
    )
    # the configured user name stays with its host
    _, credentials = read_all(HOME, stdin="given\n", target="b.example", password_stdin=True)
    assert credentials.username is None


def test_configured_credentials_do_not_fill_the_gaps_of_a_targets() -> None:
    _, credentials = read_all(HOME, target="smtp://me@b.example")
    assert credentials.password is None


# --- a host that is a guess ----------------------------------------------------------------------


@pytest.mark.parametrize("host", ["info@smtp.example.com", "info:x@smtp.example.com", "smtp://u@h"])
def test_user_at_host_makes_no_login(host: str) -> None:
    settings, credentials = read_all(f"SMTP_HOST={host}\n")
    assert not settings.has_credentials
    assert (credentials.username, credentials.password) == (None, None)
    settings, credentials = read_all(f"SMTP_HOST={host}\n{LOGIN}")
    assert reason(settings) == "host-with-user"
    assert (credentials.username, credentials.password) == (None, None)
    _, credentials = read_all(
        f"SMTP_HOST={host}\n", stdin="given\n", user="me", password_stdin=True
    )
    assert credentials.password is None


# --- said ----------------------------------------------------------------------------------------


def test_it_is_said_why_and_how_to_allow_it() -> None:
    text = show(read("SMTP_HOST=smtp.evil.example\n", EXPORTED))
    assert "no login: the credentials come from the environment, and smtp.evil.example" in text
    assert "--host smtp.evil.example" in text
    text = show(read(HOME, {"SMTP_HOST": "b.example"}))
    assert "credentials from .env were written for smtp.example.com, not for b.example" in text


@pytest.mark.parametrize(
    "why",
    [
        "another-host-asked",
        "written-for-another-host",
        "host-from-folder",
        "another-user",
        "host-with-user",
    ],
)
def test_every_reason_has_words(why: WithheldReason) -> None:
    withheld = Withheld(reason=why, host="b.example", place=".env", written_for=("a.example",))
    assert why_withheld(withheld)
    assert how_to_allow(withheld).endswith(".")
