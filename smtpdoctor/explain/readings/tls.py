"""What it may be that TLS did not come about: the handshake, the certificate, STARTTLS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from smtpdoctor.explain.course import OTHER_NAME, Course, is_known_host
from smtpdoctor.explain.model import Known, Symptom
from smtpdoctor.explain.readings.runs import (
    CLEAR_PORTS,
    WITHOUT_TLS,
    Build,
    Kind,
    Reading,
    certificate,
    handshake,
    in_clear,
    large_packets_lost,
    reply_build,
    scaled,
    setting_fault,
    something_else,
    stalled,
    too_early,
)
from smtpdoctor.observations import Observations, Redactor

#: OpenSSL's reason for a failed handshake, as Python and as OpenSSL itself print it.
_REASON = re.compile(
    r"\[SSL: (?P<name>[A-Z0-9_]+)\]|SSL routines:\w*:(?P<words>[a-zA-Z0-9 ]{4,60})"
)


def _reason(symptom: Symptom) -> str:
    """OpenSSL's reason by its name, where the text has it; other libraries' words are none."""
    found = _REASON.search(symptom.says)
    if found is None:
        return ""
    return (found["name"] or found["words"]).strip().upper().replace(" ", "_")


def not_tls(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield too_early(1.0)
    yield setting_fault(
        "tls",
        '"false"',
        "not-a-mode",
        "a text such as “false” or “0” counts as true in many programs",
        0.5,
        'the value is a text ("false", "0"), which the program takes for true',
    )
    yield from something_else(symptom, 0.25)


def _version(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=handshake("version", _reason(symptom)),
        weight=1.0,
        decides="a handshake that allows TLS 1.0 and 1.1 succeeds (openssl s_client -tls1)",
        only="tls",
    )
    yield Reading(
        build=handshake("cipher", _reason(symptom)),
        weight=0.5,
        decides="a handshake with old ciphers allowed succeeds (-cipher DEFAULT@SECLEVEL=0)",
        only="tls",
    )
    yield too_early(0.2)


def _cipher(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=handshake("cipher", _reason(symptom)),
        weight=1.0,
        decides="a handshake with old ciphers allowed succeeds (-cipher DEFAULT@SECLEVEL=0)",
        only="tls",
    )
    yield Reading(
        build=handshake("version", _reason(symptom)),
        weight=0.7,
        decides="a handshake that allows TLS 1.0 and 1.1 succeeds (openssl s_client -tls1)",
        only="tls",
    )
    if symptom.error == "alert":
        yield _alert(0.6, symptom)


def _alert(weight: float, symptom: Symptom) -> Reading:
    return Reading(
        build=handshake("alert", _reason(symptom)),
        weight=weight,
        decides="openssl s_client shows an alert from the server during the handshake",
        only="tls",
    )


def _handshake_failed(symptom: Symptom, known: Known) -> Iterator[Reading]:
    if symptom.error == "unsaid":  # TLS, and no reason: a certificate as well
        yield _alert(1.0, symptom)
        for (build, decides), weight in (
            (_UNTRUSTED, 0.9),
            (_OTHER_NAME, 0.8),
            (_SELF_SIGNED, 0.5),
        ):
            yield Reading(build=build, weight=weight, decides=decides, only="tls")
        return
    clear_port = known.port in CLEAR_PORTS
    begun = known.tls == "implicit"
    yield _alert(0.7 if begun and known.port != 465 else 1.0, symptom)
    if known.port != 465:
        yield too_early(1.1 if begun and clear_port else 0.8)
    yield from scaled((each for each in _version(symptom, known) if each.weight >= 0.5), 0.6)


def _handshake_stalled(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=stalled,
        weight=1.0,
        decides="the server answers to smaller packets, or from another network",
        only="tls",
    )
    if known.port != 465:
        yield too_early(0.7)
    yield large_packets_lost(0.5, made_up="size")


#: An issuer that the knowledge base has: the reading is "some interceptor", whichever it is.
INTERCEPTOR = "Avast Web/Mail Shield Root"


_SELF_SIGNED = (
    certificate(18, self_issued=True),
    "the certificate's subject and issuer are equal",
)


_INTERCEPTED = (
    certificate(19, issuer=INTERCEPTOR),
    "the certificate's issuer is an antivirus, a proxy or the company, not a public CA",
)


_UNTRUSTED = (
    certificate(19, issuer="a private CA"),
    "the issuer is a CA of one's own, or one that this store is too old to know",
)


_INCOMPLETE = (
    certificate(21, issuer_known=True),
    "openssl s_client -showcerts shows one certificate alone, from a public CA",
)


_NO_STORE = (
    certificate(20, trust_store=0),
    "no public web site's certificate is accepted there either: the program has no CA certificates",
)


_OTHER_NAME = (
    certificate(62, names=(OTHER_NAME,)),
    "the names in the certificate are others than the host in the settings",
)


_EXPIRED = (certificate(10), "the certificate's end date is over by a right clock")


_NOT_YET = (certificate(9), "the certificate's first date is still to come by a right clock")


_CERTIFICATES: dict[str, tuple[tuple[tuple[Build, str], float], ...]] = {
    "expired": ((_EXPIRED, 1.0), (_UNTRUSTED, 0.3)),
    "not-yet-valid": ((_NOT_YET, 1.0),),
    "self-signed": ((_SELF_SIGNED, 1.0), (_INTERCEPTED, 0.4), (_UNTRUSTED, 0.3)),
    "self-signed-in-chain": ((_INTERCEPTED, 1.0), (_UNTRUSTED, 0.7), (_SELF_SIGNED, 0.5)),
    "first-not-verified": ((_INCOMPLETE, 1.0), (_UNTRUSTED, 0.6), (_INTERCEPTED, 0.5)),
    "no-issuer": ((_UNTRUSTED, 1.0), (_INCOMPLETE, 0.9), (_NO_STORE, 0.5), (_INTERCEPTED, 0.5)),
    "unknown-authority": (
        (_SELF_SIGNED, 1.0),
        (_UNTRUSTED, 0.9),
        (_INCOMPLETE, 0.7),
        (_INTERCEPTED, 0.5),
    ),
    "not-checkable": ((_UNTRUSTED, 1.0), (_INTERCEPTED, 0.5)),
    "validity": ((_EXPIRED, 1.0), (_NOT_YET, 0.6), (_UNTRUSTED, 0.3)),
    "unsaid": ((_UNTRUSTED, 1.0), (_SELF_SIGNED, 0.9), (_INCOMPLETE, 0.7), (_EXPIRED, 0.6)),
    "refused": ((_UNTRUSTED, 1.0), (_SELF_SIGNED, 0.9), (_OTHER_NAME, 0.6), (_EXPIRED, 0.5)),
    "chain-broken": ((_UNTRUSTED, 1.0), (_INCOMPLETE, 0.7)),
    "no-store": ((_NO_STORE, 1.0), (_UNTRUSTED, 0.6)),
    "other-name": ((_OTHER_NAME, 1.0),),
}


def _weighed(
    readings: tuple[tuple[tuple[Build, str], float], ...], known: Known
) -> Iterator[tuple[tuple[Build, str], float]]:
    """The readings, where the host is a provider's: its certificate is whole and of a public CA, so
    what is refused is another's, or the store is too old."""
    provider = is_known_host(known.host)
    for reading, weight in readings:
        unlikely = provider and reading in (_SELF_SIGNED, _INCOMPLETE)
        yield reading, weight * (0.6 if unlikely else 1.0)


def certificate_refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    names = _names_in(symptom.says) if symptom.error == "other-name" else ()
    for (build, decides), weight in _weighed(_CERTIFICATES[symptom.error], known):
        named = certificate(62, names=names) if names else build
        yield Reading(build=named, weight=weight, decides=decides, only="tls")


def _names_in(says: str) -> tuple[str, ...]:
    """The names of the certificate, where the text has them."""
    valid_for = re.search(r"is valid for ([\w.*, -]{1,200}), not ", says)
    if valid_for is not None:
        return tuple(name.strip() for name in valid_for[1].split(","))
    return tuple(re.findall(r"DNS:([\w.*-]{1,100})", says))[:8]


def starttls_absent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    def not_offered(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls="starttls", required=True)
        course.session().greeting().ehlo("SIZE 1000").starttls_not_offered()
        return course.observations

    def stripped(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls="starttls", required=True)
        course.session().greeting().ehlo("XXXXXXXA").starttls_not_offered()
        return course.observations

    yield Reading(
        build=not_offered,
        weight=1.0,
        decides="EHLO from another network lists no STARTTLS either",
        only="tls",
    )
    yield Reading(
        build=stripped,
        weight=0.5,
        decides="EHLO from another network does list STARTTLS",
        only="tls",
    )
    yield setting_fault(
        "tls",
        '"False"',
        "not-a-mode",
        "a text such as “False” counts as true in many programs",
        0.5,
        "STARTTLS was not meant to be on: its value is a text, which counts as true",
    )


def _starttls_refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=reply_build("starttls", "454 4.7.0 TLS not available"),
        weight=1.0,
        decides="EHLO lists STARTTLS, and the server says no to it",
        only="tls",
    )
    yield from scaled(starttls_absent(symptom, known), 0.6)


def _tls_demanded(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=reply_build("mail", symptom.reply or WITHOUT_TLS, tls="none"),
        weight=1.0,
        decides="with STARTTLS switched on the reply does not come",
        only="tls",
    )
    yield in_clear(0.4)


#: What a text can name of this, and the readings of each.
KINDS: Mapping[str, Kind] = {
    "not-tls": not_tls,
    "tls-version": _version,
    "tls-cipher": _cipher,
    "handshake-failed": _handshake_failed,
    "handshake-stalled": _handshake_stalled,
    "certificate": certificate_refused,
    "starttls-absent": starttls_absent,
    "starttls-refused": _starttls_refused,
    "tls-demanded": _tls_demanded,
}
