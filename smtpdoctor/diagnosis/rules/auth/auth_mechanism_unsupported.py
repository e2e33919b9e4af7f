"""The server takes no login mechanism that this client has, or refuses one that it announces."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite, library_words, named
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "auth-mechanism-unsupported"

TOKENS = {"XOAUTH2", "OAUTHBEARER"}
PASSWORDS = {"PLAIN", "LOGIN", "SCRAM-SHA-256", "CRAM-MD5"}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    if main is None:
        return
    missing = main.login_not_tried
    refused = run.refused_as(CODE)
    if missing is not None and missing.reason == "no-shared-mechanism":
        offered = ", ".join(missing.offered)
        before = tuple(item.id for item in main.exchanges if item.step == "auth" and not item.ok)
        told = run.settings.mechanisms
        yield Diagnosis(
            code=CODE,
            severity="error",
            confidence="certain",
            title=f"the settings log in by {' or '.join(told)} alone, and {run.where} offers "
            f"{offered}"
            if told
            else f"{run.where} offers only login mechanisms that do not fit: {offered}",
            explanation=(
                "Client and server have to share one way of logging in. "
                + (
                    "The settings name one that this server doesn't announce. Without that "
                    "setting the program takes one that it does."
                    if told
                    else "Those that this server announces are not for the credentials in the "
                    "settings, or no usual mail library has them. Nothing was sent, and a client "
                    "gives up at the same place."
                )
            ),
            evidence=(
                Evidence(check="auth", text=f"EHLO announced: AUTH {' '.join(missing.offered)}"),
                Evidence(check="auth", kind="own-line", text=_have(run)),
                *library_words(run, CODE, check="auth"),
            ),
            fixes=_fixes(run, set(missing.offered)),
            explains=(*before, missing.id),
        )
    elif missing is not None and missing.reason == "not-spoken":
        yield from _not_spoken(run, main)
    elif refused is not None:
        yield Diagnosis(
            code=CODE,
            severity="error",
            confidence="certain" if refused.reply.code == 504 else "likely",
            title=f"{run.where} does not take the login mechanism {refused.exchange.mechanism}",
            explanation=(
                "The server refused the way of logging in, not the credentials: it did not judge "
                "the password. Servers sometimes announce mechanisms that they do not serve, or "
                "want another one for this account."
            ),
            evidence=(
                *refusals.evidence(run, refused),
                Evidence(check="auth", text=f"EHLO announced: AUTH {' '.join(_offered(main))}"),
                *library_words(run, CODE, check="auth"),
            ),
            fixes=_fixes(run, set(_offered(main)) - {refused.exchange.mechanism}),
            explains=refused.failed,
        )
    else:
        yield from _one_of_several(run, main)


def _not_spoken(run: Run, main: SessionView) -> Iterator[Diagnosis]:
    """A mechanism that the client has and the doctor hasn't: nobody tried the login."""
    client, offered = run.client, _offered(main)
    name = next((each for each in client.auth_order if each in offered), "") if client else ""
    if client is None or not name:
        return
    if name in client.auth_by_ticket:
        yield _without_ticket(run, main, client, name)
        return
    yield Diagnosis(
        code=CODE,
        severity="note",
        confidence="certain",
        title=f"{client.name} logs in by {name} here, which smtpdoctor doesn't speak",
        explanation=(
            "The way to the login works. The login itself was not tried, so this run can't judge "
            "user name and password."
        ),
        evidence=(Evidence(check="auth", text=f"EHLO announced: AUTH {' '.join(offered)}"),),
        fixes=(
            Fix(
                title=f"try the login with {client.name} itself",
                steps=(
                    *(
                        (
                            "NTLM wants the Windows account, DOMAIN\\user, which is often not the "
                            "mail address.",
                        )
                        if name == "NTLM"
                        else ()
                    ),
                    "Or ask the server's owner for LOGIN or PLAIN inside TLS, which every program "
                    "has (Exchange: Basic authentication on the receive connector).",
                ),
            ),
        ),
    )


def _without_ticket(run: Run, main: SessionView, client: knowledge.Client, name: str) -> Diagnosis:
    """A mechanism that the client takes first, and that a password is no use for."""
    offered = _offered(main)
    missing = main.login_not_tried
    others = set(offered) & PASSWORDS
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{client.name} logs in by {name} here, which needs a Kerberos ticket",
        explanation=(
            f"The server offers {name}, and {client.name} takes it before all others where the "
            "user name has a domain in it. It asks for a ticket, not for the password, and stops "
            "where there is none."
        ),
        evidence=(
            Evidence(check="auth", text=f"EHLO announced: AUTH {' '.join(offered)}"),
            Evidence(
                check="auth",
                kind="known",
                text=f"{client.name} tries no other mechanism then {cite(*client.sources)}",
            ),
        ),
        fixes=_fixes(run, others),
        explains=(missing.id,) if missing is not None else (),
    )


def _one_of_several(run: Run, main: SessionView) -> Iterator[Diagnosis]:
    """A mechanism that was announced and refused, where another one worked."""
    login = main.step("auth")
    refused = [item for item in main.exchanges if item.step == "auth" and item.ok is False]
    if login is None or not login.ok or not refused:
        return
    names = ", ".join(item.mechanism for item in refused)
    reply = refused[0].reply
    client = run.client
    stops = client is not None and not client.auth_tries_all
    yield Diagnosis(
        code=CODE,
        severity="error" if stops else "warning",
        confidence="certain",
        title=f"{run.where} announces {names} and refuses it; {login.mechanism} works",
        explanation=(
            f"{client.name} takes {names} first here and tries no other, so its login fails, with "
            "the same credentials that worked here."
            if client is not None and stops
            else "A client that picks the refused mechanism first and does not go on to another "
            "fails at the login, with the same credentials that worked here."
        ),
        evidence=(
            Evidence(
                check="auth",
                text=f"{run.where} answered AUTH {refused[0].mechanism} with "
                f'"{refusals.said(reply) if reply else refused[0].outcome}"',
            ),
            Evidence(check="auth", text=f"AUTH {login.mechanism} was accepted"),
        ),
        fixes=(
            Fix(
                title=f"set the mechanism to {login.mechanism} where the client lets you choose",
                steps=(
                    *refusals.choose_mechanism(run, login.mechanism),
                    "On an own server: announce only the mechanisms that it serves.",
                ),
            ),
        ),
        explains=tuple(item.id for item in refused),
    )


def _offered(main: SessionView) -> tuple[str, ...]:
    capabilities = main.capabilities()
    return capabilities.auth if capabilities else ()


def _have(run: Run) -> str:
    if run.settings.has_token:
        return "the settings have a token, which XOAUTH2 and OAUTHBEARER carry"
    return "the settings have a password, which PLAIN, LOGIN, SCRAM-SHA-256 and CRAM-MD5 carry"


def _fixes(run: Run, offered: set[str]) -> tuple[Fix, ...]:
    if offered & TOKENS and not offered & PASSWORDS and not run.settings.has_token:
        return (
            Fix(
                title="log in with a token (OAuth2)",
                steps=(
                    "The server takes no passwords here. Register the application with the "
                    "provider, fetch an access token for SMTP, and log in by "
                    f"{' or '.join(sorted(offered & TOKENS))}.",
                    "smtpdoctor tries a token in SMTP_OAUTH_TOKEN.",
                ),
            ),
        )
    if offered & PASSWORDS and not offered & TOKENS and run.settings.has_token:
        entry = run.entry("token")
        return (
            Fix(
                title="log in with a password",
                settings={entry.origin.name: None} if entry is not None else {},
                steps=(f"Write the mailbox's password into {named(run, 'password')}.",),
            ),
        )
    others = sorted(offered & (TOKENS if run.settings.has_token else PASSWORDS))
    ask = Fix(
        title="ask the server's owner to allow PLAIN or LOGIN",
        steps=(
            "Inside TLS they are safe, and every client has them. Dovecot: auth_mechanisms = plain "
            "login; Cyrus SASL: mech_list: plain login.",
        ),
    )
    if not others:
        return (ask,)
    other = Fix(
        title=f"let the client log in by {' or '.join(others)}",
        steps=refusals.choose_mechanism(run, others[0]),
    )
    return (other, ask)
