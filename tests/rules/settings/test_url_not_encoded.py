"""url-not-encoded: reserved characters in a URL's user name or password."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import one, write

from ..scene import Scene

CODE = "url-not-encoded"


def test_positive_a_slash_in_the_password() -> None:
    scene = Scene.of("SMTP_URL=smtps://info%40example.com:pa/ss@smtp.ionos.com:465\n")
    diagnosis = scene.run_through().diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.fixes[0].steps[0] == "The password has a “/” in it: write %2F."
    assert diagnosis.fixes[0].settings == {}
    assert diagnosis.points_at == ("url",)
    assert "pa/ss" not in str(diagnosis)


def test_positive_the_user_names_own_characters_are_an_edit() -> None:
    scene = Scene.of("SMTP_URL=smtps://info@example.com:pa#ss@smtp.ionos.com:465\n")
    (edit,) = scene.run_through().diagnosis(CODE).fixes[0].edits
    assert (edit.file, edit.line, edit.columns) == (".env", 1, (18, 34))
    assert (edit.replace, edit.with_) == ("info@example.com", "info%40example.com")


def test_positive_an_at_sign_is_a_warning_since_most_programs_read_it_as_meant() -> None:
    scene = Scene.of("SMTP_URL=smtps://info@example.com:geheim-12@smtp.ionos.com:465\n")
    assert scene.run_through().diagnosis(CODE).severity == "warning"
    assert scene.judge().verdict == "warnings"


def test_positive_a_user_name_that_is_masked_is_not_written_anew() -> None:
    """What would stand there is the mask, in the form of a URL."""
    scene = Scene.of("SMTP_URL=smtp://info@example.com/geheim@smtp.ionos.de\n").run_through()
    assert scene.diagnosis(CODE).fixes[0].edits == ()


def test_negative_encoded() -> None:
    scene = Scene.of("SMTP_URL=smtps://info%40example.com:pa%2Fss@smtp.ionos.com:465\n")
    assert scene.run_through().codes() == []


def test_lookalike_the_same_password_in_its_own_variable() -> None:
    scene = Scene.of("SMTP_HOST=smtp.ionos.com\nSMTP_USER=info@example.com\nSMTP_PASS=pa/ss\n")
    assert scene.run_through().codes() == []


def test_lookalike_a_scheme_of_something_else() -> None:
    scene = Scene.of("SMTP_URL=https://smtp.ionos.com\n").run_through()
    assert scene.codes("error") == ["setting-invalid"]


def test_positive_the_program_stops_at_that_very_text(tmp_path: Path) -> None:
    """Symfony raises for it: what is wrong with the text is the cause, not that it stops."""
    root = write(
        tmp_path,
        {
            "composer.json": '{"require": {"symfony/mailer": "5.4.*"}}',
            ".env": "MAILER_DSN=smtp://info%40example.com:pa#ss@smtp.ionos.com:587\n",
        },
    )
    scene = Scene(read=one(root, "symfony").settings)
    assert scene.judge().verdict == "broken"
    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize("character", ["/", "#", "?"])
def test_positive_a_program_whose_own_parser_is_not_modelled(
    tmp_path: Path, character: str
) -> None:
    """These end the server's part for every parser (RFC 3986 §3.2): Meteor's `new URL` throws."""
    url = f"smtp://info%40example.com:pa{character}ss@smtp.ionos.com:587"
    text = (
        f"services:\n  w:\n    image: wekanteam/wekan\n    environment:\n      MAIL_URL: '{url}'\n"
    )
    setup = one(write(tmp_path, {"docker-compose.yml": text}), "wekan")
    assert [item.problem for item in setup.settings.entries if item.field == "url"] == [
        "not-encoded"
    ]


def test_lookalike_an_at_sign_that_the_program_reads_as_it_was_meant(tmp_path: Path) -> None:
    url = "smtp://info@example.com:geheim@smtp.ionos.com:587"
    text = (
        f"services:\n  w:\n    image: wekanteam/wekan\n    environment:\n      MAIL_URL: '{url}'\n"
    )
    setup = one(write(tmp_path, {"docker-compose.yml": text}), "wekan")
    assert not any(item.problem for item in setup.settings.entries)


MAILER = {
    "package.json": '{"dependencies": {"nodemailer": "6.9.13", "dotenv": "16.4.5"}}',
    "mailer.js": (
        "require('dotenv').config();\nconst nodemailer = require('nodemailer');\n"
        "nodemailer.createTransport(process.env.MAIL_DSN);\n"
    ),
}


@pytest.mark.parametrize("quote", ["", '"'])
def test_positive_a_hash_at_which_the_files_reader_cuts_the_url_off(quote: str) -> None:
    """Without quotes npm dotenv ends it there, and the password's first part looks like a port."""
    url = "smtp://info%40example.com:pa#ss@smtp.ionos.com:587"
    scene = Scene.of_folder({**MAILER, ".env": f"MAIL_DSN={quote}{url}{quote}\n"})
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "error"
    assert "%23" in diagnosis.fixes[0].steps[0]
    assert "credentials-missing" not in scene.codes()
    assert "pa" not in "".join(diagnosis.fixes[0].steps[0].split("password"))


def test_lookalike_a_comment_behind_the_url() -> None:
    url = "smtp://info%40example.com:pass@smtp.ionos.com:587"
    scene = Scene.of_folder({**MAILER, ".env": f"MAIL_DSN={url} # the shop's\n"})
    assert scene.run_through().codes() == []
