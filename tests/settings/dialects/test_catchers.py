"""A set-up whose server is a catcher is said not to send."""

from __future__ import annotations

from pathlib import Path

from tests.settings.dialects.support import setups, write

CODE = "require('nodemailer').createTransport({host: '%s', port: %s})\n"


def remarks(root: Path) -> list[tuple[str, str]]:
    [setup] = setups(root)
    return [(each.kind, each.because) for each in setup.settings.remarks]


def test_a_catcher_of_any_dialect(tmp_path: Path) -> None:
    write(tmp_path, {"mailer.js": CODE % ("localhost", 1025)})
    assert remarks(tmp_path) == [("not-sent", "Mailpit takes every message and delivers none")]


def test_a_catcher_by_the_image_of_its_service(tmp_path: Path) -> None:
    compose = "services: {mail: {image: rnwood/smtp4dev:v3}, db: {image: postgres}}\n"
    write(tmp_path, {"mailer.js": CODE % ("mail", 25), "compose.yml": compose})
    assert remarks(tmp_path) == [("not-sent", "smtp4dev takes every message and delivers none")]
    write(tmp_path, {"mailer.js": CODE % ("db", 25)})
    assert remarks(tmp_path) == []
