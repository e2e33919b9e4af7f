"""What stands at a provider's selectors: CNAME or TXT, one record or several, the right key."""

from __future__ import annotations

from itertools import product

import pytest

from smtpdoctor.knowledge import providers
from smtpdoctor.mail_policy import SelectorKey, look_up_key, signing
from smtpdoctor.spf import Answer, Lookup, run
from tests.mail_policy.keys import rsa
from tests.mail_policy.zone import evaluate, names
from tests.spf.zone import Zone

NAME = "s1-ionos._domainkey.example.com"
TARGET = "s1.dkim.ionos.com"
GOOD = f"v=DKIM1; k=rsa; p={rsa(2048)}"


def strings(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + 255] for at in range(0, len(text), 255))


def selector(zone: Zone, asked: list[Lookup] | None = None) -> SelectorKey:
    return evaluate(look_up_key("example.com", "s1-ionos", TARGET), zone, asked)


def kinds(key: SelectorKey) -> list[str]:
    return [fault.kind for fault in key.faults]


PROVIDERS = {TARGET: {"TXT": [strings(GOOD)]}}


def test_the_cname_that_the_provider_asks_for() -> None:
    asked: list[Lookup] = []
    key = selector({NAME: {"CNAME": TARGET}, **PROVIDERS}, asked)
    assert (key.status, key.faults) == ("usable", ())
    assert key.records == (GOOD,)
    assert key.key is not None
    assert key.key.bits == 2048
    assert names(asked) == [NAME, TARGET]


def test_all_of_the_selectors_of_ionos_are_known() -> None:
    found = [
        evaluate(
            look_up_key("example.com", known.selector, known.cname),
            {
                f"{known.selector}._domainkey.example.com": {"CNAME": known.cname},
                known.cname or "": {"TXT": [strings(GOOD)]},
            },
        )
        for known in providers()["ionos"].dkim
    ]
    assert [key.selector for key in found] == ["s1-ionos", "s2-ionos", "s42582890"]
    assert {key.status for key in found} == {"usable"}


def test_a_copy_of_the_providers_key_as_txt() -> None:
    key = selector({NAME: {"TXT": [strings(GOOD)]}, **PROVIDERS})
    assert (key.status, key.faults) == ("usable", ())


def test_a_copy_that_is_written_differently_is_the_same_key() -> None:
    copy = f"k=rsa; t=s; p={rsa(2048)[:30]} {rsa(2048)[30:]}; n=copied"
    assert selector({NAME: {"TXT": [strings(copy)]}, **PROVIDERS}).faults == ()


def test_a_copy_that_has_grown_old() -> None:
    old = f"v=DKIM1; p={rsa(2048, 7)}"
    key = selector({NAME: {"TXT": [strings(old)]}, **PROVIDERS})
    assert (key.status, kinds(key)) == ("invalid", ["not-the-providers-key"])
    assert TARGET in key.faults[0].reason


@pytest.mark.parametrize("theirs", ["SERVFAIL", {}, {"TXT": ["v=spf1 -all"]}])
def test_a_copy_counts_where_the_providers_key_cant_be_had(theirs: object) -> None:
    key = selector({NAME: {"TXT": [strings(GOOD)]}, TARGET: theirs})
    assert key.status == "usable"


def test_a_provider_without_a_cname_is_not_asked_for_its_key() -> None:
    asked: list[Lookup] = []
    zone = {"key1._domainkey.example.com": {"TXT": [strings(GOOD)]}}
    key = evaluate(look_up_key("example.com", "key1"), zone, asked)
    assert key.status == "usable"
    assert names(asked) == ["key1._domainkey.example.com"]


# --- missing ----------------------------------------------------------------------------------


def test_nothing_there() -> None:
    key = selector(PROVIDERS)
    assert (key.status, key.alias, key.misplaced) == ("missing", "", "")


def test_a_cname_with_no_key_behind_it() -> None:
    key = selector({NAME: {"CNAME": TARGET}, TARGET: {}})
    assert (key.status, key.alias) == ("missing", TARGET)


def test_a_cname_that_leads_elsewhere() -> None:
    target = "s1.dkim.ionos.com.example.com"
    key = selector({NAME: {"CNAME": target}, **PROVIDERS})
    assert (key.status, key.alias) == ("missing", target)


def test_a_name_with_the_domain_twice() -> None:
    key = selector({f"{NAME}.example.com": {"CNAME": TARGET}, **PROVIDERS})
    assert (key.status, key.misplaced) == ("missing", f"{NAME}.example.com")


@pytest.mark.parametrize("text", ["v=spf1 -all", "v=DMARC1; p=reject", "verification=1"])
def test_a_wildcards_record_is_no_key(text: str) -> None:
    assert selector({NAME: {"TXT": [text]}, **PROVIDERS}).status == "missing"


@pytest.mark.parametrize("failure", ["SERVFAIL", "TIMEOUT"])
def test_a_failing_dns_is_no_missing_key(failure: str) -> None:
    key = selector({NAME: failure})
    assert (key.status, key.reason) == ("unknown", failure)


def test_a_cname_loop_is_no_missing_key() -> None:
    assert selector({NAME: {"CNAME": NAME}}).status == "unknown"


# --- one name, several texts ------------------------------------------------------------------


def test_the_strings_of_one_record_are_joined_without_blanks() -> None:
    cut = len(GOOD) // 2
    key = selector({NAME: {"TXT": [(GOOD[:cut], GOOD[cut:])]}, **PROVIDERS})
    assert key.status == "usable"


def test_a_record_in_two_halves() -> None:
    zone = {NAME: {"TXT": [GOOD[255:], GOOD[:255]]}, **PROVIDERS}
    key = selector(zone)
    assert (key.status, kinds(key)) == ("invalid", ["cut-off", "split-record"])


def test_a_text_of_somebody_else_beside_the_key() -> None:
    key = selector({NAME: {"TXT": ["v=spf1 -all", strings(GOOD)]}, **PROVIDERS})
    assert (key.status, key.faults) == ("usable", ())


def test_two_keys_at_one_name() -> None:
    other = f"v=DKIM1; p={rsa(2048, 9)}"
    key = selector({NAME: {"TXT": [strings(GOOD), strings(other)]}, **PROVIDERS})
    assert (key.status, kinds(key)) == ("weak", ["several-records"])
    broken = selector({NAME: {"TXT": ["v=DKIM1; p=", "v=DKIM1; k=rsa"]}, **PROVIDERS})
    assert kinds(broken)[-1] == "several-records"
    assert broken.status in ("invalid", "revoked")


def test_a_string_that_no_dns_can_carry() -> None:
    answers = {
        Lookup(NAME, "TXT"): Answer("found", ((GOOD.encode(),),)),
        Lookup(NAME, "CNAME"): Answer("nodata"),
        Lookup(TARGET, "TXT"): Answer("found", ((GOOD.encode(),),)),
    }
    key = run(look_up_key("example.com", "s1-ionos", TARGET), answers.__getitem__)
    assert (key.status, kinds(key)) == ("invalid", ["string-too-long"])


def test_a_revoked_key() -> None:
    key = selector({NAME: {"TXT": ["v=DKIM1; p="]}, **PROVIDERS})
    assert (key.status, key.faults) == ("revoked", ())


def test_a_broken_key_keeps_its_faults() -> None:
    key = selector({NAME: {"TXT": ["v=DKIM1; p=%%%"]}, **PROVIDERS})
    assert (key.status, kinds(key)) == ("invalid", ["base64"])


@pytest.mark.parametrize(
    "domain", ["", ".", "a..b", "x" * 70 + ".com", ".".join(["a"] * 200), "Müller.de", "é" * 300]
)
def test_any_domain_ends_after_few_look_ups(domain: str) -> None:
    asked: list[Lookup] = []
    key = evaluate(look_up_key(domain, "s1-ionos", TARGET), {}, asked)
    assert key.status == "missing"
    assert len(asked) <= 3


def test_names_are_asked_for_as_a_labels() -> None:
    zone = {"s1-ionos._domainkey.xn--mller-kva.de": {"TXT": [strings(GOOD)]}, **PROVIDERS}
    assert evaluate(look_up_key("Müller.DE.", "s1-ionos", TARGET), zone).status == "usable"


def test_512_records_at_one_name() -> None:
    texts = [strings(f"v=DKIM1; n={number}; p={rsa(2048, number)}") for number in range(30)] * 17
    key = selector({NAME: {"TXT": texts}, **PROVIDERS})
    assert "several-records" in kinds(key)
    assert len(key.records) <= 20


# --- several selectors ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statuses",
    list(product(["usable", "weak", "revoked", "invalid", "missing", "unknown"], repeat=2)),
)
def test_one_selector_that_works_is_enough(statuses: tuple[str, str]) -> None:
    keys = [SelectorKey("s", "name", status) for status in statuses]
    if set(statuses) & {"usable", "weak"}:
        expected = "usable"
    elif "unknown" in statuses:
        expected = "unknown"
    elif statuses == ("missing", "missing"):
        expected = "missing"
    else:
        expected = "invalid"
    assert signing(keys) == expected


def test_without_known_selectors_nothing_is_missing() -> None:
    assert signing([]) == "unknown"
