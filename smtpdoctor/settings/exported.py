"""What of a set-up is made from variables that this shell has exported, or from other secrets.

A file of a folder may put any of them into any value: a password, or the name of a host that is
looked up. This module knows which names are those of secrets, and what a value was made from. It
must not know what a login is, nor where it may go (`login_release`). (docs/decisions/0014)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from smtpdoctor.settings import harmless
from smtpdoctor.settings.readers.model import Known, Origin, Value

if TYPE_CHECKING:
    from smtpdoctor.settings.dialects.base import Draft, Outcome
    from smtpdoctor.settings.model import Field
    from smtpdoctor.settings.readers.dotenv import DotenvFile
    from smtpdoctor.settings.variables import Variables

#: What variables are called that hold a secret; what a whole URL is made of is looked at in parts.
SECRET_NAME = re.compile(r"(?i)pass|pwd|secret|token|key|credential|private|salt")
#: What they are called that hold none, whatever else is in the name: SMTP_TOKEN_HOST.
OTHER_NAME = re.compile(r"(?i)host|server|domain|from|sender|user|mail_?address|keycloak|region")
#: A host's name or an address: nobody has such a secret, whatever it is called.
_NAME = re.compile(r"(?i)(?:[\w.+-]+@)?(?:[a-z0-9-]+\.)+[a-z]{2,18}")
LOGIN: tuple[Field, ...] = ("url", "password", "token")


def origins_in(
    read: Callable[[Mapping[str, str]], DotenvFile],
    environ: Mapping[str, str],
    own: Mapping[str, str],
) -> dict[int, tuple[Origin, ...]]:
    """For the entries of a `.env`, by number, the variables of `own` that they are made from:
    those are told by what the same reader reads without them. `own` is this process's part of
    `environ`, in which the file is read."""
    if not own:
        return {}
    without = {name: value for name, value in environ.items() if name not in own}
    here, bare = read(environ).entries, read(without).entries
    found: dict[int, tuple[Origin, ...]] = {}
    names: dict[str, set[str]] = {}  # those that are in each entry so far
    for number, entry in enumerate(here):
        other = bare[number].value if len(bare) == len(here) else None
        mine = entry.value.reveal() if entry.value is not None else None
        if mine is not None and (other is None or other.reveal() != mine):
            words = set(re.findall(r"\w+", entry.text.reveal().partition("=")[2]))
            inner = [names[word] for word in words if word in names]
            names[entry.name] = words & own.keys() | set().union(*inner) or {""}
            found[number] = tuple(Origin("exported", name) for name in sorted(names[entry.name]))
    return found


def names_in(value: Value, environ: Mapping[str, str]) -> Iterator[str]:
    """The exported variables that a value is made from; "" for one that is not known."""
    for step in value.trail:
        direct = step.kind == "environment" and step.span is None and step.name in environ
        if direct or step.kind == "exported":
            yield step.name


def makes_login(
    draft: Draft,
    outcome: Outcome,
    environ: Mapping[str, str],
    text: Callable[[str], str | None],
) -> bool:
    """Whether an exported variable is in the login: in the password, or a secret in its user.

    `text` gives a file of the folder: what stands there as it is was not fetched.
    """
    for field in (*LOGIN, "username"):
        for name in outcome.by.get(field, ()):
            option = draft.options.get(name)
            if option is None or not isinstance(option.value, Known):
                continue
            names = names_in(option.value, environ)
            if any(field in LOGIN or is_secret_name(each) for each in names):
                return True
    for value in secrets_in(outcome.password or outcome.token, environ):
        written = [each.value.written for each in draft.options.values()]
        files = {*draft.files, *(span.file for span in written if span is not None)}
        if len(value) >= harmless.SHORTEST_SECRET and not any(
            value in (text(file) or "") for file in files
        ):
            return True
    return False


def names_the_host(draft: Draft, outcome: Outcome, environ: Mapping[str, str]) -> bool:
    """Whether an exported variable says the host by itself: a name that a file puts together from
    one, or a URL around one, is the file's."""
    for option in map(draft.options.get, (*outcome.by.get("host", ()), *outcome.by.get("url", ()))):
        if option is None or not isinstance(option.value, Known) or not outcome.host:
            continue
        said = (environ.get(name, "").lower() for name in names_in(option.value, environ))
        if any(outcome.host.lower() in text for text in said):
            return True
    return False


def secrets_beside(variables: Variables) -> list[str]:
    """The texts of a set-up's own variables that are secrets by their names and by their looks: an
    API key in a `.env` beside the login."""
    return [
        piece
        for layer in variables.layers
        for name, value in layer.values.items()
        if isinstance(value, Known) and isinstance(value.value, str)
        for piece in generated_in(name, value.value)
    ]


def generated_in(name: str, text: str) -> list[str]:
    """What of a variable's text is a secret by its name and by its looks: `base64:` before a key
    is none of it."""
    if not is_secret_name(name) or len(text) > harmless.LONGEST:
        return []
    return [piece for piece in (text, *text.split(":")[1:]) if harmless.is_generated(piece)]


def secrets_by_name(
    draft: Draft, text: Callable[[str], str | None], names: Iterable[str] | None = None
) -> list[str]:
    """What the program itself calls a secret, of the texts that a set-up's values, or those of the
    options of these names, are put together from: Django's SECRET_KEY before a domain. `text` gives
    a file of the folder: a host's name that stands there as it is is none, whatever it is called.
    """
    return [
        piece.value
        for piece in _pieces(draft, draft.options if names is None else names)
        for step in piece.trail
        if step.kind in ("constant", "environment") and step.span is not None
        if step.name and is_secret_name(step.name)
        if not (_NAME.fullmatch(piece.value) and piece.value in (text(step.span.file) or ""))
    ]


def _pieces(draft: Draft, names: Iterable[str]) -> Iterator[Known]:
    """The texts that these options' values are put together from; of a URL those of its host."""
    for option in filter(None, map(draft.options.get, names)):
        value = option.value
        if not isinstance(value, Known) or not isinstance(value.value, str):
            continue
        login = value.value.rfind("@") if "://" in value.value else -1
        parts = [piece for at, piece in value.pieces if at > login] if value.pieces else [value]
        for piece in parts:
            if isinstance(piece.value, str) and len(piece.value) <= harmless.LONGEST:
                yield piece


#: What is said to everybody.
SAID: tuple[Field, ...] = ("host", "sender", "ehlo")


def tells_a_secret(
    draft: Draft,
    outcome: Outcome,
    environ: Mapping[str, str],
    text: Callable[[str], str | None],
) -> bool:
    """Whether a secret is in what is said to everybody: a host that is looked up, the sender, the
    name in EHLO. An exported one, one of the set-up's own variables, one that the program calls
    so, the password where a name is put together from it, or what looks like one."""
    told = [name for field in SAID for name in outcome.by.get(field, ())]
    if any(_is_of_a_secret(draft, name, environ) for name in told):
        return True
    said = [each.lower() for each in (outcome.host, outcome.sender, outcome.ehlo) if each]
    names = [*told, *outcome.by.get("url", ())]
    known = [*_secrets(environ), *secrets_beside(draft.variables)]
    known += secrets_by_name(draft, text, names)
    together = {
        piece.value for piece in _pieces(draft, names) if str(piece.value).lower() not in said
    }
    known += [own for own in (outcome.password, outcome.token) if own and own in together]
    if any(_stands_in(value.lower(), said) for value in known):
        return True
    return outcome.host is not None and harmless.has_generated_label(outcome.host)


def _is_of_a_secret(draft: Draft, name: str, environ: Mapping[str, str]) -> bool:
    """Whether an option's value comes from an exported variable that holds a secret."""
    option = draft.options.get(name)
    # of a whole URL the host is a part, which is looked at by its text
    if option is None or "." in name or not isinstance(option.value, Known):
        return False
    return any(is_secret_name(each) for each in names_in(option.value, environ))


def secrets_in(text: str | None, environ: Mapping[str, str]) -> list[str]:
    """The exported secrets that stand in a text."""
    return [value for value in _secrets(environ) if text and value in text]


def is_secret_name(name: str) -> bool:
    """Whether a variable of that name holds a secret; one that is not known may."""
    return not name or (SECRET_NAME.search(name) is not None and not OTHER_NAME.search(name))


def _secrets(environ: Mapping[str, str]) -> Iterator[str]:
    return (value for name, value in environ.items() if value and is_secret_name(name))


def _stands_in(secret: str, texts: Iterable[str]) -> bool:
    forms = (secret, secret.encode(errors="replace").hex(), secret[::-1])
    return any(harmless.repeats(text, forms) for text in texts)
