"""The server's words say that this account may not log in with a password, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.smtp.authentication import TOKEN_MECHANISMS

CODE = "basic-auth-disabled"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    title, explanation = _words(run, refused)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=title,
        explanation=explanation,
        evidence=(
            *refusals.evidence(run, refused),
            *library_words(run, CODE, check="auth"),
        ),
        fixes=(_fix(run, refused),),
        explains=refused.failed,
    )


def _whole_smtp_auth(refused: Refusal) -> bool:
    """Whether the switch is for every login over SMTP, those with a token too."""
    return "smtpclientauthentication" in refused.reply.text.lower()


def _by_plan(refused: Refusal) -> bool:
    return refused.rule is not None and refused.rule.tells == "plan"


def _takes_tokens_alone(run: Run) -> bool:
    """Whether the provider is known to take no passwords from anybody."""
    known = run.provider.auth_mechanisms if run.provider else ()
    return bool(known) and set(known) <= set(TOKEN_MECHANISMS)


def _own_switch(run: Run, refused: Refusal) -> bool:
    """Whether the account's owner switches access for programs on, at this provider."""
    rule = refused.rule
    if run.provider is None or rule is None or rule not in run.provider.replies:
        return False
    return not any(word in rule.fix for word in ("administrator", "OAuth2"))


def _words(run: Run, refused: Refusal) -> tuple[str, str]:
    host = run.settings.host
    if _by_plan(refused):
        kept = "The provider keeps sending from programs for other plans."
        if refused.exchange.step != "auth":
            return f"{host} sends nothing over SMTP in this account's plan", (
                f"{kept} The login itself worked: a new password changes nothing."
                if run.logged_in
                else kept
            )
        return f"{host} has no SMTP logins in this account's plan", (
            f"{kept} The password was not judged: a new one changes nothing."
        )
    if run.settings.has_token or _whole_smtp_auth(refused):
        secret = "token" if run.settings.has_token else "password"
        return f"{host} has SMTP logins switched off for this account", (
            "An administrator's setting forbids this account every login over SMTP, whatever "
            f"it logs in with. The {secret} was not judged: a new one changes nothing."
        )
    if _takes_tokens_alone(run):
        cause = refusals.sentence(refused.rule.cause) if refused.rule else ""
        return f"{host} takes no passwords, only OAuth2", (
            f"{cause} The password was not judged: neither a new one nor an app password helps."
        ).strip()
    if _own_switch(run, refused):
        return f"{host} lets no mail programs into this account yet", (
            "Access for programs is switched off in this mailbox's own settings. The password was "
            "not judged: a new one changes nothing."
        )
    return f"{host} has switched off password logins for this account", (
        "The provider or its administrator does not allow programs to log in with user name and "
        "password here. The password was not judged: a new one changes nothing."
    )


def _fix(run: Run, refused: Refusal) -> Fix:
    token = "smtpdoctor can try a token: put it into SMTP_OAUTH_TOKEN."
    if _by_plan(refused):
        return Fix(
            title="take a plan that has SMTP, or send through another provider",
            steps=(
                "Look in the account's settings, or ask the provider's support, which plan has it.",
            ),
        )
    if run.settings.has_token or _whole_smtp_auth(refused):
        return Fix(
            title="ask an administrator to allow SMTP logins for this account",
            steps=(refusals.advice(refused, "Ask the administrator to allow SMTP AUTH for it."),),
        )
    if _takes_tokens_alone(run):
        return Fix(
            title="log in with OAuth2, or send through another provider",
            steps=(
                "If your program can do OAuth2, set it up there with this account.",
                "Else use another mailbox or a sending service that takes a password or key.",
                token,
            ),
        )
    if _own_switch(run, refused):
        return Fix(
            title="switch access for mail programs on in the mailbox's settings",
            steps=(refusals.advice(refused, "Look for SMTP or IMAP in its settings."),),
        )
    return Fix(
        title="ask an administrator to allow password logins, or log in with a token (OAuth2)",
        steps=(
            refusals.advice(
                refused, "Have the administrator allow password logins, or use OAuth2."
            ),
            token,
        ),
    )
