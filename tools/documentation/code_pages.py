"""The page of a code as the site has it: the page by hand, and what the project's data add.

What programs print for it, what tells it from its look-alikes, a report of a real run, and the fix
in the words of each program. Pure: texts, snippets and screens are given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpdoctor import pages
from smtpdoctor.diagnosis.engine import rules
from smtpdoctor.diagnosis.model import AREAS
from smtpdoctor.knowledge import CodeSnippets
from smtpdoctor.settings.model import TLSMode
from tools.documentation import dialect_ways, fixes, printed
from tools.documentation.error_texts import HOST, Texts, fits
from tools.documentation.markdown import code, folded, index_entries, plain, table

#: The clients that people have most often, first.
WIDELY_USED = (
    *("Nodemailer", "Python smtplib", "Django", "PHPMailer", "Symfony", "JavaMail", "Jakarta"),
    *("Go net/smtp", "curl"),
)
#: So many of them are shown without being asked for.
SHOWN = 6
#: The ways that a fix can be, as settings say them, and what is shown of them.
PORTS: dict[TLSMode, int] = {"implicit": 465, "starttls": 587}
_SETTING = re.compile(r"^\s+SMTP_(PORT|SECURE|TLS)=(\w+)$", re.MULTILINE)
_HOST_OR_LOGIN = re.compile(r"^\s+SMTP_(HOST|USER|PASS)=", re.MULTILINE)
_MODES: dict[tuple[str, str], TLSMode] = {
    ("PORT", "465"): "implicit",
    ("SECURE", "true"): "implicit",
    ("TLS", "implicit"): "implicit",
    ("PORT", "587"): "starttls",
    ("SECURE", "false"): "starttls",
    ("TLS", "starttls"): "starttls",
}
_HEADINGS = {
    "implicit": "TLS from the first byte, port 465",
    "starttls": "STARTTLS, port 587",
}


def page(
    code: str,
    text: str,
    texts: Texts | None,
    screen: tuple[str, str] | None,
    known: Mapping[str, CodeSnippets],
) -> str:
    """The page by hand, with the parts from data before its look-alikes.

    `screen` is a scenario's name and its report; None where none shows this code.
    """
    before, heading, after = text.partition("\n## Look-alikes\n")
    parts = [
        before,
        _printed(code, texts or Texts()),
        _seen(*screen) if screen else "",
        _in_programs(code, before, known),
        f"{heading}{after}",
        _decided(texts) if texts else "",
    ]
    return "\n".join(part.strip("\n") + "\n" for part in parts if part)


def _printed(name: str, texts: Texts) -> str:
    known = [*texts.searched, *(each for each in printed.leading().get(name, ()) if fits(each))]
    met = [_met(each) for each in printed.by_code().get(name, ())]
    parts = [
        "\n## What programs print\n",
        index_entries(list(dict.fromkeys(known))),
        f"{printed.unseen()[name]}\n" if name in printed.unseen() else "",
        *met,
    ]
    if texts.servers:
        rows = [(name or "others", code(text)) for name, text in texts.servers]
        parts.append(folded("Replies of servers", table(("server", "its words"), rows)))
    if texts.first:
        words = " · ".join(code(text) for text in texts.first)
        parts.append(folded("Words of libraries that mean this most of the time", words))
    if texts.reports:
        rows = [(code(words), f"[report]({url})") for words, url in texts.reports]
        parts.append(folded("Public reports with this cause", table(("text", ""), rows)))
    return "\n".join(part for part in parts if part)


def _met(situation: printed.Situation) -> str:
    """What programs print in one situation: those that people have most often, and the others."""
    rows = [
        (program, "<br>".join(map(code, text.splitlines())))
        for program, text in sorted(
            situation.printed.items(), key=lambda item: (_place(item[0]), item[0])
        )
    ]
    head = ("program", "its words")
    shown = f"**Where {plain(situation.meets)}:**\n\n{table(head, rows[:SHOWN])}"
    others = folded(f"{len(rows) - SHOWN} other programs", table(head, rows[SHOWN:]))
    return shown + (f"\n{others}" if rows[SHOWN:] else "")


def _place(client: str) -> int:
    """How widely a client is used, the most widely used first."""
    places = (place for place, name in enumerate(WIDELY_USED) if name in client)
    return next(places, len(WIDELY_USED))


def _seen(scenario: str, report: str) -> str:
    return (
        f"\n## A report\n\n`smtpdoctor demo {scenario}` makes it, on a server on this machine:\n\n"
        f"```text\n{report}\n```\n"
    )


def _in_programs(name: str, text: str, known: Mapping[str, CodeSnippets]) -> str:
    """The settings of the page's own fix in the code of each program."""
    parts = []
    for topic in fixes.of_code(name):
        parts.append(f"**{topic.heading}**\n")
        parts += [_in_program(each.program, each.language, each.text) for each in topic.programs]
        parts += [f"{topic.beside}\n"] if topic.beside else []
    for mode in _ways(name, text):
        parts.append(f"**{_HEADINGS[mode]}**\n")
        for program in sorted(known.values(), key=lambda each: (_place(each.name), each.name)):
            if mode in program.tls_snippets:
                snippet = program.tls_snippets[mode].format(host=HOST, port=PORTS[mode])
                parts.append(_in_program(program.name, program.language, snippet))
        others = dialect_ways.rows(mode, PORTS[mode], known)
        parts.append(
            folded(f"{len(others)} other programs", table(("program", "its settings"), others))
        )
    return "\n".join(["\n## The fix in your program\n", *parts]) if parts else ""


def _ways(name: str, text: str) -> list[TLSMode]:
    """The ways to the server that the page's own fix names, or both where it is about the host or
    the login."""
    _, _, fix = text.partition("\n## Fix\n")
    modes = dict.fromkeys(
        _MODES[match.groups()] for match in _SETTING.finditer(fix) if match.groups() in _MODES
    )
    about_both = name in fixes.known().ways or _HOST_OR_LOGIN.search(fix)
    return list(modes or (PORTS if about_both else ()))


def _in_program(name: str, language: str, text: str) -> str:
    return folded(name, f"```{language}\n{text.strip()}\n```")


def _decided(texts: Texts) -> str:
    if len(texts.decides) < 2:
        return ""
    rows = [(f"[{name}]({name}.md)", plain(what)) for name, what in texts.decides.items()]
    return (
        "\n## The same words, another cause\n\n"
        "Several causes print some of these texts. This shows which one it is:\n\n"
        + table(("it is", "where this is seen"), rows)
    )


def overview() -> str:
    """The list of all codes, by area in path order."""
    titles = pages.titles()
    parts = [
        "# The diagnoses\n",
        "One page a code: what it means, how it is known, what to do. Have an error message? "
        "Search for it, or look it up in {ref}`the list of all texts <genindex>`.\n",
    ]
    for area in AREAS:
        parts.append(f"## {pages.AREAS[area]}\n")
        parts += [
            f"- [{rule.code}]({rule.code}.md): {titles[rule.code]}"
            for rule in rules()
            if rule.area == area
        ]
        parts.append("")
    return "\n".join(parts)
