"""mail-parameters-refused: what EHLO announces and MAIL refuses."""

from __future__ import annotations

import pytest

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


def refused_by(text: str, taken: bool) -> Scene:
    scene = Scene(client="smtplib")
    session = scene.session().up_to("mail").mail(text, parameters=" SIZE=512")
    session.mail_without_parameters("250 Ok" if taken else text)
    return scene


def test_positive_another_code_where_the_sender_alone_is_taken() -> None:
    scene = refused_by("501 5.5.4 Syntax error in parameters", taken=True)
    assert scene.codes("error") == [CODE]
    found = scene.diagnosis(CODE)
    assert any("and then took" in item.text for item in found.evidence)


@pytest.mark.parametrize("text", ["552 size exceeds limit", "554 5.3.4 message too big"])
def test_lookalike_the_size_itself_is_too_large(text: str) -> None:
    assert refused_by(text, taken=True).codes("error") == ["message-too-large"]


def test_lookalike_the_sender_alone_is_refused_as_well() -> None:
    assert CODE not in refused_by("501 5.5.4 Syntax error in parameters", taken=False).codes()


def test_lookalike_the_same_code_without_parameters() -> None:
    assert CODE not in Scene().refuse("mail", UNKNOWN).codes()
