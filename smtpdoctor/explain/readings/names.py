"""What it may be that a name was not found, or has no address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from smtpdoctor.explain.course import is_known_host
from smtpdoctor.explain.model import Known, Symptom
from smtpdoctor.explain.readings.runs import (
    Kind,
    Reading,
    lookup,
    setting_fault,
    url_not_encoded,
    wrong_host,
)
from smtpdoctor.settings.model import Problem

#: A name as it was looked up, where libraries print it bare: Node.js, Go, PHP, Java, curl, Perl.
_LOOKED_UP = re.compile(
    r"(?:getaddrinfo E[A-Z_]+|\blookup|getaddrinfo for|UnknownHostException:|resolve host:|"
    r"SMTP connection to|host, port:|locate host|error connecting to|bad hostname|"
    r"resolve service name)"
    r"[ (']+(?P<name>[^\s)']{3,200}(?= failed|[\s):']|$))",
    re.IGNORECASE,
)


#: What stands before :// in such a place; a client that took it for the host looks it up alone.
_SCHEMES = ("ssl", "tls", "tcp", "smtp", "smtps", "http", "https")


#: Of these no machine of a network is called, as one may be called "smtp".
_NO_HOSTS = ("ssl", "tls", "tcp", "smtps", "http", "https")


_ALONE = re.compile(r"resolve host:? [a-z]+\s*$", re.IGNORECASE)


#: A host of mail, or of anything else: behind an @ it is the end of a URL's user and password.
_HOST_OF_MAIL = re.compile(
    r"@(?:smtp|e?mail|mx|relay|send|out|in-v3|mailout)[\w-]*\.", re.IGNORECASE
)


#: What no host's name has, and what it is called.
_IN_NO_NAME: tuple[tuple[str, Problem, str], ...] = (
    (r"^\w+://|^//", "scheme", "a scheme before the name"),
    (r"[\"'`]", "quotes", "quotes that are a part of it"),
    (r"@", "characters", "an @ in it: a mail address or a login, not a host"),
    (r"[/;,\\]", "characters", "characters that no name has"),
)


def malformed(symptom: Symptom) -> Iterator[Reading]:
    """A host that has more in it than a host, as the look-up itself shows."""
    looked_up = _LOOKED_UP.search(symptom.says)
    name = looked_up["name"].rstrip(":,") if looked_up is not None else ""
    if name.lower() in (_SCHEMES if _ALONE.search(symptom.says) else _NO_HOSTS):
        yield setting_fault(
            "host", f"{name}://…", "scheme", "a scheme before the name", 1.5, made_up="setting"
        )
        return
    if _HOST_OF_MAIL.search(name) or (is_known_host(name.rpartition("@")[2]) and "@" in name):
        yield Reading(
            build=url_not_encoded,
            weight=1.6,
            decides="what stands before the @ is a part of the user name or password",
            assumes="the settings are one URL",
            only="settings",
        )
    for pattern, problem, detail in _IN_NO_NAME:
        if re.search(pattern, name):
            yield setting_fault("host", name, problem, detail, 2.0, made_up="setting")
            return


#: What the name that was looked up may have been, where the text does not show it.
_OF_A_SETTING = (
    Reading(
        build=url_not_encoded,
        weight=0.45,
        decides="the name that was looked up is a part of the user name or password",
        assumes="the settings are one URL",
        only="settings",
    ),
    setting_fault(
        "host",
        "the host",
        "characters",
        "characters that no name has",
        0.4,
        "the host in the settings has a scheme, quotes, blanks or a port in it",
        made_up="setting",
    ),
)


#: glibc's words: for a name without an address it has others (EAI_NODATA).
_WITH_AN_ERROR_OF_ITS_OWN = re.compile(r"not known|errno -2", re.IGNORECASE)


def _no_such_name(symptom: Symptom, known: Known) -> Iterator[Reading]:
    host = known.host
    yield from malformed(symptom)
    word = host is not None and "." not in host.rstrip(".")
    unknown_host = host is None
    if host is not None and (" " in host or host != host.strip()):
        yield setting_fault("host", host, "blanks", "blanks around the name", 2.0)
    yield Reading(
        build=lookup("EAI_NONAME", server=None if unknown_host else "nxdomain"),
        weight=0.4 if is_known_host(host) else 1.0,
        decides="a public name server says that there is no such name",
        only="dns",
        made_up="name" if unknown_host else "",
    )
    if word and host not in (None, "localhost"):
        yield Reading(
            build=url_not_encoded,
            weight=0.7,
            decides="the user name or password in the URL has a @, / or # that is not written as "
            "%40, %2F or %23, so that a part of it was taken for the host",
            assumes="the settings are one URL",
            only="settings",
        )
        yield Reading(
            build=wrong_host,
            weight=1.1 if "_" in (host or "") else 0.6,
            decides="what stands as host is a user name, or a name that only another network knows",
            only="settings",
        )
    if unknown_host:
        yield from _OF_A_SETTING
    # a resolver that gives an answer says so, where the client passes it on
    told = symptom.error == "told"
    sure = told and not is_known_host(host)
    if told and not _WITH_AN_ERROR_OF_ITS_OWN.search(symptom.says):
        yield Reading(
            build=lookup("EAI_NODATA", server="nodata"),
            weight=0.2 if is_known_host(host) else 0.44,
            decides="a public name server knows the name and has no address for it",
            only="dns",
        )
    yield Reading(
        build=lookup("EAI_AGAIN", server="silent"),
        weight=0.46 if sure else 0.8,
        decides="other names, such as a well-known web site's, are not found from there either",
        only="dns",
    )
    yield Reading(
        build=lookup("EAI_AGAIN", server="servfail"),
        weight=0.2 if sure else 0.3,
        decides="the name server answers SERVFAIL or REFUSED",
        only="dns",
    )


def _no_name_server(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield from malformed(symptom)
    helpless = symptom.error == "servfail"
    yield Reading(
        build=lookup("EAI_AGAIN", server="silent"),
        weight=0.6 if helpless else 1.0,
        decides="no name server answers: a well-known name is not found either",
        only="dns",
    )
    yield Reading(
        build=lookup("EAI_AGAIN", server="servfail"),
        weight=1.0 if helpless else 0.7,
        decides="the name server answers, but with SERVFAIL or REFUSED",
        only="dns",
    )
    yield Reading(
        build=lookup("EAI_NONAME", server="nxdomain"),
        weight=0.4,
        decides="well-known names are found, and this one is not",
        only="dns",
    )


def _no_address(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=lookup("EAI_NODATA", server="nodata"),
        weight=1.0,
        decides="a public name server knows the name and has no address for it",
        only="dns",
    )
    yield Reading(
        build=lookup("EAI_NONAME", server="nxdomain"),
        weight=0.6,
        decides="a public name server says that there is no such name",
        only="dns",
    )
    yield Reading(
        build=lookup("EAI_AGAIN", server="silent"),
        weight=0.4,
        decides="well-known names are not found from there either",
        only="dns",
    )


#: What a text can name of this, and the readings of each.
KINDS: Mapping[str, Kind] = {
    "no-such-name": _no_such_name,
    "no-name-server": _no_name_server,
    "no-address": _no_address,
}
