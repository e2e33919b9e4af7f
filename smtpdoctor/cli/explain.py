"""`smtpdoctor explain`: the page of a diagnosis code."""

from __future__ import annotations

from typing import Annotated

import typer

from smtpdoctor.cli._output import UsageFault, write

EPILOG = "Examples:  smtpdoctor explain port-blocked   ·   smtpdoctor explain  (lists the codes)"


def explain(
    code: Annotated[
        str | None, typer.Argument(help="A diagnosis code, as reports print it.")
    ] = None,
) -> None:
    """Print the page of a diagnosis code; without one, list the codes. Needs no network."""
    from smtpdoctor import pages

    if code is None:
        write("".join(f"{name:34} {title}\n" for name, title in pages.titles().items()))
        return
    page = pages.read(code.strip())
    if page is None:
        near = pages.nearest(code)
        hint = f"; did you mean {near}?" if near else "; smtpdoctor explain lists the codes"
        raise UsageFault(f"no diagnosis code {code!r}{hint}")
    write(page)
