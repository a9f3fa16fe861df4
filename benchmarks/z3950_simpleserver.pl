# A server made with Net::Z3950::SimpleServer: the records of a file, found by the words of their titles, kept in memory.
#     perl z3950_simpleserver.pl RECORDS.mrc tcp:127.0.0.1:PORT
use strict;
use warnings;
use Net::Z3950::SimpleServer;
use constant USMARC => '1.2.840.10003.5.10';

my (@records, %found);
my $file = shift @ARGV;
open(my $in, '<:raw', $file) or die "$file: $!\n";
local $/ = "\x1d";
while (my $record = <$in>) {
    my $base = substr($record, 12, 5);
    my $directory = substr($record, 24, $base - 25);
    while ($directory =~ /\G(...)(....)(.....)/gs) {
        next if $1 ne '245';
        my %seen;
        for my $word (lc(substr($record, $base + $3, $2)) =~ /(?:\x1f.| )([a-z]+)/g) {
            push @{$found{$word}}, scalar @records if !$seen{$word}++;
        }
    }
    push @records, $record;
}
close $in;

sub search {
    my $args = shift;
    my ($word) = $args->{QUERY} =~ /(\w+)\s*$/;
    $args->{HANDLE} = $found{lc $word} || [];
    $args->{HITS} = scalar @{$args->{HANDLE}};
}

sub fetch {
    my $args = shift;
    $args->{RECORD} = $records[$args->{HANDLE}[$args->{OFFSET} - 1]];
    $args->{REP_FORM} = USMARC;
}

Net::Z3950::SimpleServer->new(SEARCH => \&search, FETCH => \&fetch)->launch_server('z3950_simpleserver.pl', @ARGV);
