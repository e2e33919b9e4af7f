"""Changes in the user's own names; applied and read again, they say what was wanted."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smtpdoctor.settings.change import Change, change
from smtpdoctor.settings.dotenv import NEWLINE, read_dotenv
from smtpdoctor.settings.model import MASK, Settings, TLSMode

from .reader import read


def test_smtp_tls_knows_required_starttls_only() -> None:
    settings = read("SMTP_HOST=h\nSMTP_TLS=implicit\nSMTP_PORT=587\n")
    assert change(settings, tls="starttls", tls_required=False).settings == {"SMTP_TLS": "starttls"}


def apply(made: Change, dotenv: str, environ: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What a user or a pipeline does: each name where it is set already, else in the file."""
    environ = dict(environ)
    for edit in made.edits:
        lines = dotenv.split("\n")
        line = lines[edit.line - 1]
        start, end = edit.columns[0] - 1, edit.columns[1] - 1
        assert line[start:end] == edit.replace
        lines[edit.line - 1] = line[:start] + edit.with_ + line[end:]
        dotenv = "\n".join(lines)
    for name, value in made.settings.items():
        in_file = any(item.name == name for item in read_dotenv(dotenv))
        if value is not None and name in environ and (environ[name].strip() or not in_file):
            environ[name] = value
        else:
            dotenv = write(dotenv, name, value)
    return dotenv, environ


def write(dotenv: str, name: str, value: str | None) -> str:
    """The file with every assignment of that name changed, or one added."""
    starts = [0, *(match.end() for match in NEWLINE.finditer(dotenv))]
    found = [item for item in read_dotenv(dotenv) if item.name == name]
    quoted = None if value is None else f'"{value}"' if set(value) & set(" #'") else value
    for item in reversed(found):
        first = starts[item.line - 1]
        start, end = first + item.columns[0] - 1, first + item.columns[1] - 1
        if quoted is None:
            dotenv = dotenv[:first] + dotenv[first + len(item.text.reveal()) :]
        else:
            dotenv = dotenv[:start] + quoted + dotenv[end:]
    if not found and quoted is not None:
        dotenv += f"{'' if not dotenv or dotenv.endswith(chr(10)) else chr(10)}{name}={quoted}\n"
    return dotenv


def changed(
    dotenv: str, environ: dict[str, str] | None = None, **wanted: str | int | bool
) -> tuple[Change, Settings]:
    """The change, and the settings read again after it was applied."""
    environ = environ or {}
    made = change(read(dotenv, environ), **wanted)  # type: ignore[arg-type]
    return made, read(*apply(made, dotenv, environ))


# --- port and mode -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dotenv", "wanted", "settings"),
    [
        # SMTP_SECURE=true on 587: the smallest change first
        ("SMTP_PORT=587\nSMTP_SECURE=true", {"tls": "starttls"}, {"SMTP_SECURE": "false"}),
        ("SMTP_PORT=587\nSMTP_SECURE=true", {"port": 465}, {"SMTP_PORT": "465"}),
        ("SMTP_PORT=465\nSMTP_SECURE=false", {"tls": "implicit"}, {"SMTP_SECURE": "true"}),
        ("SMTP_PORT=465\nSMTP_SECURE=false", {"port": 587}, {"SMTP_PORT": "587"}),
        (
            "SMTP_PORT=587\nSMTP_SECURE=false",
            {"port": 465, "tls": "implicit"},
            {"SMTP_PORT": "465", "SMTP_SECURE": "true"},
        ),
        # one that is not set follows from the other
        ("SMTP_PORT=587", {"port": 465, "tls": "implicit"}, {"SMTP_PORT": "465"}),
        ("SMTP_SECURE=true", {"port": 587, "tls": "starttls"}, {"SMTP_SECURE": "false"}),
        ("SMTP_TLS=starttls", {"port": 465, "tls": "implicit"}, {"SMTP_TLS": "implicit"}),
        ("", {"port": 465, "tls": "implicit"}, {"SMTP_PORT": "465"}),
        ("SMTP_PORT=465", {"port": 2525}, {"SMTP_PORT": "2525", "SMTP_SECURE": "true"}),
        ("SMTP_PORT=465", {"tls": "starttls"}, {"SMTP_SECURE": "false"}),
        ("SMTP_SECURE=true", {"port": 2465}, {"SMTP_PORT": "2465"}),
        ("", {"tls": "starttls"}, {}),
        ("SMTP_PORT=587", {"port": 587, "tls": "starttls"}, {}),
        # the dialect of the value
        ("SMTP_PORT=587\nSMTP_SECURE=1", {"tls": "starttls"}, {"SMTP_SECURE": "0"}),
        ("SMTP_PORT=587\nSMTP_SECURE=True", {"tls": "starttls"}, {"SMTP_SECURE": "False"}),
        ("SMTP_PORT=587\nSMTP_SECURE=YES", {"tls": "starttls"}, {"SMTP_SECURE": "NO"}),
        ("SMTP_PORT=587\nSMTP_SECURE=ssl", {"tls": "starttls"}, {"SMTP_SECURE": "tls"}),
        ("SMTP_PORT=465\nSMTP_SECURE=off", {"tls": "implicit"}, {"SMTP_SECURE": "on"}),
        ("SMTP_PORT=465\nSMTP_SECURE=starttls", {"tls": "implicit"}, {"SMTP_SECURE": "true"}),
        ("SMTP_PORT=465\nSMTP_SECURE=", {"tls": "implicit"}, {"SMTP_SECURE": "true"}),
        # required
        (
            "SMTP_SECURE=false",
            {"tls": "starttls", "tls_required": True},
            {"SMTP_SECURE": "starttls"},
        ),
        ("SMTP_SECURE=tls", {"tls": "starttls"}, {}),
        ("SMTP_SECURE=tls", {"tls_required": False}, {"SMTP_SECURE": "false"}),
        ("SMTP_TLS=none", {"tls": "starttls"}, {"SMTP_TLS": "starttls"}),
        (
            "SMTP_SECURE=true\nSMTP_PORT=25",
            {"tls": "none"},
            {"SMTP_TLS": "none", "SMTP_SECURE": "false"},
        ),
        # the port stays, although it followed from the mode
        ("SMTP_SECURE=true", {"tls": "starttls"}, {"SMTP_PORT": "465", "SMTP_SECURE": "false"}),
        # a value that can't be one is always replaced
        ("SMTP_SECURE=maybe", {"tls": "starttls"}, {"SMTP_SECURE": "false"}),
        ("SMTP_PORT='\"587\"'", {"port": 587}, {"SMTP_PORT": "587"}),
        ("SMTP_PORT=99999", {"port": 587}, {"SMTP_PORT": "587"}),
        # two that contradict each other are both changed
        (
            "SMTP_TLS=starttls\nSMTP_SECURE=true",
            {"tls": "implicit", "port": 465},
            {"SMTP_TLS": "implicit", "SMTP_SECURE": "true"},
        ),
        ("SMTP_PORT=25\nSMTP_PORT=578", {"port": 587}, {"SMTP_PORT": "587"}),
    ],
)
def test_port_and_mode(
    dotenv: str, wanted: dict[str, str | int | bool], settings: dict[str, str | None]
) -> None:
    made, after = changed(f"SMTP_HOST=smtp.example.com\n{dotenv}\n", **wanted)
    assert made.settings == settings
    assert made.steps == ()
    assert made.edits == ()
    for field, value in wanted.items():
        assert getattr(after, field) == value


@pytest.mark.parametrize(
    ("dotenv", "wanted", "settings"),
    [
        # where either would do, the one that is said already is written
        ("SMTP_SECURE=true", {"port": 587, "tls": "starttls"}, {"SMTP_SECURE": "false"}),
        ("SMTP_SECURE=false", {"port": 465, "tls": "implicit"}, {"SMTP_SECURE": "true"}),
        ("SMTP_PORT=465", {"port": 587, "tls": "starttls"}, {"SMTP_PORT": "587"}),
        ("SMTP_PORT=587", {"port": 465, "tls": "implicit"}, {"SMTP_PORT": "465"}),
        # and the port where neither is
        ("", {"port": 465, "tls": "implicit"}, {"SMTP_PORT": "465"}),
        # nothing before one, one before both
        ("SMTP_PORT=465", {"port": 465, "tls": "implicit"}, {}),
        ("SMTP_SECURE=true", {"port": 465, "tls": "implicit"}, {}),
        (
            "SMTP_PORT=2525\nSMTP_SECURE=false",
            {"port": 465, "tls": "implicit"},
            {"SMTP_PORT": "465", "SMTP_SECURE": "true"},
        ),
    ],
)
def test_the_smallest_change_comes_first(
    dotenv: str, wanted: dict[str, str | int | bool], settings: dict[str, str | None]
) -> None:
    made, after = changed(f"SMTP_HOST=smtp.example.com\n{dotenv}\n", **wanted)
    assert made.settings == settings
    for field, value in wanted.items():
        assert getattr(after, field) == value


# --- host, sender, user name ---------------------------------------------------------------------


def test_names_of_the_file_are_kept() -> None:
    dotenv = "SMTP_SERVER=smtp.ionos.con\nSMTP_USERNAME=info\nSMTP_MAIL_FROM='Shop <a@b.example>'\n"
    made, after = changed(
        dotenv, host="smtp.ionos.com", username="info@example.com", sender="info@example.com"
    )
    assert made.settings == {
        "SMTP_SERVER": "smtp.ionos.com",
        "SMTP_USERNAME": "info@example.com",
        "SMTP_MAIL_FROM": "Shop <info@example.com>",
    }
    assert (after.host, after.username, after.sender) == (
        "smtp.ionos.com",
        "info@example.com",
        "info@example.com",
    )


@pytest.mark.parametrize(
    "text", ["smtp://smtp.ionos.com", "'\"smtp.ionos.com\"'", "smtp.ionos.com,"]
)
def test_host_that_was_read_as_meant_is_written_clean(text: str) -> None:
    made, after = changed(f"SMTP_HOST={text}\n", host="smtp.ionos.com")
    assert made.settings == {"SMTP_HOST": "smtp.ionos.com"}
    assert not [entry for entry in after.entries if entry.problem]


def test_port_behind_the_host_is_kept_when_the_host_is_written_clean() -> None:
    made, after = changed("SMTP_HOST=smtp.ionos.com:465\n", host="smtp.ionos.com", port=465)
    assert made.settings == {"SMTP_HOST": "smtp.ionos.com", "SMTP_PORT": "465"}
    assert (after.port, after.tls) == (465, "implicit")
    made, after = changed("SMTP_HOST=smtp.ionos.com:587\n", host="smtp.ionos.com", port=587)
    assert made.settings == {"SMTP_HOST": "smtp.ionos.com"}


def test_other_host_keeps_a_port_that_stood_behind_the_old() -> None:
    made, after = changed("SMTP_HOST=a:2525\n", host="b")
    assert made.settings == {"SMTP_HOST": "b", "SMTP_PORT": "2525"}
    assert (after.host, after.port) == ("b", 2525)


def test_setting_that_is_nowhere_gets_the_projects_own_name() -> None:
    made, after = changed("SMTP_HOST=h\nSMTP_USER=apikey\n", sender="a@example.com")
    assert made.settings == {"SMTP_FROM": "a@example.com"}
    assert after.sender == "a@example.com"
    assert change(read("SMTP_USER=u\n"), host="h").settings == {"SMTP_HOST": "h"}


def test_nothing_to_change_is_no_change() -> None:
    settings = read("SMTP_HOST=h\nSMTP_USER=info@example.com\n")
    assert change(settings) == Change()
    assert change(settings, host="h", sender="info@example.com", port=587) == Change()


def test_two_names_of_one_file_are_changed_together() -> None:
    made, after = changed("SMTP_HOST=a\nSMTP_SERVER=b\n", host="c")
    assert made.settings == {"SMTP_HOST": "c", "SMTP_SERVER": "c"}
    assert not [entry for entry in after.entries if entry.problem]


def test_no_settings_at_all() -> None:
    assert change(read(), port=465, tls="implicit").settings == {"SMTP_PORT": "465"}


# --- environment, standard input, options, TARGET ------------------------------------------------


def test_environment_wins_and_the_steps_say_so() -> None:
    dotenv, environ = "SMTP_HOST=h\nSMTP_SECURE=false\n", {"SMTP_SECURE": "true"}
    made, after = changed(dotenv, environ, tls="starttls", port=587)
    assert made.settings == {"SMTP_SECURE": "false"}
    assert made.steps == ("change SMTP_SECURE in the environment, which wins over any file",)
    assert after.tls == "starttls"


def test_values_of_a_container_are_changed_where_they_come_from() -> None:
    settings = read(stdin="SMTP_HOST=h\nSMTP_PORT=25\n", env_file="-")
    made = change(settings, port=587)
    assert made.settings == {"SMTP_PORT": "587"}
    assert "standard input" in made.steps[0]


def test_options_are_named_and_settings_serve_a_pipeline() -> None:
    made = change(read(host="h", port="587", tls="implicit"), tls="starttls")
    assert made.steps == ("on the command line: --tls starttls",)
    assert made.settings == {"SMTP_SECURE": "false"}
    made = change(read(host="h", port="25", tls="starttls"), port=465, tls="implicit")
    assert made.steps == ("on the command line: --port 465 --tls implicit",)
    assert made.settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_option_over_a_file_changes_the_name_of_the_file_too() -> None:
    made = change(read("SMTP_SERVER=a\n", host="b"), host="c")
    assert made.settings == {"SMTP_SERVER": "c"}
    assert made.steps == ("on the command line: --host c",)


def test_option_over_a_url_says_what_to_change_in_the_url() -> None:
    made = change(read("SMTP_URL=smtp://u:p@a:25\n", port="26"), port=587)
    assert made.settings == {}
    assert made.steps == (
        "on the command line: --port 587",
        "in SMTP_URL (.env:1): the port 587",
    )


@pytest.mark.parametrize(
    ("target", "wanted", "option", "settings"),
    [
        ("h:25", {"port": 587}, "--port 587", {"SMTP_PORT": "587"}),
        ("h", {"host": "i"}, "TARGET i", {"SMTP_HOST": "i"}),
        ("smtps://h:587", {"tls": "starttls"}, "smtp://h:587", {"SMTP_SECURE": "false"}),
        (
            "smtps://u:c4n4ry@h:587",
            {"port": 465},
            f"smtps://u:{MASK}@h:465",
            {"SMTP_PORT": "465"},
        ),
    ],
)
def test_target(
    target: str, wanted: dict[str, str | int], option: str, settings: dict[str, str]
) -> None:
    made = change(read(target=target), **wanted)  # type: ignore[arg-type]
    assert made.steps == (f"on the command line: {option}",)
    assert made.settings == settings


# --- URL -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "wanted", "new"),
    [
        ("smtps://h:587", {"tls": "starttls"}, "smtp://h:587"),
        ("smtp://h:465", {"tls": "implicit"}, "smtps://h:465"),
        ("smtps://h:587", {"port": 465}, "smtps://h:465"),
        ("smtp://h", {"port": 465, "tls": "implicit"}, "smtps://h"),
        ("smtp://h:25?pool=true", {"port": 587}, "smtp://h:587?pool=true"),
        ("smtp://h", {"port": 2525}, "smtp://h:2525"),
        ("smtp://h", {"host": "i"}, "smtp://i"),
        ("smtp://u@h", {"username": "u@example.com"}, "smtp://u%40example.com@h"),
        ("h:587", {"port": 465, "tls": "implicit"}, "h:465"),
        ("smtp://h", {"tls": "starttls", "tls_required": True}, "smtp://h?requireTLS=true"),
    ],
)
def test_url_without_a_secret_is_written_anew(
    url: str, wanted: dict[str, str | int | bool], new: str
) -> None:
    made, after = changed(f"SMTP_URL={url}\n", **wanted)
    assert made.settings == {"SMTP_URL": new}
    assert (made.edits, made.steps) == ((), ())
    for field, value in wanted.items():
        assert getattr(after, field) == value


@pytest.mark.parametrize(
    "line",
    [
        "SMTP_URL=smtps://u:c4n4ry@h:587",
        "  export SMTP_URL = 'smtps://u:c4n4ry@h:587' # comment",
        'SMTP_URL="smtps://u:c4n4ry@h:587"',
    ],
)
def test_scheme_before_a_secret_is_edited_in_its_line(line: str) -> None:
    dotenv = f"# mail\nSMTP_URL=smtp://old\n{line}\n"
    made, after = changed(dotenv, tls="starttls")
    assert made.settings == {}
    assert made.steps == ()
    (edit,) = made.edits
    assert (edit.file, edit.line, edit.replace, edit.with_) == (".env", 3, "smtps", "smtp")
    assert (after.tls, after.port) == ("starttls", 587)


def test_user_name_before_a_secret_is_edited_too() -> None:
    made, after = changed("SMTP_URL=smtps://u:c4n4ry@h\n", username="u@example.com")
    (edit,) = made.edits
    assert (edit.replace, edit.with_) == ("u", "u%40example.com")
    assert after.username == "u@example.com"


@pytest.mark.parametrize(
    ("url", "wanted", "shown"),
    [
        ("smtps://u:c4n4ry@h:587", {"port": 465}, f"smtps://u:{MASK}@h:465"),
        ("smtp://u:c4n4ry@h", {"host": "i"}, f"smtp://u:{MASK}@i"),
        (
            "smtp://u:c4n4ry@h:587",
            {"port": 465, "tls": "implicit"},
            f"smtps://u:{MASK}@h:465",
        ),
        (
            "smtp://u:c4n4ry@h:25?secure=true",
            {"tls": "starttls"},
            f"smtp://u:{MASK}@h:25?secure=false",
        ),
    ],
)
def test_what_stands_behind_a_secret_is_told_in_steps(
    url: str, wanted: dict[str, str | int], shown: str
) -> None:
    made = change(read(f"SMTP_URL={url}\n"), **wanted)  # type: ignore[arg-type]
    assert (made.settings, made.edits) == ({}, ())
    assert made.steps == (
        f"write SMTP_URL (.env:1) as {shown}, your own password in place of {MASK}",
    )


def test_url_with_escapes_in_its_line_is_told_in_steps() -> None:
    made = change(read('SMTP_URL="smtps://u:c4n\\"4ry@h:587"\n'), tls="starttls")
    assert made.edits == ()
    assert made.steps


def test_url_with_a_secret_in_the_environment_is_told_in_steps() -> None:
    made = change(read(None, {"SMTP_URL": "smtps://u:c4n4ry@h:587"}), tls="starttls")
    assert (made.settings, made.edits) == ({}, ())
    assert "SMTP_URL (environment)" in made.steps[0]
    made = change(read(None, {"SMTP_URL": "smtps://h:587"}), tls="starttls")
    assert made.settings == {"SMTP_URL": "smtp://h:587"}
    assert "environment" in made.steps[0]


def test_parts_beside_a_url_follow_it() -> None:
    made, after = changed("SMTP_URL=smtp://h:25\nSMTP_PORT=26\nSMTP_HOST=i\n", port=587)
    assert made.settings == {"SMTP_URL": "smtp://h:587", "SMTP_PORT": "587"}
    assert after.port == 587


# --- round trip ----------------------------------------------------------------------------------

VALUES = {
    "SMTP_HOST": ["smtp.ionos.com", "smtp.ionos.com:587", "smtp://smtp.ionos.com", "", "a..b"],
    "SMTP_SERVER": ["smtp.ionos.com", "other.example"],
    "SMTP_PORT": ["25", "465", "587", "2525", "", "99999", "x"],
    "SMTP_SECURE": ["true", "false", "1", "0", "ssl", "tls", "starttls", "True", "", "maybe"],
    "SMTP_TLS": ["implicit", "starttls", "none", "", "true"],
    "SMTP_USER": ["info", "info@example.com", ""],
    "SMTP_USERNAME": ["info"],
    "SMTP_FROM": ["a@example.com", "Shop <a@example.com>", "nobody", ""],
    "SMTP_URL": [
        "smtp://h",
        "smtps://h:587",
        "smtp://u@h:465",
        "smtps://u:secret@h",
        "smtp://h?secure=true",
        "h:465",
        "",
    ],
}
VARIABLE = st.sampled_from(sorted(VALUES)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))
)
LINE = st.builds(
    lambda variable, form: form.format(*variable),
    VARIABLE,
    st.sampled_from(
        ["{}={}", "export {}={}", "{}='{}'", '{}="{}" # comment', "  {} = {}", "# x\n{}='{}'\n"]
    ),
)
MODES: list[TLSMode | None] = ["implicit", "starttls", None]


@given(
    st.lists(LINE, max_size=6),
    st.dictionaries(st.sampled_from(sorted(VALUES)), st.just(""), max_size=2).flatmap(
        lambda names: st.fixed_dictionaries({n: st.sampled_from(VALUES[n]) for n in names})
    ),
    st.sampled_from([None, 25, 465, 587, 2525]),
    st.sampled_from(MODES),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, "smtp.new.example"]),
    st.sampled_from([None, "new@example.com"]),
    st.sampled_from([None, "me@example.com"]),
)
def test_round_trip(
    lines: list[str],
    environ: dict[str, str],
    port: int | None,
    tls: TLSMode | None,
    required: bool | None,
    host: str | None,
    sender: str | None,
    username: str | None,
) -> None:
    dotenv = "\n".join([*lines, ""])
    before = read(dotenv, environ)
    assume(before.found)
    made = change(
        before,
        port=port,
        tls=tls,
        tls_required=required,
        host=host,
        sender=sender,
        username=username,
    )
    # what only a person can do is not in settings and edits
    assume(not any(step.startswith("write ") for step in made.steps))
    after = read(*apply(made, dotenv, environ))
    assert after.port == (port or before.port)
    assert after.tls == (tls or before.tls)
    assert after.host == (host or before.host)
    if sender is not None or username is None:
        assert after.sender == (sender or before.sender)
    assert after.username == (username or before.username)
    mode = after.entry("tls")
    said_by_tls = mode is not None and mode.origin.name == "SMTP_TLS"
    if after.tls == "starttls" and (required or (required is False and not said_by_tls)):
        assert after.tls_required == required
    asked = {"port": port, "tls": tls, "host": host, "username": username}
    for field, value in asked.items():
        entry = after.entry(field)  # type: ignore[arg-type]
        assert value is None or entry is None or entry.problem is None
    again = change(
        after,
        port=port,
        tls=tls,
        tls_required=required,
        host=host,
        sender=sender,
        username=username,
    )
    assert (again.settings, again.edits) == ({}, ())
