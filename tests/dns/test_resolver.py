"""One question to one name server, over real sockets; and the machine's own files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import dns.message
import pytest

from smtpdoctor.network import AnswerResult, ResolverSettings, resolver, system_files

from .server import DNSServer, Fault, closed_endpoint

HOST = "smtp.example.org"


@pytest.fixture
def server() -> Iterator[DNSServer]:
    with DNSServer() as running:
        running.add(HOST, "A", "192.0.2.1", "192.0.2.2")
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second try follows at once where the first one stays silent."""
    monkeypatch.setattr(resolver, "RETRANSMIT_AFTER", 0.01)


def ask(server: str, question: str = HOST, record: str = "A", timeout: float = 10) -> AnswerResult:
    return asyncio.run(resolver.ask(server, question, record, timeout))


def test_addresses_come_in_the_server_s_order(server: DNSServer) -> None:
    assert ask(server.endpoint) == AnswerResult(
        outcome="answer", answers=("192.0.2.1", "192.0.2.2"), transport="udp", ttl=300
    )


def test_the_name_is_asked_as_absolute_and_in_any_case(server: DNSServer) -> None:
    assert ask(server.endpoint, "SMTP.Example.org.").outcome == "answer"
    assert server.asked(HOST) == ["A over udp"]


@pytest.mark.parametrize(
    ("record", "values", "told"),
    [
        ("AAAA", ("2001:db8::1",), ("2001:db8::1",)),
        ("MX", ("10 mx0.a.test.", "20 mx1.a.test."), ("10 mx0.a.test", "20 mx1.a.test")),
        ("TXT", ('"v=spf1 a:" "example.net -all"',), ("v=spf1 a:example.net -all",)),
        ("TXT", (r'"gr\195\188n"',), ("grün",)),
        ("TXT", (r'"\255"',), ("\ufffd",)),
        ("NS", ("ns1.example.org.",), ("ns1.example.org",)),
        ("CNAME", ("mail.example.net.",), ("mail.example.net",)),
        ("PTR", ("mail.example.net.",), ("mail.example.net",)),
        ("CAA", ('0 issue "ca.example"',), ('0 issue "ca.example"',)),
    ],
)  # fmt: skip
def test_records_are_told_as_plain_text(
    server: DNSServer, record: str, values: tuple[str, ...], told: tuple[str, ...]
) -> None:
    server.add("other.example.org", record, *values)
    assert ask(server.endpoint, "other.example.org", record).answers == told


def test_aliases_are_followed_within_the_answer(server: DNSServer) -> None:
    server.add("mail.example.org", "CNAME", "relay.example.org.")
    server.add("relay.example.org", "CNAME", f"{HOST}.")
    assert ask(server.endpoint, "mail.example.org") == AnswerResult(
        outcome="answer",
        answers=("192.0.2.1", "192.0.2.2"),
        aliases=("relay.example.org", HOST),
        transport="udp",
        ttl=300,
    )
    assert server.asked("mail.example.org") == ["A over udp"]


def test_an_alias_without_the_record_is_nodata(server: DNSServer) -> None:
    server.add("mail.example.org", "CNAME", f"{HOST}.")
    found = ask(server.endpoint, "mail.example.org", "AAAA")
    assert (found.outcome, found.aliases) == ("nodata", (HOST,))


def test_an_alias_that_leads_nowhere_is_nxdomain(server: DNSServer) -> None:
    server.add("mail.example.org", "CNAME", "gone.example.org.")
    found = ask(server.endpoint, "mail.example.org")
    assert (found.outcome, found.aliases) == ("nxdomain", ("gone.example.org",))


def test_nxdomain_and_nodata_are_told_apart(server: DNSServer) -> None:
    assert ask(server.endpoint, "no.example.org").outcome == "nxdomain"
    assert ask(server.endpoint, HOST, "AAAA").outcome == "nodata"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("servfail", "servfail"),
        ("notimp", "servfail"),
        ("refused", "refused"),
        ("malformed", "malformed"),
        ("other-question", "malformed"),
        ("loop", "malformed"),
    ],
)
def test_faults_of_the_server(server: DNSServer, fault: Fault, outcome: str) -> None:
    server.fault(HOST, "A", fault)
    assert ask(server.endpoint).outcome == outcome


def test_the_right_answer_is_waited_for_behind_wrong_ones(server: DNSServer) -> None:
    server.fault(HOST, "A", "after-forged")
    found = ask(server.endpoint)
    assert (found.outcome, found.answers) == ("answer", ("192.0.2.1", "192.0.2.2"))
    assert found.wrong_answers == 4
    assert server.asked(HOST) == ["A over udp"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["malformed", "other-question"])
def test_a_server_that_gives_nothing_else_is_given_up(server: DNSServer, fault: Fault) -> None:
    server.fault(HOST, "A", fault)
    found = ask(server.endpoint)
    assert found.outcome == "malformed"
    assert found.wrong_answers >= 1


@pytest.mark.usefixtures("impatient")
def test_silence_is_told_after_several_tries(server: DNSServer) -> None:
    server.fault(HOST, "A", "silent")
    assert ask(server.endpoint, timeout=0.1) == AnswerResult(outcome="silent", transport="udp")
    assert set(server.asked(HOST)) == {"A over udp"}
    assert len(server.asked(HOST)) > 2


@pytest.mark.usefixtures("impatient")
def test_one_lost_packet_is_no_silence_and_no_lost_edns(server: DNSServer) -> None:
    server.fault(HOST, "A", "silent-once")
    found = ask(server.endpoint)
    assert (found.outcome, found.without_edns) == ("answer", False)


@pytest.mark.usefixtures("impatient")
def test_a_path_that_drops_edns_is_passed_by_the_second_try(server: DNSServer) -> None:
    server.fault(HOST, "A", "silent-to-edns")
    found = ask(server.endpoint)
    assert (found.outcome, found.without_edns) == ("answer", True)
    assert [query.edns for query in server.queries][:3] == [True, True, False]


def test_a_server_without_edns_is_asked_again_without(server: DNSServer) -> None:
    server.fault(HOST, "A", "formerr-to-edns")
    found = ask(server.endpoint)
    assert (found.outcome, found.without_edns) == ("answer", True)
    assert [query.edns for query in server.queries] == [True, False]


def test_a_server_may_be_asked_over_tcp_at_once(server: DNSServer) -> None:
    found = asyncio.run(resolver.ask(server.endpoint, HOST, "A", 10, over_tcp=True))
    assert (found.outcome, found.transport) == ("answer", "tcp")
    assert server.asked(HOST) == ["A over tcp"]


def test_nothing_listens_over_tcp() -> None:
    found = asyncio.run(resolver.ask(closed_endpoint(), HOST, "A", 10, over_tcp=True))
    assert (found.outcome, found.transport, found.error) == ("unreachable", "tcp", "ECONNREFUSED")


def test_an_answer_that_is_cut_short_comes_over_tcp(server: DNSServer) -> None:
    server.fault(HOST, "A", "truncated")
    found = ask(server.endpoint)
    assert (found.outcome, found.transport) == ("answer", "tcp")
    assert found.answers == ("192.0.2.1", "192.0.2.2")
    assert server.asked(HOST) == ["A over udp", "A over tcp"]


def test_a_huge_answer_comes_over_tcp_in_full(server: DNSServer) -> None:
    texts = tuple(f'"{number:04d}{"x" * 200}"' for number in range(40))
    server.add("huge.example.org", "TXT", *texts)
    found = ask(server.endpoint, "huge.example.org", "TXT")
    assert found.transport == "tcp"
    assert found.answers == tuple(text.strip('"') for text in texts)


def test_a_middling_answer_needs_no_tcp(server: DNSServer) -> None:
    server.add("spf.example.org", "TXT", *(f'"{number}{"x" * 250}"' for number in range(4)))
    assert ask(server.endpoint, "spf.example.org", "TXT").transport == "udp"


def test_tcp_that_is_closed_unanswered_is_silence_over_tcp(server: DNSServer) -> None:
    server.fault(HOST, "A", "no-tcp")
    assert ask(server.endpoint) == AnswerResult(outcome="silent", transport="tcp")


def test_a_port_without_a_server_is_unreachable() -> None:
    assert ask(closed_endpoint()) == AnswerResult(outcome="unreachable", error="ECONNREFUSED")


@pytest.mark.parametrize("server", ["", "no address", "127.0.0.1:", "127.0.0.1:x", "[::1", "1.2.3"])
def test_a_server_that_is_no_address_is_no_exception(server: str) -> None:
    assert ask(server, timeout=0.02).outcome in ("unreachable", "silent")


def test_a_server_on_ipv6() -> None:
    try:
        running = DNSServer("::1").__enter__()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    try:
        running.add(HOST, "A", "192.0.2.1")
        assert running.endpoint.startswith("[::1]:")
        assert ask(running.endpoint).outcome == "answer"
        running.fault(HOST, "A", "truncated")
        assert ask(running.endpoint).transport == "tcp"
    finally:
        running.__exit__()


@pytest.mark.parametrize(
    "name",
    [
        "a" * 64 + ".example.org",
        ".".join(["a" * 60] * 5),
        "smtp..example.org",
        ".example.org",
        "sm\u200btp\u2024.\ufffd.org",
        "xn--\udcff.org",
        "smtp\\",
        "\\999.org",
    ],
)
def test_a_name_that_dns_can_t_carry_is_malformed_and_not_asked(
    server: DNSServer, name: str
) -> None:
    assert ask(server.endpoint, name).outcome == "malformed"
    assert not server.queries


@pytest.mark.parametrize("name", ["", ".", "smtp example.org", "(", "smtp.example.org\n", "_x.y"])
def test_odd_names_are_asked_and_answered(server: DNSServer, name: str) -> None:
    assert ask(server.endpoint, name).outcome == "nxdomain"


def test_a_name_with_umlauts_goes_out_as_idna(server: DNSServer) -> None:
    server.add("xn--bcher-kva.example", "A", "192.0.2.7")
    assert ask(server.endpoint, "bücher.example").answers == ("192.0.2.7",)


def test_no_time_left_is_silence(server: DNSServer) -> None:
    server.fault(HOST, "A", "silent")
    assert ask(server.endpoint, timeout=0).outcome == "silent"


# --- resolv.conf and the hosts file -----------------------------------------------------------


def settings_of(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResolverSettings:
    path = tmp_path / "resolv.conf"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(system_files, "RESOLV_CONF", path)
    return system_files.system_settings()


def test_resolv_conf_of_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# Generated by Docker\nnameserver 127.0.0.11\nsearch lan example.org\noptions ndots:0\n"
    found = settings_of(text, tmp_path, monkeypatch)
    assert found.nameservers == ("127.0.0.11",)
    assert found.search == ("lan", "example.org")
    assert found.ndots == 0
    assert found.source == str(tmp_path / "resolv.conf")


@pytest.mark.parametrize(
    ("options", "ndots"),
    [
        ("", 1),
        ("options ndots:5", 5),
        ("options timeout:1 ndots:2 ndots:3 attempts:1", 3),
        ("options ndots:2\noptions rotate", 2),
        ("options ndots:99", 15),  # resolv.conf(5): silently capped
        ("options ndots:x ndots:", 1),
    ],
)
def test_ndots(options: str, ndots: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(f"nameserver 192.0.2.53\n{options}\n", tmp_path, monkeypatch).ndots == ndots


def test_resolv_conf_as_the_c_library_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "; comment\n"
        "domain old.example\n"
        "search new.example # not this\n"
        "nameserver fe80::1%eth0\n"
        "nameserver\n"
        "nameserver router.lan\n"
        "  nameserver 192.0.2.53   trailing words\n"
        "nameserver 2001:db8::53\n"
        "nameserver 192.0.2.54\n"
    )
    found = settings_of(text, tmp_path, monkeypatch)
    assert found.nameservers == ("fe80::1%eth0", "192.0.2.53", "2001:db8::53")
    assert found.search == ("new.example",)


@pytest.mark.parametrize("text", ["", "options edns0\n", "\x00\n\n"])
def test_no_name_server_configured(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings_of(text, tmp_path, monkeypatch).nameservers == ()


def test_no_resolv_conf_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_files, "RESOLV_CONF", tmp_path / "none")
    assert system_files.system_settings().nameservers == ()


def test_the_hosts_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hosts"
    path.write_bytes(
        b"127.0.0.1 localhost\n"
        b"192.0.2.1\tMail.Example.org smtp.example.org # smtp.example.net\n"
        b"#192.0.2.9 smtp.example.org\n"
        b"2001:db8::1 smtp.example.org\n"
        b"192.0.2.1 smtp.example.org\n"
        b"\xff\xfe broken\n"
    )
    monkeypatch.setattr(system_files, "HOSTS_FILE", path)
    assert system_files.hosts_file("SMTP.example.org.") == ("192.0.2.1", "2001:db8::1")
    assert system_files.hosts_file("mail.example.org") == ("192.0.2.1",)
    assert system_files.hosts_file("smtp.example.net") == ()
    assert system_files.hosts_file("example.org") == ()


def test_no_hosts_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_files, "HOSTS_FILE", tmp_path / "none")
    assert system_files.hosts_file("localhost") == ()


@pytest.mark.parametrize(
    ("answer", "authority", "ttl"),
    [
        ("{host}. 300 IN A 192.0.2.1", "", 300),
        ("{host}. 50 IN CNAME a.test.\na.test. 300 IN A 192.0.2.1", "", 50),
        # RFC 2308 §5: the smaller of the SOA's own TTL and its last field
        ("", "example.org. 900 IN SOA ns.test. a.test. 1 2 3 4 60", 60),
        ("", "example.org. 30 IN SOA ns.test. a.test. 1 2 3 4 60", 30),
        ("", "", 5),
        ("{host}. 50 IN CNAME a.test.", "", 5),
    ],
)
def test_an_answer_says_for_how_long_it_may_be_kept(answer: str, authority: str, ttl: int) -> None:
    lines = ["id 1", "opcode QUERY", "rcode NOERROR", "flags QR", ";QUESTION", f"{HOST}. IN A"]
    lines += [";ANSWER", answer.format(host=HOST), ";AUTHORITY", authority]
    response = dns.message.from_text("\n".join(line for line in lines if line))
    assert resolver._read(response, "udp").ttl == ttl
