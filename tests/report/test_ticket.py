from __future__ import annotations

import re
from pathlib import Path

import pytest

from smtpdoctor.cli import run
from smtpdoctor.report import formats
from smtpdoctor.report.model import Report, build

from ..rules.network.around import controls, landmarks, own_ports
from ..rules.scene import Scene, certificate

WAY = ("10.0.0.1", "198.51.100.1", "198.51.100.6")


def ticket(made: Report) -> str:
    return formats.render("ticket", made)


def report(scene: Scene) -> Report:
    return build(scene.observations(), started="2026-11-22T07:00:00Z", seconds=5.54)


def blocked(**settings: object) -> Scene:
    """587 is lost after the first router; 465 of the same server works."""
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.wait(0.5)
    scene.connect("silent", took=3.3)
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0])
    own_ports(scene, {465: "open", 443: "open", 25: "silent"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")
    scene.session("other-port").rest()
    return scene


def test_a_request_that_is_ready_to_send() -> None:
    text = ticket(report(blocked(container="container 3f2a")))

    assert text.startswith("To: whoever runs this machine's network: ")
    assert "Subject: outgoing port 587 is blocked, to smtp.ionos.com and others\n" in text
    assert "From: container 3f2a on Linux, web-1.example.com, 192.168.1.20\n" in text
    assert "To:   smtp.ionos.com, TCP port 587 (212.227.15.183)\n" in text
    assert "When: 2026-11-22 07:00:00 to 07:00:05 UTC\n" in text
    assert "- 07:00:00 TCP connect to 212.227.15.183, port 587: silent for 3.3 s\n" in text
    assert "port 587 is lost after hop 1" in text
    assert "    port 587  10.0.0.1 > nothing more\n" in text
    assert "587     25      465   443\n" in text
    assert "Port 465 of the same server works: " in text
    assert "Please let TCP connections from this machine to smtp.ionos.com, port 587" in " ".join(
        text.split()
    )


def test_every_line_but_the_heads_fits_a_mail() -> None:
    head, body = ticket(report(blocked().platform("linode"))).split("\n\n", maxsplit=1)

    assert [line.split(":")[0] for line in head.splitlines()] == ["To", "Subject"]
    assert max(map(len, body.splitlines())) <= 76


def test_no_mailbox_stands_in_it() -> None:
    text = ticket(report(blocked()))

    assert "@" not in text
    assert "example.com" in text  # the machine's own name does


def test_what_a_server_says_is_cut_too() -> None:
    scene = Scene()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="open")
    session = scene.session().greeting("220 gw for info@example.com and other@example.org ready")
    session.up_to("certificate").certificate(certificate("gw.hotel.example"), verify_code=20)

    text = ticket(report(scene))

    assert "answers connections to it in the server's place" in " ".join(text.split())
    assert "220 gw for (a mailbox) and (a mailbox) ready" in " ".join(text.split())
    assert "@" not in text


@pytest.mark.parametrize("username", ["jdoe", "p12345-1", "info@example.com"])
def test_a_user_name_of_any_form_is_cut(username: str) -> None:
    scene = Scene(username=username, sender="me@example.org")
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="open")
    session = scene.session().greeting(f"220 hello {username}, this is mail-{username}-x")
    session.up_to("certificate").certificate(verify_code=20)

    text = ticket(report(scene))

    assert f" {username}" not in text
    assert "hello (a mailbox)" in " ".join(text.split())


def test_hostile_text_can_not_move_the_terminal() -> None:
    scene = Scene()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="open")
    session = scene.session().greeting("220 a\x1b[2Jb\u202ec")
    session.up_to("certificate").certificate(verify_code=20)

    text = ticket(report(scene))

    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_platform_is_asked_in_its_own_way() -> None:
    text = ticket(report(blocked().platform("scaleway", "DMI sys_vendor is Scaleway")))

    assert text.startswith("To: the support of Scaleway Instances\n")
    assert "192.168.1.20, Scaleway Instances" in " ".join(text.split())
    assert "As far as is known, it is done so:\n- finish the identity verification" in text
    assert "[Scaleway, sending e-mail from an Instance, 2025-07-21]" in " ".join(text.split())


def test_where_the_platform_names_its_support_that_is_the_addressee() -> None:
    assert ticket(report(blocked().platform("linode"))).startswith(
        "To: Linode's Support https://www.linode.com/support/\n"
    )


def test_a_platform_that_leaves_the_port_open_is_not_asked() -> None:
    text = ticket(report(blocked().platform("aws_ec2")))

    assert text.startswith("To: whoever runs this machine's network")
    assert "port 587 is known to be open" in " ".join(text.split())
    assert "it is done so" not in text


def test_what_is_only_likely_is_called_so() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "open"})

    assert "This is likely, not certain." in " ".join(ticket(report(scene)).split())


def test_lost_large_packets_have_a_request_of_their_own() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="stalled", took=8.0)
    scene.session("small-segments", segment_size=1200).rest()

    text = " ".join(ticket(report(scene)).split())

    assert 'Please let ICMP "fragmentation needed"' in text
    assert "TCP segments of at most 1200 bytes" in text
    assert "Nodemailer" not in text


def test_a_healthy_run_has_nothing_to_ask() -> None:
    text = ticket(report(Scene.healthy()))

    assert text == (
        "Nothing is blocked: smtp.ionos.com, port 587, is reached from here.\n"
        "If your program can't send from here, run smtpdoctor check without --ticket, in the "
        "program's folder.\n"
    )


def test_one_dead_address_of_two_blocks_nothing() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "192.0.2.11")
    scene.connect("open", "192.0.2.10")
    scene.connect("silent", "192.0.2.11", took=3.3)
    own_ports(scene, {465: "open"}, "192.0.2.11")
    scene.session().rest()

    assert ticket(report(scene)).startswith("Nothing is blocked: ")


def test_an_interceptor_counts_even_where_the_application_does_not_verify() -> None:
    scene = Scene(verify=False)
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="open")
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert "pass connections from this machine" in ticket(report(scene))


def test_another_cause_is_named_with_what_helps_without_the_mailbox() -> None:
    scene = Scene().refuse("auth", "535 5.7.8 Authentication failed for info@example.com")

    text = ticket(report(scene))

    assert text.count("\n") == 2
    assert "What helps: check user name and password. smtpdoctor check without --ticket" in text
    assert text.startswith("smtpdoctor found no block that somebody could be asked to lift.")
    assert re.search(r"It found [a-z-]+: ", text)
    assert "@" not in text


@pytest.mark.parametrize(
    ("scene", "status", "words"),
    [
        (blocked(), 1, "To: whoever runs"),
        (Scene.healthy(), 0, "Nothing is blocked"),
        (Scene().refuse("auth", "535 5.7.8 no"), 1, "smtpdoctor found no block"),
    ],
    ids=["blocked", "healthy", "another cause"],
)
def test_the_command_prints_it_in_place_of_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scene: Scene, status: int, words: str
) -> None:
    saved = tmp_path / "run.json"
    saved.write_text(formats.render("json", report(scene)), encoding="utf-8")

    assert run(["check", "--replay", str(saved), "--ticket"]) == status

    assert capsys.readouterr().out.startswith(words)


def test_it_is_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--ticket", "--format", "json"]) == 2

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "--save FILE" in shown.err


def test_a_saved_run_without_a_start_still_gives_a_request() -> None:
    text = ticket(build(blocked().observations(), started="", seconds=0.0))

    assert "TCP connect to 212.227.15.183, port 587: silent" in text
