"""Servers that misbehave or mean harm, from the greeting to QUIT, as data."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from smtpdoctor.demo.authority import Authority, Certificate
from smtpdoctor.demo.behaviour import USERNAME, Act, Endless, alert

from .canary import CANARY

#: What a server could do to a terminal, to markup, to a format string and to a reader's eye.
CONTROLS = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m[red]x[/red] [link=http://x]y[/link] \u202egnp.exe\u2066\u200b"
    "{0} %s\x00\x7f\x85\u2028<b>&amp;"
)
#: Padded so that it would stand by itself in the next line, as a line of the doctor's own would.
DIFF = "535 " + " " * 68 + "-SMTP_HOST=mail.example.com" + " " * 60 + "+SMTP_HOST=smtp.evil.example"
NOISE = random.Random(1).randbytes(70_000)

PLAIN = base64.b64encode(f"\0{USERNAME}\0{CANARY}".encode()).decode()
PASS = base64.b64encode(CANARY.encode()).decode()
#: The password in forms that a server could say it back in.
ECHOES = "\n".join(
    f"535-{form}"
    for form in (
        CANARY,
        f"you said {CANARY[:9]} and then {CANARY[9:]}",
        PLAIN,
        PLAIN[:20],
        PLAIN[5:],
        PASS.rstrip("="),
        PASS[3:],
        base64.b64encode(f"{USERNAME}:{CANARY}".encode()).decode(),
        base64.b32encode(CANARY.encode()).decode(),
        CANARY.encode().hex(),
        " ".join(f"{byte:02x}" for byte in CANARY.encode()),
        "".join(f"%{byte:02X}" for byte in CANARY.encode()),
        "".join(f"={byte:02X}" for byte in CANARY.encode()),
        "".join(f"&#{byte};" for byte in CANARY.encode()),
        "".join(f"\\u00{byte:02x}" for byte in CANARY.encode()),
        CANARY[::-1],
        CANARY.swapcase(),
    )
)


def record(kind: int, body: bytes, *, length: int | None = None) -> bytes:
    """A TLS record in the clear (RFC 8446 §5.1), its length as it is or as it is said to be."""
    size = len(body) if length is None else length
    return bytes((kind, 3, 3)) + size.to_bytes(2, "big") + body


def message(kind: int, body: bytes, *, length: int | None = None) -> bytes:
    """A handshake message (RFC 8446 §4)."""
    return bytes((kind,)) + (len(body) if length is None else length).to_bytes(3, "big") + body


#: A ServerHello that says "once more" (RFC 8446 §4.1.4), in a group that nobody has.
HELLO_RETRY = record(
    22,
    message(
        2,
        bytes.fromhex("0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
        + b"\x00\x13\x01\x00\x00\x0c\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02\xff\xfe",
    ),
)


@dataclass(frozen=True)
class Server:
    """One attack: what differs from a healthy server, and which certificate it shows.

    `login` is whether the password may go out at all. `quick` ones are in `make test`.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    certificate: Callable[[Authority], Certificate] | None = None
    login: bool = True
    quick: bool = False


def says(verb: str, answer: Any, **more: Any) -> Server:
    return Server({"replies": {verb: answer}}, **more)


def greets(answer: Any, **more: Any) -> Server:
    return Server({"greeting": answer}, login=False, **more)


def shakes(answer: Any, **more: Any) -> Server:
    return Server({"handshake": answer}, login=False, **more)


def logs_in(answer: Any, **more: Any) -> Server:
    return Server({"auth_answer": answer}, **more)


def custom(
    subject: str = "mail.example.com",
    names: tuple[str, ...] = ("mail.example.com",),
    *,
    extra: int = 0,
    signed: bool = True,
    huge: int = 0,
) -> Callable[[Authority], Certificate]:
    """A certificate that no proper authority would make: texts of any kind, chains of any length.

    `extra` certificates stand behind it, `huge` bytes in an extension of nobody's. Not `signed`:
    by a key that isn't the issuer's.
    """

    def made(authority: Authority) -> Certificate:
        import datetime

        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )
        from cryptography.x509.oid import NameOID

        now = datetime.datetime.now(datetime.UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(item) for item in names]), False
            )
        if huge:
            builder = builder.add_extension(
                x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.1"), b"x" * huge),
                critical=False,
            )
        signer = key if signed else ec.generate_private_key(ec.SECP256R1())
        leaf = builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)
        folder = authority.cafile.parent
        mark = f"zoo-{x509.random_serial_number()}"
        chain, private = folder / f"{mark}.pem", folder / f"{mark}.key"
        chain.write_bytes(leaf * (1 + extra))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return Certificate(chain=chain, key=private)

    return made


SERVERS: dict[str, Server] = {
    # --- on accept and the greeting -----------------------------------------------------------
    "closes at once": Server({"on_accept": Act.CLOSE}, login=False),
    "resets at once": Server({"on_accept": Act.RESET}, login=False),
    "never says anything": greets(Act.SILENCE, quick=True),
    "half a greeting, then silence": greets((b"220 mail.exa", Act.SILENCE)),
    "half a greeting, then a reset": greets((b"220 mail.exa", Act.RESET)),
    "a greeting without end": greets(Endless("220-still more"), quick=True),
    "a line without end": greets((b"220 " + b"x" * 3_000_000, Act.SILENCE)),
    "a greeting of zeros": greets((b"\0" * 300_000, Act.SILENCE)),
    "a greeting of line ends": greets((b"\r\n" * 200_000, Act.SILENCE)),
    "a greeting of carriage returns": greets((b"220 x\r" * 10_000, Act.SILENCE)),
    "noise": greets((NOISE, Act.SILENCE)),
    "noise, then the end": greets((NOISE[:100], Act.CLOSE)),
    "a code of 999": greets("999 what"),
    "a code of 000": greets("000 what"),
    "a code below zero": greets("-22 what"),
    "a greeting of another code in every line": greets("220-a\n554-b\n421 c"),
    "a greeting behind an empty line": Server({"greeting": b"\r\n220 mail.example.com\r\n"}),
    "greetings for every command to come": Server({"greeting": "220 a\n250 b\n220 c\n235 d"}),
    "controls in the greeting": Server({"greeting": f"220 {CONTROLS}"}, quick=True),
    "controls in the refusal": greets(f"554-{CONTROLS}\n554 {CONTROLS}"),
    "no UTF-8": Server({"greeting": b"220 \xff\xfe\xc3\x28 \xed\xa0\x80\r\n"}),
    "a byte a second": Server({"drip": 1.0, "greeting": "220 m"}, login=False),
    "a byte every 19 seconds": Server({"drip": 19.0, "greeting": "220 m"}, login=False),
    "greets after 24 seconds": Server({"greeting_delay": 24.0}),
    "TLS at once": Server({"greeting": record(22, message(2, b"x" * 38))}, login=False),
    # --- EHLO ---------------------------------------------------------------------------------
    "an EHLO without end": says("EHLO", Endless("250-XMORE"), login=False),
    "20,000 extensions": says("EHLO", "250-X\n" * 20_000 + "250 END", login=False),
    "a size of 400 digits": Server({"extensions": (f"SIZE {'9' * 400}", "SIZE -1", "SIZE x")}),
    "10,000 mechanisms": Server({"mechanisms": ("PLAIN", *(f"X{n}" for n in range(900)))}),
    "controls in the extensions": Server({"extensions": (CONTROLS, f"AUTH {CONTROLS}")}),
    "mechanisms that inject": Server({"extensions": ("AUTH PLAIN\rQUIT", "AUTH\tPLAIN\x0bX")}),
    "a 354 to everything": says("*", "354 go on", login=False),
    "a 220 to everything": says("*", "220 hello", login=False),
    "a 250 to everything": says("*", "250 yes", login=False),
    "silence to everything": says("*", Act.SILENCE, login=False),
    "an EHLO of code words": says("EHLO", "250-mail\n550-no\n250 yes", login=False),
    # --- STARTTLS -----------------------------------------------------------------------------
    "words behind STARTTLS": Server({"injected": b"250 injected\r\n"}, login=False, quick=True),
    "half a megabyte behind STARTTLS": Server({"injected": b"250 x\r\n" * 70_000}, login=False),
    "STARTTLS refused with controls": says("STARTTLS", f"454 {CONTROLS}", login=False),
    "STARTTLS without end": says("STARTTLS", Endless("220-go"), login=False),
    "silence at STARTTLS": says("STARTTLS", Act.SILENCE, login=False),
    "a 220, and then plain text": says("STARTTLS", "220 go\n220 go\n250 x", login=False),
    # --- TLS records --------------------------------------------------------------------------
    "silence in the handshake": shakes(Act.SILENCE),
    "a reset in the handshake": shakes(Act.RESET),
    "noise in the handshake": shakes((NOISE, Act.SILENCE)),
    "an unknown alert": shakes(alert(213)),
    "warnings without end": shakes(bytes((21, 3, 3, 0, 2, 1, 90)) * 200_000),
    "empty records without end": shakes(record(22, b"") * 300_000),
    "changes of cipher without end": shakes(record(20, b"\x01") * 300_000),
    "a record of 65,535 bytes": shakes((record(22, b"x" * 100, length=65_535), Act.SILENCE)),
    "a message of 16 megabytes": shakes(
        record(22, message(2, b"", length=0xFFFFFF) + b"\0" * 16_000)
        + record(22, b"\0" * 16_384) * 200
    ),
    "half a record": shakes((b"\x16\x03\x03", Act.SILENCE)),
    "once more, for ever": shakes(HELLO_RETRY * 1000),
    "data before the handshake": shakes(record(23, b"x" * 16_384) * 100),
    "a heartbeat that bleeds": shakes(record(24, b"\x01\xff\xff")),
    "SSL 2": shakes(b"\x80\x03\x04\x00\x01" * 10),
    "HTTP in the handshake": shakes(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    # --- certificates -------------------------------------------------------------------------
    "a certificate of controls": Server(
        certificate=custom(f"{CONTROLS[:40]}\n+SMTP_HOST=evil"), login=False, quick=True
    ),
    "a certificate of 1000 names": Server(
        certificate=custom(names=tuple(f"n{n}.example.com" for n in range(1000))), login=False
    ),
    "a certificate of names that are none": Server(
        certificate=custom(names=("", "*", "*.*", "mail.example.com\0.evil.example", "-", ".")),
        login=False,
    ),
    "a certificate for all": Server(certificate=custom("*", ("*",)), login=False),
    "a certificate without names": Server(certificate=custom(names=()), login=False),
    "another key's signature": Server(certificate=custom(signed=False), login=False, quick=True),
    "a chain of 80": Server(certificate=custom(extra=79), login=False),
    "a certificate of 60 kilobytes": Server(certificate=custom(huge=60_000), login=False),
    "another host's certificate": Server(
        certificate=lambda authority: authority.issue(["smtp.evil.example"]), login=False
    ),
    # --- SASL ---------------------------------------------------------------------------------
    "challenges without end": says("AUTH", Endless("334 dXNlcg==")),
    "a challenge that is no base64": says("AUTH", "334 %%%%"),
    "a challenge of a megabyte": says("AUTH", "334 " + "QUFB" * 250_000),
    "a challenge of controls": says(
        "AUTH", "334 " + base64.b64encode(CONTROLS.encode("utf-8", "surrogateescape")).decode()
    ),
    "asks for ever": says("*", "334 UGFzc3dvcmQ6", login=False),
    "a 235 that no one asked for": says("AUTH", "235 yes\n235 yes\n250 yes\n250 yes"),
    "a 235 and then a 535": says("AUTH", "235-yes\n535 no"),
    "silence after the login": logs_in(Act.SILENCE, quick=True),
    "a reset after the login": logs_in(Act.RESET),
    "the password in every form": logs_in(f"{ECHOES}\n535 so there", quick=True),
    "the password in the good answer": logs_in(f"{ECHOES.replace('535-', '235-')}\n235 welcome"),
    "a login without end": logs_in(Endless(f"535-{CANARY}")),
    "an imitation of our diff": logs_in(DIFF, quick=True),
    "the password torn in two": logs_in(
        (f"535-{CANARY[:8]}".encode(), f"{CANARY[8:]}\r\n535 no\r\n".encode())
    ),
    "the password in the transport": Server({"echo": True, "mechanisms": ("LOGIN",)}),
    "a code for each mechanism": logs_in("504 not this one"),
    # --- the envelope and the end -------------------------------------------------------------
    "MAIL without end": says("MAIL", Endless("250-ok")),
    "the password at MAIL": says("MAIL", f"550-{CANARY}\n550 {PLAIN}"),
    "the password at RCPT": Server({"rcpt_to": lambda user, address: f"550 {PASS} {CANARY}"}),
    "data wanted at MAIL": says("MAIL", "354 go on"),
    "a reset at RCPT": says("RCPT", Act.RESET),
    "silence at MAIL": says("MAIL", Act.SILENCE),
    "controls at MAIL": says("MAIL", f"550-{CONTROLS}\n550 {CONTROLS}"),
    "silence at QUIT": says("QUIT", Act.SILENCE, quick=True),
    "QUIT without end": says("QUIT", Endless("221-bye")),
    "the password at QUIT": says("QUIT", f"221 {CANARY} {PLAIN}"),
}
