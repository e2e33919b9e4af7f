"""The hosts file sends the name to another address than DNS does."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import names as names_words

CODE = "dns-hosts-override"
BEFORE = ("dns-answer-bogus",)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    own = names.from_hosts_file
    if not own or not names.wire_addresses or set(own) & set(names.wire_addresses):
        return
    severity, confidence, explains = _effect(run)
    windows = run.place is not None and run.place.system == "Windows"
    file = r"C:\Windows\System32\drivers\etc\hosts" if windows else "/etc/hosts"
    effect = (
        "What happened there does not fit the mail server that DNS names: the entry is probably "
        "left over, or the server has moved."
        if explains
        else "That may well be meant."
    )
    fix = Fix(
        title=f"take the line with {names.host} out of {file}",
        steps=(
            f"Remove the name from its line in {file}, or put {names.wire_addresses[0]} there.",
            "In a container the line comes from extra_hosts: in compose.yaml or --add-host, in "
            "Kubernetes from hostAliases: remove it there and restart the container.",
        ),
    )
    yield Diagnosis(
        code=CODE,
        severity=severity,
        confidence=confidence,
        title=f"{file} sends {names.host} to {own[0]}; DNS says {names.wire_addresses[0]}",
        explanation=(
            f"An entry in {file} goes before DNS: every program on this machine that connects to "
            f"{names.host} goes to the address there, whatever the name servers say. {effect}"
        ),
        evidence=(
            Evidence(check="dns", text=f"{file} has {names.host} as {', '.join(own)}"),
            *names_words.look_up(names),
        ),
        fixes=() if severity == "note" else (fix,),
        explains=explains,
    )


def _effect(run: Run) -> tuple[Severity, Confidence, tuple[str, ...]]:
    """An error where the way fails as it would at a wrong address."""
    explains = run.destination.other_server()
    if explains and not run.destination.network_is_to_blame:
        return "error", "likely", explains
    if explains:
        return "warning", "possible", ()
    return "note", "certain", ()
