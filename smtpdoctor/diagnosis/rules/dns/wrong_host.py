"""A host that is no submission server: an IMAP, MX or web name, a mail domain, or the container.

Seen in the name by what is known of providers, in MX records beside a missing address, or in a
loopback address inside a container where nothing listens.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite, library_words, own_line
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import Names
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording import reach as reach_words
from smtpdoctor.diagnosis.wording.submission_host import known_host, use_host
from smtpdoctor.knowledge import Provider
from smtpdoctor.observations import NameServerAnswer
from smtpdoctor.text import foreign

CODE = "wrong-host"
BEFORE = ("dns-no-address", "dns-name-not-found", "dns-answer-bogus")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    known = knowledge.submission_host_for(names.host)
    if known is not None:
        yield from _known_name(run, names, *known)
    elif exchangers := _mail_exchangers(run, names):
        yield from _mail_domain(run, names, exchangers)
    else:
        yield from _the_container_itself(run, names)


# --- a provider's name for something else -----------------------------------------------------


def _known_name(run: Run, names: Names, host: str, provider: Provider) -> Iterator[Diagnosis]:
    if run.settings.elsewhere:
        yield from _foretold(run, names, host, provider)
        return
    explains = (names.failed.id,) if names.failed else run.destination.failures
    works = run.main is not None and run.main.works and not run.destination.offers_no_login
    another_mode = any(way.host == names.host for way in run.working_ways)
    unsettled = names.failure not in (None, "no-such-name", "no-address", "servers-disagree")
    if works or another_mode or unsettled or not explains:
        return
    blocked = run.destination.network_is_to_blame
    yield Diagnosis(
        code=CODE,
        severity="warning" if blocked else "error",
        confidence="likely",
        title=f"{names.host} is no submission host; {host} is",
        explanation=_purpose(names, host, provider),
        evidence=(
            *names_words.look_up(names),
            *reach_words.seen_of([item for item in run.connects() if not item.ok]),
            *_what_it_said(run),
            known_host(host, provider),
            *library_words(run, CODE),
        ),
        fixes=(use_host(run, host, provider),),
        explains=() if blocked else explains,
        points_at=("host",),
    )


def _purpose(names: Names, host: str, provider: Provider) -> str:
    return (
        f"{names.host} belongs to {provider.name}, but for another purpose: reading mail, "
        "taking mail from other servers, or the web. Programs hand their mail in at the "
        f"submission host, {host}."
    )


def _foretold(run: Run, names: Names, host: str, provider: Provider) -> Iterator[Diagnosis]:
    """By the name alone, which may lead to a server that takes mail, too: no error yet."""
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="likely",
        title=f"{names.host} is no submission host; {host} is",
        explanation=f"{_purpose(names, host, provider)} The server itself was not asked.",
        evidence=(*own_line(run, "host"), known_host(host, provider)),
        fixes=(use_host(run, host, provider),),
        points_at=("host",),
    )


def _what_it_said(run: Run) -> tuple[Evidence, ...]:
    """The greeting of a server that is no submission server, or that it takes no login."""
    main = run.main
    if main is None:
        return ()
    if run.destination.offers_no_login:
        text = f"the server at {main.session.host}:{main.session.port} offers no login"
        return (Evidence(check="auth", text=text),)
    greeting = main.greeting
    if greeting is not None and greeting.arrived:
        return (Evidence(check="tls", text=f'the server there says "{foreign(greeting.arrived)}"'),)
    return ()


# --- a domain of mailboxes --------------------------------------------------------------------


def _mail_exchangers(run: Run, names: Names) -> tuple[str, ...]:
    """The MX hosts of a name that has no address."""
    if names.failed is None:
        return ()
    answers = run.observations.of(
        NameServerAnswer, record="MX", asked_for="related", outcome="answer"
    )
    exchangers = (text.split()[-1] for answer in answers for text in answer.answers)
    return tuple(name for name in exchangers if name.strip("."))  # RFC 7505: "." takes no mail


def _mail_domain(run: Run, names: Names, exchangers: tuple[str, ...]) -> Iterator[Diagnosis]:
    assert names.failed is not None
    provenance: tuple[Evidence, ...]
    known = next(filter(None, map(knowledge.submission_host_for, exchangers)), None)
    if known is not None:
        host, provider = known
        fix = use_host(run, host, provider)
        provenance = (*_whose(exchangers, provider), known_host(host, provider))
    else:
        fix = Fix(
            title=f"use the outgoing mail server of whoever runs mail for {names.host}",
            steps=(
                "Look it up in the mail provider's help or panel, as server for outgoing mail "
                "(SMTP). It is not one of the MX hosts.",
                f"Often it is mail.{names.host} or smtp.{names.host}; that is a guess.",
            ),
        )
        provenance = ()
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{names.host} is a mail domain, not a server: it has MX records and no address",
        explanation=(
            f"Mailboxes end in @{names.host}, but no server has that name, so there is nothing to "
            "connect to. The settings need the provider's submission host. MX records are for "
            "mail servers among themselves and don't help here."
        ),
        evidence=(
            *names_words.look_up(names),
            Evidence(check="dns", text=f"MX of {names.host}: {', '.join(exchangers)}"),
            *provenance,
            *library_words(run, CODE),
        ),
        fixes=(fix,),
        explains=(names.failed.id,),
        points_at=("host",),
    )


def _whose(exchangers: tuple[str, ...], provider: Provider) -> tuple[Evidence, ...]:
    text = f"{exchangers[0]} belongs to {provider.name} {cite(*provider.names_sources)}"
    return (Evidence(check="dns", kind="known", text=text.rstrip()),)


# --- localhost inside a container -------------------------------------------------------------


def _the_container_itself(run: Run, names: Names) -> Iterator[Diagnosis]:
    container = run.place.container if run.place else None
    connects = run.connects()
    refused = bool(connects) and all(item.outcome == "refused" for item in connects)
    if not (container and refused and _is_this_machine(names.host)):
        return
    where = "the pod" if "pod" in container else "the container"
    port = run.settings.port
    if where == "the pod":
        steps: tuple[str, ...] = (
            "A mail server of the cluster has the name SERVICE.NAMESPACE, as kubectl get "
            "services -A lists them.",
            "A mail server outside has its own full name.",
        )
    else:
        steps = (
            "A mail server in another container of the same compose.yaml has its service's name.",
            "A mail server on the machine that runs Docker has the name host.docker.internal; on "
            "Linux its service needs extra_hosts: with host.docker.internal:host-gateway.",
            "A provider's submission host has its own full name.",
        )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{names.host} is {where} itself, and nothing there listens on port {port}",
        explanation=(
            f"Inside a container {names.host} is not the machine around it but the container "
            "itself. The connection was refused because no mail server runs in here."
        ),
        evidence=(
            *own_line(run, "host"),
            Evidence(check="settings", text=f"this ran in: {container}"),
            *reach_words.seen_of(connects),
            *library_words(run, CODE),
        ),
        fixes=(Fix(title="use the mail server's name inside the container", steps=steps),),
        explains=run.destination.failures,
        points_at=("host",),
    )


def _is_this_machine(host: str) -> bool:
    """localhost, a name below it (RFC 6761 §6.3), or a loopback address."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
