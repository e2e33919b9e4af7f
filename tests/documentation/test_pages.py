"""The site's pages before they are rendered: ways in, links, texts, screens. Needs no Sphinx."""

from __future__ import annotations

import re

import pytest

from smtpdoctor import knowledge, pages
from smtpdoctor.knowledge.platforms import platforms
from tools.documentation import (
    code_pages,
    docstrings,
    error_texts,
    navigation,
    platform_pages,
    printed,
    provider_pages,
)
from tools.documentation.__main__ import update_screens


def test_every_page_has_a_way_in() -> None:
    lost = navigation.without_a_way_in()
    assert not lost, (
        f"{', '.join(lost)}: no way in. Add a line with a link to docs/README.md, in the section "
        "where a reader would look; its sections are the site's navigation."
    )


def test_a_page_that_no_section_names_has_no_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "sections", lambda: ())
    assert "docs/start.md" in navigation.without_a_way_in()
    assert not any("docs/diagnoses/" in page for page in navigation.without_a_way_in())


def test_every_link_of_the_navigation_is_a_page_or_a_folders_list() -> None:
    lists = {f"{folder}/index.md" for folder in navigation.FOLDERS}
    for section in navigation.sections():
        assert section.pages
        assert set(section.pages) <= {*navigation.hand_written(), *lists}


@pytest.mark.parametrize(
    ("link", "source", "of_site"),
    [
        ("[a](json.md)", "docs/README.md", "[a](json.md)"),
        ("[a](diagnoses/)", "docs/docker.md", "[a](diagnoses/index.md)"),
        ("[a](../diagnoses/wrong-port.md#fix)", "docs/providers/ionos.md", None),
        ("[a](../SECURITY.md)", "docs/threat-model.md", "[a](SECURITY.md)"),
        ("[a](docs/threat-model.md)", "SECURITY.md", "[a](threat-model.md)"),
        (
            "[a](../smtpdoctor/words.py)",
            "docs/json.md",
            f"[a]({navigation.REPOSITORY}smtpdoctor/words.py)",
        ),
        ("[a](https://example.com/b.md)", "docs/json.md", None),
        ("[a](#fix)", "docs/json.md", None),
        ("```\n[a](../SECURITY.md)\n```", "docs/json.md", None),
    ],
)
def test_links_lead_to_pages_of_the_site(link: str, source: str, of_site: str | None) -> None:
    assert navigation.with_links_of_site(link, source) == (of_site or link)


def test_screens_are_what_the_program_prints() -> None:
    assert update_screens(check=True) == 0, "run: make screens"


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (r"wrong[ _]version[ _]number", ["wrong version number"]),
        (r"no (?:user ?name|password) set", ["no username set", "no password set"]),
        (r"doesn.t offer[^\n]{0,40}TLS\b", ["doesn't offer … TLS"]),
        (r"^535[ -].*refused", ["535 … refused"]),
        (r"errno:? 111\b|\d{3}", ["errno: 111"]),
    ],
)
def test_texts_of_a_pattern(pattern: str, texts: list[str]) -> None:
    assert error_texts.variants(pattern) == texts


def test_a_text_that_a_host_makes_another_is_on_no_page() -> None:
    """A search for "getaddrinfo ENOTFOUND smtp.example.com" found the page of a missing host."""
    assert "getaddrinfo ENOTFOUND" not in error_texts.by_code()["setting-invalid"].first
    assert "smtp host is not set" in error_texts.by_code()["setting-invalid"].first


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("wrong version number", "implicit-tls-on-starttls-port"),
        ("ETIMEDOUT", "port-blocked"),
        ("535 authentication credentials invalid", "credentials-rejected"),
        ("Greeting never received", "plaintext-on-implicit-tls-port"),
        ("certificate has expired", "certificate-expired"),
    ],
)
def test_a_text_stands_on_the_page_of_its_cause(text: str, code: str) -> None:
    assert text.lower() in [each.lower() for each in error_texts.by_code()[code].searched]


def test_a_code_page_has_words_and_snippets_before_its_look_alikes() -> None:
    text = pages.read("wrong-port")
    assert text is not None
    words = error_texts.by_code()["port-blocked"]
    made = code_pages.page(
        "port-blocked", text, words, ("wrong-port", "the report"), knowledge.snippets()
    )
    headings = [line for line in made.splitlines() if line.startswith("## ")]
    at = headings.index("## Look-alikes")
    assert headings[at - 3 : at] == [
        "## What programs print",
        "## A report",
        "## The fix in your program",
    ]
    assert "   single: ETIMEDOUT" in made
    for program in ("Nodemailer", "Laravel", "Spring Boot"):
        assert made.count(f"<summary>{program}</summary>") == 2  # the page has both ways


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("port-blocked", ["implicit"]),
        ("tls-required", ["starttls", "implicit"]),
        ("credentials-missing", ["implicit", "starttls"]),  # of the login: both
        ("sender-not-allowed", []),
    ],
)
def test_a_code_page_has_the_ways_of_its_own_fix(name: str, ways: list[str]) -> None:
    made = code_pages.page(name, pages.read(name) or "", None, None, knowledge.snippets())
    headings = {
        "implicit": "**TLS from the first byte, port 465**",
        "starttls": "**STARTTLS, port 587**",
    }
    shown = [line for line in made.splitlines() if line in headings.values()]
    assert shown == [headings[way] for way in ways]


#: Causes that fewer programs notice: the others go on.
NOTICED_BY_FEW = {"reply-unreadable": 5, "starttls-injection": 5}


@pytest.mark.parametrize("code", pages.codes())
def test_every_page_says_what_six_programs_print_or_what_is_noticed_instead(code: str) -> None:
    programs = {name for each in printed.by_code().get(code, ()) for name in each.printed}
    assert (code in printed.unseen()) == (not programs)
    assert not programs or len(programs) >= NOTICED_BY_FEW.get(code, 6)
    made = code_pages.page(code, pages.read(code) or "", None, None, knowledge.snippets())
    _, _, part = made.partition("\n## What programs print\n")
    before, _, _ = part.partition("\n## ")
    for program in programs:
        assert f"| {program} | " in before
    if code in printed.unseen():
        assert printed.unseen()[code] in before


def test_a_page_as_it_is_printed_has_no_marks_for_its_tests() -> None:
    marked = [
        code
        for code in pages.codes()
        if "<!--" in (pages.folder() / f"{code}.md").read_text("utf-8")
    ]
    assert "clock-wrong" in marked
    assert not any("<!--" in (pages.read(code) or "") for code in marked)


def test_a_line_leads_to_a_page_only_where_no_other_cause_prints_it() -> None:
    leading = {line: code for code, lines in printed.leading().items() for line in lines}
    assert (
        leading["Invalid login: 535 Authentication credentials invalid"] == "credentials-rejected"
    )
    assert "Greeting never received" not in leading  # of greeting-missing, not-smtp and others


def test_the_record_has_nothing_of_the_machine_that_made_it() -> None:
    text = printed.RECORDED.read_text("utf-8")
    assert not re.search(r"/root|/tmp|/work|127\.1\.0|example\.net|seven-herons", text)


def test_a_providers_page_has_its_facts_with_sources_and_what_is_not_known() -> None:
    made = provider_pages.page(knowledge.providers()["ionos"])
    for fact in ("smtp.ionos.com", "STARTTLS", "Not served: 2525", "include:\\_spf-eu"):
        assert fact.replace("\\", "") in made
    assert "[credentials-rejected](../diagnoses/credentials-rejected.md)" in made
    assert "## What is not known" not in made  # of IONOS all is
    assert "its DKIM selectors" in provider_pages.page(knowledge.providers()["gmx"])


def test_a_providers_page_begins_with_what_to_write() -> None:
    made = provider_pages.page(knowledge.providers()["sendgrid"])
    settings = "SMTP_HOST=smtp.sendgrid.net\nSMTP_PORT=587\nSMTP_SECURE=false\nSMTP_USER=apikey\n"
    assert settings in made
    assert "take the one of your region" not in made
    assert "take the one of your region" in provider_pages.page(knowledge.providers()["amazon_ses"])
    by_hand = provider_pages.page(knowledge.providers()["sendgrid"], "# By hand\n")
    assert "## The settings" not in by_hand


def test_a_platforms_page_has_what_is_blocked_and_how_it_is_lifted() -> None:
    made = platform_pages.page(platforms()["digitalocean_droplet"])
    assert "| 25, 465, 587 | blocked | everybody | yes | not known; so on 2025-09-17 |" in made
    assert "not at all" in made
    assert "not known to say anything of port 2525." in made


def test_a_platforms_page_says_since_when_or_that_nothing_is_known() -> None:
    made = platform_pages.page(platforms()["linode"])
    assert "| yes | 2019-11-05 ([2019-11-05](#source-linode-policy)) |" in made
    made = platform_pages.page(platforms()["contabo"])
    assert "no page of Contabo that says anything of mail ports was found" in made
    assert "| ports |" not in made


def test_a_page_lists_the_sources_that_it_leads_to() -> None:
    for made in (
        platform_pages.page(platforms()["digitalocean_droplet"]),
        provider_pages.page(knowledge.providers()["ionos"]),
    ):
        cited = set(re.findall(r"\(#(source-[a-z0-9-]+)\)", made))
        assert cited == set(re.findall(r"^\((source-[a-z0-9-]+)\)=$", made, re.MULTILINE))
        assert len(cited) > 2


def test_every_provider_and_platform_is_in_its_list() -> None:
    listed = provider_pages.overview("# Providers")
    assert all(f"]({name}.md)" in listed for name in knowledge.providers())
    listed = platform_pages.overview("# Platforms")
    assert all(f"]({name}.md)" in listed for name in platforms())
    assert all(f"]({code}.md)" in code_pages.overview() for code in pages.codes())


def test_the_python_interface_is_whole() -> None:
    import smtpdoctor

    made = docstrings.python_interface()
    for name in smtpdoctor.__all__:
        assert f"\n## {name}\n" in made
    assert "password_stdin" not in made
    assert "async def acheck(" in made
