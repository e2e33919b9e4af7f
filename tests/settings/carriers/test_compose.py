"""docker compose: which files count, what a service gets, where each value stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.readers.model import Known, Unknown
from smtpdoctor.settings.variables import Variables, layer_of
from smtpdoctor.settings.workspace import Surrounding, Workspace
from tests.settings.dialects.support import apply, one, prepared, setups, workspace, write


def services(root: Path, files: dict[str, str], **options: str) -> list[Surrounding]:
    write(root, files)
    found = workspace(root, **options).surroundings  # type: ignore[arg-type]
    return [item for item in found if item.carrier == "compose"]


def values(item: Surrounding) -> dict[str, object]:
    """The variables as texts; what can't be told as its reason."""
    made: dict[str, object] = {}
    for name in item.variables.names:
        value = item.variables.lookup(name)
        made[name] = value.value if isinstance(value, Known) else getattr(value, "reason", None)
    return made


def service(text: str, **more: str) -> str:
    return f"services:\n  app:\n    image: app\n{text}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [  # one map, one list
        ("    environment: {A: 587, B: true, C: 'x y'}\n", ["587", "true", "x y"]),
        (
            "    environment:\n      - A=587\n      - B=true\n      - 'C=x y'\n",
            ["587", "true", "x y"],
        ),
        # quotes behind the equals sign belong to the value (compose-spec, environment)
        ('    environment:\n      - A="x"\n      - B=\n      - C=a=b\n', ['"x"', "", "a=b"]),
    ],
)
def test_a_map_and_a_list_say_variables(tmp_path: Path, text: str, expected: list[str]) -> None:
    [found] = services(tmp_path, {"compose.yml": service(text)})
    assert list(values(found).values()) == expected


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("$X", "ex"),
        ("${X}", "ex"),
        ("${NO-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${EMPTY:-d}", "d"),
        ("${X:+r}", "r"),
        ("${NO:+r}", ""),
        ("${NO}", ""),
        ("${NO:?told}", "undeclared"),
        ("${NO:-${X}}", "ex"),
        ("a$$b", "a$b"),
        ("smtp.${X}.com", "smtp.ex.com"),
    ],
)
def test_references_are_filled_from_the_dotenv(tmp_path: Path, said: str, value: str) -> None:
    text = service(f'    environment:\n      A: "{said}"\n')
    [found] = services(tmp_path, {"docker-compose.yml": text, ".env": "X=ex\nEMPTY=\n"})
    assert values(found) == {"A": value}


def test_the_environment_counts_before_the_dotenv(tmp_path: Path) -> None:
    files = {"compose.yml": service("    environment: {A: $X}\n"), ".env": "X=file\n"}
    [found] = services(tmp_path, files, X="shell")
    assert values(found) == {"A": "shell"}


def test_without_a_dotenv_what_is_not_set_cannot_be_told(tmp_path: Path) -> None:
    text = service("    environment:\n      A: ${X}\n      B: ${X:-d}\n      C: b${X}\n")
    [found] = services(tmp_path, {"compose.yml": text})
    assert values(found) == {"A": "environment", "B": "d", "C": "environment"}


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("wk$n:p", "wk:p"),  # compose: The "n" variable is not set. Defaulting to a blank string.
        ("56$Klhgof", "56"),
        ("wk$$n:p", "wk$n:p"),
        ("wk$X:p", "environment"),
        ("wk${n}:p", "environment"),
        ("$secretword", "environment"),
    ],
)
def test_a_dollar_that_was_meant_as_one_empties_what_follows(
    tmp_path: Path, said: str, value: str
) -> None:
    [found] = services(tmp_path, {"compose.yml": service(f"    environment: {{A: '{said}'}}\n")})
    assert values(found) == {"A": value}


@pytest.mark.parametrize("said", ["pa$WORD", "pa${word}", "pa$WORD$other"])
def test_a_name_within_other_text_is_not_shown(tmp_path: Path, said: str) -> None:
    [found] = services(tmp_path, {"compose.yml": service(f"    environment: {{A: '{said}'}}\n")})
    [held] = found.variables.held("A")
    assert isinstance(held.value, Unknown)
    assert "word" not in held.value.text.lower()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("${A:-${B:-x}}", "x"),
        ("${A:-b@${B:-$HOST}}", "environment"),
        ("${SET:-$HOST}", "y"),
        ("b@${B:-$HOST}", "environment"),
    ],
)
def test_a_default_that_is_filled_from_what_is_not_set(
    tmp_path: Path, said: str, expected: str
) -> None:
    text = service(f"    environment:\n      FROM: '{said}'\n")
    (item,) = services(tmp_path, {"compose.yml": text}, SET="y")
    assert values(item) == {"FROM": expected}


def test_a_name_alone_is_passed_on_and_unset_where_nobody_sets_it(tmp_path: Path) -> None:
    text = service("    environment:\n      - X\n      - Y\n      - Z\n")
    [found] = services(tmp_path, {"compose.yml": text, ".env": "Y=y\n"}, X="x")
    assert values(found) == {"X": "x", "Y": "y"}


def test_env_files_in_their_order_below_environment(tmp_path: Path) -> None:
    text = service(
        "    env_file:\n      - a.env\n      - path: b.env\n        required: false\n"
        "      - {path: c.env, format: raw}\n      - ../out.env\n"
        "    environment:\n      A: own\n"
    )
    files = {
        "compose.yml": text,
        "a.env": "A=1\nB=1\nC=1\n",
        "b.env": 'B="two words"\n',
        "c.env": 'C="raw"\n',
    }
    [found] = services(tmp_path, files)
    assert values(found) == {"A": "own", "B": "two words", "C": '"raw"'}


def test_anchors_merges_and_extends(tmp_path: Path) -> None:
    text = (
        "x-mail: &mail\n  A: one\n  B: two\n"
        "services:\n"
        "  base:\n    image: base\n    profiles: [none]\n    environment: {C: three, D: four}\n"
        "  app:\n    image: app\n    extends: {service: base}\n"
        "    environment:\n      <<: *mail\n      B: own\n      D: own\n"
    )
    found = services(tmp_path, {"compose.yml": text})
    app = next(item for item in found if item.image == "app")
    assert values(app) == {"C": "three", "D": "own", "A": "one", "B": "own"}


def test_the_override_counts_and_one_for_production_takes_its_place(tmp_path: Path) -> None:
    base = service("    environment: {A: base, B: base}\n")
    override = "services: {app: {environment: [A=override]}}\n"
    [found] = services(
        tmp_path, {"docker-compose.yml": base, "docker-compose.override.yml": override}
    )
    assert values(found) == {"A": "override", "B": "base"}
    production = override.replace("override", "production")
    [found] = services(tmp_path, {"docker-compose.prod.yml": production})
    assert values(found) == {"A": "production", "B": "base"}


def test_files_for_development_are_left_out(tmp_path: Path) -> None:
    files = {
        "docker-compose.yml": service("    environment: {A: base}\n"),
        "docker-compose.dev.yml": service("    environment: {A: dev}\n"),
    }
    assert [values(found) for found in services(tmp_path, files)] == [{"A": "base"}]
    assert [values(found) for found in services(tmp_path, files, profile="dev")] == [{"A": "dev"}]


def test_compose_file_names_the_files(tmp_path: Path) -> None:
    files = {
        "docker-compose.yml": service("    environment: {A: base}\n"),
        "mail.yml": service("    environment: {A: mail}\n"),
        ".env": "COMPOSE_FILE=docker-compose.yml:mail.yml\n",
    }
    assert [values(found) for found in services(tmp_path, files)] == [{"A": "mail"}]


def test_services_of_a_profile_are_not_started(tmp_path: Path) -> None:
    text = (
        "services:\n  app: {image: app}\n  debug: {image: debug, profiles: [debug]}\n"
        "  live: {image: live, profiles: [prod]}\n"
    )
    files = {"compose.yml": text}
    assert [item.image for item in services(tmp_path, files)] == ["app", "live"]
    with_debug = services(tmp_path, files, COMPOSE_PROFILES="debug")
    assert [item.image for item in with_debug] == ["app", "debug", "live"]


@pytest.mark.parametrize(
    ("files", "build"),
    [
        ({"composer.json": "{}"}, ""),  # the code is mounted into what only an image is made of
        ({"composer.json": "{}", "docker/php/package.json": "{}"}, "docker/php"),
        ({"README.md": ""}, "docker/php"),  # there is no program
    ],
)
@pytest.mark.parametrize("volume", [".:/app", "{type: bind, source: ., target: /app}"])
def test_the_code_that_is_mounted_is_the_containers(
    tmp_path: Path, files: dict[str, str], build: str, volume: str
) -> None:
    compose = "services:\n  a:\n    build: docker/php\n    environment: {A: b}\n"
    compose += f"    volumes: ['data:/var/data', {volume}]\n"
    made = {"compose.yml": compose, "docker/php/Dockerfile": "FROM php:8-fpm\n", **files}
    assert [each.build for each in services(tmp_path, made)] == [build]


def test_build_names_the_folder_and_its_dockerfile(tmp_path: Path) -> None:
    files = {
        "docker/compose.yml": "services:\n  a: {build: ../web, environment: {B: own}}\n"
        "  b: {build: {context: .., dockerfile: web/Dockerfile}}\n  c: {build: ../../elsewhere}\n",
        "web/Dockerfile": "FROM node:20\nENV A=image B=image\n",
    }
    first, second, third = services(tmp_path, files)
    assert (first.build, second.build, third.build) == ("web", "", None)
    assert values(first) == {"B": "own", "A": "image"}
    assert values(second) == {"A": "image", "B": "image"}


def test_secrets_and_configs_by_their_paths(tmp_path: Path) -> None:
    text = service(
        "    secrets:\n      - pass\n      - {source: other, target: /x}\n      - gone\n"
        "    configs: [plain]\n"
    )
    text += (
        "secrets:\n  pass: {file: ./secrets/pass.txt}\n  other: {environment: OTHER}\n"
        "  gone: {external: true}\nconfigs:\n  plain: {content: hello}\n"
    )
    files = {"compose.yml": text, "secrets/pass.txt": "word\n", ".env": "OTHER=o\n"}
    [found] = services(tmp_path, files)
    told = {path: getattr(value, "value", None) for path, value in found.files.items()}
    assert told == {
        "/run/secrets/pass": "word",
        "/x": "o",
        "/run/secrets/gone": None,
        "/plain": "hello",
    }
    assert isinstance(found.files["/run/secrets/gone"], Unknown)


def test_paths_never_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out.env").write_text("A=out\n")
    inner = tmp_path / "inner"
    text = (
        service("    env_file: ../out.env\n    secrets: [s]\n")
        + "secrets: {s: {file: ../out.env}}\n"
    )
    [found] = services(inner, {"compose.yml": text, "x/.env": ""})
    assert values(found) == {}
    assert isinstance(found.files["/run/secrets/s"], Unknown)


CODE = (
    "const t = require('nodemailer').createTransport({\n"
    "  host: process.env.MAIL_HOST, port: Number(process.env.MAIL_PORT), secure: false,\n"
    "  auth: {user: process.env.MAIL_USER, pass: process.env.MAIL_PASS}})\n"
)


def test_code_sees_the_container_that_is_built_from_its_folder(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services:\n  app:\n    build: app\n    environment:\n"
        "      MAIL_HOST: smtp.ionos.com\n      MAIL_PORT: 465\n"
        "      MAIL_USER: ${USER_OF_MAIL}\n      MAIL_PASS: word\n",
        "app/mailer.js": CODE,
        ".env": "USER_OF_MAIL=info@example.com\n",
    }
    setup = one(write(tmp_path, files), "nodemailer", MAIL_HOST="shell", MAIL_USER="shell")
    settings = setup.settings
    assert (settings.host, settings.port, settings.username) == (
        "smtp.ionos.com",
        465,
        "info@example.com",
    )
    entries = {entry.field: entry.origin for entry in settings.entries}
    assert entries["port"].label == "compose.yml:6"
    assert (entries["username"].label, entries["username"].name) == (".env:1", "USER_OF_MAIL")
    apply(tmp_path, prepared(settings, 587, None))
    assert one(tmp_path, "nodemailer").settings.port == 587
    assert "      MAIL_PORT: 587\n" in (tmp_path / "compose.yml").read_text()


def test_a_container_without_variables_leaves_the_environment(tmp_path: Path) -> None:
    files = {"compose.yml": "services: {app: {build: app}}\n", "app/mailer.js": CODE}
    setup = one(write(tmp_path, files), "nodemailer", MAIL_HOST="smtp.ionos.com", MAIL_PORT="587")
    assert setup.settings.host == "smtp.ionos.com"


def test_an_image_of_another_program_says_nothing_about_code(tmp_path: Path) -> None:
    image = "services: {app: {image: %s, environment: {MAIL_HOST: smtp.ionos.com}}}\n"
    write(tmp_path, {"app/mailer.js": CODE, "compose.yml": image % "me/app"})
    assert one(tmp_path, "nodemailer").settings.host == "smtp.ionos.com"
    write(tmp_path, {"compose.yml": image % "vaultwarden/server"})
    assert one(tmp_path, "nodemailer").settings.host == "localhost"


def test_a_given_environment_takes_the_place_of_its_container(tmp_path: Path) -> None:
    text = "services: {v: {image: vaultwarden/server, environment: {SMTP_HOST: a.example}}}\n"
    write(tmp_path, {"compose.yml": text})
    given = layer_of("standard input", {"SMTP_HOST": "b.example", "PATH": "/bin"}, "stdin")
    looked: Workspace = workspace(tmp_path, given=given)
    [found] = looked.surroundings
    assert values(found)["SMTP_HOST"] == "b.example"


def test_the_line_of_a_quoted_item_is_shown_whole(tmp_path: Path) -> None:
    text = "services:\n  v:\n    image: vaultwarden/server\n    environment:\n"
    text += '      - "SMTP_HOST=smtp.ionos.com"\n      - "SMTP_PASSWORD=canary"\n'
    text += "      - SMTP_USERNAME=u\n"
    [setup] = setups(write(tmp_path, {"compose.yml": text}))
    lines = {entry.field: entry.source_line for entry in setup.settings.entries}
    assert lines["host"] == '      - "SMTP_HOST=smtp.ionos.com"'
    assert "canary" not in str(setup.settings)


WORKER = "require('nodemailer').createTransport({ host: process.env.SMTP_HOST, port: 465 });\n"


@pytest.mark.parametrize(
    ("command", "host"),
    [
        ("node worker.js", "b.example.com"),
        ('["node", "/app/worker.js"]', "b.example.com"),
        ("node other.js", "a.example.com"),  # which of them runs it can't be told
    ],
)
def test_of_one_folder_the_container_that_is_started_with_the_file(
    tmp_path: Path, command: str, host: str
) -> None:
    compose = (
        "services:\n"
        "  web:\n    build: .\n    command: node web.js\n"
        "    environment: {SMTP_HOST: a.example.com}\n"
        f"  worker:\n    build: .\n    command: {command}\n"
        "    environment: {SMTP_HOST: b.example.com}\n"
    )
    write(tmp_path, {"docker-compose.yml": compose, "worker.js": WORKER, "web.js": "1\n"})
    assert one(tmp_path, "nodemailer").settings.host == host


def test_a_module_of_python_is_named_by_the_command(tmp_path: Path) -> None:
    item = Surrounding("compose", "", "", "api", Variables(()), starts=("uvicorn", "app.main:app"))
    assert item.is_started_with("api/app/main.py")
    assert not item.is_started_with("api/main.py")
    assert not item.is_started_with("api/app/main.js")


MAILER_CODE = (
    "const nodemailer = require('nodemailer');\n"
    "nodemailer.createTransport({ host: process.env.SMTP_HOST, port: 587 });\n"
)
PACKAGE = '{\n  "name": "@acme/shop-api",\n  "dependencies": {"nodemailer": "6.9.1"}\n}\n'


@pytest.mark.parametrize(
    ("name", "image", "host"),
    [
        # somebody else's program, whose variables have the same names
        ("newsletter", "ghcr.io/other/mailing-tool:2", "localhost"),
        ("relay", "boky/postfix", "localhost"),
        # the folder's own, by the name of its package, and by what its service is called
        ("mailer", "registry.example.com/acme/shop:1.4", "smtp.ionos.com"),
        ("shop", "registry.example.com/x/y", "smtp.ionos.com"),
        ("app", "registry.example.com/x/y:1.4", "smtp.ionos.com"),
        ("back", "${IMAGE}", "smtp.ionos.com"),
        ("back", "back:latest", "smtp.ionos.com"),
    ],
)
def test_whose_variables_the_code_has(tmp_path: Path, name: str, image: str, host: str) -> None:
    text = f"services:\n  {name}:\n    image: {image}\n"
    text += "    environment: {SMTP_HOST: smtp.ionos.com}\n"
    files = {"mailer.js": MAILER_CODE, "package.json": PACKAGE, "compose.yml": text}
    assert one(write(tmp_path / "folder", files), "nodemailer").settings.host == host


def test_without_a_name_of_its_own_nothing_is_foreign(tmp_path: Path) -> None:
    text = "services:\n  x:\n    image: ghcr.io/a/b\n    environment: {SMTP_HOST: smtp.ionos.com}\n"
    files = {"mailer.js": MAILER_CODE, "compose.yml": text}
    assert one(write(tmp_path, files), "nodemailer").settings.host == "smtp.ionos.com"


MAILER = """const nodemailer = require('nodemailer');
module.exports = nodemailer.createTransport({
  host: process.env.SMTP_HOST,
  port: 587,
  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
});
"""


@pytest.mark.parametrize(
    ("more", "host", "untold"),
    [
        ("", None, {"host", "username", "password"}),
        ("    environment: {SMTP_HOST: smtp.ionos.com}\n", "smtp.ionos.com",
         {"username", "password"}),
    ],
)  # fmt: skip
def test_a_server_in_an_env_file_that_is_not_here_is_not_known(
    tmp_path: Path, more: str, host: str | None, untold: set[str]
) -> None:
    """Its variables are not "not set", and Nodemailer's own host is none."""
    write(
        tmp_path,
        {
            "package.json": '{"dependencies": {"nodemailer": "^6.9.13"}}',
            "mailer.js": MAILER,
            "compose.yml": "services:\n  app:\n    build: .\n    env_file: .env.production\n"
            + more,
        },
    )
    settings = one(tmp_path, "nodemailer").settings
    assert (settings.host, {each.field for each in settings.untellable}) == (host, untold)
    assert settings.remarks == ()


def test_a_program_whose_env_file_is_not_here_may_send_nothing(tmp_path: Path) -> None:
    text = "services:\n  a: {image: grafana/grafana, env_file: grafana.env}\n"
    assert setups(write(tmp_path, {"compose.yml": text})) == []
