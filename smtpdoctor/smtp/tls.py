"""TLS over memory buffers: bytes in, bytes and events out, and why a handshake failed.

Knows `ssl` and the first bytes of TLS records, and classifies from bytes before it believes a
library's text. Must not know sockets, SMTP, or what a failure means for the user.
"""

import re
import ssl
from contextlib import suppress
from typing import Any, Literal

import msgspec

from smtpdoctor.smtp.replies import looks_like_tls

FIRST_BYTES = 512

FailureKind = Literal["not-tls", "certificate", "version", "cipher", "alert", "closed", "other"]


class TLSFailure(msgspec.Struct, frozen=True):
    """Why TLS ended.

    kind: not-tls (the first bytes are no TLS record), certificate (it was not accepted here),
        version and cipher (no common one), alert (the server ended it for another reason), closed
        (the connection ended during the handshake), other.
    alert: the server's alert as RFC 8446 §6 names it, such as "protocol_version".
    reason: OpenSSL's name, such as "WRONG_VERSION_NUMBER"; empty where OpenSSL was not asked.
    text: one line in the library's words.
    verify_code: OpenSSL's X509_V_ERR number: 9 not yet valid, 10 expired, 18 self-signed, 19
        self-signed in the chain, 20 and 21 no issuer, 62 host name.
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

# OpenSSL's reasons where it gave up by itself, without an alert from the server
_VERSION_REASONS = {"UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION", "VERSION_TOO_LOW"}
_CIPHER_REASONS = {
    "WRONG_CIPHER_RETURNED",
    "UNKNOWN_CIPHER_RETURNED",
    "NO_CIPHERS_AVAILABLE",
    "DH_KEY_TOO_SMALL",
    "WRONG_CURVE",
    "NO_SUITABLE_KEY_SHARE",
    "BAD_KEY_SHARE",
}
# OpenSSL names a received alert SSLV3_ALERT_…, TLSV1_ALERT_…, TLSV13_ALERT_… or TLSV1_…
_ALERT_REASON = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(\w+)")
# What the ssl module puts around OpenSSL's words
_DECORATION = re.compile(r"^\[[^\]]*\] | \(_ssl\.c:\d+\)$")

_HELLO_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1"}


class TLSPump:
    """The client's side of one TLS connection, driven by bytes.

    first_bytes: what the server sent first, raw, at most `FIRST_BYTES`; keeps growing after a
        failure, since what TLS choked on is evidence.
    verify_code, verify_message: OpenSSL's verdict on the certificate; 0 and "" where it was
        accepted, None and "" where none was reached or the context does not verify.
    """

    def __init__(self, context: ssl.SSLContext, server_hostname: str) -> None:
        """ValueError for a host name that can't stand in a ClientHello."""
        if "\0" in server_hostname:
            raise ValueError("a NUL character in a host name")  # a TypeError, were it left to ssl
        self._verifies = context.verify_mode != ssl.CERT_NONE
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming,
            self._outgoing,
            server_hostname=server_hostname.rstrip("."),  # RFC 6066 §3: without a trailing dot
        )
        self._done = False
        self._closed = False
        self._failure: TLSFailure | None = None
        self.first_bytes = b""
        self.verify_code: int | None = None
        self.verify_message = ""

    def start(self) -> bytes:
        """The ClientHello to send."""
        return self._advance().to_send

    def receive(self, data: bytes) -> TLSEvents:
        """Takes bytes from the server; empty bytes say that the connection has ended."""
        self.first_bytes += data[: FIRST_BYTES - len(self.first_bytes)]
        if self._failure or self._closed:
            self._closed = self._closed or not data
            return self._events()
        if self.first_bytes and not _may_be_tls(self.first_bytes):
            # not given to OpenSSL, which would answer a plaintext server with an alert record
            self._failure = TLSFailure("not-tls", text="the first bytes are no TLS record")
            return self._events()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return self._advance()

    def write(self, plaintext: bytes) -> bytes:
        """Encrypts; the bytes to send. RuntimeError before the handshake is done or after a
        failure."""
        if not self._done or self._failure:
            raise RuntimeError("nothing may be sent outside of a complete TLS handshake")
        self._tls.write(plaintext)
        return self._outgoing.read()

    def close(self) -> bytes:
        """The close_notify to send; empty where the handshake is not done or has failed."""
        if not self._done or self._failure:
            return b""
        with suppress(ssl.SSLError):  # it waits for the peer's close_notify, and nobody else does
            self._tls.unwrap()
        return self._outgoing.read()

    @property
    def version(self) -> str | None:
        """The negotiated version, such as "TLSv1.3"; after a failure the server's choice if older
        than TLS 1.2 (a newer one can't be told from its ServerHello alone)."""
        if self._done:
            return self._tls.version()
        hello = self.first_bytes
        if len(hello) >= 11 and hello[0] == 0x16 and hello[5] == 2:  # RFC 5246 §7.4.1.3
            return _HELLO_VERSIONS.get(int.from_bytes(hello[9:11], "big"))
        return None

    @property
    def cipher(self) -> str | None:
        """The cipher suite as OpenSSL names it."""
        suite = self._tls.cipher()
        return suite[0] if suite else None

    @property
    def accepted_certificate(self) -> dict[str, Any]:
        """The server's own certificate as `ssl` reads it; empty where it was not accepted."""
        return dict(self._tls.getpeercert() or {}) if self.verify_code == 0 else {}

    @property
    def chain(self) -> list[bytes]:
        """The certificates in DER as the server sent them, leaf first; empty where none came.

        Readable after a failed verification too.
        """
        if hasattr(self._tls, "get_unverified_chain"):  # Python 3.13
            return list(self._tls.get_unverified_chain() or ())
        certificates = self._tls._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]
        return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in certificates]

    def _advance(self) -> TLSEvents:
        plaintext = bytearray()
        try:
            if not self._done:
                self._tls.do_handshake()
                self._done = True
                if self._verifies:
                    self.verify_code = 0
            while part := self._tls.read(16384):
                plaintext += part
            self._closed = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            ended = isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)
            self._closed = ended
            # SMTP has its own ends: a connection cut without close_notify loses nothing
            if not (self._done and ended):
                self._failure = self._classify(error)
        return self._events(bytes(plaintext))

    def _events(self, plaintext: bytes = b"") -> TLSEvents:
        return TLSEvents(
            to_send=self._outgoing.read(),
            plaintext=plaintext,
            done=self._done,
            error=self._failure,
            closed=self._closed,
        )

    def _classify(self, error: ssl.SSLError) -> TLSFailure:
        reason = error.reason or ""
        text = _DECORATION.sub("", str(error.strerror or error))
        if isinstance(error, ssl.SSLCertVerificationError):
            self.verify_code = error.verify_code
            self.verify_message = error.verify_message
            return TLSFailure("certificate", None, reason, error.verify_message, error.verify_code)
        first_alert = _fatal_alert(self.first_bytes)
        alert = first_alert or _alert_of(reason)
        kind: FailureKind = "other"
        if alert == "protocol_version" or reason in _VERSION_REASONS:
            kind = "version"
        elif (
            alert == "insufficient_security"
            or reason in _CIPHER_REASONS
            # RFC 8446 §4.1.1: the answer to a ClientHello without common parameters; later in the
            # handshake the same alert has other causes, such as a missing client certificate
            or first_alert == "handshake_failure"
        ):
            kind = "cipher"
        elif self._closed:
            kind = "closed"
            alert = "close_notify" if isinstance(error, ssl.SSLZeroReturnError) else None
        elif alert:
            kind = "alert"
        return TLSFailure(kind, alert, reason, text)


def _may_be_tls(data: bytes) -> bool:
    """Whether bytes, however few, can be the start of a server's first TLS record."""
    return looks_like_tls(data + b"\x16\x03\x00"[len(data) :])


def _fatal_alert(data: bytes) -> str | None:
    """The alert in bytes that start with a plaintext alert record of level fatal (RFC 8446 §6)."""
    if len(data) >= 7 and data[0] == 0x15 and data[3:6] == b"\x00\x02\x02":
        return ALERTS.get(data[6], f"alert_{data[6]}")
    return None


def _alert_of(reason: str) -> str | None:
    """The alert that OpenSSL's reason names."""
    match = _ALERT_REASON.fullmatch(reason)
    name = match[1].lower() if match else ""
    return name if name in ALERTS.values() else None
