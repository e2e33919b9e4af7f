"""Platforms by local marks: fake roots and environments, and what only looks like a mark."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from smtpdoctor.knowledge.platforms import Mark, platforms
from smtpdoctor.observations import Observations, PlatformSeen
from smtpdoctor.surroundings.platform_marks import detect

AZURE_TAG = "7783-7084-3265-9085-8269-3286-77"


def machine(root: Path, files: Mapping[str, str]) -> Path:
    """A root with these files; names without a slash are DMI fields."""
    for name, text in files.items():
        path = root / (name.lstrip("/") if "/" in name else f"sys/class/dmi/id/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return root


def ids(root: Path, environ: Mapping[str, str] | None = None) -> list[str]:
    return [mark.id for mark in detect(environ or {}, root)]


# --- positives --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        ({"sys_vendor": "Amazon EC2", "product_name": "t3.micro"}, "aws_ec2"),
        ({"bios_vendor": "Amazon EC2"}, "aws_ec2"),
        ({"sys_vendor": "Xen", "product_version": "4.11.amazon"}, "aws_ec2"),
        ({"product_name": "Google Compute Engine"}, "gcp_gce"),
        ({"sys_vendor": "Microsoft Corporation", "chassis_asset_tag": AZURE_TAG}, "azure_vm"),
        ({"sys_vendor": "DigitalOcean", "product_name": "Droplet"}, "digitalocean_droplet"),
        ({"sys_vendor": "Hetzner", "product_name": "vServer"}, "hetzner_cloud"),
        ({"sys_vendor": "Linode"}, "linode"),
        ({"sys_vendor": "Akamai"}, "linode"),
        ({"sys_vendor": "Vultr"}, "vultr"),
        ({"/etc/vultr/cache": ""}, "vultr"),
        ({"/proc/cmdline": "root=/dev/vda1 vultr quiet"}, "vultr"),
        ({"sys_vendor": "Scaleway"}, "scaleway"),
        ({"/var/run/scaleway": ""}, "scaleway"),
        ({"/proc/cmdline": "root=/dev/vda1 scaleway"}, "scaleway"),
        ({"sys_vendor": "QEMU", "chassis_asset_tag": "OracleCloud.com"}, "oracle"),
        ({"product_name": "Alibaba Cloud ECS"}, "alibaba"),
        ({"sys_vendor": "Tencent Cloud", "product_name": "CVM"}, "tencent"),
        ({"sys_vendor": "UpCloud"}, "upcloud"),
        ({"sys_vendor": "netcup"}, "netcup"),
        ({"/run/cloud-init/cloud-id": "hetzner"}, "hetzner_cloud"),
        ({"/run/cloud-init/cloud-id": "aws-gov"}, "aws_ec2"),
    ],
)
def test_machines_by_dmi_and_files(tmp_path: Path, files: Mapping[str, str], platform: str) -> None:
    assert ids(machine(tmp_path, files)) == [platform]


@pytest.mark.parametrize(
    ("environ", "platform"),
    [
        ({"AWS_LAMBDA_FUNCTION_NAME": "send"}, "aws_lambda"),
        ({"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}, "aws_lambda"),
        ({"AWS_EXECUTION_ENV": "AWS_ECS_FARGATE"}, "aws_fargate"),
        ({"K_SERVICE": "mailer", "K_REVISION": "mailer-1"}, "gcp_cloud_run"),
        ({"CLOUD_RUN_JOB": "mailer"}, "gcp_cloud_run"),
        ({"GAE_ENV": "standard"}, "gcp_app_engine"),
        ({"GAE_SERVICE": "default", "GAE_INSTANCE": "1"}, "gcp_app_engine"),
        ({"WEBSITE_INSTANCE_ID": "0a1b"}, "azure_paas"),
        ({"CONTAINER_APP_NAME": "a", "CONTAINER_APP_REVISION": "a--1"}, "azure_paas"),
        ({"RENDER": "true"}, "render"),
        ({"RAILWAY_REPLICA_ID": "0a1b"}, "railway"),
        ({"FLY_MACHINE_ID": "0a1b"}, "fly_io"),
        ({"FLY_APP_NAME": "a", "FLY_REGION": "ams"}, "fly_io"),
        ({"DYNO": "web.1"}, "heroku"),
        ({"DYNO": "web-12a34b56d-e78f9"}, "heroku"),
        ({"VERCEL": "1", "VERCEL_ENV": "production"}, "vercel"),
        ({"NETLIFY": "true"}, "netlify"),
        ({"REPL_ID": "1", "REPL_OWNER": "a"}, "replit"),
        (
            {
                "PYTHONANYWHERE_DOMAIN": "pythonanywhere.com",
                "PYTHONANYWHERE_SITE": "www.pythonanywhere.com",
            },
            "pythonanywhere",
        ),
        ({"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"}, "github_actions"),
        ({"CODESPACES": "true", "CODESPACE_NAME": "a"}, "github_codespaces"),
        ({"GITLAB_CI": "true", "CI_SERVER_HOST": "gitlab.com"}, "gitlab_saas"),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
    ],
)
def test_services_by_the_environment(
    tmp_path: Path, environ: Mapping[str, str], platform: str
) -> None:
    assert ids(tmp_path, environ) == [platform]


def literal(pattern: str) -> str:
    """A text that fits one of the patterns of the knowledge base."""
    samples = {
        "": "1",
        r"^ec2": "ec2e1916-9099-7caf-fd21-012345abcdef",
        r"^AWS_Lambda_": "AWS_Lambda_python3.12",
        r"^AWS_ECS_(FARGATE|EC2)$": "AWS_ECS_EC2",
        r"^[a-z]\w*[.-]\w+": "worker.2",
        r"^(production|preview)$": "preview",
        r"^(Linode|Akamai)$": "Akamai",
        r"\bsaas-": "1-blue.saas-linux-small-amd64.runners-manager.gitlab.com/default",
    }
    plain = pattern.replace("\\b", "").replace("\\.", ".").strip("^$")
    return samples.get(pattern, plain)


ALL_MARKS = [
    pytest.param(entry.id, mark, id=f"{entry.id}-{number}")
    for entry in platforms().values()
    for number, mark in enumerate(entry.marks)
]


@pytest.mark.parametrize(("platform", "mark"), ALL_MARKS)
def test_every_mark_is_found(tmp_path: Path, platform: str, mark: Mark) -> None:
    environ: dict[str, str] = {}
    files: dict[str, str] = {}
    for sign in mark.signs:
        if sign.unset:
            continue
        if sign.env:
            environ[sign.env] = literal(sign.pattern)
        else:
            files[sign.dmi or sign.file] = literal(sign.pattern)
    found = {seen.id: seen for seen in detect(environ, machine(tmp_path, files))}
    assert platform in found
    if len(found) == 1:
        assert found[platform].verified == mark.verified


# --- false friends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="nothing"),
        pytest.param(
            {"sys_vendor": "LENOVO", "product_name": "20XW", "bios_vendor": "LENOVO"}, id="laptop"
        ),
        pytest.param(
            {
                "sys_vendor": "Microsoft Corporation",
                "product_name": "Virtual Machine",
                "chassis_asset_tag": "1234-5678",
            },
            id="hyper-v",
        ),
        pytest.param(
            {"sys_vendor": "QEMU", "product_name": "Standard PC (Q35 + ICH9, 2009)"}, id="kvm"
        ),
        pytest.param({"sys_vendor": "VMware, Inc.", "product_name": "VMware7,1"}, id="vmware"),
        pytest.param({"sys_vendor": "Xen", "product_version": "4.17.3"}, id="xen"),
        pytest.param(
            {"sys_vendor": "OpenStack Foundation", "product_name": "OpenStack Nova"},
            id="openstack",
        ),
        pytest.param({"sys_vendor": "Google", "product_name": "Eve"}, id="chromebook"),
        pytest.param({"/run/cloud-init/cloud-id": "nocloud"}, id="cloud-init at home"),
        pytest.param({"/run/cloud-init/cloud-id": "openstack"}, id="cloud-init on OpenStack"),
        pytest.param({"/sys/hypervisor/uuid": "0ec2e191-9099"}, id="a Xen guest's UUID"),
        pytest.param({"/proc/cmdline": "root=/dev/vultrish quiet"}, id="part of a word"),
    ],
)
def test_machines_that_are_no_platform(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert ids(machine(tmp_path, files)) == []


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({"HOME": "/root", "PATH": "/bin", "CI": "true"}, id="plain"),
        pytest.param({"RENDER": ""}, id="empty variable"),
        pytest.param({"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_SAM_LOCAL": "true"}, id="sam local"),
        pytest.param({"AWS_EXECUTION_ENV": "CloudShell"}, id="another AWS environment"),
        pytest.param({"VERCEL": "1", "VERCEL_ENV": "development"}, id="vercel dev"),
        pytest.param({"NETLIFY": "true", "NETLIFY_LOCAL": "true"}, id="netlify build at home"),
        pytest.param({"GITHUB_ACTIONS": "true"}, id="unknown runner"),
        pytest.param(
            {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted"}, id="own runner"
        ),
        pytest.param(
            {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted", "ACT": "true"},
            id="act",
        ),
        pytest.param({"GITLAB_CI": "true", "CI_SERVER_HOST": "git.example.com"}, id="own GitLab"),
        pytest.param({"DYNO": "1"}, id="another DYNO"),
        pytest.param({"PYTHONANYWHERE_SITE": "eu.pythonanywhere.com"}, id="PythonAnywhere's tools"),
        pytest.param(
            {"GAE_ENV": "localdev", "GAE_SERVICE": "a", "GAE_INSTANCE": "1"}, id="GAE dev"
        ),
        pytest.param({"CF_PAGES": "1"}, id="Cloudflare's build"),
    ],
)
def test_environments_that_are_no_platform(tmp_path: Path, environ: Mapping[str, str]) -> None:
    assert ids(tmp_path, environ) == []


def test_knative_is_not_cloud_run(tmp_path: Path) -> None:
    environ = {"K_SERVICE": "a", "K_REVISION": "a-1", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    assert ids(tmp_path, environ) == ["kubernetes"]


def test_what_a_command_sets_on_a_laptop_is_only_probable(tmp_path: Path) -> None:
    (mark,) = detect({"RAILWAY_PROJECT_ID": "a", "RAILWAY_SERVICE_ID": "b"}, tmp_path)
    assert (mark.id, mark.verified) == ("railway", False)


# --- layers -----------------------------------------------------------------------------------


def test_a_runner_and_the_cloud_below_it(tmp_path: Path) -> None:
    environ = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"}
    root = machine(tmp_path, {"chassis_asset_tag": AZURE_TAG})
    assert ids(root, environ) == ["github_actions", "azure_vm"]


def test_kubernetes_on_aws(tmp_path: Path) -> None:
    root = machine(tmp_path, {"sys_vendor": "Amazon EC2"})
    assert ids(root, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}) == ["kubernetes", "aws_ec2"]


def test_googles_kubernetes_before_any(tmp_path: Path) -> None:
    root = machine(tmp_path, {"product_name": "Google Compute Engine"})
    environ = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    assert ids(root, environ) == ["gcp_gke", "kubernetes", "gcp_gce"]


def test_a_service_on_functions_on_machines(tmp_path: Path) -> None:
    environ = {"VERCEL": "1", "VERCEL_ENV": "production", "AWS_LAMBDA_FUNCTION_NAME": "f"}
    root = machine(tmp_path, {"sys_vendor": "Amazon EC2"})
    assert ids(root, environ) == ["vercel", "aws_lambda", "aws_ec2"]


# --- words ------------------------------------------------------------------------------------


def test_the_words_say_what_was_seen(tmp_path: Path) -> None:
    root = machine(
        tmp_path, {"sys_vendor": "DigitalOcean", "/run/cloud-init/cloud-id": "digitalocean"}
    )
    (mark,) = detect({}, root)
    assert mark.words == (
        "DMI sys_vendor is DigitalOcean",
        "/run/cloud-init/cloud-id is digitalocean",
    )
    assert (mark.name, mark.verified) == ("DigitalOcean Droplets", True)


def test_only_the_mark_is_told_of_a_file_or_variable(tmp_path: Path) -> None:
    root = machine(tmp_path, {"/proc/cmdline": "token=hunter2 vultr root=/dev/vda1"})
    environ = {"RENDER": "hunter2", "AWS_EXECUTION_ENV": "AWS_Lambda_hunter2"}
    marks = detect(environ, root)
    assert [mark.id for mark in marks] == ["render", "aws_lambda", "vultr"]
    assert [mark.words for mark in marks] == [
        ("variable RENDER is set",),
        ("variable AWS_EXECUTION_ENV has AWS_Lambda_",),
        ("/proc/cmdline has vultr",),
    ]


def test_it_fits_into_a_saved_run(tmp_path: Path) -> None:
    (mark,) = detect({"RENDER": "true"}, tmp_path)
    seen = PlatformSeen(platform=mark.id, name=mark.name, marks=mark.words, verified=mark.verified)
    (read,) = Observations.from_builtins(Observations([seen]).to_builtins())
    assert read == seen


# --- odd machines -----------------------------------------------------------------------------


def test_what_cannot_be_read_is_not_there(tmp_path: Path) -> None:
    """A directory or a dangling link in a file's place, bytes that are no text, a huge file."""
    fields = tmp_path / "sys/class/dmi/id"
    (fields / "sys_vendor").mkdir(parents=True)
    (fields / "product_name").symlink_to("nowhere")
    (fields / "bios_vendor").write_bytes(b"\xff\xfe\x00amaz\xffon" * 10_000)
    machine(tmp_path, {"chassis_asset_tag": "x" * 100_000 + AZURE_TAG})
    assert ids(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_forbidden_folder_is_not_there(tmp_path: Path) -> None:
    root = machine(tmp_path, {"sys_vendor": "Hetzner", "/etc/vultr/cache": ""})
    (root / "sys/class/dmi").chmod(0)
    (root / "etc").chmod(0)
    try:
        found = ids(root)
    finally:
        (root / "sys/class/dmi").chmod(0o755)
        (root / "etc").chmod(0o755)
    assert set(found) <= {"hetzner_cloud", "vultr"}  # root may look all the same


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    assert ids(tmp_path / "nowhere", {"RENDER": "true"}) == ["render"]


def test_few_small_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    really = Path.open

    def counting(self: Path, *arguments: object, **named: object) -> object:
        opened.append(self)
        return really(self, *arguments, **named)  # type: ignore[call-overload]

    platforms()  # the knowledge base is read once and for all
    monkeypatch.setattr(Path, "open", counting)
    detect({}, tmp_path)
    assert len(opened) == len(set(opened)) < 12
