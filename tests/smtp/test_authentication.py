"""SASL mechanisms against the examples of their RFCs, and what must be cut out afterwards."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scramp import ScramMechanism

from smtpdoctor.smtp import authentication
from smtpdoctor.smtp.authentication import (
    PASSWORD_MECHANISMS,
    TOKEN_MECHANISMS,
    Mechanism,
    MechanismError,
    ScramSHA256,
    auth_command,
    choose,
    mechanism,
    response_line,
)
from smtpdoctor.smtp.replies import Reply

HOST = "smtp.example.com"


def start(name: str, username: str = "tim", secret: str = "tanstaaftanstaaf") -> Mechanism:
    return mechanism(name, username, secret, host=HOST, port=587)


def test_plain() -> None:  # RFC 4616 §4, without an authorisation identity
    assert start("PLAIN").initial() == b"\0tim\0tanstaaftanstaaf"
    assert start("PLAIN").respond(b"") == b"\0tim\0tanstaaftanstaaf"


def test_plain_carries_utf8() -> None:
    assert start("PLAIN", "jörg", "pässwörd€").initial() == "\0jörg\0pässwörd€".encode()


def test_bytes_of_the_environment_go_out_as_they_came() -> None:
    assert start("PLAIN", "a", b"\xe4".decode("utf-8", "surrogateescape")).initial() == b"\0a\0\xe4"


def test_plain_refuses_nul() -> None:
    with pytest.raises(MechanismError, match="NUL"):
        start("PLAIN", secret="canary\0x")


@pytest.mark.parametrize("name", PASSWORD_MECHANISMS)
def test_credentials_that_cannot_be_encoded_stay_out_of_the_error(name: str) -> None:
    with pytest.raises(MechanismError) as caught:
        start(name, secret="canary\ud800")
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_login_answers_in_order_whatever_the_prompts_say() -> None:
    for prompts in ([b"Username:", b"Password:"], [b"Password:", b"?"], [b"", b""]):
        login = start("LOGIN")
        assert login.respond(prompts[0]) == b"tim"
        assert login.respond(prompts[1]) == b"tanstaaftanstaaf"
        with pytest.raises(MechanismError):
            login.respond(b"more?")


def test_login_with_the_user_in_auth_itself_is_asked_for_the_password_alone() -> None:
    """smtplib and aiosmtplib do it so."""
    login = start("LOGIN")
    assert auth_command(login) == b"AUTH LOGIN\r\n"
    assert auth_command(login, ("LOGIN",)) == b"AUTH LOGIN dGlt\r\n"
    assert login.respond(b"Password:") == b"tanstaaftanstaaf"
    with pytest.raises(MechanismError):
        login.respond(b"more?")


def test_plain_that_is_asked_for_is_sent_whatever_the_prompt_says() -> None:
    """PHPMailer and curl wait for 334."""
    plain = start("PLAIN")
    assert auth_command(plain, ()) == b"AUTH PLAIN\r\n"
    assert plain.respond(b"go on") == b"\0tim\0tanstaaftanstaaf"


def test_cram_md5() -> None:  # RFC 2195 §2
    cram = start("CRAM-MD5")
    assert cram.initial() is None
    assert (
        cram.respond(b"<1896.697170952@postoffice.reston.mci.net>")
        == b"tim b913a602c7eda7a495b4e6e7334d3890"
    )


def test_scram_sha_256() -> None:  # RFC 7677 §3
    scram = ScramSHA256("user", "pencil", nonce="rOprNGfwEbeRWgbNEkqO")
    assert scram.initial() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    assert scram.respond(
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    ) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert scram.server_proof != "valid"
    assert scram.respond(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == b""
    assert scram.server_proof == "valid"
    with pytest.raises(MechanismError):
        scram.respond(b"")


def test_scram_verifies_the_server() -> None:
    scram = ScramSHA256("user", "pencil", nonce="rOprNGfwEbeRWgbNEkqO")
    scram.respond(
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    with pytest.raises(MechanismError, match="signature"):
        scram.respond(b"v=AAAATRBi23WpRRwtUp+mMhUZUn/dB5nLTJRsjl95G4k=")
    assert scram.server_proof != "valid"


def test_scram_against_a_server_with_a_first_challenge_that_is_empty() -> None:
    library = ScramMechanism("SCRAM-SHA-256")
    stored = library.make_auth_info("pässwörd")
    server = library.make_server(lambda user: stored)
    scram = start("SCRAM-SHA-256", "user=name,x", "pässwörd")
    server.set_client_first(scram.respond(b"").decode())
    server.set_client_final(scram.respond(server.get_server_first().encode()).decode())
    scram.respond(server.get_server_final().encode())
    assert scram.server_proof == "valid"


@pytest.mark.parametrize(
    "challenge",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b"e=other-error",
        b"r=somebody-else,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        b"r=abc%more,s=!,i=4096",
        b"r=abc%more,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
        b"r=abc%more,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=9000000",  # would take seconds
        b"r=abc%more,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=" + b"9" * 5000,
    ],
)
def test_scram_refuses_a_broken_challenge(challenge: bytes) -> None:
    scram = ScramSHA256("user", "pencil", nonce="abc")
    scram.respond(b"")
    with pytest.raises(MechanismError):
        scram.respond(challenge)


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_challenge_raises_nothing_but_mechanism_error(challenges: list[bytes]) -> None:
    for name in PASSWORD_MECHANISMS + TOKEN_MECHANISMS:
        exchange = start(name)
        try:
            for challenge in challenges:
                assert isinstance(exchange.respond(challenge), bytes)
        except MechanismError as error:
            assert "tanstaaf" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("name", PASSWORD_MECHANISMS + TOKEN_MECHANISMS)
def test_every_exchange_ends(name: str) -> None:
    exchange = start(name)

    def endless() -> None:
        while True:
            exchange.respond(b"")

    with pytest.raises(MechanismError):
        endless()


def test_xoauth2() -> None:
    exchange = start(
        "XOAUTH2", "someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
    )
    assert b64encode(exchange.initial()) == (  # the example of Google's documentation
        b"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJ"
        b"oZG1semRHRXVZMjl0Q2cBAQ=="
    )
    assert exchange.respond(b'{"status":"401"}') == b""


def test_oauthbearer() -> None:  # RFC 7628 §4.1 and §4.3
    exchange = mechanism(
        "OAUTHBEARER",
        "user@example.com",
        "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
        host="server.example.com",
        port=587,
    )
    assert b64encode(exchange.initial() or b"") == (
        b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyI"
        b"HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )
    assert response_line(exchange.respond(b'{"status":"invalid_token"}')) == b"AQ==\r\n"


def test_oauthbearer_escapes_the_identity() -> None:
    assert start("OAUTHBEARER", "a=b,c").initial().startswith(b"n,a=a=3Db=2Cc,\x01")


@pytest.mark.parametrize("name", TOKEN_MECHANISMS)
def test_a_token_with_the_separator_is_refused(name: str) -> None:
    with pytest.raises(MechanismError):
        start(name, secret="token\x01auth=Bearer other")


@pytest.mark.parametrize(
    ("offered", "order", "has_token", "chosen"),
    [
        (["LOGIN", "PLAIN"], [], False, "PLAIN"),
        (["CRAM-MD5", "LOGIN"], [], False, "LOGIN"),
        (["CRAM-MD5", "SCRAM-SHA-256"], [], False, "SCRAM-SHA-256"),
        (["plain"], [], False, "PLAIN"),
        (["PLAIN", "CRAM-MD5"], ["CRAM-MD5", "PLAIN"], False, "CRAM-MD5"),
        (["PLAIN", "GSSAPI"], ["gssapi", "plain"], False, "PLAIN"),
        (["PLAIN"], ["LOGIN"], False, None),
        (["GSSAPI", "XOAUTH2"], [], False, None),
        ([], [], False, None),
        (["OAUTHBEARER", "XOAUTH2", "PLAIN"], [], True, "XOAUTH2"),
        (["OAUTHBEARER", "XOAUTH2"], ["PLAIN", "LOGIN"], True, "XOAUTH2"),
        (["OAUTHBEARER", "XOAUTH2"], ["OAUTHBEARER", "XOAUTH2"], True, "OAUTHBEARER"),
        (["PLAIN", "LOGIN"], [], True, None),
    ],
)
def test_choose(
    offered: Sequence[str], order: Sequence[str], has_token: bool, chosen: str | None
) -> None:
    assert choose(offered, order, has_token) == chosen


def test_auth_command() -> None:
    assert auth_command(start("PLAIN")) == b"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"
    assert auth_command(start("LOGIN")) == b"AUTH LOGIN\r\n"
    assert auth_command(start("CRAM-MD5")) == b"AUTH CRAM-MD5\r\n"
    assert auth_command(start("SCRAM-SHA-256")).startswith(b"AUTH SCRAM-SHA-256 biws")


def test_an_initial_response_over_the_line_limit_waits_for_the_challenge() -> None:
    room = 12288 - len(b"AUTH XOAUTH2 \r\n")
    fits = start("XOAUTH2", "u", "t" * (room // 4 * 3 - len(b"user=u\x01auth=Bearer \x01\x01")))
    command = auth_command(fits)
    assert command.startswith(b"AUTH XOAUTH2 dXNl")
    assert 12288 - 4 < len(command) <= 12288
    too_long = start("XOAUTH2", "u", "t" * 9200)
    assert auth_command(too_long) == b"AUTH XOAUTH2\r\n"
    assert too_long.respond(b"").startswith(b"user=u\x01auth=Bearer ttt")


def test_an_empty_initial_response_is_an_equals_sign() -> None:
    class Empty:
        name = "EMPTY"

        def __init__(self) -> None:
            self.secrets_sent: list[bytes] = []

        def initial(self) -> bytes:
            return b""

        def respond(self, challenge: bytes) -> bytes:
            return b""

    assert auth_command(Empty(), ("EMPTY",)) == b"AUTH EMPTY =\r\n"
    assert response_line(b"") == b"\r\n"


@pytest.mark.parametrize(
    ("text", "challenge"),
    [
        ("VXNlcm5hbWU6", b"Username:"),
        ("VXNlcm5hbWU6 ", b"Username:"),
        ("", b""),
        ("Username:", b"Username:"),  # no base64, as some servers prompt
        ("VXNlcm5hbWU", b"VXNlcm5hbWU"),
        ("grüß", "grüß".encode()),
    ],
)
def test_challenge(text: str, challenge: bytes) -> None:
    assert authentication.challenge(Reply(334, (text,), b"")) == challenge


def test_whatever_is_sent_can_be_cut_out() -> None:
    challenges = {
        "PLAIN": [b""],
        "LOGIN": [b"Username:", b"Password:"],
        "CRAM-MD5": [b"<1@example.com>"],
        "SCRAM-SHA-256": [],
        "XOAUTH2": [b'{"status":"401"}'],
        "OAUTHBEARER": [b'{"status":"invalid_token"}'],
    }
    for name, sent in challenges.items():
        exchange = start(name)
        lines = [auth_command(exchange), *(response_line(exchange.respond(each)) for each in sent)]
        for line in lines:
            shown = line
            for secret in sorted(exchange.secrets_sent, key=len, reverse=True):
                shown = shown.replace(secret, b"***")
            for word in shown.split():
                with suppress(ValueError):
                    shown += b64decode(word)
            assert b"tanstaaf" not in shown
        assert b"tanstaaftanstaaf" in exchange.secrets_sent


def test_cram_and_scram_messages_are_secret_both_ways() -> None:
    cram = start("CRAM-MD5")
    answer = cram.respond(b"<1@example.com>")
    assert {b"<1@example.com>", b64encode(b"<1@example.com>"), answer, b64encode(answer)} <= set(
        cram.secrets_sent
    )
    scram = ScramSHA256("user", "pencil", nonce="rOprNGfwEbeRWgbNEkqO")
    server_first = (
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    messages = [scram.initial(), server_first, scram.respond(server_first)]
    for message in messages:
        assert {message, b64encode(message)} <= set(scram.secrets_sent)


def test_an_exchange_does_not_show_its_secrets() -> None:
    for name in PASSWORD_MECHANISMS + TOKEN_MECHANISMS:
        assert "tanstaaf" not in repr(start(name))
