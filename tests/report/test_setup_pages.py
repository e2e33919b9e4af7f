"""What the terminal shows of a set-up: its files, and the lines of a fix before and after."""

from __future__ import annotations

from smtpdoctor.report import formats
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import build
from tests.rules.scene import Scene

RAILS = """Rails.application.configure do
  config.action_mailer.delivery_method = :smtp
  config.action_mailer.smtp_settings = {
    address: "smtp.ionos.com",
    port: 465,
    user_name: "info@example.com",
    password: ENV["SMTP_PASS"]
  }
end
"""


def page(scene: Scene) -> list[str]:
    report = build(scene.observations(), started="", seconds=0.1)
    return formats.render("terminal", report, Options()).splitlines()


def test_a_new_line_stands_beside_the_one_that_it_goes_before() -> None:
    scene = Scene.of_folder(
        {"Gemfile": 'gem "rails"\n', "config/environments/production.rb": RAILS}
    )
    scene.session().greeting(outcome="silence", took=0.6)
    scene.session("other-mode").rest()
    lines = page(scene)
    at = lines.index("    config/environments/production.rb:5")
    assert lines[at + 1 : at + 3] == ["    +    ssl: true,", "         port: 465,"]
    assert not any("\\n" in line for line in lines)


def test_the_line_of_a_second_flag_is_shown_before_and_after() -> None:
    app = (
        "from flask import Flask\nfrom flask_mail import Mail\napp = Flask(__name__)\n"
        'app.config["MAIL_SERVER"] = "smtp.ionos.com"\napp.config["MAIL_PORT"] = 465\n'
        'app.config["MAIL_USE_TLS"] = True\napp.config["MAIL_USE_SSL"] = True\nmail = Mail(app)\n'
    )
    lines = page(Scene.of_folder({"app.py": app, "requirements.txt": "Flask-Mail==0.10.0\n"}))
    at = lines.index("    app.py:6")
    assert [line[:5] for line in lines[at + 1 : at + 3]] == ["    -", "    +"]
    assert lines[at + 2].endswith("= False")
    assert not any(" -> " in line for line in lines)


def test_the_header_names_the_file_that_reads_the_variables() -> None:
    code = (
        "require('dotenv').config();\nconst nodemailer = require('nodemailer');\n"
        "nodemailer.createTransport({ host: process.env.H, port: process.env.P });\n"
    )
    scene = Scene.of_folder({"mailer.js": code, ".env": "H=smtp.ionos.com\nP=587\n"})
    (line,) = [line for line in page(scene) if "from " in line]
    assert "from mailer.js, .env" in line


def test_every_line_of_a_fix_is_shown_from_top_to_bottom() -> None:
    """Also the line that no setting or remark points at; a tab is shown as blanks."""
    code = (
        "from fastapi_mail import ConnectionConfig\nconf = ConnectionConfig(\n"
        '\tMAIL_USERNAME="info@example.com",\n\tMAIL_PASSWORD="word",\n'
        '\tMAIL_FROM="info@example.com",\n\tMAIL_PORT=587,\n\tMAIL_SERVER="smtp.ionos.com",\n'
        "\tMAIL_STARTTLS=False,\n\tMAIL_SSL_TLS=True,\n)\n"
    )
    scene = Scene.of_folder({"mail.py": code, "requirements.txt": "fastapi-mail==1.4.1\n"})
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    scene.session("other-mode").rest()
    lines = page(scene)
    at = lines.index("    mail.py:8")
    assert lines[at + 1 : at + 6] == [
        "    -    MAIL_STARTTLS=False,",
        "    +    MAIL_STARTTLS=True,",
        "    mail.py:9",
        "    -    MAIL_SSL_TLS=True,",
        "    +    MAIL_SSL_TLS=False,",
    ]


def test_a_change_of_a_line_stands_before_other_code() -> None:
    """Go's SendMail has no implicit TLS: the other port is one edit, and was tried."""
    code = (
        'package main\n\nimport "net/smtp"\n\nfunc send(m []byte) error {\n'
        '\ta := smtp.PlainAuth("", "info@example.com", "word", "smtp.ionos.com")\n'
        '\treturn smtp.SendMail("smtp.ionos.com:465", a, "info@example.com", nil, m)\n}\n'
    )
    scene = Scene.of_folder({"go.mod": "module example.com/a\n", "main.go": code})
    scene.session().greeting(outcome="silence", took=0.6)
    scene.session("other-mode").rest()
    scene.session("other-port").rest()
    first, *others = scene.diagnosis("plaintext-on-implicit-tls-port").fixes
    assert [(edit.replace, edit.with_) for edit in first.edits] == [("465", "587")]
    assert others[0].steps == ("in main.go:7: port 465 with implicit TLS",)
