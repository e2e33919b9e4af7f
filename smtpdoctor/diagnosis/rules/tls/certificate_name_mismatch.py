"""A good certificate for other names than the host that the settings name."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address, is_private_name
from smtpdoctor.diagnosis.evidence import cite, own_line
from smtpdoctor.diagnosis.fixes import change_settings
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import covers
from smtpdoctor.diagnosis.wording import certificate as certificates
from smtpdoctor.observations import CertificateInfo, NameServerAnswer, OwnNameLookup

CODE = "certificate-name-mismatch"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.certificate.refused_as(CODE)
    if refused is None:
        yield from _common_name_alone(run)
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
            "Usually your own domain's name just points to a hoster's server; it may also be that "
            "something else answers there. "
        )
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain",
        title=f"certificate of {run.where} is for {certificates.listed(names, 2)}"
        if names
        else f"certificate of {run.where} names no host",
        explanation=(
            f"The server's certificate is for another name than {host}, the one in the settings. "
            f"{why}{certificates.consequence(run, refused)}"
        ),
        evidence=(
            *own_line(run, "host"),
            *certificates.description(run, refused),
            *_aliases(run, host),
            *_where_it_leads(run, names, certified),
            *certificates.also_wrong(run, refused),
        ),
        fixes=certificates.fixes(
            run,
            *(
                (certificates.find_out(run, "Don't log in there before you know."),)
                if stranger
                else _fixes(run, host, names, certified)
            ),
        ),
        explains=(refused.seen.id,),
        points_at=() if stranger else ("host",),
    )


def _common_name_alone(run: Run) -> Iterator[Diagnosis]:
    """A certificate that the doctor's own TLS took by its Common Name, and strict clients don't."""
    seen, name = run.certificate.seen, run.certificate.common_name_alone
    if seen is None or not name:
        return
    client = run.client
    beside = bool(seen.chain[0].names)
    strict = [item for item in knowledge.clients().values() if _refuses(item, beside=beside)]
    refused = client is not None and _refuses(client, beside=beside)
    sources = sorted({source for item in strict for source in item.sources})
    severity: Severity = "note"
    if refused:
        severity = "error" if run.settings.verify else "warning"
    yield Diagnosis(
        code=CODE,
        severity=severity,
        confidence="certain",
        title=f"certificate of {run.where} has its name only as the Common Name",
        explanation=(
            "The host's name is only in the certificate's subject, where it was written long "
            "ago. smtpdoctor's own TLS still takes it from there. "
            + (
                f"{client.name} does not: it refuses the certificate and sends no mail."
                if client is not None and refused
                else f"Strict programs refuse it ({', '.join(item.name for item in strict)})."
            )
        ),
        evidence=(
            Evidence(
                check="tls",
                text=f"the certificate's subject is {name}, and it lists "
                + (f"only {', '.join(seen.chain[0].names)}" if beside else "no names"),
            ),
            Evidence(
                check="tls",
                kind="known",
                text="RFC 9525 §2 (2023): a host's name belongs in subjectAltName "
                + cite(*(item for item in sources if item.endswith("common_name"))),
            ),
        ),
        fixes=(
            Fix(
                title=f"ask the server's owner to add {run.settings.host} to the "
                "certificate's list of names",
                steps=(
                    "Tell who runs the server: issue a new one with the name in subjectAltName "
                    "(openssl: -addext subjectAltName=DNS:NAME).",
                ),
            ),
        ),
        explains=(seen.id,) if refused else (),
    )


def _refuses(client: knowledge.Client, *, beside: bool) -> bool:
    """Whether the client takes no Common Name, alone or where addresses stand `beside` it."""
    return client.refuses_common_name or (beside and not client.common_name_beside_addresses)


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
    if is_private_name(host) or (is_address(host) and run.is_loopback_target):
        file = "server.crt"
        title = f"use a name that the certificate has, and let {host} lead there, or trust it"
        return (*certificates.without_tls(run), certificates.trust(title, file, run=run))
    renew = Fix(
        title=f"ask the server's owner to add {host} to the certificate",
        steps=(
            f"If it is your own server: issue a certificate that names {host} too, and reload the "
            "mail server.",
        ),
    )
    if right is None:
        return (renew,)
    title = f"use the name that the certificate has: {right}"
    use = change_settings(run, title, host=right)
    if is_address(host) or certified:
        return (use,)
    looked_up = _looked_up(run, right)
    elsewhere = looked_up is not None and not looked_up.leads_here
    return (renew, use) if elsewhere else (use, renew)


def _looked_up(run: Run, name: str) -> OwnNameLookup | None:
    return run.observations.first(OwnNameLookup, name=name.lower())


def _where_it_leads(
    run: Run, names: tuple[str, ...], certified: knowledge.Provider | None
) -> tuple[Evidence, ...]:
    """Whether the name that the certificate has is this server's, too."""
    right = _right_name(run, names, certified)
    seen = _looked_up(run, right) if right is not None else None
    if seen is None:
        return ()
    if seen.leads_here:
        text = f"{right} leads to the same address, {seen.address}"
    elif seen.addresses:
        text = f"{right} leads to {seen.addresses[0]}, not to {seen.address}: another server"
    else:
        text = f"{right} was looked up, and no address came"
    return (Evidence(check="dns", text=text),)


def _is_elsewhere(run: Run, name: str) -> bool:
    """Whether it was seen that this name does not lead to the server."""
    looked_up = _looked_up(run, name)
    return looked_up is not None and not looked_up.leads_here


def _right_name(  # branches: the candidates in their order
    run: Run, names: tuple[str, ...], certified: knowledge.Provider | None
) -> str | None:
    """The name to use: where DNS leads, a known submission host, else the likeliest name."""
    targets = [
        alias.rstrip(".")
        for answer in run.observations.of(NameServerAnswer, asked_for="host")
        for alias in answer.aliases
    ]
    known = [entry.host for entry in certified.hosts if entry.verified] if certified else []
    # on shared hosting the server's own name stands in its greeting
    greeted: str = run.main.greeted_as if run.main is not None else ""
    candidates: list[str] = [*targets, *known, *([greeted] if greeted else [])]
    for candidate in candidates:
        if covers(names, candidate) and not _is_elsewhere(run, candidate):
            return candidate
    # the name below a wildcard is the hoster's web site
    sites = {name.removeprefix("*.") for name in names if name.startswith("*.")}
    concrete = [
        name for name in names if "*" not in name and not is_address(name) and name not in sites
    ]
    leading = [name for name in concrete if not _is_elsewhere(run, name)]
    concrete = leading or concrete or [name for name in candidates if covers(names, name)]
    for prefix in ("smtp", "mail", "mx"):
        for name in concrete:
            if name.lower().startswith(prefix):
                return name
    return concrete[0] if concrete else None
