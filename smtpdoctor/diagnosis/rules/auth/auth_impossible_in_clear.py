"""A login without TLS at a server that in clear has no mechanism for a password.

The settings forbid TLS, or the server has none; what it announces before TLS (NTLM, GSSAPI, a
token's mechanisms) carries nothing that the settings have. Without any AUTH it is auth-not-offered.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import cite, library_words, mode_line
from smtpdoctor.diagnosis.fixes import fixes_by_mode, working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import LoginNotTried
from smtpdoctor.smtp.capabilities import Capabilities

CODE = "auth-impossible-in-clear"

#: The names for which Go lets a password out in clear.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main, offer = run.main, run.offer.in_clear
    yield from _foretold(run)
    if main is None or offer is None or not run.settings.has_credentials:
        return
    kept_back = main.login_not_tried
    yield from _refused_by_client(run, kept_back, offer)
    forbidden = main.session.tls == "none"
    if kept_back is None or not (forbidden or run.offer.not_offered is not None):
        return
    if not offer.auth or run.offer.takes_login_in_clear:
        return
    announced = run.offer.carries_login(offer)
    secret = "token" if run.settings.has_token else "password"
    have = (
        "have a login and forbid TLS"
        if forbidden
        else "have a login, and the server offers no STARTTLS"
    )
    seen = run.offer.refused_auth
    who = "The server" if seen is not None else "This provider"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"without TLS {run.where} takes no login"
        if announced
        else f"without TLS {run.where} has no login for a {secret}: {', '.join(offer.auth)} alone",
        explanation=(
            f"The settings {have}. {who} announces a login without "
            "TLS too, and then refuses it, so no mail goes out. smtpdoctor did not send the "
            f"{secret} in clear."
            if announced
            else f"The settings {have}. Without TLS this server announces no "
            f"mechanism that carries a {secret}, so every program gives up before the login and "
            "no mail goes out. smtpdoctor would not have sent it in clear anyway."
        ),
        evidence=(
            *mode_line(run),
            Evidence(
                check="auth",
                text=f"before TLS {run.where} offers AUTH {' '.join(offer.auth)}"
                + (" and STARTTLS" if offer.starttls else " and no STARTTLS"),
            ),
            *refusals.refused_in_clear(run),
            *refusals.no_login_in_clear(run),
            *library_words(run, "auth-mechanism-unsupported", check="auth"),
        ),
        fixes=_fixes(run, starttls=offer.starttls),
        explains=(kept_back.id, *((seen.id,) if seen is not None else ())),
        points_at=run.mode.fields,
    )


def _foretold(run: Run) -> Iterator[Diagnosis]:
    """Of the settings alone: the provider is known to refuse a login without TLS."""
    entry = run.mode.decided_by
    if entry is None or not run.offer.is_login_in_clear_foretold or not run.offer.refused_in_clear:
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"without TLS {run.where} takes no login",
        explanation=(
            "The settings have a login, and with them the session stays without TLS. This "
            "provider refuses a login there, so no mail goes out. The server itself was not asked."
        ),
        evidence=(*mode_line(run), *refusals.no_login_in_clear(run)),
        fixes=fixes_by_mode(run, "starttls"),
        explains=(entry.id,),
        points_at=run.mode.fields,
    )


def _refused_by_client(
    run: Run, kept_back: LoginNotTried | None, offer: Capabilities
) -> Iterator[Diagnosis]:
    """A client that gives no password away in clear, or has no mechanism that is offered there,
    where the server would take one."""
    client = run.client
    if client is None or kept_back is None or kept_back.reason != "no-tls":
        return
    allowed = client.logs_in_in_clear == "yes" or (
        client.logs_in_in_clear == "loopback" and run.settings.host in LOOPBACK
    )
    own = run.settings.mechanisms or client.auth_order
    found = offer.auth_as_read(client.offers) or ()
    shares = not own or not found or bool(set(own) & set(found))
    if (allowed and shares) or not run.offer.takes_login_in_clear:
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"without TLS {run.where} offers only {', '.join(found)}, which {client.name} "
        "doesn't take"
        if allowed
        else f"{client.name} logs in only inside TLS, and {run.where} has none here",
        explanation=(
            f"The settings have a login, and the session stays without TLS. {client.name} has "
            "none of the mechanisms that are offered there, so its login fails and no mail goes "
            "out. smtpdoctor didn't send the password in clear."
            if allowed
            else f"The settings have a login, and the session stays without TLS. {client.name} "
            "gives no password away then, so it stops before the login and no mail goes out."
        ),
        evidence=(
            *mode_line(run),
            Evidence(
                check="auth",
                text=f"before TLS {run.where} offers AUTH {' '.join(offer.auth)}"
                + (" and STARTTLS" if offer.starttls else " and no STARTTLS"),
            ),
            Evidence(
                check="auth",
                kind="known",
                text=f"{client.name} logs in by {' or '.join(own)} {cite(*client.sources)}"
                if allowed
                else f"{client.name} refuses a login without TLS {cite(*client.sources)}",
            ),
        ),
        fixes=_fixes(run, starttls=offer.starttls),
        explains=(kept_back.id,),
        points_at=run.mode.fields,
    )


def _fixes(run: Run, *, starttls: bool) -> tuple[Fix, ...]:
    if starttls:
        return fixes_by_mode(run, "starttls")
    ask = Fix(
        title="use a port of this server that has TLS",
        steps=(
            "Ask who runs the server for its submission port with TLS: usually 465 (implicit TLS) "
            "or 587 (STARTTLS).",
            "If it is your own server, switch TLS on, then PLAIN and LOGIN inside it (Postfix: "
            "smtpd_tls_auth_only = yes; Dovecot: auth_mechanisms = plain login).",
        ),
    )
    return (*working_ways(run), ask)
