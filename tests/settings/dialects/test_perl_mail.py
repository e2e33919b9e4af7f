"""Perl's mail modules: what their options come to, and where they are changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import came_to, changes_lead_there, password, remarks

HOST = "smtp.ionos.com"
NET = f"""use Net::SMTP;
my $smtp = Net::SMTP->new('{HOST}', %s) or die $@;
%s
$smtp->auth('u@example.com', 'word') or die;
$smtp->mail('u@example.com');
"""
SENDER = """use Email::Sender::Transport::SMTP;
my $email = Email::Simple->create(header => [ From => '"U" <u@example.com>', To => 'x@y.example' ]);
my $transport = Email::Sender::Transport::SMTP->new({
    host => 'smtp.ionos.com',
    %s
    sasl_username => 'u@example.com',
    sasl_password => 'word',
});
"""
LITE = """use MIME::Lite;
my $message = MIME::Lite->new(From => 'u@example.com', To => 'x@y.example');
%s->send('smtp', 'smtp.ionos.com', %s AuthUser => 'u@example.com', AuthPass => 'word');
"""
OLD = """use Mail::Sender;
my $sender = new Mail::Sender { smtp => 'smtp.ionos.com', port => 587, from => 'u@example.com',
    %s authid => 'u@example.com', authpwd => 'word' };
"""
LOGIN = "auth => 'LOGIN', ssl_version => 'TLSv1_2',"

WAYS = [
    (NET % ("Port => 587", "$smtp->starttls;"), (587, "starttls")),
    (NET % ("Port => 587", ""), (587, "none")),
    (NET % ("Port => 465, SSL => 1", ""), (465, "implicit")),
    (NET % ("SSL => 1", ""), (465, "implicit")),
    (NET % ("Port => 587, SSL => 1", ""), (587, "implicit")),
    (NET % ("Timeout => 5", ""), (25, "none")),
    (NET.replace("Net::SMTP->", "Net::SMTPS->") % ("Port => 587, doSSL => 'starttls'", ""),
     (587, "starttls")),
    (NET.replace("Net::SMTP->", "Net::SMTPS->") % ("doSSL => 'ssl'", ""), (465, "implicit")),
    (NET.replace("Net::SMTP->", "Net::SMTP::SSL->") % ("Port => 465", ""), (465, "implicit")),
    (SENDER % "ssl => 'starttls',", (587, "starttls")),
    (SENDER % "ssl => 'ssl',", (465, "implicit")),
    (SENDER % "ssl => 1, port => 465,", (465, "implicit")),
    (SENDER % "ssl => 'STARTTLS', port => '587',", (587, "starttls")),
    (SENDER.replace("host => 'smtp.ionos.com'", "hosts => ['smtp.ionos.com', 'b.example']")
     % "ssl => 1,", (465, "implicit")),
    (SENDER.replace("::SMTP", "::SMTPS") % "ssl => 'tls',", (465, "implicit")),
    (SENDER.replace("::SMTP", "::SMTPS") % "ssl => 'starttls',", (587, "starttls")),
    (SENDER.replace("::SMTP", "::SMTP::TLS").replace("sasl_", "") % "", (587, "starttls")),
    (SENDER % "port => 587,", (587, "none")),
    (SENDER % "ssl => 0,", (25, "none")),
    (LITE.replace("To =>", "Type => 'text/html', To =>") % ("$message", "SSL => 1,"),
     (465, "implicit")),
    (NET.replace(HOST, HOST + ":587") % ("Port => 465", "$smtp->starttls;"), (587, "starttls")),
    (LITE % ("$message", "Port => 587,"), (587, "none")),
    (OLD % LOGIN, (587, "starttls")),
    (OLD % (LOGIN + " tls_allowed => 0,"), (587, "none")),
    (OLD.replace("authid", "Username").replace("authpwd", "password")
     % "ssl_version => 'SSLv23',", (587, "starttls")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WAYS)
def test_what_the_options_come_to(tmp_path: Path, text: str, expected: tuple[int, str]) -> None:
    setup = one(write(tmp_path, {"bin/send.pl": text}), "perl-mail")
    assert came_to(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")
    assert setup.settings.sender == "u@example.com"
    assert not remarks(setup)


@pytest.mark.parametrize(
    ("said", "tls"), [("", "starttls"), ("NoTLS => 0, ", "starttls"), ("NoTLS => 1, ", "none")]
)
def test_net_smtp_tls_has_its_login_in_the_constructor(tmp_path: Path, said: str, tls: str) -> None:
    text = f"my $s = Net::SMTP::TLS->new('{HOST}', Port => 587, {said}User => 'u@example.com',\n"
    setup = one(write(tmp_path, {"a.cgi": text + "    Password => 'word');\n"}), "perl-mail")
    assert came_to(setup) == (HOST, 587, tls)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        (NET % ("Port => 587, SSL => 1", ""), (587, "starttls")),
        (NET % ("Port => 587", ""), (587, "starttls")),
        (NET % ("Port => 465", ""), (465, "implicit")),
        (SENDER % "ssl => 1, port => 587,", (587, "starttls")),
        (SENDER % "port => 465,", (465, "implicit")),
    ],
)
def test_the_change_is_in_the_call(tmp_path: Path, text: str, goal: tuple[int, str]) -> None:
    root = write(tmp_path, {"send.pl": text})
    apply(root, prepared(one(root, "perl-mail").settings, *goal))
    setup = one(root, "perl-mail")
    assert came_to(setup) == (HOST, *goal)
    assert setup.settings.username == "u@example.com"
    assert not remarks(setup)


def test_both_ways_of_email_sender_can_be_written(tmp_path: Path) -> None:
    write(tmp_path, {"send.pl": SENDER % "ssl => 'ssl', port => 465,"})
    changes_lead_there(tmp_path, "perl-mail")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SENDER % "ssl => 'tls', port => 587,", {("misread", "ssl")}),
        (SENDER % "ssl => 'true', port => 587,", {("misread", "ssl")}),
        (SENDER % "ssl => 'maybestarttls', port => 587,", {("misread", "ssl")}),
        (LITE % ("MIME::Lite", "Port => 465, SSL => 1,"), {("fault", "send")}),
        (OLD % "auth => 'LOGIN',", {("fault", "ssl_version")}),
        (OLD % "ssl_version => 'TLSv1_2',", {("ignored", "authid")}),
        (NET % ("Port => 587, SSL => 'false'", ""), {("misread", "SSL")}),
        (NET % ("Port => 465, SSL => 1", "$smtp->starttls;"), {("fault", "starttls")}),
        (SENDER.replace("    sasl_password => 'word',\n", "") % "ssl => 1,",
         {("fault", "sasl_username")}),
    ],
)  # fmt: skip
def test_what_is_not_taken_as_it_is_meant(
    tmp_path: Path, text: str, said: set[tuple[str, str]]
) -> None:
    assert remarks(one(write(tmp_path, {"send.pl": text}), "perl-mail")) == said


def test_what_mail_sender_needs_for_todays_tls_is_put_in(tmp_path: Path) -> None:
    root = write(tmp_path, {"send.pl": OLD % "auth => 'LOGIN',"})
    (change,) = (each for each in one(root, "perl-mail").settings.prepared if each.sends)
    apply(root, change)
    assert not remarks(one(root, "perl-mail"))


def test_tls_is_not_put_into_mime_lite(tmp_path: Path) -> None:
    root = write(tmp_path, {"send.pl": LITE % ("MIME::Lite", "Port => 465,")})
    changes = one(root, "perl-mail").settings.prepared
    assert not [each for each in changes if each.tls in ("implicit", "starttls")]


OFF = "SSL_verify_mode => 0"


@pytest.mark.parametrize(
    ("text", "verified"),
    [
        (NET % (f"SSL => 1, {OFF}", ""), False),
        (NET % ("Port => 587", f"$smtp->starttls({OFF});"), False),
        (NET % ("SSL => 1, SSL_verify_mode => 1", ""), True),
        (NET.replace("Net::SMTP->", "Net::SMTP::SSL->") % (f"Port => 465, {OFF}", ""), True),
        (SENDER % f"ssl => 1, ssl_options => {{ {OFF} }},", False),
        (SENDER % f"ssl => 1, {OFF},", True),
        (LITE.replace("To =>", "Type => 'TEXT', To =>") % ("$message", f"SSL => 1, {OFF},"), True),
        (OLD % LOGIN, False),
        (OLD % (LOGIN + " ssl_verify_mode => 1,"), True),
    ],
)
def test_whether_the_certificate_is_looked_at(tmp_path: Path, text: str, verified: bool) -> None:
    setup = one(write(tmp_path, {"send.pl": text}), "perl-mail")
    assert setup.settings.verify is verified


def test_values_of_variables_of_a_hash_and_of_the_environment(tmp_path: Path) -> None:
    text = """use Net::SMTP;
my %conf = (smtp => { server => $ENV{SMTP_SERVER} || 'localhost', port => $ENV{SMTP_PORT} });
sub send_it {
    my ($to) = @_;
    my %options = (Port => $conf{smtp}{port}, SSL => $conf{smtp}->{port} == 465);
    my $smtp = Net::SMTP->new($conf{smtp}{server}, %options);
}
"""
    root = write(tmp_path, {"a.pl": text})
    assert came_to(one(root, "perl-mail", SMTP_SERVER=HOST, SMTP_PORT="465")) == (
        HOST, 465, "implicit",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("if ($debug) {\n  my $host = 'localhost'; my $port = 1025; print $host;\n}", (HOST, 465)),
        ('for my $x (@all) { my ($host, $port) = ($x, 25); print "$host:$port"; }', (HOST, 465)),
        ("for (my $port = 0; $port < 5; $port++) { print $port }", (HOST, 465)),
        ("eval { my $port = 25; my $z = sub { $port = 26 }; $z->(); };", (HOST, 465)),
        ("{ my $other = 1; $host = 'b.example'; $port = 587; }", ("b.example", 587)),
        ("sub other { my $port = shift; if ($port) { my $host = 'c.example'; } }", (HOST, 465)),
    ],
)
def test_variables_of_a_block_within(tmp_path: Path, block: str, expected: tuple[str, int]) -> None:
    text = f"use Net::SMTP;\nmy $host = '{HOST}';\nmy $port = 465;\n{block}\n"
    text += "my $smtp = Net::SMTP->new($host, Port => $port, SSL => 1);\n"
    setup = one(write(tmp_path, {"mail.pl": text}), "perl-mail")
    assert came_to(setup)[:2] == expected


def test_a_connection_in_a_block_within(tmp_path: Path) -> None:
    text = (
        "use Net::SMTP;\nmy ($host, $smtp) = ('a.example', undef);\nif (my $to = shift) {\n"
        f"  my $host = '{HOST}';\n  my $smtp = Net::SMTP->new($host, Port => 587);\n"
        "  $smtp->starttls;\n  $smtp->auth('u@example.com', 'word');\n}\n"
    )
    setup = one(write(tmp_path, {"mail.pl": text}), "perl-mail")
    assert came_to(setup) == (HOST, 587, "starttls")
    assert password(setup) == "word"


def test_names_in_braces(tmp_path: Path) -> None:
    """`${name}` is `$name`, and a block behind a sigil none."""
    text = (
        "use Net::SMTP;\nmy ($host, %of) = ('smtp.ionos.com', port => 465);\n"
        "my $smtp = Net::SMTP->new( ${host}, Port => ${ of }{port}, SSL => @{[1]});\n"
        "my $other = { a => ${\\ 'b'} };\n"
    )
    setup = one(write(tmp_path, {"mail.pl": text}), "perl-mail")
    assert came_to(setup)[:2] == (HOST, 465)


def test_a_host_that_nothing_sets_is_not_told(tmp_path: Path) -> None:
    text = "use Net::SMTP;\nmy $s = Net::SMTP->new($ENV{MAIL_SERVER});\n"
    (untold,) = one(write(tmp_path, {"a.pl": text}), "perl-mail").settings.untellable
    assert untold.field == "host"


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ("'smtp.ionos.com', %$options", {"port", "tls"}),
        ("Host => 'smtp.ionos.com', options()", {"port", "tls"}),
        ("%$options, Host => 'smtp.ionos.com', Port => 587", {"tls"}),
        ("'smtp.ionos.com', %known", {"port", "tls"}),
        ("'smtp.ionos.com', %known, Port => 465, SSL => 1", set()),
        ("@whole", set()),
    ],
)
def test_arguments_that_can_not_be_told_may_be_any(
    arguments: str, fields: set[str], tmp_path: Path
) -> None:
    text = (
        "my %known = (Timeout => 5, %$more);\n"
        "my @whole = ('smtp.ionos.com', Port => 465, SSL => 1);\n"
        f"my $s = Net::SMTP->new({arguments});\n"
    )
    settings = one(write(tmp_path, {"a.pl": text}), "perl-mail").settings
    assert (settings.host, {each.field for each in settings.untellable}) == (HOST, fields)
    if not fields:
        assert (settings.port, settings.tls) == (465, "implicit")


@pytest.mark.parametrize("given", ["$options", "{ %$options }", "%$options"])
def test_options_of_email_sender_that_can_not_be_told(given: str, tmp_path: Path) -> None:
    text = f"my $t = Email::Sender::Transport::SMTP->new({given});\n"
    untold = one(write(tmp_path, {"a.pl": text}), "perl-mail").settings.untellable
    assert {each.field for each in untold} == {"host", "port", "tls", "username", "password"}


@pytest.mark.parametrize("given", ["Authen::SASL->new(mechanism => 'PLAIN')", "login()", "@$login"])
def test_a_login_that_is_one_object_is_not_told(given: str, tmp_path: Path) -> None:
    text = NET.replace("'u@example.com', 'word'", given) % ("Port => 587", "$smtp->starttls;")
    untold = one(write(tmp_path, {"a.pl": text}), "perl-mail").settings.untellable
    assert {each.field for each in untold} == {"username", "password"}


MADE = "Net::SMTP->new('smtp.ionos.com', Port => 587)"
KEPT = {
    "given back": f"sub made {{ return {MADE} }} my $s = made();\n$s->starttls; $s->auth(%s);\n",
    "begun there": f"sub made {{ my $x = {MADE}; $x->starttls; return $x; }}\n"
    "my $s = made(); $s->auth(%s);\n",
    "in an object": f"$self->{{smtp}} = {MADE};\n$self->{{smtp}}->starttls;\n"
    "$self->{smtp}->auth(%s);\n",
    "in eval": f"my $s = eval {{ {MADE} }};\n$s and $s->starttls and $s->auth(%s);\n",
    "handed on": f"my $smtp = {MADE}; login($smtp);\n"
    "sub login { my ($connection) = @_; $connection->starttls; $connection->auth(%s); }\n",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_a_connection_by_another_name(text: str, tmp_path: Path) -> None:
    setup = one(write(tmp_path, {"a.pl": text % "'u@example.com', 'word'"}), "perl-mail")
    assert came_to(setup) == (HOST, 587, "starttls")
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")


def test_of_two_connections_by_other_names_none_is_told(tmp_path: Path) -> None:
    text = KEPT["given back"] % "'u@example.com', 'word'"
    text += "sub relay { return Net::SMTP->new('relay.example') }\n"
    for setup in setups(write(tmp_path, {"a.pl": text})):
        untold = {each.field for each in setup.settings.untellable}
        assert untold == {"tls", "username", "password"}


def test_what_somebody_elses_auth_is_called_with_is_no_login(tmp_path: Path) -> None:
    text = f"my $s = {MADE};\n$s->starttls;\n$ldap->auth('admin', 'other');\n"
    setup = one(write(tmp_path, {"a.pl": text}), "perl-mail")
    assert (setup.settings.username, password(setup)) == (None, None)


def test_mime_lite_with_an_arrow_behind_smtp(tmp_path: Path) -> None:
    text = (LITE % ("MIME::Lite", "Port => 465, SSL => 1,")).replace("'smtp',", "smtp =>")
    assert came_to(one(write(tmp_path, {"a.pl": text}), "perl-mail")) == (HOST, 465, "implicit")


def test_an_authenticator_of_email_sender_has_the_login(tmp_path: Path) -> None:
    text = "my $t = Email::Sender::Transport::SMTP->new(host => 'smtp.ionos.com', ssl => 1,\n"
    write(tmp_path, {"a.pl": text + "    sasl_authenticator => Authen::SASL->new(%$login));\n"})
    untold = one(tmp_path, "perl-mail").settings.untellable
    assert {each.field for each in untold} == {"username", "password"}


def test_a_login_that_is_a_part_of_a_hash(tmp_path: Path) -> None:
    text = NET.replace("'u@example.com', 'word'", "@login{qw(user pass)}")
    login = "my %login = (user => 'u@example.com', pass => 'word');\n"
    text = login + text % ("Port => 587", "$smtp->starttls;")
    setup = one(write(tmp_path, {"a.pl": text}), "perl-mail")
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")


def test_of_several_hosts_the_first(tmp_path: Path) -> None:
    text = SENDER.replace("host => 'smtp.ionos.com'", "hosts => ['smtp.ionos.com', 'b.example']")
    root = write(tmp_path, {"a.pl": text % "ssl => 'ssl', port => 465,"})
    assert came_to(one(root, "perl-mail")) == (HOST, 465, "implicit")
    apply(root, prepared(one(root, "perl-mail").settings, 587, "starttls"))
    assert came_to(one(root, "perl-mail")) == (HOST, 587, "starttls")
    write(tmp_path, {"a.pl": text % ""})  # nothing is put into the list
    changed = [each.edits for each in one(root, "perl-mail").settings.prepared if each.edits]
    assert changed == []


def test_dancers_plugin(tmp_path: Path) -> None:
    text = """plugins:
  Email:
    headers: { from: '"Shop" <u@example.com>' }
    transport:
      SMTP:
        host: smtp.ionos.com
        port: 465
        ssl: ssl
        sasl_username: u@example.com
        sasl_password: word
"""
    setup = one(write(tmp_path, {"config.yml": text}), "perl-mail")
    assert came_to(setup) == (HOST, 465, "implicit")
    assert (setup.settings.sender, password(setup)) == ("u@example.com", "word")
    assert setup.name == "perl-mail config.yml:6"
    apply(tmp_path, prepared(setup.settings, 587, "starttls"))
    assert came_to(one(tmp_path, "perl-mail")) == (HOST, 587, "starttls")


def test_dancers_plugin_sends_in_the_name_of_the_sender_by_the_transport_that_it_names(
    tmp_path: Path,
) -> None:
    text = """plugins:
  Email:
    headers: { from: other@example.com, sender: u@example.com }
    transport:
      SMTP::TLS:
        host: smtp.ionos.com
        username: u@example.com
        password: word
"""
    setup = one(write(tmp_path, {"config.yml": text}), "perl-mail")
    assert came_to(setup) == (HOST, 587, "starttls")
    assert (setup.settings.sender, password(setup)) == ("u@example.com", "word")


def test_mojolicious_plugin(tmp_path: Path) -> None:
    text = """plugin mail => {
  from => 'u@example.com', how => 'smtp',
  howargs => [ 'smtp.ionos.com', Port => 465, SSL => 1, AuthUser => 'u@example.com',
    AuthPass => 'word' ],
};
"""
    setup = one(write(tmp_path, {"app.pl": text}), "perl-mail")
    assert came_to(setup) == (HOST, 465, "implicit")
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")


@pytest.mark.parametrize(
    "files",
    [
        {"a.pl": "# my $s = Net::SMTP->new('smtp.ionos.com');\n"},
        {"a.pl": "=pod\n\nNet::SMTP->new('smtp.ionos.com')\n\n=cut\n"},
        {"a.pl": "use MIME::Lite;\nMIME::Lite->send('sendmail', '/usr/sbin/sendmail -t');\n"},
        {"a.pl": "use Net::SMTP;\nif (0) { my $s = Net::SMTP->new('smtp.ionos.com'); }\n"},
        {"a.pl": "plugin mail => { how => 'sendmail' };\n"},
        {"a.rb": "# Net::SMTP->new('smtp.ionos.com')\n"},
        {"config.yml": "plugins:\n  Email:\n    transport:\n      Sendmail:\n        path: /x\n"},
        {
            "config.yml": "plugins:\n  Dancer2::Plugin::Email:\n    transport:\n      SMTP:\n"
            "        host: smtp.ionos.com\n"
        },
        {"t/mail.t": "my $s = Net::SMTP->new('smtp.ionos.com');\n"},
    ],
)
def test_look_alikes(tmp_path: Path, files: dict[str, str]) -> None:
    assert setups(write(tmp_path, files)) == []
