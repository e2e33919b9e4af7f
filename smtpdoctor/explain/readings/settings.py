"""What it may be that a program finds fault with its own settings, before it connects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.explain.course import OTHER_NAME, Course
from smtpdoctor.explain.model import Known, Symptom
from smtpdoctor.explain.readings.opening import greeting_closed
from smtpdoctor.explain.readings.runs import (
    WITHOUT_LOGIN,
    Kind,
    Reading,
    certificate,
    scaled,
    setting_fault,
    url_not_encoded,
)
from smtpdoctor.observations import Observations, Redactor


def _url(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=url_not_encoded,
        weight=1.0,
        decides="the user name or password in the URL has a reserved character as it stands",
        only="settings",
    )
    yield setting_fault(
        "url",
        "the URL",
        "not-a-url",
        "it is no URL",
        0.6,
        "the URL lacks its scheme or host",
        made_up="url",
    )
    yield setting_fault(
        "host",
        "the host",
        "scheme",
        "a scheme before the name",
        0.4,
        "the host has smtp:// or another scheme before it",
        made_up="setting",
    )


def _host_malformed(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield setting_fault(
        "host",
        "the host",
        "characters",
        "characters that no name has",
        1.0,
        "the host in the settings has a port, a scheme, quotes or blanks in it, or is empty",
        made_up="setting",
    )
    yield Reading(
        build=certificate(62, names=(OTHER_NAME,)),
        weight=0.4,
        decides="the host in the settings is an IP address, which is in no certificate",
        only="tls",
    )


def _port(symptom: Symptom, known: Known) -> Iterator[Reading]:
    number = re.search(r"(?<!\d)[6-9]\d{4,9}(?!\d)", symptom.says)
    yield setting_fault(
        "port",
        number[0] if number else "the port",
        "out-of-range" if number else "not-a-number",
        "a port is a number from 1 to 65535",
        1.0,
        "the program, asked to print its port between quotes, prints no plain number",
        made_up="port",
    )
    yield Reading(
        build=url_not_encoded,
        weight=0.3 if number else 0.9,
        decides="the settings are one URL, and what stands behind its first : is of the password",
        assumes="the settings are one URL",
        only="settings",
    )


def _setting(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield setting_fault(
        "tls", "the value", "not-a-mode", "the program knows no such value", 1.0, made_up="value"
    )


def _conflict(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield setting_fault(
        "tls",
        "the value",
        "conflict",
        "two settings exclude each other",
        1.0,
        "the program starts with one of the two settings removed",
        made_up="setting",
    )


def _no_host(symptom: Symptom, known: Known) -> Iterator[Reading]:
    unset = 0.3 if known.host is not None else 1.0  # the session was lost, and the host is known
    yield setting_fault(
        "host",
        "",
        "missing",
        "no host is set",
        unset,
        "the host, printed by the program, is empty",
        made_up="no-host",
    )
    yield from scaled(greeting_closed(symptom, known), 0.6)


def _no_credentials(symptom: Symptom, known: Known) -> Iterator[Reading]:
    def half(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, login=False)
        course.session().inside().mail(WITHOUT_LOGIN)
        return course.observations

    yield Reading(
        build=half,
        weight=1.0,
        decides="the variables of user name and password, printed by the program itself as set or "
        "not set, are empty",
        only="settings",
    )


def _password_not_ascii(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client stops while it turns the login into ASCII."""

    def build(known: Known, redactor: Redactor) -> Observations:
        client = knowledge.clients().get(known.client or "")
        if client is None or client.takes_non_ascii_password:
            known = msgspec.structs.replace(known, client="smtplib", version="")
        return Course(known, redactor, password_shape=("non-ascii",)).observations

    yield Reading(
        build=build,
        weight=1.0,
        decides="the password or the user name has a letter such as ä, é or £",
        only="settings",
    )


def _sender_malformed(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield setting_fault("sender", "the sender", "not-an-address", "it is no mail address", 1.0)


#: What a text can name of this, and the readings of each.
KINDS: Mapping[str, Kind] = {
    "url": _url,
    "setting": _setting,
    "setting-conflict": _conflict,
    "host-malformed": _host_malformed,
    "port": _port,
    "no-host": _no_host,
    "no-credentials": _no_credentials,
    "sender-malformed": _sender_malformed,
    "password-not-ascii": _password_not_ascii,
}
