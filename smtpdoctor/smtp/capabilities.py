"""What a server offers: the EHLO reply as keywords with their parameters.

Knows RFC 5321 §4.1.1.1 and the marks of devices that overwrite what they don't want seen. Must not
know which of the offers anybody needs.
"""

import re
from collections.abc import Iterator
from typing import Self

import msgspec

from smtpdoctor.smtp.replies import Oddity, Reply

# Cisco's inspection overwrites a keyword with as many letters: X…X, the last one counting A, B, C
_MASKED_KEYWORD = re.compile(r"X{3,}[A-Z]?")
# and the greeting's text with asterisks; older devices leave blanks, 0 and 2 standing
_MASKED_GREETING = re.compile(r"[*02 ]*\*{3}[*02 ]*")


class OfferReading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a program looks for STARTTLS and AUTH in an EHLO reply: each in its own way.

    old_form: AUTH=LOGIN as well. lower_case: AUTH in lower case, lower_mechanisms: what stands
        behind it, lower_starttls: STARTTLS.
    first_line: in the first line, too, where the server's name stands.
    indented: behind blanks. tabs: with a tab in place of a blank. any_parting: with commas and the
        like between mechanisms.
    last_line_counts: of several lines of AUTH, it keeps the last.
    lower_starttls is true, too, for who asks for STARTTLS where that is demanded, offered or not.
    starttls_with_more: with something behind STARTTLS, a blank or a parameter.
    bare_lf: in lines that end without CR.
    """

    old_form: bool = True
    lower_case: bool = True
    lower_mechanisms: bool = True
    lower_starttls: bool = True
    first_line: bool = False
    indented: bool = True
    tabs: bool = True
    any_parting: bool = False
    last_line_counts: bool = False
    starttls_with_more: bool = True
    bare_lf: bool = True


class Capabilities(msgspec.Struct, frozen=True):
    """The EHLO reply.

    name: the first word of the first line, the name by which the server calls itself.
    keywords: upper-case keyword → its parameters as they came. A keyword given twice has the
        parameters of both.
    as_written: the keywords as they came.
    lines: the text of all lines as they came, the first with the server's name.
    ends_in_lf: a line ended without the CR that RFC 5321 §2.3.8 wants.
    """

    name: str = ""
    keywords: dict[str, tuple[str, ...]] = {}
    as_written: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    ends_in_lf: bool = False

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
        return cls(
            name=(first.split() or [""])[0],
            keywords=keywords,
            as_written=tuple(line.split()[0] for line in rest if line.split()),
            lines=reply.lines,
            ends_in_lf=Oddity.BARE_LF in reply.oddities,
        )

    @property
    def auth(self) -> tuple[str, ...]:
        """The AUTH mechanisms, upper-case, each once; also those of the old form `AUTH=LOGIN`."""
        mechanisms: list[str] = []
        for keyword, parameters in self.keywords.items():
            if keyword == "AUTH" or keyword.startswith("AUTH="):
                mechanisms += [keyword[5:], *parameters]
        return tuple(dict.fromkeys(name.upper() for name in mechanisms if name))

    def auth_as_read(  # branches: each way of reading a line
        self, reading: OfferReading
    ) -> tuple[str, ...] | None:
        """The AUTH mechanisms that a client finds which reads in this way, upper-case, each once;
        None where it finds no AUTH at all."""
        found: list[str] | None = None
        for line in self._lines_as_read(reading):
            match = re.match(r"(AUTH)(?:(=)|[ \t]|$)", line, re.IGNORECASE)
            if match is None or not (
                (reading.old_form or not match[2])
                and (reading.lower_case or match[1] == "AUTH")
                and (reading.tabs or not match[0].endswith("\t"))
            ):
                continue
            parting = r"[^\w-]+" if reading.any_parting else r"\s+" if reading.tabs else " "
            names = [name for name in re.split(parting, line[match.end() :]) if name]
            if not reading.lower_mechanisms:
                names = [name for name in names if name == name.upper()]
            found = names if found is None or reading.last_line_counts else found + names
        return None if found is None else tuple(dict.fromkeys(name.upper() for name in found))

    def starttls_as_read(self, reading: OfferReading) -> bool:
        """Whether a client finds STARTTLS which reads in this way."""
        for line in self._lines_as_read(reading):
            match = re.match(r"(STARTTLS)(\s|$)", line, re.IGNORECASE)
            if match is None or not (reading.lower_starttls or match[1] == "STARTTLS"):
                continue
            if reading.starttls_with_more or line == match[1]:
                return True
        return False

    def _lines_as_read(self, reading: OfferReading) -> Iterator[str]:
        """The lines in which it looks."""
        if self.ends_in_lf and not reading.bare_lf:
            return
        for line in self.lines if reading.first_line else self.lines[1:]:
            yield line.lstrip() if reading.indented else line

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
