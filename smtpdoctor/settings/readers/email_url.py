"""What django-environ and dj-email-url make of an EMAIL_URL: Django's settings by their names.

This module knows the two libraries' rules (django-environ 0.14, Env.email_url_config; dj-email-url
1.0.6, parse). It must not know where the URL comes from, nor what Django makes of the settings.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, unquote_plus, urlparse

SMTP = "django.core.mail.backends.smtp.EmailBackend"
BACKENDS = {
    "console": "django.core.mail.backends.console.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "memory": "django.core.mail.backends.locmem.EmailBackend",
    "dummy": "django.core.mail.backends.dummy.EmailBackend",
}
#: dj_email_url.TRUTHY
TRUE = frozenset(
    {"1", "y", "Y", "yes", "Yes", "YES", "t", "T", "true", "True", "TRUE", "on", "On", "ON"}
)

#: Origins of kind "conversion" that begin so: what follows is the library.
STEP = "email-url:"


def django_environ(text: str) -> dict[str, Any]:
    """`env.email_url()`. Raises ValueError where the library does, or for an unknown scheme."""
    url = urlparse(text)
    made: dict[str, Any] = {
        "EMAIL_HOST_USER": unquote_plus(url.username) if url.username else url.username,
        "EMAIL_HOST_PASSWORD": unquote_plus(url.password) if url.password else url.password,
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port,
    }
    if url.scheme in ("smtp", "smtps", "smtp+tls", "smtp+ssl"):
        made["EMAIL_BACKEND"] = SMTP
    elif url.scheme.removesuffix("mail") in BACKENDS and url.scheme.endswith("mail"):
        made["EMAIL_BACKEND"] = BACKENDS[url.scheme.removesuffix("mail")]
    else:
        raise ValueError("the scheme is none that django-environ knows")
    if url.scheme in ("smtps", "smtp+tls"):
        made["EMAIL_USE_TLS"] = True
    elif url.scheme == "smtp+ssl":
        made["EMAIL_USE_SSL"] = True
    for key, values in parse_qs(url.query).items():
        if key.upper() in ("EMAIL_USE_TLS", "EMAIL_USE_SSL"):
            given = values[0]
            made[key.upper()] = int(given) if given.isdecimal() and len(given) < 9 else given
    return made


def dj_email_url(text: str) -> dict[str, Any]:
    """`dj_email_url.parse()`; an unknown scheme is taken without a word, and sets no back end."""
    url = urlparse(text)
    query = parse_qs(url.query)
    made: dict[str, Any] = {
        "EMAIL_HOST_USER": unquote(url.username) if url.username else url.username,
        "EMAIL_HOST_PASSWORD": unquote(url.password) if url.password else url.password,
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port,
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": url.scheme in ("smtps", "submission", "submit"),
    }
    if url.scheme in ("smtp", "smtps", "submission", "submit"):
        made["EMAIL_BACKEND"] = SMTP
    elif url.scheme in BACKENDS:
        made["EMAIL_BACKEND"] = BACKENDS[url.scheme]
    if url.scheme == "smtp":
        made["EMAIL_HOST"] = made["EMAIL_HOST"] or "localhost"
        made["EMAIL_PORT"] = made["EMAIL_PORT"] or 25
    elif url.scheme in ("submission", "submit"):
        made["EMAIL_PORT"] = made["EMAIL_PORT"] or 587
    if query.get("ssl"):
        if query["ssl"][0] in TRUE:
            made["EMAIL_USE_SSL"], made["EMAIL_USE_TLS"] = True, False
    elif query.get("tls") and query["tls"][0] in TRUE:
        made["EMAIL_USE_SSL"], made["EMAIL_USE_TLS"] = False, True
    if query.get("_default_from_email"):
        made["DEFAULT_FROM_EMAIL"] = query["_default_from_email"][0]
    return made


LIBRARIES = {"django-environ": django_environ, "dj-email-url": dj_email_url}
