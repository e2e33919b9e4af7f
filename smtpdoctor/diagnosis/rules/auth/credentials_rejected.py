"""The server looked at user name and password and refused them, for no reason that is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import library_words, named, own_line
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal, as_sent
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.knowledge import WrongPassword
from smtpdoctor.settings.model import TokenSign
from smtpdoctor.text import foreign

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
            f"The way to the server works; it refused this pair of user name and {secret}"
            f"{_told(run, refused)} More failed attempts may lock the account."
        ),
        evidence=(
            refusals.seen(run, refused),
            *_demand(run, refused),
            *_letters(run),
            *_form(run),
            *(refusals.known(run, refused) or _forms(run)),
            *own_line(run, "username"),
            *library_words(run, CODE, check="auth"),
        ),
        fixes=(
            _token(run, refused) if run.settings.has_token else _password(run, refused),
            *_in_plain(run, refused),
        ),
        explains=refused.failed,
    )


def _told(run: Run, refused: Refusal) -> str:
    """What the reply tells of the reason, as the rest of a sentence."""
    if run.settings.has_token:
        signs = _signs(run)
        if signs:
            return f". The token {signs[0][0]}."
        if _scope(refused):
            return ". It says what the token has to be made for."
        return "."
    # of words that several providers share the provider's own entry knows no more than the others
    general = knowledge.interpret(None, "auth", as_sent(refused.reply))
    tells = (refused.rule.tells if refused.rule else "") or (general.tells if general else "")
    return {
        "username": ". Its words say that it knows no such user.",
        "password": ". Its words say that the password is wrong.",
        "expired": ". Its words say that the password has expired.",
        "nothing": ", and does not say which is wrong.",
    }.get(tells, ". Its own words are the best hint at the reason.")


#: What a token's form tells, as it stands in a sentence, and what to do about it.
_SIGNS: dict[TokenSign, tuple[str, str]] = {
    "refresh-token": (
        "looks like a refresh token, which only fetches access tokens",
        "Exchange it for an access token at the provider's token address, and log in with that.",
    ),
    "authorization-code": (
        "looks like an authorization code of the OAuth2 sign-in, which is no token",
        "Exchange the code for tokens at the provider's token address; log in with the access "
        "token.",
    ),
    "api-key": (
        "looks like an API key or client secret, which no mail server takes",
        "Fetch an access token for the mailbox by OAuth2, and log in with that.",
    ),
    "not-for-outlook": (
        "was made for another service than Outlook's mail servers",
        "Ask for the scope https://outlook.office.com/SMTP.Send, not one of Microsoft Graph: a "
        "token is for one service only.",
    ),
    "without-smtp": (
        "does not have the permission SMTP.Send",
        "Ask for the scope https://outlook.office.com/SMTP.Send (an application without a user: "
        "SMTP.SendAsApp), and give consent again.",
    ),
    "expired": ("has expired", "Fetch a new one with the refresh token."),
}
#: Signs that mean something only where the token is for Microsoft.
_MICROSOFT = ("not-for-outlook", "without-smtp")


def _signs(run: Run) -> list[tuple[str, str]]:
    """The signs that this token is the wrong one for this server, the most telling first."""
    microsoft = run.provider is not None and run.provider.id in ("microsoft365", "outlook_com")
    return [
        words
        for sign, words in _SIGNS.items()
        if sign in run.settings.token_signs and (microsoft or sign not in _MICROSOFT)
    ]


def _scope(refused: Refusal) -> str:
    challenge = refused.exchange.challenge
    return challenge.scope if challenge is not None else ""


def _demand(run: Run, refused: Refusal) -> tuple[Evidence, ...]:
    """What the server said of the token before it refused it."""
    challenge = refused.exchange.challenge
    if challenge is None:
        return ()
    parts = {"status": challenge.status, "schemes": challenge.schemes, "scope": challenge.scope}
    said = ", ".join(f"{name} {foreign(value)}" for name, value in parts.items() if value)
    text = f'before that {run.where} answered the token with a challenge: "{said}"'
    return (Evidence(check="auth", text=text),)


def _wanted(run: Run) -> str:
    """What user name and password have to be at this provider, as far as it is known."""
    provider = run.provider
    if provider is None or run.settings.has_token or not provider.login_sources:
        return ""
    hints = {"the user name is": provider.username_hint, "the password is": provider.password_hint}
    return "; ".join(f"{what} {hint}" for what, hint in hints.items() if hint)


def _forms(run: Run) -> tuple[Evidence, ...]:
    words, provider = _wanted(run), run.provider
    if provider is None or not words:
        return ()
    source = refusals.source(provider.login_sources)
    told = refusals.told_by(provider.name, provider.login_sources)
    return (Evidence(check="auth", kind="known", text=f"{told} {words} {source}".strip()),)


def _wrong_form(run: Run) -> WrongPassword | None:
    """What the password's form says that it is, where this provider takes no such password."""
    known = run.provider.wrong_passwords if run.provider and not run.settings.has_token else {}
    shapes = run.settings.password_shape
    return next((wrong for shape, wrong in known.items() if shape in shapes), None)


def _form(run: Run) -> Iterator[Evidence]:
    wrong = _wrong_form(run)
    if wrong is not None:
        text = f"by its form the password in {named(run, 'password')} is {wrong.what}"
        yield Evidence(check="settings", kind="own-line", text=text)


def _password(run: Run, refused: Refusal) -> Fix:
    wrong = _wrong_form(run)
    return Fix(
        title=wrong.use if wrong is not None else _in_one_line(run, refused),
        steps=(
            *((wrong.how,) if wrong is not None else ()),
            *_cut_off(run),
            *_in_ascii(run),
            *_what_to_compare(run, refused),
            f"Write the values that work into {' and '.join(_places(run))}.",
        ),
    )


def _in_one_line(run: Run, refused: Refusal) -> str:
    """What to do: the provider's own entry knows it better than what fits anywhere."""
    provider, rule = run.provider, refused.rule
    if provider is not None and rule is not None and rule in provider.replies:
        return _first_clause(rule.fix)
    if provider is not None and provider.password_apart and provider.password_hint:
        return f"use {_first_clause(provider.password_hint)}"
    if rule is not None and rule.tells == "expired":
        return _first_clause(rule.fix)
    return "check user name and password"


def _first_clause(text: str) -> str:
    return re.split(r"[;(]|, (?=not\b|neither\b)", text)[0].strip(" ,")


def _what_to_compare(run: Run, refused: Refusal) -> Iterator[str]:
    """What the provider wants before what helps anywhere: its web site may take another password
    than its mail server, and would prove nothing."""
    provider, words = run.provider, _wanted(run)
    general = knowledge.interpret(None, "auth", as_sent(refused.reply))
    own = refused.rule is not None and refused.rule is not general
    if provider is not None and words and (provider.password_apart or not own):
        yield f"At {provider.name} {words}."
    if own or provider is None or not provider.password_apart:
        yield refusals.advice(
            refused, "Log in at the provider's webmail with exactly these values, once."
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
        f"{named(run, 'password')}: python-dotenv takes what is behind # on that line for a "
        "comment. If it belongs to the password, put the whole value in single quotes.",
    )


#: With these the server needs the password itself, or a form of it that it made for them.
_CHALLENGES = ("CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")


def _in_plain(run: Run, refused: Refusal) -> Iterator[Fix]:
    """Another mechanism, where the one that the client takes is one that servers announce and can't
    check: those that store passwords hashed, or ask PAM or LDAP. A second login is not tried."""
    mechanism = refused.exchange.mechanism
    capabilities = run.main.capabilities() if run.main is not None else None
    offered = capabilities.auth if capabilities is not None else ()
    simple = next((each for each in ("LOGIN", "PLAIN") if each in offered), None)
    if mechanism not in _CHALLENGES or simple is None:
        return
    yield Fix(
        title=f"if the values are right, log in by {simple} in place of {mechanism}",
        steps=(
            f"The client took {mechanism}, which some servers announce and can't check, as they do "
            f"not have the password itself. Inside TLS {simple} is safe.",
            *refusals.choose_mechanism(run, simple),
        ),
    )


def _has_letters(run: Run) -> bool:
    """A password beyond ASCII: RFC 4616 §2 wants UTF-8, and servers compare it in the encoding that
    they stored it in. The webmail takes it all the same."""
    return not run.settings.has_token and "non-ascii" in run.settings.password_shape


def _letters(run: Run) -> Iterator[Evidence]:
    if _has_letters(run):
        text = f"the password in {named(run, 'password')} has characters outside ASCII"
        yield Evidence(check="settings", kind="own-line", text=text)


def _in_ascii(run: Run) -> Iterator[str]:
    if _has_letters(run):
        yield (
            "Set a new password of ASCII letters, digits and signs at the provider: this one has "
            "characters outside ASCII (such as ö, § or €), which many mail servers compare in "
            "another encoding than programs send them in, though the webmail takes them."
        )


def _token(run: Run, refused: Refusal) -> Fix:
    scope, signs = foreign(_scope(refused)), _signs(run)
    write = f"Write it into {named(run, 'token')}, then run smtpdoctor once."
    mailbox = f"It has to be made for the mailbox {run.settings.username}."
    if signs:
        return Fix(
            title="use an access token that is made for SMTP",
            steps=(*(words for _, words in signs), mailbox, write),
        )
    if scope:
        return Fix(
            title=f"fetch an access token with the scope {scope}",
            steps=(
                f"The server asks for the scope {scope}. Ask for it when you fetch the token, and "
                "give consent again: a token keeps the scopes that it was made with.",
                "If it has that scope, it may have ended: access tokens last about an hour. Fetch "
                "another one with the refresh token.",
                mailbox,
                write,
            ),
        )
    return Fix(
        title="get a new token",
        steps=(
            "Access tokens end after an hour or so: fetch a new one with the refresh token.",
            "It has to be made for SMTP (Google: scope https://mail.google.com/, Microsoft: "
            f"SMTP.Send) and for the mailbox {run.settings.username}.",
            write,
        ),
    )
