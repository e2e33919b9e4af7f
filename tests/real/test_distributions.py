"""The wheel and the sdist: what is in them, and the wheel installed by each Python that is here.

Away from the source tree. Where the packages come from is pip's own matter.
"""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.real

ROOT = Path(__file__).parent.parent.parent
#: build, twine and what builds the wheel, by tests/real/install
TOOLS = ROOT / "build" / "real" / "packaging" / "bin"
#: Those that pyproject.toml allows and anybody uses.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@pytest.fixture(scope="module")
def tools() -> Path:
    if not TOOLS.is_dir():
        reason = f"needs {TOOLS}: run tests/real/install"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return TOOLS


@pytest.fixture(scope="module")
def dist(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(tools / "python", "-m", "build", "--outdir", folder, ROOT)
    return folder


def run(*command: object, cwd: Path | None = None, status: int = 0) -> str:
    """What a program prints, in an environment that has nothing of this checkout."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == status, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def wheel(folder: Path) -> Path:
    (found,) = folder.glob("*.whl")
    return found


def files(path: Path) -> dict[str, bytes]:
    """What is in a wheel, but the list of it all."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/RECORD")]
        return {name: archive.read(name) for name in names}


def test_the_wheel_is_the_package_its_pages_and_manuals(dist: Path) -> None:
    found = files(wheel(dist))
    ours = subprocess.run(
        ["git", "ls-files", "smtpdoctor"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {name for name in ours.stdout.splitlines() if (ROOT / name).exists()} <= set(found)
    pages = {path.name for path in (ROOT / "docs" / "diagnoses").glob("*.md")}
    assert {f"smtpdoctor/diagnosis_pages/{name}" for name in pages} <= set(found)
    assert "smtpdoctor/notices.md" in found
    assert any(name.endswith("share/man/man1/smtpdoctor.1") for name in found)
    places = {name.partition("/")[0] for name in found}
    assert {re.sub(r"-[0-9]+(\.[0-9]+)*", "", place) for place in places} == {
        "smtpdoctor",
        "smtpdoctor.data",
        "smtpdoctor.dist-info",
    }
    assert not [name for name in found if name.rpartition("/")[2].startswith(("test_", "conftest"))]


def test_its_metadata(dist: Path, tools: Path) -> None:
    run(tools / "twine", "check", "--strict", *dist.iterdir())
    content = next(text for name, text in files(wheel(dist)).items() if name.endswith("METADATA"))
    told = email.message_from_bytes(content)
    assert (told["License-Expression"], told["License-File"]) == ("MIT", "LICENSE")
    assert told["Requires-Python"] == ">=3.11"
    assert len(told.get_all("Project-URL", [])) >= 4
    readme = told.get_payload()
    assert isinstance(readme, str)
    links = re.findall(r"\]\(([^)#]+)\)", readme)
    assert links
    assert [link for link in links if not link.startswith("https://")] == []


@pytest.fixture(scope="module")
def sources(dist: Path) -> Iterator[Path]:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        archive.extractall(dist.parent, filter="data")
        (top,) = {name.partition("/")[0] for name in archive.getnames()}
    yield dist.parent / top
    shutil.rmtree(dist.parent / top)


def test_the_sdist_is_enough_to_build_and_to_test(
    dist: Path, sources: Path, tools: Path, tmp_path: Path
) -> None:
    built = tmp_path / "wheel"
    run(tools / "python", "-m", "build", "--wheel", "--no-isolation", "--outdir", built, ROOT)
    assert files(wheel(built)) == files(wheel(dist))  # by the sdist as by the checkout
    for name in ("Makefile", ".ci/run", "tests/conftest.py", "tools/lowest_versions.py", "LICENSE"):
        assert (sources / name).is_file()
    assert not [name for name in ("build", ".venv", ".git") if (sources / name).exists()]
    tests = ("tests/test_text.py", "tests/rules/auth")
    run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *tests, cwd=sources)


def interpreter(version: str) -> str | None:
    """A Python of that version: on the path, or one of pyenv's."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for found in (*map(str, kept), shutil.which(f"python{version}")):
        if (
            found
            and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
        ):
            return found
    return None


@pytest.mark.parametrize("version", PYTHONS)
def test_it_is_installed_and_runs(version: str, dist: Path, tmp_path: Path) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    run(python, "-m", "venv", tmp_path / "venv")
    programs = tmp_path / "venv" / "bin"
    run(programs / "pip", "install", "--quiet", wheel(dist), cwd=tmp_path)

    project = tmp_path / "project"
    project.mkdir()
    (project / "mailer.js").write_text(
        'require("nodemailer").createTransport({host: "smtp.ionos.com", port: 587, secure: true});'
    )
    doctor = programs / "smtpdoctor"
    assert run(doctor, "--version", cwd=project).startswith("smtpdoctor ")
    assert "wrong-port" in run(doctor, "explain", "wrong-port", cwd=project)
    assert "error[credentials-rejected]" in run(doctor, "demo", "wrong-password", cwd=project)
    linted = run(doctor, "lint", cwd=project, status=1)
    assert "mailer.js:1: error[implicit-tls-on-starttls-port]" in linted
    typed = "import smtpdoctor; print(smtpdoctor.explain('535 5.7.8 no')[0].code)"
    assert run(programs / "python", "-W", "error", "-c", typed, cwd=project)
    assert (programs.parent / "share" / "man" / "man1" / "smtpdoctor.1").is_file()


def test_the_step_of_the_action_installs_it(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a runner has it: the action's folder, and the repository that is checked around it, whose
    modules have the names of Python's own."""
    step = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][0]
    repository = tmp_path / "repository"
    repository.mkdir()
    for name in ("venv", "pip", "sys", "sitecustomize"):
        (repository / f"{name}.py").write_text("raise SystemExit('run from the repository')\n")
    (tmp_path / "temp").mkdir()
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path / "temp"))
    monkeypatch.setenv("GITHUB_ACTION_PATH", str(sources))
    # which `run` takes from the environment, and a runner sets from the input
    run("env", f"PYTHON={sys.executable}", "bash", "-e", "-c", step["run"], cwd=repository)
    doctor = tmp_path / "temp" / "smtpdoctor" / "bin" / "smtpdoctor"
    assert run(doctor, "--version", cwd=repository).startswith("smtpdoctor ")
