"""Which numbers are no port for submission, and which one was meant."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.ports import SUBMISSION, WrongPort, _served, wrong

from ..rules.scene import Scene

Reason = Literal["not-served", "other-service", "slip", "unused"]


def judged(port: int, *open_ports: int, host: str = "mail.example.com") -> WrongPort | None:
    return wrong(Run(Scene(host=host, port=port).observations()), open_ports)


@pytest.mark.parametrize("port", [25, 26, 465, 587, 2525, 2587, 1465, 8025, 1024])
def test_numbers_that_may_well_be_right(port: int) -> None:
    assert judged(port, 465, 587) is None


@pytest.mark.parametrize(
    ("port", "reason"),
    [
        (143, "other-service"),
        (993, "other-service"),
        (578, "slip"),
        (58, "slip"),
        (586, "slip"),
        (5877, "slip"),
        (5587, "slip"),
        (5887, "slip"),
        (4465, "slip"),
        (456, "slip"),
        (758, "slip"),  # its digits in another order
    ],
)
def test_numbers_that_are_wrong_whatever_answers(port: int, reason: Reason) -> None:
    found = judged(port)
    assert found is not None
    assert found.reason == reason


@pytest.mark.parametrize("port", [5287, 4645, 5870, 5787, 7587])
def test_a_digit_more_that_doubles_no_neighbour_is_no_slip(port: int) -> None:
    assert judged(port, 587) is None


@pytest.mark.parametrize("port", [600, 1023])
def test_a_number_that_nobody_runs_a_mail_server_on_by_chance(port: int) -> None:
    found = judged(port, 587)
    assert found is not None
    assert found.reason == "unused"
    assert judged(port) is None
    assert judged(port, 22) is None


@pytest.mark.parametrize(("port", "meant"), [(456, 465), (578, 587), (5877, 587), (4655, 465)])
def test_the_port_that_is_one_slip_away_was_meant(port: int, meant: int) -> None:
    found = judged(port)
    assert found is not None
    assert (found.meant, found.tls) == (meant, SUBMISSION[meant])


def test_of_a_providers_ports_the_recommended_one_that_fits_is_proposed() -> None:
    found = judged(993, host="smtp.gmail.com")
    assert found is not None
    assert (found.meant, found.tls) == (587, "starttls")


@pytest.mark.parametrize("host", ["smtp.gmail.com", "smtp.office365.com", "smtp.mail.yahoo.com"])
def test_neither_25_nor_a_port_without_tls_is_proposed(host: str) -> None:
    for tls in ("starttls", "implicit", "none"):
        run = Run(Scene(host=host, port=993, tls=tls).observations())
        found = wrong(run, ())
        assert found is not None
        assert found.meant != 25
        assert found.tls != "none"


def test_what_is_proposed_of_a_providers_ports() -> None:
    """The recommended one first; none without TLS, none between servers, none that is a guess."""
    provider = knowledge.providers()["ionos"]
    one = provider.ports[0]

    def known(port: int, tls: str, *, recommended: bool = False, verified: bool = True) -> object:
        return msgspec.structs.replace(
            one, port=port, tls=tls, recommended=recommended, verified=verified
        )

    ports = (
        known(2525, "starttls"),
        known(25, "starttls"),
        known(80, "none"),
        known(443, "implicit", verified=False),
        known(4650, "implicit", recommended=True),
    )
    served = _served(msgspec.structs.replace(provider, ports=ports))
    assert list(served.items()) == [(4650, "implicit"), (2525, "starttls")]
    assert _served(msgspec.structs.replace(provider, ports=ports[2:4])) == _served(None)
