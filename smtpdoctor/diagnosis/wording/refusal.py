"""A server's refusal in words: what it answered, what is known of that, and the advice to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite, library_words
from smtpdoctor.diagnosis.model import Evidence
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.text import foreign

#: Words of a provider that has not opened an account for sending yet, as a regular expression.
NOT_YET_OPEN = (
    r"not (yet )?(been )?(activated|enabled|approved|verified|confirmed|validated)"
    r"|(verify|confirm) your|(activation|review|approval) (is )?pending"
    r"|(pending|awaiting) (activation|review|approval)|under review|request activation"
    r"|未(开通|激活)"
)

#: What of a reply is quoted: all of it, as far as a person would read.
QUOTED = 300


def said(reply: Reply) -> str:
    """The reply as evidence quotes it, its lines parted by slashes."""
    text = f"{reply.code} {' / '.join(reply.lines)}".strip()
    return foreign(text, QUOTED)


def answered(refusal: Refusal) -> str:
    """What the server answered, to stand in a title before its code."""
    step = refusal.exchange.step
    return "greeted" if step == "greeting" else f"answered {step.upper()}"


def evidence(run: Run, refused: Refusal) -> tuple[Evidence, ...]:
    """What the server said, and what is known of these words at this provider."""
    words = library_words(run, refused.code) if refused.exchange.step == "greeting" else ()
    return (seen(run, refused), *words, *known(run, refused))


def seen(run: Run, refused: Refusal) -> Evidence:
    """The command and the server's reply."""
    exchange = refused.exchange
    if exchange.step == "greeting":
        text = f'{run.where} greeted with "{said(refused.reply)}"'
        return Evidence(check="tls", text=text)
    command = f"AUTH {exchange.mechanism}" if exchange.step == "auth" else exchange.sent
    text = f'{run.where} answered {command} with "{said(refused.reply)}"'
    return Evidence(check=exchange.check, text=text)


def known(run: Run, refused: Refusal) -> tuple[Evidence, ...]:
    """What the provider's own entry says of the words; nothing for words that anyone may use."""
    provider, rule = run.provider, refused.rule
    if provider is None or rule is None or rule not in provider.replies:
        return ()
    if not rule.verified:
        text = f"said of {provider.name}, not confirmed: {rule.cause}"
    else:
        text = f"{told_by(provider.name, rule.sources)} {rule.cause} {source(rule.sources)}"
    return (Evidence(check=refused.exchange.check, kind="known", text=text.strip()),)


def refused_in_clear(run: Run) -> tuple[Evidence, ...]:
    """How the server refused a login that was only begun, without TLS."""
    seen = run.offer.refused_auth
    if seen is None or seen.reply is None:
        return ()
    text = f'{run.where} answered {seen.sent} with "{said(seen.reply)}"'
    return (Evidence(check="auth", text=text),)


def no_login_in_clear(run: Run) -> tuple[Evidence, ...]:
    """What is known of a provider that takes no login without TLS."""
    provider = run.provider
    if provider is None or provider.login_in_clear != "refused":
        return ()
    told = told_by(provider.name, (provider.login_in_clear_source,))
    cited = source((provider.login_in_clear_source,))
    text = f"{told} it takes no login without TLS {cited}".strip()
    return (Evidence(check="auth", kind="known", text=text),)


def told_by(name: str, sources: Sequence[str]) -> str:
    """Who says what follows: the provider itself where one of the sources is its own."""
    kinds = knowledge.sources()
    own = any(kinds[item].kind == "vendor" for item in sources if item in kinds)
    return f"{name.partition(' ')[0].rstrip(',')}'s help says:" if own else f"known about {name}:"


def source(sources: Sequence[str]) -> str:
    """The best of several sources: the vendor's own words before what others saw."""
    kinds = knowledge.sources()
    return cite(*sorted(sources, key=lambda item: kinds[item].kind != "vendor")[:1])


def advice(refused: Refusal, otherwise: str) -> str:
    """The knowledge base's fix for these words as a sentence, else this one."""
    return sentence(refused.rule.fix) if refused.rule else otherwise


def choose_mechanism(run: Run, mechanism: str) -> tuple[str, ...]:
    """How the program's settings name a mechanism; of an unknown program, how two usual ones do."""
    usual = (knowledge.client("nodemailer"), knowledge.client("phpmailer"))
    known = (run.client,) if run.client is not None else usual
    said = [
        f"{each.name}: "
        + each.auth_words.format(mechanism=mechanism, lower=mechanism.replace("-", "_").lower())
        for each in known
        if each is not None and each.auth_words
    ]
    if not said:
        return (f"Look in the program's settings for the mechanism, and choose {mechanism}.",)
    return (f"{'; '.join(said)}.",)


def sentence(text: str) -> str:
    """Words of the knowledge base as a sentence."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def address_in(reply: Reply) -> str:
    """The client's address as the server names it, "" where it doesn't."""
    found = re.search(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)", reply.text)
    return found[0] if found else ""
