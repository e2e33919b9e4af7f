"""LoopBack, Sails and Nuxt's modules: options that stand where a framework looks for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup

from .node_family import reads_and_mends
from .support import apply, one, prepared, setups, write
from .ways import came_to
from .ways import remarks_in_order as said

HOST = "smtp.ionos.com"
DOTENV = "SMTP_HOST=smtp.ionos.com\nSMTP_USER=info@example.com\nSMTP_PASS=geheim-1\n"


def packages(**names: str) -> str:
    return json.dumps({"dependencies": {name.replace("__", "-"): at for name, at in names.items()}})


SAILS = packages(sails="^1.5.0", sails__hook__email="^0.12.1")
BORING = packages(sails="^1.5.0", sails__hook__mail="^0.2.0")
LOOPBACK = packages(loopback="^3.28.0", loopback__boot="^3.3.0")
NUXT = packages(nuxt="^3.11.0", nuxt__nodemailer="^1.1.2", nuxt__mail="^6.0.0")


# --- LoopBack ------------------------------------------------------------------------------------


def source(options: str) -> str:
    """datasources.json with one of mail, its options as they are written."""
    return (
        '{\n"db": { "connector": "memory" },\n"mail": { "connector": "mail",\n"transports": [\n'
        f'{{ "type": "smtp", {options} }}\n] }}\n}}\n'
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('"host": "smtp.ionos.com", "port": 587, "secure": false', (HOST, 587, "starttls")),
        ('"host": "smtp.ionos.com", "port": 465, "secure": true', (HOST, 465, "implicit")),
        ('"host": "smtp.ionos.com", "port": 587, "secure": true', (HOST, 587, "implicit")),
        ('"host": "smtp.ionos.com", "port": 465, "secure": false', (HOST, 465, "starttls")),
        ('"host": "${SMTP_HOST}", "port": 465', (HOST, 465, "implicit")),
    ],
)
def test_a_data_source_of_loopback(
    tmp_path: Path, options: str, expected: tuple[str, int, str]
) -> None:
    login = '"auth": { "user": "info@example.com", "pass": "${SMTP_PASS}" }'
    files = {
        "package.json": LOOPBACK,
        ".env": DOTENV,
        "server/datasources.json": source(f"{options}, {login}"),
        "common/models/user.js": "Email.send({ to: x, from: 'shop@example.com' });\n",
    }
    setup = one(write(tmp_path, files), "loopback")
    assert came_to(setup) == expected
    assert (setup.settings.username, setup.settings.sender) == (
        "info@example.com",
        "shop@example.com",
    )
    assert (said(setup), setup.settings.untellable) == ([], ())
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "geheim-1"


@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_a_data_source_is_mended_in_its_json(tmp_path: Path, goal: tuple[int, str]) -> None:
    wrong = '"port": 587, "secure": true' if goal[0] == 587 else '"port": 465, "secure": false'
    files = {
        "package.json": LOOPBACK,
        "server/datasources.json": source(f'"host": "smtp.ionos.com", {wrong}'),
    }
    change = prepared(one(write(tmp_path, files), "loopback").settings, *goal)
    assert len(change.edits) == 1
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "loopback")) == (HOST, *goal)
    assert json.loads((tmp_path / "server/datasources.json").read_text())


def test_an_option_is_put_into_json_as_json(tmp_path: Path) -> None:
    files = {
        "package.json": LOOPBACK,
        "server/datasources.json": source('"host": "smtp.ionos.com", "port": 465'),
    }
    setup = one(write(tmp_path, files), "loopback")
    change = next(
        each for each in setup.settings.prepared if (each.port, each.tls) == (587, "starttls")
    )
    apply(tmp_path, change)
    assert json.loads((tmp_path / "server/datasources.json").read_text())
    assert came_to(one(tmp_path, "loopback")) == (HOST, 587, "starttls")


def test_what_production_says_stands_over_a_data_source(tmp_path: Path) -> None:
    files = {
        "package.json": LOOPBACK,
        "server/datasources.json": source('"host": "localhost", "port": 1025'),
        "server/datasources.local.json": '{"mail": {"transports": [{"port": 25}]}}',
        "server/datasources.production.js": "module.exports = { mail: { transports: [{\n"
        "host: 'smtp.ionos.com', port: 465, secure: true }] } };\n",
    }
    assert came_to(one(write(tmp_path, files), "loopback")) == (HOST, 465, "implicit")


@pytest.mark.parametrize("file", ["email.datasource.json", "email.datasource.ts"])
def test_a_data_source_of_loopback_4(tmp_path: Path, file: str) -> None:
    whole = '{ "connector": "mail", "transports": [{ "type": "SMTP", "host": "smtp.ionos.com" }] }'
    code = whole if file.endswith("json") else f"const config = {whole};\n"
    assert came_to(one(write(tmp_path, {f"src/datasources/{file}": code}), "loopback"))[0] == HOST


def test_a_text_of_a_variable_is_true_in_a_data_source(tmp_path: Path) -> None:
    options = '"host": "smtp.ionos.com", "port": 587, "secure": "${SMTP_SECURE}"'
    files = {
        "package.json": LOOPBACK,
        ".env": "SMTP_SECURE=false\n",
        "server/datasources.json": source(options),
    }
    setup = one(write(tmp_path, files), "loopback")
    assert (setup.settings.tls, said(setup)) == ("implicit", [("misread", "secure")])


def test_another_connector_is_no_set_up(tmp_path: Path) -> None:
    files = {
        "package.json": LOOPBACK,
        "server/datasources.json": '{"db": {"connector": "mysql", "host": "db", "port": 3306}}',
    }
    assert setups(write(tmp_path, files)) == []


# --- Sails ---------------------------------------------------------------------------------------


def test_sails_hook_for_mail_reads_and_mends(tmp_path: Path) -> None:
    reads_and_mends(
        tmp_path,
        "sails",
        lambda options: {
            "package.json": SAILS,
            "config/email.js": "module.exports.email = {\n"
            f"  transporter: {options},\n  testMode: false,\n}};\n",
        },
    )


def sails(root: Path, email: str, **further: str) -> Setup:
    files = {"package.json": SAILS, "config/email.js": f"module.exports.email = {email};\n"}
    files |= {name.replace("__", "/") + ".js": text for name, text in further.items()}
    return one(write(root, files), "sails")


def test_sails_keeps_mail_back_unless_told_otherwise(tmp_path: Path) -> None:
    options = "service: 'Gmail', auth: { user: 'a@gmail.com', pass: 'x' }, from: 'a@gmail.com'"
    assert said(sails(tmp_path / "a", f"{{ {options} }}")) == [("not-sent", "kept")]
    assert said(sails(tmp_path / "b", f"{{ {options}, testMode: true }}")) == [("not-sent", "kept")]
    sends = sails(tmp_path / "c", f"{{ {options}, testMode: false }}")
    assert (said(sends), sends.settings.host) == ([], "smtp.gmail.com")
    over = "module.exports = { email: { testMode: false } };\n"
    assert said(sails(tmp_path / "d", f"{{ {options} }}", config__env__production=over)) == []


def test_what_stands_beside_a_service_of_sails_is_not_read(tmp_path: Path) -> None:
    setup = sails(tmp_path, "{ host: 'smtp.ionos.com', port: 465, testMode: false }")
    assert ("ignored", "beside.host") in said(setup)
    assert setup.settings.host == "localhost"


BORING_MAIL = """\
module.exports.mail = {
  default: process.env.MAIL_MAILER || 'log',
  mailers: { smtp: { transport: 'smtp'%s }, log: { transport: 'log' } },
  from: { address: 'shop@example.com', name: 'Shop' },
};
"""


def boring(root: Path, dotenv: str, further: str = "") -> Setup:
    files = {"package.json": BORING, ".env": dotenv, "config/mail.js": BORING_MAIL % further}
    return one(write(root, files), "sails")


def test_sails_hook_reads_variables_where_its_mailer_says_nothing(tmp_path: Path) -> None:
    dotenv = "MAIL_MAILER=smtp\nMAIL_HOST=smtp.ionos.com\nMAIL_USERNAME=a@b.de\nMAIL_PASSWORD=x\n"
    setup = boring(tmp_path / "a", f"{dotenv}MAIL_PORT=587\n")
    assert came_to(setup) == (HOST, 587, "starttls")
    assert (setup.settings.sender, said(setup)) == ("shop@example.com", [])
    text = boring(tmp_path / "b", f"{dotenv}MAIL_PORT=587\nMAIL_SECURE=false\n")
    assert (text.settings.tls, said(text)) == ("implicit", [("misread", "secure")])
    own = boring(tmp_path / "c", dotenv, ", port: 465, secure: true")
    assert came_to(own) == (HOST, 465, "implicit")
    assert said(boring(tmp_path / "d", "MAIL_HOST=smtp.ionos.com\n")) == [("not-sent", "kept")]


def test_a_file_of_that_name_without_the_hook_is_no_set_up(tmp_path: Path) -> None:
    files = {
        "package.json": packages(sails="^1.5.0"),
        "config/email.js": "module.exports.email = { transporter: { host: 'h.de', port: 587 } };\n",
    }
    assert setups(write(tmp_path, files)) == []


# --- Nuxt ----------------------------------------------------------------------------------------


def test_nuxt_nodemailer_reads_and_mends(tmp_path: Path) -> None:
    reads_and_mends(
        tmp_path,
        "nuxt-mailer",
        lambda options: {
            "package.json": NUXT,
            "nuxt.config.ts": "export default defineNuxtConfig({\n"
            f"  modules: ['nuxt-mail'],\n  mail: {{ message: {{ to: 'x' }}, smtp: {options} }},\n"
            "});\n",
        },
    )


OPTIONS = (
    "host: 'smtp.ionos.com', port: 587, from: 'shop@example.com', auth: { user: '', pass: '' }"
)


@pytest.mark.parametrize(
    "config",
    [
        f"modules: ['@nuxt/ui', 'nuxt-nodemailer'], nodemailer: {{ {OPTIONS} }}",
        f"modules: [['nuxt-nodemailer', {{ {OPTIONS} }}]]",
        "modules: ['nuxt-nodemailer'], nodemailer: { host: 'localhost' },\n"
        f"runtimeConfig: {{ nodemailer: {{ {OPTIONS} }} }}",
    ],
)
def test_a_module_of_nuxt_has_the_variables_of_its_keys(tmp_path: Path, config: str) -> None:
    dotenv = (
        "NUXT_NODEMAILER_AUTH_USER=info@example.com\nNUXT_NODEMAILER_AUTH_PASS=geheim-1\n"
        "NUXT_NODEMAILER_SECURE=true\n"  # a key that the configuration has not
    )
    files = {
        "package.json": NUXT,
        ".env": dotenv,
        "nuxt.config.ts": f"export default defineNuxtConfig({{\n{config}\n}});\n",
    }
    setup = one(write(tmp_path, files), "nuxt-mailer")
    assert came_to(setup) == (HOST, 587, "starttls")
    assert setup.settings.username == "info@example.com"
    assert setup.settings.sender == "shop@example.com"
    assert said(setup) == []


def test_options_of_a_module_that_nuxt_does_not_list_are_no_set_up(tmp_path: Path) -> None:
    code = f"export default defineNuxtConfig({{ modules: [], nodemailer: {{ {OPTIONS} }} }});\n"
    assert setups(write(tmp_path, {"package.json": NUXT, "nuxt.config.ts": code})) == []
