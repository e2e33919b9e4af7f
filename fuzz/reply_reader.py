"""Feeds arbitrary bytes, cut at arbitrary places, to the reply reader.

Needs atheris: `python -m pip install atheris`, then `python fuzz/reply_reader.py -runs=100000`.
A finding is an exception: the reader raised, lost or invented bytes, held more than its bounds, or
gave other replies for another cut.
"""

import sys

import atheris

with atheris.instrument_imports():
    from smtpdoctor.smtp.capabilities import Capabilities, is_masked_greeting
    from smtpdoctor.smtp.replies import (
        MAX_LINE,
        MAX_LINES,
        MAX_REPLY,
        Oddity,
        Reply,
        ReplyReader,
        describe_bytes,
    )

_DROPPING = {Oddity.TRUNCATED, Oddity.TOO_MANY_LINES}


def read(parts: list[bytes]) -> list[Reply]:
    """All replies in the parts, the one at the close too; checks the bounds on the way."""
    reader = ReplyReader()
    replies = []
    for part in parts:
        replies += reader.feed(part)
        assert len(reader.pending) <= MAX_REPLY + MAX_LINE
    last = reader.close()
    return replies + ([last] if last else [])


def fuzz(data: bytes) -> None:
    """One run; the first byte says how long the pieces are."""
    size, conversation = (data[0] + 1 if data else 1), data[1:]
    pieces = [conversation[start : start + size] for start in range(0, len(conversation), size)]
    replies = read([conversation])
    assert read(pieces) == replies
    if not any(_DROPPING.intersection(reply.oddities) for reply in replies):
        assert b"".join(reply.raw for reply in replies) == conversation
    for reply in replies:
        assert len(reply.lines) <= MAX_LINES
        assert (reply.code == 0) == (Oddity.NOT_A_REPLY in reply.oddities)
        _ = (reply.enhanced, reply.text, reply.last, is_masked_greeting(reply))
        offered = Capabilities.parse(reply)
        _ = (offered.auth, offered.size, offered.masked, offered.starttls_masked)
    describe_bytes(conversation)


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()
