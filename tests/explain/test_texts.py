"""The ways in which texts come: lines, traces, JSON, logs, transcripts, bounces."""

from __future__ import annotations

import pytest

import smtpdoctor
from smtpdoctor.explain import examine_text, explain
from smtpdoctor.explain.model import Known
from smtpdoctor.explain.page import render
from smtpdoctor.report.formats import Options

NODEMAILER = """\
[2026-11-27 10:00:00] DEBUG Creating transport: nodemailer (6.9.13; +https://nodemailer.com/)
[2026-11-27 10:00:00] INFO  [abc] Secure connection established to 212.227.15.183:465
[2026-11-27 10:00:00] DEBUG [abc] S: 220 kundenserver.de Nemesis ESMTP Service ready
[2026-11-27 10:00:00] DEBUG [abc] C: AUTH PLAIN AGluZm9AZXhhbXBsZS5jb20AY2FuYXJ5
[2026-11-27 10:00:01] DEBUG [abc] S: 235 Authentication succeeded
[2026-11-27 10:00:01] DEBUG [abc] C: MAIL FROM:<shop@example.org>
[2026-11-27 10:00:01] DEBUG [abc] S: 550-Requested action not taken: mailbox unavailable
[2026-11-27 10:00:01] DEBUG [abc] S: 550 Sender address is not allowed.
"""
SWAKS = """\
=== Trying smtp.ionos.com:587...
<-  220 kundenserver.de (mreue009) Nemesis ESMTP Service ready
 -> EHLO web-1
<~  250-AUTH LOGIN PLAIN
 ~> AUTH LOGIN
<~  334 VXNlcm5hbWU6
 ~> aW5mb0BleGFtcGxlLmNvbQ==
<~* 535 Authentication credentials invalid
*** No authentication type succeeded
"""
PHPMAILER = """\
2026-11-27 09:00:00 CLIENT -> SERVER: AUTH LOGIN
2026-11-27 09:00:00 SERVER -> CLIENT: 334 VXNlcm5hbWU6
2026-11-27 09:00:01 SERVER -> CLIENT: 535 5.7.139 Authentication unsuccessful, basic \
authentication is disabled.
SMTP Error: Could not authenticate.
"""
SMTPLIB = """\
send: 'rcpt TO:<nobody@example.net>\\r\\n'
reply: b'550 5.1.1 <nobody@example.net>: Recipient address rejected: User unknown\\r\\n'
smtplib.SMTPRecipientsRefused: {'nobody@example.net': (550, b'5.1.1 User unknown')}
"""
JAVAMAIL = """\
DEBUG SMTP: trying to connect to host "smtp.gmail.com", port 587, isSSL false
220 smtp.gmail.com ESMTP
MAIL FROM:<a@gmail.com>
530-5.7.0 Authentication Required. For more information, go to
530 5.7.0  https://support.google.com/mail/?p=WantAuthError abc - gsmtp
"""
CURL = """\
*   Trying 212.227.15.183:587...
* Connected to smtp.ionos.com (212.227.15.183) port 587
curl: (35) error:0A00010B:SSL routines::wrong version number
"""
GO = "failed to send mail: dial tcp: lookup smtp.ionso.com on 127.0.0.53:53: no such host"
BOUNCE = """\
Content-Type: message/delivery-status

Final-Recipient: rfc822; someone@example.net
Action: failed
Status: 5.7.26
Diagnostic-Code: smtp; 550-5.7.26 Unauthenticated email from example.com is not accepted due to
    550-5.7.26 domain's DMARC policy. Please contact the administrator of
    550 5.7.26 example.com domain if this was a legitimate mail.
"""
JSON = (
    '{"level":50,"err":{"type":"Error","message":"connect ECONNREFUSED 192.0.2.7:587",'
    '"stack":"Error: connect ECONNREFUSED","code":"ESOCKET","command":"CONN"},"msg":"failed"}'
)
DOCKER = """\
web-1  | 2026-11-27T10:00:00.000Z Error: self-signed certificate in certificate chain
web-1  |     at TLSSocket.onConnectSecure (node:_tls_wrap:1540:34) {
web-1  |   code: 'ESOCKET', command: 'CONN'
"""
JOURNALD = (
    "Nov 27 10:00:00 mail postfix/smtp[1234]: ABC: to=<x@example.org>, relay=smtp.sendgrid.net"
    "[192.0.2.4]:587, dsn=5.0.0, status=bounced (host smtp.sendgrid.net[192.0.2.4] said: 550 The "
    "from address does not match a verified Sender Identity. (in reply to end of DATA command))"
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NODEMAILER, "sender-not-allowed"),
        (SWAKS, "credentials-rejected"),
        (PHPMAILER, "basic-auth-disabled"),
        (SMTPLIB, "recipient-rejected"),
        (JAVAMAIL, "credentials-missing"),
        (CURL, "implicit-tls-on-starttls-port"),
        (GO, "host-name-typo"),
        (BOUNCE, "dmarc-would-reject"),
        (JSON, "port-refused"),
        (DOCKER, "tls-intercepted"),
        (JOURNALD, "sender-not-verified"),
    ],
    ids=[
        "nodemailer", "swaks", "phpmailer", "smtplib", "javamail", "curl", "go", "bounce", "json",
        "docker", "journald",
    ],
)  # fmt: skip
def test_a_text_of_this_kind_is_read(text: str, code: str) -> None:
    assert [item.code for item in explain(text)][:1] == [code]


def test_what_the_text_tells_is_shown_as_read() -> None:
    known = examine_text(f"nodemailer@6.9.13 {CURL}", Known()).known
    assert (known.host, known.port, known.provider) == ("smtp.ionos.com", 587, "ionos")
    assert (known.client, known.version) == ("nodemailer", "6.9.13")
    assert known.read[:2] == ("host smtp.ionos.com", "port 587")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("smtp: connect to address 192.0.2.25 and port 587: Connection refused", None, 587),
        ("Outlook cannot connect to your outgoing (SMTP) e-mail server.", None, None),
        ("StartTLS: read tcp 192.0.2.2:31542->192.0.2.3:25: connection reset by peer", None, 25),
        ("SMTPServerDisconnected (data={'hostname': '8fb2a1e1aaf6'})", None, None),
        ("getaddrinfo EAI_FAIL someone@mail.example, smtp", None, None),
        ("smtp: connect to mailhog, port 10025: Connection refused", "mailhog", 10025),
    ],
)
def test_lookalike_a_word_a_clients_end_or_a_container_is_no_server(
    text: str, host: str | None, port: int | None
) -> None:
    known = examine_text(text, Known()).known
    assert (known.host, known.port) == (host, port)


def test_what_is_given_moves_what_the_text_leaves_open() -> None:
    text = "Error: Greeting never received"
    assert explain(text, port=465)[0].code == "plaintext-on-implicit-tls-port"
    assert explain(text, port=587)[0].code == "greeting-missing"


def test_a_reply_is_read_at_its_stage() -> None:
    after = "SMTP error from remote mail server after {}: 554 Transaction failed"
    assert explain(after.format("end of data"))[0].code == "message-rejected"
    said = "SMTP error from remote mail server after {}: 550 envelope sender not allowed"
    assert explain(said.format("MAIL FROM:<a@example.com>"))[0].code == "sender-not-allowed"


def test_the_other_reading_and_what_decides_follow() -> None:
    first, second, *_ = explain("Error: Greeting never received", port=2465)
    assert first.code == "plaintext-on-implicit-tls-port"
    assert first.tell_apart.startswith("a TLS handshake on the port succeeds")
    assert second.code in first.tell_apart


def test_a_port_that_the_provider_does_not_serve_is_wrong() -> None:
    found = explain("connect ETIMEDOUT 192.0.2.1:465", host="smtp.office365.com", port=465)
    assert found[0].code == "wrong-port"


def test_dead_ipv6_beside_ipv4_is_noise() -> None:
    text = (
        "postfix/smtp[1]: connect to mx.example.org[192.0.2.1]:25: Connection timed out\n"
        "postfix/smtp[1]: connect to mx.example.org[2001:db8::1]:25: Network is unreachable"
    )
    assert explain(text)[0].code == "port-blocked"


LINE = "2026-11-27T10:{:02d}:{:02d}Z INFO request {} served in {} ms"


def log(*errors: tuple[int, str]) -> str:
    lines = [LINE.format(n // 60 % 60, n % 60, n, n % 97) for n in range(5_000)]
    for place, text in errors:
        lines[place] = f"2026-11-27T10:00:00Z ERROR {text}"
    return "\n".join(lines)


def test_of_a_long_log_the_newest_error_stands_first_and_each_is_counted_once() -> None:
    refused = "Invalid login: 535 Authentication credentials invalid"
    silent = "connect ETIMEDOUT 212.227.15.183:587 smtp.ionos.com"
    found = examine_text(log((10, refused), (900, refused), (3000, silent)), Known())
    assert found.incidents == 2
    assert [item.diagnosis.code for item in found.ranked][:2] == [
        "port-blocked",
        "credentials-rejected",
    ]


def test_another_programs_errors_in_a_log_are_left_alone() -> None:
    text = log((10, "connect ECONNREFUSED 127.0.0.1:5432"), (20, "upstream timed out"))
    assert explain(text) == ()


def test_more_than_is_read_is_cut_from_the_front() -> None:
    assert explain("x" * 11_000_000 + "\nError: Greeting never received")


@pytest.mark.parametrize("text", ["", " \n", "\x00\xff", "{" * 5000, "550-" * 4000, "a@" * 5000])
def test_nothing_raises(text: str) -> None:
    assert explain(text) == ()


def test_at_most_five() -> None:
    assert len(explain("SMTP Error: Could not connect to SMTP host.")) == 5


def test_what_can_not_be_one_is_said() -> None:
    for wrong in ({"port": 0}, {"secure": "perhaps"}, {"client": "nobody"}):
        with pytest.raises(smtpdoctor.UsageError):
            smtpdoctor.explain("timeout", **wrong)  # type: ignore[arg-type]


def test_the_interface_is_exported_though_packages_have_these_names() -> None:
    import smtpdoctor.explain.facts
    import smtpdoctor.sender.question

    assert callable(smtpdoctor.sender)
    (candidate, *_) = smtpdoctor.explain("Error: Greeting never received")
    assert isinstance(candidate, smtpdoctor.Candidate)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ESOCKET", "implicit-tls-on-starttls-port"),
        ("code: 'ESOCKET'", "implicit-tls-on-starttls-port"),
        ("EAUTH", "credentials-rejected"),
        ("ETIMEDOUT", "port-blocked"),
        ("ECONNECTION", "plaintext-on-implicit-tls-port"),
        ("EENVELOPE", "recipient-rejected"),
        ("SMTPConnectError", "port-blocked"),
        ("jakarta.mail.AuthenticationFailedException", "credentials-rejected"),
        ("[Errno 111]", "port-refused"),
        ("535", "credentials-rejected"),
        ("530", "credentials-missing"),
        ("5.7.8", "credentials-rejected"),
        ("permanent error (535): 5.7.8 Error: authentication failed", "credentials-rejected"),
    ],
)
def test_a_bare_code_is_explained(text: str, code: str) -> None:
    assert explain(text)[0].code == code


@pytest.mark.parametrize(
    "text",
    [
        "535 tests passed",
        "Total: 535 rows",
        "550 files changed",
        "getaddrinfo ENOTFOUND api.stripe.com",
        "Error: getaddrinfo ENOTFOUND db",
        "Failed to connect to 127.0.0.1:1433 code: 'ESOCKET'",
        # mail that is fetched, and what takes mail by HTTPS
        "MailKit.Security.AuthenticationException\n   at MailKit.Net.Imap.ImapClient.Authenticate",
        "javax.mail.AuthenticationFailedException\n\tat com.sun.mail.imap.IMAPStore.login",
        "AxiosError: getaddrinfo ENOTFOUND api.mailgun.net",
        "npm ERR! network request to https://registry.example/nodemailer failed, ETIMEDOUT",
        'ERROR: relation "mailbox" does not exist',
        "connection refused to xmpp.example.com:5222",
    ],
)
def test_look_alikes_of_other_programs_get_no_answer(text: str) -> None:
    assert explain(text) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0x80042109 Postausgangsserver (SMTP)", "port-blocked"),
        (
            "(10060): Ein Verbindungsversuch ist fehlgeschlagen, da die Gegenstelle "
            "nach einer bestimmten Zeitspanne nicht richtig reagiert hat",
            "port-blocked",
        ),
        (
            "SMTP: Es konnte keine Verbindung hergestellt werden, da der Zielcomputer die "
            "Verbindung verweigerte",
            "port-refused",
        ),
        ("smtplib gaierror: Nom ou service inconnu", "dns-name-not-found"),
        ("SMTP: échec de l'authentification", "credentials-rejected"),
        ("smtp: Połączenie odrzucone", "port-refused"),
        ("smtp: Время ожидания соединения истекло", "port-blocked"),
        ("smtp: 名前またはサービスが不明です", "dns-name-not-found"),
        (
            "Der Postausgangsserver (SMTP) mail.example.com unterstützt die gewählte "
            "Authentifizierungsmethode nicht.",
            "auth-mechanism-unsupported",
        ),
        (
            'Expected response code 220 but got code "", with message ""',
            "plaintext-on-implicit-tls-port",
        ),
    ],
)
def test_other_languages_and_wrappings_say_the_same(text: str, code: str) -> None:
    assert explain(text)[0].code == code


def test_bytes_that_a_library_printed_are_read() -> None:
    text = (
        r"SMTPAuthenticationError: (535, b'Error: \xc7\xeb\xca\xb9\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb"
        r"\xb5\xc7\xc2\xbc\xa1\xa3: http://service.mail.qq.com/cgi-bin/help')"
    )
    assert explain(text)[0].code == "app-password-required"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "554-Transaction failed 554-Reject due to policy restrictions. 554 For explanation "
            "visit https://postmaster.1und1.de/de/case?c=hi",
            "message-rejected",
        ),
        (
            "Domain example.com has exceeded the max emails per hour (200/200 (100%)) allowed.  "
            "Message discarded.",
            "sending-limit-reached",
        ),
        (
            '501-5.5.4 HELO/EHLO argument "Z170-D3H Gentoo" invalid, closing connection.',
            "ehlo-rejected",
        ),
        (
            "jakarta.mail.MessagingException: Could not convert socket to TLS; nested exception "
            "is: java.io.IOException: Can't verify identity of server: mail.example.com",
            "certificate-name-mismatch",
        ),
    ],
)
def test_texts_of_public_reports(text: str, code: str) -> None:
    assert explain(text)[0].code == code


def test_lookalike_an_error_of_the_web_with_a_code_and_a_dash() -> None:
    assert explain("GET https://example.com/api failed: 502-Bad Gateway, retried 502 times") == ()
    assert explain("upstream answered: HTTP 501 Not Implemented") == ()


def test_a_reply_of_smtp_in_words_near_to_the_webs() -> None:
    """502 is a web server's bad gateway, and "not implemented" SMTP's own (RFC 5321 §4.2.2)."""
    assert explain("smtplib.SMTPException: AUTH failed: 502 Not implemented")


@pytest.mark.parametrize(
    ("text", "read", "code"),
    [
        (
            "OpenSSL::SSL::SSLError (wrong version number) in ActionMailer::MailDeliveryJob",
            "framework Rails",
            "config.action_mailer.smtp_settings",
        ),
        (
            "local.ERROR: Connection could not be established with host: wrong version number at "
            "Illuminate\\Mail\\Mailer.php",
            "framework Laravel",
            "'require_tls' => true",
        ),
        (
            "MailKit.Security.SslHandshakeException: unexpected packet format",
            "client MailKit",
            "SecureSocketOptions.StartTls",
        ),
        (
            "Net::SMTP smtp: SSL_connect returned=1 errno=0 state=error: wrong version number",
            "client Ruby net/smtp",
            "starttls: :always",
        ),
    ],
)
def test_the_fix_is_in_the_words_of_what_the_text_names(text: str, read: str, code: str) -> None:
    found = examine_text(text, Known(port=587))
    shown = render(found, Options(width=1000))
    assert found.ranked[0].candidate.code == "implicit-tls-on-starttls-port"
    assert read in shown.partition("\n")[0]
    assert code in shown


def test_a_client_that_was_given_counts_before_a_framework_in_the_text() -> None:
    text = "ActionMailer: SSL_connect returned=1 errno=0 state=error: wrong version number"
    shown = render(examine_text(text, Known(client="nodemailer", port=587)), Options(width=1000))
    assert "nodemailer.createTransport" in shown
    assert "action_mailer" not in shown
