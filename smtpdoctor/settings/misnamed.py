"""Variables that somebody set under another name than the one that the program reads.

Knows what the words in a variable's name say: `EMAIL_HOST_PASSWORD` and `SMTP_PASS` are passwords
for mail, and `SMTP_PASSWRD` is a slip. It must not know any program, and no value.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping

from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.model import Field
from smtpdoctor.settings.names import LONGEST_NAME, VARIABLE, is_slip, same_words

MAIL = re.compile(r"SMTP|MAIL")
#: What a name is for by its words, the first that fits: `EMAIL_HOST_PASSWORD` is a password, and
#: `EMAIL_HOST_USER` a user name.
WORDS: tuple[tuple[Field, re.Pattern[str]], ...] = (
    ("password", re.compile(r"(?:^|_|MAIL|SMTP)(?:PASSWORD|PASSWD|PASSWORT|PASS|PWD|PW)(?:_|$)")),
    ("username", re.compile(r"(?:^|_|MAIL|SMTP)(?:USER_?NAME|USER|LOGIN)(?:_|$)")),
    ("port", re.compile(r"(?:^|_|MAIL|SMTP)PORT(?:_|$)")),
    ("host", re.compile(r"(?:^|_|MAIL|SMTP)(?:HOST|HOST_?NAME|SERVER)(?:_|$)")),
    ("url", re.compile(r"(?:^|_)DSN(?:_|$)")),
)
#: Files that read variables. What sets them, and what only speaks of them, is none.
CODE = (
    *(".py", ".ipynb", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx", ".vue"),
    *(".rb", ".erb", ".ru", ".rake", ".php", ".go", ".rs", ".java", ".kt", ".cs", ".ex", ".exs"),
    *(".ps1", ".psm1", ".pl", ".pm", ".cgi", ".psgi", ".dart", ".R", ".r"),
    *(".sh", ".toml", ".ini", ".cfg", ".conf", ".xml", ".properties", ".json", ".tpl", ".hcl"),
)  # fmt: skip
COMPOSED = (".yml", ".yaml", ".tf", ".nomad")


#: How code asks for a variable: `os.environ["X"]`, `env.str("X")`, `config('X')`, `ENV.fetch("X")`,
#: `process.env.X`. `app.config["X"]` is a setting's own name.
ASKS = (
    rb"(?:environ(?:ment)?|getenv|(?i:env)|\bconfig(?=\s*\()|\bget|\bfetch)(?:\.\w+)?"
    rb"\s*[(\[.]\s*[\"'`]?"
)


def named_otherwise(
    wanted: Mapping[str, Field], there: Iterable[str], folder: Folder, own: Container[str] = ()
) -> dict[str, str]:
    """The variables that were meant for those which a program reads and nothing sets.

    `wanted` are names that are read, with their fields; `there` names that somebody set; `own`
    are names of the program's settings, which code speaks of without reading a variable. The
    answer has what is read by what is there. Where two could be meant, none is.
    """
    found: dict[str, str] = {}
    there = list(there)
    for like, field in wanted.items():
        slips = [
            name for name in there if is_slip(name, like) and _last_word_is(name) in (None, field)
        ]
        meant = [name for name in there if name != like and what_is_named(name) == field]
        same = slips or [name for name in meant if same_words(name) == same_words(like)]
        unread = [name for name in same or meant if not is_read(name, folder, asked=name in own)]
        unread = [name for name in unread if not _is_anothers(name, like, field, folder)]
        if len(unread) == 1 and unread[0] not in found:
            found[unread[0]] = like
    return found


def what_is_named(name: str) -> Field | None:
    """What a variable or setting for mail is for by its words; None for others."""
    if len(name) > LONGEST_NAME or not VARIABLE.fullmatch(name) or not MAIL.search(name):
        return None
    return next((each for each, words in WORDS if words.search(name)), None)


def _last_word_is(name: str) -> Field | None:
    """What the last word of a name is for by itself: `EMAIL_HOST_PASWORD` is no host."""
    return what_is_named(f"SMTP_{name.rpartition('_')[2]}")


def _is_anothers(name: str, like: str, field: Field, folder: Folder) -> bool:
    """Whether the code asks for a nearer name than that one: SYSTEM_SMTP_HOSTNAME is the slip of
    SYSTEM_SMTP_HOST, and of no GMAIL_SMTP_HOST."""
    words = next((words for each, words in WORDS if each == field), None)
    found = words.search(name) if words is not None else None
    start = name[: found.start()] if found is not None else ""
    if not start or like.startswith(start):
        return False
    pattern = re.compile(rb"(?<!\w)" + re.escape(start.encode()) + rb"_?[A-Z_]{2,30}(?!\w)")
    others = (
        other.decode()
        for path in folder.containing(pattern.pattern, *CODE)
        for other in pattern.findall(folder.data(path) or b"")
    )
    return any(other not in (name, like) and what_is_named(other) == field for other in others)


def is_read(name: str, folder: Folder, *, asked: bool = False) -> bool:
    """Whether a file of the folder speaks of the variable, in code or to fill another from it.
    `asked`: only where it asks for it."""
    whole = re.escape(name.encode())
    pattern = re.compile((ASKS if asked else rb"(?<!\w)") + whole + rb"(?!\w)")
    files = folder.containing(whole, *CODE)
    return any(pattern.search(folder.data(path) or b"") for path in files) or bool(
        folder.containing(rb"\$\{?" + whole + rb"(?!\w)", *COMPOSED)
    )
