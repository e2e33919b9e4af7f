"""What a certificate that was refused here is to the user's client."""

from __future__ import annotations

import msgspec
import pytest

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import interceptor
from smtpdoctor.observations import CertificateInfo

from ..rules.scene import Scene, authority, certificate


def shown(host: str, *chain: CertificateInfo, client: str | None = None, code: int | None) -> Run:
    scene = Scene(host=host, client=client)
    met = scene.session().up_to("certificate")
    if chain:
        met.certificate(*chain, verify_code=code)
    else:
        assert code is not None
        met.unreadable_certificate(verify_code=code)
    return Run(scene.observations())


HOST, ADDRESS = "mail.example.com", "203.0.113.7"
OWN = certificate(HOST)
ONLY_COMMON_NAME = certificate(subject={"CN": ADDRESS})


@pytest.mark.parametrize(
    ("client", "host", "leaf", "code"),
    [
        ("nodemailer", HOST, certificate("m*.example.com"), 62),
        ("ruby-mail", ADDRESS, certificate(ADDRESS, subject={"CN": "x"}), 64),
        ("curl", ADDRESS, ONLY_COMMON_NAME, 64),
        ("javamail", HOST, OWN, 68),
        ("msmtp", HOST, OWN, 26),
    ],
)
def test_a_client_that_takes_what_was_refused_goes_on(
    client: str, host: str, leaf: CertificateInfo, code: int
) -> None:
    refused = shown(host, leaf, authority(), client=client, code=code).certificate.refused
    assert refused is not None
    assert refused.severity == "warning"


@pytest.mark.parametrize(
    ("client", "host", "leaf", "code"),
    [
        (None, HOST, OWN, 68),
        ("nodemailer", HOST, certificate("x*.example.com"), 62),
        ("curl", ADDRESS, certificate(ADDRESS, subject={"CN": "x"}), 64),
        ("curl", ADDRESS, certificate(subject={"CN": "203.0.113.8"}), 64),
        ("curl", ADDRESS, certificate(subject={"O": ADDRESS}), 64),
        ("curl", ADDRESS, None, 64),
        ("nodemailer", HOST, OWN, 68),
        ("nodemailer", HOST, OWN, 26),
        # what it doesn't look at is not what was found
        ("msmtp", HOST, OWN, 20),
        ("javamail", HOST, OWN, 10),
        ("nodemailer", HOST, certificate("m*.example.com"), 20),
    ],
)
def test_a_client_that_looks_at_it_stops(
    client: str | None, host: str, leaf: CertificateInfo | None, code: int
) -> None:
    chain = () if leaf is None else (leaf, authority())
    refused = shown(host, *chain, client=client, code=code).certificate.refused
    assert refused is not None
    assert refused.severity == "error"


@pytest.mark.parametrize(
    ("cipher", "verify_code", "signs", "expected"),
    [
        ("TLS_AES_256_GCM_SHA384", None, False, True),
        ("ECDHE-RSA-AES128-GCM-SHA256", None, False, True),
        ("DHE-RSA-AES256-SHA", None, False, True),
        ("AES128-SHA", None, False, False),  # RSA key exchange wants no signature
        ("TLS_AES_256_GCM_SHA384", None, True, False),
        ("TLS_AES_256_GCM_SHA384", 20, False, False),  # refused for something else
    ],
)
def test_a_leaf_whose_key_may_not_sign(
    cipher: str, verify_code: int | None, signs: bool, expected: bool
) -> None:
    leaf = msgspec.structs.replace(OWN, signs=signs)
    scene = Scene(host=HOST)
    met = scene.session().up_to("handshake").handshake(cipher=cipher)
    met.certificate(leaf, authority(), verify_code=verify_code)
    assert Run(scene.observations()).certificate.may_not_sign is expected


@pytest.mark.parametrize(
    ("host", "leaf", "verify_code", "expected"),
    [
        (HOST, certificate(subject={"CN": HOST}), None, HOST),
        (HOST, certificate(ADDRESS, subject={"CN": HOST}), None, HOST),
        (HOST, certificate(HOST, subject={"CN": "x"}), None, ""),
        (HOST, certificate(subject={"O": "x"}), None, ""),
        (HOST, certificate(subject={"CN": HOST}), 20, ""),
        (ADDRESS, ONLY_COMMON_NAME, None, ""),
    ],
)
def test_a_verified_certificate_with_a_common_name_alone(
    host: str, leaf: CertificateInfo, verify_code: int | None, expected: str
) -> None:
    found = shown(host, leaf, authority(), code=verify_code).certificate
    assert found.common_name_alone == expected


def test_without_a_session_nothing_is_said_of_a_certificate() -> None:
    found = Run(Scene().observations()).certificate
    assert (found.seen, found.refused, found.common_name_alone) == (None, None, "")
    assert found.may_not_sign is False


def pattern(field: str, text: str, *, verified: bool) -> knowledge.IssuerPattern:
    return msgspec.convert(
        {"field": field, "pattern": text, "verified": verified}, knowledge.IssuerPattern
    )


@pytest.mark.parametrize(
    ("certain", "patterns", "words"),
    [
        (True, [pattern("O", "acme shield", verified=True)], "Acme Shield"),
        (True, [pattern("any", "acme \\w+", verified=True)], "Acme Shield"),
        (True, [pattern("CN", "acme shield", verified=True)], None),  # another field's words
        (True, [pattern("O", "acme shield", verified=False)], None),
        (False, [pattern("O", "acme shield", verified=False)], "Acme Shield"),
        (False, [pattern("O", "acme shield", verified=True)], None),
        # one that names it for sure leaves no hint, and no other field's words are its own
        (
            False,
            [pattern("O", "acme", verified=False), pattern("O", "shield", verified=True)],
            None,
        ),
        (
            True,
            [pattern("CN", "con", verified=True), pattern("O", "shield", verified=True)],
            "Shield",
        ),
        (
            True,
            [
                pattern("O", "acme", verified=False),
                pattern("OU", "shield", verified=True),
                pattern("O", "shield", verified=True),
            ],
            "Shield",
        ),
    ],
)
def test_the_words_that_name_an_interceptor_are_those_that_were_found_for_sure(
    monkeypatch: pytest.MonkeyPatch,
    certain: bool,
    patterns: list[knowledge.IssuerPattern],
    words: str | None,
) -> None:
    acme = knowledge.Interceptor(id="acme", name="Acme", where="machine", issuers=tuple(patterns))
    monkeypatch.setattr(knowledge, "interceptors", lambda: (acme,))
    leaf = msgspec.structs.replace(OWN, issuer={"O": "Acme Shield for Contoso", "CN": "gateway"})
    seen = shown(HOST, leaf, code=20).certificate.seen
    assert seen is not None
    found = interceptor(seen, certain=certain)
    assert (found.words if found is not None else None) == words
