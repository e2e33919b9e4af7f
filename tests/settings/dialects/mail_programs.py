"""Folders of msmtp, Postfix and Exim."""

from __future__ import annotations

from tests.settings.dialects.case import Case, said

HOST = "smtp.ionos.com"
MSMTP = (
    "defaults\nauth on\ntls on\n\naccount ionos\nhost smtp.ionos.com\nport {port}\n"
    'user u@example.com\npassword "word"\nfrom u@example.com\n{more}\naccount default : ionos\n'
)
POSTFIX = (
    "# relay\nrelayhost = {relay}\nsmtp_sasl_auth_enable = yes\n"
    "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n"
    "smtp_sasl_security_options = noanonymous\n{more}\n"
)
PASSWORDS = (
    "# who\n[smtp.ionos.com]:587 u@example.com:word\n[smtp.ionos.com]:465 u@example.com:word\n"
)
EXIM = "dc_eximconfig_configtype='smarthost'\ndc_smarthost='{host}'\n"


def postfix(relay: str, more: str, passwords: str = PASSWORDS) -> dict[str, str]:
    return {
        "postfix/main.cf": POSTFIX.format(relay=relay, more=more),
        "postfix/sasl_passwd": passwords,
    }


def exim(host: str, macros: str = "") -> dict[str, str]:
    return {
        "exim4/update-exim4.conf.conf": EXIM.format(host=host),
        "exim4/exim4.conf.localmacros": macros,
        "exim4/passwd.client": "# who\n*.ionos.com:u@example.com:word\n",
    }


CASES = [
    Case(
        "msmtp:healthy 587",
        (HOST, 587, "starttls"),
        files={".msmtprc": MSMTP.format(port=587, more="")},
        required=True,
    ),
    Case(
        "msmtp:healthy 465",
        (HOST, 465, "implicit"),
        files={"msmtprc": MSMTP.format(port=465, more="tls_starttls off\n")},
    ),
    Case(
        "msmtp:start on 465",
        (HOST, 465, "starttls"),
        files={".msmtprc": MSMTP.format(port=465, more="tls_certcheck off\n")},
        required=True,
        verify=False,
    ),
    Case(
        "msmtp:implicit on 587",
        (HOST, 587, "implicit"),
        files={".msmtprc": MSMTP.format(port=587, more="tls_starttls off\n")},
    ),
    Case(
        "msmtp:no login, port 25",
        (HOST, 25, "starttls"),
        files={
            ".msmtprc": "account default\nhost smtp.ionos.com\ntls\nuser u@example.com\n"
            "password word\nfrom u@example.com\n"
        },
        required=True,
        user=None,
        password=None,
        remarks=said("ignored user", "misread host"),
    ),
    Case(
        "postfix:healthy 587",
        (HOST, 587, "starttls"),
        files=postfix("[smtp.ionos.com]:587", "smtp_tls_security_level = encrypt"),
        required=True,
    ),
    Case(
        "postfix:healthy 465",
        (HOST, 465, "implicit"),
        files=postfix(
            "[smtp.ionos.com]:465",
            "smtp_tls_security_level = may\nsmtp_tls_wrappermode = yes\n"
            "smtp_tls_security_level =\n    encrypt",
        ),
    ),
    Case(
        "postfix:plain on 465",
        (HOST, 465, "starttls"),
        files=postfix("[smtp.ionos.com]:465", "smtp_tls_security_level = may"),
    ),
    Case(
        "postfix:no brackets",
        (HOST, 587, "starttls"),
        files=postfix(
            "smtp.ionos.com:submission",
            "smtp_use_tls = yes",
            "smtp.ionos.com:submission u@example.com:word\n",
        ),
        remarks=said("misread relayhost"),
        changes=False,
    ),
    Case(
        "postfix:the host alone",
        (HOST, 587, "starttls"),
        files=postfix(
            "[smtp.ionos.com]:587",
            "smtp_tls_security_level = may",
            "#smtp.ionos.com x:y\nSMTP.ionos.com u@example.com:word\n",
        ),
    ),
    Case(
        "postfix:the host alone, before an MX record",
        (HOST, 587, "starttls"),
        files=postfix(
            "smtp.ionos.com:587",
            "smtp_tls_security_level = may",
            "smtp.ionos.com u@example.com:word\n",
        ),
        user=None,
        sender=None,
        password=None,
        remarks=said("misread relayhost", "ignored smtp_sasl_password_maps"),
        changes=False,
    ),
    Case(
        "postfix:another key",
        (HOST, 587, "none"),
        files=postfix(
            "[smtp.ionos.com]:587",
            "",
            "smtp.ionos.com:587 u@example.com:word\n[smtp.ionos.com] u@example.com:word\n",
        ),
        user=None,
        sender=None,
        password=None,
        remarks=said("ignored smtp_sasl_password_maps"),
    ),
    Case(
        "exim:healthy 587",
        (HOST, 587, "starttls"),
        files=exim("smtp.ionos.com::587", "REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS = *\n"),
        required=True,
        changes=False,
    ),
    Case(
        "exim:healthy 465",
        (HOST, 465, "implicit"),
        files=exim("smtp.ionos.com::465", "REMOTE_SMTP_SMARTHOST_PROTOCOL = smtps\n"),
    ),
    Case(
        "exim:start on 465",
        (HOST, 465, "starttls"),
        files=exim("smtp.ionos.com::465"),
        remarks=said("misread dc_smarthost"),
        changes=False,
    ),
    Case(
        "exim:one colon",
        (HOST, 587, "starttls"),
        files=exim("smtp.ionos.com:587"),
        remarks=said("misread dc_smarthost"),
        changes=False,
    ),
]
