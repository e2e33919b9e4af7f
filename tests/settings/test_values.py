"""Single values: what a text means, and what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.settings import values
from smtpdoctor.settings.model import PasswordShape, Problem, Secret
from smtpdoctor.settings.values import IMPLICIT, OPPORTUNISTIC, PLAIN, REQUIRED, Host, Mode


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("smtp.ionos.com", "smtp.ionos.com"),
        ("SMTP.Ionos.COM", "smtp.ionos.com"),
        ("smtp.ionos.com.", "smtp.ionos.com"),
        ("localhost", "localhost"),
        ("mail_server", "mail_server"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("smtp.bücher.example", "smtp.bücher.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_good_host(text: str, name: str) -> None:
    assert values.read_host(text) == values.Meaning(value=Host(name))


@pytest.mark.parametrize(
    ("text", "problem", "name", "port"),
    [
        ("smtp://smtp.ionos.com", "scheme", "smtp.ionos.com", None),
        ("https://smtp.ionos.com/", "scheme", "smtp.ionos.com", None),
        ("ssl://smtp.ionos.com:465", "scheme", "smtp.ionos.com", 465),
        ("smtp.ionos.com:587", "port", "smtp.ionos.com", 587),
        ("[::1]:2525", "port", "::1", 2525),
        ("smtp.ionos.com ", "blanks", "smtp.ionos.com", None),
        ("\tsmtp.ionos.com\n", "blanks", "smtp.ionos.com", None),
        ("smtp. ionos.com", "blanks", "smtp.ionos.com", None),
        ("smtp ionos com", "blanks", None, None),
        ('"smtp.gmail.com"', "quotes", "smtp.gmail.com", None),
        ("'smtp.gmail.com'", "quotes", "smtp.gmail.com", None),
        ("“smtp.gmail.com”", "quotes", "smtp.gmail.com", None),
        ('"smtp.gmail.com:587",', "port", "smtp.gmail.com", 587),
        ("smtp.ionos.com,", "characters", "smtp.ionos.com", None),
        ("smtp.ionos.com;", "characters", "smtp.ionos.com", None),
        ("smtp.ionos.com/", "characters", "smtp.ionos.com", None),
        ("smtp.ionos.com/path", "characters", "smtp.ionos.com", None),
        ("smtp.ionos.com:", "characters", "smtp.ionos.com", None),
        ("info@smtp.ionos.com", "characters", "smtp.ionos.com", None),
        ("smtp.ionos.com\u200b", "characters", "smtp.ionos.com", None),
        ("smtp..ionos.com", "characters", None, None),
        (".", "characters", None, None),
        ("smtp.ionos.com:99999", "characters", None, None),
        ("smtp.ionos.com:smtp", "characters", None, None),
        ("a" * 64 + ".example", "characters", None, None),
        ("smtp*ionos.com", "characters", None, None),
        ("::1::", "characters", None, None),
        ("${SMTP_HOST}", "placeholder", None, None),
        ("smtp.${DOMAIN}", "placeholder", None, None),
    ],
)
def test_bad_host_and_what_was_meant(
    text: str, problem: Problem, name: str | None, port: int | None
) -> None:
    read = values.read_host(text)
    assert read.problem == problem
    assert read.detail
    assert read.value == (Host(name, port) if name else None)


def test_host_names_every_slip() -> None:
    detail = values.read_host(' "smtp://smtp.ionos.com:587",').detail
    for slip in ("blank", "around", "smtp://", ":587"):
        assert slip in detail


@pytest.mark.parametrize(
    ("text", "value"), [("587", 587), (" 465 ", 465), ("1", 1), ("65535", 65535), ("0587", 587)]
)
def test_good_port(text: str, value: int) -> None:
    assert values.read_port(text) == values.Meaning(value=value)


@pytest.mark.parametrize(
    ("text", "problem", "value"),
    [
        ("0", "out-of-range", None),
        ("65536", "out-of-range", None),
        ("99999", "out-of-range", None),
        ("9" * 5000, "out-of-range", None),
        ("-1", "not-a-number", None),
        ("587.0", "not-a-number", None),
        ("58 7", "not-a-number", None),
        ("smtp", "not-a-number", None),
        ("٥٨٧", "not-a-number", None),
        ("²", "not-a-number", None),
        ('"587"', "quotes", 587),
        ("${PORT}", "placeholder", None),
        ("tcp://10.96.0.12:587", "not-a-number", None),
    ],
)
def test_bad_port(text: str, problem: Problem, value: int | None) -> None:
    read = values.read_port(text)
    assert (read.problem, read.value) == (problem, value)
    assert len(read.detail) < 200 or len(text) > 100


def test_port_of_a_kubernetes_service_is_explained() -> None:
    assert "Kubernetes" in values.read_port("tcp://10.96.0.12:25").detail
    assert "Kubernetes" not in values.read_port("smtp").detail


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        *((word, IMPLICIT) for word in ("true", "TRUE", "True", "1", "yes", "on", "ssl", " true ")),
        *((word, OPPORTUNISTIC) for word in ("false", "False", "0", "no", "off", "")),
        *((word, REQUIRED) for word in ("tls", "TLS", "starttls", "STARTTLS")),
    ],
)
def test_secure(text: str, mode: Mode) -> None:
    assert values.read_secure(text) == values.Meaning(value=mode)


@pytest.mark.parametrize("text", ["maybe", "2", "implicit", "none", "truee", "465"])
def test_secure_that_is_no_mode(text: str) -> None:
    assert values.read_secure(text).problem == "not-a-mode"
    assert values.read_secure(text).value is None


@pytest.mark.parametrize(
    ("text", "mode"),
    [("implicit", IMPLICIT), ("STARTTLS", REQUIRED), ("starttls", REQUIRED), ("none", PLAIN)],
)
def test_tls(text: str, mode: Mode) -> None:
    assert values.read_tls(text) == values.Meaning(value=mode)


@pytest.mark.parametrize("text", ["foo", "true", "ssl", "tls", ""])
def test_tls_that_is_no_mode(text: str) -> None:
    assert values.read_tls(text).problem == "not-a-mode"


def test_quotes_around_a_word_are_a_problem_whose_meaning_is_plain() -> None:
    assert values.read_secure('"true"').problem == "quotes"
    assert values.read_secure('"true"').value == IMPLICIT


@pytest.mark.parametrize(
    ("text", "value"), [("0", False), ("false", False), ("no", False), ("1", True), ("true", True)]
)
def test_verify(text: str, value: bool) -> None:
    assert values.read_verify(text) == values.Meaning(value=value)


def test_verify_that_cannot_be_read_keeps_verification_on() -> None:
    assert values.read_verify("maybe").problem == "not-a-mode"
    assert values.read_verify("maybe").value is True


@pytest.mark.parametrize(
    ("text", "value"), [("0", False), ("1", True), ("false", True), ("", True)]
)
def test_node_knows_zero_only(text: str, value: bool) -> None:
    assert values.read_node_verify(text) == values.Meaning(value=value)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("info@example.com", "info@example.com"),
        ("Shop <info@example.com>", "info@example.com"),
        ('"Shop, Ltd." <info@example.com>', "info@example.com"),
        ("<info@example.com>", "info@example.com"),
        ("Größe <größe@bücher.example>", "größe@bücher.example"),
        ("first.last+tag@example.com", "first.last+tag@example.com"),
        ("root@localhost", "root@localhost"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        (" info@example.com ", "info@example.com"),
        ('"in fo"@example.com', '"in fo"@example.com'),  # RFC 5321 §4.1.2, Quoted-string
        ('"a@b"@example.com', '"a@b"@example.com'),
        ('Shop <"in fo"@example.com>', '"in fo"@example.com'),
    ],
)
def test_good_address(text: str, address: str) -> None:
    assert values.read_address(text) == values.Meaning(value=address)


@pytest.mark.parametrize(
    "text",
    [
        "info",
        "info@",
        "@example.com",
        "info@example..com",
        "info@@example.com",
        "info@example.com, sales@example.com",
        "Shop <info@example.com",
        "Shop info@example.com",
        "Shop info@example.com>",
        "Shop <info>",
        "Shop <a@example.com> <b@example.com>",
        "in fo@example.com",
        "info@exam ple.com",
        ".info@example.com",
        "in..fo@example.com",
        "info@example.com\nBcc: x@example.com",
        "info@example.com:587",
        "info@smtp://example.com",
        "mailto:info@example.com",
        "a" * 65 + "@example.com",
        '"info@example.com',
        '"in"fo"@example.com',
        '"in\nfo"@example.com',
        '""@example.com',
        '"info"@example com',
    ],
)
def test_bad_address(text: str) -> None:
    read = values.read_address(text)
    assert (read.problem, read.value) == ("not-an-address", None)


def test_quoted_address_is_a_problem_whose_meaning_is_plain() -> None:
    read = values.read_address('"info@example.com"')
    assert (read.problem, read.value) == ("quotes", "info@example.com")


@pytest.mark.parametrize(
    ("text", "problem", "value"),
    [
        ("info@example.com", None, "info@example.com"),
        ("DOMAIN\\user", None, "DOMAIN\\user"),
        ("it's", None, "it's"),
        ("info@example.com ", "blanks", "info@example.com"),
        ("info@example.com\n", "blanks", "info@example.com"),
        ('"info@example.com"', "quotes", "info@example.com"),
        ("your-username", "placeholder", "your-username"),
    ],
)
def test_username(text: str, problem: Problem | None, value: str) -> None:
    read = values.read_username(text)
    assert (read.problem, read.value) == (problem, value)


def test_secret_is_never_changed_and_never_printed() -> None:
    read = values.read_secret(Secret(' "c4n4ry" '))
    assert read.value is not None
    assert read.value.reveal() == ' "c4n4ry" '
    assert "c4n4ry" not in repr(read)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("hunter2", ()),
        (" hunter2", ("blank-at-start",)),
        ("hunter2 ", ("blank-at-end",)),
        ("hunter2\u00a0", ("blank-at-end", "non-ascii")),
        ('"hunter2"', ("double-quoted",)),
        ("'hunter2'", ("single-quoted",)),
        ("hun#ter2", ("hash",)),
        ("hun$ter2", ("dollar",)),
        ("hun\\ter2", ("backslash",)),
        ("hünter2", ("non-ascii",)),
        ("hunter 2", ("inner-blanks",)),
        ("hunter2\n", ("newline",)),
        ("hunter2 \n", ("blank-at-end", "newline")),
        ("changeme", ("placeholder",)),
        ("abcdefghijklmnop", ("app-password-like",)),
        ("abcd efgh ijkl mnop", ("inner-blanks", "app-password-like")),
        ("Abcdefghijklmnop", ()),
        ("abcdefghijklmno", ("app-password-like",)),  # no length is told
        ("abcdef", ("app-password-like",)),
        ("abcd efgh", ("inner-blanks", "app-password-like")),
        ("abcd efg", ("inner-blanks",)),
        ('"', ()),
        ("'a\"", ()),
    ],
)
def test_password_shape(text: str, shape: tuple[PasswordShape, ...]) -> None:
    assert values.password_shape(text) == shape


@given(st.text(st.characters(), max_size=60))
def test_no_text_raises(text: str) -> None:
    for read in (
        values.read_host,
        values.read_port,
        values.read_size,
        values.read_secure,
        values.read_tls,
        values.read_verify,
        values.read_node_verify,
        values.read_username,
        values.read_address,
        values.read_word,
        values.password_shape,
    ):
        read(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [("10485760", 10485760), ("10MB", 10_000_000), ("10 MiB", 10485760), ("25m", 25_000_000)],
)
def test_a_size_may_have_a_unit(text: str, size: int) -> None:
    assert values.read_size(text).value == size


@pytest.mark.parametrize("text", ["big", "10XB", "-1", "1.5MB", ""])
def test_a_size_that_is_none(text: str) -> None:
    assert values.read_size(text).problem == "not-a-number"
