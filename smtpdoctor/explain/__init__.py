"""What an error message means: a pasted text in, its causes in order out. No network, no settings.

A text becomes symptoms (`symptoms`), a symptom the runs that would have printed it (`readings`),
each a set of observations (`course`) that the same rules judge as those of `check`
(docs/decisions/0017-explaining-a-text.md). `secrets` cuts out what is secret before all that,
`excerpts` finds the places of a long log, `facts` reads host, port and client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from smtpdoctor.explain.model import Candidate, Known

if TYPE_CHECKING:
    from smtpdoctor.explain.candidates import Ranked
    from smtpdoctor.settings.model import TLSMode

__all__ = ["Candidate", "Explanation", "Known", "examine_text", "explain"]

#: So many different incidents of a log are judged.
MOST_INCIDENTS = 4
#: RFC 4954 §6: replies of the server that a program logs in at.
LOGIN_REPLIES = ("534", "535", "538", "530", "454 4.7.0")


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a text: the causes in order, and how many different errors it has."""

    ranked: tuple[Ranked, ...] = ()
    known: Known = Known()
    incidents: int = 0


def explain(
    text: str,
    *,
    host: str | None = None,
    port: int | None = None,
    secure: bool | str | None = None,
    client: str | None = None,
    anonymous: bool = False,
) -> tuple[Candidate, ...]:
    """Name the causes that an error message fits, most likely first, at most five.

    `text` is what a mail client, framework or server printed: a line, a trace, a log, a debug
    transcript, a bounce. What is known besides may be given: `secure` as SMTP_SECURE has it (True:
    TLS from the first byte), `client` as an id of the knowledge base ("nodemailer"). Empty where
    the text says nothing about mail. Raises `smtpdoctor.UsageError` for a `secure`, `port` or
    `client` that can't be one. Secrets in the text are in no result; with `anonymous` the local
    parts of mail addresses are not either.
    """
    from smtpdoctor.settings.usage import UsageError

    told: BaseException
    try:
        known = given(host, port, secure, client)
        found = examine_text(text, known, anonymous=anonymous)
        return tuple(item.candidate for item in found.ranked)
    except UsageError as error:
        from smtpdoctor.arguments import texts_of, without_values

        told = UsageError(without_values(str(error), texts_of((host, port, secure, client))))
    except BaseException as error:
        from smtpdoctor.own_fault import outward

        told = outward(error)
    del text, host, port, secure, client  # this frame is in the traceback
    raise told from None


def given(
    host: str | None, port: int | None, secure: bool | str | None, client: str | None
) -> Known:
    """What was given beside the text. Raises UsageError."""
    from smtpdoctor import knowledge
    from smtpdoctor.settings.usage import UsageError

    if host is not None:
        from smtpdoctor.settings import harmless  # a third of a short text's time

        if harmless.shown("host", host) != host:
            raise UsageError("host: this is no host's name")
    if port is not None and not 0 < port < 65536:
        raise UsageError(f"port: {port} is no port number")
    named = knowledge.named_client(client) if client is not None else None
    if client is not None and named is None:
        names = ", ".join(knowledge.clients())
        raise UsageError(f"client: {client!r} is none of {names}")
    client, version = named or (None, "")
    tls, required = _mode(secure)
    return Known(
        host=host, port=port, tls=tls, tls_required=required, client=client, version=version
    )


#: SMTP_SECURE's values, and SMTP_TLS's.
_MODES: dict[str, tuple[TLSMode, bool]] = {
    **dict.fromkeys(("true", "1", "yes", "on", "ssl", "implicit"), ("implicit", False)),
    **dict.fromkeys(("false", "0", "no", "off"), ("starttls", False)),
    **dict.fromkeys(("tls", "starttls"), ("starttls", True)),
    "none": ("none", False),
}


def _mode(secure: bool | str | None) -> tuple[TLSMode | None, bool]:
    from smtpdoctor.settings.usage import UsageError

    if secure is None:
        return None, False
    found = _MODES.get(str(secure).strip().lower())
    if found is None:
        raise UsageError(f"secure: {secure!r} is none of {', '.join(_MODES)}")
    return found


def examine_text(text: str, known: Known, *, anonymous: bool = False) -> Explanation:
    """The causes of everything that the text has, with the runs that show them."""
    from smtpdoctor.explain import candidates, excerpts, facts, secrets, symptoms

    ranked: list[list[Ranked]] = []
    first: Known | None = None
    seen: set[tuple[tuple[str, str], ...]] = set()
    for place in excerpts.places(text):
        clean, hidden = secrets.cut(place, anonymous=anonymous)
        read = facts.read(clean, known)
        found = symptoms.find(clean, known)
        key = tuple((item.kind, item.error or item.reply[:40]) for item in found)
        if not found or key in seen:
            continue
        seen.add(key)
        if found[0].reply.startswith(LOGIN_REPLIES):
            read = facts.of_replies(clean, read)
        causes = candidates.rank(found, read, hidden)
        if causes:
            first = first or read
            ranked.append(causes)
        if len(ranked) == MOST_INCIDENTS:
            break
    return Explanation(
        ranked=_merged(ranked, candidates.MOST), known=first or known, incidents=len(ranked)
    )


def _merged(ranked: list[list[Ranked]], most: int) -> tuple[Ranked, ...]:
    """The likeliest cause of each incident, the newest first, then what else they may be."""
    chosen: dict[str, Ranked] = {}
    for depth in range(most):
        for causes in ranked:
            if depth < len(causes):
                chosen.setdefault(causes[depth].diagnosis.code, causes[depth])
    return tuple(chosen.values())[:most]
