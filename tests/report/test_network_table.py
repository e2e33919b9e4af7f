from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.report.model import build
from smtpdoctor.report.network_table import (
    NetworkTable,
    address_table,
    lines,
    network_table,
)

from ..rules.network.around import controls, landmarks, own_ports
from ..rules.scene import Scene
from ..runs import shown as page

WAY = ("10.0.0.1", "198.51.100.1", "198.51.100.6")
LONG_WAY = ("10.0.0.1", *(f"198.51.100.{number}" for number in range(1, 15)))


def table_of(scene: Scene) -> NetworkTable | None:
    """The table beside the first diagnosis."""
    return network_table(Run(scene.observations()), scene.judge().diagnoses[0])


def shown(scene: Scene, width: int = 80) -> list[str]:
    table = table_of(scene)
    assert table is not None
    return list(lines(table, width))


def blocked(*addresses: str, **settings: object) -> Scene:
    scene = Scene(**settings)  # type: ignore[arg-type]
    if addresses:
        scene.addresses(*addresses)
    for address in addresses or (None,):
        scene.connect("silent", address, took=3.3)
        own_ports(scene, {465: "open", 443: "open"}, address)
    controls(scene, "silent", "silent")
    landmarks(scene, "open")
    return scene


def terminal(scene: Scene, *, verbose: bool = False) -> list[str]:
    report = build(scene.observations(), started="2026-11-22T07:00:00Z", seconds=5.5)
    return page(report, verbose=verbose).splitlines()


def test_hosts_by_ports_and_the_two_ways() -> None:
    scene = blocked()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0])

    assert shown(scene) == [
        "                                                       587     465   443",
        "    smtp.ionos.com                                     silent  open  open",
        "    smtp.gmail.com, smtp.sendgrid.net, for comparison  silent  -     -",
        "    port 443  10.0.0.1 > 198.51.100.1 > 198.51.100.6 > the server at hop 4",
        "    port 587  10.0.0.1 > nothing more",
    ]


def test_each_address_by_the_ports_that_were_tried() -> None:
    scene = blocked("192.0.2.1", "192.0.2.2")

    table = address_table(Run(scene.observations()))

    assert table is not None
    assert list(lines(table, 80)) == [
        "               587     465   443",
        "    192.0.2.1  silent  open  open",
        "    192.0.2.2  silent  open  open",
    ]


def test_a_server_that_answers_has_its_one_address() -> None:
    scene = Scene()
    scene.session().rest()

    table = address_table(Run(scene.observations()))

    assert table is not None
    assert (table.ports, [row.cells for row in table.rows]) == ((587,), [("open",)])


def test_without_an_attempt_there_are_none() -> None:
    assert address_table(Run(Scene().observations())) is None


def test_hosts_that_answer_differently_have_rows_of_their_own() -> None:
    scene = Scene()
    scene.connect("refused")
    own_ports(scene, {465: "open"})
    controls(scene, "refused", "open")

    assert shown(scene) == [
        "                                       587      465",
        "    smtp.ionos.com                     refused  open",
        "    smtp.gmail.com, for comparison     refused  -",
        "    smtp.sendgrid.net, for comparison  open     -",
    ]


@pytest.mark.parametrize("order", [("open", "refused"), ("refused", "open")])
def test_of_two_addresses_the_one_that_answers_is_shown(order: tuple[str, str]) -> None:
    """Whichever was knocked on last."""
    scene = Scene()
    scene.addresses("192.0.2.1", "192.0.2.2")
    for address, outcome in zip(("192.0.2.1", "192.0.2.2"), order, strict=True):
        scene.connect("silent", address, took=3.3)
        own_ports(scene, {465: outcome}, address)  # type: ignore[dict-item]
    controls(scene, "open", "open")
    assert [" ".join(line.split()) for line in shown(scene)][1].startswith(
        "smtp.ionos.com silent open"
    )


def test_families_are_apart_where_they_differ() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "2001:db8::10")
    scene.connect("silent", "192.0.2.10", took=3.3)
    scene.connect("silent", "2001:db8::10", took=3.3)
    own_ports(scene, {465: "open"}, "192.0.2.10")
    own_ports(scene, {465: "silent"}, "2001:db8::10")

    assert shown(scene) == [
        "                          587     465",
        "    smtp.ionos.com, IPv4  silent  open",
        "    smtp.ionos.com, IPv6  silent  silent",
    ]


def test_a_family_without_a_route_is_left_out() -> None:
    scene = blocked("192.0.2.10")
    scene.connect("no-route", "2001:db8::10")

    assert [line for line in shown(scene) if "IPv" in line] == []


def test_what_is_reached_nowhere_shows_the_literal_addresses_too() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent"})
    landmarks(scene, "silent", ipv6="silent")

    assert "    1.1.1.1, 8.8.8.8, 2606:4700:4700::1111  -       -       silent" in shown(scene)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_every_line_fits(width: int) -> None:
    scene = blocked(host="submission.a-rather-long-name-of-a-server.mail.example.com", port=2525)
    own_ports(scene, {25: "unreachable", 587: "no-route"})
    scene.trace(443, *LONG_WAY, end="open")
    scene.trace(2525, *LONG_WAY[:9])

    assert all(len(line) <= width for line in shown(scene, width))


def test_a_long_way_keeps_its_ends() -> None:
    scene = blocked()
    scene.trace(443, *LONG_WAY, end="open")
    scene.trace(587, *LONG_WAY[:9])

    *_, further, own = shown(scene)

    assert further == "    port 443  10.0.0.1 > 13 more > 198.51.100.14 > the server at hop 16"
    assert own == ("    port 587  10.0.0.1 > 198.51.100.1 > 6 more > 198.51.100.8 > nothing more")


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"end": "silent"}, "nothing"),
        ({"end": "refused"}, "refused at hop 1"),
        (
            {"end": "icmp", "sender": "10.0.0.9", "icmp": "admin-prohibited"},
            "admin prohibited by 10.0.0.9",
        ),
    ],
)
def test_how_a_way_ends(end: dict[str, str], words: str) -> None:
    scene = Scene()
    scene.connect("refused" if end["end"] == "refused" else "unreachable")
    own_ports(scene, {465: "open"})
    scene.trace(443, *WAY, end="open")
    scene.trace(587, **end)  # type: ignore[arg-type]

    if end["end"] != "silent":
        assert shown(scene)[-1] == f"    port 587  {words}"


def test_a_routers_own_error_is_not_said_twice() -> None:
    scene = Scene()
    scene.connect("unreachable")
    own_ports(scene, {465: "open"})
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="icmp", sender=WAY[0], icmp="admin-prohibited")

    assert shown(scene)[-1] == "    port 587  10.0.0.1 > admin prohibited"


def test_who_answers_too_near_is_not_called_the_server() -> None:
    scene = Scene()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="open")
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert shown(scene) == [
        "    port 443  10.0.0.1 > 198.51.100.1 > 198.51.100.6 > the server at hop 4",
        "    port 587  10.0.0.1 > an answer at hop 2",
    ]


@pytest.mark.parametrize("failed", ["auth", "tls", "one port"])
def test_no_table_beside_what_it_says_nothing_of(failed: str) -> None:
    scene = Scene()
    if failed == "auth":
        scene.refuse("auth", "535 5.7.8 no")
    elif failed == "tls":
        scene.session().up_to("handshake").handshake(failure="closed")
    else:
        scene.connect("silent", took=3.3)

    assert table_of(scene) is None


def test_the_terminal_shows_the_table_in_place_of_the_same_evidence() -> None:
    scene = blocked()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0])
    scene.session("other-port").rest()

    page = terminal(scene)

    assert "    port 587  10.0.0.1 > nothing more" in page
    assert not any("gave no answer for" in line for line in page)
    assert not any("is lost after" in line for line in page)
    assert len(page) <= 22


def test_verbose_tells_everything() -> None:
    scene = blocked()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, supported=False)

    page = "\n".join(terminal(scene, verbose=True))

    assert "gave no answer for" in page
    assert "way to [212.227.15.183]:443  10.0.0.1 > 198.51.100.1" in page
    assert "way to [212.227.15.183]:587  no means to see it" in page


def test_a_screen_is_enough_on_a_known_platform() -> None:
    scene = blocked().platform("linode", "DMI sys_vendor is Linode")
    scene.trace(443, *LONG_WAY, end="open")
    scene.trace(587)
    scene.session("other-port").rest()

    page = terminal(scene)

    assert any("Linode (Akamai Cloud)" in line or "runs on Linode" in line for line in page)
    assert len(page) <= 22
