"""A state in one line, for a terminal and for logs.

Knows words. Must not know colours, nor decide what is told. Pure but for the time zone.
"""

from __future__ import annotations

from datetime import datetime

from smtpdoctor.watch.model import MOST_REFUSED, Login, State


def stamp(at: float) -> str:
    """A moment for a log, in this machine's time with its distance to UTC."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")


def moment(at: float, now: float | None = None, *, seconds: bool = False) -> str:
    """A moment for people, in this machine's time: "10:05", with the date where it isn't that of
    `now`."""
    then = datetime.fromtimestamp(at).astimezone()
    same_day = now is not None and then.date() == datetime.fromtimestamp(now).astimezone().date()
    time = "%H:%M:%S" if seconds else "%H:%M"
    return then.strftime(time if same_day else f"%Y-%m-%d {time}")


def named(state: State) -> str:
    """What is watched: the set-up, else its server."""
    return state.name or state.server or "no settings"


def said(state: State, now: float) -> str:
    """The title, and how old the login is that it rests on."""
    login = state.login
    aside = _of_login(login, now) if login is not None and state.verdict != "gone" else ""
    since = f"since {moment(state.since, now)}" if not state.changed else ""
    more = "; ".join(part for part in (since, aside) if part)
    return f"{state.title} ({more})" if more else state.title


def _of_login(login: Login, now: float) -> str:
    when = moment(login.at, now)
    if login.result == "refused":
        few = len(login.refused_ways) < MOST_REFUSED
        change = "the settings change" if few else "host, user or password change"
        return f"login refused at {when}; none until {change} or SIGHUP"
    if login.at == now:
        return ""  # just now: the title says it
    words = {"accepted": "login worked", "failed": "login failed", "begun": "login begun"}
    return f"{words[login.result]} at {when}"
