"""GitLab's Omnibus settings, in gitlab.rb and in a compose file."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, remarks, way

HEAD = """\
gitlab_rails['smtp_enable'] = true
gitlab_rails['smtp_address'] = "smtp.ionos.com"
gitlab_rails['smtp_user_name'] = "info@example.com"
gitlab_rails['smtp_password'] = "word"
gitlab_rails['gitlab_email_from'] = 'info@example.com'
"""
CASES = [
    ("gitlab_rails['smtp_port'] = 587\ngitlab_rails['smtp_enable_starttls_auto'] = true\n"
     "gitlab_rails['smtp_tls'] = false\n", (587, "starttls", False)),
    ("gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_tls'] = true\n"
     "gitlab_rails['smtp_enable_starttls_auto'] = false\n", (465, "implicit", False)),
    ("gitlab_rails['smtp_port'] = 587\ngitlab_rails['smtp_tls'] = true\n",
     (587, "implicit", False)),
    ("gitlab_rails['smtp_port'] = 465\n", (465, "starttls", False)),
    ("gitlab_rails['smtp_port'] = ENV['PORT'] || 465\ngitlab_rails['smtp_ssl'] = true\n",
     (465, "implicit", False)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
@pytest.mark.parametrize("carried", [False, True])
def test_settings(
    tmp_path: Path, text: str, expected: tuple[int, str, bool], carried: bool
) -> None:
    files = {"config/gitlab.rb": HEAD + text}
    if carried:
        block = "".join(f"        {line}\n" for line in (HEAD + text).splitlines())
        files = {
            "docker-compose.yml": "services:\n  web:\n    image: gitlab/gitlab-ce:17.5.1-ce.0\n"
            f"    environment:\n      GITLAB_OMNIBUS_CONFIG: |\n{block}    ports: ['80:80']\n"
        }
    root = write(tmp_path / "app", files)
    setup = one(root, "gitlab")
    assert way(setup) == ("smtp.ionos.com", *expected)
    assert (setup.settings.sender, password(setup)) == ("info@example.com", "word")
    assert not remarks(setup)
    host = setup.settings.entry("host")
    assert host is not None
    assert host.source_line is not None
    assert host.source_line.strip() == "gitlab_rails['smtp_address'] = \"smtp.ionos.com\""
    changes_lead_there(root, "gitlab")


def test_smtp_that_is_not_switched_on(tmp_path: Path) -> None:
    text = "gitlab_rails['smtp_address'] = 'h.example'\n"
    setup = one(write(tmp_path, {"gitlab.rb": text}), "gitlab")
    assert remarks(setup) == {("ignored", "smtp_address")}


CHART = """\
global:
  email:
    from: info@example.com
  smtp:
    enabled: true
    address: smtp.ionos.com
    user_name: info@example.com
    password:
      secret: smtp
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("    port: 587\n    starttls_auto: true\n", (587, "starttls", False)),
        ("    port: 465\n    tls: true\n", (465, "implicit", False)),
        ("    port: 587\n    tls: true\n    starttls_auto: false\n", (587, "implicit", False)),
        ("    port: 465\n    starttls_auto: true\n", (465, "starttls", False)),
        ("", (2525, "none", False)),  # what the chart has of its own
    ],
)
@pytest.mark.parametrize("name", ["values.yaml", "gitlab-values.yml"])
def test_the_values_of_its_chart(
    name: str, more: str, expected: tuple[int, str, bool], tmp_path: Path
) -> None:
    root = write(tmp_path / "app", {name: CHART + more})
    setup = one(root, "gitlab")
    assert way(setup) == ("smtp.ionos.com", *expected)
    assert setup.settings.sender == "info@example.com"
    assert [each.field for each in setup.settings.untellable] == ["password"]
    changes_lead_there(root, "gitlab")


@pytest.mark.parametrize(
    "text",
    [
        CHART.replace("smtp.ionos.com", '""'),
        CHART.replace("global:", "other:"),
        CHART.replace("address:", "host:"),
        "global:\n  smtp: true\nuser_name: x\n",
    ],
)
def test_lookalikes_of_its_chart(text: str, tmp_path: Path) -> None:
    assert not setups(write(tmp_path, {"values.yaml": text}))


def test_a_chart_whose_smtp_is_off(tmp_path: Path) -> None:
    root = write(tmp_path, {"values.yaml": CHART.replace("enabled: true", "enabled: false")})
    assert remarks(one(root, "gitlab")) == {("ignored", "smtp_address")}


@pytest.mark.parametrize(
    ("word", "user"), [("login", "info@example.com"), ('""', None), ("none", None)]
)
def test_a_chart_without_a_way_of_logging_in_writes_no_login(
    word: str, user: str | None, tmp_path: Path
) -> None:
    more = f"    port: 587\n    starttls_auto: true\n    authentication: {word}\n"
    setup = one(write(tmp_path, {"values.yaml": CHART + more}), "gitlab")
    assert setup.settings.username == user
    assert remarks(setup) == (set() if user else {("ignored", "smtp_user_name")})


def test_comments_are_none(tmp_path: Path) -> None:
    assert not setups(write(tmp_path, {"gitlab.rb": "# gitlab_rails['smtp_address'] = 'x'\n"}))


FILLED = """services:
  web:
    image: gitlab/gitlab-ce:17.5.1-ce.0
    environment:
      GITLAB_OMNIBUS_CONFIG: |
        gitlab_rails['smtp_enable'] = true
        gitlab_rails['smtp_address'] = "${SMTP_HOST}"
        gitlab_rails['smtp_port'] = ${SMTP_PORT}
        gitlab_rails['smtp_user_name'] = "$SMTP_USER"
        gitlab_rails['smtp_password'] = '${SMTP_PASSWORD}'
        gitlab_rails['smtp_tls'] = ${SMTP_TLS}
        gitlab_rails['gitlab_email_from'] = 'info@example.com'
"""
FROM_ENV = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=465\nSMTP_USER=info@example.com\n"
FROM_ENV += "SMTP_PASSWORD=geheim-12\nSMTP_TLS=true\n"


def test_what_compose_fills_in(tmp_path: Path) -> None:
    setup = one(write(tmp_path, {"compose.yml": FILLED, ".env": FROM_ENV}), "gitlab")
    assert way(setup) == ("smtp.ionos.com", 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "geheim-12")
    assert not [each for each in setup.settings.entries if each.problem]
    host = setup.settings.entry("host")
    assert host is not None
    assert (host.origin.file, host.origin.line) == (".env", 1)


def test_what_compose_fills_in_and_nothing_here_sets_is_not_known(tmp_path: Path) -> None:
    env = FROM_ENV.replace("SMTP_HOST=smtp.ionos.com\n", "").replace("SMTP_PASSWORD", "OTHER")
    setup = one(write(tmp_path, {"compose.yml": FILLED, ".env": env}), "gitlab")
    told = {each.option for each in setup.settings.untellable}
    assert told == {"smtp_address", "smtp_password"}
    assert not [each for each in setup.settings.entries if each.problem]


def test_a_dollar_sign_that_is_written_twice_is_one(tmp_path: Path) -> None:
    text = FILLED.replace("'${SMTP_PASSWORD}'", "'pa$$word-12'")
    setup = one(write(tmp_path, {"compose.yml": text, ".env": FROM_ENV}), "gitlab")
    assert password(setup) == "pa$word-12"
