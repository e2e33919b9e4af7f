"""Sender Policy Framework, RFC 7208, without I/O.

Every evaluation is a generator: it yields `Lookup` and is sent `Answer`. `run` drives one with
answers at hand, `run_async` with an asynchronous resolver:

    result = await run_async(check_host("192.0.2.1", "example.com", "info@example.com"), resolve)

- `check_host`: the result for one client address, the term that decided, the tree of look-ups;
- `expand`: a domain's policy as sets of addresses, for all clients at once;
- `coverage`, `permissiveness`: what such a set means for a provider's addresses;
- `fix_record`: the record to publish so that a provider's servers pass;
- `is_meant_as_spf`, `version_fault`: a record that receivers don't take for a policy;
- `parse`: a record's terms, with their places and what breaks the grammar.

Must not know sockets, a resolver, providers, or how a finding is reported.
"""

from smtpdoctor.spf.address_set import EVERYTHING, NOTHING, AddressSet, Network
from smtpdoctor.spf.cover import (
    Answers,
    Coverage,
    Permissiveness,
    PolicySet,
    Wide,
    coverage,
    expand,
    permissiveness,
)
from smtpdoctor.spf.evaluate import (
    LOOKUP_LIMIT,
    VOID_LIMIT,
    PolicyNode,
    Problem,
    ProblemKind,
    Question,
    Result,
    SPFResult,
    Step,
    check_host,
)
from smtpdoctor.spf.fix import Change, RecordFix, fix_record
from smtpdoctor.spf.lookup import (
    Answer,
    Evaluation,
    Lookup,
    MailExchange,
    Record,
    RecordType,
    Status,
    run,
    run_async,
)
from smtpdoctor.spf.names import to_ascii
from smtpdoctor.spf.parse import (
    Mechanism,
    Modifier,
    SPFRecord,
    SyntaxFault,
    decode,
    is_spf,
    parse,
)
from smtpdoctor.spf.repair import is_meant_as_spf, version_fault

__all__ = [
    "EVERYTHING",
    "LOOKUP_LIMIT",
    "NOTHING",
    "VOID_LIMIT",
    "AddressSet",
    "Answer",
    "Answers",
    "Change",
    "Coverage",
    "Evaluation",
    "Lookup",
    "MailExchange",
    "Mechanism",
    "Modifier",
    "Network",
    "Permissiveness",
    "PolicyNode",
    "PolicySet",
    "Problem",
    "ProblemKind",
    "Question",
    "Record",
    "RecordFix",
    "RecordType",
    "Result",
    "SPFRecord",
    "SPFResult",
    "Status",
    "Step",
    "SyntaxFault",
    "Wide",
    "check_host",
    "coverage",
    "decode",
    "expand",
    "fix_record",
    "is_meant_as_spf",
    "is_spf",
    "parse",
    "permissiveness",
    "run",
    "run_async",
    "to_ascii",
    "version_fault",
]
