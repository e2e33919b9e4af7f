"""What Symfony Mailer's SMTP transport makes of a scheme, host and port.

Read in symfony/mailer Transport/Smtp/EsmtpTransportFactory.php and EsmtpTransport.php, 5.4 to
7.3, and run at 5.4.53. Laravel, Drupal, Nextcloud and Yii send with it. Knows that transport
alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from smtpdoctor.settings.model import TLSMode


class Way(NamedTuple):
    """How it connects."""

    tls: TLSMode
    port: int
    required: bool


def way(
    scheme: str, host: str, port: int | None, *, auto_tls: bool = True, require_tls: bool = False
) -> Way:
    """The port decides where the scheme doesn't: 465 is TLS from the first byte, and without a
    port so is every host but localhost."""
    implicit = scheme == "smtps" or port == 465 or (port is None and host != "localhost")
    if implicit:
        return Way("implicit", port or 465, True)
    tls: TLSMode = "starttls" if auto_tls or require_tls else "none"
    return Way(tls, port or 25, require_tls)


def is_off(value: object) -> bool:
    """Whether a switch says no: PHP's FILTER_VALIDATE_BOOLEAN, where an empty text leaves the
    default."""
    if isinstance(value, bool):
        return not value
    if value is None:
        return False
    text = str(value).strip().lower()
    return text != "" and text not in ("1", "true", "on", "yes")


#: A host that is one by itself, and options behind it in which an @ may stand.
HOST_WITH_OPTIONS = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?/?\?[A-Za-z_]\w*=[^?#]*$")


def ends_early(url: str) -> bool:
    """Whether a character of the password ends the server's part of a URL for PHP's parse_url.

    >>> ends_early("smtp://u:a#b@h.example:25"), ends_early("smtp://h.example:25?user=a@b.example")
    (True, False)
    """
    rest = url.partition("://")[2]
    if HOST_WITH_OPTIONS.match(rest) is not None:
        return False
    server = re.split(r"[/?#]", rest, maxsplit=1)
    return len(server) > 1 and "@" in server[1] and "@" not in server[0]
