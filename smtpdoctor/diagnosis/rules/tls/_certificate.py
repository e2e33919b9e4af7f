"""Which code a refused certificate belongs to, and what its rules say alike.

One observation, one code: the order between the codes is the contract's and stands in `_code`.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Evidence, Fix, Severity
from smtpdoctor.diagnosis.rules.tls import _clock
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import CertificateInfo, CertificateSeen

# OpenSSL's X509_V_ERR numbers
NOT_YET_VALID = 9
EXPIRED = 10
SELF_SIGNED_LEAF = 18
NO_ISSUER = (20, 21)
#: No way from the leaf to a trusted authority: no issuer, self-signed leaf, self-signed root.
UNTRUSTED = (2, SELF_SIGNED_LEAF, 19, *NO_ISSUER)
OTHER_NAME = (62, 64)  # host name, IP address


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate of the configured way, refused. `severity` is a warning where the settings
    switch verification off: the application sends all the same."""

    seen: CertificateSeen
    code: str
    severity: Severity

    @property
    def leaf(self) -> CertificateInfo | None:
        return self.seen.chain[0] if self.seen.chain else None


def refused(run: Run, *codes: str) -> Refused | None:
    """The refused certificate of the configured way, where its code is one of these."""
    seen = run.main.certificate if run.main else None
    if seen is None or seen.verified or not seen.verify_code:
        return None
    code = _code(run, seen)
    if code not in codes:
        return None
    return Refused(seen=seen, code=code, severity="error" if run.settings.verify else "warning")


def _code(run: Run, seen: CertificateSeen) -> str:
    verdict = seen.verify_code
    if verdict in (NOT_YET_VALID, EXPIRED):
        if _clock.side_of(run, verdict) is not None:
            return "clock-wrong"
        return "certificate-expired" if verdict == EXPIRED else "certificate-not-yet-valid"
    if verdict in OTHER_NAME:
        return "certificate-name-mismatch"
    if verdict in UNTRUSTED:
        if run.place is not None and run.place.trust_store == 0:
            return "trust-store-empty"
        if interceptor(seen) is not None:
            return "tls-intercepted"
        if verdict == SELF_SIGNED_LEAF:
            return "certificate-self-signed"
        if leaf_alone(seen) and seen.issuer_organisation_trusted:
            return "certificate-chain-incomplete"
    return "certificate-untrusted"


def leaf_alone(seen: CertificateSeen) -> bool:
    """The server sent its own certificate and none of those above it."""
    return seen.verify_code in NO_ISSUER and len(seen.chain) == 1 and not seen.chain[0].self_issued


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A known interceptor and the words of the issuer that name it, and no more of them: the
    rest of such a name often tells who its customer is."""

    interceptor: knowledge.Interceptor
    words: str


def interceptor(seen: CertificateSeen, *, certain: bool = True) -> Match | None:
    """The interceptor that an issuer in the chain names; not `certain`: as a hint only."""
    for certificate in seen.chain:
        found = knowledge.interceptor_of(certificate.issuer)
        if found is None or found.certain is not certain:
            continue
        for issuer in found.issuers:
            for field, text in certificate.issuer.items():
                match = re.search(issuer.pattern, text, re.IGNORECASE)
                if issuer.field in (field, "any") and match and issuer.verified is certain:
                    return Match(interceptor=found, words=match[0])
    return None


# --- words ------------------------------------------------------------------------------------


def name(fields: dict[str, str]) -> str:
    """A subject or issuer by the parts that people know it by."""
    return ", ".join(text for key in ("CN", "O") if (text := fields.get(key))) or "nobody named"


def description(run: Run, refused: Refused, seen: str = "") -> tuple[Evidence, ...]:
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
    first, *rest = (Evidence(check="tls", text=text) for text in ([seen] if seen else []) + texts)
    # of a longer chain Node.js and others print the verdict's own words
    own_words = refused.seen.verify_code in UNTRUSTED and len(chain) > 1
    return (first, *(() if own_words else library_words(run, refused.code)), *rest)


def listed(names: tuple[str, ...], most: int = 5) -> str:
    """Names of a certificate, cut where there are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def consequence(refused: Refused) -> str:
    """What the fault does to the mail."""
    if refused.severity == "warning":
        return (
            "The settings switch verification off, so the application sends all the same, without "
            "knowing to whom. smtpdoctor tried no login."
        )
    return "A client that verifies ends the session here, before the login, so no mail goes out."


def also_wrong(run: Run, refused: Refused) -> tuple[Evidence, ...]:
    """Further faults of the same certificate, which OpenSSL comes to only after this one."""
    leaf, clock = refused.leaf, _clock.now(run)
    if leaf is None:
        return ()
    found = []
    if refused.seen.verify_code not in OTHER_NAME and not covers(leaf.names, refused.seen.hostname):
        found.append(f"it is not for {refused.seen.hostname} either")
    ended = clock is not None and is_past(leaf.not_after, clock)
    if ended and refused.seen.verify_code != EXPIRED:
        found.append(f"it has expired too, on {leaf.not_after[:10]}")
    return tuple(Evidence(check="tls", text=text) for text in found)


def is_past(time: str, clock: datetime) -> bool:
    parsed = _clock.moment(time)
    return parsed is not None and parsed < clock


def covers(names: tuple[str, ...], host: str) -> bool:
    """Whether the names hold for the host (RFC 9525 §6.3: a wildcard is one whole label)."""
    wanted = host.lower().rstrip(".")
    return any(
        known == wanted or (known.startswith("*.") and known[2:] == wanted.partition(".")[2] != "")
        for known in (text.lower() for text in names)
    )


def fixes(run: Run, *fixes: Fix) -> tuple[Fix, ...]:
    """Ways with a good certificate that worked, then these."""
    return (*working_ways(run), *fixes)


def trust(title: str, file: str, *steps: str) -> Fix:
    """Give the application one more certificate to trust, in the usual clients' own ways."""
    return Fix(
        title=title,
        steps=(
            *steps,
            f"Node.js: NODE_EXTRA_CA_CERTS={file} in the application's environment.",
            f"Python: ssl.create_default_context() and then load_verify_locations('{file}').",
            f"On Debian and Ubuntu for the whole machine: copy it to "
            f"/usr/local/share/ca-certificates/{file} and run update-ca-certificates.",
            f"Try it first: smtpdoctor check --cafile {file}",
        ),
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
