"""What of a line of Python is shown: never anything that may be a secret."""

from __future__ import annotations

import re

import pytest

from smtpdoctor.settings.readers.harmless import Tokens
from smtpdoctor.settings.readers.source import Source

SECRET = "Geheim99"


def shown(text: str) -> str:
    """The text with all that isn't harmless as blanks."""
    lines = [[" "] * len(line) for line in text.split("\n")]
    tokens = Tokens(Source("a.py", text.encode()))
    for number, line in enumerate(text.split("\n"), 1):
        for span in tokens.harmless(number):
            assert (span.line, span.end_line) == (number, number)
            for place in range(span.columns[0] - 1, span.columns[1] - 1):
                lines[number - 1][place] = line[place]
    return "\n".join("".join(line) for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        f"server.login('u', '{SECRET}')",
        f'server.login("u", """{SECRET}""")',
        f"PASSWORD = r'{SECRET}'",
        f"PASSWORD = b'{SECRET}'",
        f"PASSWORD = f'{SECRET}{{x}}{SECRET}'",
        f"PASSWORD = f'{{x}}{SECRET}'",
        f"PASSWORD = f'{{x:{SECRET}}}'",
        f"PASSWORD = f\"{{d['{SECRET}']}}\"",
        f"PASSWORD = 'a' '{SECRET}'",
        f"PASSWORD = ('a'\n  '{SECRET}')",
        f"x = 1  # {SECRET}",
        f"# {SECRET}\n",
        f"#{SECRET}",
        f"#!{SECRET}",
        f'"""{SECRET}\n{SECRET}\n"""',
        f"def f():\n    '''{SECRET}'''",
        f"d = {{'{SECRET}': 1, 'p': '{SECRET}'}}",
        f"os.environ['X'] = '{SECRET}'",
        f"config('X', default='{SECRET}')",
        f"a = 1; PASSWORD = '{SECRET}'; b = 2",
        f"PASSWORD = '{SECRET}",
        f"PASSWORD = '{SECRET}\\\n{SECRET}'",
        f"x = '\\x41{SECRET}\\n{SECRET}'",
        f"if x == '{SECRET}': pass",
        f"match x:\n    case '{SECRET}': pass",
        f"@d('{SECRET}')\ndef f(x='{SECRET}'): ...",
        f"lambda: '{SECRET}'",
        f"print '{SECRET}'",
        f"x: '{SECRET}' = 1",
        f"$$$ {SECRET} ??",
        f"PASSWORD = {SECRET[:6]}-{SECRET}!",
    ],
)
def test_no_secret_is_shown(text: str) -> None:
    assert SECRET not in shown(text)


@pytest.mark.parametrize("number", ["12345678", "0xGEHEIM99", "1_234_567", "3.14159", "99j"])
def test_numbers_may_be_secrets_too(number: str) -> None:
    assert number.strip("GEHIM") not in shown(f"PASSWORD = {number}")


def test_names_operators_and_switches_are_shown() -> None:
    text = "with smtplib.SMTP_SSL(HOST, port=PORT, use=True, x=None) as s:"
    assert shown(text) == text
    line = shown("EMAIL_USE_SSL = os.environ.get('Geheim99', False)")
    assert re.fullmatch(r"EMAIL_USE_SSL = os\.environ\.get\( +, False\)", line)


@pytest.mark.parametrize(
    "text",
    [
        "EMAIL_USE_SSL = os.environ.get('EMAIL_USE_SSL', '')",
        "app.config['MAIL_PORT'] = config('SHOP_SMTP_PORT')",
        "MAIL = {'host': HOST, 'port': PORT, 'use_tls': True}",
    ],
)
def test_what_a_setting_is_called_is_shown_where_it_is_a_key(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "server.login(user, 'smtp_password')",  # nothing is asked for by it
        "PASSWORD = 'smtp_password'",
        "config['Geheim99_PORT']",
        "config['PORT_GEHEIM99']",
        "d = {'Geheim99': 1}",
        "smtp_password(f'{a}smtp_port')",
        "config('smtp')",
    ],
)
def test_other_texts_are_no_names_of_settings(text: str) -> None:
    line = shown(text)
    assert "smtp_p" not in line.replace("smtp_password(", "")
    assert "99" not in line
    assert "'smtp'" not in line
