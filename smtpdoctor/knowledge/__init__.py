"""What is known of providers, DNS hosts, replies, interceptors, middleboxes and mail clients.

The facts stand in the TOML files of this folder, each with the ids of its sources
(`sources.toml`: where, when read, how sure); what they say is typed in `entries`. This module loads
them when they are asked for and answers look-ups by name. It must not know observations, rules, the
network or the clock.

A fact with `verified = false` is general knowledge: good for a hint, never for a finding. The
look-ups that propose something to the user (`nearest_host`, `submission_host_for`) propose
verified hosts only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

# isort: off
from smtpdoctor.knowledge.entries import (
    ACCEPTED as ACCEPTED,
    Client as Client,
    CodeSnippets as CodeSnippets,
    DKIMSelector as DKIMSelector,
    DNSHost as DNSHost,
    EHLOName as EHLOName,
    Interceptor as Interceptor,
    IssuerPattern as IssuerPattern,
    MiddleboxSign as MiddleboxSign,
    Note as Note,
    Provider as Provider,
    ProviderHost as ProviderHost,
    ProviderPort as ProviderPort,
    ReplyRule as ReplyRule,
    Source as Source,
    SPFInclude as SPFInclude,
    Stage as Stage,
    WrongPassword as WrongPassword,
)

# isort: on
from smtpdoctor.knowledge.spelling import as_it_looks, bare, is_slip, registry_labels

_FOLDER = Path(__file__).parent

# --- loading ----------------------------------------------------------------------------------

_T = TypeVar("_T")


def _toml(*parts: str) -> dict[str, Any]:
    return tomllib.loads(_FOLDER.joinpath(*parts).read_text(encoding="utf-8"))


@cache
def _texts(folder: str) -> Mapping[str, str]:
    """The files of a folder by their names, which are the ids of what stands in them."""
    files = sorted((_FOLDER / folder).glob("*.toml"))
    return {path.stem: path.read_text(encoding="utf-8") for path in files}


def _named(name: str, kind: type[_T], text: str) -> _T:
    """An entry, to whose text its id is added."""
    return msgspec.convert({"id": name, **tomllib.loads(text)}, kind)


#: The head of a table in a file of tables.
_TABLE = re.compile(r"^\[([\w-]+)\]$", re.MULTILINE)


class Age(msgspec.Struct, frozen=True):
    """How old what is known is: how many sources, and when the last was read."""

    sources: int
    newest: str


def age() -> Age:
    """Of all sources."""
    return Age(sources=len(sources()), newest=newest())


#: A day on which a source was read.
_READ = re.compile(r'^read = "(\d{4}-\d\d-\d\d)"$', re.MULTILINE)


@cache
def newest() -> str:
    """The last day on which anything was read. Parses no entry."""
    days: list[str] = _READ.findall(_FOLDER.joinpath("sources.toml").read_text(encoding="utf-8"))
    return max(days)


class _ReadOnDemand(Mapping[str, _T]):
    """Entries by id, each parsed when it is asked for: most runs need one of a hundred."""

    def __init__(self, texts: Mapping[str, str], kind: type[_T]) -> None:
        self._texts = texts
        self._kind = kind
        self._read: dict[str, _T] = {}

    def __getitem__(self, name: str) -> _T:
        if name not in self._read:
            self._read[name] = _named(name, self._kind, self._texts[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def sources() -> Mapping[str, Source]:
    """All sources by id."""
    _, *parts = _TABLE.split(_FOLDER.joinpath("sources.toml").read_text(encoding="utf-8"))
    return _ReadOnDemand(dict(zip(parts[::2], parts[1::2], strict=True)), Source)


@cache
def providers() -> Mapping[str, Provider]:
    """All providers by id, in the order of their ids."""
    return _ReadOnDemand(_texts("providers"), Provider)


def providers_of_kind(kind: str) -> tuple[Provider, ...]:
    """The providers of one kind, in the order of their ids. Parses no other file."""
    marked = (name for name, text in _texts("providers").items() if f'kind = "{kind}"' in text)
    return tuple(item for name in marked if (item := providers()[name]).kind == kind)


@cache
def clients() -> Mapping[str, Client]:
    """All mail clients by id."""
    return _ReadOnDemand(_texts("clients"), Client)


_NAMED_CLIENT = re.compile(r"(?P<name>[a-z][a-z0-9-]*?)(?:[@-]?v?(?P<version>[0-9][0-9.]{0,30}))?")


def named_client(text: str) -> tuple[str, str] | None:
    """The id and the version in a client's name as people write it: "nodemailer@6", "Python 3.13".

    The version is "" where none is given; None for a name that nobody here knows.
    """
    name = re.sub(r"[\s/_.:]+(?=[a-z])|\s+", "-", text.strip().lower())
    if name in _client_names():
        return _client_names()[name], ""
    match = _NAMED_CLIENT.fullmatch(name)
    if match is None or match["name"] not in _client_names():
        return None
    return _client_names()[match["name"]], match["version"] or ""


def client(name: str | None, version: str = "") -> Client | None:
    """The client with that id as it is in that version; None where nobody here knows it."""
    found = clients().get(name or "")
    return found.of_release(version) if found is not None else None


@cache
def _client_names() -> Mapping[str, str]:
    """Every name of a client, and its id."""
    return {name: each.id for each in clients().values() for name in (each.id, *each.aliases)}


@cache
def snippets() -> Mapping[str, CodeSnippets]:
    """The settings in code by the id of a client, or of a program on top of one (Rails)."""
    found = {
        client.id: CodeSnippets(
            id=client.id,
            name=client.name,
            language=client.language,
            tls_snippets=client.tls_snippets,
        )
        for client in clients().values()
    }
    for name, text in _texts("snippets").items():
        found[name] = _named(name, CodeSnippets, text)
    return MappingProxyType(found)


@cache
def interceptors() -> tuple[Interceptor, ...]:
    """All interceptors, as they stand in `interceptors.toml`."""
    return msgspec.convert(_toml("interceptors.toml")["interceptors"], tuple[Interceptor, ...])


@cache
def middlebox_signs() -> tuple[MiddleboxSign, ...]:
    """The marks of middleboxes that rewrite the dialogue."""
    return msgspec.convert(_toml("middleboxes.toml")["signs"], tuple[MiddleboxSign, ...])


@cache
def dns_hosts() -> tuple[DNSHost, ...]:
    """Those who run zones, as they stand in `dns_hosts.toml`."""
    return msgspec.convert(_toml("dns_hosts.toml")["hosts"], tuple[DNSHost, ...])


# --- providers by name ------------------------------------------------------------------------

#: Under different top-level domains: a resolver that knows neither knows no name from outside.
WELL_KNOWN_NAMES = ("google.com", "wikipedia.org")

#: First labels of names that belong to a mail provider and are no submission host.
_OTHER_SERVICE = re.compile(
    r"(www|web|webmail|e?mail|imap[s4]?|pop[s3]?|mx[0-9ab]*|incoming|autodiscover|autoconfig)"
)


@cache
def _hosts() -> Mapping[str, tuple[ProviderHost, Provider]]:
    return {
        host.host: (host, provider) for provider in providers().values() for host in provider.hosts
    }


@cache
def _domains() -> Mapping[str, Provider]:
    """The domains in which a provider's verified hosts stand: "gmail.com", "mail.yahoo.com"."""
    shared = tuple(_spelling_lists()["shared_domains"])
    found: dict[str, Provider] = {}
    for name, (host, provider) in _hosts().items():
        if not host.verified or name.endswith(shared):
            continue
        labels = name.split(".")
        for start in range(1, len(labels) - registry_labels(labels)):
            found.setdefault(".".join(labels[start:]), provider)
    return found


@cache
def _spelling_lists() -> Mapping[str, Any]:
    return _toml("spelling.toml")


#: RFC 6761 §6.3, §6.4: no provider's names, and no table has to be read for them.
_NOBODYS = (".invalid", ".localhost", "localhost")


def _is_nobodys(name: str) -> bool:
    """Whether no provider has this name: it can't, or it is an address."""
    return name.endswith(_NOBODYS) or ":" in name or name.replace(".", "").isdigit()


@lru_cache(maxsize=4096)  # every part of a run asks, and of many targets many have the same
def provider_of(host: str) -> Provider | None:
    """The provider whose submission host this is; no guess."""
    name = bare(host)
    if _is_nobodys(name):
        return None
    texts = _texts("providers")
    for each, text in texts.items():
        if f'"{name}"' in text and any(known.host == name for known in providers()[each].hosts):
            return providers()[each]
    for each, text in texts.items():
        if "host_patterns" in text and any(
            re.fullmatch(pattern, name) for pattern in providers()[each].host_patterns
        ):
            return providers()[each]
    return None


def provider_called(text: str) -> Provider | None:
    """The provider that somebody means who says `text`: its id, a common name, a host or domain."""
    name = bare(text.strip())
    plain = re.sub(r"[\s_.-]+", "_", name)
    found = providers().get(plain)
    if found is not None:
        return found
    for provider in providers().values():
        if plain in (re.sub(r"[\s_.-]+", "_", alias) for alias in provider.aliases):
            return provider
    if "." not in name:
        return None
    return provider_of(name) or _provider_of_other_name(name)


def free_mail_provider(domain: str) -> Provider | None:
    """Who gives addresses of this domain away, so that nobody else can send for it."""
    return _mail_domains().get(domain.lower().rstrip("."))


@cache
def _mail_domains() -> Mapping[str, Provider]:
    return {
        domain: provider for provider in providers().values() for domain in provider.mail_domains
    }


def provider_by_certificate(names: Sequence[str]) -> Provider | None:
    """The provider that owns a certificate with these DNS names, which must have been verified.

    A name that is a known host counts more than a wildcard that covers one. None where the names
    point at several providers.
    """
    exact = {found.id: found for name in names if (found := provider_of(name))}
    if not exact:
        for name in names:
            label, _, domain = bare(name).partition(".")
            if label == "*" and "." in domain:  # *.com is nobody's
                covered = (
                    provider
                    for host, (_, provider) in _hosts().items()
                    if host.partition(".")[2] == domain
                )
                exact.update({found.id: found for found in covered})
    return next(iter(exact.values())) if len(exact) == 1 else None


@lru_cache(maxsize=1024)  # every known name is compared, and of many targets many have the same
def nearest_host(host: str) -> tuple[str, Provider] | None:
    """The submission host that was probably meant by a misspelt name.

    None for a name that is known itself (also as an IMAP, MX or web name), and for a name that is
    near but belongs to somebody else (smtp.mail.com beside smtp.gmail.com).
    """
    name = bare(host)
    if not name or _is_nobodys(name) or provider_of(name) or submission_host_for(name):
        return None
    looks_like = as_it_looks(name)
    if looks_like != name and (meant := _known_by_looks(looks_like)):
        return meant
    lists = _spelling_lists()
    if any(name == real or name.endswith("." + real) for real in lists["real_domains"]):
        return None
    best: tuple[int, str, Provider] | None = None
    for known, (entry, provider) in _hosts().items():
        if not entry.verified:
            continue
        distance = is_slip(looks_like, known, lists["tld_slips"])
        if distance and (best is None or distance < best[0]):
            best = (distance, known, provider)
    return (best[1], best[2]) if best else None


def _known_by_looks(name: str) -> tuple[str, Provider] | None:
    provider = provider_of(name)
    return (name, provider) if provider else submission_host_for(name)


def submission_host_for(name: str) -> tuple[str, Provider] | None:
    """The submission host beside a provider's IMAP, POP, MX or web name.

    None for a submission host, and for a name that no provider is known for.
    """
    name = bare(name)
    if _is_nobodys(name) or provider_of(name):
        return None
    found = _provider_of_other_name(name)
    if found is None:
        return None
    candidates = [entry.host for entry in found.hosts if entry.verified]
    if not candidates:
        return None
    # of a provider's regional hosts the one that shares most labels: mx00.ionos.de, smtp.ionos.de
    return max(candidates, key=lambda candidate: _shared_labels(candidate, name)), found


@lru_cache(maxsize=4096)
def _provider_of_other_name(name: str) -> Provider | None:
    for provider in providers().values():
        if name in provider.imap_hosts:
            return provider
        if any(name == suffix or name.endswith("." + suffix) for suffix in provider.mx_suffixes):
            return provider
    if name in _domains():
        return _domains()[name]
    label, _, domain = name.partition(".")
    if _OTHER_SERVICE.fullmatch(label):
        return _domains().get(domain)
    return None


def _shared_labels(first: str, second: str) -> int:
    count = 0
    pairs = zip(reversed(first.split(".")), reversed(second.split(".")), strict=False)
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def dns_host_of(name_servers: Sequence[str]) -> DNSHost | None:
    """Who runs the zone with these name servers; None where they aren't all of one known host."""
    for host in dns_hosts():
        if name_servers and all(host.runs(name_server) for name_server in name_servers):
            return host
    return None


# --- interception -----------------------------------------------------------------------------


def interceptor_of(issuer: Mapping[str, str]) -> Interceptor | None:
    """The interceptor that an issuer's fields (CN, O, OU, emailAddress) name.

    `certain` of the result tells a name that was seen in real certificates from a mere hint; a
    certain match anywhere is preferred.
    """
    hint: Interceptor | None = None
    for interceptor in interceptors():
        for pattern in interceptor.issuers:
            fields = issuer.values() if pattern.field == "any" else [issuer.get(pattern.field, "")]
            if not any(re.search(pattern.pattern, text, re.IGNORECASE) for text in fields):
                continue
            if pattern.verified:
                return msgspec.structs.replace(interceptor, certain=True)
            hint = hint or interceptor
    return hint


# --- replies ----------------------------------------------------------------------------------


@cache
def general_reply_rules() -> tuple[ReplyRule, ...]:
    return msgspec.convert(_toml("reply_words.toml")["replies"], tuple[ReplyRule, ...])


def reply_rules(provider: Provider | None, stage: str) -> Sequence[ReplyRule]:
    """The rules for a reply at that stage, the provider's own first, then the general ones.

    The first that matches counts. The stage is that of the command which was answered; the same
    words mean different things elsewhere.
    """
    return (*_own_rules(provider, stage), *_general_rules(stage))


def _own_rules(provider: Provider | None, stage: str) -> Iterator[ReplyRule]:
    own = provider.replies if provider else ()
    return (rule for rule in own if stage in rule.stages)


def _general_rules(stage: str) -> Iterator[ReplyRule]:
    return (rule for rule in general_reply_rules() if stage in rule.stages)


def interpret(provider: Provider | None, stage: str, reply: str) -> ReplyRule | None:
    """What a reply means, None where no rule knows its words."""
    own = (rule for rule in _own_rules(provider, stage) if rule.matches(reply))
    return next(own, None) or _interpret_generally(stage, reply)


@lru_cache(maxsize=16)  # the rules of diagnoses ask one after the other what a reply means
def _interpret_generally(stage: str, reply: str) -> ReplyRule | None:
    return next((rule for rule in _general_rules(stage) if rule.matches(reply)), None)


def is_public_word(word: str) -> bool:
    """Whether that is one of the public words; lower-case."""
    # most that are asked about stand nowhere: the first need no list of words to be made
    if next(_asked) < FEW and not any(word in text for text in _public_texts()):
        return False
    return word in public_words()


_asked = count()
#: To look for so many words costs what the list of words costs.
FEW = 100


@cache
def public_words() -> frozenset[str]:
    """Words, lower-case, that servers and this program use whatever anybody's password is."""
    joined, *texts = _public_texts()
    # an escape such as \b must not stick to the word behind it
    plain = re.sub(r"\\+[a-z]", " ", "\n".join(texts))
    return frozenset((*re.findall(r"[^\W_]+", plain), *joined.split()))


@cache
def _public_texts() -> tuple[str, ...]:
    """What public words are taken from, in lower case; the first are words with marks in them."""
    known = _toml("public_words.toml")
    files = ("reply_words.toml", "middleboxes.toml", "interceptors.toml")
    return (
        known["joined"],
        known["words"].lower(),
        *(text.lower() for text in _texts("providers").values()),
        *(text.lower() for text in _texts("clients").values()),
        *(_FOLDER.joinpath(name).read_text(encoding="utf-8").lower() for name in files),
    )


@cache
def public_names() -> frozenset[str]:
    """Host and domain names of providers, platforms and authorities: everybody may know them."""
    files = ("dns_hosts.toml", "https_apis.toml", "interceptors.toml")
    texts = [
        *(text for each in ("providers", "clouds", "clients") for text in _texts(each).values()),
        *(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in files),
    ]
    name = re.compile(r"(?:[a-z0-9_][a-z0-9_-]*\.)+[a-z]{2,}", re.IGNORECASE)
    return frozenset((*WELL_KNOWN_NAMES, *map(str.lower, name.findall("\n".join(texts)))))
