"""Whole runs on a `FakeNetwork`: what stands in the environment, what the network does, the report.

`Ran` is one finished run. The tests of the runner, the session, the reports and the command line
share it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from smtpdoctor.api import run as run_plan
from smtpdoctor.demo.authority import Authority, Certificate
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Behaviour
from smtpdoctor.demo.scenarios import SCENARIOS, Unserved
from smtpdoctor.demo.server import SMTPServer
from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.plan import ConnectTo
from smtpdoctor.knowledge import WELL_KNOWN_NAMES
from smtpdoctor.observations import AnyObservation, CheckRun, Exchange, Observations
from smtpdoctor.observations import Session as SessionSeen
from smtpdoctor.plans import make_plan
from smtpdoctor.report import formats
from smtpdoctor.report.model import Report
from smtpdoctor.settings.reading import Given

from .fake_network import FakeNetwork, Port, run

HOST = "mail.example.com"
ADDRESS = "192.0.2.10"
SECOND = "192.0.2.11"
IPV6 = "2001:db8::10"
GMAIL, MICROSOFT, SENDGRID, MAILGUN = (f"192.0.2.{number}" for number in (20, 21, 22, 23))

#: The names of the control hosts, and an address for each.
CONTROLS = {
    "smtp.gmail.com": (GMAIL,),
    "smtp.office365.com": (MICROSOFT,),
    "smtp.sendgrid.net": (SENDGRID,),
    "smtp.mailgun.org": (MAILGUN,),
}
CONTROL_ADDRESSES = ("1.1.1.1", "8.8.8.8", "2606:4700:4700::1111")

ENV = {"SMTP_HOST": HOST, "SMTP_USER": USERNAME, "SMTP_PASS": PASSWORD}


def with_options(given: Given | None, **more: Any) -> CheckOptions:
    """What was given for the settings, and the other options of a check beside it."""
    fields = Given.__struct_fields__ if given is not None else ()
    return CheckOptions(**{name: getattr(given, name) for name in fields}, **more)


def shown(report: Report, *, verbose: bool = False, width: int = 80) -> str:
    """The report as a terminal without colours shows it."""
    return formats.render("terminal", report, formats.Options(verbose=verbose, width=width))


def as_json(report: Report) -> str:
    """The report as JSON."""
    return formats.render("json", report)


class Ran:
    """A finished run on `network`; `authority` signed what its servers show."""

    def __init__(
        self,
        network: FakeNetwork,
        authority: Authority,
        *,
        env: Mapping[str, str | None] | None = None,
        options: Given | None = None,
        **plan: Any,
    ) -> None:
        self.network = network
        merged = {**ENV, **(env or {})}
        self.env = {name: value for name, value in merged.items() if value is not None}
        plan.setdefault("cafile", str(authority.cafile))
        made = make_plan(with_options(options, environ=self.env, folder="/no-such-folder", **plan))
        self.seen: list[AnyObservation] = []
        self.report: Report = run(
            run_plan(made, environ=self.env, network=network, listener=self.seen.append)
        )

    @property
    def observations(self) -> Observations:
        return self.report.observations

    def codes(self, severity: str = "error") -> list[str]:
        return [item.code for item in self.report.diagnoses if item.severity == severity]

    def diagnosis(self, code: str) -> Diagnosis:
        return next(item for item in self.report.diagnoses if item.code == code)

    @property
    def purposes(self) -> list[str]:
        """Why each session was begun, in order."""
        return [item.purpose for item in self.observations.of(SessionSeen)]

    def steps(self, purpose: str = "configured") -> list[str]:
        """What was said in the first session of that purpose."""
        session = self.observations.first(SessionSeen, purpose=purpose)
        assert session is not None, self.purposes
        found = self.observations.of(Exchange, connection=session.connection)
        return [item.step for item in found]

    @property
    def crashes(self) -> list[tuple[str, str]]:
        return [(item.name, item.crash) for item in self.observations.of(CheckRun) if item.crash]

    def text(self, *, verbose: bool = False, width: int = 80) -> str:
        return shown(self.report, verbose=verbose, width=width)

    def everything(self) -> str:
        """All that a user, a log or a saved run could ever get to see of this run."""
        return "\n".join((self.text(), self.text(verbose=True, width=100), as_json(self.report)))


_certificates: WeakKeyDictionary[Authority, Certificate] = WeakKeyDictionary()


def certificate_of(authority: Authority) -> Certificate:
    """The host's certificate by this authority, made once."""
    if authority not in _certificates:
        _certificates[authority] = authority.issue([HOST])
    return _certificates[authority]


def one_host(
    authority: Authority,
    *,
    on_587: Port | None = None,
    on_465: Port | None = None,
    addresses: tuple[str, ...] = (ADDRESS,),
    others: Mapping[tuple[str, int], Port] | None = None,
    names: Mapping[str, tuple[str, ...] | str] | None = None,
    **network: Any,
) -> FakeNetwork:
    """A host with healthy servers on 587 and 465, unless told otherwise; the internet answers."""
    certificate = certificate_of(authority)
    plain = Behaviour(certificate=certificate)
    implicit = Behaviour(certificate=certificate, implicit_tls=True)
    ports: dict[tuple[str, int], Port] = {}
    for address in addresses:
        ports[address, 587] = plain if on_587 is None else on_587
        ports[address, 465] = implicit if on_465 is None else on_465
    internet: dict[tuple[str, int], Port] = {
        **{(address, 443): Behaviour() for address in CONTROL_ADDRESSES},
        **{(address, port): Behaviour() for (address,) in CONTROLS.values() for port in (465, 587)},
    }
    known = dict.fromkeys(WELL_KNOWN_NAMES, ("192.0.2.80",))
    return FakeNetwork(
        names={HOST: addresses, **CONTROLS, **known, **(names or {})},
        ports={**internet, **ports, **(others or {})},
        **network,
    )


@contextmanager
def playing(name: str, folder: Path) -> Iterator[tuple[FakeNetwork, list[ConnectTo], Path]]:
    """A scenario of the demo on a network in memory, its .env in `folder`: the network, what
    --connect-to says there, and the CA to trust."""
    scenario = SCENARIOS[name]
    (folder / ".env").write_text(scenario.env_text)
    with scenario.built() as (trusted, built):
        addresses = {
            host: f"192.0.2.{30 + number}"
            for number, host in enumerate(dict.fromkeys(host for host, _ in built))
        }
        ports: dict[tuple[str, int], Port] = {
            (addresses[host], port): kept
            if isinstance(kept, SMTPServer)
            else ("silent" if kept is Unserved.SILENT else "refused")
            for (host, port), kept in built.items()
        }
        mapped = [
            ConnectTo(host=host, port=port, address=addresses[host], target_port=port)
            for host, port in built
        ]
        yield FakeNetwork(ports=ports), mapped, trusted.cafile
