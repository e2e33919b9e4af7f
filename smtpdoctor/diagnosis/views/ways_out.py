"""What may block the configured port on its way out of this platform: `run.ways_out`.

The platform is one that this machine's marks name; what it blocks is the knowledge base's. Both
explain a failure that was seen and accuse nobody: nothing here looks at how a port answered, and
nothing is asked before one has failed.
"""

from __future__ import annotations

from functools import cached_property

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.knowledge.platforms import Platform, platform
from smtpdoctor.observations import PlatformSeen


class WaysOut:
    """The platforms that a run was made on, and what is known of one port there."""

    def __init__(self, run: Run, port: int) -> None:
        self.run = run
        self.port = port

    @cached_property
    def seen(self) -> list[tuple[PlatformSeen, Platform]]:
        """The platforms, the most specific first, each with what is known of it."""
        found = ((item, platform(item.platform)) for item in self.run.observations.of(PlatformSeen))
        return [(item, known) for item, known in found if known is not None]

    @cached_property
    def blocking(self) -> Platform | None:
        """A platform that is known, with verified words, to block the port for all or some."""
        return next(
            (known for _, known in self.seen if known.blocks(self.port) in ("all", "some")), None
        )

    @property
    def blocked_for_all(self) -> bool:
        return self.blocking is not None and self.blocking.blocks(self.port) == "all"
