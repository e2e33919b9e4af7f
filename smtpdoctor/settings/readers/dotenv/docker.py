"""`docker run --env-file`: a line is a name, `=` and the value, quotes and all.

Source: docker CLI 28.2.2 and 29.7.2, pkg/kvfile. One line that it can't read refuses the file.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import GO_SPACE, Draft, RefusedError
from smtpdoctor.settings.readers.dotenv.model import DotenvFile, Reader

#: Go's bufio.Scanner gives up at a line of this many bytes.
LONGEST_LINE = 64 * 1024


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """`--env-file` of `docker run` and `docker create`."""
    draft = Draft(text.removeprefix("\ufeff"))
    offset = 0
    try:
        for full in draft.text.split("\n"):
            _line(draft, full, offset, environ)
            offset += len(full) + 1
    except RefusedError as error:
        draft.refuse(error)
    return draft.finish("docker", "file")


def _line(draft: Draft, full: str, offset: int, environ: Mapping[str, str]) -> None:
    if len(full.encode("utf-8", "surrogatepass")) >= LONGEST_LINE:
        raise RefusedError("line-too-long", offset)
    kept = full.removesuffix("\r")
    line = kept.lstrip(GO_SPACE)
    if not line or line.startswith("#"):
        return
    begin = offset + len(kept) - len(line)
    name, equals, value = line.partition("=")
    if not name:
        raise RefusedError("name-invalid", begin)
    if " " in name or "\t" in name:
        raise RefusedError("blank-after-name" if equals else "no-assignment", begin)
    if equals:
        start = begin + len(name) + 1
        quoted = value[:1] in ("'", '"', "`")
        draft.add(name, value, start, start + len(value), ["quotes-kept"] if quoted else [])
    elif name in environ:
        draft.add(name, environ[name], begin, begin, from_reference=True)


READERS = (
    Reader(name="docker", title="docker --env-file", versions=("28.2.2", "29.7.2"), read=read),
)
