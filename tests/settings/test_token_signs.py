"""What a token's form tells, and never more."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest

from smtpdoctor.settings.token_signs import signs

NOW = 1_700_000_000.0
OUTLOOK = "https://outlook.office.com"


def web_token(**claims: object) -> str:
    parts = ({"alg": "none"}, claims)
    body = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*body, "c2ln"))


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("1//0gEXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE", ("refresh-token",)),
        ("0.AXEAexample-example.AgABAAexample", ("refresh-token",)),
        ("M.C507_BAY.0.U.-Example", ("refresh-token",)),
        ("4/0AexampleEXAMPLEexampleEXAMPLE", ("authorization-code",)),
        ("GOCSPX-exampleEXAMPLEexample12", ("api-key",)),
        (web_token(aud="https://graph.microsoft.com", scp="Mail.Send"),
         ("not-for-outlook", "without-smtp")),
        (web_token(aud=OUTLOOK, scp="SMTP.Send", exp=NOW - 60), ()),
        (web_token(aud=OUTLOOK, scp="IMAP.AccessAsUser.All", exp=int(NOW) - 60),
         ("expired", "without-smtp")),
        (web_token(aud=OUTLOOK, roles=["SMTP.SendAsApp"], exp=int(NOW) + 60), ()),
        (web_token(aud="https://outlook.office365.com/", scp="SMTP.Send"), ()),
        ("ya29.exampleEXAMPLEexample", ()),
        ("EwB4A8l6BAAexample", ()),
        ("eyJ.not-base64!.x", ()),
        ("a.b.c", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_signs(token: str, expected: tuple[str, ...]) -> None:
    assert signs(token, NOW) == expected
