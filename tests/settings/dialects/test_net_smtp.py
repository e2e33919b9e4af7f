"""Scripts with Net::SMTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
LOGIN = "'client.example.com', 'info@example.com', 'word', :login"
NAMED = "user: 'info@example.com', secret: 'word'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"smtp = Net::SMTP.new('smtp.ionos.com', 587)\nsmtp.enable_starttls\n"
         f"smtp.start({LOGIN}) do |s|\n  s.send_message m, 'info@example.com', to\nend\n",
         (587, "starttls", True)),
        (f"smtp = Net::SMTP.new('smtp.ionos.com', 465)\nsmtp.enable_tls\nsmtp.start({LOGIN})\n",
         (465, "implicit", False)),
        (f"smtp = Net::SMTP.new('smtp.ionos.com', 587)\nsmtp.enable_ssl\nsmtp.start({LOGIN})\n",
         (587, "implicit", False)),
        (f"Net::SMTP.start('smtp.ionos.com', 465, {LOGIN}) {{ |s| }}\n", (465, "starttls", False)),
        (f"Net::SMTP.start('smtp.ionos.com', 465, tls: true, {NAMED})\n", (465, "implicit", False)),
        (f"Net::SMTP.start('smtp.ionos.com', 587, starttls: :always, {NAMED})\n",
         (587, "starttls", True)),
        (f"Net::SMTP.start('smtp.ionos.com', 465, starttls: false, {NAMED})\n",
         (465, "none", False)),
        (f"Net::SMTP.new('smtp.ionos.com', 587).start({LOGIN})\n", (587, "starttls", False)),
    ],
)  # fmt: skip
def test_scripts(tmp_path: Path, text: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"send.rb": f"require 'net/smtp'\n{text}"})
    setup = one(root, "net-smtp")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert not remarks(setup)
    changes_lead_there(root, "net-smtp")


def test_a_text_is_true(tmp_path: Path) -> None:
    text = f"Net::SMTP.start('smtp.ionos.com', 587, tls: ENV['SSL'], {NAMED})\n"
    root = write(tmp_path / "app", {"send.rb": text, ".env": "SSL=false\n"})
    assert remarks(one(root, "net-smtp")) == {("misread", "tls")}
    changes_lead_there(root, "net-smtp")


def test_verification_that_is_switched_off(tmp_path: Path) -> None:
    text = "s = Net::SMTP.new('h.example', 465)\ns.enable_tls(OpenSSL::SSL::VERIFY_NONE)\ns.start\n"
    assert not one(write(tmp_path, {"send.rb": text}), "net-smtp").settings.verify


def test_comments_and_tests_are_none(tmp_path: Path) -> None:
    files = {
        "a.rb": "# Net::SMTP.start('h.example', 25)\n",
        "spec/b.rb": "Net::SMTP.start('h.example', 25)\n",
    }
    assert not setups(write(tmp_path, files))
