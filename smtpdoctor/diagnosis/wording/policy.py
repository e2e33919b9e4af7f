"""SPF, DKIM and DMARC in words: what is published, who delivers, and records as fixes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from smtpdoctor import knowledge
from smtpdoctor.diagnosis import fixes
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Record
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.views.sender import domain_of, login_address
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.diagnosis.wording.refusal import told_by

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.views.refusal import Refusal
    from smtpdoctor.mail_policy import RecordChange
    from smtpdoctor.sender.assessment import Assessment
    from smtpdoctor.spf import Change

#: Of records that other customers were seen to have.
COMPARE = "Other customers have these; compare them with what the provider's panel shows for yours."

#: Characters of a record that evidence quotes.
QUOTED = 300


def quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= QUOTED else f"“{text[:QUOTED]}…”"


def refused(run: Run, refusal: Refusal, *, title: str, advice: str) -> Diagnosis:
    """A server refuses for the sender's SPF record, and says so itself."""
    return Diagnosis(
        code=refusal.code,
        severity="error",
        confidence="certain",
        title=title,
        explanation=(
            "By SPF a domain says which servers send for it. The receiver compared the address "
            "that delivered with the record of the envelope sender's domain, and refuses what the "
            "record does not name. Forwarding ends the same way."
        ),
        evidence=refusals.evidence(run, refusal),
        fixes=(
            Fix(
                title="send from an address of the account that delivers, or name its servers in "
                "the domain's SPF record",
                steps=(
                    advice,
                    "`smtpdoctor sender ADDRESS --through PROVIDER` shows the record, and what is "
                    "missing in it.",
                ),
            ),
        ),
        explains=refusal.failed,
        points_at=("sender",),
    )


def published(policy: Assessment) -> Evidence:
    """The SPF record as it stands."""
    records = policy.spf_records
    text = "; ".join(quoted(record) for record in records) or "no record that begins with v=spf1"
    if policy.near_misses:
        text += f"; {' and '.join(map(quoted, policy.near_misses))} counts for nothing"
    return Evidence(check="sender", text=f"{policy.domain} publishes {text}")


def who(policy: Assessment) -> tuple[Evidence, ...]:
    """How it is known who delivers, and from which networks."""
    if policy.client is not None or policy.relay.known == "no":
        return ()
    name = policies.relay(policy)
    facts = {
        "guessed-by-mx": f"guessed: {name} delivers, since the domain's mail arrives there",
        "guessed-by-spf": f"guessed: {name} delivers, since the SPF record names it",
        "host": f"guessed: {name} delivers from its own address",
    }
    evidence = (
        [Evidence(check="sender", kind="guessed", text=facts[policy.relay.known])]
        if (policy.relay.known in facts)
        else []
    )
    provider = policy.relay.provider
    if provider is not None and policy.relay.published:
        names = ", ".join(item.include for item in policy.relay.published)
        sources = [item.source for item in provider.spf_includes if item.source]
        text = f"{told_by(name, sources[:1])} its servers are listed by {names}"
        if policy.relay.region == "open":
            text += "; each region has its own, and neither host nor MX tells which one is yours"
        elif policy.relay.region == "guessed":
            text += ", those of the region that the host or the MX records show"
        evidence.append(
            Evidence(check="sender", kind="known", text=f"{text} {cite(*sources[:1])}".strip())
        )
    return tuple(evidence)


def consequence(policy: Assessment) -> str:
    """What becomes of the mail, as a sentence."""
    verdict = policy.verdict
    if policy.names_other_region:
        return "If the mailbox is in the region that was guessed, receivers refuse such mail."
    some = " Mail from the others passes." if verdict.servers == "some" else ""
    if verdict.kind == "rejected":
        asked = "DMARC asks" if policy.dmarc.policy == "reject" else "“-all” asks"
        return f"Receivers will reject such mail: {asked} for it.{some}"
    if verdict.kind == "spam":
        return f"Such mail lands in spam: DMARC asks receivers for quarantine.{some}"
    if policy.refused:
        return f"“-all” asks receivers to refuse such mail.{some}"
    if verdict.kind in ("passes-by-dkim", "passes"):
        return "DMARC passes by DKIM as long as the provider signs with the domain's key."
    if verdict.kind == "unproven":
        return f"Mail goes out, and receivers have nothing that proves the sender.{some}"
    return f"Mail goes out; receivers that look at SPF trust it less.{some}"


def dmarc_follows(policy: Assessment) -> tuple[str, ...]:
    """DMARC's own code, where mail lands in spam: a warning has no consequences by itself."""
    return ("dmarc-would-reject",) if policy.verdict.kind == "spam" else ()


# --- fixes ------------------------------------------------------------------------------------


def send_from_login(run: Run) -> tuple[Fix, ...]:
    """From of the login's own domain, where it is of another: then no record need be changed."""
    login = login_address(run.settings)
    if login is None or domain_of(login) == domain_of(run.settings.sender):
        return ()
    return fixes.send_from_login(run)


def publish(
    policy: Assessment,
    change: RecordChange,
    title: str,
    *,
    first: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> Fix:
    """One record to publish, with the place where it is edited."""
    return publish_all(policy, (change,), title, first=first, notes=notes)


def publish_all(
    policy: Assessment,
    changes: Iterable[RecordChange],
    title: str,
    *,
    first: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> Fix:
    """Several records; `first` are the steps that nobody must miss."""
    steps = [*first, where(policy)]
    found: list[Record] = []
    for wanted in changes:
        change, beside = _at_its_place(policy, wanted)
        steps += beside
        found += _records(change)
        if len(change.strings) > 1:
            steps.append(
                "It is longer than one string of a TXT record may be; in a zone file: "
                f"{change.zone_line}"
            )
    return Fix(title=title, records=tuple(found), steps=(*steps, *notes))


def _at_its_place(policy: Assessment, change: RecordChange) -> tuple[RecordChange, tuple[str, ...]]:
    """The change where the record really stands, with what has to be known of the place: behind a
    CNAME, or under a wildcard."""
    place = policy.places.get(change.name)
    if place is None or change.rdtype != "TXT":
        return change, ()
    if place.wildcard:
        return replace(change, old=()), (
            f"{change.name} has no record of its own; {place.wildcard} answers for it. A record "
            "of its own ends that: publish its address and MX records there too, if it has any.",
        )
    if not place.alias:
        return change, ()
    if policy.zone is not None and place.alias.lower().endswith(f".{policy.zone.name}"):
        return replace(change, name=place.alias), (
            f"{change.name} is a CNAME to {place.alias}: the record is changed there.",
        )
    other = "" if change.name.startswith("_") else ", with its address and MX records"
    return replace(change, old=(place.alias,), old_type="CNAME"), (
        f"{change.name} is a CNAME to {place.alias}, and beside a CNAME no other record may stand. "
        f"Change the record at {place.alias} if you can; else replace the whole CNAME{other}.",
    )


def _records(change: RecordChange) -> Iterator[Record]:
    """What goes and what comes; a record of another type goes by itself (RFC 1034 §3.6.2)."""
    same_type = change.old_type == change.rdtype
    replaced = change.old[0] if change.old and same_type else None
    yield Record(name=change.name, type=change.rdtype, old=replaced, new=change.new)
    for text in change.old[1:] if same_type else change.old:
        yield Record(name=change.name, type=change.old_type, old=text)


def where(policy: Assessment) -> str:
    """Where the domain's records are edited, as a step."""
    zone = policy.zone
    if zone is None:
        return f"Edit the records of {policy.domain} where its DNS is kept."
    host = knowledge.dns_host_of(zone.name_servers)
    if host is None:
        servers = ", ".join(zone.name_servers[:2])
        return f"Edit the zone {zone.name} where its name servers are ({servers})."
    if not host.edit:
        return f"Edit the zone {zone.name} at {host.name}, whose name servers it has."
    return f"Edit the zone {zone.name} {host.edit}."


def spf_fix(policy: Assessment) -> tuple[Fix, ...]:
    """The SPF record that lets the provider pass; nothing where its include isn't known for sure,
    or the domain is one that no customer can edit."""
    from smtpdoctor.mail_policy import spf_change

    fix = policy.record_fix
    if fix is None or policy.is_providers_own:
        return ()
    change = spf_change(policy.domain, fix)
    if change is None:
        return ()
    notes = [_changed(item) for item in fix.changes if item.kind != "added"]
    written_out = (text for item in fix.changes if item.kind == "flattened" for text in item.into)
    if any(text.lstrip("+-~?").startswith("ip") for text in written_out):
        notes.append(
            "Networks written out in place of an include grow old: when their owner moves, mail "
            "fails without a warning. Look at them every few months, or drop a service instead."
        )
    if policy.relay.region == "open" and len(policy.relay.terms) > 1:
        notes.append(
            "Each region has servers of its own, and neither the host nor the MX records tell "
            "yours: the record names all. The provider's panel says which one to keep."
        )
    elif policy.relay.region == "guessed" and policy.names_other_region:
        notes.append(
            f"{policy.domain} names another region's servers now. Leave those in until the "
            "provider's panel says which region is yours."
        )
    counted = f"it asks for {fix.lookups} of 10 look-ups"
    verb = "replace the SPF record" if fix.old else "publish an SPF record"
    title = f"{verb} of {policy.domain}; {counted}"
    if policy.client is not None:
        title = f"if {policy.question.client} is a server of yours, let the record name it"
    return (publish(policy, change, title, notes=notes),)


def _changed(change: Change) -> str:
    """One change to a record as a sentence."""
    into = " ".join(change.into)
    if change.kind == "repaired":
        return f"{quoted(change.term)} becomes {quoted(into)}: {change.why}."
    if change.kind == "flattened":
        return f"{change.term} is written out as {into}: {change.why}."
    return f"{quoted(change.term)} goes: {change.why}."


def ask_provider(policy: Assessment) -> Fix:
    """What to do where nobody's include is known for sure."""
    name = policies.relay(policy)
    if policy.is_providers_own:
        return Fix(
            title=f"send from a domain of your own, or through the servers of {policy.domain}",
            steps=(
                f"{policy.domain} says itself who may send for it, and no customer can change "
                "that. Put the address into Reply-To and send from an address of the login.",
            ),
        )
    if policy.client is not None:
        family = "ip6" if ":" in name else "ip4"
        step = (
            f"Where {name} is a server of yours, add {family}:{name} to the record, before “all”."
        )
    elif policy.relay.known == "no":
        step = "Ask the provider for its SPF include, and give it to smtpdoctor with --through."
    else:
        step = (
            f"Ask {name} which include lists its servers, and add it to the one record that begins "
            "with v=spf1, before “all”. Never publish a second one."
        )
    return Fix(
        title=f"let the SPF record of {policy.domain} name {name}", steps=(where(policy), step)
    )


def spf_fixes(run: Run, policy: Assessment) -> tuple[Fix, ...]:
    """All ways to have the sender pass SPF, the surest first."""
    records = spf_fix(policy)
    return (*send_from_login(run), *(records or (ask_provider(policy),)))


def networks(found: Iterable[object], shown: int = 5) -> str:
    """A few networks of a set in words."""
    from itertools import islice

    some = [str(item) for item in islice(iter(found), shown + 1)]
    return ", ".join(some[:shown]) + (", …" if len(some) > shown else "")
