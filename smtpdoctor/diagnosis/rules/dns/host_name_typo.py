"""A host name that is one slip of the keyboard away from a provider's submission host.

Or one that only looks like it, by letters of another alphabet. Seen in the name itself, and in what
DNS and the server at that name say.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import Names
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording.submission_host import known_host, use_host
from smtpdoctor.knowledge import Provider
from smtpdoctor.knowledge.spelling import foreign_letters
from smtpdoctor.text import foreign

CODE = "host-name-typo"
BEFORE = (
    "wrong-host",
    "dns-name-not-found",
    "dns-no-address",
    "dns-answer-bogus",
    "dns-hosts-override",
)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    near = knowledge.nearest_host(run.settings.host or "")
    if near is None:
        return
    meant, provider = near
    names = run.names
    if names.from_hosts_file or _is_the_provider(run, provider):
        return
    severity, confidence, explains = _judge(run, names, meant)
    host = names.host
    letters = foreign_letters(host)
    if letters:
        title = f"{host} is not {meant}: it has letters that only look alike"
    elif names.saying("nxdomain") and not names.knows_nothing_outside:
        title = f"there is no host named {host}; {meant} was probably meant"
    else:
        title = f"{host} is probably a misspelt {meant}"
    differs = "looks like" if letters else "is only a slip away from"
    yield Diagnosis(
        code=CODE,
        severity=severity,
        confidence=confidence,
        title=title,
        explanation=(
            f"The name in the settings {differs} {meant}, the submission host of {provider.name}. "
            "Mail goes to whoever has the wrong name, or nowhere. smtpdoctor sends no password to "
            "a name that is probably a mistake."
        ),
        evidence=(
            *names_words.look_up(names),
            *(Evidence(check="settings", text=f"{host} has {each}") for each in letters),
            *_met(run),
            known_host(meant, provider),
            *library_words(run, CODE),
        ),
        fixes=(use_host(run, meant, provider),),
        explains=explains,
        points_at=("host",),
    )


def _judge(run: Run, names: Names, meant: str) -> tuple[Severity, Confidence, tuple[str, ...]]:
    """How sure, how bad, and which failures the misspelt name accounts for."""
    if names.failed is not None:
        if names.knows_nothing_outside:
            return "warning", "likely", ()  # it knows no name, this one as little as the right one
        if names.saying("nxdomain"):
            return "error", "certain", (names.failed.id,)
        if names.failure in ("no-such-name", "no-address", "servers-disagree"):
            return "error", "likely", (names.failed.id,)
        return "warning", "likely", ()  # no server answers: that is another fault
    if _is_their_own_domain(run, names.host, meant):
        return "note", "possible", ()
    if names.found is None or run.destination.network_is_to_blame:
        return "warning", "likely", ()
    return "error", "likely", run.destination.failures or (names.found.id,)


def _is_the_provider(run: Run, provider: Provider) -> bool:
    """Whether the server at that name proved to be the provider's after all."""
    certificate = run.main.certificate if run.main else None
    if certificate is None or not certificate.verified or not certificate.chain:
        return False
    owner = knowledge.provider_by_certificate(certificate.chain[0].names)
    return owner is not None and owner.id == provider.id


def _is_their_own_domain(run: Run, host: str, meant: str) -> bool:
    """smtp.ionis.com with info@ionis.com: a domain that only looks like another. Of smpt.gmail.com
    with an address at gmail.com it is another part of the name that is wrong."""
    addresses = (run.settings.username, run.settings.sender)
    domains = {text.rpartition("@")[2].lower() for text in addresses if text and "@" in text}
    name = host.rstrip(".").lower()
    domains = {domain for domain in domains if not f".{meant}".endswith(f".{domain}")}
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def _met(run: Run) -> tuple[Evidence, ...]:
    """What stands at that name instead."""
    main = run.main
    if main is None:
        return ()
    if main.certificate is not None and main.certificate.chain:
        names = ", ".join(main.certificate.chain[0].names) or "no name at all"
        return (Evidence(check="tls", text=f"the server there has a certificate for {names}"),)
    greeting = main.greeting
    if greeting is not None and greeting.reply is not None:
        said = foreign(f"{greeting.reply.code} {greeting.reply.last}")
        return (Evidence(check="tls", text=f'the server there says "{said}"'),)
    return ()
