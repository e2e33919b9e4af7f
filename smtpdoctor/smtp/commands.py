"""Writes the commands of RFC 5321 that the dry run sends.

Knows their spelling; must not know when to send one. There is no DATA and no BDAT here.
"""

import re
from typing import Literal

STARTTLS = b"STARTTLS\r\n"  # RFC 3207 §4
NOOP = b"NOOP\r\n"
RSET = b"RSET\r\n"
QUIT = b"QUIT\r\n"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _argument(value: str) -> str:
    """Refuses what would end the line or start another command."""
    if _CONTROL.search(value):
        raise ValueError("a control character in an SMTP argument")
    return value


def ehlo(name: str) -> bytes:
    """EHLO with a host name or an address literal such as `[192.0.2.1]` (RFC 5321 §4.1.1.1).

    ValueError for a name with control or non-ASCII characters.
    """
    return f"EHLO {_argument(name)}\r\n".encode("ascii")


def helo(name: str) -> bytes:
    """HELO with the same name; ValueError as for EHLO."""
    return f"HELO {_argument(name)}\r\n".encode("ascii")


def mail_from(
    address: str,
    size: int | None = None,
    smtputf8: bool = False,
    body: Literal["7BIT", "8BITMIME"] | None = None,
    as_written: bool = False,
) -> bytes:
    """MAIL FROM with an envelope sender, without its angle brackets.

    size: octets (RFC 1870 §5); body: RFC 6152 §2. Parameters only where the server offers them.
    as_written: as clients do that know nothing of SMTPUTF8. ValueError for control characters, and
    else for a non-ASCII address without smtputf8 (RFC 6531 §3.2).
    """
    if not (smtputf8 or as_written or address.isascii()):
        raise ValueError("a non-ASCII address needs SMTPUTF8")
    command = f"MAIL FROM:<{_argument(address)}>"
    if size is not None:
        command += f" SIZE={size}"
    if body is not None:
        command += f" BODY={body}"
    if smtputf8:
        command += " SMTPUTF8"
    return f"{command}\r\n".encode()


def rcpt_to(address: str) -> bytes:
    """RCPT TO with a recipient, without its angle brackets; ValueError for control characters.

    A non-ASCII address goes out as UTF-8: allowed where MAIL FROM had SMTPUTF8 (RFC 6531 §3.3).
    """
    return f"RCPT TO:<{_argument(address)}>\r\n".encode()
