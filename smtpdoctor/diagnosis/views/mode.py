"""Which TLS mode the configured port speaks, by the probe that tried the other one. Names no
cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from smtpdoctor.observations import Exchange, OptionRead, SettingRead
from smtpdoctor.settings.model import Field, Setting, TLSMode
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.words import MODE_WORDS

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.model import Fix
    from smtpdoctor.diagnosis.run import Run
    from smtpdoctor.diagnosis.views.session import SessionView


#: How the wait for a greeting ends where the server waits for TLS.
NO_GREETING = ("silence", "closed", "reset", "tls")


#: What a port is for where nothing else is known: RFC 8314 §3.3 and §7.3, RFC 6409 §3.1.
REGISTERED: Mapping[int, TLSMode] = {465: "implicit", 587: "starttls"}
#: The port by which servers hand mail to each other.
RELAY = 25
IN_CLEAR = "on port 25 every session begins in clear, and goes on to TLS by STARTTLS (RFC 3207)"


class KnownMode(NamedTuple):
    """The mode that a port is known to have, and who says so."""

    mode: TLSMode
    words: str
    by_provider: bool


class ModeView:
    """The configured TLS mode beside what the port was seen to speak."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def fields(self) -> tuple[Field, ...]:
        """The setting whose line decided the TLS mode: its own, else the port that it follows."""
        fields: tuple[Field, ...] = ("tls", "port")
        return tuple(field for field in fields if self._run.entry(field))[:1]

    def lines(self, fixes: Sequence[Fix]) -> tuple[Field, ...]:
        """The settings that make a wrong pair of mode and port together: both, where the user
        wrote both into files; the one that the first fix changes stands first."""
        pair: tuple[Field, ...] = ("tls", "port")
        entries = {field: entry for field in pair if (entry := self._run.entry(field))}
        written = {field for field, entry in entries.items() if entry.origin.kind == "file"}
        places = {(e.origin.file, e.origin.line, e.origin.columns) for e in entries.values()}
        if len(written) < 2 or len(places) < 2:
            return self.fields
        changed = [field for field in pair if fixes and _changes(fixes[0], entries[field])]
        return tuple(dict.fromkeys((*changed, *pair)))

    @property
    def decided_by(self) -> SettingRead | None:
        """The setting that says the mode. Where a program's own code says none, its port: what
        the program does there by itself is known; None where nobody said anything."""
        said = self._run.setting("tls")
        if said is not None or self._run.settings.setup is None:
            return said
        return self._run.setting("port")

    @property
    def known_otherwise(self) -> KnownMode | None:
        """What the port is known to speak, where that is another mode than the settings', and no
        server could show it."""
        settings = self._run.settings
        if self.decided_by is None or settings.port is None or not self._run.server_unasked:
            return None
        if not settings.tells_mode:
            return None
        if any(item.ok is False for item in self._run.observations.of(OptionRead)):
            return None  # the program stops before it comes to a mode
        known = self._known(settings.port)
        if known is None and settings.port == RELAY:
            known = KnownMode("starttls", IN_CLEAR, by_provider=False)
        clear = {"starttls", "none"}  # without TLS a port for STARTTLS is spoken to as it awaits
        if known is None or known.mode == settings.tls or {known.mode, settings.tls} <= clear:
            return None
        return known

    @property
    def of_port(self) -> TLSMode | None:
        """The mode that the port of the settings is known to have."""
        port = self._run.settings.port
        known = self._known(port) if port is not None else None
        return known.mode if known is not None else None

    @property
    def port_as_set(self) -> int | None:
        """The port that is known to speak the mode that the settings have."""
        provider, wanted = self._run.provider, self._run.settings.tls
        ports = provider.ports if provider is not None else ()
        known = [entry.port for entry in ports if entry.verified and entry.tls == wanted]
        named = [port for port, mode in REGISTERED.items() if mode == wanted]
        return next(iter(known or named), None)

    def _known(self, port: int) -> KnownMode | None:
        provider = self._run.provider
        for entry in provider.ports if provider is not None else ():
            if entry.port == port and entry.verified and provider is not None:
                words = f"{provider.name} has {MODE_WORDS[entry.tls]} on port {port}"
                return KnownMode(entry.tls, words, by_provider=True)
        mode = REGISTERED.get(port)
        if mode is None:
            return None
        return KnownMode(
            mode, f"port {port} is for {MODE_WORDS[mode]} (RFC 8314)", by_provider=False
        )

    @property
    def silent_greeting(self) -> Exchange | None:
        """The greeting that never came in plain text, because this port waits for TLS."""
        main = self._run.main
        if main is None or main.session.tls == "implicit":
            return None
        greeting = main.greeting
        if greeting is None or greeting.ok is not False or greeting.outcome not in NO_GREETING:
            return None
        probe = self.probe("implicit")
        if probe is None or not probe.speaks_tls_mode:
            return greeting if greeting.outcome == "tls" else None
        return None if _speaks_something_else(probe) else greeting

    @property
    def fault(self) -> tuple[str, ...]:
        """The observations that failed because of the configured mode: none where it is right."""
        handshake = self._run.handshake.failed_as("implicit-tls-on-starttls-port")
        failed = handshake or self.silent_greeting
        if failed is not None:
            return (failed.id,)
        refused = self._run.refused_as("tls-required")
        return refused.failed if refused is not None and self._run.settings.tls == "none" else ()

    @property
    def foretold(self) -> tuple[str, ...]:
        """The settings that are known to fail because of their mode; none where it is right, or
        where the server itself was asked."""
        said = self.decided_by if self.known_otherwise is not None else None
        return (said.id,) if said is not None else ()

    def probe(self, mode: TLSMode) -> SessionView | None:
        """The probe that tried the configured port in this other mode: the last one, since an
        earlier one may have made room for others."""
        tried = reversed(self._run.probes("other-mode"))
        return next((view for view in tried if view.session.tls == mode), None)

    @property
    def plain_greeting(self) -> Reply | None:
        """The SMTP greeting that this port gave to a client that waited, where implicit TLS is
        set."""
        probe = self.probe("starttls")
        greeting = probe.greeting if probe else None
        if greeting is None or greeting.protocol != "smtp":
            return None
        return greeting.reply


def _changes(fix: Fix, entry: Setting) -> bool:
    """Whether the fix changes the line of that setting."""
    origin = entry.origin
    return origin.name in fix.settings or any(
        (edit.file, edit.line) == (origin.file, origin.line) for edit in fix.edits
    )


def _speaks_something_else(probe: SessionView) -> bool:
    """Whether inside TLS the port is no mail server (443, 993). An unverified certificate ends the
    session before its greeting; then it isn't known."""
    if probe.certificate is not None and not probe.certificate.verified:
        return False
    greeting = probe.greeting
    return greeting is None or greeting.outcome != "reply" or greeting.protocol != "smtp"
