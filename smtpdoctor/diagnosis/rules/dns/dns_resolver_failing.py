"""Name servers answer and don't help (SERVFAIL, REFUSED), or the system makes nothing of them.

Also where they help with A alone: a broken answer to AAAA fails the whole look-up, or slows it; and
with AAAA alone, where IPv6 goes nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import NO_ANSWER, NO_HELP, Names
from smtpdoctor.diagnosis.views.reach import ids
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording import reach as reach_words
from smtpdoctor.diagnosis.wording.name_servers import resolver_fix
from smtpdoctor.observations import CUT_OFF, NameServerAnswer, PolicyAnswer
from smtpdoctor.words import listed

CODE = "dns-resolver-failing"
#: No resolver of a system gives a silent server up in less, in seconds.
SLOW = 1.0

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
    elif names.was_looked_up and names.without_ipv4:
        yield _ipv6_only(run, names)


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
    client = names.run.client
    within = client.names_within if client is not None else 0
    gives_up = answer.outcome in NO_ANSWER and within > 0
    stops_mail = names.failure == "ipv4-only" or gives_up
    said = names_words.said(answer)
    return Diagnosis(
        code=CODE,
        severity="error" if stops_mail else "warning",
        confidence="likely" if names.failure == "ipv4-only" else "certain",
        title=f"name server {answer.server} fails when asked for the IPv6 address of {names.host}",
        explanation=(
            "A program that connects to a name asks for both kinds of address, A (IPv4) and AAAA "
            f"(IPv6). The answer to A is good; asked for AAAA the name server {said}. "
            'The right answer for a name without one would be "no such record", at once. '
            f"{_effect(names, answer, client if gives_up else None)}"
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
        explains=(names.failed.id,)
        if names.failure == "ipv4-only" and names.failed is not None
        else tuple(item.id for item in names.without_ipv6)
        if stops_mail
        else (),
    )


def _effect(names: Names, answer: NameServerAnswer, gives_up: knowledge.Client | None) -> str:
    """What comes of it for programs; `gives_up` is the user's own where it fails."""
    if gives_up is not None:
        return (
            f"{gives_up.name} asks for both by itself and has {gives_up.names_within} s for the "
            "answers: they go by, and no mail goes out."
        )
    waited = f"{names.system.seconds:.0f} s" if names.system is not None else ""
    if names.failure == "ipv4-only":
        return (
            f"Here the system's look-up had no end after {waited}; most programs give up by then."
            if names.error == "timeout"
            else "Here the system gave up on the name for it, and so does the application."
        )
    if names.error == CUT_OFF:
        return (
            "This run's time was over before the system's own look-up came to its end. Most "
            "programs go on with the address, those on musl (Alpine images) fail."
        )
    if answer.outcome not in NO_ANSWER:
        return "Here the look-up comes to its end; programs on musl (Alpine images) give up."
    impatient = [
        f"{client.name} from {since} on"
        for client in knowledge.clients().values()
        for since in client.releases
        if "names_within" in client.releases[since]
    ]
    some = "" if names.run.client is not None else f" ({listed(impatient)})"
    wait = (
        f"Here the look-up comes to its end slowly, after {waited}: each connection waits so long."
    )
    if names.system is None or names.system.seconds < SLOW:
        # a file of hosts or a cache had the name: nothing was seen of a wait
        wait = "Whoever asks this server waits for that answer, and goes on late."
    return f"{wait} A program with a shorter limit{some} fails, as all do on musl (Alpine images)."


def _ipv6_only(run: Run, names: Names) -> Diagnosis:
    """The IPv6 address is there, and the question for the IPv4 address fails."""
    answer = names.without_ipv4[0]
    reach = run.reach
    lost = () if reach.reached else ids(reach.by_code.get("ipv6-broken", []))
    return Diagnosis(
        code=CODE,
        severity="error" if lost else "warning",
        confidence="certain",
        title=f"name server {answer.server} fails when asked for the IPv4 address of {names.host}",
        explanation=(
            "A program that connects to a name asks for both kinds of address, A (IPv4) and AAAA "
            f"(IPv6). The answer to AAAA is good; asked for A the name server "
            f"{names_words.said(answer)}. So programs know IPv6 addresses alone"
            + (
                ", and over IPv6 nothing is reached from this machine: no mail goes out."
                if lost
                else ", and have nothing to go back to where IPv6 fails."
            )
        ),
        evidence=(
            *names_words.servers(names),
            *(reach_words.evidence(reach, "ipv6-broken")[:1] if lost else ()),
        ),
        fixes=(
            Fix(
                title="ask the name server's owner to answer A, or use one that does",
                steps=(
                    f"If A works for other names at {answer.server}, the fault is in the zone of "
                    f"{names.host}: its own servers must answer A with an address or with none.",
                    f"If A fails for all names, {answer.server} or a filter before it is at fault: "
                    "use another name server, or repair that one.",
                ),
            ),
        ),
        explains=lost,
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
                    "it no name server is asked.",
                    "A cache may hold an old answer: resolvectl flush-caches, or restart nscd, "
                    "dnsmasq or whatever is there. Then check again.",
                ),
            ),
        ),
        explains=(names.failed.id,),
    )
