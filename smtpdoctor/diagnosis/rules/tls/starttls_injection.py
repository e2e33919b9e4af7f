"""Clear text that stood behind the 220 to STARTTLS, where a careless client takes it for TLS's."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import first_line
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run

CODE = "starttls-injection"
BEFORE = ("tls-handshake-failed", "starttls-refused")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    step = main.step("starttls") if main else None
    if step is None or not step.injected:
        return
    where, client = run.where, run.client
    kinder = client is not None and client.drops_injected
    yield Diagnosis(
        code=CODE,
        severity="warning" if kinder else "error",
        confidence="certain",
        title=f"the STARTTLS answer of {where} was followed by extra clear text",
        explanation=(
            "After the 220 to STARTTLS nothing may come but TLS. Here more clear text came with "
            "it: somebody on the way put words into the server's mouth, or the server is broken. "
            "A client that keeps such bytes takes them for the protected server's own. "
            "smtpdoctor ended the session and sent no password."
            + (f" {client.name} throws the extra text away and sends." if client and kinder else "")
        ),
        evidence=(
            Evidence(
                check="tls",
                text=f'behind the 220 came in clear: "{first_line(step.arrived)}"',
            ),
            Evidence(
                check="tls",
                kind="known",
                text="RFC 3207 §4.2 and §6 (2002): what came before TLS is to be thrown away",
            ),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title="don't log in from this network until you know who injects this",
                steps=(
                    "Try from another network. If the bytes are gone, something on this network "
                    "writes into the connection: tell its administrator.",
                    "If they stay, tell who runs the server: its STARTTLS is broken.",
                    "A port with implicit TLS (usually 465) has no such moment in clear.",
                ),
            ),
        ),
        explains=(step.id,),
    )
