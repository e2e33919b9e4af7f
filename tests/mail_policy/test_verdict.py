"""The verdict over everything that SPF, DKIM and DMARC can be."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from smtpdoctor.mail_policy import Authentication, judge, spf_outcome
from smtpdoctor.mail_policy.verdict import WORDS
from smtpdoctor.spf import NOTHING, expand
from tests.mail_policy.zone import evaluate

SPF = ("pass", "partly", "fail", "unknown")
ENVELOPE = ("kept", "rewritten", "unknown")
ALIGNED = (True, False, None)
DKIM = ("usable", "missing", "invalid", "unknown")
POLICY = (None, "none", "quarantine", "reject", "unknown")
PERCENT = (0, 50, 100)
REFUSES = (False, True)

ALL = [
    Authentication(*values[:6], percent=values[6], spf_refuses=values[7])
    for values in product(SPF, ENVELOPE, ALIGNED, DKIM, ALIGNED, POLICY, PERCENT, REFUSES)
]


# --- a second way to the same verdict: all the mails that it could be ------------------------


def spf_of(found: Authentication) -> set[str]:
    """What SPF can give to the mails: an aligned pass, none, or one to some of them."""
    if found.envelope != "kept":
        # the provider's own return path isn't aligned, one of the user's own would be; where the
        # envelope is unknown, either may be
        return {"yes", "no"}
    aligned = {True, False} if found.spf_aligned is None else {found.spf_aligned}
    passes = {"pass": {"yes"}, "fail": {"no"}, "partly": {"some"}, "unknown": {"yes", "no"}}
    return {outcome if fits else "no" for outcome in passes[found.spf] for fits in aligned}


def dkim_of(found: Authentication) -> set[str]:
    if found.dkim in ("missing", "invalid"):
        return {"no"}
    aligned = {True, False} if found.dkim_aligned is None else {found.dkim_aligned}
    signed = {True} if found.dkim == "usable" else {True, False}
    return {"yes" if fits and has else "no" for fits in aligned for has in signed}


def consequence(found: Authentication) -> str:
    ladder = ["unproven", "spam", "rejected"]
    steps = {"quarantine": {1}, "reject": {2}, "unknown": {0, 1, 2}}.get(found.policy or "", {0})
    could_be = {ladder[max(step - (found.percent == 0), 0)] for step in steps}
    if found.envelope == "kept" and found.spf_refuses and found.spf != "pass":
        could_be = {"rejected"} | (could_be if found.spf == "unknown" else set())
    return could_be.pop() if len(could_be) == 1 else "unknown"


def expected(found: Authentication) -> tuple[str, str]:
    spf, dkim = spf_of(found), dkim_of(found)
    if dkim == {"yes"}:
        return ("passes" if spf == {"yes"} else "passes-by-dkim"), "all"
    if spf == {"yes"}:
        return ("passes-by-spf-only" if dkim == {"no"} else "passes-by-spf"), "all"
    if dkim == {"no"} and spf == {"no"}:
        return consequence(found), "all"
    if dkim == {"no"} and spf == {"some"}:
        return consequence(found), "some"
    return "unknown", "all"


def test_every_combination() -> None:
    assert len(ALL) == 4 * 3 * 3 * 4 * 3 * 5 * 3 * 2
    for found in ALL:
        verdict = judge(found)
        assert (verdict.kind, verdict.servers) == expected(found), found
        assert verdict.words == WORDS[verdict.kind]
        assert 2 <= len(verdict.reasons) <= 4
        assert all(verdict.reasons)


def test_every_verdict_is_reached() -> None:
    assert {judge(found).kind for found in ALL} == set(WORDS)


# --- single rows, written out -----------------------------------------------------------------


def mail(**changes: object) -> Authentication:
    """Mail through IONOS as it should be, with these changes."""
    values = {
        "spf": "pass",
        "envelope": "kept",
        "spf_aligned": True,
        "dkim": "usable",
        "dkim_aligned": True,
        "policy": "reject",
    }
    return Authentication(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "words", "servers"),
    [
        (mail(), "passes by SPF and by DKIM", "all"),
        (mail(policy=None), "passes by SPF and by DKIM", "all"),
        (mail(dkim="missing"), "passes only while SPF does", "all"),
        (mail(dkim="invalid"), "passes only while SPF does", "all"),
        (mail(dkim_aligned=False), "passes only while SPF does", "all"),
        (mail(dkim="unknown"), "passes by SPF; DKIM can't be told", "all"),
        (mail(spf="fail"), "passes by DKIM", "all"),
        (mail(spf="partly"), "passes by DKIM", "all"),
        (mail(spf_aligned=False), "passes by DKIM", "all"),
        (mail(envelope="rewritten"), "passes by DKIM", "all"),
        (mail(envelope="unknown"), "passes by DKIM", "all"),
        (mail(spf="fail", dkim="missing"), "receivers will reject", "all"),
        (mail(spf="partly", dkim="missing"), "receivers will reject", "some"),
        (mail(spf="fail", dkim="missing", policy="quarantine"), "lands in spam", "all"),
        (mail(spf="partly", dkim="invalid", policy="quarantine"), "lands in spam", "some"),
        (mail(spf="fail", dkim="missing", percent=0), "lands in spam", "all"),
        (mail(spf="fail", dkim="unknown"), "can't tell", "all"),
        (mail(spf="unknown", dkim="missing"), "can't tell", "all"),
        (mail(envelope="rewritten", dkim="missing"), "can't tell", "all"),
        (mail(envelope="rewritten", dkim="unknown"), "can't tell", "all"),
        (mail(spf="fail", dkim="missing", policy="unknown"), "can't tell", "all"),
        # -all alone makes receivers refuse
        (
            mail(spf="fail", spf_refuses=True, dkim="missing", policy=None),
            "receivers will reject",
            "all",
        ),
        (mail(spf="fail", spf_refuses=True, policy=None), "passes by DKIM", "all"),
    ],
)
def test_rows(found: Authentication, words: str, servers: str) -> None:
    verdict = judge(found)
    assert (verdict.words, verdict.servers) == (words, servers)


@pytest.mark.parametrize("policy", [None, "none"])
def test_without_a_policy_nobody_is_asked_to_act(policy: str | None) -> None:
    verdict = judge(mail(spf="fail", dkim="missing", policy=policy))
    assert verdict.kind == "unproven"


def test_the_reasons_name_what_decided() -> None:
    verdict = judge(mail(spf="fail", dkim="missing", percent=25))
    assert verdict.reasons == (
        "SPF doesn't let the provider's servers pass",
        "the domain has none of the provider's DKIM keys",
        "DMARC asks “reject” for mail that fails, for 25 % of it",
    )
    refused = judge(mail(spf="fail", spf_refuses=True))
    assert any("-all" in reason for reason in refused.reasons)


def test_more_knowledge_never_takes_back_a_verdict() -> None:
    for found in ALL:
        verdict = judge(found)
        if found.spf != "unknown" or verdict.kind == "unknown":
            continue
        for spf in ("pass", "fail"):
            known = judge(replace(found, spf=spf))
            # that it passes by DKIM stays true where it passes by both
            assert {known.kind, verdict.kind} in ({verdict.kind}, {"passes", "passes-by-dkim"})


# --- SPF, from a policy's sets of addresses ---------------------------------------------------

PROVIDER = "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 -all"


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        (["v=spf1 include:_spf.provider.example -all"], ("pass", False)),
        (["v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 ~all"], ("pass", False)),
        (["v=spf1 +all"], ("pass", False)),
        (["v=spf1 ip4:192.0.2.0/24 -all"], ("partly", True)),
        (["v=spf1 ip4:192.0.2.0/24 ~all"], ("partly", False)),
        (["v=spf1 mx -all"], ("fail", True)),
        (["v=spf1 mx ~all"], ("fail", False)),
        (["v=spf1 -ip4:192.0.2.0/24 ?all"], ("fail", True)),
        ([], ("fail", False)),
        (["v=spf1 -all", "v=spf1 include:_spf.provider.example -all"], ("fail", False)),
        (["v=spf1 ip4:192.0.2.0/33 -all"], ("fail", False)),
        (["v=spf1 exists:%{i}.provider.example -all"], ("unknown", True)),
        (["v=spf1 exists:%{i}.provider.example ~all"], ("unknown", False)),
        (["v=spf1 include:failing.example -all"], ("unknown", False)),
    ],
)
def test_what_a_policy_means_for_a_provider(texts: list[str], outcome: tuple[str, bool]) -> None:
    zone = {
        "example.com": {"TXT": texts},
        "_spf.provider.example": {"TXT": [PROVIDER]},
        "failing.example": "TIMEOUT",
    }
    provider = evaluate(expand("_spf.provider.example"), zone).passes
    assert spf_outcome(evaluate(expand("example.com"), zone), provider) == outcome


def test_a_domain_whose_dns_fails_can_t_be_judged() -> None:
    provider = evaluate(expand("p.example", record=PROVIDER), {}).passes
    policy = evaluate(expand("example.com"), {"example.com": "SERVFAIL"})
    assert spf_outcome(policy, provider) == ("unknown", False)


def test_a_provider_without_known_addresses_can_t_be_judged() -> None:
    policy = evaluate(expand("example.com", record="v=spf1 -all"), {})
    assert spf_outcome(policy, NOTHING) == ("unknown", False)
