# One job in JSON, as an argument: sends a message by Net::SMTP, as git send-email does.
use strict;
use warnings;
use Encode qw(encode);
use JSON::PP;
use Net::SMTP;

my $job = JSON::PP->new->decode(Encode::decode('UTF-8', $ARGV[0]));
# programs have their settings as bytes, from the environment or a file
my %given = map { $_ => ref $job->{$_} ? $job->{$_} : encode('UTF-8', $job->{$_}) } keys %$job;
my %tls = (SSL_ca_file => $given{cafile});
my $smtp = Net::SMTP->new(
    $given{host},
    Port => $given{port},
    Timeout => $given{seconds},
    SSL => $given{tls} eq 'implicit',
    %tls,
) or die "$@\n";
my $said = sub { $smtp->code . ' ' . $smtp->message . " $@" };
if ($given{tls} eq 'starttls' && ($job->{required} || defined $smtp->supports('STARTTLS'))) {
    $smtp->starttls(%tls) or die $said->();
}
if ($given{user} ne '') { $smtp->auth($given{user}, $given{password}) or die $said->() }
$smtp->mail($given{sender}) or die $said->();
$smtp->to($given{recipient}) or die $said->();
$smtp->data("Subject: test\n\nhello\n") or die $said->();
$smtp->quit;
