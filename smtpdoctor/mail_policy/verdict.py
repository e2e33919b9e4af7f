"""Will receivers believe the mail: what SPF, DKIM and DMARC come to together, in words.

A pure function of what was found beforehand. Where something isn't known, the verdict is only as
sure as all that it could be. Must not know the DNS, providers, codes or severities.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from smtpdoctor.mail_policy.dmarc import Policy
from smtpdoctor.spf import NOTHING, AddressSet, PolicySet, coverage

SPFOutcome: TypeAlias = Literal["pass", "partly", "fail", "unknown"]
VerdictKind: TypeAlias = Literal[
    "passes",
    "passes-by-spf-only",
    "passes-by-spf",
    "passes-by-dkim",
    "rejected",
    "spam",
    "unproven",
    "unknown",
]

WORDS: dict[VerdictKind, str] = {
    "passes": "passes by SPF and by DKIM",
    "passes-by-spf-only": "passes only while SPF does",
    "passes-by-spf": "passes by SPF; DKIM can't be told",
    "passes-by-dkim": "passes by DKIM",
    "rejected": "receivers will reject",
    "spam": "lands in spam",
    "unproven": "passes neither by SPF nor by DKIM, and no policy asks receivers to act on it",
    "unknown": "can't tell",
}


@dataclass(frozen=True, slots=True)
class Authentication:
    """What is known of a mail's authentication. None and "unknown": it can't be told.

    spf: whether the envelope domain's policy lets the provider's servers pass; "partly": some.
    spf_refuses: what doesn't pass gets the result "fail", as from “-all”. For both: `spf_outcome`.
    envelope: whether receivers see the user's own envelope sender.
    spf_aligned, dkim_aligned: the authenticated domain speaks for the From domain.
    dkim: as `dkim.signing`.
    policy: DMARC's for this From domain, None where no record applies; "unknown" where the DNS
        didn't say. percent: of failing mail to which it applies.
    """

    spf: SPFOutcome
    envelope: Literal["kept", "rewritten", "unknown"]
    spf_aligned: bool | None
    dkim: Literal["usable", "missing", "invalid", "unknown"]
    dkim_aligned: bool | None
    policy: Policy | Literal["unknown"] | None
    percent: int = 100
    spf_refuses: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the mail.

    servers: "some" where it holds only for mail from some of the provider's servers. reasons: in
    words, the deciding ones first.
    """

    kind: VerdictKind
    servers: Literal["all", "some"]
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        """The verdict in a few words."""
        return WORDS[self.kind]


def spf_outcome(policy: PolicySet, provider: AddressSet) -> tuple[SPFOutcome, bool]:
    """What the envelope domain's policy means for mail from the provider's addresses, and whether
    it asks receivers to refuse some of it."""
    found = coverage(policy, provider)
    rest = provider - found.covered
    refuses = bool(rest & policy.possible.get("fail", NOTHING))
    if rest & policy.possible.get("temperror", NOTHING):
        return "unknown", refuses  # the DNS didn't say; receivers ask again later
    outcomes: dict[str, SPFOutcome] = {"whole": "pass", "part": "partly", "none": "fail"}
    return outcomes.get(found.status, "unknown"), refuses


def judge(found: Authentication) -> Verdict:
    """The verdict on mail of one From domain through one provider."""
    by_spf, spf_reason = _by_spf(found)
    by_dkim, dkim_reason = _by_dkim(found)
    refuses = found.envelope == "kept" and found.spf_refuses
    refused = refuses and found.spf in ("fail", "partly")
    refusal = ("“-all” asks receivers to refuse what SPF doesn't let pass",) if refused else ()
    if by_dkim is True:
        kind: VerdictKind = "passes" if by_spf is True else "passes-by-dkim"
        # some refuse at the envelope, before they see a signature (RFC 7489 §10.1)
        return Verdict(kind, "all", (dkim_reason, spf_reason, *refusal))
    if by_spf is True:
        kind = "passes-by-spf-only" if by_dkim is False else "passes-by-spf"
        return Verdict(kind, "all", (spf_reason, dkim_reason))
    reasons = (spf_reason, dkim_reason, *refusal, _policy_reason(found))
    if by_spf is None or by_dkim is None:
        if by_spf is not None:
            reasons = (dkim_reason, spf_reason, *reasons[2:])  # what can't be told decides
        return Verdict("unknown", "all", reasons)
    kind = "rejected" if refused else _consequence(found)
    if refuses and found.spf == "unknown" and kind != "rejected":
        kind = "unknown"
    return Verdict(kind, "some" if by_spf == "partly" else "all", reasons)


def _by_spf(found: Authentication) -> tuple[bool | Literal["partly"] | None, str]:
    """Whether SPF gives an aligned pass, and why."""
    if found.envelope == "rewritten":
        reason = "the provider puts its own envelope sender in, unless a return path is set up"
        return None, reason
    if found.spf_aligned is False and found.envelope == "kept":
        return False, "the envelope sender's domain isn't aligned with that of From"
    if found.envelope == "unknown":
        return None, "whether the provider keeps the envelope sender isn't known"
    if found.spf == "fail":
        return False, "SPF doesn't let the provider's servers pass"
    if found.spf == "unknown":
        return None, "whether SPF lets the provider's servers pass can't be told"
    if found.spf_aligned is None:
        return None, "whether the envelope sender's domain is aligned can't be told"
    if found.spf == "partly":
        return "partly", "SPF lets only some of the provider's servers pass"
    return True, "SPF lets the provider's servers pass"


def _by_dkim(found: Authentication) -> tuple[bool | None, str]:
    """Whether DKIM gives an aligned pass, and why."""
    if found.dkim == "missing":
        return False, "the domain has none of the provider's DKIM keys"
    if found.dkim == "invalid":
        return False, "none of the domain's DKIM keys for this provider works"
    if found.dkim_aligned is False:
        return False, "the signing domain isn't aligned with that of From"
    if found.dkim == "unknown":
        return None, "whether the provider signs with a DKIM key of the domain isn't known"
    if found.dkim_aligned is None:
        return None, "whether the signing domain is aligned can't be told"
    return True, "a DKIM key of the domain is there for the provider"


def _policy_reason(found: Authentication) -> str:
    if found.policy is None:
        return "no DMARC policy asks receivers to act on mail that fails"
    if found.policy == "unknown":
        return "whether DMARC asks for anything couldn't be looked up"
    share = f", for {found.percent} % of it" if found.percent < 100 else ""
    return f"DMARC asks “{found.policy}” for mail that fails{share}"


def _consequence(found: Authentication) -> VerdictKind:
    """What DMARC makes of mail that fails."""
    if found.policy == "unknown":
        return "unknown"
    # RFC 7489 §6.6.4: mail outside the percentage gets the next lower policy
    if found.policy == "reject":
        return "rejected" if found.percent else "spam"
    if found.policy == "quarantine":
        return "spam" if found.percent else "unproven"
    return "unproven"
