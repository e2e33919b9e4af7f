"""Ruby as people write it."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Symbol, Unknown, Value, plain
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module

from .support import known, module, project, unknown


def expression(text: str, **variables: str) -> Value:
    """What an expression comes to."""
    return module("a.rb", f"value = {text}\n", **variables).value("value")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, (b, value) = 1, [2, 3]", 3),
        ("(a, value), c = [1, 2], 3", 2),
        ("value, = [4]", 4),
        ("value, *a = 1, 2, 3", 1),
        ("a, # c\n  value = 1, 2", 2),
        ("a = value = 3", 3),
        ("value = 'a'\nvalue += 'b'", "ab"),
        ("value ||= 5", 5),
    ],
)
def test_a_target_gets_its_part(text: str, expected: object) -> None:
    assert plain(module("a.rb", f"{text}\n").value("value")) == expected


@pytest.mark.parametrize(
    "text", ["*a, value = 1, 2, 3", "a, *value = 1, 2, 3", "a, *b, value = 1, 2, 3"]
)
def test_what_stands_at_a_splat_or_behind_it_is_not_told(text: str) -> None:
    assert isinstance(module("a.rb", f"{text}\n").value("value"), Unknown)


VALUES = {"PORT": "587", "FALSE": "false", "TRUE": "true", "EMPTY": "", "HOST": "h.example"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV['PORT']", "587"),
        (':"smtp"', Symbol("smtp")),
        ("%s(smtp)", Symbol("smtp")),
        ("''", ""),
        ('""', ""),
        ("ENV['NONE']", None),
        ("ENV.fetch('PORT', 25)", "587"),
        ("ENV.fetch('NONE', 25)", 25),
        ("ENV.fetch('NONE') { 'x' }", "x"),
        ("ENV.fetch('NONE')", ABSENT),
        ("ENV.fetch('PORT', 587).to_i", 587),
        ("ENV['NONE'].to_i", 0),
        ("'465abc'.to_i", 465),
        ("Integer(ENV['PORT'])", 587),
        ("ENV['NONE'] || 'x'", "x"),
        ("ENV['EMPTY'] || 'x'", ""),
        ("ENV['EMPTY'].presence || 'x'", "x"),
        ("ENV['HOST'].present?", True),
        ("ENV['NONE'].blank?", True),
        ("ENV['NONE']&.downcase", None),
        ("ENV['FALSE'] == 'true'", False),
        ("ENV['TRUE'] == 'true'", True),
        ("ENV['FALSE'] != 'false'", False),
        ("!ENV['FALSE']", False),
        ("!!ENV['FALSE']", True),
        ("ENV.key?('HOST')", True),
        ("%w[true 1].include?(ENV['TRUE'].downcase.strip)", True),
        ("ActiveModel::Type::Boolean.new.cast(ENV['FALSE'])", False),
        ("\"#{ENV['HOST']}:#{587}\\n\"", "h.example:587\n"),
        ("'a\\'b\\n'", "a'b\\n"),
        ("'a' + 'b'", "ab"),
        (":plain", Symbol("plain")),
        (":a == 'a'", False),
        ("ENV['TRUE'] ? 465 : 25", 465),
        ("(if ENV['TRUE'] == 'false' then 1 else 2 end)", 2),
        ("(case ENV['PORT'] when '25', '587' then :starttls else :tls end)", Symbol("starttls")),
        ("{ address: 'x', 'port' => 25, :c => 1 }[:port]", 25),
        ("{ a: { b: 1 } }.dig(:a, :b)", 1),
        ("{ a: 1 }.merge(a: 2)[:a]", 2),
        ("{ a: 1 }.merge(b: 2)[:b]", 2),
        ("{ a: 1, **{ b: 2 } }[:b]", 2),
        ("Rails.env.production?", False),
        ("Rails.env == 'development'", True),
        ("1_000 - 0x10", 984),
        ("nil.to_s", ""),
    ],
)
def test_an_expression_comes_to_what_ruby_makes_of_it(text: str, expected: object) -> None:
    value = known(expression(text, **VALUES))
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Rails.application.credentials.smtp[:password]", "encrypted"),
        ("Rails.application.credentials.dig(:smtp, :password)", "encrypted"),
        ("nil[:host]", "computed"),  # which raises
        ("Rails.application.credentials.smtp_password!", "encrypted"),
        ("Setting.find('x').value", None),
        ("File.read('/run/secrets/x').strip", None),
        ("ENV[name]", "computed"),
        ("secret", "undeclared"),
        ("ENV['NONE'].downcase", "computed"),
    ],
)
def test_what_can_not_be_told_says_so_and_is_never_absent(text: str, reason: str | None) -> None:
    value = unknown(expression(text, **VALUES))
    assert not value.absent
    assert reason in (None, value.reason)


RAILS = """\
require "active_support"

Rails.application.configure do
  # config.action_mailer.smtp_settings = { address: "comment.example" }
  config.action_mailer.delivery_method = :smtp
  config.action_mailer.smtp_settings = {
    address: ENV.fetch("SMTP_ADDRESS", "smtp.ionos.de"),
    :port => ENV["SMTP_PORT"].to_i,
    user_name: Rails.application.credentials.dig(:smtp, :user_name),
    "authentication" => :plain,
    enable_starttls_auto: true
  }
  config.action_mailer.smtp_settings[:tls] = ENV["SMTP_TLS"] == "true"
  config.action_mailer.raise_delivery_errors = false if ENV["QUIET"].present?
end
"""


def test_rails_configuration() -> None:
    found = module("config/environments/production.rb", RAILS, SMTP_PORT="465", SMTP_TLS="1")
    (settings,) = [
        each
        for each in found.assignments("config", "action_mailer", "smtp_settings")
        if len(each.path) == 3
    ]
    assert plain(settings.value.get("address")) == "smtp.ionos.de"
    assert plain(settings.value.get("port")) == 465
    assert settings.value.get("port").variables == ("SMTP_PORT",)
    assert unknown(settings.value.get("user_name")).reason == "encrypted"
    assert plain(settings.value.get("authentication")) == "plain"
    in_the_end = found.value("config", "action_mailer", "smtp_settings")
    assert plain(in_the_end.get("tls")) is False
    assert plain(in_the_end.get("enable_starttls_auto")) is True
    assert in_the_end.get("enable_starttls_auto").span == Span(
        "config/environments/production.rb", 11, (27, 31), 11
    )
    (quiet,) = found.assignments("config", "action_mailer", "raise_delivery_errors")
    assert quiet.reached is False


def test_base_settings_with_a_local_and_a_condition() -> None:
    found = module(
        "config/initializers/mail.rb",
        """
settings = { address: 'h.example' }
settings[:port] = 587
if Rails.env.production?
  settings = settings.merge(port: 465, tls: true)
end
ActionMailer::Base.smtp_settings = settings
unless Rails.env.production?
  ActionMailer::Base.delivery_method = :test
end
""",
        RAILS_ENV="production",
    )
    (given,) = found.assignments("ActionMailer::Base", "smtp_settings")
    assert plain(given.value) == {"address": "h.example", "port": 465, "tls": True}
    (method,) = found.assignments("ActionMailer::Base", "delivery_method")
    assert method.reached is False


def test_mail_and_its_defaults() -> None:
    found = module(
        "send.rb",
        """
Mail.defaults do
  delivery_method :smtp, address: 'h.example', port: 465, **EXTRA
end
Mail.deliver { to 'x@example.org' }
""",
    )
    (call,) = found.calls("delivery_method")
    assert known(call.argument(0)) == "smtp"
    assert known(call.named()["address"]) == "h.example"
    assert [each.name for each in found.calls()] == [
        "Mail.defaults",
        "delivery_method",
        "Mail.deliver",
        "to",
    ]


def test_net_smtp_and_what_is_done_with_it() -> None:
    found = module(
        "send.rb",
        """
HOST = 'h.example'
smtp = Net::SMTP.new(HOST, 587)
smtp.enable_starttls
smtp.open_timeout = 5
smtp.start('client.example', USER, 'pw', :login) do |server|
  server.send_message message, from, to
end
""",
    )
    (call,) = found.calls("Net::SMTP.new")
    assert known(call.argument(0)) == "h.example"
    assert call.argument(0).written == Span("send.rb", 2, (8, 19), 2)
    starttls, timeout, start = call.uses()
    assert isinstance(starttls, FoundCall)
    assert isinstance(timeout, Assignment)
    assert isinstance(start, FoundCall)
    assert starttls.name == "smtp.enable_starttls"
    assert timeout.path == ("open_timeout",)
    assert known(start.argument(3)) == "login"


def test_methods_constants_and_required_files() -> None:
    files: dict[str, str | bytes] = {
        "app.rb": """
require_relative 'lib/config'
class Mailer
  PORT = 465
  def initialize
    @host = HOST
  end

  def settings
    @settings ||= { address: @host, port: PORT, user: user }
  end

  def user
    return 'a' if ENV['A']
    'b'
  end
end
port = Mailer::PORT
""",
        "lib/config.rb": "HOST = 'h.example'",
    }
    found = project(files, A="1").module("app.rb")
    assert isinstance(found, Module)
    assert known(found.value("port")) == 465
    assert set(found.functions()) == {"Mailer.initialize", "Mailer.settings", "Mailer.user"}
    settings = found.result(found.functions()["Mailer.settings"])
    assert plain(settings) == {"address": "h.example", "port": 465, "user": "a"}


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 10_000 + ")" * 10_000,
        "x = " + "!" * 50_000 + "1",
        "x = " + "1 + " * 50_000 + "1",
        "def f; f; end\nx = f",
        "x = x",
        "x = {}\nx[:x] = x\nx = x[:x]",
        "x ||= x",
        "x = <<A + <<B\nA\nB\n",
        "x = " + "<<A;" * 2000,
        'x = "#{"#{"#{1}"}"}"',
    ],
)
def test_hostile_code_ends(text: str) -> None:
    found = project({"a.rb": text}).module("a.rb")
    if isinstance(found, Module):
        found.calls()
        assert isinstance(found.value("x"), Unknown | Known)


@pytest.mark.parametrize(
    "code",
    [
        "post '/c' do\n  Pony.mail(to: 'x')\n  redirect '/thanks'\nend\n",
        "def notify\n  Pony.mail(to: 'x')\n  true\nend\n",
        "each do |one|\n  one.each { |x| Pony.mail(to: x) }\n  done\nend\n",
    ],
)
def test_what_stands_before_the_last_value_is_reached(code: str) -> None:
    (call,) = module("a.rb", code).calls("Pony.mail")
    assert call.reached is not False


def test_what_stands_behind_a_return_is_not() -> None:
    (call,) = module("a.rb", "def notify\n  return 1\n  Pony.mail(to: 'x')\nend\n").calls(
        "Pony.mail"
    )
    assert call.reached is False


URLS = {
    "FULL": "smtp://a%40b.example:c%23+d@h.example:465?tls=true",
    "BARE": "smtps://h.example",
    "BAD": "smtp://a:b#c@h.example:465",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("URI.parse(ENV['FULL']).host", "h.example"),
        ("URI(ENV['FULL']).port", 465),
        ("::URI.parse(ENV['FULL']).hostname", "h.example"),
        ("Addressable::URI.parse(ENV['FULL']).host", "h.example"),
        ("URI.parse(ENV['FULL']).user", "a%40b.example"),
        ("CGI.unescape(URI.parse(ENV['FULL']).user)", "a@b.example"),
        ("CGI.unescape(URI(ENV['FULL']).password)", "c# d"),
        ("URI.decode_www_form_component(URI(ENV['FULL']).password)", "c# d"),
        ("URI.decode_uri_component(URI(ENV['FULL']).password)", "c#+d"),
        ("URI::DEFAULT_PARSER.unescape(URI(ENV['FULL']).password)", "c#+d"),
        ("URI.parse(ENV['FULL']).scheme == 'smtps'", False),
        ("CGI.parse(URI.parse(ENV['FULL']).query)['tls'].first", "true"),
        ("Rack::Utils.parse_query(URI(ENV['FULL']).query)['tls'] == 'true'", True),
        ("URI.parse(ENV['BARE']).port", None),
        ("URI.parse(ENV['BARE']).port || 587", 587),
        ("URI.parse(ENV['BARE']).user&.strip", None),
        ("URI.parse(ENV['NONE'] || 'smtp://localhost').host", "localhost"),
    ],
)
def test_the_parts_of_a_url(text: str, expected: object) -> None:
    """As Ruby 3.1 says them."""
    assert plain(expression(text, **URLS)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a:b:c'.split(':').last", "c"),
        ("'a:b:c'.split(':', 2)[1]", "b:c"),
        ("'a:'.split(':')[1]", None),  # empty pieces at the end are left out
        ("'a:'.split(':', 2)[1]", ""),
        ("''.split(':').last", None),
        ("'a:b:c'.partition(':').last", "b:c"),
        ("'a'.partition(':')[1]", ""),
        ("URI.parse(ENV['FULL']).userinfo.split(':').first", "a%40b.example"),
        ("URI.parse('smtp://[::1]:25').host", "[::1]"),
        ("URI.parse('smtp://[::1]:25').hostname", "::1"),
        ("URI.parse('smtp://u:@h.example').password", ""),
        ("CGI.parse('a=1&a=2')['a'].last", "2"),
        ("URI.decode_www_form('a=1&a=2').to_h['a']", "2"),
    ],
)
def test_pieces_of_a_text(text: str, expected: object) -> None:
    """As Ruby 3.1 says them."""
    assert plain(expression(text, **URLS)) == expected


@pytest.mark.parametrize("text", ["'a b'.split(' ')[0]", "'a:b'.split(/:/)[0]", "'a'.split[0]"])
def test_a_split_by_other_rules_is_not_told(text: str) -> None:
    assert isinstance(expression(text), Unknown)


def test_a_part_of_a_url_comes_from_the_variable_that_has_it() -> None:
    assert expression("URI.parse(ENV['FULL']).host", **URLS).variables == ("FULL",)


def test_parts_of_a_url_may_be_set() -> None:
    text = "u = URI.parse(ENV['BARE'])\nu.port ||= 25\nu.user ||= ENV['ME']\n"
    text += "value = [u.port, u.user]"
    assert plain(module("a.rb", text, ME="me", **URLS).value("value")) == [25, "me"]


@pytest.mark.parametrize("name", ["BAD", "NONE"])
def test_what_is_no_url_stops_the_program(name: str) -> None:
    value = expression(f"URI.parse(ENV['{name}']).host", **URLS)
    assert isinstance(value, Unknown)
    assert value.reason == "stops"


def test_a_text_without_a_host_is_not_told() -> None:
    value = expression("URI.parse('h.example:587').host")
    assert isinstance(value, Unknown)
    assert value.reason == "computed"
