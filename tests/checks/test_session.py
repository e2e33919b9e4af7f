"""One session with servers of every kind: what is sent, what never is, and how it ends.

Most of it runs on the network in memory; the last part on real sockets.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
import pytest

import smtpdoctor
from smtpdoctor.api import run as run_plan
from smtpdoctor.checks import auth
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Act, Answer, Behaviour, Endless
from smtpdoctor.demo.server import Session
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.plan import ConnectTo
from smtpdoctor.observations import Exchange, Handshake, LoginNotTried
from smtpdoctor.plans import make_plan
from smtpdoctor.report.model import Report
from smtpdoctor.report.saved import read
from smtpdoctor.settings.model import Settings
from smtpdoctor.settings.reading import Options
from smtpdoctor.text import visible

from ..fake_network import FakeNetwork
from ..runs import ADDRESS, HOST, Ran, as_json, certificate_of, one_host
from ..servers.fixtures import StartServer
from ..servers.sessions import verbs

ENDS = [Act.CLOSE, Act.RESET, Act.SILENCE]
NAMES = [act.name.lower() for act in ENDS]


@pytest.fixture
def healthy(authority: Authority) -> Behaviour:
    """A healthy server on 587, 465 with `implicit_tls`."""
    return Behaviour(certificate=certificate_of(authority))


def talk(
    authority: Authority,
    behaviour: Behaviour,
    *,
    env: Mapping[str, str | None] | None = None,
    **more: Any,
) -> Ran:
    """A run against this server on 587 (465 with implicit TLS), and nothing on the other port."""
    if behaviour.implicit_tls:
        network = one_host(authority, on_465=behaviour, on_587="refused")
        return Ran(network, authority, env={"SMTP_PORT": "465", **(env or {})}, **more)
    network = one_host(authority, on_587=behaviour, on_465="refused")
    return Ran(network, authority, env=env, **more)


def logins(ran: Ran) -> list[str]:
    """The mechanism of every AUTH command that any server was sent."""
    return [
        line.text.split()[1].decode()
        for session in ran.network.sessions
        for line in session.lines
        if line.is_command and line.verb == "AUTH"
    ]


def answers(ran: Ran) -> list[bytes]:
    """What any server was sent of a login: behind a mechanism's name, or for a challenge. A "*"
    ends a login, and tells nothing."""
    lines = [line for session in ran.network.sessions for line in session.lines]
    return [
        line.text
        for line in lines
        if (line.verb == "AUTH" and len(line.text.split()) > 2)
        or not (line.is_command or line.text == b"*")
    ]


def reasons(ran: Ran) -> list[str]:
    return [item.reason for item in ran.observations.of(LoginNotTried)]


# --- one login a run ------------------------------------------------------------------------


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_another_mechanism_follows_one_that_is_not_served(
    authority: Authority, healthy: Behaviour, code: int
) -> None:
    refused = replace(healthy, replies={"AUTH": f"{code} not here"})
    ran = talk(authority, refused)
    assert logins(ran) == ["PLAIN", "LOGIN"]
    assert ran.report.verdict == "broken"


def test_the_other_mechanism_may_be_the_one_that_works(
    authority: Authority, healthy: Behaviour
) -> None:
    ran = talk(authority, replace(healthy, unserved=("PLAIN",)))
    assert logins(ran) == ["PLAIN", "LOGIN"]
    assert ran.codes() == []


@pytest.mark.parametrize(
    "answer",
    [
        "535 5.7.8 Authentication credentials invalid",
        "534 5.7.9 use an app password",
        "538 encryption required",
        "530 5.7.0 authentication required",
        "550 no",
        "454 4.7.0 temporary",
        "421 bye",
        "250 what",
        Act.SILENCE,
        Act.CLOSE,
        Act.RESET,
        b"\x16\x03\x01 garbage",
        "nonsense",
    ],
    ids=str,
)
def test_no_second_login_after_any_other_answer(
    authority: Authority, healthy: Behaviour, answer: Answer
) -> None:
    """Neither with another mechanism nor over another port or host."""
    behaviour = replace(healthy, auth_answer=answer)
    network = one_host(authority, on_587=behaviour)
    ran = Ran(network, authority)
    assert logins(ran) == ["PLAIN"]
    assert ran.report.verdict in ("broken", "inconclusive")
    assert ran.crashes == []
    network.assert_tidy()


def test_a_wrong_password_is_sent_once(authority: Authority, healthy: Behaviour) -> None:
    mechanisms = ("CRAM-MD5", "LOGIN", "PLAIN", "SCRAM-SHA-256")
    ran = talk(authority, replace(healthy, mechanisms=mechanisms), env={"SMTP_PASS": "wrong-one"})
    assert logins(ran) == ["PLAIN"]
    assert ran.codes() == ["credentials-rejected"]


@pytest.mark.parametrize(
    ("client", "said", "offered", "expected"),
    [
        ("ruby-mail", (), ("LOGIN",), ["PLAIN"]),  # whatever is offered
        ("ruby-mail", ("LOGIN",), ("PLAIN",), ["LOGIN"]),
        ("go-net-smtp", ("LOGIN",), ("PLAIN", "LOGIN"), ["LOGIN"]),
        (None, ("LOGIN",), ("PLAIN", "LOGIN"), ["LOGIN"]),
        (None, ("LOGIN",), ("PLAIN",), []),
        (None, (), ("PLAIN", "LOGIN"), ["PLAIN"]),
    ],
)
def test_the_settings_say_by_which_mechanism_the_program_logs_in(
    authority: Authority,
    healthy: Behaviour,
    monkeypatch: pytest.MonkeyPatch,
    client: str | None,
    said: tuple[str, ...],
    offered: tuple[str, ...],
    expected: list[str],
) -> None:
    from smtpdoctor.checks import auth

    login = auth.log_in

    async def told(session: Any, settings: Any, *rest: Any, **more: Any) -> Any:
        named = msgspec.structs.replace(settings, client=client, mechanisms=said)
        return await login(session, named, *rest, **more)

    monkeypatch.setattr(auth, "log_in", told)
    assert logins(talk(authority, replace(healthy, mechanisms=offered))) == expected


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"])
@pytest.mark.parametrize("password", [PASSWORD, "pässwörd ✓"])
def test_every_mechanism_logs_in(
    authority: Authority, healthy: Behaviour, mechanism: str, password: str
) -> None:
    behaviour = replace(healthy, mechanisms=(mechanism,), users={USERNAME: password})
    ran = talk(authority, behaviour, env={"SMTP_PASS": password})
    assert logins(ran) == [mechanism]
    assert ran.report.verdict == "healthy"
    ran.network.assert_tidy()


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("right", [True, False])
def test_a_token_logs_in(
    authority: Authority, healthy: Behaviour, mechanism: str, right: bool
) -> None:
    tokens = {USERNAME: "ya29.c4n4ry-t0ken" if right else "another"}
    behaviour = replace(healthy, mechanisms=("PLAIN", mechanism), tokens=tokens)
    env = {"SMTP_PASS": None, "SMTP_OAUTH_TOKEN": "ya29.c4n4ry-t0ken"}
    ran = talk(authority, behaviour, env=env)
    assert logins(ran) == [mechanism]
    assert ran.report.verdict == ("healthy" if right else "broken")
    assert "c4n4ry" not in ran.everything()
    (login,) = ran.report.observations.of(Exchange, step="auth")
    assert (login.challenge is None) == right
    assert right or login.challenge.status
    if mechanism == "OAUTHBEARER":  # RFC 7628 §3.1: the server is named in the message
        (sent,) = (
            line.text.split()[2]
            for session in ran.network.sessions
            for line in session.lines
            if line.is_command and line.verb == "AUTH"
        )
        assert b"\x01host=mail.example.com\x01port=587\x01" in base64.b64decode(sent)


def test_a_server_that_goes_on_asking_is_given_up(authority: Authority, healthy: Behaviour) -> None:
    ran = talk(authority, replace(healthy, replies={"AUTH": Endless("334 VXNlcm5hbWU6")}))
    assert ran.report.verdict == "broken"
    (session,) = ran.network.sessions
    assert len([line for line in session.lines if not line.is_command]) < 10


# --- no login at all ------------------------------------------------------------------------


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("certificate", ["self-signed", "another name", "another authority"])
def test_no_login_without_a_verified_certificate(
    authority: Authority, certificate: str, implicit: bool
) -> None:
    with Authority("Somebody else") as stranger:
        made = {
            "self-signed": lambda: authority.issue([HOST], self_signed=True),
            "another name": lambda: authority.issue(["mail.example.net"]),
            "another authority": lambda: stranger.issue([HOST]),
        }[certificate]()
        ran = talk(authority, Behaviour(certificate=made, implicit_tls=implicit))
    assert logins(ran) == []
    assert ran.report.verdict == "broken"


@pytest.mark.parametrize("trusted", [True, False])
def test_no_login_with_verification_switched_off(
    authority: Authority, healthy: Behaviour, trusted: bool
) -> None:
    """The doctor verifies all the same: a password goes out only where the certificate is good."""
    certificate = authority.issue([HOST], self_signed=not trusted)
    env = {"SMTP_TLS_REJECT_UNAUTHORIZED": "false"}
    ran = talk(authority, replace(healthy, certificate=certificate), env=env)
    assert logins(ran) == (["PLAIN"] if trusted else [])
    assert reasons(ran) == ([] if trusted else ["verification-disabled"])
    assert "certificate-verification-disabled" in ran.codes("warning")
    assert ran.codes() == []
    ran.network.assert_tidy()


def test_no_login_on_a_host_that_looks_like_a_slip(authority: Authority) -> None:
    host = "smtp.ionos.con"
    behaviour = Behaviour(certificate=authority.issue([host]))
    network = one_host(authority, names={host: (ADDRESS,)}, on_587=behaviour)
    ran = Ran(network, authority, env={"SMTP_HOST": host})
    assert logins(ran) == []
    assert reasons(ran) == ["host-suspicious"]
    assert "host-name-typo" in ran.codes()


@pytest.mark.parametrize("injected", [b"250 OK\r\n", b"2", b"235 OK\r\n" * 1000, b"\r\n"])
def test_no_login_after_bytes_injected_at_starttls(
    authority: Authority, healthy: Behaviour, injected: bytes
) -> None:
    ran = talk(authority, replace(healthy, injected=injected))
    assert logins(ran) == []
    assert ran.codes() == ["starttls-injection"]
    # RFC 3207 §4: behind the 220 stands TLS or nothing, so no QUIT either
    assert ran.steps()[-1] == "starttls"


@pytest.mark.parametrize("password", ["your-password", "changeme", "${SMTP_PASSWORD}", "xxxxxxxx"])
def test_no_login_with_a_placeholder(
    authority: Authority, healthy: Behaviour, password: str
) -> None:
    ran = talk(authority, healthy, env={"SMTP_PASS": password})
    assert logins(ran) == []
    assert reasons(ran) == ["placeholder"]
    assert ran.codes() == ["credentials-placeholder"]


def test_no_login_with_the_hosts_text(authority: Authority, healthy: Behaviour) -> None:
    ran = talk(authority, healthy, env={"SMTP_USER": HOST})
    assert logins(ran) == []
    assert reasons(ran) == ["host-again"]
    assert ran.codes() == ["credentials-placeholder"]


@pytest.mark.parametrize(
    ("env", "changes"),
    [
        ({"SMTP_TLS": "none"}, {"mechanisms_in_clear": ("PLAIN",), "require_tls": False}),
        ({"SMTP_SECURE": "false"}, {"mechanisms_in_clear": ("PLAIN",), "starttls": False}),
        ({"SMTP_SECURE": "starttls"}, {"mechanisms_in_clear": ("PLAIN",), "starttls": False}),
        ({}, {"mechanisms_in_clear": ("PLAIN",), "replies": {"STARTTLS": "454 not now"}}),
    ],
    ids=["none", "opportunistic", "required", "refused"],
)
def test_no_login_outside_of_tls(
    authority: Authority,
    healthy: Behaviour,
    env: Mapping[str, str],
    changes: Mapping[str, Any],
) -> None:
    ran = talk(authority, replace(healthy, **changes), env=env)
    assert answers(ran) == []
    assert ran.report.verdict in ("broken", "inconclusive")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("538 5.7.11 Encryption required", "tls-required"),
        ("550 5.7.1 plaintext authentication not permitted here", "tls-required"),
    ],
)
def test_a_login_that_is_refused_in_clear_is_only_begun(
    authority: Authority, healthy: Behaviour, text: str, code: str
) -> None:
    behaviour = replace(healthy, mechanisms_in_clear=("LOGIN",), replies={"AUTH": text})
    ran = talk(authority, behaviour, env={"SMTP_TLS": "none"})
    assert (logins(ran), answers(ran)) == (["LOGIN"], [])
    assert [item.code for item in ran.report.diagnoses if item.severity == "error"] == [code]
    assert not ran.report.unexplained


@pytest.mark.parametrize("offered", [("PLAIN",), ("PLAIN", "LOGIN")])
def test_what_is_announced_in_clear_and_not_served_is_no_login(
    authority: Authority, healthy: Behaviour, offered: tuple[str, ...]
) -> None:
    behaviour = replace(
        healthy, mechanisms_in_clear=offered, replies={"AUTH": "504 5.5.4 not supported"}
    )
    ran = talk(authority, behaviour, env={"SMTP_TLS": "none"})
    assert (sorted(logins(ran)), answers(ran)) == (sorted(offered), [])
    assert ran.report.verdict == "broken"
    assert not ran.report.unexplained


def test_a_third_mechanism_may_be_served(authority: Authority, healthy: Behaviour) -> None:
    offered = ("PLAIN", "LOGIN", "CRAM-MD5")
    behaviour = replace(
        healthy, mechanisms_in_clear=offered, replies={"AUTH": "504 5.5.4 not supported"}
    )
    ran = talk(authority, behaviour, env={"SMTP_TLS": "none"})
    assert len(logins(ran)) == auth.MOST_BEGUN
    assert ran.report.verdict == "inconclusive"


def test_a_server_that_leaves_behind_rcpt(authority: Authority, healthy: Behaviour) -> None:
    """No command goes unanswered, and no message can follow."""
    ran = talk(authority, replace(healthy, replies={"RCPT": ("250 2.1.5 Ok", Act.CLOSE)}))
    assert ran.codes() == ["connection-closed"]
    assert "takes sender and recipient" in ran.report.diagnoses[0].title
    assert ran.steps()[-1] == "quit"


def test_a_limit_that_takes_no_message(authority: Authority, healthy: Behaviour) -> None:
    """Meant as megabytes. The server itself is asked whether it means it."""
    behaviour = replace(healthy, extensions=("SIZE 10",), replies={"MAIL": "552 5.3.4 too big"})
    ran = talk(authority, behaviour)
    assert ran.codes() == ["message-too-large"]
    assert ran.report.verdict == "broken"


@pytest.mark.parametrize(("limit", "verdict"), [("10", "warnings"), ("20480000", "healthy")])
def test_a_small_limit_that_the_server_does_not_keep(
    authority: Authority, healthy: Behaviour, limit: str, verdict: str
) -> None:
    ran = talk(authority, replace(healthy, extensions=(f"SIZE {limit}",)))
    assert ran.report.verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "501 5.5.4 Syntax: AUTH mechanism",
        "500 5.5.2 Bad auth arguments",
        "504 5.5.4 an initial response is needed",
        "535 5.7.8 no credentials",
        "454 4.7.0 not now",
    ],
)
def test_a_refusal_of_the_bare_command_tells_nothing(
    authority: Authority, healthy: Behaviour, text: str
) -> None:
    behaviour = replace(healthy, mechanisms_in_clear=("PLAIN",), replies={"AUTH": text})
    ran = talk(authority, behaviour, env={"SMTP_TLS": "none"})
    assert answers(ran) == []
    assert ran.report.verdict == "inconclusive"


def test_no_login_where_another_host_s_credentials_are_configured(
    authority: Authority, healthy: Behaviour
) -> None:
    network = one_host(authority, names={"mail.example.net": (ADDRESS,)})
    network.servers[ADDRESS, 587].behaviour = replace(  # type: ignore[union-attr]
        healthy, certificate=authority.issue(["mail.example.net"])
    )
    ran = Ran(network, authority, options=Options(host="mail.example.net"))
    assert logins(ran) == []


def test_a_login_that_was_not_tried_is_still_a_polite_session(
    authority: Authority, healthy: Behaviour
) -> None:
    ran = talk(authority, healthy, env={"SMTP_PASS": "changeme"})
    assert ran.steps() == ["greeting", "ehlo", "starttls", "ehlo", "quit"]


@pytest.mark.parametrize(
    ("in_tls", "verified", "reason"),
    [(True, False, "unverified"), (False, False, "no-tls"), (False, True, "no-tls")],
)
def test_the_login_itself_asks_whether_tls_is_there_and_verified(
    in_tls: bool, verified: bool, reason: str
) -> None:
    """Whatever the steps before it made of that."""
    from smtpdoctor.checks import auth
    from smtpdoctor.smtp.capabilities import Capabilities

    class Established:
        capabilities = Capabilities(keywords={"AUTH": ("PLAIN",)})

    session: Any = Established()
    session.in_tls, session.verified = in_tls, verified
    settings = Settings(host=HOST, username=USERNAME, has_password=True)
    assert auth._reason_against(session, settings) == reason
    session.in_tls = session.verified = True
    assert auth._reason_against(session, settings) is None


# --- no message, ever -----------------------------------------------------------------------


def test_the_program_has_no_command_that_begins_a_message() -> None:
    """No DATA and no BDAT in what can reach the wire: only docstrings and comments name them."""
    root = Path(smtpdoctor.__file__).parent
    rooms = ("smtp", "checks", "examination", "network")
    wire = [*(path for room in rooms for path in root.glob(f"{room}/*.py")), root / "api.py"]
    assert len(wire) > 20
    for path in wire:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where = f"{path.name}:{number}"
            assert not re.search(r"""["'](DATA|BDAT)\b""", line, re.IGNORECASE), where


@pytest.mark.parametrize("extensions", [("PIPELINING", "CHUNKING"), ("CHUNKING",), ()])
def test_the_dry_run_takes_everything_back(
    authority: Authority, healthy: Behaviour, extensions: tuple[str, ...]
) -> None:
    for client, last in (
        ("nodemailer", ["MAIL", "RCPT", "QUIT"]),
        (None, ["MAIL", "RCPT", "RSET", "EHLO", "MAIL", "RCPT", "QUIT"]),
    ):
        options = Options(client=client)
        ran = talk(authority, replace(healthy, extensions=extensions), options=options)
        (session,) = ran.network.sessions
        assert verbs(session)[-len(last) :] == last
        assert ran.report.verdict == "healthy"
    ran.network.assert_tidy()


# --- the envelope ---------------------------------------------------------------------------


def test_a_pipelining_server_gets_the_envelope_in_one_write(
    authority: Authority, healthy: Behaviour
) -> None:
    """RFC 2920: one round trip; without PIPELINING (§3.1 forbids it then) three."""
    known = {"options": Options(client="nodemailer@10")}
    together = talk(authority, healthy, **known)
    apart = talk(authority, replace(healthy, extensions=("8BITMIME",)), **known)

    def seconds(ran: Ran) -> float:
        mail = ran.observations.first(Exchange, step="mail")
        rcpt = ran.observations.first(Exchange, step="rcpt")
        assert mail
        assert rcpt
        return rcpt.at + rcpt.seconds - mail.at

    round_trip = together.network.round_trip
    assert seconds(together) == pytest.approx(round_trip, abs=0.001)
    assert seconds(apart) == pytest.approx(2 * round_trip, abs=0.001)


@pytest.mark.parametrize(
    ("client", "writes"), [("smtplib", 2), ("nodemailer@6", 2), ("nodemailer@10", 1)]
)
def test_it_pipelines_as_the_client_does(
    authority: Authority, healthy: Behaviour, client: str, writes: int
) -> None:
    ran = talk(authority, healthy, options=Options(client=client))
    mail = ran.observations.first(Exchange, step="mail")
    rcpt = ran.observations.first(Exchange, step="rcpt")
    assert mail
    assert rcpt
    together = rcpt.at + rcpt.seconds - mail.at < 1.5 * ran.network.round_trip
    assert together is (writes == 1)


def test_without_pipelining_a_refused_sender_gets_no_recipient(
    authority: Authority, healthy: Behaviour
) -> None:
    behaviour = replace(healthy, extensions=(), mail_from=lambda user, sender: "550 not yours")
    ran = talk(authority, behaviour)
    assert ran.steps()[-4:] == ["auth", "mail", "rset", "quit"]
    assert ran.report.verdict == "broken"


def test_the_recipient_is_the_sender_or_to(authority: Authority, healthy: Behaviour) -> None:
    seen: list[tuple[str | None, str]] = []

    def noted(user: str | None, address: str) -> None:
        seen.append((user, address))

    behaviour = replace(healthy, mail_from=noted, rcpt_to=noted)
    known = "nodemailer"
    shop = {"SMTP_FROM": "Shop <shop@example.com>"}
    talk(authority, behaviour, env=shop, options=Options(client=known))
    talk(authority, behaviour, options=Options(to="you@example.net", client=known))
    addresses = [address for _, address in seen]
    assert addresses == ["shop@example.com"] * 2 + ["info@example.com", "you@example.net"]


@pytest.mark.parametrize(("offered", "sent"), [(1000, True), (None, False)])
def test_size_is_asked_about_where_the_server_knows_it(
    authority: Authority, healthy: Behaviour, offered: int | None, sent: bool
) -> None:
    behaviour = replace(healthy, size_limit=offered)
    ran = talk(authority, behaviour, options=Options(size="500"))
    mail = ran.observations.first(Exchange, step="mail")
    assert mail
    assert ("SIZE=500" in mail.sent) is sent


# --- names and addresses beyond ASCII -------------------------------------------------------


def test_a_domain_beyond_ascii_goes_out_as_a_labels(
    authority: Authority, healthy: Behaviour
) -> None:
    """It needs no SMTPUTF8 (RFC 5890): only a local part does."""
    behaviour = replace(healthy, extensions=("PIPELINING",))
    ran = talk(authority, behaviour, env={"SMTP_FROM": "info@bücher.example"})
    mail = ran.observations.first(Exchange, step="mail")
    assert mail
    assert mail.sent == "MAIL FROM:<info@xn--bcher-kva.example>"
    assert mail.ok


def test_a_local_part_beyond_ascii_goes_out_with_smtputf8(
    authority: Authority, healthy: Behaviour
) -> None:
    ran = talk(authority, healthy, env={"SMTP_FROM": "jürgen@bücher.example"})
    (session,) = ran.network.sessions
    mail = next(line.text for line in session.lines if line.verb == "MAIL")
    assert mail == "MAIL FROM:<jürgen@xn--bcher-kva.example> SMTPUTF8".encode()
    assert ran.report.verdict == "healthy"


def test_it_goes_nowhere_without_smtputf8(authority: Authority, healthy: Behaviour) -> None:
    """RFC 6531 §3.2."""
    behaviour = replace(healthy, extensions=("PIPELINING",))
    ran = talk(authority, behaviour, env={"SMTP_FROM": "jürgen@example.com"})
    (session,) = ran.network.sessions
    assert "MAIL" not in verbs(session)
    assert verbs(session)[-1] == "QUIT"
    assert ran.report.verdict in ("broken", "inconclusive")
    assert "SMTPUTF8" in ran.text()


def test_a_user_name_and_password_beyond_ascii_go_out_as_utf8(
    authority: Authority, healthy: Behaviour
) -> None:
    """RFC 4616 §2, RFC 4954 §4."""
    user, password = "jürgen@example.com", "pässwörd"
    behaviour = replace(healthy, users={user: password})
    env = {"SMTP_USER": user, "SMTP_PASS": password, "SMTP_FROM": "info@example.com"}
    ran = talk(authority, behaviour, env=env)
    (session,) = ran.network.sessions
    login = next(line.text for line in session.lines if line.verb == "AUTH")
    assert base64.b64decode(login.split()[2]) == f"\0{user}\0{password}".encode()
    assert ran.report.verdict == "healthy"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("client.example.net", "client.example.net"),
        ("büro.example.net", "xn--bro-hoa.example.net"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("¨", "[192.0.2.7]"),  # IDNA gives a name with a blank in it
    ],
)
def test_the_ehlo_name(authority: Authority, healthy: Behaviour, name: str, sent: str) -> None:
    ran = talk(authority, healthy, options=Options(ehlo=name))
    assert ran.crashes == []
    ehlo = ran.observations.first(Exchange, step="ehlo")
    assert ehlo
    assert ehlo.sent == f"EHLO {sent}"


def test_the_ehlo_name_of_a_link_local_address_has_no_zone(
    authority: Authority, healthy: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtpdoctor.checks.tls import ehlo_name
    from smtpdoctor.settings.model import Settings
    from smtpdoctor.surroundings.place import OwnNames

    def said(host: str, address: str) -> str:
        return ehlo_name(Settings(), OwnNames(host=host, full=host), address)

    assert said("", "fe80::1%eth0") == "[IPv6:fe80::1]"
    assert said("", "192.0.2.7") == "[192.0.2.7]"
    assert said("host.example.net", "192.0.2.7") == "host.example.net"
    # a host's name that can't go out as it is, and has no other form
    assert said("b\udcfc.example", "192.0.2.7") == "[192.0.2.7]"


CONTAINER = ("3f2a9c1b7d44", ("172.17.0.2 3f2a9c1b7d44",))
MACHINE = ("web1", ("127.0.0.1 localhost", "127.0.1.1 web1.example.net web1"))
ABSENT = ("build_7", ("127.0.0.1 localhost",))
FULL = ("web1.example.net", ("127.0.1.1 web1.example.net web1",))


@pytest.mark.parametrize(
    ("client", "container", "machine", "absent", "full"),
    [
        ("nodemailer", "[127.0.0.1]", "[127.0.0.1]", "[127.0.0.1]", "web1.example.net"),
        ("smtplib", "[172.17.0.2]", "web1.example.net", "[127.0.0.1]", "web1.example.net"),
        ("aiosmtplib", "3f2a9c1b7d44", "web1.example.net", "build_7", "web1.example.net"),
        ("django", "3f2a9c1b7d44", "web1.example.net", "build_7", "web1.example.net"),
        ("phpmailer", "3f2a9c1b7d44", "web1", "localhost.localdomain", "web1.example.net"),
        ("symfony-mailer", *["[127.0.0.1]"] * 4),
        ("ruby-net-smtp", *["localhost"] * 4),
        ("ruby-mail", *["localhost.localdomain"] * 4),
        ("go-net-smtp", *["localhost"] * 4),
        ("javamail", "3f2a9c1b7d44", "web1.example.net", "localhost", "web1.example.net"),
        ("msmtp", *["localhost"] * 4),
        ("curl", "3f2a9c1b7d44", "web1", "build_7", "web1"),
        ("swaks", "3f2a9c1b7d44", "web1.example.net", "build_7", "web1.example.net"),
        (None, "[127.0.0.1]", "[127.0.0.1]", "[127.0.0.1]", "web1.example.net"),
    ],
)
def test_the_name_that_a_client_says(
    client: str | None,
    container: str,
    machine: str,
    absent: str,
    full: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    from smtpdoctor.checks.tls import ehlo_name
    from smtpdoctor.network import system_files
    from smtpdoctor.settings.model import Settings
    from smtpdoctor.surroundings import place

    monkeypatch.setattr(system_files, "HOSTS_FILE", tmp_path / "hosts")
    places = (CONTAINER, MACHINE, ABSENT, FULL)
    for (name, lines), wanted in zip(places, (container, machine, absent, full), strict=True):
        (tmp_path / "hosts").write_text("\n".join(lines))
        monkeypatch.setattr(place.socket, "gethostname", lambda name=name: name)
        said = ehlo_name(Settings(client=client), place.own_names(), "127.0.0.1")
        assert said == wanted, name


@pytest.mark.parametrize("host", ["ä" * 60 + ".example", "mail.example.com."])
def test_a_host_name_that_tls_cannot_carry_crashes_nothing(
    authority: Authority, healthy: Behaviour, host: str
) -> None:
    network = FakeNetwork(ports={(ADDRESS, 587): healthy})
    mapped = [ConnectTo(host="", port=587, address=ADDRESS, target_port=587)]
    ran = Ran(network, authority, env={"SMTP_HOST": host}, connect_to=mapped)
    assert ran.crashes == []
    assert ran.observations.first(Handshake) is not None


@pytest.mark.parametrize("host", [HOST, f"{HOST}.", HOST.upper()])
def test_connect_to_takes_the_host_with_or_without_the_root_s_dot(
    authority: Authority, healthy: Behaviour, host: str
) -> None:
    network = FakeNetwork(ports={(ADDRESS, 587): healthy})
    for configured in (HOST, f"{HOST}."):
        mapped = [f"{host}:587:{ADDRESS}:587"]
        ran = Ran(network, authority, env={"SMTP_HOST": configured}, connect_to=mapped)
        assert (ran.crashes, ran.report.verdict) == ([], "healthy")


# --- the end of a session -------------------------------------------------------------------

#: What each command is called where a session may end, and the steps that come before it.
STEPS: dict[str, dict[str, Any]] = {
    "accept": {},
    "greeting in part": {"greeting": (b"220 mail.exa",)},
    "greeting's first line": {"greeting": (b"220-mail.example.com\r\n",)},
    "after the greeting": {"greeting": ("220 mail.example.com",)},
    "EHLO": {},
    "EHLO in part": {"replies": {"EHLO": (b"250-mail.example.com\r\n250-STARTTLS\r\n",)}},
    "STARTTLS": {},
    "handshake": {},
    "AUTH": {},
    "AUTH's verdict": {},
    "MAIL": {},
    "RCPT": {},
    "RSET": {},
    "QUIT": {},
}
HARMLESS = ("RSET", "QUIT")


def ends(behaviour: Behaviour, step: str, act: Act) -> Behaviour:
    """The server, ending the session in this way when it comes to that step."""
    if step == "accept":
        return replace(behaviour, on_accept=act)
    if step == "handshake":
        return replace(behaviour, handshake=act)
    if step == "AUTH's verdict":
        return replace(behaviour, auth_answer=act)
    if "greeting" in STEPS[step]:
        return replace(behaviour, greeting=(*STEPS[step]["greeting"], act))
    if "replies" in STEPS[step]:
        ((verb, said),) = STEPS[step]["replies"].items()
        return replace(behaviour, replies={verb: (*said, act)})
    return replace(behaviour, replies={step: act})


@pytest.mark.parametrize("how", ["587", "465", "587 without PIPELINING"])
@pytest.mark.parametrize("act", ENDS, ids=NAMES)
@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_ends_the_session_at_any_step(
    authority: Authority, healthy: Behaviour, step: str, act: Act, how: str
) -> None:
    if how == "465":
        if step == "STARTTLS":
            pytest.skip("there is none on 465")
        healthy = replace(healthy, implicit_tls=True)
    elif how != "587":
        if step not in ("MAIL", "RCPT", "RSET", "QUIT"):
            pytest.skip("makes no difference here")
        healthy = replace(healthy, extensions=())
    ran = talk(authority, ends(healthy, step, act))
    assert ran.crashes == []
    if step in HARMLESS:
        assert ran.report.verdict == "healthy"
    else:
        assert ran.codes() or ran.report.unexplained
        assert ran.report.exit_status() in (1, 3)
        assert len(ran.codes()) <= 1, "one fault, one cause"
    ran.network.assert_tidy()


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"replies": {"EHLO": "550 not you"}}, "quit"),
        ({"greeting": "554 no mail here"}, "quit"),
        ({"replies": {"STARTTLS": "454 not now"}}, "quit"),
        ({"starttls": False}, "quit"),
        ({"auth_failure": "535 no", "users": {}}, "quit"),
        ({"greeting": ("421 later", Act.CLOSE)}, "greeting"),
        ({"replies": {"EHLO": ("421 later", Act.CLOSE)}}, "ehlo"),
        ({"replies": {"EHLO": Act.SILENCE}}, "ehlo"),
        ({"replies": {"MAIL": ("421 later", Act.CLOSE)}}, "mail"),
        ({"on_accept": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, "greeting"),
        ({"on_accept": b"SSH-2.0-OpenSSH_9.2\r\n"}, "greeting"),
    ],
    ids=str,
)
def test_quit_is_said_wherever_the_dialogue_allows(
    authority: Authority, healthy: Behaviour, changes: Mapping[str, Any], last: str
) -> None:
    ran = talk(authority, replace(healthy, **changes))
    assert ran.steps()[-1] == last
    assert ran.crashes == []
    ran.network.assert_tidy()


def test_the_answer_to_quit_is_not_waited_for_long(
    authority: Authority, healthy: Behaviour
) -> None:
    ran = talk(authority, replace(healthy, extensions=(), replies={"QUIT": Act.SILENCE}))
    goodbye = ran.observations.first(Exchange, step="quit")
    assert goodbye
    assert goodbye.seconds < 0.1
    assert ran.report.verdict == "healthy"
    (session,) = ran.network.sessions
    assert session.quit_seen


def test_probes_say_quit_too(authority: Authority, healthy: Behaviour) -> None:
    network = one_host(authority, on_465=replace(healthy, implicit_tls=True))
    ran = Ran(network, authority, env={"SMTP_PORT": "587", "SMTP_SECURE": "true"})
    for purpose in ("other-mode", "other-port"):
        assert ran.steps(purpose)[-1] == "quit"


def test_a_reply_that_nobody_asked_for_answers_no_command(
    authority: Authority, healthy: Behaviour
) -> None:
    ran = talk(authority, replace(healthy, greeting="220 a\n250 b\n535 c"))
    assert ran.observations.of(Exchange, step="rcpt", ok=True)
    assert ran.codes() == ["reply-unreadable"]


def test_a_late_reply_is_not_taken_for_another_s(authority: Authority, healthy: Behaviour) -> None:
    """The answer to EHLO that comes after its wait is over: nothing is asked after it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com\r\n")
        said.append(await reader.read(100))
        await asyncio.sleep(20.5)
        writer.write(b"250 mail.example.com\r\n")
        said.append(await reader.read(100))

    said: list[bytes] = []
    network = one_host(authority, on_587=serve, on_465=Behaviour(on_accept=Act.SILENCE))
    ran = Ran(network, authority)
    assert said == [b"EHLO [192.0.2.7]\r\n", b""]
    assert ran.codes() == ["ehlo-rejected"]


# --- words that are meant to do harm --------------------------------------------------------

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m[red]alert[/red] [link=http://x]y[/link] :skull: "
    "\u202egnp.exe\u2066\u200b{0} %s\x00\x7f"
)


@pytest.mark.parametrize("implicit", [False, True], ids=["587", "465"])
@pytest.mark.parametrize(
    "changes",
    [
        {"greeting": f"220 {HOSTILE}"},
        {"greeting": f"554 {HOSTILE}"},
        {"greeting": f"{HOSTILE}"},
        {"replies": {"EHLO": f"550-{HOSTILE}\n550 {HOSTILE}"}},
        {"replies": {"EHLO": f"250-{HOSTILE}\n250-{HOSTILE}\n250 AUTH {HOSTILE}"}},
        {"replies": {"STARTTLS": f"454 {HOSTILE}"}},
        {"auth_answer": f"535 {HOSTILE}"},
        {"replies": {"MAIL": f"550-{HOSTILE}\n550 {HOSTILE}"}},
        {"rcpt_to": lambda user, address: f"550 {HOSTILE}"},
        {"replies": {"QUIT": f"221 {HOSTILE}"}},
        {"injected": HOSTILE.encode("utf-8")},
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_a_server_says_is_shown_and_never_obeyed(
    authority: Authority, healthy: Behaviour, changes: Mapping[str, Any], implicit: bool
) -> None:
    ran = talk(authority, replace(healthy, implicit_tls=implicit, **changes))
    assert ran.crashes == []
    for page in (ran.text(), ran.text(verbose=True, width=100), as_json(ran.report)):
        assert all(character.isprintable() or character == "\n" for character in page)
    if not implicit or ("injected" not in changes and "STARTTLS" not in str(changes)):
        # a long line of the transcript goes on behind a bar
        transcript = re.sub(r"\n {12}│ ", "", ran.text(verbose=True))
        assert "[red]alert[/red] [link=http://x]y[/link] :skull:" in transcript


FLOODS: dict[str, dict[str, Any]] = {
    "endless greeting": {"greeting": Endless("220-still more")},
    "endless EHLO": {"replies": {"EHLO": Endless("250-XMORE")}},
    "endless AUTH": {"auth_answer": Endless("535-no and no")},
    "endless challenges": {"replies": {"AUTH": Endless("334 dXNlcg==")}},
    "endless MAIL": {"replies": {"MAIL": Endless("250-ok")}},
    "line without an end": {"greeting": (b"220 " + b"x" * 3_000_000, Act.SILENCE)},
    "long line": {"greeting": (b"220 " + b"x" * 3_000_000 + b"\r\n",)},
    "20,000 lines": {"replies": {"EHLO": "250-X\n" * 20_000 + "250 END"}},
    "binary": {"greeting": (bytes(range(256)) * 10_000, Act.SILENCE)},
    "nothing but line ends": {"greeting": (b"\r\n" * 200_000, Act.SILENCE)},
    "nothing but zeros": {"greeting": (b"\0" * 200_000, Act.SILENCE)},
    "TLS records": {"handshake": (b"\x16\x03\x03\x40\x00" + b"\0" * 16384) * 200},
    "behind STARTTLS": {"injected": b"250 OK\r\n" * 50_000},
}


@pytest.mark.parametrize("flood", FLOODS)
def test_floods_are_read_in_bounded_memory(
    authority: Authority, healthy: Behaviour, flood: str
) -> None:
    ran = talk(authority, replace(healthy, **FLOODS[flood]))
    assert ran.crashes == []
    if flood == "line without an end":  # given up long before its wait is over
        greeting = ran.observations.first(Exchange, step="greeting")
        assert greeting
        assert (greeting.outcome, greeting.seconds < 1) == ("flood", True)
    assert ran.report.verdict in ("broken", "inconclusive")
    assert len(as_json(ran.report)) < 600_000
    assert len(ran.text().splitlines()) < 40
    ran.network.assert_tidy()


def test_of_a_flood_no_more_than_a_megabyte_a_step_is_kept_or_read(
    authority: Authority, healthy: Behaviour
) -> None:
    import tracemalloc

    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    talk(authority, replace(healthy, greeting=Endless("220-" + "x" * 400)))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 12 * 1024 * 1024


@pytest.mark.parametrize("seconds", [0.001, 0.1, 1, 5])
def test_a_server_that_sends_byte_by_byte(
    authority: Authority, healthy: Behaviour, seconds: float
) -> None:
    """Slow is not silent while the answers come in time, and no wait is longer than its bound."""
    ran = talk(authority, replace(healthy, drip=seconds, greeting="220 mail"))
    assert ran.crashes == []
    assert ran.report.seconds <= 45
    if seconds < 0.01:
        assert ran.report.verdict == "healthy"


# --- secrets --------------------------------------------------------------------------------


def wire_forms(password: str) -> set[str]:
    """Every form in which a password is written down somewhere."""
    raw = password.encode("utf-8", "surrogateescape")
    forms = {
        password,
        password.strip(),
        password.strip().strip("\"'"),
        *password.splitlines(),
        raw.decode("utf-8", "backslashreplace"),
        raw.decode("latin-1"),
        quote(raw, safe=""),
        quote_plus(raw),
        base64.b64encode(raw).decode(),
        base64.b64encode(b"\0" + USERNAME.encode() + b"\0" + raw).decode(),
    }
    return {form for form in forms if len(form) > 2}


def sent_for_login(sessions: list[Session]) -> set[str]:
    """All that was sent as a part of a login, as it came and decoded, but for the user's name."""
    texts = [
        line.text.decode().rpartition(" ")[2]
        for session in sessions
        for line in session.lines
        if not line.is_command or (line.verb == "AUTH" and line.text.count(b" ") == 2)
    ]
    texts = [text for text in texts if text != base64.b64encode(USERNAME.encode()).decode()]
    decoded = [base64.b64decode(text).decode("utf-8", "backslashreplace") for text in texts]
    return {text for text in (*texts, *decoded) if len(text) > 4}  # shorter: no more than "done"


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"])
@pytest.mark.parametrize(
    "password",
    [
        "c4n4ry-in-the-mine",
        "c4n4ry mit Ümlaut/+=&%",
        " c4n4ry with blanks ",
        "'c4n4ry in quotes'",
        "c4n4ry\udce4\udcff not UTF-8",
        "c4n4ry\ttab",
        "first c4n4ry\nsecond c4n4ry",
        "[red]c4n4ry[/red]",
        "c4n4ry" + "y" * 9000,
        "c4n4ry\u202e\x1b[31m",
        "\\c4n4ry\\n",
        "c4n",
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_no_form_of_the_password_is_anywhere(
    authority: Authority, healthy: Behaviour, password: str, mechanism: str
) -> None:
    """Not even where the server says back all that it was sent, and what it was not."""

    def tells(user: str | None, sender: str) -> str:
        said = [f"550-{part}" for part in (*password.splitlines(), password.strip())]
        return "\n".join([*said, "550 so there"])

    behaviour = replace(
        healthy,
        mechanisms=(mechanism,),
        users={USERNAME: password} if "UTF-8" not in password else {},
        echo=True,
        mail_from=tells,
        greeting=f"220 {password.splitlines()[0]}",
    )
    ran = talk(authority, behaviour, env={"SMTP_PASS": password})
    assert ran.crashes == []
    page = ran.everything()
    secrets = wire_forms(password) | sent_for_login(ran.network.sessions)
    for secret in secrets:
        for shown in (secret, visible(secret), json.dumps(secret)[1:-1]):
            assert shown not in page
    ran.network.assert_tidy()


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
def test_no_form_of_the_token_is_anywhere(
    authority: Authority, healthy: Behaviour, right: bool, mechanism: str
) -> None:
    token = "ya29.c4n4ry_t0ken-" + "x" * 200
    tokens = {USERNAME: token} if right else {}
    behaviour = replace(healthy, mechanisms=(mechanism,), tokens=tokens, echo=True)
    ran = talk(authority, behaviour, env={"SMTP_PASS": None, "SMTP_OAUTH_TOKEN": token})
    page = ran.everything()
    for secret in {token, *sent_for_login(ran.network.sessions)}:
        assert secret not in page


def test_a_password_told_over_the_replies_of_a_session_is_shown_in_none(
    authority: Authority, healthy: Behaviour
) -> None:
    """Three of its letters in each, as if they were an identifier of the server's."""
    password = "qzvKwmXjhRtpWvk"
    login, mail, recipient, end = (password[at : at + 3] for at in range(0, 12, 3))
    behaviour = replace(
        healthy,
        users={USERNAME: password},
        auth_answer=f"235 2.7.0 ok {login}",
        replies={
            "MAIL": f"250 2.1.0 ok {mail}",
            "RCPT": f"250 2.1.5 ok {recipient}",
            "QUIT": f"221 2.0.0 ok {end}",
        },
    )
    page = talk(authority, behaviour, env={"SMTP_PASS": password}).everything()
    assert f"2.7.0 ok {login}" in page
    assert not any(f"ok {part}" in page for part in (mail, recipient, end))


@pytest.mark.parametrize("offset", [1, 12])
@pytest.mark.parametrize("around", [512, 4096])
def test_a_secret_that_is_cut_in_two_is_cut_out_whole(
    authority: Authority, healthy: Behaviour, around: int, offset: int
) -> None:
    """Long lines are cut short; half a password at the cut is still half a password."""
    filler = "x" * (around - offset)
    line = f"{filler}{PASSWORD}{'y' * 9000}"
    for code in ("", "535-"):
        behaviour = replace(healthy, auth_answer=f"{code}{line}\n535 no")
        page = talk(authority, behaviour).everything()
        assert PASSWORD[:5] not in page
        assert PASSWORD[-5:] not in page


@pytest.mark.parametrize("offset", [0, 5, 10, 15])
def test_many_secrets_before_the_cut_do_not_let_half_of_one_through(
    authority: Authority, healthy: Behaviour, offset: int
) -> None:
    """Each that is cut out makes the text shorter, and what stands behind moves up."""
    ran = talk(authority, replace(healthy, auth_answer="x" * offset + PASSWORD * 200))
    page = ran.everything()
    assert all(part not in page for part in (PASSWORD[:6], PASSWORD[-6:]))


def test_a_saved_run_judges_the_same_and_holds_no_secret(
    authority: Authority, healthy: Behaviour
) -> None:
    ran = talk(authority, replace(healthy, echo=True), env={"SMTP_PASS": "c4n4ry-wrong"})
    saved = as_json(ran.report)
    assert "c4n4ry" not in saved
    assert as_json(read(saved.encode())) == saved


# --- real sockets ---------------------------------------------------------------------------


def really(server: Any, authority: Authority, **plan: Any) -> Report:
    """The same over a real connection on loopback."""
    env = {"SMTP_HOST": HOST, "SMTP_USER": USERNAME, "SMTP_PASS": PASSWORD}
    env |= {"SMTP_SECURE": "true"} if server.server.behaviour.implicit_tls else {}
    port = 465 if server.server.behaviour.implicit_tls else 587
    made = make_plan(
        CheckOptions(
            environ=env,
            folder="/no-such-folder",
            connect_to=[
                ConnectTo(host=HOST, port=port, address=server.host, target_port=server.port)
            ],
            cafile=authority.cafile,
            **plan,
        )
    )
    return asyncio.run(run_plan(made, environ=env))


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET], ids=["close", "reset"])
@pytest.mark.parametrize("step", STEPS)
def test_real_sockets_end_at_any_step(
    smtp_server: StartServer, authority: Authority, healthy: Behaviour, step: str, act: Act
) -> None:
    server = smtp_server(ends(healthy, step, act))
    report = really(server, authority)
    errors = [item.code for item in report.diagnoses if item.severity == "error"]
    if step in HARMLESS:
        assert report.verdict == "healthy"
    else:
        assert report.verdict in ("broken", "inconclusive")
        assert errors or report.unexplained
    assert [check.summary for check in report.checks if "own fault" in check.summary] == []


@pytest.mark.parametrize("flood", ["endless greeting", "line without an end", "20,000 lines"])
def test_real_sockets_stand_floods(
    smtp_server: StartServer, authority: Authority, flood: str
) -> None:
    changes = dict(FLOODS[flood])
    greeting = changes.get("greeting")
    if isinstance(greeting, tuple):  # nobody waits for a real silence here
        changes["greeting"] = (greeting[0], Act.CLOSE)
    server = smtp_server(**changes)
    report = really(server, authority)
    assert report.verdict in ("broken", "inconclusive")
    assert len(as_json(report)) < 600_000


def test_real_sockets_healthy_on_both_ports(smtp_server: StartServer, authority: Authority) -> None:
    for implicit in (False, True):
        server = smtp_server(implicit_tls=implicit)
        report = really(server, authority)
        assert (report.verdict, report.diagnoses) == ("healthy", ())
        session = server.session
        assert session.quit_seen
        assert not session.data_seen


@pytest.mark.skipif(sys.platform == "win32", reason="needs IPv6 loopback as Linux has it")
def test_real_sockets_over_ipv6(smtp_server: StartServer, authority: Authority) -> None:
    try:
        server = smtp_server(host="::1")
    except OSError:
        pytest.skip("no IPv6 on loopback")
    report = really(server, authority)
    assert report.verdict == "healthy"


def test_a_sender_that_holds_the_password_is_said_after_the_login_and_shown_nowhere(
    authority: Authority, healthy: Behaviour
) -> None:
    sender = f"{PASSWORD}@example.com"
    ran = talk(authority, healthy, env={"SMTP_FROM": sender})
    (session,) = ran.network.sessions
    assert f"MAIL FROM:<{sender}>".encode() in session.inside
    assert PASSWORD not in as_json(ran.report)
