"""The exact texts that programs and servers print for each code, from the knowledge base.

A client's own words (`knowledge/clients`) and a server's replies name their code. The families of
texts that libraries print (`knowledge/error_texts`) don't: each is given to `smtpdoctor.explain`,
and what that says first is its code. Public reports are those of the tests' corpus whose cause was
confirmed. Pure but for reading these files.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

from smtpdoctor import knowledge
from smtpdoctor.explain import Known, examine_text
from smtpdoctor.knowledge import error_texts
from tools.documentation.navigation import ROOT

#: What stands for a part of a text that differs from run to run.
HOST, REPLY = "smtp.example.com", "535"
#: Where anything may stand; what a pattern says for it, beside that.
GAP = " … "
ANYTHING = ("'", GAP)
#: A shorter text is in other words.
SHORTEST = 5
#: Of a pattern's variants so many are shown.
MOST_VARIANTS = 40
MOST_OF_A_REPLY = 4
#: A longer text is a paragraph and no line.
LONGEST = 140
MOST_REPORTS = 6
#: Of a report's text so many lines are looked at.
MOST_LINES = 12


@dataclass
class Texts:
    """What is printed for one code.

    clients: the client's name and its words. servers: a provider's name ("" for any) and a reply.
    first: texts of libraries that mean this cause most of the time. decides: by code, the
    observation that shows it where such a text means several, the likeliest first. reports: a text
    and the address of the public report.
    """

    clients: list[tuple[str, str]] = field(default_factory=list)
    servers: list[tuple[str, str]] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    decides: dict[str, str] = field(default_factory=dict)
    reports: list[tuple[str, str]] = field(default_factory=list)

    @property
    def searched(self) -> list[str]:
        """The texts whose search has to lead to this code, each once."""
        texts = [*(text for _, text in self.clients), *(text for _, text in self.servers)]
        return list(dict.fromkeys([*texts, *self.first]))


@cache
def by_code() -> dict[str, Texts]:
    """Every code for which something is printed, with the texts."""
    found: dict[str, Texts] = {}
    for client in knowledge.clients().values():
        for code, words in client.words.items():
            text = words.replace("{host}", HOST).replace("{port}", "587").replace("{reply}", REPLY)
            found.setdefault(code, Texts()).clients.append((client.name, text))
    for name, rule in _reply_rules():
        texts = (text for text in variants(rule.pattern) if rule.matches(text))
        for text in itertools.islice(texts, MOST_OF_A_REPLY):
            found.setdefault(rule.code, Texts()).servers.append((name, text))
    for text in _of_libraries():
        ranked = examine_text(text, Known()).ranked
        if ranked:
            texts = found.setdefault(ranked[0].candidate.code, Texts())
            texts.first.append(text)
            texts.decides |= {each.candidate.code: each.reading.decides for each in ranked}
    for code, text, source in _public_reports():
        reports = found.setdefault(code, Texts()).reports
        if len(reports) < MOST_REPORTS and text not in dict(reports):
            reports.append((text, source))
    return found


def _reply_rules() -> Iterator[tuple[str, knowledge.ReplyRule]]:
    for provider in knowledge.providers().values():
        yield from ((provider.name, rule) for rule in provider.replies if rule.verified)
    yield from (("", rule) for rule in knowledge.general_reply_rules() if rule.verified)


def _of_libraries() -> Iterator[str]:
    seen: set[str] = set()
    for family in error_texts.tables():
        for text in variants(family.pattern):
            if text.lower() not in seen and re.search(family.pattern, text, re.IGNORECASE):
                seen.add(text.lower())
                if _ends_anywhere(family.pattern, text):
                    yield text


def _ends_anywhere(pattern: str, text: str) -> bool:
    """Whether it means the same with a host behind it, which a search can't tell apart."""
    longer = f"{text} {HOST}"
    if re.search(pattern, longer, re.IGNORECASE):
        return True
    short, long_ = (examine_text(each, Known()).ranked for each in (text, longer))
    return bool(short and long_) and short[0].candidate.code == long_[0].candidate.code


def _public_reports() -> Iterator[tuple[str, str, str]]:
    """Of each report with one cause the line that names it by itself, where one does."""
    for name in ("errors", "more_errors"):
        for line in (ROOT / f"tests/data/{name}.jsonl").read_text("utf-8").splitlines():
            report = json.loads(line)
            if len(report["codes"]) == 1:
                (code,) = report["codes"]
                lines = map(str.strip, report["text"].splitlines()[:MOST_LINES])
                if telling := next((each for each in lines if _names(each, code)), ""):
                    yield code, telling, report["source"]


def fits(text: str) -> bool:
    """Whether that is a line that somebody would paste, and no word and no paragraph."""
    return SHORTEST <= len(text) <= LONGEST


def _names(line: str, code: str) -> bool:
    if not fits(line):
        return False
    ranked = examine_text(line, Known()).ranked
    return bool(ranked) and ranked[0].candidate.code == code


def variants(pattern: str) -> list[str]:
    """Texts that a regular expression is for: one for each way through its alternatives, with
    what is left out where it may be and one of the characters where any of some may stand."""
    ways = itertools.islice(_ways(parser.parse(pattern, re.IGNORECASE)), MOST_VARIANTS)
    blanks = (re.sub(r"\s+", " ", way).strip(" :[]…") for way in ways)
    # where a blank may stand it mostly does; in these words it doesn't
    whole = (re.sub(r"(\w) n't\b", r"\1n't", text) for text in blanks)
    texts = (re.sub(r"\buser name\b", "username", text) for text in whole)
    return list(dict.fromkeys(text for text in texts if fits(text)))


def _ways(parsed: list[tuple[object, object]]) -> Iterator[str]:
    if not parsed:
        yield ""
        return
    (kind, value), rest = parsed[0], parsed[1:]
    for start in _first(kind, value):
        for end in _ways(rest):
            yield start + end


def _first(  # noqa: C901, PLR0912 - one case a kind of the parser's
    kind: object, value: object
) -> Iterator[str]:
    match kind, value:
        case kinds.LITERAL, int():
            yield chr(value)
        case kinds.BRANCH, (_, alternatives):
            for alternative in alternatives:
                yield from _ways(list(alternative))
        case kinds.SUBPATTERN, (_, _, _, inner):
            yield from _ways(list(inner))
        case ((kinds.MAX_REPEAT | kinds.MIN_REPEAT), (least, most, inner)):
            for text in _ways(list(inner)):
                if text in ANYTHING and most > 1:
                    yield GAP
                elif least == 0 and len(text) == 1 and text.isalpha():
                    yield ""  # an ending, or an article: certificate(s), issue (a) STARTTLS
                else:
                    yield text * max(least, 1)
        case kinds.IN, [(kinds.LITERAL, first), *_]:
            yield chr(first)
        case kinds.IN, [(kinds.CATEGORY, category), *_]:
            yield {kinds.CATEGORY_DIGIT: "1", kinds.CATEGORY_SPACE: " "}.get(category, GAP)
        case kinds.IN, [(kinds.RANGE, (first, _)), *_]:
            yield chr(first)
        case kinds.ANY, _:
            yield "'"  # for the one that a text has, or its typographic form
        case ((kinds.NOT_LITERAL | kinds.IN), _):
            yield GAP
        case _:  # places and looks ahead have no text
            yield ""
