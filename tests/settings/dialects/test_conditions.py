"""Code that sends only where a condition holds which can't be told: what it sends with is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, write
from .ways import password, way

JAKARTA = """\
import jakarta.mail.*;
class M {
  void send(String to, boolean wanted) throws Exception {
    if (wanted) {
      Properties props = new Properties();
      props.put("mail.smtp.host", "smtp.ionos.com");
      props.put("mail.smtp.port", "587");
      props.put("mail.smtp.auth", "true");
      props.put("mail.smtp.ssl.enable", "true");
      Session session = Session.getInstance(props, new Authenticator() {
        protected PasswordAuthentication getPasswordAuthentication() {
          return new PasswordAuthentication("info@example.com", "word");
        }
      });
      Transport.send(new MimeMessage(session));
    }
  }
}
"""
KOTLIN = """\
import jakarta.mail.*
fun send(to: String, wanted: Boolean) {
    if (wanted) {
        val props = Properties()
        props["mail.smtp.host"] = "smtp.ionos.com"
        props["mail.smtp.port"] = "587"
        props["mail.smtp.auth"] = "true"
        props["mail.smtp.ssl.enable"] = "true"
        val session = Session.getInstance(props, object : Authenticator() {
            override fun getPasswordAuthentication() =
                PasswordAuthentication("info@example.com", "word")
        })
        Transport.send(MimeMessage(session))
    }
}
"""
COMMONS = """\
import org.apache.commons.mail.*;
class M {
  void send(String to, boolean wanted) throws Exception {
    if (wanted) {
      Email email = new SimpleEmail();
      email.setHostName("smtp.ionos.com");
      email.setSslSmtpPort("587");
      email.setAuthenticator(new DefaultAuthenticator("info@example.com", "word"));
      email.setSSLOnConnect(true);
      email.send();
    }
  }
}
"""
CSHARP = """\
using MailKit.Net.Smtp;
public class M {
  public void Send(string to) {
    if (Exists(to)) {
      var host = "smtp.ionos.com";
      var client = new SmtpClient();
      client.Connect(host, 587, true);
      client.Authenticate("info@example.com", "word");
    }
  }
}
"""
GO = """\
package main
import mail "github.com/xhit/go-simple-mail/v2"
func send(t string) {
	if exists(t) {
		server := mail.NewSMTPClient()
		server.Host = "smtp.ionos.com"
		server.Port = 587
		server.Username = "info@example.com"
		server.Password = "word"
		server.Encryption = mail.EncryptionSSLTLS
		server.Connect()
	}
}
"""
RUST = """\
use lettre::{SmtpTransport, Transport};
fn send(to: &str) {
    if exists(to) {
        let made = SmtpTransport::relay("smtp.ionos.com").unwrap().port(587)
            .credentials(Credentials::new("info@example.com".into(), "word".into())).build();
        made.send(&email);
    }
}
"""
CODE = {
    "jakarta-mail M.java": JAKARTA,
    "jakarta-mail M.kt": KOTLIN,
    "commons-email M.java": COMMONS,
    "mailkit M.cs": CSHARP,
    "go-simple-mail m.go": GO,
    "lettre src/main.rs": RUST,
}


@pytest.mark.parametrize("where", CODE)
def test_what_is_sent_with_behind_a_condition(where: str, tmp_path: Path) -> None:
    dialect, name = where.split()
    setup = one(write(tmp_path, {name: CODE[where]}), dialect)
    assert way(setup) == ("smtp.ionos.com", 587, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert not setup.settings.untellable


@pytest.mark.parametrize(
    ("where", "line", "condition"),
    [
        ("jakarta-mail M.java", '      props.put("mail.smtp.ssl.enable", "true");', "if (strict) "),
        ("jakarta-mail M.kt", '        props["mail.smtp.ssl.enable"] = "true"', "if (strict) "),
        ("commons-email M.java", "      email.setSSLOnConnect(true);", "if (strict) "),
        ("go-simple-mail m.go", "\t\tserver.Encryption = mail.EncryptionSSLTLS", "if strict {"),
    ],
)
def test_a_further_condition_is_a_question(
    where: str, line: str, condition: str, tmp_path: Path
) -> None:
    """What only some of it waits for can't be told."""
    dialect, name = where.split()
    indent = line[: len(line) - len(line.lstrip())]
    behind = indent + condition + line.lstrip() + (" }" if condition.endswith("{") else "")
    text = CODE[where].replace(line, behind)
    assert text != CODE[where]
    settings = one(write(tmp_path, {name: text}), dialect).settings
    assert settings.host == "smtp.ionos.com"
    assert "tls" in {each.field for each in settings.untellable}


def test_two_ways_to_begin_are_a_question(tmp_path: Path) -> None:
    text = RUST.replace(
        "        let made =",
        '        if strict { SmtpTransport::starttls_relay("smtp.ionos.com").unwrap().build(); }\n'
        "        let made =",
    )
    assert text != RUST
    settings = one(write(tmp_path, {"src/main.rs": text}), "lettre").settings
    assert [each.field for each in settings.untellable] == ["tls"]
