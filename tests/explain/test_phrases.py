"""Short texts as programs print them, each a kind of its own: its cause is among the first."""

from __future__ import annotations

import pytest

from smtpdoctor.explain import examine_text, explain
from smtpdoctor.explain.model import Known
from smtpdoctor.explain.page import render
from smtpdoctor.report.formats import Options

PHRASES = [
    # PHPMailer's and Roundcube's sentences in their users' languages, by the word for the step
    ("SMTP xətası: Giriş uğursuz oldu.", "credentials-rejected"),
    ("SMTP-virhe: käyttäjätunnistus epäonnistui.", "credentials-rejected"),
    ("Chyba SMTP: Následující adresy příjemců nejsou správně: b@example.com", "recipient-"),
    ("SMTP エラー: 次の受信者アドレスに 間違いがあります: b@example.com", "recipient-"),
    ("Die folgende Absenderadresse ist nicht korrekt:  a@example.com", "sender-"),
    ("Неверный адрес отправителя:  a@example.com", "sender-"),
    ('SMTP-fout (550): Afzender "a@example.com" kan niet ingesteld worden (No)', "sender-"),
    ('SMTP Fehler (550): Der Empfänger "b@example.com" ist falsch (No)', "recipient-"),
    ("SMTP грешка: данните не са приети.", "message-"),
    ("SMTP-Fehler: Nachrichtengröße übersteigt die Servergrenze (25 MB)", "message-too-large"),
    ("SMTP-fejl (-1): Forbindelsen til serveren afbrudt", "port-"),
    ("Kesalahan SMTP: Tidak dapat terhubung ke host SMTP.", "port-"),
    # Windows' and .NET's own words in other languages
    ("mail: Rifiuto persistente del computer di destinazione", "port-refused"),
    ("mail: a máquina de destino as recusou ativamente", "port-refused"),
    ("SMTP: 由于目标计算机积极拒绝，无法连接。", "port-refused"),
    ("SMTP: Das Remotezertifikat ist laut Validierungsverfahren ungültig.", "certificate-"),
    (
        "SmtpException: Le nom distant n'a pas pu être résolu: 'smtp.x.example'",
        "dns-name-not-found",
    ),
    (
        "SmtpException: El servidor SMTP requiere una conexión segura o el cliente no se autenticó."
        " La respuesta del servidor fue: 5.7.0 Must issue a STARTTLS command first.",
        "tls-required",
    ),
    # the words of a server alone, behind .NET's sentence for 530
    (
        "The SMTP server requires a secure connection or the client was not authenticated. "
        "The server response was: Authentication required",
        "credentials-missing",
    ),
    # where a session ended, by the step that the client names
    (
        "status=deferred (lost connection with mx.example.com[192.0.2.1] while sending RCPT TO)",
        "connection-closed",
    ),
    (
        "(conversation with mx.example.com[192.0.2.1] timed out while sending message body)",
        "server-busy",
    ),
    ("H=mx.example.com [192.0.2.1]: SMTP timeout after end of data (ACK)", "server-busy"),
    # another step is wanted first, and no other password
    ("Mail command failed: 503 Bad sequence of commands", "credentials-missing"),
    ("smtp: 503 5.5.1 Bad sequence of commands", "credentials-missing"),
    # a session without EHLO; who asks for a login as well asks for more
    ("Mail command failed: 503 EHLO/HELO first please", "ehlo-rejected"),
    ("SMTPRecipientsRefused: {'a@b.example': (503, b'5.5.1 send HELO first')}", "ehlo-rejected"),
    ("MAIL FROM command failed: 503 Error: need EHLO and AUTH first !", "credentials-missing"),
    # the server's own log
    (
        "postfix/smtps/smtpd[7]: warning: TLS library problem: error:0A00010B:SSL routines::wrong "
        "version number:ssl3_record.c:332:",
        "plaintext-on-implicit-tls-port",
    ),
    # a code in the names of a library's types, and apart from its words
    (
        "lettre::transport::smtp::Error { kind: Permanent(Code { severity: "
        "PermanentNegativeCompletion, category: Unspecified3, detail: Five }) }",
        "credentials-rejected",
    ),
    ("Connection test failed!\n535\n5.7.8 Error: authentication failed", "credentials-rejected"),
    # PHP's streams say nothing of why TLS did not come about
    ("Unable to connect to ssl://mail.example.com:465 (Unknown error)", "tls-handshake-failed"),
    ("The revocation function was unable to check revocation (smtp)", "certificate-untrusted"),
    ("501 mail from address must be same as authorization user", "sender-not-allowed"),
    ("smtp: 501 5.5.4 Invalid domain name [AM6PR03.prod.outlook.com]", "ehlo-rejected"),
    (
        "Cannot send mails to mail server. (The specified string is not in the form required for "
        "an e-mail address.)",
        "sender-malformed",
    ),
    ("ORA-24247: network access denied by access control list (ACL) at SYS.UTL_SMTP", "local-"),
    (
        'Expected response code 354 but got code "503", with message "503 RCPT command expected"',
        "recipient-rejected",
    ),
    ("The transport failed to connect to the server.", "port-blocked"),
    (
        "Got bad greeting from SMTP host: mail.x.example, port: 25, response: 554",
        "greeting-rejected",
    ),
    (
        "550 5.7.515 Access denied, sending domain X.EXAMPLE does not meet the required "
        "authentication level",
        "dmarc-would-reject",
    ),
    # libcurl's words for the certificates of all protocols
    ("Email send error: SSL peer certificate or SSH remote key was not OK", "certificate-"),
    ("ArgumentError: SMTP-AUTH requested but missing user name", "credentials-missing"),
    ("Job exception: wrong authentication type none", "auth-mechanism-unsupported"),
    (
        "The SMTP server does not support any of the AUTH methods that MyBB supports",
        "auth-mechanism-unsupported",
    ),
    ('Reason: "Smtp.ConnectAsync timeout"', "port-blocked"),
    (
        "550 Your HELO/EHLO greeting (netman) is a single word. According to RFC2821 you must use "
        "your fully-qualified domain-name.",
        "ehlo-rejected",
    ),
    ("550 5.7.64 TenantAttribution; Relay Access Denied", "client-address-refused"),
    ("535 Error: authentication failed, system busy", "auth-temporary-failure"),
    ("452 4.7.28 Gmail has detected an unusual rate of mail", "sending-limit-reached"),
    ("454 4.7.1 Para enviar es autenticación requerida", "credentials-missing"),
    (
        "553 5.7.2 [TSS09] All messages from 203.0.113.60 will be permanently deferred",
        "client-address-refused",
    ),
    ("535 5.7.8 authentication failed: Connection lost to authentication server", "auth-temporary"),
    ("gomail: dial: address smtp.example.com: missing port in address", "setting-invalid"),
    ("smtp: Connection refused: smtp.gmail.com:587 (os error 111)", "port-rejected"),
    ("MAIL FROM:<Our Shop>\n501 error", "sender-malformed"),
    ("SMTP error: Connection error: Tls(InvalidDNSName)", "host-malformed"),
    ("No authenticators available\nCould not send the message.", "auth-mechanism-unsupported"),
    ("SMTP Error: Connection already using TLS", "conflicting-settings"),
    (
        "smtp: lookup info@pass@smtp.example.com: no such host",
        "url-not-encoded",
    ),
    ("curl: (6) Could not resolve host: smtps", "host-malformed"),
    ("curl: (55) MAIL failed: 555", "mail-parameters-refused"),
    ("curl: (9) Remote access denied: 504", "ehlo-rejected"),
    ("msmtp: invalid argument 70000 for --port", "setting-invalid"),
    ("Net::OpenTimeout: Net::OpenTimeout", "tls-handshake-stalled"),
    ("Net::SMTPFatalError: 554-mx.example.net", "greeting-rejected"),
    ('Expected response code "220" but got code "454", with message "454 no TLS"', "starttls-re"),
    (
        "smtplib.py in login: auth_plain\n    self.password\nUnicodeEncodeError: 'ascii' codec "
        "can't encode character '\\xe4' in position 4",
        "password-suspicious",
    ),
    ('SMTP 5xx error: ["5.7.1 Authentication failed"]', "credentials-rejected"),
    # the step right before the reply counts, whatever its words are known for elsewhere
    ("gomail: could not send email 1: Auth: 451 4.3.2 Internal server error", "auth-temporary"),
    ("SMTPSendFailedException: 500 Error: bad syntax", "sender-malformed"),
    ("554 5.7.1 SMTPSendFailedException: 500 Line limit exceeded", "message-rejected"),
    (
        "com.sun.mail.smtp.SMTPAddressFailedException: 504 5.5.2 <joe@box>: Recipient address "
        "rejected: need fully-qualified address",
        "recipient-rejected",
    ),
    (
        "MAIL FROM:<a@b.example>\nSMTP Error: 504 5.5.2 <box>: Helo command rejected: no name",
        "ehlo-rejected",
    ),
    ("Connection test failed: 5.5.2 Send hello first (smtp)", "ehlo-rejected"),
    (
        "Could not connect to SMTP host: mx.x.example, port: 25, response: 554. Failed messages:",
        "greeting-rejected",
    ),
    # who can't check a password says nothing of it
    ("postfix/smtpd[7]: fatal: no SASL authentication mechanisms", "auth-temporary-failure"),
    (
        "SASL authentication failed; cannot authenticate to server mx.x.example[192.0.2.1]: "
        "generic failure",
        "credentials-missing",
    ),
    ("SMTP: Requested auth method not available: UNSPECIFIED", "auth-mechanism-unsupported"),
    ("*email.Email: missing password for LOGIN auth mechanism", "credentials-missing"),
    # musl's words
    (
        "postfix/smtp[9]: connect to mx.x.example[2001:db8::1a]:25: Network unreachable",
        "ipv6-broken",
    ),
    ("SMTPDataError: (450, b'4.7.1 Sorry, too many requests per time unit')", "sending-limit"),
    (
        "smtp: 554 IP=192.0.2.254 - A problem occurred. (Ask your postmaster for help) (BL)",
        "client-address-refused",
    ),
    ("smtp; 550 5.7.0 Please use the smtp server of your ISP", "client-address-refused"),
    ("smtp; 550 Bad SPF records for [x.example:192.0.2.2], see http://spf.example/", "spf-not-"),
    ("Unable to deliver message to: <a@b.example>\n550 No such user here", "recipient-rejected"),
    # a transcript that ends with the connect, and one that has it behind it
    (
        "2022-02-08 Connection: opening to smtp.x.example:587, timeout=300, options=array()",
        "port-blocked",
    ),
    (
        "09:53 Connection: opened\n09:54 SMTP -> get_lines(): timed-out (60 sec)\n",
        "greeting-missing",
    ),
    ("Error: can not connect to any SMTP server", "port-blocked"),
    ("SMTP Fehler (250): Die Authentisierung ist fehlgeschlagen", "auth-not-offered"),
    ("SMTP Error: [550] Sender address is not allowed", "sender-not-allowed"),
    ("SMTP error after end of data: 550 no thanks", "message-rejected"),
    ("SMTPRecipientsRefused: {'a@b.example': (451, b'4.3.0 Error: no table')}", "server-busy"),
    # dialogs of mail programs that people write with
    ("The server “smtp.x.example” cannot be contacted on port 465.", "port-blocked"),
    (
        "Cannot Send Mail. The recipient “a@b.example” was rejected by the server because it does "
        "not allow relaying.",
        "credentials-missing",
    ),
    (
        "Mail can’t verify the identity of “smtp.x.example”. The certificate for this server is "
        "invalid.",
        "certificate-",
    ),
    ("The sender address a@b.example was rejected by the server smtp.x.example.", "sender-not-"),
    (
        "Sending of the message failed.\nPeer’s Certificate issuer is not recognized.",
        "certificate-untrusted",
    ),
    (
        "Sending of the message failed.\nUnable to communicate securely with peer: requested "
        "domain name does not match the server’s certificate.",
        "certificate-name-mismatch",
    ),
    ("503 5.5.4 Invalid arguments - need AUTH", "credentials-missing"),
    (
        "Your server does not support the connection encryption type you have specified.",
        "implicit-tls-on-starttls-port",
    ),
    ("SMTP: Authentication with the destination has failed. Check settings.", "credentials-rej"),
    (
        "could not notify via endpoint(s): a: permanent error (535): 5.7.8 Username and Password "
        "not accepted. https://support.google.com/mail/?p=BadCredentials",
        "credentials-rejected",
    ),
    ("421 Domain x.example is not allowed to send: The domain is unverified", "sender-not-ver"),
    ("550 5.1.8 Access denied, bad outbound sender AS(42004)", "account-suspended"),
    ("EIdSMTPReplyError: Authentication failed (535 5.7.8)", "credentials-rejected"),
    ("ORA-29024: Certificate validation failure UTL_SMTP", "certificate-"),
    ("Der SMTP-Server hat die Anmeldedaten abgelehnt", "credentials-rejected"),
    ("smtp: 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1", "client-address-"),
    (
        'Warning: mail(): Failed to connect to mailserver at "localhost" port 25, '
        'verify your "SMTP" and "smtp_port" setting in php.ini',
        "wrong-host",
    ),
    # Thunderbird in its languages
    (
        "Fehler beim Senden der Nachricht: SMTP-Server smtp.exampel.com ist unbekannt. "
        "Der Server ist eventuell falsch konfiguriert.",
        "dns-name-not-found",
    ),
    (
        "Die Nachricht konnte nicht gesendet werden, weil der Verbindungsaufbau mit dem"
        " SMTP-Server smtp.example.com fehlgeschlagen ist. Der Server ist entweder nich"
        "t verfügbar oder lehnt SMTP-Verbindungen ab.",
        "port-refused",
    ),
    (
        "Der Postausgangs-Server (SMTP) smtp.example.com kann nicht authentifiziert wer"
        "den. Bitte überprüfen Sie das Passwort und die gewählte „Authentifizierungsmet"
        "hode“.",
        "credentials-rejected",
    ),
    (
        "Fehler beim Senden der Nachricht. Der Mail-Server antwortete: 5.7.1 Sender add"
        "ress is not allowed. Bitte überprüfen Sie, ob Ihre E-Mail-Adresse in den Konte"
        "n-Einstellungen stimmt und wiederholen Sie den Vorgang.",
        "sender-not-allowed",
    ),
    (
        "El mensaje no se ha podido enviar porque ha caducado la conexión al servidor d"
        "e salida (SMTP) smtp.example.com. Vuelva a intentarlo.",
        "port-blocked",
    ),
    (
        "Le message n’a pas pu être envoyé car la connexion au serveur sortant (SMTP) «"
        " smtp.example.com » a été perdue pendant la transaction.",
        "connection-closed",
    ),
]


@pytest.mark.parametrize(("text", "code"), PHRASES, ids=[text[:40] for text, _ in PHRASES])
def test_a_phrase_has_its_cause_among_the_first(text: str, code: str) -> None:
    found = [each.code for each in explain(text)][:3]
    assert any(each.startswith(code) for each in found), found


@pytest.mark.parametrize(
    "text",
    [
        "GET https://api.example.com: SSL peer certificate or SSH remote key was not OK",
        "the rate of requests is unusual; system is busy",
        "UnicodeEncodeError: 'ascii' codec can't encode character '\\xe4' in position 4",
        "read: Resource temporarily unavailable (os error 11)",
        "530 Please login with USER and PASS",
        "curl: (6) Could not resolve host: https",
        "listen tcp: address 70000: invalid port",
        "ftp: 502 Command not implemented",
        'lvl=info msg="Request Completed" method=POST path=/api/mail/test status=550 size=48',
        '192.0.2.1 - - "POST /sendmail HTTP/1.1" 554 48',
        "dial tcp 127.0.0.1:9200: connect: connection refused github.com/x/y/main.go:465",
        "Trying 192.0.2.1:443...",
        "The server “db.x.example” cannot be contacted on port 5432.",
        "Safari can’t verify the identity of the website “x.example”.",
        "The certificate for this server is invalid.",
        "INFO [450] Users were imported",
        "INFO 535 users synced, 0 failed",
        "nslookup: can't resolve 'kubernetes.default': Name does not resolve",
    ],
)
def test_the_same_words_of_another_program_are_no_mail(text: str) -> None:
    assert not explain(text)


@pytest.mark.parametrize(
    "text",
    ["warning: SASL authentication failure: No worthy mechs found", "No authenticators available"],
)
def test_a_sasl_library_without_its_modules_is_to_be_completed(text: str) -> None:
    assert explain(text)[0].code == "auth-mechanism-unsupported"
    assert "libsasl2-modules" in render(examine_text(text, Known()), Options(width=1000))


def test_a_sender_that_a_reply_names_is_spoken_of_by_its_address() -> None:
    text = "504 5.5.2 <webmaster@localhost>: Sender address rejected: need fully-qualified address"
    first = explain(text)[0]
    assert (first.code, "webmaster@localhost" in first.title) == ("sender-domain-not-found", True)
    assert "DEFAULT_FROM_EMAIL" in render(examine_text(text, Known()), Options(width=1000))


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ("SMTP Error: Could not authenticate.", "PHPMailer"),
        ("[vaultwarden::mail][ERROR] SMTP error: Connection error: timed out", "lettre"),
        ("SMTP error: Connection error: timed out", ""),
    ],
)
def test_a_client_is_known_by_its_own_spelling(text: str, client: str) -> None:
    read = examine_text(text, Known()).known.read
    assert [each for each in read if each.startswith("client")] == (
        [f"client {client}"] if client else []
    )


def test_another_librarys_words_are_no_reason_of_openssl() -> None:
    """The reason is OpenSSL's own, where it stands there: a line of .NET's was one as a whole."""
    of_schannel = "System.Net.Mail: A call to SSPI failed, see inner exception."
    assert "OpenSSL" not in examine_text(of_schannel, Known()).ranked[0].diagnosis.explanation
    of_openssl = "smtplib: ssl.SSLError: [SSL: INTERNAL_ERROR] internal error (_ssl.c:1129)"
    ranked = examine_text(of_openssl, Known()).ranked
    assert any("internal error" in item.diagnosis.explanation for item in ranked)


@pytest.mark.parametrize(
    "text",
    [
        "SMTP error: verified sender required",
        "SMTP: database connection lost",
        "SMTP: data timeout",
        "SMTP: verification was not possible",
    ],
)
def test_a_word_that_begins_like_the_one_for_data_is_another(text: str) -> None:
    """Turkish calls data “veri”."""
    assert "message-rejected" not in [each.code for each in explain(text)]
