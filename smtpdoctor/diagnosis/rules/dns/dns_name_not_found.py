"""The host name does not exist: NXDOMAIN from a name server, or a text that can be no name.

Or it does for one of the machine's name servers, and not for another.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_private_name
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Fix, Severity
from smtpdoctor.diagnosis.rules.dns._names import Asked, known_host, use_host
from smtpdoctor.diagnosis.run import Run

CODE = "dns-name-not-found"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    asked = Asked(run)
    heeded = asked.failed is not None or not asked.from_hosts_file
    if asked.wire_addresses and asked.denying and heeded:
        yield _servers_disagree(asked)
    elif asked.failure in ("no-such-name", "no-name-at-all"):
        provider = knowledge.provider_of(asked.host)
        known = [each.host for each in provider.hosts if each.verified] if provider else []
        if provider is not None and asked.host in known:
            yield _known_elsewhere(run, asked, provider)
        else:
            yield _no_such_name(run, asked)


def _no_such_name(run: Run, asked: Asked) -> Diagnosis:
    assert asked.failed is not None
    certain = asked.failure == "no-name-at-all" or (
        bool(asked.saying("nxdomain")) and asked.error in ("", "EAI_NONAME", "timeout")
    )
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if certain else "likely",
        title=f"there is no host named {asked.host}",
        explanation=(
            "The application asks DNS for the address of this name, and the answer is that no such "
            "name exists. So there is no server to connect to, and no mail goes out. The answer is "
            "a definite one: trying again does not change it."
        ),
        evidence=(*asked.evidence(), *library_words(run, CODE)),
        fixes=_fixes(run, asked),
        explains=(asked.failed.id,),
        points_at=("host",),
    )


def _known_elsewhere(run: Run, asked: Asked, provider: knowledge.Provider) -> Diagnosis:
    """The name is right: it is the name servers here that don't know it."""
    assert asked.failed is not None
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"this machine's name servers don't know {asked.host}",
        explanation=(
            f"{asked.host} is a host of {provider.name}, and here the answer is that no such name "
            "exists. Probably the name servers of this machine know the names of one network only, "
            "or a filter answers in their place. The application gets the same answer, so no mail "
            "goes out."
        ),
        evidence=(
            *asked.evidence(),
            known_host(asked.host, provider),
            *library_words(run, CODE),
        ),
        fixes=(
            Fix(
                title="let this machine ask a name server that knows the internet's names",
                steps=(
                    "Look another well-known name up from here. If that fails too, this network "
                    "(a company's, a cluster, a sandbox) has no names from outside: ask who runs "
                    f"it to let {asked.host} be looked up and reached.",
                    "If only this name fails, look for a filter: a Pi-hole, the router, or the DNS "
                    "protection of the company or network. Allow the name there.",
                    f"If it fails everywhere, {provider.name} has given the name up: its help or "
                    "panel has the present one.",
                ),
            ),
        ),
        explains=(asked.failed.id,),
    )


def _servers_disagree(asked: Asked) -> Diagnosis:
    denying, knowing = asked.denying, asked.saying("answer")
    severity: Severity = "error"
    effect = "and here that is that there is none"
    if asked.failed is None:
        severity = "warning" if next(iter(asked.servers)) in denying else "note"
        effect = (
            "and that was the address this time; programs on musl (Alpine images) ask all at once"
        )
    return Diagnosis(
        code=CODE,
        severity=severity,
        confidence="likely" if severity == "error" else "certain",
        title=f"name server {denying[0]} knows no address of {asked.host}, {knowing[0]} does",
        explanation=(
            "The name servers of this machine disagree. A system takes the first answer that it "
            f"gets, {effect}. The name is probably known only to the servers of one network, such "
            "as a VPN."
        ),
        evidence=(
            *asked.evidence(),
            *(library_words(asked.run, CODE) if severity == "error" else ()),
        ),
        fixes=(
            Fix(
                title=f"let this machine ask {knowing[0]} for {asked.host}",
                steps=(
                    f"Name only servers that know the name, or put {knowing[0]} first.",
                    "A resolver such as systemd-resolved or dnsmasq can ask one server for the "
                    "names of one domain and another for all else.",
                ),
            ),
        ),
        explains=(asked.failed.id,) if asked.failed is not None else (),
    )


def _fixes(run: Run, asked: Asked) -> tuple[Fix, ...]:
    known = _submission_host_of_the_mailbox(run)
    own = (use_host(run, *known),) if known is not None else ()
    return (*own, _by_shape(asked.host))


def _submission_host_of_the_mailbox(run: Run) -> tuple[str, knowledge.Provider] | None:
    """Where the mailbox of the settings hands its mail in, if its domain is a provider's own."""
    for text in (run.settings.username, run.settings.sender):
        known = knowledge.submission_host_for(text.rpartition("@")[2]) if text else None
        if known is not None:
            return known
    return None


def _by_shape(host: str) -> Fix:
    name = host.rstrip(".").lower()
    if "." not in name:
        return Fix(
            title=f"run the application where {host} is known, or use a full name",
            steps=(
                f"{host} has no dot: such a name is known inside one network only. In Docker it "
                "is the name of a service or container on the same network.",
                "Put the application and the mail server's container on one network (networks: in "
                "compose.yaml), and run smtpdoctor in the application's container.",
            ),
        )
    if is_private_name(name):
        return Fix(
            title=f"run the application where {host} is known",
            steps=(
                f"{host} is a private name: only the name servers of its own network know it. "
                "See that this machine is on that network (VPN, cluster) and asks its servers.",
            ),
        )
    return Fix(
        title="correct the host name",
        steps=(
            f"Compare {host} letter by letter with the server for outgoing mail (SMTP) that the "
            "mail provider names in its help or panel.",
            "Where the name is your own: its DNS zone lacks an A, AAAA or CNAME record for it.",
        ),
    )
