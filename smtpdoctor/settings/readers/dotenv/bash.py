r"""bash: `set -a; . ./.env`.

Source: bash 5.2, bash(1). A `.env` is a script to it: a blank ends an assignment, and what
follows is run. This model knows assignments and quotes; commands are never run, and what may
depend on one, or on the process, is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from smtpdoctor.settings.readers.dotenv.draft import (
    Draft,
    RefusedError,
    Unknown,
    UntoldError,
    line_end,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

#: A backslash before a line end is not there at all, in the middle of a name either.
NAME = re.compile(r"(?:\\\n)*[A-Za-z_](?:(?:\\\n)*[A-Za-z0-9_])*")
ASSIGNMENT = re.compile(rf"({NAME.pattern})(?:\\\n)*(\+?)=")
SUBSCRIPT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[")
OPERATORS = "|&;()<>"
WORD_END = " \t\n" + OPERATORS
#: A digit or one of these behind a $ means the process.
SPECIAL = "$!?-_0"
EMPTY_WITHOUT_ARGUMENTS = "123456789@*"
#: Names that bash gives a value of its own, now and then another at each look.
OWN = re.compile(
    r"BASH|BASHOPTS|BASHPID|BASH_ALIASES|BASH_ARGC|BASH_ARGV|BASH_ARGV0|BASH_CMDS|"
    r"BASH_COMMAND|BASH_LINENO|BASH_SOURCE|BASH_SUBSHELL|BASH_VERSINFO|BASH_VERSION|"
    r"COMP_WORDBREAKS|DIRSTACK|EPOCHREALTIME|EPOCHSECONDS|EUID|FUNCNAME|GROUPS|HISTCMD|"
    r"HOSTNAME|HOSTTYPE|IFS|LINENO|MACHTYPE|OPTERR|OPTIND|OSTYPE|PATH|PIPESTATUS|PPID|PS4|"
    r"PWD|RANDOM|SECONDS|SHELL|SHELLOPTS|SHLVL|SRANDOM|TERM|UID|_"
)
READ_ONLY = re.compile(r"BASHOPTS|BASH_VERSINFO|EUID|PPID|SHELLOPTS|UID")
#: First words after which nobody can tell from outside what the rest comes to.
OPAQUE = re.compile(
    r"if|then|else|elif|fi|for|while|until|do|done|case|esac|select|function|time|coproc|"
    r"\{|\}|!|\[\[|\.|source|eval|exec|exit|return|break|continue|unset|read|readarray|"
    r"mapfile|set|shopt|shift|printf|declare|typeset|local|readonly|let|trap|getopts|alias|"
    r"cd|pushd|popd|enable|builtin|command|wait|logout|suspend|kill|hash|ulimit|umask"
)
ANSI_C = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "?": "?",
}
DEEPEST = 40


def plain(name: str) -> str:
    """The name without the line ends that a backslash takes away."""
    return name.replace("\\\n", "")


class _Word:
    """A word as it grows: what it comes to, or why that can't be told."""

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.pieces: list[object] = []
        self.quoted = 0
        self.alterations: list[Alteration] = []

    @property
    def literal(self) -> str | None:
        """The text of a word without references, None of others."""
        texts = [piece for piece in self.pieces if isinstance(piece, str)]
        return "".join(texts) if len(texts) == len(self.pieces) else None


class StoppedError(Exception):
    """Stays within this module: bash reads no more of the file."""


class _Assignment:
    def __init__(self, name: str, word: _Word, *, appends: bool) -> None:
        self.name = name
        self.word = word
        self.appends = appends


class _Shell:
    """Goes over the text once, a line of commands after the other.

    bash reads a whole line, with all that belongs to it, before it runs any of it: a fault of
    syntax loses the line.
    """

    def __init__(self, draft: Draft, environ: Mapping[str, str]) -> None:
        self.draft = draft
        self.text = draft.text
        self.environ = environ
        self.offset = 0
        self.line_assigns = False
        self.ran = False
        self.arrays: set[str] = set()

    def fail(self, kind: str = "shell-syntax") -> RefusedError:
        return RefusedError(kind, min(self.offset, len(self.text)))  # type: ignore[arg-type]

    def run(self) -> None:
        while self.offset < len(self.text):
            self.skip_blanks()
            if self.at("\n"):
                self.offset += 1
                continue
            if self.at("#"):
                self.offset = line_end(self.text, self.offset)
                continue
            if self.offset < len(self.text):
                self.line()

    def at(self, text: str) -> bool:
        return self.text.startswith(text, self.offset)

    def skip_blanks(self) -> None:
        while self.offset < len(self.text):
            if self.text[self.offset] in " \t":
                self.offset += 1
            elif self.at("\\\n"):
                self.offset += 2
            else:
                return

    def line(self) -> None:
        """Commands up to the end of a line; their assignments count when all were read."""
        start = self.offset
        done: list[list[_Assignment]] = []
        before = ""
        stopped = False
        self.line_assigns = False
        while True:
            self.ran = False
            kept, opaque = self.command()
            self.skip_comment()
            operator = self.operator()
            if operator in ("|", "|&", "&") or before in ("|", "|&"):
                if kept:  # in a shell of its own
                    self.draft.fault("runs-as-command", "line-skipped", start, kept[0].name)
            elif before == "||":
                pass  # an assignment never fails, so what follows it is not reached
            elif opaque or (self.ran and operator in ("&&", "||")):
                stopped = True
                break
            else:
                done.append(kept)
                self.line_assigns = True
            before = operator
            if not self.goes_on(operator):
                break
        for assignments in done:
            for assignment in assignments:
                self.assign(assignment)
        if stopped:
            self.draft.fault("runs-as-command", "rest-lost", start)
            raise StoppedError

    def goes_on(self, operator: str) -> bool:
        """Whether a command follows the operator; the end of the line is passed over."""
        if operator in ("", "\n"):
            return False
        if operator in ("&&", "||", "|", "|&"):
            self.skip_lines()
            if self.offset >= len(self.text):
                raise self.fail()
            return True
        self.skip_comment()
        if self.at("\n"):
            self.offset += 1
            return False
        return self.offset < len(self.text)

    def skip_lines(self) -> None:
        self.skip_comment()
        while self.at("\n"):
            self.offset += 1
            self.skip_comment()

    def skip_comment(self) -> None:
        self.skip_blanks()
        if self.at("#"):
            self.offset = line_end(self.text, self.offset)

    def operator(self) -> str:
        for operator in ("&&", "||", "|&", ";;", ";&", "\n", "|", "&", ";"):
            if self.at(operator):
                if operator in (";;", ";&"):
                    raise self.fail()
                self.offset += len(operator)
                return operator
        if self.offset < len(self.text):
            raise self.fail()
        return ""

    def command(self) -> tuple[list[_Assignment], bool]:  # branches: bash's grammar of one command
        """One simple command: its assignments if they last, and whether nobody can tell what
        the command changes."""
        start = self.offset
        assignments: list[_Assignment] = []
        words: list[str | None] = []
        arguments: list[_Assignment] = []
        something = redirected = False
        while not self.at_end_of_command():
            if self.redirection():
                something = redirected = True
                continue
            if self.text[self.offset] in "()":
                raise self.fail() if something or self.at(")") else self.subshell()
            something = True
            exporting = bool(words) and words[0] == "export"
            found = ASSIGNMENT.match(self.text, self.offset)
            if found and (not words or exporting):
                (arguments if words else assignments).extend(self.assignment(found))
                continue
            if not words and self.element():
                continue
            word = self.word()
            if self.at("(") and not words:
                raise self.fail()
            words += self.fields(word)
        if not something:
            raise self.fail()
        if not words:
            return assignments, False
        if words[0] == "export" and not any(word is None or word.startswith("-") for word in words):
            if redirected:  # where the file can't be opened, export does nothing
                for argument in arguments:
                    argument.word.pieces.append(UntoldError("process"))
            return arguments, False
        first = words[0]
        self.ran = True
        name = assignments[0].name if assignments else None
        self.draft.fault("runs-as-command", "line-skipped", start, name)
        return [], first is None or OPAQUE.fullmatch(first) is not None or first == "export"

    def assignment(self, found: re.Match[str]) -> Iterator[_Assignment]:
        """What the name that was found is set to; an array is no text, and sets nothing here."""
        self.offset = found.end()
        if self.at("("):
            self.array()
            self.no_text(plain(found[1]), found.end())
        else:
            word = self.word(assigns=True)
            yield _Assignment(plain(found[1]), word, appends=bool(found[2]))

    def at_end_of_command(self) -> bool:
        self.skip_blanks()
        if self.offset >= len(self.text) or self.text[self.offset] in "\n;|#":
            return True
        return self.at("&") and not self.at("&>")

    def fields(self, word: _Word) -> list[str | None]:
        """What a word of a command comes to: nothing at all where all its references are empty;
        None where it can't be told."""
        if word.literal is not None:
            return [word.literal]
        value = self.evaluated(word)
        if isinstance(value, Unknown) or self.line_assigns:
            return [None]
        return [value] if word.quoted else re.findall(r"[^ \t\n]+", value)

    def subshell(self) -> Exception:
        """A list in parentheses, or an arithmetic one: what it changes is not looked at."""
        self.draft.fault("runs-as-command", "rest-lost", self.offset)
        return StoppedError()

    def redirection(self) -> bool:
        found = re.compile(r"[0-9]*(?:&>>?|<<<|<<-?|<>|>>|>\||[<>]&|[<>])").match(
            self.text, self.offset
        )
        if found is None or self.text.startswith("(", found.end()):
            return False
        if found.group().lstrip("0123456789") in ("<<", "<<-"):
            # the lines that follow are its text
            raise self.subshell()
        self.offset = found.end()
        self.skip_blanks()
        if self.offset >= len(self.text) or self.text[self.offset] in "\n#" + OPERATORS:
            raise self.fail()
        self.word()
        return True

    def array(self) -> None:
        """`NAME=(…)` gives an array, which no program gets."""
        self.offset += 1
        while True:
            self.skip_lines()
            if self.offset >= len(self.text):
                raise self.fail("quote-not-closed")
            if self.at(")"):
                self.offset += 1
                break
            if self.text[self.offset] in OPERATORS:
                raise self.fail()
            self.word()
        if self.offset < len(self.text) and self.text[self.offset] not in WORD_END:
            self.word()

    def element(self) -> bool:
        """`NAME[…]=`, which makes an array of the name; its index may go on over lines."""
        found = SUBSCRIPT.match(self.text, self.offset)
        if found is None:
            return False
        closing = self.text.find("]", found.end())
        if closing == -1:
            raise self.fail("quote-not-closed")
        if any(c in self.text[found.end() : closing] for c in "\n'\"\\`$["):
            raise self.subshell()
        behind = re.compile(r"\+?=").match(self.text, closing + 1)
        if behind is None:
            return False
        self.offset = behind.end()
        self.word(assigns=True)
        self.no_text(found[1], found.end())
        return True

    def no_text(self, name: str, offset: int) -> None:
        """From here on the name is an array, which no program gets."""
        self.arrays.add(name)
        self.draft.add(name, Unknown("null"), offset, offset)
        self.draft.values[name] = Unknown("process")

    def assign(self, assignment: _Assignment) -> None:
        name, word = assignment.name, assignment.word
        if READ_ONLY.fullmatch(name):
            self.draft.fault("runs-as-command", "rest-lost", word.start, name)
            raise StoppedError
        value = self.evaluated(word)
        if assignment.appends:
            before = self.draft.values.get(name, self.environ.get(name, ""))
            if isinstance(before, Unknown):
                value = before
            elif isinstance(value, str):
                value = before + value
        alterations = word.alterations
        quote = self.text[word.start : word.start + 1]
        if word.quoted:
            whole = word.quoted == 1 and quote in ("'", '"') and self.closes(word)
            alterations.append("quotes-stripped" if whole else "quotes-removed")
        if "\n" in self.text[word.start : word.end]:
            alterations.append("lines-joined")
        if self.comment_behind(word.end):
            alterations.append("cut-at-hash")
        elif self.text[word.end : word.end + 1] in (*OPERATORS,):
            alterations.append("cut-at-operator")
        array = name in self.arrays
        final = Unknown("null") if array else value
        self.draft.add(name, final, word.start, word.end, alterations)
        self.draft.values[name] = value

    def closes(self, word: _Word) -> bool:
        """Whether the quotes at the ends are one pair."""
        return word.end - word.start > 1 and self.text[word.end - 1] == self.text[word.start]

    def comment_behind(self, offset: int) -> bool:
        end = offset
        while end < len(self.text) and self.text[end] in " \t":
            end += 1
        return end > offset and self.text.startswith("#", end)

    # words: what they come to is found when the line was read, since an earlier assignment of
    # the line counts; until then a word holds functions in the place of references

    def word(self, *, assigns: bool = False) -> _Word:
        word = _Word(self.offset)
        parts: list[object] = []
        tilde = assigns
        while self.offset < len(self.text):
            character = self.text[self.offset]
            if character in WORD_END:
                if character in "<>" and self.text.startswith("(", self.offset + 1):
                    self.offset += 1
                    self.parenthesis()
                    parts.append(UntoldError("command"))
                    continue
                break
            if tilde and character == "~":
                self.home(parts, word)
                tilde = False
                continue
            tilde = assigns and character == ":"
            self.piece(parts, word, quotes="'\"", depth=0)
        word.end = self.offset
        word.pieces = parts
        return word

    def home(self, parts: list[object], word: _Word) -> None:
        end = self.offset + 1
        while end < len(self.text) and self.text[end] not in WORD_END + "/:\\'\"$`":
            end += 1
        if end < len(self.text) and self.text[end] in "\\'\"$`":
            parts.append("~")  # a quoted one is none
            self.offset += 1
            return
        word.alterations.append("home-expanded")
        home = self.environ.get("HOME")
        if end == self.offset + 1 and home is not None:
            parts.append(_Reference("HOME", "", []))
        else:
            parts.append(UntoldError("process"))
        self.offset = end

    def piece(self, parts: list[object], word: _Word, *, quotes: str, depth: int) -> None:
        """One quoted text, escape, reference or character."""
        character = self.text[self.offset]
        if character == "\\":
            escaped = self.text[self.offset + 1 : self.offset + 2]
            self.offset += 2
            if escaped != "\n":
                parts.append(escaped or "\\")
                if escaped:
                    word.alterations.append("escape-processed")
            self.offset = min(self.offset, len(self.text))
        elif character == "'" and character in quotes:
            end = self.text.find("'", self.offset + 1)
            if end == -1:
                raise self.fail("quote-not-closed")
            parts.append(self.text[self.offset + 1 : end])
            word.quoted += 1
            self.offset = end + 1
        elif character == '"' and character in quotes:
            word.quoted += 1
            self.double_quoted(parts, word, depth)
        elif character in "$`":
            self.dollar(parts, word, quoted=False, depth=depth)
        else:
            parts.append(character)
            self.offset += 1

    def double_quoted(self, parts: list[object], word: _Word, depth: int) -> None:
        start = self.offset
        self.offset += 1
        while True:
            if self.offset >= len(self.text):
                self.offset = start
                raise self.fail("quote-not-closed")
            character = self.text[self.offset]
            if character == '"':
                self.offset += 1
                return
            if character == "\\":
                following = self.text[self.offset + 1 : self.offset + 2]
                self.offset += 2
                if following == "\n":
                    continue
                if following and following in '$`"\\':
                    word.alterations.append("escape-processed")
                    parts.append(following)
                else:
                    parts.append("\\" + following)
            elif character in "$`":
                self.dollar(parts, word, quoted=True, depth=depth)
            else:
                parts.append(character)
                self.offset += 1

    def dollar(self, parts: list[object], word: _Word, *, quoted: bool, depth: int) -> None:
        if self.at("`"):
            self.backticks()
            parts.append(UntoldError("command"))
            word.alterations.append("dollar-expanded")
            return
        following = self.text[self.offset + 1 : self.offset + 2]
        name = NAME.match(self.text, self.offset + 1)
        if name:
            self.offset = name.end()
            parts.append(_Reference(plain(name.group()), "", []))
        elif following == "{":
            self.offset += 2
            self.braced(parts, word, quoted=quoted, depth=depth + 1)
        elif following == "(":
            self.offset += 1
            self.parenthesis()
            parts.append(UntoldError("command"))
        elif following and following in SPECIAL + EMPTY_WITHOUT_ARGUMENTS + "#":
            self.offset += 2
            if following in EMPTY_WITHOUT_ARGUMENTS + "!":  # nor was a job ever started
                parts.append(_Reference(following, "", []))
            else:
                parts.append("0" if following == "#" else UntoldError("process"))
        elif following == "[":
            end = self.text.find("]", self.offset)
            if end == -1:
                raise self.fail("quote-not-closed")
            self.offset = end + 1
            parts.append(UntoldError("process"))
        elif following == "'" and not quoted:
            self.ansi_c(parts, word)
            return
        elif following == '"' and not quoted:
            self.offset += 1
            return
        else:
            parts.append("$")
            self.offset += 1
            return
        word.alterations.append("dollar-expanded")

    def ansi_c(self, parts: list[object], word: _Word) -> None:
        word.quoted += 1
        offset = self.offset + 2
        while offset < len(self.text) and self.text[offset] != "'":
            character = self.text[offset]
            if character == "\\":
                offset += 1
                escape = self.text[offset : offset + 1]
                word.alterations.append("escape-processed")
                if escape in ANSI_C:
                    character = ANSI_C[escape]
                elif escape and escape in "01234567xuUc":
                    parts.append(UntoldError("process"))
                    character = ""
                else:
                    character = "\\" + escape
            parts.append(character)
            offset += 1
        if offset >= len(self.text):
            raise self.fail("quote-not-closed")
        self.offset = offset + 1

    def braced(self, parts: list[object], word: _Word, *, quoted: bool, depth: int) -> None:
        if depth > DEEPEST:
            raise self.fail("reference-invalid")
        name = NAME.match(self.text, self.offset)
        start = self.offset
        operator = ""
        argument: list[object] = []
        known = False
        if name:
            self.offset = name.end()
            found = re.compile(r":?[-+=?]|(?=\})").match(self.text, self.offset)
            if found:
                known = True
                operator = found.group()
                self.offset = found.end()
        inner = _Word(self.offset)
        while not self.at("}"):
            if self.offset >= len(self.text):
                self.offset = start
                raise self.fail("quote-not-closed")
            quotes = '"' if quoted else "'\""
            if (
                quoted
                and self.at("\\")
                and self.text[self.offset + 1 : self.offset + 2] not in (*'$`"\\}\n',)
            ):
                argument.append("\\")
                self.offset += 1
                continue
            self.piece(argument, inner, quotes=quotes, depth=depth)
        self.offset += 1
        if known and name:
            if "~" in argument:
                parts.append(UntoldError("process"))
            parts.append(_Reference(plain(name.group()), operator, argument))
        else:
            # lengths, patterns, arrays, slices
            parts.append(UntoldError("process"))

    def parenthesis(self) -> None:
        """Go behind the parenthesis that closes the one here."""
        start = self.offset
        depth = 0
        while self.offset < len(self.text):
            character = self.text[self.offset]
            if character == "\\":
                self.offset += 2
                continue
            if character == "'":
                end = self.text.find("'", self.offset + 1)
                if end == -1:
                    break
                self.offset = end
            elif character == '"':
                self.double_quoted([], _Word(self.offset), DEEPEST - 5)
                continue
            depth += {"(": 1, ")": -1}.get(character, 0)
            self.offset += 1
            if depth == 0:
                return
        self.offset = start
        raise self.fail("quote-not-closed")

    def backticks(self) -> None:
        start = self.offset
        self.offset += 1
        while self.offset < len(self.text) and self.text[self.offset] != "`":
            self.offset += 2 if self.text[self.offset] == "\\" else 1
        if self.offset >= len(self.text):
            self.offset = start
            raise self.fail("quote-not-closed")
        self.offset += 1

    def evaluated(self, word: _Word) -> str | Unknown:
        try:
            return self.joined(word.pieces, word)
        except UntoldError as error:
            return Unknown(error.why)

    def joined(self, parts: object, word: _Word) -> str:
        result = []
        for part in parts:  # type: ignore[attr-defined]
            if isinstance(part, UntoldError):
                raise part
            if isinstance(part, _Reference):
                value = self.reference(part, word)
                self.draft.budget.spend(len(value))
                result.append(value)
            else:
                result.append(part)
        return "".join(result)

    def reference(self, reference: _Reference, word: _Word) -> str:
        name, operator = reference.name, reference.operator
        if name in self.draft.values:
            known = self.draft.value_of(name)
        elif OWN.fullmatch(name):
            raise UntoldError("process")
        else:
            known = self.environ.get(name)
        given = known is not None and (known != "" or not operator.startswith(":"))
        kind = operator[-1:]
        if kind == "+":
            return self.joined(reference.argument, word) if given else ""
        if given or not kind:
            return known or ""
        if kind == "?":
            raise RefusedError("reference-required", word.start, name)
        value = self.joined(reference.argument, word)
        if kind == "=":
            self.draft.add(name, value, word.start, word.start, from_reference=True)
        return value


class _Reference:
    __slots__ = ("argument", "name", "operator")

    def __init__(self, name: str, operator: str, argument: list[object]) -> None:
        self.name = name
        self.operator = operator
        self.argument = argument


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """bash with `set -a`, so that every assignment is exported."""
    shell = _Shell(Draft(text.replace("\0", "")), environ)
    try:
        shell.run()
    except RefusedError as error:
        required = error.kind == "reference-required"
        shell.draft.refuse(error, "file-refused" if required else "rest-lost")
    except StoppedError:
        pass
    return shell.draft.finish("bash", "file")


READERS = (Reader(name="bash", title="bash", versions=("5.2.15",), read=read),)
