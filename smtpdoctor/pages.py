"""The pages of the diagnosis codes, as `smtpdoctor explain CODE` prints them."""

from __future__ import annotations

import pkgutil
import re
from functools import cache
from pathlib import Path

#: Installed, the pages stand in the package; in a checkout, in docs/diagnoses.
PLACES = (
    Path(__file__).parent / "diagnosis_pages",
    Path(__file__).parent.parent / "docs" / "diagnoses",
)
#: What a report says of the check itself has parts of one page.
NOTICES = (
    Path(__file__).parent / "notices.md",
    Path(__file__).parent.parent / "docs" / "notices.md",
)


@cache
def folder() -> Path:
    """Where the pages are."""
    return next(place for place in PLACES if place.is_dir())


#: A shorter word of a code says nothing: "no", "to".
SHORTEST_WORD = 3

#: A line for whoever checks the pages: whether a command is run, and why it isn't.
_MARK = re.compile(r"^<!-- [^\n]* -->\n", re.MULTILINE)


def read(code: str) -> str | None:
    """The page of a code as people read it, or what is to be said of a notice of that name; None
    where there is none."""
    if code not in codes():
        return notices().get(code)
    return _MARK.sub("", (folder() / f"{code}.md").read_text(encoding="utf-8"))


@cache
def notices() -> dict[str, str]:
    """What a report says of the check itself, by its name: each a page of its own."""
    page = next(place for place in NOTICES if place.is_file()).read_text(encoding="utf-8")
    _, *parts = re.split(r"^## ", page, flags=re.MULTILINE)
    return {part.partition("\n")[0]: f"# {part.strip()}\n" for part in parts}


def codes() -> list[str]:
    """All codes that have a page, in alphabetical order."""
    return sorted(path.stem for path in folder().glob("*.md"))


def titles() -> dict[str, str]:
    """Each code with the first sentence of its page."""
    found = {}
    for code in codes():
        _, _, text = (folder() / f"{code}.md").read_text(encoding="utf-8").partition("\n")
        paragraph = " ".join(text.strip().partition("\n\n")[0].split())
        sentence, stop, _ = paragraph.partition(". ")
        found[code] = sentence + stop.strip()
    return found


#: The areas as they are headed, in path order.
AREAS = {
    "settings": "Settings",
    "dns": "DNS",
    "network": "Network",
    "session": "Session",
    "tls": "TLS",
    "auth": "Login",
    "sender": "Sender",
}

#: Where the rules stand, one folder an area: the pages have no areas, and no rule is loaded.
_RULES = Path(__file__).parent / "diagnosis" / "rules"


def area(code: str) -> str:
    """The area of a code, "" where it has no rule."""
    return _areas().get(code.replace("-", "_"), "")


@cache
def _areas() -> dict[str, str]:
    """The area of each rule by its module; a bundle has modules, but no files of theirs."""
    folders = {area: [str(_RULES / area)] for area in AREAS}
    return {
        module.name: area
        for area, folder in folders.items()
        for module in pkgutil.iter_modules(folder)
    }


def nearest(code: str) -> str | None:
    """The code that was probably meant: one that is spelt nearly so, else the one that shares most
    of its words (cert-expired, expired-certificate). None where nothing is like it."""
    import difflib

    given = code.strip().lower()
    if close := difflib.get_close_matches(given, [*codes(), *notices()], n=1):
        return close[0]
    words = [word for word in re.split(r"[^a-z0-9]+", given) if len(word) >= SHORTEST_WORD]

    def likeness(known: str) -> tuple[int, float]:
        shared = sum(
            any(part.startswith(word) or word.startswith(part) for part in known.split("-"))
            for word in words
        )
        return shared, difflib.SequenceMatcher(None, given, known).ratio()

    best = max(codes(), key=likeness)
    return best if likeness(best)[0] else None
