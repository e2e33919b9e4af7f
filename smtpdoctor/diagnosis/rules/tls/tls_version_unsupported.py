"""A server whose newest TLS version is older than what current libraries accept."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.handshake import OLD_VERSIONS
from smtpdoctor.diagnosis.wording.old_server import stopgap
from smtpdoctor.observations import Handshake

CODE = "tls-version-unsupported"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = run.handshake.failed_as(CODE)
    if handshake is None:
        return
    where = run.where
    legacy = run.handshake.legacy
    spoken = legacy.version if legacy else handshake.version
    old = spoken in OLD_VERSIONS
    still_spoken = run.client is not None and run.client.tls_lowest == "1.0"
    name = spoken.replace("v", " ")
    yield Diagnosis(
        code=CODE,
        severity="warning" if old and still_spoken else "error",
        confidence="certain" if old else "likely",
        title=f"{where} speaks only {name}, too old to be accepted"
        if old
        else f"{where} and current TLS libraries have no TLS version in common",
        explanation=(
            "Client and server must share a TLS version. TLS 1.0 and 1.1 were given up in 2021, "
            "and today's libraries start at TLS 1.2. This server "
            + ("does" if old else "probably does")
            + " not go that far"
            + (
                f". {run.client.name} still speaks the old versions and sends all the same, weakly "
                "protected; other programs stop here. smtpdoctor tried no login."
                if old and still_spoken and run.client is not None
                else ", so the handshake ends before anything else is said, and no mail goes out."
            )
        ),
        evidence=(
            _failure(where, handshake),
            *library_words(run, CODE),
            *_spoken(name, by_comparison=legacy is not None),
            Evidence(
                check="tls", kind="known", text="RFC 8996 (2021): TLS 1.0 and 1.1 must not be used"
            ),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title="ask the server's owner to switch TLS 1.2 or newer on",
                steps=(
                    f"Tell who runs {run.settings.host} that its TLS ends at {name}."
                    if old
                    else f"Ask who runs {run.settings.host} which TLS versions it speaks.",
                    *stopgap(run.client, version=True),
                ),
            ),
        ),
        explains=(handshake.id,),
    )


def _failure(where: str, handshake: Handshake) -> Evidence:
    alert = f"the alert {handshake.alert}" if handshake.alert else handshake.reason
    return Evidence(
        check="tls",
        text=f"the handshake with {where}, TLS 1.2 or newer, failed"
        + (f" with {alert}" if alert else ""),
    )


def _spoken(version: str, *, by_comparison: bool) -> Iterator[Evidence]:
    """The version that the server has, where one was seen."""
    if by_comparison:
        text = f"with old versions allowed it gave {version}"
        yield Evidence(check="tls", kind="comparison", text=text)
    elif version:
        yield Evidence(check="tls", text=f"the server chose {version}")
