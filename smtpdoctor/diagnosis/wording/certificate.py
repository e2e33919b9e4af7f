"""A refused certificate in words: what it says, what that does to the mail, and what helps."""

from __future__ import annotations

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import change_settings, working_ways
from smtpdoctor.diagnosis.model import Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import (
    EXPIRED,
    OTHER_NAME,
    OTHER_PURPOSE,
    UNTRUSTED,
    WEAK_SIGNATURE,
    RefusedCertificate,
    covers,
    is_past,
)


def name(fields: dict[str, str]) -> str:
    """A subject or issuer by the parts that people know it by."""
    return ", ".join(text for key in ("CN", "O") if (text := fields.get(key))) or "nobody named"


def description(run: Run, refused: RefusedCertificate, seen: str = "") -> tuple[Evidence, ...]:
    """What is wrong in words (else what the certificate says), what a library prints, the rest."""
    leaf, chain = refused.leaf, refused.seen.chain
    message = refused.seen.verify_message.rstrip(".") or "refused"
    texts = [f"verification says: {message} (OpenSSL {refused.seen.verify_code})"]
    if leaf is not None:
        issuer = "itself" if leaf.self_issued else name(leaf.issuer)
        texts = [
            f"the certificate is for {listed(leaf.names) or name(leaf.subject)}, issued by "
            f"{issuer}, valid {leaf.not_before[:10]} to {leaf.not_after[:10]}",
            *texts,
            f"certificates sent: {len(chain)}",
        ]
    store = run.place.trust_store_path if run.place and run.place.trust_store else ""
    if store and refused.seen.verify_code in UNTRUSTED:
        texts.append(f"trusted here: the CA certificates of {store}")
    first, *rest = (Evidence(check="tls", text=text) for text in ([seen] if seen else []) + texts)
    # of a longer chain Node.js and others print the verdict's own words
    own_words = refused.seen.verify_code in UNTRUSTED and len(chain) > 1
    return (first, *(() if own_words else library_words(run, refused.code)), *rest)


def listed(names: tuple[str, ...], most: int = 5) -> str:
    """Names of a certificate, cut where there are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def consequence(run: Run, refused: RefusedCertificate) -> str:
    """What the fault does to the mail."""
    client = run.client
    if refused.severity == "warning" and run.settings.verify and client is not None:
        return _goes_on(client, refused)
    if refused.severity == "warning":
        return (
            "The settings switch verification off, so the application sends all the same, without "
            "knowing to whom. smtpdoctor tried no login."
        )
    return "A client that verifies ends the session here, before the login, so no mail goes out."


def _goes_on(client: knowledge.Client, refused: RefusedCertificate) -> str:
    """Why the user's client takes what was refused here."""
    code = refused.seen.verify_code
    if code == WEAK_SIGNATURE:
        takes = "still takes such a signature and sends all the same. Other programs stop here."
    elif code == OTHER_PURPOSE:
        takes = (
            "does not look at what a certificate is made for, and sends all the same. Other "
            "programs stop here."
        )
    elif client.checks_name:
        takes = (
            "takes a name in this form and sends all the same. RFC 9525 knows no such form, and "
            "other programs stop here."
        )
    else:
        takes = (
            "compares no name and sends all the same, to whoever has a certificate of any name: "
            "password and mail can go to somebody else. Other programs stop here."
        )
    return f"{client.name} {takes} smtpdoctor tried no login."


def also_wrong(run: Run, refused: RefusedCertificate) -> tuple[Evidence, ...]:
    """Further faults of the same certificate, which OpenSSL comes to only after this one."""
    leaf, clock = refused.leaf, run.clock.now
    if leaf is None:
        return ()
    found = []
    if refused.seen.verify_code not in OTHER_NAME and not covers(leaf.names, refused.seen.hostname):
        found.append(f"it is not for {refused.seen.hostname} either")
    ended = clock is not None and is_past(leaf.not_after, clock)
    if ended and refused.seen.verify_code != EXPIRED:
        found.append(f"it has expired too, on {leaf.not_after[:10]}")
    return tuple(Evidence(check="tls", text=text) for text in found)


def fixes(run: Run, *fixes: Fix) -> tuple[Fix, ...]:
    """Ways with a good certificate that worked, then these."""
    return (*working_ways(run), *fixes)


def without_tls(run: Run) -> tuple[Fix, ...]:
    """Mail without a login that doesn't leave this machine needs no TLS."""
    if not run.is_loopback_target or not run.may_do_without_tls or run.settings.has_credentials:
        return ()
    title = "send without TLS: the mail stays on this machine, and no login is made"
    return (change_settings(run, title, tls="none"),)


#: How clients with a store of their own, or an option for it, take one more certificate.
_OWN_STORES = {
    "nodemailer": "Node.js: NODE_EXTRA_CA_CERTS={file} in the application's environment.",
    "smtplib": "Python: ssl.create_default_context() and then load_verify_locations('{file}').",
    "javamail": "Java: keytool -importcert -cacerts -alias mail-server -file {file}, with the "
    "keytool of the JDK that the program runs on.",
    "curl": "curl: --cacert {file}.",
    "msmtp": "msmtp: tls_trust_file {file}.",
}
_USUAL_STORES = ("nodemailer", "smtplib", "javamail")


def trust(title: str, file: str, *steps: str, run: Run) -> Fix:
    """Give the application one more certificate to trust, in its client's own way; of a client that
    isn't known, in those of three usual ones. All others read the machine's store."""
    own = (run.client.id,) if run.client is not None else _USUAL_STORES
    return Fix(
        title=title,
        steps=(
            *steps,
            *(_OWN_STORES[each].format(file=file) for each in own if each in _OWN_STORES),
            f"On Debian and Ubuntu for the whole machine: copy it to "
            f"/usr/local/share/ca-certificates/{file} and run update-ca-certificates.",
            f"Try it first: smtpdoctor check --cafile {file}",
        ),
    )


def by_its_name(run: Run, refused: RefusedCertificate) -> tuple[str, ...]:
    """What a certificate needs beside trust where it is not for the configured host."""
    host, leaf = run.settings.host or "", refused.leaf
    names = leaf.names if leaf is not None else ()
    if leaf is None or covers(names, refused.seen.hostname):
        return ()
    # a client looks for the name that it was given, whomever it trusts
    concrete = next((each for each in names if "*" not in each and not is_address(each)), "")
    if not concrete:
        return (f"It does not name {host} either: make a new one that does (subjectAltName).",)
    address = next((each.address for each in run.connects() if each.outcome == "open"), host)
    return (
        f"It names {concrete}, not {host}, so trust alone is not enough: use {concrete} as the "
        f'host and let it lead there ("{address} {concrete}" in /etc/hosts), or make a new '
        f"certificate for {host}.",
    )


def find_out(run: Run, *steps: str) -> Fix:
    """What to do where probably something else answers in the server's place."""
    return Fix(
        title=f"find out who answers in the place of {run.settings.host}",
        steps=(
            *steps,
            f"From another network: {show(run)}",
            "If the certificate is another there, a proxy, firewall or redirect of this network or "
            "its hoster answers here (cPanel's SMTP restrictions do that): ask for an exception, "
            "or use the hoster's own relay.",
            "If it is the same, compare where the name leads: DNS or the hosts file may be wrong.",
        ),
    )


def show(run: Run) -> str:
    """The command that prints the chain as the server sends it."""
    settings = run.settings
    starttls = "-starttls smtp " if settings.tls == "starttls" else ""
    return f"openssl s_client {starttls}-connect {settings.host}:{settings.port} -showcerts"
