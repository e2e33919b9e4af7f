"""Go as people write it."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.model import Known, Symbol, Unknown, Value
from smtpdoctor.settings.readers.module import Assignment, Module

from .support import known, module, project, unknown

HEAD = """\
package main

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"github.com/wneessen/go-mail"
)

const Host = "h.example"

func getenv(key, fallback string) string {
	if value, ok := os.LookupEnv(key); ok {
		return value
	}
	return fallback
}

func or(key string, fallback string) string {
	v := os.Getenv(key)
	if v == "" {
		return fallback
	}
	return v
}
"""


def expression(text: str, **variables: str) -> Value:
    """What an expression comes to."""
    return module("a.go", f"{HEAD}\nvar value = {text}\n", **variables).value("value")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('os.Getenv("PORT")', "587"),
        ('os.Getenv("NONE")', ""),
        ('getenv("NONE", "25")', "25"),
        ('getenv("EMPTY", "25")', ""),
        ('or("EMPTY", "25")', "25"),
        ('or("PORT", "25")', "587"),
        ('cmp.Or(os.Getenv("NONE"), "x")', "x"),
        ('strconv.Atoi(os.Getenv("PORT"))', 587),
        ('strconv.Atoi("x")', 0),
        ('strconv.ParseBool(os.Getenv("FALSE"))', False),
        ('strings.ToLower("ABC") == "abc"', True),
        ('os.Getenv("FALSE") == "true"', False),
        ('Host + ":" + strconv.Itoa(465)', "h.example:465"),
        ('fmt.Sprintf("%s:%d", Host, 587)', "h.example:587"),
        ('net.JoinHostPort(Host, "465")', "h.example:465"),
        ("`a\\n`", "a\\n"),
        ('"a\\n"', "a\n"),
        ("0x10", 16),
        ("!true", False),
        ("string(Host)", "h.example"),
        ('map[string]int{"a": 1}["a"]', 1),
        ("mail.TLSMandatory", Symbol("TLSMandatory")),
    ],
)
def test_an_expression_comes_to_what_go_makes_of_it(text: str, expected: object) -> None:
    value = known(expression(text, PORT="587", FALSE="false", EMPTY=""))
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("text", ["cfg.Host", 'viper.GetString("x")', "nowhere", "os.Args[1]"])
def test_what_can_not_be_told_says_so(text: str) -> None:
    assert not unknown(expression(text)).absent


def test_a_struct_by_its_name_and_what_is_set_on_it() -> None:
    text = HEAD + (
        "func send() {\n\td := gomail.NewDialer(Host, 587, user, pass)\n\td.SSL = true\n"
        "\tc := &tls.Config{InsecureSkipVerify: true}\n}\n"
    )
    found = module("a.go", text)
    (call,) = found.calls("NewDialer")
    assert known(call.argument(0)) == "h.example"
    assert call.argument(0).written is not None
    assert call.function == "send"
    (ssl,) = call.uses()
    assert isinstance(ssl, Assignment)
    assert (ssl.path, known(ssl.value)) == (("SSL",), True)


@pytest.mark.parametrize(
    "text",
    [
        "var x = " + "(" * 10_000 + ")" * 10_000,
        "var x = " + "!" * 50_000 + "true",
        "var x = " + "1 + " * 50_000 + "1",
        "func f() int { return f() }\nvar x = f()",
        "var x = x",
        'var x = "\\',
    ],
)
def test_hostile_code_ends(text: str) -> None:
    found = project({"a.go": f"package main\n{text}"}).module("a.go")
    if isinstance(found, Module):
        found.calls()
        assert isinstance(found.value("x"), Unknown | Known)


@pytest.mark.parametrize("call", ["a, value := pair()", "var a, value = pair()"])
def test_the_second_of_two_results_is_no_error_where_it_is_not_called_so(call: str) -> None:
    pair = "func pair() (string, int) { return Host, 587 }\n"
    text = f"{HEAD}{pair}func f() int {{\n\t{call}\n\treturn value\n}}\nvar value = f()\n"
    assert isinstance(module("a.go", text).value("value"), Unknown)


def test_an_error_is_nil_where_the_first_result_can_be_told() -> None:
    pair = "func pair() (string, error) { return Host, nil }\n"
    used = "\tif err != nil {\n\t\treturn 25\n\t}\n\treturn 587\n"
    text = f"{HEAD}{pair}func f() int {{\n\t_, err := pair()\n{used}}}\nvar value = f()\n"
    assert known(module("a.go", text).value("value")) == 587
