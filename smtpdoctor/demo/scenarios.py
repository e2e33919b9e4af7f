"""The faults that `smtpdoctor demo` shows, as data: settings, what stands on each port, the cause.

The module knows which mistake leads to which diagnosis code. It must not know how a diagnosis is
found, and nothing here is ever looked up in the DNS: the hosts stand on loopback.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from smtpdoctor.demo.authority import Authority, Certificate
from smtpdoctor.demo.behaviour import (
    OTHER_PROTOCOLS,
    PASSWORD,
    PROTOCOL_VERSION,
    USERNAME,
    Act,
    Behaviour,
    alert,
    same_domain_only,
)
from smtpdoctor.demo.ports import RefusingPort, SilentPort
from smtpdoctor.demo.server import SMTPServer

HOST = "smtp.ionos.com"
MISSPELT_HOST = "smtp.ionos.con"


class Signer(Enum):
    """Who signs a server's certificate."""

    TRUSTED = "the CA whose file the doctor is given"
    ITSELF = "the certificate's own key"
    COMPANY = "a CA of some company, which nobody was told of"
    ANTIVIRUS = "the CA of a virus scanner that reads along"


@dataclass(frozen=True, kw_only=True)
class CertificateRequest:
    """A certificate to make when the scenario starts. Days count from now."""

    names: tuple[str, ...] = (HOST,)
    signer: Signer = Signer.TRUSTED
    first_day: int = -1
    last_day: int = 89


@dataclass(frozen=True)
class Served:
    """A port on which a server behaves so, with a certificate made for it."""

    behaviour: Behaviour
    certificate: CertificateRequest = field(default_factory=CertificateRequest)


class Unserved(Enum):
    """A port on which no server is reached."""

    SILENT = "attempts to connect are swallowed"
    REFUSED = "attempts to connect are refused"


Port = Served | Unserved


@dataclass(frozen=True)
class Setup:
    """A running scenario, as `check` needs it.

    `connect_to` has (host, port, address, port) as `--connect-to` takes them. `expected` is the
    code of the first error, None for a healthy verdict. `size` is for `--size`, where the scenario
    is about a size. `servers` are the servers that stand in for (host, port): what they were sent
    is in their `sessions`.
    """

    env_text: str
    connect_to: list[tuple[str, int, str, int]]
    cafile: Path
    expected: str | None
    size: int | None
    servers: Mapping[tuple[str, int], SMTPServer]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One fault, or none.

    `name` is what is typed, `title` one line for `--list`, `expected` the code of its cause (None:
    healthy), `env_text` the user's `.env`, `ports` what stands on each (host, port), `size` a
    value for `--size`.
    """

    name: str
    title: str
    expected: str | None
    env_text: str
    ports: Mapping[tuple[str, int], Port]
    size: int | None = None

    @property
    def unavailable(self) -> str | None:
        """Why this scenario can't run on this system, or None."""
        if Unserved.SILENT in self.ports.values() and not SilentPort.available():
            return "needs Linux: only there can a port be made to swallow connection attempts"
        return None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Setup]:
        """Runs the servers while the `async with` block runs.

        Raises `SilentPortUnavailableError` where a port can't be made silent.
        """
        with self.built() as (trusted, built):
            async with AsyncExitStack() as stack:
                servers: dict[tuple[str, int], SMTPServer] = {}
                connect_to: list[tuple[str, int, str, int]] = []
                for (host, port), kept in built.items():
                    stands_in: SMTPServer | SilentPort | RefusingPort
                    if isinstance(kept, SMTPServer):
                        stands_in = servers[host, port] = kept
                    else:
                        stands_in = SilentPort() if kept is Unserved.SILENT else RefusingPort()
                    await stack.enter_async_context(stands_in)
                    connect_to.append((host, port, stands_in.host, stands_in.port))
                yield Setup(
                    self.env_text, connect_to, trusted.cafile, self.expected, self.size, servers
                )

    @contextmanager
    def built(self) -> Iterator[tuple[Authority, dict[tuple[str, int], SMTPServer | Unserved]]]:
        """The trusted CA, and what stands on each (host, port): servers with their certificates,
        which don't listen yet."""
        with ExitStack() as authorities:
            trusted = authorities.enter_context(Authority())
            built: dict[tuple[str, int], SMTPServer | Unserved] = {}
            for place, kept in self.ports.items():
                if isinstance(kept, Served):
                    certificate = _issued(kept.certificate, trusted, authorities)
                    built[place] = SMTPServer(replace(kept.behaviour, certificate=certificate))
                else:
                    built[place] = kept
            yield trusted, built


def _issued(request: CertificateRequest, trusted: Authority, stack: ExitStack) -> Certificate:
    signer = trusted
    if request.signer is Signer.COMPANY:
        signer = stack.enter_context(Authority("Example Company Root CA"))
    elif request.signer is Signer.ANTIVIRUS:
        signer = stack.enter_context(
            Authority(
                "avast Web/Mail Shield Root",
                organizational_unit="generated by avast antivirus for SSL/TLS scanning",
            )
        )
    now = datetime.datetime.now(datetime.UTC)
    return signer.issue(
        request.names,
        not_before=now + datetime.timedelta(days=request.first_day),
        not_after=now + datetime.timedelta(days=request.last_day),
        self_signed=request.signer is Signer.ITSELF,
    )


def _env(
    *,
    host: str = HOST,
    port: int = 587,
    tls: str = "SMTP_SECURE=false",
    username: str = USERNAME,
    password: str = PASSWORD,
    sender: str = USERNAME,
) -> str:
    return (
        "# how the shop sends its mail\n"
        f"SMTP_HOST={host}\n"
        f"SMTP_PORT={port}\n"
        f"{tls}\n"
        f"SMTP_USER={username}\n"
        f"SMTP_PASS={password}\n"
        f"SMTP_FROM={sender}\n"
    )


def _healthy(host: str = HOST, **changes: Any) -> Behaviour:
    # As on IONOS: AUTH only inside TLS, PLAIN and LOGIN, and the rule about the sender's domain.
    return Behaviour(**{"hostname": host, "mail_from": same_domain_only, **changes})


def _host(
    certificate: CertificateRequest | None = None,
    *,
    on_587: Port | None = None,
    host: str = HOST,
    **changes: Any,
) -> dict[tuple[str, int], Port]:
    """Both ports of a host, equal but for TLS; `on_587` puts something else on 587 alone."""
    request = certificate or CertificateRequest(names=(host,))
    return {
        (host, 587): on_587 or Served(_healthy(host, **changes), request),
        (host, 465): Served(_healthy(host, implicit_tls=True, **changes), request),
    }


_ALL = [
    Scenario(
        name="secure-true-on-587",
        title="SMTP_SECURE=true with port 587, which starts in plain text",
        expected="implicit-tls-on-starttls-port",
        env_text=_env(tls="SMTP_SECURE=true"),
        ports=_host(),
    ),
    Scenario(
        name="secure-false-on-465",
        title="SMTP_SECURE=false with port 465, which wants TLS from the first byte",
        expected="plaintext-on-implicit-tls-port",
        env_text=_env(port=465),
        ports=_host(),
    ),
    Scenario(
        name="blocked-587",
        title="something on the way drops port 587; 465 gets through",
        expected="port-blocked",
        env_text=_env(),
        ports=_host(on_587=Unserved.SILENT),
    ),
    Scenario(
        name="wrong-password",
        title="the server refuses the password",
        expected="credentials-rejected",
        env_text=_env(password="eight-herons-at-dusk"),
        ports=_host(),
    ),
    Scenario(
        name="from-of-another-domain",
        title="the sender's domain is not the mailbox's",
        expected="sender-not-allowed",
        env_text=_env(sender="shop@example.org"),
        ports=_host(),
    ),
    Scenario(
        name="self-signed-certificate",
        title="the server's certificate is signed by its own key",
        expected="certificate-self-signed",
        env_text=_env(),
        ports=_host(CertificateRequest(signer=Signer.ITSELF)),
    ),
    Scenario(
        name="username-without-domain",
        title="the user name is not the whole mail address",
        expected="username-not-address",
        env_text=_env(username="info"),
        ports=_host(),
    ),
    Scenario(
        name="password-quoted",
        title="the password is in quotes twice, and one pair is sent along",
        expected="password-suspicious",
        env_text=_env(password=f"'\"{PASSWORD}\"'"),
        ports=_host(),
    ),
    Scenario(
        name="placeholder-credentials",
        title="the template's password was never replaced",
        expected="credentials-placeholder",
        env_text=_env(password="your-password-here"),
        ports=_host(),
    ),
    Scenario(
        name="host-with-scheme",
        title="SMTP_HOST has a scheme in front of the name",
        expected="host-malformed",
        env_text=_env(host=f"ssl://{HOST}", port=465, tls="SMTP_SECURE=true"),
        ports=_host(),
    ),
    Scenario(
        name="host-name-typo",
        title="a slip in the host's name, and the wrong host even answers",
        expected="host-name-typo",
        env_text=_env(host=MISSPELT_HOST),
        ports={**_host(host=MISSPELT_HOST), **_host()},
    ),
    Scenario(
        name="wrong-port",
        title="port 578 instead of 587",
        expected="wrong-port",
        env_text=_env(port=578),
        ports={(HOST, 578): Unserved.REFUSED, **_host()},
    ),
    Scenario(
        name="port-refused",
        title="nothing listens on port 587; 465 does",
        expected="port-refused",
        env_text=_env(),
        ports=_host(on_587=Unserved.REFUSED),
    ),
    Scenario(
        name="connection-closed",
        title="port 587 accepts the connection and hangs up without a word",
        expected="connection-closed",
        env_text=_env(),
        ports=_host(on_587=Served(_healthy(on_accept=Act.CLOSE))),
    ),
    Scenario(
        name="greeting-missing",
        title="port 587 accepts the connection and never says anything",
        expected="greeting-missing",
        env_text=_env(),
        ports=_host(on_587=Served(_healthy(on_accept=Act.SILENCE))),
    ),
    Scenario(
        name="not-smtp",
        title="a web server answers on port 587",
        expected="not-smtp",
        env_text=_env(),
        ports=_host(on_587=Served(OTHER_PROTOCOLS["http"])),
    ),
    Scenario(
        name="client-refused",
        title="the server refuses this machine's address in its greeting",
        expected="client-address-refused",
        env_text=_env(),
        ports=_host(
            greeting=(
                f"554-{HOST}\n554 Client host [203.0.113.7] refused, it is on a block list",
                Act.CLOSE,
            )
        ),
    ),
    Scenario(
        name="server-busy",
        title="the server has no room for another session now",
        expected="server-busy",
        env_text=_env(),
        ports=_host(
            greeting=(f"421 {HOST} Service not available, too many connections", Act.CLOSE)
        ),
    ),
    Scenario(
        name="starttls-stripped",
        title="a firewall on the way overwrites STARTTLS in the server's reply",
        expected="starttls-stripped",
        env_text=_env(),
        ports=_host(
            on_587=Served(
                _healthy(
                    greeting=f"220 {'*' * 40}",
                    starttls=False,
                    replies={
                        "EHLO": f"250-{HOST} greets you\n250-8BITMIME\n250-XXXXXXXA\n250 SIZE"
                    },
                )
            )
        ),
    ),
    Scenario(
        name="starttls-injection",
        title="somebody on the way slips a reply in front of TLS",
        expected="starttls-injection",
        env_text=_env(),
        ports=_host(on_587=Served(_healthy(injected=b"250 OK\r\n"))),
    ),
    Scenario(
        name="tls-switched-off",
        title="SMTP_TLS=none, and the server takes logins only inside TLS",
        expected="tls-required",
        env_text=_env(tls="SMTP_TLS=none"),
        ports=_host(),
    ),
    Scenario(
        name="tls-too-old",
        title="the server has none of the TLS versions that are still in use",
        expected="tls-version-unsupported",
        env_text=_env(),
        ports=_host(handshake=alert(PROTOCOL_VERSION)),
    ),
    Scenario(
        name="expired-certificate",
        title="the server's certificate expired three days ago",
        expected="certificate-expired",
        env_text=_env(port=465, tls="SMTP_SECURE=true"),
        ports=_host(CertificateRequest(first_day=-93, last_day=-3)),
    ),
    Scenario(
        name="certificate-name-mismatch",
        title="the server's certificate is for another name",
        expected="certificate-name-mismatch",
        env_text=_env(),
        ports=_host(CertificateRequest(names=("mail.example.net",))),
    ),
    Scenario(
        name="certificate-of-unknown-authority",
        title="the server's certificate is from a CA that this machine doesn't know",
        expected="certificate-untrusted",
        env_text=_env(),
        ports=_host(CertificateRequest(signer=Signer.COMPANY)),
    ),
    Scenario(
        name="antivirus-interception",
        title="a virus scanner on this machine reads along, with certificates of its own",
        expected="tls-intercepted",
        env_text=_env(port=465, tls="SMTP_SECURE=true"),
        ports=_host(CertificateRequest(signer=Signer.ANTIVIRUS)),
    ),
    Scenario(
        name="sending-limit",
        title="the mailbox has sent too much this hour",
        expected="sending-limit-reached",
        env_text=_env(),
        ports=_host(
            rcpt_to=lambda username, recipient: (
                "450-Requested mail action not taken: mailbox unavailable\n"
                "450 Mail send limit exceeded."
            )
        ),
    ),
    Scenario(
        name="message-too-large",
        title="the message would be larger than the server takes",
        expected="message-too-large",
        env_text=_env(),
        ports=_host(size_limit=100_000_000),
        size=150_000_000,
    ),
    Scenario(
        name="healthy-587",
        title="nothing is wrong: port 587 with STARTTLS",
        expected=None,
        env_text=_env(),
        ports=_host(),
    ),
    Scenario(
        name="healthy-465",
        title="nothing is wrong: port 465 with TLS from the first byte",
        expected=None,
        env_text=_env(port=465, tls="SMTP_SECURE=true"),
        ports=_host(),
    ),
]

#: Every scenario by its name, in the order of `--list`.
SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}

#: What `smtpdoctor demo` shows without an argument.
DEFAULT = "secure-true-on-587"
