"""What it may be that the server refused a step: its own reply, or a client's word for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.explain.course import Course
from smtpdoctor.explain.model import Known, Stage, Symptom
from smtpdoctor.explain.readings.logins import STAGES, demanded, login_readings
from smtpdoctor.explain.readings.runs import (
    WITHOUT_LOGIN,
    WITHOUT_TLS,
    Kind,
    Reading,
    reply_build,
    scaled,
    setting_fault,
)
from smtpdoctor.explain.readings.tls import starttls_absent
from smtpdoctor.observations import Observations, Redactor

#: RFC 5321 §4.1.1.11, and what servers say in place of 555.
_PARAMETERS = re.compile(
    r"\bparameter|\boption\b|\b(?:BODY|SMTPUTF8|8BITMIME|SIZE|RET|ENVID)\b|\bAUTH=", re.IGNORECASE
)


#: RFC 3463 §3.8: what is not allowed, which is never a matter of form.
_OF_POLICY = re.compile(r"5\d\d[ -]#?5\.7\.")
#: What words say of a sender that is an address.
_OF_THE_SENDER = ("sender-domain-not-found", "sender-not-allowed", "sender-not-verified")


def _of_parameters(reply: str, weight: float) -> Iterator[Reading]:
    """MAIL was refused for its form: its parameters, or an address that is none."""
    known_as = knowledge.interpret(None, "mail", reply)
    by_code = knowledge.interpret(None, "mail", f"{reply[:3]} ")
    if known_as is not None and known_as is not by_code and known_as.code in _OF_THE_SENDER:
        return  # the words are about who the sender is, whatever the code says
    if reply[:3] not in ("500", "501", "502", "504", "555") or _OF_POLICY.match(reply):
        return
    named = _PARAMETERS.search(reply) is not None or reply.strip() == "555"

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor)
        course.session().inside().auth().mail(f"555 {reply[4:]}", parameters=" BODY=8BITMIME")
        return course.observations

    yield Reading(
        build=build,
        weight=weight * (1.2 if named else 0.7),
        decides="the line before the reply, MAIL FROM:<…>, has words behind the address "
        "(BODY=, SMTPUTF8, SIZE=), and without them the server takes it",
        assumes="the program sends parameters that EHLO announced",
        only="sender",
    )
    yield setting_fault(
        "sender",
        "the sender",
        "not-an-address",
        "it is no mail address",
        weight * (0.6 if named else 1.0),
        "the line before the reply, MAIL FROM:<…>, has no plain address between the brackets",
    )


#: What a server says to STARTTLS inside TLS: the client does both.
_INSIDE = re.compile(
    r"when (?:tls|ssl) (?:is )?active|already\b.{0,24}\b(?:tls|ssl|secure)|"
    r"(?:tls|ssl) (?:session )?(?:is )?already",
    re.IGNORECASE,
)


def _worded(demand: str) -> bool:
    """Whether a reply asks for something by its words; the code alone stands for a bad login."""
    return demand not in ("", "credentials-rejected")


def _out_of_order(weight: float) -> Iterator[Reading]:
    """RFC 5321 §4.3.2: the server wants another step first, and does not say which."""
    yield Reading(
        build=reply_build("mail", WITHOUT_LOGIN, login=False),
        weight=weight,
        decides="the client's debug output has no AUTH before this reply, or one that was refused",
        only="sender",
    )
    yield Reading(
        build=reply_build("mail", WITHOUT_TLS, tls="none"),
        weight=weight * 0.6,
        decides="EHLO lists STARTTLS, and with it switched on the reply does not come",
        only="tls",
    )


def _replied(symptom: Symptom, known: Known) -> Iterator[Reading]:
    for answered, weight in symptom.stages:
        demand = demanded(symptom.reply, answered)
        # what asks for a login has seen none
        asks = answered == "auth" and demand == "credentials-missing"
        stage: Stage = "mail" if asks else answered
        decides, only = STAGES[stage]
        if stage in ("auth", "mail") and symptom.reply.startswith("503") and not _worded(demand):
            yield from _out_of_order(weight)
            continue
        if stage == "mail":
            yield from _of_parameters(symptom.reply, weight)
        if demand == "tls-required":
            build = reply_build("mail", WITHOUT_TLS, tls="none")
            yield Reading(build=build, weight=weight, decides=f"{decides}, before TLS", only="tls")
            continue
        if stage == "auth":
            yield from scaled(login_readings(symptom.reply, known), weight)
            continue
        if stage in ("mail", "rcpt", "data"):
            if not known.logged_in:
                yield Reading(
                    build=reply_build(stage, symptom.reply, login=False),
                    weight=weight,
                    decides=f"{decides}, and no login was made before it",
                    only=only,
                )
            yield Reading(
                build=reply_build(stage, symptom.reply),
                weight=weight * 0.9,
                decides=f"{decides}, after a login that worked",
                only=only,
            )
            continue
        inside = stage == "starttls" and _INSIDE.search(symptom.reply) is not None
        if stage == "starttls" and symptom.reply.startswith(("500", "502")) and not inside:
            # RFC 5321 §4.2.4: the server knows no such command, so it never listed it
            yield from scaled(starttls_absent(symptom, known), weight * 1.2)
        yield Reading(
            build=reply_build(stage, symptom.reply),
            weight=weight,
            decides=decides,
            only=only,
            made_up="inside" if inside else "",
        )


#: What else the text of a message is refused for, beside what stands in it.
_OF_MESSAGES = (
    (
        "552 5.3.4 Message size exceeds fixed limit",
        0.5,
        "a message without its attachments is taken; EHLO's SIZE names the limit",
    ),
    (
        "550 5.7.26 Unauthenticated email from the domain is not accepted due to DMARC policy",
        0.45,
        "the server's own words, in the client's debug output, name DMARC, SPF or DKIM",
    ),
)


def _refused_at(stage: Stage, reply: str) -> Kind:
    """The client says that a step was refused, and not what the server said."""

    def readings(symptom: Symptom, known: Known) -> Iterator[Reading]:
        guess = msgspec.structs.replace(symptom, reply=reply, stages=((stage, 1.0),))
        yield from _replied(guess, known)
        if stage == "data":
            for text, weight, decides in _OF_MESSAGES:
                yield Reading(
                    build=reply_build("data", text), weight=weight, decides=decides, only="sender"
                )
        if stage in ("mail", "rcpt"):
            yield Reading(
                build=reply_build("mail", WITHOUT_LOGIN, login=False),
                weight=0.6,
                decides="the server's own words ask for a login first",
                only="sender",
            )

    return readings


def _too_large(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client says that the message is larger than the server takes."""
    text, _, decides = _OF_MESSAGES[0]
    yield Reading(build=reply_build("data", text), weight=1.0, decides=decides, only="sender")


#: What a text can name of this, and the readings of each.
KINDS: Mapping[str, Kind] = {
    "reply": _replied,
    "sender-refused": _refused_at("mail", "550 sender refused"),
    "recipient-refused": _refused_at("rcpt", "550 recipient refused"),
    "message-too-large": _too_large,
    "message-refused": _refused_at("data", "554 message refused"),
}
