"""The order of one run: what is tried when, on which connection, and what is left alone."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from smtpdoctor.addresses import is_local
from smtpdoctor.checks import auth, dns, reach, sender, tls
from smtpdoctor.checks.session import ANSWER_TO_QUIT
from smtpdoctor.demo import server
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import Act, Behaviour, Endless, alert
from smtpdoctor.demo.server import SMTPServer
from smtpdoctor.examination import order
from smtpdoctor.examination.plan import ConnectTo, select
from smtpdoctor.examination.sessions import Sessions
from smtpdoctor.network import AnswerResult, ConnectResult, SystemNetwork
from smtpdoctor.observations import (
    CUT_OFF,
    Addresses,
    AnyObservation,
    CertificateSeen,
    CheckRun,
    ConnectAttempt,
    Exchange,
    Handshake,
    NameServerAnswer,
    OwnNameLookup,
    Place,
    PolicyAnswer,
    ResolverConfiguration,
    SenderQuestion,
    Session,
    SettingRead,
    SettingsRead,
    SystemLookup,
)
from smtpdoctor.settings.reading import Options

from ..fake_network import FakeNetwork, FakeStream, StuckError, run
from ..runs import (
    ADDRESS,
    CONTROL_ADDRESSES,
    CONTROLS,
    GMAIL,
    HOST,
    IPV6,
    MICROSOFT,
    SECOND,
    Ran,
    certificate_of,
    one_host,
)
from ..servers.sessions import verbs


@pytest.fixture
def certified(authority: Authority) -> Behaviour:
    """A healthy server on 587."""
    return Behaviour(certificate=certificate_of(authority))


# --- the fake network itself ----------------------------------------------------------------


def test_virtual_time_takes_no_time() -> None:
    async def wait() -> float:
        await asyncio.sleep(1_000_000)
        return asyncio.get_running_loop().time()

    assert run(wait()) == pytest.approx(1_000_000)


def test_a_wait_that_nothing_can_end_is_an_error() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError):
        run(wait())


# --- a healthy run --------------------------------------------------------------------------


@pytest.mark.parametrize("port", [587, 465])
def test_a_healthy_run(authority: Authority, port: int) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, env={"SMTP_PORT": str(port)})
    assert ran.report.verdict == "healthy"
    assert ran.report.diagnoses == ()
    assert [check.status for check in ran.report.checks] == ["passed"] * 6
    assert ran.purposes == ["configured"]
    hello = ["greeting", "ehlo", "starttls", "ehlo"] if port == 587 else ["greeting", "ehlo"]
    assert ran.steps() == [*hello, "auth", "mail", "rcpt", "rset", "quit"]
    network.assert_tidy()


def test_a_healthy_run_touches_the_host_and_the_name_servers_only(authority: Authority) -> None:
    network = one_host(authority)
    Ran(network, authority)
    assert network.touched == {ADDRESS}
    assert {knock.port for knock in network.knocks} == {465, 587}
    assert set(network.asked) == {HOST}
    assert network.traced == []


def test_a_healthy_run_with_ionos_touches_only_ionos(authority: Authority) -> None:
    names = {"smtp.ionos.com": ("192.0.2.30",), "smtp.ionos.de": ("192.0.2.31",)}
    ionos = Behaviour(certificate=authority.issue(["smtp.ionos.com"]))
    network = one_host(authority, names=names, others={("192.0.2.30", 587): ionos})
    ran = Ran(network, authority, env={"SMTP_HOST": "smtp.ionos.com"})
    assert ran.report.verdict == "healthy"
    assert network.touched <= {"192.0.2.30", "192.0.2.31"}
    assert set(network.asked) == set(names)
    assert [len(server.sessions) for server in [network.server("192.0.2.30", 587)]] == [1]


@pytest.mark.parametrize(("port", "most"), [(587, 9), (465, 7)])
def test_a_healthy_run_waits_for_no_more_round_trips_than_it_must(
    authority: Authority, port: int, most: int
) -> None:
    """Names, TCP, greeting, EHLO, STARTTLS, TLS 1.3, EHLO, AUTH, and MAIL with all that follows it;
    on 465 without the clear EHLO and STARTTLS. All the rest stands beside that line."""
    network = one_host(authority, round_trip=1.0)
    ran = Ran(network, authority, env={"SMTP_PORT": str(port)}, timeout=60)
    assert ran.report.verdict == "healthy"
    # QUIT's answer is not waited for any longer than that
    assert ran.report.seconds == pytest.approx(most + ANSWER_TO_QUIT)


def test_observations_stand_in_the_order_of_the_run(authority: Authority) -> None:
    ran = Ran(one_host(authority), authority)
    main = [item for item in ran.observations if item.role == "main"]
    beside = [item for item in main if isinstance(item, SenderQuestion | PolicyAnswer)]
    kinds = [
        type(item) for item in main if item not in beside and not isinstance(item, SettingRead)
    ]
    assert kinds == [
        SettingsRead,
        ResolverConfiguration,
        SystemLookup,
        Addresses,
        ConnectAttempt,
        Session,
        Exchange,  # greeting
        Exchange,  # EHLO
        Exchange,  # STARTTLS
        Handshake,
        CertificateSeen,
        Exchange,  # EHLO
        Exchange,  # AUTH
        Exchange,  # MAIL
        Exchange,  # RCPT
        Place,
    ]
    assert [item.id for item in ran.observations] == [
        str(number) for number in range(1, len(ran.observations) + 1)
    ]
    assert list(ran.observations) == ran.seen


def test_every_observation_knows_what_it_came_after(authority: Authority) -> None:
    ran = Ran(
        one_host(authority), authority, env={"SMTP_PORT": "587", "SMTP_FROM": "info@example.com"}
    )
    by_id = {item.id: item for item in ran.observations}
    setting = {item.setting.field: item.id for item in ran.observations.of(SettingRead)}

    def needed(item: AnyObservation) -> set[str]:
        """All that this needed, directly and not."""
        found = set(item.after)
        for parent in item.after:
            assert int(parent) < int(item.id)
            found |= needed(by_id[parent])
        return found

    def only(kind: type[Any], **equal: object) -> Any:
        (found,) = ran.observations.of(kind, role="main", **equal)
        return found

    assert setting["host"] in needed(only(SystemLookup))
    assert setting["port"] not in needed(only(SystemLookup))
    connect = only(ConnectAttempt, purpose="configured")
    assert {setting["host"], setting["port"], only(Addresses).id} <= needed(connect)
    assert connect.id in needed(only(Session))
    greeting = only(Exchange, step="greeting")
    assert only(Session).id in needed(greeting)
    handshake = only(Handshake)
    assert only(Exchange, step="starttls").id in needed(handshake)
    login = only(Exchange, step="auth")
    assert {setting["username"], setting["password"], handshake.id} <= needed(login)
    assert only(CertificateSeen).id in needed(login)
    assert setting["sender"] not in needed(login)
    mail = only(Exchange, step="mail")
    assert {setting["sender"], login.id} <= needed(mail)
    assert mail.id in needed(only(Exchange, step="rcpt"))
    assert ran.observations.roots() == []


def test_what_is_looked_at_beside_is_no_cause(authority: Authority) -> None:
    network = one_host(authority, on_465="refused")
    ran = Ran(network, authority)
    beside = ran.observations.first(ConnectAttempt, purpose="other-port")
    assert beside is not None
    assert (beside.ok, beside.role) == (False, "probe")
    assert ran.report.verdict == "healthy"


# --- silence --------------------------------------------------------------------------------


def test_a_silent_port_gets_a_client_hello_on_a_second_connection(authority: Authority) -> None:
    implicit = Behaviour(certificate=certificate_of(authority), implicit_tls=True)
    network = one_host(authority, on_587=implicit, on_465="refused")
    ran = Ran(network, authority, env={"SMTP_PORT": "587", "SMTP_SECURE": "false"})
    first, second = network.knocks_on(ADDRESS, 587)
    # 3 round trips are less than half a second here
    assert second.at - first.at == pytest.approx(0.5 + network.round_trip)
    assert first.stream is not None
    assert first.stream.sent == b""
    assert ran.purposes == ["configured", "other-mode"]
    assert ran.codes() == ["plaintext-on-implicit-tls-port"]
    network.assert_tidy()


def test_a_slow_path_gets_three_round_trips_before_it_counts_as_silent(
    authority: Authority,
) -> None:
    silent = Behaviour(on_accept=Act.SILENCE)
    network = one_host(authority, on_587=silent, on_465="refused", round_trip=0.8)
    Ran(network, authority)
    began, *knocks = (knock.at for knock in network.knocks_on(ADDRESS, 587))
    further = [began + after for after in reach.FURTHER_ATTEMPTS if after < 0.8]
    assert knocks[: len(further)] == pytest.approx(further)  # until the first has answered
    assert knocks[len(further)] - began == pytest.approx(0.8 + 3 * 0.8)


def test_a_greeting_within_that_time_is_no_silence(authority: Authority) -> None:
    late = Behaviour(certificate=certificate_of(authority), greeting_delay=0.4)
    network = one_host(authority, on_587=late)
    ran = Ran(network, authority)
    assert ran.purposes == ["configured"]
    assert ran.report.verdict == "healthy"


def test_a_slow_greeting_is_waited_for_while_the_probe_runs(authority: Authority) -> None:
    late = Behaviour(certificate=certificate_of(authority), greeting_delay=9)
    network = one_host(authority, on_587=late)
    ran = Ran(network, authority)
    assert ran.codes("warning") == ["server-slow"]
    assert ran.report.verdict == "warnings"
    assert "other-mode" in ran.purposes
    assert network.sessions[0].early == b""
    network.assert_tidy()


def test_the_probe_is_not_waited_for_once_a_slow_server_has_spoken(authority: Authority) -> None:
    late = Behaviour(certificate=certificate_of(authority), implicit_tls=True)
    server = SMTPServer(late)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.8)
        await server.serve(reader, writer)

    network = one_host(authority, on_465=serve, on_587=Behaviour(on_accept=Act.SILENCE))
    ran = Ran(network, authority, env={"SMTP_SECURE": "true"})
    assert ran.purposes[1] == "other-mode"
    assert ran.report.verdict == "healthy"
    assert ran.report.seconds < 1.5
    network.assert_tidy()


@pytest.mark.parametrize("hello", [Act.SILENCE, Act.CLOSE])
def test_nothing_beside_is_waited_for_once_a_slow_server_has_spoken(
    authority: Authority, certified: Behaviour, hello: Act
) -> None:
    """Neither the probe into the silence nor the knocks on other ports that may follow it."""
    slow, probed = SMTPServer(certified), SMTPServer(Behaviour(on_accept=hello))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.append(len(begun))
        if begun[-1]:
            await probed.serve(reader, writer)
        else:
            await asyncio.sleep(1.2)
            await slow.serve(reader, writer)

    begun: list[int] = []
    network = one_host(authority, on_587=serve, on_465="silent", otherwise="silent")
    ran = Ran(network, authority, env={"SMTP_PORT": "587"})
    assert ran.purposes == ["configured", "other-mode"]
    assert ran.report.verdict == "healthy"
    assert ran.report.seconds < 1.8
    network.assert_tidy()


def test_the_wait_ends_once_the_other_mode_answers(authority: Authority) -> None:
    implicit = Behaviour(certificate=certificate_of(authority), implicit_tls=True)
    ran = Ran(one_host(authority, on_587=implicit), authority, env={"SMTP_SECURE": "false"})
    greeting = ran.observations.first(Exchange, step="greeting", role="main")
    assert greeting is not None
    assert greeting.outcome == "silence"
    assert greeting.seconds < 1
    assert ran.report.seconds < 1.5


def test_the_wait_for_a_handshake_ends_once_the_plain_greeting_came(authority: Authority) -> None:
    """A server that ignores the ClientHello, and greets whoever waits."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(0.1):
                await reader.read(1)
        except TimeoutError:
            writer.write(b"220 mail.example.com ESMTP\r\n")
            await reader.read(100)
            writer.write(b"250 mail.example.com\r\n")
        await reader.read()

    network = one_host(authority, on_587=serve, on_465="refused")
    ran = Ran(network, authority, env={"SMTP_PORT": "587", "SMTP_SECURE": "true"})
    assert ran.codes() == ["implicit-tls-on-starttls-port"]
    handshake = ran.observations.first(Handshake, role="main")
    assert handshake is not None
    assert handshake.failure == "stalled"
    assert handshake.seconds < 2


def test_a_noop_goes_out_only_after_the_greeting_wait_and_on_its_own_connection(
    authority: Authority,
) -> None:
    network = one_host(authority, on_587=Behaviour(on_accept=Act.SILENCE), on_465="refused")
    ran = Ran(network, authority)
    assert ran.purposes == ["configured", "other-mode", "noop"]
    main, hello, noop = network.knocks_on(ADDRESS, 587)
    assert main.stream
    assert hello.stream
    assert noop.stream
    assert main.stream.sent == b""
    assert hello.stream.sent[:1] == b"\x16"
    assert noop.stream.sent == b"NOOP\r\n"
    assert noop.at >= main.at + 25
    assert ran.codes() == ["greeting-missing"]
    assert ran.report.seconds < 29
    network.assert_tidy()


def test_a_client_certificate_that_is_asked_for_after_the_handshake(authority: Authority) -> None:
    """TLS 1.3: the client is done, and the server's alert comes in place of its greeting."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own = certificate_of(authority)
    context.load_cert_chain(own.chain, own.key)
    context.verify_mode = ssl.CERT_REQUIRED

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls_side = context.wrap_bio(incoming, outgoing, server_side=True)
        with suppress(ssl.SSLCertVerificationError, ssl.SSLError):
            while True:
                try:
                    tls_side.do_handshake()
                except ssl.SSLWantReadError:
                    writer.write(outgoing.read())
                    incoming.write(await reader.read(65536))
        writer.write(outgoing.read())

    network = one_host(authority, on_587="refused", on_465=serve)
    ran = Ran(network, authority, options=Options(port=465))
    assert ran.codes() == ["tls-handshake-failed"]
    greeting = ran.observations.first(Exchange, step="greeting", role="main")
    assert greeting is not None
    assert greeting.alert == "certificate_required"


def test_a_web_server_inside_tls_is_woken_by_a_noop_inside_tls(authority: Authority) -> None:
    """It waits for the client, and so does every mail client for it."""
    web = Behaviour(
        certificate=certificate_of(authority),
        implicit_tls=True,
        greets_after_client=True,
        greeting=(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", Act.CLOSE),
    )
    network = one_host(authority, on_587="refused", on_465=web)
    ran = Ran(network, authority, options=Options(port=465))
    assert ran.codes() == ["not-smtp"]
    assert "noop" in ran.purposes
    network.assert_tidy()


def test_a_sidecar_that_waits_for_the_client_is_woken_by_the_probe(authority: Authority) -> None:
    """The greeting comes only after the client's first bytes; those of the ClientHello do."""
    behind = Behaviour(certificate=certificate_of(authority), greets_after_client=True)
    network = one_host(authority, on_587=behind, on_465="refused")
    ran = Ran(network, authority)
    assert ran.codes() == ["greeting-missing"]
    assert "holds the greeting back" in ran.diagnosis("greeting-missing").title
    main = network.sessions[0]
    assert (main.clear, main.early) == (b"", b"")
    network.assert_tidy()


def test_a_noop_that_wakes_the_greeting_is_answered_and_the_session_ended(
    authority: Authority,
) -> None:
    """A proxy that reads lines: a ClientHello has no line end, a NOOP has."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1) == b"N":
            writer.write(b"220 mail.example.com ESMTP\r\n250 OK\r\n")
            said.append(await reader.read(100))
            said.append(await reader.read(100))
        await reader.read()

    said: list[bytes] = []
    network = one_host(authority, on_587=serve, on_465="refused")
    ran = Ran(network, authority)
    assert ran.steps("noop") == ["noop", "quit"]
    assert said == [b"OOP\r\n", b"QUIT\r\n"]
    assert "holds the greeting back" in ran.diagnosis("greeting-missing").title


def test_no_byte_is_sent_before_the_greeting(authority: Authority, certified: Behaviour) -> None:
    """With STARTTLS, and on 465 inside TLS: the server speaks first."""
    for port, behaviour in (
        (587, replace(certified, greeting_delay=3)),
        (465, replace(certified, implicit_tls=True, greeting_delay=3)),
    ):
        network = one_host(authority, **{f"on_{port}": behaviour})
        ran = Ran(network, authority, env={"SMTP_PORT": str(port)})
        assert ran.report.verdict == "healthy"
        (own,) = [each for each in network.server(ADDRESS, port).sessions if each.auth_attempts]
        assert own.early == b""


# --- the other mode, other ports, other hosts -----------------------------------------------


def test_a_wrong_mode_is_tried_the_other_way_on_the_same_port(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, env={"SMTP_PORT": "587", "SMTP_SECURE": "true"})
    assert ran.codes() == ["implicit-tls-on-starttls-port"]
    assert set(ran.purposes) == {"configured", "other-mode", "other-port"}
    assert all(session.auth_attempts == 0 for session in network.sessions)
    first = ran.diagnosis("implicit-tls-on-starttls-port").fixes[0]
    assert first.settings == {"SMTP_SECURE": "false"}
    assert "STARTTLS" in first.tried
    assert "login not tried" in first.tried
    network.assert_tidy()


def test_other_ports_are_probed_once(authority: Authority) -> None:
    network = one_host(authority, on_587=Behaviour(on_accept=Act.SILENCE))
    ran = Ran(network, authority)
    assert ran.purposes.count("other-port") == 1
    assert len(network.server(ADDRESS, 465).sessions) == 2  # a knock, and the probe's session
    network.assert_tidy()


def test_of_a_port_s_addresses_the_first_open_one_gets_the_session(authority: Authority) -> None:
    network = one_host(
        authority, on_587=Behaviour(on_accept=Act.SILENCE), addresses=(ADDRESS, SECOND, IPV6)
    )
    network.servers[ADDRESS, 465] = "refused"
    ran = Ran(network, authority)
    beside = ran.observations.of(Session, purpose="other-port")
    assert [(item.address, item.port) for item in beside] == [(SECOND, 465)]


def test_smaller_packets_are_tried_until_tls_works(authority: Authority) -> None:
    """The first handshake stalls, all later ones work."""
    stalled, works = (
        SMTPServer(Behaviour(certificate=certificate_of(authority), handshake=act))
        for act in (Act.SILENCE, None)
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.append(len(begun))
        await (works if begun[-1] else stalled).serve(reader, writer)

    begun: list[int] = []
    ran = Ran(one_host(authority, on_587=serve, on_465="refused"), authority)
    sizes = [each for each in ran.purposes if each in ("one-group", "small-segments")]
    assert len(sizes) == 1


def test_at_most_two_sessions_at_a_time(authority: Authority, certified: Behaviour) -> None:
    """Everything that a silent port with several addresses brings about, all of it slow."""
    slow = Behaviour(on_accept=Act.SILENCE)
    slow_465 = replace(certified, implicit_tls=True, greeting_delay=9)
    network = one_host(authority, on_587=slow, on_465=slow_465, addresses=(ADDRESS, SECOND, IPV6))
    Ran(network, authority)
    network.assert_tidy()


def test_at_most_two_sessions_at_a_time_when_everything_is_tried_at_once(
    authority: Authority,
) -> None:
    """The other mode, an old TLS and the other port, all slow."""
    ends = Behaviour(implicit_tls=True, handshake=Act.CLOSE)
    network = one_host(authority, on_587=ends, on_465=Behaviour(on_accept=Act.SILENCE))
    ran = Ran(network, authority, env={"SMTP_PORT": "587", "SMTP_SECURE": "true"})
    assert {"other-mode", "legacy-tls", "other-port"} <= set(ran.purposes)
    assert network.most_sessions == 2
    network.assert_tidy()


def test_the_wrong_mode_on_an_unusual_port(authority: Authority, certified: Behaviour) -> None:
    implicit = replace(certified, implicit_tls=True)
    network = one_host(authority, others={(ADDRESS, 2525): implicit})
    ran = Ran(network, authority, env={"SMTP_PORT": "2525"})
    assert ran.codes() == ["plaintext-on-implicit-tls-port"]


def test_an_old_server_is_asked_what_it_speaks_and_then_left(authority: Authority) -> None:
    old = Behaviour(handshake=alert(70))
    network = one_host(authority, on_587=old)
    ran = Ran(network, authority)
    assert ran.codes() == ["tls-version-unsupported"]
    assert "legacy-tls" in ran.purposes
    assert sum(session.auth_attempts for session in network.sessions) == 0
    network.assert_tidy()


def test_ionos_s_other_host_is_tried_after_the_configured_host_s_own_ways(
    authority: Authority,
) -> None:
    names = {"smtp.ionos.com": ("192.0.2.30",), "smtp.ionos.de": ("192.0.2.31",)}
    german = authority.issue(["smtp.ionos.de"])
    network = one_host(
        authority,
        names=names,
        others={
            ("192.0.2.30", 587): "silent",
            ("192.0.2.30", 465): "silent",
            ("192.0.2.31", 587): Behaviour(certificate=german),
            ("192.0.2.31", 465): Behaviour(certificate=german, implicit_tls=True),
        },
    )
    ran = Ran(network, authority, env={"SMTP_HOST": "smtp.ionos.com"})
    assert ran.purposes == ["other-host", "other-host"]
    fixes = [fix for item in ran.report.diagnoses for fix in item.fixes]
    assert any("smtp.ionos.de" in (fix.settings.get("SMTP_HOST") or "") for fix in fixes)
    network.assert_tidy()


# --- reach: which port, which host ----------------------------------------------------------


def dropped(authority: Authority, **more: Any) -> FakeNetwork:
    """Port 587 is dropped towards everybody; 465 gets through."""
    blocked: dict[tuple[str, int], Any] = {
        (address, 587): "silent" for (address,) in CONTROLS.values()
    }
    return one_host(
        authority, on_587="silent", others={**blocked, **more.pop("others", {})}, **more
    )


def test_a_dropped_port_is_named_within_three_seconds(authority: Authority) -> None:
    network = dropped(authority)
    ran = Ran(network, authority)
    assert ran.codes() == ["port-blocked"]
    assert ran.diagnosis("port-blocked").confidence == "certain"
    assert ran.report.seconds < 3
    network.assert_tidy()


class LossyNetwork(FakeNetwork):
    """The configured port answers none of the SYNs of the first seconds."""

    lost_for = 1.1

    async def connect(
        self, address: str, port: int, timeout: float, *, segment_size: int = 0
    ) -> ConnectResult:
        if (address, port) == (ADDRESS, 587) and self.clock() < self.lost_for:
            return await self._not_open("silent", timeout)
        return await super().connect(address, port, timeout, segment_size=segment_size)


def test_a_port_that_answers_late_after_all_is_no_blocked_one(authority: Authority) -> None:
    """Other ports and hosts are looked at by then; none of it is left, or stands in its way."""
    slow = Behaviour(certificate=certificate_of(authority), implicit_tls=True, greeting_delay=9)
    usual = one_host(authority, on_465=slow)
    network = LossyNetwork(names=usual.names, ports=usual.ports, otherwise="silent")
    ran = Ran(network, authority)
    assert ran.report.verdict == "healthy"
    assert ran.observations.of(ConnectAttempt, purpose="configured", outcome="open")
    assert network.knocks_on(ADDRESS, 2525)
    assert ran.report.seconds < 2
    network.assert_tidy()


@pytest.mark.parametrize(("round_trip", "most"), [(0.001, 3), (0.05, 3.2), (0.3, 6)])
def test_a_path_with_long_round_trips_is_waited_for_longer(
    authority: Authority, round_trip: float, most: float
) -> None:
    ran = Ran(dropped(authority, round_trip=round_trip), authority)
    assert ran.codes() == ["port-blocked"]
    assert ran.report.seconds < most


@pytest.mark.parametrize(
    "host", ["smtp.ionos.com", "smtp.office365.com", "smtp.gmail.com", "smtp.mailgun.org"]
)
def test_a_provider_whose_hosts_are_all_dropped_is_named_as_soon(
    authority: Authority, host: str
) -> None:
    everywhere = {
        "smtp.ionos.com": ("192.0.2.30",),
        "smtp.ionos.de": ("192.0.2.31",),
        "smtp.mailgun.org": ("192.0.2.40",),
        "smtp.eu.mailgun.org": ("192.0.2.41",),
    }
    network = one_host(authority, names=everywhere, otherwise="silent")
    network.servers.clear()
    for address in CONTROL_ADDRESSES:
        network.servers[address, 443] = "refused"
    ran = Ran(network, authority, env={"SMTP_HOST": host})
    assert ran.codes() == ["port-blocked"]
    assert ran.report.seconds < 3
    network.assert_tidy()


def test_two_independent_hosts_are_knocked_on_once_the_port_was_silent_for_a_second(
    authority: Authority,
) -> None:
    network = dropped(authority)
    ran = Ran(network, authority)
    controls = ran.observations.of(ConnectAttempt, purpose="control")
    assert {item.host for item in controls} == {"smtp.gmail.com", "smtp.office365.com"}
    assert {item.port for item in controls} == {587}
    assert {item.provider for item in controls} == {"gmail", "microsoft365"}
    assert all(item.role == "probe" for item in controls)
    stuck = network.knocks_on(ADDRESS, 587)[0].at + 1
    for address in (GMAIL, MICROSOFT, *CONTROL_ADDRESSES):
        assert all(knock.at >= stuck for knock in network.knocks_on(address))
    assert not any(
        knock.stream and knock.stream.sent
        for address in (GMAIL, MICROSOFT, *CONTROL_ADDRESSES)
        for knock in network.knocks_on(address)
    )


def test_a_control_of_each_family(authority: Authority) -> None:
    names = {"smtp.gmail.com": (GMAIL, "192.0.2.99", "2001:db8::20", "2001:db8::21")}
    ran = Ran(dropped(authority, names=names), authority)
    controls = ran.observations.of(ConnectAttempt, purpose="control", host="smtp.gmail.com")
    assert sorted(item.family for item in controls) == ["IPv4", "IPv6"]


def test_the_provider_s_own_host_is_no_control(authority: Authority) -> None:
    network = one_host(authority, others={(GMAIL, 587): "silent", (GMAIL, 465): "silent"})
    ran = Ran(network, authority, env={"SMTP_HOST": "smtp.gmail.com"})
    controls = {item.host for item in ran.observations.of(ConnectAttempt, purpose="control")}
    assert "smtp.gmail.com" not in controls
    assert len(controls) == 2


@pytest.mark.parametrize(
    ("plan", "env", "names"),
    [
        ({"third_party": False}, {}, {}),
        ({}, {"SMTP_HOST": "127.0.0.1"}, {}),
        ({}, {"SMTP_HOST": "192.168.1.5"}, {}),
        ({}, {}, {HOST: ("10.0.0.5",)}),
        (
            {"connect_to": [ConnectTo(host=HOST, port=587, address=ADDRESS, target_port=587)]},
            {},
            {},
        ),
    ],
    ids=["no-third-party", "loopback", "private", "private-by-name", "connect-to"],
)
def test_other_companies_are_left_alone(
    authority: Authority, plan: Mapping[str, Any], env: Mapping[str, str], names: Mapping[str, Any]
) -> None:
    network = one_host(authority, on_587="silent", on_465="silent", names=names)
    network.otherwise = "silent"
    ran = Ran(network, authority, env=env, **plan)
    assert ran.report.verdict != "healthy"
    others = {address for (address,) in CONTROLS.values()} | set(CONTROL_ADDRESSES)
    assert not network.touched & others
    assert not set(network.asked) & set(CONTROLS)


def test_one_address_that_answers_is_enough_to_leave_the_others_alone(
    authority: Authority,
) -> None:
    network = one_host(authority, addresses=(ADDRESS, SECOND))
    network.servers[ADDRESS, 587] = "silent"
    ran = Ran(network, authority)
    assert ran.codes() == []
    assert network.touched == {ADDRESS, SECOND}


def test_port_25_is_never_knocked_on_unless_it_is_the_configured_one(authority: Authority) -> None:
    network = dropped(authority)
    Ran(network, authority)
    assert 25 not in {knock.port for knock in network.knocks}


def test_dead_ipv6_beside_working_ipv4_is_a_warning(authority: Authority) -> None:
    network = one_host(authority, addresses=(IPV6, ADDRESS))
    network.servers[IPV6, 587] = "silent"
    network.servers[IPV6, 465] = "silent"
    ran = Ran(network, authority)
    assert ran.codes() == []
    assert ran.codes("warning") == ["ipv6-broken"]
    assert ran.report.verdict == "warnings"
    session = ran.observations.first(Session, purpose="configured")
    assert session is not None
    assert session.address == ADDRESS
    # every address has its own outcome, and the session did not wait for the dead one
    outcomes = {
        item.address: item.outcome
        for item in ran.observations.of(ConnectAttempt, purpose="configured")
    }
    assert outcomes == {IPV6: "silent", ADDRESS: "open"}
    assert session.at < 0.1
    network.assert_tidy()


def test_a_network_without_ipv6_says_so_at_once(authority: Authority) -> None:
    network = one_host(authority, addresses=(ADDRESS, IPV6))
    network.servers[IPV6, 587] = "no-route"
    network.servers[IPV6, 465] = "no-route"
    ran = Ran(network, authority)
    assert ran.report.verdict == "healthy"
    assert ran.codes("note") == ["ipv6-broken"]
    assert ran.report.seconds < 1


def test_connect_to_touches_no_port_that_is_not_mapped(
    authority: Authority, certified: Behaviour
) -> None:
    target = "127.0.0.1"
    network = FakeNetwork(ports={(target, 4587): replace(certified, starttls=False)})
    mapped = [ConnectTo(host=HOST, port=587, address=target, target_port=4587)]
    ran = Ran(network, authority, connect_to=mapped)
    assert ran.codes() == ["starttls-not-offered"]
    assert {(knock.address, knock.port) for knock in network.knocks} == {(target, 4587)}
    assert network.asked == []
    attempt = ran.observations.first(ConnectAttempt)
    assert attempt is not None
    assert (attempt.host, attempt.port) == (HOST, 587)
    network.assert_tidy()


def test_where_connect_to_speaks_of_another_port_nothing_is_touched(authority: Authority) -> None:
    network = one_host(authority)
    mapped = [ConnectTo(host=HOST, port=465, address=ADDRESS, target_port=465)]
    ran = Ran(network, authority, env={"SMTP_PORT": "587"}, connect_to=mapped)
    assert network.touched == set()
    assert network.asked == []
    assert ran.report.verdict != "healthy"


def test_no_way_is_followed_to_a_mapped_host_that_fails(authority: Authority) -> None:
    """Nor one beside it, with the port of the mapped host silent for seconds."""
    for outcome in ("silent", "refused"):
        network = FakeNetwork(ports={("127.0.0.1", 4587): outcome})  # type: ignore[dict-item]
        mapped = [ConnectTo(host=HOST, port=587, address=ADDRESS, target_port=4587)]
        Ran(network, authority, connect_to=mapped, timeout=30)
        assert network.traced == []
        assert {(knock.address, knock.port) for knock in network.knocks} == {(ADDRESS, 4587)}


def test_a_web_server_on_the_port_ends_the_wait_for_a_greeting(authority: Authority) -> None:
    """It answers a ClientHello with words of its own: waiting on is pointless."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()

    ran = Ran(one_host(authority, on_587=serve, on_465="refused"), authority)
    greeting = ran.observations.first(Exchange, step="greeting", role="main")
    assert greeting is not None
    assert greeting.outcome == "silence"
    assert greeting.seconds < 1
    assert ran.codes() == ["not-smtp"]


# --- a name with very many addresses ----------------------------------------------------------


@pytest.mark.parametrize("outcome", ["refused", "silent", "open"])
def test_of_a_flood_of_addresses_eight_are_connected_to(authority: Authority, outcome: str) -> None:
    fours = tuple(f"198.18.{number // 250}.{number % 250}" for number in range(2000))
    sixes = tuple(f"2001:db8::{number:x}" for number in range(2000))
    flood = tuple(address for pair in zip(sixes, fours, strict=True) for address in pair)
    server = Behaviour(certificate=certificate_of(authority))
    kept = flood[:8]
    others: dict[tuple[str, int], Any] = {
        (address, 587): server if outcome == "open" else outcome for address in kept
    }
    network = one_host(authority, names={HOST: flood}, others=others)
    ran = Ran(network, authority)
    controls = set(CONTROL_ADDRESSES) | {address for (address,) in CONTROLS.values()}
    assert network.touched - controls == set(kept)
    found = ran.observations.first(Addresses)
    assert found is not None
    assert found.addresses == kept
    assert found.left_out == 3992
    assert "8 of 4000 addresses" in ran.text()
    assert len(ran.observations) < 150
    assert ran.report.seconds < 3
    assert (ran.codes() == []) is (outcome == "open")
    network.assert_tidy()


def test_few_addresses_are_all_connected_to(authority: Authority) -> None:
    network = one_host(authority, addresses=(ADDRESS, SECOND, IPV6))
    found = Ran(network, authority).observations.first(Addresses)
    assert found is not None
    assert (len(found.addresses), found.left_out) == (3, 0)
    assert network.touched == {ADDRESS, SECOND, IPV6}


# --- bounds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "slow",
    [
        {"greeting_delay": 12},
        {"greeting_delay": 12, "implicit_tls": True},
    ],
    ids=["greeting", "greeting in TLS"],
)
def test_slow_is_not_silent(
    authority: Authority, certified: Behaviour, slow: Mapping[str, Any]
) -> None:
    behaviour = replace(certified, **slow)
    port = 465 if behaviour.implicit_tls else 587
    network = one_host(authority, **{f"on_{port}": behaviour})
    ran = Ran(network, authority, env={"SMTP_PORT": str(port)})
    assert ran.codes() == []
    assert ran.report.verdict in ("healthy", "warnings")
    assert [step for step in ran.steps() if step != "rset"][-4:] == ["auth", "mail", "rcpt", "quit"]
    network.assert_tidy()


@pytest.mark.parametrize("verb", ["EHLO", "AUTH", "MAIL", "RCPT"])
def test_an_answer_after_twelve_seconds_is_one(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    original = server._Dialogue._answer

    async def slow(self: Any, line: bytes) -> None:
        if line.upper().startswith(verb.encode()):
            await asyncio.sleep(12)
        await original(self, line)

    monkeypatch.setattr(server._Dialogue, "_answer", slow)
    ran = Ran(one_host(authority), authority)
    assert ran.codes() == []
    assert [step for step in ran.steps() if step != "rset"][-4:] == ["auth", "mail", "rcpt", "quit"]


def test_a_silence_of_more_than_half_its_bound_counts_at_the_run_s_end(
    authority: Authority,
) -> None:
    """Of the 25 s for a greeting 15 were waited for: that is a silence, and has its cause."""
    network = one_host(authority, on_587=Behaviour(on_accept=Act.SILENCE), on_465="refused")
    ran = Ran(network, authority, timeout=15)
    greeting = ran.observations.first(Exchange, step="greeting", role="main")
    assert greeting is not None
    assert (greeting.outcome, greeting.error) == ("silence", "")
    assert ran.codes() == ["greeting-missing"]
    cut = Ran(network, authority, timeout=11).observations.first(Exchange, step="greeting")
    assert cut is not None
    assert (cut.outcome, cut.error) == ("other", CUT_OFF)


@pytest.mark.parametrize(
    ("behaviour", "step", "seconds"),
    [
        ({"on_accept": Act.SILENCE}, "greeting", 25),
        ({"replies": {"EHLO": Act.SILENCE}}, "ehlo", 20),
        ({"replies": {"STARTTLS": Act.SILENCE}}, "starttls", 20),
        ({"auth_answer": Act.SILENCE}, "auth", 20),
        ({"replies": {"MAIL": Act.SILENCE}}, "mail", 20),
        ({"rcpt_to": lambda user, address: Act.SILENCE}, "rcpt", 20),
        ({"greeting": Endless("220-still here"), "drip": 0.3}, "greeting", 25),
    ],
    ids=["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "drip"],
)
def test_each_wait_has_a_bound(
    authority: Authority,
    certified: Behaviour,
    behaviour: Mapping[str, Any],
    step: str,
    seconds: float,
) -> None:
    network = one_host(authority, on_587=replace(certified, **behaviour), on_465="refused")
    ran = Ran(network, authority)
    exchange = ran.observations.of(Exchange, step=step, role="main")[-1]
    assert exchange.outcome == "silence"
    assert exchange.seconds == pytest.approx(seconds, abs=0.01)
    assert ran.report.verdict in ("broken", "inconclusive")
    assert ran.report.seconds <= 45
    network.assert_tidy()


class NarrowNetwork(FakeNetwork):
    """The way swallows large packets: the handshake goes on in small segments alone."""

    async def connect(
        self, address: str, port: int, timeout: float, *, segment_size: int = 0
    ) -> ConnectResult:
        found = await super().connect(address, port, timeout, segment_size=segment_size)
        if isinstance(found.stream, FakeStream) and not segment_size:
            found.stream.loses_more_than = 600
        return found


def test_a_handshake_that_works_in_small_packets_is_waited_for_no_longer(
    authority: Authority,
) -> None:
    usual = one_host(authority)
    network = NarrowNetwork(names=usual.names, ports=usual.ports)
    ran = Ran(network, authority)
    assert ran.codes() == ["path-mtu-blackhole"]
    assert ran.diagnosis("path-mtu-blackhole").confidence == "certain"
    first = ran.observations.first(Handshake, role="main")
    assert first is not None
    assert first.failure == "stalled"
    assert first.seconds >= 3  # four lost segments in a row must not look like that
    assert ran.report.seconds < 4.5
    network.assert_tidy()


@pytest.mark.parametrize(("seconds", "other_port"), [(1.5, None), (4.5, None), (7.0, "refused")])
def test_a_slow_handshake_is_waited_for_while_others_are_tried(
    authority: Authority, seconds: float, other_port: Any
) -> None:
    certificate = certificate_of(authority)
    server = SMTPServer(Behaviour(certificate=certificate))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.serve(Slowed(reader, seconds), writer)  # type: ignore[arg-type]

    network = one_host(authority, on_587=serve, on_465=other_port)
    ran = Ran(network, authority)
    assert ran.codes() == []
    assert ran.report.verdict in ("healthy", "warnings")
    network.assert_tidy()


class Slowed:
    """What a client says is read at once, but for a ClientHello."""

    def __init__(self, reader: asyncio.StreamReader, seconds: float) -> None:
        self._reader = reader
        self._seconds = seconds

    async def read(self, size: int) -> bytes:
        data = await self._reader.read(size)
        if data[:1] == b"\x16" and self._seconds:
            await asyncio.sleep(self._seconds)
            self._seconds = 0
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)


def test_a_handshake_that_stalls_has_a_bound(authority: Authority) -> None:
    network = one_host(authority, on_587=Behaviour(handshake=Act.SILENCE), on_465="refused")
    ran = Ran(network, authority)
    handshake = ran.observations.first(Handshake, role="main")
    assert handshake is not None
    assert (handshake.failure, handshake.seconds) == ("stalled", pytest.approx(8, abs=0.01))
    assert ran.codes() == ["tls-handshake-stalled"]
    network.assert_tidy()


NO_TLS = Behaviour(handshake=Act.SILENCE)
NO_IMPLICIT_TLS = replace(NO_TLS, implicit_tls=True)


@pytest.mark.parametrize("silence", [NO_IMPLICIT_TLS, Behaviour(on_accept=Act.SILENCE)])
def test_a_stalled_handshake_ends_sooner_where_another_port_works(
    authority: Authority, certified: Behaviour, silence: Behaviour
) -> None:
    in_implicit_tls = replace(certified, implicit_tls=True)
    for port, (on_587, on_465) in {
        "587": (NO_TLS, in_implicit_tls),
        "465": (certified, silence),
    }.items():
        network = one_host(authority, on_587=on_587, on_465=on_465)
        env = {"SMTP_PORT": port, "SMTP_SECURE": "true" if port == "465" else "false"}
        ran = Ran(network, authority, env=env)
        assert ran.codes() == ["tls-handshake-stalled"]
        assert ran.report.seconds < 6
        network.assert_tidy()


def test_a_silence_on_465_ends_with_its_handshake_where_587_greets(authority: Authority) -> None:
    """A server that greets on one port at once would greet on the other as soon."""
    network = one_host(authority, on_587=NO_TLS, on_465=NO_IMPLICIT_TLS)
    ran = Ran(network, authority, env={"SMTP_PORT": "465", "SMTP_SECURE": "true"})
    assert ran.codes() == ["tls-handshake-stalled"]
    assert ran.purposes.count("other-mode") == 1
    assert ran.report.seconds < 8.5
    network.assert_tidy()


def test_a_late_greeting_in_clear_is_met_where_no_other_port_answers(
    authority: Authority, certified: Behaviour
) -> None:
    """The probe into the silence makes room for the others, and comes back after them."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(9)
        await SMTPServer(certified).serve(reader, writer)

    network = one_host(authority, on_587=serve, on_465="refused")
    ran = Ran(network, authority, env={"SMTP_PORT": "587", "SMTP_SECURE": "true"})
    assert ran.codes() == ["implicit-tls-on-starttls-port"]
    assert ran.purposes.count("other-mode") == 2
    network.assert_tidy()


def test_a_connection_that_takes_no_bytes_has_a_bound(authority: Authority) -> None:
    network = one_host(authority, takes_bytes=False)
    ran = Ran(network, authority)
    assert ran.report.verdict == "broken"
    assert ran.report.seconds <= 45


@pytest.mark.parametrize("timeout", [1, 3, 7.5, 45])
@pytest.mark.parametrize(
    "fault", ["dns", "connect", "greeting", "ehlo", "handshake", "auth", "everything silent"]
)
def test_the_timeout_bounds_the_whole_run(
    authority: Authority, certified: Behaviour, fault: str, timeout: float
) -> None:
    on_587: Any = {
        "connect": "silent",
        "greeting": Behaviour(on_accept=Act.SILENCE),
        "ehlo": replace(certified, replies={"EHLO": Act.SILENCE}),
        "handshake": Behaviour(handshake=Act.SILENCE),
        "auth": replace(certified, auth_answer=Act.SILENCE),
    }.get(fault, certified)
    network = one_host(authority, on_587=on_587, on_465=Behaviour(on_accept=Act.SILENCE))
    if fault == "dns":
        network.names = {HOST: "never"}
    if fault == "everything silent":
        network.servers.clear()
        network.otherwise = "silent"
    ran = Ran(network, authority, timeout=timeout)
    assert ran.report.seconds <= timeout + 0.01
    assert ran.report.verdict in ("broken", "inconclusive")
    assert ran.crashes == []
    if timeout == 45:
        assert ran.codes() != []
    network.assert_tidy()


@pytest.mark.parametrize(
    "fault", ["dns", "connect", "greeting", "ehlo", "starttls", "handshake", "auth", "mail"]
)
def test_a_silence_that_the_run_s_end_cut_short_is_no_diagnosis(
    authority: Authority, certified: Behaviour, fault: str
) -> None:
    """A second is too little to call anything silent; the report says what was not finished."""
    on_587: Any = {
        "connect": "silent",
        "greeting": Behaviour(on_accept=Act.SILENCE),
        "ehlo": replace(certified, replies={"EHLO": Act.SILENCE}),
        "starttls": replace(certified, replies={"STARTTLS": Act.SILENCE}),
        "handshake": Behaviour(handshake=Act.SILENCE),
        "auth": replace(certified, auth_answer=Act.SILENCE),
        "mail": replace(certified, replies={"MAIL": Act.SILENCE}),
    }.get(fault, certified)
    network = one_host(authority, on_587=on_587)
    if fault == "dns":
        network.names = {HOST: "never"}
    ran = Ran(network, authority, timeout=1)
    assert ran.codes() == []
    assert ran.report.verdict == "inconclusive"
    assert ran.report.exit_status() == 3
    (unexplained,) = ran.report.unexplained
    item = ran.observations.by_id(unexplained)
    assert CUT_OFF in (getattr(item, "error", ""), getattr(item, "failure", ""))
    assert "--timeout left too little time" in ran.text()
    assert "Please report it" not in ran.text()
    assert not {knock.address for knock in network.knocks} & set(CONTROL_ADDRESSES)


def test_a_look_beside_that_was_cut_short_leaves_nothing(authority: Authority) -> None:
    network = one_host(authority, on_587="silent", on_465="silent", otherwise="silent")
    beside = Ran(network, authority, timeout=0.8).observations.of(ConnectAttempt, role="probe")
    assert beside == []
    assert network.knocks_on(ADDRESS, 465)


def test_an_answer_within_a_short_timeout_counts(authority: Authority) -> None:
    assert Ran(one_host(authority), authority, timeout=1).report.verdict == "healthy"


def test_a_getaddrinfo_that_never_returns_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()

    def stuck(*arguments: object, **more: object) -> list[Any]:
        released.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    result = asyncio.run(SystemNetwork().system_lookup("mail.example.com", 0.01))
    released.set()
    assert result.error == "timeout"


def test_nothing_goes_on_after_the_run(authority: Authority) -> None:
    """In a program's own loop a run must leave no task behind, however it ended."""
    network = one_host(authority, on_587=Behaviour(on_accept=Act.SILENCE), otherwise="silent")
    left: list[set[asyncio.Task[Any]]] = []
    original = order._Examination.run

    async def examined(self: Any) -> None:
        before = asyncio.all_tasks()
        # only the last resort is left
        self.state.deadline = type(self.state.deadline)(network.clock, 3600)
        try:
            await original(self)
        finally:
            await asyncio.sleep(0)
            left.append(asyncio.all_tasks() - before - network.tasks)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order._Examination, "run", examined)
        Ran(network, authority, timeout=2)
    assert left == [set()]
    assert all(knock.stream.closed for knock in network.knocks if knock.stream)


# --- crashes --------------------------------------------------------------------------------


async def boom(*arguments: object, **more: object) -> Any:
    raise RuntimeError("seven-herons-at-dawn in the text of a fault")


@pytest.mark.parametrize(
    ("module", "name", "check", "passed"),
    [
        (dns, "look_up", "dns", ["settings"]),
        (reach, "attempt", "reach", ["settings", "dns"]),
        (tls, "converse", "tls", ["settings", "dns", "reach"]),
        (auth, "log_in", "auth", ["settings", "dns", "reach", "tls"]),
        (sender, "dry_run", "sender", ["settings", "dns", "reach", "tls", "auth"]),
    ],
)
def test_a_check_that_crashes_is_reported_and_the_others_go_on(
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    check: str,
    passed: list[str],
) -> None:
    monkeypatch.setattr(module, name, boom)
    network = one_host(authority)
    ran = Ran(network, authority)
    assert {where for where, _ in ran.crashes} == {check}
    assert all(
        crash == "RuntimeError at test_order.py:" + crash.rpartition(":")[2]
        for _, crash in ran.crashes
    )
    by_name = {item.name: item for item in ran.report.checks}
    assert by_name[check].status == "failed"
    assert "smtpdoctor's own fault: RuntimeError" in by_name[check].summary
    assert [item for item in passed if by_name[item].status != "passed"] == []
    assert ran.report.verdict == "inconclusive"
    assert ran.report.exit_status() == 3
    assert "herons" not in ran.everything()
    network.assert_tidy()


def test_a_probe_that_crashes_stops_nothing(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sessions, "_legacy_handshake", boom)
    ran = Ran(one_host(authority, on_587=Behaviour(handshake=alert(70))), authority)
    assert ran.codes() == ["tls-version-unsupported"]
    assert [check for check, _ in ran.crashes] == ["tls"]
    assert "other-port" in ran.purposes


# --- which checks run -----------------------------------------------------------------------


def statuses(ran: Ran) -> dict[str, str]:
    return {item.name: item.status for item in ran.report.checks}


def test_only_takes_along_what_it_needs() -> None:
    assert select(only=["settings"]) == {"settings"}
    assert select(only=["dns"]) == {"settings", "dns"}
    assert select(only=["reach"]) == {"settings", "dns", "reach"}
    assert select(only=["sender"]) == {"settings", "dns", "reach", "tls", "auth", "sender"}


def test_skip_takes_along_what_cannot_do_without_it() -> None:
    assert select(skip=["dns"]) == {"settings", "reach", "tls", "auth", "sender"}
    assert select(skip=["tls"]) == {"settings", "dns", "reach"}
    assert select(skip=["auth"]) == {"settings", "dns", "reach", "tls"}
    assert select(skip=["settings"]) == set()
    assert select(only=["tls"], skip=["dns"]) == {"settings", "reach", "tls"}


def test_only_settings_touches_nothing(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, only=["settings"])
    assert network.knocks == []
    assert network.asked == []
    assert statuses(ran) == {"settings": "passed"} | dict.fromkeys(
        ("dns", "reach", "tls", "auth", "sender"), "skipped"
    )


def test_only_dns_connects_to_nothing(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, only=["dns"])
    assert network.knocks == []
    assert statuses(ran)["dns"] == "passed"


def test_only_reach_says_nothing(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, only=["reach"])
    assert statuses(ran)["reach"] == "passed"
    assert all(not knock.stream.sent for knock in network.knocks if knock.stream)
    assert ran.purposes == []


def test_only_tls_sends_no_password_and_no_sender(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, only=["tls"])
    assert ran.steps() == ["greeting", "ehlo", "starttls", "ehlo", "quit"]
    assert statuses(ran)["auth"] == "skipped"
    network.assert_tidy()


def test_only_auth_sends_no_sender(authority: Authority) -> None:
    ran = Ran(one_host(authority), authority, only=["auth"])
    assert ran.steps() == ["greeting", "ehlo", "starttls", "ehlo", "auth", "quit"]


def test_skip_dns_looks_no_name_up_in_any_check(authority: Authority) -> None:
    network = one_host(authority, on_587="silent")
    ran = Ran(network, authority, skip=["dns"])
    assert network.asked == []
    assert network.knocks == []
    assert statuses(ran) == {"settings": "passed"} | dict.fromkeys(
        ("dns", "reach", "tls", "auth", "sender"), "skipped"
    )


@pytest.mark.parametrize(
    ("host", "options", "asked"),
    [
        ("smtp.ionos.com", {}, True),
        ("smtp.ionos.com", {"third_party": False}, False),
        ("relay.example.com", {}, False),
    ],
)
def test_public_resolvers_are_asked_of_a_provider_s_host_with_a_private_address(
    authority: Authority, host: str, options: dict[str, bool], asked: bool
) -> None:
    network = one_host(authority, names={host: ("10.0.0.25",)})
    ran = Ran(network, authority, env={"SMTP_HOST": host}, **options)
    assert bool(ran.observations.of(NameServerAnswer, asked_for="control")) == asked


def test_skip_dns_goes_on_with_an_address_and_looks_no_control_up(authority: Authority) -> None:
    network = one_host(authority, on_587="silent")
    ran = Ran(network, authority, env={"SMTP_HOST": ADDRESS}, skip=["dns"])
    assert network.asked == []
    assert statuses(ran)["reach"] == "failed"
    assert set(CONTROL_ADDRESSES) <= network.touched  # addresses, not names


def test_skip_dns_goes_on_with_connect_to(authority: Authority) -> None:
    network = one_host(authority)
    mapped = [ConnectTo(host=HOST, port=587, address=ADDRESS, target_port=587)]
    ran = Ran(network, authority, skip=["dns"], connect_to=mapped)
    assert network.asked == []
    assert statuses(ran)["sender"] == "passed"


def test_a_skipped_check_says_what_it_needed(authority: Authority) -> None:
    ran = Ran(one_host(authority), authority, skip=["tls"])
    skipped = {item.name: item.skipped_because for item in ran.observations.of(CheckRun)}
    assert skipped == {"tls": "left out", "auth": "tls", "sender": "tls"}


# --- settings that the run could not go by --------------------------------------------------


def test_without_a_host_only_the_settings_are_looked_at(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, env={"SMTP_HOST": "not a host!"})
    assert ran.codes() == ["host-malformed"]
    assert network.knocks == []


def test_a_broken_port_is_named_and_the_usual_one_checked(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, env={"SMTP_PORT": "99999"})
    assert "wrong-port" in ran.codes() or "setting-invalid" in ran.codes()
    assert statuses(ran)["tls"] == "passed"


def test_without_any_settings_the_way_to_ionos_is_looked_at(authority: Authority) -> None:
    names = {"smtp.ionos.com": ("192.0.2.30",), "smtp.ionos.de": ("192.0.2.31",)}
    others: dict[tuple[str, int], Any] = {}
    for host, (address,) in names.items():
        certificate = authority.issue([host])
        others[address, 587] = Behaviour(certificate=certificate)
        others[address, 465] = Behaviour(certificate=certificate, implicit_tls=True)
    network = one_host(authority, names=names, others=others)
    ran = Ran(network, authority, env={"SMTP_HOST": None, "SMTP_USER": None, "SMTP_PASS": None})
    assert ran.report.verdict == "inconclusive"
    assert ran.report.exit_status() == 3
    begun = {(item.host, item.port) for item in ran.observations.of(Session)}
    assert begun == {(host, port) for host in names for port in (465, 587)}
    assert all(session.auth_attempts == 0 for session in network.sessions)
    assert not any("MAIL" in verbs(session) for session in network.sessions)
    assert ran.text().splitlines()[0].startswith("no settings were found in")
    network.assert_tidy()


def test_a_target_alone_gets_no_login(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, options=Options(target=f"{HOST}:587"))
    # the environment names the same host, so its credentials belong to it
    assert ran.steps().count("auth") == 1
    network = one_host(authority, names={"mail.example.net": (ADDRESS,)})
    ran = Ran(network, authority, options=Options(target="mail.example.net:587"), only=["auth"])
    assert "auth" not in ran.steps()


# --- name servers ---------------------------------------------------------------------------


def test_a_dead_name_server_does_not_hold_up_the_session(authority: Authority) -> None:
    network = one_host(authority, nameservers=("192.0.2.53", "192.0.2.54"))
    original = network.ask

    async def ask(
        server: str, question: str, record: str, timeout: float, **more: Any
    ) -> AnswerResult:
        if server == "192.0.2.54":
            await asyncio.sleep(timeout)
            return AnswerResult(outcome="silent")
        return await original(server, question, record, timeout, **more)

    network.ask = ask  # type: ignore[method-assign]
    ran = Ran(network, authority)
    assert ran.codes("warning") == ["dns-nameserver-dead"]
    session = ran.observations.first(Session)
    assert session is not None
    assert session.at < 0.1
    assert {item.server for item in ran.observations.of(NameServerAnswer)} == {
        "192.0.2.53",
        "192.0.2.54",
    }


def test_documentation_addresses_count_as_internet() -> None:
    """What the tests above rest on."""
    assert not is_local(ADDRESS)
    assert is_local("127.0.0.1")


@pytest.fixture(autouse=True)
def _no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here may reach a real network by mistake."""

    def refuse(*arguments: object) -> None:
        raise AssertionError("a real connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)


def test_a_rule_that_crashes_costs_nobody_the_report(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtpdoctor.diagnosis.rules.auth import credentials_rejected

    def crash(run: Any) -> Any:
        raise KeyError("seven-herons-at-dawn")

    monkeypatch.setattr(credentials_rejected, "diagnose", crash)
    ran = Ran(one_host(authority), authority)
    assert ran.report.verdict == "inconclusive"
    (fault,) = ran.report.faults
    assert fault.startswith("rule credentials-rejected: KeyError at test_order.py:")
    assert "smtpdoctor's own fault: rule credentials-rejected" in ran.text()
    assert "herons" not in ran.everything()


@pytest.mark.parametrize("mapped", [False, True])
def test_names_that_the_server_gives_itself_are_looked_up(
    authority: Authority, mapped: bool
) -> None:
    """Only where its certificate is another name's, and nobody says where the host is."""
    hoster = Behaviour(
        certificate=authority.issue(["*.webhost.example", "mx.webhost.example"]),
        greeting="220 srv7.webhost.example ESMTP Exim",
    )
    names = {HOST: (ADDRESS,), "srv7.webhost.example": (ADDRESS,)}
    plan = (
        {"connect_to": [ConnectTo(host=HOST, port=587, address=ADDRESS, target_port=587)]}
        if mapped
        else {}
    )
    ran = Ran(one_host(authority, on_587=hoster, on_465="refused", names=names), authority, **plan)
    found = {item.name: item.leads_here for item in ran.observations.of(OwnNameLookup)}
    assert found == ({} if mapped else {"srv7.webhost.example": True, "mx.webhost.example": False})


def test_no_name_is_looked_up_where_the_certificate_is_good(authority: Authority) -> None:
    assert not Ran(one_host(authority), authority).observations.of(OwnNameLookup)
