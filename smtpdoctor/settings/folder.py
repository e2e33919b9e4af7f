"""The project's folder as set-ups are looked for in it: bounded, and never out of it.

Knows which files may hold a program's settings and how much of a folder is looked at. It must
not know any program. Nothing in the folder is executed, imported or followed out of it.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from fnmatch import translate
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from smtpdoctor.files import FileFault, read_bounded
from smtpdoctor.knowledge.needles import literals
from smtpdoctor.settings.notebook import as_python, is_notebook

#: Bounds of one look at a folder, whatever is in it.
MOST_FILES = 2_000
MOST_ENTRIES = 50_000
MOST_SECONDS = 2.0
LARGEST = 1024 * 1024
DEEPEST = 16

#: Folders that hold other people's code, what a build made, or what is no program's own settings.
PRUNED = frozenset(
    {
        "node_modules", "bower_components", "jspm_packages", "vendor", "site-packages",
        "__pycache__", "venv", "virtualenv", "dist", "build", "out", "target", "coverage",
        "htmlcov", "test", "tests", "__tests__", "__mocks__", "spec", "specs", "e2e", "cypress",
        "fixtures", "testdata", "examples", "example", "samples", "storage", "cache", "tmp",
        "temp", "logs", "log", "obj", "Pods", "Carthage", "DerivedData", "eggs", "wheels",
    }
)  # fmt: skip
#: Below these a folder is a package, whatever its name: Spring's own templates say com.example.
PACKAGES = re.compile(r"(^|/)(src/main/(java|kotlin|scala|groovy)(/.*)?|(com|net|org|io))$")
#: WordPress itself, and where its plugins stand; Bedrock has them in app/.
WORDPRESS = frozenset({"wp-includes", "wp-admin"})
PLUGINS = ("wp-content/plugins", "web/app/plugins")
#: What Mix, Elixir's builder, has beside its mix.exs: other people's code, and what it built.
MIX = frozenset({"deps", "_build"})
#: The standard library and what is installed beside it.
LIBRARY = re.compile(r"python3(\.\d+)?|dist-packages|[\w.]+\.(Unit|Integration)?Tests?")
#: What the system has at its root is nobody's project.
SYSTEM = frozenset(
    {"bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "opt", "proc", "run", "sbin", "snap",
     "sys", "usr", "var"}
)  # fmt: skip
#: Hidden folders that are looked into.
HIDDEN = frozenset(
    {".github", ".devcontainer", ".do", ".config", ".docker", ".k8s", ".kube", ".platform"}
)

#: Tests, and what a build made: what they say, no program sends with.
TESTS = re.compile(
    r"(?i)^test_.*\.py$|_test\.(py|go|rb|exs)$|^test_helper\.exs$|_spec\.rb$|\.(test|spec|stories|d)\.[cm]?[jt]sx?$|"
    r"\.min\.js$|^conftest\.py$|(?-i:Tests?|IT|Spec|Benchmark)\.(java|kt|cs)$"
)
#: Templates, also with the word in the middle: `.env.example.local`, `wp-config-sample.php`.
#: AWS SAM's own file is called `template.yaml`.
TEMPLATE = re.compile(
    r"(?i)(?!template\.ya?ml$)(^|[._-])(example|sample|template|dist|tmpl)([._-]|$)"
)

#: Suffixes and names of files that may hold settings.
SUFFIXES = frozenset(
    {
        ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx", ".py", ".php", ".rb", ".go",
        ".java", ".kt", ".groovy", ".cs", ".rs", ".ex", ".exs", ".yml", ".yaml", ".json", ".jsonc",
        ".json5", ".toml", ".ini", ".cfg", ".cnf", ".conf", ".config", ".properties", ".xml",
        ".env", ".service", ".container", ".lock", ".mod", ".gradle", ".csproj", ".txt", ".tf",
        ".hcl", ".nomad", ".vue", ".sh", ".bash", ".hjson", ".ipynb", ".neon", ".wasp",
        ".ps1", ".psm1", ".pl", ".pm", ".cgi", ".psgi", ".dart", ".R", ".r",
    }
)  # fmt: skip
NAMES = re.compile(
    r"^(\.env(\..+)?|env|\.Renviron|[\w.-]+\.env(\.[\w.-]+)?|Gemfile|Procfile|Dockerfile.*|Pipfile|"
    r"\.?msmtprc|\.mailrc|(s-)?(mail|nail)\.rc|main\.cf|sendmail\.mc|"
    r"[\w-]*\.conf(\.template)?|update-exim4\.conf\.conf|passwd\.client|"
    r"remotes)$"
)

#: Of more files than are looked at, those whose path speaks of mail or of settings come first, and
#: what is mostly data last.
LIKELY = re.compile(
    r"(?i)mail|smtp|notif|messag|contact|settings|config|compose|deploy|values|secret|environment|"
    r"(^|/)(\.env[^/]*|[^/]*\.env|env|main\.cf|application[^/]*\.(properties|ya?ml)|"
    r"(package|composer|appsettings[^/]*)\.json|pyproject\.toml|requirements[^/]*\.txt|"
    r"Gemfile|Procfile|Pipfile|go\.mod|pom\.xml|[^/]*\.(csproj|gradle)|mix\.exs|Cargo\.toml)$"
)
DATA = frozenset({".json", ".jsonc", ".json5", ".txt", ".xml", ".lock"})


def sibling(path: str, name: str) -> str:
    """The file of that name beside another one.

    >>> sibling("conf/main.cf", "sasl_passwd"), sibling("main.cf", "sasl_passwd")
    ('conf/sasl_passwd', 'sasl_passwd')
    """
    return f"{path.rpartition('/')[0]}/{name}".lstrip("/")


#: Which version of a library is installed: pnpm links a package's folder to one that all share.
INSTALLED = re.compile(r"(.*/)?node_modules/(@[\w.-]+/)?[\w.-]+/package\.json")


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """What was left out and why, to be said. `cut`: looking ended there, others may be left;
    `elsewhere`: a program is there whose settings no file has."""

    path: str
    why: str
    cut: bool = False
    elsewhere: bool = False


class Folder:
    """The files below `root` that may hold settings, the shallow ones first.

    `clock` gives seconds, and `seconds` is what listing and reading may take together. Paths are
    relative to the root, with slashes.
    """

    def __init__(
        self,
        root: Path,
        clock: Callable[[], float] = time.monotonic,
        seconds: float = MOST_SECONDS,
    ) -> None:
        self.root = root
        self._clock = clock
        #: Seconds that are left for listing and reading; what else goes on doesn't count.
        self._left = seconds
        self._bytes: dict[str, bytes | None] = {}
        #: The file that the user names by an option: it may stand anywhere.
        self.named: str | None = None
        #: Folders that no link leads to.
        self._walked: set[str] = set()
        self._fitting: dict[str, list[str]] = {}
        self._containing: dict[tuple[bytes, tuple[str, ...]], list[str]] = {}
        self.skipped: list[Skipped] = []

    def with_(self, contents: Mapping[str, bytes]) -> Folder:
        """The same folder as if these files had other bytes."""
        changed = Folder(self.root, self._clock)
        changed._bytes.update(contents)
        return changed

    @cached_property
    def files(self) -> tuple[str, ...]:
        """At most `MOST_FILES`, in a fixed order."""
        began = self._clock()
        found = tuple(self._walk(began + self._left))
        if len(found) > MOST_FILES:
            found = self._likeliest(found)
        self._left -= self._clock() - began
        return found

    def _likeliest(self, found: tuple[str, ...]) -> tuple[str, ...]:
        def rank(path: str) -> int:
            if LIKELY.search(path):
                return 0
            return 2 if os.path.splitext(path)[1].lower() in DATA else 1

        kept = set(sorted(found, key=rank)[:MOST_FILES])
        first = next(path for path in found if path not in kept)
        why = f"more than {MOST_FILES:,} files: the rest was not looked at"
        self._cut(os.path.dirname(first) or ".", why)
        return tuple(path for path in found if path in kept)

    def _walk(self, until: float) -> Iterator[str]:
        waiting: deque[tuple[str, int]] = deque([("", 0)])
        seen = 0
        while waiting:
            at, depth = waiting.popleft()
            self._walked.add(at)
            try:
                with os.scandir(self.root / at) as listing:
                    entries = []
                    for entry in listing:
                        seen += 1
                        if seen > MOST_ENTRIES or self._clock() > until:
                            self._cut(at or ".", "too many files: the rest was not looked at")
                            waiting.clear()
                            break
                        entries.append(entry)
            except OSError:
                continue
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = f"{at}/{entry.name}" if at else entry.name
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if depth < DEEPEST and self._enters(entry, at):
                            waiting.append((path, depth + 1))
                        continue
                except OSError:
                    continue
                if self._may_hold(entry.name):
                    yield path

    def _cut(self, path: str, why: str) -> None:
        self.skipped.append(Skipped(path=path, why=why, cut=True))

    def _leave_out(self, path: str, why: str) -> None:
        self.skipped.append(Skipped(path=path, why=why))

    def _enters(self, entry: os.DirEntry[str], within: str) -> bool:
        name = entry.name
        if name.startswith("."):
            return name in HIDDEN
        if PACKAGES.search(within):
            return True
        if name.lower() in PRUNED or LIBRARY.fullmatch(name):
            return False
        if name in WORDPRESS or self._is_published_plugin(name, within):
            return False
        if name in MIX and os.path.lexists(self.root / within / "mix.exs"):
            return False
        if self.root == Path(self.root.anchor) and entry.path.count("/") == 1 and name in SYSTEM:
            return False
        # a virtual environment by any name
        marks = ("pyvenv.cfg", "bin/activate", "Scripts/activate")
        return not any(os.path.lexists(os.path.join(entry.path, mark)) for mark in marks)

    def _is_published_plugin(self, name: str, within: str) -> bool:
        """Whether it is one of WordPress' plugins that others publish: those have a readme.txt."""
        return within.endswith(PLUGINS) and os.path.lexists(
            self.root / within / name / "readme.txt"
        )

    def _may_hold(self, name: str) -> bool:
        return (
            os.path.splitext(name)[1].lower() in SUFFIXES or NAMES.match(name) is not None
        ) and not (TESTS.search(name) or TEMPLATE.search(name))

    def matching(self, *patterns: str) -> list[str]:
        """The files whose path, or name where the pattern has no slash, fits one of the globs."""
        found = {path for pattern in patterns for path in self._fitting_to(pattern)}
        return [path for path in self.files if path in found] if found else []

    def matches(self, patterns: tuple[str, ...]) -> bool:
        """Whether any file fits one of them, asked of each dialect in each folder."""
        names, others = _names_apart(patterns)
        return not self._by_name.keys().isdisjoint(names) or any(map(self._fitting_to, others))

    def _fitting_to(self, pattern: str) -> list[str]:
        if pattern not in self._fitting:
            self._fitting[pattern] = self._fits(pattern)
        return self._fitting[pattern]

    def _fits(self, pattern: str) -> list[str]:
        glob = _glob(pattern)
        if glob.name is not None:
            return self._by_name.get(glob.name, [])
        if glob.end is not None:
            return [path for path in self.files if path.endswith(glob.end)]
        if "/" in pattern:
            return [path for path in self.files if glob.fits(path)]
        return [path for name, paths in self._by_name.items() if glob.fits(name) for path in paths]

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.files:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    def containing(self, needle: bytes, *suffixes: str) -> list[str]:
        """The files with one of the suffixes in which the regular expression is found. Python
        stands in notebooks, too."""
        if ".py" in suffixes:
            suffixes = (*suffixes, ".ipynb")
        asked = (needle, suffixes)
        if asked not in self._containing:
            pattern = re.compile(needle)
            # many times as fast to look for
            words = [word.encode() for word in literals(needle.decode())]
            self._containing[asked] = [
                path
                for path in self.files
                if path.endswith(suffixes)
                and (data := self.data(path))
                and (not words or any(word in data for word in words))
                and pattern.search(data)
            ]
        return list(self._containing[asked])

    def data(self, path: str) -> bytes | None:
        """The file's bytes; None where it is none, can't be read, or is too large. Cached."""
        if path not in self._bytes:
            self._bytes[path] = self._read(path)
        return self._bytes[path]

    def _read(self, path: str) -> bytes | None:
        if self._left < 0:
            if not any(item.why.startswith("out of time") for item in self.skipped):
                self._cut(path, "out of time: this file and those after it were not read")
            return None
        full = self.root / path
        try:
            if self._may_lead_out(path) and not self._is_inside(full):
                above = os.path.normpath(path).startswith(("..", os.sep))
                why = "outside of this folder" if above else "a link that leads out of the folder"
                self._leave_out(path, why)
                return None
            began = self._clock()
            content = read_bounded(full, LARGEST)
            self._left -= self._clock() - began
            return as_python(content) if is_notebook(path) else content
        except FileFault as error:
            # what an import may mean is a folder as often as a file: "./services"
            is_import = os.path.isdir(full) and "." not in full.name
            if error.cause != "missing" and not is_import:
                self._leave_out(path, str(error))
            return None

    def _may_lead_out(self, path: str) -> bool:
        """Whether a link is on the way to a file: it, or a folder that was not walked through."""
        if path == self.named:
            return False
        parent = os.path.dirname(path)
        if INSTALLED.fullmatch(path):
            return os.path.islink(self.root / path)
        walked = not parent or (bool(self.files) and parent in self._walked)
        return not walked or os.path.islink(self.root / path)

    def _is_inside(self, path: Path) -> bool:
        try:
            return path.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):  # a circle of links
            return False

    def text(self, path: str) -> str | None:
        """The file as text; bytes that are no UTF-8 are replaced."""
        data = self.data(path)
        return None if data is None else data.decode("utf-8-sig", errors="replace")

    def has(self, path: str) -> bool:
        """Whether there is such a file, also one that holds no settings by its name."""
        first = path.partition("/")[0]
        if first and first != ".." and self._at_top and first not in self._at_top:
            return False  # without a question to the system for each name that a dialect knows
        return os.path.isfile(os.path.join(self.root, path))

    @cached_property
    def _at_top(self) -> frozenset[str]:
        """The names in the folder itself; none where they can't be listed."""
        try:
            return frozenset((".", *os.listdir(self.root)))
        except OSError:
            return frozenset()


class _Glob(NamedTuple):
    """A pattern, and whether it is a name as it stands or an ending alone."""

    name: str | None
    end: str | None
    fits: Callable[[str], re.Match[str] | None]


@lru_cache(maxsize=512)  # nearly all are the dialects' own, asked of each folder anew
def _glob(pattern: str) -> _Glob:
    marks = sum(map(pattern.count, "*?["))
    is_end = marks == 1 and pattern.startswith("*.") and "/" not in pattern
    return _Glob(
        pattern if not marks and "/" not in pattern else None,
        pattern[1:] if is_end else None,
        re.compile(translate(pattern)).match,
    )


@cache
def _names_apart(patterns: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The patterns that are a file's name as it is, which are all looked up at once; and the
    others."""
    names = tuple(pattern for pattern in patterns if _glob(pattern).name is not None)
    return names, tuple(pattern for pattern in patterns if pattern not in names)
