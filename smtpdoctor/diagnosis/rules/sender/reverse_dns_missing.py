"""The client's address has no name that leads back to it: no PTR, or one that isn't confirmed."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies

CODE = "reverse-dns-missing"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = policies.found(run)
    reverse = policy.reverse if policy is not None else None
    if policy is None or reverse is None or reverse.confirmed:
        return
    client = policy.question.client
    names = ", ".join(reverse.names[:3])
    yield Diagnosis(
        code=CODE,
        severity="note",
        confidence="certain",
        title=(
            f"the reverse DNS of {client} is {names}, which does not lead back to it"
            if names
            else f"{client} has no reverse DNS"
        ),
        explanation=(
            "Large receivers (Gmail, Microsoft, Yahoo and many others) refuse or slow down mail "
            "from an address without a name that leads back to it, whatever SPF says."
        ),
        evidence=(
            Evidence(
                check="sender",
                text=f"PTR of {client}: {names or 'none'}"
                + (f"; none of these names has the address {client}" if names else ""),
            ),
        ),
        fixes=(
            Fix(
                title=f"give {client} a name that leads back to it",
                steps=(
                    "If it is a server of yours: set the reverse DNS (PTR) where the address is "
                    "rented, at the hosting or access provider, to the server's full name.",
                    f"Give that name an address record with {client}, and have the server say it "
                    "in EHLO.",
                ),
            ),
        ),
        explains=(),
    )
