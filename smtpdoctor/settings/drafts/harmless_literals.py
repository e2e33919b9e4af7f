"""Which literals of a set-up's lines may be shown, and which may be the secret itself.

Must not know how reports word them (docs/decisions/0013).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.drafts.fields import KINDS, SECRETS
from smtpdoctor.settings.model import Field
from smtpdoctor.settings.readers.harmless import is_setting_name
from smtpdoctor.settings.readers.model import Known, Unknown, Value
from smtpdoctor.settings.workspace import Workspace

#: What a variable may decide between, and is no secret then where it has a mode's form.
DECIDED: tuple[Field, ...] = ("tls", "port")
ADDRESS_ALONE = re.compile(r"(?:smtps?|submissions?)://[\w.-]{1,200}(?::\d{1,5})?/?")


def find_harmless(
    draft: Draft, outcome: Outcome, workspace: Workspace, secrets: Iterable[str]
) -> None:
    """Tell the workspace which literals of the set-up's lines may be shown: the values of fields
    that are no secret, where they have the form of their field. (docs/decisions/0013)"""
    fields = _fields_of(draft, outcome)
    for name, option in draft.options.items():
        kind = KINDS.get(fields.get(name, "password"))
        for value in (option.value, *option.hides):
            if fields.get(name) == "url" and _is_without_login(value):
                kind = "host"
            if fields.get(name) in SECRETS:
                unsaid(value, workspace)
            if kind is not None and isinstance(value, Known) and not value.absent:
                held = [each for each in value.variables if draft.variables.held(each)]
                workspace.finds_value(kind, value, secrets, names=held)
    for value in _deciding(draft, fields):
        workspace.finds_value("tls", value, secrets)


def _fields_of(draft: Draft, outcome: Outcome) -> dict[str, Field]:
    """What each option of the set-up decides."""
    fields: dict[str, Field] = {
        **{name: "tls" for each in draft.dialect.modes.values() for way in each for name in way},
        **{name: field for field, names in outcome.by.items() for name in names},
        **draft.dialect.fields,
    }
    for each in (*(each.option for each in (outcome.not_sent,) if each), *chain(*draft.sends)):
        fields.setdefault(each, "tls")
    return fields


def _deciding(draft: Draft, fields: Mapping[str, Field]) -> Iterator[Known]:
    """The texts of the variables that decide which of several values options have: they name
    modes."""
    names = [
        name
        for option in draft.options.values()
        if fields.get(option.name) in DECIDED
        for name in option.through
    ]
    for held in (each for name in dict.fromkeys(names) for each in draft.variables.held(name)):
        if isinstance(held.value, Known):
            yield held.value


def _is_without_login(value: Value) -> bool:
    """Whether a URL is a scheme of SMTP's and an address alone."""
    return isinstance(value, Known) and ADDRESS_ALONE.fullmatch(str(value.value)) is not None


def unsaid(value: Value, workspace: Workspace) -> frozenset[str]:
    """What may be the secret itself in the place of one that can't be told; it is hidden there."""
    if isinstance(value, Known) and not value.absent:
        return frozenset()
    found = workspace.may_be_secret(value.span) if value.span is not None else frozenset()
    for each in value.alternatives if isinstance(value, Unknown) else ():
        found |= unsaid(each, workspace)
    name = value.name if isinstance(value, Unknown) and value.reason != "parameter" else ""
    return found if not name or is_setting_name(name) else found | {name}
