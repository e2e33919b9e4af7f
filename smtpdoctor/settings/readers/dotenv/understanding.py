"""Whether a variable reaches the readers of its file as it was evidently meant.

Pure: a text, a name and readers in, typed facts out. No fact holds a value, or a length of one.
This module must not know the words of a report, nor when a difference is worth one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal

import msgspec

from smtpdoctor.settings.model import Secret
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, FaultKind, Untold
from smtpdoctor.settings.readers.dotenv.quoting import Meant, evidently_meant
from smtpdoctor.settings.readers.dotenv.reading import read

#: What changes no value, whatever else does.
HARMLESS: frozenset[Alteration] = frozenset({"quotes-stripped"})

State = Literal[
    "as-meant",
    "altered",  # another value; `alterations` says by what
    "refused",  # the reader stops at the file, the program has none of it
    "absent",  # the reader passes the line over
    "untold",  # that can't be told here
]


class Interpretation(msgspec.Struct, frozen=True, kw_only=True):
    """What one reader makes of the variable.

    group: readers with the same number get the same; 0 is what was meant.
    faults: what the reader stumbled over, where it refuses the file or passes the line over.
    faulty_line: the line of the first of them; it may be another than the variable's.
    """

    reader: str
    state: State
    group: int
    alterations: tuple[Alteration, ...] = ()
    faults: tuple[FaultKind, ...] = ()
    faulty_line: int | None = None
    untold: Untold | None = None


class Understanding(msgspec.Struct, frozen=True, kw_only=True):
    """What the readers make of one variable of a file.

    line, columns: the text behind the `=`, from 1 and half-open, without an evident comment:
        what a right quoting replaces. The columns tell a length: point with a mask.
    meant: None where nobody can tell from the line: its quote is not closed there.
    """

    name: str
    line: int
    columns: tuple[int, int]
    meant: Meant | None
    interpretations: tuple[Interpretation, ...]

    @property
    def altered(self) -> tuple[Interpretation, ...]:
        """The interpretations that differ from what was meant."""
        return tuple(r for r in self.interpretations if r.state not in ("as-meant", "untold"))


def understand(
    text: str,
    name: str,
    readers: Collection[str],
    environ: Mapping[str, str] | None = None,
) -> Understanding | None:
    """What these readers make of that variable; None where no line of the text assigns it.

    The last line that does counts, as it does for all of them.
    """
    place = _assignment(text, name)
    if place is None:
        return None
    line, column, raw = place
    files = {reader: read(reader, text, environ) for reader in readers}
    meant: Meant | None = evidently_meant(raw)
    assert meant is not None
    end = meant.end
    if meant.open_quote and any(_spans_lines(file, name) for file in files.values()):
        meant = None
    groups: dict[object, int] = {}
    interpretations = tuple(
        _interpretation(reader, file, name, meant, groups) for reader, file in files.items()
    )
    return Understanding(
        name=name,
        line=line,
        columns=(column, column + end),
        meant=meant,
        interpretations=interpretations,
    )


def _assignment(text: str, name: str) -> tuple[int, int, str] | None:
    """Line, column and text of the last right-hand side of that name."""
    pattern = re.compile(rf"[^\S\r\n]*(?:export[^\S\r\n]+)?{re.escape(name)}[^\S\r\n]*=[^\S\r\n]*")
    found = None
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff")), start=1):
        match = pattern.match(line)
        if match:
            found = (number, match.end() + 1, line[match.end() :])
    return found


def _spans_lines(file: DotenvFile, name: str) -> bool:
    entry = file.entry(name)
    return entry is not None and entry.last_line > entry.line


def _interpretation(  # branches: one state a return
    reader: str, file: DotenvFile, name: str, meant: Meant | None, groups: dict[object, int]
) -> Interpretation:
    def group(key: object) -> int:
        return groups.setdefault(key, len(groups) + 1)

    faults = [fault for fault in file.faults if file.refused or fault.name == name]
    if file.refused:
        faults = [fault for fault in faults if fault.effect == "file-refused"]
        return Interpretation(
            reader=reader,
            state="refused",
            group=group("refused"),
            faults=tuple(fault.kind for fault in faults),
            faulty_line=faults[0].line,
        )
    entry = file.entry(name)
    if entry is None:
        lost = [fault for fault in file.faults if fault.effect == "rest-lost"]
        faults = faults or lost
        return Interpretation(
            reader=reader,
            state="absent",
            group=group("absent"),
            faults=tuple(fault.kind for fault in faults),
            faulty_line=faults[0].line if faults else None,
        )
    if entry.untold == "error":
        return Interpretation(
            reader=reader,
            state="refused",
            group=group("refused"),
            alterations=entry.alterations,
            untold="error",
        )
    if entry.value is None:
        return Interpretation(
            reader=reader,
            state="untold",
            group=group("untold"),
            alterations=entry.alterations,
            untold=entry.untold,
        )
    expanded = meant is not None and meant.reference and "dollar-expanded" in entry.alterations
    if meant is not None and (meant.is_met_by(entry.value) or expanded):
        # a ${NAME} was written to be replaced; that it is one makes no difference
        return Interpretation(
            reader=reader,
            state="as-meant",
            group=group(_Value(entry.value)) if expanded else 0,
            alterations=entry.alterations,
        )
    return Interpretation(
        reader=reader,
        state="altered" if meant is not None else "as-meant",
        group=group(_Value(entry.value)),
        alterations=tuple(a for a in entry.alterations if a not in HARMLESS),
    )


class _Value:
    """A value as a key of groups, which prints as a mask."""

    __slots__ = ("secret",)

    def __init__(self, secret: Secret) -> None:
        self.secret = secret

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Value) and other.secret.reveal() == self.secret.reveal()

    def __hash__(self) -> int:
        return hash(self.secret.reveal())
