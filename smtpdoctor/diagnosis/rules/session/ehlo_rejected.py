"""EHLO that the server refuses, mostly for the name in it, or leaves without an answer.

Some servers judge that name only when a later command comes; their words tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address
from smtpdoctor.diagnosis.evidence import cite, first_line, library_words
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
        taken = _taken_in_clear(run, ehlo)
        yield (
            _helo_works(run, ehlo, ehlo.reply)
            if taken is None
            else _helo_works_inside(run, ehlo, ehlo.reply)
        )
        return
    if refusal is not None:
        again = _taken_in_clear(run, refusal.exchange)
        yield _refused(run, refusal) if again is None else _refused_again(run, refusal, again)
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


def _taken_in_clear(run: Run, refused: Exchange) -> Exchange | None:
    """The same EHLO, which the server took before TLS: it is not the name that it refuses now."""
    before = run.main.exchanges if run.main else ()
    same = (item for item in before if item.step == "ehlo" and item.ok and not item.in_tls)
    taken = next(same, None) if refused.step == "ehlo" and refused.in_tls else None
    return taken if taken is not None and taken.sent == refused.sent else None


def _refused_again(run: Run, refusal: Refusal, taken: Exchange) -> Diagnosis:
    """A server that goes on inside TLS as if nothing had happened, and knows the client already."""
    where = run.where
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{where} refuses EHLO after STARTTLS, and had taken the same before",
        explanation=(
            "After STARTTLS a session begins from the start, and every client says EHLO once more "
            "(RFC 3207 §4.2). This server refuses the same EHLO that it took in clear: it, or a "
            "proxy before it, goes on as before. No setting of the program changes that."
        ),
        evidence=(
            *refusals.evidence(run, refusal),
            Evidence(check="tls", text=f'before TLS it took "{taken.sent}"'),
        ),
        fixes=(
            *working_ways(run),
            _repair_starttls(run),
        ),
        explains=(*refusal.failed, *_refused_helo(run)),
    )


def _repair_starttls(run: Run) -> Fix:
    return Fix(
        title="use the server's port with implicit TLS, or ask its owner to repair STARTTLS",
        steps=(
            f"Ask who runs {run.settings.host} for a port with TLS from the first byte (465): "
            "there EHLO comes once.",
            "If it is your own: look at what ends TLS before the mail server (a proxy or load "
            "balancer), and give it the server's words above.",
        ),
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


def _helo_works_inside(run: Run, ehlo: Exchange, reply: Reply) -> Diagnosis:
    """The same after STARTTLS: a client that logs in unasked gets through there."""
    where, client = run.where, run.client.name if run.client is not None else "the program"
    return Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"{where} refuses EHLO after STARTTLS, and {client} goes on with HELO",
        explanation=(
            f"After STARTTLS every client says EHLO once more (RFC 3207 §4.2). {client} says HELO "
            "where that is refused, and logs in without knowing what is offered. Most other "
            "programs stop here."
        ),
        evidence=(
            Evidence(
                check="tls", text=f'{where} answered "{ehlo.sent}" with "{refusals.said(reply)}"'
            ),
            Evidence(check="tls", text="HELO with the same name was accepted"),
        ),
        fixes=(*working_ways(run), _repair_starttls(run)),
        explains=(ehlo.id,),
    )


def _unanswered(run: Run, ehlo: Exchange) -> Diagnosis:
    where, name = run.where, _sent_name(run)
    if ehlo.arrived:
        return _unfinished(run, ehlo)
    better = _better_name(run, name)
    likely = ("." in name and not name.startswith("localhost")) or is_address(name.strip("[]"))
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
        fixes=(*working_ways(run), *((_who_hangs(run), better) if likely else (better,))),
        explains=(ehlo.id,),
    )


def _unfinished(run: Run, ehlo: Exchange) -> Diagnosis:
    """Some lines of the list came, and not its end: the name is not what the server dislikes."""
    where = run.where
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{where} begins its answer to EHLO and never ends it",
        explanation=(
            "The list of what the server can do ends with a line whose code is followed by a "
            "blank. That line did not come, so every client waits for it and then gives up. The "
            "server, or something on the way that reads mail, lost the rest."
        ),
        evidence=(
            Evidence(
                check="tls",
                text=f'{where} sent "{first_line(ehlo.arrived)}" and no last line for '
                f"{ehlo.seconds:.1f} s",
            ),
            *library_words(run, CODE),
        ),
        fixes=(*working_ways(run), _who_hangs(run)),
        explains=(ehlo.id,),
    )


def _who_hangs(run: Run) -> Fix:
    return Fix(
        title="try from another network, then ask who runs the server",
        steps=(
            "Run smtpdoctor from another network. If it works there, something on the way reads "
            "mail and loses it: ask this network's administrator to leave the port alone (on Cisco "
            "`no inspect esmtp`).",
            f"If it fails there too, tell who runs {run.settings.host} the time; its log says what "
            "the server was waiting for.",
        ),
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
