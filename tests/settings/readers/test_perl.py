"""Perl as people write it. `tests/real/test_perl_values.py` asks Perl itself for the values: those
of 5.36 are these."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.harmless import tokens_of
from smtpdoctor.settings.readers.model import Known, Unknown, Value, plain
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.perl_tokens import PerlLexer
from smtpdoctor.settings.readers.source import Source

from .support import module, project

VALUES = {"HOST": "h.example", "PORT": "587", "EMPTY": "", "ZERO": "0"}


def value_of(text: str) -> Value:
    return module("a.pl", text, **VALUES).value("$x")


#: Programs, and what `$x` is at their end; None where it is undefined or can't be told.
TABLE: tuple[tuple[str, object], ...] = (
    ("my $x = 'a' . 'b';", "ab"),
    ("$x = 'global';", "global"),
    ("our $x = 'global';", "global"),
    ("my $x = 'a\\'b';", "a'b"),
    ("my $x = q{a{b}c};", "a{b}c"),
    ('my $x = "a\\@b.example\\n";', "a@b.example\n"),
    ('my $x = "$ENV{HOST}:$ENV{PORT}";', "h.example:587"),
    ('my %h = (p => 25); my $x = "${\\ 1}";', None),
    ('my $r = { p => 25 }; my $x = "port $r->{p}!";', "port 25!"),
    ("my $x = <<'E';\na $b\nE\n", "a $b\n"),
    ("my @l = qw(a b); my $x = $l[1];", "b"),
    ("my ($a, $x) = (1, 2);", 2),
    ("my ($x) = 'a';", "a"),
    ("my %h = (a => 1, b => { c => 'z' }); my $x = $h{b}{c};", "z"),
    ("my $h = { 'a' => [1, 2] }; my $x = $h->{a}->[1];", 2),
    ("my %h; $h{a}{b} = 7; my $x = $h{a}->{b};", 7),
    ("my $h = { a => 1 }; my $x = $$h{a};", 1),
    ("my %h = (u => 'a', p => 'b'); my ($u, $x) = @h{qw(u p)};", "b"),
    ("my $h = { u => 'a', p => 'b' }; my ($u, $x) = @$h{'u', 'p'};", "b"),
    ("my $h = { u => 'a', p => 'b' }; my ($u, $x) = @{$h}{qw(u p)};", "b"),
    ("my $h = { u => 'a', p => 'b' }; my ($u, $x) = $h->@{qw(u p)};", "b"),
    ("my @l = (1, 2, 3); my ($a, $x) = @l[0, 2];", 3),
    ("my @l = ('a', 'b'); my $x = join '-', @l, 'c';", "a-b-c"),
    ("my $l = ['a', 'b']; my $x = join '-', @$l;", "a-b"),
    ("my %d = (a => 1, b => 2); my %h = (%d, b => 3); my $x = $h{b};", 3),
    ("my $d = { a => 1 }; my $h = { %$d, b => 3 }; my $x = $h->{a};", 1),
    ("my $r = \\%ENV; my $x = $r->{HOST};", "h.example"),
    ("use constant HOST => 'c'; my $x = HOST;", "c"),
    ("use constant { HOST => 'c', PORT => 25 }; my $x = PORT;", 25),
    ("my $x = $ENV{'HOST'};", "h.example"),
    ("my $x = $ENV{NONE};", None),
    ("my $x = $ENV{NONE} // 'd';", "d"),
    ("my $x = $ENV{EMPTY} // 'd';", ""),
    ("my $x = $ENV{EMPTY} || 'd';", "d"),
    ("my $x = $ENV{ZERO} || 'd';", "d"),
    ("my $x = $ENV{NONE} or die 'no host';", None),
    ("my $x = $ENV{PORT} == 465 ? 'ssl' : 'starttls';", "starttls"),
    ("my $x = $ENV{PORT} eq '587.0' ? 1 : 2;", 2),
    ("my $x = defined $ENV{NONE} ? 1 : 0;", 0),
    ("my $x = lc $ENV{HOST} eq 'h.example' ? 1 : 0;", 1),
    ("my $x = join ':', 'a', 25;", "a:25"),
    ("my $x = ($ENV{PORT} || 25) + 0;", 587),
    ("my $x = 10 / 4; my $y = 6 / 3;", 2.5),
    ("my $x = 1; $x = 2 if $ENV{NONE};", 1),
    ("my $x = 1; $x = 2 unless $ENV{NONE};", 2),
    ("my $x = 1; if ($ENV{PORT} eq '587') { $x = 3 } else { $x = 4 }", 3),
    ("my $x = 1; unless ($ENV{HOST}) { $x = 3 } elsif ($ENV{ZERO}) { $x = 4 }", 1),
    ("sub f { my ($a, %o) = @_; return $a . 'q'; } my $x = f('w');", "wq"),
    ("sub f { my $a = shift; return $a; } my $x = f('w');", "w"),
    ("sub f { return 'n' unless $ENV{HOST}; return 'y'; } my $x = f();", "y"),
    ("my $x = 1;\n\n=pod\n\n$x = 2;\n\n=cut\n", 1),
    ("my $x = 1;\n__END__\n$x = 2;\n", 1),
    ("my $x = 1; # $x = 2;\n", 1),
    ("s/a/b/; $y =~ m{^a/'b$}; tr/a-z/A-Z/; my $x = 3;", 3),
    ("my %s = (y => 1, s => 2); my $x = $s{s};", 2),
    ("print <<A, <<'B';\n$x\nA\n'\nB\nmy $x = 4;", 4),
    ("my $x = 'a' x 3;", "aaa"),
    ("my $x = 1_000;", 1000),
    ("my $x = 0x1F;", 31),
    ("my $x = 017;", 15),
    ("my $x = 1e3;", 1000),
    ("my $x = 1.0;", 1),
    ("my $x = 1.50;", 1.5),
    ("my $x = '587' + 0;", 587),
    ("my $x = 0; $x ||= 'd';", "d"),
    ("my $x = 0; $x //= 'd';", 0),
    ("my $x = 'a'; $x .= 'b';", "ab"),
    ("my $x = $ENV{NONE} ? 1 : $ENV{HOST} ? 2 : 3;", 2),
    ("my @l = ('a', 'b'); my $x = $l[-1];", "b"),
    ("my $x = (4, 5)[1];", 5),
    ("my $x = '1' . 1 + 2;", 13),
    ("my $h = { a => { b => 1 } }; my $x = \"$h->{a}{b}\";", "1"),
    ("my $x = \"cost \\$5\";", "cost $5"),
    ("my $x = 'a\\nb';", "a\\nb"),
    ("my $x = q(a(b)c);", "a(b)c"),
    ("my $x = '0' ? 't' : 'f';", "f"),
    ("my $x = '0.0' ? 't' : 'f';", "t"),
    ("my $x = 0.0 ? 't' : 'f';", "f"),
    ("my $x = '00' ? 't' : 'f';", "t"),
    ("my $x = '465' == 465.0 ? 't' : 'f';", "t"),
    ("my $x = '1' eq 1.0 ? 't' : 'f';", "t"),
    ("my $x = 1 <= 2 && 3;", 3),
    ("my $x = 0 || 'a' && 'b';", "b"),
    ("my $p = 'a'; my $x = \"${p}b\";", "ab"),
    ("my $p = 'a'; my $x = \"$p-b\";", "a-b"),
    ("my $x = 25 == 26;", False),
    ("my $x = $ENV{PORT} lt '6' ? 't' : 'f';", "t"),
    ("my $x = 5; my $y = $x++;", None),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_values(text: str, expected: object) -> None:
    value = value_of(text)
    assert (plain(value) if isinstance(value, Known) else None) == expected


@pytest.mark.parametrize(
    "text",
    [
        "my $x = $ENV{HOST} =~ /example/ ? 1 : 2;",
        "my $x = `hostname`;",
        "my $x = <STDIN>;",
        "my $x = read_config('x');",
        "my @k = ('p'); my %h = (p => 'b'); my ($x) = @h{@k};",
        "my @l = map { $_ } @k; my $x = join ':', @l;",
        "sub f { my ($x) = @_; return $x; }\nmy $x = shift;",
    ],
)
def test_what_a_run_decides_is_not_told(text: str) -> None:
    assert isinstance(value_of(text), Unknown)


def test_calls_however_they_are_written() -> None:
    text = """
my $a = Net::SMTP->new('h.example', Port => 465, SSL => 1) or die "no";
my $b = new Mail::Sender { smtp => 'h.example' };
my $c = new Mail::Sender({ smtp => 'h.example' });
plugin mail => { how => 'smtp' };
$a->auth('u', 'p') if $ENV{NONE};
"""
    found = module("a.pl", text, **VALUES)
    (net,) = found.calls("Net::SMTP.new")
    assert (plain(net.argument(0)), net.target) == ("h.example", ("$a",))
    assert {name: plain(value) for name, value in net.named().items()} == {"Port": 465, "SSL": 1}
    senders = found.calls("Mail::Sender.new")
    assert [plain(each.argument(0)) for each in senders] == [{"smtp": "h.example"}] * 2
    (plugin,) = found.calls("plugin")
    assert plain(plugin.named()["mail"]) == {"how": "smtp"}
    (auth,) = found.calls("auth")
    assert auth.reached is False


def test_what_another_file_of_the_folder_says() -> None:
    files = {
        "lib/Shop/Config.pm": "package Shop::Config;\nour $host = 'h.example';\n"
        "use constant PORT => 25;\n1;\n",
        "settings.pl": "$sender = 'a@b.example';\n1;\n",
        "bin/a.pl": "use Shop::Config;\nrequire './settings.pl';\n"
        "my $x = $Shop::Config::host;\nmy $y = PORT;\nmy $z = $sender;\n",
    }
    found = project(files).module("bin/a.pl")
    assert isinstance(found, Module)
    assert [plain(found.value(name)) for name in ("$x", "$y", "$z")] == [
        "h.example", 25, "a@b.example",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["$a = 'x", "<<E;\n$a x", "qq{ @{[ ", "s{a}{", "m/", "=pod\n", "$x{", "sub {", "if (", "q"],
)
def test_what_is_never_closed_ends(text: str) -> None:
    """tree-sitter-perl 2.0.3 runs for ever on the second."""
    assert isinstance(project({"a.pl": text}).module("a.pl"), Module)


def test_a_slash_divides_or_begins_a_pattern() -> None:
    kinds = [token.kind for token in PerlLexer(b"$a / $b / split /x/, $y; $h{a} / 2;").tokens()]
    assert kinds.count("text") == 1


def test_of_a_line_only_what_holds_no_value_may_be_shown() -> None:
    text = "my $pass = 'se' . q{cret}; $smtp->auth($user, \"$pass\", qw(se cret));\n"
    source = Source("a.pl", text.encode())
    shown = [text[s.columns[0] - 1 : s.columns[1] - 1] for s in tokens_of(source).harmless(1)]
    assert "$pass" in shown
    assert not any("se" in each or "cret" in each for each in shown if each != "$user")


def test_a_quote_too_many_hides_what_follows() -> None:
    source = Source("a.pl", b"my $p = 'se'cret';\nmy $q = 1;\n")
    assert tokens_of(source).harmless(1) == []
