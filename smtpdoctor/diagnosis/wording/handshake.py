"""Why a TLS handshake ended, in words: the alerts of a server, and the reasons of OpenSSL.

Knows texts alone, no run. Every reason that OpenSSL has comes to one of them: a name that nobody
put into words is told in its own.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Side = Literal["server", "client", "this machine", "unknown"]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """What ended the handshake, and what to do about it.

    `words` go on after "here". `fix` is a title, `steps` what to do. `known`: the words are those
    of this very reason, and not of its kind.
    """

    words: str
    fix: str
    steps: tuple[str, ...] = ()
    side: Side = "server"
    known: bool = True


_LATER = "Until then a client can connect with a lower security level (@SECLEVEL=0) for this server"
_STRANGER = (
    "ask the server's owner to update its TLS software: it breaks the rules of TLS",
    "If it works from another network, a firewall or proxy of this one changes what passes: ask "
    "its administrator.",
)
_CLIENT_CERTIFICATE = (
    "ask who runs the server whether it is meant for logins with a password",
    "A server that asks for a client certificate is mostly one for other mail servers or for "
    "devices. Ask for the submission host and port, or give the client the certificate that the "
    "server knows.",
)

#: The alerts of a server (RFC 8446 §6.2, and RFC 5246 §7.2 for the older ones).
ALERTS: dict[str, Reason] = {
    "unrecognized_name": Reason(
        words="the server has no certificate for this host name",
        fix="use a host name that the server has a certificate for",
        steps=("Ask who runs the server for its name; it may answer under another one only.",),
    ),
    "certificate_required": Reason(
        words="the server wants a certificate from the client",
        fix=_CLIENT_CERTIFICATE[0],
        steps=_CLIENT_CERTIFICATE[1:],
    ),
    "handshake_failure": Reason(
        words="the server refused it late, after both had agreed on version and cipher: mostly "
        "because it wants a certificate from the client",
        fix=_CLIENT_CERTIFICATE[0],
        steps=_CLIENT_CERTIFICATE[1:],
        known=False,
    ),
    "internal_error": Reason(
        words="the server had a fault of its own",
        fix="ask who runs the server to look into its log",
        steps=("Often its key or certificate file can't be read, or it is out of memory.",),
    ),
    "access_denied": Reason(
        words="the server does not let this client in",
        fix="ask who runs the server to let this client in",
    ),
    "unexpected_message": Reason(
        words="the server did not expect TLS at this point",
        fix="check port and TLS mode together: 465 with implicit TLS, 587 with STARTTLS",
    ),
    **{
        name: Reason(
            words=f"the server refuses the client's certificate ({why})",
            fix="give the client the certificate that this server knows, or none",
            steps=_CLIENT_CERTIFICATE[1:],
        )
        for name, why in {
            "no_certificate": "there was none",
            "bad_certificate": "it is damaged or its signature is wrong",
            "unsupported_certificate": "its kind is not supported",
            "certificate_revoked": "it was revoked",
            "certificate_expired": "it has expired",
            "certificate_unknown": "for a reason that it does not tell",
            "unknown_ca": "the server does not trust its issuer",
        }.items()
    },
    "insufficient_security": Reason(
        words="the server asks for stronger ciphers than this client offered",
        fix="update the TLS library of this machine",
        side="this machine",
    ),
    "inappropriate_fallback": Reason(
        words="the server speaks a newer TLS version than this client tried again with",
        fix="let the client offer its newest TLS version",
        side="client",
    ),
    "no_application_protocol": Reason(
        words="the server knows none of the protocols that the client named (ALPN), so probably it "
        "is a web server",
        fix="check host and port: this is probably no mail server",
        side="client",
    ),
    "unknown_psk_identity": Reason(
        words="the server does not know the shared key that was named",
        fix="ask who runs the server: mail clients use certificates, not shared keys",
    ),
    "no_renegotiation": Reason(
        words="the server does not renegotiate",
        fix="ask the server's owner to leave renegotiation out of the session",
        side="client",
    ),
    "user_canceled": Reason(
        words="the server's side cancelled the handshake",
        fix="ask who runs the server to look into its log",
    ),
    "close_notify": Reason(
        words="the server ended TLS in order before it had begun",
        fix="ask who runs the server to look into its log",
    ),
    "export_restriction": Reason(
        words="the server uses rules of the 1990s for key lengths",
        fix="ask the server's owner to update its TLS software",
    ),
    **{
        name: Reason(
            words=f"the server could not read what this client sent ({name.replace('_', ' ')})",
            fix="compare with another network, then ask the server's owner to update "
            "its TLS software",
            steps=_STRANGER[1:],
            side="unknown",
        )
        for name in (
            "bad_record_mac",
            "decryption_failed",
            "record_overflow",
            "decompression_failure",
            "illegal_parameter",
            "decode_error",
            "decrypt_error",
            "missing_extension",
            "unsupported_extension",
            "bad_certificate_status_response",
        )
    },
}

#: What OpenSSL means by the reasons for which it gives up by itself (openssl ssl/ssl_err.c and
#: SSL_CTX_set_options(3), 3.0).
_EXACT: dict[str, Reason] = {
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": Reason(
        words="the server does not know secure renegotiation (RFC 5746, 2010), and OpenSSL 3 "
        "refuses such servers",
        fix="ask the server's owner to update its TLS library: it does not know "
        "secure renegotiation",
        steps=(
            "Until then a client can connect all the same with the OpenSSL option "
            "UnsafeLegacyServerConnect (SSL_OP_LEGACY_SERVER_CONNECT) for this server alone; it "
            "takes away a protection against injected text.",
        ),
    ),
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED": Reason(
        words="the server signs the handshake with an algorithm that OpenSSL no longer accepts "
        "(SHA-1 or MD5)",
        fix="ask the server's owner to update it: it signs with an algorithm that is given up",
        steps=(f"{_LATER} alone.",),
    ),
    "WRONG_SIGNATURE_TYPE": Reason(
        words="the server signs the handshake with an algorithm that this client did not offer",
        fix="ask the server's owner to update it: it signs with an algorithm that nobody asked for",
    ),
    "BAD_SIGNATURE": Reason(
        words="the server's signature does not fit its certificate",
        fix="ask the server's owner to install the key that belongs to its certificate",
    ),
    "EE_KEY_TOO_SMALL": Reason(
        words="the key of the server's certificate is too short",
        fix="ask the server's owner to renew its certificate with a key of 2048 bits or more",
        steps=(f"{_LATER} alone.",),
    ),
    "CA_KEY_TOO_SMALL": Reason(
        words="the key of an authority in the server's chain is too short",
        fix="ask the server's owner to get a certificate from a current authority",
        steps=(f"{_LATER} alone.",),
    ),
    "CA_MD_TOO_WEAK": Reason(
        words="a certificate of the server's chain is signed with SHA-1 or MD5",
        fix="ask the server's owner to renew its certificate: its chain is signed "
        "with a hash that is given "
        "up",
        steps=(f"{_LATER} alone.",),
    ),
    "NO_RENEGOTIATION": Reason(
        words="the server asked for a renegotiation, which this client does not do",
        fix="ask the server's owner to switch renegotiation off",
    ),
    "COMPRESSION_DISABLED": Reason(
        words="the server wants TLS compression, which is switched off everywhere (CRIME, 2012)",
        fix="ask the server's owner to switch TLS compression off",
    ),
    "HTTP_REQUEST": Reason(
        words="the other side speaks HTTP",
        fix="check host and port: this is no mail server",
        side="client",
    ),
    "HTTPS_PROXY_REQUEST": Reason(
        words="the other side speaks HTTP, as a proxy does",
        fix="check host and port: this is a web proxy, no mail server",
        side="client",
    ),
    "WRONG_VERSION_NUMBER": Reason(
        words="what came is no TLS",
        fix="check port and TLS mode together: 465 with implicit TLS, 587 with STARTTLS",
        side="client",
    ),
    "UNEXPECTED_EOF_WHILE_READING": Reason(
        words="the server closed the connection in the middle of the handshake",
        fix="compare with another network, then ask who runs the server",
        steps=_STRANGER[1:],
        side="unknown",
    ),
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": Reason(
        words="the server showed no certificate",
        fix="ask the server's owner to set up a certificate",
    ),
    "NO_CERTIFICATES_RETURNED": Reason(
        words="the server showed no certificate",
        fix="ask the server's owner to set up a certificate",
    ),
    "TOO_MANY_WARN_ALERTS": Reason(
        words="the server sent one warning after the other and no handshake",
        fix="ask who runs the server to look into its log",
    ),
    "UNSAFE_LEGACY_RENEGOTIATION": Reason(
        words="the server does not know secure renegotiation (RFC 5746, 2010)",
        fix="ask the server's owner to update its TLS library: it does not know "
        "secure renegotiation",
    ),
}

#: Reasons of OpenSSL by their kind, the first that fits: which side they speak of.
_KINDS: tuple[tuple[str, Reason], ...] = (
    (
        r"KEY\w*TOO_SMALL|MD_TOO_WEAK|KEY_SIZE|MODULUS_TOO|SMALL_KEY|KEY_TOO|WEAK",
        Reason(
            words="a key or hash of the server is too weak for OpenSSL",
            fix="ask the server's owner to renew its certificate and keys: they are too weak",
            steps=(f"{_LATER} alone.",),
        ),
    ),
    (
        # RFC 8446 §1.2 has what went with TLS 1.3; OpenSSL drops the rest by its security level
        r"DISABLED|DISALLOWED|NOT_ALLOWED|FORBIDDEN|DEPRECATED|LEGACY",
        Reason(
            words="the server wants something that OpenSSL has switched off as unsafe",
            fix="ask the server's owner to update its TLS software: it uses what is given up",
            steps=(
                "Until then a client can allow it for this server alone, by an option of its TLS "
                "library or of openssl.cnf; that takes protection away.",
            ),
        ),
    ),
    (
        r"FIPS|SUITEB|NO_(CIPHERS?|PROTOCOLS?)_(AVAILABLE|SPECIFIED|MATCH)|NO_CIPHER_MATCH"
        r"|NO_METHOD_SPECIFIED|HAS_NO_CIPHERS|SSL_(COMMAND_)?SECTION|INVALID_CONFIG|CONF|CTX"
        r"|LIBRARY_BUG|UNABLE_TO_LOAD|UNINITIALIZED|NOT_INITIALIZED|MALLOC|_LIB$|INTERNAL"
        r"|CALLBACK|DANE|PROVIDER|FETCH|ENGINE|ENTROPY|SEED|RANDOM|FOPEN|NO_SUCH_FILE|MODULE"
        r"|UNKNOWN_(COMMAND|CMD_NAME)|NULL|PRIVATE_KEY|SETUP_PROBLEMS",
        Reason(
            words="TLS did not even begin properly on this machine",
            fix="look at the TLS library of this machine",
            steps=(
                "`openssl version -a` names the folder of openssl.cnf, and OPENSSL_CONF another "
                "file: a setting there (MinProtocol, CipherString, FIPS) shuts TLS off.",
                "In a container: rebuild the image with current packages.",
            ),
            side="this machine",
        ),
    ),
    (
        r"VERSION|PROTOCOL",
        Reason(
            words="client and server speak no TLS version in common",
            fix="ask the server's owner to switch TLS 1.2 or newer on",
        ),
    ),
    (
        r"CIPHER|CURVE|GROUP|SIGALG|SIGNATURE_ALGORITHM|KEY_SHARE|DIGEST|KEY_EXCHANGE|ECPOINT"
        r"|POINT|UNSUPPORTED",
        Reason(
            words="client and server have no algorithm in common",
            fix="ask the server's owner to switch current ciphers and keys on",
            steps=(f"{_LATER} alone.",),
        ),
    ),
    (
        r"CERT|X509|SIGN|ASN1|PKEY|CHAIN|ISSUER|PEM|OCSP|SCT|KEY_MISMATCH",
        Reason(
            words="the server's certificate, or what is signed with it, can't be used",
            fix="ask the server's owner to renew its certificate and key",
        ),
    ),
    (
        r"BAD|LENGTH|MISMATCH|UNEXPECTED|UNSOLICITED|INVALID|WRONG|MISSING|TOO_|EXT|DUPLICATE"
        r"|CCS|RECORD|HANDSHAKE|RENEGOTIAT|ALERT|DECRYPT|DECOMPRESS|COMPRESS|EARLY|COOKIE|HRR"
        r"|BLOCK|PAD|HELLO|MESSAGE|PACKET|BINDER|PSK|TICKET|SESSION|FRAGMENT|INCONSISTENT|DATA"
        r"|ENCOD|DECOD|MAC|PARSE",
        Reason(
            words="what the server sent breaks the rules of TLS",
            fix=_STRANGER[0],
            steps=_STRANGER[1:],
        ),
    ),
)

_OTHER = Reason(
    words="OpenSSL gave up",
    fix="compare with another network, then ask who runs the server",
    side="unknown",
)


def of_openssl(name: str) -> Reason:
    """What OpenSSL means by its reason, such as "EE_KEY_TOO_SMALL": its own words in the end."""
    exact = _EXACT.get(name)
    if exact is not None:
        return exact
    kind = next((reason for pattern, reason in _KINDS if re.search(pattern, name)), _OTHER)
    words = f"{kind.words} ({name.replace('_', ' ').lower()})"
    return msgspec.structs.replace(kind, words=words, known=False)
