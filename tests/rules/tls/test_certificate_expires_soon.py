from __future__ import annotations

import pytest

from ..scene import Scene, certificate

CODE = "certificate-expires-soon"


def ending(not_after: str, not_before: str = "2026-08-25T00:00:00Z") -> Scene:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", not_before=not_before, not_after=not_after)
    ).rest()
    return scene


def test_positive_three_days_are_left() -> None:
    scene = ending("2026-11-25T08:00:00Z")

    found = scene.diagnosis(CODE)

    assert found.severity == "warning"
    assert found.explains == ()
    assert "3 days" in found.title
    assert scene.judge().verdict == "warnings"


def test_negative_months_are_left() -> None:
    assert Scene.healthy().codes() == []


def test_negative_just_over_seven_days() -> None:
    assert ending("2026-11-29T07:00:01Z").codes() == []


@pytest.mark.parametrize(
    ("not_after", "codes"),
    [("2026-11-24T07:00:00Z", []), ("2026-11-23T07:00:00Z", [CODE])],
)
def test_lookalike_short_lived_by_design(not_after: str, codes: list[str]) -> None:
    """Six days of life: two left are more than a fifth, one is less."""
    assert ending(not_after, not_before="2026-11-17T07:00:00Z").codes() == codes


def test_lookalike_expired_already() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", not_after="2026-11-22T06:00:00Z"), verify_code=10
    )

    assert scene.codes() == ["certificate-expired"]
