"""One error in the wrappings in which it is pasted: each gives what the bare line gives."""

from __future__ import annotations

import html
import json

import pytest

from smtpdoctor.explain import examine_text, explain
from smtpdoctor.explain.model import Known

LINE = (
    'Expected response code "250" but got code "530", with message "530 5.7.0 Must issue a '
    'STARTTLS command first"'
)
NODE = "Error: getaddrinfo ENOTFOUND smtp.ionso.com\n    at GetAddrInfoReqWrap.onlookup"

WRAPPINGS = {
    "JSON in JSON": lambda text: json.dumps(json.dumps({"error": text})),
    "JSON over several lines": lambda text: json.dumps(
        {"level": "error", "message": text}, indent=2
    ),
    "escaped for PHP's log": lambda text: text.replace('"', '\\"').replace("/", "\\/"),
    "a web page's entities": html.escape,
    "a web page": lambda text: "<p><b>" + html.escape(text).replace("\n", "<br>") + "</b></p>",
    "a terminal's colours": lambda text: f"\x1b[31m{text}\x1b[0m",
    "colours without their escape": lambda text: f"[31m{text}[0m",
    "colours in a JSON log": lambda text: json.dumps({"msg": f"\x1b[31;1m{text}\x1b[0m"}),
    "docker compose": lambda text: "".join(f"web-1  | {line}\n" for line in text.split("\n")),
    "journald": lambda text: f"Nov 28 10:00:00 web node[812]: {text}",
    "kubernetes": lambda text: f"2026-11-28T10:00:00.123456789Z stderr F {text}",
}


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
@pytest.mark.parametrize(("text", "code"), [(LINE, "tls-required"), (NODE, "host-name-typo")])
def test_what_is_around_an_error_changes_nothing(wrap, text: str, code: str) -> None:  # type: ignore[no-untyped-def]
    assert explain(text)[0].code == code
    assert explain(wrap(text))[0].code == code


def test_a_sentence_that_was_broken_in_two_is_read_as_one() -> None:
    text = (
        "Exception: The SMTP server requires a secure connection or the client was\n"
        "not authenticated. The server response was: 5.7.0 Must issue a STARTTLS\n"
        "command first. p10sm48772886gvf.28"
    )
    assert explain(text)[0].code == "tls-required"


def test_the_frames_of_a_trace_are_not_joined_to_the_message() -> None:
    text = (
        "smtplib.SMTPServerDisconnected: Connection unexpectedly closed while reading the answer\n"
        "in getreply"
    )
    assert "in getreply" not in explain(text)[0].why


def test_an_address_in_brackets_is_no_tag() -> None:
    found = explain("550 5.1.1 <b@example.com>: Recipient address rejected: User unknown")
    assert found[0].code == "recipient-rejected"
    assert "<b@example.com>" in found[0].why


def test_a_program_s_version_is_no_status_code() -> None:
    dump = (
        "PHPMailer Object\n(\n    [Version] => 5.2.22\n    [Priority] => \n"
        "    [ErrorInfo] => SMTP connect() failed.\n)"
    )
    codes = [found.code for found in explain(dump)]
    assert "port-blocked" in codes[:3]
    assert "recipient-rejected" not in codes


@pytest.mark.parametrize("time", ["10:25:07", "10:22:25", "2026-11-28 10:25:07,123"])
def test_the_time_of_a_log_is_no_port(time: str) -> None:
    found = examine_text(f"{time} ERROR Connection timed out", Known())
    assert found.ranked[0].candidate.code == "port-blocked"
    assert found.known.port is None
    assert not explain(f"{time} ERROR POST /api/items: 500, took 25 ms")


def test_the_message_that_a_bounce_returns_does_not_say_why() -> None:
    bounce = (
        "I wasn't able to deliver your message to the following addresses.\n\n"
        "<a@b.example>:\nSorry, no mailbox here by that name. 550 5.1.1 User unknown\n\n"
    )
    returned = (
        "--- Below this line is a copy of the message.\n\nSubject: connect ECONNREFUSED "
        "127.0.0.1:25\nX-Log: 535 5.7.8 Authentication failed\n"
    )
    found = [each.code for each in explain(bounce + returned)]
    assert found[0] == "recipient-rejected"
    assert not {"wrong-host", "credentials-rejected"}.intersection(found)
    assert len(explain(returned)) > 0  # alone it is what was asked about


_BOUNCE = (
    "The following message to <b@example.org> was undeliverable.\nThe reason for the problem:\n"
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender\n"
)
_ASKED = "Our invoices do not go out any more since Monday, please call me at 555-0100.\nEva\n\n"


@pytest.mark.parametrize(
    "before",
    [
        f"{_ASKED}-----Original Message-----\nFrom: Mail Delivery System\n\n",
        f"Subject: Fwd: Undelivered Mail\n\n{_ASKED}--b\nContent-Type: message/rfc822\n\n"
        "From: MAILER-DAEMON@mx.example.com\n\n",
    ],
)
def test_a_bounce_that_a_person_hands_on_is_read(before: str) -> None:
    assert next(each.code for each in explain(before + _BOUNCE)) == "sender-not-allowed"


@pytest.mark.parametrize(
    "line",
    [
        "Content-Type: message/rfc822",
        "-----Original Message-----",
        "Content-Type: text/rfc822-headers",
    ],
)
def test_the_message_attached_to_a_bounce_does_not_say_why(line: str) -> None:
    returned = f"{line}\n\nSubject: x\nX-Log: 535 5.7.8 Authentication failed\n"
    found = [each.code for each in explain(_BOUNCE + returned)]
    assert found[0] == "sender-not-allowed"
    assert "credentials-rejected" not in found


def test_the_place_of_a_trace_is_no_reply() -> None:
    trace = (
        '  File "mail.py", line 451, in send\n    server = smtplib.SMTP(SMTP, PORT)\n'
        "smtplib.SMTPServerDisconnected: Connection unexpectedly closed"
    )
    assert "closed" in explain(trace)[0].why


def test_the_name_of_a_receivers_server_is_no_slip_where_servers_hand_mail_on() -> None:
    log = "connect to gmail-smtp-in.l.google.com[2001:db8::1a]:25: Network is unreachable"
    assert explain(f"postfix/smtp[9]: {log}")[0].code == "ipv6-broken"
    assert explain(f"nodemailer: {log}")[0].code == "wrong-host"
