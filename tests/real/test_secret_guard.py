"""The guard that every test of this folder relies on finds a secret however it was encoded."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest

from .accounts import OTHER_PASSWORD, PASSWORD, USER
from .doctor import assert_no_secret


@pytest.mark.parametrize("secret", [PASSWORD, OTHER_PASSWORD])
@pytest.mark.parametrize("before", [b"", b"\0", b"\0" + USER.encode() + b"\0", b"ab"])
def test_base64(secret: str, before: bytes) -> None:
    with pytest.raises(AssertionError):
        assert_no_secret(b"AUTH PLAIN " + base64.b64encode(before + secret.encode()) + b"\r\n")


@pytest.mark.parametrize("secret", [PASSWORD, OTHER_PASSWORD])
def test_plain_or_quoted(secret: str) -> None:
    for text in (
        secret,
        urllib.parse.quote(secret, safe=""),
        secret.encode().hex(),
        json.dumps({"password": secret}),
    ):
        with pytest.raises(AssertionError):
            assert_no_secret(f"before {text} after".encode())


def test_innocent_text() -> None:
    assert_no_secret(f"{USER} logged in; AUTH PLAIN [masked]; canary".encode())
