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
