"""setting-misread: the program takes a setting for something else than its text says."""

from __future__ import annotations

from ..scene import Scene
from .folders import nodemailer

CODE = "setting-misread"


def false_as_text(port: str = "587") -> Scene:
    return Scene.of_folder(
        nodemailer(port=port, secure="process.env.SMTP_SECURE", SMTP_SECURE="false")
    )


def test_positive_false_is_true_and_587_greets_in_plain_text() -> None:
    scene = false_as_text()
    greeting = "220 smtp.ionos.com ESMTP ready"
    main = scene.session().handshake(failure="not-tls", protocol="smtp", arrived=greeting)
    scene.session("other-mode").rest()
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == "secure=false is taken for implicit TLS"
    assert found.explains == (main.last.id,)
    assert found.consequences == ("implicit-tls-on-starttls-port",)
    assert [(at.file, at.line) for at in found.locations] == [("mailer.js", 6), (".env", 3)]


def test_positive_the_fix_is_the_line_of_the_code_and_was_tried() -> None:
    scene = false_as_text()
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    scene.session("other-mode").rest()
    fix = scene.diagnosis(CODE).fixes[0]
    assert fix.settings == {}
    assert [(edit.file, edit.with_) for edit in fix.edits] == [
        ("mailer.js", "process.env.SMTP_SECURE === 'true'")
    ]
    assert "STARTTLS" in fix.tried


def test_positive_what_the_program_does_is_quoted_with_its_source() -> None:
    scene = false_as_text()
    known = [item.text for item in scene.diagnosis(CODE).evidence if item.kind == "known"]
    assert len(known) == 1
    assert "true in JavaScript" in known[0]
    assert known[0].endswith("]")


def test_positive_a_note_where_it_works_all_the_same() -> None:
    scene = false_as_text("465").run_through()
    assert scene.diagnosis(CODE).severity == "note"
    assert scene.judge().verdict == "healthy"


def test_positive_a_warning_where_nothing_was_seen() -> None:
    assert false_as_text().diagnosis(CODE).severity == "warning"


def test_positive_a_text_in_a_document_that_keeps_types() -> None:
    """Ghost hands its JSON to Nodemailer as it stands; one line is both text and reading."""
    config = (
        '{"mail": {"transport": "SMTP", "options": {\n"host": "smtp.ionos.com", "port": 587,\n'
        '"secure": "false"\n}}}\n'
    )
    scene = Scene.of_folder({"config.production.json": config})
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    scene.session("other-mode").rest()
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert [at.line for at in found.locations] == [3]
    assert "not the text" not in found.explanation
    (edit,) = found.fixes[0].edits
    assert (edit.replace, edit.with_) == ('"false"', "false")


URL = "smtp://info%40example.com:word@smtp.ionos.com:587"


def login_of_a_url(user: str, url: str = URL) -> Scene:
    code = (
        "require('dotenv').config();\nconst nodemailer = require('nodemailer');\n"
        "const u = new URL(process.env.SMTP_URL);\nconst t = nodemailer.createTransport({\n"
        "  host: u.hostname, port: Number(u.port), secure: u.protocol === 'smtps:',\n"
        f"  auth: {{\n    user: {user},\n    pass: u.password,\n  }},\n}});\n"
        "t.sendMail({ from: 'info@example.com', to });\n"
    )
    package = '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "^16.0.0"}}'
    return Scene.of_folder({"package.json": package, "m.js": code, ".env": f"SMTP_URL={url}\n"})


def test_positive_a_login_out_of_a_url_that_nothing_decodes() -> None:
    scene = login_of_a_url("u.username")
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.title == "the user name out of the URL is not decoded"
    assert [(at.file, at.line) for at in found.locations] == [("m.js", 7)]
    assert [(edit.file, edit.with_) for edit in found.fixes[0].edits] == [
        ("m.js", "decodeURIComponent(u.username)")
    ]


def test_positive_a_server_that_refuses_it_makes_it_certain() -> None:
    scene = login_of_a_url("u.username").refuse("auth", "535 5.7.8 authentication failed")
    assert scene.codes("error") == [CODE]
    assert scene.diagnosis(CODE).confidence == "certain"
    assert scene.judge().unexplained == ()


def test_positive_a_note_where_the_server_takes_it() -> None:
    scene = login_of_a_url("u.username").run_through()
    assert (scene.diagnosis(CODE).severity, scene.judge().verdict) == ("note", "healthy")


def test_negative_a_login_out_of_a_url_that_is_decoded() -> None:
    assert login_of_a_url("decodeURIComponent(u.username)").run_through().codes() == []


def test_look_alike_a_url_without_anything_encoded() -> None:
    scene = login_of_a_url("u.username", URL.replace("info%40example.com", "info"))
    assert CODE not in scene.codes()


def test_negative_the_text_is_compared() -> None:
    secure = "process.env.SMTP_SECURE === 'true'"
    scene = Scene.of_folder(nodemailer(secure=secure, SMTP_SECURE="false")).run_through()
    assert CODE not in scene.codes()


def test_lookalike_true_is_written_and_meant() -> None:
    scene = Scene.of_folder(nodemailer(secure="true"))
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    scene.session("other-mode").rest()
    assert scene.codes() == ["implicit-tls-on-starttls-port"]
    locations = scene.diagnosis("implicit-tls-on-starttls-port").locations
    assert [(at.line, at.text.strip()) for at in locations] == [
        (6, "secure: true,"),
        (5, "port: 587,"),
    ]


def test_lookalike_a_failure_that_has_nothing_to_do_with_it() -> None:
    scene = false_as_text("465").refuse("auth", "535 Authentication credentials invalid")
    assert scene.codes("error") == ["credentials-rejected"]
    assert scene.diagnosis(CODE).severity == "warning"


def test_positive_typescript_compares_no_boolean_with_a_text() -> None:
    code = (
        "import { ConfigService } from '@nestjs/config';\n"
        "import { MailerModule } from '@nestjs-modules/mailer';\n"
        "MailerModule.forRootAsync({\n  inject: [ConfigService],\n"
        "  useFactory: (config: ConfigService) => ({\n    transport: {\n"
        "      host: 'smtp.ionos.com',\n      port: 587,\n"
        "      secure: config.get<boolean>('MAIL_SECURE'),\n    },\n  }),\n});\n"
    )
    packages = '{"dependencies": {"@nestjs-modules/mailer": "^1.11.0", "@nestjs/config": "^3"}}'
    scene = Scene.of_folder(
        {"package.json": packages, "mail.module.ts": code, ".env": "MAIL_SECURE=false\n"}
    )
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    scene.session("other-mode").rest()
    (edit,) = scene.diagnosis(CODE).fixes[0].edits
    assert edit.with_ == "config.get<string>('MAIL_SECURE') === 'true'"


def without_host(line: str = "process.env.SMTP_HOST", **variables: str) -> Scene:
    folder = dict(nodemailer(port="587", secure="false", **variables))
    folder["mailer.js"] = folder["mailer.js"].replace("'smtp.ionos.com'", line)
    return Scene.of_folder(folder)


def test_positive_nothing_sets_the_variable_of_the_host() -> None:
    scene = without_host()
    refused = scene.connect("refused", "127.0.0.1")
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert found.severity == "error"
    assert found.title == "SMTP_HOST is not set: the program takes localhost for its host"
    assert found.explains == (refused.id,)
    assert "it connects to localhost:587, and no mail server answers there" in found.explanation
    assert found.fixes[0].title == "set SMTP_HOST where the program runs"
    assert [(at.file, at.line) for at in found.locations] == [("mailer.js", 4)]


def test_positive_the_code_gives_no_host() -> None:
    folder = dict(nodemailer())
    folder["mailer.js"] = folder["mailer.js"].replace("  host: 'smtp.ionos.com',\n", "")
    scene = Scene.of_folder(folder)
    scene.connect("refused", "127.0.0.1")
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert found.title == "no host is given: it is taken for localhost"
    assert found.fixes[0].title == "give the host"


def test_negative_a_mail_server_listens_on_localhost() -> None:
    scene = without_host().run_through()
    assert scene.diagnosis(CODE).severity == "note"


def test_lookalike_localhost_is_written_and_meant() -> None:
    for scene in (without_host("'localhost'"), without_host(SMTP_HOST="localhost")):
        scene.connect("refused", "127.0.0.1")
        assert CODE not in scene.codes()


def test_positive_a_port_that_is_no_number_leads_to_the_usual_one() -> None:
    scene = Scene.of_folder(
        nodemailer(port="process.env.SMTP_PORT", secure="true", SMTP_PORT="587x")
    )
    refused = scene.connect("refused")
    scene.session("other-port", port=587, tls="starttls").rest()
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert "it goes to port 465, and another port is the one that works" in found.explanation
    assert found.fixes[0].title == "write port 587 so that the program reads it"
    assert found.fixes[0].settings == {"SMTP_PORT": "587"}
    assert found.fixes[0].tried.startswith("STARTTLS")
    assert refused.id in found.explains


def test_positive_a_port_that_is_right_and_taken_for_another_mode() -> None:
    """n8n begins TLS at once on any port: the port stays, and the mode is what changes."""
    variables = "N8N_SMTP_HOST: smtp.ionos.com\n      N8N_SMTP_PORT: 587\n      "
    login = "N8N_SMTP_USER: u@example.com\n      N8N_SMTP_PASS: word"
    compose = "services:\n  n8n:\n    image: n8nio/n8n\n    environment:\n      "
    scene = Scene.of_folder({"docker-compose.yml": f"{compose}{variables}{login}\n"})
    greeting = "220 smtp.ionos.com ESMTP ready"
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived=greeting)
    scene.session("other-mode").rest()
    found = scene.diagnosis(CODE)
    assert "another port" not in found.explanation
    assert "starts TLS with the first byte" in found.explanation
    assert found.fixes[0].title == "use STARTTLS on port 587"
    assert "N8N_SMTP_SSL" in str(found.fixes[0].edits)
