"""The lines of a report: what each check comes to, the verdict, and the last words."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.knowledge import platforms
from smtpdoctor.knowledge.platforms import Lift, Support
from smtpdoctor.observations import CHECKS
from smtpdoctor.report import formats
from smtpdoctor.report.formats import Options
from smtpdoctor.report.last_words import last_words
from smtpdoctor.report.model import NotChecked, build, join, judge
from smtpdoctor.report.network_table import tried_ways
from smtpdoctor.report.summary import SUMMARIES, summarise
from smtpdoctor.report.verdict import verdict_words, whole_verdict_words
from tests.examples import examples

from ..rules.network.around import controls, landmarks, own_ports
from ..rules.scene import Scene, certificate

STARTED = "2026-11-22T07:00:00Z"


def words_of(scene: Scene) -> str:
    return "\n".join(last_words(Run(scene.observations())))


# --- last words -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["false", "0", "no", "off", "False", " OFF "])
def test_a_text_that_a_program_takes_for_true_is_named(text: str) -> None:
    words = words_of(Scene.healthy(env={"SMTP_SECURE": (text, 3)}))
    assert f'takes "{text}" for true' in words


@pytest.mark.parametrize("text", ["true", "1", "starttls", "nope"])
def test_another_text_is_not(text: str) -> None:
    assert "for true" not in words_of(Scene.healthy(env={"SMTP_SECURE": (text, 3)}))


def test_the_command_that_sends_a_mail_verifies_and_holds_no_password() -> None:
    words = words_of(Scene.healthy())
    assert "curl -q --ssl-reqd --url smtp://smtp.ionos.com:587 --user info@example.com" in words
    assert "smtps://" in words_of(Scene.healthy(port=465, tls="implicit"))
    assert "insecure" not in words


def test_no_command_where_the_doctor_would_send_no_password_either() -> None:
    refused = Scene(verify=False)
    refused.session().up_to("certificate").certificate(certificate(), verify_code=18)
    for scene in (refused, Scene.healthy(tls="none"), Scene.healthy(username=None)):
        assert "curl" not in words_of(scene)


# --- lines ------------------------------------------------------------------------------------


def test_every_check_is_summed_up() -> None:
    assert tuple(SUMMARIES) == CHECKS


def test_a_way_works_where_any_of_its_sessions_did() -> None:
    """Neither the first session decides nor the last."""
    for order in (("other-port", "broken"), ("broken", "other-port")):
        scene = Scene(found=False)
        own_ports(scene, {465: "open"})
        for name in order:
            session = scene.session("other-port")
            if name == "broken":
                session.up_to("handshake").handshake(failure="closed")
            else:
                session.rest()
        assert list(tried_ways(Run(scene.observations()))) == [True], order


def test_a_faulty_setting_is_named_with_what_is_wrong() -> None:
    scene = Scene(problems={"port": ("not-a-number", "five")})
    line = summarise("settings", Run(scene.observations()))
    assert line is not None
    assert line.startswith("SMTP_PORT (.env:")
    assert line.endswith(") is not a number")


# --- the verdict ------------------------------------------------------------------------------


def test_the_verdict_repeats_the_cause() -> None:
    target = judge(Scene().refuse("auth", "535 no").observations(), seconds=1.0)
    title = target.diagnoses[0].title
    assert verdict_words(target) == f"Not ready: {title}"
    two = msgspec.structs.replace(target, diagnoses=target.diagnoses * 2)
    assert verdict_words(two) == f"Not ready (and 1 more): {title}"


def test_the_verdict_says_what_was_not_tested() -> None:
    scene = Scene(username=None, password=False, sender=None)
    scene.session().rest()
    assert verdict_words(judge(scene.observations(), seconds=1.0)) == (
        "No problem found, but login and sender were not tested."
    )


def test_the_verdict_of_several_says_how_many_are_unclear() -> None:
    scene = Scene(username=None, password=False, sender=None)
    scene.session().rest()
    sound = judge(scene.observations(), seconds=1.0)
    unclear = judge(Scene().observations(), seconds=1.0)
    assert (sound.verdict, unclear.verdict) == ("healthy", "inconclusive")
    report = join([sound, unclear], started="", seconds=1.0)
    assert whole_verdict_words(report) == "Inconclusive: 1 of 2 set-ups could not be judged."
    left = NotChecked(setup="x", why="y")
    assert whole_verdict_words(join([sound], started="", seconds=1.0, not_checked=[left])) == (
        "Inconclusive: 1 set-up not checked."
    )


# --- what nobody has confirmed ----------------------------------------------------------------


def test_only_verified_ways_to_lift_a_block_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    known = platforms.platforms()
    linode = known["linode"]
    rumour = Lift(possible=True, steps=("dance three times around the rack",), verified=False)
    about = msgspec.structs.replace(
        linode,
        lifts=(*linode.lifts, rumour),
        support=Support(text="a rumoured desk", url="https://rumour.example", verified=False),
    )
    monkeypatch.setattr(platforms, "platforms", lambda: {**known, "linode": about})
    scene = Scene()
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "open", 443: "open"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")
    scene.platform("linode")
    report = build(scene.observations(), started=STARTED, seconds=5.0)
    pages = [
        formats.render("ticket", report),
        formats.render("terminal", report, Options(verbose=True)),
    ]
    assert all("dance" not in page and "rumour" not in page for page in pages)
    assert "it is done so" in pages[0]
    assert pages[0].startswith("To: the support of Linode")


# --- foreign words ----------------------------------------------------------------------------

IMITATION = st.lists(
    st.sampled_from(
        [
            "+SMTP_HOST=smtp.evil.example",
            "-SMTP_HOST=smtp.ionos.com",
            "fix: use smtp.evil.example",
            '"',
            "”",
            "xxxx",
            "x" * 40,
            "  ",
        ]
    ),
    max_size=40,
).map(" ".join)


@settings(max_examples=examples(60), deadline=None)
@given(said=IMITATION, width=st.integers(min_value=60, max_value=100), step=st.booleans())
def test_no_line_of_a_server_begins_as_one_of_ours(said: str, width: int, step: bool) -> None:
    scene = Scene().refuse("auth" if step else "mail", f"535 {said}")
    report = build(scene.observations(), started=STARTED, seconds=1.0)
    for verbose in (False, True):
        page = formats.render("terminal", report, Options(width=width, verbose=verbose))
        for line in page.splitlines():
            start = line.strip()[:4]
            assert not start.startswith("+") or "evil" not in line, page
            assert not start.startswith(("-SMT", "fix:")) or "evil" not in line, page
            assert not line.lstrip().startswith("-SMTP_HOST="), page
    ticket = formats.render("ticket", report)
    assert not any(line.lstrip().startswith(("+SMTP", "-SMTP")) for line in ticket.splitlines())
