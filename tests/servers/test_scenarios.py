"""The demo's scenarios: each runs, and what stands on its ports does what the title says."""

from __future__ import annotations

import base64
import io
import re
import smtplib
import socket
import ssl
from collections.abc import Callable

import pytest
from dotenv import dotenv_values

from smtpdoctor.demo.behaviour import PASSWORD, USERNAME
from smtpdoctor.demo.scenarios import DEFAULT, HOST, SCENARIOS, Setup
from tests.servers.fixtures import LoopThread

RunScenario = Callable[[str], Setup]


def address(setup: Setup, port: int, host: str = HOST) -> tuple[str, int]:
    return next((to, at) for name, of, to, at in setup.connect_to if (name, of) == (host, port))


def test_names_titles_and_codes() -> None:
    assert DEFAULT in SCENARIOS
    assert list(SCENARIOS)[:6] == [
        "secure-true-on-587",
        "secure-false-on-465",
        "blocked-587",
        "wrong-password",
        "from-of-another-domain",
        "self-signed-certificate",
    ]
    for name, scenario in SCENARIOS.items():
        assert name == scenario.name
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
        assert len(scenario.title) <= 80
        assert not scenario.title.endswith(".")
        assert scenario.expected is None or re.fullmatch(r"[a-z0-9-]+", scenario.expected)
    assert {name for name, one in SCENARIOS.items() if one.expected is None} == {
        "healthy-587",
        "healthy-465",
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_runs_on_loopback_with_settings_that_can_be_read(
    running_scenario: RunScenario, name: str
) -> None:
    setup = running_scenario(name)
    values = dotenv_values(stream=io.StringIO(setup.env_text))
    assert set(values) >= {"SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASS", "SMTP_FROM"}
    assert setup.expected == SCENARIOS[name].expected
    assert setup.cafile.read_text().startswith("-----BEGIN CERTIFICATE-----")
    host = str(values["SMTP_HOST"]).removeprefix("ssl://")
    assert (host, int(str(values["SMTP_PORT"]))) in [entry[:2] for entry in setup.connect_to]
    assert {entry[2] for entry in setup.connect_to} == {"127.0.0.1"}


def test_leaves_nothing_behind(loop_thread: LoopThread) -> None:
    running = SCENARIOS["healthy-587"].running()
    setup = loop_thread.run(running.__aenter__())
    files = [setup.cafile]
    for server in setup.servers.values():
        assert server.behaviour.certificate is not None
        files.append(server.behaviour.certificate.key)
    assert all(file.exists() for file in files)
    loop_thread.run(running.__aexit__(None, None, None))
    assert not any(file.exists() for file in files)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address(setup, 587), 10)


@pytest.mark.parametrize("name", ["healthy-587", "secure-true-on-587", "secure-false-on-465"])
def test_both_ports_work_for_who_uses_them_right(running_scenario: RunScenario, name: str) -> None:
    setup = running_scenario(name)
    trust = ssl.create_default_context(cafile=setup.cafile)
    trust.check_hostname = False  # smtplib would check the address, and not the name it stands for
    host, port = address(setup, 587)
    with smtplib.SMTP(host, port, timeout=10) as client:
        client.starttls(context=trust)
        client.login(USERNAME, PASSWORD)
        assert client.mail("shop@example.com")[0] == 250
        assert client.rset()[0] == 250
        assert client.mail("shop@example.org")[0] == 550
    host, port = address(setup, 465)
    with smtplib.SMTP_SSL(host, port, context=trust, timeout=10) as client:
        client.login(USERNAME, PASSWORD)
    assert [server.auth_attempts for server in setup.servers.values()] == [1, 1]


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("healthy-465", None, None),
        ("self-signed-certificate", 18, "self-signed certificate"),
        ("expired-certificate", 10, "certificate has expired"),
        ("certificate-name-mismatch", 62, "Hostname mismatch"),
        ("certificate-of-unknown-authority", 20, "unable to get local issuer"),
        ("antivirus-interception", 20, "unable to get local issuer"),
    ],
)
def test_certificates(
    running_scenario: RunScenario, name: str, code: int | None, text: str | None
) -> None:
    setup = running_scenario(name)
    trust = ssl.create_default_context(cafile=setup.cafile)
    with socket.create_connection(address(setup, 465), 10) as client:
        if code is None:
            trust.wrap_socket(client, server_hostname=HOST).close()
            return
        with pytest.raises(ssl.SSLCertVerificationError, match=text) as failed:
            trust.wrap_socket(client, server_hostname=HOST)
        assert failed.value.verify_code == code


def test_blocked_port_swallows(running_scenario: RunScenario) -> None:
    setup = running_scenario("blocked-587")
    with pytest.raises(TimeoutError):
        socket.create_connection(address(setup, 587), 0.1)
    socket.create_connection(address(setup, 465), 10).close()


def test_wrong_host_would_take_the_password(running_scenario: RunScenario) -> None:
    """The host of the slip works and has a valid certificate: only its name gives it away."""
    setup = running_scenario("host-name-typo")
    values = dotenv_values(stream=io.StringIO(setup.env_text))
    slip = str(values["SMTP_HOST"])
    trust = ssl.create_default_context(cafile=setup.cafile)
    with socket.create_connection(address(setup, 465, slip), 10) as client:
        trust.wrap_socket(client, server_hostname=slip).close()


@pytest.mark.parametrize(
    ("name", "login", "mail", "rcpt"),
    [
        ("wrong-password", 535, 530, 503),
        ("username-without-domain", 535, 530, 503),
        ("password-quoted", 535, 530, 503),
        ("placeholder-credentials", 535, 530, 503),
        ("from-of-another-domain", 235, 550, 503),
        ("message-too-large", 235, 552, 503),
        ("sending-limit", 235, 250, 450),
        ("healthy-587", 235, 250, 250),
    ],
)
def test_login_and_sender_as_the_settings_have_them(
    running_scenario: RunScenario, name: str, login: int, mail: int, rcpt: int
) -> None:
    setup = running_scenario(name)
    values = dotenv_values(stream=io.StringIO(setup.env_text))
    trust = ssl.create_default_context(cafile=setup.cafile)
    trust.check_hostname = False
    response = f"\0{values['SMTP_USER']}\0{values['SMTP_PASS']}".encode()
    host, port = address(setup, 587)
    with smtplib.SMTP(host, port, timeout=10) as client:
        client.starttls(context=trust)
        client.ehlo()
        assert client.docmd("AUTH PLAIN", base64.b64encode(response).decode())[0] == login
        size = [f"SIZE={setup.size}"] if setup.size else []
        assert client.mail(str(values["SMTP_FROM"]), size)[0] == mail
        assert client.rcpt(str(values["SMTP_FROM"]))[0] == rcpt


@pytest.mark.parametrize(
    ("name", "said", "heard"),
    [
        ("connection-closed", b"", b""),
        ("client-refused", b"", b"554-smtp.ionos.com\r\n554 Client host [203.0.113.7] refused"),
        ("server-busy", b"", b"421 "),
        ("not-smtp", b"NOOP\r\n", b"HTTP/1.1 400 "),
        ("starttls-stripped", b"", b"220 ****"),
        (
            "starttls-stripped",
            b"EHLO x\r\nQUIT\r\n",
            b"250-smtp.ionos.com greets you\r\n250-8BITMIME\r\n250-XXXXXXXA\r\n250 SIZE\r\n221 ",
        ),
        ("starttls-injection", b"STARTTLS\r\n", b"220 OK\r\n250 OK\r\n"),
        ("tls-switched-off", b"MAIL FROM:<info@example.com>\r\n", b"530 "),
        ("tls-too-old", b"STARTTLS\r\n\x16", b"220 OK\r\n\x15\x03\x03\x00\x02\x02\x46"),
    ],
)
def test_what_port_587_says(
    running_scenario: RunScenario, name: str, said: bytes, heard: bytes
) -> None:
    with socket.create_connection(address(running_scenario(name), 587), 10) as client:
        stream = client.makefile("rwb", buffering=0)
        if said and name != "not-smtp":
            assert stream.readline().startswith(b"220 ")
        # One write a line: TLS's first bytes must not come along with STARTTLS.
        for line in said.splitlines(keepends=True):
            stream.write(line)
            if line == b"STARTTLS\r\n":
                assert stream.readline() == b"220 OK\r\n"
                heard = heard.removeprefix(b"220 OK\r\n")
        client.shutdown(socket.SHUT_WR)
        assert client.makefile("rb").read().startswith(heard)


@pytest.mark.parametrize(("name", "port"), [("port-refused", 587), ("wrong-port", 578)])
def test_refused_ports(running_scenario: RunScenario, name: str, port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address(running_scenario(name), port), 10)


def test_greeting_never_comes(running_scenario: RunScenario) -> None:
    setup = running_scenario("greeting-missing")
    with socket.create_connection(address(setup, 587), 10) as client:
        client.sendall(b"NOOP\r\n")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    (session,) = setup.servers[HOST, 587].sessions
    assert session.early == b"NOOP\r\n"
