"""The settings switch the verification of certificates off."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import own_line
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import entries

CODE = "certificate-verification-disabled"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    if run.settings.verify:
        return
    entry = run.entry("verify")
    if entry is None and run.settings.setup is not None:
        yield _by_itself(run, run.settings.setup.dialect)
        return
    name = entry.origin.name if entry is not None else "a setting"
    every = " It does so for every connection of the program." if name.startswith("NODE_") else ""
    certificate = run.main.certificate if run.main else None
    host = run.settings.host
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"{name} switches the verification of certificates off",
        explanation=(
            f"TLS then protects from nobody who can put himself in between: the program gives "
            f"password and mail to whoever answers as {host}.{every} smtpdoctor sends a password "
            "only where the certificate is good."
        ),
        evidence=(
            *own_line(run, "verify"),
            *(
                (Evidence(check="tls", text=_seen(certificate.verified, host or "the host")),)
                if certificate is not None
                else ()
            ),
        ),
        fixes=(_fix(run, certificate.verified if certificate is not None else None),),
        points_at=("verify",),
    )


def _by_itself(run: Run, program: str) -> Diagnosis:
    """Nobody switched it off: the program never looks at certificates unless it is told to."""
    certificate = run.main.certificate if run.main else None
    good = "; this server's is good" if certificate is not None and certificate.verified else ""
    return Diagnosis(
        code=CODE,
        severity="note",
        confidence="certain",
        title=f"{program} doesn't check certificates by default{good}",
        explanation=(
            "The program gives password and mail to whoever answers as "
            f"{run.settings.host}. smtpdoctor itself sends a password only where the certificate "
            "is good."
        ),
        evidence=(
            Evidence(
                check="settings",
                kind="known",
                text=f"so {program} does by itself; docs/dialects has the source and the version",
            ),
        ),
        fixes=(
            Fix(
                title="let certificates be verified",
                steps=(
                    "In Python hand over context=ssl.create_default_context() where TLS begins.",
                )
                if run.settings.client in ("smtplib", "aiosmtplib", "django")
                else ("Set the program's own option for it, if it has one.",),
            ),
        ),
    )


def _seen(verified: bool, host: str) -> str:
    if verified:
        return f"the certificate of {host} was verified all the same, and is good"
    return f"the certificate of {host} was verified all the same, and was not accepted"


def _fix(run: Run, verified: bool | None) -> Fix:
    """`verified`: what came of the certificate, None where none was seen."""
    entry = run.entry("verify")
    if entry is None or entry.part_of is not None:
        where = f" in {entry.origin.name} ({entry.origin.label})" if entry is not None else ""
        return Fix(
            title="let certificates be verified",
            steps=(f"Take the option that switches it off out{where}.",),
        )
    title = f"take {entry.origin.name} out: certificates are verified then"
    if verified:
        return entries.write(
            entry, title, None, tried=f"the certificate of {run.settings.host} verifies"
        )
    if verified is None:
        return Fix(
            title="let certificates be verified",
            steps=(
                f"Where {run.settings.host or 'the server'} is reached, `smtpdoctor check` says "
                "whether its certificate is good.",
                f"If it is, take {entry.origin.name} ({entry.origin.label}) out.",
            ),
        )
    return Fix(
        title="put the certificate right, then let it be verified",
        steps=(
            "This report says what is wrong with the certificate, and what helps.",
            f"When a run with verification is healthy, take {entry.origin.name} "
            f"({entry.origin.label}) out.",
        ),
    )
