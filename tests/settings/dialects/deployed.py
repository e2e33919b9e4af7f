"""Folders of self-hosted programs that run by a few variables, or by a file of their own."""

from __future__ import annotations

from tests.settings.dialects.case import Case, said
from tests.settings.dialects.self_hosted import HOST, compose

URI = "courier:\n  smtp:\n    connection_uri: {uri}\n    from_address: u@example.com\n"
LOGIN = "u%40example.com:word@smtp.ionos.com"
NTFY = (
    "base-url: https://ntfy.example.com\nsmtp-sender-addr: {address}\n"
    "smtp-sender-user: u@example.com\nsmtp-sender-pass: word\n"
)
SYNAPSE = (
    "server_name: example.com\nemail:\n  smtp_host: smtp.ionos.com\n  smtp_port: {port}\n"
    "  smtp_user: u@example.com\n  smtp_pass: word\n  notif_from: '%(app)s <u@example.com>'\n"
)
MAS = (
    "email:\n  from: '\"Example\" <u@example.com>'\n  transport: {transport}\n  mode: {mode}\n"
    "  hostname: smtp.ionos.com\n  port: {port}\n  username: u@example.com\n  password: word\n"
)
GATUS = (
    "alerting:\n  email:\n    from: u@example.com\n    password: {word}\n"
    "    host: smtp.ionos.com\n    port: {port}\n    to: a@example.com\n"
    "endpoints:\n  - name: x\n    url: https://example.com\n"
)
DIUN = (
    "notif:\n  mail:\n    host: smtp.ionos.com\n    port: {port}\n    ssl: {ssl}\n"
    "    username: u@example.com\n    password: word\n    from: u@example.com\n"
)
GOTOSOCIAL = (
    "host: example.com\nsmtp-host: smtp.ionos.com\nsmtp-port: {port}\n"
    "smtp-username: u@example.com\nsmtp-password: word\nsmtp-from: u@example.com\n"
)
PEERTUBE = (
    "smtp:\n  transport: smtp\n  hostname: smtp.ionos.com\n  port: {port}\n"
    "  username: u@example.com\n  password: word\n  {more}from_address: u@example.com\n"
)
IMMICH = (
    '{{"notifications": {{"smtp": {{"enabled": {enabled}, "from": "u@example.com", "transport": {{'
    '"host": "smtp.ionos.com", "port": {port}, {more}'
    '"username": "u@example.com", "password": "word"}}}}}}}}\n'
)
ZITADEL = (
    "DefaultInstance:\n  SMTPConfiguration:\n    SMTP:\n      Host: {address}\n"
    "      User: u@example.com\n      Password: word\n    TLS: {tls}\n    From: u@example.com\n"
)
LEMMY = """{{
  hostname: example.com
  email: {{
    smtp_server: "smtp.ionos.com:{port}"
    smtp_login: "u@example.com"
    smtp_password: "word"
    smtp_from_address: "Lemmy <u@example.com>"
    tls_type: "{tls}"
  }}
}}
"""
ANSIBLE = """- hosts: all
  tasks:
    - name: tell
      community.general.mail:
        host: smtp.ionos.com
        port: {port}
        username: u@example.com
        password: word
        from: u@example.com
        to: a@example.com
        subject: done
{more}"""
VAULTWARDEN_CHART = """domain: https://vault.example.com
smtp:
  host: smtp.ionos.com
  security: {word}
  port: {port}
  from: u@example.com
  username:
    value: u@example.com
  password:
    value: word
"""
SONAR = (
    "sonar.jdbc.username=sonar\nemail.smtp_host.secured=smtp.ionos.com\n"
    "email.smtp_port.secured={port}\nemail.smtp_secure_connection.secured={word}\n"
    "email.smtp_username.secured=u@example.com\nemail.smtp_password.secured=word\n"
    "email.from=u@example.com\n"
)
SONAR_BITNAMI = compose("bitnami/sonarqube:9", "SONARQUBE_SMTP_", "HOST", "USER", "PASSWORD")
PLAY = """# of the shop
play.http.secret.key = ${{?APPLICATION_SECRET}}
play.mailer {{
  host = smtp.ionos.com
  port = {port}
  user = "u@example.com"
  password = "word" // of the mailbox
  {more}
}}
"""
PENPOT = compose(
    "penpotapp/backend:2.4", "PENPOT_SMTP_", "HOST", "USERNAME", "PASSWORD", "DEFAULT_FROM"
)
JOPLIN = compose(
    "joplin/server:3.0", "MAILER_", "HOST", "AUTH_USER", "AUTH_PASSWORD", "NOREPLY_EMAIL"
)
FORMBRICKS = compose(
    "ghcr.io/formbricks/formbricks:v4", "", "SMTP_HOST", "SMTP_USER", "SMTP_PASSWORD", "MAIL_FROM"
)
DOCMOST = compose(
    "docmost/docmost", "", "SMTP_HOST", "SMTP_USERNAME", "SMTP_PASSWORD", "MAIL_FROM_ADDRESS"
)
RALLLY = compose("lukevella/rallly:4", "", "SMTP_HOST", "SMTP_USER", "SMTP_PWD", "NOREPLY_EMAIL")
DOCUMENSO = compose(
    "documenso/documenso", "NEXT_PRIVATE_SMTP_", "HOST", "USERNAME", "PASSWORD", "FROM_ADDRESS"
)
FIDER = compose(
    "getfider/fider:main",
    "",
    "EMAIL_SMTP_HOST",
    "EMAIL_SMTP_USERNAME",
    "EMAIL_SMTP_PASSWORD",
    "EMAIL_NOREPLY",
)
DOCUSEAL = compose("docuseal/docuseal:2", "SMTP_", "ADDRESS", "USERNAME", "PASSWORD", "FROM")
TAIGA = compose(
    "taigaio/taiga-back",
    "",
    "EMAIL_HOST",
    "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD",
    "DEFAULT_FROM_EMAIL",
)
SENDS = "EMAIL_BACKEND: django.core.mail.backends.smtp.EmailBackend\n"
TWENTY = compose(
    "twentycrm/twenty:v1.2",
    "EMAIL_",
    "SMTP_HOST",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "FROM_ADDRESS",
)
APPWRITE = compose(
    "appwrite/appwrite:1.6.0",
    "_APP_",
    "SMTP_HOST",
    "SMTP_USERNAME",
    "SMTP_PASSWORD",
    "SYSTEM_EMAIL_ADDRESS",
)
METABASE = compose(
    "metabase/metabase:v0.50.3",
    "MB_EMAIL_",
    "SMTP_HOST",
    "SMTP_USERNAME",
    "SMTP_PASSWORD",
    "FROM_ADDRESS",
)
OVERLEAF = compose(
    "sharelatex/sharelatex:5.1",
    "OVERLEAF_EMAIL_",
    "SMTP_HOST",
    "SMTP_USER",
    "SMTP_PASS",
    "FROM_ADDRESS",
)


def variables(
    name: str,
    program: tuple[str, str],
    more: str,
    port: int,
    tls: str,
    *remarks: str,
    required: bool = False,
    verify: bool = True,
    changes: bool = True,
) -> Case:
    """A container whose further lines come to this."""
    return Case(
        name,
        (HOST, port, tls),
        compose=program[0],
        env=program[1] + more,
        required=required,
        verify=verify,
        remarks=said(*remarks),
        changes=changes,
    )


def document(
    name: str,
    path: str,
    text: str,
    port: int,
    tls: str,
    *remarks: str,
    required: bool = False,
    verify: bool = True,
    changes: bool = True,
) -> Case:
    """A file of the program's own that comes to this."""
    return Case(
        name,
        (HOST, port, tls),
        files={path: text},
        required=required,
        verify=verify,
        remarks=said(*remarks),
        changes=changes,
    )


CASES = [
    Case(
        "ansible-mail:healthy 587",
        (HOST, 587, "starttls"),
        files={"playbook.yml": ANSIBLE.format(port=587, more="        secure: starttls\n")},
        required=True,
        verify=False,
    ),
    Case(
        "ansible-mail:tried by itself",
        (HOST, 587, "starttls"),
        files={"site.yml": ANSIBLE.format(port=587, more="")},
        verify=False,
    ),
    Case(
        "ansible-mail:healthy 465",
        (HOST, 465, "implicit"),
        files={
            "roles/x/tasks/main.yml": """- block:
    - mail:
        host: smtp.ionos.com
        port: 465
        username: u@example.com
        password: word
        sender: u@example.com
        secure: starttls
        subject: x
"""
        },
        verify=False,
    ),
    Case(
        "ansible-mail:implicit on 587",
        (HOST, 587, "implicit"),
        files={"playbook.yml": ANSIBLE.format(port=587, more="        secure: always\n")},
        verify=False,
    ),
    Case(
        "ansible-mail:never",
        (HOST, 465, "none"),
        files={"playbook.yml": ANSIBLE.format(port=465, more="        secure: never\n")},
        verify=False,
    ),
    Case(
        "ansible-mail:another word",
        (HOST, 587, "starttls"),
        files={"playbook.yml": ANSIBLE.format(port=587, more="        secure: tls\n")},
        verify=False,
        remarks=said("fault secure"),
    ),
    Case(
        "sonarqube:healthy 587",
        (HOST, 587, "starttls"),
        files={"conf/sonar.properties": SONAR.format(port=587, word="starttls")},
        required=True,
    ),
    Case(
        "sonarqube:healthy 465",
        (HOST, 465, "implicit"),
        files={"sonar.properties": SONAR.format(port=465, word="ssl")},
    ),
    Case(
        "sonarqube:implicit on 587",
        (HOST, 587, "implicit"),
        files={"sonar.properties": SONAR.format(port=587, word="ssl")},
    ),
    Case(
        "sonarqube:start on 465",
        (HOST, 465, "starttls"),
        files={"sonar.properties": SONAR.format(port=465, word="starttls")},
        required=True,
    ),
    Case(
        "sonarqube:another word",
        (HOST, 587, "none"),
        files={"sonar.properties": SONAR.format(port=587, word="tls")},
        remarks=said("fault email.smtp_secure_connection.secured"),
    ),
    Case(
        "sonarqube-bitnami:healthy 587",
        (HOST, 587, "starttls"),
        compose=SONAR_BITNAMI[0],
        env=SONAR_BITNAMI[1] + "SONARQUBE_SMTP_PORT_NUMBER: 587\nSONARQUBE_SMTP_PROTOCOL: tls",
        required=True,
        changes=False,
    ),
    Case(
        "sonarqube-bitnami:ssl is STARTTLS",
        (HOST, 465, "starttls"),
        compose=SONAR_BITNAMI[0],
        env=SONAR_BITNAMI[1] + "SONARQUBE_SMTP_PORT_NUMBER: 465\nSONARQUBE_SMTP_PROTOCOL: ssl",
        required=True,
        remarks=said("misread SONARQUBE_SMTP_PROTOCOL"),
        changes=False,
    ),
    Case(
        "vaultwarden:the values of its chart",
        (HOST, 587, "implicit"),
        files={"values.yaml": VAULTWARDEN_CHART.format(port=587, word="force_tls")},
    ),
    Case(
        "vaultwarden:the port that its chart has",
        (HOST, 25, "starttls"),
        files={
            "values.yaml": VAULTWARDEN_CHART.format(port=0, word="starttls").replace(
                "  port: 0\n", ""
            )
        },
        required=True,
    ),
    Case(
        "vaultwarden:a chart that depends on its chart",
        (HOST, 465, "starttls"),
        files={
            "vault/values.yaml": "vaultwarden:\n"
            + "".join(
                f"  {line}\n"
                for line in VAULTWARDEN_CHART.format(port=465, word="starttls").splitlines()
            )
        },
        required=True,
    ),
    document(
        "kratos:healthy 587",
        "kratos/kratos.yml",
        URI.format(uri=f"smtp://{LOGIN}:587/"),
        587,
        "starttls",
        required=True,
    ),
    document(
        "kratos:healthy 465", "kratos.yml", URI.format(uri=f"smtps://{LOGIN}:465/"), 465, "implicit"
    ),
    document(
        "kratos:implicit on 587",
        "kratos.yml",
        URI.format(uri=f'"smtps://{LOGIN}:587/?skip_ssl_verify=true"'),
        587,
        "implicit",
        verify=False,
    ),
    document(
        "kratos:never STARTTLS",
        "kratos.yml",
        URI.format(uri=f"smtp://{LOGIN}:587/?disable_starttls=true"),
        587,
        "none",
        changes=False,  # nothing of a query is written: what stands in it may be secret
    ),
    Case(
        "kratos:the variable counts",
        (HOST, 465, "implicit"),
        files={
            "docker-compose.yml": "services:\n  kratos:\n    image: oryd/kratos:v1.3.1\n"
            "    environment:\n"
            f"      - COURIER_SMTP_CONNECTION_URI=smtps://{LOGIN}:465/\n",
            "kratos.yml": URI.format(uri="smtps://test:test@mailslurper:1025/"),
        },
    ),
    document(
        "ntfy:healthy 587",
        "server.yml",
        NTFY.format(address="smtp.ionos.com:587") + "smtp-sender-from: u@example.com\n",
        587,
        "starttls",
        changes=False,
    ),
    document(
        "ntfy:plain on 465",
        "ntfy/server.yml",
        NTFY.format(address='"smtp.ionos.com:465"') + "smtp-sender-from: u@example.com\n",
        465,
        "starttls",
        changes=False,
    ),
    Case(
        "ntfy:no port",
        (HOST, 587, "starttls"),
        compose="binwiederhier/ntfy",
        env="NTFY_SMTP_SENDER_ADDR: smtp.ionos.com\nNTFY_SMTP_SENDER_USER: u@example.com\n"
        "NTFY_SMTP_SENDER_PASS: word\nNTFY_SMTP_SENDER_FROM: u@example.com",
        remarks=said("fault smtp-sender-addr"),
        changes=False,
    ),
    document(
        "matrix-authentication-service:healthy 587",
        "mas/config.yaml",
        MAS.format(transport="smtp", mode="starttls", port=587),
        587,
        "starttls",
        required=True,
    ),
    document(
        "matrix-authentication-service:implicit on 587",
        "mas.yaml",
        MAS.format(transport="smtp", mode="tls", port=587),
        587,
        "implicit",
    ),
    document(
        "matrix-authentication-service:another word",
        "mas.yaml",
        MAS.format(transport="smtp", mode="ssl", port=465),
        465,
        "none",
        "fault mode",
    ),
    document(
        "matrix-authentication-service:thrown away",
        "mas.yaml",
        MAS.format(transport="blackhole", mode="tls", port=465),
        465,
        "implicit",
        "not-sent transport",
    ),
    document("synapse:healthy 587", "homeserver.yaml", SYNAPSE.format(port=587), 587, "starttls"),
    document(
        "synapse:healthy 465",
        "data/homeserver.yaml",
        SYNAPSE.format(port=465) + "  force_tls: true\n",
        465,
        "implicit",
    ),
    document("synapse:plain on 465", "homeserver.yaml", SYNAPSE.format(port=465), 465, "starttls"),
    document(
        "synapse:required",
        "homeserver.yaml",
        SYNAPSE.format(port=587) + "  require_transport_security: true\n",
        587,
        "starttls",
        required=True,
    ),
    document(
        "synapse:switches that exclude each other",
        "homeserver.yaml",
        SYNAPSE.format(port=465) + "  force_tls: true\n  enable_tls: false\n",
        465,
        "implicit",
        "fault enable_tls",
        changes=False,
    ),
    document(
        "immich:healthy 465",
        "immich.json",
        IMMICH.format(enabled="true", port=465, more='"secure": true, '),
        465,
        "implicit",
    ),
    document(
        "immich:healthy 587",
        "config/immich-config.json",
        IMMICH.format(enabled="true", port=587, more=""),
        587,
        "starttls",
        changes=False,
    ),
    document(
        "immich:plain on 465",
        "immich.json",
        IMMICH.format(enabled="true", port=465, more='"secure": false, '),
        465,
        "starttls",
    ),
    document(
        "immich:any certificate",
        "immich.json",
        IMMICH.format(enabled="true", port=587, more='"secure": true, "ignoreCert": true, '),
        587,
        "implicit",
        verify=False,
    ),
    document(
        "immich:off",
        "immich.json",
        IMMICH.format(enabled="false", port=587, more='"secure": false, '),
        587,
        "starttls",
        "not-sent enabled",
    ),
    document(
        "peertube:healthy 465",
        "config/production.yaml",
        PEERTUBE.format(port=465, more="tls: true\n  "),
        465,
        "implicit",
    ),
    document(
        "peertube:healthy 587",
        "config/production.yaml",
        PEERTUBE.format(port=587, more="tls: false\n  "),
        587,
        "starttls",
    ),
    document(
        "peertube:on by itself",
        "config/production.yaml",
        PEERTUBE.format(port=587, more=""),
        587,
        "implicit",
        "misread port",
    ),
    Case(
        "peertube:sendmail",
        (HOST, 465, "implicit"),
        files={
            "config/production.yaml": PEERTUBE.format(port=465, more="").replace(
                "transport: smtp", "transport: sendmail"
            )
        },
        remarks=said("ignored hostname"),
    ),
    variables(
        "penpot:healthy 587",
        PENPOT,
        "PENPOT_SMTP_PORT: 587\nPENPOT_SMTP_TLS: 'true'\nPENPOT_SMTP_SSL: 'false'\n"
        "PENPOT_FLAGS: disable-email-verification enable-smtp",
        587,
        "starttls",
        required=True,
    ),
    variables(
        "penpot:healthy 465",
        PENPOT,
        "PENPOT_SMTP_PORT: 465\nPENPOT_SMTP_SSL: 'true'\nPENPOT_FLAGS: enable-smtp",
        465,
        "implicit",
    ),
    variables(
        "penpot:implicit on 587",
        PENPOT,
        "PENPOT_SMTP_PORT: 587\nPENPOT_SMTP_TLS: 'true'\nPENPOT_SMTP_SSL: 'true'\n"
        "PENPOT_FLAGS: enable-smtp",
        587,
        "implicit",
    ),
    variables(
        "penpot:no flag",
        PENPOT,
        "PENPOT_SMTP_PORT: 587\nPENPOT_SMTP_TLS: 'true'\nPENPOT_FLAGS: enable-prepl-server",
        587,
        "starttls",
        "not-sent PENPOT_FLAGS",
        required=True,
    ),
    variables(
        "joplin:healthy 587",
        JOPLIN,
        "MAILER_ENABLED: 1\nMAILER_PORT: 587\nMAILER_SECURITY: starttls",
        587,
        "starttls",
        required=True,
    ),
    variables(
        "joplin:implicit on 587", JOPLIN, "MAILER_ENABLED: 1\nMAILER_PORT: 587", 587, "implicit"
    ),
    variables(
        "joplin:another word",
        JOPLIN,
        "MAILER_ENABLED: 1\nMAILER_PORT: 465\nMAILER_SECURITY: ssl",
        465,
        "starttls",
        "misread MAILER_SECURITY",
    ),
    variables(
        "joplin:switched off",
        JOPLIN,
        "MAILER_PORT: 465\nMAILER_ENABLED: 0",
        465,
        "implicit",
        "not-sent MAILER_ENABLED",
    ),
    Case(
        "joplin:no sender",
        (HOST, 465, "implicit"),
        compose="joplin/server",
        env="MAILER_ENABLED: 1\nMAILER_HOST: smtp.ionos.com\nMAILER_AUTH_USER: u@example.com\n"
        "MAILER_AUTH_PASSWORD: word",
        remarks=said("fault MAILER_NOREPLY_EMAIL"),
    ),
    variables(
        "formbricks:healthy 587",
        FORMBRICKS,
        "SMTP_PORT: 587\nSMTP_SECURE_ENABLED: 0",
        587,
        "starttls",
    ),
    variables("formbricks:healthy 465", FORMBRICKS, "SMTP_PORT: 465", 465, "implicit"),
    variables(
        "formbricks:implicit on 587",
        FORMBRICKS,
        "SMTP_PORT: 587\nSMTP_SECURE_ENABLED: 1\nSMTP_REJECT_UNAUTHORIZED_TLS: 0",
        587,
        "implicit",
        verify=False,
    ),
    variables(
        "formbricks:another word",
        FORMBRICKS,
        "SMTP_PORT: 587\nSMTP_SECURE_ENABLED: 'true'",
        587,
        "starttls",
        "fault SMTP_SECURE_ENABLED",
        changes=False,
    ),
    variables(
        "formbricks:no port",
        FORMBRICKS,
        "SMTP_PORT: ''",
        587,
        "starttls",
        "not-sent SMTP_HOST",
        changes=False,
    ),
    variables(
        "docmost:healthy 587",
        DOCMOST,
        "MAIL_DRIVER: smtp\nSMTP_PORT: 587\nSMTP_SECURE: 'false'",
        587,
        "starttls",
    ),
    variables(
        "docmost:healthy 465",
        DOCMOST,
        "MAIL_DRIVER: SMTP\nSMTP_PORT: 465\nSMTP_SECURE: 'True'",
        465,
        "implicit",
    ),
    variables(
        "docmost:the log",
        DOCMOST,
        "SMTP_PORT: 465\nSMTP_SECURE: 'true'",
        465,
        "implicit",
        "not-sent MAIL_DRIVER",
    ),
    variables(
        "docmost:another word",
        DOCMOST,
        "MAIL_DRIVER: smtp\nSMTP_PORT: 465\nSMTP_SECURE: 1",
        465,
        "starttls",
        "misread SMTP_SECURE",
    ),
    variables(
        "rallly:healthy 587", RALLLY, "SMTP_PORT: 587\nSMTP_SECURE: 'false'", 587, "starttls"
    ),
    variables("rallly:healthy 465", RALLLY, "SMTP_PORT: 465\nSMTP_SECURE: 'true'", 465, "implicit"),
    variables("rallly:plain on 465", RALLLY, "SMTP_PORT: 465", 465, "starttls"),
    variables(
        "rallly:another word",
        RALLLY,
        "SMTP_PORT: 465\nSMTP_SECURE: 'yes'",
        465,
        "starttls",
        "fault SMTP_SECURE",
        changes=False,
    ),
    variables(
        "documenso:healthy 587",
        DOCUMENSO,
        "NEXT_PRIVATE_SMTP_TRANSPORT: smtp-auth\nNEXT_PRIVATE_SMTP_PORT: 587",
        587,
        "starttls",
    ),
    variables(
        "documenso:healthy 465",
        DOCUMENSO,
        "NEXT_PRIVATE_SMTP_PORT: 465\nNEXT_PRIVATE_SMTP_SECURE: 'true'",
        465,
        "implicit",
    ),
    variables(
        "documenso:another word",
        DOCUMENSO,
        "NEXT_PRIVATE_SMTP_PORT: 465\nNEXT_PRIVATE_SMTP_SECURE: 1",
        465,
        "starttls",
        "misread NEXT_PRIVATE_SMTP_SECURE",
    ),
    variables(
        "documenso:another transport",
        DOCUMENSO,
        "NEXT_PRIVATE_SMTP_TRANSPORT: smtp-api",
        587,
        "starttls",
        "ignored NEXT_PRIVATE_SMTP_USERNAME",
        changes=False,
    ),
    variables("fider:healthy 587", FIDER, "EMAIL_SMTP_PORT: 587", 587, "starttls"),
    variables(
        "fider:healthy 465",
        FIDER,
        "EMAIL_SMTP_PORT: 465\nEMAIL_SMTP_ENABLE_IMPLICIT_TLS: 'true'",
        465,
        "implicit",
    ),
    variables("fider:plain on 465", FIDER, "EMAIL_SMTP_PORT: 465", 465, "starttls"),
    Case(
        "fider:no port",
        (HOST, 587, "starttls"),
        compose=FIDER[0],
        env=FIDER[1] + "EMAIL_SMTP_PORT: ''",
        remarks=said("fault EMAIL_SMTP_HOST"),
        changes=False,
    ),
    document("diun:healthy 587", "diun.yml", DIUN.format(port=587, ssl="false"), 587, "starttls"),
    document(
        "diun:implicit on 587", "diun/diun.yml", DIUN.format(port=587, ssl="true"), 587, "implicit"
    ),
    Case(
        "diun:variables",
        (HOST, 465, "implicit"),
        compose="crazymax/diun:latest",
        env="- DIUN_NOTIF_MAIL_HOST=smtp.ionos.com\n- DIUN_NOTIF_MAIL_PORT=465\n"
        "- DIUN_NOTIF_MAIL_SSL=true\n- DIUN_NOTIF_MAIL_USERNAME=u@example.com\n"
        "- DIUN_NOTIF_MAIL_PASSWORD=word\n- DIUN_NOTIF_MAIL_FROM=u@example.com\n"
        "- DIUN_NOTIF_MAIL_INSECURESKIPVERIFY=true",
        verify=False,
    ),
    document(
        "gotosocial:healthy 587",
        "config.yaml",
        GOTOSOCIAL.format(port=587),
        587,
        "starttls",
        changes=False,
    ),
    document(
        "gotosocial:plain on 465",
        "config.yaml",
        GOTOSOCIAL.format(port=465),
        465,
        "starttls",
        changes=False,
    ),
    document(
        "gotosocial:no port",
        "config.yaml",
        GOTOSOCIAL.format(port="''"),
        587,
        "starttls",
        "fault smtp-host",
        changes=False,
    ),
    variables("docuseal:healthy 587", DOCUSEAL, "SMTP_PORT: 587", 587, "starttls", required=True),
    variables(
        "docuseal:healthy 465",
        DOCUSEAL,
        "SMTP_PORT: 465\nSMTP_ENABLE_TLS: 'true'\nSMTP_ENABLE_STARTTLS: 'false'",
        465,
        "implicit",
    ),
    variables(
        "docuseal:both",
        DOCUSEAL,
        "SMTP_PORT: 465\nSMTP_ENABLE_TLS: 'true'",
        465,
        "implicit",
        "fault SMTP_ENABLE_TLS",
    ),
    variables(
        "docuseal:both by the other name",
        DOCUSEAL,
        "SMTP_PORT: 465\nSMTP_ENABLE_SSL: 'true'\nSMTP_SSL_VERIFY: 'false'",
        465,
        "implicit",
        "fault SMTP_ENABLE_SSL",
        verify=False,
    ),
    variables("docuseal:plain on 465", DOCUSEAL, "SMTP_PORT: 465", 465, "starttls", required=True),
    variables(
        "taiga:healthy 587",
        TAIGA,
        SENDS + "EMAIL_PORT: 587\nEMAIL_USE_TLS: 'True'\nEMAIL_USE_SSL: 'False'",
        587,
        "starttls",
        required=True,
    ),
    variables(
        "taiga:healthy 465",
        TAIGA,
        SENDS + "EMAIL_PORT: 465\nEMAIL_USE_TLS: 'False'\nEMAIL_USE_SSL: 'True'",
        465,
        "implicit",
    ),
    variables(
        "taiga:small letters",
        TAIGA,
        SENDS + "EMAIL_PORT: 587\nEMAIL_USE_TLS: 'true'",
        587,
        "none",
        "misread EMAIL_USE_TLS",
    ),
    variables(
        "taiga:small letters of the other",
        TAIGA,
        SENDS + "EMAIL_PORT: 465\nEMAIL_USE_SSL: 'true'",
        465,
        "none",
        "misread EMAIL_USE_SSL",
    ),
    variables(
        "taiga:both",
        TAIGA,
        SENDS + "EMAIL_PORT: 465\nEMAIL_USE_SSL: 'True'\nEMAIL_USE_TLS: 'True'",
        465,
        "implicit",
        "fault EMAIL_USE_SSL",
    ),
    variables(
        "taiga:printed",
        TAIGA,
        "EMAIL_BACKEND: django.core.mail.backends.console.EmailBackend\nEMAIL_USE_TLS: 'True'",
        587,
        "starttls",
        "not-sent EMAIL_BACKEND",
        required=True,
    ),
    variables(
        "twenty:healthy 587",
        TWENTY,
        "EMAIL_DRIVER: smtp\nEMAIL_SMTP_PORT: 587",
        587,
        "starttls",
    ),
    variables(
        "twenty:healthy 465", TWENTY, "EMAIL_DRIVER: SMTP\nEMAIL_SMTP_PORT: 465", 465, "implicit"
    ),
    variables(
        "twenty:the log", TWENTY, "EMAIL_SMTP_PORT: 465", 465, "implicit", "not-sent EMAIL_DRIVER"
    ),
    variables(
        "appwrite:healthy 587",
        APPWRITE,
        "_APP_SMTP_PORT: 587\n_APP_SMTP_SECURE: tls",
        587,
        "starttls",
        required=True,
    ),
    variables(
        "appwrite:implicit on 587",
        APPWRITE,
        "_APP_SMTP_PORT: 587\n_APP_SMTP_SECURE: ssl",
        587,
        "implicit",
    ),
    variables(
        "appwrite:no TLS", APPWRITE, "_APP_SMTP_PORT: 587\n_APP_SMTP_SECURE: ''", 587, "none"
    ),
    variables(
        "appwrite:another word",
        APPWRITE,
        "_APP_SMTP_PORT: 465\n_APP_SMTP_SECURE: 'true'",
        465,
        "none",
        "misread _APP_SMTP_SECURE",
    ),
    variables(
        "metabase:healthy 587",
        METABASE,
        "MB_EMAIL_SMTP_PORT: 587\nMB_EMAIL_SMTP_SECURITY: starttls",
        587,
        "starttls",
        required=True,
    ),
    variables(
        "metabase:tls is STARTTLS",
        METABASE,
        "MB_EMAIL_SMTP_PORT: 465\nMB_EMAIL_SMTP_SECURITY: tls",
        465,
        "starttls",
    ),
    variables(
        "metabase:healthy 465",
        METABASE,
        "MB_EMAIL_SMTP_PORT: 465\nMB_EMAIL_SMTP_SECURITY: ssl",
        465,
        "implicit",
    ),
    variables("metabase:none by itself", METABASE, "MB_EMAIL_SMTP_PORT: 587", 587, "none"),
    variables(
        "metabase:another word",
        METABASE,
        "MB_EMAIL_SMTP_PORT: 465\nMB_EMAIL_SMTP_SECURITY: SSL",
        465,
        "none",
        "misread MB_EMAIL_SMTP_SECURITY",
    ),
    document(
        "zitadel:healthy 587",
        "zitadel-config.yaml",
        ZITADEL.format(address="smtp.ionos.com:587", tls="true"),
        587,
        "starttls",
        required=True,
    ),
    document(
        "zitadel:healthy 465",
        "zitadel-config.yaml",
        ZITADEL.format(address="smtp.ionos.com:465", tls="true"),
        465,
        "implicit",
    ),
    document(
        "zitadel:no TLS",
        "zitadel-config.yaml",
        ZITADEL.format(address="smtp.ionos.com:587", tls="false"),
        587,
        "none",
    ),
    Case(
        "zitadel:no port",
        (HOST, 587, "none"),
        compose="ghcr.io/zitadel/zitadel:v2.54.3",
        env="ZITADEL_DEFAULTINSTANCE_SMTPCONFIGURATION_SMTP_HOST: smtp.ionos.com\n"
        "ZITADEL_DEFAULTINSTANCE_SMTPCONFIGURATION_SMTP_USER: u@example.com\n"
        "ZITADEL_DEFAULTINSTANCE_SMTPCONFIGURATION_SMTP_PASSWORD: word\n"
        "ZITADEL_DEFAULTINSTANCE_SMTPCONFIGURATION_FROM: u@example.com",
        remarks=said("fault SMTP.Host"),
        changes=False,
    ),
    document(
        "gatus:healthy 587",
        "config/config.yaml",
        GATUS.format(word="word", port=587),
        587,
        "starttls",
    ),
    document(
        "gatus:healthy 465", "gatus.yaml", GATUS.format(word="word", port=465), 465, "implicit"
    ),
    Case(
        "gatus:a $ in the password",
        (HOST, 587, "starttls"),
        files={"gatus.yaml": GATUS.format(word="wo$$rd", port=587)},
        password="wo$rd",
    ),
    Case(
        "gatus:a variable",
        (HOST, 465, "implicit"),
        files={
            "gatus.yaml": GATUS.format(word='"${MAIL_WORD}"', port=465),
            ".env": "MAIL_WORD=word",
        },
    ),
    variables(
        "overleaf:healthy 587",
        OVERLEAF,
        "OVERLEAF_EMAIL_SMTP_PORT: 587\nOVERLEAF_EMAIL_SMTP_SECURE: 'false'",
        587,
        "starttls",
    ),
    variables("overleaf:healthy 465", OVERLEAF, "OVERLEAF_EMAIL_SMTP_PORT: 465", 465, "implicit"),
    variables(
        "overleaf:implicit on 587",
        (OVERLEAF[0], OVERLEAF[1].replace("OVERLEAF", "SHARELATEX")),
        "SHARELATEX_EMAIL_SMTP_PORT: 587\nSHARELATEX_EMAIL_SMTP_SECURE: 'true'",
        587,
        "implicit",
    ),
    Case(
        "overleaf:no sender",
        (HOST, 465, "implicit"),
        compose=OVERLEAF[0],
        env="OVERLEAF_EMAIL_SMTP_HOST: smtp.ionos.com\nOVERLEAF_EMAIL_SMTP_PORT: 465\n"
        "OVERLEAF_EMAIL_SMTP_USER: u@example.com\nOVERLEAF_EMAIL_SMTP_PASS: word",
        remarks=said("not-sent OVERLEAF_EMAIL_SMTP_HOST"),
    ),
    document(
        "lemmy:healthy 587",
        "lemmy.hjson",
        LEMMY.format(port=587, tls="starttls"),
        587,
        "starttls",
        required=True,
    ),
    document(
        "lemmy:healthy 465", "lemmy/lemmy.hjson", LEMMY.format(port=465, tls="tls"), 465, "implicit"
    ),
    document(
        "lemmy:implicit on 587", "lemmy.hjson", LEMMY.format(port=587, tls="tls"), 587, "implicit"
    ),
    document(
        "lemmy:another word",
        "lemmy.hjson",
        LEMMY.format(port=465, tls="TLS"),
        465,
        "none",
        "misread tls_type",
    ),
    document(
        "lemmy:no port",
        "lemmy.hjson",
        LEMMY.format(port="", tls="tls").replace(".com:", ".com"),
        465,
        "implicit",
        "fault smtp_server",
        changes=False,
    ),
    document(
        "lemmy:a URL",
        "config.hjson",
        f'{{ email: {{ connection: "smtps://{LOGIN}:465", smtp_from_address: "u@example.com" }} }}',
        465,
        "implicit",
        changes=False,
    ),
    document(
        "lemmy:a URL in clear",
        "lemmy.hjson",
        f'{{ email: {{ connection: "smtp://{LOGIN}:587", smtp_from_address: "u@example.com" }} }}',
        587,
        "none",
        changes=False,
    ),
    document(
        "play-mailer:healthy 587",
        "conf/application.conf",
        PLAY.format(port=587, more="tls = yes"),
        587,
        "starttls",
    ),
    document(
        "play-mailer:healthy 465",
        "conf/application.conf",
        PLAY.format(port=465, more="ssl = true, tls = false"),
        465,
        "implicit",
    ),
    document(
        "play-mailer:implicit on 587",
        "shop/conf/application.conf",
        PLAY.format(port=587, more="ssl = on"),
        587,
        "implicit",
        changes=False,
    ),
    document(
        "play-mailer:never TLS",
        "conf/application.conf",
        PLAY.format(port=465, more="ssl = no"),
        465,
        "none",
        changes=False,
    ),
    document(
        "play-mailer:mock",
        "conf/application.conf",
        PLAY.format(port=587, more="tlsRequired = true\n  mock = true"),
        587,
        "starttls",
        "not-sent mock",
        required=True,
        changes=False,
    ),
    Case(
        "play-mailer:the file for production",
        (HOST, 465, "implicit"),
        files={
            "conf/application.conf": PLAY.format(port=587, more="mock = true"),
            "conf/production.conf": 'include "application"\nplay.mailer.mock = false\n'
            "play.mailer.port = ${?SMTP_PORT}\nplay.mailer.user = ${?NOT_SET}\n"
            "play.mailer.ssl = true\n",
            ".env": "SMTP_PORT=465\n",
        },
        changes=False,
    ),
    Case(
        "play-mailer:a file for production with the usual one's name",
        (HOST, 465, "implicit"),
        files={
            "conf/application.conf": PLAY.format(port=587, more="mock = true"),
            "conf/application.prod.conf": 'play.mailer.port = 25\ninclude "application.conf"\n'
            'include required(file("of/mail"))\nplay.mailer.ssl = ${?NOT_SET}\n',
            "conf/of/mail.conf": "play.mailer { mock = false, port = 465, ssl = true }\n"
            'include "../application.prod.conf"\n',
        },
        changes=False,
    ),
]
