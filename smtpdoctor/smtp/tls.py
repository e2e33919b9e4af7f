"""TLS over memory buffers: bytes in, bytes and events out, and why a handshake failed.

Knows `ssl` and the first bytes of TLS records, and classifies from bytes before it believes a
library's text. Must not know sockets, SMTP, or what a failure means for the user.
"""

import os
import re
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

FIRST_BYTES = 512

FailureKind = Literal[
    "not-tls", "certificate", "version", "cipher", "alert", "closed", "other"
]


class TLSFailure(msgspec.Struct, frozen=True):
    """Why TLS ended.

    kind: not-tls (the first bytes are no TLS record), certificate (it was not accepted here), version
        and cipher (no common one), alert (the server ended it for another reason), closed (the
        connection ended during the handshake), other.
    alert: the server's alert as RFC 8446 §6 names it, such as "protocol_version".
    reason: OpenSSL's name, such as "WRONG_VERSION_NUMBER"; empty where OpenSSL was not asked.
    text: one line in the library's words.
    verify_code: OpenSSL's X509_V_ERR number (10 expired, 18 self-signed, 20 no issuer, 62 host name).
    """

    kind: FailureKind
    alert: str | None = None
    reason: str = ""
    text: str = ""
    verify_code: int | None = None


class TLSEvents(msgspec.Struct, frozen=True):
    """What came out of some bytes.

    to_send: bytes for the peer. plaintext: what it said. done: the handshake is complete (stays
    true). error: why TLS ended. closed: the peer has ended the connection; no more plaintext.
    """

    to_send: bytes = b""
    plaintext: bytes = b""
    done: bool = False
    error: TLSFailure | None = None
    closed: bool = False


# RFC 8446 §6.2 and appendix B.2, with the older numbers that servers still send
ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}
