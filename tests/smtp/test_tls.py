"""The TLS pump, client against server in memory, over every way in which a handshake fails."""

import datetime
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.files import FileFault
from smtpdoctor.network import trust
from smtpdoctor.network.trust import client_context, legacy_context, trust_store_size
from smtpdoctor.smtp.tls import (
    FIRST_BYTES,
    TLSEvents,
    TLSPump,
)

HOST = "smtp.example.com"
VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@cache
def leaf(name: str = HOST, **dates: datetime.datetime) -> trustme.LeafCert:
    return authority().issue_cert(name, **dates)


def trusting(ca: trustme.CA) -> ssl.SSLContext:
    return client_context(ca_data=ca.cert_pem.bytes().decode())


def server_context(
    certificate: trustme.LeafCert, version: str = "TLSv1.3", chain: bool = True
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = VERSIONS[version]
    pems = certificate.cert_chain_pems if chain else certificate.cert_chain_pems[:1]
    with (
        certificate.private_key_pem.tempfile() as key,
        trustme.Blob(b"".join(pem.bytes() for pem in pems)).tempfile() as certificates,
    ):
        context.load_cert_chain(certificates, key)
    return context


class Server:
    """A TLS server in memory that says back what it hears."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._done = False
        self.error: ssl.SSLError | None = None
        self.closed = False

    def receive(self, data: bytes) -> bytes:
        self._incoming.write(data)
        try:
            if not self._done:
                self.tls.do_handshake()
                self._done = True
            while heard := self.tls.read(16384):
                self.tls.write(heard)
            self.closed = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self.error = error
        return self._outgoing.read()

    def end(self) -> bytes:
        with suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        return self._outgoing.read()


def handshake(pump: TLSPump, server: Server, piece: int = 100_000) -> TLSEvents:
    """Runs until neither side has anything to say; the server's bytes come in pieces."""
    to_server, events = pump.start(), TLSEvents()
    while to_server:
        from_server = iter(server.receive(to_server))
        to_server = b""
        while part := bytes(islice(from_server, piece)):
            events = pump.receive(part)
            to_server += events.to_send
    return events


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_a_verified_handshake_carries_bytes_both_ways(version: str, piece: int) -> None:
    pump, server = TLSPump(trusting(authority()), HOST), Server(server_context(leaf(), version))
    events = handshake(pump, server, piece)
    assert events.done
    assert events.error is None
    assert not events.closed
    assert pump.version == version
    assert pump.cipher
    assert (pump.verify_code, pump.verify_message) == (0, "")
    assert pump.chain == [der(leaf().cert_chain_pems[0].bytes())]
    assert pump.first_bytes[:2] == b"\x16\x03"
    assert len(pump.first_bytes) == FIRST_BYTES

    heard = pump.receive(server.receive(pump.write(b"EHLO client.example\r\n")))
    assert heard.plaintext == b"EHLO client.example\r\n"

    server.receive(pump.close())
    assert server.closed
    assert pump.receive(server.end()).closed


def der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.decode())


@pytest.mark.parametrize("ending", ["close_notify", "end of the connection"])
def test_the_end_after_the_handshake_is_no_failure(ending: str) -> None:
    pump, server = TLSPump(trusting(authority()), HOST), Server(server_context(leaf()))
    handshake(pump, server)
    events = pump.receive(server.end() if ending == "close_notify" else b"")
    assert events.closed
    assert events.done
    assert events.error is None
    assert pump.receive(b"").closed


def test_plaintext_that_comes_with_the_end_is_kept() -> None:
    pump, server = TLSPump(trusting(authority()), HOST), Server(server_context(leaf()))
    handshake(pump, server)
    last = server.receive(pump.write(b"221 bye\r\n")) + server.end()
    events = pump.receive(last)
    assert events.plaintext == b"221 bye\r\n"
    assert events.closed


def test_a_trailing_dot_does_not_count() -> None:
    pump = TLSPump(trusting(authority()), HOST + ".")
    assert handshake(pump, Server(server_context(leaf()))).done


def self_signed() -> trustme.LeafCert:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2038, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return trustme.LeafCert(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        certificate.public_bytes(serialization.Encoding.PEM),
        [],
    )


def expired() -> trustme.LeafCert:
    return leaf(not_before=datetime.datetime(2019, 1, 1), not_after=datetime.datetime(2019, 2, 1))


def not_yet_valid() -> trustme.LeafCert:
    return leaf(not_before=datetime.datetime(2037, 1, 1), not_after=datetime.datetime(2037, 12, 1))


def with_root() -> trustme.LeafCert:
    """Of an authority that nobody here trusts, its root sent along."""
    other = trustme.CA()
    certificate = other.issue_cert(HOST)
    certificate.cert_chain_pems.append(other.cert_pem)
    return certificate


CERTIFICATES: dict[str, tuple[Callable[[], trustme.LeafCert], int, str]] = {
    "self-signed": (self_signed, 18, "self-signed"),
    "expired": (expired, 10, "expired"),
    "not yet valid": (not_yet_valid, 9, "not yet valid"),
    "wrong name": (lambda: leaf("other.example"), 62, "Hostname mismatch"),
    "no issuer": (lambda: trustme.CA().issue_cert(HOST), 20, "unable to get local issuer"),
    "self-signed in the chain": (with_root, 19, "self-signed certificate in"),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("make", "code", "words"), CERTIFICATES.values(), ids=CERTIFICATES.keys())
def test_a_certificate_that_is_not_accepted(
    make: Callable[[], trustme.LeafCert], code: int, words: str, version: str
) -> None:
    certificate = make()
    pump, server = (
        TLSPump(trusting(authority()), HOST),
        Server(server_context(certificate, version)),
    )
    events = handshake(pump, server)
    assert not events.done
    assert events.error is not None
    assert events.error.kind == "certificate"
    assert events.error.verify_code == pump.verify_code == code
    assert words.lower() in events.error.text.lower()
    assert pump.verify_message == events.error.text
    # the one handshake that verified gives the evidence, too
    assert pump.chain == [der(pem.bytes()) for pem in certificate.cert_chain_pems]
    # nobody can send credentials by mistake
    with pytest.raises(RuntimeError):
        pump.write(b"AUTH PLAIN")
    assert pump.close() == b""
    later = pump.receive(b"more")
    assert (later.plaintext, later.to_send, later.error) == (b"", b"", events.error)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_missing_intermediate(version: str) -> None:
    certificate = authority().create_child_ca().issue_cert(HOST)
    complete = TLSPump(trusting(authority()), HOST)
    assert handshake(complete, Server(server_context(certificate, version))).done
    assert len(complete.chain) == 2

    pump = TLSPump(trusting(authority()), HOST)
    events = handshake(pump, Server(server_context(certificate, version, chain=False)))
    assert events.error is not None
    assert (events.error.kind, events.error.verify_code) == ("certificate", 20)
    assert len(pump.chain) == 1


def test_a_trusted_intermediate_is_enough() -> None:
    intermediate = authority().create_child_ca()
    certificate = intermediate.issue_cert(HOST)
    pump = TLSPump(trusting(intermediate), HOST)
    assert handshake(pump, Server(server_context(certificate, chain=False))).done


def test_an_unverifying_context_reaches_no_verdict() -> None:
    pump = TLSPump(client_context(verify=False), HOST)
    assert handshake(pump, Server(server_context(self_signed()))).done
    assert pump.verify_code is None
    assert len(pump.chain) == 1


BANNER = b"220 mx.example ESMTP ready\r\n"


@pytest.mark.parametrize(
    "said",
    [BANNER, b"2", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x02\x00\x00\x01", b"\x17\x03\x03"],
)
def test_plaintext_instead_of_tls(said: bytes) -> None:
    pump = TLSPump(trusting(authority()), HOST)
    assert pump.start().startswith(b"\x16\x03\x01")
    events = pump.receive(said)
    assert events.error is not None
    assert events.error.kind == "not-tls"
    assert events.to_send == b""  # no alert record into a plaintext dialogue
    assert not events.done
    assert pump.chain == []
    assert pump.version is None
    assert pump.verify_code is None
    assert pump.receive(b" and more").error == events.error
    assert pump.first_bytes == said + b" and more"


def test_plaintext_instead_of_tls_byte_by_byte() -> None:
    pump = TLSPump(trusting(authority()), HOST)
    pump.start()
    for byte in BANNER:
        events = pump.receive(bytes([byte]))
        assert events.error is not None
        assert events.error.kind == "not-tls"
    assert pump.first_bytes == BANNER


def test_what_was_said_first_is_bounded() -> None:
    pump = TLSPump(trusting(authority()), HOST)
    pump.start()
    for _ in range(100):
        pump.receive(b"x" * 1000)
    assert len(pump.first_bytes) == FIRST_BYTES


@pytest.mark.parametrize(
    ("record", "kind", "alert"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x46", "version", "protocol_version"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "cipher", "handshake_failure"),
        (b"\x15\x03\x03\x00\x02\x02\x47", "cipher", "insufficient_security"),
        (b"\x15\x03\x03\x00\x02\x02\x50", "alert", "internal_error"),
        (b"\x15\x03\x03\x00\x02\x02\x70", "alert", "unrecognized_name"),
        (b"\x15\x03\x03\x00\x02\x02\xc8", "alert", "alert_200"),
    ],
)
def test_an_alert_for_an_answer(record: bytes, kind: str, alert: str) -> None:
    for piece in (1, 100):
        pump = TLSPump(trusting(authority()), HOST)
        pump.start()
        for start in range(0, len(record), piece):
            events = pump.receive(record[start : start + piece])
        assert events.error is not None
        assert (events.error.kind, events.error.alert) == (kind, alert)


@pytest.mark.parametrize(
    "received", [b"", b"\x16", b"\x16\x03\x03\x00\x7a\x02", b"\x15\x03\x03\x00\x02"]
)
def test_the_connection_ends_during_the_handshake(received: bytes) -> None:
    pump = TLSPump(trusting(authority()), HOST)
    pump.start()
    if received:
        assert pump.receive(received).error is None
    events = pump.receive(b"")
    assert events.closed
    assert events.error is not None
    assert (events.error.kind, events.error.alert) == ("closed", None)


def test_close_notify_during_the_handshake() -> None:
    pump = TLSPump(trusting(authority()), HOST)
    pump.start()
    events = pump.receive(b"\x15\x03\x03\x00\x02\x01\x00")
    assert events.error is not None
    assert (events.error.kind, events.error.alert) == ("closed", "close_notify")


def old_server() -> ssl.SSLContext:
    context = server_context(leaf())
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_without_a_common_version() -> None:
    pump = TLSPump(trusting(authority()), HOST)
    events = handshake(pump, Server(old_server()))
    assert events.error is not None
    assert (events.error.kind, events.error.alert) == ("version", "protocol_version")

    legacy = TLSPump(legacy_context(), HOST)
    assert handshake(legacy, Server(old_server())).done
    assert legacy.version == "TLSv1.1"


def test_a_server_that_chooses_an_old_version_unasked() -> None:
    pump = TLSPump(trusting(authority()), HOST)
    pump.start()
    hello = b"\x02\x00\x00\x26\x03\x01" + bytes(32) + b"\x00\xc0\x13\x00"
    events = pump.receive(b"\x16\x03\x01\x00" + bytes([len(hello)]) + hello)
    assert events.error is not None
    assert events.error.kind == "version"
    assert pump.version == "TLSv1"


def test_no_common_cipher() -> None:
    context = server_context(leaf(), "TLSv1.2")
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")  # with a certificate for ECDSA
    pump = TLSPump(trusting(authority()), HOST)
    events = handshake(pump, Server(context))
    assert events.error is not None
    assert (events.error.kind, events.error.alert) == ("cipher", "handshake_failure")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_that_wants_a_client_certificate(version: str) -> None:
    context = server_context(leaf(), version)
    context.verify_mode = ssl.CERT_REQUIRED
    authority().configure_trust(context)
    events = handshake(TLSPump(trusting(authority()), HOST), Server(context))
    assert events.error is not None
    # TLS 1.3 says so after the client has finished, and encrypted; TLS 1.2 has only a general word
    expected = {"TLSv1.2": "handshake_failure", "TLSv1.3": "certificate_required"}
    assert (events.error.kind, events.error.alert) == ("alert", expected[version])
    assert events.done == (version == "TLSv1.3")


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_give_events(data: bytes) -> None:
    for head in (b"", b"\x16\x03\x03", b"\x15\x03\x01"):
        pump = TLSPump(trusting(authority()), HOST)
        pump.start()
        pump.receive(head + data)
        events = pump.receive(b"")
        assert events.error is not None
        assert events.closed
        assert not events.done


def test_nothing_can_be_written_before_the_handshake() -> None:
    pump = TLSPump(trusting(authority()), HOST)
    with pytest.raises(RuntimeError):
        pump.write(b"AUTH PLAIN")
    assert pump.close() == b""


@pytest.mark.parametrize("name", ["", ".example.com", "x" * 64 + ".example.com", "a\0b"])
def test_a_host_name_that_cannot_be_one(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        TLSPump(trusting(authority()), name)


def test_contexts_are_made_once() -> None:
    assert client_context() is client_context()
    assert client_context() is not client_context(minimum="1.3")
    assert legacy_context() is legacy_context()


def test_how_a_context_judges() -> None:
    context = client_context()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert client_context(minimum="1.3").minimum_version == ssl.TLSVersion.TLSv1_3
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT


def test_trust_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = authority().cert_pem.bytes()
    assert trust_store_size(trusting(authority())) == 1

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert trust_store_size(client_context()) == 0

    (tmp_path / "authority.pem").write_bytes(pem)
    assert trust_store_size(client_context()) == 0  # without a hashed name OpenSSL finds nothing
    (tmp_path / "0a1b2c3d.0").write_bytes(pem)
    assert trust_store_size(client_context()) == 1

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert trust_store_size(client_context()) == 1
    assert handshake(TLSPump(client_context(), HOST), Server(server_context(leaf()))).done


def test_a_bundle_trusts_what_the_system_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its OpenSSL was built on another machine, and looks into folders that this one hasn't."""
    nowhere = str(tmp_path / "nowhere")
    paths = ssl.DefaultVerifyPaths(None, None, "SSL_CERT_FILE", nowhere, "SSL_CERT_DIR", nowhere)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda context: None)
    monkeypatch.setattr(trust, "SYSTEM_STORES", (nowhere, str(tmp_path / "ca-bundle.crt")))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))  # another context than the other tests have
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert trust.system_store() == ""
    (tmp_path / "ca-bundle.crt").write_bytes(authority().cert_pem.bytes())
    assert trust.system_store() == str(tmp_path / "ca-bundle.crt")
    assert trust_store_size(client_context()) == 1

    # the user's own word comes first
    monkeypatch.setenv("SSL_CERT_FILE", nowhere)
    assert trust_store_size(client_context()) == 0

    # a program of this machine's Python trusts no more than that Python does
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.delattr(sys, "frozen")
    assert trust.system_store() == ""


def test_files_without_certificates(tmp_path: Path) -> None:
    with pytest.raises(FileFault):
        client_context(cafile=str(tmp_path / "missing.pem"))
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(ssl.SSLError):
        client_context(cafile=str(tmp_path / "empty.pem"))


def test_a_file_of_certificates(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    authority().cert_pem.write_to_path(file)
    pump = TLSPump(client_context(cafile=str(file)), HOST)
    assert handshake(pump, Server(server_context(leaf()))).done
