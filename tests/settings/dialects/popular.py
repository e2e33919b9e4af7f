"""Folders of self-hosted programs that many run from an image by a few variables."""

from __future__ import annotations

from tests.settings.dialects.case import Case, said
from tests.settings.dialects.self_hosted import HOST, compose

DJANGO = ("HOST", "HOST_USER", "HOST_PASSWORD")
TANDOOR = compose("vabene1111/recipes:2", "EMAIL_", *DJANGO)
PLANE = compose("artifacts.plane.so/makeplane/plane-backend:v1", "EMAIL_", *DJANGO, "FROM")
FLAGSMITH = compose("flagsmith/flagsmith", "EMAIL_", *DJANGO)
NETBOX = compose("netboxcommunity/netbox:v4.0", "EMAIL_", "SERVER", "USERNAME", "PASSWORD", "FROM")
REDASH = compose(
    "redash/redash:10.1.0", "REDASH_MAIL_", "SERVER", "USERNAME", "PASSWORD", "DEFAULT_SENDER"
)
CTFD = compose("ctfd/ctfd", "MAIL_", "SERVER", "USERNAME", "PASSWORD")
UNLEASH = compose("unleashorg/unleash-server", "EMAIL_", "HOST", "USER", "PASSWORD", "SENDER")
POSTIZ = compose("ghcr.io/gitroomhq/postiz-app", "EMAIL_", "HOST", "USER", "PASS", "FROM_ADDRESS")
WATCHTOWER = compose(
    "containrrr/watchtower",
    "WATCHTOWER_NOTIFICATION_EMAIL_",
    "SERVER",
    "SERVER_USER",
    "SERVER_PASSWORD",
    "FROM",
)
LOGIN = "u%40example.com:word@smtp.ionos.com"


def case(
    id_: str,
    expected: tuple[int, str],
    program: tuple[str, str],
    more: str,
    *said_: str,
    required: bool = False,
    changes: bool = True,
) -> Case:
    """A program with its host and login, and with further lines."""
    return Case(
        id_,
        (HOST, *expected),
        compose=program[0],
        env=program[1] + more,
        required=required,
        remarks=said(*said_),
        changes=changes,
    )


FROM = "DEFAULT_FROM_EMAIL: u@example.com\n"
ADDRESS = "SENDER_EMAIL: u@example.com\n"
MAILFROM = "MAILFROM_ADDR: u@example.com\nMAIL_USEAUTH: 'true'\n"
SERVER = "WATCHTOWER_NOTIFICATION_EMAIL_SERVER_"

CASES = [
    case("tandoor:healthy 587", (587, "starttls"), TANDOOR,
         FROM + "EMAIL_PORT: 587\nEMAIL_USE_TLS: 1", required=True),
    case("tandoor:healthy 465", (465, "implicit"), TANDOOR,
         FROM + "EMAIL_PORT: 465\nEMAIL_USE_SSL: 1"),
    case("tandoor:a word", (587, "none"), TANDOOR,
         FROM + "EMAIL_PORT: 587\nEMAIL_USE_TLS: 'true'", "fault EMAIL_USE_TLS"),
    case("tandoor:both", (587, "implicit"), TANDOOR,
         FROM + "EMAIL_PORT: 587\nEMAIL_USE_TLS: 1\nEMAIL_USE_SSL: 1", "fault EMAIL_USE_SSL"),
    case("plane:healthy 587", (587, "starttls"), PLANE, "EMAIL_PORT: 587", required=True),
    case("plane:healthy 465", (465, "implicit"), PLANE,
         "EMAIL_PORT: 465\nEMAIL_USE_SSL: '1'\nEMAIL_USE_TLS: '0'"),
    case("plane:a word", (587, "none"), PLANE, "EMAIL_PORT: 587\nEMAIL_USE_TLS: 'true'",
         "misread EMAIL_USE_TLS"),
    case("flagsmith:healthy 587", (587, "starttls"), FLAGSMITH, ADDRESS, required=True,
         changes=False),
    case("flagsmith:none", (25, "none"), FLAGSMITH,
         ADDRESS + "EMAIL_PORT: 25\nEMAIL_USE_TLS: 'False'", changes=False),
    case("flagsmith:another way", (587, "starttls"), FLAGSMITH,
         ADDRESS + "EMAIL_BACKEND: django_ses.SESBackend", "ignored EMAIL_HOST", required=True,
         changes=False),
    case("netbox:healthy 587", (587, "starttls"), NETBOX,
         "EMAIL_PORT: 587\nEMAIL_USE_TLS: 'true'", required=True),
    case("netbox:healthy 465", (465, "implicit"), NETBOX,
         "EMAIL_PORT: 465\nEMAIL_USE_SSL: 'true'"),
    case("netbox:in clear", (25, "none"), NETBOX, ""),
    case("redash:healthy 587", (587, "starttls"), REDASH,
         "REDASH_MAIL_PORT: 587\nREDASH_MAIL_USE_TLS: 'true'", required=True),
    case("redash:healthy 465", (465, "implicit"), REDASH,
         "REDASH_MAIL_PORT: 465\nREDASH_MAIL_USE_SSL: 'on'"),
    case("redash:both", (465, "implicit"), REDASH,
         "REDASH_MAIL_PORT: 465\nREDASH_MAIL_USE_SSL: 'on'\nREDASH_MAIL_USE_TLS: 'on'",
         "fault REDASH_MAIL_USE_TLS"),
    case("redash:another word", (587, "none"), REDASH,
         "REDASH_MAIL_PORT: 587\nREDASH_MAIL_USE_TLS: starttls", "fault REDASH_MAIL_USE_TLS"),
    case("ctfd:healthy 587", (587, "starttls"), CTFD,
         MAILFROM + "MAIL_PORT: 587\nMAIL_TLS: 'true'", required=True),
    case("ctfd:healthy 465", (465, "implicit"), CTFD,
         MAILFROM + "MAIL_PORT: 465\nMAIL_SSL: 'true'"),
    case("ctfd:both", (465, "implicit"), CTFD,
         MAILFROM + "MAIL_PORT: 465\nMAIL_SSL: 'true'\nMAIL_TLS: 'true'", "fault MAIL_TLS"),
    case("unleash:healthy 587", (587, "starttls"), UNLEASH, ""),
    case("unleash:healthy 465", (465, "implicit"), UNLEASH,
         "EMAIL_PORT: 465\nEMAIL_SECURE: 'true'"),
    case("unleash:start on 465", (465, "starttls"), UNLEASH, "EMAIL_PORT: 465"),
    case("postiz:healthy 587", (587, "starttls"), POSTIZ,
         "EMAIL_PROVIDER: nodemailer\nEMAIL_PORT: 587\nEMAIL_SECURE: 'false'"),
    case("postiz:healthy 465", (465, "implicit"), POSTIZ,
         "EMAIL_PROVIDER: nodemailer\nEMAIL_PORT: 465\nEMAIL_SECURE: 'true'"),
    case("postiz:another way", (465, "implicit"), POSTIZ,
         "EMAIL_PROVIDER: resend\nEMAIL_PORT: 465\nEMAIL_SECURE: 'true'", "ignored EMAIL_HOST",
         changes=False),
    case("postiz:a word", (465, "starttls"), POSTIZ,
         "EMAIL_PROVIDER: nodemailer\nEMAIL_PORT: 465\nEMAIL_SECURE: '1'",
         "misread EMAIL_SECURE"),
    case("watchtower:healthy 587", (587, "starttls"), WATCHTOWER, f"{SERVER}PORT: 587"),
    case("watchtower:healthy 465", (465, "implicit"), WATCHTOWER, f"{SERVER}PORT: 465"),
    case("watchtower:no TLS", (465, "none"), WATCHTOWER,
         f"{SERVER}PORT: 465\n{SERVER}TLS_SKIP_VERIFY: 'true'",
         f"misread {SERVER}TLS_SKIP_VERIFY"),
]  # fmt: skip
for name, image, url, sender in (
    ("langfuse", "langfuse/langfuse:3", "SMTP_CONNECTION_URL", "EMAIL_FROM_ADDRESS"),
    ("linkwarden", "ghcr.io/linkwarden/linkwarden", "EMAIL_SERVER", "EMAIL_FROM"),
):
    for scheme, port, tls in (
        ("smtp", 587, "starttls"),
        ("smtps", 465, "implicit"),
        ("smtps", 587, "implicit"),
        ("smtp", 465, "starttls"),
    ):
        lines = f"{url}: {scheme}://{LOGIN}:{port}\n{sender}: u@example.com"
        CASES.append(
            Case(f"{name}:{scheme} on {port}", (HOST, port, tls), compose=image, env=lines)
        )
