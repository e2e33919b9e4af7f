"""Every reading is a run that the rules have a name for; the tables name readings that exist."""

from __future__ import annotations

import re

import pytest

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.engine import diagnose, rules
from smtpdoctor.explain import explain
from smtpdoctor.explain.excerpts import NEEDLES
from smtpdoctor.explain.model import Known, Symptom
from smtpdoctor.explain.readings import KINDS, readings_of
from smtpdoctor.explain.symptoms import OF_CODES
from smtpdoctor.knowledge import error_texts
from smtpdoctor.observations import Redactor

ERRORS = {"certificate": "expired", "no-route": "EHOSTUNREACH"}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "known",
    [Known(), Known(host="smtp.ionos.com", port=587), Known(port=465, tls="implicit")],
    ids=["nothing", "a host on 587", "465"],
)
def test_each_reading_of_a_symptom_has_a_cause(kind: str, known: Known) -> None:
    symptom = Symptom(
        kind=kind,
        says="words",
        error=ERRORS.get(kind, ""),
        reply="550 5.1.1 User unknown" if kind == "reply" else "",
        stages=(("rcpt", 1.0),) if kind == "reply" else (),
    )
    for reading in readings_of(symptom, known):
        judged = diagnose(reading.build(known, Redactor("•")))
        assert [item for item in judged.diagnoses if item.severity == "error"], reading.decides
        assert is_clause(reading.decides), reading.decides
        assert not judged.faults


def is_clause(words: str) -> bool:
    """Whether it reads behind “or, if”: no question, and no name of a thing without a verb."""
    question = re.match(r"(?:which|when|how|whether|what (?:the|a|an)\b)", words)
    thing = re.search(r"as the program has it|shows which|^a host with", words)
    return bool(words) and not question and not thing


def test_tables_and_clients_words_name_kinds_that_exist() -> None:
    assert {entry.kind for entry in error_texts.tables()} <= set(KINDS)
    assert {kind for kind, _ in OF_CODES.values()} <= set(KINDS)
    assert set(OF_CODES) <= {rule.code for rule in rules()}


@pytest.mark.parametrize("entry", error_texts.tables(), ids=lambda entry: entry.pattern[:30])
def test_every_entry_compiles_and_does_not_match_nothing(entry: error_texts.ErrorText) -> None:
    assert re.search(entry.pattern, "", re.IGNORECASE) is None
    assert not re.search(r"\.\*.*\.\*", entry.pattern), "two unbounded repeats are not linear"


@pytest.mark.parametrize(
    ("client", "code", "words"),
    [
        (words.client, words.code, words.regex.pattern)
        for words in error_texts.of_clients()
        if words.code in ("port-refused", "starttls-not-offered", "certificate-expired")
        and not words.reply
        # of what is printed for all certificates alike, no more than three can stand in front
        and sum(
            (each.client, each.regex.pattern) == (words.client, words.regex.pattern)
            for each in error_texts.of_clients()
        )
        <= 3
    ],
)
def test_what_a_client_prints_for_a_code_leads_back_to_it(
    client: str, code: str, words: str
) -> None:
    """The words are the very data that reports quote; a port-refused may be told apart no more
    than from its neighbours."""
    plain = re.sub(r"\(\?P<host>[^)]*\)", "mail.example.net", words)
    plain = re.sub(r"\(\?P<port>[^)]*\)", "587", plain)
    plain = re.sub(r"\\(.)", r"\1", plain.removeprefix(r"(?<![\w-])"))
    codes = [item.code for item in explain(f"mail: {plain}", client=client)]
    assert code in codes[:3], plain


def test_the_needles_of_long_logs_find_what_the_tables_know() -> None:
    """A line that stands in a long log is found where it is found by itself."""
    for line in (
        "Error: connect ETIMEDOUT 192.0.2.1:587",
        "Invalid login: 535 Authentication credentials invalid",
        "Greeting never received",
        "self-signed certificate in certificate chain (smtp)",
        "550 5.7.1 Relaying denied",
        "STARTTLS extension not supported by server.",
        "smtplib.SMTPServerDisconnected: Connection unexpectedly closed",
    ):
        assert any(needle in line.lower() for needle in NEEDLES), line


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # a refusal after MAIL FROM does not mean what the same code means of the message
        ('smtplib.SMTPSenderRefused: (554, b"no", "a@example.com")', "sender-not-allowed"),
        ("smtp: 554 5.7.1 Message rejected as spam", "message-rejected"),
        # OpenSSL and GnuTLS, in their own words
        ("smtp: certificate verify failed: IP address mismatch", "certificate-name-mismatch"),
        ("smtp: unable to get certificate CRL", "certificate-untrusted"),
        ("smtp: Could not negotiate a supported cipher suite.", "tls-no-shared-cipher"),
        # libuv's numbers of Windows
        ('{"errno": -4078, "code": "ESOCKET", "command": "CONN"}', "port-refused"),
        ('{"errno": -3008, "syscall": "getaddrinfo", "port": 587}', "dns-name-not-found"),
        # a server that asks for TLS asks for no other password
        (">AUTH LOGIN\n530 5.7.0 Must issue a STARTTLS command first. - gsmtp", "tls-required"),
        # the frame below the reply says what was answered
        (
            "MailKit.Net.Smtp.SmtpCommandException: 5.7.1 refused\n"
            "   at MailKit.Net.Smtp.SmtpClient.OnSenderNotAccepted(MimeMessage message)",
            "sender-not-allowed",
        ),
        (
            "MailKit.Net.Smtp.SmtpCommandException: 5.7.1 refused\n"
            "   at MailKit.Net.Smtp.SmtpClient.OnRecipientNotAccepted(MimeMessage message)",
            "recipient-rejected",
        ),
        ("smtplib.SMTPDataError: (550, b'5.7.1 Reject for policy reason X')", "message-rejected"),
        ("msmtp: cannot use a secure authentication method", "auth-impossible-in-clear"),
        ("`SMTP_SECURITY` is invalid. It needs to be starttls or off", "setting-invalid"),
        ("Email notification failed: please run connect() first", "setting-invalid"),
        # the sender's SPF record, in a receiver's words; with DKIM beside it both are judged
        ("host mx.example.net said: 550 5.7.23 SPF failure", "spf-not-authorized"),
        ("smtp; 550 5.7.0 Host 192.0.2.1 is not allowed to send mail for a", "spf-not-authorized"),
        ("550 5.7.26 unauthenticated: DKIM = did not pass, SPF = fail", "dmarc-would-reject"),
        ("550 5.7.1 sender domain has no SPF record", "spf-missing"),
        # MAIL's form: parameters that are named, else the address
        ("MAIL command: 555 5.5.4 Unsupported option: BODY=8BITMIME", "mail-parameters-refused"),
        ("failed to issue MAIL command: 555 5.5.2 Syntax error", "sender-malformed"),
        # a reply that this library can't read, and what is no mail server's
        ("smtp: short response: 220", "reply-unreadable"),
        ("smtp: short response: * OK IMAP4rev1 ready", "not-smtp"),
        ("SmtpProtocolException: Unable to parse status code", "reply-unreadable"),
        # more in the host than a host; a name in quotes of the library's own is none
        ('nodemailer: getaddrinfo ENOTFOUND "smtp.example.com";', "host-malformed"),
        ("nodemailer: getaddrinfo ENOTFOUND login@smtp.example.com", "host-malformed"),
        ('nodemailer: could not resolve host "smtp.example.com"', "dns-name-not-found"),
        # in which wait the time ran out
        (
            'smtplib.py", line 398, in getreply\n  self._sock.recv_into(b)\n'
            "TimeoutError: timed out",
            "plaintext-on-implicit-tls-port",
        ),
        (
            'smtplib.py", line 398, in getreply\n  ssl.py, in read\n'
            "TimeoutError: The read operation timed out",
            "greeting-missing",
        ),
        ("smtplib TimeoutError: [Errno 110] Operation timed out", "port-blocked"),
        (
            "postfix/smtp: SSL_connect error to a.example:587: Operation timed out",
            "tls-handshake-stalled",
        ),
        # of a client's hello the server says it, of its own record the client
        (
            "SSL routines:ACCEPT_SR_CLNT_HELLO:wrong version number in starttls",
            "tls-version-unsupported",
        ),
        ("smtp SSL routines::wrong version number", "implicit-tls-on-starttls-port"),
        # a mail server's greeting of another protocol, in a text of handing mail in or not
        ("msg=email err=short response: * OK [CAPABILITY IMAP4rev1] ready", "not-smtp"),
        ("551 5.7.1 Multiple addresses in a From header is not allowed", "message-rejected"),
        ("421 Recipient not in route list", "recipient-rejected"),
        ("smtp: 421 Service not available", "server-busy"),
        ("550 5.7.708 Access denied, traffic not accepted from this IP", "client-address-refused"),
        ("Error: need EHLO and AUTH first !", "credentials-missing"),
        ("SMTP AUTH failed: unexpected server response: username:", "auth-mechanism-unsupported"),
        ("postfix: mail for example.com loops back to myself", "wrong-host"),
        ("EMAIL_USE_TLS/EMAIL_USE_SSL are mutually exclusive", "conflicting-settings"),
        ("SMTP: Server is not accepting SMTP connections.", "greeting-rejected"),
        ('{error,retries_exceeded,{missing_requirement,"a.example",auth}}', "auth-not-offered"),
        ("454 Command not permitted when TLS active", "starttls-refused"),
        ("Negative SMTP reply: 450 4.1.2", "recipient-rejected"),
        # of a reply with two lines, as Python shows it, the second says why
        (
            r"SMTPRecipientsRefused: {'a@example.org': (450, b'Requested mail action not taken: "
            r"mailbox unavailable\nMail send limit exceeded.')}",
            "sending-limit-reached",
        ),
        (
            r"SMTPRecipientsRefused: {'a@example.org': (550, b'Requested action not taken: "
            r"mailbox unavailable\nUser unknown')}",
            "recipient-rejected",
        ),
        ("SMTP-Fehler: Authentifizierung fehlgeschlagen.", "credentials-rejected"),
        ("SMTP エラー: SMTPホストに接続できませんでした。", "port-blocked"),
        # what a library says of every failed handshake is no finding of this one
        (
            "MailKit: SSL\n"
            "1. The server is using a self-signed certificate which cannot be verified.\n"
            "The handshake failed due to an unexpected packet format.",
            "implicit-tls-on-starttls-port",
        ),
        ("MailKit: the certificate is a self-signed certificate", "certificate-self-signed"),
        # a provider's certificate is of a public authority; an own server's may be of its own
        (
            "javax.mail: host: smtp.gmail.com, 465 PKIX path building failed",
            "certificate-untrusted",
        ),
        ("javax.mail: host: mx.corp.example, PKIX path building failed", "certificate-self-signed"),
        # RCPT's syntax is the recipient's, MAIL's the sender's
        ("smtp: RCPT: 501 recipient address must contain a domain", "recipient-rejected"),
        ("SMTPSenderFailedException: 501 <a>: must contain a domain", "sender-malformed"),
        # a status of the web is none of SMTP's; one beside an enhanced code is
        ("422 4.2.2 Quota limit exceeded", "recipient-rejected"),
        ('"code": 422, "message": "SMTP Error: Could not authenticate."', "credentials-rejected"),
        ("421, «4.7.0» – TLS für RCPT-Domain erforderlich", "tls-required"),
        ("421, «4.4.5» – Server nicht verfügbar", "server-busy"),
        (
            "[SMTP: Invalid response code received from server (code: -1, response: )]",
            "plaintext-on-implicit-tls-port",
        ),
        (
            "[SMTP: Invalid response code received from server (code: 0, response: HTTP)]",
            "not-smtp",
        ),
        # OpenSSL's numbers of what it finds wrong with a certificate, and other numbers
        ("smtp: Invalid peer certificate (error 18)", "certificate-self-signed"),
        ("smtp: certificate validation error 10", "certificate-expired"),
        ("smtp: Invalid peer certificate (error 180)", "certificate-untrusted"),
        # PEAR says at which step a reply was another than it should be
        (
            "SMTP: Unable to add recipient: Invalid response code received from server",
            "recipient-rejected",
        ),
        (
            "SMTP: Unable to set sender: Invalid response code received from server",
            "sender-not-allowed",
        ),
        # which step of a trace the session did not outlive
        (
            "net/smtp.rb: end of file reached (EOFError)\n\tnet/smtp.rb:in `auth_plain'",
            "auth-no-answer",
        ),
        (
            "net/smtp.rb: end of file reached (EOFError)\n\tnet/smtp.rb:in `do_start'",
            "plaintext-on-implicit-tls-port",
        ),
        # STARTTLS that the server says no to, and that it does not know
        ("SMTP ERROR: STARTTLS command failed: 454 4.7.0 TLS not available", "starttls-refused"),
        ("SMTP ERROR: STARTTLS command failed: 502 unknown", "starttls-not-offered"),
        # that a password is wanted of a kind that the program has not, or that it has none
        ("smtp failed AUTH: 5.7.0 Application password is REQUIRED", "app-password-required"),
        ("smtp failed AUTH: password is required", "credentials-missing"),
        # Postfix names behind a reply what it answered, whatever the code would say
        (
            "host mx.example.net said: 421\n4.7.0 [TSS04] Messages from 192.0.2.1 temporarily "
            "deferred (in reply to MAIL FROM command)",
            "client-address-refused",
        ),
        (
            "host mx.example.net said: 550 no (in reply to RCPT TO command)",
            "recipient-rejected",
        ),
        ("host mx.example.net said: 554 no (in reply to end of DATA command)", "message-rejected"),
        # an account that is not active yet, and a certificate
        ("smtp: 502 5.7.0 Your SMTP account is not yet activated", "account-suspended"),
        ("smtp: The certificate is not yet activated", "certificate-not-yet-valid"),
        # .NET's word for a TLS handshake, and MailKit's for a login
        (
            "SmtpException: Failure sending mail. ---> System.Security.Authentication."
            "AuthenticationException: Authentication failed, see inner exception.",
            "tls-handshake-failed",
        ),
        (
            "MailKit.Security.AuthenticationException: Authentication failed.",
            "credentials-rejected",
        ),
        ("SMTP not configured, check your grafana.ini [smtp] section", "setting-invalid"),
        # musl's EAI_AGAIN, and its EAI_NONAME
        (
            "smtp: php_network_getaddresses: getaddrinfo failed: Try again",
            "dns-resolver-unreachable",
        ),
        # a time-out within MailKit's connect, and one later
        (
            "ObjectDisposedException: 'System.Net.Sockets.Socket'.\n"
            " at MailKit.Net.Smtp.SmtpStream.ReadAhead()\n"
            " at MailKit.Net.Smtp.SmtpClient.Connect()",
            "plaintext-on-implicit-tls-port",
        ),
        # a port that is none of mail's, and one of mail's with a digit before it
        ("Error: Greeting never received, port: 991", "wrong-port"),
        ("Error: Greeting never received, port: 2465", "plaintext-on-implicit-tls-port"),
    ],
)
def test_texts_and_the_look_alikes_beside_them(text: str, code: str) -> None:
    assert explain(text)[0].code == code


def test_frameworks_and_clients_are_those_whose_words_are_known() -> None:
    assert set(error_texts.framework_marks()) <= set(knowledge.snippets())
    assert set(error_texts.client_marks()) <= set(knowledge.clients())
