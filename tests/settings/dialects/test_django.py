"""Django: what its settings come to, whichever way they are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import edited, found
from .support import one, prepared, setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
STARTTLS = (HOST, 587, "starttls", True)
IMPLICIT = (HOST, 465, "implicit", False)
LOGIN = """\
EMAIL_HOST_USER = "info@example.com"
EMAIL_HOST_PASSWORD = "word"
DEFAULT_FROM_EMAIL = "Shop <info@example.com>"
"""
HEAD = 'import os\nINSTALLED_APPS = ["django.contrib.admin"]\nEMAIL_HOST = "smtp.ionos.com"\n'

MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'


def project(settings: str, env: str = "", **more: str) -> dict[str, str]:
    """A project as startproject makes it."""
    files = {
        "manage.py": MANAGE,
        "shop/wsgi.py": MANAGE,
        "shop/settings.py": HEAD + settings + LOGIN,
        "requirements.txt": "Django==5.2.1\n",
        **{name.replace("__", "/") + ".py": text for name, text in more.items()},
    }
    return {**files, ".env": env} if env else files


ENVIRON = """\
import environ
env = environ.Env()
environ.Env.read_env(os.path.join(BASE_DIR, ".env"))
"""
DECOUPLE = "from decouple import config\n"

HEALTHY = [
    ("EMAIL_PORT = 587\nEMAIL_USE_TLS = True\n", "", STARTTLS),
    ("EMAIL_PORT = 465\nEMAIL_USE_SSL = True\n", "", IMPLICIT),
    ("EMAIL_PORT = '465'\nEMAIL_USE_SSL = 1\nEMAIL_USE_TLS = 0\n", "", IMPLICIT),
    (
        "EMAIL_PORT = int(os.environ.get('P', 587))\n"
        "EMAIL_USE_TLS = os.environ.get('T', 'True').lower() in ('true', '1', 'yes')\n"
        "EMAIL_USE_SSL = os.getenv('S', 'False') == 'True'\n",
        "T=yes\nS=False\n",
        STARTTLS,
    ),
    (
        f"{ENVIRON}EMAIL_PORT = env.int('P')\nEMAIL_USE_SSL = env.bool('S', default=False)\n"
        "EMAIL_USE_TLS = env('T', default=False)\n",
        "P=465\nS=on\nT=false\n",
        IMPLICIT,
    ),
    (
        f"{DECOUPLE}EMAIL_PORT = config('P', cast=int)\n"
        "EMAIL_USE_TLS = config('T', default=False, cast=bool)\n",
        "P = 587\nT = yes\n",
        STARTTLS,
    ),
    ("SECURE = True\nEMAIL_PORT = 465 if SECURE else 587\n"
     "EMAIL_USE_SSL = EMAIL_PORT == 465\nEMAIL_USE_TLS = not EMAIL_USE_SSL\n", "", IMPLICIT),
    ("globals().update(EMAIL_PORT=587, EMAIL_USE_TLS=True)\n", "", STARTTLS),
    ("EMAIL_USE_TLS = True\nfrom .mail import *\n", "", STARTTLS),
    ("from .helper import apply\napply(globals(), tls=True)\n", "", STARTTLS),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "env", "expected"), HEALTHY)
def test_healthy_settings_however_they_are_said(
    tmp_path: Path, settings: str, env: str, expected: tuple[str, int, str, bool]
) -> None:
    setup = found(
        tmp_path,
        "django",
        project(settings, env, shop__mail="EMAIL_PORT = 587\n", shop__helper=HELPER),
    )
    assert way(setup) == expected
    assert setup.complete
    assert setup.settings.verify
    assert not setup.settings.remarks
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "word"
    assert setup.identity.version == "==5.2.1"
    assert setup.identity.profile == "shop.settings"


#: A function that sets what it is handed.
HELPER = """def apply(names, port=587, tls=False):
    names["EMAIL_PORT"] = port
    if tls:
        names["EMAIL_USE_TLS"] = tls
"""


def test_a_function_that_is_handed_the_modules_names_sets_them(tmp_path: Path) -> None:
    """A further setting is put beside those, in their form; what is no function of the folder sets
    nothing that could be told."""
    root = tmp_path / "folder"
    code = "from .helper import apply\napply(globals(), 465)\nother(globals())\n"
    setup = found(root, "django", project(code, "", shop__helper=HELPER))
    assert way(setup) == (HOST, 465, "none", False)
    change = prepared(setup.settings, 465, "implicit")
    assert [edit.with_ for edit in change.edits] == ['    names["EMAIL_USE_SSL"] = True\n']
    changes_lead_there(root, "django")


WRONG = [
    ("EMAIL_PORT = 587\nEMAIL_USE_SSL = True\n", "", (HOST, 587, "implicit", False), set()),
    ("EMAIL_PORT = 465\nEMAIL_USE_TLS = True\n", "", (HOST, 465, "starttls", True), set()),
    ("EMAIL_PORT = 465\n", "", (HOST, 465, "none", False), set()),
    ("EMAIL_USE_SSL = True\n", "", (HOST, 25, "implicit", False), set()),
    (
        "EMAIL_PORT = 465\nEMAIL_USE_SSL = True\nEMAIL_USE_TLS = True\n",
        "",
        (HOST, 465, "implicit", False),
        {("fault", "EMAIL_USE_SSL")},
    ),
    (
        "EMAIL_PORT = 587\nEMAIL_USE_SSL = os.environ.get('S')\n",
        "S=False\n",
        (HOST, 587, "implicit", False),
        {("misread", "EMAIL_USE_SSL")},
    ),
    (
        "EMAIL_PORT = 587\nEMAIL_USE_TLS = True\nEMAIL_USE_SSL = os.environ.get('S', False)\n",
        "S=False\n",
        (HOST, 587, "starttls", True),
        {("misread", "EMAIL_USE_SSL"), ("fault", "EMAIL_USE_SSL")},
    ),
    (
        "EMAIL_PORT = 465\nEMAIL_USE_SSL = os.getenv('S')\nEMAIL_USE_TLS = os.getenv('T')\n",
        "S=True\nT=0\n",
        (HOST, 465, "implicit", False),
        {("misread", "EMAIL_USE_TLS"), ("fault", "EMAIL_USE_SSL")},
    ),
]


@pytest.mark.parametrize(("settings", "env", "expected", "said"), WRONG)
def test_what_is_wrong_and_the_change_that_mends_it(
    tmp_path: Path,
    settings: str,
    env: str,
    expected: tuple[str, int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    root = tmp_path / "folder"
    setup = found(root, "django", project(settings, env))
    assert way(setup) == expected
    assert remarks(setup) == said
    changes_lead_there(root, "django")


def test_the_smallest_change_is_the_other_name(tmp_path: Path) -> None:
    write(tmp_path, project("EMAIL_PORT = 587\nEMAIL_USE_SSL = True\n"))
    assert edited(tmp_path, "django", 587, "starttls") == [("EMAIL_USE_SSL", "EMAIL_USE_TLS")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("os.environ.get('S')", 'os.environ.get(\'S\', "").lower() == "true"'),
        ("os.environ.get('S', False)", 'os.environ.get(\'S\', "False").lower() == "true"'),
        ("os.environ['S']", "os.environ['S'].lower() == \"true\""),
        ("bool(os.getenv('S', ''))", "os.getenv('S', '').lower() == \"true\""),
        ("config('S')", "config('S', cast=bool)"),
        ("env('S')", "env.bool('S')"),
    ],
)
def test_the_text_false_is_mended_in_the_line_of_code(
    tmp_path: Path, before: str, after: str
) -> None:
    settings = (
        f"{ENVIRON}{DECOUPLE}EMAIL_PORT = 587\nEMAIL_USE_TLS = True\nEMAIL_USE_SSL = {before}\n"
    )
    root = tmp_path / "folder"
    setup = found(root, "django", project(settings, "S=False\n"))
    assert ("misread", "EMAIL_USE_SSL") in remarks(setup)
    assert edited(root, "django", 587, "starttls") == [(before, after)]
    changes_lead_there(root, "django")


URLS = [
    ("django-environ", "smtp+tls://info%40example.com:wo%23rd@smtp.ionos.com:587", STARTTLS, set()),
    ("django-environ", "smtp+ssl://info%40example.com:wo%23rd@smtp.ionos.com:465", IMPLICIT, set()),
    ("django-environ", "smtps://info%40example.com:wo%23rd@smtp.ionos.com:587", STARTTLS, set()),
    (
        "django-environ",
        "smtps://info%40example.com:wo%23rd@smtp.ionos.com:465",
        (HOST, 465, "starttls", True),
        {("misread", "url.scheme")},
    ),
    (
        "django-environ",
        "submission://info%40example.com:wo%23rd@smtp.ionos.com:587",
        ("localhost", 25, "none", False),
        {("fault", "url.scheme")},
    ),
    ("dj-email-url", "submission://info%40example.com:wo%23rd@smtp.ionos.com", STARTTLS, set()),
    (
        "dj-email-url",
        "smtp://info%40example.com:wo%23rd@smtp.ionos.com:465/?ssl=True",
        IMPLICIT,
        set(),
    ),
    (
        "dj-email-url",
        "smtps://info%40example.com:wo%23rd@smtp.ionos.com:465",
        (HOST, 465, "starttls", True),
        {("misread", "url.scheme")},
    ),
    (
        "dj-email-url",
        "smtp+ssl://info%40example.com:wo%23rd@smtp.ionos.com:465",
        (HOST, 465, "none", False),
        {("misread", "url.scheme")},
    ),
]  # fmt: skip
READ = {
    "django-environ": f"{ENVIRON}EMAIL_CONFIG = env.email_url('EMAIL_URL')\n"
    "vars().update(EMAIL_CONFIG)\n",
    "dj-email-url": "import dj_email_url\nc = dj_email_url.config()\nEMAIL_HOST = c['EMAIL_HOST']\n"
    "EMAIL_HOST_USER = c['EMAIL_HOST_USER']\nEMAIL_HOST_PASSWORD = c['EMAIL_HOST_PASSWORD']\n"
    "EMAIL_PORT = c['EMAIL_PORT']\nEMAIL_USE_SSL = c['EMAIL_USE_SSL']\n"
    "EMAIL_USE_TLS = c['EMAIL_USE_TLS']\n",
}


@pytest.mark.parametrize(("library", "url", "expected", "said"), URLS)
def test_an_email_url(
    tmp_path: Path,
    library: str,
    url: str,
    expected: tuple[str, int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    files = project("", f"EMAIL_URL={url}\n")
    files["shop/settings.py"] = f"import os\nINSTALLED_APPS = []\n{READ[library]}"
    root = tmp_path / "folder"
    setup = found(root, "django", files)
    assert remarks(setup) == said
    if ("fault", "url.scheme") not in said:
        assert way(setup) == expected
        assert setup.settings.username == "info@example.com"
        assert setup.credentials.password is not None
        assert setup.credentials.password.reveal() == "wo#rd"
        host = setup.settings.entry("host")
        assert host is not None
        assert host.origin.label == ".env:1"
        assert "wo%23rd" not in str(setup.settings)


@pytest.mark.parametrize(
    ("backend", "kind"),
    [
        ("django.core.mail.backends.console.EmailBackend", {("not-sent", "EMAIL_BACKEND")}),
        ("django.core.mail.backends.filebased.EmailBackend", {("not-sent", "EMAIL_BACKEND")}),
        ("django.core.mail.backends.locmem.EmailBackend", {("not-sent", "EMAIL_BACKEND")}),
        ("django.core.mail.backends.dummy.EmailBackend", {("not-sent", "EMAIL_BACKEND")}),
        ("django.core.mail.backends.smtp.EmailBackend", set()),
        ("djcelery_email.backends.CeleryEmailBackend", set()),
        ("shop.mail.OwnBackend", set()),
    ],
)
def test_back_ends(tmp_path: Path, backend: str, kind: set[tuple[str, str]]) -> None:
    own = (
        "from django.core.mail.backends.smtp import EmailBackend\n"
        "class OwnBackend(EmailBackend):\n    pass\n"
    )
    settings = f"EMAIL_PORT = 587\nEMAIL_USE_TLS = True\nEMAIL_BACKEND = '{backend}'\n"
    setup = found(tmp_path, "django", project(settings, shop__mail=own))
    assert remarks(setup) == kind
    assert setup.complete
    assert setup.sends is not bool(kind)


def test_a_back_end_that_nobody_knows_can_not_be_told(tmp_path: Path) -> None:
    settings = "EMAIL_PORT = 587\nEMAIL_USE_TLS = True\nEMAIL_BACKEND = 'company.mail.Backend'\n"
    setup = found(tmp_path, "django", project(settings))
    assert not setup.complete
    assert [each.option for each in setup.settings.untellable] == ["EMAIL_BACKEND"]


def test_an_api_is_no_set_up_and_is_said(tmp_path: Path) -> None:
    write(tmp_path, project("EMAIL_BACKEND = 'anymail.backends.mailgun.EmailBackend'\n"))
    assert setups(tmp_path) == []


@pytest.mark.parametrize(
    ("version", "verifies"),
    [("==4.1.13", False), (">=3.2,<4", False), ("~=4.2", True), ("", True), (">=3.2", True)],
)
def test_certificates_are_verified_from_4_2_on(
    tmp_path: Path, version: str, verifies: bool
) -> None:
    files = project("EMAIL_PORT = 587\nEMAIL_USE_TLS = True\n")
    files["requirements.txt"] = f"Django{version}\n"
    assert found(tmp_path, "django", files).settings.verify is verifies


MAILERS = """\
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "smtp.ionos.com", "username": "u@example.com", "password": "w", %s},
    },
}
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('"use_tls": True', STARTTLS),
        ('"use_ssl": True', IMPLICIT),
        ('"port": 587, "use_ssl": True', (HOST, 587, "implicit", False)),
        ('"port": 465', (HOST, 465, "none", False)),
    ],
)
def test_mailers_of_6_1(tmp_path: Path, options: str, expected: tuple[str, int, str, bool]) -> None:
    files = project("")
    files["shop/settings.py"] = f"INSTALLED_APPS = []\n{MAILERS % options}"
    files["requirements.txt"] = "Django==6.1.3\n"
    root = tmp_path / "folder"
    setup = found(root, "django", files)
    assert way(setup) == expected
    changes_lead_there(root, "django")
    write(root, {"shop/settings.py": f"EMAIL_PORT = 1\n{MAILERS % options}"})
    assert remarks(one(root, "django")) == {("fault", "EMAIL_PORT")}
    write(root, {"requirements.txt": "Django==5.2\n"})
    assert remarks(one(root, "django")) == {("ignored", "MAILERS")}


PACKAGE = {
    "manage.py": MANAGE.replace("shop.settings", "shop.settings.dev"),
    "shop/settings/__init__.py": "",
    "shop/settings/base.py": "INSTALLED_APPS = []\nEMAIL_HOST = 'base.example'\nEMAIL_PORT = 587\n"
    "EMAIL_USE_TLS = True\nEMAIL_HOST_USER = 'u@example.com'\n",
    "shop/settings/dev.py": "from .base import *\nEMAIL_BACKEND = "
    "'django.core.mail.backends.console.EmailBackend'\n",
    "shop/settings/production.py": "from .base import *\nEMAIL_HOST = 'smtp.ionos.com'\n",
}


def test_the_settings_module_that_counts(tmp_path: Path) -> None:
    write(tmp_path, PACKAGE)
    assert way(one(tmp_path, "django")) == STARTTLS
    assert one(tmp_path, "django").identity.profile == "shop.settings.production"
    dev = one(tmp_path, "django", DJANGO_SETTINGS_MODULE="shop.settings.dev")
    assert (dev.settings.host, dev.sends) == ("base.example", False)
    (asked,) = setups(tmp_path, profile="dev")
    assert asked.identity.profile == "shop.settings.dev"
    write(tmp_path, {".env": "DJANGO_SETTINGS_MODULE=shop.settings.base\n"})
    assert one(tmp_path, "django").identity.profile == "shop.settings.base"


def test_settings_without_a_program_that_names_them(tmp_path: Path) -> None:
    files = {name: text for name, text in PACKAGE.items() if name != "manage.py"}
    assert way(found(tmp_path, "django", files)) == STARTTLS


@pytest.mark.parametrize(
    ("code", "sender"),
    [
        ("send_mail('s', 'b', 'other@example.org', ['to@example.com'])", "other@example.org"),
        ("send_mail('s', 'b', settings.EMAIL_HOST_USER, ['to@example.com'])", "info@example.com"),
        ("send_mail('s', 'b', None, ['to@example.com'])", "d@example.com"),
        ("EmailMessage('s', 'b', from_email=settings.DEFAULT_FROM_EMAIL)", "d@example.com"),
    ],
)
def test_the_sender(tmp_path: Path, code: str, sender: str) -> None:
    settings = "EMAIL_PORT = 587\nEMAIL_USE_TLS = True\n"
    views = f"from django.core.mail import *\nfrom django.conf import settings\n{code}\n"
    files = project(settings, shop__views=views)
    files["shop/settings.py"] = files["shop/settings.py"].replace("Shop <info@", "Shop <d@")
    assert found(tmp_path, "django", files).settings.sender == sender


def test_what_is_no_set_up(tmp_path: Path) -> None:
    files = {
        "shop/settings.py": "INSTALLED_APPS = []\n# EMAIL_HOST = 'smtp.ionos.com'\n",
        "tests/settings.py": HEAD,
        "settings.example.py": HEAD,
        "manage.py": MANAGE,
    }
    assert setups(write(tmp_path, files)) == []


def test_what_can_not_be_told(tmp_path: Path) -> None:
    settings = "EMAIL_PORT = 587\nEMAIL_USE_TLS = True\nEMAIL_HOST = vault.read('host')\n"
    setup = found(tmp_path, "django", project(settings))
    assert not setup.complete
    (told,) = setup.settings.untellable
    assert (told.field, told.origin is not None) == ("host", True)
    write(tmp_path, project("EMAIL_HOST = os.environ['MAIL_HOST']\nEMAIL_PORT = 587\n"))
    setup = one(tmp_path, "django")
    assert "MAIL_HOST" in setup.settings.untellable[0].why


# --- what sends, and where settings stand --------------------------------------------------------

PLAIN = (
    "INSTALLED_APPS = []\nEMAIL_HOST = 'smtp.ionos.com'\nEMAIL_PORT = 587\nEMAIL_USE_TLS = True\n"
    "EMAIL_HOST_USER = 'info@example.com'\nEMAIL_HOST_PASSWORD = 'geheim-1'\n"
)


@pytest.mark.parametrize(
    "code",
    [
        "def view(request):\n    request.user.email_user('a', 'b')\n",
        "from django.urls import include, path\n"
        "u = [path('a/', include('django.contrib.auth.urls'))]\n",
        "from django.contrib.auth.views import PasswordResetView\n"
        "v = PasswordResetView.as_view()\n",
        "from django.core.mail import send_mass_mail\n"
        "send_mass_mail((('a', 'b', None, ['c@d.e']),))\n",
        "from django.conf import settings\nfrom django.core.mail import EmailMessage\n"
        "EmailMessage('a', 'b', getattr(settings, 'DEFAULT_FROM_EMAIL', None), ['c@d.e']).send()\n",
    ],
)
def test_django_sends_from_its_own_default(tmp_path: Path, code: str) -> None:
    files = {"shop/settings.py": PLAIN, "manage.py": "", "shop/views.py": code}
    assert found(tmp_path / "none", "django", files).settings.sender == "webmaster@localhost"
    files["shop/settings.py"] += "DEFAULT_FROM_EMAIL = 'shop@example.com'\n"
    assert found(tmp_path / "set", "django", files).settings.sender == "shop@example.com"


def test_lookalike_nothing_is_known_to_send(tmp_path: Path) -> None:
    files = {"shop/settings.py": PLAIN, "manage.py": "", "shop/views.py": "# email_user\n"}
    assert found(tmp_path, "django", files).settings.sender == "info@example.com"


CONFIGURATIONS = """from configurations import Configuration, values
class Mail:
    EMAIL_HOST = values.Value("smtp.ionos.com", environ_name="SMTP_HOST", environ_prefix=None)
    EMAIL_USE_{0} = values.BooleanValue(True)
class Common(Configuration):
    INSTALLED_APPS = []
    EMAIL_HOST = "localhost"
    EMAIL_PORT = values.IntegerValue(25)
class Development(Common):
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
class Production(Mail, Common):
    EMAIL_HOST_USER = "info@example.com"
    EMAIL_HOST_PASSWORD = values.SecretValue()
"""
CONFIGURED = (
    "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    "os.environ.setdefault('DJANGO_CONFIGURATION', '{0}')\n"
)


@pytest.mark.parametrize("named", ["Production", "Development"])
@pytest.mark.parametrize(("flag", "tls"), [("TLS", "starttls"), ("SSL", "implicit")])
def test_the_class_of_django_configurations_that_counts(
    tmp_path: Path, named: str, flag: str, tls: str
) -> None:
    files = {
        "manage.py": CONFIGURED.format(named),
        "shop/settings.py": CONFIGURATIONS.format(flag),
        ".env": "DJANGO_EMAIL_PORT=465\nDJANGO_EMAIL_HOST_PASSWORD=geheim-1\n",
    }
    setup = found(tmp_path, "django", files)
    assert way(setup) == ("smtp.ionos.com", 465, tls, tls == "starttls")
    assert setup.settings.has_credentials
    port = setup.settings.entry("port")
    assert port is not None
    assert port.origin.label == ".env:1"


def test_the_url_of_django_configurations(tmp_path: Path) -> None:
    code = CONFIGURATIONS.format("TLS") + "    EMAIL = values.EmailURLValue()\n"
    url = "EMAIL_URL=smtp://info%40example.com:geheim@smtp.ionos.com:465/?ssl=True\n"
    files = {"manage.py": CONFIGURED.format("Production"), "shop/settings.py": code, ".env": url}
    setup = found(tmp_path, "django", files)
    assert setup.settings.host == "smtp.ionos.com"
    assert setup.settings.port == 465


def test_a_false_of_django_configurations_is_no(tmp_path: Path) -> None:
    files = {
        "manage.py": CONFIGURED.format("Production"),
        "shop/settings.py": CONFIGURATIONS.format("SSL"),
        ".env": "DJANGO_EMAIL_USE_SSL=No\n",
    }
    assert found(tmp_path, "django", files).settings.tls == "none"


SPLIT = """from os import environ
from split_settings.tools import include, optional
ENV = environ.get("DJANGO_ENV", "development")
base = ["components/*.py", f"environments/{ENV}.py", optional("environments/local.py")]
include(*base)
"""


def test_files_that_django_split_settings_takes(tmp_path: Path) -> None:
    files = {
        "manage.py": CONFIGURED.format("x"),
        "shop/settings/__init__.py": SPLIT,
        "shop/settings/components/mail.py": PLAIN,
        "shop/settings/environments/production.py": "EMAIL_PORT = 465\n",
        "shop/settings/environments/development.py": "EMAIL_HOST = 'localhost'\n",
        ".env": "DJANGO_ENV=production\n",
    }
    setup = found(tmp_path, "django", files)
    assert way(setup) == ("smtp.ionos.com", 465, "starttls", True)


SEND = "from django.core.mail import send_mail\n"
SETTINGS = "from django.conf import settings\n"


@pytest.mark.parametrize(
    ("settings", "code", "sender"),
    [
        # a function of the folder is handed the sender
        (
            "",
            f"{SEND}def notify(to, sender):\n    send_mail('a', 'b', sender, [to])\n"
            "notify('c@d.e', 'shop@example.org')\n",
            "shop@example.org",
        ),
        (
            "TEAM = 'team@example.org'\n",
            f"{SEND}{SETTINGS}def notify(to, sender):\n    send_mail('a', 'b', sender, [to])\n"
            "notify('c@d.e', sender=settings.TEAM)\n",
            "team@example.org",
        ),
        # a key of a setting, and a setting beside another whose name speaks of mail
        (
            "EMAILS = {'invites': 'invites@example.org'}\n",
            f"{SEND}{SETTINGS}send_mail('a', 'b', settings.EMAILS.get('invites'), ['c@d.e'])\n",
            "invites@example.org",
        ),
        (
            "TEAM = 'team@example.org'\nEMAIL_THINGS = {}\n",
            f"{SEND}{SETTINGS}send_mail(settings.EMAIL_THINGS['a'], 'b', settings.TEAM, ['c@d.e'])",
            "team@example.org",
        ),
        # mail to those who run the site alone
        (
            "ADMINS = [('A', 'a@b.de')]\nSERVER_EMAIL = 'server@example.org'\n",
            "from django.core.mail import mail_admins\nmail_admins('a', 'b')\n",
            "server@example.org",
        ),
        (
            "MANAGERS = ADMINS = [('A', 'a@b.de')]\n",
            "from django.core.mail import mail_managers\nmail_managers('a', 'b')\n",
            "root@localhost",
        ),
        # without anybody to send to it sends nothing, and beside other mail it is not the sender
        (
            "ADMINS = []\n",
            "from django.core.mail import mail_admins\nmail_admins('a', 'b')\n",
            "info@example.com",
        ),
        (
            "ADMINS = [('A', 'a@b.de')]\n",
            "from django.core.mail import mail_admins, send_mail\nmail_admins('a', 'b')\n"
            "send_mail('a', 'b', None, ['c@d.e'])\n",
            "info@example.com",
        ),
    ],
)
def test_who_the_codes_mail_is_from(tmp_path: Path, settings: str, code: str, sender: str) -> None:
    given = f"EMAIL_PORT = 587\nEMAIL_USE_TLS = True\n{settings}"
    files = {**project(given), "shop/views.py": code}
    assert found(tmp_path, "django", files).settings.sender == sender


CONNECTION = """from django.core.mail import EmailMessage, get_connection
def send(to):
    connection = get_connection(
        host="smtp.ionos.com",
        port=587,
        username="info@example.com",
        password="word",
        use_ssl=True,
    )
    EmailMessage("a", "b", "info@example.com", [to], connection=connection).send()
"""


def test_a_connection_that_the_code_makes(tmp_path: Path) -> None:
    manage = {"manage.py": MANAGE, "shop/settings.py": "INSTALLED_APPS = []\n"}
    files = {**manage, "shop/mail.py": CONNECTION, "shop/again.py": CONNECTION}
    files["shop/settings.py"] += "EMAIL_BACKEND = 'django.core.mail.backends.smtp.EmailBackend'\n"
    first, *others = [each for each in setups(write(tmp_path, files)) if each.settings.setup]
    assert way(first) == (HOST, 587, "implicit", False)
    assert first.name == "django shop/again.py:4"
    # the same in another file is another place to mend, and the settings name no host
    assert [each.name for each in others] == ["django shop/mail.py:4"]


def test_what_a_connection_is_not_given_the_settings_say(tmp_path: Path) -> None:
    code = "from django.core.mail import get_connection\nget_connection(host='mail.example.org')\n"
    files = {**project("EMAIL_PORT = 465\nEMAIL_USE_SSL = True\n"), "shop/mail.py": code}
    ways = {way(each) for each in setups(write(tmp_path, files))}
    assert ways == {IMPLICIT, ("mail.example.org", 465, "implicit", False)}


def test_a_connection_by_the_settings_alone_is_none_of_its_own(tmp_path: Path) -> None:
    code = "from django.core.mail import get_connection\nget_connection(fail_silently=True)\n"
    files = {**project("EMAIL_PORT = 465\nEMAIL_USE_SSL = True\n"), "shop/mail.py": code}
    assert way(found(tmp_path, "django", files)) == IMPLICIT


def test_a_connection_that_is_never_made_is_no_set_up(tmp_path: Path) -> None:
    code = "from django.core.mail import get_connection\nLOCAL = False\nif LOCAL:\n"
    code += "    get_connection(host='mail.example.org')\n"
    files = {**project("EMAIL_PORT = 465\nEMAIL_USE_SSL = True\n"), "shop/mail.py": code}
    assert way(found(tmp_path, "django", files)) == IMPLICIT


def test_a_setting_that_no_condition_lets_through_is_not_set(tmp_path: Path) -> None:
    given = "EMAIL_PORT = 587\nif os.environ.get('T'):\n    EMAIL_USE_TLS = os.environ.get('T')\n"
    setup = found(tmp_path, "django", project(given, "OTHER=1\n"))
    assert way(setup) == (HOST, 587, "none", False)
    assert not setup.settings.untellable


def test_a_script_with_its_settings_in_a_call(tmp_path: Path) -> None:
    code = (
        "import os\nfrom django.conf import settings\nsettings.configure(\n"
        "    EMAIL_HOST=os.environ.get('HOST'),\n    EMAIL_PORT=465,\n    EMAIL_USE_TLS=True,\n"
        "    EMAIL_HOST_USER='info@example.com',\n    EMAIL_HOST_PASSWORD='word',\n)\n"
        "from django.core.mail import send_mail\n"
        "send_mail('a', 'b', 'shop@example.org', ['c@d.e'])\n"
    )
    setup = found(tmp_path, "django", {"send.py": code, ".env": "HOST=smtp.ionos.com\n"})
    assert (setup.name, way(setup)) == ("django send.py:4", (HOST, 465, "starttls", True))
    assert setup.settings.sender == "shop@example.org"


def test_settings_without_a_host_in_a_call_are_no_set_up(tmp_path: Path) -> None:
    code = "from django.conf import settings\nsettings.configure(DEBUG=True, EMAIL_PORT=25)\n"
    assert not setups(write(tmp_path, {"conftest.py": code, "run.py": code}))


@pytest.mark.parametrize(
    "settings",
    ["EMAIL_HOST = 'smtp.ionos.com'\nEMAIL_PORT = 465\nEMAIL_USE_SSL = True\n", ENVIRON],
)
def test_a_connection_that_nobody_can_tell_hides_no_settings(tmp_path: Path, settings: str) -> None:
    if settings == ENVIRON:
        settings = f"import os\n{ENVIRON}vars().update(env.email('EMAIL_URL'))\n"
    code = (
        "from django.core.mail import get_connection\ndef send(config):\n"
        "    return get_connection(host=config.host, port=config.port)\n"
    )
    files = {
        "manage.py": MANAGE,
        "shop/settings.py": f"INSTALLED_APPS = []\nBASE_DIR = ''\n{settings}",
        "shop/mail.py": code,
        ".env": "EMAIL_URL=smtp+ssl://u%40h.de:word@smtp.ionos.com:465\n",
    }
    assert way(found(tmp_path, "django", files)) == IMPLICIT


def test_a_key_that_is_set_over_what_another_module_has(tmp_path: Path) -> None:
    files = {
        **project(
            "from .base import *\nEMAIL_PORT = 465\nEMAIL_USE_SSL = True\n"
            "SHOP['from'] = 'shop@example.org'\n"
        ),
        "shop/base.py": "SHOP = {'from': 'base@example.org', 'other': 1}\n",
        "shop/views.py": f"{SEND}{SETTINGS}send_mail('a', 'b', settings.SHOP['from'], ['c@d.e'])\n",
    }
    assert found(tmp_path, "django", files).settings.sender == "shop@example.org"
