"""Name servers and records that fail or mean harm: an end in bounded time, and no false cause."""

from __future__ import annotations

import asyncio

import pytest

from smtpdoctor.checks import policies
from smtpdoctor.cli import run
from smtpdoctor.deadline import Deadline
from smtpdoctor.network import AnswerResult
from smtpdoctor.observations import Observations, PolicyAnswer, Recorder, Redactor, SenderQuestion
from smtpdoctor.sender.recorded import assess

from ..dns.server import DNSServer, Fault
from ..rules.sender.zones import domain
from .conftest import Ask
from .dns_zone import serve

ADDRESS = "info@example.com"


@pytest.mark.parametrize("fault", ["servfail", "refused", "malformed", "other-question", "loop"])
def test_no_answer_accuses_nobody(server: DNSServer, ask: Ask, fault: Fault) -> None:
    serve(domain(), server).fault("*", "*", fault)
    found = ask(ADDRESS, "--through", "ionos")
    assert (found.status, found.codes) == (3, [])


@pytest.mark.parametrize("fault", ["truncated", "silent-once", "formerr-to-edns"])
def test_a_server_with_a_fault_that_is_overcome(server: DNSServer, ask: Ask, fault: Fault) -> None:
    serve(domain(), server).fault("*", "TXT", fault)
    found = ask(ADDRESS, "--through", "ionos")
    assert (found.status, found.codes) == (0, [])


def test_one_include_that_fails_is_not_held_against_the_policy(server: DNSServer, ask: Ask) -> None:
    zone = domain("v=spf1 include:other.example -all", dkim=False)
    serve(zone | {"other.example TXT": None}, server)
    assert "spf-not-authorized" not in ask(ADDRESS, "--through", "ionos").codes


@pytest.mark.parametrize(
    "record",
    [
        (b"v=spf1 ", *[b"ip4:192.0.2.%d " % (n % 256) for n in range(510)], b"-all"),
        tuple(b"v=spf1" if n == 0 else b" a" * 100 for n in range(200)),
        (b"v=spf1 \xff\xfe\x00 -all",),
        (b"v=spf1 " + b"include:" + b"a" * 64 + b".example -all",),
        (b"v=spf1 exists:%{d1r+-/_=}.%{s}.%{l}%{l}%{l}%{l}.example.com -all",),
    ],
    ids=["512 strings", "20,000 terms", "binary", "long label", "macros"],
)
def test_a_hostile_record_ends_with_a_result(
    server: DNSServer, ask: Ask, record: tuple[bytes, ...]
) -> None:
    zone = domain(dkim=False)
    zone["example.com TXT"] = [record]
    serve(zone, server)
    found = ask(ADDRESS, "--through", "ionos")
    assert set(found.codes) & {"spf-invalid", "spf-not-authorized"} or "can't" in found.line
    assert len(server.queries) <= policies.MOST_QUESTIONS * 2


def test_includes_in_a_circle(server: DNSServer, ask: Ask) -> None:
    zone = domain("v=spf1 include:b.example.com -all", dkim=False)
    zone["b.example.com TXT"] = ["v=spf1 include:example.com include:b.example.com -all"]
    serve(zone, server)
    assert "spf-invalid" in ask(ADDRESS, "--through", "ionos").codes


def test_512_txt_records(server: DNSServer, ask: Ask) -> None:
    zone = domain()
    zone["example.com TXT"] = [
        *(f"verification-{number}=some-text" for number in range(511)),
        "v=spf1 include:_spf-eu.ionos.com -all",
    ]
    serve(zone, server)
    assert ask(ADDRESS, "--through", "ionos").codes == []


class SlowNetwork:
    """A name server that answers nothing within any time, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0

    def clock(self) -> float:
        return self.now

    def resolver_settings(self) -> object:
        from smtpdoctor.network import ResolverSettings

        return ResolverSettings(nameservers=("192.0.2.53", "192.0.2.54"))

    async def ask(self, server: str, question: str, record: str, timeout: float) -> AnswerResult:
        self.asked += 1
        end = self.now + timeout
        await asyncio.sleep(0)
        self.now = max(self.now, end)
        return AnswerResult(outcome="silent")


class EndlessNetwork(SlowNetwork):
    """A name server with a new include for every question."""

    async def ask(self, server: str, question: str, record: str, timeout: float) -> AnswerResult:
        self.asked += 1
        if record != "TXT":
            return AnswerResult(outcome="nodata")
        record_text = b"v=spf1 " + b" ".join(
            b"include:%d-%d.example" % (self.asked, n) for n in range(10)
        )
        return AnswerResult(outcome="answer", answers=("",), texts=((record_text,),))


def looked_up(network: SlowNetwork) -> Observations:
    recorder = Recorder(Redactor("x"), network.clock)
    question = SenderQuestion(address=ADDRESS, domain="example.com", provider="ionos")
    asyncio.run(
        policies.look_up_policies(
            question,
            network,  # type: ignore[arg-type]
            recorder.trail("sender"),
            Deadline(network.clock, 30),
        )
    )
    return recorder.observations()


def test_silence_ends_with_the_time() -> None:
    network = SlowNetwork()
    seen = looked_up(network)
    assert network.now <= policies.TOTAL_CAP + policies.QUESTION_CAP
    found = assess(seen)
    assert found is not None
    assert not found.known


def test_the_questions_are_counted() -> None:
    network = EndlessNetwork()
    seen = looked_up(network)
    assert network.asked <= policies.MOST_QUESTIONS
    questions = [(item.question, item.record) for item in seen.of(PolicyAnswer)]
    assert len(questions) == len(set(questions))
    assert assess(seen) is not None


def test_a_second_name_server_makes_up_for_a_silent_one(ask: Ask, server: DNSServer) -> None:
    from ..dns.server import closed_endpoint

    serve(domain(), server)
    found = ask(ADDRESS, "--through", "ionos", "--nameserver", closed_endpoint())
    assert found.codes == []


@pytest.mark.parametrize("client", [[], ["--ip", "192.0.2.1"]], ids=["provider", "one client"])
@pytest.mark.parametrize("term", [b"exists:" + b"x." * 100, b"\x1b[2J+SMTP_HOST=" + b"x" * 200])
def test_a_term_without_end_fills_no_page(
    server: DNSServer, capsys: pytest.CaptureFixture[str], term: bytes, client: list[str]
) -> None:
    zone = domain(dkim=False)
    zone["example.com TXT"] = [(b"v=spf1 ", *[term] * 200)]
    serve(zone, server)
    run(["sender", ADDRESS, *client, "--verbose", "--nameserver", server.endpoint])
    page = capsys.readouterr().out
    assert len(page.splitlines()) < 80, page[:3000]
    assert all(len(line) <= 400 for line in page.splitlines())
    assert "\x1b" not in page
