"""Dockerfiles, units, pipelines, platforms and charts: the variables that they set."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.readers.model import Known
from tests.settings.dialects.support import apply, one, prepared, setups, workspace, write

FILES = {
    "Dockerfile": "ARG D=h\nFROM node:20 AS base\nENV A=one B='two words'\n"
    'FROM base\nENV OLD the rest of it\nENV C=${A}/$D E="${NO:-d}"\n'
    "ENV F=three \\\n# no value of it\n\n    G=four \\\n\tH='five six'\nRUN x \\\n ENV I=no\n",
    "app.service": '[Service]\nEnvironment=A=one "B=two words"\nEnvironment=C=100%%\n'
    "EnvironmentFile=-/etc/app/app.env\n",
    "app.env": "C='file'\nD=more # no comment\n",
    ".github/workflows/deploy.yml": "env: {A: one}\njobs:\n  deploy:\n    env: {A: job}\n"
    "    steps:\n    - {run: x, env: {B: step, C: '${{ secrets.C }}'}}\n"
    "    - {name: Run tests, env: {B: test, T: test}}\n  test:\n    env: {A: test, T: test}\n",
    ".github/workflows/test.yml": "env: {T: test}\njobs: {run: {env: {T: test}}}\n",
    ".gitlab-ci.yml": "variables: {A: all, B: {value: two, description: x}}\n"
    "deploy: {variables: {A: own}}\ntest: {variables: {A: test}}\n",
    "app.json": '{"env": {"A": "one", "B": {"value": "two"}, "C": {"required": true}}}',
    "fly.toml": 'app = "x"\n[env]\nA = "one"\nB = "2"\n',
    "serverless.yml": "provider: {environment: {A: all, B: all}}\n"
    "functions: {f: {environment: {A: own, C: '${ssm:/x}'}}}\n",
    "render.yaml": "services:\n- envVars:\n  - {key: A, value: one}\n  - {key: C, sync: false}\n",
    "app.container": "[Container]\nImage=ghcr.io/me/app:1\nEnvironment=A=one B=2\n"
    "EnvironmentFile=./app.env\n",
    "task.json": '{"containerDefinitions": [{"image": "me/app", "environment": [{"name": "A",'
    ' "value": "one"}], "secrets": [{"name": "C", "valueFrom": "arn:x"}]}]}',
    "main.tf": """\
# environment = [{ name = "X", value = "commented" }]
resource "aws_ecs_task_definition" "app" {
  container_definitions = jsonencode([{
    image = "me/app:1"
    environment = [
      { name = "A", value = "one" },
      # { name = "X", value = "commented" },
      {
        name  = "B"
        value = var.b
      },
      { "name" : "D", "value" : "${local.d}" },
    ]
    secrets = [{ name = "C", valueFrom = aws_ssm_parameter.c.arn }]
  }])
}
resource "aws_lambda_function" "app" {
  environment {
    variables = {
      E = "two # words"  # a comment
      F = 2
    }
  }
}
resource "google_cloud_run_v2_service" "app" {
  env {
    name  = "G"
    value = "three"
  }
}
""",
    "joined.tf": """\
locals {
  container_environment = [
    { name = "A", value = "one" },
  ]
}
resource "aws_ecs_task_definition" "b" {
  container_definitions = jsonencode([merge(local.all, {
    environment = concat(local.container_environment, [
      { name = "B", value = tostring(var.b) },
      { name = "C", value = var.host == "" ? "false" : "true" },
      { name = "D", value = "two" },
    ])
    secrets = concat(local.secrets, [
      { name = "E", valueFrom = aws_secretsmanager_secret.e.arn },
    ])
    portMappings = [{ name = "F", value = "none" }]
  })])
}
""",
    "app.nomad.hcl": 'job "a" {\n  task "t" {\n    config { image = "me/app:1" }\n'
    '    env {\n      A = "one"\n      B = "${NOMAD_PORT_smtp}"\n    }\n  }\n}\n',
    "template.yaml": "Transform: AWS::Serverless-2016-10-31\n"
    "Globals: {Function: {Environment: {Variables: {A: all, B: all}}}}\n"
    "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    "      Environment:\n        Variables: {A: own, C: '{{resolve:ssm:/x}}', D: !Ref X}\n"
    "  Q: {Type: AWS::SQS::Queue, Properties: {Environment: {Variables: {E: no}}}}\n",
    "ecosystem.config.js": "module.exports = { apps: [{ name: 'web', script: 'app.js',\n"
    "  env: { A: 'all', B: 2 },\n  env_production: { A: 'own' },\n"
    "  env_development: { X: 'x' } }] };\n",
    "sst.config.ts": "export default $config({ async run() {\n"
    "  const secret = new sst.Secret('Pass');\n"
    "  new sst.aws.Function('F', { handler: 'src/f.handler', environment: {\n"
    "    A: 'one', B: `${2}`, C: secret.value, D: process.env.NOWHERE! } });\n} });\n",
    "lib/stack.ts": "import * as lambda from 'aws-cdk-lib/aws-lambda';\n"
    "new lambda.Function(this, 'F', { environment: { A: 'one', C: secret.secretValue } });\n",
    "index.ts": "import * as aws from '@pulumi/aws';\nnew aws.lambda.Function('f', {\n"
    "  environment: { variables: { A: 'one' } } });\n",
    "serverless.ts": "const configuration = { provider: { environment: { A: 'all', B: 'all' } },\n"
    "  functions: { f: { environment: { A: 'own' } } } };\nmodule.exports = configuration;\n",
    "wrangler.toml": '[vars]\nA = "one"\nB = 2\n[env.staging.vars]\nA = "no"\n',
    "wrangler.jsonc": '{ // no vars are inherited\n "vars": {"A": "no", "B": "no"},\n'
    ' "env": {"production": {"vars": {"A": "one"}},}}\n',
    "app.yaml": "runtime: python312\nenv_variables: {A: one}\n",
    "chart/values.yaml": "mailer:\n  image: {repository: me/app, tag: 1}\n  env:\n    A: one\n"
    "    B: 2\n  extraEnv: [{name: X, value: x}, {name: C, valueFrom: {secretKeyRef: {}}}]\n",
}


@pytest.mark.parametrize(
    ("carrier", "files", "expected"),
    [
        (
            "dockerfile",
            ["Dockerfile"],
            {"A": "one", "B": "two words", "OLD": "the rest of it", "C": "one/h", "E": "d"}
            | {"F": "three", "G": "four", "H": "five six"},
        ),
        (
            "systemd",
            ["app.service", "app.env"],
            {"C": "file", "D": "more # no comment", "A": "one", "B": "two words"},
        ),
        (
            "github-actions",
            [".github/workflows/deploy.yml", ".github/workflows/test.yml"],
            {"B": "step", "C": None, "A": "job"},
        ),
        ("gitlab-ci", [".gitlab-ci.yml"], {"A": "own", "B": "two"}),
        ("heroku", ["app.json"], {"A": "one", "B": "two"}),
        ("fly", ["fly.toml"], {"A": "one", "B": "2"}),
        ("serverless", ["serverless.yml"], {"A": "own", "C": None, "B": "all"}),
        (
            "cloudformation",
            ["template.yaml"],
            {"A": "own", "C": None, "D": None, "B": "all"},
        ),
        ("render", ["render.yaml"], {"A": "one", "C": None}),
        (
            "systemd",
            ["app.container", "app.env"],
            {"C": "file", "D": "more # no comment", "A": "one", "B": "2"},
        ),
        ("tasks", ["task.json"], {"A": "one", "C": None}),
        (
            "tasks",
            ["main.tf"],
            {"A": "one", "B": None, "D": None, "C": None, "E": "two # words", "F": "2"}
            | {"G": "three"},
        ),
        ("tasks", ["joined.tf"], {"A": "one", "B": None, "C": None, "D": "two", "E": None}),
        ("tasks", ["app.nomad.hcl"], {"A": "one", "B": None}),
        ("app-engine", ["app.yaml"], {"A": "one"}),
        ("pm2", ["ecosystem.config.js"], {"A": "own", "B": "2"}),
        ("functions", ["sst.config.ts"], {"A": "one", "B": "2", "C": None, "D": None}),
        ("functions", ["lib/stack.ts"], {"A": "one", "C": None}),
        ("functions", ["index.ts"], {"A": "one"}),
        ("functions", ["serverless.ts"], {"A": "own", "B": "all"}),
        ("wrangler", ["wrangler.toml"], {"A": "one", "B": "2"}),
        ("wrangler", ["wrangler.jsonc"], {"A": "one"}),
        ("helm", ["chart/values.yaml"], {"A": "one", "B": "2", "X": "x", "C": None}),
    ],
)
def test_variables(
    tmp_path: Path, carrier: str, files: list[str], expected: dict[str, str | None]
) -> None:
    write(tmp_path, {name: FILES[name] for name in files})
    found = [item for item in workspace(tmp_path).surroundings if item.carrier == carrier]
    told = {}
    for item in found:
        for name in item.variables.names:
            value = item.variables.lookup(name)
            told[name] = value.value if isinstance(value, Known) else None
    assert told == expected


CODE = (
    "require('nodemailer').createTransport({host: process.env.SMTP_HOST,\n"
    "  port: Number(process.env.SMTP_PORT), secure: false})\n"
)


def test_what_a_platform_says_counts_where_nothing_else_does(tmp_path: Path) -> None:
    text = '[env]\nSMTP_HOST = "smtp.ionos.com"\nSMTP_PORT = "465"\n'
    write(tmp_path, {"a/mailer.js": CODE, "a/fly.toml": text, "b/mailer.js": CODE})
    hosts = {setup.name: setup.settings.host for setup in setups(tmp_path)}
    assert hosts == {
        "nodemailer a/mailer.js:1": "smtp.ionos.com",
        "nodemailer b/mailer.js:1": "localhost",
    }
    write(tmp_path, {"a/.env": "SMTP_HOST=smtp.ionos.de\n"})
    assert {setup.settings.host for setup in setups(tmp_path)} == {"smtp.ionos.de", "localhost"}


def test_what_pm2_gives_stands_before_what_its_program_loads(tmp_path: Path) -> None:
    text = (
        "module.exports = { apps: [\n"
        "  { script: './mailer.js', env: { SMTP_HOST: 'smtp.ionos.com', SMTP_PORT: '465' } },\n"
        "  { script: 'other.js', env: { SMTP_HOST: 'other.example' } },\n] };\n"
    )
    files = {
        "mailer.js": CODE,
        ".env": "SMTP_HOST=smtp.ionos.de\nSMTP_PORT=25\n",
        "ecosystem.config.js": text,
    }
    settings = one(write(tmp_path, files), "nodemailer").settings
    assert (settings.host, settings.port) == ("smtp.ionos.com", 465)
    apply(tmp_path, prepared(settings, 587, None))
    assert (tmp_path / "ecosystem.config.js").read_text() == text.replace("465", "587")


def test_what_no_tool_of_a_cloud_makes_is_given_no_variables(tmp_path: Path) -> None:
    files = {
        "mailer.js": CODE,
        "settings.js": "configure('x', { environment: { SMTP_HOST: 'other.example' } });\n",
    }
    assert one(write(tmp_path, files), "nodemailer").settings.host == "localhost"


def test_a_unit_is_changed_in_its_line(tmp_path: Path) -> None:
    unit = '[Service]\nEnvironment="SMTP_HOST=smtp.ionos.com" SMTP_PORT=465\n'
    write(tmp_path, {"mailer.js": CODE, "mailer.service": unit})
    settings = one(tmp_path, "nodemailer").settings
    apply(tmp_path, prepared(settings, 587, None))
    assert (tmp_path / "mailer.service").read_text() == unit.replace("465", "587")


@pytest.mark.parametrize("line", ['{ name = "SMTP_PORT", value = "465" },', 'SMTP_PORT = "465"'])
def test_a_variable_of_terraform_is_changed_in_its_place(tmp_path: Path, line: str) -> None:
    pairs = line.startswith("{")
    host = line.replace("PORT", "HOST").replace("465", "smtp.ionos.com")
    block = "environment = [\n%s\n]\n" if pairs else "environment {\nvariables = {\n%s\n}\n}\n"
    text = block % f"  {host}\n  {line}"
    write(tmp_path, {"mailer.js": CODE, "infra/main.tf": text})
    settings = one(tmp_path, "nodemailer").settings
    change = prepared(settings, 587, None)
    assert all(edit.exact for edit in change.edits)
    apply(tmp_path, change)
    assert (tmp_path / "infra/main.tf").read_text() == text.replace("465", "587")


VAULT = ["SMTP_HOST=smtp.ionos.com", "SMTP_PORT=587", "SMTP_SECURITY=force_tls"]


QUOTED = '    %s = "%s"\n'


def _vault(form: str) -> str:
    return "".join(form % tuple(each.split("=")) for each in VAULT)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "vault.container",
            "[Container]\nImage=docker.io/vaultwarden/server:1.32\n"
            f"Environment={' '.join(VAULT)}\n",
        ),
        (
            "vault.nomad",
            'task "v" {\n  config {\n    image = "vaultwarden/server:1.32"\n  }\n'
            f"  env {{\n{_vault(QUOTED)}  }}\n}}\n",
        ),
        (
            "stack.yml",
            "services:\n  v:\n    image: vaultwarden/server:1.32\n    environment:\n"
            + _vault("      %s: %s\n"),
        ),
    ],
)
def test_a_program_is_known_by_its_image(tmp_path: Path, name: str, text: str) -> None:
    root = write(tmp_path, {name: text})
    change = prepared(one(root, "vaultwarden").settings, 587, "starttls")
    assert all(edit.exact for edit in change.edits)
    apply(root, change)
    assert (root / name).read_text() == text.replace("force_tls", "starttls")


def test_a_stack_beside_the_base_is_another_project(tmp_path: Path) -> None:
    text = "services:\n  v:\n    image: vaultwarden/server\n    environment: {SMTP_HOST: %s}\n"
    files = {"compose.yml": text % "a.example", "docker-stack.yml": text % "b.example"}
    found = {setup.settings.host for setup in setups(write(tmp_path, files))}
    assert found == {"a.example", "b.example"}
