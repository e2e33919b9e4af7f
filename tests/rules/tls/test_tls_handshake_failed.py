from __future__ import annotations

import _ssl

import pytest

from smtpdoctor.diagnosis.wording import handshake as wording
from smtpdoctor.observations import HandshakeFailure
from smtpdoctor.smtp.tls import ALERTS

from ..scene import Scene

CODE = "tls-handshake-failed"
#: OpenSSL's reasons by library and number; Python shows the table up to 3.12.
REASONS: dict[tuple[int, int], str] = getattr(_ssl, "err_codes_to_names", {})


def test_positive_an_alert_is_shown_with_its_meaning() -> None:
    scene = Scene()
    main = scene.session().up_to("handshake")
    main.handshake(failure="alert", alert="unrecognized_name")

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "likely"
    assert found.explains == (main.last.id,)
    assert "no certificate for this host name" in found.explanation


@pytest.mark.parametrize("failure", ["closed", "reset", "other"])
def test_positive_without_a_reason_it_is_only_possible(failure: HandshakeFailure) -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure=failure)

    assert scene.diagnosis(CODE).confidence == "possible"
    assert scene.codes("error") == [CODE]


def test_positive_the_port_that_worked_comes_first() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="reset")
    scene.session("other-port").rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_every_reason_of_openssl_is_told() -> None:
    """In one test: there are fifteen hundred, and each takes less than to begin one."""
    for name in sorted(set(REASONS.values())):
        reason = wording.of_openssl(name)
        own = name.replace("_", " ").lower() in reason.words
        assert reason.known or own, name
        assert "does not say" not in reason.words, name
        # one half of them would be too many for "OpenSSL gave up"
        assert not name.endswith(("_DISABLED", "_TOO_SMALL", "_TOO_WEAK")) or (
            not reason.words.startswith("OpenSSL gave up")
        ), name


@pytest.mark.skipif(not REASONS, reason="this Python doesn't show the table")
def test_nearly_every_reason_of_tls_has_a_kind() -> None:
    of_tls = [name for (library, _), name in REASONS.items() if library == 20]
    left = [name for name in of_tls if wording.of_openssl(name).words.startswith("OpenSSL gave up")]

    assert len(left) < len(of_tls) / 10, left


@pytest.mark.parametrize("alert", sorted(set(ALERTS.values())))
def test_every_alert_is_told(alert: str) -> None:
    # the codes of a missing version and cipher have these
    if alert not in ("protocol_version", "handshake_failure"):
        assert wording.ALERTS[alert].words


@pytest.mark.parametrize("reason", ["UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "EE_KEY_TOO_SMALL"])
def test_positive_what_openssl_names_is_said(reason: str) -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="other", reason=reason)

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert wording.of_openssl(reason).words in found.explanation
    assert found.fixes[0].title == wording.of_openssl(reason).fix


def test_positive_of_another_reason_its_kind_is_said() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="other", reason="BAD_HRR_VERSION")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "(bad hrr version)" in found.explanation


def test_lookalike_a_reason_that_nobody_knows_sends_elsewhere() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="other", reason="SOMETHING_NEW")

    found = scene.diagnosis(CODE)

    assert "OpenSSL gave up (something new)" in found.explanation
    assert "another network" in found.fixes[0].title


def test_negative_a_handshake_that_works() -> None:
    assert Scene.healthy(port=465, tls="implicit").codes() == []


def test_lookalike_the_handshake_is_good_and_the_certificate_bad() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert scene.codes("error") == ["certificate-untrusted"]


def test_lookalike_a_plain_port_closes_on_tls() -> None:
    scene = Scene(tls="implicit")
    scene.session().handshake(failure="closed")
    scene.session("other-mode").rest()

    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]


def test_positive_an_alert_comes_in_place_of_ehlos_answer() -> None:
    """TLS 1.3: what the server thinks of the client's certificate comes after the handshake."""
    scene = Scene()
    main = scene.session().up_to("ehlo-in-tls").ehlo(outcome="closed", alert="certificate_required")

    found = scene.diagnosis(CODE)

    assert found.title == "smtp.ionos.com:587 ends TLS right after the handshake"
    assert "wants a certificate from the client" in found.explanation
    assert found.explains == (main.last.id,)
    assert scene.codes("error") == [CODE]


def test_positive_an_alert_comes_in_place_of_the_greeting() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().up_to("greeting").greeting(outcome="closed", alert="access_denied")

    assert scene.codes("error") == [CODE]
    assert "the greeting" in scene.diagnosis(CODE).evidence[0].text


def test_positive_a_late_handshake_failure_mostly_means_a_client_certificate() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="alert", alert="handshake_failure")

    first, second = scene.diagnosis(CODE).fixes
    assert first.title == "ask who runs the server whether it is meant for logins with a password"
    assert second.title.startswith("compare with another network")


def test_lookalike_an_alert_in_place_of_the_logins_answer() -> None:
    """The password has gone out: TLS did not end before the login."""
    scene = Scene()
    scene.session().up_to("auth").auth(outcome="closed", alert="internal_error")

    assert scene.codes("error") == ["auth-no-answer"]


def test_lookalike_an_alert_in_place_of_the_envelopes_answer() -> None:
    scene = Scene()
    scene.session().up_to("mail").mail(outcome="closed", alert="internal_error")

    assert scene.codes("error") == ["connection-closed"]


def test_lookalike_the_connection_ends_without_an_alert() -> None:
    scene = Scene()
    scene.session().up_to("ehlo-in-tls").ehlo(outcome="closed")

    assert scene.codes("error") == ["connection-closed"]
