"""The page: no text of others is markup in it, nothing is fetched, the cause is there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Observation, Observations
from smtpdoctor.report import formats
from smtpdoctor.report.model import NotChecked, Report, build, join
from smtpdoctor.report.waterfall import waterfall

from ..rules.scene import Scene
from .test_formats import REPORTS
from .test_network_table import WAY, blocked

TAGS = frozenset(
    """
    html head meta title style body header nav main footer section article div p span dl dt dd
    h1 h2 h3 h4 h5 ul li strong a code pre ins del table caption thead tbody tr th td details
    summary
    """.split()  # noqa: SIM905
)
ATTRIBUTES = frozenset(
    """
    lang charset http-equiv content name class id href scope colspan style aria-hidden aria-label
    """.split()  # noqa: SIM905
)
#: What breaks out of a text, an attribute, a comment, a style, and what a browser would fetch.
MARKUP = (
    "\"'></style></title></pre>--><script src=//evil.example></script><img src=//evil.example "
    'onerror=alert(1)><a href="javascript:alert(1)">&lt;b&gt; url(//evil.example) '
    "\u202eevil\x00\x1b["
)
HOME = "https://github.com/smtpdoctor/smtpdoctor/"


class Page(HTMLParser):
    """The elements of a page, its texts and its headings; fails where one isn't closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(report: Report) -> Page:
    return Page(formats.render("html", report))


def assert_needs_nothing(page: Page) -> None:
    """No element, attribute or address that is not the project's own."""
    anchors = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for tag, attributes in page.elements:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        style = attributes.get("style")
        assert style is None or re.fullmatch(
            r"left:min\([\d.]+%, 100% - 3px\);width:[\d.]+%", style
        )
        link = attributes.get("href")
        assert link is None or link.startswith(HOME) or (link[1:] in anchors and link[0] == "#")
    assert page.comments == [" a report of smtpdoctor "]
    (policy,) = [each for each in page.all("meta") if "http-equiv" in each]
    assert str(policy["content"]).startswith("default-src 'none'; style-src 'unsafe-inline'")


def assert_is_in_order(page: Page) -> None:
    """One h1, no level left out, and every table with heads of columns and rows."""
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(each.get("scope") in ("col", "row") for each in page.all("th"))
    assert page.all("html") == [{"lang": "en"}]


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_of_a_report(name: str, tmp_path: Path, authority: Authority) -> None:
    report = REPORTS[name](tmp_path, authority)
    page = page_of(report)
    assert_needs_nothing(page)
    assert_is_in_order(page)
    words = " ".join(page.text.split())
    for item in report.diagnoses:
        assert item.title in words
        assert item.code in words
    for check in report.checks:
        assert check.name in words
    assert PASSWORD not in page.text


def everywhere(observations: Observations, text: str) -> Observations:
    """The observations with this in every text that may be any."""

    def changed(value: Any, fits: Callable[[Any], bool]) -> Any:
        """The value with as much of it replaced as still `fits`."""
        if isinstance(value, str):
            return text if fits(text) else value
        if isinstance(value, dict):
            parts: Any = dict(value)
        elif isinstance(value, list):
            parts = list(value)
        else:
            return value
        for at in list(parts) if isinstance(parts, dict) else range(len(parts)):
            if at in ("id", "connection", "kind", "after"):
                continue

            def fits_there(part: Any, at: Any = at) -> bool:
                other = parts.copy()
                other[at] = part
                return fits(other)

            parts[at] = changed(parts[at], fits_there)
        return parts

    def is_observation(item: Any) -> bool:
        try:
            Observations.from_builtins([item])
        except msgspec.ValidationError:
            return False
        return True

    return Observations.from_builtins(
        [changed(item, is_observation) for item in observations.to_builtins()]
    )


@pytest.mark.parametrize("world", ["blocked", "whole"])
def test_no_text_of_others_is_ever_markup(world: str) -> None:
    """Every text of a saved run may be anything."""
    scene = blocked() if world == "blocked" else Scene.healthy()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0])
    observations = everywhere(scene.observations(), MARKUP)
    report = build(observations, started=MARKUP, seconds=1.0)
    several = join(
        [*report.targets, *report.targets],
        started=MARKUP,
        seconds=2.0,
        not_checked=[NotChecked(setup=MARKUP, why=MARKUP)],
    )
    for each in (report, several):
        page = page_of(each)
        assert_needs_nothing(page)
        assert_is_in_order(page)
        assert "<script src=//evil.example>" in page.text  # as words
        assert not set("\u202e\x00\x1b") & set(page.text)


def test_the_cause_comes_with_the_line_and_the_diff(tmp_path: Path, authority: Authority) -> None:
    text = formats.render("html", REPORTS["broken"](tmp_path, authority))
    assert re.search(r'\d │ SMTP_SECURE=true\n  │ +<span class="caret">\^{4}</span>', text)
    assert "<del>- SMTP_SECURE=true</del><ins>+ SMTP_SECURE=false</ins>" in text
    assert text.index("SMTP_SECURE=true") < text.index(">Checks<")


def test_the_ways_stand_beside_each_other() -> None:
    scene = blocked()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0])
    page = page_of(build(scene.observations(), started="2026-11-22T07:00:00Z", seconds=5.5))
    words = " ".join(text for text in page.texts if text.strip())
    assert (
        f"hop port 587 port 443 1 {WAY[0]} {WAY[0]} 2 ✗ nothing more {WAY[1]} "
        f"3 {WAY[2]} 4 ✓ the server at hop 4"
    ) in words
    assert "smtp.ionos.com ✗ silent ✓ open ✓ open" in words


def test_every_address_is_shown_where_nothing_is_wrong() -> None:
    scene = Scene()
    scene.session().rest()
    page = page_of(build(scene.observations(), started="2026-11-22T07:00:00Z", seconds=1.0))
    assert "The server's addressesaddressport 587" in page.text
    assert "✓ open" in page.text


def test_several_targets_are_sections_with_anchors(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    targets = [
        REPORTS["broken"](tmp_path / "a", authority).target,
        REPORTS["healthy"](tmp_path / "b", authority).target,
    ]
    left_out = NotChecked(setup="django settings.py:3", why="EMAIL_HOST is computed")
    report = join(targets, started="2026-11-22T07:00:00Z", seconds=1, not_checked=[left_out])
    page = page_of(report)
    assert len(page.all("section")) == 2
    assert [each["href"] for each in page.all("a")][:2] == ["#target-1", "#target-2"]
    assert "Not checked: django settings.py:3: EMAIL_HOST is computed" in page.text


def test_the_chain_is_a_tree_with_what_is_left_of_it(tmp_path: Path, authority: Authority) -> None:
    text = page_of(REPORTS["healthy"](tmp_path, authority)).text
    assert re.search(r"✓ \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d: \d+ days left at this run", text)
    assert "named as issuer, not sent by the server" in text


# --- the steps in time ------------------------------------------------------------------------


def bars(scene: Scene) -> list[tuple[str, str, bool | None, bool]]:
    found = waterfall(Run(scene.observations()))
    return [(bar.stage, bar.what, bar.ok, bar.beside) for bar in found]


def test_every_step_of_a_run_is_a_bar_in_order() -> None:
    found = bars(Scene.healthy())
    own = [(stage, what) for stage, what, _, beside in found if not beside]
    assert list(dict.fromkeys(stage for stage, _ in own)) == ["DNS", "TCP", "SMTP", "TLS"]
    assert [what for stage, what in own if stage == "SMTP"][:3] == ["greeting", "EHLO", "STARTTLS"]
    assert all(ok is not False for _, _, ok, _ in found)


def test_a_failed_step_is_marked_and_what_was_tried_beside_is_told_apart() -> None:
    found = bars(blocked())
    tcp = [(ok, beside) for stage, _, ok, beside in found if stage == "TCP"]
    assert tcp[0] == (False, False)
    assert {beside for _, beside in tcp[1:]} == {True}


def test_a_certificate_that_is_not_accepted_ends_the_handshake() -> None:
    scene = Scene(port=465, tls="implicit")
    session = scene.session()
    session.handshake()
    session.certificate(verify_code=10, verify_message="certificate has expired")
    (bar,) = [bar for bar in waterfall(Run(scene.observations())) if bar.stage == "TLS"]
    assert (bar.ok, bar.came) == (False, "certificate not accepted: certificate has expired")


def test_steps_that_may_fail_are_all_kinds_with_a_time() -> None:
    """A new kind of step with a length of its own must not be left out of the picture."""
    told = {item.id for item in Scene.healthy().observations() if item.seconds}
    shown = {(bar.at, bar.seconds) for bar in waterfall(Run(Scene.healthy().observations()))}
    items: list[Observation] = [item for item in Scene.healthy().observations() if item.id in told]
    assert {(item.at, item.seconds) for item in items} <= shown


def test_what_begins_after_the_most_steps_is_counted() -> None:
    scene = Scene()
    for _ in range(130):  # and one look-up
        scene.connect("silent", took=0.1)
    page = page_of(build(scene.observations(), started="2026-11-22T07:00:00Z", seconds=5.5))
    assert "31 more" in page.text


# --- the sender -------------------------------------------------------------------------------

ZONE = {
    "example.com TXT": ("v=spf1 include:_spf.example.net -all",),
    "_spf.example.net TXT": ("v=spf1 ip4:192.0.2.0/24 a:gone.example.net ~all",),
    "_dmarc.example.com TXT": ("v=DMARC1; p=reject",),
}


def test_the_tree_of_spf_has_its_counts() -> None:
    scene = Scene(sender="info@example.com").policies(ZONE, alone=True)
    page = page_of(build(scene.observations(), started="2026-11-22T07:00:00Z", seconds=5.5))
    assert_needs_nothing(page)
    assert_is_in_order(page)
    words = " ".join("".join(page.texts).split())
    assert "SPF of example.com: 2 look-ups of 10, 1 void one of 2" in words
    assert "include:_spf.example.net 2 look-ups, 1 void" in words
    assert "Mail from info@example.com" in words
    assert "DMARC: " in words
    assert "SPF, DKIM and DMARC: " in words  # the questions as one step
    assert page.all("details") == []
    assert "reach" not in page.texts  # no server was asked


def test_ways_that_no_cause_needs_are_shown_too() -> None:
    scene = Scene.healthy()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, *WAY, end="open")
    page = page_of(build(scene.observations(), started="2026-11-22T07:00:00Z", seconds=5.5))
    assert page.text.count("✓ the server at hop 4") == 2
