"""Wasp's email sender, in its own language and in TypeScript."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import remarks

APP = """app Todo {
  wasp: { version: "^0.15.0" },
  title: "Todo", // emailSender: { provider: Dummy }
  auth: { methods: { email: { fromField: { name: "T", email: "auth@example.com" } } } },
  emailSender: {
    provider: SMTP,
    defaultFrom: { name: "Todo: all", email: "todo@example.com" },
  },
  server: { provider: Dummy },
}
"""
CODE = """import { App } from 'wasp-config'
const app = new App('todo', { title: 'Todo', wasp: { version: '^0.16.0' } })
app.emailSender({
  provider: 'SMTP',
  defaultFrom: { name: 'Todo', email: 'todo@example.com' },
})
export default app
"""
BOTH = pytest.mark.parametrize(("name", "text"), [("main.wasp", APP), ("main.wasp.ts", CODE)])


def variables(port: int) -> str:
    return (
        f"SMTP_HOST=smtp.ionos.com\nSMTP_PORT={port}\nSMTP_USERNAME=info@example.com\n"
        "SMTP_PASSWORD=geheim-12\n"
    )


@BOTH
@pytest.mark.parametrize(
    ("port", "tls"), [(587, "starttls"), (465, "implicit"), (2525, "starttls")]
)
def test_the_port_says_the_mode(tmp_path: Path, name: str, text: str, port: int, tls: str) -> None:
    found = one(write(tmp_path, {name: text, ".env.server": variables(port)}), "wasp")
    settings = found.settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", port, tls)
    assert (settings.username, settings.sender) == ("info@example.com", "todo@example.com")
    assert settings.has_password
    assert (settings.remarks, settings.untellable) == ((), ())


@pytest.mark.parametrize(("port", "goal"), [(587, (465, "implicit")), (465, (587, "starttls"))])
def test_the_port_alone_is_changed(tmp_path: Path, port: int, goal: tuple[int, str]) -> None:
    write(tmp_path, {"main.wasp": APP, ".env.server": variables(port)})
    apply(tmp_path, prepared(one(tmp_path, "wasp").settings, *goal))
    settings = one(tmp_path, "wasp").settings
    assert (settings.port, settings.tls) == goal


@BOTH
@pytest.mark.parametrize("comment", ["/* Dummy */ ", "// Dummy\n    "])
def test_a_comment_before_a_value_is_none(
    tmp_path: Path, name: str, text: str, comment: str
) -> None:
    said = text.replace("provider: ", f"provider: {comment}")
    setup = one(write(tmp_path, {name: said, ".env.server": variables(587)}), "wasp")
    assert remarks(setup) == set()


@BOTH
def test_dummy_keeps_mail_back(tmp_path: Path, name: str, text: str) -> None:
    kept = text.replace("SMTP", "Dummy")
    settings = one(write(tmp_path, {name: kept, ".env.server": variables(587)}), "wasp").settings
    (remark,) = settings.remarks
    assert (remark.kind, remark.option) == ("not-sent", "provider")
    assert remark.origin.line == text[: text.index("SMTP")].count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        APP.replace("SMTP", "SendGrid"),
        APP.replace("  emailSender: {", "  /* emailSender: {").replace(
            "  },\n  server", "  }, */\n  server"
        ),
        CODE.replace("'SMTP'", "provider"),
    ],
)
def test_what_mails_another_way_is_no_set_up(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"main.wasp": text, ".env.server": variables(587)})
    assert setups(tmp_path) == []


def test_a_folder_below_has_its_own_variables(tmp_path: Path) -> None:
    write(
        tmp_path, {"app/main.wasp": APP, "app/.env.server": variables(465), ".env.server": "A=b\n"}
    )
    assert one(tmp_path, "wasp").settings.port == 465


def test_an_app_is_read_to_its_end(tmp_path: Path) -> None:
    write(tmp_path, {"main.wasp": "app { emailSender: { provider: ", ".env.server": variables(587)})
    assert setups(tmp_path) == []
