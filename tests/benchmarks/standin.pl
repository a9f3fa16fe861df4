# Obeys the command line and the settings file of Koha's connexion_import_daemon.pl, and posts each record as that does.
# For tests of what measures it; needs only what comes with Perl.
use strict;
use warnings;
use Getopt::Long;
use HTTP::Tiny;
use IO::Socket::INET;

GetOptions('config|c=s' => \my $config) or die "options";
open(my $file, '<', $config) or die "settings";
my %setting = map { /^(\w+): (.*)$/ ? ($1 => $2) : () } <$file>;

my $server = IO::Socket::INET->new(LocalHost => $setting{host}, LocalPort => $setting{port}, Listen => 12, ReuseAddr => 1)
    or die "no listener";
print STDERR "now: Started tcp listener on $setting{host}:$setting{port}\n";
my $http = HTTP::Tiny->new;
while (my $client = $server->accept) {
    my $record = do { local $/ = "\0"; <$client> };
    my $answer = $http->post_form("$setting{koha}/cgi-bin/koha/svc/import_bib",
        { match => $setting{match}, import_mode => $setting{import_mode}, xml => $record });
    my ($status) = $answer->{content} =~ m{<status>(\w+)</status>};
    print $client $answer->{success} && $status eq 'ok' ? "Success.\0" : "Unsuccessful request\0";
}
