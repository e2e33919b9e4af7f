"""What an acceptance does to a report: never better than it is, and what is said of each entry."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from smtpdoctor import pages
from smtpdoctor.diagnosis.model import Acceptance, Verdict
from smtpdoctor.observations import Observations, SystemLookup
from smtpdoctor.report import formats
from smtpdoctor.report.acceptance import accept
from smtpdoctor.report.model import NotChecked, Report, build, join
from smtpdoctor.settings.model import SetupIdentity

from ..rules.scene import Scene
from ..rules.settings.env import env
from . import sarif

NOW = "2026-11-27T10:00:00Z"
CODE = "conflicting-settings"
#: Two settings that exclude each other, and the one that counts works.
WARNED = env(SMTP_SECURE="true", SMTP_TLS="starttls")


def entry(code: str = CODE, **more: Any) -> Acceptance:
    told = {"reason": "a lab", "file": "pyproject.toml", "line": 7, **more}
    return Acceptance(code=code, **told)


def report_of(scene: Scene, *, started: str = NOW) -> Report:
    return build(scene.observations(), started=started, seconds=1.0)


def warned(*, started: str = NOW) -> Report:
    return report_of(Scene.of(WARNED).run_through(), started=started)


def accepted(
    report: Report,
    *entries: Acceptance,
    setups: Collection[str] | None = ("nodemailer mailer.js:4",),
) -> Report:
    areas = {item.code: pages.area(item.code) for item in entries}
    return accept(report, entries, areas, setups=setups)  # type: ignore[arg-type]


def kinds(report: Report) -> list[str]:
    return [item.kind for item in report.notices]


def named(report: Report, name: str) -> Report:
    setup = SetupIdentity(name=name, dialect="nodemailer", files=("mailer.js",))
    targets = [msgspec.structs.replace(item, setup=setup) for item in report.targets]
    return msgspec.structs.replace(report, targets=tuple(targets))


def test_without_an_entry_nothing_changes() -> None:
    report = warned()
    assert report.verdict == "warnings"
    assert accepted(report) is report


def test_an_accepted_warning_counts_no_more() -> None:
    report = accepted(warned(), entry())
    assert (report.verdict, report.exit_status(strict=True)) == ("healthy", 0)
    (item,) = [item for item in report.diagnoses if item.code == CODE]
    assert (item.severity, item.accepted) == ("warning", entry())
    assert kinds(report) == []


def test_another_warning_still_counts() -> None:
    target = warned().target
    (first,) = [item for item in target.diagnoses if item.code == CODE]
    more = msgspec.structs.replace(first, code="spf-missing")
    both = msgspec.structs.replace(target, diagnoses=(first, more))
    report = accepted(join([both], started=NOW, seconds=1.0), entry())
    assert (report.verdict, report.exit_status(strict=True)) == ("warnings", 1)
    # what is left stands first
    assert [item.code for item in report.diagnoses] == ["spf-missing", CODE]


def test_what_only_the_doctor_kept_back_stays_unclear() -> None:
    """The login was not tried: that the project lives with the warning shows nothing."""
    scene = Scene.of(env(SMTP_TLS_REJECT_UNAUTHORIZED="0"))
    scene.session().up_to("auth").no_login("verification-disabled").quit()
    report = accepted(report_of(scene), entry("certificate-verification-disabled"))
    assert report.severities <= {"note"}
    assert report.verdict == "inconclusive"


@pytest.mark.parametrize("verdict", ["broken", "inconclusive"])
def test_no_acceptance_makes_a_verdict_better_than_its_warnings(verdict: Verdict) -> None:
    report = warned()
    targets = [msgspec.structs.replace(item, verdict=verdict) for item in report.targets]
    report = accepted(join(targets, started=NOW, seconds=1.0), entry())
    assert report.verdict == verdict
    assert report.exit_status() != 0


def test_what_was_not_checked_stays_inconclusive() -> None:
    report = warned()
    left = [NotChecked(setup="django settings.py:3", why="EMAIL_HOST is computed")]
    report = accepted(join(report.targets, started=NOW, seconds=1.0, not_checked=left), entry())
    assert report.verdict == "inconclusive"


def test_an_error_stands_and_the_entry_is_said() -> None:
    scene = Scene()
    scene.session().greeting("554 No SMTP service here")
    report = report_of(scene)
    errors = [item.code for item in report.diagnoses if item.severity == "error"]
    report = accepted(report, *(entry(code) for code in errors))
    assert report.verdict == "broken"
    assert errors
    assert kinds(report) == ["acceptance-of-error"] * len(errors)
    assert all(item.accepted is None for item in report.diagnoses)


@pytest.mark.parametrize(
    ("until", "holds"),
    [(date(2026, 11, 26), False), (date(2026, 11, 27), True), (date(2027, 3, 1), True)],
)
def test_it_holds_on_its_last_day_and_no_longer(until: date, holds: bool) -> None:
    report = accepted(warned(), entry(until=until))
    assert report.verdict == ("healthy" if holds else "warnings")
    assert kinds(report) == ([] if holds else ["acceptance-ended"])


def test_without_a_clock_no_end_is_taken_to_lie_ahead() -> None:
    report = accepted(warned(started="?"), entry(until=date(2999, 1, 1)))
    assert report.verdict == "warnings"


@pytest.mark.parametrize(
    ("setup", "fits"), [("", True), ("mailer.js", True), ("MAILER", True), ("other.js", False)]
)
def test_it_is_about_the_set_ups_of_that_name(setup: str, fits: bool) -> None:
    report = accepted(named(warned(), "nodemailer mailer.js:4"), entry(setup=setup))
    assert report.verdict == ("healthy" if fits else "warnings")


def test_an_entry_for_a_set_up_is_not_about_a_target_without_one() -> None:
    assert accepted(warned(), entry(setup="mailer.js")).verdict == "warnings"


# --- an entry of no use ---------------------------------------------------------------------------


def test_an_entry_that_matches_nothing_is_a_warning() -> None:
    report = accepted(report_of(Scene.healthy()), entry())
    assert kinds(report) == ["acceptance-unused"]
    assert (report.verdict, report.exit_status(), report.exit_status(strict=True)) == (
        "warnings",
        0,
        1,
    )


@pytest.mark.parametrize("code", ["server-slow", "port-blocked", "dns-nameserver-dead"])
def test_what_comes_and_goes_is_not_called_gone(code: str) -> None:
    assert kinds(accepted(report_of(Scene.healthy()), entry(code))) == []


def test_nor_is_anything_where_only_a_part_was_looked_at() -> None:
    assert kinds(accepted(report_of(Scene.healthy()), entry(), setups=None)) == []


def test_nor_what_a_run_that_failed_before_could_not_see() -> None:
    scene = Scene()
    scene.session().greeting("554 No SMTP service here")
    assert kinds(accepted(report_of(scene), entry("password-in-clear"))) == []


def test_nor_the_sender_whose_policies_nobody_asked_for() -> None:
    report = report_of(Scene.healthy())
    assert report.run.policy is None
    assert kinds(accepted(report, entry("dmarc-missing"))) == []


def test_an_entry_for_a_set_up_that_there_is_not_is_a_warning() -> None:
    report = named(report_of(Scene.healthy()), "nodemailer mailer.js:4")
    # known by the names, whatever was found; a typing mistake would else never be seen
    found = accepted(report, entry("port-blocked", setup="mailr.js"))
    assert kinds(found) == ["acceptance-unused"]
    assert 'none has "mailr.js" in its name' in found.notices[0].text
    assert kinds(accepted(report, entry("port-blocked", setup="mailer.js"))) == []
    # of two equal ways one was checked
    both = ("nodemailer mailer.js:4", "nodemailer other.js:2")
    assert kinds(accepted(report, entry(setup="other.js"), setups=both)) == []


def test_nor_a_name_that_was_not_looked_up_as_programs_do() -> None:
    scene = Scene.healthy()
    report = report_of(scene)
    assert kinds(accepted(report, entry("dns-hosts-override"))) == ["acceptance-unused"]
    left = [item for item in scene.observations() if not isinstance(item, SystemLookup)]
    mapped = build(Observations(left), started=NOW, seconds=1.0)
    assert kinds(accepted(mapped, entry("dns-hosts-override"))) == []


# --- formats --------------------------------------------------------------------------------------


def both() -> Report:
    """One accepted, and one entry of no use."""
    return accepted(warned(), entry(), entry("url-not-encoded", line=9))


def rendered(name: str, *, strict: bool = True, verbose: bool = False) -> str:
    return formats.render(name, both(), formats.Options(strict=strict, verbose=verbose))


@pytest.mark.parametrize("name", [*formats.names()])
def test_every_format_shows_the_reason_and_the_entry(name: str) -> None:
    text = " ".join(rendered(name).split()).replace("&quot;", '"').replace("&#34;", '"')
    if name not in ("openmetrics", "ticket"):
        assert "a lab" in text
    if name not in ("openmetrics", "ticket"):
        assert "url-not-encoded" in text


def test_json_says_so_only_where_it_is_so() -> None:
    data = json.loads(rendered("json"))
    (target,) = data["targets"]
    told = [item for item in target["diagnoses"] if "accepted" in item]
    assert [item["code"] for item in told] == [CODE]
    assert [item["kind"] for item in data["notices"]] == ["acceptance-unused"]
    assert "notices" not in json.loads(formats.render("json", warned()))


def test_sarif_suppresses_it_and_says_of_the_others_that_they_are_not() -> None:
    (run,) = sarif.read(rendered("sarif"))["runs"]
    found: dict[str, Sequence[Any]] = {
        item["ruleId"]: item["suppressions"] for item in run["results"]
    }
    (suppression,) = found.pop(CODE)
    assert (suppression["kind"], suppression["justification"]) == ("external", "a lab")
    assert all(each == [] for each in found.values())
    (told,) = run["invocations"][0]["toolConfigurationNotifications"]
    assert (told["level"], told["descriptor"]["id"]) == ("warning", "acceptance-unused")
    (plain,) = sarif.read(formats.render("sarif", warned()))["runs"]
    assert all("suppressions" not in item for item in plain["results"])


def test_junit_fails_for_the_entry_alone() -> None:
    root = ElementTree.fromstring(rendered("junit"))
    assert [item.get("type") for item in root.iter("failure")] == ["acceptance-unused"]
    counts = ("tests", "failures", "errors", "skipped")  # Jenkins' schema wants all of them
    assert all(item.get(count) for item in root.iter("testsuite") for count in counts)


def test_a_plugin_is_ok_with_what_is_accepted() -> None:
    report = accepted(warned(), entry())
    assert formats.exit_status("nagios", report) == 0
    assert formats.render("nagios", report).startswith("SMTP OK - ")
    assert " warnings=0;" in formats.render("nagios", report)
    assert formats.exit_status("nagios", both()) == 1


def test_github_and_gitlab_show_it_below_a_warning() -> None:
    command = next(line for line in rendered("github").splitlines() if CODE in line)
    assert command.startswith("::notice ")
    entries = {item["check_name"]: item["severity"] for item in json.loads(rendered("gitlab"))}
    assert entries == {**entries, CODE: "info", "acceptance-unused": "minor"}


def test_metrics_tell_it_apart() -> None:
    line = next(line for line in rendered("openmetrics").splitlines() if CODE in line)
    assert 'accepted="true",reason="a lab"' in line


def test_a_reason_is_a_quotation_of_one_line() -> None:
    report = accepted(warned(), entry(reason='x\n\x1b[31m" error[port-blocked]: no'))
    text = formats.render("terminal", report)
    assert "\x1b" not in text
    assert not any(line.startswith("error[") for line in text.splitlines())
