"""Rust as people write it."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.model import ABSENT, Known, Value, plain

from .support import module, unknown

CODE = """\
use std::env;
const HOST: &str = "h.example";
static PORT: u16 = 465;

pub struct Config { pub host: String, pub port: u16 }

impl Config {
    const NAME: &'static str = "n";
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self { host: env::var("NONE").unwrap_or("c.example".into()), port: 25 })
    }
    fn port(&self) -> u16 { self.port }
}

fn get(name: &str, fallback: &str) -> String {
    env::var(name).unwrap_or_else(|_| fallback.to_string())
}

fn run<'a>(given: &'a str) -> Result<(), Box<dyn std::error::Error + 'a>> {
    let port: u16 = env::var("PORT")?.parse::<u16>()?;
    let config = Config::from_env()?;
    let value = %s;
    done(value);
    Ok(())
}
"""


def expression(text: str) -> Value:
    """What an expression comes to in a function."""
    found = module("a.rs", CODE % text, PORT="587", EMPTY="", YES="true").calls("done")
    return found[0].argument(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('env::var("PORT").unwrap()', "587"),
        ('std::env::var("NONE").unwrap_or("x".to_string())', "x"),
        ('env::var("NONE").ok()', ABSENT),
        ('env::var("NONE").is_ok()', False),
        ('env::var("EMPTY").unwrap_or_else(|_| "x".into())', ""),
        ('dotenvy::var("YES").map(|v| v == "true").unwrap_or(false)', True),
        ('env::var("NONE").ok().and_then(|p| p.parse().ok()).unwrap_or(587)', 587),
        ('get("NONE", "x")', "x"),
        ("port", 587),
        ("port + 1", 588),
        ("HOST", "h.example"),
        ("&PORT as u32", 465),
        ("Config::NAME", "n"),
        ("config.host", "c.example"),
        ("config.port()", 25),
        ('format!("{}:{}", HOST, port)', "h.example:587"),
        ('format!("{HOST}-{port:>4}-{{}}")', "h.example-587-{}"),
        ('if port == 465 { "a" } else if port == 587 { "b" } else { "c" }', "b"),
        ('match port { 465 => "a", 25 | 587 => "b", _ => "c" }', "b"),
        ('match env::var("NONE") { Ok(v) => v, Err(_) => "x".to_owned() }', "x"),
        ('match env::var("PORT") { Ok(v) => v, Err(e) => return Err(e) }', "587"),
        ('if let Ok(v) = env::var("PORT") { v } else { "x".into() }', "587"),
        ('{ let inner = "i"; inner }', "i"),
        ('r#"raw "text" \\n"#', 'raw "text" \\n'),
        ('"a\\u{41}\\x42\\n\\\n      b"', "aAB\nb"),
        ('b"bytes"', "bytes"),
        ("1_000u16", 1000),
        ("'c'", "c"),
        ('String::from("x") == "x" && !false', True),
        ('env!("PORT")', "587"),
    ],
)
def test_expressions(text: str, expected: object) -> None:
    value = expression(text)
    assert isinstance(value, Known), value
    assert (plain(value), type(plain(value))) == (expected, type(expected))


@pytest.mark.parametrize(
    "text", ["given", "vault::read()?", "nowhere", "port << 2", "config.other"]
)
def test_what_is_not_told(text: str) -> None:
    unknown(expression(text))


def test_tests_are_left_out() -> None:
    text = (
        "#[cfg(test)]\nmod tests { fn a() { one(); } }\n#[test]\nfn b() { two(); }\n"
        "#[tokio::main]\nasync fn main() { three(); }\n#[cfg(test)]\nuse x::y;\n"
        "fn c() { four(); }\n"
    )
    assert [call.name for call in module("a.rs", text).calls()] == ["three", "four"]


def test_conditions() -> None:
    text = (
        "fn f() { if 1 == 2 { one(); } else { two(); }\n for x in 0..3 { three(); }\n"
        " 'outer: loop { break 'outer; }\n match 1 { 1 => four(), _ => five() }\n six(); }\n"
    )
    reached = {call.name: call.reached for call in module("a.rs", text).calls()}
    assert reached == {
        "one": False, "two": True, "three": None, "four": True, "five": False, "six": True,
    }  # fmt: skip
