r"""Node's `--env-file` and `process.loadEnvFile`, of 20 and of 22 and later.

Source: node, src/node_dotenv.cc of 20.20.2 and 24.21.0. No reference is expanded, and no
backslash counts but `\n` in double quotes.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import Draft, first_of, line_end, run_of
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

QUOTES = "'\"`"


class _Text:
    """The text as Node looks at it: without carriage returns, trimmed from the front as it goes.

    Of a text whose lines end in a carriage return alone nothing is left to tell lines apart.
    """

    def __init__(self, text: str, trimmed: str) -> None:
        self.draft = Draft(text.replace("\r", ""))
        self.text = self.draft.text
        self.trimmed = trimmed
        self.end = len(self.text)
        while self.end and self.text[self.end - 1] in trimmed:
            self.end -= 1
        self.offset = 0
        self.trim()

    def trim(self) -> None:
        self.offset = run_of(self.text, self.trimmed, self.offset, self.end)

    def find(self, characters: str, offset: int) -> int:
        """Where one of them stands next, or the end."""
        return min(first_of(self.text, characters, offset), self.end)

    def skip_line(self, offset: int) -> None:
        self.offset = min(line_end(self.text, offset) + 1, self.end)

    def add(self, name: str, start: int, end: int, *alterations: Alteration) -> None:
        """A value without quotes, or whose quote is not closed."""
        while end > start and self.text[end - 1] in self.trimmed:
            end -= 1
        start = run_of(self.text, self.trimmed, start, end)
        self.draft.add(name, self.text[start:end], start, end, alterations)

    def quoted(self, name: str) -> bool:
        """Take a quoted value that ends; the rest of its last line is dropped."""
        start = self.offset
        closing = self.text.find(self.text[start], start + 1, self.end)
        if closing == -1:
            return False
        value = self.text[start + 1 : closing]
        alterations: list[Alteration] = ["quotes-stripped"]
        if self.text[start] == '"' and "\\n" in value:
            value = value.replace("\\n", "\n")
            alterations.append("escape-processed")
        if self.text.find("\n", start, closing) != -1:
            alterations.append("lines-joined")
        rest = self.text[closing + 1 : min(line_end(self.text, closing), self.end)].strip(" \t")
        if rest:
            alterations.append("cut-at-hash" if rest.startswith("#") else "cut-after-quote")
        self.draft.add(name, value, start, closing + 1, alterations)
        self.skip_line(closing + 1)
        return True


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """Node 22 and later."""
    node = _Text(text, " \t\n")
    while node.offset < node.end:
        if node.text[node.offset] in "\n#":
            node.skip_line(node.offset)
            continue
        stop = node.find("=\n", node.offset)
        if stop == node.end or node.text[stop] == "\n":
            node.draft.fault("no-assignment", "line-skipped", node.offset)
            node.offset = min(stop + 1, node.end)
            if stop == node.end:
                break
            node.trim()
            continue
        name = node.text[node.offset : stop].strip(node.trimmed)
        node.offset = stop + 1
        if node.offset >= node.end or node.text[node.offset] == "\n":
            node.draft.add(name, "", node.offset, node.offset)
            continue
        node.trim()
        if not name:
            continue
        if name.startswith("export "):
            name = name[7:].strip(node.trimmed)
        if node.text[node.offset] in QUOTES and node.quoted(name):
            continue
        end = min(line_end(node.text, node.offset), node.end)
        if node.text[node.offset] in QUOTES:
            value = node.text[node.offset : end]
            node.draft.add(name, value, node.offset, end, ["quotes-kept"])
            node.draft.fault("quote-not-closed", "line-skipped", node.offset, name)
        else:
            _unquoted(node, name, end)
        node.skip_line(end)
        node.trim()
    return node.draft.finish("node")


def _unquoted(node: _Text, name: str, end: int) -> None:
    stop = min(node.find("#", node.offset), end)
    node.add(name, node.offset, stop, *(["cut-at-hash"] if stop < end else []))  # type: ignore[arg-type]


def read_20(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """Node 20: only blanks are trimmed, and what stands between two `=` is one name."""
    node = _Text(text, " ")
    while node.offset < node.end:
        if node.text[node.offset] in "\n#":
            newline = line_end(node.text, node.offset)
            if newline < node.end:
                node.offset = newline + 1
                continue
        equals = node.find("=", node.offset)
        if equals == node.end:
            node.draft.fault("no-assignment", "line-skipped", node.offset)
            break  # nor has any line behind it
        blank = equals > node.offset
        name = node.text[node.offset : equals].strip(" ")
        node.offset = equals + 1
        node.trim()
        if not name and not blank:
            break
        # of a name that is all blanks 20.20.2 makes the character before them
        name = name.removeprefix("export ") or "\n"
        if node.offset == node.end:
            node.draft.add(name, "", node.offset, node.offset)
            break
        quoted = node.text[node.offset] in QUOTES
        if quoted and node.quoted(name):
            continue
        end = min(line_end(node.text, node.offset), node.end)
        if not quoted:
            _unquoted(node, name, end)
        elif end < node.end:
            node.draft.add(name, node.text[node.offset : end], node.offset, end, ["quotes-kept"])
        else:
            # 20.20.2 reads on at the same place: the text itself becomes the next name
            node.draft.fault("quote-not-closed", "line-skipped", node.offset, name)
            if node.find("=", node.offset) == node.end:
                break
            continue
        node.skip_line(end)
    return node.draft.finish("node-20")


READERS = (
    Reader(name="node", title="node --env-file", versions=("22.23.3", "24.21.0"), read=read),
    Reader(name="node-20", title="node 20 --env-file", versions=("20.20.2",), read=read_20),
)
