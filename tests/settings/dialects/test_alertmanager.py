"""Alertmanager's receivers, which stand over its global settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import setups, write
from .ways import password, way

GLOBAL = """\
global:
  smtp_smarthost: mail.example.org:587
  smtp_from: global@example.org
  smtp_auth_username: global@example.org
  smtp_auth_password: other
"""
RECEIVERS = """\
route: {receiver: a}
receivers:
  - name: a
    email_configs:
      - to: team@example.com
%s
"""
OWN = """\
        from: alerts@example.com
        smarthost: 'smtp.ionos.com:%s'
        auth_username: alerts@example.com
        auth_password: word
"""


def found(root: Path) -> list[tuple[str | None, int | None, str, bool]]:
    return sorted(way(each) for each in setups(root) if each.identity.dialect == "alertmanager")


@pytest.mark.parametrize(
    ("name", "indent"),
    [("alertmanager.yml", ""), ("Alert_for_Email/alertmanager.yml", ""),
     ("charts/values.yaml", "    ")],
)  # fmt: skip
@pytest.mark.parametrize(("port", "tls"), [(587, "starttls"), (465, "implicit")])
def test_a_receiver_with_a_server_of_its_own(
    tmp_path: Path, name: str, indent: str, port: int, tls: str
) -> None:
    text = RECEIVERS % (OWN % port)
    if indent:
        lines = "".join(f"{indent}{line}\n" for line in text.splitlines())
        text = f"alertmanager:\n  config:\n{lines}"
    (setup,) = setups(write(tmp_path, {name: text}))
    assert way(setup) == ("smtp.ionos.com", port, tls, tls == "starttls")
    assert (setup.settings.username, password(setup)) == ("alerts@example.com", "word")
    assert setup.settings.sender == "alerts@example.com"


def test_what_a_receiver_leaves_open_is_the_global_settings(tmp_path: Path) -> None:
    text = GLOBAL + RECEIVERS % "        require_tls: false\n        from: own@example.org"
    assert found(write(tmp_path, {"alertmanager.yml": text})) == [
        ("mail.example.org", 587, "none", False),
        ("mail.example.org", 587, "starttls", True),
    ]
    senders = {each.settings.sender for each in setups(tmp_path)}
    assert senders == {"global@example.org", "own@example.org"}


def test_receivers_without_settings_of_their_own_are_no_further_set_up(tmp_path: Path) -> None:
    more = "        send_resolved: true\n  - name: b\n    email_configs: [{to: b@example.com}]\n"
    text = GLOBAL + RECEIVERS % (more + "  - name: hook\n    webhook_configs: [{url: x}]")
    assert found(write(tmp_path, {"alertmanager.yml": text})) == [
        ("mail.example.org", 587, "starttls", True)
    ]


def test_a_config_map_with_receivers(tmp_path: Path) -> None:
    text = RECEIVERS % (OWN % 465)
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    text = f"kind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  alertmanager.yml: |\n{lines}"
    assert found(write(tmp_path, {"k8s/monitoring.yaml": text})) == [
        ("smtp.ionos.com", 465, "implicit", False)
    ]


def test_another_programs_values_are_none(tmp_path: Path) -> None:
    text = "receivers:\n  - name: a\n    email_configs:\n      - smarthost: 'h.example:587'\n"
    assert not setups(write(tmp_path, {"values.yaml": text, "receivers.yml": text}))


def test_a_quote_too_many_costs_nobody_the_folder(tmp_path: Path) -> None:
    """YAML takes what stands behind it for the value's further lines."""
    mail = (
        "        from: alerts@example.com\n        smarthost: 'smtp.ionos.com:587'\n"
        "        auth_username: alerts@example.com\n"
        '  """x      auth_password: word'
    )
    setups(write(tmp_path, {"alertmanager.yml": RECEIVERS % mail}))
