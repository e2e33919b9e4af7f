"""A server that turns this machine away for its address: a list, a missing PTR, an access rule.

At any stage whose reply speaks of the address; the words decide, never the code alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.settings.model import SUBMISSION

CODE = "client-address-refused"
#: Words that name a missing reverse name, and nothing else (RFC 7372 §3.3: 5.7.25).
_NO_NAME = re.compile(
    r"\bPTR\b|[45]\.7\.25\b|cannot find your (?:reverse )?hostname|reverse dns|no reverse",
    re.IGNORECASE,
)
BEFORE = ("greeting-rejected", "ehlo-rejected")
_OF_IPV6 = re.compile(r"\bIPv6\b|\[[0-9a-f]{0,4}:[0-9a-f:.]*:[0-9a-f:.]*\]", re.IGNORECASE)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refusal = run.refused_as(CODE)
    if refusal is None:
        return
    where = run.where
    address = refusals.address_in(refusal.reply)
    named = f" ({address})" if address else ""
    at_login = refusal.exchange.step == "auth"
    does = "takes no login from" if at_login else "refuses"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{where} {does} this machine's address{named}",
        explanation=_of_the_login(refusal) if at_login else _explanation(run),
        evidence=refusals.evidence(run, refusal),
        fixes=(*working_ways(run), *_fixes(run, refusal, address)),
        explains=refusal.failed,
    )


def _of_the_login(refusal: Refusal) -> str:
    """A login that is stopped for where it comes from, with the provider's own reason."""
    why = refusals.sentence(refusal.rule.cause) if refusal.rule is not None else ""
    return (
        "The server refused the login for where it comes from, before it judged user name and "
        f"password. {why}"
    ).strip()


def _explanation(run: Run) -> str:
    if run.logged_in:
        return (
            "The login was accepted, and still the server refuses this machine's address. A rule "
            "on the server turns clients away before it looks at their login, so neither user "
            "name nor password is at fault."
        )
    return (
        "The server answers, but refuses this machine's IP address. Neither the password nor "
        "the TLS settings change that. Usual reasons: a block list, no reverse DNS, or not on "
        "an allow list."
    )


def _fixes(run: Run, refusal: Refusal, address: str) -> tuple[Fix, ...]:
    if refusal.exchange.step == "auth":
        return (
            Fix(
                title="allow this machine's address where the account is managed",
                steps=(
                    refusals.advice(refusal, "Look for a list of allowed addresses."),
                    f"The address is {address}."
                    if address
                    else "The address is the one under which this machine reaches the internet.",
                ),
            ),
        )
    if refusal.rule is not None and refusal.rule.tells == "connector":
        steps = (refusals.advice(refusal, ""),)
        return (Fix(title="tell the tenant's connector of this machine, or log in", steps=steps),)
    if refusal.rule is not None and refusal.rule.tells == "country":
        return (_country(run, refusal, address),)
    if run.logged_in:
        return (_lift(run),)
    accept = _accept(run, refusal, address)
    if run.settings.port in SUBMISSION:
        if run.provider is None:
            accept = replace(accept, steps=(*accept.steps, _logged_in_first(run)))
        return (accept,)
    if run.provider is not None and run.settings.port != 25:
        return (accept,)  # it is a submission host already
    between_servers = (
        "Port 25 is for mail between servers, which most addresses may not send. "
        if run.settings.port == 25
        else "A server that receives a domain's mail (its MX) takes it from few addresses only. "
    )
    submit = Fix(
        title="send through a server that takes a login",
        steps=(
            f"{between_servers}Programs hand in mail at their provider's host for sending, on port "
            "465 or 587, with a login.",
        ),
    )
    return (submit, accept)


def _country(run: Run, refusal: Refusal, address: str) -> Fix:
    """A rule about where addresses are: no list has this one, and no reverse name helps."""
    return Fix(
        title="ask the provider to allow this machine's country, or send from another one",
        steps=(
            refusals.advice(refusal, "Ask who runs the server."),
            f"Tell them this machine's address: {address}."
            if address
            else "The address that counts is the one under which this machine reaches the "
            "internet: a VPN or a cloud region in another country changes it.",
        ),
    )


def _accept(run: Run, refusal: Refusal, address: str) -> Fix:
    """What gets the address in; first what the server's words name."""
    name = (
        "Have the hosting provider set a reverse name (PTR) for the address, and an A or AAAA "
        "record with that name that leads back."
    )
    steps = (
        "Look up the list, reason or link in the server's words, and ask there for "
        f"{address or 'the address'} to be taken off.",
        f"If a reverse name is missing: {name[0].lower()}{name[1:]}",
        f"If {run.settings.host} keeps its own list of clients, ask who runs it to add the "
        "address.",
    )
    if _NO_NAME.search(refusal.reply.text):
        title = "give this machine's address a reverse name (PTR)"
        if not _OF_IPV6.search(refusal.reply.text):
            return Fix(title=title, steps=(name,))
        other = "Or send over IPv4 alone, where this machine's IPv4 address has such a name."
        return Fix(title=title, steps=(name, other))
    return Fix(title="get this machine's address accepted", steps=steps)


def _logged_in_first(run: Run) -> str:
    """Lists of homes' addresses are made for mail between servers, not for clients that log in."""
    return (
        f"If it is your own server: leave such lists to port 25. On {run.settings.port} let "
        "whoever logs in pass first (Postfix: permit_sasl_authenticated before reject_rbl_client)."
    )


def _lift(run: Run) -> Fix:
    """A restriction that counts for clients that have logged in, too."""
    if run.provider is not None:
        steps: tuple[str, ...] = (
            f"Ask {run.provider.name}'s support with the reply above: the login works, the address "
            "is refused.",
        )
    else:
        steps = (
            f"Ask who runs {run.settings.host} to let clients that have logged in pass before "
            "other rules look at their address.",
            "If it runs Postfix: permit_sasl_authenticated stands before every reject in "
            "smtpd_client_restrictions, smtpd_sender_restrictions and "
            "smtpd_recipient_restrictions.",
        )
    return Fix(
        title="ask the server's owner to lift its address rule for logged-in clients", steps=steps
    )
