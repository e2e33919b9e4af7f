"""What the site's search knows a pasted error by: the tables of `explain`, for its script.

A text that no page has word for word still says what it is: by the families of texts that libraries
print, by the words of clients, and by a server's reply, which is held against the rules for the
step that it answered. Each is given here with the codes that `explain` ranks for it, so that the
search leads to the pages that `smtpdoctor explain` names. Pure but for reading these tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache

from smtpdoctor import knowledge
from smtpdoctor.explain import Known, candidates, replies, symptoms
from smtpdoctor.explain.model import Stage, Symptom
from smtpdoctor.knowledge import ReplyRule, error_texts
from tools.documentation.error_texts import variants

#: The name of the script.
RECOGNIZED_ERRORS = "recognized_errors.js"
#: A code and its weight beside the likeliest one's.
Ranks = list[tuple[str, float]]


def script() -> str:
    """A script that sets what the search is to know, which runs before `pasted_errors.js`."""
    return (
        f"const RECOGNIZED = {json.dumps(_tables(), ensure_ascii=False, separators=(',', ':'))};\n"
    )


def _tables() -> dict[str, object]:
    general = [rule for rule in knowledge.general_reply_rules() if rule.verified]
    return {
        "texts": [
            *(
                [javascript(each.pattern), each.specific, each.kind, _by_address(each)]
                for each in error_texts.tables()
            ),
            [
                javascript(replies.NO_EHLO.pattern),
                replies.WORDED,
                "ehlo-missing",
                {"": _of_text("ehlo-missing", "")},
            ],
        ],
        "clients": [
            [javascript(each.regex.pattern), 2, *_of_client(each.code)]
            for each in error_texts.of_clients()
            if not each.reply and len(each.regex.pattern) >= symptoms.SHORTEST_WORDS
        ],
        "absorbed": {kind: sorted(others) for kind, others in symptoms.ABSORBED.items()},
        "codes": replies.CODES,
        "statuses": replies.OF_STATUS,
        "said": replies.SAID,
        "cues": replies.CUES,
        "hints": replies.HINTS,
        "usual": replies.USUAL,
        "else": replies.ELSE,
        "rules": [
            [javascript(rule.pattern), {stage: _of_rule(rule, stage) for stage in rule.stages}]
            for rule in general
        ],
        "unworded": {
            stage: {code: _of_reply(stage, f"{code} …") for code in replies.CODES.split("|")}
            for stage in _STAGES
        },
    }


_STAGES: tuple[Stage, ...] = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data")


#: What of a pattern JavaScript has otherwise: its flag `m` is always set there.
_OTHERWISE = {
    "(?P<": "(?<",
    "(?m:^)": "^",
    r"\A": r"(?<![\s\S])",
    r"\Z": r"(?![\s\S])",
}
_NOT_THERE = re.compile(r"\(\?[a-zA-Z-]+[:)]|\(\?>|[*+?}]\+")


def javascript(pattern: str) -> str:
    """A regular expression as JavaScript has it. Raises ValueError for what it lacks."""
    for ours, theirs in _OTHERWISE.items():
        pattern = pattern.replace(ours, theirs)
    if lacking := _NOT_THERE.search(re.sub(r"\\.|\[[^\]]*\]", "x", pattern)):
        raise ValueError(f"JavaScript has no {lacking[0]}: {pattern}")
    return pattern


#: An address beside a text that makes it another cause's, and how it is known.
ADDRESSES = {
    r"(?<![\w.])(?:127\.0\.0\.1|localhost|::1)(?![\w.]*\w\.\w)": "127.0.0.1",
    r"(?<![\w:])[0-9a-f]{1,4}:(?:[0-9a-f]{0,4}:){2,6}[0-9a-f]{1,4}(?![\w])": "2001:db8::25",
}


def _by_address(text: error_texts.ErrorText) -> dict[str, Ranks]:
    """What a text may be, and what it may be beside such an address, where that is another."""
    plain = _of_text(text.kind, text.error)
    beside = {
        pattern: _of_text(text.kind, text.error, address) for pattern, address in ADDRESSES.items()
    }
    return {"": plain, **{key: ranks for key, ranks in beside.items() if ranks != plain}}


@cache
def _of_text(kind: str, error: str, address: str = "") -> Ranks:
    return _ranks(Symptom(kind=kind, error=error, says="", address=address))


def _of_client(code: str) -> tuple[str, Ranks]:
    """The kind of a client's words, and what they may be: first what the client prints them for."""
    kind, error = symptoms.OF_CODES.get(code, ("", ""))
    ranks = _of_text(kind, error) if kind else []
    return kind, [(code, 1.0), *((each, weight) for each, weight in ranks if each != code)]


def _of_rule(rule: ReplyRule, stage: Stage) -> Ranks:
    """What a reply means in whose words this rule is the first that knows them."""
    for text in variants(rule.pattern):
        for code in ("", *_codes_at(stage)):
            reply = f"{code} {text}".strip()
            if re.match(r"[45]\d\d\b", reply) and knowledge.interpret(None, stage, reply) is rule:
                ranks = _of_reply(stage, reply)
                return ranks if rule.code in dict(ranks) else [(rule.code, 1.0), *ranks]
    return [(rule.code, 1.0)]


def _codes_at(stage: Stage) -> Sequence[str]:
    """Reply codes, first those that answer this step most often."""
    return sorted(replies.USUAL, key=lambda code: -replies.USUAL[code].get(stage, 0.0))


@cache
def _of_reply(stage: Stage, reply: str) -> Ranks:
    return _ranks(Symptom(kind="reply", says=reply, reply=reply, stages=((stage, 1.0),)))


def _ranks(symptom: Symptom) -> Ranks:
    ranked = candidates.rank([symptom], Known(), frozenset())
    return [(each.candidate.code, round(each.score / ranked[0].score, 2)) for each in ranked]
