"""What Dart programs send with: the package mailer."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
DIALECT = "dart-mailer"
PROGRAM = """\
import 'dart:io';
import 'package:mailer/mailer.dart';
import 'package:mailer/smtp_server.dart';
%s
Future<void> sendMail({required String to, String? name}) async {
  %s
  final message = Message()
    ..from = Address('info@example.com', 'Shop of $name')
    ..recipients.add(to)
    ..subject = 'Hello ${DateTime.now()}';
  try {
    await send(message, smtpServer);
  } on MailerException catch (e) {
    for (var p in e.problems) {
      print('Problem: ${p.code}: ${p.msg}');
    }
  }
}
"""
LOGIN = "username: 'info@example.com', password: 'word'"


def program(tmp_path: Path, statements: str, before: str = "", **more: str) -> Path:
    files = {name.replace("__", "/").replace("_", "."): text for name, text in more.items()}
    return write(tmp_path / "app", {"bin/main.dart": PROGRAM % (before, statements), **files})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", (587, "starttls", True)),
        (", port: 465, ssl: true", (465, "implicit", False)),
        (", ssl: true", (587, "implicit", False)),
        (", port: 465", (465, "starttls", True)),
        (", port: 587, allowInsecure: true", (587, "starttls", False)),
    ],
)
def test_modes(tmp_path: Path, options: str, expected: tuple[int, str, bool]) -> None:
    root = program(tmp_path, f"final smtpServer = SmtpServer('{HOST}'{options}, {LOGIN});")
    setup = one(root, DIALECT)
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "info@example.com"
    assert remarks(setup) == set()
    changes_lead_there(root, DIALECT)


@pytest.mark.parametrize(
    ("before", "statements"),
    [
        (
            "class Config {\n  static const host = 'smtp.ionos.com';\n"
            "  static const int port = 465;\n}",
            "var smtpServer = SmtpServer(Config.host, port: Config.port, ssl: true);",
        ),
        (
            "",
            "final env = Platform.environment;\n"
            "  final smtpServer = SmtpServer(env['SMTP_HOST']!,\n"
            "      port: int.parse(env['SMTP_PORT'] ?? '587'), ssl: env['SMTP_SSL'] == 'true');",
        ),
        (
            "import 'package:flutter_dotenv/flutter_dotenv.dart';",
            "final String host = dotenv.env['SMTP_HOST'] ?? '';\n"
            "  final port = int.tryParse(dotenv.get('SMTP_PORT')) ?? 587;\n"
            "  final smtpServer = SmtpServer(host, port: port, ssl: port == 465);",
        ),
        (
            "SmtpServer makeServer(String host, {int port = 465}) {\n"
            "  return SmtpServer(host, port: port, ssl: true);\n}",
            "final smtpServer = makeServer('smtp.ionos.com');",
        ),
        (
            "",
            r"""const raw = r'smtp'; const name = "ionos";
  late final String host; host = '$raw.${name}.com';
  final smtpServer = new SmtpServer(host, ssl: true, port: 0x1D1);""",
        ),
    ],
    ids=["class", "environment", "dotenv", "function", "texts"],
)
def test_where_values_come_from(tmp_path: Path, before: str, statements: str) -> None:
    dotenv = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=465\nSMTP_SSL=true\n"
    root = program(tmp_path, statements, before)
    write(root, {".env": dotenv})
    assert way(one(root, DIALECT)) == (HOST, 465, "implicit", False)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("gmail('a@gmail.com', 'word')", ("smtp.gmail.com", 587, "starttls", True)),
        ("hotmail('a@gmail.com', 'word')", ("smtp-mail.outlook.com", 587, "starttls", True)),
        ("zoho('a@gmail.com', 'word')", ("smtp.zoho.com", 465, "implicit", False)),
    ],
)
def test_providers_of_the_package(
    tmp_path: Path, made: str, expected: tuple[str, int, str, bool]
) -> None:
    setup = one(program(tmp_path, f"final smtpServer = {made};"), DIALECT)
    assert way(setup) == expected
    assert (setup.settings.username, password(setup)) == ("a@gmail.com", "word")


def test_what_is_put_in(tmp_path: Path) -> None:
    root = program(tmp_path, "final smtpServer = SmtpServer('smtp.ionos.com', port: 465);")
    apply(root, prepared(one(root, DIALECT).settings, None, "implicit"))
    text = (root / "bin/main.dart").read_text()
    assert "SmtpServer('smtp.ionos.com', ssl: true, port: 465)" in text
    assert way(one(root, DIALECT)) == (HOST, 465, "implicit", False)


def test_what_can_not_be_told(tmp_path: Path) -> None:
    statements = (
        "const secret = String.fromEnvironment('SMTP_PASS');\n"
        "  final smtpServer = SmtpServer(await loadHost(), username: to, password: secret);"
    )
    setup = one(program(tmp_path, statements), DIALECT)
    assert {each.field for each in setup.settings.untellable} == {"host", "username", "password"}


@pytest.mark.parametrize(
    "statements",
    [
        "// final smtpServer = SmtpServer('smtp.ionos.com');",
        "/* /* nested */ final smtpServer = SmtpServer('smtp.ionos.com'); */",
        "print(r'SmtpServer($x)'); print('''SmtpServer('a')''');",
        "final it = Other.SmtpServer('smtp.ionos.com'); final that = account.gmail('a', 'b');",
    ],
)
def test_what_is_no_server(tmp_path: Path, statements: str) -> None:
    assert setups(program(tmp_path, statements)) == []


def test_a_cascade_within_another(tmp_path: Path) -> None:
    """What stands in brackets has a cascade of its own; the outer one goes on behind it."""
    statements = (
        "final smtpServer = SmtpServer('smtp.ionos.com');\n"
        "  final it = Other()..add(Thing()..from = 1)..from = Address('shop@example.com');"
    )
    setup = one(program(tmp_path, statements), DIALECT)
    assert setup.settings.sender == "shop@example.com"
