"""Every entry: sourced, spelt as the types want it, and never surer than its sources."""

from __future__ import annotations

import re
import smtplib
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from smtpdoctor import knowledge
from smtpdoctor.knowledge import Client, Provider, ReplyRule, clients, providers, reply_rules

FOLDER = Path(knowledge.__file__).parent
FILES = sorted(
    path.relative_to(FOLDER) for path in FOLDER.rglob("*.toml") if path.name != "sources.toml"
)
DATE = re.compile(r"undated|\d{4}(-\d{2}(-\d{2})?)?")
STAGES = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data")

#: The first edition's codes that replies and clients' words may name.
CODES = frozenset(
    re.findall(
        r"\S+",
        """
    host-name-typo wrong-host dns-name-not-found dns-no-address dns-resolver-unreachable
    dns-resolver-failing host-unreachable port-blocked port-refused local-firewall connection-closed
    greeting-missing greeting-rejected client-address-refused server-busy not-smtp ehlo-rejected
    implicit-tls-on-starttls-port plaintext-on-implicit-tls-port tls-required starttls-not-offered
    starttls-refused tls-version-unsupported tls-intercepted certificate-self-signed
    certificate-chain-incomplete certificate-untrusted certificate-expired certificate-not-yet-valid
    certificate-name-mismatch credentials-missing auth-not-offered auth-mechanism-unsupported
    credentials-rejected app-password-required basic-auth-disabled username-not-address
    auth-temporary-failure auth-rate-limited account-suspended sender-malformed sender-not-allowed
    sender-not-verified sender-domain-not-found dmarc-would-reject recipient-rejected
    spf-missing spf-not-authorized
    sending-limit-reached message-too-large message-rejected
    """,
    )
)


def tables(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for item in value.values():
            yield from tables(item)
    elif isinstance(value, list):
        for item in value:
            yield from tables(item)


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads((FOLDER / path).read_text(encoding="utf-8"))


def named_sources(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if key == "source" or key.endswith("_source"):
            yield value
        elif key == "sources" or key.endswith("_sources"):
            yield from value


def all_rules() -> list[ReplyRule]:
    own = [rule for provider in providers().values() for rule in provider.replies]
    general = {rule for stage in STAGES for rule in reply_rules(None, stage)}
    return own + list(general)


# --- sources ----------------------------------------------------------------------------------


def test_sources_say_what_they_are_and_when() -> None:
    for source in knowledge.sources().values():
        assert source.note, source.id
        assert DATE.fullmatch(source.read), source.id
        if source.url:
            assert re.fullmatch(r"https?://[^\s]+", source.url), source.id
        else:
            assert source.kind in ("observed", "secondary"), source.id


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_named_source_exists(path: Path) -> None:
    named = {name for table in tables(read(path)) for name in named_sources(table)}
    assert named - set(knowledge.sources()) == set()


def test_every_source_is_used() -> None:
    named = {
        name for path in FILES for table in tables(read(path)) for name in named_sources(table)
    }
    assert set(knowledge.sources()) - named == set()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_is_verified_or_certain_without_a_source(path: Path) -> None:
    for table in tables(read(path)):
        if table.get("verified") or table.get("certain"):
            assert any(named_sources(table)), table


def test_what_a_report_may_quote_of_a_provider_has_a_source() -> None:
    for provider in providers().values():
        facts = {
            "sender_rule_source": provider.sender_rule != "unknown",
            "envelope_source": provider.envelope != "unknown",
            "not_served_source": bool(provider.not_served),
            "same_login_source": bool(provider.same_login_hosts),
            "dkim_source": bool(provider.dkim),
            "login_sources": bool(
                provider.username_form != "any"
                or provider.auth_mechanisms
                or provider.username_hint
                or provider.password_hint
            ),
            "names_sources": bool(provider.mx_suffixes or provider.imap_hosts),
        }
        for field, stated in facts.items():
            assert bool(getattr(provider, field)) or not stated, (provider.id, field)


def test_a_provider_lists_its_sources_once_each() -> None:
    ionos = providers()["ionos"].sources
    assert {"ionos_sender", "ionos_servers", "ionos_dkim", "ionos_policy_554"} <= set(ionos)
    assert len(ionos) == len(set(ionos))
    assert set(ionos) <= set(knowledge.sources())


# --- providers --------------------------------------------------------------------------------


def each_provider() -> list[Provider]:
    return list(providers().values())


@pytest.mark.parametrize("provider", each_provider(), ids=lambda provider: provider.id)
def test_provider_is_consistent(provider: Provider) -> None:
    ports = [port.port for port in provider.ports]
    assert len(ports) == len(set(ports))
    assert not set(ports) & set(provider.not_served)
    assert not any(port.recommended and not port.verified for port in provider.ports)
    assert (provider.username_form == "literal") == (provider.username_literal is not None)
    assert (provider.sender_rule == "unknown") == (not provider.sender_rule_text)
    assert provider.sender_judged == "unknown" or provider.sender_rule != "unknown"
    assert provider.sender_rule_since is None or re.fullmatch(
        r"\d{4}-\d{2}-\d{2}", provider.sender_rule_since
    )
    assert not set(provider.imap_hosts) & {host.host for host in provider.hosts}
    assert set(provider.same_login_hosts) <= {host.host for host in provider.hosts}
    for pattern in provider.host_patterns:
        re.compile(pattern)


def test_ionos_is_first_class() -> None:
    ionos = providers()["ionos"]
    verified = {host.host for host in ionos.hosts if host.verified}
    assert {"smtp.ionos.com", "smtp.ionos.de", "smtp.ionos.co.uk"} <= verified
    served = {port.port: port for port in ionos.ports}
    assert (served[465].tls, served[465].recommended) == ("implicit", True)
    assert (served[587].tls, served[587].recommended) == ("starttls", False)
    assert 2525 in ionos.not_served
    assert (ionos.sender_rule, ionos.sender_rule_since) == ("same-domain", "2024-01-29")
    assert ionos.envelope == "kept"
    current = {include.include for include in ionos.spf_includes if not include.legacy}
    assert current == {"_spf-us.ionos.com", "_spf-eu.ionos.com"}
    assert {item.selector: item.cname for item in ionos.dkim} == {
        "s1-ionos": "s1.dkim.ionos.com",
        "s2-ionos": "s2.dkim.ionos.com",
        "s42582890": "s42582890.dkim.ionos.com",
    }
    assert "disagree" in ionos.limits[0].text


def test_services_that_replace_the_envelope_sender_say_so() -> None:
    rewritten = {
        provider.id for provider in providers().values() if provider.envelope == "rewritten"
    }
    assert rewritten >= {"amazon_ses", "postmark", "sendgrid", "mailgun"}
    assert not any(providers()[name].kind == "mailbox" for name in rewritten)


def test_a_misspelt_key_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"id": "x", "name": "X", "kind": "esp", "hots": []}, Provider)


# --- replies ----------------------------------------------------------------------------------


def test_rules_are_sound() -> None:
    for rule in all_rules():
        assert rule.code in CODES, rule
        assert rule.stages, rule
        re.compile(rule.pattern, re.IGNORECASE | re.MULTILINE)
        assert not rule.matches(""), rule
        for text in (rule.cause, rule.fix):
            assert text == text.strip(), rule
            assert not text.endswith("."), rule


def test_every_stage_has_rules() -> None:
    assert all(reply_rules(None, stage) for stage in STAGES)


def test_turning_verification_off_is_no_fix() -> None:
    texts = " ".join((FOLDER / path).read_text(encoding="utf-8") for path in FILES).lower()
    for words in ("rejectunauthorized", "verify_none", "cert_none", "verify_peer", "--insecure"):
        assert words not in texts


# --- clients ----------------------------------------------------------------------------------


def each_client() -> list[Client]:
    return list(clients().values())


@pytest.mark.parametrize("client", each_client(), ids=lambda client: client.id)
def test_client_is_consistent(client: Client) -> None:
    assert set(client.words) <= CODES
    modes = {"implicit", "starttls", "none"}
    if client.id == "system-net-mail":  # it has no TLS from the first byte
        modes.remove("implicit")
    assert set(client.tls_snippets) == modes
    assert all(name == name.upper() for name in client.auth_order)
    assert not (client.auth_tries_all and not client.auth_order)
    values = {"host": "smtp.example.com", "port": 587, "reply": 550}
    for text in (*client.words.values(), *client.tls_snippets.values()):
        made = text.format(**values)
        assert "{{" not in made
        assert "{host}" not in made
    for snippet in client.tls_snippets.values():
        assert "smtp.example.com" in snippet.format(**values)
        assert "587" in snippet.format(**values)


def test_the_clients_that_others_name() -> None:
    assert {"nodemailer", "smtplib", "aiosmtplib", "django", "phpmailer", "curl", "swaks"} <= set(
        clients()
    )


def test_nodemailer_says_what_people_search_for() -> None:
    nodemailer = clients()["nodemailer"]
    assert nodemailer.words["implicit-tls-on-starttls-port"] == "wrong version number"
    assert nodemailer.words["plaintext-on-implicit-tls-port"] == "Greeting never received"
    assert nodemailer.auth_order[0] == "PLAIN"
    snippet = nodemailer.tls_snippets["starttls"].format(host="smtp.ionos.de", port=587)
    assert 'host: "smtp.ionos.de",' in snippet
    assert "secure: false" in snippet
    assert "requireTLS: true" in snippet


def test_smtplibs_order_is_its_own() -> None:
    source = Path(smtplib.__file__).read_text(encoding="utf-8")
    order = ", ".join(f"'{name}'" for name in clients()["smtplib"].auth_order)
    assert order in source


# --- the module -------------------------------------------------------------------------------


def test_it_opens_no_sockets_and_loads_little() -> None:
    """`explain` looks things up here and must start fast."""
    program = (
        "import sys\n"
        "from smtpdoctor import knowledge\n"
        "knowledge.provider_of('smtp.ionos.de')\n"
        "heavy = {'asyncio', 'ssl', 'socket', 'dns', 'rich', 'typer', 'cryptography'}\n"
        "print(*sorted(heavy & set(sys.modules)))\n"
    )
    made = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == ""


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are parsed from now on, in a process that has parsed none yet."""
    knowledge.sources.cache_clear()
    knowledge.providers.cache_clear()
    knowledge.provider_of.cache_clear()
    texts: list[str] = []
    loads = tomllib.loads

    def counting(text: str) -> dict[str, Any]:
        texts.append(text)
        return loads(text)

    monkeypatch.setattr(tomllib, "loads", counting)
    return texts


def test_one_provider_is_read_alone(parsed: list[str]) -> None:
    assert knowledge.provider_of("smtp.ionos.de") is not None
    assert len(parsed) == 1


def test_a_host_that_nobody_knows_needs_only_what_has_patterns(parsed: list[str]) -> None:
    assert knowledge.provider_of("mail.example.com") is None
    assert parsed
    assert all("host_patterns" in text for text in parsed)


def test_one_source_is_read_alone(parsed: list[str]) -> None:
    assert knowledge.sources()["rfc3207"].kind == "standard"
    assert len(parsed) == 1


def test_sources_are_those_of_the_whole_file() -> None:
    """They are cut apart by the heads of their tables, without a parser."""
    text = Path(knowledge.__file__).with_name("sources.toml").read_text(encoding="utf-8")
    whole = {
        name: msgspec.convert({"id": name, **fields}, knowledge.Source)
        for name, fields in tomllib.loads(text).items()
    }
    assert dict(knowledge.sources()) == whole


def test_the_newest_source_is_known_without_reading_any(parsed: list[str]) -> None:
    newest = knowledge.newest()
    assert parsed == []
    days = [item.read for item in knowledge.sources().values() if len(item.read) == 10]
    assert newest == max(days)
    assert knowledge.age().newest == newest
    assert knowledge.age().sources == len(knowledge.sources())


def test_a_word_that_stands_in_another_is_not_public() -> None:
    assert knowledge.is_public_word("authentication")
    assert knowledge.is_public_word("ssl/tls")
    assert not knowledge.is_public_word("uthentication")
    assert not knowledge.is_public_word("heron-at-dawn")
