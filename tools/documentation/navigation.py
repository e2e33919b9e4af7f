"""Which pages the site has, where they come from, and the way in to each.

docs/README.md is the one place: each of its sections is a part of the navigation, and each link of
a section an entry. Folders are entered whole: every page in them is in the folder's own list. Knows
paths and links only, not what stands on a page.
"""

from __future__ import annotations

import os.path
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent.parent
REPOSITORY = "https://github.com/smtpdoctor/smtpdoctor/blob/main/"

#: Pages of the repository's top that the site has too.
AT_THE_TOP = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
#: Folders of docs/, each with the heading of its list.
FOLDERS = {
    "diagnoses": "The diagnoses",
    "providers": "Providers",
    "platforms": "Platforms",
    "dialects": "Programs",
    "decisions": "Decisions",
}

_LINK = re.compile(r"\]\((?P<target>(?!\w+:|#)[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1`*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Section:
    """A part of the navigation: its heading, and the pages in their order, as paths of the site."""

    heading: str
    pages: tuple[str, ...]


def hand_written() -> dict[str, str]:
    """Every page that is written by hand: its path in the site, and where it stands here."""
    found = {name: name for name in AT_THE_TOP}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        source = path.relative_to(ROOT).as_posix()
        found[of_site(source)] = source
    return found


def of_site(source: str) -> str:
    """The path in the site of a page of the repository: its folder's list for a folder."""
    path = PurePosixPath(source)
    if path.name == "README.md":
        path = path.with_name("index.md")
    elif not path.suffix:
        path = path / "index.md"
    return path.as_posix().removeprefix("docs/")


def sections() -> tuple[Section, ...]:
    """The navigation, as docs/README.md has it."""
    _, *parts = re.split(r"^## ", (ROOT / "docs/README.md").read_text("utf-8"), flags=re.MULTILINE)
    return tuple(
        Section(
            part.partition("\n")[0].strip(),
            tuple(
                page
                for match in _LINK.finditer(part)
                if not is_listed(page := of_site(os.path.normpath(f"docs/{match['target']}")))
            ),
        )
        for part in parts
    )


def is_listed(page: str) -> bool:
    """Whether a page of the site stands in its folder's list."""
    folder, slash, name = page.partition("/")
    return bool(slash) and folder in FOLDERS and name != "index.md"


def without_a_way_in() -> list[str]:
    """Pages by hand that no section names and no folder lists, as paths of the repository."""
    named = {page for section in sections() for page in section.pages}
    return [
        source
        for page, source in hand_written().items()
        if page not in named and page != "index.md" and not is_listed(page)
    ]


def with_links_of_site(text: str, source: str) -> str:
    """The page of `source` with its links as the site has them; what it has not, it links to in
    the repository. Links in code stay."""
    here = of_site(source)
    parts = []
    end = 0
    for fence in _FENCE.finditer(text):
        parts += [_linked(text[end : fence.start()], source, here), fence[0]]
        end = fence.end()
    return "".join([*parts, _linked(text[end:], source, here)])


def _linked(text: str, source: str, here: str) -> str:
    def link(match: re.Match[str]) -> str:
        target = os.path.normpath(os.path.join(os.path.dirname(source), match["target"]))
        page = of_site(target)
        anchor = match["anchor"] or ""
        is_page = f"{target}/".startswith("docs/") or target in AT_THE_TOP
        if is_page and page.endswith(".md"):
            relative = os.path.relpath(page, os.path.dirname(here) or ".")
            return f"]({relative}{anchor})"
        return f"]({REPOSITORY}{target}{anchor})"

    return _LINK.sub(link, text)
