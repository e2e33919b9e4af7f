"""How a client takes a server of old TLS, in the client's own words.

Knows texts and which client has a setting for it; no run.
"""

from __future__ import annotations

from smtpdoctor.knowledge import Client

_STOPGAP = "A stopgap, only for a server on your own network: let the client accept it"
#: How clients take a server of an old TLS version, and one whose ciphers or keys alone are old.
#: Who isn't here has no setting for it: Django and Ruby's mail make a context of their own.
_OLD_VERSION = {
    "nodemailer": "Node: tls: { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }",
    "smtplib": "Python: context.minimum_version = ssl.TLSVersion.TLSv1 and "
    "context.set_ciphers('DEFAULT@SECLEVEL=0')",
    "aiosmtplib": "aiosmtplib: tls_context=context, with context.minimum_version = "
    "ssl.TLSVersion.TLSv1 and context.set_ciphers('DEFAULT@SECLEVEL=0')",
    "phpmailer": "PHPMailer: $mail->SMTPOptions = ['ssl' => ['security_level' => 0]];",
    "javamail": "Java: mail.smtp.ssl.protocols=TLSv1, and no TLSv1 in jdk.tls.disabledAlgorithms "
    "of the JDK's java.security",
    "go-net-smtp": "Go: tls.Config{MinVersion: tls.VersionTLS10}",
    "ruby-net-smtp": "Ruby: context.min_version = :TLS1 and context.ciphers = 'DEFAULT@SECLEVEL=0'",
    "curl": "curl: --tlsv1.0 --ciphers DEFAULT@SECLEVEL=0",
}
_OLD_CIPHERS = {
    "nodemailer": "Node: tls: { ciphers: 'DEFAULT@SECLEVEL=0' }",
    "smtplib": "Python: context.set_ciphers('DEFAULT@SECLEVEL=0')",
    "aiosmtplib": "aiosmtplib: tls_context=context, with context.set_ciphers('DEFAULT@SECLEVEL=0')",
    "phpmailer": _OLD_VERSION["phpmailer"],
    "ruby-net-smtp": "Ruby: context.ciphers = 'DEFAULT@SECLEVEL=0'",
    "curl": "curl: --ciphers DEFAULT@SECLEVEL=0",
}
_USUAL_CLIENTS = ("nodemailer", "smtplib", "phpmailer")


def stopgap(client: Client | None, *, version: bool) -> tuple[str, ...]:
    """How the user's client takes this old server all the same: of a client that isn't known, how
    three usual ones do; empty for one that has no setting for it. `version`: its TLS version is
    old, and not its ciphers or keys alone."""
    known = _OLD_VERSION if version else _OLD_CIPHERS
    ids = (client.id,) if client is not None else _USUAL_CLIENTS
    ways = " · ".join(known[each] for each in ids if each in known)
    return (f"{_STOPGAP} ({ways}). What is sent that way is weakly protected.",) if ways else ()
