from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import CUT_OFF, NameServerOutcome
from smtpdoctor.report.checks import check_result

from ..scene import Scene
from .lookups import OTHER_SERVER, SERVER, by_nameserver_option, ipv4_only, looked_up

CODE = "dns-resolver-failing"
HOST = "smtp.example.org"


@pytest.mark.parametrize(
    ("outcome", "confidence", "words", "means"),
    [
        ("servfail", "certain", "answers SERVFAIL for", "SERVFAIL means"),
        ("refused", "certain", "refuses to look up", "REFUSED means"),
        ("malformed", "likely", "sends no valid answer for", "What came back is no answer"),
    ],
)
def test_positive_the_server_does_not_help(
    outcome: NameServerOutcome, confidence: str, words: str, means: str
) -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: outcome}, host=HOST)
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", confidence)
    assert found.title == f"name server {SERVER} {words} {HOST}"
    assert found.explanation.startswith(means)
    assert scene.codes("error") == [CODE]
    assert scene.judge().unexplained == ()


def test_positive_one_fails_and_the_other_is_silent() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "silent", OTHER_SERVER: "servfail"}, host=HOST)
    assert scene.codes() == [CODE]


def test_positive_other_names_resolve_so_the_zone_stands_first() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "servfail"})
    scene.name_server("answer", question="smtp.ionos.de", asked_for="provider-host")
    found = scene.diagnosis(CODE)
    assert found.confidence == "likely"
    assert "zone" in found.fixes[0].title
    assert found.fixes[0].steps[0].startswith("Other names resolve here: the fault")


def test_positive_of_no_other_name_is_anything_claimed() -> None:
    found = looked_up("EAI_AGAIN", servers={SERVER: "servfail"}, host=HOST).diagnosis(CODE)
    assert found.fixes[-1].steps[0].startswith(f"If only {HOST} fails here, the fault")


def test_positive_under_nameserver() -> None:
    assert by_nameserver_option("refused", host=HOST).codes("error") == [CODE]


@pytest.mark.parametrize("error", ["EAI_AGAIN", "EAI_NONAME", "timeout", "EAI_FAIL"])
def test_positive_the_system_fails_where_its_server_answers(error: str) -> None:
    scene = looked_up(error, servers={SERVER: "answer"})
    scene.addresses("212.227.15.183", source="wire", after=scene.name_server())
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert "nsswitch.conf" in found.fixes[0].steps[0]
    assert scene.codes("error") == [CODE]


def test_negative_a_failing_server_that_another_makes_up_for() -> None:
    scene = looked_up("", "212.227.15.183", servers={SERVER: "servfail", OTHER_SERVER: "answer"})
    scene.session().rest()
    assert scene.codes() == []


def test_lookalike_the_name_does_not_exist() -> None:
    servers: dict[str, NameServerOutcome] = {SERVER: "servfail", OTHER_SERVER: "nxdomain"}
    scene = looked_up("EAI_NONAME", servers=servers, host=HOST)
    assert scene.codes("error") == ["dns-name-not-found"]


def test_lookalike_no_answer_at_all() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "silent"}, host=HOST)
    assert scene.codes("error") == ["dns-resolver-unreachable"]


# --- A is answered, AAAA is not ---------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["servfail", "refused", "malformed", "silent", "nxdomain"])
def test_positive_a_broken_answer_to_aaaa_fails_the_whole_look_up(
    outcome: NameServerOutcome,
) -> None:
    scene = ipv4_only(outcome, "EAI_AGAIN")
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert (
        found.title
        == f"name server {SERVER} fails when asked for the IPv6 address of smtp.ionos.com"
    )
    assert scene.codes() == [CODE]
    assert scene.judge().unexplained == ()


@pytest.mark.parametrize("outcome", ["servfail", "silent", "nxdomain"])
def test_positive_where_mail_goes_out_it_is_a_warning(outcome: NameServerOutcome) -> None:
    scene = ipv4_only(outcome)
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.explains) == ("warning", ())
    assert ("waits for that answer" in found.explanation) == (outcome == "silent")
    assert any("; asked for AAAA (IPv6) it " in item.text for item in found.evidence)
    assert scene.judge().verdict == "warnings"


def test_positive_a_filter_drops_aaaa_over_udp_only() -> None:
    scene = ipv4_only("silent", "timeout")
    scene.name_server("nodata", record="AAAA", transport="tcp")
    scene.session().rest()
    assert scene.codes() == [CODE]


@pytest.mark.parametrize("outcome", ["silent", "servfail", None])
def test_lookalike_the_run_ended_before_the_system_came_back(
    outcome: NameServerOutcome | None,
) -> None:
    """What it would have come to nobody saw: no error is claimed, and nothing is healthy."""
    scene = ipv4_only(outcome or "nodata", error=CUT_OFF)
    judged = scene.judge()
    assert scene.codes("error") == []
    assert judged.verdict == "inconclusive"
    assert not any("Here the look-up" in item.explanation for item in judged.diagnoses)


def test_negative_no_aaaa_record() -> None:
    scene = ipv4_only("nodata")
    scene.session().rest()
    assert scene.codes() == []


def test_negative_another_server_answers_aaaa() -> None:
    scene = Scene().resolvers(SERVER, OTHER_SERVER)
    scene.lookup()
    for server, outcome in ((SERVER, "servfail"), (OTHER_SERVER, "nodata")):
        scene.name_server(server=server)
        scene.name_server(outcome, server=server, record="AAAA")  # type: ignore[arg-type]
    scene.session().rest()
    assert scene.codes() == []


def test_negative_a_path_that_drops_edns_is_no_fault_by_itself() -> None:
    scene = Scene().resolvers(SERVER)
    scene.lookup()
    scene.name_server(without_edns=True)
    scene.name_server("nodata", record="AAAA", without_edns=True)
    scene.session().rest()
    assert scene.codes() == []


def test_lookalike_the_system_alone_fails() -> None:
    scene = ipv4_only("nodata", "EAI_AGAIN")
    scene.session().rest()
    assert scene.diagnosis(CODE).title.startswith("the system can't look up")


def outside(google: NameServerOutcome, wikipedia: NameServerOutcome, **settings: str) -> Scene:
    """The host is NXDOMAIN, and two well-known names were asked for."""
    scene = looked_up("EAI_NONAME", servers={SERVER: "nxdomain"}, **settings)
    for name, outcome in (("google.com", google), ("wikipedia.org", wikipedia)):
        given = ("192.0.2.80",) if outcome == "answer" else ()
        scene.name_server(outcome, *given, question=name, asked_for="well-known")
    return scene


@pytest.mark.parametrize("host", ["smtp.ionos.com", "smtp.example.org"])
def test_positive_a_network_without_names_from_outside(host: str) -> None:
    scene = outside("nxdomain", "nxdomain", host=host).policies({})
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.title == "this network has no names from outside"
    assert scene.codes("error") == [CODE]
    # neither the host nor the sender's domain is accused
    assert scene.codes() == [CODE]
    assert "sender-domain-not-found" in diagnosis.consequences
    sender = check_result("sender", Run(scene.observations()), scene.judge())
    assert sender.status == "skipped"


@pytest.mark.parametrize(
    ("google", "wikipedia"), [("answer", "nxdomain"), ("nodata", "nxdomain"), ("answer", "answer")]
)
def test_lookalike_a_network_that_knows_one_of_them(
    google: NameServerOutcome, wikipedia: NameServerOutcome
) -> None:
    scene = outside(google, wikipedia, host="smtp.example.org")
    assert scene.codes("error") == ["dns-name-not-found"]


def test_lookalike_a_misspelt_host_where_no_name_is_known() -> None:
    scene = outside("nxdomain", "nxdomain", host="smtp.ionos.cmo")
    assert scene.codes("error") == [CODE]
    assert scene.codes("warning") == ["host-name-typo"]


# --- AAAA is answered, A is not ---------------------------------------------------------------


def ipv6_only(outcome: NameServerOutcome) -> Scene:
    scene = Scene(host=HOST).resolvers(SERVER)
    scene.lookup("2001:db8::25")
    scene.name_server("answer", "2001:db8::25", record="AAAA")
    scene.name_server(outcome)
    return scene


def test_positive_without_ipv6_the_address_that_is_missing_is_the_cause() -> None:
    """The host has an IPv4 address: that it has "only IPv6 addresses" was false."""
    scene = ipv6_only("servfail")
    scene.connect("no-route", "2001:db8::25")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == f"name server {SERVER} fails when asked for the IPv4 address of {HOST}"
    assert scene.codes("error") == [CODE]
    assert scene.judge().unexplained == ()


def test_positive_over_ipv6_mail_goes_out() -> None:
    scene = ipv6_only("silent")
    scene.session(address="2001:db8::25").rest()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.explains) == ("warning", ())
    assert scene.codes("error") == []


def test_lookalike_the_host_has_ipv6_alone() -> None:
    scene = ipv6_only("nodata")
    scene.connect("no-route", "2001:db8::25")
    assert scene.codes("error") == ["ipv6-broken"]


def slow(client: str | None = None, outcome: NameServerOutcome = "silent") -> Scene:
    name, _, version = (client or "").partition("@")
    scene = Scene(client=name or None, client_version=version).resolvers(SERVER)
    scene.lookup(took=15.02)
    scene.name_server()
    scene.name_server(outcome, record="AAAA")
    scene.session().rest()
    return scene


def test_positive_the_wait_for_a_silent_server_is_told() -> None:
    explanation = slow().diagnosis(CODE).explanation
    assert "slowly, after 15 s" in explanation
    assert "Nodemailer from 10 on" in explanation


def test_lookalike_no_wait_is_told_where_the_system_did_not_wait() -> None:
    """A cache, or a file of hosts, had the name."""
    scene = ipv4_only("silent")
    scene.session().rest()
    explanation = scene.diagnosis(CODE).explanation
    assert "slowly" not in explanation
    assert "0 s" not in explanation


def test_positive_a_client_that_gives_up_before_that() -> None:
    """Nodemailer 10 fails after 30 s, while the system's own look-up gives the IPv4 address."""
    scene = slow("nodemailer@10.6.0")
    found = scene.diagnosis(CODE)
    assert (found.severity, scene.judge().verdict) == ("error", "broken")
    assert "30 s" in found.explanation


@pytest.mark.parametrize(
    ("client", "outcome"),
    [("nodemailer@9.1.1", "silent"), ("python@3.13", "silent"), ("nodemailer@10.6.0", "servfail")],
)
def test_lookalike_clients_that_go_on(client: str, outcome: NameServerOutcome) -> None:
    assert slow(client, outcome).judge().verdict == "warnings"
