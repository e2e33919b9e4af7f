"""Postfix as a relay's client: main.cf with the table of passwords beside it.

Knows the form of main.cf (postconf(5)) and of the table; `postfix.toml` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.host_files import matched, within
from smtpdoctor.settings.dialects.table import Table, is_image, is_told, read_table
from smtpdoctor.settings.dialects.texts import content
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.readers.model import Known, Span, Value, map_of
from smtpdoctor.settings.workspace import Surrounding, Workspace

LINE = re.compile(r"(?P<name>\w+)[ \t]*=[ \t]*(?P<value>.*)")
RELAY = re.compile(r"(?P<open>\[)?(?P<host>[^\[\]:]+)\]?(?::(?P<port>[\w-]+))?")
SERVICES = {"smtp": 25, "submission": 587, "submissions": 465, "smtps": 465}
REFERENCE = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))")


#: What makes an image's main.cf, by the image: which variable says a parameter, the first that is
#: set, and what stands there by itself. All but `relayhost`, with or without its port in it.
BOKY: Mapping[str, tuple[str, ...]] = {
    "relayhost": ("RELAYHOST",),
    "user": ("RELAYHOST_USERNAME",),
    "password": ("RELAYHOST_PASSWORD", "RELAYHOST_PASSWORD_FILE"),
    "smtp_tls_security_level": ("RELAYHOST_TLS_LEVEL", "POSTFIX_smtp_tls_security_level"),
    "smtp_tls_wrappermode": ("POSTFIX_smtp_tls_wrappermode",),
}
DOCKER_MAILSERVER: Mapping[str, tuple[str, ...]] = {
    "relayhost": ("DEFAULT_RELAY_HOST", "RELAY_HOST"),
    "user": ("RELAY_USER",),
    "password": ("RELAY_PASSWORD",),
}
IMAGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "boky/postfix": BOKY,
    "mailserver/docker-mailserver": DOCKER_MAILSERVER,
    "docker-mailserver/docker-mailserver": DOCKER_MAILSERVER,
}


class Postfix(Table):
    """Every main.cf that names a relayhost, and images that make one from variables."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each main.cf, and for each container of such an image."""
        yield from self._of_files(workspace)
        for item in workspace.surroundings:
            names = next((IMAGES[mark] for mark in IMAGES if is_image(item.image, (mark,))), None)
            made = _of_image(names, item) if names is not None else {}
            if "relayhost" in made:
                path = item.place.partition(":")[0]
                for draft in self.of(workspace, path, item.place, map_of(made)):
                    yield replace(draft, variables=item.variables)

    def _of_files(self, workspace: Workspace) -> Iterator[Draft]:
        for path in workspace.folder.matching("main.cf"):
            values = main_cf(path, workspace.folder.text(path) or "")
            relay = values.get("relayhost")
            found = RELAY.fullmatch(str(relay.value)) if relay is not None else None
            if relay is None or found is None or relay.span is None:
                continue
            made = dict(values)
            made["relayhost"] = Known(found["host"], within(relay.span, found, "host"))
            made["brackets"] = Known(found["open"] is not None)
            if found["port"]:
                port = SERVICES.get(found["port"], found["port"])
                made["port"] = Known(port, within(relay.span, found, "port"))
            names = [str(relay.value)]
            if found["open"]:  # without, the host is what an MX record names
                names.insert(0, found["host"])
            made |= self._login(workspace, path, values, names)
            yield from self.of(workspace, path, f"{path}:{relay.span.line}", map_of(made))

    def _login(
        self, workspace: Workspace, path: str, values: Mapping[str, Known], names: Sequence[str]
    ) -> dict[str, Known]:
        """User and password of the entry for the host, else of that spelled as relayhost is
        (smtp_sasl_glue.c, smtp_sasl_passwd_lookup)."""
        maps = str(values["smtp_sasl_password_maps"].value) if _has(values) else ""
        kind, _, rest = maps.partition(":")
        if kind == "static":
            user, colon, word = rest.partition(":")
            span = values["smtp_sasl_password_maps"].span
            return {"user": Known(user, span), "password": Known(word, span)} if colon else {}
        name = rest.rpartition("/")[2]
        beside = sibling(path, name)
        text = workspace.folder.text(beside) if name else None
        entries: dict[str, dict[str, Known]] = {}
        spelled: dict[str, Known] = {}
        for number, line in enumerate((text or "").splitlines(), 1):
            found = re.fullmatch(r"(\S+)[ \t]+([^:]+):(.*)", line.rstrip(" \t"))
            if found is not None and not line.startswith("#"):
                groups = {"user": 2, "password": 3}
                login = {each: matched(beside, number, found, at) for each, at in groups.items()}
                # tables fold the letter case of what is looked up
                entries.setdefault(found[1].lower(), login)
                spelled.setdefault(found[1].lower(), matched(beside, number, found, 1))
        named = next((entries[n.lower()] for n in names if n.lower() in entries), None)
        if named is not None:
            return named
        host = names[0].lower()
        meant = next((key for key in spelled if host in key or key.strip("[]") in host), None)
        return {"entry": spelled[meant]} if meant is not None else {}


def _of_image(names: Mapping[str, tuple[str, ...]], item: Surrounding) -> dict[str, Known]:
    """The parameters that the image writes from its variables, those alone that can be told."""
    made: dict[str, Known] = {}
    for key, variables in names.items():
        for name in variables:
            value = is_told(item.variables, name)
            if value is not None and name.endswith("_FILE"):
                value = content(value, item, name)
            if isinstance(value, Known) and str(value.value).strip():
                made.setdefault(key, value)
    relay = made.get("relayhost")
    found = RELAY.fullmatch(str(relay.value).strip()) if relay is not None else None
    if relay is None or found is None:
        return {}
    port: Value | None = (
        Known(SERVICES.get(found["port"], found["port"])) if found["port"] else None
    )
    if names is DOCKER_MAILSERVER and is_told(item.variables, "DEFAULT_RELAY_HOST") is None:
        port = is_told(item.variables, "RELAY_PORT")
        made["brackets"] = Known(True)  # the image puts them around it
    else:
        made["brackets"] = Known(found["open"] is not None)
    made["relayhost"] = replace(relay, value=found["host"])
    if isinstance(port, Known):
        made["port"] = port
    has_login = "user" in made and "password" in made
    made["smtp_sasl_auth_enable"] = Known("yes" if has_login else "no")
    made["smtp_sasl_security_options"] = Known("noanonymous")
    made.setdefault(
        "smtp_tls_security_level",
        Known("encrypt" if names is DOCKER_MAILSERVER and has_login else "may"),
    )
    return made


def _has(values: Mapping[str, Known]) -> bool:
    return "smtp_sasl_password_maps" in values


def main_cf(path: str, text: str) -> dict[str, Known]:
    """The parameters, the last of a name; `$name` is another's value."""
    values: dict[str, Known] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] in " \t":  # it goes on with the line before
            before = values.get(name)
            if before is not None:
                values[name] = Known(f"{before.value} {line.strip()}".strip(), before.span)
            continue
        found = LINE.fullmatch(line.rstrip(" \t"))
        if found is None:
            continue
        name = found["name"]
        span = Span(path, number, (found.start("value") + 1, found.end("value") + 1), number)
        values[name] = Known(found["value"], span)
    return {key: _filled(value, values) for key, value in values.items()}


def _filled(value: Known, values: Mapping[str, Known]) -> Known:
    def one(found: re.Match[str]) -> str:
        other = values.get(found[1] or found[2] or found[3])
        return str(other.value) if other is not None else ""

    return Known(REFERENCE.sub(one, str(value.value)), value.span)


DIALECT = Postfix("postfix", read_table(Path(__file__)))
