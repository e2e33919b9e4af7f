"""A server whose EHLO does not announce STARTTLS, where the settings want it."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import cite, library_words, mode_line
from smtpdoctor.diagnosis.fixes import ways_without_starttls
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run

CODE = "starttls-not-offered"

WHY = {
    "error": (
        "so the session ends before the login and no mail goes out: a password must not go out "
        "readable, and required TLS is not to be done without"
    ),
    "warning": "so the session goes on in clear, and everybody on the way can read it",
    "note": "so the session goes on without TLS, within this machine or a private network",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    step = run.offer.not_offered
    if main is None or step is None or run.offer.marks_of_removal:
        return
    severity = run.offer.severity
    where = run.where
    yield Diagnosis(
        code=CODE,
        severity=severity,
        confidence="certain",
        title=f"{where} does not offer STARTTLS",
        explanation=(
            "The settings start in plain text and want TLS by STARTTLS. The server answered EHLO "
            f"without announcing STARTTLS, {WHY[severity]}."
        ),
        evidence=(
            *mode_line(run),
            Evidence(check="tls", text=f"EHLO announced: {run.offer.announced}"),
            *_known(run),
            *library_words(run, CODE),
        ),
        fixes=ways_without_starttls(
            run,
            ask=Fix(
                title="use a port of this server that has TLS",
                steps=(
                    "Ask who runs the server for its submission port with TLS: usually 465 "
                    "(implicit TLS) or 587 (STARTTLS).",
                    "If it is your own server, give it a certificate and switch STARTTLS on "
                    "(Postfix: smtpd_tls_security_level = may, with smtpd_tls_chain_files).",
                ),
            ),
        ),
        explains=(step.id,),
    )


def _known(run: Run) -> list[Evidence]:
    """The provider's published mode of this port, where the server contradicts it."""
    provider = run.provider
    port = next(
        (
            known
            for known in (provider.ports if provider else ())
            if known.port == run.settings.port and known.tls == "starttls" and known.verified
        ),
        None,
    )
    if provider is None or port is None:
        return []
    text = (
        f"{provider.name} publishes STARTTLS for port {port.port}; something on the way may have "
        f"removed it {cite(port.source)}"
    )
    return [Evidence(check="tls", kind="known", text=text.rstrip())]
