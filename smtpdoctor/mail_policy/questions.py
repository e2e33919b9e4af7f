"""How the evaluations of this package put a question to the DNS.

Knows that a name may be one that nobody can ask for. Must not know a resolver.
"""

from smtpdoctor.spf import Answer, Answers, Evaluation, Lookup, RecordType, decode
from smtpdoctor.spf.names import fault

MOST_RECORDS = 20
"""Records of one answer that are looked at; a name with more of them has them by mistake."""


def ask(name: str, rdtype: RecordType, answers: Answers) -> Evaluation[Answer]:
    """The answer for `name`, from `answers` where it is there already."""
    wrong = fault(name)
    if wrong is not None:
        return Answer("nxdomain", reason=wrong)
    lookup = Lookup(name.lower(), rdtype)
    answer = answers.get(lookup)
    if answer is None:
        answer = answers[lookup] = yield lookup
    return answer


def texts(answer: Answer) -> tuple[str, ...]:
    """The TXT records of an answer, the strings of each joined (RFC 6376 §3.6.2.2)."""
    return tuple(decode(text) for text in answer.texts()[:MOST_RECORDS])
