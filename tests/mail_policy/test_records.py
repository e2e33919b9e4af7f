"""The records to publish: as changes, as forms want them, and true by themselves."""

from __future__ import annotations

import pytest

from smtpdoctor.mail_policy import (
    RecordChange,
    discover,
    dkim_changes,
    dmarc_change,
    find_zone,
    look_up_key,
    parse_dmarc,
    spf_change,
)
from smtpdoctor.spf import Lookup, fix_record
from tests.mail_policy.keys import rsa
from tests.mail_policy.zone import evaluate, names
from tests.spf.zone import Zone

IONOS = {"_spf-us.ionos.com": {"TXT": ["v=spf1 ip4:192.0.2.0/24 -all"]}}


def diff(change: RecordChange) -> tuple[str, ...]:
    """Lines that begin with "- " for what goes and with "+ " for what comes."""

    def line(sign: str, rdtype: str, data: str) -> str:
        return f"{sign} {change.name} {rdtype} " + (f'"{data}"' if rdtype == "TXT" else data)

    gone = [line("-", change.old_type, data) for data in change.old]
    return (*gone, line("+", change.rdtype, change.new))


# --- SPF --------------------------------------------------------------------------------------


def test_the_missing_include_as_a_diff() -> None:
    old = "v=spf1 a mx ~all"
    zone = {"example.com": {"TXT": [old], "A": ["198.51.100.1"]}, **IONOS}
    fix = evaluate(fix_record("example.com", [old], ["include:_spf-us.ionos.com"]), zone)
    change = spf_change("Example.com.", fix)
    assert change is not None
    assert diff(change) == (
        '- example.com TXT "v=spf1 a mx ~all"',
        '+ example.com TXT "v=spf1 a mx include:_spf-us.ionos.com ~all"',
    )


def test_several_records_are_replaced_by_one() -> None:
    old = ["v=spf1 ip4:198.51.100.1 -all", "v=spf1 include:_spf-us.ionos.com -all"]
    fix = evaluate(fix_record("example.com", old, ["include:_spf-us.ionos.com"]), IONOS)
    change = spf_change("example.com", fix)
    assert change is not None
    assert [line[:2] for line in diff(change)] == ["- ", "- ", "+ "]


def test_a_policy_that_is_right_needs_no_change() -> None:
    old = "v=spf1 include:_spf-us.ionos.com -all"
    fix = evaluate(fix_record("example.com", [old], ["include:_spf-us.ionos.com"]), IONOS)
    assert spf_change("example.com", fix) is None


# --- DMARC ------------------------------------------------------------------------------------


def dmarc(zone: Zone, **arguments: str) -> RecordChange | None:
    return dmarc_change(evaluate(discover("example.com"), zone), **arguments)


def test_a_first_record() -> None:
    change = dmarc({})
    assert change is not None
    assert diff(change) == ('+ _dmarc.example.com TXT "v=DMARC1; p=none"',)
    assert parse_dmarc(change.new).faults == ()


def test_a_first_record_with_reports() -> None:
    change = dmarc({}, reports_to="info@example.com")
    assert change is not None
    assert change.new == "v=DMARC1; p=none; rua=mailto:info@example.com"
    assert parse_dmarc(change.new).reports_to == ("mailto:info@example.com",)


def test_a_first_record_stands_at_the_from_domain_in_a_labels() -> None:
    change = dmarc_change(evaluate(discover("Müller.de"), {}))
    assert change is not None
    assert change.name == "_dmarc.xn--mller-kva.de"


@pytest.mark.parametrize(
    ("texts", "new"),
    [
        (["v=dmarc1; p=reject"], "v=DMARC1; p=reject"),
        (["v=DMARC1; p=reject; rua=a@example.com"], "v=DMARC1; p=reject; rua=mailto:a@example.com"),
        (["v=DMARC1; p=none", "v=DMARC1; p=quarantine; t=n"], "v=DMARC1; p=quarantine; t=n"),
    ],
)
def test_a_record_with_faults_is_repaired(texts: list[str], new: str) -> None:
    change = dmarc({"_dmarc.example.com": {"TXT": texts}})
    assert change is not None
    assert change.old == tuple(texts)
    assert change.new == new


def test_a_record_of_the_organization_is_repaired_where_it_stands() -> None:
    zone = {"_dmarc.example.com": {"TXT": ["v=DMARC1; p=reject; pct=x"]}}
    change = dmarc_change(evaluate(discover("news.example.com"), zone))
    assert change is not None
    assert (change.name, change.new) == ("_dmarc.example.com", "v=DMARC1; p=reject")


def test_a_record_in_the_wrong_place_is_published_in_the_right_one() -> None:
    zone = {"_dmarc.example.com.example.com": {"TXT": ["v=DMARC1; p=reject"]}}
    change = dmarc(zone)
    assert change is not None
    assert diff(change) == ('+ _dmarc.example.com TXT "v=DMARC1; p=reject"',)


@pytest.mark.parametrize("records", [{"TXT": ["v=DMARC1; p=none"]}, "SERVFAIL"])
def test_a_sound_or_unknown_record_is_left_alone(records: object) -> None:
    assert dmarc({"_dmarc.example.com": records}) is None


# --- DKIM -------------------------------------------------------------------------------------


def dkim(zone: Zone) -> tuple[RecordChange, ...]:
    key = look_up_key("example.com", "s1-ionos", "s1.dkim.ionos.com")
    return dkim_changes([evaluate(key, zone)])


NAME = "s1-ionos._domainkey.example.com"


def key_strings(mark: int) -> tuple[str, str]:
    text = f"v=DKIM1; p={rsa(2048, mark)}"
    return text[:255], text[255:]


def test_the_missing_cname() -> None:
    (change,) = dkim({})
    assert diff(change) == (f"+ {NAME} CNAME s1.dkim.ionos.com",)
    assert change.zone_line == f"{NAME}. CNAME s1.dkim.ionos.com."
    assert change.strings == ("s1.dkim.ionos.com",)


def test_a_cname_that_leads_elsewhere_is_replaced() -> None:
    (change,) = dkim({NAME: {"CNAME": "s1.dkim.ionos.com.example.com"}})
    assert diff(change) == (
        f"- {NAME} CNAME s1.dkim.ionos.com.example.com",
        f"+ {NAME} CNAME s1.dkim.ionos.com",
    )


def test_an_old_key_gives_way_to_the_cname() -> None:
    zone = {NAME: {"TXT": [key_strings(5)]}, "s1.dkim.ionos.com": {"TXT": [key_strings(1)]}}
    (change,) = dkim(zone)
    assert (change.old_type, change.rdtype) == ("TXT", "CNAME")
    assert [line[:2] for line in diff(change)] == ["- ", "+ "]


@pytest.mark.parametrize(
    "zone",
    [
        {NAME: {"CNAME": "s1.dkim.ionos.com"}, "s1.dkim.ionos.com": {"TXT": [key_strings(1)]}},
        {NAME: {"CNAME": "S1.DKIM.ionos.com"}, "s1.dkim.ionos.com": {}},
        {NAME: "SERVFAIL"},
    ],
    ids=["works", "no key behind it", "unknown"],
)
def test_no_change_where_none_would_help(zone: Zone) -> None:
    assert dkim(zone) == ()


def test_a_provider_that_tells_no_target_gets_no_cname() -> None:
    assert dkim_changes([evaluate(look_up_key("example.com", "key1"), {})]) == ()


# --- how a record is written ------------------------------------------------------------------


def test_a_long_record_is_cut_into_strings() -> None:
    new = "v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(60)) + ' "\\ -all'
    change = RecordChange("example.com", "TXT", (), new, "TXT")
    assert "".join(change.strings) == new
    assert all(len(string) <= 255 for string in change.strings)
    assert change.zone_line.startswith('example.com. TXT "v=spf1 ip4:192.0.2.0 ')
    assert '\\"\\\\ -all"' in change.zone_line
    assert change.zone_line.count('" "') == len(change.strings) - 1


# --- the zone ---------------------------------------------------------------------------------


def test_the_zone_of_a_domain() -> None:
    zone = {"example.com": {"NS": ["NS2.ui-dns.com", "ns1.ui-dns.de"]}}
    found = evaluate(find_zone("a.News.example.com."), zone)
    assert found is not None
    assert (found.name, found.name_servers) == ("example.com", ("ns1.ui-dns.de", "ns2.ui-dns.com"))


def test_a_zone_of_its_own_below() -> None:
    zone = {
        "example.com": {"NS": ["ns1.example.net"]},
        "news.example.com": {"NS": ["ns1.example.org"]},
    }
    found = evaluate(find_zone("news.example.com"), zone)
    assert found is not None
    assert found.name == "news.example.com"


@pytest.mark.parametrize(
    ("domain", "zone"),
    [
        ("example.com", {}),
        ("example.com", {"com": {"NS": ["a.gtld-servers.net"]}}),
        ("a.example.com", {"a.example.com": "TIMEOUT", "example.com": {"NS": ["ns.example.net"]}}),
        ("", {}),
        ("localhost", {}),
    ],
)
def test_no_zone(domain: str, zone: Zone) -> None:
    assert evaluate(find_zone(domain), zone) is None


def test_a_deep_name_takes_few_look_ups() -> None:
    asked: list[Lookup] = []
    assert evaluate(find_zone("a." * 100 + "example.com"), {}, asked) is None
    assert len(names(asked)) <= 8
