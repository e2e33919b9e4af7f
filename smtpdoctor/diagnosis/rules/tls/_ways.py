"""What the TLS rules ask about the configured way and the ways around it. Names no cause."""

from __future__ import annotations

import re

from smtpdoctor.diagnosis.evidence import own_line
from smtpdoctor.diagnosis.fixes import change_settings, use_way
from smtpdoctor.diagnosis.model import Evidence, Fix
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.observations import Handshake
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.text import foreign
from smtpdoctor.words import MODE_WORDS


def where(run: Run) -> str:
    """The configured server as titles name it."""
    return f"{run.settings.host}:{run.settings.port}"


def mode_fields(run: Run) -> tuple[Field, ...]:
    """The setting whose line decided the TLS mode: its own, else the port that it follows."""
    fields: tuple[Field, ...] = ("tls", "port")
    return tuple(field for field in fields if run.entry(field))[:1]


def mode_line(run: Run) -> tuple[Evidence, ...]:
    """That line as evidence."""
    return tuple(item for field in mode_fields(run) for item in own_line(run, field))


def first_line(arrived: str) -> str:
    """The first line of bytes that were kept as text, as it may be quoted."""
    return foreign(re.split(r"[\r\n]", arrived, maxsplit=1)[0])


def same_port_probe(run: Run, mode: TLSMode) -> SessionView | None:
    """The probe that tried the port in this other mode."""
    return next((view for view in run.probes("other-mode") if view.session.tls == mode), None)


def plain_greeting(run: Run) -> Reply | None:
    """The SMTP greeting that this port gave to a client that waited, where implicit TLS is set."""
    probe = same_port_probe(run, "starttls")
    greeting = probe.greeting if probe else None
    if greeting is None or greeting.protocol != "smtp":
        return None
    return greeting.reply


def version_words(handshake: Handshake | None) -> str:
    """The TLS version as people write it: TLS 1.3."""
    return handshake.version.replace("v", " ") if handshake and handshake.version else "TLS"


def fixes_by_mode(run: Run, mode: TLSMode) -> tuple[Fix, ...]:
    """This mode on the same port, and what else worked; what was tried in full stands first."""
    ways = [use_way(run, way) for way in run.working_ways]
    own = sum(way.host == run.settings.host for way in run.working_ways)
    title = f"use {MODE_WORDS[mode]} on port {run.settings.port}"
    probe = same_port_probe(run, mode)
    if probe is None:
        return (*ways[:own], change_settings(run, title, tls=mode), *ways[own:])
    if not probe.works and probe.speaks_tls_mode:
        tried = (
            f"{MODE_WORDS[mode]} and {version_words(probe.handshake)} work, but the certificate "
            "was not accepted; login not tried"
        )
        return (*ways, change_settings(run, title, tls=mode, tried=tried))
    return tuple(ways) or (change_settings(run, title, tls=mode),)
