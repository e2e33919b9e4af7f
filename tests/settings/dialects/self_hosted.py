"""Folders of the further self-hosted programs."""

from __future__ import annotations

from tests.settings.dialects.case import Case, said

HOST = "smtp.ionos.com"


def compose(image: str, prefix: str, *names: str) -> tuple[str, str]:
    """An image with the variables of host, user and password."""
    texts = (HOST, "u@example.com", "word", "u@example.com")
    pairs = zip(names, texts, strict=False)
    return image, "".join(f"{prefix}{name}: {text}\n" for name, text in pairs)


ALERTMANAGER = (
    "global:\n  smtp_smarthost: smtp.ionos.com:{port}\n  smtp_from: u@example.com\n"
    "  smtp_auth_username: u@example.com\n  smtp_auth_password: word\n"
)
AUTHELIA = (
    "notifier:\n  smtp:\n    {address}\n    username: u@example.com\n    password: word\n"
    "    sender: 'Name <u@example.com>'\n"
)
MATTERMOST = (
    '{{\n  "EmailSettings": {{\n    "SMTPServer": "smtp.ionos.com",\n    "SMTPPort": "{port}",\n'
    '    "ConnectionSecurity": "{mode}",\n    "EnableSMTPAuth": {auth},\n'
    '    "SMTPUsername": "u@example.com",\n    "SMTPPassword": "word",\n'
    '    "FeedbackEmail": "u@example.com"\n  }}\n}}\n'
)
KEYCLOAK = (
    '{{\n  "realm": "r",\n  "smtpServer": {{\n    "host": "smtp.ionos.com",\n'
    '    "port": "{port}",\n'
    '    "ssl": "{ssl}",\n    "starttls": "{starttls}",\n    "auth": "true",\n'
    '    "user": "u@example.com",\n    "password": "word",\n    "from": "u@example.com"\n  }}\n}}\n'
)
GHOST = (
    '{{\n  "mail": {{\n    "transport": "SMTP",\n    "from": "u@example.com",\n    "options": {{\n'
    '      "host": "smtp.ionos.com",\n      "port": {port},\n      "secure": {secure},\n'
    '      "auth": {{"user": "u@example.com", "pass": "word"}}\n    }}\n  }}\n}}\n'
)
CAL = compose(
    "calcom/cal.com:v4.7", "EMAIL_", "SERVER_HOST", "SERVER_USER", "SERVER_PASSWORD", "FROM"
)
N8N = compose("n8nio/n8n:1.50", "N8N_SMTP_", "HOST", "USER", "PASS", "SENDER")
OUTLINE = compose("outlinewiki/outline", "SMTP_", "HOST", "USERNAME", "PASSWORD", "FROM_EMAIL")
MEALIE = compose(
    "ghcr.io/mealie-recipes/mealie:v1.1.1", "SMTP_", "HOST", "USER", "PASSWORD", "FROM_EMAIL"
)
ROCKET = compose(
    "registry.rocket.chat/rocketchat/rocket.chat:6",
    "OVERWRITE_SETTING_",
    "SMTP_Host",
    "SMTP_Username",
    "SMTP_Password",
    "From_Email",
)
HEALTHCHECKS = compose(
    "healthchecks/healthchecks", "", "EMAIL_HOST", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"
)
PAPERLESS = compose(
    "ghcr.io/paperless-ngx/paperless-ngx:latest",
    "PAPERLESS_EMAIL_",
    "HOST",
    "HOST_USER",
    "HOST_PASSWORD",
)
GOTRUE = compose("supabase/gotrue:v2.158.1", "GOTRUE_SMTP_", "HOST", "USER", "PASS", "ADMIN_EMAIL")
VIKUNJA = compose("vikunja/vikunja", "VIKUNJA_MAILER_", "HOST", "USERNAME", "PASSWORD")
PLAUSIBLE = compose(
    "ghcr.io/plausible/community-edition:v2.1",
    "",
    "SMTP_HOST_ADDR",
    "SMTP_USER_NAME",
    "SMTP_USER_PWD",
    "MAILER_EMAIL",
)
BITWARDEN = compose(
    "bitwarden/self-host", "globalSettings__mail__smtp__", "host", "username", "password"
)
CHATWOOT = compose("chatwoot/chatwoot:v3", "", "SMTP_ADDRESS", "SMTP_USERNAME", "SMTP_PASSWORD")
OPENPROJECT = compose(
    "openproject/openproject:14",
    "OPENPROJECT_",
    "SMTP__ADDRESS",
    "SMTP__USER__NAME",
    "SMTP__PASSWORD",
    "MAIL__FROM",
)
DIRECTUS = compose(
    "directus/directus:10", "EMAIL_", "SMTP_HOST", "SMTP_USER", "SMTP_PASSWORD", "FROM"
)
MASTODON = (
    "LOCAL_DOMAIN=example.com\nSMTP_SERVER=smtp.ionos.com\nSMTP_PORT={port}\n"
    "SMTP_LOGIN=u@example.com\nSMTP_PASSWORD=word\nSMTP_FROM_ADDRESS=u@example.com\n"
)
DISCOURSE = (
    "env:\n  LANG: en_US.UTF-8\n  DISCOURSE_SMTP_ADDRESS: smtp.ionos.com\n"
    "  DISCOURSE_SMTP_PORT: {port}\n  DISCOURSE_SMTP_USER_NAME: u@example.com\n"
    "  DISCOURSE_SMTP_PASSWORD: word\n"
)
REDMINE = (
    "default:\n  email_delivery:\n    delivery_method: :smtp\n    smtp_settings:\n"
    "      address: smtp.ionos.com\n      port: {port}\n      user_name: u@example.com\n"
    "      password: word\n"
)
JENKINS = (
    "unclassified:\n  mailer:\n    smtpHost: smtp.ionos.com\n    smtpPort: '{port}'\n"
    "    authentication:\n      username: u@example.com\n      password: ${{SMTP_WORD}}\n"
)
HASS = (
    "notify:\n  - platform: group\n    name: all\n  - platform: smtp\n    server: smtp.ionos.com\n"
    "    port: {port}\n    username: u@example.com\n    password: !secret word_of_mail\n"
    "    sender: u@example.com\n"
)


def indented(text: str) -> str:
    """The lines as they stand in a block."""
    return "".join(f"    {line}\n" for line in text.splitlines())


def matomo(port: str, encryption: str, more: str = 'type = "Plain"\n') -> dict[str, str]:
    port = f'port = "{port}"\n' if port else ""
    return {
        "config/config.ini.php": f"""; <?php exit; ?> DO NOT REMOVE THIS LINE
[database]
host = "db"
username = "matomo"

[mail]
transport = "smtp"
{port}host = "smtp.ionos.com"
username = "u@example.com"
password = "word"
encryption = "{encryption}"
{more}
[General]
salt = "x"
"""
    }


CASES = [
    Case(
        "alertmanager:healthy 587",
        (HOST, 587, "starttls"),
        files={"alertmanager.yml": ALERTMANAGER.format(port=587)},
        required=True,
    ),
    Case(
        "alertmanager:healthy 465",
        (HOST, 465, "implicit"),
        files={"monitoring/alertmanager.yaml": ALERTMANAGER.format(port=465)},
    ),
    Case(
        "alertmanager:never TLS",
        (HOST, 587, "none"),
        files={"alertmanager.yml": ALERTMANAGER.format(port=587) + "  smtp_require_tls: false\n"},
        remarks=said("misread smtp_require_tls"),
    ),
    Case(
        "alertmanager:implicit on 587",
        (HOST, 587, "implicit"),
        files={
            "alertmanager.yml": ALERTMANAGER.format(port=587) + "  smtp_force_implicit_tls: true\n"
        },
    ),
    Case(
        "authelia:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "configuration.yml": AUTHELIA.format(address="address: submission://smtp.ionos.com:587")
        },
        required=True,
    ),
    Case(
        "authelia:healthy 465",
        (HOST, 465, "implicit"),
        files={
            "config/configuration.yml": AUTHELIA.format(
                address="address: 'submissions://smtp.ionos.com'"
            )
        },
    ),
    Case(
        "authelia:host and port",
        (HOST, 465, "implicit"),
        files={"configuration.yml": AUTHELIA.format(address="host: smtp.ionos.com\n    port: 465")},
    ),
    Case(
        "authelia:smtp on 465",
        (HOST, 465, "starttls"),
        files={"configuration.yml": AUTHELIA.format(address="address: smtp://smtp.ionos.com:465")},
        required=True,
        remarks=said("misread address"),
    ),
    Case(
        "authelia:smtps is refused",
        (HOST, 465, "starttls"),
        files={"configuration.yml": AUTHELIA.format(address="address: smtps://smtp.ionos.com:465")},
        required=True,
        remarks=said("fault address"),
    ),
    Case(
        "mattermost:healthy 587",
        (HOST, 587, "starttls"),
        files={"config/config.json": MATTERMOST.format(port=587, mode="STARTTLS", auth="true")},
        required=True,
    ),
    Case(
        "mattermost:healthy 465",
        (HOST, 465, "implicit"),
        files={"config/config.json": MATTERMOST.format(port=465, mode="TLS", auth="true")},
    ),
    Case(
        "mattermost:implicit on 587",
        (HOST, 587, "implicit"),
        files={"config/config.json": MATTERMOST.format(port=587, mode="TLS", auth="true")},
    ),
    Case(
        "mattermost:small letters are no TLS",
        (HOST, 465, "none"),
        files={"config/config.json": MATTERMOST.format(port=465, mode="tls", auth="true")},
        remarks=said("misread ConnectionSecurity"),
    ),
    Case(
        "mattermost:no login",
        (HOST, 587, "starttls"),
        files={"config/config.json": MATTERMOST.format(port=587, mode="STARTTLS", auth="false")},
        required=True,
        user=None,
        password=None,
        remarks=said("ignored SMTPUsername"),
    ),
    Case(
        "cal-com:healthy 587",
        (HOST, 587, "starttls"),
        compose=CAL[0],
        env=CAL[1] + "EMAIL_SERVER_PORT: 587",
    ),
    Case(
        "cal-com:healthy 465",
        (HOST, 465, "implicit"),
        compose=CAL[0],
        env=CAL[1] + "EMAIL_SERVER_PORT: '465'",
    ),
    Case(
        "cal-com:implicit on 587",
        (HOST, 587, "implicit"),
        compose=CAL[0],
        env="EMAIL_SERVER: smtps://u%40example.com:word@smtp.ionos.com:587\n"
        "EMAIL_FROM: u@example.com\n",
    ),
    Case(
        "cal-com:start on 465",
        (HOST, 465, "starttls"),
        compose=CAL[0],
        env="EMAIL_SERVER: smtp://u%40example.com:word@smtp.ionos.com:465\n"
        "EMAIL_FROM: u@example.com\n",
    ),
    Case("n8n:healthy 465", (HOST, 465, "implicit"), compose=N8N[0], env=N8N[1]),
    Case(
        "n8n:healthy 587",
        (HOST, 587, "starttls"),
        compose=N8N[0],
        env=N8N[1] + "N8N_SMTP_PORT: 587\nN8N_SMTP_SSL: 'false'",
    ),
    Case(
        "n8n:587 alone",
        (HOST, 587, "implicit"),
        compose=N8N[0],
        env=N8N[1] + "N8N_SMTP_PORT: 587",
        remarks=said("misread N8N_SMTP_PORT"),
    ),
    Case(
        "n8n:plain on 465",
        (HOST, 465, "none"),
        compose=N8N[0],
        env=N8N[1] + "N8N_SMTP_SSL: 'false'\nN8N_SMTP_STARTTLS: 'false'",
    ),
    Case(
        "outline:healthy 587",
        (HOST, 587, "starttls"),
        compose=OUTLINE[0],
        env=OUTLINE[1] + "SMTP_PORT: 587\nSMTP_SECURE: 'false'",
    ),
    Case(
        "outline:587 alone",
        (HOST, 587, "implicit"),
        compose=OUTLINE[0],
        env=OUTLINE[1] + "SMTP_PORT: 587",
        remarks=said("misread SMTP_PORT"),
    ),
    Case(
        "outline:healthy 465",
        (HOST, 465, "implicit"),
        compose=OUTLINE[0],
        env=OUTLINE[1] + "SMTP_PORT: 465",
    ),
    Case(
        "outline:plain on 465",
        (HOST, 465, "starttls"),
        compose=OUTLINE[0],
        env=OUTLINE[1] + "SMTP_PORT: 465\nSMTP_SECURE: 'false'",
    ),
    Case(
        "mealie:healthy 587",
        (HOST, 587, "starttls"),
        required=True,
        compose=MEALIE[0],
        env=MEALIE[1],
    ),
    Case(
        "mealie:healthy 465",
        (HOST, 465, "implicit"),
        compose=MEALIE[0],
        env=MEALIE[1] + "SMTP_PORT: 465\nSMTP_AUTH_STRATEGY: ssl",
    ),
    Case(
        "mealie:no TLS",
        (HOST, 587, "none"),
        compose=MEALIE[0],
        env=MEALIE[1] + "SMTP_AUTH_STRATEGY: NONE",
    ),
    Case(
        "rocket-chat:healthy 465",
        (HOST, 465, "implicit"),
        compose=ROCKET[0],
        env=ROCKET[1] + "OVERWRITE_SETTING_SMTP_Port: 465\nOVERWRITE_SETTING_SMTP_Protocol: smtps",
    ),
    Case(
        "rocket-chat:plain on 465",
        (HOST, 465, "starttls"),
        compose=ROCKET[0],
        env=ROCKET[1] + "OVERWRITE_SETTING_SMTP_Port: 465\nOVERWRITE_SETTING_SMTP_Protocol: smtp\n"
        "OVERWRITE_SETTING_SMTP_IgnoreTLS: 'false'",
    ),
    Case(
        "rocket-chat:587 and no word on TLS",
        (HOST, 587, "none"),
        compose=ROCKET[0],
        env=ROCKET[1] + "OVERWRITE_SETTING_SMTP_Port: 587\nOVERWRITE_SETTING_SMTP_Protocol: smtp",
        remarks=said("misread SMTP_Port"),
    ),
    Case(
        "healthchecks:healthy 587",
        (HOST, 587, "starttls"),
        compose=HEALTHCHECKS[0],
        env=HEALTHCHECKS[1],
        required=True,
    ),
    Case(
        "healthchecks:both switches",
        (HOST, 465, "implicit"),
        compose=HEALTHCHECKS[0],
        env=HEALTHCHECKS[1] + "EMAIL_PORT: 465\nEMAIL_USE_SSL: 'True'",
        remarks=said("fault EMAIL_USE_SSL"),
    ),
    Case(
        "healthchecks:healthy 465",
        (HOST, 465, "implicit"),
        compose=HEALTHCHECKS[0],
        env=HEALTHCHECKS[1] + "EMAIL_PORT: 465\nEMAIL_USE_SSL: 'True'\nEMAIL_USE_TLS: 'False'",
    ),
    Case(
        "paperless-ngx:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "docker-compose.yml": "services: {web: {image: ghcr.io/paperless-ngx/paperless-ngx, "
            "env_file: docker-compose.env}}\n",
            "docker-compose.env": "PAPERLESS_EMAIL_HOST=smtp.ionos.com\nPAPERLESS_EMAIL_PORT=587\n"
            "PAPERLESS_EMAIL_HOST_USER=u@example.com\nPAPERLESS_EMAIL_HOST_PASSWORD=word\n"
            "PAPERLESS_EMAIL_USE_TLS=true\n",
        },
        required=True,
    ),
    Case(
        "paperless-ngx:plain on 465",
        (HOST, 465, "none"),
        compose=PAPERLESS[0],
        env=PAPERLESS[1] + "PAPERLESS_EMAIL_PORT: 465",
    ),
    Case(
        "zulip:healthy 587",
        (HOST, 587, "starttls"),
        compose="zulip/docker-zulip:9",
        env="SETTING_EMAIL_HOST: smtp.ionos.com\nSETTING_EMAIL_HOST_USER: u@example.com\n"
        "SETTING_EMAIL_PORT: '587'\nSETTING_EMAIL_USE_TLS: 'True'\nSECRETS_email_password: word",
        required=True,
    ),
    Case(
        "zulip:plain on 465",
        (HOST, 465, "none"),
        compose="ghcr.io/zulip/zulip-server:11",
        env="SETTING_EMAIL_HOST: smtp.ionos.com\nSETTING_EMAIL_HOST_USER: u@example.com\n"
        "SETTING_EMAIL_PORT: '465'\nSECRETS_email_password: word",
    ),
    Case(
        "zulip:a word that is a text",
        (HOST, 587, "starttls"),
        compose="zulip/docker-zulip:11",
        env="SETTING_EMAIL_HOST: smtp.ionos.com\nSETTING_EMAIL_HOST_USER: u@example.com\n"
        "SETTING_EMAIL_PORT: '587'\nSETTING_EMAIL_USE_TLS: 'no'\nSECRETS_email_password: word\n"
        "SETTING_EMAIL_HOST_PASSWORD: other\nSETTING_NOREPLY_EMAIL_ADDRESS: u@example.com",
        required=True,
        remarks=said("ignored SETTING_EMAIL_HOST_PASSWORD"),
    ),
    Case(
        "home-assistant:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "configuration.yaml": HASS.format(port=587),
            "secrets.yaml": "word_of_mail: word\n",
        },
        required=True,
    ),
    Case(
        "home-assistant:tls on 587",
        (HOST, 587, "implicit"),
        files={
            "configuration.yaml": HASS.format(port=587) + "    encryption: tls\n",
            "secrets.yaml": "word_of_mail: word\n",
        },
    ),
    Case(
        "supabase-auth:healthy 587",
        (HOST, 587, "starttls"),
        compose=GOTRUE[0],
        env=GOTRUE[1],
    ),
    Case(
        "supabase-auth:healthy 465",
        (HOST, 465, "implicit"),
        files={
            "supabase/config.toml": '[auth.email.smtp]\nhost = "smtp.ionos.com"\nport = 465\n'
            'user = "u@example.com"\npass = "env(WORD)"\nadmin_email = "u@example.com"\n',
            ".env": "WORD=word\n",
        },
    ),
    Case(
        "supabase-auth:not enabled",
        (HOST, 587, "starttls"),
        files={
            "supabase/config.toml": "[auth.email.smtp]\nenabled = false\n"
            'host = "smtp.ionos.com"\nport = 587\nuser = "u@example.com"\npass = "word"\n'
            'admin_email = "u@example.com"\n',
        },
        remarks=said("not-sent enabled"),
    ),
    Case(
        "vikunja:implicit on 587",
        (HOST, 587, "implicit"),
        compose=VIKUNJA[0],
        env=VIKUNJA[1] + "VIKUNJA_MAILER_ENABLED: 'true'\nVIKUNJA_MAILER_FORCESSL: 'true'",
    ),
    Case(
        "vikunja:plain on 465",
        (HOST, 465, "starttls"),
        files={
            "config.yml": "mailer:\n  enabled: true\n  host: smtp.ionos.com\n  port: 465\n"
            "  username: u@example.com\n  password: word\n"
        },
    ),
    Case(
        "plausible:healthy 465",
        (HOST, 465, "implicit"),
        compose=PLAUSIBLE[0],
        env=PLAUSIBLE[1] + "SMTP_HOST_PORT: 465\nSMTP_HOST_SSL_ENABLED: 'true'",
    ),
    Case(
        "plausible:healthy 465 by port",
        (HOST, 465, "implicit"),
        compose=PLAUSIBLE[0],
        env=PLAUSIBLE[1] + "SMTP_HOST_PORT: 465",
    ),
    Case(
        "plausible:healthy 587 by itself",
        (HOST, 587, "starttls"),
        compose=PLAUSIBLE[0],
        env=PLAUSIBLE[1],
    ),
    Case(
        "plausible:plain on 465",
        (HOST, 465, "starttls"),
        compose=PLAUSIBLE[0],
        env=PLAUSIBLE[1] + "SMTP_HOST_PORT: 465\nMAILER_ADAPTER: Bamboo.SMTPAdapter",
    ),
    Case(
        "plausible:keeps mail in memory",
        (HOST, 587, "starttls"),
        compose=PLAUSIBLE[0],
        env=PLAUSIBLE[1] + "MAILER_ADAPTER: Bamboo.LocalAdapter",
        remarks=said("not-sent MAILER_ADAPTER"),
    ),
    Case(
        "bitwarden:ssl on 587 is put right",
        (HOST, 587, "starttls"),
        compose=BITWARDEN[0],
        env=BITWARDEN[1]
        + "globalSettings__mail__smtp__port: 587\nglobalSettings__mail__smtp__ssl: 'true'",
    ),
    Case(
        "bitwarden:plain on 465",
        (HOST, 465, "starttls"),
        compose=BITWARDEN[0],
        env=BITWARDEN[1] + "globalSettings__mail__smtp__port: 465",
    ),
    Case(
        "discourse:healthy 587",
        (HOST, 587, "starttls"),
        files={"containers/app.yml": DISCOURSE.format(port=587)},
    ),
    Case(
        "discourse:healthy 465",
        (HOST, 465, "implicit"),
        files={
            "containers/app.yml": DISCOURSE.format(port=465) + "  DISCOURSE_SMTP_FORCE_TLS: true\n"
        },
    ),
    Case(
        "discourse:any text but true and false is true",
        (HOST, 587, "implicit"),
        files={
            "containers/app.yml": DISCOURSE.format(port=587)
            + "  DISCOURSE_SMTP_FORCE_TLS: 'False'\n"
        },
    ),
    Case(
        "mastodon:healthy 587",
        (HOST, 587, "starttls"),
        files={".env.production": MASTODON.format(port=587)},
    ),
    Case(
        "mastodon:healthy 465",
        (HOST, 465, "implicit"),
        files={".env.production": MASTODON.format(port=465) + "SMTP_TLS=true\n"},
    ),
    Case(
        "mastodon:another true",
        (HOST, 465, "starttls"),
        files={".env.production": MASTODON.format(port=465) + "SMTP_SSL=1\n"},
        remarks=said("misread SMTP_SSL"),
    ),
    Case(
        "chatwoot:healthy 465",
        (HOST, 465, "implicit"),
        compose=CHATWOOT[0],
        env=CHATWOOT[1] + "SMTP_PORT: 465\nSMTP_TLS: 'true'",
    ),
    Case(
        "chatwoot:plain on 465",
        (HOST, 465, "starttls"),
        compose=CHATWOOT[0],
        env=CHATWOOT[1] + "SMTP_PORT: 465\nSMTP_TLS: ''",
    ),
    Case(
        "chatwoot:False is no word for no",
        (HOST, 587, "implicit"),
        compose=CHATWOOT[0],
        env=CHATWOOT[1] + "SMTP_PORT: 587\nSMTP_TLS: 'False'",
    ),
    Case(
        "openproject:healthy 587",
        (HOST, 587, "starttls"),
        compose=OPENPROJECT[0],
        env=OPENPROJECT[1] + "OPENPROJECT_SMTP__ENABLE__STARTTLS__AUTO: 'true'",
    ),
    Case(
        "openproject:implicit on 587",
        (HOST, 587, "implicit"),
        compose=OPENPROJECT[0],
        env=OPENPROJECT[1] + "OPENPROJECT_SMTP__SSL: 'true'",
    ),
    Case(
        "openproject:plain on 465",
        (HOST, 465, "starttls"),
        compose=OPENPROJECT[0],
        env=OPENPROJECT[1]
        + "OPENPROJECT_SMTP__PORT: 465\nOPENPROJECT_SMTP__ENABLE__STARTTLS__AUTO: 'true'",
    ),
    Case(
        "openproject:nothing asked for",
        (HOST, 587, "none"),
        compose=OPENPROJECT[0],
        env=OPENPROJECT[1] + "OPENPROJECT_SMTP__PORT: 587",
    ),
    Case(
        "redmine:healthy 587",
        (HOST, 587, "starttls"),
        files={"config/configuration.yml": REDMINE.format(port=587)},
    ),
    Case(
        "redmine:implicit on 587",
        (HOST, 587, "implicit"),
        files={"config/configuration.yml": REDMINE.format(port=587) + "      ssl: true\n"},
    ),
    Case(
        "keycloak:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "realm-export.json": KEYCLOAK.format(port=587, ssl="false", starttls="true"),
        },
    ),
    Case(
        "keycloak:implicit on 587",
        (HOST, 587, "implicit"),
        files={"my-realm.json": KEYCLOAK.format(port=587, ssl="true", starttls="true")},
    ),
    Case(
        "keycloak:another true",
        (HOST, 465, "none"),
        files={"my-realm.json": KEYCLOAK.format(port=465, ssl="True", starttls="")},
        remarks=said("misread ssl"),
    ),
    Case(
        "jenkins:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "jenkins.yaml": JENKINS.format(port=587) + "    useTls: true\n",
            ".env": "SMTP_WORD=word\n",
        },
        required=True,
    ),
    Case(
        "jenkins:its own address",
        (HOST, 465, "implicit"),
        files={
            "jenkins.yaml": JENKINS.format(port=465)
            + "    useSsl: true\n    replyToAddress: r@example.com\n"
            + "  location:\n    adminAddress: u@example.com\n",
            ".env": "SMTP_WORD=word\n",
        },
    ),
    Case(
        "jenkins:both",
        (HOST, 587, "implicit"),
        files={
            "jenkins.yaml": JENKINS.format(port=587) + "    useTls: true\n    useSsl: true\n",
            ".env": "SMTP_WORD=word\n",
        },
        remarks=said("misread useTls"),
    ),
    Case(
        "directus:healthy 465",
        (HOST, 465, "implicit"),
        compose=DIRECTUS[0],
        env=DIRECTUS[1] + "EMAIL_TRANSPORT: smtp\nEMAIL_SMTP_PORT: 465",
    ),
    Case(
        "directus:False is a text",
        (HOST, 587, "implicit"),
        compose=DIRECTUS[0],
        env=DIRECTUS[1] + "EMAIL_TRANSPORT: smtp\nEMAIL_SMTP_PORT: 587\nEMAIL_SMTP_SECURE: 'False'",
        remarks=said("misread EMAIL_SMTP_SECURE"),
    ),
    Case(
        "directus:no transport",
        (HOST, 587, "starttls"),
        compose=DIRECTUS[0],
        env=DIRECTUS[1] + "EMAIL_SMTP_PORT: 587",
        remarks=said("ignored EMAIL_SMTP_HOST"),
    ),
    Case(
        "ghost:healthy 587",
        (HOST, 587, "starttls"),
        files={"config.production.json": GHOST.format(port=587, secure="false")},
    ),
    Case(
        "ghost:implicit on 587",
        (HOST, 587, "implicit"),
        files={"config.production.json": GHOST.format(port=587, secure="true")},
    ),
    Case(
        "ghost:false as a text of the document",
        (HOST, 587, "implicit"),
        files={"config.production.json": GHOST.format(port=587, secure='"false"')},
        remarks=said("misread mail.options.secure"),
    ),
    Case(
        "ghost:true as a text",
        (HOST, 465, "implicit"),
        files={"config.production.json": GHOST.format(port=465, secure='"true"')},
    ),
    Case(
        "ghost:false in a variable",
        (HOST, 587, "starttls"),
        compose="ghost:5-alpine",
        env="mail__transport: SMTP\nmail__options__host: smtp.ionos.com\n"
        "mail__options__port: 587\nmail__options__secure: 'false'\n"
        "mail__options__auth__user: u@example.com\nmail__options__auth__pass: word",
    ),
    Case(
        "ghost:variables",
        (HOST, 465, "implicit"),
        compose="ghost:5-alpine",
        env="mail__transport: SMTP\nmail__options__host: smtp.ionos.com\n"
        "mail__options__port: 465\nmail__options__auth__user: u@example.com\n"
        "mail__options__auth__pass: word",
    ),
    Case(
        "wekan:healthy 465",
        (HOST, 465, "implicit"),
        compose="wekanteam/wekan",
        env="- MAIL_URL=smtps://u%40example.com:word@smtp.ionos.com:465/\n"
        "- MAIL_FROM=Wekan <u@example.com>",
    ),
    Case(
        "wekan:plain on 465",
        (HOST, 465, "starttls"),
        compose="wekanteam/wekan",
        env="- MAIL_URL=smtp://u%40example.com:word@smtp.ionos.com:465/",
        remarks=said("misread MAIL_URL"),
    ),
    Case(
        "alertmanager:in a Secret",
        (HOST, 465, "starttls"),
        files={
            "k8s/alertmanager.yaml": "kind: Secret\nmetadata: {name: a}\nstringData:\n"
            "  other: |\n    x\n  alertmanager.yml: |\n"
            + indented(ALERTMANAGER.format(port=465) + "  smtp_force_implicit_tls: false\n")
            + "---\nkind: Service\n"
        },
        required=True,
    ),
    Case(
        "grafana:in a ConfigMap",
        (HOST, 587, "starttls"),
        files={
            "k8s/grafana.yaml": "kind: ConfigMap\nmetadata:\n  name: g\ndata:\n  grafana.ini: |-\n"
            "    [smtp]\n    enabled = true\n    host = smtp.ionos.com:587\n"
            "    user = u@example.com\n    password = word\n"
        },
    ),
    Case("matomo:587", ("smtp.ionos.com", 587, "starttls"), matomo("587", "tls"), required=True),
    Case("matomo:465", ("smtp.ionos.com", 465, "implicit"), matomo("465", "ssl"), required=True),
    Case(
        "matomo:587 ssl", ("smtp.ionos.com", 587, "implicit"), matomo("587", "ssl"), required=True
    ),
    Case(
        "matomo:465 tls", ("smtp.ionos.com", 465, "starttls"), matomo("465", "tls"), required=True
    ),
    Case("matomo:none", ("smtp.ionos.com", 587, "none"), matomo("587", "none")),
    Case("matomo:empty", ("smtp.ionos.com", 587, "starttls"), matomo("587", "")),
    Case(
        "matomo:no port",
        ("smtp.ionos.com", 25, "implicit"),
        matomo("", "ssl"),
        required=True,
        changes=False,
    ),
    Case(
        "matomo:no type",
        ("smtp.ionos.com", 587, "starttls"),
        matomo("587", "tls", ""),
        required=True,
        sender=None,
        user=None,
        password=None,
        remarks=said("ignored username"),
    ),
]
