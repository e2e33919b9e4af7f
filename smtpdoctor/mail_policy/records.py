"""The records to publish, each as a change from what stands there now.

Knows how a record is written in a zone and what the first DMARC record is. Must not know where a
zone is edited, nor whether a change is needed; the SPF record itself comes from `spf.fix_record`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from smtpdoctor.mail_policy.dkim import SelectorKey
from smtpdoctor.mail_policy.dmarc import (
    POLICIES,
    DMARCPolicy,
    Policy,
    parse_dmarc,
    repair_dmarc,
)
from smtpdoctor.mail_policy.questions import ask
from smtpdoctor.spf import Answers, Evaluation, RecordFix, to_ascii
from smtpdoctor.spf.names import without_final_dot

_STRING = 255  # octets of one character-string (RFC 1035 §3.3)
_MOST_ZONES = 8  # labels that are cut off in search of a zone


@dataclass(frozen=True, slots=True)
class RecordChange:
    """The one record `new` of type `rdtype` at `name`, in place of all of `old`.

    old: whole lines' data as published now, TXT as joined text; of the type `old_type` where that
    differs from the new one's, since beside a CNAME nothing else may stand (RFC 1034 §3.6.2).
    """

    name: str
    rdtype: Literal["TXT", "CNAME"]
    old: tuple[str, ...]
    new: str
    old_type: Literal["TXT", "CNAME"]

    @property
    def strings(self) -> tuple[str, ...]:
        """The new TXT record as character-strings; of a CNAME the target alone."""
        if self.rdtype == "CNAME":
            return (self.new,)
        return tuple(self.new[at : at + _STRING] for at in range(0, len(self.new), _STRING))

    @property
    def zone_line(self) -> str:
        """The new record as a line of a zone file (RFC 1035 §5.1)."""
        if self.rdtype == "CNAME":
            return f"{self.name}. CNAME {self.new}."
        strings = (
            '"' + string.replace("\\", "\\\\").replace('"', '\\"') + '"' for string in self.strings
        )
        return f"{self.name}. TXT {' '.join(strings)}"


def spf_change(domain: str, fix: RecordFix) -> RecordChange | None:
    """The SPF record of `domain`; None where there is none that works, or nothing to change."""
    if fix.new is None or fix.old == (fix.new,):
        return None
    return RecordChange(_name(domain), "TXT", fix.old, fix.new, "TXT")


def dmarc_change(
    policy: DMARCPolicy, *, reports_to: str | None = None, passes: bool = True
) -> RecordChange | None:
    """The DMARC record to publish: a first one, one without faults, or one of several.

    passes: whether the sender's mail passes; else no stricter policy than the one in effect, so
    that a mended record loses no mail.
    A first one asks receivers for nothing, so that nothing is lost while the others find out who
    sends. reports_to: a mail address for the aggregate reports. None where the record that
    applies has no faults, or the DNS didn't say what is there.
    """
    if policy.status == "temperror":
        return None
    domain = policy.found_at or policy.domain
    old = policy.records or tuple(m.text for m in policy.misspelt if m.name == _at(domain))
    meant = old or tuple(misspelt.text for misspelt in policy.misspelt)
    if not meant:
        rua = f"; rua=mailto:{reports_to}" if reports_to else ""
        return RecordChange(_at(domain), "TXT", (), f"v=DMARC1; p=none{rua}", "TXT")
    if policy.record is not None and not policy.record.faults:
        return None
    candidates = [repair_dmarc(text) for text in meant]
    # of several, the one that protects most, with the others' addresses for reports
    best = max(candidates, key=lambda text: POLICIES.index(parse_dmarc(text).policy or "none"))
    reports = [uri for text in candidates for uri in parse_dmarc(text).reports_to]
    effective = (policy.record.policy if policy.record is not None else None) or "none"
    at_most: Policy = "reject" if passes else effective
    new = repair_dmarc(best, at_most=at_most, reports_to=tuple(dict.fromkeys(reports)))
    return RecordChange(_at(domain), "TXT", old, new, "TXT")


def _at(domain: str) -> str:
    return f"_dmarc.{domain}"


def _name(domain: str) -> str:
    return without_final_dot(to_ascii(domain)).lower()


def dkim_changes(keys: Sequence[SelectorKey]) -> tuple[RecordChange, ...]:
    """The CNAMEs for the selectors that don't work and whose target the provider tells.

    Not where a CNAME leads there already: then the key behind it is the provider's to publish.
    """
    changes = []
    for key in keys:
        works = key.status in ("usable", "weak", "unknown")
        if works or key.target is None or _name(key.alias) == _name(key.target):
            continue
        if key.alias:
            # the key is behind it; a record beside a CNAME can't be (RFC 1034 §3.6.2)
            change = RecordChange(key.name, "CNAME", (key.alias,), key.target, "CNAME")
        else:
            change = RecordChange(key.name, "CNAME", key.records, key.target, "TXT")
        changes.append(change)
    return tuple(changes)


# --- the zone ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone that a name belongs to, and its name servers."""

    name: str
    name_servers: tuple[str, ...]


def find_zone(domain: str, *, answers: Answers | None = None) -> Evaluation[Zone | None]:
    """The zone of `domain`, as a generator for `run` or `run_async`; None where none is found."""
    known: Answers = {} if answers is None else answers
    labels = _name(domain).split(".")
    for at in range(min(len(labels) - 1, _MOST_ZONES)):
        name = ".".join(labels[at:])
        answer = yield from ask(name, "NS", known)
        if answer.status == "temperror":
            return None
        if answer.names():
            return Zone(name, tuple(sorted(host.lower() for host in answer.names())))
    return None
