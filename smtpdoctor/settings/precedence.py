"""Which of the candidates wins, field by field, and what follows where none does.

This module knows precedence, defaults and what excludes what. It must not know where candidates
come from, but for whether the command line said them, nor judge (`diagnosis`). The layers are a
list, the first of which wins: how many there are, and of which kinds, is their maker's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeVar

import msgspec

from smtpdoctor.settings import values
from smtpdoctor.settings.candidates import SECRETS, Candidate, Layer
from smtpdoctor.settings.harmless import address_without, has_generated_label, shown
from smtpdoctor.settings.login_release import HOMES, Destination, WrittenSecret, why_not
from smtpdoctor.settings.model import (
    CREDENTIALS,
    MASK,
    Credentials,
    Field,
    NearMiss,
    Note,
    OptionLine,
    Origin,
    Problem,
    Secret,
    Setting,
    Settings,
    Shadowed,
    Withheld,
)
from smtpdoctor.settings.names import BY_NAME, ValueKind, looks_like, preferred
from smtpdoctor.settings.token_signs import signs
from smtpdoctor.settings.url import read_url

Value = TypeVar("Value")
Placed = tuple[int, Candidate]

DEFAULT_HOST = "smtp.ionos.com"
PORTS = {"implicit": 465, "starttls": 587, "none": 587}

SECRETS_IN_ORDER: tuple[Field, ...] = ("password", "token")

#: In the order in which they are shown.
FIELDS: tuple[Field, ...] = (
    "url",
    "host",
    "port",
    "tls",
    "username",
    "password",
    "token",
    "sender",
    "recipient",
    "verify",
    "ehlo",
    "size",
    "client",
)

#: What makes a run one with settings: the others only refine it.
CONFIGURES: frozenset[Field] = frozenset(
    {"url", "host", "port", "tls", "username", "password", "token", "sender"}
)

MODES: dict[ValueKind, Callable[[str], values.Meaning[values.Mode]]] = {
    "tls": values.read_tls,
    "secure": values.read_secure,
    "scheme": values.read_scheme,
}
VERIFY: dict[ValueKind, Callable[[str], values.Meaning[bool]]] = {
    "verify": values.read_verify,
    "node-verify": values.read_node_verify,
}


def resolve(
    layers: Sequence[Layer],
    *,
    folder: str,
    sources: tuple[str, ...],
    client: Callable[[], str | None],
    named: bool = False,
) -> tuple[Settings, Credentials]:
    """Everything resolved, defaults filled in. `client` finds the library where none is named;
    `named` says that the user named this very set-up."""
    kept, withheld = _keep_home(list(layers), named=named)
    return _Resolution(kept).settings(
        folder=folder, sources=sources, client=client, withheld=withheld
    )


# --- layers --------------------------------------------------------------------------------------


def _winner(layers: Iterable[Layer], field: Field) -> Placed | None:
    """The candidate that wins, with its layer's place: an empty text counts as unset."""
    found = list(_all(layers, field))
    return next((placed for placed in found if not placed[1].blank), found[0] if found else None)


def _all(layers: Iterable[Layer], field: Field) -> Iterator[Placed]:
    for number, layer in enumerate(layers):
        for candidate in layer.candidates:
            if candidate.field == field:
                yield number, candidate


def _host_of(candidate: Candidate) -> values.Meaning[values.Host]:
    """What a host's text means. Of one that is shown in part or not at all, a single word is no
    host that was evidently meant: it may be a piece of a secret."""
    meaning = values.read_host(candidate.raw.reveal())
    if meaning.value is None or MASK not in candidate.text:
        return meaning
    name = meaning.value.name
    if _is_cut(candidate, name):
        return values.Meaning(problem="characters", detail=values.HOLDS_A_SECRET)
    if "." in name or ":" in name or name == "localhost" or name in candidate.text.lower():
        return meaning
    return msgspec.structs.replace(meaning, value=None)


def _is_cut(candidate: Candidate, name: str) -> bool:
    """Whether the name itself has a secret in it, and not what stands around it."""
    raw, text = candidate.raw.reveal(), candidate.text
    if has_generated_label(raw):
        return True
    return MASK not in shown("host", raw) or (text != MASK and name not in text.lower())


def _named_host(layers: Iterable[Layer]) -> tuple[str | None, ...]:
    """The host that these layers come to: none, or one, None where it can't be read."""
    placed = _winner(layers, "host")
    if placed is None or placed[1].blank:
        return ()
    meaning = _host_of(placed[1])
    return (meaning.value.name if meaning.value else None,)


def _named_port(layers: Iterable[Layer]) -> int | None:
    placed = _winner(layers, "port")
    return values.read_port(placed[1].raw.reveal()).value if placed else None


def _without(
    layers: Iterable[Layer], fields: Iterable[Field], *, asked_too: bool = False
) -> list[Layer]:
    """The layers without what was configured for these fields, or `asked_too`: what the command
    line says of them."""
    leave = frozenset(fields)
    return [
        layer
        if layer.asked and not asked_too
        else msgspec.structs.replace(
            layer, candidates=tuple(c for c in layer.candidates if c.field not in leave)
        )
        for layer in layers
    ]


# --- what belongs to another host ----------------------------------------------------------------


def _keep_home(layers: list[Layer], *, named: bool) -> tuple[list[Layer], Withheld | None]:
    """Leave out what was configured for another host than the run's.

    A TARGET is whole: port and mode of another host, and the mode of another port, do not belong
    to it. Credentials stay with the host that they were written for (`login_release`).
    """
    withheld, stay = _credentials_that_stay(layers, named=named)
    asked = [layer for layer in layers if layer.asked]
    configured = [layer for layer in layers if not layer.asked]
    target = [layer for layer in layers if layer.kind == "target"]
    leave = set(stay)
    if _winner(target, "host") is not None:
        theirs = _named_host(configured)
        elsewhere = bool(theirs) and _named_host(asked) != theirs
        port, their_port = _named_port(target), _named_port(configured)
        if elsewhere or _winner(target, "tls") is not None:
            leave |= {"port", "tls"}
            leave |= {"url"} if elsewhere else set()
        elif None not in {port, their_port} and port != their_port:
            leave |= {"tls"}
    layers = _without(layers, leave)
    if withheld is not None and withheld.reason == "host-with-user":
        # no login at a host that is a guess, whoever gave the password
        layers = _without(layers, CREDENTIALS, asked_too=True)
    return layers, withheld


def _credentials_that_stay(  # branches: each secret, then what goes with all of them
    layers: list[Layer], *, named: bool
) -> tuple[Withheld | None, set[Field]]:
    """Which configured credentials are not released to the run's host, and why."""
    host = _winner(layers, "host")
    (name,) = _named_host(layers) or (None,)
    if host is None or name is None:
        return None, set()
    # --user names it; the user in a TARGET's URL is the TARGET's own
    user = _winner([layer for layer in layers if layer.kind == "option"], "username")
    destination = Destination(
        host=name,
        home=HOMES[layers[host[0]].kind],
        configured=_named_host(layer for layer in layers if not layer.asked),
        with_user=_has_user(host[1]),
        user=user[1].raw.reveal() if user is not None and not user[1].blank else None,
        named=named,
    )
    reasons: list[Withheld] = []
    stay: set[Field] = set()
    released = False
    for field in SECRETS_IN_ORDER:
        secret = _winner(layers, field)
        if secret is None or secret[1].blank:
            continue
        reason = why_not(_written(layers, secret), destination, is_provider=_is_provider)
        if reason is not None:
            stay.add(field)
            reasons.append(reason)
        elif not layers[secret[0]].asked:
            released = True
    if not released and any(reason.reason != "another-user" for reason in reasons):
        stay.add("username")
    if not reasons and not released and (reason := _elsewhere(layers, destination)) is not None:
        stay.update(CREDENTIALS)
        reasons.append(reason)
    return reasons[0] if reasons else None, stay


def _elsewhere(layers: list[Layer], destination: Destination) -> Withheld | None:
    """Whether credentials that a secret of the command line takes the place of, or a user name
    without a secret, were written for another host than the one that was asked for."""
    for field in ("username", *SECRETS_IN_ORDER):
        for placed in _all(layers, field):
            if layers[placed[0]].asked or placed[1].blank:
                continue
            nobody = msgspec.structs.replace(destination, user=None)
            reason = why_not(_written(layers, placed), nobody, is_provider=_is_provider)
            if reason is not None and reason.reason == "another-host-asked":
                return reason
    return None


def _written(layers: list[Layer], secret: Placed) -> WrittenSecret:
    """Where a secret stands and what stands beside it. Files of a folder are one place."""
    number, candidate = secret
    home = HOMES[layers[number].kind]
    beside = [layer for layer in layers if HOMES[layer.kind] == home]
    if candidate.part_of == "url":
        # a URL names its own host, whatever else its source says
        beside = [
            msgspec.structs.replace(
                layer,
                candidates=tuple(
                    c
                    for c in layer.candidates
                    if c.part_of == "url" and c.origin.name == candidate.origin.name
                ),
            )
            for layer in (layers[number],)
        ]
    hosts = _named_host(beside)
    if not hosts:
        hosts = tuple(
            _any_host(text.reveal())
            for layer in beside
            for text in layer.hosts
            if text.reveal().strip()
        )
    user = _winner(beside, "username") or _winner(
        [layer for layer in layers if not layer.asked], "username"
    )
    return WrittenSecret(
        home=home,
        place=layers[number].label,
        hosts=hosts,
        user=user[1].raw.reveal() if user is not None and not user[1].blank else None,
    )


def _any_host(text: str) -> str | None:
    """The host that a variable of another name means: a host, or a URL or DSN of one."""
    if len(text) > values.LONGEST:
        return None
    if "://" in text:
        part = read_url(text).host
        text = part.value.reveal() if part is not None else ""
    meaning = values.read_host(text)
    return meaning.value.name if meaning.value and meaning.value.name else None


def _has_user(host: Candidate) -> bool:
    """`SMTP_HOST=user@host` is no login, and which part of it is the host is a guess."""
    return host.part_of is None and host.origin.kind != "target" and "@" in host.raw.reveal()


def _is_provider(host: str) -> bool:
    from smtpdoctor.knowledge import provider_of  # only where the environment has the secret

    return provider_of(host) is not None


# --- fields --------------------------------------------------------------------------------------


class _Resolution:
    """Candidates of all layers, resolved field by field."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = layers
        self.entries: dict[Field, Setting] = {}

    def _resolve(
        self,
        field: Field,
        reader: Callable[[Candidate], values.Meaning[Value]],
        differ: Callable[[Value, Value], bool] = lambda a, b: a != b,
    ) -> Value | None:
        """The field's value; what was read stays in `entries`."""
        placed = _winner(self.layers, field)
        if placed is None:
            return None
        rank, winner = placed
        others = [other for other in _all(self.layers, field) if other[1] is not winner]
        meaning = _bounded(winner, reader)
        problem, detail, notes = meaning.problem, meaning.detail, list(winner.notes)
        if winner.problem is not None:
            problem, detail = winner.problem, winner.detail
        elif winner.part_of is not None and problem != "placeholder":
            problem, detail = None, ""  # told at the URL
        if winner.blank:
            problem, detail = None, ""
            notes.append(Note(kind="empty-is-false" if winner.kind == "secure" else "empty"))
        elif problem is None and not self.layers[rank].asked:
            problem, detail = _conflict(field, rank, meaning.value, others, reader, differ)
        notes += [
            Note(kind="other-empty", name=other.origin.name, place=other.origin.label)
            for _, other in others
            if other.blank and not winner.blank
        ]
        self.entries[field] = Setting(
            field=field,
            text="" if winner.blank else winner.text,
            origin=winner.origin,
            shadows=(*winner.earlier, *_shadows(others, winner.raw)),
            problem=problem,
            detail=detail,
            source_line=winner.source_line,
            notes=tuple(notes),
            part_of=winner.part_of,
        )
        if winner.blank and winner.kind != "secure":
            return None
        return meaning.value

    def _compare(self, host: values.Host | None, **login: str | Secret | None) -> None:
        """Find what of the login has the host's text, which stands in the wrong variable, and a
        user name and password that are a template's together."""
        texts = {
            field: value.reveal() if isinstance(value, Secret) else value or ""
            for field, value in login.items()
        }
        name = host.name if host is not None else None
        template = values.is_template(texts.get("username"), texts.get("password"), name)
        for field, text in texts.items():
            entry = self.entries.get(field)  # type: ignore[call-overload]
            kind: Literal["username", "password"] = (
                "username" if field == "username" else "password"
            )
            if not entry or entry.problem:
                continue
            if values.repeats_host(text, name, kind):
                problem, detail = values.HOST_AGAIN
            elif template and field != "token":
                problem, detail = values.TEMPLATES
            else:
                continue
            self.entries[entry.field] = msgspec.structs.replace(
                entry, problem=problem, detail=detail
            )

    def settings(  # long: one line a field
        self,
        *,
        folder: str,
        sources: tuple[str, ...],
        client: Callable[[], str | None],
        withheld: Withheld | None,
    ) -> tuple[Settings, Credentials]:
        """Everything resolved, defaults filled in."""
        self._resolve("url", lambda c: values.Meaning(value=c.raw.reveal()))
        host = self._resolve("host", _host_of)
        port = self._resolve("port", lambda c: values.read_port(c.raw.reveal()))
        mode = self._resolve("tls", lambda c: MODES[c.kind](c.raw.reveal()), _exclude)
        username = self._resolve("username", lambda c: values.read_username(c.raw.reveal()))
        password = self._resolve("password", lambda c: values.read_secret(c.raw), _other)
        token = self._resolve("token", lambda c: values.read_secret(c.raw), _other)
        sender = self._resolve("sender", lambda c: values.read_address(c.raw.reveal()))
        recipient = self._resolve("recipient", lambda c: values.read_address(c.raw.reveal()))
        verify = self._resolve(
            "verify", lambda c: VERIFY[c.kind](c.raw.reveal()), lambda a, b: False
        )
        ehlo = self._resolve("ehlo", lambda c: values.read_word(c.raw.reveal()))
        size = self._resolve("size", lambda c: values.read_size(c.raw.reveal()))
        named = self._resolve("client", lambda c: values.read_client(c.raw.reveal()))

        found = any(field in CONFIGURES and entry.text for field, entry in self.entries.items())
        if host is None and found:
            self._miss_host()
        if port is None and host is not None:
            port = host.port
        if mode is None:
            mode = values.IMPLICIT if port == PORTS["implicit"] else values.OPPORTUNISTIC
        self._compare(host, username=username, password=password, token=token)
        shown_username = self._shown_username(username, password, token)
        if sender is None and shown_username is not None and values.is_address(shown_username):
            sender = shown_username
        secrets = [each.reveal() for each in (password, token) if each]
        shown_sender = self._shown_address("sender", address_without(secrets, sender))
        shown_recipient = self._shown_address("recipient", address_without(secrets, recipient))
        settings = Settings(
            host=host.name if host else None if found else DEFAULT_HOST,
            port=port if port is not None else PORTS[mode.tls],
            tls=mode.tls,
            tls_required=mode.required,
            username=shown_username,
            has_password=password is not None,
            has_token=token is not None,
            password_shape=values.password_shape(password.reveal()) if password else (),
            token_signs=signs(token.reveal()) if token else (),
            sender=shown_sender,
            recipient=shown_recipient,
            size=size,
            verify=verify is not False,
            ehlo=ehlo,
            client=named.id if named else client(),
            client_version=named.version if named else "",
            found=found,
            withheld=withheld,
            folder=folder,
            sources=sources,
            entries=tuple(self.entries[field] for field in FIELDS if field in self.entries),
            near_misses=tuple(self._near()),
        )
        return settings, Credentials(
            username=username,
            password=password,
            token=token,
            sender=sender if sender != shown_sender else None,
            recipient=recipient if recipient != shown_recipient else None,
        )

    def _shown_address(self, field: Field, address: str | None) -> str | None:
        """The address, without what is cut out of it where its setting is shown: a secret of
        another variable."""
        entry = self.entries.get(field)
        if address is None or entry is None or MASK not in entry.text or address in entry.text:
            return address
        domain = address.rpartition("@")[2]
        return f"{MASK}@{domain}" if domain in entry.text else None

    def _shown_username(self, value: str | None, *secrets: Secret | None) -> str | None:
        """The user name; a mask where it may not be shown, or is a secret itself."""
        if value is None:
            return None
        entry = self.entries["username"]
        if any(secret is not None and secret.reveal() == value for secret in secrets):
            self.entries["username"] = msgspec.structs.replace(entry, text=MASK)
            return MASK
        return MASK if MASK in entry.text else value

    def _miss_host(self) -> None:
        """Other settings are there, the host is not: a fault of its own, at the empty line."""
        name = preferred("host")
        entry = self.entries.setdefault(
            "host", Setting(field="host", text="", origin=Origin(kind="default", name=name))
        )
        if entry.problem is None:
            state = "not set" if entry.origin.kind == "default" else "empty"
            detail = f"{entry.origin.name} is {state}"
            self.entries["host"] = msgspec.structs.replace(entry, problem="missing", detail=detail)

    def _near(self) -> Iterator[NearMiss]:
        """Names that look like a setting which nothing else sets."""
        for name, origin, line in (each for layer in self.layers for each in layer.near):
            like = looks_like(name)
            if like is None:
                continue
            entry = self.entries.get(BY_NAME[like].field)
            if entry is None or not entry.text:
                # no edit: a program that nobody has found may read that very name
                stands = OptionLine(option=name, origin=origin, source_line=line)
                yield NearMiss(
                    name=name, looks_like=like, origin=origin, lines=(stands,) if line else ()
                )


def _bounded(
    candidate: Candidate, reader: Callable[[Candidate], values.Meaning[Value]]
) -> values.Meaning[Value]:
    """What a text means; one that is too long is not looked at."""
    if candidate.kind != "secret" and len(candidate.raw.reveal()) > values.LONGEST:
        detail = f"longer than {values.LONGEST} characters"
        return values.Meaning(problem="too-long", detail=detail)
    return reader(candidate)


def _conflict(
    field: Field,
    rank: int,
    value: Value | None,
    others: Sequence[Placed],
    reader: Callable[[Candidate], values.Meaning[Value]],
    differ: Callable[[Value, Value], bool],
) -> tuple[Problem | None, str]:
    """Another name of the same source that says something else: (problem, detail)."""
    for other_rank, other in others:
        if other_rank != rank or other.blank or value is None:
            continue
        against = _bounded(other, reader).value
        if against is not None and differ(value, against):
            says = "something else" if field in SECRETS else other.text
            return "conflict", f"{other.origin.name} ({other.origin.label}) says {says}"
    return None, ""


def _shadows(others: Sequence[Placed], counts: Secret) -> Iterator[Shadowed]:
    for _, other in others:
        if not other.blank:
            same = not _other(other.raw, counts)
            yield Shadowed(origin=other.origin, text=other.text, same=same)
            yield from other.earlier


def _other(one: Secret, other: Secret) -> bool:
    return one.reveal() != other.reveal()


def _exclude(one: values.Mode, other: values.Mode) -> bool:
    """Whether no connection can be both: TLS first or not at all first, TLS demanded or barred."""
    if (one.tls == "implicit") != (other.tls == "implicit"):
        return True
    return "none" in {one.tls, other.tls} and (one.required or other.required)
