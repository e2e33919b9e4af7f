"""Of a line of code only the field's own value is shown, in the form of its kind: no other text."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.model import MASK
from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.setups import find_setups
from smtpdoctor.settings.show_setups import setups_data, show_setups
from smtpdoctor.settings.workspace import Workspace
from tests.examples import examples

from .dialects.support import write
from .test_masking import leaks, printed, run_of

SECRET = "q7Geheim!x#99Z"
ADDRESS = "'u@example.com'"

NODE = (
    "const nodemailer = require('nodemailer');\n"
    "const t = nodemailer.createTransport({host: %(host)s, port: %(port)s, secure: %(tls)s,\n"
    "  auth: {user: %(user)s, pass: 'x'}});\n"
    "t.sendMail({from: %(sender)s});\n"
)
DJANGO = (
    "import os\nEMAIL_HOST = %(host)s\nEMAIL_PORT = %(port)s\nEMAIL_USE_SSL = %(tls)s\n"
    "EMAIL_HOST_USER = %(user)s\nEMAIL_HOST_PASSWORD = 'x'\nDEFAULT_FROM_EMAIL = %(sender)s\n"
)
SMTPLIB = (
    "import os, smtplib\ns = smtplib.SMTP(%(host)s, %(port)s)\ns.starttls()\n"
    "s.login(%(user)s, 'x')\ns.sendmail(%(sender)s, ['a@b.example'], 'm')\n"
)
PHPMAILER = (
    "<?php\nuse PHPMailer\\PHPMailer\\PHPMailer;\n$mail = new PHPMailer(true);\n$mail->isSMTP();\n"
    "$mail->Host = %(host)s; $mail->Port = %(port)s;\n$mail->SMTPAuth = %(tls)s;\n"
    "$mail->Username = %(user)s; $mail->Password = 'x';\n$mail->setFrom(%(sender)s);\n"
    "$mail->send();\n"
)
RAILS = (
    "Rails.application.configure do\n  config.action_mailer.delivery_method = :smtp\n"
    "  config.action_mailer.smtp_settings = {\n    address: %(host)s, port: %(port)s,\n"
    "    tls: %(tls)s,\n    user_name: %(user)s, password: 'x' }\n"
    "  config.action_mailer.default_options = { from: %(sender)s }\nend\n"
)
SPRING = (
    "spring:\n  mail:\n    host: %(host)s\n    port: %(port)s\n    username: %(user)s\n"
    "    password: x\n    properties:\n      mail.smtp.ssl.enable: %(tls)s\n"
    "      mail.smtp.from: %(sender)s\n"
)
JAVA = (
    "class M { void f() {\nProperties p = new Properties();\n"
    'p.put("mail.smtp.host", %(host)s);\np.put("mail.smtp.port", %(port)s);\n'
    'p.put("mail.smtp.auth", true);\np.put("mail.smtp.ssl.enable", %(tls)s);\n'
    "Session s = Session.getInstance(p, new Authenticator() {\n"
    "  protected PasswordAuthentication getPasswordAuthentication() {\n"
    '    return new PasswordAuthentication(%(user)s, "x"); } });\n'
    "m.setFrom(new InternetAddress(%(sender)s));\n} }\n"
)
KOTLIN = (
    "fun sender() = JavaMailSenderImpl().apply {\n    host = %(host)s\n    port = %(port)s\n"
    '    username = %(user)s\n    password = "x"\n'
    '    javaMailProperties["mail.smtp.ssl.enable"] = %(tls)s\n}\n'
    "fun send() { m.setFrom(%(sender)s) }\n"
)
CSHARP = (
    "using MailKit.Net.Smtp;\nclass M { void F() {\n  var client = new SmtpClient();\n"
    '  client.Connect(%(host)s, %(port)s, %(tls)s);\n  client.Authenticate(%(user)s, "x");\n'
    "  m.From.Add(MailboxAddress.Parse(%(sender)s));\n} }\n"
)
SYSTEM_NET_MAIL = (
    "using System.Net.Mail;\nclass M { void F() {\n  var c = new SmtpClient(%(host)s) {\n"
    "    Port = %(port)s,\n    EnableSsl = %(tls)s,\n"
    '    Credentials = new NetworkCredential(%(user)s, "x") };\n'
    "  var m = new MailMessage(%(sender)s, to);\n} }\n"
)
RUST = (
    "fn f() {\n  let m = SmtpTransport::relay(%(host)s)?\n    .port(%(port)s)\n"
    '    .credentials(Credentials::new(%(user)s, "x"))\n    .build(); // %(tls)s\n'
    "  Message::builder().from(%(sender)s);\n}\n"
)
DJANGO_BESIDE = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'p.settings')\n",
    "requirements.txt": "django==4.2\n",
    "p/__init__.py": "",
}
SPRING_BESIDE = {
    "pom.xml": "<project><dependencies><dependency><artifactId>spring-boot-starter-mail"
    "</artifactId></dependency></dependencies></project>"
}
SPRING_ASKED = "spring:\n  mail:\n    host: ${%s}\n    username: u\n    password: x\n"
PHPMAILER_BESIDE = {"composer.json": '{"require": {"phpmailer/phpmailer": "6"}}'}
PROGRAMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "nodemailer": ("m.js", NODE, {"package.json": '{"dependencies": {"nodemailer": "6.9.0"}}'}),
    "django": ("p/settings.py", DJANGO, DJANGO_BESIDE),
    "smtplib": ("send.py", SMTPLIB, {}),
    "phpmailer": (
        "m.php",
        PHPMAILER,
        PHPMAILER_BESIDE,
    ),
    "rails": ("config/environments/production.rb", RAILS, {"Gemfile": "gem 'rails'\n"}),
    "spring-boot": ("src/main/resources/application.yml", SPRING, SPRING_BESIDE),
    "java": ("M.java", JAVA, {}),
    "kotlin": ("M.kt", KOTLIN, {}),
    "csharp": ("M.cs", CSHARP, {}),
    "system-net-mail": ("M.cs", SYSTEM_NET_MAIL, {}),
    "lettre": ("m.rs", RUST, {}),
}
#: Languages whose texts stand between double quotes.
DOUBLE = ("java", "kotlin", "csharp", "system-net-mail", "lettre")
VALUES = {"host": "'smtp.example.com'", "port": "587", "tls": "true", "user": ADDRESS,
          "sender": ADDRESS}  # fmt: skip
#: Expressions of each language; {v} is the field's own value.
WAYS = {
    "nodemailer": [
        "{v} || 'SECRET'", "'SECRET' && {v}", "true ? {v} : 'SECRET'", "['SECRET', {v}][1]",
        "{v} /* SECRET */", "f({v}, 'SECRET')", "process.env.FOO || {v} || 'SECRET'",
        "process.env['SECRET'] || {v}", "({a: 'SECRET', b: {v}}).b", "`${'SECRET'.slice(9)}${v}`",
    ],
    "django": [
        "{v} or 'SECRET'", "'SECRET' and {v}", "{v} if True else 'SECRET'", "['SECRET', {v}][1]",
        "{v}  # SECRET", "os.environ.get('SECRET', {v})", "os.getenv('FOO', 'SECRET')",
        "{'SECRET': 1, 'b': {v}}['b']", "{v}; X = 'SECRET'", "f'{x}SECRET'", "{v} or 12345678",
    ],
    "phpmailer": [
        "{v} ?: 'SECRET'", "true ? {v} : 'SECRET'", "null ?? {v} ?? 'SECRET'", "{v} /* SECRET */",
        "getenv('FOO') ?: {v} ?: 'SECRET'", "['SECRET', {v}][1]", "<<<E\nSECRET\nE",
    ],
    "rails": [
        "{v} || 'SECRET'", "true ? {v} : 'SECRET'", "{v} || %q(SECRET)", "ENV['FOO'] || 'SECRET'",
        "ENV.fetch('FOO', {v}) || 'SECRET'", "ENV.fetch('SECRET', {v})", ":'SECRET'",
    ],
    "spring-boot": [
        "{v} # SECRET", "${FOO:SECRET}", "${FOO:{v}}SECRET", "[SECRET]", "|\n     SECRET",
    ],
    "java": [
        'true ? {v} : "SECRET"', "{v} /* SECRET */", 'f({v}, "SECRET")',
        'Optional.ofNullable(System.getenv("FOO")).orElse("SECRET")', "{v}); // SECRET",
        'System.getenv().getOrDefault("SECRET", {v})', '"""\n SECRET"""', "'SECRET",
        'map.get("SECRET")', '"u:SECRET', 'String.format("%s", "SECRET")',
    ],
    "lettre": [
        'if true { {v} } else { "SECRET" }', "{v} /* SECRET */", 'f({v}, "SECRET")',
        'env::var("FOO").unwrap_or("SECRET".into())', 'env::var("SECRET").unwrap_or({v})',
        'format!("{}SECRET", x)', 'r#"SECRET"#', "'SECRET", '"u:SECRET', "b\"SECRET\"",
        'match x { 1 => {v}, _ => "SECRET" }', 'concat!("SECRET")',
    ],
    "csharp": [
        'true ? {v} : "SECRET"', "{v} /* SECRET */", 'f({v}, "SECRET")', '$"{"SECRET"}x"',
        'Environment.GetEnvironmentVariable("FOO") ?? "SECRET"', "{v}); // SECRET", '@"SECRET"',
        'configuration["SECRET"] ?? {v}', '"""SECRET"""', "'SECRET", '$"{x} SECRET"', '"u:SECRET',
        'configuration.GetValue<string>("SECRET", {v})', '$@"{x}SECRET"',
    ],
    "kotlin": [
        'System.getenv("FOO") ?: "SECRET"', 'if (true) {v} else "SECRET"', "{v} // SECRET",
        '"${"SECRET"}x"', '"${f("SECRET")}"', '"$x SECRET"', '"""SECRET"""', 'x["SECRET"]',
        'listOf("SECRET", {v})[1]', '{v}.also { println("SECRET") }', "{v} /* SECRET",
    ],
}  # fmt: skip
WAYS["system-net-mail"] = WAYS["csharp"]
WAYS["smtplib"] = [*WAYS["django"][:4], *WAYS["django"][5:8], "int({v} or 'SECRET')"]
ANYWHERE = ["'SECRET'", "'u:SECRET'", '"SECRET"', "'SECRET <a@b.example>'"]


def given_out(root: Path) -> tuple[list[Setup], str]:
    """Everything that is printed or saved of the set-ups of a folder."""
    workspace = Workspace(Folder(root), {})
    found = find_setups(workspace)
    parts = [show_setups(found.setups, ()), json.dumps(setups_data(found.setups, ()))]
    for setup in found.setups:
        read = msgspec.structs.replace(setup.settings, folder="folder")
        parts += [json.dumps(msgspec.to_builtins(read)), *printed(run_of(read))]
    return list(found.setups), "\n".join(parts)


def project(program: str, **fields: str) -> dict[str, str]:
    name, text, beside = PROGRAMS[program]
    said = {**VALUES, **fields}
    if program in ("django", "smtplib"):
        said["tls"] = said["tls"].replace("true", "True")
    if program in DOUBLE:
        said = {key: value.replace("'", '"') if value in VALUES.values() else value
                for key, value in said.items()}  # fmt: skip
    if program == "spring-boot":
        said = {key: value.replace(ADDRESS, "u@example.com") for key, value in said.items()}
    return {**beside, name: text % said}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("field", VALUES)
def test_no_other_text_of_an_expression_is_given_out(
    program: str, field: str, tmp_path: Path
) -> None:
    ways = [*WAYS[program], *ANYWHERE]
    for number, way in enumerate(ways):
        value = VALUES[field].replace("'", '"') if program in DOUBLE else VALUES[field]
        text = way.replace("{v}", value).replace("SECRET", SECRET)
        root = write(tmp_path / str(number), project(program, **{field: text}))
        found, out = given_out(root)
        # what breaks off a language's text leaves nothing that may be one
        assert found or program in DOUBLE, text
        assert leaks(SECRET, out) == [], (text, out[:2000])


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    secret=st.text(st.sampled_from("abcdefGH0123456789!#$%&*+-./:;<=>?@[]^_{|}~()"), min_size=8),
    program=st.sampled_from([name for name in PROGRAMS if name != "spring-boot"]),
    field=st.sampled_from(sorted(VALUES)),
    way=st.sampled_from(["{v}", "{v} # {s}", "'{s}'", '"{s}"', "f('{s}', {v})", "[{v}, '{s}'][0]"]),
)
def test_no_window_of_a_secret_of_code_is_given_out(
    secret: str, program: str, field: str, way: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = f"q7{secret}!Z9"
    if program in DOUBLE:
        way = way.replace("'", '"').replace("# ", "// ")
    value = VALUES[field].replace("'", '"') if program in DOUBLE else VALUES[field]
    text = way.replace("{v}", value).replace("{s}", secret)
    root = write(tmp_path_factory.mktemp("code"), project(program, **{field: text}))
    assert leaks(secret, given_out(root)[1]) == []


# --- a secret that is written as a name, or that a quote too many makes one ----------------------

BARE = "Qkwzxjvbrt9xZ"
#: What stands in the place of the password, in each language.
UNQUOTED = {
    "nodemailer": ["{s}", "{s} || ''", "{s}.trim()", "'a' + {s}", "{s} ? {s} : 'x'", "String({s})"],
    "django": ["{s}", "{s} or ''", "{s}.strip()", "'a' + {s}", "f'{{{s}}}'"],
    "smtplib": ["{s}", "{s} or ''", "'a' + {s}"],
    "phpmailer": ["{s}", "${s}", "'a' . {s}", "constant('{s}')"],
    "rails": ["{s}", "{s} || ''", ":{s}"],
}
#: What a password with a quote in it makes of a line, where each piece looks like a name.
TORN = ["'a'{s}'", "'a'{s}' + '{s}' + 'b'", "'a'{s}' '{s}'", "'{s}' {s}.x-{s} '{s}'", "12'{s} '"]


def with_password(program: str, written: str) -> dict[str, str]:
    """The files of a program in which this stands where the password stood with its quotes."""
    files, name = project(program), PROGRAMS[program][0]
    text = re.sub(
        """(['"])x\\1|(?<=password: )x$""", lambda _: written, files[name], flags=re.MULTILINE
    )
    assert text.replace(written, "") != files[name]
    return {**files, name: text}


@pytest.mark.parametrize("program", UNQUOTED)
def test_a_password_without_quotes_is_no_name_to_be_said(program: str, tmp_path: Path) -> None:
    for number, way in enumerate(UNQUOTED[program]):
        found, out = given_out(
            write(tmp_path / str(number), with_password(program, way.format(s=BARE)))
        )
        assert found, way
        assert leaks(BARE, out) == [], (way, out[:2000])


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_quote_too_many_makes_no_name_of_a_text(program: str, tmp_path: Path) -> None:
    for number, way in enumerate(TORN):
        value = way.format(s=BARE)
        value = value.replace("'", '"') if program in DOUBLE else value
        _, out = given_out(write(tmp_path / str(number), with_password(program, value)))
        assert leaks(BARE, out) == [], (way, out[:2000])


# --- a secret that another field repeats ---------------------------------------------------------


@pytest.mark.parametrize("secret", ["Geheim99", "xkqvrwyz", "q7!#Zz"])
@pytest.mark.parametrize("where", ["{}@example.com", "{}", "shop-{}@example.com"])
@pytest.mark.parametrize("field", ["user", "sender"])
def test_a_value_that_holds_the_password_is_masked(
    secret: str, where: str, field: str, tmp_path: Path
) -> None:
    files = project("nodemailer", **{field: f"'{where.format(secret)}'"})
    files["m.js"] = files["m.js"].replace("pass: 'x'", f"pass: '{secret}'")
    (setup,), out = given_out(write(tmp_path, files))
    assert secret not in out
    assert MASK in out
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == secret  # the login is made with the real one


def test_a_common_word_is_masked_nowhere(tmp_path: Path) -> None:
    files = project("nodemailer", sender="'newsletter@example.com'")
    files["m.js"] = files["m.js"].replace("pass: 'x'", "pass: 'newsletter'")
    (setup,), _ = given_out(write(tmp_path, files))
    assert setup.settings.sender == "newsletter@example.com"  # a hole would tell the word


def test_another_set_ups_password_is_masked_too(tmp_path: Path) -> None:
    files = project("nodemailer", user="'Geheim99'")
    files["n.js"] = (NODE % VALUES).replace("pass: 'x'", "pass: 'Geheim99'")
    found, out = given_out(write(tmp_path, files))
    assert len(found) == 2
    assert "Geheim99" not in out


# --- what stays useful ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "nodemailer.createTransport({host: 'smtp.example.com', port: 587, secure: true, "
            "auth: {user: 'u@example.com', pass: 'q7!Zz99'}});",
            "nodemailer.createTransport({host: 'smtp.example.com', port: 587, secure: true, "
            f"auth: {{user: 'u@example.com', pass: {MASK}}}}});",
        ),
        (
            "nodemailer.createTransport({host: process.env['SMTP_HOST'] || 'smtp.example.com', "
            "port: Number(process.env.SMTP_PORT || '587')});",
            "nodemailer.createTransport({host: process.env['SMTP_HOST'] || 'smtp.example.com', "
            "port: Number(process.env.SMTP_PORT || '587')});",
        ),
    ],
)
def test_what_is_known_to_be_harmless_is_shown(line: str, shown: str, tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"nodemailer": "6.9.0"}}',
        "m.js": f"const nodemailer = require('nodemailer');\n{line}\n",
    }
    (setup,), _ = given_out(write(tmp_path, files))
    for field in ("host", "port"):
        entry = setup.settings.entry(field)  # type: ignore[arg-type]
        assert entry is not None
        assert entry.source_line == shown


def test_an_edit_that_would_show_a_secret_is_not_offered(tmp_path: Path) -> None:
    root = write(
        tmp_path, project("nodemailer", port="587 || 'Geheim99'", tls="true || 'Geheim99'")
    )
    (setup,), out = given_out(root)
    assert "Geheim99" not in out
    edits = [edit for change in setup.settings.prepared for edit in change.edits]
    assert not any(re.search("port|secure", edit.replace) for edit in edits)


#: What stands in a manifest in the place of a version, and what of it is said.
FROM_A_REPOSITORY = {
    "npm": ("package.json", '{"dependencies": {"nodemailer": "%s"}}', {"m.js": NODE % VALUES}),
    "pypi": ("requirements.txt", "django%s\n", DJANGO_BESIDE | {"p/settings.py": DJANGO % VALUES}),
    "rubygems": (
        "Gemfile",
        "gem 'rails', '%s'\n",
        {"config/environments/production.rb": RAILS % VALUES},
    ),
}


@pytest.mark.parametrize("ecosystem", FROM_A_REPOSITORY)
@pytest.mark.parametrize(
    ("version", "shown"),
    [
        (f"git+https://u:{BARE}@git.example/a.git#v6.9.1", ""),
        (f" @ https://{BARE}@packages.example/a-1.0.tar.gz", ""),
        (f"==4.2 --hash=sha256:{BARE}", "4.2"),
        (BARE, ""),
        ("^6.9.0 || >=7.0.0-rc.1", "^6.9.0 || >=7.0.0-rc.1"),
    ],
)
def test_of_a_library_s_version_no_more_is_said_than_is_one(
    ecosystem: str, version: str, shown: str, tmp_path: Path
) -> None:
    name, text, files = FROM_A_REPOSITORY[ecosystem]
    found, out = given_out(write(tmp_path, {**files, name: text % version}))
    assert found
    assert leaks(BARE, out) == []
    assert shown in out


@pytest.mark.parametrize("secret", ["QZXVKJWPFHG", "Geheim99", "q7!#Zz-x1"])
def test_a_secret_s_base64_is_shown_no_more_than_the_secret(secret: str, tmp_path: Path) -> None:
    told = b64encode(secret.encode()).decode()
    files = {
        "k.yaml": "kind: Secret\nmetadata: {name: smtp}\ndata:\n"
        f"  SMTP_HOST: c210cC5leGFtcGxlLmNvbQ==\n  SMTP_USER: {told}\n  SMTP_PASS: {told}\n"
        "---\nkind: Deployment\nmetadata: {name: app}\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - name: app\n          image: app\n"
        "          envFrom: [{secretRef: {name: smtp}}]\n"
    }
    (setup,), out = given_out(write(tmp_path, files))
    assert setup.credentials.username == secret
    assert leaks(secret, out) == leaks(told.rstrip("="), out) == []


#: Programs that ask for a variable by a text which is the secret, and the field it is asked for.
ASKED_FOR = {
    "Go's host": {
        "go.mod": "module x\n",
        "m.go": 'package main\nimport ("net/smtp"; "os")\nfunc main() {\n'
        '\thost := os.Getenv("%s")\n\tauth := smtp.PlainAuth("", "u@example.com", "x", host)\n'
        '\tsmtp.SendMail(host+":587", auth, "a@b.example", nil, nil)\n}\n',
    },
    "Rust's port": {
        "m.rs": 'fn f() { let m = SmtpTransport::relay("smtp.example.com")?'
        '.port(env::var("%s")?.parse()?).credentials(Credentials::new("u", "x")).build(); }\n',
    },
    "Spring's host": {**SPRING_BESIDE, "src/main/resources/application.yml": SPRING_ASKED},
}


@pytest.mark.parametrize("program", ASKED_FOR)
@pytest.mark.parametrize("secret", [SECRET, f"{SECRET}-SMTP_HOST", "Zk4wPm9Lq8vT"])
def test_what_is_asked_for_is_said_where_it_has_the_form_of_a_name_alone(
    program: str, secret: str, tmp_path: Path
) -> None:
    files = ASKED_FOR[program]
    secret = secret.replace("!", "") if "Spring" in program else secret
    for number, name in enumerate((secret, "ACME_MX_2")):
        written = {path: text.replace("%s", name) for path, text in files.items()}
        found, out = given_out(write(tmp_path / str(number), written))
        assert found
        assert leaks(secret, out) == []
    assert "ACME_MX_2" in out  # what has the form of one is said: somebody has to set it


#: Files in which the secret stands where a sentence on the set-up would quote it.
QUOTED = {
    "a mode that is none, in compose": {
        "compose.yaml": "services:\n  app:\n    image: x\n    environment:\n"
        "      SMTP_HOST: smtp.example.com\n      SMTP_SECURE: '\"%s\" <a@example.com>'\n"
        "      SMTP_USER: u@example.com\n      SMTP_PASS: x\n",
    },
    "the variable that a change would set": {
        "composer.json": '{"require": {"laravel/framework": "^11"}}',
        "artisan": "",
        "config/mail.php": "<?php return ['default' => 'smtp', 'mailers' => ['smtp' => ["
        "'transport' => 'smtp', 'host' => 'smtp.example.com', 'port' => env('%s'), "
        "'username' => env('#{%s}'), 'password' => env('MAIL_PASSWORD')]]];\n",
    },
    "a file that is read in": {
        "composer.json": '{"require": {"symfony/mailer": "^6"}}',
        "send.php": "<?php\nrequire '%s';\nuse Symfony\\Component\\Mailer\\Transport;\n"
        "Transport::fromDsn($_ENV['MAILER_DSN']);\n",
    },
}


@pytest.mark.parametrize("place", QUOTED)
def test_no_sentence_on_a_set_up_quotes_it(place: str, tmp_path: Path) -> None:
    files = {path: text.replace("%s", SECRET) for path, text in QUOTED[place].items()}
    found, out = given_out(write(tmp_path, files))
    assert found
    assert leaks(SECRET, out) == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("secure: process.env.NODE_ENV === 'production',", True),
        ("secure: process.env.MAIL_KEY === 'production',", False),
        ("secure: is('production', process.env.NODE_ENV),", False),
        ("pass: 'production',", False),
        ("secure: process.env.NODE_ENV === 'q7Geheim',", False),
    ],
)
def test_what_a_way_of_running_is_called_is_shown_where_it_is_compared_alone(
    tmp_path: Path, line: str, shown: bool
) -> None:
    root = write(tmp_path, {"m.js": f"const options = {{\n  {line}\n}};\n"})
    looked_at = Workspace(Folder(root), {})
    word = "q7Geheim" if "q7Geheim" in line else "production"
    assert looked_at.is_open("m.js", 2, f"'{word}'") is shown


@pytest.mark.parametrize(
    ("files", "secret"),
    [
        (
            {
                "composer.json": '{"require": {"laravel/framework": "^5.0"}}',
                "config/mail.php": "<?php\nreturn ['driver' => 'smtp://mN5pX7cR2qQz@h.de'];\n",
            },
            "mN5pX7cR2qQz",
        ),
        (
            {
                "package.json": '{"dependencies": {"nodemailer": "^6.9.0"}}',
                "mailer.js": "const given = require('mN5/pX7+cR2qQz==');\n"
                "require('nodemailer').createTransport({ host: given.host, port: 587 });\n",
            },
            "mN5/pX7+cR2qQz==",
        ),
    ],
)
def test_what_stands_in_place_of_a_way_or_a_path_is_not_said(
    tmp_path: Path, files: dict[str, str], secret: str
) -> None:
    found = find_setups(Workspace(Folder(write(tmp_path, files)), {}))

    said = show_setups(found.setups, found.skipped)

    assert MASK in said
    assert secret[:6] not in said
