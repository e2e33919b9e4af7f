"""What the views decide for all rules: whose server it is, what works, and which code fits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import pytest

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import covers, interceptor, is_past, leaf_alone
from smtpdoctor.diagnosis.views.clock import moment, span
from smtpdoctor.diagnosis.views.mode import REGISTERED
from smtpdoctor.diagnosis.views.offer import demands_tls
from smtpdoctor.diagnosis.views.sender import domain_of
from smtpdoctor.observations import (
    CertificateSeen,
    ConnectOutcome,
    HandshakeFailure,
    SessionPurpose,
)
from smtpdoctor.settings.model import TLSMode, Withheld, WithheldReason
from smtpdoctor.smtp.replies import Protocol

from ..rules.scene import LoginReason, Scene, authority, certificate, reply
from ..rules.sender.zones import domain


def run_of(scene: Scene) -> Run:
    return Run(scene.observations())


# --- whose server it is ---------------------------------------------------------------------------


def test_the_provider_is_known_by_a_certificate_that_was_verified() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(certificate("smtp.ionos.de"), authority())

    provider = run_of(scene).provider

    assert provider is not None
    assert provider.id == "ionos"


@pytest.mark.parametrize("code", [18, 20, 62])
def test_a_certificate_that_was_not_verified_tells_no_provider(code: int) -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(certificate("smtp.ionos.de"), verify_code=code)

    assert run_of(scene).provider is None


NEAR = ("127.0.0.1", "10.0.0.5", "192.168.1.3", "fd00::5", "::1")


def met(host: str, *addresses: str, **settings: Any) -> Run:
    scene = Scene(host=host, **settings)
    scene.addresses(*addresses)
    return run_of(scene)


@pytest.mark.parametrize("address", NEAR)
def test_a_known_providers_host_is_never_in_the_house(address: str) -> None:
    run = met("smtp.ionos.com", address)

    assert run.is_local_target
    assert not run.is_in_house
    assert not run.is_loopback_target
    assert not run.may_do_without_tls


@pytest.mark.parametrize(
    ("host", "address", "login", "expected"),
    [
        ("mail.example.com", "10.0.0.5", True, False),  # only a DNS answer says that it is near
        ("mail.example.com", "10.0.0.5", False, True),  # nothing to lose
        ("mail.example.com", "127.0.0.1", True, True),  # goes nowhere
        ("10.0.0.5", "10.0.0.5", True, True),  # the user's own word
        ("mail.example.com", "192.0.2.1", False, False),
        ("192.0.2.1", "192.0.2.1", True, False),
    ],
)
def test_who_may_go_without_tls(host: str, address: str, login: bool, expected: bool) -> None:
    run = met(host, address, username="info@example.com" if login else None)

    assert run.may_do_without_tls is expected


def test_of_several_addresses_all_have_to_be_near() -> None:
    assert not met("mail.example.com", "10.0.0.5", "192.0.2.1").is_in_house
    assert not met("mail.example.com", "127.0.0.1", "10.0.0.5").is_loopback_target


# --- what works -----------------------------------------------------------------------------------


def test_a_way_works_only_with_a_certificate_that_was_verified() -> None:
    good, bad = Scene(), Scene()
    good.session().rest()
    session = bad.session().up_to("certificate").certificate(certificate("x"), verify_code=20)
    session.ehlo()

    assert run_of(good).main.works  # type: ignore[union-attr]
    assert not run_of(bad).main.works  # type: ignore[union-attr]
    assert run_of(bad).main.speaks_tls_mode  # type: ignore[union-attr]


def test_an_unverified_other_port_is_no_working_way() -> None:
    scene = Scene()
    scene.session().greeting(outcome="silence")
    probe = scene.session("other-port").up_to("certificate")
    probe.certificate(certificate("x"), verify_code=20).ehlo()

    assert run_of(scene).working_ways == []


def test_ways_stand_same_port_first_then_other_ports_then_other_hosts() -> None:
    scene = Scene(tls="implicit", port=587)
    scene.session().handshake(failure="closed")
    scene.session("other-host", host="smtp.ionos.de").rest()
    scene.session("other-port").rest()
    scene.session("other-mode").rest()

    ways = run_of(scene).working_ways

    assert [(way.host, way.port, way.tls) for way in ways] == [
        ("smtp.ionos.com", 587, "starttls"),
        ("smtp.ionos.com", 465, "implicit"),
        ("smtp.ionos.de", 465, "implicit"),
    ]


@pytest.mark.parametrize("ehlo", ["550 no", "421 later"])
def test_a_way_needs_ehlo(ehlo: str) -> None:
    scene = Scene(tls="none", host="10.0.0.5")
    scene.session().greeting().ehlo(text=ehlo)

    assert not run_of(scene).main.works  # type: ignore[union-attr]


# --- how far the verdict may go -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        ("no-credentials", "healthy"),
        ("skipped", "healthy"),
        ("withheld", "inconclusive"),
        ("verification-disabled", "inconclusive"),
        ("host-suspicious", "inconclusive"),
        ("unverified", "inconclusive"),
    ],
)
def test_a_login_that_was_kept_back_leaves_the_verdict_open(
    reason: LoginReason, verdict: str
) -> None:
    scene = Scene()
    scene.session().up_to("auth").no_login(reason).quit()

    assert scene.judge().verdict == verdict


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        ("another-host-asked", "healthy"),  # a server named by hand, for which nobody gave any
        ("written-for-another-host", "inconclusive"),
        ("host-from-folder", "inconclusive"),
        ("another-user", "inconclusive"),
        ("host-with-user", "inconclusive"),
    ],
)
def test_why_credentials_stayed_decides_how_open_the_verdict_is(
    reason: WithheldReason, verdict: str
) -> None:
    withheld = Withheld(reason=reason, host="smtp.ionos.com", place=".env")
    scene = Scene(username=None, withheld=withheld)
    scene.session().up_to("auth").no_login("withheld").quit()

    assert scene.judge().verdict == verdict


# --- certificates ---------------------------------------------------------------------------------


def seen(*chain: Any, code: int = 20) -> CertificateSeen:
    return CertificateSeen(
        connection="1", hostname="x", chain=chain, verified=False, verify_code=code, ok=False
    )


def test_a_leaf_that_signed_itself_has_nothing_above_it() -> None:
    own = certificate("mail.example.com")
    assert leaf_alone(seen(own))
    assert leaf_alone(seen(own, code=21))
    assert not leaf_alone(seen(certificate("mail.example.com", self_issued=True)))
    assert not leaf_alone(seen(own, authority()))
    assert not leaf_alone(seen(own, code=18))
    assert not leaf_alone(seen())


@pytest.mark.parametrize(
    ("code", "chain", "trusted", "store", "expected"),
    [
        (9, "leaf", False, 1, "certificate-not-yet-valid"),
        (10, "leaf", False, 1, "certificate-expired"),
        (62, "leaf", False, 1, "certificate-name-mismatch"),
        (64, "leaf", False, 0, "certificate-name-mismatch"),
        (20, "leaf", True, 0, "trust-store-empty"),
        (20, "shield", True, 0, "trust-store-empty"),
        (20, "shield", True, 1, "tls-intercepted"),
        (18, "own", True, 1, "certificate-self-signed"),
        (18, "own", True, None, "certificate-self-signed"),
        (20, "leaf", True, 1, "certificate-chain-incomplete"),
        (21, "leaf", True, 1, "certificate-chain-incomplete"),
        (20, "leaf", False, 1, "certificate-untrusted"),
        (20, "long", True, 1, "certificate-untrusted"),
        (20, "own", True, 1, "certificate-untrusted"),
        (2, "leaf", True, 1, "certificate-untrusted"),
        (19, "long", True, 1, "certificate-untrusted"),
        (66, "leaf", True, 1, "certificate-untrusted"),
    ],
)
def test_which_code_a_refused_certificate_has(
    code: int, chain: str, trusted: bool, store: int | None, expected: str
) -> None:
    leaf = certificate("mail.example.com")
    chains = {
        "leaf": (leaf,),
        "own": (certificate("mail.example.com", self_issued=True),),
        "long": (leaf, authority()),
        "shield": (
            certificate(
                "smtp.example.com", organisation="AVAST", issuer="avast Web/Mail Shield Root"
            ),
        ),
    }
    scene = Scene(host="mail.example.com", trust_store=store)
    scene.session().up_to("certificate").certificate(
        *chains[chain], verify_code=code, issuer_organisation_trusted=trusted
    )

    assert run_of(scene).certificate.code == expected
    assert run_of(scene).certificate.refused_as(expected) is not None
    assert run_of(scene).certificate.refused_as("another") is None


def test_a_name_that_stands_in_the_subject_alone() -> None:
    def name(*chain: Any, code: int | None = None) -> str:
        scene = Scene(host="mail.example.com")
        scene.session().up_to("certificate").certificate(*chain, verify_code=code)
        return run_of(scene).certificate.common_name_alone

    own = certificate(subject={"CN": "mail.example.com"})
    assert name(own, authority()) == "mail.example.com"
    assert name(certificate("mail.example.com"), authority()) == ""
    assert name(own, code=18) == ""
    assert name(certificate(subject={"O": "Example"})) == ""


def test_a_certificate_without_a_verdict_has_no_code() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(certificate("x"), verify_code=0)

    assert run_of(scene).certificate.code is None


def test_a_verified_certificate_has_no_code() -> None:
    assert run_of(Scene.healthy()).certificate.refused is None
    assert run_of(Scene()).certificate.refused is None


@pytest.mark.parametrize(("verify", "severity"), [(True, "error"), (False, "warning")])
def test_a_refused_certificate_is_a_warning_where_nobody_verifies(
    verify: bool, severity: str
) -> None:
    scene = Scene(verify=verify)
    scene.session().up_to("certificate").certificate(certificate("x"), verify_code=20)

    refused = run_of(scene).certificate.refused

    assert refused is not None
    assert refused.severity == severity


@pytest.mark.parametrize(
    ("names", "host", "expected"),
    [
        (("mail.example.com",), "mail.example.com", True),
        (("mail.example.com",), "MAIL.example.com.", True),
        (("*.example.com",), "mail.example.com", True),
        (("*.Example.com",), "mail.example.com", True),
        (("*.example.com",), "example.com", False),
        (("*.example.com",), "a.mail.example.com", False),
        (("*.",), "localhost", False),
        (("example.com",), "mail.example.com", False),
        (("a.example.com",), "b.example.com", False),  # a star alone stands for another label
        ((), "mail.example.com", False),
    ],
)
def test_names_of_a_certificate(names: tuple[str, ...], host: str, expected: bool) -> None:
    assert covers(names, host) is expected


def test_an_interceptor_by_a_word_that_is_not_sure_is_a_hint_only() -> None:
    odd = seen(certificate("x", issuer="avast Web/Mail Shield Self-signed Root"))
    assert interceptor(odd) is None
    assert interceptor(odd, certain=False) is not None


def test_times() -> None:
    noon = moment("2026-11-22T12:00:00Z")
    assert noon is not None
    assert is_past("2026-11-22T11:59:59Z", noon)
    assert not is_past("2026-11-22T12:00:00Z", noon)
    assert not is_past("no time", noon)
    later = moment("2026-11-23")
    assert later is not None
    assert span(later - noon) == "12 hours"
    assert span((later - noon) * 2) == "1 day"
    assert span((later - noon) * 4) == "2 days"
    assert span(noon - noon) == "less than a minute"


# --- handshakes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "failure", "protocol", "expected"),
    [
        ("implicit", "not-tls", "smtp", "implicit-tls-on-starttls-port"),
        ("starttls", "not-tls", "smtp", "tls-handshake-failed"),
        ("implicit", "not-tls", "http", "tls-handshake-failed"),
        ("implicit", "stalled", "tls", "tls-handshake-stalled"),
        ("starttls", "version", "tls", "tls-version-unsupported"),
        ("starttls", "cipher", "tls", "tls-no-shared-cipher"),
        ("starttls", "stalled", "tls", "tls-handshake-stalled"),
        ("starttls", "closed", "tls", "tls-handshake-failed"),
        ("starttls", "reset", "tls", "tls-handshake-failed"),
        ("starttls", "alert", "tls", "tls-handshake-failed"),
        ("starttls", "cut-off", "tls", None),
        ("starttls", "", "tls", None),
    ],
)
def test_which_code_a_failed_handshake_has(
    mode: TLSMode, failure: HandshakeFailure, protocol: Protocol, expected: str | None
) -> None:
    scene = Scene(tls=mode)
    scene.session().up_to("handshake").handshake(failure=failure, protocol=protocol)

    assert run_of(scene).handshake.code == expected


def test_a_failed_handshake_is_given_under_its_own_code_alone() -> None:
    scene = Scene()
    failed = scene.session().up_to("handshake").handshake(failure="stalled").last
    view = run_of(scene).handshake

    assert view.failed_as("tls-handshake-stalled") == failed
    assert view.failed_as("tls-handshake-failed") is None


@pytest.mark.parametrize(
    ("probes", "expected"),
    [
        ((), False),
        ((("small-segments", "stalled"),), False),
        ((("small-segments", "stalled"), ("small-segments", "")), True),
        ((("one-group", ""),), True),
        ((("one-group", "stalled"),), False),
    ],
)
def test_a_port_that_speaks_where_packets_are_small(
    probes: tuple[tuple[SessionPurpose, HandshakeFailure], ...], expected: bool
) -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="stalled")
    for purpose, failure in probes:
        scene.session(purpose).up_to("handshake").handshake(failure=failure)

    assert run_of(scene).handshake.works_small is expected


@pytest.mark.parametrize("failure", ["stalled", "closed", "reset", "alert"])
def test_plain_smtp_on_the_port_explains_a_handshake_that_got_no_tls(
    failure: HandshakeFailure,
) -> None:
    scene = Scene(tls="implicit")
    scene.session().handshake(failure=failure)
    scene.session("other-mode").greeting()

    code = run_of(scene).handshake.code

    assert (code == "implicit-tls-on-starttls-port") is (failure != "alert")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("SSLv3", "tls-version-unsupported"),
        ("TLSv1", "tls-version-unsupported"),
        ("TLSv1.1", "tls-version-unsupported"),
        ("TLSv1.2", "tls-no-shared-cipher"),
    ],
)
def test_what_the_server_speaks_once_old_tls_is_allowed(version: str, expected: str) -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="alert")
    scene.session("legacy-tls").up_to("handshake").handshake(version=version)

    assert run_of(scene).handshake.code == expected


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "text", "expected"),
    [
        ("auth", "535 no", "credentials-rejected"),
        ("auth", "571 odd", "credentials-rejected"),
        ("mail", "451 what", "server-busy"),
        ("mail", "452 what", "server-busy"),
        ("rcpt", "451 what", "server-busy"),
        ("rcpt", "501 what", None),
        ("rcpt", "554 what", None),
        ("mail", "501 what", None),
        ("mail", "599 what", None),
    ],
)
def test_what_a_bare_code_means(
    step: Literal["auth", "mail", "rcpt"], text: str, expected: str | None
) -> None:
    refusal = run_of(Scene(host="mail.example.net").refuse(step, text)).refusal

    assert (refusal.code if refusal else None) == expected


@pytest.mark.parametrize("step", ["mail", "rcpt"])
def test_a_530_after_the_login_forgets_it(step: Literal["mail", "rcpt"]) -> None:
    scene = Scene(host="mail.example.net").refuse(step, "530 5.7.0 Authentication required")

    assert run_of(scene).refused_as("login-not-kept") is not None


def test_a_530_without_a_login_wants_one() -> None:
    scene = Scene(host="mail.example.net", username=None)
    scene.session().up_to("auth").no_login("no-credentials").mail("530 Authentication required")

    assert run_of(scene).refused_as("credentials-missing") is not None


@pytest.mark.parametrize(
    ("step", "expected"), [("mail", "sender-not-allowed"), ("rcpt", "recipient-rejected")]
)
def test_relaying_denied_after_the_login_is_about_the_envelope(
    step: Literal["mail", "rcpt"], expected: str
) -> None:
    scene = Scene(host="mail.example.net").refuse(step, "550 5.7.1 Relaying denied. Log in first")
    refusal = run_of(scene).refusal

    assert (refusal.code if refusal else None) == expected


def test_every_failed_attempt_at_the_step_is_accounted_for() -> None:
    scene = Scene(host="mail.example.net")
    session = scene.session().up_to("auth")
    first = session.auth("504 no", mechanism="PLAIN").last
    second = session.auth("535 no", mechanism="LOGIN").last
    refusal = run_of(scene).refusal

    assert refusal is not None
    assert refusal.failed == (first.id, second.id)


def test_a_mechanism_refused_before_does_not_belong_to_a_refused_sender() -> None:
    scene = Scene(host="mail.example.net")
    session = scene.session().up_to("auth")
    session.auth("504 no", mechanism="PLAIN").auth(mechanism="LOGIN")
    mail = session.mail("550 5.7.1 Sender address rejected: not owned by user info").last
    refusal = run_of(scene).refusal

    assert refusal is not None
    assert refusal.failed == (mail.id,)


# --- what is offered in clear ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("538 no", True),
        ("530 5.7.0 TLS, please", True),
        ("550 you must use TLS", True),
        ("554 STARTTLS required", True),
        ("550 encryption needed for this", True),
        ("550 TLS certificate of the recipient is odd", False),
        ("530 log in", False),
        ("550 you must log in first", False),
        ("454 TLS required, but broken just now", False),
        ("250 TLS required", False),
    ],
)
def test_what_demands_tls(text: str, expected: bool) -> None:
    assert demands_tls(reply(text)) is expected


def test_starttls_that_is_not_offered() -> None:
    missing, offered, implicit, silent = Scene(), Scene(), Scene(tls="implicit"), Scene()
    step = missing.session().greeting().ehlo("SIZE").starttls_not_offered().last
    offered.session().up_to("starttls").starttls("454 not now")
    implicit.session().rest()
    silent.session().greeting().ehlo(outcome="silence")

    assert run_of(missing).offer.not_offered == step
    assert run_of(offered).offer.not_offered is None
    assert run_of(implicit).offer.not_offered is None
    assert run_of(silent).offer.not_offered is None
    assert run_of(Scene()).offer.not_offered is None
    assert run_of(Scene()).offer.marks_of_removal == ()
    assert run_of(silent).offer.marks_of_removal == ()


# --- what wants a cause ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "address", "reached", "roots"),
    [
        ("no-route", "2001:db8::10", True, 0),
        ("no-route", "2001:db8::10", False, 1),
        ("silent", "2001:db8::10", True, 1),
        ("refused", "2001:db8::10", True, 1),
        ("refused", "::1", True, 0),
        ("refused", "::1", False, 1),
    ],
)
def test_what_the_machine_did_without_wants_no_cause(
    outcome: ConnectOutcome, address: str, reached: bool, roots: int
) -> None:
    scene = Scene(host="mail.example.com")
    scene.addresses("192.0.2.10", address)
    scene.connect(outcome, address)
    if reached:
        scene.connect("open", "192.0.2.10")

    assert len(run_of(scene).roots) == roots


def test_no_name_server_wants_no_cause_where_the_name_was_found() -> None:
    found, lost = Scene(host="web-1.example.com"), Scene(host="web-1.example.com")
    found.resolvers().lookup("192.0.2.10")
    found.addresses()
    lost.resolvers().lookup(error="EAI_AGAIN")
    lost.addresses()

    assert run_of(found).roots == ()
    assert run_of(lost).roots != ()


# --- the sender's policies ------------------------------------------------------------------------


def test_of_the_sets_that_a_provider_publishes_the_one_that_is_covered_decides() -> None:
    scene = Scene.healthy().policies(domain("v=spf1 include:_spf.kundenserver.de ~all"))
    policy = run_of(scene).policy

    assert policy is not None
    assert policy.relay.published[0].include != "_spf.kundenserver.de"
    assert policy.published is not None
    assert policy.published.include == "_spf.kundenserver.de"
    assert policy.status == "pass"


def test_of_several_dmarc_records_the_one_that_protects_most_is_kept() -> None:
    zone = domain()
    zone["_dmarc.example.com TXT"] = ["v=DMARC1; p=none", "v=DMARC1; p=reject"]
    found = Scene.healthy().policies(zone).diagnosis("dmarc-invalid")

    (new,) = [item.new for item in found.fixes[0].records if item.new is not None]
    assert new == "v=DMARC1; p=reject"


# --- who is turned away without a login -----------------------------------------------------------


@pytest.mark.parametrize(
    ("port", "offered", "expected"),
    [
        (587, ("PLAIN",), "credentials-missing"),
        (587, (), "credentials-missing"),
        (2525, ("PLAIN",), "credentials-missing"),
        # where nobody can log in the denial is one of the client
        (2525, (), "client-address-refused"),
    ],
)
@pytest.mark.parametrize("step", ["mail", "rcpt"])
def test_a_bare_denial_where_logins_are_taken(
    step: Literal["mail", "rcpt"], port: int, offered: tuple[str, ...], expected: str
) -> None:
    scene = Scene(host="mail.example.net", port=port, username=None)
    capabilities = ("SIZE", *(f"AUTH {name}" for name in offered))
    session = scene.session().up_to("certificate").certificate().ehlo(*capabilities)
    session.no_login("no-credentials", *offered)
    words = "554 5.7.1 <client>: Client host rejected: Access denied"
    if step == "rcpt":
        session.mail().rcpt(words)
    else:
        session.mail(words)
    found = run_of(scene).refusal
    assert (found.code if found is not None else None) == expected


@pytest.mark.parametrize(
    ("address", "domain_name"),
    [
        ("info@Example.com", "example.com"),
        ('"a@b"@example.com', "example.com"),
        ("info", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_domain_of_an_address(address: str | None, domain_name: str) -> None:
    assert domain_of(address) == domain_name


def test_a_time_of_another_zone_is_that_moment() -> None:
    there, utc = moment("2026-11-22T14:00:00+02:00"), moment("2026-11-22T12:00:00Z")
    assert there == utc
    assert utc is not None
    assert span(timedelta(seconds=60)) == "1 minute"
    assert span(timedelta(seconds=150)) == "2 minutes"


def test_an_interceptor_is_looked_for_in_the_whole_chain_in_any_field_and_case() -> None:
    above = certificate(subject={"CN": "x"}, issuer="x", organisation="ESET SSL FILTER CA")
    scene = Scene()
    scene.session().up_to("certificate").certificate(certificate("x"), above, verify_code=20)
    (seen,) = run_of(scene).observations.of(CertificateSeen)
    found = interceptor(seen) or interceptor(seen, certain=False)
    assert found is not None
    assert found.words.upper() in "ESET SSL FILTER CA"


# --- what a port is known to speak ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "port", "mode"),
    [
        ("smtp.ionos.com", 465, "implicit"),
        ("smtp.ionos.com", 587, "starttls"),
        ("mail.example.com", 465, "implicit"),
        ("mail.example.com", 587, "starttls"),
        ("mail.example.com", 2525, None),
    ],
)
def test_the_mode_that_a_port_is_known_to_have(host: str, port: int, mode: TLSMode | None) -> None:
    assert run_of(Scene(host=host, port=port)).mode.of_port == mode


@pytest.mark.parametrize("host", ["smtp.ionos.com", "mail.example.com"])
def test_who_says_what_a_port_speaks(host: str) -> None:
    scene = Scene(host=host, port=465, tls="starttls")
    scene.connect("no-route")  # so no server could be asked
    known, provider = run_of(scene).mode.known_otherwise, knowledge.provider_of(host)
    assert known is not None
    assert known.by_provider is (provider is not None)
    who = f"{provider.name} has" if provider is not None else "port 465 is for"
    assert known.words.startswith(f"{who} implicit TLS")


def test_a_providers_own_word_on_a_port_comes_first() -> None:
    provider = next(
        each
        for each in knowledge.providers().values()
        if any(known.verified and known.port not in REGISTERED for known in each.ports)
        and knowledge.provider_of(each.hosts[0].host) is each
    )
    odd = next(each for each in provider.ports if each.verified and each.port not in REGISTERED)
    mode = run_of(Scene(host=provider.hosts[0].host, port=odd.port)).mode
    assert mode.of_port == odd.tls


# --- dates in greetings ---------------------------------------------------------------------------


def test_each_greeting_with_a_date_is_held_against_the_clock() -> None:
    """One without a date, or with one that agrees, ends no look at the others."""
    scene = Scene(host="mail.example.com", clock="2026-11-22T07:00:00Z", released="2026-10-01")
    greetings = (
        "220 mail.example.com ready",
        "220 mail.example.com Sun, 22 Nov 2026 07:05:00 +0000",
        "220 mail.example.com Mon, 32 Nov 2026 07:05:00 +0000",
        "220 mail.example.com Tue, 24 Nov 2026 07:00:00 +0000",
    )
    for number, text in enumerate(greetings):
        purposes: tuple[SessionPurpose, ...] = ("configured", "other-port")
        scene.session(purposes[number > 0]).greeting(text)
    (doubt,) = run_of(scene).clock.doubts
    assert (doubt.side, doubt.certain) == ("behind", False)
    assert doubt.seen.endswith("2 days behind")
    assert run_of(scene).clock.confirmed


def test_a_clock_before_the_release_is_certainly_wrong() -> None:
    (doubt,) = run_of(Scene(clock="2020-01-01T00:00:10Z", released="2026-10-01")).clock.doubts
    assert (doubt.side, doubt.certain) == ("behind", True)
    assert run_of(Scene(clock="2026-10-01T00:00:00Z", released="2026-10-01")).clock.doubts == ()


@pytest.mark.parametrize(
    ("not_after", "sides"), [("2027-02-01T00:00:00Z", ["ahead"]), ("2028-02-01T00:00:00Z", [])]
)
def test_one_expired_certificate_beside_a_good_one_is_no_matter_of_the_clock(
    not_after: str, sides: list[str]
) -> None:
    scene = Scene(host="mail.example.com", clock="2027-10-05T00:00:00Z")
    own = certificate("mail.example.com", not_after="2027-01-01T00:00:00Z")
    scene.session().up_to("certificate").certificate(own, verify_code=10)
    other = certificate("smtp.example.net", not_after=not_after, sha256="aa" * 32)
    session = scene.session("other-host", host="smtp.example.net").up_to("certificate")
    session.certificate(other, verify_code=10 if sides else 0)
    doubts = run_of(scene).clock.doubts
    assert [doubt.side for doubt in doubts] == sides
    assert all(doubt.certain is True for doubt in doubts)


@pytest.mark.parametrize("code", [452, 552])
def test_a_size_that_the_server_has_no_room_for(code: int) -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("mail").mail(f"{code} no", parameters=" SIZE=1000")
    assert run_of(scene).refused_as("message-too-large") is not None
