"""Folders of self-hosted programs that panels for self-hosting have templates of."""

from __future__ import annotations

from tests.settings.dialects.case import Case, said
from tests.settings.dialects.popular import DJANGO, LOGIN, case
from tests.settings.dialects.self_hosted import HOST, compose

BASEROW = compose("baserow/baserow:1.30", "EMAIL_SMTP_", "HOST", "USER", "PASSWORD")
BASEROW = (BASEROW[0], BASEROW[1] + "FROM_EMAIL: u@example.com\n")
NOCODB = compose("nocodb/nocodb:latest", "NC_SMTP_", "HOST", "USERNAME", "PASSWORD", "FROM")
APPSMITH = compose("appsmith/appsmith-ce", "APPSMITH_MAIL_", "HOST", "USERNAME", "PASSWORD", "FROM")
POSTHOG = compose("posthog/posthog:latest", "EMAIL_", *DJANGO, "DEFAULT_FROM")
AFFINE = compose(
    "ghcr.io/toeverything/affine:stable", "MAILER_", "HOST", "USER", "PASSWORD", "SENDER"
)
HOPPSCOTCH = compose("hoppscotch/hoppscotch-backend", "MAILER_SMTP_", "HOST", "USER", "PASSWORD")
HOPPSCOTCH = (
    HOPPSCOTCH[0],
    HOPPSCOTCH[1] + "MAILER_ADDRESS_FROM: u@example.com\nMAILER_SMTP_ENABLE: 'true'\n"
    "MAILER_TLS_REJECT_UNAUTHORIZED: 'true'\n",
)
POCKET_ID = compose(
    "ghcr.io/pocket-id/pocket-id:v1.13", "SMTP_", "HOST", "USER", "PASSWORD", "FROM"
)
POCKET_ID = (POCKET_ID[0], POCKET_ID[1] + "UI_CONFIG_DISABLED: 'true'\n")
INFISICAL = compose("infisical/infisical", "SMTP_", "HOST", "USERNAME", "PASSWORD", "FROM_ADDRESS")
DIFY = compose("langgenius/dify-api:1.9.0", "SMTP_", "SERVER", "USERNAME", "PASSWORD")
DIFY = (DIFY[0], DIFY[1] + "MAIL_DEFAULT_SEND_FROM: u@example.com\nMAIL_TYPE: smtp\n")
TYPEBOT = compose("baptistearno/typebot-builder:3", "SMTP_", "HOST", "USERNAME", "PASSWORD")
TYPEBOT = (TYPEBOT[0], TYPEBOT[1] + "NEXT_PUBLIC_SMTP_FROM: u@example.com\n")
KUTT = compose("kutt/kutt:latest", "MAIL_", "HOST", "USER", "PASSWORD")
KUTT_2 = (KUTT[0].replace("latest", "v2.7.4"), KUTT[1])
KUTT = (KUTT[0], KUTT[1] + "MAIL_ENABLED: 'true'\n")
WEBLATE = compose("weblate/weblate:5", "WEBLATE_EMAIL_", *DJANGO)
WEBLATE = (WEBLATE[0], WEBLATE[1] + "WEBLATE_DEFAULT_FROM_EMAIL: u@example.com\n")
HOMEBOX = compose(
    "ghcr.io/sysadminsmedia/homebox", "HBOX_MAILER_", "HOST", "USERNAME", "PASSWORD", "FROM"
)
PLANKA = compose("ghcr.io/plankanban/planka:2", "SMTP_", "HOST", "USER", "PASSWORD", "FROM")
TRIGGER = compose("ghcr.io/triggerdotdev/trigger.dev:v4", "SMTP_", "HOST", "USER", "PASSWORD")
TRIGGER = (TRIGGER[0], TRIGGER[1] + "FROM_EMAIL: u@example.com\nEMAIL_TRANSPORT: smtp\n")
TEABLE = compose(
    "ghcr.io/teableio/teable", "BACKEND_MAIL_", "HOST", "AUTH_USER", "AUTH_PASS", "SENDER"
)
WAKAPI = compose("ghcr.io/muety/wakapi", "WAKAPI_MAIL_SMTP_", "HOST", "USER", "PASS")
WAKAPI = (WAKAPI[0], WAKAPI[1] + "WAKAPI_MAIL_SENDER: u@example.com\n")
ENTE = compose("ghcr.io/ente-io/server", "ENTE_SMTP_", "HOST", "USERNAME", "PASSWORD", "EMAIL")
TOLGEE = compose("tolgee/tolgee", "TOLGEE_SMTP_", "HOST", "USERNAME", "PASSWORD", "FROM")
REMARK42 = compose("umputun/remark42", "SMTP_", "HOST", "USERNAME", "PASSWORD")
REMARK42 = (REMARK42[0], REMARK42[1] + "NOTIFY_EMAIL_FROM: u@example.com\n")
LLDAP = compose("lldap/lldap:stable", "LLDAP_SMTP_OPTIONS__", "SERVER", "USER", "PASSWORD", "FROM")
LLDAP = (LLDAP[0], LLDAP[1] + "LLDAP_SMTP_OPTIONS__ENABLE_PASSWORD_RESET: 'true'\n")
LIBRECHAT = compose(
    "ghcr.io/danny-avila/librechat:latest", "EMAIL_", "HOST", "USERNAME", "PASSWORD", "FROM"
)
PASSBOLT = compose("passbolt/passbolt:latest-ce", "EMAIL_TRANSPORT_DEFAULT_", "HOST", "USERNAME",
                   "PASSWORD")  # fmt: skip
PASSBOLT = (PASSBOLT[0], PASSBOLT[1] + "EMAIL_DEFAULT_FROM: u@example.com\n")
PDS = ("ghcr.io/bluesky-social/pds:0.4", "PDS_EMAIL_FROM_ADDRESS: u@example.com\n")
GLITCHTIP = ("glitchtip/glitchtip:v4", "DEFAULT_FROM_EMAIL: u@example.com\n")
SITE = (
    '{{\n "db_name": "x",\n "mail_server": "smtp.ionos.com",\n "mail_port": {port},\n'
    ' "use_tls": {tls},\n "mail_login": "u@example.com",\n "mail_password": "word",\n'
    ' "auto_email_id": "u@example.com"\n}}\n'
)


def site(id_: str, port: int, tls: str, expected: str, **more: object) -> Case:
    """A site of Frappe's."""
    return Case(
        f"frappe:{id_}",
        (HOST, port, expected),
        files={"sites/erp.example.com/site_config.json": SITE.format(port=port, tls=tls)},
        changes=False,
        **more,  # type: ignore[arg-type]
    )


CUSTOM = "MAILER_USE_CUSTOM_CONFIGS: 'true'\n"
SMTP = "EMAIL_SMTP: 'true'\nEMAIL_SMTP_"
OPTIONS = "LLDAP_SMTP_OPTIONS__"
CASES = [
    case("baserow:healthy 587", (587, "starttls"), BASEROW,
         SMTP + "PORT: 587\nEMAIL_SMTP_USE_TLS: 'yes'", required=True),
    case("baserow:healthy 465", (465, "implicit"), BASEROW,
         SMTP + "PORT: 465\nEMAIL_SMTP_USE_SSL: 'yes'"),
    case("baserow:false is yes", (587, "implicit"), BASEROW,
         SMTP + "PORT: 587\nEMAIL_SMTP_USE_TLS: 'true'\nEMAIL_SMTP_USE_SSL: 'false'",
         "misread EMAIL_SMTP_USE_SSL", "fault EMAIL_SMTP_USE_SSL"),
    case("baserow:to the log", (587, "starttls"), BASEROW,
         "EMAIL_SMTP_PORT: 587\nEMAIL_SMTP_USE_TLS: 'true'", "ignored EMAIL_SMTP_HOST",
         required=True, changes=False),
    case("nocodb:healthy 587", (587, "starttls"), NOCODB, "NC_SMTP_PORT: 587"),
    case("nocodb:healthy 465", (465, "implicit"), NOCODB,
         "NC_SMTP_PORT: 465\nNC_SMTP_SECURE: 'true'"),
    case("nocodb:start on 465", (465, "starttls"), NOCODB, "NC_SMTP_PORT: 465"),
    case("nocodb:a word", (465, "starttls"), NOCODB,
         "NC_SMTP_PORT: 465\nNC_SMTP_SECURE: 'True'", "misread NC_SMTP_SECURE"),
    case("appsmith:healthy 587", (587, "starttls"), APPSMITH,
         "APPSMITH_MAIL_ENABLED: 'true'\nAPPSMITH_MAIL_PORT: 587\n"
         "APPSMITH_MAIL_SMTP_TLS_ENABLED: 'true'", changes=False),
    case("appsmith:never implicit", (465, "none"), APPSMITH,
         "APPSMITH_MAIL_ENABLED: 'true'\nAPPSMITH_MAIL_PORT: 465", changes=False),
    case("appsmith:off", (587, "starttls"), APPSMITH,
         "APPSMITH_MAIL_PORT: 587\nAPPSMITH_MAIL_SMTP_TLS_ENABLED: 'true'",
         "ignored APPSMITH_MAIL_HOST", changes=False),
    case("posthog:healthy 587", (587, "starttls"), POSTHOG,
         "EMAIL_PORT: 587\nEMAIL_USE_TLS: 'true'", required=True),
    case("posthog:healthy 465", (465, "implicit"), POSTHOG,
         "EMAIL_PORT: 465\nEMAIL_USE_SSL: 't'"),
    case("posthog:in clear", (587, "none"), POSTHOG, "EMAIL_PORT: 587"),
    case("affine:healthy 587", (587, "starttls"), AFFINE, "MAILER_PORT: 587"),
    case("affine:healthy by itself", (465, "implicit"), AFFINE, ""),
    case("hoppscotch:healthy 587", (587, "starttls"), HOPPSCOTCH,
         CUSTOM + "MAILER_SMTP_PORT: 587\nMAILER_SMTP_SECURE: 'false'"),
    case("hoppscotch:healthy 465", (465, "implicit"), HOPPSCOTCH,
         CUSTOM + "MAILER_SMTP_PORT: 465\nMAILER_SMTP_SECURE: 'true'"),
    case("hoppscotch:implicit on 587 beside a URL", (587, "implicit"), HOPPSCOTCH,
         CUSTOM + "MAILER_SMTP_PORT: 587\nMAILER_SMTP_SECURE: 'true'\n"
         "MAILER_SMTP_URL: smtps://a:b@smtp.domain.com"),
    case("hoppscotch:the URL beside a host", (465, "implicit"), HOPPSCOTCH,
         f"MAILER_SMTP_PORT: 587\nMAILER_SMTP_URL: smtps://{LOGIN}:465"),
    case("hoppscotch:a word", (465, "starttls"), HOPPSCOTCH,
         CUSTOM + "MAILER_SMTP_PORT: 465\nMAILER_SMTP_SECURE: yes",
         "misread MAILER_SMTP_SECURE"),
    case("pocket-id:healthy 587", (587, "starttls"), POCKET_ID,
         "SMTP_PORT: 587\nSMTP_TLS: starttls", required=True),
    case("pocket-id:healthy 465", (465, "implicit"), POCKET_ID, "SMTP_PORT: 465\nSMTP_TLS: tls"),
    case("pocket-id:in clear", (587, "none"), POCKET_ID, "SMTP_PORT: 587"),
    case("pocket-id:a word", (587, "none"), POCKET_ID, "SMTP_PORT: 587\nSMTP_TLS: 'true'",
         "fault SMTP_TLS"),
    case("pocket-id:its page", (465, "implicit"),
         (POCKET_ID[0], POCKET_ID[1].replace("'true'", "'false'")),
         "SMTP_PORT: 465\nSMTP_TLS: tls", "ignored SMTP_HOST", changes=False),
    case("infisical:healthy 587", (587, "starttls"), INFISICAL, "", required=True),
    case("infisical:healthy 465", (465, "implicit"), INFISICAL, "SMTP_PORT: 465"),
    case("infisical:opportunistic", (587, "starttls"), INFISICAL, "SMTP_REQUIRE_TLS: 'false'"),
    case("dify:healthy 587", (587, "starttls"), DIFY,
         "SMTP_PORT: 587\nSMTP_USE_TLS: 'true'\nSMTP_OPPORTUNISTIC_TLS: 'true'", required=True),
    case("dify:healthy 465", (465, "implicit"), DIFY, "SMTP_PORT: 465\nSMTP_USE_TLS: 'true'"),
    case("dify:implicit on 587", (587, "implicit"), DIFY,
         "SMTP_PORT: 587\nSMTP_USE_TLS: 'true'\nSMTP_OPPORTUNISTIC_TLS: 'false'"),
    case("dify:one alone", (587, "none"), DIFY,
         "SMTP_PORT: 587\nSMTP_OPPORTUNISTIC_TLS: 'true'", "fault SMTP_OPPORTUNISTIC_TLS"),
    case("typebot:healthy 587", (587, "starttls"), TYPEBOT, "SMTP_PORT: 587"),
    case("typebot:healthy 465", (465, "implicit"), TYPEBOT,
         "SMTP_PORT: 465\nSMTP_SECURE: 'true'"),
    case("typebot:start on 465", (465, "starttls"), TYPEBOT, "SMTP_PORT: 465"),
    case("typebot:a word", (465, "starttls"), TYPEBOT, "SMTP_PORT: 465\nSMTP_SECURE: 'yes'",
         "fault SMTP_SECURE"),
    case("kutt:healthy 587", (587, "starttls"), KUTT, "MAIL_PORT: 587\nMAIL_SECURE: 'false'"),
    case("kutt:implicit on 587", (587, "implicit"), KUTT, "MAIL_SECURE: 'true'"),
    case("kutt:off", (587, "starttls"), (KUTT[0], KUTT[1].replace("'true'", "'false'")), "",
         "ignored MAIL_HOST", changes=False),
    case("kutt-2:healthy 587", (587, "starttls"), KUTT_2, "MAIL_PORT: 587"),
    case("kutt-2:465", (465, "implicit"), KUTT_2, "MAIL_PORT: 465\nMAIL_SECURE: 'true'"),
    case("weblate:healthy 587", (587, "starttls"), WEBLATE, "WEBLATE_EMAIL_PORT: 587",
         required=True),
    case("weblate:healthy 465", (465, "implicit"), WEBLATE,
         "WEBLATE_EMAIL_PORT: 465\nWEBLATE_EMAIL_USE_SSL: 1\nWEBLATE_EMAIL_USE_TLS: 0"),
    case("weblate:both", (465, "implicit"), WEBLATE,
         "WEBLATE_EMAIL_PORT: 465\nWEBLATE_EMAIL_USE_SSL: 1", "fault WEBLATE_EMAIL_USE_SSL"),
    case("homebox:healthy 587", (587, "starttls"), HOMEBOX, "HBOX_MAILER_PORT: 587",
         changes=False),
    case("homebox:never implicit", (465, "starttls"), HOMEBOX, "HBOX_MAILER_PORT: 465",
         changes=False),
    case("planka:healthy 587", (587, "starttls"), PLANKA, "SMTP_SECURE: 'false'"),
    case("planka:implicit on 587", (587, "implicit"), PLANKA, "SMTP_SECURE: 'true'"),
    case("planka:a word", (465, "starttls"), PLANKA, "SMTP_PORT: 465\nSMTP_SECURE: 1",
         "misread SMTP_SECURE"),
    case("trigger:healthy 587", (587, "starttls"), TRIGGER, "SMTP_PORT: 587"),
    case("trigger:healthy 465 by port", (465, "implicit"), TRIGGER, "SMTP_PORT: 465"),
    case("trigger:start on 465", (465, "starttls"), TRIGGER,
         "SMTP_PORT: 465\nSMTP_SECURE: 'false'"),
    case("trigger:another way", (587, "starttls"),
         (TRIGGER[0], TRIGGER[1].replace(": smtp\n", ": resend\n")), "SMTP_PORT: 587",
         "ignored SMTP_HOST", changes=False),
    case("teable:healthy 587", (587, "starttls"), TEABLE,
         "BACKEND_MAIL_PORT: 587\nBACKEND_MAIL_SECURE: 'false'"),
    case("teable:healthy by itself", (465, "implicit"), TEABLE, ""),
    case("teable:the port alone", (587, "implicit"), TEABLE, "BACKEND_MAIL_PORT: 587",
         "misread BACKEND_MAIL_PORT"),
    case("wakapi:healthy 587", (587, "starttls"), WAKAPI, "WAKAPI_MAIL_SMTP_PORT: 587"),
    case("wakapi:implicit on 587", (587, "implicit"), WAKAPI,
         "WAKAPI_MAIL_SMTP_PORT: 587\nWAKAPI_MAIL_SMTP_TLS: 'true'"),
    case("wakapi:off", (465, "implicit"), WAKAPI, "WAKAPI_MAIL_SMTP_PORT: 465\n"
         "WAKAPI_MAIL_SMTP_TLS: 'true'\nWAKAPI_MAIL_ENABLED: 'false'",
         "not-sent WAKAPI_MAIL_ENABLED", changes=False),
    case("ente:healthy 587", (587, "starttls"), ENTE, "ENTE_SMTP_PORT: 587"),
    case("ente:healthy 465", (465, "implicit"), ENTE,
         "ENTE_SMTP_PORT: 465\nENTE_SMTP_ENCRYPTION: ssl"),
    case("ente:tls is implicit", (587, "implicit"), ENTE,
         "ENTE_SMTP_PORT: 587\nENTE_SMTP_ENCRYPTION: tls"),
    case("tolgee:healthy 587", (587, "starttls"), TOLGEE,
         "TOLGEE_SMTP_PORT: 587\nTOLGEE_SMTP_TLS_ENABLED: 'true'"),
    case("tolgee:healthy 465", (465, "implicit"), TOLGEE,
         "TOLGEE_SMTP_PORT: 465\nTOLGEE_SMTP_SSL_ENABLED: 'true'"),
    case("tolgee:in clear", (587, "none"), TOLGEE, "TOLGEE_SMTP_PORT: 587"),
    case("remark42:healthy 587", (587, "starttls"), REMARK42,
         "SMTP_PORT: 587\nSMTP_STARTTLS: 'true'", required=True),
    case("remark42:healthy 465", (465, "implicit"), REMARK42, "SMTP_PORT: 465\nSMTP_TLS: 'true'"),
    case("remark42:implicit on 587", (587, "implicit"), REMARK42,
         "SMTP_PORT: 587\nSMTP_TLS: 'true'"),
    case("lldap:healthy 587", (587, "starttls"), LLDAP,
         OPTIONS + "SMTP_ENCRYPTION: STARTTLS", required=True),
    case("lldap:healthy 465", (465, "implicit"), LLDAP, OPTIONS + "PORT: 465"),
    case("lldap:the port alone", (587, "implicit"), LLDAP, OPTIONS + "PORT: 587",
         f"misread {OPTIONS}PORT"),
    case("librechat:healthy 587", (587, "starttls"), LIBRECHAT,
         "EMAIL_PORT: 587\nEMAIL_ENCRYPTION: starttls", required=True),
    case("librechat:healthy 465", (465, "implicit"), LIBRECHAT,
         "EMAIL_PORT: 465\nEMAIL_ENCRYPTION: tls"),
    case("librechat:start on 465", (465, "starttls"), LIBRECHAT, "EMAIL_PORT: 465"),
    case("passbolt:healthy 587", (587, "starttls"), PASSBOLT,
         "EMAIL_TRANSPORT_DEFAULT_PORT: 587\nEMAIL_TRANSPORT_DEFAULT_TLS: 'true'", required=True,
         changes=False),
    case("passbolt:false is yes", (465, "starttls"), PASSBOLT,
         "EMAIL_TRANSPORT_DEFAULT_PORT: 465\nEMAIL_TRANSPORT_DEFAULT_TLS: 'false'",
         "misread tls", required=True, changes=False),
    case("passbolt:healthy 465", (465, "implicit"),
         (PASSBOLT[0], PASSBOLT[1].replace(HOST, f"ssl://{HOST}")),
         "EMAIL_TRANSPORT_DEFAULT_PORT: 465", required=True, changes=False),
    case("bluesky-pds:healthy 587", (587, "starttls"), PDS, f"PDS_EMAIL_SMTP_URL: smtp://{LOGIN}:587"),
    case("bluesky-pds:healthy 465", (465, "implicit"), PDS,
         f"PDS_EMAIL_SMTP_URL: smtps://{LOGIN}:465"),
    case("bluesky-pds:implicit on 587", (587, "implicit"), PDS,
         f"PDS_EMAIL_SMTP_URL: smtps://{LOGIN}:587"),
    case("glitchtip:healthy 587", (587, "starttls"), GLITCHTIP,
         f"EMAIL_URL: smtp+tls://{LOGIN}:587", required=True),
    case("glitchtip:healthy 465", (465, "implicit"), GLITCHTIP,
         f"EMAIL_URL: smtp+ssl://{LOGIN}:465"),
    case("glitchtip:smtps is STARTTLS", (465, "starttls"), GLITCHTIP,
         f"EMAIL_URL: smtps://{LOGIN}:465", "misread url.scheme", required=True),
    case("glitchtip:in clear", (587, "none"), GLITCHTIP, f"EMAIL_URL: smtp://{LOGIN}:587"),
    site("healthy 587", 587, "1", "starttls", required=True),
    site("healthy 587 as true", 587, "true", "starttls", required=True),
    site("a word", 587, '"true"', "none", remarks=said("misread use_tls")),
    site("in clear", 587, "0", "none"),
]  # fmt: skip
