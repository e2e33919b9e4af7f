"""A command of a debug transcript to which nothing answered."""

from __future__ import annotations

import pytest

from smtpdoctor.explain import explain
from smtpdoctor.explain.dialogue import unanswered

VERTX = "{}. STARTTLS..\n{}. 220 2.0.0 Ready to start TLS..\n25. AUTH LOGIN..\n"


@pytest.mark.parametrize(
    ("text", "kind", "error"),
    [
        (VERTX + "java.nio.channels.ClosedChannelException", "login-silent", "closed"),
        (VERTX + "java.net.SocketTimeoutException: Read timed out", "login-silent", ""),
        ("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\ntimed out", "login-silent", ""),
        (">> MAIL FROM:<a@example.com>\n!! Expected response code 250 but got an empty response",
         "transaction-ended", ""),
        ("CLIENT -> SERVER: DATA\nSMTP timed out", "transaction-ended", "silent"),
        ("send: 'rcpt TO:<b@example.com>\\r\\n'\nConnection unexpectedly closed",
         "transaction-ended", ""),
    ],
)  # fmt: skip
def test_the_last_command_without_an_answer_is_found(text: str, kind: str, error: str) -> None:
    found = unanswered(text)
    assert found is not None
    assert (found.kind, found.error) == (kind, error)


@pytest.mark.parametrize(
    "text",
    [
        # answered, then closed by the client
        "C: AUTH LOGIN\nS: 535 Authentication failed\nconnection closed",
        "-> MAIL FROM:<a@example.com>\n<- 250 OK\n-> QUIT\n<- 221 Bye\nconnection closed",
        # nothing says that the session ended
        "C: AUTH LOGIN",
        # no dialogue: words of it within a sentence
        "the server closed the connection after we sent DATA to the database: timed out",
        "connection closed",
    ],
)
def test_lookalike_a_dialogue_that_was_answered_or_is_none(text: str) -> None:
    assert unanswered(text) is None


def test_what_it_means_is_judged_by_the_rules() -> None:
    found = explain(VERTX + "java.nio.channels.ClosedChannelException, io.vertx.ext.mail")
    assert found[0].code == "auth-no-answer"
