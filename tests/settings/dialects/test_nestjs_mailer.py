"""Nest's MailerModule: both ways of making it, its configuration service, several transports."""

from __future__ import annotations

from pathlib import Path

import pytest

from .node_family import reads_and_mends
from .support import apply, one, prepared, setups, write

PACKAGE = '{"dependencies": {"@nestjs-modules/mailer": "^2.0.2", "nodemailer": "^6.9.0"}}'
ASYNC = """\
import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { MailerModule } from '@nestjs-modules/mailer';

@Module({
  imports: [
    MailerModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: async (config: ConfigService) => ({
        transport: {
          host: config.get('MAIL_HOST'),
          port: config.get<number>('MAIL_PORT', 587),
          secure: config.get('MAIL_SECURE'),
          auth: { user: config.get('MAIL_USER'), pass: config.get('MAIL_PASSWORD') },
        },
        defaults: { from: '"Shop" <shop@example.com>' },
      }),
    }),
  ],
})
export class AppModule {}
"""
DOTENV = "MAIL_HOST=smtp.ionos.com\nMAIL_USER=shop@example.com\nMAIL_PASSWORD=geheim-1\n"


def module(transport: str) -> dict[str, str]:
    return {
        "src/app.module.ts": (
            "import { MailerModule } from '@nestjs-modules/mailer';\n@Module({\n  imports: [\n"
            f"    MailerModule.forRoot({{ transport: {transport} }}),\n  ],\n}})\n"
            "export class AppModule {}\n"
        ),
        "package.json": PACKAGE,
    }


def test_for_root(tmp_path: Path) -> None:
    reads_and_mends(tmp_path, "nestjs-mailer", module)


def test_the_configuration_service_gives_texts(tmp_path: Path) -> None:
    files = {"src/app.module.ts": ASYNC, "package.json": PACKAGE}
    write(tmp_path, {**files, ".env": DOTENV + "MAIL_SECURE=false\n"})
    setup = one(tmp_path, "nestjs-mailer")
    settings = setup.settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", 587, "implicit")
    assert settings.sender == "shop@example.com"
    assert settings.has_password
    (remark,) = settings.remarks
    assert (remark.kind, remark.option, remark.origin and remark.origin.line) == (
        "misread",
        "secure",
        14,
    )
    apply(tmp_path, prepared(settings, 587, "starttls"))
    assert one(tmp_path, "nestjs-mailer").settings.tls == "starttls"


def test_a_class_that_makes_the_options(tmp_path: Path) -> None:
    files = {
        "src/app.module.ts": "import { MailerModule } from '@nestjs-modules/mailer';\n"
        "import { MailConfig } from './mail.config';\n"
        "@Module({ imports: [MailerModule.forRootAsync({ useClass: MailConfig })] })\n"
        "export class AppModule {}\n",
        "src/mail.config.ts": "export class MailConfig {\n"
        "  constructor(private readonly config: ConfigService) {}\n"
        "  createMailerOptions() {\n"
        "    return { transport: { host: this.config.get('MAIL_HOST'), port: 465 } };\n  }\n}\n",
        ".env": DOTENV,
        "package.json": PACKAGE,
    }
    settings = one(write(tmp_path, files), "nestjs-mailer").settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", 465, "implicit")


@pytest.mark.parametrize(
    "files",
    [
        {
            "src/mail.config.ts": "import { registerAs } from '@nestjs/config';\n"
            "export default registerAs('mail', () => ({ host: process.env.MAIL_HOST, "
            "port: parseInt(process.env.MAIL_PORT, 10) || 465 }));\n"
        },
        {
            "src/configuration.ts": "export default () => ({ mail: { "
            "host: process.env.MAIL_HOST, port: 465 } });\n",
            "src/root.module.ts": "import configuration from './configuration';\n"
            "ConfigModule.forRoot({ load: [configuration] });\n",
        },
    ],
)
def test_names_of_the_programs_own_configuration(tmp_path: Path, files: dict[str, str]) -> None:
    text = ASYNC.replace("MAIL_HOST", "mail.host").replace("'MAIL_PORT', 587", "'mail.port'")
    text = text.replace("config.get('MAIL_SECURE')", "config.get('mail.secure', true)")
    write(tmp_path, {**files, "src/app.module.ts": text, ".env": DOTENV, "package.json": PACKAGE})
    settings = one(tmp_path, "nestjs-mailer").settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", 465, "implicit")
    assert not settings.untellable


def test_several_transports(tmp_path: Path) -> None:
    text = module("x")["src/app.module.ts"].replace(
        "transport: x", "transports: { a: { host: 'a.de' }, b: 'smtps://b.de' }"
    )
    write(tmp_path, {"src/app.module.ts": text, "package.json": PACKAGE})
    found = [(each.settings.host, each.settings.port) for each in setups(tmp_path)]
    assert found == [("a.de", 587), ("b.de", 465)]


@pytest.mark.parametrize("text", ["// MailerModule.forRoot({ transport: 'smtp://h.de' })\n"])
def test_look_alikes(tmp_path: Path, text: str) -> None:
    assert setups(write(tmp_path, {"src/app.module.ts": text, "package.json": PACKAGE})) == []


@pytest.mark.parametrize(
    ("service", "sender"),
    [
        ("import { MailerService } from '@nestjs-modules/mailer';\n", "shop@example.com"),
        ("import { Other } from './other';\n", "u@example.com"),
    ],
)
def test_the_sender_is_that_of_a_services_mail(tmp_path: Path, service: str, sender: str) -> None:
    files = module("{ host: 'h.de', auth: { user: 'u@example.com', pass: 'geheim-1' } }")
    code = (
        f"{service}export class Mails {{\n  constructor(private readonly mailer) {{}}\n"
        "  send(to) { return this.mailer.sendMail({ to, from: 'shop@example.com' }); }\n}\n"
    )
    write(tmp_path, {**files, "src/mails.ts": code})

    assert one(tmp_path, "nestjs-mailer").settings.sender == sender
