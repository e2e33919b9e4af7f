"""Digits that are no decimal ones: a port of them is none, and stops no reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import setups, write
from .ways import came_to

PORT = "58\u00b2"
LONG = "5" * 5000
FILES = {
    "a.py": f'import smtplib\ns = smtplib.SMTP("smtp.ionos.com", "{PORT}")\n',
    "b.py": f'import smtplib\ns = smtplib.SMTP("smtp.ionos.com:{PORT}")\n',
    "c.py": f'import smtplib\ns = smtplib.SMTP("smtp.ionos.com:{LONG}")\n',
    "application.properties": f"spring.mail.host=smtp.ionos.com\nspring.mail.port={PORT}\n",
    "compose.yml": "services:\n  a:\n    image: vaultwarden/server\n    environment:\n"
    f'      SMTP_HOST: smtp.ionos.com\n      SMTP_PORT: "{PORT}"\n',
    "a.sh": f"swaks --server smtp.ionos.com:{PORT} --tls\n",
    "b.sh": f"swaks --server smtp.ionos.com --port {PORT} --tls\n",
    "a.rb": f'require "net/smtp"\nNet::SMTP.start("smtp.ionos.com", "{PORT}")\n',
}


@pytest.mark.parametrize("name", FILES)
def test_a_port_of_other_digits_is_as_one_of_letters(tmp_path: Path, name: str) -> None:
    letters = FILES[name].replace(PORT, "abc").replace(LONG, "abc")
    assert letters != FILES[name]
    (setup,) = setups(write(tmp_path / "digits", {name: FILES[name]}))
    (other,) = setups(write(tmp_path / "letters", {name: letters}))
    assert (came_to(setup), setup.complete) == (came_to(other), other.complete)
