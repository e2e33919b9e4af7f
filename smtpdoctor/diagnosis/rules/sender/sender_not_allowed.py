"""The server's words at MAIL or RCPT: this login may not send from this address.

Where no server could be asked: a sender that the provider's own rule on domains forbids. A rule on
whole addresses tells nothing then, since an alias would keep it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, own_line
from smtpdoctor.diagnosis.fixes import send_from_login
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.views.entries import faults
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.views.sender import domain_of, login_address
from smtpdoctor.diagnosis.wording import options as words
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.settings.model import NO_LOGIN
from smtpdoctor.smtp.replies import Reply

CODE = "sender-not-allowed"

#: Words that speak of the sender; without them a reply code alone is interpreted.
_ABOUT_THE_SENDER = re.compile(r"sender|\bfrom\b|send as|SendAs|owned|\brelaying\b", re.IGNORECASE)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        yield from _foretold(run) if run.server_unasked else _after_the_message(run)
        yield from _in_the_name_of_visitors(run)
        return
    settings = run.settings
    login = settings.username
    rule_broken = _breaks_the_rule(run)
    if refused.rule is not None and refused.rule.tells == "policy" and not rule_broken:
        yield _by_policy(run, refused)
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if _ABOUT_THE_SENDER.search(refused.reply.text) else "likely",
        title=f"{login or 'a client without a login'} may not send as {settings.sender}",
        explanation=_explanation(run, refused.reply, rule_broken),
        evidence=(
            refusals.seen(run, refused),
            *(_rule(run) if rule_broken else _known(run, refused)),
            *own_line(run, "sender"),
            # the libraries' words are those for MAIL; for RCPT they blame the recipient
            *(library_words(run, CODE, check="sender") if refused.exchange.step == "mail" else ()),
        ),
        fixes=(*send_from_login(run), _other_login(run)),
        explains=refused.failed,
        points_at=("sender",),
    )


def _by_policy(run: Run, refused: Refusal) -> Diagnosis:
    """A refusal that speaks of a policy alone: of the sender, this machine's address, the time."""
    host = run.settings.host
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="possible",
        title=f"{host} refuses mail from {run.settings.sender} by a policy of its own",
        explanation=(
            f"{'The login worked' if run.logged_in else 'No login was made'}, and the server's "
            "words don't say which policy it is. Policies judge the sender, the client's address, "
            "the amount of mail or the time."
        ),
        evidence=(refusals.seen(run, refused), *own_line(run, "sender")),
        fixes=(
            Fix(
                title=f"ask who runs {host} which policy it is",
                steps=(
                    "Send the reply above, with the time: the server's log has the reason.",
                    "If it is your own: Postfix asks the services in check_policy_service "
                    "(postfwd, policyd, rspamd), Exim the ACL acl_smtp_mail; their logs name the "
                    "rule.",
                ),
            ),
            *(() if _is_own_address(run) else send_from_login(run)),
        ),
        explains=refused.failed,
        points_at=("sender",),
    )


def _foretold(run: Run) -> Iterator[Diagnosis]:
    """A sender of another domain than the login's, at a provider that is known to refuse it."""
    provider, settings, read = run.provider, run.settings, run.setting("sender")
    if provider is None or provider.sender_rule != "same-domain" or read is None:
        return
    if not _breaks_the_rule(run) or faults(run, "username", problems=NO_LOGIN):
        return
    sender, login = domain_of(settings.sender), domain_of(login_address(settings))
    if sender.endswith(f".{login}") or login.endswith(f".{sender}"):
        return  # no source tells how a domain below is taken
    yield Diagnosis(
        code=CODE,
        severity="error" if settings.elsewhere else "warning",
        confidence="likely",
        title=f"{provider.name} does not let {settings.username} send as {settings.sender}",
        explanation=(
            f"At {provider.name} the sender has to be in the login's domain: {login}, not "
            f"{sender}. The login works, and then the server refuses the sender. The server itself "
            "was not asked."
        ),
        evidence=(*own_line(run, "sender"), *own_line(run, "username"), *_rule(run)),
        fixes=(*send_from_login(run), _other_login(run)),
        explains=(read.id,),
        points_at=("sender",),
    )


def _in_the_name_of_visitors(run: Run) -> Iterator[Diagnosis]:
    """A form that sends its mail as whoever fills it in, at a provider that binds the sender."""
    provider, login = run.provider, login_address(run.settings)
    if provider is None or provider.sender_rule not in ("same-domain", "same-address", "verified"):
        return
    for remark in options.remarks(run, "visitor"):
        yield Diagnosis(
            code=CODE,
            severity="warning",
            confidence="likely",
            title=f"mail is sent as whoever fills in the form: {provider.name} refuses that",
            explanation=(
                "The sender comes from a request to the program, so it is an address of the "
                "visitor's. No login may send as that; and where a server takes it, receivers "
                "have no reason to believe it."
            ),
            evidence=(*words.evidence(run, remark), *_rule(run)),
            fixes=(
                Fix(
                    title=f"send from {login or 'the address that logs in'}, and put the "
                    "visitor's into Reply-To",
                    steps=(
                        f"{words.place(remark)}: {login or 'the address that logs in'} in place "
                        "of the form's address.",
                        "The form's address goes into Reply-To (addReplyTo in PHPMailer, replyTo "
                        "in Nodemailer, reply_to in Python): answers go there.",
                    ),
                ),
            ),
            locations=words.locations(run, remark),
        )


def _after_the_message(run: Run) -> Iterator[Diagnosis]:
    """A sender that was accepted so far, at a provider that judges it after the message."""
    main, provider, settings = run.main, run.provider, run.settings
    mail = main.step("mail") if main is not None else None
    if main is None or provider is None or not main.logged_in or not _breaks_the_rule(run):
        return
    if provider.sender_judged not in ("data", "unknown") or mail is None or not mail.ok:
        return
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="likely",
        title=f"{provider.name} may refuse {settings.sender} after the message",
        explanation=(
            f"The server accepted the sender so far. {provider.name} compares it with the login "
            "only when the message is there, which smtpdoctor never sends, and refuses a sender "
            "that the login has no right to."
        ),
        evidence=(
            Evidence(
                check="sender",
                text=f"{settings.username} logged in, and {mail.sent} was accepted",
            ),
            *_rule(run),
            *own_line(run, "sender"),
        ),
        fixes=(*send_from_login(run), _other_login(run)),
        points_at=("sender",),
    )


def _breaks_the_rule(run: Run) -> bool:
    """Whether the sender is one that the provider's known rule forbids to this login."""
    provider, sender = run.provider, run.settings.sender
    login = login_address(run.settings)
    if provider is None or sender is None or login is None:
        return False
    if provider.sender_rule == "same-domain":
        return domain_of(sender) != domain_of(login)
    return provider.sender_rule == "same-address" and sender.lower() != login.lower()


def _explanation(run: Run, reply: Reply, rule_broken: bool) -> str:
    settings, provider = run.settings, run.provider
    login = login_address(run.settings)
    words = "The login worked" if run.logged_in else "No login was made"
    if rule_broken and provider is not None and provider.sender_rule == "same-domain":
        words += (
            f", but at {provider.name} the sender has to be in the login's domain: "
            f"{domain_of(login)}, not {domain_of(settings.sender)}."
        )
    elif rule_broken and provider is not None:
        words += f", but at {provider.name} the sender has to be the address that logged in."
    elif _is_own_address(run) and provider is None:
        words += ", and the sender is its own address: the server's list of senders lacks it."
    elif login is not None and domain_of(login) == domain_of(settings.sender):
        words += (
            ", and the sender is of its domain, so a rule about domains is not the reason. "
            "Probably this mailbox has no right to this address."
        )
    else:
        words += "; probably the sender may only be an address that belongs to the login."
    if len(reply.lines) > 1 and "mailbox unavailable" in reply.lines[0].lower():
        words += " In the reply only the last line is the reason, not the unavailable mailbox."
    return words


def _known(run: Run, refused: Refusal) -> tuple[Evidence, ...]:
    """What is known of the words, unless it is a rule that this sender does not break."""
    rule = run.provider.sender_rule if run.provider else "unknown"
    return () if rule in ("same-domain", "same-address") else refusals.known(run, refused)


def _rule(run: Run) -> tuple[Evidence, ...]:
    provider = run.provider
    if provider is None or not provider.sender_rule_text:
        return ()
    since = f" (since {provider.sender_rule_since})" if provider.sender_rule_since else ""
    source = refusals.source((provider.sender_rule_source,)) if provider.sender_rule_source else ""
    told = refusals.told_by(provider.name, (provider.sender_rule_source,))
    text = f"{told} {provider.sender_rule_text}{since} {source}".strip()
    return (Evidence(check="sender", kind="known", text=text),)


def _is_own_address(run: Run) -> bool:
    sender, login = run.settings.sender, run.settings.username
    return sender is not None and login is not None and sender.lower() == login.lower()


def _other_login(run: Run) -> Fix:
    sender, login = run.settings.sender, run.settings.username
    if _is_own_address(run) and run.provider is None:
        return Fix(
            title=f"ask who runs {run.settings.host} to let {login} send as itself",
            steps=(
                "The sender is the login's own address: the server's list of who may send as whom "
                "has it wrong. Often the address is an alias of another mailbox there.",
                "If it is your own: Postfix reads smtpd_sender_login_maps, mailcow calls it sender "
                "ACL, Mail-in-a-Box the permitted senders of an alias.",
            ),
        )
    if _is_own_address(run):
        return Fix(
            title=f"ask the provider why {sender} may not send",
            steps=(
                "The sender is the login's own address. Look at the provider's pages whether the "
                "mailbox may send, and ask its support with the reply above.",
            ),
        )
    return Fix(
        title=f"log in with a mailbox that may send as {sender}",
        steps=(
            f"Use the credentials of {sender} itself, or have the right to send as {sender} given "
            f"to {login or 'this login'} at the provider, if it has such rights.",
        ),
    )
