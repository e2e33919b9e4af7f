"""The host's text has more in it than a host: a scheme, a port, blanks, quotes."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.addresses import family_of, is_address
from smtpdoctor.diagnosis.evidence import cite, library_words, own_line
from smtpdoctor.diagnosis.fixes import change_settings, way_tried
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.entries import faults
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.observations import SettingRead
from smtpdoctor.settings.model import MASK, Problem, Setting
from smtpdoctor.settings.values import HOLDS_A_SECRET
from smtpdoctor.words import listed

CODE = "host-malformed"

PROBLEMS: tuple[Problem, ...] = ("scheme", "port", "blanks", "quotes", "characters")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    if MASK not in (run.settings.host or ""):  # of a masked host nothing is known
        yield from _beyond_client(run)
    for read in faults(run, "host", problems=PROBLEMS):
        entry, host = read.setting, run.settings.host
        name = entry.origin.name
        yield Diagnosis(
            code=CODE,
            severity="error",
            confidence="certain",
            title=(
                f"the host in {name} has {' and '.join(entry.detail.split(', '))}"
                if host or entry.detail == HOLDS_A_SECRET
                else f"{name}={entry.text} is no host name"
            ),
            explanation=_explanation(entry, host),
            evidence=(
                entries.line(entry),
                *(
                    library_words(run, "dns-name-not-found", check="settings", host=entry.text)
                    if entry.detail != HOLDS_A_SECRET
                    else ()
                ),
            ),
            fixes=(_fix(run, entry),),
            explains=(read.id,),
            points_at=("host",),
        )


def _explanation(entry: Setting, host: str | None) -> str:
    if entry.detail == HOLDS_A_SECRET:
        return (
            "A secret of another variable stands in it, or a part of it looks like one. "
            "smtpdoctor doesn't look such a name up: the name servers would learn it. If it is the "
            "server's name, write it in lower case."
        )
    return (
        "Programs look the value up in DNS as it stands, and no such name exists. What they print "
        "then speaks of a host that was not found."
        + (f" smtpdoctor went on with {host}, which was evidently meant." if host else "")
    )


def _beyond_client(run: Run) -> Iterator[Diagnosis]:
    """A host that is one, and that the user's client can't do with."""
    client, read, host = run.client, run.setting("host"), run.settings.host or ""
    if read is not None and is_address(host):
        yield from _address(run, read, host)
    if client is None or read is None or is_address(host):
        return
    in_tls = run.settings.tls != "none" and run.settings.verify
    why, better = "", host.rstrip(".")
    if not host.isascii():
        better = _in_ascii(host)
        if client.unicode_host == "not-resolved":
            why = "looks the name up as it is written and finds nothing"
        elif client.unicode_host == "unmatched" and in_tls:
            why = "finds the server, and then no such name in its certificate"
    elif "_" in host and not client.underscore_host:
        better, why = "", "takes no host with an underscore"
    elif read.setting.text.rstrip().endswith(".") and in_tls and not client.takes_final_dot:
        why = "looks for the name with its final dot in the certificate, where it has none"
    if not why:
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{client.name} can't work with the host {host} as it is written",
        explanation=f"{client.name} {why}. So no mail goes out. Other programs take such a host.",
        evidence=(
            *own_line(run, "host"),
            Evidence(
                check="settings",
                kind="known",
                text=f"so {client.name} does {cite(*client.sources)}",
            ),
        ),
        fixes=(
            change_settings(run, f"write the host as {better}", host=better)
            if better
            else Fix(
                title="use a name without an underscore for this server",
                steps=("Ask who runs it for another name, or have one put into the DNS.",),
            ),
        ),
        explains=(read.id,),
        points_at=("host",),
    )


def _address(run: Run, read: SettingRead, host: str) -> Iterator[Diagnosis]:
    """An IPv6 address in brackets, which belong to a URL, or without them where PHP wants them."""
    client, text = run.client, read.setting.text.strip()
    in_brackets = text.startswith("[") and text.endswith("]")
    wanted = "bare" if in_brackets else "brackets"
    unable = [each.name for each in knowledge.clients().values() if each.ipv6_host == wanted]
    # of clients that aren't known all but PHP's and curl take the bare address
    mine = in_brackets if client is None else client.name in unable
    if not mine or not _is_bare_host(run, read, host):
        return
    better = host if in_brackets else f"[{host}]"
    yield Diagnosis(
        code=CODE,
        severity="error" if client is not None else "warning",
        confidence="certain",
        title=f"{client.name if client is not None else listed(unable)} can't work with the host "
        f"{text} as it is written",
        explanation=(
            "Most programs look up what stands in brackets as a name, and find nothing: brackets "
            "belong around an address in a URL. Only PHP's programs and curl want them."
            if in_brackets
            else "PHP takes what stands behind the last colon for the port: an IPv6 address needs "
            "brackets there. So no mail goes out."
        ),
        evidence=(
            *own_line(run, "host"),
            Evidence(check="settings", kind="known", text=f"so it was seen {cite('clients_run')}"),
        ),
        fixes=(entries.write(read.setting, f"write the host as {better}", better),),
        explains=(read.id,) if client is not None else (),
        points_at=("host",),
    )


def _is_bare_host(run: Run, read: SettingRead, host: str) -> bool:
    """Whether the program gets this IPv6 address as it is written: in a URL brackets are right, and
    a program's own way of reading its settings is its dialect's."""
    text, setup = read.setting.text.strip(), run.settings.setup
    by_itself = "HOST" in read.setting.origin.name.upper() and text.strip("[]").lower() == host
    return by_itself and family_of(host) == "IPv6" and (setup is None or setup.dialect == "env")


def _in_ascii(host: str) -> str:
    """The name in A-labels (RFC 5890 §2.3.2.1), "" where it has none."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _fix(run: Run, entry: Setting) -> Fix:
    host, name = run.settings.host, entry.origin.name
    if "“@”" in entry.detail and (run.settings.username or "").endswith(f"@{host}"):
        return Fix(  # what stands there is right, for the user name
            title=f"give the server's name, not the address in {name}",
            steps=(
                f"{name} ({entry.origin.label}) has the address that the program logs in with. "
                "Where it reads its host, have it read the setting with the server's name.",
            ),
        )
    if host is None:
        return Fix(
            title="write the host's name alone",
            steps=(
                f"{entry.origin.name} ({entry.origin.label}): the name of the server, without "
                "scheme, port or blanks, such as smtp.ionos.com.",
            ),
        )
    return change_settings(
        run,
        f"write the host's name alone: {host}",
        host=host,
        # a port that stood behind the host has to stand somewhere else then
        port=run.settings.port if run.entry("port") is None else None,
        tried=way_tried(run),
    )
