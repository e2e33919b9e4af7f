"""Settings that forbid TLS, for a server that gives login or MAIL only inside it."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence
from smtpdoctor.diagnosis.rules.tls import _offer, _ways
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.observations import AnyObservation
from smtpdoctor.text import foreign

CODE = "tls-required"
BEFORE = ("ehlo-rejected", "auth-not-offered", "credentials-missing")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    if main is None or main.session.tls != "none":
        return
    found = _demand(run, main)
    if found is None:
        return
    observation, seen = found
    where = _ways.where(run)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{where} takes mail only inside TLS, and the settings forbid TLS",
        explanation=(
            "The settings say that the session stays without TLS. The server gives the login, or "
            "takes a message, only after TLS has begun, so the session ends here and no mail goes "
            "out."
        ),
        evidence=(
            *_ways.mode_line(run),
            Evidence(check="tls", text=seen),
            *library_words(run, CODE),
        ),
        fixes=_ways.fixes_by_mode(run, "starttls"),
        explains=(observation.id,),
        points_at=_ways.mode_fields(run),
    )


def _demand(run: Run, main: SessionView) -> tuple[AnyObservation, str] | None:
    """The observation by which the server demands TLS, and what was seen, in words."""
    for step in _offer.STEPS:
        exchange = main.step(step)
        if (
            exchange is not None
            and exchange.reply is not None
            and _offer.demands_tls(exchange.reply)
        ):
            said = foreign(f"{exchange.reply.code} {exchange.reply.last}")
            return exchange, f'{_ways.where(run)} answered {step.upper()} with "{said}"'
    offer = main.capabilities(in_tls=False)
    if (
        run.settings.has_credentials
        and main.login_not_tried is not None
        and offer is not None
        and offer.starttls
        and not offer.auth
    ):
        return main.login_not_tried, (
            f"before TLS {_ways.where(run)} offers STARTTLS and no AUTH: the login exists only "
            "inside TLS"
        )
    return None
