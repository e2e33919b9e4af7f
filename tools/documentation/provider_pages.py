"""The page of a provider, from `knowledge/providers`: what is known, since when, by which source.

Pure. Says of each fact whether it was verified, and names what is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.knowledge import Provider
from tools.documentation.error_texts import variants
from tools.documentation.markdown import code, plain, table
from tools.documentation.sources import notes, source_line, with_source, with_source_list

KINDS = {
    "mailbox": "Mailboxes",
    "relay": "Relays",
    "esp": "Sending services",
}
MODES = {"implicit": "TLS from the first byte", "starttls": "STARTTLS", "none": "none"}
SURE = {True: "yes", False: "not verified"}
JUDGED = {
    "mail": "at MAIL FROM",
    "rcpt": "at RCPT TO",
    "data": "after the message: a dry run can't see it",
    "unknown": "not known when",
}
USERNAMES = {
    "address": "the whole mail address",
    "key": "a key that the provider gives",
    "any": "not known",
}
SENDERS = {
    "same-domain": "any address of the login's domain",
    "same-address": "the login's own address alone",
    "verified": "addresses and domains that were verified at the provider",
    "none": "any",
    "unknown": "not known",
}


def page(provider: Provider, by_hand: str = "") -> str:
    """The provider's page; `by_hand` is what stands before the facts, with its own title."""
    start = by_hand.strip() or (
        f"# {plain(provider.name)}\n\nThe SMTP settings of {plain(provider.name)}, what it "
        "refuses, and what its words mean. `smtpdoctor check` compares your settings with them."
    )
    parts = [
        start,
        "" if by_hand else _settings(provider),
        "## Hosts and ports",
        _hosts(provider),
        _ports(provider),
        "## Login and sender",
        _login(provider),
        _replies(provider),
        "## SPF and DKIM",
        _dns(provider),
        notes("Limits", provider.limits),
        notes("Worth knowing", provider.notes),
        _unknown(provider),
    ]
    return with_source_list("\n\n".join(part for part in parts if part) + "\n")


def _settings(provider: Provider) -> str:
    """What to write, where both a host and a port are verified."""
    hosts = [each.host for each in provider.hosts if each.verified]
    ports = [each for each in provider.ports if each.verified and each.tls != "none"]
    if not hosts or not ports:
        return ""
    port = max(ports, key=lambda each: each.recommended)
    secure = "true" if port.tls == "implicit" else "false"
    username = provider.username_literal or "info@example.com"
    lines = [
        f"SMTP_HOST={hosts[0]}",
        f"SMTP_PORT={port.port}",
        f"SMTP_SECURE={secure}",
        f"SMTP_USER={username if provider.username_form in ('address', 'literal') else '…'}",
        "SMTP_PASS=…",
    ]
    block = "\n".join(["## The settings", "", "```", *lines, "```"])
    which = "\n\nThere are several hosts, below: take the one of your region or contract."
    return block + (which if len(hosts) > 1 else "")


def _hosts(provider: Provider) -> str:
    rows = [
        (
            code(each.host),
            plain(each.region or ""),
            SURE[each.verified],
            with_source("", each.source),
        )
        for each in provider.hosts
    ]
    names = [f"It is also called {', '.join(map(plain, provider.aliases))}."]
    table_ = table(("host", "for", "verified", "source"), rows)
    others = "".join(
        f"Hosts of the form {code(pattern)} are its own too.\n"
        for pattern in provider.host_patterns
    )
    return "\n\n".join(
        part for part in (table_, others, *(names if provider.aliases else ())) if part
    )


def _ports(provider: Provider) -> str:
    rows = [
        (
            str(each.port),
            MODES[each.tls] + (", recommended" if each.recommended else ""),
            SURE[each.verified],
            with_source("", each.source),
        )
        for each in provider.ports
    ]
    text = table(("port", "TLS", "verified", "source"), rows)
    if provider.not_served:
        ports = ", ".join(map(str, provider.not_served))
        text += "\n" + with_source(f"Not served: {ports}", provider.not_served_source) + "\n"
    return text


def _login(provider: Provider) -> str:
    username = USERNAMES.get(provider.username_form, "")
    if provider.username_form == "literal":
        username = f"always {code(provider.username_literal or '')}"
    rows = [
        ("user name", plain(provider.username_hint) or username),
        ("password", plain(provider.password_hint) or "not known"),
        ("mechanisms", ", ".join(provider.auth_mechanisms) or "not known"),
        ("sender", plain(provider.sender_rule_text) or SENDERS[provider.sender_rule]),
    ]
    if provider.sender_rule not in ("none", "unknown"):
        since = f", since {provider.sender_rule_since}" if provider.sender_rule_since else ""
        rows.append(("a wrong sender is refused", JUDGED[provider.sender_judged] + since))
    if provider.login_in_clear == "refused":
        rows.append(("login without TLS", "announced and refused"))
    sources = dict.fromkeys(
        (*provider.login_sources, provider.sender_rule_source, provider.login_in_clear_source)
    )
    text = table(("", ""), rows)
    return text + "\n" + source_line(*sources)


def _replies(provider: Provider) -> str:
    lines = [
        f"- {code(_example(rule))}: [{rule.code}](../diagnoses/{rule.code}.md). "
        + with_source(f"{_sentence(rule.cause)} {_sentence(rule.fix)}", *rule.sources)
        + ("" if rule.verified else " Not verified.")
        for rule in provider.replies
    ]
    return "\n".join(["## What it refuses, and in which words", "", *lines]) if lines else ""


def _sentence(text: str) -> str:
    return plain(text[:1].upper() + text[1:]).rstrip(".") + "."


def _example(rule: knowledge.ReplyRule) -> str:
    fitting = (text for text in variants(rule.pattern) if rule.matches(text))
    return next(fitting, rule.pattern)


def _dns(provider: Provider) -> str:
    parts = []
    rows = [
        (
            code(f"include:{each.include}"),
            plain(each.region or "") + (" (old)" if each.legacy else ""),
            SURE[each.verified],
            with_source("", each.source),
        )
        for each in provider.spf_includes
    ]
    parts.append(table(("SPF", "for", "verified", "source"), rows))
    if provider.spf_together:
        parts.append(f"All of these together: {', '.join(map(code, provider.spf_together))}")
    if provider.envelope == "rewritten":
        parts.append(
            with_source(
                "The service puts its own envelope sender in the place of yours, so receivers "
                "judge SPF by its domain",
                provider.envelope_source,
            )
        )
    selectors = [
        (code(each.selector), code(each.cname) if each.cname else "") for each in provider.dkim
    ]
    parts.append(table(("DKIM selector", "CNAME"), selectors))
    if selectors:
        parts.append(source_line(provider.dkim_source))
    return "\n\n".join(part.strip() for part in parts if part.strip()) or "Nothing is known."


def _unknown(provider: Provider) -> str:
    lines = [f"- {line}" for line in _gaps(provider)]
    return "\n".join(["## What is not known", "", *lines]) if lines else ""


def _gaps(provider: Provider) -> Iterator[str]:
    if provider.username_form == "any":
        yield "the form of the user name"
    if not provider.auth_mechanisms:
        yield "the login mechanisms; `check` reads them from the server"
    if provider.sender_rule == "unknown":
        yield "which senders it accepts"
    elif provider.sender_judged == "unknown" and provider.sender_rule != "none":
        yield "at which step it refuses a wrong sender, so `check` says “accepted so far”"
    if not provider.spf_includes and not provider.spf_together:
        yield "its SPF include"
    if not provider.dkim:
        yield "its DKIM selectors, so a missing key is not reported"
    if provider.envelope == "unknown":
        yield "whether it keeps your envelope sender, which SPF is judged by"
    if not provider.replies:
        yield "its own words for a refusal; the general ones are read"


def overview(text: str) -> str:
    """The list of all providers behind `text`, IONOS first in its kind."""
    parts = [text.strip()]
    for kind, heading in KINDS.items():
        entries = sorted(
            knowledge.providers_of_kind(kind),
            key=lambda each: (each.id != "ionos", each.name.lower()),
        )
        lines = [
            f"- [{plain(each.name)}]({each.id}.md): {_hosts_in_short(each)}" for each in entries
        ]
        parts.append("\n".join([f"## {heading}", "", *lines]))
    return "\n\n".join(parts) + "\n"


def _hosts_in_short(provider: Provider) -> str:
    hosts = [each.host for each in provider.hosts if each.verified] or [
        each.host for each in provider.hosts
    ]
    more = f" and {len(hosts) - 2} more" if len(hosts) > 2 else ""
    return ", ".join(map(code, hosts[:2])) + more
