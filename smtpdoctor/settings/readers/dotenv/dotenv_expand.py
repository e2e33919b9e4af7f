r"""npm dotenv with dotenv-expand: `$NAME` and `${NAME:-text}`, in every kind of quotes.

Source: dotenv-expand 12.0.3, lib/main.js. It replaces the first reference and looks again from
the start, so a value may expand to more references, without end in the worst case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import Draft, Unknown, UntoldError, unified
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader
from smtpdoctor.settings.readers.dotenv.npm_dotenv import Parsed, parsed

REFERENCE = re.compile(r"(?<!\\)\$\{([^{}]+)\}|(?<!\\)\$([A-Za-z_][A-Za-z0-9_]*)")
OPERATOR = re.compile(r":\+|\+|:-|-")
INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """dotenv-expand 12 after dotenv 16 or 17."""
    draft = Draft(unified(text))
    entries = list(parsed(draft.text))
    # an object keeps the place of a name's first assignment and the value of the last, and has
    # names that are whole numbers first
    last: dict[str, Parsed] = {}
    for entry in entries:
        last[entry.name] = entry
    order = sorted(last, key=lambda name: (0, int(name)) if INDEX.fullmatch(name) else (1, 0))
    # dotenv has set them all before dotenv-expand looks: a later line counts, unexpanded
    known = {name: entry.value for name, entry in last.items()} | dict(environ)
    expanded: dict[str, str | Unknown] = {}
    for name in order:
        if known[name] and known[name] != last[name].value:
            # the environment's own value stays
            draft.values[name] = known[name].replace("\\$", "$")
            expanded[name] = last[name].value
            continue
        value: str | Unknown
        try:
            value = _expand(last[name].value, known, draft).replace("\\$", "$")
        except UntoldError as error:
            value = Unknown(error.why)
        draft.values[name] = expanded[name] = value
    for entry in entries:
        final = expanded[entry.name] if entry is last[entry.name] else entry.value
        alterations: list[Alteration] = list(entry.alterations)
        if isinstance(final, Unknown) or final != entry.value:
            alterations.append("dollar-expanded")
        draft.add(entry.name, final, entry.start, entry.end, alterations)
    return draft.finish("npm-dotenv-expand", "environment-unless-empty")


def _expand(value: str, variables: Mapping[str, str], draft: Draft) -> str:
    seen: set[str] = set()
    while match := REFERENCE.search(value):
        draft.budget.spend(len(value) + 64)
        seen.add(value)
        expression = match[1] or match[2]
        operator = OPERATOR.search(expression)
        # without an operator JavaScript splits at the word "null"
        splitter = operator.group() if operator else "null"
        key, found, rest = expression.partition(splitter)
        known = variables.get(key)
        if operator and operator.group() in (":+", "+"):
            replacement = rest if known else ""
        else:
            replacement = known if known and known not in seen else (rest if found else "")
        value = _replace_first(value, match.group(), replacement)
        if draft.values.get(key) == value:
            break
    return value


def _replace_first(text: str, template: str, replacement: str) -> str:
    """As JavaScript's `replace` with texts: the first of its kind, `$` patterns heeded."""
    start = text.index(template)
    before, after = text[:start], text[start + len(template) :]
    meant = {"$$": "$", "$&": template, "$`": before, "$'": after}
    return before + re.sub(r"\$[$&`']", lambda m: meant[m.group()], replacement) + after


READERS = (
    Reader(
        name="npm-dotenv-expand",
        title="npm dotenv with dotenv-expand",
        versions=("16.6.1 with dotenv-expand 12.0.3",),
        read=read,
    ),
)
