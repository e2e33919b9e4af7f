"""The one package that opens sockets. Everything above it sees only the `Network` protocol.

`seam` has that protocol and its results, which tests replace; `sockets` the machine's own network,
which asks `resolver` one question to one name server, `system_files` what this machine's files say
about names, and `hops` for the way to a port. `trust` has the certificates that it trusts, and
`descriptors` how many sockets there may be. Nothing in here knows why anything is asked for.
"""

from smtpdoctor.network.seam import (
    AnswerResult,
    ConnectResult,
    LookupResult,
    Network,
    Received,
    ResolverSettings,
    Stream,
    TraceResult,
)
from smtpdoctor.network.sockets import READ_SIZE, SystemNetwork

__all__ = [
    "READ_SIZE",
    "AnswerResult",
    "ConnectResult",
    "LookupResult",
    "Network",
    "Received",
    "ResolverSettings",
    "Stream",
    "SystemNetwork",
    "TraceResult",
]
