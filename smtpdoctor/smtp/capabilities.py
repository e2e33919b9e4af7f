"""What a server offers: the EHLO reply as keywords with their parameters.

Knows RFC 5321 §4.1.1.1 and the marks of devices that overwrite what they don't want seen. Must not
know which of the offers anybody needs.
"""

import re
from typing import Self

import msgspec

from smtpdoctor.smtp.replies import Reply

# Cisco's inspection overwrites a keyword with as many letters: X…X, the last one counting A, B, C
_MASKED_KEYWORD = re.compile(r"X{3,}[A-Z]?")
# and the greeting's text with asterisks; older devices leave blanks, 0 and 2 standing
_MASKED_GREETING = re.compile(r"[*02 ]*\*{3}[*02 ]*")


class Capabilities(msgspec.Struct, frozen=True):
    """The EHLO reply.

    name: the first word of the first line, the name by which the server calls itself.
    keywords: upper-case keyword → its parameters as they came. A keyword given twice has the
        parameters of both.
    as_written: the keywords as they came.
    auth_lines: the lines of AUTH as they came, also of the old form `AUTH=LOGIN`.
    """

    name: str = ""
    keywords: dict[str, tuple[str, ...]] = {}
    auth_lines: tuple[str, ...] = ()
    as_written: tuple[str, ...] = ()

    @classmethod
    def parse(cls, reply: Reply) -> Self:
        """Reads an EHLO (or HELO) reply; whatever its code, never raises."""
        first, *rest = reply.lines or ("",)
        keywords: dict[str, tuple[str, ...]] = {}
        for line in rest:
            keyword, *parameters = line.split() or [""]
            if keyword:
                keyword = keyword.upper()
                keywords[keyword] = keywords.get(keyword, ()) + tuple(parameters)
        logins = tuple(line for line in rest if re.match(r"AUTH[ =]", line, re.IGNORECASE))
        return cls(
            name=(first.split() or [""])[0],
            keywords=keywords,
            auth_lines=logins,
            as_written=tuple(line.split()[0] for line in rest if line.split()),
        )

    @property
    def auth(self) -> tuple[str, ...]:
        """The AUTH mechanisms, upper-case, each once; also those of the old form `AUTH=LOGIN`."""
        mechanisms: list[str] = []
        for keyword, parameters in self.keywords.items():
            if keyword == "AUTH" or keyword.startswith("AUTH="):
                mechanisms += [keyword[5:], *parameters]
        return tuple(dict.fromkeys(name.upper() for name in mechanisms if name))

    def auth_as_read(
        self, *, old_form: bool, lower_case: bool, lower_mechanisms: bool
    ) -> tuple[str, ...]:
        """The AUTH mechanisms that a client finds which reads AUTH=LOGIN or not, the
        keyword in lower case or not, and so the mechanisms' names."""
        mechanisms: list[str] = []
        for line in self.auth_lines:
            keyword, *parameters = line.split()
            if not (old_form or keyword.upper() == "AUTH"):
                continue
            if lower_case or keyword == keyword.upper():
                mechanisms += [
                    name
                    for name in (keyword[5:], *parameters)
                    if lower_mechanisms or name == name.upper()
                ]
        return tuple(dict.fromkeys(name.upper() for name in mechanisms if name))

    @property
    def size(self) -> int | None:
        """The largest message in octets (RFC 1870 §3); None where not said or without a limit."""
        value = self.keywords.get("SIZE", ())
        if value and value[0].isascii() and value[0].isdigit():
            return int(value[0][:18]) or None  # as many digits as every serialiser can carry
        return None

    @property
    def starttls(self) -> bool:
        """RFC 3207."""
        return "STARTTLS" in self.keywords

    def starttls_as_read(self, *, lower_case: bool) -> bool:
        """Whether a client finds it that reads keywords in lower case or not."""
        return self.starttls and (lower_case or "STARTTLS" in self.as_written)

    @property
    def smtputf8(self) -> bool:
        """RFC 6531."""
        return "SMTPUTF8" in self.keywords

    @property
    def pipelining(self) -> bool:
        """RFC 2920."""
        return "PIPELINING" in self.keywords

    @property
    def masked(self) -> tuple[str, ...]:
        """Keywords that a device on the way has overwritten (`XXXXXXXA`), in their order."""
        return tuple(keyword for keyword in self.keywords if _MASKED_KEYWORD.fullmatch(keyword))

    @property
    def starttls_masked(self) -> bool:
        """Whether a masked keyword is as long as STARTTLS, the mask keeping the length."""
        return any(len(keyword) == len("STARTTLS") for keyword in self.masked)


def is_masked_greeting(reply: Reply) -> bool:
    """Whether a device on the way has overwritten the greeting's text with asterisks."""
    return reply.code == 220 and bool(_MASKED_GREETING.fullmatch(reply.text))
