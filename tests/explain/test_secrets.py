"""No secret of a pasted text is in what is made of it, wherever it stands."""

from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpdoctor.explain import examine_text
from smtpdoctor.explain.model import Known
from smtpdoctor.explain.page import render
from smtpdoctor.explain.secrets import cut
from smtpdoctor.report.formats import Options
from tests.examples import examples

#: Where a password stands in pasted texts, with an error that is explained beside it.
PLACES = (
    "Error: Invalid login: 535 denied {{ auth: {{ user: 'a', pass: '{}' }} }}",
    'smtp 535 5.7.8 bad {{"password": "{}"}}',
    "SMTP_PASS={}\nError: Invalid login: 535 denied",
    "SMTP_PASSWORD: {}\nGreeting never received",
    "MAIL_PASSWORD => '{}' 535 Authentication credentials invalid",
    "getaddrinfo ENOTFOUND smtp://user:{}@smtp.example.com:587",
    "Invalid URL: smtps://user%40example.com:{}@smtp.example.com",
    "swaks --auth-password {} *** No authentication type succeeded",
    "swaks -ap {} *** No authentication type succeeded",
    "curl smtp://h -u me@example.com:{} curl: (67) Login denied",
    "535 5.7.8 authentication failed\nAuthorization: Bearer {}",
    "token={}&x=1 535 5.7.8 authentication failed",
    "the password is {} and it says 535 Authentication credentials invalid",
    's.login("user", "{}")\nsmtplib.SMTPAuthenticationError: (535, b"5.7.8 no")',
    'smtp.PlainAuth("", "user", "{}", host)\n535 Authentication credentials invalid',
    'new NetworkCredential("user", "{}"); 535 Authentication credentials invalid',
    'Credentials::new("user".to_string(), "{}".to_string()) permanent error (535): 5.7.8 no',
    "mail.setPassword('{}') 535 Authentication credentials invalid",
    "535 Authentication credentials invalid (password {})",
    "I log in with password {} and get 535 Authentication credentials invalid",
    "password {} 535 Authentication credentials invalid",
    '{{"err":{{"message":"Invalid login: 535 no","auth":{{"pass":"{}"}}}},"command":"CONN"}}',
)
ENCODED = (
    "535 5.7.8 authentication failed\nwhat was sent: {}",
    "AUTH LOGIN\n334 VXNlcm5hbWU6\n-> dXNlcg==\n334 UGFzc3dvcmQ6\n-> {}\n535 credentials invalid",
    "C: AUTH PLAIN {}\nS: 535 Authentication credentials invalid {}",
    "AUTH LOGIN\n334 UGFzc3dvcmQ6\n{}\n535 Authentication credentials invalid",
    " ~> AUTH LOGIN {}\n<~* 535 bad: {}",
    "auth xoauth2 {}\n535 5.7.8 authentication failed {}",
)

#: Where else passwords stand in what people paste: @@@ is one, @E@ the error beside it.
SHAPES = (
    "smtp:\n  password: @@@\n@E@",
    "smtp:\n  password: >-\n    @@@\n  port: 587\n@E@",
    "password:\n  @@@\n@E@",
    "mail.smtp.password=@@@\n@E@",
    "spring.mail.password = @@@\n@E@",
    "<smtp><user>me</user><password>@@@</password></smtp>\n@E@",
    '<network host="smtp.x.example" userName="me" password="@@@" />\n@E@',
    '<add key="SmtpPassword" value="@@@" />\n@E@',
    '<entry key="mail.password">@@@</entry>\n@E@',
    "props={mail.smtp.auth=true, mail.smtp.password=@@@, mail.smtp.port=587}\n@E@",
    'new PasswordAuthentication("me", "@@@")\n@E@',
    "X-Api-Key: @@@\n@E@",
    "X-Auth-Token: @@@\n@E@",
    '{"log":"{\\"auth\\":{\\"user\\":\\"me\\",\\"pass\\":\\"@@@\\"}} @E@"}',
    '{"log":"{\\\\\\"pass\\\\\\":\\\\\\"@@@\\\\\\"} @E@"}',
    "Endpoint=smtp.x.example;UserName=me;Password=@@@;Port=587\n@E@",
    "server=smtp.x.example;uid=me;pwd=@@@;\n@E@",
    "--smtp-password @@@\n@E@",
    "--smtp-pass=@@@\n@E@",
    "app --mail.password=@@@\n@E@",
    "docker run -e SMTP_USER=me -e SMTP_PASS=@@@ image\n@E@",
    "docker run -e 'SMTP_PASS=@@@' image\n@E@",
    "sendEmail -f a@example.com -xu me -xp @@@ -s smtp.x.example:587\n@E@",
    "swaks --auth-user me -ap @@@\n@E@",
    "s-nail -S smtp-auth-password=@@@ -S smtp=smtp.x.example\n@E@",
    "mta=smtps://me%40example.com:@@@@smtp.x.example:465\n@E@",
    "env:\n  - name: SMTP_PASSWORD\n    value: @@@\n@E@",
    'env:\n  - name: SMTP_PASSWORD\n    value: "@@@"\n@E@',
    '{"name":"SMTP_PASSWORD","value":"@@@"}\n@E@',
    "mein Passwort lautet @@@ und es kommt @E@",
    "das Kennwort ist @@@.\n@E@",
    "mon mot de passe est @@@\n@E@",
    "mi contraseña es @@@\n@E@",
    "la password è @@@\n@E@",
    "a minha senha é @@@\n@E@",
    "пароль: @@@\n@E@",
    "мой пароль @@@\n@E@",
    "密码: @@@\n@E@",
    "密码是@@@\n@E@",
    "パスワード: @@@\n@E@",
    "hasło: @@@\n@E@",
    "mijn wachtwoord is @@@\n@E@",
    "şifre: @@@\n@E@",
    "授权码：@@@\n@E@",
    "[smtp]\npasswd=@@@\n@E@",
    'password = """@@@"""\n@E@',
    "pass = '@@@'\n@E@",
    "$mail->Password = '@@@';\n@E@",
    "define('SMTP_PASS', '@@@');\n@E@",
    "EMAIL_HOST_PASSWORD = '@@@'\n@E@",
    "auth=('me@example.com', '@@@')\n@E@",
    ":password => '@@@',\n@E@",
    'password: System.get_env("X") || "@@@"\n@E@',
    'smtp.PlainAuth("", "me", "@@@", "h")\n@E@',
    'new NetworkCredential("me", "@@@")\n@E@',
    "ConvertTo-SecureString '@@@' -AsPlainText -Force\n@E@",
    '$pw = "@@@"\n@E@',
    "machine smtp.x.example login me password @@@\n@E@",
    "[smtp.x.example]:587 me@example.com:@@@\n@E@",
    "user me\npassword @@@\n@E@",
    "*.x.example:me@example.com:@@@\n@E@",
    "AuthPass=@@@\n@E@",
    "curl --url smtps://x -u me@example.com:@@@\n@E@",
    "curl --user 'me@example.com:@@@' smtp://x\n@E@",
    '(password . "@@@")\n@E@',
    '{password,"@@@"}\n@E@',
    '{password,<<"@@@">>}\n@E@',
    'Credentials { authentication_identity: "me", secret: "@@@" }\n@E@',
    "SMTPConfig(host='x', user='me', password='@@@')\n@E@",
    'level=error user=me password=@@@ msg="@E@"',
    "| SMTP password | @@@ |\n@E@",
    'export SMTP_PASS="@@@"\n@E@',
    "    - SMTP_PASSWORD=@@@\n@E@",
    'Environment="SMTP_PASS=@@@"\n@E@',
    "setx SMTP_PASS @@@\n@E@",
    "heroku config:set SMTP_PASS=@@@\n@E@",
    'smtp_password = "@@@"\n@E@',
    "https://x/send?user=me&password=@@@&to=a\n@E@",
    "SMTP_PASS=abcd efgh @@@ ijkl\n@E@",
)
BESIDE = "Error: Invalid login: 535 5.7.8 Error: authentication failed"

SECRET = st.text(
    "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$%^*+-", min_size=10, max_size=30
).filter(lambda text: any(c.isdigit() for c in text) and any(c.isupper() for c in text))


def everything(text: str) -> str:
    """All that any output shows of a text."""
    found = examine_text(text, Known())
    parts = [msgspec.json.encode([item.candidate for item in found.ranked]).decode()]
    parts += [
        msgspec.json.encode(item.observations.to_builtins()).decode() for item in found.ranked
    ]
    parts.append(repr(found))
    if found.ranked:
        parts.append(render(found, Options(verbose=True)))
    return "\n".join(parts)


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(PLACES), SECRET)
def test_a_password_is_never_printed_back(place: str, secret: str) -> None:
    assert secret not in everything(place.format(secret))


@settings(max_examples=examples(40), deadline=None)
@given(st.sampled_from(ENCODED), SECRET)
def test_nor_is_what_a_login_sends(place: str, secret: str) -> None:
    padded = base64.b64encode(f"\0info@example.com\0{secret}".encode()).decode()
    for encoded in (padded, padded.rstrip("="), padded.encode().hex()):
        shown = everything(place.replace("{}", encoded))
        assert encoded not in shown
        assert secret not in shown


@pytest.mark.parametrize("place", PLACES)
def test_the_error_is_explained_all_the_same(place: str) -> None:
    assert examine_text(place.format("Tr0ub4dor&3-canary"), Known()).ranked


def test_a_secret_is_cut_wherever_else_it_stands() -> None:
    text, found = cut("pass: 'Tr0ub4dor3' … 535 bad password Tr0ub4dor3")
    assert "Tr0ub4dor3" not in text
    assert "Tr0ub4dor3" in found


@pytest.mark.parametrize(
    "text",
    [
        "password: incorrect",
        "535 5.7.8 Username and Password not accepted",
        "pass: process.env.SMTP_PASS",
        'Missing credentials for "PLAIN"',
        "AUTH LOGIN failed",
        "SMTP ERROR: Password command failed: 535",
        "NoCredentialsError: Unable to locate credentials",
        "Password authentication failed for this user",
        "Nome utente o password errati",
        'open(encoding="utf-8") and 535',
        'smtp_auth("plain") failed',
        # words of the server's, however they look, and what it asks for
        "AUTH LOGIN\n334 VXNlcm5hbWU6\n535 5.7.139 SmtpClientAuthentication is disabled",
        "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\n535-5.7.8 no",
    ],
)
def test_words_about_passwords_are_no_secrets(text: str) -> None:
    assert cut(text)[0] == text


@pytest.mark.parametrize("secret", ["Kx9vT-zqW4m:Jh7&bY", "qWzkvJxp7mRt83Yb", "hunter2-Zebra-77"])
@pytest.mark.parametrize(
    "text",
    ["535 5.7.8 authentication failed for {}", "{}\n535 no", "getaddrinfo ENOTFOUND {}",
     "535 Authentication failed: {} is not valid", "(535, b'bad {}')"],
)  # fmt: skip
def test_what_looks_like_a_key_is_not_said_back_whatever_stands_before_it(
    text: str, secret: str
) -> None:
    page = everything(text.format(secret))
    assert not any(secret[at : at + 6] in page for at in range(len(secret) - 5))


@pytest.mark.parametrize(
    "word",
    ["140102489255240:error:1408F10B:SSL", "0x800CCC0E", "VXNlcm5hbWU6", "smtp.m1n2b3.example",
     "BYAPR05MB6487.namprd05.prod.outlook.com", "/usr/lib/python3.11/smtplib.py"],
)  # fmt: skip
def test_lookalike_numbers_of_errors_and_hosts_are_no_keys(word: str) -> None:
    text = f"334 {word}\n535 no" if word.startswith("VX") else f"{word} 535 no"
    assert word in cut(text)[0]


def test_anonymous_leaves_out_who_the_addresses_are_of() -> None:
    text = "550 5.1.1 <jane.doe@example.net>: Recipient address rejected: User unknown"
    found = examine_text(text, Known(), anonymous=True)
    shown = render(found, Options(verbose=True)) + repr(found)
    assert "jane.doe" not in shown
    assert found.ranked[0].diagnosis.code == "recipient-rejected"


def test_what_a_text_says_is_never_markup_nor_a_terminals_command() -> None:
    text = "\x1b[31m535 [bold]x[/bold] \x1b]0;title\x07 \u202e Authentication credentials invalid"
    shown = render(examine_text(text, Known()), Options())
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]" in shown


@pytest.mark.parametrize("shape", SHAPES)
def test_no_way_of_writing_a_setting_gives_its_secret_away(shape: str) -> None:
    pasted = shape.replace("@@@", "kV7rtq9zLw").replace("@E@", BESIDE)
    assert "kV7rtq9zLw" not in everything(pasted)
    assert "kV7rtq9zLw" not in cut(pasted)[0]
    found = examine_text(pasted, Known()).ranked
    assert found[0].candidate.code == examine_text(BESIDE, Known()).ranked[0].candidate.code


@pytest.mark.parametrize(
    "text",
    [
        "ssmtp: Server didn't like our AUTH LOGIN (504 5.3.3 AUTH mechanism LOGIN not available)",
        "AUTH PLAIN failed: 535 5.7.8 authentication failed",
        "AUTH LOGIN: 535 5.7.8 authentication failed",
    ],
)
def test_what_stands_behind_a_mechanism_may_be_the_servers_reply(text: str) -> None:
    assert cut(text)[0] == text


@pytest.mark.parametrize("before", ["DB_PASSWORD=\n", "pass=", "token: \n", 'password: "", '])
def test_a_secret_behind_a_name_without_a_value_is_found(before: str) -> None:
    text, found = cut(f'{before}SMTP_PASSWORD="hunter2zebra9"\nsmtp 535 5.7.8 no')
    assert "hunter2zebra9" in found
    assert "hunter2" not in text


def test_a_list_of_mechanisms_is_no_secret() -> None:
    text = "250-AUTH LOGIN PLAIN XOAUTH2\n250 ENHANCEDSTATUSCODES"
    clean, hidden = cut(text)
    assert clean == text
    assert not hidden
