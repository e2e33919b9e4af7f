"""Digits that are no decimal ones: a port of them is none, and stops no reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import setups, write

PORT = "58\u00b2"
FILES = {
    "a.py": f'import smtplib\ns = smtplib.SMTP("smtp.ionos.com", "{PORT}")\n',
    "b.py": f'import smtplib\ns = smtplib.SMTP("smtp.ionos.com:{PORT}")\n',
    "c.py": f'import smtplib\ns = smtplib.SMTP("smtp.ionos.com:{"5" * 5000}")\n',
    "application.properties": f"spring.mail.host=smtp.ionos.com\nspring.mail.port={PORT}\n",
    "compose.yml": "services:\n  a:\n    image: vaultwarden/server\n    environment:\n"
    f'      SMTP_HOST: smtp.ionos.com\n      SMTP_PORT: "{PORT}"\n',
    "a.sh": f"swaks --server smtp.ionos.com:{PORT} --tls\n",
    "b.sh": f"swaks --server smtp.ionos.com --port {PORT} --tls\n",
    "a.rb": f'require "net/smtp"\nNet::SMTP.start("smtp.ionos.com", "{PORT}")\n',
}


@pytest.mark.parametrize("name", FILES)
def test_a_port_of_other_digits(tmp_path: Path, name: str) -> None:
    (setup,) = setups(write(tmp_path, {name: FILES[name]}))
    assert setup.settings.port != 58
