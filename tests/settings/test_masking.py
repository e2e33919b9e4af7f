"""Of a user's file only what is known to be harmless is shown, wherever a secret stands in it."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smtpdoctor.observations import Observations, SettingRead, SettingsRead
from smtpdoctor.report import formats
from smtpdoctor.report.model import build
from smtpdoctor.settings.change import change
from smtpdoctor.settings.harmless import shown
from smtpdoctor.settings.model import MASK, Field, Settings
from smtpdoctor.settings.names import ValueKind
from smtpdoctor.settings.reading import UsageError
from smtpdoctor.settings.show import as_data, show
from tests.examples import examples

from .reader import read, read_all

#: Windows of this many characters of a secret are nowhere.
WINDOW = 6


def run_of(read: Settings) -> Observations:
    """The observations of a run that stopped after the settings."""
    first = SettingsRead(id="1", settings=read, ok=True)
    entries = [
        SettingRead(id=str(number), setting=entry, ok=entry.ok)
        for number, entry in enumerate(read.entries, 2)
    ]
    return Observations([first, *entries])


def printed(observations: Observations) -> list[str]:
    """The reports on a run: JSON (which is the saved run, too) and the terminal's."""
    report = build(observations, started="", seconds=0.0)
    for diagnosis in report.diagnoses:  # a mask is nothing to write into a file
        for fix in diagnosis.fixes:
            assert not any(MASK in (value or "") for value in fix.settings.values()), fix
            assert not any(MASK in edit.with_ for edit in fix.edits), fix
    wide = formats.Options(width=200, verbose=True)
    return [formats.render(name, report, wide) for name in formats.names()]


def given_out(dotenv: str, environ: dict[str, str], **options: str | bool) -> str:
    """Everything that a run prints or saves of these settings, or its error's text."""
    try:
        found, credentials = read_all(dotenv, environ, **options)
    except UsageError as error:
        return f"{error} {error!r}"
    found = msgspec.structs.replace(found, folder="folder")
    changes = [
        change(found, port=465, tls="implicit", host="new.example"),
        change(found, username="me@example.com", sender="me@example.com"),
    ]
    for made in changes:
        assert not any(MASK in (value or "") for value in made.settings.values()), made
    parts = [repr(found), repr(credentials), show(found), repr(as_data(found)), repr(changes)]
    texts = "\n".join([*parts, *printed(run_of(found))])
    return texts + json.dumps(msgspec.to_builtins(found), ensure_ascii=False)


def leaks(secret: str, text: str) -> list[str]:
    """The windows of the secret that stand in the text, as they are or with blanks folded."""
    windows = {secret[i : i + WINDOW] for i in range(len(secret) - WINDOW + 1)}
    windows -= {w for w in windows if set(w) <= set("-|: ")}  # the lines of a table
    # what a wrapped line or an escape parts is shown all the same
    forms = (text, re.sub(r"\s+", "", text))
    return sorted(w for w in windows if any(w in form for form in forms))


SIGNS = "!#$%&*+-./:;<=>?[]^_{|}~'\"`\\ ,()äß"


def secrets(signs: str) -> st.SearchStrategy[str]:
    """As people's and generators' secrets are: longer than a port, with digits and signs."""
    return (
        st.text(st.sampled_from(f"abcdefgh0123456789ABCDEFGH{signs}"), min_size=8, max_size=24)
        .map(lambda text: f"q7{text}Z9")
        .filter(lambda text: any(c in text for c in "!#$%&*:;<>?[]^{|}~'\"`\\ ,()"))
    )


#: With an @, a secret in the place of an address is one.
SECRETS = secrets(SIGNS)

#: Places for a secret; {} is the secret, {q} one that quotes can hold.
PLACES = [
    "SMTP_HOST=smtp.example.com # {}\n",
    "SMTP_HOST=smtp.example.com {}\n",
    "SMTP_HOST=smtp.example.com; SMTP_PASS={}\n",
    "SMTP_HOST=smtp.example.com && export DB_PASSWORD={}\n",
    "export SMTP_HOST=smtp.example.com SMTP_PORT=587 SMTP_PASS={}\n",
    "export AWS_KEY=x SMTP_USER=me SMTP_PASS={}\n",
    "SMTP_USER='info@example.com' # the password is {}\n",
    "SMTP_PORT={}\n",
    "SMTP_PORT=587 {}\n",
    "SMTP_PORT='{q}'\n",
    "SMTP_TLS={}\n",
    "SMTP_SECURE='{q}'\n",
    "SMTP_FROM={}\n",
    "SMTP_FROM='{q} <info@example.com>'\n",
    "SMTP_USER=info@example.com:{}\n",
    "SMTP_USER=smtp://info@example.com:{}@smtp.example.com\n",
    "SMTP_PORT=smtp://info@example.com:{}@smtp.example.com\n",
    "SMTP_FROM=smtp://info@example.com:{}@smtp.example.com\n",
    "SMTP_TLS=smtp://info@example.com:{}@smtp.example.com\n",
    "SMTP_HOST=smtp://info@example.com:{}@smtp.example.com:587\n",
    "SMTP_URL=smtp://info@example.com:{}@smtp.example.com\n",
    "SMTP_URL=smtp://info@example.com:{} #1@smtp.example.com\n",
    "SMTP_URL=smtp://info:{}@smtp.example.com:587/?secure=true\n",
    "SMTP_URL='smtp://info:{q}@smtp.example.com:587?pool=true' # {}\n",
    "SMTP_URL=smtp://smtp.example.com?user=me&pass={}\n",
    "SMTP_URL=smtp://smtp.example.com/{}\n",
    "SMTP_URL=smtp://smtp.example.com#{}\n",
    "SMTP_URL={}://smtp.example.com\n",
    "SMTP_URL={}\n",
    "SMTP_TLS_REJECT_UNAUTHORIZED={}\n",
    'SMTP_USER="info@example.com\nAWS_SECRET_ACCESS_KEY={}\nDB_PASSWORD={}\n',
    'SMTP_USER="info@example.com\n{}\nSMTP_FROM="a\n',
    "SMTP_USER='first\n{q}\nlast'\n",
    "SMTP_PASWORD={}\nSMTP_USER={}\n",
    "SMTP_USER={}\nSMTP_OAUTH_TOKEN={}\n",
    "SMTP_PASS={}\nSMTP_PASS=other\nSMTP_PASSWORD='{q}'\n",
    "{}\nSMTP_HOST=smtp.example.com\n",
    "{} SMTP_HOST=smtp.example.com\n",
    "SMTP_HOST=smtp.example.com\nSMTP_PORT=1\nSMTP_PORT={}\nSMTP_PORT=587\n",
]


def in_place(place: str, secret: str) -> str:
    return place.replace("{}", secret).replace("{q}", secret.replace("'", ""))


@settings(max_examples=examples(300))
@example(
    secret="q7PASS #1@hostZ9", places=["SMTP_URL=smtp://info@example.com:{}@smtp.example.com\n"]
)
@example(secret="q7:12345/Z9", places=["SMTP_URL=smtp://smtp.example.com?user=me&pass={}\n"])
@given(secret=SECRETS, places=st.lists(st.sampled_from(PLACES), min_size=1, max_size=4))
def test_no_window_of_a_secret_of_a_file_is_given_out(secret: str, places: list[str]) -> None:
    dotenv = "".join(in_place(place, secret) for place in places)
    for options in ({}, {"target": "smtp.example.net"}):
        assert leaks(secret, given_out(dotenv, {}, **options)) == []  # type: ignore[arg-type]


@settings(max_examples=examples(100))
@given(
    secret=SECRETS,
    name=st.sampled_from(
        ["SMTP_PORT", "SMTP_TLS", "SMTP_FROM", "SMTP_PASS", "SMTP_PASSWD", "SMTP_OAUTH_TOKEN"]
    ),
    form=st.sampled_from(["{}", "smtp://info@example.com:{}@h.example", " {} ", "587 {}", "{}\n"]),
)
def test_no_window_of_a_secret_of_the_environment_is_given_out(
    secret: str, name: str, form: str
) -> None:
    environ = {"SMTP_HOST": "smtp.example.com", name: form.replace("{}", secret)}
    assert leaks(secret, given_out("", environ)) == []


@settings(max_examples=examples(200))
@given(
    secret=SECRETS,
    form=st.sampled_from(
        [
            "smtp://info@example.com:{}@smtp.example.com",
            "smtp://info:{}@smtp.example.com:587",
            "info:{}@smtp.example.com",
            "smtp://info:{}",
            "smtp://smtp.example.com:{}",
            "smtp://smtp.example.com/?password={}",
            "smtp://smtp.example.com/{}",
            "{}://smtp.example.com",
            "smtp.example.com:{}",
        ]
    ),
)
def test_no_window_of_a_secret_of_target_is_given_out(secret: str, form: str) -> None:
    for option in ("target", "host", "port", "sender", "tls"):
        text = given_out("", {}, **{option: form.replace("{}", secret)})
        assert leaks(secret, text) == [], (option, text[:500])


@settings(max_examples=examples(200))
@example(secret="q7c4n4ry@nowhere?x=1Z9")
@given(secret=secrets(f"{SIGNS}@@"))
def test_no_window_of_a_secret_with_an_at_sign_in_a_url_is_given_out(secret: str) -> None:
    url = f"smtp://info:{secret}@smtp.example.com:587"
    quotable = secret.replace("'", "")
    for text in (
        given_out("", {"SMTP_URL": url}),
        given_out(f"SMTP_URL='smtp://info:{quotable}@smtp.example.com:587'\n", {}),
        given_out("", {}, target=url),
        given_out("", {"SMTP_HOST": url}),
    ):
        assert leaks(quotable, text) == []


# --- what stays useful ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "field", "masked", "pointed"),
    [
        ("SMTP_PORT=58x7 # mail", "port", f"SMTP_PORT=58x7 # {MASK}", "58x7"),
        ("SMTP_PORT=58x77889", "port", f"SMTP_PORT={MASK}", MASK),
        ('export SMTP_PORT = "587" ', "port", 'export SMTP_PORT = "587"', '"587"'),
        ("SMTP_HOST=smtp.ionos.com,", "host", "SMTP_HOST=smtp.ionos.com,", "smtp.ionos.com,"),
        (
            "SMTP_HOST=https://smtp.ionos.com:587/",
            "host",
            "SMTP_HOST=https://smtp.ionos.com:587/",
            "https://smtp.ionos.com:587/",
        ),
        ("SMTP_SECURE=maybe", "tls", "SMTP_SECURE=maybe", "maybe"),
        ("SMTP_USER=a b", "username", f"SMTP_USER={MASK}", MASK),
        (
            "SMTP_FROM='Shop <shop@example.com>'",
            "sender",
            "SMTP_FROM='Shop <shop@example.com>'",
            "'Shop <shop@example.com>'",
        ),
        (
            "SMTP_FROM='hunter2 <shop@example.com>'",
            "sender",
            f"SMTP_FROM='{MASK} <shop@example.com>'",
            f"'{MASK} <shop@example.com>'",
        ),
        (
            "SMTP_URL=smtp://info@example.com:PASS #1@host",
            "url",
            f"SMTP_URL=smtp://info@example.com:{MASK} # {MASK}",
            f"smtp://info@example.com:{MASK}",
        ),
        (
            "export SMTP_PORT=587 SMTP_PASS=hunter2",
            "port",
            f"export SMTP_PORT={MASK}",
            MASK,
        ),
    ],
)
def test_pointer_stays_useful(line: str, field: Field, masked: str, pointed: str) -> None:
    entry = read(f"SMTP_HOST=h\n{line}\n").entry(field)
    assert entry is not None
    assert entry.source_line == masked
    assert entry.origin.columns is not None
    start, end = entry.origin.columns
    assert masked[start - 1 : end - 1] == pointed


@pytest.mark.parametrize(
    ("kind", "text", "what"),
    [
        ("port", "99999", "99999"),
        ("port", "123456", MASK),
        ("port", "tcp://10.0.0.1:25", "tcp://10.0.0.1:25"),
        ("port", "hunter2", MASK),
        ("port", "ab3cd", MASK),
        ("tls", "hunter", MASK),
        ("secure", " TRUE ", " TRUE "),
        ("host", "${SMTP_HOST}", "${SMTP_HOST}"),
        ("host", "${SMTP_HOST:-hunter2}", MASK),
        ("host", "pass word", MASK),
        ("host", "[2001:db8::1]:25", "[2001:db8::1]:25"),
        ("username", "CORP\\me", "CORP\\me"),
        ("username", "Pa@ssword1", MASK),
        ("username", "info@example.com", "info@example.com"),
        ("sender", "a@b.example, c@d.example", "a@b.example, c@d.example"),
        ("sender", "hunter2", MASK),
        ("secret", "", ""),
        ("secret", " ", MASK),
        ("host", "a." * 300, MASK),
    ],
)
def test_what_is_harmless(kind: ValueKind, text: str, what: str) -> None:
    assert shown(kind, text) == what


# --- a user name that is a secret ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("dotenv", "environ"),
    [
        ("SMTP_USER=t0ken-t0ken\nSMTP_PASS=t0ken-t0ken\n", {}),
        ("SMTP_USER=t0ken-t0ken\nSMTP_OAUTH_TOKEN=t0ken-t0ken\n", {}),
        ("SMTP_PASS=t0ken-t0ken\n", {"SMTP_USER": "t0ken-t0ken"}),
        ("SMTP_URL=smtp://t0ken-t0ken:t0ken-t0ken@h\n", {}),
        ("SMTP_URL=smtp://t0ken-t0ken:x@h\nSMTP_PASS=t0ken-t0ken\n", {}),
        ("SMTP_URL=smtp://t0ken-t0ken@h\n", {}),
        ("SMTP_URL=smtp://t0ken-t0ken:@h\n", {}),
    ],
)
def test_user_name_that_is_the_token_is_a_secret(dotenv: str, environ: dict[str, str]) -> None:
    text = given_out(f"SMTP_HOST=h\n{dotenv}", environ)
    assert "t0ken" not in text
    found, credentials = read_all(f"SMTP_HOST=h\n{dotenv}", environ)
    assert found.username == MASK
    assert credentials.username == "t0ken-t0ken"


def test_user_name_of_a_target_that_is_its_password_is_a_secret() -> None:
    assert "t0ken" not in given_out("", {}, target="smtp://t0ken-t0ken:t0ken-t0ken@h.example")


def test_user_option_that_is_the_password_is_a_secret() -> None:
    text = given_out(
        "", {}, host="h", user="t0ken-t0ken", stdin="t0ken-t0ken\n", password_stdin=True
    )
    assert "t0ken" not in text
    assert "t0ken" not in given_out(
        "SMTP_HOST=h\nSMTP_USER=t0ken-t0ken\nSMTP_PASS=t0ken-t0ken\n", {}, user="t0ken-t0ken"
    )


def test_common_word_as_a_password_leaves_no_holes() -> None:
    found = read("SMTP_HOST=smtp.ionos.com\nSMTP_USER=ionos@example.com\nSMTP_PASS=ionos\n")
    assert "smtp.ionos.com" in show(found)
    assert "ionos@example.com" in show(found)


def test_piece_of_a_secret_is_not_the_host() -> None:
    assert read("SMTP_HOST=secretpiece/rest\n").host is None
    assert read("SMTP_HOST=smtp.example.com/rest\n").host == "smtp.example.com"


def test_line_with_another_programs_secret_is_no_part_of_a_value() -> None:
    _, credentials = read_all('SMTP_HOST=h\nSMTP_PASS="abc\nAWS_SECRET_KEY=x"\nSMTP_USER=u\n')
    assert credentials.password is not None
    assert "AWS" not in credentials.password.reveal()


# --- a value that holds the password --------------------------------------------------------------


@pytest.mark.parametrize("secret", ["Geheim99", "xkqvrwyz", "q7_-Zz"])
@pytest.mark.parametrize("name", ["SMTP_FROM", "SMTP_USER"])
@pytest.mark.parametrize("form", ["{}@example.com", "shop.{}@example.com", "'Shop <{}@e.example>'"])
def test_password_in_an_address_is_masked(secret: str, name: str, form: str) -> None:
    if name == "SMTP_USER" and "<" in form:
        return
    dotenv = f"SMTP_HOST=smtp.example.com\nSMTP_PASS={secret}\n{name}={form.format(secret)}\n"
    assert leaks(secret, given_out(dotenv, {})) == []
    _, credentials = read_all(dotenv, {})
    said = credentials.sender if name == "SMTP_FROM" else credentials.username
    assert said is not None
    assert secret in said  # what is sent is the real one


def test_mailbox_that_anybody_has_is_shown() -> None:
    found = read("SMTP_HOST=h\nSMTP_PASS=newsletter\nSMTP_FROM=newsletter@example.com\n")
    assert found.sender == "newsletter@example.com"
