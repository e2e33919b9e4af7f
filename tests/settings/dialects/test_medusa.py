"""Medusa: plugins and providers of medusa-config that hand their options to Nodemailer."""

from __future__ import annotations

from pathlib import Path

import pytest

from .node_family import reads_and_mends
from .support import one, setups, write
from .ways import came_to, remarks

PACKAGE = '{"dependencies": {"@medusajs/medusa": "1.20.0", "medusa-plugin-smtp": "1.0.6"}}'
PLUGIN = """\
const plugins = [
  `medusa-fulfillment-manual`,
  { resolve: `%s`, options: { fromEmail: 'shop@example.com', transport: %s } },
];
module.exports = { projectConfig: {}, plugins };
"""
SECOND = '{"dependencies": {"@medusajs/framework": "2.8.0"}}'
PROVIDER = """\
import { loadEnv, defineConfig } from '@medusajs/framework/utils'
loadEnv(process.env.NODE_ENV || 'development', process.cwd())
module.exports = defineConfig({
  projectConfig: { databaseUrl: process.env.DATABASE_URL },
  modules: [
    { resolve: "./src/modules/events" },
    { resolve: "@medusajs/medusa/notification", options: { providers: [
      { resolve: "@medusajs/medusa/notification-local", id: "local", options: {} },
      { resolve: "%s", id: "nodemailer", options: {
        from: process.env.SMTP_FROM,
        host: process.env.SMTP_HOST,
        port: process.env.SMTP_PORT,
        secure: process.env.SMTP_SECURE,
        auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
      } },
    ] } },
  ],
})
"""
NODEMAILER = "@perseidesjs/notification-nodemailer/providers/nodemailer"
DOTENV = (
    "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\nSMTP_SECURE=false\n"
    "SMTP_USER=shop@example.com\nSMTP_PASS=geheim-1\nSMTP_FROM=shop@example.com\n"
)


def plugin(options: str, name: str = "medusa-plugin-smtp") -> dict[str, str]:
    return {"medusa-config.js": PLUGIN % (name, options), "package.json": PACKAGE}


def test_a_plugin(tmp_path: Path) -> None:
    reads_and_mends(tmp_path, "medusa", plugin)


@pytest.mark.parametrize(
    "name",
    ["medusa-plugin-nodemailer", "@lumot-eu/medusa-plugin-nodemailer", "tsc-medusa-plugin-smtp"],
)
def test_the_other_plugins_and_forks(tmp_path: Path, name: str) -> None:
    options = "{ host: 'smtp.ionos.com', port: 465, secureConnection: true }"
    setup = one(write(tmp_path, plugin(options, name)), "medusa")
    assert came_to(setup) == ("smtp.ionos.com", 465, "implicit")


def test_an_old_option_is_none_to_the_plugin(tmp_path: Path) -> None:
    options = "{ host: 'smtp.ionos.com', port: 587, secureConnection: true }"
    setup = one(write(tmp_path, plugin(options)), "medusa")
    assert came_to(setup) == ("smtp.ionos.com", 587, "starttls")
    assert remarks(setup) == {("ignored", "secureConnection")}


def test_a_provider_of_the_second_version(tmp_path: Path) -> None:
    files = {"medusa-config.ts": PROVIDER % NODEMAILER, "package.json": SECOND, ".env": DOTENV}
    setup = one(write(tmp_path, files), "medusa")
    assert came_to(setup) == ("smtp.ionos.com", 587, "implicit")
    assert (setup.settings.username, setup.settings.sender) == ("shop@example.com",) * 2
    assert remarks(setup) == {("misread", "secure")}


def test_the_profiles_file_stands_before(tmp_path: Path) -> None:
    files = {
        "medusa-config.ts": PROVIDER % NODEMAILER,
        "package.json": SECOND,
        ".env": DOTENV,
        ".env.production": "SMTP_HOST=smtp.ionos.de\n",
        ".env.local": "SMTP_HOST=other.example.com\n",
    }
    root = write(tmp_path, files)
    assert one(root, "medusa").settings.host == "smtp.ionos.de"
    assert one(root, "medusa", NODE_ENV="development").settings.host == "smtp.ionos.com"


def test_other_providers_are_no_set_ups(tmp_path: Path) -> None:
    files = {"medusa-config.ts": PROVIDER % "./src/modules/resend", "package.json": SECOND}
    assert setups(write(tmp_path, files)) == []
    assert setups(write(tmp_path / "b", plugin("undefined"))) == []


def test_a_plugin_that_other_variables_leave_out(tmp_path: Path) -> None:
    transport = "{ host: 'smtp.ionos.com', port: 465, secure: process.env.SMTP_TLS === 'true' }"
    text = PLUGIN % ("medusa-plugin-smtp", transport)
    text = text.replace("= [", "= process.env.SMTP_TLS !== 'true' ? [] : [")
    files = {"medusa-config.js": text, "package.json": PACKAGE, ".env": "SMTP_TLS=true\n"}
    assert one(write(tmp_path, files), "medusa").settings.tls == "implicit"
