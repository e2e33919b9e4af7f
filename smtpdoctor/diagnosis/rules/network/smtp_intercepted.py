"""Something that answers the mail port in the server's place.

Seen from a mail port that is answered hops before another port of the same address, or from an
unverified certificate, or the greeting beside it, that belongs to another known operator; or from
the greeting of a web hoster's server, under another name, at a provider's host. A certificate that
was verified for the host clears it; where all ports are near, it is no diagnosis.
A product that the certificate's issuer names, without such a distance, is tls-intercepted's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import family_of
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix, Severity
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.diagnosis.views.certificate import OTHER_NAME, UNTRUSTED, Match, interceptor
from smtpdoctor.diagnosis.views.paths import Nearer
from smtpdoctor.diagnosis.wording import certificate as certificates
from smtpdoctor.observations import CertificateSeen, Exchange
from smtpdoctor.text import foreign

CODE = "smtp-intercepted"
#: How the servers of cPanel and its like greet: Exim by its name, and cPanel's own text (Exim
#: specification, smtp_banner; cPanel's exim.conf).
HOSTERS_WORDS = re.compile(r"\bExim \d|not authorize the use of this system to transport", re.I)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    if main is None or run.is_in_house:
        return
    failed = _unproven(main)
    if failed is None:
        return
    nearer = run.paths[family_of(main.session.address)].nearer
    match = interceptor(failed) if isinstance(failed, CertificateSeen) else None
    operator = _other_operator(run, main)
    hoster = _hoster(run, main) if operator is None else ""
    if nearer is None and operator is None and not hoster:
        return
    where = run.where
    who = (
        match.interceptor.name
        if match
        else operator.name
        if operator
        else hoster or "something near"
    )
    hop = f" at hop {nearer.at}" if nearer is not None else ""
    lax = isinstance(failed, CertificateSeen) and not run.settings.verify
    severity: Severity = "warning" if lax else "error"
    yield Diagnosis(
        code=CODE,
        severity=severity,
        confidence=_confidence(nearer, known=match is not None or operator is not None),
        title=f"{where} is answered{hop} by {who} in the server's place",
        explanation=_explanation(nearer, failed, hoster),
        evidence=_evidence(run, main, failed, nearer, operator),
        fixes=(*working_ways(run), _lift(run) if hoster else _fix(run, match)),
        explains=(failed.id,),
    )


def _unproven(main: SessionView) -> CertificateSeen | Exchange | None:
    """What failed where the server should have proved who it is; None once it has."""
    seen = main.certificate
    if seen is not None:
        mismatch = seen.verify_code in (*UNTRUSTED, *OTHER_NAME)
        return seen if not seen.verified and mismatch else None
    step = main.step("starttls")
    return step if step is not None and step.ok is False and not step.injected else None


def _other_operator(run: Run, main: SessionView) -> knowledge.Provider | None:
    """A known operator, not the configured host's own, that the server shows itself to be."""
    own = knowledge.provider_of(run.settings.host or "")
    seen = main.certificate
    if own is None:
        return None
    # OpenSSL comes to the names only after it has found the chain good
    proven = seen is not None and seen.verify_code in OTHER_NAME
    certified = knowledge.provider_by_certificate(_names(seen)) if proven else None
    found = certified or _greeted(main)
    return found if found is not None and found.id != own.id else None


def _greeted(main: SessionView) -> knowledge.Provider | None:
    """The operator whose host the greeting names (RFC 5321 §4.2: its first word)."""
    greeting = main.greeting
    if greeting is None or greeting.reply is None or not greeting.reply.lines:
        return None
    name = greeting.reply.lines[0].partition(" ")[0]
    beside = knowledge.submission_host_for(name)
    return knowledge.provider_of(name) or (beside[1] if beside else None)


def _hoster(run: Run, main: SessionView) -> str:
    """The name under which a web hoster's own server greets at a known provider's host."""
    greeting = main.greeting
    name: str = main.greeted_as
    if knowledge.provider_of(run.settings.host or "") is None or "." not in name:
        return ""
    if knowledge.provider_of(name) or knowledge.provider_by_certificate(_names(main.certificate)):
        return ""  # of a provider there is more to say
    if greeting is None or greeting.reply is None:
        return ""
    return name if HOSTERS_WORDS.search(greeting.reply.text) else ""


def _names(seen: CertificateSeen | None) -> tuple[str, ...]:
    return seen.chain[0].names if seen is not None and seen.chain else ()


def _confidence(nearer: Nearer | None, *, known: bool) -> Confidence:
    if nearer is None:
        return "likely"
    if known:
        return "certain"
    # near the server a load balancer may take the mail ports alone
    distance = nearer.further.reached_at or nearer.further.hops[-1].ttl
    return "likely" if nearer.is_near or 2 * nearer.at <= distance else "possible"


def _explanation(
    nearer: Nearer | None, failed: CertificateSeen | Exchange, hoster: str = ""
) -> str:
    if hoster:
        return (
            "The greeting is that of a web hoster's own mail server. Probably the hoster leads "
            'outgoing mail to it, as cPanel\'s "SMTP Restrictions" do. A login here would give the '
            "password away; smtpdoctor sent none."
        )
    text = ""
    if nearer is not None:
        text = (
            f"Port {nearer.further.port} of the same address is further away: something on the way "
            f"takes the mail connection, {nearer.place}. "
        )
    if isinstance(failed, CertificateSeen):
        text += "What answers could not prove to be the server. "
    else:
        text += "What answers gives no TLS, so nothing proves that it is the server. "
    return text + (
        "Mail shields, hosting companies, hotels and offices do that. A login here would give the "
        "password away; smtpdoctor sent none."
    )


def _evidence(
    run: Run,
    main: SessionView,
    failed: CertificateSeen | Exchange,
    nearer: Nearer | None,
    operator: knowledge.Provider | None,
) -> tuple[Evidence, ...]:
    texts = [("reach", nearer.seen)] if nearer is not None else []
    if isinstance(failed, CertificateSeen) and failed.chain:
        leaf = failed.chain[0]
        # an issuer may name the interceptor's customer: the names and the match have to do
        match = interceptor(failed)
        issuer = match.words if match else certificates.name(leaf.issuer)
        names = certificates.listed(leaf.names) or certificates.name(leaf.subject)
        texts.append(("tls", f"the certificate is for {names}, issued by {issuer}"))
    greeting = main.greeting
    if greeting is not None and greeting.reply is not None and greeting.reply.code:
        # of several lines the first one has the name
        said = foreign(f"{greeting.reply.code} {greeting.reply.lines[0]}")
        texts.append(("tls", f'the greeting is "{said}"'))
    seen = tuple(Evidence(check=check, text=text) for check, text in texts)
    if operator is None:
        return seen
    own = run.provider.name if run.provider else run.settings.host
    source = cite(*operator.names_sources[:1])
    text = f"that is {operator.name}, not {own} {source}".rstrip()
    return (*seen, Evidence(check="tls", kind="known", text=text))


def _fix(run: Run, match: Match | None) -> Fix:
    port = run.settings.port
    first = (
        (match.interceptor.fix,)
        if match and match.interceptor.fix
        else (
            "On this machine: the mail shield of an antivirus program, or a redirect in the packet "
            "filter (nft list ruleset).",
        )
    )
    return Fix(
        title=f"ask the network's owner to exempt {run.settings.host}:{port}",
        steps=(
            *first,
            'On shared hosting: "SMTP Restrictions" of the panel lead mail ports to the hoster\'s '
            "own server; ask for an exception, or use that server as your relay.",
            "In a hotel or office: ask the administrator, or send from another network.",
            f"To see it from elsewhere: {certificates.show(run)}",
        ),
    )


def _lift(run: Run) -> Fix:
    host, port = run.settings.host, run.settings.port
    return Fix(
        title=f"ask your web hoster to stop redirecting {host}:{port}",
        steps=(
            'In cPanel the switch is "SMTP Restrictions"; most hosters make an exception on '
            "request.",
            "Or send through the hoster's own server, with a mailbox that it hosts.",
            f"To see who answers from elsewhere: {certificates.show(run)}",
        ),
    )
