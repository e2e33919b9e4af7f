"""URLs taken apart: parts, places, what has to be encoded, and no secret in any message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.settings.model import MASK
from smtpdoctor.settings.url import URL, Part, read_url, replacements


def value(part: Part | None) -> str | None:
    return None if part is None else part.value.reveal()


def parts(url: URL) -> tuple[str | None, ...]:
    return tuple(value(p) for p in (url.mode, url.username, url.password, url.host, url.port))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp://smtp.example.com", ("smtp", None, None, "smtp.example.com", None)),
        ("smtps://smtp.example.com", ("smtps", None, None, "smtp.example.com", None)),
        ("SMTPS://smtp.example.com:2465", ("smtps", None, None, "smtp.example.com", "2465")),
        ("smtp://h:587/", ("smtp", None, None, "h", "587")),
        ("smtp://u:p@h:587", ("smtp", "u", "p", "h", "587")),
        ("smtp://u%40example.com:p%23%2F@h", ("smtp", "u@example.com", "p#/", "h", None)),
        ("smtp://u:p:q@h", ("smtp", "u", "p:q", "h", None)),
        ("smtp://u:a+b@h", ("smtp", "u", "a+b", "h", None)),
        ("smtp://u@h", ("smtp", "u", None, "h", None)),
        ("smtp://:p@h", ("smtp", None, "p", "h", None)),
        ("smtp://[2001:db8::1]:587", ("smtp", None, None, "[2001:db8::1]", "587")),
        ("smtp://h:587?from=a@b.example", ("smtp", None, None, "h", "587")),
        ("smtp://h/?from=a@b.example", ("smtp", None, None, "h", None)),
        ("smtp://u:p@h?from=a@b.example", ("smtp", "u", "p", "h", None)),
        ("smtp://h?secure=true", ("smtps", None, None, "h", None)),
        ("smtps://h?secure=false", ("smtp", None, None, "h", None)),
        ("smtp://h?requireTLS=true", ("smtp, STARTTLS required", None, None, "h", None)),
        ("smtp://h?require_tls=1", ("smtp, STARTTLS required", None, None, "h", None)),
        ("smtp://h?ignoreTLS=true", ("smtp, no TLS", None, None, "h", None)),
        ("smtp://h?auto_tls=false", ("smtp, no TLS", None, None, "h", None)),
        ("smtp://h?secure=", ("smtp", None, None, "h", None)),
        ("smtps://h?requireTLS=true", ("smtps", None, None, "h", None)),
        ("smtp.example.com:587", (None, None, None, "smtp.example.com", "587")),
        ("u:p@h:587", (None, "u", "p", "h", "587")),
        ("::1", (None, None, None, "::1", None)),
        ("[::1]:25", (None, None, None, "[::1]", "25")),
    ],
)
def test_parts(text: str, expected: tuple[str | None, ...]) -> None:
    url = read_url(text)
    assert parts(url) == expected
    assert url.problem is None


@pytest.mark.parametrize(
    ("text", "verify"),
    [
        ("smtp://h?tls.rejectUnauthorized=false", "false"),
        ("smtp://h?verify_peer=0", "false"),
        ("smtp://h?a=b&verify_peer=false", "false"),
        ("smtp://h?verify_peer=1", None),
        ("smtp://h?verify_peer=", None),
        ("smtp://h", None),
    ],
)
def test_certificate_verification_switched_off(text: str, verify: str | None) -> None:
    assert value(read_url(text).verify) == verify


@pytest.mark.parametrize(
    ("text", "username", "password", "code"),
    [
        ("smtp://u:pa/ss@h:587", "u", "pa/ss", "%2F"),
        ("smtp://u:pa?ss@h:587", "u", "pa?ss", "%3F"),
        ("smtp://u:pa#ss@h:587", "u", "pa#ss", "%23"),
        ("smtp://u:pa[ss@h:587", "u", "pa[ss", "%5B"),
        ("smtp://u:pa]ss@h:587", "u", "pa]ss", "%5D"),
        ("smtp://u:pa ss@h:587", "u", "pa ss", "%20"),
        ("smtp://u:pa%ss@h:587", "u", "pa%ss", "%25"),
        ("smtp://u:100%@h:587", "u", "100%", "%25"),
        ("smtp://u:12/34@h:587", "u", "12/34", "%2F"),
        ("smtp://u:12#34@h:587", "u", "12#34", "%23"),
        ("smtp://u:p@ss/w@h:587", "u", "p@ss/w", "%2F"),
        ("smtp://a/b:p@h:587", "a/b", "p", "%2F"),
    ],
)
def test_reserved_characters_break_the_url(
    text: str, username: str, password: str, code: str
) -> None:
    url = read_url(text)
    assert url.problem == "not-encoded"
    assert code in url.detail
    assert not url.tolerated
    assert parts(url)[1:] == (username, password, "h", "587")


@pytest.mark.parametrize("text", ["smtp://u:p@ss@h", "smtp://info@example.com:p@h"])
def test_at_sign_is_put_up_with(text: str) -> None:
    url = read_url(text)
    assert url.problem == "not-encoded"
    assert "%40" in url.detail
    assert url.tolerated


@pytest.mark.parametrize(
    "text", ["smtp://u:p%23@h", "smtp://u:a!$&'()*+,;=:-._~@h", "smtp://u:pä@h", "smtp://u%40e:p@h"]
)
def test_encoded_and_allowed_characters_are_no_problem(text: str) -> None:
    assert read_url(text).problem is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("https://h", "not-a-url"),
        ("mailgun+api://k@default", "not-a-url"),
        ("smtp://", "not-a-url"),
        ("smtp://:587", "not-a-url"),
        ("smtp://h:smtp", "not-a-url"),
        ("smtp://h h", "not-a-url"),
        ("smtp://h..i", "not-a-url"),
        ("smtp://h:99999", "out-of-range"),
        ("smtp://h:0", "out-of-range"),
    ],
)
def test_what_is_no_url(text: str, problem: str) -> None:
    assert read_url(text).problem == problem


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("smtp://u:c4n4ry@h:587", f"smtp://u:{MASK}@h:587"),
        ("smtp://u:c4n4ry/c4n4ry@h", f"smtp://u:{MASK}@h"),
        ("smtp://u:c4n@4ry@h", f"smtp://u:{MASK}@h"),
        ("u:c4n4ry@h", f"u:{MASK}@h"),
        ("smtp://u:c4n4ry", f"smtp://u:{MASK}"),
        ("smtp://u:c4n4ry#x", f"smtp://u:{MASK}"),
        ("smtp://h?user=u&password=c4n4ry", f"smtp://h?user={MASK}&password={MASK}"),
        ("smtp://h?secure=true&a=c4n4ry", f"smtp://h?secure=true{MASK}"),
        ("smtp://h?auth.pass=c4n4ry", f"smtp://h?auth.pass={MASK}"),
        ("https://u:c4n4ry@h", f"https://u:{MASK}@h"),
        ("smtp://h:587", "smtp://h:587"),
        ("smtp://u@h", "smtp://u@h"),
        ("smtp://u:@h", "smtp://u:@h"),
    ],
)
def test_masked(text: str, masked: str) -> None:
    assert read_url(text).masked == masked


def test_places_fit_the_text_and_its_masked_form() -> None:
    text = "smtps://info:c4n4ry-c4n4ry@smtp.example.com:465?password=c4n4ry"
    url = read_url(text)
    for part in (url.username, url.host, url.port):
        assert part is not None
        start, end = part.span
        assert text[start:end] == part.value.reveal()
        start, end = url.shift(part.span)
        assert url.masked[start:end] == part.value.reveal()
    assert url.password is not None
    start, end = url.shift(url.password.span)
    assert url.masked[start:end] == MASK


PIECES = st.lists(
    st.sampled_from(
        ["smtp://", "smtps:", "u", ":", "@", "h.example", "587", "/", "?", "#", "[", "]"]
    )
    | st.sampled_from(["%", "%40", "=", "&", " ", "secure=true", "password=", "\n", "ä"]),
    max_size=12,
).map("".join)


@given(PIECES)
def test_no_text_raises(text: str) -> None:
    url = read_url(text)
    replacements(url.masked, host="x", port=1, mode="smtps", username="v@w")


@given(
    st.sampled_from(["smtp://", "smtps://", ""]),
    st.text(st.sampled_from("abc.-%40@"), min_size=1, max_size=6),
    st.text(st.sampled_from("#/?@:%[] ="), max_size=3),
    st.text(st.sampled_from("#/?@:%[] ="), max_size=3),
    st.sampled_from(["@smtp.example.com:587", "@h", "@h/?a=b"]),
)
def test_secret_with_any_reserved_characters_stays_secret(
    scheme: str, user: str, before: str, behind: str, host: str
) -> None:
    url = read_url(f"{scheme}{user}:{before}c4n4ry{behind}{host}")
    assert "c4n4ry" not in url.masked + url.detail + repr(url)


@pytest.mark.parametrize(
    ("text", "changes", "result"),
    [
        ("smtps://h:587", {"mode": "smtp"}, "smtp://h:587"),
        ("smtp://h:465", {"mode": "smtps"}, "smtps://h:465"),
        ("smtp://h", {"port": 2525}, "smtp://h:2525"),
        ("smtp://h:25/", {"port": 587}, "smtp://h:587/"),
        ("smtp://h:25", {"host": "::1"}, "smtp://[::1]:25"),
        ("smtp://u@h", {"username": "a@b"}, "smtp://a%40b@h"),
        ("smtp://h?secure=true", {"mode": "smtp"}, "smtp://h?secure=false"),
        ("smtp://h?requireTLS=true", {"mode": "smtp"}, "smtp://h?requireTLS=false"),
        ("smtps://h", {"mode": "smtp, STARTTLS required"}, "smtp://h?requireTLS=true"),
        ("smtp://h?a=b", {"mode": "smtp, no TLS"}, "smtp://h?a=b&ignoreTLS=true"),
        ("h:587", {"mode": "smtps", "port": 465}, "smtps://h:465"),
    ],
)
def test_replacements(text: str, changes: dict[str, str | int], result: str) -> None:
    for (start, end), new in reversed(replacements(text, **changes)):  # type: ignore[arg-type]
        text = text[:start] + new + text[end:]
    assert text == result
