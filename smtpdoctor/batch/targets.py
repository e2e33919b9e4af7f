"""From what was given for one target to the run to make.

Knows the names that a target's values are given under, in Python and in the columns of a file. A
target has what is said of it and nothing else: no `.env`, no environment, no other target's login.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

import msgspec

from smtpdoctor.api import sender_plan
from smtpdoctor.arguments import texts_of, without_values
from smtpdoctor.batch.model import Target
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.plan import Plan
from smtpdoctor.plans import make_plan
from smtpdoctor.settings.masking import Masking
from smtpdoctor.settings.reading import Given, UsageError

#: What may be said of one target: `secure` as in SMTP_SECURE, the rest as the options of `check`.
VALUES = ("target", "host", "port", "tls", "secure", "user", "password", "sender", "to", "ehlo",
          "size", "client")  # fmt: skip


def target_of(position: int, given: str | Mapping[str, object], common: CheckOptions) -> Target:
    """The target that was given as a host, `host:port` or URL, or as its values by name.

    `common` are the options of all targets. Never raises on what a target holds.
    """
    values = {"target": given} if isinstance(given, str) else dict(given)
    unknown = [name for name in values if name not in VALUES]
    if unknown:
        said = without_values(f"“{unknown[0]}” is none of {', '.join(VALUES)}", unknown)
        return Target(position=position, error=said)
    values = {name: value for name, value in values.items() if value not in (None, "")}
    try:
        plan = _plan(values, common)
    except UsageError as error:
        # nobody typed an option here
        words = re.sub(r"(^|[ (])--(?=[a-z])", r"\1", str(error))
        said = without_values(words, texts_of(values.values()))
        return Target(position=position, name=_name(values), error=said)
    return Target(position=position, name=_name(values, plan), plan=plan)


def _plan(values: Mapping[str, object], common: CheckOptions) -> Plan:
    for name, value in values.items():
        number = isinstance(value, int) and name in ("port", "size", "secure")
        if not isinstance(value, str) and not number:
            raise UsageError(f"{name}: is no text")
    if not {"target", "host"} & values.keys():
        raise UsageError("no host: give it as host or as target")
    environ = {}
    if "secure" in values:  # read as a program reads SMTP_SECURE, what is odd in it told likewise
        secure = values["secure"]
        environ["SMTP_SECURE"] = str(secure).lower() if isinstance(secure, bool) else str(secure)
    if values.get("tls") not in (None, "implicit", "starttls", "none"):
        raise UsageError("tls: is none of implicit, starttls, none")
    given = {name: value for name, value in values.items() if name != "secure"}
    return make_plan(msgspec.structs.replace(common, **given, environ=environ, folder=os.devnull))


def _name(values: Mapping[str, object], plan: Plan | None = None) -> str:
    """The target as results name it, without what may be secret."""
    masking = Masking([str(values.get("password", ""))])
    if "target" in values:
        text = str(values["target"])
        url = masking.url(text)
        return masking.value("url" if url.mode is not None else "host", text)
    host = masking.value("host", str(values.get("host", "")))
    return host if plan is None else f"{host}:{plan.port}"


def sender_of(
    position: int,
    given: str | Mapping[str, object],
    *,
    through: str | None = None,
    nameservers: Sequence[str] = (),
) -> Target:
    """The sender that was given as an address, or as `address` and who sends for it, `through`.
    Never raises on what it holds."""
    values = {"address": given} if isinstance(given, str) else dict(given)
    address, relay = values.get("address"), values.get("through") or through
    if not isinstance(address, str) or not (relay is None or isinstance(relay, str)):
        return Target(position=position, error="no address")
    name = Masking(()).value("sender", address)
    try:
        plan = sender_plan(address, through=relay, nameservers=nameservers)
    except UsageError as error:
        said = without_values(str(error), texts_of((address, relay)))
        return Target(position=position, name=name, error=said)
    return Target(position=position, name=name, plan=plan)


def common_options(**options: object) -> CheckOptions:
    """The options of all targets, made sure of. Raises UsageError."""
    settings = set(Given.__struct_fields__) - {"client"}
    if said := settings & options.keys():
        raise UsageError(f"{min(said)}: is said for each target by itself")
    common = CheckOptions(**options)  # type: ignore[arg-type]
    make_plan(msgspec.structs.replace(common, host="localhost", environ={}, folder=os.devnull))
    return common
