"""Platforms: what each is known to block, for whom, what lifts it, and the ways around."""

from __future__ import annotations

import re

import pytest

from smtpdoctor import knowledge
from smtpdoctor.knowledge.platforms import (
    KINDS,
    Extent,
    Platform,
    https_apis,
    platform,
    platforms,
    relays_on,
)


def get(identifier: str) -> Platform:
    found = platform(identifier)
    assert found is not None
    return found


def each_platform() -> list[Platform]:
    return list(platforms().values())


# --- every entry ------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", each_platform(), ids=lambda entry: entry.id)
def test_platform_is_consistent(entry: Platform) -> None:
    assert entry.kind in KINDS
    assert bool(entry.own_rules) == bool(entry.own_rules_sources)
    assert set(entry.sources) <= set(knowledge.sources())
    for egress in entry.egress:
        assert egress.ports
        assert len(egress.ports) == len(set(egress.ports))
    for lift in entry.lifts:
        assert lift.possible == bool(lift.steps)
    for mark in entry.marks:
        assert any(not sign.unset for sign in mark.signs), mark
        for sign in mark.signs:
            assert [bool(sign.env), bool(sign.dmi), bool(sign.file)].count(True) == 1
            assert not sign.file or sign.file.startswith("/")
            assert not (sign.dmi and not sign.pattern), "DMI fields are there on every machine"
            re.compile(sign.pattern)


@pytest.mark.parametrize("entry", each_platform(), ids=lambda entry: entry.id)
def test_texts_are_pieces_that_a_report_can_join(entry: Platform) -> None:
    notes = (*entry.exceptions, *entry.alternatives, *entry.false_friends, *entry.notes)
    texts = [
        entry.name,
        *(note.text for note in notes),
        *(egress.who for egress in entry.egress),
        *(step for lift in entry.lifts for step in (lift.who, *lift.steps)),
        *entry.own_rules,
        entry.support.text if entry.support else "",
    ]
    for text in texts:
        assert text == text.strip()
        assert not text.endswith(".")


@pytest.mark.parametrize("entry", each_platform(), ids=lambda entry: entry.id)
def test_no_port_is_blocked_and_open_for_the_same_people(entry: Platform) -> None:
    for port in {port for egress in entry.egress for port in egress.ports}:
        policies: dict[str, set[str]] = {}
        for egress in entry.about(port):
            policies.setdefault(egress.who, set()).add(egress.policy)
        assert all(len(found) == 1 for found in policies.values()), port
        assert "" not in policies or len(policies) == 1, port


@pytest.mark.parametrize("entry", each_platform(), ids=lambda entry: entry.id)
def test_since_when_is_a_date_that_its_source_can_know(entry: Platform) -> None:
    for egress in entry.egress:
        assert bool(egress.since) == bool(egress.since_sources)
        assert not egress.since or re.fullmatch(r"\d{4}(-\d\d){0,2}", egress.since)
        for source in egress.since_sources:  # an announcement is up to a month ahead
            assert egress.since[:7] <= knowledge.sources()[source].read[:7]


def test_every_verified_block_says_where_it_is_lifted_or_what_else_works() -> None:
    for entry in each_platform():
        if any(egress.policy == "blocked" and egress.verified for egress in entry.egress):
            assert entry.lifts or entry.alternatives, entry.id


def test_metadata_is_asked_on_link_local_addresses_for_nothing_of_the_users() -> None:
    for entry in each_platform():
        question = entry.metadata
        if question is None:
            continue
        assert question.address.startswith("169.254."), entry.id  # RFC 3927 §2.1
        assert question.body or question.header, entry.id
        assert bool(question.token_path) == bool(question.token_name), entry.id
        assert not re.search("user|credential|key|startup|password", question.path), entry.id


# --- what is blocked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "port_25", "port_465", "port_587"),
    [
        ("aws_ec2", "all", "none", "none"),
        ("gcp_gce", "all", "none", "none"),
        ("gcp_gke", "all", "none", "none"),
        ("azure_vm", "some", "unknown", "none"),
        ("digitalocean_droplet", "all", "all", "all"),
        ("scaleway", "all", "all", "all"),
        ("hetzner_cloud", "all", "all", "none"),
        ("zerops", "all", "all", "none"),
        ("linode", "some", "some", "some"),
        ("render", "some", "some", "some"),
        ("railway", "some", "some", "some"),
        ("netcup", "some", "some", "some"),
        ("vultr", "some", "none", "none"),
        ("yandex_cloud", "all", "none", "none"),
        ("oracle", "some", "unknown", "unknown"),
        ("ionos_cloud", "all", "unknown", "unknown"),
        ("heroku", "some", "unknown", "unknown"),
    ],
)
def test_whom_a_port_is_blocked_for(
    identifier: str, port_25: Extent, port_465: Extent, port_587: Extent
) -> None:
    entry = get(identifier)
    assert (entry.blocks(25), entry.blocks(465), entry.blocks(587)) == (
        port_25,
        port_465,
        port_587,
    )


@pytest.mark.parametrize(
    "identifier",
    ["fly_io", "vercel", "netlify", "replit", "contabo", "github_actions", "gitlab_saas"],
)
def test_what_no_source_confirms_is_not_known(identifier: str) -> None:
    assert {get(identifier).blocks(port) for port in (25, 465, 587, 2525)} == {"unknown"}


def test_an_unverified_fact_is_kept_as_such() -> None:
    (said,) = get("fly_io").about(25)
    assert (said.policy, said.verified) == ("blocked", False)


def test_nobody_promises_an_alternate_port() -> None:
    """2525 stands in no list of blocked ports, which is no word that it is open."""
    promised = {entry.id for entry in each_platform() if entry.blocks(2525) == "none"}
    assert promised == set()


def test_a_block_by_plan_names_the_plan() -> None:
    free, paid = get("render").about(587)
    assert (free.policy, free.who) == ("blocked", "free web services")
    assert (paid.policy, paid.who) == ("open", "paid instance types")


# --- what lifts it ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "possible"),
    [
        ("aws_ec2", True),
        ("scaleway", True),
        ("hetzner_cloud", True),
        ("azure_vm", True),
        ("gcp_gce", False),
        ("digitalocean_droplet", False),
        ("cloudflare_workers", False),
        ("fly_io", None),
        ("alibaba", None),
        ("kubernetes", None),
    ],
)
def test_whether_the_block_is_lifted(identifier: str, possible: bool | None) -> None:
    known = [lift.possible for lift in get(identifier).lifts if lift.verified]
    assert (any(known) if known else None) is possible


def test_azure_lifts_by_subscription() -> None:
    by_who = {lift.who: lift.possible for lift in get("azure_vm").lifts}
    assert by_who["Enterprise Dev/Test subscriptions"] is True
    assert [possible for who, possible in by_who.items() if who.startswith("pay")] == [False]


def test_the_exact_form_with_source_and_date() -> None:
    (lift,) = get("aws_ec2").lifts
    assert lift.url.endswith("/ec2-email-limit-rdns-request")
    assert knowledge.sources()[lift.sources[0]].read == "2023-06-15"
    (tick,) = get("scaleway").lifts
    assert any("Enable SMTP" in step for step in tick.steps)


def test_own_rules_name_what_the_platform_calls_them() -> None:
    words = {
        "aws_ec2": ["security group", "network ACL"],
        "azure_vm": ["network security group"],
        "gcp_gce": ["VPC firewall"],
        "kubernetes": ["NetworkPolicy", "REGISTRY_ONLY"],
        "oracle": ["security list"],
    }
    for identifier, expected in words.items():
        text = " ".join(get(identifier).own_rules)
        assert all(word in text for word in expected), identifier


def test_superseded_words_of_azure_are_not_offered() -> None:
    """Until 2021 pay-as-you-go subscriptions could ask support."""
    steps = [step for lift in get("azure_vm").lifts for step in lift.steps]
    assert not any("support" in step.lower() for step in steps)


# --- ways around ------------------------------------------------------------------------------


def test_relays_on_an_open_port() -> None:
    found = {relay.provider.id: relay for relay in relays_on([2525])}
    assert {"sendgrid", "mailgun", "postmark", "smtp2go"} <= set(found)
    assert found["sendgrid"].port.tls == "starttls"
    assert found["sendgrid"].hosts == ("smtp.sendgrid.net",)
    assert {relay.provider.id for relay in relays_on([2587])} == {
        "amazon_ses",
        "resend",
        "scaleway",
    }
    assert {relay.provider.id for relay in relays_on([443])} == {"smtp2go"}


def test_relays_are_sending_services_and_never_a_test_server() -> None:
    every = relays_on([25, 465, 587, 2525, 2587, 2465, 443])
    assert {relay.provider.kind for relay in every} == {"esp"}
    assert all(relay.hosts and relay.port.verified for relay in every)
    assert "mailtrap" not in {relay.provider.id for relay in relays_on([2525])}
    assert relays_on([]) == ()


def test_a_relay_stands_once_by_the_first_port_that_fits() -> None:
    ports = {relay.provider.id: relay.port.port for relay in relays_on([2587, 2525, 587])}
    assert (ports["amazon_ses"], ports["sendgrid"]) == (2587, 2525)
    assert list(ports.values()) == sorted(ports.values(), key=[2587, 2525, 587].index)


def test_https_interfaces_belong_to_known_services() -> None:
    found = {api.provider: api for api in https_apis()}
    assert len(found) == len(https_apis())
    assert {"amazon_ses", "sendgrid", "mailgun", "postmark", "resend", "brevo", "mailjet"} <= set(
        found
    )
    for api in found.values():
        assert knowledge.providers()[api.provider].kind == "esp"
        assert api.verified
        assert re.fullmatch(r"[a-zA-Z0-9.-]+", api.host)


def test_an_unknown_platform_is_none() -> None:
    assert platform("atlantis") is None
