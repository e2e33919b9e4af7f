"""Name servers answer and don't help (SERVFAIL, REFUSED), or the system makes nothing of them.

Also where they help with A alone: a broken answer to AAAA fails the whole look-up, or slows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import NO_ANSWER, NO_HELP, Names
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording.name_servers import resolver_fix
from smtpdoctor.observations import PolicyAnswer

CODE = "dns-resolver-failing"

WORDS = {
    "servfail": "answers SERVFAIL for",
    "refused": "refuses to look up",
    "malformed": "sends no valid answer for",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    if run.knows_nothing_outside and (names.failed is None or names.code == CODE):
        yield _no_outside_names(run, names)
    elif names.failure == "no-help":
        yield _no_help(names)
    elif names.failure == "system-alone":
        yield _the_system_alone(names)
    elif names.failure == "ipv4-only" or (names.was_looked_up and names.without_ipv6):
        yield _ipv4_only(names)


def _no_outside_names(run: Run, names: Names) -> Diagnosis:
    """The name servers answer, and know nothing from beyond this network: a sandbox, a cluster."""
    policy = run.policy
    accused = policy is not None and policy.domain_exists is False
    asked = {item.id: item.question for item in names.well_known} | {
        item.id: item.question
        for item in run.observations.of(PolicyAnswer, record="A", status="nxdomain")
        if item.question in knowledge.WELL_KNOWN_NAMES
    }
    listed = " and ".join(dict.fromkeys(asked.values()))
    own = names.host if names.failed is not None else policy.domain if policy is not None else ""
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title="this network has no names from outside",
        explanation=(
            "Its name servers answer, and say of every name on the internet that there is none. So "
            f"nothing is known about {own}: it may be right. Sandboxes, clusters, CI runners and "
            "company networks are made like that."
        ),
        evidence=(
            *(names_words.look_up(names) if names.failed is not None else ()),
            Evidence(
                check="dns" if names.well_known else "sender",
                text=f"nor do the name servers know {listed}",
            ),
        ),
        fixes=(
            Fix(
                title="run it where internet names resolve, or ask the network to let DNS through",
                steps=(
                    "Ask who runs this network (a company, a cluster, a CI service) to let "
                    f"{own} be looked up and reached, or for the proxy or relay to use.",
                    "`smtpdoctor --nameserver ADDRESS` asks another name server, where one is "
                    "reached from here.",
                ),
            ),
        ),
        explains=(names.failed.id,) if names.failed is not None else tuple(asked),
        consequences=("sender-domain-not-found",) if accused else (),
    )


def _no_help(names: Names) -> Diagnosis:
    assert names.failed is not None
    server = names.saying(*NO_HELP)[0]
    outcome = next(item.outcome for item in names.servers[server] if item.outcome in NO_HELP)
    others_resolve = any(item.outcome == "answer" for item in names.other_names)
    explanation = {
        "servfail": (
            "SERVFAIL means that the server tried to find the address and could not: it can't "
            "reach the servers of the domain, or their answers don't hold (a broken DNSSEC "
            "signature, a zone that nobody serves any more)."
        ),
        "refused": (
            "REFUSED means that the server works but does not look names up for this machine: it "
            "serves other networks only, or its own zones only."
        ),
    }.get(outcome, "What came back is no answer to the question: something else stands there.")
    fixes = [resolver_fix(names)]
    if outcome == "servfail":
        only = "" if others_resolve else f"If only {names.host} fails here, "
        zone = Fix(
            title=f"repair the DNS zone of {names.host}",
            steps=(
                f"{only or 'Other names resolve here: '}the fault is in its own DNS zone. Whoever "
                "runs it has to check its name servers and its DNSSEC.",
            ),
        )
        fixes = [zone, *fixes] if others_resolve else [*fixes, zone]
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely" if outcome == "malformed" or others_resolve else "certain",
        title=f"name server {server} {WORDS[outcome]} {names.host}",
        explanation=f"{explanation} Without an address the application can't connect.",
        evidence=(
            *names_words.servers(names),
            *names_words.another_name(names),
            *library_words(names.run, CODE),
        ),
        fixes=tuple(fixes),
        explains=(names.failed.id,),
    )


def _ipv4_only(names: Names) -> Diagnosis:
    """The address is there, and the question for the other kind of address fails."""
    answer = names.without_ipv6[0]
    stops_mail = names.failure == "ipv4-only"
    silent = answer.outcome in NO_ANSWER
    said = names_words.said(answer)
    effect = (
        "Here the system gave up on the name for it, and so does the application."
        if stops_mail
        else "Here the look-up comes to its end"
        + (", slowly" if silent else "")
        + "; programs on musl (Alpine images) fail at a SERVFAIL, others wait for a silent server."
    )
    return Diagnosis(
        code=CODE,
        severity="error" if stops_mail else "warning",
        confidence="likely" if stops_mail else "certain",
        title=f"name server {answer.server} fails when asked for the IPv6 address of {names.host}",
        explanation=(
            "A program that connects to a name asks for both kinds of address, A (IPv4) and AAAA "
            f"(IPv6). The answer to A is good; asked for AAAA the name server {said}. "
            'The right answer for a name without one would be "no such record", at once. '
            f"{effect}"
        ),
        evidence=(*names_words.servers(names), *library_words(names.run, CODE)),
        fixes=(
            Fix(
                title="ask the name server's owner to answer AAAA, or use one that does",
                steps=(
                    f"If AAAA works for other names at {answer.server}, the fault is in the zone "
                    f"of {names.host}: its own servers, or a load balancer, must answer AAAA with "
                    "an address or with none (RFC 4074).",
                    f"If AAAA fails for all names, {answer.server} or a filter before it drops "
                    "such questions: use another name server, or repair that one.",
                    "Until then use IPv4 alone: Nodemailer takes the address itself as host, with "
                    "tls.servername set to the name.",
                ),
            ),
        ),
        explains=(names.failed.id,) if names.failed is not None and stops_mail else (),
    )


def _the_system_alone(names: Names) -> Diagnosis:
    """Name servers give addresses, and the system's own look-up fails all the same."""
    assert names.failed is not None
    server = names.saying("answer")[0]
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"the system can't look up {names.host}, though name server {server} can",
        explanation=(
            "Asked directly, the name server gives the address. The system's own look-up, which "
            "the application uses, does not. So the fault is on this machine, between programs and "
            "the name server: which sources of names it uses, or a cache in between."
        ),
        evidence=(*names_words.servers(names), *library_words(names.run, CODE)),
        fixes=(
            Fix(
                title="let the system ask its name servers",
                steps=(
                    'The line "hosts:" of /etc/nsswitch.conf has to have dns (or resolve); without '
                    "it no name server is names.",
                    "A cache may hold an old answer: resolvectl flush-caches, or restart nscd, "
                    "dnsmasq or whatever is there. Then check again.",
                ),
            ),
        ),
        explains=(names.failed.id,),
    )
