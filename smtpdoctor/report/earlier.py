"""Whether a file's content is an earlier report of smtpdoctor, which a new one may replace.

This module knows what marks a report in each format. It must not know reports otherwise: one of
any schema counts.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec


class _Named(msgspec.Struct):
    name: str


class _Report(msgspec.Struct):
    schema: int
    tool: _Named


class _Tool(msgspec.Struct):
    driver: _Named


class _SARIFRun(msgspec.Struct):
    tool: _Tool


class _SARIF(msgspec.Struct):
    version: str
    runs: list[_SARIFRun]


class _Finding(msgspec.Struct):
    """One entry of GitLab's array, which has no place for a program's name: ours is known by a
    description that begins with the code, and by the length of its fingerprint."""

    description: str
    check_name: str
    fingerprint: str

    @property
    def is_ours(self) -> bool:
        ours = re.fullmatch(r"[0-9a-f]{64}", self.fingerprint)
        return ours is not None and self.description.startswith(f"{self.check_name}: ")


#: How the texts that are no JSON begin. The comment stands in Markdown and HTML.
COMMENT = "<!-- a report of smtpdoctor -->"
_BEGINNING = re.compile(
    rf"{re.escape(COMMENT)}|<!doctype html>\n{re.escape(COMMENT)}"
    r'|<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="smtpdoctor"'
    r"|# HELP smtpdoctor_\w+ "
    # other plugins begin so too: the figures are ours alone
    r"|SMTP (?:OK|WARNING|CRITICAL|UNKNOWN) - [^\n|]* \| time=[^\n]*"
    r" errors=\d+;;;0 warnings=\d+;;;0\n".encode()
)
#: How those begin that are for people alone, …
_FIRST_LINE = re.compile(
    rb"(?:[^\n]*: )?(?:error|warning|note)(?:\[[\w-]+\]|: )"
    rb"|[Nn]o (?:mail )?settings were found|no host set|mail from \S|  not checked: "
    rb"|\S+:\d+(?: with|\n)|\d+ set-ups?: nothing wrong in"
    rb"|\S[^\n]*(?:\xe2\x80\xa6|~)\n  "  # a head that was cut
)
#: … and how they end: notes of somebody's own may end with one. What is only shown in a log
#: (`github`), and what is handed on in somebody's own words (`ticket`), is not known again.
_ENDING = re.compile(
    rb"(?m:^(?:.* )?\d+\.\d s, exit [0-3]"
    rb"|^\d+ (?:error|warning)s?(?:, \d+ \w+)* in \d+ set-ups?"
    rb"|^(?:\d+ set-ups?: nothing wrong in|no mail settings were found)[\w ,]*)\n"
    rb"(?:anonymous: [^\n]*\n)?\Z"
)
#: So many bytes hold what `_ENDING` looks for.
_LAST_LINES = 500


def is_report(content: bytes) -> bool:
    """Whether this is a report that smtpdoctor wrote."""
    if _BEGINNING.match(content):
        return True
    if _FIRST_LINE.match(content) and _ENDING.search(content[-_LAST_LINES:]):
        return True
    try:
        if content.lstrip().startswith(b"["):
            # nothing is lost with an empty one, whoever wrote it
            return all(item.is_ours for item in msgspec.json.decode(content, type=list[_Finding]))
        found = msgspec.json.decode(content, type=dict[str, Any])
        if "runs" in found:
            runs = msgspec.convert(found, _SARIF).runs
            return bool(runs) and all(run.tool.driver.name == "smtpdoctor" for run in runs)
        return msgspec.convert(found, _Report).tool.name == "smtpdoctor"
    except (msgspec.MsgspecError, ValueError, RecursionError):  # ValueErrors only in newer versions
        return False
