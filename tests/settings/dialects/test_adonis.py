"""AdonisJS: config/mail of both forms, over env.get()."""

from __future__ import annotations

from pathlib import Path

import pytest

from .node_family import reads_and_mends
from .support import one, prepared, setups, write

PACKAGE = '{"dependencies": {"@adonisjs/core": "6.1.0", "@adonisjs/mail": "9.2.0"}}'
CONFIG = """\
import env from '#start/env'
import { defineConfig, transports } from '@adonisjs/mail'

const mailConfig = defineConfig({
  default: 'smtp',
  from: { address: 'shop@example.com', name: 'Shop' },
  mailers: {
    smtp: transports.smtp(%s),
  },
})
export default mailConfig
"""
OLD = """\
import Env from '@ioc:Adonis/Core/Env'
import { mailConfig } from '@adonisjs/mail/build/config'

export default mailConfig({
  mailer: 'smtp',
  mailers: {
    smtp: { driver: 'smtp', host: Env.get('SMTP_HOST'), port: Env.get('SMTP_PORT') },
    ses: { driver: 'ses', region: 'eu-west-1' },
  },
})
"""
FROM_ENV = "{ host: env.get('SMTP_HOST'), port: env.get('SMTP_PORT'), secure: env.get('SMTP_TLS') }"
DOTENV = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\nSMTP_TLS=false\n"


def config(options: str) -> dict[str, str]:
    return {"config/mail.ts": CONFIG % options, "package.json": PACKAGE}


def test_the_mailer(tmp_path: Path) -> None:
    def objects(options: str) -> dict[str, str]:
        return config(options if options.startswith("{") else f"{{ url: {options} }}")

    reads_and_mends(tmp_path, "adonis", objects)


def test_the_sender_is_that_of_all_mailers(tmp_path: Path) -> None:
    settings = one(write(tmp_path, config("{ host: 'h.de' }")), "adonis").settings
    assert settings.sender == "shop@example.com"


@pytest.mark.parametrize(
    ("schema", "tls"),
    [("Env.schema.boolean.optional()", "starttls"), ("Env.schema.string()", "implicit")],
)
def test_the_schema_makes_the_switch(tmp_path: Path, schema: str, tls: str) -> None:
    env = (
        "import { Env } from '@adonisjs/core/env'\n"
        f"export default await Env.create(new URL('../', import.meta.url), {{\n"
        f"  SMTP_HOST: Env.schema.string(),\n  SMTP_TLS: {schema},\n}})\n"
    )
    write(tmp_path, {**config(FROM_ENV), "start/env.ts": env, ".env": DOTENV})
    assert one(tmp_path, "adonis").settings.tls == tls


def test_the_older_form(tmp_path: Path) -> None:
    write(tmp_path, {"config/mail.ts": OLD, "package.json": PACKAGE, ".env": DOTENV})
    settings = one(tmp_path, "adonis").settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", 587, "starttls")
    assert prepared(settings, 465, "implicit").settings == {"SMTP_PORT": "465"}


def test_another_mail_module_is_no_set_up(tmp_path: Path) -> None:
    text = "import mail from '@adonisjs/mail/services/main'\nawait mail.send(() => {})\n"
    assert setups(write(tmp_path, {"app/mail.ts": text, "package.json": PACKAGE})) == []


def test_a_mailer_that_other_variables_leave_out(tmp_path: Path) -> None:
    options = "{ host: 'smtp.ionos.com', port: 587, secure: env.get('SMTP_TLS') === 'true' }"
    text = CONFIG % options
    text = text.replace("transports.smtp(", "env.get('SMTP_TLS') === 'true' && transports.smtp(")
    files = {"config/mail.ts": text, "package.json": PACKAGE, ".env": "SMTP_TLS=true\n"}
    assert one(write(tmp_path, files), "adonis").settings.port == 587
    old = OLD.replace("port: Env.get('SMTP_PORT')", "secure: Env.get('SMTP_TLS') === 'true'")
    old = old.replace("driver: 'smtp'", "driver: Env.get('SMTP_TLS') === 'true' ? 'smtp' : 'log'")
    files = {"config/mail.ts": old, ".env": "SMTP_HOST=smtp.ionos.com\nSMTP_TLS=true\n"}
    assert one(write(tmp_path / "old", files), "adonis").settings.tls == "implicit"
