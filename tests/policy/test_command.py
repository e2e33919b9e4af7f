"""`smtpdoctor sender` against a name server of the tests' own: every code, and what is no fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor.cli import run

from ..dns.server import DNSServer, closed_endpoint
from ..rules.sender.zones import IONOS, SIGNED_KEY, domain
from .conftest import Ask
from .dns_zone import serve

ADDRESS = "info@example.com"


def test_a_healthy_domain_at_ionos(server: DNSServer, ask: Ask) -> None:
    zone = domain(dkim=False)
    zone["s1-ionos._domainkey.example.com CNAME"] = ["s1.dkim.ionos.com"]
    zone["s1.dkim.ionos.com TXT"] = [SIGNED_KEY]
    serve(zone, server)
    found = ask(ADDRESS, "--through", "ionos")
    assert (found.status, found.report["verdict"], found.codes) == (0, "healthy", [])
    assert found.line == "SPF passes (include:_spf-eu.ionos.com), DKIM, DMARC p=none"
    assert found.report["targets"][0]["provider"] == "ionos"
    assert "spf" not in found.report


@pytest.mark.parametrize(
    ("record", "dmarc", "status", "code"),
    [
        (None, "v=DMARC1; p=none", 0, "spf-missing"),
        ("v=spf1 mx -all", "v=DMARC1; p=none", 1, "spf-not-authorized"),
        ("v=spf1 ip4:212.227.15.0/24 ~all", "v=DMARC1; p=none", 0, "spf-partly-authorized"),
        ("v=spf1 ip4:1.2.3 ~all", "v=DMARC1; p=reject", 1, "spf-invalid"),
        ("v=spf1 +all", "v=DMARC1; p=none", 0, "spf-too-permissive"),
        ("v=spf1 include:_spf-eu.ionos.com ~all", "v=DMARC1; p=none", 0, "dkim-missing"),
        ("v=spf1 include:_spf-eu.ionos.com ~all", "v=DMARC1 p=none", 0, "dmarc-invalid"),
        ("v=spf1 include:_spf-eu.ionos.com ~all", None, 0, "dmarc-missing"),
    ],
)
def test_every_code(
    server: DNSServer, ask: Ask, record: str | None, dmarc: str | None, status: int, code: str
) -> None:
    serve(domain(record, dmarc=dmarc, dkim=False), server)
    found = ask(ADDRESS, "--through", "smtp.ionos.de")
    assert code in found.codes
    assert found.status == status


def test_a_revoked_key(server: DNSServer, ask: Ask) -> None:
    zone = domain(dkim=False)
    zone["s1-ionos._domainkey.example.com TXT"] = ["v=DKIM1; p="]
    serve(zone, server)
    assert ask(ADDRESS, "--through", "ionos").codes == ["dkim-invalid"]


def test_rejection_stands_under_its_cause(server: DNSServer, ask: Ask) -> None:
    serve(domain("v=spf1 mx ~all", dmarc="v=DMARC1; p=reject", dkim=False), server)
    found = ask(ADDRESS, "--through", "ionos")
    assert found.target["diagnoses"][0]["code"] == "spf-not-authorized"
    assert found.target["diagnoses"][0]["consequences"] == ["dmarc-would-reject"]
    assert found.report["verdict"] == "broken"


def test_no_such_domain(server: DNSServer, ask: Ask) -> None:
    found = ask("info@nobody.example", "--through", "ionos")
    assert (found.status, found.codes) == (1, ["sender-domain-not-found"])


def test_strict_makes_a_warning_an_error(server: DNSServer, ask: Ask) -> None:
    serve(domain("v=spf1 mx ~all"), server)
    assert ask(ADDRESS, "--through", "ionos").status == 0
    assert ask(ADDRESS, "--through", "ionos", "--strict").status == 1


@pytest.mark.parametrize(
    ("ip", "result", "term", "status"),
    [
        ("212.227.15.9", "pass", "include:_spf-eu.ionos.com", 0),
        ("192.0.2.1", "softfail", "~all", 0),
        ("2001:db8::1", "softfail", "~all", 0),
    ],
)
def test_one_client_address(
    server: DNSServer, ask: Ask, ip: str, result: str, term: str, status: int
) -> None:
    serve(domain(), server)
    found = ask(ADDRESS, "--ip", ip, "--helo", "mail.example.com")
    assert found.report["spf"] == {
        "result": result,
        "term": term,
        "explanation": "",
        "lookups": 1,
        "void_lookups": 0,
    }
    assert found.status == status
    assert ("spf-not-authorized" in found.codes) == (result != "pass")


def test_one_client_address_with_the_domain_s_explanation(server: DNSServer, ask: Ask) -> None:
    zone = domain("v=spf1 -all exp=why.%{d}")
    zone["why.example.com TXT"] = ["%{i} is not ours"]
    serve(zone, server)
    spf = ask(ADDRESS, "--ip", "192.0.2.1").report["spf"]
    assert (spf["result"], spf["explanation"]) == ("fail", "192.0.2.1 is not ours")


@pytest.mark.parametrize(
    ("record", "result"), [(None, "none"), ("v=spf1 a:", "permerror"), ("v=spf1 ?all", "neutral")]
)
def test_other_results_for_one_address(
    server: DNSServer, ask: Ask, record: str | None, result: str
) -> None:
    serve(domain(record), server)
    assert ask(ADDRESS, "--ip", "192.0.2.1").report["spf"]["result"] == result


def test_a_failing_name_server_is_a_temporary_error(server: DNSServer, ask: Ask) -> None:
    serve(domain() | {"example.com TXT": None}, server)
    found = ask(ADDRESS, "--ip", "192.0.2.1")
    assert found.report["spf"]["result"] == "temperror"
    assert (found.status, found.report["verdict"]) == (3, "inconclusive")


def test_the_provider_is_guessed_and_said_so(
    server: DNSServer, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(domain(), server)
    assert run(["sender", ADDRESS, "--nameserver", server.endpoint]) == 0
    assert "guessed from where the domain's mail" in " ".join(capsys.readouterr().out.split())


def test_the_provider_is_guessed_by_the_include(server: DNSServer, ask: Ask) -> None:
    zone = domain()
    zone["example.com MX"] = ["10 mail.example.com"]
    serve(zone, server)
    assert ask(ADDRESS).report["targets"][0]["provider"] == "ionos"


def test_nobody_to_guess_can_t_be_told(server: DNSServer, ask: Ask) -> None:
    zone = domain("v=spf1 mx ~all", dkim=False)
    zone["example.com MX"] = ["10 mail.example.com"]
    zone["mail.example.com A"] = ["192.0.2.1"]
    serve(zone, server)
    found = ask(ADDRESS)
    assert (found.status, found.codes) == (3, [])
    assert found.report["targets"][0]["provider"] is None


def test_a_host_of_one_s_own_goes_by_its_addresses(server: DNSServer, ask: Ask) -> None:
    zone = domain("v=spf1 mx ~all", dkim=False)
    zone |= {"mail.example.com A": ["192.0.2.1"], "mail.example.com AAAA": ["2001:db8::1"]}
    serve(zone, server)
    found = ask(ADDRESS, "--through", "mail.example.com")
    (diagnosis,) = (d for d in found.target["diagnoses"] if d["code"] == "spf-not-authorized")
    assert (diagnosis["severity"], diagnosis["confidence"]) == ("warning", "likely")


def test_a_host_of_nobody_known_can_t_be_told(server: DNSServer, ask: Ask) -> None:
    zone = domain("v=spf1 ip4:198.51.100.1 -all", dmarc="v=DMARC1; p=reject")
    zone |= {
        "example.net TXT": ["v=spf1 ip4:192.0.2.0/24 ~all"],
        "smtp.example.net A": ["192.0.2.9"],
    }
    serve(zone, server)
    found = ask(ADDRESS, "--through", "smtp.example.net")
    assert (found.status, found.codes) == (3, [])


def test_a_service_of_which_nothing_is_published_can_t_be_told(server: DNSServer, ask: Ask) -> None:
    serve(domain("v=spf1 -all", dmarc="v=DMARC1; p=reject", dkim=False), server)
    found = ask(ADDRESS, "--through", "sendgrid")
    assert (found.status, found.report["verdict"]) == (3, "inconclusive")
    (check,) = (item for item in found.target["checks"] if item["name"] == "sender")
    assert check["status"] == "warned"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Can't tell: name who delivers with --through."),
        (["--through", "mail.example.com"], "mail.example.com has no address in the DNS"),
        (["--through", "mailgun"], "its own envelope sender"),
    ],
)
def test_what_can_t_be_told_says_why(
    server: DNSServer, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    zone = domain("v=spf1 ip4:192.0.2.1 -all", dkim=False)
    zone["example.com MX"] = ["10 mx.example.net"]
    serve(zone, server)
    assert run(["sender", ADDRESS, *arguments, "--nameserver", server.endpoint]) == 3
    assert words in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("arguments", [[], ["--through", "ionos"]])
def test_where_no_name_server_answers_that_is_why(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(["sender", ADDRESS, *arguments, "--nameserver", closed_endpoint()]) == 3
    assert "Can't tell: the DNS gave no answer." in capsys.readouterr().out


def test_a_provider_s_own_domain_through_itself_is_no_riddle(server: DNSServer, ask: Ask) -> None:
    zone = domain("v=spf1 ip4:192.0.2.1 -all", dkim=False, name="gmx.de")
    serve(zone, server)
    found = ask("me@gmx.de", "--through", "gmx")
    assert (found.status, found.codes) == (0, [])


@pytest.mark.parametrize(
    ("called", "provider"),
    [
        ("google", "gmail"),
        ("gmail", "gmail"),
        ("Gmail.com", "gmail"),
        ("office365", "microsoft365"),
        ("Office 365", "microsoft365"),
        ("outlook", "microsoft365"),
        ("outlook.com", "outlook_com"),
        ("ses", "amazon_ses"),
        ("amazon-ses", "amazon_ses"),
        ("1und1", "ionos"),
        ("1and1", "ionos"),
        ("1&1", "ionos"),
        ("ionos.de", "ionos"),
        ("mx00.ionos.de", "ionos"),
        ("smtp.ionos.co.uk", "ionos"),
    ],
)
def test_a_provider_as_people_call_it(
    server: DNSServer, ask: Ask, called: str, provider: str
) -> None:
    serve(domain(), server)
    assert ask(ADDRESS, "--through", called).target["provider"] == provider


def test_a_host_that_only_sounds_like_a_provider_is_a_host(server: DNSServer, ask: Ask) -> None:
    serve(domain(), server)
    assert ask(ADDRESS, "--through", "mail.google.example").target["provider"] is None


@pytest.mark.parametrize(
    ("address", "helo", "result"),
    [
        ("foo@[192.0.2.1]", "mail.example.com", "none"),
        (f"foo@{'a' * 64}.example.com", "mail.example.com", "none"),
        ("foo@a...example.com", "mail.example.com", "none"),
        ("", "[192.0.2.1]", "none"),
        ("<>", "example.com", "softfail"),
        ("@example.com", "mail.example.com", "softfail"),
        ("two words@example.com", "mail.example.com", "softfail"),
        ("OEMCOMPUTER", "mail.example.com", "none"),
    ],
)
def test_any_text_is_an_address_for_check_host(
    server: DNSServer, ask: Ask, address: str, helo: str, result: str
) -> None:
    """RFC 7208 §2.4, §4.3."""
    serve(domain(), server)
    found = ask(address, "--ip", "192.0.2.1", "--helo", helo)
    assert (found.status, found.report["spf"]["result"]) == (0, result)


def test_the_tree_of_lookups(server: DNSServer, capsys: pytest.CaptureFixture[str]) -> None:
    serve(domain("v=spf1 include:_spf.kundenserver.de a -all"), server)
    arguments = ["sender", ADDRESS, "--through", "ionos", "--verbose"]
    run([*arguments, "--nameserver", server.endpoint])
    out = capsys.readouterr().out
    assert "3 look-ups of 10" in out
    lines = [line.strip() for line in out.splitlines()]
    at = lines.index(next(line for line in lines if "include:_spf.kundenserver.de  (" in line))
    assert "2 look-ups" in lines[at]
    assert "include:_spf-eu.ionos.com  (1 look-up)" in lines[at + 2]


def test_where_the_successor_of_dmarc_differs(
    server: DNSServer, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(domain(dmarc="v=DMARC1; p=reject; pct=10"), server)
    arguments = ["sender", ADDRESS, "--through", "ionos", "--verbose"]
    run([*arguments, "--nameserver", server.endpoint])
    out = " ".join(capsys.readouterr().out.split())
    assert "DMARC: passes by SPF and by DKIM" in out
    assert "RFC 9989 differs, it asks for “reject”: “pct” is gone" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["@@"],
        ["info"],
        ["root@vps"],
        ["a@example.com, b@example.com"],
        [ADDRESS, "--through", "nobody"],
        [ADDRESS, "--ip", "300.1.1.1"],
        [ADDRESS, "--helo", "mail.example.com"],
        [ADDRESS, "--nameserver", "x"],
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sender", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1


def test_a_display_name_and_an_idn(server: DNSServer, ask: Ask) -> None:
    serve(domain(name="xn--mller-kva.example") | IONOS, server)
    found = ask('"Müller, Anna" <info@müller.example>', "--through", "ionos")
    assert found.codes == []


def test_a_saved_run_is_judged_again_without_a_network(
    server: DNSServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = "v=spf1 mx include:s.example.com -all"
    zone = domain(record, dmarc="v=DMARC1; p=reject", dkim=False)
    zone["s.example.com TXT"] = [(b"v=spf1 ip4:192.0.2.0/24 ", b"\xff\x00 -all")]
    serve(zone, server)
    arguments = ["sender", ADDRESS, "--through", "ionos", "--format", "json"]
    run([*arguments, "--nameserver", server.endpoint])
    saved = capsys.readouterr().out
    (tmp_path / "run.json").write_text(saved, encoding="utf-8")
    count = len(server.queries)
    run(["check", "--replay", str(tmp_path / "run.json"), "--format", "json"])
    again = json.loads(capsys.readouterr().out)
    before = json.loads(saved)
    assert before["targets"][0]["diagnoses"]
    assert again == before
    assert len(server.queries) == count
