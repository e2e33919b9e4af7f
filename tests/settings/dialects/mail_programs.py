"""Folders of programs that hand on a host's mail."""

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

SSMTP = (
    "# hub\nmailhub={hub}\n{tls}AuthUser=u@example.com\nAuthPass=word\nrewriteDomain=example.com\n"
)


def nullmailer(options: str) -> dict[str, str]:
    line = f"smtp.ionos.com smtp {options} user=u@example.com pass='word'\n"
    return {"etc/nullmailer/remotes": "# where to\n" + line}


def dma(lines: str, login: str = "u@example.com|smtp.ionos.com:word") -> dict[str, str]:
    return {
        "dma/dma.conf": "SMARTHOST smtp.ionos.com\n#FULLBOUNCE\n"
        f"AUTHPATH /etc/dma/auth.conf\n{lines}",
        "dma/auth.conf": f"# user|smarthost:password\n{login}\n",
    }


def proxmox(lines: str, secret: str = "\tpassword word\n") -> dict[str, str]:
    return {
        "pve/notifications.cfg": "gotify: phone\n\tserver http://localhost:8080\n\n"
        "smtp: ionos\n\tauthor Proxmox\n\tfrom-address u@example.com\n\tmailto-user root@pam\n"
        f"\tserver smtp.ionos.com\n\tusername u@example.com\n{lines}\n"
        "matcher: all\n\ttarget ionos\n",
        "pve/priv/notifications.cfg": f"gotify: phone\n\ttoken abc\n\nsmtp: ionos\n{secret}",
    }


def opensmtpd(relay: str) -> dict[str, str]:
    return {
        "smtpd.conf": "table secrets file:/etc/mail/secrets\nlisten on lo\n"
        f'action "local" mbox\naction "out" relay host {relay} \\\n    auth <secrets>  # by label\n'
        'match for any action "out"\n',
        "secrets": "other a@b.c:x\nionos u@example.com:word\n",
    }


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


SENDMAIL = """\
OSTYPE(`linux')dnl
dnl define(`SMART_HOST', `old.example.com')dnl
define(`SMART_HOST', `{host}')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {port}')dnl
define(`ESMTP_MAILER_ARGS', `TCP $h {port}')dnl
{more}MAILER(`smtp')dnl
"""
AUTHINFO = 'AuthInfo:other.example.com "U:x" "P:y"\n'
SENDMAIL_LOGIN = 'AuthInfo:smtp.ionos.com "U:root" "I:u@example.com" "P:word" "M:PLAIN"\n'
TABLE = "FEATURE(`authinfo', `hash -o /etc/mail/authinfo.db')dnl\n"
CASES = [
    Case(
        "sendmail:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "mail/sendmail.mc": SENDMAIL.format(host="[smtp.ionos.com]", port=587, more=TABLE),
            "mail/authinfo": AUTHINFO + SENDMAIL_LOGIN,
        },
        changes=False,
    ),
    Case(
        "sendmail:a login in base64",
        (HOST, 587, "starttls"),
        files={
            "sendmail.mc": SENDMAIL.format(host="[smtp.ionos.com]", port=587, more=TABLE),
            "authinfo": 'AuthInfo:SMTP.ionos.com "I=dUBleGFtcGxlLmNvbQ==" "P=d29yZA=="\n',
        },
        changes=False,
    ),
    Case(
        "sendmail:start on 465",
        (HOST, 465, "starttls"),
        files={
            "sendmail.mc": SENDMAIL.format(
                host="esmtp:[smtp.ionos.com]", port=465, more="FEATURE(`authinfo')dnl\n"
            ),
            "authinfo": SENDMAIL_LOGIN.replace("smtp.ionos.com", ""),
        },
        changes=False,
    ),
    Case(
        "sendmail:no login for this host",
        (HOST, 25, "starttls"),
        files={
            "sendmail.mc": "define(`SMART_HOST', `smtp.ionos.com')dnl\n" + TABLE,
            "authinfo": AUTHINFO,
        },
        user=None,
        sender=None,
        password=None,
        changes=False,
    ),
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
        remarks=said("misread relayhost", "ignored entry"),
        changes=False,
    ),
    Case(
        "postfix:no key of its own",
        (HOST, 587, "none"),
        files=postfix("[smtp.ionos.com]:587", "", "mail.example.org u@example.com:word\n"),
        user=None,
        sender=None,
        password=None,
        remarks=said("ignored smtp_sasl_password_maps"),
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
        remarks=said("ignored entry"),
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
    Case(
        "ssmtp:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "ssmtp/ssmtp.conf": SSMTP.format(
                hub="smtp.ionos.com:587", tls="UseTLS=Yes\nUseSTARTTLS=Yes\n"
            )
        },
        required=True,
    ),
    Case(
        "ssmtp:healthy 465",
        (HOST, 465, "implicit"),
        files={"ssmtp.conf": SSMTP.format(hub="smtp.ionos.com:465", tls="useTLS=YES\n")},
    ),
    Case(
        "ssmtp:implicit on 587",
        (HOST, 587, "implicit"),
        files={"ssmtp.conf": SSMTP.format(hub="smtp.ionos.com:587", tls="UseTLS=YES\n")},
    ),
    Case(
        "ssmtp:STARTTLS switches TLS on, and a later no leaves it on",
        (HOST, 465, "implicit"),
        files={
            "ssmtp.conf": SSMTP.format(
                hub="smtp.ionos.com:465", tls="UseSTARTTLS=yes\nUseSTARTTLS=no\n"
            )
        },
        changes=False,
    ),
    Case(
        "ssmtp:another word",
        (HOST, 465, "none"),
        files={"ssmtp.conf": SSMTP.format(hub="smtp.ionos.com:465", tls="UseTLS=True\n")},
        remarks=said("misread UseTLS"),
    ),
    Case(
        "ssmtp:another word for the other",
        (HOST, 587, "none"),
        files={"ssmtp.conf": SSMTP.format(hub="smtp.ionos.com:587", tls="UseSTARTTLS=1\n")},
        remarks=said("misread UseSTARTTLS"),
    ),
    Case(
        "ssmtp:a blank beside the sign",
        (HOST, 587, "none"),
        files={"ssmtp.conf": SSMTP.format(hub="smtp.ionos.com:587", tls="UseTLS = YES\n")},
        remarks=said("fault mailhub"),
        changes=False,
    ),
    Case(
        "nullmailer:healthy 587",
        (HOST, 587, "starttls"),
        files=nullmailer("--port=587 --starttls"),
        required=True,
        changes=False,
    ),
    Case(
        "nullmailer:healthy 465",
        (HOST, 465, "implicit"),
        files=nullmailer("ssl"),
        changes=False,
    ),
    Case(
        "nullmailer:implicit on 587",
        (HOST, 587, "implicit"),
        files=nullmailer("port=587 tls insecure"),
        verify=False,
        changes=False,
    ),
    Case("nullmailer:in clear", (HOST, 25, "none"), files=nullmailer(""), changes=False),
    Case(
        "dma:healthy 587",
        (HOST, 587, "starttls"),
        files=dma("PORT 587\nSECURETRANSFER\nSTARTTLS\nMASQUERADE u@example.com\n"),
        required=True,
        changes=False,
    ),
    Case(
        "dma:healthy 465",
        (HOST, 465, "implicit"),
        files=dma("PORT 465\nSECURETRANSFER\nMASQUERADE example.com\n"),
        changes=False,
    ),
    Case(
        "dma:STARTTLS alone",
        (HOST, 587, "none"),
        files=dma("PORT 587\nSTARTTLS\n"),
        user=None,
        sender=None,
        password=None,
        remarks=said("ignored STARTTLS", "ignored user"),
        changes=False,
    ),
    Case(
        "dma:a login in clear",
        (HOST, 587, "none"),
        files=dma("PORT 587\nINSECURE\n"),
        changes=False,
    ),
    Case(
        "dma:a line for another host",
        (HOST, 587, "starttls"),
        files=dma(
            "PORT 587\nSECURETRANSFER\nSTARTTLS\nOPPORTUNISTIC_TLS\n",
            "u@example.com|smtp.ionos.de:word",
        ),
        user=None,
        sender=None,
        password=None,
        remarks=said("ignored AUTHPATH"),
        changes=False,
    ),
    Case(
        "dma:a switch with a value",
        (HOST, 587, "implicit"),
        files=dma("PORT 587\nSECURETRANSFER\nSTARTTLS yes\n"),
        remarks=said("fault unknown"),
        changes=False,
    ),
    Case(
        "proxmox:healthy 587",
        (HOST, 587, "starttls"),
        files=proxmox("\tmode starttls\n\tport 587\n"),
        required=True,
    ),
    Case("proxmox:healthy 465", (HOST, 465, "implicit"), files=proxmox("\tmode tls\n\tport 465\n")),
    Case(
        "proxmox:the mode's own port",
        (HOST, 587, "starttls"),
        files=proxmox("\tmode starttls\n"),
        required=True,
        changes=False,
    ),
    Case(
        "proxmox:the port alone",
        (HOST, 587, "implicit"),
        files=proxmox("\tport 587\n"),
        changes=False,
    ),
    Case(
        "proxmox:plain on 465",
        (HOST, 465, "starttls"),
        files=proxmox("\tmode starttls\n\tport 465\n"),
        required=True,
    ),
    Case(
        "proxmox:no password",
        (HOST, 465, "implicit"),
        files=proxmox("", secret=""),
        password=None,
        remarks=said("fault username"),
        changes=False,
    ),
    Case(
        "proxmox:disabled",
        (HOST, 465, "implicit"),
        files=proxmox("\tdisable true\n"),
        remarks=said("not-sent disable"),
        changes=False,
    ),
    Case(
        "opensmtpd:healthy 587",
        (HOST, 587, "starttls"),
        files=opensmtpd("smtp+tls://ionos@smtp.ionos.com:587"),
        required=True,
    ),
    Case(
        "opensmtpd:healthy 465",
        (HOST, 465, "implicit"),
        files=opensmtpd('"smtps://ionos@smtp.ionos.com"'),
        changes=False,
    ),
    Case(
        "opensmtpd:implicit on 587",
        (HOST, 587, "implicit"),
        files=opensmtpd("smtps://ionos@smtp.ionos.com:587"),
    ),
    Case(
        "opensmtpd:required by a word",
        (HOST, 465, "starttls"),
        files=opensmtpd("smtp://ionos@smtp.ionos.com:465 tls no-verify"),
        required=True,
        verify=False,
        changes=False,
    ),
]
