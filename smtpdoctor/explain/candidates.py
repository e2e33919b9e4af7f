"""Lets the rules judge each reading of what a text says, and ranks the causes that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.engine import diagnose
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Fix
from smtpdoctor.explain.course import in_words
from smtpdoctor.explain.model import Candidate, Known, Symptom
from smtpdoctor.explain.readings import Reading, readings_of
from smtpdoctor.observations import Observations, Redactor
from smtpdoctor.settings.model import MASK
from smtpdoctor.text import foreign

T = TypeVar("T")

#: So many are shown.
MOST = 5
#: A reading of so little weight beside the best one is left out.
LEAST = 0.12


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A cause with the run that shows it, for reports."""

    candidate: Candidate
    diagnosis: Diagnosis
    observations: Observations
    reading: Reading
    symptom: Symptom
    known: Known
    score: float


def rank(symptoms: list[Symptom], known: Known, secrets: frozenset[str]) -> list[Ranked]:
    """The causes that one incident fits, most likely first."""
    best: dict[str, Ranked] = {}
    for place, symptom in enumerate(symptoms):
        nearer = 1.0 if symptom.specific == symptoms[0].specific else 0.55
        for reading in readings_of(symptom, known):
            weight = reading.weight * nearer * (1.0 - 0.05 * place)
            for found in _judged(reading, symptom, known, secrets, weight):
                code = found.diagnosis.code
                if code not in best or best[code].score < found.score:
                    best[code] = found
    ordered = sorted(best.values(), key=lambda item: -item.score)
    kept = [item for item in ordered if item.score >= LEAST * ordered[0].score][:MOST]
    return _worded(kept)


def _judged(
    reading: Reading, symptom: Symptom, known: Known, secrets: frozenset[str], weight: float
) -> list[Ranked]:
    redactor = Redactor(MASK)
    redactor.add(*secrets)
    observations = reading.build(_as_asked(known), redactor)
    judged = diagnose(observations, guarded=True)
    errors = [item for item in judged.diagnoses if item.severity == "error"]
    if not errors and known.client is not None:
        # by default this client would have let it pass; the one that printed the text did not
        unnamed = msgspec.structs.replace(known, client=None, version="")
        return _judged(reading, symptom, unnamed, secrets, weight)
    return [
        Ranked(
            candidate=Candidate(
                code=error.code, confidence="possible", title="", why="", tell_apart=""
            ),
            diagnosis=error,
            observations=observations,
            reading=reading,
            symptom=symptom,
            known=known,
            score=weight * (1.0 if place == 0 else 0.5),
        )
        for place, error in enumerate(errors)
    ]


def _as_asked(known: Known) -> Known:
    """What is known, as the rules are asked about it: where servers hand mail on among themselves,
    on port 25, the name of a provider's MX host is the right one, and no slip of settings."""
    among_servers = known.port == 25 and known.client is None and known.host is not None
    if among_servers and knowledge.submission_host_for(known.host or "") is not None:
        return msgspec.structs.replace(known, host=None)
    return known


def _worded(ranked: list[Ranked]) -> list[Ranked]:
    """The candidates in words: how sure, why, and what tells each from the next."""
    total = sum(item.score for item in ranked)
    found = []
    for place, item in enumerate(ranked):
        following = ranked[place + 1] if place + 1 < len(ranked) else None
        other = following or (ranked[place - 1] if place else None)
        found.append(
            msgspec.structs.replace(
                item,
                candidate=Candidate(
                    code=item.diagnosis.code,
                    confidence=_confidence(item, total),
                    title=title(item),
                    why=why(item),
                    tell_apart=_tell_apart(item, other),
                ),
            )
        )
    return found


def _confidence(item: Ranked, total: float) -> Confidence:
    share = item.score / total
    telling = item.symptom.specific >= 5
    if telling and share > 0.85:
        return "certain"
    return "likely" if share >= 0.45 or (telling and share >= 0.35) else "possible"


#: Titles and explanations for codes whose reading had to make a value up that nobody saw.
_IN_GENERAL: dict[str, tuple[str, str]] = {
    "tls-intercepted": (
        "something on the way answers TLS with a certificate of its own",
        "An antivirus on the machine, or a proxy of its network, ends TLS itself and shows a "
        "certificate that it has made. The program's own store does not have its authority, so it "
        "refuses the session.",
    ),
    "port-blocked": (
        "the port is blocked on the way: nothing comes back from it",
        "Packets to the port are thrown away by a firewall or by the network's owner. Port 25 is "
        "blocked nearly everywhere, 465 and 587 on some platforms. A host that is down would look "
        "the same.",
    ),
    "wrong-port": (
        "the port is not one on which this server takes mail from programs",
        "Programs hand their mail in on port 465 (implicit TLS) or 587 (STARTTLS), some providers "
        "have others. On any other number nothing answers, or something that is no mail server.",
    ),
    "not-smtp": (
        "what answers on the port is no mail server",
        "A web server, a proxy or another service stands there, and what it says is no SMTP.",
    ),
    "wrong-host": (
        "the program connects to its own machine, and no mail server listens there",
        "localhost is what many programs take where their host setting never arrived: a variable "
        "that is not set, a .env that is not loaded. In a container it is the container itself.",
    ),
    "dns-name-not-found": (
        "the host name does not exist",
        "The program asks DNS for the address of its host setting, and the answer is that no such "
        "name exists. Trying again does not change that.",
    ),
    "setting-invalid": (
        "the TLS setting is a text that the program takes for something else",
        "Environment variables are texts. Many programs take every text that is not empty for "
        "true, “false” and “0” too, and so begin TLS where none was wanted.",
    ),
    "password-altered-by-dotenv": (
        "the password reaches the program as something else than stands in the .env file",
        "Readers of .env files take #, $, quotes and backslashes for something else, each in its "
        "own way, so the program logs in with another password.",
    ),
    "username-not-address": (
        "the user name is not in the form that the server wants",
        "Most providers want the whole mail address as user name, not the part before the @.",
    ),
    "url-not-encoded": (
        "user name or password in the URL hold a reserved character as it stands",
        "In a URL @, :, / and # part user name, password and host. Within one of these they have "
        "to be written as %XX, or the program takes a part of the password for the host.",
    ),
    "auth-impossible-in-clear": (
        "before TLS the server offers no login for a password",
        "The program stays in plain text, and there the server announces no mechanism that carries "
        "a password. After STARTTLS, or with TLS from the first byte, it does.",
    ),
    "mail-parameters-refused": (
        "the server refuses a parameter of MAIL FROM",
        "Behind the sender's address the program sends what the server's EHLO announced (BODY=, "
        "SIZE=, SMTPUTF8), and the server refuses the command for it.",
    ),
    "sender-malformed": (
        "the sender is no mail address in the server's eyes",
        "Between the brackets of MAIL FROM stands something else than an address: a display name, "
        "nothing, or a name without a domain. From's display name belongs into the header alone.",
    ),
    "reply-unreadable": (
        "the server answers in a form that this program can't read",
        "A reply is a code, a blank and text. This one lacks one of them, or comes from something "
        "that is no mail server, and the program gives up on it.",
    ),
    # by what the reading made up
    "host-malformed/setting": (
        "the host in the settings has more in it than a host",
        "Programs look the value up as it stands, with its quotes, its @ or its scheme, and no "
        "such name exists. What they print then speaks of a host that was not found.",
    ),
    "conflicting-settings/setting": (
        "two settings exclude each other",
        "The program takes one of the two that the text names, and stops where both are there. TLS "
        "from the first byte (SSL, port 465) and STARTTLS (port 587) are such a pair.",
    ),
    "setting-invalid/port": (
        "the port in the settings is no port number",
        "A port is a number from 1 to 65535, and stands apart from the host or behind its last "
        "colon. The program could not read it, and made no connection.",
    ),
    "setting-invalid/url": (
        "the mail server's URL is none that the program can read",
        "Such a URL has a scheme, mostly a user name and password, a host and a port: "
        "smtp://user:password@host:587. The program could not take it apart.",
    ),
    "setting-invalid/value": (
        "a mail setting has a value that the program does not know",
        "The program takes a few words for this setting, and this is none of them. It stopped "
        "before it connected.",
    ),
    "setting-invalid/no-host": (
        "the program knows no mail server: its host is not set",
        "The host is empty, or the setting was never read. So no connection was made, and what the "
        "program prints is of a session that never began.",
    ),
    "greeting-rejected/greeting": (
        "the server's first words are a refusal",
        "A server that takes mail begins with 220. This one began with something else, before it "
        "knew who wants to send what.",
    ),
    "starttls-refused/inside": (
        "the server refuses STARTTLS, since the session is inside TLS already",
        "The program began TLS with the first byte, and then asks for STARTTLS as well. It has to "
        "do one of the two.",
    ),
    "ehlo-rejected/missing": (
        "the server has seen no EHLO in this session",
        "A session begins with EHLO, and begins again with it after STARTTLS. The program left it "
        "out, the server had refused it, or a connection that was kept open was used again after "
        "the server had begun anew.",
    ),
    "connection-closed/transaction": (
        "the server hangs up while the message is handed over",
        "The session began, and the server ended it before it had taken the message. Mostly "
        "something failed inside the server, or a filter there or on the way ended the session.",
    ),
    "server-busy/transaction": (
        "the server gives no answer while the message is handed over",
        "The session got as far as the envelope or the message, and there the server's answer "
        "stays out or says “later”. The settings got this far and may well be right.",
    ),
    "path-mtu-blackhole/transaction": (
        "large packets get lost on the way to the server",
        "Small packets pass, so the session begins. The message brings the first large ones, too "
        "big for some link of the way (VPN, tunnel, container network), and nobody says so.",
    ),
    "path-mtu-blackhole/size": (
        "large packets get lost on the way to the server",
        "Small packets pass, so the connection opens. The TLS handshake brings the first large "
        "ones, too big for some link of the way (VPN, tunnel, container network), and nobody says "
        "so. So both sides wait.",
    ),
    "server-busy/greeting": (
        "the server is busy: its first words say “not now, later”",
        "A greeting that begins with 4 puts the client off. It says nothing of the settings.",
    ),
    "wrong-host/next-hop": (
        "the next hop is the server itself",
        "The name that this mail server was to hand the mail to (MX, relay host) leads to its own "
        "address, and it doesn't talk to itself. Either the name is wrong, or the server should "
        "take this domain's mail as its own.",
    ),
    "dns-name-not-found/name": (
        "the host's name does not exist",
        "The program asked DNS for its mail server's address, and the answer is that no such name "
        "exists. So there is no server to connect to. Trying again does not change it.",
    ),
    "auth-mechanism-unsupported/modules": (
        "the program's own SASL library lacks a module for the server's mechanisms",
        "Cyrus SASL, which Postfix, mutt and others log in with, loads a module for each "
        "mechanism. None is installed for those that the server lists, so no login is sent.",
    ),
    "auth-mechanism-unsupported": (
        "server and program have no way of logging in in common",
        "The server announces mechanisms, and the program has none of them, so it gives up before "
        "a password is sent.",
    ),
}


#: Of these the reading makes the user's own side up, whatever the server said.
_MADE_UP = (
    "password-altered-by-dotenv",
    "username-not-address",
    "mail-parameters-refused",
    "sender-malformed",
)

#: What is done where the rule's fix would name what was made up.
_FIXES: dict[str, Fix] = {
    "tls-intercepted": Fix(
        title="exclude the mail server from what the antivirus or proxy scans",
        steps=(
            "Look whose certificate it is: openssl s_client -connect HOST:465 -showcerts, or "
            "-starttls smtp on port 587. The issuer's name is the product's.",
            "In its settings leave the mail server's host or ports out of scanning; in a company "
            "network ask the administrator.",
            "Or add its root certificate to the CA certificates that the program trusts "
            "(NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, Java's cacerts).",
        ),
    ),
    "wrong-host": Fix(
        title="set the host of your mail provider where the program runs",
        steps=(
            "Print what the program has for its host (console.log, print): undefined or empty "
            "means that the setting never arrived. `smtpdoctor check --only settings` in its "
            "folder shows what it would read.",
            "A mail server in another container of the same compose file has its service's name; "
            "one on the machine around it has host.docker.internal.",
            "If a mail server is meant to run here, start it: `ss -ltn` shows what listens.",
        ),
    ),
    "dns-name-not-found": Fix(
        title="correct the host name",
        steps=(
            "Compare it letter by letter with the server for outgoing mail (SMTP) that the mail "
            "provider names in its help or panel. A part of a password in that place means that "
            "the URL is not encoded.",
            "A name of a container or a private network is known there only.",
        ),
    ),
    "password-altered-by-dotenv": Fix(
        title="put single quotes around the password in the .env file",
        steps=(
            "Without quotes many readers take # for a comment and $ for a variable; in single "
            "quotes most leave both alone.",
            "`smtpdoctor settings --reader NAME` shows the file as that reader reads it.",
        ),
    ),
    "sender-malformed": Fix(
        title="give one plain address as the sender: name@example.com",
        steps=(
            "What stands between the brackets of MAIL FROM is the address alone. A display name "
            '("App <name@example.com>") belongs into From.',
            "Where the program has two settings, one for the envelope (return path, envelope from) "
            "and one for From, write the plain address into the first.",
        ),
    ),
    "setting-invalid/value": Fix(
        title="give the setting one of the values that the program takes",
        steps=("The program's documentation lists them; often they are tls, starttls, ssl, none.",),
    ),
    "setting-invalid/url": Fix(
        title="write the URL with its scheme and host",
        steps=(
            "smtp://user:password@host:587 begins in plain text, smtps://user:password@host:465 "
            "with TLS.",
        ),
    ),
    "host-malformed/setting": Fix(
        title="write the host's name alone, such as smtp.example.com",
        steps=(
            "No scheme (smtp://), no port, no user name and @, no blanks. Quotes only where the "
            "settings file takes them off again.",
        ),
    ),
    "starttls-refused/inside": Fix(
        title="switch STARTTLS off, since TLS begins with the first byte",
        steps=("Or keep STARTTLS and switch SSL off, on port 587.",),
    ),
    "conflicting-settings/setting": Fix(
        title="take one of the two out of the settings",
        steps=(
            "Of SSL and STARTTLS: on port 465 keep SSL, on port 587 keep STARTTLS.",
            "Of a switch that turns the check of certificates off and another: that switch.",
        ),
    ),
    "ehlo-rejected/missing": Fix(
        title="let the program open a new connection for each message",
        steps=(
            "Switch its pool, keep-alive or persistent connection off, or lower the number of "
            "messages a connection.",
            "If the first message fails too, look in its debug output for EHLO and the answer: a "
            "name that the server refuses, or none after STARTTLS, which is a fault of the "
            "library. Update it.",
        ),
    ),
    "wrong-host/next-hop": Fix(
        title="name the real next hop, or take the domain's mail on this server",
        steps=(
            "Look up where the name leads: dig MX DOMAIN, dig A HOST. In Postfix it is relayhost "
            "or transport_maps; for a domain of its own, mydestination or virtual_mailbox_domains.",
        ),
    ),
    "dns-name-not-found/name": Fix(
        title="check the host's name in the program's settings, letter by letter",
        steps=(
            "Compare it with your provider's help. `smtpdoctor check HOST` looks it up.",
            "In a container or a private network: see that the machine asks the name servers that "
            "know it.",
        ),
    ),
    "auth-mechanism-unsupported/modules": Fix(
        title="install the SASL modules on the machine that sends",
        steps=(
            "Debian, Ubuntu: apt-get install libsasl2-modules. Fedora, RHEL: dnf install "
            "cyrus-sasl-plain. Alpine: cyrus-sasl-login and, where it exists, cyrus-sasl-plain.",
            "Then start the program again. Postfix as a client also needs "
            "smtp_sasl_security_options = noanonymous, which lets PLAIN and LOGIN through.",
        ),
    ),
    "username-not-address": Fix(
        title="set the user name in the form that the provider wants",
        steps=("Mostly that is the whole mail address, not the part before the @.",),
    ),
}


def _of(item: Ranked, table: Mapping[str, T]) -> T | None:
    """What is said in general of this code, where the reading made this up; else of the code."""
    code = item.diagnosis.code
    return table.get(f"{code}/{item.reading.made_up}", table.get(code))


def fixes(item: Ranked) -> tuple[Fix, ...]:
    """The rule's fixes, or one in general where it had to make something up."""
    general = _of(item, _FIXES) if _in_general(item) else None
    return (general,) if general is not None else item.diagnosis.fixes


def title(item: Ranked) -> str:
    """The rule's title, with words in the place of what nobody told."""
    general = _in_general(item)
    return general[0] if general else in_words(item.diagnosis.title)


def explanation(item: Ranked) -> str:
    """The rule's explanation in the same way."""
    general = _in_general(item)
    return general[1] if general else in_words(item.diagnosis.explanation)


def _in_general(item: Ranked) -> tuple[str, str] | None:
    code, known = item.diagnosis.code, item.known
    if item.reading.made_up and (words := _of(item, _IN_GENERAL)) is not None:
        return words
    if item.symptom.reply and code not in _MADE_UP:
        return None
    if code == "wrong-port" and known.port and f"port {known.port}" in item.diagnosis.title:
        return None  # the number itself is wrong, whatever was compared
    if code == "port-blocked" and item.diagnosis.confidence == "possible":
        return None  # the rule has compared nothing, and says so
    if code == "dns-name-not-found" and known.host:
        return None
    if code == "wrong-host" and "itself" not in item.diagnosis.title:
        return None  # the name of something else at a provider
    return _IN_GENERAL.get(code)


def why(item: Ranked) -> str:
    """What in the text fits, and what was taken for granted."""
    taken = [item.reading.assumes] if item.reading.assumes else []
    port = re.search(r"\bport (\d+)", item.diagnosis.title)
    if port is not None and item.known.port is None:
        taken.append(f"port {port[1]}")
    says = f"the text says “{foreign(item.symptom.says, 160)}”"
    return f"{says}; taken for granted: {', '.join(taken)}" if taken else says


def _tell_apart(item: Ranked, other: Ranked | None) -> str:
    if other is None:
        return item.reading.decides
    return f"{item.reading.decides}; if not: {other.diagnosis.code}"
