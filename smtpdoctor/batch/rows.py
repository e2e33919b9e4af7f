"""From the lines of an input to what each says of a target: CSV, JSON Lines, or one target a line.

Pure. Knows the three forms and what their columns are called. Must not know what a target's values
mean (`targets`). A line that can't be read is a row with an error; only a header can end it all.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from smtpdoctor.settings.usage import UsageError
from smtpdoctor.text import visible

Form = Literal["csv", "jsonl", "plain"]
FORMS: tuple[Form, ...] = get_args(Form)

#: Bytes. A target is some hundred; what is longer is no line of a list.
LONGEST_LINE = 64 * 1024
DELIMITERS = ",;\t"
#: How spreadsheets begin a file that they save as “Unicode text”.
UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: In a list of targets alone: no host has such a sign.
REMARK = re.compile(r"(?:^|\s)#.*")

#: What columns are called, by what they say of a target.
OF_A_CHECK = {
    "target": "target url dsn smtp_url",
    "host": "host hostname server smtp_host smtp_server",
    "port": "port smtp_port",
    "tls": "tls smtp_tls",
    "secure": "secure smtp_secure",
    "user": "user username login smtp_user smtp_username",
    "password": "password pass smtp_pass smtp_password",
    "sender": "from sender from_address smtp_from smtp_mail_from",
    "to": "to recipient",
    "ehlo": "ehlo",
    "size": "size",
    "client": "client",
}
OF_A_SENDER = {
    "address": "address sender from email mail from_address smtp_from",
    "through": "through provider relay",
}


class Row(NamedTuple):
    """One target as its line says it, by the line's number; or why it can't be read."""

    line: int
    given: str | Mapping[str, object] = ""
    error: str = ""


class Rows:
    """Reads an input line by line. The first line that says something shows the form, unless it is
    named. `unused` are the columns that say nothing of a target."""

    def __init__(self, form: Form | None = None, *, senders: bool = False) -> None:
        self.form = form
        self.senders = senders
        self.unused: tuple[str, ...] = ()
        self._names = OF_A_SENDER if senders else OF_A_CHECK
        self._fields = {
            name: field for field, names in self._names.items() for name in names.split()
        }
        self._needed = ("address",) if senders else ("host", "target")
        self._delimiter = ","
        self._columns: tuple[str | None, ...] | None = None
        self._line = 0

    def read(self, line: bytes) -> Row | None:
        """The row of the next line, None where it holds none. Raises UsageError for a header."""
        self._line += 1
        number = self._line
        if len(line) > LONGEST_LINE:
            return Row(number, error=f"longer than {LONGEST_LINE >> 10} KiB")
        if number == 1 and (line.startswith(UTF16) or b"\0" in line[:2]):
            raise UsageError("the list is UTF-16, not UTF-8: save it as “CSV UTF-8”")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n")
        except UnicodeDecodeError:
            return Row(number, error="is not UTF-8 text")
        if not text.strip():
            return None
        if self.form is None:
            self.form = self._form_of(text)
        if self.form == "jsonl":
            return self._json(number, text)
        if self.form == "plain":
            target = REMARK.sub("", text).strip()
            return Row(number, target) if target else None
        if self._columns is None:
            self._header(text)
            return None
        return self._csv(number, text)

    def _form_of(self, text: str) -> Form:
        if text.lstrip().startswith(("{", '"{')):
            return "jsonl"
        first = re.split(f"[{DELIMITERS}]", text)
        known = any(_plain(name) in self._fields for name in first)
        return "csv" if known or len(first) > 1 else "plain"

    # --- CSV ----------------------------------------------------------------------------------

    def _header(self, text: str) -> None:
        self._delimiter = max(DELIMITERS, key=text.count)
        names = _cells(text, self._delimiter)
        if names is None:
            raise UsageError("the first line is no header: a quote is not closed")
        if not any(
            {self._fields.get(_plain(name)), self._near(name)} & {*self._needed} for name in names
        ):
            needed = " or ".join(self._needed)
            known = ", ".join(self._names)
            raise UsageError(
                f"the first line is no header with a column {needed}; columns are {known}"
            )
        columns = tuple(self._field(name) for name in names)
        for field in filter(None, columns):
            if columns.count(field) > 1:
                both = [name for name, each in zip(names, columns, strict=True) if each == field]
                raise UsageError(f"two columns say the same: {' and '.join(map(visible, both))}")
        self._columns = columns
        self.unused = tuple(
            name for name, field in zip(names, columns, strict=True) if field is None and name
        )

    def _field(self, name: str) -> str | None:
        """What a column says, None for one of the user's own. Raises UsageError for a slip."""
        plain = _plain(name)
        if plain in self._fields:
            return self._fields[plain]
        if near := self._near(name):
            # with digits in it, it may be what stands in the column: Password123
            said = visible(name) if plain.replace("_", "").isalpha() else "one name"
            raise UsageError(f"column {said}: did you mean {near}?")
        return None

    def _near(self, name: str) -> str | None:
        """What a column was probably to be called that is called nearly so."""
        names = [each for each in self._fields if len(each) > 3]
        return next(iter(difflib.get_close_matches(_plain(name), names, 1, 0.8)), None)

    def _csv(self, number: int, text: str) -> Row:
        assert self._columns is not None
        cells = _cells(text, self._delimiter)
        if cells is None:  # each line by itself: else one quote would swallow the rest
            return Row(number, error="a quote is not closed in its line")
        if len(cells) > len(self._columns):
            return Row(number, error=f"{len(cells)} cells, and the header has {len(self._columns)}")
        pairs = zip(self._columns, cells, strict=False)
        return Row(number, {field: _stripped(field, cell) for field, cell in pairs if field})

    # --- JSON Lines ---------------------------------------------------------------------------

    def _json(self, number: int, text: str) -> Row:
        try:
            found: Any = msgspec.json.decode(text)
        except (msgspec.DecodeError, ValueError, RecursionError):
            return Row(number, error="is no JSON")
        if isinstance(found, str):
            return Row(number, found.strip())
        if not isinstance(found, dict):
            return Row(number, error="is neither an object nor a string")
        values: dict[str, object] = {}
        try:
            for name, value in found.items():
                field = self._field(name)
                if field is not None and field in values:
                    return Row(number, error=f"{field} is said twice")
                if field is not None:
                    values[field] = _stripped(field, value)
        except UsageError as error:
            return Row(number, error=str(error).replace("column ", "", 1))
        return Row(number, values)


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().strip('"').lower())


def _stripped(field: str, value: object) -> object:
    """Blanks around a cell are the table's; those of a password may be its own."""
    return value.strip() if isinstance(value, str) and field != "password" else value


def _cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of one line; None where a quote is not closed in it."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return None
