"""Every format on the same reports, read by the programs that it is made for."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import (
    text_fd_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families as prometheus_families

from smtpdoctor import pages
from smtpdoctor.api import run as run_plan
from smtpdoctor.api import run_all
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import make_lint_plans, make_plan, make_plans
from smtpdoctor.report import formats
from smtpdoctor.report.anonymous import anonymous as anonymous_report
from smtpdoctor.report.earlier import is_report
from smtpdoctor.report.model import NotChecked, Report, join
from smtpdoctor.settings.model import Edit, SetupIdentity
from smtpdoctor.text import visible

from ..fake_network import run
from ..runs import ADDRESS, HOST, one_host, playing, with_options
from . import sarif

#: What a server says to break out of each format.
HOSTILE = (
    "535 no\x1b[31m ]]><b onclick=x> ::error::evil ##[error]evil `x` ``` @all #1 <!-- --> "
    "##vso[task.setvariable variable=x]evil ##teamcity[buildStatus text='evil'] "
    '| x=1 \\" "} {a="b"} &amp; <script>alert(1)</script> http://evil.example [a](javascript:b)'
)
#: What GitHub and GitLab make links and mentions of, whatever is escaped in it.
BESIDE = " @somebody info@evil.example www.evil.example https://evil.example/#1 owner/repo#12 "
FOR_PROGRAMS = (
    "github",
    "gitlab",
    "html",
    "json",
    "junit",
    "markdown",
    "nagios",
    "openmetrics",
    "sarif",
)


def scene(name: str) -> Callable[[Path, Authority], Report]:
    def made(folder: Path, authority: Authority) -> Report:
        with playing(name, folder) as (network, connect_to, cafile):
            plan = make_plan(
                with_options(None, environ={}, folder=folder, connect_to=connect_to, cafile=cafile)
            )
            return run(run_plan(plan, environ={}, network=network))

    return made


def hostile(folder: Path, authority: Authority) -> Report:
    network = one_host(authority)
    server = network.server(ADDRESS, 587)
    server.behaviour = replace(server.behaviour, auth_answer=HOSTILE)
    (folder / ".env").write_text(
        f"SMTP_HOST={HOST}\nSMTP_PORT=587\nSMTP_USER={USERNAME}\nSMTP_PASS={PASSWORD}\n"
    )
    plan = make_plan(with_options(None, environ={}, folder=folder, cafile=authority.cafile))
    return run(run_plan(plan, environ={}, network=network))


def hostile_names(folder: Path, authority: Authority) -> Report:
    """A report of a folder whose names mean harm, or one that was saved by somebody else."""
    made = hostile(folder, authority)
    bad = f"m.js\n::error file=a::x\r\n{HOSTILE}\u202e{BESIDE}"
    setup = SetupIdentity(name=bad, dialect="nodemailer", files=(bad,))
    targets = [
        msgspec.structs.replace(target, setup=setup, host=f"{bad}.example")
        for target in made.targets
    ]
    left = (NotChecked(setup=bad, why=bad),)
    return msgspec.structs.replace(made, targets=tuple(targets), not_checked=left)


REPORTS: Mapping[str, Callable[[Path, Authority], Report]] = {
    "broken": scene("secure-true-on-587"),
    "warnings": scene("tls-switched-off"),
    "healthy": scene("healthy-587"),
    "typo": scene("host-name-typo"),
    "hostile": hostile,
    "hostile names": hostile_names,
}


@pytest.fixture(scope="module", params=REPORTS)
def report(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Report:
    return REPORTS[request.param](tmp_path_factory.mktemp("folder"), authority)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Report:
    made = [
        REPORTS[name](tmp_path_factory.mktemp("folder"), authority)
        for name in ("broken", "healthy")
    ]
    return join(
        [target for item in made for target in item.targets],
        started=made[0].started,
        seconds=1.5,
        not_checked=[NotChecked(setup="django settings.py:3", why="EMAIL_HOST is computed")],
    )


@pytest.mark.parametrize("name", FOR_PROGRAMS)
def test_every_format_is_for_programs_and_knows_its_own(name: str, report: Report) -> None:
    text = formats.render(name, report)
    assert name in formats.names()
    assert formats.is_for_programs(name)
    assert text.endswith("\n")
    assert "\x1b" not in text
    if name != "github":  # a log, which nobody keeps
        assert is_report(text.encode())


@pytest.mark.parametrize("anonymous", [False, True])
@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("name", ["terminal", "concise"])
@pytest.mark.parametrize("width", [30, 80])
def test_what_is_for_people_is_known_again_but_not_at_the_end_of_notes(
    name: str, verbose: bool, anonymous: bool, width: int, report: Report, several: Report
) -> None:
    for each in (report, several, join([], started=report.started, seconds=0.1)):
        shown = anonymous_report(each) if anonymous else each
        text = formats.render(name, shown, formats.Options(verbose=verbose, width=width))
        # a host of several words goes over several lines, which nobody can tell from others
        assert is_report(text.encode()) or (width == 30 and "::error" in text)
        assert not is_report(f"What to ask on Monday\n\n{text}".encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[1]",
        b"the build took 3.1 s, exit 1, see above\n",
        b"2 errors in 3 files\n",
        b'{"runs": []}',
        b"SMTP_HOST=x",
        b"<html></html>",
        b"# HELP other_x y",
        # other programs' reports of the same kinds
        b"SMTP OK - 0.071 sec. response time|time=0.071s;;;0.000000\n",
        b'[{"description": "line too long", "check_name": "E501", "fingerprint": "ab12", '
        b'"severity": "minor", "location": {"path": "a.py", "lines": {"begin": 1}}}]',
    ],
)
def test_what_is_no_report_is_not_replaced(content: bytes) -> None:
    assert not is_report(content)


# --- sarif ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "run",
    [
        {"tool": {"driver": {"name": "x"}}, "own": 1},
        {"tool": {"driver": {}}},
        {
            "tool": {"driver": {"name": "x"}},
            "results": [{"message": {"text": "x"}, "level": "bad"}],
        },
    ],
)
def test_what_sarif_has_not_is_seen(run: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        sarif.read(json.dumps({"version": "2.1.0", "runs": [run]}))


def test_sarif_has_a_result_for_each_diagnosis(report: Report) -> None:
    data = sarif.read(formats.render("sarif", report))["runs"][0]
    assert [item["ruleId"] for item in data["results"]] == [item.code for item in report.diagnoses]
    rules = [rule["id"] for rule in data["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for item, diagnosis in zip(data["results"], report.diagnoses, strict=True):
        assert rules[item["ruleIndex"]] == item["ruleId"]
        assert item["level"] == diagnosis.severity
        assert diagnosis.title in item["message"]["text"]
    assert data["invocations"][0]["exitCode"] == report.exit_status()


def test_a_rule_has_what_code_scanning_shows_of_it(report: Report) -> None:
    """GitHub's documents call these required, and Microsoft's validator (GH2012) refuses a rule
    without."""
    for rule in sarif.read(formats.render("sarif", report))["runs"][0]["tool"]["driver"]["rules"]:
        page = pages.read(rule["id"])
        assert page is not None
        description = rule["fullDescription"]["text"]
        assert 0 < len(description) <= 1024  # GitHub cuts off the rest
        assert "\n" not in description
        assert description in " ".join(page.split())
        assert rule["help"]["text"] == page
        # beside the alert there are no files that a link could lead to
        links = re.findall(r"\]\(([^)]+)\)", rule["help"]["markdown"])
        assert len(links) == len(re.findall(r"\]\(", page))
        assert all(link.startswith("https://") for link in links)


def test_a_code_of_another_version_is_a_rule_without_a_page(report: Report) -> None:
    (target,) = report.targets
    diagnoses = [
        msgspec.structs.replace(each, code="of-another-version") for each in target.diagnoses
    ]
    target = msgspec.structs.replace(target, diagnoses=tuple(diagnoses))
    data = sarif.read(formats.render("sarif", msgspec.structs.replace(report, targets=(target,))))[
        "runs"
    ][0]
    rules = data["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["of-another-version"] * bool(diagnoses)
    assert not any("help" in rule for rule in rules)


def of_mailer(folder: Path, authority: Authority, call: str) -> Report:
    """A run of a program in code."""
    (folder / "package.json").write_text('{"dependencies": {"nodemailer": "^6.9.0"}}')
    (folder / "mailer.js").write_text(f"const nodemailer = require('nodemailer');\n{call}\n")
    options = with_options(
        None, environ={"P": PASSWORD}, folder=folder, cafile=authority.cafile, setup=("nodemailer",)
    )
    return run(run_plan(make_plans(options).plans[0], environ={}, network=one_host(authority)))


def test_sarif_points_at_the_users_line_and_carries_the_edit(
    tmp_path: Path, authority: Authority
) -> None:
    report = of_mailer(
        tmp_path,
        authority,
        f"nodemailer.createTransport({{\n  secure: true,\n  host: '{HOST}', port: 587,\n"
        f"  auth: {{ user: '{USERNAME}', pass: process.env.P }},\n}});",
    )
    result = sarif.read(formats.render("sarif", report))["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "mailer.js"
    assert place["region"] == {"startLine": 3, "startColumn": 11, "endColumn": 15}
    change = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["deletedRegion"] == place["region"]
    assert change["insertedContent"] == {"text": "false"}


def test_columns_behind_a_mask_are_left_out(tmp_path: Path, authority: Authority) -> None:
    """They would tell how long the password is, and an editor would change something else."""
    report = of_mailer(
        tmp_path,
        authority,
        f"nodemailer.createTransport({{ auth: {{ user: '{USERNAME}', pass: '{PASSWORD}' }}, "
        f"host: '{HOST}', port: 587, secure: true }});",
    )
    result = sarif.read(formats.render("sarif", report))["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    assert "fixes" not in result


def test_a_fingerprint_stays_while_lines_move(tmp_path: Path, authority: Authority) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    made = [hostile(first, authority)]
    env = (first / ".env").read_text()
    network = one_host(authority)
    server = network.server(ADDRESS, 587)
    server.behaviour = replace(server.behaviour, auth_answer=HOSTILE)
    (second / ".env").write_text(f"# a comment\n\n{env}")
    plan = make_plan(with_options(None, environ={}, folder=second, cafile=authority.cafile))
    made.append(run(run_plan(plan, environ={}, network=network)))
    prints = [json.loads(formats.render("gitlab", item))[0]["fingerprint"] for item in made]
    assert prints[0] == prints[1]


# --- junit ------------------------------------------------------------------------------------


def test_junit_has_a_case_for_each_check(report: Report) -> None:
    root = ElementTree.fromstring(formats.render("junit", report))
    suite = root.find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [item.name for item in report.checks]
    assert suite.get("tests") == str(len(cases))
    assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    assert bool(suite.findall("testcase/failure")) == (report.verdict == "broken")


def test_junit_fails_for_warnings_where_they_fail_the_run(
    tmp_path: Path, authority: Authority
) -> None:
    report = REPORTS["warnings"](tmp_path, authority)
    strict = formats.Options(strict=True)
    relaxed = ElementTree.fromstring(formats.render("junit", report))
    severe = ElementTree.fromstring(formats.render("junit", report, strict))
    severities = {item.severity for item in report.diagnoses}
    assert bool(relaxed.findall(".//failure")) == ("error" in severities)
    assert bool(severe.findall(".//failure")) == bool(severities & {"error", "warning"})


@pytest.mark.parametrize("unexplained", [(), ("dns-1",)])
def test_junit_names_the_cause_also_where_another_check_showed_it(
    tmp_path: Path, authority: Authority, unexplained: tuple[str, ...]
) -> None:
    report = REPORTS["broken"](tmp_path, authority)
    (target,) = report.targets
    checks = [
        msgspec.structs.replace(each, status="failed") if each.name == "dns" else each
        for each in target.checks
    ]
    target = msgspec.structs.replace(target, checks=tuple(checks), unexplained=unexplained)
    report = msgspec.structs.replace(report, targets=(target,))
    root = ElementTree.fromstring(formats.render("junit", report))
    failure = root.find("testsuite/testcase[@name='dns']/failure")
    assert failure is not None
    code = next(item.code for item in report.diagnoses if item.severity == "error")
    assert failure.get("type") == ("unexplained" if unexplained else code)


def test_junit_names_the_cause_that_a_check_saw_before_that_of_the_settings(
    tmp_path: Path, authority: Authority
) -> None:
    """A template's text beside a host without an address: it is not why the name isn't found."""
    (tmp_path / ".env").write_text(
        f"SMTP_HOST={HOST}\nSMTP_PORT=587\nSMTP_USER={USERNAME}\nSMTP_PASS=changeme\n"
    )
    network = one_host(authority, names={HOST: "EAI_NONAME"})
    plan = make_plan(with_options(None, environ={}, folder=tmp_path, cafile=authority.cafile))
    report = run(run_plan(plan, environ={}, network=network))
    (target,) = report.targets
    checks = [
        msgspec.structs.replace(each, status="failed") if each.name == "reach" else each
        for each in target.checks
    ]
    target = msgspec.structs.replace(target, checks=tuple(checks))
    report = msgspec.structs.replace(report, targets=(target,))
    root = ElementTree.fromstring(formats.render("junit", report))
    kinds = {
        case.get("name"): [item.get("type") for item in case.findall("failure")]
        for case in root.iter("testcase")
    }
    assert kinds["settings"] == ["credentials-placeholder"]
    assert kinds["dns"] == kinds["reach"] == ["dns-name-not-found"]


def test_every_suite_has_all_of_its_counts(several: Report) -> None:
    """Jenkins' schema, junit-10.xsd of its xunit-plugin, requires them of each."""
    for suite in ElementTree.fromstring(formats.render("junit", several)).iter("testsuite"):
        assert suite.get("name")
        counted = {
            "tests": len(suite.findall("testcase")),
            "failures": len(suite.findall("testcase/failure")),
            "errors": len(suite.findall("testcase/error")),
            "skipped": len(suite.findall("testcase/skipped")),
        }
        assert {count: suite.get(count) for count in counted} == {
            count: str(number) for count, number in counted.items()
        }


def test_a_skipped_case_says_so_once(report: Report) -> None:
    text = formats.render("junit", report)
    assert "skipped, skipped" not in text


def test_junit_names_what_was_not_checked(several: Report) -> None:
    root = ElementTree.fromstring(formats.render("junit", several))
    skipped = root.findall("testsuite")[-1].find("testcase/skipped")
    assert skipped is not None
    assert skipped.get("message") == "EMAIL_HOST is computed"


# --- github, gitlab ---------------------------------------------------------------------------


def test_every_annotation_is_one_line_and_nothing_else_is_a_command(report: Report) -> None:
    lines = formats.render("github", report).splitlines()
    commands = [line for line in lines if line.startswith("::")]
    assert len(commands) == len(report.diagnoses) + len(report.not_checked)
    for line in commands:
        assert re.fullmatch(r"::(error|warning|notice) [^:]*::.*", line)
    for line in lines:
        if line not in commands:
            assert "::" not in line


def test_gitlab_takes_every_entry(report: Report) -> None:
    for entry in json.loads(formats.render("gitlab", report)):
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert re.fullmatch(r"[0-9a-f]{64}", entry["fingerprint"])
        assert entry["location"]["lines"]["begin"] >= 1


# --- markdown ---------------------------------------------------------------------------------


def test_two_places_in_one_line_are_one_line(tmp_path: Path, authority: Authority) -> None:
    options = f"{{ host: '{HOST}', port: 587, secure: true }}"
    report = of_mailer(tmp_path, authority, f"nodemailer.createTransport({options});")
    (item,) = report.targets[0].diagnoses[:1]
    assert len([each for each in item.locations if each.file == "mailer.js"]) == 2
    assert formats.render("markdown", report).count("`mailer.js:") == 1
    assert "mailer.js:2 mailer.js:2" not in formats.render("junit", report)


def test_markdown_has_the_causes_and_no_markup_of_others(report: Report) -> None:
    text = formats.render("markdown", report)
    for item in report.diagnoses:
        assert f"[`{item.code}`]" in text
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    tags = set(re.findall(r"<(/?\w+)", html))
    assert not tags & {"script", "b"}
    links = re.findall(r'href="([^"]*)"', html)
    assert all(link.startswith("https://github.com/smtpdoctor/") for link in links)


def test_a_file_named_as_a_command_is_none(report: Report) -> None:
    name = "::error file=a::x.js"
    setup = SetupIdentity(name=f"nodemailer {name}:1", dialect="nodemailer", files=(name,))
    targets = [
        msgspec.structs.replace(
            target,
            setup=setup,
            diagnoses=tuple(
                msgspec.structs.replace(
                    item,
                    locations=(),
                    fixes=tuple(
                        msgspec.structs.replace(
                            fix,
                            edits=(
                                Edit(file=name, line=1, columns=(1, 2), replace="a", with_="b"),
                            ),
                        )
                        for fix in item.fixes
                    ),
                )
                for item in target.diagnoses
            ),
            checks=tuple(
                msgspec.structs.replace(check, summary=f"from a\n{name}") for check in target.checks
            ),
        )
        for target in report.targets
    ]
    named = msgspec.structs.replace(report, targets=tuple(targets))
    for kind in ("concise", "terminal", "markdown", "junit", "nagios", "ticket"):
        text = formats.render(kind, named, formats.Options(verbose=True))
        bad = [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert bad == [], kind


def test_markdown_mentions_nobody_and_links_nothing_of_others(report: Report) -> None:
    text = formats.render("markdown", report)
    parsed = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    for inline in (child for token in parsed for child in token.children or ()):
        if inline.type == "text":
            assert not re.search(r"@\w|://|\bwww\.|#\d", inline.content), inline.content


@pytest.mark.parametrize("name", [*FOR_PROGRAMS, "concise", "terminal", "ticket"])
def test_no_line_of_any_format_is_made_by_others(name: str, report: Report) -> None:
    text = formats.render(name, report, formats.Options(verbose=True, width=80))
    for line in text.split("\n"):
        own = line.removeprefix("::") if name == "github" else line
        assert visible(own) == own
        assert not line.lstrip().startswith("::error file=a")
        # these are found in the middle of a line, too
        assert not re.search(r"##\w*\[", line)


def test_a_plugins_line_has_no_element_and_no_mention(report: Report) -> None:
    title = "<!channel> <@U1> <script>x</script> <img src=x> of MAIL FROM:<info@example.com>"
    targets = [
        msgspec.structs.replace(
            target,
            diagnoses=tuple(
                msgspec.structs.replace(item, title=title) for item in target.diagnoses
            ),
        )
        for target in report.targets
    ]
    text = formats.render("nagios", msgspec.structs.replace(report, targets=tuple(targets)))
    if report.verdict == "broken":
        assert "MAIL FROM:<info@example.com>" in text
    assert not re.search(r"<(?!info@)\S", text)


# --- metrics, plugins -------------------------------------------------------------------------


def test_metrics_are_read_by_both_parsers(several: Report) -> None:
    text = formats.render("openmetrics", several)
    for families in (
        list(openmetrics_families(io.StringIO(text))),
        list(prometheus_families(text)),
    ):
        samples = {
            (sample.name, sample.labels.get("port"), sample.labels.get("verdict")): sample.value
            for family in families
            for sample in family.samples
        }
        assert samples["smtpdoctor_verdict", "587", "broken"] == 1
        assert samples["smtpdoctor_not_checked", None, None] == 1
        assert any(family.name == "smtpdoctor_diagnosis" for family in families)
        assert any(family.name == "smtpdoctor_certificate_expires_days" for family in families)


def test_metrics_of_a_hostile_server_are_read(report: Report) -> None:
    text = formats.render("openmetrics", report)
    assert {item.name for item in openmetrics_families(io.StringIO(text))} >= {"smtpdoctor_verdict"}


@pytest.mark.parametrize(
    ("name", "state", "status"), [("broken", "CRITICAL", 2), ("healthy", "OK", 0)]
)
def test_a_plugins_line_and_exit_status(
    name: str, state: str, status: int, tmp_path: Path, authority: Authority
) -> None:
    report = REPORTS[name](tmp_path, authority)
    line = formats.render("nagios", report)
    assert re.fullmatch(
        rf"SMTP {state} - [^|\n]+ \| time=[\d.]+s;;;0 (certificate_days=\d+;;; )?"
        r"errors=\d+;;;0 warnings=\d+;;;0\n",
        line,
    )
    assert "  " not in line
    assert formats.exit_status("nagios", report) == status


def test_a_plugin_names_every_target_and_what_was_not_checked(several: Report) -> None:
    lines = formats.render("nagios", several).splitlines()
    assert lines[0].startswith("SMTP CRITICAL - ")
    assert [line.partition(":")[0] for line in lines[1:]] == ["CRITICAL", "OK", "UNKNOWN"]


def test_other_formats_exit_as_the_report(several: Report) -> None:
    assert formats.exit_status("sarif", several) == several.exit_status() == 1


# --- the settings alone ---------------------------------------------------------------------------

WORDED = ("github", "html", "markdown", "nagios", "ticket")


def linted(folder: Path, **files: str) -> Report:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    plans = make_lint_plans(CheckOptions(folder=folder, environ={}))
    return asyncio.run(run_all(plans, environ={}))


@pytest.mark.parametrize("name", WORDED)
def test_a_folder_without_settings_is_told_as_one(name: str, tmp_path: Path) -> None:
    page = formats.render(name, linted(tmp_path))
    assert "No mail settings were found." in page
    assert "0 of 0" not in page
    assert "nconclusive" not in page


def test_a_folder_without_settings_is_an_error_for_a_monitor_alone(tmp_path: Path) -> None:
    report = linted(tmp_path)
    assert formats.exit_status("nagios", report) == 3
    assert formats.exit_status("terminal", report) == 0
    assert "exit 0" in formats.render("terminal", report)
    (run,) = json.loads(formats.render("sarif", report))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("name", WORDED[:-1])  # a ticket asks nobody for anything here
def test_settings_in_which_nothing_is_wrong_are_not_inconclusive(name: str, tmp_path: Path) -> None:
    page = formats.render(name, linted(tmp_path, _env="SMTP_HOST=smtp.ionos.com\n"))
    assert "no server was asked" in page
    assert "nconclusive" not in page
    assert "Healthy" not in page
    assert "❔" not in page


@pytest.mark.parametrize("name", ["html", "markdown"])
def test_settings_with_an_error_are_marked_as_that(name: str, tmp_path: Path) -> None:
    env = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=465\nSMTP_SECURE=false\n"
    page = formats.render(name, linted(tmp_path, _env=env))
    assert ("✗ Broken" if name == "html" else "❌") in page
