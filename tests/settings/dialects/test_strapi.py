"""Strapi: config/plugins with its env() and the casts of it, by profile."""

from __future__ import annotations

from pathlib import Path

from .node_family import reads_and_mends
from .support import apply, one, prepared, setups, write

PACKAGE = (
    '{"dependencies": {"@strapi/strapi": "5.1.0", "@strapi/provider-email-nodemailer": "5.1.0"}}'
)
PLUGINS = """\
module.exports = ({ env }) => ({
  email: {
    config: {
      provider: '%s',
      providerOptions: %s,
      settings: { defaultFrom: 'shop@example.com' },
    },
  },
});
"""
FROM_ENV = (
    "{ host: env('SMTP_HOST', 'smtp.example.com'), port: env.int('SMTP_PORT', 587), "
    "secure: env%s('SMTP_SECURE', false), "
    "auth: { user: env('SMTP_USER'), pass: env('SMTP_PASS') } }"
)
DOTENV = "SMTP_HOST=smtp.ionos.com\nSMTP_USER=u@e.com\nSMTP_PASS=geheim-1\nSMTP_SECURE=false\n"


def plugins(options: str, provider: str = "nodemailer") -> dict[str, str]:
    return {"config/plugins.js": PLUGINS % (provider, options), "package.json": PACKAGE}


def test_the_provider(tmp_path: Path) -> None:
    reads_and_mends(tmp_path, "strapi", plugins)


def test_env_gives_a_text_and_env_bool_a_switch(tmp_path: Path) -> None:
    for cast, tls in (("", "implicit"), (".bool", "starttls")):
        root = write(tmp_path / f"with{cast}", {**plugins(FROM_ENV % cast), ".env": DOTENV})
        settings = one(root, "strapi").settings
        assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", 587, tls)
        assert settings.sender == "shop@example.com"
        assert [item.kind for item in settings.remarks] == (["misread"] if not cast else [])
        if not cast:
            apply(root, prepared(settings, 587, "starttls"))
            assert one(root, "strapi").settings.tls == "starttls"


def test_the_profile_stands_before_and_typescript_is_read(tmp_path: Path) -> None:
    text = PLUGINS.replace("module.exports =", "export default") % ("nodemailer", "'smtps://p.de'")
    files = {**plugins("'smtp://h.de'"), "config/env/production/plugins.ts": text}
    write(tmp_path, files)
    assert one(tmp_path, "strapi").settings.host == "p.de"
    assert one(tmp_path, "strapi", NODE_ENV="development").settings.host == "h.de"


def test_other_providers_are_no_set_ups(tmp_path: Path) -> None:
    assert setups(write(tmp_path, plugins("{ apiKey: 'x' }", "sendgrid"))) == []


def test_env_is_a_function_that_has_no_variables_for_members(tmp_path: Path) -> None:
    root = write(tmp_path, {**plugins("{ host: env.SMTP_HOST, port: 465 }"), ".env": DOTENV})
    settings = one(root, "strapi").settings
    assert settings.host is None
    assert [each.field for each in settings.untellable] == ["host"]
