"""EHLO that the server refuses, mostly for the name in it, or leaves without an answer.

Some servers judge that name only when a later command comes; their words tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address
from smtpdoctor.diagnosis.evidence import cite, library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix, Snippet
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal, taken_under_full_name
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import Exchange
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.words import listed

CODE = "ehlo-rejected"

#: Codes of a server that does not know the command at all (RFC 5321 §4.2.4).
UNKNOWN_COMMAND = (500, 502)
ABOUT_NAME_ITSELF = re.compile(r"h?elo\b|ehlo|host ?name|qualified", re.IGNORECASE)
ABOUT_NAME = re.compile(r"h?elo\b|ehlo|host ?name|qualified|domain|syntax", re.IGNORECASE)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    if run.main is None or _greets_as_ftp(run):
        return
    refusal = run.refused_as(CODE)
    ehlo, helo = run.main.step("ehlo"), run.main.step("helo")
    if helo is not None and helo.ok and ehlo is not None and ehlo.reply is not None:
        yield _helo_works(run, ehlo, ehlo.reply)
        return
    if refusal is not None:
        yield _refused(run, refusal)
        return
    if ehlo is not None and ehlo.ok is False and ehlo.outcome == "silence":
        yield _unanswered(run, ehlo)
    elif ehlo is not None and ehlo.ok is False and ehlo.outcome == "flood":
        yield _endless(run, ehlo)
    else:
        yield from _refused_to_others(run)


def _greets_as_ftp(run: Run) -> bool:
    greeting = run.main.greeting if run.main else None
    return greeting is not None and greeting.protocol == "ftp"


def _sent_name(run: Run) -> str:
    ehlo = run.main.step("ehlo") if run.main else None
    return ehlo.sent.partition(" ")[2] if ehlo else ""


def _refused(run: Run, refusal: Refusal) -> Diagnosis:
    where, name = run.where, _sent_name(run)
    better = taken_under_full_name(run, refusal.exchange)
    unknown = refusal.reply.code in UNKNOWN_COMMAND and better is None
    confidence: Confidence = "certain"
    if unknown:
        title = f"{where} does not know the command EHLO"
        why = (
            "Every mail server of the last twenty years knows EHLO, and without it there is "
            "neither STARTTLS nor a login. This is a very old server, or a box on the way (a "
            "firewall's mail inspection) that does not let the command through."
        )
        confidence = "likely"
    else:
        title = f'{where} does not accept the EHLO name "{name}"'
        why = (
            f'The program introduces itself with EHLO and a name, here "{name}". The server '
            "refuses to go on with that name"
            + ("" if refusal.exchange.step == "ehlo" else ", though it says so only now")
            + ". It wants a full host name with a dot, or an address in brackets, and some servers "
            "refuse localhost and 127.0.0.1."
        )
        if not ABOUT_NAME.search(refusal.reply.text) and better is None:
            confidence = "likely"
    fixes = working_ways(run) if unknown else []
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence=confidence,
        title=title,
        explanation=why,
        evidence=(
            *refusals.evidence(run, refusal),
            *(
                (
                    Evidence(
                        check="sender",
                        text=f"after EHLO {better.under_name} it took the same envelope",
                    ),
                )
                if better is not None
                else ()
            ),
        ),
        fixes=(*fixes, *((_old_server(),) if unknown else (_better_name(run, name),))),
        explains=(*refusal.failed, *_refused_helo(run)),
    )


def _refused_helo(run: Run) -> tuple[str, ...]:
    """HELO after a refused EHLO, where the server liked that no better."""
    helo = run.main.step("helo") if run.main else None
    return (helo.id,) if helo is not None and helo.ok is False else ()


def _envelope_taken(run: Run) -> bool:
    rcpt = run.main.step("rcpt") if run.main else None
    return rcpt is not None and rcpt.ok is True


def _refused_to_others(run: Run) -> Iterator[Diagnosis]:
    """The name of other clients, which the server refused on the same connection."""
    for refused in run.observations.of(Exchange, ok=False):
        name = refused.under_name
        reply = refused.reply
        if not _envelope_taken(run) or not name or reply is None or reply.category not in (4, 5):
            continue
        # 503: a second EHLO, or an envelope after one, is out of this server's order (RFC 5321
        # §4.1.4 allows both), whatever the name
        if reply.code == 503 or not ABOUT_NAME_ITSELF.search(reply.text):
            continue
        # the same envelope was taken before, so only the name is another
        who = [each.name for each in knowledge.clients().values() if each.ehlo == name]
        yield Diagnosis(
            code=CODE,
            severity="warning",
            confidence="certain",
            title=f"{run.where} refuses clients that say EHLO {name}: {listed(who)}",
            explanation=(
                f'smtpdoctor introduced itself as "{_sent_name(run)}" and the server took the '
                f"envelope. With EHLO {name} it refused the same envelope. If your program is one "
                "of those named, or takes its name from a container, its mail is refused although "
                "the login works."
            ),
            evidence=(
                Evidence(
                    check="tls",
                    text=f'after EHLO {name} it answered "{refused.sent}" with '
                    f'"{refusals.said(reply)}"',
                ),
                Evidence(
                    check="tls",
                    kind="known",
                    text=f"{listed(who)} say EHLO {name} by themselves {cite('clients_run')}",
                ),
            ),
            fixes=(_better_name(run, name),),
        )


def _helo_works(run: Run, ehlo: Exchange, reply: Reply) -> Diagnosis:
    """Clients go on with HELO, as the doctor did."""
    where = run.where
    return Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"{where} refuses EHLO and takes HELO, so it has neither TLS nor a login",
        explanation=(
            "Mail libraries go on with HELO where EHLO is refused, and so did smtpdoctor. Without "
            "EHLO there is no STARTTLS and no login: the mail can be read on the way, and only a "
            "server that needs no login takes it."
        ),
        evidence=(
            Evidence(
                check="tls", text=f'{where} answered "{ehlo.sent}" with "{refusals.said(reply)}"'
            ),
            Evidence(check="tls", text="HELO with the same name was accepted"),
        ),
        fixes=(*working_ways(run), _old_server()),
        explains=(ehlo.id,),
    )


def _unanswered(run: Run, ehlo: Exchange) -> Diagnosis:
    where, name = run.where, _sent_name(run)
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="possible",
        title=f"{where} greets and then gives no answer to EHLO",
        explanation=(
            "The server's greeting came, but not its answer to EHLO. Perhaps it is slow to look up "
            f'the name in it ("{name}") or dislikes it, perhaps something on the way swallows the '
            "session once it sees mail; from here these look the same."
        ),
        evidence=(
            Evidence(
                check="tls", text=f'{where} did not answer "EHLO {name}" for {ehlo.seconds:.1f} s'
            ),
            *library_words(run, CODE),
        ),
        fixes=(*working_ways(run), _better_name(run, name)),
        explains=(ehlo.id,),
    )


def _endless(run: Run, ehlo: Exchange) -> Diagnosis:
    where = run.where
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="possible",
        title=f"the answer of {where} to EHLO does not end",
        explanation=(
            "A mail server lists what it can do in some dozen lines. Here more came than any "
            "program reads, so the session ends before TLS or a login. The server is broken, or "
            "it is none, and means to keep its clients busy."
        ),
        evidence=(
            Evidence(check="tls", text=f"{where} sent more than any answer to EHLO may be"),
            *library_words(run, CODE),
        ),
        fixes=(*working_ways(run), _who_answers(run)),
        explains=(ehlo.id,),
    )


def _who_answers(run: Run) -> Fix:
    return Fix(
        title="find out who answers there",
        steps=(
            f"Compare {run.where} with the provider's help or panel.",
            "If it is your own server, look at its log and at what is in front of it.",
        ),
    )


def _better_name(run: Run, name: str) -> Fix:
    better = _proposal(run, name)
    return Fix(
        title=f"introduce the program with a full host name, such as {better}",
        steps=(
            f"Try the name first: `smtpdoctor check --ehlo {better}`.",
            "Then set it in the program: Nodemailer `name`, Python's smtplib `local_hostname`, "
            "PHPMailer `$mail->Helo`, JavaMail `mail.smtp.localhost`, Go `client.Hello(…)`. "
            "Others take the machine's own name: set a full one with `hostnamectl hostname` or "
            "Docker's `hostname`.",
        ),
        snippets=(
            Snippet(
                for_="nodemailer",
                language="js",
                text=(
                    "nodemailer.createTransport({\n"
                    f'  name: "{better}",\n'
                    "  // the rest as before\n"
                    "});"
                ),
            ),
            Snippet(
                for_="smtplib",
                language="python",
                text=f'smtplib.SMTP(host, port, local_hostname="{better}")',
            ),
        ),
    )


def _proposal(run: Run, name: str) -> str:
    """A name that servers take: the machine's full one, else one in the sender's domain."""
    full = run.place.fqdn if run.place else ""
    if "." in full and full != name and not is_address(full):
        return full
    _, at, domain = (run.settings.sender or run.settings.username or "").rpartition("@")
    if at and "." in domain and domain != name:
        return domain
    return "app.example.com"


def _old_server() -> Fix:
    return Fix(
        title="use a submission port of a server that knows EHLO",
        steps=(
            "Check with who runs the server for its submission port, 465 or 587.",
            "If a firewall on the way inspects mail (on Cisco `inspect esmtp`, formerly `fixup "
            "protocol smtp`), have its administrator switch that off for outgoing submission, or "
            "use port 465, where TLS hides the dialogue from it.",
        ),
    )
