"""Payload's Nodemailer adapter."""

from __future__ import annotations

from pathlib import Path

from .node_family import reads_and_mends
from .support import one, setups, write

PACKAGE = (
    '{"dependencies": {"payload": "3.1.0", "@payloadcms/email-nodemailer": "3.1.0", "next": "15"}}'
)
CONFIG = """\
import { buildConfig } from 'payload'
import { nodemailerAdapter } from '@payloadcms/email-nodemailer'
import nodemailer from 'nodemailer'

export default buildConfig({
  email: nodemailerAdapter({
    defaultFromAddress: 'shop@example.com',
    defaultFromName: 'Shop',
    %s
  }),
})
"""


def config(options: str) -> dict[str, str]:
    text = CONFIG % f"transportOptions: {options},"
    return {"src/payload.config.ts": text, "package.json": PACKAGE}


def test_the_adapter(tmp_path: Path) -> None:
    reads_and_mends(tmp_path, "payload", config)


def test_the_sender(tmp_path: Path) -> None:
    settings = one(write(tmp_path, config("{ host: 'h.de' }")), "payload").settings
    assert settings.sender == "shop@example.com"


def test_without_options_nothing_is_delivered(tmp_path: Path) -> None:
    write(tmp_path, {"src/payload.config.ts": CONFIG % "", "package.json": PACKAGE})
    settings = one(tmp_path, "payload").settings
    assert [item.kind for item in settings.remarks] == ["not-sent"]


def test_a_transport_of_its_own_is_nodemailers_set_up(tmp_path: Path) -> None:
    text = CONFIG % "transport: nodemailer.createTransport({ host: 'h.de', port: 465 }),"
    write(tmp_path, {"src/payload.config.ts": text, "package.json": PACKAGE})
    assert [item.identity.dialect for item in setups(tmp_path)] == ["nodemailer"]
