"""Options and URLs with what releases of Nodemailer made of them, and the model's answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from smtpdoctor.settings.dialects.base import Outcome
from smtpdoctor.settings.dialects.nodemailer_options import outcome, transport_options
from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.readers.javascript_library import wrapped
from smtpdoctor.settings.readers.model import ABSENT, Known
from smtpdoctor.settings.workspace import Workspace

#: npm releases: 6.10.1, 7.0.13, 8.0.11, 9.1.1 and 10.6.0, each by its major version.
MAJORS = (6, 7, 8, 9, 10)
RECORDED = json.loads((Path(__file__).parent / "nodemailer_outcomes.json").read_text())
GIVEN = [row["given"] for row in RECORDED]


def recorded(row: dict[str, Any], major: int) -> dict[str, Any]:
    """The outcome of the newest release up to that one where it changed."""
    changed = max(int(number) for number in row["outcomes"] if int(number) <= major)
    found: dict[str, Any] = row["outcomes"][str(changed)]
    return found


def model(given: Any, major: int) -> dict[str, Any]:
    """What the model says, in the words of the real programs' outcomes."""
    workspace = Workspace(Folder(Path("/no-such-folder")), {})
    argument = Known(wrapped(given))
    options = transport_options(argument, lambda _: argument, workspace, str(major))
    values = {
        name: option.value.value
        for name, option in options.items()
        if isinstance(option.value, Known) and option.value.value is not ABSENT
    }
    return worded(outcome(values))


def worded(found: Outcome) -> dict[str, Any]:
    if found.fault is not None:
        return {"error": found.fault.because}
    if found.not_sent is not None:
        return {"transport": found.not_sent.option}
    return {
        "host": found.host,
        "port": found.port or (465 if found.tls == "implicit" else 587),
        "tls": found.tls,
        "required": found.required,
        "username": found.username,
        "password": found.password,
        "token": found.token,
        "verify": found.verify,
    }


#: How the transports of the real programs call themselves, by the option that makes them.
TRANSPORTS = {"sendmail": "Sendmail", "streamTransport": "StreamTransport"}
TRANSPORTS["jsonTransport"] = "JSONTransport"


def agree(real: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Whether the model says what the program does: of what it throws, that it is said."""
    if "error" in real:
        said = real.get("error", "").partition(" on string")[0]
        return said != "" and said in answer.get("error", "")
    port = real.get("port", 0)
    if not isinstance(port, int) or not 0 <= port < 65536:  # Node refuses it when it connects
        return "RangeError" in answer.get("error", "")
    if "transport" in real:
        return TRANSPORTS.get(answer.get("transport", "")) == real["transport"]
    # an empty user or password is none
    empty = {"username": real["username"] or None, "password": real["password"] or None}
    return answer in ({**real, **empty}, real)
