"""The site as it is built: no dead link, a way in to every page, a search that takes errors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.real.test_pages import GRAVE, chromium, looked_at
from tools.documentation.navigation import ROOT

__all__ = ["chromium"]  # a fixture

pytestmark = pytest.mark.real

SEARCH = Path(__file__).parent / "search.mjs"
#: What a browser loads by itself, in HTML and in CSS.
LOADED = re.compile(
    r"""<(?:script|img|iframe|source)[^>]+src="([^"]+)"|<link[^>]+href="([^"]+)\""""
    r"""|url\(([^)]+)\)|@import ([^;]+)"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    status = python("-m", "tools.documentation", str(folder))
    assert status == 0
    return folder


def python(*arguments: str) -> int:
    """Sphinx has warnings of its own, and loggers: it gets a process."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode


def links(page: Path) -> set[Path]:
    """The pages that a page links to."""
    text = page.read_text("utf-8")
    found = re.findall(r"""<a[^>]+href="([^"#:?]+\.html)(?:#[^"]*)?\"""", text)
    return {(page.parent / unquote(each)).resolve() for each in found}


def test_every_page_is_reached_from_the_first(site: Path) -> None:
    reached: set[Path] = set()
    waiting = {(site / "index.html").resolve()}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        waiting |= links(page) - reached
    assert {page.resolve() for page in site.rglob("*.html")} - reached == {
        (site / "search.html").resolve()  # its way in is the field beside every page
    }
    assert len(reached) > 250


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    for path in (*site.rglob("*.html"), *site.rglob("*.css")):
        for parts in LOADED.findall(path.read_text("utf-8")):
            address = "".join(parts).strip("\"' ")
            assert address.startswith("data:") or "//" not in address, f"{path.name}: {address}"


def test_pages_are_quiet_and_readable_on_a_phone_and_at_a_desk(site: Path, chromium: str) -> None:
    names = (
        "index",
        "start",
        "diagnoses/port-blocked",
        "platforms/linode",
        "providers/ionos",
        "providers/gmx",
    )
    pages = [site / f"{name}.html" for name in (*names, "platforms/index", "json", "genindex")]
    for each in looked_at(chromium, *pages):
        where = (Path(each["file"]).name, each["view"])
        assert each["messages"] == [], where
        own = (site.as_uri(), "data:")
        assert [request for request in each["requests"] if not request.startswith(own)] == [], where
        assert each["overflow"] <= 0, where
        assert [item for item in each["violations"] if item["impact"] in GRAVE] == [], where


@pytest.mark.parametrize(
    ("pasted", "first"),
    [
        ("wrong version number", "diagnoses/implicit-tls-on-starttls-port"),
        ("ETIMEDOUT", "diagnoses/port-blocked"),
        ("535 Authentication credentials invalid", "diagnoses/credentials-rejected"),
        (
            "Error: connect ETIMEDOUT 192.0.2.1:465 at TCPConnectWrap.afterConnect (node:net:1)",
            "diagnoses/port-blocked",
        ),
        (
            "[ERR] 80C:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl.c:3",
            "diagnoses/implicit-tls-on-starttls-port",
        ),
        (
            "smtplib.SMTPAuthenticationError: (535, b'Authentication credentials invalid')",
            "diagnoses/credentials-rejected",
        ),
        ("The server doesn't offer the STARTTLS extension.", "diagnoses/starttls-not-offered"),
        ("550-Requested action: mail send limit exceeded.", "diagnoses/sending-limit-reached"),
        ("port-blocked", "diagnoses/port-blocked"),
        ("IONOS", "providers/ionos"),
        # the words of a server that no page quotes, in a wrapping of nobody's
        ("smtp_exc: (550, b'5.1.1 no such mailbox at this site')", "diagnoses/recipient-rejected"),
        ("rcpt to answered with: 530 must authenticate", "diagnoses/credentials-missing"),
        # a library's text with a part that no page has
        (
            "mailer[77]: x509: certificate is valid for *.kasserver.com, not mail.example.com",
            "diagnoses/certificate-name-mismatch",
        ),
        ("connect ECONNREFUSED 127.0.0.1:587", "diagnoses/wrong-host"),
        ("connect ECONNREFUSED 192.0.2.1:587", "diagnoses/port-refused"),
        ("Mail command failed: 503 EHLO/HELO first please", "diagnoses/ehlo-rejected"),
        ("nodemailer", "dialects/nodemailer"),
        ("Kubernetes", "platforms/kubernetes"),
    ],
)
def test_the_search_finds_the_page_of_a_pasted_error(site: Path, pasted: str, first: str) -> None:
    assert searched(site, pasted)[0][0] == first


def test_a_text_that_no_page_quotes_leads_to_the_page_of_its_cause(site: Path) -> None:
    reports = [
        report
        for path in sorted((ROOT / "tests" / "data").glob("*errors.jsonl"))
        for line in path.read_text("utf-8").splitlines()
        if (report := json.loads(line))["codes"] and len(report["text"]) < 700
    ][::3]  # each takes the search some milliseconds
    # a field for one line has them so
    found = searched(site, *(report["text"].replace("\n", " ") for report in reports))
    firsts = [
        [page.removeprefix("diagnoses/") in report["codes"] for page in pages[:3]]
        for report, pages in zip(reports, found, strict=True)
    ]
    assert len(reports) > 250
    assert sum(hits[:1] == [True] for hits in firsts) >= 0.87 * len(reports)
    assert sum(any(hits) for hits in firsts) >= 0.95 * len(reports)


def searched(site: Path, *queries: str) -> list[list[str]]:
    """The pages that the site's own search finds for each query, the first first."""
    command = ["node", str(SEARCH), str(site), *queries]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    found: list[list[str]] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"index.md": "# A\n\n[b](nowhere.md)\n"}, id="dead link"),
        pytest.param({"index.md": "# A\n\n[b](#nowhere)\n"}, id="dead anchor"),
        pytest.param({"index.md": "# A\n", "lost.md": "# B\n"}, id="no way in"),
    ],
)
def test_a_fault_fails_the_build(fault: dict[str, str], tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name, text in fault.items():
        (source / name).write_text(text, "utf-8")
    assert rendered(source, tmp_path / "site") != 0


def rendered(source: Path, folder: Path) -> int:
    program = "import sys, pathlib; from tools.documentation.__main__ import render; "
    program += "sys.exit(render(*map(pathlib.Path, sys.argv[1:])))"
    return python("-c", program, str(source), str(folder))


def test_a_page_without_a_fault_is_rendered(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text("# A\n\n[b](#a)\n", "utf-8")
    assert rendered(source, tmp_path / "site") == 0
