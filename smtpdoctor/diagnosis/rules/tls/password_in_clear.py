"""Settings that forbid TLS where the server takes a login without it: the password is readable."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import mode_line
from smtpdoctor.diagnosis.fixes import fixes_by_mode, working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run

CODE = "password-in-clear"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    yield from _foretold(run)
    if main is None or main.session.tls != "none" or not run.settings.has_credentials:
        return
    offer = run.offer.in_clear
    if offer is None or not run.offer.takes_login_in_clear:
        return
    where = run.where
    nearby = run.is_loopback_target
    yield Diagnosis(
        code=CODE,
        severity="note" if nearby else "warning",
        confidence="certain",
        title=f"without TLS the password for {where} can be read on the way",
        explanation=(
            "The settings forbid TLS and name a login, and the server takes a login without TLS. "
            "The application will send the password in a form that everybody on the way can read "
            "and use. smtpdoctor sends no password without TLS, so whether the login works was "
            "not tried." + (" The server is on this machine." if nearby else "")
        ),
        evidence=(
            *mode_line(run),
            Evidence(
                check="tls",
                text=f"before TLS {where} offers AUTH {' '.join(offer.auth)}"
                + (" and STARTTLS" if offer.starttls else " and no STARTTLS"),
            ),
            Evidence(
                check="auth", kind="known", text="RFC 8314 (2018) wants TLS for every submission"
            ),
        ),
        fixes=_fixes(run, offer.starttls),
        points_at=run.mode.fields,
    )


def _foretold(run: Run) -> Iterator[Diagnosis]:
    """Of the settings alone: the provider is on the internet, and either takes the login so or
    refuses it."""
    if not run.offer.is_login_in_clear_foretold or run.offer.refused_in_clear:
        return
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"without TLS the password for {run.where} can be read on the way",
        explanation=(
            "The settings have a login, and with them the session stays without TLS. The password "
            "goes out in a form that everybody on the way can read and use, unless the server "
            "refuses the login for that. The server itself was not asked."
        ),
        evidence=(
            *mode_line(run),
            Evidence(
                check="auth", kind="known", text="RFC 8314 (2018) wants TLS for every submission"
            ),
        ),
        fixes=fixes_by_mode(run, "starttls"),
        points_at=run.mode.fields,
    )


def _fixes(run: Run, starttls: bool) -> tuple[Fix, ...]:
    if starttls:
        return fixes_by_mode(run, "starttls")
    tunnel = Fix(
        title="give the server TLS, or the connection a protected way",
        steps=(
            "Ask who runs the server for a port with TLS (465 or 587).",
            "If it is your own, switch TLS on; inside one private network an SSH tunnel, a VPN or "
            "a service mesh with TLS protects the password too.",
        ),
    )
    return (*working_ways(run), tunnel)
