"""The doctor does as the user's own client does, and judges as that client would fare."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from typing import Any

import pytest

from smtpdoctor.demo import server
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Answer, Behaviour
from smtpdoctor.observations import Exchange, LoginNotTried
from smtpdoctor.settings.reading import Options

from ..runs import HOST, Ran, certificate_of, one_host
from ..servers.sessions import verbs
from .test_session import answers, logins

ALONE = {"SMTP_USER": None, "SMTP_PASS": None, "SMTP_FROM": "info@example.com"}


@pytest.fixture
def healthy(authority: Authority) -> Behaviour:
    return Behaviour(certificate=certificate_of(authority))


def as_client(
    authority: Authority, behaviour: Behaviour, client: str | None, **env: str | None
) -> Ran:
    network = one_host(authority, on_587=behaviour, on_465="refused")
    return Ran(network, authority, env=env, options=Options(client=client))


# --- mechanisms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "offered", "tried"),
    [
        ("nodemailer", ("LOGIN", "PLAIN"), ["PLAIN"]),
        ("phpmailer", ("LOGIN", "PLAIN"), ["LOGIN"]),
        ("go", ("LOGIN", "PLAIN"), ["PLAIN"]),
        # whatever is offered
        ("go", ("LOGIN",), ["PLAIN"]),
        ("go", (), []),
        ("system.net.mail", ("PLAIN", "LOGIN"), ["LOGIN"]),
        ("system.net.mail", ("PLAIN",), []),  # it has LOGIN alone for a password
        ("lettre", ("LOGIN", "PLAIN"), ["PLAIN"]),
        ("lettre", ("plain", "login"), []),
        ("mailkit", ("CRAM-MD5", "PLAIN"), ["PLAIN"]),
        # its first is beyond the doctor, which tries another of those that it would come to
        ("mailkit", ("NTLM", "PLAIN"), ["PLAIN"]),
        ("ruby", ("CRAM-MD5",), ["PLAIN"]),
        ("ruby", (), ["PLAIN"]),
        # they try all, so the doctor tries the one that most servers serve
        ("smtplib", ("CRAM-MD5", "PLAIN", "LOGIN"), ["LOGIN"]),
        ("symfony", ("CRAM-MD5", "PLAIN"), ["PLAIN"]),
        # lower case, and the old form
        ("smtplib", ("plain", "login"), []),
        ("go", ("plain", "login"), ["PLAIN"]),
        ("phpmailer", ("plain", "login"), []),
        ("nodemailer", ("plain", "login"), ["PLAIN"]),
        (None, ("plain", "login"), ["PLAIN"]),
    ],
)
def test_the_mechanism_is_the_clients(
    authority: Authority,
    healthy: Behaviour,
    client: str | None,
    offered: tuple[str, ...],
    tried: list[str],
) -> None:
    ran = as_client(authority, replace(healthy, mechanisms=offered), client)
    assert logins(ran)[:1] == tried
    assert tried or ran.codes()


@pytest.mark.parametrize(("client", "works"), [("nodemailer", True), ("curl", False)])
def test_the_old_form_alone(
    authority: Authority, healthy: Behaviour, client: str, works: bool
) -> None:
    behaviour = replace(healthy, mechanisms=(), extensions=("AUTH=PLAIN LOGIN",))
    assert bool(logins(as_client(authority, behaviour, client))) is works


def test_a_mechanism_of_the_clients_that_the_doctor_has_not(
    authority: Authority, healthy: Behaviour
) -> None:
    """What nobody tried can't be told: neither broken nor healthy."""
    behaviour = replace(healthy, mechanisms=("NTLM",), replies={"AUTH": "334 NTLM supported"})
    ran = as_client(authority, behaviour, "jakarta")
    assert logins(ran) == ["NTLM"]
    assert b"*" in [line.text for session in ran.network.sessions for line in session.lines]
    assert ran.observations.first(LoginNotTried, reason="not-spoken")
    assert ran.report.verdict == "inconclusive"
    without = as_client(authority, replace(behaviour, replies={}), "nodemailer")
    assert without.codes() == ["auth-mechanism-unsupported"]
    # they try several, and this is the one that is left
    for several in ("mailkit", "system.net.mail"):
        ran = as_client(authority, behaviour, several)
        assert ran.observations.first(LoginNotTried, reason="not-spoken")
        assert ran.report.verdict == "inconclusive"
    unknown = replace(healthy, mechanisms=("X-MAGIC",))
    assert as_client(authority, unknown, "mailkit").codes() == ["auth-mechanism-unsupported"]


@pytest.mark.parametrize(
    ("client", "offered"),
    [
        ("curl", ("DIGEST-MD5", "LOGIN")),
        ("curl", ("GSSAPI", "PLAIN")),
        ("msmtp", ("DIGEST-MD5", "LOGIN")),
        ("jakarta", ("NTLM", "CRAM-MD5")),
        ("system.net.mail", ("NTLM",)),
    ],
)
def test_the_server_refuses_the_mechanism_that_only_the_client_has(
    authority: Authority, healthy: Behaviour, client: str, offered: tuple[str, ...]
) -> None:
    """It is asked for without a secret, and the client goes no further than that either."""
    behaviour = replace(healthy, mechanisms=offered, unserved=offered[:1])
    ran = as_client(authority, behaviour, client)
    assert logins(ran) == [offered[0]]
    assert ran.codes() == ["auth-mechanism-unsupported"]
    assert offered[0] in ran.diagnosis("auth-mechanism-unsupported").title
    assert as_client(authority, behaviour, "nodemailer").codes() == (
        [] if {"PLAIN", "LOGIN", "CRAM-MD5"} & set(offered) else ["auth-mechanism-unsupported"]
    )


def test_auth_is_said_twice_at_most_whatever_the_client_goes_through(
    authority: Authority, healthy: Behaviour
) -> None:
    offered = ("SCRAM-SHA-512", "SCRAM-SHA-1", "NTLM", "DIGEST-MD5")
    behaviour = replace(healthy, mechanisms=offered, unserved=offered)
    ran = as_client(authority, behaviour, "mailkit")
    assert len(logins(ran)) == 2
    assert ran.report.verdict == "inconclusive"  # what is left was not asked for


def test_a_refusal_of_a_login_that_was_only_begun_judges_no_credentials(
    authority: Authority, healthy: Behaviour
) -> None:
    refused = {"AUTH": "535 5.7.8 Authentication failed"}
    behaviour = replace(healthy, mechanisms=("NTLM",), replies=refused)
    assert as_client(authority, behaviour, "jakarta").codes() == ["auth-mechanism-unsupported"]


def test_curl_stops_without_a_kerberos_ticket(
    authority: Authority, healthy: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a user that has an @ it begins GSSAPI, and takes no other where it has no ticket."""
    original: Any = server._Dialogue._auth

    async def asks(self: Any, argument: str) -> None:
        if argument != "GSSAPI":
            await original(self, argument)
            return
        await self._say("334 GSSAPI supported")
        assert await self._line(is_command=False) == b"*"
        await self._say("501 cancelled")

    monkeypatch.setattr(server._Dialogue, "_auth", asks)
    kerberos = replace(healthy, mechanisms=("GSSAPI", "PLAIN"))
    ran = as_client(authority, kerberos, "curl")
    assert logins(ran) == ["GSSAPI"]
    assert ran.codes() == ["auth-mechanism-unsupported"]
    found = ran.diagnosis("auth-mechanism-unsupported")
    assert "Kerberos" in found.title
    assert "AUTH=PLAIN" in " ".join(found.fixes[0].steps)
    alone = as_client(
        authority, replace(kerberos, users={"web": PASSWORD}), "curl", SMTP_USER="web"
    )
    assert logins(alone) == ["PLAIN"]
    assert alone.report.verdict == "healthy"


@pytest.mark.parametrize(("client", "tried"), [("nodemailer", ["PLAIN"]), ("phpmailer", [])])
def test_auth_without_any_mechanism(
    authority: Authority, healthy: Behaviour, client: str, tried: list[str]
) -> None:
    """Nodemailer takes PLAIN where AUTH stands alone."""
    behaviour = replace(healthy, mechanisms=(), extensions=("AUTH",))
    assert logins(as_client(authority, behaviour, client)) == tried


@pytest.mark.parametrize(("client", "mail"), [("smtplib", True), ("nodemailer", False)])
def test_503_is_taken_for_logged_in_already(
    authority: Authority, healthy: Behaviour, client: str, mail: bool
) -> None:
    behaviour = replace(healthy, replies={"AUTH": "503 5.5.1 Error: authentication not enabled"})
    ran = as_client(authority, behaviour, client)
    assert ("mail" in ran.steps()) is mail
    assert ran.codes() == ["auth-not-offered"]
    trusted = as_client(authority, replace(behaviour, require_auth=False), client)
    assert (trusted.codes() == []) is mail


# --- a login that is not offered, and one in clear ------------------------------------------------


def test_a_client_that_sends_without_the_login(authority: Authority, healthy: Behaviour) -> None:
    behaviour = replace(healthy, mechanisms=(), require_auth=False)
    ran = as_client(authority, behaviour, "nodemailer")
    assert ran.codes() == []
    assert ran.codes("warning") == ["auth-not-offered"]
    assert ran.report.verdict == "warnings"
    mail = ran.observations.first(Exchange, step="mail")
    assert mail
    assert mail.ok


def test_its_mail_is_refused(authority: Authority, healthy: Behaviour) -> None:
    ran = as_client(authority, replace(healthy, mechanisms=()), "nodemailer")
    assert ran.codes() == ["auth-not-offered"]


@pytest.mark.parametrize("client", ["smtplib", "phpmailer", None])
def test_a_client_that_stops_there(
    authority: Authority, healthy: Behaviour, client: str | None
) -> None:
    behaviour = replace(healthy, mechanisms=(), require_auth=False)
    ran = as_client(authority, behaviour, client)
    assert ran.codes() == ["auth-not-offered"]
    assert "mail" not in ran.steps()


@pytest.mark.parametrize(
    ("client", "codes"), [("go", ["auth-impossible-in-clear"]), ("phpmailer", [])]
)
def test_a_login_in_clear(
    authority: Authority, healthy: Behaviour, client: str, codes: list[str]
) -> None:
    behaviour = replace(healthy, starttls=False, mechanisms_in_clear=("PLAIN",), require_tls=False)
    ran = as_client(authority, behaviour, client, SMTP_TLS="none")
    assert ran.codes() == codes
    assert answers(ran) == []
    assert ran.report.verdict == ("broken" if codes else "inconclusive")


@pytest.mark.parametrize(
    ("client", "mode", "stops"),
    [
        ("nodemailer", "false", False),
        ("nodemailer", "starttls", True),
        ("smtplib", "false", True),
        ("django", "false", True),
        ("symfony", "starttls", False),
    ],
)
def test_starttls_that_is_not_offered(
    authority: Authority, healthy: Behaviour, client: str, mode: str, stops: bool
) -> None:
    behaviour = replace(healthy, starttls=False, require_tls=False, require_auth=False)
    ran = as_client(authority, behaviour, client, SMTP_SECURE=mode, **ALONE)
    assert ran.codes() == (["starttls-not-offered"] if stops else [])
    assert ran.codes("warning") == ([] if stops else ["starttls-not-offered"])
    assert ("mail" in ran.steps()) is not stops


# --- certificates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "severity"),
    [("jakarta", "warning"), ("jakarta@2.1", "error"), ("swaks", "warning"), ("curl", "error")],
)
def test_a_name_that_the_client_does_not_compare(
    authority: Authority, client: str, severity: str
) -> None:
    """The doctor goes on as the client does, and gives nobody the password."""
    other = Behaviour(certificate=authority.issue(["www.example.net"]))
    ran = as_client(authority, other, client)
    assert ran.codes(severity) == ["certificate-name-mismatch"]
    assert logins(ran) == []
    assert ran.report.verdict == ("broken" if severity == "error" else "inconclusive")


@pytest.mark.parametrize(
    ("client", "severity"),
    [("nodemailer", "warning"), ("symfony", "warning"), ("smtplib", "error"), ("curl", "error")],
)
def test_a_name_in_a_form_that_some_clients_take(
    authority: Authority, client: str, severity: str
) -> None:
    first, _, domain = HOST.partition(".")
    form = f"{first[:2]}*.{domain}"
    ran = as_client(authority, Behaviour(certificate=authority.issue([form])), client)
    assert ran.codes(severity) == ["certificate-name-mismatch"]
    assert logins(ran) == []
    told = "in this form" in ran.diagnosis("certificate-name-mismatch").explanation
    assert told is (severity == "warning")


def test_an_untrusted_one_is_refused_all_the_same(authority: Authority) -> None:
    with Authority() as stranger:
        other = Behaviour(certificate=stranger.issue([HOST]))
        assert as_client(authority, other, "swaks").report.verdict == "broken"


# --- EHLO, HELO, the envelope ---------------------------------------------------------------------


def test_helo_where_ehlo_is_not_known(authority: Authority) -> None:
    old = Behaviour(
        replies={"EHLO": "502 5.5.2 Error: command not recognized"},
        require_tls=False,
        require_auth=False,
    )
    ran = as_client(authority, old, None, SMTP_TLS="none", **ALONE)
    assert ran.steps()[:4] == ["greeting", "ehlo", "helo", "mail"]
    assert ran.codes() == []
    assert ran.codes("warning") == ["ehlo-rejected"]


@pytest.mark.parametrize(
    ("client", "tls", "works"),
    [
        ("nodemailer", "starttls", True),
        ("phpmailer", "starttls", True),
        ("go", "starttls", True),
        ("smtplib", "starttls", False),
        (None, "starttls", False),
        ("nodemailer", "false", False),  # only where TLS is required
    ],
)
def test_starttls_that_is_served_and_not_announced(
    authority: Authority,
    healthy: Behaviour,
    client: str | None,
    tls: str,
    works: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original: Any = server._Dialogue._ehlo

    def hides(self: Any) -> str:
        return str(original(self)).replace("STARTTLS", "HELP")

    monkeypatch.setattr(server._Dialogue, "_ehlo", hides)
    ran = as_client(authority, healthy, client, SMTP_SECURE=tls)
    assert bool(logins(ran)) is works
    assert (ran.report.verdict == "healthy") is works


def test_starttls_that_is_asked_for_unannounced_and_refused(
    authority: Authority, healthy: Behaviour
) -> None:
    ran = as_client(authority, replace(healthy, starttls=False), "nodemailer", SMTP_TLS="starttls")
    assert ran.codes() == ["starttls-not-offered"]


@pytest.mark.parametrize(
    ("client", "verb", "codes"),
    [
        ("go", "MAIL", ["ehlo-rejected"]),
        ("go", "RCPT", ["ehlo-rejected"]),
        ("smtplib", "RCPT", []),
    ],
)
def test_a_name_that_is_refused_late_and_unnamed(
    authority: Authority,
    healthy: Behaviour,
    client: str,
    verb: str,
    codes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reply speaks of no name: the same envelope under a full one is what tells."""
    original: Any = server._Dialogue._answer

    async def judges(self: Any, line: bytes) -> None:
        if line.startswith(b"EHLO"):
            self.name = line[5:].strip()
        if line.startswith(verb.encode()) and self.name == b"localhost":
            await self._say("554 5.7.1 you are not me")
            return
        await original(self, line)

    monkeypatch.setattr(server._Dialogue, "_answer", judges)
    ran = as_client(authority, healthy, client)
    assert ran.codes() == codes
    if codes:
        found = ran.diagnosis("ehlo-rejected")
        assert 'the EHLO name "localhost"' in found.title
        assert found.confidence == "certain"
        assert any("took the same envelope" in item.text for item in found.evidence)


def test_an_envelope_that_is_refused_under_any_name(
    authority: Authority, healthy: Behaviour
) -> None:
    behaviour = replace(healthy, rcpt_to=lambda user, recipient: "554 what")
    ran = as_client(authority, behaviour, "go")
    assert ran.codes() == []
    assert ran.codes("warning") == []
    assert ran.report.verdict == "inconclusive"
    assert ran.observations.first(Exchange, under_name="example.com", step="rcpt", ok=False)


def test_a_full_name_is_offered_no_other(authority: Authority, healthy: Behaviour) -> None:
    behaviour = replace(healthy, rcpt_to=lambda user, recipient: "554 what")
    network = one_host(authority, on_587=behaviour, on_465="refused")
    ran = Ran(network, authority, options=Options(client="go", ehlo="web.example.com"))
    assert not [item for item in ran.observations.of(Exchange) if item.under_name]


@pytest.mark.parametrize(
    ("client", "code"),
    [("smtplib", "mail-parameters-refused"), ("go", "mail-parameters-refused"), (None, "")],
)
def test_parameters_that_are_announced_and_refused(
    authority: Authority, healthy: Behaviour, client: str | None, code: str
) -> None:
    """Whatever the code: the same sender without them is taken, so they are the reason."""
    behaviour = replace(healthy, extensions=("8BITMIME", "SMTPUTF8"))
    original: Any = server._Dialogue._mail

    def mail(self: Any, argument: str) -> Any:
        if argument.rpartition(">")[2].strip():
            return "501 5.5.4 Syntax error in parameters"
        return original(self, argument)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(server._Dialogue, "_mail", mail)
        ran = as_client(authority, behaviour, client)
    assert ran.codes() == ([code] if code else [])


@pytest.mark.parametrize(
    ("client", "verdict"), [("nodemailer", "inconclusive"), ("smtplib", "broken")]
)
def test_a_login_behind_helo(authority: Authority, client: str, verdict: str) -> None:
    """Nodemailer logs in where HELO told nothing; in clear nobody tries that here."""
    behaviour = Behaviour(
        certificate=None,
        starttls=False,
        require_tls=False,
        require_auth=False,
        replies={"EHLO": "502 5.5.2 Error: command not recognized"},
    )
    ran = as_client(authority, behaviour, client, SMTP_TLS="none")
    assert logins(ran) == []
    assert ran.report.verdict == verdict


@pytest.mark.parametrize(
    ("client", "tried"),
    [
        ("nodemailer", ["PLAIN"]),
        ("phpmailer", ["LOGIN"]),  # with AUTH offered it begins with CRAM-MD5
        ("ruby", ["PLAIN"]),  # its own, offered or not
        ("smtplib", []),
        (None, []),
    ],
)
def test_a_login_behind_helo_inside_tls(
    authority: Authority, healthy: Behaviour, client: str | None, tried: list[str]
) -> None:
    refused = {"EHLO": "502 5.5.2 Error: command not recognized"}
    behaviour = replace(healthy, implicit_tls=True, replies=refused, require_auth=False)
    network = one_host(authority, on_465=behaviour, on_587="refused")
    env = {"SMTP_TLS": "implicit", "SMTP_PORT": "465"}
    ran = Ran(network, authority, env=env, options=Options(client=client))
    assert logins(ran) == tried


def test_helo_is_no_way_to_required_tls(authority: Authority) -> None:
    old = Behaviour(replies={"EHLO": "502 5.5.2 Error: command not recognized"})
    ran = as_client(authority, old, None, SMTP_TLS="starttls")
    assert ran.codes() == ["ehlo-rejected"]
    assert "helo" not in ran.steps()


@pytest.mark.parametrize("client", [None, "smtplib", "nodemailer@10"])
def test_a_server_that_loses_what_stands_behind_mail(
    authority: Authority, healthy: Behaviour, client: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    original: Any = server._Dialogue._answer

    async def loses(self: Any, line: bytes) -> None:
        if line.startswith(b"MAIL"):
            self._buffer.clear()
        await original(self, line)

    monkeypatch.setattr(server._Dialogue, "_answer", loses)
    ran = as_client(authority, healthy, client)
    assert (ran.report.verdict == "broken") is (client == "nodemailer@10")


def test_quit_waits_for_the_answers_before_it(
    authority: Authority, healthy: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that resets the connection at QUIT would take away what was not read yet."""
    original: Any = server._Dialogue._answer
    behind: list[bytes] = []

    async def looks(self: Any, line: bytes) -> None:
        if line.startswith((b"MAIL", b"RCPT")):
            behind.append(bytes(self._buffer)[:4])
        await original(self, line)

    monkeypatch.setattr(server._Dialogue, "_answer", looks)
    assert as_client(authority, healthy, "nodemailer@10").report.verdict == "healthy"
    assert behind == [b"RCPT", b""]


# --- replies and offers in the client's own reading ---------------------------------------------


@pytest.mark.parametrize(
    ("client", "step", "reply", "codes"),
    [
        # RFC 5321 §4.3.2 has 250 and 251 for RCPT; 252 is VRFY's
        ("smtplib", "RCPT", "252 2.1.5 will try", ["reply-unreadable"]),
        ("symfony", "RCPT", "252 2.1.5 will try", []),
        ("swaks", "RCPT", "251 2.1.5 forwarded", ["reply-unreadable"]),
        ("smtplib", "RCPT", "251 2.1.5 forwarded", []),
        ("go", "MAIL", "200 ok", ["reply-unreadable"]),
        ("nodemailer", "MAIL", "200 ok", []),
        ("ruby", "AUTH", "250 2.7.0 ok", []),
        ("aiosmtplib", "AUTH", "503 5.5.1 already authenticated", ["auth-not-offered"]),
        ("curl", "EHLO", "220 mail.example.com", []),
    ],
)
def test_the_reply_codes_that_a_client_takes(
    authority: Authority,
    healthy: Behaviour,
    client: str,
    step: str,
    reply: str,
    codes: list[str],
) -> None:
    login = {} if step == "AUTH" else ALONE
    mode = {"SMTP_SECURE": "false"} if step == "EHLO" else {}
    behaviour = replace(healthy, replies={step: reply}, require_auth=False, require_tls=False)
    assert as_client(authority, behaviour, client, **login, **mode).codes() == codes


@pytest.mark.parametrize(
    ("client", "codes"), [("nodemailer", []), ("smtplib", ["starttls-refused"])]
)
def test_another_code_of_success_for_starttls(
    authority: Authority,
    healthy: Behaviour,
    client: str,
    codes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def starttls(self: Any) -> None:
        await self._say("250 go ahead")
        await self._start_tls()

    monkeypatch.setattr(server._Dialogue, "_starttls", starttls)
    assert as_client(authority, healthy, client).codes() == codes


def only(monkeypatch: pytest.MonkeyPatch, *, at_once: bool) -> None:
    """A server that takes AUTH with the first answer alone, or without it alone."""
    original: Any = server._Dialogue._auth

    async def auth(self: Any, argument: str) -> None:
        if (" " in argument) is at_once:
            await original(self, argument)
        else:
            await self._say("501 5.5.4 Syntax: AUTH mechanism")

    monkeypatch.setattr(server._Dialogue, "_auth", auth)


@pytest.mark.parametrize(
    ("client", "sent"),
    [("smtplib", True), ("aiosmtplib", True), ("symfony", False), ("curl", False), (None, False)],
)
def test_the_user_name_in_auth_login_itself(
    authority: Authority,
    healthy: Behaviour,
    client: str | None,
    sent: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """smtplib's way fails at a server that takes no initial response."""
    only(monkeypatch, at_once=False)
    ran = as_client(authority, replace(healthy, mechanisms=("LOGIN",)), client)
    assert (ran.report.verdict == "broken") is sent


@pytest.mark.parametrize(
    ("client", "works"), [("nodemailer", True), ("phpmailer", False), ("curl", False)]
)
def test_a_server_that_wants_the_login_in_auth_itself(
    authority: Authority,
    healthy: Behaviour,
    client: str,
    works: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """web.de did; PHPMailer and curl wait for 334."""
    only(monkeypatch, at_once=True)
    ran = as_client(authority, replace(healthy, mechanisms=("PLAIN",)), client)
    assert (ran.report.verdict == "healthy") is works
    assert (ran.report.verdict == "broken") is not works


@pytest.mark.parametrize("client", [None, "nodemailer", "smtplib", "go"])
@pytest.mark.parametrize("reply", ["450 4.7.1 later", "550 5.7.1 no", "502 5.5.1 no"])
def test_helo_after_any_refusal_of_ehlo(
    authority: Authority, healthy: Behaviour, client: str | None, reply: str
) -> None:
    behaviour = replace(healthy, replies={"EHLO": reply}, require_auth=False, require_tls=False)
    ran = as_client(authority, behaviour, client, **ALONE, SMTP_TLS="none")
    assert "helo" in ran.steps()
    assert ran.codes() == []


@pytest.mark.parametrize(
    ("client", "reply", "works"),
    [
        ("lettre", "502 5.5.1 no", False),  # it never says HELO
        ("system.net.mail", "502 5.5.1 no", True),
        ("system.net.mail", "550 5.7.1 no", False),
        ("mailkit", "550 5.7.1 no", True),
    ],
)
def test_clients_that_say_helo_seldom(
    authority: Authority, healthy: Behaviour, client: str, reply: str, works: bool
) -> None:
    behaviour = replace(healthy, replies={"EHLO": reply}, require_auth=False, require_tls=False)
    ran = as_client(authority, behaviour, client, **ALONE, SMTP_TLS="none")
    assert ("helo" in ran.steps()) is works
    assert (ran.report.verdict == "broken") is not works


@pytest.mark.parametrize("reply", ["421 4.3.2 closing"])
def test_no_helo_where_the_server_closes(
    authority: Authority, healthy: Behaviour, reply: str
) -> None:
    behaviour = replace(healthy, replies={"EHLO": reply}, require_auth=False, require_tls=False)
    assert "helo" not in as_client(authority, behaviour, None, **ALONE, SMTP_TLS="none").steps()


@pytest.mark.parametrize("client", ["nodemailer", "symfony"])
def test_auth_without_a_mechanism_is_not_the_same_as_none(
    authority: Authority, healthy: Behaviour, client: str
) -> None:
    """Both send without a login where AUTH isn't offered; Symfony stops at an empty one."""
    behaviour = replace(healthy, mechanisms=(), extensions=("AUTH",), require_auth=False)
    assert as_client(authority, behaviour, client).codes() == ["auth-not-offered"]


@pytest.mark.parametrize(
    ("client", "sent"),
    [
        (None, "MAIL FROM:<info@example.com>"),
        ("nodemailer", "MAIL FROM:<info@example.com>"),
        ("smtplib", "MAIL FROM:<info@example.com> SIZE=512"),
        ("go", "MAIL FROM:<info@example.com> BODY=8BITMIME SMTPUTF8"),
    ],
)
def test_the_parameters_of_mail(
    authority: Authority, healthy: Behaviour, client: str | None, sent: str
) -> None:
    mail = as_client(authority, healthy, client).observations.first(Exchange, step="mail")
    assert mail
    assert mail.sent == sent


@pytest.mark.parametrize(
    ("client", "sender", "sent"),
    [
        ("nodemailer", "info@bücher.example", "MAIL FROM:<info@xn--bcher-kva.example>"),
        ("ruby", "info@bücher.example", "MAIL FROM:<info@bücher.example>"),
        ("smtplib", "info@bücher.example", ""),
        ("nodemailer", "jürgen@example.com", ""),
    ],
)
def test_a_sender_beyond_ascii_without_smtputf8(
    authority: Authority, healthy: Behaviour, client: str, sender: str, sent: str
) -> None:
    behaviour = replace(healthy, extensions=())
    ran = as_client(authority, behaviour, client, SMTP_FROM=sender)
    mail = ran.observations.first(Exchange, step="mail")
    assert mail
    assert mail.sent == sent


@pytest.mark.parametrize(("client", "works"), [("nodemailer", True), ("symfony", False)])
def test_a_sender_beyond_ascii_with_smtputf8(
    authority: Authority, healthy: Behaviour, client: str, works: bool
) -> None:
    ran = as_client(authority, healthy, client, SMTP_FROM="jürgen@example.com")
    assert ran.codes() == ([] if works else ["sender-malformed"])


@pytest.mark.parametrize(("client", "works"), [("nodemailer", True), ("django", False)])
def test_a_password_beyond_ascii(
    authority: Authority, healthy: Behaviour, client: str, works: bool
) -> None:
    behaviour = replace(healthy, users={USERNAME: PASSWORD + "ä"})
    ran = as_client(authority, behaviour, client, SMTP_PASS=PASSWORD + "ä")
    assert ran.codes() == ([] if works else ["password-suspicious"])


def test_nobodys_client_may_send_the_domain_as_it_is_written(
    authority: Authority, healthy: Behaviour
) -> None:
    ran = as_client(authority, healthy, None, SMTP_FROM="info@bücher.example")
    assert ran.codes() == []
    assert ran.codes("warning") == ["sender-malformed"]
    fix = ran.diagnosis("sender-malformed").fixes[0]
    assert fix.settings == {"SMTP_FROM": "info@xn--bcher-kva.example"}
    assert (
        as_client(authority, healthy, "nodemailer", SMTP_FROM="info@bücher.example").codes() == []
    )


# --- clients that are not known -------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
def test_a_server_that_refuses_localhost_is_told_of(
    authority: Authority, healthy: Behaviour, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postfix judges EHLO's name at RCPT: the name that the doctor says shows nothing."""
    original: Any = server._Dialogue._answer
    names: list[bytes] = []

    async def judges(self: Any, line: bytes) -> None:
        if line.startswith((b"EHLO", b"HELO")):
            names.append(line)
        judged = (b"RCPT",) if late else (b"EHLO", b"HELO")
        if names[-1].endswith(b" localhost") and line.startswith(judged):
            await self._say("504 5.5.2 <localhost>: Helo command rejected: need FQDN")
        else:
            await original(self, line)

    monkeypatch.setattr(server._Dialogue, "_answer", judges)
    ran = as_client(authority, healthy, None)
    assert ran.codes() == []
    found = ran.diagnosis("ehlo-rejected")
    assert found.severity == "warning"
    assert "Go net/smtp" in found.title
    assert "client.Hello" in " ".join(found.fixes[0].steps)
    assert len(logins(ran)) == 1
    # the known client says its own name, and nobody else's
    assert as_client(authority, healthy, "go").codes() == ["ehlo-rejected"]
    assert as_client(authority, healthy, "nodemailer").report.verdict == "healthy"


def test_a_server_that_takes_localhost_is_healthy(authority: Authority, healthy: Behaviour) -> None:
    ran = as_client(authority, healthy, None)
    assert ran.report.verdict == "healthy"
    session = next(each for each in ran.network.sessions if each.lines)
    assert verbs(session)[-5:] == ["RSET", "EHLO", "MAIL", "RCPT", "QUIT"]
    assert not session.data_seen


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"EHLO", "503 5.5.1 Invalid command: already said EHLO"),  # OpenSMTPD
        (b"MAIL", "530 5.7.0 Authentication required"),  # a server that forgets the login
        (b"RCPT", "450 4.7.1 Greylisted, try again later"),
    ],
)
def test_what_a_second_ehlo_brings_about_is_no_matter_of_the_name(
    authority: Authority,
    healthy: Behaviour,
    command: bytes,
    answer: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original: Any = server._Dialogue._answer
    names: list[bytes] = []

    async def judges(self: Any, line: bytes) -> None:
        if line.startswith(b"EHLO"):
            names.append(line)
        if names[-1].endswith(b" localhost") and line.startswith(command):
            await self._say(answer)
        else:
            await original(self, line)

    monkeypatch.setattr(server._Dialogue, "_answer", judges)
    assert as_client(authority, healthy, None).report.verdict == "healthy"


@pytest.mark.parametrize(
    ("client", "verdict"), [("smtplib", "broken"), (None, "broken"), ("mutt", "warnings")]
)
def test_a_reply_too_many(
    authority: Authority, healthy: Behaviour, client: str | None, verdict: str
) -> None:
    behaviour = replace(healthy, greeting=("220 mail", "250 2.0.0 Ok"))
    ran = as_client(authority, behaviour, client)
    assert [item.code for item in ran.report.diagnoses] == ["reply-unreadable"]
    assert ran.report.verdict == verdict


def test_a_reply_too_many_before_commands_that_are_sent_together(
    authority: Authority, healthy: Behaviour
) -> None:
    behaviour = replace(healthy, auth_answer=("235 2.7.0 welcome", "250 2.0.0 Ok"))
    ran = as_client(authority, behaviour, "nodemailer@10")
    assert ran.codes() == ["reply-unreadable"]
    assert "answer to AUTH" in ran.report.diagnoses[0].title


def test_an_answer_that_was_not_waited_for_is_not_too_many(
    authority: Authority, healthy: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RCPT is said once more after three seconds, and then both are answered."""
    original: Any = server._Dialogue._answer
    asked: list[bytes] = []

    async def slowly(self: Any, line: bytes) -> None:
        if not line.startswith(b"RCPT"):
            await original(self, line)
            return
        asked.append(line)
        if len(asked) == 1:
            await asyncio.sleep(3.5)
            await self._wire.write(b"250 2.1.5 Ok\r\n250 2.1.5 Ok\r\n")

    monkeypatch.setattr(server._Dialogue, "_answer", slowly)
    network = one_host(authority, on_587=healthy)
    ran = Ran(network, authority, options=Options(ehlo="web1.example.com"))
    assert len(asked) == 2
    assert ran.report.verdict == "healthy"
    assert all(item.unasked is None for item in ran.observations.of(Exchange))


def test_a_server_that_closes_unasked_has_said_so(authority: Authority, healthy: Behaviour) -> None:
    behaviour = replace(healthy, greeting=("220 mail", "421 closing"))
    assert "reply-unreadable" not in as_client(authority, behaviour, "smtplib").codes()


@pytest.mark.parametrize(
    ("client", "verdict"),
    [("nodemailer", "warnings"), ("curl", "warnings"), ("smtplib", "broken"), ("ruby", "broken")],
)
def test_a_second_greeting_that_is_there_before_ehlo(
    authority: Authority,
    healthy: Behaviour,
    monkeypatch: pytest.MonkeyPatch,
    client: str,
    verdict: str,
) -> None:
    """With TLS 1.2 it comes with the last flight. Some take it for EHLO's answer, and go on."""
    begins = server._Dialogue._start_tls

    async def welcomes(self: server._Dialogue) -> None:
        await begins(self)
        await self._say("220 once more")

    monkeypatch.setattr(server._Dialogue, "_start_tls", welcomes)
    behaviour = replace(healthy, tls_versions=(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2))
    ran = as_client(authority, behaviour, client)
    assert ran.observations.of(Exchange, step="rcpt", ok=True)
    assert [item.code for item in ran.report.diagnoses] == ["reply-unreadable"]
    assert ran.report.verdict == verdict


def test_nothing_says_that_mail_goes_out_beside_a_login_that_is_refused_in_clear(
    authority: Authority, healthy: Behaviour
) -> None:
    refused = {"AUTH": "550 5.7.1 not in clear"}
    behaviour = replace(healthy, starttls=False, mechanisms_in_clear=("PLAIN",), replies=refused)
    ran = as_client(authority, behaviour, "nodemailer", SMTP_SECURE="false")
    codes = [item.code for item in ran.report.diagnoses]
    assert codes == ["auth-impossible-in-clear", "starttls-not-offered"]
    assert not any("the mail goes out" in item.explanation for item in ran.report.diagnoses)


class OnceOnly(dict[str, Answer]):
    """EHLO is answered in the first session's clear part, and refused ever after."""

    def get(self, verb: str, default: Any = None) -> Any:
        if verb != "EHLO":
            return default
        return self.setdefault(verb, "503 5.5.1 EHLO already said") if self else self._first()

    def _first(self) -> Answer:
        self["asked"] = ""
        return "250-mail\n250 STARTTLS"


@pytest.mark.parametrize(
    ("client", "gets_through"), [("phpmailer", True), ("ruby", True), ("smtplib", False)]
)
def test_ehlo_that_is_refused_inside_tls(
    authority: Authority, healthy: Behaviour, client: str, gets_through: bool
) -> None:
    """Some say HELO there, and log in all the same."""
    behaviour = replace(healthy, replies=OnceOnly())
    ran = as_client(authority, behaviour, client, SMTP_SECURE="starttls")
    assert ran.report.verdict == ("warnings" if gets_through else "broken")
    found = next(item for item in ran.report.diagnoses if item.code == "ehlo-rejected")
    assert "EHLO after STARTTLS" in found.title
    assert (logins(ran) != []) == gets_through


@pytest.mark.parametrize(("client", "waits"), [("emailjs", True), ("nodemailer", False)])
def test_a_greeting_that_ends_in_a_line_feed_alone(
    authority: Authority, healthy: Behaviour, client: str, waits: bool
) -> None:
    ran = as_client(authority, replace(healthy, greeting=b"220 mail ready\n"), client)
    assert ran.codes() == (["reply-unreadable"] if waits else [])
    assert not waits or "line feed alone" in ran.report.diagnoses[0].title
