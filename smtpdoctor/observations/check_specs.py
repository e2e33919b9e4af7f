"""The checks, each once: the one table of their names, needs and words.

Knows no check's work. Its order is the path's, from the settings to the sender. How a check's
result is summed up needs more than is known here: `report.summary.SUMMARIES` has it, row by row.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

CheckName = Literal["settings", "dns", "reach", "tls", "auth", "sender"]
CHECKS: tuple[CheckName, ...] = get_args(CheckName)


class CheckSpec(NamedTuple):
    """One check. A tuple and no class of msgspec's: `--help` needs it and loads nothing else.

    needs: the checks without which it is not run. before: the check whose failure leaves it
    nothing to do. next_wait: what is said to be waited for once it has seen something. missing:
    what the report says where it has seen nothing. untested: what a verdict names where it was left
    out, "" where a verdict without it needs no word.
    """

    name: CheckName
    needs: tuple[CheckName, ...]
    before: CheckName
    next_wait: str
    missing: str
    untested: str = ""


CHECK_SPECS: dict[CheckName, CheckSpec] = {
    spec.name: spec
    for spec in (
        CheckSpec(
            name="settings",
            needs=(),
            before="settings",
            next_wait="looking up the host",
            missing="nothing is set",
        ),
        CheckSpec(
            name="dns",
            needs=("settings",),
            before="settings",
            next_wait="connecting",
            missing="skipped: no host to look up",
        ),
        CheckSpec(
            name="reach",
            needs=("settings",),  # DNS can be done without: literals and --connect-to need none
            before="dns",
            next_wait="waiting for the server's greeting",
            missing="skipped: no address yet",
        ),
        CheckSpec(
            name="tls",
            needs=("settings", "reach"),
            before="reach",
            next_wait="talking to the server",
            missing="skipped: no connection yet",
        ),
        CheckSpec(
            name="auth",
            needs=("settings", "reach", "tls"),
            before="tls",
            next_wait="waiting for the answer to the login",
            missing="skipped: no TLS yet",
            untested="login",
        ),
        CheckSpec(
            name="sender",
            needs=("settings", "reach", "tls", "auth"),
            before="auth",
            next_wait="taking leave",
            missing="skipped: no login yet",
            untested="sender",
        ),
    )
}
