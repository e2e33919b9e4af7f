"""What is looked at next, from a plan and made-up observations: no network, no loop, no clock."""

from __future__ import annotations

from typing import Any

import pytest

from smtpdoctor import knowledge
from smtpdoctor.examination import strategy
from smtpdoctor.examination.plan import ConnectTo, Plan, select
from smtpdoctor.examination.strategy import Met
from smtpdoctor.observations import (
    AnyObservation,
    CertificateSeen,
    ConnectAttempt,
    Exchange,
    Handshake,
    LoginNotTried,
    Observations,
    Session,
    Step,
)
from smtpdoctor.settings.model import Credentials, Settings, SetupIdentity, TLSMode
from smtpdoctor.smtp.replies import Reply

HOST = "mail.example.com"
ADDRESS, SECOND, IPV6 = "192.0.2.10", "192.0.2.11", "2001:db8::10"
OLD_OPENSSL, NEW_OPENSSL = (3, 0, 13), (3, 5, 0)


def planned(host: str = HOST, port: int = 587, tls: TLSMode = "starttls", **more: Any) -> Plan:
    settings = Settings(
        host=host, port=port, tls=tls, found=more.pop("found", True), **more.pop("settings", {})
    )
    return Plan(settings=settings, credentials=Credentials(), **more)


def mapped(*ports: int) -> dict[str, Any]:
    return {
        "connect_to": tuple(
            ConnectTo(host=HOST, port=port, address="127.0.0.1", target_port=4000 + port)
            for port in ports
        )
    }


def begun(tls: TLSMode, connection: str = "1", **more: Any) -> Session:
    place = {"host": HOST, "address": ADDRESS, "port": 587, "purpose": "configured"} | more
    return Session(connection=connection, tls=tls, **place)


def said(step: Step, *lines: str, code: int = 250, in_tls: bool = False, **more: Any) -> Exchange:
    reply = Reply(code=code, lines=lines or ("ok",), raw=b"")
    more = {"connection": "1", "ok": code < 400, **more}
    return Exchange(step=step, reply=reply, in_tls=in_tls, **more)


def no_greeting(outcome: Any = "silence", **more: Any) -> Exchange:
    return Exchange(connection="1", step="greeting", outcome=outcome, ok=False, **more)


def shook(
    mode: Any = "starttls", failure: Any = "", connection: str = "1", **more: Any
) -> Handshake:
    return Handshake(connection=connection, mode=mode, failure=failure, ok=not failure, **more)


def certificate(*, verified: bool, connection: str = "1") -> CertificateSeen:
    return CertificateSeen(
        connection=connection, hostname=HOST, chain=(), verified=verified, ok=verified
    )


GREETED = said("greeting", code=220)
OFFERED = said("ehlo", HOST, "STARTTLS")


def after(plan: Plan, *seen: AnyObservation) -> list[tuple[str, str]]:
    """Why, and in which mode, sessions are begun after these."""
    probes = strategy.probes_after_failure(plan, Observations(seen), "1", ADDRESS)
    assert {(each.host, each.address, each.port) for each in probes} <= {(HOST, ADDRESS, plan.port)}
    return [(each.purpose, each.tls) for each in probes]


# --- addresses ------------------------------------------------------------------------------


def test_four_addresses_of_each_family_in_their_order() -> None:
    fours = [f"192.0.2.{number}" for number in range(1, 7)]
    sixes = [f"2001:db8::{number}" for number in range(1, 7)]
    mixed = [address for pair in zip(sixes, fours, strict=True) for address in pair]
    assert strategy.addresses_to_try(mixed) == tuple(mixed[:8])
    assert strategy.addresses_to_try([*fours, *sixes]) == (*fours[:4], *sixes[:4])
    assert strategy.addresses_to_try([ADDRESS, ADDRESS, IPV6]) == (ADDRESS, IPV6)
    assert strategy.addresses_to_try([]) == ()


def test_the_first_of_each_family() -> None:
    assert set(strategy.one_of_each_family((ADDRESS, SECOND, IPV6))) == {ADDRESS, IPV6}


# --- knocks ---------------------------------------------------------------------------------


def test_the_two_submission_ports_are_knocked_on_in_every_run() -> None:
    def ports(plan: Plan) -> list[int]:
        return [each.port for each in strategy.knocks_at_once(plan, [ADDRESS])]

    assert ports(planned(port=587)) == [465]
    assert ports(planned(port=465)) == [587]
    assert ports(planned(port=2525)) == [465, 587]
    assert ports(planned(**mapped(587))) == []
    assert ports(planned(**mapped(587, 465))) == [465]


def test_after_a_port_that_failed_25_only_for_a_request() -> None:
    def ports(plan: Plan) -> set[int]:
        return {each.port for each in strategy.knocks_without_connection(plan, [ADDRESS])}

    assert ports(planned()) == {465, 2525, 443}
    assert ports(planned(ticket=True)) == {465, 2525, 443, 25}
    assert ports(planned("smtp.ionos.com", ticket=False)) == {465, 443}  # 2525 is not served
    assert ports(planned(ticket=True, **mapped(587))) == set()
    assert 25 not in ports(planned(port=25, ticket=True))


def test_other_companies_only_about_a_way_through_the_internet() -> None:
    assert strategy.wants_controls(planned(), [ADDRESS])
    assert strategy.wants_controls(planned(), ["10.0.0.1", ADDRESS])
    assert not strategy.wants_controls(planned(), ["10.0.0.1", "127.0.0.1"])
    assert not strategy.wants_controls(planned(third_party=False), [ADDRESS])
    assert not strategy.wants_controls(planned(**mapped(587)), [ADDRESS])
    assert strategy.public_resolvers(planned(third_party=False)) == ()


def test_control_hosts_are_two_independent_ones_that_serve_the_port() -> None:
    def controls(plan: Plan) -> list[tuple[str, int]]:
        return [(each.provider, each.port) for each in strategy.control_hosts(plan)]

    assert controls(planned()) == [("gmail", 587), ("microsoft365", 587)]
    assert ("gmail", 587) not in controls(planned("smtp.gmail.com"))
    assert len(controls(planned("smtp.gmail.com"))) == 2
    assert {port for _, port in controls(planned(ticket=True))} == {587, 25}
    assert controls(planned(port=4711)) == []
    assert controls(planned(selected=select(skip=["dns"]))) == []


def test_regions_are_the_provider_s_own_knowledge() -> None:
    ionos = planned("smtp.ionos.com")
    assert knowledge.providers()["ionos"].region_hosts == ("smtp.ionos.com", "smtp.ionos.de")
    assert strategy.other_hosts(ionos) == ("smtp.ionos.de",)
    assert strategy.other_hosts(planned("SMTP.ionos.de.")) == ("smtp.ionos.com",)
    assert strategy.knocked_at_once(ionos, "smtp.ionos.de")
    mailgun = planned("smtp.mailgun.org")
    assert strategy.other_hosts(mailgun) == ("smtp.eu.mailgun.org",)
    assert not strategy.knocked_at_once(mailgun, "smtp.eu.mailgun.org")
    assert strategy.other_hosts(planned()) == ()
    everywhere = ConnectTo(host="", port=0, address="127.0.0.1", target_port=1)
    assert strategy.other_hosts(planned("smtp.ionos.com", connect_to=(everywhere,))) == ()
    assert strategy.other_hosts(planned("smtp.ionos.com", selected=select(skip=["dns"]))) == ()


def test_other_hosts_are_knocked_on_at_few_addresses() -> None:
    many = [f"192.0.2.{number}" for number in range(1, 100)]
    knocks = strategy.knocks_on_other_host(planned(port=2525), "other.example.com", many)
    assert {each.port for each in knocks} == {2525, 465, 587}
    assert {each.address for each in knocks} == set(many[:4])


# --- traces ---------------------------------------------------------------------------------


def traced(plan: Plan, addresses: list[str], *seen: AnyObservation) -> set[tuple[str, int]]:
    found = strategy.traces(plan, addresses, Observations(seen))
    return {(each.address, each.port) for each in found}


def test_the_ways_to_the_port_to_443_and_to_what_is_open() -> None:
    attempt = ConnectAttempt(
        host=HOST, address=ADDRESS, port=465, family="IPv4", outcome="open", purpose="other-port"
    )
    assert traced(planned(), [ADDRESS], attempt) == {(ADDRESS, 587), (ADDRESS, 443), (ADDRESS, 465)}
    assert traced(planned(), [ADDRESS, SECOND, IPV6]) == {
        (address, port) for address in (ADDRESS, IPV6) for port in (587, 443)
    }


def test_no_trace_to_this_machine_and_none_where_a_connection_goes_elsewhere() -> None:
    assert traced(planned(), ["127.0.0.1", "::1"]) == set()
    assert traced(planned(**mapped(587)), [ADDRESS]) == set()


# --- what a session has met -----------------------------------------------------------------


def test_a_session_that_works() -> None:
    starttls = said("starttls", code=220)
    again = said("ehlo", HOST, in_tls=True)
    whole = (begun("starttls"), GREETED, OFFERED, starttls, shook(), certificate(verified=True))
    assert not Met.of(Observations(whole), "1").works  # what was learnt before TLS is forgotten
    met = Met.of(Observations((*whole, again)), "1")
    assert met.works
    assert met.greeted
    assert met.in_tls
    refused = (*whole[:-1], certificate(verified=False))
    met = Met.of(Observations(refused), "1")
    assert (met.in_tls, met.certificate_refused, met.works) == (False, True, False)
    assert not Met.of(Observations(whole), "2").greeted


def test_after_a_reconnect_the_last_handshake_counts() -> None:
    seen = Observations(
        (
            begun("implicit"),
            shook("implicit"),
            certificate(verified=False),
            shook("implicit"),  # without verification: no certificate is recorded
            said("greeting", code=220, in_tls=True),
            said("ehlo", HOST, in_tls=True),
        )
    )
    met = Met.of(seen, "1")
    assert met.works
    assert met.certificate_refused


# --- silence --------------------------------------------------------------------------------


def test_three_round_trips_but_half_a_second_at_least() -> None:
    assert strategy.silent_after(0.01) == 0.5
    assert strategy.silent_after(0.4) == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("own", "other"), [("starttls", "implicit"), ("none", "implicit"), ("implicit", "starttls")]
)
def test_into_a_silence_goes_the_other_mode(own: TLSMode, other: TLSMode) -> None:
    probe = strategy.probe_into_silence(planned(tls=own), ADDRESS)
    assert (probe.purpose, probe.tls) == ("other-mode", other)


@pytest.mark.parametrize(
    ("seen", "explained"),
    [
        ((begun("implicit"), shook("implicit"), certificate(verified=True)), True),
        ((begun("implicit"), shook("implicit", "not-tls", protocol="http")), True),
        ((begun("implicit"), shook("implicit", "not-tls", protocol="smtp")), False),
        ((begun("implicit"), shook("implicit", "stalled", protocol="empty")), False),
        ((begun("implicit"), shook("implicit", "closed", protocol="empty")), False),
        ((begun("starttls"), GREETED), True),
        ((begun("starttls"), no_greeting()), False),
        ((begun("starttls"),), False),
    ],
)
def test_when_a_silence_needs_no_more_waiting(seen: Any, explained: bool) -> None:
    assert strategy.silence_is_explained(Met.of(Observations(seen), "1")) is explained


# --- after a failure ------------------------------------------------------------------------


def test_a_silent_greeting_gets_the_other_mode_and_a_noop() -> None:
    seen = (begun("starttls"), no_greeting())
    assert after(planned(), *seen) == [("other-mode", "implicit"), ("noop", "none")]
    tried = begun("implicit", "2", purpose="other-mode")
    stalled = shook("implicit", "stalled", "2")
    assert after(planned(), *seen, tried, stalled) == [("noop", "none")]
    assert after(planned(), *seen, tried, shook("implicit", connection="2")) == []
    elsewhere = begun("implicit", "2", purpose="other-port", port=465)
    assert ("other-mode", "implicit") in after(planned(), *seen, elsewhere)


def test_a_greeting_that_is_silent_inside_tls_gets_a_noop_inside_tls() -> None:
    seen = (begun("implicit"), shook("implicit"), no_greeting(in_tls=True))
    assert after(planned(tls="implicit", port=465), *seen) == [("noop", "implicit")]


@pytest.mark.parametrize("outcome", ["closed", "reset", "tls"])
def test_a_connection_that_ends_before_a_greeting_gets_the_other_mode(outcome: str) -> None:
    seen = (begun("starttls"), no_greeting(outcome))
    assert after(planned(), *seen) == [("other-mode", "implicit")]


def test_a_greeting_that_refuses_gets_nothing_on_the_same_port() -> None:
    refusal = said("greeting", code=554)
    assert after(planned(), begun("starttls"), refusal) == []


@pytest.mark.parametrize(
    ("failure", "probes"),
    [
        ("not-tls", [("other-mode", "starttls")]),
        ("stalled", [("other-mode", "starttls")]),
        ("reset", [("other-mode", "starttls")]),
        ("closed", [("other-mode", "starttls"), ("legacy-tls", "implicit")]),
        ("version", [("legacy-tls", "implicit")]),
        ("cipher", [("legacy-tls", "implicit")]),
        ("alert", [("legacy-tls", "implicit")]),
        ("other", [("legacy-tls", "implicit")]),
        ("cut-off", []),
    ],
)
def test_each_end_of_a_handshake_has_its_probes(failure: str, probes: list[Any]) -> None:
    assert after(planned(tls="implicit"), begun("implicit"), shook("implicit", failure)) == probes


def test_without_tls_starttls_is_tried_where_it_is_offered() -> None:
    refused = said("mail", code=530)
    seen = (begun("none"), GREETED, OFFERED, refused)
    assert after(planned(tls="none"), *seen) == [("other-mode", "starttls")]
    plain = (begun("none"), GREETED, said("ehlo", HOST), refused)
    assert after(planned(tls="none"), *plain) == []


def test_a_session_without_tls_is_enough_unless_tls_has_more() -> None:
    def enough(plan: Plan, *seen: AnyObservation) -> bool:
        run = Observations(seen)
        return strategy.is_enough(plan, Met.of(run, "1"), run, "1")

    seen = (begun("none"), GREETED, OFFERED)
    login = {"settings": {"username": "info", "has_password": True}}
    assert enough(planned(tls="none"), *seen)
    assert not enough(planned(tls="none", **login), *seen)
    assert not enough(planned(tls="none"), *seen, said("mail", code=530))
    assert enough(planned(tls="none", **login), begun("none"), GREETED, said("ehlo", HOST))
    assert enough(planned(**login), *seen, said("mail", code=530))


@pytest.mark.parametrize("reason", ["not-offered", "no-tls"])
def test_without_a_login_on_offer_another_port_may_be_the_one(reason: str) -> None:
    kept = LoginNotTried(connection="1", reason=reason)  # type: ignore[arg-type]
    run = Observations((begun("starttls"), GREETED, OFFERED, kept))
    login = {"settings": {"username": "info", "has_password": True}}
    assert strategy.is_enough(planned(**login), Met.of(run, "1"), run, "1") == (reason == "no-tls")
    assert strategy.is_enough(planned(), Met.of(run, "1"), run, "1")


def test_a_stalled_handshake_is_tried_with_smaller_packets() -> None:
    def sizes(openssl: tuple[int, ...]) -> list[tuple[str, int]]:
        probes = strategy.probes_of_size(planned(), ADDRESS, openssl)
        return [(each.purpose, each.segment_size) for each in probes]

    def stalled(*seen: AnyObservation) -> bool:
        return strategy.has_stalled(Observations(seen), "1")

    small = [("small-segments", 1200), ("small-segments", 536)]
    assert sizes(OLD_OPENSSL) == small
    assert sizes(NEW_OPENSSL) == [("one-group", 0), *small]
    assert stalled(begun("starttls"), GREETED, shook("starttls", "stalled"))
    assert not stalled(begun("starttls"), shook("starttls", "alert"))


def test_the_distance_tells_where_somebody_else_may_answer() -> None:
    def wanted(plan: Plan, *seen: AnyObservation) -> bool:
        return strategy.wants_traces(plan, Observations(seen), "1")

    assert wanted(planned(), begun("starttls"), GREETED, said("ehlo", HOST))  # stripped
    assert wanted(planned(tls="implicit"), shook("implicit"), certificate(verified=False))
    assert not wanted(planned(), begun("starttls"), no_greeting())
    assert not wanted(planned(), GREETED, OFFERED, shook(), certificate(verified=True))
    assert not wanted(planned(tls="none"), begun("none"), GREETED)


# --- other ports and hosts ------------------------------------------------------------------


def test_other_ports_are_entered_in_their_usual_mode() -> None:
    def modes(plan: Plan) -> dict[int, str]:
        entrances = strategy.other_entrances(plan, [ADDRESS, IPV6])
        return {port: each.probes[0].tls for port, each in entrances.items()}

    assert modes(planned()) == {465: "implicit", 2525: "starttls"}
    assert modes(planned(port=465)) == {587: "starttls", 2525: "starttls"}
    assert modes(planned("smtp.ionos.com")) == {465: "implicit"}
    assert modes(planned(**mapped(587, 465))) == {465: "implicit"}
    entrance = strategy.other_entrances(planned(), [ADDRESS, IPV6])[465]
    assert [each.address for each in entrance.knocks] == [ADDRESS, IPV6]
    assert [each.purpose for each in entrance.probes] == ["other-port"] * 2


def test_another_host_comes_after_the_host_s_own_ways() -> None:
    failed = (begun("starttls"), no_greeting())
    works = (
        begun("implicit", "2", purpose="other-port", port=465),
        shook("implicit", connection="2"),
        certificate(verified=True, connection="2"),
        said("ehlo", HOST, in_tls=True, connection="2"),
    )
    assert strategy.wants_other_hosts(planned(), Observations(failed))
    assert not strategy.wants_other_hosts(planned(), Observations((*failed, *works)))
    assert strategy.wants_other_hosts(planned(), Observations((*failed, *works[:2])))
    assert strategy.wants_other_hosts(planned(found=False), Observations((*failed, *works)))
    in_clear = (begun("none"), GREETED, OFFERED)
    assert strategy.wants_other_hosts(planned(tls="none"), Observations(in_clear))
    ways = strategy.entrances_of_other_host("other.example.com", [ADDRESS, SECOND])
    assert [(each.probes[0].port, len(each.probes)) for each in ways] == [(465, 1), (587, 1)]


@pytest.mark.parametrize(
    ("dialect", "expected"), [(None, "implicit"), ("env", "implicit"), ("symfony", "none")]
)
def test_what_a_program_says_itself_stands_before_its_clients_habit(
    dialect: str | None, expected: str
) -> None:
    """`new EsmtpTransport($host, 465, false)` is no TLS, `smtp://host:465` is TLS."""
    setup = None if dialect is None else SetupIdentity(name="send.php:3", dialect=dialect)
    settings = Settings(host=HOST, port=465, tls="none", setup=setup)
    assert strategy.mode_of(settings, knowledge.clients()["symfony-mailer"]) == expected
