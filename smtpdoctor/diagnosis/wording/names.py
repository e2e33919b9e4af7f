"""What the system and each name server said of the host's name, in words."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import own_line
from smtpdoctor.diagnosis.model import Evidence
from smtpdoctor.diagnosis.views.names import Names
from smtpdoctor.observations import NameServerAnswer, NameServerOutcome

OUTCOME_WORDS: dict[NameServerOutcome, str] = {
    "nxdomain": "answers NXDOMAIN: there is no such name",
    "nodata": "answers that the name has no address",
    "servfail": "answers SERVFAIL: it could not find out",
    "refused": "answers REFUSED: it does not serve this machine",
    "silent": "did not answer",
    "unreachable": "can't be reached: nothing takes questions there",
    "malformed": "sent something that is no answer to the question",
}

#: What the system said in place of an answer, by errno name.
UNREACHABLE_WORDS = {
    "ENETUNREACH": "can't be reached: this machine has no route to it",
    "EHOSTUNREACH": "is reported unreachable",
    "EPERM": "was not asked: this machine's own packet filter lets no question out",
    "EACCES": "can't be reached: a packet filter forbids it",
}

ERROR_WORDS = {
    "EAI_NONAME": "it knows no such name",
    "EAI_NODATA": "the name has no address",
    "EAI_ADDRFAMILY": "the name has no address",
    "EAI_AGAIN": "it got no usable answer from any name server",
    "EAI_FAIL": "it got no usable answer from any name server",
    "UnicodeError": "the text can't be a name in DNS",
}


def look_up(names: Names) -> tuple[Evidence, ...]:
    """The user's own line, then what the system and each server said."""
    texts = [_system_text(names), *(_server_text(names, server) for server in names.servers)]
    return (*own_line(names.run, "host"), *_seen(*texts))


def servers(names: Names) -> tuple[Evidence, ...]:
    """What the first server said beside public resolvers, the other servers, the system.

    The first screen has room for little, and whom the doctor asked beside has to be on it.
    """
    first, *rest = [_server_text(names, server) for server in names.servers] or [""]
    comparisons = "; ".join(_comparisons(names))
    others = _seen(*rest, _system_text(names))
    if not comparisons:
        return (*_seen(first), *others)
    text = "; ".join(text for text in (first, f"for comparison: {comparisons}") if text)
    return (Evidence(check="dns", kind="seen" if first else "comparison", text=text), *others)


def another_name(names: Names) -> tuple[Evidence, ...]:
    """What became of another host of the provider at these servers, by the one that knew it."""
    asked = sorted(names.other_names, key=lambda item: item.outcome != "answer")
    texts = (
        f"name server {item.server} does answer for {item.question}: {', '.join(item.answers)}"
        if item.outcome == "answer"
        else f"asked for {item.question}, name server {item.server} {said(item)}"
        for item in asked[:1]
    )
    return tuple(
        Evidence(check="dns", kind="comparison", text=f"for comparison: {text}") for text in texts
    )


def _system_text(names: Names) -> str:
    if names.system is None:
        return ""
    if names.system.addresses:
        return f"the system looks {names.host} up as {', '.join(names.system.addresses)}"
    if names.error == "timeout":
        waited = f"{names.system.seconds:.0f} s"
        return f"the system's look-up of {names.host} had not come back after {waited}"
    words = ERROR_WORDS.get(names.error)
    meaning = f": {words}" if words else ""
    return f"the system's look-up of {names.host} failed with {names.error}{meaning}"


def _server_text(names: Names, server: str) -> str:
    """One server's word in one line."""
    answers = names.servers[server]
    addresses = [
        address for answer in answers if answer.outcome == "answer" for address in answer.answers
    ]
    if addresses:
        text = f"name server {server} gives {names.host} the address {', '.join(addresses)}"
        if server in names.dead:
            text += ", over TCP only"
        failed = [item for item in names.without_ipv6 if item.server == server]
        text += "".join(f"; asked for AAAA (IPv6) it {said(item)}" for item in failed)
    elif len({said(answer) for answer in answers}) == 1:
        text = f"name server {server} {said(answers[0])}"
        if len({answer.transport for answer in names.answers[server]}) == 2:
            text += ", over UDP or TCP"
    else:
        parts = (f"to {answer.record} it {said(answer)}" for answer in answers)
        text = f"name server {server}: {'; '.join(parts)}"
    if any(answer.without_edns for answer in answers):
        text += "; only questions without EDNS get an answer"
    return text


def _comparisons(names: Names) -> Iterator[str]:
    """What public resolvers and literal addresses said; nothing where none was asked."""
    udp, tcp = names.public_answers("udp"), names.public_answers("tcp")
    servers = ", ".join(sorted({item.server for item in udp or tcp or names.public}))
    if udp:
        gave = ", ".join(udp[0].answers) or "no address"
        yield f"{servers} answered a question from here ({gave})"
    elif tcp:
        yield f"{servers} answered over TCP, and not over UDP"
    elif servers:
        yield f"{servers} did not answer on port 53, over UDP or TCP"
    if names.landmarks:
        reached = ", ".join(sorted(item.address for item in names.landmarks))
        yield f"{reached} took connections on port 443"


def _seen(*texts: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(check="dns", kind="seen", text=text) for text in texts if text)


def said(answer: NameServerAnswer) -> str:
    """What one answer says, to stand behind the server's name."""
    return UNREACHABLE_WORDS.get(answer.error) or OUTCOME_WORDS[answer.outcome]
