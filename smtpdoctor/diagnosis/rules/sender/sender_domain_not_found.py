"""The sender's domain is none: by the server's words at MAIL or RCPT, or by the DNS itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.addresses import is_private_name
from smtpdoctor.diagnosis.evidence import library_words, own_line
from smtpdoctor.diagnosis.fixes import send_from_login
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.sender import domain_of, login_address
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import PolicyAnswer

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment

CODE = "sender-domain-not-found"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        yield from _by_dns(run)
        return
    sender = run.settings.sender
    domain = domain_of(sender)
    login = domain_of(login_address(run.settings))
    change = send_from_login(run) if login != domain else ()
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if refused.reply.category == 5 else "likely",
        title=f"{run.settings.host} finds no mail domain {domain} for the sender {sender}",
        explanation=(
            "Servers look up the sender's domain before they take a message: mail that can't be "
            "answered is refused. Either the domain is misspelt or only a name of this machine, "
            "or its name servers gave the mail server no answer."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *(_not_there(run.policy) if run.policy is not None else ()),
            *own_line(run, "sender"),
            *library_words(run, CODE, check="sender"),
        ),
        fixes=(
            *change,
            _make_known(domain),
        ),
        explains=refused.failed,
        points_at=("sender",),
    )


def _by_dns(run: Run) -> Iterator[Diagnosis]:
    """Nobody refused the sender yet: what the DNS says of its domain."""
    policy = run.policy
    if policy is None or policy.mail_host is not False or policy.malformed:
        return
    if run.knows_nothing_outside:
        return  # a name server that knows no domain at all accuses none
    domain = policy.domain
    # a name server in the house may not know the world, and the mail server asked its own
    mail = run.main.step("mail") if run.main is not None else None
    exists = policy.domain_exists is not False
    accepted = mail is not None and mail.ok is True
    login = domain_of(login_address(run.settings))
    change = send_from_login(run) if login != domain else ()
    if policy.null_mx:
        yield _takes_no_mail(run, policy)
        return
    yield Diagnosis(
        code=CODE,
        severity="warning" if exists or accepted else "error",
        confidence="likely" if exists or accepted else "certain",
        title=f"the sender's domain {domain} has neither a mail server nor an address in DNS"
        if exists
        else f"the sender's domain {domain} does not exist in DNS",
        explanation=(
            "Servers look up the sender's domain before they take a message, and many refuse mail "
            "that can't be answered. "
            + (
                "The name exists, and nothing there takes mail."
                if exists
                else "The domain is misspelt, has expired, or is only a name of this machine."
            )
        ),
        evidence=(
            *_not_there(policy),
            *(() if run.is_about_sender_alone else own_line(run, "sender")),
        ),
        fixes=(*change, _make_known(domain)),
        explains=tuple(
            item.id for item in run.observations.of(PolicyAnswer) if item.question == domain
        ),
        points_at=("sender",),
    )


def _takes_no_mail(run: Run, policy: Assessment) -> Diagnosis:
    """A null MX (RFC 7505 §4.2): mail from there can't be answered, and receivers may refuse it."""
    domain = policy.domain
    return Diagnosis(
        code=CODE,
        severity="warning",
        confidence="likely",
        title=f"the sender's domain {domain} says that it takes no mail (null MX)",
        explanation=(
            "Its only MX record is “.”: the owner declares that the domain has no mailboxes. "
            "Answers and bounces have nowhere to go, and some receivers refuse mail from such a "
            "domain (550 5.7.27)."
        ),
        evidence=(
            Evidence(check="sender", text=f"{domain} has the MX record “0 .”"),
            *own_line(run, "sender"),
        ),
        fixes=(
            *send_from_login(run),
            Fix(
                title=f"send from a domain that takes mail, or give {domain} a real MX record",
                steps=(f"A real MX record takes the place of “0 .” at {domain}.",),
            ),
        ),
        explains=tuple(
            item.id for item in run.observations.of(PolicyAnswer) if item.question == domain
        ),
        points_at=("sender",),
    )


def _not_there(policy: Assessment) -> tuple[Evidence, ...]:
    """What the DNS said where it knows no mail host for the domain."""
    if policy.mail_host is not False:
        return ()
    words = "has no MX, A or AAAA record" if policy.domain_exists else "does not exist (NXDOMAIN)"
    return (Evidence(check="sender", text=f"the name servers say: {policy.domain} {words}"),)


def _make_known(domain: str) -> Fix:
    if domain and is_private_name(domain):
        return Fix(
            title="give the program a sender in a domain of yours",
            steps=(
                f"{domain} is a name of one machine or network, and no mail domain. Programs take "
                "such an address (root@, www-data@, wordpress@ or Django's webmaster@localhost) "
                "where no sender is set: set it in the program's settings (Django: "
                "DEFAULT_FROM_EMAIL and SERVER_EMAIL).",
            ),
        )
    return Fix(
        title=f"make {domain or 'the domain'} a name that DNS knows",
        steps=(
            f"Ask DNS: `dig MX {domain}` and `dig A {domain}`. One of them has to answer.",
            "If neither does and the spelling is right, publish an MX record at the "
            "domain's DNS host, or look whether the domain has expired.",
        ),
    )
