"""curl in shell scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, way

HOST = "smtp.ionos.com"
LOGIN = "--user 'info@example.com:wo#rd' --mail-from shop@example.com --mail-rcpt a@b.example -T m"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--ssl-reqd smtp://smtp.ionos.com:587", (587, "starttls", True)),
        ("--ssl smtp://smtp.ionos.com:587", (587, "starttls", False)),
        ("--url smtps://smtp.ionos.com:465", (465, "implicit", False)),
        ("--url=smtps://smtp.ionos.com", (465, "implicit", False)),
        ("--ssl-reqd smtps://smtp.ionos.com:587", (587, "implicit", False)),
        ("smtp://smtp.ionos.com:587", (587, "none", False)),
        ("--ssl-reqd smtp://smtp.ionos.com:465/client.example", (465, "starttls", True)),
    ],
)
def test_what_the_scheme_and_its_options_say(
    tmp_path: Path, options: str, expected: tuple[int, str, bool]
) -> None:
    root = write(tmp_path / "app", {"send.sh": f"#!/bin/sh\nset -e\ncurl -s {options} {LOGIN}\n"})
    setup = one(root, "curl")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "wo#rd")
    assert setup.settings.sender == "shop@example.com"
    changes_lead_there(root, "curl")


SCRIPT = """\
#!/usr/bin/env bash
# curl smtp://other.example --mail-from x
HOST="smtp.ionos.com"
PORT=${SMTP_PORT:-465}
FROM='shop@example.com'
cat > mail.txt <<MAIL
From: $FROM
curl smtp://inner.example --mail-from y
MAIL
if ! /usr/bin/curl --silent --url "smtps://${HOST}:$PORT" \\
    --mail-from "$FROM" --mail-rcpt "$1" \\
    -u "$SMTP_USER:$SMTP_PASS" -T mail.txt; then
  exit 1
fi
"""


def test_variables_of_the_script_and_of_the_environment(tmp_path: Path) -> None:
    env = "SMTP_PORT=587\nSMTP_USER=info@example.com\nSMTP_PASS='wo:rd'\n"
    root = write(tmp_path, {"bin/send.sh": SCRIPT, ".env": env})
    setup = one(root, "curl")
    assert way(setup) == (HOST, 587, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "wo:rd")
    change = prepared(setup.settings, 465, "implicit")
    assert [(each.file, each.replace, each.with_) for each in change.edits] == [
        (".env", "587", "465")
    ]
    apply(root, prepared(setup.settings, 587, "starttls"))
    assert 'curl --ssl-reqd --silent --url "smtp://' in (root / "bin/send.sh").read_text()
    assert way(one(root, "curl")) == (HOST, 587, "starttls", True)


def test_a_default_of_the_script_is_changed_where_it_stands(tmp_path: Path) -> None:
    root = write(tmp_path, {"send.sh": SCRIPT.replace("-465", "-587")})
    apply(root, prepared(one(root, "curl").settings, 465, "implicit"))
    assert "PORT=${SMTP_PORT:-465}" in (root / "send.sh").read_text()
    assert way(one(root, "curl")) == (HOST, 465, "implicit", False)


def test_what_a_command_prints_is_not_told(tmp_path: Path) -> None:
    text = (
        'curl --ssl-reqd "smtp://$(cat host):587" --user "u:$(pass show mail)" --mail-from a@b.c\n'
    )
    setup = one(write(tmp_path, {"s.sh": text}), "curl")
    assert {each.option for each in setup.settings.untellable} == {"url", "user"}


@pytest.mark.parametrize("where", ["--user 'u:SECRET'", "-u u:SECRET", "smtp://u:SECRET@h.example",
                                   "--oauth2-bearer SECRET", "-u \"u:${PASS:-SECRET}\"",
                                   "-H SECRET", "# SECRET"])  # fmt: skip
def test_no_secret_is_shown(tmp_path: Path, where: str) -> None:
    secret = "q7Geheimx99Z"
    url = "" if "//" in where else "smtp://smtp.example.com:587"
    text = f"curl {url} --mail-from a@b.example {where}\n".replace("SECRET", secret)
    setup = one(write(tmp_path, {"s.sh": text}), "curl")
    shown = repr(setup.settings.entries) + repr(setup.settings.untellable)
    assert secret not in shown
    assert "heimx" not in shown


def test_look_alikes(tmp_path: Path) -> None:
    files = {
        "a.sh": "# curl smtp://h.example --mail-from x\ncurl https://h.example # mail-from\n",
        "b.sh": "echo 'curl smtp://h.example --mail-from x'\n",
        "c.sh": "cat <<'EOF'\ncurl smtp://h.example --mail-from x\nEOF\n",
        "tests/d.sh": f"curl smtp://h.example {LOGIN}\n",
    }
    assert not setups(write(tmp_path, files))


@pytest.mark.parametrize(
    "text", ["'" * 5000, "$(" * 5000, "${" * 5000, "<<A\n" * 3000, "a=" * 5000, "\\\n" * 9000,
             "curl --mail-from " + "x " * 30000, "`" * 5000, "curl smtp://" + "${A}" * 5000]
)  # fmt: skip
def test_hostile_scripts_end(tmp_path: Path, text: str) -> None:
    setups(write(tmp_path, {"s.sh": f"curl x --mail-from y\n{text}"}))
