"""What the errors of sockets are called, and addresses as sockets take them."""

from __future__ import annotations

import errno
import socket

#: What Windows itself answers for what sockets have an error of: its completion ports pass
#: these on as they are (System Error Codes, winerror.h).
WINDOWS = {
    64: errno.ECONNRESET,  # ERROR_NETNAME_DELETED
    121: errno.ETIMEDOUT,  # ERROR_SEM_TIMEOUT
    1225: errno.ECONNREFUSED,  # ERROR_CONNECTION_REFUSED
    1231: errno.ENETUNREACH,  # ERROR_NETWORK_UNREACHABLE
    1232: errno.EHOSTUNREACH,  # ERROR_HOST_UNREACHABLE
    1234: errno.ECONNREFUSED,  # ERROR_PORT_UNREACHABLE
    1236: errno.ECONNABORTED,  # ERROR_CONNECTION_ABORTED
}


def error_number(error: OSError) -> int:
    """The errno, 0 where there is none."""
    return WINDOWS.get(getattr(error, "winerror", None) or 0, error.errno or 0)


def error_name(error: OSError) -> str:
    """ECONNREFUSED for 111, the class's name where there is no number."""
    name = errno.errorcode.get(error_number(error), type(error).__name__)
    return name.removeprefix("WSA")  # Windows has both names for one number


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
