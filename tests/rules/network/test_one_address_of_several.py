"""What one address does is told by what that address does, not by what another one does."""

from __future__ import annotations

from ..scene import Scene
from .around import own_ports

ALIVE, DEAD = "192.0.2.10", "192.0.2.11"


def scene_with(*answering: str) -> Scene:
    scene = Scene()
    scene.addresses(ALIVE, DEAD)
    scene.connect("open", ALIVE)
    scene.connect("silent", DEAD)
    for address in answering:
        own_ports(scene, {465: "open"}, address)
    scene.session(address=ALIVE).rest()
    return scene


def test_another_port_of_the_same_address_shows_that_the_port_is_blocked() -> None:
    assert "port-blocked" in scene_with(DEAD).codes()


def test_another_port_of_another_address_shows_nothing_of_it() -> None:
    codes = scene_with(ALIVE).codes()
    assert "port-blocked" not in codes
    assert "host-unreachable" in codes
