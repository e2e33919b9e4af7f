"""Credentials are set, and the server has no AUTH on this connection."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite, library_words
from smtpdoctor.diagnosis.fixes import change_settings, changes_first, use_way, without_login
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import LoginNotTried
from smtpdoctor.settings.model import SUBMISSION, TLSMode
from smtpdoctor.words import MODE_WORDS

CODE = "auth-not-offered"
#: A server that refuses the mail of a client that sends without its login wants one.
BEFORE = ("credentials-missing", "client-address-refused", "recipient-rejected")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    refused = run.refused_as(CODE)
    if main is None:
        return
    missing = main.login_not_tried
    without = missing is not None and missing.reason == "done-without"
    if without and missing is not None and run.client is not None:
        yield _sent_without(run, main, missing, run.client)
        return
    if refused is None and (missing is None or missing.reason != "not-offered"):
        return
    capabilities = main.capabilities()
    keywords = ", ".join(capabilities.keywords) if capabilities else ""
    evidence = (
        *(refusals.evidence(run, refused) if refused else ()),
        Evidence(check="auth", text=f"EHLO announced: {keywords or 'nothing'}"),
    )
    where = run.where
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely" if refused else "certain",
        title=f"{where} offers no login, and the settings have one",
        explanation=(
            "The server's list of what it can do has no AUTH, so a client that has credentials "
            "gives up here. Ports for mail between servers (25), and servers that know their "
            "senders by address, have no login; on a submission port it may be switched off."
            if refused is None
            else "The server does not know the command AUTH, whatever it announced, so the login "
            "ends here and no mail goes out."
        ),
        evidence=(*evidence, *library_words(run, CODE, check="auth")),
        fixes=_fixes(run),
        explains=refused.failed if refused else (missing.id,) if missing else (),
    )


def _sent_without(
    run: Run, main: SessionView, missing: LoginNotTried, client: knowledge.Client
) -> Diagnosis:
    """This client goes on without the login that it was given: what became of that?"""
    where = run.where
    capabilities = main.capabilities()
    keywords = ", ".join(capabilities.keywords) if capabilities else ""
    refused = [item for item in main.exchanges if item.step in ("mail", "rcpt") and not item.ok]
    return Diagnosis(
        code=CODE,
        severity="error" if refused else "warning",
        confidence="certain",
        title=f"{where} offers no login, and {client.name} sends without the one it has",
        explanation=(
            f"The server's list of what it can do has no AUTH that {client.name} reads, and then "
            "it goes on as if no login were set. "
            + (
                "The server refuses the mail."
                if refused
                else "This server took the sender all the same. Other programs stop here."
            )
        ),
        evidence=(
            *(
                Evidence(
                    check="sender",
                    text=f"{where} answered {item.step.upper()} with "
                    f'"{refusals.said(item.reply) if item.reply else item.outcome}"',
                )
                for item in refused[:1]
            ),
            Evidence(check="auth", text=f"EHLO announced: {keywords or 'nothing'}"),
            Evidence(
                check="auth",
                kind="known",
                text=f"{client.name} sends without {cite(*client.sources)}",
            ),
        ),
        fixes=_fixes(run),
        explains=tuple(item.id for item in refused) or (missing.id,),
    )


def _fixes(run: Run) -> tuple[Fix, ...]:
    settings = run.settings
    able = [way for way in run.working_ways if _offers_login(run, way.connection)]
    own = [use_way(run, way) for way in able if way.host == settings.host]
    tried = changes_first(own) + [use_way(run, way) for way in able if way.host != settings.host]
    fixes = list(tried)
    if settings.port not in SUBMISSION and not tried and not run.is_in_house:
        port, tls = _submission_port(run)
        title = f"use the submission port {port} with {MODE_WORDS[tls]}"
        fixes.append(change_settings(run, title, port=port, tls=tls))
    without = Fix(
        title="send without a login, if this server is meant to be used so",
        settings=without_login(run),
        steps=("Only a server that knows this machine's address, or a mail catcher, allows it.",),
    )
    switch = Fix(
        title="ask the server's owner to switch the login on",
        steps=(
            f"Ask who runs {settings.host} on which port a login is taken.",
            "If it is your own: Postfix has smtpd_sasl_auth_enable = yes with a smtpd_sasl_type "
            "and smtpd_sasl_path; Exim an authenticator whose server_advertise_condition holds "
            "inside TLS.",
        ),
    )
    catcher = run.is_in_house and settings.port not in SUBMISSION
    return (*fixes, *((without, switch) if catcher else (switch, without)))


def _submission_port(run: Run) -> tuple[int, TLSMode]:
    """The provider's own, else the usual one (RFC 6409 §3.1)."""
    known = run.provider.ports if run.provider else ()
    found = (item for item in known if item.recommended and item.verified)
    return next(((item.port, item.tls) for item in found), (587, "starttls"))


def _offers_login(run: Run, connection: str) -> bool:
    view = next(item for item in run.sessions if item.session.connection == connection)
    capabilities = view.capabilities()
    return capabilities is not None and bool(capabilities.auth)
