"""Evidence that more than one rule shows: the user's own line, a library's words, a source."""

from __future__ import annotations

import re

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.model import Evidence
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import CheckName, Handshake
from smtpdoctor.settings.model import Field
from smtpdoctor.settings.names import preferred
from smtpdoctor.text import foreign


def library_words(
    run: Run, code: str, check: CheckName = "tls", *, host: str | None = None
) -> tuple[Evidence, ...]:
    """What the user's mail library prints for this fault; nothing where nobody knows which it is.

    `host` is what the library was given, where it is not the host that the run went on with.
    """
    client = run.client
    if client is None or code not in client.words:
        return ()
    words = client.words[code].format(
        host=host or run.settings.host, port=run.settings.port, reply=_refused_with(run)
    )
    return (Evidence(check=check, kind="prints", text=f"{client.name} prints for this: {words}"),)


def _refused_with(run: Run) -> str:
    """The reply code that a library passes on: that of the refused step, where there is one."""
    steps = run.main.exchanges if run.main else ()
    return next(
        (str(step.reply.code) for step in steps if step.ok is False and step.reply is not None), "…"
    )


def own_line(run: Run, field: Field) -> tuple[Evidence, ...]:
    """The user's own setting of that field with its origin; nothing where it was nowhere set."""
    entry = run.entry(field)
    if entry is None:
        return ()
    origin = entry.origin
    # TARGET and the options are their own place, and a part of TARGET is not the whole of it
    if origin.label == origin.name:
        place = "the command line" if origin.kind == "target" else origin.name
        text = f"{place} says {entry.text}"
    else:
        text = f"{origin.label} has {origin.name}={entry.text}"
    return (Evidence(check="settings", kind="own-line", text=text),)


def mode_line(run: Run) -> tuple[Evidence, ...]:
    """The line that decided the TLS mode."""
    return tuple(item for field in run.mode.fields for item in own_line(run, field))


def first_line(arrived: str) -> str:
    """The first line of bytes that were kept as text, as it may be quoted."""
    return foreign(re.split(r"[\r\n]", arrived, maxsplit=1)[0])


def version_words(handshake: Handshake | None) -> str:
    """The TLS version as people write it: TLS 1.3."""
    return handshake.version.replace("v", " ") if handshake and handshake.version else "TLS"


def named(run: Run, field: Field) -> str:
    """The user's own name for a setting with its place, to stand in a sentence."""
    entry = run.entry(field)
    if entry is None or entry.origin.kind == "default":
        return preferred(field)
    origin = entry.origin
    return origin.name if origin.label == origin.name else f"{origin.name} ({origin.label})"


def cite(*sources: str) -> str:
    """Where a fact comes from, to stand behind it: "[Cisco's guide, 2015]"."""
    known = [knowledge.sources()[item] for item in sources if item in knowledge.sources()]
    return " ".join(f"[{item.note or item.url}, {item.read}]" for item in known)
