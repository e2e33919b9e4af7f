"""Kubernetes: what a container gets from its own lines, ConfigMaps, Secrets and kustomize."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.workspace import Surrounding
from tests.settings.dialects.support import apply, one, prepared, workspace, write


def containers(root: Path, files: dict[str, str], **environ: str) -> list[Surrounding]:
    found = workspace(write(root, files), **environ).surroundings  # type: ignore[arg-type]
    return [item for item in found if item.carrier == "kubernetes"]


def values(item: Surrounding) -> dict[str, object]:
    made: dict[str, object] = {}
    for name in item.variables.names:
        value = item.variables.lookup(name)
        made[name] = value.value if isinstance(value, Known) else getattr(value, "text", None)
    return made


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def pod(env: str, image: str = "app", kind: str = "Deployment") -> str:
    """A workload with one container; `env` are the lines below it, without indent."""
    lines = "".join(f"          {line}\n" for line in env.strip().split("\n"))
    return (
        f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: app}}\nspec:\n  template:\n"
        f"    spec:\n      containers:\n        - name: app\n          image: {image}\n{lines}"
    )


CONFIG = "kind: ConfigMap\nmetadata: {name: mail}\ndata:\n  HOST: h\n  PORT: '587'\n"
SECRET = (
    f"kind: Secret\nmetadata: {{name: login}}\ndata:\n  USER: {encoded('u')}\n"
    f"  PASS: {encoded('p')}\nstringData:\n  PASS: plain\n"
)


def test_own_values_references_and_whole_objects(tmp_path: Path) -> None:
    env = """env:
- {name: A, value: own}
- name: HOST
  valueFrom: {configMapKeyRef: {name: mail, key: HOST}}
- name: WORD
  valueFrom: {secretKeyRef: {name: login, key: PASS}}
- {name: PORT, value: "25"}
- {name: URL, value: "$(A)/$(HOST)$$(A)$(NOBODY)"}
- name: NODE
  valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
envFrom:
- configMapRef: {name: mail}
- {secretRef: {name: login}, prefix: L_}"""
    text = "---\n".join([CONFIG, SECRET, pod(env)])
    [found] = containers(tmp_path, {"k8s/all.yaml": text})
    assert values(found) == {
        "A": "own",
        "HOST": "h",
        "WORD": "plain",
        "PORT": "25",
        "URL": "own/h$(A)$(NOBODY)",
        "NODE": "NODE is told when the pod starts",
        "L_USER": "u",
        "L_PASS": "plain",
    }


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet", "Job"])
def test_every_workload(tmp_path: Path, kind: str) -> None:
    [found] = containers(tmp_path, {"a.yaml": pod("env: [{name: A, value: a}]", kind=kind)})
    assert values(found) == {"A": "a"}


def test_a_cron_job_and_a_pod(tmp_path: Path) -> None:
    inner = "{containers: [{name: c, image: i, env: [{name: A, value: a}]}]}"
    cron = f"kind: CronJob\nspec: {{jobTemplate: {{spec: {{template: {{spec: {inner}}}}}}}}}\n"
    text = f"{cron}---\nkind: Pod\nspec: {inner}\n"
    assert [values(found) for found in containers(tmp_path, {"a.yaml": text})] == [{"A": "a"}] * 2


def test_a_line_end_in_a_secret_is_part_of_the_password(tmp_path: Path) -> None:
    secret = f"kind: Secret\nmetadata: {{name: s}}\ndata: {{PASS: {encoded('word' + chr(10))}}}\n"
    text = secret + "---\n" + pod("envFrom: [{secretRef: {name: s}}]")
    [found] = containers(tmp_path, {"a.yaml": text})
    assert values(found) == {"PASS": "word\n"}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("", "the Secret s is not in this folder"),
        (
            "kind: SealedSecret\nmetadata: {name: s}\nspec: {encryptedData: {PASS: AgB}}\n---\n",
            "it is encrypted in the SealedSecret s",
        ),
        (
            "kind: ExternalSecret\nmetadata: {name: x}\n"
            "spec: {target: {name: s}, data: [{secretKey: PASS}]}\n---\n",
            "it is encrypted in the ExternalSecret s",
        ),
        (
            "kind: Secret\nmetadata: {name: s}\nstringData: {PASS: 'ENC[AES256_GCM]'}\n---\n",
            "it is encrypted by sops",
        ),
        (
            "kind: Secret\nmetadata: {name: s}\ndata: {PASS: '<base64 of it>'}\n---\n",
            "it is filled in from a template",
        ),
    ],
)
@pytest.mark.parametrize(
    "env",
    [
        "env: [{name: PASS, valueFrom: {secretKeyRef: {name: s, key: PASS}}}]",
        "envFrom: [{secretRef: {name: s}}]",
    ],
)
def test_what_is_kept_elsewhere_is_never_unset(
    tmp_path: Path, other: str, why: str, env: str
) -> None:
    [found] = containers(tmp_path, {"a.yaml": other + pod(env)})
    value = found.variables.lookup("PASS")
    assert not isinstance(value, Known)
    assert value is not None
    assert value.text == why
    assert found.variables.lookup("MAIL_PORT") is None


def test_kustomize_generates(tmp_path: Path) -> None:
    files = {
        "k8s/kustomization.yaml": "configMapGenerator:\n"
        "- name: mail\n  literals: [HOST=h, 'NAME=\"q\"']\n  envs: [mail.env]\n"
        "secretGenerator:\n- {name: login, files: [PASS=pass.txt]}\n",
        "k8s/mail.env": "PORT=587\n",
        "k8s/pass.txt": "word",
        "k8s/app.yaml": pod("envFrom: [{configMapRef: {name: mail}}, {secretRef: {name: login}}]"),
    }
    [found] = containers(tmp_path, files)
    assert values(found) == {"PASS": "word", "PORT": "587", "HOST": "h", "NAME": "q"}


def test_an_overlay_for_production_counts_over_the_base(tmp_path: Path) -> None:
    patch = (
        "kind: Deployment\nmetadata: {name: app}\nspec: {template: {spec: {containers: "
        "[{name: app, env: [{name: A, value: %s}]}]}}}\n"
    )
    files = {
        "k8s/base/app.yaml": pod("env: [{name: A, value: base}, {name: B, value: base}]"),
        "k8s/overlays/dev/patch.yaml": patch % "dev",
        "k8s/overlays/production/patch.yaml": patch % "production",
    }
    [found] = containers(tmp_path, files)
    assert values(found) == {"A": "production", "B": "base"}


def test_a_change_is_an_edit_in_the_config_map_and_a_step_for_base64(tmp_path: Path) -> None:
    secret = f"kind: Secret\nmetadata: {{name: s}}\ndata:\n  SMTP_PORT: {encoded('465')}\n"
    config = "kind: ConfigMap\nmetadata: {name: c}\ndata:\n  SMTP_HOST: smtp.ionos.com\n%s"
    container = pod(
        "envFrom: [{configMapRef: {name: c}}, {secretRef: {name: s}}]", "vaultwarden/server"
    )
    write(tmp_path, {"k8s/a.yaml": "---\n".join([config % "  SMTP_PORT: '465'\n", container])})
    settings = one(tmp_path, "vaultwarden").settings
    assert settings.entry("port").origin.label == "k8s/a.yaml:5"  # type: ignore[union-attr]
    apply(tmp_path, prepared(settings, 587, None))
    assert one(tmp_path, "vaultwarden").settings.port == 587
    write(tmp_path, {"k8s/a.yaml": "---\n".join([config % "", secret, container])})
    change = prepared(one(tmp_path, "vaultwarden").settings, 587, None)
    assert (change.edits, change.steps) == ((), ("set SMTP_PORT to 587 at k8s/a.yaml:9",))
