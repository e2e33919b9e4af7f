"""Sphinx' configuration for the site. Warnings are errors: see `__main__`."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

import smtpdoctor
from tools.documentation.recognized import RECOGNIZED_ERRORS

project = "smtpdoctor"
author = "the smtpdoctor authors"
copyright = author  # noqa: A001 - Sphinx' own name
version = release = smtpdoctor.__version__

extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
# code that no lexer takes whole: shortened JSON, prompts
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "smtpdoctor"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["wide_tables.js"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": "https://github.com/smtpdoctor/smtpdoctor/",
    "source_branch": "main",
    "source_directory": "docs/",
    # no button that edits a page which is made from data
    "top_of_page_buttons": [],
}


def setup(app: Sphinx) -> None:
    """Sphinx calls it. After Furo, which puts the page together."""
    app.connect("html-page-context", accessible, priority=900)
    app.connect("html-page-context", takes_errors)


def takes_errors(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """The search takes a pasted error, by tables that no other page loads."""
    if page == "search":
        # deferred: Sphinx adds its own search behind these
        app.add_js_file(RECOGNIZED_ERRORS, loading_method="defer")
        app.add_js_file("pasted_errors.js", loading_method="defer")


def accessible(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """What axe-core finds grave in Sphinx' own HTML: headings of the navigation without a level,
    and code that scrolls but not by the keyboard."""
    navigation = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = navigation.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )
    context["body"] = context.get("body", "").replace("<pre>", '<pre tabindex="0">')
