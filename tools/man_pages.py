"""Write the manual pages from the help texts: smtpdoctor(1), and one for each command.

`make man` puts them into `build/man`; a wheel has them in `share/man/man1` (`hatch_build.py`). The
known generators (click-man) read click's objects, and typer has its own.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "man"

EXIT_STATUS = (
    ("0", "Nothing wrong, or warnings only."),
    ("1", "At least one error; with --strict also a warning."),
    ("2", "Wrong usage, or a settings file that can't be read."),
    ("3", "Inconclusive: no cause can be named, or too little was checked to say."),
    ("130", "Interrupted."),
)
#: Commands whose exit status is no verdict on anything.
WITHOUT_VERDICT = frozenset({"demo", "explain", "schema", "settings"})
FILES = (
    (".env", "Settings of the working folder, below those of the environment."),
    (
        ".smtpdoctor.toml, pyproject.toml",
        "Warnings that the project accepts, and defaults of options ([tool.smtpdoctor]).",
    ),
)
PROMISE = (
    "It never sends a message. A password goes out only inside TLS whose certificate was verified, "
    "once a run, and is in no output."
)


def pages() -> dict[str, str]:
    """The text of each page by its file's name."""
    from smtpdoctor import __released__, __version__
    from smtpdoctor.cli import program

    group = program()
    context = group.make_context("smtpdoctor", [], resilient_parsing=True)
    commands = {name: group.commands[name] for name in sorted(group.commands)}
    foot = f'"{__released__}" "smtpdoctor {__version__}" "User Commands"'
    made = {"smtpdoctor.1": _lines(_whole(group, context, commands), "SMTPDOCTOR", foot)}
    for name, command in commands.items():
        own = command.make_context(name, [], parent=context, resilient_parsing=True)
        title = f"SMTPDOCTOR\\-{name.upper()}"
        made[f"smtpdoctor-{name}.1"] = _lines(_command(name, command, own), title, foot)
    return made


def _lines(body: Iterable[str], title: str, foot: str) -> str:
    return "".join(f"{line}\n" for line in (f".TH {title} 1 {foot}", *body))


def _whole(group: Any, context: Any, commands: dict[str, Any]) -> Iterator[str]:
    yield from (".SH NAME", *_paragraph(f"smtpdoctor - {_first(group.help)}"))
    yield from (".SH SYNOPSIS", r".B smtpdoctor", "[OPTIONS] COMMAND [ARGUMENTS]")
    yield from (".SH DESCRIPTION", *_paragraph(PROMISE))
    yield ".SH COMMANDS"
    for name, command in commands.items():
        summary = _paragraph(f"{_first(command.help)}.")
        yield from (".TP", rf".BR smtpdoctor\-{name} (1)", *summary)
    yield from _parameters(group, context)
    yield from _listed("EXIT STATUS", EXIT_STATUS)
    yield from _listed("FILES", FILES)
    yield from _see(rf"smtpdoctor\-{name}" for name in commands)


def _command(name: str, command: Any, context: Any) -> Iterator[str]:
    yield from (".SH NAME", *_paragraph(f"smtpdoctor-{name} - {_first(command.help)}"))
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (".SH SYNOPSIS", rf".B smtpdoctor {name}", _text(usage))
    yield ".SH DESCRIPTION"
    for number, paragraph in enumerate(command.help.split("\n\n")):
        yield from ([".PP"] if number else [])
        yield from _paragraph(paragraph)
    yield from _parameters(command, context)
    examples = command.epilog.partition("  ")[2].split("·")
    yield ".SH EXAMPLES"
    for number, example in enumerate(examples):
        yield from ([".PP"] if number else [])
        yield from (".nf", rf".B {_text(example.strip())}", ".fi")
    if name not in WITHOUT_VERDICT:
        yield from _listed("EXIT STATUS", EXIT_STATUS)
    yield from _see(["smtpdoctor"])


def _parameters(command: Any, context: Any) -> Iterator[str]:
    """By the headings of `--help`."""
    from smtpdoctor.cli._help import groups

    for heading, records in groups(command.get_params(context), context).items():
        yield f".SH {_text(heading.upper())}"
        for name, words in records:
            yield from (".TP", rf".B {_text(name)}", *_paragraph(words))


def _listed(heading: str, items: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f".SH {heading}"
    for name, words in items:
        yield from (".TP", rf".B {_text(name)}", *_paragraph(words))


def _see(names: Iterable[str]) -> Iterator[str]:
    yield ".SH SEE ALSO"
    *before, last = names
    yield from (rf".BR {name} (1)," for name in before)
    yield rf".BR {last} (1)"


def _first(text: str) -> str:
    """A help text's first sentence, without its full stop, as NAME wants it."""
    return " ".join(text.split()).partition(". ")[0].removesuffix(".")


def _paragraph(words: str) -> Iterator[str]:
    """In lines, as an editor shows them; roff joins them again."""
    return map(_text, textwrap.wrap(" ".join(words.split()), 64, break_on_hyphens=False))


def _text(words: str) -> str:
    """As roff takes it: ASCII, and no character a command."""
    plain = words.replace("\\", r"\e").replace("-", r"\-").replace("…", "...").replace("’", "'")
    plain = "".join(each if each.isascii() else rf"\[u{ord(each):04X}]" for each in plain)
    return rf"\&{plain}" if plain[:1] in (".", "'") else plain


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
