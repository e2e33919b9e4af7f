"""The host name does not exist: NXDOMAIN from a name server, or a text that can be no name.

Or it does for one of the machine's name servers, and not for another.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_private_name
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Fix, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import Names
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording.submission_host import known_host, use_host

CODE = "dns-name-not-found"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    heeded = names.failed is not None or not names.from_hosts_file
    if names.wire_addresses and names.denying and heeded:
        yield _servers_disagree(names)
    elif names.code == CODE:
        provider = knowledge.provider_of(names.host)
        known = [each.host for each in provider.hosts if each.verified] if provider else []
        if provider is not None and names.host in known:
            yield _known_elsewhere(run, names, provider)
        else:
            yield _no_such_name(run, names)


def _no_such_name(run: Run, names: Names) -> Diagnosis:
    assert names.failed is not None
    certain = names.failure == "no-name-at-all" or (
        bool(names.saying("nxdomain")) and names.error in ("", "EAI_NONAME", "timeout")
    )
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if certain else "likely",
        title=f"there is no host named {names.host}",
        explanation=(
            "The application asks DNS for the address of this name, and the answer is that no such "
            "name exists. So there is no server to connect to, and no mail goes out. The answer is "
            "a definite one: trying again does not change it."
        ),
        evidence=(*names_words.look_up(names), *library_words(run, CODE)),
        fixes=_fixes(run, names),
        explains=(names.failed.id,),
        points_at=("host",),
    )


def _known_elsewhere(run: Run, names: Names, provider: knowledge.Provider) -> Diagnosis:
    """The name is right: it is the name servers here that don't know it."""
    assert names.failed is not None
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"this machine's name servers don't know {names.host}",
        explanation=(
            f"{names.host} is a host of {provider.name}, and this machine hears that it does not "
            "exist. Probably the name servers of this machine know the names of one network only, "
            "or a filter answers in their place. The application gets the same answer, so no mail "
            "goes out."
        ),
        evidence=(
            *names_words.look_up(names),
            known_host(names.host, provider),
            *names_words.another_name(names),
            *library_words(run, CODE),
        ),
        fixes=(*working_ways(run), _names_from_outside(names, provider)),
        explains=(names.failed.id,),
    )


def _names_from_outside(names: Names, provider: knowledge.Provider) -> Fix:
    """By what became of the provider's other hosts, where those were looked up too."""
    no_names = (
        "this network (a company's, a cluster, a sandbox) has no names from outside: ask who runs "
        f"it to let {names.host} be looked up and reached."
    )
    a_filter = (
        "look for a filter: a Pi-hole, the router, or the DNS protection of the company or "
        "network. Allow the name there."
    )
    if any(item.outcome == "answer" for item in names.other_names):
        steps = [f"Other names resolve here, so {a_filter}"]
    elif names.other_names:
        steps = [f"Other names fail here too, so {no_names}"]
    else:
        steps = [
            f"If other names fail here too, {no_names}",
            f"If only this name fails, {a_filter}",
        ]
    steps.append(
        f"{provider.name} may have retired this name: look up the current one in its help."
    )
    return Fix(
        title="let this machine ask a name server that knows the internet's names",
        steps=tuple(steps),
    )


def _servers_disagree(names: Names) -> Diagnosis:
    denying, knowing = names.denying, names.saying("answer")
    severity: Severity = "error"
    effect = "and here that is that there is none"
    if names.failed is None:
        severity = "warning" if next(iter(names.servers)) in denying else "note"
        effect = (
            "and that was the address this time; programs on musl (Alpine images) ask all at once"
        )
    return Diagnosis(
        code=CODE,
        severity=severity,
        confidence="likely" if severity == "error" else "certain",
        title=f"name server {denying[0]} knows no address of {names.host}, {knowing[0]} does",
        explanation=(
            "The name servers of this machine disagree. A system takes the first answer that it "
            f"gets, {effect}. The name is probably known only to the servers of one network, such "
            "as a VPN."
        ),
        evidence=(
            *names_words.look_up(names),
            *(library_words(names.run, CODE) if severity == "error" else ()),
        ),
        fixes=(
            Fix(
                title=f"let this machine ask {knowing[0]} for {names.host}",
                steps=(
                    f"Name only servers that know the name, or put {knowing[0]} first.",
                    "A resolver such as systemd-resolved or dnsmasq can ask one server for the "
                    "names of one domain and another for all else.",
                ),
            ),
        ),
        explains=(names.failed.id,) if names.failed is not None else (),
    )


def _fixes(run: Run, names: Names) -> tuple[Fix, ...]:
    known = _submission_host_of_the_mailbox(run)
    own = (use_host(run, *known),) if known is not None else ()
    return (*own, _by_shape(names.host))


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
