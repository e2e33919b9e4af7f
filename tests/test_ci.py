"""The GitHub action and the GitLab template: their steps run in a shell as a runner runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME

from .servers.fixtures import StartServer

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GITLAB = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text())
DOCUMENT = (ROOT / "docs/ci.md").read_text()
ZIZMOR = Path(sys.executable).with_name("zizmor")
PACKAGE = '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "16.4.0"}}'


def write_project(folder: Path, *, secure: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(PACKAGE)
    (folder / "mailer.js").write_text(
        "const nodemailer = require('nodemailer');\nnodemailer.createTransport({\n"
        f"  host: 'mail.brombeer-verlag.de',\n  port: 587,\n  secure: {secure},\n"
        "  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },\n});\n"
    )
    # no module of the repository is run
    (folder / "venv.py").write_text("raise SystemExit('a module of the repository was run')\n")
    (folder / "pip.py").write_text("raise SystemExit('a module of the repository was run')\n")


class Runner:
    """A machine that runs the action's own steps one after the other."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "work"
        self.temporary = folder / "temp"
        self.output, self.summary = folder / "output", folder / "summary"
        self.workspace.mkdir()
        (self.temporary / "smtpdoctor/bin").mkdir(parents=True)
        for path in (self.output, self.summary):
            path.touch()
        # as if it was installed in an earlier job: nothing is fetched in a test
        (self.temporary / "smtpdoctor/bin/smtpdoctor").symlink_to(
            Path(sys.executable).with_name("smtpdoctor")
        )
        self.uploaded: list[str] = []
        self.log = ""

    @property
    def outputs(self) -> dict[str, str]:
        lines = self.output.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def run(self, inputs: Mapping[str, str], env: Mapping[str, str] | None = None) -> int:
        """The steps up to the first that fails; the last exit status."""
        values = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()}
        values |= inputs
        for step in ACTION["runs"]["steps"]:
            if "if" in step and not self._holds(step["if"], values):
                continue
            if "uses" in step:
                self.uploaded.append(step["uses"].partition("@")[0])
                continue
            own = {name: self._value(text, values) for name, text in step.get("env", {}).items()}
            script = self.temporary / "step.sh"
            script.write_text(step["run"])
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
                cwd=self.workspace,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self.temporary),
                    "GITHUB_ACTION_PATH": str(ROOT),
                    "GITHUB_WORKSPACE": str(self.workspace),
                    "GITHUB_OUTPUT": str(self.output),
                    "GITHUB_STEP_SUMMARY": str(self.summary),
                    "RUNNER_TEMP": str(self.temporary),
                    **(env or {}),
                    **own,
                },
                capture_output=True,
                text=True,
                check=False,
            )
            self.log += done.stdout + done.stderr
            if done.returncode:
                return done.returncode
        return 0

    def _value(self, text: str, inputs: Mapping[str, str]) -> str:
        found = re.fullmatch(r"\$\{\{ (inputs|steps\.run\.outputs)\.(\w+) \}\}", text)
        assert found is not None, text
        return inputs[found[2]] if found[1] == "inputs" else self.outputs[found[2]]

    def _holds(self, condition: str, inputs: Mapping[str, str]) -> bool:
        """The conditions that the action has: comparisons, all of which have to hold."""
        for each in condition.split(" && "):
            found = re.fullmatch(r"(\S+)\.(\w+) (==|!=) '(\w+)'", each)
            assert found is not None, each
            value = inputs[found[2]] if found[1] == "inputs" else self.outputs.get(found[2], "")
            if (value == found[4]) is not (found[3] == "=="):
                return False
        return True


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


# --- the action ---------------------------------------------------------------------------------


def test_inputs_are_never_text_of_a_shell() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_others_actions_are_pinned() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert len(used) == 2
    for each in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)


def test_a_pull_request_of_a_fork_with_a_fault(runner: Runner) -> None:
    """No secrets, no network: the line of the setting is annotated, and the job fails."""
    write_project(runner.workspace, secure="true")
    assert runner.run({}) == 1
    annotation = next(line for line in runner.log.splitlines() if line.startswith("::error"))
    assert annotation.startswith("::error file=mailer.js,line=5,col=11,")
    assert "implicit-tls-on-starttls-port" in runner.summary.read_text()
    assert runner.outputs == {"status": "1"}
    assert runner.uploaded == []


def test_a_sound_pull_request(runner: Runner) -> None:
    write_project(runner.workspace, secure="false")
    assert runner.run({}) == 0
    assert "::error" not in runner.log
    assert runner.outputs == {"status": "0"}


def test_what_it_publishes_is_anonymous_unless_asked_otherwise(runner: Runner) -> None:
    write_project(runner.workspace, secure="true")
    assert runner.run({"html": "true", "sarif": "true", "anonymous": "yes"}) == 1
    written = [runner.temporary / f"smtpdoctor.{end}" for end in ("html", "sarif")]
    for text in (runner.log, runner.summary.read_text(), *(path.read_text() for path in written)):
        assert "brombeer" not in text
    runner.run({"anonymous": "false"})
    assert "mail.brombeer-verlag.de" in runner.log


def test_findings_and_page_are_uploaded_where_asked(runner: Runner) -> None:
    write_project(runner.workspace, secure="true")
    assert runner.run({"sarif": "true", "html": "true"}) == 1
    assert runner.uploaded == ["github/codeql-action/upload-sarif", "actions/upload-artifact"]
    (result,) = json.loads((runner.temporary / "smtpdoctor.sarif").read_text())["runs"][0][
        "results"
    ]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "mailer.js"
    assert (runner.temporary / "smtpdoctor.html").read_text().startswith("<!doctype html>")


def test_paths_are_those_of_the_repository_below_a_folder(runner: Runner) -> None:
    write_project(runner.workspace / "services/shop", secure="true")
    assert runner.run({"folder": "services/shop", "sarif": "true"}) == 1
    assert "::error file=services/shop/mailer.js,line=5,col=11," in runner.log
    (result,) = json.loads((runner.temporary / "smtpdoctor.sarif").read_text())["runs"][0][
        "results"
    ]
    assert result["fixes"][0]["artifactChanges"][0]["artifactLocation"]["uri"] == (
        "services/shop/mailer.js"
    )


@pytest.fixture
def server_options(smtp_server: StartServer, authority: Authority) -> tuple[str, Any]:
    server = smtp_server()
    words = [
        "--connect-to",
        f"mail.example.com:587:127.0.0.1:{server.port}",
        "--cafile",
        str(authority.cafile),
        "--no-third-party",
    ]
    return "\n".join(words), server


def test_a_deploy_that_can_go_on(runner: Runner, server_options: tuple[str, Any]) -> None:
    options, server = server_options
    settings = {"SMTP_HOST": "mail.example.com", "SMTP_USER": USERNAME, "SMTP_PASS": PASSWORD}
    assert runner.run({"command": "check", "options": options}, settings) == 0, runner.log
    assert server.session.auth_attempts == 1
    assert PASSWORD not in runner.log + runner.summary.read_text()


def test_a_deploy_with_a_wrong_password(runner: Runner, server_options: tuple[str, Any]) -> None:
    options, _ = server_options
    settings = {"SMTP_HOST": "mail.example.com", "SMTP_USER": USERNAME, "SMTP_PASS": "Tulpe-77-x"}
    assert runner.run({"command": "check", "options": options}, settings) == 1
    assert "credentials-rejected" in runner.summary.read_text()
    assert USERNAME not in runner.log + runner.summary.read_text()
    assert "Tulpe-77-x" not in runner.log + runner.summary.read_text()


def test_a_target_is_one_word_and_no_option(runner: Runner) -> None:
    asked = {"command": "check", "target": "--help", "options": "--only\nsettings"}
    assert runner.run(asked) == 3  # too little was checked
    assert "--help" in runner.log or "host-1" in runner.log
    assert "Usage" not in runner.log


@pytest.mark.parametrize("name", ["command", "folder", "options", "target", "strict", "python"])
def test_no_input_is_a_command_of_the_shell(name: str, runner: Runner) -> None:
    write_project(runner.workspace, secure="true")
    hostile = f"$(touch {runner.workspace}/seized); `touch {runner.workspace}/seized` ' \""
    inputs = {"command": "check", "options": "--only\nsettings", name: hostile}
    runner.run(inputs, {"SMTP_HOST": "127.0.0.1"})
    assert not (runner.workspace / "seized").exists()


def test_an_unknown_command_is_said_and_not_repeated(runner: Runner) -> None:
    assert runner.run({"command": "x::set-env name=A::b"}) == 2
    assert "::error title=smtpdoctor::command is lint or check" in runner.log
    assert "set-env" not in runner.log
    assert runner.outputs == {"status": "2"}


@pytest.mark.parametrize("folder", ["nowhere", "x\n::set-env name=A::b", "package.json"])
def test_an_unknown_folder_is_said_and_not_repeated(folder: str, runner: Runner) -> None:
    write_project(runner.workspace, secure="false")
    assert runner.run({"folder": folder}) == 2
    (said,) = [line for line in runner.log.splitlines() if "::" in line]
    assert said.startswith("::error title=smtpdoctor::folder is no folder of this repository: ")
    assert "step.sh" not in runner.log
    assert runner.outputs == {"status": "2"}


def test_every_input_is_documented() -> None:
    told = set(re.findall(r"^\| `(\w+)` \| ", DOCUMENT, re.MULTILINE)) - {"lint", "check"}
    assert told == set(ACTION["inputs"])


# --- the template -------------------------------------------------------------------------------


def gitlab(job: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The job's script as the runner has it: one shell, variables in the environment."""
    base, own = GITLAB[".smtpdoctor"], GITLAB[job]
    assert own["extends"] == ".smtpdoctor"
    lines = [*base["before_script"], *own["script"]]
    script = "\n".join(lines).replace("/tmp/smtpdoctor/bin", str(Path(sys.executable).parent))
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "CI_PROJECT_DIR": str(folder),
            **{name: str(value) for name, value in base["variables"].items()},
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_merge_request_gets_code_quality_and_a_test_report(tmp_path: Path) -> None:
    write_project(tmp_path / "services/shop", secure="true")
    done = gitlab("smtpdoctor-lint", tmp_path, SMTPDOCTOR_FOLDER="services/shop")
    assert done.returncode == 1
    reports = GITLAB[".smtpdoctor"]["artifacts"]["reports"]
    (entry,) = json.loads((tmp_path / reports["codequality"]).read_text())
    assert entry["location"] == {"path": "services/shop/mailer.js", "lines": {"begin": 5}}
    suites = ElementTree.fromstring((tmp_path / reports["junit"]).read_text())
    assert suites.tag == "testsuites"
    assert "brombeer" not in done.stdout + ElementTree.tostring(suites, encoding="unicode")


def test_a_deploy_job_checks_with_the_environments_variables(
    tmp_path: Path, server_options: tuple[str, Any]
) -> None:
    options, server = server_options
    done = gitlab(
        ".smtpdoctor-check",
        tmp_path,
        SMTPDOCTOR_OPTIONS=f"--anonymous {options.replace(chr(10), ' ')}",
        SMTP_HOST="mail.example.com",
        SMTP_USER=USERNAME,
        SMTP_PASS=PASSWORD,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.session.auth_attempts == 1
    assert json.loads((tmp_path / "gl-code-quality-report.json").read_text()) is not None


def test_only_lint_runs_unasked() -> None:
    """A check without its secrets is inconclusive, and would fail everybody's pipeline."""
    assert [name for name in GITLAB if not name.startswith(".")] == ["smtpdoctor-lint"]


# --- the recipes --------------------------------------------------------------------------------


def recipes() -> Iterator[str]:
    for text in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL):
        if "\non:" in text:
            yield text


def test_recipes_use_inputs_that_there_are() -> None:
    found = [yaml.safe_load(text) for text in recipes()]
    assert len(found) == 2
    for recipe in found:
        for job in recipe["jobs"].values():
            step = next(each for each in job["steps"] if "smtpdoctor/" in each["uses"])
            assert set(step.get("with", {})) <= set(ACTION["inputs"])


def test_a_job_of_the_document_extends_one_that_there_is() -> None:
    texts = re.findall(r"```yaml\n(include:.*?)```", DOCUMENT, re.DOTALL)
    (recipe,) = map(yaml.safe_load, texts)
    assert recipe["mail"]["extends"] in GITLAB
    assert recipe["include"][0]["remote"].endswith("/ci/gitlab.yml")


@pytest.mark.skipif(not ZIZMOR.exists(), reason="zizmor is not installed")
def test_zizmor_finds_nothing(tmp_path: Path) -> None:
    workflows = tmp_path / ".github/workflows"
    workflows.mkdir(parents=True)
    (tmp_path / "action.yml").write_text((ROOT / "action.yml").read_text())
    for number, text in enumerate(recipes()):
        # the documents say to pin a commit there
        (workflows / f"{number}.yml").write_text(text.replace("@main", f"@{'0' * 40} # v0.1.0"))
    done = subprocess.run(
        [ZIZMOR, "--offline", "--no-progress", "--format", "json", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    assert [(item["ident"], item["desc"]) for item in found] == []
