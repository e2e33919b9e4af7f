"""The folder as dialects look at it: its files, libraries, variables and the profile that counts.

Knows where a program's variables come from: the environment, and the `.env` files of the library
that it loads them with. It must not know what a variable means.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from smtpdoctor.settings import harmless
from smtpdoctor.settings.dependencies import Dependencies
from smtpdoctor.settings.exported import origins_in
from smtpdoctor.settings.folder import Folder, Skipped
from smtpdoctor.settings.harmless import SHORTEST_SECRET
from smtpdoctor.settings.masked_line import MaskedLine
from smtpdoctor.settings.readers.harmless import (
    HarmlessTokens,
    is_name_of_code,
    is_plain_expression,
    is_setting_name,
    tokens_of,
)
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Map, Span, Unknown, Value
from smtpdoctor.settings.variables import Layer, Variables, in_file, layer_of

if TYPE_CHECKING:
    from smtpdoctor.settings.names import ValueKind
    from smtpdoctor.settings.readers.dotenv import DotenvFile
    from smtpdoctor.settings.readers.module import Module
    from smtpdoctor.settings.readers.project import Project
    from smtpdoctor.settings.readers.source import Source

PRODUCTION = "production"

#: What in code, or in a document's value, may be a word of its own.
WORD = re.compile(r"[^\W\d]\w{5,}")
#: Kinds whose values are numbers of five digits or words that everybody knows.
NARROW = frozenset({"port", "tls", "secure", "verify", "node-verify"})
#: Stands for a character that is not to be shown where one is looked for.
HIDDEN = "\0"
#: So many files are kept parsed for their lines: of the largest a tree takes 60 MiB.
MOST_TREES = 1

#: What helps where a reader refuses a `.env`, by the kind of its fault.
REMEDIES = {
    "blank-in-value": "put the value in double quotes",
    "quote-not-closed": "close the quote",
    "blank-after-name": "take the blanks before the = out",
    "blank-before-value": "take the blanks after the = out",
    "byte-order-mark": "save the file without a byte order mark",
}
#: A reader that takes most lines for what they were meant to say.
TOLERANT = "python-dotenv"
#: The name that a line of a `.env` sets.
ASSIGNED = re.compile(r"(?m)^[^\S\n]*(?:export\s+)?([A-Za-z_][\w.]*)\s*[=:]")


#: Files that say what the folder's programs are called, and how they say it.
MANIFESTS = ("package.json", "go.mod", "pyproject.toml", "composer.json", "Cargo.toml", "pom.xml",
             "settings.gradle", "settings.gradle.kts", "*.csproj")  # fmt: skip
NAMED = re.compile(
    r"(?m)^\s{0,4}\"name\"\s*:\s*\"([^\"]+)\"|^module\s+(\S+)|^name\s*=\s*[\"']([^\"']+)"
    r"|<artifactId>([^<]+)<|rootProject\.name\s*=\s*[\"']([^\"']+)"
)
#: What a service of the folder's own code is called anywhere.
OWN_SERVICES = re.compile(
    r"(?i)(the[-_]?)?(my[-_]?)?(app|application|web|website|site|api|backend|frontend|server|"
    r"service|worker|jobs?|queue|scheduler|cron|main)s?([-_.]?\d*)"
)
#: Words in names of images that say nothing about whose they are.
COMMON_WORDS = frozenset(
    {"app", "api", "web", "server", "service", "docker", "image", "com", "org", "net", "github",
     "ghcr", "registry", "gitlab", "quay", "hub", "lib", "library", "backend", "frontend", "the"}
)  # fmt: skip


def words_of(name: str) -> frozenset[str]:
    """The words of a name that tell it from others: `ghcr.io/acme/shop-api` is acme's shop."""
    words = re.findall(r"[a-z]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    return frozenset(each for each in words if len(each) > 2 and each not in COMMON_WORDS)


class Shown(NamedTuple):
    """A line as it may be shown, and the columns of what was asked about in it."""

    text: str
    columns: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Surrounding:
    """A container, unit or job that some file of the folder describes, with its variables.

    `place` is where it stands: `docker-compose.yml:7`. `build` is the folder that it is built
    from, None where it isn't built here. `scope` is the folder whose code it may be there for.
    `files` are contents by their paths in the container: secrets and configs. `name` is what
    others in its network call it. `starts` are the words of the command that it is started with.
    `mounts` are the paths in the container at which it has something of the machine's.
    """

    carrier: str
    place: str
    image: str
    build: str | None
    variables: Variables
    scope: str = ""
    name: str = ""
    files: Mapping[str, Value] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()

    def is_started_with(self, path: str) -> bool:
        """Whether its command names this file of what it is built from: by its path, or as
        Python's module (`-m app.worker`, `app.main:app`)."""
        inner = path.removeprefix(f"{self.build}/") if self.build else path
        module = inner.removesuffix(".py").replace("/", ".")
        return any(
            word.removeprefix("./") == inner
            or word.endswith(f"/{inner}")
            or (inner.endswith(".py") and word.partition(":")[0] == module)
            for word in self.starts
        )


class Refused(NamedTuple):
    """The line of a `.env` at which a program ends, the variable there, and why it does."""

    line: int
    name: str
    why: str


class Workspace:
    """A folder with the environment it is read in.

    `given` are variables that take the place of the environment and of `.env` files
    (`--env-file -`, a container's); `env_file` stands in place of the programs' own `.env` files.
    `profile` is `--profile`.
    """

    def __init__(
        self,
        folder: Folder,
        environ: Mapping[str, str],
        *,
        profile: str | None = None,
        given: Layer | None = None,
        env_file: str | None = None,
    ) -> None:
        self.folder = folder
        self.environ = environ
        self.profile = profile
        self.given = given
        self.env_file = folder.named = env_file
        self.dependencies = Dependencies(folder)
        #: Files of variables at which their program ends.
        self.refused: dict[str, Refused] = {}
        #: Raises OutOfTimeError where looking for set-ups is to end.
        self.limit: Callable[[], None] | None = None
        self._projects: dict[int, tuple[Variables, Project]] = {}
        self._sources: dict[str, Source | None] = {}
        self._lines: dict[str, list[str]] = {}
        self._tokens: dict[str, HarmlessTokens] = {}
        self._without_values: dict[tuple[str, int], tuple[Span, ...]] = {}
        self._masked: dict[tuple[str, tuple[tuple[int, int], ...]], MaskedLine] = {}
        self._found_harmless: dict[tuple[str, int], list[Span]] = {}
        self._hidden: dict[tuple[str, int], dict[tuple[int, int], None]] = {}

    def look_at_the_time(self) -> None:
        """Raises OutOfTimeError where the time for reading is over: called by the `Project`."""
        if self.limit is not None:
            self.limit()

    def read(self, path: str) -> bytes | None:
        """A file's bytes: the readers' `Files`."""
        return self.folder.data(path)

    def containing(self, needle: bytes, *endings: str) -> list[str]:
        """The files in which a regular expression is found: asked by the readers' `Project`."""
        return self.folder.containing(needle, *endings)

    # --- profile and variables ----------------------------------------------------------------

    def profile_of(self, variable: str) -> str:
        """The profile that counts for a program that takes it from this variable."""
        return self.profile or self.environ.get(variable) or PRODUCTION

    @cached_property
    def process(self) -> Layer:
        """The variables of the process, or those that take their place."""
        return self.given or layer_of("environment", self.environ)

    @property
    def exported(self) -> Mapping[str, str]:
        """The variables of this process that files may be filled in from."""
        return self.environ if self.given is None else {}

    def variables(
        self, files: Iterable[str], reader: str, *, near: str | None = None, **defaults: str
    ) -> Variables:
        """What a program sees that loads these `.env` files with this reader, the first before
        the others. `defaults` are variables that a program has in production by itself.

        `near` is the program's file, the first of `files` where it isn't given. Containers that
        are built from a folder around it take the place of the process environment; what other
        surroundings set counts where nothing else does (docs/set-ups.md).
        """
        files = list(files)
        weakest = layer_of("default", defaults, "default")
        if self.given is not None:
            return Variables((self.given, weakest))
        built, beside = self.around(near if near is not None else (files or [""])[0])
        layers: list[Layer] = built or [self.process]
        for path in files if self.env_file is None else (self.env_file,):
            layer = self.dotenv(path, reader)
            if layer is not None:
                layers.append(layer)
        return Variables((*layers, *beside, weakest))

    def around(  # branches: comprehensions over the containers' conditions
        self, near: str
    ) -> tuple[list[Layer], list[Layer]]:
        """The layers of the containers that are built from the innermost folder around a file,
        and those of surroundings that may be its program's."""
        from smtpdoctor.settings.dialects.table import is_programs_image

        built = [
            item
            for item in self.surroundings
            if item.build is not None and item.variables.layers and is_within(near, item.build)
        ]
        innermost = max((len(item.build or "") for item in built), default=0)
        inner = [item for item in built if len(item.build or "") == innermost]
        # of several that are built from one folder, those that are started with the file itself
        mine = [item for item in inner if item.is_started_with(near)] or inner
        beside = [
            layer
            for item in self.surroundings
            if item.build is None and is_within(near, item.scope)
            # what compose builds from the code doesn't see the variables of its other services
            if not (built and item.carrier == "compose")
            if not is_programs_image(item.image) and not self._is_foreign(item)
            for layer in item.variables.layers
        ]
        return [layer for item in mine for layer in item.variables.layers], beside

    def _is_foreign(self, item: Surrounding) -> bool:
        """Whether an image that compose pulls is somebody else's program, whose variables say
        nothing about the code here: nothing in its name is what the folder calls its own."""
        if item.carrier != "compose" or "/" not in item.image or "$" in item.image:
            return False
        if OWN_SERVICES.fullmatch(item.name) or not self._own_words:
            return False
        name = item.image.partition("@")[0].rpartition(":")[0] or item.image
        words = {*words_of(name), *words_of(item.name)}
        return not words & self._own_words

    @cached_property
    def _own_words(self) -> frozenset[str]:
        """The words of the names that the folder's manifests give its programs; none where there
        is no manifest with a name. What the folder itself is called is one of them."""
        found: set[str] = set()
        for path in self.folder.matching(*MANIFESTS):
            text = self.folder.text(path) or ""
            for named in NAMED.finditer(text[:20_000]):
                found |= words_of(next(each for each in named.groups() if each))
            if path.endswith(".csproj"):
                found |= words_of(path.rpartition("/")[2].removesuffix(".csproj"))
        return frozenset(found | words_of(self.folder.root.name)) if found else frozenset()

    def dotenv(
        self, path: str, reader: str, environ: Mapping[str, str] | None = None
    ) -> Layer | None:
        """The variables of a `.env` file as that reader reads it in that environment (the
        process's unless another is given); None where there is no file."""
        from smtpdoctor.settings.readers.dotenv import read

        text = self.folder.text(path)
        if text is None:
            return None
        environ = self.environ if environ is None else environ
        found = read(reader, text, environ)
        exported = origins_in(partial(read, reader, text), environ, self.environ)
        values: dict[str, Value] = {}
        if path in self.refused:
            found = read(TOLERANT, text, environ)
        for number, entry in enumerate(() if found.refused else found.entries):
            span = Span(path, entry.line, entry.columns, entry.last_line)
            if entry.value is None:
                why = f"{entry.name} in {path} can't be told"
                values[entry.name] = Unknown("environment", why, span)
                continue
            made = in_file(entry.name, entry.value.reveal(), span)
            values[entry.name] = replace(made, trail=made.trail + exported.get(number, ()))
        return Layer(path, values, reader=reader)

    def tell_refused(self, path: str, reader: str, program: str, *, ends: bool = False) -> bool:
        """Say at which line of a `.env` this program's reader gives up, which takes the whole file
        or nothing of it: without it, what is left looks like a set-up, or like none.

        `ends`: the program ends there, whatever else it has. Its set-ups then have that for a
        fault, and show what the file was meant to say. Whether the reader gives up.
        """
        from smtpdoctor.settings.readers.dotenv import read

        path = path if self.env_file is None else self.env_file
        text = self.folder.text(path) if self.given is None else None
        found = read(reader, text, self.environ) if text is not None else None
        fault = next((each for each in found.faults if found.refused), None) if found else None
        if fault is None and ends and found is not None and text is not None:
            return self._tell_lost(path, program, found, text)
        if fault is None:
            return False
        name = f" of {fault.name}" if fault.name else ""
        why = f"{program} stops at line {fault.line}: {fault.kind.replace('-', ' ')}{name}"
        remedy = REMEDIES.get(fault.kind)
        why = f"{why}; {remedy}" if remedy else why
        if ends and path not in self.refused:  # whatever another reader made of it before
            self.refused[path] = Refused(fault.line, fault.name or path, why)
        if all(each.path != path for each in self.folder.skipped):
            self.folder.skipped.append(Skipped(path=path, why=why, cut=True))
        return True

    def _tell_lost(self, path: str, program: str, found: DotenvFile, text: str) -> bool:
        """The same where the reader goes on without the rest of the file, and settings for mail
        are in that."""
        fault = next((each for each in found.faults if each.effect == "rest-lost"), None)
        if fault is None or path in self.refused:
            return fault is not None
        lines = text.split("\n")[fault.line - 1 :]
        names = [match[1] for line in lines if (match := ASSIGNED.match(line))]
        if not any(is_setting_name(name) for name in names):
            return False
        why = f"{program} reads nothing of {path} from line {fault.line} on"
        why += f": {fault.kind.replace('-', ' ')} of {names[0]}; {REMEDIES[fault.kind]}"
        self.refused[path] = Refused(fault.line, names[0], why)
        return True

    def dotenv_files(self, near: str, *names: str) -> list[str]:
        """The files of these names in the folder of `near`, or in the nearest one above it."""
        at = near.rpartition("/")[0]
        while True:
            found = [path for name in names if self.folder.has(path := f"{at}/{name}".lstrip("/"))]
            if found or not at:
                return found
            at = at.rpartition("/")[0]

    @cached_property
    def surroundings(self) -> tuple[Surrounding, ...]:
        """What the carriers of the folder describe: compose, Kubernetes, systemd and others.

        A container's environment that was given takes the place of the variables of the one
        that it is of: whose every variable it has.
        """
        from smtpdoctor.settings.carriers import carried

        found = tuple(carried(self))
        given = self.given
        if given is None:
            return found
        return tuple(
            replace(item, variables=Variables((given,)))
            if item.variables.names and set(item.variables.names) <= given.values.keys()
            else item
            for item in found
        )

    def is_another_containers(self, name: str, place: str) -> bool:
        """Whether a container other than the one that is described there gets the variable: by its
        `env_file`, no line of a file speaks of it."""
        return any(
            name in item.variables.names for item in self.surroundings if item.place != place
        )

    @cached_property
    def variable_names(self) -> frozenset[str]:
        """Every name that a `.env`, a surrounding or what was given may set."""
        found = {name for item in self.surroundings for name in item.variables.names}
        for path in self.folder.matching(".env*", "*.env", "*.env.*"):
            found.update(ASSIGNED.findall(self.folder.text(path) or ""))
        return frozenset(found | set(self.given.values if self.given is not None else ()))

    @cached_property
    def names_in_capitals(self) -> str:
        """All of them and the names of this process's variables, one a line, in capitals."""
        return "\n".join(self.variable_names | set(self.process.values)).upper()

    # --- documents ----------------------------------------------------------------------------

    def document(self, path: str, variables: Variables, format_: str = "") -> Value:
        """A document's root under these variables; Unknown where it can't be read.

        The format is that of its name unless it is given.
        """
        found = self.project(variables).document(path, format_)
        return found if isinstance(found, Unknown) else found.root

    @cached_property
    def embedded_names(self) -> tuple[str, ...]:
        """The names of files that stand as a block of text in another."""
        return tuple(name for item in self.surroundings for name in item.files)

    @cached_property
    def chart_values(self) -> tuple[tuple[str, Value], ...]:
        """The roots of the values that charts of Helm are given, each with its file."""
        from smtpdoctor.settings.carriers.helm import values

        return tuple(values(self))

    @cached_property
    def chart_keys(self) -> frozenset[str]:
        """The names in those values, down to where a program's own begin."""
        found: set[str] = set()
        level = [root for _, root in self.chart_values]
        for _ in range(3):
            maps = [each.value for each in level if isinstance(each, Known)]
            entries = [item for each in maps if isinstance(each, Map) for item in each.entries]
            found |= {str(item.key) for item in entries}
            level = [item.value for item in entries]
        return frozenset(found)

    def embedded(self, value: Known, name: str) -> Value:
        """The root of a file that stands as a block of text in another (a ConfigMap's)."""
        from smtpdoctor.settings.readers.embedded import read_embedded

        source = self.source(value.span.file) if value.span is not None else None
        return read_embedded(source, value, name) if source is not None else Known(ABSENT)

    @staticmethod
    def fits(path: str, patterns: Sequence[str]) -> bool:
        """Whether the path, or its name where a pattern has no slash, fits one of the globs."""
        name = path.rpartition("/")[2]
        return any(fnmatch(path if "/" in each else name, each) for each in patterns)

    # --- code ---------------------------------------------------------------------------------

    def project(self, variables: Variables) -> Project:
        """The readers' view of the folder under these variables."""
        from smtpdoctor.settings.readers.project import Project

        key = id(variables)
        if key not in self._projects:
            known = next(iter(self._projects.values()), None)
            made = (
                known[1].under(variables)
                if known is not None
                else Project(self, variables, self.look_at_the_time)
            )
            self._projects[key] = (variables, made)
        return self._projects[key][1]

    def module(self, path: str, variables: Variables) -> Module | None:
        """A file of code under these variables; None where it can't be read."""
        found = self.project(variables).module(path)
        return None if isinstance(found, Unknown) else found

    def python_in(self, path: str, python: str) -> Module:
        """Lines of Python that stand in a file of another kind, each at its place in it."""
        from smtpdoctor.settings.readers.source import Source

        return self.project(Variables(())).module_of(Source(path, python.encode()), "py")

    def unread(self) -> dict[str, str]:
        """Files of code of which some that may be a set-up was not read, and why."""
        known = next(iter(self._projects.values()), None)
        return known[1].unread if known is not None else {}

    # --- lines --------------------------------------------------------------------------------

    def source(self, path: str) -> Source | None:
        """The text of a file for spans of it."""
        from smtpdoctor.settings.readers.source import Source

        if path not in self._sources:
            data = self.folder.data(path)
            self._sources[path] = None if data is None else Source(path, data)
        return self._sources[path]

    def line(self, path: str, number: int) -> str | None:
        """One line of a file as it stands there, without its end."""
        if path not in self._lines:
            source = self.source(path)
            text = source.text if source is not None else ""
            self._lines[path] = re.split("\r\n|\n|\r", text)
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) else None

    def text_of(self, span: Span | None) -> str | None:
        """The characters of a span in one line."""
        if span is None or span.line != span.end_line:
            return None
        line = self.line(span.file, span.line)
        return None if line is None else line[span.columns[0] - 1 : span.columns[1] - 1]

    def masked(self, span: Span, *, keep: bool) -> MaskedLine | None:
        """The span's first line with all that is not known to be harmless masked.

        `keep`: the characters of the span itself are harmless; else none of them is shown.
        """
        line = self.line(span.file, span.line)
        if line is None:
            return None
        harmless = self.harmless_ranges(span.file, span.line)
        start = span.columns[0] - 1
        end = span.columns[1] - 1 if span.line == span.end_line else len(line)
        harmless = [*harmless, (start, end)] if keep else _without(harmless, start, end)
        return self.masked_text(line, harmless)

    def masked_text(self, raw: str, harmless: Iterable[tuple[int, int]]) -> MaskedLine:
        """The same of any text: each change that is weighed asks for lines, mostly the same."""
        key = (raw, tuple(harmless))
        if key not in self._masked:
            self._masked[key] = MaskedLine(*key)
        return self._masked[key]

    def shown(self, span: Span, *, keep: bool) -> Shown | None:
        """The line as it may be shown, with the columns of the span in it."""
        return self._with_columns(span, self.masked(span, keep=keep))

    def pointed(self, span: Span) -> Shown | None:
        """The same, where of the span itself that is shown which is known to be harmless."""
        line = self.line(span.file, span.line)
        if line is None:
            return None
        return self._with_columns(
            span, self.masked_text(line, self.harmless_ranges(span.file, span.line))
        )

    def _with_columns(self, span: Span, masked: MaskedLine | None) -> Shown | None:
        line = self.line(span.file, span.line)
        if masked is None or line is None:
            return None
        end = span.columns[1] if span.line == span.end_line else len(line) + 1
        return Shown(masked.text, masked.columns(span.columns[0], end))

    # --- what of a line holds no secret -------------------------------------------------------

    def harmless(self, path: str, line: int) -> list[Span]:
        """The parts of a line that may be shown: names, operators, keywords, keys, and the values
        that were found to be harmless."""
        at = (path, line)
        # a line is asked for again with each change that is weighed, the trees of others between
        if at not in self._without_values:
            tokens = self._tokens_of(path)
            if tokens is None:
                return []
            self._without_values[at] = tuple(tokens.harmless(line))
        return [*self._without_values[at], *self._found_harmless.get(at, ())]

    def harmless_ranges(self, path: str, line: int) -> list[tuple[int, int]]:
        """The same as half-open ranges of the line's characters, counted from 0."""
        found = [(each.columns[0] - 1, each.columns[1] - 1) for each in self.harmless(path, line)]
        for start, end in self._hidden.get((path, line), ()):
            found = _without(found, start, end)
        return found

    def _tokens_of(self, path: str) -> HarmlessTokens | None:
        if path not in self._tokens:
            source = self.source(path)
            if source is None:
                return None
            if len(self._tokens) >= MOST_TREES:
                self._tokens.pop(next(iter(self._tokens)))
            self._tokens[path] = tokens_of(source)
        return self._tokens[path]

    def is_harmless(self, *spans: Span) -> None:
        """These parts of a line are known to hold no secret: a key, a brace, a URL's scheme."""
        for span in spans:
            self._found_harmless.setdefault((span.file, span.line), []).append(span)

    def may_be_secret(  # branches: code and other files, texts and names, line by line
        self, span: Span
    ) -> frozenset[str]:
        """Hide the names in the place of a secret that can't be told, but for those that settings
        and what reads them have: one may be the secret itself, written without quotes. Gives all
        that may be one, texts too."""
        tokens = self._tokens_of(span.file)
        if tokens is None or not tokens.is_code:
            written = WORD.findall(self.text_of(span) or "")
            return frozenset(word for word in written if not is_setting_name(word))
        harmless_of = {line: tokens.harmless(line) for line in range(span.line, span.end_line + 1)}
        # what a look-up asks for is a name where it has the form of one: `ENV.fetch("SMTP_PASS")`
        names = {each for spans in harmless_of.values() for each in spans}
        found = {each.text for each in tokens.literals(span) if each.span not in names}
        for line, spans in harmless_of.items():
            start = span.columns[0] if line == span.line else 1
            end = span.columns[1] if line == span.end_line else sys.maxsize
            for each in spans:
                text = self.text_of(each) or ""
                within = start <= each.columns[0] and each.columns[1] <= end
                if within and WORD.fullmatch(text) and not is_name_of_code(text):
                    place = (each.columns[0] - 1, each.columns[1] - 1)
                    self._hidden.setdefault((span.file, line), {})[place] = None
                    found.add(text)
        return frozenset(text for text in found if len(text) >= SHORTEST_SECRET)

    def is_value(self, kind: ValueKind, span: Span | None) -> None:
        """These characters are a value of that kind: harmless where they have its form."""
        text = self.text_of(span)
        if span is not None and text and harmless.shown(kind, text) == text:
            self.is_harmless(span)

    def finds_value(  # branches: the forms of a value, in code and elsewhere
        self, kind: ValueKind, value: Known, secrets: Iterable[str], names: Iterable[str] = ()
    ) -> None:
        """Take for harmless what stands in the places of a value that is no secret, where it is
        the value and has the form of its kind. Of other literals of the expression only `names`
        are: the variables that it comes from."""
        if isinstance(value.value, List):  # a sender with a name beside it
            secrets, names = tuple(secrets), tuple(names)
            for each in value.value:
                if isinstance(each, Known):
                    self.finds_value(kind, each, secrets, names)
            return
        text = str(value.value)
        literals = {*names}
        if harmless.shown(kind, text) == text and not harmless.repeats(text, secrets):
            literals.add(text)
        kinds = ("constant", "environment", "deciding-part")
        steps = [step.span for step in value.trail if step.kind in kinds]
        reads = [step.read_at for step in value.trail]
        for span in dict.fromkeys((value.span, value.written, *steps, *reads)):
            tokens = self._tokens_of(span.file) if span is not None else None
            if span is None or tokens is None:
                continue
            if tokens.is_code:
                # what has the form of a port or a mode is too short, or a word, to be a secret
                self.is_harmless(
                    *(
                        each.span
                        for each in tokens.literals(span)
                        if each.text in literals
                        or (kind in NARROW and harmless.shown(kind, each.text) == each.text)
                    )
                )
                continue
            inner = harmless.unquoted(self.text_of(span) or "")
            if value.part is not None and span == value.part.span and unquote_plus(inner) == text:
                inner = text  # percent-encoded, as it stands in a URL
            if harmless.repeats(text, secrets) and "$" not in inner:
                continue  # a Secret's base64 of it
            known = harmless.shown(kind, inner) == inner or (
                kind in NARROW and is_plain_expression(inner)
            )
            if known and not harmless.repeats(inner, secrets):
                self.is_harmless(span)

    def is_open(self, path: str, line: int, text: str) -> bool:
        """Whether the text stands in the line where all of it may be shown."""
        whole = self.line(path, line)
        if whole is None:
            return False
        # a hidden character as one that stands in no text: looked for once, however long both are
        opened = [character if character.isspace() else HIDDEN for character in whole]
        for first, last in self.harmless_ranges(path, line):
            opened[first:last] = whole[first:last]
        return HIDDEN not in text and text in "".join(opened)


def _without(ranges: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Half-open ranges without what one of them covers."""
    return [
        piece
        for first, last in ranges
        for piece in ((first, min(last, start)), (max(first, end), last))
        if piece[0] < piece[1]  # else each cut would double them
    ]


def is_within(path: str, folder: str) -> bool:
    """Whether a file stands in a folder or below it; "" is the root."""
    return not folder or path.startswith(f"{folder}/")
