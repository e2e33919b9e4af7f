"""The settings in code: each parses in its language, and a program made of it goes that way."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from smtpdoctor.knowledge import clients, snippets
from tests.settings.dialects.support import one, write
from tests.settings.dialects.ways import remarks, way

HOST = "smtp.ionos.com"
PORTS = {"implicit": 465, "starttls": 587, "none": 25}
GRAMMARS = {
    "csharp": "tree_sitter_c_sharp",
    "dotenv": "tree_sitter_bash",
    "go": "tree_sitter_go",
    "js": "tree_sitter_javascript",
    "php": "tree_sitter_php",
    "python": "tree_sitter_python",
    "ruby": "tree_sitter_ruby",
    "rust": "tree_sitter_rust",
    "shell": "tree_sitter_bash",
}
#: What a snippet stands in where it is no program by itself.
AROUND = {
    "go": "package main\nfunc main() {{\n{}\n}}\n",
    "laravel": "<?php\nreturn [{}];\n",
    "php": "<?php\n{}\n",
    "rust": "fn main() {{\n{}\n}}\n",
}
#: For programs that the doctor reads: the file that the snippet makes, and what is beside it.
PROGRAMS = {
    "aiosmtplib": ("mail.py", "import os\nimport aiosmtplib\nclient = {}\n"),
    "django": ("shop/settings.py", "import os\nINSTALLED_APPS = []\n{}\n"),
    "nodemailer": ("mail.js", "const nodemailer = require('nodemailer');\n{}\n"),
    "phpmailer": (
        "mail.php",
        "<?php\nuse PHPMailer\\PHPMailer\\PHPMailer;\n$mail = new PHPMailer();\n"
        "$mail->isSMTP();\n{}\n$mail->send();\n",
    ),
    "smtplib": ("mail.py", "{}\n    server.send_message(message)\n"),
    "fastapi-mail": ("mail.py", "import os\nfrom fastapi_mail import ConnectionConfig\nc = {}\n"),
    "flask-mail": (
        "app.py",
        "import os\nfrom flask import Flask\nfrom flask_mail import Mail\n"
        "app = Flask(__name__)\n{}\n",
    ),
    "go-mail": (
        "main.go",
        'package main\nimport (\n\t"os"\n\t"github.com/wneessen/go-mail"\n)\n'
        "func main() {{\n{}\n}}\n",
    ),
    "laravel": (
        "config/mail.php",
        "<?php\nreturn ['default' => 'smtp', 'mailers' => [{}]];\n",
    ),
    "rails": (
        "config/environments/production.rb",
        "Rails.application.configure do\nconfig.action_mailer.delivery_method = :smtp\n{}\nend\n",
    ),
    "spring-boot": ("src/main/resources/application.properties", "{}\n"),
    "wp-mail-smtp": ("wp-config.php", "<?php\n{}\n"),
}
BESIDE = {
    "composer.json": '{"require": {"laravel/framework": "^12.0", "symfony/mailer": "^7.3"}}',
    "Gemfile": "gem 'rails', '7.1.0'\n",
    "pom.xml": "<project><artifactId>spring-boot-starter-mail</artifactId></project>",
    "requirements.txt": "flask-mail\nfastapi-mail\n",
    ".env": "SMTP_USER=info@example.com\nSMTP_PASS=word\nMAIL_USERNAME=a@example.com\n"
    "MAIL_PASSWORD=word\nMAIL_MAILER=smtp\n",
}


def filled(name: str, mode: str) -> str:
    return snippets()[name].tls_snippets[mode].strip("\n").format(host=HOST, port=PORTS[mode])


EACH = [(name, mode) for name, each in snippets().items() for mode in each.tls_snippets]


@pytest.mark.parametrize(("name", "mode"), EACH)
def test_it_parses_in_its_language(name: str, mode: str) -> None:
    language = snippets()[name].language
    text = filled(name, mode)
    assert HOST in text
    if language in ("properties", "msmtprc"):
        assert all("=" in line or " " in line for line in text.splitlines())
        return
    if language == "perl":
        if shutil.which("perl") is None:
            pytest.skip("needs perl")
        assert (
            subprocess.run(["perl", "-ce", text], capture_output=True, check=False).returncode == 0
        )
        return
    tree_sitter = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip(GRAMMARS[language])
    made = grammar.language_php() if language == "php" else grammar.language()
    around = AROUND.get(name, AROUND.get(language, "{}\n"))
    parser = tree_sitter.Parser(tree_sitter.Language(made))
    assert not parser.parse(around.format(text).encode()).root_node.has_error


@pytest.mark.parametrize("mode", ["implicit", "starttls"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_it_goes_that_way(tmp_path: Path, name: str, mode: str) -> None:
    file, around = PROGRAMS[name]
    root = write(tmp_path, {**BESIDE, file: around.format(filled(name, mode))})
    setup = one(root, name)
    assert way(setup)[:3] == (HOST, PORTS[mode], mode)
    assert setup.settings.tls_required or mode == "implicit"
    assert setup.settings.username
    assert setup.settings.has_password
    assert not [each for each in remarks(setup) if each[0] in ("fault", "misread")]


def test_those_that_people_ask_about_are_there() -> None:
    asked = """
        nodemailer smtplib aiosmtplib django flask-mail fastapi-mail phpmailer symfony-mailer
        laravel wp-mail-smtp javamail spring-boot rails go-net-smtp go-mail mailkit lettre
        msmtp curl
    """
    for name in asked.split():
        assert {"implicit", "starttls"} <= set(snippets()[name].tls_snippets), name
    assert set(clients()) <= set(snippets())


def test_every_language_is_known() -> None:
    known = {*GRAMMARS, "perl", "properties", "msmtprc"}
    assert {each.language for each in snippets().values()} <= known
