"""python-decouple: a line is a name, `=` and all the rest.

Source: python-decouple 3.8, decouple.py. No comment ends a value, nothing is expanded.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import Draft, unified
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """`config('NAME')`."""
    draft = Draft(unified(text))
    offset = 0
    for line in draft.text.split("\n"):
        begin = offset
        offset += len(line) + 1
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if "=" not in stripped:
            draft.fault("no-assignment", "line-skipped", begin)
            continue
        name, _, rest = stripped.partition("=")
        value = rest.strip()
        start = begin + line.index("=") + 1
        start += len(rest) - len(rest.lstrip()) if value else 0
        end = start + len(value)
        alterations: list[Alteration] = []
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
            alterations.append("quotes-stripped")
        elif value[:1] in ("'", '"', "`"):
            alterations.append("quotes-kept")
        draft.add(name.strip(), value, start, end, alterations)
    return draft.finish("decouple")


READERS = (Reader(name="decouple", title="python-decouple", versions=("3.8",), read=read),)
