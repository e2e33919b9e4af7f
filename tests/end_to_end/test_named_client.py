"""A project whose mail library is plain from its folder: that library's words and its code."""

from __future__ import annotations

import asyncio
from pathlib import Path

from smtpdoctor.api import run
from smtpdoctor.demo.scenarios import SCENARIOS
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.plan import ConnectTo
from smtpdoctor.plans import make_plan

from ..runs import shown


async def _report(folder: Path, *, verbose: bool = False) -> str:
    async with SCENARIOS["secure-true-on-587"].running() as setup:
        (folder / ".env").write_text(setup.env_text)
        plan = make_plan(
            CheckOptions(
                environ={},
                folder=folder,
                connect_to=[
                    ConnectTo(host=host, port=port, address=address, target_port=target)
                    for host, port, address, target in setup.connect_to
                ],
                cafile=setup.cafile,
            )
        )
        return shown(await run(plan, environ={}), verbose=verbose)


def test_nodemailers_words_and_lines(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "^7"}}')
    # where room is short, code goes first, then evidence
    page = asyncio.run(_report(tmp_path, verbose=True))
    assert "Nodemailer prints for this: wrong version number" in page
    assert "nodemailer.createTransport({" in page
    assert "secure: false" in page


def test_no_library_no_lines(tmp_path: Path) -> None:
    page = asyncio.run(_report(tmp_path))
    assert "createTransport" not in page
