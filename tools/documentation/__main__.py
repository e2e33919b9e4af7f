"""Build the site: python -m tools.documentation [--screens | FOLDER]

Puts the pages together and has Sphinx render them to FOLDER, else build/site; an earlier site there
is replaced. A dead link, an anchor that is not there and a page without a way in are errors.
`--screens` brings the screens in the README and docs/ up to date instead; `--screens --check` only
says whether they are.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from smtpdoctor import knowledge, pages
from smtpdoctor.knowledge.platforms import platforms
from tools.documentation import (
    code_pages,
    docstrings,
    error_texts,
    navigation,
    platform_pages,
    provider_pages,
    recognized,
    screens,
)

HERE = Path(__file__).parent
SITE = navigation.ROOT / "build" / "site"
#: What Sphinx leaves in a folder that it has written.
SPHINX_MARK = ".buildinfo"


def site_pages() -> dict[str, str]:
    """Every page of the site by its path, as Markdown."""
    found = {
        page: navigation.with_links_of_site((navigation.ROOT / source).read_text("utf-8"), source)
        for page, source in navigation.hand_written().items()
    }
    texts = error_texts.by_code()
    seen = screens.by_code()
    known = knowledge.snippets()
    for code in pages.codes():
        name = f"diagnoses/{code}.md"
        found[name] = code_pages.page(code, found[name], texts.get(code), seen.get(code), known)
    for provider in knowledge.providers().values():
        name = f"providers/{provider.id}.md"
        found[name] = provider_pages.page(provider, found.get(name, ""))
    for platform in platforms().values():
        found[f"platforms/{platform.id}.md"] = platform_pages.page(platform)
    found["diagnoses/index.md"] = code_pages.overview()
    found["providers/index.md"] = provider_pages.overview(found["providers/index.md"])
    found["platforms/index.md"] = platform_pages.overview(found["platforms/index.md"])
    found["python.md"] += docstrings.python_interface()
    found["json.md"] += docstrings.types_of_the_report()
    for folder in ("dialects", "decisions"):
        found[f"{folder}/index.md"] += _list(found, folder)
    return _entered(found)


def _list(found: dict[str, str], folder: str) -> str:
    """The list of a folder whose pages are all written by hand, for the end of its first page."""
    titles = {
        Path(page).name: text.partition("\n")[0].removeprefix("# ")
        for page, text in found.items()
        if page.startswith(f"{folder}/") and navigation.is_listed(page)
    }
    return "\n" + "".join(f"- [{title}]({page})\n" for page, title in sorted(titles.items()))


def _entered(found: dict[str, str]) -> dict[str, str]:
    """The pages with the navigation: the sections of docs/README.md. The pages of a folder stand
    in the folder's own list, which a line above each leads back to; the navigation beside every
    page stays short."""
    for section in navigation.sections():
        found["index.md"] += _toctree(section)
    for page, text in found.items():
        if navigation.is_listed(page):
            back = f"[{navigation.FOLDERS[page.partition('/')[0]]}](index.md)"
            found[page] = f"---\norphan: true\n---\n\n{back}\n\n{text}"
    return found


def _toctree(section: navigation.Section) -> str:
    names = [page.removesuffix(".md") for page in section.pages]
    return "\n".join(
        [
            "\n```{toctree}",
            ":hidden:",
            ":maxdepth: 1",
            f":caption: {section.heading}",
            "",
            *names,
            "```\n",
        ]
    )


def build(folder: Path) -> int:
    """Put the pages together and render the site; the status is Sphinx'."""
    with tempfile.TemporaryDirectory(prefix="smtpdoctor-site-") as made:
        source = Path(made)
        for page, text in {**site_pages(), **docstrings.schemas()}.items():
            (source / page).parent.mkdir(parents=True, exist_ok=True)
            (source / page).write_text(text, encoding="utf-8")
        if (folder / SPHINX_MARK).exists():  # nothing else is removed
            shutil.rmtree(folder)
        return render(source, folder)


def render(source: Path, folder: Path) -> int:
    """Have Sphinx render the pages of a folder; 0 where nothing is to be said of any."""
    from sphinx.cmd.build import build_main

    static = Path(shutil.copytree(HERE / "static", source / "_static"))
    (static / recognized.RECOGNIZED_ERRORS).write_text(recognized.script(), encoding="utf-8")
    shutil.copy(HERE / "conf.py", source)
    with tempfile.TemporaryDirectory(prefix="smtpdoctor-doctrees-") as doctrees:
        options = ["--quiet", "--fail-on-warning", "--keep-going", "--jobs", "auto"]
        return build_main([*options, "--doctree-dir", doctrees, str(source), str(folder)])


def update_screens(*, check: bool) -> int:
    """Bring the screens of all pages up to date, or only say whether they are."""
    with_screens = {
        path: text
        for source in ("README.md", *navigation.hand_written().values())
        if screens.named_in(text := (path := navigation.ROOT / source).read_text("utf-8"))
    }
    names = {name for text in with_screens.values() for name in screens.named_in(text)}
    made = screens.screens(sorted(names))
    stale = False
    for path, text in with_screens.items():
        new = screens.with_screens(text, made)
        stale = stale or new != text
        if not check:
            path.write_text(new, encoding="utf-8")
    return int(check and stale)


def main(arguments: list[str]) -> int:
    if "--screens" in arguments:
        return update_screens(check="--check" in arguments)
    folder = Path(arguments[0]) if arguments else SITE
    status = build(folder)
    if status == 0:
        print(folder / "index.html")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
