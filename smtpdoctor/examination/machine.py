"""Records where the run goes from: this machine, and the platform that it is part of.

Knows when the marks are worth a look and what of them is recorded. Must not know how they are
found (`surroundings`).
"""

from __future__ import annotations

import ssl

from smtpdoctor.examination.state import RunState
from smtpdoctor.network.trust import system_store, trust_store_size
from smtpdoctor.observations import PlatformSeen
from smtpdoctor.surroundings.place import look_around

#: Metadata services are next to the machine, or nowhere.
METADATA = 1.0


def record_place(state: RunState, context: ssl.SSLContext | None) -> None:
    """This machine by its local marks; `context` has the CA certificates, where they were read."""
    size: int | None = None
    path = state.plan.cafile or ""
    if context is not None:
        size = trust_store_size(context)
        path = path or system_store()
    place = look_around(state.environ, trust_store=size, trust_store_path=path)
    state.recorder.trail("settings").record(place)


async def record_platform(state: RunState) -> None:
    """The platform: what it is known to block may explain a port that does not answer."""
    marks = await state.shared.marks(state.environ)
    told: set[str] = set()
    if state.plan.ask_metadata:
        known = {mark.id for mark in marks if mark.verified}
        answers = await state.shared.metadata(state.network, state.deadline.cap(METADATA))
        asked = tuple(mark for mark in answers if mark.id not in known)
        told = {mark.id for mark in asked}
        marks = (*(mark for mark in marks if mark.id not in told), *asked)
    for mark in marks:
        state.recorder.trail("reach", role="probe").record(
            PlatformSeen(
                platform=mark.id,
                name=mark.name,
                marks=mark.words,
                verified=mark.verified,
                asked_metadata=mark.id in told,
            )
        )
