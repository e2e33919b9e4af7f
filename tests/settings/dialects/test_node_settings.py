"""The ways in which Node programs hand Nodemailer its options: classes, schemas, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup

from .support import apply, one, setups, write
from .ways import came_to_with_user

DOTENV = """\
SMTP_HOST=smtp.ionos.com
SMTP_PORT=587
SMTP_SECURE=false
SMTP_USER=info@example.com
SMTP_PASS=geheim-1
"""
IMPORT = "import nodemailer from 'nodemailer';\n"
#: What is read of an object `c`.
OPTIONS = "{ host: c.host, port: c.port, secure: c.secure, auth: { user: c.user, pass: c.pass } }"
OBJECT = (
    "host: process.env.SMTP_HOST, port: Number(process.env.SMTP_PORT), secure: true, "
    "user: process.env.SMTP_USER, pass: process.env.SMTP_PASS"
)


def read(root: Path, files: dict[str, str], **packages: str) -> Setup:
    manifest = json.dumps({"dependencies": {"nodemailer": "^6.9.13", **packages}})
    return one(write(root, {"package.json": manifest, ".env": DOTENV, **files}), "nodemailer")


EARLY = ("smtp.ionos.com", 587, "implicit", "info@example.com")

#: What envalid and env-var give, taken apart or not.
CHECKED = (
    "host: c.get('SMTP_HOST').required().asString(), "
    "port: c.get('SMTP_PORT').default('25').asPortNumber(), "
    "secure: c.get('SMTP_FIRST').default('1').asBool(), user: c.get('SMTP_USER').asString(), "
    "pass: c.get('SMTP_PASS').asString()"
)

WAYS = {
    "env-var": {
        "mailer.js": "const nodemailer = require('nodemailer');\nconst c = require('env-var');\n"
        f"const options = {{ {CHECKED} }};\nnodemailer.createTransport({{ ...options, "
        "auth: { user: options.user, pass: options.pass } });\n",
    },
    "envalid-taken-apart": {
        "config.js": "const { cleanEnv, str, port, bool, host } = require('envalid');\n"
        "module.exports = cleanEnv(process.env, { SMTP_HOST: host(), SMTP_PORT: port(), "
        "SMTP_FIRST: bool({ default: true }), SMTP_USER: str(), SMTP_PASS: str() });\n",
        "mailer.js": "const nodemailer = require('nodemailer');\nconst c = require('./config');\n"
        "nodemailer.createTransport({ host: c.SMTP_HOST, port: c.SMTP_PORT, secure: c.SMTP_FIRST, "
        "auth: { user: c.SMTP_USER, pass: c.SMTP_PASS } });\n",
    },
    "firebase-configuration": {
        "mailer.js": "const functions = require('firebase-functions');\n"
        "const nodemailer = require('nodemailer');\n"
        "const { host, port, user, pass } = functions.config().smtp;\n"
        "nodemailer.createTransport({ host, port, secure: true, auth: { user, pass } });\n",
        ".runtimeconfig.json": json.dumps(
            {
                "smtp": {
                    "host": "smtp.ionos.com",
                    "port": "587",
                    "user": "info@example.com",
                    "pass": "geheim-1",
                }
            }
        ),
    },
    "class-in-another-file": {
        "mailer.ts": f"{IMPORT}export class Mailer {{ constructor(c) {{ this.sender = "
        f"nodemailer.createTransport({OPTIONS}); }} }}\n",
        "index.ts": "import { Mailer } from './mailer';\nnew Mailer({ " + OBJECT + " });\n",
    },
    "fields-of-a-class": {
        "mailer.ts": f"{IMPORT}import {{ config }} from './config';\nexport class Mailer {{\n"
        "  private port: number;\n  constructor(private readonly c = config) "
        "{ this.port = Number(c.port); }\n"
        "  make() { return nodemailer.createTransport({ host: this.c.host, port: this.port, "
        "secure: this.c.secure, auth: { user: this.c.user, pass: this.c.pass } }); }\n}\n",
        "config.ts": f"export const config = {{ {OBJECT} }} as const;\n",
    },
    "what a base class was given": {
        "base.ts": "export class Base { constructor(c) { this.c = c; } }\n",
        "mailer.ts": f"{IMPORT}import {{ Base }} from './base';\n"
        f"class Mailer extends Base {{ constructor() {{ super({{ {OBJECT} }}); }}\n"
        f"  make() {{ const c = this.c; return nodemailer.createTransport({OPTIONS}); }} }}\n",
    },
    "default-arguments": {
        "mailer.js": "const nodemailer = require('nodemailer');\n"
        "exports.make = function (host = process.env.SMTP_HOST, port = 587, secure = true) {\n"
        "  return nodemailer.createTransport({ host, port, secure, auth: { user: "
        "process.env.SMTP_USER, pass: process.env.SMTP_PASS } });\n};\n",
        "index.js": "const { make } = require('./mailer');\nmake().sendMail({});\n",
    },
    "json": {
        "config/mail.json": '{"host": "smtp.ionos.com", "port": 587, "secure": true, '
        '"user": "info@example.com", "pass": "geheim-1"}\n',
        "src/mailer.js": "const nodemailer = require('nodemailer');\nconst fs = require('fs');\n"
        "const path = require('path');\nconst c = JSON.parse(fs.readFileSync("
        f"path.join(__dirname, '..', 'config', 'mail.json'), 'utf8'));\n"
        f"nodemailer.createTransport({OPTIONS});\n",
    },
    "yaml": {
        "config.yml": "host: smtp.ionos.com\nport: 587\nsecure: true\n"
        "user: info@example.com\npass: geheim-1\n",
        "src/mailer.js": "import yaml from 'js-yaml';\nimport { readFileSync } from 'node:fs';\n"
        f"{IMPORT}const c = yaml.load(readFileSync('./config.yml', 'utf8'));\n"
        f"nodemailer.createTransport({OPTIONS});\n",
    },
    "joi": {
        "config.js": "const Joi = require('joi');\nconst schema = Joi.object().keys({\n"
        "  SMTP_HOST: Joi.string().required(), SMTP_PORT: Joi.number().default(465),\n"
        "  TLS: Joi.boolean().default(true), SMTP_USER: Joi.string(), "
        "SMTP_PASS: Joi.string().allow('') }).unknown();\n"
        "const { value: env, error } = schema.prefs({ errors: { label: 'key' } })"
        ".validate(process.env);\nif (error) throw error;\n"
        "module.exports = { host: env.SMTP_HOST, port: env.SMTP_PORT, secure: env.TLS, "
        "user: env.SMTP_USER, pass: env.SMTP_PASS };\n",
        "mailer.js": "const nodemailer = require('nodemailer');\nconst c = require('./config');\n"
        f"nodemailer.createTransport({OPTIONS});\n",
    },
    "convict": {
        "config.js": "const convict = require('convict');\nconst config = convict({ smtp: {\n"
        "  host: { format: String, default: 'localhost', env: 'SMTP_HOST' },\n"
        "  port: { format: 'port', default: 25, env: 'SMTP_PORT' },\n"
        "  secure: { format: Boolean, default: true, env: 'SMTP_TLS' },\n"
        "  user: { default: '', env: 'SMTP_USER' }, pass: { default: '', env: 'SMTP_PASS' },\n"
        "} });\nconfig.validate({ allowed: 'strict' });\nmodule.exports = config;\n",
        "mailer.js": "const nodemailer = require('nodemailer');\n"
        "const config = require('./config');\nconst c = config.get('smtp');\n"
        "nodemailer.createTransport({ host: config.get('smtp.host'), port: c.port, "
        "secure: c.secure, auth: { user: c.user, pass: c.pass } });\n",
    },
    "nest": {
        "src/mail.config.ts": "import { registerAs } from '@nestjs/config';\n"
        f"export default registerAs<MailConfig>('mail', () => ({{ {OBJECT} }}));\n",
        "src/mail.service.ts": f"{IMPORT}export class Mails {{\n"
        "  constructor(private readonly configService: ConfigService<AllConfig>) {\n"
        "    const c = configService.get('mail');\n"
        "    nodemailer.createTransport({ host: configService.getOrThrow('mail.host', "
        "{ infer: true }), port: c.port, secure: c.secure, auth: { user: c.user, "
        "pass: c.pass } });\n  }\n}\n",
    },
    "nuxt": {
        ".env": "NUXT_SMTP_HOST=smtp.ionos.com\nNUXT_SMTP_SECURE=true\n"
        "MAIL_USER=info@example.com\n",
        "nuxt.config.ts": "export default defineNuxtConfig({ runtimeConfig: { smtpHost: '', "
        "smtp: { port: 587, secure: false, user: process.env.MAIL_USER, pass: 'geheim-1' } } });\n",
        "server/api/send.ts": f"{IMPORT}import {{ useRuntimeConfig }} from '#imports';\n"
        "export default defineEventHandler((event) => { const { smtpHost, smtp: c } = "
        "useRuntimeConfig(event);\n  nodemailer.createTransport("
        f"{OPTIONS.replace('c.host', 'smtpHost')}); }});\n",
    },
    "astro": {
        "src/pages/api/send.ts": f"{IMPORT}import {{ SMTP_HOST, getSecret }} from "
        "'astro:env/server';\nnodemailer.createTransport({ host: SMTP_HOST, port: 587, "
        "secure: true, auth: { user: getSecret('SMTP_USER'), pass: getSecret('SMTP_PASS') } });\n",
    },
    "firebase": {
        "index.js": "const { defineString, defineSecret } = require('firebase-functions/params');\n"
        "const host = defineString('SMTP_HOST'), pass = defineSecret('SMTP_PASS');\n"
        "const user = defineString('NOBODY', { default: 'info@example.com' });\n"
        "const nodemailer = require('nodemailer');\n"
        "nodemailer.createTransport({ host: host.value(), port: 587, secure: true, "
        "auth: { user: user.value(), pass: pass.value() } });\n",
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_the_options_are_those_that_the_program_comes_to(tmp_path: Path, way: str) -> None:
    setup = read(tmp_path, WAYS[way])
    assert came_to_with_user(setup) == EARLY
    password = setup.credentials.password
    assert password is not None
    assert password.reveal() == "geheim-1"
    assert not setup.settings.untellable


# --- look-alikes ---------------------------------------------------------------------------------


def test_two_callers_are_two_set_ups(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"nodemailer": "6.9.13"}}',
        "mailer.js": "const nodemailer = require('nodemailer');\nexports.make = (host) => "
        "nodemailer.createTransport({ host, port: 465 });\n",
        "one.js": "const { make } = require('./mailer');\nmake('smtp.ionos.com');\n",
        "other.js": "const { make } = require('./mailer');\nmake('smtp.ionos.de');\n",
    }
    hosts = {each.settings.host for each in setups(write(tmp_path, files))}
    assert hosts == {"smtp.ionos.com", "smtp.ionos.de"}


def test_another_function_of_that_name_gives_nothing(tmp_path: Path) -> None:
    files = {
        "mailer.js": "const nodemailer = require('nodemailer');\nexports.make = (host, port = 465)"
        " => nodemailer.createTransport({ host, port });\n",
        "other.js": "const { make } = require('./boxes');\nmake('card.board');\n",
        "boxes.js": "exports.make = (kind) => kind;\n",
    }
    setup = read(tmp_path, files)
    assert [each.field for each in setup.settings.untellable] == ["host"]


def test_a_default_is_not_taken_where_somebody_unknown_may_give_another(tmp_path: Path) -> None:
    files = {
        "mailer.js": "const nodemailer = require('nodemailer');\n"
        "exports.make = (host = 'a.example') => nodemailer.createTransport({ host, port: 465 });\n",
        "other.js": "container.resolve('mailer').make(hosts.shift());\n",
    }
    setup = read(tmp_path, files)
    assert [each.field for each in setup.settings.untellable] == ["host"]


def test_what_a_library_gives_its_classes_is_not_missing(tmp_path: Path) -> None:
    code = (
        f"{IMPORT}import {{ Service }} from 'framework';\nclass Mails extends Service {{\n"
        "  make() { return nodemailer.createTransport({ host: this.settings.host, "
        "port: 465 }); }\n}\n"
    )
    setup = read(tmp_path, {"mailer.ts": code})
    assert [each.field for each in setup.settings.untellable] == ["host"]
    assert not setup.settings.remarks


def nest_files(options: str) -> dict[str, str]:
    return {
        "src/app.module.ts": "import * as Joi from 'joi';\nimport { ConfigModule } from "
        f"'@nestjs/config';\n@Module({{ imports: [ConfigModule.forRoot({{ {options} }})] }})\n"
        "export class AppModule {}\n",
        "src/mail.service.ts": f"{IMPORT}export class Mails {{\n"
        "  constructor(private readonly config: ConfigService) {\n"
        "    nodemailer.createTransport({ host: config.get('SMTP_HOST'), "
        "port: config.get('PORT_OF_MAIL'), secure: config.get('SMTP_SECURE') });\n  }\n}\n",
    }


def test_nest_gives_what_its_schema_made_of_the_variables(tmp_path: Path) -> None:
    schema = (
        "validationSchema: Joi.object({ PORT_OF_MAIL: Joi.number().default(587), "
        "SMTP_SECURE: Joi.boolean() })"
    )
    setup = read(tmp_path, nest_files(schema))
    assert came_to_with_user(setup)[:3] == ("smtp.ionos.com", 587, "starttls")
    assert not setup.settings.remarks


def test_nest_without_a_schema_gives_the_text(tmp_path: Path) -> None:
    setup = read(tmp_path, nest_files("isGlobal: true"))
    assert came_to_with_user(setup)[2] == "implicit"
    assert [(each.kind, each.option) for each in setup.settings.remarks] == [("misread", "secure")]


def test_what_joi_refuses_stops_the_program_and_is_not_misread(tmp_path: Path) -> None:
    files = {".env": DOTENV.replace("false", "maybe"), **WAYS["joi"]}
    files["config.js"] = files["config.js"].replace("TLS: Joi", "SMTP_SECURE: Joi")
    files["config.js"] = files["config.js"].replace("env.TLS", "env.SMTP_SECURE")
    setup = read(tmp_path, files)
    assert "tls" in [each.field for each in setup.settings.untellable]
    told = [(each.kind, each.option) for each in setup.settings.remarks]
    assert told == [("fault", "SMTP_SECURE")]


@pytest.mark.parametrize(
    ("schema", "faults"),
    [
        ("z.number()", ["SMTP_PORT"]),
        ("z.number({ message: 'no' })", ["SMTP_PORT"]),
        ("z.coerce.number()", []),
        ("z.number({ coerce: true })", []),
    ],
)
def test_a_number_of_zod_refuses_every_variable(
    tmp_path: Path, schema: str, faults: list[str]
) -> None:
    """A variable is a text, and only what coerces takes one."""
    code = (
        f"{IMPORT}import {{ z }} from 'zod';\n"
        f"const env = z.object({{ SMTP_PORT: {schema} }}).parse(process.env);\n"
        "nodemailer.createTransport({ host: 'smtp.ionos.com', port: env.SMTP_PORT });\n"
    )
    setup = read(tmp_path, {"mailer.ts": code}, zod="^3.23.8")
    told = [each.option for each in setup.settings.remarks if each.kind == "fault"]
    assert told == faults


def test_a_file_that_convict_loads_may_say_another(tmp_path: Path) -> None:
    files = dict(WAYS["convict"])
    files["config.js"] = files["config.js"].replace(
        "config.validate(",
        "config.loadFile(`./config/${config.get('env')}.json`);\nconfig.validate(",
    )
    setup = read(tmp_path, files)
    assert [each.field for each in setup.settings.untellable] == ["tls"]


def test_nuxt_reads_no_variable_whose_key_the_configuration_has_not(tmp_path: Path) -> None:
    files = dict(WAYS["nuxt"])
    files[".env"] += "NUXT_SMTP_REQUIRE_TLS=true\n"
    files["server/api/send.ts"] = files["server/api/send.ts"].replace(
        "port: c.port", "requireTLS: c.requireTls, port: c.port"
    )
    setup = read(tmp_path, files)
    assert came_to_with_user(setup) == EARLY
    assert not setup.settings.tls_required


def test_a_sender_that_the_message_brings_is_no_empty_one(tmp_path: Path) -> None:
    code = (
        f"{IMPORT}const mails = nodemailer.createTransport({{ host: 'smtp.ionos.com', port: 465, "
        "auth: { user: 'info@example.com', pass: 'geheim-1' } });\n"
        "export const send = (m) => mails.sendMail({ from: { name: m.from.name, "
        "address: m.from.email }, to: m.to });\n"
    )
    assert read(tmp_path, {"mailer.ts": code}).settings.sender == "info@example.com"


def test_what_something_else_gave_under_that_name_is_no_set_up(tmp_path: Path) -> None:
    files = {
        "dialog.tsx": "const { mutateAsync: createTransport } = trpc.transport.useMutation();\n"
        "export const submit = (values) => createTransport({ name: values.name });\n",
    }
    assert not [
        each for each in setups(write(tmp_path, files)) if each.identity.dialect == "nodemailer"
    ]


def test_what_another_library_has_under_that_name_is_no_set_up(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"@sentry/vue": "^9.0.0", "nodemailer": "^7.0.0"}}',
        "sentry.js": "import { createTransport } from '@sentry/core';\n"
        "export const tunnel = (o) => createTransport({ bufferSize: o.bufferSize }, request);\n",
    }
    assert not setups(write(tmp_path, files))


@pytest.mark.parametrize(
    ("package", "version"), [("@acme/mailing", "^1.0.0"), ("@acme/shared", "workspace:*")]
)
def test_a_package_for_mail_and_one_of_the_folder_may_hand_it_on(
    tmp_path: Path, package: str, version: str
) -> None:
    files = {
        "package.json": f'{{"dependencies": {{"{package}": "{version}"}}}}',
        "mailer.js": f"import {{ createTransport }} from '{package}';\n"
        "createTransport({ host: 'smtp.ionos.com', port: 465 });\n",
    }
    assert [each.settings.host for each in setups(write(tmp_path, files))] == ["smtp.ionos.com"]


def test_the_same_from_a_module_is_one(tmp_path: Path) -> None:
    files = {
        "mailer.ts": "import { createTransport } from './library';\n"
        "createTransport({ host: 'smtp.ionos.com', port: 465 });\n"
    }
    assert read(tmp_path, files).settings.host == "smtp.ionos.com"


def test_a_port_that_is_no_number_is_said_in_the_languages_word(tmp_path: Path) -> None:
    code = (
        "import nodemailer from 'nodemailer';\n"
        "nodemailer.createTransport({ host: 'smtp.ionos.com', "
        "port: Number(process.env.NOBODY) });\n"
    )
    setup = read(tmp_path, {"mailer.ts": code})
    port = setup.settings.entry("port")
    assert port is not None
    assert (port.text, setup.settings.port) == ("NaN", 587)


@pytest.mark.parametrize("read_as", ["", ".toString()", ".trim()"])
def test_a_secret_that_a_file_holds_is_not_told(tmp_path: Path, read_as: str) -> None:
    code = (
        "import nodemailer from 'nodemailer';\nimport fs from 'fs';\n"
        "nodemailer.createTransport({ host: 'smtp.ionos.com', port: 465, auth: { user: 'a@b.de', "
        f"pass: fs.readFileSync('/run/secrets/pass', 'utf8'){read_as} }} }});\n"
    )
    setup = read(tmp_path, {"mailer.ts": code})
    assert [each.field for each in setup.settings.untellable] == ["password"]


def test_a_url_whose_variable_nobody_sets_is_named(tmp_path: Path) -> None:
    code = (
        "import { createTransport } from 'nodemailer';\n"
        "export default createTransport({ url: process.env.EMAIL_SERVER });\n"
    )
    (remark,) = read(tmp_path, {"mailer.ts": code}).settings.remarks
    assert (remark.kind, remark.taken_as, remark.unset) == (
        "misread",
        "localhost",
        ("EMAIL_SERVER",),
    )
    assert remark.origin is not None
    assert (remark.origin.file, remark.origin.line) == ("mailer.ts", 2)


def test_nests_module_under_another_name(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"@nestjs-modules/mailer": "2"}}',
        "app.ts": "import { MailerModule as NestMailerModule } from '@nestjs-modules/mailer';\n"
        "NestMailerModule.forRoot({ transport: { host: 'smtp.ionos.com', port: 465 } });\n",
    }
    assert one(write(tmp_path, files), "nestjs-mailer").settings.host == "smtp.ionos.com"


# --- programs that hand their options to Nodemailer ----------------------------------------------

TEMPLATES = (
    "const Email = require('email-templates');\nnew Email({{ message: {{ from: '{0}' }}, {1} }});\n"
)
HANDED = {
    "email-templates": TEMPLATES.replace("{1}", "transport: {1}"),
    "payload": "import payload from 'payload';\npayload.init({{ email: {{ fromAddress: '{0}', "
    "transportOptions: {1} }} }});\n",
    "smtp-transport": "const mailer = require('feathers-mailer');\n"
    "const smtpTransport = require('nodemailer-smtp-transport');\n"
    "mailer(smtpTransport({1}), {{ from: '{0}' }});\n",
    "fastify-mailer": "app.register(require('fastify-mailer'), {{ defaults: {{ from: '{0}' }}, "
    "transport: {1} }});\n",
    "fastify-mailer-imported": "import mailer from 'fastify-mailer';\nawait app.register(mailer, "
    "{{ defaults: {{ from: '{0}' }}, transport: {1} }});\n",
    "fastify-nodemailer": "app.register(require('other'), {{}});\n"
    "app.register(require('fastify-nodemailer'), {1});\n"
    "app.nodemailer.sendMail({{ from: '{0}' }});\n",
    "vendure": "import {{ EmailPlugin }} from '@vendure/email-plugin';\n"
    "export const plugins = [EmailPlugin.init({{ globalTemplateVars: {{ fromAddress: '{0}' }}, "
    "transport: {{ type: 'smtp', ...{1} }} }})];\n",
}


@pytest.mark.parametrize("way", HANDED)
def test_options_that_a_program_hands_on(tmp_path: Path, way: str) -> None:
    options = (
        "{\n host: 'smtp.ionos.com',\n port: 587,\n secure: true,\n "
        "auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS } }"
    )
    code = HANDED[way].format("shop@example.com", options)
    setup = read(tmp_path, {"mail.js": code})
    assert came_to_with_user(setup) == EARLY
    sender = "info@example.com" if way == "smtp-transport" else "shop@example.com"
    assert setup.settings.sender == sender
    change = next(
        each for each in setup.settings.prepared if (each.port, each.tls) == (587, "starttls")
    )
    apply(tmp_path, change)
    assert came_to_with_user(one(tmp_path, "nodemailer"))[1:3] == (587, "starttls")


VENDURE = "import { EmailPlugin } from '@vendure/email-plugin';\nEmailPlugin.init({ %s });\n"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("devMode: true, route: 'mailbox'", 2),
        ("transport: { type: 'file', outputPath: 'out' }", 2),
        ("devMode: false, transport: { type: 'smtp', host: 'h.de', port: 587 }", None),
        ("transport: { type: 'smtp', host: 'h.de', port: 587 }", None),
    ],
)
def test_vendure_keeps_mail_back(tmp_path: Path, options: str, line: int | None) -> None:
    setup = read(tmp_path, {"vendure-config.ts": VENDURE % options})
    said = [(each.kind, each.origin and each.origin.line) for each in setup.settings.remarks]
    assert [each for each in said if each[0] == "not-sent"] == (
        [("not-sent", line)] if line else []
    )


def test_another_plugins_options_are_no_set_up(tmp_path: Path) -> None:
    code = (
        "const mailer = require('fastify-mailer');\n"
        "app.register(require('@fastify/redis'), { host: 'h.de', port: 6379 });\n"
    )
    files = {"package.json": '{"dependencies": {"fastify-mailer": "^2.3.1"}}', "app.js": code}
    assert setups(write(tmp_path, files)) == []


@pytest.mark.parametrize(("send", "kept"), [("false", True), ("true", False)])
def test_email_templates_keeps_mail_back(tmp_path: Path, send: str, kept: bool) -> None:
    options = f"send: {send}, transport: {{ host: 'smtp.ionos.com', port: 587 }}"
    setup = read(tmp_path, {"mail.js": TEMPLATES.format("shop@example.com", options)})
    said = [(each.kind, each.origin and each.origin.line) for each in setup.settings.remarks]
    assert said == ([("not-sent", 2)] if kept else [])


@pytest.mark.parametrize(
    "code",
    [
        # the transport is a set-up itself, once
        "const transport = require('nodemailer').createTransport({ host: 'h.de', port: 587 });\n"
        "const Email = require('email-templates');\nnew Email({ transport });\n",
        "const smtpTransport = require('nodemailer-smtp-transport');\n"
        "require('nodemailer').createTransport(smtpTransport({ host: 'h.de', port: 587 }));\n",
    ],
)
def test_a_transport_that_is_made_elsewhere_is_one_set_up(tmp_path: Path, code: str) -> None:
    assert read(tmp_path, {"mail.js": code}).settings.host == "h.de"


# --- what real programs do beside it -------------------------------------------------------------

LOGIN = "auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS }"


def test_what_a_handler_of_errors_sets_later_is_not_set_yet(tmp_path: Path) -> None:
    code = (
        "const nodemailer = require('nodemailer');\n"
        "exports.send = (mail) => {\n"
        f"  const options = {{ host: process.env.SMTP_HOST, port: 465, secure: true, {LOGIN} }};\n"
        "  let t = nodemailer.createTransport(options);\n"
        "  return t.sendMail(mail).catch((error) => {\n"
        "    if (error.code === 'ESOCKET') { options.tls = { rejectUnauthorized: false }; }\n"
        "  });\n};\n"
    )
    setup = read(tmp_path, {"mailer.js": code})
    assert came_to_with_user(setup) == ("smtp.ionos.com", 465, "implicit", "info@example.com")
    assert (setup.settings.untellable, setup.settings.verify) == ((), True)


def test_what_a_named_function_sets_may_be_set_before(tmp_path: Path) -> None:
    code = (
        f"{IMPORT}const options = {{ host: 'smtp.ionos.com', port: 465, {LOGIN} }};\n"
        "prepare();\nexport const t = nodemailer.createTransport(options);\n"
        "function prepare() { if (window.old) options.port = 25; }\n"
    )
    setup = read(tmp_path, {"mailer.js": code})
    assert [each.field for each in setup.settings.untellable] == ["port"]


@pytest.mark.parametrize(
    "start",
    [
        "import { parseConnectionUrl } from 'nodemailer/lib/shared';\n",
        "import { parseConnectionUrl } from 'nodemailer/lib/shared/index.js';\n",
        "const { parseConnectionUrl } = require('nodemailer/lib/shared');\n",
    ],
)
def test_a_url_that_nodemailers_own_function_reads(tmp_path: Path, start: str) -> None:
    code = f"{start}{IMPORT}nodemailer.createTransport(parseConnectionUrl(process.env.MAIL_URL));\n"
    dotenv = "MAIL_URL=smtps://info%40example.com:geheim-1@smtp.ionos.com:465\n"
    setup = read(tmp_path, {"mailer.ts": code, ".env": dotenv})
    assert came_to_with_user(setup) == ("smtp.ionos.com", 465, "implicit", "info@example.com")


SENDER = (
    "import {{ make }} from './mailer';\n"
    "export const {0} = async ({{ env, to }}) => {{\n"
    "  await make(env.SMTP_URL).sendMail({{ from: 'shop@example.com', to }});\n}};\n"
)
MAKER = (
    IMPORT + "export function make(url) {\n"
    "  if (url.startsWith('ses://')) return nodemailer.createTransport({ SES: client(url) });\n"
    "  return nodemailer.createTransport(url);\n}\n"
)


def test_callers_that_give_the_same_are_one_set_up(tmp_path: Path) -> None:
    """The env of a function is one, and what it reads of it a variable."""
    files = {
        "package.json": '{"dependencies": {"nodemailer": "^7.0.0"}}',
        ".env": "SMTP_URL=smtps://info%40example.com:geheim-1@smtp.ionos.com:465\n",
        "mailer.ts": MAKER,
        "invite.ts": SENDER.format("invite"),
        "reset.ts": SENDER.format("reset"),
    }
    (setup,) = setups(write(tmp_path, files))
    assert came_to_with_user(setup) == ("smtp.ionos.com", 465, "implicit", "info@example.com")


def test_an_env_that_somebody_gives_is_not_told_where_nothing_sets_it(tmp_path: Path) -> None:
    code = (
        f"{IMPORT}export default {{ async fetch(request, env) {{\n"
        "  nodemailer.createTransport({ host: env.MAIL_HOST, port: 465, secure: true });\n} };\n"
    )
    setup = read(tmp_path / "a", {"worker.ts": code})
    assert [each.field for each in setup.settings.untellable] == ["host"]
    told = read(tmp_path / "b", {"worker.ts": code, ".env": "MAIL_HOST=smtp.ionos.com\n"})
    assert told.settings.host == "smtp.ionos.com"


@pytest.mark.parametrize(
    ("options", "dialects"),
    [
        ("{ SES: { ses, aws } }", []),
        ("{ SES: { sesClient, SendEmailCommand }, sendingRate: 10 }", []),
        ("{ SES: undefined, host: 'h.de', port: 587 }", ["nodemailer"]),
        ("{ sendmail: true, path: '/usr/sbin/sendmail' }", []),
        ("{ sendmail: true, pool: true, host: 'h.de' }", ["nodemailer"]),
        ("{ sendmail: false, host: 'h.de' }", ["nodemailer"]),
    ],
)
def test_what_sends_otherwise_is_no_set_up(
    tmp_path: Path, options: str, dialects: list[str]
) -> None:
    files = {
        "package.json": '{"dependencies": {"nodemailer": "^6.9.13"}}',
        "mailer.ts": f"{IMPORT}nodemailer.createTransport({options});\n",
    }
    assert [each.identity.dialect for each in setups(write(tmp_path, files))] == dialects


@pytest.mark.parametrize(
    "sender",
    [
        "mail.from || process.env.MAIL_FROM",
        "mail.from ?? process.env.MAIL_FROM",
        "mail.from ? mail.from : `Shop <${process.env.MAIL_FROM}>`",
        "mail.from || mail.sender || process.env.MAIL_FROM",
        "`Shop <${mail.from || process.env.MAIL_FROM}>`",
        "(mail.from || process.env.MAIL_FROM).toLowerCase()",
    ],
)
def test_the_sender_is_the_one_that_counts_where_a_caller_gives_none(
    tmp_path: Path, sender: str
) -> None:
    code = (
        f"{IMPORT}const t = nodemailer.createTransport({{ host: 'smtp.ionos.com', {LOGIN} }});\n"
        f"export const send = (mail) => t.sendMail({{ ...mail, from: {sender} }});\n"
    )
    setup = read(tmp_path, {"mailer.ts": code, ".env": f"{DOTENV}MAIL_FROM=shop@example.com\n"})
    assert setup.settings.sender == "shop@example.com"


@pytest.mark.parametrize(
    "sender",
    [
        "mail.from && 'shop@example.com'",
        "`${mail.name || 'Shop'} <${mail.from}>`",
        "isLive() ? vault.sender() : 'shop@example.com'",
    ],
)
def test_what_counts_for_a_part_or_elsewhere_is_no_sender(tmp_path: Path, sender: str) -> None:
    code = (
        f"{IMPORT}const t = nodemailer.createTransport({{ host: 'smtp.ionos.com', {LOGIN} }});\n"
        f"export const send = (mail) => t.sendMail({{ from: {sender} }});\n"
    )
    setup = read(tmp_path, {"mailer.ts": code})
    assert setup.settings.sender == "info@example.com"  # the login


def test_nests_options_are_no_default(tmp_path: Path) -> None:
    files = {
        "src/mail.config.ts": "import { registerAs } from '@nestjs/config';\n"
        "export default registerAs('mail', () => ({ host: process.env.MAIL_HOST }));\n",
        "src/mailer.ts": f"{IMPORT}export class Mailer {{\n"
        "  constructor(private readonly config: ConfigService) {\n"
        "    nodemailer.createTransport({ host: config.get('mail.host', { infer: true }) });\n"
        "  }\n}\n",
    }
    (remark,) = read(tmp_path, files).settings.remarks
    assert (remark.option, remark.unset) == ("host", ("MAIL_HOST",))


CREATED = (
    "import { createEnv } from '@t3-oss/env-nextjs';\nimport { z } from 'zod';\n"
    "const parsed = createEnv({ server: { SMTP_HOST: z.string(), "
    "SMTP_SECURE: z.enum([%s]).optional() }, runtimeEnv: process.env });\n"
    "export const env = z.object({ OTHER: z.string().optional() }).superRefine(check)\n"
    "  .transform(() => parsed).parse(parsed);\n"
)


def test_what_a_schema_of_an_object_makes_in_the_end(tmp_path: Path) -> None:
    code = (
        f"import {{ env }} from './env';\n{IMPORT}nodemailer.createTransport({{\n"
        "  host: env.SMTP_HOST, port: 587, secure: env.SMTP_SECURE === 'true' });\n"
    )
    words = read(tmp_path / "a", {"env.ts": CREATED % "'true', 'false'", "mailer.ts": code})
    assert came_to_with_user(words)[:3] == ("smtp.ionos.com", 587, "starttls")
    assert words.settings.untellable == ()
    # it knows no “false”, and the program stops
    stops = read(tmp_path / "b", {"env.ts": CREATED % "'1', '0'", "mailer.ts": code})
    assert [each.field for each in stops.settings.untellable] == ["tls"]


TOKENS = {
    "text": "export const MAIL = 'MAIL';\n",
    "symbol": "export const MAIL = Symbol('MAIL');\n",
}
SETTINGS = (
    "import { ConfigService } from '@nestjs/config';\n@Injectable()\n"
    "export class Settings {\n  constructor(private readonly config: ConfigService) {}\n"
    "  get host() { return this.config.get('SMTP_HOST'); }\n"
    "  port() { return Number(this.config.get('SMTP_PORT')); }\n}\n"
)
OF_SETTINGS = "{ host: s.host, port: s.port(), secure: false }"
PROVIDERS = {
    "factory": f"{{ provide: MAIL, useFactory: (s: Settings) => ({OF_SETTINGS}), "
    "inject: [Settings] }",
    "factory-untyped": f"{{ provide: MAIL, useFactory: async (s) => {{ return {OF_SETTINGS}; }}, "
    "inject: [Settings] }",
    "value": "{ provide: MAIL, useValue: { host: process.env.SMTP_HOST, port: 587, "
    "secure: false } }",
}


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("listed", [True, False])
def test_what_nests_container_gives_for_a_token(
    tmp_path: Path, token: str, provider: str, listed: bool
) -> None:
    made = PROVIDERS[provider]
    module = (
        "import { MAIL } from './tokens';\nimport { Settings } from './settings';\n"
        "export const other = { provide: OTHER, useValue: { host: 'other.example' } };\n"
        + (f"@Module({{ providers: [Settings, {made}] }})\n" if listed else "")
        + ("" if listed else f"export const one = {made};\n@Module({{ providers: [one] }})\n")
        + "export class MailModule {}\n"
    )
    files = {
        "src/tokens.ts": TOKENS[token] + "export const OTHER = 'OTHER';\n",
        "src/settings.ts": SETTINGS,
        "src/mail.module.ts": module,
        "src/mailer.ts": f"{IMPORT}import {{ MAIL }} from './tokens';\nexport class Mailer {{\n"
        "  constructor(@Inject(MAIL) private readonly options: Options) {\n"
        "    nodemailer.createTransport(this.options);\n  }\n}\n",
    }
    assert came_to_with_user(read(tmp_path, files))[:3] == ("smtp.ionos.com", 587, "starttls")


def test_one_provider_is_handed_to_anothers_factory(tmp_path: Path) -> None:
    providers = (
        "import { Settings } from './settings';\nimport { Driver } from './driver';\n"
        "enum Kind { Smtp = 'smtp', Log = 'log' }\n"
        f"export const first = {{ provide: 'A', useFactory: (s: Settings) => ({{ kind: 'smtp', "
        f"options: {OF_SETTINGS} }}), inject: [Settings] }};\n"
        "function make(mail) {\n  switch (mail.kind) {\n"
        "    case Kind.Smtp: return new Driver(mail.options);\n    case Kind.Log: return null;\n"
        "  }\n}\n"
        "export const second = { provide: 'B', useFactory: (mail) => make(mail), inject: ['A'] };\n"
    )
    files = {
        "src/settings.ts": SETTINGS,
        "src/providers.ts": providers,
        "src/driver.ts": f"{IMPORT}export class Driver {{\n"
        "  constructor(options) { this.t = nodemailer.createTransport(options); }\n}\n",
    }
    assert came_to_with_user(read(tmp_path, files))[:3] == ("smtp.ionos.com", 587, "starttls")


def test_a_token_that_nothing_provides_is_not_told(tmp_path: Path) -> None:
    files = {
        "src/mailer.ts": f"{IMPORT}export class Mailer {{\n"
        "  constructor(@Inject('MAIL') private readonly options: Options) {\n"
        "    nodemailer.createTransport(this.options);\n  }\n}\n",
        "src/module.ts": "export const one = { provide: 'OTHER', "
        "useValue: { host: 'a.example' } };\n",
    }
    setup = read(tmp_path, files)
    assert setup.settings.host is None
    assert setup.settings.untellable


@pytest.mark.parametrize(
    ("enum", "tls", "untold"),
    [
        ("enum Tls { Implicit = 'implicit', Start = 'starttls' }", "implicit", False),
        ("const enum Tls { Start = 'x', Implicit = `implicit` }", "implicit", False),
        ("enum Tls { Start = 'implicit', Implicit = 'other' }", "starttls", False),
        ("enum Tls { Start = word(), Implicit }", "implicit", True),
    ],
)
def test_the_words_of_an_enum(tmp_path: Path, enum: str, tls: str, untold: bool) -> None:
    files = {
        ".env": f"{DOTENV}MAIL_TLS=implicit\n",
        "tls.ts": f"export {enum}\n",
        "mailer.ts": f"import {{ Tls }} from './tls';\n{IMPORT}nodemailer.createTransport({{\n"
        "  host: 'smtp.ionos.com', port: 465, secure: process.env.MAIL_TLS === Tls.Implicit });\n",
    }
    settings = read(tmp_path, files).settings
    assert (settings.tls, bool(settings.untellable)) == (tls, untold)


BOTH = "process.env.SMTP_USER && process.env.SMTP_PASS"
PAIR = "{ user: process.env.SMTP_USER, pass: process.env.SMTP_PASS }"
START = f"{IMPORT}const options = {{ host: 'smtp.ionos.com', port: 587, secure: false"
WITH_BOTH = {
    "ternary": f"{START}, auth: {BOTH} ? {PAIR} : undefined }};\n",
    "and": f"{START}, auth: {BOTH} && {PAIR} }};\n",
    "spread": f"{START}, ...({BOTH} && {{ auth: {PAIR} }}) }};\n",
    "if": f"{START} }};\nif ({BOTH}) {{\n  options.auth = {PAIR};\n}}\n",
}


@pytest.mark.parametrize("way", WITH_BOTH)
@pytest.mark.parametrize(
    ("dotenv", "unset"),
    [
        ("SMTP_USER=info@example.com\nSMTP_PASS=geheim-1\n", {}),
        ("SMTP_USER=info@example.com\n", {"password": ("SMTP_PASS",)}),
        ("SMTP_PASS=geheim-1\n", {"username": ("SMTP_USER",)}),
        (
            "SMTP_USERNAME=info@example.com\nSMTP_PASSWORD=geheim-1\n",
            {"username": ("SMTP_USER",)},  # the second is not asked for without the first
        ),
        ("OTHER=1\n", {}),  # a relay that wants no login
    ],
)
def test_half_of_a_login_that_wants_both_is_lacking(
    tmp_path: Path, way: str, dotenv: str, unset: dict[str, tuple[str, ...]]
) -> None:
    code = WITH_BOTH[way] + "nodemailer.createTransport(options);\n"
    settings = read(tmp_path, {"mailer.ts": code, ".env": dotenv}).settings
    lacking = {each.field: each.unset for each in settings.entries if each.unset}
    assert lacking == unset
    assert (settings.username is None) is (bool(unset) or dotenv.startswith("OTHER"))
    assert settings.untellable == ()


def test_what_a_condition_keeps_out_takes_nothing_from_what_is_there(tmp_path: Path) -> None:
    code = (
        f"{IMPORT}nodemailer.createTransport({{ host: 'smtp.ionos.com', port: 465,\n"
        "  ...(process.env.OLD_RELAY && { host: 'old.example', port: 25 }) });\n"
    )
    assert came_to_with_user(read(tmp_path, {"mailer.ts": code}))[:3] == (
        "smtp.ionos.com",
        465,
        "implicit",
    )
