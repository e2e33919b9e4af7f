"""A good certificate for other names than the host that the settings name."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address
from smtpdoctor.diagnosis.evidence import library_words, own_line
from smtpdoctor.diagnosis.fixes import change_settings
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.rules.tls import _certificate, _ways
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import CertificateInfo, NameServerAnswer

CODE = "certificate-name-mismatch"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = _certificate.refused(run, CODE)
    leaf = refused.leaf if refused else None
    if refused is None or leaf is None:
        return
    host = run.settings.host or refused.seen.hostname
    literal = is_address(host)
    names = leaf.names or ((leaf.subject["CN"],) if "CN" in leaf.subject else ())
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain",
        title=f"certificate of {_ways.where(run)} is for {_certificate.listed(names, 2)}"
        if names
        else f"certificate of {_ways.where(run)} names no host",
        explanation=(
            f"The server proved to be another one than {host}, the name in the settings. "
            + (
                "Certificates are issued for names, hardly ever for addresses. "
                if literal
                else "Mostly the server's real name is another (a hoster's, where the own domain's "
                "name only points at it); it may also be that something else answers there. "
            )
            + _certificate.consequence(refused)
        ),
        evidence=(
            *own_line(run, "host"),
            *_certificate.description(refused),
            *_aliases(run, host),
            *_certificate.also_wrong(run, refused),
            *library_words(run, CODE),
        ),
        fixes=_certificate.fixes(run, *_fixes(run, host, leaf, names)),
        explains=(refused.seen.id,),
        points_at="host",
    )


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


def _fixes(run: Run, host: str, leaf: CertificateInfo, names: tuple[str, ...]) -> tuple[Fix, ...]:
    provider = knowledge.provider_of(host)
    certified = knowledge.provider_by_certificate(names)
    if provider is not None and (certified is None or certified.id != provider.id):
        return (_stranger(run, provider),)
    right = _right_name(run, leaf, names, certified)
    renew = Fix(
        title=f"have {host} added to the certificate",
        steps=(
            f"If it is your own server: issue a certificate that names {host} too, and reload the "
            "mail server.",
        ),
    )
    if right is None:
        return (renew,)
    steps: tuple[str, ...] = ()
    if certified is None:
        steps = (f"Make sure that {right} is who should get the login: ask who runs the server.",)
    use = change_settings(run, f"use the name that the certificate has: {right}", host=right)
    use = Fix(
        title=use.title,
        settings=use.settings,
        edits=use.edits,
        tried=f"the certificate that {_ways.where(run)} showed names {right}; a session with "
        "that name was not tried",
        steps=(*use.steps, *steps),
        snippets=use.snippets,
    )
    return (use,) if is_address(host) or certified else (use, renew)


def _right_name(
    run: Run,
    leaf: CertificateInfo,
    names: tuple[str, ...],
    certified: knowledge.Provider | None,
) -> str | None:
    """The name to use: where DNS leads, a known submission host, else the likeliest name."""
    targets = [
        alias.rstrip(".")
        for answer in run.observations.of(NameServerAnswer, asked_for="host")
        for alias in answer.aliases
    ]
    known = [entry.host for entry in certified.hosts if entry.verified] if certified else []
    for candidate in (*targets, *known):
        if _certificate.covers(leaf, candidate):
            return candidate
    concrete = [name for name in names if "*" not in name and not is_address(name)]
    for prefix in ("smtp", "mail", "mx"):
        for name in concrete:
            if name.lower().startswith(prefix):
                return name
    return concrete[0] if concrete else None


def _stranger(run: Run, provider: knowledge.Provider) -> Fix:
    return Fix(
        title=f"find out who answers in the place of {run.settings.host}",
        steps=(
            f"The names in the certificate are not those of {provider.name}: don't log in there.",
            f"From another network: {_certificate.show(run)}",
            "If the right certificate comes there, this network or its hoster redirects the mail "
            "port (cPanel's SMTP restrictions do that): ask for an exception, or use the hoster's "
            "own relay.",
            "If not, compare where the name leads: DNS or the hosts file may be wrong here.",
        ),
    )
