"""JavaScript and TypeScript as people write them."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Unknown, Value, plain, truth
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module

from .support import known, module, project, unknown


def transport(text: str, file: str = "mailer.js", **variables: str) -> Value:
    """The options of the one createTransport call."""
    (call,) = module(file, text, **variables).calls("createTransport")
    return call.argument(0)


def expression(text: str, **variables: str) -> Value:
    """What an expression comes to."""
    return module("a.js", f"const value = {text};", **variables).value("value")


TUTORIAL = """\
const nodemailer = require('nodemailer')
require('dotenv').config()

// host: 'smtp.example.org', secure: false
const transporter = nodemailer.createTransport({
  host: 'smtp.ionos.com',
  port: 587,
  secure: true,
  auth: {
    user: process.env.SMTP_USER,
    pass: process.env.SMTP_PASS,
  },
})
"""


def test_the_tutorial_has_its_values_where_they_stand() -> None:
    options = transport(TUTORIAL, SMTP_USER="info@example.com", SMTP_PASS="secret")
    assert plain(options) == {
        "host": "smtp.ionos.com",
        "port": 587,
        "secure": True,
        "auth": {"user": "info@example.com", "pass": "secret"},
    }
    assert options.get("secure").span == Span("mailer.js", 8, (11, 15), 8)
    assert isinstance(options, Known)
    entry = options.value.entry("secure")
    assert entry.span == Span("mailer.js", 8, (3, 15), 8)
    user = options.at("auth", "user")
    assert user.span == Span("mailer.js", 10, (11, 32), 10)
    assert user.written == Span(".env", 1, (11, 99), 1)
    assert user.variables == ("SMTP_USER",)


def test_a_variable_that_nobody_sets_is_undefined_and_says_which() -> None:
    user = transport(TUTORIAL).at("auth", "user")
    assert known(user) is ABSENT
    assert user.variables == ("SMTP_USER",)


def test_the_text_false_is_true() -> None:
    secure = transport(
        "createTransport({ secure: process.env.SMTP_SECURE })", SMTP_SECURE="false"
    ).get("secure")
    assert known(secure) == "false"
    assert truth(known(secure), "javascript")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("process.env.PORT || 25", "587"),
        ("process.env.PORT > 500", True),
        ("'10' < '9'", True),
        ("5 <= '5'", True),
        ("6 <= '5'", False),
        ("-1 / 0 < 0", True),
        ("1 / 0 > 0", True),
        ("'PORT' in process.env", True),
        ("'NONE' in process.env", False),
        ("null == undefined", True),
        ("undefined == null", True),
        ("null == 0", False),
        ("0 == undefined", False),
        ("NaN === NaN", False),
        ("2.5 + 0.5", 3),
        ("process.env.NONE || 25", 25),
        ("process.env.EMPTY || 25", 25),
        ("process.env.EMPTY ?? 25", ""),
        ("process.env.NONE ?? 25", 25),
        ("process.env['PORT']", "587"),
        ("process.env[`PORT`]", "587"),
        ("import.meta.env.PORT", "587"),
        ("Bun.env.PORT", "587"),
        ("Deno.env.get('PORT')", "587"),
        ("Number(process.env.PORT)", 587),
        ("+process.env.PORT", 587),
        ("parseInt(process.env.PORT, 10)", 587),
        ("Number.parseInt(process.env.PORT || '25')", 587),
        ("isNaN(parseInt(process.env.PORT, 10)) ? 25 : parseInt(process.env.PORT, 10)", 587),
        ("isNaN('smtp') && !Number.isNaN('smtp')", True),
        ("isFinite('587') && !Number.isFinite('587') && Number.isInteger(587)", True),
        ("Number.isInteger(5.5) || Number.isInteger(true) || Number.isInteger('5')", False),
        ("parseInt('465abc')", 465),
        ("parseInt(process.env.NONE || '587', 10)", 587),
        ("Number(process.env.PORT) === 465", False),
        ("process.env.PORT === 587", False),
        ("process.env.PORT == 587", True),
        ("process.env.PORT !== '465'", True),
        ("process.env.FALSE === 'true'", False),
        ("process.env.TRUE === 'true'", True),
        ("process.env.TRUE == true", False),
        ("Boolean(process.env.FALSE)", True),
        ("!!process.env.FALSE", True),
        ("!process.env.NONE", True),
        ("JSON.parse(process.env.FALSE)", False),
        ("JSON.parse(process.env.FALSE || 'true')", False),
        ("process.env.FALSE.toLowerCase().trim() === 'true'", False),
        ("process.env.NONE?.toLowerCase() === 'true'", False),
        ("['true', '1', 'yes'].includes(process.env.TRUE)", True),
        ("process.env.PORT === '465' ? true : false", False),
        ("process.env.NODE_ENV === 'production' ? 'a' : 'b'", "b"),
        ("`${process.env.HOST}:${process.env.PORT}`", "mail.example.org:587"),
        ("'smtp.' + 'ionos' + '.com'", "smtp.ionos.com"),
        ("'x' + process.env.NONE", "xundefined"),
        ("process.env.PORT + 1", "5871"),
        ("process.env.PORT - 1", 586),
        ("('a', 465)", 465),
        ("typeof process.env.NONE === 'undefined'", True),
        ("process.env.HOST && { host: 1 }.host", 1),
        ("0x1D1", 465),
        ("1_000", 1000),
        (r"'a\x41\u{1F600}\n'", "aA\U0001f600\n"),
        ("(() => { if (process.env.TRUE) { return 1 } return 2 })()", 1),
        ("await (async () => 5)()", 5),
        ("[1, ...[2, 3]][2]", 3),
        ("[true, false].length", 2),
        ("'a,b'.split(',')[1]", "b"),
        ("null ?? undefined ?? 7", 7),
        ("encodeURIComponent('a@b c/#ä~')", "a%40b%20c%2F%23%C3%A4~"),
        ("true && !false", True),
    ],
)
def test_an_expression_comes_to_what_node_makes_of_it(text: str, expected: object) -> None:
    value = known(
        expression(text, PORT="587", FALSE="false", TRUE="true", EMPTY="", HOST="mail.example.org")
    )
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("const [, value] = [1, 2]", 2),
        ("const [ , /* c */, value] = [1, 2, 3]", 3),
        ("const [a, [b, value]] = [1, [2, 3]]", 3),
        ("const {a: {value}} = {a: {value: 3}}", 3),
        ("let [a, value = 5] = [1]", 5),
        ("let value; [value] = [7]", 7),
        ("let value; ({value} = {value: 4})", 4),
        ("let value = 'a'; value += 'b'", "ab"),
        ("let value; value ??= 7", 7),
        ("let value = 1; value ||= 7", 1),
    ],
)
def test_a_target_gets_its_part(text: str, expected: object) -> None:
    assert plain(module("a.js", f"{text};\n").value("value")) == expected


@pytest.mark.parametrize("text", ["const [a, ...value] = [1, 2]", "const {a, ...value} = {b: 2}"])
def test_a_rest_is_not_told(text: str) -> None:
    assert isinstance(module("a.js", f"{text};\n").value("value"), Unknown)


def test_a_type_that_is_asserted_in_front() -> None:
    found = module("a.ts", "const value = <string>process.env.PORT;\n", PORT="587")
    assert plain(found.value("value")) == "587"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("vault.read('smtp/password')", "undeclared"),
        ("(await client.getSecretValue({ SecretId: 'x' })).SecretString", "called"),
        ("process.env[name()]", "computed"),
        ("/^(a+)+$/.test(process.env.X)", "computed"),
        ("process.env.X.replace(/(1)/, '$1')", "computed"),
        ("process.env.X.replace(/1*1*1*/, '')", "computed"),
        (f"/{'a?' * 30}{'a' * 9}{'[a]' * 21}/.test('{'a' * 29}')", "computed"),
        (f"/{'(a|a)' * 30}b/.test('{'a' * 30}')", "computed"),
        ("x => x", None),
        ("new URL(process.env.X).hostname", "computed"),
        ("sql`select 1`", "computed"),
    ],
)
def test_what_can_not_be_told_says_so_and_is_never_absent(text: str, reason: str | None) -> None:
    value = expression(text, X="1")
    assert not value.absent
    if reason is not None:
        assert unknown(value).reason in (reason, "called")
        assert unknown(value).span is not None


def test_a_default_is_written_in_the_code() -> None:
    host = transport("createTransport({ host: process.env.SMTP_HOST || 'localhost' })").get("host")
    assert known(host) == "localhost"
    assert host.written == Span("mailer.js", 1, (50, 61), 1)
    assert [(o.kind, o.name) for o in host.trail] == [("constant", ""), ("unset", "SMTP_HOST")]


def test_options_stand_in_a_variable_and_are_changed_later() -> None:
    options = transport(
        """
        const { HOST: host = 'localhost', PORT } = process.env;
        let options = { host, port: PORT, secure: false, tls: {} };
        if (process.env.NODE_ENV === 'production') {
          options.secure = true;
          options.tls.rejectUnauthorized = false;
        }
        if (process.env.NODE_ENV === 'test') options = { jsonTransport: true };
        const transport = createTransport({ ...options, pool: true });
        options.secure = 'later';
        """,
        PORT="465",
        NODE_ENV="production",
    )
    assert plain(options) == {
        "host": "localhost",
        "port": "465",
        "secure": True,
        "tls": {"rejectUnauthorized": False},
        "pool": True,
    }
    assert options.get("port").written == Span(".env", 1, (6, 99), 1)


def test_a_constant_says_where_it_is_written() -> None:
    port = transport("const PORT = 465;\ncreateTransport({ port: PORT });").get("port")
    assert port.span == Span("mailer.js", 2, (25, 29), 2)
    assert port.written == Span("mailer.js", 1, (14, 17), 1)


@pytest.mark.parametrize(
    ("config", "load"),
    [
        ("module.exports = { mail: { host: 'a.example' } }", "const c = require('./config')"),
        ("exports.mail = { host: 'a.example' }", "const c = require('./config.js')"),
        ("module.exports.mail = { host: 'a.example' }", "import c from './config.js'"),
        ("export const mail = { host: 'a.example' }", "import * as c from './config.js'"),
        ("export default { mail: { host: 'a.example' } }", "import c from './config'"),
        ("const mail = { host: 'a.example' }; export { mail }", "const c = require('./config')"),
        ("const m = { host: 'a.example' }; export { m as mail }", "import * as c from './config'"),
        ("export default () => ({})\nexport const mail = { host: 'a.example' }",
         "import { mail } from './config'; const c = { mail }"),
    ],
)  # fmt: skip
def test_a_local_module_is_read(config: str, load: str) -> None:
    files: dict[str, str | bytes] = {
        "lib/config.js": config,
        "lib/mailer.js": f"{load};\nnodemailer.createTransport(c.mail)",
    }
    found = project(files).module("lib/mailer.js")
    assert isinstance(found, Module)
    host = found.calls("nodemailer.createTransport")[0].argument(0).get("host")
    assert known(host) == "a.example"
    assert host.span is not None
    assert host.span.file == "lib/config.js"


def test_an_import_out_of_the_folder_can_not_be_told() -> None:
    files: dict[str, str | bytes] = {"../secret.js": "module.exports = 1", "a.js": ""}
    files["a.js"] = "const v = require('../secret.js'); const w = require('config').get('x.host')"
    found = project(files).module("a.js")
    assert isinstance(found, Module)
    assert unknown(found.value("v")).reason == "imported"
    assert isinstance(found.value("w"), Unknown)


def test_modules_in_a_circle_end() -> None:
    files: dict[str, str | bytes] = {
        "a.js": "const b = require('./b'); module.exports = { x: b.x }; const v = b.x",
        "b.js": "const a = require('./a'); module.exports = { x: a.x }",
    }
    found = project(files).module("a.js")
    assert isinstance(found, Module)
    assert isinstance(found.value("v"), Unknown)


NEST = """\
import { MailerModule } from '@nestjs-modules/mailer';
@Module({
  imports: [
    MailerModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: async (config: ConfigService) => ({
        transport: {
          host: config.get<string>('SMTP_HOST'),
          port: Number(config.get('SMTP_PORT', 587)),
          secure: config.get<boolean>('SMTP_SECURE', { infer: true }),
          auth: { user: config.getOrThrow('SMTP_USER')!, pass: config.get('mail.pass') },
        } as TransportOptions,
        defaults: { from: `"No Reply" <${config.get('FROM')}>` },
      }),
    }),
  ],
})
export class MailModule {}
"""


@pytest.mark.parametrize("parameter", ["config: ConfigService", "configService"])
def test_nest_reads_the_environment_through_its_configuration(parameter: str) -> None:
    text = NEST.replace("config: ConfigService", parameter)
    if parameter == "configService":
        text = text.replace("config.get", "configService.get")
    found = module("mail.module.ts", text, SMTP_HOST="h.example", SMTP_SECURE="false", FROM="a@b")
    (call,) = found.calls("MailerModule.forRootAsync")
    options = found.result(call.argument(0).get("useFactory"))
    assert plain(options.at("transport", "host")) == "h.example"
    assert plain(options.at("transport", "port")) == 587
    assert plain(options.at("transport", "secure")) == "false"
    assert options.at("transport", "auth", "user").variables == ("SMTP_USER",)
    assert isinstance(options.at("transport", "auth", "pass"), Unknown)
    assert plain(options.at("defaults", "from")) == '"No Reply" <a@b>'


def test_a_class_keeps_its_configuration_in_fields() -> None:
    text = """
    export class MailService {
      private readonly port: number = 465;
      private transporter: Transporter;
      constructor(private readonly config: ConfigService) {
        this.host = this.config.get('SMTP_HOST');
        this.transporter = nodemailer.createTransport({
          host: this.host, port: this.port, secure: this.port === 465,
        } satisfies Options);
      }
    }
    """
    options = transport(text, "mail.service.ts", SMTP_HOST="h.example")
    assert plain(options) == {"host": "h.example", "port": 465, "secure": True}


def test_a_function_is_followed_to_its_only_call() -> None:
    options = transport("""
        function build({ host, port = 587 }, secure) {
          return nodemailer.createTransport({ host, port, secure });
        }
        build({ host: 'h.example' }, true);
    """)
    assert plain(options) == {"host": "h.example", "port": 587, "secure": True}


def test_a_parameter_that_anybody_may_give_can_not_be_told() -> None:
    options = transport("exports.make = (host) => createTransport({ host, port: 25 })")
    assert unknown(options.get("host")).reason == "parameter"
    assert known(options.get("port")) == 25


def test_a_function_gives_options_by_environment() -> None:
    text = """
        const getTransport = () => {
          switch (process.env.NODE_ENV) {
            case 'test': return { jsonTransport: true };
            case 'staging':
            case 'production': return { host: 'h.example', port: 465 };
            default: return { host: 'localhost' };
          }
        };
        createTransport(getTransport())
    """
    assert plain(transport(text, NODE_ENV="test")) == {"jsonTransport": True}
    assert plain(transport(text)) == {"host": "localhost"}


def test_what_a_condition_excludes_is_not_reached() -> None:
    found = module(
        "a.js",
        """
        let transport
        if (process.env.NODE_ENV !== 'production') transport = createTransport({ port: 1025 })
        else if (flag) transport = createTransport({ port: 465 })
        else transport = createTransport({ port: 587 })
        const other = process.env.NODE_ENV === 'test' ? createTransport(1) : createTransport(2)
        """,
        NODE_ENV="production",
    )
    assert [call.reached for call in found.calls()] == [False, None, None, False, True]


def test_one_of_several_values_can_not_be_told_but_is_shown() -> None:
    found = module("a.js", "let p = 25; if (x()) { p = 465 } else if (y()) { p = 587 }")
    value = unknown(found.value("p"))
    assert value.reason == "condition"
    assert [known(each) for each in value.alternatives] == [587, 465, 25]


def test_an_unknown_object_may_have_any_key() -> None:
    options = transport("createTransport({ port: 25, ...unknown(), host: 'h' })")
    assert unknown(options.get("port")).reason == "called"
    assert known(options.get("host")) == "h"


def test_what_happens_to_the_transport() -> None:
    (call,) = module(
        "a.mjs",
        """
        const transporter = nodemailer.createTransport('smtps://a:b@h.example');
        async function send() { await transporter.sendMail({ from: 'a@example.org' }); }
        transporter.options.port = 25;
        """,
    ).calls("createTransport")
    assert call.target == ("transporter",)
    sent, changed = call.uses()
    assert isinstance(sent, FoundCall)
    assert isinstance(changed, Assignment)
    assert (sent.name, sent.function) == ("transporter.sendMail", "send")
    assert known(sent.argument(0).get("from")) == "a@example.org"
    assert changed.path == ("options", "port")


def test_strapi_and_adonis_read_variables_by_functions() -> None:
    strapi = module(
        "config/plugins.js",
        "module.exports = ({ env }) => ({ email: { host: env('H', 'x'), port: env.int('P', 587),"
        " secure: env.bool('S', true) } })",
        P="465",
        S="false",
    )
    config = strapi.result(strapi.value("module", "exports")).get("email")
    assert plain(config) == {"host": "x", "port": 465, "secure": False}
    adonis = module(
        "config/mail.ts", "import env from '#start/env'\nconst h = env.get('H')", H="h.example"
    )
    assert known(adonis.value("h")) == "h.example"


@pytest.mark.parametrize(
    "asked",
    [
        "require('./config/' + (process.env.NODE_ENV || 'development') + '.json')",
        "require(path.join(__dirname, 'config', `${env}.json`))",
        "require(__dirname + '/../src/config/' + env + '.json')",
        "(await import(`./config/${env}.json`))",
    ],
)
def test_a_module_whose_path_is_made_of_values(asked: str) -> None:
    files: dict[str, str | bytes] = {
        "src/a.js": "const path = require('path');\n"
        f"const env = process.env.NODE_ENV;\nconst {{ host }} = {asked}",
        "src/config/production.json": '{"host": "h.example"}',
        "src/config/development.json": '{"host": "localhost"}',
    }
    found = project(files, NODE_ENV="production").module("src/a.js")
    assert isinstance(found, Module)
    assert known(found.value("host")) == "h.example"


@pytest.mark.parametrize("asked", ["require(which)", "require('../../' + 'etc/passwd.json')"])
def test_a_module_that_is_not_known_or_not_in_the_folder(asked: str) -> None:
    files: dict[str, str | bytes] = {
        "a.js": f"const which = await ask();\nconst {{ host }} = {asked}",
    }
    found = project(files).module("a.js")
    assert isinstance(found, Module)
    assert isinstance(found.value("host"), Unknown)


def test_static_fields_are_those_of_the_class() -> None:
    text = """
    class Base { static smtp = { host: 'h.example', port: 587 }; static get tls() { return false } }
    class Mailer extends Base {
      static defaults = { port: 465 };
      constructor(given = {}) { this.given = { ...Mailer.smtp, ...Mailer.defaults, ...given }; }
      make() { return nodemailer.createTransport({ ...this.given, secure: Mailer.tls }); }
    }
    module.exports = new Mailer();
    """
    assert plain(transport(text)) == {"host": "h.example", "port": 465, "secure": False}


def test_what_a_class_has_not_can_not_be_told() -> None:
    text = """
    class Mailer { static port = 465; host = 'h.example'; }
    nodemailer.createTransport({ host: Mailer.host, port: Mailer.port });
    """
    options = transport(text)
    assert plain(options.get("port")) == 465
    assert isinstance(options.get("host"), Unknown)


def test_json_is_imported() -> None:
    files: dict[str, str | bytes] = {
        "a.js": "const { host } = require('./mail.json')",
        "mail.json": '{"host": "h.example"}',
    }
    found = project(files).module("a.js")
    assert isinstance(found, Module)
    assert known(found.value("host")) == "h.example"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + ")" * 10_000,
        "{a:" * 300_000,
        "const value = " + "[" * 900 + "]" * 900,
        "const value = " + "!" * 50_000 + "1",
        "const value = " + "1+" * 50_000 + "1",
        "const f = () => f(); const value = f()",
        "const f = (n) => `${f(n)}${f(n)}`; const value = f(1)",
        "const a = `xxxxxxxxxxxxxxxx`;"
        + "".join(f"const a{n} = `${{a{n - 1 if n else ''}}}${{a{n - 1 if n else ''}}}`;"
                  for n in range(40))
        + "const value = a39",
        "const value = value",
        "let value = {}; value.value = value; value = value.value",
        "const value = {...value}",
    ],
)  # fmt: skip
def test_hostile_code_ends(text: str) -> None:
    found = project({"a.js": text}).module("a.js")
    if isinstance(found, Module):
        found.calls()
        assert isinstance(found.value("value"), Unknown | Known)
    else:
        assert found.reason == "too-deep"


def test_a_text_of_which_not_all_can_be_told_is_bounded_too() -> None:
    """1000 times 5000 characters here, and a thousand times that with a line more."""
    text = f"const a = `${{f()}}{'x' * 5000}`; const value = `{'${a}' * 1000}`;"
    module = project({"a.js": text}).module("a.js")
    assert isinstance(module, Module)
    short, long = module.value("a"), module.value("value")
    assert isinstance(short, Unknown)
    assert short.partly is not None
    assert isinstance(long, Unknown)
    assert long.partly is None


def test_what_does_not_parse_can_not_be_told() -> None:
    options = transport("createTransport({ host: 'a', port: , secure: true })\nconst x = (")
    assert known(options.get("host")) == "a"
    assert isinstance(options.get("port"), Unknown)


def test_a_bundle_is_looked_at_as_far_as_it_goes() -> None:
    for call in ("f(a, b);", "f(a," + " " * 200 + "b);"):  # many expressions, and many bytes
        begin = "createTransport({ port: 587 });\n"
        text = begin + f"{call}\n" * 30_000 + "createTransport({ port: 25 });\n"
        files: dict[str, str | bytes] = {"bundle.js": text[: 1 << 20], "small.js": begin}
        folder = project(files)
        for name in files:
            found = folder.module(name)
            assert isinstance(found, Module)
            assert len(found.calls("createTransport")) == 1
        assert list(folder.unread) == (["bundle.js"] if len(text) < 1 << 20 else [])


def test_what_is_not_read_of_code_is_said_where_it_may_be_a_set_up() -> None:
    one, data = "createTransport({});\n" * 2, "f(a, b);\n" * 30_000
    long = project({"a.js": data + one, "b.js": one + data})
    for name in ("a.js", "b.js"):
        assert isinstance(long.module(name), Module)
    assert list(long.unread) == ["a.js"]
    assert "line 16000 and those after it" in long.unread["a.js"]
    many = project({f"{name}.js": one + data for name in "abc"} | {"d.js": data})
    for name in "abcd":
        many.module(f"{name}.js")
    assert list(many.unread) == ["c.js"]
    assert "more code in this folder" in many.unread["c.js"]
    nested = project({"a.js": one + "(" * 2000, "b.js": "(" * 2000})
    for name in ("a.js", "b.js"):
        assert isinstance(nested.module(name), Unknown)
    assert list(nested.unread) == ["a.js"]


def test_no_repr_shows_a_value() -> None:
    found = module("a.js", "createTransport({ auth: { pass: 'hunter2!' } })")
    (call,) = found.calls()
    assert "hunter2" not in repr([call, call.argument(0), call.argument(0).at("auth", "pass")])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("process.env.X.replace(/\\s/g, '')", "abcd"),
        ("process.env.X.replace(/\\s/, '')", "abc d"),
        ("process.env.X.replace(/^ab|d$/gi, '')", " c "),
        ("process.env.X?.replaceAll(/[\\s-]+/g, '')", "abcd"),
        ("process.env.X.split(/ /)[1]", "c"),
        ("/^(true|1)$/i.test('TRUE')", True),
        ("/^\\s*(true|t|1|yes|y|on)\\s*$/i.test(' yes ')", True),
        ("/^true$/.test(process.env.NOT_SET)", False),
        ("/C/.test(process.env.X)", False),
        # `$` is the very end, not before a last line end, and \\s has what Python's lacks
        ("/d$/.test('d\\n')", False),
        ("'a\\ufeffb'.replace(/\\s/g, '')", "ab"),
    ],
)
def test_a_regular_expression_of_a_few_characters(text: str, value: object) -> None:
    assert known(expression(text, X="ab c d")) == value


def test_the_browsers_window_is_not_there() -> None:
    text = "typeof window !== 'undefined' ? 1 : typeof process === 'undefined' ? 2 : 3"
    assert known(expression(text)) == 3


@pytest.mark.parametrize(
    "loop",
    [
        "for (const key of ['HOST', 'PORT']) { value[key] = process.env[key]; }",
        "for (const key of KEYS) if (process.env[key]) value[key] = process.env[key];",
        "['HOST', 'PORT'].forEach((key) => { value[key] = process.env[key]; });",
        "KEYS.forEach(key => value[key] = process.env[key]);",
    ],
)
def test_an_object_that_is_filled_turn_by_turn(loop: str) -> None:
    code = f"const KEYS = ['HOST', 'PORT'];\nconst value = {{}};\n{loop}\n"
    read = module("a.js", code, HOST="h.de", PORT="587")
    assert plain(read.value("value", "HOST")) == "h.de"
    assert plain(read.value("value", "PORT")) == "587"


def test_a_list_that_is_pushed_to() -> None:
    read = module("a.js", "const value = [];\nvalue.push(process.env.HOST);\n", HOST="h.de")
    assert plain(read.value("value")) == ["h.de"]
    read = module("a.js", "const value = ['a'];\nfor (const x of y()) value.push(x);\n")
    unknown(read.value("value", 0))
