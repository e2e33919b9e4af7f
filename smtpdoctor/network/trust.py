"""TLS contexts: which certificates this machine trusts, and what its OpenSSL may speak.

Knows the trust store's files. Must not know a connection, nor what a refused certificate means.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from smtpdoctor.files import CERTIFICATES_LIMIT, FileFault, read_bounded

#: ssl.OP_LEGACY_SERVER_CONNECT, named from Python 3.12 on.
LEGACY_SERVER_CONNECT = 0x4


class TLSManner(NamedTuple):
    """How strict a client's TLS is, as OpenSSL has it; by itself as OpenSSL's own programs are.

    `ciphers` are for TLS up to 1.2; `level` is the security level; `unsafe_renegotiation` takes
    servers without RFC 5746; `strict` is X.509 to the letter.
    """

    ciphers: str = "DEFAULT"
    level: int = 2
    unsafe_renegotiation: bool = False
    strict: bool = False


#: As OpenSSL's own programs are.
USUAL = TLSManner()

#: Where systems keep their CA certificates in one file.
SYSTEM_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL and their kin
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # the same, where the old name is gone
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # BSD's place, which others keep as well
)


def system_store() -> str:
    """The file with the CA certificates that this machine's OpenSSL trusts, "" where there is none.

    A bundle brings an OpenSSL that looks where the machine that it was built on has them. It takes
    what this machine's own programs take.
    """
    paths = ssl.get_default_verify_paths()
    here = paths.cafile or ""
    if here or not getattr(sys, "frozen", False) or "SSL_CERT_FILE" in os.environ:
        return here
    if os.path.isdir(paths.openssl_capath):
        return here
    return next((path for path in SYSTEM_STORES if Path(path).is_file()), "")


def client_context(
    cafile: str | None = None,
    ca_data: str | bytes | None = None,
    minimum: Literal["1.2", "1.3"] = "1.2",
    verify: bool = True,
    manner: TLSManner = USUAL,
) -> ssl.SSLContext:
    """A client's context; the same one for the same arguments, since making one takes 29 ms.

    Trusts the certificates of cafile (PEM) and ca_data (PEM text or DER bytes); without either, the
    system's (SSL_CERT_FILE and SSL_CERT_DIR count). `FileFault` for a file that can't be read,
    `ssl.SSLError` for one that holds no certificate.
    """
    environment = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return _client_context(cafile, ca_data, minimum, verify, environment, manner)


@lru_cache
def _client_context(
    cafile: str | None,
    ca_data: str | bytes | None,
    minimum: Literal["1.2", "1.3"],
    verify: bool,
    environment: tuple[str | None, str | None],
    manner: TLSManner = USUAL,
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers(f"{manner.ciphers}:@SECLEVEL={manner.level}")
    if manner.unsafe_renegotiation:
        context.options |= LEGACY_SERVER_CONNECT
    context.minimum_version = ssl.TLSVersion.TLSv1_3 if minimum == "1.3" else ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    # as OpenSSL's tools, curl and Node judge: an intermediate in the store is enough, and no
    # complaint that only strictness has
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if manner.strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    if cafile or ca_data:
        if cafile:
            read_bounded(cafile, CERTIFICATES_LIMIT)  # OpenSSL itself would wait for a FIFO
        context.load_verify_locations(cafile=cafile, cadata=ca_data)
    else:
        _load_default(context)
    return context


def _load_default(context: ssl.SSLContext) -> None:
    """The system's certificates; none of a SSL_CERT_FILE that is no regular file of any size."""
    named = os.environ.get("SSL_CERT_FILE")
    try:
        if named is not None and os.path.exists(named):
            read_bounded(named, CERTIFICATES_LIMIT)
    except FileFault:
        folder = ssl.get_default_verify_paths().capath
        if folder is not None:
            context.load_verify_locations(capath=folder)
        return
    context.load_default_certs()
    store = system_store()
    if store and store != ssl.get_default_verify_paths().cafile:
        with suppress(OSError):  # like the line above: what can't be read trusts nobody
            context.load_verify_locations(cafile=store)


@lru_cache
def legacy_context() -> ssl.SSLContext:
    """A context that accepts any version and cipher, and verifies nothing: it only tells what an
    old server speaks. Nothing may be sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= LEGACY_SERVER_CONNECT
    return context


@lru_cache
def one_group_context(cafile: str | None) -> ssl.SSLContext:
    """A verifying context whose ClientHello offers a single classic group and so fits one packet.

    With post-quantum key shares (RFC 8446 §4.2.8 lets a client send several, of any size) it fills
    two, which some boxes on the way drop.
    """
    # a context of its own: client_context's is shared
    context = _client_context.__wrapped__(cafile, None, "1.2", True, (None, None))
    context.set_ecdh_curve("X25519")
    return context


_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+")


def trust_store_size(context: ssl.SSLContext) -> int:
    """How many certificates a verifying context trusts; 0 says that it can accept nobody.

    OpenSSL reads a hashed directory only when it looks for a name, so its files are counted.
    """
    if loaded := context.cert_store_stats()["x509"]:
        return loaded
    directories = (ssl.get_default_verify_paths().capath or "").split(os.pathsep)
    return sum(
        bool(_HASHED_NAME.fullmatch(file.name))
        for directory in directories
        if directory and os.path.isdir(directory)
        for file in Path(directory).iterdir()
    )
