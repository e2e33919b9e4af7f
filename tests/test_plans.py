"""Which runs a folder leads to: each way once, each account once, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from smtpdoctor.api import run_all
from smtpdoctor.demo.authority import Authority
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import Plans, make_plans
from smtpdoctor.report.model import judge
from smtpdoctor.settings.reading import UsageError
from smtpdoctor.settings.words import how_to_allow, why_withheld

from .fake_network import run
from .runs import HOST, PASSWORD, USERNAME, one_host, with_options

MAILER = """const nodemailer = require('nodemailer');
const t = nodemailer.createTransport({{ host: 'smtp.ionos.com', port: {port},
  auth: {{ user: 'info@example.com', pass: '{password}' }} }});
"""


def plans(folder: Path, **options: object) -> Plans:
    return make_plans(CheckOptions(folder=folder, environ={}, **options))  # type: ignore[arg-type]


def write(folder: Path, **files: tuple[int, str]) -> None:
    for name, (port, password) in files.items():
        text = MAILER.format(port=port, password=password)
        (folder / f"{name}.js").write_text(text, encoding="utf-8")


def test_equal_ways_are_checked_once(tmp_path: Path) -> None:
    write(tmp_path, one=(587, "canary-1"), two=(587, "canary-1"), three=(465, "canary-1"))
    first, other = plans(tmp_path).plans
    assert first.settings.setup is not None
    assert first.settings.setup.same == ("nodemailer two.js:2",)
    assert other.settings.setup is not None
    assert other.settings.setup.same == ()


def test_one_account_logs_in_once(tmp_path: Path) -> None:
    write(tmp_path, one=(587, "canary-1"), two=(465, "canary-1"))
    first, second = plans(tmp_path).plans
    assert first.settings.has_credentials
    assert not second.settings.has_credentials
    assert second.settings.withheld is not None
    assert second.settings.withheld.reason == "tried-already"


@pytest.mark.parametrize("password", ["changeme", "smtp.ionos.com"])
def test_a_login_that_is_never_made_takes_no_other_s_place(tmp_path: Path, password: str) -> None:
    """ "That one was tried" was said of a template's text, and the real login left out."""
    write(tmp_path, one=(587, password), two=(587, "canary-2"), three=(465, "canary-2"))
    made = {
        plan.settings.setup.name: plan.settings
        for plan in plans(tmp_path).plans
        if plan.settings.setup is not None
    }
    template, three, two = (made[f"nodemailer {name}.js:2"] for name in ("one", "three", "two"))
    assert template.login_fault is not None
    assert template.withheld is None
    assert three.has_credentials
    assert two.withheld is not None
    assert two.withheld.place == "nodemailer three.js:2"


@pytest.mark.parametrize("name", ["a", "z"])
def test_a_set_up_without_tls_tells_its_own_fault_beside_one_that_logs_in(
    tmp_path: Path, authority: Authority, name: str
) -> None:
    text = MAILER.replace("smtp.ionos.com", HOST).replace("info@example.com", USERNAME)
    text = text.format(port=587, password=PASSWORD)
    (tmp_path / "mailer.js").write_text(text, encoding="utf-8")
    clear = text.replace("auth:", "ignoreTLS: true, auth:")
    (tmp_path / f"{name}.js").write_text(clear, encoding="utf-8")
    network = one_host(authority)
    report = run(
        run_all(plans(tmp_path, cafile=str(authority.cafile)), environ={}, network=network)
    )
    verdicts = {item.setup.name: item.verdict for item in report.targets if item.setup is not None}
    assert verdicts == {"nodemailer mailer.js:2": "healthy", f"nodemailer {name}.js:2": "broken"}
    assert sum(session.auth_attempts for session in network.sessions) == 1


@pytest.mark.parametrize(
    ("password", "on_587", "verdict", "words"),
    [
        (PASSWORD, None, "healthy", "was tried with nodemailer one.js:2"),
        ("wrong-heron", None, "inconclusive", "that login did not work"),
        (PASSWORD, "refused", "inconclusive", "did not come as far as the login"),
    ],
)
def test_what_came_of_an_account_s_login_counts_for_each_of_its_set_ups(
    tmp_path: Path,
    authority: Authority,
    password: str,
    on_587: Literal["refused"] | None,
    verdict: str,
    words: str,
) -> None:
    """The second one was called healthy with a password that the server had just refused."""
    text = MAILER.replace("smtp.ionos.com", HOST).replace("info@example.com", USERNAME)
    (tmp_path / "one.js").write_text(text.format(port=587, password=password), encoding="utf-8")
    text = text.replace("auth:", "secure: true, auth:").format(port=465, password=password)
    (tmp_path / "two.js").write_text(text, encoding="utf-8")
    network = one_host(authority, **({} if on_587 is None else {"on_587": on_587}))
    report = run(
        run_all(plans(tmp_path, cafile=str(authority.cafile)), environ={}, network=network)
    )
    second = report.targets[1]
    assert (second.verdict, second.username) == (verdict, USERNAME)
    (auth,) = (check.summary for check in second.checks if check.name == "auth")
    assert words in auth
    # and so it is of the saved run
    assert judge(second.observations, seconds=0.0).verdict == verdict


def test_another_password_of_the_same_account_is_not_taken_for_tried(tmp_path: Path) -> None:
    write(tmp_path, one=(587, "canary-1"), two=(587, "canary-2"))
    _, second = plans(tmp_path).plans
    assert second.settings.withheld is not None
    assert second.settings.withheld.reason == "tried-with-another"
    assert "one.js" in why_withheld(second.settings.withheld)
    assert "out of date" in how_to_allow(second.settings.withheld)


def test_an_option_that_sets_a_value_needs_one_set_up(tmp_path: Path) -> None:
    write(tmp_path, one=(587, "canary-1"), two=(465, "canary-1"))
    with pytest.raises(UsageError, match=r"--port speaks of one set-up: pick it with --setup"):
        plans(tmp_path, port=2525)
    (plan,) = plans(tmp_path, port=2525, setup=["two.js"]).plans
    assert (plan.host, plan.port) == ("smtp.ionos.com", 2525)
    assert plan.settings.port == 2525


def test_an_env_file_that_is_not_there_is_wrong_usage_beside_set_ups_too(tmp_path: Path) -> None:
    write(tmp_path, one=(587, "canary-1"))
    with pytest.raises(UsageError, match="nowhere"):
        plans(tmp_path, env_file="nowhere")


@pytest.mark.parametrize(("part", "said"), [("js", "fits"), ("three", "none of the set-ups")])
def test_a_part_of_a_name_has_to_be_clear(tmp_path: Path, part: str, said: str) -> None:
    write(tmp_path, one=(587, "canary-1"), two=(465, "canary-1"))
    with pytest.raises(UsageError, match=said):
        plans(tmp_path, setup=[part])


def test_what_can_not_be_told_is_left_out_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, one=(587, "canary-1"))
    (tmp_path / "two.js").write_text(
        "const nodemailer = require('nodemailer');\n"
        "nodemailer.createTransport({ host: hostFromVault(), port: 587 });\n",
        encoding="utf-8",
    )
    made = plans(tmp_path)
    assert len(made.plans) == 1
    (left_out,) = made.left_out
    assert "two.js:2" in left_out.why
    assert "(give --host)" in left_out.why


def test_a_password_in_another_field_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "mailer.js").write_text(
        "const nodemailer = require('nodemailer');\n"
        'nodemailer.createTransport({ host: "smtp.ionos.com", port: "587 Canary7XqZebra9",\n'
        '  secure: "Canary7XqZebra9", auth: { user: "a@b.de", pass: "Canary7XqZebra9" } });\n',
        encoding="utf-8",
    )
    (plan,) = plans(tmp_path).plans
    assert "Canary7X" not in repr(plan.settings)


def test_names_that_an_untellable_set_up_reads_are_no_set_up_of_their_own(tmp_path: Path) -> None:
    code = MAILER.format(port=587, password="canary-1").replace("'canary-1'", "vault.read('smtp')")
    (tmp_path / "one.js").write_text(code, encoding="utf-8")
    (tmp_path / ".env").write_text("SMTP_USER=info@example.com\n", encoding="utf-8")
    found = plans(tmp_path)
    assert found.plans == ()
    assert [each.setup for each in found.left_out] == ["nodemailer one.js:2"]


def test_a_host_beside_an_untellable_set_up_is_one_of_its_own(tmp_path: Path) -> None:
    code = MAILER.format(port=587, password="canary-1").replace("'canary-1'", "vault.read('smtp')")
    (tmp_path / "one.js").write_text(code, encoding="utf-8")
    env = "SMTP_HOST=mail.example.com\nSMTP_PORT=587\n"
    (tmp_path / ".env").write_text(env, encoding="utf-8")
    (plan,) = plans(tmp_path).plans
    assert plan.settings.host == "mail.example.com"


def test_where_looking_ended_before_the_end_of_the_folder_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtpdoctor.settings.folder.MOST_FILES", 3)
    write(tmp_path, **{f"m{number}": (587, "canary-1") for number in range(5)})
    (left,) = plans(tmp_path).left_out
    assert "was not looked at" in left.why
    assert plans(tmp_path, setup=["m0.js"]).left_out == ()


def test_of_more_files_than_are_looked_at_those_that_speak_of_mail_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, **{f"a{number}": (587, "canary-1") for number in range(3)})
    (tmp_path / "z").mkdir()
    write(tmp_path / "z", mailer=(465, "canary-2"))
    monkeypatch.setattr("smtpdoctor.settings.folder.MOST_FILES", 1)
    found = plans(tmp_path)
    assert [plan.settings.port for plan in found.plans] == [465]
    assert [(left.setup, left.why) for left in found.left_out] == [
        (".", "more than 1 files: the rest was not looked at")
    ]


def test_code_that_is_longer_than_is_read_is_said(tmp_path: Path) -> None:
    write(tmp_path, one=(587, "canary-1"), two=(465, "canary-2"))
    last = (tmp_path / "two.js").read_text(encoding="utf-8")
    (tmp_path / "two.js").write_text("f(a, b);\n" * 40_000 + last, encoding="utf-8")
    found = plans(tmp_path)
    (left,) = found.left_out
    assert (left.setup, len(found.plans)) == ("two.js", 1)
    assert "were not looked at" in left.why
    (tmp_path / "two.js").write_text(last + "f(a, b);\n" * 40_000, encoding="utf-8")
    assert plans(tmp_path).left_out == ()


def test_a_file_that_is_no_settings_file_leaves_nothing_unseen(tmp_path: Path) -> None:
    write(tmp_path, one=(587, "canary-1"))
    (tmp_path / "package-lock.json").write_text(" " * (2 << 20))
    (tmp_path / "other.env").symlink_to("/etc/hostname")
    assert plans(tmp_path).left_out == ()


def test_reading_the_folder_is_under_the_timeout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, one=(587, "canary-1"))
    ticks = iter(range(0, 1000, 3))
    monkeypatch.setattr("smtpdoctor.plans.time.monotonic", lambda: float(next(ticks)))
    (plan,) = plans(tmp_path, timeout=20.0).plans
    assert plan.timeout < 20


def test_where_settings_stand_that_nobody_could_read_no_other_host_is_looked_at(
    tmp_path: Path,
) -> None:
    (tmp_path / "artisan").write_text("")
    (tmp_path / ".env").write_text("MAIL_MAILER=smtp\nMAIL_HOST=a.de\nMAIL_PASSWORD=ab cd\n")
    (plan,) = plans(tmp_path).plans
    assert plan.host == "a.de"
    (remark,) = plan.settings.remarks
    assert (remark.kind, "Laravel stops at line 3" in remark.because) == ("fault", True)


def test_where_there_are_none_the_way_to_ionos_is(tmp_path: Path) -> None:
    (plan,) = plans(tmp_path).plans
    assert (plan.host, plan.settings.found) == ("smtp.ionos.com", False)


UNTOLD = {
    "settings.py": (
        'EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"\n'
        'EMAIL_HOST = get_secret("host")\nEMAIL_PORT = 587\n'
    ),
    "mail.py": "import smtplib\n\n\ndef send(to):\n    smtplib.SMTP(to.host, 587).starttls()\n",
}


@pytest.mark.parametrize("name", UNTOLD)
def test_a_default_is_not_checked_in_place_of_a_host_that_can_t_be_told(
    tmp_path: Path, name: str
) -> None:
    """Django's localhost is another program's server, also for who names the set-up."""
    (tmp_path / name).write_text(UNTOLD[name], encoding="utf-8")
    made = plans(tmp_path, setup=[name])
    assert made.plans == ()
    (left_out,) = made.left_out
    assert "--host" in left_out.why


@pytest.mark.parametrize("name", UNTOLD)
def test_the_option_that_it_asks_for_lets_it_be_checked(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(UNTOLD[name], encoding="utf-8")
    made = plans(tmp_path, setup=[name], host="smtp.ionos.com")
    (plan,) = made.plans
    assert (plan.settings.host, plan.settings.port) == ("smtp.ionos.com", 587)
    assert made.left_out == ()


def test_a_named_set_up_is_checked_without_a_password_that_can_t_be_told(tmp_path: Path) -> None:
    """Its way is known: all but the login is."""
    text = (
        'EMAIL_HOST = "smtp.ionos.com"\nEMAIL_PORT = 587\nEMAIL_USE_TLS = True\n'
        'EMAIL_HOST_USER = "a@b.example"\nEMAIL_HOST_PASSWORD = get_secret("mail")\n'
    )
    (tmp_path / "settings.py").write_text(text, encoding="utf-8")
    assert plans(tmp_path).plans == ()
    (plan,) = plans(tmp_path, setup=["settings.py"]).plans
    assert plan.settings.host == "smtp.ionos.com"
    assert not plan.settings.has_credentials


@pytest.mark.parametrize(
    "profile",
    ["smtp://u:Geheim99@h", "Zk4wPm9Lq8vT", "a\udcff", "x" * 10_000, "\x1b[2J", "u:Geheim99"],
)
def test_a_profile_that_is_no_name_is_not_said(profile: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_HOST=smtp.example.com\n")
    with pytest.raises(UsageError) as error:
        make_plans(with_options(None, environ={}, folder=tmp_path, profile=profile))
    assert str(error.value) == "--profile: write the name of a profile, such as production"


@pytest.mark.parametrize(
    "profile", ["dev,eu", "config.settings.prod", "settings/prod.py", "Prod-2"]
)
def test_lookalike_a_profile_of_any_program(profile: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_HOST=smtp.example.com\n")
    made = make_plans(with_options(None, environ={}, folder=tmp_path, profile=profile))
    assert made.unnamed_profile == profile
