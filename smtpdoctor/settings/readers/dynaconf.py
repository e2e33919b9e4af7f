"""dynaconf's settings: its files by their sections, and the variables that stand over them.

Knows dynaconf 3 (loaders/base.py, utils/parse_conf.py; 3.3.5 was run): keys in any letter case,
`[default]` beneath the environment's section, `PREFIX_SMTP__HOST`. It must not know what a setting
means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Special, Value

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import Evaluation

FILES = ("settings.toml", "settings.yaml", "settings.yml", "settings.json",
         ".secrets.toml", ".secrets.yaml", ".secrets.yml", ".secrets.json")  # fmt: skip
CAST = re.compile(r"@(int|float|bool|str)\s+(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """What was loaded, the prefix of variables, and where in it this is."""

    loaded: Value
    prefix: str
    reads_variables: bool = True
    path: tuple[str, ...] = ()


def loaded(roots: Iterable[Value], section: str) -> Value:
    """The files' keys as one map, the later file over the earlier; of a file with sections the
    default's beneath the environment's."""
    found: Value = Known(Map())
    for root in roots:
        parts = (
            [_of(root, "default"), _of(root, section), _of(root, "global")] if section else [root]
        )
        for part in parts:
            found = _over(found, part)
    return found


def _of(value: Value, key: str) -> Value:
    """A key in any letter case."""
    inner = value.value if isinstance(value, Known) else None
    if not isinstance(inner, Map):
        return value if not isinstance(value, Known) else Known(ABSENT)
    found = [each.value for each in inner.entries if str(each.key).lower() == key.lower()]
    return found[-1] if found else Known(ABSENT)


def _over(below: Value, above: Value) -> Value:
    """A map over another: what it has counts, maps that ask for it are merged."""
    if not isinstance(above, Known) or not isinstance(above.value, Map):
        return below if above.absent else above
    own = below.value.entries if isinstance(below, Known) and isinstance(below.value, Map) else []
    entries = list(own)
    for each in above.value.entries:
        value, old = each.value, _of(below, str(each.key))
        merges = _of(value, "dynaconf_merge")
        if isinstance(merges, Known) and merges.value is True:
            value = _over(old, value)
        entries.append(Entry(each.key, value, each.span))
    return Known(Map(entries), above.span)


def member(settings: Settings, name: str, ask: Evaluation) -> Value:
    """A key: its variable, else what the files have; a map of them is one of settings again."""
    for part in name.split(".")[:-1]:
        settings = replace(settings, loaded=_of(settings.loaded, part), path=(*settings.path, part))
    name = name.rpartition(".")[2]
    path = (*settings.path, name)
    own = _of(settings.loaded, name)
    if settings.reads_variables:
        before = f"{settings.prefix}_" if settings.prefix else ""
        variable = Known(f"{before}{'__'.join(path)}".upper())
        found = ask.variable(variable)
        if not isinstance(found, Known) or found.value is not None:
            return replace(found, value=_parsed(found.value)) if isinstance(found, Known) else found
        if own.absent:
            return Known(ABSENT, ask.span, found.trail)
    if isinstance(own, Known) and isinstance(own.value, Map):
        inner = replace(settings, loaded=own, path=path)
        return Known(Special("dynaconf", inner), ask.span)
    return ask.read(own, name)


def _parsed(text: Any) -> Any:
    """A variable's text as TOML has it, and as it is where it is none (parse_conf_data)."""
    if not isinstance(text, str):
        return text
    cast = CAST.fullmatch(text)
    kind, said = (cast[1], cast[2]) if cast else ("", text)
    if kind == "str":
        return said
    if re.fullmatch(r"[+-]?\d{1,18}", said) and kind in ("", "int"):
        return int(said)
    if said.lower() in ("true", "false") and kind in ("", "bool"):
        return said.lower() == "true"
    quoted = re.fullmatch(r"([\"'])(.*)\1", said, re.DOTALL)
    return quoted[2] if quoted else said
