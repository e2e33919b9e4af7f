"""What real programs printed in a known situation (tools/documentation/printed.json) is read right.

One text often stands for several situations: then each of their causes is right, and the candidates
say what would tell them apart.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from smtpdoctor.explain import Candidate, explain
from tools.documentation.printed import situations

#: Of the different texts: a right cause first, and among the first three.
FIRST, AMONG_THREE = 457, 480

#: Texts that can't tell their situation, by their beginning: whoever wrote the program left it out.
CANNOT_TELL = {
    # of files and of every other protocol too
    "PermissionError: [Errno 13] Permission denied": "the line is of no mail program",
    "EOFError: end of file reached": "the line is of no mail program",
    "502 Command not implemented": "FTP and NNTP have the same words",
    # a port of 99999 is cut to sixteen bits on the way
    "Errno::ECONNREFUSED: Connection refused - connect(2) for 192": "the port is none of mail",
    # a greeting that some libraries can't read, told as another fault
    "<** Timeout (2 secs) waiting": "it waits for the rest of a line that has ended",
    "SMTP Error: Could not connect to SMTP host. STARTTLS command failed smtp": "not of STARTTLS",
    # PHP takes the scheme off before it looks the name up
    'Connection could not be established with host "ssl://smtp': "the name was looked up rightly",
    # words of the server that came instead of another answer
    'Expected response code "250/251/252" but got code "530"': "the login was never made",
    "msmtp: command STARTTLS failed": "what was injected is not shown",
    "Can't send mail - all recipients were rejected: 554 5.7.1 <user": "EHLO is not shown",
    'Expected response code "250/251/252" but got code "554"': "EHLO is not shown",
    "jakarta.mail.SendFailedException: Invalid Addresses": "EHLO is not shown",
    # a code without the server's words
    "curl: (55) RCPT failed: 554": "the words are left out",
    "curl: (55) RCPT failed: 450": "the words are left out",
    "curl: (55) MAIL failed: 450": "the words are left out",
    "Net::SMTPServerBusy: 450-Requested mail action not taken": "the second line is left out",
}
#: The address is refused; that its missing reverse name is why, its fix says with the others.
OF_THE_SAME_FIX = {"reverse-dns-missing": "client-address-refused"}


@cache
def texts() -> dict[str, frozenset[str]]:
    """Every different text with the codes of all situations in which a program printed it."""
    found: dict[str, set[str]] = defaultdict(set)
    for situation in situations():
        for text in situation.printed.values():
            found[text] |= {OF_THE_SAME_FIX.get(code, code) for code in situation.codes}
    return {text: frozenset(codes) for text, codes in found.items()}


@cache
def explained() -> dict[str, tuple[Candidate, ...]]:
    return {text: explain(text) for text in texts()}


def test_what_programs_print_has_its_cause_first_or_among_three() -> None:
    first = three = 0
    for text, codes in texts().items():
        found = [candidate.code for candidate in explained()[text]]
        first += bool(codes.intersection(found[:1]))
        three += bool(codes.intersection(found[:3]))
    assert first >= FIRST
    assert three >= AMONG_THREE


def test_only_texts_that_cannot_tell_are_read_wrong() -> None:
    wrong = [
        text
        for text, codes in texts().items()
        if not codes.intersection(candidate.code for candidate in explained()[text][:3])
    ]
    unexpected = [text for text in wrong if not text.startswith(tuple(CANNOT_TELL))]
    assert not unexpected
    for beginning in CANNOT_TELL:
        assert any(text.startswith(beginning) for text in wrong), beginning


def test_what_stands_for_several_causes_says_what_tells_them_apart() -> None:
    for text, found in explained().items():
        if len(found) > 1:
            assert all(candidate.tell_apart for candidate in found), text
            assert f"if not: {found[1].code}" in found[0].tell_apart, text
