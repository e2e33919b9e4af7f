"""The header From, RFC 5322 §3.4 and §3.6.2, RFC 2047, RFC 6532, RFC 6854."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpdoctor.mail_policy import HeaderFrom, parse_header_from


def authors(text: str) -> list[tuple[str, str, str]]:
    header = parse_header_from(text)
    assert header.faults == (), header.faults
    return [(author.display_name, author.local_part, author.domain) for author in header.authors]


def kinds(text: str) -> list[str]:
    return [fault.kind for fault in parse_header_from(text).faults]


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("info@example.com", ("", "info", "example.com")),
        ("<info@example.com>", ("", "info", "example.com")),
        ("  info@example.com  ", ("", "info", "example.com")),
        ("Info <info@Example.COM>", ("Info", "info", "example.com")),
        ('"Müller, GmbH" <info@example.com>', ("Müller, GmbH", "info", "example.com")),
        ("Müller <info@example.com>", ("Müller", "info", "example.com")),
        ("=?utf-8?q?M=C3=BCller?= <info@example.com>", ("Müller", "info", "example.com")),
        (
            "=?iso-8859-1?Q?M=FCller=2C?= GmbH <info@example.com>",
            ("Müller, GmbH", "info", "example.com"),
        ),
        # RFC 5322 appendix A.1.2
        (
            '"Joe Q. Public" <john.q.public@example.com>',
            ("Joe Q. Public", "john.q.public", "example.com"),
        ),
        (
            '"Giant; \\"Big\\" Box" <sysservices@example.net>',
            ('Giant; "Big" Box', "sysservices", "example.net"),
        ),
        # appendix A.5 and A.6.1: comments, and a phrase of the obsolete syntax
        (
            "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
            ("Pete", "pete", "silly.test"),
        ),
        (
            "Joe Q. Public <john.q.public@example.com>",
            ("Joe Q. Public", "john.q.public", "example.com"),
        ),
        ('"a b"@example.com', ("", "a b", "example.com")),
        ("<@relay.example:user@example.com>", ("", "user", "example.com")),
        # IDN and SMTPUTF8
        ("info@müller.de", ("", "info", "xn--mller-kva.de")),
        ("info@straße.de", ("", "info", "xn--strae-oqa.de")),
        ("info@xn--mller-kva.de", ("", "info", "xn--mller-kva.de")),
        ("用户@例え.jp", ("", "用户", "xn--r8jz45g.jp")),
        # folded
        ("Info\r\n <info@example.com>", ("Info", "info", "example.com")),
        ("Info\n\t<info@example.com>", ("Info", "info", "example.com")),
        ("a_b@my_host.example.com", ("", "a_b", "my_host.example.com")),
    ],
)
def test_one_author(text: str, author: tuple[str, str, str]) -> None:
    assert authors(text) == [author]


def test_several_authors_and_groups() -> None:
    header = parse_header_from("a@example.com, B <b@example.org>, c@example.com")
    assert header.faults == ()
    assert header.domains == ("example.com", "example.org")
    group = parse_header_from("Team: a@example.com, b@example.com;")
    assert group.faults == ()
    assert group.domains == ("example.com",)


def test_the_domain_as_written_is_kept() -> None:
    (author,) = parse_header_from("info@Müller.de").authors
    assert author.domain_as_written == "Müller.de"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        (" \t ", "empty"),
        ("undisclosed-recipients:;", "no-address"),
        ("info", "no-domain"),
        ("Info", "no-domain"),
        ("info@", "syntax"),
        ("@example.com", "syntax"),
        ("a@b@example.com", "syntax"),
        ("<>", "syntax"),
        ("<<a@example.com>>", "syntax"),
        ("Info <info@example.com", "syntax"),
        ("info@example.com>", "syntax"),
        ("a@example.com;b@example.com", "syntax"),
        ("mailto:info@example.com", "syntax"),
        ("a.b.@example.com", "syntax"),
        ("info@example..com", "syntax"),
        ("Müller, Hans <info@example.com>", "unquoted-comma"),
        ("info@[192.0.2.1]", "domain-literal"),
        ("info@localhost", "domain-malformed"),
        ("info@-example.com", "domain-malformed"),
        ("info@example-.com", "domain-malformed"),
        ("info@" + "a" * 64 + ".com", "domain-malformed"),
        ("info@" + "a." * 150 + "com", "domain-malformed"),
        ("info@exa$mple.com", "domain-malformed"),
        ("info@ex\u200bample.com", "invisible-character"),
        ("info@\u202eexample.com", "invisible-character"),
        ("in\x00fo@example.com", "invisible-character"),
        ("info@example.com\nBcc: x@example.org", "line-break"),
        ("info@example.com\r\nBcc: x@example.org", "line-break"),
        ("info@example.com\rBcc: x@example.org", "line-break"),
        ("a" * 3000 + "@example.com", "too-long"),
    ],
)
def test_faults(text: str, kind: str) -> None:
    assert kinds(text)[0] == kind


@pytest.mark.parametrize(
    "text", ["info@[192.0.2.1]", "info@localhost", "info@ex\u200bample.com", "info@-x.com"]
)
def test_a_domain_that_cant_be_looked_up_is_not_handed_on(text: str) -> None:
    header = parse_header_from(text)
    assert header.domains == ()
    assert header.authors[0].local_part == "info"


def test_an_author_is_kept_where_the_rest_is_broken() -> None:
    header = parse_header_from("Info <info@example.com")
    assert header.domains == ("example.com",)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900 + ")" * 900 + " a@example.com",
        '"' * 2000,
        "<" * 2000,
        "\\" * 2000,
        "[" * 2000,
        "(" * 2000,
        "=?utf-8?q?" * 200,
        ": ;" * 600,
        "a:" * 900,
        "a b " * 490 + "<a@b.c>",
        "a@b.c," * 330,
        "=?utf-8?b?////?= <a@b.co>",
        "\ud800@example.com",
        "\udcff <a@example.com>",
        "a" * 10_000_000,
    ],
)
def test_hostile_headers_end(text: str) -> None:
    header = parse_header_from(text)
    assert msgspec.json.decode(msgspec.json.encode(header), type=HeaderFrom) == header


@settings(deadline=None)
@given(st.text(alphabet='ab@.<>(),:;"\\[] =?utf8q\r\n\té例\u200b\x00', max_size=60))
def test_any_text_is_read(text: str) -> None:
    header = parse_header_from(text)
    assert header.faults or header.authors
    for domain in header.domains:
        assert domain.isascii()
        assert "." in domain
