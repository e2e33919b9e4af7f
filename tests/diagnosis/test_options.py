"""Which failures come from how the program reads an option."""

from __future__ import annotations

import msgspec
import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.options import failures, is_silent, stops_at
from smtpdoctor.settings.model import Field, RemarkKind, SetupRemark

from ..rules.scene import Scene


def explained(scene: Scene, field: Field | None) -> tuple[str, ...]:
    remark = SetupRemark(kind="misread", option="o", text="t", because="r", field=field)
    return failures(Run(scene.observations()), remark)


def refused() -> tuple[Scene, str]:
    scene = Scene(port=587)
    return scene, scene.connect("refused", port=587).id


def test_a_port_that_fails_where_another_of_the_host_works() -> None:
    scene, failed = refused()
    scene.session("other-port").rest()
    assert explained(scene, "port") == (failed,)


def test_a_port_that_fails_where_only_another_host_works() -> None:
    scene, _ = refused()
    scene.session("other-host", host="smtp.example.net").rest()
    assert explained(scene, "port") == ()


def test_a_port_that_fails_where_nothing_works() -> None:
    scene, _ = refused()
    assert explained(scene, "port") == ()


def test_a_port_that_works_as_another_does() -> None:
    scene = Scene.healthy()
    scene.connect("refused", "212.227.15.199")
    scene.session("other-port").rest()
    assert explained(scene, "port") == ()


@pytest.mark.parametrize("field", ["username", "password", "token"])
def test_a_login_that_is_refused(field: Field) -> None:
    scene = Scene().refuse("auth", "535 Authentication credentials invalid")
    run = Run(scene.observations())
    assert run.refusal is not None
    assert run.refusal.failed
    assert explained(scene, field) == run.refusal.failed
    assert explained(scene, "sender") == explained(scene, "host") == explained(scene, None) == ()


@pytest.mark.parametrize(
    "text", ["550 5.7.60 not allowed to send as this sender", "554 unverified sender"]
)
def test_a_sender_that_is_refused(text: str) -> None:
    scene = Scene().refuse("mail", text)
    run = Run(scene.observations())
    assert run.refusal is not None
    assert run.refusal.code in ("sender-not-allowed", "sender-not-verified")
    assert explained(scene, "sender") == run.refusal.failed != ()
    assert explained(scene, "password") == ()


def test_what_is_refused_for_another_reason_comes_from_no_option() -> None:
    scene = Scene().refuse("auth", "454 4.7.0 Temporary authentication failure")
    assert explained(scene, "password") == ()


def reading(kind: RemarkKind) -> Scene:
    remark = SetupRemark(kind=kind, option="o", text="t", because="r")
    read = msgspec.structs.replace(Scene().settings, remarks=(remark,))
    return Scene(read=read)


@pytest.mark.parametrize(
    ("kind", "silent"), [("not-sent", True), ("fault", True), ("misread", False)]
)
def test_which_programs_hand_no_mail_to_a_server(kind: RemarkKind, silent: bool) -> None:
    assert is_silent(Run(reading(kind).observations())) is silent


@pytest.mark.parametrize(("kind", "count"), [("fault", 1), ("not-sent", 0)])
def test_a_program_stops_at_the_text_that_it_can_not_read(kind: RemarkKind, count: int) -> None:
    run = Run(reading(kind).observations())
    entry = run.settings.entries[0]
    assert len(stops_at(run, msgspec.structs.replace(entry, text="t"))) == count
    assert stops_at(run, msgspec.structs.replace(entry, text="other")) == ()
