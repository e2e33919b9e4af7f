"""Which TLS mode the configured port speaks, by the probe that tried the other one. Names no
cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.smtp.replies import Reply

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run
    from smtpdoctor.diagnosis.views.session import SessionView


class ModeView:
    """The configured TLS mode beside what the port was seen to speak."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def fields(self) -> tuple[Field, ...]:
        """The setting whose line decided the TLS mode: its own, else the port that it follows."""
        fields: tuple[Field, ...] = ("tls", "port")
        return tuple(field for field in fields if self._run.entry(field))[:1]

    def probe(self, mode: TLSMode) -> SessionView | None:
        """The probe that tried the configured port in this other mode."""
        return next(
            (view for view in self._run.probes("other-mode") if view.session.tls == mode), None
        )

    @property
    def plain_greeting(self) -> Reply | None:
        """The SMTP greeting that this port gave to a client that waited, where implicit TLS is
        set."""
        probe = self.probe("starttls")
        greeting = probe.greeting if probe else None
        if greeting is None or greeting.protocol != "smtp":
            return None
        return greeting.reply
