"""Nodemailer as programs use it: found where it stands, read as it is read, mended in its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.show_setups import show_setups

from .support import apply, one, prepared, setups, write
from .ways import came_to, password
from .ways import remarks_in_order as remarks

LITERAL = """\
require('dotenv').config();
const nodemailer = require('nodemailer');

const transporter = nodemailer.createTransport({
  host: 'smtp.ionos.com',
  port: 587,
  secure: true,
  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
});
module.exports = transporter;
"""
REQUIRED = "const nodemailer = require('nodemailer');\n"
DOTENV = "SMTP_USER=info@example.com\nSMTP_PASS=geheim-1\n"
#: Everything from variables, in the way that is right.
RIGHT = (
    "host: process.env.SMTP_HOST, port: Number(process.env.SMTP_PORT), "
    "secure: process.env.SMTP_SECURE === 'true'"
)


def package(version: str = "^6.9.13", **more: str) -> str:
    return json.dumps({"dependencies": {"nodemailer": version, **more}})


def project(root: Path, code: str, dotenv: str = DOTENV, **files: str) -> Path:
    named = {name.replace("__", "/"): text for name, text in files.items()}
    return write(root, {"mailer.js": code, ".env": dotenv, "package.json": package(), **named})


def call(options: str, before: str = "") -> str:
    return f"{REQUIRED}{before}nodemailer.createTransport({options});\n"


def read(root: Path, options: str, dotenv: str = DOTENV, before: str = "") -> Setup:
    return one(project(root, call(options, before), dotenv), "nodemailer")


# --- the tutorial --------------------------------------------------------------------------------


def test_the_tutorial_is_read_as_it_stands(tmp_path: Path) -> None:
    setup = one(project(tmp_path, LITERAL), "nodemailer")
    assert setup.name == "nodemailer mailer.js:4"
    assert setup.identity.version == "^6.9.13"
    assert came_to(setup) == ("smtp.ionos.com", 587, "implicit")
    assert setup.settings.username == "info@example.com"
    password = setup.credentials.password
    assert password is not None
    assert password.reveal() == "geheim-1"
    tls = setup.settings.entry("tls")
    assert tls is not None
    assert (tls.origin.file, tls.origin.line) == ("mailer.js", 7)
    assert not setup.settings.remarks
    assert not setup.settings.untellable


def test_its_fix_is_one_word_in_its_line(tmp_path: Path) -> None:
    setup = one(project(tmp_path, LITERAL), "nodemailer")
    change = prepared(setup.settings, 587, "starttls")
    assert [(edit.line, edit.replace, edit.with_) for edit in change.edits] == [
        (7, "true", "false")
    ]
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "nodemailer")) == ("smtp.ionos.com", 587, "starttls")


# --- modes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("{ host: 'h.de', port: 587, secure: false }", ("h.de", 587, "starttls")),
        ("{ host: 'h.de', port: 587 }", ("h.de", 587, "starttls")),
        ("{ host: 'h.de', port: 465, secure: true }", ("h.de", 465, "implicit")),
        ("{ host: 'h.de', port: 465 }", ("h.de", 465, "implicit")),
        ("{ host: 'h.de', port: '465' }", ("h.de", 465, "implicit")),
        ("{ host: 'h.de', secure: true }", ("h.de", 465, "implicit")),
        ("{ host: 'h.de' }", ("h.de", 587, "starttls")),
        ("{ host: 'h.de', port: 465, secure: false }", ("h.de", 465, "starttls")),
        ("{ host: 'h.de', port: 465, secure: null }", ("h.de", 465, "starttls")),
        ("{ host: 'h.de', port: 25, ignoreTLS: true }", ("h.de", 25, "none")),
        ("{ service: 'Outlook365' }", ("smtp.office365.com", 587, "starttls")),
        ("'smtps://u:p@h.de'", ("h.de", 465, "implicit")),
        ("'smtp://u:p@h.de:465'", ("h.de", 465, "starttls")),
        ("{ url: 'smtp://u:p@h.de' }", ("h.de", 587, "starttls")),
        ("{ pool: true, host: 'h.de', port: 465 }", ("h.de", 465, "implicit")),
    ],
)
def test_modes(tmp_path: Path, options: str, expected: tuple[str, int, str]) -> None:
    setup = read(tmp_path, options)
    assert came_to(setup) == expected
    assert not setup.settings.remarks


@pytest.mark.parametrize(
    ("options", "expected", "remark"),
    [
        ("{ host: 'h.de', port: 587, secure: 'false' }", "implicit", ("misread", "secure")),
        ("{ host: 'h.de', port: 587, secure: 'tls' }", "implicit", ("misread", "secure")),
        ("{ host: 'h.de', port: '465;' }", "starttls", ("misread", "port")),
        ("{ host: 'h.de', port: 99999 }", "starttls", ("fault", "port")),
        ("{ host: 'h.de', requireTLS: 'false' }", "starttls", ("misread", "requireTLS")),
        ("{ host: 'h.de', ignoreTLS: 'false' }", "none", ("misread", "ignoreTLS")),
        ("{ host: 'h.de', secureConnection: true }", "starttls", ("ignored", "secureConnection")),
        ("{ host: 'h.de', auth: { username: 'u' } }", "starttls", ("ignored", "auth.username")),
        (
            "{ host: 'h.de', tls: { rejectUnauthorized: 'false' } }",
            "starttls",
            ("misread", "tls.rejectUnauthorized"),
        ),
        ("{ service: 'gmail', host: 'smtp.ionos.com' }", "implicit", ("ignored", "host")),
        ("{ service: 'IONOS', host: 'h.de' }", "starttls", ("ignored", "service")),
        ("{ jsonTransport: true }", "starttls", ("not-sent", "jsonTransport")),
        ("{ sendmail: true, host: 'h.de' }", "starttls", ("not-sent", "sendmail")),
        ("'smtp.ionos.com'", "starttls", ("fault", "url")),
        ("{ host: process.env.MAIL_HOST }", "starttls", ("misread", "host")),
    ],
)
def test_what_it_makes_of_its_options(
    tmp_path: Path, options: str, expected: str, remark: tuple[str, str]
) -> None:
    setup = read(tmp_path, options)
    assert setup.settings.tls == expected
    assert remark in remarks(setup)


def test_certificates_are_not_verified_by_the_value_false_alone(tmp_path: Path) -> None:
    setup = read(tmp_path, "{ host: 'h.de', tls: { rejectUnauthorized: false } }")
    assert setup.settings.verify is False
    assert setup.settings.entry("verify") is not None


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ("port: 587, tls: { secureProtocol: 'TLSv1_method' }", "tls.secureProtocol"),
        ("port: 465, secure: true, tls: { secureProtocol: 'SSLv3_method' }", "tls.secureProtocol"),
        ("port: 587, tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }", "tls.maxVersion"),
        # they look alike, and Node goes on by the newest version of both
        ("port: 587, tls: { secureProtocol: 'TLSv1_2_method' }", None),
        ("port: 587, tls: { secureProtocol: 'SSLv23_method' }", None),
        ("port: 587, tls: { ciphers: 'SSLv3', minVersion: 'TLSv1' }", None),
        ("port: 587, tls: { ciphers: 'DEFAULT@SECLEVEL=0', maxVersion: 'TLSv1.1' }", None),
        ("port: 25, ignoreTLS: true, tls: { maxVersion: 'TLSv1' }", None),
    ],
)
def test_a_version_of_tls_that_node_no_longer_speaks(
    tmp_path: Path, options: str, option: str | None
) -> None:
    setup = read(tmp_path, f"{{ host: 'h.de', {options} }}")
    assert remarks(setup) == ([("fault", option)] if option else [])


def test_required_starttls(tmp_path: Path) -> None:
    setup = read(tmp_path, "{ host: 'h.de', port: 587, requireTLS: true }")
    assert setup.settings.tls_required


# --- the switch that is a text -------------------------------------------------------------------

SWITCHED = DOTENV + "SMTP_SECURE=false\nSMTP_PORT=587\n"


def test_a_function_that_reads_every_variable_is_not_the_place_to_compare_one(
    tmp_path: Path,
) -> None:
    """`=== 'true'` in it would make a switch of the host, too."""
    code = (
        "const read = (name, otherwise) => process.env[name] ?? otherwise;\n"
        "const host = read('SMTP_HOST');\nconst secure = read('SMTP_SECURE');\n"
        "require('nodemailer').createTransport({ host, port: 587, secure });\n"
    )
    env = SWITCHED + "SMTP_HOST=h.de\n"
    files = {"m.js": code, "package.json": package(), ".env": env}
    setup = one(write(tmp_path, files), "nodemailer")
    change = prepared(setup.settings, 587, "starttls")
    assert [edit.line for edit in change.edits] != [1]
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "nodemailer")) == ("h.de", 587, "starttls")


@pytest.mark.parametrize(
    ("before", "secure", "line", "mended"),
    [
        ("", "secure: process.env.SMTP_SECURE", 2, "process.env.SMTP_SECURE === 'true'"),
        ("", "secure: !!process.env.SMTP_SECURE", 2, "process.env.SMTP_SECURE === 'true'"),
        ("", "secure: Boolean(process.env.SMTP_SECURE)", 2, "process.env.SMTP_SECURE === 'true'"),
        ("", "secure: process.env.SMTP_SECURE || false", 2, "process.env.SMTP_SECURE === 'true'"),
        ("", "secure: process.env['SMTP_SECURE']", 2, "process.env['SMTP_SECURE'] === 'true'"),
        (
            "const secure = !!process.env.SMTP_SECURE;\n",
            "secure",
            2,
            "process.env.SMTP_SECURE === 'true'",
        ),
        (
            "const { SMTP_SECURE } = process.env;\n",
            "secure: SMTP_SECURE",
            3,
            "SMTP_SECURE === 'true'",
        ),
        (
            "const { SMTP_SECURE: secure } = process.env;\n",
            "secure",
            3,
            "secure: secure === 'true'",
        ),
        ("const { SMTP_SECURE } = process.env;\n", "secure: !!SMTP_SECURE", 3,
         "SMTP_SECURE === 'true'"),
        ("const { SMTP_SECURE } = process.env;\n", "secure: Boolean(SMTP_SECURE)", 3,
         "SMTP_SECURE === 'true'"),
    ],
)  # fmt: skip
def test_the_text_false_is_true_and_the_code_is_mended(
    tmp_path: Path, before: str, secure: str, line: int, mended: str
) -> None:
    setup = read(tmp_path, f"{{ host: 'h.de', port: 587, {secure} }}", SWITCHED, before)
    assert came_to(setup) == ("h.de", 587, "implicit")
    assert remarks(setup) == [("misread", "secure")]
    change = prepared(setup.settings, 587, "starttls")
    assert [(edit.line, edit.with_) for edit in change.edits] == [(line, mended)]
    assert change.settings == {}
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "nodemailer")) == ("h.de", 587, "starttls")


def test_a_text_that_says_true_must_change_too(tmp_path: Path) -> None:
    dotenv = DOTENV + "SMTP_SECURE=true\n"
    setup = read(tmp_path, "{ host: 'h.de', port: 587, secure: process.env.SMTP_SECURE }", dotenv)
    apply(tmp_path, prepared(setup.settings, 587, "starttls"))
    assert came_to(one(tmp_path, "nodemailer")) == ("h.de", 587, "starttls")


@pytest.mark.parametrize(
    "secure",
    [
        "secure: process.env.SMTP_SECURE === 'true'",
        "secure: JSON.parse(process.env.SMTP_SECURE)",
        "secure: process.env.SMTP_SECURE?.toLowerCase() === 'true'",
        "secure: ['true', '1'].includes(process.env.SMTP_SECURE)",
        "secure: Number(process.env.SMTP_PORT) === 465",
        "secure: process.env.SMTP_PORT == 465",
    ],
)
def test_switches_that_are_read_right(tmp_path: Path, secure: str) -> None:
    options = f"{{ host: 'h.de', port: process.env.SMTP_PORT, {secure} }}"
    setup = read(tmp_path, options, SWITCHED)
    assert came_to(setup) == ("h.de", 587, "starttls")
    assert not setup.settings.remarks
    assert not setup.settings.untellable
    change = prepared(setup.settings, 465, "implicit")
    assert not change.edits
    assert change.settings["SMTP_PORT"] == "465"
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "nodemailer")) == ("h.de", 465, "implicit")


def test_what_says_how_the_program_runs_is_no_switch_of_mail(tmp_path: Path) -> None:
    setup = read(
        tmp_path, "{ host: 'h.de', port: 587, secure: process.env.NODE_ENV === 'production' }"
    )
    assert came_to(setup) == ("h.de", 587, "implicit")
    change = prepared(setup.settings, 587, "starttls")
    assert [edit.with_ for edit in change.edits] == ["false"]
    assert change.settings == {}
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "nodemailer")) == ("h.de", 587, "starttls")


# --- where values come from ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("port", "mended"),
    [
        ("Number(process.env.SMTP_PORT) || 587", "465"),
        ("process.env.SMTP_PORT ?? 587", "465"),
        ("parseInt(process.env.SMTP_PORT || '587', 10)", "'465'"),
    ],
)
def test_a_default_in_the_code_is_changed_there(tmp_path: Path, port: str, mended: str) -> None:
    setup = read(tmp_path, f"{{ host: 'h.de', port: {port} }}")
    assert came_to(setup) == ("h.de", 587, "starttls")
    change = prepared(setup.settings, 465, "implicit")
    assert [edit.with_ for edit in change.edits] == [mended]
    assert not change.settings
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "nodemailer")) == ("h.de", 465, "implicit")


def test_what_no_variable_says_yet_is_said_by_the_variable(tmp_path: Path) -> None:
    setup = read(tmp_path, f"{{ {RIGHT} }}", DOTENV + "SMTP_HOST=h.de\nSMTP_PORT=587\n")
    change = prepared(setup.settings, 465, "implicit")
    assert change.settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    host = next(item for item in read(tmp_path, f"{{ {RIGHT} }}").settings.prepared if item.host)
    assert host.settings == {"SMTP_HOST": "{host}"}


def test_the_environment_stands_before_the_file(tmp_path: Path) -> None:
    root = project(tmp_path, call(f"{{ {RIGHT} }}"), "SMTP_HOST=h.de\nSMTP_PORT=25\n")
    setup = one(root, "nodemailer", SMTP_HOST="other.de")
    assert came_to(setup) == ("other.de", 25, "starttls")
    entry = setup.settings.entry("host")
    assert entry is not None
    assert entry.origin.kind == "environment"
    assert [item.origin.label for item in entry.shadows] == [".env:1"]


@pytest.mark.parametrize(
    "url",
    [
        "`smtps://${login.user}:${login.password}@smtp.ionos.com`",
        "'smtps://' + login.user + ':' + login.password + '@smtp.ionos.com'",
        "`smtps://${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}"
        "@smtp.ionos.com:465`",
    ],
)
def test_a_url_whose_login_alone_cannot_be_told(tmp_path: Path, url: str) -> None:
    code = (
        "const nm = require('nodemailer');\nconst login = require('firebase-functions')"
        f".config().mail;\nnm.createTransport({url});\n"
    )
    setup = one(write(tmp_path, {"m.js": code, "package.json": package()}), "nodemailer")
    settings = setup.settings
    assert (settings.host, settings.tls) == ("smtp.ionos.com", "implicit")
    assert settings.username is None
    assert {item.field for item in settings.untellable} == {"username", "password"}


@pytest.mark.parametrize(
    "url",
    [
        "`smtps://${login.user}:${login.password}@${login.host}`",
        "`smtp://${login.user}:${login.password}@smtp.ionos.com:${login.port}`",
        "`smtp://${login.user}:${login.password}@smtp.ionos.com/?${login.more}`",
        "`smtp://${login.address}`",
        "`${login.scheme}://info:geheim-1@smtp.ionos.com`",
    ],
)
def test_a_url_of_which_more_than_the_login_cannot_be_told(tmp_path: Path, url: str) -> None:
    code = (
        "const nm = require('nodemailer');\nconst login = require('firebase-functions')"
        f".config().mail;\nnm.createTransport({url});\n"
    )
    setup = one(write(tmp_path, {"m.js": code, "package.json": package()}), "nodemailer")
    assert setup.settings.host is None
    assert [each for each in setup.settings.entries if each.problem] == []


def test_a_variable_that_the_folders_own_code_reads_is_no_other_programs(tmp_path: Path) -> None:
    env = {".env": "SMTP_CONNECTION_URL=smtp://info%40example.com:geheim-1@smtp.ionos.com:587\n"}
    assert [each.identity.dialect for each in setups(write(tmp_path / "alone", env))] == [
        "langfuse"
    ]
    code = "require('nodemailer').createTransport(process.env.SMTP_CONNECTION_URL);\n"
    files = {**env, "m.js": code, "package.json": package()}
    found = [each.identity.dialect for each in setups(write(tmp_path / "own", files))]
    assert found == ["nodemailer"]


@pytest.mark.parametrize(
    "url", ["`smtps://u:p@${login.host}`", "`${login.kind}://u:p@smtp.ionos.com`"]
)
def test_lookalike_a_url_whose_host_or_mode_cannot_be_told(tmp_path: Path, url: str) -> None:
    code = (
        "const nm = require('nodemailer');\nconst login = require('firebase-functions')"
        f".config().mail;\nnm.createTransport({url});\n"
    )
    setup = one(write(tmp_path, {"m.js": code, "package.json": package()}), "nodemailer")
    assert setup.settings.host is None
    assert not setup.complete


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("mailer.mjs", "import nodemailer from 'nodemailer';\nnodemailer.createTransport({0});\n"),
        ("m.ts", "import * as nodemailer from 'nodemailer';\nnodemailer.createTransport({0});\n"),
        ("m.js", "const { createTransport } = require('nodemailer');\ncreateTransport({0});\n"),
        ("m.mjs", "import { createTransport as make } from 'nodemailer';\nmake({0});\n"),
        ("m.ts", "import nm = require('nodemailer');\nconst t = nm.createTransport({0} as any);\n"),
        ("m.ts", "import { createTransport } from 'nodemailer';\ncreateTransport<X>({0});\n"),
        ("m.js", "const t = require('nodemailer').createTransport({0});\n"),
        ("m.mjs", "const nm = await import('nodemailer');\nnm.default.createTransport({0});\n"),
        ("m.js", "const nm = require('nodemailer');\nconst o = {0};\nnm.createTransport(o);\n"),
        (
            "m.js",
            "const nm = require('nodemailer');\nconst b = {0};\nnm.createTransport({{ ...b }});\n",
        ),
        (
            "m.ts",
            "import nm from 'nodemailer';\nclass Mail {{\n  private options = {0};\n"
            "  t = nm.createTransport(this.options);\n}}\n",
        ),
        (
            "m.ts",
            "import nm from 'nodemailer';\nexport class Mail {{\n  private t;\n"
            "  constructor() {{\n    this.t = nm.createTransport({0});\n  }}\n}}\n",
        ),
        (
            "m.js",
            "const nm = require('nodemailer');\nasync function send() {{\n"
            "  const t = await nm.createTransport({0});\n}}\nsend();\n",
        ),
        (
            "m.js",
            "const nm = require('nodemailer');\nconst options = () => ({0});\n"
            "nm.createTransport(options());\n",
        ),
        (
            "m.js",
            "const nm = require('nodemailer');\nfunction make(options) {{\n"
            "  return nm.createTransport(options);\n}}\nmake({0});\n",
        ),
        (
            "m.js",
            "const nm = require('nodemailer');\nconst smtpTransport = "
            "require('nodemailer-smtp-transport');\nnm.createTransport(smtpTransport({0}));\n",
        ),
        (
            "m.js",
            "const nm = require('nodemailer');\nconst old = require('nodemailer-smtp-transport');\n"
            "let transport = require('nodemailer-direct-transport')();\n"
            "if (true) {{\n  transport = old({0});\n}}\nnm.createTransport(transport);\n",
        ),
    ],
)
def test_ways_of_saying_it(tmp_path: Path, name: str, code: str) -> None:
    options = "{ host: 'smtp.ionos.com', port: 465, secure: true }"
    write(
        tmp_path,
        {
            name: code.replace("{0}", options).replace("{{", "{").replace("}}", "}"),
            "package.json": package(),
        },
    )
    setup = one(tmp_path, "nodemailer")
    assert came_to(setup) == ("smtp.ionos.com", 465, "implicit")
    apply(tmp_path, prepared(setup.settings, 587, "starttls"))
    assert came_to(one(tmp_path, "nodemailer")) == ("smtp.ionos.com", 587, "starttls")


def test_factories_that_other_files_call(tmp_path: Path) -> None:
    files = {
        "src/mailer.js": "import nodemailer from 'nodemailer';\n"
        "export function createMailer(config) {\n  return nodemailer.createTransport(config);\n}\n"
        "export class Mailer {\n  constructor({ smtp }) {\n"
        "    this.t = nodemailer.createTransport({ host: smtp.host, port: smtp.port });\n  }\n}\n",
        "src/index.js": "import { createMailer, Mailer } from './mailer.js';\n"
        "createMailer({ host: 'a.de', port: 587, secure: true });\n"
        "new Mailer({ smtp: { host: 'b.de', port: 465 } });\n",
        "package.json": package(),
    }
    write(tmp_path, files)
    assert [came_to(each) for each in setups(tmp_path)] == [
        ("a.de", 587, "implicit"),
        ("b.de", 465, "implicit"),
    ]
    first = setups(tmp_path)[0]
    change = prepared(first.settings, 587, "starttls")
    assert [(edit.file, edit.line) for edit in change.edits] == [("src/index.js", 2)]
    apply(tmp_path, change)
    assert came_to(setups(tmp_path)[0]) == ("a.de", 587, "starttls")


def test_what_nobody_here_gives_is_never_localhost(tmp_path: Path) -> None:
    code = "const n = require('nodemailer');\nexports.make = (o) => n.createTransport(o);\n"
    settings = one(project(tmp_path, code), "nodemailer").settings
    assert settings.host is None
    assert [item.option for item in settings.untellable] == ["host"]
    assert settings.remarks == ()
    assert settings.prepared == ()


def test_a_service_is_no_place_for_a_host_or_a_port(tmp_path: Path) -> None:
    settings = read(tmp_path, "{ service: 'gmail' }").settings
    assert not [item for item in settings.prepared if item.edits or item.settings]


def test_options_of_another_module(tmp_path: Path) -> None:
    files = {
        "src/mail.ts": (
            "import nodemailer from 'nodemailer';\nimport { config } from './config/index.js';\n"
            "export const t = nodemailer.createTransport(config.mail.smtp);\n"
        ),
        "src/config/index.ts": (
            "import 'dotenv/config';\nexport const config = { mail: { smtp: {\n"
            "  host: process.env.MAIL_HOST,\n  port: Number(process.env.MAIL_PORT),\n"
            "  secure: process.env.MAIL_PORT === '465',\n} } };\n"
        ),
        ".env": "MAIL_HOST=smtp.ionos.de\nMAIL_PORT=465\n",
        "package.json": package("^7.0.0", dotenv="^17.0.0"),
    }
    setup = one(write(tmp_path, files), "nodemailer")
    assert came_to(setup) == ("smtp.ionos.de", 465, "implicit")
    assert set(setup.identity.files) >= {"src/mail.ts", ".env"}
    change = prepared(setup.settings, 587, "starttls")
    assert change.settings == {"MAIL_PORT": "587"}
    assert not change.edits


def test_the_way_of_production_is_taken(tmp_path: Path) -> None:
    code = call(
        "process.env.NODE_ENV === 'production' ? { host: 'smtp.ionos.com' } : "
        "{ host: 'localhost', port: 1025 }"
    )
    root = project(tmp_path, code)
    assert one(root, "nodemailer").settings.host == "smtp.ionos.com"
    assert one(root, "nodemailer", NODE_ENV="development").settings.port == 1025


def test_a_value_that_cannot_be_told_is_said_and_the_rest_read(tmp_path: Path) -> None:
    before = "const vault = require('./vault-client');\n"
    setup = read(
        tmp_path, "{ host: 'h.de', auth: { user: 'u@h.de', pass: vault.read() } }", "", before
    )
    assert setup.settings.host == "h.de"
    (item,) = setup.settings.untellable
    assert (item.option, item.field) == ("auth.pass", "password")


# --- logins --------------------------------------------------------------------------------------


def test_a_token_is_a_login(tmp_path: Path) -> None:
    auth = "{ type: 'OAuth2', user: 'u@h.de', accessToken: process.env.TOKEN }"
    setup = read(tmp_path, f"{{ host: 'h.de', auth: {auth} }}", "TOKEN=ya29.x\n")
    assert (setup.settings.username, setup.settings.has_token) == ("u@h.de", True)
    assert not setup.settings.has_password


def test_a_token_that_is_fetched_cannot_be_told(tmp_path: Path) -> None:
    auth = "{ type: 'OAuth2', user: 'u@h.de', clientId: 'c', clientSecret: 's', refreshToken: 'r' }"
    setup = read(tmp_path, f"{{ service: 'gmail', auth: {auth} }}")
    assert [item.field for item in setup.settings.untellable] == ["token"]


@pytest.mark.parametrize(
    ("mail", "sender"),
    [
        ("t.sendMail({ from: 'shop@example.com', to });", "shop@example.com"),
        ("t.sendMail({ from: '\"Shop\" <shop@example.com>', to });", "shop@example.com"),
        ("t.sendMail({ from: { name: 'S', address: 'shop@example.com' } });", "shop@example.com"),
        (
            "exports.send = (m) => t.sendMail({ from: 'shop@example.com', ...m });",
            "shop@example.com",
        ),
        ("exports.send = (m) => t.sendMail({ from: m.from });", "u@example.com"),
    ],
)
def test_the_sender_is_that_of_the_mail(tmp_path: Path, mail: str, sender: str) -> None:
    code = (
        "const t = require('nodemailer').createTransport({ host: 'h.de', "
        f"auth: {{ user: 'u@example.com', pass: process.env.SMTP_PASS }} }});\n{mail}\n"
    )
    assert one(project(tmp_path, code), "nodemailer").settings.sender == sender


@pytest.mark.parametrize(
    ("sending", "sender"),
    [
        ("const t = require('./mailer');\n", "shop@example.com"),
        ("import t from './mailer';\n", "shop@example.com"),
        ("const t = require('./another');\n", "u@example.com"),
        ("const t = require('nodemailer-mock');\n", "u@example.com"),
    ],
)
def test_the_sender_is_that_of_a_mail_in_another_file(
    tmp_path: Path, sending: str, sender: str
) -> None:
    code = (
        "const t = require('nodemailer').createTransport({ host: 'h.de', "
        "auth: { user: 'u@example.com', pass: process.env.SMTP_PASS } });\nmodule.exports = t;\n"
    )
    root = project(tmp_path, code)
    (root / "send.js").write_text(f"{sending}t.sendMail({{ from: 'shop@example.com', to }});\n")
    (root / "another.js").write_text("module.exports = make();\n")

    assert one(root, "nodemailer").settings.sender == sender


def test_the_name_beside_a_sender_stays(tmp_path: Path) -> None:
    mail = "t.sendMail({ from: '\"Shop\" <shop@example.com>' });"
    code = f"const t = require('nodemailer').createTransport({{ host: 'h.de' }});\n{mail}\n"
    setup = one(project(tmp_path, code), "nodemailer")
    apply(tmp_path, next(item for item in setup.settings.prepared if item.sender), sender="i@e.com")
    assert "'\"Shop\" <i@e.com>'" in (tmp_path / "mailer.js").read_text()


# --- URLs ----------------------------------------------------------------------------------------


def test_a_url_from_a_variable(tmp_path: Path) -> None:
    dotenv = "SMTP_URL=smtps://info%40example.com:geheim-1@smtp.ionos.com:587\n"
    setup = read(tmp_path, "process.env.SMTP_URL", dotenv)
    assert came_to(setup) == ("smtp.ionos.com", 587, "implicit")
    assert setup.settings.username == "info@example.com"
    shown = [entry.source_line or "" for entry in setup.settings.entries]
    assert not any("geheim" in line for line in shown)
    assert shown
    for port, tls in ((587, "starttls"), (465, "implicit")):
        root = write(tmp_path / str(port), {"mailer.js": call("process.env.SMTP_URL")})
        write(root, {".env": dotenv, "package.json": package()})
        apply(root, prepared(one(root, "nodemailer").settings, port, tls))
        assert came_to(one(root, "nodemailer")) == ("smtp.ionos.com", port, tls)


def test_a_url_made_of_variables_is_changed_by_them(tmp_path: Path) -> None:
    url = "`smtp://${process.env.SMTP_USER}:${process.env.SMTP_PASS}@h.de:${process.env.PORT}`"
    setup = read(tmp_path, url, "SMTP_USER=u\nSMTP_PASS=geheim-1\nPORT=465\n")
    assert came_to(setup) == ("h.de", 465, "starttls")
    change = prepared(setup.settings, 587, "starttls")
    assert change.settings == {"PORT": "587"}
    change = prepared(setup.settings, 465, "implicit")
    assert [(edit.replace, edit.with_) for edit in change.edits] == [("smtp", "smtps")]
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "nodemailer")) == ("h.de", 465, "implicit")


@pytest.mark.parametrize(
    ("version", "host", "fault"),
    [("^6.9.0", "info", False), ("^9.1.0", "info", False), ("^10.0.0", "smtp.ionos.com", True)],
)
def test_a_character_that_cuts_the_url(
    tmp_path: Path, version: str, host: str, fault: bool
) -> None:
    dotenv = "SMTP_URL='smtp://info%40example.com:ge/heim@smtp.ionos.com:587'\n"
    write(tmp_path, {"mailer.js": call("process.env.SMTP_URL"), ".env": dotenv})
    write(tmp_path, {"package.json": package(version)})
    setup = one(tmp_path, "nodemailer")
    assert setup.settings.host == host
    assert (("fault", "url") in remarks(setup)) is fault
    url = setup.settings.entry("url")
    assert url is not None
    assert url.problem == "not-encoded"


def test_a_percent_that_this_version_keeps_is_no_problem(tmp_path: Path) -> None:
    dotenv = "SMTP_URL=smtp://u:ge%heim@h.de\n"
    write(tmp_path, {"mailer.js": call("process.env.SMTP_URL"), ".env": dotenv})
    for version, problem in (("^8.0.0", "not-encoded"), ("^9.0.0", None)):
        write(tmp_path, {"package.json": package(version)})
        url = one(tmp_path, "nodemailer").settings.entry("url")
        assert url is not None
        assert url.problem == problem


def test_options_beside_a_url_count_from_version_10(tmp_path: Path) -> None:
    options = "{ url: 'smtp://h.de', auth: { user: 'u@h.de', pass: process.env.SMTP_PASS } }"
    write(tmp_path, {"mailer.js": call(options), ".env": DOTENV})
    for version, user in (("^9.0.0", None), ("^10.0.0", "u@h.de")):
        write(tmp_path, {"package.json": package(version)})
        setup = one(tmp_path, "nodemailer")
        assert setup.settings.username == user
        assert (("ignored", "auth.user") in remarks(setup)) is (user is None)


# --- .env files ----------------------------------------------------------------------------------

FROM_ENV = call(f"{{ {RIGHT} }}")


@pytest.mark.parametrize(
    ("files", "host"),
    [
        ({".env": "SMTP_HOST=a.de\n"}, "a.de"),
        (
            {
                "conf/mail.env": "SMTP_HOST=b.de\n",
                "i.js": "require('dotenv').config({ path: 'conf/mail.env' });",
            },
            "b.de",
        ),
        (
            {
                ".env": "SMTP_HOST=a.de\n",
                "src/.env.production": "SMTP_HOST=c.de\n",
                "src/i.js": "const path = require('path');\nrequire('dotenv').config({ path: "
                "path.resolve(__dirname, `.env.${process.env.NODE_ENV}`) });",
            },
            "c.de",
        ),
        (
            {
                "secrets/.env": "SMTP_HOST=d.de\n",
                "src/i.mjs": "import dotenv from 'dotenv';\nimport path from 'node:path';\n"
                "import { fileURLToPath } from 'node:url';\n"
                "const here = path.dirname(fileURLToPath(import.meta.url));\n"
                "dotenv.config({ path: path.join(here, '..', 'secrets', '.env') });",
            },
            "d.de",
        ),
        (
            {
                ".env.prod": "SMTP_HOST=e.de\n",
                ".env": "SMTP_HOST=a.de\n",
                "package.json": json.dumps(
                    {"scripts": {"start": "node --env-file=.env.prod m.js"}}
                ),
            },
            "e.de",
        ),
        (
            {
                ".env": "SMTP_HOST=a.de\n",
                ".env.production": "SMTP_HOST=f.de\n",
                "package.json": package(next="15.0.0"),
            },
            "f.de",
        ),
        (
            {
                ".env": "SMTP_HOST=a.de\n",
                ".env.local": "SMTP_HOST=g.de\n",
                ".env.production": "SMTP_HOST=f.de\n",
                "package.json": package(**{"dotenv-flow": "4.1.0"}),
            },
            "f.de",
        ),
    ],
)
def test_the_files_that_the_program_loads(tmp_path: Path, files: dict[str, str], host: str) -> None:
    write(tmp_path, {"package.json": package(), "mailer.js": FROM_ENV, **files})
    assert one(tmp_path, "nodemailer").settings.host == host


def test_the_apps_of_a_monorepo_that_use_a_package(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "packages/mail/src/index.js": FROM_ENV,
            "packages/mail/package.json": json.dumps(
                {"name": "@acme/mail", "dependencies": {"nodemailer": "^6.0.0"}}
            ),
            "apps/api/package.json": json.dumps({"dependencies": {"@acme/mail": "*"}}),
            "apps/api/.env": "SMTP_HOST=a.de\n",
            "apps/web/package.json": json.dumps({"dependencies": {"@acme/mail": "*"}}),
            "apps/web/.env": "SMTP_HOST=b.de\n",
            "package.json": "{}",
        },
    )
    assert [setup.settings.host for setup in setups(tmp_path)] == ["a.de", "b.de"]


# --- look-alikes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mailer.js", "// nodemailer.createTransport({ host: 'h.de' });\n"),
        ("mailer.js", "const text = \"nodemailer.createTransport({ host: 'h.de' })\";\n"),
        ("mailer.test.js", call("{ host: 'h.de' }")),
        ("examples/mailer.js", call("{ host: 'h.de' }")),
        ("node_modules/x/mailer.js", call("{ host: 'h.de' }")),
        ("m.js", "function createTransport(o) { return o; }\ncreateTransport({ host: 'h.de' });\n"),
        ("m.js", "const sg = require('@sendgrid/mail');\nsg.setApiKey(process.env.KEY);\n"),
    ],
)
def test_look_alikes_are_no_set_ups(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, {name: text, "package.json": package()})
    assert setups(tmp_path) == []


# --- schemas, and the configuration's own library ------------------------------------------------

SCHEMA_DOTENV = "SMTP_HOST=h.de\nSMTP_PORT=587\nSMTP_SECURE=false\n"


@pytest.mark.parametrize(
    ("schema", "tls"),
    [
        (
            "import { z } from 'zod';\nexport const env = z.object({ SMTP_HOST: z.string().min(1), "
            "SMTP_PORT: z.coerce.number().default(25), SMTP_SECURE: z.coerce.boolean() })"
            ".parse(process.env);",
            "implicit",
        ),
        (
            "import z from 'zod';\nconst schema = z.object({ SMTP_HOST: z.string(), "
            "SMTP_PORT: z.coerce.number(), SMTP_SECURE: z.string().transform((v) => v === 'true') "
            "});\nexport const env = schema.parse(process.env);",
            "starttls",
        ),
        (
            "import { cleanEnv, bool, port, host } from 'envalid';\n"
            "export const env = cleanEnv(process.env, { SMTP_HOST: host(), SMTP_PORT: port(), "
            "SMTP_SECURE: bool({ default: true }) });",
            "starttls",
        ),
        (
            "import { createEnv } from '@t3-oss/env-nextjs';\nimport { z } from 'zod';\n"
            "export const env = createEnv({ server: { SMTP_HOST: z.string(), "
            "SMTP_PORT: z.coerce.number(), SMTP_SECURE: z.stringbool() }, "
            "runtimeEnv: process.env });",
            "starttls",
        ),
    ],
)
def test_schemas(tmp_path: Path, schema: str, tls: str) -> None:
    code = (
        "import nodemailer from 'nodemailer';\nimport { env } from './env';\n"
        "nodemailer.createTransport({ host: env.SMTP_HOST, port: env.SMTP_PORT, "
        "secure: env.SMTP_SECURE });\n"
    )
    files = {"m.ts": code, "env.ts": schema, ".env": SCHEMA_DOTENV, "package.json": package()}
    setup = one(write(tmp_path, files), "nodemailer")
    assert came_to(setup) == ("h.de", 587, tls)
    assert remarks(setup) == ([("misread", "secure")] if tls == "implicit" else [])
    change = prepared(setup.settings, 465, None)
    assert change.settings == {"SMTP_PORT": "465"}


@pytest.mark.parametrize("more", ["", ".default(false)", ".optional()"])
def test_a_schema_that_takes_any_text_for_true_is_mended_itself(tmp_path: Path, more: str) -> None:
    schema = (
        "import { z } from 'zod';\nexport const env = z.object({\n"
        f"  SMTP_HOST: z.string(),\n  SMTP_SECURE: z.coerce.boolean(){more},\n"
        "}).parse(process.env);\n"
    )
    code = (
        "import nodemailer from 'nodemailer';\nimport { env } from './env';\n"
        "nodemailer.createTransport({ host: env.SMTP_HOST, port: 587, secure: env.SMTP_SECURE });\n"
    )
    files = {"m.ts": code, "env.ts": schema, ".env": SCHEMA_DOTENV, "package.json": package()}
    setup = one(write(tmp_path, files), "nodemailer")
    remark = setup.settings.remarks[0]
    assert remark.text == "false"
    assert remark.origin is not None
    assert (remark.origin.file, remark.origin.line) == ("env.ts", 4)
    change = prepared(setup.settings, 587, "starttls")
    assert [(edit.file, edit.line) for edit in change.edits] == [("env.ts", 4)]
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "nodemailer")) == ("h.de", 587, "starttls")


CONFIGURED = """\
const config = require('config');
const nodemailer = require('nodemailer');
nodemailer.createTransport({
  host: config.get('smtp.host'),
  port: config.get('smtp.port'),
  secure: config.get('smtp.secure'),
  auth: { user: config.get('smtp.auth.user'), pass: config.get('smtp.auth.pass') },
});
"""


def test_the_documents_of_config(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "src/mailer.js": CONFIGURED,
            "package.json": package(config="^4.0.0"),
            "config/default.json": '{"smtp": {"host": "d.de", "port": 25, "secure": false,\n'
            '  "auth": {"user": "u@d.de"}}}\n',
            "config/production.json": '{"smtp": {\n  "port": 587,\n  "secure": true\n}}\n',
            "config/custom-environment-variables.json": json.dumps(
                {"smtp": {"auth": {"pass": "SMTP_PASS"}, "host": "SMTP_HOST"}}
            ),
        },
    )
    setup = one(tmp_path, "nodemailer", SMTP_PASS="geheim-1")
    assert came_to(setup) == ("d.de", 587, "implicit")
    assert (setup.settings.username, setup.settings.has_password) == ("u@d.de", True)
    entry = setup.settings.entry("tls")
    assert entry is not None
    assert (entry.origin.file, entry.origin.line) == ("config/production.json", 3)
    change = prepared(setup.settings, 587, "starttls")
    assert [(edit.file, edit.replace, edit.with_) for edit in change.edits] == [
        ("config/production.json", "true", "false")
    ]
    apply(tmp_path, change)
    mended = one(tmp_path, "nodemailer", SMTP_PASS="geheim-1", SMTP_HOST="o.de")
    assert came_to(mended) == ("o.de", 587, "starttls")


COMPARED = """import { createTransport } from 'nodemailer';
%s
createTransport({
  host: 'smtp.ionos.com',
  port: port,
  secure: %s,
});
"""


@pytest.mark.parametrize(
    ("port", "secure"),
    [
        ("const port = Number(process.env.SMTP_PORT ?? 587);", "port === 587"),
        ("const port = process.env.SMTP_PORT || 587;", "port == 587"),
        ("const port = 587;", "port !== 465"),
        ("const port = Number(process.env.SMTP_PORT);", "port === 587"),
    ],
)
def test_a_number_that_is_compared_is_not_the_switch(
    tmp_path: Path, port: str, secure: str
) -> None:
    """The line with the comparison is at fault, and neither the port nor its default becomes
    false."""
    env = {".env": "SMTP_PORT=587\n"} if "??" not in port and "||" not in port else {}
    root = write(tmp_path / "a", {"mailer.mjs": COMPARED % (port, secure), **env})
    setup = one(root, "nodemailer")
    assert (setup.settings.port, setup.settings.tls) == (587, "implicit")
    entry = setup.settings.entry("tls")
    assert entry is not None
    assert (entry.origin.file, entry.origin.line) == ("mailer.mjs", 6)
    change = prepared(setup.settings, None, "starttls")
    assert [(edit.replace, edit.with_) for edit in change.edits] == [(secure, "false")]
    assert not change.settings


INJECTED = (
    "import { createTransport } from 'nodemailer';\n{imports}"
    "export class MailService {\n  constructor({parameter}) {\n"
    "    createTransport({ host: this.own.mailHost, port: this.own.mailPort, secure: true,\n"
    "      auth: { user: this.own.mailUser, pass: this.own.mailPass } });\n  }\n}\n"
)
OWN = "import { AppConfig } from './app.config';\n"


@pytest.mark.parametrize(
    ("imports", "parameter", "file", "text"),
    [
        (
            OWN,
            "private readonly own: AppConfig",
            "app.config.ts",
            "export class AppConfig {\n  mailPort: number;\n"
            "  constructor(private config: ConfigService<Env>) {\n"
            "    this.mailPort = Number(this.config.get('MAIL_PORT'));\n  }\n"
            "  get mailHost(): string { return this.config.get<string>('MAIL_HOST'); }\n"
            "  get mailUser() { return this.config.getOrThrow('MAIL_USER'); }\n"
            "  get mailPass() { return process.env.MAIL_PASS; }\n}\n",
        ),
        (
            "import own from './mail.config';\n",
            "@Inject(own.KEY) private own: ConfigType<typeof own>",
            "mail.config.ts",
            "export default registerAs('mail', () => ({ mailHost: process.env.MAIL_HOST,\n"
            "  mailPort: parseInt(process.env.MAIL_PORT, 10), mailUser: process.env.MAIL_USER,\n"
            "  mailPass: process.env.MAIL_PASS }));\n",
        ),
    ],
)
def test_what_a_container_hands_a_constructor(
    tmp_path: Path, imports: str, parameter: str, file: str, text: str
) -> None:
    code = INJECTED.replace("{imports}", imports).replace("{parameter}", parameter)
    variables = "MAIL_HOST=smtp.ionos.de\nMAIL_PORT=587\nMAIL_USER=a@b.de\nMAIL_PASS=x9d8f7w6\n"
    files = {"src/mail.service.ts": code, f"src/{file}": text, ".env": variables}
    write(tmp_path, {**files, "package.json": package()})
    settings = one(tmp_path, "nodemailer").settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.de", 587, "implicit")
    assert settings.username == "a@b.de"
    assert not settings.untellable


@pytest.mark.parametrize(
    ("imports", "parameter"),
    [
        ("import { AppConfig } from 'elsewhere';\n", "private own: AppConfig"),
        (OWN, "private own: Promise<AppConfig>"),
        (OWN, "private own"),
    ],
)
def test_what_no_class_of_the_folder_is_stays_untold(
    tmp_path: Path, imports: str, parameter: str
) -> None:
    code = INJECTED.replace("{imports}", imports).replace("{parameter}", parameter)
    own = "export class AppConfig { mailHost = 'a.de'; }\n"
    write(tmp_path, {"a.ts": code, "app.config.ts": own, "package.json": package()})
    assert one(tmp_path, "nodemailer").settings.untellable


def test_variables_of_a_login_that_nothing_sets_are_named(tmp_path: Path) -> None:
    options = "{ host: 'h.de', auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS } }"
    setup = read(tmp_path, options, "SMTP_USER=\n")
    assert setup.settings.username is None
    assert setup.credentials.password is None
    assert setup.settings.remarks == ()
    unset = {entry.field: (entry.text, entry.unset) for entry in setup.settings.entries}
    assert unset["password"] == ("", ("SMTP_PASS",))
    assert "not set: SMTP_PASS (mailer.js:" in show_setups([setup], [])


def test_a_variable_that_can_not_be_shown_is_that_of_its_field(tmp_path: Path) -> None:
    setup = read(tmp_path, "{ host: 'h.de', auth: { user: 'u', pass: process.env.Tulpe77x } }", "")
    shown = show_setups([setup], [])
    assert "not set: the password's variable (mailer.js:" in shown
    assert "Tulpe" not in shown
    assert "SMTP_USER" not in show_setups([setup], [])


def test_a_service_that_nodemailer_does_not_know_is_its_line(tmp_path: Path) -> None:
    setup = read(tmp_path, "{ service: 'IONOS', auth: { user: 'u', pass: 'p' } }")
    (remark,) = setup.settings.remarks
    assert (remark.kind, remark.option, remark.taken_as) == ("misread", "service", "localhost")
    assert remark.origin is not None


def test_beside_a_host_such_a_service_is_not_read(tmp_path: Path) -> None:
    options = "{ service: 'IONOS', host: 'smtp.ionos.com', port: 587 }"
    (remark,) = read(tmp_path, options).settings.remarks
    assert (remark.kind, remark.option) == ("ignored", "service")


@pytest.mark.parametrize("login", ["'u', pass: 'p'", "account.user, pass: account.pass"])
def test_a_catcher_is_one_with_any_login(tmp_path: Path, login: str) -> None:
    options = f"{{ host: 'smtp.ethereal.email', port: 587, auth: {{ user: {login} }} }}"
    setup = read(tmp_path, options)
    assert [remark.kind for remark in setup.settings.remarks] == ["not-sent"]


OPTIONS = (
    "{ host: 'h.de', port: 587, auth: { user: 'u@example.com', pass: process.env.SMTP_PASS } }"
)
TRANSPORT = f"{REQUIRED}const t = nodemailer.createTransport({OPTIONS});\n"


@pytest.mark.parametrize(
    ("mailer", "other"),
    [
        # a function of the folder is handed the sender, or the whole message
        (
            "exports.send = function send(to, from) { return t.sendMail({ from, to }); };",
            "const { send } = require('./mailer');\nsend('a@b.de', process.env.MAIL_FROM);",
        ),
        (
            "exports.send = function send(mail) { return t.sendMail(mail); };",
            "const { send } = require('./mailer');\n"
            "const mail = { from: process.env.MAIL_FROM, to };\nsend(mail);",
        ),
        # from one function to the next
        (
            "function send(mail) { return t.sendMail(mail); }\n"
            "exports.notify = function notify(from, text) { send({ from, text }); };",
            "const { notify } = require('./mailer');\nnotify(process.env.MAIL_FROM, 'x');",
        ),
        # by an interface, of which nothing says which class is behind it
        (
            "exports.M = class { async deliver(to, from) { await t.sendMail({ from, to }); } };",
            "exports.run = (mailer) => mailer.deliver('a@b.de', process.env.MAIL_FROM);",
        ),
        # behind the promise of another function
        (
            "exports.send = function send(from) {\n"
            "  return new Promise((done) => t.sendMail({ from }, done));\n};",
            "const { send } = require('./mailer');\nsend(process.env.MAIL_FROM);",
        ),
        # what counts where whoever calls gives none
        (
            "exports.send = function send(mail) {\n  let from = process.env.MAIL_FROM;\n"
            "  if (mail.from) { from = mail.from; }\n  return t.sendMail({ from });\n};",
            "exports.run = (m) => require('./mailer').send(m);",
        ),
        (
            "exports.send = function send(mail) { return t.sendMail({ from: mail.from }); };",
            "const { send } = require('./mailer');\n"
            "exports.run = (more) => send({ from: process.env.MAIL_FROM, ...more });",
        ),
    ],
)
def test_a_sender_is_followed_to_who_gives_it(tmp_path: Path, mailer: str, other: str) -> None:
    dotenv = f"{DOTENV}MAIL_FROM=shop@example.org\n"
    root = project(tmp_path, f"{TRANSPORT}{mailer}\n", dotenv)
    write(root, {"other.js": f"{other}\n"})
    assert one(root, "nodemailer").settings.sender == "shop@example.org"


@pytest.mark.parametrize(
    "other",
    [
        # another function of that name, another method with fewer arguments, and no address
        "function deliver(to, from) {}\ndeliver('a@b.de', 'x@example.org');",
        "exports.run = (mailer) => mailer.deliver('x@example.org');",
        "exports.run = (mailer) => mailer.deliver('a@b.de', 'top');",
    ],
)
def test_what_another_function_of_the_name_is_given_is_no_sender(
    tmp_path: Path, other: str
) -> None:
    mailer = "exports.M = class { deliver(to, from) { return t.sendMail({ from, to }); } };\n"
    root = project(tmp_path, f"{TRANSPORT}{mailer}")
    write(root, {"other.js": f"{other}\n"})
    assert one(root, "nodemailer").settings.sender == "u@example.com"


def test_a_transport_that_is_made_when_it_is_first_needed(tmp_path: Path) -> None:
    code = (
        f"{REQUIRED}let t = null;\nexports.get = async function get() {{\n"
        f"  if (t) return t;\n  t = nodemailer.createTransport({OPTIONS});\n  return t;\n}};\n"
    )
    root = project(tmp_path, code)
    (root / "send.js").write_text(
        "const { get } = require('./mailer');\nasync function go(to) {\n"
        "  const t = await get();\n  await t.sendMail({ from: 'shop@example.org', to });\n}\n"
    )
    assert one(root, "nodemailer").settings.sender == "shop@example.org"


@pytest.mark.parametrize(
    ("sender", "names"),
    [
        ("`Shop <${process.env.MAIL_FROM}>`", ("MAIL_FROM",)),
        ("{ name: 'Shop', address: process.env.MAIL_FROM || '' }", ("MAIL_FROM",)),
    ],
)
def test_a_sender_that_nobody_sets_is_not_set(
    tmp_path: Path, sender: str, names: tuple[str, ...]
) -> None:
    setup = one(project(tmp_path, f"{TRANSPORT}t.sendMail({{ from: {sender} }});\n"), "nodemailer")
    (entry,) = [entry for entry in setup.settings.entries if entry.field == "sender"]
    assert (entry.problem, entry.unset) == (None, names)
    assert setup.settings.sender == "u@example.com"


def test_without_from_it_is_who_sends_or_is_replied_to(tmp_path: Path) -> None:
    mail = "t.sendMail({ replyTo: 'reply@example.org', sender: 'list@example.org' });\n"
    setup = one(project(tmp_path, f"{TRANSPORT}{mail}"), "nodemailer")
    assert setup.settings.sender == "list@example.org"


@pytest.mark.parametrize(
    "code",
    [
        "import { createTransport as make } from 'nodemailer';\nmake(OPTIONS);\n",
        "const create = require('nodemailer').createTransport;\ncreate(OPTIONS);\n",
        "const nm = require('nodemailer');\nconst { createTransport: c } = nm;\nc(OPTIONS);\n",
        "import { createTransport } from 'nodemailer';\n"
        "export function mail(given) { const make = given ?? createTransport; make(OPTIONS); }\n",
        "import { createTransport } from 'nodemailer';\n"
        "export function mail(given) { const m = given ? given : createTransport; m(OPTIONS); }\n",
    ],
)
def test_another_name_for_create_transport(tmp_path: Path, code: str) -> None:
    options = "{ host: 'h.de', port: 465 }"
    setup = one(project(tmp_path, code.replace("OPTIONS", options)), "nodemailer")
    assert came_to(setup) == ("h.de", 465, "implicit")


def test_a_transport_for_tries_is_no_set_up(tmp_path: Path) -> None:
    code = (
        "const { createTransport } = require('nodemailer');\nexports.make = (email) =>\n"
        "  email.host === 'test' ? createTransport({ jsonTransport: true })\n"
        "    : createTransport({ host: 'h.de', port: 465 });\n"
    )
    assert came_to(one(project(tmp_path, code), "nodemailer")) == ("h.de", 465, "implicit")


def test_a_login_that_a_variable_got_only_with_both_halves(tmp_path: Path) -> None:
    code = (
        f"{REQUIRED}let auth = undefined;\nif (process.env.SMTP_USER && "
        "process.env.SMTP_PASSWORD) {\n  auth = { user: process.env.SMTP_USER, "
        "pass: process.env.SMTP_PASSWORD };\n}\n"
        "nodemailer.createTransport({ host: 'h.de', port: 587, auth });\n"
    )
    setup = one(project(tmp_path, code, "SMTP_USER=u@example.com\nSMTP_PASS=x\n"), "nodemailer")
    (entry,) = [entry for entry in setup.settings.entries if entry.field == "password"]
    assert entry.unset == ("SMTP_PASSWORD",)
    assert [near.name for near in setup.settings.near_misses] == ["SMTP_PASS"]


ZOD = """\
import nodemailer from 'nodemailer';
import { z } from 'zod';
const env = z.object({ SCHEMA }).parse(process.env);
nodemailer.createTransport({ host: 'h.de', port: 2525, secure: env.S });
"""


@pytest.mark.parametrize(
    ("schema", "dotenv", "tls"),
    [
        # what stands behind a default is made of it, what stands before it is not (zod 4)
        ("S: z.string().default('false').transform((s) => s === 'true')", "", "starttls"),
        ("S: z.string().transform((s) => s === 'true').default(true)", "", "implicit"),
        ("S: z.string().trim().transform((s) => s === 'true')", "S=true\n", "implicit"),
        ("S: z.string().transform((s) => s.length).transform((n) => n > 3)", "S=off\n", "starttls"),
        ("S: z.string().transform(Number).transform(Boolean)", "S=0\n", "starttls"),
        ("S: z.string().transform(Number).pipe(z.number())", "S=0\n", "starttls"),
        (
            "S: z.string().transform((s, ctx) => {"
            " if (s === 'maybe') { ctx.addIssue({}); return z.NEVER; } return s === 'true'; })",
            "S=true\n",
            "implicit",
        ),
    ],
)
def test_the_steps_of_a_schema_in_their_order(
    tmp_path: Path, schema: str, dotenv: str, tls: str
) -> None:
    code = ZOD.replace("SCHEMA", schema)
    assert came_to(one(project(tmp_path, code, dotenv), "nodemailer")) == ("h.de", 2525, tls)


def test_what_a_schema_may_stop_at_is_none_of_its_values(tmp_path: Path) -> None:
    code = (
        "import nodemailer from 'nodemailer';\nimport { z } from 'zod';\n"
        "const env = z.object({ HOST: z.string() }).transform((all, ctx) => {\n"
        "  if (other(all)) { ctx.addIssue({}); return z.NEVER; }\n  return { host: all.HOST };\n"
        "}).parse(process.env);\nnodemailer.createTransport({ host: env.host, port: 465 });\n"
    )
    setup = one(project(tmp_path, code, "HOST=h.de\n"), "nodemailer")
    assert came_to(setup) == ("h.de", 465, "implicit")


def test_t3_env_takes_what_it_is_handed_by_name(tmp_path: Path) -> None:
    code = (
        "import nodemailer from 'nodemailer';\nimport { z } from 'zod';\n"
        "import { createEnv } from '@t3-oss/env-nextjs';\n"
        "const get = (key) => typeof window !== 'undefined' ? window.env[key] : process.env[key];\n"
        "const env = createEnv({\n  server: { HOST: z.string() },\n"
        "  client: { NEXT_PUBLIC_FROM: z.string() },\n  shared: { PORT: z.coerce.number() },\n"
        "  experimental__runtimeEnv: { NEXT_PUBLIC_FROM: get('NEXT_PUBLIC_SENDER') },\n});\n"
        "const t = nodemailer.createTransport({ host: env.HOST, port: env.PORT });\n"
        "t.sendMail({ from: env.NEXT_PUBLIC_FROM });\n"
    )
    dotenv = "HOST=h.de\nPORT=465\nNEXT_PUBLIC_SENDER=shop@example.org\n"
    setup = one(project(tmp_path, code, dotenv), "nodemailer")
    assert came_to(setup) == ("h.de", 465, "implicit")
    assert setup.settings.sender == "shop@example.org"


@pytest.mark.parametrize(
    ("mail", "dotenv", "changed", "mended"),
    [
        (
            "t.sendMail({ from: `${process.env.NAME} <no@example.org>`, to });",
            "NAME=Shop\n",
            "mailer.js",
            "`${process.env.NAME} <u@example.com>`",
        ),
        (
            "t.sendMail({ from: `${process.env.NAME} <${process.env.FROM}>`, to });",
            "NAME=Shop\nFROM=no@example.org\n",
            ".env",
            "FROM=u@example.com",
        ),
        (
            "exports.M = class { send(to, from) { return t.sendMail({ from: `A <${from}>` }); } };"
            "\nexports.run = (m) => m.send('a@b.de', process.env.FROM);",
            "FROM=no@example.org\n",
            ".env",
            "FROM=u@example.com",
        ),
    ],
)
def test_of_a_sender_that_is_put_together_the_address_changes(
    tmp_path: Path, mail: str, dotenv: str, changed: str, mended: str
) -> None:
    root = project(tmp_path, f"{TRANSPORT}{mail}\n", f"{DOTENV}{dotenv}")
    setup = one(root, "nodemailer")
    (entry,) = [entry for entry in setup.settings.entries if entry.field == "sender"]
    assert (setup.settings.sender, entry.origin.file) == ("no@example.org", changed)
    change = next(item for item in setup.settings.prepared if item.sender)
    apply(tmp_path, change, dotenv=".env", sender="u@example.com")
    assert mended in (tmp_path / changed).read_text()
    assert one(root, "nodemailer").settings.sender == "u@example.com"


NUXT = {"package.json": '{"dependencies": {"nuxt": "^3.12", "nodemailer": "^6"}}'}


def test_what_server_utils_export_is_there_without_an_import(tmp_path: Path) -> None:
    files = {
        **NUXT,
        "server/utils/mail/settings.ts": "export const settings = () => "
        "({ host: 'smtp.ionos.com', port: 465, auth: { user: 'u@example.com', pass: 'p' } })\n",
        "server/utils/mailer.ts": "import nodemailer from 'nodemailer'\n"
        "export const transporter = nodemailer.createTransport(settings())\n",
        "server/api/contact.post.ts": "export default defineEventHandler(async () => {\n"
        "  await transporter.sendMail({ from: 'shop@example.org' })\n})\n",
    }
    setup = one(write(tmp_path, files), "nodemailer")
    assert came_to(setup) == ("smtp.ionos.com", 465, "implicit")
    assert setup.settings.sender == "shop@example.org"


@pytest.mark.parametrize("place", ["lib/settings.ts", "server/settings.ts"])
def test_what_another_file_exports_is_not(tmp_path: Path, place: str) -> None:
    files = {
        **NUXT,
        place: "export const settings = () => ({ host: 'smtp.ionos.com', port: 465 })\n",
        "server/api/mail.ts": "import nodemailer from 'nodemailer'\n"
        "const transporter = nodemailer.createTransport(settings())\n",
    }
    setup = one(write(tmp_path, files), "nodemailer")
    assert [item.field for item in setup.settings.untellable] == ["host"]


@pytest.mark.parametrize("package", ["@redwoodjs", "@cedarjs"])
def test_the_mailer_of_redwood(tmp_path: Path, package: str) -> None:
    code = (
        f"import {{ NodemailerMailHandler }} from '{package}/mailer-handler-nodemailer'\n"
        "export const mailer = new Mailer({ handling: { handlers: { a: "
        "new NodemailerMailHandler({\n"
        "  transport: { host: process.env.HOST, port: 465, secure: true } }) }, default: 'a' },\n"
        "  defaults: { from: 'shop@example.org' } })\n"
    )
    files = {"api/src/lib/mailer.ts": code, "package.json": "{}", ".env": "HOST=h.de\n"}
    setup = one(write(tmp_path, files), "nodemailer")
    assert came_to(setup) == ("h.de", 465, "implicit")
    assert setup.settings.sender == "shop@example.org"


def test_a_transport_that_a_middleware_hands_on(tmp_path: Path) -> None:
    code = f"{TRANSPORT}module.exports = (req, res, next) => {{ req.transport = t; next(); }};\n"
    root = project(tmp_path, code)
    (root / "send.js").write_text(
        "module.exports = async (req, res) => {\n"
        "  await req.transport.sendMail({ from: 'shop@example.org' });\n};\n"
    )
    assert one(root, "nodemailer").settings.sender == "shop@example.org"


@pytest.mark.parametrize(
    ("head", "env"),
    [
        ("import { env } from 'cloudflare:workers';\n", "env"),
        ("", "c.env"),
    ],
)
def test_the_variables_of_a_worker(tmp_path: Path, head: str, env: str) -> None:
    code = (
        f"import nodemailer from 'nodemailer';\n{head}export const send = async (c) => {{\n"
        f"  const t = nodemailer.createTransport({{ host: {env}.HOST, port: {env}.PORT }});\n}};\n"
    )
    worker = '[vars]\nHOST = "smtp.ionos.com"\nPORT = 465\n'
    files = {"src/index.ts": code, "package.json": package(), "wrangler.toml": worker}
    setup = one(write(tmp_path, files), "nodemailer")
    assert came_to(setup) == ("smtp.ionos.com", 465, "implicit")


def test_the_parts_of_a_url_are_those_of_their_variables(tmp_path: Path) -> None:
    code = (
        f"{REQUIRED}const e = process.env;\nnodemailer.createTransport("
        "`${e.SECURE ? 'smtps' : 'smtp'}://${encodeURIComponent(e.U)}:${e.P}@${e.H}:${e.PORT}`);\n"
    )
    dotenv = "U=u@example.com\nP=geheim-1\nH=smtp.ionos.com\nPORT=465\n"
    setup = one(project(tmp_path, code, dotenv), "nodemailer")
    places = {
        entry.field: (entry.origin.name, entry.origin.line) for entry in setup.settings.entries
    }
    assert places["host"] == ("H", 3)
    assert places["port"] == ("PORT", 4)
    assert (places["username"], places["password"]) == (("U", 1), ("P", 2))


def test_so_many_callers_are_asked_for_a_sender(tmp_path: Path) -> None:
    mailer = "exports.send = function send(mail) { return t.sendMail(mail); };\n"
    untold = "".join(f"exports.f{n} = (from) => send({{ from }});\n" for n in range(80))
    last = "send({ from: 'shop@example.org' });\n"
    root = project(tmp_path, f"{TRANSPORT}{mailer}")
    (root / "other.js").write_text(f"const {{ send }} = require('./mailer');\n{untold}{last}")
    assert one(root, "nodemailer").settings.sender == "u@example.com"
    (root / "other.js").write_text(f"const {{ send }} = require('./mailer');\n{last}{untold}")
    assert one(root, "nodemailer").settings.sender == "shop@example.org"


EFFECT = """import { Config, Effect, Redacted } from 'effect';
import { createTransport } from 'nodemailer';
const live = Effect.gen(function* () {
  const host = yield* Config.string('SMTP_HOST');
  const port = yield* Config.number('SMTP_PORT').pipe(Config.withDefault(587));
  const secure = yield* Config.withDefault(Config.boolean('SMTP_SECURE'), false);
  const user = yield* Config.string('SMTP_USER');
  const pass = yield* Config.redacted('SMTP_PASSWORD');
  return createTransport({ host, port, secure, auth: { user, pass: Redacted.value(pass) } });
});
"""
EFFECT_PACKAGE = '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "^16.0.0", "effect": "3"}}'
EFFECT_ENV = "SMTP_HOST=smtp.ionos.com\nSMTP_USER=info@example.com\nSMTP_PASSWORD=word\n"


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ("", ("smtp.ionos.com", 587, "starttls")),
        ("SMTP_PORT=465\nSMTP_SECURE=true\n", ("smtp.ionos.com", 465, "implicit")),
        ("SMTP_PORT=465\nSMTP_SECURE=off\n", ("smtp.ionos.com", 465, "starttls")),
    ],
)
def test_what_effects_config_reads(
    tmp_path: Path, env: str, expected: tuple[str, int, str]
) -> None:
    files = {"package.json": EFFECT_PACKAGE, "src/mail.ts": EFFECT, ".env": EFFECT_ENV + env}
    setup = one(write(tmp_path / "folder", files), "nodemailer")
    assert came_to(setup) == expected
    assert setup.complete
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")


def test_what_a_generator_is_sent_can_not_be_told(tmp_path: Path) -> None:
    code = EFFECT.replace("yield* Config.string('SMTP_HOST')", "yield Config.string('SMTP_HOST')")
    files = {"package.json": EFFECT_PACKAGE, "src/mail.ts": code, ".env": EFFECT_ENV}
    assert one(write(tmp_path, files), "nodemailer").settings.host is None


@pytest.mark.parametrize(
    ("said", "mechanisms"),
    [
        ("authMethod: 'CRAM-MD5', ", ("CRAM-MD5",)),
        ("authMethod: ' login', ", ("LOGIN",)),
        ("authMethod: '', ", ()),
        ("", ()),
        ("auth: { type: 'OAuth2', user: 'u', accessToken: 't' }, authMethod: 'PLAIN', ", ()),
    ],
)
def test_the_one_way_of_logging_in(tmp_path: Path, said: str, mechanisms: tuple[str, ...]) -> None:
    login = "" if "auth: {" in said else "auth: { user: 'info@example.com', pass: 'geheim-1' } "
    found = read(tmp_path, f"{{ host: 'smtp.ionos.com', {said}{login}}}")
    assert found.settings.mechanisms == mechanisms
