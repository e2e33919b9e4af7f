"""Rounds of a watch on a network in memory: when it logs in, what stands between, what is told."""

from __future__ import annotations

import asyncio
import gc
import re
from base64 import b64encode
from itertools import pairwise
from pathlib import Path

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, same_domain_only
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import make_plans
from smtpdoctor.settings.reading import UsageError
from smtpdoctor.watch import account
from smtpdoctor.watch import history as history_module
from smtpdoctor.watch.history import open_history
from smtpdoctor.watch.rounds import GRACE, Watch

from ..fake_network import run
from ..runs import ENV, one_host
from .scene import HOUR, MINUTE, START, WRONG, Watched


def test_a_login_an_hour_and_its_outcome_stands_between(authority: Authority) -> None:
    watched = Watched(authority, rounds=25)
    assert set(watched.verdicts) == {"healthy"}
    assert watched.logins == 3  # at once, after one hour, after two
    assert [round_.logins for round_ in watched.told].count(1) == 3
    assert watched.began[1] - watched.began[0] == pytest.approx(5 * MINUTE)
    # of an unknown provider: whether the sender is good shows only after DATA
    assert watched.states[0].title == "accepted so far"
    assert watched.states[1].title == "no problem found"
    assert watched.states[13].login is not None
    assert START + HOUR <= watched.states[13].login.at < START + HOUR + 1


def test_a_refused_login_stays_an_error_and_is_never_repeated(authority: Authority) -> None:
    watched = Watched(authority, rounds=40, env=WRONG)
    assert watched.logins == 1
    assert set(watched.verdicts) == {"broken credentials-rejected"}
    assert [state.changed for state in watched.states] == [True] + [False] * 39
    assert watched.states[-1].since == START


def test_a_changed_password_is_tried_in_the_next_run(authority: Authority) -> None:
    def mend(watched: Watched, number: int) -> None:
        if number == 3:
            watched.env = dict(ENV)

    watched = Watched(authority, rounds=6, env=WRONG, between=mend)
    assert watched.logins == 2
    assert watched.verdicts == ["broken credentials-rejected"] * 3 + ["healthy"] * 3


def test_two_accounts_of_one_name_are_logged_in_once_each(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in 4096 passwords has another's twelve bits: of two that take turns, each has its own."""
    monkeypatch.setattr(account, "TAG_BITS", 0)

    def turn(watched: Watched, number: int) -> None:
        watched.env = {**WRONG, "SMTP_PASS": f"wrong-{number % 2}"}

    watched = Watched(authority, rounds=6, env={**WRONG, "SMTP_PASS": "wrong-0"}, between=turn)
    assert watched.logins == 2
    assert watched.verdicts == ["broken credentials-rejected"] * 6


def test_another_setting_beside_a_refused_login_is_tried_once(authority: Authority) -> None:
    """Two that take turns lock no account."""

    def turn(watched: Watched, number: int) -> None:
        watched.env = {**WRONG, "SMTP_FROM": f"sender-{number % 2}@example.com"}

    first = {**WRONG, "SMTP_FROM": "sender-0@example.com"}
    watched = Watched(authority, rounds=6, env=first, between=turn)
    assert [round_.logins for round_ in watched.told] == [1, 1, 0, 0, 0, 0]
    assert watched.verdicts == ["broken credentials-rejected"] * 6


def test_a_refusal_is_remembered_over_a_login_that_is_put_off(authority: Authority) -> None:
    def turn(watched: Watched, number: int) -> None:
        watched.env = {**WRONG, "SMTP_FROM": f"sender-{number % 2}@example.com"}
        busy = "454 4.7.0 Temporary authentication failure"
        watched.behave(auth_answer=busy if number == 1 else None)

    first = {**WRONG, "SMTP_FROM": "sender-0@example.com"}
    watched = Watched(authority, rounds=6, env=first, every=HOUR, between=turn)
    # refused, put off, not with the first again, refused with the second as well
    assert [round_.logins for round_ in watched.told] == [1, 1, 0, 1, 0, 0]


def test_a_hang_up_asks_for_one_login(authority: Authority) -> None:
    def ask(watched: Watched, number: int) -> None:
        if number == 2:  # the server's owner has set the password that is configured here
            watched.behave(users={"info@example.com": WRONG["SMTP_PASS"]})
            watched.watch.log_in_again()

    watched = Watched(authority, rounds=5, env=WRONG, between=ask)
    assert watched.verdicts[:3] == ["broken credentials-rejected"] * 3
    # the signal came in the midst of the third run: the fourth follows at once
    assert watched.began[3] - watched.began[2] < MINUTE
    assert watched.verdicts[3:] == ["healthy"] * 2
    assert watched.logins == 2


def test_what_comes_before_the_login_is_looked_at_in_every_run(authority: Authority) -> None:
    """And the login of before says nothing of it, nor is it forgotten meanwhile."""

    def change(watched: Watched, number: int) -> None:
        watched.behave(greeting="421 mail.example.com Too busy, try later" if number == 2 else None)

    healthy = Watched(authority, rounds=4, between=change)
    assert healthy.verdicts == ["healthy", "healthy", "broken server-busy", "healthy"]
    assert healthy.logins == 1
    refused = Watched(authority, rounds=4, env=WRONG, between=change)
    assert refused.verdicts[2:] == ["broken server-busy", "broken credentials-rejected"]
    assert refused.logins == 1
    codes = [item.code for item in refused.states[2].target.diagnoses]
    assert codes[:2] == ["server-busy", "credentials-rejected"]


def test_a_run_that_did_not_come_as_far_as_the_login_has_made_none(authority: Authority) -> None:
    def change(watched: Watched, number: int) -> None:
        watched.behave(greeting="421 mail.example.com Too busy, try later" if number < 2 else None)

    watched = Watched(authority, rounds=4, between=change)
    assert [round_.logins for round_ in watched.told] == [0, 0, 1, 0]
    assert watched.verdicts == ["broken server-busy"] * 2 + ["healthy"] * 2


def test_a_login_that_was_put_off_is_made_again_when_the_next_is_due(authority: Authority) -> None:
    def change(watched: Watched, number: int) -> None:
        busy = "454 4.7.0 Temporary authentication failure"
        watched.behave(auth_answer=busy if number < 12 else None)

    watched = Watched(authority, rounds=14, between=change)
    assert watched.verdicts == ["broken auth-temporary-failure"] * 12 + ["healthy"] * 2
    assert watched.logins == 2


def test_a_sender_that_is_refused_stands_until_the_settings_change(authority: Authority) -> None:
    """The login was accepted: another one costs the account nothing."""

    def change(watched: Watched, number: int) -> None:
        watched.behave(mail_from=same_domain_only)
        watched.env["SMTP_FROM"] = "shop@example.net" if number < 2 else "shop@example.com"

    watched = Watched(authority, rounds=4, between=change)
    assert [state.verdict for state in watched.states] == ["broken"] * 2 + ["healthy"] * 2
    codes = [{item.code for item in state.target.diagnoses} for state in watched.states[:2]]
    assert all("sender-not-allowed" in found for found in codes)
    assert watched.logins == 2


def test_a_cause_in_the_settings_stands_as_it_was_after_the_refusal(authority: Authority) -> None:
    """Without a login it would be a note or a warning."""
    env = {**ENV, "SMTP_PASS": '"seven-herons-at-dawn"'}
    watched = Watched(authority, rounds=3, env=env)
    assert watched.logins == 1
    assert len(set(watched.verdicts)) == 1
    assert watched.verdicts[0].startswith("broken")


def test_a_restart_on_the_same_history_logs_in_no_more(authority: Authority) -> None:
    history = open_history(None)
    first = Watched(authority, rounds=1, env=WRONG, history=history)
    again = [
        Watched(authority, rounds=1, env=WRONG, history=history, start=START + 60 * number)
        for number in range(1, 10)
    ]
    assert first.logins == 1
    assert sum(watched.logins for watched in again) == 0
    assert {watched.verdicts[0] for watched in again} == {"broken credentials-rejected"}
    assert {watched.states[0].changed for watched in again} == {False}
    # nor a day later, nor with the clock set back; but with other credentials at once
    for start in (START + 24 * HOUR, START - 24 * HOUR):
        assert Watched(authority, rounds=1, env=WRONG, history=history, start=start).logins == 0
    assert Watched(authority, rounds=1, history=history, start=START + 60).logins == 1


def test_an_accepted_login_is_not_repeated_by_a_restart_within_the_hour(
    authority: Authority,
) -> None:
    history = open_history(None)
    logins = [
        Watched(authority, rounds=1, history=history, start=START + after).logins
        for after in (0, 10 * MINUTE, 50 * MINUTE, 61 * MINUTE)
    ]
    assert logins == [1, 0, 0, 1]


def test_of_a_login_that_a_killed_watch_had_begun_nothing_is_known(authority: Authority) -> None:
    """It has had its login: what restarts it again and again must not make one each time."""
    history = open_history(None)

    class KilledError(BaseException):
        pass

    def settle(account: str, login: object) -> None:
        raise KilledError

    history.settle_login, settled = settle, history.settle_login  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        Watched(authority, rounds=1, history=history)
    history.settle_login = settled  # type: ignore[method-assign]
    next_one = Watched(authority, rounds=2, history=history, start=START + MINUTE)
    assert next_one.logins == 0
    assert next_one.verdicts[0] == "inconclusive"
    assert "is not known" in next_one.states[0].title
    assert Watched(authority, rounds=1, history=history, start=START + HOUR).verdicts == ["healthy"]


def test_a_clock_that_is_set_changes_neither_runs_nor_logins(authority: Authority) -> None:
    def set_clock(watched: Watched, number: int) -> None:
        watched.clock_set_by = {3: 30 * 24 * HOUR, 6: -400 * 24 * HOUR}.get(
            number, watched.clock_set_by
        )

    watched = Watched(authority, rounds=12, between=set_clock)
    assert watched.logins == 1
    assert watched.began == pytest.approx([number * 5 * MINUTE for number in range(12)], abs=0.1)


def test_a_run_that_overruns_the_interval_leaves_beats_out(authority: Authority) -> None:
    network = one_host(authority, on_587="silent", on_465="silent", otherwise="silent")
    watched = Watched(authority, rounds=3, network=network, every=10)
    steps = [after - before for before, after in pairwise(watched.began)]
    assert min(steps) > 10
    for step in steps:
        assert step / 10 == pytest.approx(round(step / 10), abs=0.01)


def test_settings_that_cannot_be_read_are_told_and_waited_out(authority: Authority) -> None:
    def spoil(watched: Watched, number: int) -> None:
        if number == 1:
            raise UsageError(".env: Permission denied")
        if number == 2:
            raise ZeroDivisionError("a value of the user's")

    watched = Watched(authority, rounds=4, between=spoil)
    faults = [round_.fault for round_ in watched.told]
    assert faults[0] == faults[3] == ""
    assert faults[1] == ".env: Permission denied"
    assert "ZeroDivisionError" in faults[2]
    assert "a value of the user's" not in faults[2]
    assert watched.logins == 1


def test_without_a_history_that_can_be_written_nobody_logs_in(authority: Authority) -> None:
    """What can't be written down can't be remembered by the next watch."""
    history = open_history(None)
    history.salt  # noqa: B018 - read before it is closed
    watched_salt = history.salt
    history.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(history), "salt", watched_salt)
        watched = Watched(authority, rounds=2, history=history)
    assert watched.logins == 0
    assert "no login is made meanwhile" in watched.told[0].fault
    assert [state.changed for state in watched.states] == [True, False]
    assert watched.verdicts == ["inconclusive"] * 2  # nothing is known of the login


def test_what_is_known_of_a_login_outlives_its_file(authority: Authority) -> None:
    def close(watched: Watched, number: int) -> None:
        if number == 1:
            watched.history.close()

    watched = Watched(authority, rounds=3, env=WRONG, between=close)
    assert set(watched.verdicts) == {"broken credentials-rejected"}
    assert [state.changed for state in watched.states] == [True, False, False]
    assert watched.logins == 1


def test_a_login_that_was_asked_for_is_owed_until_it_can_be_made(authority: Authority) -> None:
    def ask(watched: Watched, number: int) -> None:
        if number == 1:
            watched.behave(greeting="421 mail.example.com Too busy, try later")
            watched.watch.log_in_again()
        if number == 4:
            watched.behave(users={"info@example.com": WRONG["SMTP_PASS"]})

    watched = Watched(authority, rounds=6, env=WRONG, between=ask)
    assert watched.verdicts[4:] == ["healthy"] * 2
    assert watched.logins == 2


def test_a_set_up_that_is_gone_is_told(authority: Authority, tmp_path: Path) -> None:
    script = tmp_path / "mailer.js"
    (tmp_path / ".env").write_text("".join(f"{name}={text}\n" for name, text in ENV.items()))
    code = (
        'const nodemailer = require("nodemailer");\n'
        "nodemailer.createTransport({ host: process.env.SMTP_HOST, port: 587, auth: "
        "{ user: process.env.SMTP_USER, pass: process.env.SMTP_PASS } });\n"
    )
    script.write_text(code)
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "^7"}}')

    def change(watched: Watched, number: int) -> None:
        if number == 1:  # a line above: the same set-up, under another name
            script.write_text(f"// mail\n{code}")
        if number == 2:
            script.unlink()

    watched = Watched(authority, rounds=3, env={}, between=change, options={"folder": tmp_path})
    assert [state.name for state in watched.told[1].states] == ["nodemailer mailer.js:3"]
    assert not watched.told[1].states[0].changed
    told = {state.name: state for state in watched.told[2].states}
    assert told["nodemailer mailer.js:3"].verdict == "gone"
    assert watched.logins == 1


@pytest.mark.parametrize(
    ("password", "first", "second"),
    [(ENV["SMTP_PASS"], "healthy", "healthy"), (WRONG["SMTP_PASS"], "broken", "inconclusive")],
)
def test_an_account_s_login_stands_for_each_of_its_set_ups_in_every_round(
    authority: Authority, tmp_path: Path, password: str, first: str, second: str
) -> None:
    for name, way in (("one", "port: 587"), ("two", "port: 465, secure: true")):
        (tmp_path / f"{name}.js").write_text(
            'const nodemailer = require("nodemailer");\n'
            f"nodemailer.createTransport({{ host: '{ENV['SMTP_HOST']}', {way}, auth: "
            f"{{ user: '{ENV['SMTP_USER']}', pass: '{password}' }} }});\n"
        )
    watched = Watched(authority, rounds=3, env={}, options={"folder": tmp_path})
    for round_ in watched.told:
        assert [state.verdict for state in round_.states] == [first, second]
    assert watched.logins == 1


@pytest.mark.parametrize("late", [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.9])
def test_a_run_is_called_off_wherever_it_is(authority: Authority, late: float) -> None:
    """Its connections are closed, and the watch is over soon. Where the password may have been on
    its way, the login counts as made."""
    network = one_host(authority, on_587="silent" if late == 0.9 else None)
    history = open_history(None)
    ends: list[float] = []

    async def go_on() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        watch = Watch(
            lambda: make_plans(
                CheckOptions(environ=ENV, folder="/x", cafile=str(authority.cafile))
            ),
            lambda round_: pytest.fail(f"told {round_}"),
            history,
            folder="/srv/shop",
            every=300,
            login_every=3600,
            environ={},
            network=network,
        )
        loop.call_later(late, stop.set)
        await watch.go_on_until(stop)
        ends.append(loop.time())

    run(go_on())
    assert ends[0] < late + GRACE
    assert all(knock.stream.closed for knock in network.knocks if knock.stream is not None)
    begun = history._connection.execute("SELECT result FROM login").fetchall()
    assert begun in ([], [("begun",)])
    if any(session.auth_attempts for session in network.sessions):
        assert begun == [("begun",)]
    if late in (0.0, 0.05, 0.9):
        assert begun == []


def test_memory_stays_flat_over_hundreds_of_runs(authority: Authority) -> None:
    """Of runs that are over nothing is kept but what the history is bound to."""
    network = one_host(authority, on_587="refused", on_465="refused")
    held: dict[int, int] = {}

    def measure(watched: Watched, number: int) -> None:
        # what the tests themselves keep of each run
        kept = (network.knocks, network.asked, network.asked_for_policies, network.tasks)
        for each in (*kept, network.traced, watched.began):
            each.clear()
        if number in (100, 400):
            gc.collect()
            held[number] = len(gc.get_objects())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_module, "MOST_REPORTS", 10)
        Watched(
            authority,
            rounds=401,
            network=network,
            between=measure,
            options={"only": ("reach",), "third_party": False},
            keeps=1,
        )
    # SQLite's module tidies its list of cursors up now and then
    assert held[400] - held[100] < 300


def test_no_password_is_in_what_is_told_or_kept(authority: Authority) -> None:
    """Whatever the server says back of it, and however it is put."""
    history = open_history(None)
    for env, password in ((WRONG, WRONG["SMTP_PASS"]), (ENV, PASSWORD)):
        watched = Watched(
            authority,
            rounds=2,
            env=env,
            history=history,
            between=lambda watched, number: watched.behave(echo=True),
        )
        kept = "\n".join(history._connection.iterdump())
        reports = [history.report(change.report or 0) or "" for change in history.changes()]
        everything = "\n".join([kept, *reports, repr(watched.told), *map(repr, watched.states)])
        assert watched.logins == 1
        for form in (password, b64encode(password.encode()).decode().rstrip("=")):
            assert form not in everything
    accounts = history._connection.execute("SELECT account FROM login").fetchall()
    assert len(accounts) == 2
    assert all(re.fullmatch("mail.example.com:587 [0-9a-f]{3}", name) for (name,) in accounts)
