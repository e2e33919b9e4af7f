"""Texts of templates that were never replaced: one list, conservative.

This module knows template texts. A real secret taken for one would stop the login from being
tried, so a text counts only as a whole and only where no one would choose it: `changeme` does,
`changeme2024!` does not; `password` and `secret` do not either, test servers have them.
"""

from __future__ import annotations

import re
from typing import Literal

#: Something that a shell, a template or a program should have replaced, anywhere in the text.
EXPANSION = re.compile(r"\$\{\s*[A-Za-z_][\w.]*\s*(?:[:?+=-][^}]*)?\}|\$?\{\{.*\}\}")

#: The same as a whole text only: a password may hold any of these.
UNREPLACED = re.compile(
    r"""
      <[^<>]+>                                    # <password>
    | \$[A-Z]+(?:_[A-Z]+)+                        # $SMTP_PASS
    | %[A-Z]+(?:_[A-Z]+)+%                        # %SMTP_PASS%
    | (?:process|import\.meta)\.env[.\[].+        # process.env.SMTP_PASS
    | os\.(?:environ|getenv)[.(\[].+              # os.environ["SMTP_PASS"]
    | env\(.+\) | ENV\[.+\]                       # env('SMTP_PASS')
    """,
    re.VERBOSE,
)

#: Compared without case, blanks, dashes, underscores and dots.
THING = (
    r"(?:smtp|mail|email|gmail|ionos|app|account|api|mailbox|real|strong|secure|super)*"
    r"(?:password|passwort|passwd|pass|pwd|key|token|secret|credentials)"
)
PERSON = (
    r"(?:smtp|mail|email|gmail|ionos|account|mailbox|full)*"
    r"(?:user|username|login|email|emailaddress|mail|mailaddress|address|name|account)"
)
WORDS = r"""
      (?:change|replace)(?:me|this|it)(?:please|now|password)?
    | changethispassword
    | todo | fixme | tbd | placeholder | undefined | null
    | x{3,} | \*{3,} | •{3,} | …
"""
SECRETS = re.compile(
    rf"(?:{WORDS} | (?:enter|insert|put|add|set)?your{THING}(?:goes)?(?:here)?"
    rf" | (?:enter|insert|put|add|set)?(?:the)?{THING}(?:goes)?here)",
    re.VERBOSE,
)
PEOPLE = re.compile(
    rf"(?:{WORDS} | (?:enter|insert|put|add|set)?your{PERSON}(?:goes)?(?:here)?)", re.VERBOSE
)
#: The name of a constant or variable, where its value ought to stand: FROM_USER_EMAIL.
NAME = (
    r"(?:(?:MY|FROM|SMTP|MAIL|EMAIL|GMAIL|OUTLOOK|IONOS|TRAP|APP"
    r"|SENDER|USER|HOST|SERVER|ACCOUNT|AUTH)_)+"
)
NAMED_SECRET = re.compile(rf"{NAME}(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|KEY)")
NAMED_PERSON = re.compile(rf"{NAME}(?:USERNAME|USER|NAME|EMAIL|MAIL|ADDRESS|LOGIN|ID)")
DOMAIN = re.compile(r"your[-_]?(?:own[-_]?)?(?:domain|company|site|website|host)(?:[-_]?name)?")


#: What is longer is no template's text; the expressions above look at every beginning once more.
LONGEST = 1024


def is_unexpanded(text: str) -> bool:
    """Whether a shell, a template or a program should have replaced the text, or a part of it."""
    if len(text) > LONGEST:
        return False
    return bool(EXPANSION.search(text) or UNREPLACED.fullmatch(text.strip()))


def is_placeholder(text: str, of: Literal["username", "password"]) -> bool:
    """Whether the text of a user name or secret is a template's."""
    if is_unexpanded(text):
        return True
    if len(text) > LONGEST:
        return False
    named = NAMED_PERSON if of == "username" else NAMED_SECRET
    if named.fullmatch(text.strip()):
        return True
    text = text.strip().lower()
    words = PEOPLE if of == "username" else SECRETS
    if words.fullmatch(_bare(text)):
        return True
    local, at, domain = text.partition("@")
    if of == "username" and at:
        # todo@ is the mailbox of a list of things to do
        stands_in = local != "todo" and PEOPLE.fullmatch(_bare(local))
        return bool(stands_in or DOMAIN.fullmatch(domain.partition(".")[0]))
    return False


def _bare(text: str) -> str:
    return re.sub(r"[\s_.-]", "", text) or text
