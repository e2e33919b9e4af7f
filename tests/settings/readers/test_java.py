"""Java and Kotlin as people write them."""

from __future__ import annotations

import re

import pytest

from smtpdoctor.settings.readers.model import Known, Value, plain
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.readers.project import Project

from .support import Folder, Variables, module, unknown

JAVA = """\
package shop;

import java.util.*;

/** A mailer. " */
@Service
public class Mailer<T extends Map<String, List<T>>> {
    private static final String HOST = "h.example", OTHER = "o.example";
    private final Settings settings = new Settings();
    @Value("${shop.mail.host:d.example}") private String host;
    private String late;

    public Mailer(String late) { this.late = late; }

    static String env(String name, String fallback) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) { return fallback; }
        return value;
    }

    void run(String given) throws Exception {
        int port = Integer.parseInt(System.getenv("PORT"));
        Object value = %s;
        done(value);
    }
}

class Settings {
    private int port = 465;
    public int getPort() { return port; }
    public static final boolean SSL = true;
}
"""
KOTLIN = """\
package shop

object Settings {
    const val HOST = "h.example"
    val port = 465
}

data class Given(val name: String, val size: Int = 3)

fun env(name: String, fallback: String = "none"): String = System.getenv(name) ?: fallback

class Mailer(private val host: String = "c.example", val port: Int) {
    fun run(given: String) {
        val number = System.getenv("PORT")?.toIntOrNull() ?: 25
        val value = %s
        done(value)
    }
}
"""


class Searched(Folder):
    """A folder whose files may be asked for what they contain."""

    def containing(self, needle: bytes, *endings: str) -> list[str]:
        return [
            path
            for path in self.files
            if path.endswith(endings) and re.search(needle, self.read(path) or b"")
        ]


def done(path: str, files: dict[str, str | bytes], **variables: str) -> FoundCall:
    """The call of done() in one file of a folder."""
    found = Project(Searched(files), Variables(variables)).module(path)
    assert isinstance(found, Module)
    return found.calls("done")[0]


def java(text: str, **variables: str) -> Value:
    """What an expression comes to in a method."""
    return module("a.java", JAVA % text, **variables).calls("done")[0].argument(0)


def kotlin(text: str, **variables: str) -> Value:
    return module("a.kt", KOTLIN % text, **variables).calls("done")[0].argument(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('System.getenv("PORT")', "587"),
        ('System.getenv("NONE")', None),
        ('System.getenv().get("PORT")', "587"),
        ('System.getenv().getOrDefault("NONE", "25")', "25"),
        ("port", 587),
        ("port + 1", 588),
        ("port == 587 ? 1 : 2", 1),
        ("(int) port", 587),
        ('env("NONE", "x")', "x"),
        ('env("EMPTY", "x")', "x"),
        ('env("PORT", "x")', "587"),
        ('"a" + HOST + 1 + true', "ah.example1true"),
        ("Mailer.OTHER", "o.example"),
        ("this.host", "d.example"),
        ("host", "d.example"),
        ("settings.getPort()", 465),
        ("Settings.SSL", True),
        ("new Settings().getPort()", 465),
        ('Optional.ofNullable(System.getenv("NONE")).orElse("x")', "x"),
        ('Optional.ofNullable(System.getenv("NONE")).orElseGet(() -> "y")', "y"),
        ('Objects.requireNonNullElse(System.getenv("NONE"), "x")', "x"),
        ('Dotenv.load().get("PORT")', "587"),
        ('Dotenv.configure().ignoreIfMissing().load().get("NONE", "x")', "x"),
        ('Boolean.parseBoolean("TRUE")', True),
        ('Boolean.parseBoolean("1")', False),
        ('"true".equals("true") && !false', True),
        ("String.valueOf(465)", "465"),
        ('String.format("%s:%d", "h", 25)', "h:25"),
        (r'"tab\t\u0041\"q\\"', 'tab\tA"q\\'),
        ("'c'", "c"),
        ("1_000L", 1000),
        ('switch (port) { case 465 -> "a"; case 25, 587 -> "b"; default -> "c"; }', "b"),
        ('"""\n            one\n              two\n            """', "one\n  two\n"),
    ],
)
def test_expressions_of_java(text: str, expected: object) -> None:
    value = java(text, PORT="587", EMPTY="")
    assert isinstance(value, Known), value
    assert (plain(value), type(plain(value))) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("given", "parameter"),
        ("late", "parameter"),
        ("vault.read(1)", "called"),
        ("port << 2", "syntax"),
        ('given.equals("x") ? 1 : 2', "parameter"),
        ("nowhere", "undeclared"),
        ('Integer.parseInt("x")', "computed"),
        ('System.getProperty("mail.host")', "called"),
        ('"not \\q known"', "computed"),
    ],
)
def test_what_java_does_not_tell(text: str, reason: str) -> None:
    value = unknown(java(text, PORT="587"))
    assert value.reason in (reason, "condition")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('System.getenv("PORT")', "587"),
        ('System.getenv("NONE") ?: "x"', "x"),
        ('System.getenv("NONE").orEmpty()', ""),
        ('System.getenv()["PORT"]', "587"),
        ("number", 587),
        ("if (number == 587) 1 else 2", 1),
        ('when (number) {\n 465 -> "a"\n 587 -> { "b" }\n else -> "c" }', "b"),
        ('when {\n number > 500 -> "a"\n else -> "c" }', "a"),
        ('"$number:${number + 1} \\$x"', "587:588 $x"),
        ('"""a "quoted" \\n $number"""', 'a "quoted" \\n 587'),
        ("Settings.HOST", "h.example"),
        ("Settings.port", 465),
        ("this.host", "c.example"),
        ("host", "c.example"),
        ('env("NONE")', "none"),
        ('env(fallback = "y", name = "NONE")', "y"),
        ('System.getenv("NONE")!!.length', None),
        ('mapOf("a" to 1, "b" to 2)', {"a": 1, "b": 2}),
        ('try { "t" } catch (e: Exception) { "u" }', "t"),
        ('System.getenv("PORT")\n            ?.toInt()\n            ?: 25', 587),
    ],
)
def test_expressions_of_kotlin(text: str, expected: object) -> None:
    value = kotlin(text, PORT="587")
    if expected is None:
        unknown(value)
    else:
        assert isinstance(value, Known), value
        assert plain(value) == expected


def test_lines_end_statements_in_kotlin() -> None:
    text = 'fun f() {\n  val a = "x"\n  (g())\n  val b = h\n    .i()\n  done(a)\n}\n'
    found = module("a.kt", text)
    assert plain(found.calls("done")[0].argument(0)) == "x"
    assert [call.name for call in found.calls()] == ["g", "h.i", "done"]


def test_what_a_block_is_done_to() -> None:
    text = (
        "class A(val host: String) {\n  val p = Properties().apply {\n    put(\"a\", host)\n"
        '    this["b"] = 1\n    host = "inner"\n  }\n'
        "  fun f() {\n    val q = X().also { it.put(\"c\", 2) }\n    with(q) { put(\"d\", 3) }\n"
        '    q.inner.apply { put("e", 4) }\n  }\n}\n'
    )  # fmt: skip
    found = module("a.kt", text)
    calls = {call.name: call.thing for call in found.calls("put")}
    assert list(calls) == ["this.p.put", "q.put", "q.inner.put"]
    paths = [each.path for each in found.assignments()]
    assert ("this.p", "b") in paths
    assert ("this.p", "host") in paths


def test_java_sets_up_an_object_in_two_braces() -> None:
    text = (
        'class A { Properties p = new Properties() {{ put("a", "b"); setProperty("c", "d"); }}; }'
    )
    names = [call.name for call in module("a.java", text).calls("put", "setProperty")]
    assert names == ["this.p.put", "this.p.setProperty"]


def test_conditions_and_what_they_exclude() -> None:
    text = (
        "class A { void f() { int p = 465;\n if (p == 465) { a(); } else { b(); }\n"
        " for (int i = 0; i < 2; i++) { c(); }\n"
        " try { d(); } catch (E e) { g(); } finally { h(); }\n"
        " switch (p) { case 25: i(); break; case 465: j(); break; default: k(); }\n } }"
    )
    reached = {call.name: call.reached for call in module("a.java", text).calls()}
    assert reached == {
        "a": True, "b": False, "c": None, "d": True, "g": None, "h": True,
        "i": False, "j": True, "k": False,
    }  # fmt: skip


def test_a_field_is_filled_from_the_application_files() -> None:
    files: dict[str, str | bytes] = {
        "src/main/java/A.java": 'class A { @Value("${shop.mail-host}") String host;\n'
        ' @Value("${shop.port:25}") int port; void f() { done(host, port, other); }\n'
        ' @Value("${nobody.sets.it}") String other; }',
        "src/main/resources/application.yml": "shop:\n  mailHost: base.example\n",
        "src/main/resources/application-prod.properties": "shop.mail-host=prod.example\n",
    }
    call = done("src/main/java/A.java", files, SHOP_PORT="587")
    assert plain(call.argument(0)) == "prod.example"
    assert plain(call.argument(1)) == "587"
    assert unknown(call.argument(2)).reason == "environment"


def test_classes_of_other_files() -> None:
    files: dict[str, str | bytes] = {
        "a/Use.java": "class Use { private final MailSettings s;\n"
        " Use(MailSettings s) { this.s = s; }\n"
        " void f() { done(s.getHost(), s.isSsl(), MailSettings.PORT, s.user()); } }",
        "b/MailSettings.kt": 'class MailSettings { val host = "h.example"; var ssl = true\n'
        '  companion object { const val PORT = 587 }\n  fun user() = "u" }\n',
    }
    call = done("a/Use.java", files)
    assert [plain(call.argument(place)) for place in range(4)] == ["h.example", True, 587, "u"]


def test_places_are_those_of_the_text() -> None:
    text = 'class A { String ä = "ü"; void f() { done("ö", ä); } }'
    call = module("a.java", text).calls("done")[0]
    first, second = call.argument(0), call.argument(1)
    assert first.span is not None
    assert text[first.span.columns[0] - 1 : first.span.columns[1] - 1] == '"ö"'
    assert second.written is not None
    assert text[second.written.columns[0] - 1 : second.written.columns[1] - 1] == '"ü"'
