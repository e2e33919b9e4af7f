"""denomailer, Deno's client, and worker-mailer, that of Cloudflare Workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup

from .support import apply, one, prepared, setups, write
from .ways import remarks_in_order as remarks

HOST = "smtp.ionos.com"
DENO_ENV = "SMTP_USER=info@example.com\nSMTP_PASS=geheim-1\nSMTP_TLS=false\n"
FROM = "import { SMTPClient } from 'https://deno.land/x/denomailer@1.6.0/mod.ts';\n"
DENO = """\
const client = new SMTPClient({{
  connection: {{
    hostname: 'smtp.ionos.com',
    {0}
    auth: {{
      username: Deno.env.get('SMTP_USER')!,
      password: Deno.env.get('SMTP_PASS')!,
    }},
  }},
  {1}
}});
await client.send({{ from: 'shop@example.com', to: 'you@example.org', content: 'hi' }});
"""
WORKER = """\
import {{ WorkerMailer }} from 'worker-mailer';
const mailer = await WorkerMailer.connect({{
  credentials: {{ username: 'info@example.com', password: 'geheim-1' }},
  authType: 'plain',
  host: 'smtp.ionos.com',
  {0}
}});
await mailer.send({{ from: 'shop@example.com', to: 'you@example.org', text: 'hi' }});
"""


def deno(root: Path, connection: str, further: str = "", start: str = FROM) -> Setup:
    files = {".env": DENO_ENV, "mail.ts": start + DENO.format(connection, further)}
    return one(write(root, files), "denomailer")


def worker(root: Path, options: str) -> Setup:
    files = {
        "package.json": '{"dependencies": {"worker-mailer": "^1.2.1"}}',
        "src/index.ts": WORKER.format(options),
    }
    return one(write(root, files), "worker-mailer")


def came_to(setup: Setup) -> tuple[int | None, str, bool]:
    return setup.settings.port, setup.settings.tls, setup.settings.tls_required


@pytest.mark.parametrize(
    ("connection", "further", "expected"),
    [
        ("port: 465, tls: true,", "", (465, "implicit", False)),
        ("tls: true,", "", (465, "implicit", False)),
        ("port: 587, tls: false,", "", (587, "starttls", True)),
        ("port: 587,", "", (587, "starttls", True)),
        ("port: 587, tls: true,", "", (587, "implicit", False)),
        ("port: 465, tls: false,", "", (465, "starttls", True)),
        ("", "", (25, "starttls", True)),
        ("port: 587,", "debug: { allowUnsecure: true },", (587, "starttls", False)),
        (
            "port: 587,",
            "debug: { allowUnsecure: true, noStartTLS: true },",
            (587, "none", False),
        ),
        ("port: 465, tls: Deno.env.get('SMTP_TLS') !== 'false',", "", (465, "starttls", True)),
    ],
)
def test_modes_of_denomailer(
    tmp_path: Path, connection: str, further: str, expected: tuple[int, str, bool]
) -> None:
    setup = deno(tmp_path, connection, further)
    settings = setup.settings
    assert came_to(setup) == expected
    assert (settings.host, settings.username) == (HOST, "info@example.com")
    assert settings.sender == "shop@example.com"
    assert (remarks(setup), settings.untellable) == ([], ())
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "geheim-1"
    assert setup.identity.version == "1.6.0"


def test_traps_of_denomailer(tmp_path: Path) -> None:
    text = deno(tmp_path / "text", "port: 587, tls: Deno.env.get('SMTP_TLS'),")
    assert came_to(text) == (587, "implicit", False)
    assert remarks(text) == [("misread", "connection.tls")]
    stops = deno(tmp_path / "stops", "port: 587,", "debug: { noStartTLS: true },")
    assert remarks(stops) == [("fault", "debug.noStartTLS")]


@pytest.mark.parametrize(
    "start",
    [
        "import { SMTPClient } from 'npm:denomailer';\n",
        "import { SMTPClient } from './deps.ts';\n",
        "import { SMTPClient as Client } from 'denomailer';\nconst SMTPClient = Client;\n",
    ],
)
def test_ways_of_importing_denomailer(tmp_path: Path, start: str) -> None:
    code = DENO.format("port: 465, tls: true,", "")
    files = {
        ".env": DENO_ENV,
        "deps.ts": FROM.replace("import", "export"),
        "mail.ts": start + code,
    }
    assert one(write(tmp_path, files), "denomailer").settings.tls == "implicit"


@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_denomailer_is_mended_by_one_word(tmp_path: Path, goal: tuple[int, str]) -> None:
    wrong = "port: 587, tls: true," if goal[0] == 587 else "port: 465,"
    change = prepared(deno(tmp_path, wrong).settings, *goal)
    assert len(change.edits) == 1
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "denomailer"))[:2] == goal


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("port: 465, secure: true", (465, "implicit", False)),
        ("port: 587, secure: false", (587, "starttls", False)),
        ("port: 587", (587, "starttls", False)),
        ("port: 587, secure: true", (587, "implicit", False)),
        ("port: 465", (465, "starttls", False)),
        ("port: 587, startTls: false", (587, "none", False)),
    ],
)
def test_modes_of_worker_mailer(
    tmp_path: Path, options: str, expected: tuple[int, str, bool]
) -> None:
    setup = worker(tmp_path, options)
    settings = setup.settings
    assert came_to(setup) == expected
    assert (settings.host, settings.username) == (HOST, "info@example.com")
    assert settings.sender == "shop@example.com"
    assert (remarks(setup), settings.untellable) == ([], ())


def test_a_text_is_true_for_worker_mailer(tmp_path: Path) -> None:
    setup = worker(tmp_path, "port: 587, secure: 'false'")
    assert remarks(setup) == [("misread", "secure")]


@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_worker_mailer_is_mended_by_one_word(tmp_path: Path, goal: tuple[int, str]) -> None:
    wrong = "port: 587, secure: true" if goal[0] == 587 else "port: 465"
    change = prepared(worker(tmp_path, wrong).settings, *goal)
    assert len(change.edits) == 1
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "worker-mailer"))[:2] == goal


@pytest.mark.parametrize(
    "text",
    [
        "// new SMTPClient({ connection: { hostname: 'a.example' } })\n",
        "class SMTPClient {}\nnew SMTPClient({ connection: { hostname: 'a.example' } });\n",
        "import { SMTPClient } from 'emailjs';\nnew SMTPClient({ host: 'a.example' });\n",
        "import { WorkerMailer } from 'worker-mailer';\n// WorkerMailer.connect({ host: 'a' })\n",
    ],
)
def test_look_alikes_are_no_set_ups(tmp_path: Path, text: str) -> None:
    found = setups(write(tmp_path, {"mail.ts": text}))
    assert [
        each for each in found if each.identity.dialect in ("denomailer", "worker-mailer")
    ] == []
