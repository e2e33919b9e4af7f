"""Whatever the bytes: no reader raises, and each ends."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.ini import unit_words
from smtpdoctor.settings.readers.model import Known, Map, Unknown, plain
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.tree import BYTES_AT_ONCE, parse
from tests.examples import examples

from .support import project

CODE = (
    *("a.js", "a.ts", "a.tsx", "a.py", "a.php", "a.rb", "a.java", "a.kt", "a.cs", "a.rs", "a.pl"),
    *("a.exs", "a.ps1", "a.dart"),
)
FORMATS = ("json", "toml", "yaml", "properties", "ini", "unit", "msmtprc", "variables")

#: Pieces that mean something in one language or another.
PIECES = r"""
x y = == === : ? ?? ?. . .. ... , ; ( ) [ ] { } ${ #{ } ` ' " \ || && ! !! + - * / % ** //
process.env os.environ ENV env( getenv( $_ENV $x $this self this @x ::X -> => := |= ||= ??= .= +=
const let var function return if else elif elsif unless end do then case when switch match default
class def import from require export module.exports async await new lambda fn use global try
except catch rescue begin for while in of not and or is None nil null undefined true false True
'a' "b" `c` 1 0x 1e9 .5 <<A <<<A A /* */ // # <?php ?> & &a *a << - ? | > !!str !x %x --- === @
[a] a=b a:b define( globals() vars().update( Number( parseInt( int( bool( str( .lower() .get(
|> ~w( ~s" :a :"b %{ %A{ fn defmodule System.get_env( Keyword.put( config cond use <> ++
.map( .to_i .present? {{ }} {% %} <% %>
$ENV{ %h = my our sub qw( q{ qq{ m{ s{ \\%h ->{ shift =pod __END__ <<E
@{ @( $( @p -x -x:$y | -eq -not [x]:: ` New-Object Send-MailMessage param( foreach ..x ?..x late r'
"""
BLANKS = ["\n", "\r\n", "\t", "  ", "\x00", "\ufeff", "\u2028", "\x85", "é", "😀", "\n  "]
PIECE = st.sampled_from(PIECES.split() + BLANKS)
TEXTS = st.one_of(
    st.lists(PIECE, max_size=40).map(" ".join),
    st.lists(PIECE, max_size=40).map("".join),
    st.text(max_size=60),
)
BYTES = st.one_of(st.binary(max_size=80), TEXTS.map(lambda text: text.encode("utf-8", "replace")))


def ask_everything(module: Module) -> None:
    """All that a dialect may ask."""
    for call in module.calls():
        _ = call.reached, call.function, call.target, call.named(), call.uses(), repr(call)
        for value in (call.argument(0), call.argument(1, "x"), call.result, call.receiver):
            plain(value)
            plain(value.at("x", 0))
        plain(module.result(call.block))
    for assignment in module.assignments():
        plain(assignment.value)
    for name in ("x", "y", "$x", "@x", "module"):
        plain(module.value(name, "x"))
    plain(module.returned)
    for function in module.functions().values():
        plain(module.result(function))
    for _base, fields in module.classes().values():
        plain(fields)


@pytest.mark.parametrize("path", CODE)
@settings(max_examples=examples(120), deadline=None, suppress_health_check=list(HealthCheck))
@given(content=BYTES)
def test_no_code_raises(path: str, content: bytes) -> None:
    if path == "a.php":
        content = b"<?php " + content
    found = project({path: content}, x="1").module(path)
    assert isinstance(found, Module | Unknown)
    if isinstance(found, Module):
        ask_everything(found)


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(content=BYTES)
def test_no_document_raises(format_: str, content: bytes) -> None:
    found = project({"a": content}).document("a", format_)
    assert isinstance(found, Document)
    for part in found.parts:
        plain(part)
    if format_ == "unit":
        service = found.at("Service")
        section = service.value if isinstance(service, Known) else None
        for entry in section.entries if isinstance(section, Map) else []:
            unit_words(entry.value)


NESTED = {
    "js": [
        "(",
        "[",
        "{a:",
        "`${",
        "a?b:",
        "a=>",
        "if(a)",
        "new ",
        "!",
        "a(",
        "class A{m(){",
        "<a>",
    ],
    "ts": ["(", "<", "{a:", "[", "a as ", "@a(", "type A=[", "a<b<"],
    "py": ["(", "[", "{1:", "not ", "lambda:", "f'{", "if a:\n ", "a[", "a(b="],
    "php": ["(", "[", "!", '"{$a[', "$a?:", "if(1)", "function(){", "match(1){1=>"],
    "rb": ["(", "[", "{a:", '"#{', "->{", "if a\n", "a do\n", "!", "%w[", "<<A,"],
    "java": ["(a) -> ", "new A(", "{", "a < ", "if (a) ", "a = ", '"""', "@A(", "switch (a) {"],
    "kt": ["a { ", '"${', "when { ", "if (a) ", "fun a() = ", "a.let { ", "object : A() { "],
    "cs": ["a => ", '$"{', "new A { B = ", "a switch { ", "a?[", "#if DEBUG\n", "await ", "a<"],
    "rs": ["if a {", "match a { 1 => ", "|a| ", 'r#"', "#[a] ", "a::<", "A { a: ", "'a ", "a!("],
    "json": ["[", '{"a":'],
    "toml": ["a=[", "[a.", "a={b="],
    "yaml": ["[", "{a: ", "- ", "? ", "- - ", "a:\n ", "&a "],
}


@pytest.mark.hostile
@pytest.mark.parametrize("ending", NESTED)
def test_nesting_ends_no_process(ending: str) -> None:
    """In a process of its own: what overflows a parser's stack raises nothing, it ends it."""
    code = f"""
from tests.settings.readers.support import project
from tests.settings.readers.test_hostile import ask_everything
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.model import plain
for piece in {NESTED[ending]!r}:
    for times in (150, 950, 350_000):
        text = ("<?php " if {ending!r} == "php" else "") + piece * times
        one = project({{"a.{ending}": text[:1 << 20]}})
        if {ending!r} in ("json", "toml", "yaml"):
            plain(getattr(one.document("a.{ending}"), "root", one.document("a.{ending}")))
        else:
            found = one.module("a.{ending}")
            if isinstance(found, Module):
                plain(found.value("x"))
                len(found.calls())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    ("path", "head", "arm"),
    [
        ("a.java", "class A { void f() { switch (x) { ", "case 1 -> a();\n"),
        ("b.java", "class A { void f() { ", "if (x) a(); else "),
        ("a.kt", "fun f() { when (x) { ", "1 -> a()\n"),
        ("a.cs", "var y = x switch { ", "1 => a,\n"),
        ("a.rs", "fn f() { match x { ", "1 => a(),\n"),
        ("a.dart", "void f() { ", "if (x) a(); else "),
        ("a.ps1", "if ($x) { a }\n", "elseif ($x) { a }\n"),
    ],
)
def test_what_an_arm_stands_behind_is_bounded(path: str, head: str, arm: str) -> None:
    """Each arm stands behind the conditions of all before it: so many are kept as people write."""
    found = project({path: head + arm * 400}).module(path)
    assert isinstance(found, Module)
    assert max(len(call.conditions) for call in found.calls()) < 60 if found.calls() else True
    found = project({path: head + arm * 2500}).module(path)  # which is not the square of it
    assert isinstance(found, Module)


def test_parsing_ends_with_its_time_and_says_where() -> None:
    """The clock goes on by a tenth of a second at each look."""
    ticks = iter(range(1000))
    content = b"x = 1\n" * 20_000
    root, end = parse(Source("a.py", content), "tree_sitter_python", clock=lambda: next(ticks) / 10)
    assert 0 < root.end_byte <= end + 1 <= 10 * BYTES_AT_ONCE
    assert [child.type for child in root.children[:2]] == ["expression_statement"] * 2
    assert parse(Source("a.py", content), "tree_sitter_python", clock=lambda: 0)[1] == len(content)


def test_parsing_ends_where_the_tree_takes_too_much() -> None:
    """The memory grows by 4 MiB at each look."""
    sizes = iter(range(0, 1 << 40, 4 << 20))
    source = Source("a.py", b"x = 1\n" * 20_000)
    root, end = parse(source, "tree_sitter_python", memory=lambda: next(sizes))
    assert 0 < root.end_byte <= end + 1 <= 9 * BYTES_AT_ONCE


def test_what_the_parser_does_behind_the_text_is_stopped() -> None:
    """Once all is read it mends what doesn't parse, for gigabytes: then there is no tree."""
    sizes = iter([0, 0])
    source = Source("a.py", b"x = 1\n" * 100)
    root, end = parse(source, "tree_sitter_python", memory=lambda: next(sizes, 1 << 40))
    assert (root.end_byte, end) == (0, 0)
    assert parse(source, "tree_sitter_python")[1] == len(source.bytes)


def test_growing_indents_and_heredocs_end_no_process() -> None:
    """The grammars' own scanners keep these in buffers of a fixed size."""
    code = """
from tests.settings.readers.support import project
texts = {
    "a.py": "".join(" " * n + "if a:\\n" for n in range(1300)),
    "a.rb": "x = " + ", ".join(f"<<A{'B' * n}" for n in range(300)) + "\\n",
    "b.rb": "x = " + ", ".join("<<~'A B'" for n in range(300)) + "\\n",
    "e.rb": "x = <<'" + "A B" * 400 + "', <<'" + "C D" * 400 + "'\\n",
    "c.rb": "".join(f"x = <<A{n}\\n#{{" for n in range(900)) + "\\n",
    "d.rb": "x = " + ", ".join(f"<<-Ä{n}é" for n in range(300)) + "\\n",
    "a.php": "<?php $x = <<<" + "A" * 5000 + "\\n",
    "a.js": "`${`" * 900,
}
for path, text in texts.items():
    project({path: text}).module(path)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
