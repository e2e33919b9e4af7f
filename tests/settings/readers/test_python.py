"""Python as people write it."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Unknown, Value, plain
from smtpdoctor.settings.readers.module import FoundCall, Module

from .support import known, module, project, unknown


def expression(text: str, **variables: str) -> Value:
    """What an expression comes to."""
    head = (
        "import os\nimport environ\nfrom os import environ as e, getenv\n"
        "from decouple import config\nimport json, ast\nfrom distutils.util import strtobool\n"
        "env = environ.Env(SCHEME=(bool, False))\n"
    )
    return module("a.py", f"{head}value = {text}\n", **variables).value("value")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, (b, value) = 1, [2, 3]", 3),
        ("[a, value] = 1, 2", 2),
        ("(a, value) = (1, 2)", 2),
        ("value, *a = 1, 2, 3", 1),
        ("(a, # c\n value) = 1, 2", 2),
        ("value = 'a'\nvalue += 'b'", "ab"),
        ("x = [1]\nx += [2]\nvalue = x[1]", 2),
    ],
)
def test_a_target_gets_its_part(text: str, expected: object) -> None:
    assert plain(module("a.py", f"{text}\n").value("value")) == expected


@pytest.mark.parametrize(
    "text", ["*a, value = 1, 2, 3", "a, *value = 1, 2, 3", "a, *b, value = 1, 2, 3"]
)
def test_what_stands_at_a_splat_or_behind_it_is_not_told(text: str) -> None:
    assert isinstance(module("a.py", f"{text}\n").value("value"), Unknown)


VALUES = {"PORT": "587", "FALSE": "False", "TRUE": "true", "EMPTY": "", "HOST": "h.example"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("os.environ['PORT']", "587"),
        ("(x := os.environ['PORT'])", "587"),
        ("[*['a'], 'b'][1]", "b"),
        ("{**{'a': 1}}['a']", 1),
        ("os.environ.get('PORT')", "587"),
        ("e.get('NONE', 25)", 25),
        ("os.environ.get('NONE')", None),
        ("os.environ['NONE']", ABSENT),
        ("os.getenv('NONE', default='x')", "x"),
        ("getenv('HOST') or 'x'", "h.example"),
        ("getenv('EMPTY') or 'x'", "x"),
        ("int(os.environ.get('PORT', 25))", 587),
        ("int(os.environ.get('NONE', '25'))", 25),
        ("bool(os.environ.get('FALSE'))", True),
        ("os.environ.get('FALSE', 'True') == 'True'", False),
        ("os.environ.get('TRUE').lower() in ('true', '1', 'yes')", True),
        ("os.environ.get('TRUE', '').strip().lower() not in ['true']", False),
        ("'PORT' in os.environ", True),
        ("'NONE' not in os.environ", True),
        ("json.loads(os.environ['TRUE'])", True),
        ("ast.literal_eval(os.environ['FALSE'])", False),
        ("eval(os.environ.get('FALSE', 'True'))", False),
        ("bool(strtobool(os.getenv('FALSE')))", False),
        ("f\"{os.environ['HOST']}:{587}{{x}}\"", "h.example:587{x}"),
        ("'%s:%s' % (os.environ['HOST'], 587)", "h.example:587"),
        ("'{}:{}'.format(os.environ['HOST'], 587)", "h.example:587"),
        ("'a' 'b' + r'\\n' + 'c\\x41\\N{BULLET}'", "ab\\ncA\u2022"),
        ("465 if getenv('TRUE') == 'true' else 25", 465),
        ("not getenv('NONE')", True),
        ("config('PORT', default=25, cast=int)", 587),
        ("config('NONE', default='25', cast=int)", 25),
        ("config('FALSE', cast=bool)", False),
        ("config('EMPTY', cast=bool)", False),
        ("config('NONE', default=True, cast=bool)", True),
        ("config('NONE')", ABSENT),
        ("config('HOST', 'x')", "h.example"),
        ("config('TRUE', cast=lambda v: v == 'true')", True),
        ("env('HOST')", "h.example"),
        ("env('NONE', default='x')", "x"),
        ("env('PORT', default=25)", 587),
        ("env.int('PORT', default=25)", 587),
        ("env.int('NONE', 25)", 25),
        ("env.bool('FALSE', default=True)", False),
        ("env.str('HOST')", "h.example"),
        ("env('SCHEME')", False),
        ("env('NONE')", ABSENT),
        ("{'a': {'b': 1}, **{'c': 2}}['c']", 2),
        ("{**os.environ}['PORT']", "587"),
        ("{**os.environ, **e}.get('NONE', '25')", "25"),
        ("(os.environ | e)['PORT']", "587"),
        ("dict(os.environ)['PORT']", "587"),
        ("os.environ.copy().get('PORT')", "587"),
        ("dict(host='x', port=25).get('port')", 25),
        ("dict(host='x').get('port', 26)", 26),
        ("(1, 2)[1]", 2),
        ("os.environ.get('NONE') is None", True),
        ("(n := 5)", 5),
        ("-0x10 + 1_000", 984),
    ],
)
def test_an_expression_comes_to_what_python_makes_of_it(text: str, expected: object) -> None:
    value = known(expression(text, **VALUES))
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "vault.read('x')",
        "boto3.client('ssm').get_parameter(Name='x')['Parameter']['Value']",
        "int('abc')",
        "open('/run/secrets/x').read().strip()",
        "os.environ[name]",
        "b'x'",
        "[x for x in y][0]",
        "f'{x!r}'",
        "1 < 2 < 3",
    ],
)
def test_what_can_not_be_told_says_so_and_is_never_absent(text: str) -> None:
    value = expression(text, **VALUES)
    assert isinstance(value, Unknown)
    assert not value.absent
    assert value.span is not None


DJANGO = """\
import os
from .base import *  # noqa

# EMAIL_HOST = "comment.example"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "smtp.ionos.de")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", 587))
EMAIL_USE_SSL = os.environ.get("EMAIL_USE_SSL", False)
EMAIL_HOST_USER: str = os.environ["EMAIL_USER"]
if DEBUG:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
elif os.environ.get("STAGING"):
    EMAIL_BACKEND = "staging"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
try:
    from .local import *
except ImportError:
    pass
"""


def settings(**files: str) -> Module:
    named: dict[str, str | bytes] = {
        f"mysite/settings/{name}.py": text for name, text in files.items()
    }
    found = project(named, EMAIL_USE_SSL="False").module("mysite/settings/production.py")
    assert isinstance(found, Module)
    return found


def test_django_settings_with_their_base_module() -> None:
    found = settings(production=DJANGO, base="DEBUG = False\nDEFAULT_FROM_EMAIL = 'a@b.example'\n")
    assert known(found.value("EMAIL_HOST")) == "smtp.ionos.de"
    assert found.value("EMAIL_HOST").written == Span(
        "mysite/settings/production.py", 5, (43, 58), 5
    )
    assert known(found.value("EMAIL_PORT")) == 587
    assert known(found.value("EMAIL_USE_SSL")) == "False"
    assert known(found.value("EMAIL_HOST_USER")) is ABSENT
    assert found.value("EMAIL_HOST_USER").variables == ("EMAIL_USER",)
    assert known(found.value("EMAIL_BACKEND")) == "django.core.mail.backends.smtp.EmailBackend"
    assert known(found.value("DEFAULT_FROM_EMAIL")) == "a@b.example"
    assert known(found.value("EMAIL_TIMEOUT")) is ABSENT


def test_a_star_after_an_assignment_wins() -> None:
    found = settings(production=DJANGO, base="DEBUG = True", local="EMAIL_HOST = 'local.example'")
    assert known(found.value("EMAIL_HOST")) == "local.example"
    assert found.value("EMAIL_HOST").span == Span("mysite/settings/local.py", 1, (14, 29), 1)
    assert "console" in str(known(found.value("EMAIL_BACKEND")))


def test_both_branches_where_the_condition_can_not_be_told() -> None:
    found = settings(production=DJANGO, base="DEBUG = compute()")
    value = unknown(found.value("EMAIL_BACKEND"))
    assert value.reason == "condition"
    assert len(value.alternatives) == 2
    reached = [each.reached for each in found.assignments("EMAIL_BACKEND")]
    assert reached == [None, False, None]


def test_names_from_a_package_that_is_not_here_can_not_be_told() -> None:
    found = module("settings.py", "from company.settings import *\nEMAIL_PORT = 25\n")
    assert unknown(found.value("EMAIL_HOST")).reason == "imported"
    assert known(found.value("EMAIL_PORT")) == 25


def test_names_by_globals() -> None:
    found = module(
        "settings.py",
        "globals()['EMAIL_HOST'] = 'a'\nvars().update(**read(), EMAIL_PORT=25)\n"
        "EMAIL_USE_TLS = True\n",
    )
    assert known(unknown(found.value("EMAIL_HOST")).alternatives[1]) == "a"
    assert known(found.value("EMAIL_PORT")) == 25
    assert unknown(found.value("EMAIL_HOST_USER")).reason == "called"
    assert known(found.value("EMAIL_USE_TLS")) is True


SMTPLIB = """\
import smtplib, ssl
from email.message import EmailMessage
HOST = "smtp.ionos.de"
PORT = 465
USER = "info@example.com"
PASSWORD = "geheim"

def send(message):
    context = ssl.create_default_context()
    with smtplib.SMTP_SSL(HOST, port=PORT, context=context, timeout=10) as server:
        server.ehlo("client.example")
        server.login(USER, PASSWORD)
        server.send_message(message)

if __name__ == "__main__":
    send(EmailMessage())
"""


@pytest.mark.parametrize(
    "text",
    [
        SMTPLIB,
        SMTPLIB.replace("import smtplib, ssl", "from smtplib import SMTP_SSL as S\nimport ssl")
        .replace("smtplib.SMTP_SSL(", "S("),
        SMTPLIB.replace("import smtplib,", "import smtplib as s,").replace("smtplib.S", "s.S"),
    ],
)  # fmt: skip
def test_smtplib_and_its_login(text: str) -> None:
    (call,) = module("send.py", text).calls("smtplib.SMTP_SSL")
    assert known(call.argument(0, "host")) == "smtp.ionos.de"
    assert known(call.argument(1, "port")) == 465
    assert known(call.argument(2, "local_hostname")) is ABSENT
    assert known(call.argument(9, "context").at("verify_mode")) == 2
    assert call.target == ("server",)
    assert call.function == "send"
    ehlo, login, send = call.uses()
    assert isinstance(ehlo, FoundCall)
    assert isinstance(login, FoundCall)
    assert isinstance(send, FoundCall)
    assert (ehlo.name, login.name, send.name) == (
        "server.ehlo",
        "server.login",
        "server.send_message",
    )
    assert known(login.argument(0)) == "info@example.com"
    assert login.argument(0).written is not None
    assert known(login.argument(1, "password")) == "geheim"


def test_a_class_with_its_server() -> None:
    found = module(
        "mailer.py",
        """
class Mailer:
    port: int = 587

    def __init__(self, host="smtp.example.org", user=None):
        self.host = host
        self.server = smtplib.SMTP(self.host, self.port)
        self.server.starttls()
        self.server.login(user, os.getenv("PW"))

Mailer("h.example", user="u@example.org")
""",
    )
    (call,) = found.calls("SMTP")
    assert known(call.argument(0)) == "h.example"
    assert known(call.argument(1)) == 587
    assert call.target == ("self", "server")
    assert [use.name for use in call.uses() if isinstance(use, FoundCall)] == [
        "self.server.starttls",
        "self.server.login",
    ]


def test_flask_configuration() -> None:
    found = module(
        "app.py",
        """
app.config['MAIL_SERVER'] = 'h.example'
app.config["MAIL_PORT"] = int(os.environ.get("P", 465))
app.config.update(MAIL_USE_SSL=True, MAIL_USERNAME=USER)
class Config(object):
    MAIL_SERVER = "c.example"
    MAIL_USE_TLS = False
app.config.from_object(Config)
HOST = Config.MAIL_SERVER
""",
    )
    paths = [each.path for each in found.assignments("app", "config")]
    assert paths == [("app", "config", "MAIL_SERVER"), ("app", "config", "MAIL_PORT")]
    (update,) = found.calls("config.update")
    assert known(update.named()["MAIL_USE_SSL"]) is True
    assert isinstance(update.named()["MAIL_USERNAME"], Unknown)
    base, fields = found.classes()["Config"]
    assert base == "object"
    assert plain(fields) == {"MAIL_SERVER": "c.example", "MAIL_USE_TLS": False}
    assert known(found.value("HOST")) == "c.example"


def test_pydantic_reads_fields_from_the_environment() -> None:
    files: dict[str, str | bytes] = {
        "app/config.py": """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_file=".env")
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_tls: bool = True
    smtp_password: str | None = None
    smtp_user: str
settings = Settings()
""",
        "app/mail.py": "from app.config import settings\nfrom . import config as c\n"
        "conf = ConnectionConfig(MAIL_SERVER=settings.smtp_host, MAIL_PORT=settings.smtp_port,"
        " MAIL_SSL_TLS=settings.smtp_tls, MAIL_PASSWORD=settings.smtp_password,"
        " MAIL_USERNAME=c.settings.smtp_user)",
    }
    found = project(files, APP_SMTP_PORT="465", app_smtp_tls="off").module("app/mail.py")
    assert isinstance(found, Module)
    (call,) = found.calls("ConnectionConfig")
    given = call.named()
    assert {name: plain(value) for name, value in given.items()} == {
        "MAIL_SERVER": "localhost",
        "MAIL_PORT": 465,
        "MAIL_SSL_TLS": False,
        "MAIL_PASSWORD": None,
        "MAIL_USERNAME": ABSENT,
    }
    assert given["MAIL_USERNAME"].variables == ("APP_SMTP_USER",)


def test_pydantics_field_has_a_default_and_a_name() -> None:
    code = """
from pydantic import Field
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    host: str = Field(default="h.example")
    port: int = Field(..., alias="SMTP_PORT")
    user: str = Field(validation_alias="SMTP_USER")
s = Settings()
a, b, c = s.host, s.port, s.user
"""
    found = module("a.py", code, SMTP_PORT="465")
    assert [known(found.value(name)) for name in "abc"] == ["h.example", 465, ABSENT]


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 10_000 + ")" * 10_000,
        "x = " + "not " * 50_000 + "1",
        "x = " + "1+" * 50_000 + "1",
        "".join(f"{' ' * n}if a:\n" for n in range(1, 1200)),
        "def f(): return f()\nx = f()",
        "from a import *\nx = y",
        "from .a import *\nx = y",
        "x = x",
        "x = {}\nx['x'] = x\nx = x['x']",
        "x = 9**9**9**9",
        "x = 'a' * 10**9",
        "x = 1e999 // 0",
        "x = ast.literal_eval('[' * 100)",
    ],
)
def test_hostile_code_ends(text: str) -> None:
    found = project({"a.py": text}).module("a.py")
    if isinstance(found, Module):
        found.calls()
        assert isinstance(found.value("x"), Unknown | Known)


def test_a_question_that_is_asked_again_is_not_worked_out_again() -> None:
    found = module(
        "a.py", "HOST = 'h.' + NAME\nNAME = 'example'\nif HOST:\n    smtplib.SMTP(HOST)\n"
    )
    (call,) = found.calls("SMTP")
    first, reached = call.argument(0), call.reached
    left = found.evaluator.budget.left
    assert (call.argument(0), call.reached) == (first, reached)
    assert found.evaluator.budget.left == left


FILLED = """\
import os
NAMES = ["HOST", "PORT"]
config = {}
for name in NAMES:
    config[name.lower()] = os.environ[name]
given = {}
for key in ("HOST", "MISSING"):
    if os.environ.get(key):
        given[key] = os.environ[key]
made = {key: os.environ.get(key) for key in ("HOST", "PORT")}
updated = {"host": "other", "user": "u"}
updated.update(host=os.environ["HOST"])
updated.update({"user": "v"})
listed = ["a"]
listed.append(os.environ["HOST"])
listed.extend(["b", "c"])
"""


def test_what_is_filled_turn_by_turn() -> None:
    read = module("settings.py", FILLED, HOST="h.de", PORT="587")
    assert plain(read.value("config")) == {"host": "h.de", "port": "587"}
    assert plain(read.value("given", "HOST")) == "h.de"
    assert read.value("given", "MISSING").absent
    assert plain(read.value("made")) == {"HOST": "h.de", "PORT": "587"}
    assert plain(read.value("updated")) == {"host": "h.de", "user": "v"}
    assert plain(read.value("listed")) == ["a", "h.de", "b", "c"]
    host = read.value("config", "host")
    assert (host.variables, host.written) == (("HOST",), Span(".env", 1, (6, 99), 1))


@pytest.mark.parametrize(
    "code",
    [
        # a loop that does more, or goes over what nobody can tell
        "value = {}\nfor k in names():\n    value[k] = os.environ[k]\nvalue = value['HOST']\n",
        "value = {}\nfor k in ['HOST']:\n    other()\n    value[k] = 1\nvalue = value['HOST']\n",
        "value = [key for key in range(3)]\n",
        "value = []\nfor each in names():\n    value.append(each)\nvalue = value[0]\n",
        "value = ['a']\nif names():\n    value.append('b')\nvalue = value[0]\n",
        "value = ['a']\nvalue.insert(0, 'b')\nvalue = value[0]\n",
        "value = {'a': 1}\nvalue.update(names())\nvalue = value['a']\n",
    ],
)
def test_what_is_filled_otherwise_cannot_be_told(code: str) -> None:
    unknown(module("settings.py", f"import os\n{code}", HOST="h.de").value("value"))


def test_an_assignment_behind_the_same_condition_counts() -> None:
    code = (
        "def f(made, sender):\n    port = 25\n    if made:\n        port = 465\n"
        "        sender, word = 'a@b.de', 'x'\n        inside(port, sender)\n"
        "    after(port, sender)\n"
    )
    read = module("mail.py", code)
    (inside,), (after,) = read.calls("inside"), read.calls("after")
    assert [known(inside.argument(place)) for place in (0, 1)] == [465, "a@b.de"]
    assert [unknown(after.argument(place)).reason for place in (0, 1)] == ["condition"] * 2
