"""A good certificate for other names than the host that the settings name."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address
from smtpdoctor.diagnosis.evidence import own_line
from smtpdoctor.diagnosis.fixes import change_settings
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.rules.tls import _certificate, _ways
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import CertificateInfo, NameServerAnswer

CODE = "certificate-name-mismatch"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = _certificate.refused(run, CODE)
    if refused is None:
        return
    host = run.settings.host or refused.seen.hostname
    names = _names(refused.leaf)
    certified = knowledge.provider_by_certificate(names)
    configured = knowledge.provider_of(host)
    stranger = configured is not None and (certified is None or certified.id != configured.id)
    if stranger:
        why = "The certificate is not that provider's, so probably something else answers there. "
    elif is_address(host):
        why = "Certificates are issued for names, hardly ever for addresses. "
    else:
        why = (
            "Mostly the own domain's name only points at a hoster's server; it may also be that "
            "something else answers there. "
        )
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain",
        title=f"certificate of {_ways.where(run)} is for {_certificate.listed(names, 2)}"
        if names
        else f"certificate of {_ways.where(run)} names no host",
        explanation=(
            f"The server proved to be another one than {host}, the name in the settings. "
            f"{why}{_certificate.consequence(refused)}"
        ),
        evidence=(
            *own_line(run, "host"),
            *_certificate.description(run, refused),
            *_aliases(run, host),
            *_certificate.also_wrong(run, refused),
        ),
        fixes=_certificate.fixes(
            run,
            *(
                (_certificate.find_out(run, "Don't log in there before you know."),)
                if stranger
                else _fixes(run, host, names, certified)
            ),
        ),
        explains=(refused.seen.id,),
        points_at=() if stranger else ("host",),
    )


def _names(leaf: CertificateInfo | None) -> tuple[str, ...]:
    """The names that the certificate has, the common name where it has no others."""
    if leaf is None:
        return ()
    return leaf.names or ((leaf.subject["CN"],) if "CN" in leaf.subject else ())


def _aliases(run: Run, host: str) -> tuple[Evidence, ...]:
    """Where the name leads in DNS."""
    chain = next(
        (
            answer.aliases
            for answer in run.observations.of(NameServerAnswer, question=host)
            if answer.aliases
        ),
        (),
    )
    if not chain:
        return ()
    return (Evidence(check="dns", text=f"{host} is an alias of {' → '.join(chain)}"),)


def _fixes(
    run: Run, host: str, names: tuple[str, ...], certified: knowledge.Provider | None
) -> tuple[Fix, ...]:
    right = _right_name(run, names, certified)
    renew = Fix(
        title=f"have {host} added to the certificate",
        steps=(
            f"If it is your own server: issue a certificate that names {host} too, and reload the "
            "mail server.",
        ),
    )
    if right is None:
        return (renew,)
    title = f"use the name that the certificate has: {right}"
    use = change_settings(run, title, host=right)
    return (use,) if is_address(host) or certified else (use, renew)


def _right_name(
    run: Run, names: tuple[str, ...], certified: knowledge.Provider | None
) -> str | None:
    """The name to use: where DNS leads, a known submission host, else the likeliest name."""
    targets = [
        alias.rstrip(".")
        for answer in run.observations.of(NameServerAnswer, asked_for="host")
        for alias in answer.aliases
    ]
    known = [entry.host for entry in certified.hosts if entry.verified] if certified else []
    for candidate in (*targets, *known):
        if _certificate.covers(names, candidate):
            return candidate
    concrete = [name for name in names if "*" not in name and not is_address(name)]
    for prefix in ("smtp", "mail", "mx"):
        for name in concrete:
            if name.lower().startswith(prefix):
                return name
    return concrete[0] if concrete else None
