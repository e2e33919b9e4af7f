"""Auth.js and NextAuth: the server of the e-mail provider, from a URL or its parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from .node_family import reads_and_mends
from .support import apply, one, prepared, setups, write

PACKAGE = '{"dependencies": {"next": "15.1.0", "next-auth": "5.0.0", "nodemailer": "^6.9.0"}}'
V4 = """\
import NextAuth from "next-auth";
import EmailProvider from "next-auth/providers/email";

export default NextAuth({
  providers: [EmailProvider({ server: %s, from: process.env.EMAIL_FROM })],
});
"""
PARTS = """{
      host: process.env.EMAIL_SERVER_HOST,
      port: process.env.EMAIL_SERVER_PORT,
      auth: { user: process.env.EMAIL_SERVER_USER, pass: process.env.EMAIL_SERVER_PASSWORD },
    }"""


def provider(server: str) -> dict[str, str]:
    return {"pages/api/auth/[...nextauth].ts": V4 % server, "package.json": PACKAGE}


def test_the_provider(tmp_path: Path) -> None:
    reads_and_mends(tmp_path, "authjs", provider)


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://shop%40example.com:geheim-1@smtp.ionos.com:587", 587, "starttls"),
        ("smtps://shop%40example.com:geheim-1@smtp.ionos.com", 465, "implicit"),
        ("smtp://shop%40example.com:geheim-1@smtp.ionos.com:465", 465, "starttls"),
    ],
)
def test_the_url_of_the_local_file(tmp_path: Path, url: str, port: int, tls: str) -> None:
    dotenv = f"EMAIL_SERVER={url}\nEMAIL_FROM=shop@example.com\n"
    files = provider("process.env.EMAIL_SERVER")
    write(tmp_path, {**files, ".env.local": dotenv, ".env": "EMAIL_SERVER=smtp://other.de\n"})
    settings = one(tmp_path, "authjs").settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", port, tls)
    assert (settings.username, settings.sender) == ("shop@example.com", "shop@example.com")
    entry = settings.entry("url")
    assert entry is not None
    assert [item.origin.file for item in entry.shadows] == [".env"]


def test_parts_from_variables(tmp_path: Path) -> None:
    dotenv = "EMAIL_SERVER_HOST=smtp.ionos.com\nEMAIL_SERVER_PORT=465\nEMAIL_SERVER_USER=u@e.com\n"
    write(tmp_path, {**provider(PARTS), ".env": dotenv + "EMAIL_SERVER_PASSWORD=geheim-1\n"})
    settings = one(tmp_path, "authjs").settings
    assert (settings.port, settings.tls, settings.username) == (465, "implicit", "u@e.com")
    change = prepared(settings, 587, "starttls")
    assert change.settings == {"EMAIL_SERVER_PORT": "587"}
    apply(tmp_path, change)
    assert one(tmp_path, "authjs").settings.tls == "starttls"


def test_version_5_under_any_name(tmp_path: Path) -> None:
    text = (
        'import Mail from "next-auth/providers/nodemailer"\n'
        "export const { auth } = NextAuth({ providers: [Mail({ server: 'smtps://h.de' })] })\n"
    )
    write(tmp_path, {"auth.ts": text, "package.json": PACKAGE})
    assert one(tmp_path, "authjs").name == "authjs auth.ts:2"


def test_without_a_server_it_throws(tmp_path: Path) -> None:
    write(tmp_path, provider("process.env.EMAIL_SERVER"))
    (remark,) = one(tmp_path, "authjs").settings.remarks
    assert (remark.kind, remark.option) == ("fault", "server")


def test_other_providers_are_no_set_ups(tmp_path: Path) -> None:
    text = 'import GitHub from "next-auth/providers/github"\nNextAuth({ providers: [GitHub] })\n'
    assert setups(write(tmp_path, {"auth.ts": text, "package.json": PACKAGE})) == []
