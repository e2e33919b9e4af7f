"""Play Mailer's files: what they include, and what only a variable sets."""

from __future__ import annotations

from pathlib import Path

from .support import one, setups, write
from .ways import way

DIALECT = "play-mailer"
MAIL = """\
play.mailer {
  host = ${?MAILER_HOST}
  port = 587
  port = ${?MAILER_PORT}
  tls = ${?MAILER_TLS}
}
"""


def test_what_nothing_sets_is_not_known_but_where_something_else_is_said(tmp_path: Path) -> None:
    files = {"conf/application.conf": 'include "common/mail"\n', "conf/common/mail.conf": MAIL}
    setup = one(write(tmp_path, files), DIALECT)
    assert {each.field for each in setup.settings.untellable} == {"host", "tls"}
    assert setup.settings.port == 587
    write(tmp_path, {".env": "MAILER_HOST=smtp.ionos.com\nMAILER_TLS=yes\nMAILER_PORT=25\n"})
    assert way(one(tmp_path, DIALECT)) == ("smtp.ionos.com", 25, "starttls", False)


def test_where_some_variables_are_set_the_others_are_not(tmp_path: Path) -> None:
    """But a host or a login, without which nobody sends."""
    text = "play.mailer {\n  host = ${?A}\n  port = ${?B}\n  ssl = ${?C}\n  tls = ${?D}\n"
    text += "  user = ${?E}\n  mock = ${?F}\n}\n"
    write(tmp_path, {"conf/application.conf": text, ".env": "A=smtp.ionos.com\nB=465\nC=true\n"})
    setup = one(tmp_path, DIALECT)
    assert way(setup) == ("smtp.ionos.com", 465, "implicit", False)
    assert {each.field for each in setup.settings.untellable} == {"username"}


def test_files_that_are_not_included(tmp_path: Path) -> None:
    """A comment names none, and neither does what stands in braces."""
    files = {
        "conf/application.conf": '# include "mail"\nother {\n  include "mail"\n}\n',
        "conf/mail.conf": MAIL,
    }
    assert setups(write(tmp_path, files)) == []


def test_files_that_include_each_other_again_and_again_end(tmp_path: Path) -> None:
    """Three within each other, 150 times each, would be read 450 ** 4 times."""
    others = {"application": "bcd", "b": "cd", "c": "bd", "d": "bc"}
    files = {
        f"conf/{name}.conf": "".join(f'include "{each}"\n' for each in included) * 150
        for name, included in others.items()
    }
    files["conf/application.conf"] += 'play.mailer.host = "smtp.ionos.com"\n'
    assert one(write(tmp_path, files), DIALECT).settings.host == "smtp.ionos.com"


def test_a_file_that_is_included_again_counts_again(tmp_path: Path) -> None:
    """The last one decides, in whichever file it stands."""
    files = {
        "conf/mail.conf": 'play.mailer.host = "smtp.ionos.com"\n',
        "conf/application.conf": 'include "mail"\nplay.mailer.host = "localhost"\n',
        "conf/prod.conf": 'include "application"\ninclude "mail"\n',
    }
    assert one(write(tmp_path, files), DIALECT).settings.host == "smtp.ionos.com"
