"""What of a server's words counts for which step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, Act, Behaviour
from smtpdoctor.observations import Exchange

from ..runs import Ran, certificate_of, one_host


def talk(authority: Authority, **changes: object) -> Ran:
    behaviour = replace(Behaviour(certificate=certificate_of(authority)), **changes)  # type: ignore[arg-type]
    return Ran(one_host(authority, on_587=behaviour, on_465="refused"), authority)


def exchange(ran: Ran, step: str) -> Exchange:
    found = ran.observations.first(Exchange, step=step)
    assert found is not None
    return found


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET])
@pytest.mark.parametrize("half", [b"220 mail.example.com ready", b"220-mail.example.com\r\n"])
def test_half_a_greeting_welcomes_nobody(authority: Authority, half: bytes, act: Act) -> None:
    ran = talk(authority, greeting=(half, act))
    greeting = exchange(ran, "greeting")
    assert (greeting.ok, greeting.reply) == (False, None)
    assert greeting.outcome in ("closed", "reset")
    assert ran.steps() == ["greeting"]


def test_half_a_refusal_says_why(authority: Authority) -> None:
    ran = talk(authority, greeting=(b"554-no mail from your address\r\n", Act.CLOSE))
    greeting = exchange(ran, "greeting")
    assert greeting.reply is not None
    assert greeting.reply.code == 554


def test_an_unasked_421_answers_the_next_command(authority: Authority) -> None:
    """RFC 5321 §3.8: a server may close at any time, and says so before it does."""
    ran = talk(authority, greeting="220 mail\n421 closing", replies={"EHLO": Act.SILENCE})
    ehlo = exchange(ran, "ehlo")
    assert ehlo.reply is not None
    assert (ehlo.reply.code, ehlo.ok) == (421, False)


def test_an_unasked_reply_of_any_other_kind_answers_none(authority: Authority) -> None:
    ran = talk(authority, greeting="220 mail\n451 later", replies={"EHLO": Act.SILENCE})
    assert exchange(ran, "ehlo").outcome == "silence"


def test_a_530_after_the_login_forgets_it(authority: Authority) -> None:
    """It wants the login that it has just accepted."""
    ran = talk(authority, mail_from=lambda user, sender: "530 5.7.0 Authentication required")
    assert exchange(ran, "auth").ok
    assert ran.codes() == ["login-not-kept"]
    assert ran.report.verdict == "broken"
    assert not ran.report.unexplained


def test_a_550_after_the_login_that_wants_one_is_about_the_sender(authority: Authority) -> None:
    ran = talk(authority, mail_from=lambda user, sender: "550 5.7.1 Authentication required")
    assert ran.codes() == ["sender-not-allowed"]


OK = "250 2.0.0 Ok"


@pytest.mark.parametrize(
    ("changes", "behind"),
    [
        ({"greeting": ("220 mail", OK)}, "greeting"),
        ({"auth_answer": ("235 2.7.0 welcome", OK)}, "answer to AUTH"),
        ({"mail_from": lambda user, sender: (OK, OK)}, "answer to MAIL"),
        ({"rcpt_to": lambda user, sender: (OK, OK)}, "answer to RCPT"),
    ],
    ids=["greeting", "login", "mail", "rcpt"],
)
def test_a_reply_too_many_fails_all_who_read_one_by_one(
    authority: Authority, changes: dict[str, Any], behind: str
) -> None:
    ran = talk(authority, extensions=("8BITMIME",), **changes)
    assert ran.codes() == ["reply-unreadable"]
    assert behind in ran.report.diagnoses[0].title
    assert ran.report.verdict == "broken"


def test_a_reply_too_many_tells_no_password(authority: Authority) -> None:
    ran = talk(authority, auth_answer=("235 2.7.0 welcome", f"250 {PASSWORD} is well"))
    assert ran.codes() == ["reply-unreadable"]
    assert PASSWORD not in ran.everything()


def test_no_reply_of_a_sound_server_is_too_many(authority: Authority) -> None:
    ran = talk(authority)
    assert all(item.unasked is None for item in ran.observations.of(Exchange))
