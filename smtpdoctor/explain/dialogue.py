"""Finds the command of a debug transcript to which nothing answered before the session ended.

Knows how programs show the two sides of a dialogue. What it may mean is for `readings`.
"""

from __future__ import annotations

import re

from smtpdoctor.explain.model import Symptom

#: A command where a line begins, or behind what shows whose line it is: "C: ", " -> ", "SMTP>> ",
#: "CLIENT -> SERVER: ", "send: '", a line's number.
_COMMAND = re.compile(
    r"(?mi)(?:^(?:[ >\t]{0,6}|\s{0,4}\d{1,3}\. )|\bC: |[-~]> |>{2,3} |SERVER: |send: b?'|\] )"
    r"(?P<login>AUTH (?:PLAIN|LOGIN|CRAM-MD5|XOAUTH2|NTLM|DIGEST-MD5)\b)?"
    r"(?(login)|(?:MAIL FROM:|RCPT TO:|DATA\b))[^\n]*"
)
#: An answer, whoever shows it. After 334 the server waits for the client's next line.
_ANSWER = re.compile(r"(?:^|(?<!code)[\s:<>'\"])(?!334)[2-5]\d\d(?:[ -]|$)", re.MULTILINE)
#: How it ended, by what the program says of it.
_CLOSED = re.compile(
    r"closed|\bEOF\b|end of (?:file|stream)|reset|empty response|code \"\"|lost connection|hang up|"
    r"aborted|disconnect|broken pipe|socket is not connected",
    re.IGNORECASE,
)
_SILENT = re.compile(r"timed?[ -]?out|time-?out|no (?:answer|response|reply)", re.IGNORECASE)


def unanswered(text: str) -> Symptom | None:
    """The last command, where nothing answered it and the session ended or fell silent."""
    commands = list(_COMMAND.finditer(text))
    if not commands:
        return None
    last = commands[-1]
    begins = last.start("login") if last["login"] else last.start()
    rest = text[begins:]
    if _ANSWER.search(rest):
        return None
    closed = _CLOSED.search(rest) is not None
    if not closed and not _SILENT.search(rest):
        return None
    if last["login"]:
        kind, error = "login-silent", "closed" if closed else ""
    else:
        kind, error = "transaction-ended", "" if closed else "silent"
    return Symptom(kind=kind, error=error, says=last[0].strip()[:200], specific=6)
