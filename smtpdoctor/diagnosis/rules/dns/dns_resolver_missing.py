"""No name server is configured on this machine, so that no name can be looked up."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording.name_servers import resolver_fix

CODE = "dns-resolver-missing"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    configuration = names.configuration
    roots = {item.id for item in run.observations.roots()}
    if configuration is None or configuration.id not in roots:
        return
    found_anyway = names.system is not None and names.system.ok is True
    where = configuration.source or "the system's settings"
    how_anyway = (
        " That, or a name that the system knows by itself, found this host all the same."
        if found_anyway
        else ""
    )
    yield Diagnosis(
        code=CODE,
        severity="note" if found_anyway else "error",
        confidence="certain",
        title=f"no name server is configured in {where}",
        explanation=(
            "To turn a host name into an address a machine asks a name server, and this one is "
            "told of none. Without one the system asks a name server on this machine itself."
            f"{how_anyway or ' There is none, so no name can be looked up and no server reached.'}"
        ),
        evidence=(
            Evidence(check="dns", text=f"{where} has no line with a name server, or is not there"),
            *names_words.servers(names),
            *library_words(run, CODE),
        ),
        fixes=(resolver_fix(names),),
        explains=(configuration.id,),
    )
