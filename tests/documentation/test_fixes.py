"""The settings that fix a cause, in each program: they parse, and a program made of them goes out
by the way that it had, without a remark of the doctor."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
import yaml

from smtpdoctor import knowledge, pages
from smtpdoctor.settings.dialects.base import Dialect, dialects
from smtpdoctor.settings.model import TLSMode
from smtpdoctor.settings.readers import dotenv
from tests.knowledge.test_snippets import AROUND, BESIDE, GRAMMARS, PORTS, PROGRAMS, filled
from tests.settings.dialects.support import one, write
from tests.settings.dialects.ways import remarks, way
from tools.documentation import code_pages, dialect_ways, fixes

EACH = [
    pytest.param(topic, text, id=f"{topic.name}-{text.program}")
    for topic in fixes.known().topics
    for text in topic.programs
]
#: What a text stands in where it is no program by itself.
WRAPPED = {**AROUND, "java": "class A {{ void send() {{\n{}\n}} }}\n"}
#: A comment where the settings go that were there before.
BEFORE = re.compile(r"^ *(?://|#) …\n", re.MULTILINE)
#: The programs that the doctor reads, by their names.
READ = {knowledge.snippets()[name].name: name for name in PROGRAMS if name != "smtplib"}
#: Topics whose texts are whole steps, and no settings beside others.
STEPS = ("sender", "connections", "url")


def with_settings(name: str, text: str) -> str:
    """A program with the setting beside those of STARTTLS on 587; its own stand once."""
    option = re.compile(r"^\s*'?(?:\$mail->)?([\w.]+)'?(?: =>| ?=|:)", re.MULTILINE)
    own = set(option.findall(text))
    lines = filled(name, "starttls").splitlines()
    if BEFORE.search(text):
        lines = lines[1:-1]
    kept = [line for line in lines if (found := option.match(line)) is None or found[1] not in own]
    if BEFORE.search(text):
        return BEFORE.sub(lambda _: "\n".join(kept) + "\n", text)
    return "\n".join([*kept, text])


@pytest.mark.parametrize(("topic", "text"), EACH)
def test_it_parses_in_its_language(topic: fixes.Topic, text: fixes.Text) -> None:
    body = text.text.strip("\n")
    match text.language:
        case "yaml":
            assert yaml.safe_load(body)
        case "ini":
            configparser.ConfigParser().read_string(f"[php]\n{body}\n")
        case "properties" | "text":
            assert all("=" in line or line.startswith("#") for line in body.splitlines())
        case "dotenv":
            read = dotenv.read("npm-dotenv", body + "\n", {})
            assert len(read.entries) == len(body.splitlines())
        case language:
            tree_sitter = pytest.importorskip("tree_sitter")
            grammar = pytest.importorskip({**GRAMMARS, "java": "tree_sitter_java"}[language])
            made = grammar.language_php() if language == "php" else grammar.language()
            name = "laravel" if text.program == "Laravel" else language
            source = WRAPPED.get(name, "{}\n").format(body)
            parser = tree_sitter.Parser(tree_sitter.Language(made))
            assert not parser.parse(source.encode()).root_node.has_error


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        each
        for each in EACH
        if each.values[1].program in READ
        and each.values[0].name not in STEPS
        and each.values[1].language == knowledge.snippets()[READ[each.values[1].program]].language
    ],
)
def test_a_program_with_it_goes_the_way_that_it_went(
    tmp_path: Path, topic: fixes.Topic, text: fixes.Text
) -> None:
    name = READ[text.program]
    file, around = PROGRAMS[name]
    program = around.replace("{}", "%s").replace("{{", "{").replace("}}", "}") % with_settings(
        name, text.text.strip("\n")
    )
    root = write(tmp_path, {**BESIDE, file: program})
    setup = one(root, name, SMTP_PORT="587", SMTP_SECURE="false", SMTP_HOST="smtp.ionos.com")
    assert way(setup)[:3] in (
        ("smtp.ionos.com", PORTS["starttls"], "starttls"),
        ("192.0.2.25", PORTS["starttls"], "starttls"),  # the address in the host's place
    )
    assert remarks(setup) == set()


def test_a_setting_that_is_misread_is_seen(tmp_path: Path) -> None:
    """Or the test above would see nothing of what a setting does."""
    text = 'nodemailer.createTransport({\n  secure: "false",\n  // …\n});'
    file, around = PROGRAMS["nodemailer"]
    root = write(tmp_path, {file: around.format(with_settings("nodemailer", text))})
    assert remarks(one(root, "nodemailer")) == {("misread", "secure")}


#: They fill in variables inside single quotes, too.
EXPANDERS = ["bun", "npm-dotenv-expand"]
#: What reads a file with the password in it.
READERS = {
    ".env": [name for name in dotenv.readers() if name not in ("docker", *EXPANDERS)],
    ".env, read by Bun or dotenv-expand": EXPANDERS,
    "Docker: --env-file": ["docker"],
    "systemd: EnvironmentFile": ["systemd"],
}
PASSWORD = 'a#b $c"d'


def test_every_place_gives_the_program_the_same_password() -> None:
    (topic,) = (each for each in fixes.known().topics if each.name == "quoting")
    assert PASSWORD in topic.beside
    for each in topic.programs:
        body = each.text.strip("\n")
        if each.language == "yaml":
            found = str(yaml.safe_load(body)).replace("$$", "$")
            assert repr(PASSWORD)[1:-1] in found
        for reader in READERS.get(each.program, ()):
            read = dotenv.read(reader, body + "\n", {})
            assert {entry.name: entry.value.reveal() for entry in read.entries} == {
                "SMTP_PASS": PASSWORD
            }, reader


def test_every_code_is_one_and_every_topic_is_used() -> None:
    known = {*pages.codes()}
    assert fixes.known().ways <= known
    for topic in fixes.known().topics:
        assert set(topic.codes) <= known
        assert list(topic.codes) == sorted(topic.codes)
        for code in topic.codes:
            made = code_pages.page(code, pages.read(code) or "", None, None, knowledge.snippets())
            assert f"**{topic.heading}**" in made


@pytest.mark.parametrize(("mode", "port"), list(code_pages.PORTS.items()))
def test_every_program_that_the_doctor_reads_has_its_settings_on_the_page(
    mode: TLSMode, port: int
) -> None:
    """What is shown leads there in that program, by what the doctor itself makes of it."""
    known = knowledge.snippets()
    shown = dict(dialect_ways.rows(mode, port, known))
    assert len(shown) > 90
    for dialect in dialects():
        if dialect.name in shown:
            way = dialect_ways.way(dialect, mode, port)
            assert way is not None
            came = dialect.outcome({_host_of(dialect): "smtp.example.com", **way})
            assert (came.tls, came.port, came.fault) == (mode, port, None)
    said = {
        "implicit": "`N8N_SMTP_PORT: 465`, `N8N_SMTP_SSL: true`",
        "starttls": "`N8N_SMTP_PORT: 587`, `N8N_SMTP_SSL: false`",
    }
    assert shown["n8n"] == said[mode]
    assert not {each.name for each in known.values()} & set(shown)
    page = code_pages.page("wrong-port", pages.read("wrong-port") or "", None, None, known)
    assert "N8N_SMTP_PORT" in page


def _host_of(dialect: Dialect) -> str:
    names = [name for name, field in dialect.fields.items() if field == "host"]
    return min(names, key=lambda name: name.startswith("url."))


def test_a_program_without_such_a_way_is_left_out() -> None:
    """Odoo's and Red Mail's TLS from the first byte, msmtp's code: no line is made up."""
    by_name = {dialect.name: dialect for dialect in dialects()}
    for name in ("Red Mail", "GoToSocial"):
        assert dialect_ways.way(by_name[name], "implicit", 465) is None
        assert dialect_ways.way(by_name[name], "starttls", 587) is not None
