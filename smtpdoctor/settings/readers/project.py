"""The files of one folder, read when they are asked for, each once.

This module knows which reader a file has, and the bounds. It must not know what files are for.
Readers are imported when a file of their language is read: the start doesn't pay for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.model import (
    Environment,
    Files,
    Known,
    LanguageName,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.source import MAXIMUM_BYTES, Source

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.document import Document
    from smtpdoctor.settings.readers.evaluation import Budget, Semantics
    from smtpdoctor.settings.readers.module import Module
    from smtpdoctor.settings.readers.syntax import Call, Scope

CODE: dict[str, tuple[LanguageName, str]] = {
    "js": ("javascript", "javascript"),
    "mjs": ("javascript", "javascript"),
    "cjs": ("javascript", "javascript"),
    "jsx": ("javascript", "javascript"),
    "ts": ("javascript", "typescript"),
    "mts": ("javascript", "typescript"),
    "cts": ("javascript", "typescript"),
    "tsx": ("javascript", "tsx"),
    "py": ("python", "python"),
    "ipynb": ("python", "python"),
    "php": ("php", "php"),
    "rb": ("ruby", "ruby"),
    "go": ("go", "go"),
    "java": ("java", "java"),
    "kt": ("kotlin", "kotlin"),
    "kts": ("kotlin", "kotlin"),
    "cs": ("csharp", "csharp"),
    "rs": ("rust", "rust"),
    "ex": ("elixir", "elixir"),
    "exs": ("elixir", "elixir"),
    "ps1": ("powershell", "powershell"),
    "psm1": ("powershell", "powershell"),
    **dict.fromkeys(("pl", "pm", "cgi", "psgi"), ("perl", "perl")),
    "dart": ("dart", "dart"),
    **dict.fromkeys(("R", "r"), ("r", "r")),
}

#: Languages whose functions are looked for in other files, with the endings of their code.
CALLED_FROM_FILES: dict[LanguageName, tuple[str, ...]] = {
    language: tuple(f".{ending}" for ending, (each, _) in CODE.items() if each == language)
    for language in (
        "javascript",
        "python",
        "php",
        "java",
        "kotlin",
        "csharp",
        "rust",
        "dart",
        "r",
        "powershell",
    )
}

#: Formats of documents by the endings of names.
FORMATS = {
    "json": "json",
    "jsonc": "json",
    "toml": "toml",
    "yml": "yaml",
    "yaml": "yaml",
    "properties": "properties",
    "ini": "ini",
    "cfg": "ini",
    "conf": "ini",
    "service": "unit",
}
DOCUMENTS = {
    "json": ("json", "read"),
    "toml": ("toml", "read"),
    "yaml": ("yaml", "read"),
    "properties": ("properties", "read"),
    "ini": ("ini", "read"),
    "unit": ("ini", "read_unit"),
    "msmtprc": ("msmtprc", "read"),
    "variables": ("variables", "read"),
}

#: A file of the ending `.cfg` is INI where it has a section, and Python where it has none and each
#: value is one of Python's.
INI_SECTION = re.compile(rb"(?m)^\[")
ASSIGNED = re.compile(rb"(?m)^[A-Za-z_]\w*[ \t]*=[ \t]*(.*)$")
PYTHON_VALUE = re.compile(rb"[\"'(\[{\d-]|[rfbRFB][\"']|(?:True|False|None)\b|[\w.]+[(\[]")

#: Files that are read in one folder (contract: 2,000 files are looked at).
MAXIMUM_FILES = 2000
#: Code of one folder that is read, in expressions and statements, as all of it is kept; what only
#: mentions mail in passing counts too.
MAXIMUM_CODE = 100_000
#: What in code that was not read may be a set-up.
MENTIONS = re.compile(rb"(?i)smtp|create_?transport|mailer|send_?mail|delivery_method")
#: Brackets in brackets. Beyond it a grammar's own parser may run out of stack.
MAXIMUM_BRACKETS = 1000


class Project:
    """A folder's files by their paths in it, and the environment that its program would see.

    `look_at_the_time` is called before a file is parsed and while values are worked out; what it
    raises ends the question.
    """

    def __init__(
        self,
        files: Files,
        environment: Environment,
        look_at_the_time: Callable[[], None] = lambda: None,
    ) -> None:
        self.files = files
        self.look_at_the_time = look_at_the_time
        self.environment = environment
        self._sources: dict[str, Source | Unknown] = {}
        self._parsed: dict[str, Parsed] = {}
        self._modules: dict[str, Module | Unknown] = {}
        self._documents: dict[tuple[str, str], Document | Unknown] = {}
        self._budget: Budget | None = None
        #: Files of code of which some that may be a set-up was not read, and why.
        self.unread: dict[str, str] = {}
        #: What a language knows of all its files together.
        self.kept: dict[str, Any] = {}

    def under(self, environment: Environment) -> Project:
        """The same files in another environment: what was parsed of them is not parsed again."""
        other = Project(self.files, environment, self.look_at_the_time)
        other._sources, other._parsed = self._sources, self._parsed
        other._documents, other.unread = self._documents, self.unread
        return other

    def module(self, path: str) -> Module | Unknown:
        """A file of code. Unknown with the reason where it can't be read."""
        if path not in self._modules:
            self._modules[path] = self._module(path)
        return self._modules[path]

    def module_of(self, source: Source, ending: str) -> Module:
        """Code that stands in a file of another kind: ERB's in YAML, Python's in an INI file.
        `ending` is that of such code's own files."""
        return read_code(source, parse_code(source, ending), self, self._own_budget(), ending)

    def document(self, path: str, format_: str = "") -> Document | Unknown:
        """A file of configuration; the format is that of its name unless it is given.

        Formats: json, toml, yaml, properties, ini, unit, msmtprc, variables.
        """
        format_ = format_ or format_of(path)
        if (path, format_) not in self._documents:
            self._documents[path, format_] = self._document(path, format_)
        return self._documents[path, format_]

    def containing(self, needle: bytes, *endings: str) -> list[str]:
        """The files in which a regular expression is found; none where the files can't be asked."""
        find = getattr(self.files, "containing", None)
        return list(find(needle, *endings)) if find is not None else []

    def import_(self, path: str) -> Module | Value | None:
        """What another file imports: a module, a document's value, None where no such file is."""
        ending = ending_of(path)
        if ending not in CODE and ending != "json":
            return None
        if isinstance(self._source(path), Unknown) and self.files.read(path) is None:
            return None
        if ending == "json":
            document = self.document(path, "json")
            return document if isinstance(document, Unknown) else document.root
        return self.module(path)

    def imported_module(self, path: str) -> Module | None:
        """Another file as a module; None where there is none, or no code in it."""
        found = self.import_(path)
        return None if found is None or isinstance(found, Known | Unknown) else found

    def source(self, path: str) -> Source | Unknown:
        """The text of a file, for formats that have no reader of documents."""
        return self._source(path)

    def _source(self, path: str) -> Source | Unknown:
        if path not in self._sources:
            content = self.files.read(path) if len(self._sources) < MAXIMUM_FILES else None
            found: Source | Unknown
            if content is None:
                found = Unknown("unreadable", "this file can't be read")
            elif len(content) > MAXIMUM_BYTES:
                found = Unknown("unreadable", "this file is larger than 1 MiB")
            else:
                found = Source(path, content)
                heredocs = ending_of(path) == "rb" and too_many_heredocs(found.bytes)
                if heredocs or too_nested(found.bytes):
                    found = Unknown("too-deep", "this file is nested deeper than any settings")
            self._sources[path] = found
        return self._sources[path]

    def _module(self, path: str) -> Module | Unknown:
        source = self._source(path)
        if isinstance(source, Unknown):
            self._leaves_unread(path, self.files.read(path) or b"", source.text)
            return source
        if code_ending(source) not in CODE:
            return Unknown("unreadable", "no reader for files of this name")
        read = sum(parsed.nodes for parsed in self._parsed.values())
        if path not in self._parsed and read > MAXIMUM_CODE:
            why = "there is more code in this folder than is read"
            self._leaves_unread(path, source.bytes, why)
            return Unknown("unreadable", why)
        if path not in self._parsed:
            self.look_at_the_time()
            self._parsed[path] = parsed = parse_code(source)
            line = source.span(parsed.end, parsed.end).line
            why = f"longer than is read: line {line} and those after it were not looked at"
            self._leaves_unread(path, source.bytes[parsed.end :], why)
        return read_code(source, self._parsed[path], self, self._own_budget())

    def _own_budget(self) -> Budget:
        if self._budget is None:
            from smtpdoctor.settings.readers.evaluation import Budget

            self._budget = Budget(look_at_the_time=self.look_at_the_time)
        return self._budget

    def _leaves_unread(self, path: str, rest: bytes, why: str) -> None:
        if MENTIONS.search(rest):
            self.unread.setdefault(path, why)

    def _document(self, path: str, format_: str) -> Document | Unknown:
        source = self._source(path)
        if isinstance(source, Unknown):
            return source
        if format_ not in DOCUMENTS:
            return Unknown("unreadable", "no reader for files of this name")
        self.look_at_the_time()
        module, function = DOCUMENTS[format_]
        read = getattr(import_module(f"smtpdoctor.settings.readers.{module}"), function)
        document: Document = read(source)
        return document


def ending_of(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower()


def code_ending(source: Source) -> str:
    """The ending that the file's name would have for what it holds: Flask's `from_pyfile` takes
    Python by any name."""
    ending = ending_of(source.file)
    is_python = ending == "cfg" and not INI_SECTION.search(source.bytes)
    values = ASSIGNED.findall(source.bytes) if is_python else []
    return "py" if values and all(PYTHON_VALUE.match(value) for value in values) else ending


def format_of(path: str) -> str:
    """The format of a document by its name; "" for what no reader here reads."""
    name = path.rpartition("/")[2].lower()
    if name in ("msmtprc", ".msmtprc"):
        return "msmtprc"
    return FORMATS.get(ending_of(path), "")


def language_of(path: str) -> LanguageName | None:
    """The language of a file of code by its name; None for what no reader here reads."""
    found = CODE.get(ending_of(path))
    return found[0] if found else None


def too_nested(text: bytes) -> bool:
    """Whether brackets stand in each other deeper than any settings (strings are not left out)."""
    depth = deepest = 0
    for byte in text.translate(None, delete=NO_BRACKETS):
        if byte in b"([{":
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest > MAXIMUM_BRACKETS


def too_many_heredocs(text: bytes) -> bool:
    """Whether the words of Ruby's heredocs may not fit into the grammar's scanner.

    It keeps those that are open in 1,024 bytes and writes behind them (tree-sitter-ruby 0.23.1).
    """
    return sum(len(found[0]) for found in HEREDOC.finditer(text)) > 900


HEREDOC = re.compile(
    rb"<<[-~]?(?:([\"'`])(?P<quoted>.{0,1000}?)\1|(?P<word>[A-Za-z_\x80-\xff][\w\x80-\xff]*))"
)
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")


@dataclass(frozen=True, slots=True, repr=False)
class Parsed:
    """A file of code brought into `syntax`: the same in every environment.

    `end` is the byte where looking ended: the file's length where all of it was looked at.
    `nodes` are its expressions and statements.
    """

    scope: Scope
    calls: list[Call]
    errors: bool
    end: int
    nodes: int


def parse_code(source: Source, ending: str = "") -> Parsed:
    """One file of code by the grammar of its language, that of the ending where one is given."""
    from smtpdoctor.settings.readers.tree import MAXIMUM_NODES, Lowering

    language, dialect = CODE[ending or code_ending(source)]
    if language in CURLY:
        return parse_curly(source, language)
    lowering: Lowering
    match language:
        case "python":
            from smtpdoctor.settings.readers.python import PythonLowering

            lowering = PythonLowering(source)
            root = lowering.parse("tree_sitter_python")
        case "php":
            from smtpdoctor.settings.readers.php import PhpLowering

            lowering = PhpLowering(source)
            root = lowering.parse("tree_sitter_php", "language_php")
        case "ruby":
            from smtpdoctor.settings.readers.ruby import RubyLowering

            lowering = RubyLowering(source)
            root = lowering.parse("tree_sitter_ruby")
        case "elixir":
            from smtpdoctor.settings.readers.elixir import ElixirLowering

            lowering = ElixirLowering(source)
            root = lowering.parse("tree_sitter_elixir")
        case "powershell":
            from smtpdoctor.settings.readers.powershell import PowerShellLowering

            lowering = PowerShellLowering(source)
            root = lowering.parse("tree_sitter_powershell")
        case "go":
            from smtpdoctor.settings.readers.go import GoLowering

            lowering = GoLowering(source)
            root = lowering.parse("tree_sitter_go")
        case _:
            from smtpdoctor.settings.readers.javascript import JavaScriptLowering

            lowering = JavaScriptLowering(source)
            typed = dialect != "javascript"
            module = "tree_sitter_typescript" if typed else "tree_sitter_javascript"
            root = lowering.parse(module, f"language_{dialect}" if typed else "language")
    lowering.visit(root)
    nodes = min(lowering.nodes, MAXIMUM_NODES)  # beyond it they are counted, and not kept
    return Parsed(lowering.scope, lowering.calls, root.has_error, lowering.end, nodes)


#: Languages with a parser of our own, and where it stands.
CURLY = {
    "java": ("java", "JavaLowering"),
    "kotlin": ("kotlin", "KotlinLowering"),
    "csharp": ("csharp", "CsharpLowering"),
    "rust": ("rust", "RustLowering"),
    "perl": ("perl", "PerlLowering"),
    "dart": ("dart", "DartLowering"),
    "r": ("r", "RLowering"),
}


def parse_curly(source: Source, language: LanguageName) -> Parsed:
    """One file of a language with braces."""
    from smtpdoctor.settings.readers.curly import Curly
    from smtpdoctor.settings.readers.tree import MAXIMUM_NODES

    module, name = CURLY[language]
    made = getattr(import_module(f"smtpdoctor.settings.readers.{module}"), name)
    lowering: Curly = made(source)
    lowering.lower()
    nodes = min(lowering.nodes, MAXIMUM_NODES)
    return Parsed(lowering.scope, lowering.calls, lowering.errors, lowering.end, nodes)


#: Where a language's operators and library stand.
LIBRARIES: dict[LanguageName, tuple[str, str]] = {
    "python": ("python_library", "Python"),
    "php": ("php_library", "Php"),
    "ruby": ("ruby_library", "Ruby"),
    "elixir": ("elixir_library", "Elixir"),
    "powershell": ("powershell_library", "PowerShell"),
    "dart": ("dart_library", "Dart"),
    "r": ("r_library", "R"),
    "go": ("go_library", "Go"),
    "rust": ("rust_library", "Rust"),
    "perl": ("perl_library", "Perl"),
    "csharp": ("dotnet_library", "DotNet"),
    "javascript": ("javascript_library", "JavaScript"),
}


def semantics_of(language: LanguageName, project: Project, file: str) -> Semantics:
    """A language's operators and library, imported where a file of it is read."""
    if language in ("java", "kotlin"):
        from smtpdoctor.settings.readers.jvm_library import Jvm

        return Jvm(project, file, language)
    module, name = LIBRARIES[language]
    made = getattr(import_module(f"smtpdoctor.settings.readers.{module}"), name)
    semantics: Semantics = made(project, file)
    return semantics


def read_code(
    source: Source, parsed: Parsed, project: Project, budget: Budget, ending: str = ""
) -> Module:
    """The module of one file of code, as the environment of the project has it."""
    from smtpdoctor.settings.readers.evaluation import Evaluator
    from smtpdoctor.settings.readers.module import Module

    language, _ = CODE[ending or code_ending(source)]
    semantics = semantics_of(language, project, source.file)
    evaluator = Evaluator(
        source, parsed.scope, parsed.calls, semantics, project.environment, budget
    )
    if language in CALLED_FROM_FILES:
        from smtpdoctor.settings.readers.callers import callers_in

        evaluator.callers = callers_in(project, source.file, CALLED_FROM_FILES[language])
    return Module(source.file, language, evaluator, errors=parsed.errors)
