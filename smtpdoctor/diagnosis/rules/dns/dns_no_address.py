"""The host name exists and has neither an A nor an AAAA record: NODATA from the name servers."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import names as names_words

CODE = "dns-no-address"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    if names.failed is None or names.code != CODE:
        return
    aliases = tuple(
        dict.fromkeys(
            alias
            for answers in names.servers.values()
            for answer in answers
            for alias in answer.aliases
        )
    )
    led = (
        (Evidence(check="dns", text=f"{names.host} is an alias of {' of '.join(aliases)}"),)
        if aliases
        else ()
    )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if names.without_address else "likely",
        title=f"{names.host} exists in DNS but has no address",
        explanation=(
            "The name is there, but nothing says at which address its server is: it has "
            "neither an A record (IPv4) nor an AAAA record (IPv6). So there is nothing to connect "
            "to. Often the name is a domain or a part of one, and not the name of a server."
        ),
        evidence=(*names_words.look_up(names), *led, *library_words(run, CODE)),
        fixes=(
            Fix(
                title="set the name of the server for outgoing mail",
                steps=(
                    f"Compare {names.host} with the server for outgoing mail (SMTP) that the mail "
                    "provider names in its help or panel.",
                    f"Where the name is your own: add an A or AAAA record for {names.host} to its "
                    "DNS zone.",
                ),
            ),
        ),
        explains=(names.failed.id,),
        points_at=("host",),
    )
