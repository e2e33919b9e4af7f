"""The Dockerfile and the recipes in containers/, built and run: as any user, without a home, with a
root that can't be written, and in another container's network.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.real.accounts import PASSWORD, USER
from tests.real.doctor import assert_no_secret, settings, write_env
from tests.watch.test_document import block

from .images import CERTIFICATES, DOCKERFILE, PROGRAMS, Engine, bases, make_base
from .internet import HOST, NAME_SERVER, Internet

pytestmark = pytest.mark.namespace

ROOT = DOCKERFILE.parent
RECIPES = ROOT / "containers"
MANIFESTS = sorted((RECIPES / "kubernetes").glob("*.yaml"))
#: hadolint, kubernetes-validate and podman-compose, by tests/real/install
TOOLS = ROOT / "build" / "real" / "container-tools" / "bin"
IMAGE = "smtpdoctor:0.1.0"
NO_NETWORK = ("--network=none",)


def require(*missing: object) -> None:
    """Skip where something is missing; in CI fail."""
    if missing:
        reason = f"needs {', '.join(map(str, missing))}: run tests/real/install"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


@pytest.fixture(scope="module")
def tools() -> Path:
    if not TOOLS.is_dir():
        require(TOOLS)
    return TOOLS


@pytest.fixture(scope="module")
def engine(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """With the image that the Dockerfile builds."""
    require(*(name for name in PROGRAMS if shutil.which(name) is None))
    folder = tmp_path_factory.mktemp("images")
    engine = Engine(folder)
    (folder / "base").mkdir()
    base = make_base(folder / "base")
    (name,) = bases()
    engine.build(base / "Dockerfile", base, name)
    engine.build(DOCKERFILE, ROOT, IMAGE)
    yield engine
    shutil.rmtree(folder)  # images are large


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    write_env(folder, settings(SMTP_HOST=HOST, SMTP_USER=USER, SMTP_PASS=PASSWORD, SMTP_PORT="465"))
    (folder / ".env").chmod(0o644)  # the container's user is another one
    return folder


def test_the_dockerfile_is_sound(tools: Path) -> None:
    done = subprocess.run([tools / "hadolint", DOCKERFILE], capture_output=True, check=False)
    assert (done.stdout, done.returncode) == (b"", 0)


def test_the_image_is_not_root_and_may_write_nothing(engine: Engine) -> None:
    (image,) = json.loads(engine.podman("image", "inspect", IMAGE).stdout)
    assert image["Config"]["User"] == "65532:65532"
    assert image["Config"]["Entrypoint"] == ["smtpdoctor"]  # no shell
    assert image["Labels"]["org.opencontainers.image.licenses"] == "MIT"
    look = (
        "import os, smtpdoctor as s; print(os.getuid(), [folder for folder, _, _ in"
        " os.walk('/opt') if os.access(folder, os.W_OK)], os.path.dirname(s.__file__))"
    )
    writable = engine.podman(
        *("run", "--rm", *NO_NETWORK),
        *("--entrypoint", "/opt/smtpdoctor/bin/python", IMAGE, "-c", look),
    )
    assert writable.stdout.startswith("65532 [] /opt/smtpdoctor/"), writable


@pytest.mark.parametrize("user", ["65532:65532", "1000710000:0"])
@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["--version"], 0, "smtpdoctor "),
        (["explain", "wrong-port"], 0, "wrong-port"),
        (["demo", "wrong-password"], 0, "error[credentials-rejected]"),
        (["lint"], 1, "error[plaintext-on-implicit-tls-port]"),
        (["settings"], 0, ".env:1 SMTP_HOST"),
        (["check", "--output", "json=/tmp/report.json"], 1, "error[dns-resolver-missing]"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_any_user_on_a_root_that_can_t_be_written(
    engine: Engine, project: Path, user: str, command: list[str], status: int, said: str
) -> None:
    """OpenShift gives a pod a number that no passwd file has, of group 0."""
    more = (*NO_NETWORK, f"--user={user}", "--unsetenv=HOME", f"--volume={project}:/project:ro")
    done = engine.run(IMAGE, *command, more=more)
    assert (done.returncode, done.stderr) == (status, "")
    assert said in done.stdout
    assert_no_secret(done.stdout.encode())


@pytest.fixture
def app(engine: Engine, internet: Internet) -> Iterator[str]:
    """A container that can't send mail, somewhere in that internet."""
    name = "app"
    (image,) = bases()
    started = engine.podman(
        *("run", "--detach", f"--name={name}", f"--network=ns:/run/netns/{internet.client.name}"),
        *(f"--dns={NAME_SERVER}", image, "python", "-c", "import signal; signal.pause()"),
    )
    assert started.returncode == 0, started
    yield name
    engine.podman("rm", "--force", "--time=0", "--volumes", name)


def variables(**changes: str) -> str:
    """What `docker exec app env` prints."""
    found = settings(SMTP_HOST=HOST, SMTP_USER=USER, SMTP_PASS=PASSWORD, **changes)
    return "".join(f"{name}={value}\n" for name, value in found.items())


def trusting(internet: Internet) -> str:
    return f"--volume={internet.folder}/ca.pem:/{CERTIFICATES}:ro"


def test_beside_a_container_with_its_own_variables(
    engine: Engine, internet: Internet, app: str
) -> None:
    """`docker exec app env | docker run -i --network container:app … check --env-file -`."""
    more = (f"--network=container:{app}", trusting(internet))
    asked = (IMAGE, "check", "--env-file", "-")
    healthy = engine.run(*asked, more=more, given=variables())
    assert (healthy.returncode, healthy.stderr) == (0, ""), healthy
    broken = engine.run(*asked, more=more, given=variables(SMTP_PORT="465"))
    assert "error[plaintext-on-implicit-tls-port]" in broken.stdout
    assert broken.returncode == 1
    assert_no_secret((healthy.stdout + broken.stdout).encode())


def test_its_firewall_is_seen_from_there(engine: Engine, internet: Internet, app: str) -> None:
    internet.client.filter("output", "tcp dport 587 drop")
    more = (f"--network=container:{app}", trusting(internet))
    done = engine.run(IMAGE, "check", "--env-file", "-", more=more, given=variables())
    assert "error[" in done.stdout
    assert " 587" in done.stdout
    assert done.returncode == 1


# --- compose ----------------------------------------------------------------------------------


def test_the_compose_service(engine: Engine, tools: Path, project: Path) -> None:
    """As its first lines say, by podman-compose, beside a service without any network."""
    (image,) = bases()
    app = {"image": image, "network_mode": "none", "command": ["python", "-c", "input()"]}
    app |= {"stdin_open": True}
    (project / "compose.yaml").write_text(yaml.safe_dump({"services": {"app": app}}))
    podman = engine.program(project.parent)
    compose = [
        *(tools / "podman-compose", f"--podman-path={podman}", "--in-pod=0"),
        *("-f", "compose.yaml", "-f", RECIPES / "compose.yaml", "--profile", "check"),
    ]
    subprocess.run([*compose, "up", "-d", "app"], cwd=project, capture_output=True, check=True)
    done = subprocess.run(
        [*compose, "run", "-T", "--rm", "mail-check"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    subprocess.run([*compose, "down", "-t", "0"], cwd=project, capture_output=True, check=False)
    assert "error[dns-resolver-missing]" in done.stdout, done
    assert done.returncode == 1
    assert_no_secret(done.stdout.encode())


# --- Kubernetes -------------------------------------------------------------------------------


def valid(tools: Path, manifest: Path) -> None:
    program = [tools / "kubernetes-validate", "--strict", manifest]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done


def container(manifest: Path) -> dict[str, Any]:
    """The doctor's container in a manifest; one for `kubectl debug` is all of it."""

    def found(node: object) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if "/smtpdoctor:" in str(node.get("image")):
                yield node
            for part in node.values():
                yield from found(part)
        elif isinstance(node, list):
            for part in node:
                yield from found(part)

    read = yaml.safe_load(manifest.read_text())
    return next(found(read), read)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: str(path.stem))
def test_the_manifest_is_one(tools: Path, tmp_path: Path, manifest: Path) -> None:
    if manifest.stem == "debug":  # part of a container, which kubectl puts into a pod
        made = {"name": "doctor", "image": IMAGE, "targetContainerName": "app"}
        spec = {
            "containers": [{"name": "app", "image": "shop"}],
            "ephemeralContainers": [made | container(manifest)],
        }
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop"}, "spec": spec}
        manifest = tmp_path / "pod.yaml"
        manifest.write_text(yaml.safe_dump(pod))
    valid(tools, manifest)


def test_the_job_of_a_batch_is_one(tools: Path) -> None:
    valid(tools, ROOT / "docs" / "kubernetes-job.yaml")


def test_the_deployment_of_a_watch_is_one(tools: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "deployment.yaml"
    manifest.write_text(block("apiVersion: apps/v1"))
    valid(tools, manifest)


def test_the_job_of_a_batch_writes_its_results(
    engine: Engine, internet: Internet, app: str, tmp_path: Path
) -> None:
    """Into a volume that belongs to the pod's `fsGroup`, on a root that can't be written."""
    spec = yaml.safe_load((ROOT / "docs" / "kubernetes-job.yaml").read_text())["spec"]
    pod = spec["template"]["spec"]
    (given,) = pod["containers"]
    group = pod["securityContext"]["fsGroup"]
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "customers.csv").write_text(f"host,port\n{HOST},587\n")
    results = tmp_path / "results"
    results.mkdir()
    os.chown(results, 0, group)
    results.chmod(0o2775)
    more = (
        *(f"--network=container:{app}", trusting(internet), f"--user=65532:{group}"),
        *(f"--volume={tmp_path}/list:/list:ro", f"--volume={results}:/results"),
        *("--env=JOB_COMPLETION_INDEX=0", "--entrypoint=smtpdoctor"),
    )
    arguments = [
        # one share has the whole list
        each.replace("index/10", "1/1").replace("$(JOB_COMPLETION_INDEX)", "0")
        for each in (*given["command"], *given["args"])
    ]
    assert arguments.pop(0) == "smtpdoctor"
    done = engine.run(IMAGE, *arguments, more=more)
    assert done.returncode == 0, done
    (line,) = (results / "0.jsonl").read_text().splitlines()
    assert json.loads(line)["report"]["verdict"] == "healthy"


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: str(path.stem))
def test_its_container_runs_in_a_pod_s_network(
    engine: Engine, internet: Internet, app: str, manifest: Path
) -> None:
    """What a kubelet would start: the arguments, the user, the root and the variables as given."""
    given = container(manifest)
    context = given["securityContext"]
    assert context["runAsNonRoot"]
    assert context["readOnlyRootFilesystem"]  # as `engine.run` has it
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert {"secretRef": {"name": "shop-mail"}} in given["envFrom"]
    environment = [f"--env={line}" for line in variables().splitlines()]
    more = (f"--network=container:{app}", trusting(internet), *environment)
    done = engine.run(IMAGE, *given.get("args", ["check"]), more=more)
    assert (done.returncode, done.stderr) == (0, ""), done


# --- watching ---------------------------------------------------------------------------------


def arguments_of_the_watch(beginning: str) -> list[str]:
    """What docs/watching.md gives the container."""
    document = yaml.safe_load(block(beginning))
    if "services" in document:
        return list(document["services"]["mail-watch"]["command"])
    (given,) = document["spec"]["template"]["spec"]["containers"]
    return list(given["args"])


@pytest.mark.parametrize("beginning", ["services:", "apiVersion: apps/v1"])
def test_the_documented_watch_runs_ends_cleanly_and_leaves_its_history(
    engine: Engine, internet: Internet, app: str, beginning: str
) -> None:
    """As the image's own user, with a new volume, which has the owner of the image's folder."""
    state = "--volume=mail-watch:/state"
    environment = [f"--env={line}" for line in variables().splitlines()]
    more = (f"--network=container:{app}", trusting(internet), *environment, "--read-only")
    started = engine.podman(
        *("run", "--detach", "--name=watch", "--cap-drop=all", state, *more),
        *(IMAGE, *arguments_of_the_watch(beginning)),
    )
    try:
        assert started.returncode == 0, started
        for _ in range(300):
            said = engine.podman("logs", "watch")
            running = engine.podman("inspect", "--format={{.State.Running}}", "watch").stdout
            if "healthy" in said.stdout or running.strip() != "true":
                break
            time.sleep(0.1)
        assert "healthy" in said.stdout, said
        engine.podman("stop", "--time=30", "watch")
        ended = engine.podman("inspect", "--format={{.State.ExitCode}}", "watch")
        assert ended.stdout.strip() == "0", engine.podman("logs", "watch")
        kept = engine.run(
            IMAGE, "history", "--history", "/state/history.sqlite3", more=(*NO_NETWORK, state)
        )
        assert (kept.returncode, kept.stderr) == (0, ""), kept
        assert "healthy" in kept.stdout
        assert_no_secret((said.stdout + said.stderr + kept.stdout).encode())
    finally:
        engine.podman("rm", "--force", "--time=0", "watch")
        engine.podman("volume", "rm", "--force", "mail-watch")
