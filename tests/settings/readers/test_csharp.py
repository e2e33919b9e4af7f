"""C# as people write it."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.model import Known, Value, plain

from .support import module, unknown

CODE = """\
using System;
namespace Shop;

[Serializable]
public sealed class Mailer : IMailer
{
    private const string Host = "h.example", Other = "o.example";
    public static readonly int Port = 465;
    public string Name { get; set; } = "n";
    public string Full => $"{Host}:{Port}";
    private readonly string _late;

    public Mailer(string late) : base(1) => _late = late;

    private static string Env(string name, string fallback = "none") =>
        Environment.GetEnvironmentVariable(name) ?? fallback;

    public async Task RunAsync(string given)
    {
        var port = int.TryParse(Environment.GetEnvironmentVariable("PORT"), out var p) ? p : 25;
        string Local(string x) { return x + "!"; }
        var value = %s;
        done(value);
    }
}
"""


def expression(text: str) -> Value:
    """What an expression comes to in a method."""
    found = module("a.cs", CODE % text, PORT="587", EMPTY="").calls("done")
    return found[0].argument(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Environment.GetEnvironmentVariable("PORT")', "587"),
        ('Environment.GetEnvironmentVariable("NONE") ?? "x"', "x"),
        ('System.Environment.GetEnvironmentVariable("EMPTY") ?? "x"', ""),
        ("port", 587),
        ('int.TryParse("x", out var q) ? q : 25', 25),
        ('Env("NONE")', "none"),
        ('Env("NONE", fallback: "y")', "y"),
        ('Local("x")', "x!"),
        ("Host", "h.example"),
        ("this.Name", "n"),
        ("Mailer.Other", "o.example"),
        ("Full", "h.example:465"),
        ('$"{Host}-{port:D}-{{x}}"', "h.example-587-{x}"),
        ('$@"{Host}\\""q"""', 'h.example\\"q"'),
        ('@"a\\b""c"', 'a\\b"c'),
        ('"a\\tb\\u0041"', "a\tbA"),
        ('"""a "quoted" text"""', 'a "quoted" text'),
        ('$$"""{x} {{Host}}"""', "{x} h.example"),
        ('port == 465 ? "a" : port switch { 587 => "b", _ => "c" }', "b"),
        ("(int)port + 1", 588),
        ("(await Task.FromResult(1)) is null ? 1 : 2", None),
        ('string.IsNullOrEmpty(Env("EMPTY"))', True),
        ('bool.Parse("True") && !false', True),
        ('Host.ToUpper().Equals("H.EXAMPLE")', True),
        ('string.Format("{0}:{1}", Host, port)', "h.example:587"),
        ("Host!", "h.example"),
        ('new[] { "a", "b" }[1]', "b"),
    ],
)
def test_expressions(text: str, expected: object) -> None:
    value = expression(text)
    if expected is None:
        unknown(value)
    else:
        assert isinstance(value, Known), value
        assert (plain(value), type(plain(value))) == (expected, type(expected))


@pytest.mark.parametrize(
    "text", ["given", "_late", "Vault.Read()", "nowhere", 'int.Parse("x")', "port << 2", "default"]
)
def test_what_is_not_told(text: str) -> None:
    unknown(expression(text))


def test_what_is_set_on_a_new_object() -> None:
    text = (
        "class A { B b = new B(1) { Host = \"h\", Inner = { X = 1 }, [\"k\"] = 2 };\n"
        "  void F() { B c = new() { Host = \"i\" }; c.Port = 3; Use(new B { Host = \"j\" }); } }\n"
    )  # fmt: skip
    paths = [each.path for each in module("a.cs", text).assignments()]
    assert ("this.b", "Host") in paths
    assert ("this.b", "k") in paths
    assert ("c", "Host") in paths
    assert [path for path in paths if path[0].startswith("new:")]
    assert [call.name for call in module("a.cs", text).calls("B")] == ["B", "B", "B"]


def test_what_only_a_build_for_debugging_has_is_left_out() -> None:
    text = "#if DEBUG\na();\n#else\nb();\n#endif\n#if !DEBUG\nc();\n#else\nd();\n#endif\n"
    text += "#region x\ne();\n"
    assert [call.name for call in module("a.cs", text).calls()] == ["b", "c", "e"]


def test_statements_at_the_top() -> None:
    text = (
        "using X;\nusing var client = new Client();\nvar b = Make();\n"
        'string Env(string k) => Read(k);\nawait foreach (var x in b) { done(Env("A")); }\n'
        "try { one(); } catch (E e) when (e.A) { two(); } finally { three(); }\n"
    )
    reached = {call.name: call.reached for call in module("a.cs", text).calls()}
    assert reached["done"] is None
    assert (reached["one"], reached["two"], reached["three"]) == (True, None, True)
    assert module("a.cs", text).calls("Client")[0].target == ("client",)
