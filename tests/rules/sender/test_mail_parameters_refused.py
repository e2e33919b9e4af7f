"""mail-parameters-refused: what EHLO announces and MAIL refuses."""

from __future__ import annotations

from ..scene import Scene

CODE = "mail-parameters-refused"
UNKNOWN = "555 5.5.4 Unsupported option"


def test_positive_the_size() -> None:
    scene = Scene(client="smtplib").refuse("mail", UNKNOWN, parameters=" SIZE=512")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert "SIZE=512" in found.title
    assert "Python smtplib uses them" in found.explanation
    assert scene.codes("error") == [CODE]


def test_negative_they_are_taken() -> None:
    scene = Scene(client="smtplib")
    scene.session().up_to("mail").mail(parameters=" SIZE=512").rest()
    assert scene.codes() == []


def test_lookalike_a_message_that_is_too_large() -> None:
    scene = Scene(size=10_000_000).refuse("mail", "552 5.3.4 too big", parameters=" SIZE=10000000")
    assert CODE not in scene.codes()


def test_lookalike_the_same_code_without_parameters() -> None:
    assert CODE not in Scene().refuse("mail", UNKNOWN).codes()
