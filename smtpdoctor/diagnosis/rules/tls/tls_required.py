"""Settings that forbid TLS, for a server that gives login or MAIL only inside it.

Or a server that asks for TLS inside TLS: something in front of it ends TLS and doesn't say so.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, mode_line
from smtpdoctor.diagnosis.fixes import fixes_by_mode, working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.diagnosis.views.offer import STEPS, demands_tls
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import AnyObservation
from smtpdoctor.text import foreign

CODE = "tls-required"
BEFORE = ("ehlo-rejected", "auth-not-offered", "auth-impossible-in-clear", "credentials-missing")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    refused = run.refused_as(CODE)
    if refused is not None and refused.exchange.in_tls:
        yield _inside(run, refused)
    if main is None or main.session.tls != "none":
        return
    found = _demand(run, main)
    if found is None:
        return
    observation, seen = found
    where = run.where
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
            *mode_line(run),
            Evidence(check="tls", text=seen),
            *(refusals.refused_in_clear(run) if observation is not run.offer.refused_auth else ()),
            *refusals.no_login_in_clear(run),
            *library_words(run, CODE),
        ),
        fixes=fixes_by_mode(run, "starttls"),
        explains=tuple(
            item.id for item in (observation, run.offer.refused_auth) if item is not None
        ),
        points_at=run.mode.fields,
    )


def _inside(run: Run, refused: Refusal) -> Diagnosis:
    where, host = run.where, run.settings.host
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{where} asks for TLS inside TLS",
        explanation=(
            "The session is inside TLS, and the server says that TLS has to begin first. Mostly "
            "something in front of the mail server (a proxy, a balancer, a virus scanner) ends TLS "
            "and talks to it in clear. The password was not judged."
        ),
        evidence=(refusals.seen(run, refused), *refusals.known(run, refused)),
        fixes=(
            *working_ways(run),
            Fix(
                title="ask who runs the server for a port whose TLS the mail server ends itself",
                steps=(
                    f"Tell who runs {host} the reply above: {where} asks for TLS inside TLS.",
                    "If it is your own: let the proxy pass TLS through (HAProxy: mode tcp; nginx: "
                    "stream; AWS: a TCP listener), or let the mail server take logins from it in "
                    "clear (Postfix: smtpd_tls_auth_only = no and smtpd_tls_security_level = may "
                    "for that port of its own, in master.cf).",
                    "A virus scanner on this machine that looks into mail does the same: switch "
                    "its mail shield off to compare.",
                ),
            ),
        ),
        explains=refused.failed,
    )


def _demand(run: Run, main: SessionView) -> tuple[AnyObservation, str] | None:
    """The observation by which the server demands TLS, and what was seen, in words."""
    for step in STEPS:
        exchange = main.step(step)
        if exchange is not None and exchange.reply is not None and demands_tls(exchange.reply):
            said = foreign(f"{exchange.reply.code} {exchange.reply.telling}")
            return exchange, f'{run.where} answered {step.upper()} with "{said}"'
    offer, kept_back = run.offer.in_clear, main.login_not_tried
    if not run.settings.has_credentials or kept_back is None or offer is None:
        return None
    if run.offer.login_inside_tls and run.offer.refused_in_clear:
        return kept_back, (
            f"inside TLS {run.where} has the login; without TLS it announces "
            f"AUTH {' '.join(offer.auth) or '-'} and takes none"
        )
    if run.offer.login_inside_tls and not run.offer.carries_login(offer):
        offered = f"only AUTH {' '.join(offer.auth)}" if offer.auth else "no AUTH"
        return kept_back, f"before TLS {run.where} offers {offered}; inside TLS it has the login"
    if offer.starttls and not offer.auth:
        return kept_back, (
            f"before TLS {run.where} offers STARTTLS and no AUTH: the login exists only inside TLS"
        )
    return None
