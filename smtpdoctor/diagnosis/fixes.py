"""Fixes that more than one rule prints: another way to the server, a changed setting.

The user's own names come from `settings.change`; what was tried comes from the run.
"""

from __future__ import annotations

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.model import Fix, Snippet
from smtpdoctor.diagnosis.run import Run, Way
from smtpdoctor.settings.change import change
from smtpdoctor.settings.model import TLSMode

MODE_WORDS: dict[TLSMode, str] = {
    "implicit": "implicit TLS",
    "starttls": "STARTTLS",
    "none": "no TLS",
}


def change_settings(
    run: Run,
    title: str,
    *,
    host: str | None = None,
    port: int | None = None,
    tls: TLSMode | None = None,
    sender: str | None = None,
    username: str | None = None,
    tried: str = "",
    steps: tuple[str, ...] = (),
) -> Fix:
    """A fix that sets these values in the names that the user's own settings use."""
    made = change(run.settings, host=host, port=port, tls=tls, sender=sender, username=username)
    snippets: tuple[Snippet, ...] = ()
    if host is not None or port is not None or tls is not None:
        snippets = client_snippets(
            run,
            host or run.settings.host or "",
            port or run.settings.port or 0,
            tls or run.settings.tls,
        )
    return Fix(
        title=title,
        settings=made.settings,
        edits=made.edits,
        tried=tried,
        steps=(*made.steps, *steps),
        snippets=snippets,
    )


def use_way(run: Run, way: Way, title: str = "") -> Fix:
    """Go another way that the doctor has just tried with success."""
    same_host = way.host == run.settings.host
    words = MODE_WORDS[way.tls]
    if not title:
        if way.port == run.settings.port and same_host:
            title = f"use {words} on port {way.port}"
        else:
            where = f"port {way.port}" if same_host else f"{way.host}, port {way.port}"
            title = f"use {where} with {words}"
    return change_settings(
        run,
        title,
        host=None if same_host else way.host,
        port=None if way.port == run.settings.port else way.port,
        tls=None if way.tls == run.settings.tls else way.tls,
        tried=way.tried,
    )


def working_ways(run: Run) -> list[Fix]:
    """Every other way that worked, the configured host's own ways first."""
    return [use_way(run, way) for way in run.working_ways]


def client_snippets(run: Run, host: str, port: int, tls: TLSMode) -> tuple[Snippet, ...]:
    """The setting in code: for the named client, else for the two most asked about."""
    clients = knowledge.clients()
    wanted = (run.settings.client,) if run.settings.client else ("nodemailer", "smtplib")
    return tuple(
        Snippet(
            for_=name,
            language=clients[name].language,
            text=clients[name].tls_snippets[tls].format(host=host, port=port),
        )
        for name in wanted
        if name in clients and tls in clients[name].tls_snippets
    )
