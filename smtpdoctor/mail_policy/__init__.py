"""Whether receivers will believe a sender: DMARC, DKIM's keys, the header From, the verdict.

Without I/O. What needs the DNS is a generator for `spf.run` or `spf.run_async`; several can run at
the same time and share `answers`, so that each name is asked for once.

- `parse_header_from`: who a header From names, with the domain that counts;
- `discover`, `align`, `parse_dmarc`: DMARC's policy for a domain, and alignment;
- `look_up_key`, `parse_key`, `signing`: DKIM's keys at the selectors of a provider;
- `spf_outcome`, `judge`: what it all comes to, in words;
- `spf_change`, `dmarc_change`, `dkim_changes`, `find_zone`: the records to publish, and where.

Must not know sockets, a resolver, providers, observations, or how a finding is reported.
"""

from smtpdoctor.mail_policy.dkim import (
    DKIMKey,
    KeyFault,
    SelectorKey,
    is_key_record,
    look_up_key,
    parse_key,
    signing,
)
from smtpdoctor.mail_policy.dmarc import (
    Alignment,
    AlignmentMode,
    DMARCFault,
    DMARCPolicy,
    DMARCRecord,
    Misspelt,
    Policy,
    SuccessorPolicy,
    align,
    discover,
    is_dmarc,
    is_meant_as_dmarc,
    parse_dmarc,
    refused_reports,
    repair_dmarc,
)
from smtpdoctor.mail_policy.header_from import Author, HeaderFault, HeaderFrom, parse_header_from
from smtpdoctor.mail_policy.organization import organizational_domain
from smtpdoctor.mail_policy.records import (
    RecordChange,
    Zone,
    dkim_changes,
    dmarc_change,
    find_zone,
    spf_change,
)
from smtpdoctor.mail_policy.verdict import (
    Authentication,
    SPFOutcome,
    Verdict,
    VerdictKind,
    judge,
    spf_outcome,
)

__all__ = [
    "Alignment",
    "AlignmentMode",
    "Authentication",
    "Author",
    "DKIMKey",
    "DMARCFault",
    "DMARCPolicy",
    "DMARCRecord",
    "HeaderFault",
    "HeaderFrom",
    "KeyFault",
    "Misspelt",
    "Policy",
    "RecordChange",
    "SPFOutcome",
    "SelectorKey",
    "SuccessorPolicy",
    "Verdict",
    "VerdictKind",
    "Zone",
    "align",
    "discover",
    "dkim_changes",
    "dmarc_change",
    "find_zone",
    "is_dmarc",
    "is_key_record",
    "is_meant_as_dmarc",
    "judge",
    "look_up_key",
    "organizational_domain",
    "parse_dmarc",
    "parse_header_from",
    "parse_key",
    "refused_reports",
    "repair_dmarc",
    "signing",
    "spf_change",
    "spf_outcome",
]
