"""What Vert.x programs send with: MailConfig of its mail client."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, way

HOST = "smtp.ionos.com"
DIALECT = "vertx-mail"
JAVA = """\
import io.vertx.ext.mail.*;

public class Mailer extends AbstractVerticle {
    public void start() {
        MailConfig config = new MailConfig(%s)%s
            .setUsername("info@example.com")
            .setPassword(System.getenv("SMTP_PASS"));
        MailClient client = MailClient.createShared(vertx, config);
        client.sendMail(new MailMessage().setFrom("shop@example.com").setTo("a@example.org"));
    }
}
"""


@pytest.mark.parametrize(
    ("made", "chain", "expected"),
    [
        ("", '.setHostname("smtp.ionos.com")', (25, "starttls", False)),
        ('"smtp.ionos.com", 587', "", (587, "starttls", False)),
        ('"smtp.ionos.com", 587, StartTLSOptions.REQUIRED, LoginOption.REQUIRED', "",
         (587, "starttls", True)),
        ("", '.setHostname("smtp.ionos.com").setPort(465).setSsl(true)', (465, "implicit", False)),
        ("", '.setHostname("smtp.ionos.com").setPort(587).setSsl(true)', (587, "implicit", False)),
        ("", '.setHostname("smtp.ionos.com").setPort(465)', (465, "starttls", False)),
        ("", '.setHostname("smtp.ionos.com").setPort(587).setStarttls(StartTLSOptions.DISABLED)',
         (587, "none", False)),
    ],
)  # fmt: skip
def test_modes(tmp_path: Path, made: str, chain: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"src/main/java/Mailer.java": JAVA % (made, chain)})
    setup = one(root, DIALECT, SMTP_PASS="word")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    changes_lead_there(root, DIALECT)


def test_by_statements_and_in_kotlin(tmp_path: Path) -> None:
    kotlin = """\
import io.vertx.ext.mail.MailConfig

fun client(): MailClient {
    val config = MailConfig()
    config.setHostname("smtp.ionos.com")
    config.setPort(465)
    config.setSsl(true)
    return MailClient.create(vertx, config)
}
"""
    setup = one(write(tmp_path, {"src/main/kotlin/Mail.kt": kotlin}), DIALECT)
    assert way(setup) == (HOST, 465, "implicit", False)


def test_without_a_host_it_is_this_machine(tmp_path: Path) -> None:
    root = write(tmp_path / "app", {"src/main/java/Mailer.java": JAVA % ("", "")})
    assert one(root, DIALECT).settings.host == "localhost"


def test_what_is_put_in(tmp_path: Path) -> None:
    root = write(tmp_path / "app", {"src/main/java/Mailer.java": JAVA % (f'"{HOST}", 465', "")})
    apply(root, prepared(one(root, DIALECT).settings, None, "implicit"))
    text = (root / "src/main/java/Mailer.java").read_text()
    assert 'new MailConfig("smtp.ionos.com", 465).setSsl(true)' in text
    assert way(one(root, DIALECT)) == (HOST, 465, "implicit", False)


def test_another_class_of_that_name_is_none(tmp_path: Path) -> None:
    other = (JAVA % ("", "")).replace("io.vertx.ext.mail", "com.example.mail")
    found = setups(write(tmp_path, {"src/main/java/Mailer.java": other}))
    assert [each for each in found if each.identity.dialect == DIALECT] == []
