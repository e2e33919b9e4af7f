"""The words for what is known of settings: notes, the shape of a password, a login not released.

This module knows words, in one place for `settings` and for reports. It must not know how
settings are read, nor judge them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from smtpdoctor.settings.model import (
    LEFT_TO_ANOTHER,
    MADE_BEFORE,
    Note,
    NoteKind,
    PasswordShape,
    Withheld,
)

EMPTY = "empty, which counts as unset"

#: One shape is not told in words: a placeholder is a fault with a code of its own.
SHAPES: dict[PasswordShape, str] = {
    "blank-at-start": "a blank at the start",
    "blank-at-end": "a blank at the end",
    "double-quoted": "double quotes around it",
    "single-quoted": "single quotes around it",
    "hash": "a # in it",
    "dollar": "a $ in it",
    "backslash": "a backslash in it",
    "non-ascii": "characters outside ASCII",
    "inner-blanks": "blanks in it",
    "newline": "a line end in it",
    "app-password-like": "only lower-case letters, as app passwords have",
}

NOTES: dict[NoteKind, str] = {
    "line-rejected": "taken raw after =: python-dotenv rejects this line",
    "quote-not-closed": "taken raw after =: the quote is not closed in this line",
    "line-swallowed": "python-dotenv takes this line for a part of the value that begins in "
    "line {line}",
    "comment-behind": "python-dotenv takes what follows # for a comment",
    "tolerated": "most programs read it as it was meant all the same",
    "empty": EMPTY,
    "empty-is-false": "empty, read as false",
    "other-empty": f"{{name}} ({{place}}) is {EMPTY}",
}


def note_words(note: Note) -> str:
    """A note as a clause, lower case, without a full stop."""
    return NOTES[note.kind].format(line=note.line, name=note.name, place=note.place)


def why_withheld(withheld: Withheld) -> str:
    """Why no login is made with what is configured, as a clause."""
    host, place = withheld.host, withheld.place
    for_whom = " or ".join(withheld.written_for) or "another host"
    if withheld.reason == "host-from-folder":
        return (
            f"the credentials come from the {place}, and {host} from a file of this folder; "
            "it is no provider that smtpdoctor knows"
        )
    if withheld.reason == "another-user":
        return f"the password from {place} belongs to another user name"
    if withheld.reason == "tried-already":
        return f"the same account was tried with {place}"
    if withheld.reason == "tried-in-vain":
        return f"the same account was tried with {place}, and that login did not work"
    if withheld.reason == "not-come-to":
        return f"{place} logs in with the same account, and did not come as far as the login"
    if withheld.reason == "tried-with-another":
        return (
            f"the set-up {place} has another password for the same account, and that one was "
            "tried: an account is logged in once a run"
        )
    if withheld.reason == "another-target":
        return f"{place} logs in with the same account, and an account is logged in once"
    if withheld.reason == "host-with-user":
        return "the host has an “@” in it: which host was meant is a guess"
    if withheld.reason == "not-due":
        return f"the login at {place} worked, and the next one is not due yet"
    if withheld.reason == "failed-before":
        return f"the login at {place} failed, and the next one is not due yet"
    if withheld.reason == "refused-before":
        return f"the login at {place} was refused, and another one could lock the account"
    return f"the credentials from {place} were written for {for_whom}, not for {host}"


def how_to_allow(withheld: Withheld) -> str:
    """What to type so that the login is tried, as a sentence."""
    host = withheld.host
    if withheld.reason == "another-host-asked":
        return (
            "To log in there all the same, name the user too (--user NAME, the one that the "
            "password belongs to), or give another password with --user and --password-stdin."
        )
    if withheld.reason == "another-user":
        return "To log in as that user, give the password with --password-stdin."
    if withheld.reason == "tried-with-another":
        return (
            f"Where the account has one password, this one or that of {withheld.place} is out of "
            "date. To try this set-up's login alone, pick it with --setup."
        )
    if withheld.reason in LEFT_TO_ANOTHER:
        return "To try this set-up's login alone, pick it with --setup."
    if withheld.reason == "another-target":
        return "Its result says what the login comes to; to try this one, check it by itself."
    if withheld.reason == "host-with-user":
        return "Write the host's name alone."
    if withheld.reason in MADE_BEFORE:
        return "`smtpdoctor check` logs in at once; so does watch after a SIGHUP."
    if withheld.reason == "host-from-folder":
        return f"If you trust this folder, name the host yourself: --host {host}."
    return (
        f"Put {host} into the same place as the credentials, or name host and user yourself: "
        f"--host {host} --user NAME."
    )


#: What a reader of `.env` files does to a value, to stand behind the reader's name.
ALTERATIONS: dict[str, str] = {
    "quotes-kept": "keeps the quotes as a part of it",
    "quotes-removed": "takes quotes out of it",
    "cut-at-hash": "takes what follows # for a comment",
    "cut-at-semicolon": "takes what follows ; for a comment",
    "cut-at-equals": "ends it at =",
    "cut-at-blank": "ends it at the first blank",
    "cut-after-quote": "drops what follows the closing quote",
    "cut-at-line-end": "stops at the end of the line",
    "cut-at-operator": "ends it at a character of the shell",
    "blanks-removed": "takes blanks out of it",
    "escape-processed": "makes something else of a backslash and what follows",
    "dollar-expanded": "replaces $ and the name behind it",
    "percent-expanded": "replaces % and the letter behind it",
    "home-expanded": "replaces ~ by a home folder",
    "lines-joined": "goes on into the next lines",
    "bytes-lost": "loses a part of a character",
    "cast": "makes something else than text of it",
}
STATES: dict[str, str] = {"refused": "stops at this file", "absent": "passes the line over"}


def what_it_does(state: str, alterations: Iterable[str]) -> str:
    """What a reader does with a line; "" where it takes the value as it stands."""
    if state in STATES:
        return STATES[state]
    words = " and ".join(ALTERATIONS[each] for each in alterations if each in ALTERATIONS)
    # nothing is gone, and it is not what was meant: there is more of it
    return words or ("takes the comment behind it for a part of it" if state == "altered" else "")
