"""Fixes that more than one rule prints: another way to the server, a changed setting.

The user's own names come from `settings.change`; what was tried comes from the run. Whatever a rule
asks for, no fix made here sends a login to a host that only the network named, or takes TLS away
from one that leaves this machine or network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import named, version_words
from smtpdoctor.diagnosis.model import Fix, Snippet
from smtpdoctor.diagnosis.run import Run, Way
from smtpdoctor.diagnosis.views.sender import login_address
from smtpdoctor.knowledge.spelling import bare
from smtpdoctor.settings.change import change
from smtpdoctor.settings.model import FALSE, Field, TLSMode
from smtpdoctor.settings.names import BY_NAME
from smtpdoctor.words import MODE_WORDS


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
    """A fix that sets these values in the names that the user's own settings use.

    A host that only the network named becomes a step with a warning. Raises ValueError where
    `Run.may_do_without_tls` forbids to take TLS away: rules ask it first.
    """
    if tls == "none" and run.settings.tls != "none" and not run.may_do_without_tls:
        raise ValueError("no fix takes TLS away from this login")
    if host is not None and not is_vouched_for(run, host):
        return Fix(title=title, tried=tried, steps=(*_by_hand(run, host, port, tls), *steps))
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
        steps=(*made.steps, *steps, *_taken_for_true(run, made.settings)),
        snippets=snippets,
    )


def _taken_for_true(run: Run, settings: Mapping[str, str | None]) -> tuple[str, ...]:
    """A word for "no" is a text like any other where nobody knows how the program tests it."""
    setup = run.settings.setup
    if run.settings.client is not None or (setup is not None and setup.dialect != "env"):
        return ()
    return tuple(
        f'Where a program only tests for a text, "{value}" is true: leave it empty.'
        for name, value in settings.items()
        if value and value.lower() in FALSE and name in BY_NAME and BY_NAME[name].kind == "secure"
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
    """Every other way that worked, the configured host's own ways first; of those the first that
    is a change of the user's own files, where some can't be written as one."""
    own = sum(way.host == run.settings.host for way in run.working_ways)
    ways = [use_way(run, way) for way in run.working_ways]
    return [*changes_first(ways[:own]), *ways[own:]]


def changes_first(fixes: Iterable[Fix]) -> list[Fix]:
    """Those that are a change of the user's own files before those that are done by hand."""
    return sorted(fixes, key=lambda fix: not (fix.settings or fix.edits))


def is_vouched_for(run: Run, host: str) -> bool:
    """Whether a fix may send the login to this host: the user named it, or the knowledge base.

    A name from an alias, a certificate or a greeting is whatever the network likes. Of the
    knowledge base only listed hosts count, not forms of names, under which anybody can have a
    server, and none of another provider than the user's own settings point at.
    """
    name = bare(host)
    written = re.compile(rf"(?<![\w.-]){re.escape(name)}\.?(?![\w.-])", re.IGNORECASE)
    entries = (run.entry("host"), run.entry("url"))
    if name == bare(run.settings.host or "") or any(
        entry is not None and written.search(entry.text) for entry in entries
    ):
        return True
    provider = knowledge.provider_of(name)
    if provider is None or all(known.host != name for known in provider.hosts):
        return False
    own = _provider_of_settings(run)
    return own is None or own.id == provider.id


def _provider_of_settings(run: Run) -> knowledge.Provider | None:
    """The provider that the user's own text points at: by the host, also a misspelt one or one
    for another service, else by the mailbox."""
    host = run.settings.host or ""
    found = knowledge.provider_of(host)
    if found is not None:
        return found
    mailboxes = (run.settings.username, run.settings.sender)
    domains = [text.rpartition("@")[2] for text in mailboxes if text and "@" in text]
    near = (
        knowledge.submission_host_for(host),
        knowledge.nearest_host(host),
        *map(knowledge.submission_host_for, domains),
    )
    return next((known[1] for known in near if known is not None), None)


def _by_hand(run: Run, host: str, port: int | None, tls: TLSMode | None) -> tuple[str, ...]:
    """How to set a host that only the network named, once somebody has vouched for it."""
    values = [f"{host} into {named(run, 'host')}"]
    if port is not None:
        values.append(f"{port} into {named(run, 'port')}")
    mode = f", with {MODE_WORDS[tls]}" if tls is not None else ""
    return (
        f"Ask who runs the server whether {host} is its name. The network gave that name, not your "
        "settings, and whoever has it gets your login.",
        f"If it is, write {' and '.join(values)}{mode}.",
    )


def fixes_by_mode(run: Run, mode: TLSMode) -> tuple[Fix, ...]:
    """This mode on the same port, and what else worked; what was tried in full stands first."""
    ways = working_ways(run)
    own = sum(way.host == run.settings.host for way in run.working_ways)
    title = f"use {MODE_WORDS[mode]} on port {run.settings.port}"
    probe = run.mode.probe(mode)
    if probe is None:
        return (*ways[:own], change_settings(run, title, tls=mode), *ways[own:])
    if not probe.works and probe.speaks_tls_mode:
        tried = (
            f"{MODE_WORDS[mode]} and {version_words(probe.handshake)} work, but the certificate "
            "was not accepted; login not tried"
        )
        return (*ways, change_settings(run, title, tls=mode, tried=tried))
    return tuple(ways) or (change_settings(run, title, tls=mode),)


def ways_without_starttls(run: Run, *, ask: Fix) -> tuple[Fix, ...]:
    """What to do about a server without STARTTLS: ways with TLS that worked; beside them no TLS
    where the user's own words say that the server is near, else `ask`."""
    if not run.may_do_without_tls:
        return (*working_ways(run), ask)
    login = run.settings.has_credentials
    neither = login and run.offer.lacks_login
    told = run.offer.in_clear is not None
    if login and told and not neither and not run.offer.takes_login_in_clear:
        # Exchange with NTLM alone: without TLS the login would be the next to fail
        return (*working_ways(run), ask)
    plain = change_settings(
        run,
        f"use no TLS and no login on port {run.settings.port}: this server has neither"
        if neither
        else f"use no TLS on port {run.settings.port}: this server has none",
        tls="none",
        tried="plain SMTP works" if neither else "plain SMTP works; login not tried",
    )
    if neither and plain.settings:
        plain = replace(plain, settings={**plain.settings, **without_login(run)})
    return (*working_ways(run), plain)


def without_login(run: Run) -> dict[str, str | None]:
    """The user's own variables for the login, to be removed."""
    fields: tuple[Field, ...] = ("username", "password", "token")
    entries = [entry for entry in map(run.entry, fields) if entry is not None]
    return {
        entry.origin.name: None
        for entry in entries
        if entry.part_of is None and entry.origin.kind in ("file", "environment", "stdin")
    }


def way_tried(run: Run) -> str:
    """What exactly of the configured way was tried and works, for `Fix.tried`."""
    main = run.main
    if main is None or not main.works:
        return ""
    session = main.session
    version = main.handshake.version.replace("v", " ") if main.handshake else ""
    login = main.step("auth")
    words = f"{MODE_WORDS[session.tls]}{f' and {version}' if version else ''} work"
    if login is None:
        return f"{words}; login not tried"
    return f"{words}; the login {'works' if login.ok else 'was refused'}"


def send_from_login(run: Run) -> tuple[Fix, ...]:
    """Send from the login's own address; nothing where it is none, or is the sender already."""
    sender, login = run.settings.sender, login_address(run.settings)
    if login is None or (sender is not None and sender.lower() == login.lower()):
        return ()
    steps = (f"Put {sender} into Reply-To: answers then go there.",) if sender else ()
    return (
        change_settings(
            run, f"send from {login}, the address that logs in", sender=login, steps=steps
        ),
    )


def client_snippets(run: Run, host: str, port: int, tls: TLSMode) -> tuple[Snippet, ...]:
    """The setting in code: for the set-up's program and the named client, else for the two most
    asked about."""
    known = knowledge.snippets()
    setup, client = run.settings.setup, run.settings.client
    dialect = setup.dialect if setup is not None else None
    own = [name for name in (dialect, client) if name is not None and name in known]
    wanted = own[:1] if own or client else ["nodemailer", "smtplib"]
    return tuple(
        Snippet(
            for_=name,
            language=known[name].language,
            text=known[name].tls_snippets[tls].format(host=host, port=port),
        )
        for name in wanted
        if tls in known[name].tls_snippets
    )
