"""The server looked at user name and password and refused them, for no reason that is seen."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, named, own_line
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "credentials-rejected"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    # where the user name has the right form, words about it mean that there is no such user
    refused = run.refused_as(CODE, "username-not-address")
    if refused is None:
        return
    # RFC 4954 §6: 535 is about the credentials; 5.7.8 says so once more, other numbers less
    plain = refused.reply.code == 535 and refused.reply.enhanced in (None, "5.7.8")
    secret = "token" if run.settings.has_token else "password"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if plain else "likely",
        title=f"{run.settings.host} refused the login of {run.settings.username}",
        explanation=(
            f"The way to the server works; it refused this pair of user name and {secret}, and "
            "does not say which is wrong. More failed attempts may lock the account."
        ),
        evidence=(
            refusals.seen(run, refused),
            *(refusals.known(run, refused) or _forms(run)),
            *own_line(run, "username"),
            *library_words(run, CODE, check="auth"),
        ),
        fixes=(_token(run) if run.settings.has_token else _password(run, refused),),
        explains=refused.failed,
    )


def _forms(run: Run) -> tuple[Evidence, ...]:
    """What user name and password have to be at this provider, as far as it is known."""
    provider = run.provider
    if provider is None or run.settings.has_token or not provider.login_sources:
        return ()
    hints = {"the user name is": provider.username_hint, "the password is": provider.password_hint}
    words = "; ".join(f"{what} {hint}" for what, hint in hints.items() if hint)
    if not words:
        return ()
    source = refusals.source(provider.login_sources)
    told = refusals.told_by(provider.name, provider.login_sources)
    return (Evidence(check="auth", kind="known", text=f"{told} {words} {source}".strip()),)


def _password(run: Run, refused: Refusal) -> Fix:
    return Fix(
        title="check user name and password",
        steps=(
            *_cut_off(run),
            refusals.advice(
                refused, "Log in at the provider's webmail with exactly these values, once."
            ),
            f"Write the values that work into {' and '.join(_places(run))}.",
        ),
    )


def _places(run: Run) -> list[str]:
    """Where user name and password stand: one place, where a URL has both."""
    return list(dict.fromkeys((named(run, "username"), named(run, "password"))))


def _cut_off(run: Run) -> tuple[str, ...]:
    """A password that goes on behind what the file's reader takes for a comment's `#`."""
    entry = run.entry("password")
    if entry is None or not entry.noted("comment-behind"):
        return ()
    return (
        f"{named(run, 'password')}: python-dotenv takes what stands behind # on that line for a "
        "comment. If it belongs to the password, put the whole value in single quotes.",
    )


def _token(run: Run) -> Fix:
    return Fix(
        title="fetch a new token",
        steps=(
            "Access tokens end after an hour or so: fetch a new one with the refresh token.",
            "It has to be made for SMTP (Google: scope https://mail.google.com/, Microsoft: "
            f"SMTP.Send) and for the mailbox {run.settings.username}.",
            f"Write it into {named(run, 'token')}, then run smtpdoctor once.",
        ),
    )
