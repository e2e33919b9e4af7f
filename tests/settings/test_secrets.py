"""No secret, and no length of one, in anything that settings give out."""

from __future__ import annotations

import re
import traceback

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.settings.change import change
from smtpdoctor.settings.model import MASK, Secret
from smtpdoctor.settings.reading import UsageError
from smtpdoctor.settings.show import as_data, show

from .reader import read_all

CANARY = "c4n4ry"

#: Ways to have a secret in the settings; {} is the secret.
FILES = [
    "SMTP_HOST=h\nSMTP_USER=u\nSMTP_PASS={}\n",
    "SMTP_HOST=h\nSMTP_USER=u\nSMTP_PASS='{}' # {}\n",
    "SMTP_HOST=h # {}\nSMTP_USER=u # not {}!\nSMTP_PASSWORD={}\n",
    "SMTP_HOST=h\nSMTP_PASS=old{}\nSMTP_PASS={}\n",
    "SMTP_HOST=h\nSMTP_PASS=a #{}\n",
    'SMTP_HOST=h\nSMTP_PASS="{}\nSMTP_USER=u\n',
    'SMTP_HOST=h\nSMTP_PASS="{}"; # {}\n',
    'SMTP_HOST=h\nSMTP_PASS="first\n{}"\n',
    "SMTP_HOST=h\nSMTP_USER='info@example.com\nSMTP_PASS='{}'\n",
    "SMTP_HOST=h\nSMTP_OAUTH_TOKEN={}\n",
    "SMTP_URL=smtps://u:{}@h:587\n",
    "SMTP_URL='smtps://u:{}@h:587' # {}\n",
    "SMTP_URL=smtps://u:{}#x@h:587\n",
    "SMTP_URL=smtps://u:x #{}@h:587\n",
    "SMTP_URL=smtps://u:{}/x@h:587/path\n",
    'SMTP_URL="smtps://u:{}\\"@h:587"\n',
    "SMTP_URL=smtps://h:587?password={}\n",
    "SMTP_URL=u:{}@h:587\n",
    "SMTP_URL=smtp://a:{}@h\nSMTP_URL=smtps://u:{}@h:587\n",
    "SMTP_HOST=smtp://u:{}@h:587\n",
    "SMTP_HOST=u:{}@h\n",
    "SMTP_SERVER='u:{}@h' # {}\n",
    "SMTP_HOST=h\nSMTP_PASWORD={}\n",
    "SMTP_HOST=h\nexport SMTP_PASSWORT='{}'\n",
    "SMTP_HOST=h\nSMTP_PASS={}\nSMTP_PASSWORD=other\n",
    "SMTP_URL=smtp://u:{}@h\nSMTP_USER=v\nSMTP_PASS=other\nSMTP_HOST=i\n",
]


def given_out(dotenv: str, environ: dict[str, str], **options: str | bool) -> str:
    """Everything that a run could print or save of these settings."""
    settings, credentials = read_all(dotenv, environ, **options)
    settings = msgspec.structs.replace(settings, folder="folder")
    changes = [
        change(settings, port=465, tls="implicit"),
        change(settings, port=2525, tls="starttls", host="new.example"),
        change(settings, username="someone@example.com", sender="someone@example.com"),
    ]
    return "\n".join(
        [
            repr(settings),
            str(settings),
            msgspec.json.encode(settings).decode(),
            repr(credentials),
            str(credentials),
            show(settings),
            repr(as_data(settings)),
            repr(changes),
        ]
    )


@pytest.mark.parametrize("file", FILES)
def test_secret_of_a_file_is_never_given_out(file: str) -> None:
    assert CANARY not in given_out(file.replace("{}", CANARY), {})


@pytest.mark.parametrize("file", FILES)
def test_length_of_a_secret_is_never_given_out(file: str) -> None:
    short, long = (given_out(file.replace("{}", CANARY * times), {}) for times in (1, 7))
    assert short == long


@pytest.mark.parametrize("file", FILES)
def test_secret_in_the_environment_of_a_container(file: str) -> None:
    # no comments there: what would be one is a part of the value
    text = re.sub(" # .*", "", file).replace("{}", CANARY)
    assert CANARY not in given_out("", {}, stdin=text, env_file="-")
    assert CANARY not in given_out("", {}, stdin=f"PATH=/bin\n{text}", env_file="-")


@pytest.mark.parametrize(
    "environ",
    [
        {"SMTP_PASS": CANARY},
        {"SMTP_PASSWD": CANARY},
        {"SMTP_URL": f"smtp://u:{CANARY}@smtp.example.com"},
        {"SMTP_HOST": f"u:{CANARY}@h"},
        {"SMTP_OAUTH_TOKEN": CANARY},
    ],
)
def test_secret_of_the_environment_is_never_given_out(environ: dict[str, str]) -> None:
    dotenv = f"SMTP_HOST=h # {CANARY}\nSMTP_URL=smtp://u:{CANARY}@i\nSMTP_PASS={CANARY}\n"
    assert CANARY not in given_out(dotenv, environ)
    assert CANARY not in given_out(dotenv, environ, target="smtp.example.net")


def test_secret_of_the_command_line_is_never_given_out() -> None:
    dotenv = f"SMTP_HOST=h # {CANARY}\n"
    assert CANARY not in given_out(dotenv, {}, target=f"smtp://u:{CANARY}@h")
    assert CANARY not in given_out(dotenv, {}, stdin=f"{CANARY}\n", password_stdin=True)


def test_masked_lines_keep_what_is_no_secret() -> None:
    settings, _ = read_all(f"SMTP_HOST=h # not {CANARY}\nSMTP_PASS='{CANARY}' # old\n")
    lines = [entry.source_line for entry in settings.entries]
    assert lines == [f"SMTP_HOST=h # {MASK}", f"SMTP_PASS={MASK}"]


def test_columns_fit_the_masked_line() -> None:
    settings, _ = read_all("SMTP_URL=smtps://u:c4n4ry-c4n4ry@smtp.example.com:587\n")
    port = settings.entry("port")
    assert port is not None
    assert port.source_line == f"SMTP_URL=smtps://u:{MASK}@smtp.example.com:587"
    assert port.origin.columns is not None
    start, end = port.origin.columns
    assert port.source_line[start - 1 : end - 1] == "587"


@given(st.text(st.sampled_from("\"'\\ #=\n@:/?%{}$<>"), max_size=8))
def test_secret_with_any_syntax_around_it_stays_in_its_line(around: str) -> None:
    for line in (f"SMTP_PASS={around}{CANARY}{around}", f"SMTP_URL=smtp://u:{CANARY}{around}@h"):
        text = f"SMTP_HOST=h\n{line}\nSMTP_FROM=a@example.com\n"
        try:
            assert CANARY not in given_out(text, {})
        except UsageError as error:
            assert CANARY not in str(error)  # noqa: PT017 - the message is what is tested


def test_secret_prints_as_a_mask_everywhere() -> None:
    secret = Secret(CANARY)
    assert {repr(secret), str(secret), f"{secret}", f"{secret!r:>3}", "%s" % secret} == {MASK}  # noqa: UP031
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)
    assert CANARY not in "".join(traceback.format_exception(ValueError(secret)))
