"""server-proof-failed: a login that the server could not prove."""

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "server-proof-failed"


@pytest.mark.parametrize("proof", ["wrong", "missing"])
def test_positive_accepted_without_a_proof(proof: str) -> None:
    scene = Scene().refuse(
        "auth", "235 Authentication succeeded", mechanism="SCRAM-SHA-256", server_proof=proof
    )
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "signature" in diagnosis.evidence[0].text
    assert diagnosis.fixes[0].settings == {}


def test_positive_given_up_at_a_wrong_signature() -> None:
    scene = Scene().refuse(
        "auth",
        "501 cancelled",
        mechanism="SCRAM-SHA-256",
        server_proof="wrong",
        cancelled=True,
    )
    assert scene.codes() == [CODE]


def test_negative_a_server_that_proved_it() -> None:
    scene = Scene()
    scene.session().up_to("auth").auth(mechanism="SCRAM-SHA-256", server_proof="valid").rest()
    assert scene.codes() == []


def test_lookalike_a_refusal() -> None:
    scene = Scene().refuse(
        "auth", "535 Authentication credentials invalid", mechanism="SCRAM-SHA-256"
    )
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_a_235_to_our_own_cancel() -> None:
    """Nothing was proved because the exchange never came so far: no login, and no impostor."""
    scene = Scene().refuse("auth", "235 fine", mechanism="CRAM-MD5", cancelled=True)
    assert scene.codes() == ["auth-mechanism-unsupported"]
