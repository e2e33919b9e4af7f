"""What the errors of sockets are called, and addresses as sockets take them."""

from __future__ import annotations

import errno
import socket


def error_name(error: OSError) -> str:
    """ECONNREFUSED for 111, the class's name where there is no number."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def socket_address(address: str, port: int) -> tuple[object, ...]:
    """A socket address without any look-up; an IPv6 zone becomes its scope number."""
    if "%" not in address:
        return (address, port)
    bare, zone = address.split("%", 1)
    try:
        scope = int(zone)
    except ValueError:
        scope = socket.if_nametoindex(zone)
    return (bare, port, 0, scope)
