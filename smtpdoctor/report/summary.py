"""One line for each check, from what it saw: `SUMMARIES` has a function a row of `CHECK_SPECS`.

Knows what a run saw. Must not know what became of the line, nor the other checks' results.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.observations import (
    CUT_OFF,
    Addresses,
    CheckName,
    ConnectAttempt,
    Exchange,
    NameServerAnswer,
    ResolverConfiguration,
    SystemLookup,
)
from smtpdoctor.settings.model import Origin
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.text import foreign, quoted
from smtpdoctor.words import OUT_OF_TIME, OUTCOME_WORDS, PROBLEM_WORDS

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment

#: So many datagrams that answer nothing we asked are no late or doubled ones any more.
MANY_WRONG = 3


#: What is shown of a term of somebody's policy, which may have thousands of characters.
LONGEST_TERM = 60


def summarise(name: CheckName, run: Run) -> str | None:
    """The line, or None where the check saw nothing."""
    return SUMMARIES[name](run)


def _settings(run: Run) -> str | None:
    settings = run.settings
    if not settings.found:
        return "none found"
    faulty = next((entry for entry in settings.entries if entry.problem is not None), None)
    if faulty is not None and faulty.problem is not None:
        origin = faulty.origin
        nowhere = faulty.problem == "missing" or origin.label == origin.name
        where = "" if nowhere else f" ({origin.label})"
        name = "the URL" if origin.kind == "target" else origin.name
        return f"{name}{'' if origin.kind == 'target' else where} {PROBLEM_WORDS[faulty.problem]}"
    names = {"option": "the command line", "target": "the command line", "stdin": "standard input"}
    # the program's own file stands first, also where it reads every value from another
    own = settings.setup.files if settings.setup is not None else ()
    sources = dict.fromkeys(own)
    sources |= dict.fromkeys(
        names.get(entry.origin.kind) or _source(entry.origin)
        for entry in settings.entries
        if entry.origin.kind != "default"
    )
    return f"from {', '.join(sources)}" if sources else "defaults"


def _source(origin: Origin) -> str:
    return origin.file or ("the environment" if origin.kind == "environment" else origin.label)


def _dns(run: Run) -> str | None:
    line = _resolved(run)
    wrong = sum(item.wrong_answers for item in run.observations.of(NameServerAnswer))
    if line is None or wrong < MANY_WRONG:
        return line
    return f"{line}; {wrong} answers that nobody asked for were passed over"


def _resolved(run: Run) -> str | None:
    found = run.observations.first(Addresses)
    if found is not None and found.addresses:
        if found.source == "literal":
            return f"{found.addresses[0]} is an address"
        if found.source == "connect-to":
            return f"{found.host} goes to {found.addresses[0]} by --connect-to"
        count = len(found.addresses)
        shown = ", ".join(found.addresses[:2]) + (", …" if count > 2 else "")
        of = f"{count} of {count + found.left_out}" if found.left_out else str(count)
        return f"{of} {'address' if of == '1' else 'addresses'}: {shown}"
    resolver = run.observations.first(ResolverConfiguration)
    if resolver is not None and resolver.ok is False:
        return "no name server is configured"
    system = run.observations.first(SystemLookup)
    if system is not None:
        words = {
            "timeout": "no answer in time",
            CUT_OFF: OUT_OF_TIME,
            "EAI_NONAME": "no such name",
            "EAI_NODATA": "the name has no address",
            "EAI_AGAIN": "temporary failure in name resolution",
        }.get(system.error, system.error)
        return f"{system.host}: {words}"
    if run.observations.of(NameServerAnswer):
        return f"{run.settings.host}: no address found"
    return None


def _reach(run: Run) -> str | None:
    attempts = run.connects()
    if not attempts:
        return None
    port = attempts[0].port
    ok = [item for item in attempts if item.outcome == "open"]
    if len(ok) == len(attempts):
        if len(attempts) == 1:
            return f"{attempts[0].address} answers on {port}"
        every = "both" if len(attempts) == 2 else f"all {len(attempts)}"
        return f"{every} addresses answer on {port}"
    if ok:
        bad = next(item for item in attempts if item.outcome != "open")
        return f"{ok[0].address} answers on {port}; {bad.address} {_outcome(bad)}"
    outcomes = dict.fromkeys(_outcome(item) for item in attempts)
    return f"port {port}: {', '.join(outcomes)}" + (
        f" ({len(attempts)} addresses)" if len(attempts) > 1 else ""
    )


def _outcome(attempt: ConnectAttempt) -> str:
    if attempt.error == CUT_OFF:
        return OUT_OF_TIME
    words = OUTCOME_WORDS[attempt.outcome]
    if attempt.outcome == "silent":
        return f"no answer in {attempt.seconds:.1f} s"
    return f"{words} ({attempt.error})" if attempt.error else words


def _tls(run: Run) -> str | None:
    view = run.main
    if view is None:
        return None
    handshake = view.handshake
    if handshake is not None and handshake.ok is False:
        return {
            "not-tls": "the server answered in plain text",
            "stalled": "the TLS handshake got no answer",
            "closed": "the connection was closed in the TLS handshake",
            "reset": "the connection was reset in the TLS handshake",
            "cut-off": OUT_OF_TIME,
        }.get(handshake.failure, f"TLS failed: {foreign(handshake.alert or handshake.reason)}")
    failed = next((item for item in view.exchanges if item.ok is False), None)
    early = ("greeting", "ehlo", "starttls")
    if failed is not None and failed.step in early:
        return _failed_step(failed)
    if handshake is None:
        return "plain text, no TLS" if view.session.tls == "none" else "plain text, no STARTTLS"
    mode = "STARTTLS" if handshake.mode == "starttls" else "implicit TLS"
    version = handshake.version.replace("TLSv", "TLS ")
    return ", ".join(part for part in (mode, version, _certificate(view, run)) if part)


def _certificate(view: SessionView, run: Run) -> str:
    seen = view.certificate
    if seen is None:
        return "certificate not looked at"
    if not seen.verified:
        return f"certificate not accepted: {seen.verify_message}"
    if not seen.chain or run.place is None:
        return "certificate verified"
    try:
        end = datetime.fromisoformat(seen.chain[0].not_after)
        now = datetime.fromisoformat(run.place.clock)
    except ValueError:
        return "certificate verified"
    days = (end - now).days
    return f"certificate good for {days} {'day' if days == 1 else 'days'}"


def _failed_step(exchange: Exchange) -> str:
    name = {"greeting": "greeting", "ehlo": "EHLO", "starttls": "STARTTLS"}[exchange.step]
    if exchange.error == CUT_OFF:
        return OUT_OF_TIME
    if exchange.step == "starttls" and not exchange.sent:
        return "the server offers no STARTTLS"
    if exchange.injected:
        return "bytes were injected behind STARTTLS"
    if exchange.reply is not None and exchange.reply.code:
        return f"{name}: {_answer(exchange.reply)}"
    return {
        "silence": f"connected, but no {name} came",
        "closed": f"connection closed before the {name}",
        "reset": f"connection reset before the {name}",
        "tls": f"TLS came where the {name} was due",
        "flood": f"the {name} did not end",
    }.get(exchange.outcome, f"the {name} was no SMTP")


def _answer(reply: Reply) -> str:
    """A reply in one line: the code is a number, the words are the server's."""
    return f"{reply.code} {quoted(reply.telling)}" if reply.telling.strip() else f"{reply.code}"


def _auth(run: Run) -> str | None:
    view = run.main
    login = view.step("auth") if view else None
    if login is None:
        return None
    if login.ok:
        return f"{login.mechanism} accepted for {run.settings.username}"
    if login.reply is not None and login.reply.code:
        return f"{_answer(login.reply)} ({login.mechanism}, tried once)"
    if login.error == CUT_OFF:
        return OUT_OF_TIME
    return f"no answer to AUTH {login.mechanism} ({login.outcome})"


def _sender(run: Run) -> str | None:  # branches: one sentence for each end
    # a name server that knows no domain at all says nothing of this one
    known = run.policy if not run.knows_nothing_outside else None
    policies = policy_words(known) if known is not None else ""
    view = run.main
    mail = view.step("mail") if view else None
    if run.is_about_sender_alone:
        if run.knows_nothing_outside:
            return "the name servers know no name from outside"
        return policies or "the DNS gave no answer"
    if view is None or mail is None:
        found = run.policy
        matters = found is not None and (found.status in ("partly", "fail") or found.permerror)
        return f"MAIL not tried; {policies}" if matters and policies else None
    for exchange in (mail, view.step("rcpt")):
        if exchange is not None and exchange.ok is False:
            if exchange.reply is not None and exchange.reply.code:
                return _answer(exchange.reply)
            if exchange.error == CUT_OFF:
                return OUT_OF_TIME
            if exchange.outcome == "reply":
                return f"the answer to {exchange.step.upper()} was no SMTP"
            return exchange.error or f"no answer ({exchange.outcome})"
    judged = run.provider.sender_judged if run.provider else "unknown"
    so_far = "" if judged in ("mail", "rcpt") else " so far"
    accepted = f"{run.settings.sender} accepted{so_far}"
    return f"{accepted}; {policies}" if policies else accepted


def policy_words(found: Assessment) -> str:
    """What receivers find about the sender, in a few words; "" where the DNS told nothing."""
    if found.malformed:
        return _spf_words(found)
    if found.domain_exists is None and not found.known:
        return ""
    if found.domain_exists is False:
        return f"{found.domain} does not exist"
    dkim = {
        "usable": "DKIM",
        "missing": "no DKIM key",
        "invalid": "DKIM broken",
        "unknown": "DKIM can't be told",
    }[found.signing]
    policy = found.dmarc.policy
    dmarc = f"DMARC p={policy}" if policy else "no DMARC policy"
    if found.dmarc.status == "temperror":
        dmarc = "DMARC can't be told"
    return f"{_spf_words(found)}, {dkim}, {dmarc}"


def _spf_words(found: Assessment) -> str:
    if found.client is not None:
        term = f" ({foreign(found.client.term, LONGEST_TERM)})" if found.client.term else ""
        return f"SPF {found.client.result} for {found.question.client}{term}"
    if found.authentication.envelope == "rewritten":
        return "SPF is the provider's own"
    problem = found.own_problem
    if problem is not None and problem.kind == "record-missing":
        return "no SPF record"
    if found.status == "pass":
        term = _deciding_term(found)
        return f"SPF passes ({foreign(term, LONGEST_TERM)})" if term else "SPF passes"
    if found.permerror:
        return "SPF is invalid"
    return {
        "partly": "SPF passes for some servers",
        "fail": "SPF does not pass",
        "unknown": "SPF can't be told",
    }[found.status]


def _deciding_term(found: Assessment) -> str:
    """The include that lets the provider pass, where it is one."""
    published = found.published
    if published is None:
        return ""
    return next(
        (
            step.term
            for step in found.policy.tree.steps
            if step.policy is not None and step.policy.domain.lower() == published.include
        ),
        "",
    )


SUMMARIES: dict[CheckName, Callable[[Run], str | None]] = {
    "settings": _settings,
    "dns": _dns,
    "reach": _reach,
    "tls": _tls,
    "auth": _auth,
    "sender": _sender,
}
